"""The small picture of one number over time."""

import re
from base64 import b64decode
from xml.etree import ElementTree

import numpy as np
import pytest

from gruviz.drawing.sparkline import COLUMNS, HEIGHT, WIDTH, area, as_image, largest_of_steps


@pytest.mark.parametrize("steps", [1, 2, COLUMNS - 1, COLUMNS, COLUMNS + 1, 1000])
def test_no_largest_value_is_lost(steps):
    values = np.random.default_rng(steps).random(steps)
    found = largest_of_steps(values)
    assert len(found) == min(steps, COLUMNS)
    assert found.max() == values.max()
    assert set(found) <= set(values)
    # each stretch lies where it stands: a single peak is in the column of its step
    for t in (0, steps // 3, steps - 1):
        peak = np.zeros(steps)
        peak[t] = 1
        assert abs(largest_of_steps(peak).argmax() - t / steps * len(found)) <= 1


def points(svg):
    polygon = re.search(r'points="([^"]+)"', svg).group(1)
    return np.array([[float(part) for part in pair.split(",")] for pair in polygon.split()])


def test_the_area_goes_from_zero_to_the_largest_value_inside_the_picture():
    values = np.array([0.0, 0.5, 2.0, 1.0])
    svg = area(values, 40, 25, "step 25", "how far")
    root = ElementTree.fromstring(svg)
    assert root.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"
    found = points(svg)
    bottom, heights = found[0, 1], found[0, 1] - found[1:-1:2, 1]
    np.testing.assert_allclose(heights / heights.max(), values / 2, atol=0.01)
    assert found[-1, 1] == bottom
    assert (found >= 0).all()
    assert (found <= [WIDTH, HEIGHT]).all()
    texts = [one.text for one in root if one.tag.endswith("text")]
    assert texts == ["2", "0", "step 25"]
    mark = next(one for one in root if "dasharray" in str(one.attrib))
    x = float(re.match(r"M([\d.]+)", mark.attrib["d"]).group(1))
    assert found[0, 0] + (25.5 / 40) * (found[-1, 0] - found[0, 0]) == pytest.approx(x, abs=0.1)


@pytest.mark.parametrize("values", [[0.0], [np.nan, 1.0], [np.inf, np.nan]])
def test_what_is_no_number_is_left_out(values):
    assert np.isfinite(points(area(np.array(values), 9, 3, "3", ""))).all()


def test_an_image_holds_the_picture_and_its_words():
    svg = area(np.array([1.0, 2.0]), 2, 1, "1", "how far")
    image = ElementTree.fromstring(as_image(svg, '"><b>').removesuffix(">") + "/>")
    assert image.attrib["alt"] == '"><b>'
    kind, packed = image.attrib["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert b64decode(packed).decode() == svg


def test_words_are_no_markup():
    svg = area(np.array([1.0]), 1, 0, "<script>", '"><b>')
    assert "<script>" not in svg
    assert ElementTree.fromstring(svg).attrib["aria-label"] == '"><b>'
