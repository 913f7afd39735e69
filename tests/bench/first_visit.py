"""What a first visit weighs and how long its picture takes, beside a bare Streamlit page with the same widgets.

Run by hand: `python tests/bench/first_visit.py [folder]` (needs Chromium; prints, asserts nothing). A folder is another
checkout to measure. Every visit has an empty cache; gruviz and the bare page take turns in one run. The same once more
with what the browser holds from the visit before.
"""

from __future__ import annotations

import runpy
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, BrowserContext

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
tools = runpy.run_path(str(ROOT / "tests" / "served.py"))
ROUNDS = 7
SIZE = {"width": 1400, "height": 900}
BARE = """
import streamlit as st

st.set_page_config(layout="wide")
with st.sidebar:
    st.markdown("**bare**")
    st.segmented_control("language", ["English", "Korean"], default="English")
    st.segmented_control("trained", ["split", "nn.GRU"], default="split")
    st.selectbox("source", ["task", "synthetic"])
    st.selectbox("task", ["delayed copy", "flip-flop"])
    st.number_input("example", 0, 100, 3)
    left, right = st.columns(2)
    left.number_input("gap", 0, 100, 20)
    right.number_input("irregularity", 0.0, 1.0, 0.5)
    left.number_input("noise", 0.0, 1.0, 0.45)
    st.selectbox("scaling", ["as it is", "other"])
st.markdown("the last")
st.download_button("npz", b"1")
st.download_button("csv", b"2")
"""
DRAWN = """() => {
  const find = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.gruviz?.store.picture) return true;
      if (each.shadowRoot && find(each.shadowRoot)) return true;
    }
    return false;
  };
  return find(document);
}"""


@contextmanager
def bare() -> Iterator[str]:
    """Address of the bare page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
        command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
        command += ["--server.fileWatcherType", "none"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2)
                    break
                except OSError:
                    time.sleep(0.2)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(10)


def visit(context: BrowserContext, address: str, ready: str) -> tuple[float, int, Counter]:
    """Seconds to the picture, bytes over the wire, and the bytes by kind of file."""
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    total, kinds, names = [0], Counter(), {}
    client.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))

    def done(event: dict) -> None:
        size = int(event["encodedDataLength"])
        total[0] += size
        kinds[names.get(event["requestId"], "?").split("?")[0].rpartition("/")[2][:24]] += size

    client.on("Network.loadingFinished", done)
    client.on(
        "Network.webSocketFrameReceived",
        lambda e: total.__setitem__(0, total[0] + len(e["response"]["payloadData"]) * 3 // 4),
    )
    begin = perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(ready, timeout=60_000, polling="raf")
    took = perf_counter() - begin
    page.wait_for_timeout(1500)
    page.close()
    return took, total[0], kinds


def measure(browser: Browser, places: dict[str, tuple[str, str]]) -> None:
    found = {name: ([], [], []) for name in places}
    kinds: Counter = Counter()
    for turn in range(ROUNDS + 1):
        for name, (address, ready) in places.items():
            context = browser.new_context(viewport=SIZE)
            first, size, kinds_of = visit(context, address, ready)
            again, _, _ = visit(context, address, ready)
            context.close()
            if turn:  # the first is not counted: the server has just begun
                for held, value in zip(found[name], (first, again, size), strict=True):
                    held.append(value)
                kinds = kinds_of if name == "gruviz" else kinds
    for name, (first, again, size) in found.items():
        middle = statistics.median
        print(
            f"{name:7} first {middle(first):.2f} s, again {middle(again):.2f} s, {middle(size) / 1e6:.2f} MB",
            flush=True,
        )
    for k, what in enumerate(("first", "again")):
        ratios = [a / b for a, b in zip(found["gruviz"][k], found["bare"][k], strict=True)]
        print(f"{what}: {statistics.median(ratios):.2f} times the bare page")
    print("largest:", ", ".join(f"{name} {size / 1000:.0f} kB" for name, size in kinds.most_common(8)))


def main() -> None:
    ready = "() => !!document.querySelector('[data-testid=\"stDownloadButton\"]')"
    with tools["visited"]() as (address, browser), bare() as other:
        measure(browser, {"gruviz": (address, DRAWN), "bare": (other, ready)})


if __name__ == "__main__":
    main()
