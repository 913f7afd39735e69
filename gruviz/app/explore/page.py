"""The Explore page: what do the gates do on this sequence?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from gruviz.app import charts, state
from gruviz.app.explore import checks, controls, reading, runs, story
from gruviz.app.explore.weights import units_of
from gruviz.app.language import language_control
from gruviz.app.sentences import one_sentence, sentence
from gruviz.app.settings import Settings
from gruviz.app.stage import answer, stage
from gruviz.app.state import Good
from gruviz.app.theme import page_theme
from gruviz.drawing import export
from gruviz.drawing.colours import Theme
from gruviz.inputs.files import Upload
from gruviz.inputs.scaling import Scaling
from gruviz.inputs.sequence import Sequence
from gruviz.models.presets import PRESETS
from gruviz.stage.scene import VIEW_FIELDS, Labels, Run, Scene
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

STAGE = "explore"


def page() -> None:
    """Draw the page."""
    state.arrive()
    settings = state.current()
    with one_sentence(settings.lang):
        _draw(settings)


def prepare() -> None:
    """Compute what the opening page shows, before anyone asks."""
    opening = Settings.opening({})
    sequence, _ = reading.sequence_of(opening, None)
    runs.run(opening, sequence)
    checks.checks(opening, sequence)


def _draw(settings: Settings) -> None:
    theme = page_theme()
    p = words(settings.lang)["page"]
    upload = state.current_upload() if settings.source == "file" else None
    with st.sidebar:
        st.markdown(f"## {p['title']}\n{p['tagline']}")
        language_control(settings)
        controls.model_controls(settings)
        st.divider()
        controls.sequence_controls(settings)
        controls.scaling_control(settings)
        state.take_up(settings)
        preview_place = st.container()
    # always as many of these above the stage: one more or less there, and it would be mounted anew
    problem_place, story_place, badges_place = st.container(), st.container(), st.container()
    with st.spinner(p["working"], show_time=True):
        problem = sequence = None
        try:
            sequence, scaling = reading.sequence_of(settings, upload)
            run = runs.run(settings, sequence)
            state.remember_good(settings, upload)
            shown = settings
        except Problem as found:
            problem = found
            shown, upload, sequence, scaling, run = _last_good(settings, unreadable=sequence is None)
        stage(STAGE, scene_of(shown, run, sequence))
    _answers(shown, upload, theme)
    if problem is not None:
        below_it = p["last_good" if state.last_good() else "no_good"]
        problem_place.error(f"{sentence(problem, settings.lang)}  \n{below_it}", icon=":material/edit_note:")
    with story_place:
        story.story(shown, sequence)
    badges = story.badges(badges_place, shown, run, None)
    with preview_place:
        controls.show_preview(sequence, scaling, settings.lang, theme)
    equivalence_place = story.equations(shown)
    _downloads(settings, shown, run, upload, problem)
    # what is above is on its way to the browser while these are computed
    found = checks.checks(shown, sequence)
    story.badges(badges, shown, run, found)
    equivalence_place.markdown(story.equivalence(shown, run, found))


def _last_good(settings: Settings, unreadable: bool) -> tuple[Settings, Upload | None, Sequence, Scaling, Run]:
    """The picture to show while the settings give none.

    Where the input cannot be read, the chosen model still runs, on the last good input; otherwise the last good
    picture stays as it was.
    """
    good = state.last_good() or Good(Settings(), None)
    input_of = {name: getattr(good.settings, name) for name in reading.INPUT_FIELDS}
    view_of = {name: getattr(settings, name) for name in ("lang", *VIEW_FIELDS)}
    kept = replace(good.settings, **view_of)
    for shown in (replace(settings, **input_of), kept) if unreadable else (kept,):
        try:
            sequence, scaling = reading.sequence_of(shown, good.upload)
            return shown, good.upload, sequence, scaling, runs.run(shown, sequence)
        except Problem as found:
            problem = found
    raise problem


def scene_of(settings: Settings, run: Run, sequence: Sequence) -> Scene:
    """What the stage shows of a run.

    Args:
        settings: those that gave the run.
        run: its trace.
        sequence: its input.
    """
    preset, view = PRESETS.get(settings.weights), settings.view
    unit, step = preset.watch if preset else (0, 0)
    place = [settings.weights, view.t, view.unit, view.gate, view.first, view.last]
    return Scene(
        run, view, Labels(units_of(settings), sequence.channels, settings.lang), home=(step, unit),
        place=" ".join(map(str, place)) if preset else None, address="",
    )  # fmt: skip


@st.fragment
def _answers(shown: Settings, upload: Upload | None, theme: Theme) -> None:
    """Answer what the stage asks, keep the address, draw the Plotly view while it is open.

    Args:
        shown: the settings whose run is on the page. No larger object: every session would hold it.
        upload: the file they read, if any.
        theme: the page was drawn for.
    """
    if page_theme() != theme:  # switched while the page was open, see assets/stage/page/courier.js
        st.rerun()
    settings = state.current()
    with one_sentence(settings.lang):
        sequence, _ = reading.sequence_of(shown, upload)
        run = runs.run(shown, sequence)
        scene = scene_of(replace(shown, lang=settings.lang), run, sequence)
        for _, question in answer({STAGE: scene}, settings.to_query(), theme, charts=STAGE):
            charts.remember(question, run.trace.meta.steps)
        charts.charts(scene, theme)


def _downloads(settings: Settings, shown: Settings, run: Run, upload: Upload | None, problem: Problem | None) -> None:
    p = words(settings.lang)["page"]
    st.markdown(f"##### {p['downloads']}")
    with st.container(horizontal=True):
        # Streamlit keeps these functions for as long as the visitor stays: they hold settings, never a trace
        st.download_button(
            p["download_npz"], partial(_exported, export.npz, shown, upload), file_name="gruviz.npz",
            on_click="ignore", key="npz", icon=":material/download:",
        )  # fmt: skip
        rows = export.csv_rows(run.trace)
        if rows <= export.MAX_CSV_ROWS:
            st.download_button(
                p["download_csv"], partial(_exported, export.csv_text, shown, upload), file_name="gruviz.csv",
                mime="text/csv", on_click="ignore", key="csv", icon=":material/download:",
            )  # fmt: skip
    if rows > export.MAX_CSV_ROWS:
        st.caption(p["csv_too_large"].format(rows=rows))
    note = "link_note" if settings.fits_url else "link_note_long"
    if upload is not None or settings.source == "file":
        note = "link_note_file"
    elif settings.weights == "mine":
        note = "link_note_mine"
    elif problem is not None:
        note = "link_note_problem"
    st.caption(p[note])


def _exported(write: export.Writer, shown: Settings, upload: Upload | None) -> bytes:
    sequence, _ = reading.sequence_of(shown, upload)
    return write(runs.run(shown, sequence).trace)
