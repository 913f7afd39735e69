"""The script at the head of the page Streamlit serves; everything else passes as it is."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from gruviz.app.server import files, page_head
from gruviz.app.server.page_head import MOST, PageHead
from gruviz.app.server.start import parts
from gruviz.wording.words import LANGUAGES

PAGE = b"<!DOCTYPE html><html><head><title>x</title></head><body>" + b"y" * 500 + b"</body></html>"


def asked(start, *bodies, accept=b"text/html,*/*", **scope):
    """What comes out of a request: the request the app saw, and the messages sent."""
    seen, sent = [], []

    async def app(scope, receive, send):
        seen.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": start})
        for k, body in enumerate(bodies):
            await send({"type": "http.response.body", "body": body, "more_body": k < len(bodies) - 1})

    async def send(message):
        sent.append(message)

    headers = [(b"Accept", accept), (b"accept-encoding", b"gzip"), (b"if-none-match", b"abc"), (b"host", b"h")]
    asyncio.run(PageHead(app)({"type": "http", "headers": headers, **scope}, None, send))
    return seen[0], sent


def html(length=553):
    return [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(length).encode()), (b"etag", b"e")]


@pytest.mark.parametrize("cuts", [[PAGE], [PAGE[:10], PAGE[10:25], PAGE[25:]], [PAGE, b""]])
def test_a_page_gets_the_script_before_all_others(cuts):
    seen, (start, body) = asked(html(), *cuts)
    head, rest = body["body"].split(b"</script>", 1)
    assert head.startswith(b"<!DOCTYPE html><html><head><script>")
    assert b"BACKEND_BASE_URL" in head
    assert b'metricsUrl: "off"' in head  # Streamlit asks another host where to send statistics if this is empty
    assert b"<!DOCTYPE html><html><head>" + rest.lstrip() == PAGE
    headers = dict(start["headers"])
    assert int(headers[b"content-length"]) == len(body["body"])
    assert b"etag" not in headers  # it is of the page as it was
    assert not body.get("more_body")
    # or it would come packed, or not at all
    assert {name.lower() for name, _ in seen["headers"]} == {b"accept", b"host"}


@pytest.mark.parametrize(
    ("start", "accept"),
    [
        ([(b"content-type", b"text/javascript"), (b"content-length", b"9")], b"text/html"),
        (html(MOST + 1), b"text/html"),
        ([(b"content-type", b"text/html")], b"text/html"),  # nobody knows how long it will be
        ([*html(), (b"content-encoding", b"br")], b"text/html"),
        (html(), b"application/json"),
        (html(), b""),
    ],
)
def test_what_is_no_page_passes_as_it_is(start, accept):
    _, sent = asked(start, b"<head>", b"</head>", accept=accept)
    assert sent[0]["headers"] == start
    assert [one["body"] for one in sent[1:]] == [b"<head>", b"</head>"]


def test_the_server_is_started_with_it():
    assert PageHead in [one.cls for one in parts()["middleware"]]


def test_the_browser_is_told_at_once_what_it_will_need():
    text = page_head.script().decode()
    told = json.loads(re.search(r"const told = (\{.*?\}), known", text, re.S)[1])
    ours = [path for path in told["modules"] if path.startswith("gruviz/")]
    theirs = [path for path in told["modules"] if path.startswith("static/")]
    assert ours == [files.address(name) for name in files.first_modules()]
    assert (
        {"stage.js", "hosts/server_connection.js", "model/run_worker.js"}
        <= set(files.first_modules())
        <= set(files.files())
    )
    assert "hosts/plain_page.js" not in files.first_modules()
    assert told["style"] == files.address("stage.css")
    assert set(told["alike"]) == set(LANGUAGES)
    known = {files.address(name) for name in files.files()}
    assert {told["style"], *told["alike"].values()} <= known
    # those the first page is drawn with in the installed Streamlit, none that its own page names already
    assert len(theirs) > 20
    index = (page_head.STREAMLIT / "index.html").read_text(encoding="utf-8")
    for path in theirs:
        assert (page_head.STREAMLIT / path).is_file()
        assert Path(path).name not in index
    assert any("BidiComponent" in path for path in theirs)
    assert not any("Plotly" in path or "katex" in path for path in theirs)


def test_a_streamlit_that_keeps_its_files_elsewhere_is_no_fault(tmp_path):
    assert page_head.streamlit_modules(tmp_path) == []
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "index.html").write_text('<script src="./static/js/Known.1.js">')
    (tmp_path / "static/js/Html.2.js").write_text('import{a}from"./Known.1.js";import"./Other.3.js";import"./gone.js"')
    (tmp_path / "static/js/Other.3.js").write_text('import"./Html.2.js"')
    assert page_head.streamlit_modules(tmp_path) == ["static/js/Html.2.js", "static/js/Other.3.js"]
