"""Weights built by hand, with a story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from gruviz.inputs.typed_numbers import number
from gruviz.models.params import GRUParams
from gruviz.models.presets import PRESETS, leaky, resized
from gruviz.sources.source import Focus, OpenModel, Origin
from gruviz.wording.problems import Problem

MOST_HALF_LIVES, LONGEST_HALF_LIFE = 8, 1e6


class HandBuilt(Origin):
    """Base of the sources whose story stands in `gruviz.models.presets`."""

    menu = "weights_by_hand"

    @classmethod
    def opening(cls, name: str) -> dict[str, Any]:
        preset = PRESETS[name]
        parameters = tuple(preset.parameters.items())
        return {"source": "synthetic", "family": preset.family, "steps": preset.steps, "parameters": parameters}

    @property
    def input_size(self) -> int:
        return PRESETS[self.name].make().input_size

    @property
    def home(self) -> tuple[int, int]:
        unit, step = PRESETS[self.name].watch
        return step, unit

    def focuses(self, steps: int, example: int, parameters: tuple[tuple[str, float], ...]) -> dict[str, Focus]:
        (gate, unit), (step, _) = PRESETS[self.name].look, self.home
        last = steps - 1
        found = {f"u{k}": Focus("h", step, k, 0, last, (k,)) for k in range(len(self.unit_names))}
        return {"watch": Focus(gate, step, unit, 0, last, self.framed(unit))} | found

    def framed(self, unit: int) -> tuple[int, ...]:
        """The units to frame where the story speaks of one."""
        return (unit,)


@dataclass(frozen=True)
class Preset(HandBuilt):
    """Weights of `gruviz.models.presets`.

    Args:
        preset: one of PRESETS, but not "leaky", whose units the visitor chooses.

    >>> Preset("latch").size, Preset("latch").input_size
    ((4, 1), 2)
    """

    preset: str

    @property
    def name(self) -> str:
        return self.preset

    @classmethod
    def from_link(cls, values: Mapping[str, Any], open_model: OpenModel) -> Self:
        return cls(values["weights"])

    def to_link(self) -> dict[str, Any]:
        return {"weights": self.preset}

    def params(self, input_size: int) -> list[GRUParams]:
        return [PRESETS[self.preset].params(input_size)]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.unit_names), 1

    @property
    def unit_names(self) -> tuple[str, ...]:
        return PRESETS[self.preset].units


@dataclass(frozen=True)
class Leaky(HandBuilt):
    """Leaky averages, one unit for each half-life.

    Args:
        half_lives: in steps, as typed: one to eight numbers above 0.

    >>> Leaky("2, 8").unit_names
    ('half-life 2', 'half-life 8')
    """

    half_lives: str

    link_fields = ("halves",)

    @property
    def name(self) -> str:
        return "leaky"

    @classmethod
    def from_link(cls, values: Mapping[str, Any], open_model: OpenModel) -> Self:
        return cls(values["halves"])

    def to_link(self) -> dict[str, Any]:
        return {"weights": self.name, "halves": self.half_lives}

    @property
    def steps_of_half_lives(self) -> list[float]:
        """The half-lives in steps.

        Raises:
            Problem: one is not a number above 0, or there are not one to eight of them.
        """
        words = self.half_lives.replace(",", " ").split()
        for word in words:
            value = number(word)
            if value is None or not 0 < value <= LONGEST_HALF_LIFE:
                raise Problem("half_lives", word=word)
        if not 1 <= len(words) <= MOST_HALF_LIVES:
            raise Problem("half_lives", word=self.half_lives)
        return [number(word) for word in words]

    def params(self, input_size: int) -> list[GRUParams]:
        return [resized(leaky(self.steps_of_half_lives), input_size)]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.steps_of_half_lives), 1

    @property
    def unit_names(self) -> tuple[str, ...]:
        return tuple(f"half-life {steps:g}" for steps in self.steps_of_half_lives)

    def story(self, language: str) -> str:
        return super().story(language).replace("{half_lives}", self.half_lives)

    def framed(self, unit: int) -> tuple[int, ...]:
        return ()
