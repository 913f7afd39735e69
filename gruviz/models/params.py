"""The numbers of one GRU layer, validated: weights and biases with rows stacked r | z | n."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

ARRAYS = ("w_ih", "w_hh", "b_ih", "b_hh")


@dataclass(frozen=True, eq=False)
class GRUParams:
    """The numbers of one GRU layer in one direction, rows stacked r | z | n.

    Args:
        w_ih: (3H, I) weights from the input.
        w_hh: (3H, H) weights from the previous hidden state.
        b_ih: (3H,) bias beside `w_ih`; zeros when None.
        b_hh: (3H,) bias beside `w_hh`; zeros when None.

    Raises:
        ValueError: a shape does not fit the others, or a value is not a real number.

    Source: weight names and order of https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html

    >>> p = GRUParams(np.zeros((6, 1)), np.eye(6, 2), np.zeros(6), np.ones(6))
    >>> p.input_size, p.hidden_size, p.gate("b_hh", "z")
    (1, 2, array([1., 1.]))
    """

    w_ih: np.ndarray
    w_hh: np.ndarray
    b_ih: np.ndarray | None = None
    b_hh: np.ndarray | None = None

    def __post_init__(self) -> None:
        given = {name: real_array(name, getattr(self, name)) for name in ("w_ih", "w_hh")}
        shape = given["w_hh"].shape
        if len(shape) != 2 or shape[1] < 1 or shape[0] != 3 * shape[1]:
            raise ValueError(f"w_hh has shape {shape}; it must be (3H, H), rows stacked r | z | n.")
        rows = shape[0]
        for name in ("b_ih", "b_hh"):
            value = getattr(self, name)
            given[name] = np.zeros(rows) if value is None else real_array(name, value)
            if given[name].shape != (rows,):
                raise ValueError(f"{name} has shape {given[name].shape}; with this w_hh it must be ({rows},).")
        shape = given["w_ih"].shape
        if len(shape) != 2 or shape[0] != rows or shape[1] < 1:
            raise ValueError(f"w_ih has shape {shape}; with this w_hh it must be ({rows}, input_size).")
        dtype = np.result_type(np.float32, given["w_ih"], given["w_hh"])
        self.__setstate__({name: np.array(value, dtype=dtype, order="C") for name, value in given.items()})

    def __setstate__(self, state: dict[str, np.ndarray]) -> None:
        # pickle and copy give arrays back writable
        for name, array in state.items():
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def input_size(self) -> int:
        """Numbers per step of the input, I."""
        return self.w_ih.shape[1]

    @property
    def hidden_size(self) -> int:
        """Units, H."""
        return self.w_hh.shape[1]

    def gate(self, name: str, gate: str) -> np.ndarray:
        """The rows of one array that belong to one gate.

        Args:
            name: "w_ih", "w_hh", "b_ih" or "b_hh".
            gate: "r", "z" or "n".

        Returns:
            A read-only view with H rows.

        Raises:
            ValueError: there is no such array or gate.
        """
        if name not in ARRAYS or gate not in tuple("rzn"):
            raise ValueError(
                f"{name!r} of gate {gate!r} is asked for; the arrays are {', '.join(ARRAYS)}, the gates r, z, n."
            )
        k = "rzn".index(gate)
        return getattr(self, name)[k * self.hidden_size : (k + 1) * self.hidden_size]


def real_array(name: str, value: object) -> np.ndarray:
    """`value` as an array of real numbers of at most 64 bits, torch tensors included.

    Args:
        name: what to call it in the sentence.
        value: anything array-like.

    Raises:
        ValueError: it is not one rectangular array of real numbers.
    """
    if isinstance(value, Tensor):
        value = dense(name, value)
        # NumPy has no numbers as short as torch's shortest
        value = (value.float() if value.is_floating_point() and value.element_size() < 4 else value).cpu().numpy()
    try:
        array = np.asarray(value)
    except ValueError:
        kind = type(value).__name__
        raise ValueError(f"{name} is a {kind} that forms no rectangular array; real numbers are needed.") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} holds {array.dtype} values; real numbers are needed.")
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array


def dense(name: str, tensor: Tensor) -> Tensor:
    """The tensor without its history, if it holds real numbers, one beside the other.

    Args:
        name: what to call it in the sentence.
        tensor: any tensor.

    Raises:
        ValueError: it is on torch's meta device, nested, quantised, sparse or complex.

    >>> dense("x", torch.ones(2, device="meta"))
    Traceback (most recent call last):
    ValueError: x is a torch.float32 meta tensor; a dense tensor of real numbers is needed.
    """
    odd = {
        "meta": tensor.is_meta,
        "nested": tensor.is_nested,
        "quantized": tensor.is_quantized,
        "complex": tensor.is_complex(),
        str(tensor.layout): tensor.layout is not torch.strided,
    }
    kinds = [word for word, is_so in odd.items() if is_so]
    if kinds:
        what = " ".join([str(tensor.dtype), *kinds])
        raise ValueError(f"{name} is a {what} tensor; a dense tensor of real numbers is needed.")
    return tensor.detach().resolve_neg()


def whole_number(name: str, value: object, least: int = 1) -> int:
    """A size or a seed as an int.

    Args:
        name: what to call it in the sentence.
        value: a whole number of at least `least`; NumPy's too, but no bool.
        least: the smallest there is.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is too small.

    >>> whole_number("hidden_size", 0)
    Traceback (most recent call last):
    ValueError: hidden_size is 0; it must be a whole number of at least 1.
    """
    wanted = f"{name} is {value!r}; it must be a whole number of at least {least}."
    if isinstance(value, bool | np.bool) or not isinstance(value, int | np.integer):
        raise TypeError(wanted)
    if value < least:
        raise ValueError(wanted)
    return int(value)
