"""The Explore page: what do the gates do on this sequence?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import streamlit as st

from gruviz import export
from gruviz.app import runs, sidebar, state
from gruviz.app.bridge import bridge, picked
from gruviz.app.equations import equations, state_arithmetic
from gruviz.app.runs import Run, Upload
from gruviz.app.settings import Settings
from gruviz.colours import Theme
from gruviz.figures import heatmaps, pooling_of, step_bars, unit_lines
from gruviz.presets import PRESETS
from gruviz.problems import Problem
from gruviz.sequences import Sequence
from gruviz.words import words

MOST_NAMED_UNITS = 24
CLOSE = 1e-4  # float32 rounding stays far below
CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}
QUIET = {"displayModeBar": False}
log = logging.getLogger(__name__)


def page() -> None:
    """Draw the page."""
    settings = state.current()
    with _one_sentence(settings.lang):
        _draw(settings)


@contextmanager
def _one_sentence(language: str) -> Iterator[None]:
    """Whatever goes wrong inside is one sentence on the page, never a traceback; the log has it whole."""
    try:
        yield
    except Problem as problem:
        # only what cannot be drawn at all comes here; bad input is met in _draw, which keeps the last good picture
        st.error(_sentence(problem, language))
    except Exception as error:
        log.exception("the page could not be drawn")
        st.error(words(language)["page"]["unexpected"].format(what=type(error).__name__))


def _draw(settings: Settings) -> None:
    theme = _theme()
    p = words(settings.lang)["page"]
    upload = state.current_upload() if settings.source == "table" else None
    with st.sidebar:
        st.markdown(f"## {p['title']}\n{p['tagline']}")
        sidebar.language_control(settings)
        sidebar.model_controls(settings)
        st.divider()
        sidebar.sequence_controls(settings)
        sidebar.scaling_control(settings)
        below = st.container()
    problem_place = st.container()
    with st.spinner(p["working"], show_time=True):
        problem = None
        try:
            sequence, scaling = runs.sequence_of(settings, upload)
            run = runs.run(settings, sequence)
            state.remember_good(settings, upload)
            shown = settings
        except Problem as found:
            problem = found
            good = state.last_good()
            # the look of the page follows the visitor even while the picture stays behind
            shown, upload = _view_of(settings, good.settings), good.upload
            sequence, scaling = runs.sequence_of(shown, upload)
            run = runs.run(shown, sequence)
    with below:
        sidebar.show_preview(sequence, scaling, settings.lang, theme)
    if problem is not None:
        problem_place.error(f"{_sentence(problem, settings.lang)}  \n{p['last_good']}", icon=":material/edit_note:")
    _story(shown, run, sequence)
    _badges(shown, run)
    wide, narrow = st.columns([17, 10], gap="medium")
    with wide:
        window, layer = _view_controls(shown, run)
        with st.container(key="heatmaps"):
            st.plotly_chart(
                heatmaps(
                    run.trace, layer=layer, window=window, statistic=shown.stat, units=run.units,
                    channels=sequence.channels, language=shown.lang, theme=theme,
                ),
                theme=None, key="gates", config=CHART,
            )  # fmt: skip
    with narrow, st.container(key="side"):
        _moment(run, sequence, window, layer, theme, shown)
    _explanations(shown, run)
    _downloads(settings, run, upload)


def _theme() -> Theme:
    return "dark" if st.context.theme.type == "dark" else "light"


def _view_of(settings: Settings, good: Settings) -> Settings:
    return replace(good, lang=settings.lang, t=settings.t, unit=settings.unit)


def _sentence(problem: Problem, language: str) -> str:
    text = words(language)["problems"][problem.key].format(**problem.fields)
    return sidebar.plain(text)


def _story(settings: Settings, run: Run, sequence: Sequence) -> None:
    w = words(settings.lang)
    halves = settings.halves if settings.weights == "leaky" else ""
    st.markdown(w["stories"][settings.weights].replace("{half_lives}", sidebar.plain(halves)))
    wanted, found = run.preset_inputs, sequence.inputs
    if wanted is not None and wanted != found:
        key = "adapted_fewer" if found < wanted else "adapted_more"
        st.info(w["page"][key].format(wanted=wanted, found=found))


def _badges(settings: Settings, run: Run) -> None:
    w = words(settings.lang)
    p, meta = w["page"], run.trace.meta
    badges = [
        ("blue", p["badge_model"].format(model=w["models"][settings.model], reset=p[meta.reset])),
        ("gray", p["badge_sizes"].format(steps=meta.steps, units=meta.hidden_size, inputs=meta.input_size)),
    ]
    if run.trace.h.shape[0] > 1:
        way = p["two_way"] if meta.bidirectional else p["one_way"]
        badges.append(("gray", p["badge_layers"].format(layers=meta.num_layers, directions=way)))
    close = run.error < CLOSE
    kind = "badge_equal" if run.error == 0 else "badge_exact" if close else "badge_off"
    badges.append(("green" if close else "orange", p[kind].format(error=_small(run.error))))
    prefix = p["badge_prefix"].format(steps=run.error_steps) if run.error_steps < meta.steps else ""
    about = p["badge_exact_help"].format(prefix=prefix)
    if meta.recovery_error is not None:
        colour = "green" if meta.recovery_error < CLOSE else "orange"
        badges.append((colour, p["badge_recovered"].format(error=_small(meta.recovery_error))))
        about += "  \n\n" + p["badge_recovered_help"]
    st.markdown(" ".join(f":{colour}-badge[{text}]" for colour, text in badges), help=about)


def _small(value: float) -> str:
    return "0" if value == 0 else f"{value:.0e}".replace("e-0", "e-") if value < 1e-3 else f"{value:.2g}"


def _view_controls(settings: Settings, run: Run) -> tuple[tuple[int, int], int]:
    """Layer and steps shown, and the note on pooling; gives (window, layer)."""
    p, trace = words(settings.lang)["page"], run.trace
    steps = trace.meta.steps
    first = min(settings.first, steps - 1)
    last = min(steps - 1 if settings.last is None else settings.last, steps - 1)
    window = (first, last) if first <= last else (0, steps - 1)
    layers = trace.h.shape[0]
    layer = min(settings.layer, layers - 1)
    pooled_from = pooling_of(trace) != (1, 1)
    if layers == 1 and not pooled_from:
        return window, layer
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if layers > 1:
            _set(("layer", layer))
            st.selectbox(
                p["layer"], range(layers), format_func=lambda k: _layer_name(run, k, p), width=190,
                key=state.seeded("layer", layer),
            )  # fmt: skip
        if pooled_from:
            _set(("first", window[0]), ("last", window[1]))
            st.number_input(
                p["window_first"], 0, steps - 1, step=1, width=130, key=state.seeded("first", window[0]),
                help=p["window_help"],
            )  # fmt: skip
            st.number_input(p["window_last"], 0, steps - 1, step=1, width=130, key=state.seeded("last", window[1]))
            st.selectbox(
                p["statistic"], ["mean", "low", "high"], format_func=p.get, width=150,
                key=state.seeded("stat", settings.stat),
            )  # fmt: skip
    each = pooling_of(trace, window)
    if each != (1, 1):
        note = p["pooled_note"].format(
            steps_total=window[1] - window[0] + 1, units_total=trace.meta.hidden_size, steps=each[0], units=each[1],
            statistic=p[settings.stat],
        )  # fmt: skip
        st.caption(f":material/grid_on: {note}")
    return window, layer


def _layer_name(run: Run, row: int, p: dict[str, str]) -> str:
    if not run.trace.meta.bidirectional:
        return p["layer_name"].format(layer=row)
    return p["layer_name_way"].format(layer=row // 2, way=p["reverse" if row % 2 else "forward"])


def _set(*wanted: tuple[str, object]) -> None:
    """Bring a widget's state back into its range before it is drawn."""
    for name, value in wanted:
        key = state.key_of(name)
        if key in st.session_state and st.session_state[key] != value:
            st.session_state[key] = value


@st.fragment
def _moment(run: Run, sequence: Sequence, window: tuple[int, int], layer: int, theme: Theme, drawn: Settings) -> None:
    """One step and one unit: reruns alone, so that the heatmaps stay as they are."""
    if _theme() != theme:  # switched while the page was open, see bridge.js
        st.rerun()
    settings = state.current()
    with _one_sentence(settings.lang):
        _draw_moment(run, sequence, window, layer, theme, drawn, settings)


def _draw_moment(
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
    _set(("unit", unit), ("t", step))
    if window[0] < window[1]:
        st.slider(p["step"], window[0], window[1], step=1, key=state.seeded("t", step))
    if units <= MOST_NAMED_UNITS:
        names = run.units or [str(k) for k in range(units)]
        st.selectbox(p["unit"], range(units), format_func=lambda k: names[k], key=state.seeded("unit", unit))
    else:
        names = [str(k) for k in range(units)]
        st.number_input(p["unit"], 0, units - 1, step=1, key=state.seeded("unit", unit))
    st.caption(p["click_hint"])
    label = f" ({sequence.labels[step]})" if sequence.labels and sequence.labels[step] else ""
    title = p["arithmetic"].format(step=step, label=label, unit=names[unit])
    st.markdown(f"**{sidebar.plain(title)}**")
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


def _explanations(settings: Settings, run: Run) -> None:
    w = words(settings.lang)
    p = w["page"]
    left, right = st.columns([17, 10], gap="medium")
    with left:
        st.markdown(f"##### {p['equations']}")
        st.latex(equations(settings.model))
        st.caption(p["equations_note"].format(about=w["models_about"][settings.model]))
    with right:
        st.markdown(f"##### {p['equivalent']}")
        found = {name: f"**{_small(value)}**" for name, value in run.differences.items()}
        text = w["equivalence"][settings.model].format(**found)
        across = run.differences["split" if settings.model == "torch" else "torch"]
        if across < CLOSE:
            text += " " + w["equivalence"]["same"]
        if run.trace.h.shape[0] > 1:
            text += " " + w["equivalence"]["first_layer"]
        if run.compared_steps < run.trace.meta.steps:
            text += " " + w["equivalence"]["prefix"].format(steps=run.compared_steps)
        st.markdown(text)


def _downloads(settings: Settings, run: Run, upload: Upload | None) -> None:
    p, trace = words(settings.lang)["page"], run.trace
    st.markdown(f"##### {p['downloads']}")
    with st.container(horizontal=True):
        st.download_button(
            p["download_npz"], lambda: export.npz(trace), file_name="gruviz.npz", on_click="ignore", key="npz",
            icon=":material/download:",
        )  # fmt: skip
        rows = export.csv_rows(trace)
        if rows <= export.MAX_CSV_ROWS:
            st.download_button(
                p["download_csv"], lambda: export.csv_text(trace), file_name="gruviz.csv", mime="text/csv",
                on_click="ignore", key="csv", icon=":material/download:",
            )  # fmt: skip
    if rows > export.MAX_CSV_ROWS:
        st.caption(p["csv_too_large"].format(rows=rows))
    note = "link_note_file" if upload is not None else "link_note" if settings.fits_url else "link_note_long"
    st.caption(p[note])
