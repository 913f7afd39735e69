"""Which colour a number gets: domains decided by pure functions, palettes for both themes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gruviz.tracing.gate_trace import Gate

Theme = Literal["light", "dark"]

_VIRIDIS = (
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
)
_RED_BLUE = (
    "#053061",
    "#2166ac",
    "#4393c3",
    "#92c5de",
    "#d1e5f0",
    "#f7f7f7",
    "#fddbc7",
    "#f4a582",
    "#d6604d",
    "#b2182b",
    "#67001f",
)
# On a dark page zero recedes into the page, as it does into white on a light one.
_ORANGE_BLUE = (
    "#7cc7ff",
    "#3fa0ea",
    "#2a7fc4",
    "#1f5f94",
    "#173f60",
    "#15191f",
    "#553016",
    "#8a4a1c",
    "#c26a26",
    "#f08c3a",
    "#ffb066",
)

PALETTES: dict[Theme, dict[bool, tuple[str, ...]]] = {
    "light": {False: _VIRIDIS, True: _RED_BLUE},
    "dark": {False: _VIRIDIS, True: _ORANGE_BLUE},
}
NOT_A_NUMBER = "#8d8d8d"
OUT_OF_RANGE = "#ff2bd6"
# Lines of z, r, n, h: Okabe, Ito 2008, told apart by colour-blind readers on white and on black.
LINES: dict[Gate, str] = {"z": "#0072b2", "r": "#e69f00", "n": "#cc79a7", "h": "#009e73"}
LINES_DARK: dict[Gate, str] = {"z": "#56b4e9", "r": "#e69f00", "n": "#e39fc6", "h": "#2fd6a5"}


@dataclass(frozen=True)
class Domain:
    """The numbers a palette spans.

    Args:
        low, high: ends, low < high.
        diverging: whether the palette has its middle at 0.
    """

    low: float
    high: float
    diverging: bool

    def outside(self, values: np.ndarray) -> np.ndarray:
        """Which finite or infinite values lie outside; NaN does not count."""
        slack = 1e-6 * (self.high - self.low)
        return (values < self.low - slack) | (values > self.high + slack)


def gate_domain(gate: Gate) -> Domain:
    """The fixed domain of a gate, the same for every trace, so that pictures compare.

    Args:
        gate: "z", "r" (0 to 1, sequential), "n" or "h" (-1 to 1, around 0).

    Raises:
        KeyError: no such gate.

    >>> gate_domain("z"), gate_domain("h").diverging
    (Domain(low=0.0, high=1.0, diverging=False), True)
    """
    return {"z": Domain(0.0, 1.0, False), "r": Domain(0.0, 1.0, False)}.get(gate) or {
        "n": Domain(-1.0, 1.0, True),
        "h": Domain(-1.0, 1.0, True),
    }[gate]


def data_domain(values: np.ndarray) -> Domain:
    """A domain for numbers of no fixed range, such as an input: one colour a sign, whatever signs there are.

    It is symmetric around 0 and no wider than needed; -1 to 1 where all is 0. NaN and inf are ignored.

    Args:
        values: any shape.

    >>> data_domain(np.array([-1.0, 3.0, np.nan])), data_domain(np.array([0.0, 2.0]))
    (Domain(low=-3.0, high=3.0, diverging=True), Domain(low=-2.0, high=2.0, diverging=True))
    """
    finite = values[np.isfinite(values)]
    extent = (max(-float(finite.min()), float(finite.max())) if finite.size else 0.0) or 1.0
    return Domain(-extent, extent, True)


def colorscale(domain: Domain, theme: Theme = "light") -> list[list[float | str]]:
    """The palette of a domain as Plotly takes it: [[0, colour], ..., [1, colour]]."""
    stops = PALETTES[theme][domain.diverging]
    return [[k / (len(stops) - 1), colour] for k, colour in enumerate(stops)]
