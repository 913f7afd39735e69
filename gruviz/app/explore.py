"""The Explore page: what do the gates do on this sequence?"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gruviz import export
from gruviz.app import runs, sidebar, state
from gruviz.app.answers import answers
from gruviz.app.bridge import page_theme
from gruviz.app.equations import equations
from gruviz.app.runs import Checks, Run, Upload, trained_weights
from gruviz.app.sentences import one_sentence, plain, sentence
from gruviz.app.settings import CLIENT_FIELDS, Settings
from gruviz.app.stage import message_of, stage
from gruviz.app.state import Good
from gruviz.presets import PRESETS
from gruviz.problems import Problem
from gruviz.sequences import Sequence
from gruviz.tasks import TASKS
from gruviz.trained_models import SavedModel
from gruviz.user_data import Scaling
from gruviz.words import words

CLOSE = 1e-4  # float32 rounding stays far below


def page() -> None:
    """Draw the page."""
    state.arrive()
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
        preview_place = st.container()
    # always as many of these above the stage: one more or less there, and it would be mounted anew
    problem_place, story_place, badges_place = st.container(), st.container(), st.container()
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
        message = message_of(shown, run, sequence)
    stage(message)
    answers(shown, upload, theme)
    if problem is not None:
        below_it = p["last_good" if state.last_good() else "no_good"]
        problem_place.error(f"{sentence(problem, settings.lang)}  \n{below_it}", icon=":material/edit_note:")
    with story_place:
        _story(shown, run, sequence)
    badges = _badges(badges_place, shown, run, None)
    with preview_place:
        sidebar.show_preview(sequence, scaling, settings.lang, theme)
    equivalence_place = _equations(shown)
    _downloads(settings, run, upload, problem)
    # what is above is on its way to the browser while these are computed
    checks = runs.checks(shown, sequence)
    _badges(badges, shown, run, checks)
    equivalence_place.markdown(_equivalence(shown, run, checks))


def _last_good(settings: Settings, unreadable: bool) -> tuple[Settings, Upload | None, Sequence, Scaling, Run]:
    """The picture to show while the settings give none.

    Where the input cannot be read, the chosen model still runs, on the last good input; otherwise the last good
    picture stays as it was.
    """
    good = state.last_good() or Good(Settings(), None)
    input_of = {name: getattr(good.settings, name) for name in runs.SEQUENCE_FIELDS}
    view_of = {name: getattr(settings, name) for name in ("lang", *CLIENT_FIELDS)}
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
    if settings.weights in TASKS:
        told, saved = w["task_stories"][settings.weights], trained_weights(settings)
        told += " " + w["page"]["trained_card"].format(
            about=w["tasks_about"][settings.weights], model=w["models"][saved.card["model"]],
            metric=w["task_metrics"][saved.card["metric_name"]], reached=_measured(saved, "metric"),
            baseline=_measured(saved, "baseline"), steps=int(saved.card["steps"]),
        )  # fmt: skip
        st.markdown(told)
    else:
        st.markdown(w["stories"][settings.weights].replace("{half_lives}", plain(halves)))
    wanted, found = run.preset_inputs, sequence.inputs
    if wanted is not None and wanted != found:
        key = "adapted_fewer" if found < wanted else "adapted_more"
        st.info(w["page"][key].format(wanted=wanted, found=found))
    elif settings.weights in (*TASKS, *PRESETS) and not settings.shows_preset_input:
        st.caption(w["page"]["story_elsewhere"])


def _measured(saved: SavedModel, name: str) -> str:
    """A number of a model's card in its task's own unit."""
    value = float(saved.card[name])
    return f"{value:.1%}" if TASKS[saved.plan.task].metric.unit == "%" else f"{value:.3g}"


def _badges(place: DeltaGenerator, settings: Settings, run: Run, checks: Checks | None) -> DeltaGenerator:
    """What is true of this run, drawn at a place; while there are no checks yet, that they are coming.

    Returns:
        What was drawn: a place to draw it anew. An `st.empty` would be empty for a moment and move the stage.
    """
    w = words(settings.lang)
    p, meta = w["page"], run.trace.meta
    badges = [
        ("blue", p["badge_model"].format(model=w["models"][settings.model], reset=p[meta.reset])),
        ("gray", p["badge_sizes"].format(steps=meta.steps, units=meta.hidden_size, inputs=meta.input_size)),
    ]
    if run.trace.h.shape[0] > 1:
        way = p["two_way"] if meta.bidirectional else p["one_way"]
        badges.append(("gray", p["badge_layers"].format(layers=meta.num_layers, directions=way)))
    prefix = ""
    if checks is None:
        badges.append(("gray", p["badge_checking"]))
    else:
        close = checks.error < CLOSE
        kind = "badge_equal" if checks.error == 0 else "badge_exact" if close else "badge_off"
        badges.append(("green" if close else "orange", p[kind].format(error=_small(checks.error))))
        if checks.error_steps < meta.steps:
            prefix = p["badge_prefix"].format(steps=checks.error_steps)
    about = p["badge_exact_help"].format(prefix=prefix)
    if meta.recovery_error is not None:
        colour = "green" if meta.recovery_error < CLOSE else "orange"
        badges.append((colour, p["badge_recovered"].format(error=_small(meta.recovery_error))))
        about += "  \n\n" + p["badge_recovered_help"]
    return place.markdown(" ".join(f":{colour}-badge[{text}]" for colour, text in badges), help=about)


def _small(value: float) -> str:
    return "0" if value == 0 else f"{value:.0e}".replace("e-0", "e-") if value < 1e-3 else f"{value:.2g}"


def _equations(settings: Settings) -> DeltaGenerator:
    """The equations, and beside them the place for what they are equivalent to."""
    w = words(settings.lang)
    p = w["page"]
    left, right = st.columns([17, 10], gap="medium")
    with left:
        st.markdown(f"##### {p['equations']}")
        st.latex(equations(settings.model))
        st.caption(p["equations_note"].format(about=w["models_about"][settings.model]))
    with right:
        st.markdown(f"##### {p['equivalent']}")
        return st.container()


def _equivalence(settings: Settings, run: Run, checks: Checks) -> str:
    w = words(settings.lang)
    found = {name: f"**{_small(value)}**" for name, value in checks.differences.items()}
    text = w["equivalence"][settings.model].format(**found)
    model = settings.model
    equal = [] if model == "torch" else [checks.differences["split" if model == "concat" else "concat"]]
    if max([checks.error, *equal]) > CLOSE:
        text += " " + w["equivalence"]["chaotic"]
    across = checks.differences["split" if model == "torch" else "torch"]
    if across < CLOSE:
        text += " " + w["equivalence"]["same"]
    if run.trace.h.shape[0] > 1:
        text += " " + w["equivalence"]["first_layer"]
    if checks.compared_steps < run.trace.meta.steps:
        text += " " + w["equivalence"]["prefix"].format(steps=checks.compared_steps)
    return text


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
