"""Everything that makes the picture, in one frozen value; one table of fields drives both directions of the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from gruviz.drawing.pooling import STATISTICS
from gruviz.inputs.parameters import MAX_SEED, Parameter
from gruviz.inputs.scaling import SCALINGS
from gruviz.inputs.sequence import MAX_STEPS
from gruviz.inputs.synthetic import FAMILIES
from gruviz.inputs.text import ENCODINGS, UNITS
from gruviz.models.presets import PRESETS
from gruviz.stage.scene import DIAGRAMS, PANELS, VIEW_FIELDS, View
from gruviz.tasks.catalogue import TASKS
from gruviz.tracing.analysis import ORDERS
from gruviz.wording.words import LANGUAGES

MAX_UNITS = 1024
MAX_LAYERS = 4
LONGEST_IN_URL = 1500  # characters of typed text that still make a link people can send
_TYPED = {
    "numbers": ("numbers",),
    "text": ("text",),
    "table": ("table", "columns", "labels"),
    "file": ("columns", "labels"),
}
PARAMETER = "p."  # prefix of a sequence's own parameters in the URL
TRAINING = "train."  # prefix of what the Train page keeps there, see train/link.py

WEIGHTS = (*TASKS, *PRESETS, "random", "chrono", "mine")
SOURCES = ("task", "synthetic", "numbers", "text", "table", "file")
OPENS_ON = "delayed_copy"
LONGEST_SUBSET = 200


@dataclass(frozen=True)
class Settings:
    """What the visitor chose. Names are those of the URL; nothing derived is kept here.

    `t` and `unit` are None until someone chooses: then the preset's own place, or 0, is shown. `first` and `last` bound
    the steps shown; None is the last step. `subset` names units as "0-7, 12"; all when empty. The `VIEW_FIELDS` are
    the browser's: here they are what the session started with. `parameters` holds only what differs from the defaults
    of the family, or of the task where the source is one. `mine` names a model trained in this process.
    """

    lang: str = "en"
    model: str = "split"
    weights: str = "latch"
    hidden: int = 16
    seed: int = 0
    gain: float = 1.0
    zbias: float = 0.0
    rbias: float = 0.0
    halves: str = "2, 8, 32"
    tmax: int = 100
    layers: int = 1
    both: bool = False
    mine: str = ""
    source: str = "synthetic"
    task: str = "delayed_copy"
    family: str = PRESETS["latch"].family
    steps: int = PRESETS["latch"].steps
    sseed: int = 0
    parameters: tuple[tuple[str, float], ...] = tuple(PRESETS["latch"].parameters.items())
    numbers: str = "0 1 0 0 1 0 0 0 0 -1 0 0"
    text: str = "hello GRU"
    per: str = "characters"
    code: str = "onehot"
    esize: int = 16
    table: str = "time,price,volume\nMon,1.0,0.2\nTue,1.4,0.9\nWed,1.1,0.4\nThu,0.3,-0.5\nFri,0.6,0.1"
    header: str = "auto"
    columns: tuple[str, ...] = ()
    labels: str = ""
    scale: str = "none"
    layer: int = 0
    t: int | None = None
    unit: int | None = None
    gate: str = "h"
    first: int = 0
    last: int | None = None
    order: str = "index"
    subset: str = ""
    stat: str = "mean"
    diagram: str = "unit"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Settings:
        """Read a URL's parameters; what is unknown, out of range or hostile falls back to the default.

        Args:
            query: names and texts, as `st.query_params` gives them.

        >>> s = Settings.from_query({"model": "concat", "hidden": "1e9", "nonsense": "<b>"})
        >>> s.model, s.hidden
        ('concat', 16)
        """
        found = {name: READERS[name](text) for name, text in query.items() if name in READERS and _fits(text)}
        told = cls(**{name: value for name, value in found.items() if value is not None})
        base = dict(_parameters_at_start(told))
        return replace(told, parameters=_parameters(told.known, {**base, **_given(told.known, query)}))

    @classmethod
    def opening(cls, query: Mapping[str, str]) -> Settings:
        """What a session begins with: the link's settings, or a trained model where the link chooses nothing.

        `to_query` names the weights always, so its links give back what they were made from. Links written before it
        did may lack them: then the latch is meant, unless nothing but language or model is named; whether that was
        the latch too cannot be known. A link to the Train page keeps its place on the stage, and chooses nothing for
        the other pages.

        >>> Settings.opening({"lang": "ko"}).weights, Settings.opening({"weights": "latch"}).weights
        ('delayed_copy', 'latch')
        """
        given = cls.from_query(query)
        if any(name.startswith(TRAINING) for name in query):
            place = {name: getattr(given, name) for name in VIEW_FIELDS}
            return replace(cls(lang=given.lang).with_preset(OPENS_ON), **place)
        chosen = "weights" in query or replace(given, lang=DEFAULT.lang, model=DEFAULT.model) != DEFAULT
        return given if chosen else given.with_preset(OPENS_ON)

    def to_query(self) -> dict[str, str]:
        """The URL's parameters: the weights, and what is no default and not too long; `opening` gives it back."""
        query = {}
        for name, write in WRITERS.items():
            value = getattr(self, name)
            if value is not None and (name == "weights" or value != getattr(DEFAULT, name)) and _fits(write(value)):
                query[name] = write(value)
        base, mine = dict(_parameters_at_start(self)), dict(self.parameters)
        for p in self.known:
            if mine.get(p.name, p.default) != base.get(p.name, p.default):
                query[PARAMETER + p.name] = _write(float(mine.get(p.name, p.default)))
        return query

    @property
    def fits_url(self) -> bool:
        """Whether the link gives back the same picture: nothing of the source in use was too long for it."""
        back = Settings.from_query(self.to_query())
        used = _TYPED.get(self.source, ())
        unused = {name for names in _TYPED.values() for name in names if name not in used}
        return all(getattr(back, name) == getattr(self, name) for name in NAMES if name not in unused)

    @property
    def shows_preset_input(self) -> bool:
        """Whether the input is the one the weights' story is about; its length and seed may differ."""
        own = self.with_preset(self.weights)
        names = ("source", "task" if own.source == "task" else "family", "parameters", "scale")
        return all(getattr(own, name) == getattr(self, name) for name in names)

    @property
    def view(self) -> View:
        """Where the stage opens."""
        return View(**{name: getattr(self, name) for name in VIEW_FIELDS})

    @property
    def known(self) -> tuple[Parameter, ...]:
        """The parameters of the sequence in use."""
        return TASKS[self.task].parameters if self.source == "task" else FAMILIES[self.family].parameters

    def chosen(self, name: str, value: Any) -> Settings:
        """These settings with one field chosen anew, and what the choice brings along.

        >>> Settings().chosen("weights", "parity").task, Settings().chosen("hidden", 3).hidden
        ('parity', 3)
        """
        brings = {
            "weights": self.with_preset, "source": self.with_source, "task": self.with_task, "family": self.with_family,
        }  # fmt: skip
        return brings[name](value) if name in brings else replace(self, **{name: value})

    def with_source(self, name: str) -> Settings:
        """These settings with input from elsewhere; a task and a family have parameters of their own."""
        return replace(self, source=name, parameters=self.parameters if "task" not in (name, self.source) else ())

    def with_task(self, name: str) -> Settings:
        """These settings with an example of a task as input, at its own defaults."""
        return replace(self, source="task", task=name, parameters=())

    def with_preset(self, name: str) -> Settings:
        """These settings with other weights; those with a story bring the sequence that shows it."""
        if name in TASKS:
            return replace(
                self.with_task(name), weights=name, layer=0, t=None, unit=None, gate=DEFAULT.gate, first=0, last=None,
                subset="", scale="none",
            )  # fmt: skip
        if name not in PRESETS:
            return replace(self, weights=name)
        p = PRESETS[name]
        return replace(
            self, weights=name, source="synthetic", family=p.family, steps=p.steps, layer=0, t=None, unit=None,
            gate=DEFAULT.gate, first=0, last=None, subset="", scale="none",
            parameters=_parameters(FAMILIES[p.family].parameters, p.parameters),
        )  # fmt: skip

    def with_family(self, name: str) -> Settings:
        """These settings with another synthetic sequence, at its own defaults."""
        return replace(self, source="synthetic", family=name, parameters=())

    def with_parameter(self, name: str, value: float) -> Settings:
        """These settings with one parameter of the sequence changed."""
        return replace(self, parameters=_parameters(self.known, {**dict(self.parameters), name: value}))

    def parameter_values(self) -> dict[str, float]:
        """Every parameter of the sequence in use, defaults included."""
        mine = dict(self.parameters)
        return {p.name: mine.get(p.name, p.default) for p in self.known}


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


def _flag(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else raw == "1" if raw in ("0", "1") else None


def _names(raw: object) -> tuple[str, ...] | None:
    if isinstance(raw, str):
        raw = [name.replace("%2C", ",").replace("%25", "%") for name in raw.split(",")] if raw else []
    well = isinstance(raw, (list, tuple)) and all(isinstance(name, str) and name for name in raw)
    return tuple(raw) if well else None


def _fits(text: str) -> bool:
    return len(text) <= LONGEST_IN_URL


def _write_names(names: tuple[str, ...]) -> str:
    return ",".join(name.replace("%", "%25").replace(",", "%2C") for name in names)


def _write(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


_STEP = _whole(0, MAX_STEPS - 1)
# one for each field, wherever a value comes from: a text of the URL, a value of a widget. Gives None for what is no
# value of the field: of another type, out of range, hostile
READERS: dict[str, Reader] = {
    "lang": _choice(*LANGUAGES),
    "model": _choice("split", "concat", "torch"),
    "weights": _choice(*WEIGHTS),
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
    "scale": _choice(*SCALINGS),
    "layer": _whole(0, 2 * MAX_LAYERS - 1),
    "t": _STEP,
    "unit": _whole(0, MAX_UNITS - 1),
    "gate": _choice(*PANELS),
    "first": _STEP,
    "last": _STEP,
    "order": _choice(*ORDERS),
    "subset": _text(LONGEST_SUBSET),
    "stat": _choice(*STATISTICS),
    "diagram": _choice(*DIAGRAMS),
}
WRITERS: dict[str, Callable[[Any], str]] = dict.fromkeys(READERS, _write) | {
    "columns": _write_names,
    "both": lambda value: str(int(value)),
}


def read_parameter(parameter: Parameter, raw: object) -> float | None:
    """As READERS, for one of a sequence's own parameters."""
    value = _decimal(parameter.low, parameter.high)(raw)
    return value if value is not None and (not parameter.integer or value == int(value)) else None


def _given(known: tuple[Parameter, ...], query: Mapping[str, str]) -> dict[str, float]:
    read = {p.name: read_parameter(p, query.get(PARAMETER + p.name)) for p in known}
    return {name: value for name, value in read.items() if value is not None}


def _parameters_at_start(settings: Settings) -> tuple[tuple[str, float], ...]:
    """What the parameters are where a link does not name them."""
    return DEFAULT.parameters if settings.source != "task" and settings.family == DEFAULT.family else ()


def _parameters(known: tuple[Parameter, ...], values: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """In the sequence's own order, without what stands at its default, so that equal settings compare equal."""
    return tuple((p.name, values[p.name]) for p in known if p.name in values and values[p.name] != p.default)


DEFAULT = Settings()
NAMES = tuple(f.name for f in fields(Settings))
