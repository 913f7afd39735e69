"""What is true of a run: its badges, its equations, and what they are equivalent to."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from gruviz.app.explore.checks import Checks, across
from gruviz.app.explore.equations import equations as as_latex
from gruviz.app.server.files import script
from gruviz.app.settings import Settings
from gruviz.app.subject.weights import source_of
from gruviz.drawing.sparkline import area, as_image
from gruviz.protocol.scene import Run
from gruviz.wording.words import words
from gruviz.wording.written import small

CLOSE = 1e-4  # float32 rounding stays far below
FAR = 1e-3  # no rounding of float32 goes that far


def looking(run: Run, due: bool) -> None:
    """Draw nothing; have the fragment this is called in run anew once it is in view, if anything is due.

    See assets/stage/hosts/viewport.js.
    """
    component = st.components.v2.component("gruviz_inview", html=_PLACE, js=script("hosts/viewport.js", "inview"))
    found = component(key=_LOOKING, data={"about": run.id, "due": due}, on_look_change=_look, height=1)
    if found.get("look") is not None and found.get("look") != looked_at():
        # the session is new to it, so that no callback was called
        st.session_state[_LOOKED] = found.get("look")
        st.rerun()


def _look() -> None:
    held = st.session_state.get(_LOOKING)
    if isinstance(held, Mapping):
        st.session_state[_LOOKED] = held.get("look")


def looked_at() -> object:
    """The id of the run whose checks were looked for last, as the browser sent it."""
    return st.session_state.get(_LOOKED)


_LOOKING, _LOOKED = "checks in view", "checks looked for"
_PLACE = '<div data-part="place"></div>'


def badges(settings: Settings, run: Run, checks: Checks | None) -> None:
    """What is true of this run; while there are no checks yet, that they are coming."""
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
        badges.append(("green" if close else "orange", p[kind].format(error=small(checks.error))))
        if checks.error_steps < meta.steps:
            prefix = p["badge_prefix"].format(steps=checks.error_steps)
    about = p["badge_exact_help"].format(prefix=prefix)
    if meta.recovery_error is not None:
        colour = "green" if meta.recovery_error < CLOSE else "orange"
        badges.append((colour, p["badge_recovered"].format(error=small(meta.recovery_error))))
        about += "  \n\n" + p["badge_recovered_help"]
    text = " ".join(f":{colour}-badge[{text}]" for colour, text in badges)
    if meta.recovery_error is not None and meta.recovery_error > FAR:
        text += "  \n" + p["recovered_far"].format(error=small(meta.recovery_error))
    st.markdown(text, help=about)


def equations(settings: Settings, run: Run, checks: Checks | None) -> None:
    """The equations, and beside them what they are equivalent to."""
    w = words(settings.lang)
    p = w["page"]
    left, right = st.columns([17, 10], gap="medium")
    with left:
        st.markdown(f"##### {p['equations']}")
        st.latex(as_latex(settings.model))
        st.caption(p["equations_note"].format(about=w["models_about"][settings.model]))
    with right:
        st.markdown(f"##### {p['equivalent']}")
        if checks is None:
            st.markdown(f":gray[{p['badge_checking']}]")
        else:
            _equivalence(settings, run, checks)


def _equivalence(settings: Settings, run: Run, checks: Checks) -> None:
    """Which models are the same function, how far the others are on this very input, and where."""
    st.markdown(_equivalent(settings, run, checks))
    if checks.differences[across(settings.model)] < CLOSE:
        return
    w, units, found = words(settings.lang), source_of(settings).unit_names, checks.across
    said = w["equivalence"]["picture"].format(
        model=w["models"][across(settings.model)],
        shown=w["models"][settings.model],
        unit=units[found.unit] if units else found.unit,
        step=found.step,
    )
    st.caption(said)
    mark = f"{w['figure']['step']} {found.step}"
    st.html(as_image(area(found.largest, checks.compared_steps, found.step, mark, said), said))


def _equivalent(settings: Settings, run: Run, checks: Checks) -> str:
    w = words(settings.lang)
    found = {name: f"**{small(value)}**" for name, value in checks.differences.items()}
    text = w["equivalence"][settings.model].format(**found)
    model = settings.model
    equal = [] if model == "torch" else [checks.differences["split" if model == "concat" else "concat"]]
    if max([checks.error, *equal]) > CLOSE:
        text += " " + w["equivalence"]["chaotic"]
    if checks.differences[across(model)] < CLOSE:
        text += " " + w["equivalence"]["same"]
    if run.trace.h.shape[0] > 1:
        text += " " + w["equivalence"]["first_layer"]
    if checks.compared_steps < run.trace.meta.steps:
        text += " " + w["equivalence"]["prefix"].format(steps=checks.compared_steps)
    return text
