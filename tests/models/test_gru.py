"""The three models against nn.GRU, against the scalar oracle, and against each other. All in float64."""

import numpy as np
import pytest
import torch
from oracle import inputs, layered, numbers, plain_gru, run, start
from torch import nn
from torch.func import functional_call

from gruviz import ConcatGRU, GRUParams, SplitGRU, TorchGRU

MODELS = (SplitGRU, ConcatGRU, TorchGRU)
BATCH, STEPS, INPUTS, UNITS = 2, 6, 3, 4
EXACT = 2e-14  # a few roundings of numbers near 1


def data(seed=0, batch=BATCH, steps=STEPS, inputs_=INPUTS, units=UNITS, rows=1):
    return inputs(seed, batch, steps, inputs_), start(seed, rows, batch, units)


def tensors(*arrays, grad=False):
    return [torch.from_numpy(a.copy()).requires_grad_(grad) for a in arrays]


def from_numbers(kind, layer, bias=True):
    """The model of this kind with these numbers; without biases its own weights are set by hand."""
    if bias:
        return kind.from_params(GRUParams(*layer))
    inputs_, units = layer.w_ih.shape[1], layer.w_hh.shape[1]
    model = kind(inputs_, units, bias=False).double()
    wx, wh = (torch.from_numpy(a).chunk(3) for a in (layer.w_ih, layer.w_hh))
    with torch.no_grad():
        if kind is TorchGRU:
            model.gru.weight_ih_l0.copy_(torch.cat(wx))
            model.gru.weight_hh_l0.copy_(torch.cat(wh))
        elif kind is SplitGRU:
            for linear, value in zip((model.wr, model.wz, model.wh), wx, strict=True):
                linear.weight.copy_(value)
            for linear, value in zip((model.wrh, model.wzh, model.whh), wh, strict=True):
                linear.weight.copy_(value)
        else:
            for linear, a, b in zip((model.wr, model.wz, model.wh), wx, wh, strict=True):
                linear.weight.copy_(torch.cat([a, b], 1))
    return model


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_model_computes_its_own_equations(kind, seed, bias):
    layer = numbers(seed, INPUTS, UNITS, bias=bias)
    x, h0 = data(seed)
    wanted = run([layer], x, h0, "after" if kind is TorchGRU else "before")["h"][0]
    model = from_numbers(kind, layer, bias)
    output, h_n = model(*tensors(x, h0))
    assert np.abs(output.detach().numpy() - wanted).max() < EXACT
    assert np.abs(h_n.detach().numpy() - wanted[None, :, -1]).max() < EXACT
    assert model.reset == ("after" if kind is TorchGRU else "before")


@pytest.mark.parametrize(("inputs_", "units"), [(1, 1), (1, 5), (5, 1)])
@pytest.mark.parametrize("kind", MODELS)
def test_thin_sizes(kind, inputs_, units):
    layer = numbers(8, inputs_, units)
    x, h0 = data(8, 3, 4, inputs_, units)
    wanted = run([layer], x, h0, "after" if kind is TorchGRU else "before")["h"][0]
    output, _ = from_numbers(kind, layer)(*tensors(x, h0))
    assert np.abs(output.detach().numpy() - wanted).max() < EXACT


@pytest.mark.parametrize("cell", [SplitGRU, ConcatGRU])
def test_one_step_gives_each_gate(cell):
    layer = numbers(9, INPUTS, UNITS)
    x, h0 = data(9, steps=1)
    wanted = run([layer], x, h0, "before")
    got = from_numbers(cell, layer).step(*tensors(x[:, 0], h0[0]))
    for gate, value in zip("rznh", got, strict=True):
        assert np.abs(value.detach().numpy() - wanted[gate][0, :, 0]).max() < EXACT


@pytest.mark.parametrize("kind", MODELS)
def test_one_sequence_without_a_batch_axis(kind):
    layer = numbers(10, INPUTS, UNITS)
    x, h0 = data(10, batch=1)
    model = from_numbers(kind, layer)
    batched, last = model(*tensors(x, h0))
    output, h_n = model(*tensors(x[0], h0[:, 0]))
    assert output.shape == (STEPS, UNITS)
    assert h_n.shape == (1, UNITS)
    assert torch.allclose(output, batched[0], rtol=0, atol=EXACT)
    assert torch.allclose(h_n, last[:, 0], rtol=0, atol=EXACT)


@pytest.mark.parametrize("kind", MODELS)
def test_no_h0_means_zeros(kind):
    model = from_numbers(kind, numbers(11, INPUTS, UNITS))
    x, h0 = tensors(*data(11))
    assert torch.equal(model(x)[0], model(x, torch.zeros_like(h0))[0])
    assert not torch.allclose(model(x)[0], model(x, h0)[0], atol=1e-3)


@pytest.mark.parametrize("cell", [SplitGRU, ConcatGRU])
def test_h0_of_a_cell_in_each_of_its_shapes(cell):
    model = from_numbers(cell, numbers(12, INPUTS, UNITS))
    x, h0 = tensors(*data(12))
    whole = model(x, h0)[0]
    assert torch.equal(model(x, h0[0])[0], whole)
    assert torch.equal(model(x, h0[0, 1])[0], model(x, h0[0, 1].expand(1, BATCH, UNITS))[0])
    assert torch.equal(model(x[0], h0[0, 0])[0], model(x[0], h0[:, 0])[0])


# --- what is equivalent to what -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_split_is_concat(seed):
    p = GRUParams(*numbers(seed, INPUTS, UNITS))
    x, h0 = tensors(*data(seed, steps=40))
    split, concat = SplitGRU.from_params(p)(x, h0)[0], ConcatGRU.from_params(p)(x, h0)[0]
    assert (split - concat).abs().max() < 1e-13
    single = GRUParams(*(a.astype(np.float32) for a in numbers(seed, INPUTS, UNITS)))
    split, concat = SplitGRU.from_params(single), ConcatGRU.from_params(single)
    assert (split(x.float(), h0.float())[0] - concat(x.float(), h0.float())[0]).abs().max() < 1e-5


def gap(layer, x, h0):
    """h of nn.GRU less h of split with the same numbers, (batch, time, unit)."""
    p = GRUParams(*layer)
    x, h0 = tensors(x, h0)
    return (TorchGRU.from_params(p)(x, h0)[0] - SplitGRU.from_params(p)(x, h0)[0]).detach().numpy()


@pytest.mark.parametrize("seed", range(8))
def test_nn_gru_is_another_function_than_split_by_just_as_much_as_the_equations_say(seed):
    layer = numbers(seed, INPUTS, UNITS)
    x, h0 = data(seed)
    wanted = (run([layer], x, h0, "after")["h"] - run([layer], x, h0, "before")["h"])[0]
    found = gap(layer, x, h0)
    assert np.abs(found).max() > 0.02
    assert np.abs(found - wanted).max() < EXACT


def test_nn_gru_is_far_from_split_over_many_random_weights():
    worst = [np.abs(gap(numbers(seed, INPUTS, UNITS), *data(seed))).max() for seed in range(100, 140)]
    assert min(worst) > 0.02
    assert np.median(worst) > 0.2


def test_they_agree_where_the_reset_gate_is_open():
    layer = numbers(20, INPUTS, UNITS)
    layer.b_ih[:UNITS] = 800.0
    assert np.abs(gap(layer, *data(20))).max() < EXACT


def test_they_agree_where_the_candidate_matrix_is_diagonal_and_its_bias_zero_and_only_there():
    layer = numbers(21, INPUTS, UNITS)
    x, h0 = data(21)
    layer.w_hh[2 * UNITS :] = np.diag(np.diag(layer.w_hh[2 * UNITS :]))
    assert np.abs(gap(layer, x, h0)).max() > 0.02  # b_hn is still gated
    layer.b_hh[2 * UNITS :] = 0
    assert np.abs(gap(layer, x, h0)).max() < EXACT
    layer.w_hh[2 * UNITS, 1] = 1.0  # one number off the diagonal
    assert np.abs(gap(layer, x, h0)).max() > 0.02


def test_they_agree_on_the_first_step_of_a_default_start_and_on_no_other():
    layer = numbers(22, INPUTS, UNITS)
    x, h0 = data(22)
    layer.b_hh[2 * UNITS :] = 0
    found = np.abs(gap(layer, x, np.zeros_like(h0))).max(axis=(0, 2))
    assert found[0] < EXACT
    assert found[1:].min() > 1e-3
    assert np.abs(gap(layer, x, h0))[:, 0].max() > 1e-3


# --- gradients ------------------------------------------------------------------------------------


def gradients(model, x, h0, weight):
    """d sum(weight * output) / d (every parameter by name, x, h0)."""
    x, h0 = tensors(x, h0, grad=True)
    model.zero_grad()
    output, h_n = model(x, h0)
    ((output * weight).sum() + h_n.square().sum()).backward()
    found = {name: p.grad.clone() for name, p in model.named_parameters()}
    return {**found, "x": x.grad, "h0": h0.grad}


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_torch_model_is_nn_gru_in_values_and_gradients(layers, bidirectional):
    every = layered(30, INPUTS, UNITS, layers, 1 + bidirectional)
    x, h0 = data(30, rows=len(every))
    plain = plain_gru(every, bidirectional, batch_first=True)
    model = TorchGRU.from_params([GRUParams(*one) for one in every], bidirectional=bidirectional)
    weight = torch.from_numpy(inputs(31, BATCH, STEPS, UNITS * (1 + bidirectional)))
    mine, theirs = gradients(model, x, h0, weight), gradients(plain, x, h0, weight)
    assert {name.removeprefix("gru.") for name in mine} == set(theirs)
    for name, gradient in mine.items():
        reference = theirs[name.removeprefix("gru.")]
        assert reference.abs().max() > 1e-3
        assert torch.allclose(gradient, reference, rtol=0, atol=1e-12)
    for one, other in zip(model(*tensors(x, h0)), plain(*tensors(x, h0)), strict=True):
        assert torch.equal(one, other)


def test_split_and_concat_have_the_same_gradients():
    p = GRUParams(*numbers(32, INPUTS, UNITS))
    x, h0 = data(32)
    weight = torch.from_numpy(inputs(32, BATCH, STEPS, UNITS))
    split, concat = (gradients(kind.from_params(p), x, h0, weight) for kind in (SplitGRU, ConcatGRU))
    pairs = [(split["x"], concat["x"]), (split["h0"], concat["h0"])]
    for gate in ("wr", "wz", "wh"):
        both = torch.cat([split[f"{gate}.weight"], split[f"{gate}h.weight"]], 1)
        pairs += [(both, concat[f"{gate}.weight"])]
        pairs += [(split[f"{gate}{end}.bias"], concat[f"{gate}.bias"]) for end in ("", "h")]
    for one, other in pairs:
        assert one.abs().max() > 1e-3
        assert torch.allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", MODELS)
def test_gradients_against_differences_of_the_scalar_oracle(kind):
    """Every weight, input and initial value moved a little in the oracle, one at a time."""
    layer = numbers(33, 2, 3)
    x, h0 = data(33, 2, 4, 2, 3)
    weight = inputs(33, 2, 4, 3)
    reset = "after" if kind is TorchGRU else "before"

    def loss(layer, x, h0):
        h = run([layer], x, h0, reset)["h"][0]
        return float((h * weight).sum() + (h[:, -1] ** 2).sum())

    def differences(array):
        found, eps = np.empty_like(array), 1e-5
        for at in np.ndindex(array.shape):
            old = array[at]
            array[at] = old + eps
            up = loss(layer, x, h0)
            array[at] = old - eps
            found[at] = (up - loss(layer, x, h0)) / (2 * eps)
            array[at] = old
        return found

    g = gradients(kind.from_params(GRUParams(*layer)), x, h0, torch.from_numpy(weight))
    if kind is TorchGRU:
        mine = [g[f"gru.{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    elif kind is SplitGRU:
        ends = (".weight", "h.weight", ".bias", "h.bias")
        mine = [torch.cat([g[gate + end] for gate in ("wr", "wz", "wh")]) for end in ends]
    else:
        both = torch.cat([g[f"{gate}.weight"] for gate in ("wr", "wz", "wh")])
        bias = torch.cat([g[f"{gate}.bias"] for gate in ("wr", "wz", "wh")])
        mine = [both[:, :2], both[:, 2:], bias, bias]
    for array, gradient in zip((*layer, x, h0), (*mine, g["x"], g["h0"]), strict=True):
        wanted = differences(array)
        assert np.abs(wanted).max() > 1e-2
        assert np.abs(gradient.numpy() - wanted).max() < 1e-7


@pytest.mark.parametrize("kind", MODELS)
def test_gradcheck(kind):
    model = kind.from_params(GRUParams(*numbers(34, 2, 3)))
    names, weights = zip(*model.named_parameters(), strict=True)
    x, h0 = tensors(*data(34, 2, 3, 2, 3), grad=True)

    def call(x, h0, *values):
        return functional_call(model, dict(zip(names, values, strict=True)), (x, h0))

    assert torch.autograd.gradcheck(call, (x, h0, *(w.detach().requires_grad_() for w in weights)))


# --- use ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", MODELS)
def test_a_few_steps_of_training_lower_the_loss(kind, bias):
    torch.manual_seed(0)
    model = kind(1, 6, bias=bias, out_features=1)
    x = torch.randn(32, 8, 1)
    target = x.sum(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = (model(x) - target).square().mean()
        loss.backward()
        assert all(p.grad is not None and p.grad.abs().max() > 0 for p in model.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("kind", MODELS)
def test_the_head_reads_the_last_step(kind):
    torch.manual_seed(1)
    model = kind(INPUTS, UNITS, out_features=5).double()
    x, h0 = tensors(*data(40))
    output, h_n = model.states(x, h0)
    assert output.shape == (BATCH, STEPS, UNITS)
    assert torch.equal(model(x, h0), model.fc(output[:, -1]))
    assert torch.allclose(model(x, h0), h_n[-1] @ model.fc.weight.T + model.fc.bias, rtol=0, atol=EXACT)
    assert torch.allclose(model(x[0], h0[:, 0]), model(x, h0)[0], rtol=0, atol=EXACT)
    assert kind(INPUTS, UNITS).fc is None


def test_the_head_of_a_two_way_model_reads_both_directions():
    model = TorchGRU(INPUTS, UNITS, out_features=5, num_layers=2, bidirectional=True).double()
    x, h0 = tensors(*data(41, rows=4))
    assert model.fc.in_features == 2 * UNITS
    assert torch.equal(model(x, h0), model.fc(model.gru(x, h0)[0][:, -1]))


def test_each_model_has_its_own_layout():
    def linears(model):
        return sorted(tuple(m.weight.shape) for m in model.modules() if isinstance(m, nn.Linear))

    assert linears(SplitGRU(2, 3)) == [(3, 2)] * 3 + [(3, 3)] * 3
    assert linears(ConcatGRU(2, 3)) == [(3, 5)] * 3
    assert type(TorchGRU(2, 3).gru) is nn.GRU
    assert TorchGRU(2, 3).gru.batch_first


@pytest.mark.parametrize("kind", MODELS)
def test_state_dict_carries_the_whole_function(kind):
    model, other = kind(INPUTS, UNITS).double(), kind(INPUTS, UNITS).double()
    x, h0 = tensors(*data(42))
    assert not torch.allclose(model(x, h0)[0], other(x, h0)[0], atol=1e-3)
    other.load_state_dict(model.state_dict())
    assert torch.equal(model(x, h0)[0], other(x, h0)[0])


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [2, 3])
def test_stacked_params_land_where_the_oracle_puts_them(layers, bidirectional):
    every = layered(50, INPUTS, UNITS, layers, 1 + bidirectional)
    model = TorchGRU.from_params((GRUParams(*one) for one in every), bidirectional=bidirectional)
    x, h0 = data(50, rows=len(every))
    wanted = run(every, x, h0, "after", bidirectional)["h"]
    output, h_n = (v.detach().numpy() for v in model(*tensors(x, h0)))
    if bidirectional:
        wanted_output = np.concatenate([wanted[-2], wanted[-1]], axis=-1)
        wanted_last = np.stack([h[:, 0 if k % 2 else -1] for k, h in enumerate(wanted)])
    else:
        wanted_output, wanted_last = wanted[-1], wanted[:, :, -1]
    assert np.abs(output - wanted_output).max() < EXACT
    assert np.abs(h_n - wanted_last).max() < EXACT
    for k, one in enumerate(every):
        back = model.params(k)
        for name, value in one._asdict().items():
            assert np.array_equal(getattr(back, name), value)


@pytest.mark.parametrize(
    ("sizes", "bidirectional", "sentence"),
    [
        ([], False, r"0 GRUParams do not fill layers of 1 direction\(s\)"),
        ([(2, 3)], True, r"1 GRUParams do not fill layers of 2 direction\(s\)"),
        ([(2, 3), (2, 3)], False, r"w_ih of layer 1 has shape \(9, 2\); \(9, 3\) is needed here"),
        ([(2, 3), (3, 4)], False, r"w_ih of layer 1 has shape \(12, 3\); \(9, 3\) is needed here"),
        ([(2, 3), (2, 3), (3, 3), (3, 3)], True, r"w_ih of layer 2 has shape \(9, 3\); \(9, 6\)"),
    ],
)
def test_params_that_do_not_stack_are_refused(sizes, bidirectional, sentence):
    every = [GRUParams(*numbers(1, *size)) for size in sizes]
    with pytest.raises(ValueError, match=sentence):
        TorchGRU.from_params(every, bidirectional=bidirectional)


def test_concat_remembers_its_share_through_precision_and_copies():
    p = GRUParams(*numbers(60, 2, 3))
    model = ConcatGRU.from_params(p)
    assert "b_hh_share" not in model.state_dict()
    assert np.allclose(model.float().params().b_hh, p.b_hh, rtol=1e-6)
    with torch.no_grad():
        model.wr.bias += 1  # training moves the one bias; b_ih carries the change
    moved = model.params()
    assert np.allclose((moved.b_ih + moved.b_hh)[:3], (p.b_ih + p.b_hh)[:3] + 1, atol=1e-6)
    assert np.allclose((moved.b_ih + moved.b_hh)[3:], (p.b_ih + p.b_hh)[3:], atol=1e-6)
