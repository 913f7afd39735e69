"""What may be a value of each field of Settings, and how a link writes it; wherever it comes from, it is read here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gruviz.drawing.pooling import STATISTICS
from gruviz.inputs.parameters import MAX_SEED, Parameter
from gruviz.inputs.scaling import SCALINGS
from gruviz.inputs.sequence import MAX_STEPS
from gruviz.inputs.synthetic import FAMILIES
from gruviz.inputs.text import ENCODINGS, UNITS
from gruviz.protocol.view import COLOURS, CUT, DIAGRAMS, EQUATIONS, LONGEST_EXPERIMENT, PANELS, SHOWS, XSCALES
from gruviz.sources.link import ORIGINS
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.characters import MOST_SYMBOLS
from gruviz.tracing.analysis import ORDERS
from gruviz.wording.words import LANGUAGES

MAX_UNITS = 1024
MAX_LAYERS = 4
LONGEST_IN_URL = 1500  # characters of typed text that still make a link people can send
SOURCES = ("task", "synthetic", "numbers", "text", "table", "file")
LONGEST_SUBSET = 200
PARAMETER = "p."  # prefix of a sequence's own parameters in the URL
COMPARING = "vs."  # prefix of what the Compare page keeps there, see compare/sides.py
TRAINING = "train."  # prefix of what the Train page keeps there, see subject/plans.py

Reader = Callable[[object], Any]


def _choice(*names: str) -> Reader:
    return lambda raw: raw if isinstance(raw, str) and raw in names else None


def _whole(low: int, high: int) -> Reader:
    def read(raw: object) -> int | None:
        if isinstance(raw, str):
            # ASCII digits only and few of them: int() of a megabyte of digits takes long
            digits = raw.removeprefix("-")
            raw = int(raw) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None
        return raw if type(raw) is int and low <= raw <= high else None

    return read


def _decimal(low: float, high: float) -> Reader:
    def read(raw: object) -> float | None:
        if isinstance(raw, str):
            try:
                raw = float(raw[:40])
            except ValueError:
                return None
        return float(raw) if type(raw) in (int, float) and low <= raw <= high else None

    return read


def _text(longest: int | None = None) -> Reader:
    return lambda raw: raw if isinstance(raw, str) and (longest is None or len(raw) <= longest) else None


def _pieces(separator: str) -> Reader:
    """Of a text that is too long for a link its first whole pieces, and a mark that there were more."""

    def read(raw: object) -> str | None:
        if not isinstance(raw, str) or len(raw) <= LONGEST_EXPERIMENT:
            return raw if isinstance(raw, str) else None
        end = separator + CUT
        return raw[: LONGEST_EXPERIMENT - len(end)].rpartition(separator)[0] + end

    return read


def _flag(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else raw == "1" if raw in ("0", "1") else None


def _letters(raw: object) -> str | None:
    well = isinstance(raw, str) and len(raw) <= len(PANELS) and set(raw) <= set(PANELS)
    return raw if well else None


def _names(raw: object) -> tuple[str, ...] | None:
    if isinstance(raw, str):
        raw = [name.replace("%2C", ",").replace("%25", "%") for name in raw.split(",")] if raw else []
    well = isinstance(raw, (list, tuple)) and all(isinstance(name, str) and name for name in raw)
    return tuple(raw) if well else None


def fits_link(text: str) -> bool:
    """Whether a text is short enough for a link."""
    return len(text) <= LONGEST_IN_URL


def _write_names(names: tuple[str, ...]) -> str:
    return ",".join(name.replace("%", "%25").replace(",", "%2C") for name in names)


def written(value: object) -> str:
    """A value as a link holds it; numbers to their last digit."""
    if not isinstance(value, float):
        return str(value)
    short = f"{value:.15g}"
    return short if float(short) == value else repr(value)


_STEP = _whole(0, MAX_STEPS - 1)
# one for each field, wherever a value comes from: a text of the URL, a value of a widget. Gives None for what is no
# value of the field: of another type, out of range, hostile
READERS: dict[str, Reader] = {
    "lang": _choice(*LANGUAGES),
    "model": _choice("split", "concat", "torch"),
    "weights": _choice(*ORIGINS),
    "trained": _choice("split", "torch"),
    "hidden": _whole(1, MAX_UNITS),
    "seed": _whole(0, MAX_SEED),
    "gain": _decimal(0, 20),
    "zbias": _decimal(-10, 10),
    "rbias": _decimal(-10, 10),
    "halves": _text(80),
    "tmax": _whole(3, MAX_STEPS),
    "layers": _whole(1, MAX_LAYERS),
    "both": _flag,
    "source": _choice(*SOURCES),
    "mine": _text(64),
    "task": _choice(*TASKS),
    "family": _choice(*FAMILIES),
    "steps": _whole(1, MAX_STEPS),
    "sseed": _whole(0, MAX_SEED),
    "numbers": _text(),
    "text": _text(),
    "per": _choice(*UNITS),
    "code": _choice(*ENCODINGS),
    "esize": _whole(1, MAX_UNITS),
    "table": _text(),
    "header": _choice("auto", "yes", "no"),
    "columns": _names,
    "labels": _text(),
    "rising": _flag,
    "scale": _choice(*SCALINGS),
    "layer": _whole(0, 2 * MAX_LAYERS - 1),
    "t": _STEP,
    "unit": _whole(0, MAX_UNITS - 1),
    "gate": _choice(*PANELS),
    "out": _whole(0, MOST_SYMBOLS - 1),
    "first": _STEP,
    "last": _STEP,
    "order": _choice(*ORDERS),
    "turned": _flag,
    "subset": _text(LONGEST_SUBSET),
    "stat": _choice(*STATISTICS),
    "diagram": _choice(*DIAGRAMS),
    "equations": _choice(*EQUATIONS),
    "hide": _letters,
    "large": _choice("", *PANELS),
    "colours": _choice(*COLOURS),
    "xscale": _choice(*XSCALES),
    "bent": _pieces(";"),
    "drawn": _pieces(" "),
    "show": _choice(*SHOWS),
}
WRITERS: dict[str, Callable[[Any], str]] = dict.fromkeys(READERS, written) | {
    "columns": _write_names,
    **dict.fromkeys(("both", "rising", "turned"), lambda value: str(int(value))),
}


def read_parameter(parameter: Parameter, raw: object) -> float | None:
    """As READERS, for one of a sequence's own parameters."""
    value = _decimal(parameter.low, parameter.high)(raw)
    return value if value is not None and (not parameter.integer or value == int(value)) else None
