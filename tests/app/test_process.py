"""The one lock around computation, and what the process is tuned to."""

import gc
import socket
import threading
import tomllib
import warnings
from pathlib import Path

import pytest
import torch

from gruviz.app.server import tuning
from gruviz.app.server.tuning import tune_process
from gruviz.app.server.turns import Turns, compute_turns

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20  # seconds until a deadlock is called one


class Queue:
    """Threads that ask for their turn one after another, each known to wait before the next one asks."""

    def __init__(self, turns):
        self.turns, self.order, self.threads = turns, [], []

    def ask(self, name, then=None):
        waiting = len(self.turns._waiting)

        def work():
            with self.turns.turn():
                self.order.append(name)
                if then:
                    then()

        thread = threading.Thread(target=work, daemon=True)
        self.threads.append(thread)
        thread.start()
        until = threading.Event()
        for _ in range(PATIENCE * 1000):
            if len(self.turns._waiting) > waiting:
                return
            until.wait(0.001)
        pytest.fail(f"{name} did not come to wait")

    def done(self):
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a turn was never given"


def test_only_one_computes_at_a_time():
    turns, inside, most, total = Turns(), [0], [0], [0]
    start = threading.Barrier(8)

    def work():
        start.wait(PATIENCE)
        for _ in range(10):
            with turns.turn():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                seen = total[0]
                never.wait(0.001)  # lets the others break in, if they can
                total[0] = seen + 1
                inside[0] -= 1

    never = threading.Event()
    threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert most == [1]
    assert total == [80]


def test_the_lock_is_free_again_when_all_are_done():
    turns = Turns()
    for _ in range(3):
        with turns.turn():
            assert turns._busy
        assert not turns._busy
    assert not turns._waiting


def test_turns_come_in_the_order_of_asking():
    turns = Turns()
    queue = Queue(turns)
    with turns.turn():
        for name in range(8):
            queue.ask(name)
        assert queue.order == []
    queue.done()
    assert queue.order == list(range(8))


def test_an_offer_lets_those_who_wait_go_first_and_comes_back():
    turns = Turns()
    queue = Queue(turns)
    with turns.turn():
        queue.ask("a")
        queue.ask("b")
        queue.order.append("long 1")
        turns.offer(0.5)
        queue.order.append("long 2")
        assert turns._busy
    queue.done()
    assert queue.order == ["long 1", "a", "b", "long 2"]


def test_two_long_ones_that_offer_take_turns_piece_by_piece():
    turns = Turns()
    queue = Queue(turns)

    def pieces():
        for k in range(3):
            queue.order.append(f"other {k}")
            turns.offer()

    with turns.turn():
        queue.ask("other", pieces)
        for k in range(3):
            queue.order.append(f"mine {k}")
            turns.offer()
    queue.done()
    assert queue.order == ["mine 0", "other", "other 0", "mine 1", "other 1", "mine 2", "other 2"]


def test_an_offer_to_nobody_keeps_the_turn():
    turns = Turns()
    with turns.turn():
        turns.offer()
        turns.offer(1.0)
        assert turns._busy
    assert not turns._busy


def test_a_turn_is_given_up_when_the_work_fails():
    turns = Turns()
    queue = Queue(turns)

    def work():
        with turns.turn():
            queue.ask("next")
            raise RuntimeError("failed")

    with pytest.raises(RuntimeError, match="failed"):
        work()
    queue.done()
    assert queue.order == ["next"]
    assert not turns._busy


def test_a_failure_after_an_offer_gives_it_up_too():
    turns = Turns()
    queue = Queue(turns)

    def work():
        with turns.turn():
            queue.ask("first")
            turns.offer()
            queue.ask("second")
            raise RuntimeError("failed")

    with pytest.raises(RuntimeError, match="failed"):
        work()
    queue.done()
    assert queue.order == ["first", "second"]
    assert not turns._busy


def test_the_process_has_one_lock():
    assert compute_turns() is compute_turns()
    assert isinstance(compute_turns(), Turns)


# ---- the process


@pytest.fixture
def unfrozen():
    threads = torch.get_num_threads()
    yield
    gc.unfreeze()
    torch.set_num_threads(threads)


def tuned():
    """What the function does, past its cache."""
    return tune_process.__wrapped__()


def nodelay(found):
    return found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.usefixtures("unfrozen")
def test_tuning_sets_tcp_nodelay_on_the_listening_socket_and_what_it_accepts():
    with socket.socket() as listening, socket.socket() as client, socket.socket(type=socket.SOCK_DGRAM) as datagram:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        datagram.bind(("127.0.0.1", 0))
        assert not nodelay(listening)
        assert tuned() >= 1
        assert nodelay(listening)
        client.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted:
            assert nodelay(accepted)


@pytest.mark.usefixtures("unfrozen")
def test_tuning_leaves_closed_and_other_sockets_alone():
    closed = socket.socket()
    closed.close()
    one, other = socket.socketpair()
    with one, other, socket.socket() as more:
        assert tuned() >= 1  # neither raises; how many others there are is the process's own
        assert nodelay(more)


@pytest.mark.usefixtures("unfrozen")
def test_tuning_touches_nothing_that_warns():
    # walking every object of the process must not wake lazy attributes such as torch's deprecated ones
    import torch.distributed

    assert torch.distributed
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tuned()
    assert [str(each.message) for each in caught] == []


@pytest.mark.usefixtures("unfrozen")
def test_tuning_freezes_what_is_loaded():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # held by the test above
        tuned()
    assert gc.get_freeze_count() > 10_000


@pytest.mark.usefixtures("unfrozen")
def test_tuning_leaves_torch_one_thread():
    torch.set_num_threads(2)
    tuned()
    assert torch.get_num_threads() == 1


@pytest.fixture
def untuned():
    tune_process.cache_clear()
    yield
    tune_process.cache_clear()


@pytest.mark.usefixtures("unfrozen", "untuned")
def test_tuning_is_done_once_a_process():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = tune_process()
        with socket.socket() as later:
            assert tune_process() == first
            assert not nodelay(later), "it walked the heap again"


def test_the_rest_of_the_remedies_stand_in_the_config_and_are_documented():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["fileWatcherType"] == "none"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["runner"]["postScriptGC"] is False
    assert config["client"]["showErrorDetails"] == "none"
    for remedy in ("fileWatcherType", "gatherUsageStats", "postScriptGC"):
        assert remedy in tuning.__doc__
