"""How smooth three stages and their difference are: `python tests/bench/compare.py` (needs Chromium; prints only).

Frame times of 120 frames of scrubbing and playing over three stages of T=200 H=64 and the stage of their difference,
beside the idle page's in the same run; long tasks; messages to the server meanwhile. How long the page takes to open
beside Explore, each in a fresh context, and what a change costs the server's processor beside those of its traces.
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
visited = runpy.run_path(str(ROOT / "tests" / "served.py"))["visited"]
FRAMES = runpy.run_path(str(ROOT / "tests" / "bench" / "stage_frames.py"))["FRAMES"]
RUN = "weights=random&hidden=64&steps=200&gain=3"
COMPARED = f"{RUN}&vs.what=models&vs.third=1"
KEYS = ("compare-a", "compare-b", "compare-c", "difference")
DRAWN = runpy.run_path(str(ROOT / "tests" / "explorer.py"))["DRAWN"]


def all_drawn(e: Any, keys: tuple[str, ...] = KEYS) -> None:
    for key in keys:
        root = e.page.locator(f".st-key-{key} [data-part=root]")
        root.wait_for(state="visible", timeout=60_000)
        root.evaluate(DRAWN)


def opened(browser: Any, address: str, path: str, keys: tuple[str, ...]) -> float:
    """Seconds until everything is drawn, for somebody whose browser has nothing yet."""
    e = Explorer(browser.new_context(viewport={"width": 1400, "height": 900}), address)
    start = time.perf_counter()
    e.page.goto(f"{address}/{path}")
    all_drawn(e, keys)
    seconds = time.perf_counter() - start
    e.context.close()
    return seconds


def report(name: str, found: tuple[list[float], list[float]], idle: Any, sent: int) -> tuple[float, float]:
    times, long = found
    median, p95, worst = (float(each) for each in np.percentile(times, (50, 95, 100)))
    beside = "" if idle is None else f"  to idle {median / idle[0]:.2f} {p95 / idle[1]:.2f}  messages {sent}"
    print(f"  {name:22} median {median:5.1f}  p95 {p95:5.1f}  worst {worst:5.1f} ms  long tasks {len(long)}{beside}")
    return median, p95


def during(e: Any, name: str, idle: tuple[float, float], act: Any) -> None:
    sent = len(e.sent)
    e.page.evaluate(f"() => {{ window.frames_ = ({FRAMES})(document.body, 120); }}")
    act()
    report(name, e.page.evaluate("() => window.frames_"), idle, len(e.sent) - sent)


def scrubbed(e: Any) -> None:
    host = e.page.locator(".st-key-difference [data-part=root]")
    box = host.locator("[data-part=panels]").bounding_box()
    left, wide = host.evaluate("(root) => [handleOf(root.gruviz).panels.left, handleOf(root.gruviz).panels.plot]")
    e.page.mouse.move(box["x"] + left, box["y"] + 10)
    e.page.mouse.down()
    for k in range(110):
        e.page.mouse.move(box["x"] + left + k * wide / 110, box["y"] + 10)
        e.page.wait_for_timeout(8)
    e.page.mouse.up()


def main() -> None:
    with visited() as (address, browser):
        e = Explorer(browser.new_context(viewport={"width": 1400, "height": 900}), address)
        e.page.goto(f"{address}/compare?{COMPARED}")
        all_drawn(e)
        e.page.wait_for_timeout(3000)
        print("three stages of T=200 H=64 and their difference")
        idle = report("idle", e.page.evaluate(f"() => ({FRAMES})(document.body, 120)"), None, 0)
        during(e, "scrubbing", idle, lambda: scrubbed(e))
        play = "(root) => { handleOf(root.gruviz).player.speed = 60; handleOf(root.gruviz).toggle(); }"
        host = e.page.locator(".st-key-difference [data-part=root]")
        during(e, "playing, 60 steps/s", idle, lambda: host.evaluate(play))
        e.context.close()
        pages = ((f"?{RUN}", ("explore",)), (f"compare?{RUN}", (*KEYS[:2], KEYS[3])))
        turns = [[opened(browser, address, path, keys) for path, keys in pages] for _ in range(7)]
        explore, compare = (float(each) for each in np.median(turns, axis=0))
        told = f"Explore {explore:.2f} s, Compare {compare:.2f} s, ratio {compare / explore:.2f}"
        print(f"opening, medians of {len(turns)} in turns: {told}")


if __name__ == "__main__":
    main()
