"""What the server holds after many visits of the largest trace, each closed again.

Run by hand: `python tests/bench/visitors_memory.py [folder]` (needs Chromium; prints, asserts nothing). A folder is
another checkout to measure, such as an older commit. Every visit asks for its own trace: 100,000 steps of 200 units.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))

from served import own_server, resident  # noqa: E402

ROOT = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
visited = runpy.run_path(str(ROOT / "tests" / "served.py"))["visited"]
VISITS, STAY = 20, 2_000  # milliseconds after the picture stands
PLACE = "weights=random&hidden=200&family=white_noise&steps=100000"


def main() -> None:
    with visited() as (address, browser):
        process = own_server()
        print(f"at first {resident(process):.0f} MB")
        for visit in range(VISITS):
            context = browser.new_context()
            page, begin = context.new_page(), perf_counter()
            page.goto(f"{address}/?{PLACE}&seed={visit}")
            page.locator(".st-key-npz button").wait_for(timeout=120_000)
            took = perf_counter() - begin
            page.wait_for_timeout(STAY)
            context.close()
            if visit % 5 == 4:
                print(f"after {visit + 1} visits {resident(process):.0f} MB (the last took {took:.1f} s)", flush=True)
        print(f"at most {resident(process, 'VmHWM'):.0f} MB")


if __name__ == "__main__":
    main()
