"""The trainings of one server: a queue, a cap, leaving, pausing; hangs; the same weights as in one process."""

import os
import signal
import threading
import time
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest
import streamlit as st
import torch

from gruviz.app.server.memory import memory
from gruviz.app.server.models import _store, keep, kept
from gruviz.app.server.trainings import Trainings
from gruviz.app.server.trainings import trainings as shared_trainings
from gruviz.app.server.turns import compute_turns, connected
from gruviz.training.loop import Training
from gruviz.training.plan import TrainingPlan
from gruviz.training.process import Report
from gruviz.training.saved import saved
from gruviz.wording.problems import Problem

SHORT = TrainingPlan("parity", hidden_size=4, most_steps=60, parameters={"steps": 8})
LONG = TrainingPlan("parity", hidden_size=4, most_steps=50_000, parameters={"steps": 8}, snapshots=5, seed=3)


@pytest.fixture(scope="module")
def made():
    one = Trainings(most_queued=2, most_workers=1)
    yield one
    one.close()


@pytest.fixture
def trainings(made):
    made.cap, made.patience, made.silence, made._kept.most_jobs = 180.0, 60.0, 60.0, 64
    yield made
    for name in list(made._kept.seats):
        made.forget(name)
    until(made, None, lambda _: not made._workers.busy())
    made._kept.jobs.clear()  # results are kept for whoever asks next


def worker(trainings):
    (found,) = trainings._workers
    return found.process


def like(plan, seed):
    return replace(plan, seed=seed)


def until(trainings, name, true):
    for _ in range(600):
        found = trainings.standing(name)
        if true(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found and (found.status, found.trained))


def has_begun(found):
    return found.status == "running" and found.trained is not None and found.trained.step > 0


def test_it_gives_the_weights_of_a_training_in_this_process(trainings):
    found = until(trainings, trainings.start(SHORT), lambda one: one.status == "over").trained
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    own = Training(SHORT).run()
    torch.set_num_threads(threads)
    assert (found.outcome, found.step, found.history) == ("steps", 60, own.history)
    assert [step for step, _ in found.snapshots] == [step for step, _ in own.snapshots]
    for (_, mine), (_, theirs) in zip(found.snapshots, own.snapshots, strict=True):
        assert all(np.array_equal(mine[key], theirs[key]) for key in theirs)


def test_one_runs_and_others_wait_at_a_stated_place_until_no_more_may(trainings):
    first, second, third = (trainings.start(like(LONG, seed)) for seed in range(3))
    assert [trainings.standing(name).place for name in (first, second, third)] == [0, 1, 2]
    assert trainings.standing(second).status == "queued"
    with pytest.raises(Problem, match="wait on this server"):
        trainings.start(SHORT)
    trainings.stop(second)
    assert trainings.standing(third).place == 1
    trainings.stop(first)
    assert until(trainings, third, has_begun).place == 0
    assert trainings.standing(first).trained is None or trainings.standing(first).trained.outcome == "cancelled"


def test_paused_it_makes_room_and_goes_on_where_it_was(trainings):
    first = trainings.start(LONG)
    until(trainings, first, has_begun)
    trainings.pause(first)
    paused = until(trainings, first, lambda one: one.status == "paused")
    other = until(trainings, trainings.start(SHORT), lambda one: one.status == "over")
    assert other.trained.step == 60
    assert paused.resumable
    trainings.resume(first)
    later = until(trainings, first, lambda one: one.trained.step > paused.trained.step)
    assert later.trained.history[: len(paused.trained.history)] == paused.trained.history
    trainings.stop(first)
    stopped = until(trainings, first, lambda one: one.status == "over").trained
    steps = [point.step for point in stopped.history]
    assert steps == list(range(0, steps[-1] + 1, 25))
    assert stopped.snapshots[-1][0] == stopped.step
    assert {step for step, _ in stopped.snapshots[:-1]} <= set(LONG.snapshot_steps())


def test_the_cap_ends_it_and_says_so_and_it_may_be_resumed(trainings):
    trainings.cap = 0.3
    found = until(trainings, trainings.start(LONG), lambda one: one.status == "over")
    assert found.trained.outcome == "time"
    assert found.trained.seconds < 3
    assert found.resumable


def test_it_stops_when_nobody_has_asked_for_a_while_and_its_result_stays(trainings):
    name = trainings.start(replace(LONG, learning_rate=0.0001))  # far from its goal
    until(trainings, name, has_begun)
    trainings.patience = 0.2
    found = until(trainings, name, lambda one: one.status == "over")
    assert found.left
    assert found.trained.outcome == "cancelled"
    trainings.patience = 60.0
    trainings.resume(name)
    assert not trainings.standing(name).left


def test_a_diverged_one_keeps_its_last_good_weights(trainings):
    plan = TrainingPlan("adding", hidden_size=8, learning_rate=100.0, most_steps=300)
    found = until(trainings, trainings.start(plan), lambda one: one.status == "over")
    assert found.trained.outcome == "diverged"
    assert not found.resumable
    assert all(np.isfinite(one).all() for one in found.trained.weights.values())


def test_only_so_many_results_are_kept(trainings):
    trainings._kept.most_jobs = 1
    first = trainings.start(SHORT)
    until(trainings, first, lambda one: one.status == "over")
    second = trainings.start(like(SHORT, 1))
    assert trainings.standing(first) is None
    until(trainings, second, lambda one: one.status == "over")


def test_a_process_that_dies_fails_its_training_and_the_next_begins_anew(trainings):
    name = trainings.start(LONG)
    until(trainings, name, has_begun)
    worker(trainings).kill()
    assert until(trainings, name, lambda one: one.status == "failed").resumable
    found = until(trainings, trainings.start(SHORT), lambda one: one.status == "over")
    assert found.trained.step == 60


def test_a_process_found_dead_before_its_reader_says_so_holds_nobody_up(trainings):
    name = trainings.start(LONG)
    until(trainings, name, has_begun)
    with trainings._lock:  # its reader has to wait outside
        dead = worker(trainings)._process
        dead.kill()
        dead.wait()
        trainings.warm()  # what every visit of the page does
    assert until(trainings, name, lambda one: one.status == "failed").resumable
    found = until(trainings, trainings.start(SHORT), lambda one: one.status == "over")
    assert found.trained.step == 60


def test_what_a_dead_process_still_had_to_say_does_not_count(trainings):
    name = trainings.start(LONG)
    until(trainings, name, has_begun)
    dead = worker(trainings)
    dead.kill()
    until(trainings, name, lambda one: one.status == "failed")
    trainings.resume(name)
    trainings._report(dead, Report(name, True, step=7, outcome="steps"))
    assert trainings.standing(name).status == "running"
    assert until(trainings, name, lambda one: has_begun(one) and one.trained.step > 7).trained.outcome == "running"


# ---- a process that hangs


def hung(trainings):
    """Stop the process as a debugger would: it lives, and does nothing more, not even end when it is told to."""
    process = worker(trainings)._process
    os.kill(process.pid, signal.SIGSTOP)
    return process


@pytest.mark.parametrize("order", ["none", "stop", "pause", "forget"])
def test_a_process_that_hangs_is_ended_and_the_next_begins_in_another(trainings, order):
    name = trainings.start(LONG)
    until(trainings, name, has_begun)
    following = trainings.start(SHORT)
    process = hung(trainings)
    trainings.silence = 1.0
    if order != "none":
        getattr(trainings, order)(name)
    until(trainings, None, lambda _: worker(trainings)._process is not process)
    trainings.silence = 60.0  # the next one has to load torch
    found = until(trainings, following, lambda one: one.status == "over")
    assert found.trained.step == 60
    assert process.wait(10) == -signal.SIGKILL
    if order == "forget":
        assert trainings.standing(name) is None
        return
    found = trainings.standing(name)
    assert (found.status, found.hung, found.resumable) == ("failed", True, True)
    trainings.resume(name)
    assert not until(trainings, name, has_begun).hung


def test_orders_to_a_process_that_hangs_keep_nobody_waiting(trainings):
    trainings.warm()
    process = hung(trainings)
    large = TrainingPlan("characters", text="파이프를 한 번보다 많이 채울 글 " * 2500)
    begun = threading.Thread(target=trainings.start, args=(large,), daemon=True)
    begun.start()
    begun.join(5)
    stuck = begun.is_alive()
    os.kill(process.pid, signal.SIGKILL)
    begun.join(10)
    assert not stuck, "everyone waits for a pipe that nobody reads"


@pytest.mark.alone
def test_a_slow_training_is_not_taken_to_hang(trainings):
    # each look at held-out sequences is many seconds after the last; the steps between them are heard of all the same
    slow = TrainingPlan("parity", "split", hidden_size=100, most_steps=20, parameters={"steps": 1000})
    until(trainings, trainings.start(like(SHORT, 9)), lambda one: one.status == "over")  # torch is loaded
    trainings.silence = 6.0
    name = trainings.start(slow)
    seen = set()

    def half_way(found):
        assert found.status in ("queued", "running", "over")
        seen.add(found.trained.step if found.trained else 0)
        return len(seen - {0, 20}) >= 3

    until(trainings, name, half_way)


# ---- visitors who are there, hidden, or gone


@pytest.fixture
def visited():
    """Trainings on a clock of the test's, and the sessions that are connected."""

    class Visited(Trainings):
        now, open = 0.0, frozenset({"mine"})

        def pass_by(self, seconds):
            for _ in range(int(seconds)):
                self.now += 1.0
                self.look()

    made = Visited(
        silence=float("inf"),
        most_workers=1,
        clock=lambda: made.now,
        connected=lambda session: session in made.open,
        make=lambda report, gone: Mock(),  # a process that trains and trains
    )
    yield made
    made.close()


def test_a_hidden_tab_that_asks_once_a_minute_keeps_its_place(visited):
    running, queued = visited.start(LONG), visited.start(SHORT)
    for _ in range(5):  # browsers slow the timers of hidden tabs to one a minute, and some of those come late
        visited.hear(running, "mine")
        visited.hear(queued, "mine")
        visited.pass_by(75)
    assert visited.standing(queued).status == "queued"
    assert not visited.standing(running).left
    assert visited._kept.seats[running].wish == ""


def test_a_connected_page_that_has_moved_on_gives_its_place_up_in_the_end(visited):
    visited.start(LONG)
    queued = visited.start(SHORT)
    visited.hear(queued, "mine")
    visited.pass_by(149)
    assert visited.standing(queued).status == "queued"
    visited.pass_by(3)
    assert visited.standing(queued).left


def test_a_closed_tab_gives_its_place_up_soon_and_a_torn_connection_may_come_back(visited):
    visited.start(LONG)
    queued = visited.start(SHORT)
    visited.hear(queued, "mine")
    visited.pass_by(30)
    visited.open = frozenset()
    visited.pass_by(10)
    visited.open = frozenset({"mine"})
    visited.pass_by(10)
    assert visited.standing(queued).status == "queued"
    visited.open = frozenset()
    visited.pass_by(13)
    assert visited.standing(queued).status == "over"
    assert visited.standing(queued).left


def test_a_server_that_slept_blames_nobody_for_the_silence(visited):
    visited.silence = 60.0
    running, queued = visited.start(LONG), visited.start(SHORT)
    visited.hear(running, "mine")
    visited.hear(queued, "mine")
    visited.pass_by(5)
    visited.now += 3600  # its machine was suspended, or it was itself stopped
    visited.pass_by(5)
    assert [visited.standing(name).status for name in (running, queued)] == ["running", "queued"]
    assert visited._kept.seats[running].wish == ""


def test_streamlit_is_asked_who_is_connected(monkeypatch):
    class Server:
        def is_active_session(self, session):
            return session == "here"

    assert connected("here")
    assert connected("gone"), "without a server nobody can know"
    monkeypatch.setattr("streamlit.runtime.get_instance", Server)
    assert connected("here")
    assert not connected("gone")
    assert connected("")


# ---- what visitors share


def test_what_visitors_share_survives_what_any_of_them_can_clear():
    shared = (shared_trainings, _store, compute_turns, memory)
    before = [one() for one in shared]
    model = keep(saved(Training(SHORT).trained()))
    held = memory().get("test", "shared", lambda: object(), lambda _: 8)
    st.cache_resource.clear()  # pressing c and confirming does this
    st.cache_data.clear()
    assert [one() for one in shared] == before
    assert kept(model).plan == SHORT
    assert memory().get("test", "shared", lambda: object(), lambda _: 8) is held
