"""The stage's questions, answered in a fragment: a click reaches Python, and neither trace nor scene run again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from gruviz.app import questions, runs, state
from gruviz.app.bridge import answered, asked, bridge, page_theme
from gruviz.app.questions import Question, Reply, View
from gruviz.app.runs import Run, Upload
from gruviz.app.sentences import one_sentence
from gruviz.app.settings import Settings
from gruviz.colours import Theme
from gruviz.figures import heatmaps, pooling_of, step_bars, unit_lines
from gruviz.inputs import MAX_STEPS, Sequence
from gruviz.words import words

log = logging.getLogger(__name__)

_FIGURE = "figure"  # the View its charts are drawn at; absent while they are closed
CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}
QUIET = {"displayModeBar": False}


@st.fragment
def answers(shown: Settings, upload: Upload | None, theme: Theme) -> None:
    """Answer what the stage asks; keep the address; below it the Plotly figure while it is open.

    Args:
        shown: the settings whose run is on the page. No larger object: every session would hold it.
        upload: the file they read, if any.
        theme: the page was drawn for.
    """
    if page_theme() != theme:  # switched while the page was open, see bridge.js
        st.rerun()
    settings = state.current()
    with one_sentence(settings.lang):
        sequence, _ = runs.sequence_of(shown, upload)
        answer_below(runs.run(shown, sequence), sequence, settings.to_query(), settings.lang, theme)


def answer_below(run: Run, sequence: Sequence, query: Mapping[str, str], language: str, theme: Theme) -> None:
    """Answer what the stage above asks of a run; call it in a fragment.

    Args:
        run: what the stage shows.
        sequence: its input.
        query: what the address shall hold.
        language: "en" or "ko".
        theme: of the page.
    """
    header, arrays = _reply(run, sequence)
    bridge(query, theme, run.id, header, arrays)
    answered()
    if _FIGURE in st.session_state:
        _figures(run, sequence, st.session_state[_FIGURE].within(run), language, theme)


def _reply(run: Run, sequence: Sequence) -> Reply:
    value = asked()
    if value is None:
        return {}, {}
    try:
        question = questions.read(value, run)
        if question is None:
            return questions.error(value)
        found = questions.reply(question, run, sequence.channels)
    except Exception:  # the stage waits for a reply, whatever goes wrong
        log.exception("a question could not be answered")
        return questions.error(value)
    _remember(question, run.trace.meta.steps)
    return found


def _remember(question: Question, steps: int) -> None:
    """What the next run of the whole page, or of the figure, shall go by."""
    view: View = question.view
    drawn: View | None = st.session_state.get(_FIGURE)
    if question.kind == "order":
        state.note(layer=view.layer, order=question.order)
        if drawn is not None:
            st.session_state[_FIGURE] = replace(drawn, layer=view.layer)
    elif question.kind == "figure" and question.open:
        # to the end means to the end of the next sequence too
        st.session_state[_FIGURE] = replace(view, last=MAX_STEPS) if view.last == steps - 1 else view
    elif question.kind == "figure":
        st.session_state.pop(_FIGURE, None)
    elif question.kind == "explain" and drawn is not None:
        st.session_state[_FIGURE] = replace(drawn, layer=view.layer, t=view.t, unit=view.unit)


def _figures(run: Run, sequence: Sequence, view: View, language: str, theme: Theme) -> None:
    w, window = words(language), (view.first, view.last)
    p = w["page"]
    look = {"layer": view.layer, "language": language, "theme": theme}
    wide, narrow = st.columns([17, 10], gap="medium")
    with wide, st.container(key="heatmaps"):
        st.plotly_chart(
            heatmaps(
                run.trace, window=window, statistic=view.stat, units=run.units, channels=sequence.channels, **look
            ),
            theme=None, key="gates", config=CHART,
        )  # fmt: skip
        st.caption(p["click_hint"])
        each = pooling_of(run.trace, window)
        if each != (1, 1):
            note = p["pooled_note"].format(
                steps_total=view.last + 1 - view.first, units_total=run.trace.meta.hidden_size, steps=each[0],
                units=each[1], statistic=w["statistics"][view.stat],
            )  # fmt: skip
            st.caption(f":material/grid_on: {note}")
    with narrow:
        st.markdown(f"**{p['one_unit']}**")
        with st.container(key="lines"):
            st.plotly_chart(
                unit_lines(run.trace, view.unit, window=window, **look), theme=None, key="unit_lines", config=QUIET
            )
        st.caption(p["one_unit_caption"])
        st.markdown(f"**{p['one_step']}**")
        st.plotly_chart(
            step_bars(run.trace, view.t, units=run.units, selected=view.unit, **look), theme=None, key="step_bars",
            config=QUIET,
        )  # fmt: skip
        st.caption(p["one_step_caption"])
