"""What can be changed by hand while a model runs: frozen, hashable, equal where they mean the same.

They act in this order, each on the units and steps it names; everything after follows by the model's own equations:

    Weight     one number of w_ih, w_hh, b_ih or b_hh (rows r | z | n) is another
    Bias       a pre-activation + amount (n's outside of r's product where the model resets after the matrix)
    Scale      a gate's value * factor, kept within z, r in [0, 1], n, h in [-1, 1]
    Clamp      a gate's value := value; Scale and Clamp of one gate act in the order they are given
    Lesion     h of the units := 0, from h_0 on; the last word on h
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Literal

from gruviz.models.equations import Gate
from gruviz.models.params import ARRAYS, whole_number

MOST_UNITS = 100_000
BOUNDS: dict[Gate, tuple[float, float]] = {"z": (0.0, 1.0), "r": (0.0, 1.0), "n": (-1.0, 1.0), "h": (-1.0, 1.0)}
Units = tuple[int, ...] | None
Steps = tuple[int, int] | None


@dataclass(frozen=True)
class Clamp:
    """A gate's value is another one.

        z, r, n or h := value        r before it is used in the candidate, n after its tanh, h after mixing

    Args:
        gate: "z", "r", "n" or "h".
        value: within the gate's range: z, r in [0, 1], n in [-1, 1], h any number.
        units: which, counted from 0, in any order; all when None.
        steps: (first, last), both included, in the input's own order; all when None.
        layer: entry of the layer axis, counted as in torch's h_n.

    Raises:
        TypeError: something is of another type.
        ValueError: there is no such gate, the value is outside of its range, units are none, or the first step comes
            after the last.

    Source: Morcos et al. 2018 (arXiv:1803.06959), who clamp units to ask what depends on them.

    >>> Clamp("z", 1, units=[3, 1], steps=(5, 9))
    Clamp(gate='z', value=1.0, units=(1, 3), steps=(5, 9), layer=0)
    """

    gate: Gate
    value: float
    units: Units = None
    steps: Steps = None
    layer: int = 0

    def __post_init__(self) -> None:
        _gate(self, "zrnh")
        value = _real(self, "value")
        low, high = (-math.inf, math.inf) if self.gate == "h" else BOUNDS[self.gate]
        if not low <= value <= high:
            raise ValueError(f"value is {value:g}; {self.gate} lies between {low:g} and {high:g}.")
        _keep(self, value=value, **_place(self))


@dataclass(frozen=True)
class Scale:
    """A gate's value is multiplied, and kept within its range.

        v := clip(factor * v)        z, r in [0, 1], n, h in [-1, 1]; acts where `Clamp` does

    Args:
        gate: "z", "r", "n" or "h".
        factor: any finite number.
        units, steps, layer: as in `Clamp`.

    Raises:
        TypeError, ValueError: as in `Clamp`.

    Source: as for `Clamp`; a factor between 0 and 1 is a partial one.

    >>> Scale("h", 0.5, steps=[0, 4])
    Scale(gate='h', factor=0.5, units=None, steps=(0, 4), layer=0)
    """

    gate: Gate
    factor: float
    units: Units = None
    steps: Steps = None
    layer: int = 0

    def __post_init__(self) -> None:
        _gate(self, "zrnh")
        _keep(self, factor=_real(self, "factor"), **_place(self))


@dataclass(frozen=True)
class Bias:
    """Something is added to a gate's pre-activation.

        r, z = sigmoid(... + amount)        n = tanh(... + amount), outside of r's product

    Args:
        gate: "r", "z" or "n".
        amount: any finite number.
        units, steps, layer: as in `Clamp`.

    Raises:
        TypeError, ValueError: as in `Clamp`.

    Source: Tallec, Ollivier 2018 (arXiv:1804.11188) for what a bias of z does: it sets how long a unit remembers.

    >>> Bias("z", 2, layer=1)
    Bias(gate='z', amount=2.0, units=None, steps=None, layer=1)
    """

    gate: Literal["r", "z", "n"]
    amount: float
    units: Units = None
    steps: Steps = None
    layer: int = 0

    def __post_init__(self) -> None:
        _gate(self, "zrn")
        _keep(self, amount=_real(self, "amount"), **_place(self))


@dataclass(frozen=True)
class Lesion:
    """Units are cut out: nothing of them is seen by any other, at any step.

        h_0, h_1, ... h_T := 0        the last word, whatever else acts on h

    Args:
        units, layer: as in `Clamp`, but no None.

    Raises:
        TypeError, ValueError: as in `Clamp`.

    Source: Morcos et al. 2018 (arXiv:1803.06959), who call it ablation.

    >>> Lesion([2, 0, 2])
    Lesion(units=(0, 2), layer=0)
    """

    units: tuple[int, ...]
    layer: int = 0

    def __post_init__(self) -> None:
        if self.units is None:
            raise TypeError("units is None; a tuple of whole numbers is needed: those to cut out.")
        _keep(self, units=_units(self.units), layer=whole_number("layer", self.layer, 0))


@dataclass(frozen=True)
class Weight:
    """One of a model's own numbers is another one.

        name[row, column] := value        rows r | z | n, as in `gruviz.GRUParams`

    A model with one bias a gate (ConcatGRU) takes it as `params()` tells them apart: its bias changes by as much as the
    one named here does. A model without biases has none to change; `Bias` adds to its pre-activations.

    Args:
        name: "w_ih", "w_hh", "b_ih" or "b_hh".
        row: 0 to 3 units - 1.
        column: of a matrix which input or unit; of a bias None, and 0 is taken for it.
        value: any finite number the model's precision can hold.
        layer: as in `Clamp`.

    Raises:
        TypeError: something is of another type.
        ValueError: there is no such array, a matrix needs a column, or a bias has none.

    Source: weight names and order of https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html

    >>> Weight("b_hh", 4, None, 0)
    Weight(name='b_hh', row=4, column=None, value=0.0, layer=0)
    """

    name: Literal["w_ih", "w_hh", "b_ih", "b_hh"]
    row: int
    column: int | None
    value: float
    layer: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"name is {self.name!r}; a text is needed: {', '.join(ARRAYS)}.")
        if self.name not in ARRAYS:
            raise ValueError(f"name is {self.name!r}; it must be one of {', '.join(ARRAYS)}.")
        column = None if self.column is None else whole_number("column", self.column, 0)
        if self.name.startswith("w") and column is None:
            raise ValueError(f"column is None; a number of {self.name} has a row and a column.")
        if self.name.startswith("b"):
            if column:
                raise ValueError(f"column is {column}; {self.name} has none, so it must be None.")
            column = None
        row, layer = whole_number("row", self.row, 0), whole_number("layer", self.layer, 0)
        _keep(self, row=row, column=column, value=_real(self, "value"), layer=layer)


Intervention = Clamp | Scale | Bias | Lesion | Weight
KINDS: dict[str, type[Intervention]] = {kind.__name__: kind for kind in (Clamp, Scale, Bias, Lesion, Weight)}


# ---- what they hold


def _keep(one: Intervention, **values: object) -> None:
    for name, value in values.items():
        object.__setattr__(one, name, value)


def _gate(one: Clamp | Scale | Bias, gates: str) -> None:
    if not isinstance(one.gate, str):
        raise TypeError(f"gate is {one.gate!r}; a text is needed: {', '.join(gates)}.")
    if one.gate not in tuple(gates):
        raise ValueError(f"gate is {one.gate!r}; it must be one of {', '.join(gates)}.")


def _real(one: Intervention, name: str) -> float:
    value = getattr(one, name)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r}; a number is needed.")
    try:
        value = float(value)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; a finite number is needed.")
    return value


def _place(one: Clamp | Scale | Bias) -> dict[str, object]:
    units = None if one.units is None else _units(one.units)
    return {"units": units, "steps": _steps(one.steps), "layer": whole_number("layer", one.layer, 0)}


def _units(given: object) -> tuple[int, ...]:
    """Sorted, each once."""
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(f"units is {given!r}; a tuple of whole numbers is needed.")
    units = [whole_number("a unit", unit, 0) for unit in islice(given, MOST_UNITS + 1)]
    if not units:
        raise ValueError("units is empty; at least one is needed.")
    if len(units) > MOST_UNITS:
        raise ValueError(f"units holds more than {MOST_UNITS} numbers; fewer are needed.")
    return tuple(sorted(set(units)))


def _steps(given: object) -> Steps:
    if given is None:
        return None
    if not isinstance(given, tuple | list):
        raise TypeError(f"steps is {given!r}; (first, last) or None is needed.")
    if len(given) != 2:
        raise ValueError(f"steps has {len(given)} numbers; the first and the last step are needed.")
    first, last = (whole_number("a step", step, 0) for step in given)
    if first > last:
        raise ValueError(f"steps is ({first}, {last}); the first step must not come after the last.")
    return first, last


# ---- as JSON holds them


def to_plain(one: Intervention) -> dict[str, Any]:
    """An intervention as JSON can hold it.

    >>> to_plain(Lesion((1, 2)))
    {'is': 'Lesion', 'units': (1, 2), 'layer': 0}
    """
    return {"is": type(one).__name__, **asdict(one)}


def from_plain(plain: dict[str, Any]) -> Intervention:
    """What `to_plain` gave, again.

    Raises:
        TypeError, ValueError: it is no intervention.

    >>> from_plain({"is": "Lesion", "units": [1, 2]})
    Lesion(units=(1, 2), layer=0)
    """
    if not isinstance(plain, dict) or plain.get("is") not in tuple(KINDS):
        raise ValueError(f'{plain!r} is no intervention; its "is" must be one of {", ".join(KINDS)}.')
    return KINDS[plain["is"]](**{name: value for name, value in plain.items() if name != "is"})
