"""The equations of a GRU, in the one place they stand in: a step over operations it is given, torch's or NumPy's.

    r = sigmoid(W_r x + b_ir + U_r h + b_hr)
    z = sigmoid(W_z x + b_iz + U_z h + b_hz)
    n = tanh(W_n x + b_in + U_n (r * h) + b_hn)        reset before the matrix
        tanh(W_n x + b_in + r * (U_n h + b_hn))        reset after it
    h = z * h + (1 - z) * n                            z = 1 keeps

torch's operations carry gradients; NumPy's write where they are told, several times faster at these sizes.

Sources: Cho et al. 2014 (arXiv:1406.1078), version 3, for reset before; the PyTorch `nn.GRU` page for reset after.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

Gate = Literal["z", "r", "n", "h"]
Reset = Literal["before", "after"]
Array = TypeVar("Array", np.ndarray, Tensor)
Hook = Callable[[Gate, Array], Array]
NOWHERE = (None, None, None, None)


class Cell(Protocol[Array]):
    """The linear parts of a GRU; x is whatever the cell takes for the input of a step."""

    reset: Reset

    def gates(self, x: Any, h: Array) -> Any:
        """W x + b + U h of r and z, as the operations' sigmoid takes them."""

    def candidate(self, x: Any, s: Array, out: Array | None = None) -> Array:
        """W_n x + b_in + U_n s + b_hn, where it resets before the matrix."""

    def outside(self, x: Any) -> Array:
        """W_n x + b_in, where it resets after the matrix."""

    def inside(self, h: Array, out: Array | None = None) -> Array:
        """U_n h + b_hn, likewise."""


class InTorch:
    """Operations of torch; `out` is NumPy's."""

    @staticmethod
    def sigmoid(both: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """r and z from their pre-activations."""
        return torch.sigmoid(both[0]), torch.sigmoid(both[1])

    @staticmethod
    def tanh(a: Tensor, out: None = None) -> Tensor:
        """tanh a."""
        return torch.tanh(a)

    @staticmethod
    def multiply(a: Tensor, b: Tensor, out: None = None) -> Tensor:
        """a * b."""
        return a * b

    @staticmethod
    def add(a: Tensor, b: Tensor, out: None = None) -> Tensor:
        """a + b."""
        return a + b

    @staticmethod
    def subtract(a: float, b: Tensor, out: None = None) -> Tensor:
        """a - b."""
        return a - b


class InNumPy:
    """Operations of NumPy, which write into `out`."""

    tanh, multiply, add, subtract = np.tanh, np.multiply, np.add, np.subtract

    @staticmethod
    def sigmoid(
        negated: tuple[np.ndarray, np.ndarray, np.ndarray],
        exp: np.ufunc = np.exp,
        reciprocal: np.ufunc = np.reciprocal,
    ) -> tuple[np.ndarray, np.ndarray]:
        """r and z where their negated pre-activations stand: given are the array of both, and each one's part of it."""
        both, r, z = negated
        exp(both, both)
        both += 1
        reciprocal(both, both)
        return r, z


def step(
    cell: Cell[Array],
    on: type[InTorch] | type[InNumPy],
    x: Any,
    h: Array,
    to: tuple[Any, ...] = NOWHERE,
    bend: Hook[Array] | None = None,
) -> tuple[Array, Array, Array, Array]:
    """One step of any GRU; the equations stand at the head of this module.

    Args:
        cell: its linear parts.
        on: the operations, `InTorch` or `InNumPy`.
        x: the input of this step, as the cell takes it.
        h: the state before, (unit,) or (batch, unit).
        to: where NumPy writes r * h, n, the new h, and what it keeps of the old.
        bend: called with each gate's name and value, gives the value to go on with: r before it is used, n after its
            tanh, h after mixing.

    Returns:
        r, z, n and the new h.

    >>> from gruviz import SplitGRU
    >>> half = lambda gate, value: value * 0 + 0.5
    >>> [value.tolist() for value in step(SplitGRU(1, 1), InTorch, torch.ones(1, 1), torch.ones(1, 1), bend=half)]
    [[[0.5]], [[0.5]], [[0.5]], [[0.5]]]
    """
    to_reset, to_n, to_h, to_keep = to
    multiply = on.multiply
    r, z = on.sigmoid(cell.gates(x, h))
    if bend is not None:
        r, z = bend("r", r), bend("z", z)
    if cell.reset == "before":
        n = cell.candidate(x, multiply(r, h, to_reset), to_n)
    else:
        n = on.add(cell.outside(x), multiply(r, cell.inside(h, to_reset), to_n), to_n)
    n = on.tanh(n, to_n)
    if bend is not None:
        n = bend("n", n)
    # as written: n + z (h - n) would let a latched state (z = 1) drift
    keep = multiply(z, h, to_keep)
    write = multiply(on.subtract(1, z, to_h), n, to_h)
    h = on.add(keep, write, to_h)
    return r, z, n, h if bend is None else bend("h", h)
