"""What all scenes of one language have alike: it travels once, by an address of its own, and not with every scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from gruviz.drawing.colours import (
    LINES,
    LINES_DARK,
    NOT_A_NUMBER,
    OUT_OF_RANGE,
    PALETTES,
    Domain,
    gate_domain,
)
from gruviz.drawing.pooling import STATISTICS
from gruviz.protocol.headline import menus
from gruviz.protocol.view import DIAGRAMS, View
from gruviz.tracing.analysis import ORDERS
from gruviz.tracing.gate_trace import GATES
from gruviz.wording.words import words


@cache
def alike(language: str) -> dict[str, Any]:
    """Words, colours and choices of every scene, as JSON can hold them. Do not change it: everyone is given the same.

    Args:
        language: "en" or "ko".

    >>> alike("en")["words"]["keeps"], [menu["name"] for menu in alike("en")["menus"]]
    ('z = 1 keeps', ['weights', 'model'])
    """
    w = words(language)
    page = w["page"]
    return {
        "palettes": _palettes(),
        "odd": {"nan": NOT_A_NUMBER, "outside": OUT_OF_RANGE},
        "lines": {"light": LINES, "dark": LINES_DARK},
        "words": {
            **w["stage"],
            "gates": w["gates"],
            "captions": w["captions"],
            "short": w["captions_short"],
            "keeps": w["figure"]["keeps"],
            "hover": w["hover"],
            "orders": w["orders"],
            "statistics": w["statistics"],
            "phases": w["phases"],
            "layers": {  # for a scene that the browser builds; see `gruviz.protocol.scene.layer_names`
                "name": page["layer_name"],
                "way": page["layer_name_way"],
                "forward": page["forward"],
                "reverse": page["reverse"],
            },
            "terms": w["terms"],
        },
        "orders": list(ORDERS),
        "statistics": list(STATISTICS),
        "diagrams": list(DIAGRAMS),
        "defaults": asdict(View()),
        "menus": [asdict(menu) for menu in menus(language)],
    }


def whole(header: Mapping[str, Any]) -> dict[str, Any]:
    """A scene's header with what it has alike with others; the browser does the same (assets/stage/data/scene.js).

    Args:
        header: of a scene; it names the language.
    """
    found = {**alike(header["language"]), **header}
    span = found.pop("span")
    found["palettes"] = {theme: {**each, "x": {**each["x"], **span}} for theme, each in found["palettes"].items()}
    found["view"] = {**found["defaults"], **found["view"]}
    chosen = found.pop("chosen")
    found["menus"] = [{**menu, "chosen": chosen[menu["name"]]} for menu in found["menus"] if menu["name"] in chosen]
    return found


def _palettes() -> dict[str, dict[str, dict[str, Any]]]:
    """Domain and colours of every panel in both themes; how far the input's reaches is each scene's own."""
    domains = {"x": Domain(-1.0, 1.0, True), **{gate: gate_domain(gate) for gate in GATES}}
    return {
        theme: {
            name: {"low": found.low, "high": found.high, "colours": list(colours[found.diverging])}
            for name, found in domains.items()
        }
        for theme, colours in PALETTES.items()
    }
