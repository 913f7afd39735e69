"""Weights with a story, built by hand.

Each preset is a small GRU whose gates do something one can say in a sentence, and the sequence that shows it.
Its sentence stands in assets/words; tests/test_presets.py holds the story in numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from gruviz.models.params import GRUParams

HALF_LIVES = (2.0, 8.0, 32.0)
OPEN, SHUT = 8.0, -8.0  # pre-activations: sigmoid(8) = 0.9997, sigmoid(-8) = 0.0003


@dataclass(frozen=True)
class Preset:
    """Hand-built weights and the sequence that shows their story.

    Args:
        name: key, also of its words.
        make: gives the numbers.
        units: one short name per unit; empty where the weights' own parameters decide.
        family: name of the synthetic sequence it is shown on.
        steps: length of that sequence.
        parameters: that family's parameters.
        watch: (unit, step) to open on.
        look: (gate, unit) its sentence speaks of.
    """

    name: str
    make: Callable[[], GRUParams]
    units: tuple[str, ...]
    family: str
    steps: int
    parameters: dict[str, float] = field(default_factory=dict)
    watch: tuple[int, int] = (0, 0)
    look: tuple[str, int] = ("z", 0)

    def params(self, input_size: int | None = None) -> GRUParams:
        """The numbers, for another input size if need be.

        Args:
            input_size: inputs of the sequence at hand; inputs beyond the preset's own get weight 0,
                inputs it lacks are as if always 0. None keeps the preset's own.
        """
        return self.make() if input_size is None else resized(self.make(), input_size)


def resized(params: GRUParams, input_size: int) -> GRUParams:
    """The same numbers for another input size: further inputs get weight 0, missing ones are as if always 0.

    Args:
        params: of any input size.
        input_size: the one wanted, >= 1.

    >>> resized(latch(), 3).w_ih[:, 2].any()
    np.False_
    """
    w_ih = np.zeros((params.w_ih.shape[0], input_size), params.w_ih.dtype)
    shared = min(input_size, params.input_size)
    w_ih[:, :shared] = params.w_ih[:, :shared]
    return GRUParams(w_ih, params.w_hh, params.b_ih, params.b_hh)


def _params(
    units: Sequence[str],
    inputs: int,
    *,
    r: dict[tuple[str, int], float] | None = None,
    z: dict[tuple[str, int], float] | None = None,
    n: dict[tuple[str, int], float] | None = None,
    u: dict[tuple[str, str], float] | None = None,
    r_bias: dict[str, float] | None = None,
    z_bias: dict[str, float] | None = None,
    n_bias: dict[str, float] | None = None,
) -> GRUParams:
    """Weights named one by one: `z[("latch", 1)]` from input 1, `u[("reader", "latch")]` candidate from a state.

    What is not named is 0, except the reset gate's bias: r stands open.
    """
    row = {name: k for k, name in enumerate(units)}
    H = len(row)
    w_ih, w_hh, b_ih = np.zeros((3, H, inputs)), np.zeros((3, H, H)), np.zeros((3, H))
    b_ih[0] = OPEN
    for k, (weights, biases) in enumerate(((r, r_bias), (z, z_bias), (n, n_bias))):
        for (unit, i), value in (weights or {}).items():
            w_ih[k, row[unit], i] = value
        for unit, value in (biases or {}).items():
            b_ih[k, row[unit]] = value
    for (unit, source), value in (u or {}).items():
        w_hh[2, row[unit], row[source]] = value
    flat = (w_ih.reshape(3 * H, inputs), w_hh.reshape(3 * H, H), b_ih.ravel(), np.zeros(3 * H))
    return GRUParams(*(a.astype(np.float32) for a in flat))


LATCH_UNITS = ("latch", "mirror", "half-way", "follower")


def latch() -> GRUParams:
    """A set/reset latch: z is shut only at a pulse, so the state holds +1 or -1 between pulses.

    Inputs: set, reset. `mirror` is the same latch written with the other sign and with its reset gate shut:
    it remembers all the same. `half-way` opens half at a pulse. `follower` never keeps.
    """
    holds = ("latch", "mirror")
    return _params(
        LATCH_UNITS,
        2,
        z={**{(unit, i): 3 * SHUT for unit in holds for i in (0, 1)}, ("half-way", 0): SHUT, ("half-way", 1): SHUT},
        # 1 - z = 6e-6: mirror, whose candidate is 0 at rest, loses half a percent in 1,000 steps
        z_bias={**dict.fromkeys(holds, 1.5 * OPEN), "half-way": OPEN, "follower": SHUT},
        n={(unit, i): 8.0 * (1 - 2 * i) * (-1 if unit == "mirror" else 1) for unit in LATCH_UNITS for i in (0, 1)},
        # at rest the candidate agrees with the state held, so that not even 1 - z wears it down
        u={(unit, unit): 3.0 for unit in ("latch", "half-way")},
        r_bias={"mirror": SHUT},
    )


def leaky(half_lives: Sequence[float] = HALF_LIVES) -> GRUParams:
    """Leaky averages of one input: z is the constant 0.5 ** (1 / half-life), n = tanh(x).

    Args:
        half_lives: steps after which a state has halved, each > 0; one unit each.
    """
    # log(z / (1 - z)) from ln z = -ln 2 / half-life, exact where z is all but 0 or 1
    log_z = -np.log(2) / np.asarray(half_lives, dtype=np.float64)
    z_bias = log_z - np.log(-np.expm1(log_z))
    units = [str(k) for k in range(len(half_lives))]
    return _params(
        units,
        1,
        z_bias=dict(zip(units, z_bias.tolist(), strict=True)),
        n=dict.fromkeys(((unit, 0) for unit in units), 1.0),
    )


CHANGE_UNITS = ("last input", "change", "rise", "fall")


def change() -> GRUParams:
    """A change detector: `last input` holds x one step, the others compare the new x with it.

        last input = tanh(x / 4)    change = tanh(3 (x - x_prev))    rise, fall = tanh(+-6 (x - x_prev) - 3)

    z is near 0 everywhere: nothing is kept by the update gate, the one-step memory goes through the candidate.
    """
    scale = 1 / np.tanh(0.25)  # makes x - x_prev exactly 0 for a constant x of -1, 0 or 1
    gains = {"change": 3.0, "rise": 6.0, "fall": -6.0}
    return _params(
        CHANGE_UNITS,
        1,
        z_bias=dict.fromkeys(CHANGE_UNITS, 2 * SHUT),
        r_bias=dict.fromkeys(CHANGE_UNITS, 2 * OPEN),
        n={("last input", 0): 0.25, **{(unit, 0): gain for unit, gain in gains.items()}},
        u={(unit, "last input"): -gain * scale for unit, gain in gains.items()},
        n_bias={"rise": -3.0, "fall": -3.0},
    )


RESET_UNITS = ("memory", "reader", "no reset")


def reset() -> GRUParams:
    """A memory that only its reset gate can clear: z is near 0, the state lives in the candidate's own loop.

        memory n = tanh(4 (r * h) + 8 set - 1)

    Inputs: set, reset. At a reset pulse r shuts, the loop is cut, and the state falls to the low side, where it
    stays. `no reset` is the same unit with r always open: once set it never comes back. `reader` copies `memory`
    with an open r of its own: reset before the matrix hides the memory from it during the pulse, reset after does not.
    """
    return _params(
        RESET_UNITS,
        2,
        r={("memory", 1): 2 * SHUT},
        z_bias=dict.fromkeys(RESET_UNITS, SHUT),
        n={("memory", 0): 8.0, ("no reset", 0): 8.0},
        n_bias={"memory": -1.0, "no reset": -1.0},
        u={("memory", "memory"): 4.0, ("no reset", "no reset"): 4.0, ("reader", "memory"): 2.0},
    )


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("latch", latch, LATCH_UNITS, "set_reset", 100, {"gap": 14}, (0, 7)),
        Preset("leaky", leaky, (), "impulse", 140, {"position": 0.05, "width": 40}, (1, 47)),
        Preset("change", change, CHANGE_UNITS, "square", 100, {}, (1, 20), ("h", 1)),
        Preset("reset", reset, RESET_UNITS, "set_reset", 100, {"gap": 14}, (1, 21), ("r", 0)),
    )
}
