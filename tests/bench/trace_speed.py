"""How long a trace takes, as a ratio to plain nn.GRU forward without gates. Prints; asserts nothing.

Run by hand, from the repository: `python -m tests.bench.trace_speed` or `python tests/bench/trace_speed.py`.
One thread. Each measured call stands between two baseline calls, the measured functions take turns, and
the median of the ratios is shown, so that noise of the machine hits all alike.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy loads
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from collections.abc import Callable  # noqa: E402
from time import perf_counter  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

import gruviz  # noqa: E402

INPUT = 8
SIZES = ((200, 64, 60), (1000, 128, 25), (10_000, 64, 9))  # steps, units, rounds
TARGETS = {"split trace": 1.0, "concat trace": 1.0, "nn.GRU trace": 1.15, "seed's loop": None}


class SeedLoop(nn.Module):
    """The seed lesson's gru1 as written: six Linears called every step, the gates kept in lists."""

    def __init__(self, inputs: int, units: int):
        super().__init__()
        self.units = units
        self.wr, self.wrh = nn.Linear(inputs, units), nn.Linear(units, units)
        self.wz, self.wzh = nn.Linear(inputs, units), nn.Linear(units, units)
        self.wh, self.whh = nn.Linear(inputs, units), nn.Linear(units, units)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        h = torch.zeros(x.shape[0], self.units)
        kept: tuple[list, ...] = ([], [], [], [])
        for t in range(x.shape[1]):
            x_t = x[:, t]
            r = torch.sigmoid(self.wr(x_t) + self.wrh(h))
            z = torch.sigmoid(self.wz(x_t) + self.wzh(h))
            n = torch.tanh(self.wh(x_t) + self.whh(r * h))
            h = z * h + (1 - z) * n
            for values, value in zip(kept, (r, z, n, h), strict=True):
                values.append(value)
        return tuple(torch.stack(values, 1) for values in kept)


def seconds(call: Callable[[], object]) -> float:
    begin = perf_counter()
    call()
    return perf_counter() - begin


def measure(steps: int, units: int, rounds: int) -> tuple[dict[str, np.ndarray], float]:
    """Ratios of every round by name, and the median baseline in seconds."""
    torch.manual_seed(0)
    plain = nn.GRU(INPUT, units, batch_first=True)
    x = torch.randn(1, steps, INPUT)
    traced = {
        "split trace": gruviz.SplitGRU(INPUT, units),
        "concat trace": gruviz.ConcatGRU(INPUT, units),
        "nn.GRU trace": plain,
    }
    calls = {name: (lambda model=model: gruviz.trace(model, x)) for name, model in traced.items()}
    seed = SeedLoop(INPUT, units)
    calls["seed's loop"] = lambda: seed(x)
    with torch.no_grad():
        for call in (lambda: plain(x), *calls.values()):  # warm up
            call()
        ratios: dict[str, list[float]] = {name: [] for name in calls}
        baselines = []
        for _ in range(rounds):
            for name, call in calls.items():
                before = seconds(lambda: plain(x))
                took = seconds(call)
                after = seconds(lambda: plain(x))
                baselines.append((before + after) / 2)
                ratios[name].append(took / baselines[-1])
    return {name: np.array(values) for name, values in ratios.items()}, float(np.median(baselines))


def main() -> None:
    torch.set_num_threads(1)
    print(f"ratio to nn.GRU forward without gates; one thread, input {INPUT}, torch {torch.__version__}")
    print(f"{'':14}{'median':>8}{'10%':>8}{'90%':>8}{'target':>8}")
    for steps, units, rounds in SIZES:
        ratios, baseline = measure(steps, units, rounds)
        print(f"T={steps} H={units}: nn.GRU forward {1000 * baseline:.2f} ms, {rounds} rounds")
        for name, values in ratios.items():
            low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
            target = "" if TARGETS[name] is None else f"{TARGETS[name]:.2f}"
            print(f"  {name:12}{middle:8.2f}{low:8.2f}{high:8.2f}{target:>8}", flush=True)


if __name__ == "__main__":
    main()
