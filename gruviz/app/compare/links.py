"""The ways that lead to the Compare page, and from it back to the others."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gruviz.app import state
from gruviz.app.compare import controls
from gruviz.app.compare.runs import fit_of
from gruviz.app.compare.sides import Comparison, Side, kinds_for
from gruviz.app.readers import READERS
from gruviz.app.sentences import sentence
from gruviz.app.server import models as model_store
from gruviz.app.settings import Settings
from gruviz.app.subject import reading
from gruviz.app.subject.mine import mine, under_way
from gruviz.app.subject.plans import described
from gruviz.inputs.sequence import Sequence
from gruviz.sources.derived import Fitted
from gruviz.sources.trained import Snapshot
from gruviz.training.plan import TrainingPlan, weights_of
from gruviz.training.saved import as_file
from gruviz.wording.problems import Problem
from gruviz.wording.words import words
from gruviz.wording.written import plain

_FAULT = "compare.fault"  # why what was pressed could not be opened


def compare_with(settings: Settings) -> None:
    """Offer what the visitor's run can be compared with.

    Args:
        settings: the visitor's.
    """
    c = words(settings.lang)["compare"]
    try:
        kinds = kinds_for(settings)
    except Problem:  # it is told where the weights are drawn
        return
    with st.popover(c["with_popover"], icon=":material/compare:", width="stretch"):
        for kind in kinds:
            st.button(
                c[f"kind_{kind}"],
                key=f"lead_{kind}",
                help=c[f"about_{kind}"],
                width="stretch",
                type="tertiary",
                on_click=lead,
                args=(settings, kind),
            )


def lead(settings: Settings, kind: str) -> None:
    """Show the page with a run beside another; call it from a callback.

    Args:
        settings: the visitor's.
        kind: one of `gruviz.app.compare.sides.KINDS`.
    """
    controls.put(replace(controls.current(), what=kind, mine="", since=""))  # of trainings the latest, then
    state.send(settings, "compare")


def what_if(told: object) -> None:
    """Show the page with the visitor's what-if beside the free run.

    Args:
        told: as the stage sends it: the fields of an experiment, and of the chosen cell, as the query of an address.
    """
    given = state.query_of(told) if isinstance(told, str) else {}
    own = {f"vs.{name}": given[name] for name in ("bent", "drawn") if name in given}
    controls.put(Comparison.from_query({"vs.bent": "", **own, "vs.what": "what_if"}))
    place = {name: READERS[name](given[name]) for name in ("t", "unit", "gate", "layer") if name in given}
    at = {name: value for name, value in place.items() if value is not None}
    state.send(replace(state.current(), **at), "compare")


# ---- and back


def ways_back(settings: Settings, kind: str, sides: tuple[Side, ...], sequences: list[Sequence]) -> None:
    """A button for each side that opens it in Explore, and one for each training that opens that in Train.

    Args:
        settings: the visitor's.
        kind: what is compared, one of `gruviz.app.compare.sides.KINDS`.
        sides, sequences: as they are, and what each reads.
    """
    c, told = words(settings.lang)["compare"], st.session_state.pop(_FAULT, None)
    if told is not None:
        st.error(sentence(told, settings.lang), icon=":material/edit_note:")
    with st.container(horizontal=True, key="leads_back"):  # see assets/stage/hosts/server_connection.js
        for k, (side, sequence) in enumerate(zip(sides, sequences, strict=True)):
            whole = side.is_plain or _can_be_kept(side, sequence)
            if not whole and any(each.is_plain and each.settings == side.settings for each in sides):
                continue  # its button does the same
            name = side.name if whole else words(settings.lang)["models"][side.settings.model]
            st.button(
                c["open" if whole else "open_free"].format(name=name),
                key=f"compare_open_{k}",
                icon=":material/open_in_full:",
                on_click=_open if whole else state.send,
                args=(side if whole else side.settings,),
            )
        busy = under_way()
        for k, (plan, step) in enumerate(_trainings(kind, sides).items()):
            key = "train_back" if plan in mine() else "train_anew"
            st.button(
                c[key].format(plan=plain(described(plan, settings.lang))),
                key=f"compare_train_{k}",
                icon=":material/school:",
                on_click=state.send,
                args=(settings, "train", (plan, step)),
                disabled=busy not in (None, plan),
                help=None if busy in (None, plan) else c["train_busy"],
            )


def _trainings(kind: str, sides: tuple[Side, ...]) -> dict[TrainingPlan, int | None]:
    """The trainings that are compared, and those of this session; each with the moment that is shown of it."""
    found: dict[TrainingPlan, int | None] = {}
    for side in sides:
        plan, saved = side.source.plan, side.source.saved
        moment = side.source.step if isinstance(side.source, Snapshot) else None
        if plan is None or (saved is not None and saved.altered):
            continue
        if kind in ("start", "trained", "training") or plan in mine():
            found[plan] = found.get(plan) if moment is None else moment
    return found


def _can_be_kept(side: Side, sequence: Sequence) -> bool:
    """Whether the numbers of a side make a model of a task, which Explore can open by its name."""
    plan = side.source.plan
    return plan is not None and (not isinstance(side.source, Fitted) or sequence.inputs == plan.made().input_size)


def _open(side: Side) -> None:
    try:
        state.send(side.settings if side.is_plain else _kept(side))
    except Problem as problem:
        st.session_state[_FAULT] = problem


def _kept(side: Side) -> Settings:
    """The settings that show a side's own numbers as a model of the visitor's.

    Raises:
        Problem: they cannot be made (any more).
    """
    own, source = side.settings, side.source
    if isinstance(source, Fitted):
        sequence, _ = reading.sequence_of(own, state.current_upload() if own.source == "file" else None)
        source = replace(source, reads=sequence.digest, fit=fit_of(side, sequence).params)
    model = source.model(own.model, source.plan.made().input_size)
    file = as_file(replace(source.plan, model=model.kind), weights_of(model), altered=source.link)
    name = model_store.keep(file)
    return replace(own, weights="mine", mine=name, model=model.kind, layer=0)
