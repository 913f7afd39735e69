"""How the tests run beside each other: a file at a time on two workers; what measures time has both for itself."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch loads: the pools of two workers fight for the cores
hypothesis.settings.register_profile("shared", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("shared")  # an example may have to wait for the other worker

DOOR, ROOM = Path(__file__), Path(__file__).with_name("requirements.txt")  # files there are, to be locked
BROWSER = "tests/browser/"
APART = (  # need no common server
    "test_deploy",
    "test_lost_session",
    "test_many_stages",
    "test_small_figures",
    "test_stage_in_a_plain_page",
)
LOOKS = ("test_accessibility", "test_handout_in_browser", "test_printing", "test_projector", "test_whole_words")


def visits(nodeid: str) -> bool:
    """Whether a test visits the server that browser tests share."""
    return nodeid.startswith(BROWSER) and not nodeid.startswith(tuple(f"{BROWSER}{name}." for name in APART))


class ByFile(LoadScopeScheduling):
    """A file is one worker's, and so are the files that visit a server together: those about looks, and the others."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(tuple(f"{BROWSER}{name}." for name in LOOKS)):
            return f"{BROWSER}looks"
        return BROWSER if visits(nodeid) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for folders; a few files are done sooner in one process."""
    return 2 if any(Path(each).is_dir() for each in config.args) else 0


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items.sort(key=lambda item: not visits(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Tests share the room, and one that is to be alone has it for itself: while it waits, nobody comes in."""
    with DOOR.open() as door, ROOM.open() as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Playwright's loop runs on in its thread; a test without a browser that comes after may run one of its own."""
    loop = None if item.nodeid.startswith(BROWSER) else asyncio._get_running_loop()
    if loop is None:
        return (yield)
    asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(loop)
