"""assets/deploy/hall.py: two processes behind nginx as visitors meet them, and what is left when one of them ends."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from explorer import Explorer
from playwright.sync_api import expect
from served import ROOT

DEPLOY = ROOT / "assets" / "deploy"


class Hall:
    """The script as it runs, and what it says."""

    def __init__(self, port: int, log: Path, process: subprocess.Popen) -> None:
        self.address, self.log, self.process = f"http://localhost:{port}", log, process

    def ask(self, path: str = "/", cookie: str = "") -> tuple[int, dict[str, str]]:
        """Status and headers of an answer."""
        request = urllib.request.Request(self.address + path, headers={"Cookie": cookie} if cookie else {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers)

    def started(self, name: str) -> list[int]:
        """The processes that were started under a name, as it says."""
        return [int(pid) for pid in re.findall(rf"hall: {name}.*: process (\d+)", self.log.read_text())]

    def well(self, seat: int) -> bool:
        """Whether a process answers, and is not stood in for."""
        try:
            status, headers = self.ask("/_stcore/health", f"gruviz_seat={seat}.{'0' * 32}")
        except urllib.error.URLError:  # nginx has only just begun
            return False
        return status == 200 and headers.get("X-Gruviz-Seat") == str(seat)

    def one_worker(self) -> bool:
        """Whether nginx has read anew: for a tenth of a second and more, those that know the old seats take visitors
        too, and after it only those they have."""
        master = self.started("nginx")[-1]
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        with suppress(FileNotFoundError):  # one has just ended
            told = [Path(f"/proc/{child}/cmdline").read_bytes().strip(b"\0 ") for child in children]
            return told.count(b"nginx: worker process") == 1
        return False

    def all_well(self) -> bool:
        return self.well(0) and self.well(1) and self.one_worker()

    def await_all(self) -> None:
        until(self.all_well, 60)

    def kill(self, seat: int) -> None:
        os.kill(self.started(f"seat {seat}")[-1], signal.SIGKILL)

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """As if what ended took long to start again; nor is nginx told that it has ended."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


def until(true, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to it"
        time.sleep(0.1)


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def free_ports(number: int) -> list[int]:
    """Ports one after another that nobody listens on."""
    for first in range(20_000 + os.getpid() % 5_000, 30_000, number):
        found = [socket.socket() for _ in range(number)]
        try:
            for one, port in zip(found, range(first, first + number), strict=True):
                one.bind(("127.0.0.1", port))
            return list(range(first, first + number))
        except OSError:
            continue
        finally:
            for one in found:
                one.close()
    raise AssertionError("no port is free")


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    port, first, _ = free_ports(3)
    log = tmp_path_factory.mktemp("hall") / "log.txt"
    command = [sys.executable, str(DEPLOY / "hall.py"), "--listen", f"127.0.0.1:{port}"]
    command += ["--processes", "2", "--first-port", str(first)]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        hall = Hall(port, log, process)
        until(lambda: process.poll() is not None or hall.all_well(), 60)
        assert process.poll() is None, log.read_text()
        yield hall
    finally:
        process.terminate()
        status = process.wait(30)
    assert status == 0
    said = log.read_text()
    assert "Traceback" not in said, said[-4000:]
    for pid in re.findall(r"process (\d+)", said):
        assert not Path(f"/proc/{pid}").exists(), f"{pid} outlives the hall"


@pytest.fixture
def visitor(hall, chromium):
    """A visitor's page, the first address it opens given."""
    opened = []

    def open_page(path="/"):
        e = Explorer(chromium.new_context(viewport={"width": 1400, "height": 1000}), hall.address)
        opened.append(e)
        e.page.goto(hall.address + path)
        e.settled()
        return e

    yield open_page
    for e in opened:
        e.context.close()
        assert not e.faults, e.faults


def seat_of(e):
    """The process that has the visitor, by his cookie."""
    (value,) = [each["value"] for each in e.context.cookies() if each["name"] == "gruviz_seat"]
    return int(value.split(".")[0])


def lose(hall, e, seat):
    """End the process of a visitor; gives the other one's number once the page is back."""
    assert e.faults == []
    with hall.asleep():
        hall.kill(seat)
        e.page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])", timeout=10_000)
        e.page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=30_000)
    e.settled()
    e.faults.clear()  # the browser told of the connection that broke
    assert seat_of(e) == 1 - seat
    return 1 - seat


def upload(e, name, rows):
    text = "\n".join(["a,b", *(f"{row % 3},{-row % 2}" for row in range(rows))])
    e.page.locator(".st-key-upload input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    expect(e.page.locator("[data-testid=stSidebar]")).to_contain_text(f"steps {rows} · inputs 2", timeout=15_000)
    e.settled()


def download(e):
    with e.page.expect_download() as waiting:
        e.page.locator(".st-key-npz button").click()
    return np.load(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def test_visitors_are_spread_and_stay_where_they_are(hall):
    seats, cookies = Counter(), []
    for _ in range(20):
        status, headers = hall.ask()
        assert status == 200
        seats[headers["X-Gruviz-Seat"]] += 1
        cookies.append(headers["Set-Cookie"].split(";")[0])
    assert sum(seats[seat] for seat in "01") == 20
    assert min(seats[seat] for seat in "01") >= 7, seats  # not 10 each: who asks for its health takes a turn too
    assert len(set(cookies)) == 20
    for cookie in cookies:
        for path in ("/", "/train", "/_stcore/health"):
            status, headers = hall.ask(path, cookie)
            assert (status, headers["X-Gruviz-Seat"]) == (200, cookie.split("=")[1][0])
            assert "gruviz_seat" not in headers.get("Set-Cookie", "")
    # a seat there is not, or no cookie of ours: a new visitor
    for cookie in ("gruviz_seat=7." + "a" * 32, "gruviz_seat=0; other=1", "gruviz_seat=0.a/../b"):
        assert "gruviz_seat=" in hall.ask("/", cookie)[1]["Set-Cookie"]


def test_a_file_up_to_streamlits_own_limit_reaches_streamlit(hall):
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    (most,) = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())
    assert int(most) == config["server"]["maxUploadSize"] + 1


def test_the_page_comes_packed_from_the_cache_and_stays_fresh(hall, visitor):
    e = visitor()
    entries = e.page.evaluate("""performance.getEntriesByType("resource").map(
        (one) => [new URL(one.name).pathname, one.encodedBodySize, one.decodedBodySize])""")
    for part in ("/static/js/", "/static/css/", "/gruviz/stage/"):
        large = [entry for entry in entries if entry[0].startswith(part) and entry[2] > 5000]
        assert large
        assert all(packed < 0.7 * plain for _, packed, plain in large), large
    assert sum(packed for _, packed, _ in entries) < 0.5 * sum(plain for *_, plain in entries)
    for path in (next(entry[0] for entry in entries if entry[0].startswith(part)) for part in ("/static", "/gruviz")):
        hall.ask(path)
        headers = hall.ask(path)[1]
        assert headers["X-Gruviz-Cache"] == "HIT"
        assert "immutable" in headers["cache-control"]
        assert "Set-Cookie" not in headers
    headers = hall.ask()[1]
    assert headers["cache-control"] == "no-cache"
    assert "X-Gruviz-Cache" not in headers


def test_uploads_and_downloads_find_their_process_before_and_after_it_ends(hall, visitor):
    e = visitor("/?weights=latch")  # with an address: it is all Streamlit itself would remember
    seat = seat_of(e)
    e.choose("weights", "Random weights")
    e.type_into("hidden", "9")
    e.choose("source", "File")
    upload(e, "first.csv", 7)
    assert download(e)["z"].shape == (1, 1, 7, 9)
    e.choose("source", "Synthetic")
    e.key("End")
    link, before = e.address_now("hidden=9", "weights=random", "t=99"), e.values("z")

    other = lose(hall, e, seat)
    np.testing.assert_array_equal(e.values("z"), before)
    assert e.page.url == link
    e.type_into("seed", "5")  # the first thing the other process hears
    e.address_now("hidden=9", "weights=random", "seed=5", "t=99")
    e.until("stage.scene.trace.units === 9")
    changed = download(e)["z"]
    assert changed.shape == (1, 1, 100, 9)
    np.testing.assert_array_equal(changed[0, 0], e.values("z"))
    assert not np.array_equal(e.values("z"), before)
    # the process is back, and nobody is sent to it who has a session elsewhere
    hall.await_all()
    e.choose("source", "File")
    upload(e, "second.csv", 5)
    assert download(e)["z"].shape == (1, 1, 5, 9)
    assert seat_of(e) == other
    e.page.reload()
    e.settled()
    assert seat_of(e) == other


def test_a_training_finds_its_way_back_and_learns_the_same(hall, visitor):
    e = visitor("/train?train.task=parity&train.hidden_size=4&train.most_steps=40&train.seed=3")
    start, stop, send = (e.page.locator(f".st-key-train_{name} button") for name in ("start", "stop", "send"))

    def trained():
        start.click()
        expect(stop).to_be_visible(timeout=15_000)
        expect(send).to_be_visible(timeout=30_000)
        e.settled()
        return e.values("z")

    link, untrained = e.page.url, e.values("z")
    first = trained()
    start.click()
    expect(stop).to_be_visible(timeout=15_000)
    other = lose(hall, e, seat_of(e))
    # what it had learned went with its process; the plan is in the page
    expect(start).to_be_enabled()
    expect(stop).to_have_count(0)
    assert e.page.url == link
    np.testing.assert_array_equal(e.values("z"), untrained)
    np.testing.assert_array_equal(trained(), first)
    assert not np.array_equal(first, untrained)
    assert seat_of(e) == other


def test_the_hall_is_well_as_long_as_one_process_is(hall):
    hall.await_all()
    assert hall.ask("/health")[0] == 200
    with hall.asleep():
        hall.kill(0)
        assert [hall.ask("/health")[0] for _ in range(8)] == [200] * 8
        hall.kill(1)
        assert hall.ask("/health")[0] == 502
        # a page that looks again by itself, and no cookie of a process that is not there
        status, headers = hall.ask()
        assert (status, headers["Retry-After"]) == (503, "3")
        assert "Set-Cookie" not in headers
    hall.await_all()
    assert hall.ask("/health")[0] == 200
    assert len(hall.started("seat 0")) > 1


def test_nobody_is_sent_to_a_process_that_listens_and_does_not_answer_yet(hall):
    hall.await_all()
    before, port = len(hall.started("seat 1")), int(re.findall(r"seat 1 at 127.0.0.1:(\d+)", hall.log.read_text())[0])
    hall.kill(1)
    until(lambda: len(hall.started("seat 1")) > before, 20)
    until(lambda: listens(port), 60)
    starting = hall.started("seat 1")[-1]
    os.kill(starting, signal.SIGSTOP)  # however long it takes
    try:
        for cookie in ("", f"gruviz_seat=1.{'0' * 32}") * 4:
            status, headers = hall.ask("/", cookie)  # in ten seconds
            assert (status, headers["X-Gruviz-Seat"]) == (200, "0")
    finally:
        os.kill(starting, signal.SIGCONT)
    hall.await_all()
