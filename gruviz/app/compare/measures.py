"""Numbers of two runs: how far they are apart, what they have in common, and what each scores on a task."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gruviz.app.compare.runs import altered_model, plan_of
from gruviz.app.compare.sides import FITTED, Side
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.stage.scene import Run
from gruviz.tasks.answers import answers
from gruviz.tracing.gate_trace import GATES
from gruviz.training.loop import evaluate
from gruviz.training.plan import TrainingPlan

VISIBLE = 1e-3  # as assets/stage/compare/apart.js has it
SATURATED = 0.1  # a gate this near to 0 or 1
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
class Common:
    """What can be said of runs that have no units in common, of each in their order.

    Args:
        saturated: share of cells whose z is nearer to 0 or 1 than SATURATED.
        half_life: steps in which a typical unit (the median) loses half of what it holds.
        answers: how far what their heads say is apart, see `answers_apart`; None where they say nothing comparable.
    """

    saturated: tuple[float, ...]
    half_life: tuple[float, ...]
    answers: AnswersApart | None


@dataclass(frozen=True)
class AnswersApart:
    """How far the answers of two runs to one input are apart, over the steps both have.

    Args:
        kind: of the heads, as `gruviz.tasks.answers.Head` has it.
        same: steps at which both give the same answer (class or sign); of numbers, nearer than VISIBLE.
        steps: of how many.
        largest: |difference| of any output: of probabilities, or of the outputs themselves.
        step: where that is.
        right: of each, steps at which it is right, where that can be said of any; None elsewhere.
        judged: of how many steps that can be said.
    """

    kind: str
    same: int
    steps: int
    largest: float
    step: int
    right: tuple[int, int] | None
    judged: int


def in_common(one: Run, other: Run) -> Common:
    """What two runs of unlike sizes can be compared by; the first batch entry counts.

        z_mean = exp(mean over time of ln z)    half-life = ln 1/2 / ln z_mean

    Args:
        one, other: their runs.
    """
    saturated, half_life = [], []
    for run in (one, other):
        z = run.trace.z[:, 0].astype(np.float64)
        mean = np.log(np.clip(z, 1e-12, 1 - 1e-12)).mean(axis=1)
        saturated.append(float(np.mean((z < SATURATED) | (z > 1 - SATURATED))))
        half_life.append(float(np.median(np.log(2) / -mean)))
    return Common(tuple(saturated), tuple(half_life), answers_apart(one, other))


def answers_apart(one: Run, other: Run) -> AnswersApart | None:
    """How far the answers of two runs are apart; None where one has none, or they do not mean the same.

    Args:
        one, other: their runs; the first batch entry counts.
    """
    if one.head is None or other.head is None:
        return None
    if (one.head.kind, one.head.names) != (other.head.kind, other.head.names):
        return None
    a, b = (answers(run.head, run.trace, run.target) for run in (one, other))
    steps = min(len(a.y), len(b.y))
    first, second = a.y[:steps], b.y[:steps]
    off = np.nan_to_num(np.abs(second.astype(np.float64) - first), nan=0.0, posinf=0.0)
    step = int(off.max(axis=1).argmax())
    judged = ~np.isnan(a.wrong[:steps]) & ~np.isnan(b.wrong[:steps])
    right = tuple(int((each.wrong[:steps][judged] == 0).sum()) for each in (a, b))
    same = _alike(one.head.kind, first, second, off)
    return AnswersApart(
        one.head.kind, int(same.sum()), steps, float(off[step].max()), step, right if judged.any() else None,
        int(judged.sum()),
    )  # fmt: skip


def _alike(kind: str, first: NDArray, second: NDArray, off: NDArray) -> NDArray[np.bool_]:
    """At which steps two answers are the same one."""
    if kind == "classes":
        return first.argmax(axis=1) == second.argmax(axis=1)
    if kind == "signs":
        return ((first > 0) == (second > 0)).all(axis=1)
    return (off < VISIBLE).all(axis=1)


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


def score(side: Side, run: Run | None = None) -> float:
    """The task's metric on held-out sequences, the same for all.

    Args:
        side: that has learned a task.
        run: of a side that is fitted, whose numbers are of what it reads.
    """
    plan, own = plan_of(side), side.settings
    fitted = run.id if run is not None and side.altered == FITTED else ""
    key = (plan, own.weights, own.trained, own.mine, own.model, side.altered, fitted)
    return memory().get("compared metric", key, partial(_measured, side, run if fitted else None), lambda _: 8)


def _measured(side: Side, run: Run | None) -> float:
    plan = plan_of(side)
    task = plan.made()
    batch = task.held_out(sequences_for(plan), **plan.values)
    model = altered_model(side, task.input_size) if run is None else run.model
    with compute_turns().turn():
        return task.metric_of(evaluate(model, batch), batch)
