"""The stage's ES modules and style sheet as text inside one HTML file, see assets/handout/loader.js."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from collections.abc import Iterable
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from gruviz.protocol.shared_data import alike
from gruviz.wording.words import LANGUAGES, words

FOLDER = Path(__file__).resolve().parents[2] / "assets"
STAGE = FOLDER / "stage"
ENTRY = "hosts/plain_page.js"
_FROM = re.compile(r"""(\bfrom |\bimport |\bimport\()"(\.[^"]+)\"""")
_URL = re.compile(r"""new URL\("(\.[^"]+)", import\.meta\.url\)""")


def without_comments(source: str, *, keep_lines: bool = False) -> str:
    """Return a module without its comment lines and blank lines; a comment after code stays.

    Args:
        source: of the module.
        keep_lines: leave an empty line in place of each, so that line numbers stay right.

    >>> without_comments("// a\\nlet x = 1; // b\\n\\n/** @type {{\\n *  c: d}} */\\n  let y;")
    'let x = 1; // b\\n  let y;'
    """
    lines, inside = [], False
    for line in source.split("\n"):
        text = line.strip()
        if inside or (text.startswith("/*") and ("*/" not in text or text.endswith("*/"))):
            inside = not text.endswith("*/")
        elif text and not text.startswith("//"):
            lines.append(line)
            continue
        if keep_lines:
            lines.append("")
    return "\n".join(lines)


def reached(entries: Iterable[str]) -> dict[str, set[str]]:
    """Return the files that modules load, themselves included, each with those it refers to.

    Args:
        entries: paths within assets/stage.
    """
    needs: dict[str, set[str]] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name in needs:
            continue
        needs[name] = set()
        if name.endswith(".js"):
            source = without_comments((STAGE / name).read_text(encoding="utf-8"))
            needs[name] = {_beside(name, found[-1]) for found in _FROM.findall(source)}
            needs[name] |= {_beside(name, found) for found in _URL.findall(source)}
        waiting += needs[name]
    return needs


@cache
def modules() -> tuple[tuple[str, str, str], ...]:
    """Return the files that the plain page needs, each after the files it refers to.

    Returns:
        (path within assets/stage, media type, source). In a source, "@@3" stands for the address of file 3, in an
        import or in `new URL("@@3")`.
    """
    needs = reached([ENTRY])
    texts = {name: (STAGE / name).read_text(encoding="utf-8") for name in needs}
    sources = {name: without_comments(text) if name.endswith(".js") else text for name, text in texts.items()}
    order = list(TopologicalSorter(needs).static_order())
    number = {name: k for k, name in enumerate(order)}

    def linked(name: str) -> str:
        source = _FROM.sub(lambda found: f'{found[1]}"@@{number[_beside(name, found[2])]}"', sources[name])
        return _URL.sub(lambda found: f'new URL("@@{number[_beside(name, found[1])]}")', source)

    kinds = {".js": "text/javascript", ".css": "text/css"}
    return tuple((name, kinds[Path(name).suffix], linked(name)) for name in order)


def _beside(name: str, path: str) -> str:
    """Resolve a path in a file, relative to the stage's folder."""
    return os.path.normpath((Path(name).parent / path).as_posix()).replace(os.sep, "/")


@cache
def packed_code() -> str:
    """Return the modules and the texts of both languages, compressed, in base64."""
    code = {
        "modules": [[kind, source] for _, kind, source in modules()],
        "shared": {language: alike(language) for language in LANGUAGES},
        "texts": {language: words(language)["handout"] for language in LANGUAGES},
        "languages": LANGUAGES,
    }
    return packed(json.dumps(code, ensure_ascii=False, separators=(",", ":")).encode())


def packed(data: bytes) -> str:
    """Compress bytes with gzip and encode them in base64; equal bytes give equal text."""
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")
