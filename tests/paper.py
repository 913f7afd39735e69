"""A page of the app or a handout, printed: its sheets, and where the heatmaps are on them; for tests."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
from PIL import Image

from gruviz.drawing.colours import PALETTES, gate_domain

DPI = 192  # two dots a CSS pixel
PX = DPI / 96
A4 = (210 / 25.4 * DPI, 297 / 25.4 * DPI)
STEPS = (5, 18, 31, 44, 57, 70, 83, 96)  # of 100
# how the panels were laid out for the paper, in px: width of a step and of all, where the plot begins, the rows
RECORD = """() => {
  window.paper = matchMedia("print"); // its listeners are called once the page is laid out for the paper
  window.printed = null;
  paper.addEventListener("change", () => {
  if (!paper.matches || printed) return;
  const roots = [], walk = (node) => {
    for (const each of node.querySelectorAll("*")) {
      if (each.gruviz?.root) roots.push(each);
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(document);
  window.printed = roots.map(({ gruviz }) => handleOf(gruviz).panels).map((panels) => ({
    each: panels.cellWidth(), wide: panels.width, left: panels.left,
    rows: Object.fromEntries(panels.rows.map((row) => [row.name, row])),
  }));
  const charts = [...document.querySelectorAll(".js-plotly-plot .main-svg:first-child")];
  window.charts = charts.map((chart) => chart.getBoundingClientRect().toJSON());
})}"""


def sheets(explorer, folder, *, landscape=False):
    """The pages of the PDF as (height, width, 3) arrays, their texts, and how the panels were laid out."""
    assert shutil.which("pdftoppm"), "poppler-utils is missing: apt-get install poppler-utils"
    for old in folder.glob("page-*.png"):
        old.unlink()
    path = folder / "page.pdf"
    explorer.page.evaluate(RECORD)
    explorer.page.pdf(path=path, format="A4", landscape=landscape)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(path), str(folder / "page")], check=True)
    pages = [np.asarray(Image.open(each).convert("RGB"), np.int16) for each in sorted(folder.glob("page-*.png"))]
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True).stdout
    return pages, text.split("\f")[: len(pages)], explorer.page.evaluate("window.printed")


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


def check_sheets(pages, texts, *, landscape=False):
    """Every sheet is A4, light, within its margins and not empty, and no heading is away from what it is of."""
    wide, tall = sorted(A4, reverse=landscape)
    for page, text in zip(pages, texts, strict=True):
        assert abs(page.shape[1] - wide) < 4
        assert abs(page.shape[0] - tall) < 4
        for edge in (page[:8], page[-8:], page[:, :8], page[:, -8:]):
            assert edge.min() >= 250
        assert np.median(page) >= 250 or (np.ptp(page, axis=2) > 40).mean() > 0.1
        assert text.strip()
        # the selected cell's name is over its diagram
        assert len(re.findall(r"(?m)^ *unit \d+ at step", text)) == text.count("all units")
