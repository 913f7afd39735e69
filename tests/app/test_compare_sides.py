"""What is compared: the address, and the sides it makes of the settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gruviz.app.compare.sides import (
    READERS_OF,
    Comparison,
    first_change,
    kinds_for,
    sides_of,
    values_named,
    values_of,
)
from gruviz.app.readers import LONGEST_IN_URL
from gruviz.app.settings import Settings
from gruviz.app.subject import reading
from gruviz.inputs.synthetic import FAMILIES
from gruviz.protocol.view import LONGEST_EXPERIMENT
from gruviz.tasks.catalogue import TASKS
from gruviz.wording.words import words

EN = words("en")["compare"]


@given(
    st.dictionaries(st.sampled_from([f"vs.{name}" for name in Comparison.__dataclass_fields__]), st.text(max_size=50))
)
def test_no_link_raises_and_what_it_gives_goes_back_into_it(query):
    found = Comparison.from_query(query)
    again = Comparison.from_query(found.to_query())
    assert again.to_query() == found.to_query()
    assert all(side.name for side in sides_of(Settings.opening({}), found))


def test_a_link_holds_what_is_compared_and_nothing_else():
    assert Comparison("models", third=True, seed=9).to_query() == {"vs.what": "models", "vs.third": "1"}
    assert Comparison.from_query({"vs.what": "what_if", "vs.bent": "lesion u3"}).bent == "lesion u3"
    long = Comparison.from_query({"vs.what": "what_if", "vs.bent": "lesion u3;" * 9_999})
    assert len(long.bent) <= 1500


def test_kinds_there_cannot_be_are_not_offered_and_count_as_models():
    latch = Settings(weights="latch")
    assert "start" not in kinds_for(latch)
    assert "trained" not in kinds_for(latch)
    assert [side.name for side in sides_of(latch, Comparison("start"))] == ["split", "nn.GRU"]
    assert "input" not in kinds_for(Settings(source="table"))


def test_random_weights_are_those_of_the_link_whatever_was_chosen_before():
    left = Settings(weights="parity", trained="torch", model="torch", gain=20.0, layers=3, both=True)
    _, random = sides_of(left, Comparison("random"))
    _, told = sides_of(Settings.opening(left.to_query()), Comparison("random"))
    assert random.settings.gain == told.settings.gain == 1.0
    assert (random.settings.layers, random.settings.both) == (1, False)


def test_each_field_of_a_comparison_has_its_reader_and_a_what_if_its_room():
    assert set(READERS_OF) == set(Comparison.__dataclass_fields__)
    assert LONGEST_EXPERIMENT <= LONGEST_IN_URL


SEQUENCES = [
    *(Settings().with_family(name) for name in FAMILIES),
    *(Settings().with_task(name) for name in TASKS),
]


@given(st.sampled_from(SEQUENCES), st.text(max_size=400))
def test_values_of_any_text_are_those_of_the_sequence_or_nothing(settings, text):
    found = values_of(text, settings)
    assert set(found) <= set(settings.parameter_values())
    assert values_of(values_named(found), settings) == found
    assert all(side.name for side in sides_of(settings, Comparison("input", how="changed", values=text)))


@given(st.sampled_from(SEQUENCES), st.data())
def test_values_come_back_from_the_address(settings, data):
    values = {}
    for each in settings.known:
        drawn = st.integers(int(each.low), int(each.high)) if each.integer else st.floats(each.low, each.high)
        values[each.name] = data.draw(drawn)
    given_back = Comparison.from_query(Comparison("input", how="changed", values=values_named(values)).to_query())
    assert values_of(given_back.values, settings) == values


@pytest.mark.parametrize("settings", SEQUENCES, ids=lambda each: each.task if each.source == "task" else each.family)
def test_there_is_a_change_to_begin_with_that_leaves_the_inputs_as_they_are(settings):
    (name, value), *more = first_change(settings).items()
    assert not more
    changed = settings.with_parameter(name, value)
    assert changed.parameter_values()[name] == value != settings.parameter_values()[name]
    own, _ = reading.sequence_of(settings, None)
    other, _ = reading.sequence_of(changed, None)
    assert own.channels == other.channels
