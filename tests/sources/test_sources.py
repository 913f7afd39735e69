"""What every source of weights says of itself is true of the model it makes."""

from contextlib import suppress

import numpy as np
import pytest

import gruviz
from gruviz.sources.derived import DERIVED, change_title, derive, parse_change
from gruviz.sources.hand_built import Leaky, Preset
from gruviz.sources.random_init import Random
from gruviz.sources.trained import Opened, Shipped, Snapshot
from gruviz.training.plan import TrainingPlan, first_weights
from gruviz.training.saved import shipped
from gruviz.wording.problems import Problem
from gruviz.wording.words import LANGUAGES

PLAN = TrainingPlan("parity", "torch", hidden_size=5)
ORIGINS = (
    Preset("latch"),
    Leaky("2, 8"),
    Random(6, seed=3, gain=2.0),
    Random(6, t_max=30),
    Shipped("parity", "torch"),
    Opened("abc", shipped("parity", "split")),
)
SOURCES = (*ORIGINS, Snapshot("abc", 0, PLAN, first_weights(PLAN)))
KINDS = ("split", "concat", "torch")


@pytest.mark.parametrize("source", SOURCES, ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_its_model_has_its_sizes_its_reset_and_its_head(source, kind):
    model = source.model(kind, 3)
    trace = gruviz.trace(model, np.ones((4, 3), np.float32))
    rows, _, _, units = trace.h.shape
    assert (units, rows) == source.size
    assert trace.meta.reset == source.reset(kind)
    assert (getattr(model, "fc", None) is not None) == (source.plan is not None)
    assert not source.unit_names or len(source.unit_names) == units
    assert source.has_toggle == (source.model("split", 3).kind != source.model("torch", 3).kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_model_holds_the_same_numbers(kind):
    for source in ORIGINS:
        (params,) = source.params(2)
        own = source.model(kind, 2).params()
        for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
            np.testing.assert_allclose(getattr(own, name), getattr(params, name), atol=1e-6)


def test_a_stack_has_numbers_for_every_layer_and_direction():
    source = Random(4, num_layers=3, is_bidirectional=True)
    assert source.size == (4, 6)
    trace = gruviz.trace(source.model("torch", 2), np.ones((5, 2), np.float32))
    assert trace.h.shape == (6, 1, 5, 4)
    with pytest.raises(Problem) as caught:
        derive(source, "z_flipped").model("torch", 2)
    assert caught.value.key == "compare_layers"


@pytest.mark.parametrize("kind", DERIVED, ids=lambda kind: kind.__name__)
def test_a_change_is_named_in_links_and_in_both_languages(kind):
    for change in kind.changes:
        link = kind.prefix + change
        assert parse_change(link) == (kind, change)
        source = derive(Shipped("parity", "torch"), link)
        assert source.link == link
        assert source.key != Shipped("parity", "torch").key
        titles = {change_title(link, language) for language in LANGUAGES}
        assert "" not in titles
    assert change_title("nothing of this name", "en") == ""
    assert "1,200" in change_title("at.abc.1200", "en")


@pytest.mark.parametrize("kind", ["split", "torch"])
@pytest.mark.parametrize("link", [each.prefix + change for each in DERIVED[1:] for change in each.changes])
def test_a_change_says_where_its_reset_gate_acts(link, kind):
    source = derive(Random(4, gain=2.0), link)
    with suppress(Problem):  # not every convention can hold the numbers
        model = source.model(kind, 2)
        assert gruviz.trace(model, np.ones((3, 2), np.float32)).meta.reset == source.reset(kind)


@pytest.mark.parametrize("source", SOURCES, ids=repr)
def test_a_key_is_of_plain_values_alone(source):
    def values(key):
        return [each for one in key for each in (values(one) if isinstance(one, tuple) else [one])]

    assert all(isinstance(each, str | int | float | bool | None) for each in values(source.key))
    assert hash(source) == hash(source)


@pytest.mark.parametrize("source", ORIGINS, ids=repr)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_a_title_a_sentence_and_a_story(source, language):
    trace = gruviz.trace(source.model("split", 2), np.ones((4, 2), np.float32))
    assert source.title(language)
    assert source.sentence(language, trace)
    assert source.story(language)
