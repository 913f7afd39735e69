"""A lecture hall on one server: what a change costs it, how long 100 visitors wait, what a visit weighs.

Run by hand: `python tests/bench/hall.py [folder] [--minutes N]`; it prints, asserts nothing. Real server and protocol,
no browser: the visitors of tests/visitor.py run in processes of their own. A folder is another checkout, such
as an older commit. With minutes, visitors come, change and leave for so long, and the server's memory is watched.

"Server time" is the processor time of the server process. A visitor's wait ends when the stage's message is here
("picture") and when the script has ended ("finished"); what a stage asks by itself is asked and counted too.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import runpy
import socket
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))

from served import own_server, resident  # noqa: E402
from visitor import Run, Visitor  # noqa: E402

EVERY = 5.0  # seconds between two changes of a visitor
CHANGES = 60
CLOCK = os.sysconf("SC_CLK_TCK")


def spent(process: Path) -> float:
    """Milliseconds of processor time it has used."""
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / CLOCK


def at(values: list[float], share: float) -> float:
    """A quantile."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def change(visitor: Visitor, seed: int) -> tuple[Run, Run | None]:
    """Another example of the task, and what the stage asks about it by itself."""
    run = await visitor.change("sseed", seed)
    # since a scene brings the sums of its unit along, there is nothing to ask
    return run, None if "sums" in run.stages[-1] else await visitor.sums(run)


async def idle(address: str, process: Path) -> tuple[float, list[float], Run]:
    """Processor time of a change in ms, the waits in ms, and the last change."""
    waits, used = [], 0.0
    async with Visitor(address) as visitor:
        for seed in range(5):
            await change(visitor, 10**6 + seed)
        for seed in range(CHANGES):
            before = spent(process)
            run, _ = await change(visitor, 2 * 10**6 + seed)
            waits.append(1000 * run.picture)
            await asyncio.sleep(0.05)
            used += spent(process) - before
    return used / CHANGES, waits, run


async def stay(address: str, k: int, begin: float, seconds: float, found: dict[str, list]) -> None:
    """One visitor: comes at some time within the first five seconds, changes something every five."""
    rng = random.Random(k)
    await asyncio.sleep(max(0.0, begin - monotonic()) + rng.uniform(0, EVERY))
    try:
        async with Visitor(address) as visitor:
            found["open"].append(1000 * (visitor.opened.picture or 0))
            end, seed = monotonic() + seconds, 10_000 * (k + 1)
            while monotonic() < end:
                await asyncio.sleep(EVERY * rng.uniform(0.6, 1.4))
                seed += 1
                run, _ = await change(visitor, seed)
                found["picture"].append(1000 * run.picture)
                found["finished"].append(1000 * run.finished)
    except Exception as fault:  # counted: a hall has no room for any
        found["faults"].append(f"{type(fault).__name__}: {fault}")


def crowd(address: str, numbers: list[int], begin: float, seconds: float, out: multiprocessing.Queue) -> None:
    """Visitors that share a process."""

    async def all_of_them() -> dict[str, list]:
        found = {"open": [], "picture": [], "finished": [], "faults": []}
        await asyncio.gather(*(stay(address, k, begin, seconds, found) for k in numbers))
        return found

    out.put(asyncio.run(all_of_them()))


def hall(address: str, visitors: int, seconds: float, salt: int) -> dict[str, list]:
    """What so many visitors waited for, ms."""
    queue, begin = multiprocessing.Queue(), monotonic() + 3
    parts = [[salt + k for k in range(visitors) if k % 2 == half] for half in range(2)]
    crowds = [multiprocessing.Process(target=crowd, args=(address, part, begin, seconds, queue)) for part in parts]
    for each in crowds:
        each.start()
    found = [queue.get() for _ in crowds]
    for each in crowds:
        each.join()
    return {name: [value for one in found for value in one[name]] for name in found[0]}


@contextmanager
def deployed(processes: int) -> Iterator[str]:
    """Address of an nginx before so many processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(HERE / "assets" / "deploy" / "hall.py"), "--listen", f"127.0.0.1:{port}"]
    command += ["--processes", str(processes), "--first-port", str(port + 1)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        well, end = 0, monotonic() + 120
        while well < 20 * processes and monotonic() < end:  # in turn, so that each has answered
            try:
                with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5) as answer:
                    well = well + 1 if answer.status == 200 else 0
            except OSError:
                well = 0
                sleep(0.5)
        sleep(5)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(30)


def told(found: dict[str, list], waits: Sequence[float] = ()) -> str:
    p95 = at(found["picture"], 0.95)
    beside = f" ({p95 / statistics.median(waits):.1f} times idle)" if waits else ""
    return (
        f"opening p50 {at(found['open'], 0.5):.0f} p95 {at(found['open'], 0.95):.0f} ms; "
        f"{len(found['picture'])} changes: picture p50 {at(found['picture'], 0.5):.0f} p95 {p95:.0f} ms{beside}, "
        f"finished p95 {at(found['finished'], 0.95):.0f} ms; "
        f"faults {len(found['faults'])} {found['faults'][:2]}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=str(HERE), help="checkout to measure")
    parser.add_argument("--minutes", type=float, default=0, help="watch the memory while visitors come and go")
    parser.add_argument("--visitors", type=int, nargs="*", default=[20, 100], help="how many in the hall")
    parser.add_argument("--processes", type=int, nargs="*", default=[], help="so many behind nginx, by assets/deploy")
    given = parser.parse_args()
    if given.processes:
        for processes in given.processes:
            with deployed(processes) as address:
                for visitors in given.visitors:
                    found = hall(address, visitors, 30, visitors * 1000)
                    print(f"{processes} process(es), {visitors} visitors: {told(found)}", flush=True)
        return
    served = runpy.run_path(str(Path(given.folder) / "tests" / "served.py"))["served"]
    with tempfile.TemporaryDirectory() as logs, served(Path(logs) / "log.txt") as address:
        process = own_server()
        print(f"at first {resident(process):.0f} MB", flush=True)

        async def first() -> Run:
            async with Visitor(address) as visitor:
                return visitor.opened

        for who in ("first", "second", "third"):
            run = asyncio.run(first())
            print(
                f"{who} visitor: picture {1000 * run.picture:.0f} ms, finished {1000 * run.finished:.0f} ms", flush=True
            )
        used, waits, run = asyncio.run(idle(address, process))
        print(
            f"a change, idle: server time {used:.1f} ms; picture p50 {at(waits, 0.5):.0f} p95 {at(waits, 0.95):.0f} ms"
        )
        print(f"  {run.bytes} bytes, of them {run.arrays} arrays, {run.bytes - run.arrays} beside them", flush=True)
        for visitors in given.visitors:
            before, since = spent(process), monotonic()
            found = hall(address, visitors, 30, visitors * 1000)
            busy = (spent(process) - before) / 10 / (monotonic() - since)
            told_of = f"the server {busy:.0f} % of a core, {resident(process):.0f} MB"
            print(f"{visitors} visitors: {told(found, waits)}; {told_of}", flush=True)
        begun, k = monotonic(), 0
        while monotonic() - begun < 60 * given.minutes:
            k += 1
            found = hall(address, 100, 100, 10**6 * k)
            print(
                f"minute {(monotonic() - begun) / 60:.0f}: {told(found, waits)}; {resident(process):.0f} MB", flush=True
            )


if __name__ == "__main__":
    main()
