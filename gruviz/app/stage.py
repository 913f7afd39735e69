"""Stages on the page: the component that shows a scene, and the answers to what it asks.

A click's way: a stage asks (assets/stage) -> the courier brings the question to a fragment -> `answer` has it answered
(gruviz/protocol/requests.py) -> the courier brings the reply to the stage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from gruviz.app.courier import answered, asked, courier
from gruviz.app.readers import fits_link
from gruviz.app.server.computing import AfterPiece, compute_run
from gruviz.app.server.files import alike_at, script
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.drawing.colours import Theme
from gruviz.models.gru import GRUModel
from gruviz.protocol import requests
from gruviz.protocol.experiments import WhatIf, bent
from gruviz.protocol.requests import Request, Response
from gruviz.protocol.scene import Run, Scene, lean
from gruviz.protocol.tiles import Tile, begun, is_exact, tile
from gruviz.protocol.view import View, looked_at
from gruviz.tracing.analysis import Ranking, ranking
from gruviz.tracing.gate_trace import GateTrace

log = logging.getLogger(__name__)


def first_part(key: str, scene: Scene, part: GateTrace) -> None:
    """Mount a stage, or give the mounted one a new scene, of which only the first steps are computed.

    Args:
        key: as in `stage`.
        scene: as it will be; of its gates nothing is read.
        part: its first steps.
    """
    order = Ranking(np.arange(part.meta.hidden_size, dtype=np.int32), None)
    made = begun(scene.run.trace, part, scene.layer, scene.run.said)
    data = lean(scene, key, alike_at(scene.labels.language), part=made, order=order)
    _component()(key=key, data=data)


def stage(key: str, scene: Scene) -> None:
    """Mount a stage, or give the mounted one a new scene.

    Nothing comes back from it here: a trigger of this component would run the part of the page that holds the scene.

    Args:
        key: of this stage, unlike that of any other on any page.
        scene: what it shows.
    """
    steps, view = scene.run.trace.meta.steps, scene.view.within(scene.run.trace)
    data = lean(
        scene,
        key,
        alike_at(scene.labels.language),
        part=tile_of(scene.run, scene.layer, (0, steps - 1)),
        order=order_of(scene.run, view.order, scene.layer, looked_at(view.order, view)),
        sums=_sums(key, scene),
    )
    _component()(key=key, data=data)


def difference(keys: Sequence[str], names: tuple[str, str], cursor: str) -> None:
    """Mount a stage of how far two others are apart: the browser has both, so nothing of it comes from here.

    Args:
        keys: of the two, and of those that follow them.
        names: what the two are called.
        cursor: the name of the one all of them share.
    """
    component = st.components.v2.component("gruviz_apart", html=HOST, js=script("hosts/streamlit.js", "difference"))
    component(key="difference", data={"keys": list(keys), "names": list(names), "cursor": cursor})


def _component() -> Callable[..., object]:
    return st.components.v2.component("gruviz_stage", html=HOST, js=script("hosts/streamlit.js", "stage"))


def _sums(key: str, scene: Scene) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    place, asked = st.session_state.get(_SUMMED + key, (None, None))
    return requests.first_sums(scene, asked if place == scene.place else None)


_SUMMED = "sums asked for by "  # (place of the scene, View), by the key of the stage
HOST = '<div data-part="host"></div>'


def answer(
    scenes: Mapping[str, Scene],
    query: Mapping[str, str],
    theme: Theme,
    charts: str = "",
    cookie: tuple[str, str] | None = None,
) -> list[tuple[str, Request]]:
    """Answer what the stages of the page ask, and keep its address; call it in a fragment.

    Args:
        scenes: what each stage shows, by its key.
        query, theme, charts, cookie: as `gruviz.app.courier.courier` takes them.

    Returns:
        The questions answered, each with the key of its stage: some the page remembers something by.
    """
    replies: dict[str, Response] = {}
    heard = []
    for key, value in asked().items():
        if key not in scenes:
            continue
        question, replies[key] = _reply(value, scenes[key])
        if question is not None:
            heard.append((key, question))
            if question.kind == "sums":
                st.session_state[_SUMMED + key] = scenes[key].place, question.view
    courier(query, theme, replies, charts, cookie)
    answered()
    return heard


def _reply(value: object, scene: Scene) -> tuple[Request | None, Response]:
    try:
        question = requests.read(value, scene.run)
        if question is None:
            return None, requests.error(value, scene.run)
        return question, requests.reply(question, scene, tile_of, order_of, bent_of)
    except Exception:  # the stage waits for a reply, whatever goes wrong
        log.exception("a question could not be answered")
        return None, requests.error(value, scene.run)


@dataclass(frozen=True)
class Seen:
    """What of a trace is seen.

    Args:
        steps: first and last, both included; None for all.
        units: those chosen, from the first; None for all.
    """

    steps: tuple[int, int] | None = None
    units: tuple[int, ...] | None = None

    @property
    def suffix(self) -> str:
        """Of the name of a file that holds it.

        >>> Seen((12, 30), (0, 2)).suffix
        '-steps-12-30-units-2'
        """
        steps = "" if self.steps is None else f"-steps-{self.steps[0]}-{self.steps[1]}"
        return steps if self.units is None else f"{steps}-units-{len(self.units)}"

    @property
    def query(self) -> dict[str, str]:
        """The same as fields of the page's address."""
        first, last = self.steps or (None, None)
        subset = None if self.units is None else ",".join(map(str, self.units))
        fields = {"first": first, "last": last, "subset": subset}
        return {name: str(value) for name, value in fields.items() if value is not None and fits_link(str(value))}


def seen(key: str, run: Run, view: View) -> Seen:
    """What of a run its stage shows; when that has changed and rests, the fragment this is called in runs anew.

    See assets/stage/hosts/viewport.js.

    Args:
        key: of the stage.
        run: what it shows.
        view: where it opened, which counts until the browser has told more.
    """
    name = f"seen-{key}"
    found = _seen(st.session_state.get(_SEEN + key, {"steps": (view.first, view.last)}), run)
    component = st.components.v2.component("gruviz_seen", js=script("hosts/viewport.js", "viewport"))
    data = {"stage": key, "trace": run.id, "told": {"steps": found.steps, "units": found.units}}

    def keep() -> None:
        held = st.session_state.get(name)
        if isinstance(held, Mapping):
            st.session_state[_SEEN + key] = held.get("seen")

    component(key=name, data=data, on_seen_change=keep, height=1)
    return found


_SEEN = "seen by the browser: "


def _seen(told: object, run: Run) -> Seen:
    """What the browser says is seen, as far as it is in this run."""
    if not isinstance(told, Mapping):
        return Seen()
    count, size = run.trace.meta.steps, run.trace.meta.hidden_size
    steps, units = told.get("steps"), told.get("units")
    if isinstance(steps, list | tuple) and len(steps) == 2:
        first, last = steps[0], count - 1 if steps[1] is None else steps[1]
        steps = (first, last) if _is_one(first, count) and _is_one(last, count) and first <= last else None
    else:
        steps = None
    well = isinstance(units, list | tuple) and 0 < len(units) < size and all(_is_one(unit, size) for unit in units)
    return Seen(None if steps == (0, count - 1) else steps, tuple(sorted(set(units))) if well else None)


def _is_one(value: object, count: int) -> bool:
    return type(value) is int and 0 <= value < count


def tile_of(run: Run, layer: int, window: tuple[int, int]) -> Tile:
    """Steps of one layer of a run. What takes long to pool is kept.

    Args:
        run: its trace.
        layer, window: as in `gruviz.protocol.tiles.tile`.
    """
    first, last = window
    if is_exact(last + 1 - first, run.trace.meta.hidden_size):
        return tile(run.trace, layer, window=window, said=run.said)
    return memory().get("tile", (run.id, layer, window), lambda: _pooled(run, layer, window), _bytes_of)


def order_of(run: Run, order: str, layer: int, window: tuple[int, int] | None) -> Ranking:
    """The units of one layer in a chosen order.

    Args:
        run: its trace.
        order, layer, window: as in `gruviz.tracing.analysis.ranking`.
    """
    key = (run.id, order, layer, window)
    return memory().get("order", key, lambda: _ordered(run, order, layer, window), lambda held: 12 * len(held.order))


def bent_of(run: Run, asked: WhatIf) -> Run:
    """The run an experiment gives; counted as the visitor's, in line where it is large, and kept.

    Args:
        run: as it is without.
        asked: what is different.

    Raises:
        Problem: it is too large, or more than a visitor's share.
    """
    if not asked.changes and not asked.redrawn:
        return run
    layers, _, own, units = run.trace.h.shape
    name = f"{run.id} {asked.digest}"

    def compute(model: GRUModel, after_piece: AfterPiece) -> Run:
        return Run(name, bent(model, run.trace, asked, after_piece), model)

    cells = memory().cells_of(asked.steps(own), units, layers)
    return compute_run("bent", (run.id, asked.digest), name, cells, lambda: run.model, compute)


def _pooled(run: Run, layer: int, window: tuple[int, int]) -> Tile:
    with compute_turns().turn():
        return tile(run.trace, layer, window=window, said=run.said)


def _bytes_of(made: Tile) -> int:
    return sum(array.nbytes for array in made[1].values())


def _ordered(run: Run, order: str, layer: int, window: tuple[int, int] | None) -> Ranking:
    with compute_turns().turn():
        return ranking(run.trace, order, layer=layer, window=window)
