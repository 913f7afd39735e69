"""What is done by hand, made ready for each step: the same as one intervention after another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gruviz import Bias, Clamp, Lesion, Scale, Weight
from gruviz.tracing.pieces import cut
from gruviz.tracing.running.acting import Acts, Bend

UNITS, STEPS = 5, 11
BOUNDS = {"z": (0, 1), "r": (0, 1), "n": (-1, 1), "h": (-1, 1)}


def one_by_one(what_if, gate, value, unit, step, layer):
    """The value of one gate of one unit, as MATH.md has it."""
    for one in what_if:
        if isinstance(one, Scale | Clamp) and (one.gate, one.layer) == (gate, layer):
            here = one.units is None or unit in one.units
            if here and (one.steps is None or one.steps[0] <= step <= one.steps[1]):
                low, high = BOUNDS[gate]
                value = one.value if isinstance(one, Clamp) else min(max(one.factor * value, low), high)
    lesions = [one for one in what_if if isinstance(one, Lesion) and one.layer == layer and gate == "h"]
    return 0.0 if any(unit in one.units for one in lesions) else value


units_ = st.none() | st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=4)
steps_ = st.none() | st.tuples(st.integers(0, STEPS - 1), st.integers(0, STEPS - 1)).map(lambda s: tuple(sorted(s)))
gates_, layer_ = st.sampled_from("zrnh"), st.integers(0, 1)
factors = st.floats(-4, 4) | st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e300, -1e300, 1e-300])
every = st.lists(
    st.one_of(
        st.builds(Scale, gates_, factors, units_, steps_, layer_),
        st.builds(Clamp, gates_, st.floats(0, 1), units_, steps_, layer_),
        st.builds(Bias, st.sampled_from("zrn"), st.floats(-3, 3), units_, steps_, layer_),
        st.builds(Lesion, st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=2), layer_),
        st.just(Weight("w_hh", 0, 0, 9)),
    ),
    max_size=12,
)


@given(every, st.integers(1, STEPS), st.booleans(), st.integers(0, 2**31))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_all_at_once_is_one_after_another(what_if, piece, reverse, seed):
    values = np.random.default_rng(seed).uniform(-1, 1, (STEPS, 4, 2, UNITS))
    values[:, :2] = np.abs(values[:, :2])  # gates of z and r
    for layer in (0, 1):
        acts = Acts(what_if, layer, UNITS, STEPS)
        for first in range(0, STEPS, piece):
            here = slice(first, min(STEPS, first + piece))
            shift, bends = acts.during(here, reverse)
            times = list(range(here.start, here.stop))[:: -1 if reverse else 1]
            assert len(bends) == len(times)
            assert shift is None or shift.shape == (len(times), 3 * UNITS)
            for k, (t, bend) in enumerate(zip(times, bends, strict=True)):
                for gate, value in zip("zrnh", values[t], strict=True):
                    found = value.copy() if bend is None else bend(gate, value.copy())
                    wanted = [[one_by_one(what_if, gate, v, j, t, layer) for j, v in enumerate(row)] for row in value]
                    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-300)
                for row, gate in enumerate("rzn"):
                    for j in range(UNITS):
                        biases = [
                            one for one in what_if if isinstance(one, Bias) and (one.gate, one.layer) == (gate, layer)
                        ]
                        wanted = sum(
                            one.amount
                            for one in biases
                            if (one.units is None or j in one.units)
                            and (one.steps is None or one.steps[0] <= t <= one.steps[1])
                        )
                        added = 0.0 if shift is None else shift[k, row * UNITS + j]
                        assert added == pytest.approx(wanted, abs=1e-12)


def test_where_nothing_acts_there_is_nothing_to_do():
    acts = Acts((Weight("w_hh", 0, 0, 1), Clamp("z", 1, layer=1)), 0, UNITS, STEPS)
    assert acts.during(slice(0, 4), False) == (None, [None] * 4)
    acts = Acts((Clamp("z", 1, steps=(4, 5)), Bias("z", 1, steps=(6, 6))), 0, UNITS, STEPS)
    shift, bends = acts.during(slice(0, 6), False)
    assert shift is None
    assert [bend is None for bend in bends] == [True] * 4 + [False] * 2
    assert acts.during(slice(6, 7), False)[0].sum() == UNITS


def test_steps_between_two_edges_share_one_bend():
    acts = Acts((Clamp("z", 1, steps=(20, 79)), Scale("r", 0.5, steps=(40, 59))), 0, UNITS, 100)
    bends = [bend for piece in cut(100, 10**6) for bend in acts.during(piece, False)[1]]
    assert len(bends) == 100
    whole = acts.during(slice(0, 100), False)[1]
    assert len({id(bend) for bend in whole if bend is not None}) == 3
    assert whole[:20] == whole[80:] == [None] * 20


def test_a_bend_writes_in_place_and_leaves_other_units_and_gates():
    nothing = np.empty((3, 0))
    bend = Bend({"h": (np.array([1, 3]), np.array([0.5, -7.0]), np.array([], int), nothing)})
    value = np.zeros((2, UNITS), np.float32)
    assert bend("h", value) is value
    assert value.tolist() == [[0, 0.5, 0, -7, 0]] * 2
    assert bend("z", value) is value
