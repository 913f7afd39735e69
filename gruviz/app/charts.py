"""The Plotly view below a stage: the same trace as charts to zoom, hover and save, open while one wants them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gruviz.app import state
from gruviz.drawing.colours import Theme
from gruviz.drawing.figures import heatmaps, pooling_of, step_bars, unit_lines
from gruviz.protocol.requests import Request
from gruviz.protocol.scene import Scene
from gruviz.protocol.view import View
from gruviz.wording.words import words

CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}
QUIET = {"displayModeBar": False}

_OPEN = "figure"  # the View the charts are drawn at; absent while they are closed


def remember(question: Request, steps: int) -> None:
    """What the next run of the whole page, or of the charts, shall go by.

    Args:
        question: of the stage above.
        steps: of its trace.
    """
    view = question.view
    drawn: View | None = st.session_state.get(_OPEN)
    if question.kind == "order":
        state.note(layer=view.layer, order=question.order)
        if drawn is not None:
            st.session_state[_OPEN] = replace(drawn, layer=view.layer)
    elif question.kind == "figure" and question.open:
        # to the end means to the end of the next sequence too
        st.session_state[_OPEN] = replace(view, last=None) if view.last == steps - 1 else view
    elif question.kind == "figure":
        st.session_state.pop(_OPEN, None)
    elif question.kind == "explain" and drawn is not None:
        st.session_state[_OPEN] = replace(drawn, layer=view.layer, t=view.t, unit=view.unit)


def charts(scene: Scene, theme: Theme) -> None:
    """Draw them where they are open.

    Args:
        scene: of the stage above.
        theme: of the page.
    """
    if _OPEN not in st.session_state:
        return
    trace, language, units = scene.run.trace, scene.labels.language, scene.labels.units
    view: View = st.session_state[_OPEN].within(trace)
    w, window = words(language), (view.first, view.last)
    p = w["page"]
    look = {"layer": view.layer, "language": language, "theme": theme}
    wide, narrow = st.columns([17, 10], gap="medium")
    with wide, st.container(key="heatmaps"):
        st.plotly_chart(
            heatmaps(trace, window=window, statistic=view.stat, units=units, channels=scene.labels.channels, **look),
            theme=None,
            key="gates",
            config=CHART,
        )
        st.caption(p["click_hint"])
        each = pooling_of(trace, window)
        if each != (1, 1):
            note = p["pooled_note"].format(
                steps_total=view.last + 1 - view.first,
                units_total=trace.meta.hidden_size,
                steps=each[0],
                units=each[1],
                statistic=w["statistics"][view.stat],
            )
            st.caption(f":material/grid_on: {note}")
    with narrow:
        st.markdown(f"**{p['one_unit']}**")
        with st.container(key="lines"):
            st.plotly_chart(
                unit_lines(trace, view.unit, window=window, **look), theme=None, key="unit_lines", config=QUIET
            )
        st.caption(p["one_unit_caption"])
        st.markdown(f"**{p['one_step']}**")
        st.plotly_chart(
            step_bars(trace, view.t, units=units, selected=view.unit, **look),
            theme=None,
            key="step_bars",
            config=QUIET,
        )
        st.caption(p["one_step_caption"])
