"""The controls of the Train page: from widgets to a TrainingPlan, or the sentence that says what to change."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gruviz.problems import Problem
from gruviz.task_language import house
from gruviz.tasks import TASKS
from gruviz.training_plan import INITS, MODELS, TrainingPlan
from gruviz.words import words

_KEPT = "train.kept"  # a widget that is not drawn loses its state: the visitor may come back from another page


def plan_controls(language: str) -> TrainingPlan | Problem:
    """Draw the controls.

    Returns:
        The plan they make, or what is wrong with it.
    """
    w = words(language)
    t, p = w["train"], w["page"]
    name = _chosen("task", "delayed_copy")
    _keep("task", st.selectbox(w["train"]["task"], list(TASKS), format_func=w["tasks"].get, key=_seed("task", name)))
    name = _chosen("task", name)
    st.caption(w["tasks_about"][name])
    task = TASKS[name]
    usual = task.defaults
    _keep(
        "model",
        st.segmented_control(
            p["model"], list(MODELS), format_func=w["models"].get, required=True, width="stretch",
            key=_seed("model", _chosen("model", "torch")),
        ),
    )  # fmt: skip
    given: dict[str, Any] = {"model": _chosen("model", "torch")}
    left, right = st.columns(2)
    # no limits here: the plan says in a sentence what is accepted
    given["hidden_size"] = _number(left, p["hidden_size"], f"{name}.hidden_size", usual.hidden_size, 1)
    given["seed"] = _number(right, p["seed"], "seed", 0, 1)
    given["learning_rate"] = _number(
        left, w["train"]["learning_rate"], f"{name}.learning_rate", usual.learning_rate, 0.001, "%g"
    )
    given["most_steps"] = _number(right, w["train"]["most_steps"], f"{name}.most_steps", usual.most_steps, 100)
    inits = {"default": w["train"]["init_default"], "chrono": w["train"]["init_chrono"]}
    key = f"{name}.init"
    _keep(
        key,
        st.selectbox(
            w["train"]["initialisation"], INITS, format_func=inits.get, key=_seed(key, _chosen(key, usual.init))
        ),
    )
    given["init"] = _chosen(key, usual.init)
    if given["init"] == "chrono":
        given["t_max"] = _number(st, p["t_max"], f"{name}.t_max", usual.t_max, 1.0, "%g")
    if name == "characters":
        _keep("text", st.text_area(t["text"], key=_seed("text", _chosen("text", house())), help=t["text_help"]))
        given["text"] = _chosen("text", house())
    st.markdown(f"**{w['train']['parameters']}**")
    columns, parameters = st.columns(2), {}
    for k, parameter in enumerate(task.parameters):
        number = int if parameter.integer else float
        parameters[parameter.name] = _number(
            columns[k % 2], w["task_parameters"][parameter.name], f"{name}.p.{parameter.name}",
            number(parameter.default), number(parameter.step),
        )  # fmt: skip
    try:
        if name == "characters" and not given["text"].strip():
            raise Problem("no_text")
        return TrainingPlan(name, parameters=parameters, **given)
    except Problem as problem:
        return problem


def _chosen(name: str, default: Any) -> Any:
    found = st.session_state.get(_key(name))
    return st.session_state.setdefault(_KEPT, {}).get(name, default) if found is None else found


def _seed(name: str, value: Any) -> str:
    if st.session_state.get(_key(name)) is None:
        st.session_state[_key(name)] = value
    return _key(name)


def _keep(name: str, value: Any) -> None:
    if value is not None:
        st.session_state[_KEPT][name] = value


def _number(place: Any, label: str, name: str, default: float, step: float, form: str | None = None) -> float:
    key = _seed(name, _chosen(name, default))
    value = place.number_input(label, value=None, step=step, format=form, key=key)
    _keep(name, value)
    return default if value is None else value


def _key(name: str) -> str:
    return f"train.{name}"
