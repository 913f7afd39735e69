"""Which units carry what a task has to remember, and what z does there: the stories of the gates in numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gruviz.tasks.task import Batch, Check
from gruviz.tracing.gate_trace import GateTrace

Measure = Callable[[GateTrace, Batch], Check]


def carried(h: NDArray, memory: NDArray, where: NDArray) -> NDArray[np.float64]:
    """How much of each unit's movement is due to what has to be remembered: the variance between its classes.

        carried_j = sum over classes c of share_c (mean of h_j where c - mean of h_j)^2

    Args:
        h: (batch, time, unit).
        memory: (batch, time) whole numbers, the class.
        where: (batch, time) bool, the steps looked at.

    Returns:
        (unit,) at least 0; zeros where nothing is looked at.

    >>> h = np.array([[[1.0, 0.2], [-1.0, 0.2]]])
    >>> carried(h, np.array([[0, 1]]), np.array([[True, True]])).tolist()
    [1.0, 0.0]
    """
    states, classes = h[where].astype(np.float64), memory[where]
    if not len(states):
        return np.zeros(h.shape[-1])
    mean = states.mean(0)
    total = np.zeros(h.shape[-1])
    for one in np.unique(classes):
        chosen = classes == one
        total += chosen.mean() * np.square(states[chosen].mean(0) - mean)
    return total


def _carriers(trace: GateTrace, batch: Batch, share: float) -> list[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """For each item to remember: the units that carry it, most first, and the steps at which it is to be held."""
    found = []
    for item in range(batch.memory.shape[-1]):
        held = batch.hold[..., item] & (batch.memory[..., item] >= 0)
        order = np.argsort(-carried(trace.h[-1], batch.memory[..., item], held), kind="stable")
        found.append((order[: max(1, round(share * len(order)))], held))
    return found


def _compared(trace: GateTrace, batch: Batch, gate: str, share: float) -> tuple[float, float, tuple[int, ...]]:
    """Mean of a gate over the carrying units at the steps that hold and at those that change, over all items."""
    values, found = getattr(trace, gate)[-1], _carriers(trace, batch, share)
    hold = np.mean([values[..., units][held].mean() for units, held in found])
    change = np.mean([values[..., units][batch.change[..., item]].mean() for item, (units, _) in enumerate(found)])
    return float(hold), float(change), _named(found)


def _named(found: list[tuple[NDArray[np.int64], NDArray[np.bool_]]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(unit) for units, _ in found for unit in units))


def moves(threshold: float, share: float = 0.25) -> Measure:
    """A check: the mean 1 - z of the carrying units, over the steps without news, is at least `threshold`.

    Args:
        threshold: the story is seen from here on.
        share: the part of the units that counts as carrying, by `carried`, for each item remembered.
    """

    def measure(trace: GateTrace, batch: Batch) -> Check:
        hold, change, units = _compared(trace, batch, "z", share)
        return Check(1 - hold, threshold, hold, change, units)

    return measure


def opens(threshold: float, share: float = 0.25, gate: str = "z") -> Measure:
    """A check: in the carrying units a gate is lower, by at least `threshold`, where they change than where they hold.

    Args:
        threshold: the smallest difference at which the story is seen.
        share: as in `moves`.
        gate: "z" or "r".
    """

    def measure(trace: GateTrace, batch: Batch) -> Check:
        hold, change, units = _compared(trace, batch, gate, share)
        return Check(hold - change, threshold, hold, change, units)

    return measure


def tells(threshold: float, share: float = 0.25) -> Measure:
    """A check: r of the carrying units differs, by at least `threshold`, where they change from where they hold.

    Some units may open where others shut: each unit's |difference| counts.

    Args:
        threshold: the smallest mean |difference| at which the story is seen.
        share: as in `moves`.
    """

    def measure(trace: GateTrace, batch: Batch) -> Check:
        hold, change, units = _compared(trace, batch, "r", share)
        r, found = trace.r[-1], _carriers(trace, batch, share)
        apart = [
            np.abs(r[..., units][held].mean(0) - r[..., units][batch.change[..., item]].mean(0)).mean()
            for item, (units, held) in enumerate(found)
        ]
        return Check(float(np.mean(apart)), threshold, hold, change, units)

    return measure


def renews(threshold: float, share: float = 0.125) -> Measure:
    """A check: the candidate writes what is held again and again, so that the memory would live without z.

        value = sum over carrying units of cov(E[n | item], E[h | item]) / sum of var(E[h | item])

    over the steps that hold. 1: the candidate alone keeps the item; 0: it knows nothing of it, and z alone keeps it.

    Args:
        threshold: the smallest such share at which the story is seen.
        share: as in `moves`.
    """

    def measure(trace: GateTrace, batch: Batch) -> Check:
        hold, change, found = *_compared(trace, batch, "z", share)[:2], _carriers(trace, batch, share)
        both = own = 0.0
        for item, (units, held) in enumerate(found):
            n, h, kind = (a[held] for a in (trace.n[-1][..., units], trace.h[-1][..., units], batch.memory[..., item]))
            for one in np.unique(kind):
                of = kind == one
                dn, dh = n[of].mean(0) - n.mean(0), h[of].mean(0) - h.mean(0)
                both += of.mean() * float((dn * dh).sum())
                own += of.mean() * float(np.square(dh).sum())
        return Check(both / own if own > 0 else 0.0, threshold, hold, change, _named(found))

    return measure


def marks(threshold: float, gate: str = "r") -> Measure:
    """A check: in the unit that shows it most, a gate is lower at the marked steps than at the others.

    Args:
        threshold: the smallest difference of the two means at which the story is seen.
        gate: "z" or "r".
    """

    def measure(trace: GateTrace, batch: Batch) -> Check:
        values = getattr(trace, gate)[-1]
        if not (batch.hold.any() and batch.change.any()):
            return Check(np.nan, threshold, np.nan, np.nan, ())
        hold, change = values[batch.hold[..., 0]].mean(0), values[batch.change[..., 0]].mean(0)
        best = int((hold - change).argmax())
        return Check(float(hold[best] - change[best]), threshold, float(hold[best]), float(change[best]), (best,))

    return measure
