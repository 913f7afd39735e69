"""Orders of the units and half-lives, on traces made by hand whose answer is known."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gruviz
from gruviz import GateTrace, TraceMeta
from gruviz.tracing import analysis
from gruviz.tracing.analysis import ORDERS, average_linkage, half_lives, ranking, unit_order

ON_H = ("cluster", "component", "peak")
ON_Z = ("half_life", "mean_z")


def made(z=None, h=None):
    """A trace that holds these; (time, unit) or (layer, batch, time, unit)."""
    given_ = next(np.asarray(a, np.float32) for a in (z, h) if a is not None)
    shape = (1, 1, *given_.shape) if given_.ndim == 2 else given_.shape
    half = np.full(shape, 0.5, np.float32)
    z, h = (half if a is None else np.array(a, np.float32).reshape(shape) for a in (z, h))
    layers, batch, steps, units = shape
    meta = TraceMeta("nn.GRU", "after", 1, units, layers, False, True, "float32", steps, batch)
    x, h0 = np.zeros((batch, steps, 1), np.float32), np.zeros((layers, batch, units), np.float32)
    return GateTrace(r=half.copy(), z=z, n=half.copy(), h=h, x=x, h0=h0, labels=(), meta=meta)


def columns(*units):
    return np.stack(units, axis=1)


TIME = np.arange(60)
SLOW, FAST, RAMP = np.sin(TIME / 9), np.sin(TIME / 2), TIME / 60


# --- half-lives -------------------------------------------------------------------------------------


def test_half_lives_written_out():
    z = np.array([[0.5, 0.5**0.1, 0.25, 1.0, 0.0], [0.5, 0.5**0.1, 1.0, 1.0, 0.9]])
    # sqrt(0.25 * 1) = 0.5 a step
    np.testing.assert_allclose(half_lives(made(z)), [1, 10, 1, math.inf, 0], rtol=1e-5)


def test_half_life_is_the_time_the_mean_factor_takes_to_reach_one_half():
    z = np.random.default_rng(0).uniform(0.05, 0.999, (200, 6))
    factor = np.exp(np.log(z).mean(axis=0))
    np.testing.assert_allclose(factor ** half_lives(made(z)), 0.5, rtol=1e-5)


def test_half_lives_of_what_cannot_be():
    z = np.array([[math.nan, math.inf, -0.5, 1.5, -math.inf, 0.5], [0.5] * 6])
    found = half_lives(made(z))
    assert np.isnan(found[[0, 1, 2, 4]]).all()
    assert found[5] == pytest.approx(1)
    assert np.isnan(half_lives(made(np.full((3, 1), 1.5)))).all()


def test_half_lives_of_a_long_trace_come_in_pieces(monkeypatch):
    z = np.random.default_rng(1).uniform(0.1, 1, (100, 3))
    whole = half_lives(made(z))
    monkeypatch.setattr(analysis, "PIECE", 7)
    np.testing.assert_allclose(half_lives(made(z)), whole, rtol=1e-9)


def test_half_lives_are_those_of_the_layer_and_sequence_asked_for():
    z = np.random.default_rng(2).uniform(0.1, 1, (2, 3, 5, 4))
    for layer, batch in np.ndindex(2, 3):
        np.testing.assert_array_equal(half_lives(made(z), layer, batch), half_lives(made(z[layer, batch])))
    assert len({tuple(half_lives(made(z), k, b)) for k, b in np.ndindex(2, 3)}) == 6


# --- simple orders ----------------------------------------------------------------------------------


def test_index_is_as_they_are():
    assert unit_order(made(h=np.random.default_rng(0).normal(size=(5, 7))), "index").tolist() == list(range(7))


def test_half_life_longest_first_infinity_before_all_nan_after_all():
    z = np.tile([0.5, 0.9, math.nan, 1.0, 0.0, 0.9, 0.99], (4, 1))
    assert unit_order(made(z), "half_life").tolist() == [3, 6, 1, 5, 0, 4, 2]


def test_half_life_and_mean_z_are_two_things():
    # unit 0 is open once (z nearly 0): its memory is short though its mean z is high
    z = columns(np.where(TIME == 30, 1e-30, 0.99), np.full(60, 0.8))
    assert unit_order(made(z), "mean_z").tolist() == [0, 1]
    assert unit_order(made(z), "half_life").tolist() == [1, 0]


def test_mean_z_largest_first():
    z = np.tile([0.2, math.inf, 0.7, 0.2, 0.9, math.nan], (4, 1))
    assert unit_order(made(z), "mean_z").tolist() == [4, 2, 0, 3, 1, 5]


def test_peak_earliest_first_whatever_the_sign():
    h = np.zeros((10, 6))
    h[7, 0], h[2, 1], h[5, 2], h[2, 3], h[9, 4] = 0.9, -0.8, -0.3, 0.8, -math.inf
    h[1, 0], h[8, 1] = -0.8, 0.7
    # unit 5 never moves: its largest |h| is at once there
    assert unit_order(made(h=h), "peak").tolist() == [5, 1, 3, 2, 0, 4]


def test_peak_takes_the_first_of_equal_peaks():
    h = np.zeros((6, 2))
    h[4, 0], h[1, 1], h[5, 1] = 0.5, 0.5, -0.5
    assert unit_order(made(h=h), "peak").tolist() == [1, 0]


# --- principal component ----------------------------------------------------------------------------


def test_component_orders_by_the_loading_and_the_largest_is_positive():
    loading = np.array([0.2, -0.5, 0.0, 0.9, 0.4, -0.1])
    wanted = [3, 4, 0, 2, 5, 1]
    assert unit_order(made(h=np.outer(SLOW, loading)), "component").tolist() == wanted
    assert unit_order(made(h=-np.outer(SLOW, loading)), "component").tolist() == wanted
    assert unit_order(made(h=np.outer(SLOW, -loading) + 0.05), "component").tolist() == wanted


@pytest.mark.parametrize(("steps", "units"), [(300, 9), (6, 20)])
def test_component_agrees_with_the_singular_vectors(steps, units):
    rng = np.random.default_rng(3)
    h = (rng.normal(size=(steps, units)) * rng.uniform(0.2, 2, units)).astype(np.float32) + np.float32(0.3)
    first = np.linalg.svd(h.astype(np.float64) - h.mean(axis=0, dtype=np.float64), full_matrices=False)[2][0]
    first *= np.sign(first[np.abs(first).argmax()])
    assert unit_order(made(h=h), "component").tolist() == np.argsort(-first).tolist()


def test_component_leaves_equal_units_in_order_and_odd_ones_last():
    h = columns(SLOW, np.full(60, math.nan), 0.2 * SLOW, SLOW, np.full(60, 0.7), SLOW, -SLOW)
    assert unit_order(made(h=h), "component").tolist() == [0, 3, 5, 2, 4, 6, 1]


# --- clusters ---------------------------------------------------------------------------------------


def test_units_that_move_together_end_up_side_by_side():
    rng = np.random.default_rng(4)
    shapes = np.stack([SLOW, FAST, RAMP**2 * np.cos(TIME)])
    kind = rng.permutation(np.repeat([0, 1, 2], 7))
    # size and height do not matter, only the movement
    h = (shapes[kind] + 0.1 * rng.normal(size=(21, 60))) * rng.uniform(0.01, 1, (21, 1)) + rng.normal(size=(21, 1))
    found = kind[unit_order(made(h=h.T), "cluster")]
    assert np.count_nonzero(np.diff(found)) == 2


def test_opposite_movement_is_far_apart():
    h = columns(SLOW, -SLOW, FAST, 0.9 * SLOW + 0.1 * FAST, -0.9 * SLOW)
    order = unit_order(made(h=h), "cluster").tolist()
    assert abs(order.index(0) - order.index(3)) == abs(order.index(1) - order.index(4)) == 1
    assert order.index(2) == 2


@pytest.mark.parametrize("seed", range(5))
def test_leaves_of_a_gradual_change_come_out_in_its_order(seed):
    # phases along a quarter turn: clusters are intervals, and turning their ends towards each other sorts them
    rng = np.random.default_rng(seed)
    where = rng.permutation(24)
    h = np.sin(TIME[:, None] / 4 + np.sort(rng.uniform(0, 1.5, 24))[where])
    order = unit_order(made(h=h), "cluster")
    assert order[0] < order[-1]
    found = where[order]
    assert found.tolist() in (list(range(24)), list(range(23, -1, -1)))


def test_units_that_never_change_come_last_and_odd_ones_after_them():
    still, bad = np.full(60, 0.3), np.where(TIME == 59, math.nan, SLOW)
    trembling = np.where(TIME % 2, np.nextafter(np.float32(0.7), np.float32(1)), np.float32(0.7))
    h = columns(still, bad, SLOW, np.zeros(60), FAST, trembling, 0.9 * SLOW, -np.where(TIME == 3, math.inf, SLOW))
    order = unit_order(made(h=h), "cluster").tolist()
    assert order[3:] == [0, 3, 5, 1, 7]
    assert sorted(order[:3]) == [2, 4, 6]
    assert abs(order.index(2) - order.index(6)) == 1


@pytest.mark.parametrize("units", [1, 2, 5, 37, 101])
def test_equal_units_stay_in_order(units):
    same = np.tile(SLOW[:, None], (1, units))
    for how in ORDERS:
        assert unit_order(made(h=same), how).tolist() == list(range(units)), how
        assert unit_order(made(h=np.zeros((1, units))), how).tolist() == list(range(units)), how


def slow_average_linkage(d):
    """Always join the closest two; every mean over all pairs anew. Heights, and the height at which two units meet."""
    clusters, heights, meet = [[k] for k in range(len(d))], [], np.zeros_like(d)
    while len(clusters) > 1:
        pairs = [
            (d[np.ix_(a, b)].mean(), i, i + 1 + j)
            for i, a in enumerate(clusters)
            for j, b in enumerate(clusters[i + 1 :])
        ]
        height, i, j = min(pairs)
        right, left = clusters.pop(j), clusters.pop(i)
        meet[np.ix_(left, right)] = meet[np.ix_(right, left)] = height
        clusters.append(left + right)
        heights.append(height)
    return heights, meet


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), units=st.integers(1, 14))
def test_average_linkage_is_the_tree_that_always_joins_the_closest(seed, units):
    d = np.random.default_rng(seed).uniform(0, 2, (units, units))
    d = np.triu(d, 1) + np.triu(d, 1).T
    given_ = d.copy()
    heights, meet = slow_average_linkage(d)
    merges = average_linkage(d)
    np.testing.assert_array_equal(d, given_)
    np.testing.assert_allclose(sorted(height for *_, height in merges), heights, rtol=1e-9)
    clusters, found = {k: [k] for k in range(units)}, np.zeros_like(d)
    for a, b, height in merges:
        assert a < b
        found[np.ix_(clusters[a], clusters[b])] = found[np.ix_(clusters[b], clusters[a])] = height
        clusters[a] += clusters.pop(b)
    assert sorted(clusters.popitem()[1]) == list(range(units))
    np.testing.assert_allclose(found, meet, rtol=1e-9)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), units=st.integers(2, 30))
def test_average_linkage_ends_where_nearly_all_distances_tie(seed, units):
    d = np.random.default_rng(seed).integers(0, 3, (units, units)) / 3
    merges = average_linkage(np.minimum(d, d.T))
    assert len(merges) == units - 1
    assert len({b for _, b, _ in merges}) == units - 1


@pytest.mark.parametrize("distance", [0.1, 0.3, 0.7, 1.1])
def test_rounding_moves_no_mean_of_equal_distances(distance):
    merges = average_linkage(np.full((9, 9), distance))
    assert {height for *_, height in merges} == {distance}


# --- every order ------------------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.floats(width=32), st.floats(-1, 1, width=32), st.sampled_from([0.0, 1.0, 0.5, -1.0, math.nan, math.inf])
)
SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)


@pytest.mark.parametrize("how", ORDERS)
@settings(deadline=None)
@given(values=hnp.arrays(np.float32, SHAPES, elements=NUMBERS))
def test_an_order_is_a_permutation_whatever_the_trace_holds(how, values):
    trace = made(z=values, h=values)
    order = unit_order(trace, how)
    assert order.dtype == np.int32
    assert sorted(order.tolist()) == list(range(values.shape[1]))
    assert np.array_equal(order, unit_order(trace, how))
    if how != "index":
        # a z above 1 or below 0 has no half-life either
        sound = (np.isfinite(values) & (values >= 0) & (values <= 1)).all(axis=0)[order]
        bad = np.isnan(values).any(axis=0)[order]
        assert not sound[bad.argmax() :].any() or not bad.any()


@pytest.mark.parametrize("how", ON_H + ON_Z)
def test_units_that_are_not_numbers_go_last_in_their_order(how):
    values = np.random.default_rng(5).uniform(0.1, 0.9, (30, 6))
    values[3, 1], values[:, 4] = math.nan, math.nan
    order = unit_order(made(z=values, h=values), how).tolist()
    assert order[4:] == [1, 4]
    healthy = [0, 2, 3, 5]
    assert [healthy[k] for k in unit_order(made(z=values[:, healthy], h=values[:, healthy]), how)] == order[:4]


@pytest.mark.parametrize("how", ON_H + ON_Z)
def test_an_order_is_that_of_the_layer_and_sequence_asked_for(how):
    values = np.random.default_rng(6).uniform(0.1, 0.9, (2, 3, 40, 8))
    trace = made(z=values, h=values)
    found = set()
    for layer, batch in np.ndindex(2, 3):
        order = unit_order(trace, how, layer=layer, batch=batch).tolist()
        assert order == unit_order(made(z=values[layer, batch], h=values[layer, batch]), how).tolist()
        found.add(tuple(order))
    assert len(found) > 3


@pytest.mark.parametrize("how", ["cluster", "component"])
def test_a_long_trace_is_looked_at_in_evenly_spaced_steps(how, monkeypatch):
    h = np.random.default_rng(7).normal(size=(199, 12))
    monkeypatch.setattr(analysis, "STEPS", 100)
    assert np.array_equal(unit_order(made(h=h), how), unit_order(made(h=h[::2]), how))
    assert not np.array_equal(unit_order(made(h=h), how), unit_order(made(h=h[:100]), how))


def test_most_active_is_the_mean_change_a_step_of_the_steps_seen():
    torch.manual_seed(0)
    x = np.random.default_rng(3).normal(size=(30, 2))
    trace = gruviz.trace(gruviz.TorchGRU(2, 6, bidirectional=True), x, np.random.default_rng(4).normal(size=(2, 1, 6)))
    for layer in (0, 1):
        h, h0 = trace.h[layer, 0].astype(float), trace.h0[layer, 0].astype(float)
        before = np.vstack([h0, h[:-1]]) if layer == 0 else np.vstack([h[1:], h0])
        for window in (None, (0, 29), (0, 4), (7, 12), (29, 29)):
            first, last = window or (0, 29)
            change = np.abs(h - before)[first : last + 1].mean(axis=0)
            found = ranking(trace, "active", layer=layer, window=window)
            np.testing.assert_allclose(found.values, change, rtol=1e-6)
            assert found.order.tolist() == np.argsort(-change).tolist()


def test_activity_of_a_long_trace_comes_in_pieces(monkeypatch):
    trace = made(h=np.random.default_rng(1).normal(size=(100, 3)))
    whole = ranking(trace, "active").values
    monkeypatch.setattr(analysis, "PIECE", 7)
    np.testing.assert_allclose(ranking(trace, "active").values, whole, rtol=1e-12)


@pytest.mark.parametrize("how", ORDERS)
def test_the_numbers_beside_an_order_are_in_its_order_and_of_the_window(how):
    torch.manual_seed(1)
    trace = gruviz.trace(gruviz.SplitGRU(2, 9), np.random.default_rng(8).normal(size=(40, 2)))
    found = ranking(trace, how, window=(10, 29))
    if how in ("index", "cluster"):
        assert found.values is None
        return
    sorted_ = found.values[found.order]
    assert np.all(np.diff(sorted_ if how == "peak" else -sorted_) >= 0)
    part = replace(
        trace,
        **{g: getattr(trace, g)[:, :, 10:30] for g in "zrnh"},
        x=trace.x[:, 10:30],
        meta=replace(trace.meta, steps=20),
    )
    if how == "peak":
        assert (found.values - 10 == ranking(part, how).values).all()
    elif how != "active":  # what it moves from is not part of the part
        np.testing.assert_allclose(found.values, ranking(part, how).values, rtol=1e-9)
    assert not np.array_equal(found.values, ranking(trace, how).values)


@pytest.mark.parametrize("window", [(-1, 3), (3, 2), (0, 40)])
def test_a_window_that_is_not_there_is_refused(window):
    with pytest.raises(ValueError, match="this trace has steps 0 to 3"):
        ranking(made(h=np.zeros((4, 5))), "peak", window=window)


def test_a_real_trace_and_the_public_name():
    torch.manual_seed(0)
    trace = gruviz.trace(gruviz.SplitGRU(2, 12), np.random.default_rng(8).normal(size=(3, 50, 2)))
    orders = {how: tuple(gruviz.analysis.unit_order(trace, how, batch=2).tolist()) for how in ORDERS}
    assert len(set(orders.values())) == len(ORDERS)
    assert orders["half_life"] == tuple(np.argsort(-half_lives(trace, batch=2), kind="stable"))


def test_what_is_not_there_is_refused():
    trace = made(h=np.zeros((2, 3, 4, 5)))
    for how in ("z", "", None, "Cluster"):
        with pytest.raises(ValueError, match=r"^order is .*; it must be one of index, active, half_life, mean_z,"):
            unit_order(trace, how)
    for name, size in (("layer", 2), ("batch", 3)):
        for bad in (-1, size, 1.5):
            with pytest.raises(ValueError, match=rf"^{name} is {bad}; this trace has whole numbers from 0 to"):
                unit_order(trace, "peak", **{name: bad})
            with pytest.raises(ValueError, match=rf"^{name} is {bad}; "):
                half_lives(trace, **{name: bad})
