"""*Offline HTML* beside the other downloads: what the stage shows at the moment of the click, as one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import streamlit as st

from gruviz.app.server.files import script
from gruviz.app.server.turns import LARGE, compute_turns
from gruviz.app.settings import Settings
from gruviz.app.stage import bent_of
from gruviz.app.subject.bends import edits_of
from gruviz.app.subject.weights import source_of
from gruviz.handouts.handout import run_id, slides_html, window_note
from gruviz.handouts.scene_message import MOST_BYTES, Slide, slide_bytes, window_of
from gruviz.protocol import experiments
from gruviz.protocol.headline import Status
from gruviz.protocol.scene import Run, Scene
from gruviz.protocol.tiles import EXACT_CELLS, EXACT_STEPS, is_exact
from gruviz.protocol.view import EXPERIMENT, VIEW_FIELDS, View
from gruviz.tracing.gate_trace import GateTrace
from gruviz.wording.problems import Problem
from gruviz.wording.words import LANGUAGES, words

MOST = 3 * MOST_BYTES // 4  # of gates, input and weights: a head's outputs and texts take some more
LONGEST_EDITS = 100_000  # characters of a what-if, as assets/stage/editor/edit_text.js reads
_KEY = "offline"
_WANTED = "offline file wanted"
Window = tuple[int, int]
SceneMaker = Callable[[Settings], Scene]  # of the run on the page, in the settings' language


@dataclass(frozen=True)
class _Offer:
    """Part of a run that fits one file: the whole run, or the steps in view if that is too large.

    Args:
        window: those steps; None for all.
        sentence: to be read below the buttons; "" for none.
    """

    window: Window | None
    sentence: str = ""


def offline_download(stage: str, settings: Settings, run: Run, seen: Window | None, make: SceneMaker) -> str:
    """Draw the button, and write the file when it was clicked; call it in a fragment.

    Args:
        stage: key of the stage whose view counts.
        settings: whose run is on the page.
        run: that run.
        seen: first and last step in view; None for all.
        make: the scene of that run in the language of the settings it is given.

    Returns:
        A sentence for below the buttons, about what is too large; "" where there is nothing to say.
    """
    p = words(settings.lang)["page"]
    wanted = st.session_state.get(_WANTED)
    offer = _offer(run, seen, settings.lang)
    if offer is None:
        st.session_state.pop(_WANTED, None)
        return p["html_too_large"].format(steps=EXACT_STEPS, cells=EXACT_CELLS, size=MOST // 2**20)
    label, name = p["download_html"], "gruviz.html"
    if offer.window is not None:
        first, last = offer.window
        label = p["download_html_part"].format(first=first, last=last)
        name = f"gruviz-steps-{first}-{last}.html"
    data = {"stage": stage, "trace": run.id, "label": label, "help": p["html_help"], "working": p["working"]}
    if isinstance(wanted, Mapping):
        data["number"] = wanted.get("number")
    if isinstance(wanted, Mapping) and wanted.get("trace") == run.id:
        text = html_of(settings, run, view_of(wanted.get("view")), offer.window, make)
        data |= {"name": name, "file": text}
    component = st.components.v2.component("gruviz_offline", js=script("hosts/offline_button.js", "offlineButton"))

    def keep() -> None:
        held = st.session_state.get(_KEY)
        if isinstance(held, Mapping):
            st.session_state[_WANTED] = held.get("wanted")

    component(key=_KEY, data=data, on_wanted_change=keep, width="content")
    if wanted is not None:
        st.session_state.pop(_WANTED, None)  # only now: a run that was interrupted before leaves it to the next
    return offer.sentence


def _offer(run: Run, seen: Window | None, language: str) -> _Offer | None:
    """Return the part of the run that fits one file, or None."""
    trace = run.trace
    if is_exact(trace.meta.steps, trace.meta.hidden_size) and slide_bytes(trace, run.model) <= MOST:
        return _Offer(None)
    if seen is None:
        return None
    steps = seen[1] + 1 - seen[0]
    if not is_exact(steps, trace.meta.hidden_size) or slide_bytes(trace, run.model, steps) > MOST:
        return None
    return _Offer(
        seen, words(language)["page"]["html_part_note"].format(steps=EXACT_STEPS, cells=EXACT_CELLS, size=MOST // 2**20)
    )


def view_of(told: object) -> View:
    """Read the view a browser tells: fields as texts. What is unknown or hostile falls back to the default.

    >>> view_of({"t": "5", "gate": "z", "unit": "-3", "bent": "lesion u2", "nonsense": []}).t
    5
    """
    given = {name: text for name, text in told.items() if isinstance(text, str)} if isinstance(told, Mapping) else {}
    query = {name: text for name, text in given.items() if name in VIEW_FIELDS and name not in EXPERIMENT}
    found = Settings.from_query(query | {"show": given.get("show", "")}).view
    return replace(found, **{name: given.get(name, "")[:LONGEST_EDITS] for name in ("bent", "drawn")})


def html_of(settings: Settings, run: Run, view: View, window: Window | None, make: SceneMaker) -> str:
    """Return the file.

    Args:
        settings, run, make: as in `offline_download`.
        view: of the stage, as it is.
        window: steps to show; None for all.
    """
    languages = {language: replace(settings, lang=language) for language in LANGUAGES}
    scenes = {language: make(told) for language, told in languages.items()}
    altered = None
    if window is None:
        scenes = {language: _as_seen(scene, run, view) for language, scene in scenes.items()}
        altered = _altered(run, view)
    else:
        part = _part(run, *window)
        scenes = {
            language: _of_part(scene, part, view, window, run.trace.meta.steps) for language, scene in scenes.items()
        }
    titles = {language: title_of(told) for language, told in languages.items()}
    slide = Slide(scenes, titles, altered=altered)
    with compute_turns().turn():  # not around what waits for a turn of its own
        return slides_html([slide], title=titles[settings.lang], language=settings.lang)


def title_of(settings: Settings) -> str:
    """Return the title of the file: the names of the weights and of the model."""
    model = words(settings.lang)["models"][settings.model]
    return f"{source_of(settings).title(settings.lang)} · {model}"


def _as_seen(scene: Scene, run: Run, view: View) -> Scene:
    status = None if scene.status is None else replace(scene.status, act=None)  # nothing can be chosen in a file
    return replace(scene, run=run, view=view, menus=(), status=status)


def _altered(run: Run, view: View) -> GateTrace | None:
    """Python's own run of the what-if; None where there is none, it cannot be read here, or it is large."""
    edits = edits_of(view.bent) if view.bent and not view.drawn else None
    if not edits or 2 * slide_bytes(run.trace, run.model) > MOST or run.trace.h.size >= LARGE:
        return None
    try:
        return bent_of(run, experiments.read(edits, None, run.trace)).trace
    except Problem:  # the page computes it alone
        return None


def _part(run: Run, first: int, last: int) -> Run:
    part = window_of(run.trace, first, last)
    target = None if run.target is None else run.target[first : last + 1]
    return replace(run, id=run_id(part), trace=part, target=target)


def _of_part(scene: Scene, part: Run, view: View, window: Window, steps: int) -> Scene:
    first, last = window
    texts = words(scene.labels.language)["handout"]
    key, fields = window_note(first, last, steps)
    said = texts[key].format(**fields)
    if view.bent or view.drawn:
        said += f" {texts['without_what_if']}"
    t = None if view.t is None or not first <= view.t <= last else view.t - first
    shown = replace(view, first=0, last=None, t=t, bent="", drawn="")
    labels = replace(scene.labels, due=scene.labels.due[first : last + 1])
    home = (min(max(scene.home[0] - first, 0), last - first), scene.home[1])
    return replace(scene, run=part, view=shown, labels=labels, home=home, menus=(), status=Status("note", said))
