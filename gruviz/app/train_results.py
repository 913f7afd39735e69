"""The Train page once a training rests: through its snapshots, before and after, beyond its range, to take along."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from gruviz.app import model_store, state
from gruviz.app.process import compute_turns
from gruviz.app.settings import Settings
from gruviz.colours import Theme
from gruviz.state_dicts import state_dict_file
from gruviz.task_types import Check, Task
from gruviz.trace import trace
from gruviz.trained_models import saved
from gruviz.training import Trained, evaluate
from gruviz.training_figures import beyond_curve
from gruviz.training_plan import MODELS, TrainingPlan, model_of
from gruviz.words import words

TIMES = (0.5, 1, 1.5, 2, 3, 5)
MEASURED = 256  # sequences
MOST_CELLS = 4_000_000
CHECKED = 64
QUIET = {"displayModeBar": False}


def in_unit(value: float, task: Task) -> str:
    """A metric as it is read."""
    return f"{value:.1%}" if task.metric.unit == "%" else f"{value:.3g}"


def scrub(name: str, trained: Trained, language: str) -> tuple[int, dict[str, float]]:
    """Choose a moment of the training, and the sequence to see it on.

    Returns:
        Which snapshot, and the task's parameters.
    """
    w = words(language)
    steps = [step for step, _ in trained.snapshots]
    task, values = trained.plan.made(), trained.plan.values
    columns = st.columns([3, *[1 for _ in task.parameters]], vertical_alignment="bottom")
    key = f"train_at.{name}"
    if st.session_state.get(key) not in steps:
        st.session_state[key] = steps[-1]
    chosen = columns[0].select_slider(w["train"]["scrub"], steps, key=key, help=w["train"]["scrub_help"])
    for column, parameter in zip(columns[1:], task.parameters, strict=True):
        number = int if parameter.integer else float
        label = w["train"]["sequence_value"].format(parameter=w["task_parameters"][parameter.name])
        found = column.number_input(
            label, number(parameter.low), number(parameter.high), number(values[parameter.name]),
            number(parameter.step), key=f"train_seen.{name}.{parameter.name}",
        )  # fmt: skip
        values[parameter.name] = found
    return steps.index(chosen), values


@dataclass(frozen=True, eq=False)
class Measured:
    """The metric, the check of the gates and their means, of one snapshot on held-out sequences."""

    metric: float
    check: Check
    means: dict[str, float]


def results(trained: Trained, settings: Settings, theme: Theme) -> None:
    """What can be said of a training, and what can be taken along."""
    w = words(settings.lang)
    plan, task = trained.plan, trained.plan.made()
    first, last = (_measured(_id(trained, k), trained, k) for k in (0, -1))
    said = w["task_checks"][plan.task]
    st.markdown(f"##### {w['train']['gate_check']}")
    badge = f":green-badge[{w['train']['seen']}]" if last.check.passed else f":orange-badge[{w['train']['not_seen']}]"
    st.markdown(f"{badge} {_told(said, last.check)}")
    st.markdown(f"##### {w['train']['before_after']}")
    columns = st.columns(4)
    columns[0].metric(
        w["task_metrics"][task.metric.name], in_unit(last.metric, task),
        f"{in_unit(first.metric, task)} → {in_unit(last.metric, task)}", delta_color="off", delta_arrow="off",
    )  # fmt: skip
    for column, gate in zip(columns[1:], "zrh", strict=True):
        column.metric(
            w["train"]["mean_gate"].format(gate=w["gates"][gate]), f"{last.means[gate]:.2f}",
            f"{first.means[gate]:.2f} → {last.means[gate]:.2f}", delta_color="off", delta_arrow="off",
        )  # fmt: skip
    st.caption(f"{w['train']['check_before']}: {_told(said, first.check)}")
    left, right = st.columns([17, 10], gap="medium")
    with left:
        _beyond(trained, settings.lang, theme)
    with right:
        _take_along(trained, settings)


def _told(said: str, check: Check) -> str:
    return said.format(value=check.value, threshold=check.threshold, inside=check.inside, outside=check.outside)


def _id(trained: Trained, which: int) -> str:
    step, weights = trained.snapshots[which]
    return f"{trained.plan!r} {step} {sum(float(np.abs(one).sum()) for one in weights.values())!r}"


@st.cache_resource(max_entries=64, show_spinner=False)
def _measured(name: str, _trained: Trained, which: int) -> Measured:
    plan, task = _trained.plan, _trained.plan.made()
    with compute_turns().turn():
        batch = task.held_out(CHECKED, **plan.values)
        model = _trained.model(which)
        found = trace(model, batch.x)
        metric = task.metric_of(evaluate(model, batch), batch)
    return Measured(metric, task.check(found, batch), {gate: float(getattr(found, gate).mean()) for gate in "zrh"})


def _beyond(trained: Trained, language: str, theme: Theme) -> None:
    w = words(language)
    plan, task = trained.plan, trained.plan.made()
    names = {one.name: w["task_parameters"][one.name] for one in task.parameters}
    st.markdown(f"##### {w['train']['beyond']}")
    chosen = st.selectbox(w["train"]["vary"], list(names), format_func=names.get, key=f"train_vary.{plan.task}")
    values, metrics = _tried(_id(trained, -1), trained, chosen)
    at = plan.values[chosen]
    st.plotly_chart(
        beyond_curve(values, metrics, task, at, names[chosen], language=language, theme=theme), theme=None,
        key="train_beyond", config=QUIET,
    )  # fmt: skip
    st.caption(w["train"]["beyond_caption"].format(parameter=names[chosen], trained=at))
    beyond = [(v, task.metric.reaches(m, task.goal)) for v, m in zip(values, metrics, strict=True) if v >= at]
    if not beyond[0][1]:
        st.markdown(w["train"]["never"])
    elif all(well for _, well in beyond):
        st.markdown(w["train"]["holds"].format(last=beyond[-1][0]))
    else:
        first = next(k for k, (_, well) in enumerate(beyond) if not well)
        st.markdown(w["train"]["breaks"].format(last=beyond[first - 1][0], first=beyond[first][0]))


@st.cache_resource(max_entries=64, show_spinner=False)
def _tried(name: str, _trained: Trained, parameter: str) -> tuple[list[float], list[float]]:
    plan, task = _trained.plan, _trained.plan.made()
    about = next(one for one in task.parameters if one.name == parameter)
    at, number = plan.values[parameter], int if about.integer else float
    tried = {number(min(max(at * k, about.low), about.high)) for k in TIMES} if at else set()
    tried |= {about.low, about.high} if not about.integer else set()
    values, metrics = sorted(tried | {at}), []
    turns = compute_turns()
    with turns.turn():
        model = model_of(plan, _trained.weights)
        for value in values:
            given = plan.values | {parameter: value}
            steps = task.held_out(1, **given).steps
            size = max(1, min(MEASURED, MOST_CELLS // (steps * plan.hidden_size)))
            batch = task.held_out(size, 2, **given)
            metrics.append(task.metric_of(evaluate(model, batch), batch))
            turns.offer()
    return values, metrics


def _take_along(trained: Trained, settings: Settings) -> None:
    w = words(settings.lang)
    plan, task = trained.plan, trained.plan.made()
    st.markdown(f"##### {w['train']['downloads']}")
    file = f"{plan.task}_{plan.model}"
    st.button(
        w["train"]["send"], icon=":material/travel_explore:", key="train_send", type="primary",
        on_click=_send, args=(trained, settings),
    )  # fmt: skip
    st.download_button(
        w["train"]["download_safetensors"], lambda: saved(trained), file_name=f"{file}.safetensors", on_click="ignore",
        key="train_safetensors", icon=":material/download:",
    )  # fmt: skip
    st.download_button(
        w["train"]["download_state_dict"], lambda: state_dict_file(plan, trained.weights), file_name=f"{file}.pt",
        on_click="ignore", key="train_pt", icon=":material/download:",
    )  # fmt: skip
    inputs, units = task.input_size, plan.hidden_size
    if plan.model == "torch":
        note = w["train"]["plain_note"].format(inputs=inputs, units=units)
    else:
        name = MODELS[plan.model].__name__
        note = w["train"]["own_note"].format(name=name, inputs=inputs, units=units, outputs=task.output_size)
    st.caption(note)
    if st.session_state.pop(_SENT, False):
        st.switch_page(st.session_state["train.explore"])


_SENT = "train.sent"


def _send(trained: Trained, settings: Settings) -> None:
    plan: TrainingPlan = trained.plan
    digest = model_store.keep(saved(trained))
    state.put(
        replace(
            settings, weights="mine", mine=digest, model=plan.model, source="task", task=plan.task, layer=0, t=None,
            unit=None, first=0, last=None, subset="", scale="none",
            parameters=tuple(plan.values.items()),
        )
    )  # fmt: skip
    st.session_state[_SENT] = True
