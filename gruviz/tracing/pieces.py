"""Long traces in pieces of steps, so that their working memory stays small; torch's numbers as NumPy's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future

import numpy as np
import torch
from torch import Tensor

PIECE = 512  # steps worked on at once, at most: keeps a trace's memory near that of its own arrays
SCRATCH = 65_536  # and about so many numbers per working array
Report = Callable[[float], None]
Job = Callable[[], float]


def kept(tensor: Tensor) -> Tensor:
    """In the precision computed with, to read: float64 stays, everything else is float32; lent where it is so."""
    return tensor.detach().to(device="cpu", dtype=tensor.dtype if tensor.dtype == torch.float64 else torch.float32)


def array(tensor: Tensor) -> np.ndarray:
    """A NumPy copy in the precision computed with."""
    return kept(tensor).numpy().copy()


def cut(steps: int, width: int) -> list[slice]:
    """Cut `steps` into slices of about one length, shorter ones for wider work (batch x unit).

    Args:
        steps: how many steps there are.
        width: numbers per step.

    >>> cut(1030, 64)
    [slice(0, 344, None), slice(344, 688, None), slice(688, 1030, None)]
    """
    most = max(16, min(PIECE, SCRATCH // width)) if PIECE > 16 else PIECE
    size = -(-steps // -(-steps // most))
    return [slice(start, min(start + size, steps)) for start in range(0, steps, size)]


def stack(
    gates: dict[str, np.ndarray], directions: int, fine: bool
) -> Iterator[tuple[int, np.ndarray | None, list[np.ndarray]]]:
    """The entries of the layer axis, one after another, as they can be computed.

    Args:
        gates: r, z, n, h (layer, batch, time, unit) float32, to be written.
        directions: 1 or 2.
        fine: what a layer above reads must keep float64's precision; float32 holds half precision as it is.

    Returns:
        Of each its number, what it reads from below (direction, batch, time, unit), None at the bottom, and where its
        r, z, n, h go, and h once more where the layer above reads it in float64.
    """
    below = None
    for first in range(0, len(gates["h"]), directions):
        rows = slice(first, first + directions)
        above = fine and rows.stop < len(gates["h"])
        output = np.empty(gates["h"][rows].shape) if above else gates["h"][rows]
        for k in range(rows.start, rows.stop):
            yield k, below, [gates[gate][k] for gate in "rznh"] + ([output[k - first]] if above else [])
        below = output


def joined(below: np.ndarray, piece: slice, like: Tensor) -> Tensor:
    """What the layer below put out at some steps, its directions side by side (batch, time, input)."""
    sides = np.concatenate(list(below[:, :, piece]), axis=-1)
    return torch.from_numpy(sides).to(device=like.device, dtype=like.dtype)


def one_behind(jobs: Iterable[Job], pool: Executor | None) -> Iterator[float]:
    """What the jobs give, in their order; each works in `pool` while the next is made ready here.

    Args:
        jobs: made one after another, in this thread.
        pool: where they work; this thread itself when None. Who opened it closes it, whatever is raised here.
    """
    if pool is None:
        yield from (job() for job in jobs)
        return
    before: Future[float] | None = None
    for job in jobs:
        # one at a time, so that no more than two pieces are held
        done = None if before is None else before.result()
        before = pool.submit(job)
        if done is not None:
            yield done
    if before is not None:
        yield before.result()
