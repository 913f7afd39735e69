"""Whatever one chooses, its link opens the same in a fresh session, and a reload too."""

import page
import pytest
from page import choose, counted, payload, sound
from streamlit.testing.v1 import AppTest

from gruviz.app.readers import SOURCES
from gruviz.app.settings import DEFAULT, Settings
from gruviz.inputs.synthetic import FAMILIES
from gruviz.models.gru import MODELS
from gruviz.protocol.view import VIEW_FIELDS
from gruviz.sources.link import ORIGINS
from gruviz.tasks.catalogue import TASKS
from gruviz.training.plan import TrainingPlan

OFFERED = [name for name in ORIGINS if name != "mine"]


def opened(query):
    return page.opened(**query)


def settings_of(at):
    return at.session_state["settings"]


def follows(at):
    """Open the link of a page in a fresh session, and that one's too: a reload."""
    query = payload(at)["query"]
    assert not set(query) & set(VIEW_FIELDS)
    again = opened(query)
    assert counted(settings_of(again)) == counted(settings_of(at))
    assert payload(again)["query"] == query


@pytest.mark.parametrize("weights", OFFERED)
def test_weights_chosen_on_the_opening_page_are_in_its_link(weights):
    at = sound(opened({}))
    sound(choose(at, "weights", weights))
    assert settings_of(at).weights == weights
    follows(at)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("weights", ["latch", "parity", "random"])
def test_a_source_chosen_is_in_its_link(weights, source):
    at = opened({"weights": weights})
    at.selectbox(key="set.source").select(source).run()
    assert settings_of(at).source == source
    follows(at)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_chosen_as_input_is_in_its_link(task):
    at = sound(opened({}))
    sound(at.selectbox(key="set.task").select(task).run())
    follows(at)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_opening_page_in_another_model_and_language_is_itself_again(model, language):
    at = sound(opened({}))
    choose(at, "model", model)
    at.segmented_control(key="set.lang").set_value(language).run()
    assert (settings_of(at).model, settings_of(at).lang, settings_of(at).weights) == (model, language, "delayed_copy")
    follows(sound(at))


def test_a_box_that_was_emptied_is_empty_behind_its_link():
    at = opened({"weights": "random", "source": "numbers"})
    at.text_area(key="set.numbers").set_value("").run()
    follows(at)


@pytest.mark.parametrize("task", TASKS)
def test_the_link_of_the_train_page_gives_the_plan_again(task):
    def draw():
        from gruviz.app.train import page as train

        train.page()

    def on(query):
        at = AppTest.from_function(draw, default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        return sound(at.run())

    at = on({"train.task": task, "train.hidden_size": "7", "lang": "ko"})
    query = payload(at)["query"]
    again = on(query)
    assert at.session_state["train.good"] == again.session_state["train.good"] == TrainingPlan(task, hidden_size=7)
    assert payload(again)["query"] == query
    # where the visitor goes on to Explore, it opens as ever
    opening = Settings.opening({"lang": "ko"})
    assert settings_of(again) == settings_of(at) == opening


# ---- Back and Forward


def back(at, address, visit=1):
    """The visitor goes back to an address; the browser tells it."""
    return page.send(at, {"address": address, "visit": visit}, event="visit", whole=True)


def test_going_back_gives_the_settings_of_the_address_and_the_place_in_it():
    at = sound(opened({}))
    was = settings_of(at)
    sound(choose(at, "weights", "latch"))
    sound(choose(at, "model", "torch"))
    at = sound(back(at, "?weights=delayed_copy&source=task&sseed=83&t=34&unit=3&order=peak"))
    assert counted(settings_of(at)) == counted(was) | {"t": 34, "unit": 3, "order": "peak"}
    header, _ = page.scene(at)
    assert (header["visit"], payload(at)["visit"]) == (1, 1)
    assert (header["view"]["t"], header["view"]["unit"], header["view"]["order"]) == (34, 3, "peak")
    at = sound(back(at, "?weights=latch&model=torch", visit=2))
    assert (settings_of(at).weights, settings_of(at).model) == ("latch", "torch")
    assert page.scene(at)[0]["visit"] == 2
    follows(at)


@pytest.mark.parametrize("address", ["", "?", "?&&=%&weights=<b>", "?" + "a=1&" * 9000, "?weights=" + "x" * 30_000])
def test_going_back_to_a_strange_address_opens_as_it_would(address):
    at = sound(back(opened({"weights": "latch"}), address))
    assert settings_of(at).weights in ("delayed_copy", "latch")


@pytest.mark.parametrize("value", [7, None, [], {"address": 3, "visit": 1}, {"address": "?weights=parity"}])
def test_what_is_no_visit_changes_nothing(value):
    at = sound(opened({"weights": "latch"}))
    sound(page.send(at, value, event="visit", whole=True))
    assert settings_of(at).weights == "latch"


# ---- links written before the weights were always named


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ({}, Settings().with_preset("delayed_copy")),
        ({"model": "torch"}, Settings(model="torch").with_preset("delayed_copy")),
        ({"steps": "60"}, Settings(steps=60)),
        ({"t": "5"}, Settings(t=5)),
        ({"family": "sine", "p.period": "9"}, Settings().with_family("sine").with_parameter("period", 9)),
        ({"weights": "random"}, Settings(weights="random")),
        ({"weights": "latch"}, DEFAULT),
    ],
)
def test_an_old_link_keeps_its_meaning_as_far_as_it_can_be_known(query, meant):
    assert Settings.opening(query) == meant


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_every_kind_of_weights_is_itself_again(family):
    for weights in ORIGINS:
        settings = Settings(mine="0" * 24).with_preset(weights).with_family(family)
        assert counted(Settings.opening(settings.to_query())) == counted(settings)
