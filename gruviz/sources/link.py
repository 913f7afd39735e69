"""The class of source that a link names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gruviz.models.presets import PRESETS
from gruviz.sources.hand_built import Leaky, Preset
from gruviz.sources.random_init import Random
from gruviz.sources.source import OpenModel, Origin
from gruviz.sources.trained import Opened, Shipped
from gruviz.tasks.catalogue import TASKS

ORIGINS: dict[str, type[Origin]] = {
    **dict.fromkeys(TASKS, Shipped),
    **dict.fromkeys(PRESETS, Preset),
    "leaky": Leaky,
    "random": Random,
    "chrono": Random,
    "mine": Opened,
}


def source_from(values: Mapping[str, Any], open_model: OpenModel) -> Origin:
    """Return the source that the fields of a link make.

    Args:
        values: the fields, each of its own type; `weights` is one of ORIGINS.
        open_model: gives the visitor's model of a name; None where it is not there.

    Raises:
        Problem: the visitor's model is not there any more.

    >>> source_from({"weights": "leaky", "halves": "3"}, lambda name: None)
    Leaky(half_lives='3')
    """
    return ORIGINS[values["weights"]].from_link(values, open_model)
