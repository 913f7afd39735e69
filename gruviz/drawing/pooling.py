"""Make a long or wide array small enough to draw, and stay honest about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Statistic = Literal["mean", "low", "high"]
STATISTICS: tuple[Statistic, ...] = ("mean", "low", "high")


@dataclass(frozen=True, eq=False)
class Pooled:
    """A (time, unit) array in at most so many cells.

    Args:
        mean, low, high: (column, row) of each cell's values; a cell that holds one NaN is NaN.
        steps_each: time steps per column, >= 1 (the last column may hold fewer).
        units_each: units per row, >= 1 (the last row may hold fewer).
        first_step: step the first column begins with.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    steps_each: int
    units_each: int
    first_step: int = 0

    @property
    def exact(self) -> bool:
        """Every cell is one value: nothing was pooled."""
        return self.steps_each == self.units_each == 1

    @property
    def step_centres(self) -> np.ndarray:
        """Where each column stands on the time axis."""
        return self.first_step + np.arange(self.mean.shape[0]) * self.steps_each + (self.steps_each - 1) / 2

    @property
    def unit_centres(self) -> np.ndarray:
        """Where each row stands on the unit axis."""
        return np.arange(self.mean.shape[1]) * self.units_each + (self.units_each - 1) / 2


def pool(values: np.ndarray, columns: int, rows: int, first_step: int = 0) -> Pooled:
    """Cells of equal size, just large enough that `columns` x `rows` of them hold `values`.

        mean, low, high of each block of ceil(time / columns) steps x ceil(unit / rows) units

    Args:
        values: (time, unit), at least one of each.
        columns: most cells along time, >= 1.
        rows: most cells along units, >= 1.
        first_step: step of values[0].

    >>> p = pool(np.arange(6.0).reshape(6, 1), columns=3, rows=9)
    >>> p.mean[:, 0].tolist(), p.low[:, 0].tolist(), p.steps_each, p.step_centres.tolist()
    ([0.5, 2.5, 4.5], [0.0, 2.0, 4.0], 2, [0.5, 2.5, 4.5])
    """
    steps, units = values.shape
    steps_each, units_each = -(-steps // columns), -(-units // rows)
    low = high = mean = values
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, and shall be seen as such
        for axis, each in ((0, steps_each), (1, units_each)):
            if each > 1:
                mean, low, high = (
                    _blocks(mean, each, axis, np.mean),
                    _blocks(low, each, axis, np.min),
                    _blocks(high, each, axis, np.max),
                )
    return Pooled(mean.astype(np.float32, copy=False), low, high, steps_each, units_each, first_step)


def _blocks(values: np.ndarray, each: int, axis: int, of: Callable[..., np.ndarray]) -> np.ndarray:
    """`of` every block of `each` along `axis`; the last block may be shorter."""
    along = np.moveaxis(values, axis, 0)
    whole = len(along) // each * each
    blocks = of(along[:whole].reshape(-1, each, along.shape[1]), axis=1)
    if whole < len(along):
        blocks = np.concatenate([blocks, of(along[whole:], axis=0)[None]])
    return np.moveaxis(blocks, 0, axis)
