"""A plan in the address, both ways; nothing in an address can do harm."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gruviz.app.subject.plans import brief, described, fits, from_query, to_query
from gruviz.tasks.catalogue import TASKS
from gruviz.training.plan import TrainingPlan
from gruviz.wording.words import words

PLANS = [
    TrainingPlan("delayed_copy"),
    TrainingPlan("parity", "concat", hidden_size=5, seed=9, parameters={"steps": 12, "noise": 0.1}),
    TrainingPlan("adding", "split", learning_rate=0.003, init="chrono", t_max=25, most_steps=77),
    TrainingPlan("sine", init="chrono", t_max=12.345678901234567, learning_rate=0.1 + 0.2),
    TrainingPlan("characters", text="게이트를 열어 보면 & = # " * 20),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.task)
def test_a_plan_comes_back_from_its_address(plan):
    assert from_query(to_query(plan)) == plan


@pytest.mark.parametrize("task", TASKS)
def test_what_the_task_brings_itself_is_left_out(task):
    assert to_query(TrainingPlan(task)) == {"train.task": task}


def test_a_text_too_long_for_a_link_is_not_in_it():
    plan = TrainingPlan("characters", text="abcdefgh " * 400)
    assert not fits(plan)
    assert to_query(plan) == {"train.task": "characters"}


NAMES = ["task", "model", "hidden_size", "seed", "t_max", "init", "most_steps", "p.gap", "p.steps", "text", "clip"]
VALUES = some.text(max_size=30) | some.text(string.digits + ".e-infa", max_size=50) | some.sampled_from(sorted(TASKS))


@settings(max_examples=80, deadline=None)
@given(some.dictionaries(some.sampled_from([f"train.{name}" for name in NAMES]), VALUES))
def test_any_address_gives_a_plan_or_none(query):
    found = from_query(query)
    assert (found is None) == (query.get("train.task") not in TASKS)
    if found is not None:
        assert from_query(to_query(found)) == found


def test_a_bad_value_leaves_the_others_alone():
    found = from_query({"train.task": "parity", "train.hidden_size": "1e9", "train.seed": "4", "train.p.steps": "-1"})
    assert found == TrainingPlan("parity", seed=4)


def test_plans_are_told_apart_in_words():
    told = {described(plan, "en") for plan in (*PLANS, TrainingPlan("parity"), TrainingPlan("parity", seed=1))}
    assert len(told) == len(PLANS) + 2
    assert words("ko")["task_parameters"]["noise"] in described(PLANS[1], "ko")
    assert words("ko")["train"]["init_chrono"] in described(PLANS[2], "ko")
    alike = [
        TrainingPlan("characters", text="the same beginning " * 30 + end) for end in ("", "a", "b" * 2000, "c" * 2000)
    ]
    assert len({described(plan, "en") for plan in alike}) == len(alike)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_trainings_of_one_task_are_told_apart_where_a_list_is_cut(language):
    plans = [TrainingPlan("parity", hidden_size=size, seed=seed) for size in (6, 9) for seed in (0, 1)]
    assert len({brief(plan, language)[:20] for plan in plans}) == len(plans)
