"""The browser's side of the page: its address, its theme, the stage's questions, a cursor over Plotly's charts.

See assets/bridge.js. It belongs to a fragment of its own, so that a question runs that alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from gruviz.app.settings import CLIENT_FIELDS, NAMES, PARAMETER, TRAINING
from gruviz.colours import Theme
from gruviz.packing import pack

_SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "bridge.js"
KEY = "bridge"
_ASKED = "asked"


def bridge(
    query: Mapping[str, str], theme: Theme, trace_id: str, reply: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Draw nothing; keep the address, carry questions here and replies there.

    Args:
        query: what the address shall hold; the browser's own part of it is left alone.
        theme: of the page.
        trace_id: of the run on the page.
        reply: header of a reply, or empty.
        arrays: of that reply.
    """
    page = {
        "query": {name: text for name, text in query.items() if name not in CLIENT_FIELDS},
        "names": [name for name in NAMES if name not in CLIENT_FIELDS],
        "prefixes": [PARAMETER, TRAINING],
        "theme": theme,
        "ink": "#ffffff" if theme == "dark" else "#111111",
        "halo": "#111111" if theme == "dark" else "#ffffff",
    }
    component = st.components.v2.component("gruviz_bridge", js=_SCRIPT.read_text(encoding="utf-8"))
    message = pack({**reply, "trace": trace_id, "page": page}, arrays)
    component(key=KEY, data=message, on_ask_change=_keep, on_theme_change=lambda: None, height=1)


def _keep() -> None:
    held = st.session_state.get(KEY)
    if isinstance(held, Mapping):
        st.session_state[_ASKED] = held.get("ask")


def asked() -> object:
    """The question that waits for its reply, as the browser sent it; None when there is none."""
    return st.session_state.get(_ASKED)


def answered() -> None:
    """Forget the question, once its reply is on its way."""
    st.session_state.pop(_ASKED, None)


def page_theme() -> Theme:
    """The theme the browser shows, as of this rerun."""
    return "dark" if st.context.theme.type == "dark" else "light"
