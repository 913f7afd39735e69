"""Printing and saving as PDF: what is seen stands on paper, in the palette's colours, whole and within the sheet."""

import re

import numpy as np
import pytest
from paper import A4, DPI, PX, check_sheets, palette_colours, pictures_on, sheets

import gruviz
from gruviz.inputs.synthetic import generate
from gruviz.models.random_weights import random_params

RANDOM = "weights=random&hidden=24&gain=3&t=0&unit=0"


@pytest.mark.parametrize(("landscape", "scheme"), [(False, "light"), (True, "dark")])
def test_the_heatmaps_stand_on_paper_in_the_palettes_colours(explore, tmp_path, landscape, scheme):
    e = explore(RANDOM, scheme=scheme)
    pages, texts, [layout] = sheets(e, tmp_path, landscape=landscape)
    check_sheets(pages, texts, landscape=landscape)
    # the panels are as wide as the paper within its margins of 10 mm
    wide, _ = sorted(A4, reverse=landscape)
    assert wide / PX - 20 / 25.4 * 96 - 16 < layout["wide"] < wide / PX - 20 / 25.4 * 96 + 16
    x = generate("set_reset", 100, 0, gap=14).x
    trace = gruviz.trace(gruviz.SplitGRU.from_params(random_params(2, 24, 0, gain=3)), x)
    # all panels whole on the first sheet, at its left margin, on one time axis
    places = pictures_on(pages[0], trace, layout)
    assert len(places)
    assert np.ptp(places, axis=0).max() <= layout["each"] * PX + 1
    assert abs(places.mean(axis=0)[1] - 10 / 25.4 * DPI) <= 3
    assert all(len(pictures_on(page, trace, layout)) == 0 for page in pages[1:])
    # what is said, without what is pressed
    text = "\n".join(texts)
    assert "update gate z" in text
    assert "unit 0 at step 0" in text
    assert "What if?" not in text
    assert "steps/s" not in text
    assert "Offline HTML" not in text
    # a heading is not the last line of a sheet
    assert not any(re.search(r"^The equations of this model\s*\Z", each, re.MULTILINE) for each in texts)
    # and the screen is as it was
    e.settled()
    assert e.stage("stage.panels.width === Math.floor(stage.part.panels.clientWidth)")
    assert e.root.get_attribute("data-theme") == scheme
    step, unit = 60, 20
    e.page.mouse.move(2, 2)
    wanted = palette_colours("z", trace.z[0, 0, step, unit], scheme)
    assert np.abs(np.array(e.pixel(*e.place("z", step, unit))) - wanted).max() <= 2


def test_a_printed_diagram_over_time_and_its_page_are_whole(explore, tmp_path):
    e = explore(f"{RANDOM}&diagram=lines", width=390, height=844, touch=True)
    e.press("over-time")
    e.until("stage.view.diagram === 'lines'")
    pages, texts, _ = sheets(e, tmp_path)
    # its four lines, each in a colour of its own
    colours = e.stage("Object.values(stage.scene.lines.light)")
    drawn = np.concatenate([page.reshape(-1, 3) for page in pages])
    for gate, colour in e.stage("stage.scene.lines.light").items():
        rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        assert (np.abs(drawn - rgb).max(axis=1) <= 3).sum() > 300, (gate, colours)
    # the page goes on below the stage: the equations of the whole, and the table of what is true of the picture
    assert len(pages) <= 4
    assert "hidden state h" in "".join(texts)


@pytest.mark.parametrize(
    ("path", "title"), [("compare", "Delayed copy · split · nn.GRU"), ("train", "Delayed copy · nn.GRU")]
)
def test_every_stage_and_chart_of_a_page_is_printed(explore, tmp_path, path, title):
    e = explore(width=1900)
    e.page.goto(f"{e.address}/{path}")
    e.page.locator("[data-part=root]").first.wait_for()
    if path == "train":
        e.page.locator(".js-plotly-plot .main-svg:first-child").nth(1).wait_for()
    e.page.wait_for_timeout(3000)
    pages, texts, layouts = sheets(e, tmp_path)
    check_sheets(pages, texts)
    assert len(layouts) == (3 if path == "compare" else 1)
    assert {layout["wide"] for layout in layouts} == {layouts[0]["wide"]}
    coloured = sum(int((np.ptp(page, axis=2) > 40).sum()) for page in pages)
    assert coloured > len(layouts) * 60_000  # dots; titles and buttons alone are far fewer
    assert sum(text.count("update gate z") for text in texts) == len(layouts)
    # the sidebar is not printed: a line names what is in it
    assert texts[0].strip().startswith(title)
    assert e.page.get_by_text(title).first.is_hidden()
    charts = e.page.evaluate("charts")
    assert len(charts) == (0 if path == "compare" else 2)
    for chart in charts:
        top, left, bottom, right = (
            round(chart[side] * PX + 10 / 25.4 * DPI) for side in ("top", "left", "bottom", "right")
        )
        assert (pages[0][top:bottom, left:right] < 200).any(axis=2).sum() > 800
    # those of the screen are wider than the paper: they are made smaller, and there is nothing left of it afterwards
    if charts:
        assert charts[0]["right"] <= charts[1]["left"]
        assert charts[1]["right"] < 730
    assert all(e.page.evaluate("[...document.querySelectorAll('.js-plotly-plot')].map((one) => one.style.zoom === '')"))
