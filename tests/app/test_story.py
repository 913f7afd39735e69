"""What is said over the stage: where to look, and that what it says is there."""

import re

import numpy as np
import pytest
from page import choose, noted, opened, scene, sound, status

import gruviz
from gruviz.models.presets import PRESETS
from gruviz.sources.link import ORIGINS
from gruviz.sources.trained import carrying_units as carrying
from gruviz.tasks.catalogue import TASKS
from gruviz.tracing.gate_trace import GATES
from gruviz.training.saved import shipped
from gruviz.wording.words import LANGUAGES, words

EN = words("en")
LINK = re.compile(r"\[([^\]]+)\]\((\w+)\)")
STORIES = [name for name in ORIGINS if name != "mine"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_at_most_twelve_words(language):
    for name, sentence in words(language)["sentences"].items():
        read = LINK.sub(r"\1", sentence)
        assert len([word for word in read.split() if re.search(r"\w", word)]) <= 12, name
        assert len(read) <= 80, name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STORIES)
def test_the_words_of_a_story_lead_to_cells_that_are_there(name, language):
    at = sound(choose(opened(weights="latch" if name != "latch" else "reset", lang=language), "weights", name))
    header, over = scene(at)[0], status(at)
    assert over["kind"] == "story"
    steps, units = header["trace"]["steps"], header["trace"]["units"]
    meant = {found for _, found in LINK.findall(over["text"] + over["more"])}
    assert meant | {"watch"} == set(over["places"])
    for place in over["places"].values():
        assert place["gate"] in (*GATES, "x")
        assert 0 <= place["first"] <= place["t"] <= place["last"] < steps
        assert 0 <= place["unit"] < units
        assert all(0 <= unit < units for unit in place["units"])


@pytest.mark.parametrize("name", [*TASKS, *PRESETS])
def test_it_opens_where_the_sentence_says_to_look(name):
    at = sound(choose(opened(weights="random"), "weights", name))
    home, place = scene(at)[0]["home"], status(at)["places"]["watch"]
    assert place["first"] <= home["t"] <= place["last"]
    if name in TASKS:
        assert home["unit"] == place["unit"] == carrying(name, "split")[0]


def test_delayed_copy_opens_on_a_clear_example_in_the_middle_of_its_gap():
    at = sound(opened())
    header, arrays = scene(at)
    labels, place = header["tile"]["labels"], status(at)["places"]["watch"]
    letters = [label for label in labels if label in header["channels"]]
    letters = [letter for letter in letters if letter != "go"]
    assert len(letters) == len(set(letters)) == 2  # not one letter twice
    due = header["tile"]["due"]
    assert [answer for answer in due if answer] == letters
    assert [label for label, answer in zip(labels, due, strict=True) if answer] == ["go", "go"]
    for told in (labels, due):
        assert not any(told[place["first"] : place["last"]])  # nothing is read or due across the gap
    # the sentence is true of the units that are framed, taken together
    z = arrays["z"][place["first"] : place["last"] + 1]
    assert z[:, place["units"]].mean() > 0.5


@pytest.mark.parametrize(
    ("weights", "key"),
    [({}, "random"), ({"gain": 6}, "random_between"), ({"zbias": 10, "rbias": 10}, "random_saturated")],
)
def test_random_weights_are_told_by_what_their_gates_do(weights, key):
    at = sound(opened(weights="random", **weights))
    assert status(at)["text"] == EN["sentences"][key]
    _, arrays = scene(at)
    near = float((np.abs(np.stack([arrays["z"], arrays["r"]]) - 0.5) > 0.4).mean())
    low, high = {"random": (0, 0.1), "random_between": (0.1, 0.9), "random_saturated": (0.9, 1)}[key]
    assert low <= near <= high


def test_the_toggle_keeps_the_numbers_of_a_trained_model_and_says_so():
    at = sound(opened())
    held = shipped("delayed_copy", "split").model().params()
    x = scene(at)[1]["x"]
    assert noted(at) == ""
    sound(choose(at, "model", "concat"))
    assert noted(at) == ""  # the same function
    sound(choose(at, "model", "torch"))
    found = gruviz.trace(gruviz.TorchGRU.from_params(held), x)
    assert np.array_equal(scene(at)[1]["h"], found.h[0, 0])
    assert noted(at) == EN["page"]["trained_mismatch"].format(trained="split", model="nn.GRU")
    # those trained as nn.GRU are a choice of their own, in the line and in the sidebar
    assert at.segmented_control(key="set.trained").value == "split"
    sound(choose(at, *status(at)["act"][:2]))
    own = gruviz.TorchGRU.from_params(shipped("delayed_copy", "torch").model().params())
    assert np.array_equal(scene(at)[1]["h"], gruviz.trace(own, x).h[0, 0])
    assert at.segmented_control(key="set.trained").value == "torch"
    assert noted(at) == ""


def test_a_link_of_before_there_was_that_choice_keeps_its_meaning():
    at = sound(opened(weights="parity", source="task", task="parity", model="torch"))
    own = gruviz.TorchGRU.from_params(shipped("parity", "torch").model().params())
    assert np.array_equal(scene(at)[1]["h"], gruviz.trace(own, scene(at)[1]["x"]).h[0, 0])
