"""The same function written in another convention, and the wrong functions that the same numbers give when misread.

Rows are moved, negated, added and transposed here; the equations stand in `gruviz.models.equations` alone.

Source: z = 1 keeps becomes z = 1 writes by 1 - sigmoid(a) = sigmoid(-a): W_z, U_z and b_z change sign.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from gruviz.models.conventions import CONVENTIONS, Convention
from gruviz.models.equations import Reset
from gruviz.models.gru import SplitGRU, TorchGRU
from gruviz.models.params import ARRAYS, GRUParams, real_array

MISREADINGS = {
    "other_reset": "the reset gate acts on the other side of the matrix",
    "z_flipped": "z = 1 is taken to write the candidate where it keeps the past",
    "r_z_swapped": "r is taken for z and z for r",
    "order": "rows stacked z, r, n are read as r, z, n; the same function as r and z swapped",
    "b_hn_merged": "b_hn is added to b_in, as if r did not multiply it",
}


@dataclass(frozen=True, eq=False)
class Written:
    """A GRU's numbers as one convention stores them.

    Args:
        convention: how they are to be read.
        w_ih: (3H, I), or (I, 3H) where it stores matrices transposed.
        w_hh: (3H, H), or (H, 3H).
        b_ih: (3H,); None for zeros.
        b_hh: (3H,) where each gate has two biases, (H,), that of n, where n alone has; None for zeros or where there
            is but one.

    Raises:
        ValueError: a shape does not fit the others, or a value is not a real number.

    >>> keras = Written(CONVENTIONS["keras_before"], np.zeros((1, 6)), np.zeros((2, 6)), np.arange(6))
    >>> keras.read().gate("b_ih", "r")
    array([2., 3.])
    """

    convention: Convention
    w_ih: np.ndarray
    w_hh: np.ndarray
    b_ih: np.ndarray | None = None
    b_hh: np.ndarray | None = None

    def __post_init__(self) -> None:
        how = self.convention
        given = {name: None if (a := getattr(self, name)) is None else real_array(name, a) for name in ARRAYS}
        shape = given["w_hh"].shape if given["w_hh"] is not None else ()
        stacked = shape[::-1] if how.transposed else shape
        if len(shape) != 2 or stacked[1] < 1 or stacked[0] != 3 * stacked[1]:
            wanted = "(H, 3H)" if how.transposed else "(3H, H)"
            raise ValueError(f"w_hh has shape {shape}; {how.title} stores {wanted}.")
        rows, units = stacked
        shape = given["w_ih"].shape if given["w_ih"] is not None else ()
        stacked = shape[::-1] if how.transposed else shape
        if len(shape) != 2 or stacked[0] != rows or stacked[1] < 1:
            wanted = f"(I, {rows})" if how.transposed else f"({rows}, I)"
            raise ValueError(f"w_ih has shape {shape}; {how.title} stores {wanted} beside this w_hh.")
        second = {"one": None, "two": (rows,), "two for n": (units,)}[how.biases]
        for name, wanted in (("b_ih", (rows,)), ("b_hh", second)):
            if given[name] is not None and given[name].shape != wanted:
                what = "has no such array" if wanted is None else f"stores {wanted} beside this w_hh"
                raise ValueError(f"{name} has shape {given[name].shape}; {how.title} {what}.")
        for name, array in given.items():
            if array is not None:
                array = np.array(array, order="C")
                array.flags.writeable = False
            object.__setattr__(self, name, array)

    def read(self) -> GRUParams:
        """The numbers in gruviz's own convention: rows r | z | n, z = 1 keeps; a bias there is but one of is b_ih."""
        how = self.convention
        rows = self.w_hh.size // min(self.w_hh.shape)
        b_ih = np.zeros(rows) if self.b_ih is None else self.b_ih
        b_hh = np.zeros(rows) if self.b_hh is None else self.b_hh
        if len(b_hh) != rows:
            b_hh = np.concatenate([b_hh if gate == "n" else np.zeros_like(b_hh) for gate in how.order])
        matrices = (self.w_ih.T, self.w_hh.T) if how.transposed else (self.w_ih, self.w_hh)
        return _signed(how, GRUParams(*(_stacked(array, how.order, "rzn") for array in (*matrices, b_ih, b_hh))))


def convert(params: GRUParams, to: str, *, reset: Reset = "after") -> Written:
    """The same function in another convention.

        order:     the gates' rows are moved
        z writes:  W_z, U_z, b_iz, b_hz change sign
        one bias:  b = b_ih + b_hh, wherever r does not multiply b_hh

    Args:
        params: rows r | z | n, z = 1 keeps.
        to: one of CONVENTIONS.
        reset: where the reset gate of `params` acts, "before" or "after" the matrix.

    Returns:
        The numbers as that convention stores them; `read()` gives them back bit for bit, biases that were merged
        as their sum.

    Raises:
        ValueError: there is no such convention or placement, the reset gate acts elsewhere there, or it has no room
            for the b_hn that r multiplies.

    Source: each convention's own, in CONVENTIONS.

    >>> p = GRUParams(np.arange(6).reshape(6, 1), np.zeros((6, 2)))
    >>> convert(p, "keras").w_ih, convert(p, "wikipedia", reset="before").w_ih[:2, 0]
    (array([[2., 3., 0., 1., 4., 5.]]), array([-2., -3.]))
    """
    _one_of("to", to, CONVENTIONS)
    _one_of("reset", reset, ("before", "after"))
    how = CONVENTIONS[to]
    if how.reset != reset:
        possible = "the nearest reset-before weights for one input" if reset == "after" else "the other way round only"
        raise ValueError(
            f"The reset gate acts {reset} the matrix here and {how.reset} it in {how.title}: no weights make them the "
            f"same function in general; gruviz.fit_reset_before fits {possible}."
        )
    if how.biases == "one" and reset == "after" and params.gate("b_hh", "n").any():
        raise ValueError(f"b_hn is not zero, r multiplies it, and {how.title} has no such bias: it cannot be written.")
    given = _signed(how, params)
    b_ih, b_hh = given.b_ih, given.b_hh
    if how.biases != "two":
        merged = np.ones(len(b_ih), bool)
        if how.biases == "two for n":
            merged[2 * params.hidden_size :] = False
        b_ih, b_hh = np.where(merged, b_ih + b_hh, b_ih), b_hh[~merged]
    w_ih, w_hh, b_ih = (_stacked(array, "rzn", how.order) for array in (given.w_ih, given.w_hh, b_ih))
    if how.biases == "two":
        b_hh = _stacked(b_hh, "rzn", how.order)
    if how.transposed:
        w_ih, w_hh = w_ih.T, w_hh.T
    return Written(how, w_ih, w_hh, b_ih, None if how.biases == "one" else b_hh)


def misread(params: GRUParams, how: str, *, reset: Reset = "after") -> tuple[GRUParams, Reset]:
    """What a program computes that reads the same numbers wrongly, as numbers read rightly.

    Args:
        params: rows r | z | n, z = 1 keeps.
        how: one of MISREADINGS. "order" gives the same as "r_z_swapped"; before the matrix "b_hn_merged" changes
            nothing, for r multiplies no bias there.
        reset: where the reset gate of `params` acts, "before" or "after" the matrix.

    Returns:
        The numbers and the placement whose function is that program's; `built` makes the model.

    Raises:
        ValueError: there is no such misreading or placement.

    >>> p = GRUParams(np.arange(3).reshape(3, 1), np.zeros((3, 1)))
    >>> wrong, reset = misread(p, "z_flipped")
    >>> wrong.w_ih[:, 0], reset, misread(p, "other_reset")[1]
    (array([ 0., -1.,  2.]), 'after', 'before')
    """
    _one_of("how", how, MISREADINGS)
    _one_of("reset", reset, ("before", "after"))
    right = replace(CONVENTIONS["pytorch"], reset=reset)
    as_is = Written(right, *(getattr(params, name) for name in ARRAYS))
    if how == "other_reset":
        return params, "before" if reset == "after" else "after"
    if how == "z_flipped":
        return replace(as_is, convention=replace(right, z="writes")).read(), reset
    if how == "r_z_swapped":
        return replace(as_is, convention=replace(right, order="zrn")).read(), reset
    if how == "order":
        stored = convert(params, "onnx" if reset == "before" else "onnx_after", reset=reset)
        return replace(stored, convention=right).read(), reset
    in_n = np.arange(3 * params.hidden_size) >= 2 * params.hidden_size
    b_ih, b_hh = np.where(in_n, params.b_ih + params.b_hh, params.b_ih), np.where(in_n, 0, params.b_hh)
    return GRUParams(params.w_ih, params.w_hh, b_ih, b_hh), reset


def built(params: GRUParams, reset: Reset) -> SplitGRU | TorchGRU:
    """The model that runs these numbers under a placement of the reset gate.

    Args:
        params: rows r | z | n, z = 1 keeps.
        reset: "before" or "after" the matrix.

    Raises:
        ValueError: there is no such placement.
    """
    _one_of("reset", reset, ("before", "after"))
    return (SplitGRU if reset == "before" else TorchGRU).from_params(params)


def _one_of(name: str, value: object, known: Collection[str]) -> None:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(known)}.")


def _stacked(array: np.ndarray, order: str, wanted: str) -> np.ndarray:
    """The gates' rows, moved from one order into another."""
    of_gate = dict(zip(order, np.split(array, 3), strict=True))
    return np.concatenate([of_gate[gate] for gate in wanted])


def _signed(how: Convention, params: GRUParams) -> GRUParams:
    """z's rows negated where z writes; twice is as they were."""
    if how.z == "keeps":
        return params
    z = slice(params.hidden_size, 2 * params.hidden_size)
    arrays = [np.array(getattr(params, name)) for name in ARRAYS]
    for array in arrays:
        array[z] = -array[z]
    return GRUParams(*arrays)
