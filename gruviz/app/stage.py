"""The stage on the page: the scene of a run, and the component that shows it. See gruviz/scene.py, assets/stage.js."""

from __future__ import annotations

import numpy as np
import streamlit as st

from gruviz import scene
from gruviz.analysis import unit_order
from gruviz.app.process import compute_turns
from gruviz.app.runs import Run
from gruviz.app.settings import CLIENT_FIELDS, Settings
from gruviz.presets import PRESETS
from gruviz.sequences import Sequence
from gruviz.tiles import Tile, is_exact, tile

KEY = "stage"


def stage(message: bytes) -> None:
    """Mount the stage, or give the mounted one a new message.

    Nothing comes back from it here: a trigger of this component would run the part of the page that holds the scene.
    Its questions go through the bridge, see `gruviz.app.answers`.

    Args:
        message: what `message_of` made.
    """
    component = st.components.v2.component(
        "gruviz_stage", html=scene.markup(), css=scene.style(), js=scene.script() + "\n"
    )
    component(key=KEY, data=message)


def message_of(settings: Settings, run: Run, sequence: Sequence) -> bytes:
    """The scene of a run, to open with what the settings say.

    Args:
        settings: those that gave the run.
        run: its trace.
        sequence: its input.
    """
    layer = min(settings.layer, run.trace.h.shape[0] - 1)
    view = {name: getattr(settings, name) for name in CLIENT_FIELDS} | {"layer": layer}
    preset = PRESETS.get(settings.weights)
    unit, step = preset.watch if preset else (0, 0)
    place = [settings.weights, *(view[name] for name in ("t", "unit", "gate", "first", "last"))]
    return scene.scene(
        run.trace, trace_id=run.id, view=view, home=(step, unit), place=" ".join(map(str, place)) if preset else None,
        part=tile_of(run, layer), order=order_of(run, settings.order, layer), units=run.units,
        channels=sequence.channels, language=settings.lang,
    )  # fmt: skip


def tile_of(run: Run, layer: int, window: tuple[int, int] | None = None) -> Tile:
    """Steps of one layer of a run; all when no window is given. What takes long to pool is kept.

    Args:
        run: its trace.
        layer, window: as in `gruviz.tiles.tile`.
    """
    first, last = window or (0, run.trace.meta.steps - 1)
    if is_exact(last + 1 - first, run.trace.meta.hidden_size):
        return tile(run.trace, layer, window=(first, last))
    return _pooled(run.id, layer, first, last, run)


def order_of(run: Run, order: str, layer: int) -> np.ndarray:
    """The units of one layer in a chosen order: display row -> unit."""
    return _order(run.id, order, layer, run)


@st.cache_resource(max_entries=12, show_spinner=False)  # at most 10 MB each
def _pooled(run_id: str, layer: int, first: int, last: int, _run: Run) -> Tile:
    with compute_turns().turn():
        return tile(_run.trace, layer, window=(first, last))


@st.cache_resource(max_entries=256, show_spinner=False)
def _order(run_id: str, order: str, layer: int, _run: Run) -> np.ndarray:
    with compute_turns().turn():
        return unit_order(_run.trace, order, layer=layer)
