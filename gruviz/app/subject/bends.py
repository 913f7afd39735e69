"""Interventions as text of the address, read and written as assets/stage/editor/edit_text.js does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gruviz.protocol.experiments import MOST_UNITS
from gruviz.protocol.view import CUT
from gruviz.tracing.interventions import Clamp, Intervention, Lesion

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)
_PLACE = re.compile(r"(\d{1,9})(?:,(\d{1,9}))?", re.ASCII)
_LONGEST_NUMBER = 32
_WORDS = {"clamp": 3, "scale": 3, "bias": 3, "lesion": 1, "weight": 4}  # of each kind, before the places
_PLACES = {"lesion": "ul", "weight": "l"}  # elsewhere units, steps and layer


def as_text(changes: Iterable[Intervention]) -> str:
    """Clamps and lesions of all steps as text.

    >>> as_text((Lesion((3, 4)), Clamp("z", 0.25, units=(0,), layer=1)))
    'lesion u3,4;clamp z 0.25 u0 l1'
    """
    pieces = []
    for one in changes:
        units = "" if one.units is None else f" u{','.join(map(str, one.units))}"
        layer = f" l{one.layer}" if one.layer else ""
        if isinstance(one, Lesion):
            pieces.append(f"lesion{units}{layer}")
        elif isinstance(one, Clamp):
            pieces.append(f"clamp {one.gate} {one.value:.4g}{units}{layer}")
    return ";".join(pieces)


def edits_of(text: str) -> list[dict[str, Any]] | None:
    """Parse a text into its active edits, as `gruviz.protocol.experiments.read` takes them; None if any is unreadable.

    >>> edits_of("clamp z 1 u3,5-6 t5-9 l1;-lesion u2;bias n -0.5")
    [{'do': 'clamp', 'gate': 'z', 'value': 1.0, 'units': [3, 5, 6], 'steps': [5, 9], 'layer': 1}, \
{'do': 'bias', 'gate': 'n', 'value': -0.5, 'units': None, 'steps': None, 'layer': 0}]
    >>> edits_of("clamp z 1;pull r 2"), edits_of("")
    (None, [])
    """
    found = []
    for piece in filter(None, map(str.strip, text.split(";"))):
        if piece[0] in "-~":  # kept, and does not act
            continue
        edit = None if piece == CUT else _edit(piece.split())
        if edit is None:
            return None
        found.append(edit)
    return found


def _edit(words: list[str]) -> dict[str, Any] | None:
    do = words[0]
    count = _WORDS.get(do)
    if count is None or len(words) < count:
        return None
    at = _places(words[count:], _PLACES.get(do, "utl"))
    if at is None or do == "lesion":
        return at and {"do": do, "units": at["units"], "layer": at["layer"]}
    number = words[count - 1]
    if len(number) > _LONGEST_NUMBER or not _NUMBER.fullmatch(number):
        return None
    if do != "weight":
        return {"do": do, "gate": words[1], "value": float(number), **at}
    place = _PLACE.fullmatch(words[2])
    if place is None:
        return None
    row, column = (None if each is None else int(each) for each in place.groups())
    return {"do": do, "name": words[1], "row": row, "column": column, "value": float(number), "layer": at["layer"]}


def _places(words: list[str], letters: str) -> dict[str, Any] | None:
    """Units, steps and layer; None where they cannot be read."""
    given: dict[str, str] = {}
    for word in words:
        if word[0] not in letters or word[0] in given:
            return None
        given[word[0]] = word[1:]
    layer, steps = given.get("l", "0"), _ends(given["t"]) if "t" in given else None
    if not (layer.isascii() and layer.isdecimal() and len(layer) < 10) or ("t" in given and steps is None):
        return None
    units = None
    if "u" in given:
        named = bytearray(MOST_UNITS)  # an address may name the same stretch hundreds of times
        for word in given["u"].split(","):
            ends = _ends(word)
            if ends is None:
                return None
            first, end = (min(each, MOST_UNITS) for each in (ends[0], ends[1] + 1))
            named[first:end] = b"\1" * (end - first)
        units = [unit for unit, there in enumerate(named) if there]
    return {"units": units, "steps": steps, "layer": int(layer)}


def _ends(word: str) -> list[int] | None:
    """The ends of "5-9" or "5", the lower first."""
    found = _SPAN.fullmatch(word)
    return None if found is None else sorted((int(found[1]), int(found[2] or found[1])))
