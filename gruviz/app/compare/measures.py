"""Numbers of two runs: how far they are apart, what they have in common, and what each scores on a task."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gruviz.app.compare.sides import Side
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.app.subject.bends import edits_of
from gruviz.app.subject.runs import model_of
from gruviz.protocol.experiments import read
from gruviz.protocol.scene import Run
from gruviz.sources.derived import Fitted
from gruviz.tasks.answers import said, states_of, wrong
from gruviz.tasks.lesions import NOTHING, metric_under
from gruviz.tracing.analysis import half_lives
from gruviz.tracing.gate_trace import GATES
from gruviz.tracing.trace import trace
from gruviz.training.loop import evaluate
from gruviz.training.plan import TrainingPlan
from gruviz.wording.problems import Problem

VISIBLE = 1e-3  # as assets/stage/difference/compare_tiles.js has it
SATURATED = 0.1  # a gate this near to 0 or 1
PIECE = 200_000  # outputs of a head at once
MOST_SEQUENCES = 512
MOST_CELLS = 4_000_000  # sequences x steps x the widest of units, inputs and outputs, at once
MOST_WORK = 200_000_000  # of all runs: some seconds


@dataclass(frozen=True)
class Apart:
    """How far two runs are apart, over the steps both have.

    Args:
        largest: |difference| of any gate of any layer.
        gate, layer, step, unit: where that is.
        since: the first step at which a difference can be seen, None where none can.
    """

    largest: float
    gate: str
    layer: int
    step: int
    unit: int
    since: int | None


def apart(one: Run, other: Run) -> Apart | None:
    """How far two runs are apart; None where they have not the same units and layers.

    Args:
        one, other: their runs; the first batch entry counts.
    """
    a, b = one.trace, other.trace
    if (a.h.shape[0], a.h.shape[3]) != (b.h.shape[0], b.h.shape[3]):
        return None
    steps = min(a.h.shape[2], b.h.shape[2])
    found, since = Apart(0.0, "h", 0, 0, 0, None), steps
    for gate in GATES:
        off = np.abs(getattr(b, gate)[:, 0, :steps] - getattr(a, gate)[:, 0, :steps])
        off[np.isnan(off)] = 0
        layer, step, unit = np.unravel_index(np.argmax(off), off.shape)
        if off[layer, step, unit] > found.largest:
            found = Apart(float(off[layer, step, unit]), gate, int(layer), int(step), int(unit), None)
        seen = np.flatnonzero((off > VISIBLE).any(axis=(0, 2)))
        since = min(since, int(seen[0]) if len(seen) else steps)
    return Apart(found.largest, found.gate, found.layer, found.step, found.unit, since if since < steps else None)


@dataclass(frozen=True)
class AnswersApart:
    """How far the answers of two runs to one input are apart, over the steps both have.

    Args:
        kind: of the heads, as `gruviz.tasks.answers.Head` has it.
        same: steps at which both give the same answer (class or signs); of numbers, nearer than VISIBLE.
        steps: of how many.
        largest: |difference| of any output: of probabilities, or of the outputs themselves.
        step: where that is.
        right: of each, at how many steps it is right; None where nothing is due, or nothing can be wrong.
        judged: of how many steps that can be said.
    """

    kind: str
    same: int
    steps: int
    largest: float
    step: int
    right: tuple[int, int] | None
    judged: int


def in_common(run: Run) -> tuple[float, float]:
    """What runs of unlike sizes can be compared by, besides their answers; the first batch entry counts.

    Args:
        run: one of them.

    Returns:
        The share of cells whose z is nearer to 0 or 1 than SATURATED, and the median of all units' half-lives in
        steps, which is infinite where z keeps everything.
    """
    z = run.trace.z[:, 0]
    halves = np.concatenate([half_lives(run.trace, layer) for layer in range(len(z))])
    return float(np.mean((z < SATURATED) | (z > 1 - SATURATED))), float(np.median(halves))


def answers_apart(one: Run, other: Run) -> AnswersApart | None:
    """How far the answers of two runs are apart; None where one has none, or they do not mean the same.

    Args:
        one, other: their runs; the first batch entry counts.
    """
    if one.head is None or other.head is None:
        return None
    if (one.head.kind, one.head.names) != (other.head.kind, other.head.names):
        return None
    make = partial(_answers_apart, one, other)
    return memory().get("answers apart", (one.id, other.id), make, lambda _: 100)


def _answers_apart(one: Run, other: Run) -> AnswersApart:
    steps, outputs, kind = min(one.trace.meta.steps, other.trace.meta.steps), len(one.head.names), one.head.kind
    size = max(1, PIECE // outputs)
    same = judged = at = 0
    largest, right, turns = 0.0, [0, 0], compute_turns()
    with turns.turn():
        for first in range(0, steps, size):
            last = min(first + size, steps) - 1
            pieces = []
            for run in (one, other):
                y = said(run.head, states_of(run.trace, 0, first, last))
                target = None if run.target is None else run.target[first : last + 1]
                pieces.append((y, wrong(run.head, y, target)))
            (a, missed), (b, missed_too) = pieces
            off = np.nan_to_num(np.abs(b.astype(np.float64) - a), nan=0.0, posinf=0.0).max(axis=1)
            if off.max() > largest:
                largest, at = float(off.max()), first + int(off.argmax())
            same += int(_alike(kind, a, b, off).sum())
            known = ~np.isnan(missed) & ~np.isnan(missed_too)
            judged += int(known.sum())
            for k, each in enumerate((missed, missed_too)):
                right[k] += int((each[known] == 0).sum())
            turns.offer()
    return AnswersApart(kind, same, steps, largest, at, tuple(right) if judged else None, judged)


def _alike(kind: str, first: NDArray, second: NDArray, off: NDArray) -> NDArray[np.bool_]:
    """At which steps two answers are the same one; off: the largest difference of an output at each."""
    if kind == "classes":
        return first.argmax(axis=1) == second.argmax(axis=1)
    if kind == "signs":
        return ((first > 0) == (second > 0)).all(axis=1)
    return off < VISIBLE


def sequences_for(plan: TrainingPlan, runs: int = 1) -> int:
    """On how many held-out sequences of a training's task something is measured: fewer where they are long.

    Args:
        plan: says how long they are and how many units read them.
        runs: over all of them.

    >>> sequences_for(TrainingPlan("parity")), sequences_for(TrainingPlan("parity"), runs=100_000)
    (512, 3)
    """
    task = plan.made()
    cells = task.held_out(1, **plan.values).steps * max(plan.hidden_size, task.input_size, task.output_size)
    return max(1, min(MOST_SEQUENCES, MOST_CELLS // cells, MOST_WORK // (cells * runs)))


def score(side: Side, run: Run | None = None) -> float | None:
    """The task's metric on held-out sequences, the same for all; None of a what-if that cannot be read whole.

    What is bent is bent in each of them, at the same units and steps; what is redrawn is of another input, and is not.

    Args:
        side: that has learned a task.
        run: of a side that is fitted, whose numbers are of what it reads.
    """
    own = side.settings
    fitted = run.id if run is not None and isinstance(side.source, Fitted) else ""
    key = (side.source.key, own.model, fitted, own.bent)
    return memory().get("compared metric", key, partial(_measured, side, run if fitted else None), lambda _: 8)


def _measured(side: Side, run: Run | None) -> float | None:
    plan = side.source.plan
    task = plan.made()
    batch = task.held_out(sequences_for(plan), **plan.values)
    model = model_of(side.source, side.settings.model, task.input_size) if run is None else run.model
    with compute_turns().turn():
        if not side.settings.bent:
            return task.metric_of(evaluate(model, batch), batch)
        edits = edits_of(side.settings.bent)
        if edits is None:
            return None
        try:
            changes = read(edits, None, trace(model, batch.x[:1])).changes
        except Problem:  # the stage says what of it cannot be read
            return None
        return metric_under(model, task, batch, changes or NOTHING)
