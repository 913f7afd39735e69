"""How the server starts: everything heavy before its first visitor, and what is said when a script fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import create_connection
from time import monotonic, sleep
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from gruviz.app.server.files import routes
from gruviz.app.server.page_head import PageHead
from gruviz.wording.words import words

log = logging.getLogger(__name__)
PATIENCE, LOOK = 30.0, 0.1  # seconds
SCRIPT = Path(__file__).resolve().parents[1] / "pages.py"


def parts() -> dict[str, Any]:
    """What `st.App` is given beside the page script: `streamlit run` looks for that very call in app.py."""
    return {
        "lifespan": _ready, "routes": routes(), "middleware": [Middleware(PageHead)], "on_script_error": _say,
    }  # fmt: skip


@asynccontextmanager
async def _ready(_app: st.App) -> AsyncIterator[None]:
    await run_in_threadpool(warm_up)
    threading.Thread(target=visit, daemon=True, name="gruviz-first-visit").start()
    yield


def warm_up() -> None:
    """Load torch, Plotly and the pages, and compute what the opening page shows."""
    from gruviz.app.explore import page  # the imports are the work
    from gruviz.app.server.tuning import tune_process

    page.prepare()
    tune_process()


def visit() -> None:
    """Come as the first visitor: what a first run of the page loads and compiles is there for the next one.

    As the browser does, for half of it is Streamlit's own. Where nobody can come so, the first visitor waits.
    """
    host, port = config.get_option("server.address") or "localhost", config.get_option("server.port")
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    address = f"ws://{host}:{port}{base and '/' + base}/_stcore/stream"
    if config.get_option("server.sslCertFile"):
        return
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    end = monotonic() + PATIENCE
    while monotonic() < end:
        try:
            own = create_connection((host, port), timeout=PATIENCE)  # given one, it asks no proxy
            with connect(address, sock=own, subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
                socket.send(asked.SerializeToString())
                while ForwardMsg.FromString(socket.recv(PATIENCE)).WhichOneof("type") != "script_finished":
                    continue
                return
        except OSError:  # it does not listen yet
            sleep(LOOK)
        except (WebSocketException, TimeoutError) as error:
            log.info("the first visitor was not let in: %s", error)
            return


def _say(error: Exception) -> bool:
    """One sentence on the page instead of a traceback; the log has it whole."""
    log.error("the page could not be drawn", exc_info=error)
    settings = st.session_state.get("settings")
    st.error(words(getattr(settings, "lang", "en"))["page"]["unexpected"].format(what=type(error).__name__))
    return True
