"""The sequences of the tasks: what is read, what is due, and where something is held or written; and their labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gruviz.tasks.task import Batch

COPIED, CUES, BITS = "ABCDEFGH", "AB", 3
HEARD = 20  # steps of the wave the sine task lets the model hear
PERIODS = (8.0, 16.0)
ONES, LETTERS = 0.25, 0.3  # share of ones in parity, of letters among brackets


def delayed_copy(rng: np.random.Generator, size: int, *, gap: int, jitter: float, noise: float) -> Batch:
    """Two trials: a letter, a gap filled with noise, then "go", and at that step the letter is due.

    Args:
        rng: draws the letters, the gaps and the noise.
        size: number of sequences.
        gap: the longest gap in steps.
        jitter: each gap lasts from (1 - jitter) gap to gap steps.
        noise: every letter's input is off by a number uniform in [-noise, noise], at every step.

    Source: Hochreiter, Schmidhuber 1997; Arjovsky, Shah, Bengio 2016 (arXiv:1511.06464).
    """
    trials, count = 2, len(COPIED)
    x = np.zeros((size, 1 + trials * (gap + 3), count + 1), np.float32)
    target, mask = np.zeros(x.shape[:2], np.int64), np.zeros(x.shape[:2], bool)
    memory, hold, change = _story(x)
    rows, t = np.arange(size), np.arange(x.shape[1])
    begin = np.ones(size, int)
    for _ in range(trials):
        letter = rng.integers(count, size=size)
        go = begin + 1 + rng.integers(gap - int(jitter * gap), gap, size, endpoint=True)
        x[rows, begin, letter] = x[rows, go, count] = 1
        target[rows, go], mask[rows, go], change[rows, begin, 0] = letter, True, True
        inside = (t > begin[:, None]) & (t < go[:, None])
        hold[..., 0] |= inside
        memory[..., 0] = np.where(inside, letter[:, None], memory[..., 0])
        begin = go + 2
    x[..., :count] += rng.uniform(-noise, noise, (*x.shape[:2], count))
    return Batch(x, target, mask, memory, hold, change)


def flip_flop(rng: np.random.Generator, size: int, *, steps: int, gap: int) -> Batch:
    """Three channels of rare pulses, +1 or -1; each output is the sign of its channel's last pulse.

    Args:
        rng: draws moments and signs.
        size: number of sequences.
        steps: their length.
        gap: mean steps from one pulse of a channel to its next; the first step pulses on every channel.

    Source: Sussillo, Barak 2013 (Neural Computation 25:626).
    """
    pulse = rng.random((size, steps, BITS)) < 1 / gap
    pulse[:, 0] = True
    x = np.where(pulse, rng.choice([-1.0, 1.0], pulse.shape), 0).astype(np.float32)
    target = _latest(x)
    change = pulse.copy()
    change[:, 1:] &= target[:, 1:] != target[:, :-1]
    hold = np.broadcast_to(~pulse.any(-1, keepdims=True), pulse.shape)
    return Batch(x, target, np.ones(x.shape[:2], bool), (target > 0).astype(np.int64), hold, change)


def adding(rng: np.random.Generator, size: int, *, steps: int) -> Batch:
    """Random values of which two are marked, one in each half; at the last step their sum is due.

    Args:
        rng: draws the values, uniform in [0, 1], and the marks.
        size: number of sequences.
        steps: their length.

    Source: Hochreiter, Schmidhuber 1997, Neural Computation 9(8), section 5.4.
    """
    x = np.zeros((size, steps, 2), np.float32)
    x[..., 0] = rng.random((size, steps))
    rows, half = np.arange(size), steps // 2
    # the very last step is left free, so that both values have to be carried
    for low, high in ((0, half), (half, steps - 1)):
        x[rows, rng.integers(low, high, size), 1] = 1
    total = np.cumsum(x[..., 0] * x[..., 1], axis=1)
    mask = np.zeros((size, steps), bool)
    mask[:, -1] = True
    memory, hold, change = _story(x)
    memory[..., 0] = np.minimum((total * 4).astype(int), 7)  # eight bins from 0 to 2
    change[..., 0] = x[..., 1] > 0
    hold[..., 0] = ~change[..., 0] & (np.cumsum(x[..., 1], axis=1) > 0)
    return Batch(x, total[..., None].astype(np.float32), mask, memory, hold, change)


def parity(rng: np.random.Generator, size: int, *, steps: int, noise: float) -> Batch:
    """Bits in noise, one of four a one; at every step it is due whether the number of ones so far is odd.

    Args:
        rng: draws the bits and the noise.
        size: number of sequences.
        steps: their length.
        noise: each bit is off by a number uniform in [-noise, noise].
    """
    ones = rng.random((size, steps)) < ONES
    odd = np.cumsum(ones, axis=1) % 2
    x = (ones + rng.uniform(-noise, noise, ones.shape))[..., None].astype(np.float32)
    return Batch(x, odd, np.ones_like(ones), odd[..., None], ~ones[..., None], ones[..., None])


def brackets(rng: np.random.Generator, size: int, *, steps: int, deepest: int) -> Batch:
    """Brackets with letters between them; at every step the number of brackets still open is due.

    Args:
        rng: draws the symbols: 3 of 10 are a letter, the rest open or close.
        size: number of sequences.
        steps: their length.
        deepest: most brackets open at once; at 0 none closes, so every beginning is of a Dyck-1 word.
    """
    u, up = rng.random((size, steps)), rng.random((size, steps)) < 0.5
    depth, move = np.zeros((size, steps), int), np.zeros((size, steps), int)
    now = np.zeros(size, int)
    for t in range(steps):
        opens_now = np.where(now == 0, True, np.where(now == deepest, False, up[:, t]))
        move[:, t] = np.where(u[:, t] < LETTERS, 0, np.where(opens_now, 1, -1))
        now = now + move[:, t]
        depth[:, t] = now
    x = np.stack([move == 1, move == -1, move == 0], axis=-1).astype(np.float32)
    quiet = (move == 0)[..., None]
    mask = np.ones((size, steps), bool)
    return Batch(x, depth[..., None].astype(np.float32), mask, depth[..., None], quiet, ~quiet)


def sine(rng: np.random.Generator, size: int, *, silent: int) -> Batch:
    """Hear a sine wave for 20 steps, then go on alone: at every silent step the wave's value is due.

    Args:
        rng: draws the period, 8 to 16 steps, and the phase.
        size: number of sequences.
        silent: steps without input.
    """
    period, phase = rng.uniform(*PERIODS, (size, 1)), rng.uniform(0, 2 * np.pi, (size, 1))
    t = np.arange(HEARD + silent)
    wave = np.sin(2 * np.pi * t / period + phase)
    heard = np.broadcast_to(t < HEARD, wave.shape)
    x = np.stack([np.where(heard, wave, 0), heard], axis=-1).astype(np.float32)
    memory, hold, change = _story(x)
    memory[..., 0] = np.digitize(wave, (-0.5, 0.0, 0.5))
    hold[..., 0], change[..., 0] = ~heard, heard
    return Batch(x, wave[..., None].astype(np.float32), ~heard, memory, hold, change)


def distractors(rng: np.random.Generator, size: int, *, steps: int, noise: float) -> Batch:
    """One cue, A or B, within the first five steps, among weaker mixtures of both; at the end the cue is due.

    Args:
        rng: draws the cue, its place and the distractors.
        size: number of sequences.
        steps: their length.
        noise: the distractors: at every other step both inputs are uniform in [-noise, noise].
    """
    cue, place, rows = rng.integers(len(CUES), size=size), rng.integers(5, size=size), np.arange(size)
    place = np.minimum(place, steps - 2)
    x = rng.uniform(-noise, noise, (size, steps, len(CUES))).astype(np.float32)
    x[rows, place] = np.eye(len(CUES))[cue]
    mask = np.zeros((size, steps), bool)
    mask[:, -1] = True
    memory, hold, change = _story(x)
    change[rows, place, 0] = True
    hold[..., 0] = np.arange(steps) > place[:, None]
    memory[..., 0] = np.where(hold[..., 0], cue[:, None], -1)
    return Batch(x, np.repeat(cue[:, None], steps, axis=1), mask, memory, hold, change)


def _story(x: NDArray) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Room for memory, hold and change of one item."""
    shape = (*x.shape[:2], 1)
    return np.full(shape, -1), np.zeros(shape, bool), np.zeros(shape, bool)


def _latest(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """The latest value that was not 0, along time."""
    steps = np.arange(x.shape[1])[None, :, None]
    at = np.maximum.accumulate(np.where(x != 0, steps, 0), axis=1)
    return np.take_along_axis(x, at, axis=1)


def copy_labels(batch: Batch, which: int) -> tuple[str, ...]:
    """The letter where it is shown, "go" where it is due."""
    x, shown, due = batch.x[which], batch.change[which, :, 0], batch.mask[which]
    names = [COPIED[row[:-1].argmax()] if letter else "" for row, letter in zip(x, shown, strict=True)]
    return tuple("go" if asked else name for name, asked in zip(names, due, strict=True))


def copy_due(batch: Batch, which: int) -> tuple[str, ...]:
    """The letter."""
    return _due(batch, which, lambda answer: COPIED[answer])


def flip_flop_labels(batch: Batch, which: int) -> tuple[str, ...]:
    """1↑ for a pulse up on channel 1, 3↓ for one down on channel 3."""
    ways = {1.0: "↑", -1.0: "↓"}
    return tuple(" ".join(f"{k + 1}{ways[v]}" for k, v in enumerate(row) if v) for row in batch.x[which].tolist())


def flip_flop_due(batch: Batch, which: int) -> tuple[str, ...]:
    """The sign of each channel's bit, in their order."""
    return _due(batch, which, lambda bits: "".join("+" if bit > 0 else "−" for bit in bits))


def adding_labels(batch: Batch, which: int) -> tuple[str, ...]:
    """The marked values."""
    return tuple(f"+{value:.2f}" if marked else "" for value, marked in batch.x[which])


def adding_due(batch: Batch, which: int) -> tuple[str, ...]:
    """Their sum, at the end."""
    return _due(batch, which, lambda total: f"{total[0]:.2f}")


def parity_labels(batch: Batch, which: int) -> tuple[str, ...]:
    """The bit."""
    return tuple(f"{one:d}" for one in batch.change[which, :, 0])


def parity_due(batch: Batch, which: int) -> tuple[str, ...]:
    """1 where the number of ones so far is odd."""
    return _due(batch, which, lambda odd: f"{odd:d}")


def bracket_labels(batch: Batch, which: int) -> tuple[str, ...]:
    """The symbol."""
    return tuple("()a"[symbol] for symbol in batch.x[which].argmax(-1))


def bracket_due(batch: Batch, which: int) -> tuple[str, ...]:
    """The depth after it."""
    return _due(batch, which, lambda depth: f"{depth[0]:.0f}")


def sine_due(batch: Batch, which: int) -> tuple[str, ...]:
    """The value of the wave, in the silence."""
    return _due(batch, which, lambda value: f"{value[0]:+z.1f}".replace("-", "−"))


def distractor_labels(batch: Batch, which: int) -> tuple[str, ...]:
    """The cue."""
    cue = CUES[batch.target[which, -1]]
    return tuple(cue if shown else "" for shown in batch.change[which, :, 0])


def distractor_due(batch: Batch, which: int) -> tuple[str, ...]:
    """The cue, at the end."""
    return _due(batch, which, lambda answer: CUES[answer])


def _due(batch: Batch, which: int, written: Callable[[Any], str]) -> tuple[str, ...]:
    pairs = zip(batch.target[which], batch.mask[which], strict=True)
    return tuple(written(answer) if due else "" for answer, due in pairs)
