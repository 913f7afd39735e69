"""An independent GRU to test against: scalar loops over plain Python floats, nothing from gruviz.

Written from MATH.md's equations, not from the code under test. One number at a time:

    r = sigmoid(W_r x + b_ir + U_r h + b_hr)
    z = sigmoid(W_z x + b_iz + U_z h + b_hz)
    reset "before":  n = tanh(W_n x + b_in + U_n (r * h) + b_hn)
    reset "after":   n = tanh(W_n x + b_in + r * (U_n h + b_hn))
    h = z * h + (1 - z) * n

What is changed by hand is a list of dictionaries: "what" is the name of the intervention, the rest its fields.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

GATES = ("r", "z", "n", "h")


class Numbers(NamedTuple):
    """The arrays of one layer and direction, rows r | z | n; splat into GRUParams."""

    w_ih: np.ndarray
    w_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


def numbers(
    seed: int, inputs: int, units: int, dtype: type = np.float64, bias: bool = True, gain: float = 1.0
) -> Numbers:
    """Random, asymmetric, all biases different: nothing here is zero, square or shared by accident."""
    rng = np.random.default_rng(seed)
    w_ih = gain * rng.uniform(-1.5, 1.5, (3 * units, inputs))
    w_hh = gain * rng.uniform(-1.5, 1.5, (3 * units, units))
    b_ih = gain * rng.uniform(-0.9, 0.9, 3 * units)
    b_hh = gain * rng.uniform(-0.9, 0.9, 3 * units)
    if not bias:
        b_ih, b_hh = np.zeros(3 * units), np.zeros(3 * units)
    return Numbers(*(a.astype(dtype) for a in (w_ih, w_hh, b_ih, b_hh)))


def layered(
    seed: int,
    inputs: int,
    units: int,
    layers: int,
    directions: int,
    dtype: type = np.float64,
    bias: bool = True,
) -> list[Numbers]:
    """One Numbers per layer and direction, in the order of torch's h_n."""
    return [
        numbers(1000 * seed + k, inputs if k < directions else units * directions, units, dtype, bias)
        for k in range(layers * directions)
    ]


def inputs(seed: int, *shape: int, dtype: type = np.float64) -> np.ndarray:
    """Random input of about unit size."""
    return np.random.default_rng(10_000 + seed).normal(0.0, 1.2, shape).astype(dtype)


def start(seed: int, *shape: int, dtype: type = np.float64) -> np.ndarray:
    """A random initial state inside (-1, 1), not zero."""
    return np.random.default_rng(20_000 + seed).uniform(-0.95, 0.95, shape).astype(dtype)


def sigmoid(a: float) -> float:
    """The logistic function of one number, safe for large |a|."""
    if a >= 0:
        return 1.0 / (1.0 + math.exp(-a))
    e = math.exp(a)
    return e / (1.0 + e)


def step(layer: Numbers, x: list[float], h: list[float], reset: str) -> tuple[list[float], ...]:
    """r, z, n and the new h of one step; lists of floats, one a unit."""
    w, u, b, c = (a.tolist() for a in layer)
    units = len(h)

    def from_x(row: int) -> float:
        return sum(w[row][i] * x[i] for i in range(len(x))) + b[row]

    def from_h(row: int, state: list[float]) -> float:
        return sum(u[row][k] * state[k] for k in range(units)) + c[row]

    r = [sigmoid(from_x(j) + from_h(j, h)) for j in range(units)]
    z = [sigmoid(from_x(units + j) + from_h(units + j, h)) for j in range(units)]
    if reset == "before":
        filtered = [r[k] * h[k] for k in range(units)]
        n = [math.tanh(from_x(2 * units + j) + from_h(2 * units + j, filtered)) for j in range(units)]
    elif reset == "after":
        n = [math.tanh(from_x(2 * units + j) + r[j] * from_h(2 * units + j, h)) for j in range(units)]
    else:
        raise ValueError(reset)
    return r, z, n, [z[j] * h[j] + (1.0 - z[j]) * n[j] for j in range(units)]


def scan(
    layer: Numbers,
    x: list[list[float]],
    h: list[float],
    reset: str,
    reverse: bool = False,
) -> dict[str, list]:
    """Every gate of one layer, direction and sequence: gate -> [time][unit], time in the input's order."""
    out: dict[str, list] = {gate: [None] * len(x) for gate in (*GATES, "h_prev")}
    for t in reversed(range(len(x))) if reverse else range(len(x)):
        out["h_prev"][t] = h
        *rzn, h = step(layer, x[t], h, reset)
        for gate, value in zip(GATES, (*rzn, h), strict=True):
            out[gate][t] = value
    return out


def run(
    layers: list[Numbers], x: np.ndarray, h0: np.ndarray, reset: str, bidirectional: bool = False
) -> dict[str, np.ndarray]:
    """Every gate of a whole model: gate -> float64 (layer, batch, time, unit).

    x is (batch, time, input), h0 (layer, batch, unit); a layer above sees forward | reverse side by side.
    """
    directions = 1 + bidirectional
    batches = []
    for b in range(len(x)):
        seen, rows = x[b].tolist(), []
        for first in range(0, len(layers), directions):
            sides = [
                scan(layers[first + d], seen, h0[first + d, b].tolist(), reset, reverse=d == 1)
                for d in range(directions)
            ]
            rows += sides
            seen = [[value for side in sides for value in side["h"][t]] for t in range(len(seen))]
        batches.append(rows)
    return {
        gate: np.array([[rows[k][gate] for rows in batches] for k in range(len(layers))]) for gate in (*GATES, "h_prev")
    }


def acts_here(act: dict[str, Any], layer: int, unit: int, t: int) -> bool:
    """Whether an intervention names this place; steps are (first, last), both included, None is all."""
    units, steps = act["units"], act.get("steps")
    return act["layer"] == layer and (units is None or unit in units) and (steps is None or steps[0] <= t <= steps[1])


def set_numbers(layers: list[Numbers], acts: list[dict[str, Any]]) -> list[Numbers]:
    """The numbers after every Weight, one after another."""
    changed = [Numbers(*(array.copy() for array in layer)) for layer in layers]
    for act in acts:
        if act["what"] == "Weight":
            array = getattr(changed[act["layer"]], act["name"])
            array[act["row"] if act["column"] is None else (act["row"], act["column"])] = act["value"]
    return changed


def bent_step(
    numbers: Numbers, x: list[float], h: list[float], reset: str, acts: list[dict[str, Any]], layer: int, t: int
) -> tuple[list[float], ...]:
    """r, z, n and the new h of one step in which something is changed by hand."""
    w, u, b, c = (a.tolist() for a in numbers)
    units = len(h)

    def added(gate: str, j: int) -> float:
        biases = [act for act in acts if act["what"] == "Bias" and act["gate"] == gate]
        return sum((act["amount"] for act in biases if acts_here(act, layer, j, t)), 0.0)

    def changed(gate: str, j: int, value: float) -> float:
        low = 0.0 if gate in "rz" else -1.0
        for act in acts:
            if act["what"] in ("Scale", "Clamp") and act["gate"] == gate and acts_here(act, layer, j, t):
                value = act["value"] if act["what"] == "Clamp" else max(low, min(1.0, act["factor"] * value))
        if gate == "h" and any(act["what"] == "Lesion" and acts_here(act, layer, j, t) for act in acts):
            value = 0.0
        return value

    def from_x(row: int) -> float:
        return sum(w[row][i] * x[i] for i in range(len(x))) + b[row]

    def from_h(row: int, state: list[float]) -> float:
        return sum(u[row][k] * state[k] for k in range(units)) + c[row]

    r, z, n, new = [], [], [], []
    for j in range(units):
        r.append(changed("r", j, sigmoid(from_x(j) + from_h(j, h) + added("r", j))))
        z.append(changed("z", j, sigmoid(from_x(units + j) + from_h(units + j, h) + added("z", j))))
    for j in range(units):
        row = 2 * units + j
        before = reset == "before"
        recurrent = from_h(row, [r[k] * h[k] for k in range(units)]) if before else r[j] * from_h(row, h)
        n.append(changed("n", j, math.tanh(from_x(row) + recurrent + added("n", j))))
    for j in range(units):
        new.append(changed("h", j, z[j] * h[j] + (1.0 - z[j]) * n[j]))
    return r, z, n, new


def bent_run(
    layers: list[Numbers],
    x: np.ndarray,
    h0: np.ndarray,
    reset: str,
    bidirectional: bool,
    acts: list[dict[str, Any]],
) -> dict[str, np.ndarray]:
    """Every gate of a whole model in which something is changed by hand, and the h0 it starts from; as `run`."""
    layers, directions, steps = set_numbers(layers, acts), 1 + bidirectional, x.shape[1]
    h0 = h0.astype(np.float64).copy()
    for act in acts:
        if act["what"] == "Lesion":
            h0[act["layer"], :, list(act["units"])] = 0.0
    found = {gate: np.empty((*h0.shape[:2], steps, h0.shape[2])) for gate in (*GATES, "h_prev")}
    for batch in range(len(x)):
        seen = x[batch].tolist()
        for k in range(len(layers)):
            first = k // directions * directions
            if k == first and k > 0:
                below = found["h"][first - directions : first, batch]
                seen = np.concatenate(list(below), axis=-1).tolist()
            h = h0[k, batch].tolist()
            for t in reversed(range(steps)) if k % directions else range(steps):
                found["h_prev"][k, batch, t] = h
                *rzn, h = bent_step(layers[k], seen[t], h, reset, acts, k, t)
                for gate, value in zip(GATES, (*rzn, h), strict=True):
                    found[gate][k, batch, t] = value
    return {**found, "h0": h0}


def plain_gru(
    layers: list[Numbers],
    bidirectional: bool = False,
    bias: bool = True,
    batch_first: bool = False,
    dropout: float = 0.0,
    dtype: torch.dtype | None = None,
) -> nn.GRU:
    """A plain nn.GRU that holds these numbers, set name by name."""
    directions = 1 + bidirectional
    gru = nn.GRU(
        layers[0].w_ih.shape[1],
        layers[0].w_hh.shape[1],
        len(layers) // directions,
        bias=bias,
        batch_first=batch_first,
        dropout=dropout,
        bidirectional=bidirectional,
        dtype=dtype or torch.from_numpy(layers[0].w_ih).dtype,
    )
    with torch.no_grad():
        for k, layer in enumerate(layers):
            end = f"_l{k // directions}" + ("_reverse" if k % directions else "")
            gru.get_parameter("weight_ih" + end).copy_(torch.from_numpy(layer.w_ih))
            gru.get_parameter("weight_hh" + end).copy_(torch.from_numpy(layer.w_hh))
            if bias:
                gru.get_parameter("bias_ih" + end).copy_(torch.from_numpy(layer.b_ih))
                gru.get_parameter("bias_hh" + end).copy_(torch.from_numpy(layer.b_hh))
    return gru


def plain_cell(layer: Numbers, bias: bool = True, dtype: torch.dtype | None = None) -> nn.GRUCell:
    """A plain nn.GRUCell that holds these numbers."""
    inputs, units = layer.w_ih.shape[1], layer.w_hh.shape[1]
    cell = nn.GRUCell(inputs, units, bias=bias, dtype=dtype or torch.from_numpy(layer.w_ih).dtype)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.from_numpy(layer.w_ih))
        cell.weight_hh.copy_(torch.from_numpy(layer.w_hh))
        if bias:
            cell.bias_ih.copy_(torch.from_numpy(layer.b_ih))
            cell.bias_hh.copy_(torch.from_numpy(layer.b_hh))
    return cell
