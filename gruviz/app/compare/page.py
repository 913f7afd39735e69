"""The Compare page: two or three runs under one cursor, and how far they are apart."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gruviz.app import state
from gruviz.app.compare import controls, conventions, lesions, links, verdict
from gruviz.app.compare.runs import Report, run_of, sequence_of
from gruviz.app.compare.sides import Comparison, Side, kind_of, sides_of
from gruviz.app.courier import visited
from gruviz.app.head import language_control, page_theme, paper_title
from gruviz.app.sentences import one_sentence, sentence
from gruviz.app.settings import Settings
from gruviz.app.stage import answer, difference, stage
from gruviz.app.subject import reading
from gruviz.app.subject.controls import scaling_control, sequence_controls, weights_controls
from gruviz.app.subject.weights import source_of
from gruviz.drawing.colours import Theme
from gruviz.inputs.files import Upload
from gruviz.inputs.sequence import Sequence
from gruviz.protocol.headline import Status
from gruviz.protocol.scene import Labels, Run, Scene
from gruviz.protocol.tiles import is_exact
from gruviz.sources.link import ORIGINS
from gruviz.wording.problems import Problem
from gruviz.wording.words import words
from gruviz.wording.written import small

PAGE = "compare"
CURSOR = "compare"
KEYS = ("compare-a", "compare-b", "compare-c")
EACH = 0.2  # seconds between two looks at a fit
_GOOD = "compare.good"  # the last settings and comparison that gave a picture


def page() -> None:
    """Draw the page."""
    state.arrive(PAGE)
    settings = state.current()
    with one_sentence(settings.lang):
        _draw(settings)


def _draw(settings: Settings) -> None:
    theme = page_theme()
    upload = state.current_upload() if settings.source == "file" else None
    with st.sidebar:
        language_control(settings, PAGE, controls.current().to_query())
        comparison = controls.comparison_controls(settings, controls.current())
        st.divider()
        _weights(settings)
        weights_controls(settings)
        sequence_controls(settings)
        scaling_control(settings)
        state.take_up(settings)
    place = st.container(key="compare_working")
    try:
        with place:
            fitting = st.empty()
            found = _found(settings, comparison, upload, _progress(settings.lang, fitting))
            fitting.empty()
            if comparison.what == "training" and not comparison.mine:
                st.info(words(settings.lang)["compare"]["no_training"], icon=":material/school:")
        if controls.over(found[1][0].digest):
            st.rerun()
        st.session_state[_GOOD] = settings, comparison, upload
        shown = settings
    except Problem as problem:
        with place:
            st.error(sentence(problem, settings.lang), icon=":material/edit_note:")
        good = st.session_state.get(_GOOD) or (Settings.opening({}), Comparison(), None)
        shown, comparison, upload = replace(good[0], lang=settings.lang), *good[1:]
        found = _found(shown, comparison, upload, counted=False)
    sides, sequences, made = found
    scenes = scenes_of(shown, sides, sequences, made)
    paper_title(" · ".join([source_of(shown).title(shown.lang), *(side.name for side in sides)]))
    _stages(scenes, sides, shown.lang)
    with st.container(key="compare_words"):  # one place however much there is: the courier below would be mounted anew
        verdict.verdict(shown, comparison, sides, sequences, made)
        links.ways_back(shown, kind_of(shown, comparison), sides, sequences)
        conventions.conventions(shown)
    _answers(shown, comparison, upload, theme)
    with one_sentence(settings.lang):
        lesions.lesions_of(shown)


def _weights(settings: Settings) -> None:
    """The visitor's own weights and model, which Explore has over its stage."""
    w = words(settings.lang)
    names = {name: origin.title_of(name, settings.lang) for name, origin in ORIGINS.items()}
    st.selectbox(
        w["compare"]["weights"],
        [name for name, origin in ORIGINS.items() if origin.is_in_link or settings.mine],
        format_func=names.get,
        key=state.seeded("weights", settings.weights),
    )
    st.segmented_control(
        w["page"]["model"],
        list(w["models"]),
        format_func=w["models"].get,
        required=True,
        width="stretch",
        key=state.seeded("model", settings.model),
    )


def _found(
    settings: Settings, comparison: Comparison, upload: Upload | None, told: Report | None = None, counted: bool = True
) -> tuple[tuple[Side, ...], list[Sequence], list[Run]]:
    """The sides, what each reads, and its run.

    Raises:
        Problem: one of them cannot be made.
    """
    sides = sides_of(settings, comparison)
    sequences = [sequence_of(side, reading.sequence_of(side.settings, upload)[0]) for side in sides]
    widths = [sequence.inputs for sequence in sequences]
    drawn = source_of(settings).is_random and kind_of(settings, comparison) == "input"
    if drawn and widths[0] != widths[1]:  # those are drawn for so many inputs: others would be another model
        raise Problem("compare_inputs", own=widths[0], other=widths[1])
    pairs = zip(sides, sequences, strict=True)
    return sides, sequences, [run_of(side, sequence, told, counted) for side, sequence in pairs]


def _progress(language: str, place: DeltaGenerator) -> Report:
    """Shows how far a fit is, from the first time it is told; whoever presses stop has the numbers as they were."""
    c, held = words(language)["compare"], {}

    def told(done: float, error: float) -> None:
        now = monotonic()
        if now - held.get("at", 0.0) < EACH:
            return
        if not held:
            with place.container():
                held["bar"] = st.progress(0.0)
                st.button(c["fit_stop"], key="compare_fit_stop", icon=":material/stop:", on_click=controls.put_reading)
        held["at"] = now
        held["bar"].progress(min(done, 1.0), text=c["fit_progress"].format(error=small(error)))

    return told


def unlike(made: list[Run]) -> str:
    """Why the first two cannot be subtracted cell by cell: other "units", other "steps" in a column; "" if they can."""
    a, b = made[0].trace.meta, made[1].trace.meta
    sizes = [(each.num_layers, each.bidirectional, each.hidden_size) for each in (a, b)]
    if sizes[0] != sizes[1]:
        return "units"
    return "" if a.steps == b.steps or all(is_exact(m.steps, m.hidden_size) for m in (a, b)) else "steps"


def scenes_of(settings: Settings, sides: tuple[Side, ...], sequences: list[Sequence], made: list[Run]) -> list[Scene]:
    """What each stage shows.

    Args:
        settings: the visitor's, whose view they open with.
        sides, sequences, made: as they are.
    """
    w, view = words(settings.lang), settings.view
    resets = {run.trace.meta.reset for run in made}
    led = not unlike(made)
    scenes = []
    for k, (side, sequence, run) in enumerate(zip(sides, sequences, made, strict=True)):
        own = replace(view, bent=side.settings.bent, drawn=side.settings.drawn, show="bent")
        labels = Labels(side.source.unit_names, sequence.channels, settings.lang, sequence.due)
        key = "named_bent" if own.bent or own.drawn else "named"
        said = Status("note", w["compare"][key].format(name=side.name, reset=w["page"][run.trace.meta.reset]))
        form = "beside" if led else "below" if k else "above"
        scenes.append(
            Scene(
                run,
                own,
                labels,
                status=said,
                place=f"{own.bent}\n{own.drawn}",
                visit=state.visits(),
                address="" if form == "above" else None,
                cursor=CURSOR,
                form=form,
                differs="reset" if len(resets) > 1 else "",
            )
        )
    return scenes


def _stages(scenes: list[Scene], sides: tuple[Side, ...], language: str) -> None:
    """The difference of the first two, over all of them side by side; one above another where the screen is narrow.

    Runs that have no cells in common stand one above another, so that their steps do.
    """
    why = unlike([scene.run for scene in scenes])
    with st.container(key="compare_top"):
        if not why:
            difference(KEYS[: len(sides)], (sides[0].name, sides[1].name), CURSOR)
        else:
            c = words(language)["compare"]
            st.caption(c["stacked_units" if why == "units" else "stacked_steps"])
    places = st.columns(len(scenes), gap="medium") if not why else [st.container()] * len(scenes)
    for k, (place, scene) in enumerate(zip(places, scenes, strict=True)):
        with place:
            stage(KEYS[k], scene)


@st.fragment
def _answers(settings: Settings, comparison: Comparison, upload: Upload | None, theme: Theme) -> None:
    """Answer what the stages ask, and keep the address.

    Args:
        settings, comparison, upload: what is on the page. No larger object: every session would hold it.
        theme: the page was drawn for.
    """
    if page_theme() != theme:
        st.rerun()
    back = visited()
    if back is not None:
        state.visit(*back)
        controls.revisit(state.query_of(back[0]))
        st.rerun()
    with one_sentence(settings.lang):
        sides, sequences, made = _found(settings, comparison, upload)
        scenes = scenes_of(settings, sides, sequences, made)
        query = state.current().to_query() | state.spoken(settings.lang) | controls.current().to_query()
        answer(dict(zip(KEYS, scenes, strict=False)), query, theme)
