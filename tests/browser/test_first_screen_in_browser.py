"""The first screen, and the hands that touch it: what is seen at once, what never moves, how a panel is made large."""

import pytest
from playwright.sync_api import expect

from gruviz.models.presets import PRESETS
from gruviz.tasks.catalogue import TASKS
from gruviz.wording.words import words

SCREENS = ((1400, 900), (1366, 768), (1280, 720), (1024, 768))
# bottoms of the last panel with what stands under it, of the diagram and of the transport; how far the page is
# scrolled; where the panels begin; how many lines the transport takes
SEEN = """(root) => {
  const { panels, part } = handleOf(root.gruviz), at = (each) => each.getBoundingClientRect();
  const controls = [...root.querySelectorAll(".bar > .group > *, .bar > input, .bar > label")]
    .filter((each) => each.checkVisibility());
  const middles = controls.map((each) => (at(each).top + at(each).bottom) / 2);
  return {
    heat: at(part.panels).top + panels.overviewTop, cell: at(part.cell).bottom, bar: at(part.scrub).bottom,
    scrolled: document.querySelector("[data-testid=stMain]").scrollTop + scrollY, top: at(part.panels).top,
    lines: Math.max(...middles) - Math.min(...middles) < 6 ? 1 : 2,
    rows: panels.rows.filter(({ height }) => height > 20).length,
  };
}"""


# of the stage's shadow too
FOCUSED = "(document.activeElement.shadowRoot?.activeElement ?? document.activeElement)"


def resized(e, width, height):
    e.page.set_viewport_size({"width": width, "height": height})
    e.until("Math.abs(stage.panels.width - stage.part.panels.clientWidth) <= 1")
    e.page.wait_for_timeout(120)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_all_of_every_preset_is_seen_without_scrolling_and_nothing_moves(explore, language):
    w = words(language)
    e = explore(f"lang={language}")
    tops: dict[tuple[int, int], set[float]] = {screen: set() for screen in SCREENS}
    for name in (*TASKS, *PRESETS, "random", "chrono"):
        e.choose("weights", (w["tasks"] | w["weights"])[name])
        for width, height in SCREENS:
            resized(e, width, height)
            seen = e.root.evaluate(SEEN)
            where = (name, width, height, seen)
            assert max(seen["heat"], seen["cell"], seen["bar"]) <= height, where
            assert seen["rows"] == (6 if name in TASKS else 5), where
            assert seen["lines"] == 1, where
            assert seen["scrolled"] == 0, where
            tops[width, height].add(round(seen["top"]))
    # under a story, a note or a problem the picture stands where it stood
    for source in ("numbers", "text", "file"):
        e.choose("source", w["page"]["source_" + source])
        tops[SCREENS[-1]].add(round(e.root.evaluate(SEEN)["top"]))
    assert all(len(found) == 1 for found in tops.values()), tops


def test_korean_is_broken_between_words_on_every_page(explore):
    e = explore("lang=ko")
    for address in ("", "/train"):
        if address:
            e.page.goto(f"{e.address}{address}?lang=ko")
            e.settled()
        rules = e.page.evaluate(
            """() => [...document.querySelectorAll("[data-testid=stApp] :is(p, button, label, h5, li)")]
              .filter((each) => /[가-힣]/.test(each.innerText)).map((each) => getComputedStyle(each).wordBreak)"""
        )
        assert len(rules) > 10
        assert set(rules) == {"keep-all"}, address


def test_on_a_phone_all_panels_and_the_transport_are_one_screen(explore):
    e = explore("lang=ko", width=390, height=844, touch=True)
    seen = e.root.evaluate(SEEN)
    assert max(seen["heat"], seen["bar"]) <= 844
    assert seen["rows"] == 6
    # what is folded away has a name, and another preset is two taps away: the menu, and one of its lines
    label = e.page.get_by_test_id("stExpandSidebarButton")
    said = label.evaluate("(button) => getComputedStyle(button, '::after').content")
    assert words("ko")["page"]["folded"] in said
    # a tap reads the cell under the finger on a strip at the edge of the screen
    e.page.touchscreen.tap(*e.place("z", 12, 3))
    e.until("stage.view.t === 12 && stage.view.unit === 3")
    tip = e.part("tip")
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box["y"] + box["height"] <= 844
    assert abs(box["y"] + box["height"] - 844) < 12 or box["y"] < 12
    assert f"{e.value('z', 12, 3):.4f}" in tip.inner_text().replace("\u2212", "-")
    assert words("ko")["stage"]["unit_number"].format(unit=3) in tip.inner_text()
    # it is of this trace, and goes with it
    e.choose("weights", words("ko")["tasks"]["parity"])
    expect(tip).to_be_hidden()


def swipe(e, start, end, steps=8):
    """One finger from a place to another, as the browser itself gets it."""
    client = e.context.new_cdp_session(e.page)

    def touch(kind, *points):
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", start)
    for k in range(1, steps + 1):
        touch("touchMove", tuple(a + (b - a) * k / steps for a, b in zip(start, end, strict=True)))
        e.page.wait_for_timeout(16)
    e.page.wait_for_timeout(120)  # no fling
    touch("touchEnd")
    e.page.wait_for_timeout(400)


def test_a_vertical_swipe_scrolls_and_a_horizontal_one_selects(explore):
    e = explore("t=20", width=390, height=844, touch=True)
    x, y = e.place("r", 10, 2)
    before, address = e.view(), e.page.url
    swipe(e, (x, y), (x + 12, y - 300))
    assert e.root.evaluate(SEEN)["scrolled"] > 100
    assert e.view() == before
    assert e.page.url == address
    swipe(e, (x, 400), (x + 4, 700))
    assert e.root.evaluate(SEEN)["scrolled"] < 100
    x, y = e.place("r", 10, 2)
    scrolled = e.root.evaluate(SEEN)["scrolled"]
    swipe(e, (x, y), (e.place("r", 30, 2)[0], y + 6))
    assert e.view()["t"] == 30
    assert e.root.evaluate(SEEN)["scrolled"] == scrolled


def test_a_panel_is_made_large_and_hidden_and_nothing_else_moves(explore):
    e = explore("weights=random&hidden=256&family=white_noise&steps=300&t=40&unit=9&first=20&last=90")
    before, usual = e.view(), e.stage("stage.panels.row('z').height")
    kept = {name: value for name, value in before.items() if name != "large"}

    def on_the_title():
        box = e.part("titles").locator(".title[data-gate=z] b").bounding_box()
        e.page.mouse.dblclick(box["x"] + 5, box["y"] + box["height"] / 2)

    on_the_title()
    e.until("stage.view.large === 'z'")
    assert e.stage("stage.panels.row('z').height") >= 256 > usual
    assert e.root.evaluate(SEEN)["heat"] <= 900
    e.address_now("large=z")
    assert {name: value for name, value in e.view().items() if name != "large"} == kept
    on_the_title()
    e.until("stage.view.large === ''")
    assert e.view() == before
    assert e.stage("stage.panels.row('z').height") == usual
    e.key("f")
    e.until("stage.view.large === stage.view.gate")
    e.key("f")
    e.options()
    e.part("shows").get_by_role("button", name="r", exact=True).click()
    e.until("stage.view.hide === 'r'")
    assert e.stage("stage.panels.row('z').height") > usual
    assert {name: value for name, value in e.view().items() if name != "hide"} == {
        name: value for name, value in before.items() if name != "hide"
    }


def test_the_words_of_the_sentence_lead_into_the_picture(explore):
    e = explore("")
    assert e.stage("stage.told !== null")  # a faint frame stands where the sentence points
    opened = e.view()
    # another place first: a click there ends the frame
    e.click_cell("h", 3, 2)
    assert e.stage("stage.told === null")
    e.status.locator(".link").first.click()
    there = "stage.view.t === arg[0] && stage.view.unit === arg[1] && stage.view.gate === 'z'"
    e.until(there, [opened["t"], opened["unit"]])
    # where the input is another the sentence goes, says so, and a button brings both back
    e.type_into("sseed", "3")
    e.choose("source", words("en")["page"]["source_synthetic"])
    expect(e.status).not_to_contain_text("across the gap")
    e.status.get_by_role("button", name=words("en")["page"]["bring_back"]).click()
    expect(e.status).to_contain_text("across the gap")
    assert e.view()["t"] == opened["t"]


def test_keys_work_from_the_first_moment_and_the_first_tab_leads_to_the_picture(explore):
    e = explore("")
    t = e.view()["t"]
    e.page.keyboard.press("ArrowRight")
    e.until("stage.view.t === arg", t + 1)
    e.page.keyboard.press("Space")
    e.until("stage.playing")
    e.page.keyboard.press("Space")
    e.until("!stage.playing")
    # a field keeps its keys
    e.part("at").focus()
    at = e.view()["t"]
    e.page.keyboard.press("ArrowLeft")
    assert e.view()["t"] == at
    e.page.keyboard.press("Escape")
    e.goto("")
    e.page.keyboard.press("Tab")
    link = e.page.evaluate(f"{FOCUSED}.innerText")
    assert link == words("en")["page"]["skip"]
    e.page.keyboard.press("Enter")
    assert e.root.evaluate(f"(root) => root.contains({FOCUSED})")
