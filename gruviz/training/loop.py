"""One training loop for the three models: clipped Adam steps, early stop, snapshots; can be cancelled and resumed.

Knows nothing of Streamlit, and leaves torch's global random state and its number of threads alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, mse_loss

from gruviz.models.gru import GRUModel
from gruviz.tasks.task import Batch
from gruviz.training.plan import TrainingPlan, Weights, model_of

EVERY = 25  # steps from one look at held-out sequences to the next
HELD_OUT, CONFIRMED = 64, 512  # sequences looked at every time, and before the goal counts as reached
DIVERGED = 50.0  # a loss that many times the first one, or that of a metric of 1, has left for good

Outcome = Literal["running", "goal", "steps", "cancelled", "diverged", "time"]


@dataclass(frozen=True)
class Point:
    """One look at held-out sequences."""

    step: int
    loss: float
    metric: float


@dataclass(frozen=True, eq=False)
class Trained:
    """A training as it stands. Arrays are float32 and read-only.

    Args:
        plan: what was asked for.
        step: steps done.
        history: looks at held-out sequences, the first before any training.
        snapshots: (step, weights) in order; the last is the newest that can be trusted.
        outcome: "running", or why it ended: "goal" reached, "steps" used up, "cancelled", "time" used up,
            "diverged": the loss was no number any more or far above where it began.
        seconds: spent training, pauses not counted.
        bad_loss: the loss that ended a diverged training; None otherwise.
    """

    plan: TrainingPlan
    step: int
    history: tuple[Point, ...]
    snapshots: tuple[tuple[int, Weights], ...]
    outcome: Outcome
    seconds: float
    bad_loss: float | None = None

    @property
    def weights(self) -> Weights:
        """The newest weights that can be trusted."""
        return self.snapshots[-1][1]

    @property
    def metric(self) -> float:
        """The newest metric."""
        return self.history[-1].metric

    def metric_of_weights(self) -> float:
        """The metric of `weights`: halted between two looks they have none in the history, and are measured."""
        step = self.snapshots[-1][0]
        looked = [point.metric for point in self.history if point.step == step]
        if looked:
            return looked[-1]
        task = self.plan.made()
        batch = task.held_out(HELD_OUT, **self.plan.values)
        return task.metric_of(evaluate(self.model(), batch), batch)

    def model(self, which: int = -1) -> GRUModel:
        """The model of one snapshot, the newest unless told otherwise."""
        return model_of(self.plan, self.snapshots[which][1])


class Training:
    """A training that can be run in pieces: the pieces together give the same weights as one run.

    >>> training = Training(TrainingPlan("delayed_copy", hidden_size=4, most_steps=30, parameters={"gap": 3}))
    >>> training.run(until=10).outcome, training.run().outcome
    ('running', 'steps')
    """

    def __init__(self, plan: TrainingPlan) -> None:
        self.plan, self.task = plan, plan.made()
        self.model = model_of(plan)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=plan.learning_rate, foreach=True)
        self.rng = np.random.default_rng([plan.seed, 3])
        self.held_out = _tensors(self.task.held_out(HELD_OUT, **plan.values))
        self.step, self.seconds, self.ended = 0, 0.0, False
        self._outcome: Outcome = "running"
        self._bad_loss: float | None = None
        self._due = set(plan.snapshot_steps())
        self._history: list[Point] = []
        self._snapshots: list[tuple[int, Weights]] = []
        # the newest weights, and those before them: a loss is known to be good one step later
        self._good = self._before = (0, _copied(self.model))
        self._look()

    def run(
        self,
        *,
        until: int | None = None,
        seconds: float | None = None,
        cancelled: Callable[[], bool] | None = None,
        on_progress: Callable[[Trained], None] | None = None,
    ) -> Trained:
        """Train on, until it ends or is told to stop. Run again to resume after "cancelled", "time" or `until`.

        Args:
            until: stop after this step, counted from the beginning.
            seconds: stop when this run has taken so long.
            cancelled: asked before every step; True stops.
            on_progress: called after every look at held-out sequences.

        Returns:
            The training as it stands.
        """
        begin, before = perf_counter(), self.seconds
        self._outcome = self._outcome if self.ended else "running"
        last = self.plan.most_steps if until is None else min(until, self.plan.most_steps)
        while not self.ended and self.step < last:
            if cancelled is not None and cancelled():
                self._outcome = "cancelled"
                break
            if seconds is not None and perf_counter() - begin >= seconds:
                self._outcome = "time"
                break
            self._advance()
            self.seconds = before + perf_counter() - begin
            if on_progress is not None and (self.ended or self.step % EVERY == 0):
                on_progress(self.trained())
        return self.trained()

    def trained(self) -> Trained:
        """The training as it stands; what is given does not change when it goes on."""
        kept = list(self._snapshots)
        newest = self._good if self._bad_loss is not None else (self.step, None)
        if newest[0] > kept[-1][0]:
            kept.append((newest[0], _copied(self.model) if newest[1] is None else newest[1]))
        return Trained(
            self.plan, self.step, tuple(self._history), tuple(kept), self._outcome, self.seconds, self._bad_loss
        )

    def _advance(self) -> None:
        """One step of training, and what is due after it."""
        x, target, due = _tensors(self.task.batch(self.rng, self.plan.batch_size, **self.plan.values))[:3]
        self.optimizer.zero_grad(set_to_none=True)
        loss = _loss(self.task.loss, outputs_of(self.model, x), target, due)
        value = loss.item()
        if self._is_bad(value):
            if self.step and self._good[0] == self.step:  # these very weights gave it
                self._good = self._before
                self._snapshots = [one for one in self._snapshots if one[0] < self.step]
            return self._diverge(value)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.plan.clip).item()
        if not math.isfinite(norm):
            return self._diverge(norm)
        self.optimizer.step()
        self.step += 1
        if self.step % EVERY == 0 or self.step in self._due or self.step == self.plan.most_steps:
            self._look()
        return None

    def _look(self) -> None:
        """Measure on held-out sequences, keep weights where a snapshot is due, see whether this is the end."""
        weights = _copied(self.model)
        measured = self.step % EVERY == 0 or self.step == self.plan.most_steps
        if not all(np.isfinite(value).all() for value in weights.values()):
            return self._diverge(math.nan)
        if measured:
            loss, metric = self._measured(self.held_out)
            if self._is_bad(loss):
                return self._diverge(loss)
            self._history.append(Point(self.step, loss, metric))
        self._before, self._good = self._good, (self.step, weights)
        if self.step in self._due:
            self._snapshots.append(self._good)
        if measured and self.step and self.task.metric.reaches(metric, self.task.goal) and self._confirmed():
            self._outcome, self.ended = "goal", True
        elif self.step == self.plan.most_steps:
            self._outcome, self.ended = "steps", True
        return None

    def _measured(self, held_out: tuple[Tensor, Tensor, Tensor, Batch]) -> tuple[float, float]:
        x, target, due, batch = held_out
        with torch.no_grad():
            outputs = outputs_of(self.model, x)
            loss = _loss(self.task.loss, outputs, target, due).item()
        return loss, self.task.metric_of(outputs.numpy(), batch)

    def _confirmed(self) -> bool:
        """Whether many more sequences agree that the goal is reached: 64 may be lucky."""
        many = _tensors(self.task.held_out(CONFIRMED, 1, **self.plan.values))
        return self.task.metric.reaches(self._measured(many)[1], self.task.goal)

    def _is_bad(self, loss: float) -> bool:
        first = self._history[0].loss if self._history else loss
        return not math.isfinite(loss) or loss > DIVERGED * max(first, 1.0)

    def _diverge(self, loss: float) -> None:
        self._outcome, self.ended, self._bad_loss = "diverged", True, loss


def outputs_of(model: GRUModel, x: Tensor) -> Tensor:
    """The head's answer after every step: x (batch, time, input) -> (batch, time, output)."""
    return model.fc(model.states(x)[0])


def evaluate(model: GRUModel, batch: Batch) -> np.ndarray:
    """A model's answers on a batch as an array (batch, time, output), for `Task.metric_of`."""
    with torch.no_grad():
        return outputs_of(model, torch.from_numpy(batch.x)).numpy()


def _tensors(batch: Batch) -> tuple[Tensor, Tensor, Tensor, Batch]:
    """x, the answers due, the place of each in the flat (batch x time) axis, and the batch itself."""
    due = np.flatnonzero(batch.mask)
    target = batch.target.reshape(-1, *batch.target.shape[2:])[due]
    return torch.from_numpy(batch.x), torch.from_numpy(target), torch.from_numpy(due), batch


def _loss(kind: str, outputs: Tensor, target: Tensor, due: Tensor) -> Tensor:
    answers = outputs.flatten(0, 1).index_select(0, due)
    return cross_entropy(answers, target) if kind == "cross_entropy" else mse_loss(answers, target)


def _copied(model: GRUModel) -> Weights:
    weights = {name: value.detach().numpy().copy() for name, value in model.state_dict().items()}
    for value in weights.values():
        value.flags.writeable = False
    return weights
