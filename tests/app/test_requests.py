"""What the stage asks: each kind of question read and answered, and everything else an error."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gruviz import explain
from gruviz.app.settings import DEFAULT
from gruviz.app.stage import order_of, tile_of
from gruviz.app.subject import runs
from gruviz.app.subject.reading import sequence_of
from gruviz.app.subject.weights import source_of
from gruviz.protocol import requests
from gruviz.protocol.message import pack
from gruviz.protocol.requests import MOST_STEPS, MOST_TERMS
from gruviz.protocol.scene import Labels, Scene
from gruviz.protocol.tiles import tile
from gruviz.protocol.view import View
from gruviz.tracing.analysis import ORDERS, ranking

RANDOM = replace(DEFAULT, weights="random", hidden=20, gain=2.0)
STACKED = replace(RANDOM, model="torch", layers=2, both=True, hidden=5)


def made(given_settings):
    sequence, _ = sequence_of(given_settings, None)
    return runs.run(given_settings, sequence), sequence.channels


def asked(run, channels=("a", "b"), **question):
    found = requests.read({"id": 1, "trace": run.id, **question}, run)
    return requests.reply(found, showing(run, channels))


def showing(run, channels=()):
    return Scene(run, labels=Labels(channels=tuple(channels)))


def at(run, place):
    """The number a reply's place names."""
    if place["gate"] == "x":
        return run.trace.x[0, place["t"], place["unit"]]
    return getattr(run.trace, place["gate"])[place["layer"], 0, place["t"], place["unit"]]


# ---- explain


CELLS = [
    (RANDOM, 0, 30),
    (RANDOM, 0, 0),
    *((replace(RANDOM, model=model), 0, 30) for model in ("concat", "torch")),
    *((STACKED, layer, t) for layer in range(4) for t in (0, 30, 99)),
    (DEFAULT, 0, 20),
]


@pytest.mark.parametrize("gate", ["z", "r", "n", "h"])
@pytest.mark.parametrize(("given_settings", "layer", "t"), CELLS)
def test_an_explanation_adds_up_and_every_source_stands_where_it_says(given_settings, layer, t, gate):
    run, channels = made(given_settings)
    header, arrays = asked(run, channels, kind="explain", gate=gate, layer=layer, t=t, unit=2)
    assert arrays == {}
    assert {name: header[name] for name in ("reply", "kind", "gate", "layer", "t", "unit")} == {
        "reply": 1,
        "kind": "explain",
        "gate": gate,
        "layer": layer,
        "t": t,
        "unit": 2,
    }
    assert header["value"] == pytest.approx(float(getattr(run.trace, gate)[layer, 0, t, 2]))
    assert header["squash"] == {"z": "sigmoid", "r": "sigmoid", "n": "tanh", "h": None}[gate]
    squash = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, None: lambda a: a}[header["squash"]]
    assert squash(header["total"]) == pytest.approx(header["value"], abs=1e-5)
    terms = header["terms"]
    assert len(terms) <= MOST_TERMS
    sizes = [abs(term["value"]) for term in terms]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(term["value"] for term in terms) + header["rest"]["value"] == pytest.approx(header["total"], abs=1e-5)
    for term in terms:
        factors = [term[name] for name in ("weight", "source", "reset") if term[name] is not None]
        assert np.prod(factors) == pytest.approx(term["value"], abs=1e-6)
        if term["at"]:
            assert at(run, term["at"]) == pytest.approx(term["source"])
        elif term["source"] is not None:
            # before the first step: a state nothing shows
            assert t == (99 if layer % 2 else 0)
            assert term["source"] == 0
        assert (term["reset_at"] is None) == (term["reset"] is None)
        if term["reset"] is not None:
            assert term["reset_at"]["gate"] == "r"
            assert at(run, term["reset_at"]) == pytest.approx(term["reset"])
        assert (term["name"] == "") == term["kind"].startswith("bias")
    json.dumps(header, allow_nan=False)


def test_an_explanation_is_the_one_of_the_library():
    run, channels = made(RANDOM)
    header, _ = asked(run, channels, kind="explain", gate="n", layer=0, t=40, unit=7)
    wanted = explain.number(run.model, run.trace, gate="n", time=40, unit=7)
    assert "sums" not in header  # asked for apart, for many steps at once
    assert header["total"] == wanted.total
    assert header["rest"]["count"] == len(wanted.terms) - MOST_TERMS
    assert [term["value"] for term in header["terms"]] == [term.value for term in wanted.terms[:MOST_TERMS]]


@pytest.mark.parametrize(("given_settings", "layer"), [(RANDOM, 0), (STACKED, 3), (DEFAULT, 0)])
def test_sums_come_for_many_steps_at_once(given_settings, layer):
    run, channels = made(given_settings)
    header, arrays = asked(run, channels, kind="sums", layer=layer, unit=2, first=20, last=60)
    assert header == {
        "reply": 1,
        "kind": "sums",
        "trace": run.id,
        "layer": layer,
        "unit": 2,
        "first": 20,
        "last": 60,
    }
    assert {gate: array.shape for gate, array in arrays.items()} == {"r": (41, 4), "z": (41, 4), "n": (41, 7)}
    wanted = explain.number(run.model, run.trace, gate="n", layer=layer, time=31, unit=2).sums
    for gate, array in arrays.items():
        assert array.dtype == np.float32
        assert array[11].tolist() == pytest.approx(list(wanted[gate].values()), abs=1e-5)
        np.testing.assert_allclose(array[:, :3].sum(1), array[:, 3], atol=1e-5)  # what is shown adds up
        assert list(wanted[gate])[:4] == ["x", "h", "b", "total"]
    assert list(wanted["n"])[4:] == ["inner", "inner_h", "inner_b"]


def test_more_steps_than_a_screen_ever_needs_are_not_added_up():
    run, _ = made(replace(RANDOM, steps=MOST_STEPS + 200))
    question = {"id": 1, "trace": run.id, "kind": "sums", "layer": 0, "unit": 0, "first": 100}
    most = requests.read({**question, "last": 100 + MOST_STEPS - 1}, run)
    _, arrays = requests.reply(most, showing(run))
    for t in (100, 101, 100 + MOST_STEPS // 2, 100 + MOST_STEPS - 1):
        wanted = explain.number(run.model, run.trace, gate="z", time=t, unit=0).sums
        for gate, array in arrays.items():
            assert array[t - 100].tolist() == pytest.approx(list(wanted[gate].values()), abs=1e-5)
    assert requests.read({**question, "last": 100 + MOST_STEPS}, run) is None


def test_sources_have_the_names_people_know():
    run, channels = made(DEFAULT)
    question = {"id": 1, "trace": run.id, "kind": "explain", "gate": "n", "layer": 0, "t": 21, "unit": 0}
    scene = Scene(run, labels=Labels(source_of(DEFAULT).unit_names, channels))
    header, _ = requests.reply(requests.read(question, run), scene)
    named = {(term["kind"], term["index"]): term["name"] for term in header["terms"]}
    # what adds nothing is counted with the rest
    assert named == {("input", 1): "reset", ("state", 0): "latch"}
    assert channels[1] == "reset"
    assert header["rest"] == {"count": 6, "value": 0.0}
    deeper, _ = made(STACKED)
    header, _ = asked(deeper, channels, kind="explain", gate="z", layer=2, t=20, unit=0)
    (seventh,) = [term for term in header["terms"] if (term["kind"], term["index"]) == ("input", 7)]
    assert (seventh["at"], seventh["name"]) == ({"gate": "h", "layer": 1, "t": 20, "unit": 2}, "2")


def test_what_is_no_number_is_a_text_in_a_reply():
    run, channels = made(RANDOM)
    found = explain.Term("state", 3, float("nan"), 2.0, float("inf"), None)
    question = requests.read(
        {"id": 1, "trace": run.id, "kind": "explain", "gate": "z", "layer": 0, "t": 5, "unit": 1}, run
    )
    term = requests._term(found, question, showing(run, channels))
    assert (term["value"], term["source"], term["weight"]) == ("nan", "inf", 2.0)
    assert term["at"] == {"gate": "h", "layer": 0, "t": 4, "unit": 3}


# ---- tile and order


@pytest.mark.parametrize(("layer", "first", "last"), [(0, 0, 99), (3, 10, 20), (1, 99, 99)])
def test_a_tile_is_the_one_asked_for(layer, first, last):
    run, _ = made(STACKED)
    header, arrays = asked(run, kind="tile", layer=layer, first=first, last=last)
    wanted, values = tile(run.trace, layer, window=(first, last))
    assert header == {"reply": 1, "kind": "tile", "trace": run.id, "tile": wanted | {"due": []}}
    assert arrays.keys() == values.keys()
    assert all(np.array_equal(arrays[name], values[name]) for name in values)
    pack(header, arrays)


def test_zooming_into_a_long_trace_brings_finer_steps():
    run, _ = made(replace(RANDOM, steps=60_000, hidden=4))
    coarse, _ = asked(run, kind="tile", layer=0, first=0, last=59_999)
    fine, arrays = asked(run, kind="tile", layer=0, first=500, last=3000)
    assert coarse["tile"]["each"] == 30
    assert fine["tile"]["each"] == 1
    assert np.array_equal(arrays["h"], run.trace.h[0, 0, 500:3001])


def test_what_was_pooled_once_is_not_pooled_again():
    run, _ = made(replace(RANDOM, steps=60_001, hidden=4))
    one = tile_of(run, 0, (0, 60_000))[1]["h"]
    assert tile_of(run, 0, (0, 60_000))[1]["h"] is one
    assert np.array_equal(tile(run.trace, 0, window=(0, 60_000))[1]["h"], one)
    assert order_of(run, "peak", 0, None) is order_of(run, "peak", 0, None)
    assert order_of(run, "active", 0, (0, 9)) is not order_of(run, "active", 0, (0, 99))


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_is_the_one_asked_for(order):
    run, _ = made(STACKED)
    last = run.trace.meta.steps - 2
    header, arrays = asked(run, kind="order", order=order, layer=2, first=3, last=last)
    assert header == {"reply": 1, "kind": "order", "trace": run.id, "order": order, "layer": 2}
    wanted = ranking(run.trace, order, layer=2, window=(3, last) if order == "active" else None)
    assert np.array_equal(arrays["order"], wanted.order)
    assert ("values" in arrays) == (wanted.values is not None)
    if wanted.values is not None:
        np.testing.assert_allclose(arrays["values"], wanted.values, rtol=1e-6)


# ---- the figure


def test_a_figure_is_opened_at_a_view_and_closed():
    run, _ = made(STACKED)
    view = {
        "layer": 2,
        "t": 5,
        "unit": 3,
        "first": 2,
        "last": 50,
        "stat": "low",
        "gate": "z",
        "order": "peak",
        "subset": "",
    }
    question = requests.read({"id": 4, "kind": "figure", "open": True, "trace": run.id, "view": view}, run)
    assert question.view == View(2, 5, 3, first=2, last=50, stat="low")
    assert requests.reply(question, showing(run)) == (
        {"reply": 4, "kind": "figure", "trace": run.id, "open": True},
        {},
    )
    closing = requests.read({"id": 5, "kind": "figure", "open": False, "trace": run.id}, run)
    assert requests.reply(closing, showing(run)) == (
        {"reply": 5, "kind": "figure", "trace": run.id, "open": False},
        {},
    )


def test_a_view_nobody_has_chosen_is_all_steps():
    run, _ = made(RANDOM)
    view = {"layer": 0, "t": None, "unit": None, "first": None, "last": None}
    question = requests.read({"id": 4, "kind": "figure", "open": True, "trace": run.id, "view": view}, run)
    assert question.view == View(0, 0, 0, first=0, last=99)


@given(*[st.integers(0, 5000)] * 5)
def test_a_view_of_another_trace_is_moved_into_this_one(layer, t, unit, first, last):
    run, _ = made(STACKED)
    found = View(layer, t, unit, first=first, last=last).within(run.trace)
    assert 0 <= found.layer < 4
    assert 0 <= found.t < 100
    assert 0 <= found.unit < 5
    assert 0 <= found.first <= found.last < 100
    assert found.within(run.trace) == found


# ---- what cannot be used


GOOD = {
    "explain": {"kind": "explain", "gate": "z", "layer": 0, "t": 0, "unit": 0},
    "sums": {"kind": "sums", "layer": 0, "unit": 0, "first": 0, "last": 5},
    "tile": {"kind": "tile", "layer": 0, "first": 0, "last": 5},
    "order": {"kind": "order", "order": "peak", "layer": 0},
    "figure": {"kind": "figure", "open": True, "view": {"layer": 0, "t": 0, "unit": 0, "first": 0, "last": 5}},
    "model": {"kind": "model"},
    "what_if": {"kind": "what_if", "edits": [], "drawn": None, "layer": 0, "first": 0, "last": 5},
}
WRONG = [
    *(
        ("explain", change)
        for change in (
            {"gate": "x"},
            {"gate": ["z"]},
            {"gate": {}},
            {"layer": 4},
            {"layer": -1},
            {"t": 100},
            {"t": 1.0},
            {"t": True},
            {"t": "3"},
            {"t": None},
            {"unit": 5},
            {"unit": 10**400},
            {"unit": [0]},
        )
    ),
    *(("tile", change) for change in ({"layer": 9}, {"first": 6}, {"last": 100}, {"first": -1}, {"last": None})),
    *(("sums", change) for change in ({"layer": 4}, {"unit": 5}, {"unit": None}, {"first": 6}, {"last": 100})),
    *(("order", change) for change in ({"order": "best"}, {"order": None}, {"order": ["peak"]}, {"layer": 4})),
    *(
        ("figure", change)
        for change in (
            {"open": 1},
            {"open": None},
            {"view": None},
            {"view": [1]},
            {"view": {}},
            {"view": {"layer": 0, "t": 0, "unit": 0, "first": 5, "last": 2}},
        )
    ),
    *(
        (kind, change)
        for kind in GOOD
        for change in (
            {"kind": "eval"},
            {"kind": None},
            {"kind": []},
            {"trace": "other"},
            {"trace": None},
            {"id": None},
            {"id": -1},
            {"id": "1"},
            {"id": True},
            {"id": 2**60},
        )
    ),
]


@pytest.mark.parametrize("kind", GOOD)
def test_the_good_question_beside_the_wrong_ones_is_read(kind):
    run, _ = made(STACKED)
    assert requests.read({"id": 1, "trace": run.id, **GOOD[kind]}, run).kind == kind


@pytest.mark.parametrize(("kind", "change"), WRONG)
def test_a_wrong_question_is_none(kind, change):
    run, _ = made(STACKED)
    assert requests.read({"id": 1, "trace": run.id, **GOOD[kind], **change}, run) is None


SENT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*requests.KINDS, "z", "peak", 0, 1, 5]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "kind",
                    "trace",
                    "gate",
                    "layer",
                    "t",
                    "unit",
                    "first",
                    "last",
                    "order",
                    "open",
                    "view",
                    "stat",
                    "edits",
                    "drawn",
                    "asked",
                ]
            ),
            inner,
            max_size=9,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(SENT, st.sampled_from([None, *GOOD]))
def test_whatever_a_browser_sends_is_a_question_or_none(value, kind):
    run, channels = made(STACKED)
    if isinstance(value, dict) and kind:
        value = {**GOOD[kind], **value, "trace": run.id}
    found = requests.read(value, run)
    header, arrays = requests.error(value, run) if found is None else requests.reply(found, showing(run, channels))
    assert header["kind"] == ("error" if found is None or found.problem is not None else found.kind)
    pack(header, arrays)


@pytest.mark.parametrize(
    ("value", "reply"),
    [({"id": 7, "kind": "?"}, 7), ({"id": "7"}, None), ({"id": 2**60}, None), ([], None), ("x", None), (None, None)],
)
def test_an_error_says_which_question_it_is_about_if_it_can(value, reply):
    run, _ = made(RANDOM)
    assert requests.error(value, run) == ({"reply": reply, "kind": "error", "trace": run.id}, {})
