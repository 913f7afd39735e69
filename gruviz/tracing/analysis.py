"""What a trace says about its units: how slow they are, and orders that put like beside like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gruviz.tracing.gate_trace import GateTrace, require_trace

Order = Literal["index", "active", "half_life", "mean_z", "cluster", "component", "peak"]
ORDERS: tuple[Order, ...] = ("index", "active", "half_life", "mean_z", "cluster", "component", "peak")
STEPS = 4000  # most steps that enter a comparison of every unit with every other
PIECE = 8192  # steps worked on at once where all of them count
Merge = tuple[int, int, float]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Units in an order, with the numbers they are ordered by.

    Args:
        order: int32 (unit,), a permutation: display row -> unit.
        values: float64 (unit,), by unit; None where the order is not one of numbers.
    """

    order: np.ndarray
    values: np.ndarray | None


def unit_order(trace: GateTrace, how: Order, *, layer: int = 0, batch: int = 0) -> np.ndarray:
    """An order of the units of one layer and sequence, such that a heatmap drawn in it tells more.

    Args, Raises and Sources: see `ranking`, over all steps.

    Returns:
        int32 (unit,), a permutation: display row -> unit.

    >>> from gruviz import SplitGRU, trace
    >>> sorted(unit_order(trace(SplitGRU(1, 3), np.ones((4, 1))), "peak").tolist())
    [0, 1, 2]
    """
    return ranking(trace, how, layer=layer, batch=batch).order


def ranking(
    trace: GateTrace, how: Order, *, layer: int = 0, batch: int = 0, window: tuple[int, int] | None = None
) -> Ranking:
    """The units of one layer and sequence in an order such that a heatmap drawn in it tells more.

        index       as they are
        active      largest mean over time of |h_t - h_{t-1}| first
        half_life   longest first, see `half_lives`
        mean_z      largest mean of z over time first: who keeps most
        cluster     units whose h moves together stand together, see `average_linkage`; distance 1 - correlation.
                    Clusters are turned so that the most similar ends meet. Units that never change come last
        component   largest loading on the first principal component of h over time first;
                    the largest |loading| counts as positive
        peak        earliest time of the largest |h| first

    Equal units stay in the order they have. Units that hold anything but finite numbers come last; for half_life
    infinity is a number. In a long trace cluster and component look at about 4,000 evenly spaced steps.

    Args:
        trace: any trace.
        how: one of ORDERS.
        layer, batch: which part of it.
        window: (first, last) step to look at, both included; all steps when None.

    Returns:
        The order, and what it is by: the mean change, the half-life in steps, the mean of z, the loading (largest
        |loading| 1), the step of the peak; of index and cluster None.

    Raises:
        TypeError: the trace is none.
        ValueError: there is no such order, layer, batch or window.

    Sources: Gruvaeus, Wainer 1972 (Br. J. Math. Stat. Psychol. 25:200) for turning clusters; MATH's PCA:
    fit on the centred (time, unit) matrix.

    >>> from gruviz import SplitGRU, trace
    >>> m = SplitGRU(1, 2)
    >>> for p in m.parameters(): _ = p.detach().zero_()  # z = 1/2, n = 0: h halves at every step
    >>> ranking(trace(m, np.ones((4, 1)), h0=np.array([0.5, -1.0])), "half_life").values.round(6).tolist()
    [1.0, 1.0]
    """
    if how not in ORDERS:
        raise ValueError(f"order is {how!r}; it must be one of {', '.join(ORDERS)}.")
    require_trace(trace)
    trace.require(layer=layer, batch=batch)
    first, last = window or (0, trace.meta.steps - 1)
    if not 0 <= first <= last < trace.meta.steps:
        raise ValueError(f"steps {first} to {last} are asked for; this trace has steps 0 to {trace.meta.steps - 1}.")
    part = _Part(trace, layer, batch, first, last)
    with np.errstate(all="ignore"):  # a diverged model must be seen, not stopped
        if how == "index":
            return Ranking(np.arange(trace.meta.hidden_size, dtype=np.int32), None)
        if how == "cluster":
            return Ranking(_cluster(part.h).astype(np.int32), None)
        values, key = _NUMBERS[how](part)
        # stable, NaN last
        return Ranking(np.argsort(key, kind="stable").astype(np.int32), values)


@dataclass(frozen=True, eq=False)
class _Part:
    """Some steps of one layer and sequence of a trace."""

    trace: GateTrace
    layer: int
    batch: int
    first: int
    last: int

    def of(self, gate: str) -> np.ndarray:
        return getattr(self.trace, gate)[self.layer, self.batch, self.first : self.last + 1]

    @property
    def h(self) -> np.ndarray:
        return self.of("h")

    @property
    def edge(self) -> tuple[np.ndarray, np.ndarray]:
        """The state of the step computed first, and the one before it."""
        step = self.last if self.trace.reverse(self.layer) else self.first
        return self.trace.h[self.layer, self.batch, step], self.trace.h_prev_row(self.layer, self.batch, step)


def half_lives(trace: GateTrace, layer: int = 0, batch: int = 0) -> np.ndarray:
    """Steps in which each unit, by its own z, forgets half of what it held.

        half-life = ln 2 / (-mean over time of ln z)

    Returns:
        float64 (unit,), >= 0: infinite where z is 1 throughout, 0 where z is 0 at any step,
        NaN where z is not a number or grows the state (z above 1).

    Raises:
        TypeError: the trace is none.
        ValueError: there is no such layer or batch.

    Source: Tallec, Ollivier 2018 (arXiv:1804.11188) for z as a time constant.

    >>> from gruviz import SplitGRU, trace
    >>> m = SplitGRU(1, 1)
    >>> for p in m.parameters(): _ = p.detach().zero_()
    >>> half_lives(trace(m, np.ones((4, 1)))).round(6).tolist()  # z = 1/2
    [1.0]
    """
    require_trace(trace)
    trace.require(layer=layer, batch=batch)
    return _half_lives(trace.z[layer, batch])


def _half_lives(z: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        rate = -sum(np.log(z[s : s + PIECE]).sum(axis=0, dtype=np.float64) for s in range(0, len(z), PIECE)) / len(z)
        return np.where(rate > 0, np.log(2) / rate, np.where(rate == 0, np.inf, np.nan))


def average_linkage(distances: np.ndarray) -> list[Merge]:
    """Hierarchical clustering: the distance of two clusters is the mean over all pairs of their members.

        d(a + b, k) = (|a| d(a, k) + |b| d(b, k)) / (|a| + |b|)

    Follows chains of nearest neighbours, which finds the same tree as always joining the closest pair.

    Args:
        distances: (unit, unit), finite and symmetric.

    Returns:
        One (a, b, height) per join, a < b: the cluster that holds b joins the one that goes by a. A join comes
        after those of its parts, not in order of height.

    Raises:
        ValueError: the distances are not square, or one is not finite.

    Sources: Lance, Williams 1967 (Computer Journal 9:373); Murtagh 1983 (Computer Journal 26:354).

    >>> average_linkage(np.abs(np.subtract.outer([0.0, 1.0, 5.0], [0.0, 1.0, 5.0])))
    [(0, 1, 1.0), (0, 2, 4.5)]
    """
    shape = np.shape(distances)
    if len(shape) != 2 or shape[0] != shape[1] or not np.isfinite(distances).all():
        raise ValueError(f"distances have shape {shape}; finite ones of every unit to every other are needed.")
    d = np.minimum(distances, np.transpose(distances)).astype(np.float64)  # symmetric to the last digit
    np.fill_diagonal(d, np.inf)
    size, merges, chain = np.ones(len(d)), [], []
    while len(merges) < len(d) - 1:
        if not chain:
            chain.append(int(np.argmax(size > 0)))
        end = chain[-1]
        near = int(d[end].argmin())
        # a tie goes back and joins: the chain never walks in circles
        if len(chain) < 2 or d[end, near] < d[end, chain[-2]]:
            chain.append(near)
            continue
        a, b = sorted((chain.pop(), chain.pop()))
        merges.append((a, b, float(d[a, b])))
        mean = (size[a] * d[a] + size[b] * d[b]) / (size[a] + size[b])
        # a mean lies between its two numbers, but rounding could put it outside and break the chain
        d[a] = d[:, a] = np.clip(mean, np.minimum(d[a], d[b]), np.maximum(d[a], d[b]))
        d[a, a] = d[b] = d[:, b] = np.inf
        size[a], size[b] = size[a] + size[b], 0
    return merges


Numbers = tuple[np.ndarray, np.ndarray]  # by unit, and what is least for the unit that comes first


def _active(part: _Part) -> Numbers:
    h, (at, before) = part.h, part.edge
    total = np.abs(at.astype(np.float64) - before)
    for s in range(0, len(h) - 1, PIECE):
        total += np.abs(np.diff(h[s : s + PIECE + 1], axis=0)).sum(axis=0, dtype=np.float64)
    return _largest_first(_finite_or_nan(total / len(h)))


def _half_life(part: _Part) -> Numbers:
    return _largest_first(_half_lives(part.of("z")))


def _mean_z(part: _Part) -> Numbers:
    return _largest_first(_finite_or_nan(part.of("z").mean(axis=0, dtype=np.float64)))


def _peak(part: _Part) -> Numbers:
    h = part.h
    largest = np.maximum(h.max(axis=0), -h.min(axis=0))
    step = np.where(np.isfinite(largest), part.first + (np.abs(h) == largest).argmax(axis=0), np.nan)
    return step, step


def _component(part: _Part) -> Numbers:
    h, moving, still = _moving(part.h)
    loading = np.full(part.trace.meta.hidden_size, np.nan)
    loading[still] = 0
    if len(moving):
        first = np.linalg.eigh(h.T @ h)[1][:, -1]
        # rounded, for equal units differ in the last digits
        first = np.round(first / np.abs(first).max(), 9)
        loading[moving] = first * np.sign(first[np.abs(first).argmax()])
    return _largest_first(loading)


def _cluster(states: np.ndarray) -> np.ndarray:
    h, moving, still = _moving(states)
    h /= np.linalg.norm(h, axis=0)
    apart = np.round(1 - h.T @ h, 12)  # equal distances differ in the last digits
    leaves = moving[_leaves(average_linkage(apart), apart)]
    odd = np.setdiff1d(np.arange(states.shape[1]), np.concatenate([moving, still]))
    return np.concatenate([leaves, still, odd])


_NUMBERS: dict[str, Callable[[_Part], Numbers]] = {
    "active": _active,
    "half_life": _half_life,
    "mean_z": _mean_z,
    "component": _component,
    "peak": _peak,
}


def _largest_first(values: np.ndarray) -> Numbers:
    return values, -values


def _finite_or_nan(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)


def _moving(h: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centred h (step, unit) of the units that change, which those are, and which stand still; others are not finite.

    A change within a few roundings of float32 is none: its correlation with anything would be chance.
    """
    high, low = h.max(axis=0), h.min(axis=0)
    h = h[np.linspace(0, len(h) - 1, min(len(h), STEPS)).round().astype(int)]
    change = np.ptp(h, axis=0) > 4 * np.finfo(np.float32).eps * np.maximum(np.abs(high), np.abs(low))
    finite = np.isfinite(high) & np.isfinite(low)
    moving, still = np.flatnonzero(finite & change), np.flatnonzero(finite & ~change)
    chosen = h[:, moving].astype(np.float64)
    return chosen - chosen.mean(axis=0), moving, still


def _leaves(merges: list[Merge], apart: np.ndarray) -> np.ndarray:
    """The leaves of a tree from left to right, each join turned so that its most similar ends meet."""
    held = [[k] for k in range(len(apart))]
    for a, b, _ in merges:
        left, right = held[a], held[b]
        turns = [(left, right), (left, right[::-1]), (left[::-1], right), (left[::-1], right[::-1])]
        one, other = min(turns, key=lambda turn: apart[turn[0][-1], turn[1][0]])
        held[a] = one + other
    leaves = held[0] if held else []
    # either end may be the beginning
    return np.array(leaves[::-1] if leaves and leaves[-1] < leaves[0] else leaves, int)
