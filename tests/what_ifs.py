"""Models of every kind, and what may be changed by hand in them, for tests against the scalar oracle."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

import numpy as np
import torch
from hypothesis import strategies as st
from oracle import Numbers, bent_run, inputs, layered, plain_cell, plain_gru, start
from torch import nn

from gruviz import Bias, Clamp, ConcatGRU, GRUParams, Lesion, Scale, SplitGRU, TorchGRU, Weight

INPUTS, UNITS, BATCH, STEPS = 3, 4, 2, 7
# name: (layers, directions, biases)
CASES = {
    "split": (1, 1, True),
    "split, no bias": (1, 1, False),
    "concat": (1, 1, True),
    "concat, no bias": (1, 1, False),
    "torch": (1, 1, True),
    "torch, 2 layers, 2 ways": (2, 2, True),
    "nn.GRU": (1, 1, True),
    "nn.GRU, no bias": (1, 1, False),
    "nn.GRU, 2 ways": (1, 2, True),
    "nn.GRU, 3 layers": (3, 1, True),
    "nn.GRU, 3 layers, 2 ways": (3, 2, True),
    "nn.GRU, 2 layers, 2 ways, no bias": (2, 2, False),
    "nn.GRUCell": (1, 1, True),
    "nn.GRUCell, no bias": (1, 1, False),
}
EVERY = (
    Weight("w_hh", 9, 2, 1.5),
    Weight("w_ih", 1, 0, -2),
    Bias("z", 0.75, units=(1, 3)),
    Bias("n", -0.5, steps=(2, 4)),
    Bias("r", 1.25, units=(0,), steps=(3, 3)),
    Scale("r", 1.5, units=(0, 2)),
    Clamp("z", 0.875, units=(2,), steps=(1, 3)),
    Scale("z", 0.5, steps=(3, 6)),
    Clamp("n", -0.25, units=(1,), steps=(4, 4)),
    Scale("n", -1.5, steps=(5, 5)),
    Clamp("h", 0.5, units=(3,), steps=(2, 3)),
    Scale("h", 3, units=(1,), steps=(3, 4)),
    Lesion((0,)),
)


class Case(NamedTuple):
    model: nn.Module
    layers: list[Numbers]
    x: np.ndarray
    h0: np.ndarray
    reset: str
    two_way: bool
    bias: bool


def made(name, seed=5, dtype=np.float64, steps=STEPS, batch=BATCH):
    depth, directions, bias = CASES[name]
    kind = name.split(",")[0]
    layers = layered(seed, INPUTS, UNITS, depth, directions, dtype, bias)
    if kind in ("split", "concat"):
        cls = {"split": SplitGRU, "concat": ConcatGRU}[kind]
        if bias:
            model = cls.from_params(GRUParams(*layers[0]))
        else:
            torch.manual_seed(seed % 1000)
            model = cls(INPUTS, UNITS, bias=False).to(torch.from_numpy(layers[0].w_ih).dtype)
            p = model.params()
            layers = [Numbers(*(getattr(p, name).copy() for name in Numbers._fields))]
    elif kind == "torch":
        model = TorchGRU.from_params([GRUParams(*one) for one in layers], bidirectional=directions == 2)
    elif kind == "nn.GRU":
        model = plain_gru(layers, directions == 2, bias)
    else:
        model = plain_cell(layers[0], bias)
    x = inputs(seed, batch, steps, INPUTS, dtype=dtype)
    h0 = start(seed, len(layers), batch, UNITS, dtype=dtype)
    return Case(model, layers, x, h0, "before" if kind in ("split", "concat") else "after", directions == 2, bias)


def plain(what_if):
    """As the oracle takes them."""
    return [{"what": type(one).__name__, **asdict(one)} for one in what_if]


def expected(c, what_if):
    return bent_run(c.layers, c.x, c.h0, c.reset, c.two_way, plain(what_if))


units_ = st.none() | st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=5).map(tuple)
steps_ = st.none() | st.tuples(st.integers(0, STEPS - 1), st.integers(0, STEPS - 1)).map(lambda s: tuple(sorted(s)))
gates_ = st.sampled_from("zrnh")
reals = st.floats(-3, 3, allow_nan=False).map(lambda value: round(value, 3))


@st.composite
def clamps(draw, layers):
    gate = draw(gates_)
    low, high = {"n": (-1, 1), "h": (-2, 2)}.get(gate, (0, 1))
    value = draw(st.floats(low, high).map(lambda value: round(value, 3)))
    return Clamp(gate, value, draw(units_), draw(steps_), draw(st.integers(0, layers - 1)))


@st.composite
def weights(draw, layers, first_layers, bias):
    layer, name = (
        draw(st.integers(0, layers - 1)),
        draw(st.sampled_from(["w_ih", "w_hh", "b_ih", "b_hh"][: 4 * bias or 2])),
    )
    width = UNITS if name == "w_hh" or layer >= first_layers else INPUTS
    column = None if name[0] == "b" else draw(st.integers(0, width - 1))
    return Weight(name, draw(st.integers(0, 3 * UNITS - 1)), column, draw(reals), layer)


def what_ifs(name, most=6):
    depth, directions, bias = CASES[name]
    layers = depth * directions
    on = (units_, steps_, st.integers(0, layers - 1))
    one = st.one_of(
        clamps(layers),
        st.builds(Scale, gates_, reals, *on),
        st.builds(Bias, st.sampled_from("zrn"), reals, *on),
        st.builds(Lesion, st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=2), st.integers(0, layers - 1)),
        weights(layers, directions, bias),
    )
    return st.lists(one, min_size=1, max_size=most).map(tuple)
