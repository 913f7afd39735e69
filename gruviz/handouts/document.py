"""Self-contained HTML file: scenes and the code that shows them, without any network request."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from string import Template

from gruviz.handouts.stage_code import FOLDER, packed, packed_code
from gruviz.wording.words import words

_SHELL = FOLDER / "handout"


def document(messages: Sequence[bytes], *, title: str, language: str) -> str:
    """Return the HTML file as text.

    Args:
        messages: one per scene, see `gruviz.handouts.scene_message.slide_message`.
        title: title of the file.
        language: the language it opens in, "en" or "ko"; both are in the file.
    """
    texts = words(language)["handout"]
    return _template().substitute(
        language=language,
        title=html.escape(" ".join(title.split()).encode("utf-8", "replace").decode()),  # replaces a lone surrogate
        needs=html.escape(texts["needs"]),
        damaged=html.escape(texts["damaged"]),
        no_script=html.escape(texts["no_script"]),
        code=packed_code(),
        scenes="\n".join(f'<script type="text/plain" data-scene>{packed(message)}</script>' for message in messages),
    )


@cache
def _template() -> Template:
    """Return assets/handout/page.html with its style and loader inserted."""
    page, style, loader = ((_SHELL / name).read_text("utf-8") for name in ("page.html", "page.css", "loader.js"))
    style = re.sub(r"/\*.*?\*/\s*", "", style, flags=re.DOTALL)
    loader = "\n".join(line for line in loader.split("\n") if not line.lstrip().startswith(("//", "/**", "*", "*/")))
    escaped = {"style": style.replace("$", "$$"), "loader": loader.replace("$", "$$")}
    return Template(Template(page).safe_substitute(escaped))
