"""What one stage shows: a run, a view of it, its labels; and all of that as one message the browser draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
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
from gruviz.stage.headline import Menu, Status
from gruviz.stage.packing import pack
from gruviz.stage.tiles import LONGEST_LABEL, MOST_CHANNELS, Tile, tile
from gruviz.tracing.analysis import ORDERS, Ranking, ranking
from gruviz.tracing.gate_trace import GATES, GateTrace
from gruviz.tracing.trace import Traceable
from gruviz.wording.words import words

DIAGRAMS = ("unit", "layer", "lines")
EQUATIONS = ("both", "symbols", "numbers")
PANELS = (*GATES, "x")
COLOURS = ("fixed", "stretched")
XSCALES = ("shared", "own")


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
        turned: that order from the other end.
        subset: names units as "0-7, 12"; all when empty.
        stat: what stands for cells that share a pixel.
        diagram: the cell diagram of one "unit" or of the whole "layer", or the unit's "lines" over time.
        equations: written with "symbols", "numbers" or "both".
        hide: letters of the panels that are not shown.
        large: the one panel that has all the room; "" for none.
        colours: of n and h: "fixed" over -1 to 1, or "stretched" over what they hold.
        xscale: the inputs are drawn on one "shared" scale, or each on its "own".
    """

    layer: int = 0
    t: int | None = None
    unit: int | None = None
    gate: str = "h"
    first: int = 0
    last: int | None = None
    order: str = "index"
    turned: bool = False
    subset: str = ""
    stat: str = "mean"
    diagram: str = "unit"
    equations: str = "both"
    hide: str = ""
    large: str = ""
    colours: str = "fixed"
    xscale: str = "shared"

    def within(self, trace: GateTrace) -> View:
        """This view with nothing left open, moved into a trace where it lies outside of it."""
        layers, _, steps, units = trace.h.shape
        last = steps - 1 if self.last is None else min(self.last, steps - 1)
        first, last = sorted((min(self.first, steps - 1), last))
        return replace(
            self, layer=min(self.layer, layers - 1), t=min(self.t or 0, steps - 1),
            unit=min(self.unit or 0, units - 1), first=first, last=last,
        )  # fmt: skip


VIEW_FIELDS = tuple(each.name for each in fields(View))


@dataclass(frozen=True)
class Labels:
    """What things are called.

    Args:
        units: names of the units, or none.
        channels: names of the inputs, or none.
        language: "en" or "ko".
        due: the answer due at each step, or none.
    """

    units: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    language: str = "en"
    due: tuple[str, ...] = ()

    def answered(self, about: dict[str, Any]) -> dict[str, Any]:
        """The header of a tile, with what is due at its steps."""
        due = self.due[about["first"] : about["last"] + 1] if about["each"] == 1 else ()
        return about | {"due": [text[:LONGEST_LABEL] for text in due]}


@dataclass(frozen=True, eq=False)
class Scene:
    """One stage's content.

    Args:
        run: what is shown.
        view: to open with.
        labels: names, and the language.
        home: (step, unit) to go to where nobody has chosen any.
        menus: what can be chosen over the stage.
        status: what is said there; None for nothing.
        place: a text; when it changes the stage goes to `view`. None leaves it where it is.
        visit: another number sends the stage to all of `view`, wherever it is: the visitor went back in time.
        address: prefix of the view's fields in the page's address, such as "a."; "" for none, None to keep them out.
        cursor: name of the cursor shared with other stages of the page; "" for one of its own.
    """

    run: Run
    view: View = field(default_factory=View)
    labels: Labels = field(default_factory=Labels)
    home: tuple[int, int] = (0, 0)
    menus: tuple[Menu, ...] = ()
    status: Status | None = None
    place: str | None = None
    visit: int = 0
    address: str | None = None
    cursor: str = ""

    @property
    def layer(self) -> int:
        """The layer the view opens on, as far as there is one."""
        return min(self.view.layer, self.run.trace.h.shape[0] - 1)


def message(scene: Scene, key: str = "", *, part: Tile | None = None, order: Ranking | None = None) -> bytes:
    """One message with the trace's numbers, colours, words and the view to open with; its first batch entry.

    Args:
        scene: what to show.
        key: of the stage on its page.
        part: the tile to send; the whole of the view's layer when None.
        order: of the units, that of the view; as they are when None.

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
            "labelled": any(trace.labels), "asks": any(labels.due),
        },
        "unit_names": list(labels.units),
        "channels": [name[:LONGEST_LABEL] for name in labels.channels[:MOST_CHANNELS]],
        "layer_names": layer_names(trace, labels.language),
        "language": labels.language,
        "palettes": palettes(data_domain(trace.x), signed=bool((trace.x < 0).any())),
        "x_ends": _ends(trace.x[0], about["x_each"]),
        "reach": {gate: _reach(getattr(trace, gate)) for gate in ("n", "h")},
        "odd": {"nan": NOT_A_NUMBER, "outside": OUT_OF_RANGE},
        "lines": {"light": LINES, "dark": LINES_DARK},
        "words": {
            **w["stage"], "gates": w["gates"], "captions": w["captions"], "short": w["captions_short"],
            "keeps": w["figure"]["keeps"], "hover": w["hover"], "orders": w["orders"], "statistics": w["statistics"],
            "phases": w["phases"],
        },
        "orders": ORDERS,
        "statistics": STATISTICS,
        "diagrams": DIAGRAMS,
        "view": asdict(scene.view) | {"layer": scene.layer},
        "defaults": asdict(View()),
        "home": {"t": scene.home[0], "unit": scene.home[1]},
        "place": scene.place,
        "visit": scene.visit,
        "menus": [asdict(menu) for menu in scene.menus],
        "status": None if scene.status is None else scene.status.as_header(),
        "tile": labels.answered(about),
    }  # fmt: skip
    return pack(header, {**arrays, **ranked(order or ranking(trace, "index"))})


def looked_at(order: str, view: View) -> tuple[int, int] | None:
    """The steps an order of the units is about: those seen, where it is by what is active there; None for all."""
    return (view.first, view.last) if order == "active" else None


def ranked(found: Ranking) -> dict[str, np.ndarray]:
    """An order of the units as the browser takes it: "order", and "values" where it is one of numbers."""
    return {"order": found.order} | ({} if found.values is None else {"values": found.values.astype(np.float32)})


def palettes(of_input: Domain, *, signed: bool = True) -> dict[str, dict[str, dict[str, Any]]]:
    """Domain and colours of every panel in both themes, from `gruviz.drawing.colours`.

    Args:
        of_input: the domain of the input.
        signed: whether it has numbers below 0; else its lines need no room there, "from" says so.
    """
    domains = {"x": of_input, **{gate: gate_domain(gate) for gate in GATES}}
    return {
        theme: {
            name: {"low": found.low, "high": found.high, "colours": list(colours[found.diverging])}
            | ({"from": found.low if signed else 0.0} if name == "x" else {})
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


def _ends(x: np.ndarray, each: int) -> list[list[float]]:
    """The lowest and the highest number in each row of the input, a row being so many channels; 0 where none is one."""
    finite = np.where(np.isfinite(x), x, np.nan)
    ends = np.stack([np.fmin.reduce(finite, axis=0), np.fmax.reduce(finite, axis=0)])
    first = range(0, x.shape[1], each)
    return np.nan_to_num([np.fmin.reduceat(ends[0], first), np.fmax.reduceat(ends[1], first)]).T.tolist()


def _reach(values: np.ndarray) -> float:
    """The largest |value|; 0 where none is a finite number."""
    largest = float(np.abs([values.min(), values.max()]).max())  # no copy of a large array
    if np.isfinite(largest):
        return largest
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0
