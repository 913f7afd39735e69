"""The Explore page: what do the gates do on this sequence?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gruviz.app import charts, state
from gruviz.app.compare import links
from gruviz.app.courier import chosen, visited
from gruviz.app.explore import badges, checks, story
from gruviz.app.explore.offline import offline_download
from gruviz.app.head import language_control, page_theme
from gruviz.app.sentences import one_sentence
from gruviz.app.settings import Settings
from gruviz.app.stage import Seen, answer, first_part, seen, stage
from gruviz.app.state import Good
from gruviz.app.subject import controls, reading, runs
from gruviz.app.subject.weights import origin_of, source_of
from gruviz.drawing import export
from gruviz.drawing.colours import Theme
from gruviz.inputs.files import Upload
from gruviz.inputs.scaling import Scaling
from gruviz.inputs.sequence import Sequence
from gruviz.protocol.headline import Menu, Status, menus
from gruviz.protocol.scene import Labels, Run, Scene
from gruviz.protocol.view import VIEW_FIELDS
from gruviz.tracing.gate_trace import GateTrace
from gruviz.wording.problems import Problem
from gruviz.wording.words import words
from gruviz.wording.written import plain

STAGE = "explore"
SAID = 1.0  # seconds of waiting worth a sentence


def page() -> None:
    """Draw the page."""
    state.arrive(STAGE)
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
        language_control(settings, STAGE)
        controls.weights_controls(settings)
        controls.sequence_controls(settings)
        controls.scaling_control(settings)
        state.take_up(settings)
        size_place = st.container()
        links.compare_with(settings)
    # nothing else above the stage: it would move, or be mounted anew
    working = st.container(key="working")
    with working, st.spinner(p["working"], show_time=True):
        problem = sequence = begun = None
        try:
            sequence, scaling = reading.sequence_of(settings, upload)
            begun = _begun(settings, sequence)
            if begun is None:
                run = _run(settings, sequence)
                state.remember_good(settings, upload)
            shown = settings
        except Problem as found:
            problem = found
            shown, upload, sequence, scaling, run = _last_good(settings, unreadable=sequence is None)
    if begun is not None:
        with size_place:
            controls.show_size(sequence, scaling, settings.lang)
        _show_first_part(settings, sequence, begun, working)
    status = story.status(shown, sequence, run, problem, state.last_good() is not None)
    stage(STAGE, replace(scene_of(shown, run, sequence), menus=_menus(settings), status=status))
    _answers(shown, upload, theme)
    with size_place:
        controls.show_size(sequence, scaling, settings.lang)
    st.markdown(f"##### {p['downloads']}")
    _downloads(replace(shown, lang=settings.lang), upload)
    _link_note(settings, upload, problem)
    _facts(replace(shown, lang=settings.lang), upload)  # last: it grows once it comes into view


def _menus(settings: Settings) -> tuple[Menu, ...]:
    chosen = {"weights": settings.weights, "model": settings.model}
    return menus(settings.lang, chosen, mine=bool(settings.mine))


def _begun(settings: Settings, sequence: Sequence) -> tuple[Run, GateTrace] | None:
    """The first part of a trace that takes long; None where it was shown: the whole may be too large to hold."""
    name = runs.run_name(settings, sequence)
    found = None if st.session_state.get(_BEGUN) == name else runs.first_part(settings, sequence)
    if found is not None:
        st.session_state[_BEGUN] = name
    return found


_BEGUN = "first part shown of"


def _show_first_part(
    settings: Settings, sequence: Sequence, begun: tuple[Run, GateTrace], working: DeltaGenerator
) -> None:
    """Show the first steps of a trace, make the whole, and begin the page anew with it.

    Args:
        settings, sequence: of the trace.
        begun: see `runs.first_part`.
        working: where it is said that something is under way.
    """
    (run, part), p = begun, words(settings.lang)["page"]
    said = p["first_part"].format(computed=part.meta.steps, steps=sequence.steps)
    scene = replace(scene_of(settings, run, sequence), menus=_menus(settings), status=Status("note", said))
    first_part(STAGE, scene, part)
    with working, st.spinner(p["working"], show_time=True), suppress(Problem):  # it is told when the page begins anew
        _run(settings, sequence)
    st.rerun()


def _run(settings: Settings, sequence: Sequence) -> Run:
    with _in_line(runs.wait(settings, sequence), settings.lang):
        return runs.run(settings, sequence)


@contextmanager
def _in_line(seconds: float, language: str) -> Iterator[None]:
    """Say how long the large traces of others take, while one waits for them."""
    if seconds < SAID:
        yield
        return
    place = st.empty()
    place.caption(words(language)["page"]["in_line"].format(seconds=round(seconds)))
    try:
        yield
    finally:
        place.empty()


def _last_good(settings: Settings, unreadable: bool) -> tuple[Settings, Upload | None, Sequence, Scaling, Run]:
    """The picture to show while the settings give none.

    Where the input cannot be read, the chosen model still runs, on the last good input; otherwise the last good
    picture stays as it was. Where nothing worked yet, it is the example gruviz opens with, whole.
    """
    last = state.last_good()
    good = last or Good(Settings.opening({}), None)
    input_of = {name: getattr(good.settings, name) for name in (*reading.INPUT_FIELDS, "drawn")}
    view_of = {name: getattr(settings, name) for name in ("lang", *VIEW_FIELDS) if name != "drawn"}
    kept = replace(good.settings, **view_of)
    for shown in (replace(settings, **input_of), kept) if last and unreadable else (kept,):
        try:
            sequence, scaling = reading.sequence_of(shown, good.upload)
            return shown, good.upload, sequence, scaling, runs.run(shown, sequence, counted=False)
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
    view, source = settings.view, source_of(settings)
    place = [settings.weights, view.t, view.unit, view.gate, view.first, view.last]
    labels = Labels(source.unit_names, sequence.channels, settings.lang, sequence.due)
    return Scene(
        run,
        view,
        labels,
        home=story.home(settings, run),
        place=" ".join(map(str, place)) if source.has_story else None,
        visit=state.visits(),
        address="",
    )


@st.fragment
def _answers(shown: Settings, upload: Upload | None, theme: Theme) -> None:
    """Answer what the stage asks, keep the address, draw the Plotly view while it is open.

    Args:
        shown: the settings whose run is on the page. No larger object: every session would hold it.
        upload: the file they read, if any.
        theme: the page was drawn for.
    """
    if page_theme() != theme:  # switched while the page was open, see assets/stage/hosts/server_connection.js
        st.rerun()
    _take_choice()
    settings = state.current()
    with one_sentence(settings.lang):
        sequence, _ = reading.sequence_of(shown, upload)
        run = runs.run(shown, sequence)
        scene = scene_of(replace(shown, lang=settings.lang), run, sequence)
        for _, question in answer(
            {STAGE: scene}, settings.to_query() | state.spoken(settings.lang), theme, charts=STAGE
        ):
            charts.remember(question, run.trace.meta.steps)
        _take_choice()
        charts.charts(scene, theme)


def _take_choice() -> None:
    back, taken = visited(), chosen()
    if back is not None:
        state.visit(*back)
        st.rerun()
    if taken is not None and taken[0] == "compare":
        links.what_if(taken[1])
        st.rerun()
    if taken is not None and state.choose(*taken):
        st.rerun()


@st.fragment
def _facts(shown: Settings, upload: Upload | None) -> None:
    """What is true of the run; what takes a forward of every model only once it is in view, or known already.

    Args:
        shown, upload: as `_answers` takes them.
    """
    with one_sentence(shown.lang):
        sequence, _ = reading.sequence_of(shown, upload)
        run = runs.run(shown, sequence)
        looked = badges.looked_at()
        found = checks.checks(shown, sequence) if looked == run.id else checks.known(shown, sequence)
        # Streamlit fetches 300 kB to write equations: not before the picture stands, nor for who looks at that alone
        badges.badges(shown, run, found)
        with st.container(key="equations"):
            badges.looking(run, due=found is None or looked is None)
            if looked is not None:
                badges.equations(shown, run, found)


@st.fragment
def _downloads(shown: Settings, upload: Upload | None) -> None:
    """All values as files, and as CSV also those that are seen; drawn anew when others are.

    Args:
        shown, upload: as `_answers` takes them.
    """
    p = words(shown.lang)["page"]
    with one_sentence(shown.lang):
        sequence, _ = reading.sequence_of(shown, upload)
        run = runs.run(shown, sequence)
        names, inputs = source_of(shown).unit_names, sequence.inputs
        buttons = st.container(horizontal=True)
        part = seen(STAGE, run, shown.view)
        with buttons:
            # Streamlit keeps these functions for as long as the visitor stays: they hold settings, never a trace
            st.download_button(
                p["download_npz"],
                partial(_npz, shown, upload, part),
                file_name="gruviz.npz",
                on_click="ignore",
                key="npz",
                icon=":material/download:",
            )
            offered = {"csv": (Seen(), p["download_csv"], "gruviz.csv")}
            if part != Seen():
                offered["csv_part"] = (part, _part_name(part, names, p), f"gruviz{part.suffix}.csv")
            large = []
            for key, (each, label, file_name) in offered.items():
                if export.fits_csv(run.trace, steps=each.steps, units=each.units, inputs=inputs):
                    st.download_button(
                        label,
                        partial(_csv, shown, upload, each),
                        file_name=file_name,
                        mime="text/csv",
                        on_click="ignore",
                        key=key,
                        icon=":material/download:",
                    )
                else:
                    rows = export.csv_rows(run.trace, steps=each.steps, units=each.units)
                    said = p["csv_too_large"].format(rows=rows)
                    large.append(said if each == Seen() else p["csv_part_too_large"].format(rows=rows))
            large.append(
                offline_download(STAGE, shown, run, part.steps, partial(_told_scene, run=run, sequence=sequence))
            )
        for sentence in filter(None, large):
            st.caption(sentence)


def _told_scene(settings: Settings, run: Run, sequence: Sequence) -> Scene:
    """The scene on the page, in the language of these settings."""
    status = story.status(settings, sequence, run, None, False)
    return replace(scene_of(settings, run, sequence), status=status, place=None)


def _part_name(part: Seen, names: tuple[str, ...], p: dict[str, str]) -> str:
    said = []
    if part.steps is not None:
        said.append(p["csv_steps"].format(first=part.steps[0], last=part.steps[1]))
    if part.units is not None:
        first = part.units[0]
        alone = plain(names[first][:40]) if names else str(first)
        one = len(part.units) == 1
        said.append(p["csv_unit"].format(unit=alone) if one else p["csv_units"].format(count=len(part.units)))
    return p["download_csv_part"].format(part=", ".join(said))


def _link_note(settings: Settings, upload: Upload | None, problem: Problem | None) -> None:
    note = "link_note" if settings.fits_url else "link_note_long"
    if upload is not None or settings.source == "file":
        note = "link_note_file"
    elif not origin_of(settings).is_in_link:
        note = "link_note_mine"
    elif problem is not None:
        note = "link_note_problem"
    st.caption(words(settings.lang)["page"][note])


def _npz(shown: Settings, upload: Upload | None, part: Seen) -> bytes:
    sequence, _ = reading.sequence_of(shown, upload)
    run = runs.run(shown, sequence)
    # the browser holds the rest of the view
    query = {name: text for name, text in shown.to_query().items() if name not in VIEW_FIELDS} | part.query
    return export.npz(
        run.trace, run.model, units=source_of(shown).unit_names, channels=sequence.channels, settings=query
    )


def _csv(shown: Settings, upload: Upload | None, part: Seen) -> bytes:
    sequence, _ = reading.sequence_of(shown, upload)
    return export.csv_text(
        runs.run(shown, sequence).trace,
        steps=part.steps,
        units=part.units,
        unit_names=source_of(shown).unit_names,
        channels=sequence.channels,
    )
