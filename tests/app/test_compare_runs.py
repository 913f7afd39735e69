"""The numbers of each side, held to loops of their own."""

from dataclasses import replace

import numpy as np
import pytest
from oracle import Numbers, scan

from gruviz.app.compare.measures import apart, score
from gruviz.app.compare.runs import run_of, sequence_of
from gruviz.app.compare.sides import (
    CLOSING,
    Comparison,
    sides_of,
)
from gruviz.app.settings import Settings
from gruviz.app.subject import reading
from gruviz.models.conventions import CONVENTIONS
from gruviz.sources.derived import Converted, ReadAs, closed
from gruviz.tasks.catalogue import TASKS
from gruviz.training.plan import first_weights
from gruviz.training.saved import shipped
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

EN = words("en")["compare"]


def test_the_numbers_of_nn_gru_and_split_are_those_of_an_independent_loop():
    settings = Settings(weights="random", hidden=5, seed=3, gain=2.0, steps=30)
    sides = sides_of(settings, Comparison())
    sequence, _ = reading.sequence_of(settings, None)
    runs = [run_of(side, sequence) for side in sides]
    p = runs[0].model.params()
    layer = Numbers(p.w_ih, p.w_hh, p.b_ih, p.b_hh)
    for run, reset in zip(runs, ("before", "after"), strict=True):
        expected = scan(layer, sequence.x, np.zeros(5), reset)
        for gate in "rznh":
            np.testing.assert_allclose(getattr(run.trace, gate)[0, 0], expected[gate], atol=1e-5)
    found = apart(*runs)
    off = {gate: np.abs(getattr(runs[1].trace, gate) - getattr(runs[0].trace, gate))[0, 0] for gate in "zrnh"}
    assert found.largest == max(float(each.max()) for each in off.values())
    assert off[found.gate][found.step, found.unit] == found.largest
    seen = np.flatnonzero(np.max([each.max(axis=1) for each in off.values()], axis=0) > 1e-3)
    assert found.since == seen[0]


@pytest.mark.parametrize("how", [each for each in CLOSING if each])
def test_what_closes_the_gap_makes_one_function_of_any_weights(how):
    settings = Settings(weights="random", hidden=7, seed=5, gain=3.0, zbias=0.5)
    sides = sides_of(settings, Comparison(closing=how))
    assert [side.source.change for side in sides] == [how, how]
    sequence, _ = reading.sequence_of(settings, None)
    runs = [run_of(side, sequence_of(side, sequence)) for side in sides]
    assert apart(*runs).largest < 1e-5
    free = [run_of(replace(side, source=side.source.base), sequence) for side in sides]
    assert apart(*free).largest > 0.01
    assert runs[0].trace.meta.steps == (1 if how == "first" else sequence.steps)


def test_what_closes_it_leaves_the_rest_as_it_is():
    params = run_of(
        sides_of(Settings(weights="random", hidden=4), Comparison())[0], reading.sequence_of(Settings(), None)[0]
    ).model.params()
    open_reset, diagonal = closed(params, "r1"), closed(params, "diagonal")
    np.testing.assert_array_equal(open_reset.w_hh[4:], params.w_hh[4:])
    assert not open_reset.w_hh[:4].any()
    np.testing.assert_array_equal(np.diag(diagonal.gate("w_hh", "n")), np.diag(params.gate("w_hh", "n")))
    assert np.count_nonzero(diagonal.gate("w_hh", "n")) == 4
    np.testing.assert_array_equal(diagonal.gate("w_hh", "z"), params.gate("w_hh", "z"))


def test_before_its_training_are_the_weights_it_began_with():
    settings = Settings(weights="parity", trained="torch", model="torch", source="task", task="parity")
    before, after = sides_of(settings, Comparison("start"))
    task = TASKS["parity"]
    assert score(before) < 0.9 < score(after)
    held = shipped("parity", "torch")
    first = first_weights(held.plan)
    model = before.source.model(before.settings.model, task.input_size)
    np.testing.assert_array_equal(model.params().w_hh, first["gru.weight_hh_l0"])
    np.testing.assert_array_equal(model.fc.weight.detach().numpy(), first["fc.weight"])


@pytest.mark.parametrize("name", CONVENTIONS)
def test_converted_it_is_the_same_function_and_taken_for_its_file_what_that_program_computes(name):
    how = CONVENTIONS[name]
    model = "torch" if how.reset == "after" else "split"
    settings = Settings(weights="random", hidden=4, seed=8, gain=2.0, model=model, steps=25)
    sequence, _ = reading.sequence_of(settings, None)
    right, converted = sides_of(settings, Comparison("read", read=f"{Converted.prefix}{name}"))
    params = right.source.model(model, sequence.inputs).params()
    if how.biases != "one" or how.reset == "before" or not params.gate("b_hh", "n").any():
        assert apart(run_of(right, sequence), run_of(converted, sequence)).largest < 1e-5
    else:
        with pytest.raises(Problem) as caught:
            run_of(converted, sequence)
        assert caught.value.key == "compare_bias"
    # the other program: gates by their place in its order, z by its meaning, r where it has it
    _, taken = sides_of(settings, Comparison("read", read=f"{ReadAs.prefix}{name}"))
    blocks = {gate: slice(4 * k, 4 * k + 4) for k, gate in enumerate(how.order)}
    h, x = np.zeros(4), sequence.x.astype(float)
    w, u, b, c = (each.astype(float) for each in (params.w_ih, params.w_hh, params.b_ih, params.b_hh))
    if how.biases == "one":
        b, c = b + c, np.zeros(12)
    found = run_of(taken, sequence).trace.h[0, 0]
    for t in range(len(x)):
        r, z = (1 / (1 + np.exp(-(w[at] @ x[t] + b[at] + u[at] @ h + c[at]))) for at in (blocks["r"], blocks["z"]))
        at = blocks["n"]
        inner = u[at] @ (r * h) + c[at] if how.reset == "before" else r * (u[at] @ h + c[at])
        n = np.tanh(w[at] @ x[t] + b[at] + inner)
        h = z * h + (1 - z) * n if how.z == "keeps" else (1 - z) * h + z * n
        np.testing.assert_allclose(found[t], h, atol=2e-5)
