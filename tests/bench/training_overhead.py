"""What the training loop costs beyond the training itself, as a ratio to a bare PyTorch loop. Prints; asserts nothing.

Run by hand from the repository: `python -m tests.bench.training_overhead` or `python tests/bench/training_overhead.py`.
Both loops draw the same batches and do the same clipped Adam steps; `Training` also watches the loss, looks at held-out
sequences every 25 steps and can be cancelled. Snapshots are left out (two, at the ends). Pieces of the two loops take
turns and the median of the ratios is shown, so that noise of the machine hits both alike.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy loads
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from collections.abc import Callable  # noqa: E402
from dataclasses import replace  # noqa: E402
from time import process_time  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn.functional import cross_entropy, mse_loss  # noqa: E402

from gruviz.training.loop import EVERY, Training  # noqa: E402
from gruviz.training.plan import TrainingPlan, model_of  # noqa: E402

TARGET, ROUNDS = 1.05, 12
CASES = (
    ("delayed_copy", "torch"),
    ("adding", "torch"),
    ("sine", "torch"),
    ("characters", "torch"),
    ("adding", "split"),
)


def bare(plan: TrainingPlan) -> Callable[[int], None]:
    """The shortest loop that trains the same model on the same batches: a function of how many steps."""
    task, model = plan.made(), model_of(plan)
    optimizer = torch.optim.Adam(model.parameters(), lr=plan.learning_rate, foreach=True)
    rng = np.random.default_rng([plan.seed, 3])
    parameters = plan.values

    def run(steps: int) -> None:
        for _ in range(steps):
            batch = task.make(rng, plan.batch_size, **parameters)
            due = torch.from_numpy(batch.mask)
            outputs = model.fc(model.states(torch.from_numpy(batch.x))[0])[due]
            answers = torch.from_numpy(batch.target)[due]
            loss = (cross_entropy if task.loss == "cross_entropy" else mse_loss)(outputs, answers)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
            optimizer.step()

    return run


def measured(name: str, kind: str) -> list[float]:
    """Ratios of CPU seconds, one a round."""
    plan = TrainingPlan(name, kind, snapshots=2, most_steps=50_000)
    training, plain = Training(plan), bare(plan)
    # the bench goes on past the goal
    better = training.task.metric.higher_is_better
    training.task = replace(training.task, goal=np.inf if better else -np.inf)
    training.run(until=EVERY)
    plain(EVERY)
    ratios = []
    for k in range(1, ROUNDS + 1):
        begin = process_time()
        plain(2 * EVERY)
        between = process_time()
        training.run(until=EVERY * (1 + 2 * k), cancelled=lambda: False)
        ratios.append((process_time() - between) / (between - begin))
    return ratios


def main() -> None:
    torch.set_num_threads(1)
    print(f"Training / bare loop, {ROUNDS} rounds of {2 * EVERY} steps, one thread, torch {torch.__version__}")
    print(f"{'':24}{'median':>8}{'10%':>8}{'90%':>8}{'target':>8}")
    for name, kind in CASES:
        low, middle, high = np.quantile(measured(name, kind), (0.1, 0.5, 0.9))
        print(f"{name + ' ' + kind:24}{middle:8.3f}{low:8.3f}{high:8.3f}{TARGET:8.2f}", flush=True)


if __name__ == "__main__":
    main()
