"""The story of each preset in numbers, for all three models; random weights by their distribution."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gruviz
from gruviz.inputs.synthetic import generate
from gruviz.models.params import GRUParams
from gruviz.models.presets import HALF_LIVES, PRESETS, leaky
from gruviz.models.random_weights import random_params
from gruviz.wording.words import words

MODELS = {"split": gruviz.SplitGRU, "concat": gruviz.ConcatGRU, "torch": gruviz.TorchGRU}


@pytest.fixture(params=list(MODELS))
def model(request):
    return request.param


def run(model, params, x, h0=None):
    """Gate -> (time, unit)."""
    found = gruviz.trace(MODELS[model].from_params(params), np.asarray(x, np.float32), h0)
    return {gate: getattr(found, gate)[0, 0] for gate in ("r", "z", "n", "h", "h_prev")}


def shown(name):
    """The preset's own sequence."""
    preset = PRESETS[name]
    return generate(preset.family, preset.steps, 0, **preset.parameters)


def story(name, model):
    """Its gates by unit name, and the steps of its set and reset pulses where it has any."""
    sequence = shown(name)
    gates = run(model, PRESETS[name].params(), sequence.x)
    units = {unit: {g: gates[g][:, k] for g in gates} for k, unit in enumerate(PRESETS[name].units)}
    at = {label: [k for k, found in enumerate(sequence.labels) if found == label] for label in ("set", "reset")}
    return units, at


def unit_of(name, unit):
    return PRESETS[name].units.index(unit)


# ---- what every preset promises


def test_the_four_presets_of_the_issue_are_there():
    assert list(PRESETS) == ["latch", "leaky", "change", "reset"]
    assert all(preset.name == name for name, preset in PRESETS.items())


@pytest.mark.parametrize("name", PRESETS)
def test_the_default_sequence_fits_the_preset_and_the_watched_place_is_on_it(name):
    preset, sequence = PRESETS[name], shown(name)
    params = preset.params()
    assert sequence.steps == preset.steps
    assert sequence.inputs == params.input_size
    unit, step = preset.watch
    assert 0 <= unit < params.hidden_size
    assert 0 <= step < preset.steps


def test_each_watched_place_is_where_the_story_happens():
    latch, reset = PRESETS["latch"], PRESETS["reset"]
    assert (latch.units[latch.watch[0]], shown("latch").labels[latch.watch[1]]) == ("latch", "set")
    # where nn.GRU differs: memory, of which the story is told, is the same in both
    assert (reset.units[reset.watch[0]], shown("reset").labels[reset.watch[1]]) == ("reader", "reset")
    assert reset.units[reset.look[1]] == "memory"
    silent = PRESETS["leaky"].watch[1]
    assert shown("leaky").x[silent - 1, 0] == 1
    assert not shown("leaky").x[silent:].any()
    change = PRESETS["change"]
    x = shown("change").x[:, 0]
    assert change.units[change.watch[0]] == "change"
    assert x[change.watch[1]] != x[change.watch[1] - 1]


@pytest.mark.parametrize("name", PRESETS)
def test_units_are_named_one_by_one(name):
    units = PRESETS[name].units
    if name == "leaky":
        assert units == ()  # its own half-lives name them
        assert PRESETS[name].params().hidden_size == len(HALF_LIVES)
    else:
        assert len(set(units)) == len(units) == PRESETS[name].params().hidden_size


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_story_says_what_to_look_for_and_names_real_units(name, language):
    text = words(language)["stories"][name]
    assert "**" in text
    assert words(language)["weights"][name]
    named = set(re.findall(r"`([^`]+)`", text))
    assert named <= set(PRESETS[name].units)
    assert named or name == "leaky"


@pytest.mark.parametrize("name", PRESETS)
@settings(deadline=None)
@given(inputs=st.integers(1, 6), seed=st.integers(0, 99))
def test_another_input_size_pads_with_zero_weights(name, inputs, seed):
    own, fitted = PRESETS[name].params(), PRESETS[name].params(inputs)
    shared = min(inputs, own.input_size)
    assert fitted.w_ih.shape == (3 * own.hidden_size, inputs)
    assert np.array_equal(fitted.w_ih[:, :shared], own.w_ih[:, :shared])
    assert not fitted.w_ih[:, shared:].any()
    for same in ("w_hh", "b_ih", "b_hh"):
        assert np.array_equal(getattr(fitted, same), getattr(own, same))
    x = np.random.default_rng(seed).normal(size=(12, inputs))
    as_own = np.zeros((12, own.input_size))
    as_own[:, :shared] = x[:, :shared]
    np.testing.assert_allclose(run("split", fitted, x)["h"], run("split", own, as_own)["h"], atol=2e-5)


# ---- latch


def test_latch_opens_z_at_the_pulses_only(model):
    units, at = story("latch", model)
    pulses = sorted(at["set"] + at["reset"])
    assert len(pulses) == 7
    between = np.delete(np.arange(100), pulses)
    for unit in ("latch", "mirror"):
        assert units[unit]["z"][pulses].max() < 0.01
        assert units[unit]["z"][between].min() > 0.99
    np.testing.assert_allclose(units["half-way"]["z"][pulses], 0.5, atol=1e-3)
    assert units["half-way"]["z"][between].min() > 0.99
    assert units["follower"]["z"].max() < 0.01


def test_latch_holds_plus_one_after_set_and_minus_one_after_reset_and_mirror_the_opposite(model):
    units, at = story("latch", model)
    held = np.zeros(100)
    for step in range(100):
        held[step] = 1 if step in at["set"] else -1 if step in at["reset"] else held[step - 1]
    np.testing.assert_allclose(units["latch"]["h"], held, atol=0.006)
    np.testing.assert_allclose(units["mirror"]["h"], -held, atol=0.006)


def test_mirror_remembers_with_its_reset_gate_shut_all_the_time(model):
    units, at = story("latch", model)
    assert units["mirror"]["r"].max() < 0.01
    assert np.abs(units["mirror"]["h"][at["set"][0] :]).min() > 0.99
    assert units["latch"]["r"].min() > 0.99


def test_half_way_moves_half_the_way_and_follower_forgets_in_one_step(model):
    units, at = story("latch", model)
    for step in at["set"] + at["reset"]:
        half, target = units["half-way"], 1 if step in at["set"] else -1
        np.testing.assert_allclose(half["h"][step], (half["h_prev"][step] + target) / 2, atol=0.01)
        follower = units["follower"]["h"]
        assert follower[step] == pytest.approx(target, abs=0.001)
        assert abs(follower[step + 1]) < 0.001


def test_latch_does_not_wear_down_over_a_thousand_steps(model):
    sequence = generate("set_reset", 3600, 0, gap=1000)
    h = run(model, PRESETS["latch"].params(), sequence.x)["h"][:, unit_of("latch", "latch")]
    assert np.flatnonzero(sequence.x.any(axis=1)).tolist() == [500, 1500, 2500, 3500]
    assert not h[:500].any()
    for start, sign in ((500, 1), (1500, -1), (2500, 1)):
        np.testing.assert_allclose(h[start : start + 1000], sign, atol=0.01)


def test_without_its_shut_z_the_latch_holds_nothing(model):
    p = PRESETS["latch"].params()
    b_ih = p.b_ih.copy()
    b_ih[p.hidden_size : 2 * p.hidden_size] = -8
    cut = p.w_hh * 0  # nor may the candidate's loop hold it
    h = run(model, GRUParams(p.w_ih, cut, b_ih, p.b_hh), shown("latch").x)["h"]
    assert np.abs(h[8:20]).max() < 0.001


# ---- leaky averages


def test_leaky_halves_after_exactly_the_stated_steps(model):
    assert HALF_LIVES == (2.0, 8.0, 32.0)
    sequence = shown("leaky")
    last = int(np.flatnonzero(sequence.x)[-1])
    h = run(model, PRESETS["leaky"].params(), sequence.x)["h"]
    for k, steps in enumerate((2, 8, 32)):
        for times in (1, 2):
            assert h[last + times * steps, k] / h[last, k] == pytest.approx(0.5**times, rel=1e-4)
        assert h[last + steps - 1, k] / h[last, k] > 0.5


@pytest.mark.parametrize("half_lives", [(2.0, 8.0, 32.0), (1.0,), (0.5, 3.5, 100.0, 5000.0)])
def test_leaky_is_an_explicit_exponential_average(model, half_lives):
    x = np.random.default_rng(3).normal(size=(80, 1))
    gates = run(model, leaky(half_lives), x)
    for k, half_life in enumerate(half_lives):
        kept = 0.5 ** (1 / half_life)
        np.testing.assert_allclose(gates["z"][:, k], kept, atol=1e-6)
        state, wanted = 0.0, []
        for value in x[:, 0]:
            state = kept * state + (1 - kept) * np.tanh(value)
            wanted.append(state)
        np.testing.assert_allclose(gates["h"][:, k], wanted, atol=2e-5)


@settings(deadline=None)
@given(st.lists(st.floats(0.2, 1e5), min_size=1, max_size=8))
def test_any_half_life_gives_its_own_z(half_lives):
    p = leaky(half_lives)
    b = p.gate("b_ih", "z").astype(np.float64) + p.gate("b_hh", "z")
    np.testing.assert_allclose(np.log(2) / np.log1p(np.exp(-b)), half_lives, rtol=1e-3)


@pytest.mark.parametrize("half_lives", [(2.0, 2.0), (8.0, 2.0, 2.0), (100_000.1, 100_000.2)])
def test_half_lives_with_the_same_name_are_units_of_their_own(half_lives):
    assert leaky(half_lives).hidden_size == len(half_lives)


@pytest.mark.parametrize("half_life", [1e-4, 1e-6, 1e6])
def test_extreme_half_lives_that_the_page_accepts_give_numbers(half_life):
    gates = run("split", leaky([half_life]), np.ones((5, 1)))
    assert np.isfinite(gates["h"]).all()
    assert gates["z"][0, 0] == pytest.approx(0.5 ** (1 / half_life), abs=1e-6)


# ---- change detector


def test_change_is_zero_while_the_input_stays_put_and_jumps_where_it_moves(model):
    units, _ = story("change", model)
    x = shown("change").x[:, 0]
    moved = np.diff(x, prepend=0)
    assert np.flatnonzero(moved).tolist() == [0, 20, 40, 60, 80]
    assert np.abs(units["change"]["h"][moved == 0]).max() < 1e-3
    assert np.array_equal(np.sign(units["change"]["h"][moved != 0]), np.sign(moved[moved != 0]))
    assert np.abs(units["change"]["h"][moved != 0]).min() > 0.99
    up, down = moved > 0, moved < 0
    assert units["rise"]["h"][up].min() > 0.99
    assert units["rise"]["h"][~up].max() < -0.99
    assert units["fall"]["h"][down].min() > 0.99
    assert units["fall"]["h"][~down].max() < -0.99


def test_change_compares_the_new_input_with_the_last_by_its_stated_formula(model):
    x = np.random.default_rng(5).uniform(-1, 1, (60, 1))
    h = run(model, PRESETS["change"].params(), x)["h"]
    before = np.concatenate([[0], x[:-1, 0]])
    scale = 1 / np.tanh(0.25)
    moved = x[:, 0] - scale * np.tanh(before / 4)
    wanted = [np.tanh(x[:, 0] / 4), np.tanh(3 * moved), np.tanh(6 * moved - 3), np.tanh(-6 * moved - 3)]
    np.testing.assert_allclose(h, np.stack(wanted, axis=1), atol=1e-4)
    assert np.abs(scale * np.tanh(before / 4) - before).max() < 0.02  # so it is x - x_prev


def test_change_keeps_nothing_by_the_update_gate(model):
    units, _ = story("change", model)
    assert max(unit["z"].max() for unit in units.values()) < 1e-4


# ---- a memory that needs its reset gate


def test_only_r_clears_the_memory(model):
    units, at = story("reset", model)
    memory, no_reset = units["memory"], units["no reset"]
    assert len(at["set"]) >= 3
    assert len(at["reset"]) >= 3
    assert np.abs(np.stack([unit["z"] for unit in units.values()])).max() < 0.01
    assert memory["r"][at["reset"]].max() < 0.01
    assert np.delete(memory["r"], at["reset"]).min() > 0.99
    assert no_reset["r"].min() > 0.99
    for on, off in zip(at["set"], at["reset"], strict=False):
        assert memory["h"][on:off].min() > 0.95
        assert memory["h"][off] < -0.7
        assert memory["h"][off + 1 : off + 14].max() < -0.95
    assert no_reset["h"][at["set"][0] :].min() > 0.95
    assert no_reset["h"][1 : at["set"][0]].max() < -0.95


@pytest.mark.parametrize(("bias", "weight", "story_holds"), [(None, None, True), (8.0, 0.0, False), (-8.0, 0.0, False)])
def test_forcing_the_reset_gate_open_or_shut_destroys_it(model, bias, weight, story_holds):
    p, k = PRESETS["reset"].params(), unit_of("reset", "memory")
    w_ih, b_ih = p.w_ih.copy(), p.b_ih.copy()
    if bias is not None:
        w_ih[k], b_ih[k] = weight, bias
    sequence = shown("reset")
    h = run(model, GRUParams(w_ih, p.w_hh, b_ih, p.b_hh), sequence.x)["h"][:, k]
    on, off = sequence.labels.index("set"), sequence.labels.index("reset")
    held, cleared = h[on + 1 : off].min() > 0.9, h[off + 1 : off + 10].max() < -0.7
    assert (held and cleared) == story_holds
    if not story_holds:
        assert held == (bias > 0)
        assert cleared == (bias < 0)


def test_reader_tells_reset_before_from_reset_after():
    found = {model: story("reset", model) for model in MODELS}
    at = found["split"][1]["reset"]
    reader = {model: found[model][0]["reader"]["h"] for model in MODELS}
    held = found["split"][0]["memory"]["h_prev"][at]
    assert held.min() > 0.95
    assert np.abs(reader["split"][at]).max() < 0.001
    np.testing.assert_allclose(reader["torch"][at], np.tanh(2 * held), atol=0.002)
    assert (reader["torch"][at] - reader["split"][at]).min() > 0.95
    elsewhere = np.delete(np.arange(100), at)
    np.testing.assert_allclose(reader["torch"][elsewhere], reader["split"][elsewhere], atol=0.002)
    np.testing.assert_allclose(reader["concat"], reader["split"], atol=1e-6)
    for model in MODELS:
        assert found[model][0]["reader"]["r"].min() > 0.99


# ---- random weights


def arrays(p):
    return (p.w_ih, p.w_hh, p.b_ih, p.b_hh)


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others():
    first, again, other = random_params(2, 5, 7), random_params(2, 5, 7), random_params(2, 5, 8)
    for a, b, c in zip(arrays(first), arrays(again), arrays(other), strict=True):
        assert a.dtype == np.float32
        assert np.array_equal(a, b)
        assert not np.any(a == c)
    assert [a.shape for a in arrays(first)] == [(15, 2), (15, 5), (15,), (15,)]
    assert not np.array_equal(random_params(2, 5, [7, 1]).w_hh, random_params(2, 5, [7, 2]).w_hh)
    assert np.array_equal(random_params(2, 5, [7, 1]).w_hh, random_params(2, 5, [7, 1]).w_hh)


@settings(deadline=None)
@given(seed=st.integers(0, 2**31 - 1), gain=st.floats(0.0, 20.0), hidden=st.integers(1, 40))
def test_every_entry_lies_within_the_gain_over_the_root_of_the_units(seed, gain, hidden):
    for a in arrays(random_params(3, hidden, seed, gain=gain)):
        assert np.abs(a).max() <= gain / np.sqrt(hidden) * (1 + 1e-6)


def test_entries_are_uniform():
    bound = 1 / np.sqrt(100)
    for a in arrays(random_params(50, 100, 1)):
        share = np.histogram(a, bins=4, range=(-bound, bound))[0] / a.size
        assert share == pytest.approx([0.25] * 4, abs=0.1)
        assert np.abs(a).max() > 0.98 * bound


def test_gain_scales_all_weights_and_nothing_else_changes():
    one, three = random_params(2, 6, 4), random_params(2, 6, 4, gain=3.0)
    for a, b in zip(arrays(one), arrays(three), strict=True):
        np.testing.assert_allclose(b, 3 * a, rtol=1e-6)
    pushed = random_params(2, 6, 4, gain=3.0, z_bias=1.0)
    np.testing.assert_allclose(pushed.gate("b_ih", "z"), three.gate("b_ih", "z") + 1, rtol=1e-6)


@pytest.mark.parametrize(("argument", "gate"), [("z_bias", "z"), ("r_bias", "r")])
@settings(deadline=None)
@given(shift=st.floats(-10, 10), seed=st.integers(0, 50))
def test_a_gate_bias_moves_exactly_its_rows(argument, gate, shift, seed):
    plain, moved = random_params(2, 4, seed), random_params(2, 4, seed, **{argument: shift})
    for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
        for row in "rzn":
            if (name, row) == ("b_ih", gate):
                np.testing.assert_allclose(moved.gate(name, row), plain.gate(name, row) + shift, atol=2e-6)
            else:
                assert np.array_equal(moved.gate(name, row), plain.gate(name, row))


def test_a_positive_update_bias_keeps_and_a_positive_reset_bias_opens(model):
    x = np.random.default_rng(0).normal(size=(50, 2))
    assert run(model, random_params(2, 8, 0, z_bias=6), x)["z"].min() > 0.95
    assert run(model, random_params(2, 8, 0, z_bias=-6), x)["z"].max() < 0.05
    assert run(model, random_params(2, 8, 0, r_bias=6), x)["r"].min() > 0.95


@settings(deadline=None)
@given(seed=st.integers(0, 1000), longest=st.floats(2.001, 1e5))
def test_chrono_lies_in_its_range_and_replaces_the_update_bias_alone(seed, longest):
    plain, chrono = random_params(2, 16, seed), random_params(2, 16, seed, z_bias=3.0, chrono=longest)
    b = chrono.gate("b_ih", "z")
    assert b.min() >= 0
    assert b.max() <= np.log(longest - 1) * (1 + 1e-6)
    assert not chrono.gate("b_hh", "z").any()
    for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
        for row in "rzn":
            if row != "z" or name.startswith("w"):
                assert np.array_equal(chrono.gate(name, row), plain.gate(name, row))


def test_chrono_spreads_the_time_constants_up_to_the_longest_memory():
    z = run("split", random_params(1, 400, 2, chrono=100), np.zeros((1, 1)))["z"][0]
    tau = 1 / (1 - z)  # 1 + U(1, 99)
    assert 2 <= tau.min() < 4
    assert 96 < tau.max() <= 100.01
    assert np.histogram(tau, bins=4, range=(2, 100))[0] / 400 == pytest.approx([0.25] * 4, abs=0.07)
    half_lives = np.log(2) / -np.log(z)
    assert half_lives.max() / half_lives.min() > 20
    plain = run("split", random_params(1, 400, 2), np.zeros((1, 1)))["z"][0]
    assert (np.log(2) / -np.log(plain)).max() < 2


@pytest.mark.parametrize("longest", [2, 2.0, 1, 0, -5, float("nan")])
def test_chrono_needs_more_than_two_steps(longest):
    with pytest.raises(ValueError, match=r"chrono is .*above 2"):
        random_params(1, 2, 0, chrono=longest)


def test_presets_are_frozen_and_do_not_share_their_numbers():
    preset = PRESETS["latch"]
    assert preset.params().w_ih is not preset.params().w_ih
    with pytest.raises(ValueError, match="read-only"):
        preset.params().w_ih[0, 0] = 1
    assert replace(preset, name="other").params().hidden_size == 4
