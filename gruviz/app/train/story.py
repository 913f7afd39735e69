"""What to look for in the gates on the stage, where it is known of these very gates."""

from __future__ import annotations

from collections.abc import Mapping

from gruviz.app.train.results import measured_at
from gruviz.training.loop import Trained
from gruviz.training.plan import TrainingPlan
from gruviz.wording.words import words


def story_of(
    plan: TrainingPlan, trained: Trained | None, which: int, values: Mapping[str, float], language: str
) -> str:
    """The task's story, where the weights and the settings on the stage are its own; else why it is not told.

    A story holds for the task's usual settings, in weights that have reached the goal and pass its check.

    Args:
        plan: what is, or would be, trained.
        trained: as it stands; None before it has begun.
        which: the snapshot on the stage.
        values: the task's parameters of the sequence on the stage.
        language: "en" or "ko".
    """
    w = words(language)
    usual = TrainingPlan(plan.task, plan.model, seed=plan.seed, most_steps=plan.most_steps)
    if plan != usual or values != plan.values:
        return w["train"]["story_other"]
    if trained is None or trained.outcome != "goal" or which not in (-1, len(trained.snapshots) - 1):
        return w["train"]["story_later"]
    return w["task_stories"][plan.task] if measured_at(trained, -1).check.passed else w["train"]["story_unseen"]
