"""The courier between page and server: the stages' questions come here, replies and the page's address go there.

See assets/stage/hosts/server_connection.js. It belongs to a fragment of its own, so that a question runs that alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from gruviz.app import state
from gruviz.app.readers import COMPARING, PARAMETER, TRAINING
from gruviz.app.server.files import script
from gruviz.app.settings import NAMES
from gruviz.drawing.colours import Theme
from gruviz.protocol.message import pack
from gruviz.protocol.requests import Response
from gruviz.protocol.view import VIEW_FIELDS
from gruviz.wording.words import words

KEY = "courier"
_ASKED = "asked"
_CHOSEN = "chosen"
_VISITED = "visited"


def courier(
    query: Mapping[str, str],
    theme: Theme,
    replies: Mapping[str, Response],
    charts: str = "",
    cookie: tuple[str, str] | None = None,
) -> None:
    """Draw nothing; keep the address, carry questions here and replies there.

    Args:
        query: what the address shall hold; the stages' own part of it is left alone.
        theme: of the page.
        replies: by the key of the stage that asked.
        charts: key of the stage whose cell is marked in the Plotly charts, or "".
        cookie: (name, value) the browser keeps for the page that is loaded next, until it is closed.
    """
    language = query.get("lang", "en")
    p = words(language)["page"]
    page = {
        "query": {name: text for name, text in query.items() if name not in VIEW_FIELDS},
        "names": [name for name in NAMES if name not in VIEW_FIELDS],
        "prefixes": [PARAMETER, TRAINING, COMPARING],
        "theme": theme,
        "ink": "#ffffff" if theme == "dark" else "#111111",
        "halo": "#111111" if theme == "dark" else "#ffffff",
        "charts": charts,
        "cookie": cookie,
        "visit": state.visits(),
        "language": language,
        "skip": p["skip"],
        "folded": p["folded"],
    }
    headers: dict[str, Any] = {key: header for key, (header, _) in replies.items()}
    arrays: dict[str, np.ndarray] = {
        f"{key}/{name}": array for key, (_, held) in replies.items() for name, array in held.items()
    }
    component = st.components.v2.component("gruviz_courier", js=script("hosts/server_connection.js", "connection"))
    found = component(
        key=KEY,
        data=pack({"page": page, "replies": headers}, arrays),
        on_ask_change=_keep,
        on_theme_change=lambda: None,
        on_choose_change=_choose,
        on_visit_change=_visit,
        height=1,
    )
    for event, key in (("choose", _CHOSEN), ("visit", _VISITED)):
        if found.get(event) is not None:  # the session is new to it, so that no callback was called
            st.session_state[key] = found.get(event)


def _keep() -> None:
    held = st.session_state.get(KEY)
    if isinstance(held, Mapping):
        st.session_state[_ASKED] = held.get("ask")


def _choose() -> None:
    held = st.session_state.get(KEY)
    if isinstance(held, Mapping):
        st.session_state[_CHOSEN] = held.get("choose")


def _visit() -> None:
    held = st.session_state.get(KEY)
    if isinstance(held, Mapping):
        st.session_state[_VISITED] = held.get("visit")


def visited() -> tuple[str, int] | None:
    """The address the visitor went back or forward to since this was last asked, and the number the browser gave it."""
    match st.session_state.pop(_VISITED, None):
        case {"address": str(address), "visit": int(visit)}:
            return address, visit
    return None


def chosen() -> tuple[str, object] | None:
    """What was chosen over a stage since this was last asked: (field, value), as the browser sent it."""
    found = st.session_state.pop(_CHOSEN, None)
    known = isinstance(found, Mapping) and isinstance(found.get("name"), str)
    return (found["name"], found.get("value")) if known else None


def asked() -> dict[str, object]:
    """The questions that wait for replies, as the browser sent them, by the key of the stage."""
    found = st.session_state.get(_ASKED)
    return {key: value for key, value in found.items() if isinstance(key, str)} if isinstance(found, Mapping) else {}


def answered() -> None:
    """Forget the questions, once their replies are on their way."""
    st.session_state.pop(_ASKED, None)
