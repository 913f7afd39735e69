"""From a side to its trace: as the settings say, or with its weights altered; kept on values, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from itertools import count

import numpy as np

from gruviz.app.compare.sides import CLOSING, FITTED, MOMENT, READ_AS, WRITTEN_AS, Side
from gruviz.app.server.memory import CELL, memory
from gruviz.app.server.trainings import trainings
from gruviz.app.server.turns import LARGE, allowance, compute_turns, still_wanted, visitor
from gruviz.app.subject import runs
from gruviz.app.subject.weights import params_of, size_of, trained_weights
from gruviz.inputs.sequence import Sequence
from gruviz.models.conventions import CONVENTIONS
from gruviz.models.converting import Written, built, convert, misread
from gruviz.models.equations import Reset
from gruviz.models.fitting import Fit, fit_reset_before
from gruviz.models.gru import MODELS, GRUModel
from gruviz.models.params import GRUParams
from gruviz.models.presets import resized
from gruviz.protocol.scene import Run
from gruviz.tasks.answers import head_of
from gruviz.tracing.trace import trace
from gruviz.training.plan import TrainingPlan, Weights, first_weights, model_of
from gruviz.wording.problems import Problem

Told = Callable[[float, float], None]
FITTING, LONGEST_FIT = 600, 20.0  # iterations, so that all get the same; seconds, at most
OPEN = 40.0  # of r's pre-activation: sigmoid is 1 to the last digit of a float


def run_of(side: Side, sequence: Sequence, told: Told | None = None, counted: bool = True) -> Run:
    """The trace of a side, from the cache if it is there.

    Args:
        side: one of those compared.
        sequence: what it reads.
        told: hears how far a fit is, 0 to 1, and how far off it still is.
        counted: as `gruviz.app.subject.runs.run` takes it.

    Raises:
        Problem: it would be too large, is more than the visitor's share, or has layers that cannot be altered so.
    """
    if not side.altered:
        return runs.run(side.settings, sequence, counted)
    plan = plan_of(side)
    units, rows = (plan.hidden_size, 1) if side.altered.startswith(MOMENT) else size_of(side.settings)
    if rows > 1:
        raise Problem("compare_layers")
    cells, key = memory().cells_of(sequence.steps, units, rows), (side.altered, runs.name_of(side.settings, sequence))
    held = memory().held_value(_KIND, key)
    if held is not None:
        return held
    with allowance().turn(cells, still_wanted) if cells >= LARGE else nullcontext():
        make = partial(_run, side, sequence, cells, told, counted)
        return memory().get(_KIND, key, make, lambda found: found.bytes, CELL * cells)


_KIND = "altered"


def plan_of(side: Side) -> TrainingPlan | None:
    """What a side has learned; None where it has not.

    Raises:
        Problem: the model or the training is not here (any more).
    """
    if side.altered.startswith(MOMENT):
        return _moment(side)[0]
    held = trained_weights(side.settings)
    return None if held is None else held.plan


def moment_of(side: Side) -> int | None:
    """After how many steps of a training a side is, where it is a moment of one; None elsewhere."""
    step = side.altered.rpartition(".")[2] if side.altered.startswith(MOMENT) else ""
    return int(step) if step.isdecimal() else None


def _moment(side: Side) -> tuple[TrainingPlan, Weights]:
    """A training's plan, and its weights after so many steps."""
    name, _, step = side.altered.removeprefix(MOMENT).rpartition(".")
    found = trainings().standing(name)
    held = {} if found is None or found.trained is None else {str(at): one for at, one in found.trained.snapshots}
    if step not in held:
        raise Problem("training_gone")
    return found.plan, held[step]


def sequence_of(side: Side, sequence: Sequence) -> Sequence:
    """What a side reads of its sequence: all of it, or its first steps."""
    steps = side.steps
    if steps is None or steps >= sequence.steps:
        return sequence
    labels, due = sequence.labels[:steps], sequence.due[:steps]
    target = None if sequence.target is None else sequence.target[:steps]
    return replace(sequence, x=sequence.x[:steps], labels=labels, due=due, target=target)


def fit_of(side: Side, sequence: Sequence, told: Told | None = None) -> Fit:
    """The nearest reset-before numbers for what a side reads; found once, for some seconds.

    Args:
        side, sequence, told: as in `run_of`.

    Raises:
        Problem: it is too much.
    """
    (params,) = params_of(side.settings, sequence.inputs)
    turns, done = compute_turns(), count(1)

    def report(_time: float, error: float) -> bool:
        at = next(done)
        still_wanted()
        if told is not None:
            told(at / FITTING, error)
        turns.offer()
        return at < FITTING

    def make() -> Fit:
        try:
            with turns.turn():
                return fit_reset_before(params, sequence.x, seconds=LONGEST_FIT, report=report)
        except ValueError as error:
            raise Problem("compare_fit") from error

    key = runs.name_of(side.settings, sequence)
    size = sum(each.nbytes for each in (params.w_ih, params.w_hh, params.b_ih, params.b_hh))
    return memory().get("fit", key, make, lambda _: size)


def altered_model(side: Side, inputs: int, fitted: GRUParams | None = None) -> GRUModel:
    """The model of a side, for so many inputs.

    Args:
        side: one of those compared.
        inputs: numbers a step.
        fitted: of a side that is fitted the numbers.

    Raises:
        Problem: as `run_of`.
    """
    if not side.altered:
        return runs.model_of(side.settings, inputs)
    if side.altered.startswith(MOMENT):
        plan, weights = _moment(side)
        return _with_head(plan, weights, plan.model, inputs)
    held = trained_weights(side.settings)
    if side.altered == "start" and held is not None:
        return _with_head(held.plan, first_weights(held.plan), side.settings.model, inputs)
    (params, *more) = params_of(side.settings, inputs)
    if more:
        raise Problem("compare_layers")
    reset = "after" if side.settings.model == "torch" else "before"
    if side.altered == FITTED:
        model = MODELS["split"].from_params(params if fitted is None else fitted)
    elif side.altered in CLOSING:
        model = MODELS[side.settings.model].from_params(closed(params, side.altered))
    elif side.altered.startswith(WRITTEN_AS):
        how = CONVENTIONS[side.altered.removeprefix(WRITTEN_AS)]
        if how.reset != reset:
            raise Problem("compare_placement", title=how.title)
        if how.biases == "one" and reset == "after" and params.gate("b_hh", "n").any():
            raise Problem("compare_bias", title=how.title)
        model = built(convert(params, how.name, reset=reset).read(), reset)
    elif side.altered.startswith(READ_AS):
        model = built(*taken_for(params, side.altered.removeprefix(READ_AS)))
    else:
        model = built(*misread(params, side.altered, reset=reset))
    if held is not None:
        model.fc = held.model().fc
    return model


def _with_head(plan: TrainingPlan, weights: Weights, kind: str, inputs: int) -> GRUModel:
    own = model_of(plan, weights)
    model = MODELS[kind].from_params(resized(own.params(), inputs))
    model.fc = own.fc
    return model


def taken_for(params: GRUParams, convention: str) -> tuple[GRUParams, Reset]:
    """The numbers and the placement of a program that takes arrays stacked r | z | n for those of a convention.

    Args:
        params: as they are.
        convention: one of `gruviz.models.conventions.CONVENTIONS`.
    """
    how = CONVENTIONS[convention]
    b_ih, b_hh = params.b_ih, params.b_hh
    if how.biases == "one":
        b_ih, b_hh = b_ih + b_hh, np.zeros_like(b_hh)
    arrays = Written(replace(how, transposed=False, biases="two"), params.w_ih, params.w_hh, b_ih, b_hh)
    return arrays.read(), how.reset


def closed(params: GRUParams, how: str) -> GRUParams:
    """The numbers with what makes both reset placements one function.

    Args:
        params: of one layer.
        how: "r1": the reset gate is 1 everywhere; "diagonal": U_n holds nothing but its diagonal, and b_hn is 0;
            "first": b_hn is 0, which is enough at the first step of a run that starts from h = 0.
    """
    w_ih, w_hh, b_ih, b_hh = (np.array(each) for each in (params.w_ih, params.w_hh, params.b_ih, params.b_hh))
    units = params.hidden_size
    if how == "r1":
        w_ih[:units] = w_hh[:units] = 0
        b_ih[:units], b_hh[:units] = OPEN, 0
    else:
        b_hh[2 * units :] = 0
        if how == "diagonal":
            w_hh[2 * units :] *= np.eye(units, dtype=w_hh.dtype)
    return GRUParams(w_ih, w_hh, b_ih, b_hh)


def _run(side: Side, sequence: Sequence, cells: int, told: Told | None, counted: bool) -> Run:
    fitted = fit_of(side, sequence, told).params if side.altered == FITTED else None
    name = blake2b(f"{side.altered} {runs.name_of(side.settings, sequence)}".encode(), digest_size=12).hexdigest()
    turns = compute_turns() if cells < LARGE else None
    who = visitor() if counted else ""
    with allowance().counted(who, cells, name) as done, nullcontext() if turns is None else turns.turn():

        def after_piece(share: float) -> None:
            done(share)
            still_wanted()
            if turns is not None:
                turns.offer(share)

        model = altered_model(side, sequence.inputs, fitted)
        found = trace(model, sequence.x, labels=sequence.labels, after_piece=after_piece)
    plan = plan_of(side)
    if plan is None:
        return Run(name, found, model)
    task = plan.made()
    own = sequence.name in (task.name, "text") and sequence.channels == task.channels
    return Run(name, found, model, head_of(model, task), sequence.target if own else None)
