"""What a model's answers lose when something of it is taken away: each unit, pairs of units, the course of each gate.

    unit    its h is held at 0, from h_0 on                 gruviz.Lesion
    pair    the h of two of them
    gate    z, r or n of a layer is held at 0, at 1, or     gruviz.Clamp
            each unit's at its own mean over the free runs, which takes away its course and leaves its level

Each is compared with the free run over the same held-out sequences. All of them, the free run too, go through our own
loop: nn.GRU's kernel rounds in another order, and what has no effect shall have exactly none.

Source: Morcos et al. 2018 (arXiv:1803.06959), who cut units out, one and several at a time, and measure what is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gruviz.models.equations import Gate
from gruviz.models.params import whole_number
from gruviz.tasks.answers import Head, as_said, head_of, outputs, states_of
from gruviz.tasks.catalogue import task_of
from gruviz.tasks.task import Batch, Task
from gruviz.tracing.accepted import MOST, Shape, Traceable, shape_of
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.interventions import BOUNDS, Bias, Clamp, Intervention, Lesion
from gruviz.tracing.trace import trace

CLAMPED: tuple[Gate, ...] = ("z", "r", "n")
NOTHING = (Bias("z", 0.0),)  # the free run by our own loop, bit for bit
MOST_ROWS = 2000
MOST_NUMBERS = 10_000_000  # sequences x steps x the widest of units, inputs and outputs
MOST_WORK = 1_000_000_000  # that, times all runs: half a minute of one core where units are few
GROUP = 500_000  # sequences x steps x units traced at once: about 8 MB

Place = tuple[int, int]


@dataclass(frozen=True)
class Effect:
    """What one intervention does to the answers.

    Args:
        kind: "unit", "pair" or "gate".
        changes: the interventions that do it, as `gruviz.trace` takes them.
        units: (layer, unit) of each unit acted on, layers counted as in torch's h_n.
        gate: of "gate" which, else None.
        at: of "gate" where it is held: "0", "1", or "mean", else None.
        metric: the task's metric that is left.
        change: metric - that of the free run.
        answer: mean |change of what the head says| over all answers due and all outputs: of classes of their
            probabilities, in [0, 1]; of signs and numbers of the outputs.
    """

    kind: Literal["unit", "pair", "gate"]
    changes: tuple[Intervention, ...]
    units: tuple[Place, ...]
    gate: Gate | None
    at: Literal["0", "1", "mean"] | None
    metric: float
    change: float
    answer: float


@dataclass(frozen=True)
class Lesions:
    """Effects on one model, what harms most first.

    Args:
        task: its name.
        metric_name, unit, higher_is_better: as the task's `Metric` has them.
        sequences: how many held-out sequences were run each time.
        free: the metric of the free run.
        baseline: the metric of the best answer that is always the same.
        rows: sorted by how much worse the metric gets, then by the change of the answer; not a number comes last.
        of: how many rows there are when all are there.
    """

    task: str
    metric_name: str
    unit: str
    higher_is_better: bool
    sequences: int
    free: float
    baseline: float
    rows: tuple[Effect, ...]
    of: int

    @property
    def finished(self) -> bool:
        """Whether every row is there; it was cancelled otherwise."""
        return len(self.rows) == self.of

    @property
    def units(self) -> tuple[Effect, ...]:
        """The rows of single units, in their order."""
        return tuple(one for one in self.rows if one.kind == "unit")

    @property
    def pairs(self) -> tuple[Effect, ...]:
        """The rows of pairs, in their order."""
        return tuple(one for one in self.rows if one.kind == "pair")

    @property
    def gates(self) -> tuple[Effect, ...]:
        """The rows of gates, in their order."""
        return tuple(one for one in self.rows if one.kind == "gate")

    @property
    def lives_by(self) -> Effect | None:
        """Of z and r the gate whose course is missed most: held at its mean, it harms most; None where none does harm.

        n is what is written, and no model can do without.
        """
        worst = next((one for one in self.gates if one.at == "mean" and one.gate != "n"), None)
        return worst if worst is not None and self.worse(worst) > 0 else None

    def worse(self, one: Effect) -> float:
        """By how much an effect makes the metric worse; below 0 where it makes it better."""
        return -one.change if self.higher_is_better else one.change


def lesions(
    model: Traceable,
    task: Task | str,
    *,
    sequences: int = 512,
    seed: int = 0,
    pairs: int = 10,
    gates: bool = True,
    report: Callable[[int, int, Effect], bool | None] | None = None,
    **parameters: float,
) -> Lesions:
    """Take each unit, each pair of the most important ones and each gate away in turn, and measure the answers.

    Args:
        model: any that can be traced and has a head of the task's size, see `head_of`; it is not changed.
        task: a task, or its name.
        sequences: how many held-out sequences, at least 1.
        seed: theirs, as in `Task.held_out`.
        pairs: of how many units every pair is cut out: those whose own loss harms most.
        gates: whether gates are clamped too.
        report: called after each row with how many are done, of how many, and the row; False cancels.
        **parameters: the task's own; the rest keep their defaults.

    Returns:
        The effects found; `finished` is False where it was cancelled before the last.

    Raises:
        TypeError: the model cannot be traced, the task is none, or a number is no whole one.
        ValueError: the head or the input has another size than the task, the model has diverged, or there is too much
            to do: more than 2,000 rows, more than 10 million numbers in one array, more than 1,000 million in all runs.
        Problem: there is no such task or parameter, or a parameter is out of range.

    >>> from gruviz import SplitGRU
    >>> model = SplitGRU(1, 2, out_features=2)
    >>> for number in model.fc.parameters(): _ = number.detach().zero_()  # it says 1/2, whatever it holds
    >>> found = lesions(model, "parity", sequences=4, steps=6)
    >>> [len(rows) for rows in (found.units, found.pairs, found.gates)], {one.answer for one in found.rows}
    ([2, 1, 9], {0.0})
    """
    if isinstance(task, str):
        task = task_of(task)
    if not isinstance(task, Task):
        raise TypeError(f"task is of type {type(task).__name__}; a gruviz.tasks.Task or its name is needed.")
    shape, head = shape_of(model), head_of(model, task)
    if head is None:
        raise ValueError(f"This model has no head for the task {task.name}, which needs {task.output_size} outputs.")
    if shape.input_size != task.input_size:
        raise ValueError(f"This model reads {shape.input_size} inputs; the task {task.name} has {task.input_size}.")
    sequences, seed = whole_number("sequences", sequences), whole_number("seed", seed, 0)
    places = [(layer, unit) for layer in range(shape.rows) for unit in range(shape.hidden_size)]
    pairs = min(whole_number("pairs", pairs, 0), len(places))
    of = len(places) + pairs * (pairs - 1) // 2 + bool(gates) * shape.rows * len(CLAMPED) * 3
    steps = task.held_out(1, seed, **parameters).steps  # the same for every sequence
    _require_bounded(task, shape, sequences, steps, of, gates)

    runs = _Runs(model, task, head, task.held_out(sequences, seed, **parameters), shape)
    free, means = runs.free()
    metric, said, rows = runs.metric(free), as_said(head, free), []
    higher = task.metric.higher_is_better
    for cut in _planned(places, means if gates else None, pairs, lambda: _worst_first(rows, higher)):
        y = runs.outputs(cut.changes)
        left, answer = runs.metric(y), float(np.abs(as_said(head, y) - said).mean(dtype=np.float64))
        rows.append(Effect(*cut, left, left - metric, answer))
        go_on = None if report is None else report(len(rows), of, rows[-1])
        if go_on is not None and not go_on:
            break
    of_task = (task.name, task.metric.name, task.metric.unit, higher)
    return Lesions(*of_task, sequences, metric, task.baseline_at(**parameters), _worst_first(rows, higher), of)


def metric_under(model: Traceable, task: Task, batch: Batch, what_if: Iterable[Intervention] = NOTHING) -> float:
    """The task's metric that is left on sequences while something of the model is changed by hand.

    Args:
        model: any that can be traced and has a head of the task's size, see `head_of`; it is not changed.
        task: says what the answers mean.
        batch: sequences of it.
        what_if: what is changed, in every sequence alike; nothing unless told.

    Raises:
        TypeError: the model cannot be traced.
        ValueError: the head or the input has another size than the task, or an intervention is not of this model.

    >>> from gruviz import SplitGRU
    >>> from gruviz.tasks.catalogue import TASKS
    >>> task = TASKS["parity"]
    >>> 0 <= metric_under(SplitGRU(task.input_size, 4, out_features=2), task, task.held_out(8), [Lesion((0,))]) <= 1
    True
    """
    head = head_of(model, task)
    if head is None:
        raise ValueError(f"This model has no head for the task {task.name}, which needs {task.output_size} outputs.")
    runs = _Runs(model, task, head, batch, shape_of(model))
    return runs.metric(runs.outputs(what_if))


def _require_bounded(task: Task, shape: Shape, sequences: int, steps: int, of: int, gates: bool) -> None:
    """Refuse what would take too long or too much memory."""
    width = max(shape.rows * shape.hidden_size, task.input_size, task.output_size)
    numbers = sequences * steps * width
    if of > MOST_ROWS:
        raise ValueError(f"{of:,} rows are asked for; {MOST_ROWS:,} are the most. Ask for fewer pairs, or fewer units.")
    if gates and shape.hidden_size > MOST:
        raise ValueError(f"Gates of {shape.hidden_size:,} units are to be clamped; {MOST:,} are the most.")
    if numbers > MOST_NUMBERS:
        raise ValueError(
            f"{sequences:,} sequences of {steps:,} steps of {width:,} numbers are {numbers:,} numbers; "
            f"{MOST_NUMBERS:,} are the most. Take fewer sequences."
        )
    if numbers * (of + 1) > MOST_WORK:
        raise ValueError(
            f"{of + 1:,} runs of {numbers:,} numbers are {numbers * (of + 1):,} numbers; "
            f"{MOST_WORK:,} are the most. Take fewer sequences or pairs."
        )


class _Cut(NamedTuple):
    """What is taken away: the first fields of `Effect`."""

    kind: Literal["unit", "pair", "gate"]
    changes: tuple[Intervention, ...]
    units: tuple[Place, ...]
    gate: Gate | None = None
    at: Literal["0", "1", "mean"] | None = None


def _planned(
    places: list[Place],
    means: dict[Gate, NDArray[np.float64]] | None,
    pairs: int,
    so_far: Callable[[], tuple[Effect, ...]],
) -> Iterator[_Cut]:
    """Units, gates, then pairs of the units that turned out to harm most.

    Args:
        places: every unit.
        means: per gate (layer, unit); no gates where None.
        pairs: of how many units.
        so_far: the rows there are, worst first.
    """
    for place in places:
        yield _Cut("unit", _lesioned(place), (place,))
    worst = [one.units[0] for one in so_far()[:pairs]]
    for gate, mean in (means or {}).items():
        for layer, levels in enumerate(mean):
            units = tuple(place for place in places if place[0] == layer)
            for at, value in (("0", 0.0), ("1", 1.0)):
                yield _Cut("gate", (Clamp(gate, value, layer=layer),), units, gate, at)
            # rounding may lead a mean out of its gate's range
            held = (float(np.clip(level, *BOUNDS[gate])) for level in levels)
            changes = tuple(Clamp(gate, level, (unit,), layer=layer) for unit, level in enumerate(held))
            yield _Cut("gate", changes, units, gate, "mean")
    for pair in combinations(worst, 2):
        yield _Cut("pair", _lesioned(*pair), tuple(sorted(pair)))


def _lesioned(*places: Place) -> tuple[Lesion, ...]:
    """One `Lesion` a layer.

    >>> _lesioned((1, 3), (0, 2), (1, 0))
    (Lesion(units=(2,), layer=0), Lesion(units=(0, 3), layer=1))
    """
    of_layers = groupby(sorted(places), key=lambda place: place[0])
    return tuple(Lesion(tuple(unit for _, unit in some), layer) for layer, some in of_layers)


def _worst_first(rows: Iterable[Effect], higher_is_better: bool) -> tuple[Effect, ...]:
    """Sorted as `Lesions.rows`; what is alike stays in its order."""

    def key(one: Effect) -> tuple[bool, float, float]:
        if math.isnan(one.change) or math.isnan(one.answer):
            return True, 0.0, 0.0
        return False, one.change if higher_is_better else -one.change, -one.answer

    return tuple(sorted(rows, key=key))


class _Runs:
    """One model over the same sequences again and again, some at a time; only what the metric needs is kept."""

    def __init__(self, model: Traceable, task: Task, head: Head, batch: Batch, shape: Shape) -> None:
        self.model, self.task, self.head, self.batch = model, task, head, batch
        self.shape = (shape.rows, shape.hidden_size)
        size = max(1, GROUP // (batch.steps * shape.rows * shape.hidden_size))
        self.groups = [slice(start, start + size) for start in range(0, batch.size, size)]

    def free(self) -> tuple[NDArray[np.float32], dict[Gate, NDArray[np.float64]]]:
        """The free run's outputs, and the mean of each gate over its sequences and steps (layer, unit).

        Raises:
            ValueError: they are no finite numbers.
        """
        sums = {gate: np.zeros(self.shape) for gate in CLAMPED}

        def add(run: GateTrace) -> None:
            for gate, total in sums.items():
                total += getattr(run, gate).sum((1, 2), dtype=np.float64)

        y = self.outputs(NOTHING, add)
        means = {gate: total / (self.batch.size * self.batch.steps) for gate, total in sums.items()}
        if not all(np.isfinite(each).all() for each in (y, *means.values())):
            raise ValueError(
                "This model has diverged: it computes what is no finite number, so nothing can be compared."
            )
        return y, means

    def outputs(
        self, what_if: Iterable[Intervention], seen: Callable[[GateTrace], None] = lambda run: None
    ) -> NDArray[np.float32]:
        """The head's outputs where answers are due (answer, output); `seen` is called with every trace."""
        found = []
        for group in self.groups:
            run = trace(self.model, self.batch.x[group], what_if=what_if)
            seen(run)
            found.append(outputs(self.head, states_of(run, slice(None))[self.batch.mask[group]]))
        return np.concatenate(found)

    def metric(self, y: NDArray[np.float32]) -> float:
        """The task's metric of outputs (answer, output)."""
        full = np.zeros((*self.batch.mask.shape, y.shape[1]), np.float32)  # what is not due does not count
        full[self.batch.mask] = y
        with np.errstate(all="ignore"):
            return self.task.metric_of(full, self.batch)
