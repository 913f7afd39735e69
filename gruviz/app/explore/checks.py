"""How far the numbers shown are from others that ought to be near; computed once the picture is on its way."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np

from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.app.settings import Settings
from gruviz.app.subject import runs
from gruviz.app.subject.weights import source_of
from gruviz.drawing.sparkline import largest_of_steps
from gruviz.inputs.sequence import Sequence
from gruviz.models.gru import MODELS
from gruviz.models.params import GRUParams
from gruviz.tracing.trace import own_states, reference_error, reference_steps

COMPARED_STEPS = 1000
COMPARED = {"split": ("concat", "torch"), "concat": ("split", "torch"), "torch": ("split",)}


@dataclass(frozen=True, eq=False)
class Across:
    """How far the hidden state is from that of the other reset placement with the same numbers.

    Args:
        largest: of all units, of each stretch of steps; see `largest_of_steps`.
        unit, step: where it is largest of all.
    """

    largest: np.ndarray
    unit: int
    step: int


@dataclass(frozen=True, eq=False)
class Checks:
    """How far the numbers shown are from others that ought to be near; takes a while after the trace is there.

    Args:
        error: `reference_error` of the trace, over `error_steps` steps.
        differences: for each other model with the same numbers, the largest |h - its h| over `compared_steps`
            steps of the first layer, read forward.
        across: the same over time, of the model with the other reset placement.
    """

    error: float
    error_steps: int
    differences: dict[str, float]
    compared_steps: int
    across: Across


def checks(settings: Settings, sequence: Sequence) -> Checks:
    """What the page says about the trace the settings describe, from the cache if it is there.

    Raises:
        Problem: as `run`.
    """
    make = partial(_checks, settings, sequence)
    return memory().get(_KIND, _key(settings, sequence), make, lambda found: found.across.largest.nbytes)


def known(settings: Settings, sequence: Sequence) -> Checks | None:
    """The same where somebody has asked for it already; None where it would have to be computed."""
    return memory().held_value(_KIND, _key(settings, sequence))


_KIND = "checks"


def _key(settings: Settings, sequence: Sequence) -> tuple[Hashable, ...]:
    return runs.key_of(source_of(settings), settings.model, sequence)


def across(model: str) -> str:
    """The model with the other reset placement that one is compared with."""
    return "split" if model == "torch" else "torch"


def _differences(model: str, params: GRUParams, x: np.ndarray) -> tuple[dict[str, float], int, Across]:
    """How far the other models' own forwards are from this one's with the same numbers, and over how many steps."""
    steps = min(len(x), COMPARED_STEPS, max(100, 100_000_000 // params.hidden_size**2))
    states = {name: own_states(MODELS[name].from_params(params), x[:steps]) for name in (model, *COMPARED[model])}
    apart = {name: np.abs(states[name] - states[model]).reshape(steps, -1) for name in COMPARED[model]}
    other = apart[across(model)]
    step, unit = np.unravel_index(np.argmax(other), other.shape)
    found = Across(largest_of_steps(other.max(axis=1)), int(unit), int(step))
    return {name: float(one.max()) for name, one in apart.items()}, steps, found


def _checks(settings: Settings, sequence: Sequence) -> Checks:
    found = runs.run(settings, sequence)
    params = source_of(settings).params(sequence.inputs)
    turns = compute_turns()
    with turns.turn():
        error = reference_error(found.model, found.trace)
        turns.offer()
        differences, steps, found_across = _differences(settings.model, params[0], sequence.x)
    return Checks(error, reference_steps(found.trace), differences, steps, found_across)
