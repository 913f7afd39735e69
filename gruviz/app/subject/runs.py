"""From Settings and an input to the trace on the page; kept on values, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from hashlib import blake2b

import numpy as np

from gruviz.app.server.memory import CELL, memory
from gruviz.app.server.turns import LARGE, allowance, compute_turns, still_wanted, visitor
from gruviz.app.settings import Settings
from gruviz.app.subject.weights import params_of, size_of, trained_weights
from gruviz.inputs.sequence import Sequence
from gruviz.models.gru import MODELS, GRUModel, TorchGRU
from gruviz.protocol.scene import Run
from gruviz.tasks.answers import head_of
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.trace import trace

FIRST = 400_000  # cells of the part that is shown first
_RUN_FIELDS = (
    "model",
    "weights",
    "trained",
    "hidden",
    "seed",
    "gain",
    "zbias",
    "rbias",
    "halves",
    "tmax",
    "layers",
    "both",
    "mine",
)


def run(settings: Settings, sequence: Sequence, counted: bool = True) -> Run:
    """The trace the settings describe, from the cache if it is there.

    Args:
        settings: of weights and model.
        sequence: the input.
        counted: whether it counts as asked for by whoever is here; not what is shown in place of something else.

    Raises:
        Problem: it would be too large, a parameter of the weights cannot be read, or the visitor has asked for more
            within a minute than is one's share.
    """
    units, rows = size_of(settings)
    cells = memory().cells_of(sequence.steps, units, rows)
    key = (*of_the_run(settings), sequence.digest)
    held = memory().held_value(_KIND, key)
    if held is not None:
        return held
    who, rule = visitor() if counted else "", allowance()
    with rule.turn(cells, still_wanted) if cells >= LARGE else nullcontext():
        make = partial(_counted, who, cells, settings, sequence)
        return memory().get(_KIND, key, make, lambda found: found.bytes, CELL * cells)


def _counted(who: str, cells: int, settings: Settings, sequence: Sequence) -> Run:
    with allowance().counted(who, cells, name_of(settings, sequence)) as done:
        return _run(settings, sequence, done)


def wait(settings: Settings, sequence: Sequence) -> float:
    """Seconds until the trace would begin, about: the large ones are made one after another. 0 where it is held.

    Raises:
        Problem: as `run`.
    """
    units, rows = size_of(settings)
    if memory().held_value(_KIND, (*of_the_run(settings), sequence.digest)) is not None:
        return 0.0
    return allowance().wait(sequence.steps * units * rows)


def first_part(settings: Settings, sequence: Sequence) -> tuple[Run, GateTrace] | None:
    """The first steps of a trace that will take a while, to be seen meanwhile; None where it is held, or is small.

    Returns:
        The run as it will be, each gate NaN, and the trace of its first steps.

    Raises:
        Problem: as `run`.
    """
    units, rows = size_of(settings)
    cells, steps = sequence.steps * units * rows, min(sequence.steps, FIRST // (units * rows))
    key = (*of_the_run(settings), sequence.digest)
    from_the_end = settings.model == "torch" and rows > 1 and settings.both
    if not LARGE <= cells <= memory().most_cells or from_the_end or memory().held_value(_KIND, key) is not None:
        return None
    who = visitor()
    if who:
        allowance().take(who, steps * units * rows, ahead=cells)
    model = model_of(settings, sequence.inputs)
    part = memory().get("first part", key, lambda: _first(model, sequence.x[:steps]), lambda found: found.nbytes)
    whole = (rows, 1, sequence.steps, units)
    unknown = dict.fromkeys("rznh", np.broadcast_to(np.float32(np.nan), whole))  # takes no memory
    meta = replace(part.meta, steps=sequence.steps)
    to_be = replace(part, **unknown, x=sequence.x[None].astype(np.float32), labels=sequence.labels, meta=meta)
    return _answering(settings, sequence, Run(name_of(settings, sequence), to_be, model)), part


def name_of(settings: Settings, sequence: Sequence) -> str:
    """The id of the run the settings describe."""
    told = f"{of_the_run(settings)!r} {sequence.digest}".encode("utf-8", "surrogatepass")
    return blake2b(told, digest_size=12).hexdigest()


def _first(model: GRUModel, x: np.ndarray) -> GateTrace:
    with compute_turns().turn():
        return trace(model, x)


_KIND = "run"


def of_the_run(settings: Settings) -> tuple[Hashable, ...]:
    """What differs where the run does, of one input."""
    return tuple(getattr(settings, name) for name in _RUN_FIELDS)


def model_of(settings: Settings, inputs: int) -> GRUModel:
    """The model the settings describe, for so many inputs; shared by all who look at it, only to be read."""
    key = (*of_the_run(settings), inputs)
    return memory().get("model", key, lambda: _model(settings, inputs), _bytes_of)


def _model(settings: Settings, inputs: int) -> GRUModel:
    params, held = params_of(settings, inputs), trained_weights(settings)
    with compute_turns().turn():
        if settings.model == "torch":
            model = TorchGRU.from_params(params, bidirectional=len(params) > 1 and settings.both)
        else:
            model = MODELS[settings.model].from_params(params[0])
        if held is not None:  # its head reads the states, whatever model makes them
            model.fc = held.model().fc
        return model


def _bytes_of(model: GRUModel) -> int:
    return sum(weight.nbytes for weight in model.parameters())


def _run(settings: Settings, sequence: Sequence, done: Callable[[float], None] = lambda share: None) -> Run:
    model = model_of(settings, sequence.inputs)  # before the turn: whoever makes it waits for one too
    seed = settings.seed if settings.weights in ("random", "chrono") else None
    # a large one has a line of its own; a small one need not wait for the end of its piece, which takes 20 ms
    turns = compute_turns() if sequence.steps * model.hidden_size < LARGE else None

    def after_piece(share: float) -> None:
        done(share)
        still_wanted()
        if turns is not None:
            turns.offer(share)

    with nullcontext() if turns is None else turns.turn():
        found = trace(model, sequence.x, labels=sequence.labels, seed=seed, after_piece=after_piece)
    return _answering(settings, sequence, Run(name_of(settings, sequence), found, model))


def _answering(settings: Settings, sequence: Sequence, run: Run) -> Run:
    """The same with what the model's head is, and what it should say where the input is of the task it has learned."""
    held = trained_weights(settings)
    if held is None:
        return run
    task = held.plan.made()
    own = sequence.name in (task.name, "text") and sequence.channels == task.channels
    return replace(run, head=head_of(run.model, task), target=sequence.target if own else None)
