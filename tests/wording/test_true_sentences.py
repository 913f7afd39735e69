"""What the page says of every model is true of every model: shown in numbers, then looked for in the words."""

import pytest
import torch
from oracle import inputs, numbers, run, start

from gruviz import GRUParams, SplitGRU, TorchGRU
from gruviz.wording.words import LANGUAGES, words

STEPS, INPUTS = 5, 2


def candidate(reset, units, h0):
    """The first candidate of a cell whose r of unit 0 is shut."""
    layer = numbers(3, INPUTS, units)
    layer.b_ih[0] = -1e6
    return run([layer], inputs(1, 1, 1, INPUTS), h0, reset)["n"][0, 0, 0]


def test_a_shut_r_does_not_make_every_candidate_ignore_the_past():
    one, other = start(1, 1, 1, 3), start(2, 1, 1, 3)
    # after the matrix: unit 0's own candidate forgets all of it
    assert candidate("after", 3, one)[0] == candidate("after", 3, other)[0]
    # before it: unit 0's candidate still hears of the other units
    assert candidate("before", 3, one)[0] != pytest.approx(candidate("before", 3, other)[0], abs=1e-3)
    # so no sentence about r may say what the candidate of the same unit does
    for language in LANGUAGES:
        for table in ("captions", "hover"):
            said = words(language)[table]["r"]
            assert "ignore" not in said
            assert "무시" not in said


@pytest.mark.parametrize("units", [1, 2])
def test_beyond_one_unit_the_two_forms_differ_and_the_note_says_so(units):
    layer = numbers(5, INPUTS, units)
    split = SplitGRU.from_params(GRUParams(*layer))
    # one unit: r * (u h) = (r * u) h; the bias that r would multiply moves to the input's side
    b_ih, b_hh = layer.b_ih.copy(), layer.b_hh.copy()
    b_ih[-units:] += b_hh[-units:]
    b_hh[-units:] = 0
    torch_form = TorchGRU.from_params(GRUParams(layer.w_ih, layer.w_hh, b_ih, b_hh))
    x, h0 = torch.from_numpy(inputs(2, 1, STEPS, INPUTS)), torch.from_numpy(start(4, 1, 1, units))
    with torch.no_grad():
        difference = float((split(x, h0)[0] - torch_form(x, h0)[0]).abs().max())
    assert difference < 1e-14 if units == 1 else difference > 1e-3
    assert "beyond one unit" in words("en")["train"]["own_note"]
    assert "유닛이 둘 이상이면" in words("ko")["train"]["own_note"]


def test_a_difference_that_comes_and_goes_is_only_said_to_be_seen_first_somewhere():
    # at a reset pulse two runs may differ at steps 21, 49 and 77 alone: "from step 21 on" would be false
    for language, first, lasting in (
        ("en", "first above 0.001 at", " on"),
        ("ko", "처음으로 0.001을 넘", "부터 0.001"),
    ):
        w = words(language)
        for said in (w["stage"]["compare_said"], w["compare"]["verdict_apart"]):
            assert first in said
            assert not said.rstrip(".").endswith(lasting)
            assert f"{lasting}." not in said
