"""Everything the stage draws, in one message, and the stage's own source text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gruviz.colours import (
    LINES,
    LINES_DARK,
    NOT_A_NUMBER,
    OUT_OF_RANGE,
    PALETTES,
    Domain,
    data_domain,
    gate_domain,
)
from gruviz.gate_trace import GateTrace
from gruviz.packing import pack
from gruviz.tiles import GATES, LONGEST_LABEL, MOST_CHANNELS, Tile, tile
from gruviz.words import words

ASSETS = Path(__file__).resolve().parent.parent / "assets"
# in this order they are one ES module; only the last exports
SCRIPTS = (
    "stage_scene.js",
    "stage_panels.js",
    "stage_cell.js",
    "stage_why.js",
    "stage_hands.js",
    "stage.js",
    "stage_streamlit.js",
)
VIEW: dict[str, Any] = {
    "t": None, "unit": None, "gate": "h", "layer": 0, "first": 0, "last": None, "order": "index", "subset": "",
    "stat": "mean", "diagram": "unit",
}  # fmt: skip


def scene(
    trace: GateTrace,
    *,
    trace_id: str = "",
    view: Mapping[str, Any] | None = None,
    home: tuple[int, int] = (0, 0),
    place: str | None = None,
    part: Tile | None = None,
    order: np.ndarray | None = None,
    units: Sequence[str] = (),
    channels: Sequence[str] = (),
    language: str = "en",
) -> bytes:
    """One message with the trace's numbers, colours, words and the view to open with.

    Args:
        trace: what to show; its first batch entry.
        trace_id: a text that changes when the trace's values change.
        view: what to open with, any of the keys of `VIEW`.
        home: (step, unit) to go to when nobody has chosen any.
        place: a text; when it changes the client goes to `view`. None leaves the client where it is.
        part: the tile to send; the whole of the view's layer when None.
        order: permutation, display row -> unit, for the view's order; as they are when None.
        units: names of the units, or none.
        channels: names of the inputs, or none.
        language: "en" or "ko".

    Returns:
        The message, see `gruviz.packing`.

    Raises:
        ValueError: the view's layer is not in the trace.

    >>> from gruviz import SplitGRU, trace
    >>> from gruviz.packing import unpack
    >>> header, arrays = unpack(scene(trace(SplitGRU(1, 3), np.ones((5, 1)))))
    >>> header["trace"]["units"], arrays["h"].shape, arrays["order"].tolist()
    (3, (5, 3), [0, 1, 2])
    """
    m, w, shown = trace.meta, words(language), {**VIEW, **(view or {})}
    about, arrays = part or tile(trace, shown["layer"])
    header = {
        "trace": {
            "id": trace_id, "kind": m.kind, "reset": m.reset, "steps": m.steps, "units": m.hidden_size,
            "inputs": m.input_size, "layers": trace.h.shape[0], "bidirectional": m.bidirectional,
        },
        "unit_names": list(units),
        "channels": [name[:LONGEST_LABEL] for name in channels[:MOST_CHANNELS]],
        "layer_names": layer_names(trace, language),
        "language": language,
        "palettes": palettes(data_domain(trace.x)),
        "odd": {"nan": NOT_A_NUMBER, "outside": OUT_OF_RANGE},
        "lines": {"light": LINES, "dark": LINES_DARK},
        "words": {
            **w["stage"], "gates": w["gates"], "captions": w["captions"], "keeps": w["figure"]["keeps"],
            "hover": w["hover"], "orders": w["orders"], "statistics": w["statistics"], "phases": w["phases"],
        },
        "view": shown,
        "defaults": VIEW,
        "home": {"t": home[0], "unit": home[1]},
        "place": place,
        "tile": about,
    }  # fmt: skip
    permutation = np.arange(m.hidden_size, dtype=np.int32) if order is None else order
    return pack(header, {**arrays, "order": permutation})


def palettes(of_input: Domain) -> dict[str, dict[str, dict[str, Any]]]:
    """Domain and colours of every panel in both themes, from `gruviz.colours`.

    Args:
        of_input: the domain of the input.
    """
    domains = {"x": of_input, **{gate: gate_domain(gate) for gate in GATES}}
    return {
        theme: {
            name: {"low": found.low, "high": found.high, "colours": list(colours[found.diverging])}
            for name, found in domains.items()
        }
        for theme, colours in PALETTES.items()
    }


def layer_names(trace: GateTrace, language: str = "en") -> list[str]:
    """What each entry of the layer axis is called."""
    p = words(language)["page"]
    if not trace.meta.bidirectional:
        return [p["layer_name"].format(layer=row) for row in range(trace.h.shape[0])]
    ways = (p["forward"], p["reverse"])
    return [p["layer_name_way"].format(layer=row // 2, way=ways[row % 2]) for row in range(trace.h.shape[0])]


def script() -> str:
    """The stage's JavaScript, one ES module."""
    return "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS)


def style() -> str:
    """The stage's CSS."""
    return (ASSETS / "stage.css").read_text(encoding="utf-8")


def markup() -> str:
    """The stage's HTML."""
    return (ASSETS / "stage.html").read_text(encoding="utf-8")
