"""GateTrace: what it holds and refuses, and what follows from its arrays."""

import pickle
from dataclasses import FrozenInstanceError, asdict, fields, replace

import numpy as np
import pytest
from oracle import inputs, layered, numbers, run, start

import gruviz
from gruviz import GateTrace, GRUParams, SplitGRU, TorchGRU, TraceMeta

ARRAYS = ("r", "z", "n", "h", "x", "h0")
LAYERS, BATCH, STEPS, UNITS, INPUTS = 4, 2, 5, 3, 2  # two layers, two directions


def meta(**changes):
    every = {
        "kind": "nn.GRU",
        "reset": "after",
        "input_size": INPUTS,
        "hidden_size": UNITS,
        "num_layers": 2,
        "bidirectional": True,
        "bias": True,
        "dtype": "float32",
        "steps": STEPS,
        "batch": BATCH,
    }
    return TraceMeta(**{**every, **changes})


def parts(**changes):
    rng = np.random.default_rng(0)
    full = (LAYERS, BATCH, STEPS, UNITS)
    every = {gate: rng.uniform(0.1, 0.9, full).astype(np.float32) for gate in "rznh"}
    every["x"] = rng.normal(size=(BATCH, STEPS, INPUTS)).astype(np.float32)
    every["h0"] = rng.uniform(-0.9, 0.9, (LAYERS, BATCH, UNITS)).astype(np.float32)
    return {**every, "labels": (), "meta": meta(), **changes}


@pytest.mark.parametrize("field", ARRAYS)
@pytest.mark.parametrize("change", [lambda a: a[:, 1:], lambda a: a[..., None], lambda a: a[0]])
def test_a_shape_that_does_not_fit_is_refused_and_named(field, change):
    with pytest.raises(ValueError, match=rf"^{field} has shape \(.*\); \(.*\) is needed\.$"):
        GateTrace(**parts(**{field: change(parts()[field])}))


@pytest.mark.parametrize(
    "change", [{"num_layers": 1}, {"bidirectional": False}, {"batch": 3}, {"steps": 6}, {"hidden_size": 4}]
)
def test_arrays_must_fit_what_meta_says(change):
    with pytest.raises(ValueError, match=r"^r has shape"):
        GateTrace(**parts(meta=meta(**change)))


def test_input_size_must_fit_what_meta_says():
    with pytest.raises(ValueError, match=r"^x has shape \(2, 5, 2\); \(2, 5, 9\) is needed\.$"):
        GateTrace(**parts(meta=meta(input_size=9)))


@pytest.mark.parametrize("count", [1, 4, 6])
def test_labels_are_one_a_step_or_none(count):
    with pytest.raises(ValueError, match=rf"labels has {count} texts for 5 steps"):
        GateTrace(**parts(labels=("a",) * count))
    assert GateTrace(**parts(labels=tuple("abcde"))).labels == tuple("abcde")


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_frozen(name):
    made = GateTrace(**parts())
    traced = gruviz.trace(SplitGRU(INPUTS, UNITS), inputs(1, 4, INPUTS))
    for trace in (made, traced):
        with pytest.raises(ValueError, match="read-only"):
            getattr(trace, name)[...] = 0
        with pytest.raises(FrozenInstanceError):
            setattr(trace, name, getattr(trace, name))


def test_meta_is_frozen():
    with pytest.raises(FrozenInstanceError):
        meta().steps = 3


def test_what_follows_from_the_arrays_written_out_by_hand():
    t = GateTrace(**parts())
    assert [t.reverse(k) for k in range(LAYERS)] == [False, True, False, True]
    for k, b, s, u in np.ndindex(t.h.shape):
        backwards = k % 2 == 1
        before = s + 1 if backwards else s - 1
        previous = t.h[k, b, before, u] if 0 <= before < STEPS else t.h0[k, b, u]
        assert t.h_prev[k, b, s, u] == t.h_prev_at(k, b, s, u) == previous
        assert t.keep[k, b, s, u] == t.z[k, b, s, u] * previous
        assert t.write[k, b, s, u] == (1 - t.z[k, b, s, u]) * t.n[k, b, s, u]
        assert t.h_last[k, b, u] == t.h[k, b, 0 if backwards else STEPS - 1, u]
    gates, edges = LAYERS * BATCH * STEPS * UNITS, BATCH * STEPS * INPUTS + LAYERS * BATCH * UNITS
    assert t.nbytes == 4 * (4 * gates + edges)


def test_one_way_layers_never_run_backwards():
    t = GateTrace(**parts(meta=meta(num_layers=4, bidirectional=False)))
    assert not any(t.reverse(k) for k in range(LAYERS))
    assert np.array_equal(t.h_prev[:, :, 1:], t.h[:, :, :-1])
    assert np.array_equal(t.h_prev[:, :, 0], t.h0)
    assert np.array_equal(t.h_last, t.h[:, :, -1])


def test_derived_arrays_do_not_lend_out_the_stored_ones():
    t = GateTrace(**parts())
    h = t.h.copy()
    for name in ("h_prev", "keep", "write", "h_last"):
        getattr(t, name)[...] = 7
    assert np.array_equal(t.h, h)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_derived_arrays_of_a_real_run_against_the_oracle(bidirectional):
    every = layered(3, INPUTS, UNITS, 2, 1 + bidirectional)
    x, h0 = inputs(3, BATCH, STEPS, INPUTS), start(3, len(every), BATCH, UNITS)
    wanted = run(every, x, h0, "after", bidirectional)
    model = TorchGRU.from_params([GRUParams(*one) for one in every], bidirectional=bidirectional)
    t = gruviz.trace(model, x, h0)
    assert np.abs(t.h_prev - wanted["h_prev"]).max() < 1e-7
    assert np.abs(t.keep - wanted["z"] * wanted["h_prev"]).max() < 2e-7
    assert np.abs(t.write - (1 - wanted["z"]) * wanted["n"]).max() < 2e-7
    assert np.abs(t.keep + t.write - t.h).max() < 3e-7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_trace_survives_pickling(dtype):
    model = SplitGRU.from_params(GRUParams(*numbers(4, INPUTS, UNITS, dtype)))
    t = gruviz.trace(model, inputs(4, 3, INPUTS), start(4, UNITS), labels="abc", seed=5)
    again = pickle.loads(pickle.dumps(t))
    assert again.meta == t.meta
    assert again.labels == t.labels == ("a", "b", "c")
    for name in (*ARRAYS, "h_prev", "keep", "write", "h_last"):
        one, other = getattr(t, name), getattr(again, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def test_a_trace_holds_arrays_and_words_only():
    t = gruviz.trace(TorchGRU(INPUTS, UNITS), inputs(5, 4, INPUTS))
    assert all(type(getattr(t, name)) is np.ndarray for name in ARRAYS)
    assert all(type(value) in (str, int, bool, float, tuple, type(None)) for value in asdict(t.meta).values())
    assert {f.name for f in fields(t)} == {*ARRAYS, "labels", "meta"}


def test_a_changed_copy_is_checked_again():
    t = gruviz.trace(SplitGRU(INPUTS, UNITS), inputs(6, 4, INPUTS))
    with pytest.raises(ValueError, match=r"^z has shape"):
        replace(t, z=t.z[:, :, :-1])
    assert np.array_equal(replace(t, labels=tuple("abcd")).z, t.z)
