"""The Train page once a training rests: through its snapshots, before and after, beyond its range, to take along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

import numpy as np
import streamlit as st

from gruviz.app import state
from gruviz.app.charts import QUIET
from gruviz.app.compare import links
from gruviz.app.server import models as model_store
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.app.settings import Settings
from gruviz.drawing.colours import Theme
from gruviz.drawing.training_figures import beyond_curve
from gruviz.tasks.task import Check, Task
from gruviz.tracing.trace import trace
from gruviz.training.loop import Trained, evaluate
from gruviz.training.plan import TrainingPlan, model_of
from gruviz.training.saved import saved
from gruviz.training.state_dicts import loading, state_dict_file
from gruviz.wording.words import words

TIMES = (0.5, 1, 1.5, 2, 3, 5)
MEASURED = 256  # sequences
MOST_CELLS = 4_000_000
CHECKED = 64
KEPT = 0.9  # of what a model does better than guessing: less counts as broken
PLAYED = "train.played"  # a `Played`, while snapshots follow one another
PACE, FORGOTTEN = 0.3, 5.0  # seconds a snapshot stays at least; without a look for so long, its page was left


def sequence_shown(plan: TrainingPlan, language: str) -> tuple[int, dict[str, float]]:
    """Choose the held-out sequence the gates are seen on; it may be longer than any that is trained on.

    Returns:
        Its seed, and the task's parameters.
    """
    w, values = words(language), plan.values
    with st.popover(w["train"]["sequence"], icon=":material/timeline:"):
        st.caption(w["train"]["sequence_about"])
        seed = st.number_input(w["train"]["sequence_seed"], 0, 9999, plan.made().clear, key=f"train_seen.{plan.task}")
        for parameter in plan.made().parameters:
            number = int if parameter.integer else float
            usual = number(values[parameter.name])
            values[parameter.name] = st.number_input(
                w["task_parameters"][parameter.name],
                number(parameter.low),
                number(parameter.high),
                usual,
                number(parameter.step),
                key=f"train_seen.{plan.task}.{parameter.name}.{usual:g}",
            )
    return seed, values


@dataclass(frozen=True)
class Played:
    """Where playing through training time is: of which training, at which step, since when."""

    name: str
    step: int
    since: float


def plays(name: str | None) -> bool:
    """Whether the snapshots of this training follow one another by themselves; those of another then no longer do."""
    played: Played | None = st.session_state.get(PLAYED)
    if played is not None and (played.name != name or monotonic() - played.since > FORGOTTEN):
        _rest()
    return st.session_state.get(PLAYED) is not None


def scrub(
    name: str | None, trained: Trained | None, resting: bool, plan: TrainingPlan, hold: bool, language: str
) -> int:
    """Choose a moment of a training that rests; how far it is while it does not.

    Args:
        name: of the training.
        trained: as it stands.
        resting: whether it rests.
        plan: what is trained.
        hold: whether what plays shall stay where it is, because the stage has asked about it.
        language: "en" or "ko".

    Returns:
        Which snapshot.
    """
    t = words(language)["train"]
    if not resting:
        step = 0 if trained is None else trained.step
        st.progress(step / plan.most_steps, text=t["progress"].format(step=step, most=plan.most_steps))
        return -1
    steps = [step for step, _ in trained.snapshots]
    key = _moment(name)
    if st.session_state.get(key) not in steps:
        st.session_state[key] = steps[-1]
    if len(steps) < 2:  # halted before anything was learned
        return 0
    if plays(name):
        played: Played = st.session_state[PLAYED]
        if not hold and monotonic() - played.since >= PACE:
            following = [step for step in steps if step > played.step]
            st.session_state[PLAYED] = Played(name, following[0], monotonic()) if following else None
        # not what the browser last heard of it
        st.session_state[key] = (st.session_state[PLAYED] or played).step
    playing = plays(name)
    wide, narrow = st.columns([6, 1], vertical_alignment="bottom")
    chosen = wide.select_slider(t["scrub"], steps, key=key, help=t["scrub_help"], disabled=playing)
    narrow.button(
        "",
        icon=":material/pause:" if playing else ":material/play_arrow:",
        key="train_play",
        help=t["play"],
        on_click=_rest if playing else _play,
        args=() if playing else (name, key, steps),
    )
    return steps.index(chosen)


def look_at(name: str | None, step: int | None) -> None:
    """Have a training looked at after so many steps; before anything is drawn.

    Args:
        name: of the training; None where it has not begun.
        step: of one of its snapshots; None for the one it was looked at last.
    """
    _rest()
    if name is not None and step is not None:
        st.session_state[_moment(name)] = step


def _moment(name: str | None) -> str:
    return f"train_at.{name}"


def _play(name: str, key: str, steps: list[int]) -> None:
    step = st.session_state[key]
    st.session_state[PLAYED] = Played(name, steps[0] if step == steps[-1] else step, monotonic())


def _rest() -> None:
    st.session_state[PLAYED] = None


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
    first, last = (measured_at(trained, k) for k in (0, -1))
    said = w["task_checks"][plan.task]
    st.markdown(f"##### {w['train']['gate_check']}")
    badge = f":green-badge[{w['train']['seen']}]" if last.check.passed else f":orange-badge[{w['train']['not_seen']}]"
    st.markdown(f"{badge} {_told(said, last.check)}" if last.check.measured else w["train"]["not_measured"])
    st.markdown(f"##### {w['train']['before_after']}")
    columns = st.columns(4)
    columns[0].metric(
        w["task_metrics"][task.metric.name],
        task.metric.written(last.metric),
        f"{task.metric.written(first.metric)} → {task.metric.written(last.metric)}",
        delta_color="off",
        delta_arrow="off",
        help=w["terms"][f"metric_{task.metric.name}"],
    )
    for column, gate in zip(columns[1:], "zrh", strict=True):
        keeps = f" ({w['figure']['keeps']})" if gate == "z" else ""
        column.metric(
            w["train"]["mean_gate"].format(gate=w["gates"][gate]) + keeps,
            f"{last.means[gate]:z.2f}",
            f"{first.means[gate]:z.2f} → {last.means[gate]:z.2f}",
            delta_color="off",
            delta_arrow="off",
            help=w["terms"][gate],
        )
    before = _told(said, first.check) if first.check.measured else w["train"]["not_measured"]
    st.caption(f"{w['train']['check_before']}: {before}")
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


def measured_at(trained: Trained, which: int) -> Measured:
    """A snapshot, measured on held-out sequences and kept for a while."""
    make = partial(_measure, trained, which)
    return memory().get("measured", _id(trained, which), make, lambda _: 0)


def _measure(trained: Trained, which: int) -> Measured:
    plan, task = trained.plan, trained.plan.made()
    with compute_turns().turn():
        batch = task.held_out(CHECKED, **plan.values)
        model = trained.model(which)
        found = trace(model, batch.x)
        metric = task.metric_of(evaluate(model, batch), batch)
    return Measured(metric, task.check(found, batch), {gate: float(getattr(found, gate).mean()) for gate in "zrh"})


def _beyond(trained: Trained, language: str, theme: Theme) -> None:
    w = words(language)
    plan, task = trained.plan, trained.plan.made()
    names = {one.name: w["task_parameters"][one.name] for one in task.parameters}
    st.markdown(f"##### {w['train']['beyond']}")
    chosen = st.selectbox(w["train"]["vary"], list(names), format_func=names.get, key=f"train_vary.{plan.task}")
    make = partial(_tried, trained, chosen)
    values, metrics = memory().get("beyond", (_id(trained, -1), chosen), make, lambda _: 0)
    at, baselines = plan.values[chosen], [task.baseline_at(**plan.values | {chosen: value}) for value in values]
    st.plotly_chart(
        beyond_curve(values, metrics, task.usually(**plan.values), at, names[chosen], language=language, theme=theme),
        theme=None,
        key="train_beyond",
        config=QUIET,
    )
    guessing = w["task_metrics"][f"baseline_{task.metric.name}"]
    st.caption(
        w["train"]["beyond_caption"].format(parameter=names[chosen], trained=at, guessing=guessing),
        help=w["terms"]["baseline"],
    )
    st.markdown(where_it_breaks(values, metrics, baselines, task, at, language))


def where_it_breaks(
    values: list[float], metrics: list[float], baselines: list[float], task: Task, trained: float, language: str
) -> str:
    """From which value on a model has lost more than a tenth of what it does better than guessing, in a sentence.

    Not where it misses the goal: that is a matter of chance for a model that has only just reached it.

    Args:
        values: of one of the task's parameters, in order.
        metrics: measured at each.
        baselines: what guessing reaches at each.
        task: what was learned.
        trained: the value in training.
        language: "en" or "ko".
    """
    w = words(language)
    guessing = w["task_metrics"][f"baseline_{task.metric.name}"]
    gains = dict(zip(values, map(task.metric.gain, metrics, baselines), strict=True))
    if gains[trained] <= 0:
        return w["train"]["never"].format(guessing=guessing)
    beyond = [(value, gain >= KEPT * gains[trained]) for value, gain in gains.items() if value >= trained]
    broken = next((k for k, (_, well) in enumerate(beyond) if not well), None)
    if broken is None:
        return w["train"]["holds"].format(trained=trained, last=beyond[-1][0], guessing=guessing)
    last, first = beyond[broken - 1][0], beyond[broken][0]
    return w["train"]["breaks"].format(last=last, first=first, guessing=guessing)


def _tried(trained: Trained, parameter: str) -> tuple[list[float], list[float]]:
    plan, task = trained.plan, trained.plan.made()
    about = next(one for one in task.parameters if one.name == parameter)
    at, number = plan.values[parameter], int if about.integer else float
    tried = {number(min(max(at * k, about.low), about.high)) for k in TIMES} if at else set()
    tried |= {about.low, about.high} if not about.integer else set()
    values, metrics = sorted(tried | {at}), []
    turns = compute_turns()
    with turns.turn():
        model = model_of(plan, trained.weights)
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
    with st.container(key="leads_on"):  # see assets/stage/hosts/server_connection.js
        st.button(
            w["train"]["send"],
            icon=":material/travel_explore:",
            key="train_send",
            type="primary",
            on_click=_send,
            args=(trained, settings),
        )
        st.button(
            w["train"]["compare"],
            icon=":material/compare:",
            key="train_compare",
            help=w["train"]["compare_help"],
            on_click=_send,
            args=(trained, settings, "compare"),
        )
    st.download_button(
        w["train"]["download_safetensors"],
        lambda: saved(trained),
        file_name=f"{file}.safetensors",
        on_click="ignore",
        key="train_safetensors",
        icon=":material/download:",
    )
    st.download_button(
        w["train"]["download_state_dict"],
        lambda: state_dict_file(plan, trained.weights),
        file_name=f"{file}.pt",
        on_click="ignore",
        key="train_pt",
        icon=":material/download:",
    )
    st.caption(w["train"]["plain_note" if plan.model == "torch" else "own_note"])
    st.code(loading(plan, f"{file}.pt", task.example(**plan.values).steps), language="python", wrap_lines=True)


def _send(trained: Trained, settings: Settings, page: str = "explore") -> None:
    plan: TrainingPlan = trained.plan
    digest = model_store.keep(saved(trained))
    _rest()
    own = replace(
        settings,
        weights="mine",
        mine=digest,
        model=plan.model,
        source="task",
        task=plan.task,
        layer=0,
        t=None,
        unit=None,
        first=0,
        last=None,
        subset="",
        scale="none",
        bent="",
        drawn="",
        show="bent",
        parameters=tuple(plan.values.items()),
    )
    if page == "compare":
        links.lead(own, "start")
    else:
        state.send(own)
