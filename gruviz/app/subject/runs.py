"""From a source of weights and an input to the run on the page, within bounds."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from hashlib import blake2b

import numpy as np

from gruviz.app.server.computing import AfterPiece, compute_run
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import LARGE, allowance, compute_turns, visitor
from gruviz.app.settings import Settings
from gruviz.app.subject.weights import source_of
from gruviz.inputs.sequence import Sequence
from gruviz.models.gru import GRUModel
from gruviz.protocol.scene import Run
from gruviz.sources.source import ModelSource
from gruviz.tasks.answers import head_of
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.trace import trace

FIRST = 400_000  # cells of the part that is shown first
_KIND = "run"


def make_run(source: ModelSource, kind: str, sequence: Sequence, counted: bool = True) -> Run:
    """Return the run of a source's weights over an input, from the cache if it is there.

    Args:
        source: of the weights.
        kind: of model, "split", "concat" or "torch".
        sequence: the input.
        counted: whether it counts as the visitor's; not what is shown in place of something else.

    Raises:
        Problem: it would be too large, the weights cannot be made, or the visitor has asked for more within a minute
            than is one's share.
    """
    units, rows = source.size
    return compute_run(
        _KIND,
        key_of(source, kind, sequence),
        name_of(source, kind, sequence),
        memory().cells_of(sequence.steps, units, rows),
        partial(model_of, source, kind, sequence.inputs),
        partial(_compute, source, kind, sequence),
        counted,
    )


def key_of(source: ModelSource, kind: str, sequence: Sequence) -> tuple[Hashable, ...]:
    """Everything a run follows from, as plain values."""
    return source.key, kind, sequence.digest


def name_of(source: ModelSource, kind: str, sequence: Sequence) -> str:
    """Return the id of a run."""
    text = repr(key_of(source, kind, sequence)).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=12).hexdigest()


def model_of(source: ModelSource, kind: str, inputs: int) -> GRUModel:
    """Return the model of a source for so many inputs; all who look at it share it, it is only read."""

    def make() -> GRUModel:
        with compute_turns().turn():
            return source.model(kind, inputs)

    return memory().get("model", (source.key, kind, inputs), make, _bytes_of)


def _bytes_of(model: GRUModel) -> int:
    return sum(weight.nbytes for weight in model.parameters())


def _compute(source: ModelSource, kind: str, sequence: Sequence, model: GRUModel, after_piece: AfterPiece) -> Run:
    found = trace(model, sequence.x, labels=sequence.labels, seed=source.seed, after_piece=after_piece)
    return _with_head(source, sequence, Run(name_of(source, kind, sequence), found, model))


def _with_head(source: ModelSource, sequence: Sequence, run: Run) -> Run:
    """The run with the head of the task its weights learned, and with targets where the input is of that task."""
    task = source.task
    if task is None:
        return run
    is_of_task = sequence.name in (task.name, "text") and sequence.channels == task.channels
    return replace(run, head=head_of(run.model, task), target=sequence.target if is_of_task else None)


# ---- of the settings


def run(settings: Settings, sequence: Sequence, counted: bool = True) -> Run:
    """Return the run the settings describe; see `make_run`."""
    return make_run(source_of(settings), settings.model, sequence, counted)


def run_name(settings: Settings, sequence: Sequence) -> str:
    """Return the id of the run the settings describe."""
    return name_of(source_of(settings), settings.model, sequence)


def wait(settings: Settings, sequence: Sequence) -> float:
    """Seconds until the run would begin, about: the large ones are made one after another. 0 where it is cached.

    Raises:
        Problem: as `make_run`.
    """
    source = source_of(settings)
    units, rows = source.size
    if memory().held_value(_KIND, key_of(source, settings.model, sequence)) is not None:
        return 0.0
    return allowance().wait(sequence.steps * units * rows)


def first_part(settings: Settings, sequence: Sequence) -> tuple[Run, GateTrace] | None:
    """The first steps of a run that will take a while, to be seen meanwhile; None where it is cached, or is small.

    Returns:
        The run as it will be, each gate NaN, and the trace of its first steps.

    Raises:
        Problem: as `make_run`.
    """
    source = source_of(settings)
    units, rows = source.size
    cells, steps = sequence.steps * units * rows, min(sequence.steps, FIRST // (units * rows))
    key = key_of(source, settings.model, sequence)
    if not LARGE <= cells <= memory().most_cells or source.is_bidirectional:
        return None
    if memory().held_value(_KIND, key) is not None:
        return None
    who = visitor()
    if who:
        allowance().take(who, steps * units * rows, ahead=cells)
    model = model_of(source, settings.model, sequence.inputs)
    part = memory().get("first part", key, lambda: _first(model, sequence.x[:steps]), lambda found: found.nbytes)
    whole = (rows, 1, sequence.steps, units)
    unknown = dict.fromkeys("rznh", np.broadcast_to(np.float32(np.nan), whole))  # takes no memory
    meta = replace(part.meta, steps=sequence.steps)
    to_be = replace(part, **unknown, x=sequence.x[None].astype(np.float32), labels=sequence.labels, meta=meta)
    return _with_head(source, sequence, Run(name_of(source, settings.model, sequence), to_be, model)), part


def _first(model: GRUModel, x: np.ndarray) -> GateTrace:
    with compute_turns().turn():
        return trace(model, x)
