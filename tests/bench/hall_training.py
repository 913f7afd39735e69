"""A class presses Start together: who is refused, and when each has its result.

Run by hand: `python tests/bench/hall_training.py [visitors] [steps of the different plans]` (prints, asserts nothing).
Half of the visitors keep the plan the Train page opens with, the others bring one each, told apart by the seed; all
press Start within ten seconds, and look at their training as often as the page has a browser do. They come over the
real protocol, without a browser, from the machine that trains.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from served import served  # noqa: E402
from visitor import Run, Visitor  # noqa: E402

from gruviz.app.server.trainings import CAP  # noqa: E402
from gruviz.training.workers import spare_cores  # noqa: E402
from gruviz.wording.words import words  # noqa: E402

VISITORS, STEPS, WITHIN = 60, 300, 10.0
LONGEST = 1800.0  # seconds until nobody is waited for any more
DIFFERENT = "train.task=parity&train.most_steps={steps}&train.seed={seed}"
RESULT, START = "train_send", "train_start"
WAIT = re.compile(re.escape(words("en")["train"]["wait"]).replace(r"\{wait\}", r"(\d+)"))
FULL = words("en")["problems"]["training_queue_full"].partition("}")[2].strip()


@dataclass
class Found:
    """What became of one visitor; seconds count from the first press."""

    refused: bool = False
    result: float | None = None
    slowest: float = 0.0
    every: float = 0.0
    told: float = 0.0  # how long it would wait, when that was first said
    waited: float | None = None  # from then on


def refused(run: Run) -> bool:
    return any(FULL in text for text in run.texts)


async def visit(visitor: Visitor, begin: float, wait: float) -> Found:
    """Press Start after so many seconds, and look until the result is there."""
    found = Found()
    await asyncio.sleep(max(0.0, begin + wait - perf_counter()))
    run = await visitor.press(START)
    while True:
        if refused(run):
            found.refused = True
            return found
        if RESULT in visitor.values:
            found.result = perf_counter() - begin
            return found
        if perf_counter() - begin > LONGEST:
            return found
        await asyncio.sleep(max(0.0, (visitor.every or 1.0) - run.finished))
        found.every = max(found.every, visitor.every or 0.0)
        # the fragment that looks, which draws the whole page anew once the training ends
        _, fragment = visitor.components["train"]
        run = await visitor.rerun(fragment=fragment, picture=True)
        found.slowest = max(found.slowest, run.finished)
        waits = [float(match[1]) for text in run.texts if (match := WAIT.search(text))]
        if waits and not found.told:
            found.told, told_at = waits[0], perf_counter()
        elif found.told and not waits and found.waited is None:
            found.waited = perf_counter() - told_at


async def hall(address: str, count: int, steps: int) -> tuple[list[Found], list[Found]]:
    half = count // 2
    queries = [""] * (count - half) + [DIFFERENT.format(steps=steps, seed=1000 + k) for k in range(half)]
    visitors = [Visitor(address, query, "train") for query in queries]
    for visitor in visitors:
        await visitor.__aenter__()
    order = [k // 2 + (k % 2) * (count - half) for k in range(2 * half)] + list(range(half, count - half))
    waits = {k: place * WITHIN / count for place, k in enumerate(order)}  # both groups come mixed
    begin = perf_counter() + 1.0
    found = await asyncio.gather(*(visit(each, begin, waits[k]) for k, each in enumerate(visitors)))
    for visitor in visitors:
        await visitor.__aexit__(None, None, None)
    return found[: count - half], found[count - half :]


def main() -> None:
    given = [int(word) for word in sys.argv[1:3]]
    count, steps = given + [VISITORS, STEPS][len(given) :]
    print(f"{count} visitors press Start within {WITHIN:.0f} s; {os.cpu_count()} cores, {spare_cores()} to train on")
    with tempfile.TemporaryDirectory() as logs, served(Path(logs) / "log.txt") as address:
        same, different = asyncio.run(hall(address, count, steps))
    for name, group in (("the default plan", same), (f"parity, {steps} steps, a seed each", different)):
        there = sorted(one.result for one in group if one.result is not None)
        print(f"{name}: {len(group)} visitors, {sum(one.refused for one in group)} refused, {len(there)} with a result")
        if there:
            print(f"  first {there[0]:.0f} s, median {statistics.median(there):.0f} s, last {there[-1]:.0f} s")
    everyone = (*same, *different)
    slowest = sorted(one.slowest for one in everyone)
    print(f"slowest look of a visitor: median {statistics.median(slowest):.1f} s, worst {slowest[-1]:.1f} s")
    print(f"seconds from one look to the next: up to {max(one.every for one in everyone):.0f}")
    told = [one for one in everyone if one.waited is not None]
    if told:
        ratio = statistics.median(one.waited / one.told for one in told)
        longest = max(told, key=lambda one: one.waited)
        print(f"{len(told)} were told how long they would wait; it took {ratio:.1f} times as long (median)")
        print(f"  who waited longest was told {longest.told:.0f} s and waited {longest.waited:.0f} s")
    print(f"a turn ends after {CAP:.0f} s at the latest")


if __name__ == "__main__":
    main()
