"""The page script: what runs at every change. Streamlit executes this file; nothing imports it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gruviz.app import state
from gruviz.app.compare import page as compare
from gruviz.app.explore import page as explore
from gruviz.app.server.tuning import tune_process
from gruviz.app.server.turns import is_full
from gruviz.app.train import page as train
from gruviz.wording.words import words

ASSETS = Path(__file__).resolve().parents[2] / "assets"
SIDEBAR = 236  # px

st.set_page_config(
    page_title="gruviz", page_icon=str(ASSETS / "icon.png"), layout="wide", initial_sidebar_state=SIDEBAR
)
tune_process()
names = words(state.current().lang)["page"]
if is_full():
    st.info(names["full"], icon=":material/groups:")
    st.stop()
first = st.Page(explore.page, title=names["explore"], url_path="explore", default=True)
beside = st.Page(compare.page, title=names["compare"], url_path="compare")
last = st.Page(train.page, title=names["train"], url_path="train")
pages = [first, beside, last]
led = {explore.STAGE: first, compare.PAGE: beside, train.STAGE: last}.get(state.sent_to())
chosen = st.navigation(pages, position="top")
if led is not None and chosen is not led:
    # not from within a fragment: there it can cross with the stage's questions, and the page stays blank
    st.switch_page(led)
chosen.run()
