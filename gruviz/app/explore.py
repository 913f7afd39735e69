"""The Explore page: what do the gates do on this sequence?"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gruviz import export
from gruviz.app import runs, sidebar, state
from gruviz.app.bridge import page_theme
from gruviz.app.equations import equations
from gruviz.app.moment import moment
from gruviz.app.runs import Run, Upload
from gruviz.app.sentences import one_sentence, plain, sentence
from gruviz.app.settings import Settings
from gruviz.app.state import Good
from gruviz.figures import heatmaps, pooling_of
from gruviz.presets import PRESETS
from gruviz.problems import Problem
from gruviz.sequences import Sequence
from gruviz.user_data import Scaling
from gruviz.words import words

CLOSE = 1e-4  # float32 rounding stays far below
CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


def page() -> None:
    """Draw the page."""
    settings = state.current()
    with one_sentence(settings.lang):
        _draw(settings)


def _draw(settings: Settings) -> None:
    theme = page_theme()
    p = words(settings.lang)["page"]
    upload = state.current_upload() if settings.source == "file" else None
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
        problem = sequence = None
        try:
            sequence, scaling = runs.sequence_of(settings, upload)
            run = runs.run(settings, sequence)
            state.remember_good(settings, upload)
            shown = settings
        except Problem as found:
            problem = found
            shown, upload, sequence, scaling, run = _last_good(settings, unreadable=sequence is None)
    with below:
        sidebar.show_preview(sequence, scaling, settings.lang, theme)
    if problem is not None:
        below_it = p["last_good" if state.last_good() else "no_good"]
        problem_place.error(f"{sentence(problem, settings.lang)}  \n{below_it}", icon=":material/edit_note:")
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
        moment(run, sequence, window, layer, theme, shown)
    _explanations(shown, run)
    _downloads(settings, run, upload, problem)


def _last_good(settings: Settings, unreadable: bool) -> tuple[Settings, Upload | None, Sequence, Scaling, Run]:
    """The picture to show while the settings give none.

    Where the input cannot be read, the chosen model still runs, on the last good input; otherwise the last good
    picture stays as it was.
    """
    good = state.last_good() or Good(Settings(), None)
    input_of = {name: getattr(good.settings, name) for name in runs.SEQUENCE_FIELDS}
    view_of = {name: getattr(settings, name) for name in ("lang", "t", "unit", "first", "last", "layer", "stat")}
    kept = replace(good.settings, **view_of)
    for shown in (replace(settings, **input_of), kept) if unreadable else (kept,):
        try:
            sequence, scaling = runs.sequence_of(shown, good.upload)
            return shown, good.upload, sequence, scaling, runs.run(shown, sequence)
        except Problem as found:
            problem = found
    raise problem


def _story(settings: Settings, run: Run, sequence: Sequence) -> None:
    w = words(settings.lang)
    halves = settings.halves if settings.weights == "leaky" else ""
    st.markdown(w["stories"][settings.weights].replace("{half_lives}", plain(halves)))
    preset = PRESETS.get(settings.weights)
    wanted, found = run.preset_inputs, sequence.inputs
    if wanted is not None and wanted != found:
        key = "adapted_fewer" if found < wanted else "adapted_more"
        st.info(w["page"][key].format(wanted=wanted, found=found))
    elif preset is not None and not settings.shows_preset_input:
        st.caption(w["page"]["story_elsewhere"])


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
    ends = (min(settings.first, steps - 1), min(steps - 1 if settings.last is None else settings.last, steps - 1))
    window = (min(ends), max(ends))
    state.drawn_to(steps - 1)
    layers = trace.h.shape[0]
    layer = min(settings.layer, layers - 1)
    pooled_from = pooling_of(trace) != (1, 1)
    # a window brought along from a longer sequence must not cut this one without a way back
    windowed = pooled_from or window != (0, steps - 1)
    if layers == 1 and not windowed:
        return window, layer
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if layers > 1:
            state.bring_back(layer=layer)
            st.selectbox(
                p["layer"], range(layers), format_func=lambda k: _layer_name(run, k, p), width=190,
                key=state.seeded("layer", layer),
            )  # fmt: skip
        if windowed:
            state.bring_back(first=window[0], last=window[1])
            st.number_input(
                p["window_first"], 0, steps - 1, value=None, step=1, width=150, help=p["window_help"],
                key=state.seeded("first", window[0]),
            )  # fmt: skip
            st.number_input(
                p["window_last"],
                0,
                steps - 1,
                value=None,
                step=1,
                width=150,
                key=state.seeded("last", window[1]),
            )
        if pooled_from:
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
        equal = (
            [] if settings.model == "torch" else [run.differences["split" if settings.model == "concat" else "concat"]]
        )
        if max([run.error, *equal]) > CLOSE:
            text += " " + w["equivalence"]["chaotic"]
        across = run.differences["split" if settings.model == "torch" else "torch"]
        if across < CLOSE:
            text += " " + w["equivalence"]["same"]
        if run.trace.h.shape[0] > 1:
            text += " " + w["equivalence"]["first_layer"]
        if run.compared_steps < run.trace.meta.steps:
            text += " " + w["equivalence"]["prefix"].format(steps=run.compared_steps)
        st.markdown(text)


def _downloads(settings: Settings, run: Run, upload: Upload | None, problem: Problem | None) -> None:
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
    note = "link_note" if settings.fits_url else "link_note_long"
    if upload is not None or settings.source == "file":
        note = "link_note_file"
    elif problem is not None:
        note = "link_note_problem"
    st.caption(p[note])
