"""The nearest reset-before numbers: measured by an independent loop, ended by iterations, not by the clock."""

import itertools

import numpy as np
import pytest
import torch
from oracle import inputs, numbers, run, start

from gruviz import GRUParams, SplitGRU, fit_reset_before
from gruviz.models import fitting
from gruviz.models.fitting import EXACT, LIMITS, Fit
from gruviz.models.params import ARRAYS

INPUTS, UNITS, STEPS = 3, 5, 30


def fitted(iterations, seed=1, dtype=np.float64, h0=None, x=None, again=0):
    """Ended after so many iterations, however long they take."""
    params = GRUParams(*numbers(seed, INPUTS, UNITS, dtype))
    calls = itertools.count(1)
    x = inputs(seed, STEPS, INPUTS) if x is None else x
    return params, fit_reset_before(params, x, h0, seconds=1000, seed=again, report=lambda *_: next(calls) < iterations)


def difference(params, found, x, h0):
    """h of `found` run reset before less h of `params` run reset after, from the scalar oracle."""
    layers = [type(numbers(0, 1, 1))(*(np.float64(getattr(p, name)) for name in ARRAYS)) for p in (params, found)]
    after, before = (
        run([layer], x, h0[None], reset)["h"][0] for layer, reset in zip(layers, ("after", "before"), strict=True)
    )
    return before - after


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("seed", [1, 3, 4])
def test_what_it_says_is_what_an_independent_loop_measures(seed, batch, dtype):
    x, h0 = inputs(2, batch, STEPS, INPUTS), start(2, batch, UNITS)
    params, fit = fitted(60, seed, dtype, h0, x)
    assert isinstance(fit, Fit)
    before, off = difference(params, params, x, h0), difference(params, fit.params, x, h0)
    assert abs(fit.before - np.sqrt((before**2).mean())) < 1e-12
    assert abs(fit.error - np.sqrt((off**2).mean())) < 1e-12
    assert abs(fit.largest - np.abs(off).max()) < 1e-12
    assert fit.params.w_hh.dtype == dtype
    assert np.array_equal(fit.params.b_hh, params.b_hh)
    SplitGRU.from_params(fit.params)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_comes_much_nearer(seed):
    _, fit = fitted(350, seed)
    assert fit.before > 0.05
    assert fit.error < 0.05 * fit.before
    assert fit.largest < 0.5 * fit.before
    assert fit.steps == 350


@pytest.mark.parametrize("iterations", [1, 2, 5, 301, 303])
def test_it_is_never_farther_than_at_first(iterations):
    params, fit = fitted(iterations, 4)
    assert fit.error <= fit.before
    assert fit.steps == iterations
    assert not fit.finished
    if iterations == 1:
        assert fit.params is params
        assert fit.error == fit.before


def test_the_same_seed_and_iterations_give_the_same_numbers(monkeypatch):
    monkeypatch.setattr(fitting, "FORCED", 30)
    first, second, other = fitted(60)[1], fitted(60)[1], fitted(60, again=5)[1]
    assert all(np.array_equal(getattr(first.params, name), getattr(second.params, name)) for name in ARRAYS)
    assert first.error == second.error == other.error  # nothing was jolted yet
    monkeypatch.setattr(fitting, "TRIES", 1)  # searches end early, and are jolted
    first, second, other = fitted(60)[1], fitted(60)[1], fitted(60, again=5)[1]
    assert np.array_equal(first.params.w_hh, second.params.w_hh)
    assert not np.array_equal(first.params.w_hh, other.params.w_hh)
    assert max(first.error, other.error) < first.before


def test_report_sees_the_share_of_time_and_the_smallest_error(monkeypatch):
    ticks = itertools.count(0, 1)  # every look at the clock is a second
    monkeypatch.setattr(fitting, "perf_counter", lambda: float(next(ticks)))
    seen = []
    params = GRUParams(*numbers(1, INPUTS, UNITS))
    fit = fit_reset_before(params, inputs(1, STEPS, INPUTS), seconds=200, report=lambda *now: seen.append(now))
    assert fit.finished
    assert fit.steps == len(seen)
    assert 20 < len(seen) <= 200
    done, errors = zip(*seen, strict=True)
    assert list(done) == sorted(done)
    assert 0 < done[0] < 0.1
    assert 0.9 < done[-1] <= 1
    assert list(errors) == sorted(errors, reverse=True)
    assert errors[0] == fit.before
    assert abs(errors[-1] - fit.error) < 1e-9


def test_half_the_time_is_left_for_the_whole_run(monkeypatch):
    ticks = itertools.count(0, 1)
    monkeypatch.setattr(fitting, "perf_counter", lambda: float(next(ticks)))
    params = GRUParams(*numbers(1, INPUTS, UNITS))
    seen = []
    fit_reset_before(params, inputs(1, STEPS, INPUTS), seconds=100, report=lambda *now: seen.append(now))
    forced = [done for done, error in seen if error == seen[0][1]]
    assert 0.4 < forced[-1] < 0.6


@pytest.mark.parametrize("report", [None, lambda done, error: None])
def test_it_ends_when_the_time_is_used_up(report, monkeypatch):
    ticks = itertools.count(0, 1)
    monkeypatch.setattr(fitting, "perf_counter", lambda: float(next(ticks)))
    params = GRUParams(*numbers(1, INPUTS, UNITS))
    fit = fit_reset_before(params, inputs(1, STEPS, INPUTS), seconds=50, report=report)
    assert fit.finished
    assert 5 < fit.steps < 50
    assert next(ticks) < 60


def test_where_both_are_the_same_function_nothing_is_looked_for():
    layer = numbers(3, INPUTS, UNITS)
    layer.w_hh[2 * UNITS :] = np.diag(np.arange(1.0, UNITS + 1))
    layer.b_hh[2 * UNITS :] = 0
    params = GRUParams(*layer)
    fit = fit_reset_before(params, inputs(3, STEPS, INPUTS), start(3, UNITS))
    assert fit.before < EXACT
    assert fit.params is params
    assert (fit.steps, fit.finished, fit.error) == (0, True, fit.before)


def test_what_rounding_costs_more_than_it_gained_is_not_taken(monkeypatch):
    coarse = GRUParams(*(np.round(array, 0) for array in numbers(1, INPUTS, UNITS)))
    monkeypatch.setattr(fitting, "_back", lambda weights, params: coarse)  # as if there were no digits at all
    params, fit = fitted(310)
    off = difference(params, params, inputs(1, 1, STEPS, INPUTS), np.zeros((1, UNITS)))
    assert fit.params is params
    assert fit.error == fit.before
    assert abs(fit.largest - np.abs(off).max()) < 1e-12


def test_one_unit_with_a_gated_bias_is_fitted_too():
    params = GRUParams(*numbers(6, 1, 1))
    calls = itertools.count()
    fit = fit_reset_before(params, inputs(6, 4, 1), seconds=1000, report=lambda *_: next(calls) < 500)
    assert fit.error < 0.1 * fit.before


def test_start_states_in_every_shape_are_the_same():
    x, h0 = inputs(2, 1, STEPS, INPUTS), start(2, UNITS)
    errors = {fitted(3, x=x, h0=each)[1].before for each in (h0, h0[None], h0[None, None], torch.from_numpy(h0))}
    assert len(errors) == 1
    assert errors != {fitted(3, x=x)[1].before}
    assert fitted(3, x=x[0], h0=h0)[1].before in errors


def test_l_bfgs_finds_the_bottom_of_a_bent_valley():
    """Rosenbrock's function: least at (1, 1)."""
    values = []

    def measured(at):
        x, y = at.tolist()
        values.append((1 - x) ** 2 + 100 * (y - x * x) ** 2)
        if values[-1] < 1e-20 or len(values) > 200:
            raise fitting._End
        return values[-1], torch.tensor([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)], dtype=torch.float64)

    with pytest.raises(fitting._End):
        fitting._descend(measured, torch.tensor([-1.2, 1.0], dtype=torch.float64))
    assert values[-1] < 1e-20
    assert len(values) < 80


@pytest.mark.parametrize(
    ("x", "h0", "sentence"),
    [
        (np.zeros((4, 2)), None, r"x has shape \(4, 2\); it must be \(time, 3\) or \(batch, time, 3\)\."),
        (np.zeros((0, 3)), None, r"x has shape \(0, 3\)"),
        (np.zeros(3), None, r"x has shape \(3,\)"),
        (np.full((4, 3), np.nan), None, r"x holds numbers that are not finite\."),
        (np.zeros((4, 3)), np.zeros(4), r"h0 has shape \(4,\); it must be \(5,\), \(1, 5\) or \(1, 1, 5\)\."),
        (np.zeros((4, 3)), np.full(5, np.inf), r"h0 holds numbers that are not finite\."),
        (np.zeros((LIMITS["steps"] + 1, 3)), None, r"5,001 steps are too many to fit; at most 5,000 can be\."),
        (np.zeros((500, 1000, 3)), None, r"2,500,000 steps x sequences x units are too many to fit"),
    ],
)
def test_what_cannot_be_fitted_is_said(x, h0, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit_reset_before(GRUParams(*numbers(1, INPUTS, UNITS)), x, h0)


def test_too_large_a_model_bad_times_and_seeds_are_refused():
    with pytest.raises(ValueError, match=r"272,700 weights are too many to fit"):
        fit_reset_before(GRUParams(np.zeros((900, 2)), np.zeros((900, 300))), np.zeros((2, 2)))
    params = GRUParams(*numbers(1, INPUTS, UNITS))
    for seconds in (0, -1, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"seconds is .*; it must be a number above 0\."):
            fit_reset_before(params, np.zeros((4, 3)), seconds=seconds)
    with pytest.raises(ValueError, match="seed is -1"):
        fit_reset_before(params, np.zeros((4, 3)), seed=-1)
    layer = numbers(1, INPUTS, UNITS)
    layer.w_ih[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"states on this input are not finite"):
        fit_reset_before(GRUParams(*layer), np.ones((4, 3)))


def test_gradients_switched_off_outside_and_threads_are_no_matter():
    with torch.no_grad():
        _, fit = fitted(40)
    assert np.array_equal(fit.params.w_hh, fitted(40)[1].params.w_hh)
