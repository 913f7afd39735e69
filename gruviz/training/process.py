"""Training in a process of its own, of low priority, so that the server goes on answering; both ends of it.

Orders come in by stdin and reports go out by stdout, both pickled: the two ends are one program. It ends when its stdin
does, so it never outlives the server.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import BinaryIO, Literal

from gruviz.tracing.trace import compute_on_one_thread
from gruviz.training.loop import Outcome, Point, Trained, Training
from gruviz.training.plan import TrainingPlan, Weights

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
NICE = 10
EVERY_SECONDS = 0.2  # from one report to the next
BEAT = 1.0  # seconds after which even a training between two looks at held-out sequences reports
MOST_KEPT = 16  # trainings that can be resumed; older ones begin anew, which gives the same weights


@dataclass(frozen=True)
class Order:
    """What to do with one training.

    Args:
        kind: "train": begin or resume; "halt": stop, to be resumed; "drop": forget.
        id: which.
        plan: of "train".
        seconds: of "train": at most so long.
    """

    kind: Literal["train", "halt", "drop"]
    id: str
    plan: TrainingPlan | None = None
    seconds: float | None = None


@dataclass(frozen=True, eq=False)
class Report:
    """What is new of one training.

    Args:
        id: which.
        over: whether it has stopped, for good or to be resumed.
        anew: whether it was begun anew, so that earlier reports do not count.
        step, outcome, seconds, bad_loss: as in `Trained`.
        points: of the history, those not reported before.
        snapshots: those not reported before; the last may be one that is not kept.
        newest: the step of the newest snapshot; later ones that were reported have turned out bad.
        fault: what went wrong, where something did.
    """

    id: str
    over: bool
    anew: bool = False
    step: int = 0
    outcome: Outcome = "running"
    seconds: float = 0.0
    bad_loss: float | None = None
    points: tuple[Point, ...] = ()
    snapshots: tuple[tuple[int, Weights], ...] = ()
    newest: int = 0
    fault: str = ""


class Trainer:
    """Carries orders out, one training at a time.

    Args:
        orders: a stream of pickled `Order`.
        reports: a stream for pickled `Report`.
    """

    def __init__(self, orders: BinaryIO, reports: BinaryIO) -> None:
        self._orders, self._reports = orders, reports
        self._waiting: SimpleQueue[Order | None] = SimpleQueue()
        self._halted: set[str] = set()
        self._kept: OrderedDict[str, Training] = OrderedDict()
        self._ended = False

    def run(self) -> None:
        """Work until the orders end."""
        threading.Thread(target=self._listen, daemon=True).start()
        while (order := self._waiting.get()) is not None:
            if order.kind == "drop":
                self._kept.pop(order.id, None)
                continue
            try:
                self._train(order)
            except Exception as error:  # this training fails, not those of others
                log.exception("a training failed")
                self._kept.pop(order.id, None)
                self._send(Report(order.id, True, fault=type(error).__name__))

    def _listen(self) -> None:
        while True:
            try:
                order: Order = pickle.load(self._orders)
            except (EOFError, OSError, pickle.UnpicklingError):
                self._ended = True
                self._halted.update(self._kept)
                self._waiting.put(None)
                return
            if order.kind == "halt":
                self._halted.add(order.id)
                continue
            if order.kind == "train":
                self._halted.discard(order.id)
            self._waiting.put(order)

    def _train(self, order: Order) -> None:
        training, anew = self._kept.get(order.id), False
        if training is None:
            training, anew = Training(order.plan), True
        self._kept[order.id] = training
        self._kept.move_to_end(order.id)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        reporter = _Reporter(order.id, self._send, training.trained(), anew)

        def cancelled() -> bool:
            reporter.beat(training)
            return self._ended or order.id in self._halted

        done = training.run(seconds=order.seconds, cancelled=cancelled, on_progress=reporter.progress)
        if training.ended:
            del self._kept[order.id]
        reporter.tell(done, over=True)

    def _send(self, report: Report) -> None:
        try:
            pickle.dump(report, self._reports, protocol=pickle.HIGHEST_PROTOCOL)
            self._reports.flush()
        except OSError:  # nobody listens any more
            self._ended = True


class _Reporter:
    """Tells what is new since it last told, now and then."""

    def __init__(self, name: str, send: Callable[[Report], None], begun: Trained, anew: bool) -> None:
        self._id, self._send = name, send
        self._points = 0 if anew else len(begun.history)
        # the newest is reported again: only those before it are known to be kept
        self._last = -1 if anew else (begun.snapshots[-2][0] if len(begun.snapshots) > 1 else -1)
        self._told, self._anew = -1.0, anew
        if anew:
            self.tell(begun)

    def progress(self, trained: Trained) -> None:
        """What a training calls after every look."""
        if monotonic() - self._told >= EVERY_SECONDS:
            self.tell(trained)

    def beat(self, training: Training) -> None:
        """What a training calls before every step: long ones would else be taken to hang."""
        if monotonic() - self._told >= BEAT:
            self.tell(training.trained())

    def tell(self, trained: Trained, over: bool = False) -> None:
        """Send what is new."""
        new = tuple(one for one in trained.snapshots if one[0] > self._last)
        self._send(
            Report(
                self._id,
                over,
                self._anew,
                trained.step,
                trained.outcome,
                trained.seconds,
                trained.bad_loss,
                trained.history[self._points :],
                new,
                trained.snapshots[-1][0],
            )
        )
        self._points, self._anew, self._told = len(trained.history), False, monotonic()
        due = trained.snapshots[-2][0] if len(trained.snapshots) > 1 else -1
        self._last = max(self._last, due)


def main() -> None:
    """Be the process: orders from stdin, reports to stdout, what is printed by accident to stderr."""
    reports = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(NICE)
    compute_on_one_thread()
    Trainer(sys.stdin.buffer, reports).run()


class TrainingProcess:
    """The server's end: such a process, a thread that gives it orders and one that reads its reports.

    Nothing here waits for the process, but `end`.

    Args:
        report: called with this and each report, in the reader's thread.
        gone: called with this when the process has ended, in the reader's thread.
    """

    def __init__(
        self, report: Callable[[TrainingProcess, Report], None], gone: Callable[[TrainingProcess], None]
    ) -> None:
        command = [sys.executable, "-c", "from gruviz.training.process import main; main()"]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._reader = threading.Thread(target=self._read, args=(report, gone), daemon=True)
        self._writer.start()
        self._reader.start()

    def alive(self) -> bool:
        """Whether it is there; one that hangs is."""
        return self._process.poll() is None

    def send(self, order: Order) -> None:
        """Give it an order, as soon as it takes one."""
        self._orders.put(order)

    def kill(self) -> None:
        """End it at once; a stopped one too. Does not wait."""
        self._process.kill()

    def close(self) -> None:
        """Close its orders, at which it ends by itself. Does not wait."""
        self._orders.put(None)

    def end(self) -> None:
        """Close its orders and wait until it has ended; one that hangs is killed."""
        self.close()
        self._reader.join(5)
        if self._reader.is_alive():
            self._process.kill()
            self._reader.join()
        self._writer.join()

    def _write(self) -> None:
        with suppress(OSError):  # it is gone; its reader says so
            while (order := self._orders.get()) is not None:
                pickle.dump(order, self._process.stdin)
                self._process.stdin.flush()
        with suppress(OSError):  # what was left of an order
            self._process.stdin.close()

    def _read(self, report: Callable[[TrainingProcess, Report], None], gone: Callable[[TrainingProcess], None]) -> None:
        while True:
            try:
                found = pickle.load(self._process.stdout)
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                break
            try:
                report(self, found)
            except Exception:  # the thread must go on: everyone's trainings hang on it
                log.exception("a report could not be taken")
        self._process.wait()
        self._orders.put(None)
        self._process.stdout.close()
        gone(self)
