"""Table files: CSV, TSV and the like, read as columns of which some become a Sequence."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from gruviz.inputs.sequence import MAX_STEPS, MAX_VALUES, Sequence, check_size
from gruviz.inputs.text import decoded
from gruviz.inputs.typed_numbers import (
    LARGEST,
    check_text_size,
    count_values,
    looks_like_number,
    number,
    plain_floats,
    usable_number,
)
from gruviz.wording.problems import Problem

_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 50
_TIMES = re.compile(
    "t|times?|timestamp|datetime|date|days?|hours?|minutes?|seconds?|sec|ms|months?|years?|epoch|index|idx|id|no|nr|row"
    "|steps?|unnamed|시간|시각|날짜|일자|일시|연도|년도|년|월|일|분|초|번호|순번|스텝"
)
_WORD = re.compile(r"[^\W\d_]+")
# 2024-01-05, 2024-01-05T10:00:00.5Z, 1/31/2024, 10:30, 2024년 1월 5일
_DATE = re.compile(
    r"(?:\d{4}|\d{1,2})(?:[-/.:T\s년월일시분]{1,3}(?:\d{4}|\d{1,2})){1,6}(?:[.,]\d{1,9})?"
    r"\s?(?:Z|UTC|[년월일시분초.]|[+-]\d\d:?\d\d)?"
)
_LONGEST_DATE = 40
_MOST_LOOKED_AT = 16  # columns of text
_FEWEST_ROWS = 3  # of two rows any column rises that does not fall


@dataclass(frozen=True, eq=False)
class Table:
    """A table that was read: what its columns are called, which hold numbers, and a Sequence of any of them.

    Made by `read_table`. A column is numeric if at least one of its cells is a number
    (or looks like one with a decimal comma, which is then refused by name).
    """

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    steps: int
    has_header: bool
    name: str
    encoding: str  # the bytes were read in: "utf-8", "utf-16" or "cp949"
    # clean columns are kept as float64, the others as they were written
    _cells: tuple[NDArray[np.float64] | tuple[str, ...], ...]
    _lines: NDArray[np.int64]

    @property
    def bytes(self) -> int:
        """What the table holds in memory: its cells, its lines and its names, each text counted once a column."""
        texts = (self.columns, *(cells for cells in self._cells if isinstance(cells, tuple)))
        arrays = (self._lines, *(cells for cells in self._cells if isinstance(cells, np.ndarray)))
        holders = (self, self.name, self.numeric, self._cells, *texts, *arrays)
        # short cells are often one object many times
        return sum(map(sys.getsizeof, holders)) + sum(_size_of_texts(column) for column in texts)

    @cached_property
    def clock(self) -> str | None:
        """The column of numbers that only rises from row to row, such as time or an index; None where that is unclear.

        It is none where it is the only column of numbers. Of several that rise it is the one with a name such as
        "time", or the only one whose numbers are evenly spaced.

        >>> read_table("t,price\\n0,1.5\\n1,1.25\\n2,1.75").clock
        't'
        """
        rising = [place for place, cells in enumerate(self._cells) if isinstance(cells, np.ndarray) and _rises(cells)]
        if not rising or sum(self.numeric) < 2:
            return None
        named = [place for place in rising if any(map(_TIMES.fullmatch, _WORD.findall(self.columns[place].casefold())))]
        if not named and self.steps >= _FEWEST_ROWS:
            even = [place for place in rising if _is_even(self._cells[place])]
            named = rising if len(rising) == 1 else even if len(even) == 1 else []
        return self.columns[named[0]] if named else None

    @cached_property
    def dates(self) -> str | None:
        """The first column in which every cell is a date or a time of day, written with more than digits; or None."""
        texts = islice((place for place, is_one in enumerate(self.numeric) if not is_one), _MOST_LOOKED_AT)
        found = (self.columns[place] for place in texts if all(map(_is_date, self._cells[place])))
        return next(found, None)

    def sequence(self, columns: str | Iterable[str] | None = None, label_column: str | None = None) -> Sequence:
        """Make a Sequence of some columns, one row a step.

        Args:
            columns: names of the input columns in their order; all numeric ones if not given.
            label_column: name of the column whose cells label the steps; no labels if not given.

        Returns:
            The Sequence (time, input), its channels named after the columns.

        Raises:
            Problem: an unknown column, none at all, or a cell that is empty or not a usable number
                (the sentence names line and column).

        Example:
            >>> table = read_table("day,rain,sun\\nMon,1,0\\nTue,0,1")
            >>> table.sequence(label_column="day").labels, table.sequence(["sun"]).x.ravel().tolist()
            (('Mon', 'Tue'), [0.0, 1.0])
        """
        if columns is None:
            pairs = zip(self.columns, self.numeric, strict=True)
            chosen = [name for name, numeric in pairs if numeric and name != label_column]
            if not chosen:
                raise Problem("no_numeric_column", name=self.name)
        else:
            chosen = [columns] if isinstance(columns, str) else list(columns)
        if not chosen:
            raise Problem("no_column_chosen", choices=self.columns)
        places = dict(zip(self.columns, range(len(self.columns)), strict=True))
        for name in (*chosen, *((label_column,) if label_column is not None else ())):
            if name not in places:
                raise Problem("unknown_column", found=name, choices=self.columns)
        labels = self._labels(places[label_column]) if label_column is not None else ()
        check_size(self.steps, len(chosen))
        x = np.stack([self._numbers(places[name]) for name in chosen], axis=1)
        return Sequence(x, labels, tuple(chosen), self.name)

    def _numbers(self, place: int) -> NDArray[np.float64]:
        cells = self._cells[place]
        if isinstance(cells, np.ndarray):
            return cells
        pairs = zip(cells, self._lines.tolist(), strict=True)
        return np.array([usable_number(cell, line, self.columns[place]) for cell, line in pairs])

    def _labels(self, place: int) -> tuple[str, ...]:
        cells = self._cells[place]
        return tuple(f"{value:.15g}" for value in cells) if isinstance(cells, np.ndarray) else cells


def read_table(data: bytes | str, name: str = "table", header: bool | None = None) -> Table:
    """Read a table whose cells are separated by commas, semicolons, tabs or spaces.

    Args:
        data: the file's bytes (UTF-8, UTF-16 with its mark, or CP949), or pasted text; at most 16 MiB.
        name: what to call it in sentences and on the page.
        header: whether the first row holds the names; None finds out (it does if none of its cells is a
            number in the columns that hold numbers below it).

    Returns:
        The Table; names that repeat are numbered, blank ones become "column 3".

    Raises:
        Problem: not a text table, too large, rows of different lengths, or no rows.

    Example:
        >>> table = read_table("time;value\\n0;0.5\\n1;0.25")
        >>> table.columns, table.numeric, table.steps, table.has_header
        (('time', 'value'), (True, True), 2, True)
    """
    text, encoding = _text_of(data, name)
    delimiter = _delimiter(text)
    if not text.strip():
        raise Problem("empty_table", name=name)
    found = count_values(text, (delimiter or " \t") + "\r\n")
    cells = text.count(delimiter) if delimiter else 0  # cells of nothing cost as much as others
    if found > MAX_VALUES or cells > MAX_VALUES + MAX_STEPS:  # each row may end with a separator
        raise Problem("too_many_values", found=max(found, cells), limit=MAX_VALUES)
    rows, lines = _even_rows(text, delimiter)
    if not rows:
        raise Problem("empty_table", name=name)
    first, below = rows[0], list(zip(*rows[1:], strict=True)) or [()] * len(rows[0])
    # 0,5 is a number to whoever wrote it: read as text it would be left out without a word
    numeric = [_holds_numbers(column) for column in below]
    if header is None:
        beside = zip(numeric, first, strict=True)
        header = any(numeric) and not any(is_one and number(cell) is not None for is_one, cell in beside)
    if header and len(rows) == 1:
        raise Problem("header_only", name=name)
    del rows  # as large as the columns that replace them
    if not header:
        numeric = [is_one or looks_like_number(cell) for is_one, cell in zip(numeric, first, strict=True)]
        below = [(cell, *column) for cell, column in zip(first, below, strict=True)]
    check_size(len(below[0]), len(below))
    return Table(
        columns=_column_names(first if header else [""] * len(below)),
        numeric=tuple(numeric),
        steps=len(below[0]),
        has_header=header,
        name=name,
        encoding=encoding,
        _cells=tuple(_clean(column) if is_one else column for is_one, column in zip(numeric, below, strict=True)),
        _lines=np.array(lines[1:] if header else lines),
    )


def _text_of(data: bytes | str, name: str) -> tuple[str, str]:
    if isinstance(data, str):
        check_text_size(data)
        text, encoding = data.removeprefix("\ufeff"), "utf-8"
    else:
        text, encoding = decoded(data, name)
    if "\x00" in text:
        raise Problem("file_is_binary", name=name, line=text[: text.index("\x00")].count("\n") + 1)
    return text, encoding


def _rows(text: str, delimiter: str | None, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not blank with the line it starts on; no delimiter means spaces."""
    source = io.StringIO(text, newline="")
    if delimiter is None:
        for line, content in enumerate(source, start=1):
            if content.strip():
                yield line, content.split()
        return
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True, strict=strict)
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            raise Problem("bad_quotes", line=line) from None
        if row is None:
            return
        if len(row) > 1 or (row and row[0].strip()):
            yield line, [cell.strip() for cell in row]
        line = reader.line_num + 1


def _delimiter(text: str) -> str | None:
    """Choose what most rows agree on: a separator that cuts them into the same number of cells."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE and "\n" in sample:
        sample = sample[: sample.rindex("\n")]
    best, best_share = None, 0.0
    for delimiter in ("\t", ";", ","):
        share = _agreement(sample, delimiter)
        if share > best_share:
            best, best_share = delimiter, share
    if best is None and _agreement(sample, None) == 0:
        return ","  # a single column, whose cells may hold spaces
    return best


def _agreement(sample: str, delimiter: str | None) -> float:
    try:
        widths = [len(row) for _, row in islice(_rows(sample, delimiter, strict=False), _SAMPLE_ROWS)]
    except Problem:  # a cell past the csv module's limit: this separator explains nothing
        return 0.0
    body = widths[1:] or widths
    if not body:
        return 0.0
    width, count = Counter(body).most_common(1)[0]
    return count / len(body) if width > 1 else 0.0


def _even_rows(text: str, delimiter: str | None) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    needed = width = 0
    for line, row in _rows(text, delimiter, strict=True):
        if not rows:
            width = len(row)
            needed = width - _empty_at_end(row)
        extra = len(row) - width
        if extra > 0 and _empty_at_end(row) >= extra:
            row = row[:width]
        if not needed <= len(row) <= width:
            raise Problem("ragged_row", line=line, found=len(row), expected=width)
        rows.append(row if len(row) == width else row + [""] * (width - len(row)))
        lines.append(line)
        # a separator at the end of the line is no input; len(rows) may still count the header
        check_size(min(len(rows), MAX_STEPS), width - (needed < width))
        if len(rows) > MAX_STEPS + 1:
            raise Problem("too_many_steps", limit=MAX_STEPS)
    while rows and not any(rows[-1]):  # spreadsheets leave such rows below the data
        rows.pop()
        lines.pop()
    # a separator at the end of every line makes a column of nothing
    unused = min((_empty_at_end(row) for row in rows), default=0)
    return [row[: width - unused] for row in rows] if unused else rows, lines


def _empty_at_end(row: list[str]) -> int:
    empty = 0
    while empty < len(row) and not row[-1 - empty]:
        empty += 1
    return empty


def _holds_numbers(column: tuple[str, ...]) -> bool:
    # words repeat in most tables, and each is looked at once
    return column != () and (looks_like_number(column[0]) or any(map(looks_like_number, set(column))))


def _column_names(header: list[str]) -> tuple[str, ...]:
    given = set(header)
    names: dict[str, None] = {}  # in their order
    copies: dict[str, int] = {}
    for place, name in enumerate(header, start=1):
        wanted = unused = name or f"column {place}"
        while unused in names or (unused != name and unused in given):
            copies[wanted] = copies.get(wanted, 1) + 1
            unused = f"{wanted} ({copies[wanted]})"
        names[unused] = None
    return tuple(names)


def _clean(column: tuple[str, ...]) -> NDArray[np.float64] | tuple[str, ...]:
    """Turn a column of nothing but usable numbers into an array, which takes a tenth of the memory."""
    values = plain_floats(column)
    if values is None:
        values = []
        for cell in column:
            value = number(cell)
            if value is None or not abs(value) <= LARGEST:
                return column
            values.append(value)
    return np.array(values)


def _rises(cells: NDArray[np.float64]) -> bool:
    return len(cells) > 1 and bool((np.diff(cells) > 0).all())


def _is_even(cells: NDArray[np.float64]) -> bool:
    return bool(np.allclose(np.diff(cells), cells[1] - cells[0], rtol=1e-6, atol=0))


def _is_date(cell: str) -> bool:
    return len(cell) <= _LONGEST_DATE and _DATE.fullmatch(cell) is not None


def _size_of_texts(column: tuple[str, ...]) -> int:
    return sum(map(sys.getsizeof, {id(text): text for text in column}.values()))
