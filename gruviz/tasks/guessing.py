"""What guessing reaches: the best answer that is always the same, in expectation over all sequences of a task."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gruviz.tasks.examples import LETTERS, ONES

Guess = Callable[..., float]


def always(value: float) -> Guess:
    """Of a task whose parameters do not change what guessing reaches."""
    return lambda **_parameters: value


def even(*, steps: float, **_noise: float) -> float:
    """Of `parity`: always "even".

        P(even after t bits) = (1 + (1 - 2 p)^t) / 2 with p the share of ones, so never below one half

    Args:
        steps: length of the sequences.

    Source: the probability generating function of the binomial distribution at -1.

    >>> even(steps=1), even(steps=2)
    (0.75, 0.6875)
    """
    t = np.arange(1, int(steps) + 1)
    return float((1 + (1 - 2 * ONES) ** t).mean() / 2)


def most_frequent_depth(*, steps: float, deepest: float) -> float:
    """Of `brackets`: always the depth that is met most often.

    The depth is a Markov chain that begins at 0; its odds after each step are summed.

    Args:
        steps: length of the sequences.
        deepest: most brackets open at once.

    >>> most_frequent_depth(steps=1, deepest=5)
    0.7
    """
    highest = int(deepest)
    opened = np.full(highest + 1, (1 - LETTERS) / 2)
    closed = opened.copy()
    opened[[0, highest]], closed[[0, highest]] = (1 - LETTERS, 0), (0, 1 - LETTERS)
    odds, met = np.eye(highest + 1)[0], np.zeros(highest + 1)
    for _ in range(int(steps)):
        following = LETTERS * odds
        following[1:] += (opened * odds)[:-1]
        following[:-1] += (closed * odds)[1:]
        odds = following
        met += odds
    return float(met.max() / int(steps))
