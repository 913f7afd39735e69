"""An uploaded file, read by the end of its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from gruviz.inputs.arrays import read_npy
from gruviz.inputs.sequence import Sequence
from gruviz.inputs.tables import Table, read_table
from gruviz.inputs.text import decoded
from gruviz.inputs.typed_numbers import number, parse_numbers
from gruviz.wording.problems import Problem


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name and its bytes."""

    name: str
    data: bytes


_LINE_END = re.compile(r"[\r\n]")
SUFFIXES = (".csv", ".tsv", ".txt", ".npy")


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
        text = _plain_text(data, name)
        if text is not None and _is_prose(text):
            raise Problem("text_file", name=name)
        if text is not None and text.strip() and not _LINE_END.search(text.strip()):
            found = parse_numbers(text)
            return Sequence(found.x, found.labels, found.channels, name)
    return read_table(data, name)


def _plain_text(data: bytes, name: str) -> str | None:
    try:
        text, _ = decoded(data, name)
    except Problem:
        return None  # read_table says what is wrong with it
    return None if "\x00" in text else text


def _is_prose(text: str) -> bool:
    pieces = [piece for piece in re.split(r"[\s,;]+", text[: 64 * 1024]) if piece]
    return sum(number(piece) is not None for piece in pieces) * 4 < len(pieces)
