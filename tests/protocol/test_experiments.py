"""Experiments: what a browser may ask for is read within bounds, computed as by `gruviz.trace`, and else refused."""

import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gruviz
from gruviz.inputs.sequence import MAX_STEPS
from gruviz.protocol import requests
from gruviz.protocol.experiments import LARGEST, MOST_BYTES, MOST_EDITS, MOST_UNITS, WhatIf, bent, own_numbers, read
from gruviz.protocol.message import pack, unpack
from gruviz.protocol.scene import Labels, Run, Scene
from gruviz.tasks.answers import Head
from gruviz.tracing.trace import layer_weights
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

X = np.random.default_rng(4).normal(size=(12, 2)).astype(np.float32)
LABELS = tuple("abcdefghijkl")
MODELS = {
    "split": gruviz.SplitGRU(2, 5),
    "concat": gruviz.ConcatGRU(2, 5),
    "torch": gruviz.TorchGRU(2, 5, num_layers=2, bidirectional=True),
}
RUNS = {name: Run(name, gruviz.trace(model, X, labels=LABELS), model) for name, model in MODELS.items()}
TORCH = RUNS["torch"].trace


def edit(**given):
    """As the browser holds one."""
    empty = dict.fromkeys(("gate", "value", "units", "steps", "name", "row", "column"))
    return {"do": "clamp", "layer": 0, **empty, **given}


def changes(*edits, trace=TORCH, drawn=None):
    return read(list(edits), drawn, trace).changes


# ---- what is asked for


@pytest.mark.parametrize(
    ("given_edit", "change"),
    [
        (edit(gate="z", value=1), gruviz.Clamp("z", 1.0)),
        (
            edit(gate="h", value=-0.5, units=[3, 1, 3], steps=[2, 5], layer=3),
            gruviz.Clamp("h", -0.5, units=(1, 3), steps=(2, 5), layer=3),
        ),
        (edit(do="scale", gate="n", value=2, units=[0]), gruviz.Scale("n", 2.0, units=(0,))),
        (edit(do="bias", gate="r", value=-3.5, steps=[4, 4]), gruviz.Bias("r", -3.5, steps=(4, 4))),
        (edit(do="lesion", units=[4, 0]), gruviz.Lesion((0, 4))),
        (edit(do="lesion", layer=1), gruviz.Lesion((0, 1, 2, 3, 4), layer=1)),
        (edit(do="weight", name="w_ih", row=14, column=1, value=0.25), gruviz.Weight("w_ih", 14, 1, 0.25)),
        (edit(do="weight", name="w_ih", row=0, column=9, value=0, layer=2), gruviz.Weight("w_ih", 0, 9, 0.0, layer=2)),
        (edit(do="weight", name="w_hh", row=7, column=4, value=1), gruviz.Weight("w_hh", 7, 4, 1.0)),
        # what is whole is all
        (edit(gate="z", value=0, units=[4, 3, 2, 1, 0], steps=[0, 11]), gruviz.Clamp("z", 0.0)),
    ],
)
def test_each_kind_of_edit_is_read(given_edit, change):
    assert changes(given_edit) == (change,)


def test_edits_stay_in_their_order_and_only_what_is_needed_has_to_be_there():
    found = changes({"do": "scale", "gate": "z", "value": 0.5}, {"do": "clamp", "gate": "z", "value": 1})
    assert found == (gruviz.Scale("z", 0.5), gruviz.Clamp("z", 1.0))


WRONG = [
    {},
    None,
    3,
    "clamp",
    [],
    edit(do="break"),
    edit(do=None),
    edit(do=["clamp"]),
    edit(gate="x", value=1),
    edit(gate=["z"], value=1),
    edit(gate="z"),
    edit(gate="z", value="1"),
    edit(gate="z", value=True),
    edit(gate="z", value=float("nan")),
    edit(gate="z", value=float("inf")),
    edit(gate="z", value=10**400),
    edit(gate="z", value=2 * LARGEST),
    edit(do="bias", gate="h", value=1),
    edit(gate="z", value=1, layer=1.0),
    edit(gate="z", value=1, layer=None),
    edit(gate="z", value=1, layer=True),
    edit(gate="z", value=1, units="0"),
    edit(gate="z", value=1, units=[0.0]),
    edit(gate="z", value=1, units=[0, True]),
    edit(gate="z", value=1, units=3),
    edit(gate="z", value=1, units=[0] * (MOST_UNITS + 1)),
    edit(gate="z", value=1, steps=[3]),
    edit(gate="z", value=1, steps=[0, 1, 2]),
    edit(gate="z", value=1, steps=3),
    edit(gate="z", value=1, steps="03"),
    edit(gate="z", value=1, steps=[None, 3]),
    edit(gate="z", value=1, steps=[0, 2.0]),
    edit(do="lesion", units={}),
    edit(do="weight", name="w_ih"),
    edit(do="weight", name="w", row=0, column=0, value=1),
    edit(do="weight", name=["w_ih"], row=0, column=0, value=1),
    edit(do="weight", name="w_hh", row=0, value=1),
    edit(do="weight", name="w_hh", row="0", column=0, value=1),
    edit(do="weight", name="b_ih", row=None, value=1),
    edit(do="weight", name="w_hh", row=0, column=True, value=1),
    edit(do="weight", name="w_hh", row=0, column=0),
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_an_edit_that_is_none_is_a_problem_that_says_which(wrong):
    with pytest.raises(Problem) as caught:
        changes(edit(gate="z", value=1), wrong)
    assert (caught.value.key, caught.value.fields) == ("what_if_edit", {"number": 2})


@pytest.mark.parametrize(
    "nowhere",
    [
        {"layer": 4},
        {"layer": -1},
        {"layer": 10**400},
        {"units": []},
        {"units": [5, -1, 10**400]},
        {"steps": [12, 20]},
        {"steps": [3, 2]},
        {"steps": [-5, -1]},
        {"do": "lesion", "units": [7]},
        {"do": "lesion", "layer": 9},
        *(
            {"do": "weight", "name": "w_ih", "row": 0, "column": 0} | more
            for more in (
                {"row": 15},
                {"row": -1},
                {"column": 2},
                {"column": 5, "name": "w_hh"},
                {"column": 1, "name": "b_ih"},
                {"layer": 2, "column": 10},
                {"layer": 4},
            )
        ),
    ],
)
def test_what_names_no_place_that_there_is_does_nothing(nowhere):
    assert changes(edit(gate="z", value=1, **nowhere)) == ()


@pytest.mark.parametrize(
    ("given_edit", "change"),
    [
        ({"units": [9, 4, -3, 0]}, gruviz.Clamp("z", 1.0, units=(0, 4))),
        ({"steps": [8, 10**9]}, gruviz.Clamp("z", 1.0, steps=(8, 11))),
        ({"steps": [-3, 0]}, gruviz.Clamp("z", 1.0, steps=(0, 0))),
        ({"value": 7}, gruviz.Clamp("z", 1.0)),
        ({"value": -7}, gruviz.Clamp("z", 0.0)),
        ({"value": -7, "gate": "n"}, gruviz.Clamp("n", -1.0)),
        ({"value": 7, "gate": "h"}, gruviz.Clamp("h", 1.0)),
        ({"value": -7, "do": "scale"}, gruviz.Scale("z", -7.0)),
    ],
)
def test_what_reaches_beyond_the_run_is_cut(given_edit, change):
    assert changes(edit(**({"gate": "z", "value": 1} | given_edit))) == (change,)


def test_a_bias_that_a_model_does_not_have_cannot_be_set():
    def at(name):
        return edit(do="weight", name=name, row=3, value=1)

    assert changes(at("b_ih"), trace=RUNS["concat"].trace)[0].name == "b_ih"
    assert changes(at("b_hh"), trace=RUNS["split"].trace)[0].name == "b_hh"
    none = gruviz.SplitGRU(2, 5, bias=False)
    for trace, name in ((RUNS["concat"].trace, "b_hh"), (gruviz.trace(none, X), "b_ih")):
        assert changes(at(name), trace=trace) == ()


def test_more_edits_than_there_may_be_are_not_looked_at():
    assert len(changes(*[edit(gate="z", value=1)] * MOST_EDITS)) == MOST_EDITS
    with pytest.raises(Problem) as caught:
        changes(*[None] * 10_000)
    assert (caught.value.key, caught.value.fields) == ("what_if_many", {"found": 10_000, "limit": MOST_EDITS})


# ---- the input, redrawn


def test_a_redrawn_input_is_pieces_of_the_own_one_and_steps_of_its_own():
    found = read([], [[10, 11], {"o": 3, "x": [0.5, -2]}, [0, 0], {"o": -1, "x": [7, 8]}], TORCH)
    assert found.x.tolist() == [*X[10:].tolist(), [0.5, -2], X[0].tolist(), [7, 8]]
    assert found.x.dtype == np.float32
    assert found.origins.tolist() == [10, 11, -1, 0, -1]
    assert found.along(LABELS) == ("k", "l", "", "a", "")
    assert found.along(()) == ()
    assert found.redrawn
    assert (found.steps(12), read([], None, TORCH).steps(12)) == (5, 12)


def test_an_input_drawn_as_it_was_is_the_own_one():
    for drawn in (None, [[0, 11]], [[0, 4], [5, 11]]):
        assert not read([], drawn, TORCH).redrawn
    assert read([], [[0, 10]], TORCH).redrawn


def test_an_edit_may_name_steps_there_are_now():
    assert changes(edit(gate="z", value=1, steps=[0, 20]), drawn=[[0, 11], [0, 11]])[0].steps == (0, 20)
    assert changes(edit(gate="z", value=1, steps=[2, 8]), drawn=[[0, 4]])[0].steps == (2, 4)


@pytest.mark.parametrize(
    "piece",
    [
        None,
        3,
        "ab",
        [],
        [0],
        [0, 1, 2],
        [0, 12],
        [-1, 3],
        [3, 2],
        [0.0, 1],
        [True, 1],
        {},
        {"o": 0},
        {"x": [1, 2]},
        {"o": 12, "x": [1, 2]},
        {"o": -2, "x": [1, 2]},
        {"o": None, "x": [1, 2]},
        {"o": True, "x": [1, 2]},
        {"o": 0, "x": [1]},
        {"o": 0, "x": [1, 2, 3]},
        {"o": 0, "x": "12"},
        {"o": 0, "x": [1, None]},
        {"o": 0, "x": [1, "2"]},
        {"o": 0, "x": [1, True]},
        {"o": 0, "x": [1, float("nan")]},
        {"o": 0, "x": [1, float("inf")]},
        {"o": 0, "x": [1, 1e39]},
        {"o": 0, "x": [1, 10**400]},
    ],
)
def test_a_piece_that_is_none_is_a_problem_that_says_which(piece):
    with pytest.raises(Problem) as caught:
        read([], [[0, 3], piece], TORCH)
    assert (caught.value.key, caught.value.fields) == ("what_if_drawn", {"piece": 2})


@pytest.mark.parametrize("drawn", [[], {}, "ab", 3, True])
def test_what_is_no_list_of_pieces_is_a_problem(drawn):
    with pytest.raises(Problem) as caught:
        read([], drawn, TORCH)
    assert caught.value.key == "what_if_drawn"


def test_too_long_an_input_is_refused_before_it_is_made(monkeypatch):
    whole = [[0, 11]] * (MAX_STEPS // 12)
    assert read([], whole, TORCH).steps(12) == 99_996
    monkeypatch.setattr(np, "concatenate", lambda *_: pytest.fail("it was made"))
    for drawn in ([*whole, [0, 11]], [[0, 11]] * 10**6, [{"o": -1, "x": [0, 0]}] * (MAX_STEPS + 1)):
        with pytest.raises(Problem) as caught:
            read([], drawn, TORCH)
        assert (caught.value.key, caught.value.fields) == ("what_if_long", {"limit": MAX_STEPS})
    wide = gruviz.trace(gruviz.SplitGRU(1000, 1), np.zeros((100, 1000)))
    with pytest.raises(Problem) as caught:
        read([], [[0, 99]] * 51, wide)
    assert caught.value.fields == {"limit": 5000}


def test_a_digest_is_the_same_where_the_experiment_is_and_nowhere_else():
    clamp, other = edit(gate="z", value=1), edit(gate="z", value=0.5)
    asked = [
        ([], None),
        ([clamp], None),
        ([other], None),
        ([clamp, other], None),
        ([other, clamp], None),
        ([], [[0, 10]]),
        ([clamp], [[0, 10]]),
        ([], [[0, 11], [0, 0]]),
        ([], [[0, 10], {"o": 11, "x": [0, 0]}]),
        ([], [[0, 10], {"o": -1, "x": X[11].tolist()}]),
        ([], [[0, 9], {"o": -1, "x": X[10].tolist()}]),
    ]
    found = [read(*each, TORCH).digest for each in asked]
    assert len(set(found)) == len(asked)
    assert found == [read(*json.loads(json.dumps(each)), TORCH).digest for each in asked]


SENT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["clamp", "scale", "bias", "lesion", "weight", "z", "h", "w_ih", "b_hh", 0, 1, 4, 11, -1, 1e9]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["do", "gate", "value", "units", "steps", "layer", "name", "row", "column", "o", "x"]),
            inner,
            max_size=9,
        )
    ),
    max_leaves=20,
)
GOOD_EDITS = st.sampled_from(
    [edit(gate="z", value=1), edit(do="lesion", units=[0]), edit(do="bias", gate="n", value=2)]
)
EDITS = SENT | st.lists(
    st.builds(lambda good, more: {**good, **(more if isinstance(more, dict) else {})}, GOOD_EDITS, SENT) | SENT,
    max_size=4,
)
DRAWN = SENT | st.lists(
    SENT
    | st.just([0, 5])
    | st.lists(st.integers(-1, 13), max_size=3)
    | st.fixed_dictionaries({"o": st.integers(-2, 13), "x": st.lists(st.floats(width=32), max_size=3)}),
    max_size=5,
)


@settings(max_examples=400, deadline=None)
@given(EDITS, DRAWN, st.sampled_from(list(RUNS)), st.integers(0, 30))
def test_whatever_is_sent_is_computed_or_refused_with_a_sentence(edits, drawn, name, last):
    run = RUNS[name]
    value = {
        "id": 3,
        "kind": "what_if",
        "trace": name,
        "edits": edits,
        "drawn": drawn,
        "layer": 0,
        "first": 0,
        "last": last,
        "asked": "t",
    }
    question = requests.read(value, run)
    if question is None:
        return  # no such steps
    header, arrays = requests.reply(question, Scene(run))
    assert header["kind"] == ("what_if" if question.problem is None else "error")
    assert header["kind"] == "what_if" or header["reason"].endswith(".")
    assert unpack(pack(header, arrays))[0]["asked"] == "t"


def test_the_worst_that_can_be_sent_takes_no_time():
    began = time.perf_counter()
    for edits, drawn in (
        ([edit(gate="z", value=1, units=[0] * 10**5)] * 10**4, None),
        ([], [[0, 11]] * 10**6),
        ([], [{"o": -1, "x": [0.0] * 10**6}] * 100),
        ([], [[0, 0]] * MAX_STEPS + ["x"]),
    ):
        with pytest.raises(Problem):
            read(edits, drawn, TORCH)
    assert time.perf_counter() - began < 5


# ---- the reply


def asked(run, edits=(), drawn=None, layer=0, first=0, last=11, scene=None, **more):
    value = {
        "id": 9,
        "kind": "what_if",
        "trace": run.id,
        "edits": list(edits),
        "drawn": drawn,
        "layer": layer,
        "first": first,
        "last": last,
        **more,
    }
    return requests.reply(requests.read(value, run), scene or Scene(run))


@pytest.mark.parametrize("name", RUNS)
def test_the_reply_is_the_trace_of_the_same_model_with_these_interventions(name):
    run = RUNS[name]
    layer = len(run.trace.h) - 1
    edits = [edit(gate="z", value=1, units=[1, 3], steps=[2, 6]), edit(do="lesion", units=[0], layer=layer)]
    drawn = [[4, 11], {"o": -1, "x": [3, -3]}, [0, 2]]
    header, arrays = asked(run, edits, drawn, layer=layer, first=1, last=10, asked="a token")
    x = np.concatenate([X[4:], [[3, -3]], X[:3]])
    wanted = gruviz.trace(
        MODELS[name], x, what_if=(gruviz.Clamp("z", 1.0, units=(1, 3), steps=(2, 6)), gruviz.Lesion((0,), layer=layer))
    )
    for gate in "zrnh":
        assert np.array_equal(arrays[gate], getattr(wanted, gate)[layer, 0, 1:11])
    assert np.array_equal(arrays["x"], x.astype(np.float32)[1:11])
    assert {key: header[key] for key in ("reply", "kind", "trace", "asked")} == {
        "reply": 9,
        "kind": "what_if",
        "trace": name,
        "asked": "a token",
    }
    assert header["computed"] == wanted.meta.computed
    assert (header["tile"]["first"], header["tile"]["last"], header["tile"]["layer"]) == (1, 10, layer)
    assert header["tile"]["labels"] == [*"fghijkl", "", "a", "b"]


def test_nothing_changed_is_the_free_run_bit_for_bit():
    run = RUNS["torch"]
    _, arrays = asked(run, layer=2)
    for gate in "zrnh":
        assert np.array_equal(arrays[gate], getattr(run.trace, gate)[2, 0])


def test_what_is_due_and_a_target_are_those_of_an_input_that_was_not_redrawn():
    model, rng = MODELS["split"], np.random.default_rng(0)
    head = Head("classes", tuple("ab"), None, rng.normal(size=(2, 5)).astype("f4"), np.zeros(2, "f4"))
    run = Run("a", RUNS["split"].trace, model, head, np.arange(12, dtype="f4")[:, None] % 2)
    scene = Scene(run, labels=Labels(due=tuple("ABCDEFGHIJKL")))
    header, arrays = asked(run, [edit(gate="z", value=1)], scene=scene)
    assert header["tile"]["due"] == list("ABCDEFGHIJKL")
    assert np.array_equal(arrays["target"], run.target)
    assert not np.isnan(arrays["wrong"]).any()
    states = gruviz.trace(model, X, what_if=(gruviz.Clamp("z", 1.0),)).h[0, 0]
    logits = states @ head.w.T
    assert np.allclose(arrays["y"], np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), atol=1e-6)
    header, arrays = asked(run, [], [[0, 10], {"o": 11, "x": [0, 0]}], scene=scene)
    assert header["tile"]["due"] == []
    assert "target" not in arrays
    assert "wrong" not in arrays


def test_many_classes_have_the_rows_of_the_scene_whatever_is_said_now():
    model, rng = MODELS["split"], np.random.default_rng(0)
    head = Head("classes", tuple(map(str, range(90))), None, rng.normal(size=(90, 5)).astype("f4"), np.zeros(90, "f4"))
    rows = set(Run("a", RUNS["split"].trace, model, head).said.rows)
    due = np.array(sorted(set(range(90)) - rows)[:12], np.float32)[:, None]  # what is due has a row
    run = Run("a", RUNS["split"].trace, model, head, due)
    assert set(due[:, 0]) <= set(run.said.rows)
    _, arrays = asked(run, [edit(gate="h", value=-1)], [[0, 10]], last=10)
    logits = np.full((11, 5), -1.0) @ head.w.T
    y = np.exp(logits - logits.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)
    assert np.allclose(arrays["y"][:, :-1], y[:, run.said.rows], rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_why_it_cannot_be_is_said_in_the_language_of_the_stage(language):
    run = RUNS["torch"]
    scene = Scene(run, labels=Labels(language=language))
    header, arrays = asked(run, [edit(gate="x", value=1)], scene=scene, asked="k")
    said = words(language)["problems"]["what_if_edit"].format(number=1)
    assert header == {"reply": 9, "kind": "error", "trace": "torch", "asked": "k", "reason": said}
    assert arrays == {}


@pytest.mark.parametrize(
    ("token", "back"),
    [
        ("x" * 64, "x" * 64),
        ("x" * 65, None),
        (3, 3),
        (0, 0),
        (10**400, None),
        (-1, None),
        (None, None),
        (["a"], None),
        (True, None),
        (1.5, None),
    ],
)
def test_a_token_comes_back_bounded(token, back):
    assert asked(RUNS["split"], asked=token)[0]["asked"] == back


@pytest.mark.parametrize("change", [{"layer": 4}, {"first": 3, "last": 2}, {"last": 12}, {"last": None}, {"first": -1}])
def test_steps_that_are_not_there_are_no_question(change):
    run = RUNS["torch"]
    value = {"id": 9, "kind": "what_if", "trace": run.id, "edits": [], "layer": 0, "first": 0, "last": 11}
    assert requests.read(value, run) is not None
    assert requests.read(value | change, run) is None


def test_steps_are_those_of_the_input_as_it_was_redrawn():
    run = RUNS["split"]
    _, arrays = asked(run, drawn=[[0, 11], [0, 11]], first=12, last=23)
    assert np.array_equal(arrays["x"], X)
    value = {"id": 9, "kind": "what_if", "trace": run.id, "edits": [], "drawn": [[0, 4]], "layer": 0, "first": 0}
    assert requests.read(value | {"last": 4}, run) is not None
    assert requests.read(value | {"last": 5}, run) is None


def test_the_one_bias_of_concat_becomes_what_the_browser_says():
    params = gruviz.SplitGRU(2, 5).params()
    model = gruviz.ConcatGRU.from_params(params)  # remembers which part of it is b_hh
    run = Run("a", gruviz.trace(model, X), model)
    _, arrays = asked(run, [edit(do="weight", name="b_ih", row=6, value=2.5), edit(gate="r", value=0.5)])
    bias = (params.b_ih + params.b_hh).astype(np.float32)
    bias[6] = 2.5
    other = gruviz.SplitGRU.from_params(gruviz.GRUParams(params.w_ih, params.w_hh, bias, np.zeros(15, np.float32)))
    wanted = gruviz.trace(other, X, what_if=(gruviz.Clamp("r", 0.5),))
    assert np.allclose(arrays["z"], wanted.z[0, 0], atol=1e-6)
    assert np.allclose(arrays["h"], wanted.h[0, 0], atol=1e-6)


def test_of_a_batch_the_first_entry_is_bent():
    model = MODELS["split"]
    trace = gruviz.trace(model, np.stack([X, -X]), h0=np.full(5, 0.3))
    found = bent(model, trace, WhatIf((gruviz.Clamp("r", 0.0),)))
    wanted = gruviz.trace(model, X, h0=np.full(5, 0.3), what_if=(gruviz.Clamp("r", 0.0),))
    assert np.array_equal(found.h, wanted.h)


# ---- what the browser computes with


@pytest.mark.parametrize("name", RUNS)
def test_a_browser_gets_every_number_the_model_computes_with(name):
    run = RUNS[name]
    question = requests.read({"id": 2, "kind": "model", "trace": name}, run)
    header, arrays = unpack(pack(*requests.reply(question, Scene(run))))
    layers = {"split": [2], "concat": [2], "torch": [2, 2, 10, 10]}[name]
    reset = "after" if name == "torch" else "before"
    assert header == {
        "reply": 2,
        "kind": "model",
        "trace": name,
        "directions": 2 if name == "torch" else 1,
        "head": None,
        "layers": [
            {"inputs": inputs, "units": 5, "reset": reset, "reverse": name == "torch" and row % 2 == 1}
            for row, inputs in enumerate(layers)
        ],
    }
    names = {"x", "h0"}
    for row in range(len(layers)):
        for key, array in zip(("w_ih", "w_hh", "b_ih", "b_hh"), layer_weights(run.model, row), strict=True):
            if array is not None:
                assert np.array_equal(arrays[f"{key}{row}"], array)
                names.add(f"{key}{row}")
    assert set(arrays) == names
    assert ("b_hh0" in arrays) == (name != "concat")
    assert np.array_equal(arrays["x"], X)
    assert np.array_equal(arrays["h0"], np.zeros((len(layers), 5)))


def test_a_head_and_its_target_come_along():
    head = Head("numbers", ("depth",), 0.5, np.ones((1, 5), "f4"), np.ones(1, "f4"))
    target = np.full((12, 1), np.nan, "f4")
    header, arrays = own_numbers(MODELS["split"], RUNS["split"].trace, head, target)
    assert header["head"] == {"kind": "numbers", "within": 0.5}
    assert (arrays["head_w"] is head.w, arrays["head_b"] is head.b, arrays["target"] is target) == (True, True, True)
    assert "target" not in own_numbers(MODELS["split"], RUNS["split"].trace, head)[1]


@pytest.mark.parametrize(("units", "steps"), [(900, 10), (4, 100_000)])
def test_what_is_too_large_for_a_browser_is_said_and_left_out(units, steps):
    model = gruviz.SplitGRU(21, units)
    trace = gruviz.trace(model, np.zeros((steps, model.input_size), np.float32))
    assert own_numbers(model, trace) == ({"too_large": True}, {})
    run = Run("a", trace, model)
    header, arrays = requests.reply(requests.read({"id": 2, "kind": "model", "trace": "a"}, run), Scene(run))
    assert (header, arrays) == ({"reply": 2, "kind": "model", "trace": "a", "too_large": True}, {})


def test_what_fits_is_within_the_bound_and_the_bound_is_about_bytes():
    model = gruviz.TorchGRU(64, 256, num_layers=2)
    _, arrays = own_numbers(model, gruviz.trace(model, np.zeros((50, 64))))
    assert 2_000_000 < sum(array.nbytes for array in arrays.values()) < MOST_BYTES
