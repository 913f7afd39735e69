"""What to look for in the gates on the stage, where it is known of these very gates."""

from __future__ import annotations

from collections.abc import Mapping

from gruviz.app.train.results import measured_at
from gruviz.protocol.headline import Status
from gruviz.training.loop import Trained
from gruviz.training.plan import TrainingPlan
from gruviz.wording.words import words


def story_of(
    plan: TrainingPlan, trained: Trained | None, which: int, values: Mapping[str, float], language: str
) -> Status:
    """What is said over the stage: the task's story, where weights and settings there are its own; else why not.

    A story holds for the task's usual settings, whatever the first weights, in weights that have reached the goal and
    pass its check.

    Args:
        plan: what is, or would be, trained.
        trained: as it stands; None before it has begun.
        which: the snapshot on the stage.
        values: the task's parameters of the sequence on the stage.
        language: "en" or "ko".
    """
    w = words(language)
    usual = TrainingPlan(
        plan.task, plan.model, seed=plan.seed, most_steps=plan.most_steps, init=plan.init, t_max=plan.t_max
    )
    if plan != usual or values != plan.values:
        return _note("story_other", "story_other_more", language)
    if trained is None or trained.outcome != "goal" or which not in (-1, len(trained.snapshots) - 1):
        return _note("story_later", "story_later_more", language)
    if not measured_at(trained, -1).check.passed:
        return _note("story_unseen", "story_unseen_more", language)
    return Status("story", w["sentences"][plan.task], w["task_stories"][plan.task])


def _note(name: str, rest: str, language: str) -> Status:
    t = words(language)["train"]
    return Status("note", t[name], t[rest])
