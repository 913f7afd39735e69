"""The stage's own files (assets/stage), served at addresses that carry a hash of their content: cached for ever."""

from __future__ import annotations

import json
from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gruviz.handouts.stage_code import reached, without_comments
from gruviz.protocol.shared_data import alike
from gruviz.wording.words import LANGUAGES

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "stage"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
}
_ELSEWHERE = {"hosts/plain_page.js", "hosts/figure.js", "hosts/in_view.js"}  # no page of the app loads them
PAGE_STYLE = "page.css"  # of what Streamlit draws
_UNDER = "gruviz/stage"
# page_head.py has told where the app is, under a base path and behind a proxy too; a path alone cannot be imported
# from here, for an inline script is a blob. Only the latest call on an element counts, and none once it is gone.
# It travels with every change: not a letter too many
_SCRIPT = """const ready = import(`${{window.__streamlit.BACKEND_BASE_URL}}/{under}/{digest}/{file}`);
const calls = new WeakMap();
export default (given) => {{
 const at = given.parentElement, me = {{}};
 let leave;
 calls.set(at, me);
 ready.then((m) => {{ if (calls.get(at) === me) leave = m.{name}(given); }});
 return () => {{ if (calls.get(at) === me) calls.delete(at); leave?.(); }};
}};"""


@cache
def files() -> dict[str, bytes]:
    """Every file of the stage, by its path within the folder, and what its scenes have alike; once a process."""
    found = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in KINDS]
    told = {alike_at(language): json.dumps(alike(language), ensure_ascii=False).encode() for language in LANGUAGES}
    told[PAGE_STYLE] = (FOLDER.parent / PAGE_STYLE).read_bytes()
    return {path.relative_to(FOLDER).as_posix(): _served(path) for path in found} | told


def _served(path: Path) -> bytes:
    """A file as it is sent: a module without its comments, with the same line numbers."""
    data = path.read_bytes()
    return without_comments(data.decode(), keep_lines=True).encode() if path.suffix == ".js" else data


@cache
def first_modules() -> list[str]:
    """Return the modules that a page of the app loads, sorted: all but those for handouts and for figures elsewhere."""
    entries = [path.relative_to(FOLDER).as_posix() for path in (FOLDER / "hosts").glob("*.js")]
    found = reached(name for name in entries if name not in _ELSEWHERE)
    return sorted(name for name in found if name.endswith(".js"))


def address(name: str) -> str:
    """Where a file is served, under the app's own address."""
    return f"{_UNDER}/{digest()}/{name}"


def alike_at(language: str) -> str:
    """Where the browser finds what the scenes of a language have alike."""
    return f"alike/{language}.json"


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
