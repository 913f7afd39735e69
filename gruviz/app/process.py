"""What the server process as a whole needs to answer quickly. Measured in a browser, see each function.

Together with `.streamlit/config.toml`: `fileWatcherType = "none"` (the watcher scans every module for each new visitor:
about 130 ms of a session's start), `gatherUsageStats = false` (no request leaves the machine), `postScriptGC = false`
(Streamlit else collects the whole heap after every rerun while it holds the GIL: about 180 ms once torch is loaded).
"""

from __future__ import annotations

import gc
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from gruviz.trace import compute_on_one_thread


@st.cache_resource(max_entries=1)
def tune_process() -> int:
    """Once per process, after the heavy imports: freeze the heap, send small packets at once, one thread for torch.

    torch and plotly leave a million objects behind that never die; frozen, no later collection walks them.
    The server's sockets come without TCP_NODELAY, which costs a constant 40 ms a message on loopback;
    accepted sockets inherit it from the listening one.

    Returns:
        How many sockets were set.
    """
    # by type(): isinstance() asks the object itself, and some answer with a warning
    sockets = [found for found in gc.get_objects() if issubclass(type(found), socket.socket)]
    done = 0
    for found in sockets:
        internet = found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM
        if found.fileno() >= 0 and internet:
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            done += 1
    compute_on_one_thread()
    gc.collect()
    gc.freeze()
    return done


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


@st.cache_resource(max_entries=1)
def compute_turns() -> Turns:
    """The one lock around computation in this process."""
    return Turns()
