"""From a side to its run; a side whose numbers are fitted is fitted first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from gruviz.app.compare.sides import Side
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns, still_wanted
from gruviz.app.subject import runs
from gruviz.inputs.sequence import Sequence
from gruviz.models.fitting import Fit, fit_reset_before
from gruviz.protocol.scene import Run
from gruviz.sources.derived import Fitted
from gruviz.wording.problems import Problem

Report = Callable[[float, float], None]
FITTING, LONGEST_FIT = 600, 20.0  # iterations, so that all get the same; seconds, at most


def run_of(side: Side, sequence: Sequence, report: Report | None = None, counted: bool = True) -> Run:
    """Return the run of a side, from the cache if it is there.

    Args:
        side: one of those compared.
        sequence: what it reads.
        report: called with how far a fit is, 0 to 1, and the error that is left.
        counted: as `gruviz.app.subject.runs.make_run` takes it.

    Raises:
        Problem: it would be too large, is more than the visitor's share, or has layers that cannot be changed so.
    """
    source = side.source
    if isinstance(source, Fitted):
        memory().cells_of(sequence.steps, *source.size)  # refused before the fit
        source = replace(source, reads=sequence.digest, fit=fit_of(side, sequence, report).params)
    return runs.make_run(source, side.settings.model, sequence, counted)


def sequence_of(side: Side, sequence: Sequence) -> Sequence:
    """Return what a side reads of its sequence: all of it, or its first steps."""
    steps = side.source.steps
    if steps is None or steps >= sequence.steps:
        return sequence
    labels, due = sequence.labels[:steps], sequence.due[:steps]
    target = None if sequence.target is None else sequence.target[:steps]
    return replace(sequence, x=sequence.x[:steps], labels=labels, due=due, target=target)


def fit_of(side: Side, sequence: Sequence, report: Report | None = None) -> Fit:
    """Return the nearest reset-before numbers for what a side reads; computed once, for some seconds.

    Args:
        side: whose source is `Fitted`.
        sequence, report: as in `run_of`.

    Raises:
        Problem: it is too much.
    """
    source = side.source
    params = source.base_params(sequence.inputs)
    turns, iterations = compute_turns(), count(1)

    def after_iteration(_time: float, error: float) -> bool:
        at = next(iterations)
        still_wanted()
        if report is not None:
            report(at / FITTING, error)
        turns.offer()
        return at < FITTING

    def make() -> Fit:
        try:
            with turns.turn():
                return fit_reset_before(params, sequence.x, seconds=LONGEST_FIT, report=after_iteration)
        except ValueError as error:
            raise Problem("compare_fit") from error

    key = runs.key_of(source.base, side.settings.model, sequence)
    size = sum(each.nbytes for each in (params.w_ih, params.w_hh, params.b_ih, params.b_hh))
    return memory().get("fit", key, make, lambda _: size)
