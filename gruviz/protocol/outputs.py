"""What the head of a run's model says, as a stage shows it: rows and steps bounded, and where it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gruviz.drawing.pooling import pool
from gruviz.tasks.answers import Head, said, states_of, wrong
from gruviz.tracing.gate_trace import GateTrace

MOST_ROWS = 64  # of classes: beyond it the rest share the last row
LONGEST_NAME = 40
_ROUND = 1.05  # of the scale of numbers: their lines keep off its ends


@dataclass(frozen=True, eq=False)
class HeadOutputs:
    """A head over a trace.

    Args:
        head: of the trace's model.
        target: what was due, as `gruviz.inputs.sequence.Sequence.target` has it, or None.
        trace: the trace.
    """

    head: Head
    target: NDArray | None
    trace: GateTrace

    @cached_property
    def rows(self) -> tuple[int, ...] | None:
        """The classes that have a row, where there are too many for each to have one; None where each output has one.

        Those that are said or due most often in this trace, in their own order. All others share one more row.
        """
        count = len(self.head.w)
        if self.head.kind != "classes" or count <= MOST_ROWS:
            return None
        y = said(self.head, states_of(self.trace))
        often = np.bincount(y.argmax(axis=1), minlength=count).astype(float)
        if self.target is not None:
            due = self.target[~np.isnan(self.target)].astype(int)
            often += np.bincount(due, minlength=count)
        often += np.nan_to_num(y.mean(axis=0))  # less than 1 in all: it orders those of equal count
        return tuple(sorted(np.argsort(-often, kind="stable")[: MOST_ROWS - 1].tolist()))

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The scale of numbers: what is said and due, and 0; of signs at least -1 to 1; of probabilities 0 to 1."""
        if self.head.kind == "classes":
            return 0.0, 1.0
        y = said(self.head, states_of(self.trace))
        held = [np.zeros(1), y[np.isfinite(y)]]
        if self.target is not None:
            held.append(self.target[np.isfinite(self.target)])
        if self.head.kind == "signs":
            held.append(np.array([-1.0, 1.0]))
        low, high = (float(f([f(each) for each in held if each.size])) for f in (min, max))
        if low == high:
            high = 1.0
        spare = (_ROUND - 1) * (high - low)
        return round(low - spare, 4), round(high + spare, 4)

    def over(self, target: NDArray | None) -> HeadOutputs:
        """The same rows and scale for what the head says of another trace, to be seen beside this.

        Args:
            target: what is due there.
        """
        found = replace(self, target=target)
        vars(found).update(rows=self.rows, ends=self.ends)
        return found

    def header(self, channels: Sequence[str]) -> dict[str, Any]:
        """What a scene tells of it.

        Args:
            channels: names of the inputs that the scene sends too: names that are the same are not sent again.
        """
        head, rows = self.head, self.rows
        names = [head.names[k][:LONGEST_NAME] for k in (range(len(head.names)) if rows is None else rows)]
        found: dict[str, Any] = {"kind": head.kind, "count": len(names) + (rows is not None), "within": head.within}
        if names != [name[:LONGEST_NAME] for name in channels[: len(names)]]:
            found["names"] = names
        if rows is not None:
            found["rows"] = list(rows)
        if self.target is not None and head.judges:
            found["judged"] = True
        if head.kind != "classes":
            found["low"], found["high"] = self.ends
        return found

    def arrays(self, states: NDArray, first: int, columns: int) -> dict[str, np.ndarray]:
        """What a tile holds of it.

        Args:
            states: (step, unit) that the head reads.
            first: the step of the first.
            columns: most of them.

        Returns:
            float32, time first. y (column, row), and where steps share a column y_low and y_high; wrong (column, 1),
            the share of the answers due that are wrong, NaN where none is due. With a column a step also target
            (column, k), of classes their row, and said (column, 1), the row of the class said, where rows are shared.
        """
        y, rows = said(self.head, states), self.rows
        target = None if self.target is None else self.target[first : first + len(states)]
        shown = y if rows is None else np.column_stack([y[:, rows], 1 - y[:, rows].sum(axis=1)]).clip(0, 1)
        cells = pool(shown, columns, shown.shape[1], first)
        found = {"y": cells.mean}
        if cells.steps_each > 1:
            found["y_low"], found["y_high"] = cells.low, cells.high
        if target is not None and self.head.judges:
            found["wrong"] = _shares(wrong(self.head, y, target), cells.steps_each)
        if cells.steps_each == 1 and target is not None:
            found["target"] = target if rows is None else self._row_of(target)
        if cells.steps_each == 1 and rows is not None:
            found["said"] = self._row_of(y.argmax(axis=1)[:, None].astype(np.float32))
        return found

    def _row_of(self, classes: NDArray) -> NDArray[np.float32]:
        """The row each class is in; NaN stays."""
        row = np.full(len(self.head.w), len(self.rows), np.float32)
        row[list(self.rows)] = np.arange(len(self.rows))
        known = ~np.isnan(classes)
        return np.where(known, row[np.where(known, classes, 0).astype(int)], np.nan).astype(np.float32)


def _shares(values: NDArray, each: int) -> NDArray[np.float32]:
    """The mean of every `each` of them that are numbers (column, 1); NaN where none is."""
    columns = -(-len(values) // each)
    held = np.full(columns * each, np.nan, np.float32)
    held[: len(values)] = values
    blocks = held.reshape(columns, each)
    count = (~np.isnan(blocks)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return (np.nansum(blocks, axis=1) / count).astype(np.float32)[:, None]
