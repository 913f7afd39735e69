"""gruviz: see inside a GRU. Start with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from gruviz.app import explore, state, train
from gruviz.app.process import tune_process
from gruviz.words import words

ASSETS = Path(__file__).parent / "assets"

st.set_page_config(page_title="gruviz", page_icon=str(ASSETS / "icon.png"), layout="wide")
st.html(ASSETS / "page.css")
tune_process()
names = words(state.current().lang)["page"]
first = st.Page(explore.page, title=names["explore"], url_path="explore", default=True)
pages = [first, st.Page(train.page, title=names["train"], url_path="train")]
st.session_state["train.explore"] = first  # where the Train page sends a model
st.navigation(pages, position="top").run()
