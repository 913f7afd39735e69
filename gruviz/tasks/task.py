"""What a task is: batches of sequences with answers, a metric in its own unit, and a story about gates in numbers."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gruviz.inputs.parameters import Parameter
from gruviz.inputs.sequence import Sequence
from gruviz.tracing.gate_trace import GateTrace
from gruviz.wording.problems import Problem
from gruviz.wording.written import measured

Loss = Literal["cross_entropy", "mse"]
Init = Literal["default", "chrono"]
TASK_SEED = 4  # keeps the chance of tasks apart from that of the synthetic sequences


@dataclass(frozen=True, eq=False)
class Batch:
    """Some sequences of one task: what is read, what is due, and where the gates' story happens.

    Args:
        x: (batch, time, input) float32.
        target: cross_entropy: the right class, (batch, time) whole numbers; mse: (batch, time, output) float32.
        mask: (batch, time) bool: the steps at which an answer is due.
        memory: (batch, time, item) whole numbers: what has to be held after each step, -1 where nothing has to.
        hold: (batch, time, item) bool: steps that should leave the item as it is.
        change: (batch, time, item) bool: steps that should write it.
    """

    x: NDArray[np.float32]
    target: NDArray
    mask: NDArray[np.bool_]
    memory: NDArray[np.int64]
    hold: NDArray[np.bool_]
    change: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """Number of sequences."""
        return self.x.shape[0]

    @property
    def steps(self) -> int:
        """Number of steps of each."""
        return self.x.shape[1]


@dataclass(frozen=True)
class Metric:
    """How good answers are, in the task's own unit.

    Args:
        name: key of its words in `[task_metrics]`.
        unit: "" for a plain number, "%" where it is a share shown as a percentage.
        higher_is_better: whether more is better.
        of: (outputs (batch, time, output), batch) -> the number.
    """

    name: str
    unit: str
    higher_is_better: bool
    of: Callable[[NDArray, Batch], float]

    def reaches(self, value: float, goal: float) -> bool:
        """Whether `value` is at least as good as `goal`; not a number never is."""
        return bool(value >= goal) if self.higher_is_better else bool(value <= goal)

    def gain(self, value: float, baseline: float) -> float:
        """How far a value is on the way from what guessing reaches, 0, to what cannot be better, 1.

        >>> Metric("right", "%", True, share_right).gain(0.75, 0.5), Metric("bits", "", False, bits).gain(3.0, 4.0)
        (0.5, 0.25)
        """
        best = 1.0 if self.higher_is_better else 0.0
        return (value - baseline) / (best - baseline) if best != baseline else 0.0

    def written(self, value: float) -> str:
        """A value of this metric as it is read."""
        return measured(value, self.unit)


@dataclass(frozen=True)
class Defaults:
    """Settings with which a task is learned, and the range of steps in which that usually happens."""

    hidden_size: int = 16
    learning_rate: float = 0.01
    batch_size: int = 32
    most_steps: int = 2000
    init: Init = "default"
    t_max: float = 40.0


@dataclass(frozen=True, eq=False)
class Check:
    """The story of a task's gates, measured on one trained model.

    Args:
        value: what was measured, see `Task.story`.
        threshold: the story is seen where value >= threshold.
        inside, outside: the two means that are compared or stated, both of one gate.
        units: the units looked at, those that carry most first.
    """

    value: float
    threshold: float
    inside: float
    outside: float
    units: tuple[int, ...]

    @property
    def measured(self) -> bool:
        """Whether there was something to compare: a text without spaces has no ends of words."""
        return math.isfinite(self.value)

    @property
    def passed(self) -> bool:
        """Whether the story is seen; never where the value is not a number."""
        return bool(self.value >= self.threshold)


@dataclass(frozen=True, eq=False)
class Task:
    """Something small to learn whose gates have a known story.

    Args:
        name: key of its words.
        channels: a name for each input.
        answers: a name for each output.
        loss: "cross_entropy" over classes or "mse", at the masked steps.
        metric: in the task's own unit.
        guess: (**parameters) -> the metric of the best answer that is always the same.
        goal: the metric at which training may stop.
        defaults: settings that learn it.
        parameters: what can be made longer or harder; the defaults are what is trained on.
        make: (rng, size, **parameters) -> Batch.
        measure: (trace, batch) -> Check.
        watch: where its story is seen: a gate, and the steps at which something is held ("hold") or written ("change").
        clear: number of an example that shows it well.
        label, due: (batch, which) -> one short text a step: what is read, and the answer due there.
        make_held_out: as `make`, where held-out sequences come from another source than chance alone.
        text: of a task made from a text: that text.
        unit: what its text is cut into for its steps, as `encode_text` knows it; "" without a text.
        symbols: whether each input is a symbol that can be typed.
        others, others_share: how many of its characters are read as one because they are rare, and their share of it.
    """

    name: str
    channels: tuple[str, ...]
    answers: tuple[str, ...]
    loss: Loss
    metric: Metric
    guess: Callable[..., float]
    goal: float
    defaults: Defaults
    parameters: tuple[Parameter, ...]
    make: Callable[..., Batch]
    measure: Callable[[GateTrace, Batch], Check]
    watch: tuple[Literal["z", "r", "n", "h"], Literal["hold", "change"]]
    clear: int = 0
    label: Callable[[Batch, int], tuple[str, ...]] | None = None
    due: Callable[[Batch, int], tuple[str, ...]] | None = None
    make_held_out: Callable[..., Batch] | None = None
    text: str = ""
    unit: str = ""
    symbols: bool = False
    others: int = 0
    others_share: float = 0.0

    @property
    def input_size(self) -> int:
        """Numbers a step."""
        return len(self.channels)

    @property
    def output_size(self) -> int:
        """Numbers of the answer, or classes."""
        return len(self.answers)

    @property
    def baseline(self) -> float:
        """The baseline at the task's own parameters."""
        return self.baseline_at()

    def baseline_at(self, **parameters: float) -> float:
        """What the best answer that is always the same reaches, in expectation over all sequences.

        Args:
            **parameters: as in `batch`.

        Raises:
            Problem: an unknown parameter, or a value out of range.
        """
        return self.guess(**self.checked(parameters))

    def usually(self, **parameters: float) -> Task:
        """The same task with other parameters as its own, so that `baseline` is theirs."""
        values = self.checked(parameters)
        return replace(self, parameters=tuple(replace(one, default=values[one.name]) for one in self.parameters))

    def checked(self, parameters: dict[str, float]) -> dict[str, int | float]:
        """Every parameter of the task, defaults filled in.

        Raises:
            Problem: an unknown parameter, or a value out of range.
        """
        known = {p.name: p for p in self.parameters}
        for unknown in sorted(parameters.keys() - known.keys()):
            raise Problem("unknown_task_parameter", task=self.name, found=unknown, choices=tuple(known))
        return {p.name: p.checked(self.name, parameters.get(p.name, p.default)) for p in self.parameters}

    def batch(self, rng: np.random.Generator, size: int, **parameters: float) -> Batch:
        """Draw `size` sequences.

        Args:
            rng: the only source of chance.
            size: how many, at least 1.
            **parameters: the task's own; the rest keep their defaults.

        Raises:
            Problem: an unknown parameter, or a value out of range.
        """
        return self.make(rng, size, **self.checked(parameters))

    def held_out(self, size: int, seed: int = 0, **parameters: float) -> Batch:
        """`size` sequences that no training draws (its seeds have another form); the same for the same arguments."""
        rng = np.random.default_rng([TASK_SEED, zlib.crc32(self.name.encode()), seed])
        return (self.make_held_out or self.make)(rng, size, **self.checked(parameters))

    def sequence(self, batch: Batch, which: int = 0) -> Sequence:
        """One sequence of a batch with what its steps and inputs are called and what is due, as the stage shows it."""
        label, due = (() if texts is None else texts(batch, which) for texts in (self.label, self.due))
        answers = batch.target[which]
        target = np.where(batch.mask[which][:, None], answers.reshape(len(answers), -1), np.nan)
        return Sequence(batch.x[which], label, self.channels, self.name, due, target)

    def example(self, seed: int = 0, **parameters: float) -> Sequence:
        """One held-out sequence to look at; `held_out(1, seed)` is the batch it comes from."""
        return self.sequence(self.held_out(1, seed, **parameters))

    def metric_of(self, outputs: NDArray, batch: Batch) -> float:
        """The metric of a model's outputs (batch, time, output) on a batch."""
        return self.metric.of(outputs, batch)

    def watched(self, batch: Batch) -> tuple[int, int]:
        """First and last step of the stretch of a batch's first sequence at which the story is seen best.

        Of what is held the longest stretch, of what is written the one nearest the middle; the whole where there is
        none.
        """
        where = self.watch[1]
        marked = getattr(batch, where)[0, :, 0]
        edges = np.flatnonzero(np.diff(np.r_[0, marked.astype(int), 0]))
        stretches = edges.reshape(-1, 2) - (0, 1)
        if not len(stretches):
            return 0, batch.steps - 1
        if where == "hold":
            best = int(np.argmax(stretches[:, 1] - stretches[:, 0]))
        else:
            best = int(np.argmin(np.abs(stretches.mean(1) - batch.steps / 2)))
        return int(stretches[best, 0]), int(stretches[best, 1])

    def check(self, trace: GateTrace, batch: Batch) -> Check:
        """The gates' story in numbers: `trace` is of a trained model on `batch.x`."""
        return self.measure(trace, batch)


def share_right(outputs: NDArray, batch: Batch) -> float:
    """Share of the answers due whose largest output is the right class."""
    return float((outputs.argmax(-1) == batch.target)[batch.mask].mean())


def share_all_signs(outputs: NDArray, batch: Batch) -> float:
    """Share of the answers due in which every output has the sign of its target."""
    return float(((outputs > 0) == (batch.target > 0)).all(-1)[batch.mask].mean())


def share_within_half(outputs: NDArray, batch: Batch) -> float:
    """Share of the answers due that lie within one half of their target: rounded, they are right."""
    return float((np.abs(outputs - batch.target) < 0.5).all(-1)[batch.mask].mean())


def mean_error(outputs: NDArray, batch: Batch) -> float:
    """Mean |answer - target| of the answers due."""
    return float(np.abs(outputs - batch.target)[batch.mask].mean())


def root_mean_square(outputs: NDArray, batch: Batch) -> float:
    """Root of the mean squared error of the answers due."""
    return float(np.sqrt(np.square(outputs - batch.target)[batch.mask].mean()))


def bits(outputs: NDArray, batch: Batch) -> float:
    """Mean -log2 of the probability (softmax of the outputs) given to the right class."""
    due = outputs[batch.mask].astype(np.float64)
    due -= due.max(-1, keepdims=True)
    right = due[np.arange(len(due)), batch.target[batch.mask]]
    return float((np.log(np.exp(due).sum(-1)) - right).mean() / np.log(2))
