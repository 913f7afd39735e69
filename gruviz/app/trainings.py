"""The trainings of everyone on this server: one at a time in a process of its own, a queue, a cap, results kept.

See gruviz/training_process.py. A training whose page has not been heard of for a while is halted.
"""

from __future__ import annotations

import atexit
import logging
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

import streamlit as st

from gruviz.problems import Problem
from gruviz.training import Outcome, Point, Trained
from gruviz.training_plan import TrainingPlan, Weights
from gruviz.training_process import Order, Report, TrainingProcess

log = logging.getLogger(__name__)

CAP = 180.0  # seconds of training, then others have their turn
PATIENCE = 12.0  # seconds without a word from the page: its visitor has left
MOST_QUEUED, MOST_KEPT, MOST_BYTES = 20, 64, 64 * 2**20
Status = Literal["queued", "running", "paused", "over", "failed"]


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
    """

    plan: TrainingPlan
    status: Status
    place: int
    trained: Trained | None
    left: bool
    turn: float = 0.0

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
class _Job:
    plan: TrainingPlan
    status: Status = "queued"
    wish: Literal["", "pause", "stop", "left"] = ""
    heard: float = field(default_factory=monotonic)
    began: float = 0.0
    step: int = 0
    outcome: Outcome = "running"
    seconds: float = 0.0
    bad_loss: float | None = None
    points: list[Point] = field(default_factory=list)
    snapshots: dict[int, Weights] = field(default_factory=dict)
    newest: int = 0

    def take(self, report: Report) -> None:
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
        if not self.points or not self.snapshots:
            return None
        return Trained(
            self.plan, self.step, tuple(self.points), tuple(sorted(self.snapshots.items(), key=lambda one: one[0])),
            self.outcome, self.seconds, self.bad_loss,
        )  # fmt: skip

    def bytes(self) -> int:
        return sum(array.nbytes for weights in self.snapshots.values() for array in weights.values())


class Trainings:
    """Every training of this server by its id, which only its session knows. May be used from any thread.

    Args:
        cap: seconds of training at once.
        patience: seconds a page may be silent.
        most_queued: trainings that wait.
        most_kept, most_bytes: trainings whose results are kept, and their size.
    """

    def __init__(
        self,
        cap: float = CAP,
        patience: float = PATIENCE,
        most_queued: int = MOST_QUEUED,
        most_kept: int = MOST_KEPT,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.cap, self.patience, self.most_queued = cap, patience, most_queued
        self.most_kept, self.most_bytes = most_kept, most_bytes
        self._lock = threading.RLock()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._queue: list[str] = []
        self._running: str | None = None
        self._worker: TrainingProcess | None = None
        self._closed = threading.Event()
        self._watch: threading.Thread | None = None

    def start(self, plan: TrainingPlan) -> str:
        """Queue a training; it begins at once where nothing else runs.

        Raises:
            Problem: too many wait already.
        """
        with self._lock:
            self._room()
            name = secrets.token_hex(8)
            self._jobs[name] = _Job(plan)
            self._queue.append(name)
            self._tidy()
            self._next()
            return name

    def warm(self) -> None:
        """Begin the process, so that the first training need not wait for it: it loads torch."""
        with self._lock:
            if self._worker is None or not self._worker.alive():
                self._worker = TrainingProcess(self._report, self._gone)

    def standing(self, name: str | None) -> Standing | None:
        """How a training stands; None where it is not kept (any more)."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None:
                return None
            place = self._queue.index(name) + 1 if name in self._queue else 0
            turn = monotonic() - job.began if job.status == "running" else 0.0
            return Standing(job.plan, job.status, place, job.trained(), job.wish == "left", turn)

    def hear(self, name: str) -> None:
        """Its page is still there."""
        with self._lock:
            if name in self._jobs:
                self._jobs[name].heard = monotonic()

    def pause(self, name: str) -> None:
        """Halt it until it is resumed; others have their turn meanwhile."""
        self._halt(name, "pause")

    def stop(self, name: str) -> None:
        """Halt it and take what it has learned as the result."""
        self._halt(name, "stop")

    def resume(self, name: str) -> None:
        """Go on from where it was halted: a paused one next, others at the end of the queue.

        Raises:
            Problem: too many wait already.
        """
        with self._lock:
            standing = self.standing(name)
            if standing is None or not standing.resumable:
                return
            self._room()
            job = self._jobs[name]
            self._queue.insert(0 if job.status == "paused" else len(self._queue), name)
            job.status, job.wish, job.outcome, job.heard = "queued", "", "running", monotonic()
            self._next()

    def forget(self, name: str | None) -> None:
        """Stop it if it runs, and keep nothing of it."""
        with self._lock:
            if name in self._jobs:
                self._halt(name, "stop")
                self._drop(name)

    def close(self) -> None:
        """End the process and wait for it."""
        self._closed.set()
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
        if self._watch is not None:
            self._watch.join()

    # ---- under the lock

    def _room(self) -> None:
        if len(self._queue) >= self.most_queued:
            raise Problem("training_queue_full", found=len(self._queue))

    def _halt(self, name: str, wish: Literal["pause", "stop", "left"]) -> None:
        with self._lock:
            job = self._jobs.get(name)
            if job is None:
                return
            if job.status == "running":
                job.wish = wish
                self._worker.send(Order("halt", name))
            elif job.status in ("queued", "paused"):
                if name in self._queue:
                    self._queue.remove(name)
                job.wish, job.outcome = wish, "cancelled"
                job.status = "paused" if wish == "pause" else "over"

    def _next(self) -> None:
        if self._running is not None or not self._queue:
            return
        self.warm()
        if self._watch is None:
            self._watch = threading.Thread(target=self._watching, daemon=True)
            self._watch.start()
        self._running = self._queue.pop(0)
        job = self._jobs[self._running]
        job.status, job.began = "running", monotonic()
        self._worker.send(Order("train", self._running, job.plan, self.cap))

    def _tidy(self) -> None:
        resting = [name for name, job in self._jobs.items() if job.status not in ("queued", "running")]
        size = sum(job.bytes() for job in self._jobs.values())
        for name in resting:
            if len(self._jobs) <= self.most_kept and size <= self.most_bytes:
                return
            size -= self._jobs[name].bytes()
            self._drop(name)

    def _drop(self, name: str) -> None:
        del self._jobs[name]
        if self._worker is not None:
            self._worker.send(Order("drop", name))

    # ---- called by the threads

    def _report(self, report: Report) -> None:
        with self._lock:
            job = self._jobs.get(report.id)
            if job is not None:
                if report.fault:
                    job.status = "failed"
                else:
                    job.take(report)
                    if report.over:
                        job.status = "paused" if job.wish == "pause" and job.outcome == "cancelled" else "over"
            if report.over and self._running == report.id:
                self._running = None
                self._tidy()
                self._next()

    def _gone(self, worker: TrainingProcess) -> None:
        """The process has ended; when nobody asked it to, its training has failed."""
        with self._lock:
            if self._worker is not worker:
                return
            log.error("the training process ended")
            self._worker = None
            if self._running in self._jobs:
                self._jobs[self._running].status = "failed"
            self._running = None
            self._next()

    def _watching(self) -> None:
        while not self._closed.wait(min(1.0, self.patience / 4)):
            with self._lock:
                silent = monotonic() - self.patience
                for name, job in list(self._jobs.items()):
                    if job.status in ("queued", "running") and job.heard < silent and not job.wish:
                        self._halt(name, "left")


@st.cache_resource(max_entries=1)
def trainings() -> Trainings:
    """The trainings of this server."""
    made = Trainings()
    atexit.register(made.close)
    return made
