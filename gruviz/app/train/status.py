"""The Train page says how a training stands: its place, its rate, how it ended and what to change."""

from __future__ import annotations

import streamlit as st

from gruviz.app.server.trainings import Standing, trainings
from gruviz.training.loop import Trained
from gruviz.training.plan import TrainingPlan
from gruviz.wording.words import words

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
    if standing is None:
        st.markdown(f"{CALM} {t['not_started']}")
    elif standing.status == "queued":
        st.markdown(f":gray[:material/hourglass:] {t['queued'].format(place=standing.place)}")
    elif standing.status == "running":
        left = time_left(standing)
        rate = "" if trained is None or left is None else t["rate"].format(rate=step / trained.seconds, left=left)
        st.markdown(f":material/model_training: {rate or t['starting']}  \n{_measured(trained, plan, language)}")
    elif standing.status == "failed":
        st.error(t["hung"].format(silence=trainings().silence) if standing.hung else t["failed"])
    elif trained is None or trained.outcome != "diverged":
        said = _ended(standing, step, plan, language)
        good = trained is not None and trained.outcome == "goal"
        st.markdown(f"{GOOD if good else CALM} {said}  \n{_measured(trained, plan, language)}")
    else:
        st.error(_ended(standing, step, plan, language))


def time_left(standing: Standing) -> float | None:
    """Seconds until a running training ends at the latest; None while its rate is not known."""
    trained = standing.trained
    if trained is None or trained.step == 0 or trained.seconds <= 0:
        return None
    steps = (standing.plan.most_steps - trained.step) * trained.seconds / trained.step
    return min(steps, max(0.0, trainings().cap - standing.turn))


def _ended(standing: Standing, step: int, plan: TrainingPlan, language: str) -> str:
    w, trained = words(language), standing.trained
    if standing.status == "paused":
        return w["train"]["paused"].format(step=step)
    if trained is None or (standing.left and trained.outcome == "cancelled"):
        return w["train"]["left" if standing.left else "stopped_waiting"].format(step=step)
    loss, kept = f"{trained.bad_loss or 0:.3g}", trained.snapshots[-1][0]
    return w["training_outcomes"][trained.outcome].format(step=step, most=plan.most_steps, loss=loss, kept=kept)


def _measured(trained: Trained | None, plan: TrainingPlan, language: str) -> str:
    """The newest metric, and the step it was measured at."""
    if trained is None:
        return ""
    w, task = words(language), plan.made()
    name = w["task_metrics"][task.metric.name]
    value, goal, baseline = map(task.metric.written, (trained.metric, task.goal, plan.baseline))
    return w["train"]["measured"].format(
        metric=name, value=f"**{value}**", step=trained.history[-1].step, goal=goal, baseline=baseline,
        guessing=w["task_metrics"][f"baseline_{task.metric.name}"],
    )  # fmt: skip
