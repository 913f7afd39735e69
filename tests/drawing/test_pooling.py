"""Pooling against a plain Python loop, for every shape and limit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gruviz.drawing.pooling import pool

LIMITS = st.integers(1, 12)
SHAPES = npst.array_shapes(min_dims=2, max_dims=2, max_side=23)
VALUES = npst.arrays(np.float32, SHAPES, elements=st.floats(-100, 100, width=32))


def smallest_block(count, limit):
    """The smallest block of which at most `limit` hold `count`, by trying."""
    size = 1
    while math.ceil(count / size) > limit:
        size += 1
    return size


def naive(values, steps_each, units_each):
    """mean, low, high of every block, with plain Python numbers."""
    steps, units = values.shape
    out = []
    for t in range(0, steps, steps_each):
        row = []
        for u in range(0, units, units_each):
            block = [
                float(values[i, j])
                for i in range(t, min(t + steps_each, steps))
                for j in range(u, min(u + units_each, units))
            ]
            nan = any(math.isnan(value) for value in block)
            row.append((math.nan,) * 3 if nan else (math.fsum(block) / len(block), min(block), max(block)))
        out.append(row)
    return np.array(out).transpose(2, 0, 1)


@settings(deadline=None)
@given(VALUES, LIMITS, LIMITS)
def test_cells_equal_the_plain_loop(values, columns, rows):
    before = values.copy()
    p = pool(values, columns, rows)
    np.testing.assert_array_equal(values, before)
    assert p.steps_each == smallest_block(values.shape[0], columns)
    assert p.units_each == smallest_block(values.shape[1], rows)
    mean, low, high = naive(values, p.steps_each, p.units_each)
    np.testing.assert_allclose(p.mean, mean, rtol=1e-5, atol=1e-4)
    np.testing.assert_array_equal(p.low, low.astype(np.float32))
    np.testing.assert_array_equal(p.high, high.astype(np.float32))


@settings(deadline=None)
@given(VALUES, LIMITS, LIMITS)
def test_there_are_never_more_cells_than_asked_for_and_none_is_empty(values, columns, rows):
    p = pool(values, columns, rows)
    assert p.mean.shape == p.low.shape == p.high.shape
    assert 1 <= p.mean.shape[0] <= columns
    assert 1 <= p.mean.shape[1] <= rows
    assert (p.mean.shape[0] - 1) * p.steps_each < values.shape[0] <= p.mean.shape[0] * p.steps_each
    assert (p.mean.shape[1] - 1) * p.units_each < values.shape[1] <= p.mean.shape[1] * p.units_each


@settings(deadline=None)
@given(VALUES, LIMITS, LIMITS)
def test_the_mean_lies_between_low_and_high(values, columns, rows):
    p = pool(values, columns, rows)
    assert (p.low <= p.mean + 1e-4).all()
    assert (p.mean <= p.high + 1e-4).all()


@settings(deadline=None)
@given(VALUES, LIMITS, LIMITS)
def test_exact_means_that_every_value_is_there(values, columns, rows):
    p = pool(values, columns, rows)
    assert p.exact == (values.shape[0] <= columns and values.shape[1] <= rows)
    if p.exact:
        for kind in (p.mean, p.low, p.high):
            np.testing.assert_array_equal(kind, values)


@settings(deadline=None)
@given(VALUES, LIMITS, LIMITS, st.data())
def test_one_nan_makes_its_cell_nan_and_no_other(values, columns, rows, data):
    t = data.draw(st.integers(0, values.shape[0] - 1))
    u = data.draw(st.integers(0, values.shape[1] - 1))
    values = values.copy()
    values[t, u] = np.nan
    p = pool(values, columns, rows)
    wanted = np.zeros(p.mean.shape, bool)
    wanted[t // p.steps_each, u // p.units_each] = True
    for kind in (p.mean, p.low, p.high):
        np.testing.assert_array_equal(np.isnan(kind), wanted)


def test_infinite_values_of_both_signs_pool_without_a_warning():
    values = np.zeros((4, 1), np.float32)
    values[:2, 0] = np.inf, -np.inf
    p = pool(values, 2, 1)
    assert np.isnan(p.mean[0, 0])
    assert (p.low[0, 0], p.high[0, 0]) == (-np.inf, np.inf)
    assert p.mean[1, 0] == 0


@settings(deadline=None)
@given(VALUES, LIMITS, LIMITS, st.integers(0, 1000))
def test_centres_stand_in_the_middle_of_their_blocks(values, columns, rows, first):
    p = pool(values, columns, rows, first)
    assert p.first_step == first
    for centres, each, count, start in (
        (p.step_centres, p.steps_each, values.shape[0], first),
        (p.unit_centres, p.units_each, values.shape[1], 0),
    ):
        full = [np.mean(range(start + k, start + k + each)) for k in range(0, count, each)]
        np.testing.assert_allclose(centres, full)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_long_mean_does_not_drift(dtype):
    values = np.full((100_000, 1), 0.1, dtype)
    p = pool(values, 1, 1)
    assert p.mean[0, 0] == pytest.approx(0.1, rel=1e-6)
    assert p.mean.dtype == np.float32


def test_the_ragged_last_block_counts_its_own_values_only():
    p = pool(np.array([[0.0, 10.0, 4.0]] * 2 + [[6.0, 0.0, 8.0]]), columns=2, rows=2)
    assert p.mean.tolist() == [[5.0, 4.0], [3.0, 8.0]]
    assert p.low.tolist() == [[0.0, 4.0], [0.0, 8.0]]
    assert p.high.tolist() == [[10.0, 4.0], [6.0, 8.0]]
