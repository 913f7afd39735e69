"""Accessibility: axe-core finds nothing serious on any page, and the keyboard's place is seen and has a name."""

from pathlib import Path

import pytest

AXE = Path(__file__).parents[1] / "js" / "node_modules" / "axe-core" / "axe.min.js"
# what cannot be mended from our side, by rule: a part of the selector, and the reason
OF_STREAMLIT: dict[str, dict[str, str]] = {}
RUN = """async () => (await axe.run(document, {
  resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "label-content-name-mismatch": { enabled: true } },
})).violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .flatMap(({ id, nodes }) => nodes.map(({ target, html, any, all, none }) =>
    [id, String(target), html.slice(0, 200), [...any, ...all, ...none][0]?.message ?? ""]))"""


def violations(e):
    assert AXE.is_file(), "axe-core is missing: npm ci in tests/js"
    if not e.page.evaluate("!!window.axe"):
        e.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = e.page.evaluate(RUN)
    return [each for each in found if not any(part in each[1] for part in OF_STREAMLIT.get(each[0], {}))]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "compare", "train"])
def test_axe_finds_nothing_serious(explore, path, scheme, language):
    e = explore(f"lang={language}", scheme=scheme)
    if path:
        e.page.goto(f"{e.address}/{path}?lang={language}")
        e.page.locator("[data-part=root]").first.wait_for()
        e.page.wait_for_timeout(3500)
        assert violations(e) == []
        return
    e.look_below()
    assert violations(e) == []
    if (scheme, language) in (("light", "ko"), ("dark", "en")):
        return  # what opens is tried once in each theme and each language
    for name in ("whatif", "whole-layer", "over-time", "view", "help"):
        e.press(name)
        assert violations(e) == [], name
    e.press("help")
    e.page.locator("[data-tool=bend]").click()
    assert violations(e) == [], "bend"
    e.page.locator("[data-what=try]").click()
    assert violations(e) == [], "ideas"


def test_a_node_of_the_diagram_is_called_what_is_written_at_it(explore):
    e = explore("lang=en&t=21&unit=4&weights=delayed_copy")
    names = e.page.locator(".cell-node").evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    values = {gate: f"{abs(e.value(gate, 21, 4)):.4f}" for gate in "zrnh"}
    assert all(any(values[gate] in name for name in names) for gate in "zrnh")
    assert any(name.startswith("keep ") for name in names)
    assert any(name.startswith("ht−1 ") and "previous hidden state" in name for name in names)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_place_of_the_keyboard_is_seen(explore, scheme):
    e = explore("lang=en", scheme=scheme)
    e.page.locator("body").evaluate("body => { document.activeElement?.blur(); body.focus(); }")
    seen = []
    for _ in range(60):
        e.page.keyboard.press("Tab")
        kind, name, outline = e.page.evaluate(
            """() => { const at = document.activeElement, style = getComputedStyle(at);
              return [at.dataset?.testid ?? at.className, at.getAttribute("aria-label") ?? at.textContent.trim(),
                [style.outlineStyle, parseFloat(style.outlineWidth)]]; }"""
        )
        seen.append(kind)
        if kind in ("stTopNavLink", "stMain"):
            assert outline[0] == "solid", kind
            assert outline[1] >= 2, kind
            assert name, kind
        if kind == "stMain":
            break
    assert seen.count("stTopNavLink") == 3
    assert seen[-1] == "stMain"
