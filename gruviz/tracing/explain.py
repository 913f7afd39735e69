"""One traced number as the terms that make it, down to each weight times each source.

    z, r     sigmoid(sum_i W_ji x_i + b_ij + sum_k U_jk h_k + b_hj)
    n        tanh(sum_i W_ji x_i + b_ij + sum_k U_jk r_k h_k + b_hj)        reset before the matrix
             tanh(sum_i W_ji x_i + b_ij + sum_k r_j U_jk h_k + r_j b_hj)    reset after it
    h        z_j h_j + (1 - z_j) n_j                                         h on the right: the previous state

Sources: Cho et al. 2014 (arXiv:1406.1078), version 3, for reset before; the PyTorch `nn.GRU` page for reset after.
"""

from __future__ import annotations

import math

import numpy as np

from gruviz.tracing.accepted import Traceable, shape_of
from gruviz.tracing.altered import reweighted
from gruviz.tracing.gate_trace import Gate, GateTrace
from gruviz.tracing.interventions import BOUNDS, Bias, Clamp, Intervention, Lesion, Scale, Weight
from gruviz.tracing.terms import Block, Explanation, Term, added
from gruviz.tracing.trace import check_fits, layer_weights

__all__ = ["Explanation", "Term", "number", "sums"]

EPS = {"float16": 2**-10, "bfloat16": 2**-7, "float32": 2**-23, "float64": 2**-23}  # a trace itself is float32
SQUASH = {"z": "sigmoid", "r": "sigmoid", "n": "tanh", "h": None}
ON_VALUES = (Scale, Clamp, Lesion)


def number(
    model: Traceable, trace: GateTrace, *, gate: Gate, layer: int = 0, batch: int = 0, time: int, unit: int
) -> Explanation:
    """The terms that make one number of a trace; the equations stand at the head of this module.

    In a trace that was changed by hand the weights are those set by hand, what a Bias adds is a term of its own, and
    `value` is as traced: where it is not what the terms make, `by_hand` says why and `would_be` what they make.

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
    >>> e = number(m, gruviz.trace(m, np.ones((1, 1)), what_if=[gruviz.Clamp("z", 0.5)]), gate="z", time=0, unit=0)
    >>> e.value, round(e.would_be, 3), e.by_hand
    (0.5, 0.953, (Clamp(gate='z', value=0.5, units=None, steps=None, layer=0),))
    """
    if gate not in tuple(SQUASH):
        raise ValueError(f'gate is {gate!r}; it must be "z", "r", "n" or "h".')
    every, found = _checked(model, trace, layer, batch, time, time, unit)
    layer, batch, time, unit = int(layer), int(batch), int(time), int(unit)
    value = float(getattr(trace, gate)[layer, batch, time, unit])
    told = {name: {part: float(one[0]) for part, one in parts.items()} for name, parts in found.items()}
    by_hand = tuple(one for one in _acting(trace, gate, layer, unit) if _steps_of(one, np.array([time]))[0])
    changed = any(isinstance(one, ON_VALUES) for one in by_hand)
    if gate == "h":
        blocks = _mixture(trace, layer, batch, time, unit)
        total = added(np.concatenate([block.values[0] for block in blocks])) if changed else value
    else:
        blocks, total = every[gate], told[gate]["total"]
    would_be = float(_squashed(gate, np.array(total))) if changed else value
    return Explanation(
        gate, layer, batch, time, unit, value, total, SQUASH[gate], told, blocks, by_hand=by_hand, would_be=would_be
    )


def sums(
    model: Traceable, trace: GateTrace, *, layer: int = 0, batch: int = 0, first: int, last: int, unit: int
) -> dict[str, dict[str, np.ndarray]]:
    """What one unit's pre-activations are added up from, at several steps.

    Args:
        model, trace, layer, batch, unit: as in `number`.
        first, last: the steps, both included.

    Returns:
        {"r": {"x", "h", "b", "total"}, "z": likewise, "n": likewise and "inner", "inner_h", "inner_b"}, each float64
        (step,): x = W x; h = what the state adds; b = the biases, and what `gruviz.Bias` adds; total = x + h + b.
        Where n's reset gate acts after the matrix, h = r * inner with inner = inner_h + inner_b = U h + b_hh, and b is
        without b_hh; where it acts before, inner and inner_h are h, inner_b is 0.

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
) -> tuple[dict[str, tuple[Block, ...]], dict[str, dict[str, np.ndarray]]]:
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
        _require_same(name, trace, (layer, batch, part, unit), found[name]["total"], blocks)
    return every, found


def _pre_activations(
    model: Traceable, trace: GateTrace, layer: int, batch: int, steps: slice, unit: int
) -> dict[str, tuple[Block, ...]]:
    """Per gate every term, in the order of the equation."""
    weights = [one for one in trace.meta.what_if if one.layer == layer]
    given = layer_weights(reweighted(shape_of(model), weights).core, layer, unit)
    w_ih, w_hh, b_ih, b_hh = (None if w is None else w.astype(np.float64) for w in given)
    x, h = _layer_input(trace, layer, batch, steps), _states_before(trace, layer, batch, steps)
    r = trace.r[layer, batch, steps].astype(np.float64)
    every = {}
    for k, gate in enumerate("rzn"):
        on_h = on_bias = None
        if gate == "n":
            before = trace.meta.reset == "before"
            on_h, on_bias = (r, None) if before else (np.broadcast_to(r[:, [unit]], r.shape), r[:, [unit]])
        blocks = [Block("input", w_ih[k], x)]
        if b_ih is not None:
            blocks.append(Block("bias" if b_hh is None else "bias_ih", b_ih[[k]]))
        blocks.append(Block("state", w_hh[k], h, on_h))
        if b_hh is not None:
            blocks.append(Block("bias_hh", b_hh[[k]], reset=on_bias))
        added_by_hand = _amounts(trace, gate, layer, unit, np.arange(steps.start, steps.stop))
        if added_by_hand is not None:
            blocks.append(Block("by_hand", np.ones(1), added_by_hand[:, None]))
        every[gate] = tuple(blocks)
    return every


def _require_same(
    gate: Gate, trace: GateTrace, place: tuple[int, int, slice, int], total: np.ndarray, blocks: tuple[Block, ...]
) -> None:
    """Refuse weights that did not make the traced numbers; rounding is the model's own."""
    layer, _, steps, unit = place
    traced, times = getattr(trace, gate)[place], np.arange(steps.start, steps.stop)
    with np.errstate(all="ignore"):
        size = sum(np.abs(block.values).sum(1) for block in blocks)
        value = _squashed(gate, total)
        slack = 0.05 if trace.meta.dtype in ("float16", "bfloat16") else 1e-3
        rounding = slack + 8 * EPS[trace.meta.dtype] * size
        low, high, rest = value - rounding, value + rounding, np.zeros(len(value))
        for one in _acting(trace, gate, layer, unit):
            if isinstance(one, ON_VALUES):
                on = _steps_of(one, times)
                # each is monotone, so what lay between two numbers lies between what became of them
                low, high = (np.where(on, _bent(gate, each, one), each) for each in (low, high))
                rest[on] = slack
        out = (traced < np.minimum(low, high) - rest) | (traced > np.maximum(low, high) + rest)
        wrong = np.isfinite(size) & np.isfinite(traced) & out  # a diverged model must be seen, not refused
    if wrong.any():
        k = int(wrong.argmax())
        raise ValueError(
            f"This model does not fit the trace: its weights make this {gate} {(low[k] + high[k]) / 2:.4g}, "
            f"the trace has {traced[k]:.4g}. Trace the model as it is now."
        )


def _squashed(gate: Gate, total: np.ndarray) -> np.ndarray:
    """A gate's value from its pre-activation; h is no gate."""
    with np.errstate(all="ignore"):
        return total if gate == "h" else np.tanh(total) if gate == "n" else 1 / (1 + np.exp(-total))


# ---- what was changed by hand


def _acting(trace: GateTrace, gate: Gate, layer: int, unit: int) -> list[Intervention]:
    """The interventions that act on one gate of one unit at any step, in the order they act in."""
    units, ranks = trace.meta.hidden_size, {Weight: 0, Bias: 1, Scale: 2, Clamp: 2, Lesion: 3}

    def acts(one: Intervention) -> bool:
        if isinstance(one, Weight):
            return gate != "h" and one.row == "rzn".index(gate) * units + unit
        named = one.units is None or unit in one.units
        return named and gate == ("h" if isinstance(one, Lesion) else one.gate)

    found = (one for one in trace.meta.what_if if one.layer == layer and acts(one))
    return sorted(found, key=lambda one: ranks[type(one)])


def _steps_of(one: Intervention, times: np.ndarray) -> np.ndarray:
    """At which of these steps it acts."""
    first, last = getattr(one, "steps", None) or (0, math.inf)
    return (first <= times) & (times <= last)


def _amounts(trace: GateTrace, gate: Gate, layer: int, unit: int, times: np.ndarray) -> np.ndarray | None:
    """What every Bias adds to a pre-activation (step,); None where none does."""
    acts = [one for one in _acting(trace, gate, layer, unit) if isinstance(one, Bias)]
    acts = [one for one in acts if _steps_of(one, times).any()]
    return sum(one.amount * _steps_of(one, times) for one in acts) if acts else None


def _bent(gate: Gate, values: np.ndarray, one: Scale | Clamp | Lesion) -> np.ndarray:
    """What becomes of a gate's value."""
    if isinstance(one, Scale):
        return np.clip(values * one.factor, *BOUNDS[gate])
    return np.full_like(values, one.value if isinstance(one, Clamp) else 0.0)


# ---- where the terms come from


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


def _mixture(trace: GateTrace, layer: int, batch: int, time: int, unit: int) -> tuple[Block, ...]:
    """keep = z * h_prev and write = (1 - z) * n."""
    z, n = (gate[layer, batch, time, [unit]].astype(np.float64) for gate in (trace.z, trace.n))
    h = trace.h_prev_row(layer, batch, time)[[unit]].astype(np.float64)
    return Block("keep", z, h[None], first=unit), Block("write", 1 - z, n[None], first=unit)


def _sums(blocks: tuple[Block, ...], reset: str, steps: int) -> dict[str, np.ndarray]:
    """See `sums`."""

    def all_of(chosen: list[Block], bare: bool = False) -> np.ndarray:
        with np.errstate(invalid="ignore"):  # inf - inf is NaN, and shall be seen as such
            return np.zeros(steps) + sum((block.bare if bare else block.values).sum(1) for block in chosen)

    of_x, of_h = [b for b in blocks if b.kind == "input"], [b for b in blocks if b.kind == "state"]
    biases = [b for b in blocks if b.kind not in ("input", "state")]
    gated, outer = [b for b in biases if b.reset is not None], [b for b in biases if b.reset is None]
    found = {"x": all_of(of_x), "h": all_of([*of_h, *gated]), "b": all_of(outer)}
    found["total"] = all_of([*of_x, *outer, *of_h, *gated])
    if of_h[0].reset is not None:
        # not h / r: r may be 0
        bare = reset == "after"
        found |= {"inner": all_of([*of_h, *gated], bare), "inner_h": all_of(of_h, bare), "inner_b": all_of(gated, bare)}
    return found
