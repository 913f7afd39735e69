"""What a trained model lives by: each unit, pair and gate taken away in turn, as a table with bars."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from gruviz.app import state
from gruviz.app.compare import controls
from gruviz.app.compare.measures import sequences_for
from gruviz.app.compare.sides import Comparison
from gruviz.app.readers import fits_link
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns, still_wanted
from gruviz.app.settings import Settings
from gruviz.app.subject import runs
from gruviz.app.subject.bends import as_text
from gruviz.app.subject.weights import source_of
from gruviz.tasks.lesions import Effect, Lesions, lesions
from gruviz.training.plan import TrainingPlan
from gruviz.training.saved import SavedModel
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

LEAST_GAIN = 0.1  # over guessing: of a model that does less nothing can be told
ROW = 400  # bytes of one, about
_WANTED = "compare.lesions"  # key of the model whose table was asked for
_TABLE = "compare_lesions"


def lesions_of(settings: Settings) -> None:
    """The table of the visitor's own model, once it is asked for; draw it last, for it takes a while.

    Args:
        settings: the visitor's.
    """
    c, held = words(settings.lang)["compare"], source_of(settings).saved
    if held is None:
        return
    st.markdown(f"##### {c['lesions']}")
    key = (source_of(settings).key, settings.model)
    found = memory().held_value(_WANTED, key)
    if found is None and st.session_state.get(_WANTED) == key:
        found = _measured(settings, held, key)
    st.caption(c["lesions_about"].format(sequences=_sequences(held.plan) if found is None else found.sequences))
    if found is None:
        st.button(
            c["lesions_start"], key="compare_lesions_start", icon=":material/content_cut:", on_click=_want, args=(key,)
        )
        return
    _show(found, settings)


def _want(key: object) -> None:
    st.session_state[_WANTED] = key


def _sequences(plan: TrainingPlan) -> int:
    """As many as can be run so often within some seconds: units, pairs of ten, three gates at three."""
    return sequences_for(plan, plan.hidden_size + 45 + 9)


def _measured(settings: Settings, held: SavedModel, key: tuple) -> Lesions:
    """With progress; whoever presses stop, or anything else, begins the page anew and so ends it.

    Raises:
        Problem: nothing can be measured: its answers are no numbers.
    """
    c, task = words(settings.lang)["compare"], held.plan.made()
    place = st.empty()
    with place.container():
        bar = st.progress(0.0)
        st.button(c["lesions_stop"], key="compare_lesions_stop", icon=":material/stop:")
    st.session_state.pop(_WANTED, None)  # once: what has been stopped does not begin again
    model = runs.model_of(source_of(settings), settings.model, task.input_size)

    def make() -> Lesions:
        turns = compute_turns()

        def report(done: int, of: int, _effect: Effect) -> None:
            bar.progress(done / of, text=c["lesions_progress"].format(done=done, of=of))
            still_wanted()
            turns.offer()

        with turns.turn():
            return lesions(model, task, sequences=_sequences(held.plan), report=report, **held.plan.values)

    try:
        return memory().get(_WANTED, key, make, lambda one: ROW * len(one.rows))
    except ValueError as error:
        raise Problem("compare_lesions") from error
    finally:
        place.empty()


def _show(found: Lesions, settings: Settings) -> None:
    w = words(settings.lang)
    c, task = w["compare"], source_of(settings).saved.plan.made()
    written, lives = task.metric.written, found.lives_by
    said = c["lesions_free"].format(metric=w["task_metrics"][found.metric_name], free=written(found.free))
    if task.metric.gain(found.free, found.baseline) < LEAST_GAIN:
        said += " " + c["lesions_guessing"].format(guessing=written(found.baseline))
    elif lives is not None:
        said += " " + c["lesions_lives"].format(
            gate=lives.gate, metric=written(lives.metric), guessing=written(found.baseline)
        )
    st.markdown(said)
    kinds = {"unit": found.units, "pair": found.pairs, "gate": found.gates}
    kind = st.segmented_control(
        c["lesions_kind"],
        list(kinds),
        format_func=lambda name: c[f"lesions_{name}"],
        default="unit",
        required=True,
        key="compare_lesions_kind",
        label_visibility="collapsed",
    )
    rows = kinds[kind]
    most = max([abs(found.worse(one)) for one in rows] + [1e-9])
    worse = c["lesions_worse"]
    table = st.dataframe(
        [
            {
                c["lesions_what"]: named(one, settings.lang),
                c["lesions_left"]: written(one.metric),
                worse: unsigned_zero(found.worse(one)),
                c["lesions_answer"]: one.answer,
            }
            for one in rows
        ],
        column_config={
            c["lesions_left"]: st.column_config.TextColumn(help=w["terms"]["lesion_left"]),
            worse: st.column_config.ProgressColumn(
                format="%.3f", min_value=0.0, max_value=most, help=w["terms"]["lesion_worse"]
            ),
            c["lesions_answer"]: st.column_config.NumberColumn(format="%.3f", help=w["terms"]["lesion_answer"]),
        },
        hide_index=True,
        key=f"{_TABLE}_{kind}",
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
    )
    if not table.selection.rows:
        st.caption(c["lesions_choose"])
        return
    chosen = rows[table.selection.rows[0]]
    bent = as_text(chosen.changes)
    if not fits_link(bent):
        st.caption(c["lesions_long"])
        return
    with st.container(horizontal=True):
        st.button(
            c["lesions_beside"].format(what=named(chosen, settings.lang)),
            key="compare_lesion_beside",
            type="primary",
            icon=":material/compare:",
            on_click=partial(_beside, bent),
        )
        st.button(
            c["lesions_open"],
            key="leads_lesion",
            icon=":material/open_in_full:",
            on_click=partial(_open, settings, bent),
        )


def unsigned_zero(value: float) -> float:
    """Return 0 in place of a value whose three decimals would be shown as -0.000.

    >>> unsigned_zero(-0.0004), unsigned_zero(-0.0006), unsigned_zero(0.25)
    (0.0, -0.0006, 0.25)
    """
    return 0.0 if abs(value) < 0.0005 else value


def _beside(bent: str) -> None:
    controls.put(Comparison("what_if", bent=bent))


def _open(settings: Settings, bent: str) -> None:
    state.send(replace(settings, bent=bent, drawn="", show="bent"))


def named(one: Effect, language: str) -> str:
    """An effect in words."""
    c = words(language)["compare"]
    if one.kind == "gate":
        layers = {layer for layer, _ in one.units}
        text = c["lesion_gate"].format(gate=one.gate, at=c["lesion_mean"] if one.at == "mean" else one.at)
        return text if layers == {0} else c["lesion_layer"].format(what=text, layer=min(layers))
    units = ", ".join(str(unit) if layer == 0 else f"{unit} ({layer})" for layer, unit in one.units)
    return c["lesion_unit" if one.kind == "unit" else "lesion_pair"].format(units=units)
