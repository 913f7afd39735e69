"""The stage's own files (assets/stage), served at addresses that carry a hash of their content: cached for ever."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "stage"
KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_UNDER = "gruviz/stage"
# Streamlit's own script tells where the app is, under a base path and behind a proxy too; a path alone cannot be
# imported from here, for an inline script is a blob
_SCRIPT = """
const own = [...document.scripts].find(({{ src }}) => src.includes("/static/js/"));
const base = own ? own.src.slice(0, own.src.indexOf("/static/js/") + 1) : new URL("./", window.location.href).href;
const ready = import(new URL("{under}/{digest}/{file}", base).href);
const missing = (error) => console.warn("The stage's files could not be loaded.", error);
export default function (given) {{
  let left = false, leave;
  ready.then((found) => {{ if (!left) leave = found.{name}(given); }}, missing);
  return () => {{ left = true; leave?.(); }};
}}
"""


@cache
def files() -> dict[str, bytes]:
    """Every file of the stage, by its path within the folder; read once a process."""
    found = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in KINDS]
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in found}


@cache
def digest() -> str:
    """A hash of all of them: one changed file changes the address of each, for they import one another."""
    hashed = blake2b(digest_size=8)
    for name, data in files().items():
        hashed.update(f"{name} {len(data)} ".encode() + data)
    return hashed.hexdigest()


@cache
def script(file: str, name: str) -> str:
    """The few lines a component carries: they import one of the files and hand everything on to it.

    Args:
        file: its path in `assets/stage`.
        name: the function it exports for this component.
    """
    return _SCRIPT.format(under=_UNDER, digest=digest(), file=file, name=name)


def routes() -> list[Route]:
    """What a server answers at those addresses, under any base path."""
    place = f"{_UNDER}/{{digest}}/{{file:path}}"
    return [Route(f"/{place}", _answer), Route(f"/{{base:path}}/{place}", _answer)]


async def _answer(request: Request) -> Response:
    name = request.path_params["file"]
    if request.path_params["digest"] != digest() or name not in files():
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(files()[name], media_type=KINDS[Path(name).suffix], headers=headers)
