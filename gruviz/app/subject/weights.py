"""From Settings to weights: hand-built, random, trained here or by a visitor."""

from __future__ import annotations

from dataclasses import replace

from gruviz.app.server import models as model_store
from gruviz.app.settings import Settings
from gruviz.inputs.typed_numbers import number
from gruviz.models.params import GRUParams
from gruviz.models.presets import PRESETS, leaky, resized
from gruviz.models.random_weights import random_params
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.task import Task
from gruviz.training.saved import SavedModel, shipped
from gruviz.wording.problems import Problem


def params_of(settings: Settings, input_size: int) -> list[GRUParams]:
    """The numbers of every layer and direction; one for all but a stacked or two-way nn.GRU."""
    if settings.weights == "leaky":
        preset = replace(PRESETS["leaky"], make=lambda: leaky(half_lives_of(settings)))
        return [preset.params(input_size)]
    if settings.weights in PRESETS:
        return [PRESETS[settings.weights].params(input_size)]
    held = trained_weights(settings)
    if held is not None:
        return [resized(held.params, input_size)]
    directions = 1 + settings.both if settings.model == "torch" else 1
    layers = settings.layers if settings.model == "torch" else 1
    chrono = settings.tmax if settings.weights == "chrono" else None
    made = []
    for k in range(layers * directions):
        width = input_size if k < directions else settings.hidden * directions
        seed = [settings.seed, k] if k else settings.seed
        made.append(
            random_params(
                width,
                settings.hidden,
                seed,
                gain=settings.gain,
                z_bias=settings.zbias,
                r_bias=settings.rbias,
                chrono=chrono,
            )
        )
    return made


def size_of(settings: Settings) -> tuple[int, int]:
    """Units, and entries of the layer axis, of what `params_of` gives; nothing is drawn for it.

    Raises:
        Problem: as `params_of`.
    """
    if settings.weights == "leaky":
        return len(half_lives_of(settings)), 1
    if settings.weights in PRESETS:
        return len(PRESETS[settings.weights].units), 1
    held = trained_weights(settings)
    if held is not None:
        return held.plan.hidden_size, 1
    stacked = settings.model == "torch"
    return settings.hidden, settings.layers * (1 + settings.both) if stacked else 1


def trained_weights(settings: Settings) -> SavedModel | None:
    """The trained model the weights are of, if they are of one.

    Of each task there are two: trained as nn.GRU, and as the split cell; every model can hold either's numbers.

    Raises:
        Problem: the visitor's own model is not here (any more).
    """
    if settings.weights == "mine":
        found = model_store.kept(settings.mine)
        if found is None:
            raise Problem("model_gone")
        return found
    if settings.weights in TASKS:
        return shipped(settings.weights, settings.trained)
    return None


def symbols_of(settings: Settings) -> Task | None:
    """The task the weights were trained on, where each of its inputs is a symbol that can be typed.

    Its `unit` is "" where it is no text; a visitor's own text is in it.
    """
    try:
        held = trained_weights(settings)
    except Problem:  # it is told where the weights are drawn
        return None
    return held.plan.made() if held is not None and TASKS[held.plan.task].symbols else None


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


def units_of(settings: Settings) -> tuple[str, ...]:
    """Names of the units; () where they have none."""
    if settings.weights == "leaky":
        return tuple(f"half-life {steps:g}" for steps in half_lives_of(settings))
    return PRESETS[settings.weights].units if settings.weights in PRESETS else ()


def inputs_of(settings: Settings) -> int | None:
    """How many inputs weights with a story were made for; None for random ones."""
    if settings.weights in PRESETS:
        return PRESETS[settings.weights].make().input_size
    held = trained_weights(settings)
    return held.params.input_size if held else None
