"""No word is cut off and none is broken inside: choices of the sidebar, keys, numbers, the strip of an experiment."""

import pytest

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
