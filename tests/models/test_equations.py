"""The one step all models share, in torch and in NumPy, against the scalar oracle."""

import numpy as np
import pytest
import torch
from oracle import inputs, numbers, start, step
from torch.nn.functional import linear

from gruviz.models import equations
from gruviz.models.equations import InNumPy, InTorch

INPUTS, UNITS, BATCH = 3, 4, 2
EXACT = 2e-15


class InTorchByHand:
    """The linear parts of one layer, in torch."""

    def __init__(self, layer, reset):
        self.w, self.u, self.b, self.c = (torch.from_numpy(a).chunk(3) for a in layer)
        self.reset = reset

    def gates(self, x, h):
        return tuple(linear(x, self.w[k], self.b[k]) + linear(h, self.u[k], self.c[k]) for k in (0, 1))

    def candidate(self, x, s, out=None):
        return self.outside(x) + self.inside(s)

    def outside(self, x):
        return linear(x, self.w[2], self.b[2])

    def inside(self, h, out=None):
        return linear(h, self.u[2], self.c[2])


class InNumPyByHand:
    """The same in NumPy; both gates stand in one array, negated."""

    def __init__(self, layer, reset):
        self.w, self.u, self.b, self.c = layer
        self.reset = reset

    def gates(self, x, h):
        both = -(x @ self.w.T + self.b + h @ self.u.T + self.c)[:, : 2 * UNITS]
        return both, both[:, :UNITS], both[:, UNITS:]

    def candidate(self, x, s, out):
        return self.outside(x) + self.inside(s, out)

    def outside(self, x):
        return (x @ self.w.T + self.b)[:, 2 * UNITS :]

    def inside(self, h, out):
        return (h @ self.u.T + self.c)[:, 2 * UNITS :]


def wanted(layer, x, h, reset):
    return [
        np.array(one)
        for one in zip(*(step(layer, *row, reset) for row in zip(x.tolist(), h.tolist(), strict=True)), strict=True)
    ]


@pytest.mark.parametrize("reset", ["before", "after"])
def test_a_step_is_the_oracles_in_torch_and_in_numpy(reset):
    layer = numbers(1, INPUTS, UNITS)
    x, h = inputs(1, BATCH, INPUTS), start(1, BATCH, UNITS)
    places = tuple(np.full((BATCH, UNITS), np.nan) for _ in range(4))
    in_torch = equations.step(InTorchByHand(layer, reset), InTorch, torch.from_numpy(x), torch.from_numpy(h))
    in_numpy = equations.step(InNumPyByHand(layer, reset), InNumPy, x, h, places)
    for found, also, value in zip(in_torch, in_numpy, wanted(layer, x, h, reset), strict=True):
        assert np.abs(found.numpy() - value).max() < EXACT
        assert np.abs(also - value).max() < EXACT
    # NumPy wrote n and h where it was told
    assert in_numpy[2] is places[1]
    assert in_numpy[3] is places[2]


@pytest.mark.parametrize("reset", ["before", "after"])
def test_what_is_bent_is_used_from_there_on(reset):
    """r before it is used, n after its tanh, h after mixing, each once and in this order."""
    layer = numbers(2, INPUTS, UNITS)
    x, h = torch.from_numpy(inputs(2, BATCH, INPUTS)), torch.from_numpy(start(2, BATCH, UNITS))
    seen = []

    def bend(gate, value):
        seen.append((gate, value))
        return value * 0.5

    cell = InTorchByHand(layer, reset)
    r, z, n, new = equations.step(cell, InTorch, x, h, bend=bend)
    assert [gate for gate, _ in seen] == ["r", "z", "n", "h"]
    free = equations.step(cell, InTorch, x, h)
    assert torch.equal(r, free[0] * 0.5)
    assert torch.equal(z, free[1] * 0.5)
    inner = cell.inside(r * h) if reset == "before" else r * cell.inside(h)
    assert torch.allclose(n, 0.5 * torch.tanh(cell.outside(x) + inner), rtol=0, atol=EXACT)
    assert torch.allclose(new, 0.5 * (z * h + (1 - z) * n), rtol=0, atol=EXACT)


@pytest.mark.parametrize("reset", ["before", "after"])
def test_gradients_pass_through_torchs_step(reset):
    layer = numbers(3, INPUTS, UNITS)
    x, h = (torch.from_numpy(a).requires_grad_() for a in (inputs(3, 1, INPUTS), start(3, 1, UNITS)))
    cell = InTorchByHand(layer, reset)
    assert torch.autograd.gradcheck(lambda x, h: equations.step(cell, InTorch, x, h), (x, h))
