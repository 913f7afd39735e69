"""What is done by hand in one layer and direction, made ready for each step: a step costs the same however much it is.

Scale and Clamp on one number, in their order, are together v -> clip(factor * v, low, high), or a value that stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gruviz.models.equations import Gate
from gruviz.tracing.interventions import BOUNDS, Bias, Clamp, Intervention, Lesion, Scale

LARGEST = np.finfo(np.float64).max


class Bend:
    """What becomes of a step's gates.

    Args:
        of: per gate the units that stand still, and at what; those that move, and their factor, low and high (3, unit).

    >>> bend = Bend({"z": (np.array([1]), np.array([0.5]), np.array([2]), np.array([[2.0], [0.0], [1.0]]))})
    >>> bend("z", np.array([0.1, 0.2, 0.3])).tolist(), bend("r", np.ones(1)).tolist()
    ([0.1, 0.5, 0.6], [1.0])
    """

    def __init__(self, of: dict[Gate, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]) -> None:
        self.of = of

    def __call__(self, gate: Gate, value: np.ndarray) -> np.ndarray:
        """A gate's value (..., unit), changed in its place."""
        if gate in self.of:
            still, at, moved, (factor, low, high) = self.of[gate]
            if len(moved):
                # in float64: float32 could not hold every factor
                value[..., moved] = np.clip(value[..., moved] * factor, low, high)
            value[..., still] = at
        return value


class _Act(NamedTuple):
    """A Scale (factor) or something that stands (value), on some units at some steps."""

    units: np.ndarray
    first: int
    last: int
    factor: float | None
    value: float


class Acts:
    """All that is done in one layer and direction, but for its weights.

    Args:
        what_if: interventions that fit, in their order.
        layer: counted as in torch's h_n.
        units, steps: how many there are.

    >>> acts = Acts((Bias("z", 2.0, steps=(1, 1)), Clamp("h", 0.5, units=(1,))), 0, units=2, steps=3)
    >>> shift, bends = acts.during(slice(0, 2), reverse=False)
    >>> shift.tolist(), bends[0]("h", np.zeros(2)).tolist()
    ([[0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.0, 2.0, 0.0, 0.0]], [0.0, 0.5])
    """

    def __init__(self, what_if: Sequence[Intervention], layer: int, units: int, steps: int) -> None:
        mine = [one for one in what_if if one.layer == layer]
        self.added: list[tuple[np.ndarray, int, int, float]] = []
        self.acts: dict[Gate, list[_Act]] = {}
        for one in mine:
            if not isinstance(one, Bias | Scale | Clamp):
                continue
            chosen = np.arange(units) if one.units is None else np.array(one.units)
            first, last = one.steps or (0, steps - 1)
            if isinstance(one, Bias):
                self.added.append((chosen + "rzn".index(one.gate) * units, first, last, one.amount))
            else:
                factor, value = (one.factor, 0.0) if isinstance(one, Scale) else (None, one.value)
                self.acts.setdefault(one.gate, []).append(_Act(chosen, first, last, factor, value))
        self.lesioned = np.array(sorted({unit for one in mine if isinstance(one, Lesion) for unit in one.units}), int)
        if len(self.lesioned):
            # the last word
            self.acts.setdefault("h", []).append(_Act(self.lesioned, 0, steps - 1, None, 0.0))
        every = [act for acts in self.acts.values() for act in acts]
        edges = {0, *(act.first for act in every), *(act.last + 1 for act in every)}
        self.starts = np.array(sorted(edges - {steps}))  # between two of them nothing begins or ends
        self.columns = {gate: np.unique(np.concatenate([act.units for act in a])) for gate, a in self.acts.items()}
        self.units, self._held = units, ((-1, -1), [])

    def during(self, piece: slice, reverse: bool) -> tuple[np.ndarray | None, list[Bend | None]]:
        """What is added to the pre-activations (step, 3 units), rows r | z | n, or None; and each step's bend, or None.

        In the order the steps are run in.
        """
        at = np.searchsorted(self.starts, np.arange(piece.start, piece.stop), "right") - 1
        between = (int(at[0]), int(at[-1]))
        if self._held[0] != between:
            self._held = between, self._bends(*between)
        bends = [self._held[1][k] for k in at - between[0]]
        shift = self._shift(piece)
        return (None if shift is None else shift[::-1].copy(), bends[::-1]) if reverse else (shift, bends)

    def _shift(self, piece: slice) -> np.ndarray | None:
        shift = None
        for rows, first, last, amount in self.added:
            if first < piece.stop and piece.start <= last:
                shift = np.zeros((piece.stop - piece.start, 3 * self.units)) if shift is None else shift
                shift[max(first - piece.start, 0) : last + 1 - piece.start, rows] += amount
        return shift

    def _bends(self, low: int, high: int) -> list[Bend | None]:
        """One for each stretch from start `low` to start `high`, both included."""
        found: list[dict] = [{} for _ in range(low, high + 1)]
        for gate, acts in self.acts.items():
            columns = self.columns[gate]
            with np.errstate(over="ignore"):  # beyond the largest number is beyond the range
                tables = _tables(acts, columns, BOUNDS[gate], self.starts, low, high)
            for of, acting, still, limits in zip(found, *tables, strict=True):
                if acting.any():
                    moved = acting & ~still
                    of[gate] = columns[still], limits[1, still], columns[moved], limits[:, moved]
        return [Bend(of) if of else None for of in found]


def _tables(
    acts: Sequence[_Act], columns: np.ndarray, bounds: tuple[float, float], starts: np.ndarray, low: int, high: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which numbers are acted on, which stand still (stretch, column); factor, low and high (stretch, 3, column)."""
    shape = (high + 1 - low, len(columns))
    acting, still = np.zeros(shape, bool), np.zeros(shape, bool)
    limits = np.empty((shape[0], 3, shape[1]))
    limits[:, 0], limits[:, 1], limits[:, 2] = 1, -LARGEST, LARGEST
    for act in acts:
        begin, end = np.searchsorted(starts, (act.first, act.last + 1)) - low
        rows = slice(max(int(begin), 0), int(end))
        if end <= 0 or rows.start >= shape[0]:
            continue
        where = (rows, np.searchsorted(columns, act.units))
        acting[where] = True
        if act.factor is None:
            still[where] = True
            limits[rows, 1:, where[1]] = act.value
        else:
            factor, one, other = (limits[rows, k, where[1]] * act.factor for k in range(3))
            limits[rows, 0, where[1]] = np.clip(factor, -LARGEST, LARGEST)
            limits[rows, 1, where[1]] = np.clip(np.minimum(one, other), *bounds)
            limits[rows, 2, where[1]] = np.clip(np.maximum(one, other), *bounds)
    return acting, still, limits
