"""Memory that mounting a stage leaves behind: `python tests/bench/mounts.py` (needs Chromium; prints, asserts nothing).

A full stage on a plain page is mounted and destroyed 50 times; printed are the heap, the event listeners and the nodes
after garbage collection, before the 50 and after, and beside them what one mounted stage holds.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
pages = runpy.run_path(str(ROOT / "tests" / "plain_pages.py"))
launched = runpy.run_path(str(ROOT / "tests" / "served.py"))["launched"]
MOUNTS, WARM = 50, 5  # the first few fill caches of the browser's own
KEY = "d"
# each is drawn before it goes: a stage that never was holds less
ROUNDS = """async ([key, count]) => {
  const times = [];
  for (let k = 0; k < count; k++) {
    const start = performance.now(), leave = put(key);
    await drawn([key]);
    times.push(performance.now() - start);
    leave();
  }
  await new Promise((done) => setTimeout(done, 500));
  return times.sort((a, b) => a - b)[Math.floor(count / 2)];
}"""


def main() -> None:
    with pages["served_folder"]() as (folder, address), launched() as browser:
        (folder / "many.html").write_text(pages["four_stages"](steps=200, units=64), encoding="utf-8")
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(f"{address}/many.html")
        page.wait_for_selector("[data-ready]")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")

        def measured(name: str) -> float:
            for _ in range(3):
                session.send("HeapProfiler.collectGarbage")
            found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
            heap = found["JSHeapUsedSize"] / 1e6
            print(f"  {name:26} heap {heap:7.3f} MB  listeners {found['JSEventListeners']:5.0f}", end="")
            print(f"  nodes {found['Nodes']:6.0f}")
            return heap

        page.evaluate("for (const key of 'abcd') leave[key](); window.leave = {}; 0")
        page.evaluate(ROUNDS, [KEY, WARM])
        before = measured(f"after {WARM} mounts")
        page.evaluate("leave.d = put('d'); drawn(['d'])")
        held = measured("with one mounted") - before
        page.evaluate("leave.d(); window.leave = {}; 0")
        median = page.evaluate(ROUNDS, [KEY, MOUNTS])
        after = measured(f"after {MOUNTS} more mounts")
        print(f"  one stage holds {held:.3f} MB; {MOUNTS} mounts left {after - before:+.3f} MB")
        print(f"  median mount {median:.0f} ms")


if __name__ == "__main__":
    main()
