"""The parts the figures are made of: panels stacked in pixels, heatmap traces, axes."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gruviz.drawing.colours import (
    LINES,
    LINES_DARK,
    NOT_A_NUMBER,
    OUT_OF_RANGE,
    Theme,
    colorscale,
    data_domain,
    gate_domain,
)
from gruviz.drawing.pooling import Pooled, Statistic
from gruviz.tracing.gate_trace import GATES, Gate

INPUT_HEIGHT = 84  # pixels, as all of these
_TITLE, _LINE, _GAP, _AXIS = 24, 16, 18, 46
_CAPTION_WIDTH = 54  # characters that fit a phone: Plotly does not wrap by itself
_LINE_INPUTS = 4  # more inputs than this are drawn as colour


class PanelStack:
    """Panels on one time axis, top to bottom in pixels, each with its title above and its caption below."""

    def __init__(self, figure: go.Figure, w: dict, theme: Theme):
        self.figure, self.w, self.theme = figure, w, theme
        self.panels: list[tuple[str, int, int, list[str], str]] = []
        self.used = 0
        self.input_axis: dict = {}

    def panel(self, name: str, height: int, caption: str, title: str) -> None:
        """Add a panel below the others; `name` is "x" for the input or a gate's."""
        lines = _wrapped(caption)
        self.panels.append((name, self.used + _TITLE, height, lines, title))
        self.used += _TITLE + height + _LINE * len(lines) + _GAP

    def finish(self, cells: Pooled, steps: int, labels: Sequence[str], units: Sequence[str]) -> None:
        """Place everything, once all panels are added and drawn."""
        ink, line, muted = page_colours(self.theme)
        left = left_margin(units)
        self.figure.update_layout(
            **base_layout(self.theme),
            height=self.used + _AXIS + 8,
            margin={"l": left, "r": 62, "t": 8, "b": _AXIS},
            hovermode="closest",
            hoverdistance=20,
            modebar={"bgcolor": "rgba(0,0,0,0)", "color": muted, "activecolor": ink},
        )
        self.figure.layout.legend = {
            "orientation": "h",
            "x": 0.16,
            "xanchor": "left",
            "y": 1 - 22 / self.used,
            "yanchor": "bottom",
            "font": {"size": 12},
        }
        self.figure.layout.xaxis = {
            "range": span(cells, steps),
            "anchor": f"y{len(self.panels)}",
            "gridcolor": line,
            "zeroline": False,
            "showspikes": True,
            "spikemode": "across",
            "spikethickness": 1,
            "spikecolor": muted,
            "spikedash": "solid",
            "spikesnap": "hovered data",
            **_time_ticks(cells, labels),
        }
        for k, (name, top, height, caption, title) in enumerate(self.panels):
            high, low = 1 - top / self.used, 1 - (top + height) / self.used
            last = k == len(self.panels) - 1
            # flush with the figure's left edge, where a phone has room for them
            self._write(f"<b>{title}</b>", high, 0, 4 - left, yanchor="bottom", font={"size": 14, "color": ink})
            # the last panel carries the time axis: its caption goes below that
            drop = 3 + _AXIS * last
            self._write("<br>".join(caption), low, -drop, 4 - left, yanchor="top", font={"size": 12, "color": muted})
            if last:
                quiet = {"size": 12, "color": muted}
                self._write(self.w["figure"]["step"], low, -3, -6, xanchor="right", yanchor="top", font=quiet)
            plain = {"gridcolor": line, "zerolinecolor": line, "nticks": 4} | self.input_axis
            axis = plain if name == "x" else unit_axis(cells, units)
            self.figure.layout[f"yaxis{k + 1 if k else ''}"] = {**axis, "domain": [low, high], "fixedrange": True}
        self._colour_bars()

    def _write(self, text: str, y: float, yshift: int, xshift: int, **look: object) -> None:
        place = {"xref": "paper", "yref": "paper", "x": 0, "y": y, "xshift": xshift, "yshift": yshift}
        style = {"showarrow": False, "align": "left", "xanchor": "left"} | look
        self.figure.add_annotation(text=text, **place, **style)

    def _colour_bars(self) -> None:
        ends = {name: (1 - (top + height) / self.used, 1 - top / self.used) for name, top, height, *_ in self.panels}
        bars = {"coloraxis": ("r", "z", [0, 0.25, 0.5, 0.75, 1]), "coloraxis2": ("h", "n", [-1, -0.5, 0, 0.5, 1])}
        for axis, (lower, upper, ticks) in bars.items():
            domain = gate_domain(lower)
            self.figure.layout[axis] = {
                "colorscale": colorscale(domain, self.theme),
                "cmin": domain.low,
                "cmax": domain.high,
                "colorbar": _bar(ends[lower][0], ends[upper][1]) | {"tickvals": ticks},
            }
        if any(drawn.type == "heatmap" and drawn.name == "x" for drawn in self.figure.data):
            self.figure.layout.coloraxis3.colorbar = _bar(*ends["x"]) | {"nticks": 3}


def _bar(low: float, high: float) -> dict:
    return {
        "y": low,
        "yanchor": "bottom",
        "len": high - low,
        "lenmode": "fraction",
        "thickness": 12,
        "x": 1.01,
        "outlinewidth": 0,
        "tickfont": {"size": 11},
        "ypad": 0,
    }


def draw_gate(
    figure: go.Figure,
    gate: Gate,
    cells: Pooled,
    statistic: Statistic,
    units: Sequence[str],
    w: dict,
) -> None:
    """Add the heatmap of one gate, and over it the cells that are no number or out of range."""
    values = np.ascontiguousarray(getattr(cells, statistic).T)
    where, meaning = f"{unit_text(cells, w)} · {step_text(cells, w)}", w["hover"][gate]
    extra: dict = {}
    if not cells.exact:
        meaning = f"{gate}: {w['hover']['pooled']}"
        extra["customdata"] = np.stack([cells.low.T, cells.mean.T, cells.high.T], axis=-1)
    title = f"<b>{w['gates'][gate]}</b><br>"
    place = {
        "x": cells.step_centres,
        "y": cells.unit_centres,
        "xaxis": "x",
        "yaxis": f"y{GATES.index(gate) + 2}",
        "ygap": 1 if max(values.shape) <= 100 and len(units) else 0,
    }
    figure.add_heatmap(
        name=gate,
        z=values,
        coloraxis="coloraxis" if gate in "zr" else "coloraxis2",
        **place,
        **extra,
        hovertemplate=f"{title}{where}<br>{meaning}<extra></extra>",
    )
    domain = gate_domain(gate)
    outside = domain.outside(cells.low.T) | domain.outside(cells.high.T)
    marks = ((np.isnan(values), NOT_A_NUMBER, "not_a_number"), (outside, OUT_OF_RANGE, "out_of_range"))
    for mask, colour, word in marks:
        if not mask.any():
            continue
        said = w["figure"][word]
        figure.add_heatmap(
            name=f"{gate} {word}",
            z=np.where(mask, np.float32(1), np.float32(np.nan)),
            **place,
            text=np.where(mask, values, np.nan).astype(str),
            colorscale=[[0, colour], [1, colour]],
            showscale=False,
            hovertemplate=f"{title}{unit_text(cells, w)} · {step_text(cells, w)}<br>{gate} = %{{text}}: {said}"
            "<extra></extra>",
        )
        if word not in {drawn.legendgroup for drawn in figure.data}:
            figure.add_scatter(
                name=said,
                legendgroup=word,
                x=[None],
                y=[None],
                mode="markers",
                hoverinfo="skip",
                showlegend=True,
                marker={"symbol": "square", "size": 12, "color": colour},
            )


def draw_input(figure: go.Figure, cells: Pooled, channels: Sequence[str], w: dict, theme: Theme) -> dict:
    """Add the input as lines, or as colour where there are many inputs.

    Returns:
        What its y axis needs.
    """
    count = cells.mean.shape[1]
    where = step_text(cells, w)
    if count > _LINE_INPUTS or cells.units_each > 1:
        domain = data_domain(cells.mean)
        figure.add_heatmap(
            name="x",
            z=np.ascontiguousarray(cells.mean.T),
            x=cells.step_centres,
            y=cells.unit_centres,
            xaxis="x",
            yaxis="y",
            coloraxis="coloraxis3",
            hovertemplate=f"<b>{w['gates']['x']}</b> %{{y}}<br>{where}<br>x = %{{z:.4g}}<extra></extra>",
        )
        figure.layout.coloraxis3 = {"colorscale": colorscale(domain, theme), "cmin": domain.low, "cmax": domain.high}
        return unit_axis(cells, [_shown(name[:8]) for name in channels] if count <= 10 else ())
    colours = (page_colours(theme)[0], *(LINES_DARK if theme == "dark" else LINES).values())
    for i in range(count):
        name = _shown(channels[i]) if i < len(channels) else f"x{i}"
        if not cells.exact:
            figure.add_scatter(**band(cells, i, colours[i]), xaxis="x", yaxis="y", name=f"{name} range")
        figure.add_scatter(
            name=name,
            x=cells.step_centres,
            y=cells.mean[:, i],
            xaxis="x",
            yaxis="y",
            mode="lines",
            line={"color": colours[i], "width": 1.6, "shape": "hvh"},
            showlegend=count > 1,
            hovertemplate=f"<b>{name}</b> · {where}<br>x = %{{y:.4g}}<extra></extra>",
        )
    return {}


def band(cells: Pooled, row: int, colour: str) -> dict:
    """A scatter trace from the lowest to the highest value of each pooled cell, behind its mean."""
    x = cells.step_centres
    return {
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([cells.high[:, row], cells.low[::-1, row]]),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.2,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _wrapped(text: str) -> list[str]:
    """Lines of at most `_CAPTION_WIDTH` Latin letters' width; a Korean syllable is as wide as 1.8 of them."""
    lines: list[str] = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        width = sum(1.8 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in longer)
        if width > _CAPTION_WIDTH and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def unit_text(cells: Pooled, w: dict) -> str:
    """Which unit a hovered cell is, or how many units it stands for."""
    hover = w["hover"]
    return hover["unit"] if cells.units_each == 1 else hover["units"].replace("{count}", str(cells.units_each))


def step_text(cells: Pooled, w: dict) -> str:
    """Which step a hovered cell is, or how many steps it stands for."""
    hover = w["hover"]
    return hover["step"] if cells.steps_each == 1 else hover["steps"].replace("{count}", str(cells.steps_each))


def _shown(text: str) -> str:
    """A visitor's text that Plotly must read neither as markup nor as a placeholder."""
    return html.escape(text if len(text) <= 40 else text[:39] + "…", quote=False).replace("%{", "% {")


def unit_axis(cells: Pooled, units: Sequence[str]) -> dict:
    """A y axis over units, unit 0 on top, with their names where there are any."""
    rows = cells.mean.shape[1]
    half = cells.units_each / 2
    ends = [cells.unit_centres[-1] + half, cells.unit_centres[0] - half]
    axis = {"range": ends, "showgrid": False, "zeroline": False, "ticks": ""}
    if units and cells.units_each == 1:
        return axis | {"tickvals": list(range(rows)), "ticktext": list(units)}
    return axis | {"nticks": 5, "tickformat": "d"} if rows > 8 else axis | {"dtick": cells.units_each, "tick0": 0}


def _time_ticks(cells: Pooled, labels: Sequence[str]) -> dict:
    """Step numbers with the labels under them, on as many ticks as can be read; hover names every step's label."""
    axis: dict = {"tickformat": "d", "hoverformat": "d"}
    named = {k: _shown(label) for k, label in enumerate(labels, cells.first_step) if label}
    if cells.steps_each > 1 or not named:
        return axis
    most = int(np.clip(600 // (7 * max(map(len, named.values())) + 10), 3, 40))
    ticks = list(named)[:: -(-len(named) // most)]
    # an alias replaces the number on ticks and in hover alike
    aliases = {str(step): f"{step}<br>{label}" for step, label in named.items()}
    return axis | {"tickvals": ticks, "tickangle": 0, "labelalias": aliases}


def span(cells: Pooled, steps: int) -> list[float]:
    """The range of the time axis: whole cells, no further than the last step."""
    return [cells.first_step - 0.5, min(cells.step_centres[-1] + cells.steps_each / 2, steps - 0.5)]


def left_margin(units: Sequence[str]) -> int:
    """Pixels for the names on the unit axis."""
    return 44 if not units else int(min(120, 16 + 7.2 * max(map(len, units))))


def page_colours(theme: Theme) -> tuple[str, str, str]:
    """Text, grid lines, quiet text."""
    if theme == "dark":
        return "#e8eaee", "rgba(255,255,255,.14)", "#a9b0bb"
    return "#1f2430", "rgba(0,0,0,.10)", "#5b6270"


def base_layout(theme: Theme) -> dict:
    """What every figure shares."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {
            "color": page_colours(theme)[0],
            "size": 12,
            "family": "Source Sans, Noto Sans CJK KR, Noto Sans KR, sans-serif",
        },
        "hoverlabel": {"align": "left", "font": {"size": 13}},
    }
