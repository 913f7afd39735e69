"""Stages on the page: the component that shows a scene, and the answers to what it asks.

A click's way: a stage asks (assets/stage) -> the courier brings the question to a fragment -> `answer` has it answered
(gruviz/stage/questions.py) -> the courier brings the reply to the stage.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import streamlit as st

from gruviz.app.courier import answered, asked, courier
from gruviz.app.server.files import script
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.drawing.colours import Theme
from gruviz.stage import questions
from gruviz.stage.questions import Question, Reply
from gruviz.stage.scene import Run, Scene, looked_at, message
from gruviz.stage.tiles import Tile, is_exact, tile
from gruviz.tracing.analysis import Ranking, ranking

log = logging.getLogger(__name__)


def stage(key: str, scene: Scene) -> None:
    """Mount a stage, or give the mounted one a new scene.

    Nothing comes back from it here: a trigger of this component would run the part of the page that holds the scene.

    Args:
        key: of this stage, unlike that of any other on any page.
        scene: what it shows.
    """
    component = st.components.v2.component("gruviz_stage", html=HOST, js=script("page/streamlit.js", "stage"))
    steps, view = scene.run.trace.meta.steps, scene.view.within(scene.run.trace)
    data = message(
        scene, key, part=tile_of(scene.run, scene.layer, (0, steps - 1)),
        order=order_of(scene.run, view.order, scene.layer, looked_at(view.order, view)),
    )  # fmt: skip
    component(key=key, data=data)


HOST = '<div data-part="host"></div>'


def answer(
    scenes: Mapping[str, Scene], query: Mapping[str, str], theme: Theme, charts: str = ""
) -> list[tuple[str, Question]]:
    """Answer what the stages of the page ask, and keep its address; call it in a fragment.

    Args:
        scenes: what each stage shows, by its key.
        query, theme, charts: as `gruviz.app.courier.courier` takes them.

    Returns:
        The questions answered, each with the key of its stage: some the page remembers something by.
    """
    replies: dict[str, Reply] = {}
    heard = []
    for key, value in asked().items():
        if key not in scenes:
            continue
        question, replies[key] = _reply(value, scenes[key])
        if question is not None:
            heard.append((key, question))
    courier(query, theme, replies, charts)
    answered()
    return heard


def _reply(value: object, scene: Scene) -> tuple[Question | None, Reply]:
    try:
        question = questions.read(value, scene.run)
        if question is None:
            return None, questions.error(value, scene.run)
        return question, questions.reply(question, scene, tile_of, order_of)
    except Exception:  # the stage waits for a reply, whatever goes wrong
        log.exception("a question could not be answered")
        return None, questions.error(value, scene.run)


def tile_of(run: Run, layer: int, window: tuple[int, int]) -> Tile:
    """Steps of one layer of a run. What takes long to pool is kept.

    Args:
        run: its trace.
        layer, window: as in `gruviz.stage.tiles.tile`.
    """
    first, last = window
    if is_exact(last + 1 - first, run.trace.meta.hidden_size):
        return tile(run.trace, layer, window=window)
    return memory().get("tile", (run.id, layer, window), lambda: _pooled(run, layer, window), _bytes_of)


def order_of(run: Run, order: str, layer: int, window: tuple[int, int] | None) -> Ranking:
    """The units of one layer in a chosen order.

    Args:
        run: its trace.
        order, layer, window: as in `gruviz.tracing.analysis.ranking`.
    """
    key = (run.id, order, layer, window)
    return memory().get("order", key, lambda: _ordered(run, order, layer, window), lambda held: 12 * len(held.order))


def _pooled(run: Run, layer: int, window: tuple[int, int]) -> Tile:
    with compute_turns().turn():
        return tile(run.trace, layer, window=window)


def _bytes_of(made: Tile) -> int:
    return sum(array.nbytes for array in made[1].values())


def _ordered(run: Run, order: str, layer: int, window: tuple[int, int] | None) -> Ranking:
    with compute_turns().turn():
        return ranking(run.trace, order, layer=layer, window=window)
