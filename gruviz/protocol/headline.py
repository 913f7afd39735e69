"""The line over a stage: what can be chosen there, and one sentence that says where to look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Literal

from gruviz.models.gru import MODELS
from gruviz.sources.link import ORIGINS
from gruviz.tracing.gate_trace import GateTrace
from gruviz.wording.words import words


@dataclass(frozen=True)
class Choice:
    """One thing to choose.

    Args:
        value: what is sent back.
        text: what is read.
        about: a sentence more, for those who point at it.
    """

    value: str
    text: str
    about: str = ""


Groups = tuple[tuple[str, tuple[Choice, ...]], ...]


@dataclass(frozen=True)
class Menu:
    """A field of the settings that is chosen over the stage.

    Args:
        name: of the field.
        label: what it is called, for screen readers.
        groups: (title, choices); one group without a title is shown as a row of buttons.
        chosen: value of the one in use.
    """

    name: str
    label: str
    groups: Groups
    chosen: str


def menus(language: str, chosen: Mapping[str, str] | None = None, mine: bool = False) -> tuple[Menu, ...]:
    """The weights and the model, to be chosen over the stage.

    Args:
        language: "en" or "ko".
        chosen: value in use of each, by name.
        mine: whether there is a model of the visitor's own.
    """
    given = chosen or {}
    return tuple(Menu(name, label, groups, given.get(name, "")) for name, label, groups in _offered(language, mine))


@cache
def _offered(language: str, mine: bool) -> tuple[tuple[str, str, Groups], ...]:
    w = words(language)
    p = w["page"]
    groups: dict[str, list[Choice]] = {}
    for name, origin in ORIGINS.items():
        if origin.is_in_link or mine:
            choice = Choice(name, origin.title_of(name, language), origin.about(name, language))
            groups.setdefault(origin.menu, []).append(choice)
    weights = [(p[menu], tuple(choices)) for menu, choices in groups.items()]
    models = tuple(Choice(name, w["models"][name], w["models_about"][name]) for name in MODELS)
    return ("weights", p["weights"], tuple(weights)), ("model", p["model"], (("", models),))


@dataclass(frozen=True)
class Highlight:
    """Cells that a sentence points to.

    Args:
        gate: "z", "r", "n", "h" or "x".
        t, unit: where a click goes.
        first, last: the steps meant, both included.
        units: the units meant; () for all.
    """

    gate: str
    t: int
    unit: int
    first: int
    last: int
    units: tuple[int, ...] = ()

    def within(self, trace: GateTrace) -> Highlight:
        """This highlight, moved into a trace where it lies outside of it."""
        _, _, steps, units = trace.h.shape
        t, first, last = (min(step, steps - 1) for step in (self.t, self.first, self.last))
        kept = tuple(unit for unit in self.units if unit < units)
        return Highlight(self.gate, t, min(self.unit, units - 1), first, last, kept)


@dataclass(frozen=True)
class Status:
    """What is said over a stage, in one line.

    Args:
        kind: how it looks.
        text: one sentence. In a story `[words](name)` lead to a place.
        more: what else there is to say, behind a button; paragraphs, with `[words](name)`, `**bold**` and `code`.
        places: by name. That called "watch" is marked in the picture until someone clicks.
        act: (name of a menu, value, label) of a button that chooses something.
    """

    kind: Literal["story", "note", "problem"]
    text: str
    more: str = ""
    places: Mapping[str, Highlight] = field(default_factory=dict)
    act: tuple[str, str, str] | None = None

    def as_header(self) -> dict[str, Any]:
        """As the browser reads it."""
        return asdict(self)
