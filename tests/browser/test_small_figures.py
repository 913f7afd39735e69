"""Ten small figures and a full stage on one plain page: made when they come into view, and gone without a trace."""

import numpy as np
import pytest
from plain_pages import WATCHED, ten_figures, traced
from playwright.sync_api import expect

MIDDLE = "document.querySelectorAll('[data-figure]')[arg].scrollIntoView({ block: 'center' })"


@pytest.fixture
def page(open_html):
    e = open_html(ten_figures(), width=1000, height=800, script=WATCHED)
    e.page.wait_for_selector("[data-ready]")
    return e.page


def scroll_to(page, number: int) -> None:
    page.evaluate(f"(arg) => {MIDDLE}", number)
    page.wait_for_function("(arg) => figures.get(arg)?.store.look", arg=number)
    page.wait_for_timeout(200)


def pixel(page, number: int, t: int, row: int) -> list[int]:
    """The colour of a cell of a figure."""
    return page.evaluate(
        """([number, t, row]) => {
          const part = figures.get(number).parts.find(({ slot }) => slot === "main"),
            canvas = part.part.heat, ratio = canvas.width / canvas.clientWidth,
            y = part.size.ruler + (row + 0.5) * (part.axisTop - part.size.ruler) / part.units.length;
          return [...canvas.getContext("2d").getImageData(part.x(t + 0.5) * ratio, y * ratio, 1, 1).data].slice(0, 3);
        }""",
        [number, t, row],
    )


def test_a_figure_is_made_when_it_comes_into_view_and_taken_down_when_it_is_far(page):
    assert page.evaluate("figures.size") < 10
    scroll_to(page, 9)
    assert not page.evaluate("figures.has(0)")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function("!figures.has(9)")
    # its place stays: nothing jumps
    assert page.evaluate("document.querySelectorAll('[data-figure]')[9].offsetHeight") > 180


def test_its_panel_is_160_px_high_and_shows_what_the_trace_holds(page):
    scroll_to(page, 3)  # of h
    assert page.evaluate("document.querySelectorAll('[data-figure]')[3].querySelector('.panels').offsetHeight") == 160
    expect(page.locator("[data-figure]").nth(3).locator("[data-part=name]")).to_have_text("hidden state h")
    trace = traced(0, 60, 12).trace
    for t, row in ((3, 2), (30, 7), (55, 11)):
        wanted = page.evaluate(
            "([value]) => { const p = figures.get(3).store.look.palettes.h.pixel(value);"
            " return [p & 255, (p >> 8) & 255, (p >> 16) & 255]; }",
            [float(trace.h[0, 0, t, row])],
        )
        assert np.abs(np.array(pixel(page, 3, t, row)) - wanted).max() <= 2


def test_scrubbing_the_stage_moves_the_figures_and_a_figure_plays_by_itself(page):
    scroll_to(page, 0)
    page.evaluate("full.store.set({ t: 41 })")
    page.wait_for_function("figures.get(0).store.view.t === 41")
    figure = page.locator("[data-figure]").first
    expect(figure.locator("[data-part=name]")).to_have_text("update gate z \u00b7 z = 1 keeps")
    box = figure.locator(".panels").bounding_box()
    page.mouse.click(box["x"] + 200, box["y"] + 80)
    there = page.evaluate("figures.get(0).store.view.t")
    assert there != 41
    figure.locator("[data-part=scrub]").fill("7")
    assert page.evaluate("figures.get(0).store.view.t") == 7
    figure.locator("[data-part=play]").click()
    page.wait_for_function("figures.get(0).store.view.t > 9")
    figure.locator("[data-part=play]").click()
    assert not page.evaluate("figures.get(0).store.isPlaying")


def test_after_destroy_nothing_is_left(page):
    scroll_to(page, 4)
    page.locator("[data-figure]").nth(4).locator("[data-part=play]").click()
    page.evaluate("leaveAll()")
    page.wait_for_timeout(700)
    assert page.evaluate("document.querySelectorAll('.stage, link[rel=stylesheet]').length") == 0
    assert page.evaluate("figures.size") == 0
    assert page.evaluate("live.timers.size + live.frames.size") == 0
