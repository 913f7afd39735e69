"""Sequence keeps its promises, and each family is measured against what it says it is."""

import math
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gruviz.inputs.parameters import family
from gruviz.inputs.scaling import rescale
from gruviz.inputs.sequence import MAX_INPUTS, MAX_VALUES, check_size
from gruviz.inputs.synthetic import FAMILIES, MAX_STEPS, Parameter, Sequence, generate
from gruviz.wording.problems import Problem

NAMES = [
    "impulse",
    "step",
    "sine",
    "chirp",
    "square",
    "random_walk",
    "white_noise",
    "sparse_pulses",
    "set_reset",
    "ramp_gap",
    "symbols",
    "delayed_copy",
    "adding",
]
RANDOM = ["random_walk", "white_noise", "sparse_pulses", "symbols", "delayed_copy", "adding"]


def column(name, index=0, **arguments):
    return generate(name, **arguments).x[:, index]


# ---- Sequence


def test_numbers_are_frozen_float32_and_a_copy():
    given_x = np.asfortranarray(np.arange(6.0).reshape(3, 2))
    sequence = Sequence(given_x)
    given_x[0, 0] = 99
    assert sequence.x.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert sequence.x.dtype == np.float32
    assert sequence.x.flags.c_contiguous
    assert (sequence.steps, sequence.inputs, sequence.channels) == (3, 2, ("x1", "x2"))
    with pytest.raises(ValueError, match="read-only"):
        sequence.x[0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        sequence.name = "other"


@pytest.mark.parametrize(
    ("x", "more", "key", "fields"),
    [
        ([1.0, 2.0], {}, "sequence_shape", {"found": "(2,)"}),
        (np.zeros((0, 3)), {}, "sequence_shape", {"found": "(0, 3)"}),
        (np.zeros((3, 0)), {}, "sequence_shape", {"found": "(3, 0)"}),
        (np.zeros((1, 2, 3)), {}, "sequence_shape", {"found": "(1, 2, 3)"}),
        ([["a"]], {}, "sequence_kind", {"found": "str32"}),
        ([[1j]], {}, "sequence_kind", {"found": "complex128"}),
        ([[1], [1, 2]], {}, "sequence_kind", {"found": "list"}),
        ([[0, 1], [2, math.nan]], {}, "not_finite_step", {"step": 2, "input": 2, "found": "nan"}),
        ([[0.0], [-math.inf]], {}, "not_finite_step", {"step": 2, "input": 1, "found": "-inf"}),
        ([[1e39]], {}, "not_finite_step", {"step": 1, "input": 1, "found": "1e+39"}),
        ([[0.0], [1.0]], {"labels": ("a",)}, "label_count", {"found": 1, "expected": 2}),
        ([[0.0], [1.0]], {"channels": ("a", "b")}, "channel_count", {"found": 2, "expected": 1}),
    ],
)
def test_a_sequence_that_cannot_be_is_refused(x, more, key, fields):
    with pytest.raises(Problem) as caught:
        Sequence(x, **more)
    assert (caught.value.key, caught.value.fields) == (key, fields)


def test_equality_hash_and_digest_follow_the_contents():
    base = dict(x=[[1.0], [2.0]], labels=("a", "b"), channels=("c",), name="n")
    first = Sequence(**base)
    assert first == Sequence(**base)
    assert hash(first) == hash(Sequence(**base))
    assert len(first.digest) == 32
    changes = [
        {"x": [[1.0], [2.5]]},
        {"x": [[1.0, 2.0]], "channels": ("c", "c"), "labels": ("a",)},
        {"labels": ("ab", "")},
        {"labels": ()},
        {"channels": ("d",)},
        {"name": "m"},
    ]
    digests = {Sequence(**{**base, **change}).digest for change in changes}
    assert len(digests) == len(changes)
    assert first.digest not in digests
    assert first != "n"


def test_the_digest_does_not_depend_on_the_process():
    # written down once, so that a link or a cache made by an older run stays valid
    assert Sequence([[1.0], [2.0]], ("a", "b"), ("c",), "n").digest == "d0ac4305dfb7e55e9f6b2ee0d1ce964e"


def test_what_is_due_is_part_of_a_sequence():
    x, labels = [[1.0], [2.0]], ("a", "b")
    made = [Sequence(x, labels, due=due) for due in ((), ("", "a"), ("a", ""), ("a", "b"))]
    assert len({one.digest for one in made}) == 4
    assert len({Sequence(x, due=labels).digest, Sequence(x, labels).digest}) == 2
    assert pickle.loads(pickle.dumps(made[3])).due == ("a", "b")
    assert rescale(made[1], "standard")[0].due == ("", "a")
    with pytest.raises(Problem) as found:
        Sequence(x, labels, due=("a",))
    assert (found.value.key, found.value.fields["found"]) == ("label_count", 1)


FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(npst.arrays(np.float32, npst.array_shapes(min_dims=2, max_dims=2), elements=FINITE))
def test_a_sequence_survives_pickling_still_frozen(x):
    sequence = Sequence(x, tuple("t" * len(x)), name="\ud800")
    copied = pickle.loads(pickle.dumps(sequence))
    assert copied == sequence
    assert not copied.x.flags.writeable
    np.testing.assert_array_equal(copied.x, x)


@pytest.mark.parametrize(
    ("steps", "inputs", "key"),
    [
        (MAX_STEPS + 1, 1, "too_many_steps"),
        (1, MAX_INPUTS + 1, "too_many_inputs"),
        (5001, 1000, "too_many_values"),
    ],
)
def test_the_limits_hold_exactly(steps, inputs, key):
    check_size(MAX_STEPS, MAX_VALUES // MAX_STEPS)
    check_size(1, MAX_INPUTS)
    check_size(5000, 1000)
    with pytest.raises(Problem) as caught:
        check_size(steps, inputs)
    assert caught.value.key == key


# ---- the registry


def test_the_families_are_these():
    assert list(FAMILIES) == NAMES
    for name, known in FAMILIES.items():
        assert known.name == name
        assert 1 <= len(known.parameters) <= 4
        assert known.about.endswith((".", "]."))
        for parameter in known.parameters:
            assert parameter.low <= parameter.default <= parameter.high
            assert parameter.step > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 200, MAX_STEPS])
def test_every_family_works_at_every_length(name, steps):
    sequence = generate(name, steps=steps)
    assert sequence.steps == steps
    assert sequence.name == name
    assert np.abs(sequence.x).max() <= (1.0 if name != "white_noise" else 4.0)
    assert len(sequence.labels) in (0, steps)


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(NAMES), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_every_parameter_works_over_its_whole_range(data, name, steps, seed):
    values = {}
    for parameter in FAMILIES[name].parameters:
        if parameter.integer:
            values[parameter.name] = data.draw(st.integers(int(parameter.low), int(parameter.high)))
        else:
            values[parameter.name] = data.draw(st.floats(parameter.low, parameter.high))
    sequence = generate(name, steps=steps, seed=seed, **values)
    assert sequence.steps == steps
    assert sequence == generate(name, steps=steps, seed=seed, **values)


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_matters_exactly_where_there_is_chance(name):
    same = generate(name, seed=1) == generate(name, seed=2)
    assert same is (name not in RANDOM)


def test_no_default_is_blank():
    for name in NAMES:
        assert np.ptp(generate(name).x) >= 0.9, name


@pytest.mark.parametrize(
    ("name", "arguments", "key", "fields"),
    [
        ("sinus", {}, "unknown_family", {"found": "sinus", "choices": ", ".join(NAMES)}),
        (
            "sine",
            {"perod": 3},
            "unknown_parameter",
            {"family": "sine", "found": "perod", "choices": "period, phase, amplitude"},
        ),
        (
            "sine",
            {"period": 1},
            "parameter_range",
            {"family": "sine", "parameter": "period", "found": "1", "low": 2, "high": 100_000},
        ),
        (
            "sine",
            {"period": math.nan},
            "parameter_range",
            {"family": "sine", "parameter": "period", "found": "nan", "low": 2, "high": 100_000},
        ),
        (
            "symbols",
            {"alphabet": 2.5},
            "parameter_whole",
            {"family": "symbols", "parameter": "alphabet", "found": "2.5", "low": 2, "high": 26},
        ),
        (
            "sine",
            {"steps": 100_001},
            "parameter_range",
            {"family": "sine", "parameter": "steps", "found": "100001", "low": 1, "high": 100_000},
        ),
        (
            "sine",
            {"seed": -1},
            "parameter_range",
            {"family": "sine", "parameter": "seed", "found": "-1", "low": 0, "high": 2**32 - 1},
        ),
    ],
)
def test_what_a_family_cannot_do_is_named(name, arguments, key, fields):
    with pytest.raises(Problem) as caught:
        generate(name, **arguments)
    assert (caught.value.key, caught.value.fields) == (key, fields)


@pytest.mark.parametrize("value", ["40", None, True, 3 + 0j, [40]])
def test_a_parameter_that_is_no_number_is_refused(value):
    with pytest.raises(Problem) as caught:
        generate("sine", period=value)
    assert caught.value.key == "parameter_range"


def test_numpy_numbers_are_numbers():
    assert generate("symbols", alphabet=np.int64(3), hold=2.0) == generate("symbols", alphabet=3, hold=2)


def test_a_family_whose_keywords_do_not_match_is_refused():
    with pytest.raises(TypeError, match="oops"):

        @family(Parameter("height", 1.0, 0.0, 1.0, False, 0.1))
        def oops(steps, rng, *, width):
            return Sequence(np.zeros((steps, 1)))

    assert "oops" not in FAMILIES


# ---- each family against what it says it is


def test_impulse_is_one_pulse_where_asked():
    x = column("impulse", steps=101, position=0.3, width=4, amplitude=-2)
    assert np.flatnonzero(x).tolist() == [30, 31, 32, 33]
    assert set(x[30:34]) == {-2}
    assert np.flatnonzero(column("impulse", steps=10, position=1)).tolist() == [9]


def test_step_changes_once():
    x = column("step", steps=101, position=0.25, before=-0.5, after=2)
    assert x.tolist() == [-0.5] * 25 + [2.0] * 76


@pytest.mark.parametrize(("period", "phase", "amplitude"), [(40, 0, 1), (12.5, 90, 0.5), (25, -45, 2)])
def test_sine_has_its_period_phase_and_height(period, phase, amplitude):
    x = column("sine", steps=1000, period=period, phase=phase, amplitude=amplitude).astype(float)
    spectrum = np.fft.rfft(x)
    peak = int(np.abs(spectrum).argmax())
    assert 1000 / peak == pytest.approx(period)
    assert 2 * np.abs(spectrum[peak]) / 1000 == pytest.approx(amplitude, rel=1e-5)
    # a sine of phase 0 has the spectrum's phase -90 degrees
    assert np.degrees(np.angle(spectrum[peak])) + 90 == pytest.approx(phase, abs=1e-3)


def test_chirp_goes_from_the_first_period_to_the_last():
    x = column("chirp", steps=20_000, first_period=400, last_period=20)
    rising = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
    # over one cycle of an even sweep the mean frequency is the frequency halfway through it
    halfway = (rising[:-1] + rising[1:]) / 2
    expected = 1 / (1 / 400 + (1 / 20 - 1 / 400) * halfway / 20_000)
    assert np.abs(np.diff(rising) - expected).max() < 1.5
    assert expected.max() > 260
    assert expected.min() < 20.5
    mean_frequency = (1 / 400 + 1 / 20) / 2
    assert len(rising) == pytest.approx(20_000 * mean_frequency, abs=1)
    np.testing.assert_allclose(column("chirp", first_period=30, last_period=30), column("sine", period=30), atol=1e-6)


def test_square_has_its_period_duty_and_height():
    x = column("square", steps=400, period=40, duty=0.25, amplitude=0.5)
    assert set(x) == {0.5, -0.5}
    assert np.mean(x > 0) == 0.25
    assert np.flatnonzero(np.diff(x) > 0).tolist() == list(range(39, 399, 40))


def test_random_walk_takes_its_steps_and_turns_at_its_bounds():
    x = column("random_walk", steps=50_000, step_size=0.05, bound=2).astype(float)
    assert np.abs(x).max() <= 2
    assert np.abs(x).max() > 1.9
    inside = np.abs(x[:-1]) < 1.7  # away from the bounds no step is reflected
    assert np.diff(x)[inside].std() == pytest.approx(0.05, rel=0.02)
    free = column("random_walk", steps=100, seed=3, step_size=0.001)
    assert abs(free[0]) < 0.01  # it starts at 0
    assert np.all(np.abs(np.diff(free)) < 0.006)


def test_white_noise_is_white_held_and_independent():
    sequence = generate("white_noise", steps=40_000, spread=0.5, hold=4, inputs=3)
    assert sequence.channels == ("noise 1", "noise 2", "noise 3")
    blocks = sequence.x.reshape(-1, 4, 3)
    assert np.all(blocks == blocks[:, :1])
    drawn = blocks[:, 0]
    assert drawn.std(axis=0) == pytest.approx([0.5] * 3, rel=0.03)
    assert np.corrcoef(drawn.T)[np.triu_indices(3, 1)] == pytest.approx([0] * 3, abs=0.05)
    assert np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1] == pytest.approx(0, abs=0.05)


def test_sparse_pulses_have_their_density_height_and_signs():
    x = column("sparse_pulses", steps=50_000, density=0.1, amplitude=0.7, negative=0.25)
    assert set(x.tolist()) == {0.0, float(np.float32(0.7)), -float(np.float32(0.7))}
    assert np.mean(x != 0) == pytest.approx(0.1, rel=0.05)
    assert np.mean(x[x != 0] < 0) == pytest.approx(0.25, rel=0.05)
    assert not column("sparse_pulses", density=0).any()
    assert np.all(column("sparse_pulses", density=1) == 1)


def test_regular_set_reset_pulses_alternate_at_the_gap():
    sequence = generate("set_reset", steps=100, gap=20, width=2)
    assert sequence.channels == ("set", "reset")
    assert np.flatnonzero(sequence.x[:, 0]).tolist() == [10, 11, 50, 51, 90, 91]
    assert np.flatnonzero(sequence.x[:, 1]).tolist() == [30, 31, 70, 71]


@given(st.integers(1, 60), st.floats(0, 1), st.integers(1, 5), st.integers(0, 1000))
def test_set_reset_pulses_always_alternate_and_are_labelled(gap, jitter, width, seed):
    sequence = generate("set_reset", steps=600, seed=seed, gap=gap, jitter=jitter, width=width)
    expected = [("set" if a else "reset" if b else "") for a, b in sequence.x]
    assert list(sequence.labels) == expected
    assert sequence.x.sum(axis=1).max() == 1
    turns = [label for before, label in zip(["", *expected], expected, strict=False) if label and label != before]
    assert turns == [("set", "reset")[i % 2] for i in range(len(turns))]
    assert len(turns) == pytest.approx(600 / gap, abs=1)


def test_jitter_moves_the_pulses_and_keeps_their_mean_gap():
    onsets = np.flatnonzero(generate("set_reset", steps=MAX_STEPS, gap=25, jitter=1.0).x.any(axis=1))
    assert np.diff(onsets).mean() == pytest.approx(25, rel=0.01)
    assert np.diff(onsets).std() > 5
    assert np.diff(onsets).min() >= 1


def test_ramp_gap_is_a_ramp_with_a_stretch_missing():
    sequence = generate("ramp_gap", steps=101, start=-1, end=1, position=0.5, missing=0.2)
    value, present = sequence.x.T
    assert sequence.channels == ("value", "present")
    assert np.flatnonzero(present == 0).tolist() == list(range(50, 70))
    assert not value[50:70].any()
    np.testing.assert_allclose(value[present == 1], (np.arange(101) / 50 - 1)[present == 1], atol=1e-6)


def test_symbols_are_one_hot_labelled_held_and_even():
    sequence = generate("symbols", steps=30_000, alphabet=3, hold=2)
    assert sequence.channels == ("A", "B", "C")
    assert set(sequence.x.ravel().tolist()) == {0.0, 1.0}
    assert np.all(sequence.x.sum(axis=1) == 1)
    which = sequence.x.argmax(axis=1)
    assert sequence.labels == tuple("ABC"[i] for i in which)
    assert np.all(which[::2] == which[1::2])
    assert sequence.x.mean(axis=0) == pytest.approx([1 / 3] * 3, rel=0.05)


@given(st.integers(2, 26), st.integers(1, 6), st.integers(0, 20), st.integers(0, 1000))
def test_delayed_copy_asks_for_the_letters_it_showed(alphabet, length, gap, seed):
    trial = 2 * length + gap + 1
    sequence = generate("delayed_copy", steps=3 * trial, seed=seed, alphabet=alphabet, length=length, gap=gap)
    assert sequence.channels[-2:] == ("blank", "go")
    assert np.all(sequence.x.sum(axis=1) == 1)
    shown = [sequence.channels[i] for i in sequence.x.argmax(axis=1)]
    for start in range(0, 3 * trial, trial):
        letters = shown[start : start + length]
        assert set(letters) <= set(sequence.channels[:-2])
        assert shown[start + length : start + trial] == ["blank"] * gap + ["go"] + ["blank"] * length
        labels, due = (list(texts[start : start + trial]) for texts in (sequence.labels, sequence.due))
        assert labels == letters + [""] * gap + ["go"] + [""] * length
        assert due == [""] * (length + gap + 1) + letters


@given(st.integers(2, 500), st.floats(0, 1), st.integers(0, 1000))
def test_adding_marks_exactly_two_values_one_in_each_half(steps, latest, seed):
    sequence = generate("adding", steps=steps, seed=seed, latest=latest, amplitude=0.5)
    value, marker = sequence.x.T
    marks = np.flatnonzero(marker)
    assert sequence.channels == ("value", "marker")
    assert marker[marks].tolist() == [1, 1]
    last = max(2, round(latest * steps))
    assert marks[0] < last / 2
    assert last // 2 <= marks[1] < last
    assert value.min() >= 0
    assert value.max() <= 0.5
    assert [label for label in sequence.labels if label] == ["+", "+"]
    assert [t for t, label in enumerate(sequence.labels) if label] == marks.tolist()
