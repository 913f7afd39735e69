"""What the server holds to answer quickly: one budget in bytes for all visitors, given back when it is not used.

Traces that are being made count too: the largest ones of many visitors are made a few at a time, in the order they were
asked for, and what is kept makes room for them.

Nothing large lives anywhere else: no session, no download button, no cache of Streamlit's, which visitors can clear.
"""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any, TypeVar

from gruviz.wording.problems import Problem

T = TypeVar("T")

BUDGET = 1024 * 2**20  # bytes; GRUVIZ_MEMORY_MB says otherwise
IDLE = 600.0  # seconds without a look, then it is given back
OVERHEAD = 1024  # bytes an entry costs beside its arrays
CELL = 4 * 4  # bytes of a cell in a trace: float32, four arrays
MAX_CELLS = 20_000_000  # steps x units x layers of one: 320 MB
SMALL = 1 / 64  # of the budget: so little never waits for others to finish


@dataclass(eq=False)
class _Entry:
    value: Any
    size: int
    seen: float


class Memory:
    """Values by key, the least recently used given up first; each is made once, however many ask at the same time.

    Args:
        budget: most bytes held.
        idle: seconds after which what nobody looked at is given up.
        clock: seconds; another one in tests.

    >>> memory = Memory(budget=10_000)
    >>> memory.get("squares", 3, lambda: 9, lambda value: 8), memory.get("squares", 3, lambda: 0, lambda value: 8)
    (9, 9)
    """

    def __init__(self, budget: int = BUDGET, idle: float = IDLE, clock: Callable[[], float] = monotonic) -> None:
        self.budget, self.idle, self._clock = budget, idle, clock
        self._guard = threading.Lock()
        self._entries: OrderedDict[tuple[str, Hashable], _Entry] = OrderedDict()
        self._making: dict[tuple[str, Hashable], threading.Lock] = {}
        self._held = self._growing = self._large = 0
        self._line: deque[object] = deque()
        self._finished = threading.Condition(self._guard)
        self._sweeper: threading.Thread | None = None

    @property
    def held(self) -> int:
        """Bytes held now, what is being made included."""
        return self._held + self._growing

    @property
    def most_cells(self) -> int:
        """Cells of one trace: what can be held."""
        return min(MAX_CELLS, int(0.9 * self.budget) // CELL)

    def cells_of(self, steps: int, units: int, layers: int) -> int:
        """Cells of a trace of this size.

        Raises:
            Problem: it would be too large.
        """
        cells, limit = steps * units * layers, self.most_cells
        if cells > limit:
            sizes = {"steps": steps, "units": units, "cells": cells, "limit": limit}
            if layers > 1:
                raise Problem("trace_too_large_layers", layers=layers, **sizes)
            raise Problem("trace_too_large", **sizes)
        return cells

    def get(self, kind: str, key: Hashable, make: Callable[[], T], size: Callable[[T], int], wants: int = 0) -> T:
        """The value of a key, made where it is not held.

        Args:
            kind: of value; keys of two kinds never meet.
            key: everything the value follows from.
            make: makes it; what it raises is raised here, and nothing is held.
            size: its bytes; what is larger than the budget is given and not held.
            wants: bytes making it takes; where they are not free, it waits until others have finished.
        """
        name = (kind, key)
        while True:
            with self._guard:
                found = self._look(name)
                if found is not None:
                    return found.value
                mine = self._making.get(name)
                if mine is None:
                    made = self._making[name] = threading.Lock()
                    made.acquire()
                    break
            with mine:  # somebody makes it: wait, and look again
                continue
        try:
            self._begin(wants)
            try:
                value = make()
                bytes_ = size(value) + OVERHEAD
            except BaseException:
                with self._guard:
                    self._end(wants)
                raise
            with self._guard:
                self._end(wants)
                self._put(name, value, bytes_)
            return value
        finally:
            with self._guard:
                del self._making[name]
            made.release()

    def held_value(self, kind: str, key: Hashable) -> Any | None:
        """The value of a key where it is held; None where it would have to be made."""
        with self._guard:
            found = self._look((kind, key))
            return None if found is None else found.value

    def sweep(self) -> None:
        """Give up what nobody has looked at for a while."""
        with self._guard:
            before, late = self._held, self._clock() - self.idle
            for name in [name for name, entry in self._entries.items() if entry.seen < late]:
                self._drop(name)
            freed = before - self._held
        if freed > 2**20:
            _give_back()

    def clear(self) -> None:
        """Give up everything."""
        with self._guard:
            for name in list(self._entries):
                self._drop(name)
        _give_back()

    def watch(self) -> None:
        """Sweep from now on, in a thread of its own."""
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._sweeping, daemon=True, name="gruviz-memory")
            self._sweeper.start()

    def _sweeping(self) -> None:
        pause = threading.Event()
        while not pause.wait(self.idle / 10):
            self.sweep()

    def _begin(self, wants: int) -> None:
        with self._guard:
            if self._is_large(wants):
                ticket = object()
                self._line.append(ticket)
                try:
                    self._finished.wait_for(lambda: self._line[0] is ticket and self._fits(wants))
                finally:
                    self._line.remove(ticket)
                self._large += wants
                self._finished.notify_all()  # the next in the line may fit too
            self._growing += wants
            self._shrink()

    # ---- under the guard

    def _is_large(self, wants: int) -> bool:
        return wants > SMALL * self.budget

    def _fits(self, wants: int) -> bool:
        return not self._large or self._large + wants <= self.budget

    def _end(self, wants: int) -> None:
        self._growing -= wants
        if self._is_large(wants):
            self._large -= wants
        self._finished.notify_all()

    def _look(self, name: tuple[str, Hashable]) -> _Entry | None:
        found = self._entries.get(name)
        if found is not None:
            found.seen = self._clock()
            self._entries.move_to_end(name)
        return found

    def _put(self, name: tuple[str, Hashable], value: object, size: int) -> None:
        if size > self.budget:
            return
        self._entries[name] = _Entry(value, size, self._clock())
        self._held += size
        self._shrink()

    def _shrink(self) -> None:
        while self._entries and self._held + self._growing > self.budget:
            self._drop(next(iter(self._entries)))

    def _drop(self, name: tuple[str, Hashable]) -> None:
        self._held -= self._entries.pop(name).size


def _give_back() -> None:
    """Hand freed memory to the system: the allocator keeps it else."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):  # another C library gives it back by itself
        return


@cache
def memory() -> Memory:
    """The one memory of this process."""
    megabytes = os.environ.get("GRUVIZ_MEMORY_MB", "")
    found = Memory(int(megabytes) * 2**20 if megabytes.isdigit() and int(megabytes) else BUDGET)
    found.watch()
    return found
