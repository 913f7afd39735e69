"""What is seen of a training: the trace of one snapshot on a sequence, and its curves; kept for a while."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf
from hashlib import blake2b
from typing import Any

from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.drawing.colours import Theme
from gruviz.drawing.training_figures import loss_curve, metric_curve
from gruviz.inputs.sequence import Sequence
from gruviz.protocol.scene import Run
from gruviz.tasks.answers import head_of
from gruviz.tracing.trace import trace
from gruviz.training.loop import Point
from gruviz.training.plan import TrainingPlan, Weights, model_of

FIGURES, POINT = 100_000, 64  # bytes two figures take, and a point in both


def run_of(plan: TrainingPlan, weights: Weights | None, sequence: Sequence) -> Run:
    """The trace of one snapshot on a sequence.

    Args:
        plan: whose model it is.
        weights: of the snapshot; the first ones where None.
        sequence: its input.
    """
    hashed = blake2b(f"{plan!r} {sequence.digest}".encode("utf-8", "surrogatepass"), digest_size=12)
    for one in (weights or {}).values():
        hashed.update(one.tobytes())
    name = hashed.hexdigest()
    return memory().get("snapshot", name, lambda: _run(name, plan, weights, sequence), lambda found: found.bytes)


def curves_of(
    plan: TrainingPlan,
    history: SequenceOf[Point],
    most: int,
    at: int | None,
    diverged: int | None,
    language: str,
    theme: Theme,
) -> tuple[Any, Any]:
    """Loss and metric as Plotly figures, the same for all who watch a training: drawing them is most of a look.

    Args:
        plan: what is trained.
        history: so far; the same plan has the same, as far as it goes.
        most, at, diverged: as in `loss_curve`.
        language: "en" or "ko".
        theme: of the page.
    """
    look = {"language": language, "theme": theme, "at": at, "diverged": diverged}

    def drawn() -> tuple[Any, Any]:
        return loss_curve(history, most, **look), metric_curve(
            history, most, plan.made().usually(**plan.values), **look
        )

    key = (plan, len(history), most, at, diverged, language, theme)
    return memory().get("curves", key, drawn, lambda _: FIGURES + POINT * len(history))


def _run(name: str, plan: TrainingPlan, weights: Weights | None, sequence: Sequence) -> Run:
    with compute_turns().turn():
        model = model_of(plan, weights)
        found = trace(model, sequence.x, labels=sequence.labels, seed=plan.seed)
    return Run(name, found, model, head_of(model, plan.made()), sequence.target)
