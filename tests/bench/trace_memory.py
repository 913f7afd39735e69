"""How much memory a trace takes beyond its own arrays. Prints; asserts nothing.

Run by hand from the repository: `python -m tests.bench.trace_memory` or `python tests/bench/trace_memory.py`.
Each model runs in a process of its own. Peak = growth of the resident set's high-water mark during
`trace`, retained = growth of the resident set after it, both divided by the bytes of the trace's arrays.
Linux only: the high-water mark is put back by writing 5 to /proc/self/clear_refs.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy loads
sys.path.insert(0, str(ROOT))

KINDS = ("split", "concat", "torch", "nn.GRU", "nn.GRU 2 layers 2 ways", "nn.GRUCell")
# steps, units, batch, input: two long sequences, then one of many short ones
SIZES = ((100_000, 64, 1, 2), (20_000, 512, 1, 2), (500, 128, 64, 2))
TARGET = 1.3


def status(field: str) -> int:
    """Bytes of one field of /proc/self/status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def one(kind: str, steps: int, units: int, batch: int, inputs: int) -> None:
    """Measure one model in this process; print peak ratio, retained ratio and megabytes."""
    import numpy as np
    import torch
    from torch import nn

    import gruviz

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = {
        "split": lambda: gruviz.SplitGRU(inputs, units),
        "concat": lambda: gruviz.ConcatGRU(inputs, units),
        "torch": lambda: gruviz.TorchGRU(inputs, units),
        "nn.GRU": lambda: nn.GRU(inputs, units),
        "nn.GRU 2 layers 2 ways": lambda: nn.GRU(inputs, units, 2, bidirectional=True),
        "nn.GRUCell": lambda: nn.GRUCell(inputs, units),
    }[kind]()
    x = np.random.default_rng(0).normal(size=(batch, steps, inputs)).astype(np.float32)
    gruviz.trace(model, x[:1, :20])  # code and libraries are loaded, buffers of BLAS exist
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before, peak_before = status("VmRSS"), status("VmHWM")
    if peak_before > before + 2**22:
        raise SystemExit(f"the high-water mark was not put back: {peak_before} > {before}")
    trace = gruviz.trace(model, x)
    peak = status("VmHWM") - before
    gc.collect()
    retained = status("VmRSS") - before
    print(f"{peak / trace.nbytes:.3f} {retained / trace.nbytes:.3f} {trace.nbytes / 2**20:.0f}")


def main() -> None:
    print(f"growth of memory during trace / bytes of the trace's arrays; target {TARGET} for the peak")
    for size in SIZES:
        steps, units, batch, inputs = size
        print(f"T={steps} H={units} batch={batch} input={inputs}")
        for kind in KINDS:
            command = [sys.executable, str(Path(__file__).resolve()), kind, *map(str, size)]
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
            if done.returncode:
                print(f"  {kind:24} failed: {done.stderr.strip().splitlines()[-1]}", flush=True)
                continue
            peak, retained, megabytes = done.stdout.split()
            over = "  over" if float(peak) > TARGET else ""
            print(f"  {kind:24} peak {peak}  retained {retained}  arrays {megabytes} MB{over}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(sys.argv[1], *map(int, sys.argv[2:]))
    else:
        main()
