"""Colour domains are decided by pure functions; palettes say bright where the captions say bright."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gruviz.drawing.colours import (
    LINES,
    LINES_DARK,
    NOT_A_NUMBER,
    OUT_OF_RANGE,
    PALETTES,
    Domain,
    colorscale,
    data_domain,
    gate_domain,
)

ANY = st.floats(width=32, allow_nan=True, allow_infinity=True)
ARRAYS = npst.arrays(np.float32, npst.array_shapes(max_dims=3, max_side=6), elements=ANY)


def rgb(colour):
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)])


def brightness(colour):
    """Relative luminance of sRGB (IEC 61966-2-1)."""
    channel = rgb(colour) / 255
    linear = np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


# ---- domains


def test_gates_have_fixed_domains():
    assert gate_domain("z") == gate_domain("r") == Domain(0.0, 1.0, diverging=False)
    assert gate_domain("n") == gate_domain("h") == Domain(-1.0, 1.0, diverging=True)


@pytest.mark.parametrize("name", ["x", "", "Z", "zr"])
def test_there_is_no_other_gate(name):
    with pytest.raises(KeyError):
        gate_domain(name)


@settings(deadline=None)
@given(ARRAYS)
def test_a_data_domain_holds_every_finite_value_and_nothing_is_changed(values):
    before = values.copy()
    domain = data_domain(values)
    np.testing.assert_array_equal(values, before)
    assert np.isfinite([domain.low, domain.high]).all()
    assert domain.low < domain.high
    finite = values[np.isfinite(values)]
    assert not ((finite < domain.low) | (finite > domain.high)).any()
    assert domain.diverging  # 0 is neutral and a sign has one colour, whatever signs there are
    assert domain.low == -domain.high
    assert domain.high == (np.abs(finite).max() if finite.any() else 1)  # no wider than needed


@settings(deadline=None)
@given(ARRAYS, st.sampled_from([np.nan, np.inf, -np.inf]))
def test_nan_and_inf_do_not_count(values, strange):
    finite = values[np.isfinite(values)]
    wanted = data_domain(finite)
    assert data_domain(np.append(finite, [strange, strange])) == wanted


@settings(deadline=None)
@given(ARRAYS)
def test_the_sign_does_not_matter(values):
    finite = values[np.isfinite(values)]
    assert data_domain(finite) == data_domain(-finite)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([-1.0, 3.0], Domain(-3.0, 3.0, True)),
        ([-3.0, 1.0], Domain(-3.0, 3.0, True)),
        ([0.0, 2.0], Domain(-2.0, 2.0, True)),
        ([0.5, 2.0], Domain(-2.0, 2.0, True)),
        ([0.7, 0.7], Domain(-0.7, 0.7, True)),
        ([-0.7, -0.7], Domain(-0.7, 0.7, True)),
        ([0.0, 0.0], Domain(-1.0, 1.0, True)),
        ([-0.0], Domain(-1.0, 1.0, True)),
        ([np.nan, np.nan], Domain(-1.0, 1.0, True)),
        ([np.inf, -np.inf], Domain(-1.0, 1.0, True)),
        ([], Domain(-1.0, 1.0, True)),
    ],
)
def test_data_domains_by_example(values, wanted):
    assert data_domain(np.array(values)) == wanted


@settings(deadline=None)
@given(st.floats(width=32))
def test_outside_is_outside(value):
    domain = gate_domain("h")
    found = bool(domain.outside(np.array([value]))[0])
    if np.isnan(value) or -1 <= value <= 1:
        assert not found
    elif abs(value) > 1.00001:
        assert found


def test_rounding_at_the_ends_is_not_outside():
    one = np.float32(1)
    ends = np.array([np.nextafter(one, np.float32(2)), 1 + 2e-7, -1 - 2e-7], np.float32)
    assert not gate_domain("h").outside(ends).any()
    assert gate_domain("z").outside(np.array([-0.001, 1.001, -np.inf, np.inf, np.nan, 0.5])).tolist() == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]


# ---- palettes


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("domain", [gate_domain("z"), gate_domain("h")])
def test_a_colorscale_is_what_plotly_takes(domain, theme):
    scale = colorscale(domain, theme)
    places = [place for place, _ in scale]
    assert (places[0], places[-1]) == (0, 1)
    np.testing.assert_allclose(np.diff(places), 1 / (len(scale) - 1))
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for _, colour in scale)
    assert tuple(colour for _, colour in scale) == PALETTES[theme][domain.diverging]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bright_is_high_in_a_sequential_palette(theme):
    # the captions under z and r say "bright: held", "dark: replaced"
    levels = [brightness(colour) for _, colour in colorscale(gate_domain("z"), theme)]
    assert all(a < b for a, b in pairwise(levels))
    assert levels[-1] - levels[0] > 0.5


@pytest.mark.parametrize(("theme", "zero_is"), [("light", max), ("dark", min)])
def test_a_diverging_palette_has_its_page_coloured_middle_at_zero(theme, zero_is):
    colours = [colour for _, colour in colorscale(gate_domain("h"), theme)]
    assert len(colours) % 2 == 1
    levels = [brightness(colour) for colour in colours]
    middle = len(colours) // 2
    assert levels[middle] == zero_is(levels)
    assert np.ptp(rgb(colours[middle])) <= 16  # grey: neither side's colour
    steps = np.sign(np.diff(levels))
    assert len(set(steps[:middle])) == len(set(steps[middle:])) == 1
    low, high = rgb(colours[0]), rgb(colours[-1])
    assert low[2] > low[0]  # blue side
    assert high[0] > high[2]  # red side


def test_themes_differ_and_default_to_light():
    domain = gate_domain("h")
    assert colorscale(domain) == colorscale(domain, "light") != colorscale(domain, "dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mark", [NOT_A_NUMBER, OUT_OF_RANGE])
def test_a_mark_is_no_colour_of_any_palette(theme, mark):
    for diverging in (False, True):
        scale = colorscale(Domain(-1.0 if diverging else 0.0, 1.0, diverging), theme)
        stops = np.array([rgb(colour) for _, colour in scale])
        fine = np.concatenate([np.linspace(a, b, 20) for a, b in pairwise(stops)])
        assert np.linalg.norm(fine - rgb(mark), axis=1).min() > 30
    assert np.linalg.norm(rgb(NOT_A_NUMBER) - rgb(OUT_OF_RANGE)) > 100


@pytest.mark.parametrize(("lines", "page"), [(LINES, "#ffffff"), (LINES_DARK, "#0e1117")])
def test_each_gate_has_a_line_colour_of_its_own_that_is_seen_on_the_page(lines, page):
    assert list(lines) == ["z", "r", "n", "h"]
    assert len(set(lines.values())) == 4
    for colour in lines.values():
        light, dark = sorted((brightness(colour), brightness(page)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 2
