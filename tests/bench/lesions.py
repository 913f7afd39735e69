"""How long units, pairs and gates take to be cut out in turn. Prints; asserts nothing.

Run by hand from the repository: `python -m tests.bench.lesions` or `python tests/bench/lesions.py`.
One thread, 512 held-out sequences, the models of 16 units that come with gruviz: seconds of the clock and of the
processor, and the latter beside one free run by the same loop. Medians of some rounds.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy loads
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from collections.abc import Callable  # noqa: E402
from functools import partial  # noqa: E402
from time import perf_counter, process_time  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402

import gruviz  # noqa: E402
from gruviz.training.saved import shipped  # noqa: E402

SEQUENCES, ROUNDS, TARGET = 512, 5, 3.0
MODELS = (("delayed_copy", "split"), ("delayed_copy", "torch"), ("flip_flop", "torch"), ("brackets", "split"))
NOTHING = (gruviz.Bias("z", 0.0),)


def seconds(call: Callable[[], object]) -> np.ndarray:
    """Of the clock and of the processor."""
    clock, processor = perf_counter(), process_time()
    call()
    return np.array([perf_counter() - clock, process_time() - processor])


def main() -> None:
    torch.set_num_threads(1)
    print(f"{SEQUENCES} sequences, one thread; target {TARGET:g} s; medians of {ROUNDS}")
    print(f"{'':44}{'clock':>8}{'processor':>11}{'to one free run':>17}")
    for name, kind in MODELS:
        model, x = shipped(name, kind).model(), gruviz.tasks.TASKS[name].held_out(SEQUENCES).x
        for pairs, gates in ((0, False), (10, True)):
            took, free = [], []
            for _ in range(ROUNDS):
                free.append(seconds(partial(gruviz.trace, model, x, what_if=NOTHING)))
                cut = partial(gruviz.analysis.lesions, model, name, sequences=SEQUENCES, pairs=pairs, gates=gates)
                took.append(seconds(cut))
            (clock, processor), (_, one) = np.median(took, axis=0), np.median(free, axis=0)
            rows = model.hidden_size + pairs * (pairs - 1) // 2 + 9 * gates
            what = f"{name} {kind}, T={x.shape[1]} H={model.hidden_size}, {rows} rows"
            print(f"  {what:42}{clock:8.2f}{processor:11.2f}{processor / one:17.1f}", flush=True)


if __name__ == "__main__":
    main()
