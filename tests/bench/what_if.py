"""How smooth what-ifs are: `python tests/bench/what_if.py` (needs Chromium; prints, asserts nothing).

120 edits of a drag, one a frame or so: a gate bent, a gate bent while differences are shown, the input drawn; frame
times beside the idle page's in the same run, long tasks and messages to the server. For a long trace the time from an
edit to its first changed columns, and to all of them.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
Explorer = runpy.run_path(str(ROOT / "tests" / "explorer.py"))["Explorer"]
visited = runpy.run_path(str(ROOT / "tests" / "served.py"))["visited"]
FRAMES = runpy.run_path(str(ROOT / "tests" / "bench" / "stage_frames.py"))["FRAMES"]
EDITS = 120
SHORT = {f"T=200 H={units}": f"weights=random&hidden={units}&steps=200&gain=3" for units in (16, 64)}
LONG = {"T=2000 H=64": "weights=random&hidden=64&steps=2000&family=white_noise&gain=3"}
# from an edit at the first step until anything, and everything, of it is known
TIMED = """(root) => new Promise((done) => {
  const stage = handleOf(root.gruviz), { experiment } = stage, start = performance.now();
  let first = null;
  const { session } = experiment, takeRun = session.takeRun.bind(session);
  session.takeRun = (run) => {
    takeRun(run);
    first ??= performance.now() - start;
    if (!run.isDone) return;
    session.takeRun = takeRun;
    requestAnimationFrame(() => done([first, performance.now() - start]));
  };
  experiment.deeds.choose({ gate: "z", units: null, steps: [0, 1] });
  experiment.deeds.setValue(Math.random(), "bench");
})"""


def opened(e: Any, query: str) -> None:
    e.goto(query)
    e.part("root").locator("[data-do=whatif]").click()
    e.until("stage.experiment.freeRun !== null")
    e.page.wait_for_timeout(2500)


def percentiles(times: list[float]) -> tuple[float, float, float]:
    return tuple(float(each) for each in np.percentile(times, (50, 95, 100)))


def report(name: str, found: tuple[list[float], list[float]], idle: tuple[float, ...] | None, sent: int = 0) -> Any:
    times, long = found
    median, p95, worst = percentiles(times)
    beside = "" if idle is None else f"  to idle {median / idle[0]:.2f} {p95 / idle[1]:.2f}  messages {sent}"
    print(f"  {name:24} median {median:5.1f}  p95 {p95:5.1f}  worst {worst:5.1f} ms  long tasks {len(long)}{beside}")
    return median, p95


def dragged(e: Any, name: str, idle: tuple[float, ...], points: list[tuple[float, float]]) -> None:
    sent = len(e.sent)
    e.page.mouse.move(*points[0])
    e.page.mouse.down()
    e.root.evaluate(f"(root) => {{ root.frames = ({FRAMES})(root, {EDITS}); }}")
    for point in points:
        e.page.mouse.move(*point)
        e.page.wait_for_timeout(8)
    sent = len(e.sent) - sent  # the hand is still down
    found = e.root.evaluate("(root) => root.frames")
    e.page.mouse.up()
    report(name, found, idle, sent)
    e.page.wait_for_timeout(1500)  # Python is asked for the same once it rests


def bent(e: Any, name: str, idle: tuple[float, ...]) -> None:
    e.root.evaluate("(root) => handleOf(root.gruviz).experiment.deeds.take('bend')")
    e.root.evaluate("(root) => handleOf(root.gruviz).experiment.deeds.choose({gate: 'z', units: null, steps: [5, 60]})")
    e.page.wait_for_timeout(300)
    x, y = e.stage("stage.placeOf('z', 30, 4)")
    dragged(e, name, idle, [(x, y + 60 * np.sin(k / 9)) for k in range(EDITS)])


def drawn(e: Any, name: str, idle: tuple[float, ...]) -> None:
    e.root.evaluate("(root) => handleOf(root.gruviz).experiment.deeds.take('draw')")
    box = e.part("panels").bounding_box()
    left, right, row = e.stage("[stage.panels.x(2), stage.panels.x(190), stage.panels.row('x')]")
    x = box["x"] + np.linspace(left, right, EDITS)
    y = box["y"] + row["top"] + row["height"] * (0.5 + 0.4 * np.sin(np.arange(EDITS) / 5))
    dragged(e, name, idle, list(zip(x.tolist(), y.tolist(), strict=True)))


def main() -> None:
    with visited() as (address, browser):
        e = Explorer(browser.new_context(viewport={"width": 1400, "height": 900}), address)
        for name, query in SHORT.items():
            opened(e, query)
            print(name)
            idle = report("idle", e.root.evaluate(f"(root) => ({FRAMES})(root, {EDITS})"), None)
            bent(e, "bending z", idle)
            e.root.evaluate("(root) => handleOf(root.gruviz).experiment.show('difference')")
            bent(e, "bending z, differences", idle)
            e.root.evaluate("(root) => handleOf(root.gruviz).experiment.show('bent')")
            drawn(e, "drawing the input", idle)
        for name, query in LONG.items():
            opened(e, query)
            found = [e.root.evaluate(TIMED) for _ in range(7)]
            first, whole = np.median(found, axis=0)
            print(f"{name}: first changed columns {first:.0f} ms, all drawn {whole:.0f} ms (medians of {len(found)})")


if __name__ == "__main__":
    main()
