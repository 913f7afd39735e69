"""Many visitors and few trainings: seats at the same one, results that are there at once, waits, several processes.

The processes are the test's own, and so is the clock: nothing here waits for anything.
"""

from dataclasses import replace

import numpy as np
import pytest

from gruviz.app.server import trainings as module
from gruviz.app.server.trainings import Trainings
from gruviz.training.loop import Point
from gruviz.training.plan import TrainingPlan
from gruviz.training.process import Report
from gruviz.training.workers import spare_cores
from gruviz.wording.problems import Problem

PLAN = TrainingPlan("parity", hidden_size=4, most_steps=1000)


def plan(seed):
    return replace(PLAN, seed=seed)


class Process:
    """Notes its orders, and reports when the test says so."""

    def __init__(self, report, gone):
        self._report, self._gone, self.orders, self.killed, self.closed = report, gone, [], False, False

    def alive(self):
        return not self.killed

    def send(self, order):
        self.orders.append(order)

    def kill(self):
        self.killed = True

    def close(self):
        self.closed = True

    end = close

    def done(self, kind):
        return [order.id for order in self.orders if order.kind == kind]

    def tell(self, step, outcome="running", seconds=None, **more):
        """Report on what was last begun; the weights of a step are that step."""
        name = self.done("train")[-1]
        seconds = step / 100 if seconds is None else seconds
        point, weights = Point(step, 0.5, 0.5), {"fc.bias": np.full(3, step, np.float32)}
        over = outcome != "running" or bool(more.get("fault"))
        self._report(
            self, Report(name, over, False, step, outcome, seconds, None, (point,), ((step, weights),), step, **more)
        )


class Hall(Trainings):
    """Trainings on the test's clock and processes."""

    def __init__(self, **given):
        self.now, self.made = 0.0, []
        super().__init__(
            clock=lambda: self.now, make=self._make, connected=lambda session: session != "closed", **given
        )

    def _make(self, report, gone):
        self.made.append(Process(report, gone))
        return self.made[-1]

    @property
    def process(self):
        (only,) = self.made
        return only

    def of(self, *names):
        return [self.standing(name).status for name in names]


@pytest.fixture
def hall():
    made = Hall(most_workers=1)
    yield made
    made.close()


@pytest.fixture
def wide():
    made = Hall(most_workers=3)
    yield made
    made.close()


# ---- one training for all who ask for it


def test_who_starts_a_plan_that_runs_watches_the_training_there_is(hall):
    first = hall.start(PLAN)
    hall.process.tell(100)
    second, third = hall.start(PLAN), hall.start(TrainingPlan("parity", hidden_size=4, most_steps=1000))
    assert len(hall.process.done("train")) == 1
    assert hall.of(first, second, third) == ["running"] * 3
    assert hall.standing(first).trained is hall.standing(third).trained
    assert [hall.standing(name).others for name in (first, second, third)] == [2, 2, 2]
    assert len({first, second, third}) == 3
    hall.process.tell(1000, "steps")
    assert hall.of(first, second, third) == ["over"] * 3
    assert [hall.standing(name).before for name in (first, second)] == [None, None]
    assert hall.standing(third).trained.outcome == "steps"


def test_who_starts_a_plan_that_waits_waits_at_the_same_place(hall):
    running, waiting, also, behind = hall.start(PLAN), hall.start(plan(1)), hall.start(plan(1)), hall.start(plan(2))
    assert [hall.standing(name).place for name in (running, waiting, also, behind)] == [0, 1, 1, 2]
    hall.stop(waiting)
    assert [hall.standing(name).place for name in (also, behind)] == [1, 2]
    hall.pause(also)
    assert hall.standing(behind).place == 1
    assert hall.of(waiting, also) == ["over", "paused"]
    hall.resume(also)
    assert hall.standing(also).place == 1, "a paused one is next"


@pytest.mark.parametrize(
    ("order", "status"), [("pause", "paused"), ("stop", "over"), ("forget", None), ("left", "over")]
)
def test_what_one_visitor_does_is_no_affair_of_another(hall, order, status):
    mine, other = hall.start(PLAN), hall.start(PLAN)
    hall.process.tell(100)
    if order == "left":
        hall.hear(mine, "closed")
        for _ in range(14):
            hall.now += 1.0
            hall.look()
    else:
        getattr(hall, order)(mine)
    found = hall.standing(mine)
    assert (found and found.status) == status
    assert hall.process.done("halt") == []
    hall.process.tell(500)
    assert (hall.standing(other).status, hall.standing(other).trained.step) == ("running", 500)
    if found is None:
        return
    # what was learned when it was left stays what it was, and is the same memory
    found = hall.standing(mine)
    assert (found.trained.step, found.trained.outcome, found.left) == (100, "cancelled", order == "left")
    assert [step for step, _ in found.trained.snapshots] == [100]
    assert found.others == 1
    hall.resume(mine)
    assert hall.process.done("train") == ["0"]
    assert hall.standing(mine).trained is hall.standing(other).trained
    hall.process.tell(1000, "goal")
    assert hall.of(mine, other) == ["over", "over"]


def test_what_is_held_shares_the_arrays_of_the_training(hall):
    mine, _ = hall.start(PLAN), hall.start(PLAN)
    hall.process.tell(1)
    (own,) = hall._kept.jobs.values()
    hall.pause(mine)
    kept = hall.standing(mine).trained.snapshots[0][1]
    assert kept is own.snapshots[1]
    hall.process.tell(8)  # 1 is a step that is kept, 8 and 400 are not
    assert own.snapshots[1] is kept
    assert hall._kept.seats[mine].bytes() == 8, "of its history; the arrays are the training's own"
    third = hall.start(PLAN)
    hall.process.tell(400)
    hall.pause(third)
    hall.process.tell(500)
    assert own.snapshots.keys() == {1, 500}
    assert hall._kept.seats[third].bytes() == 3 * 8 + 12, "the weights of step 400 are held here alone"


def test_the_last_one_out_halts_it(hall):
    names = [hall.start(PLAN) for _ in range(3)]
    hall.process.tell(100)
    hall.pause(names[0])
    hall.stop(names[1])
    assert hall.process.done("halt") == []
    hall.pause(names[2])
    assert hall.process.done("halt") == ["0"]
    hall.process.tell(101, "cancelled")
    assert hall.of(*names) == ["paused", "over", "paused"]
    assert [hall.standing(name).trained.step for name in names] == [100, 100, 101]
    hall.resume(names[0])
    assert hall.of(*names) == ["running", "over", "paused"]
    hall.process.tell(300)
    assert [hall.standing(name).trained.step for name in names] == [300, 100, 101]


def test_who_comes_while_it_halts_has_it_go_on(hall):
    first = hall.start(PLAN)
    hall.process.tell(100)
    hall.pause(first)
    second = hall.start(PLAN)
    assert hall.of(first, second) == ["running", "running"]
    hall.process.tell(101, "cancelled")
    assert hall.of(first, second) == ["paused", "running"]
    assert len(hall.process.done("train")) == 2
    hall.process.tell(200)
    assert [hall.standing(name).trained.step for name in (first, second)] == [101, 200]


@pytest.mark.parametrize("halt", ["pause", "stop"])
def test_who_starts_a_plan_that_somebody_has_halted_sees_it_from_its_beginning(hall, halt):
    first = hall.start(PLAN)
    hall.process.tell(100)
    getattr(hall, halt)(first)
    hall.process.tell(101, "cancelled")
    second = hall.start(PLAN)
    assert hall.process.done("train") == ["0", "1"]
    assert hall.standing(second).trained is None
    assert hall.standing(second).others == 0
    hall.process.tell(1000, "steps")
    assert [hall.standing(name).trained.step for name in (first, second)] == [101, 1000]
    # the other goes on from where it was
    hall.resume(first)
    assert hall.process.done("train") == ["0", "1", "0"]


def test_the_cap_ends_it_for_all_and_each_may_resume(hall):
    names = [hall.start(PLAN) for _ in range(3)]
    hall.process.tell(500, "time")
    assert hall.of(*names) == ["over"] * 3
    assert {hall.standing(name).trained.outcome for name in names} == {"time"}
    hall.resume(names[1])
    assert hall.of(*names) == ["over", "running", "over"]
    hall.resume(names[0])
    assert len(hall.process.done("train")) == 2
    assert hall.standing(names[0]).others == 1


def test_a_fault_is_told_to_all_who_watch(hall):
    paused, first, second = (hall.start(PLAN) for _ in range(3))
    hall.process.tell(100)
    hall.pause(paused)
    hall.process.tell(100, fault="MemoryError")
    assert hall.of(paused, first, second) == ["paused", "failed", "failed"]
    hall.resume(second)
    assert hall.of(paused, first, second) == ["paused", "failed", "running"]


# ---- results that are there already


def ended(hall, of=PLAN, outcome="goal"):
    name = hall.start(of)
    hall.process.tell(1000, outcome)
    return name


def test_a_result_that_is_held_is_there_at_once_and_said_to_be(hall):
    ended(hall)
    hall.now += 30.0
    later = hall.start(PLAN)
    found = hall.standing(later)
    assert (found.status, found.before, found.trained.outcome) == ("over", 30.0, "goal")
    assert hall.process.done("train") == ["0"]


def test_a_result_is_there_even_where_the_queue_is_full(hall):
    ended(hall)
    hall.start(plan(1))
    hall.most_queued = 0
    assert hall.standing(hall.start(PLAN)).status == "over"
    with pytest.raises(Problem, match="0 trainings already wait on this server"):
        hall.start(plan(2))
    assert len(hall._kept.jobs) == 2


def test_a_result_others_hold_is_not_lost_by_one_who_forgets_it(hall):
    first = ended(hall)
    second = hall.start(PLAN)
    hall.forget(first)
    assert hall.standing(first) is None
    assert hall.standing(second).status == "over"
    hall.forget(second)
    assert hall.standing(hall.start(PLAN)).before == 0.0, "and stays for who comes next"


def test_what_has_not_ended_is_kept_for_nobody(hall):
    name = hall.start(PLAN)
    hall.process.tell(100)
    hall.forget(name)
    assert hall._kept.jobs == {}
    assert hall.process.done("halt") == hall.process.done("drop") == ["0"]
    other = hall.start(PLAN)
    assert hall.standing(other).status == "queued"
    hall._report(hall.process, Report("0", True, outcome="cancelled"))
    assert hall.standing(other).status == "running"


def test_before_my_eyes_trains_it_anew_and_others_may_join_while_it_is_young(hall):
    first = ended(hall)
    anew = hall.start(PLAN, anew=True)
    assert hall.standing(anew).status == "running"
    hall.process.tell(100, seconds=5.0)
    joined = hall.start(PLAN, anew=True)
    assert hall.process.done("train") == ["0", "1"]
    assert hall.standing(joined).others == 1
    assert hall.standing(hall.start(PLAN)).before is not None, "who does not ask for it has the result"
    hall.process.tell(300, seconds=11.0)  # its beginning can no longer be seen
    assert hall.standing(hall.start(PLAN, anew=True)).status == "queued"
    assert hall.standing(first).status == "over"


# ---- limits


def test_a_class_of_a_hundred_on_plans_of_their_own_is_not_refused_and_keeps_its_results(hall):
    names = [hall.start(plan(seed)) for seed in range(100)]
    assert hall.of(*names) == ["running"] + ["queued"] * 99
    for _ in names:
        hall.process.tell(1000, "steps")
    assert hall.of(*names) == ["over"] * 100


def test_bytes_are_bounded_too(hall):
    first, second = ended(hall), ended(hall, plan(1))
    hall._kept.most_bytes = 300  # a result is 12 bytes of weights and 128 of its one point
    third = ended(hall, plan(2))
    assert hall.standing(first) is None
    assert hall.of(second, third) == ["over", "over"]
    running = hall.start(plan(3))
    waits = hall.start(TrainingPlan("characters", text="a text that takes room in the queue " * 20))
    assert hall.of(running, waits) == ["running", "queued"]
    with pytest.raises(Problem, match="1 trainings already wait on this server"):
        hall.start(plan(5))


def test_seats_are_bounded(hall):
    hall._kept.most_seats = 10
    first = ended(hall)
    for _ in range(8):
        hall.start(PLAN)
    hall.now += 1.0
    other = ended(hall, plan(1))
    assert hall.standing(first) is not None
    assert hall.standing(hall.start(plan(1))) is not None
    assert hall.standing(first) is None, "the ones not heard of for longest go"
    assert hall.standing(other) is not None


# ---- several processes


def test_as_many_processes_as_cores_less_one(monkeypatch):
    for cores, most in (({0}, 1), ({0, 1}, 1), (set(range(8)), 7)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: cores, raising=False)
        assert spare_cores() == most
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert spare_cores() == 1


def test_processes_begin_as_they_are_needed_and_each_takes_one(wide):
    wide.warm()
    assert len(wide.made) == 1
    names = [wide.start(plan(seed)) for seed in range(5)]
    assert len(wide.made) == 3
    assert wide.of(*names) == ["running"] * 3 + ["queued"] * 2
    wide.made[1].tell(1000, "steps")
    assert wide.of(*names) == ["running", "over", "running", "running", "queued"]
    assert wide.made[1].done("train") == ["1", "3"]


def test_a_paused_one_goes_on_in_the_process_that_knows_it(wide):
    names = [wide.start(plan(seed)) for seed in range(3)]
    wide.made[1].tell(100)
    wide.pause(names[1])
    wide.made[1].tell(101, "cancelled")
    other = wide.start(plan(3))
    assert wide.made[1].done("train") == ["1", "3"]
    wide.made[0].tell(1000, "steps")
    wide.resume(names[1])
    assert wide.of(names[1], other) == ["queued", "running"], "another process would begin it anew"
    wide.made[1].tell(1000, "steps")
    assert wide.made[1].done("train") == ["1", "3", "1"]


def test_one_that_hangs_leaves_the_others_going(wide):
    names = [wide.start(plan(seed)) for seed in range(4)]
    for _ in range(65):
        wide.now += 1.0
        for quick in (wide.made[0], wide.made[2]):
            quick.tell(int(wide.now))
        for name in names:
            wide.hear(name)
        wide.look()
    assert wide.of(*names) == ["running", "failed", "running", "running"]
    assert [made.killed for made in wide.made] == [False, True, False, False]
    assert wide.standing(names[1]).hung
    assert wide.made[3].done("train") == ["3"]


def test_one_that_ends_leaves_the_others_going(wide):
    names = [wide.start(plan(seed)) for seed in range(3)]
    wide.made[2].killed = True
    wide._gone(wide.made[2])
    assert wide.of(*names) == ["running", "running", "failed"]
    wide.resume(names[2])
    assert wide.of(*names) == ["running"] * 3
    assert len(wide.made) == 4


def test_processes_that_have_long_rested_end_but_one_and_those_that_hold_something(wide, monkeypatch):
    names = [wide.start(plan(seed)) for seed in range(3)]
    wide.made[1].tell(1000, "steps")
    wide.made[0].tell(1000, "steps")
    wide.made[2].tell(10)
    wide.pause(names[2])
    wide.made[2].tell(11, "cancelled")
    monkeypatch.setattr(module, "SLEPT", 1e9)
    wide.now += module.IDLE + 1.0
    wide.look()
    assert [made.closed for made in wide.made] == [False, True, False]
    assert wide.of(*names) == ["over", "over", "paused"]


def test_nothing_begins_once_all_have_been_ended(hall):
    hall.start(PLAN)
    hall.start(plan(1))
    process = hall.process
    hall.close()
    assert process.closed
    process.tell(1000, "steps")
    hall.look()
    hall.start(plan(2))
    assert hall.made == [process]


# ---- how long a wait is


def test_a_wait_is_what_is_left_of_those_that_run_and_what_the_last_ones_took(hall):
    running, first, second = hall.start(PLAN), hall.start(plan(1)), hall.start(plan(2))
    assert hall.standing(first).wait is None, "nothing is known yet"
    hall.now += 10.0
    hall.process.tell(500, seconds=10.0)  # 50 steps/s, 500 steps to go
    assert hall.standing(running).ends == 10.0
    assert hall.standing(first).wait == 10.0
    assert hall.standing(second).wait == 10.0 + 20.0
    hall.now += 4.0
    hall.process.tell(1000, "goal", seconds=14.0)  # it has taken 14 s of the clock
    assert hall.standing(second).wait == 14.0
    hall.now += 5.0
    assert hall.standing(second).wait == 9.0, "the rate of the one that runs is not known yet"
    assert hall.standing(first).wait is None, "it runs"


def test_no_training_is_expected_to_take_longer_than_the_cap(hall):
    _, first, second = hall.start(PLAN), hall.start(plan(1)), hall.start(plan(2))
    hall.now += 100.0
    hall.process.tell(1, seconds=100.0)
    assert hall.standing(first).wait == 80.0
    assert hall.standing(second).wait == 80.0 + 180.0


def test_a_wait_is_shared_by_the_processes(wide):
    names = [wide.start(plan(seed)) for seed in range(7)]
    wide.now += 10.0
    for made, step in zip(wide.made, (500, 250, 100), strict=True):
        made.tell(step, seconds=10.0)  # 10, 30 and 90 s to go; 20, 40 and 100 s in all
    each = 40.0
    assert [wide.standing(name).wait for name in names[3:]] == pytest.approx([10.0, 30.0, 10.0 + each, 30.0 + each])


def test_who_is_next_after_a_hang_waits_no_less_than_nothing(hall):
    _, first = hall.start(PLAN), hall.start(plan(1))
    hall.process.tell(500, seconds=1.0)
    hall.now += 1000.0
    assert hall.standing(first).wait == 0.0


def test_small_ones_are_not_expected_to_take_what_large_ones_take(hall):
    small = replace(PLAN, most_steps=100)
    names = [hall.start(replace(PLAN, most_steps=50_000)), *(hall.start(replace(small, seed=seed)) for seed in (1, 2))]
    hall.now += 180.0
    hall.process.tell(9000, "time", seconds=180.0)
    hall.resume(names[0])
    assert hall.standing(names[1]).status == "running"
    assert [hall.standing(name).wait for name in (names[2], names[0])] == pytest.approx([2.0, 4.0])


def test_those_that_run_are_expected_to_reach_their_goal_as_others_have(hall):
    names = [hall.start(plan(seed)) for seed in range(3)]
    hall.now += 5.0
    hall.process.tell(250, "goal", seconds=5.0)
    hall.now += 2.0
    hall.process.tell(100, seconds=2.0)
    assert hall.standing(names[1]).ends == 18.0, "at the latest"
    assert hall.standing(names[2]).wait == 3.0
    hall.now += 4.0
    hall.process.tell(300, seconds=6.0)
    assert hall.standing(names[2]).wait == 14.0, "it has not, so it may take all its steps"
