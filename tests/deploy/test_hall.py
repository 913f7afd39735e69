"""What assets/deploy/hall.py decides before it starts anything; tests/browser/test_deploy.py runs it."""

import doctest
import importlib.util
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from served import ROOT

DEPLOY = ROOT / "assets" / "deploy"


@pytest.fixture(scope="module")
def hall():
    spec = importlib.util.spec_from_file_location("hall", DEPLOY / "hall.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["hall"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["hall"]


def test_the_examples_in_it_are_true(hall):
    found = doctest.testmod(hall)
    assert found.failed == 0
    assert found.attempted == 4


@pytest.mark.parametrize("text", ["second", "second:", ":8601", "127.0.0.1:x", "127.0.0.1:9-8", "127.0.0.1:1-70000"])
def test_other_seats_that_are_none_are_refused(hall, text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        hall.seats_at(text)


def test_a_host_nobody_knows_is_refused_with_its_name(hall, capsys):
    with pytest.raises(SystemExit):
        hall.main(["--also", "no such host:8601"])
    assert "'no such host' is not known" in capsys.readouterr().err


def test_every_answering_address_is_one_seat(hall):
    """27.0.0.1 ends as 127.0.0.1 does, and nginx names all it has tried, as "127.0.0.1:8601, 27.0.0.1:8601"."""
    seats = [hall.Seat("127.0.0.1", 8601), *hall.seats_at("27.0.0.1:8601-8602"), *hall.seats_at("[::1]:8601")]
    text = hall.seats_conf(seats)
    patterns = {number: pattern for pattern, number in re.findall(r'"~(\(.*\$)" (\d+);', text)}
    assert len(patterns) == len(seats)
    for number, seat in enumerate(seats):
        for tried in (f"{seat}", f"127.0.0.1:8601, {seat}", f"9.9.9.9:8601 : {seat}"):
            assert [each for each, pattern in patterns.items() if re.search(pattern, tried)] == [str(number)]
    assert "upstream seat3 { server [::1]:8601 max_fails=0; }" in text
    # one on this machine refuses at once while it starts: it is never let alone; another machine may be gone
    assert set(re.findall(r"server 127.0.0.1:8601 (.*?);", text)) == {"max_fails=0"}
    assert set(re.findall(r"server 27.0.0.1:8601 (.*?);", text)) == {"fail_timeout=5s"}


def test_a_certificate_makes_it_https(hall):
    said = hall.arguments().parse_args(["--listen", "443", "--certificate", "a.pem", "--key", "b.pem"])
    assert re.match(
        r"listen 443 ssl;\nssl_certificate /.*/a.pem;\nssl_certificate_key /.*/b.pem;\n$", hall.listen_conf(said)
    )
    with pytest.raises(SystemExit):
        hall.main(["--certificate", "a.pem"])


def test_without_nginx_it_says_so_and_starts_nothing(hall, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(hall.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(hall.signal, "signal", lambda *_: None)
    assert hall.main(["--folder", str(tmp_path / "new")]) == 1
    said = capsys.readouterr()
    assert "apt-get install nginx-light" in said.err
    assert said.out == ""


def test_the_service_runs_what_there_is():
    unit = (DEPLOY / "gruviz.service").read_text()
    (path,) = re.findall(r"^ExecStart=\S+python (\S+)", unit, re.MULTILINE)
    assert (ROOT / path).is_file()


# ---- nginx before processes that are none of gruviz


class Seat(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(101 if "Upgrade" in self.headers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_):
        pass


@contextmanager
def seat(port=0):
    server = ThreadingHTTPServer(("127.0.0.1", port), Seat)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(port, cookie="", path="/", more=()):
    """Status and headers of an answer, the connection not kept; by hand, for a socket is asked for too."""
    lines = [f"GET {path} HTTP/1.1", "Host: hall", *more, *([f"Cookie: gruviz_seat={cookie}"] if cookie else [])]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, connection.makefile("rb") as answer:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        status = int(answer.readline().split()[1])
        pairs = (line.decode().strip().split(": ", 1) for line in iter(answer.readline, b"\r\n"))
        return status, {name.lower(): value for name, value in pairs}


def given(headers):
    """The cookie an answer brings."""
    return re.match(r"gruviz_seat=([^;]*); Path=/; HttpOnly; SameSite=Lax$", headers["set-cookie"])[1]


def test_those_of_a_process_that_ended_are_spread_and_stay_when_it_is_back(tmp_path):
    with ExitStack() as stack:
        seats = [ExitStack() for _ in range(3)]
        for each in seats:
            stack.enter_context(each)
        ports = [each.enter_context(seat()) for each in seats]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, str(DEPLOY / "hall.py"), "--processes", "0", "--listen", f"127.0.0.1:{port}"]
        command += [part for each in ports for part in ("--also", f"127.0.0.1:{each}")]
        with (tmp_path / "log.txt").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        stack.callback(lambda: (process.send_signal(signal.SIGINT), process.wait(20)))
        for _ in range(100):
            try:
                if ask(port)[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        cookies = [given(ask(port)[1]) for _ in range(60)]
        assert Counter(cookie[0] for cookie in cookies) == {"0": 20, "1": 20, "2": 20}

        seats[1].close()
        moved = {}
        upgrade = ("Upgrade: websocket", "Connection: Upgrade")
        for number, cookie in enumerate(cookies):
            # a page, the check before a page reconnects, and a socket that comes without either
            path, more = (("/", ()), ("/_stcore/health", ()), ("/_stcore/stream", upgrade))[number // 3 % 3]
            status, headers = ask(port, cookie, path, more)
            assert status == (101 if more else 200)
            if cookie[0] != "1":
                assert headers["x-gruviz-seat"] == cookie[0]
                assert "set-cookie" not in headers
            else:
                moved[cookie] = given(headers)
                assert moved[cookie][0] == headers["x-gruviz-seat"]
                assert moved[cookie][1:] == cookie[1:]
                # another tab of that browser, which asks with the cookie of before
                assert given(ask(port, cookie)[1]) == moved[cookie]
        assert min(Counter(cookie[0] for cookie in moved.values()).values()) >= 3
        assert {cookie[0] for cookie in moved.values()} == {"0", "2"}
        # what belongs to a session is not asked elsewhere, and moves nobody
        for path in ("/media/a.npz", "/_stcore/upload_file/session/file"):
            status, headers = ask(port, next(iter(moved)), path)
            assert status == 502
            assert "set-cookie" not in headers

        seats[1].enter_context(seat(ports[1]))
        for cookie in moved.values():
            status, headers = ask(port, cookie)
            assert (status, headers["x-gruviz-seat"]) == (200, cookie[0])
            assert "set-cookie" not in headers
    assert process.returncode == 0
