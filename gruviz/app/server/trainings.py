"""The trainings of everyone on this server: one at a time in a process of its own, a queue, a cap, results kept.

See gruviz/training/process.py. A training nobody waits for is halted: its page is closed, or another one was chosen.
A process that hangs is ended, and the next training begins in a fresh one.
"""

from __future__ import annotations

import atexit
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from time import monotonic

from streamlit import runtime

from gruviz.app.server.jobs import Job, Standing, Wish
from gruviz.training.plan import TrainingPlan
from gruviz.training.process import Order, Report, TrainingProcess
from gruviz.wording.problems import Problem

log = logging.getLogger(__name__)

CAP = 180.0  # seconds of training, then others have their turn
CLOSED = 12.0  # seconds without a connection to the page: it is closed
PATIENCE = 150.0  # seconds without a word from it: another page was chosen. Hidden tabs say one a minute or less
SILENCE = 60.0  # seconds without a report: the process hangs. The longest step takes 4 s where it need not share
SLEPT = 10.0  # seconds from one look of the watch to the next, which are else one: the machine was suspended
MOST_QUEUED, MOST_KEPT, MOST_BYTES = 20, 64, 64 * 2**20


def _connected(session: str) -> bool:
    """Whether a browser is connected to this session; taken to be so where nobody can know."""
    try:
        return not session or runtime.get_instance().is_active_session(session)
    except RuntimeError:  # no server runs
        return True


class Trainings:
    """Every training of this server by its id, which only its session knows. May be used from any thread.

    Args:
        cap: seconds of training at once.
        patience: seconds a page may be silent.
        closed: seconds a page may be without a connection.
        silence: seconds the process may be silent while it trains.
        most_queued: trainings that wait.
        most_kept, most_bytes: trainings whose results are kept, and their size.
        clock: seconds; another one in tests.
        connected: whether a browser is connected to a session.
    """

    def __init__(
        self,
        cap: float = CAP,
        patience: float = PATIENCE,
        closed: float = CLOSED,
        silence: float = SILENCE,
        most_queued: int = MOST_QUEUED,
        most_kept: int = MOST_KEPT,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = monotonic,
        connected: Callable[[str], bool] = _connected,
    ) -> None:
        self.cap, self.patience, self.closed, self.silence = cap, patience, closed, silence
        self.most_queued, self.most_kept, self.most_bytes = most_queued, most_kept, most_bytes
        self._clock, self._connected = clock, connected
        self._lock = threading.RLock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._queue: list[str] = []
        self._running: str | None = None
        self._reported = 0.0  # when the process was last heard of
        self._looked = 0.0
        self._worker: TrainingProcess | None = None
        self._ended = threading.Event()
        self._watch: threading.Thread | None = None

    def start(self, plan: TrainingPlan) -> str:
        """Queue a training; it begins at once where nothing else runs.

        Raises:
            Problem: too many wait already.
        """
        with self._lock:
            self._room()
            name = secrets.token_hex(16)
            self._jobs[name] = Job(plan, heard=self._clock(), seen=self._clock())
            self._queue.append(name)
            self._tidy()
            self._next()
            return name

    def warm(self) -> None:
        """Begin the process, so that the first training need not wait for it: it loads torch."""
        with self._lock:
            if self._worker is not None and not self._worker.alive():
                self._lost(hung=False)  # its reader has not said so yet
            if self._worker is None:
                self._worker = TrainingProcess(self._report, self._gone)

    def standing(self, name: str | None) -> Standing | None:
        """How a training stands; None where it is not kept (any more)."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None:
                return None
            place = self._queue.index(name) + 1 if name in self._queue else 0
            turn = self._clock() - job.began if job.status == "running" else 0.0
            return Standing(job.plan, job.status, place, job.trained(), job.wish == "left", turn, job.hung)

    def hear(self, name: str, session: str = "") -> None:
        """Its page is still there, in this session."""
        with self._lock:
            job = self._jobs.get(name)
            if job is not None:
                job.heard = job.seen = self._clock()
                job.session = session

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
            job.status, job.wish, job.outcome, job.heard = "queued", "", "running", self._clock()
            job.seen, job.hung = job.heard, False
            self._next()

    def forget(self, name: str | None) -> None:
        """Stop it if it runs, and keep nothing of it."""
        with self._lock:
            if name in self._jobs:
                self._halt(name, "stop")
                self._drop(name)

    def close(self) -> None:
        """End the process and wait for it."""
        self._ended.set()
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

    def _halt(self, name: str, wish: Wish) -> None:
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
            self._looked = self._clock()
            self._watch = threading.Thread(target=self._watching, daemon=True)
            self._watch.start()
        self._running = self._queue.pop(0)
        job = self._jobs[self._running]
        job.status, job.began = "running", self._clock()
        self._reported = job.began
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

    def _lost(self, hung: bool) -> None:
        """The process is no more; when nobody asked it to end, its training has failed."""
        log.error("the training process was ended: it did nothing any more" if hung else "the training process ended")
        self._worker = None
        job = self._jobs.get(self._running)
        if job is not None:
            job.status, job.hung = "failed", hung
        self._running = None

    # ---- called by the threads

    def _report(self, worker: TrainingProcess, report: Report) -> None:
        with self._lock:
            if worker is not self._worker:
                return  # it is given up, and its training has failed or begun anew elsewhere
            self._reported = self._clock()
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
        with self._lock:
            if worker is self._worker:
                self._lost(hung=False)
                self._next()

    def _watching(self) -> None:
        while not self._ended.wait(1.0):
            self.look()

    def look(self) -> None:
        """Halt what nobody waits for any more, and end a process that hangs: the watch does so every second."""
        with self._lock:
            now = self._clock()
            slept = now - self._looked if now - self._looked > SLEPT else 0.0
            self._looked, self._reported = now, self._reported + slept
            for job in self._jobs.values():  # while the server slept, nobody could be heard
                job.heard, job.seen = job.heard + slept, job.seen + slept
            for name, job in list(self._jobs.items()):
                if job.status not in ("queued", "running"):
                    continue
                if self._connected(job.session):
                    job.seen = now
                if not job.wish and (now - job.heard > self.patience or now - job.seen > self.closed):
                    self._halt(name, "left")
            if self._running is not None and now - self._reported > self.silence:
                self._worker.kill()
                self._lost(hung=True)
                self._next()


@cache
def trainings() -> Trainings:
    """The trainings of this server."""
    made = Trainings()
    atexit.register(made.close)
    return made
