"""The Train page: how do gates form while a GRU learns a task?"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

import streamlit as st

from gruviz.app import state, train_controls, train_link, train_results
from gruviz.app.answers import answer_below
from gruviz.app.bridge import asked, page_theme
from gruviz.app.process import compute_turns
from gruviz.app.runs import Run
from gruviz.app.sentences import one_sentence, sentence
from gruviz.app.settings import CLIENT_FIELDS, Settings
from gruviz.app.sidebar import language_control
from gruviz.app.stage import message_of, stage
from gruviz.app.train_status import described_status
from gruviz.app.trainings import Standing, trainings
from gruviz.colours import Theme
from gruviz.problems import Problem
from gruviz.sequences import Sequence
from gruviz.trace import trace
from gruviz.training import Trained
from gruviz.training_figures import loss_curve, metric_curve
from gruviz.training_plan import TrainingPlan, Weights, model_of
from gruviz.words import words

_MINE = "train.mine"  # this session's trainings: plan -> id; the same plan gives the same weights
_GOOD = "train.good"  # the last plan that could be shown
_FAULT = "train.fault"
_SHOWN = "train.shown"  # the run on the stage and what it is of
MOST_MINE = 12
EACH, PLAYING = 1.0, 0.4  # seconds from one look at a running training to the next, and between snapshots played
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
    active = _active()
    with st.sidebar:
        st.markdown(f"## {w['page']['title']}\n{w['train']['about']}")
        language_control(settings)
        found = train_controls.plan_controls(language, active is not None)
        problem = found if isinstance(found, Problem) else None
        plan = (st.session_state.get(_GOOD) or TrainingPlan("delayed_copy")) if problem is not None else found
        st.session_state[_GOOD] = plan = active or plan
        _earlier(plan, language)
        st.caption(w["train"]["capped"].format(cap=trainings().cap))
    playing = train_results.plays(_mine().get(plan))
    pace = EACH if active is not None else PLAYING if playing else None
    st.fragment(_live, run_every=pace)(plan, problem, active is not None, playing, theme)


def _mine() -> dict[TrainingPlan, str]:
    return st.session_state.setdefault(_MINE, {})


def _active() -> TrainingPlan | None:
    """The plan of this session that trains or waits to."""
    standings = {plan: trainings().standing(name) for plan, name in _mine().items()}
    return next((plan for plan, found in standings.items() if found is not None and found.active), None)


def _earlier(plan: TrainingPlan, language: str) -> None:
    """Offer the other trainings of this session, whose results are kept."""
    others = [one for one, name in _mine().items() if one != plan and trainings().standing(name) is not None]
    key = "train_earlier"
    if others:
        st.selectbox(
            words(language)["train"]["earlier"], others, index=None, key=key, on_change=_bring_back, args=(key,),
            format_func=lambda one: train_link.described(one, language), disabled=_active() is not None,
            placeholder=words(language)["train"]["earlier_choose"],
        )  # fmt: skip


def _bring_back(key: str) -> None:
    chosen = st.session_state[key]
    if chosen is not None:
        train_controls.put(chosen)
        st.session_state[key] = None


def _start(plan: TrainingPlan) -> None:
    mine = _mine()
    try:
        name = trainings().start(plan)
    except Problem as problem:
        st.session_state[_FAULT] = problem
        return
    trainings().forget(mine.pop(plan, None))
    mine[plan] = name
    while len(mine) > MOST_MINE:
        trainings().forget(mine.pop(next(iter(mine))))


def _order(what: str, plan: TrainingPlan) -> None:
    try:
        getattr(trainings(), what)(_mine()[plan])
    except Problem as problem:
        st.session_state[_FAULT] = problem


def _live(plan: TrainingPlan, problem: Problem | None, polling: bool, playing: bool, theme: Theme) -> None:
    """What changes while a training runs or its snapshots play; by itself, and on the stage's questions."""
    settings = state.current()
    with one_sentence(settings.lang):
        name = _mine().get(plan)
        if name is not None:
            trainings().hear(name)
        standing = trainings().standing(name)
        active = standing is not None and standing.active
        if state.is_sent() or page_theme() != theme or polling != active or playing != train_results.plays(name):
            st.rerun()
        trained = None if standing is None else standing.trained
        resting = trained is not None and not active
        question, shown = asked(), st.session_state.get(_SHOWN)
        # it is about the gates on the stage, so those stay until it is answered
        hold = isinstance(question, Mapping) and shown is not None and question.get("trace") == shown[0]
        # always as many containers above the stage: one more or less there, and it would be mounted anew
        trouble, story_place, panel_place = st.container(), st.container(), st.container(key="train_panel")
        _trouble(trouble, problem, name is not None and standing is None, settings.lang)
        story_place.markdown(words(settings.lang)["task_stories"][plan.task])
        with panel_place:
            left, middle, right = st.columns([13, 11, 11], gap="medium")
            with left:
                with st.container(horizontal=True, gap="small"):
                    _buttons(standing, plan, problem is not None, settings.lang)
                    seed, values = train_results.sequence_shown(plan, settings.lang)
                described_status(standing, plan, settings.lang)
                chosen = train_results.scrub(name, trained, resting, plan, hold, settings.lang)
            _curves(middle, right, plan, trained, chosen if resting else None, settings.lang, theme)
        weights = None if trained is None else trained.snapshots[chosen if resting else -1][1]
        if active and hold:
            weights = shown[1]
        sequence = plan.made().example(seed, **values)
        run = run_of(plan, weights, sequence)
        st.session_state[_SHOWN] = (run.id, weights)
        view = {one: getattr(settings, one) for one in CLIENT_FIELDS} | {"layer": 0}
        stage(message_of(Settings(lang=settings.lang, weights="random", **view), run, sequence))
        query = {"lang": settings.lang} if settings.lang != Settings().lang else {}
        answer_below(run, sequence, query | train_link.to_query(plan), settings.lang, theme)
        if resting:
            train_results.results(trained, settings, theme)


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
    if standing is not None and standing.resumable:
        st.button(
            t["resume"], icon=":material/resume:", key="train_resume", type="primary", on_click=_order,
            args=("resume", plan),
        )  # fmt: skip
    st.button(
        t["start" if standing is None else "again"], icon=":material/school:", key="train_start",
        type="primary" if standing is None else "secondary", disabled=disabled, on_click=_start, args=(plan,),
    )  # fmt: skip


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
    look = {
        "language": language, "theme": theme,
        "at": None if chosen is None else trained.snapshots[chosen][0],
        "diverged": trained.step if trained is not None and trained.outcome == "diverged" else None,
    }  # fmt: skip
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
