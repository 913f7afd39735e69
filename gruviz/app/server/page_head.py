"""What stands at the head of the page Streamlit serves, before its own script runs.

Streamlit asks for the server under the page's own address first (`/train/_stcore/health`), which answers 404 before it
tries further up; told where the server is, it asks once. A page may change Streamlit's theme by a message, if its
origin is one that Streamlit listens to: our own is. And the theme of an address (`look=dark`) is there from the first
frame on, for it is left where Streamlit looks for the one chosen last. The stage's modules and those of Streamlit's
that draw the first page are asked for at once, and not each when the one before it has come; assets/page.css comes from
here too, and not with every change.

Source: the installed frontend (streamlit/static/static/js): `window.__streamlit`, `stActiveTheme-<path>-v2`.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gruviz.app.server.files import PAGE_STYLE, address, alike_at, first_modules
from gruviz.wording.words import LANGUAGES

MOST = 1 << 20  # bytes of a page; what is longer is none of ours
_SCRIPT = b"""<script>
(() => {
  const base = new URL("./", window.location.href), look = new URLSearchParams(window.location.search).get("look");
  window.__streamlit = {
    BACKEND_BASE_URL: base.origin + base.pathname.replace(/\\/+$/, ""),
    HOST_CONFIG: {
      allowedOrigins: [base.origin], useExternalAuthToken: false, enableCustomParentMessages: false,
      enforceDownloadInNewTab: false, metricsUrl: "off", blockErrorDialogs: false,
    },
  };
  try {
    const theme = { dark: "Dark", light: "Light" }[look] ?? "System";
    window.localStorage.setItem(`stActiveTheme-${window.location.pathname}-v2`, JSON.stringify(theme));
  } catch (error) {
    console.info("The page's theme is not kept:", error);  // storage is shut: the theme follows once the page is there
  }
  const query = new URLSearchParams(window.location.search), own = (navigator.language || "").split("-")[0];
  const told = MODULES, known = (each) => Object.hasOwn(told.alike, each);
  const language = [query.get("lang") ?? "", own].find(known) ?? "en";
  const fetch = (path, given, place = document.head) => {
    const link = Object.assign(document.createElement("link"), given);
    link.href = new URL(path, base).href;
    place.append(link);
  };
  fetch(told.page, { rel: "preload", as: "style" });
  // behind Streamlit's own styles, which stand in the head: of two as good ones the last counts
  document.addEventListener("DOMContentLoaded", () => fetch(told.page, { rel: "stylesheet" }, document.body));
  setTimeout(() => {  // after what the page itself names
    fetch(told.alike[language], { rel: "preload", as: "fetch", crossOrigin: "" });
    fetch(told.style, { rel: "preload", as: "style" });
    for (const path of told.modules) fetch(path, { rel: "modulepreload", fetchPriority: "low" });
  });
})();
</script>"""
STREAMLIT = Path(st.__file__).parent / "static"
# what the first page is drawn with, and Streamlit asks for one after another once it hears of it
_DRAWN_WITH = ("BidiComponent", "ButtonGroup", "Selectbox", "NumberInput", "TextInput", "DownloadButton", "Html")
_IMPORTED = re.compile(r'(?:from|import)"\./([\w.~-]+\.js)"')


def streamlit_modules(folder: Path = STREAMLIT) -> list[str]:
    """Modules of Streamlit's that the first page needs and its index does not name, by path; [] where they moved.

    Args:
        folder: with Streamlit's page and its files.
    """
    place = folder / "static" / "js"
    index = (folder / "index.html").read_text(encoding="utf-8") if (folder / "index.html").is_file() else ""
    found: dict[str, None] = {}
    ahead = [path.name for name in _DRAWN_WITH for path in sorted(place.glob(f"{name}.*.js"))]
    while ahead:
        name = ahead.pop(0)
        path = place / name
        if name in found or name in index or not path.is_file():
            continue
        found[name] = None
        ahead += _IMPORTED.findall(path.read_text(encoding="utf-8"))
    return [f"static/js/{name}" for name in found]


@cache
def script() -> bytes:
    """The script, which also has the browser fetch what it will need while Streamlit begins."""
    ours = [address(name) for name in first_modules()]
    alike = {language: address(alike_at(language)) for language in LANGUAGES}
    styles = {"style": address("stage.css"), "page": address(PAGE_STYLE)}
    told = {"modules": [*ours, *streamlit_modules()], "alike": alike, **styles}
    return _SCRIPT.replace(b"MODULES", json.dumps(told, separators=(",", ":")).encode())


class PageHead:
    """Middleware that puts a script at the head of every page; all else passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        asked = {name.lower(): value for name, value in scope.get("headers", ())}
        if scope["type"] != "http" or b"text/html" not in asked.get(b"accept", b""):
            await self.app(scope, receive, send)
            return
        # neither packed, for it is read here, nor compared with what was sent before it had our script
        left = (b"accept-encoding", b"if-none-match", b"if-modified-since")
        scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name.lower() not in left]}
        await self.app(scope, receive, _Inserted(send))


class _Inserted:
    """Takes what is sent, and sends a page on once it is whole."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of a response."""
        if message["type"] == "http.response.start" and _is_page(message):
            self.start = message
            return
        if self.start is None or message["type"] != "http.response.body":
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if message.get("more_body", False):
            return
        body = self.body.replace(b"<head>", b"<head>" + script(), 1)
        headers = MutableHeaders(scope=self.start)
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):
            del headers[name]
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": body})


def _is_page(message: Message) -> bool:
    headers = MutableHeaders(raw=list(message.get("headers", ())))
    small = int(headers.get("content-length", MOST)) < MOST
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers and small
