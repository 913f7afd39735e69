"""Every word people read, one TOML file per language under assets/words."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "words"
LANGUAGES = {"en": "English", "ko": "한국어"}


@cache
def words(language: str = "en") -> dict[str, Any]:
    """The tables of one language.

    Args:
        language: "en" or "ko".

    Returns:
        Nested tables of texts. Do not change them: the same object is given to everyone.

    Raises:
        ValueError: there is no such language.

    >>> words("en")["gates"]["z"]
    'update gate z'
    """
    if language not in LANGUAGES:
        raise ValueError(f"There are no words in {language!r}; the languages are {', '.join(LANGUAGES)}.")
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
