"""Tiles: the trace's own numbers where they fit, honest statistics where they do not, bounded bytes always."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gruviz
from gruviz.protocol.tiles import (
    EXACT_CELLS,
    EXACT_STEPS,
    GATES,
    MOST_CHANNELS,
    begun,
    columns_of,
    is_exact,
    tile,
)
from gruviz.tracing.gate_trace import GateTrace, TraceMeta


def traced(steps, units=3, inputs=2, **options):
    rng = np.random.default_rng(steps)
    x = rng.normal(size=(2, steps, inputs)).astype(np.float32)
    return gruviz.trace(gruviz.TorchGRU(inputs, units, **options), x)


def drawn_trace(steps, units, inputs=1, bidirectional=False, labels=()):
    """A trace of these sizes with random numbers in it: no model runs."""
    rng = np.random.default_rng(0)
    shape = (1 + bidirectional, 1, steps, units)
    gates = {gate: rng.random(shape, np.float32) for gate in "rznh"}
    meta = TraceMeta("torch", "after", inputs, units, 1, bidirectional, True, "float32", steps, 1)
    h0, x = rng.random((1 + bidirectional, 1, units), np.float32), rng.random((1, steps, inputs), np.float32)
    return GateTrace(**gates, x=x, h0=h0, labels=tuple(labels), meta=meta)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_an_exact_tile_holds_the_traces_own_numbers(data):
    trace = traced(data.draw(st.integers(1, 30)), num_layers=2, bidirectional=True)
    layer, batch = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 1))
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, trace.meta.steps - 1)] * 2)))
    header, arrays = tile(trace, layer, batch, (first, last))
    assert header == {"layer": layer, "first": first, "last": last, "each": 1, "x_each": 1, "labels": []}
    assert set(arrays) == {*GATES, "x", "before"}
    for gate in GATES:
        assert np.array_equal(arrays[gate], getattr(trace, gate)[layer, batch, first : last + 1])
    assert np.array_equal(arrays["x"], trace.x[batch, first : last + 1])
    # every state a step of the tile starts from is in the tile or is `before`
    reverse = layer % 2 == 1
    states = [*arrays["h"][1:], arrays["before"]] if reverse else [arrays["before"], *arrays["h"][:-1]]
    assert np.array_equal(states, trace.h_prev[layer, batch, first : last + 1])


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("window", [(0, 9), (0, 4), (5, 9), (3, 3)])
def test_before_is_the_state_the_edge_step_starts_from(layer, window):
    trace = drawn_trace(10, 4, bidirectional=True)
    _, arrays = tile(trace, layer, window=window)
    edge = window[1] if layer else window[0]
    assert np.array_equal(arrays["before"], trace.h_prev[layer, 0, edge])
    at_the_end = edge == (9 if layer else 0)
    assert np.array_equal(arrays["before"], trace.h0[layer, 0]) == at_the_end


def test_all_steps_are_meant_when_no_window_is_given():
    trace = traced(12)
    header, arrays = tile(trace)
    assert (header["first"], header["last"]) == (0, 11)
    assert np.array_equal(arrays["h"], trace.h[0, 0])


@pytest.mark.parametrize(("steps", "units", "window"), [(9001, 3, None), (20_000, 7, (13, 9_999)), (5000, 200, None)])
def test_a_pooled_tile_is_low_mean_and_high_of_its_steps(steps, units, window):
    trace = drawn_trace(steps, units, inputs=3)
    header, arrays = tile(trace, window=window)
    first, last = window or (0, steps - 1)
    each = header["each"]
    assert each == -(-(last + 1 - first) // columns_of(last + 1 - first, units)) > 1
    assert "before" not in arrays
    assert header["labels"] == []
    columns = -(-(last + 1 - first) // each)
    for name in (*GATES, "x"):
        values = (trace.x if name == "x" else getattr(trace, name)[0])[0, first : last + 1]
        low, mean, high = (arrays[name + part] for part in ("_low", "", "_high"))
        assert low.shape == mean.shape == high.shape == (columns, values.shape[1])
        assert (low <= mean + 1e-6).all()
        assert (mean <= high + 1e-6).all()
        for column in (0, columns // 2, columns - 1):
            part = values[column * each : (column + 1) * each]
            np.testing.assert_allclose(mean[column], part.mean(axis=0), rtol=1e-5)
            assert np.array_equal(low[column], part.min(axis=0))
            assert np.array_equal(high[column], part.max(axis=0))


def test_a_number_that_is_none_stays_visible_in_a_pooled_tile():
    trace = drawn_trace(10_000, 2)
    h = trace.h.copy()
    h[0, 0, 5000, 1] = np.nan
    spoiled = GateTrace(trace.r, trace.z, trace.n, h, trace.x, trace.h0, (), trace.meta)
    header, arrays = tile(spoiled)
    column = 5000 // header["each"]
    for part in ("", "_low", "_high"):
        assert np.argwhere(np.isnan(arrays["h" + part])).tolist() == [[column, 1]]


@given(st.integers(1, 100_000), st.integers(1, 1024))
def test_the_number_of_cells_is_bounded_at_every_size(steps, units):
    columns = columns_of(steps, units)
    each = -(-steps // columns)
    drawn = -(-steps // each)
    assert 1 <= drawn <= EXACT_STEPS
    assert drawn * units <= EXACT_CELLS
    if not is_exact(steps, units):
        assert drawn <= 2048
        assert drawn * units <= 200_000
        assert drawn >= 30  # a pooled picture still shows where something happens


@pytest.mark.parametrize(("steps", "units"), [(100_000, 200), (19_000, 1024), (8192, 73), (8193, 1), (585, 1024)])
def test_the_bytes_of_a_tile_are_bounded(steps, units):
    trace = drawn_trace(steps, units)
    header, arrays = tile(trace)
    assert sum(array.nbytes for array in arrays.values()) <= 10_000_000
    assert header["each"] == (1 if is_exact(steps, units) else -(-steps // columns_of(steps, units)))
    assert all(array.dtype == np.float32 for array in arrays.values())


def test_many_inputs_share_rows_and_the_header_says_so():
    trace = drawn_trace(20, 2, inputs=200)
    header, arrays = tile(trace)
    assert header["x_each"] == 4
    assert arrays["x"].shape == (20, 50)
    np.testing.assert_allclose(arrays["x"][:, 3], trace.x[0, :, 12:16].mean(axis=1), rtol=1e-6)
    assert tile(drawn_trace(20, 2, inputs=MOST_CHANNELS))[0]["x_each"] == 1


def test_labels_are_those_of_the_window_and_short():
    trace = drawn_trace(9, 2, labels=[f"{step} " + "long " * 20 for step in range(9)])
    labels = tile(trace, window=(3, 5))[0]["labels"]
    assert [label.split()[0] for label in labels] == ["3", "4", "5"]
    assert {len(label) for label in labels} == {40}
    assert tile(drawn_trace(9000, 1, labels=["a"] * 9000))[0]["labels"] == []


@pytest.mark.parametrize(
    "wrong", [{"layer": 1}, {"batch": 1}, {"layer": -1}, {"window": (0, 10)}, {"window": (-1, 2)}, {"window": (4, 3)}]
)
def test_what_is_not_in_the_trace_is_refused(wrong):
    with pytest.raises(ValueError, match="this trace has"):
        tile(drawn_trace(10, 2), **wrong)


def pooled(trace, each, name):
    """Mean, lowest or highest of so many steps, one after another."""
    gate, _, statistic = name.partition("_")
    values = trace.x[0] if gate == "x" else getattr(trace, gate)[0, 0]
    of = {"": np.mean, "low": np.min, "high": np.max}[statistic]
    return np.stack([of(values[k : k + each], axis=0) for k in range(0, len(values), each)])


@pytest.mark.parametrize(("steps", "known"), [(50, 20), (20_000, 3001), (20_000, 400)])
def test_of_a_trace_that_has_begun_the_first_steps_are_those_of_the_whole(steps, known):
    model = gruviz.TorchGRU(2, 5)
    x = np.random.default_rng(0).normal(size=(steps, 2))
    whole, part = gruviz.trace(model, x), gruviz.trace(model, x[:known])
    unknown = dict.fromkeys("rznh", np.broadcast_to(np.float32(np.nan), whole.h.shape))
    header, arrays = begun(replace(whole, **unknown), part)
    wanted_header, wanted = tile(whole)
    assert header == wanted_header | {"each": header["each"]}
    assert sorted(arrays) == sorted(wanted)
    if header["each"] > 1:
        assert 1 < header["each"] <= known
        assert sum(array.nbytes for array in arrays.values()) < 3_000_000
        wanted = {name: pooled(whole, header["each"], name) for name in wanted}
    columns = known // header["each"]
    assert columns > 1
    for name, array in arrays.items():
        assert array.shape == wanted[name].shape
        assert array.dtype == np.float32
        if name[0] in "rznh":
            np.testing.assert_allclose(array[:columns], wanted[name][:columns], atol=1e-5)
            assert np.isnan(array[columns:]).all()
        else:
            np.testing.assert_allclose(array, wanted[name], atol=1e-5)
