"""How smooth the stage is: `python tests/bench/stage_frames.py` (needs Chromium; prints, asserts nothing).

Frame times over 120 frames of playing, slow motion and scrubbing with the mouse, each beside the idle page's in the
same run; the same for four stages on one page, two of them linked, and for ten small figures that
follow one stage; long tasks; server messages; and the time from a changed control to the drawn stage for long traces.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
Explorer = runpy.run_path(str(ROOT / "tests" / "explorer.py"))["Explorer"]
pages = runpy.run_path(str(ROOT / "tests" / "plain_pages.py"))
visited = runpy.run_path(str(ROOT / "tests" / "served.py"))["visited"]
SIZES = {
    "T=200 H=64": "weights=random&hidden=64&steps=200&gain=3",
    "T=2000 H=256": "weights=random&hidden=256&steps=2000&family=white_noise&gain=3",
    "T=100000 H=64": "weights=random&hidden=64&steps=100000&family=white_noise&gain=3",
}
FRAMES = """(root, count) => new Promise((done) => {
  const times = [], long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ entryTypes: ["longtask"] });
  let last = null;
  const frame = (now) => {
    if (last !== null) times.push(now - last);
    last = now;
    if (times.length < count) requestAnimationFrame(frame);
    else { observer.disconnect(); done([times, long]); }
  };
  requestAnimationFrame(frame);
})"""


def report(name: str, e: Any, idle: float | None) -> float:
    times, long = e.page.locator("body").evaluate(FRAMES, 120)
    median, p95, worst = np.percentile(times, (50, 95, 100))
    ratio = "" if idle is None else f"  median/idle {median / idle:.2f}"
    print(f"  {name:28} median {median:5.1f}  p95 {p95:5.1f}  worst {worst:5.1f} ms  long tasks {len(long)}{ratio}")
    return float(median)


def scrubbed(e: Any, idle: float) -> None:
    box, left, wide = e.part("panels").bounding_box(), e.stage("stage.panels.left"), e.stage("stage.panels.plot")
    e.page.mouse.move(box["x"] + left, box["y"] + 10)
    e.page.mouse.down()
    e.root.evaluate(f"(root) => {{ root.frames = ({FRAMES})(root, 120); }}")
    for k in range(110):
        e.page.mouse.move(box["x"] + left + k * wide / 110, box["y"] + 10)
        e.page.wait_for_timeout(8)
    e.page.mouse.up()
    times, long = e.root.evaluate("(root) => root.frames")
    median, p95, worst = np.percentile(times, (50, 95, 100))
    name = "scrubbing with the mouse"
    print(
        f"  {name:28} median {median:5.1f}  p95 {p95:5.1f}  worst {worst:5.1f} ms  long tasks {len(long)}"
        f"  median/idle {median / idle:.2f}"
    )


def measure(e: Any) -> None:
    for name, query in SIZES.items():
        e.goto(query)
        e.page.wait_for_timeout(2500)
        print(name)
        idle = report("idle", e, None)
        sent = len(e.sent)
        for label, before in (
            ("playing, 60 steps/s", "stage.player.speed = 60; stage.toggle();"),
            ("playing, whole layer", "stage.set({diagram: 'layer'});"),
            ("slow motion", "stage.set({diagram: 'unit'}); stage.setSlow(true);"),
        ):
            e.root.evaluate(f"(root) => {{ const stage = handleOf(root.gruviz); {before} }}")
            report(label, e, idle)
        e.root.evaluate("(root) => { handleOf(root.gruviz).setSlow(false); handleOf(root.gruviz).stop(); }")
        scrubbed(e, idle)
        print(f"  messages to the server       {len(e.sent) - sent}")


DRAG = """async () => {
  for (let k = 0; k < 130; k++) {
    handleOf(registry.stages.get("a")).set({ t: k % 200 });
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def four(context: Any) -> None:
    print("four stages on one page, two of them linked, T=200 to 260 H=64")
    with pages["served_folder"]() as (folder, address):
        (folder / "four.html").write_text(pages["four_stages"](200, 64), encoding="utf-8")
        e = Explorer(context, address)
        e.page.goto(f"{address}/four.html")
        e.page.wait_for_selector("[data-ready]")
        e.page.wait_for_timeout(1000)
        idle = report("idle", e, None)
        e.page.evaluate(f"() => {{ window.dragged = ({DRAG})(); }}")
        report("scrubbing one, its pair along", e, idle)
        e.page.evaluate("async () => { await window.dragged; }")
        every = "for (const one of [...registry.stages.values()].map(handleOf))"
        for speed in (8, 60):
            e.page.evaluate(f"() => {{ {every} {{ one.stop(); one.player.speed = {speed}; one.toggle(); }} }}")
            report(f"all four playing, {speed} steps/s", e, idle)
        print(f"  questions to Python          {e.page.evaluate('calls.length')}")


FULL = """async () => {
  for (let k = 0; k < 130; k++) {
    full.store.set({ t: k % 200 });
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def ten(context: Any) -> None:
    print("ten small figures that follow one full stage, T=200 H=64")
    with pages["served_folder"]() as (folder, address):
        (folder / "ten.html").write_text(pages["ten_figures"](200, 64), encoding="utf-8")
        e = Explorer(context, address)
        e.page.set_viewport_size({"width": 1400, "height": 900})
        e.page.goto(f"{address}/ten.html")
        e.page.wait_for_selector("[data-ready]")
        e.page.wait_for_timeout(1000)
        idle = report("idle", e, None)
        print(f"  figures mounted at the top   {e.page.evaluate('figures.size')}")
        e.page.evaluate(f"() => {{ window.dragged = ({FULL})(); }}")
        report("scrubbing at the top", e, idle)
        e.page.evaluate("async () => { await window.dragged; scrollTo(0, document.body.scrollHeight / 2); }")
        e.page.wait_for_timeout(500)
        print(f"  figures mounted further down {e.page.evaluate('figures.size')}")
        e.page.evaluate(f"() => {{ window.dragged = ({FULL})(); }}")
        report("scrubbing further down", e, idle)


def opening(e: Any) -> None:
    print("from a changed number of steps to the drawn stage, one open page")
    for model in ("split", "nn.GRU"):
        for hidden in (16, 64):
            e.goto(f"weights=random&hidden={hidden}&family=white_noise&steps=100")
            e.choose("model", model)
            e.page.wait_for_timeout(1500)
            took = {}
            for steps in (1_000, 100_000):
                e.received.clear()
                box = e.widget("steps").locator("input")
                box.fill(str(steps))
                start = time.perf_counter()
                box.press("Enter")
                e.until("stage.scene.trace.steps === arg && stage.drawn", steps)
                took[steps] = time.perf_counter() - start
                e.page.wait_for_timeout(1500)
            size = sum(e.received) / 1e6
            print(
                f"  {model:7} H={hidden}: T=1,000 {took[1_000]:.2f} s, T=100,000 {took[100_000]:.2f} s"
                f" ({took[100_000] / took[1_000]:.1f} times), {size:.1f} MB received"
            )


def main() -> None:
    with visited() as (address, browser):
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        four(context)
        ten(context)
        e = Explorer(context, address)
        measure(e)
        opening(e)


if __name__ == "__main__":
    main()
