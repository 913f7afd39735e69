"""The scene holds what the stage needs: the trace's numbers, the colours and words decided elsewhere."""

from dataclasses import asdict, replace

import numpy as np
import pytest

import gruviz
from gruviz.drawing import colours
from gruviz.protocol import requests
from gruviz.protocol.experiments import own_numbers
from gruviz.protocol.message import unpack
from gruviz.protocol.scene import Labels, Run, Scene, message
from gruviz.protocol.tiles import LONGEST_LABEL, tile
from gruviz.protocol.view import View
from gruviz.tracing.analysis import Ranking
from gruviz.wording.words import words


def traced(model=None, steps=7, inputs=2):
    x = np.random.default_rng(1).normal(size=(steps, inputs))
    return gruviz.trace(model or gruviz.SplitGRU(inputs, 3), x)


def sent(trace, *, key="", part=None, order=None, trace_id="", view=None, units=(), channels=(), language="en", **more):
    """The message of a scene, taken apart."""
    shown = Scene(Run(trace_id, trace, None), View(**(view or {})), Labels(units, channels, language), **more)
    return unpack(message(shown, key, part=part, order=order))


def test_what_is_due_goes_with_the_steps_it_is_due_at():
    trace = replace(traced(), labels=tuple("abcdefg"))
    labels = Labels(due=("", "", "x" * 90, "", "y", "", ""))
    scene = Scene(Run("a", trace, None), labels=labels)
    header, _ = unpack(message(scene))
    assert header["trace"]["labelled"]
    assert header["trace"]["asks"]
    assert header["tile"]["due"] == ["", "", "x" * LONGEST_LABEL, "", "y", "", ""]
    asked = requests.Request(1, "tile", View(first=3, last=5))
    assert requests.reply(asked, scene)[0]["tile"]["due"] == ["", "y", ""]
    pooled = message(scene, part=tile(gruviz.trace(gruviz.SplitGRU(1, 2), np.ones((9000, 1)))))
    assert unpack(pooled)[0]["tile"]["due"] == []


def test_the_numbers_are_the_traces_own():
    trace = traced()
    _, arrays = sent(trace)
    for gate in "zrnh":
        assert np.array_equal(arrays[gate], getattr(trace, gate)[0, 0])
    assert np.array_equal(arrays["x"], trace.x[0])
    assert np.array_equal(arrays["before"], trace.h0[0, 0])
    assert arrays["order"].dtype == np.int32
    assert arrays["order"].tolist() == [0, 1, 2]


def test_the_layer_of_the_view_is_the_one_that_is_sent():
    trace = traced(gruviz.TorchGRU(2, 3, num_layers=2, bidirectional=True))
    for layer in range(4):
        header, arrays = sent(trace, view={"layer": layer})
        assert header["tile"]["layer"] == header["view"]["layer"] == layer
        assert np.array_equal(arrays["h"], trace.h[layer, 0])
    # a link may name a layer another model has
    assert sent(trace, view={"layer": 4})[0]["view"]["layer"] == 3


@pytest.mark.parametrize(
    ("model", "kind", "reset"),
    [
        (gruviz.SplitGRU(2, 3), "split", "before"),
        (gruviz.ConcatGRU(2, 3), "concat", "before"),
        (gruviz.TorchGRU(2, 3, num_layers=2, bidirectional=True), "torch", "after"),
    ],
)
def test_the_header_says_what_the_trace_is(model, kind, reset):
    header, _ = sent(traced(model), trace_id="abc")
    two_way = kind == "torch"
    assert header["trace"] == {
        "id": "abc",
        "kind": kind,
        "reset": reset,
        "steps": 7,
        "units": 3,
        "inputs": 2,
        "layers": 4 if two_way else 1,
        "bidirectional": two_way,
        "labelled": False,
        "asks": False,
        "input": header["trace"]["input"],
    }


def test_an_input_has_a_mark_of_its_own_whatever_model_reads_it():
    def mark(trace):
        return sent(trace)[0]["trace"]["input"]

    assert mark(traced()) == mark(traced(gruviz.TorchGRU(2, 5))) == "ab3de63c"
    assert len({mark(traced()), mark(traced(steps=6)), mark(traced(inputs=3))}) == 3


def test_a_message_for_a_page_that_can_ask_nobody_holds_what_its_what_ifs_need():
    model = gruviz.TorchGRU(2, 3, num_layers=2, bidirectional=True)
    trace = traced(model)
    header, arrays = unpack(message(Scene(Run("a", trace, model))))
    wanted, held = own_numbers(model, trace)
    assert header["model"] == wanted
    assert {name for name in arrays if name.startswith("model/")} == {f"model/{name}" for name in held}
    for name, array in held.items():
        assert np.array_equal(arrays[f"model/{name}"], array)
    assert sent(trace)[0]["model"] is None


def test_the_view_opens_where_it_is_told_and_else_at_the_pages_default():
    header, _ = sent(traced())
    assert header["view"] == header["defaults"] == asdict(View())
    assert (header["home"], header["place"]) == ({"t": 0, "unit": 0}, None)
    view = {"t": 3, "unit": 1, "gate": "z", "order": "peak"}
    order = Ranking(np.array([2, 0, 1], np.int32), np.array([0.5, 0.25, 1]))
    header, arrays = sent(traced(), view=view, home=(5, 2), place="here", order=order)
    assert header["view"] == asdict(View()) | view
    assert (header["home"], header["place"]) == ({"t": 5, "unit": 2}, "here")
    assert (arrays["order"].tolist(), arrays["values"].tolist()) == ([2, 0, 1], [0.5, 0.25, 1])


@pytest.mark.parametrize(("values", "begins"), [([0, 1, 0], 0), ([0, -1, 2], -2), ([3, 2, 3], 0)])
def test_lines_of_an_input_that_is_never_negative_begin_at_zero(values, begins):
    x = np.array(values, float)[:, None]
    header, _ = sent(gruviz.trace(gruviz.SplitGRU(1, 2), x))
    for theme in ("light", "dark"):
        assert header["palettes"][theme]["x"]["from"] == begins


def test_a_tile_made_before_is_sent_as_it_is():
    trace = traced(steps=9)
    header, arrays = sent(trace, part=tile(trace, window=(2, 4)))
    assert (header["tile"]["first"], header["tile"]["last"]) == (2, 4)
    assert np.array_equal(arrays["h"], trace.h[0, 0, 2:5])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_and_domains_are_those_of_the_figures(theme):
    trace = traced()
    header, _ = sent(trace)
    found = header["palettes"][theme]
    for name in (*"zrnh", "x"):
        domain = colours.data_domain(trace.x) if name == "x" else colours.gate_domain(name)
        assert (found[name]["low"], found[name]["high"]) == (domain.low, domain.high)
        assert found[name]["colours"] == [colour for _, colour in colours.colorscale(domain, theme)]
    assert header["lines"][theme] == (colours.LINES_DARK if theme == "dark" else colours.LINES)
    assert header["odd"] == {"nan": colours.NOT_A_NUMBER, "outside": colours.OUT_OF_RANGE}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_word_of_the_stage_travels_in_the_language_of_the_page(language):
    w = words(language)
    trace = traced(gruviz.TorchGRU(2, 3, bidirectional=True))
    header, _ = sent(trace, language=language)
    assert header["language"] == language
    assert w["stage"].items() <= header["words"].items()
    tables = ("gates", "captions", "hover", "orders", "statistics", "phases", "terms")
    assert set(header["words"]) == {*w["stage"], *tables, "keeps", "short", "layers"}
    for table in tables:
        assert header["words"][table] == w[table]
    assert header["words"]["keeps"] == w["figure"]["keeps"]
    assert header["words"]["short"] == w["captions_short"]
    page = {"name": "layer_name", "way": "layer_name_way", "forward": "forward", "reverse": "reverse"}
    assert header["words"]["layers"] == {name: w["page"][key] for name, key in page.items()}
    assert header["layer_names"] == [
        w["page"]["layer_name_way"].format(layer=0, way=w["page"][way]) for way in ("forward", "reverse")
    ]
    one_way, _ = sent(traced(), language=language)
    assert one_way["layer_names"] == [w["page"]["layer_name"].format(layer=0)]


def test_names_of_units_and_inputs_come_along_bounded():
    names = tuple(f"{k} " + "long " * 20 for k in range(100))
    header, _ = sent(traced(), units=("a", "b", "c"), channels=names)
    assert header["unit_names"] == ["a", "b", "c"]
    assert len(header["channels"]) == 64
    assert max(map(len, header["channels"])) == 40
    assert header["channels"][63].startswith("63 ")


def test_a_sequence_that_holds_no_numbers_still_makes_a_message():
    # only a notebook can give one; JSON has no NaN
    trace = gruviz.trace(gruviz.SplitGRU(1, 2), np.full((4, 1), np.nan))
    header, arrays = sent(trace)
    assert (header["palettes"]["light"]["x"]["low"], header["palettes"]["light"]["x"]["high"]) == (-1, 1)
    assert np.isnan(arrays["h"]).all()


def test_the_ends_of_each_inputs_own_scale_are_those_of_its_numbers():
    x = np.array([[1.0, -5.0, np.nan], [2.0, 3.0, np.nan], [1.5, np.inf, np.nan]], np.float32)
    model = gruviz.SplitGRU(3, 2)
    header, _ = unpack(message(Scene(Run("a", gruviz.trace(model, x), model))))
    assert header["x_ends"] == [[1, 2], [-5, 3], [0, 0]]


def test_the_ends_of_a_row_of_several_inputs_hold_all_of_them():
    x = np.random.default_rng(3).normal(size=(5, 150)).astype(np.float32)
    model = gruviz.SplitGRU(150, 2)
    header, _ = unpack(message(Scene(Run("a", gruviz.trace(model, x), model))))
    each = header["tile"]["x_each"]
    assert each > 1
    rows = [x[:, k : k + each] for k in range(0, 150, each)]
    assert header["x_ends"] == [[float(row.min()), float(row.max())] for row in rows]
