"""The controls of the Compare page: from widgets to a Comparison, kept beside the settings in the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from gruviz.app import state
from gruviz.app.compare import sides
from gruviz.app.compare.sides import READERS_OF as READERS
from gruviz.app.compare.sides import READINGS, Comparison, kinds_for, moment_named
from gruviz.app.readers import LONGEST_IN_URL
from gruviz.app.server.trainings import trainings
from gruviz.app.settings import Settings
from gruviz.app.subject.bends import edits_of
from gruviz.app.subject.mine import mine
from gruviz.app.subject.plans import brief
from gruviz.app.subject.weights import source_of
from gruviz.inputs.parameters import MAX_SEED
from gruviz.models.conventions import CONVENTIONS
from gruviz.models.gru import MODELS
from gruviz.sources.derived import Converted, Fitted, change_title
from gruviz.sources.trained import Opened
from gruviz.training.loop import Trained
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

_KEPT = "compare.kept"  # a widget that is not drawn loses its state: the visitor may come back from another page
_OVER = "compare.over"  # (source, ...) of the input that what was drawn or typed belongs to
BENDS = {
    "clamp z 1": "whatif_idea_z1",
    "clamp z 0": "whatif_idea_z0",
    "clamp r 1": "whatif_idea_r1",
    "clamp r 0": "whatif_idea_r0",
}
_LANGUAGE = "compare.language"  # in which they were drawn last
# keys of widgets beside those of READERS begin so
_MORE = ("compare.typed.", "compare.value.", "compare.moment.", "compare.plan", "compare.two")
_TYPED_AS = "compare.source-typed"  # the source of what was typed last


def current() -> Comparison:
    """What is compared, as the visitor has it now."""
    if _KEPT not in st.session_state:  # a session begins with what its link says
        st.session_state[_KEPT] = Comparison.from_query(state.query())
    held: Comparison = st.session_state[_KEPT]
    found = {name: state.held_by(_key(name)) for name in READERS}
    read = {name: READERS[name](value) for name, value in found.items() if value is not None}
    held = replace(held, **{name: value for name, value in read.items() if value is not None})
    st.session_state[_KEPT] = held
    return held


def put(comparison: Comparison) -> None:
    """Make this what is compared; call it before any of the controls is drawn."""
    st.session_state[_KEPT] = comparison
    own = [str(key) for key in st.session_state if str(key).startswith(_MORE)]
    state.leave((*map(_key, READERS), *own))


def put_closing(how: str) -> None:
    """Have all sides made one function, or as they are again; call it from a callback."""
    put(replace(current(), closing=how))


def put_reading(read: str = "other_reset") -> None:
    """Have the weights read so; call it from a callback."""
    put(replace(current(), what="read", read=read))


def revisit(query: Mapping[str, str]) -> None:
    """Take it from an address the visitor went back to."""
    put(Comparison.from_query(query))


def over(digest: str) -> bool:
    """Forget what was drawn over another input than the one of this digest; whether anything was."""
    last = st.session_state.get(_OVER, digest)
    st.session_state[_OVER] = digest
    gone = last != digest and current().drawn != ""
    if gone:
        st.session_state[_KEPT] = replace(current(), drawn="")
    return gone


def comparison_controls(settings: Settings, comparison: Comparison) -> Comparison:
    """Draw the controls.

    Args:
        settings: the visitor's.
        comparison: as it is.

    Returns:
        The same, as they say it now.
    """
    w = words(settings.lang)
    c, kinds = w["compare"], kinds_for(settings)
    kind = comparison.what if comparison.what in kinds else "models"
    if st.session_state.get(_LANGUAGE, settings.lang) != settings.lang:
        for name in READERS:  # else a box goes on showing what it holds in the words of before
            st.session_state.pop(_key(name), None)
    st.session_state[_LANGUAGE] = settings.lang
    if state.held_by(_key("what")) not in (None, *kinds):
        state.leave([_key("what")])
    st.selectbox(
        c["with"], kinds, format_func=lambda name: c[f"kind_{name}"], key=_seed("what", kind), help=c[f"about_{kind}"]
    )
    kind = current().what if current().what in kinds else "models"
    if kind in _DRAWN:
        _DRAWN[kind](settings, comparison, w)
    return current()


def _models(settings: Settings, comparison: Comparison, w: dict[str, Any]) -> None:
    c, others = w["compare"], [name for name in MODELS if name != settings.model]
    third = st.toggle(c["third"], key=_seed("third", comparison.third))
    if not third:
        usual = comparison.other if comparison.other in others else ("split" if settings.model == "torch" else "torch")
        if st.session_state.get(_key("other")) not in others:
            st.session_state.pop(_key("other"), None)
        st.segmented_control(
            c["other"], others, format_func=w["models"].get, required=True, width="stretch", key=_seed("other", usual)
        )


def _random(settings: Settings, comparison: Comparison, w: dict[str, Any]) -> None:
    st.number_input(w["page"]["seed"], 0, MAX_SEED, value=None, step=1, key=_seed("seed", comparison.seed))


def _what_if(settings: Settings, comparison: Comparison, w: dict[str, Any]) -> None:
    offered = tuple(BENDS) if comparison.bent in BENDS else (comparison.bent, *BENDS)
    if state.held_by(_key("bent")) not in (None, *offered):
        state.leave([_key("bent")])
    st.selectbox(
        w["compare"]["bent"],
        offered,
        key=_seed("bent", comparison.bent),
        help=w["compare"]["bent_help"],
        format_func=lambda text: bend_named(text, settings.lang),
    )


def _input(settings: Settings, comparison: Comparison, w: dict[str, Any]) -> None:
    if settings.source in ("numbers", "text"):
        key = f"{_key('typed')}.{settings.source}"  # what was typed as the one is not to be read as the other
        own = getattr(settings, settings.source)
        as_before = st.session_state.get(_TYPED_AS, settings.source) == settings.source
        st.session_state[_TYPED_AS] = settings.source
        if not state.holds(key):
            st.session_state[key] = ((comparison.typed if as_before else "") or _reversed(own))[:LONGEST_IN_URL]
        typed = st.text_area(w["compare"]["typed"], key=key, max_chars=LONGEST_IN_URL)
        st.session_state[_KEPT] = replace(current(), typed=typed)
        return
    c = w["compare"]
    how = st.segmented_control(
        c["how"],
        sides.OTHERS,
        format_func=lambda name: c[f"how_{name}"],
        required=True,
        width="stretch",
        key=_seed("how", comparison.how),
    )
    if how == "example":
        st.number_input(c["example"], 0, MAX_SEED, value=None, step=1, key=_seed("example", comparison.example))
    else:
        _changed(settings, comparison, w["task_parameters" if settings.source == "task" else "parameters"])


def _changed(settings: Settings, comparison: Comparison, names: dict[str, str]) -> None:
    """The parameters of the sequence in use, for the other one."""
    given = sides.values_of(comparison.values, settings) or sides.first_change(settings)
    columns, found = st.columns(2), settings.parameter_values() | given
    for k, parameter in enumerate(settings.known):
        number = int if parameter.integer else float
        name = f"value.{state.parameter_name(settings, parameter.name)}"
        value = columns[k % 2].number_input(
            names[parameter.name],
            number(parameter.low),
            number(parameter.high),
            step=number(parameter.step),
            value=None,
            key=_seed(name, number(found[parameter.name])),
        )
        if value is not None:
            found[parameter.name] = value
    st.session_state[_KEPT] = replace(current(), values=sides.values_named(found))


def _reversed(text: str) -> str:
    """Another input to begin with: the same from its end, which is not the same unless it reads alike both ways."""
    pieces = text.split()
    return " ".join(reversed(pieces)) if len(pieces) > 1 and "\n" not in text else text[::-1]


def bend_named(bent: str, language: str) -> str:
    """A what-if in words where it has some, else as the address has it."""
    w = words(language)
    edits = edits_of(bent)
    if edits and all(each["do"] == "lesion" and each["units"] and not each["layer"] for each in edits):
        units = ", ".join(str(unit) for each in edits for unit in each["units"])
        return w["compare"]["bent_lesion"].format(units=units)
    return w["stage"][BENDS[bent]] if bent in BENDS else bent or w["compare"]["bent_nothing"]


def _read(settings: Settings, comparison: Comparison, w: dict[str, Any]) -> None:
    own = "after" if settings.model == "torch" else "before"
    other = {Converted.prefix + name for name, one in CONVENTIONS.items() if one.reset != own}
    readings = [name for name in READINGS if name not in other and (name not in Fitted.changes or own == "after")]
    if current().read not in readings:
        put(replace(current(), read=readings[0]))
    st.selectbox(
        w["compare"]["read"],
        readings,
        format_func=lambda name: change_title(name, settings.lang),
        key=_seed("read", current().read),
    )


def _training(settings: Settings, comparison: Comparison, w: dict[str, Any]) -> None:
    """A training of this session, and a moment of it."""
    c, rule = w["compare"], trainings()
    standing = {name: rule.standing(name) for name in mine().values()}
    found = {name: each.trained for name, each in standing.items() if each is not None and each.trained is not None}
    if not found:
        return  # the page says so
    chosen, _, at = comparison.mine.rpartition(".")
    names = list(found)
    if state.held_by(_key("plan")) not in (None, *names):
        state.leave([_key("plan")])
    name = st.selectbox(
        c["training"],
        names,
        format_func=lambda one: brief(found[one].plan, settings.lang),
        key=_seed("plan", chosen if chosen in names else names[-1]),
    )
    steps = [step for step, _ in found[name].snapshots]
    # not the visitor's own model beside itself
    usual = steps[0] if _is_own(settings, found[name]) else steps[-1]
    last = next((step for step in steps if chosen == name and at == str(step)), usual)
    first = next((step for step in steps if comparison.since == str(step)), None)
    since = ""
    if len(steps) > 1:
        if st.toggle(c["two_moments"], key=_seed("two", first is not None), help=c["two_moments_help"]):
            begun = first if first is not None else steps[0] if last != steps[0] else steps[-1]
            since = str(st.select_slider(c["moment_first"], steps, key=_seed(f"moment.{name}.first", begun)))
        last = st.select_slider(c["moment"], steps, key=_seed(f"moment.{name}", last))
    st.session_state[_KEPT] = replace(current(), mine=moment_named(name, last), since=since)


def _is_own(settings: Settings, trained: Trained) -> bool:
    try:
        source = source_of(settings)
    except Problem:  # the model is gone
        return False
    return isinstance(source, Opened) and not source.file.altered and source.plan == trained.plan


_DRAWN = {
    "models": _models,
    "random": _random,
    "what_if": _what_if,
    "input": _input,
    "read": _read,
    "training": _training,
}


def _seed(name: str, value: Any) -> str:
    key = _key(name)
    if not state.holds(key):
        st.session_state[key] = value
    return key


def _key(name: str) -> str:
    return f"compare.{name}"
