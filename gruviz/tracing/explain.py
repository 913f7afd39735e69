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
    """Terms of one kind as arrays; `reset` is one factor a term."""

    kind: Kind
    weight: np.ndarray
    source: np.ndarray | None = None
    reset: np.ndarray | None = None
    first: int = 0

    @cached_property
    def values(self) -> np.ndarray:
        with np.errstate(all="ignore"):  # a diverged model must be seen, not stopped
            value = self.weight if self.source is None else self.weight * self.source
            return value if self.reset is None else value * self.reset

    def term(self, k: int) -> Term:
        source, reset = (None if one is None else float(one[k]) for one in (self.source, self.reset))
        index = None if source is None else self.first + k
        return Term(self.kind, index, float(self.values[k]), float(self.weight[k]), source, reset)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One traced number and what makes it, computed in float64 from the trace's float32 gates.

    The terms add up to `total` and squash(total) = value, to the rounding of the model's own precision.

    Args:
        gate, layer, batch, time, unit: which number.
        value: that number, as traced.
        total: the pre-activation; for h the value itself.
        squash: "sigmoid", "tanh" or None (h).
        sums: of the unit's three pre-activations, {"r": {"x", "h", "total"}, "z": likewise, "n": {..., "inner"}}:
            x = W x + b_ih (and concat's one bias), h = what the state adds, total = x + h;
            inner = U h + b_hh before r multiplies it (reset after), or the same as h (reset before).
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
        return np.concatenate([block.values for block in self._blocks])

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
    check_fits(model, trace)
    trace.require(layer=layer, batch=batch, time=time, unit=unit)
    layer, batch, time, unit = int(layer), int(batch), int(time), int(unit)
    value = float(getattr(trace, gate)[layer, batch, time, unit])
    every = _pre_activations(model, trace, layer, batch, time, unit)
    sums = {name: _sums(*parts, trace.meta.reset) for name, parts in every.items()}
    for name, parts in every.items():
        _require_same(name, float(getattr(trace, name)[layer, batch, time, unit]), sums[name]["total"], parts, trace)
    if gate == "h":
        blocks, total = _mixture(trace, layer, batch, time, unit), value
    else:
        blocks, total = (*every[gate][0], *every[gate][1]), sums[gate]["total"]
    return Explanation(gate, layer, batch, time, unit, value, total, SQUASH[gate], sums, blocks)


def _pre_activations(
    model: Traceable, trace: GateTrace, layer: int, batch: int, time: int, unit: int
) -> dict[str, tuple[tuple[_Block, ...], tuple[_Block, ...]]]:
    """Per gate what the layer's input adds and what the state adds."""
    given = layer_weights(model, layer, unit)
    w_ih, w_hh, b_ih, b_hh = (None if w is None else w.astype(np.float64) for w in given)
    x, h = _layer_input(trace, layer, batch, time), trace.h_prev_row(layer, batch, time).astype(np.float64)
    r = trace.r[layer, batch, time].astype(np.float64)
    every = {}
    for k, gate in enumerate("rzn"):
        on_h = on_bias = None
        if gate == "n":
            before = trace.meta.reset == "before"
            on_h, on_bias = (r, None) if before else (np.full_like(r, r[unit]), r[[unit]])
        from_x, from_h = [_Block("input", w_ih[k], x)], [_Block("state", w_hh[k], h, on_h)]
        if b_ih is not None:
            from_x.append(_Block("bias" if b_hh is None else "bias_ih", b_ih[[k]]))
        if b_hh is not None:
            from_h.append(_Block("bias_hh", b_hh[[k]], reset=on_bias))
        every[gate] = tuple(from_x), tuple(from_h)
    return every


def _require_same(
    gate: str, traced: float, total: float, parts: tuple[tuple[_Block, ...], ...], trace: GateTrace
) -> None:
    """Refuse weights that did not make the traced number; rounding is the model's own."""
    size = sum(float(np.abs(block.values).sum()) for blocks in parts for block in blocks)
    half = trace.meta.dtype in ("float16", "bfloat16")
    slack = (0.05 if half else 1e-3) + 8 * EPS[trace.meta.dtype] * size
    with np.errstate(all="ignore"):
        value = np.tanh(total) if SQUASH[gate] == "tanh" else 1 / (1 + np.exp(-total))
    # a diverged model must be seen, not refused
    if np.isfinite(size) and np.isfinite(traced) and abs(value - traced) > slack:
        raise ValueError(
            f"This model does not fit the trace: its weights make this {gate} {value:.4g}, the trace has {traced:.4g}. "
            "Trace the model as it is now."
        )


def _layer_input(trace: GateTrace, layer: int, batch: int, time: int) -> np.ndarray:
    """What this layer reads: the input, or the states of the layer below, its directions side by side."""
    directions = 1 + trace.meta.bidirectional
    top = layer // directions * directions
    row = trace.h[top - directions : top, batch, time].ravel() if top else trace.x[batch, time]
    return row.astype(np.float64)


def _mixture(trace: GateTrace, layer: int, batch: int, time: int, unit: int) -> tuple[_Block, ...]:
    """keep = z * h_prev and write = (1 - z) * n."""
    z, n = (gate[layer, batch, time, [unit]].astype(np.float64) for gate in (trace.z, trace.n))
    h = trace.h_prev_row(layer, batch, time)[[unit]].astype(np.float64)
    return _Block("keep", z, h, first=unit), _Block("write", 1 - z, n, first=unit)


def _sums(from_x: tuple[_Block, ...], from_h: tuple[_Block, ...], reset: str) -> dict[str, float]:
    """See `Explanation.sums`."""
    x, h = (_sum(np.concatenate([block.values for block in blocks])) for blocks in (from_x, from_h))
    sums = {"x": x, "h": h, "total": _sum(np.array([x, h]))}
    if from_h[0].reset is not None:
        # not h / r: r may be 0
        bare = [_Block(b.kind, b.weight, b.source).values for b in from_h]
        sums["inner"] = h if reset == "before" else _sum(np.concatenate(bare))
    return sums


def _sum(values: np.ndarray) -> float:
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, and shall be seen as such
        return float(values.sum())
