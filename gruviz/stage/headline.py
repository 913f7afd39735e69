"""The line over a stage: what can be chosen there, and one sentence that says where to look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from gruviz.tracing.gate_trace import GateTrace


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
    groups: tuple[tuple[str, tuple[Choice, ...]], ...]
    chosen: str


@dataclass(frozen=True)
class Place:
    """A cell, or some of them, that a sentence speaks of.

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

    def within(self, trace: GateTrace) -> Place:
        """This place, moved into a trace where it lies outside of it."""
        _, _, steps, units = trace.h.shape
        t, first, last = (min(step, steps - 1) for step in (self.t, self.first, self.last))
        kept = tuple(unit for unit in self.units if unit < units)
        return Place(self.gate, t, min(self.unit, units - 1), first, last, kept)


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
    places: Mapping[str, Place] = field(default_factory=dict)
    act: tuple[str, str, str] | None = None

    def as_header(self) -> dict[str, Any]:
        """As the browser reads it."""
        return asdict(self)
