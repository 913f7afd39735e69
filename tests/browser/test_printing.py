"""Printing and saving as PDF: what is seen stands on paper, in the palette's colours, whole and within the sheet."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

import gruviz
from gruviz.drawing.colours import PALETTES, gate_domain
from gruviz.inputs.synthetic import generate
from gruviz.models.random_weights import random_params

DPI = 192  # two dots a CSS pixel
PX = DPI / 96
A4 = (210 / 25.4 * DPI, 297 / 25.4 * DPI)
RANDOM = "weights=random&hidden=24&gain=3&t=0&unit=0"
STEPS = (5, 18, 31, 44, 57, 70, 83, 96)  # of 100
# how the panels were laid out for the paper, in px: width of a step and of all, where the plot begins, the rows
RECORD = """() => addEventListener("beforeprint", () => {
  const roots = [], walk = (node) => {
    for (const each of node.querySelectorAll("*")) {
      if (each.gruviz) roots.push(each);
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(document);
  window.printed = roots.map(({ gruviz }) => handleOf(gruviz).panels).map((panels) => ({
    each: panels.cellWidth(), wide: panels.width, left: panels.left,
    rows: Object.fromEntries(panels.rows.map((row) => [row.name, row])),
  }));
})"""


def sheets(explorer, folder, *, landscape=False):
    """The pages of the PDF as (height, width, 3) arrays, and its text."""
    assert shutil.which("pdftoppm"), "poppler-utils is missing: apt-get install poppler-utils"
    path = folder / "page.pdf"
    explorer.page.evaluate(RECORD)
    explorer.page.pdf(path=path, format="A4", landscape=landscape)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(path), str(folder / "page")], check=True)
    pages = [np.asarray(Image.open(each).convert("RGB"), np.int16) for each in sorted(folder.glob("page-*.png"))]
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True).stdout
    return pages, text, explorer.page.evaluate("window.printed")


def palette_colours(gate, values, theme="light"):
    domain = gate_domain(gate)
    stops = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in PALETTES[theme][domain.diverging]])
    at = (np.asarray(values) - domain.low) / (domain.high - domain.low) * (len(stops) - 1)
    return np.stack([np.interp(at, range(len(stops)), stops[:, c]) for c in range(3)], axis=-1)


def pictures_on(page, trace, layout):
    """(y, x) of every dot that can be the panels' upper left one: seen from there all cells have their colours."""
    page = page.astype(np.int16)
    found = np.argwhere(np.ones(page.shape[:2], bool))
    for gate in "zrnh":
        row = layout["rows"][gate]
        for unit in (3, 20):
            y = round((row["top"] + row["height"] * (unit + 0.5) / 24) * PX)
            colours = palette_colours(gate, getattr(trace, gate)[0, 0][list(STEPS), unit])
            for step, colour in zip(STEPS, colours, strict=True):
                x = round((layout["left"] + layout["each"] * (step + 0.5)) * PX)
                found = found[(found[:, 0] + y < page.shape[0]) & (found[:, 1] + x < page.shape[1])]
                found = found[np.abs(page[found[:, 0] + y, found[:, 1] + x] - colour).max(axis=1) <= 6]
    return found


@pytest.mark.parametrize(("landscape", "scheme"), [(False, "light"), (True, "dark")])
def test_the_heatmaps_stand_on_paper_in_the_palettes_colours(explore, tmp_path, landscape, scheme):
    e = explore(RANDOM, scheme=scheme)
    pages, text, [layout] = sheets(e, tmp_path, landscape=landscape)
    wide, tall = sorted(A4, reverse=landscape)
    assert all(abs(p.shape[1] - wide) < 4 and abs(p.shape[0] - tall) < 4 for p in pages)
    x = generate("set_reset", 100, 0, gap=14).x
    trace = gruviz.trace(gruviz.SplitGRU.from_params(random_params(2, 24, 0, gain=3)), x)
    # all panels whole on the first sheet, at its left margin, on one time axis
    places = pictures_on(pages[0], trace, layout)
    assert len(places)
    assert np.ptp(places, axis=0).max() <= layout["each"] * PX + 1
    assert abs(places.mean(axis=0)[1] - 10 / 25.4 * DPI) <= 3
    assert all(len(pictures_on(page, trace, layout)) == 0 for page in pages[1:])
    # nothing reaches over the edge, and the page is light
    for page in pages:
        for edge in (page[:8], page[-8:], page[:, :8], page[:, -8:]):
            assert edge.min() >= 250
    # what is said, without what is pressed
    assert "update gate z" in text
    assert "unit 0 at step 0" in text
    assert "What if?" not in text
    assert "steps/s" not in text
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
    pages, text, _ = sheets(e, tmp_path)
    # its four lines, each in a colour of its own
    colours = e.stage("Object.values(stage.scene.lines.light)")
    drawn = np.concatenate([page.reshape(-1, 3) for page in pages])
    for gate, colour in e.stage("stage.scene.lines.light").items():
        rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        assert (np.abs(drawn - rgb).max(axis=1) <= 3).sum() > 300, (gate, colours)
    # the page goes on below the stage: the equations of the whole, and the table of what is true of the picture
    assert len(pages) <= 4
    assert re.search("hidden state h", text)


@pytest.mark.parametrize("path", ["compare", "train"])
def test_every_stage_of_a_page_is_printed(explore, tmp_path, path):
    e = explore()
    e.page.goto(f"{e.address}/{path}")
    e.page.locator("[data-part=root]").first.wait_for()
    e.page.wait_for_timeout(3000)
    pages, text, layouts = sheets(e, tmp_path)
    assert len(layouts) == (3 if path == "compare" else 1)
    assert {layout["wide"] for layout in layouts} == {layouts[0]["wide"]}
    coloured = sum(int((np.ptp(page, axis=2) > 40).sum()) for page in pages)
    assert coloured > len(layouts) * 60_000  # dots; titles and buttons alone are far fewer
    assert text.count("update gate z") == len(layouts)
    for page in pages:
        assert page[:, -8:].min() >= 250
