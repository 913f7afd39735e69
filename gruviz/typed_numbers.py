"""Numbers as people type them: what counts as a number, and a block of typed numbers as a Sequence."""

from __future__ import annotations

import math
import re

import numpy as np

from gruviz.inputs import MAX_BYTES, MAX_VALUES, Sequence, check_size
from gruviz.problems import Problem

LARGEST = float(np.finfo(np.float32).max)

_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+")
_DECIMAL_COMMA = re.compile(r"\s*[-+−]?\d+,\d+\s*")
_NEXT_ROW = re.compile(r"[\])]\s*,?\s*(?=[\[(])")
_BRACKETS = re.compile(r"[\[\]()]")


def number(cell: str) -> float | None:
    """Read one number; nan and inf are read as such, and `usable_number` is what refuses them.

    Args:
        cell: text, spaces around it allowed; the Unicode minus sign counts as a minus.

    Returns:
        The number, or None if the text is none (`1_000` is none).

    Example:
        >>> number(" −2.5e1 "), number("1_000"), number("one")
        (-25.0, None, None)
    """
    if "_" in cell:
        return None
    try:
        return float(cell.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None


def usable_number(cell: str, line: int, column: int | str) -> float:
    """Read one number that float32 can hold, or say where and why not.

    Args:
        cell: the text of the cell.
        line: its line, from 1.
        column: its place in the line from 1, or the name of its column.

    Returns:
        A finite number of size at most 3.4e38.

    Raises:
        Problem: the cell is empty, a word, nan, inf, written with a decimal comma, or too large.

    Example:
        >>> usable_number("0.5", line=1, column=2)
        0.5
        >>> usable_number("", line=1, column=3)
        Traceback (most recent call last):
        gruviz.problems.Problem: Line 1, column 3 is empty; write a number such as 0.5 or leave the row out.
    """
    if not cell.strip():
        raise Problem("empty_cell", line=line, column=column)
    value = number(cell)
    if value is None and is_decimal_comma(cell):
        raise Problem("decimal_comma", line=line, column=column, word=cell.strip())
    if value is None:
        raise Problem("not_a_number", line=line, column=column, word=cell.strip())
    if math.isfinite(value) and abs(value) <= LARGEST:
        return value
    if any(letter.isdigit() for letter in cell):  # 1e999 is read as inf, though nobody wrote inf
        raise Problem("number_too_large", line=line, column=column, word=cell.strip())
    raise Problem("not_finite", line=line, column=column, word=cell.strip())


def is_decimal_comma(cell: str) -> bool:
    """Whether a cell looks like a number written with a decimal comma.

    Example:
        >>> is_decimal_comma(" -0,5 "), is_decimal_comma("0.5")
        (True, False)
    """
    return _DECIMAL_COMMA.fullmatch(cell) is not None


def count_values(text: str, separators: str) -> int:
    """Count the pieces of text between separators, empty ones left out, without building them.

    Args:
        text: any text.
        separators: ASCII characters.

    Returns:
        The number of pieces.

    Example:
        >>> count_values("1, 2,,3", ", ")
        3
    """
    is_separator = np.zeros(256, dtype=bool)
    is_separator[list(separators.encode("ascii"))] = True
    gaps = is_separator[np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)]
    starts = np.count_nonzero(gaps[:-1] & ~gaps[1:])
    return int(starts) + int(len(gaps) > 0 and not gaps[0])


def parse_numbers(text: str) -> Sequence:
    """Read typed numbers: one line, or one number a line, is one input over time; otherwise a line is a step.

    Commas, semicolons, tabs and spaces separate; blank lines and separators at the end of a line are ignored.

    Args:
        text: what was typed, at most 16 MiB and 5,000,000 numbers.

    Returns:
        The Sequence, named "typed numbers".

    Raises:
        Problem: no numbers, too many, lines of different lengths, or something that is not a usable
            number; the sentence names line and column, both from 1.

    Example:
        >>> parse_numbers("0 1 0 0 1").x.shape, parse_numbers("0, 1\\n1, 0\\n1, 1").x.shape
        ((5, 1), (3, 2))
    """
    check_text_size(text)
    found = count_values(text, " \t\r\n,;")
    if found > MAX_VALUES:
        raise Problem("too_many_values", found=found, limit=MAX_VALUES)
    rows: list[list[float]] = []
    if text.lstrip()[:1] in ("[", "("):  # pasted from Python: [0, 1] or [[0, 1], [1, 0]]
        text = _BRACKETS.sub(" ", _NEXT_ROW.sub("\n", text))
    # only the line ends an editor shows: str.splitlines also cuts at form feeds and the like
    for line, content in enumerate(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff")), start=1):
        if not content.strip():
            continue
        pieces = content.split()
        if len(pieces) > 1 and all(map(is_decimal_comma, pieces)):
            raise Problem("decimal_comma", line=line, column=1, word=pieces[0])
        cells = _cells(content)
        row = _fast_floats(cells)
        if row is None:
            row = [usable_number(cell, line, column) for column, cell in enumerate(cells, start=1)]
        if rows and len(row) != len(rows[0]):
            raise Problem("ragged_row", line=line, found=len(row), expected=len(rows[0]))
        rows.append(row)
    if not rows:
        raise Problem("no_numbers")
    x = np.array(rows, dtype=np.float64)
    if len(rows) == 1:
        x = x.T
    check_size(*x.shape)
    return Sequence(x, name="typed numbers")


def check_text_size(text: str) -> None:
    """Refuse text of more than MAX_BYTES before it is looked at.

    Args:
        text: any text.

    Raises:
        Problem: it is too long.
    """
    size = len(text) if len(text) > MAX_BYTES else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise Problem("too_many_bytes", found=size / 2**20, limit=MAX_BYTES // 2**20)


def _cells(content: str) -> list[str]:
    content = content.strip()
    if not ("," in content or ";" in content):
        return content.split()
    trimmed = content.rstrip(" \t,;")
    return _SEPARATOR.split(trimmed) if trimmed else [""]


def _fast_floats(cells: list[str]) -> list[float] | None:
    """Read a line that holds nothing unusual; None sends it through the careful reading."""
    try:
        row = list(map(float, cells))
    except ValueError:
        return None
    # max and min let nan slip through, the sum does not
    usable = not math.isnan(sum(row)) and max(map(abs, row)) <= LARGEST
    return row if usable and not any("_" in cell for cell in cells) else None
