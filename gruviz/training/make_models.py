"""Train the models that ship: `python -m gruviz.training.make_models [task ...]`, one thread, a few minutes.

Each is trained to its task's goal, its gates' story is checked, and it is written to assets/models with its card.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import numpy as np
import torch

from gruviz.tasks.catalogue import TASKS
from gruviz.tracing.trace import compute_on_one_thread, trace
from gruviz.training.loop import Training, evaluate
from gruviz.training.plan import TrainingPlan
from gruviz.training.saved import FOLDER, SHIPPED_KINDS, opened, saved

SEEDS = range(5)  # tried in order; the first that reaches the goal and shows the story is shipped
MEASURED, MEASURED_SEED = 512, 7  # the held-out sequences the card is about


def measured(task_name: str, kind: str, seed: int) -> tuple[bytes, dict[str, str], bool]:
    """Train one model and measure it: the file, its card, and whether goal and story are reached."""
    trained = Training(TrainingPlan(task_name, kind, seed=seed)).run()
    task, model = trained.plan.made(), trained.model()
    batch = task.held_out(MEASURED, MEASURED_SEED)
    metric = task.metric_of(evaluate(model, batch), batch)
    check = task.check(trace(model, batch.x), batch)
    card = {
        "metric": f"{metric:.6g}",
        "measured_on": f"{MEASURED} held-out sequences, seed {MEASURED_SEED}",
        "check": f"{check.value:.4f}",
        "check_threshold": f"{check.threshold:.4f}",
        "seconds": f"{trained.seconds:.1f}",
        "date": datetime.now(UTC).date().isoformat(),
        "versions": f"torch {torch.__version__}, numpy {np.__version__}",
    }
    reached = trained.outcome == "goal" and task.metric.reaches(metric, task.goal) and check.passed
    return saved(trained, **card), card, reached


def main(names: list[str]) -> int:
    """Make the models named, or all; 1 where a model could not be made."""
    compute_on_one_thread()
    FOLDER.mkdir(parents=True, exist_ok=True)
    missing = 0
    for name in names or TASKS:
        for kind in SHIPPED_KINDS:
            for seed in SEEDS:
                data, card, reached = measured(name, kind, seed)
                steps = opened(data).card["steps"]
                print(
                    f"{name} {kind} seed {seed}: {steps} steps, {card}, {'kept' if reached else 'not kept'}", flush=True
                )
                if reached:
                    (FOLDER / f"{name}_{kind}.safetensors").write_bytes(data)
                    break
            missing += not reached
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
