"""No word is cut off and none is broken inside: choices of the sidebar, keys, numbers, the strip of an experiment."""

import pytest
from playwright.sync_api import expect

from gruviz.wording.words import words

# what is cut off in the sidebar's select boxes
CUT = """() => [...document.querySelectorAll("[data-testid=stSidebar] :is([data-baseweb=select] *, label p)")]
  .filter((each) => each.childElementCount === 0 && each.textContent.trim() && each.scrollWidth > each.clientWidth + 1
    && getComputedStyle(each).display !== "inline")
  .map((each) => each.textContent)"""
# words of a text that stand on two lines
BROKEN = """(elements, pattern) => elements.flatMap((element) => {
  const found = [], texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    for (const { 0: word, index } of node.data.matchAll(new RegExp(pattern, "g"))) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(word);
    }
  }
  return found;
})"""


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("source", ["text", "synthetic", "task"])
def test_no_choice_of_the_sidebar_is_cut_off(explore, language, source):
    e = explore(f"lang={language}&source={source}")
    assert e.page.evaluate(CUT) == []
    if source == "text":
        for code in ("onehot", "embedding"):
            e.choose("code", words(language)["page"][code])
            assert e.page.evaluate(CUT) == [], code
        e.choose("per", words(language)["page"]["jamo"])
        assert e.page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [1400, 1280, 1024, 390])
def test_keys_are_not_broken(explore, width):
    e = explore("lang=ko", width=width, height=844)
    e.press("help")
    keys = e.page.locator(".help kbd")
    assert keys.count() > 20
    assert keys.evaluate_all(BROKEN, r"\S+") == []
    box = e.part("help").bounding_box()
    for each in keys.evaluate_all("all => all.map((each) => each.getBoundingClientRect().right)"):
        assert each <= box["x"] + box["width"] + 1


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_number_is_not_broken(explore, language):
    e = explore(f"lang={language}&weights=delayed_copy")
    e.look_below()
    number = r"\d+(\.\d+)?e[-−]\d+"
    badges = e.page.locator("[data-testid=stMain] [data-testid=stMarkdownContainer]")
    assert badges.filter(has_text="e−").count() >= 1
    for width in range(1400, 300, -60):
        e.page.set_viewport_size({"width": width, "height": 900})
        e.page.wait_for_timeout(60)
        assert badges.evaluate_all(BROKEN, number) == [], width


@pytest.mark.parametrize("language", ["en", "ko"])
def test_on_a_phone_tools_have_names_and_sentences_are_whole(explore, language):
    e = explore(f"lang={language}", width=390, height=844, touch=True)
    e.press("whatif")
    w = words(language)["stage"]
    tools = e.page.locator("[data-tool]")
    for k, tool in enumerate(("look", "bend", "draw", "move", "noise", "stretch")):
        assert tools.nth(k).inner_text().strip() == w[f"whatif_tool_{tool}"]
    cut = """all => all
      .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 2)
      .map((each) => [each.textContent, each.scrollHeight, each.clientHeight])"""
    top = e.part("panels").bounding_box()["y"]
    e.page.locator("[data-idea]").first.wait_for(state="attached")
    ideas = e.page.locator("[data-idea]").count()
    for k in range(ideas):
        e.page.locator("[data-what=try]").click()
        e.page.locator("[data-idea]").nth(k).click()
        e.page.wait_for_timeout(500)
        assert e.page.locator("[data-tool], .bench-said, .bench-badge").evaluate_all(cut) == [], k
        assert "…" not in e.page.locator(".bench-said").inner_text()
    assert ideas >= 3
    assert e.part("panels").bounding_box()["y"] >= top


def test_the_playhead_covers_no_half_of_a_number(explore):
    e = explore("lang=en")
    for t in (31, 29):
        e.stage("stage.goTo({t: arg, unit: 4})", t)
        e.until("stage.view.t === arg", t)
        e.page.wait_for_timeout(150)
        found = e.stage(
            """(() => {
              const { panels } = stage, badge = Math.min(panels.x(arg + 0.5), panels.width);
              const context = panels.over.getContext("2d"), { ratio } = panels;
              context.font = panels.strong;
              const half = Math.max(context.measureText(String(arg)).width / 2 + 6, 12);
              // opacity over the left and right end of each number, at the height of its middle
              return panels.ticks.filter(([x, wide]) => Math.abs(x - badge) < half + wide)
                .map(([x, wide]) => [x - wide + 0.5, x + wide - 0.5].map((at) =>
                  context.getImageData(at * ratio, (panels.size.ruler - 13) * ratio, 1, 1).data[3]));
            })()""",
            t,
        )
        assert len(found) == 1, t
        assert found == [[255, 255]], t


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_word_of_the_axis_does_not_touch_its_first_number(explore, language):
    # units with short names: the room at the left is small
    e = explore(
        f"weights=random&hidden=9&source=synthetic&family=sine&steps=400&lang={language}&type=projector",
        width=1280,
        height=720,
    )
    word, first = e.stage(
        """(() => {
          const { panels } = stage, context = panels.heat.getContext("2d");
          context.font = panels.font;
          return [2 + context.measureText(stage.w.step).width, panels.ticks[0][0] - panels.ticks[0][1]];
        })()"""
    )
    assert first - word >= 6


@pytest.mark.parametrize("language", ["en", "ko"])
def test_on_a_phone_notes_are_whole_and_icons_have_names(explore, language):
    # a note of several lines
    e = explore(f"lang={language}&weights=korean&source=synthetic&family=sine", width=390, height=844, touch=True)
    note = e.page.locator(".status.note .sentence")
    assert note.evaluate("(each) => each.scrollHeight <= each.clientHeight + 1")
    assert note.bounding_box()["y"] + note.bounding_box()["height"] <= e.page.locator(".bar").bounding_box()["y"]
    w = words(language)["stage"]
    for name in ("copy", "slow", "loop"):
        assert e.page.locator(f"[data-do={name}]").inner_text() == w[f"{name}_short"]
    tops = {e.page.locator(f"[data-do={name}]").bounding_box()["y"] for name in ("slow", "loop")}
    assert len({round(top) for top in tops}) == 1
    e.press("whatif")
    for name in ("undo", "redo"):
        button = e.page.locator(f"[data-deed={name}]")
        assert button.inner_text() == w[f"whatif_{name}_short"]
        assert button.evaluate("(each) => each.scrollWidth <= each.clientWidth + 1")
    # where a tooltip shows, an icon is enough
    e.page.set_viewport_size({"width": 1400, "height": 900})
    expect(e.page.locator("[data-do=loop] .short")).to_be_hidden()
