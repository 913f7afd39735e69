"""What people type, paste or upload, as a Sequence: one door to the readers, and scaling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from gruviz.array_files import read_npy
from gruviz.inputs import MAX_BYTES, MAX_INPUTS, MAX_STEPS, MAX_VALUES, Sequence
from gruviz.problems import Problem
from gruviz.tables import Table, read_table
from gruviz.text_steps import encode_text
from gruviz.typed_numbers import number, parse_numbers

__all__ = [
    "MAX_BYTES",
    "MAX_INPUTS",
    "MAX_STEPS",
    "MAX_VALUES",
    "Scaling",
    "Table",
    "encode_text",
    "parse_numbers",
    "read_npy",
    "read_table",
    "read_upload",
    "rescale",
]

SUFFIXES = (".csv", ".tsv", ".txt", ".npy")
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


def read_upload(filename: str, data: bytes) -> Table | Sequence:
    """Read an uploaded file by the end of its name: .csv, .tsv and .txt are tables, .npy is an array.

    A .txt file with a single line of numbers is read as one input over time.

    Args:
        filename: the name it was uploaded under; capitals do not matter.
        data: its bytes, at most 16 MiB.

    Returns:
        A Table, whose columns are then chosen, or a Sequence.

    Raises:
        Problem: another kind of file, a .txt that holds prose, or what the reader refuses.

    Example:
        >>> read_upload("Rain.CSV", b"a,b\\n1,2\\n3,4").columns
        ('a', 'b')
    """
    name = PurePath(filename.replace("\\", "/")).name or "file"
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise Problem("unknown_file_kind", name=name, choices=SUFFIXES)
    if suffix == ".npy":
        return read_npy(data, name)
    if suffix == ".txt":
        text = _plain_text(data)
        if text is not None and _is_prose(text):
            raise Problem("text_file", name=name)
        if text is not None and len(text.strip().splitlines()) == 1:
            found = parse_numbers(text)
            return Sequence(found.x, found.labels, found.channels, name)
    return read_table(data, name)


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
    scaled = Sequence((x - offset) / scale, sequence.labels, sequence.channels, sequence.name)
    return scaled, Scaling(how, tuple(offset.tolist()), tuple(scale.tolist()))


def _plain_text(data: bytes) -> str | None:
    if len(data) > MAX_BYTES or b"\x00" in data:
        return None  # read_table says what is wrong with it
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _is_prose(text: str) -> bool:
    pieces = [piece for piece in re.split(r"[\s,;]+", text[: 64 * 1024]) if piece]
    return sum(number(piece) is not None for piece in pieces) * 4 < len(pieces)
