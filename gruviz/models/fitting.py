"""nn.GRU's numbers as reset-before numbers: impossible in general, so the nearest on one input are looked for.

    minimise over W, U, b:  mean (h_before(W, U, b) - h_after)^2,  over every sequence, step and unit

First one step at a time from the states of nn.GRU, every step at once; then the whole run from h0.

Sources: L-BFGS, Nocedal, Wright 2006 (Numerical Optimization), algorithms 7.4 and 7.5; its step by halving and
doubling until Wolfe's two conditions hold, Lewis, Overton 2013 (Mathematical Programming 141:135). One step at a time
from the true states is teacher forcing, Williams, Zipser 1989 (Neural Computation 1:270).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from gruviz.models.equations import InTorch, step
from gruviz.models.gru import TorchGRU
from gruviz.models.params import ARRAYS, GRUParams, real_array, whole_number

Report = Callable[[float, float], bool | None]

EXACT = 1e-9  # root mean square; float32 shows nothing below it
FORCED = 300  # iterations one step at a time; more of them no longer pay
REMEMBERED, TRIES = 20, 25  # steps L-BFGS looks back on; lengths a step is tried at
JOLT = 0.02  # of the weights' own size, where a search has ended early
# one iteration has to end in two seconds, and fit in some 250 MB
LIMITS = {"steps": 5_000, "steps x sequences x units": 500_000, "weights": 250_000}


@dataclass(frozen=True, eq=False)
class Fit:
    """The nearest reset-before numbers found.

    Args:
        params: rows r | z | n, z = 1 keeps, to be run reset before the matrix; those given where none were nearer.
        before: root mean square of the difference of h with the numbers as they were given.
        error: the same with `params`; at most `before`.
        largest: the largest difference of h with `params`.
        steps: iterations made, each one gradient.
        finished: False where `report` ended it.
    """

    params: GRUParams
    before: float
    error: float
    largest: float
    steps: int
    finished: bool


def fit_reset_before(
    params: GRUParams,
    x: np.ndarray | Tensor,
    h0: np.ndarray | Tensor | None = None,
    *,
    seconds: float = 3.0,
    seed: int = 0,
    report: Report | None = None,
) -> Fit:
    """The reset-before numbers whose states come nearest to nn.GRU's on this input; on another they may be far off.

    Args:
        params: nn.GRU's numbers, which reset after the matrix.
        x: (time, input) or (batch, time, input).
        h0: (unit,), (batch, unit) or (1, batch, unit); zeros when None.
        seconds: time it may take, above 0; looked at between iterations.
        seed: of the jolts, 0 or more; the same seed and number of iterations give the same numbers, as long as
            half the time is enough for the first FORCED iterations.
        report: called at every iteration with the share of the time that is used up and the smallest error so far;
            ends it by returning False.

    Returns:
        The best found, in the precision of `params`.

    Raises:
        TypeError, ValueError: x or h0 has another shape or is not finite, it is larger than LIMITS, `seconds` is not
            above 0, or `seed` is no whole number of at least 0.

    Source: see the head of this module.

    >>> from gruviz.models.random_weights import random_params
    >>> fit = fit_reset_before(random_params(1, 4, seed=1), np.sin(np.arange(20.0))[:, None], seconds=0.5)
    >>> fit.error < fit.before, fit.params.w_hh.shape
    (True, (12, 4))
    """
    whole_number("seed", seed, least=0)
    if not 0 < seconds < np.inf:
        raise ValueError(f"seconds is {seconds}; it must be a number above 0.")
    begun = perf_counter()
    inputs, start = _inputs(params, x, h0)
    exact = GRUParams(*(getattr(params, name).astype(np.float64) for name in ARRAYS))
    with torch.no_grad():
        target = TorchGRU.from_params(exact).states(inputs, start[None])[0]
    if not bool(target.isfinite().all()):
        raise ValueError("nn.GRU's states on this input are not finite; no other numbers can come near them.")
    search = _Search(_free(exact), inputs, start, target, begun, seconds, report)
    before = search.error
    search.run(np.random.default_rng(seed))
    found = params if search.error >= before else _back(search.best, params)
    off = (search.states(_free(found)) - target).detach()
    error = float(off.square().mean().sqrt())
    if error > before:  # rounding to the precision of params cost what was gained
        found, error, off = params, before, search.states(_free(exact)).detach() - target
    return Fit(found, before, error, float(off.abs().max()), search.steps, not search.cancelled)


def _inputs(params: GRUParams, x: object, h0: object) -> tuple[Tensor, Tensor]:
    """x as (batch, time, input) and h0 as (batch, unit), checked, in float64."""
    x, inputs, H = real_array("x", x), params.input_size, params.hidden_size
    if x.ndim not in (2, 3) or x.shape[-1] != inputs or 0 in x.shape:
        raise ValueError(f"x has shape {x.shape}; it must be (time, {inputs}) or (batch, time, {inputs}).")
    x = x.reshape(-1, *x.shape[-2:])
    batch, steps = x.shape[:2]
    h = np.zeros(H) if h0 is None else real_array("h0", h0)
    if h.shape not in ((H,), (batch, H), (1, batch, H)):
        raise ValueError(f"h0 has shape {h.shape}; it must be ({H},), ({batch}, {H}) or (1, {batch}, {H}).")
    for name, array in (("x", x), ("h0", h)):
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds numbers that are not finite.")
    sizes = zip(LIMITS, (steps, steps * batch * H, 3 * H * (inputs + H + 1)), strict=True)
    for what, size in sizes:
        if size > LIMITS[what]:
            raise ValueError(f"{size:,} {what} are too many to fit; at most {LIMITS[what]:,} can be.")
    h = np.broadcast_to(h.reshape(-1, H), (batch, H))
    return torch.from_numpy(x.astype(np.float64)), torch.from_numpy(h.astype(np.float64))


def _free(params: GRUParams) -> list[Tensor]:
    """What is fitted: W, U and the one bias a gate that resetting before the matrix leaves."""
    arrays = params.w_ih, params.w_hh, params.b_ih.astype(np.float64) + params.b_hh
    return [torch.from_numpy(array.astype(np.float64)) for array in arrays]


def _back(weights: list[Tensor], params: GRUParams) -> GRUParams:
    """What was fitted, in the precision of `params` and with its b_hh."""
    w_ih, w_hh, bias = (each.numpy() for each in weights)
    arrays = w_ih, w_hh, bias - params.b_hh, params.b_hh
    return GRUParams(*(array.astype(params.w_hh.dtype) for array in arrays))


class _Cell:
    """A reset-before cell for `step`, in as few operations as it takes; x is W x + b already."""

    reset = "before"

    def __init__(self, w_hh: Tensor) -> None:
        self.units = w_hh.shape[1]
        self.of_gates, self.of_n = w_hh[: 2 * self.units].T, w_hh[2 * self.units :].T

    def gates(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Pre-activations of r and z."""
        both = torch.addmm(x[:, : 2 * self.units], h, self.of_gates)
        return both[:, : self.units], both[:, self.units :]

    def candidate(self, x: Tensor, s: Tensor, out: None = None) -> Tensor:
        """Pre-activation of n."""
        return torch.addmm(x[:, 2 * self.units :], s, self.of_n)


class _End(Exception):
    """The time is used up, it was cancelled, or this search has come to its end."""


class _Search:
    """The best numbers so far, and the time left to better them."""

    def __init__(
        self,
        weights: list[Tensor],
        x: Tensor,
        h0: Tensor,
        target: Tensor,
        begun: float,
        seconds: float,
        report: Report | None,
    ) -> None:
        self.x, self.h0, self.target, self.report = x, h0, target, report
        self.begun, self.seconds, self.steps, self.cancelled = begun, seconds, 0, False
        self.best, self.error = weights, np.inf
        self._keep(weights, float(self._off(weights)))

    def run(self, rng: np.random.Generator) -> None:
        """One step at a time, then free; jolted where a search ends with time left."""
        if self.error < EXACT:
            return
        forced = self._search(self.best, self._off_by_a_step, until=self.seconds / 2, most=FORCED)
        self._keep(forced, float(self._off(forced)))
        weights = self.best
        while self.error >= EXACT and self._left():
            self._search(weights, self._off)
            weights = [w + JOLT * w.std(correction=0) * torch.from_numpy(rng.normal(size=w.shape)) for w in self.best]

    def states(self, weights: list[Tensor], x: Tensor | None = None, h: Tensor | None = None) -> Tensor:
        """h at every step, (batch, time, unit), as reset-before numbers give it."""
        x, h = (self.x, self.h0) if x is None else (x, h)
        w_ih, w_hh, bias = weights
        cell, hidden = _Cell(w_hh), []
        for x_t in (x @ w_ih.T + bias).unbind(1):
            *_, h = step(cell, InTorch, x_t, h)
            hidden.append(h)
        return torch.stack(hidden, 1)

    def _off(self, weights: list[Tensor]) -> Tensor:
        """Mean square of the difference, running from h0."""
        return (self.states(weights) - self.target).square().mean()

    def _off_by_a_step(self, weights: list[Tensor]) -> Tensor:
        """The same for each step alone, from the state nn.GRU was in."""
        previous = torch.cat([self.h0[:, None], self.target[:, :-1]], 1).flatten(0, 1)
        return (
            (self.states(weights, self.x.flatten(0, 1)[:, None], previous)[:, 0] - self.target.flatten(0, 1))
            .square()
            .mean()
        )

    def _keep(self, weights: list[Tensor], off: float) -> None:
        if off**0.5 < self.error:  # false for nan
            self.best, self.error = [w.detach().clone() for w in weights], off**0.5

    def _left(self) -> bool:
        return not self.cancelled and perf_counter() - self.begun < self.seconds

    def _search(
        self, weights: list[Tensor], off: Callable[[list[Tensor]], Tensor], until: float = np.inf, most: float = np.inf
    ) -> list[Tensor]:
        """L-BFGS on one measure from these weights; the best by that measure."""
        best, least, first = weights, np.inf, self.steps

        def measured(flat: Tensor) -> tuple[float, Tensor]:
            nonlocal best, least
            parts = flat.split([w.numel() for w in weights])
            at = [part.reshape(w.shape).requires_grad_() for part, w in zip(parts, weights, strict=True)]
            with torch.enable_grad():
                value = off(at)
            slope = torch.cat([each.flatten() for each in torch.autograd.grad(value, at)])
            value = value.item()
            self.steps += 1
            if value < least:
                best, least = [w.detach() for w in at], value
            if off == self._off:
                self._keep(at, value)
            used = perf_counter() - self.begun
            if self.report is not None and self.report(min(1.0, used / self.seconds), self.error) is False:
                self.cancelled = True
            enough = least < EXACT**2 or used >= until or self.steps - first >= most
            if enough or not self._left() or not np.isfinite(value):
                raise _End
            return value, slope

        with suppress(_End):
            _descend(measured, torch.cat([w.flatten() for w in weights]))
        return best


def _descend(measured: Callable[[Tensor], tuple[float, Tensor]], at: Tensor) -> None:
    """L-BFGS from `at`, by value and gradient, until `measured` raises or no step goes down.

    torch.optim has one too, but loading it takes seconds and 80 MB.
    """
    value, slope = measured(at)
    pairs: deque[tuple[Tensor, Tensor]] = deque(maxlen=REMEMBERED)
    while True:
        way = -_curved(slope, pairs)
        down = way @ slope
        if not down < 0:
            return
        length, low, high = 1.0 if pairs else min(1.0, 1 / float(slope.abs().sum())), 0.0, np.inf
        for _ in range(TRIES):
            there = at + length * way
            new, turned = measured(there)
            if new > value + 1e-4 * length * down:
                high = length
            elif turned @ way < 0.9 * down:
                low = length
            else:
                break
            length = (low + high) / 2 if high < np.inf else 2 * low
        else:
            return
        pairs.append((there - at, turned - slope))
        at, value, slope = there, new, turned


def _curved(slope: Tensor, pairs: deque[tuple[Tensor, Tensor]]) -> Tensor:
    """The inverse of the curvature seen in the last steps, times the gradient (two loops)."""
    way, shares = slope, []
    for moved, turned in reversed(pairs):
        shares.append(moved @ way / (moved @ turned))
        way = way - shares[-1] * turned
    if pairs:
        moved, turned = pairs[-1]
        way = way * (moved @ turned / (turned @ turned))
    for (moved, turned), share in zip(pairs, reversed(shares), strict=True):
        way = way + (share - turned @ way / (moved @ turned)) * moved
    return way
