"""What one stage shows: a run, a view of it, its labels; and all of that as one message the browser draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal
from zlib import crc32

import numpy as np

from gruviz.drawing.colours import data_domain
from gruviz.protocol.experiments import own_numbers
from gruviz.protocol.headline import Menu, Status, menus
from gruviz.protocol.message import pack
from gruviz.protocol.outputs import HeadOutputs
from gruviz.protocol.shared_data import whole
from gruviz.protocol.tiles import LONGEST_LABEL, MOST_CHANNELS, Tile, tile
from gruviz.protocol.view import VIEW_FIELDS, View
from gruviz.tasks.answers import Head
from gruviz.tracing.analysis import Ranking, ranking
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.trace import Traceable
from gruviz.wording.words import words

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Run:
    """A trace, and the model it is of.

    Args:
        id: a text that changes when the trace's values may have changed.
        trace: what the model did.
        model: shared between visitors, only to be read.
        head: of a model that has learned a task; None where it has none.
        target: (time, k) what its head should say, as `gruviz.inputs.sequence.Sequence.target` has it, or None.
    """

    id: str
    trace: GateTrace
    model: Traceable
    head: Head | None = None
    target: np.ndarray | None = None

    @cached_property
    def said(self) -> HeadOutputs | None:
        """What the head says, if there is one."""
        return None if self.head is None else HeadOutputs(self.head, self.target, self.trace)

    @property
    def bytes(self) -> int:
        """What it holds: the trace's arrays, the model's weights, about 100 bytes a label."""
        t, weights = self.trace, (*self.model.parameters(), *self.model.buffers())
        due = 0 if self.target is None else self.target.nbytes
        return sum(array.nbytes for array in (t.r, t.z, t.n, t.h, t.x, t.h0, *weights)) + due + 100 * len(t.labels)


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
        form: "beside" for one of several under a common head; "above" for the first of several one above
            another, which has the head of all, and "below" for the others.
        differs: the term of its equations by which it is another function than its neighbours; "" for none.
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
    form: Literal["", "beside", "above", "below"] = ""
    differs: Literal["", "reset"] = ""

    @property
    def layer(self) -> int:
        """The layer the view opens on, as far as there is one."""
        return min(self.view.layer, self.run.trace.h.shape[0] - 1)


def message(scene: Scene, key: str = "", *, part: Tile | None = None, order: Ranking | None = None) -> bytes:
    """One message with all the browser draws, and computes with where it can ask nobody; see `lean` for one without.

    Args:
        scene: what to show.
        key: of the stage on its page.
        part: the tile to send; the whole of the view's layer when None.
        order: of the units, that of the view; as they are when None.

    Returns:
        The message, see `gruviz.protocol.message`: the trace's numbers, colours, words and the view to open with; its
        first batch entry. "model" and arrays "model/..." are those of `gruviz.protocol.experiments.own_numbers`.

    >>> import gruviz
    >>> from gruviz.protocol.message import unpack
    >>> model = gruviz.SplitGRU(1, 3)
    >>> header, arrays = unpack(message(Scene(Run("a", gruviz.trace(model, np.ones((5, 1))), model))))
    >>> header["trace"]["units"], arrays["h"].shape, arrays["order"].tolist()
    (3, (5, 3), [0, 1, 2])
    """
    header, arrays = _parts(scene, key, part, order)
    run, model = scene.run, None
    if run.model is not None:
        model, held = own_numbers(run.model, run.trace, run.head, run.target)
        arrays |= {f"model/{name}": array for name, array in held.items()}
    return pack({**whole(header), "model": model}, arrays)


def lean(
    scene: Scene,
    key: str,
    alike: str,
    *,
    part: Tile,
    order: Ranking,
    sums: tuple[dict[str, int], Arrays] | None = None,
) -> bytes:
    """The same for a page that fetches what scenes have alike, see `gruviz.protocol.shared_data`, and that can ask.

    Args:
        scene, key, part, order: as in `message`.
        alike: where the browser finds that, beside the stage's own files.
        sums: of which unit and steps, and they: what the stage would ask first.
    """
    header, arrays = _parts(scene, key, part, order)
    about, tables = sums or (None, {})
    told = {f"sums/{gate}": table for gate, table in tables.items()}
    return pack({**header, "alike": alike, "sums": about}, {**arrays, **told})


def _parts(scene: Scene, key: str, part: Tile | None, order: Ranking | None) -> tuple[dict[str, Any], Arrays]:
    trace, labels = scene.run.trace, scene.labels
    m, span = trace.meta, data_domain(trace.x)
    said = scene.run.said
    about, arrays = part or tile(trace, scene.layer, said=said)
    view = {name: getattr(scene.view, name) for name in VIEW_FIELDS}
    header = {
        "key": key,
        "address": scene.address,
        "cursor": scene.cursor,
        **({"form": scene.form, "differs": scene.differs} if scene.form or scene.differs else {}),
        "trace": {
            "id": scene.run.id,
            "kind": m.kind,
            "reset": m.reset,
            "steps": m.steps,
            "units": m.hidden_size,
            "inputs": m.input_size,
            "layers": trace.h.shape[0],
            "bidirectional": m.bidirectional,
            "labelled": any(trace.labels),
            "asks": any(labels.due),
            "input": f"{crc32(np.ascontiguousarray(trace.x[0])):08x}",  # what was drawn over another is no use here
        },
        "unit_names": list(labels.units),
        "channels": [name[:LONGEST_LABEL] for name in labels.channels[:MOST_CHANNELS]],
        "layer_names": layer_names(trace, labels.language),
        "language": labels.language,
        # without numbers below 0 the input's lines need no room there
        "span": {"low": span.low, "high": span.high, "from": span.low if (trace.x < 0).any() else 0.0},
        "x_ends": _ends(trace.x[0], about["x_each"]),
        "reach": {gate: _reach(getattr(trace, gate)) for gate in ("n", "h")},
        "view": {name: value for name, value in view.items() if value != _USUAL[name]} | {"layer": scene.layer},
        "home": {"t": scene.home[0], "unit": scene.home[1]},
        "place": scene.place,
        "visit": scene.visit,
        "chosen": {menu.name: menu.chosen for menu in scene.menus},
        "status": None if scene.status is None else scene.status.as_header(),
        "tile": labels.answered(about),
    }
    if said is not None:
        header["answer"] = said.header(header["channels"])
    if scene.menus and scene.menus != menus(labels.language, header["chosen"]):  # a model of the visitor's own
        header["menus"] = [asdict(menu) for menu in scene.menus]
    return header, {**arrays, **ranked(order or ranking(trace, "index"))}


_USUAL = {name: getattr(View(), name) for name in VIEW_FIELDS}


def ranked(found: Ranking) -> dict[str, np.ndarray]:
    """An order of the units as the browser takes it: "order", and "values" where it is one of numbers."""
    return {"order": found.order} | ({} if found.values is None else {"values": found.values.astype(np.float32)})


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
    if not any(values.strides):  # one number for all: nothing is computed yet
        values = values[(slice(1),) * values.ndim]
    largest = float(np.abs([values.min(), values.max()]).max())  # no copy of a large array
    if np.isfinite(largest):
        return largest
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0
