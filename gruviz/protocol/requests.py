"""What a stage asks and what it is answered. A browser may send anything: what cannot be used is an "error"."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gruviz.drawing.pooling import STATISTICS
from gruviz.protocol import experiments
from gruviz.protocol.experiments import WhatIf
from gruviz.protocol.scene import Run, Scene, ranked
from gruviz.protocol.tiles import Tile, columns_of, tile
from gruviz.protocol.view import View, looked_at
from gruviz.tasks.answers import explained, states_of
from gruviz.tracing import explain
from gruviz.tracing.analysis import ORDERS, Ranking, ranking
from gruviz.tracing.gate_trace import GATES, GateTrace
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

KINDS = ("explain", "sums", "tile", "order", "figure", "model", "what_if")
MOST_TERMS = 8
MOST_STEPS = 256  # of "sums" at once: 21 kB
LONGEST_TOKEN = 64
Response = tuple[dict[str, Any], dict[str, np.ndarray]]


def _tile(run: Run, layer: int, window: tuple[int, int]) -> Tile:
    return tile(run.trace, layer, window=window, said=run.said)


def _order(run: Run, order: str, layer: int, window: tuple[int, int] | None) -> Ranking:
    return ranking(run.trace, order, layer=layer, window=window)


def _bent(run: Run, asked: WhatIf) -> Run:
    return Run(f"{run.id} {asked.digest}", experiments.bent(run.model, run.trace, asked), run.model)


@dataclass(frozen=True)
class Request:
    """One question about the trace on the page.

    Args:
        id: comes back with the reply.
        kind: one of `KINDS`.
        view: the place it is about; what a kind does not name stays at its default.
        gate: of "explain", "z", "r", "n" or "h", or "y" for what the model's head says; "sums" are of all.
        out: of "explain" with the gate "y", which of the head's outputs.
        order: of "order", one of `gruviz.tracing.analysis.ORDERS`.
        open: of "figure".
        what_if: of "what_if"; None where there is a problem with it.
        asked: of "what_if", a short text or a whole number that comes back with the reply.
        problem: of "what_if".
    """

    id: int
    kind: str
    view: View
    gate: str = "h"
    out: int = 0
    order: str = "index"
    open: bool = False
    what_if: WhatIf | None = None
    asked: str | int | None = None
    problem: Problem | None = None


def read(value: object, run: Run) -> Request | None:
    """What the browser sent as a question about this run; None where it is none.

    Args:
        value: anything.
        run: the trace on the page.
    """
    if not isinstance(value, Mapping) or value.get("trace") != run.id or number_of(value) is None:
        return None
    layers, _, steps, units = run.trace.h.shape
    kind, named = value.get("kind"), {}
    if kind == "what_if":
        token = value.get("asked")
        short = isinstance(token, str) and len(token) <= LONGEST_TOKEN
        named["asked"] = token if short or _is_whole(token, 2**53) else None
        try:
            named["what_if"] = experiments.read(value.get("edits"), value.get("drawn"), run.trace)
        except Problem as problem:
            return Request(value["id"], kind, View(), problem=problem, **named)
        steps = named["what_if"].steps(steps)
    sizes = {"layer": layers, "t": steps, "unit": units, "first": steps, "last": steps}

    def places(given: Mapping[str, Any], *names: str) -> dict[str, int]:
        return {name: given[name] for name in names if _is_whole(given.get(name), sizes[name])}

    if kind == "explain" and value.get("gate") in GATES:
        wanted, named["gate"] = ("layer", "t", "unit"), value["gate"]
    elif kind == "explain" and value.get("gate") == "y" and run.head is not None:
        if not _is_whole(value.get("out"), len(run.head.w)):
            return None
        wanted, named["gate"], named["out"] = ("layer", "t", "unit"), "y", value["out"]
    elif kind == "sums":
        wanted = ("layer", "unit", "first", "last")
    elif kind == "model":
        wanted = ()
    elif kind in ("tile", "what_if"):
        wanted = ("layer", "first", "last")
    elif kind == "order" and value.get("order") in ORDERS:
        wanted, named["order"] = ("layer", "first", "last"), value["order"]
    elif kind == "figure" and value.get("open") is False:
        wanted = ()
    elif kind == "figure" and value.get("open") is True and isinstance(value.get("view"), Mapping):
        wanted, named["open"] = ("layer", "t", "unit", "first", "last"), True
    else:
        return None
    given = {"first": 0, "last": steps - 1, **value} if kind == "order" else value
    if named.get("open"):  # where nobody has chosen a place, the view says null
        unchosen = {"t": 0, "unit": 0, "first": 0, "last": steps - 1}
        given = unchosen | {name: one for name, one in value["view"].items() if one is not None}
    found = places(given, *wanted)
    if len(found) < len(wanted) or found.get("first", 0) > found.get("last", steps):
        return None
    if kind == "sums" and found["last"] - found["first"] >= MOST_STEPS:
        return None
    stat = given.get("stat")
    view = View(**found)
    return Request(value["id"], kind, replace(view, stat=stat) if stat in STATISTICS else view, **named)


def number_of(value: object) -> int | None:
    """The id of a question, usable or not; None where it has none."""
    found = value.get("id") if isinstance(value, Mapping) else None
    return found if _is_whole(found, 2**53) else None


def _is_whole(value: object, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def reply(
    question: Request,
    scene: Scene,
    tile_of: Callable[[Run, int, tuple[int, int]], Tile] = _tile,
    order_of: Callable[[Run, str, int, tuple[int, int] | None], Ranking] = _order,
    bent_of: Callable[[Run, WhatIf], Run] = _bent,
) -> Response:
    """The reply's header and its arrays.

    Args:
        question: what is asked.
        scene: what the stage shows.
        tile_of: (run, layer, window) -> tile; a server gives one that remembers.
        order_of: (run, order, layer, window) -> ranking; likewise.
        bent_of: (run, experiment) -> the run it gives, without a head; likewise.
    """
    view, run = question.view, scene.run
    head: dict[str, Any] = {"reply": question.id, "kind": question.kind, "trace": run.id}
    if question.kind == "tile":
        header, arrays = tile_of(run, view.layer, (view.first, view.last))
        return {**head, "tile": scene.labels.answered(header)}, arrays
    if question.kind == "order":
        found = order_of(run, question.order, view.layer, looked_at(question.order, view))
        return {**head, "order": question.order, "layer": view.layer}, ranked(found)
    if question.kind == "sums":
        return {**head, **_place(view)}, _sums(view, run)
    if question.kind == "figure":
        return {**head, "open": question.open}, {}
    if question.kind == "model":
        header, arrays = experiments.own_numbers(run.model, run.trace, run.head, run.target)
        return {**head, **header}, arrays
    if question.kind == "what_if":
        try:
            header, arrays = _what_if(question, scene, tile_of, bent_of)
        except Problem as problem:
            why = words(scene.labels.language)["problems"][problem.key].format(**problem.fields)
            return {**head, "kind": "error", "asked": question.asked, "reason": why}, {}
        return {**head, "asked": question.asked, **header}, arrays
    return {**head, **_explained(question, scene)}, {}


def first_sums(scene: Scene, asked: View | None = None) -> Response:
    """What a stage would ask as soon as it rests, to go with its scene: the sums of the unit it opens on.

    Args:
        scene: what it shows.
        asked: what its sums were asked for last, where it stays on the same cell.
    """
    m, view = scene.run.trace.meta, scene.view
    t = min(scene.home[0] if view.t is None else view.t, m.steps - 1)
    unit = min(scene.home[1] if view.unit is None else view.unit, m.hidden_size - 1)
    first = max(0, min(t - MOST_STEPS // 2, m.steps - MOST_STEPS))
    if asked is not None and asked.unit < m.hidden_size and asked.layer == scene.layer:
        unit, first = asked.unit, max(0, min(asked.first, m.steps - MOST_STEPS))
    place = View(layer=scene.layer, unit=unit, first=first, last=min(m.steps, first + MOST_STEPS) - 1)
    return _place(place), _sums(place, scene.run)


def error(value: object, run: Run) -> Response:
    """The reply to what cannot be answered."""
    return {"reply": number_of(value), "kind": "error", "trace": run.id}, {}


def _explained(question: Request, scene: Scene) -> dict[str, Any]:
    view, gate, run = question.view, question.gate, scene.run
    squash: str | None
    if gate == "y":
        found = explained(run.head, run.trace, view.t, question.out)
        squash = "softmax" if run.head.kind == "classes" else None
    else:
        found = explain.number(run.model, run.trace, gate=gate, layer=view.layer, time=view.t, unit=view.unit)
        squash = found.squash
    largest, count, value = found.largest(MOST_TERMS)
    telling = [term for term in largest if term.value != 0]
    count += len(largest) - len(telling)
    return {
        "gate": gate,
        "layer": view.layer,
        "t": view.t,
        "unit": view.unit,
        "value": _real(found.value),
        "squash": squash,
        "total": _real(found.total),
        **({"out": question.out} if gate == "y" else {}),
        "terms": [_term(term, question, scene) for term in telling],
        "rest": {"count": count, "value": _real(value)},
    }


def _what_if(
    question: Request,
    scene: Scene,
    tile_of: Callable[[Run, int, tuple[int, int]], Tile],
    bent_of: Callable[[Run, WhatIf], Run],
) -> Response:
    """The tile of an experiment; rows and scale of what the head says are those of the scene."""
    run, view, asked = scene.run, question.view, question.what_if
    if question.problem is not None:
        raise question.problem
    found = bent_of(run, asked)
    header, arrays = tile_of(found, view.layer, (view.first, view.last))
    if run.said is not None:
        said = run.said.over(None if asked.redrawn else run.target)
        states = states_of(found.trace, 0, view.first, view.last)
        arrays = arrays | said.arrays(states, view.first, columns_of(len(states), found.trace.meta.hidden_size))
    labels = replace(scene.labels, due=()) if asked.redrawn else scene.labels
    return {"computed": found.trace.meta.computed, "tile": labels.answered(header)}, arrays


def _place(view: View) -> dict[str, int]:
    return {name: getattr(view, name) for name in ("layer", "unit", "first", "last")}


def _sums(view: View, run: Run) -> dict[str, np.ndarray]:
    """Of each gate but h (step, part), the parts in the order of `gruviz.tracing.explain.sums`."""
    found = explain.sums(run.model, run.trace, **_place(view))
    with np.errstate(over="ignore"):  # what float32 cannot hold is seen as infinite
        return {gate: np.stack(list(parts.values()), axis=1).astype(np.float32) for gate, parts in found.items()}


def _term(term: explain.Term, question: Request, scene: Scene) -> dict[str, Any]:
    """A term as the stage takes it: with the places its source and its reset gate can be seen at."""
    view, trace = question.view, scene.run.trace
    here = {"layer": view.layer, "t": view.t}
    back = view.t + 1 if trace.reverse(view.layer) else view.t - 1
    at, names = None, scene.labels.units
    if term.kind == "input":
        at, names = _input_place(term.index, view, trace.meta.bidirectional, trace.meta.hidden_size), ()
        if at["gate"] == "x":
            names = scene.labels.channels
    elif term.kind == "write":
        at = {"gate": "n", **here, "unit": term.index}
    elif term.kind == "output":
        at = _read_place(term.index, view.t, trace)
    elif term.index is not None and 0 <= back < trace.meta.steps:
        at = {"gate": "h", "layer": view.layer, "t": back, "unit": term.index}
    gates_itself = trace.meta.reset == "after" or term.index is None
    unit = view.unit if gates_itself else term.index
    index = at["unit"] if at else term.index
    return {
        "kind": term.kind,
        "index": term.index,
        "value": _real(term.value),
        "weight": _real(term.weight),
        "source": _real(term.source),
        "reset": _real(term.reset),
        "at": at,
        "reset_at": None if term.reset is None else {"gate": "r", **here, "unit": unit},
        "name": "" if index is None else names[index][:40] if index < len(names) else str(index),
    }


def _input_place(index: int, view: View, bidirectional: bool, units: int) -> dict[str, Any]:
    """Where an input of a layer can be seen: in the sequence, or as a state of the layer below."""
    directions = 1 + bidirectional
    top = view.layer // directions * directions
    if top == 0:
        return {"gate": "x", "layer": view.layer, "t": view.t, "unit": index}
    return {"gate": "h", "layer": top - directions + index // units, "t": view.t, "unit": index % units}


def _read_place(index: int, t: int, trace: GateTrace) -> dict[str, Any]:
    """Where what a head reads can be seen: the states of the top layer, both directions side by side."""
    top, units = len(trace.h) - 1 - trace.meta.bidirectional, trace.meta.hidden_size
    return {"gate": "h", "layer": top + index // units, "t": t, "unit": index % units}


def _real(value: float | None) -> float | str | None:
    """JSON has no NaN and no inf: they travel as texts."""
    return value if value is None or math.isfinite(value) else str(value)
