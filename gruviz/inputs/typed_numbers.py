"""Numbers as people type them: what counts as a number, and a block of typed numbers as a Sequence."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from itertools import islice

import numpy as np

from gruviz.inputs.sequence import MAX_BYTES, MAX_STEPS, MAX_VALUES, Sequence, check_bytes, check_size
from gruviz.wording.problems import Problem

LARGEST = float(np.finfo(np.float32).max)

# two runs of one kind side by side would be tried in every division: quadratic time
_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+")
_DECIMAL_COMMA = re.compile(r"\s*[-+−]?\d+,\d+\s*")
_WRITTEN_NUMBER = re.compile(
    r"\s*[-+−]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+−]?\d+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN]|\d+,\d+)\s*"
)
_NEXT_ROW = re.compile(r"[\])]\s*(?:,\s*)?(?=[\[(])")
_REST_OF_LINE = re.compile(r"\S[^\n]*")


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
        gruviz.wording.problems.Problem: Line 1, column 3 is empty; write a number such as 0.5 or leave the row out.
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


def looks_like_number(cell: str) -> bool:
    """Whether a cell is a number for `number`, or one with a decimal comma; several times as fast as asking them.

    Example:
        >>> looks_like_number("1e-5"), looks_like_number("0,5"), looks_like_number("nano")
        (True, True, False)
    """
    return _WRITTEN_NUMBER.fullmatch(cell) is not None


def plain_floats(cells: Collection[str]) -> list[float] | None:
    """Read cells that hold nothing but usable numbers in plain ASCII or Unicode digits.

    Args:
        cells: at least one.

    Returns:
        The numbers, or None if any cell needs the careful reading of `usable_number`.

    Example:
        >>> plain_floats(["1", " 2.5"]), plain_floats(["1", "nan"]), plain_floats(["1_0"])
        ([1.0, 2.5], None, None)
    """
    try:
        row = list(map(float, cells))
    except ValueError:
        return None
    # max and min let nan slip through, the sum does not
    usable = not math.isnan(sum(row)) and max(map(abs, row)) <= LARGEST
    return row if usable and "_" not in "".join(cells) else None


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
    for line, content in _lines(text):
        row = _row(line, content)
        if rows and len(row) != len(rows[0]):
            raise Problem("ragged_row", line=line, found=len(row), expected=len(rows[0]))
        rows.append(row)
        if len(rows) > 1:
            check_size(len(rows), len(row))  # here and not below: the rest need not be read
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
    check_bytes(len(text) if len(text) > MAX_BYTES else len(text.encode("utf-8", "surrogatepass")))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give each line that is not blank with its number, one at a time: a list of millions is never built."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("[", "("):  # pasted from Python: [0, 1] or [[0, 1], [1, 0]]
        if next(islice(_NEXT_ROW.finditer(text), MAX_STEPS - 1, None), None):
            raise Problem("too_many_steps", limit=MAX_STEPS)
        text = _NEXT_ROW.sub("\n", text)
        for bracket in "[]()":
            text = text.replace(bracket, " ")
    # only the line ends an editor shows: str.splitlines also cuts at form feeds and the like
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    line, counted = 1, 0
    for found in _REST_OF_LINE.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        yield line, found[0]


def _row(line: int, content: str) -> list[float]:
    # as many cells make too many steps or too many inputs, whatever else stands there
    if len(content) > MAX_STEPS and _count_cells(content) > MAX_STEPS:
        raise Problem("too_many_steps", limit=MAX_STEPS)
    pieces = content.split()
    if len(pieces) > 1 and all(map(is_decimal_comma, pieces)):
        raise Problem("decimal_comma", line=line, column=1, word=pieces[0])
    cells = _cells(content)
    row = plain_floats(cells)
    return [usable_number(cell, line, column) for column, cell in enumerate(cells, start=1)] if row is None else row


def _count_cells(content: str) -> int:
    """A number of cells that the line has at least, without building them."""
    trimmed = content.rstrip(" \t,;")
    return max(count_values(trimmed, " \t,;"), trimmed.count(",") + trimmed.count(";") + 1)


def _cells(content: str) -> list[str]:
    content = content.strip()
    if not ("," in content or ";" in content):
        return content.split()
    trimmed = content.rstrip(" \t,;")
    return _SEPARATOR.split(trimmed) if trimmed else [""]
