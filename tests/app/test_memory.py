"""One budget in bytes for what the server holds: kept whoever asks for what, and given back."""

import gc
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page import opened, sound

from gruviz.app.server import memory as memory_module
from gruviz.app.server.memory import OVERHEAD, Memory, memory
from gruviz.tracing.gate_trace import GateTrace

MB = 2**20


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60_000)), max_size=60))
def test_the_budget_is_kept_whatever_is_asked_for(asked):
    held = Memory(budget=100_000)
    newest = {}
    for key, size in asked:
        # the size belongs to the key: the first one counts for as long as it is held
        size = newest.setdefault(key, size)
        assert held.get("a", key, lambda size=size: bytearray(size), len) == bytearray(size)
        assert 0 < held.held <= 100_000
    if asked:  # what was asked for last is there
        kept = held.get("a", asked[-1][0], lambda: pytest.fail("made again"), len)
        assert len(kept) == newest[asked[-1][0]]


def test_the_least_recently_used_goes_first():
    held = Memory(budget=3 * (1000 + OVERHEAD))
    for key in (1, 2, 3, 1, 4):
        held.get("a", key, lambda: bytes(1000), len)
    made = []
    for key in (1, 3, 4, 2):
        held.get("a", key, lambda key=key: made.append(key) or bytes(1000), len)
    assert made == [2]


def test_what_is_larger_than_the_budget_is_given_and_not_held():
    held = Memory(budget=10_000)
    held.get("a", 1, lambda: bytes(100), len)
    assert len(held.get("a", 2, lambda: bytes(20_000), len)) == 20_000
    assert held.held == 100 + OVERHEAD


def test_what_fails_is_not_held_and_frees_what_it_wanted():
    held = Memory(budget=10_000)
    with pytest.raises(ZeroDivisionError):
        held.get("a", 1, lambda: 1 // 0, len, wants=9000)
    assert held.held == 0
    assert held.get("a", 1, lambda: b"ab", len, wants=9000) == b"ab"


def test_many_who_ask_for_the_same_make_it_once():
    held, made, got, gate = Memory(), [], [], threading.Event()

    def make():
        gate.wait(10)
        made.append(1)
        return bytes(10)

    threads = [threading.Thread(target=lambda: got.append(held.get("a", 1, make, len))) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert len(got) == 8
    assert all(one is got[0] for one in got)


def test_what_is_being_made_counts_and_what_is_kept_makes_room():
    held = Memory(budget=100 * MB)
    held.get("a", "kept", lambda: None, lambda _: 50 * MB)
    running, most, guard = [0], [0], threading.Lock()

    def make():
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.05)
        assert held.held <= 100 * MB
        with guard:
            running[0] -= 1

    threads = [threading.Thread(target=held.get, args=("b", k, make, lambda _: 30 * MB, 40 * MB)) for k in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert most[0] == 2  # of 40 MB each; a third would not fit
    assert 60 * MB < held.held <= 100 * MB


def test_large_ones_take_their_turn_in_the_order_they_were_asked_for():
    """Whoever fitted went ahead: one that needs all there is never came to it while others kept coming."""
    held, order = Memory(budget=1000 * MB), []
    gates = {name: threading.Event() for name in ("first", "second", "whole", "late")}

    def ask(name, wants):
        def make():
            order.append(name)
            assert gates[name].wait(5)
            return name

        thread = threading.Thread(target=held.get, args=("a", name, make, len), kwargs={"wants": wants * MB})
        thread.start()
        time.sleep(0.1)
        return thread

    threads = [ask("first", 400), ask("second", 400), ask("whole", 900), ask("late", 100)]
    assert order == ["first", "second"]
    gates["first"].set()
    time.sleep(0.1)
    assert order == ["first", "second"]  # there is room for the last, but it is not its turn
    gates["second"].set()
    time.sleep(0.1)
    assert order == ["first", "second", "whole", "late"]  # 900 and 100 fit together
    for each in ("whole", "late"):
        gates[each].set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def test_small_ones_that_keep_coming_hold_up_no_large_one():
    held, stop = Memory(budget=100 * MB), threading.Event()

    def small(k):
        n = 0
        while not stop.is_set():
            n += 1
            held.get("small", (k, n), lambda: time.sleep(0.002) or b"", len, wants=1024)

    threads = [threading.Thread(target=small, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    try:
        began = time.monotonic()
        assert held.get("a", 1, lambda: "large", lambda _: 0, wants=320 * MB) == "large"
        assert time.monotonic() - began < 2
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_what_was_made_counts_from_the_moment_its_making_does_not():
    held, seen = Memory(budget=100 * MB), []
    end = held._end

    def watched(wants):
        end(wants)
        seen.append(held._guard.locked())

    held._end = watched
    held.get("a", 1, lambda: bytes(10), lambda _: 80 * MB, wants=80 * MB)
    assert seen == [True]  # nobody can look in between
    assert held.held == 80 * MB + OVERHEAD


def test_what_is_small_does_not_wait_for_what_is_large():
    held, gate, begun = Memory(budget=64 * MB), threading.Event(), threading.Event()

    def slow():
        begun.set()
        gate.wait(10)

    large = threading.Thread(target=held.get, args=("a", 1, slow, lambda _: 0, 64 * MB))
    large.start()
    assert begun.wait(10)
    assert held.get("a", 2, lambda: 7, lambda _: 0, MB) == 7
    assert large.is_alive()
    gate.set()
    large.join(10)


def test_what_nobody_looks_at_is_given_back():
    clock = Clock()
    held = Memory(idle=60, clock=clock)
    for key in (1, 2):
        held.get("a", key, lambda: bytes(1000), len)
    clock.now = 50
    held.get("a", 2, lambda: pytest.fail("made again"), len)
    clock.now = 61
    held.sweep()
    assert held.held == 1000 + OVERHEAD
    clock.now = 200
    held.sweep()
    assert held.held == 0


def test_the_budget_can_be_said(monkeypatch):
    for said, wanted in (("64", 64 * MB), ("", memory_module.BUDGET), ("much", memory_module.BUDGET)):
        monkeypatch.setenv("GRUVIZ_MEMORY_MB", said)
        memory.cache_clear()
        assert memory().budget == wanted
    monkeypatch.undo()
    memory.cache_clear()


# ---- with visitors


@pytest.fixture
def tight(monkeypatch):
    """A server that may hold 12 MB."""
    monkeypatch.setenv("GRUVIZ_MEMORY_MB", "12")
    memory.cache_clear()
    yield memory()
    memory.cache_clear()


def traces():
    """Bytes of all the traces of this process, whoever holds them."""
    gc.collect()
    found = [each for each in gc.get_objects() if type(each) is GateTrace]  # isinstance wakes properties
    return sum(each.z.nbytes + each.r.nbytes + each.n.nbytes + each.h.nbytes for each in found)


def test_visitors_together_hold_no_more_than_the_budget(tight):
    before = traces()  # of other tests of this process
    size = 4 * 4 * 4000 * 64
    visitors = []
    for seed in range(8):  # 4 MB each; all of them stay
        query = {"weights": "random", "hidden": 64, "family": "white_noise", "steps": 4000, "seed": seed}
        visitors.append(sound(opened(**query)))
        assert tight.held <= 12 * MB
    # beside the budget one may be on its way to the page; nothing else holds one: no session, no download, no fragment
    assert size <= traces() - before <= 12 * MB + size
    # each goes on where it was
    for at in visitors[:3]:
        sound(at.run())
    assert traces() - before <= 12 * MB + size
    tight.clear()
    assert traces() - before <= 0
    assert len(visitors) == 8  # they are still there
