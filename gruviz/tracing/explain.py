"""One traced number as the terms that make it, down to each weight times each source.

    z, r     sigmoid(sum_i W_ji x_i + b_ij + sum_k U_jk h_k + b_hj)
    n        tanh(sum_i W_ji x_i + b_ij + sum_k U_jk r_k h_k + b_hj)        reset before the matrix
             tanh(sum_i W_ji x_i + b_ij + sum_k r_j U_jk h_k + r_j b_hj)    reset after it
    h        z_j h_j + (1 - z_j) n_j                                         h on the right: the previous state

Sources: Cho et al. 2014 (arXiv:1406.1078), version 1, for reset before; the PyTorch `nn.GRU` page for reset after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from gruviz.tracing.gate_trace import Gate, GateTrace
from gruviz.tracing.trace import Traceable, check_fits, layer_weights

Kind = Literal["input", "state", "bias_ih", "bias_hh", "bias", "keep", "write"]
EPS = {"float16": 2**-10, "bfloat16": 2**-7, "float32": 2**-23, "float64": 2**-23}  # a trace itself is float32
SQUASH = {"z": "sigmoid", "r": "sigmoid", "n": "tanh", "h": None}


@dataclass(frozen=True)
class Term:
    """One summand: value = weight * source * reset, where a None stands for nothing to multiply with.

    Args:
        kind: "input" (W x), "state" (U h), "bias_ih", "bias_hh", "bias" (concat's one), "keep" or "write".
        index: input of an "input" term, unit whose number the source is in the others; None for a bias.
        value: what it adds.
        weight: the model's own number; for keep z, for write 1 - z.
        source: what the weight multiplies: input, previous state, for write the candidate; None for a bias.
        reset: the reset gate's factor where the model puts one.
    """

    kind: Kind
    index: int | None
    value: float
    weight: float
    source: float | None
    reset: float | None


@dataclass(frozen=True, eq=False)
class _Block:
    """Terms of one kind, at one step or several: weight (term,), source and reset (step, term)."""

    kind: Kind
    weight: np.ndarray
    source: np.ndarray | None = None
    reset: np.ndarray | None = None
    first: int = 0

    @cached_property
    def bare(self) -> np.ndarray:
        """What the terms would be without a reset gate (step, term); one row where no step differs."""
        with np.errstate(all="ignore"):  # a diverged model must be seen, not stopped
            return self.weight[None] if self.source is None else self.weight * self.source

    @cached_property
    def values(self) -> np.ndarray:
        with np.errstate(all="ignore"):
            return self.bare if self.reset is None else self.bare * self.reset

    def term(self, k: int) -> Term:
        """A term of the first step."""
        source, reset = (None if one is None else float(one[0, k]) for one in (self.source, self.reset))
        index = None if source is None else self.first + k
        return Term(self.kind, index, float(self.values[0, k]), float(self.weight[k]), source, reset)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One traced number and what makes it, computed in float64 from the trace's float32 gates.

    The terms add up to `total` and squash(total) = value, to the rounding of the model's own precision.

    Args:
        gate, layer, batch, time, unit: which number.
        value: that number, as traced.
        total: the pre-activation; for h the value itself.
        squash: "sigmoid", "tanh" or None (h).
        sums: of the unit's three pre-activations by where they come from, see `sums`.
    """

    gate: Gate
    layer: int
    batch: int
    time: int
    unit: int
    value: float
    total: float
    squash: Literal["sigmoid", "tanh"] | None
    sums: dict[str, dict[str, float]]
    _blocks: tuple[_Block, ...] = field(repr=False)

    @cached_property
    def _values(self) -> np.ndarray:
        return np.concatenate([block.values[0] for block in self._blocks])

    @cached_property
    def _ranking(self) -> np.ndarray:
        # a term that is not a number makes the sum so, and comes first
        size = np.abs(self._values)
        return np.argsort(-np.where(np.isnan(size), np.inf, size), kind="stable")

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every term, largest |value| first; equal ones in the order of the equation."""
        return tuple(self._first(len(self._ranking)))

    def largest(self, count: int) -> tuple[tuple[Term, ...], int, float]:
        """The `count` largest terms, how many others there are, and what those add together.

        Raises:
            ValueError: `count` is negative.
        """
        if count < 0:
            raise ValueError(f"count is {count}; it must not be negative.")
        rest = self._values[self._ranking[count:]]
        return tuple(self._first(count)), len(rest), _sum(rest)

    def _first(self, count: int) -> Iterator[Term]:
        for k in self._ranking[:count].tolist():
            for block in self._blocks:
                if k < len(block.weight):
                    yield block.term(k)
                    break
                k -= len(block.weight)


def number(
    model: Traceable, trace: GateTrace, *, gate: Gate, layer: int = 0, batch: int = 0, time: int, unit: int
) -> Explanation:
    """The terms that make one number of a trace; the equations stand at the head of this module.

    Args:
        model: the model that was traced, with the weights it had then.
        trace: its trace.
        gate: "z", "r", "n" or "h".
        layer: entry of the layer axis, counted as in torch's h_n.
        batch, time, unit: the rest of the place; time in the input's own order.

    Raises:
        TypeError: the model is not one that `trace` accepts, or the trace is none.
        ValueError: the gate or the place is not there, or the model does not fit the trace: another size, or other
            weights than those that made these numbers.

    >>> import gruviz
    >>> m = gruviz.SplitGRU.from_params(gruviz.GRUParams([[0], [2], [0]], [[0], [5], [0]], [0, 1, 0], [0, 0, 0]))
    >>> e = number(m, gruviz.trace(m, np.array([[3.0]])), gate="z", time=0, unit=0)
    >>> e.terms[0], e.total, e.squash
    (Term(kind='input', index=0, value=6.0, weight=2.0, source=3.0, reset=None), 7.0, 'sigmoid')
    """
    if gate not in tuple(SQUASH):
        raise ValueError(f'gate is {gate!r}; it must be "z", "r", "n" or "h".')
    every, found = _checked(model, trace, layer, batch, time, time, unit)
    layer, batch, time, unit = int(layer), int(batch), int(time), int(unit)
    value = float(getattr(trace, gate)[layer, batch, time, unit])
    told = {name: {part: float(one[0]) for part, one in parts.items()} for name, parts in found.items()}
    if gate == "h":
        blocks, total = _mixture(trace, layer, batch, time, unit), value
    else:
        blocks, total = every[gate], told[gate]["total"]
    return Explanation(gate, layer, batch, time, unit, value, total, SQUASH[gate], told, blocks)


def sums(
    model: Traceable, trace: GateTrace, *, layer: int = 0, batch: int = 0, first: int, last: int, unit: int
) -> dict[str, dict[str, np.ndarray]]:
    """What one unit's pre-activations are added up from, at several steps.

    Args:
        model, trace, layer, batch, unit: as in `number`.
        first, last: the steps, both included.

    Returns:
        {"r": {"x", "h", "b", "total"}, "z": likewise, "n": likewise and "inner", "inner_h", "inner_b"}, each float64
        (step,): x = W x; h = what the state adds; b = the biases; total = x + h + b. Where n's reset gate acts after
        the matrix, h = r * inner with inner = inner_h + inner_b = U h + b_hh, and b is b_ih alone; where it acts
        before, inner and inner_h are h, inner_b is 0.

    Raises:
        TypeError, ValueError: as in `number`; the last step is before the first.

    >>> import gruviz
    >>> m = gruviz.SplitGRU.from_params(gruviz.GRUParams([[0], [2], [0]], [[0], [5], [0]], [0, 1, 0], [0, 0, 0]))
    >>> found = sums(m, gruviz.trace(m, np.array([[3.0], [0.0]])), first=0, last=1, unit=0)["z"]
    >>> found["x"].tolist(), found["b"].tolist(), found["total"].tolist()
    ([6.0, 0.0], [1.0, 1.0], [7.0, 1.0])
    """
    return _checked(model, trace, layer, batch, first, last, unit)[1]


def _checked(
    model: Traceable, trace: GateTrace, layer: int, batch: int, first: int, last: int, unit: int
) -> tuple[dict[str, tuple[_Block, ...]], dict[str, dict[str, np.ndarray]]]:
    """The terms and the sums of each gate, of a model that made this trace."""
    check_fits(model, trace)
    for time in (first, last):
        trace.require(layer=layer, batch=batch, time=time, unit=unit)
    if last < first:
        raise ValueError(f"last is {last}, before the first step, {first}.")
    layer, batch, unit, part = int(layer), int(batch), int(unit), slice(int(first), int(last) + 1)
    every = _pre_activations(model, trace, layer, batch, part, unit)
    found = {name: _sums(blocks, trace.meta.reset, part.stop - part.start) for name, blocks in every.items()}
    for name, blocks in every.items():
        _require_same(name, getattr(trace, name)[layer, batch, part, unit], found[name]["total"], blocks, trace)
    return every, found


def _pre_activations(
    model: Traceable, trace: GateTrace, layer: int, batch: int, steps: slice, unit: int
) -> dict[str, tuple[_Block, ...]]:
    """Per gate every term, in the order of the equation."""
    given = layer_weights(model, layer, unit)
    w_ih, w_hh, b_ih, b_hh = (None if w is None else w.astype(np.float64) for w in given)
    x, h = _layer_input(trace, layer, batch, steps), _states_before(trace, layer, batch, steps)
    r = trace.r[layer, batch, steps].astype(np.float64)
    every = {}
    for k, gate in enumerate("rzn"):
        on_h = on_bias = None
        if gate == "n":
            before = trace.meta.reset == "before"
            on_h, on_bias = (r, None) if before else (np.broadcast_to(r[:, [unit]], r.shape), r[:, [unit]])
        blocks = [_Block("input", w_ih[k], x)]
        if b_ih is not None:
            blocks.append(_Block("bias" if b_hh is None else "bias_ih", b_ih[[k]]))
        blocks.append(_Block("state", w_hh[k], h, on_h))
        if b_hh is not None:
            blocks.append(_Block("bias_hh", b_hh[[k]], reset=on_bias))
        every[gate] = tuple(blocks)
    return every


def _require_same(
    gate: str, traced: np.ndarray, total: np.ndarray, blocks: tuple[_Block, ...], trace: GateTrace
) -> None:
    """Refuse weights that did not make the traced numbers; rounding is the model's own."""
    with np.errstate(all="ignore"):
        size = sum(np.abs(block.values).sum(1) for block in blocks)
        value = np.tanh(total) if SQUASH[gate] == "tanh" else 1 / (1 + np.exp(-total))
        half = trace.meta.dtype in ("float16", "bfloat16")
        slack = (0.05 if half else 1e-3) + 8 * EPS[trace.meta.dtype] * size
        # a diverged model must be seen, not refused
        wrong = np.isfinite(size) & np.isfinite(traced) & (np.abs(value - traced) > slack)
    if wrong.any():
        k = int(wrong.argmax())
        raise ValueError(
            f"This model does not fit the trace: its weights make this {gate} {value[k]:.4g}, "
            f"the trace has {traced[k]:.4g}. Trace the model as it is now."
        )


def _layer_input(trace: GateTrace, layer: int, batch: int, steps: slice) -> np.ndarray:
    """What this layer reads (step, input): the input, or the states of the layer below, its directions side by side."""
    directions = 1 + trace.meta.bidirectional
    top = layer // directions * directions
    if not top:
        return trace.x[batch, steps].astype(np.float64)
    below = trace.h[top - directions : top, batch, steps].astype(np.float64)
    return np.concatenate(list(below), axis=1)


def _states_before(trace: GateTrace, layer: int, batch: int, steps: slice) -> np.ndarray:
    """The state each step starts from (step, unit)."""
    rows = [trace.h_prev_row(layer, batch, time) for time in range(steps.start, steps.stop)]
    return np.stack(rows).astype(np.float64)


def _mixture(trace: GateTrace, layer: int, batch: int, time: int, unit: int) -> tuple[_Block, ...]:
    """keep = z * h_prev and write = (1 - z) * n."""
    z, n = (gate[layer, batch, time, [unit]].astype(np.float64) for gate in (trace.z, trace.n))
    h = trace.h_prev_row(layer, batch, time)[[unit]].astype(np.float64)
    return _Block("keep", z, h[None], first=unit), _Block("write", 1 - z, n[None], first=unit)


def _sums(blocks: tuple[_Block, ...], reset: str, steps: int) -> dict[str, np.ndarray]:
    """See `sums`."""

    def added(chosen: list[_Block], bare: bool = False) -> np.ndarray:
        with np.errstate(invalid="ignore"):  # inf - inf is NaN, and shall be seen as such
            return np.zeros(steps) + sum((block.bare if bare else block.values).sum(1) for block in chosen)

    of_x, of_h = [b for b in blocks if b.kind == "input"], [b for b in blocks if b.kind == "state"]
    biases = [b for b in blocks if b.source is None]
    gated, outer = [b for b in biases if b.reset is not None], [b for b in biases if b.reset is None]
    found = {"x": added(of_x), "h": added([*of_h, *gated]), "b": added(outer)}
    found["total"] = added([*of_x, *outer, *of_h, *gated])
    if of_h[0].reset is not None:
        # not h / r: r may be 0
        bare = reset == "after"
        found |= {"inner": added([*of_h, *gated], bare), "inner_h": added(of_h, bare), "inner_b": added(gated, bare)}
    return found


def _sum(values: np.ndarray) -> float:
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, and shall be seen as such
        return float(values.sum())
