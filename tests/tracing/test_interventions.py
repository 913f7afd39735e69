"""Traces that are changed by hand, against the scalar oracle; and what the interventions themselves refuse."""

import copy
import math
import pickle
import sys
from dataclasses import FrozenInstanceError, asdict, replace
from itertools import product
from time import process_time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import GATES, Numbers, inputs, numbers, plain_gru, run, start
from torch import nn
from what_ifs import BATCH, CASES, EVERY, INPUTS, STEPS, UNITS, expected, made, what_ifs

import gruviz
from gruviz import Bias, Clamp, ConcatGRU, GRUParams, Lesion, Scale, SplitGRU, TorchGRU, Weight
from gruviz.tracing import pieces
from gruviz.tracing.interventions import from_plain, to_plain

TRACE = sys.modules["gruviz.tracing.trace"]
NEAR = 2e-7  # float64 models: what is left is the rounding to float32 arrays
ONE_WAY = [name for name, (_, directions, _) in CASES.items() if directions == 1]


def assert_is(trace, wanted, near=NEAR):
    for gate in (*GATES, "h_prev", "h0"):
        found = getattr(trace, gate)
        assert found.shape == wanted[gate].shape, gate
        assert np.abs(found - wanted[gate]).max() < near, gate


# --- against the oracle -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_whatever_is_changed_is_the_oracles(name):
    @given(what_ifs(name), st.integers(0, 10**6))
    @settings(max_examples=25, deadline=None, derandomize=True)
    def holds(what_if, seed):
        c = made(name, seed)
        trace = gruviz.trace(c.model, c.x, c.h0, what_if=what_if)
        assert trace.meta.what_if == what_if
        assert_is(trace, expected(c, what_if))

    holds()


def test_the_oracle_itself_runs_free_as_the_other_one_does():
    c = made("nn.GRU, 3 layers, 2 ways")
    free = run(c.layers, c.x, c.h0, "after", True)
    found = expected(c, ())
    for gate in GATES:
        assert np.abs(found[gate] - free[gate]).max() < 1e-15


@pytest.mark.parametrize("name", CASES)
def test_all_kinds_at_once_in_float32(name):
    c = made(name, dtype=np.float32)
    assert_is(gruviz.trace(c.model, c.x, c.h0, what_if=EVERY), expected(c, EVERY), 8e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", CASES)
def test_all_kinds_at_once_in_half_precision(name, dtype):
    c = made(name, dtype=np.float32)
    model = copy.deepcopy(c.model).to(dtype)
    layers = [Numbers(*(torch.from_numpy(a).to(dtype).double().numpy() for a in one)) for one in c.layers]
    if name == "concat":  # its one bias is rounded once
        merged = torch.from_numpy(c.layers[0].b_ih + c.layers[0].b_hh).to(dtype).double().numpy()
        layers = [layers[0]._replace(b_ih=merged, b_hh=0 * merged)]
    x, h0 = (torch.from_numpy(a).to(dtype).double().numpy() for a in (c.x, c.h0))
    trace = gruviz.trace(model, x, h0, what_if=EVERY)
    assert_is(trace, expected(c._replace(layers=layers, x=x, h0=h0), EVERY), 0.02 if dtype is torch.float16 else 0.15)
    assert trace.z[0, :, 1, 2].tolist() == [0.875, 0.875]
    assert trace.meta.dtype == str(dtype).removeprefix("torch.")


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
@pytest.mark.parametrize("name", ["split", "concat", "nn.GRU, 3 layers, 2 ways", "nn.GRUCell"])
def test_work_in_pieces_changes_nothing(name, piece, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", piece)
    c, done = made(name), []
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=EVERY, after_piece=done.append)
    assert_is(trace, expected(c, EVERY))
    assert done == sorted(set(done))
    assert done[-1] == 1


@pytest.mark.parametrize("name", ["split", "nn.GRU"])
def test_one_sequence(name):
    c = made(name, batch=1)
    assert_is(gruviz.trace(c.model, c.x[0], c.h0, what_if=EVERY), expected(c, EVERY))


# --- nothing given, nothing changed -----------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("name", CASES)
def test_nothing_given_is_the_free_run_bit_for_bit(name, dtype, monkeypatch):
    c = made(name)
    model = c.model.to(dtype)
    free = gruviz.trace(model, c.x, c.h0)
    if c.reset == "after":
        monkeypatch.setattr(TRACE, "scan", None)  # the kernel, not our loop
    for nothing in ((), [], iter(())):
        again = gruviz.trace(model, c.x, c.h0, what_if=nothing)
        for gate in (*GATES, "x", "h0"):
            assert getattr(again, gate).tobytes() == getattr(free, gate).tobytes()
        assert again.meta == free.meta
    assert free.meta.what_if == ()
    assert free.meta.computed == ("kernel" if c.reset == "after" else "loop")


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", CASES)
def test_a_clamp_to_what_the_gate_is_anyway_changes_nothing(name, gate, dtype):
    c = made(name, batch=1)
    model = c.model.to(dtype)
    free = gruviz.trace(model, c.x, c.h0)
    values = getattr(free, gate)
    layer = len(values) - 1
    same = [
        Clamp(gate, float(values[layer, 0, t, j]), units=(j,), steps=(t, t), layer=layer)
        for t, j in product(range(STEPS), range(UNITS))
    ]
    again = gruviz.trace(model, c.x, c.h0, what_if=same)
    for each in GATES:
        # float64's own values are not those of a float32 trace; nn.GRU's kernel adds in another order than our loop
        exact = dtype == torch.float32 and c.reset == "before"
        assert np.abs(getattr(again, each) - getattr(free, each)).max() <= (0 if exact else 1e-6)


@pytest.mark.parametrize("name", CASES)
def test_what_changes_nothing_is_exactly_the_loop(name):
    c = made(name, dtype=np.float32)
    free = gruviz.trace(c.model, c.x, c.h0)
    for nothing in (Scale("z", 1), Bias("n", 0), Weight("w_hh", 7, 2, c.layers[0].w_hh[7, 2])):
        again = gruviz.trace(c.model, c.x, c.h0, what_if=(nothing,))
        for gate in GATES:
            near = 0 if c.reset == "before" else 1e-6
            assert np.abs(getattr(again, gate) - getattr(free, gate)).max() <= near, nothing
        assert again.meta.computed == "loop"
        assert again.meta.recovery_error is None


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16])
@pytest.mark.parametrize("name", ONE_WAY)
def test_before_the_first_named_step_nothing_differs(name, dtype):
    c = made(name)
    model = c.model.to(dtype)
    # nn.GRU's kernel rounds in another order: there a loop is compared with a loop
    free = gruviz.trace(model, c.x, c.h0, what_if=() if c.reset == "before" else (Scale("z", 1),))
    for one in (Clamp("z", 0.1, steps=(3, 4)), Scale("r", 0.2, steps=(3, 6)), Bias("n", 2, steps=(3, 3))):
        trace = gruviz.trace(model, c.x, c.h0, what_if=(one,))
        for gate in GATES:
            assert np.array_equal(getattr(trace, gate)[:, :, :3], getattr(free, gate)[:, :, :3])
        assert not np.array_equal(trace.h[:, :, 3], free.h[:, :, 3])


def test_in_a_reverse_layer_what_comes_before_is_what_comes_later():
    c = made("nn.GRU, 2 ways")
    free = gruviz.trace(c.model, c.x, c.h0, what_if=(Scale("z", 1),))
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=(Clamp("z", 0.1, steps=(3, 4), layer=1),))
    for gate in GATES:
        assert np.array_equal(getattr(trace, gate)[0], getattr(free, gate)[0])
        assert np.array_equal(getattr(trace, gate)[1, :, 5:], getattr(free, gate)[1, :, 5:])
    assert np.array_equal(trace.z[1, :, 3:5], np.full((BATCH, 2, UNITS), np.float32(0.1)))
    assert (trace.h[1, :, :5] != free.h[1, :, :5]).all()


def test_layers_below_do_not_know():
    c = made("nn.GRU, 3 layers, 2 ways")
    free = gruviz.trace(c.model, c.x, c.h0, what_if=(Scale("z", 1),))
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=(Clamp("n", 0.5, layer=3), Lesion((1,), layer=2)))
    for gate in GATES:
        assert np.array_equal(getattr(trace, gate)[:2], getattr(free, gate)[:2])
        assert not np.array_equal(getattr(trace, gate)[4:], getattr(free, gate)[4:])


# --- what each means --------------------------------------------------------------------------------


def test_scale_and_clamp_act_in_the_order_given():
    c = made("split")

    def z(*what_if):
        return float(gruviz.trace(c.model, c.x, what_if=what_if).z[0, 0, 0, 1])

    free = float(gruviz.trace(c.model, c.x).z[0, 0, 0, 1])
    assert z(Scale("z", 0.5)) == pytest.approx(free / 2)
    assert z(Clamp("z", 0.25), Scale("z", 2)) == 0.5
    assert z(Scale("z", 2), Clamp("z", 0.25)) == 0.25
    assert z(Clamp("z", 0.25), Scale("z", 8), Scale("z", 0.5)) == 0.5
    assert z(Scale("z", -1), Scale("z", 5)) == 0
    assert z(Scale("z", 1e300), Scale("z", 1e300)) == 1
    assert z(Scale("z", 1e300), Scale("z", 1e300), Scale("z", 0.5)) == 0.5
    assert z(Scale("z", 0), Scale("z", 1e300)) == 0
    assert z(Clamp("z", 0.5), Clamp("z", 0.75)) == 0.75


def test_a_saturated_gate_times_much_stays_in_its_range():
    """0 times what float32 cannot hold would be no number."""
    layer = numbers(3, INPUTS, UNITS, np.float32)
    layer.b_ih[UNITS : 2 * UNITS] = -500
    model = SplitGRU.from_params(GRUParams(*layer))
    x = inputs(3, STEPS, INPUTS)
    trace = gruviz.trace(model, x, what_if=(Scale("z", 1e300), Scale("z", 1e300)))
    assert np.array_equal(trace.z, np.zeros_like(trace.z))
    assert np.isfinite(trace.h).all()


def test_the_candidate_uses_r_as_it_was_set():
    c = made("nn.GRU")
    p = c.layers[0]
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=(Clamp("r", 1.0, units=(2,)),))
    row = 2 * UNITS + 2
    n = np.tanh(c.x[:, 0] @ p.w_ih[row] + p.b_ih[row] + c.h0[0] @ p.w_hh[row] + p.b_hh[row])
    np.testing.assert_allclose(trace.n[0, :, 0, 2], n, atol=NEAR)


@pytest.mark.parametrize("name", CASES)
def test_a_lesion_is_the_model_without_the_unit(name):
    c = made(name)
    cut = 1
    kept = [j for j in range(UNITS) if j != cut]
    rows = [g * UNITS + j for g in range(3) for j in kept]
    directions = 1 + c.two_way
    smaller = []
    for k, one in enumerate(c.layers):
        w_ih = one.w_ih[rows]
        if k >= directions:
            w_ih = w_ih[:, [side * UNITS + j for side in range(directions) for j in kept]]
        smaller.append(Numbers(w_ih, one.w_hh[rows][:, kept], one.b_ih[rows], one.b_hh[rows]))
    wanted = run(smaller, c.x, c.h0[:, :, kept], c.reset, c.two_way)
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=[Lesion((cut,), layer) for layer in range(len(c.layers))])
    for gate in GATES:
        assert np.abs(getattr(trace, gate)[..., kept] - wanted[gate]).max() < NEAR
    assert not trace.h[..., cut].any()
    assert not trace.h0[..., cut].any()
    assert np.array_equal(trace.h0[..., kept], c.h0[..., kept])


def test_the_last_word_on_h_is_the_lesions():
    c = made("split")
    for what_if in ((Clamp("h", 1.0), Lesion((2,))), (Lesion((2,)), Clamp("h", 1.0))):
        trace = gruviz.trace(c.model, c.x, c.h0, what_if=what_if)
        assert np.array_equal(trace.h[0, 0], np.tile(np.float32([1, 1, 0, 1]), (STEPS, 1)))


def test_h_may_be_set_to_any_number_and_is_scaled_within_its_range():
    c = made("nn.GRUCell")
    what_if = (Clamp("h", -7.5, units=(0,)), Clamp("h", 4, units=(1,)), Scale("h", 0.5, units=(1,)))
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=what_if)
    assert np.unique(trace.h[..., 0]).tolist() == [-7.5]
    assert np.unique(trace.h[..., 1]).tolist() == [1.0]
    assert_is(trace, expected(c, what_if))


@pytest.mark.parametrize("name", [name for name, (*_, bias) in CASES.items() if bias])
@pytest.mark.parametrize("gate", ["r", "z", "n"])
def test_a_bias_throughout_is_the_models_own_b_ih_moved(name, gate):
    c = made(name)
    layer, row = len(c.layers) - 1, "rzn".index(gate) * UNITS + 2
    b_ih = float(c.layers[layer].b_ih[row])
    added = gruviz.trace(c.model, c.x, c.h0, what_if=(Bias(gate, 0.75, units=(2,), layer=layer),))
    moved = gruviz.trace(c.model, c.x, c.h0, what_if=(Weight("b_ih", row, None, b_ih + 0.75, layer),))
    for each in GATES:
        np.testing.assert_allclose(getattr(added, each), getattr(moved, each), atol=NEAR)


@pytest.mark.parametrize("where", ["w_ih", "w_hh", "b_ih", "b_hh"])
@pytest.mark.parametrize("kind", [SplitGRU, ConcatGRU, TorchGRU])
def test_a_weight_is_the_model_that_holds_it(kind, where):
    one = numbers(11, INPUTS, UNITS)
    row, column = 9, None if where[0] == "b" else 2
    other = Numbers(*(a.copy() for a in one))
    getattr(other, where)[row if column is None else (row, column)] = 0.625
    x, h0 = inputs(11, BATCH, STEPS, INPUTS), start(11, 1, BATCH, UNITS)
    model = kind.from_params(GRUParams(*one))
    trace = gruviz.trace(model, x, h0, what_if=(Weight(where, row, column, 0.625),))
    wanted = gruviz.trace(kind.from_params(GRUParams(*other)), x, h0)
    for gate in GATES:
        np.testing.assert_allclose(getattr(trace, gate), getattr(wanted, gate), atol=NEAR)


def test_concat_tells_its_two_biases_apart_however_often_they_are_set():
    p = GRUParams(*numbers(12, INPUTS, UNITS))
    x = inputs(12, BATCH, STEPS, INPUTS)
    sets = [
        ("b_hh", 5, 3.0),
        ("b_ih", 5, 1.0),
        ("b_hh", 5, -0.5),
        ("b_hh", 8, 0.25),
        ("b_ih", 5, 2.0),
        ("b_ih", 0, 0.0),
    ]
    what_if = [Weight(name, row, None, value) for name, row, value in sets]
    b_ih, b_hh = p.b_ih.copy(), p.b_hh.copy()
    for name, row, value in sets:
        {"b_ih": b_ih, "b_hh": b_hh}[name][row] = value
    wanted = gruviz.trace(SplitGRU.from_params(GRUParams(p.w_ih, p.w_hh, b_ih, b_hh)), x)
    model = ConcatGRU.from_params(p)
    hooked = ConcatGRU.from_params(p)
    hooked.register_forward_hook(lambda module, given, output: None)  # a plain twin is traced
    for each in (model, hooked):
        np.testing.assert_allclose(gruviz.trace(each, x, what_if=what_if).h, wanted.h, atol=NEAR)
    assert np.array_equal(model.params().b_hh, p.b_hh)


@pytest.mark.parametrize("name", CASES)
def test_the_model_is_not_changed(name):
    c = made(name)
    model = c.model.train()
    before = copy.deepcopy(model.state_dict())
    share = model.b_hh_share.clone() if isinstance(model, ConcatGRU) else None
    biases = (Weight("b_ih", 0, None, 5), Weight("b_hh", 1, None, 5)) if c.bias else ()
    random = torch.random.get_rng_state()
    gruviz.trace(model, c.x, c.h0, what_if=EVERY + biases)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert share is None or torch.equal(model.b_hh_share, share)
    assert model.training
    assert all(p.requires_grad and p.grad is None for p in model.parameters())
    assert torch.equal(torch.random.get_rng_state(), random)
    given = c.h0.copy()
    gruviz.trace(model, c.x, torch.from_numpy(given), what_if=(Lesion((0,)),))
    assert np.array_equal(given, c.h0)


# --- odd models -------------------------------------------------------------------------------------


def test_what_is_set_stands_even_in_a_model_that_has_diverged():
    layer = numbers(13, INPUTS, UNITS)
    layer.w_hh[...] = np.nan
    x, h0 = inputs(13, STEPS, INPUTS), start(13, UNITS)
    for model in (SplitGRU.from_params(GRUParams(*layer)), plain_gru([layer])):
        trace = gruviz.trace(model, x, h0, what_if=(Clamp("h", 0.5, units=(1,)), Clamp("z", 1), Scale("r", 2)))
        assert np.unique(trace.h[..., 1]).tolist() == [0.5]
        assert np.unique(trace.z).tolist() == [1.0]
        assert np.isnan(trace.r[:, :, 1:]).all()


def test_a_model_with_hooks_is_changed_where_it_can_be_traced():
    c = made("nn.GRU, 3 layers, 2 ways")
    c.model.register_forward_hook(lambda module, given, output: None)
    assert_is(gruviz.trace(c.model, c.x, c.h0, what_if=EVERY), expected(c, EVERY))
    c.model.register_forward_pre_hook(lambda module, given: (given[0] * 2, *given[1:]))
    with pytest.raises(ValueError, match="computes something else than its weights say"):
        gruviz.trace(c.model, c.x, c.h0, what_if=EVERY)


def test_a_thousand_interventions_on_a_long_input_cost_little():
    """Each begins and ends somewhere else, and most act on most steps: 1,000 a step would take minutes."""
    steps, rng = 2000, np.random.default_rng(0)
    what_if = []
    for k in range(1000):
        first, last = sorted(rng.integers(0, steps, 2).tolist())
        on = {"steps": (first, last), "units": rng.choice(64, 32, replace=False).tolist()}
        of = (Scale(str(rng.choice(list("zrnh"))), 1.001, **on), Bias("z", 0.001, **on), Clamp("h", 0.1, **on))
        what_if.append(of[k % 3])
    for model in (SplitGRU(8, 64), nn.GRU(8, 64)):
        begin = process_time()
        gruviz.trace(model, rng.normal(size=(steps, 8)), what_if=what_if)
        assert process_time() - begin < 15  # about half a second


# --- the error numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["split", "nn.GRU"])
def test_reference_error_is_refused_for_there_is_no_such_forward(name):
    c = made(name)
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=(Scale("z", 1),))
    with pytest.raises(ValueError, match=r"^This trace was changed by hand .* no model's own forward computes that"):
        gruviz.reference_error(c.model, trace)


def test_a_trace_tells_what_was_changed_and_can_be_kept():
    c = made("nn.GRU")
    trace = gruviz.trace(c.model, c.x, c.h0, what_if=iter(EVERY), labels=list("abcdefg"), seed=3)
    assert trace.meta.what_if == EVERY
    assert (trace.meta.computed, trace.meta.recovery_error, trace.meta.kind) == ("loop", None, "nn.GRU")
    assert (trace.meta.reset, trace.meta.seed, trace.labels) == ("after", 3, tuple("abcdefg"))
    again = pickle.loads(pickle.dumps(trace))
    assert again.meta == trace.meta
    assert hash(again.meta) == hash(trace.meta)
    assert replace(trace.meta, what_if=[to_plain(one) for one in EVERY]) == trace.meta


# --- interventions themselves -----------------------------------------------------------------------


@pytest.mark.parametrize("one", EVERY)
def test_interventions_are_frozen_hashable_and_equal_where_they_mean_the_same(one):
    again = type(one)(**{name: list(v) if isinstance(v, tuple) else v for name, v in asdict(one).items()})
    assert again == one
    assert len({one, again, copy.deepcopy(one), pickle.loads(pickle.dumps(one)), from_plain(to_plain(one))}) == 1
    with pytest.raises(FrozenInstanceError):
        one.layer = 3


def test_what_is_given_is_put_in_one_form():
    a = Clamp("z", 1, units=[3, np.int64(1), 3], steps=[np.int32(2), 4], layer=np.int64(0))
    assert a == Clamp("z", np.float32(1), units=(1, 3), steps=(2, 4))
    assert a.units == (1, 3)
    assert {type(v) for v in (*a.units, *a.steps, a.layer)} == {int}
    assert type(a.value) is float
    assert Lesion(range(2)) == Lesion(np.arange(2)) == Lesion({1, 0})
    assert Weight("b_hh", 3, 0, 1) == Weight("b_hh", np.int64(3), None, 1.0)
    assert Clamp("z", 1) != Scale("z", 1)


NAN, INF = math.nan, math.inf
WRONG = [
    (lambda: Clamp("x", 0.5), "^gate is 'x'; it must be one of z, r, n, h"),
    (lambda: Clamp("", 0.5), "^gate is ''; it must be one of"),
    (lambda: Clamp("zr", 0.5), "^gate is 'zr'"),
    (lambda: Bias("h", 0.5), "^gate is 'h'; it must be one of z, r, n"),
    (lambda: Clamp("z", 1.01), r"^value is 1\.01; z lies between 0 and 1"),
    (lambda: Clamp("r", -0.1), r"^value is -0\.1; r lies between 0 and 1"),
    (lambda: Clamp("n", -1.5), r"^value is -1\.5; n lies between -1 and 1"),
    (lambda: Clamp("h", NAN), "^value is nan; a finite number"),
    (lambda: Clamp("h", INF), "^value is inf; a finite number"),
    (lambda: Clamp("h", 10**400), "^value is inf; a finite number"),
    (lambda: Scale("z", NAN), "^factor is nan; a finite number"),
    (lambda: Bias("z", -INF), "^amount is -inf; a finite number"),
    (lambda: Weight("w_ih", 0, 0, NAN), "^value is nan; a finite number"),
    (lambda: Weight("W", 0, 0, 1), "^name is 'W'; it must be one of w_ih, w_hh, b_ih, b_hh"),
    (lambda: Weight("b_ih", 0, 1, 1), "^column is 1; b_ih has none"),
    (lambda: Weight("w_ih", 0, None, 1), "^column is None; a number of w_ih has a row and a column"),
    (lambda: Weight("w_ih", -1, 0, 1), "^row is -1; it must be a whole number of at least 0"),
    (lambda: Weight("w_ih", 0, -1, 1), "^column is -1; it must be a whole number of at least 0"),
    (lambda: Clamp("z", 1, units=()), "^units is empty"),
    (lambda: Lesion([]), "^units is empty"),
    (lambda: Lesion((-1,)), "^a unit is -1; it must be a whole number of at least 0"),
    (lambda: Lesion(range(10**12)), "^units holds more than"),
    (lambda: Clamp("z", 1, steps=(3, 2)), r"^steps is \(3, 2\); the first step must not come after the last"),
    (lambda: Clamp("z", 1, steps=(-1, 2)), "^a step is -1"),
    (lambda: Clamp("z", 1, steps=(1, 2, 3)), "^steps has 3 numbers"),
    (lambda: Clamp("z", 1, steps=()), "^steps has 0 numbers"),
    (lambda: Clamp("z", 1, layer=-1), "^layer is -1"),
    (lambda: from_plain({"is": "Kill", "units": [1]}), r"is no intervention; its \"is\" must be one of Clamp, "),
    (lambda: from_plain({}), "is no intervention"),
    (lambda: from_plain([]), "is no intervention"),
]


@pytest.mark.parametrize(("make", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_what_cannot_be_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


WRONG_TYPES = [
    (lambda: Clamp(5, 0.5), "^gate is 5; a text is needed"),
    (lambda: Clamp(["z"], 0.5), "^gate is "),
    (lambda: Clamp("z", "1"), "^value is '1'; a number is needed"),
    (lambda: Clamp("z", True), "^value is True; a number is needed"),
    (lambda: Clamp("z", None), "^value is None; a number is needed"),
    (lambda: Clamp("z", 1j), "^value is 1j; a number is needed"),
    (lambda: Scale("z", [1]), r"^factor is \[1\]; a number is needed"),
    (lambda: Bias("z", torch.ones(1)), "^amount is tensor.*; a number is needed"),
    (lambda: Clamp("z", 1, units=3), "^units is 3; a tuple of whole numbers is needed"),
    (lambda: Clamp("z", 1, units="12"), "^units is '12'; a tuple"),
    (lambda: Clamp("z", 1, units=(1.0,)), r"^a unit is 1\.0"),
    (lambda: Clamp("z", 1, units=(True,)), "^a unit is True"),
    (lambda: Clamp("z", 1, units=([],)), r"^a unit is \[\]"),
    (lambda: Lesion(None), "^units is None"),
    (lambda: Lesion(1), "^units is 1"),
    (lambda: Clamp("z", 1, steps=4), "^steps is 4"),
    (lambda: Clamp("z", 1, steps="45"), "^steps is '45'"),
    (lambda: Clamp("z", 1, steps=(1, 2.5)), r"^a step is 2\.5"),
    (lambda: Clamp("z", 1, layer=0.0), r"^layer is 0\.0"),
    (lambda: Weight(1, 0, 0, 1), "^name is 1; a text is needed"),
    (lambda: Weight("w_ih", "0", 0, 1), "^row is '0'"),
    (lambda: Weight("w_ih", 0, 0.5, 1), r"^column is 0\.5"),
    (lambda: Weight("w_ih", 0, 0, "1"), "^value is '1'"),
    (lambda: from_plain({"is": "Lesion", "unit": 1}), "unexpected keyword"),
]


@pytest.mark.parametrize(("make", "sentence"), WRONG_TYPES, ids=[sentence for _, sentence in WRONG_TYPES])
def test_wrong_types_are_refused(make, sentence):
    with pytest.raises(TypeError, match=sentence):
        make()
