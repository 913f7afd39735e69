"""Sequence: what a GRU reads, one row of numbers a step; and how large one may be."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gruviz.wording.problems import Problem

MAX_STEPS = 100_000
MAX_INPUTS = 1024
MAX_VALUES = 5_000_000  # steps x inputs
MAX_BYTES = 16 * 2**20


@dataclass(frozen=True, eq=False)
class Sequence:
    """The input of a GRU: finite numbers over time, with a name for each column and a label for each step.

    Two sequences are equal when values, labels, channels, name and what is due are, bit for bit.

    Args:
        x: numbers (time, input), at least 1 x 1; copied to a read-only C-contiguous float32 array.
        labels: one short text a step, or none at all.
        channels: one name an input column; left empty they become x1, x2, ...
        name: what the sequence is called on the page.
        due: one short text a step, the answer a model should give there and "" where none is due; or none at all.
        target: (time, k) the same answers as numbers, NaN where none is due: the index of the right class, k = 1, or
            k numbers; kept as float32, read-only. None where nothing is known of them.

    Raises:
        Problem: x is not a finite (time, input) array of real numbers in float32's range, or the
            number of labels, answers or channels does not fit it.
        ValueError: the target has not one row a step.

    Example:
        >>> sequence = Sequence([[0, 1], [1, 0], [0, 0]], labels=("a", "b", "c"), name="mine")
        >>> sequence.steps, sequence.inputs, sequence.channels, sequence.x.dtype
        (3, 2, ('x1', 'x2'), dtype('float32'))
    """

    x: NDArray[np.float32]
    labels: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    name: str = "sequence"
    due: tuple[str, ...] = ()
    target: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Check every field and freeze the numbers."""
        x = _frozen_numbers(self.x)
        labels, due = tuple(self.labels), tuple(self.due)
        channels = tuple(self.channels) or tuple(f"x{i + 1}" for i in range(x.shape[1]))
        for texts in (labels, due):
            if texts and len(texts) != len(x):
                raise Problem("label_count", found=len(texts), expected=len(x))
        if len(channels) != x.shape[1]:
            raise Problem("channel_count", found=len(channels), expected=x.shape[1])
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "due", due)
        object.__setattr__(self, "target", _frozen_target(self.target, len(x)))
        object.__setattr__(self, "channels", channels)

    @property
    def steps(self) -> int:
        """Number of time steps, at least 1."""
        return self.x.shape[0]

    @property
    def inputs(self) -> int:
        """Number of numbers a step, at least 1."""
        return self.x.shape[1]

    @cached_property
    def digest(self) -> str:
        """A short hash of everything in the sequence, the same in every process: a cache key (32 hex digits).

        Source: BLAKE2b, RFC 7693.
        """
        texts = [self.name, *self.channels, *self.labels, *self.due]
        coded = [text.encode("utf-8", "surrogatepass") for text in texts]
        # the lengths keep ("ab", "c") and ("a", "bc") apart
        sizes = [*self.x.shape, len(self.labels), *map(len, coded), *([len(self.due)] if self.due else [])]
        hashed = hashlib.blake2b(np.array(sizes, dtype="<i8").tobytes(), digest_size=16)
        hashed.update(b"".join(coded))
        hashed.update(self.x.astype("<f4", copy=False).tobytes())
        if self.target is not None:
            hashed.update(np.array(self.target.shape, dtype="<i8").tobytes())
            # one NaN for all: others have other bits
            hashed.update(np.where(np.isnan(self.target), np.nan, self.target).astype("<f4").tobytes())
        return hashed.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Compare by contents."""
        return self.digest == other.digest if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        """Hash by contents."""
        return hash(self.digest)

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild through the checks: a pickled array would come back writable."""
        target = None if self.target is None else np.asarray(self.target)
        return Sequence, (np.asarray(self.x), self.labels, self.channels, self.name, self.due, target)


def check_size(steps: int, inputs: int) -> None:
    """Refuse data larger than the limits of this module, before anything is allocated for it.

    Args:
        steps: number of time steps; at most MAX_STEPS.
        inputs: number of inputs a step; at most MAX_INPUTS, and steps x inputs at most MAX_VALUES.

    Raises:
        Problem: one of them is passed; the sentence names the limit.

    Example:
        >>> check_size(steps=200, inputs=3)
        >>> check_size(steps=200, inputs=2000)
        Traceback (most recent call last):
        gruviz.wording.problems.Problem: Each step has 2,000 values; give at most 1,024 per step, one step per line.
    """
    if inputs > MAX_INPUTS:
        raise Problem("too_many_inputs", found=inputs, limit=MAX_INPUTS)
    if steps * inputs > MAX_VALUES:
        raise Problem("too_many_values", found=steps * inputs, limit=MAX_VALUES)
    if steps > MAX_STEPS:
        raise Problem("too_many_steps", limit=MAX_STEPS)


def check_bytes(size: int) -> None:
    """Refuse what is longer than MAX_BYTES, before it is looked at.

    Args:
        size: its bytes.

    Raises:
        Problem: it is too long; the sentence names the limit.

    Example:
        >>> check_bytes(16 * 2**20)
        >>> check_bytes(16 * 2**20 + 1)
        Traceback (most recent call last):
        gruviz.wording.problems.Problem: This is 16.1 MiB; give at most 16 MiB.
    """
    if size > MAX_BYTES:
        # rounded up: "16.0 MiB; give at most 16 MiB" would contradict itself
        raise Problem("too_many_bytes", found=math.ceil(size / 2**20 * 10) / 10, limit=MAX_BYTES // 2**20)


def _frozen_numbers(given: object) -> NDArray[np.float32]:
    try:
        source = np.asarray(given)
    except (ValueError, TypeError):
        raise Problem("sequence_kind", found=type(given).__name__) from None
    if source.dtype.kind not in "biuf":
        raise Problem("sequence_kind", found=source.dtype.name)
    if source.ndim != 2 or 0 in source.shape:
        raise Problem("sequence_shape", found=str(source.shape))
    with np.errstate(over="ignore"):  # what overflows is found and named just below
        x = np.array(source, dtype=np.float32, order="C", copy=True)
    finite = np.isfinite(x)
    if not finite.all():
        step, column = np.argwhere(~finite)[0].tolist()
        raise Problem("not_finite_step", step=step + 1, input=column + 1, found=f"{source[step, column]}")
    x.flags.writeable = False
    return x


def _frozen_target(given: NDArray | None, steps: int) -> NDArray[np.float32] | None:
    if given is None:
        return None
    target = np.array(given, dtype=np.float32, order="C", copy=True)
    if target.ndim != 2 or len(target) != steps or not target.shape[1]:
        raise ValueError(f"target has shape {target.shape}; it must be ({steps}, k), a row for each step.")
    target.flags.writeable = False
    return target
