"""What one visitor may take: cells a minute, large traces in a line, runs nobody waits for, a place on the server."""

import threading
import time

import numpy as np
import pytest
from page import looked, opened, reply, said, scene, send, shown_by, sound

from gruviz.app.server import computing
from gruviz.app.server import turns as module
from gruviz.app.server.memory import CELL, Memory, memory
from gruviz.app.server.turns import LARGE, Allowance
from gruviz.app.settings import Settings
from gruviz.app.subject import runs
from gruviz.app.subject.reading import sequence_of
from gruviz.app.subject.weights import source_of
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

EN = words("en")
SINE = {"weights": "random", "hidden": 8, "source": "synthetic", "family": "sine", "steps": 100}
NOISE = {"weights": "random", "model": "torch", "hidden": 50, "source": "synthetic", "family": "white_noise"}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_cells_are_counted_for_each_visitor_and_forgotten_within_a_minute():
    clock = Clock()
    rule = Allowance(a_minute=600, clock=clock)
    rule.take("a", 400)
    rule.take("a", 200)
    with pytest.raises(Problem) as caught:
        rule.take("a", 100)
    assert caught.value.key == "visitor_busy"
    assert caught.value.fields == {"cells": 100, "limit": 600, "seconds": 10}
    rule.take("b", 600)  # it costs nobody else
    clock.now = 10.0
    rule.take("a", 100)  # as was said
    with pytest.raises(Problem):
        rule.take("a", 1)
    clock.now = 70.0
    rule.take("a", 600)


def test_a_trace_larger_than_a_minutes_share_can_be_made_by_one_who_has_made_none():
    clock = Clock()
    rule = Allowance(a_minute=600, clock=clock)
    rule.take("a", 10_000)
    with pytest.raises(Problem):
        rule.take("a", 1)


def test_visitors_who_have_left_are_forgotten():
    clock = Clock()
    rule = Allowance(a_minute=600, clock=clock)
    for k in range(1000):
        rule.take(f"visitor {k}", 600)
        clock.now += 1
    assert len(rule._spent) <= 62


def test_who_has_a_place_keeps_it_and_who_is_refused_takes_none():
    clock, there = Clock(), {"a", "b", "c", "d", "e"}
    rule = Allowance(clock=clock, connected=there.__contains__)
    assert [rule.admit(name, 3) for name in "abcdeab"] == [True, True, True, False, False, True, True]
    assert rule.here() == 3
    there.discard("b")  # d and e still sit before a page that says it is full
    clock.now = 1.0
    assert rule.admit("f", 3)
    assert not rule.admit("d", 3)
    assert rule.here() == 3


def test_what_was_not_computed_is_given_back():
    clock = Clock()
    rule = Allowance(a_minute=600, clock=clock)
    for _ in range(20):  # a slider is dragged: each is given up for the next
        rule.take("a", 500, "x")
        rule.give_back("a", 500)
    rule.take("a", 500, "y")
    rule.give_back("a", 200)
    rule.take("a", 300, "y")
    with pytest.raises(Problem):
        rule.take("a", 1)
    rule.give_back("nobody", 5)


def test_a_trace_the_server_has_lost_counts_no_second_time():
    rule = Allowance(a_minute=600, clock=Clock())
    for _ in range(5):
        rule.take("a", 600, "the picture")
    with pytest.raises(Problem):
        rule.take("a", 1, "another")
    rule.take("a", 600, "the picture")


def test_what_will_follow_has_to_be_possible_too():
    rule = Allowance(a_minute=600, clock=Clock())
    rule.take("a", 100)
    with pytest.raises(Problem) as caught:
        rule.take("a", 10, ahead=500)
    assert caught.value.fields["cells"] == 500
    rule.take("a", 10, ahead=490)
    rule.take("a", 490)


def test_large_traces_come_one_after_another_in_the_order_asked_for_and_the_wait_is_told():
    clock = Clock()
    rule, order, inside = Allowance(clock=clock), [], []
    hold = threading.Event()

    def one(name):
        with rule.turn(8 * LARGE):
            inside.append(name)
            order.append((name, len(inside)))
            if name == 0:
                hold.wait(20)
            inside.remove(name)

    threads = []
    for name in range(4):
        threads.append(threading.Thread(target=one, args=(name,)))
        threads[-1].start()
        while len(rule._line) <= name:
            time.sleep(0.01)
    assert rule.wait(LARGE) == pytest.approx(4 * 8 * LARGE / module.USUAL)
    clock.now = 2.0
    assert rule.wait(LARGE) == pytest.approx(4 * 8 * LARGE / module.USUAL - 2)
    assert rule.wait(LARGE - 1) == 0  # a small one waits for none of them
    hold.set()
    for thread in threads:
        thread.join(20)
    assert order == [(0, 1), (1, 1), (2, 1), (3, 1)]
    assert rule.wait(LARGE) == 0
    assert rule._speed == pytest.approx((module.USUAL + 8 * LARGE / 2.0) / 2)  # as it was measured


def test_one_who_waits_and_is_wanted_no_more_gives_up_its_place():
    rule = Allowance()
    waited = []

    class GoneError(Exception):
        pass

    def wanted():
        waited.append(1)
        raise GoneError

    with rule.turn(LARGE):
        with pytest.raises(GoneError), rule.turn(LARGE, wanted):
            pytest.fail("it was not its turn")
        assert len(rule._line) == 1
    assert waited == [1]
    with rule.turn(LARGE):
        assert rule.wait(LARGE) > 0
    assert not rule._line


def test_a_fault_within_a_turn_hands_it_on():
    rule = Allowance()
    with pytest.raises(ZeroDivisionError), rule.turn(LARGE):
        raise ZeroDivisionError
    with rule.turn(LARGE):
        assert len(rule._line) == 1


def settings(seed, **more):
    return Settings(weights="random", hidden=2, seed=seed, steps=40, **more)


def test_alone_on_a_server_nobody_is_bounded(monkeypatch):
    rule = Allowance(a_minute=100)
    monkeypatch.setattr(computing, "allowance", lambda: rule)
    for seed in range(5):
        runs.run(settings(9000 + seed), sequence_of(settings(seed), None)[0])
    monkeypatch.setattr(computing, "visitor", lambda: "one of many")
    runs.run(settings(9100), sequence_of(settings(0), None)[0])
    with pytest.raises(Problem) as caught:
        runs.run(settings(9101), sequence_of(settings(0), None)[0])
    assert caught.value.key == "visitor_busy"
    # what the server holds costs nothing
    runs.run(settings(9100), sequence_of(settings(0), None)[0])


def test_the_page_says_when_it_can_be_traced_and_keeps_the_picture(monkeypatch):
    rule = Allowance(a_minute=1000)
    monkeypatch.setattr(computing, "allowance", lambda: rule)
    monkeypatch.setattr(computing, "visitor", lambda: "one of many")
    at = sound(opened(seed=777, **SINE))
    at.session_state["set.seed"] = 778
    at.run()
    assert "can run in about" in shown_by(at)
    assert EN["page"]["last_good"] in shown_by(at)


def test_a_run_that_nobody_waits_for_ends_and_nothing_of_it_is_left(monkeypatch):
    class GoneError(BaseException):
        pass

    calls = []

    def gone():
        calls.append(1)
        if len(calls) == 3:
            raise GoneError

    monkeypatch.setattr(computing, "still_wanted", gone)
    given = Settings(weights="random", hidden=4, seed=4321, steps=5000)
    sequence = sequence_of(given, None)[0]
    held = memory().held
    with pytest.raises(GoneError):
        runs.run(given, sequence)
    assert memory().held_value("run", runs.key_of(source_of(given), given.model, sequence)) is None
    assert memory().held - held < 100_000  # the model, at most
    assert runs.run(given, sequence).trace.meta.steps == 5000  # and nothing stays locked


def test_a_full_server_says_so_in_a_sentence_and_keeps_those_who_are_there(monkeypatch):
    there = {f"visitor {k}" for k in range(module.MOST_VISITORS)}
    rule = Allowance(connected=there.__contains__)
    assert all(rule.admit(name, module.MOST_VISITORS) for name in there)
    monkeypatch.setattr(module, "allowance", lambda: rule)
    late = opened(weights="latch")
    assert not late.exception
    assert [each.value for each in late.info] == [EN["page"]["full"]]
    assert not late.get("bidi_component")
    # somebody leaves, and it is let in; then it stays, however many there are
    there.pop()
    rule._looked = -1e9
    late = sound(late.run())
    assert not late.info
    monkeypatch.setattr(module, "MOST_VISITORS", 1)
    assert "badge" in said(sound(late.run()))


def test_a_server_may_be_told_how_many_it_serves(monkeypatch):
    rule = Allowance(connected=lambda session: True)
    rule.admit("somebody", 9)
    monkeypatch.setattr(module, "allowance", lambda: rule)
    monkeypatch.setenv("GRUVIZ_VISITORS", "1")
    assert [each.value for each in opened(weights="latch").info] == [EN["page"]["full"]]
    monkeypatch.setenv("GRUVIZ_VISITORS", "2")
    sound(opened(weights="latch"))


def test_what_is_counted_is_given_back_as_far_as_it_was_not_computed():
    rule = Allowance(a_minute=100, clock=Clock())
    with rule.counted("one", 60, "a trace"):
        pass

    def ended():
        with rule.counted("one", 40) as done:
            done(0.25)
            raise KeyError

    with pytest.raises(KeyError):
        ended()
    rule.take("one", 30)
    with pytest.raises(Problem), rule.counted("one", 10):
        pytest.fail("it was refused")
    with rule.counted("", 1000):  # nobody in particular
        pass


def among_others(monkeypatch, a_minute, budget=None):
    """As one visitor of several, on a server with so much memory."""
    rule = Allowance(a_minute=a_minute, clock=Clock())
    small = None if budget is None else Memory(budget=budget)
    for each in (runs, computing):
        monkeypatch.setattr(each, "allowance", lambda: rule)
        monkeypatch.setattr(each, "visitor", lambda: "one of many")
        if small is not None:
            monkeypatch.setattr(each, "memory", lambda: small)
    return rule


def test_a_picture_the_server_has_lost_is_drawn_again_with_all_its_answers(monkeypatch):
    among_others(monkeypatch, 1000)
    at = sound(opened(seed=881, **SINE))
    memory().clear()
    at = sound(looked(at))  # checks, downloads, answers: all of the same trace, which counts once
    memory().clear()
    question = {"id": 1, "kind": "explain", "gate": "z", "layer": 0, "t": 3, "unit": 1}
    at = sound(send(at, question | {"trace": scene(at)[0]["trace"]["id"]}))
    assert reply(at)[0]["kind"] == "explain"
    at = sound(opened(seed=881, **SINE))
    memory().clear()
    at.session_state["set.seed"] = 882
    at.run()  # refused, and the picture in its place has to be computed anew: it counts for nothing
    assert "can run in about" in shown_by(at)
    assert scene(at)[0]["trace"]["steps"] == 100


def test_a_trace_that_fills_the_memory_is_made_once_a_page_and_counted_once(monkeypatch):
    made, real = [], runs.trace
    monkeypatch.setattr(runs, "trace", lambda model, x, **more: made.append(len(x)) or real(model, x, **more))
    rule = among_others(monkeypatch, 3_000_000, budget=30_000_000)
    at = sound(opened(steps=30_000, seed=37, **NOISE))
    assert np.isfinite(scene(at)[1]["h"]).all()
    assert made == [runs.FIRST // 50, 30_000]
    spent = rule._spent["one of many"][0]
    assert spent == pytest.approx(1_500_000 + runs.FIRST, rel=0.1)
    limit = runs.memory().most_cells
    assert limit * CELL < 30_000_000
    at = opened(steps=limit // 50 + 1, seed=38, **NOISE)
    assert f"{limit:,}" in shown_by(at)


def test_a_long_trace_that_is_refused_is_not_begun(monkeypatch):
    rule = among_others(monkeypatch, 2_000_000)
    at = sound(opened(steps=100, seed=41, **NOISE))
    rule.take("one of many", 1_000_000)
    made, real = [], runs.trace
    monkeypatch.setattr(runs, "trace", lambda model, x, **more: made.append(len(x)) or real(model, x, **more))
    at.session_state["set.steps"] = 30_000
    at.run()
    assert made == []
    assert "can run in about" in shown_by(at)
    assert scene(at)[0]["trace"]["steps"] == 100


def test_what_was_given_up_is_not_counted(monkeypatch):
    class GoneError(BaseException):
        pass

    rule = among_others(monkeypatch, 10**9)
    calls = []

    def gone():
        calls.append(1)
        if len(calls) == 5:
            raise GoneError

    monkeypatch.setattr(computing, "still_wanted", gone)
    given = Settings(
        weights="random", hidden=4, seed=4322, source="synthetic", family="sine", steps=5000, parameters=()
    )
    with pytest.raises(GoneError):
        runs.run(given, sequence_of(given, None)[0])
    assert 0 < rule._spent["one of many"][0] <= 0.6 * 20_000
