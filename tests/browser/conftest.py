"""One server and one Chromium for all browser tests; a new context for each."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from explorer import Explorer
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log.txt"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"PYTHONUNBUFFERED": "1"}
        )
        try:
            address = f"http://localhost:{port}"
            _await_health(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(10)
    # a script error never shows on the page, so it must show here
    assert "Traceback" not in log.read_text(), log.read_text()[-4000:]


def _await_health(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.25)
    pytest.fail("the server did not answer within a minute")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def explore(server: str, chromium: Browser) -> Iterator[Callable[..., Explorer]]:
    """Opens the page; fails the test on a page error, a console error or a request to another host."""
    opened: list[Explorer] = []

    def open_page(
        query: str = "", *, width: int = 1400, height: int = 900, scheme: str = "light", touch: bool = False
    ) -> Explorer:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=touch
        )
        explorer = Explorer(context, server)
        opened.append(explorer)
        explorer.goto(query)
        return explorer

    yield open_page
    for explorer in opened:
        explorer.context.close()
    for explorer in opened:
        assert not explorer.faults, explorer.faults
