"""Settings <-> URL: what one can choose comes back, what is hostile falls back, nothing raises."""

import string
from dataclasses import FrozenInstanceError, fields, replace

import hypothesis
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from page import counted

from gruviz.app.readers import (
    LONGEST_IN_URL,
    LONGEST_SUBSET,
    MAX_LAYERS,
    MAX_UNITS,
    PARAMETER,
    READERS,
    SOURCES,
    WRITERS,
)
from gruviz.app.settings import DEFAULT, NAMES, Settings
from gruviz.inputs.parameters import MAX_SEED
from gruviz.inputs.scaling import SCALINGS
from gruviz.inputs.synthetic import FAMILIES, MAX_STEPS, generate
from gruviz.inputs.text import ENCODINGS, UNITS
from gruviz.models.presets import PRESETS
from gruviz.protocol.view import (
    COLOURS,
    CUT,
    DIAGRAMS,
    EQUATIONS,
    LONGEST_EXPERIMENT,
    PANELS,
    SHOWS,
    VIEW_FIELDS,
    XSCALES,
)
from gruviz.sources.link import ORIGINS
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.characters import MOST_SYMBOLS
from gruviz.tracing.analysis import ORDERS


def whole(low, high):
    return st.integers(low, high) | st.sampled_from([low, high])


def decimal(low, high):
    """Numbers as controls give them: a few decimals."""
    return st.integers(int(low * 1000), int(high * 1000)).map(lambda k: k / 1000) | st.sampled_from([low, high])


def values_of(known):
    made = {p.name: whole(int(p.low), int(p.high)) if p.integer else decimal(p.low, p.high) for p in known}
    return st.fixed_dictionaries({}, optional=made)


TYPED = st.text(min_size=1, max_size=LONGEST_IN_URL)
STEP = st.none() | whole(0, MAX_STEPS - 1)
CHOSEN = {
    "lang": st.sampled_from(["en", "ko"]),
    "model": st.sampled_from(["split", "concat", "torch"]),
    "weights": st.sampled_from(tuple(ORIGINS)),
    "hidden": whole(1, MAX_UNITS),
    "seed": whole(0, MAX_SEED),
    "gain": decimal(0.0, 20.0),
    "zbias": decimal(-10.0, 10.0),
    "rbias": decimal(-10.0, 10.0),
    "halves": st.text(min_size=1, max_size=80),
    "tmax": whole(3, MAX_STEPS),
    "layers": whole(1, MAX_LAYERS),
    "both": st.booleans(),
    "trained": st.sampled_from(["split", "torch"]),
    "hide": st.text("zrnhxy", max_size=6),
    "large": st.sampled_from(["", *PANELS]),
    "colours": st.sampled_from(COLOURS),
    "xscale": st.sampled_from(XSCALES),
    "out": st.none() | whole(0, MOST_SYMBOLS - 1),
    "bent": st.text(max_size=LONGEST_EXPERIMENT) | st.just("clamp z 1 u3,5-7 t5-9; lesion u3"),
    "drawn": st.text(max_size=LONGEST_EXPERIMENT),
    "show": st.sampled_from(SHOWS),
    "rising": st.booleans(),
    "mine": st.text(max_size=64),
    "source": st.sampled_from(SOURCES),
    "task": st.sampled_from(list(TASKS)),
    "family": st.sampled_from(list(FAMILIES)),
    "steps": whole(1, MAX_STEPS),
    "sseed": whole(0, MAX_SEED),
    "numbers": TYPED,
    "text": TYPED,
    "per": st.sampled_from(UNITS),
    "code": st.sampled_from(ENCODINGS),
    "esize": whole(1, MAX_UNITS),
    "table": TYPED,
    "header": st.sampled_from(["auto", "yes", "no"]),
    "columns": st.lists(st.text(min_size=1, max_size=30) | st.sampled_from([",", "%", "%2C", "a,b"]), max_size=6).map(
        tuple
    ),
    "labels": st.text(max_size=80),
    "scale": st.sampled_from(SCALINGS),
    "layer": whole(0, 2 * MAX_LAYERS - 1),
    "t": STEP,
    "unit": st.none() | whole(0, MAX_UNITS - 1),
    "gate": st.sampled_from(PANELS),
    "first": whole(0, MAX_STEPS - 1),
    "last": STEP,
    "order": st.sampled_from(ORDERS),
    "turned": st.booleans(),
    "subset": st.text(max_size=LONGEST_SUBSET) | st.sampled_from(["0-7, 12", "latch, half-way"]),
    "stat": st.sampled_from(["mean", "low", "high"]),
    "diagram": st.sampled_from(DIAGRAMS),
    "equations": st.sampled_from(EQUATIONS),
}


@st.composite
def chosen(draw):
    """Settings a visitor can reach: any of them changed, and the sequence's own parameters."""
    apart = ("family", "source", "task")
    changed = draw(st.fixed_dictionaries({}, optional={k: v for k, v in CHOSEN.items() if k not in apart}))
    settings = replace(DEFAULT, **changed)
    for name, change in (
        ("family", Settings.with_family),
        ("task", Settings.with_task),
        ("source", Settings.with_source),
    ):
        if draw(st.booleans()):
            settings = change(settings, draw(CHOSEN[name]))
    for name, value in draw(values_of(settings.known)).items():
        settings = settings.with_parameter(name, value)
    return settings


def test_every_field_has_a_reader_and_a_writer():
    names = [field.name for field in fields(Settings)]
    assert tuple(names) == NAMES
    assert set(READERS) == set(WRITERS) == set(names) - {"parameters"} == set(CHOSEN)
    assert not any(name.startswith(PARAMETER) for name in names)


def test_the_browsers_own_fields_are_the_view_and_nothing_that_changes_a_number():
    assert VIEW_FIELDS == (
        "layer",
        "t",
        "unit",
        "gate",
        "out",
        "first",
        "last",
        "order",
        "turned",
        "subset",
        "stat",
        "diagram",
        "equations",
        "hide",
        "large",
        "colours",
        "xscale",
        "bent",
        "drawn",
        "show",
    )
    assert NAMES[-len(VIEW_FIELDS) :] == VIEW_FIELDS


def test_the_default_is_the_latch_with_its_sequence_and_a_link_names_it():
    assert Settings() == DEFAULT
    assert (DEFAULT.lang, DEFAULT.model, DEFAULT.weights, DEFAULT.source) == ("en", "split", "latch", "synthetic")
    preset = PRESETS["latch"]
    assert (DEFAULT.family, DEFAULT.steps) == (preset.family, preset.steps)
    assert dict(DEFAULT.parameters) == preset.parameters
    assert DEFAULT.to_query() == {"weights": "latch"}
    assert Settings.from_query({}) == DEFAULT
    assert DEFAULT.with_preset("latch") == DEFAULT


def test_settings_are_frozen_and_hashable():
    with pytest.raises(FrozenInstanceError):
        DEFAULT.model = "torch"
    assert len({DEFAULT, Settings(), replace(DEFAULT, seed=1)}) == 2


@hypothesis.settings(deadline=None)
@given(chosen())
@example(replace(DEFAULT, t=0, unit=0, last=0))
@example(replace(DEFAULT, gain=0.0, zbias=-0.001))
@example(DEFAULT.with_family("set_reset"))
def test_a_link_gives_the_settings_back(settings):
    query = settings.to_query()
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in query.items())
    assert counted(Settings.from_query(query)) == counted(Settings.opening(query)) == counted(settings)
    assert settings.fits_url
    assert Settings.from_query(query).to_query() == query


@hypothesis.settings(deadline=None)
@given(chosen())
def test_the_query_holds_what_differs_and_nothing_else(settings):
    query = settings.to_query()
    usual = replace(DEFAULT, trained="torch" if settings.model == "torch" else "split")
    differing = {name for name in settings.counting if getattr(settings, name) != getattr(usual, name)}
    assert {key for key in query if not key.startswith(PARAMETER)} == {"weights"} | differing
    own = {PARAMETER + p.name for p in settings.known}
    assert {key for key in query if key.startswith(PARAMETER)} <= own


@hypothesis.settings(deadline=None)
@given(chosen(), st.sampled_from(tuple(ORIGINS)))
def test_a_preset_brings_its_sequence_and_its_place(settings, name):
    found = settings.with_preset(name)
    assert counted(Settings.from_query(found.to_query())) == counted(found)
    assert found.weights == name
    kept = replace(found, weights=settings.weights)
    if name not in (*PRESETS, *TASKS):
        assert kept == settings
        return
    if name in TASKS:
        assert (found.source, found.task, found.parameters) == ("task", name, ())
        assert (found.sseed, found.trained == "torch") == (TASKS[name].clear, found.model == "torch")
    else:
        preset = PRESETS[name]
        assert (found.source, found.family, found.steps) == ("synthetic", preset.family, preset.steps)
        assert {**found.parameter_values(), **preset.parameters} == found.parameter_values()
    assert (found.layer, found.t, found.unit, found.first, found.last) == (0, None, None, 0, None)
    assert (found.scale, found.gate, found.subset) == ("none", "h", "")
    assert (found.bent, found.drawn, found.show) == ("", "", "bent")
    assert found.shows_preset_input
    assert not found.with_family("sine").shows_preset_input
    changed = {
        "scale",
        "source",
        "task",
        "family",
        "steps",
        "parameters",
        "layer",
        "t",
        "unit",
        "first",
        "last",
        "gate",
        "subset",
        "sseed",
        "out",
        "bent",
        "drawn",
        "show",
        *(("trained",) if name in TASKS else ()),
    }
    for field in set(NAMES) - changed:
        assert getattr(kept, field) == getattr(settings, field)


@hypothesis.settings(deadline=None)
@given(chosen(), st.sampled_from(list(FAMILIES)))
def test_another_family_starts_at_its_own_defaults(settings, name):
    found = settings.with_family(name)
    assert counted(Settings.from_query(found.to_query())) == counted(found)
    assert (found.source, found.family) == ("synthetic", name)
    assert found.parameter_values() == {p.name: p.default for p in FAMILIES[name].parameters}
    before = {name: getattr(settings, name) for name in ("source", "family", "parameters", "drawn")}
    assert replace(found, **before) == settings
    assert found.drawn == ""


@hypothesis.settings(deadline=None)
@given(st.sampled_from(list(FAMILIES)), st.data())
def test_a_parameter_is_set_and_set_back(name, data):
    settings = replace(DEFAULT, seed=5).with_family(name)
    family = FAMILIES[name]
    for parameter, value in data.draw(values_of(family.parameters)).items():
        changed = settings.with_parameter(parameter, value)
        assert changed.parameter_values()[parameter] == value
        assert counted(Settings.from_query(changed.to_query())) == counted(changed)
        default = next(p.default for p in family.parameters if p.name == parameter)
        assert changed.with_parameter(parameter, default) == settings


def test_the_order_of_changes_does_not_matter():
    base = DEFAULT.with_family("sine")
    one = base.with_parameter("period", 7.0).with_parameter("amplitude", 2.0)
    other = base.with_parameter("amplitude", 2.0).with_parameter("period", 7.0)
    assert one == other
    assert hash(one) == hash(other)


# ---- an experiment

BENT, DRAWN = "clamp z 1 u3,5-7 t5-9; lesion u3", "1a2b3c4d 0-9 0.5 12-40"


def test_an_experiment_travels_in_the_link_both_ways_and_is_no_part_of_what_a_link_without_one_says():
    settings = replace(DEFAULT, bent=BENT, drawn=DRAWN, show="difference")
    query = settings.to_query()
    assert query == {"weights": "latch", "bent": BENT, "drawn": DRAWN, "show": "difference"}
    assert Settings.opening(query) == settings
    assert (settings.view.bent, settings.view.drawn, settings.view.show) == (BENT, DRAWN, "difference")
    assert Settings.opening({"weights": "latch"}).view.bent == ""


def test_an_experiment_too_long_for_a_link_is_left_out_of_it_and_said():
    fits, too_long = "u" * LONGEST_EXPERIMENT, "u" * (LONGEST_EXPERIMENT + 1)
    assert LONGEST_EXPERIMENT == LONGEST_IN_URL
    for name in ("bent", "drawn"):
        assert replace(DEFAULT, **{name: fits}).fits_url
        assert not replace(DEFAULT, **{name: too_long}).fits_url
        assert replace(DEFAULT, **{name: too_long}).to_query() == {"weights": "latch"}


@pytest.mark.parametrize(("name", "piece"), [("bent", "clamp z 1 u{};"), ("drawn", "{}:0.5 ")])
@pytest.mark.parametrize("count", [250, 10_000])
def test_an_experiment_too_long_is_read_as_far_as_a_link_reaches_with_a_mark_at_its_end(name, piece, count):
    text, separator = "".join(piece.format(k % 90 + 10) for k in range(count)), piece[-1]
    found = getattr(Settings.from_query({name: text}), name)
    assert LONGEST_EXPERIMENT - len(piece) - 4 <= len(found) <= LONGEST_EXPERIMENT
    kept, _, mark = found.rpartition(separator)
    assert mark == CUT
    assert text.startswith(kept + separator)
    assert all(each in text.split(separator) for each in kept.split(separator))  # none is half an edit
    # it stays what it is: in the link it writes, and read again
    assert Settings.from_query(Settings.from_query({name: text}).to_query()).to_query()[name] == found
    assert READERS[name](text[:1000]) == text[:1000]
    assert READERS[name]("x" * 100_000) == separator + CUT
    assert READERS[name](7) is None


DRAWN_OVER = [
    ("source", "text"),
    ("source", "task"),
    ("task", "parity"),
    ("family", "sine"),
    ("steps", 50),
    ("sseed", 3),
    ("numbers", "1 2"),
    ("text", "ab"),
    ("per", "words"),
    ("code", "embedding"),
    ("esize", 3),
    ("table", "1,2"),
    ("header", "no"),
    ("columns", ("a",)),
    ("labels", "a"),
    ("rising", True),
    ("scale", "standard"),
]


@pytest.mark.parametrize(("name", "value"), DRAWN_OVER)
def test_what_was_drawn_goes_with_its_input_and_what_is_bent_stays(name, value):
    found = replace(DEFAULT, bent=BENT, drawn=DRAWN, show="free").chosen(name, value)
    assert (found.bent, found.drawn, found.show) == (BENT, "", "free")


def test_what_was_drawn_goes_with_a_parameter_of_its_sequence():
    assert replace(DEFAULT, drawn=DRAWN).with_parameter("gap", 30).drawn == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", "torch"),
        ("weights", "random"),
        ("weights", "mine"),
        ("hidden", 3),
        ("seed", 4),
        ("gain", 2.0),
        ("layers", 2),
        ("both", True),
        ("trained", "torch"),
        ("lang", "ko"),
        ("order", "peak"),
        ("unit", 3),
    ],
)
def test_an_experiment_stays_with_other_weights_and_another_model(name, value):
    settings = replace(DEFAULT, bent=BENT, drawn=DRAWN, show="free")
    found = settings.chosen(name, value)
    assert (found.bent, found.drawn, found.show) == (BENT, DRAWN, "free")


def test_a_link_to_the_train_page_brings_no_experiment_to_the_other_pages():
    found = Settings.opening({"train.task": "parity", "bent": BENT, "drawn": DRAWN, "show": "free"})
    assert found == Settings.opening({})


# ---- what a link cannot hold is said


LENGTHY = st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=30), st.integers(1, 90))


@hypothesis.settings(deadline=None)
@given(chosen(), st.lists(LENGTHY, max_size=4).map(tuple), LENGTHY, st.data())
def test_where_the_page_says_the_link_holds_everything_it_does(settings, columns, labels, data):
    typed = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(("numbers", "text", "table"), LENGTHY)))
    settings = replace(settings, columns=columns, labels=labels, **typed)
    again = Settings.from_query(settings.to_query())
    if settings.fits_url:
        used = {
            "numbers": ("numbers",),
            "text": ("text",),
            "table": ("table", "columns", "labels"),
            "synthetic": (),
            "task": (),
        }
        used["file"] = ("columns", "labels")
        for name in used[settings.source]:
            assert getattr(again, name) == getattr(settings, name), name


def test_a_long_column_name_comes_back_or_the_page_says_that_it_does_not():
    settings = replace(DEFAULT, source="table", labels="a long column name " * 6)
    assert not settings.fits_url or Settings.from_query(settings.to_query()).labels == settings.labels


def test_many_columns_come_back_or_the_page_says_that_they_do_not():
    settings = replace(DEFAULT, source="table", columns=tuple(f"a column of the table {k}" for k in range(80)))
    assert not settings.fits_url or Settings.from_query(settings.to_query()).columns == settings.columns


@pytest.mark.parametrize("source", ["numbers", "text", "table"])
def test_over_long_text_is_left_out_and_said(source):
    fits, too_long = "1 " * (LONGEST_IN_URL // 2), "1 " * (LONGEST_IN_URL // 2) + "1"
    assert replace(DEFAULT, source=source, **{source: fits}).fits_url
    settings = replace(DEFAULT, source=source, **{source: too_long})
    assert not settings.fits_url
    assert settings.to_query() == {"weights": "latch", "source": source}
    assert replace(DEFAULT, **{source: too_long}).fits_url  # it is not what is shown


# ---- hostile links

HOSTILE = (
    st.text()
    | st.text(st.characters(exclude_categories=()))
    | st.text(string.digits + "-+.eE_ ", max_size=60)
    | st.sampled_from(
        [
            "",
            " ",
            "nan",
            "inf",
            "-inf",
            "1e999",
            "-0",
            "0",
            "1",
            "-1",
            "1e9",
            "9" * 5000,
            "٣",
            "１",
            "1_0",
            "0x10",
            "None",
            "True",
            "<script>alert(1)</script>",
            "{}",
            "%s",
            "\x00",
            "../../etc/passwd",
            "'; DROP TABLE",
            "𝟙",
            "²",
            ",",
            "%2C",
        ]
    )
)
KEYS = st.sampled_from(
    [*NAMES, "p.", "p.nonsense", "p.steps", *(PARAMETER + p.name for f in FAMILIES.values() for p in f.parameters)]
)


def is_valid(settings):
    for name in READERS:
        value = getattr(settings, name)
        if value is not None and value != getattr(DEFAULT, name):
            assert READERS[name](WRITERS[name](value)) == value, name
    generated = generate(settings.family, 1, 0, **settings.parameter_values())  # refuses what is out of range
    assert generated.steps == 1
    hash(settings)
    return True


@hypothesis.settings(deadline=None)
@given(st.dictionaries(KEYS | st.text(), HOSTILE, max_size=12))
def test_no_link_raises_and_every_link_gives_valid_settings(query):
    found = Settings.from_query(query)
    assert is_valid(found)
    assert counted(Settings.from_query(found.to_query())) == counted(found)


@hypothesis.settings(deadline=None)
@given(st.dictionaries(st.text().filter(lambda key: key not in NAMES and not key.startswith(PARAMETER)), HOSTILE))
def test_unknown_names_change_nothing(query):
    assert Settings.from_query(query) == DEFAULT


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lang", "fr"),
        ("lang", "EN"),
        ("model", "lstm"),
        ("model", ""),
        ("weights", "../latch"),
        ("hidden", "0"),
        ("hidden", "1025"),
        ("hidden", "1e2"),
        ("hidden", "-4"),
        ("hidden", "16.0"),
        ("hidden", "9" * 100),
        ("seed", "-1"),
        ("seed", str(2**32)),
        ("gain", "-0.1"),
        ("gain", "20.1"),
        ("gain", "nan"),
        ("gain", "inf"),
        ("zbias", "-10.01"),
        ("rbias", "1e400"),
        ("halves", "1" * 81),
        ("tmax", "2"),
        ("tmax", "100001"),
        ("layers", "0"),
        ("layers", "5"),
        ("both", "true"),
        ("both", "2"),
        ("source", "http"),
        ("family", "Sine"),
        ("steps", "0"),
        ("steps", "100001"),
        ("numbers", "1" * 1501),
        ("per", "bytes"),
        ("code", "utf-8"),
        ("esize", "0"),
        ("esize", "1025"),
        ("header", "maybe"),
        ("columns", "a,,b"),
        ("scale", "log"),
        ("layer", "8"),
        ("layer", "-1"),
        ("t", "-1"),
        ("t", "100000"),
        ("unit", "1024"),
        ("first", "x"),
        ("last", "-1"),
        ("stat", "median"),
        ("gate", "Z"),
        ("gate", "zr"),
        ("order", "random"),
        ("subset", "1" * 201),
        ("show", "both"),
        ("show", ""),
        ("diagram", "cell"),
        ("equations", "none"),
        ("parameters", "gap"),
        ("p.gap", "0"),
        ("p.gap", "1.5"),
        ("p.gap", "nan"),
        ("p.jitter", "2"),
        ("p.amplitude", "2"),
    ],
)
def test_each_bad_value_falls_back_and_the_rest_stays(name, text):
    found = Settings.from_query({name: text, "sseed": "77"})
    assert found == replace(DEFAULT, sseed=77)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden", "1024", 1024),
        ("seed", "0", 0),
        ("gain", "2.5", 2.5),
        ("gain", "20", 20.0),
        ("zbias", "-10", -10.0),
        ("both", "1", True),
        ("columns", "a%2Cb,c%25", ("a,b", "c%")),
        ("t", "0", 0),
        ("last", "99999", 99_999),
        ("text", "안녕", "안녕"),
        ("stat", "high", "high"),
        ("gate", "x", "x"),
        ("order", "half_life", "half_life"),
        ("numbers", "", ""),
        ("subset", "0-7, 12", "0-7, 12"),
        ("diagram", "layer", "layer"),
        ("diagram", "lines", "lines"),
        ("equations", "numbers", "numbers"),
        ("model", "torch", "torch"),
        ("steps", "100000", 100_000),
        ("bent", BENT, BENT),
        ("drawn", "", ""),
        ("show", "difference", "difference"),
    ],
)
def test_good_values_are_read(name, text, value):
    found = getattr(Settings.from_query({name: text}), name)
    assert found == value
    assert type(found) is type(value)


def test_a_parameter_is_read_for_the_family_of_the_link():
    assert dict(Settings.from_query({"p.gap": "30"}).parameters) == {"gap": 30}
    assert Settings.from_query({"family": "sine", "p.gap": "30"}).parameters == ()
    assert dict(Settings.from_query({"family": "sine", "p.period": "7.5"}).parameters) == {"period": 7.5}
    # back at the family's own default, which is not the latch's
    assert Settings.from_query({"p.gap": "25"}).parameter_values()["gap"] == 25


def test_a_link_to_the_train_page_keeps_its_place_and_leaves_the_other_pages_as_they_open():
    found = Settings.opening({"train.task": "parity", "t": "5", "unit": "3", "lang": "ko", "hidden": "7"})
    assert (found.t, found.unit, found.lang) == (5, 3, "ko")
    assert replace(found, t=None, unit=None) == Settings.opening({"lang": "ko"})
