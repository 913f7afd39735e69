"""Whose turn it is to compute: a fair lock, one for the whole process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


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
