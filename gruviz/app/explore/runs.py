"""From Settings and an input to the trace on the page; kept on values, within bounds."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

from gruviz.app.explore.weights import params_of, size_of
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.app.settings import Settings
from gruviz.inputs.sequence import Sequence
from gruviz.models.gru import MODELS, TorchGRU
from gruviz.stage.scene import Run
from gruviz.tracing.trace import trace
from gruviz.wording.problems import Problem

BYTES = 4 * 4  # of a cell in the trace: float32, four arrays
MAX_CELLS = 20_000_000  # steps x units x layers: 320 MB
_RUN_FIELDS = (
    "model", "weights", "trained", "hidden", "seed", "gain", "zbias", "rbias", "halves", "tmax", "layers", "both",
    "mine",
)  # fmt: skip


def run(settings: Settings, sequence: Sequence) -> Run:
    """The trace the settings describe, from the cache if it is there.

    Raises:
        Problem: it would be too large, or a parameter of the weights cannot be read.
    """
    units, rows = size_of(settings)
    cells = sequence.steps * units * rows
    if cells > MAX_CELLS:
        sizes = {"steps": sequence.steps, "units": units, "cells": cells, "limit": MAX_CELLS}
        if rows > 1:
            raise Problem("trace_too_large_layers", layers=rows, **sizes)
        raise Problem("trace_too_large", **sizes)
    chosen = of_the_run(settings)
    key = (chosen, sequence.digest)
    return memory().get("run", key, lambda: _run(chosen, sequence), lambda found: found.bytes, BYTES * cells)


def of_the_run(settings: Settings) -> Settings:
    """Settings that differ only where the run does."""
    return replace(Settings(), **{name: getattr(settings, name) for name in _RUN_FIELDS})


def _run(settings: Settings, sequence: Sequence) -> Run:
    params = params_of(settings, sequence.inputs)
    turns = compute_turns()
    with turns.turn():
        if settings.model == "torch":
            model = TorchGRU.from_params(params, bidirectional=len(params) > 1 and settings.both)
        else:
            model = MODELS[settings.model].from_params(params[0])
        seed = settings.seed if settings.weights in ("random", "chrono") else None
        found = trace(model, sequence.x, labels=sequence.labels, seed=seed, after_piece=turns.offer)
    name = blake2b(f"{settings!r} {sequence.digest}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return Run(name, found, model)
