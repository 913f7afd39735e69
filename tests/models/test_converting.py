"""Round trips, what cannot be written, and each misreading against a loop that makes that very mistake."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import inputs, numbers, run, sigmoid, start

from gruviz import ConcatGRU, GRUParams, SplitGRU, TorchGRU, convert, misread, trace
from gruviz.models.conventions import CONVENTIONS
from gruviz.models.converting import MISREADINGS, Written, built
from gruviz.models.params import ARRAYS

INPUTS, UNITS, STEPS = 3, 4, 7
EXACT = 1e-13
sizes = st.tuples(
    st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 5), st.sampled_from([np.float32, np.float64])
)
names = st.sampled_from(sorted(CONVENTIONS))


def without_gated_bias(layer):
    layer.b_hh[2 * len(layer.b_hh) // 3 :] = 0
    return layer


def writable(name, layer):
    how = CONVENTIONS[name]
    return without_gated_bias(layer) if how.reset == "after" and how.biases == "one" else layer


@given(size=sizes, name=names)
@settings(max_examples=120, derandomize=True)
def test_there_and_back_is_the_same_bit_for_bit(size, name):
    how = CONVENTIONS[name]
    params = GRUParams(*writable(name, numbers(*size)))
    back = convert(params, name, reset=how.reset).read()
    for array in ARRAYS:
        assert getattr(back, array).dtype == size[3]
    assert np.array_equal(back.w_ih, params.w_ih)
    assert np.array_equal(back.w_hh, params.w_hh)
    for gate in "rzn":
        first, second = params.gate("b_ih", gate), params.gate("b_hh", gate)
        merged = how.biases == "one" or (how.biases == "two for n" and gate != "n")
        assert np.array_equal(back.gate("b_ih", gate), first + second if merged else first)
        assert np.array_equal(back.gate("b_hh", gate), np.zeros_like(second) if merged else second)


@given(size=sizes, name=names, other=names)
@settings(max_examples=80, derandomize=True)
def test_by_way_of_another_convention_it_is_the_same(size, name, other):
    reset = CONVENTIONS[name].reset
    if CONVENTIONS[other].reset != reset:
        return
    params = GRUParams(*without_gated_bias(numbers(*size)))
    once = convert(params, name, reset=reset)
    through = convert(convert(params, other, reset=reset).read(), name, reset=reset)
    assert through.w_ih.tobytes() == once.w_ih.tobytes()
    assert through.w_hh.tobytes() == once.w_hh.tobytes()
    sums = [np.add(*(w.read().b_ih, w.read().b_hh)) for w in (once, through)]
    assert np.array_equal(*sums)


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_it_is_stored_in_its_own_shapes_and_cannot_be_written_to(name):
    how, rows = CONVENTIONS[name], 3 * UNITS
    written = convert(GRUParams(*writable(name, numbers(1, INPUTS, UNITS))), name, reset=how.reset)
    assert written.convention is how
    assert written.w_ih.shape == ((INPUTS, rows) if how.transposed else (rows, INPUTS))
    assert written.w_hh.shape == ((UNITS, rows) if how.transposed else (rows, UNITS))
    assert written.b_ih.shape == (rows,)
    wanted = {"one": None, "two": (rows,), "two for n": (UNITS,)}[how.biases]
    assert (None if written.b_hh is None else written.b_hh.shape) == wanted
    for array in (written.w_ih, written.w_hh, written.b_ih):
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_nothing_moves_where_the_convention_is_gruvizs_own():
    layer = numbers(2, INPUTS, UNITS)
    for name, reset in (("pytorch", "after"), ("cudnn", "after"), ("split", "before")):
        written = convert(GRUParams(*layer), name, reset=reset)
        assert all(np.array_equal(getattr(written, array), getattr(layer, array)) for array in ARRAYS)


def test_a_file_without_biases_is_read_as_zeros():
    how = CONVENTIONS["keras"]
    read = Written(how, np.ones((2, 9), np.float32), np.ones((3, 9), np.float32)).read()
    assert not read.b_ih.any()
    assert not read.b_hh.any()
    assert read.b_hh.dtype == np.float32


# --- what cannot be


def test_where_the_reset_gate_acts_elsewhere_it_is_said():
    params = GRUParams(*numbers(1, INPUTS, UNITS))
    for name, how in CONVENTIONS.items():
        other = "before" if how.reset == "after" else "after"
        with pytest.raises(ValueError, match=r"reset gate acts .*gruviz\.fit_reset_before") as caught:
            convert(params, name, reset=other)
        assert f"acts {other} the matrix here and {how.reset} it in {how.title}" in str(caught.value)
        assert str(caught.value).endswith(".")
    with pytest.raises(ValueError, match=r"after the matrix here and before it in gruviz split.*the nearest"):
        convert(params, "split")


@pytest.mark.parametrize("name", ["flax_nnx", "cho2014_v1"])
def test_a_gated_bias_needs_room(name):
    layer = numbers(1, INPUTS, UNITS)
    with pytest.raises(ValueError, match=r"b_hn is not zero, r multiplies it, and .* cannot be written\."):
        convert(GRUParams(*layer), name)
    convert(GRUParams(*without_gated_bias(layer)), name)


def test_unknown_names_are_answered_with_the_known_ones():
    params = GRUParams(*numbers(1, 1, 1))
    with pytest.raises(
        ValueError, match=r"to is 'tensorflow'; it must be one of split, concat, pytorch, .*wikipedia\."
    ):
        convert(params, "tensorflow")
    with pytest.raises(ValueError, match=r"to is None; "):
        convert(params, None)
    with pytest.raises(ValueError, match=r"how is 'z'; it must be one of other_reset, z_flipped, r_z_swapped, order"):
        misread(params, "z")
    for call in (lambda: convert(params, "keras", reset="inside"), lambda: misread(params, "order", reset="inside")):
        with pytest.raises(ValueError, match=r"reset is 'inside'; it must be one of before, after\."):
            call()
    with pytest.raises(ValueError, match="reset is 'inside'"):
        built(params, "inside")


@pytest.mark.parametrize(
    ("name", "shapes", "sentence"),
    [
        ("pytorch", [(9, 2), (3, 9), (9,), (9,)], r"w_hh has shape \(3, 9\); PyTorch nn.GRU stores \(3H, H\)\."),
        ("keras", [(2, 9), (9, 3), (9,), (9,)], r"w_hh has shape \(9, 3\); Keras .* stores \(H, 3H\)\."),
        ("keras", [(9, 2), (3, 9), (9,), (9,)], r"w_ih has shape \(9, 2\); Keras .* stores \(I, 9\) beside"),
        ("onnx", [(2, 9), (9, 3), (9,), (9,)], r"w_ih has shape \(2, 9\); ONNX.* stores \(9, I\) beside"),
        ("keras_before", [(2, 9), (3, 9), (9,), (9,)], r"b_hh has shape \(9,\); Keras.* has no such array\."),
        ("flax", [(2, 9), (3, 9), (9,), (9,)], r"b_hh has shape \(9,\); Flax linen.* stores \(3,\) beside"),
        ("pytorch", [(9, 2), (9, 3), (3,), (9,)], r"b_ih has shape \(3,\); PyTorch nn.GRU stores \(9,\) beside"),
    ],
)
def test_arrays_of_another_shape_are_named(name, shapes, sentence):
    with pytest.raises(ValueError, match=sentence):
        Written(CONVENTIONS[name], *(np.zeros(shape) for shape in shapes))


# --- the same numbers, another function


def wrong_states(layer, x, h, reset, how):
    """h at every step, by a program that makes the mistake; lists of floats, one number at a time."""
    w, u, b, c = (a.tolist() for a in layer)
    H, found = len(h), []
    r_first, z_first = (H, 0) if how in ("r_z_swapped", "order") else (0, H)
    before = (reset == "before") != (how == "other_reset")
    for x_t in x.tolist():

        def line(m, k, v):
            return sum(m[k][i] * v[i] for i in range(len(v)))

        r = [sigmoid(line(w, k, x_t) + b[k] + line(u, k, h) + c[k]) for k in range(r_first, r_first + H)]
        z = [sigmoid(line(w, k, x_t) + b[k] + line(u, k, h) + c[k]) for k in range(z_first, z_first + H)]
        n = []
        for j in range(H):
            k = 2 * H + j
            if before:
                inner = line(u, k, [r[i] * h[i] for i in range(H)]) + c[k]
            elif how == "b_hn_merged":
                inner = r[j] * line(u, k, h) + c[k]
            else:
                inner = r[j] * (line(u, k, h) + c[k])
            n.append(math.tanh(line(w, k, x_t) + b[k] + inner))
        kept = [1 - value for value in z] if how == "z_flipped" else z
        h = [kept[j] * h[j] + (1 - kept[j]) * n[j] for j in range(H)]
        found.append(h)
    return np.array(found)


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("how", MISREADINGS)
def test_a_misreading_is_what_a_program_that_makes_it_computes(how, reset):
    layer, x, h0 = numbers(4, INPUTS, UNITS), inputs(4, STEPS, INPUTS), start(4, UNITS)
    wrong, placement = misread(GRUParams(*layer), how, reset=reset)
    model = built(wrong, placement)
    assert model.reset == placement
    output, _ = model(torch.from_numpy(x), torch.from_numpy(h0[None] if placement == "after" else h0))
    found = output.detach().numpy()
    assert np.abs(found - wrong_states(layer, x, h0.tolist(), reset, how)).max() < EXACT
    assert np.abs(trace(model, x, h0).h[0, 0] - found).max() < 1e-6
    right = run([layer], x[None], h0[None, None], reset)["h"][0, 0]
    off = np.abs(found - right).max()
    assert off < EXACT if (how, reset) == ("b_hn_merged", "before") else off > 1e-2


def test_a_file_of_rows_z_r_n_is_really_read_as_r_z_n():
    layer = numbers(5, INPUTS, UNITS)
    r, z, n = (slice(k * UNITS, (k + 1) * UNITS) for k in range(3))
    stored = [np.concatenate([array[z], array[r], array[n]]) for array in layer]
    for reset in ("before", "after"):
        wrong, placement = misread(GRUParams(*layer), "order", reset=reset)
        assert placement == reset
        assert all(np.array_equal(getattr(wrong, name), a) for name, a in zip(ARRAYS, stored, strict=True))


@pytest.mark.parametrize("how", ["z_flipped", "r_z_swapped", "order", "other_reset"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_to_misread_twice_is_to_read_rightly(how, dtype):
    params = GRUParams(*numbers(6, INPUTS, UNITS, dtype))
    once, reset = misread(params, how)
    twice, reset = misread(once, how, reset=reset)
    assert reset == "after"
    for name in ARRAYS:
        assert getattr(twice, name).tobytes() == getattr(params, name).tobytes()
        assert getattr(once, name).dtype == dtype


def test_the_table_says_what_goes_wrong():
    assert list(MISREADINGS) == ["other_reset", "z_flipped", "r_z_swapped", "order", "b_hn_merged"]
    assert all(MISREADINGS.values())
    params = GRUParams(*numbers(7, 1, 2))
    assert type(built(params, "before")) is SplitGRU
    assert type(built(params, "after")) is TorchGRU


def test_concat_is_written_as_its_model_holds_it():
    params = GRUParams(*numbers(8, INPUTS, UNITS))
    written, model = convert(params, "concat", reset="before"), ConcatGRU.from_params(params)
    w_ih, w_hh, bias, _ = model.stacked()
    assert np.array_equal(written.w_ih, w_ih.numpy())
    assert np.array_equal(written.w_hh, w_hh.numpy())
    assert np.array_equal(written.b_ih, bias.numpy())
