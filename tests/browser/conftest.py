"""One server and one Chromium for all browser tests; a new page for each, and nothing on it from the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from explorer import Explorer
from plain_pages import served_folder
from playwright.sync_api import Browser, BrowserContext
from served import launched, served


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with served(log) as address:
        yield address
    # a script error never shows on the page, so it must show here
    assert "Traceback" not in log.read_text(), log.read_text()[-4000:]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Callable[..., BrowserContext]:
    """Contexts by what they are asked for: one that is used again has Streamlit's megabytes in its cache."""
    return cache(chromium.new_context)


@pytest.fixture
def explore(
    server: str, chromium: Browser, contexts: Callable[..., BrowserContext]
) -> Iterator[Callable[..., Explorer]]:
    """Opens the page; fails the test on a page error, a console error or a request to another host."""
    opened: list[Explorer] = []

    def open_page(
        query: str = "", *, width: int = 1400, height: int = 900, scheme: str = "light", touch: bool = False
    ) -> Explorer:
        # a second page in a test is another visitor's
        context = (chromium.new_context if opened else contexts)(color_scheme=scheme, has_touch=touch)
        explorer = Explorer(context, server)
        explorer.page.set_viewport_size({"width": width, "height": height})
        opened.append(explorer)
        explorer.goto(query)
        return explorer

    yield open_page
    for explorer in opened[:1]:
        explorer.page.evaluate("localStorage.clear()")
        explorer.page.close()
    for explorer in opened[1:]:
        explorer.context.close()
    for explorer in opened:
        assert not explorer.faults, explorer.faults


@pytest.fixture(scope="session")
def folder() -> Iterator[tuple[Path, str]]:
    """See `served_folder`."""
    with served_folder() as made:
        yield made


@pytest.fixture
def open_html(chromium: Browser, folder: tuple[Path, str]) -> Iterator[Callable[..., Explorer]]:
    """Opens HTML as a page of the served folder, in a context of its own; a fault of the page fails the test."""
    opened: list[Explorer] = []

    def open_page(html: str, *, width: int = 1200, height: int = 900, script: str = "") -> Explorer:
        path, address = folder
        (path / "page.html").write_text(html, encoding="utf-8")
        explorer = Explorer(chromium.new_context(viewport={"width": width, "height": height}), address)
        opened.append(explorer)
        if script:
            explorer.page.add_init_script(script)
        explorer.page.goto(f"{address}/page.html")
        return explorer

    yield open_page
    for explorer in opened:
        assert not explorer.faults, explorer.faults
        explorer.context.close()
