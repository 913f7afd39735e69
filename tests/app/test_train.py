"""The Train page as Streamlit runs it: controls, bad settings, a training, its result, what can be taken along."""

import io
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from page import APP, component, payload, said, scene, shown_by, sound
from streamlit.testing.v1 import AppTest

from gruviz.app import model_store, train_results
from gruviz.app.train_controls import _key
from gruviz.app.trainings import trainings
from gruviz.gru import ConcatGRU
from gruviz.packing import unpack
from gruviz.state_dicts import state_dict_file
from gruviz.tasks import TASKS
from gruviz.trace import trace
from gruviz.training_plan import TrainingPlan, first_weights, model_of
from gruviz.words import words

EN, KO = words("en"), words("ko")


def draw():
    from gruviz.app import train

    train.page()


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    trainings().close()
    trainings.clear()


def opened(**query):
    at = AppTest.from_function(draw, default_timeout=60)
    for name, value in query.items():
        at.query_params[name.replace("__", ".")] = value
    return at.run()


def chosen(at, **values):
    for name, value in values.items():
        at.session_state[_key(name.replace("__", "."))] = value
    return at.run()


def labels(at):
    return [button.label for button in at.button]


def trained(at):
    at.button(key="train_start").click().run()
    assert EN["train"]["stop"] in labels(at)
    for _ in range(300):
        time.sleep(0.1)
        if EN["train"]["stop"] not in labels(at.run()):
            return sound(at)
    raise AssertionError("the training did not end")


def test_it_opens_on_the_first_weights_of_a_task():
    at = sound(opened())
    plan = TrainingPlan("delayed_copy")
    found = trace(model_of(plan), plan.made().example(**plan.values).x)
    header, arrays = scene(at)
    assert np.array_equal(arrays["z"], found.z[0, 0])
    assert header["channels"] == list(TASKS["delayed_copy"].channels)
    assert EN["train"]["not_started"] in said(at)
    assert payload(at)["query"] == {"train.task": "delayed_copy"}
    assert labels(at) == [EN["train"]["start"]]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_opens_with_its_story_in_korean_too(task):
    at = sound(chosen(opened(lang="ko"), task=task))
    assert KO["task_stories"][task] in said(at)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"parity__hidden_size": 999}, "The setting hidden_size of a training cannot be 999"),
        ({"parity__learning_rate": -1.0}, "The setting learning_rate of a training cannot be -1.0"),
        ({"parity__p__steps": 5000}, "The parameter steps of parity cannot be 5000"),
        ({"task": "characters", "text": " "}, "There is no text here"),
        ({"task": "characters", "text": "too short"}, "The text has 9 characters"),
    ],
)
def test_a_bad_setting_is_one_sentence_and_start_waits(settings, sentence):
    at = chosen(opened(), **{"task": "parity", **settings})
    assert shown_by(at).startswith(sentence)
    assert at.button(key="train_start").disabled
    assert scene(at)[1]["z"].size


def test_a_training_runs_and_its_snapshots_scrub(monkeypatch):
    at = chosen(opened(), task="parity", parity__hidden_size=4, parity__most_steps=50)
    before = scene(at)[1]["z"]
    at = trained(at)
    plan = TrainingPlan("parity", hidden_size=4, most_steps=50)
    assert EN["training_outcomes"]["steps"].format(step=50) in said(at)
    assert EN["train"]["beyond"] in said(at)
    assert not np.array_equal(scene(at)[1]["z"], before)
    (slider,) = at.select_slider
    assert str(slider.value) == "50"
    slider.set_value(0).run()
    assert np.array_equal(scene(at)[1]["z"], before)
    steps = next(each for each in at.main.number_input if "steps" in each.key)
    steps.set_value(90).run()
    assert scene(at)[0]["trace"]["steps"] == 90
    # another plan is another picture; this one's result comes back with it
    chosen(at, parity__hidden_size=5)
    assert EN["train"]["not_started"] in said(at)
    assert not at.select_slider
    at.selectbox(key="train_earlier").select_index(0).run()
    assert at.number_input(key=_key("parity.hidden_size")).value == 4
    assert EN["train"]["beyond"] in said(at)
    # through training time by itself, to its end
    monkeypatch.setattr(train_results, "PACE", 0.0)
    at.button(key="train_play").click().run()
    seen = []
    while at.session_state[train_results.PLAYED] is not None:
        assert at.select_slider[0].disabled
        seen.append(int(at.select_slider[0].value))
        at.run()
    assert seen == list(plan.snapshot_steps()[1:])
    assert not at.select_slider[0].disabled
    # and to Explore
    at.button(key="train_send").click()
    with pytest.MonkeyPatch.context() as patch:
        again = []
        patch.setattr("streamlit.rerun", lambda: again.append(True))
        at.run()
    assert again
    settings = at.session_state["sent"]
    assert (settings.weights, settings.model, settings.task) == ("mine", "torch", "parity")
    assert model_store.kept(settings.mine).plan == plan


def test_what_plays_waits_for_an_answer_and_a_full_queue_costs_no_result(monkeypatch):
    at = trained(chosen(opened(), task="parity", parity__hidden_size=3, parity__most_steps=30))
    monkeypatch.setattr(train_results, "PACE", 0.0)
    at.button(key="train_play").click().run()
    here = scene(at)[0]["trace"]["id"]
    at.session_state["asked"] = {
        "id": 7, "kind": "explain", "trace": here, "gate": "r", "layer": 0, "t": 2, "unit": 1
    }  # fmt: skip
    at.run()
    reply = unpack(component(at, "bridge").bytes)[0]
    assert (reply["kind"], scene(at)[0]["trace"]["id"]) == ("explain", here)
    assert scene(at.run())[0]["trace"]["id"] != here
    monkeypatch.setattr(trainings(), "most_queued", 0)
    at.button(key="train_start").click().run()
    assert shown_by(at).startswith("0 trainings wait on this server already")
    assert EN["train"]["beyond"] in said(at)


def test_a_link_brings_its_plan_and_says_what_cannot_be_in_it():
    at = sound(opened(train__task="parity", train__model="split", train__hidden_size="6", train__p__steps="30"))
    assert payload(at)["query"] == {
        "train.task": "parity", "train.model": "split", "train.hidden_size": "6", "train.p.steps": "30",
    }  # fmt: skip
    header = scene(at)[0]
    assert (header["trace"]["steps"], header["trace"]["units"]) == (30, 6)
    chosen(at, task="characters", text="what is too long for a link " * 80)
    assert EN["train"]["text_not_in_link"] in [each.value for each in at.sidebar.caption]


def test_settings_can_only_be_looked_at_while_it_trains():
    at = chosen(opened(), task="parity", parity__learning_rate=1e-5, parity__most_steps=50_000)
    at.button(key="train_start").click().run()
    at.run()
    assert at.selectbox(key=_key("task")).disabled
    assert all(each.disabled for each in at.sidebar.number_input)
    at.button(key="train_stop").click().run()
    for _ in range(100):
        time.sleep(0.1)
        if EN["train"]["resume"] in labels(at.run()):
            break
    assert not at.selectbox(key=_key("task")).disabled


def test_a_question_while_it_trains_is_about_the_gates_on_the_stage():
    at = chosen(opened(), task="parity", parity__learning_rate=1e-4, parity__most_steps=50_000)
    at.button(key="train_start").click().run()
    header = scene(at)[0]
    for _ in range(100):  # until it has newer gates than those of the start
        time.sleep(0.1)
        now = scene(at.run())[0]
        if now["trace"]["id"] != header["trace"]["id"]:
            break
    time.sleep(0.6)
    question = {"id": 1, "kind": "explain", "trace": now["trace"]["id"], "gate": "z", "layer": 0, "t": 3, "unit": 2}
    at.session_state["asked"] = question
    at.run()
    reply = unpack(component(at, "bridge").bytes)[0]
    assert (reply["kind"], reply["trace"]) == ("explain", now["trace"]["id"])
    assert scene(at)[0]["trace"]["id"] == now["trace"]["id"]
    at.button(key="train_stop").click().run()


@pytest.mark.parametrize(
    ("task", "metrics", "key"),
    [
        ("delayed_copy", {10: 0.99, 20: 0.97, 30: 0.96, 40: 0.95, 60: 0.88, 100: 0.8}, "breaks"),
        ("delayed_copy", {10: 0.99, 20: 0.97, 30: 0.96, 40: 0.95, 60: 0.95, 100: 0.94}, "holds"),
        ("delayed_copy", {10: 0.1, 20: 0.1, 30: 0.1, 40: 0.1, 60: 0.1, 100: 0.1}, "never"),
        ("adding", {15: 0.03, 30: 0.02, 45: 0.03, 60: 0.04, 90: 0.2, 150: 0.3}, "breaks"),
    ],
)
def test_where_it_breaks_is_a_tenth_of_what_was_learned(task, metrics, key):
    at = {"delayed_copy": 20, "adding": 30}[task]
    said = train_results.where_it_breaks(list(metrics), list(metrics.values()), TASKS[task], at, "en")
    guessing = EN["task_metrics"][f"baseline_{TASKS[task].metric.name}"]
    first, last = {"delayed_copy": (60, 40), "adding": (90, 60)}[task] if key == "breaks" else (0, 100)
    assert said == EN["train"][key].format(first=first, last=last, trained=at, guessing=guessing)


def test_a_rate_that_diverges_is_explained():
    at = chosen(opened(), task="adding", adding__learning_rate=100.0, adding__most_steps=300)
    at.button(key="train_start").click().run()
    for _ in range(300):
        time.sleep(0.1)
        if at.run().error:
            break
    assert "try a smaller learning rate" in shown_by(at)
    # the weights on the stage are those of before it left: the first ones
    before = trace(model_of(TrainingPlan("adding")), TASKS["adding"].example().x)
    assert np.array_equal(scene(at)[1]["h"], before.h[0, 0])


def test_the_state_dict_loads_into_plain_torch_or_into_this_projects_class():
    plan = TrainingPlan("adding", hidden_size=5)
    gru = torch.nn.GRU(2, 5, batch_first=True)
    gru.load_state_dict(torch.load(io.BytesIO(state_dict_file(plan, first_weights(plan)))))
    x = torch.ones(1, 4, 2)
    assert torch.equal(gru(x)[0], model_of(plan).states(x)[0])
    plan = TrainingPlan("adding", "concat", hidden_size=5)
    own = ConcatGRU(2, 5, out_features=1)
    own.load_state_dict(torch.load(io.BytesIO(state_dict_file(plan, first_weights(plan)))))
    assert torch.equal(own.fc(own.states(x)[0]), model_of(plan).fc(model_of(plan).states(x)[0]))


def test_what_is_sent_to_explore_arrives_over_what_its_widgets_still_hold():
    at = sound(AppTest.from_file(APP, default_timeout=60).run())
    at.session_state["sent"] = replace(at.session_state["settings"], weights="parity", model="torch", task="parity")
    at.session_state["set.weights"] = "latch"
    sound(at.run())
    assert at.session_state["settings"].weights == "parity"
    assert "sent" not in at.session_state
