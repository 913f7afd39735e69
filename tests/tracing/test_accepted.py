"""What cannot be traced is refused in our own words, never in torch's."""

import re
from itertools import repeat
from warnings import catch_warnings, simplefilter

import numpy as np
import pytest
import torch
from oracle import inputs, numbers
from torch import nn

import gruviz
from gruviz import (
    Bias,
    Clamp,
    ConcatGRU,
    GRUParams,
    Lesion,
    Scale,
    SplitGRU,
    TorchGRU,
    Weight,
    analysis,
    explain,
    export,
    figures,
)
from gruviz.models.random_weights import random_params
from gruviz.tracing.accepted import MOST
from gruviz.tracing.trace import own_states

INPUTS, UNITS = 2, 3
X = inputs(5, 6, INPUTS)
KINDS = [SplitGRU, ConcatGRU, TorchGRU, nn.GRU, nn.GRUCell]
OURS = KINDS[:3]
DENSE = "a dense tensor of real numbers is needed."
with catch_warnings():
    simplefilter("ignore")  # torch's own: nested tensors are new
    NESTED = torch.nested.nested_tensor([torch.ones(3, 2), torch.ones(4, 2)])
ODD = {
    "meta": torch.empty(6, INPUTS, device="meta"),
    "nested": NESTED,
    "nested, jagged": torch.nested.nested_tensor([torch.ones(3, 2), torch.ones(4, 2)], layout=torch.jagged),
    "sparse": torch.ones(6, INPUTS).to_sparse(),
    "complex": torch.ones(6, INPUTS, dtype=torch.complex64),
}


def sentence(call):
    """The one sentence of ours a call ends with."""
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    text = str(caught.value)
    assert re.search(r"gruviz/[a-z_/]+\.py", str(caught.traceback[-1].path)), "torch or NumPy said it"
    assert text.endswith((".", "]"))
    assert "\n" not in text
    return text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ODD)
def test_inputs_that_are_no_dense_numbers(kind, name):
    assert sentence(lambda: gruviz.trace(kind(INPUTS, UNITS), ODD[name])).endswith(DENSE)
    assert sentence(lambda: own_states(kind(INPUTS, UNITS), X, ODD[name])).startswith("h0 is a torch.")


def test_a_quantized_input():
    with catch_warnings():
        simplefilter("ignore")  # torch's own: they go
        given = torch.quantize_per_tensor(torch.ones(6, INPUTS), 0.1, 0, torch.qint8)
    said = sentence(lambda: gruviz.trace(SplitGRU(INPUTS, UNITS), given))
    assert said == f"x is a torch.qint8 quantized tensor; {DENSE}"


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("field", ["w_ih", "w_hh", "b_ih", "b_hh"])
def test_numbers_that_are_no_dense_tensor(field, name):
    given = {"w_ih": np.zeros((9, 2)), "w_hh": np.zeros((9, 3)), field: ODD[name]}
    said = sentence(lambda: GRUParams(**given))
    assert said.startswith(f"{field} is a torch.")
    assert said.endswith(DENSE)


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float16, torch.bfloat16, torch.float64, torch.int8])
def test_short_numbers_are_taken_as_they_are(dtype):
    """What NumPy has no type for is widened; no value changes."""
    w_ih = torch.tensor([[0.5, -2.0]] * 3).to(dtype)
    assert GRUParams(w_ih, np.zeros((3, 1))).w_ih.tolist() == w_ih.double().tolist()
    trace = gruviz.trace(SplitGRU(2, 1), w_ih)
    assert trace.x[0].tolist() == w_ih.double().tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_models_whose_numbers_are_not_there(kind):
    said = sentence(lambda: gruviz.trace(kind(INPUTS, UNITS).to("meta"), X))
    assert re.fullmatch(rf"\w+\.?\w* is a torch\.float32 meta tensor; {re.escape(DENSE)}", said)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
@pytest.mark.parametrize("at", [0, -1])
def test_models_of_mixed_precision(kind, dtype, at):
    """Split and concat were traced in one of the two and said nothing."""
    model = kind(INPUTS, UNITS)
    one = list(model.parameters())[at]
    one.data = one.data.to(dtype)
    said = sentence(lambda: gruviz.trace(model, X))
    assert said.startswith("This model's numbers are of different precision: ")
    assert f" is {str(dtype).removeprefix('torch.')}" in said
    assert " is float32" in said
    gruviz.trace(model.float(), X)


@pytest.mark.parametrize("kind", OURS)
def test_a_head_of_another_precision_takes_no_part(kind):
    model = kind(INPUTS, UNITS, out_features=2)
    model.fc.double()
    assert gruviz.trace(model, X).meta.dtype == "float32"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.complex64, torch.float8_e4m3fn])
def test_models_of_numbers_torch_computes_no_gru_with(kind, dtype):
    """A complex model used to be traced: its imaginary part was dropped."""
    with catch_warnings():
        simplefilter("ignore")  # torch's own: complex modules are new
        model = kind(INPUTS, UNITS).to(dtype)
    said = sentence(lambda: gruviz.trace(model, X))
    assert str(dtype).removeprefix("torch.") in said


@pytest.mark.parametrize("kind", [SplitGRU, ConcatGRU])
@pytest.mark.parametrize("name", ["wr", "wz", "wh"])
def test_a_cell_with_something_else_in_a_linears_place(kind, name):
    model = kind(INPUTS, UNITS)
    setattr(model, name, nn.Identity())
    assert sentence(lambda: gruviz.trace(model, X)) == f"Its {name} is of type Identity; a torch.nn.Linear is needed."


def test_a_class_of_the_same_name_is_told_apart():
    GRU = type("GRU", (nn.Module,), {"__module__": "somewhere.else_", "__qualname__": "GRU"})
    said = sentence(lambda: gruviz.trace(GRU(), X))
    assert said.startswith("somewhere.else_.GRU cannot be traced; give SplitGRU, ")


# --- sizes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("name", ["input_size", "hidden_size", "out_features", "num_layers"])
@pytest.mark.parametrize("size", [0, -1, 2.0, "2", True, np.True_, None, np.nan])
def test_sizes_below_one_or_no_whole_numbers(kind, name, size):
    given = {"input_size": 2, "hidden_size": 3, name: size}
    if (name == "num_layers" and kind is not TorchGRU) or (name == "out_features" and size is None):
        return
    assert sentence(lambda: kind(**given)) == f"{name} is {size!r}; it must be a whole number of at least 1."


@pytest.mark.parametrize("kind", OURS)
def test_sizes_of_numpy_are_sizes(kind):
    model = kind(np.int64(2), np.uint8(3), out_features=np.int32(1))
    assert (type(model.input_size), type(model.hidden_size), model.fc.out_features) == (int, int, 1)


@pytest.mark.parametrize("given", [(0, 3, 0), (2, -3, 0), (2, 3, -1), (2, 3, [1, -1]), (2, 3, 1.5), (2, 3, None)])
def test_random_numbers_of_no_size_or_seed(given):
    said = sentence(lambda: random_params(*given))
    assert re.fullmatch(r"(\w+) is .*; it must be a whole number of at least [01]\.", said)


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("given", [np.zeros((9, 2)), [GRUParams(np.zeros((9, 2)), np.zeros((9, 3))), None], None, "x"])
def test_a_model_of_what_are_no_numbers(kind, given):
    if given is None and kind is TorchGRU:
        given = [None]
    assert sentence(lambda: kind.from_params(given)).endswith("; gruviz.GRUParams are needed.")


@pytest.mark.parametrize("kind", [SplitGRU, ConcatGRU])
@pytest.mark.parametrize("x", [torch.ones(5, 4), torch.ones(4), torch.ones(0, 2), np.ones((5, 2))])
def test_a_cell_run_on_what_is_no_input(kind, x):
    assert sentence(lambda: kind(2, 3)(x)).startswith("x ")


# --- what does not belong together --------------------------------------------------------------------


def traced(kind=SplitGRU, units=UNITS, seed=1):
    model = kind.from_params(GRUParams(*numbers(seed, INPUTS, units)))
    return model, gruviz.trace(model, X)


def test_a_reference_of_another_size():
    _, trace = traced()
    for other, name in [(SplitGRU(INPUTS, 5), "hidden_size"), (SplitGRU(3, UNITS), "input_size")]:
        said = sentence(lambda other=other: gruviz.reference_error(other, trace))
        assert said.startswith(f"This model does not fit the trace: its {name} is ")
    two_way = TorchGRU(INPUTS, UNITS, bidirectional=True)
    assert "its bidirectional is True" in sentence(lambda: gruviz.reference_error(two_way, trace))


@pytest.mark.parametrize("gate", "rznh")
@pytest.mark.parametrize("kind", OURS)
def test_an_explanation_by_other_weights(kind, gate):
    """It named terms that add up to a number nobody had seen."""
    model, trace = traced(kind)
    explain.number(model, trace, gate=gate, time=3, unit=1)
    other, _ = traced(kind, seed=2)
    said = sentence(lambda: explain.number(other, trace, gate=gate, time=3, unit=1))
    assert re.fullmatch(
        r"This model does not fit the trace: its weights make this [rzn] -?[\d.e-]+, the trace has -?[\d.e-]+\. "
        r"Trace the model as it is now\.",
        said,
    )


@pytest.mark.parametrize("gain", [1.0, 100.0, 1e4])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_rounding_alone_is_no_other_weight(kind, dtype, gain):
    """Whatever a model's precision and however large its sums, each number of its trace is explained."""
    model = kind(4, 24).to(dtype)
    with torch.no_grad():
        for k, p in enumerate(model.parameters()):
            p.copy_(torch.from_numpy(np.random.default_rng(k).normal(size=tuple(p.shape)) * gain / 5))
    trace = gruviz.trace(model, inputs(9, 12, 4))
    for gate in "rznh":
        for time, unit in [(0, 0), (0, 23), (5, 11), (11, 0), (11, 17)]:
            explain.number(model, trace, gate=gate, time=time, unit=unit)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: gruviz.reference_error(SplitGRU(INPUTS, UNITS), x),
        lambda x: explain.number(SplitGRU(INPUTS, UNITS), x, gate="z", time=0, unit=0),
        lambda x: analysis.unit_order(x, "peak"),
        analysis.half_lives,
        figures.heatmaps,
        lambda x: figures.step_bars(x, 0),
        lambda x: figures.unit_lines(x, 0),
        export.npz,
        export.csv_text,
    ],
)
@pytest.mark.parametrize("x", [X, None, "trace", gruviz.trace])
def test_what_is_no_trace(call, x):
    said = sentence(lambda: call(x))
    assert said == f"The trace given is of type {type(x).__name__}; a gruviz.GateTrace is needed."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"statistic": "median"}, "statistic is 'median'; it must be one of mean, low, high."),
        ({"statistic": None}, "statistic is None; it must be one of mean, low, high."),
        ({"theme": "blue"}, "theme is 'blue'; it must be one of light, dark."),
        ({"language": "fr"}, "There are no words in 'fr'; the languages are en, ko."),
    ],
)
def test_a_figure_in_no_known_way(given, said):
    assert sentence(lambda: figures.heatmaps(traced()[1], **given)) == said


@pytest.mark.parametrize("distances", [np.ones((2, 3)), np.ones(4), np.full((3, 3), np.nan), np.full((2, 2), np.inf)])
def test_distances_that_are_none(distances):
    assert sentence(lambda: analysis.average_linkage(distances)).startswith("distances have shape ")


def test_linears_that_do_not_fit_together():
    for name, part, said in [
        ("wz", nn.Linear(INPUTS, UNITS, bias=False), "Of its wr and wz one has a bias and one has none; "),
        ("wz", nn.Linear(INPUTS, 4), "Its wz.weight has shape (4, 2); (3, 2) is needed."),
        ("whh", nn.Linear(INPUTS, UNITS), "Its whh.weight has shape (3, 2); (3, 3) is needed."),
    ]:
        model = SplitGRU(INPUTS, UNITS)
        setattr(model, name, part)
        assert sentence(lambda model=model: gruviz.trace(model, X)).startswith(said)
    model = SplitGRU(INPUTS, UNITS)
    del model.wz
    assert "is of type NoneType" in sentence(lambda: gruviz.trace(model, X))


def test_numbers_that_are_no_parameters_are_numbers():
    gru = nn.GRU(INPUTS, UNITS)
    plain = gruviz.trace(gru, X)
    for name, value in list(gru.named_parameters()):
        delattr(gru, name)
        gru.register_buffer(name, value.detach())
    assert np.array_equal(gruviz.trace(gru, X).h, plain.h)


# --- interventions that name what is not there ------------------------------------------------------

DEEP = dict(num_layers=2, bidirectional=True)
MISFITS = [
    (Clamp("z", 1, layer=4), "names layer 4; this model has 0 to 3."),
    (Lesion((0,), layer=9), "names layer 9; this model has 0 to 3."),
    (Weight("w_hh", 0, 0, 1, layer=4), "names layer 4; this model has 0 to 3."),
    (Scale("h", 1, units=(1, 3)), "names unit 3; this model has 0 to 2."),
    (Lesion((5, 7)), "names unit 7; this model has 0 to 2."),
    (Bias("z", 1, steps=(2, 6)), "names step 6; this input has 0 to 5."),
    (Weight("w_hh", 9, 0, 1), "names row 9; w_hh has 0 to 8 there."),
    (Weight("w_hh", 0, 3, 1), "names column 3; w_hh has 0 to 2 there."),
    (Weight("w_ih", 0, 2, 1), "names column 2; w_ih has 0 to 1 there."),
    (Weight("w_ih", 0, 6, 1, layer=2), "names column 6; w_ih has 0 to 5 there."),
    (Weight("b_hh", 9, None, 1), "names row 9; b_hh has 0 to 8 there."),
    (Clamp("h", 1e300), "holds 1e+300; float32 has no such number."),
    (Bias("z", -1e39), "holds -1e+39; float32 has no such number."),
    (Weight("w_ih", 0, 0, 1e39), "holds 1e+39; float32 has no such number."),
]


@pytest.mark.parametrize(("one", "what"), MISFITS, ids=[what for _, what in MISFITS])
def test_an_intervention_that_does_not_fit_is_named(one, what):
    said = sentence(lambda: gruviz.trace(nn.GRU(INPUTS, UNITS, **DEEP), X, what_if=(Scale("z", 1), one)))
    assert said == f"Intervention 2 of 2, {one}, {what}"


def test_the_last_that_fits_fits():
    ends = (Clamp("z", 1, (2,), (5, 5), 3), Weight("w_ih", 8, 5, 1, 2), Weight("b_ih", 8, None, 1, 3), Clamp("h", 3e38))
    assert gruviz.trace(nn.GRU(INPUTS, UNITS, **DEEP), X, what_if=ends).meta.what_if == ends


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_without_biases_has_none_to_set(kind):
    model = kind(INPUTS, UNITS, bias=False)
    said = sentence(lambda: gruviz.trace(model, X, what_if=(Weight("b_hh", 0, None, 1),)))
    assert said.endswith("names b_hh; this model has no biases, but Bias adds to a gate's pre-activation.")
    assert gruviz.trace(model, X, what_if=(Bias("z", 1),)).meta.bias is False


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_a_number_must_be_one_of_the_models_precision(dtype):
    model = SplitGRU(INPUTS, UNITS).to(dtype)
    for one in (Weight("w_hh", 0, 0, 7e4), Clamp("h", 7e4), Bias("z", 7e4)):
        if dtype == torch.float16:
            assert sentence(lambda one=one: gruviz.trace(model, X, what_if=(one,))).endswith(
                "float16 has no such number."
            )
        else:
            gruviz.trace(model, X, what_if=(one,))
    assert (gruviz.trace(model, X, what_if=(Scale("z", 1e300),)).z == 1).all()


def test_too_many_and_too_long():
    model = SplitGRU(INPUTS, UNITS)
    most = [Scale("z", 1)] * MOST
    assert len(gruviz.trace(model, X, what_if=most).meta.what_if) == MOST
    for more in ([*most, Scale("z", 1)], repeat(Scale("z", 1))):
        said = sentence(lambda more=more: gruviz.trace(model, X, what_if=more))
        assert said == f"what_if holds more than {MOST} interventions; {MOST} are the most."
    long = sentence(lambda: gruviz.trace(model, X, what_if=(Lesion(range(5000)),)))
    assert len(long) < 250
    assert long.endswith(" ...), names unit 4999; this model has 0 to 2.")


def test_of_one_there_is_one_alone():
    said = sentence(lambda: gruviz.trace(SplitGRU(INPUTS, 1), X, what_if=(Lesion((1,)),)))
    assert said.endswith("names unit 1; this model has 0 alone.")


@pytest.mark.parametrize("wrong", [None, 5, "Lesion", Lesion((0,)), b"", 0.5])
def test_what_if_is_a_tuple(wrong):
    said = sentence(lambda: gruviz.trace(SplitGRU(INPUTS, UNITS), X, what_if=wrong))
    assert said == f"what_if is of type {type(wrong).__name__}; a tuple of interventions is needed."


@pytest.mark.parametrize("wrong", [None, "z", ("z", 1), Lesion, {"gate": "z"}])
def test_what_if_holds_interventions(wrong):
    said = sentence(lambda: gruviz.trace(SplitGRU(INPUTS, UNITS), X, what_if=(Scale("z", 1), wrong)))
    assert said == f"what_if holds one of type {type(wrong).__name__}; it may hold Clamp, Scale, Bias, Lesion, Weight."
