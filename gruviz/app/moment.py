"""One step and one unit of the trace: controls, arithmetic, lines, bars."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gruviz.app import state
from gruviz.app.bridge import bridge, page_theme, picked
from gruviz.app.equations import state_arithmetic
from gruviz.app.runs import Run
from gruviz.app.sentences import one_sentence, plain
from gruviz.app.settings import Settings
from gruviz.colours import Theme
from gruviz.figures import step_bars, unit_lines
from gruviz.presets import PRESETS
from gruviz.sequences import Sequence
from gruviz.words import words

MOST_NAMED_UNITS = 24
QUIET = {"displayModeBar": False}


@st.fragment
def moment(run: Run, sequence: Sequence, window: tuple[int, int], layer: int, theme: Theme, drawn: Settings) -> None:
    """One step and one unit: reruns alone, so that the heatmaps stay as they are."""
    if page_theme() != theme:  # switched while the page was open, see bridge.js
        st.rerun()
    settings = state.current()
    with one_sentence(settings.lang):
        _draw(run, sequence, window, layer, theme, drawn, settings)


def _draw(
    run: Run,
    sequence: Sequence,
    window: tuple[int, int],
    layer: int,
    theme: Theme,
    drawn: Settings,
    settings: Settings,
) -> None:
    p, trace, lang = words(settings.lang)["page"], run.trace, settings.lang
    units = trace.meta.hidden_size
    preset = PRESETS.get(drawn.weights)
    auto_unit, watched = preset.watch if preset else (0, 0)
    auto_step = min(max(watched, window[0]), window[1])
    unit = min(auto_unit if settings.unit is None else settings.unit, units - 1)
    step = min(max(auto_step if settings.t is None else settings.t, window[0]), window[1])
    state.bring_back(unit=unit, t=step)
    if window[0] < window[1]:
        st.slider(p["step"], window[0], window[1], step=1, key=state.seeded("t", step))
    if units <= MOST_NAMED_UNITS:
        names = run.units or [str(k) for k in range(units)]
        st.selectbox(p["unit"], range(units), format_func=lambda k: names[k], key=state.seeded("unit", unit))
    else:
        names = [str(k) for k in range(units)]
        st.number_input(p["unit"], 0, units - 1, value=None, step=1, key=state.seeded("unit", unit))
    st.caption(p["click_hint"])
    label = f" ({sequence.labels[step]})" if sequence.labels and sequence.labels[step] else ""
    title = p["arithmetic"].format(step=step, label=label, unit=names[unit])
    st.markdown(f"**{plain(title)}**")
    at = (layer, 0, step, unit)
    back = trace.h_prev_at(*at)
    z, n, h = (float(values[at]) for values in (trace.z, trace.n, trace.h))
    st.latex(state_arithmetic(z, back, n, h, p["arithmetic_keep"], p["arithmetic_write"]))
    st.markdown(f"**{p['one_unit']}**")
    with st.container(key="lines"):
        st.plotly_chart(
            unit_lines(trace, unit, layer=layer, window=window, language=lang, theme=theme),
            theme=None, key="unit_lines", config=QUIET,
        )  # fmt: skip
    st.caption(p["one_unit_caption"])
    st.markdown(f"**{p['one_step']}**")
    st.plotly_chart(
        step_bars(trace, step, layer=layer, units=run.units, selected=unit, language=lang, theme=theme),
        theme=None, key="step_bars", config=QUIET,
    )  # fmt: skip
    st.caption(p["one_step_caption"])
    # what merely is the default here stays out of the link
    linked = replace(
        settings,
        t=None if step == auto_step else step,
        unit=None if unit == auto_unit else unit,
        last=None if settings.last == trace.meta.steps - 1 else settings.last,
    )
    bridge(linked, step, unit, theme, lambda: _pick(trace.meta.steps, units))


def _pick(steps: int, units: int) -> None:
    step, unit = picked(steps, units)
    if step is not None:
        st.session_state[state.key_of("t")] = step
    if unit is not None:
        st.session_state[state.key_of("unit")] = unit
