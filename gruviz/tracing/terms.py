"""The terms that make one traced number, and what is told of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from gruviz.models.equations import Gate
from gruviz.tracing.interventions import Intervention

Kind = Literal["input", "state", "bias_ih", "bias_hh", "bias", "by_hand", "keep", "write", "output"]


@dataclass(frozen=True)
class Term:
    """One summand: value = weight * source * reset, where a None stands for nothing to multiply with.

    Args:
        kind: "input" (W x), "state" (U h), "bias_ih", "bias_hh", "bias" (concat's one), "by_hand" (all that
            `gruviz.Bias` adds), "keep" or "write".
        index: input of an "input" term, unit whose number the source is in the others; None for a bias or by hand.
        value: what it adds.
        weight: the model's own number, or the one set by hand; for keep z, for write 1 - z.
        source: what the weight multiplies: input, previous state, for write the candidate; None for a bias or by hand.
        reset: the reset gate's factor where the model puts one.
    """

    kind: Kind
    index: int | None
    value: float
    weight: float
    source: float | None
    reset: float | None


@dataclass(frozen=True, eq=False)
class Block:
    """Terms of one kind, at one step or several: weight (term,), source and reset (step, term).

    By hand, weight is 1 and source what is added at each step.
    """

    kind: Kind
    weight: np.ndarray
    source: np.ndarray | None = None
    reset: np.ndarray | None = None
    first: int = 0

    @cached_property
    def bare(self) -> np.ndarray:
        """What the terms would be without a reset gate (step, term); one row where no step differs."""
        with np.errstate(all="ignore"):  # a diverged model must be seen, not stopped
            return self.weight[None] if self.source is None else self.weight * self.source

    @cached_property
    def values(self) -> np.ndarray:
        """What the terms are, likewise."""
        with np.errstate(all="ignore"):
            return self.bare if self.reset is None else self.bare * self.reset

    def term(self, k: int) -> Term:
        """A term of the first step."""
        if self.kind == "by_hand":
            amount = float(self.values[0, k])
            return Term(self.kind, None, amount, amount, None, None)
        source, reset = (None if one is None else float(one[0, k]) for one in (self.source, self.reset))
        index = None if source is None else self.first + k
        return Term(self.kind, index, float(self.values[0, k]), float(self.weight[k]), source, reset)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One traced number and what makes it, computed in float64 from the trace's float32 gates.

    The terms add up to `total` and squash(total) = would_be, to the rounding of the model's own precision.

    Args:
        gate, layer, batch, time, unit: which number.
        value: that number, as traced.
        total: the pre-activation; for h keep + write.
        squash: "sigmoid", "tanh" or None (h).
        sums: of the unit's three pre-activations by where they come from, see `sums`.
        by_hand: the interventions that act on this very number, in the order they act in: a `Weight` in its row, a
            `Bias`, `Scale`, `Clamp` or `Lesion`; () in a free run.
        would_be: squash(total) where the last three act on it: what it would be if they did not; else value.
    """

    gate: Gate | Literal["y"]
    layer: int
    batch: int
    time: int
    unit: int
    value: float
    total: float
    squash: Literal["sigmoid", "tanh"] | None
    sums: dict[str, dict[str, float]]
    _blocks: tuple[Block, ...] = field(repr=False)
    by_hand: tuple[Intervention, ...] = ()
    would_be: float = math.nan

    @cached_property
    def _values(self) -> np.ndarray:
        return np.concatenate([block.values[0] for block in self._blocks])

    @cached_property
    def _ranking(self) -> np.ndarray:
        # a term that is not a number makes the sum so, and comes first
        size = np.abs(self._values)
        return np.argsort(-np.where(np.isnan(size), np.inf, size), kind="stable")

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every term, largest |value| first; equal ones in the order of the equation."""
        return tuple(self._first(len(self._ranking)))

    def largest(self, count: int) -> tuple[tuple[Term, ...], int, float]:
        """The `count` largest terms, how many others there are, and what those add together.

        Raises:
            ValueError: `count` is negative.
        """
        if count < 0:
            raise ValueError(f"count is {count}; it must not be negative.")
        rest = self._values[self._ranking[count:]]
        return tuple(self._first(count)), len(rest), added(rest)

    def _first(self, count: int) -> Iterator[Term]:
        for k in self._ranking[:count].tolist():
            for block in self._blocks:
                if k < len(block.weight):
                    yield block.term(k)
                    break
                k -= len(block.weight)


def added(values: np.ndarray) -> float:
    """Their sum.

    >>> added(np.array([1.0, 2.0]))
    3.0
    """
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, and shall be seen as such
        return float(values.sum())
