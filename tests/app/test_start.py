"""How the server starts, what it serves beside Streamlit's own files, and what it says when a script fails."""

import asyncio
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest

from gruviz.app.server import files, start
from gruviz.wording.words import words


def got(path):
    """Status, headers and body of what the routes answer."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("localhost", 80),
        "client": None,
        "root_path": "",
    }
    asyncio.run(Starlette(routes=files.routes())(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("base", ["", "/deep/er"])
def test_every_file_of_the_stage_is_served_and_cached_for_ever(base):
    assert len(files.files()) > 20
    for name, data in files.files().items():
        status, headers, body = got(f"{base}/gruviz/stage/{files.digest()}/{name}")
        assert (status, body) == (200, data)
        assert "immutable" in headers["cache-control"]
        kind = {"css": "text/css", "json": "application/json"}.get(name.rpartition(".")[2], "text/javascript")
        assert headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path",
    [
        f"{'0' * 16}/stage.js",
        "{digest}/nothing.js",
        "{digest}/../stage.js",
        "{digest}/..%2f",
        "{digest}/page/../stage.js",
    ],
)
def test_nothing_else_is_served(path):
    status, headers, body = got("/gruviz/stage/" + path.format(digest=files.digest()))
    assert (status, body.replace(b"Not Found", b"")) == (404, b"")
    assert "cache-control" not in headers


def test_the_address_changes_with_the_content(monkeypatch):
    before = files.digest()
    changed = {**files.files(), "view/time_window.js": files.files()["view/time_window.js"] + b" "}
    monkeypatch.setattr(files, "files", lambda: changed)
    assert files.digest.__wrapped__() != before


def test_what_a_component_carries_is_a_few_lines_that_import():
    told = files.script("hosts/streamlit.js", "stage")
    assert len(told) < 1500
    assert f"gruviz/stage/{files.digest()}/hosts/streamlit.js" in told
    assert re.search(r"export function stage\b", files.files()["hosts/streamlit.js"].decode())


def test_streamlit_is_given_the_page_script_the_routes_and_the_answer_to_faults():
    assert start.SCRIPT.read_text(encoding="utf-8").count("st.navigation(") == 1
    assert set(start.parts()) == {"lifespan", "routes", "middleware", "on_script_error"}
    # `streamlit run` finds the app by this call in the file it is given
    assert "st.App(SCRIPT, **parts())" in (Path(start.__file__).parents[3] / "app.py").read_text(encoding="utf-8")


def fail():
    from gruviz.app import state
    from gruviz.app.server import start

    state.current()
    assert start._say(RuntimeError("/secret/place"))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_script_that_fails_is_one_sentence_and_the_log_has_it_whole(language, caplog):
    at = AppTest.from_function(fail)
    at.query_params["lang"] = language
    (error,) = at.run().error
    assert error.value == words(language)["page"]["unexpected"].format(what="RuntimeError")
    assert "/secret/place" in caplog.text
    assert not at.exception


# ---- the first visit


def finished():
    return ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString()


def test_the_server_comes_as_its_own_first_visitor_and_goes_once_the_page_has_run():
    heard = []

    async def app(scope, receive, send):
        assert (scope["type"], scope["path"]) == ("websocket", "/_stcore/stream")
        heard.append(await receive())
        await send({"type": "websocket.accept", "subprotocol": "streamlit"})
        heard.append(await receive())
        await send({"type": "websocket.send", "bytes": b""})
        await send({"type": "websocket.send", "bytes": finished()})
        heard.append(await receive())

    asyncio.run(start.visit(app))
    connect, asked, gone = heard
    assert connect["type"] == "websocket.connect"
    assert BackMsg.FromString(asked["bytes"]).WhichOneof("type") == "rerun_script"
    assert gone["type"] == "websocket.disconnect"


@pytest.mark.parametrize("fault", ["it fails", "it hangs", "it shuts"])
def test_a_first_visit_that_comes_to_nothing_does_not_keep_the_server_from_starting(fault, monkeypatch, caplog):
    monkeypatch.setattr(start, "PATIENCE", 0.2)

    async def app(scope, receive, send):
        if fault == "it fails":
            raise RuntimeError("no websocket here")
        if fault == "it shuts":
            await send({"type": "websocket.close"})
        while (await receive())["type"] != "websocket.disconnect":
            continue

    asyncio.run(start.visit(app))
    assert ("the first visit came to nothing" in caplog.text) == (fault != "it shuts")
