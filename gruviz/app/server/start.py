"""How the server starts: everything heavy before its first visitor, and what is said when a script fails."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from gruviz.app.server.files import routes
from gruviz.app.server.page_head import PageHead
from gruviz.wording.words import words

log = logging.getLogger(__name__)
SCRIPT = Path(__file__).resolve().parents[1] / "pages.py"


def parts() -> dict[str, Any]:
    """What `st.App` is given beside the page script: `streamlit run` looks for that very call in app.py."""
    return {
        "lifespan": _ready, "routes": routes(), "middleware": [Middleware(PageHead)], "on_script_error": _say,
    }  # fmt: skip


@asynccontextmanager
async def _ready(_app: st.App) -> AsyncIterator[None]:
    await run_in_threadpool(warm_up)
    yield


def warm_up() -> None:
    """Load torch, Plotly and the pages, and compute what the opening page shows."""
    from gruviz.app.explore import page  # the imports are the work
    from gruviz.app.server.tuning import tune_process

    page.prepare()
    tune_process()


def _say(error: Exception) -> bool:
    """One sentence on the page instead of a traceback; the log has it whole."""
    log.error("the page could not be drawn", exc_info=error)
    settings = st.session_state.get("settings")
    st.error(words(getattr(settings, "lang", "en"))["page"]["unexpected"].format(what=type(error).__name__))
    return True
