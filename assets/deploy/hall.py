#!/usr/bin/env python3
"""gruviz for a lecture hall: one process a core, and an nginx before them that keeps each visitor at his process.

    python assets/deploy/hall.py                                   # this machine, http://localhost:8500
    python assets/deploy/hall.py --bare                            # a further machine: its processes alone
    python assets/deploy/hall.py --also second:8601-8604           # the first one, with those of that machine

Run it with the Python that has gruviz's requirements, as an ordinary user; nginx (Debian: nginx-light) has to be there.
Each process listens on this machine only, or with --bare on all its addresses: let only the first machine reach them.
What ends is started again; SIGTERM, SIGINT and SIGHUP end all. nginx keeps its files in a folder of its own, and says
what it has to say here. Why it is set up as it is stands in nginx.conf; for an nginx of your own there is --write.

The memory for traces, GRUVIZ_MEMORY_MB, is shared out among the processes; each takes about 350 MB beside it, and 250
more once it trains.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAUSE = 1.0  # seconds before what ended is started again; twice as long each time it ends at once
LONGEST_PAUSE = 30.0
AT_ONCE = 10.0  # seconds
STARTING, LOOK = 0.3, 5.0  # seconds between two looks at a process's health, until it answers and from then on
STARTS = 180.0  # seconds until a process must be there: the first start compiles everything
HANGS = 60.0  # seconds without an answer to a health check, then it is ended
LEAVE = 10.0  # seconds to end by oneself
MOST_MEMORY, LEAST_MEMORY = 1024, 64  # MB of a process for traces


@dataclass(frozen=True)
class Seat:
    """Where a process listens.

    Args:
        address: an IP address, as nginx names it in `$upstream_addr`.
        port: its port.
    """

    address: str
    port: int

    @property
    def near(self) -> bool:
        """Whether it is on this machine."""
        return ipaddress.ip_address(self.address).is_loopback

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def seats_at(text: str) -> list[Seat]:
    """The seats that HOST:PORT or HOST:FIRST-LAST names.

    Raises:
        ValueError: it names none, or the host is not known.

    >>> [str(seat) for seat in seats_at("127.0.0.1:8601-8603")]
    ['127.0.0.1:8601', '127.0.0.1:8602', '127.0.0.1:8603']
    """
    host, _, ports = text.rpartition(":")
    first, _, last = ports.partition("-")
    if not host or not first.isdigit() or not (last or first).isdigit():
        raise ValueError(f"{text!r} is not HOST:PORT or HOST:FIRST-LAST")
    found = range(int(first), int(last or first) + 1)
    if not found or not 0 < found[0] <= found[-1] < 2**16:
        raise ValueError(f"{text!r} names no port")
    try:
        known = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError(f"{host!r} is not known: {error}") from error
    return [Seat(str(known[0][4][0]), port) for port in found]


def seats_conf(seats: Sequence[Seat], shut: Collection[int] = ()) -> str:
    """What nginx.conf includes: the seats by number, by address, and as upstreams.

    Args:
        seats: all of them. Their order is their number, so a further machine's come last.
        shut: numbers of those that nobody shall be sent to now.
    """
    numbered = list(enumerate(seats))
    # one that is near refuses at once, and what is wrong with it is known here; another machine may be gone
    said = {number: "max_fails=0" if seat.near else "fail_timeout=5s" for number, seat in numbered}
    said |= dict.fromkeys(shut, "down")
    all_of_them = [f"    server {seat} {said[number]};" for number, seat in numbered]
    lines = [
        "# written by hall.py",
        "map $cookie_gruviz_seat $seat {",
        "    default hall;",
        *(f'    "~^{number}\\.[0-9a-f]{{32}}$" seat{number};' for number, _ in numbered),
        "}",
        "map $upstream_addr $answering {  # the last one asked",
        '    default "";',
        *(f'    "~(^| ){re.escape(str(seat))}$" {number};' for number, seat in numbered),
        "}",
        "upstream hall {  # new visitors, in turn",
        *all_of_them,
        "}",
        "upstream others {  # by the browser's number; where that one is gone, the next by the same number",
        "    hash $guest consistent;",
        *all_of_them,
        "}",
        *(f"upstream seat{number} {{ server {seat} {said[number]}; }}" for number, seat in numbered),
    ]
    return "\n".join(lines) + "\n"


def memory_share(processes: int, given: str, machine: int) -> int:
    """MB for the traces of each process.

    Args:
        processes: how many there are.
        given: GRUVIZ_MEMORY_MB, for all of them; else a quarter of the machine's.
        machine: its memory, MB.

    >>> memory_share(4, "1000", 0), memory_share(2, "", 4096), memory_share(2, "", 64 * 1024)
    (250, 512, 1024)
    """
    if given.isdigit() and int(given):
        return max(int(given) // processes, 1)
    return min(max(machine // 4 // processes, LEAST_MEMORY), MOST_MEMORY)


def own_cores() -> list[int]:
    """The cores this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def cores_of(number: int, processes: int, cores: Sequence[int]) -> set[int]:
    """The cores one of the processes may use: its share of them, but two.

    gruviz trains on as many at once as it may use, less one; each a process of 250 MB. So it is one a process of a
    machine that has one a core, and not all of them times all of them.

    >>> [cores_of(number, 2, range(8)) for number in (0, 1)]
    [{0, 1, 2, 3}, {4, 5, 6, 7}]
    >>> [cores_of(number, 3, range(3)) for number in (0, 1, 2)]
    [{0, 1}, {1, 2}, {0, 2}]
    """
    first, share = number * len(cores) // processes, max(2, len(cores) // processes)
    return {cores[core % len(cores)] for core in range(first, first + share)}


def unheard(_well: bool) -> None:
    """Is told whether a process is well, where there is no nginx."""


@dataclass(eq=False)
class Kept:
    """A program that is started again when it ends; a thread of its own watches over it.

    Where it cannot be started at all, all others end too.

    Args:
        name: as it is called in what is said.
        command: to run.
        ended: set once all shall end.
        environment: beside this program's own.
        cores: those it may use; all where it is empty.
        healthy: whether it answers; None where nobody asks.
        told: is told once it answers, and once it has ended.
    """

    name: str
    command: list[str]
    ended: threading.Event
    environment: dict[str, str] = field(default_factory=dict)
    cores: set[int] = field(default_factory=set)
    healthy: Callable[[], bool] | None = None
    told: Callable[[bool], None] = unheard

    def __post_init__(self) -> None:
        self.failed = False
        self.process = self._start()
        self._thread = threading.Thread(target=self._keep, name=self.name)
        self._thread.start()

    def end(self) -> None:
        """Wait until it has; `ended` is set."""
        self._thread.join()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(self.command, cwd=ROOT, env=os.environ | self.environment)
        if self.cores:  # before it begins threads
            with suppress(ProcessLookupError):  # it has ended: that is seen elsewhere
                os.sched_setaffinity(process.pid, self.cores)
        say(f"{self.name}: process {process.pid}")
        return process

    def _keep(self) -> None:
        pause, first = PAUSE, True
        while True:
            began = time.monotonic()
            self._await_end()
            if self.ended.is_set():
                break
            self.told(False)
            at_once = time.monotonic() - began < AT_ONCE
            if first and at_once and self.process.returncode > 0:  # a port that is taken, mostly
                say(f"{self.name}: could not be started")
                self.failed = True
                self.ended.set()
                break
            first = False
            pause = min(2 * pause, LONGEST_PAUSE) if at_once else PAUSE
            say(f"{self.name}: ended with {self.process.returncode}, starts again in {pause:.0f} s")
            if self.ended.wait(pause):
                break
            self.process = self._start()
        self._finish()

    def _await_end(self) -> None:
        """Until it has ended, or shall; one that answers nothing any more is ended."""
        heard, patience, pause = time.monotonic(), STARTS, STARTING
        looked = heard
        while self.process.poll() is None and not self.ended.wait(0.1):
            if self.healthy is None or time.monotonic() - looked < pause:
                continue
            well, looked = self.healthy(), time.monotonic()
            if well:
                if pause == STARTING:
                    self.told(True)
                heard, patience, pause = looked, HANGS, LOOK
            elif looked - heard > patience:
                say(f"{self.name}: no answer for {patience:.0f} s")
                self.process.kill()
                self.process.wait()

    def _finish(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(LEAVE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def say(text: str) -> None:
    """One line of what happens."""
    print(f"hall: {text}", flush=True)


def answers(seat: Seat) -> bool:
    """Whether a process is well."""
    # not urllib: that might ask a proxy for it
    connection = HTTPConnection(seat.address, seat.port, timeout=LOOK)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def streamlit(seat: Seat, address: str) -> list[str]:
    """The command of one process."""
    options = {
        "server.port": str(seat.port),
        "server.address": address,
        "server.headless": "true",
        "browser.serverAddress": "localhost",  # else it asks another host for the machine's public address, to print it
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    return command + [part for name, value in options.items() for part in (f"--{name}", value)]


def listen_conf(said: argparse.Namespace) -> str:
    """Where visitors come in."""
    if said.certificate is None:
        return f"listen {said.listen};\n"
    paths = f"ssl_certificate {said.certificate.resolve()};\nssl_certificate_key {said.key.resolve()};\n"
    return f"listen {said.listen} ssl;\n{paths}"


@dataclass(eq=False)
class Doors:
    """nginx, and which seats it sends visitors to. A process that starts listens long before it answers.

    Args:
        folder: of nginx's files.
        seats: all of them.
        shut: those nobody is sent to, at first.
        listen: see `listen_conf`.
    """

    folder: Path
    seats: Sequence[Seat]
    shut: set[int]
    listen: str

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self.nginx: Kept | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)  # started by root, nginx works as another user
        (self.folder / "temporary").mkdir(exist_ok=True)
        # with its whole path: nginx would make it where it is started
        inside = f"unix:{self.folder / 'packing.sock'}"
        shutil.copy(HERE / "nginx.conf", self.folder)
        (self.folder / "packing.conf").write_text(f"listen {inside};\n")
        (self.folder / "packed.conf").write_text(f"server {inside};\n")
        (self.folder / "listen.conf").write_text(self.listen)
        self._write()

    def set(self, number: int, well: bool) -> None:
        """Open or shut one."""
        with self._guard:
            if well != (number in self.shut) or self.nginx is None:
                return
            self.shut ^= {number}
            self._write()
            self.nginx.process.send_signal(signal.SIGHUP)  # it reads anew; connections there are stay

    def _write(self) -> None:
        (self.folder / "seats.conf").write_text(seats_conf(self.seats, self.shut))


def nginx_in(folder: Path) -> list[str]:
    """The command of an nginx that finds everything in a folder, and nothing left by one that was killed."""
    # Debian keeps it where an ordinary user's path does not lead
    path = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
    if path is None:
        raise FileNotFoundError("nginx is missing: apt-get install nginx-light, or --bare to run without it")
    (folder / "packing.sock").unlink(missing_ok=True)
    return [path, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]


def arguments() -> argparse.ArgumentParser:
    """What can be said when it is started."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", default="8500", metavar="PORT", help="for visitors: a port, or ADDRESS:PORT")
    parser.add_argument("--processes", type=int, default=len(own_cores()), help="on this machine; one a core")
    parser.add_argument("--first-port", type=int, default=8601, help="of the processes; the others follow")
    parser.add_argument("--also", action="append", default=[], metavar="HOST:PORT[-LAST]", help="another machine's")
    parser.add_argument("--bare", action="store_true", help="no nginx: for another machine's")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="for https, with --key FILE")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of the certificate")
    parser.add_argument("--folder", type=Path, help="for nginx's files; else a temporary one")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="only write what an nginx of your own needs")
    return parser


def main(given: Sequence[str] | None = None) -> int:
    """Run all until a signal ends it."""
    parser = arguments()
    said = parser.parse_args(given)
    if said.processes < (not said.also):
        parser.error("there has to be a process")
    if (said.certificate is None) != (said.key is None):
        parser.error("a certificate and its key belong together")
    try:
        own = [Seat("127.0.0.1", said.first_port + number) for number in range(said.processes)]
        seats = own + [seat for text in said.also for seat in seats_at(text)]
    except ValueError as error:
        parser.error(str(error))
    if said.write is not None:
        Doors(said.write.resolve(), seats, set(), listen_conf(said))
        return 0
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    share = memory_share(max(len(own), 1), os.environ.get("GRUVIZ_MEMORY_MB", ""), machine)
    environment = {
        "GRUVIZ_MEMORY_MB": str(share),
        "PYTHONUNBUFFERED": "1",
        # what Streamlit signs in one process it can read in another
        "STREAMLIT_SERVER_COOKIE_SECRET": os.environ.get("STREAMLIT_SERVER_COOKIE_SECRET") or secrets.token_hex(32),
    }
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    kept: list[Kept] = []
    doors = None
    with tempfile.TemporaryDirectory(prefix="gruviz-hall-") as temporary:
        try:
            if not said.bare:
                folder = (said.folder or Path(temporary)).resolve()
                doors = Doors(folder, seats, set(range(len(own))), listen_conf(said))
                doors.nginx = Kept("nginx", nginx_in(folder), ended)
                kept.append(doors.nginx)
            for number, seat in enumerate(own):
                command = streamlit(seat, "0.0.0.0" if said.bare else seat.address)
                # not every system can keep a process to some cores
                may = cores_of(number, len(own), own_cores()) if hasattr(os, "sched_setaffinity") else set()
                name, well = f"seat {number} at {seat}", partial(answers, seat)
                told = partial(doors.set, number) if doors is not None else unheard
                kept.append(Kept(name, command, ended, environment, may, well, told))
            ended.wait()
        except FileNotFoundError as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            ended.set()
            for one in kept:
                one.end()
    return int(any(one.failed for one in kept))


if __name__ == "__main__":
    sys.exit(main())
