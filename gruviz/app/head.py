"""The head of every page: the name, the language switch, and the theme the page is seen in."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from gruviz.app import state
from gruviz.app.settings import Settings
from gruviz.drawing.colours import Theme
from gruviz.wording.words import LANGUAGES, words


def language_control(settings: Settings, page: str, beside: Mapping[str, str] | None = None) -> None:
    """Name and language; the languages are each called by themselves. Beside them the page carries its address.

    Args:
        settings: as they are.
        page: which page this is.
        beside: what of the address is the page's own.
    """
    p = words(settings.lang)["page"]
    state.carry_address(settings, beside or {})
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="head"):
        st.markdown(f"**{p['title']}**", width="content", help=p["tagline"])
        st.segmented_control(
            p["language"],
            list(LANGUAGES),
            format_func=LANGUAGES.get,
            required=True,
            key=state.seeded("lang", settings.lang),
            label_visibility="collapsed",
            width="content",
        )


def paper_title(text: str) -> None:
    """Name what is on the page, for paper only: the sidebar is not printed. assets/page.css hides it on the screen."""
    st.html(f'<p class="gruviz-paper">{escape(text)}</p>')


def page_theme() -> Theme:
    """The theme the browser shows, as of this rerun."""
    return "dark" if st.context.theme.type == "dark" else "light"
