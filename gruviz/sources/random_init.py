"""Random weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from gruviz.models.params import GRUParams
from gruviz.models.random_weights import random_params
from gruviz.sources.source import Focus, OpenModel, Origin
from gruviz.tracing.gate_trace import GateTrace
from gruviz.wording.words import words

SATURATED = 0.1  # distance of a gate to 0 or 1
FEW = 0.1  # share of gate values


@dataclass(frozen=True)
class Random(Origin):
    """Random weights with a seed, of one layer or several.

    Args:
        hidden_size: units of each layer and direction.
        seed: of the first layer; the others are drawn with it and their number.
        gain: 1 is torch's own distribution.
        z_bias, r_bias: added to the biases of the gates.
        t_max: longest memory of the chrono initialisation, in steps; None for the usual biases.
        num_layers: layers, for kind "torch" only.
        is_bidirectional: whether a second direction reads backward, for kind "torch" only.

    >>> source = Random(4, num_layers=2, is_bidirectional=True)
    >>> source.size, [params.input_size for params in source.params(3)]
    ((4, 4), [3, 3, 8, 8])
    """

    is_random: ClassVar[bool] = True
    menu = "weights_random"
    link_fields = ("hidden", "seed", "gain", "zbias", "rbias", "tmax", "layers", "both")

    hidden_size: int
    seed: int = 0
    gain: float = 1.0
    z_bias: float = 0.0
    r_bias: float = 0.0
    t_max: int | None = None
    num_layers: int = 1
    is_bidirectional: bool = False

    @classmethod
    def fields_for(cls, name: str, kind: str) -> tuple[str, ...]:
        own = ("tmax",) if name == "chrono" else ("zbias",)
        return ("hidden", "seed", "gain", "rbias", *own, *(("layers", "both") if kind == "torch" else ()))

    @classmethod
    def from_link(cls, values: Mapping[str, Any], open_model: OpenModel) -> Self:
        is_chrono, is_stacked = values["weights"] == "chrono", values["model"] == "torch"
        return cls(
            values["hidden"],
            values["seed"],
            values["gain"],
            0.0 if is_chrono else values["zbias"],
            values["rbias"],
            values["tmax"] if is_chrono else None,
            values["layers"] if is_stacked else 1,
            is_stacked and values["both"],
        )

    def to_link(self) -> dict[str, Any]:
        own = {"zbias": self.z_bias} if self.t_max is None else {"tmax": self.t_max}
        sizes = {"hidden": self.hidden_size, "layers": self.num_layers, "both": self.is_bidirectional}
        return {"weights": self.name, "seed": self.seed, "gain": self.gain, "rbias": self.r_bias, **sizes, **own}

    @property
    def name(self) -> str:
        return "random" if self.t_max is None else "chrono"

    def sentence(self, language: str, trace: GateTrace) -> str:
        key = self.name
        if key == "random":
            is_saturated = np.abs(np.stack([trace.z[0, 0], trace.r[0, 0]]) - 0.5) > 0.5 - SATURATED
            share = float(is_saturated.mean())
            key = "random" if share < FEW else "random_between" if share < 1 - FEW else "random_saturated"
        return words(language)["sentences"][key]

    def focuses(self, steps: int, example: int, parameters: tuple[tuple[str, float], ...]) -> dict[str, Focus]:
        return {"watch": Focus("z", 0, 0, 0, steps - 1)}

    def params(self, input_size: int) -> list[GRUParams]:
        directions = 1 + self.is_bidirectional
        return [
            random_params(
                input_size if k < directions else self.hidden_size * directions,
                self.hidden_size,
                [self.seed, k] if k else self.seed,
                gain=self.gain,
                z_bias=self.z_bias,
                r_bias=self.r_bias,
                chrono=self.t_max,
            )
            for k in range(self.num_layers * directions)
        ]

    @property
    def size(self) -> tuple[int, int]:
        return self.hidden_size, self.num_layers * (1 + self.is_bidirectional)
