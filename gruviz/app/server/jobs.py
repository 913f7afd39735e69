"""One training as the server keeps it, and how it stands for those who ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gruviz.training.loop import Outcome, Point, Trained
from gruviz.training.plan import TrainingPlan, Weights
from gruviz.training.process import Report

Status = Literal["queued", "running", "paused", "over", "failed"]
Wish = Literal["", "pause", "stop", "left"]


@dataclass(frozen=True, eq=False)
class Standing:
    """How a training stands.

    Args:
        plan: what was asked for.
        status: "queued", "running", "paused", "over", or "failed": its process is gone.
        place: in the queue, from 1; 0 elsewhere.
        trained: what is known of it; None before it has begun.
        left: whether it was halted because its page was closed or left.
        turn: seconds since it began or was resumed; 0 where it does not run.
        hung: of "failed": whether its process had to be ended, because nothing was heard of it.
    """

    plan: TrainingPlan
    status: Status
    place: int
    trained: Trained | None
    left: bool
    turn: float = 0.0
    hung: bool = False

    @property
    def active(self) -> bool:
        """Whether it runs or waits to."""
        return self.status in ("queued", "running")

    @property
    def resumable(self) -> bool:
        """Whether it can go on."""
        ended = self.trained is not None and self.trained.outcome in ("goal", "steps", "diverged")
        return not self.active and not ended


@dataclass(eq=False)
class Job:
    """What the server keeps of a training; times are those of the clock of `Trainings`.

    Args:
        plan, status, hung: as in `Standing`.
        wish: why it shall halt.
        session: of its page; "" before anything was heard of it.
        heard: when its page last said that it is there.
        seen: when its page was last known to be connected.
        began: when its turn began.
        step, outcome, seconds, bad_loss, points, snapshots, newest: from its reports.
    """

    plan: TrainingPlan
    heard: float
    seen: float
    status: Status = "queued"
    hung: bool = False
    wish: Wish = ""
    session: str = ""
    began: float = 0.0
    step: int = 0
    outcome: Outcome = "running"
    seconds: float = 0.0
    bad_loss: float | None = None
    points: list[Point] = field(default_factory=list)
    snapshots: dict[int, Weights] = field(default_factory=dict)
    newest: int = 0

    def take(self, report: Report) -> None:
        """Add what is new."""
        if report.anew:
            self.points, self.snapshots, self.newest = [], {}, 0
        due = self.plan.snapshot_steps()
        if self.newest not in due:
            self.snapshots.pop(self.newest, None)
        self.step, self.outcome, self.seconds = report.step, report.outcome, report.seconds
        self.bad_loss = report.bad_loss
        self.points += report.points
        self.snapshots.update(report.snapshots)
        self.snapshots = {step: weights for step, weights in self.snapshots.items() if step <= report.newest}
        self.newest = max(self.snapshots, default=0)

    def trained(self) -> Trained | None:
        """What is known of it; None before it has begun."""
        if not self.points or not self.snapshots:
            return None
        return Trained(
            self.plan, self.step, tuple(self.points), tuple(sorted(self.snapshots.items(), key=lambda one: one[0])),
            self.outcome, self.seconds, self.bad_loss,
        )  # fmt: skip

    def bytes(self) -> int:
        """Bytes its weights take."""
        return sum(array.nbytes for weights in self.snapshots.values() for array in weights.values())
