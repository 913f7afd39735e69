"""What stands at the head of the page Streamlit serves, before its own script runs.

Streamlit asks for the server under the page's own address first (`/train/_stcore/health`), which answers 404 before it
tries further up; told where the server is, it asks once. A page may change Streamlit's theme by a message, if its
origin is one that Streamlit listens to: our own is. And the theme of an address (`look=dark`) is there from the first
frame on, for it is left where Streamlit looks for the one chosen last.

Source: the installed frontend (streamlit/static/static/js): `window.__streamlit`, `stActiveTheme-<path>-v2`.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20  # bytes of a page; what is longer is none of ours
_SCRIPT = b"""<script>
(() => {
  const base = new URL("./", window.location.href), look = new URLSearchParams(window.location.search).get("look");
  window.__streamlit = {
    BACKEND_BASE_URL: base.origin + base.pathname.replace(/\\/+$/, ""),
    HOST_CONFIG: {
      allowedOrigins: [base.origin], useExternalAuthToken: false, enableCustomParentMessages: false,
      enforceDownloadInNewTab: false, metricsUrl: "", blockErrorDialogs: false,
    },
  };
  try {
    const theme = { dark: "Dark", light: "Light" }[look] ?? "System";
    window.localStorage.setItem(`stActiveTheme-${window.location.pathname}-v2`, JSON.stringify(theme));
  } catch (error) {
    console.info("The page's theme is not kept:", error);  // storage is shut: the theme follows once the page is there
  }
})();
</script>"""


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
        body = self.body.replace(b"<head>", b"<head>" + _SCRIPT, 1)
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
