"""trace(): every gate of every kind of model against the scalar oracle, and the promises around it."""

import copy
import sys
import warnings
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import GATES, inputs, layered, numbers, plain_cell, plain_gru, run, start
from torch import nn
from torch.nn.utils import parametrizations

import gruviz
from gruviz import ConcatGRU, GRUParams, SplitGRU, TorchGRU
from gruviz.tracing import pieces

MODULE = sys.modules["gruviz.tracing.trace"]  # `gruviz.tracing.trace` itself is the function
KINDS = ("split", "concat", "torch", "nn.GRU", "nn.GRUCell")
NUMPY_KINDS = ("split", "concat")
RESET = {"split": "before", "concat": "before", "torch": "after", "nn.GRU": "after", "nn.GRUCell": "after"}
INPUTS, UNITS, BATCH, STEPS = 3, 4, 2, 7
# float64 models: what is left is the rounding to float32 arrays; float32 models: a few roundings on top
NEAR = {np.float64: 1e-7, np.float32: 4e-6}


def build(kind, layer, bias=True, batch_first=False):
    """A model of this kind with these numbers."""
    if kind == "nn.GRU":
        return plain_gru([layer], bias=bias, batch_first=batch_first)
    if kind == "nn.GRUCell":
        return plain_cell(layer, bias=bias)
    if kind == "torch":
        model = TorchGRU(layer.w_ih.shape[1], layer.w_hh.shape[1], bias=bias)
        model.gru = plain_gru([layer], bias=bias, batch_first=True)
        return model
    cls = {"split": SplitGRU, "concat": ConcatGRU}[kind]
    if bias:
        return cls.from_params(GRUParams(*layer))
    model = cls(layer.w_ih.shape[1], layer.w_hh.shape[1], bias=False).to(torch.from_numpy(layer.w_ih).dtype)
    wx, wh = (torch.from_numpy(a).chunk(3) for a in (layer.w_ih, layer.w_hh))
    with torch.no_grad():
        for k, (gate, a, b) in enumerate(zip(("wr", "wz", "wh"), wx, wh, strict=True)):
            if kind == "concat":
                getattr(model, gate).weight.copy_(torch.cat([a, b], 1))
            else:
                getattr(model, gate).weight.copy_(a)
                getattr(model, gate + "h").weight.copy_(wh[k])
    return model


def data(seed, batch=BATCH, steps=STEPS, rows=1, inputs_=INPUTS, units=UNITS, dtype=np.float64):
    return inputs(seed, batch, steps, inputs_, dtype=dtype), start(seed, rows, batch, units, dtype=dtype)


def assert_gates(trace, wanted, near):
    for gate in GATES:
        found = getattr(trace, gate)
        assert found.dtype == np.float32
        assert found.shape == wanted[gate].shape
        assert np.abs(found - wanted[gate]).max() < near, gate


def own_output(model, x, h0):
    """The module's own forward, batch first; x is (batch, time, input), h0 (layer, batch, unit)."""
    some = next(model.parameters())
    x, h0 = torch.as_tensor(np.array(x)).to(some.dtype), torch.as_tensor(np.array(h0)).to(some.dtype)
    with torch.no_grad():
        if isinstance(model, nn.GRUCell):
            h, hidden = h0[0], []
            for t in range(x.shape[1]):
                h = model(x[:, t], h)
                hidden.append(h)
            return torch.stack(hidden, 1)
        if isinstance(model, nn.GRU) and not model.batch_first:
            return model(x.transpose(0, 1), h0)[0].transpose(0, 1)
        return model(x, h0)[0]


# --- against the oracle ---------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_every_gate_of_every_kind(kind, batch, bias, dtype):
    layer = numbers(1, INPUTS, UNITS, dtype, bias)
    x, h0 = data(1, batch, dtype=dtype)
    wanted = run([layer], x, h0, RESET[kind])
    trace = gruviz.trace(build(kind, layer, bias), x, h0)
    assert_gates(trace, wanted, NEAR[dtype])
    assert np.array_equal(trace.x, x)
    assert np.array_equal(trace.h0, h0)
    assert np.abs(trace.keep + trace.write - trace.h).max() < 5e-7
    m = trace.meta
    assert (m.kind, m.reset, m.input_size, m.hidden_size) == (kind, RESET[kind], INPUTS, UNITS)
    assert (m.num_layers, m.bidirectional, m.bias, m.dtype) == (1, False, bias, np.dtype(dtype).name)
    assert (m.steps, m.batch, m.seed) == (STEPS, batch, None)


STACKS = list(product([1, 2, 3], [1, 2], [1, 2], [True, False], [True, False]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("layers", "directions", "batch", "bias", "batch_first"), STACKS)
def test_every_gate_of_stacked_and_two_way_models(layers, directions, batch, bias, batch_first, dtype):
    every = layered(2, INPUTS, UNITS, layers, directions, dtype, bias)
    x, h0 = data(2, batch, rows=len(every), dtype=dtype)
    wanted = run(every, x, h0, "after", directions == 2)
    trace = gruviz.trace(plain_gru(every, directions == 2, bias, batch_first), x, h0)
    assert_gates(trace, wanted, NEAR[dtype])
    assert np.abs(trace.h_prev - wanted["h_prev"]).max() < NEAR[dtype]
    assert trace.meta.recovery_error < (1e-14 if dtype is np.float64 else 1e-6)
    m = trace.meta
    assert (m.num_layers, m.bidirectional, m.bias, m.kind) == (layers, directions == 2, bias, "nn.GRU")


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("layers", [1, 2])
def test_every_gate_of_our_stacked_torch_model(layers, directions):
    every = layered(3, INPUTS, UNITS, layers, directions)
    x, h0 = data(3, rows=len(every))
    model = TorchGRU.from_params([GRUParams(*one) for one in every], bidirectional=directions == 2)
    trace = gruviz.trace(model, x, h0)
    assert_gates(trace, run(every, x, h0, "after", directions == 2), NEAR[np.float64])
    assert trace.meta.kind == "torch"


def test_layer_axis_is_ordered_as_h_n_and_its_last_states_are_h_n():
    every = layered(4, INPUTS, UNITS, 3, 2)
    x, h0 = data(4, rows=6)
    gru = plain_gru(every, True, batch_first=True)
    trace = gruviz.trace(gru, x, h0)
    output, h_n = gru(torch.from_numpy(x), torch.from_numpy(h0))
    assert np.abs(trace.h_last - h_n.detach().numpy()).max() < 1e-7
    assert np.abs(np.concatenate([trace.h[4], trace.h[5]], -1) - output.detach().numpy()).max() < 1e-7


@pytest.mark.parametrize("bidirectional", [False, True])
def test_lower_layers_are_what_single_layer_modules_give_when_run_one_after_another(bidirectional):
    directions = 1 + bidirectional
    every = layered(5, INPUTS, UNITS, 3, directions)
    x, h0 = data(5, rows=len(every))
    trace = gruviz.trace(plain_gru(every, bidirectional), x, h0)
    seen = torch.from_numpy(x)
    for layer in range(3):
        rows = slice(layer * directions, (layer + 1) * directions)
        single = plain_gru(every[rows], bidirectional, batch_first=True)
        below = seen
        seen, _ = single(below, torch.from_numpy(h0[rows]))
        found = np.concatenate(list(trace.h[rows]), axis=-1)
        assert np.abs(found - seen.detach().numpy()).max() < 1e-7
        alone = gruviz.trace(single, below, h0[rows])
        for gate in GATES:
            assert np.abs(getattr(alone, gate) - getattr(trace, gate)[rows]).max() < 1e-7


@pytest.mark.parametrize("batch_first", [True, False])
def test_x_is_batch_time_input_whatever_batch_first_says(batch_first):
    layer = numbers(6, 3, UNITS)
    x, h0 = inputs(6, 3, 3, 3), start(6, 1, 3, UNITS)  # batch = time = input: nothing to guess from
    trace = gruviz.trace(plain_gru([layer], batch_first=batch_first), x, h0)
    assert_gates(trace, run([layer], x, h0, "after"), 1e-7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("inputs_", "units", "batch"), [(1, 1, 1), (1, 1, 3), (1, 6, 1), (6, 1, 2)])
def test_thin_sizes(kind, inputs_, units, batch):
    layer = numbers(7, inputs_, units)
    x, h0 = data(7, batch, inputs_=inputs_, units=units)
    assert_gates(gruviz.trace(build(kind, layer), x, h0), run([layer], x, h0, RESET[kind]), 1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_one_sequence_and_one_state_for_all(kind):
    layer = numbers(8, INPUTS, UNITS)
    x, h0 = data(8, 1)
    wanted = run([layer], x, h0, RESET[kind])
    model = build(kind, layer)
    assert_gates(gruviz.trace(model, x[0], h0[0, 0]), wanted, 1e-7)
    assert_gates(gruviz.trace(model, x[0], h0), wanted, 1e-7)
    several = np.repeat(x, 3, axis=0)
    trace = gruviz.trace(model, several, h0[0, 0])
    assert trace.h0.shape == (1, 3, UNITS)
    for b in range(3):
        assert np.abs(trace.h[:, b] - wanted["h"][:, 0]).max() < 1e-7
    from_zero = gruviz.trace(model, x)
    assert np.array_equal(from_zero.h0, np.zeros((1, 1, UNITS)))
    assert_gates(from_zero, run([layer], x, 0 * h0, RESET[kind]), 1e-7)


def test_one_state_for_all_layers_and_directions():
    every = layered(9, INPUTS, UNITS, 2, 2)
    x, h0 = data(9, rows=4)
    trace = gruviz.trace(plain_gru(every, True), x, h0[0, 0])
    assert_gates(trace, run(every, x, np.broadcast_to(h0[0, 0], h0.shape), "after", True), 1e-7)


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_the_shortest_inputs(kind, steps):
    layer = numbers(10, INPUTS, UNITS)
    x, h0 = data(10, steps=steps)
    trace = gruviz.trace(build(kind, layer), x, h0)
    assert_gates(trace, run([layer], x, h0, RESET[kind]), 1e-7)
    assert np.array_equal(trace.h_prev[:, :, 0], trace.h0.astype(np.float32))


def test_one_step_of_a_stacked_two_way_model():
    every = layered(11, INPUTS, UNITS, 2, 2)
    x, h0 = data(11, steps=1, rows=4)
    assert_gates(gruviz.trace(plain_gru(every, True), x, h0), run(every, x, h0, "after", True), 1e-7)


# --- pieces ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize("kind", [*KINDS, "stacked"])
def test_work_in_pieces_changes_nothing(kind, piece, monkeypatch):
    if kind == "stacked":
        every, reset = layered(12, INPUTS, UNITS, 2, 2), "after"
        model = plain_gru(every, True)
    else:
        every, reset = [numbers(12, INPUTS, UNITS)], RESET[kind]
        model = build(kind, every[0])
    x, h0 = data(12, rows=len(every))
    monkeypatch.setattr(pieces, "PIECE", piece)
    done = []
    trace = gruviz.trace(model, x, h0, after_piece=done.append)
    wanted = run(every, x, h0, reset, kind == "stacked")
    assert_gates(trace, wanted, 1e-7)
    assert np.abs(trace.h_prev - wanted["h_prev"]).max() < 1e-7
    assert len(done) >= len(every) * -(-STEPS // piece)
    assert done == sorted(set(done))
    assert 0 < done[0] <= done[-1] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_input_crosses_the_real_piece(kind):
    steps = pieces.PIECE + 3
    layer = numbers(13, 1, 2, gain=0.6)
    x, h0 = data(13, 1, steps, inputs_=1, units=2)
    assert_gates(gruviz.trace(build(kind, layer), x, h0), run([layer], x, h0, RESET[kind]), 1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_in_after_piece_ends_the_run_and_leaves_the_model(kind):
    class StopNow(Exception):
        pass

    def stop(fraction):
        raise StopNow

    model = build(kind, numbers(14, INPUTS, UNITS)).train()
    with pytest.raises(StopNow):
        gruviz.trace(model, data(14)[0], after_piece=stop)
    assert all(m.training for m in model.modules())
    assert torch.is_grad_enabled()


def test_a_latched_state_does_not_drift():
    """z = 1 keeps exactly, however long."""
    layer = numbers(15, 1, 3)
    layer.b_ih[3:6] = 300.0
    for dtype, kind in product([np.float32, np.float64], NUMPY_KINDS):
        x, h0 = inputs(15, 1, 3000, 1), start(15, 3, dtype=np.float32)
        trace = gruviz.trace(build(kind, type(layer)(*(a.astype(dtype) for a in layer))), x, h0)
        assert np.array_equal(trace.h, np.broadcast_to(h0, trace.h.shape))


# --- half precision -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", KINDS)
def test_half_precision(kind, dtype):
    layer = numbers(16, INPUTS, UNITS, np.float32, gain=0.7)
    model = build(kind, layer).to(dtype)
    x, h0 = data(16, dtype=np.float32)
    trace = gruviz.trace(model, x, h0)
    assert np.array_equal(trace.h[0], own_output(model, x, h0).float().numpy())
    assert gruviz.reference_error(model, trace) == 0
    assert trace.meta.dtype == str(dtype).removeprefix("torch.")
    assert next(model.parameters()).dtype == dtype
    # the oracle in float64 on the same rounded numbers: half precision loses digits, not the equations
    rounded = [torch.from_numpy(a).to(dtype).double().numpy() for a in (*layer, x, h0)]
    wanted = run([type(layer)(*rounded[:4])], rounded[4], rounded[5], RESET[kind])
    assert_gates(trace, wanted, 0.005 if dtype is torch.float16 else 0.04)
    assert np.array_equal(trace.x, rounded[4])
    assert trace.x.dtype == trace.h0.dtype == np.float32
    if kind not in NUMPY_KINDS:
        assert trace.meta.recovery_error < (0.005 if dtype is torch.float16 else 0.04)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", ["torch", "nn.GRU"])
def test_half_precision_stacked_two_way(kind, dtype):
    every = layered(17, INPUTS, UNITS, 2, 2, np.float32)
    x, h0 = data(17, rows=4, dtype=np.float32)
    if kind == "torch":
        model = TorchGRU.from_params([GRUParams(*one) for one in every], bidirectional=True).to(dtype)
    else:
        model = plain_gru(every, True).to(dtype)
    trace = gruviz.trace(model, x, h0)
    top = np.concatenate([trace.h[2], trace.h[3]], -1)
    # each direction runs by itself, so torch may round the last bit of its half-precision products the other way
    last_bits = 2**-9 if dtype is torch.float16 else 2**-6
    np.testing.assert_allclose(top, own_output(model, x, h0).float().numpy(), rtol=0, atol=last_bits)
    assert_gates(trace, run(every, x, h0, "after", True), 0.02 if dtype is torch.float16 else 0.12)


# --- the model is left as it was ------------------------------------------------------------------


WATCHED = {
    **{kind: (lambda kind=kind: build(kind, numbers(18, INPUTS, UNITS))) for kind in KINDS},
    "three two-way layers": lambda: nn.GRU(
        INPUTS, UNITS, 3, dropout=0.5, bidirectional=True, batch_first=True
    ).double(),
    "dropout": lambda: nn.GRU(INPUTS, UNITS, 2, dropout=0.9).double(),
    "head": lambda: TorchGRU(INPUTS, UNITS, num_layers=2, out_features=1).double(),
}


@pytest.mark.parametrize("name", WATCHED)
def test_a_model_in_training_is_not_touched(name):
    torch.manual_seed(3)
    model = WATCHED[name]()
    x = data(18)[0]
    evaluated = gruviz.trace(copy.deepcopy(model).eval(), x)
    model.train()
    frozen = next(model.parameters())
    frozen.requires_grad_(False)
    flags = [p.requires_grad for p in model.parameters()]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    pointers = [p.data_ptr() for p in model.parameters()]
    torch.manual_seed(7)
    state = torch.get_rng_state()
    numpy_state = copy.deepcopy(np.random.get_bit_generator().state)
    trace = gruviz.trace(model, x)
    error = gruviz.reference_error(model, trace)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_equal(np.random.get_bit_generator().state, numpy_state)
    assert all(m.training for m in model.modules())
    assert [p.requires_grad for p in model.parameters()] == flags
    assert [p.data_ptr() for p in model.parameters()] == pointers
    assert all(p.grad is None for p in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    for gate in GATES:
        assert np.array_equal(getattr(trace, gate), getattr(evaluated, gate))
    assert error < 1e-6
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("kind", ["torch", "nn.GRU", "nn.GRUCell"])
def test_the_module_runs_without_a_graph(kind):
    model = build(kind, numbers(39, INPUTS, UNITS)).train()
    core = model.gru if kind == "torch" else model
    seen = []
    core.register_forward_hook(lambda *_: seen.append(torch.is_grad_enabled()))
    trace = gruviz.trace(model, torch.from_numpy(data(39)[0]).requires_grad_())
    gruviz.reference_error(model, trace)
    assert len(seen) >= 2
    assert not any(seen)


def test_tracing_in_the_middle_of_a_backward_pass_keeps_its_gradients():
    model = TorchGRU(INPUTS, UNITS)
    x = torch.randn(2, 5, INPUTS, requires_grad=True)
    loss = model(x)[0].sum()
    trace = gruviz.trace(model, x)
    loss.backward()
    kept = [p.grad.clone() for p in model.parameters()]
    gruviz.trace(model, x)
    assert all(torch.equal(p.grad, old) for p, old in zip(model.parameters(), kept, strict=True))
    assert np.array_equal(trace.x, x.detach().numpy())


@pytest.mark.parametrize("kind", KINDS)
def test_weights_changed_after_a_trace_are_seen_by_the_next(kind):
    model = build(kind, numbers(19, INPUTS, UNITS))
    x, h0 = data(19)
    first = gruviz.trace(model, x, h0)
    kept = first.h.copy()
    changed = numbers(20, INPUTS, UNITS)
    model.load_state_dict(build(kind, changed).state_dict())
    assert_gates(gruviz.trace(model, x, h0), run([changed], x, h0, RESET[kind]), 1e-7)
    assert np.array_equal(first.h, kept)


# --- the input is the user's ----------------------------------------------------------------------


@pytest.mark.parametrize("form", [np.float32, np.float64, torch.float32, torch.float64])
@pytest.mark.parametrize("model_dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_x_and_h0_are_neither_changed_nor_lent(kind, model_dtype, form):
    model = build(kind, numbers(21, INPUTS, UNITS, model_dtype))
    x, h0 = data(21, 1)
    if isinstance(form, torch.dtype):
        x, h0 = torch.from_numpy(x).to(form), torch.from_numpy(h0).to(form)
    else:
        x, h0 = x.astype(form), h0.astype(form)
    old_x, old_h0 = copy.deepcopy(x), copy.deepcopy(h0)
    trace = gruviz.trace(model, x, h0)
    assert bool((x == old_x).all())
    assert bool((h0 == old_h0).all())
    x[...] = 9
    h0[...] = 9
    assert np.allclose(trace.x, np.asarray(old_x), rtol=0, atol=1e-6)
    assert np.allclose(trace.h0, np.asarray(old_h0), rtol=0, atol=1e-6)
    assert np.array_equal(trace.h_prev[:, :, 0], trace.h0.astype(np.float32))


def test_forms_of_the_same_input():
    model = build("split", numbers(22, INPUTS, UNITS))
    x = np.round(data(22, 1)[0][0] * 4)
    wanted = gruviz.trace(model, x).h
    read_only = x.copy()
    read_only.flags.writeable = False
    backwards = x[::-1].copy()[::-1]
    forms = [x.tolist(), x.astype(int), torch.from_numpy(x).int(), x.astype(np.float16), x.astype(">f8")]
    forms += [
        read_only,
        backwards,
        np.asfortranarray(x),
        torch.from_numpy(x.T.copy()).T,
        torch.tensor(x).bfloat16(),
    ]
    forms += [torch.from_numpy(x).requires_grad_(), torch.from_numpy(x.copy()).to_dense(), x.astype(np.int8)]
    for form in forms:
        assert np.array_equal(gruviz.trace(model, form).h, wanted)
    zero_one = gruviz.trace(model, x > 0).h
    assert np.array_equal(zero_one, gruviz.trace(model, torch.from_numpy(x > 0)).h)
    assert np.array_equal(zero_one, gruviz.trace(model, (x > 0).astype(float)).h)


def test_seed_and_labels_are_kept():
    trace = gruviz.trace(SplitGRU(1, 2), np.ones((3, 1)), labels=["a", "나", "c"], seed=11)
    assert trace.labels == ("a", "나", "c")
    assert trace.meta.seed == 11
    with pytest.raises(ValueError, match="labels has 2 texts for 3 steps"):
        gruviz.trace(SplitGRU(1, 2), np.ones((3, 1)), labels="ab")


# --- refusals -------------------------------------------------------------------------------------


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, INPUTS)
        self.encoder = nn.GRU(INPUTS, UNITS)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nn.LSTM(INPUTS, UNITS), r"^LSTM cannot be traced; give SplitGRU, .* or torch\.nn\.GRUCell\.$"),
        (nn.RNN(INPUTS, UNITS), r"^RNN cannot be traced; give .*GRUCell\.$"),
        (nn.LSTMCell(INPUTS, UNITS), r"^LSTMCell cannot be traced; give .*GRUCell\.$"),
        (nn.RNNCell(INPUTS, UNITS), r"^RNNCell cannot be traced; give .*GRUCell\.$"),
        (nn.Linear(INPUTS, UNITS), r"^torch.*Linear cannot be traced; give .*GRUCell\.$"),
        (nn.Sequential(nn.Linear(INPUTS, UNITS)), r"^Sequential cannot be traced; give .*GRUCell\.$"),
        (
            nn.Sequential(nn.Linear(3, 3), nn.GRU(3, 4)),
            r"^Sequential cannot .* It holds one: trace its \.1\.$",
        ),
        (Tagger(), r"^Tagger cannot be traced; .* It holds one: trace its \.encoder\.$"),
        (nn.ModuleDict({"deep": Tagger()}), r"It holds one: trace its \.deep\.encoder\.$"),
        (nn.ModuleDict({"ours": SplitGRU(3, 4)}), r"It holds one: trace its \.ours\.$"),
        (nn.ModuleDict({"cell": nn.GRUCell(3, 4)}), r"It holds one: trace its \.cell\.$"),
        (nn.GRU, r"^type cannot be traced; give "),
        (None, r"^NoneType cannot be traced; give "),
        ("gru.pt", r"^str cannot be traced; give "),
    ],
)
def test_other_models_are_refused_by_name(model, sentence):
    with pytest.raises(TypeError, match=sentence):
        gruviz.trace(model, np.ones((4, INPUTS)))
    trace = gruviz.trace(SplitGRU(INPUTS, UNITS), np.ones((4, INPUTS)))
    with pytest.raises(TypeError, match=sentence):
        gruviz.reference_error(model, trace)


def test_parametrized_weights_are_refused():
    gru = nn.GRU(INPUTS, UNITS)
    parametrizations.weight_norm(gru, "weight_hh_l0")
    with pytest.raises(ValueError, match=r"parametrized weights; remove_parametrizations\(\) first"):
        gruviz.trace(gru, np.ones((4, INPUTS)))


@pytest.mark.parametrize(
    "shape",
    [(4,), (4, 2), (4, 4), (2, 4, 2), (1, 2, 4, 3), (), (0, 3), (0, 4, 3), (2, 0, 3), (2, 4, 0), (3, 4)],
)
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_input_shapes_are_refused(kind, shape):
    model = build(kind, numbers(23, INPUTS, UNITS))
    for x in (np.ones(shape), torch.ones(shape)):
        with pytest.raises(
            ValueError, match=r"^x has shape \(.*\); this model needs \(time, 3\) or \(batch, time, 3\)"
        ):
            gruviz.trace(model, x)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (np.ones((4, 3), complex), r"^x holds complex128 values; real numbers are needed\.$"),
        (np.ones((4, 3), object), r"^x holds object values; real numbers are needed\.$"),
        (np.full((4, 3), "1"), r"^x holds <U1 values; real numbers are needed\.$"),
        (np.zeros((4, 3), "datetime64[s]"), r"^x holds datetime64\[s\] values; real numbers are needed\.$"),
        (None, r"^x holds object values; real numbers are needed\.$"),
        (
            torch.ones(4, 3, dtype=torch.complex64),
            r"^x is a torch\.complex64 .*; a dense tensor of real numbers",
        ),
        (
            torch.ones(4, 3).to_sparse(),
            r"^x is a .* torch\.sparse_coo tensor; a dense tensor of real numbers",
        ),
    ],
)
def test_input_that_is_not_real_numbers_is_refused(x, sentence):
    for model in (SplitGRU(INPUTS, UNITS), nn.GRU(INPUTS, UNITS)):
        with pytest.raises(ValueError, match=sentence):
            gruviz.trace(model, x)


@pytest.mark.parametrize("shape", [(), (5,), (1, 4), (2, 4), (2, 2, 4), (1, 1, 4), (1, 2, 5), (4, 1, 2)])
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_initial_states_are_refused(kind, shape):
    model = build(kind, numbers(24, INPUTS, UNITS))
    for h0 in (np.ones(shape), torch.ones(shape)):
        with pytest.raises(ValueError, match=r"^h0 has shape \(.*\); it must be \(4,\) or \(1, 2, 4\)\.$"):
            gruviz.trace(model, data(24)[0], h0)


@pytest.mark.parametrize("h0", [np.ones(4, complex), torch.ones(4).to_sparse(), np.ones(4, object)])
def test_initial_states_that_are_not_real_numbers_are_refused(h0):
    with pytest.raises(ValueError, match=r"^h0 (holds|is a) .* (needed)\.$"):
        gruviz.trace(SplitGRU(INPUTS, UNITS), np.ones((4, INPUTS)), h0)


# --- broken and extreme numbers -------------------------------------------------------------------


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_a_diverged_model_is_shown_not_stopped(kind, dtype, broken):
    layer = numbers(25, INPUTS, UNITS, dtype)
    layer.w_hh[...] = broken
    model = build(kind, layer)
    x, h0 = data(25)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace = gruviz.trace(model, x, h0)
        again = trace.keep + trace.write
        error = gruviz.reference_error(model, trace)
    assert np.isnan(trace.h[:, :, 1:]).all()
    assert np.isnan(again[:, :, 1:]).all()
    assert np.isnan(error)
    if kind not in NUMPY_KINDS:
        assert np.isnan(trace.meta.recovery_error)


@pytest.mark.parametrize("kind", KINDS)
def test_one_nan_in_the_input_spoils_its_own_future_only(kind):
    model = build(kind, numbers(26, INPUTS, UNITS))
    x, h0 = data(26, 3)
    clean = gruviz.trace(model, x, h0)
    x[1, 4, 2] = np.nan
    trace = gruviz.trace(model, x, h0)
    for gate in GATES:
        found, old = getattr(trace, gate)[0], getattr(clean, gate)[0]
        assert np.isnan(found[1, 4:]).all()
        assert np.allclose(found[1, :4], old[1, :4], rtol=0, atol=1e-7)
        assert np.allclose(found[[0, 2]], old[[0, 2]], rtol=0, atol=1e-7)
    assert np.isnan(trace.x[1, 4, 2])
    assert np.isnan(gruviz.reference_error(model, trace))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_huge_weights_saturate_without_a_warning(kind, dtype):
    layer = numbers(27, INPUTS, UNITS, dtype, gain=1e5)
    model = build(kind, layer)
    x, h0 = data(27, steps=20, dtype=dtype)
    trace = gruviz.trace(model, x, h0)
    for gate in GATES:
        assert np.isfinite(getattr(trace, gate)).all()
    shut = (trace.z == 0) | (trace.z == 1)
    assert shut.mean() > 0.95
    assert (trace.z == 0).any()
    assert (trace.z == 1).any()
    assert (np.abs(trace.n) == 1).mean() > 0.95
    assert gruviz.reference_error(model, trace) < 1e-6
    assert np.abs(trace.keep + trace.write - trace.h).max() < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_input_beyond_float32_is_infinite_for_a_float32_model(kind):
    x = np.zeros((3, INPUTS))
    x[1, 0] = 1e300
    trace = gruviz.trace(build(kind, numbers(28, INPUTS, UNITS, np.float32)), x)
    assert np.isinf(trace.x[0, 1, 0])
    assert np.isfinite(trace.h[:, :, :1]).all()


# --- the two error numbers ------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_reference_error_is_the_distance_to_the_modules_own_forward(kind, dtype):
    model = build(kind, numbers(29, INPUTS, UNITS, dtype))
    x, h0 = data(29, steps=50, dtype=dtype)
    trace = gruviz.trace(model, x, h0)
    error = gruviz.reference_error(model, trace)
    assert isinstance(error, float)
    assert error < (2e-6 if dtype is np.float32 else 1e-7)
    own = own_output(model, x, h0).numpy()
    assert error == pytest.approx(np.abs(trace.h[0] - own).max(), abs=1e-9)
    other = build(kind, numbers(30, INPUTS, UNITS, dtype))
    wrong = gruviz.reference_error(other, trace)
    assert wrong > 0.1
    assert wrong == pytest.approx(np.abs(trace.h[0] - own_output(other, x, h0).numpy()).max(), abs=1e-5)


def test_reference_error_tells_split_and_nn_gru_with_the_same_numbers_apart():
    p = GRUParams(*numbers(31, INPUTS, UNITS))
    trace = gruviz.trace(SplitGRU.from_params(p), *data(31))
    assert gruviz.reference_error(ConcatGRU.from_params(p), trace) < 1e-6
    assert gruviz.reference_error(TorchGRU.from_params(p), trace) > 0.02


@pytest.mark.parametrize("kind", ["torch", "nn.GRU"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_reference_error_of_stacked_models_sees_every_layer(kind, bidirectional):
    every = layered(32, INPUTS, UNITS, 2, 1 + bidirectional)
    if kind == "torch":
        model = TorchGRU.from_params([GRUParams(*one) for one in every], bidirectional=bidirectional)
    else:
        model = plain_gru(every, bidirectional)
    x, h0 = data(32, rows=len(every))
    trace = gruviz.trace(model, x, h0)
    assert gruviz.reference_error(model, trace) < 1e-7
    for layer in range(len(every)):
        h = trace.h.copy()
        h[layer, 1, 0 if trace.reverse(layer) else -1, 2] += 0.25
        assert gruviz.reference_error(model, replace(trace, h=h)) == pytest.approx(0.25, abs=1e-6)


@pytest.mark.parametrize("kind", [*KINDS, "stacked"])
def test_reference_error_reads_a_stated_prefix_of_long_inputs(kind, monkeypatch):
    monkeypatch.setattr(MODULE, "REFERENCE_STEPS", 5)
    if kind == "stacked":
        model = plain_gru(layered(33, INPUTS, UNITS, 2, 1))
        x, h0 = data(33, rows=2)
    else:
        model = build(kind, numbers(33, INPUTS, UNITS))
        x, h0 = data(33)
    trace = gruviz.trace(model, x, h0)
    assert MODULE.reference_steps(trace) == 5
    inside, outside = trace.h.copy(), trace.h.copy()
    inside[-1, 0, 4, 1] += 0.5
    outside[:, 0, 5:, 1] += 0.5
    assert gruviz.reference_error(model, replace(trace, h=inside)) == pytest.approx(0.5, abs=1e-6)
    assert gruviz.reference_error(model, replace(trace, h=outside)) < 1e-6


@pytest.mark.parametrize("layers", [1, 2])
def test_reference_error_reads_the_whole_of_two_way_models(layers, monkeypatch):
    """Their first step depends on the last, so a prefix would be another input."""
    monkeypatch.setattr(MODULE, "REFERENCE_STEPS", 5)
    model = plain_gru(layered(38, INPUTS, UNITS, layers, 2), True)
    trace = gruviz.trace(model, *data(38, rows=2 * layers))
    assert MODULE.reference_steps(trace) == STEPS
    assert gruviz.reference_error(model, trace) < 1e-6
    h = trace.h.copy()
    h[-1, 0, STEPS - 1, 1] += 0.5
    assert gruviz.reference_error(model, replace(trace, h=h)) == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("steps", [1999, 2000, 2001, 2500])
@pytest.mark.parametrize("kind", KINDS)
def test_reference_steps_of_real_lengths(kind, steps):
    model = build(kind, numbers(34, 1, 2, np.float32))
    trace = gruviz.trace(model, inputs(34, steps, 1))
    assert MODULE.reference_steps(trace) == min(steps, 2000)
    assert gruviz.reference_error(model, trace) < 1e-5


def test_reference_steps_fall_for_wide_models_but_never_below_a_hundred():
    def steps(units, length):
        meta = replace(gruviz.trace(nn.GRU(1, 1), np.ones((1, 1))).meta, hidden_size=units, steps=length)
        arrays = dict.fromkeys("rznh", np.zeros((1, 1, length, units), np.float32))
        edges = {"x": np.zeros((1, length, 1), np.float32), "h0": np.zeros((1, 1, units), np.float32)}
        return MODULE.reference_steps(gruviz.GateTrace(**arrays, **edges, labels=(), meta=meta))

    widths = [steps(units, 2500) for units in (8, 256, 512, 1024, 2048)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == 2000
    assert widths[2] < 1000
    assert widths[-1] == 100
    assert steps(2048, 60) == 60


@pytest.mark.parametrize("kind", KINDS)
def test_recovery_error_is_there_where_gates_are_recovered(kind):
    trace = gruviz.trace(build(kind, numbers(36, INPUTS, UNITS, np.float32)), *data(36))
    if kind in NUMPY_KINDS:
        assert trace.meta.recovery_error is None
    else:
        assert 0 <= trace.meta.recovery_error < 1e-6
        assert type(trace.meta.recovery_error) is float


@pytest.mark.parametrize("piece", [1, 3, 512])
@pytest.mark.parametrize("at", range(STEPS))
def test_recovery_error_tells_a_module_that_does_something_else(at, piece, monkeypatch):
    """As by a fault in torch itself: nothing about the model shows it."""
    seen, forward = [0], nn.GRU.forward  # the module is called piece by piece

    def odd(self, x, h0=None):
        output, h_n = forward(self, x, h0)
        if seen[0] <= at < seen[0] + len(output):
            output[at - seen[0], 1, 2] += 0.25
        seen[0] += len(output)
        return output, h_n

    monkeypatch.setattr(pieces, "PIECE", piece)
    monkeypatch.setattr(nn.GRU, "forward", odd)
    with pytest.warns(RuntimeWarning, match=r"^The states this model put out are up to 0\.2\d* from what its weights"):
        trace = gruviz.trace(plain_gru([numbers(37, INPUTS, UNITS)]).double(), *data(37))
    assert trace.meta.recovery_error > 0.2
    residual = np.abs(trace.keep + trace.write - trace.h).max()
    assert trace.meta.recovery_error == pytest.approx(residual, abs=1e-6)


# --- invariants -----------------------------------------------------------------------------------

cases = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**31),
        "inputs_": st.integers(1, 4),
        "units": st.integers(1, 5),
        "batch": st.integers(1, 3),
        "steps": st.integers(1, 12),
        "gain": st.sampled_from([0.1, 1.0, 5.0, 100.0]),
        "dtype": st.sampled_from([np.float32, np.float64]),
    }
)


def drawn(case):
    sizes = {k: case[k] for k in ("batch", "steps", "inputs_", "units", "dtype")}
    layer = numbers(case["seed"], case["inputs_"], case["units"], case["dtype"], gain=case["gain"])
    return layer, *data(case["seed"] % 2**31, **sizes)


@given(cases, st.sampled_from(KINDS))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_gates_stay_in_their_ranges_and_h_between_its_two_sources(case, kind):
    layer, x, h0 = drawn(case)
    trace = gruviz.trace(build(kind, layer), x, h0)
    # nn.GRU's gates are recovered: its kernel adds in another order, and its sums grow with the gain
    near = 1e-6 + (60 * np.finfo(np.float32).eps * case["gain"] if case["dtype"] is np.float32 else 0)
    near = 1e-6 if kind in NUMPY_KINDS else near
    for gate in (trace.r, trace.z):
        assert gate.min() >= 0
        assert gate.max() <= 1
    assert np.abs(trace.n).max() <= 1
    assert np.abs(trace.h).max() <= 1 + 1e-6
    previous = trace.h_prev
    assert (trace.h >= np.minimum(previous, trace.n) - near).all()
    assert (trace.h <= np.maximum(previous, trace.n) + near).all()
    assert np.abs(trace.keep + trace.write - trace.h).max() < near
    assert np.array_equal(previous[0, :, 1:], trace.h[0, :, :-1])


@given(cases)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_split_and_concat_trace_the_same(case):
    layer, x, h0 = drawn({**case, "gain": min(case["gain"], 1.0), "dtype": np.float64})
    split, concat = (gruviz.trace(build(kind, layer), x, h0) for kind in NUMPY_KINDS)
    for gate in GATES:
        assert np.abs(getattr(split, gate) - getattr(concat, gate)).max() < 2e-7


@given(cases, st.sampled_from(KINDS))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_batch_is_its_sequences_side_by_side(case, kind):
    layer, x, h0 = drawn({**case, "gain": min(case["gain"], 1.0), "dtype": np.float64})
    model = build(kind, layer)
    together = gruviz.trace(model, x, h0)
    for b in range(len(x)):
        alone = gruviz.trace(model, x[b], h0[:, b : b + 1])
        for gate in GATES:
            assert np.abs(getattr(alone, gate)[:, 0] - getattr(together, gate)[:, b]).max() < 2e-7


@given(cases, st.sampled_from(KINDS), st.integers(1, 11))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_running_on_from_the_last_state_is_one_long_run(case, kind, cut):
    case = {**case, "steps": case["steps"] + cut, "gain": 0.3, "dtype": np.float64}
    layer, x, h0 = drawn(case)
    model = build(kind, layer)
    whole = gruviz.trace(model, x, h0)
    first = gruviz.trace(model, x[:, :cut], h0)
    second = gruviz.trace(model, x[:, cut:], first.h_last)
    joined = np.concatenate([first.h, second.h], axis=2)
    assert np.abs(joined - whole.h).max() < 1e-6
