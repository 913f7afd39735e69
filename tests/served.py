"""The app on a free port, and a Chromium, for as long as a `with` block; for browser tests, pictures and benchmarks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launched() -> Iterator[Browser]:
    """The machine's Chromium; missing, it is an error and nothing to be skipped."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visited() -> Iterator[tuple[str, Browser]]:
    """Address of a server, and a Chromium to visit it with."""
    with tempfile.TemporaryDirectory() as logs, served(Path(logs) / "log.txt") as address, launched() as browser:
        yield address, browser


@contextmanager
def served(log: Path, port: int = 0, under: str = "") -> Iterator[str]:
    """Start the server, give its address once it answers, end it.

    Args:
        log: a file for what it says.
        port: to listen on; 0 for a free one.
        under: a base path, such as "/deep/er".

    Raises:
        RuntimeError: it ended, or did not answer within a minute.
    """
    with socket.socket() as free:
        if not port:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.baseUrlPath", under.strip("/")]
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        try:
            address = f"http://localhost:{port}{under}"
            _await_health(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(10)


def own_server() -> Path:
    """The folder of /proc of the server that this process started."""
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
    """MB that a process holds, its folder of /proc given; with "VmHWM" the most it ever held."""
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1000


def _await_health(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the server did not answer within a minute")
