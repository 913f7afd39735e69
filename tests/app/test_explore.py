"""The Explore page as Streamlit runs it: every model and sequence, bad input, links, languages."""

import csv
import io
import logging
import zipfile
from base64 import b64decode
from urllib.parse import parse_qsl

import numpy as np
import pytest
from page import (
    APP,
    choose,
    counted,
    drawn,
    looked,
    noted,
    numbers_drawn,
    offered,
    opened,
    payload,
    said,
    scene,
    send,
    shown_by,
    sound,
    status,
    told,
    unescaped,
)
from streamlit.testing.v1 import AppTest
from torch import nn

import gruviz
from gruviz.app.explore import checks as checking
from gruviz.app.explore import page as explore
from gruviz.app.explore.equations import equations
from gruviz.app.server.memory import memory
from gruviz.app.settings import NAMES, Settings
from gruviz.app.stage import Seen
from gruviz.app.subject import reading, runs
from gruviz.app.subject.weights import source_of
from gruviz.inputs.synthetic import FAMILIES, generate
from gruviz.inputs.typed_numbers import parse_numbers
from gruviz.models.gru import MODELS
from gruviz.models.presets import PRESETS, leaky
from gruviz.models.random_weights import random_params
from gruviz.protocol.view import VIEW_FIELDS
from gruviz.sources.link import ORIGINS
from gruviz.tasks.catalogue import TASKS
from gruviz.wording.problems import Problem
from gruviz.wording.words import words
from gruviz.wording.written import plain

EN, KO = words("en"), words("ko")


def formula(at):
    (found,) = at.latex
    return found.value.strip("$\n")


def view(at):
    return scene(at)[0]["view"]


# ---- it opens on the latch


def test_it_opens_on_the_latch_with_its_gates():
    at = sound(opened(weights="latch"))
    x = generate("set_reset", 100, 0, gap=14).x
    trace = gruviz.trace(gruviz.SplitGRU.from_params(PRESETS["latch"].params()), x)
    for gate in "zrnh":
        assert np.array_equal(drawn(at, gate), getattr(trace, gate)[0, 0].T)
    assert status(at)["text"] == EN["sentences"]["latch"]
    assert EN["stories"]["latch"] in told(at)
    assert not at.latex  # it is written once it is in view, and then of every picture
    assert formula(looked(at)) == equations("split")
    assert EN["page"]["badge_model"].format(model="split", reset="before") in said(at)
    assert payload(at) == {
        "query": {"weights": "latch"},
        "names": [name for name in NAMES if name not in VIEW_FIELDS],
        "prefixes": ["p.", "train.", "vs."],
        "theme": "light",
        "ink": "#111111",
        "halo": "#ffffff",
        "charts": "explore",
        "skip": EN["page"]["skip"],
        "folded": EN["page"]["folded"],
        "language": "en",
        "cookie": None,
        "visit": 0,
    }
    header, arrays = scene(at)
    assert (header["home"], header["view"]["t"], header["view"]["unit"]) == ({"t": 7, "unit": 0}, None, None)
    assert header["unit_names"] == list(PRESETS["latch"].units)
    assert header["words"]["keeps"] == "z = 1 keeps"
    assert np.array_equal(arrays["before"], trace.h0[0, 0])


def test_the_stage_stands_in_the_same_place_whatever_is_said_above_it():
    def place(at):
        return next(k for k, each in at.main.children.items() if getattr(each, "type", "") == "bidi_component")

    usual = place(sound(opened(weights="latch")))
    assert place(sound(opened(weights="random", model="torch", layers=2))) == usual
    assert place(sound(opened(family="sine"))) == usual  # a note on the preset's inputs
    assert place(opened(source="numbers", numbers="a b")) == usual  # an error
    assert place(sound(opened(steps=60_000, hidden=8, weights="random"))) == usual


def test_the_checks_are_computed_once_they_are_looked_at(monkeypatch):
    asked, real = [], checking.checks
    monkeypatch.setattr(checking, "checks", lambda *a: asked.append(a) or real(*a))
    at = sound(opened(weights="random", seed=123))
    assert asked == []
    assert EN["page"]["badge_checking"] in said(at)
    at = sound(looked(at))
    assert len(asked) == 1
    assert EN["page"]["badge_checking"] not in said(at)
    assert EN["page"]["badge_exact"].split("{")[0] in said(at)
    # another picture's are not those looked at; what somebody has asked for is there at once
    at.session_state["set.seed"] = 124
    assert EN["page"]["badge_checking"] in said(sound(at.run()))
    assert EN["page"]["badge_checking"] not in said(sound(opened(weights="random", seed=123)))
    assert len(asked) == 1


def test_what_a_browser_says_of_the_checks_does_no_harm():
    at = opened(weights="random", seed=125)
    for value in (None, 5, ["x"], {"a": 1}, "x" * 100_000):
        at = sound(send(at, value, event="look", whole=True, of="inview"))
        assert EN["page"]["badge_checking"] in said(at)


# ---- every model x every sequence


@pytest.mark.parametrize("weights", ["latch", "random"])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("model", MODELS)
def test_every_model_draws_every_sequence(model, family, weights):
    # the page's own default for this family is the latch's gap
    gap = {"p__gap": 25} if family == "set_reset" else {}
    at = sound(opened(model=model, family=family, weights=weights, sseed=3, steps=60, **gap))
    sequence = generate(family, 60, 3)
    inputs = sequence.inputs
    params = PRESETS["latch"].params(inputs) if weights == "latch" else random_params(inputs, 16, 0)
    trace = gruviz.trace(MODELS[model].from_params(params), sequence.x)
    for gate in "zrnh":
        assert np.array_equal(drawn(at, gate), getattr(trace, gate)[0, 0].T)
    at = sound(looked(at))
    assert formula(at) == equations(model)
    assert EN["equivalence"][model].split("{")[0] in said(at)
    assert ":green-badge[" in said(at)
    assert ":orange-badge[" not in said(at)


@pytest.mark.parametrize("weights", [name for name in ORIGINS if name not in (*TASKS, "latch", "random", "mine")])
@pytest.mark.parametrize("model", MODELS)
def test_every_kind_of_weights_is_drawn_and_told(model, weights):
    at = sound(choose(opened(weights="latch", model=model), "weights", weights))
    assert payload(at)["query"].get("model", "split") == model
    assert EN["stories"][weights].split("{")[0] in told(at)
    if weights in PRESETS:
        preset = PRESETS[weights]
        x = generate(preset.family, preset.steps, 0, **preset.parameters).x
        trace = gruviz.trace(MODELS[model].from_params(preset.params()), x)
        assert np.array_equal(drawn(at, "h"), trace.h[0, 0].T)
        unit, step = preset.watch
        assert scene(at)[0]["home"] == {"t": step, "unit": unit}
        assert (view(at)["t"], view(at)["unit"]) == (None, None)
    else:
        assert drawn(at, "h").shape == (16, 100)
    assert payload(at)["query"]["weights"] == weights


def test_switching_the_model_keeps_the_numbers_and_says_what_differs():
    at = looked(opened(weights="random", gain=3, hidden=8, seed=4))
    found = {}
    for model in MODELS:
        sound(choose(at, "model", model))
        found[model] = drawn(at, "h")
        assert EN["models_about"][model] in said(at)
        assert payload(at)["query"].get("model", "split") == model
    np.testing.assert_allclose(found["split"], found["concat"], atol=1e-6)
    assert np.abs(found["split"] - found["torch"]).max() > 0.1
    assert f"up to **{np.abs(found['split'] - found['torch']).max():.2g}**" in said(sound(looked(at)))


def test_where_the_models_happen_to_agree_the_page_says_so():
    assert EN["equivalence"]["same"] in said(sound(looked(opened(weights="latch"))))
    assert EN["equivalence"]["same"] not in said(sound(looked(opened(weights="random", gain=3))))


@pytest.mark.parametrize(("model", "other"), [("split", "torch"), ("concat", "torch"), ("torch", "split")])
def test_where_nn_gru_differs_is_seen_as_a_picture(model, other):
    at = sound(looked(opened(weights="reset", source="synthetic", family="set_reset", model=model)))
    x, params = generate("set_reset", 100, 0, gap=14).x, PRESETS["reset"].params()
    h = {name: gruviz.trace(MODELS[name].from_params(params), x).h[0, 0] for name in (model, other)}
    apart = np.abs(h[model] - h[other])
    step, unit = np.unravel_index(apart.argmax(), apart.shape)
    name = PRESETS["reset"].units[unit]
    assert name == "reader"  # memory, the unit the story is about, is the same in both
    (caption,) = [one.value for one in at.caption if "The maximum is in unit" in one.value]
    assert caption.endswith(f"The maximum is in unit {name} at step {step}.")
    assert EN["models"][model] in caption
    assert EN["models"][other] in caption
    (image,) = images(at)
    svg = b64decode(image.split("base64,")[1].split('"')[0]).decode()
    assert f">{apart.max():.2g}</text>" in svg
    assert not images(sound(looked(opened(weights="latch"))))


def images(at):
    return [one.proto.body for one in at.get("html") if "<img" in one.proto.body]


# ---- the visitor's own sequence


@pytest.mark.parametrize(
    ("link", "inputs", "steps"),
    [
        ({"source": "numbers", "numbers": "0 1 0 0 1"}, 1, 5),
        ({"source": "numbers", "numbers": "0,1\n1,0\n0.5,-2"}, 2, 3),
        ({"source": "text", "text": "안녕하세요"}, 5, 5),
        ({"source": "text", "text": "a b a", "per": "words"}, 2, 3),
        ({"source": "text", "text": "hello", "code": "embedding", "esize": 7}, 7, 5),
        ({"source": "table"}, 2, 5),
        ({"source": "table", "table": "1\t2\n3\t4", "header": "no"}, 2, 2),
        ({"source": "table", "columns": "price", "labels": "time"}, 1, 5),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_every_source_is_drawn(model, link, inputs, steps):
    at = sound(opened(model=model, weights="random", **link))
    assert drawn(at, "h").shape == (16, steps)
    assert f"inputs {inputs}" in at.sidebar.caption[-1].value
    assert f"steps {steps}" in at.sidebar.caption[-1].value


@pytest.mark.parametrize("source", ["synthetic", "numbers", "text", "table"])
def test_every_source_is_reached_from_the_sidebar(source):
    at = sound(opened(weights="latch").selectbox(key="set.source").select(source).run())
    assert payload(at)["query"].get("source", "synthetic") == source
    assert drawn(at, "h").shape[0] == 4


def test_labels_of_the_input_reach_the_stage():
    at = sound(opened(source="table", labels="time"))
    header, _ = scene(at)
    assert header["tile"]["labels"] == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert header["channels"] == ["price", "volume"]
    assert at.multiselect(key="set.columns").options == ["time", "price", "volume"]


@pytest.mark.parametrize("how", ["standard", "minmax", "maxabs"])
def test_scaling_is_applied_and_stated(how):
    at = sound(opened(source="numbers", numbers="1 3 5"))
    assert "Scaled" not in at.sidebar.caption[-1].value
    sound(at.selectbox(key="set.scale").select(how).run())
    x = np.array([1.0, 3.0, 5.0])
    offset, scale = {"standard": (3, x.std()), "minmax": (3, 2), "maxabs": (0, 5)}[how]
    assert f"(value − {offset:.4g}) / {scale:.4g}" in unescaped(at.sidebar.caption[-1].value)
    np.testing.assert_allclose(drawn(at, "x")[0], (x - offset) / scale, atol=1e-6)


def test_an_offset_below_zero_is_stated_with_one_sign():
    at = sound(opened(source="numbers", numbers="-5 -3 -1", scale="minmax"))
    assert "(value + 3) / 2" in unescaped(at.sidebar.caption[-1].value)


def test_a_preset_on_a_sequence_of_other_width_says_what_happens():
    assert not noted(opened(weights="latch"))
    assert noted(sound(opened(family="sine"))) == EN["page"]["adapted_fewer"].format(wanted=2, found=1)
    at = sound(opened(family="symbols"))
    assert noted(at) == EN["page"]["adapted_more"].format(wanted=2, found=5)
    # the way back is a button
    name, value, text = status(at)["act"]
    assert text == EN["page"]["bring_back"]
    assert status(sound(choose(at, name, value)))["text"] == EN["sentences"]["latch"]
    assert numbers_drawn(at) == numbers_drawn(opened(weights="latch"))


def test_a_sequence_of_one_step_is_drawn():
    for model in MODELS:
        at = sound(opened(source="numbers", numbers="1", model=model))
        assert drawn(at, "h").shape == (4, 1)


# ---- bad input: one sentence, the last good picture, the typed text


BAD = [
    ("numbers", "numbers", "0 1 x 1", Problem("not_a_number", line=1, column=3, word="x")),
    ("numbers", "numbers", "1 2\n3", Problem("ragged_row", line=2, found=1, expected=2)),
    ("numbers", "numbers", "", Problem("no_numbers")),
    ("numbers", "numbers", "1 nan 2", Problem("not_finite", line=1, column=2, word="nan")),
    ("numbers", "numbers", "1 **bold** 2", Problem("not_a_number", line=1, column=2, word="**bold**")),
    ("text", "text", "", Problem("no_text")),
    ("table", "table", "a,b\n1,2\n3,x", None),
    ("table", "table", "a,b", None),
    ("table", "table", "", None),
]


@pytest.mark.parametrize(
    ("source", "area", "typed", "problem", "language"),
    [*((*bad, "en") for bad in BAD), (*BAD[0], "ko"), (*BAD[-1], "ko")],
)
def test_bad_input_is_one_sentence_and_nothing_is_lost(source, area, typed, problem, language):
    at = sound(opened(source=source, weights="random", lang=language))
    good = numbers_drawn(at)
    at.text_area(key=f"set.{area}").set_value(typed).run()
    sentence = shown_by(at).removesuffix(" " + words(language)["page"]["last_good"])
    assert sentence != shown_by(at)
    if problem is not None:
        assert sentence == words(language)["problems"][problem.key].format(**problem.fields)
    assert sentence.count("\n") == 0
    assert numbers_drawn(at) == good
    assert at.text_area(key=f"set.{area}").value == typed
    at.text_area(key=f"set.{area}").set_value(
        {"numbers": "1 2 3", "text": "abc", "table": "a,b\n1,2\n3,4\n5,6"}[area]
    ).run()
    sound(at)
    assert numbers_drawn(at) != good


def test_a_visitors_text_is_not_read_as_markup():
    at = opened(source="numbers", numbers="1 [a](http://x) $z$ :red[q]")
    assert '"[a](http://x)"' in shown_by(at)  # word for word: only a story has links, see assets/stage/headline.js


def test_a_link_with_bad_input_opens_with_the_sentence_and_the_default_picture():
    at = opened(source="numbers", numbers="a b")
    assert "which is not a number" in shown_by(at)
    assert numbers_drawn(at) == numbers_drawn(opened())  # the example gruviz opens with
    assert at.text_area(key="set.numbers").value == "a b"


def test_while_the_input_is_bad_the_page_still_answers():
    at = opened(source="numbers")
    at.text_area(key="set.numbers").set_value("bad").run()
    before = numbers_drawn(at)
    at.segmented_control(key="set.lang").set_value("ko").run()
    assert KO["page"]["last_good"] in shown_by(at)
    assert numbers_drawn(at).keys() == before.keys()
    assert at.text_area(key="set.numbers").value == "bad"


@pytest.mark.parametrize("typed", ["x", "2, 0", "-1", "", "1 2 3 4 5 6 7 8 9", "1e7"])
def test_bad_half_lives_are_one_sentence(typed):
    at = sound(opened(weights="leaky", family="impulse"))
    good = numbers_drawn(at)
    at.text_input(key="set.halves").set_value(typed).run()
    assert "one to eight numbers above 0" in shown_by(at)
    assert numbers_drawn(at) == good
    assert at.text_input(key="set.halves").value == typed


@pytest.mark.parametrize(
    ("typed", "units"), [("4", [4.0]), ("1.5, 3, 100", [1.5, 3.0, 100.0]), ("2 2", [2.0, 2.0]), ("0.0001", [1e-4])]
)
def test_half_lives_of_ones_own_are_units_of_their_own(typed, units):
    at = sound(opened(weights="leaky", family="impulse", steps=140))
    sound(at.text_input(key="set.halves").set_value(typed).run())
    z = drawn(at, "z")
    assert z.shape[0] == len(units)
    np.testing.assert_allclose(z[:, 0], [0.5 ** (1 / steps) for steps in units], atol=1e-6)
    assert typed in told(
        sound(opened(weights="leaky", family="impulse", halves=typed, steps=140, p__position=0.05, p__width=40))
    )
    assert scene(at)[0]["unit_names"] == [f"half-life {steps:g}" for steps in units]


def test_the_default_half_lives_are_those_of_the_story():
    at = sound(opened(weights="leaky", family="impulse"))
    trace = gruviz.trace(gruviz.SplitGRU.from_params(leaky()), generate("impulse", 100, 0).x)
    assert np.array_equal(drawn(at, "h"), trace.h[0, 0].T)
    assert scene(at)[0]["unit_names"] == ["half-life 2", "half-life 8", "half-life 32"]


# ---- files


def uploaded(at, name, data):
    at.file_uploader(key="upload").upload(name, data, "application/octet-stream").run()
    return at


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "1,2")
    return out.getvalue()


def saved(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "x"),
    [
        ("mine.csv", b"a,b\n1,2\n3,4\n5,6\n", [[1, 2], [3, 4], [5, 6]]),
        ("mine.TSV", b"a\tb\n1\t2\n3\t4\n", [[1, 2], [3, 4]]),
        ("mine.txt", b"1 2 3 4", [[1], [2], [3], [4]]),
        ("mine.npy", saved(np.array([[0.5, -1.0], [2.0, 3.0]])), [[0.5, -1], [2, 3]]),
    ],
)
def test_an_uploaded_file_is_drawn(name, data, x):
    waiting = opened(source="file", weights="random")
    assert EN["problems"]["no_file"] in noted(waiting)  # no error: nothing was given yet
    at = sound(uploaded(waiting, name, data))
    assert drawn(at, "x").T.tolist() == x
    assert EN["page"]["link_note_file"] in at.main.caption[-1].value


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("mine.csv", zipped(), "file_is_zip"),
        ("mine.csv", "a,b\n1,ü\n".encode("latin-1"), "wrong_encoding"),
        ("mine.csv", b"", "empty_table"),
        ("mine.csv", b"1,2\n3,inf\n", "not_finite"),
        ("mine.npy", b"not an array", "npy_not_array"),
        ("mine.npy", saved(np.array([object()], dtype=object)), "npy_dtype"),
        ("mine.txt", b"a long text about nothing in particular", "text_file"),
    ],
)
def test_a_bad_file_is_one_sentence_and_the_last_good_picture_stays(name, data, key):
    at = sound(uploaded(opened(source="file", weights="random"), "good.csv", b"a,b\n1,2\n3,4\n5,6\n"))
    good = numbers_drawn(at)
    uploaded(at, name, data)
    assert EN["page"]["last_good"] in shown_by(at)
    start = EN["problems"][key].split("{")[0] or EN["problems"][key].split("}")[1].split("{")[0]
    assert start in shown_by(at)
    assert numbers_drawn(at) == good


def test_a_file_is_read_as_the_header_control_says():
    at = uploaded(opened(source="file", weights="random"), "mine.csv", b"1,2\n3,4\n")
    assert drawn(sound(at), "h").shape == (16, 2)
    at.segmented_control(key="set.header").set_value("yes").run()
    assert drawn(sound(at), "h").shape == (16, 1)
    assert at.multiselect(key="set.columns").options == ["1", "2"]


@pytest.mark.parametrize(("language", "words"), [("en", EN), ("ko", KO)])
def test_a_file_of_koreas_excel_is_read_and_the_page_says_how(language, words):
    data = "시각,값,양\n0,1,5\n1,2,3\n2,0,4\n".encode("cp949")
    at = sound(uploaded(opened(source="file", weights="random", lang=language), "표.csv", data))
    assert words["page"]["encoding_cp949"] in [each.value for each in at.sidebar.caption]
    assert scene(at)[0]["channels"] == ["값", "양"]
    sound(uploaded(at, "표.csv", data.decode("cp949").encode()))
    assert not [each.value for each in at.sidebar.caption if "CP949" in each.value]


def test_a_file_of_another_kind_is_sent_and_refused_in_a_sentence():
    at = opened(source="file", weights="random")
    assert list(at.file_uploader(key="upload").proto.type) == []  # the browser refuses none by its name
    uploaded(at, "talk.pptx", b"PK..")
    assert EN["problems"]["unknown_file_kind"].split("{choices}")[0].format(name="talk.pptx") in shown_by(at)


# ---- a column that only rises

RISING = "time,price,volume\n0,1.5,7\n1,1.25,9\n2,1.75,8"


def read_of(at):
    """The channels and the labels the stage has, and what the sidebar says of columns."""
    header = scene(at)[0]
    return header["channels"], header["tile"]["labels"], [unescaped(each.value) for each in at.sidebar.caption][:-1]


def test_a_column_that_only_rises_labels_the_steps_and_one_click_reads_it():
    at = sound(opened(source="table", weights="random", table=RISING))
    said = EN["page"]["clock_labels"].format(column="**time**")
    assert read_of(at) == (["price", "volume"], ["0", "1", "2"], [said])
    assert "rising" not in payload(at)["query"]
    sound(at.toggle(key="set.rising").set_value(True).run())
    assert read_of(at) == (["time", "price", "volume"], [], [])
    again = sound(opened(**payload(at)["query"]))  # the link gives back what was chosen
    assert read_of(again) == read_of(at)
    sound(again.toggle(key="set.rising").set_value(False).run())
    assert read_of(again)[0] == ["price", "volume"]


@pytest.mark.parametrize(
    ("link", "channels", "labels", "said"),
    [
        ({"columns": "time,price"}, ["time", "price"], [], None),
        ({"columns": "price"}, ["price"], ["0", "1", "2"], "clock_labels"),
        ({"labels": "volume"}, ["price"], ["7", "9", "8"], "clock_left_out"),
        ({"labels": "time"}, ["price", "volume"], ["0", "1", "2"], None),
        ({"table": "time,price\n0,1\n1,3\n2,2", "labels": "price"}, ["time"], ["1", "3", "2"], None),
        ({"table": "time\n0\n1\n2"}, ["time"], [], None),
        ({"table": "a,b\n1,2\n3,4\n5,6"}, ["a", "b"], [], None),
        (
            {"table": "day,id,x\n2024-01-05,1,4\n2024-01-06,2,3\n2024-01-09,3,5"},
            ["x"],
            ["2024-01-05", "2024-01-06", "2024-01-09"],
            "dates_label",
        ),
        ({"table": "day,x\n2024-01-05,4\n2024-01-06,3\n2024-01-09,5", "rising": "1"}, ["x"], [], None),
    ],
)
def test_what_was_chosen_counts_more(link, channels, labels, said):
    at = sound(opened(**{"source": "table", "weights": "random", "table": RISING, **link}))
    found = read_of(at)
    assert found[:2] == (channels, labels)
    assert [EN["page"][said].split("{column}")[1] in line for line in found[2][:1]] == ([True] if said else [])


def test_columns_that_are_gone_do_not_stay_chosen():
    at = sound(opened(source="table", columns="price"))
    at.text_area(key="set.table").set_value("a,b\n1,2\n3,4").run()
    sound(at)
    assert at.multiselect(key="set.columns").value == []
    assert "inputs 2" in at.sidebar.caption[-1].value


# ---- too large


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_trace_that_would_be_too_large_is_one_clear_sentence(language):
    at = opened(weights="random", hidden=1024, steps=100_000, lang=language)
    problem = Problem("trace_too_large", steps=100_000, units=1024, cells=102_400_000, limit=20_000_000)
    assert shown_by(at).startswith(unescaped(words(language)["problems"][problem.key].format(**problem.fields)))
    assert numbers_drawn(at) == numbers_drawn(opened())
    assert at.number_input(key="set.hidden").value == 1024


def test_layers_and_directions_count_towards_the_size():
    at = opened(weights="random", hidden=100, steps=50_000, model="torch", layers=3, both=1)
    problem = Problem("trace_too_large_layers", steps=50_000, units=100, layers=6, cells=30_000_000, limit=20_000_000)
    assert shown_by(at).startswith(unescaped(str(problem)))
    sound(at.number_input(key="set.steps").set_value(50).run())


# ---- long and wide


def test_a_long_sequence_is_sent_pooled_and_bounded():
    at = sound(opened(steps=20_000, weights="random", hidden=40))
    header, arrays = scene(at)
    assert header["tile"] | {"first": 0, "last": 19_999, "each": 10, "labels": []} == header["tile"]
    assert arrays["h"].shape == (2000, 40)
    trace = gruviz.trace(
        gruviz.SplitGRU.from_params(random_params(2, 40, 0)), generate("set_reset", 20_000, 0, gap=14).x
    )
    np.testing.assert_allclose(arrays["z"][7], trace.z[0, 0, 70:80].mean(axis=0), rtol=1e-5)
    assert np.array_equal(arrays["z_high"][7], trace.z[0, 0, 70:80].max(axis=0))


def test_a_small_picture_has_no_controls_it_does_not_need():
    keys = {each.key for each in opened(weights="latch").number_input}
    assert not keys & {"set.layers"}


def files(at):
    """The downloads by their keys: what is on each button."""
    return {each.key: unescaped(each.proto.label) for each in at.get("download_button")}


def test_the_csv_of_what_is_seen_is_offered_by_name():
    at = sound(opened(weights="latch", first="12", last="30"))
    assert files(at)["csv_part"] == "CSV of steps 12 to 30"
    send(at, {"steps": [2, 5], "units": [1, 3]}, event="seen", of="seen")
    assert files(at) == {
        "npz": EN["page"]["download_npz"],
        "csv": EN["page"]["download_csv"],
        "csv_part": "CSV of steps 2 to 5, 2 units",
    }
    send(at, {"steps": None, "units": [1]}, event="seen", of="seen")
    assert files(at)["csv_part"] == "CSV of unit mirror"
    send(at, {"steps": None, "units": None}, event="seen", of="seen")
    assert set(files(at)) == {"npz", "csv"}


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        {},
        {"steps": [5, 2]},
        {"steps": [0, 10**9]},
        {"steps": ["a", True]},
        {"units": [4]},
        {"units": [0.5]},
        {"units": []},
        {"units": "0"},
        {"steps": {"0": 1}},
        {"units": [0, 1, 2, 3]},
    ],
)
def test_what_no_browser_would_say_is_seen_is_all(told):
    at = sound(opened(weights="latch"))
    send(at, told, event="seen", of="seen")
    assert not at.exception
    assert set(files(at)) == {"npz", "csv"}


def test_the_files_hold_what_their_buttons_say():
    settings = Settings.from_query({"weights": "latch", "model": "concat"})
    data = explore._csv(settings, None, Seen((2, 5), (1, 3)))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(row["step"], row["unit"], row["unit_name"]) for row in rows] == [
        (str(t), *unit) for t in range(2, 6) for unit in (("1", "mirror"), ("3", "follower"))
    ]
    assert {"set", "reset"} <= set(rows[0])
    held = np.load(io.BytesIO(explore._npz(settings, None, Seen((2, 5), (1, 3)))))
    assert held["units"].tolist()[1] == "mirror"
    assert held["channels"].tolist() == ["set", "reset"]
    assert "wr.weight" in held["weights"].tolist()
    query = dict(parse_qsl(str(held["settings"])))
    assert query == {"weights": "latch", "model": "concat", "first": "2", "last": "5", "subset": "1,3"}
    assert held["h"].shape[2] > 4  # all of it


def test_what_is_too_much_for_a_csv_is_said_and_the_npz_stays():
    at = sound(opened(steps=5000, hidden=64, weights="random"))
    assert [each.key for each in at.get("download_button")] == ["npz"]
    assert EN["page"]["csv_too_large"].format(rows=320_000) in [each.value for each in at.caption]
    send(at, {"steps": [12, 30], "units": None}, event="seen", of="seen")
    assert list(files(at)) == ["npz", "csv_part"]
    assert [each.key for each in opened(weights="latch").get("download_button")] == ["npz", "csv"]


# ---- layers and directions


def test_each_layer_and_direction_can_be_chosen():
    at = sound(opened(model="torch", weights="random", hidden=6, layers=2, both=1, seed=9))
    settings = Settings(model="torch", weights="random", hidden=6, layers=2, both=True, seed=9)
    model = gruviz.TorchGRU.from_params(source_of(settings).params(2), bidirectional=True)
    trace = gruviz.trace(model, generate("set_reset", 100, 0, gap=14).x)
    assert scene(at)[0]["layer_names"] == ["layer 0 forward", "layer 0 reverse", "layer 1 forward", "layer 1 reverse"]
    for layer in range(4):
        at = sound(opened(model="torch", weights="random", hidden=6, layers=2, both=1, seed=9, layer=layer))
        assert np.array_equal(drawn(at, "z"), trace.z[layer, 0].T)
        assert scene(at)[0]["tile"]["layer"] == view(at)["layer"] == layer
        # a reverse layer starts from nothing at the end
        assert np.array_equal(scene(at)[1]["before"], trace.h0[layer, 0])
    assert EN["page"]["badge_layers"].format(layers=2, directions=EN["page"]["two_way"]) in said(at)
    assert EN["equivalence"]["first_layer"] in said(looked(at))
    # split has one layer: nothing stays behind that is not there
    sound(choose(at, "model", "split"))
    assert scene(at)[0]["layer_names"] == ["layer 0"]
    assert view(at)["layer"] == 0


def test_the_recovered_gates_of_nn_gru_say_how_exact_they_are():
    rebuilt = EN["page"]["badge_recovered"].split("{")[0]
    assert rebuilt in said(sound(opened(weights="latch", model="torch")))
    assert rebuilt not in said(sound(opened(weights="latch", model="split")))


@pytest.mark.filterwarnings("ignore:The states this model put out:RuntimeWarning")
def test_states_that_are_not_what_the_weights_say_are_said_to_be_so(monkeypatch):
    forward = nn.GRU.forward

    def odd(self, given, h0=None):
        output, h_n = forward(self, given, h0)
        return output * 0.5, h_n

    far = EN["page"]["recovered_far"]
    assert far.split("{")[0] not in said(sound(opened(weights="random", seed=907, model="torch")))
    monkeypatch.setattr(nn.GRU, "forward", odd)
    at = sound(opened(weights="random", seed=908, model="torch"))
    error = next(word for word in said(at).partition(far.split("{")[0])[2].split())
    assert 0.01 < float(error) < 1
    assert far.format(error=error) in said(at)
    assert KO["page"]["recovered_far"].format(error=error) in said(
        sound(opened(weights="random", seed=908, model="torch", lang="ko"))
    )


# ---- links


LINKS = [
    {
        "model": "torch",
        "weights": "random",
        "hidden": "5",
        "seed": "3",
        "gain": "2.5",
        "zbias": "-1",
        "family": "sine",
        "p.period": "13",
    },
    {"weights": "chrono", "tmax": "50", "source": "text", "text": "안녕 GRU", "lang": "ko"},
    {"weights": "leaky", "halves": "3 9", "family": "impulse", "steps": "50", "sseed": "2"},
    {"source": "table", "columns": "price", "labels": "time", "scale": "minmax", "t": "2", "unit": "1"},
    {"model": "torch", "weights": "random", "layers": "2", "both": "1", "layer": "3"},
    {"steps": "1500", "first": "100", "last": "300", "stat": "low", "t": "150", "gate": "z"},
    {"weights": "random", "order": "half_life", "subset": "0-3, 7", "diagram": "lines", "gate": "x"},
]


def as_query(link):
    return {name.replace(".", "__"): value for name, value in link.items()}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_gives_itself_back_and_the_same_picture_in_a_fresh_session(link):
    one = sound(opened(**as_query(link)))
    query, settings = payload(one)["query"], Settings.from_query(link)
    # the browser keeps its own part of the address; Python tells it the rest, and opens the stage with it
    assert not set(query) & set(VIEW_FIELDS)
    own = {name: text for name, text in link.items() if name in VIEW_FIELDS}
    assert counted(Settings.from_query({**query, **own})) == counted(settings)
    assert view(one) == {name: getattr(settings, name) for name in VIEW_FIELDS}
    other = sound(opened(**as_query({**query, **own})))
    assert scene(other)[0] == scene(one)[0]
    assert numbers_drawn(other) == numbers_drawn(one)
    assert said(other) == said(one)


def test_what_is_chosen_on_the_page_is_in_its_address_and_opens_again():
    at = opened(weights="latch")
    choose(at, "weights", "random")
    at.slider(key="set.gain").set_value(3.0).run()
    at.number_input(key="set.hidden").set_value(7).run()
    at.selectbox(key="set.family").select("square").run()
    at.number_input(key="set.p.square.period").set_value(11.0).run()
    query = payload(sound(at))["query"]
    assert query == {
        "weights": "random",
        "gain": "3",
        "hidden": "7",
        "family": "square",
        "p.period": "11",
    }
    again = sound(opened(**{name.replace(".", "__"): value for name, value in query.items()}))
    assert numbers_drawn(again) == numbers_drawn(at)
    x = generate("square", 100, 0, period=11).x
    assert np.array_equal(
        drawn(at, "h"), gruviz.trace(gruviz.SplitGRU.from_params(random_params(1, 7, 0, gain=3)), x).h[0, 0].T
    )


@pytest.mark.parametrize(
    "link",
    [
        {"t": 99_999, "unit": 1000, "layer": 7, "first": 50, "last": 10, "stat": "high"},
        {"model": "<script>", "hidden": "9" * 4000, "family": "../..", "p__gap": "nan", "lang": "xx"},
        {"first": 99_999},
        {"last": 0},
        {"steps": 1, "t": 5},
        {"columns": "nothing,of,this", "source": "table", "labels": "nope"},
        {"layer": 3, "layers": 1, "model": "torch", "weights": "random"},
        {"unit": 50, "hidden": 30, "weights": "random"},
        {"steps": 1500, "first": 1499, "last": 1499},
        {"steps": 1500, "first": 900, "last": 800},
        {"gate": "q", "order": "worst", "subset": "<b>" * 60, "diagram": "none"},
        {"subset": "99-0, x", "order": "peak"},
    ],
)
def test_no_link_breaks_the_page(link):
    at = sound(opened(**link))
    assert drawn(at, "h").size > 0
    header, arrays = scene(at)
    assert header["view"]["layer"] < header["trace"]["layers"]
    assert sorted(arrays["order"]) == list(range(header["trace"]["units"]))


def test_a_link_too_long_for_its_text_says_so():
    at = sound(opened(source="numbers"))
    assert at.main.caption[-1].value == EN["page"]["link_note"]
    sound(at.text_area(key="set.numbers").set_value("0 1 " * 400).run())
    assert at.main.caption[-1].value == EN["page"]["link_note_long"]
    assert "numbers" not in payload(at)["query"]


def test_a_preset_brings_its_sequence_and_forgets_the_old_place():
    at = opened(t=50, unit=2, gate="z", first=10, subset="1")
    assert scene(at)[0]["place"] == "latch 50 2 z 10 None"
    sound(choose(at, "weights", "reset"))
    assert payload(at)["query"] == {"weights": "reset"}
    header, _ = scene(at)
    assert header["place"] == "reset None None h 0 None"
    assert header["view"] == {name: getattr(Settings(), name) for name in VIEW_FIELDS}
    assert (header["home"]["unit"], header["home"]["t"]) == PRESETS["reset"].watch
    sound(choose(at, "weights", "latch"))
    assert payload(at)["query"] == {"weights": "latch"}


def test_random_weights_leave_the_browser_where_it_is():
    at = sound(opened(weights="random"))
    assert scene(at)[0]["place"] is None
    sound(choose(at, "model", "torch"))
    assert scene(at)[0]["place"] is None


def test_another_model_of_a_preset_does_not_move_the_browser():
    at = sound(opened(weights="latch"))
    place = scene(at)[0]["place"]
    sound(choose(at, "model", "torch"))
    assert scene(at)[0]["place"] == place


def test_the_trace_has_another_name_when_its_numbers_change_and_only_then():
    at = opened(weights="random")
    name = scene(at)[0]["trace"]["id"]
    at.segmented_control(key="set.lang").set_value("ko").run()
    assert scene(at)[0]["trace"]["id"] == name
    at.number_input(key="set.seed").set_value(5).run()
    assert scene(at)[0]["trace"]["id"] != name
    at.number_input(key="set.seed").set_value(0).run()
    assert scene(at)[0]["trace"]["id"] == name
    at.number_input(key="set.steps").set_value(99).run()
    assert scene(at)[0]["trace"]["id"] != name


def test_another_family_comes_with_its_own_controls():
    at = sound(opened(weights="latch").selectbox(key="set.family").select("chirp").run())
    keys = {each.key for each in at.number_input if each.key.startswith("set.p.")}
    assert keys == {f"set.p.chirp.{p.name}" for p in FAMILIES["chirp"].parameters}
    assert EN["families_about"]["chirp"] == at.selectbox(key="set.family").help


# ---- languages and themes


def test_switching_the_language_translates_every_text_and_keeps_every_choice():
    at = opened(family="square", weights="random", model="concat", hidden=5, t=3)
    english, good = said(at), numbers_drawn(at)
    sound(at.segmented_control(key="set.lang").set_value("ko").run())
    assert payload(at)["query"] == {
        "lang": "ko",
        "family": "square",
        "weights": "random",
        "model": "concat",
        "hidden": "5",
    }
    assert numbers_drawn(at) == good
    assert KO["stories"]["random"] in told(at)
    for shown in (at.markdown, at.caption):
        for each in shown:
            assert each.value == "**gruviz**" or any("가" <= letter <= "힣" for letter in each.value), each.value
    assert at.selectbox(key="set.family").label == KO["page"]["family"]
    assert list(at.selectbox(key="set.family").options) == list(KO["families"].values())
    by_hand = {name: KO["weights"][name] for name in ORIGINS if name not in (*TASKS, "mine")}
    assert offered(at, "weights") == {name: KO["tasks"][name] for name in TASKS} | by_hand
    header, _ = scene(at)
    assert (header["language"], header["words"]["keeps"]) == ("ko", KO["figure"]["keeps"])
    assert header["layer_names"] == [KO["page"]["layer_name"].format(layer=0)]
    sound(at.segmented_control(key="set.lang").set_value("en").run())
    assert said(at) == english


def test_a_korean_link_opens_in_korean():
    at = sound(opened(weights="latch", lang="ko"))
    assert status(at)["text"] == KO["sentences"]["latch"]
    assert KO["stories"]["latch"] in told(at)
    assert payload(at)["query"] == {"lang": "ko", "weights": "latch"}


def test_a_dark_page_is_told_apart_and_the_scene_holds_both_themes():
    light, dark = opened(weights="latch"), AppTest.from_file(APP, default_timeout=60)
    dark.context = {"theme": "dark"}
    dark.query_params["weights"] = "latch"
    sound(dark.run())
    assert payload(dark)["theme"] == "dark"
    assert payload(dark)["ink"] != payload(light)["ink"]
    assert numbers_drawn(dark) == numbers_drawn(light)
    assert scene(dark)[0] == scene(light)[0]


# ---- the unexpected


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("place", ["run", "sequence_of", "table_of"])
def test_the_unexpected_is_one_sentence_and_is_logged(monkeypatch, caplog, place, language):
    def broken(*_):
        raise RuntimeError("the details are for the log")

    at = sound(opened(source="table", lang=language))
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, logger="gruviz.app.sentences"):
        patch.setattr(runs if place == "run" else reading, place, broken)
        memory().clear()
        at.run()
    assert not at.exception
    (error,) = at.error
    assert error.value == words(language)["page"]["unexpected"].format(what="RuntimeError")
    assert "details" not in said(at)
    logged = [record for record in caplog.records if record.exc_info and record.exc_info[0] is RuntimeError]
    assert len(logged) == 1
    sound(at.run())  # the settings are kept and the page recovers
    assert payload(at)["query"] | {"source": "table"} == payload(at)["query"]


@pytest.mark.parametrize("place", ["scene_of", "stage", "_answers"])
def test_the_unexpected_on_the_stage_is_one_sentence_too(monkeypatch, place):
    def broken(*_, **__):
        raise KeyError("secret")

    monkeypatch.setattr(explore, place, broken)
    at = opened(weights="latch")
    assert not at.exception
    assert [each.value for each in at.error] == [EN["page"]["unexpected"].format(what="KeyError")]


def test_typed_numbers_are_what_is_drawn():
    typed = "0.5 -1 2e-3 7"
    at = sound(opened(source="numbers", numbers=typed))
    assert np.array_equal(drawn(at, "x")[0], parse_numbers(typed).x[:, 0])


# ---- what the page must not contradict


def test_the_model_can_be_switched_while_the_input_is_bad():
    at = sound(opened(source="numbers", weights="random", gain=3, numbers="1 2 -1 3"))
    at.text_area(key="set.numbers").set_value("1 2 oops").run()
    before = numbers_drawn(at)
    choose(at, "model", "torch")
    assert EN["page"]["last_good"] in shown_by(at)
    assert numbers_drawn(at)["x"] == before["x"]
    assert numbers_drawn(at)["h"] != before["h"]
    assert "nn.GRU · reset after" in said(at)
    assert EN["page"]["link_note_problem"] in at.main.caption[-1].value


def test_nothing_is_called_the_last_good_picture_that_never_was():
    at = opened(source="numbers", numbers="a b")
    assert EN["page"]["no_good"] in shown_by(at)
    assert EN["page"]["last_good"] not in shown_by(at)


def test_chaos_is_called_by_its_name_and_only_where_there_is_some():
    wild, tame = (sound(looked(opened(weights="random", gain=gain))) for gain in (20, 1))
    assert EN["equivalence"]["chaotic"] in said(wild)
    assert "differs from the PyTorch forward by" in said(wild)
    assert EN["equivalence"]["chaotic"] not in said(tame)
    # split and concat are compared by their own forwards, which do round differently
    assert "differ by at most **0**" not in said(tame)


def test_a_story_told_on_another_sequence_says_so():
    note = EN["page"]["story_elsewhere"]
    assert note != noted(sound(opened(weights="latch")))
    assert note != noted(sound(opened(steps=60)))
    assert note == noted(sound(opened(weights="change", family="square", p__amplitude=3)))
    assert note == noted(sound(opened(weights="change", family="sine")))


# ---- what visitors type is text

HOSTILE = ("www.evil.com", "http://evil.com", "a@evil.com", ":material/home:", "[x](//evil.com)")


def written(at):
    """Everything on the page that Streamlit reads as Markdown: texts and labels, as they are sent."""
    kinds = ("markdown", "caption", "info", "error", "warning", "success", "title", "header", "subheader")
    texts = [each.value for kind in kinds for each in at.get(kind)]
    widgets = ("selectbox", "multiselect", "text_area", "text_input", "number_input", "toggle", "slider")
    return texts + [each.label for kind in widgets for each in at.get(kind)]


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_typed_becomes_a_link_or_a_picture(name):
    pages = [
        # a column's name in how it was rescaled; a cell that cannot be read; half-lives
        opened(source="table", table=f"{name},b\n1,2\n3,4", scale="standard", header="yes"),
        opened(source="table", table=f"a,b\n1,2\n{name},4", header="yes"),
        opened(source="numbers", numbers=f"1 2 {name}"),
        opened(weights="leaky", halves=f"2 {name}"),
    ]
    for at in pages:
        assert not at.exception
        texts = written(at)
        assert not any(name in text for text in texts)
        over = status(at)  # no Markdown there; of a story alone the browser makes links, and only to its own places
        in_words = over["kind"] == "problem" and name in over["text"]
        assert in_words or any(plain(name) in text for text in texts)  # it is told, only not as markup


def test_an_unknown_symbol_is_told_and_not_as_markup():
    at = sound(opened(weights="characters", source="text", text="a$b`c*d_e"))
    assert noted(at).count("27") == 1
    assert "$, `, *, _" in noted(at)


# ---- a long trace


def test_a_long_trace_is_seen_from_its_first_steps_on_and_then_whole(monkeypatch):
    seen, real = [], explore.first_part
    monkeypatch.setattr(
        explore, "first_part", lambda key, scene, part: seen.append((scene, part)) or real(key, scene, part)
    )
    link = {
        "weights": "random",
        "model": "torch",
        "hidden": 50,
        "source": "synthetic",
        "family": "white_noise",
        "steps": 30_000,
    }
    at = sound(opened(seed=31, **link))
    ((shown, part),) = seen
    said_first = EN["page"]["first_part"].format(computed=part.meta.steps, steps=30_000)
    assert (shown.status.kind, shown.status.text) == ("note", said_first)
    # and this is the page that has begun anew with all of it
    assert status(at)["kind"] == "story"
    assert np.isfinite(drawn(at, "h")).all()
    assert scene(at)[0]["trace"]["id"] == shown.run.id
    at.session_state["set.seed"] = 32
    sound(at.run())
    assert len(seen) == 2
