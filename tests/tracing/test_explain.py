"""Every number of a trace from its terms, held against the scalar oracle."""

import math
import re
from dataclasses import FrozenInstanceError, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest
import torch
from oracle import Numbers, inputs, layered, numbers, plain_cell, plain_gru, run, sigmoid, start
from torch import nn
from torch.nn.utils import parametrizations

import gruviz
from gruviz import ConcatGRU, GRUParams, SplitGRU, TorchGRU, explain
from gruviz.tracing.trace import check_fits, layer_weights

INPUTS, UNITS, BATCH, STEPS = 3, 4, 2, 5
NEAR = 1e-6
GATES = ("z", "r", "n", "h")
SQUASH = {"sigmoid": sigmoid, "tanh": math.tanh, None: float}
# name: (layers, directions, biases a gate)
CASES = {
    "split": (1, 1, 2),
    "split, no bias": (1, 1, 0),
    "concat": (1, 1, 1),
    "concat, no bias": (1, 1, 0),
    "torch": (1, 1, 2),
    "torch, 2 layers, 2 ways": (2, 2, 2),
    "nn.GRU": (1, 1, 2),
    "nn.GRU, no bias": (1, 1, 0),
    "nn.GRU, 3 layers": (3, 1, 2),
    "nn.GRU, 2 ways": (1, 2, 2),
    "nn.GRU, 3 layers, 2 ways": (3, 2, 2),
    "nn.GRU, 2 layers, 2 ways, no bias": (2, 2, 0),
    "nn.GRUCell": (1, 1, 2),
    "nn.GRUCell, no bias": (1, 1, 0),
}


class Case(NamedTuple):
    model: nn.Module
    layers: list[Numbers]
    x: np.ndarray
    trace: gruviz.GateTrace
    wanted: dict[str, np.ndarray]
    reset: str
    directions: int
    biases: int


@lru_cache
def case(name, dtype=np.float64):
    depth, directions, biases = CASES[name]
    kind = name.split(",")[0]
    reset = "before" if kind in ("split", "concat") else "after"
    layers = layered(5, INPUTS, UNITS, depth, directions, dtype, biases > 0)
    if kind in ("split", "concat"):
        cls = {"split": SplitGRU, "concat": ConcatGRU}[kind]
        if biases:
            model = cls.from_params(GRUParams(*layers[0]))
        else:
            torch.manual_seed(3)
            model = cls(INPUTS, UNITS, bias=False).to(torch.from_numpy(layers[0].w_ih).dtype)
            p = model.params()
            layers = [Numbers(p.w_ih, p.w_hh, p.b_ih, p.b_hh)]
    elif kind == "torch":
        model = TorchGRU.from_params([GRUParams(*one) for one in layers], bidirectional=directions == 2)
    elif kind == "nn.GRU":
        model = plain_gru(layers, directions == 2, biases > 0)
    else:
        model = plain_cell(layers[0], biases > 0)
    x = inputs(5, BATCH, STEPS, INPUTS, dtype=dtype)
    h0 = start(5, len(layers), BATCH, UNITS, dtype=dtype)
    trace = gruviz.trace(model, x, h0)
    assert trace.meta.kind == kind
    return Case(model, layers, x, trace, run(layers, x, h0, reset, directions == 2), reset, directions, biases)


def places(c):
    """Every layer, batch and unit, at the first, a middle and the last step."""
    return [(k, b, t, j) for k, b, _, j in np.ndindex(*c.trace.h.shape[:2], 1, UNITS) for t in (0, 2, STEPS - 1)]


def by_hand(c, gate, layer, batch, time, unit):
    """(kind, index) -> value, one product at a time from the oracle's own numbers."""
    at = (layer, batch, time)
    r, z, n, h = (c.wanted[name][at] for name in ("r", "z", "n", "h_prev"))
    if gate == "h":
        return {("keep", unit): z[unit] * h[unit], ("write", unit): (1 - z[unit]) * n[unit]}
    depth = layer // c.directions
    below = c.wanted["h"][(depth - 1) * c.directions : depth * c.directions, batch, time]
    x = c.x[batch, time] if depth == 0 else [value for side in below for value in side]
    one, row = c.layers[layer], "rzn".index(gate) * UNITS + unit
    terms = {("input", i): one.w_ih[row, i] * x[i] for i in range(len(x))}
    factor = {("n", "before"): list(r), ("n", "after"): [r[unit]] * UNITS}.get((gate, c.reset), [1.0] * UNITS)
    terms |= {("state", k): one.w_hh[row, k] * h[k] * factor[k] for k in range(UNITS)}
    on_bias = r[unit] if (gate, c.reset) == ("n", "after") else 1.0
    if c.biases == 2:
        terms |= {("bias_ih", None): one.b_ih[row], ("bias_hh", None): one.b_hh[row] * on_bias}
    if c.biases == 1:
        terms |= {("bias", None): one.b_ih[row] + one.b_hh[row]}
    return terms


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", CASES)
def test_the_terms_are_those_of_the_equation_and_add_up_to_the_traced_number(name, gate):
    c = case(name)
    for place in places(c):
        layer, batch, time, unit = place
        e = explain.number(c.model, c.trace, gate=gate, layer=layer, batch=batch, time=time, unit=unit)
        assert (e.gate, e.layer, e.batch, e.time, e.unit) == (gate, *place)
        assert e.value == getattr(c.trace, gate)[place]
        assert abs(e.value - c.wanted[gate][place]) < NEAR
        assert e.squash == {"n": "tanh", "h": None}.get(gate, "sigmoid")
        assert abs(SQUASH[e.squash](e.total) - e.value) < NEAR
        assert abs(SQUASH[e.squash](sum(t.value for t in e.terms)) - e.value) < NEAR
        assert abs(sum(t.value for t in e.terms) - e.total) < NEAR
        found, wanted = {(t.kind, t.index): t.value for t in e.terms}, by_hand(c, gate, *place)
        assert len(found) == len(e.terms)
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            assert abs(found[key] - value) < NEAR, (place, key)


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", CASES)
def test_each_term_is_weight_times_source_times_reset(name, gate):
    c = case(name)
    for layer, batch, time, unit in places(c):
        e = explain.number(c.model, c.trace, gate=gate, layer=layer, batch=batch, time=time, unit=unit)
        r = c.trace.r[layer, batch, time]
        for term in e.terms:
            factors = [term.weight, *(f for f in (term.source, term.reset) if f is not None)]
            assert term.value == pytest.approx(math.prod(factors), rel=1e-12, abs=1e-15)
            gated = gate == "n" and (term.kind == "state" or (term.kind == "bias_hh" and c.reset == "after"))
            assert (term.reset is not None) == gated
            assert (term.source is None) == (term.index is None) == term.kind.startswith("bias")
            if gated:
                assert term.reset == r[term.index if c.reset == "before" else unit]
            if term.kind == "state":
                assert term.source == c.trace.h_prev[layer, batch, time, term.index]
            if term.kind == "input" and layer < c.directions:
                assert term.source == c.trace.x[batch, time, term.index]
            if term.kind == "input" and layer >= c.directions:
                first = layer // c.directions * c.directions - c.directions
                side, index = divmod(term.index, UNITS)
                assert term.source == c.trace.h[first + side, batch, time, index]


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", CASES)
def test_sums_of_the_three_pre_activations(name, gate):
    c = case(name)
    for place in places(c):
        layer, batch, time, unit = place
        sums = explain.number(c.model, c.trace, gate=gate, layer=layer, batch=batch, time=time, unit=unit).sums
        assert sums.keys() == {"r", "z", "n"}
        for name_, squash in (("r", sigmoid), ("z", sigmoid), ("n", math.tanh)):
            found, terms = sums[name_], by_hand(c, name_, *place)
            inner = {"inner", "inner_h", "inner_b"} if name_ == "n" else set()
            assert found.keys() == {"x", "h", "b", "total"} | inner
            gated = ("bias_hh",) if (name_, c.reset) == ("n", "after") else ()
            for part, kinds in (("x", ("input",)), ("h", ("state", *gated))):
                assert abs(found[part] - sum(v for (kind, _), v in terms.items() if kind in kinds)) < NEAR
            biases = [v for (kind, _), v in terms.items() if kind.startswith("bias") and kind not in gated]
            assert abs(found["b"] - sum(biases)) < NEAR
            assert abs(found["total"] - found["x"] - found["h"] - found["b"]) < NEAR
            assert abs(squash(found["total"]) - c.wanted[name_][place]) < NEAR
        one, row, h = c.layers[layer], 2 * UNITS + unit, c.wanted["h_prev"][layer, batch, time]
        bare, n = sum(one.w_hh[row, k] * h[k] for k in range(UNITS)), sums["n"]
        wanted = (n["h"], 0.0) if c.reset == "before" else (bare, one.b_hh[row])
        assert abs(n["inner_h"] - wanted[0]) < NEAR
        assert abs(n["inner_b"] - wanted[1]) < NEAR
        assert abs(n["inner"] - n["inner_h"] - n["inner_b"]) < NEAR


@pytest.mark.parametrize("name", CASES)
def test_sums_of_several_steps_are_those_of_each(name):
    c = case(name)
    for layer, batch, first, last in [(0, 0, 0, STEPS - 1), (len(c.layers) - 1, 1, 1, 3), (0, 1, 2, 2)]:
        found = explain.sums(c.model, c.trace, layer=layer, batch=batch, first=first, last=last, unit=2)
        for k, time in enumerate(range(first, last + 1)):
            one = explain.number(c.model, c.trace, gate="h", layer=layer, batch=batch, time=time, unit=2).sums
            here = {gate: {part: values[k] for part, values in parts.items()} for gate, parts in found.items()}
            assert {gate: list(parts) for gate, parts in here.items()} == {g: list(p) for g, p in one.items()}
            for gate, parts in one.items():
                assert here[gate] == pytest.approx(parts, abs=1e-12)
        assert {len(values) for parts in found.values() for values in parts.values()} == {last + 1 - first}


def test_sums_are_refused_where_the_steps_or_the_weights_are_not_those_of_the_trace():
    c = case("split")
    with pytest.raises(ValueError, match=re.escape("last is 1, before the first step, 2.")):
        explain.sums(c.model, c.trace, first=2, last=1, unit=0)
    with pytest.raises(ValueError, match="time is 5; this trace has whole numbers from 0 to 4"):
        explain.sums(c.model, c.trace, first=0, last=STEPS, unit=0)
    other = SplitGRU.from_params(GRUParams(*numbers(99, INPUTS, UNITS)))
    with pytest.raises(ValueError, match=r"This model does not fit the trace: its weights make this [rzn] "):
        explain.sums(other, c.trace, first=0, last=STEPS - 1, unit=0)


def test_inner_is_what_stands_before_the_gate_even_where_the_gate_is_shut():
    one = numbers(7, INPUTS, UNITS)
    one.b_ih[:UNITS] = -500
    model = plain_gru([one], batch_first=True)
    trace = gruviz.trace(model, inputs(7, BATCH * STEPS, INPUTS).reshape(BATCH, STEPS, INPUTS))
    e = explain.number(model, trace, gate="n", batch=1, time=2, unit=3)
    h = trace.h_prev[0, 1, 2]
    assert not trace.r.any()
    assert e.sums["n"]["h"] == 0
    assert e.sums["n"]["inner"] == pytest.approx(one.w_hh[11] @ h + one.b_hh[11])
    assert {t.value for t in e.terms if t.kind in ("state", "bias_hh")} == {0.0}


# --- wrong decompositions are seen ------------------------------------------------------------------


def off(model, trace, gate="n"):
    """Largest |squash(total) - value| over the trace."""
    return max(
        abs(SQUASH[e.squash](sum(t.value for t in e.terms)) - e.value)
        for k, b, t, j in np.ndindex(trace.h.shape)
        for e in [explain.number(model, trace, gate=gate, layer=k, batch=b, time=t, unit=j)]
    )


def refused(gate):
    return pytest.raises(ValueError, match=f"^This model does not fit the trace: its weights make this {gate} ")


@pytest.mark.parametrize(("name", "other"), [("nn.GRU", "before"), ("torch", "before"), ("split", "after")])
def test_under_the_other_reset_placement_the_candidate_does_not_add_up(name, other):
    c = case(name)
    wrong = replace(c.trace, meta=replace(c.trace.meta, reset=other))
    assert off(c.model, c.trace) < NEAR
    with refused("n"):
        off(c.model, wrong)


def test_concat_has_one_bias_that_no_gate_touches():
    c = case("concat")
    wrong = replace(c.trace, meta=replace(c.trace.meta, reset="after"))
    assert off(c.model, c.trace) < NEAR
    with refused("n"):
        off(c.model, wrong)


def test_a_forgotten_start_or_another_input_does_not_add_up():
    c = case("nn.GRU, 2 ways")
    for wrong in ({"h0": np.zeros_like(c.trace.h0)}, {"h0": c.trace.h0[::-1].copy()}, {"x": c.trace.x[:, ::-1].copy()}):
        with refused("[rzn]"):
            off(c.model, replace(c.trace, **wrong))


def test_directions_below_stand_forward_then_reverse():
    c = case("nn.GRU, 3 layers, 2 ways")
    swapped = {name: getattr(c.trace, name).copy() for name in "rznh"}
    for array in swapped.values():
        array[:2] = array[[1, 0]]
    above = {"layer": 2, "batch": 1, "time": 2, "unit": 1}
    explain.number(c.model, c.trace, gate="z", **above)
    with refused("[rzn]"):
        explain.number(c.model, replace(c.trace, **swapped), gate="z", **above)


def test_weights_that_have_changed_since_are_refused():
    model = SplitGRU.from_params(GRUParams(*numbers(7, INPUTS, UNITS)))
    trace = gruviz.trace(model, inputs(7, STEPS, INPUTS))
    assert off(model, trace, "z") < NEAR
    with torch.no_grad():
        model.wz.weight += 0.5
    for gate in GATES:
        with refused("z"):
            off(model, trace, gate)


# --- ranking ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("gate", GATES)
def test_terms_are_ranked_and_the_rest_is_what_is_left(gate):
    c = case("nn.GRU, 3 layers, 2 ways")
    e = explain.number(c.model, c.trace, gate=gate, layer=3, batch=1, time=2, unit=1)
    sizes = [abs(term.value) for term in e.terms]
    assert sizes == sorted(sizes, reverse=True)
    for count in range(len(sizes) + 3):
        terms, rest_count, rest_value = e.largest(count)
        assert terms == e.terms[:count]
        assert len(terms) + rest_count == len(e.terms)
        assert abs(sum(term.value for term in terms) + rest_value - e.total) < NEAR
        assert rest_count > 0 or rest_value == 0
    with pytest.raises(ValueError, match=r"^count is -1; it must not be negative\.$"):
        e.largest(-1)


def test_equal_terms_stay_in_the_order_of_the_equation():
    w_ih = np.tile([1.0, -2.0, 2.0], (6, 30))
    model = SplitGRU.from_params(GRUParams(w_ih, np.ones((6, 2)), np.ones(6), -np.ones(6)))
    e = explain.number(model, gruviz.trace(model, np.ones((1, 90)), np.ones(2)), gate="r", time=0, unit=1)
    twos, ones = ([("input", i) for i in range(90) if (i % 3 == 0) == small] for small in (False, True))
    order = [*twos, *ones, ("bias_ih", None), ("state", 0), ("state", 1), ("bias_hh", None)]
    assert [(t.kind, t.index) for t in e.terms] == order


def test_term_objects_are_made_only_for_those_asked_for(monkeypatch):
    made = []
    monkeypatch.setattr("gruviz.tracing.terms.Term", lambda *args: made.append(args) or args)
    model = nn.GRU(64, 256)
    e = explain.number(model, gruviz.trace(model, np.ones((2, 64))), gate="n", time=1, unit=200)
    assert not made
    assert e.largest(12)[1] == 64 + 256 + 2 - 12
    assert len(made) == 12
    assert len(e.terms) == 64 + 256 + 2
    assert e.terms is e.terms


def test_results_are_frozen():
    c = case("split")
    e = gruviz.explain.number(c.model, c.trace, gate="z", layer=0, batch=0, time=4, unit=3)
    with pytest.raises(FrozenInstanceError):
        e.total = 1.0
    with pytest.raises(FrozenInstanceError):
        e.terms[0].value = 1.0


def test_places_may_be_numpy_integers_and_come_back_plain():
    c = case("nn.GRU, 2 ways")
    k, b, t, j = np.array([1, 1, 3, 2])
    e = explain.number(c.model, c.trace, gate="h", layer=k, batch=b, time=t, unit=j)
    numbers_ = [e.layer, e.batch, e.time, e.unit, e.value, e.total, *(v for s in e.sums.values() for v in s.values())]
    assert {type(value) for value in numbers_} == {int, float}
    assert {type(v) for term in e.terms for v in (term.index, term.value, term.weight, term.source)} == {int, float}


# --- precision and odd numbers ----------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_float32_models(name):
    c = case(name, np.float32)
    for gate in GATES:
        assert off(c.model, c.trace, gate) < 2e-6


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("make", [SplitGRU, ConcatGRU, TorchGRU, nn.GRU, nn.GRUCell])
def test_half_precision_models_add_up_to_their_own_rounding(make, dtype):
    torch.manual_seed(1)
    model = make(INPUTS, UNITS).to(dtype)
    trace = gruviz.trace(model, inputs(8, STEPS, INPUTS), start(8, UNITS))
    for gate in GATES:
        assert off(model, trace, gate) < 0.02
    assert layer_weights(model)[0].dtype == np.float32


@pytest.mark.parametrize("gate", ["z", "r", "n"])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_diverged_model_is_explained_and_the_guilty_term_comes_first(gate, bad):
    model = plain_gru([numbers(9, INPUTS, UNITS)])
    with torch.no_grad():
        model.weight_ih_l0["rzn".index(gate) * UNITS + 2, 1] = bad
    trace = gruviz.trace(model, np.array([[1.0, 0.0, 1.0]]))  # inf * 0 is not a number
    e = explain.number(model, trace, gate=gate, time=0, unit=2)
    assert (e.terms[0].kind, e.terms[0].index) == ("input", 1)
    assert math.isnan(e.total)
    assert math.isnan(e.value)
    terms, count, rest = e.largest(1)
    assert math.isnan(terms[0].value)
    assert count == INPUTS + UNITS + 1
    assert math.isfinite(rest)
    h = explain.number(model, gruviz.trace(model, np.full((2, INPUTS), np.inf)), gate="h", time=1, unit=2)
    assert len(h.terms) == 2


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize("gate", ["x", "h_prev", "", "zr", None, 0])
def test_a_wrong_gate_is_refused(gate):
    c = case("split")
    with pytest.raises(ValueError, match=r'^gate is .*; it must be "z", "r", "n" or "h"\.$'):
        explain.number(c.model, c.trace, gate=gate, time=0, unit=0)


@pytest.mark.parametrize("gate", ["z", "h"])
@pytest.mark.parametrize(("name", "size"), [("layer", 2), ("batch", BATCH), ("time", STEPS), ("unit", UNITS)])
def test_a_place_outside_the_trace_is_refused_and_named(name, size, gate):
    c = case("nn.GRU, 2 ways")
    for bad in (-1, size, 10**9, 0.0, "1", None):
        place = {"layer": 0, "batch": 0, "time": 0, "unit": 0, name: bad}
        with pytest.raises(ValueError, match=rf"^{name} is .*; this trace has whole numbers from 0 to {size - 1} "):
            explain.number(c.model, c.trace, gate=gate, **place)
    assert explain.number(c.model, c.trace, gate=gate, **{**place, name: size - 1})


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (SplitGRU(INPUTS, UNITS), "its kind is split, the trace's is nn.GRU."),
        (nn.GRU(INPUTS + 1, UNITS, 2), "its input_size is 4, the trace's is 3."),
        (nn.GRU(INPUTS, UNITS + 1, 2), "its hidden_size is 5, the trace's is 4."),
        (nn.GRU(INPUTS, UNITS), "its num_layers is 1, the trace's is 2."),
        (nn.GRU(INPUTS, UNITS, 2, bidirectional=True), "its bidirectional is True, the trace's is False."),
        (nn.GRU(INPUTS, UNITS, 2, bias=False), "its bias is False, the trace's is True."),
    ],
)
def test_a_model_of_another_kind_or_size_is_refused(model, sentence):
    trace = gruviz.trace(nn.GRU(INPUTS, UNITS, 2), np.ones((STEPS, INPUTS)))
    with pytest.raises(ValueError, match="^This model does not fit the trace: " + re.escape(sentence) + "$"):
        explain.number(model, trace, gate="z", time=0, unit=0)
    check_fits(nn.GRU(INPUTS, UNITS, 2, batch_first=True), trace)


def test_what_cannot_be_traced_cannot_be_explained():
    trace = case("nn.GRU").trace
    with pytest.raises(TypeError, match="LSTM cannot be traced"):
        explain.number(nn.LSTM(INPUTS, UNITS), trace, gate="z", time=0, unit=0)
    parametrized = parametrizations.weight_norm(nn.GRU(INPUTS, UNITS), "weight_hh_l0")
    with pytest.raises(ValueError, match="parametrized weights"):
        explain.number(parametrized, trace, gate="z", time=0, unit=0)


# --- what explain stands on -------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_layer_weights_are_the_models_own(name):
    c = case(name)
    for layer, one in enumerate(c.layers):
        found = layer_weights(c.model, layer)
        wanted = [*one] if c.biases == 2 else [*one[:2], one.b_ih + one.b_hh if c.biases else None, None]
        for k, (array, own) in enumerate(zip(found, wanted, strict=True)):
            assert (array is None) == (own is None)
            if own is not None:
                assert array.dtype == np.float64
                np.testing.assert_array_equal(array, own)
                for unit in range(UNITS):
                    rows = layer_weights(c.model, layer, unit)[k]
                    np.testing.assert_array_equal(rows, own[[unit, UNITS + unit, 2 * UNITS + unit]])
        found[0][...] = 7  # a copy: the model stays as it was
        assert not np.array_equal(layer_weights(c.model, layer)[0], found[0])


def test_layer_weights_refuse_what_is_not_there():
    gru = nn.GRU(INPUTS, UNITS, 2, bidirectional=True)
    for layer in (-1, 4):
        with pytest.raises(ValueError, match=rf"^layer is {layer}; this model has 4, counted from 0\.$"):
            layer_weights(gru, layer)
    for unit in (-1, UNITS):
        with pytest.raises(ValueError, match=rf"^unit is {unit}; this model has {UNITS}, counted from 0\.$"):
            layer_weights(gru, 0, unit)


@pytest.mark.parametrize("name", ["split", "nn.GRU, 3 layers, 2 ways"])
def test_h_prev_row_is_a_row_of_h_prev(name):
    trace = case(name).trace
    for k, b, t, j in np.ndindex(trace.h.shape):
        row = trace.h_prev_row(k, b, t)
        # h0 keeps the model's precision, h_prev is float32
        np.testing.assert_array_equal(row.astype(np.float32), trace.h_prev[k, b, t])
        assert trace.h_prev_at(k, b, t, j) == row[j]
        assert not row.flags.writeable
