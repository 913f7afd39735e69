"""GRUParams: what it accepts, what it refuses and in which words, and its way through the three models."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import numbers

from gruviz import ConcatGRU, GRUParams, SplitGRU, TorchGRU

NAMES = ("w_ih", "w_hh", "b_ih", "b_hh")
GOOD = {"w_ih": np.ones((6, 3)), "w_hh": np.ones((6, 2)), "b_ih": np.ones(6), "b_hh": np.ones(6)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("w_ih", np.ones((5, 3))),
        ("w_ih", np.ones((3, 6))),
        ("w_ih", np.ones(6)),
        ("w_ih", np.ones((6, 0))),
        ("w_ih", np.ones((6, 3, 1))),
        ("w_hh", np.ones((6, 3))),
        ("w_hh", np.ones((2, 6))),
        ("w_hh", np.ones(6)),
        ("w_hh", np.ones((0, 0))),
        ("w_hh", np.ones((6, 2, 1))),
        ("b_ih", np.ones(5)),
        ("b_ih", np.ones((6, 1))),
        ("b_ih", 0.0),
        ("b_hh", np.ones(2)),
        ("b_hh", np.ones((1, 6))),
    ],
)
def test_a_wrong_shape_is_refused_and_named(field, value):
    with pytest.raises(ValueError, match=rf"^{field} has shape \(.*must be .*\.$"):
        GRUParams(**{**GOOD, field: value})


@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("of", [complex, object, str, "datetime64[s]"])
def test_values_that_are_not_real_numbers_are_refused_and_named(field, of):
    value = np.zeros(GOOD[field].shape, of)
    with pytest.raises(ValueError, match=rf"^{field} holds .* values; real numbers are needed\.$"):
        GRUParams(**{**GOOD, field: value})


def test_a_complex_tensor_is_refused_and_named():
    with pytest.raises(ValueError, match=r"^b_hh is a torch\.complex64 complex tensor; a dense tensor"):
        GRUParams(**{**GOOD, "b_hh": torch.zeros(6, dtype=torch.complex64)})


def test_sizes_and_gates():
    p = GRUParams(*numbers(1, 4, 3))
    assert (p.input_size, p.hidden_size) == (4, 3)
    for name in NAMES:
        whole = getattr(p, name)
        assert np.array_equal(np.concatenate([p.gate(name, gate) for gate in "rzn"]), whole)
        assert np.array_equal(p.gate(name, "z"), whole[3:6])
    for name, gate in [("w_ih", "q"), ("w_ih", "rz"), ("w_ih", ""), ("weights", "r"), ("input_size", "r")]:
        with pytest.raises(ValueError, match=f"^'{name}' of gate '{gate}' is asked for; the arrays are w_ih, w_hh, "):
            p.gate(name, gate)


def test_missing_biases_are_zeros():
    given = numbers(2, 4, 3)
    p = GRUParams(given.w_ih, given.w_hh)
    assert np.array_equal(p.b_ih, np.zeros(9))
    assert np.array_equal(p.b_hh, np.zeros(9))
    half = GRUParams(given.w_ih, given.w_hh, None, given.b_hh)
    assert np.array_equal(half.b_ih, np.zeros(9))
    assert np.array_equal(half.b_hh, given.b_hh)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(np.float64, np.float64), (np.float32, np.float32), (np.float16, np.float32), (">f8", np.float64)],
)
def test_precision_is_kept_and_half_is_widened_without_loss(given, kept):
    arrays = [a.astype(given) for a in numbers(3, 2, 3)]
    p = GRUParams(*arrays)
    for name, array in zip(NAMES, arrays, strict=True):
        assert getattr(p, name).dtype == kept
        assert np.array_equal(getattr(p, name), array)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_tensors_are_taken_with_their_values(dtype):
    tensors = [torch.from_numpy(a).to(dtype).requires_grad_() for a in numbers(4, 2, 3)]
    p = GRUParams(*tensors)
    for name, tensor in zip(NAMES, tensors, strict=True):
        assert np.array_equal(getattr(p, name), tensor.detach().double().numpy())
        assert tensor.requires_grad


def test_whole_numbers_and_lists_are_numbers_too():
    p = GRUParams([[1], [2], [3]], [[4], [5], [6]], [1, 0, 1], [True, False, True])
    assert p.w_ih.ravel().tolist() == [1.0, 2.0, 3.0]
    assert p.b_hh.tolist() == [1.0, 0.0, 1.0]


def test_arrays_are_copies_and_cannot_be_written():
    arrays = [a.copy() for a in numbers(5, 2, 3)]
    p = GRUParams(*arrays)
    before = [getattr(p, name).copy() for name in NAMES]
    for array in arrays:
        array += 1
    for name, old in zip(NAMES, before, strict=True):
        assert np.array_equal(getattr(p, name), old)
        with pytest.raises(ValueError, match="read-only"):
            getattr(p, name)[...] = 0
        with pytest.raises(ValueError, match="read-only"):
            p.gate(name, "n")[...] = 0
        with pytest.raises(FrozenInstanceError):
            setattr(p, name, old)


@pytest.mark.parametrize("kind", [SplitGRU, ConcatGRU, TorchGRU])
def test_model_and_params_share_no_memory(kind):
    p = GRUParams(*numbers(6, 2, 3))
    before = [getattr(p, name).copy() for name in NAMES]
    model = kind.from_params(p)
    back = model.params()
    kept = [getattr(back, name).copy() for name in NAMES]
    with torch.no_grad():
        for weight in model.parameters():
            weight += 5
    for name, mine, theirs in zip(NAMES, before, kept, strict=True):
        assert np.array_equal(getattr(p, name), mine)
        assert np.array_equal(getattr(back, name), theirs)
    moved = model.params()
    assert np.allclose(moved.w_hh, p.w_hh + 5)


sizes = st.tuples(
    st.integers(0, 2**31), st.integers(1, 5), st.integers(1, 5), st.sampled_from([np.float32, np.float64])
)


@given(sizes, st.sampled_from([SplitGRU, TorchGRU]))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_split_and_torch_give_the_numbers_back_exactly(size, kind):
    p = GRUParams(*numbers(*size))
    model = kind.from_params(p)
    back = model.params()
    assert {str(w.dtype) for w in model.parameters()} == {f"torch.{p.w_ih.dtype}"}
    for name in NAMES:
        assert getattr(back, name).dtype == size[3]
        assert np.array_equal(getattr(back, name), getattr(p, name))


@given(sizes)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_concat_gives_the_numbers_back_up_to_the_rounding_of_one_sum(size):
    p = GRUParams(*numbers(*size))
    back = ConcatGRU.from_params(p).params()
    for name in ("w_ih", "w_hh", "b_hh"):
        assert getattr(back, name).dtype == size[3]
        assert np.array_equal(getattr(back, name), getattr(p, name))
    merged = p.b_ih + p.b_hh
    # one rounding in b_ih + b_hh, one in taking b_hh away again
    allowed = np.finfo(size[3]).eps * (np.abs(merged) + np.abs(p.b_ih)) / 2 * 1.01
    assert (np.abs(back.b_ih - p.b_ih) <= allowed).all()


@given(sizes)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_split_to_concat_to_torch_keeps_the_gated_bias(size):
    p = GRUParams(*numbers(*size))
    through = TorchGRU.from_params(ConcatGRU.from_params(SplitGRU.from_params(p).params()).params())
    assert np.array_equal(through.gru.bias_hh_l0.detach().numpy(), p.b_hh)
    b_ih = through.gru.bias_ih_l0.detach().numpy()
    assert np.abs(b_ih - p.b_ih).max() < 4 * np.finfo(size[3]).eps
    assert np.array_equal(through.params().w_hh, p.w_hh)


@pytest.mark.parametrize("kind", [SplitGRU, ConcatGRU, TorchGRU])
def test_a_model_without_biases_gives_zeros(kind):
    model = kind(2, 3, bias=False)
    p = model.params()
    assert not any(name.endswith("bias") or ".bias" in name for name in model.state_dict())
    assert np.array_equal(p.b_ih, np.zeros(9))
    assert np.array_equal(p.b_hh, np.zeros(9))
    assert np.abs(p.w_ih).min() > 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", [SplitGRU, ConcatGRU, TorchGRU])
def test_half_precision_models_give_their_numbers(kind, dtype):
    model = kind(2, 3).to(dtype)
    p = model.params()
    assert p.w_hh.dtype == np.float32
    wanted = {str(v) for w in model.parameters() for v in w.detach().float().flatten().tolist()}
    assert {str(v) for v in p.w_hh.astype(float).ravel().tolist()} <= wanted


@pytest.mark.parametrize("layer", [-1, 4, 99])
def test_a_layer_that_is_not_there_is_refused(layer):
    with pytest.raises(IndexError, match=rf"layer {layer} does not exist; this nn.GRU has 4\."):
        TorchGRU(2, 3, num_layers=2, bidirectional=True).params(layer)
