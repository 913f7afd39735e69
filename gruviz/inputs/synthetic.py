"""Synthetic sequences: each family is one function of (steps, rng, its own parameters)."""

from __future__ import annotations

import math
import zlib

import numpy as np
from numpy.typing import NDArray

from gruviz.inputs.parameters import FAMILIES, MAX_SEED, Family, Parameter, family
from gruviz.inputs.sequence import MAX_STEPS, Sequence
from gruviz.wording.problems import Problem

__all__ = ["FAMILIES", "MAX_STEPS", "Family", "Parameter", "Sequence", "family", "generate"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def generate(name: str, steps: int = 200, seed: int = 0, **parameters: float) -> Sequence:
    """Make a synthetic sequence; the same arguments give the same numbers.

    Args:
        name: one of FAMILIES.
        steps: number of time steps, 1 to 100,000.
        seed: which of the family's random sequences, 0 to 2**32 - 1.
        **parameters: the family's own, see FAMILIES[name].parameters; the rest keep their defaults.

    Returns:
        The Sequence, named after its family, values mostly within [-1, 1].

    Raises:
        Problem: an unknown family or parameter, or a value out of range; the sentence says what is accepted.

    Example:
        >>> generate("square", steps=6, period=4).x.ravel().tolist()
        [1.0, 1.0, -1.0, -1.0, 1.0, 1.0]
    """
    if name not in FAMILIES:
        raise Problem("unknown_family", found=name, choices=tuple(FAMILIES))
    wanted = FAMILIES[name]
    known = {p.name: p for p in wanted.parameters}
    for unknown in sorted(parameters.keys() - known.keys()):
        raise Problem("unknown_parameter", family=name, found=unknown, choices=tuple(known))
    values = {p.name: p.checked(name, parameters.get(p.name, p.default)) for p in wanted.parameters}
    steps = Parameter("steps", 200, 1, MAX_STEPS, True, 1).checked(name, steps)
    seed = Parameter("seed", 0, 0, MAX_SEED, True, 1).checked(name, seed)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return wanted.make(steps, rng, **values)


# Parameters that mean the same in every family
AMPLITUDE = Parameter("amplitude", 1.0, -3.0, 3.0, integer=False, step=0.1)
POSITION = Parameter("position", 0.2, 0.0, 1.0, integer=False, step=0.05)
PERIOD = Parameter("period", 40.0, 2.0, float(MAX_STEPS), integer=False, step=1.0)
WIDTH = Parameter("width", 1, 1, 1000, integer=True, step=1)
HOLD = Parameter("hold", 1, 1, 1000, integer=True, step=1)
ALPHABET = Parameter("alphabet", 5, 2, len(LETTERS), integer=True, step=1)


@family(POSITION, WIDTH, AMPLITUDE)
def impulse(steps: int, rng: np.random.Generator, *, position: float, width: int, amplitude: float) -> Sequence:
    """One short pulse, then silence.

    Args:
        steps: number of steps.
        rng: not used.
        position: where the pulse starts, 0 (first step) to 1 (last step).
        width: its length in steps.
        amplitude: its height.
    """
    x = np.zeros(steps)
    start = round(position * (steps - 1))
    x[start : start + width] = amplitude
    return _one_channel(x, "impulse")


@family(
    POSITION,
    Parameter("before", 0.0, -3.0, 3.0, False, 0.1),
    Parameter("after", 1.0, -3.0, 3.0, False, 0.1),
)
def step(steps: int, rng: np.random.Generator, *, position: float, before: float, after: float) -> Sequence:
    """One level, then another for good.

    Args:
        steps: number of steps.
        rng: not used.
        position: where the second level starts, 0 (first step) to 1 (last step).
        before: the first level.
        after: the second level.
    """
    return _one_channel(np.where(np.arange(steps) < round(position * (steps - 1)), before, after), "step")


@family(PERIOD, Parameter("phase", 0.0, -180.0, 180.0, False, 15.0), AMPLITUDE)
def sine(steps: int, rng: np.random.Generator, *, period: float, phase: float, amplitude: float) -> Sequence:
    """A sine wave of one frequency: x[t] = amplitude * sin(2 pi t / period + phase).

    Args:
        steps: number of steps.
        rng: not used.
        period: steps a cycle.
        phase: where in the cycle it starts, in degrees.
        amplitude: its height.
    """
    turns = np.arange(steps) / period + phase / 360
    return _one_channel(amplitude * np.sin(2 * np.pi * turns), "sine")


@family(
    Parameter("first_period", 60.0, 2.0, float(MAX_STEPS), False, 1.0),
    Parameter("last_period", 6.0, 2.0, float(MAX_STEPS), False, 1.0),
    AMPLITUDE,
)
def chirp(
    steps: int, rng: np.random.Generator, *, first_period: float, last_period: float, amplitude: float
) -> Sequence:
    """A sine wave whose frequency moves evenly: amplitude * sin(2 pi (t / first_period + slope t^2 / 2)).

    Args:
        steps: number of steps.
        rng: not used.
        first_period: steps a cycle at the beginning.
        last_period: steps a cycle at the end.
        amplitude: its height.
    """
    t = np.arange(steps)
    slope = (1 / last_period - 1 / first_period) / max(steps - 1, 1)
    return _one_channel(amplitude * np.sin(2 * np.pi * (t / first_period + slope * t**2 / 2)), "chirp")


@family(PERIOD, Parameter("duty", 0.5, 0.0, 1.0, False, 0.05), AMPLITUDE)
def square(steps: int, rng: np.random.Generator, *, period: float, duty: float, amplitude: float) -> Sequence:
    """A wave that jumps between +amplitude and -amplitude.

    Args:
        steps: number of steps.
        rng: not used.
        period: steps a cycle.
        duty: share of a cycle spent at +amplitude.
        amplitude: its height.
    """
    high = np.arange(steps) % period < duty * period
    return _one_channel(np.where(high, amplitude, -amplitude), "square")


@family(Parameter("step_size", 0.1, 0.001, 1.0, False, 0.01), Parameter("bound", 1.0, 0.1, 3.0, False, 0.1))
def random_walk(steps: int, rng: np.random.Generator, *, step_size: float, bound: float) -> Sequence:
    """A walk of normal steps from 0, reflected at -bound and +bound.

    Args:
        steps: number of steps.
        rng: draws the steps.
        step_size: standard deviation of one step.
        bound: where it turns back.
    """
    free = np.cumsum(rng.normal(0, step_size, steps))
    # folding the free walk like a triangle wave is the reflected walk, without a loop
    folded = np.abs((free + bound) % (4 * bound) - 2 * bound) - bound
    return _one_channel(-folded, "random_walk")


@family(Parameter("spread", 0.4, 0.0, 2.0, False, 0.05), HOLD, Parameter("inputs", 1, 1, 8, True, 1))
def white_noise(steps: int, rng: np.random.Generator, *, spread: float, hold: int, inputs: int) -> Sequence:
    """Independent normal numbers around 0, each held for a few steps.

    Args:
        steps: number of steps.
        rng: draws the numbers.
        spread: their standard deviation.
        hold: steps each number lasts.
        inputs: number of independent input channels.
    """
    drawn = rng.normal(0, spread, (math.ceil(steps / hold), inputs))
    channels = tuple(f"noise {i + 1}" for i in range(inputs))
    return Sequence(np.repeat(drawn, hold, axis=0)[:steps], channels=channels, name="white_noise")


@family(
    Parameter("density", 0.08, 0.0, 1.0, False, 0.01),
    AMPLITUDE,
    Parameter("negative", 0.0, 0.0, 1.0, False, 0.1),
)
def sparse_pulses(
    steps: int, rng: np.random.Generator, *, density: float, amplitude: float, negative: float
) -> Sequence:
    """Single-step pulses at random moments, silence between them.

    Args:
        steps: number of steps.
        rng: draws the moments and the signs.
        density: chance of a pulse at each step.
        amplitude: height of a pulse.
        negative: chance that a pulse has the opposite sign.
    """
    chance, sign = rng.random((steps, 2)).T
    heights = np.where(sign < negative, -amplitude, amplitude)
    return _one_channel(np.where(chance < density, heights, 0), "sparse_pulses")


@family(Parameter("gap", 25, 1, 10_000, True, 1), Parameter("jitter", 0.0, 0.0, 1.0, False, 0.1), WIDTH)
def set_reset(steps: int, rng: np.random.Generator, *, gap: int, jitter: float, width: int) -> Sequence:
    """Pulses on two channels in turn: set, reset, set, reset.

    Args:
        steps: number of steps.
        rng: draws the irregularity.
        gap: mean steps from one pulse to the next.
        jitter: 0 for regular pulses, 1 for moments drawn anywhere around the regular ones.
        width: length of a pulse in steps; the next pulse ends it.
    """
    count = steps // gap + 2
    # less than half a gap to either side keeps the pulses in order and on steps of their own
    shift = rng.uniform(-0.5, 0.5, count) * jitter * (gap - 1)
    onsets = np.floor(gap * (np.arange(count) + 0.5) + shift).astype(int)
    t = np.arange(steps)
    latest = np.searchsorted(onsets, t, side="right") - 1
    active = (latest >= 0) & (t - onsets[latest] < width)
    which = latest % 2
    x = np.zeros((steps, 2))
    x[t[active], which[active]] = 1
    names = np.where(active, np.where(which == 0, "set", "reset"), "")
    return Sequence(x, tuple(names.tolist()), ("set", "reset"), "set_reset")


@family(
    Parameter("start", -1.0, -3.0, 3.0, False, 0.1),
    Parameter("end", 1.0, -3.0, 3.0, False, 0.1),
    Parameter("position", 0.4, 0.0, 1.0, False, 0.05),
    Parameter("missing", 0.25, 0.0, 1.0, False, 0.05),
)
def ramp_gap(
    steps: int, rng: np.random.Generator, *, start: float, end: float, position: float, missing: float
) -> Sequence:
    """A straight ramp with a stretch missing: value 0 and present 0 there.

    Args:
        steps: number of steps.
        rng: not used.
        start: value at the first step.
        end: value at the last step.
        position: where the missing stretch starts, 0 (first step) to 1 (last step).
        missing: its length as a share of all steps.
    """
    t = np.arange(steps)
    first = round(position * (steps - 1))
    present = (t < first) | (t >= first + round(missing * steps))
    values = np.where(present, np.linspace(start, end, steps), 0)
    return Sequence(np.stack([values, present], axis=1), (), ("value", "present"), "ramp_gap")


@family(ALPHABET, HOLD)
def symbols(steps: int, rng: np.random.Generator, *, alphabet: int, hold: int) -> Sequence:
    """Random letters, one-hot: exactly one channel is 1 at each step.

    Args:
        steps: number of steps.
        rng: draws the letters.
        alphabet: how many letters, A, B, C, ...
        hold: steps each letter lasts.
    """
    drawn = np.repeat(rng.integers(alphabet, size=math.ceil(steps / hold)), hold)[:steps]
    labels = tuple(LETTERS[i] for i in drawn)
    return Sequence(np.eye(alphabet)[drawn], labels, tuple(LETTERS[:alphabet]), "symbols")


@family(
    Parameter("alphabet", 4, 2, len(LETTERS), True, 1),
    Parameter("length", 4, 1, 100, True, 1),
    Parameter("gap", 15, 0, 10_000, True, 1),
)
def delayed_copy(steps: int, rng: np.random.Generator, *, alphabet: int, length: int, gap: int) -> Sequence:
    """The copy task: a few letters, blanks, a go cue, then blanks where the same letters are due.

    The input is blank where a letter is due. Trials follow each other.

    Args:
        steps: number of steps.
        rng: draws the letters.
        alphabet: how many different letters.
        length: letters to remember in one trial.
        gap: blank steps between the last letter and the go cue.

    Source: Hochreiter and Schmidhuber 1997; Arjovsky, Shah, Bengio 2016 (arXiv:1511.06464).
    """
    blank, go = alphabet, alphabet + 1
    trials = math.ceil(steps / (2 * length + gap + 1))
    letters = rng.integers(alphabet, size=(trials, length))
    shown = np.full((trials, 2 * length + gap + 1), blank)
    shown[:, :length] = letters
    shown[:, length + gap] = go
    due = np.full_like(shown, -1)
    due[:, length + gap + 1 :] = letters
    names = [*LETTERS[:alphabet], "", "go"]
    labels = tuple(names[symbol] for symbol in shown.ravel()[:steps].tolist())
    answers = tuple("" if answer < 0 else names[answer] for answer in due.ravel()[:steps].tolist())
    x = np.eye(alphabet + 2)[shown.ravel()[:steps]]
    return Sequence(x, labels, (*LETTERS[:alphabet], "blank", "go"), "delayed_copy", answers)


@family(Parameter("amplitude", 1.0, 0.1, 3.0, False, 0.1), Parameter("latest", 1.0, 0.0, 1.0, False, 0.05))
def adding(steps: int, rng: np.random.Generator, *, amplitude: float, latest: float) -> Sequence:
    """The adding problem's input: random values, two of them marked; the answer is the sum of those two.

    One mark falls in each half of the first `latest` part of the steps (a single step has one mark).

    Args:
        steps: number of steps.
        rng: draws the values and the marks.
        amplitude: values are uniform in [0, amplitude].
        latest: share of the steps in which the marks fall; small means long to remember.

    Source: Hochreiter and Schmidhuber 1997, Neural Computation 9(8), section 5.4.
    """
    last = min(max(2, round(latest * steps)), steps)
    marks = {int(rng.integers(0, max(last // 2, 1))), int(rng.integers(last // 2, last))}
    x = np.zeros((steps, 2))
    x[:, 0] = rng.uniform(0, amplitude, steps)
    x[list(marks), 1] = 1
    labels = tuple("+" if t in marks else "" for t in range(steps))
    return Sequence(x, labels, ("value", "marker"), "adding")


def _one_channel(x: NDArray[np.float64], name: str) -> Sequence:
    return Sequence(x[:, None], channels=("x",), name=name)
