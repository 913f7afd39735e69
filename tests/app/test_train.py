"""The Train page as Streamlit runs it: controls, bad settings, a training, its result, what can be taken along."""

import io
import time

import numpy as np
import pytest
import torch
from page import APP, said, scene, shown_by, sound
from streamlit.testing.v1 import AppTest

from gruviz.app import model_store
from gruviz.app.train_controls import _key
from gruviz.app.trainings import trainings
from gruviz.gru import ConcatGRU
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
        at.query_params[name] = value
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


def test_a_training_runs_and_its_snapshots_scrub():
    at = chosen(opened(), task="parity", parity__hidden_size=4, parity__most_steps=50)
    before = scene(at)[1]["z"]
    at = trained(at)
    plan = TrainingPlan("parity", hidden_size=4, most_steps=50)
    assert EN["training_outcomes"]["steps"].format(step=50) in [each.value for each in at.info]
    assert not np.array_equal(scene(at)[1]["z"], before)
    (slider,) = at.select_slider
    assert str(slider.value) == "50"
    slider.set_value(0).run()
    assert np.array_equal(scene(at)[1]["z"], before)
    steps = next(each for each in at.main.number_input if "steps" in each.key)
    steps.set_value(90).run()
    assert scene(at)[0]["trace"]["steps"] == 90
    assert EN["train"]["beyond"] in said(at)
    # and to Explore
    with pytest.MonkeyPatch.context() as patch:
        gone = []
        patch.setattr("streamlit.switch_page", gone.append)
        at.session_state["train.explore"] = "explore"
        at.button(key="train_send").click().run()
        assert gone == ["explore"]
    settings = at.session_state["settings"]
    assert (settings.weights, settings.model, settings.task) == ("mine", "torch", "parity")
    assert model_store.kept(settings.mine).plan == plan


def test_a_rate_that_diverges_is_explained():
    at = chosen(opened(), task="adding", adding__learning_rate=100.0, adding__most_steps=300)
    at.button(key="train_start").click().run()
    for _ in range(300):
        time.sleep(0.1)
        if at.run().error:
            break
    assert "try a smaller learning rate" in shown_by(at)
    assert np.isfinite(scene(at)[1]["h"]).all()


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


def test_the_app_offers_the_page():
    at = sound(AppTest.from_file(APP, default_timeout=60).run())
    assert at.session_state["train.explore"].title == EN["page"]["explore"]
