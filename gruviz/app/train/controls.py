"""The controls of the Train page: from widgets to a TrainingPlan, or the sentence that says what to change."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gruviz.app import state
from gruviz.app.subject import plans
from gruviz.models.gru import MODELS
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.characters import OTHER, house
from gruviz.training.plan import INITS, TrainingPlan
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

# from PyTorch's own distribution: chrono's gates look learned before anything is
OPENING = TrainingPlan("delayed_copy", init="default")
_KEPT = "train.kept"  # a widget that is not drawn loses its state: the visitor may come back from another page


def plan_controls(language: str, disabled: bool) -> TrainingPlan | Problem:
    """Draw the controls.

    Args:
        language: "en" or "ko".
        disabled: while a training runs they can only be looked at.

    Returns:
        The plan they make, or what is wrong with it.
    """
    w = words(language)
    t, p = w["train"], w["page"]
    if _KEPT not in st.session_state:  # a session begins with what its link says
        st.session_state[_KEPT] = {}
        put(plans.from_query(state.query()) or OPENING)
    locked = {"disabled": disabled}
    name = _chosen("task", OPENING.task)
    chosen = st.selectbox(t["task"], list(TASKS), format_func=w["tasks"].get, key=_seed("task", name), **locked)
    _keep("task", chosen)
    name = _chosen("task", name)
    st.caption(w["tasks_about"][name])
    task = TASKS[name]
    usual = task.defaults
    chosen = st.segmented_control(
        p["model"],
        list(MODELS),
        format_func=w["models"].get,
        required=True,
        width="stretch",
        key=_seed("model", _chosen("model", "torch")),
        **locked,
    )
    _keep("model", chosen)
    given: dict[str, Any] = {"model": _chosen("model", "torch")}
    left, right = st.columns(2)

    def number(place: Any, setting: str, label: str, default: float, step: float, form: str | None = None) -> None:
        # no limits here: the plan says in a sentence what is accepted
        key = setting if setting == "seed" else f"{name}.{setting}"
        given[setting] = _number(place, label, key, default, step, form, disabled)

    number(left, "hidden_size", p["hidden_size"], usual.hidden_size, 1)
    number(right, "seed", p["seed"], 0, 1)
    number(left, "learning_rate", t["learning_rate"], usual.learning_rate, 0.001, "%g")
    number(right, "most_steps", t["most_steps"], usual.most_steps, 100)
    inits = {"default": t["init_default"], "chrono": t["init_chrono"]}
    key = f"{name}.init"
    init = _seed(key, _chosen(key, usual.init))
    meaning = w["terms"]["initialisation"]
    _keep(key, st.selectbox(t["initialisation"], INITS, format_func=inits.get, key=init, help=meaning, **locked))
    given["init"] = _chosen(key, usual.init)
    if given["init"] == "chrono":
        number(st, "t_max", p["t_max"], usual.t_max, 1.0, "%g")
    if name == "characters":
        text = _seed("text", _chosen("text", house()))
        _keep("text", st.text_area(t["text"], key=text, help=t["text_help"], **locked))
        text = _chosen("text", house())
        given["text"] = "" if text == house() else text
    st.markdown(f"**{t['parameters']}**")
    columns, parameters = st.columns(2), {}
    for k, parameter in enumerate(task.parameters):
        kind = int if parameter.integer else float
        parameters[parameter.name] = _number(
            columns[k % 2],
            w["task_parameters"][parameter.name],
            f"{name}.p.{parameter.name}",
            kind(parameter.default),
            kind(parameter.step),
            None,
            disabled,
        )
    try:
        if name == "characters" and not text.strip():
            raise Problem("no_text")
        plan = TrainingPlan(name, parameters=parameters, **given)
        learned = plan.made()
        if learned.others:
            found, kept = learned.others + learned.input_size - 1, learned.input_size - 1
            st.caption(t["others"].format(found=found, kept=kept, other=OTHER, share=learned.others_share))
        if not plans.fits(plan):
            st.caption(t["text_not_in_link"])
        return plan
    except Problem as problem:
        return problem


def put(plan: TrainingPlan) -> None:
    """Make the controls say this plan; call it from a callback, before any of them is drawn."""
    name, kept = plan.task, st.session_state.setdefault(_KEPT, {})
    values: dict[str, Any] = {"task": name, "model": plan.model, "seed": plan.seed}
    for setting in ("hidden_size", "learning_rate", "most_steps", "init", "t_max"):
        values[f"{name}.{setting}"] = getattr(plan, setting)
    if name == "characters":
        values["text"] = plan.text or house()
    values |= {f"{name}.p.{k}": value for k, value in plan.parameters}
    kept.update(values)
    for each in values:
        st.session_state.pop(_key(each), None)


def _chosen(name: str, default: Any) -> Any:
    found = st.session_state.get(_key(name))
    return st.session_state.setdefault(_KEPT, {}).get(name, default) if found is None else found


def _seed(name: str, value: Any) -> str:
    key = _key(name)
    if not state.holds(key):
        st.session_state[key] = value
    return key


def _keep(name: str, value: Any) -> None:
    if value is not None:
        st.session_state[_KEPT][name] = value


def _number(place: Any, label: str, name: str, default: float, step: float, form: str | None, disabled: bool) -> float:
    key = _seed(name, _chosen(name, default))
    value = place.number_input(label, value=None, step=step, format=form, key=key, disabled=disabled)
    _keep(name, value)
    return default if value is None else value


def _key(name: str) -> str:
    return f"train.{name}"
