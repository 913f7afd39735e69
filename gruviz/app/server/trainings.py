"""The trainings of everyone on this server: one for all who ask for the same plan, a queue, a cap, results kept.

The same plan gives the same weights, so who asks for one that runs takes a seat at it, and who asks for one that has
ended has its result. A training nobody waits for is halted: its page is closed, or another one was chosen. See
gruviz/training/workers.py for the processes: one that hangs is ended, and the next training begins in a fresh one.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import count
from time import monotonic

from gruviz.app.server.jobs import ENDED, Job, Kept, Standing, Wish
from gruviz.app.server.turns import connected
from gruviz.training.plan import TrainingPlan
from gruviz.training.process import Report, TrainingProcess
from gruviz.training.workers import Make, Worker, Workers, spare_cores
from gruviz.wording.problems import Problem

log = logging.getLogger(__name__)

CAP = 180.0  # seconds of training, then others have their turn
CLOSED = 12.0  # seconds without a connection to the page: it is closed
PATIENCE = 150.0  # seconds without a word from it: another page was chosen. Hidden tabs say one a minute or less
SILENCE = 60.0  # seconds without a report: the process hangs. The longest step takes 4 s where it need not share
SLEPT = 10.0  # seconds from one look of the watch to the next, which are else one: the machine was suspended
FRESH = 10.0  # seconds of training until it can no longer be seen from its beginning
IDLE = 300.0  # seconds without a training, then a process more than one is ended
MOST_QUEUED, MOST_KEPT, MOST_SEATS, MOST_BYTES = 200, 400, 2000, 256 * 2**20


class Trainings:
    """Every training of this server, and every visitor's seat by its id. May be used from any thread.

    Args:
        cap: seconds of training at once.
        patience: seconds a page may be silent.
        closed: seconds a page may be without a connection.
        silence: seconds a process may be silent while it trains.
        most_queued: trainings that wait.
        most_kept, most_seats, most_bytes: trainings that are kept, seats at them, and the size of both.
        most_workers: processes; as many as cores less one where None.
        clock: seconds; another one in tests.
        connected: whether a browser is connected to a session.
        make: makes a process; another in tests.
    """

    def __init__(
        self,
        cap: float = CAP,
        patience: float = PATIENCE,
        closed: float = CLOSED,
        silence: float = SILENCE,
        most_queued: int = MOST_QUEUED,
        most_kept: int = MOST_KEPT,
        most_seats: int = MOST_SEATS,
        most_bytes: int = MOST_BYTES,
        most_workers: int | None = None,
        clock: Callable[[], float] = monotonic,
        connected: Callable[[str], bool] = connected,
        make: Make = TrainingProcess,
    ) -> None:
        self.cap, self.patience, self.closed, self.silence = cap, patience, closed, silence
        self.most_queued = most_queued
        self._clock, self._connected = clock, connected
        self._lock = threading.RLock()
        self._ids = count()
        self._kept = Kept(most_kept, most_seats, most_bytes)
        self._workers = Workers(spare_cores() if most_workers is None else most_workers, self._report, self._gone, make)
        self._looked = 0.0
        self._ended = threading.Event()
        self._watch: threading.Thread | None = None

    def start(self, plan: TrainingPlan, anew: bool = False) -> str:
        """Take a seat at the training of a plan.

        Its result is there at once where it is kept; else it is one that runs or waits; else a new one.

        Args:
            plan: what to train.
            anew: see it trained from its beginning, even if its result is kept.

        Raises:
            Problem: too many wait already.
        """
        with self._lock:
            job = self._kept.young(plan, FRESH) if anew else self._kept.found(plan)
            job = job or Job(str(next(self._ids)), plan)
            if job.status == "resting":
                self._wait(job)
            seat = self._kept.sit(job, self._clock())
            self._tidy()
            self._next()
            return seat.name

    def warm(self) -> None:
        """Begin a process, so that the first training need not wait for it: it loads torch."""
        with self._lock:
            for worker in self._workers:
                if not worker.process.alive():
                    self._lost(worker, hung=False)  # its reader has not said so yet
            self._workers.warm()

    def standing(self, name: str | None) -> Standing | None:
        """How a training stands for the one at this seat; None where it is not kept (any more)."""
        with self._lock:
            seat = self._kept.seats.get(name)
            if seat is None:
                return None
            job, left = seat.job, seat.wish == "left"
            others = job.watching - seat.wants if job.active else 0
            if seat.held is not None:
                status, trained, hung = seat.held.status, seat.held.trained, seat.held.hung
                return Standing(job.plan, status, 0, trained, left, 0.0, hung, others, before=seat.before)
            now, place = self._clock(), self._workers.place(job)
            turn = now - job.began if job.status == "running" else 0.0
            return Standing(
                job.plan,
                job.status,
                place,
                job.trained(),
                left,
                turn,
                False,
                others,
                ends=job.left(turn, self.cap) if job.status == "running" else None,
                wait=self._workers.seconds_until(place, self.cap, now) if place else None,
                before=seat.before,
            )

    def watching(self) -> int:
        """How many visitors wait for a training or watch one."""
        with self._lock:
            return sum(seat.active for seat in self._kept.seats.values())

    def hear(self, name: str, session: str = "") -> None:
        """The page of this seat is still there, in this session."""
        with self._lock:
            seat = self._kept.seats.get(name)
            if seat is not None:
                seat.heard = seat.seen = self._clock()
                seat.session = session

    def pause(self, name: str) -> None:
        """Keep what is learned until now, to be resumed; it goes on for others, and else makes room for them."""
        self._halt(name, "pause")

    def stop(self, name: str) -> None:
        """Take what is learned until now as the result; it goes on for others."""
        self._halt(name, "stop")

    def resume(self, name: str) -> None:
        """Go on from where it was halted, or be where others are: a paused one next, others at the end of the queue.

        Raises:
            Problem: too many wait already.
        """
        with self._lock:
            standing = self.standing(name)
            if standing is None or not standing.resumable:
                return
            seat = self._kept.seats[name]
            job = seat.job
            if job.status == "resting":
                self._wait(job, first=standing.status == "paused")
            seat.go_on(self._clock())
            self._next()

    def forget(self, name: str | None) -> None:
        """Give a seat up. Without any, a training stops, and what has not ended is not kept."""
        with self._lock:
            seat = self._kept.seats.pop(name, None)
            if seat is None:
                return
            job = seat.job
            job.seats.discard(seat)
            self._unless_wanted(job)
            if not job.seats and job.status != "over":
                self._drop(job)

    def close(self) -> None:
        """End the processes and wait for them."""
        self._ended.set()
        with self._lock:
            workers = list(self._workers)
            for worker in workers:
                self._workers.give_up(worker)
                worker.process.close()
        for worker in workers:
            worker.process.end()
        if self._watch is not None:
            self._watch.join()

    # ---- under the lock

    def _wait(self, job: Job, first: bool = False) -> None:
        waiting = [each for each in self._kept.jobs.values() if each.status == "queued"]
        if len(waiting) >= self.most_queued or sum(each.bytes for each in waiting) > self._kept.most_bytes:
            raise Problem("training_queue_full", found=len(waiting))
        job.go_on()
        self._workers.wait(job, first)

    def _halt(self, name: str, wish: Wish) -> None:
        with self._lock:
            seat = self._kept.seats.get(name)
            if seat is None:
                return
            if seat.active:
                seat.wish = wish
                if seat.job.status == "queued" or seat.job.watching:
                    seat.hold()  # else once it has halted, which is at most a step later
                self._unless_wanted(seat.job)
            elif wish == "stop" and seat.held is not None and seat.held.status == "paused":
                seat.wish, seat.held = wish, replace(seat.held, status="over")

    def _unless_wanted(self, job: Job) -> None:
        """Halt a training that nobody wants any more."""
        if job.watching:
            return
        if job.status == "queued":
            self._workers.leave(job)
            job.status = "resting"
        elif job.status == "running":
            self._workers.halt(job)

    def _next(self) -> None:
        if self._ended.is_set() or not self._workers.waiting():
            return
        self.warm()
        if self._watch is None:
            self._looked = self._clock()
            self._watch = threading.Thread(target=self._watching, daemon=True)
            self._watch.start()
        for job in self._workers.begin(self.cap, self._clock()):
            job.status = "running"

    def _rest(self, job: Job, fault: bool) -> None:
        """Its turn has ended."""
        job.rested = self._clock()
        if not fault and job.outcome in ENDED:
            job.status = "over"
            return
        job.status = "resting"
        again = not fault and job.outcome == "cancelled" and job.watching  # somebody came while it halted
        for seat in job.seats:
            if seat.held is None and not (again and seat.wants):
                seat.fail(hung=False) if fault else seat.hold(job.outcome)
        if again:
            job.go_on()
            self._workers.wait(job, first=True)

    def _tidy(self) -> None:
        for job in self._kept.surplus():
            self._drop(job)

    def _drop(self, job: Job) -> None:
        self._kept.drop(job)
        self._workers.forget(job)

    def _lost(self, worker: Worker, hung: bool) -> None:
        """The process is no more; when nobody asked it to end, its training has failed."""
        log.error("a training process was ended: it did nothing any more" if hung else "a training process ended")
        self._workers.give_up(worker)
        job = worker.turn
        if job is not None:
            job.status, job.rested = "resting", self._clock()
            for seat in job.seats:
                if seat.held is None:
                    seat.fail(hung)

    # ---- called by the threads

    def _report(self, process: TrainingProcess, report: Report) -> None:
        with self._lock:
            worker = self._workers.of(process)
            if worker is None:
                return  # it is given up, and its training has failed or begun anew elsewhere
            worker.heard = self._clock()
            job = self._kept.jobs.get(report.id)
            if job is not None:
                if not report.fault:
                    job.take(report)
                if report.over:
                    self._rest(job, bool(report.fault))
            if report.over and worker.turn is not None and worker.turn.id == report.id:
                ended = job is not None and job.status == "over"
                done = worker.steps - (worker.steps if job is None else job.steps)
                self._workers.over(worker, worker.heard, worker.steps if ended else done)
                self._tidy()
                self._next()

    def _gone(self, process: TrainingProcess) -> None:
        with self._lock:
            worker = self._workers.of(process)
            if worker is not None:
                self._lost(worker, hung=False)
                self._next()

    def _watching(self) -> None:
        while not self._ended.wait(1.0):
            self.look()

    def look(self) -> None:
        """Halt what nobody waits for any more, and end a process that hangs: the watch does so every second."""
        with self._lock:
            now = self._clock()
            slept = now - self._looked if now - self._looked > SLEPT else 0.0
            self._looked = now
            for seat in self._kept.seats.values():  # while the server slept, nobody could be heard
                seat.heard, seat.seen = seat.heard + slept, seat.seen + slept
            for worker in self._workers:
                worker.heard += slept
            for name, seat in list(self._kept.seats.items()):
                if not seat.active:
                    continue
                if self._connected(seat.session):
                    seat.seen = now
                if not seat.wish and (now - seat.heard > self.patience or now - seat.seen > self.closed):
                    self._halt(name, "left")
            for worker in self._workers.busy():
                if now - worker.heard > self.silence:
                    worker.process.kill()
                    self._lost(worker, hung=True)
                    self._next()
            self._workers.dismiss(now - IDLE, {job.home for job in self._kept.jobs.values() if job.status != "over"})


@cache
def trainings() -> Trainings:
    """The trainings of this server."""
    made = Trainings()
    atexit.register(made.close)
    return made
