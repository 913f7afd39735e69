"""The trace of one snapshot of a training on a sequence, kept for a while."""

from __future__ import annotations

from hashlib import blake2b

from gruviz.app.server.memory import memory
from gruviz.app.server.turns import compute_turns
from gruviz.inputs.sequence import Sequence
from gruviz.stage.scene import Run
from gruviz.tracing.trace import trace
from gruviz.training.plan import TrainingPlan, Weights, model_of


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


def _run(name: str, plan: TrainingPlan, weights: Weights | None, sequence: Sequence) -> Run:
    with compute_turns().turn():
        model = model_of(plan, weights)
        found = trace(model, sequence.x, labels=sequence.labels, seed=plan.seed)
    return Run(name, found, model)
