"""One server and one Chromium for all browser tests; a new context for each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from explorer import Explorer
from plain_pages import served_folder
from playwright.sync_api import Browser, sync_playwright
from served import served

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with served(log) as address:
        yield address
    # a script error never shows on the page, so it must show here
    assert "Traceback" not in log.read_text(), log.read_text()[-4000:]


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


@pytest.fixture(scope="session")
def folder() -> Iterator[tuple[Path, str]]:
    """See `served_folder`."""
    with served_folder() as made:
        yield made
