"""Every row of the table against that library's own step, spelled out here one number at a time.

Each program below reads arrays as its library stores them and knows nothing of the table.
"""

import math

import numpy as np
import pytest
import torch
from oracle import inputs, numbers, plain_gru, run, sigmoid, start

import gruviz
from gruviz import GRUParams, convert
from gruviz.models.conventions import CONVENTIONS
from gruviz.models.converting import Written, built

INPUTS, UNITS, STEPS = 3, 4, 7
EXACT = 1e-13


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def rows(w, u, gate, x, h):
    """Row `gate` * H + j of both matrices, (3H, I) and (3H, H), for every unit j: W x and U h."""
    units = range(gate * len(h), (gate + 1) * len(h))
    return [dot(w[k], x) for k in units], [dot(u[k], h) for k in units]


def columns(w, u, gate, x, h):
    """The same where the matrices are (I, 3H) and (H, 3H)."""
    return rows([list(column) for column in zip(*w, strict=True)], [list(c) for c in zip(*u, strict=True)], gate, x, h)


def part(bias, gate, units):
    return bias[gate * units : (gate + 1) * units]


def add(*lists):
    return [sum(values) for values in zip(*lists, strict=True)]


def times(a, b):
    return [p * q for p, q in zip(a, b, strict=True)]


def gate(*lists):
    return [sigmoid(value) for value in add(*lists)]


def tanh(*lists):
    return [math.tanh(value) for value in add(*lists)]


def keeps(z, h, n):
    return [z[j] * h[j] + (1 - z[j]) * n[j] for j in range(len(h))]


def writes(z, h, n):
    return [(1 - z[j]) * h[j] + z[j] * n[j] for j in range(len(h))]


def nn_gru(w, u, b, c, x, h):
    """PyTorch, and cuDNN, MXNet, Paddle 2 after it: r, z, n; r * (U_n h + b_hn)."""
    H = len(h)
    r = gate(*rows(w, u, 0, x, h), part(b, 0, H), part(c, 0, H))
    z = gate(*rows(w, u, 1, x, h), part(b, 1, H), part(c, 1, H))
    from_x, from_h = rows(w, u, 2, x, h)
    return keeps(z, h, tanh(from_x, part(b, 2, H), times(r, add(from_h, part(c, 2, H)))))


def keras(w, u, b, c, x, h):
    """kernel (I, 3H), recurrent_kernel (H, 3H), bias[0] and bias[1]: columns z, r, h; reset_after=True."""
    H = len(h)
    z = gate(*columns(w, u, 0, x, h), part(b, 0, H), part(c, 0, H))
    r = gate(*columns(w, u, 1, x, h), part(b, 1, H), part(c, 1, H))
    from_x, from_h = columns(w, u, 2, x, h)
    return keeps(z, h, tanh(from_x, part(b, 2, H), times(r, add(from_h, part(c, 2, H)))))


def keras_before(w, u, b, c, x, h):
    """The same with one bias (3H,) and reset_after=False."""
    assert c is None
    H = len(h)
    z = gate(*columns(w, u, 0, x, h), part(b, 0, H))
    r = gate(*columns(w, u, 1, x, h), part(b, 1, H))
    return keeps(z, h, tanh(*columns(w, u, 2, x, times(r, h)), part(b, 2, H)))


def onnx(w, u, wb, rb, x, h):
    """W[zrh], R[zrh], Wb[zrh], Rb[zrh]; linear_before_reset = 0."""
    H = len(h)
    z = gate(*rows(w, u, 0, x, h), part(wb, 0, H), part(rb, 0, H))
    r = gate(*rows(w, u, 1, x, h), part(wb, 1, H), part(rb, 1, H))
    return keeps(z, h, tanh(*rows(w, u, 2, x, times(r, h)), part(wb, 2, H), part(rb, 2, H)))


def onnx_after(w, u, wb, rb, x, h):
    """linear_before_reset = 1."""
    H = len(h)
    z = gate(*rows(w, u, 0, x, h), part(wb, 0, H), part(rb, 0, H))
    r = gate(*rows(w, u, 1, x, h), part(wb, 1, H), part(rb, 1, H))
    from_x, from_h = rows(w, u, 2, x, h)
    return keeps(z, h, tanh(from_x, times(r, add(from_h, part(rb, 2, H))), part(wb, 2, H)))


def tensorflow1(w, u, b, c, x, h):
    """gates = sigmoid([x, h] K + b) split into r, u; candidate = tanh([x, r * h] K + b); u keeps."""
    assert c is None
    H, kernel = len(h), [*w, *u]
    both = [sigmoid(dot([row[k] for row in kernel], [*x, *h]) + b[k]) for k in range(2 * H)]
    r, update = both[:H], both[H:]
    reset = [*x, *times(r, h)]
    candidate = [math.tanh(dot([row[k] for row in kernel], reset) + b[k]) for k in range(2 * H, 3 * H)]
    return keeps(update, h, candidate)


def haiku(w, u, b, c, x, h):
    """w_i (I, 3H), w_h (H, 3H), b (3H,): z, r, a; (1 - z) * h + z * a. Paddle 1's dynamic_gru is the same: u, r, c."""
    assert c is None
    H = len(h)
    z = gate(*columns(w, u, 0, x, h), part(b, 0, H))
    r = gate(*columns(w, u, 1, x, h), part(b, 1, H))
    return writes(z, h, tanh(*columns(w, u, 2, x, times(r, h)), part(b, 2, H)))


def flax(w, u, b, b_hn, x, h):
    """Dense ir, iz, in with a bias, hr, hz without, hn with one."""
    H = len(h)
    r = gate(*columns(w, u, 0, x, h), part(b, 0, H))
    z = gate(*columns(w, u, 1, x, h), part(b, 1, H))
    from_x, from_h = columns(w, u, 2, x, h)
    return keeps(z, h, tanh(from_x, part(b, 2, H), times(r, add(from_h, b_hn))))


def flax_nnx(w, u, b, c, x, h):
    """dense_i with a bias, dense_h without: n = tanh(xi_n + r * hh_n)."""
    assert c is None
    return flax(w, u, b, [0.0] * len(h), x, h)


def cho_v1(w, u, b, c, x, h):
    """r, z, h~ = tanh(W x + r * (U h)); z keeps."""
    assert c is None
    return nn_gru(w, u, b, [0.0] * 3 * len(h), x, h)


def cho_v3(w, u, b, c, x, h):
    """r, z, h~ = tanh(W x + U (r * h)); z keeps."""
    assert c is None
    H = len(h)
    r = gate(*rows(w, u, 0, x, h), part(b, 0, H))
    z = gate(*rows(w, u, 1, x, h), part(b, 1, H))
    return keeps(z, h, tanh(*rows(w, u, 2, x, times(r, h)), part(b, 2, H)))


def split(w, u, b, c, x, h):
    """gru1 of the seed: two biases."""
    return cho_v3(w, u, add(b, c), None, x, h)


def chung(w, u, b, c, x, h):
    """In the order of its sentences: z, h~, r; z writes."""
    assert c is None
    H = len(h)
    z = gate(*rows(w, u, 0, x, h), part(b, 0, H))
    r = gate(*rows(w, u, 2, x, h), part(b, 2, H))
    return writes(z, h, tanh(*rows(w, u, 1, x, times(r, h)), part(b, 1, H)))


def wikipedia(w, u, b, c, x, h):
    """z, r, h^; z writes."""
    assert c is None
    H = len(h)
    z = gate(*rows(w, u, 0, x, h), part(b, 0, H))
    r = gate(*rows(w, u, 1, x, h), part(b, 1, H))
    return writes(z, h, tanh(*rows(w, u, 2, x, times(r, h)), part(b, 2, H)))


PROGRAMS = {
    "split": split,
    "concat": cho_v3,
    "pytorch": nn_gru,
    "cudnn": nn_gru,
    "keras": keras,
    "keras_before": keras_before,
    "onnx": onnx,
    "onnx_after": onnx_after,
    "tensorflow1": tensorflow1,
    "paddle": nn_gru,
    "paddle_fluid": haiku,
    "flax": flax,
    "flax_nnx": flax_nnx,
    "haiku": haiku,
    "mxnet": nn_gru,
    "cho2014_v1": cho_v1,
    "cho2014_v3": cho_v3,
    "chung2014": chung,
    "wikipedia": wikipedia,
}
AFTER = ("pytorch", "cudnn", "keras", "onnx_after", "paddle", "flax", "flax_nnx", "mxnet", "cho2014_v1")
NO_GATED_BIAS = ("flax_nnx", "cho2014_v1")


def states(program, written, x, h0):
    """h at every step, as the library's program computes it from its own arrays."""
    arrays = [None if a is None else a.tolist() for a in (written.w_ih, written.w_hh, written.b_ih, written.b_hh)]
    h, found = h0.tolist(), []
    for x_t in x.tolist():
        h = program(*arrays, x_t, h)
        found.append(h)
    return np.array(found)


def layer_for(name, seed):
    layer = numbers(seed, INPUTS, UNITS)
    if name in NO_GATED_BIAS:
        layer.b_hh[2 * UNITS :] = 0
    return layer


def test_every_row_has_a_program_and_says_what_is_known():
    assert set(PROGRAMS) == set(CONVENTIONS)
    assert {name for name, each in CONVENTIONS.items() if each.reset == "after"} == set(AFTER)
    for name, each in CONVENTIONS.items():
        assert each.name == name
        assert each.title
        assert each.source
        assert sorted(each.order) == ["n", "r", "z"]
    assert {name for name, each in CONVENTIONS.items() if each.z == "writes"} == {
        "paddle_fluid",
        "haiku",
        "chung2014",
        "wikipedia",
    }


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_library_computes_the_same_states_from_what_is_written(name, seed):
    layer, x, h0 = layer_for(name, seed), inputs(seed, 1, STEPS, INPUTS), start(seed, 1, 1, UNITS)
    reset = "after" if name in AFTER else "before"
    params = GRUParams(*layer)
    found = states(PROGRAMS[name], convert(params, name, reset=reset), x[0], h0[0, 0])
    assert np.abs(found - run([layer], x, h0, reset)["h"][0, 0]).max() < EXACT
    traced = gruviz.trace(built(params, reset), x, h0)
    assert np.abs(found - traced.h[0, 0]).max() < 1e-6
    if reset == "after":
        output, _ = plain_gru([layer], batch_first=True)(torch.from_numpy(x), torch.from_numpy(h0))
        assert np.abs(found - output[0].detach().numpy()).max() < EXACT


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_librarys_own_arrays_are_read(name):
    """The other way: arrays drawn as the library stores them, read into gruviz."""
    how = CONVENTIONS[name]
    rng = np.random.default_rng(5)
    shapes = [(3 * UNITS, INPUTS), (3 * UNITS, UNITS)]
    w_ih, w_hh = (rng.normal(size=shape[::-1] if how.transposed else shape) for shape in shapes)
    size = {"one": None, "two": 3 * UNITS, "two for n": UNITS}[how.biases]
    b_ih, b_hh = rng.normal(size=3 * UNITS), None if size is None else rng.normal(size=size)
    written = Written(how, w_ih, w_hh, b_ih, b_hh)
    x, h0 = inputs(6, STEPS, INPUTS), start(6, UNITS)
    model = built(written.read(), how.reset).double()
    output, _ = model(torch.from_numpy(x), torch.from_numpy(h0[None]) if how.reset == "after" else torch.from_numpy(h0))
    assert np.abs(states(PROGRAMS[name], written, x, h0) - output.detach().numpy()).max() < EXACT


def test_the_programs_can_be_told_apart():
    """A table with one entry wrong would not pass: arrays in one convention run by another's program differ."""
    layer, x, h0 = numbers(3, UNITS, UNITS), inputs(3, STEPS, UNITS), start(3, UNITS)
    layer.b_hh[2 * UNITS :] = 0
    same = [{"pytorch", "cudnn", "paddle", "mxnet"}, {"paddle_fluid", "haiku"}, {"concat", "cho2014_v3"}]
    for name, how in CONVENTIONS.items():
        written = convert(GRUParams(*layer), name, reset=how.reset)
        right = states(PROGRAMS[name], written, x, h0)
        for other in CONVENTIONS:
            shapes = [(each.biases, each.transposed) for each in (how, CONVENTIONS[other])]
            if shapes[0] == shapes[1] and other != name and not any({name, other} <= group for group in same):
                assert np.abs(states(PROGRAMS[other], written, x, h0) - right).max() > 1e-2, (name, other)
