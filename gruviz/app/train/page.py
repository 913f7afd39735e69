"""The Train page: how do gates form while a GRU learns a task?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gruviz.app import charts, state
from gruviz.app.charts import QUIET
from gruviz.app.courier import asked
from gruviz.app.head import language_control, page_theme, paper_title
from gruviz.app.sentences import one_sentence, sentence
from gruviz.app.server.trainings import Standing, trainings
from gruviz.app.settings import Settings
from gruviz.app.stage import answer, stage
from gruviz.app.subject import plans
from gruviz.app.subject.mine import COOKIE, MOST_MINE, mine, under_way
from gruviz.app.train import controls, results
from gruviz.app.train.runs import curves_of, run_of
from gruviz.app.train.status import described_status
from gruviz.app.train.story import story_of
from gruviz.drawing.colours import Theme
from gruviz.protocol.scene import Labels, Scene
from gruviz.training.loop import Trained
from gruviz.training.plan import TrainingPlan
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

STAGE = "train"
_GOOD = "train.good"  # the last plan that could be shown
_FAULT = "train.fault"
_SHOWN = "train.shown"  # the run on the stage and what it is of
EACH, PLAYING = 1.0, 0.4  # seconds from one look at a running training to the next, and between snapshots played
LOOKS = 15  # a second, of all who watch trainings: more keep the server from everything else


def page() -> None:
    """Draw the page."""
    sent = state.arrive(STAGE)
    if sent is not None:  # a training, and after how many steps it is looked at; None as far as it came
        plan, step = sent
        controls.put(plan)
        results.look_at(mine().get(plan), step)
    settings = state.current()
    with one_sentence(settings.lang):
        _draw(settings)


def _draw(settings: Settings) -> None:
    theme, language = page_theme(), settings.lang
    w = words(language)
    trainings().warm()
    running = under_way()
    with st.sidebar:
        language_control(settings, STAGE)
        st.caption(w["train"]["about"])
        found = controls.plan_controls(language, running is not None)
        problem = found if isinstance(found, Problem) else None
        plan = (st.session_state.get(_GOOD) or TrainingPlan("delayed_copy")) if problem is not None else found
        st.session_state[_GOOD] = plan = running or plan
        _earlier(plan, language)
        rule = trainings()
        st.caption(w["train"]["capped"].format(cap=rule.cap, closed=rule.closed, patience=rule.patience))
    playing = results.plays(mine().get(plan))
    looks = None if running is None else _pace()
    st.fragment(_live, run_every=looks or (PLAYING if playing else None))(plan, problem, looks, playing, theme)


def _pace(so_far: float = 0.0) -> float:
    """Seconds from one look to the next, the longer the more visitors look; not shorter again for a few less."""
    pace = EACH
    while pace * LOOKS < trainings().watching():
        pace *= 2
    return so_far if pace < so_far < 4 * pace else pace


def _earlier(plan: TrainingPlan, language: str) -> None:
    """Offer the other trainings of this session, whose results are kept."""
    others = [one for one, name in mine().items() if one != plan and trainings().standing(name) is not None]
    key = "train_earlier"
    if others:
        st.selectbox(
            words(language)["train"]["earlier"],
            others,
            index=None,
            key=key,
            on_change=_bring_back,
            args=(key,),
            format_func=lambda one: plans.described(one, language),
            disabled=under_way() is not None,
            placeholder=words(language)["train"]["earlier_choose"],
        )


def _bring_back(key: str) -> None:
    chosen = st.session_state[key]
    if chosen is not None:
        controls.put(chosen)
        st.session_state[key] = None


def _start(plan: TrainingPlan, anew: bool) -> None:
    own = mine()
    try:
        name = trainings().start(plan, anew)
    except Problem as problem:
        st.session_state[_FAULT] = problem
        return
    trainings().forget(own.pop(plan, None))
    own[plan] = name
    while len(own) > MOST_MINE:
        trainings().forget(own.pop(next(iter(own))))


def _order(what: str, plan: TrainingPlan) -> None:
    try:
        getattr(trainings(), what)(mine()[plan])
    except Problem as problem:
        st.session_state[_FAULT] = problem


def _live(plan: TrainingPlan, problem: Problem | None, looks: float | None, playing: bool, theme: Theme) -> None:
    """What changes while a training runs or its snapshots play; by itself, and on the stage's questions."""
    settings = state.current()
    with one_sentence(settings.lang):
        name = mine().get(plan)
        if name is not None:
            trainings().hear(name, get_script_run_ctx().session_id)
        standing = trainings().standing(name)
        active = standing is not None and standing.active
        pace = _pace(looks or 0.0) if active else None
        if state.sent_to() or page_theme() != theme or looks != pace or playing != results.plays(name):
            st.rerun()
        trained = None if standing is None else standing.trained
        resting = trained is not None and not active
        question, shown = asked().get(STAGE), st.session_state.get(_SHOWN)
        # it is about the gates on the stage, so those stay until it is answered
        hold = isinstance(question, Mapping) and shown is not None and question.get("trace") == shown[0]
        paper_title(plans.described(plan, settings.lang))
        # always as many containers above the stage: one more or less there, and it would be mounted anew
        trouble, panel_place = st.container(), st.container(key="train_panel")
        _trouble(trouble, problem, name is not None and standing is None, settings.lang)
        with panel_place:
            left, middle, right = st.columns([13, 11, 11], gap="medium")
            with left:
                with st.container(horizontal=True, gap="small"):
                    _buttons(standing, plan, problem is not None, settings.lang)
                    seed, values = results.sequence_shown(plan, settings.lang)
                described_status(standing, plan, settings.lang)
                chosen = results.scrub(name, trained, resting, plan, hold, settings.lang)
            _curves(middle, right, plan, trained, chosen if resting else None, settings.lang, theme)
        status = story_of(plan, trained, chosen if resting else -1, values, settings.lang)
        weights = None if trained is None else trained.snapshots[chosen if resting else -1][1]
        if active and hold:
            weights = shown[1]
        sequence = plan.made().example(seed, **values)
        run = run_of(plan, weights, sequence)
        st.session_state[_SHOWN] = (run.id, weights)
        labels = Labels((), sequence.channels, settings.lang, sequence.due)
        view = replace(settings.view, layer=0, **plans.experiment(state.query()))
        scene = Scene(run, view, labels, status=status, address="")
        stage(STAGE, scene)
        query = state.spoken(settings.lang) | plans.to_query(plan)
        cookie = (COOKIE, ".".join(mine().values()))
        for _, question in answer({STAGE: scene}, query, theme, charts=STAGE, cookie=cookie):
            charts.remember(question, run.trace.meta.steps)
        charts.charts(scene, theme)
        if resting:
            results.results(trained, settings, theme)


def _trouble(place: st.delta_generator.DeltaGenerator, problem: Problem | None, gone: bool, language: str) -> None:
    problem = problem or st.session_state.pop(_FAULT, None)
    if problem is not None:
        place.error(sentence(problem, language), icon=":material/edit_note:")
    elif gone:
        place.info(words(language)["train"]["gone"])


def _buttons(standing: Standing | None, plan: TrainingPlan, disabled: bool, language: str) -> None:
    t = words(language)["train"]
    if standing is not None and standing.active:
        for what, icon in (("pause", ":material/pause:"), ("stop", ":material/stop:")):
            st.button(t[what], icon=icon, key=f"train_{what}", on_click=_order, args=(what, plan))
        return
    resumable = standing is not None and standing.resumable
    if resumable:
        st.button(
            t["resume"],
            icon=":material/resume:",
            key="train_resume",
            type="primary",
            on_click=_order,
            args=("resume", plan),
        )
    # a click meant for the one must not lose what has been learned
    place = st.popover(t["over"], icon=":material/restart_alt:") if resumable else st.container(width="content")
    first, before = standing is None, standing is not None and standing.before is not None
    with place:
        if resumable:
            st.caption(t["over_about"])
        st.button(
            t["start" if first else "anew" if before else "again"],
            icon=":material/school:",
            key="train_start",
            type="primary" if first else "secondary",
            disabled=disabled,
            on_click=_start,
            args=(plan, not first),
        )


def _curves(
    left: st.delta_generator.DeltaGenerator,
    right: st.delta_generator.DeltaGenerator,
    plan: TrainingPlan,
    trained: Trained | None,
    chosen: int | None,
    language: str,
    theme: Theme,
) -> None:
    history = () if trained is None else trained.history
    most = plan.most_steps if trained is None or trained.outcome == "running" else max(trained.step, 1)
    at = None if chosen is None else trained.snapshots[chosen][0]
    diverged = trained.step if trained is not None and trained.outcome == "diverged" else None
    loss, metric = curves_of(plan, history, most, at, diverged, language, theme)
    left.plotly_chart(loss, theme=None, key="train_loss", config=QUIET)
    right.plotly_chart(metric, theme=None, key="train_metric", config=QUIET)
