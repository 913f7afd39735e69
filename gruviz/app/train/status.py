"""The Train page says how a training stands: its place, its rate, how it ended and what to change."""

from __future__ import annotations

import streamlit as st

from gruviz.app.server.trainings import Standing, trainings
from gruviz.training.loop import Trained
from gruviz.training.plan import TrainingPlan
from gruviz.wording.words import words

NOW = 600.0  # seconds that are still "a moment ago"
GOOD, CALM = ":green[:material/check_circle:]", ":gray[:material/info:]"


def described_status(standing: Standing | None, plan: TrainingPlan, language: str) -> None:
    """Say it in one or two sentences; what needs a change of settings as an error.

    Args:
        standing: of the training; None where it has not been started.
        plan: what is, or would be, trained.
        language: "en" or "ko".
    """
    t = words(language)["train"]
    trained = None if standing is None else standing.trained
    step = 0 if trained is None else trained.step
    baseline = words(language)["terms"]["baseline"]
    if standing is None:
        st.markdown(f"{CALM} {t['not_started']}", help=words(language)["terms"]["held_out"])
    elif standing.status == "queued":
        said = t["queued"].format(place=standing.place)
        wait = "" if standing.wait is None else f" {t['wait'].format(wait=about(standing.wait))}"
        st.markdown(f":gray[:material/hourglass:] {said}{wait}{_others(standing, language)}")
    elif standing.status == "running":
        known = trained is not None and standing.ends is not None
        rate = t["rate"].format(rate=step / trained.seconds, left=standing.ends) if known else t["starting"]
        measured = _measured(trained, plan, language)
        st.markdown(f":material/model_training: {rate}  \n{measured}{_others(standing, language)}", help=baseline)
    elif standing.status == "failed":
        st.error(t["hung"].format(silence=trainings().silence) if standing.hung else t["failed"])
    elif trained is None or trained.outcome != "diverged":
        said = _ended(standing, step, plan, language)
        good = trained is not None and trained.outcome == "goal"
        before = standing.before
        held = "" if before is None else t["before" if before < NOW else "before_earlier"]
        # in place of how it ended, which the curves show: not a line more, for the stage below stays where it is
        st.markdown(
            f"{GOOD if good else CALM} {held or said}  \n{_measured(trained, plan, language)}"
            f"{_others(standing, language)}",
            help=baseline,
        )
    else:
        st.error(_ended(standing, step, plan, language))


def about(seconds: float) -> int:
    """Seconds as they may be said of what is only estimated.

    >>> [about(seconds) for seconds in (0.0, 3.2, 12.6, 94.0, 1234.0)]
    [5, 5, 15, 90, 1230]
    """
    step = 5 if seconds < 60 else 10
    return max(5, step * round(seconds / step))


def _ended(standing: Standing, step: int, plan: TrainingPlan, language: str) -> str:
    w, trained = words(language), standing.trained
    if standing.status == "paused":
        return w["train"]["paused_here" if standing.others else "paused"].format(step=step)
    if trained is None or (standing.left and trained.outcome == "cancelled"):
        return w["train"]["left" if standing.left else "stopped_waiting"].format(step=step)
    loss, kept = f"{trained.bad_loss or 0:.3g}", trained.snapshots[-1][0]
    return w["training_outcomes"][trained.outcome].format(step=step, most=plan.most_steps, loss=loss, kept=kept)


def _others(standing: Standing, language: str) -> str:
    """A line about those who watch the same training; "" where nobody does."""
    t = words(language)["train"]
    if not standing.others or standing.status == "paused":
        return ""
    if not standing.active:
        return f"  \n{t['goes_on']}"
    return f"  \n{t['watched_by_one'] if standing.others == 1 else t['watched'].format(others=standing.others)}"


def _measured(trained: Trained | None, plan: TrainingPlan, language: str) -> str:
    """The newest metric, and the step it was measured at."""
    if trained is None:
        return ""
    w, task = words(language), plan.made()
    name = w["task_metrics"][task.metric.name]
    value, goal, baseline = map(task.metric.written, (trained.metric, task.goal, plan.baseline))
    return w["train"]["measured"].format(
        metric=name,
        value=f"**{value}**",
        step=trained.history[-1].step,
        goal=goal,
        baseline=baseline,
        guessing=w["task_metrics"][f"baseline_{task.metric.name}"],
    )
