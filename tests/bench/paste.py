"""Time that a paste of 51,000 characters blocks the page, beside a text area on an empty page.

Run by hand: `python tests/bench/paste.py` (needs Chromium; prints, asserts nothing). The text is pasted from the
clipboard, as a visitor does it. Playwright's `insert_text` measures something else: Chromium then inserts each line
separately, and 51,000 characters take seconds in any text area.
"""

from __future__ import annotations

import random
import runpy
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Page

tools = runpy.run_path(str(Path(__file__).resolve().parents[1] / "served.py"))
SIZE = 51_000
AREA = ".st-key-set-text textarea"
BARE = "<textarea style='width: 250px; height: 100px'></textarea>"
LONGEST = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => tasks.push(entry.duration))).observe({
    entryTypes: ["longtask"],
  });
}"""


def texts() -> dict[str, str]:
    """Texts to paste, by what they are."""
    letters = random.Random(1)
    return {
        "prose, 2 % line breaks": "".join(letters.choices("the quick brown fox jumps over a lazy dog \n", k=SIZE)),
        "two numbers a line": "0.1 0.2\n" * (SIZE // 8),
        "one line": "x" * SIZE,
        "line breaks only": "\n" * SIZE,
    }


def blocked(page: Page, area: str, text: str) -> tuple[float, float]:
    """Seconds until the page answers after the paste, and the longest task while the text is taken up."""
    page.evaluate(
        """(text) => {
          const source = Object.assign(document.createElement("textarea"), { value: text });
          document.body.append(source);
          source.select();
          document.execCommand("copy");
          source.remove();
        }""",
        text,
    )
    page.locator(area).click()
    page.keyboard.press("Control+A")
    page.evaluate(LONGEST)
    start = perf_counter()
    page.keyboard.press("Control+V")
    page.evaluate("1")
    seconds = perf_counter() - start
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(4000)
    return seconds, page.evaluate("Math.max(0, ...tasks)") / 1000


def main() -> None:
    with tools["visited"]() as (address, browser):
        for name, text in texts().items():
            bare = browser.new_page()
            bare.set_content(BARE)
            app = browser.new_page(viewport={"width": 1400, "height": 900})
            app.goto(f"{address}/?source=text&text=abc&weights=random&hidden=8")
            app.wait_for_selector("[data-part=heat]")
            app.wait_for_timeout(2000)
            (empty, _), (paste, longest) = blocked(bare, "textarea", text), blocked(app, AREA, text)
            ratio = paste / empty
            print(f"{name}: {ratio:.1f} times the empty page's paste ({paste:.2f} s), longest task {longest:.2f} s")
            bare.close()
            app.close()


if __name__ == "__main__":
    main()
