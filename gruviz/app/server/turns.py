"""Whose turn it is to compute, and what one visitor may take: cells a minute, large traces in a line, a place at all.

A visitor is a session: a page open in a browser. The only one on a server is not bounded: nobody is kept waiting.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from time import monotonic

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gruviz.wording.problems import Problem

A_MINUTE = 60_000_000  # cells a visitor may have traced in one, while others are here: three of the largest traces
LARGE = 1_000_000  # cells from which traces are made one after another; about a quarter of a second
USUAL = 4_000_000  # cells a second, until it has been measured
MOST_VISITORS = 300  # of one process; GRUVIZ_VISITORS says otherwise
LOOK = 0.2  # seconds between two looks whether the one who waits is still there
_ADMITTED = "admitted"


class Turns:
    """A lock that is handed on in the order of asking, and that long work can offer around.

    Many traces at once fight for the GIL and all get slow (a burst of 100 sessions: 5.4 s, one at a time 1.3 s).
    A long one calls `offer` between its pieces, so a short one need not wait for its end.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._busy = False

    def _take(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def _give(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and give it up at the end."""
        self._take()
        try:
            yield
        finally:
            self._give()

    def offer(self, _done: float = 1.0) -> None:
        """Let whoever waits go first. Call it within `turn` only."""
        if self._waiting:
            self._give()
            self._take()


@cache
def compute_turns() -> Turns:
    """The one lock around computation in this process."""
    return Turns()


def connected(session: str) -> bool:
    """Whether a browser is connected to this session; taken to be so where nobody can know."""
    try:
        return not session or bool(runtime.get_instance().is_active_session(session))
    except RuntimeError:  # no server runs
        return True


class Allowance:
    """Who may trace how much, and whose turn it is. May be used from any thread.

    Args:
        a_minute: cells a visitor may have traced in a minute.
        clock: seconds; another one in tests.
        connected: whether a browser is connected to a session; likewise.
    """

    def __init__(
        self,
        a_minute: int = A_MINUTE,
        clock: Callable[[], float] = monotonic,
        connected: Callable[[str], bool] = connected,
    ) -> None:
        self.a_minute, self._clock, self._connected = a_minute, clock, connected
        self._guard = threading.Lock()
        self._turned = threading.Condition(self._guard)
        # visitor -> (cells, as of when, for which trace last)
        self._spent: OrderedDict[str, tuple[float, float, str]] = OrderedDict()
        self._line: deque[tuple[object, int]] = deque()
        self._begun = 0.0
        self._speed = float(USUAL)
        self._visitors: dict[str, None] = {}
        self._looked = -math.inf

    def admit(self, visitor: str, most: int) -> bool:
        """Give a visitor a place, if there is one; who has one keeps it while connected.

        Args:
            visitor: one session.
            most: places there are.
        """
        with self._guard:
            if self._clock() - self._looked > LOOK:
                self._looked = self._clock()
                self._visitors = {each: None for each in self._visitors if each == visitor or self._connected(each)}
            if visitor not in self._visitors and len(self._visitors) >= most:
                return False
            self._visitors[visitor] = None
            return True

    def here(self) -> int:
        """How many visitors have a place."""
        return len(self._visitors)

    def take(self, visitor: str, cells: int, what: str = "", ahead: int = 0) -> None:
        """Count cells a visitor is about to trace; what was traced a minute ago counts no more.

        Args:
            visitor: one session.
            cells: steps x units x layers.
            what: which trace; the one last counted counts no second time, should the server have lost it.
            ahead: cells that will follow, and have to be possible too.

        Raises:
            Problem: it would be too many within a minute; the sentence says when it can be done.

        >>> Allowance(a_minute=100).take("one", 100)
        """
        with self._guard:
            now = self._clock()
            spent, last = self._left(visitor, now), self._last(visitor)
            if what and what == last:
                return
            over = spent + min(cells + ahead, self.a_minute) - self.a_minute
            if over > 0:
                wait = max(1, round(60 * over / self.a_minute))
                raise Problem("visitor_busy", cells=max(cells, ahead), limit=self.a_minute, seconds=wait)
            self._spent[visitor] = spent + cells, now, what or last
            self._spent.move_to_end(visitor)
            while self._spent and self._left(next(iter(self._spent)), now) <= 0:
                self._spent.popitem(last=False)

    def give_back(self, visitor: str, cells: float) -> None:
        """What was counted and not computed in the end; then its trace counts when it is asked for again."""
        with self._guard:
            now = self._clock()
            if visitor in self._spent:
                self._spent[visitor] = max(0.0, self._left(visitor, now) - cells), now, ""

    @contextmanager
    def counted(self, visitor: str, cells: int, what: str = "") -> Iterator[Callable[[float], None]]:
        """Count what is traced inside, as far as it is computed; gives what hears of the share done.

        Args:
            visitor: one session; "" is nobody, and nothing is counted.
            cells, what: as `take`, which may refuse.
        """
        share = 0.0

        def done(fraction: float) -> None:
            nonlocal share
            share = fraction

        if visitor:
            self.take(visitor, cells, what)
        try:
            yield done
        except BaseException:
            if visitor:
                self.give_back(visitor, (1 - share) * cells)
            raise

    def wait(self, cells: int) -> float:
        """Seconds until a trace of so many cells would begin, about; 0 where nothing stands before it."""
        with self._guard:
            before = sum(each for _, each in self._line)
            if cells < LARGE or not before:
                return 0.0
            return max(0.0, before / self._speed - (self._clock() - self._begun))

    @contextmanager
    def turn(self, cells: int, wanted: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Wait in line for one's turn to make a large trace.

        Args:
            cells: it has.
            wanted: called now and then while waiting; what it raises ends the wait.
        """
        ticket = object()
        with self._guard:
            self._line.append((ticket, cells))
            try:
                while self._line[0][0] is not ticket:
                    self._turned.wait(LOOK)
                    wanted()
                self._begun = self._clock()
            except BaseException:
                self._leave(ticket)
                raise
        try:
            yield
        finally:
            with self._guard:
                took = self._clock() - self._begun
                if took > 0.01:  # else it was held already
                    self._speed = 0.5 * self._speed + 0.5 * cells / took
                self._leave(ticket)

    # ---- under the guard

    def _left(self, visitor: str, now: float) -> float:
        cells, since, _ = self._spent.get(visitor, (0.0, now, ""))
        return max(0.0, cells - self.a_minute * (now - since) / 60)

    def _last(self, visitor: str) -> str:
        return self._spent[visitor][2] if visitor in self._spent else ""

    def _leave(self, ticket: object) -> None:
        self._line = deque(each for each in self._line if each[0] is not ticket)
        self._turned.notify_all()


@cache
def allowance() -> Allowance:
    """The one of this process."""
    return Allowance()


def visitor() -> str:
    """Who is asking, where that is somebody among others; "" for nobody in particular."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context is not None and allowance().here() > 1 else ""


def still_wanted() -> None:
    """End the run of somebody who has left, or has asked for something else since; called now and then by what is long.

    Raises:
        RerunException, StopException: Streamlit's own, to be passed on.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return
    _ = _ADMITTED in st.session_state  # Streamlit ends a run that is superseded when it looks there
    if not connected(context.session_id):
        st.stop()  # its page is closed, or will begin anew when it is connected again


def is_full() -> bool:
    """Whether a visitor who comes now finds no place; who has one keeps it."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return False
    told = os.environ.get("GRUVIZ_VISITORS", "")
    most = int(told) if told.isdigit() and int(told) else MOST_VISITORS
    if _ADMITTED in st.session_state:  # it may have been away for a moment
        most = sys.maxsize
    if not allowance().admit(context.session_id, most):
        return True
    st.session_state[_ADMITTED] = True
    return False
