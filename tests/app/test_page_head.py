"""The script at the head of the page Streamlit serves; everything else passes as it is."""

import asyncio

import pytest

from gruviz.app.server.page_head import MOST, PageHead
from gruviz.app.server.start import parts

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
