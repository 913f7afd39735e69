"""Rescaling the channels of a sequence, each by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gruviz.inputs.sequence import Sequence
from gruviz.wording.problems import Problem

SCALINGS = ("none", "standard", "minmax", "maxabs")


@dataclass(frozen=True)
class Scaling:
    """How a sequence was rescaled, one offset and one scale a channel: x' = (x - offset) / scale.

    Args:
        how: "none", "standard", "minmax" or "maxabs".
        offset: what was subtracted, in the data's own unit.
        scale: what it was divided by, in the data's own unit; never 0.
    """

    how: str
    offset: tuple[float, ...]
    scale: tuple[float, ...]


def rescale(sequence: Sequence, how: str) -> tuple[Sequence, Scaling]:
    """Rescale each channel by itself: x' = (x - offset) / scale.

    Args:
        sequence: the data.
        how: "none"; "standard" (mean 0, standard deviation 1); "minmax" (to [-1, 1]); "maxabs" (largest
            size 1, zero stays zero). A channel that never changes is only shifted by the first two.

    Returns:
        The new Sequence and the Scaling that made it.

    Raises:
        Problem: an unknown `how`.

    Example:
        >>> scaled, scaling = rescale(Sequence([[2.0], [4.0], [6.0]]), "minmax")
        >>> scaled.x.ravel().tolist(), scaling.offset, scaling.scale
        ([-1.0, 0.0, 1.0], (4.0,), (2.0,))
    """
    if how not in SCALINGS:
        raise Problem("unknown_choice", option="scaling", found=how, choices=SCALINGS)
    x = sequence.x.astype(np.float64)
    low, high = x.min(axis=0), x.max(axis=0)
    offset, scale = np.zeros(sequence.inputs), np.ones(sequence.inputs)
    if how == "standard":
        offset, scale = x.mean(axis=0), x.std(axis=0)
    elif how == "minmax":
        offset, scale = (low + high) / 2, (high - low) / 2
    elif how == "maxabs":
        scale = np.abs(x).max(axis=0)
    # float32 values sum exactly in float64, so a channel that never changes has a scale of exactly 0
    scale = np.where(scale == 0, 1, scale)
    scaled = replace(sequence, x=(x - offset) / scale)
    return scaled, Scaling(how, tuple(offset.tolist()), tuple(scale.tolist()))
