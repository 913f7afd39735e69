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
chosen = st.navigation(pages, position="top")
if state.is_sent() and chosen is not first:
    # not from within a fragment: there it can cross with the stage's questions, and the page stays blank
    st.switch_page(first)
chosen.run()
