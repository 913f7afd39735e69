"""The Train page: how do gates form while a GRU learns a task?"""

from __future__ import annotations

from hashlib import blake2b

import streamlit as st

from gruviz.app import state, train_results
from gruviz.app.answers import answer_below
from gruviz.app.bridge import page_theme
from gruviz.app.process import compute_turns
from gruviz.app.runs import Run
from gruviz.app.sentences import one_sentence, plain, sentence
from gruviz.app.settings import CLIENT_FIELDS, Settings
from gruviz.app.sidebar import language_control
from gruviz.app.stage import message_of, stage
from gruviz.app.train_controls import plan_controls
from gruviz.app.trainings import Standing, trainings
from gruviz.colours import Theme
from gruviz.problems import Problem
from gruviz.sequences import Sequence
from gruviz.trace import trace
from gruviz.training import Trained
from gruviz.training_figures import loss_curve, metric_curve
from gruviz.training_plan import TrainingPlan, Weights, model_of
from gruviz.words import words

_MINE = "train.mine"  # the id of this session's training
_GOOD = "train.good"  # the last plan that could be shown
_FAULT = "train.fault"
EACH = 1.0  # seconds from one look at a running training to the next
QUIET = {"displayModeBar": False}


def page() -> None:
    """Draw the page."""
    settings = state.current()
    with one_sentence(settings.lang):
        _draw(settings)


def _draw(settings: Settings) -> None:
    theme, language = page_theme(), settings.lang
    w = words(language)
    trainings().warm()
    with st.sidebar:
        st.markdown(f"## {w['page']['title']}\n{w['train']['about']}")
        language_control(settings)
        plan = plan_controls(language)
        bad = isinstance(plan, Problem)
        problem = plan if bad else st.session_state.pop(_FAULT, None)
        buttons = st.container(horizontal=True)
        st.caption(w["train"]["capped"].format(cap=trainings().cap))
    if bad:
        plan = st.session_state.get(_GOOD) or TrainingPlan("delayed_copy")
    else:
        st.session_state[_GOOD] = plan
    standing = trainings().standing(st.session_state.get(_MINE))
    with buttons:
        _buttons(standing, plan, bad, language)
    trouble = st.container()
    if problem is not None:
        trouble.error(sentence(problem, language), icon=":material/edit_note:")
    elif standing is None and _MINE in st.session_state:
        trouble.info(w["train"]["gone"])
    active = standing is not None and standing.active
    st.fragment(_live, run_every=EACH if active else None)(plan, active, theme)


def _buttons(standing: Standing | None, plan: TrainingPlan, disabled: bool, language: str) -> None:
    w = words(language)
    if standing is not None and standing.active:
        st.button(w["train"]["pause"], icon=":material/pause:", key="train_pause", on_click=_order, args=("pause",))
        st.button(w["train"]["stop"], icon=":material/stop:", key="train_stop", on_click=_order, args=("stop",))
        return
    if standing is not None and standing.resumable:
        resume = w["train"]["resume"]
        st.button(resume, icon=":material/resume:", key="train_resume", on_click=_order, args=("resume",))
        if standing.status == "paused":
            st.button(w["train"]["stop"], icon=":material/stop:", key="train_stop", on_click=_order, args=("stop",))
    st.button(
        w["train"]["start" if standing is None else "again"], icon=":material/play_arrow:", type="primary",
        key="train_start", disabled=disabled, on_click=_start, args=(plan,),
    )  # fmt: skip


def _start(plan: TrainingPlan) -> None:
    trainings().forget(st.session_state.get(_MINE))
    try:
        st.session_state[_MINE] = trainings().start(plan)
    except Problem as problem:
        st.session_state[_FAULT] = problem


def _order(what: str) -> None:
    try:
        getattr(trainings(), what)(st.session_state[_MINE])
    except Problem as problem:
        st.session_state[_FAULT] = problem


def _live(plan: TrainingPlan, polling: bool, theme: Theme) -> None:
    """What changes while a training runs; by itself every second, and on the stage's questions."""
    settings = state.current()
    with one_sentence(settings.lang):
        name = st.session_state.get(_MINE)
        if name is not None:
            trainings().hear(name)
        standing = trainings().standing(name)
        if page_theme() != theme or (polling and (standing is None or not standing.active)):
            st.rerun()
        trained = None if standing is None else standing.trained
        shown = plan if standing is None else standing.plan
        # always as many containers above the stage: one more or less there, and it would be mounted anew
        status_place, curves_place, scrub_place = st.container(), st.container(), st.container()
        with status_place:
            _status(standing, shown, settings.lang)
        with curves_place:
            _curves(shown, trained, settings.lang, theme)
        resting = standing is not None and not standing.active and trained is not None
        which, values = -1, shown.values
        if resting:
            with scrub_place:
                which, values = train_results.scrub(name, trained, settings.lang)
        weights = None if trained is None else trained.snapshots[which][1]
        sequence = shown.made().example(**values)
        run = run_of(shown, weights, sequence)
        view = {one: getattr(settings, one) for one in CLIENT_FIELDS} | {"layer": 0}
        stage(message_of(Settings(lang=settings.lang, weights="random", **view), run, sequence))
        answer_below(run, sequence, Settings(lang=settings.lang), theme)
        if resting:
            train_results.results(trained, settings, theme)


def _status(standing: Standing | None, plan: TrainingPlan, language: str) -> None:
    w = words(language)
    t = w["train"]
    trained = None if standing is None else standing.trained
    task = plan.made()
    st.markdown(w["task_stories"][plan.task])
    if standing is None:
        st.caption(t["not_started"])
        return
    step = trained.step if trained is not None else 0
    if standing.status == "queued":
        st.info(w["train"]["queued"].format(place=standing.place), icon=":material/hourglass:")
    elif standing.status == "running":
        rate = trained.step / trained.seconds if trained is not None and trained.seconds > 0 else 0
        text = w["train"]["starting"]
        if rate:
            left = min((plan.most_steps - step) / rate, trainings().cap)
            text = w["train"]["rate"].format(step=step, most=plan.most_steps, rate=rate, left=left)
        st.progress(step / plan.most_steps, text=text)
    elif standing.status == "failed":
        st.error(w["train"]["failed"])
    elif standing.status == "paused":
        st.info(w["train"]["paused"].format(step=step), icon=":material/pause:")
    elif standing.left:
        st.info(w["train"]["left"].format(step=step), icon=":material/directions_walk:")
    elif trained is not None:
        said = w["training_outcomes"][trained.outcome].format(
            step=step, most=plan.most_steps, loss=f"{trained.bad_loss or 0:.3g}", kept=trained.snapshots[-1][0]
        )
        kind = {"goal": st.success, "diverged": st.error}.get(trained.outcome, st.info)
        kind(said)
    if trained is not None:
        value = train_results.in_unit(trained.metric, task)
        st.caption(
            plain(
                w["train"]["shown"].format(
                    task=w["tasks"][plan.task], model=w["models"][plan.model], units=plan.hidden_size, seed=plan.seed,
                    metric=w["task_metrics"][task.metric.name], value=value,
                )
            )
        )  # fmt: skip


def _curves(plan: TrainingPlan, trained: Trained | None, language: str, theme: Theme) -> None:
    history = () if trained is None else trained.history
    most = plan.most_steps if trained is None or trained.outcome == "running" else max(trained.step, 1)
    left, right = st.columns(2)
    look = {"language": language, "theme": theme}
    left.plotly_chart(loss_curve(history, most, **look), theme=None, key="train_loss", config=QUIET)
    right.plotly_chart(metric_curve(history, most, plan.made(), **look), theme=None, key="train_metric", config=QUIET)


def run_of(plan: TrainingPlan, weights: Weights | None, sequence: Sequence) -> Run:
    """The trace of one snapshot on a sequence, from a small cache.

    Args:
        plan: whose model it is.
        weights: of the snapshot; the first ones where None.
        sequence: its input.
    """
    hashed = blake2b(f"{plan!r} {sequence.digest}".encode("utf-8", "surrogatepass"), digest_size=12)
    for one in (weights or {}).values():
        hashed.update(one.tobytes())
    return _run(hashed.hexdigest(), plan, weights, sequence)


@st.cache_resource(max_entries=48, show_spinner=False)
def _run(name: str, _plan: TrainingPlan, _weights: Weights | None, _sequence: Sequence) -> Run:
    with compute_turns().turn():
        model = model_of(_plan, _weights)
        found = trace(model, _sequence.x, labels=_sequence.labels, seed=_plan.seed)
    return Run(id=name, trace=found, model=model, units=(), preset_inputs=None)
