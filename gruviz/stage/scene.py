"""What one stage shows: a run, a view of it, its labels; and all of that as one message the browser draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from gruviz.drawing.colours import (
    LINES,
    LINES_DARK,
    NOT_A_NUMBER,
    OUT_OF_RANGE,
    PALETTES,
    Domain,
    data_domain,
    gate_domain,
)
from gruviz.drawing.pooling import STATISTICS
from gruviz.stage.packing import pack
from gruviz.stage.tiles import LONGEST_LABEL, MOST_CHANNELS, Tile, tile
from gruviz.tracing.analysis import ORDERS
from gruviz.tracing.gate_trace import GATES, GateTrace
from gruviz.tracing.trace import Traceable
from gruviz.wording.words import words

DIAGRAMS = ("unit", "layer")
PANELS = (*GATES, "x")


@dataclass(frozen=True, eq=False)
class Run:
    """A trace, and the model it is of.

    Args:
        id: a text that changes when the trace's values may have changed.
        trace: what the model did.
        model: shared between visitors, only to be read.
    """

    id: str
    trace: GateTrace
    model: Traceable

    @property
    def bytes(self) -> int:
        """What it holds: the trace's arrays, the model's weights, about 100 bytes a label."""
        t, weights = self.trace, (*self.model.parameters(), *self.model.buffers())
        return sum(array.nbytes for array in (t.r, t.z, t.n, t.h, t.x, t.h0, *weights)) + 100 * len(t.labels)


@dataclass(frozen=True)
class View:
    """Where a run is looked at. The browser changes it, and keeps it in the address.

    Args:
        layer, t, unit, gate: the chosen cell; None where nobody has chosen yet.
        first, last: the steps shown, both included; None is the last step.
        order: of the units, one of `gruviz.tracing.analysis.ORDERS`.
        subset: names units as "0-7, 12"; all when empty.
        stat: what stands for cells that share a pixel.
        diagram: the cell diagram of one "unit" or of the whole "layer".
    """

    layer: int = 0
    t: int | None = None
    unit: int | None = None
    gate: str = "h"
    first: int = 0
    last: int | None = None
    order: str = "index"
    subset: str = ""
    stat: str = "mean"
    diagram: str = "unit"

    def within(self, trace: GateTrace) -> View:
        """This view with nothing left open, moved into a trace where it lies outside of it."""
        layers, _, steps, units = trace.h.shape
        last = steps - 1 if self.last is None else min(self.last, steps - 1)
        first, last = sorted((min(self.first, steps - 1), last))
        return View(
            min(self.layer, layers - 1), min(self.t or 0, steps - 1), min(self.unit or 0, units - 1), self.gate, first,
            last, self.order, self.subset, self.stat, self.diagram,
        )  # fmt: skip


VIEW_FIELDS = tuple(each.name for each in fields(View))


@dataclass(frozen=True)
class Labels:
    """What things are called.

    Args:
        units: names of the units, or none.
        channels: names of the inputs, or none.
        language: "en" or "ko".
    """

    units: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, eq=False)
class Scene:
    """One stage's content.

    Args:
        run: what is shown.
        view: to open with.
        labels: names, and the language.
        home: (step, unit) to go to where nobody has chosen any.
        place: a text; when it changes the stage goes to `view`. None leaves it where it is.
        address: prefix of the view's fields in the page's address, such as "a."; "" for none, None to keep them out.
        cursor: name of the cursor shared with other stages of the page; "" for one of its own.
    """

    run: Run
    view: View = field(default_factory=View)
    labels: Labels = field(default_factory=Labels)
    home: tuple[int, int] = (0, 0)
    place: str | None = None
    address: str | None = None
    cursor: str = ""

    @property
    def layer(self) -> int:
        """The layer the view opens on, as far as there is one."""
        return min(self.view.layer, self.run.trace.h.shape[0] - 1)


def message(scene: Scene, key: str = "", *, part: Tile | None = None, order: np.ndarray | None = None) -> bytes:
    """One message with the trace's numbers, colours, words and the view to open with; its first batch entry.

    Args:
        scene: what to show.
        key: of the stage on its page.
        part: the tile to send; the whole of the view's layer when None.
        order: permutation, display row -> unit, for the view's order; as they are when None.

    Returns:
        The message, see `gruviz.stage.packing`.

    >>> import gruviz
    >>> from gruviz.stage.packing import unpack
    >>> model = gruviz.SplitGRU(1, 3)
    >>> header, arrays = unpack(message(Scene(Run("a", gruviz.trace(model, np.ones((5, 1))), model))))
    >>> header["trace"]["units"], arrays["h"].shape, arrays["order"].tolist()
    (3, (5, 3), [0, 1, 2])
    """
    trace, labels = scene.run.trace, scene.labels
    m, w = trace.meta, words(labels.language)
    about, arrays = part or tile(trace, scene.layer)
    header = {
        "key": key,
        "address": scene.address,
        "cursor": scene.cursor,
        "trace": {
            "id": scene.run.id, "kind": m.kind, "reset": m.reset, "steps": m.steps, "units": m.hidden_size,
            "inputs": m.input_size, "layers": trace.h.shape[0], "bidirectional": m.bidirectional,
        },
        "unit_names": list(labels.units),
        "channels": [name[:LONGEST_LABEL] for name in labels.channels[:MOST_CHANNELS]],
        "layer_names": layer_names(trace, labels.language),
        "language": labels.language,
        "palettes": palettes(data_domain(trace.x)),
        "odd": {"nan": NOT_A_NUMBER, "outside": OUT_OF_RANGE},
        "lines": {"light": LINES, "dark": LINES_DARK},
        "words": {
            **w["stage"], "gates": w["gates"], "captions": w["captions"], "keeps": w["figure"]["keeps"],
            "hover": w["hover"], "orders": w["orders"], "statistics": w["statistics"], "phases": w["phases"],
        },
        "orders": ORDERS,
        "statistics": STATISTICS,
        "diagrams": DIAGRAMS,
        "view": asdict(scene.view) | {"layer": scene.layer},
        "defaults": asdict(View()),
        "home": {"t": scene.home[0], "unit": scene.home[1]},
        "place": scene.place,
        "tile": about,
    }  # fmt: skip
    permutation = np.arange(m.hidden_size, dtype=np.int32) if order is None else order
    return pack(header, {**arrays, "order": permutation})


def palettes(of_input: Domain) -> dict[str, dict[str, dict[str, Any]]]:
    """Domain and colours of every panel in both themes, from `gruviz.drawing.colours`.

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


def layer_names(trace: GateTrace, language: str = "en") -> Sequence[str]:
    """What each entry of the layer axis is called."""
    p = words(language)["page"]
    if not trace.meta.bidirectional:
        return [p["layer_name"].format(layer=row) for row in range(trace.h.shape[0])]
    ways = (p["forward"], p["reverse"])
    return [p["layer_name_way"].format(layer=row // 2, way=ways[row % 2]) for row in range(trace.h.shape[0])]
