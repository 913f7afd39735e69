"""nn.GRU's gates are recovered in a second thread while it runs: nothing of that may be seen from outside."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from oracle import GATES, inputs, layered, plain_cell, plain_gru, run, start
from torch import nn

import gruviz
from gruviz.tracing import pieces
from gruviz.tracing.running import reset_after

INPUTS, UNITS, STEPS, PIECE = 3, 4, 23, 4
PIECES = -(-STEPS // PIECE)
NEVER = sys.maxsize


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    """As outside a server, which has torch compute on one thread and leaves the others to its visitors."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)


@pytest.fixture
def short(monkeypatch):
    """Short pieces, and a second thread however little there is to do."""
    monkeypatch.setattr(pieces, "PIECE", PIECE)
    monkeypatch.setattr(reset_after, "OVERLAP", 0)
    return monkeypatch


def case(layers=1, directions=1, batch=2, steps=STEPS, dtype=np.float64, seed=1):
    every = layered(seed, INPUTS, UNITS, layers, directions, dtype)
    x, h0 = inputs(seed, batch, steps, INPUTS, dtype=dtype), start(seed, len(every), batch, UNITS, dtype=dtype)
    return every, plain_gru(every, directions == 2), x, h0


def watched(monkeypatch):
    """The thread of every recovery, as they come."""
    seen, recover = [], reset_after.recover

    def noted(*given):
        seen.append(threading.current_thread())
        return recover(*given)

    monkeypatch.setattr(reset_after, "recover", noted)
    return seen


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize(("layers", "directions"), [(1, 1), (2, 1), (1, 2), (3, 2)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_many_pieces_are_the_oracles(layers, directions, batch, dtype, short):
    every, gru, x, h0 = case(layers, directions, batch, dtype=dtype)
    threads = watched(short)
    trace = gruviz.trace(gru, x, h0)
    wanted = run(every, x, h0, "after", directions == 2)
    for gate in GATES:
        near = 1e-7 if dtype is np.float64 else 4e-6
        assert np.abs(getattr(trace, gate) - wanted[gate]).max() < near, gate
    assert trace.meta.recovery_error < (1e-14 if dtype is np.float64 else 1e-6)
    assert len(threads) == PIECES * layers * directions
    assert len(set(threads)) == 1
    assert threading.current_thread() not in threads


def test_a_long_trace_of_real_pieces_is_the_oracles(monkeypatch):
    every, gru, x, h0 = case(1, 2, 1, steps=2 * pieces.PIECE + 70)
    monkeypatch.setattr(reset_after, "OVERLAP", 0)
    threads = watched(monkeypatch)
    trace = gruviz.trace(gru, x, h0)
    wanted = run(every, x, h0, "after", True)
    for gate in GATES:
        assert np.abs(getattr(trace, gate) - wanted[gate]).max() < 1e-7, gate
    assert len(threads) == 6


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize(("layers", "directions"), [(1, 1), (2, 2)])
def test_a_second_thread_changes_no_bit(layers, directions, dtype, short):
    _, gru, x, h0 = case(layers, directions)
    gru = gru.to(dtype)
    together = gruviz.trace(gru, x, h0)
    short.setattr(reset_after, "OVERLAP", NEVER)
    threads = watched(short)
    alone = gruviz.trace(gru, x, h0)
    assert set(threads) == {threading.current_thread()}
    for gate in GATES:
        assert np.array_equal(getattr(together, gate), getattr(alone, gate)), gate
    assert together.meta == alone.meta


@pytest.mark.parametrize(("steps", "second"), [(200, False), (reset_after.OVERLAP // 64 + 1, True)])
def test_only_long_traces_have_a_second_thread(steps, second, monkeypatch):
    threads = watched(monkeypatch)
    gruviz.trace(nn.GRU(1, 64), np.zeros((steps, 1)))
    assert (threading.current_thread() not in threads) == second


def test_a_server_that_computes_on_one_thread_uses_no_second(short):
    _, gru, x, h0 = case()
    short.setattr(torch, "get_num_threads", lambda: 1)
    threads = watched(short)
    gruviz.trace(gru, x, h0)
    assert set(threads) == {threading.current_thread()}


def test_a_cell_is_stepped_and_recovered_in_one_thread(short):
    every, _, x, h0 = case()
    threads = watched(short)
    gruviz.trace(plain_cell(every[0]), x, h0)
    assert set(threads) == {threading.current_thread()}


@pytest.mark.parametrize(("layers", "directions"), [(1, 1), (2, 2)])
def test_after_piece_is_called_in_order_by_the_caller_when_that_much_is_done(layers, directions, short):
    _, gru, x, h0 = case(layers, directions)
    threads, rows = watched(short), layers * directions
    told, callers, recovered = [], set(), []

    def after(fraction):
        told.append(fraction)
        callers.add(threading.current_thread())
        recovered.append(len(threads))

    gruviz.trace(gru, x, h0, after_piece=after)
    wanted = np.arange(1, rows * PIECES + 1)
    np.testing.assert_allclose(told, wanted / len(wanted))
    assert told[-1] == 1
    assert callers == {threading.current_thread()}
    # begun or done: never told ahead, and never more than one piece behind
    assert (wanted <= recovered).all()
    assert (recovered <= wanted + 1).all()


@pytest.mark.parametrize("at", [1, 2, PIECES])
def test_an_exception_in_after_piece_ends_the_run_and_leaves_no_thread(at, short):
    class StopNow(Exception):
        pass

    _, gru, x, h0 = case()
    before, threads, ran, told = set(threading.enumerate()), watched(short), [], []
    forward = nn.GRU.forward
    short.setattr(nn.GRU, "forward", lambda *given: ran.append(1) or forward(*given))

    def after(fraction):
        told.append(fraction)
        if len(told) == at:
            raise StopNow

    with pytest.raises(StopNow) as kept:  # its frames are held, as by a debugger
        gruviz.trace(gru.train(), x, h0, after_piece=after)
    assert set(threading.enumerate()) == before
    assert not any(thread.is_alive() for thread in threads if thread is not threading.current_thread())
    done = len(threads)
    assert len(told) == at
    assert at <= done <= at + 1
    assert len(ran) <= at + 1
    assert gru.training
    assert not torch.is_inference_mode_enabled()
    assert kept.value is not None


@pytest.mark.parametrize("of", ["forward", "recover"])
@pytest.mark.parametrize("at", [1, 3])
def test_what_goes_wrong_in_either_thread_is_raised_and_leaves_none(of, at, short):
    _, gru, x, h0 = case()
    before, calls = set(threading.enumerate()), []
    place, name = (nn.GRU, "forward") if of == "forward" else (reset_after, "recover")
    real = getattr(place, name)

    def broken(*given):
        calls.append(1)
        if len(calls) == at:
            raise MemoryError("no more")
        return real(*given)

    short.setattr(place, name, broken)
    with pytest.raises(MemoryError, match="no more"):
        gruviz.trace(gru, x, h0)
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("overlap", [0, NEVER])
@pytest.mark.parametrize("piece", [0, 2, PIECES - 1])
def test_a_nan_in_any_piece_stays_in_the_recovery_error(piece, overlap, short):
    """One state NaN, none handed on: every piece after it is clean again."""
    _, gru, x, h0 = case()
    ran, forward = [], nn.GRU.forward

    def odd(*given):
        output, h_n = forward(*given)
        if len(ran) == piece:
            output[0, 1, 2] = torch.nan
        ran.append(1)
        return output, h_n

    short.setattr(reset_after, "OVERLAP", overlap)
    short.setattr(nn.GRU, "forward", odd)
    trace = gruviz.trace(gru, x, h0)
    assert np.isnan(trace.h).sum() == 1
    assert np.isnan(trace.meta.recovery_error)


def test_traces_in_several_threads_at_once_are_each_their_own(short):
    cases = [case(2, 2, seed=seed) for seed in range(6)]
    alone = [gruviz.trace(gru, x, h0) for _, gru, x, h0 in cases]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda one: gruviz.trace(*one[1:]), cases * 3))
    for found, wanted in zip(together, alone * 3, strict=True):
        for gate in GATES:
            assert np.array_equal(getattr(found, gate), getattr(wanted, gate)), gate


def test_pieces_are_even_and_whole():
    for steps in (1, 511, 512, 513, 1000, 1025, 100_000):
        every = pieces.cut(steps, 64)
        lengths = [piece.stop - piece.start for piece in every]
        assert [t for piece in every for t in range(piece.start, piece.stop)] == list(range(steps))
        assert max(lengths) <= pieces.PIECE
        assert len(every) == -(-steps // pieces.PIECE)
