"""How the server starts: everything heavy before its first visitor, and what is said when a script fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from gruviz.app.server.files import routes
from gruviz.app.server.page_head import PageHead
from gruviz.wording.words import words

log = logging.getLogger(__name__)
PATIENCE = 30.0  # seconds
SCRIPT = Path(__file__).resolve().parents[1] / "pages.py"


def parts() -> dict[str, Any]:
    """What `st.App` is given beside the page script: `streamlit run` looks for that very call in app.py."""
    return {
        "lifespan": _ready,
        "routes": routes(),
        "middleware": [Middleware(PageHead)],
        "on_script_error": _say,
    }


@asynccontextmanager
async def _ready(app: st.App) -> AsyncIterator[None]:
    await run_in_threadpool(warm_up)
    await visit(app)
    yield


def warm_up() -> None:
    """Load torch, Plotly and the pages, and compute what the opening page shows."""
    from gruviz.app.explore import page  # the imports are the work
    from gruviz.app.server.tuning import tune_process

    page.prepare()
    tune_process()


async def visit(app: ASGIApp) -> None:
    """Come as the first visitor, before any can: what a first run of the page loads and compiles is there for all.

    As the browser does, for half of it is Streamlit's own; within the process, so that no port or proxy is in the way.

    Args:
        app: the server's.
    """
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    said = [{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": asked.SerializeToString()}]
    over = asyncio.Event()

    async def receive() -> Message:
        if not said:
            await over.wait()
        return said.pop(0) if said else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        data = message.get("bytes")
        finished = data and ForwardMsg.FromString(data).WhichOneof("type") == "script_finished"
        if finished or message["type"] == "websocket.close":
            over.set()

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "root_path": "",
        "path": f"/{base_path()}_stcore/stream",
        "raw_path": None,
        "query_string": b"",
        "subprotocols": ["streamlit"],
        "headers": [(b"host", b"localhost"), (b"sec-websocket-protocol", b"streamlit")],
        "client": None,
        "server": None,
        "state": {},
        "extensions": {},
    }
    try:
        await asyncio.wait_for(app(scope, receive, send), PATIENCE)
    except Exception:  # then the first visitor waits a little
        log.warning("the first visit came to nothing", exc_info=True)


def base_path() -> str:
    """Of the app, "" or as "deep/er/"."""
    path = (config.get_option("server.baseUrlPath") or "").strip("/")
    return f"{path}/" if path else ""


def _say(error: Exception) -> bool:
    """One sentence on the page instead of a traceback; the log has it whole."""
    log.error("the page could not be drawn", exc_info=error)
    settings = st.session_state.get("settings")
    st.error(words(getattr(settings, "lang", "en"))["page"]["unexpected"].format(what=type(error).__name__))
    return True
