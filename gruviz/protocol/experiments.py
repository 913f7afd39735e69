"""Experiments: all a browser needs to compute one itself, and one it asks for, read from whatever it may send."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np

from gruviz.inputs.sequence import MAX_STEPS, MAX_VALUES
from gruviz.models.gru import ConcatGRU
from gruviz.tasks.answers import Head
from gruviz.tracing.gate_trace import GATES, GateTrace
from gruviz.tracing.interventions import Bias, Clamp, Intervention, Lesion, Scale, Weight
from gruviz.tracing.pieces import Report
from gruviz.tracing.trace import Traceable, layer_weights, trace
from gruviz.wording.problems import Problem

MOST_EDITS = 100  # as in assets/stage/editor/edit_text.js
MOST_UNITS = 4096  # named by one of them
MOST_BYTES = 8 * 2**20  # of a model and its input, in the browser
LARGEST = 1e6  # of a number that is set, added or multiplied with
_REAL = {int, float}


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What shall be different from a run.

    Args:
        changes: interventions, in the order they act.
        x: (time, input) float32, the input as it was redrawn; None for the run's own.
        origins: of each step of x, the step of the run's own input it is a copy of, -1 where it is none; None with it.
    """

    changes: tuple[Intervention, ...] = ()
    x: np.ndarray | None = None
    origins: np.ndarray | None = None

    @property
    def redrawn(self) -> bool:
        """Whether the input is another."""
        return self.x is not None

    @cached_property
    def digest(self) -> str:
        """A short text, the same where the experiment is."""
        hashed = blake2b(repr(self.changes).encode(), digest_size=12)
        for array in (self.x, self.origins):
            hashed.update(b"-" if array is None else str(array.shape).encode() + array.tobytes())
        return hashed.hexdigest()

    def steps(self, own: int) -> int:
        """How many steps it has, of a run with so many of its own."""
        return own if self.x is None else len(self.x)

    def along(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Texts that stand at the run's steps, one each or none at all, where those steps are now.

        >>> WhatIf(x=np.zeros((3, 1)), origins=np.array([2, -1, 0])).along(("a", "b", "c"))
        ('c', '', 'a')
        """
        if self.origins is None or not texts:
            return tuple(texts)
        return tuple(texts[origin] if origin >= 0 else "" for origin in self.origins.tolist())


def read(edits: object, drawn: object, trace: GateTrace) -> WhatIf:
    """What a browser asks for as an experiment on a run.

    Args:
        edits: a list of {do, gate, value, units, steps, layer, name, row, column}, of which each kind of edit needs
            its own: see `gruviz.tracing.interventions`. An edit of a layer, unit or step that does not exist does
            nothing, as in assets/stage/model/interventions.js.
        drawn: null for the run's own input, or a list of [first, last], steps of it that are copied, both included,
            and of {"o": step it stands for or -1, "x": the numbers of one step}.
        trace: of the run.

    Raises:
        Problem: it cannot be read, or is too much; nothing large is made before.

    >>> from gruviz import SplitGRU, trace
    >>> free = trace(SplitGRU(1, 4), np.ones((6, 1)))
    >>> read([{"do": "lesion", "units": [2, 0]}], [[4, 5], {"o": -1, "x": [0.5]}], free).changes[0].units
    (0, 2)
    """
    x = origins = None
    if drawn is not None:
        x, origins = _drawn(drawn, trace.x[0])
        if len(x) == trace.meta.steps and np.array_equal(origins, np.arange(len(x))):
            x = origins = None
    if not isinstance(edits, list | tuple):
        raise Problem("what_if_edit", number=1)
    if len(edits) > MOST_EDITS:
        raise Problem("what_if_many", found=len(edits), limit=MOST_EDITS)
    steps = trace.meta.steps if x is None else len(x)
    changes: list[Intervention] = []
    for number, each in enumerate(edits):
        found = _read_edit(each, trace, steps)
        if found is None:
            raise Problem("what_if_edit", number=number + 1)
        changes += found
    return WhatIf(tuple(changes), x, origins)


def _drawn(drawn: object, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The input (time, input) and the origins of its steps."""
    if not isinstance(drawn, list | tuple) or not drawn:
        raise Problem("what_if_drawn", piece=1)
    steps, inputs = own.shape
    most, count = min(MAX_STEPS, MAX_VALUES // inputs), 0
    pieces: list[tuple[np.ndarray, np.ndarray]] = []
    for number, piece in enumerate(drawn):
        match piece:
            case [first, last] if _is_whole(first, steps) and _is_whole(last, steps) and first <= last:
                count += last + 1 - first
            case {"o": origin, "x": list(values)} if _is_whole(origin, steps) or (type(origin) is int and origin == -1):
                count += 1
                row = _numbers(values, inputs)
                if row is None:
                    raise Problem("what_if_drawn", piece=number + 1)
                pieces.append((row[None], np.array([-1], np.int32)))
            case _:
                raise Problem("what_if_drawn", piece=number + 1)
        if count > most:
            raise Problem("what_if_long", limit=most)
        if isinstance(piece, list | tuple):
            pieces.append((own[first : last + 1], np.arange(first, last + 1, dtype=np.int32)))
    x, origins = (np.concatenate(each) for each in zip(*pieces, strict=True))
    return x.astype(np.float32, copy=False), origins


def _numbers(values: list[object], count: int) -> np.ndarray | None:
    """So many numbers that float32 can hold; None for anything else."""
    if len(values) != count or not set(map(type, values)) <= _REAL:
        return None
    try:
        with np.errstate(over="ignore"):
            found = np.array(values, np.float64).astype(np.float32)
    except OverflowError:  # a whole number of hundreds of digits
        return None
    return found if np.isfinite(found).all() else None


def _read_edit(edit: object, trace: GateTrace, steps: int) -> tuple[Intervention, ...] | None:
    """The change; none where it names no layer, unit or step that there is; None where it cannot be read."""
    if not isinstance(edit, Mapping) or type(edit.get("layer", 0)) is not int:
        return None
    do, gate, layer, value = edit.get("do"), edit.get("gate"), edit.get("layer", 0), _number(edit.get("value"))
    if do == "weight":
        return _weight(edit, trace, layer, value)
    at, when = _units(edit.get("units"), trace.meta.hidden_size), _steps(edit.get("steps"), steps)
    gates = {"clamp": GATES, "scale": GATES, "bias": GATES[:3]}.get(do, ()) if isinstance(do, str) else ()
    if at is None or when is None or (do != "lesion" and (value is None or gate not in gates)):
        return None
    if () in (at, when) or not 0 <= layer < trace.h.shape[0]:
        return ()
    if do == "lesion":
        return (Lesion(at[0] or tuple(range(trace.meta.hidden_size)), layer=layer),)
    make = {"clamp": Clamp, "scale": Scale, "bias": Bias}[do]
    if do == "clamp":
        value = min(max(value, -1.0 if gate in "nh" else 0.0), 1.0)
    return (make(gate, value, units=at[0], steps=when[0], layer=layer),)


def _weight(
    edit: Mapping[str, Any], trace: GateTrace, layer: int, value: float | None
) -> tuple[Intervention, ...] | None:
    m, name, row, column = trace.meta, edit.get("name"), edit.get("row"), edit.get("column")
    bias = name in ("b_ih", "b_hh")
    column = 0 if bias and column is None else column
    known = bias or name in ("w_ih", "w_hh")
    if not known or value is None or type(row) is not int or type(column) is not int:
        return None
    if bias:
        width = int(m.bias and not (name == "b_hh" and m.kind == "concat"))
    else:
        width = m.hidden_size if name == "w_hh" else _inputs(trace, layer)
    there = 0 <= layer < trace.h.shape[0] and 0 <= row < 3 * m.hidden_size and 0 <= column < width
    return (Weight(name, row, column, value, layer=layer),) if there else ()


def _inputs(trace: GateTrace, layer: int) -> int:
    m = trace.meta
    return m.input_size if layer < 1 + m.bidirectional else m.hidden_size * (1 + m.bidirectional)


# both: (those there are,), (None,) for all, () where there are none, None for what cannot be read


def _units(given: object, count: int) -> tuple[tuple[int, ...] | None, ...] | None:
    if given is None:
        return (None,)
    if not isinstance(given, list | tuple) or len(given) > MOST_UNITS or not set(map(type, given)) <= {int}:
        return None
    found = tuple(sorted(unit for unit in set(given) if 0 <= unit < count))
    return () if not found else (None,) if len(found) == count else (found,)


def _steps(given: object, count: int) -> tuple[tuple[int, int] | None, ...] | None:
    if given is None:
        return (None,)
    if not isinstance(given, list | tuple) or len(given) != 2 or not set(map(type, given)) <= {int}:
        return None
    first, last = max(given[0], 0), min(given[1], count - 1)
    return () if first > last else (None,) if (first, last) == (0, count - 1) else ((first, last),)


def _number(value: object) -> float | None:
    well = type(value) in _REAL and -LARGEST <= value <= LARGEST  # NaN is not, nor is a number of many digits
    return float(value) if well and math.isfinite(value) else None


def _is_whole(value: object, count: int) -> bool:
    return type(value) is int and 0 <= value < count


def bent(model: Traceable, free: GateTrace, asked: WhatIf, after_piece: Report | None = None) -> GateTrace:
    """What a model does in an experiment.

    Args:
        model: of a run.
        free: the run's trace; its first batch entry is what is bent.
        asked: what is different.
        after_piece: as in `gruviz.trace`.
    """
    x = free.x[:1] if asked.x is None else asked.x[None]
    changes = asked.changes
    if isinstance(model, ConcatGRU):  # the browser is told its one bias, `Weight` means b_ih as `params` tells it
        share = model.b_hh_share.tolist()
        changes = tuple(
            replace(one, value=one.value - share[one.row]) if isinstance(one, Weight) and one.name == "b_ih" else one
            for one in changes
        )
    return trace(
        model,
        x,
        free.h0[:, :1],
        labels=asked.along(free.labels),
        seed=free.meta.seed,
        what_if=changes,
        after_piece=after_piece,
    )


# ---- to compute it in the browser


def own_numbers(
    model: Traceable, trace: GateTrace, head: Head | None = None, target: np.ndarray | None = None
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a model computes with, and its whole input: of the first batch entry.

    Args:
        model: that was traced.
        trace: its trace.
        head: of the model, if it has one.
        target: what the head should say, if that is known.

    Returns:
        {"directions", "layers": [{"inputs", "units", "reset", "reverse"}], "head": {"kind", "within"} or null}, and of
        each entry k of the layer axis w_ih{k} (3H, I), w_hh{k} (3H, H), rows r | z | n, and b_ih{k}, b_hh{k} (3H) where
        there are any: concat has b_ih alone. Beside them x (time, input), h0 (layer, unit), head_w (output, unit),
        head_b (output) and target (time, k). Where that is more than `MOST_BYTES`, {"too_large": true} and nothing.

    >>> from gruviz import ConcatGRU, trace
    >>> model = ConcatGRU(1, 4)
    >>> header, arrays = own_numbers(model, trace(model, np.ones((6, 1))))
    >>> header["layers"], sorted(arrays)
    ([{'inputs': 1, 'units': 4, 'reset': 'before', 'reverse': False}], ['b_ih0', 'h0', 'w_hh0', 'w_ih0', 'x'])
    """
    m, rows = trace.meta, range(trace.h.shape[0])
    inputs = [_inputs(trace, row) for row in rows]
    arrays = {"x": trace.x[0], "h0": trace.h0[:, 0]}
    if head is not None:
        arrays |= {"head_w": head.w, "head_b": head.b}
        arrays |= {} if target is None else {"target": target}
    weights = sum(3 * m.hidden_size * (each + m.hidden_size + 2) for each in inputs)
    if 4 * (weights + sum(array.size for array in arrays.values())) > MOST_BYTES:
        return {"too_large": True}, {}
    for row in rows:
        for name, held in zip(("w_ih", "w_hh", "b_ih", "b_hh"), layer_weights(model, row), strict=True):
            if held is not None:
                arrays[f"{name}{row}"] = held
    layers = [
        {"inputs": inputs[row], "units": m.hidden_size, "reset": m.reset, "reverse": trace.reverse(row)} for row in rows
    ]
    told = None if head is None else {"kind": head.kind, "within": head.within}
    return {"directions": 1 + m.bidirectional, "layers": layers, "head": told}, arrays
