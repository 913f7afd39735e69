"""One greedy visitor among twenty ordinary ones: they hardly notice. By the protocol alone, no browser."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest
from visitor import Visitor

ORDINARY, EVERY, SECONDS = 20, 2.0, 6.0
GREEDY = "weights=random&model=torch&hidden=200&source=synthetic&family=white_noise&steps=100000"
TIMES = 2.0  # as slow as without it, at most
LEAST = 0.05  # seconds: twice nothing is nothing


async def ordinary(address: str, k: int, waits: list[float]) -> None:
    rng = random.Random(k)
    async with Visitor(address) as visitor:
        await asyncio.sleep(rng.uniform(0, EVERY))
        end, seed = perf_counter() + SECONDS, 1000 * k
        while perf_counter() < end:
            seed += 1
            run = await visitor.change("sseed", seed)
            assert run.stages[-1]["status"]["kind"] == "story"
            waits.append(run.picture)
            await asyncio.sleep(EVERY * rng.uniform(0.6, 1.4))


async def greedy(address: str, salt: int, said: list[dict]) -> None:
    """Asks for the largest trace there is as soon as the last is here, and for a good measure as often as it can."""
    async with Visitor(address, f"{GREEDY}&seed={salt}") as visitor:
        said.append(visitor.opened.stages[-1])
        for seed in range(salt + 1, salt + 1000):
            run = await visitor.change("seed", seed)
            said.append(run.stages[-1])
            await asyncio.sleep(0.3)


async def p95(address: str, salt: int, with_greedy: bool) -> tuple[float, list[dict]]:
    waits: list[float] = []
    said: list[dict] = []
    other = asyncio.create_task(greedy(address, 100_000 * salt, said)) if with_greedy else None
    await asyncio.gather(*(ordinary(address, 100 * salt + k, waits) for k in range(1, ORDINARY + 1)))
    if other is not None:
        while not said and not other.done():  # on a busy machine
            await asyncio.sleep(0.1)
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
    return sorted(waits)[int(0.95 * len(waits))], said


@pytest.mark.alone
def test_one_greedy_visitor_costs_twenty_others_little(server):
    ratios = []
    for salt in range(1, 7, 2):  # a neighbour of this machine may come between: the best of three
        with ThreadPoolExecutor(1) as apart:  # Playwright's loop runs in this thread
            alone, _ = apart.submit(asyncio.run, p95(server, salt, with_greedy=False)).result()
            beside, said = apart.submit(asyncio.run, p95(server, salt + 1, with_greedy=True)).result()
        ratios.append(beside / max(alone, LEAST))
        if ratios[-1] <= TIMES:
            break
    assert min(ratios) <= TIMES, ratios
    assert said  # it did get what it asked for, meanwhile
