"""The trainings of one server: one at a time, a queue, a cap, leaving, pausing; the same weights as in one process."""

import time

import numpy as np
import pytest
import torch

from gruviz.app.trainings import Trainings
from gruviz.problems import Problem
from gruviz.training import Training
from gruviz.training_plan import TrainingPlan

SHORT = TrainingPlan("parity", hidden_size=4, most_steps=60, parameters={"steps": 8})
LONG = TrainingPlan("parity", hidden_size=4, most_steps=50_000, parameters={"steps": 8}, snapshots=5, seed=3)


@pytest.fixture(scope="module")
def made():
    one = Trainings(most_queued=2)
    yield one
    one.close()


@pytest.fixture
def trainings(made):
    made.cap, made.patience, made.most_kept = 180.0, 60.0, 64
    yield made
    for name in list(made._jobs):
        made.forget(name)
    until(made, None, lambda _: made._running is None)


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
    first, second, third = (trainings.start(LONG) for _ in range(3))
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
    name = trainings.start(LONG)
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
    trainings.most_kept = 1
    first = trainings.start(SHORT)
    until(trainings, first, lambda one: one.status == "over")
    second = trainings.start(SHORT)
    assert trainings.standing(first) is None
    until(trainings, second, lambda one: one.status == "over")


def test_a_process_that_dies_fails_its_training_and_the_next_begins_anew(trainings):
    name = trainings.start(LONG)
    until(trainings, name, has_begun)
    trainings._worker._process.kill()
    assert until(trainings, name, lambda one: one.status == "failed").resumable
    found = until(trainings, trainings.start(SHORT), lambda one: one.status == "over")
    assert found.trained.step == 60
