"""What the server holds after many visits of the largest trace, each closed again.

Run by hand: `python tests/bench/visitors_memory.py [folder]` (needs Chromium; prints, asserts nothing). A folder is
another checkout to measure, such as an older commit. Every visit asks for its own trace: 100,000 steps of 200 units.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
visited = runpy.run_path(str(ROOT / "tests" / "served.py"))["visited"]
VISITS, STAY = 20, 2_000  # milliseconds after the picture stands
PLACE = "weights=random&hidden=200&family=white_noise&steps=100000"


def server() -> Path:
    """The folder of /proc of the server this process started."""
    for found in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = found.read_text().rsplit(")", 1)[1].split()[1]
            told = (found.parent / "cmdline").read_text()
        except OSError:  # it has ended
            continue
        if int(parent) == os.getpid() and "streamlit" in told:
            return found.parent
    raise RuntimeError("no server runs")


def resident(process: Path, name: str = "VmRSS") -> float:
    """GB a process holds; with "VmHWM" the most it ever held."""
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1e6


def main() -> None:
    with visited() as (address, browser):
        process = server()
        print(f"at first {resident(process):.2f} GB")
        for visit in range(VISITS):
            context = browser.new_context()
            page, begin = context.new_page(), perf_counter()
            page.goto(f"{address}/?{PLACE}&seed={visit}")
            page.locator(".st-key-npz button").wait_for(timeout=120_000)
            took = perf_counter() - begin
            page.wait_for_timeout(STAY)
            context.close()
            if visit % 5 == 4:
                print(f"after {visit + 1} visits {resident(process):.2f} GB (the last took {took:.1f} s)", flush=True)
        print(f"at most {resident(process, 'VmHWM'):.2f} GB")


if __name__ == "__main__":
    main()
