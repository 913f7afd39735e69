"""Long traces in pieces of steps, so that their working memory stays small; torch's numbers as NumPy's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

PIECE = 512  # steps worked on at once, at most: keeps a trace's memory near that of its own arrays
SCRATCH = 65_536  # and about so many numbers per working array
Report = Callable[[float], None]


def array(tensor: Tensor) -> np.ndarray:
    """A NumPy copy in the precision computed with: float64 stays, everything else is float32."""
    kept = tensor.dtype if tensor.dtype == torch.float64 else torch.float32
    return tensor.detach().to(device="cpu", dtype=kept).numpy().copy()


def pieces(steps: int, width: int, report: Report, reverse: bool = False) -> Iterator[slice]:
    """Cut `steps` into slices, shorter ones for wider work (batch x unit); tells `report` the share done after each.

    Args:
        steps: how many steps there are.
        width: numbers per step.
        report: called with a share in (0, 1].
        reverse: begin with the last piece.
    """
    size = max(16, min(PIECE, SCRATCH // width)) if PIECE > 16 else PIECE
    starts = range(0, steps, size)
    for k, start in enumerate(reversed(starts) if reverse else starts):
        yield slice(start, min(start + size, steps))
        report((k + 1) / len(starts))
