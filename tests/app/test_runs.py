"""Settings -> sequence -> weights -> model -> trace: sizes, problems, caches, limits."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gruviz
from gruviz.app.explore import checks as checking
from gruviz.app.server import computing
from gruviz.app.server.memory import MAX_CELLS, Memory
from gruviz.app.settings import DEFAULT
from gruviz.app.subject import reading, runs
from gruviz.app.subject.reading import sequence_of, table_of
from gruviz.app.subject.weights import source_of
from gruviz.inputs.files import Upload
from gruviz.inputs.sequence import Sequence
from gruviz.inputs.synthetic import generate
from gruviz.models.gru import MODELS
from gruviz.models.presets import PRESETS, leaky
from gruviz.models.random_weights import random_params
from gruviz.tasks.catalogue import TASKS
from gruviz.training.saved import head_weights, shipped
from gruviz.wording.problems import Problem

RANDOM = replace(DEFAULT, weights="random", hidden=6)


def run(given_settings):
    return runs.run(given_settings, sequence_of(given_settings, None)[0])


def checks(given_settings):
    return checking.checks(given_settings, sequence_of(given_settings, None)[0])


# ---- weights


@settings(deadline=None)
@given(st.integers(1, 4), st.booleans(), st.integers(1, 9), st.integers(1, 7), st.sampled_from(["random", "chrono"]))
def test_each_layer_and_direction_gets_numbers_of_its_own_size(layers, both, hidden, inputs, weights):
    given_settings = replace(RANDOM, model="torch", weights=weights, layers=layers, both=both, hidden=hidden)
    made = source_of(given_settings).params(inputs)
    directions = 1 + both
    assert len(made) == layers * directions
    for k, p in enumerate(made):
        assert p.hidden_size == hidden
        assert p.input_size == (inputs if k < directions else hidden * directions)
    assert not any(np.array_equal(a.b_hh, b.b_hh) for i, a in enumerate(made) for b in made[:i])
    model = gruviz.TorchGRU.from_params(made, bidirectional=both)
    assert (model.gru.num_layers, model.gru.bidirectional) == (layers, both)


@pytest.mark.parametrize("model", ["split", "concat"])
def test_split_and_concat_take_the_first_layers_numbers(model):
    stacked = source_of(replace(RANDOM, model="torch", layers=3, both=True, seed=5)).params(2)
    (alone,) = source_of(replace(RANDOM, model=model, layers=3, both=True, seed=5)).params(2)
    for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
        assert np.array_equal(getattr(alone, name), getattr(stacked[0], name))


def test_every_control_of_random_weights_acts():
    (found,) = source_of(replace(RANDOM, seed=3, gain=2.0, zbias=1.5, rbias=-0.5)).params(4)
    wanted = random_params(4, 6, 3, gain=2.0, z_bias=1.5, r_bias=-0.5)
    (chrono,) = source_of(replace(RANDOM, weights="chrono", seed=3, tmax=50, zbias=9.0)).params(4)
    for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name))
        assert np.array_equal(getattr(chrono, name), getattr(random_params(4, 6, 3, chrono=50), name))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("model", ["split", "torch"])
def test_a_preset_is_one_layer_whatever_the_layer_control_says(name, model):
    (found,) = source_of(replace(DEFAULT, weights=name, model=model, layers=4, both=True)).params(3)
    wanted = PRESETS[name].params(3)
    for array in ("w_ih", "w_hh", "b_ih", "b_hh"):
        assert np.array_equal(getattr(found, array), getattr(wanted, array))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("2, 8, 32", [2, 8, 32]),
        ("4", [4]),
        (" 1.5  3e2 ", [1.5, 300]),
        ("1,2,3,4,5,6,7,8", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("1e6", [1e6]),
    ],
)
def test_half_lives_are_read(typed, found):
    given_settings = replace(DEFAULT, weights="leaky", halves=typed)
    assert source_of(given_settings).steps_of_half_lives == found
    (params,) = source_of(given_settings).params(1)
    assert np.array_equal(params.b_ih, leaky(found).b_ih)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("2, x", "x"),
        ("0", "0"),
        ("2 -1", "-1"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1e7", "1e7"),
        ("", ""),
        (" , ", " , "),
        ("1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9"),
    ],
)
def test_bad_half_lives_are_a_problem_that_names_the_word(typed, word):
    with pytest.raises(Problem) as caught:
        source_of(replace(DEFAULT, weights="leaky", halves=typed)).params(1)
    assert caught.value.key == "half_lives"
    assert caught.value.fields == {"word": word}


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_half_lives_or_a_problem(typed):
    given_settings = replace(DEFAULT, weights="leaky", halves=typed)
    try:
        found = source_of(given_settings).steps_of_half_lives
    except Problem:
        return  # which one, the test above holds
    assert 1 <= len(found) <= 8
    assert all(0 < value <= 1e6 for value in found)
    assert source_of(given_settings).params(1)[0].hidden_size == len(found)


# ---- tables


CSV = b"1,2\n3,4\n"


@pytest.mark.parametrize(("header", "rows"), [("auto", 2), ("yes", 1), ("no", 2)])
@pytest.mark.parametrize("uploaded", [False, True])
def test_the_header_control_is_obeyed_for_pasted_and_uploaded(header, rows, uploaded):
    given_settings = replace(DEFAULT, source="table", table=CSV.decode(), header=header)
    table = table_of(given_settings, Upload("a.csv", CSV) if uploaded else None)
    assert table.sequence().steps == rows
    assert table.columns[0] == ("1" if header == "yes" else table.columns[0])
    named = table_of(
        replace(given_settings, table="a,b\n1,2\n3,4\n"), Upload("a.csv", b"a,b\n1,2\n3,4\n") if uploaded else None
    )
    if header != "no":
        assert named.columns == ("a", "b")


def test_a_pasted_table_and_a_file_are_sources_of_their_own():
    pasted = replace(DEFAULT, source="table", table="7\n8\n9\n")
    given_settings = replace(pasted, source="file")
    assert table_of(pasted, Upload("b.csv", CSV)).sequence().x.ravel().tolist() == [7, 8, 9]
    assert table_of(given_settings, Upload("b.csv", CSV)).sequence().x.shape == (2, 2)
    assert sequence_of(given_settings, Upload("b.csv", CSV))[0].inputs == 2
    with pytest.raises(Problem, match="No file is chosen yet"):
        sequence_of(given_settings, None)
    # and only where a file is what is asked for
    assert sequence_of(DEFAULT, Upload("b.csv", CSV))[0] == sequence_of(DEFAULT, None)[0]


def test_an_array_file_is_a_sequence_already():
    import io

    out = io.BytesIO()
    np.save(out, np.arange(6.0).reshape(3, 2))
    for header in reading.HEADER:
        found = table_of(replace(DEFAULT, source="file", header=header), Upload("a.npy", out.getvalue()))
        assert isinstance(found, Sequence)
        assert found.x.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_columns_and_labels_of_the_table_are_chosen():
    given_settings = replace(DEFAULT, source="table", columns=("price", "gone"), labels="time")
    found, _ = sequence_of(given_settings, None)
    assert found.channels == ("price",)
    assert found.labels == ("Mon", "Tue", "Wed", "Thu", "Fri")
    assert sequence_of(replace(given_settings, columns=("gone",), labels="gone"), None)[0].channels == (
        "price",
        "volume",
    )


@pytest.mark.parametrize(
    ("changed", "inputs"),
    [
        ({}, 2),
        ({"family": "sine", "parameters": (("period", 9.0),)}, 1),
        ({"source": "numbers", "numbers": "1 2 3"}, 1),
        ({"source": "text", "text": "abca"}, 3),
        ({"source": "text", "text": "abc", "code": "embedding", "esize": 5}, 5),
        ({"source": "text", "text": "a b", "per": "words"}, 2),
        ({"source": "table"}, 2),
    ],
)
def test_the_sequence_is_what_its_source_says(changed, inputs):
    found, scaling = sequence_of(replace(DEFAULT, **changed), None)
    assert found.inputs == inputs
    assert scaling.how == "none"
    scaled, scaling = sequence_of(replace(DEFAULT, scale="maxabs", **changed), None)
    assert scaling.how == "maxabs"
    assert np.abs(scaled.x).max() == 1


def test_a_synthetic_sequence_is_the_familys_own():
    changed = replace(DEFAULT, family="sparse_pulses", steps=33, sseed=7, parameters=(("density", 0.5),))
    assert sequence_of(changed, None)[0] == generate("sparse_pulses", 33, 7, density=0.5)


# ---- caches


@pytest.mark.parametrize(
    "changed", [{"lang": "ko"}, {"t": 3}, {"unit": 1}, {"first": 2}, {"stat": "low"}, {"layer": 1}, {"esize": 3}]
)
def test_the_same_run_comes_back_whatever_is_changed_in_the_view(changed):
    assert run(DEFAULT) is run(replace(DEFAULT, **changed))
    assert checks(DEFAULT) is checks(replace(DEFAULT, **changed))
    assert sequence_of(DEFAULT, None)[0] is sequence_of(replace(DEFAULT, **changed), None)[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "torch"},
        {"seed": 1},
        {"hidden": 7},
        {"gain": 2.0},
        {"zbias": 1.0},
        {"rbias": 1.0},
        {"weights": "chrono"},
        {"steps": 99},
        {"sseed": 1, "family": "white_noise"},
        {"scale": "standard"},
        {"family": "sine", "parameters": ()},
        {"parameters": (("gap", 9),)},
    ],
)
def test_another_run_is_made_for_whatever_changes_the_numbers(changed):
    one, other = run(RANDOM), run(replace(RANDOM, **changed))
    assert one is not other
    assert one.id != other.id
    assert one.trace.h.shape != other.trace.h.shape or not np.array_equal(one.trace.h, other.trace.h)


def test_the_same_numbers_from_another_source_share_the_run():
    typed = replace(RANDOM, source="numbers", numbers="1 2 3")
    assert run(typed) is run(replace(typed, numbers="1, 2,  3"))


def test_nothing_is_kept_beyond_the_budget(monkeypatch):
    small = run(RANDOM)
    held = Memory(budget=3 * small.bytes)
    for module in (runs, computing):
        monkeypatch.setattr(module, "memory", lambda: held)
    kept = [run(replace(RANDOM, seed=seed)) for seed in range(9)]
    assert 2 * small.bytes <= held.held <= 3 * small.bytes
    assert run(replace(RANDOM, seed=8)) is kept[8]
    assert run(RANDOM) is not kept[0]


# ---- limits


def flat(steps):
    return Sequence(np.broadcast_to(np.float32(0), (steps, 1)))


def test_a_trace_beyond_the_limit_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr(runs, "_compute", lambda *_: pytest.fail("it was run"))
    assert MAX_CELLS == 20_000_000
    with pytest.raises(Problem) as caught:
        runs.run(replace(RANDOM, hidden=1000), flat(20_001))
    assert caught.value.key == "trace_too_large"
    assert caught.value.fields == {"steps": 20_001, "units": 1000, "cells": 20_001_000, "limit": MAX_CELLS}
    with pytest.raises(Problem) as caught:
        runs.run(replace(RANDOM, hidden=1000, model="torch", layers=2, both=True), flat(5001))
    assert caught.value.key == "trace_too_large_layers"
    assert caught.value.fields | {"layers": 4, "cells": 20_004_000} == caught.value.fields


def test_the_limit_itself_is_accepted(monkeypatch):
    taken, sequence = [], flat(20_000)
    monkeypatch.setattr(runs, "_compute", lambda _source, _kind, given, *_: taken.append(given.digest) or run(RANDOM))
    runs.run(replace(RANDOM, hidden=1000, seed=20_000), sequence)
    assert taken == [sequence.digest]


# ---- what is said beside the trace


def test_differences_are_those_of_the_models_themselves():
    given_settings = replace(RANDOM, gain=3.0, hidden=12, seed=2)
    sequence = sequence_of(given_settings, None)[0]
    params = random_params(2, 12, 2, gain=3.0)
    # the modules' own forwards: the traces of split and concat share one loop and would agree by construction
    h = {}
    for name, model in MODELS.items():
        with torch.no_grad():
            h[name] = model.from_params(params)(torch.from_numpy(sequence.x.copy()))[0].numpy()
    found = {name: checks(replace(given_settings, model=name)) for name in MODELS}
    for name, others in {"split": ("concat", "torch"), "concat": ("split", "torch"), "torch": ("split",)}.items():
        assert set(found[name].differences) == set(others)
        for other in others:
            assert found[name].differences[other] == pytest.approx(np.abs(h[name] - h[other]).max(), abs=1e-7)
        np.testing.assert_allclose(run(replace(given_settings, model=name)).trace.h[0, 0], h[name], atol=1e-5)
    assert 0 <= found["split"].differences["concat"] < 1e-5
    assert found["split"].differences["torch"] > 0.1
    assert found["torch"].differences["split"] == found["split"].differences["torch"]


@pytest.mark.parametrize("seed", range(5))
def test_split_and_concat_differ_by_rounding_alone_at_gain_one(seed):
    assert checks(replace(RANDOM, seed=seed, hidden=16)).differences["concat"] < 1e-6


@pytest.mark.parametrize("both", [False, True])
def test_a_stacked_model_is_compared_by_its_first_layer_read_forward(both):
    given_settings = replace(RANDOM, model="torch", layers=2, both=both, gain=3.0)
    found = run(given_settings)
    first = gruviz.SplitGRU.from_params(source_of(given_settings).params(2)[0])
    theirs = gruviz.trace(first, sequence_of(given_settings, None)[0].x)
    assert checks(given_settings).differences == {"split": np.abs(theirs.h[0] - found.trace.h[0]).max()}
    assert found.trace.h.shape[0] == 2 * (1 + both)


@pytest.mark.parametrize("model", MODELS)
def test_the_run_matches_the_models_own_forward_and_says_over_how_many_steps(model):
    found, checked = run(replace(RANDOM, model=model)), checks(replace(RANDOM, model=model))
    assert 0 <= checked.error < 1e-6
    assert (checked.error_steps, checked.compared_steps) == (100, 100)
    assert (found.trace.meta.kind, found.trace.meta.seed) == (model, 0)
    long, checked = run(replace(RANDOM, model=model, steps=3000)), checks(replace(RANDOM, model=model, steps=3000))
    assert (checked.error_steps, checked.compared_steps) == (2000, 1000)
    assert long.trace.meta.steps == 3000


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_the_model_that_comes_along_is_the_one_that_was_traced(model, both):
    given_settings = replace(RANDOM, model=model, layers=2, both=both)
    found = run(given_settings)
    assert isinstance(found.model, MODELS[model])
    again = gruviz.trace(found.model, sequence_of(given_settings, None)[0].x)
    for gate in "rznh":
        assert np.array_equal(getattr(again, gate), getattr(found.trace, gate))
    assert gruviz.reference_error(found.model, found.trace) == checks(given_settings).error


def test_a_trace_does_not_wait_for_its_checks(monkeypatch):
    monkeypatch.setattr(checking, "reference_error", lambda *_: pytest.fail("it was checked"))
    monkeypatch.setattr(checking, "own_states", lambda *_: pytest.fail("it was compared"))
    found = run(replace(RANDOM, seed=4711))
    assert found.trace.meta.steps == 100


def test_labels_units_and_the_presets_inputs_come_along():
    found = run(DEFAULT)
    assert found.trace.labels == generate("set_reset", 100, 0, gap=14).labels
    assert found.trace.meta.seed is None
    assert (source_of(DEFAULT).unit_names, source_of(DEFAULT).input_size) == (PRESETS["latch"].units, 2)
    leaky_ones = replace(DEFAULT, weights="leaky", halves="1.5 20")
    source = source_of(leaky_ones)
    assert (source.unit_names, source.input_size) == (("half-life 1.5", "half-life 20"), 1)
    assert (source_of(RANDOM).unit_names, source_of(RANDOM).input_size) == ((), None)


def another_run(settings, _):
    """A run that is not cached, of a model that is."""
    return runs.run(settings, sequence_of(replace(settings, steps=settings.steps + 1), None)[0])


@pytest.mark.parametrize("what", [another_run, checking._checks])
def test_what_takes_long_takes_its_turn(monkeypatch, what):
    from contextlib import contextmanager

    taken, sequence = [], sequence_of(RANDOM, None)[0]
    runs.run(RANDOM, sequence)

    class Watched:
        @contextmanager
        def turn(self):
            taken.append("in")
            yield
            taken.append("out")

        def offer(self, done=1.0):
            taken.append("offer")

    for module in (computing, checking):
        monkeypatch.setattr(module, "compute_turns", Watched)
    what(RANDOM, sequence)
    assert (taken[0], taken[-1]) == ("in", "out")
    assert set(taken[1:-1]) == {"offer"}


# ---- the first part of a long trace


def long(**more):
    return replace(RANDOM, model="torch", hidden=50, family="white_noise", steps=30_000, parameters=(), **more)


@pytest.mark.parametrize("model", MODELS)
def test_the_first_part_of_a_long_trace_is_there_before_the_whole(model):
    given_settings = replace(long(seed=1), model=model)
    sequence = sequence_of(given_settings, None)[0]
    to_be, part = runs.first_part(given_settings, sequence)
    assert part.meta.steps * 50 <= runs.FIRST < sequence.steps * 50
    assert to_be.trace.meta.steps == sequence.steps
    assert not any(to_be.trace.z.strides)  # the gates to come take no memory
    found = runs.run(given_settings, sequence)
    assert found.id == to_be.id
    assert found.model is to_be.model
    for gate in "rznh":
        assert np.isnan(getattr(to_be.trace, gate)[0, 0, 0, 0])
        whole = getattr(found.trace, gate)[:, :, : part.meta.steps]
        np.testing.assert_allclose(getattr(part, gate), whole, atol=1e-5)
    assert np.array_equal(found.trace.x, to_be.trace.x)
    # there is nothing to show first of what is held
    assert runs.first_part(given_settings, sequence) is None


def test_small_traces_and_those_that_read_from_the_end_have_no_first_part():
    for given_settings in (long(seed=2, both=True, layers=1), replace(long(seed=2), steps=1000), RANDOM):
        assert runs.first_part(given_settings, sequence_of(given_settings, None)[0]) is None


def test_a_trace_that_is_too_large_has_no_first_part():
    given_settings = replace(long(seed=3), steps=100_000, hidden=1000)
    sequence = sequence_of(given_settings, None)[0]
    assert runs.first_part(given_settings, sequence) is None
    with pytest.raises(Problem):
        runs.run(given_settings, sequence)


def test_a_model_is_made_once_for_every_input_it_reads():
    one = run(replace(RANDOM, seed=77))
    other = run(replace(RANDOM, seed=77, sseed=5, steps=33))
    assert one.model is other.model
    assert run(replace(RANDOM, seed=78)).model is not one.model
    assert run(replace(RANDOM, seed=77, family="symbols", parameters=())).model is not one.model


# ---- what a trained model's head says


@pytest.mark.parametrize("model", ["split", "concat", "torch"])
def test_a_trained_model_keeps_its_head_whatever_computes_with_its_numbers(model):
    given_settings = replace(DEFAULT, model=model).with_preset("delayed_copy")
    made = run(given_settings)
    saved = shipped("delayed_copy", given_settings.trained)
    assert np.array_equal(made.head.w, head_weights(saved.weights)["weight"])
    assert np.array_equal(made.head.b, head_weights(saved.weights)["bias"])
    assert np.array_equal(made.target, sequence_of(given_settings, None)[0].target, equal_nan=True)
    # nothing else changes by it: the gates are those of the same numbers without it, and the file builds it again
    plain = MODELS[model].from_params(saved.params)
    assert np.array_equal(made.trace.h, gruviz.trace(plain, made.trace.x[0]).h)
    assert gruviz.reference_error(made.model, made.trace) < 1e-5
    held = np.load(io.BytesIO(gruviz.export.npz(made.trace, made.model)))
    assert np.array_equal(held["fc.weight"], made.head.w)


def test_what_is_due_counts_for_the_task_that_was_learned_alone():
    copied = replace(DEFAULT, model="torch").with_preset("delayed_copy")
    assert run(copied.with_task("distractors")).target is None  # other weights than its own
    assert run(replace(copied, source="numbers")).target is None
    korean = replace(copied.with_preset("korean"), source="text", text="봄을")
    place = {name: k for k, name in enumerate(TASKS["korean"].channels)}
    assert run(korean).target[:-1, 0].tolist() == [place[letter] for letter in "ㅗㅁㅇㅡㄹ"]
    assert np.isnan(run(korean).target[-1, 0])
    # the next symbol is due in a text alone
    assert run(replace(copied.with_preset("brackets"), source="text", text="(a)")).target is None


@pytest.mark.parametrize("weights", ["latch", "random", "chrono"])
def test_weights_that_have_learned_nothing_have_no_head(weights):
    made = run(replace(DEFAULT, weights=weights))
    assert (made.head, made.target, made.model.fc) == (None, None, None)
