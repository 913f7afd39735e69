"""The language switch, on every page."""

from __future__ import annotations

import streamlit as st

from gruviz.app import state
from gruviz.app.settings import Settings
from gruviz.wording.words import LANGUAGES, words


def language_control(settings: Settings) -> None:
    """The language switch; labels are each in their own language. Beside it the page carries its address."""
    state.carry_address(settings)
    st.segmented_control(
        words(settings.lang)["page"]["language"], list(LANGUAGES), format_func=LANGUAGES.get, required=True,
        key=state.seeded("lang", settings.lang), label_visibility="collapsed",
    )  # fmt: skip
