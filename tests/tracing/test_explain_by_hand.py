"""Every number of a trace that was changed by hand from its terms, held against the scalar oracle."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from oracle import Numbers, numbers, set_numbers, sigmoid
from what_ifs import CASES, EVERY, STEPS, UNITS, expected, made, plain, what_ifs

import gruviz
from gruviz import Bias, Clamp, GRUParams, Lesion, Scale, SplitGRU, Weight, explain

NEAR = 2e-6
SQUASH = {"z": sigmoid, "r": sigmoid, "n": math.tanh, "h": float}


def by_hand(c, what_if, wanted, gate, layer, batch, time, unit):
    """(kind, index) -> value, one product at a time from the oracle's own numbers."""
    at = (layer, batch, time)
    r, z, n, h = (wanted[name][at] for name in ("r", "z", "n", "h_prev"))
    if gate == "h":
        return {("keep", unit): z[unit] * h[unit], ("write", unit): (1 - z[unit]) * n[unit]}
    directions = 1 + c.two_way
    depth = layer // directions
    below = wanted["h"][(depth - 1) * directions : depth * directions, batch, time]
    x = c.x[batch, time] if depth == 0 else np.concatenate(list(below))
    one, row = set_numbers(c.layers, plain(what_if))[layer], "rzn".index(gate) * UNITS + unit
    terms = {("input", i): one.w_ih[row, i] * x[i] for i in range(len(x))}
    factor = {("n", "before"): list(r), ("n", "after"): [r[unit]] * UNITS}.get((gate, c.reset), [1.0] * UNITS)
    terms |= {("state", k): one.w_hh[row, k] * h[k] * factor[k] for k in range(UNITS)}
    if c.bias:
        b_ih, b_hh = one.b_ih[row], one.b_hh[row] * (r[unit] if (gate, c.reset) == ("n", "after") else 1.0)
        concat = isinstance(c.model, gruviz.ConcatGRU)
        terms |= {("bias", None): b_ih + b_hh} if concat else {("bias_ih", None): b_ih, ("bias_hh", None): b_hh}
    amounts = [one.amount for one in acting(what_if, gate, layer, time, unit) if isinstance(one, Bias)]
    if amounts:
        terms["by_hand", None] = sum(amounts)
    return terms


def acting(what_if, gate, layer, time, unit):
    """Those on one number, in the order they act in: Weight, Bias, Scale and Clamp as given, Lesion."""

    def acts(one):
        if one.layer != layer:
            return False
        if isinstance(one, Weight):
            return gate in "rzn" and one.row == "rzn".index(gate) * UNITS + unit
        if isinstance(one, Lesion):
            return gate == "h" and unit in one.units
        steps = one.steps or (0, STEPS - 1)
        return one.gate == gate and (one.units is None or unit in one.units) and steps[0] <= time <= steps[1]

    kinds = (Weight, Bias, Scale | Clamp, Lesion)
    return tuple(one for kind in kinds for one in what_if if isinstance(one, kind) and acts(one))


def assert_explained(c, what_if, trace, wanted, place):
    layer, batch, time, unit = place
    at = {"layer": layer, "batch": batch, "time": time, "unit": unit}
    for gate in "zrnh":
        e = explain.number(c.model, trace, gate=gate, **at)
        found, terms = {(t.kind, t.index): t for t in e.terms}, by_hand(c, what_if, wanted, gate, *place)
        assert found.keys() == terms.keys()
        assert len(found) == len(e.terms)
        for key, value in terms.items():
            assert abs(found[key].value - value) < NEAR, (place, gate, key)
        total = sum(t.value for t in e.terms)
        assert abs(total - e.total) < NEAR
        assert e.value == getattr(trace, gate)[place]
        assert abs(SQUASH[gate](total) - e.would_be) < NEAR
        assert e.by_hand == acting(what_if, gate, *(layer, time, unit))
        if not any(isinstance(one, Scale | Clamp | Lesion) for one in e.by_hand):
            assert e.would_be == e.value
        if gate != "h":
            sums = e.sums[gate]
            assert abs(sums["x"] + sums["h"] + sums["b"] - sums["total"]) < NEAR
            assert abs(sums["total"] - e.total) < NEAR
        if ("by_hand", None) in found:
            term = found["by_hand", None]
            assert (term.weight, term.source, term.reset) == (term.value, None, None)


@pytest.mark.parametrize("name", CASES)
def test_every_number_is_explained(name):
    @given(what_ifs(name, most=4))
    @settings(max_examples=8, deadline=None, derandomize=True)
    def holds(what_if):
        c = made(name)
        trace, wanted = gruviz.trace(c.model, c.x, c.h0, what_if=what_if), expected(c, what_if)
        for layer in range(len(c.layers)):
            for time in (0, 3, STEPS - 1):
                for unit in (0, 2):
                    assert_explained(c, what_if, trace, wanted, (layer, 1, time, unit))

    holds()


@pytest.mark.parametrize("name", ["split", "concat", "nn.GRU, 3 layers, 2 ways", "nn.GRUCell"])
def test_every_place_of_a_trace_in_which_much_is_changed(name):
    c = made(name)
    trace, wanted = gruviz.trace(c.model, c.x, c.h0, what_if=EVERY), expected(c, EVERY)
    for k, t, j in np.ndindex(len(c.layers), STEPS, UNITS):
        assert_explained(c, EVERY, trace, wanted, (k, 0, t, j))


@pytest.mark.parametrize("name", ["split", "nn.GRU, 2 ways"])
def test_sums_of_several_steps_are_those_of_each(name):
    c = made(name)
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=EVERY)
    for unit in range(UNITS):
        found = explain.sums(c.model, trace, first=1, last=5, unit=unit)
        for k, time in enumerate(range(1, 6)):
            one = explain.number(c.model, trace, gate="h", time=time, unit=unit).sums
            assert {gate: list(parts) for gate, parts in found.items()} == {g: list(p) for g, p in one.items()}
            for gate, parts in one.items():
                assert {part: values[k] for part, values in found[gate].items()} == pytest.approx(parts, abs=1e-12)


def test_what_was_set_is_told_and_what_it_would_have_been():
    c = made("nn.GRU")
    what_if = (Clamp("z", 0.75, units=(1,), steps=(2, 3)), Scale("z", 0.5, units=(1,)), Lesion((2,)))
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=what_if)
    z = explain.number(c.model, trace, gate="z", time=2, unit=1)
    assert z.by_hand == what_if[:2]
    assert z.value == 0.375
    assert z.would_be == pytest.approx(1 / (1 + math.exp(-z.total)))
    later = explain.number(c.model, trace, gate="z", time=4, unit=1)
    assert later.by_hand == (what_if[1],)
    assert later.value == pytest.approx(later.would_be / 2)
    h = explain.number(c.model, trace, gate="h", time=2, unit=2)
    assert (h.value, h.by_hand) == (0.0, (what_if[2],))
    assert h.would_be == h.total == pytest.approx(float((1 - trace.z[0, 0, 2, 2]) * trace.n[0, 0, 2, 2]))
    free = explain.number(c.model, trace, gate="r", time=2, unit=2)
    assert (free.by_hand, free.would_be) == ((), free.value)


def test_they_are_told_in_the_order_they_act_in():
    c = made("concat")
    clamp, bias, scale, weight = Clamp("z", 0.25), Bias("z", 1), Scale("z", 2), Weight("w_hh", UNITS + 1, 0, 1)
    for given_, value in (((scale, clamp), 0.25), ((clamp, scale), 0.5)):
        trace = gruviz.trace(c.model, c.x, c.h0, what_if=(given_[0], bias, given_[1], weight))
        e = explain.number(c.model, trace, gate="z", time=2, unit=1)
        assert e.by_hand == (weight, bias, *given_)
        assert e.value == value


def test_in_a_free_run_nothing_is_told():
    c = made("concat")
    e = explain.number(c.model, gruviz.trace(c.model, c.x, c.h0), gate="z", time=2, unit=1)
    assert (e.by_hand, e.would_be) == ((), e.value)


@pytest.mark.parametrize("gate", ["r", "z", "n"])
def test_other_weights_are_refused_as_ever(gate):
    model = SplitGRU.from_params(GRUParams(*numbers(7, 3, UNITS)))
    c = made("split")
    what_if = (Clamp("h", 0.5, units=(0,)), Bias("z", 1), Scale("r", 0.5))
    trace = gruviz.trace(model, c.x, what_if=what_if)
    explain.number(model, trace, gate="z", time=2, unit=1)
    moved = [getattr(model, name) for name in {"r": ("wr", "wrh"), "z": ("wz", "wzh"), "n": ("wh", "whh")}[gate]]
    with torch.no_grad():
        for linear in moved:
            linear.weight += 0.5
    with pytest.raises(ValueError, match=f"^This model does not fit the trace: its weights make this {gate} "):
        explain.number(model, trace, gate="h", time=2, unit=1)


def test_a_trace_that_tells_of_something_else_is_refused():
    c = made("split")
    trace = gruviz.trace(
        c.model, c.x, c.h0, what_if=(Bias("z", 1), Weight("w_hh", 2, 1, 5), Clamp("n", 0.5, steps=(2, 2)))
    )
    told = trace.meta.what_if
    for other in (told[1:], told[:1] + told[2:], told[:2], ()):
        wrong = replace(trace, meta=replace(trace.meta, what_if=other))
        with pytest.raises(ValueError, match=r"^This model does not fit the trace: its weights make"):
            explain.number(c.model, wrong, gate="h", time=2, unit=2)


def test_where_a_gate_is_multiplied_by_much_rounding_is_no_other_weight():
    """Of a gate near 0 a factor shows digits that float32 does not have."""
    layer = numbers(7, 3, UNITS, np.float32)
    layer.b_ih[UNITS : 2 * UNITS] = -12
    model = SplitGRU.from_params(GRUParams(*layer))
    c = made("split", dtype=np.float32)
    trace = gruviz.trace(model, c.x, c.h0, what_if=(Scale("z", 1e5), Scale("z", -1), Scale("n", -1e6)))
    for j in range(UNITS):
        e = explain.number(model, trace, gate="z", time=2, unit=j)
        assert abs(sum(t.value for t in e.terms) - e.total) < NEAR


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", ["split", "concat", "torch", "nn.GRU, 3 layers, 2 ways", "nn.GRUCell"])
def test_other_precisions(name, dtype):
    c = made(name)
    model = c.model.to(dtype)
    trace = gruviz.trace(model, c.x, c.h0, what_if=EVERY)
    near = 2e-5 if dtype == torch.float32 else 0.05
    for k, t, j in np.ndindex(len(c.layers), STEPS, UNITS):
        for gate in "zrnh":
            e = explain.number(model, trace, gate=gate, layer=k, time=t, unit=j)
            assert abs(sum(term.value for term in e.terms) - e.total) < near
            assert abs(SQUASH[gate](e.total) - e.would_be) < near
            if not e.by_hand:
                assert abs(e.would_be - e.value) < near
    assert isinstance(c.layers[0], Numbers)
