"""What one visitor's training costs another: from a changed control to the drawn stage, idle and meanwhile.

Run by hand: `python tests/bench/training_visitors.py` (needs Chromium; prints, asserts nothing). Idle and busy rounds
take turns in one run, and the trainer's own page is open all the time, looking at its training every second.
"""

from __future__ import annotations

import runpy
import statistics
from pathlib import Path
from time import perf_counter

from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
Explorer = runpy.run_path(str(ROOT / "tests" / "explorer.py"))["Explorer"]
visited = runpy.run_path(str(ROOT / "tests" / "served.py"))["visited"]
ROUNDS, CHANGES = 4, 10
PLAN = "train.task=delayed_copy&train.learning_rate=1e-06&train.most_steps=50000"
PLACES = {
    "nn.GRU, 16 units, 200 steps": "weights=random&model=torch&family=white_noise&steps=200",
    "split, 64 units, 1,000 steps": "weights=random&model=split&hidden=64&family=white_noise&steps=1000",
}


def changes(e: Explorer, seeds: range) -> list[float]:
    """Seconds from Enter in the seed's box to the drawn stage, for each seed."""
    found, box = [], e.widget("seed").locator("input")
    for seed in seeds:
        box.fill(str(seed))
        begin, before = perf_counter(), e.stage("stage.scene.trace.id")
        box.press("Enter")
        e.until("stage.scene.trace.id !== arg", before)
        found.append(perf_counter() - begin)
        e.settled()
        e.page.wait_for_timeout(150)
    return found


def main() -> None:
    with visited() as (address, browser):
        size = {"width": 1400, "height": 900}
        trainer, other = (Explorer(browser.new_context(viewport=size), address) for _ in range(2))
        trainer.page.goto(f"{address}/train?{PLAN}")
        trainer.settled()
        button = trainer.page.locator
        for place, query in PLACES.items():
            other.goto(query)
            changes(other, range(1, 6))
            idle, busy = [], []
            for k in range(ROUNDS):
                start = 100 * (k + 1)
                idle += changes(other, range(start, start + CHANGES))
                button(".st-key-train_start button, .st-key-train_resume button").first.click()
                expect(trainer.page.get_by_text("steps/s · at most")).to_be_visible(timeout=30_000)
                busy += changes(other, range(start + 50, start + 50 + CHANGES))
                button(".st-key-train_pause button").click()
                expect(button(".st-key-train_resume button")).to_be_visible(timeout=15_000)
            print(f"{place}: {len(idle)} changes each")
            for name, of in (("median", statistics.median), ("worst", max)):
                once, twice = of(idle), of(busy)
                print(f"  {name:7} idle {once:.3f} s, while training {twice:.3f} s: {twice / once:.2f} times")


if __name__ == "__main__":
    main()
