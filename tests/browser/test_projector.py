"""A hall: on a projector of 1280 x 720 no text is smaller than 14 px, and what an experiment is about is seen."""

import pytest

from gruviz.wording.words import words

HALL = {"width": 1280, "height": 720}
LEAST = 14  # px
# every visible text with its size on the screen, smaller ones first: SVG text is scaled by its view box
TEXTS = """() => {
  const UNSEEN = "style, script, noscript, title, [data-part=heard], .gruviz-skip, [data-testid=stIconMaterial]";
  const found = [], walk = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      if (node.shadowRoot) walk(node.shadowRoot);
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      const element = node.parentElement, style = getComputedStyle(element), range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (!box.width || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      if (element.closest(UNSEEN)) continue;
      const drawing = element.closest("svg"), scale = drawing ? (element.getScreenCTM()?.d ?? 1) : 1;
      const name = element.className.baseVal ?? element.className;
      found.push([parseFloat(style.fontSize) * scale, node.data.trim().slice(0, 40), name]);
    }
  };
  walk(document.body);
  return found.sort((a, b) => a[0] - b[0]);
}"""
# fonts of everything written on a canvas from now on
WRITTEN = """() => {
  window.written = {};
  for (const name of ["fillText", "strokeText"]) {
    const own = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (text, ...rest) {
      const size = parseFloat(this.font.match(/([\\d.]+)px/)[1]) * this.getTransform().d / (devicePixelRatio || 1);
      window.written[text] = Math.min(size, window.written[text] ?? Infinity);
      return own.call(this, text, ...rest);
    };
  }
}"""


def small(e):
    texts = [(round(size, 2), text, name) for size, text, name in e.page.evaluate(TEXTS) if size < LEAST - 0.05]
    written = [
        (round(size, 2), text) for text, size in e.page.evaluate("window.written").items() if size < LEAST - 0.05
    ]
    return texts, written


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("path", ["", "compare", "train"])
def test_no_text_is_smaller_than_14_px(explore, path, language):
    e = explore(f"lang={language}&type=projector", **HALL)
    if path:
        e.page.goto(f"{e.address}/{path}?lang={language}&type=projector")
        e.page.locator("[data-part=root]").first.wait_for()
        e.page.wait_for_timeout(2500)
    e.page.evaluate(WRITTEN)
    e.page.set_viewport_size({"width": 1281, "height": 720})  # every canvas is drawn anew
    e.page.wait_for_timeout(400)
    assert small(e) == ([], []), "as it opens"
    if path == "":
        assert e.page.evaluate("Object.keys(window.written).length") > 20
        for name in ("over-time", "whole-layer", "whatif", "view"):
            e.press(name)
            e.page.wait_for_timeout(300)
            assert small(e) == ([], []), name
        e.press("view")
        e.press("help")
        assert small(e) == ([], []), "help"
        e.press("help")
        e.page.locator("[data-tool=bend]").click()
        e.page.locator("[data-what=weights]").click()
        e.page.wait_for_timeout(300)
        assert small(e) == ([], []), "weights"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_experiment_leaves_h_and_the_prediction_in_view(explore, language):
    e = explore(f"lang={language}&type=projector", **HALL)
    e.press("whatif")
    e.page.locator("[data-what=try]").click()
    e.page.locator("[data-idea]").first.click()
    e.page.wait_for_timeout(600)
    e.page.locator("[data-tool=bend]").click()
    e.page.wait_for_timeout(300)
    top, bottoms = e.stage(
        """[stage.part.panels.getBoundingClientRect().top,
          ["z", "h", "y"].map((name) => stage.panels.row(name).bottom)]"""
    )
    assert all(top + bottom <= HALL["height"] for bottom in bottoms), (top, bottoms)
    assert all(e.stage("stage.panels.row(arg).height >= 22", name) for name in "zrnhy")
    # nothing of the strip is cut off
    cut = e.part("bench").evaluate(
        """(bench) => [...bench.querySelectorAll("button, .bench-said, .bench-badge, select")]
          .filter((each) => each.checkVisibility() && (each.scrollWidth > each.clientWidth + 1
            || each.scrollHeight > each.clientHeight + 2
            || each.getBoundingClientRect().right > bench.getBoundingClientRect().right))
          .map((each) => [each.textContent, each.scrollWidth, each.clientWidth, each.scrollHeight])"""
    )
    assert cut == []


# texts of the diagram that touch each other or leave it
CROWDED = """(root) => {
  const svg = root.querySelector(".cell-svg"), edge = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")]
    .filter((each) => each.textContent && each.checkVisibility({ opacityProperty: true }))
    .map((each) => [each.textContent, each.getBoundingClientRect()]);
  const found = [];
  texts.forEach(([text, a], k) => {
    if (a.left < edge.left - 1 || a.right > edge.right + 1) found.push([text]);
    for (const [other, b] of texts.slice(k + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // a line of text is higher than its letters
      if (across > -1.5 && down > 0.34 * Math.min(a.height, b.height)) found.push([text, other]);
    }
  });
  return found;
}"""


@pytest.mark.parametrize("language", ["en"])  # numbers are the same in both
@pytest.mark.parametrize(
    ("weights", "model"), [("delayed_copy", "split"), ("delayed_copy", "torch"), ("latch", "torch")]
)
def test_numbers_of_the_diagram_keep_their_signs_and_their_places(explore, language, weights, model):
    e = explore(f"weights={weights}&lang={language}&model={model}", **HALL)
    units = 4 if weights == "latch" else 8
    for kind in ("normal", "projector"):
        negative = 0
        for t in (0, 7, 19, 21, 31, 42):
            for unit in range(0, units, units // 4):
                e.stage("stage.goTo({t: arg[0], unit: arg[1]})", [t, unit])
                e.until("stage.view.t === arg[0] && stage.view.unit === arg[1]", [t, unit])
                e.page.wait_for_timeout(60)
                assert e.root.evaluate(CROWDED) == [], (kind, t, unit)
                negative += e.page.locator(".cell-svg text", has_text="−").count()
        assert negative > 30
        e.key("p")


def test_the_name_of_the_selected_row_is_written(explore):
    e = explore("", **HALL)
    e.page.evaluate(WRITTEN)
    e.page.goto(f"{e.address}/compare?type=projector&lang=en")
    e.page.locator("[data-part=root]").first.wait_for()
    e.page.wait_for_timeout(2500)
    e.page.evaluate(WRITTEN)
    root = e.page.locator("[data-part=root]").first
    for unit in (7, 13):
        root.evaluate("(root, unit) => root.gruviz.ports.goTo({unit, t: 3})", unit)
        e.page.wait_for_timeout(200)
        assert e.page.evaluate(f"'{unit}' in window.written"), unit


def test_the_page_around_the_stage_grows(explore):
    e = explore("lang=en", **HALL)
    size = "getComputedStyle(document.querySelector('[data-testid=stSidebar] label p')).fontSize"
    before = e.page.evaluate(f"parseFloat({size})")
    cell = e.part("cell").bounding_box()["height"]
    e.key("p")
    e.page.wait_for_function(f"parseFloat({size}) >= {LEAST}")
    e.page.wait_for_timeout(300)
    assert e.part("cell").bounding_box()["height"] > 1.3 * cell
    e.key("p")
    e.page.wait_for_function(f"parseFloat({size}) === {before}")
    assert words("en")["stage"]["projector_short"]
