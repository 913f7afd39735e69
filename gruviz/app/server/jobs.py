"""One training as the server keeps it, a visitor's seat at it, how it stands for who asks; all that are kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Literal

from gruviz.training.loop import Outcome, Point, Trained
from gruviz.training.plan import TrainingPlan, Weights
from gruviz.training.process import Report, TrainingProcess

JobStatus = Literal["queued", "running", "paused", "over", "failed"]
Wish = Literal["", "pause", "stop", "left"]
ENDED: tuple[Outcome, ...] = ("goal", "steps", "diverged")  # after which there is nothing to resume
POINT, SIGN = 128, 4  # bytes a point of a history takes, and a sign of a text


@dataclass(frozen=True, eq=False)
class Standing:
    """How a training stands for one visitor.

    Args:
        plan: what was asked for.
        status: "queued", "running", "paused", "over", or "failed": its process is gone.
        place: in the queue, from 1; 0 elsewhere.
        trained: what is known of it; None before it has begun.
        left: whether it was halted because its page was closed or left.
        turn: seconds since it began or was resumed; 0 where it does not run.
        hung: of "failed": whether its process had to be ended, because nothing was heard of it.
        others: visitors besides this one who wait for it or watch it.
        ends: of "running": seconds until it ends at the latest; None while its rate is not known.
        wait: of "queued": about how many seconds until it begins; None where nothing is known to go by.
        before: seconds its result had been there when this visitor asked for it; None where it was not yet.
    """

    plan: TrainingPlan
    status: JobStatus
    place: int
    trained: Trained | None
    left: bool
    turn: float = 0.0
    hung: bool = False
    others: int = 0
    ends: float | None = None
    wait: float | None = None
    before: float | None = None

    @property
    def active(self) -> bool:
        """Whether it runs or waits to."""
        return self.status in ("queued", "running")

    @property
    def resumable(self) -> bool:
        """Whether it can go on."""
        return not self.active and not (self.trained is not None and self.trained.outcome in ENDED)


@dataclass(eq=False)
class Job:
    """A training, whoever watches it; times are those of the clock of `Trainings`.

    Args:
        id: its name in orders and reports.
        plan: what is trained.
        status: "over" has ended for good; "resting" waits for someone to resume it, and all its seats hold on.
        seats: of those who have not forgotten it.
        home: the process that can go on from where it was halted.
        began, rested: when its turn began, and when it ended.
        step, outcome, seconds, bad_loss, points, snapshots, newest: from its reports.
        bytes: what its weights, points and text take.
    """

    id: str
    plan: TrainingPlan
    status: Literal["queued", "running", "resting", "over"] = "resting"
    seats: set[Seat] = field(default_factory=set)
    home: TrainingProcess | None = None
    began: float = 0.0
    rested: float = 0.0
    step: int = 0
    outcome: Outcome = "running"
    seconds: float = 0.0
    bad_loss: float | None = None
    points: list[Point] = field(default_factory=list)
    snapshots: dict[int, Weights] = field(default_factory=dict)
    newest: int = 0
    bytes: int = 0
    _trained: Trained | None = None

    def __post_init__(self) -> None:
        self.bytes = SIGN * len(self.plan.text)

    @property
    def active(self) -> bool:
        """Whether it runs or waits to."""
        return self.status in ("queued", "running")

    @property
    def watching(self) -> int:
        """Visitors who want it to go on."""
        return sum(seat.wants for seat in self.seats)

    @property
    def steps(self) -> int:
        """Steps to go, at most."""
        return self.plan.most_steps - self.step

    def go_on(self) -> None:
        """Be queued, and no longer halted."""
        self.status, self.outcome, self._trained = "queued", "running", None

    def take(self, report: Report) -> None:
        """Add what is new."""
        if report.anew:
            self.points, self.snapshots, self.newest = [], {}, 0
        due = self.plan.snapshot_steps()
        if self.newest not in due:
            self.snapshots.pop(self.newest, None)
        self.step, self.outcome, self.seconds = report.step, report.outcome, report.seconds
        self.bad_loss, self._trained = report.bad_loss, None
        self.points += report.points
        self.snapshots.update(report.snapshots)
        self.snapshots = {step: weights for step, weights in self.snapshots.items() if step <= report.newest}
        self.newest = max(self.snapshots, default=0)
        arrays = sum(array.nbytes for weights in self.snapshots.values() for array in weights.values())
        self.bytes = arrays + POINT * len(self.points) + SIGN * len(self.plan.text)

    def trained(self) -> Trained | None:
        """What is known of it, the same object until more is; None before it has begun."""
        if self._trained is None and self.points and self.snapshots:
            self._trained = Trained(
                self.plan,
                self.step,
                tuple(self.points),
                tuple(sorted(self.snapshots.items(), key=lambda one: one[0])),
                self.outcome,
                self.seconds,
                self.bad_loss,
            )
        return self._trained

    def left(self, turn: float, cap: float) -> float | None:
        """Seconds until it ends at the latest; None while its rate is not known."""
        if self.step == 0 or self.seconds <= 0:
            return None
        return min(self.steps * self.seconds / self.step, max(0.0, cap - turn))


@dataclass(frozen=True, eq=False)
class Held:
    """What a visitor keeps of a training that may go on without them; arrays are the training's own."""

    status: Literal["paused", "over", "failed"]
    trained: Trained | None
    hung: bool = False


@dataclass(eq=False)
class Seat:
    """One visitor at one training.

    Args:
        name: its id, which only the visitor's session knows.
        job: the training.
        heard: when the visitor's page last said that it is there.
        seen: when that page was last known to be connected.
        wish: why the training shall halt, for this visitor.
        session: of the page; "" before anything was heard of it.
        before: as in `Standing`.
        held: what is shown instead of the training as it stands.
    """

    name: str
    job: Job
    heard: float
    seen: float
    wish: Wish = ""
    session: str = ""
    before: float | None = None
    held: Held | None = None

    @property
    def wants(self) -> bool:
        """Whether the training shall go on, for this visitor."""
        return not self.wish and self.held is None

    @property
    def active(self) -> bool:
        """Whether the training runs or waits to, for this visitor."""
        return self.held is None and self.job.active

    def hold(self, outcome: Outcome = "cancelled") -> None:
        """Keep what has been learned until now."""
        trained = self.job.trained()
        if trained is not None and trained.outcome != outcome:
            trained = replace(trained, outcome=outcome)
        paused = self.wish == "pause" and outcome == "cancelled"
        self.held = Held("paused" if paused else "over", trained)

    def fail(self, hung: bool) -> None:
        """Keep what has been learned, and that the process is gone."""
        self.held = Held("failed", self.job.trained(), hung)

    def go_on(self, now: float) -> None:
        """Take part again."""
        self.wish, self.held, self.heard, self.seen = "", None, now, now

    def bytes(self) -> int:
        """Bytes of what is held and is no longer the training's."""
        if self.held is None or self.held.trained is None:
            return 0
        kept, own = self.held.trained, self.job.snapshots
        arrays = [
            array for step, weights in kept.snapshots if own.get(step) is not weights for array in weights.values()
        ]
        return sum(array.nbytes for array in arrays) + 8 * len(kept.history)


class Kept:
    """All trainings and all seats at them; those that rest make room for others.

    Args:
        most_jobs, most_seats, most_bytes: trainings, seats, and the size of both.
    """

    def __init__(self, most_jobs: int, most_seats: int, most_bytes: int) -> None:
        self.most_jobs, self.most_seats, self.most_bytes = most_jobs, most_seats, most_bytes
        self.jobs: dict[str, Job] = {}
        self.seats: dict[str, Seat] = {}

    def found(self, plan: TrainingPlan) -> Job | None:
        """The training of this plan that is nearest to its result; what somebody has halted is that one's own."""
        nearest = {"over": 0, "running": 1, "queued": 2}
        same = [job for job in self.jobs.values() if job.plan == plan and job.status in nearest]
        return min(same, key=lambda job: (nearest[job.status], -job.rested), default=None)

    def young(self, plan: TrainingPlan, fresh: float) -> Job | None:
        """One of this plan that has not trained for so many seconds yet."""
        same = (job for job in self.jobs.values() if job.plan == plan)
        return next((job for job in same if job.active and job.seconds < fresh), None)

    def sit(self, job: Job, now: float) -> Seat:
        """A new seat at a training."""
        seat = Seat(token_hex(16), job, now, now, before=now - job.rested if job.status == "over" else None)
        self.jobs[job.id] = job
        self.seats[seat.name] = seat
        job.seats.add(seat)
        return seat

    def surplus(self) -> list[Job]:
        """What has to go: what rests, those first that were not heard of for longest."""
        resting = [job for job in self.jobs.values() if not job.active]
        resting.sort(key=lambda job: max((seat.heard for seat in job.seats), default=-1.0))
        size = sum(job.bytes for job in self.jobs.values()) + sum(seat.bytes() for seat in self.seats.values())
        jobs, seats, found = len(self.jobs), len(self.seats), []
        for job in resting:
            if jobs <= self.most_jobs and seats <= self.most_seats and size <= self.most_bytes:
                break
            jobs, seats = jobs - 1, seats - len(job.seats)
            size -= job.bytes + sum(seat.bytes() for seat in job.seats)
            found.append(job)
        return found

    def drop(self, job: Job) -> None:
        """Keep it no longer, nor the seats at it."""
        del self.jobs[job.id]
        for seat in job.seats:
            del self.seats[seat.name]
