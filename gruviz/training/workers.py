"""Several training processes and the line before them: who is free, what each one trains, how long others wait.

For one thread at a time: its caller has a lock.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heapify, heapreplace
from statistics import median
from typing import Protocol

from gruviz.training.plan import TrainingPlan
from gruviz.training.process import Order, Report, TrainingProcess

Make = Callable[[Callable[[TrainingProcess, Report], None], Callable[[TrainingProcess], None]], TrainingProcess]
RECENT = 20  # turns that say how long the next ones take


def spare_cores() -> int:
    """The cores this process may use, less one for those who look on; at least one."""
    # not every system tells a process which cores are its own
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


class Turn(Protocol):
    """A training, as far as its turn goes.

    Args:
        id: its name in orders and reports.
        plan: what is trained.
        home: the process that knows it already, if one does: while that is there, no other takes it.
        began: when its turn began.
        step, seconds: done so far, and what they took.
    """

    id: str
    plan: TrainingPlan
    home: TrainingProcess | None
    began: float
    step: int
    seconds: float

    @property
    def steps(self) -> int:
        """Steps to go, at most."""

    def left(self, turn: float, cap: float) -> float | None:
        """Seconds until its turn ends at the latest; None while its rate is not known."""


@dataclass(eq=False)
class Worker:
    """One process.

    Args:
        process: it.
        turn: what it trains; None while it rests.
        heard: when it was last heard of, or given something to do.
        steps: that its turn may take at most.
    """

    process: TrainingProcess
    turn: Turn | None = None
    heard: float = 0.0
    steps: int = 0


class Workers:
    """Training processes, begun as they are needed, and the trainings that wait for them.

    Args:
        most: processes at once.
        report, gone: as in `TrainingProcess`.
        make: makes one; another in tests.
    """

    def __init__(
        self,
        most: int,
        report: Callable[[TrainingProcess, Report], None],
        gone: Callable[[TrainingProcess], None],
        make: Make = TrainingProcess,
    ) -> None:
        self.most, self._report, self._gone, self._make = most, report, gone, make
        self._all: list[Worker] = []
        self._line: list[Turn] = []
        self._paces: deque[float] = deque(maxlen=RECENT)  # seconds a step

    def __iter__(self) -> Iterator[Worker]:
        return iter(tuple(self._all))

    # ---- the line

    def waiting(self) -> int:
        """How many trainings wait."""
        return len(self._line)

    def place(self, turn: Turn) -> int:
        """Its place in the line, from 1; 0 where it does not wait."""
        return self._line.index(turn) + 1 if turn in self._line else 0

    def wait(self, turn: Turn, first: bool = False) -> None:
        """Put it at the end of the line, or before all others."""
        self._line.insert(0 if first else len(self._line), turn)

    def leave(self, turn: Turn) -> None:
        """Take it out of the line."""
        self._line.remove(turn)

    def begin(self, cap: float, now: float) -> list[Turn]:
        """Give what waits to those who are free; what has begun so."""
        begun = []
        for turn in tuple(self._line):
            worker = self._free_for(turn.home)
            if worker is not None:
                self._line.remove(turn)
                turn.began, turn.home = now, worker.process
                worker.turn, worker.heard, worker.steps = turn, now, turn.steps
                worker.process.send(Order("train", turn.id, turn.plan, cap))
                begun.append(turn)
        return begun

    def over(self, worker: Worker, now: float, worth: int = 0) -> None:
        """What it trained has halted or ended.

        Args:
            worker: who is free now.
            now: of the clock.
            worth: the steps its turn was for: all that it might have taken where it has ended before; 0 if not known.
        """
        if worth > 0:  # one begun anew may be behind where it was
            self._paces.append((now - worker.turn.began) / worth)
        worker.turn = None

    def seconds_until(self, place: int, cap: float, now: float) -> float | None:
        """About how long one at this place waits; None where nothing is known to go by.

        It goes by the steps of each, and the seconds a step took in the last turns, else takes in those that run.
        """
        busy = self.busy()
        paces = self._paces or [each.turn.seconds / each.turn.step for each in busy if each.turn.step]
        if not paces:
            return None
        pace = median(paces)
        left = {worker.process: self._left(worker, pace, cap, now) for worker in busy}
        free = [*([0.0] * (self.most - len(busy))), *left.values()]
        heapify(free)
        for turn in self._line[: place - 1]:
            heapreplace(free, free[0] + min(cap, turn.steps * pace))
        own = self._line[place - 1].home if 0 < place <= len(self._line) else None
        return max(free[0], left.get(own, 0.0))  # what was paused goes on where it was

    def _left(self, worker: Worker, pace: float, cap: float, now: float) -> float:
        """About how long one that trains goes on."""
        turn = now - worker.turn.began
        expected = min(cap, worker.steps * pace) - turn
        latest = worker.turn.left(turn, cap)
        if latest is None:
            return max(0.0, expected)
        # it may reach its goal before, as others have
        return min(latest, expected) if self._paces and expected > 0 else latest

    # ---- the processes

    def busy(self) -> list[Worker]:
        """Those that train."""
        return [worker for worker in self._all if worker.turn is not None]

    def of(self, process: TrainingProcess | None) -> Worker | None:
        """The worker whose process this is; None where it was given up."""
        return next((worker for worker in self._all if worker.process is process), None)

    def warm(self) -> None:
        """Begin one where there is none: it loads torch, which takes a while."""
        if not self._all:
            self._all.append(Worker(self._make(self._report, self._gone)))

    def halt(self, turn: Turn) -> None:
        """Halt a training, if it runs; who trains it is free once it says so."""
        for worker in self._all:
            if worker.turn is turn:
                worker.process.send(Order("halt", turn.id))

    def forget(self, turn: Turn) -> None:
        """Keep nothing of it to resume."""
        worker = self.of(turn.home)
        if worker is not None:
            worker.process.send(Order("drop", turn.id))

    def give_up(self, worker: Worker) -> None:
        """Count on it no more."""
        self._all.remove(worker)

    def dismiss(self, before: float, homes: set[TrainingProcess | None]) -> None:
        """End those that have rested since then, but one, and but those somebody may come back to."""
        for worker in self._all[1:]:
            if worker.turn is None and worker.heard < before and worker.process not in homes:
                self.give_up(worker)
                worker.process.close()

    def _free_for(self, home: TrainingProcess | None) -> Worker | None:
        own = self.of(home)
        if own is not None:
            return own if own.turn is None else None
        rests = next((worker for worker in self._all if worker.turn is None), None)
        if rests is None and len(self._all) < self.most:
            rests = Worker(self._make(self._report, self._gone))
            self._all.append(rests)
        return rests
