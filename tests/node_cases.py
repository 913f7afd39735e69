"""Arrays and scripts of tests that compare JavaScript with Python: arrays packed for node, and node itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np


class PackedArrays:
    """float32 arrays, one after another in one file."""

    def __init__(self):
        self.arrays: list[np.ndarray] = []
        self.size = 0

    def put(self, array: np.ndarray | None) -> dict[str, int] | None:
        """Add an array; return its place and size, both in numbers. None stays None."""
        if array is None:
            return None
        self.arrays.append(np.ascontiguousarray(array, np.float32).ravel())
        self.size += array.size
        return {"at": self.size - array.size, "size": array.size}

    def write(self, file: Path) -> None:
        """Write all arrays into a file, in the order they came in."""
        np.concatenate(self.arrays).tofile(file)


def run_node(*arguments: str | Path) -> str:
    """Run node and return what it prints. A machine without node fails the test; `.ci/run` installs it."""
    node = shutil.which("node")
    assert node, "node is missing"
    run = subprocess.run([node, *arguments], capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stderr
    return run.stdout
