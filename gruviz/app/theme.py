"""How the page looks in the browser: its theme, and what Plotly shows beside a chart."""

from __future__ import annotations

import streamlit as st

from gruviz.drawing.colours import Theme

CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}
QUIET = {"displayModeBar": False}


def page_theme() -> Theme:
    """The theme the browser shows, as of this rerun."""
    return "dark" if st.context.theme.type == "dark" else "light"
