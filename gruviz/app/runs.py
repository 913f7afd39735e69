"""Settings -> sequence -> weights -> model -> trace, cached on values and bounded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
import streamlit as st

from gruviz.app import model_store
from gruviz.app.process import compute_turns
from gruviz.app.settings import Settings
from gruviz.gate_trace import GateTrace
from gruviz.gru import ConcatGRU, SplitGRU, TorchGRU
from gruviz.params import GRUParams
from gruviz.presets import PRESETS, leaky, random_params, resized
from gruviz.problems import Problem
from gruviz.sequences import Sequence, generate
from gruviz.tasks import TASKS
from gruviz.text_steps import encode_text
from gruviz.trace import Traceable, own_states, reference_error, reference_steps, trace
from gruviz.trained_models import SavedModel, shipped
from gruviz.typed_numbers import number, parse_numbers
from gruviz.user_data import Scaling, Table, read_table, read_upload, rescale

MAX_CELLS = 20_000_000  # steps x units x layers: four float32 arrays of it are 320 MB
SMALL_CELLS, MIDDLING_CELLS = 250_000, 2_000_000
MODELS = {"split": SplitGRU, "concat": ConcatGRU, "torch": TorchGRU}
COMPARED_STEPS = 1000
COMPARED = {"split": ("concat", "torch"), "concat": ("split", "torch"), "torch": ("split",)}
HEADER = {"auto": None, "yes": True, "no": False}


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, eq=False)
class Run:
    """A trace and what is known with it at once.

    Args:
        id: a text that changes when the trace's values may have changed.
        trace: the trace of the chosen model.
        model: that model; shared between sessions, only to be read.
        units: names of the units, or ().
        preset_inputs: inputs the preset was made for; None for random weights.
    """

    id: str
    trace: GateTrace
    model: Traceable
    units: tuple[str, ...]
    preset_inputs: int | None


@dataclass(frozen=True, eq=False)
class Checks:
    """How far the numbers shown are from others that ought to be near; takes a while after the trace is there.

    Args:
        error: `reference_error` of the trace, over `error_steps` steps.
        differences: for each other model with the same numbers, the largest |h - its h| over `compared_steps`
            steps of the first layer, read forward.
    """

    error: float
    error_steps: int
    differences: dict[str, float]
    compared_steps: int


@st.cache_resource(max_entries=8, show_spinner=False)
def open_upload(upload: Upload, header: str) -> Table | Sequence:
    """An uploaded file, parsed."""
    found = read_upload(upload.name, upload.data)
    if isinstance(found, Table) and HEADER[header] is not None:
        return read_table(upload.data, upload.name, HEADER[header])
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def open_table(text: str, header: str) -> Table:
    """A pasted table, parsed."""
    return read_table(text, "CSV", HEADER[header])


def table_of(settings: Settings, upload: Upload | None) -> Table | Sequence:
    """What the visitor gave as a table: pasted, or as a file.

    Raises:
        Problem: it cannot be read, or no file is chosen yet.
    """
    if settings.source == "table":
        return open_table(settings.table, settings.header)
    if upload is None:
        raise Problem("no_file")
    return open_upload(upload, settings.header)


def sequence_of(settings: Settings, upload: Upload | None) -> tuple[Sequence, Scaling]:
    """The input the settings describe, rescaled as they say.

    Raises:
        Problem: what was given cannot be read; the sentence says where and what would be accepted.
    """
    given = replace(Settings(), **{name: getattr(settings, name) for name in _SEQUENCE_FIELDS[settings.source]})
    return _sequence(given, upload if settings.source == "file" else None)


_SEQUENCE_FIELDS = {
    "task": ("source", "scale", "task", "sseed", "parameters"),
    "synthetic": ("source", "scale", "family", "steps", "sseed", "parameters"),
    "numbers": ("source", "scale", "numbers"),
    "text": ("source", "scale", "text", "per", "code", "esize", "sseed"),
    "table": ("source", "scale", "table", "header", "columns", "labels"),
    "file": ("source", "scale", "header", "columns", "labels"),
}
SEQUENCE_FIELDS = tuple(sorted(set().union(*_SEQUENCE_FIELDS.values())))
_RUN_FIELDS = (
    "model", "weights", "hidden", "seed", "gain", "zbias", "rbias", "halves", "tmax", "layers", "both", "mine",
)  # fmt: skip


@st.cache_resource(max_entries=32, show_spinner=False)
def _sequence(settings: Settings, upload: Upload | None) -> tuple[Sequence, Scaling]:
    if settings.source == "numbers":
        found = parse_numbers(settings.numbers)
    elif settings.source == "text":
        found = encode_text(settings.text, settings.per, settings.code, settings.esize, settings.sseed)
    elif settings.source in ("table", "file"):
        opened = table_of(settings, upload)
        if isinstance(opened, Table):
            known = tuple(name for name in settings.columns if name in opened.columns)
            label = settings.labels if settings.labels in opened.columns else None
            opened = opened.sequence(known or None, label)
        found = opened
    elif settings.source == "task":
        found = TASKS[settings.task].example(settings.sseed, **settings.parameter_values())
    else:
        found = generate(settings.family, settings.steps, settings.sseed, **settings.parameter_values())
    return rescale(found, settings.scale)


def run(settings: Settings, sequence: Sequence) -> Run:
    """The trace the settings describe, from the cache if it is there.

    Raises:
        Problem: it would be too large, or a parameter of the weights cannot be read.
    """
    params = params_of(settings, sequence.inputs)
    cells = sequence.steps * params[0].hidden_size * len(params)
    if cells > MAX_CELLS:
        sizes = {"steps": sequence.steps, "units": params[0].hidden_size, "cells": cells, "limit": MAX_CELLS}
        if len(params) > 1:
            raise Problem("trace_too_large_layers", layers=len(params), **sizes)
        raise Problem("trace_too_large", **sizes)
    cached = _small_run if cells <= SMALL_CELLS else _middling_run if cells <= MIDDLING_CELLS else _large_run
    return cached(_of_the_run(settings), sequence.digest, sequence)


def checks(settings: Settings, sequence: Sequence) -> Checks:
    """What the page says about the trace the settings describe, from the cache if it is there.

    Raises:
        Problem: as `run`.
    """
    return _checks(_of_the_run(settings), sequence.digest, sequence)


def _of_the_run(settings: Settings) -> Settings:
    """Settings that differ only where the run does."""
    return replace(Settings(), **{name: getattr(settings, name) for name in _RUN_FIELDS})


def params_of(settings: Settings, input_size: int) -> list[GRUParams]:
    """The numbers of every layer and direction; one for all but a stacked or two-way nn.GRU."""
    if settings.weights == "leaky":
        preset = replace(PRESETS["leaky"], make=lambda: leaky(half_lives_of(settings)))
        return [preset.params(input_size)]
    if settings.weights in PRESETS:
        return [PRESETS[settings.weights].params(input_size)]
    held = trained_weights(settings)
    if held is not None:
        return [resized(held.model().params(), input_size)]
    directions = 1 + settings.both if settings.model == "torch" else 1
    layers = settings.layers if settings.model == "torch" else 1
    chrono = settings.tmax if settings.weights == "chrono" else None
    made = []
    for k in range(layers * directions):
        width = input_size if k < directions else settings.hidden * directions
        seed = [settings.seed, k] if k else settings.seed
        made.append(
            random_params(
                width, settings.hidden, seed, gain=settings.gain, z_bias=settings.zbias, r_bias=settings.rbias,
                chrono=chrono,
            )
        )  # fmt: skip
    return made


def trained_weights(settings: Settings) -> SavedModel | None:
    """The trained model the weights are of, if they are of one.

    Of each task there are two: trained as nn.GRU, and as the split cell, which concat holds as it is.

    Raises:
        Problem: the visitor's own model is not here (any more).
    """
    if settings.weights == "mine":
        found = model_store.kept(settings.mine)
        if found is None:
            raise Problem("model_gone")
        return found
    if settings.weights in TASKS:
        return shipped(settings.weights, "torch" if settings.model == "torch" else "split")
    return None


def half_lives_of(settings: Settings) -> list[float]:
    """The half-lives typed for the leaky averages.

    Raises:
        Problem: something there is not a number above 0, or there are not one to eight of them.
    """
    cells = settings.halves.replace(",", " ").split()
    for cell in cells:
        value = number(cell)
        if value is None or not 0 < value <= 1e6:
            raise Problem("half_lives", word=cell)
    if not 1 <= len(cells) <= 8:
        raise Problem("half_lives", word=settings.halves)
    return [number(cell) for cell in cells]


def _units(settings: Settings) -> tuple[str, ...]:
    if settings.weights == "leaky":
        return tuple(f"half-life {steps:g}" for steps in half_lives_of(settings))
    return PRESETS[settings.weights].units if settings.weights in PRESETS else ()


def _differences(model: str, params: GRUParams, x: np.ndarray) -> tuple[dict[str, float], int]:
    """How far the other models' own forwards are from this one's with the same numbers, and over how many steps."""
    steps = min(len(x), COMPARED_STEPS, max(100, 100_000_000 // params.hidden_size**2))
    states = {name: own_states(MODELS[name].from_params(params), x[:steps]) for name in (model, *COMPARED[model])}
    return {name: float(np.abs(states[name] - states[model]).max()) for name in COMPARED[model]}, steps


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
    held = trained_weights(settings)
    made = PRESETS[settings.weights].make() if settings.weights in PRESETS else held and held.model()
    wanted = made.input_size if made else None
    name = blake2b(f"{settings!r} {sequence.digest}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return Run(name, found, model, _units(settings), wanted)


# A cache each for the many small traces of a lecture hall (at most 64 x 4 MB), for middling ones (8 x 32 MB), so that
# a few visitors' questions find theirs, and for the largest (2 x 320 MB).
@st.cache_resource(max_entries=64, show_spinner=False)
def _small_run(settings: Settings, digest: str, _sequence: Sequence) -> Run:
    return _run(settings, _sequence)


@st.cache_resource(max_entries=8, show_spinner=False)
def _middling_run(settings: Settings, digest: str, _sequence: Sequence) -> Run:
    return _run(settings, _sequence)


@st.cache_resource(max_entries=2, show_spinner=False)
def _large_run(settings: Settings, digest: str, _sequence: Sequence) -> Run:
    return _run(settings, _sequence)


@st.cache_resource(max_entries=256, show_spinner=False)
def _checks(settings: Settings, digest: str, _sequence: Sequence) -> Checks:
    found = run(settings, _sequence)
    params = params_of(settings, _sequence.inputs)
    turns = compute_turns()
    with turns.turn():
        error = reference_error(found.model, found.trace)
        turns.offer()
        differences, steps = _differences(settings.model, params[0], _sequence.x)
    return Checks(error, reference_steps(found.trace), differences, steps)
