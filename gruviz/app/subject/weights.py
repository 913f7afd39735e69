"""From Settings to the source of the weights."""

from __future__ import annotations

from gruviz.app.server import models as model_store
from gruviz.app.settings import Settings
from gruviz.sources.link import ORIGINS, source_from
from gruviz.sources.source import Origin
from gruviz.tasks.task import Task
from gruviz.wording.problems import Problem

_FIELDS = sorted({"weights", "model"}.union(*(each.link_fields for each in ORIGINS.values())))


def source_of(settings: Settings) -> Origin:
    """Return the source of the weights that the settings name.

    Raises:
        Problem: the visitor's own model is not here (any more).
    """
    return source_from({name: getattr(settings, name) for name in _FIELDS}, model_store.kept)


def origin_of(settings: Settings) -> type[Origin]:
    """Return the class of the source that the settings name; the source itself may be gone."""
    return ORIGINS[settings.weights]


def symbols_of(settings: Settings) -> Task | None:
    """Return the task the weights learned, where its inputs are symbols that can be typed; None elsewhere.

    See `gruviz.sources.source.ModelSource.symbols`.
    """
    try:
        return source_of(settings).symbols
    except Problem:  # the sentence stands where the weights are drawn
        return None
