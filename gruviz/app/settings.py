"""Everything that makes the picture, in one frozen value; one table of fields drives both directions of the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from gruviz.app.readers import PARAMETER, READERS, TRAINING, WRITERS, fits_link, read_parameter, written
from gruviz.inputs.parameters import Parameter
from gruviz.inputs.synthetic import FAMILIES
from gruviz.models.presets import PRESETS
from gruviz.protocol.view import EXPERIMENT, VIEW_FIELDS, View
from gruviz.sources.link import ORIGINS
from gruviz.tasks.catalogue import TASKS

# what counts where: with other weights, or another source, these fields say nothing
_OF_SOURCE = {
    "task": ("task", "sseed"),
    "synthetic": ("family", "steps", "sseed"),
    "numbers": ("numbers",),
    "text": ("text", "per", "code", "esize", "sseed"),
    "table": ("table", "header", "columns", "labels", "rising"),
    "file": ("header", "columns", "labels", "rising"),
}
_ALWAYS = ("lang", "model", "weights", "source", "scale", *VIEW_FIELDS)
_OF_INPUT = {"source", "scale", *(name for names in _OF_SOURCE.values() for name in names)}
# what weights with a story begin anew: where to look, and at what
_OF_STORY = ("layer", "t", "unit", "gate", "out", "first", "last", "subset", "scale", *EXPERIMENT)

OPENS_ON = "delayed_copy"
SAMPLES = {"korean": "나는 봄을 기다린다", "brackets": "(a(aa)(a))a"}  # text for weights that cannot read the usual one


@dataclass(frozen=True)
class Settings:
    """What the visitor chose. Names are those of the URL; nothing derived is kept here.

    `t` and `unit` are None until someone chooses: then the preset's own place, or 0, is shown. `first` and `last` bound
    the steps shown; None is the last step. `subset` names units as "0-7, 12"; all when empty. The `VIEW_FIELDS` are
    the browser's: here they are what the session started with. `parameters` holds only what differs from the defaults
    of the family, or of the task where the source is one. `mine` names a model trained in this process; `trained` is
    which of the two that come with each task is meant, whatever model computes with its numbers. `rising` has a
    table's times, dates and index read as any column, that would label the steps by themselves.

    Of an experiment, what was `drawn` goes with the input it was drawn over. What is `bent` stays with other weights,
    another model or another input, where it asks the same of them; weights with a story begin without.
    """

    lang: str = "en"
    model: str = "split"
    weights: str = "latch"
    trained: str = "split"
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
    text: str = "hello gru"
    per: str = "characters"
    code: str = "onehot"
    esize: int = 16
    table: str = "time,price,volume\nMon,1.0,0.2\nTue,1.4,0.9\nWed,1.1,0.4\nThu,0.3,-0.5\nFri,0.6,0.1"
    header: str = "auto"
    columns: tuple[str, ...] = ()
    labels: str = ""
    rising: bool = False
    scale: str = "none"
    layer: int = 0
    t: int | None = None
    unit: int | None = None
    gate: str = "h"
    out: int | None = None
    first: int = 0
    last: int | None = None
    order: str = "index"
    turned: bool = False
    subset: str = ""
    stat: str = "mean"
    diagram: str = "unit"
    equations: str = "both"
    hide: str = ""
    large: str = ""
    colours: str = "fixed"
    xscale: str = "shared"
    bent: str = ""
    drawn: str = ""
    show: str = "bent"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Settings:
        """Read a URL's parameters; what is unknown, out of range or hostile falls back to the default.

        Args:
            query: names and texts, as `st.query_params` gives them.

        >>> s = Settings.from_query({"model": "concat", "hidden": "1e9", "nonsense": "<b>"})
        >>> s.model, s.hidden
        ('concat', 16)
        """
        short = {name: text for name, text in query.items() if name in EXPERIMENT or fits_link(text)}
        found = {name: READERS[name](text) for name, text in short.items() if name in READERS}
        told = cls(**{name: value for name, value in found.items() if value is not None})
        if found.get("trained") is None:
            told = replace(told, trained=_as(told.model))
        base = dict(_parameters_at_start(told))
        return replace(told, parameters=_parameters(told.known, {**base, **_given(told.known, query)}))

    @classmethod
    def opening(cls, query: Mapping[str, str]) -> Settings:
        """What a session begins with: the link's settings, or a trained model where the link chooses nothing.

        `to_query` names the weights always, so its links give back what they were made from. Links written before it
        did may lack them: then the latch is meant, unless nothing but language or model is named; whether that was
        the latch too cannot be known. A link to the Train page keeps its place on the stage, and chooses nothing for
        the other pages: no experiment either.

        >>> Settings.opening({"lang": "ko"}).weights, Settings.opening({"weights": "latch"}).weights
        ('delayed_copy', 'latch')
        """
        given = cls.from_query(query)
        if any(name.startswith(TRAINING) for name in query):
            place = {name: getattr(given, name) for name in VIEW_FIELDS if name not in EXPERIMENT}
            return replace(cls(lang=given.lang).with_preset(OPENS_ON), **place)
        chosen = (
            "weights" in query
            or replace(given, lang=DEFAULT.lang, model=DEFAULT.model, trained=DEFAULT.trained) != DEFAULT
        )
        return given if chosen else given.with_preset(OPENS_ON)

    def to_query(self, everything: bool = False) -> dict[str, str]:
        """The URL's parameters: the weights, and what is no default and not too long; `opening` gives it back.

        Args:
            everything: what does not count now too, such as the length of the input of another source.
        """
        query, base = {}, replace(DEFAULT, trained=_as(self.model))
        for name in NAMES:
            value, write = getattr(self, name), WRITERS.get(name)
            if write is None or value is None or (name != "weights" and value == getattr(base, name)):
                continue
            if (everything or name in self.counting) and fits_link(write(value)):
                query[name] = write(value)
        base, mine = dict(_parameters_at_start(self)), dict(self.parameters)
        for p in self.known:
            if mine.get(p.name, p.default) != base.get(p.name, p.default):
                query[PARAMETER + p.name] = written(float(mine.get(p.name, p.default)))
        return query

    @property
    def counting(self) -> frozenset[str]:
        """The fields the picture depends on, of which the address tells.

        >>> "numbers" in Settings().counting, "numbers" in Settings(source="numbers").counting
        (False, True)
        """
        of_weights = ORIGINS[self.weights].fields_for(self.weights, self.model)
        return frozenset((*_ALWAYS, *of_weights, *_OF_SOURCE[self.source]))

    @property
    def fits_url(self) -> bool:
        """Whether the link gives back the same picture: nothing of the source in use was too long for it."""
        back = Settings.from_query(self.to_query())
        return all(getattr(back, name) == getattr(self, name) for name in self.counting)

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
        if self.source == "task":
            return TASKS[self.task].parameters
        return FAMILIES[self.family].parameters if self.source == "synthetic" else ()

    def chosen(self, name: str, value: Any) -> Settings:
        """These settings with one field chosen anew, and what the choice brings along.

        >>> Settings().chosen("weights", "parity").task, Settings().chosen("hidden", 3).hidden
        ('parity', 3)
        >>> Settings(bent="lesion u3", drawn="a text").chosen("sseed", 2).view.drawn
        ''
        """
        brings = {
            "weights": self.with_preset,
            "source": self.with_source,
            "task": self.with_task,
            "family": self.with_family,
        }
        if name in brings:
            return brings[name](value)
        gone = {"drawn": DEFAULT.drawn} if name in _OF_INPUT else {}
        return replace(self, **{name: value}, **gone)

    def with_source(self, name: str) -> Settings:
        """These settings with input from elsewhere; a task and a family have parameters of their own.

        Text is one the weights can read, until some was typed.
        """
        text = (
            self.text if self.text not in (DEFAULT.text, *SAMPLES.values()) else SAMPLES.get(self.weights, DEFAULT.text)
        )
        parameters = self.parameters if "task" not in (name, self.source) else ()
        return replace(self, source=name, text=text, parameters=parameters, drawn=DEFAULT.drawn)

    def with_task(self, name: str) -> Settings:
        """These settings with an example of a task as input, a clear one, at its own defaults."""
        return replace(self, source="task", task=name, parameters=(), sseed=TASKS[name].clear, drawn=DEFAULT.drawn)

    def with_preset(self, name: str) -> Settings:
        """These settings with other weights; those with a story bring the sequence that shows it."""
        anew = {each: getattr(DEFAULT, each) for each in _OF_STORY}
        opening = ORIGINS[name].opening(name)
        if not opening:
            return replace(self, weights=name)
        trained = {"trained": _as(self.model)} if "trained" in ORIGINS[name].link_fields else {}
        opened = replace(self, weights=name, **{"sseed": DEFAULT.sseed, **opening, **trained, **anew})
        return replace(opened, parameters=_parameters(opened.known, dict(opened.parameters)))

    def with_family(self, name: str) -> Settings:
        """These settings with another synthetic sequence, at its own defaults."""
        return replace(self, source="synthetic", family=name, parameters=(), drawn=DEFAULT.drawn)

    def with_parameter(self, name: str, value: float) -> Settings:
        """These settings with one parameter of the sequence changed."""
        parameters = _parameters(self.known, {**dict(self.parameters), name: value})
        return replace(self, parameters=parameters, drawn=DEFAULT.drawn)

    def parameter_values(self) -> dict[str, float]:
        """Every parameter of the sequence in use, defaults included."""
        mine = dict(self.parameters)
        return {p.name: mine.get(p.name, p.default) for p in self.known}


def _as(model: str) -> str:
    """The trained numbers that are a model's own: concat holds those of split as they are."""
    return "torch" if model == "torch" else "split"


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
