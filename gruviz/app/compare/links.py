"""The ways that lead to the Compare page."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gruviz.app import state
from gruviz.app.compare import controls
from gruviz.app.compare.sides import Comparison, kinds_for
from gruviz.app.readers import READERS
from gruviz.app.settings import Settings
from gruviz.wording.problems import Problem
from gruviz.wording.words import words


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
                c[f"kind_{kind}"], key=f"lead_{kind}", help=c[f"about_{kind}"], width="stretch", type="tertiary",
                on_click=lead, args=(settings, kind),
            )  # fmt: skip


def lead(settings: Settings, kind: str) -> None:
    """Show the page with a run beside another; call it from a callback.

    Args:
        settings: the visitor's.
        kind: one of `gruviz.app.compare.sides.KINDS`.
    """
    controls.put(replace(controls.current(), what=kind))
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
