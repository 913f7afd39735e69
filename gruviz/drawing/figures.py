"""A trace as Plotly figures: heatmaps of every gate, bars of one step, lines of one unit.

What is drawn is bounded whatever the trace's size (`COLUMNS` x `ROWS` cells a panel); beyond that cells are pooled and
hover says so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gruviz.drawing.colours import LINES, LINES_DARK, PALETTES, Theme, colorscale, gate_domain
from gruviz.drawing.panels import (
    INPUT_HEIGHT,
    PanelStack,
    band,
    base_layout,
    draw_gate,
    draw_input,
    left_margin,
    page_colours,
    span,
    step_text,
    unit_axis,
    unit_text,
)
from gruviz.drawing.pooling import STATISTICS, Statistic, pool
from gruviz.tracing.gate_trace import GATES, GateTrace, require_trace
from gruviz.wording.words import words

COLUMNS, ROWS = 600, 96


def heatmaps(
    trace: GateTrace,
    *,
    layer: int = 0,
    batch: int = 0,
    window: tuple[int, int] | None = None,
    statistic: Statistic = "mean",
    units: Sequence[str] = (),
    channels: Sequence[str] = (),
    language: str = "en",
    theme: Theme = "light",
) -> go.Figure:
    """Input, z, r, candidate and hidden state on one time axis.

    Args:
        trace: what to draw.
        layer: entry of the layer axis.
        batch: entry of the batch axis.
        window: (first, last) step to draw, both included; all steps when None.
        statistic: what a pooled cell shows, "mean", "low" or "high"; hover tells all three.
        units: names of the units, or none.
        channels: names of the inputs, or none.
        language: "en" or "ko".
        theme: "light" or "dark".

    Returns:
        One figure: subplots over one x axis; heatmap traces named z, r, n, h (and x for many inputs).

    Raises:
        TypeError: the trace is none.
        ValueError: layer, batch or window is not in the trace; there is no such statistic, language or theme.

    >>> from gruviz import SplitGRU, trace
    >>> figure = heatmaps(trace(SplitGRU(1, 3), np.ones((5, 1))))
    >>> [panel.name for panel in figure.data if panel.type == "heatmap"]
    ['z', 'r', 'n', 'h']
    """
    first, last = _check(trace, layer, batch, window, theme)
    if statistic not in STATISTICS:
        raise ValueError(f"statistic is {statistic!r}; it must be one of {', '.join(STATISTICS)}.")
    w = words(language)
    part = slice(first, last + 1)
    panels = {gate: pool(getattr(trace, gate)[layer, batch, part], COLUMNS, ROWS, first) for gate in GATES}
    inputs = pool(trace.x[batch, part], COLUMNS, ROWS, first)
    labels = trace.labels[part] if trace.labels else ()

    rows = panels["z"].mean.shape[1]
    height = int(np.clip(rows * 22, 84, 240))
    figure = go.Figure()
    layout = PanelStack(figure, w, theme)
    layout.panel("x", INPUT_HEIGHT, w["captions"]["x"], w["gates"]["x"])
    layout.input_axis = draw_input(figure, inputs, channels, w, theme)
    for gate in GATES:
        title = w["gates"][gate] + (f" · {w['figure']['keeps']}" if gate == "z" else "")
        layout.panel(gate, height, w["captions"][gate], title)
        draw_gate(figure, gate, panels[gate], statistic, units, w)
    layout.finish(panels["z"], trace.meta.steps, labels, units)
    return figure


def step_bars(
    trace: GateTrace,
    step: int,
    *,
    layer: int = 0,
    batch: int = 0,
    units: Sequence[str] = (),
    selected: int | None = None,
    language: str = "en",
    theme: Theme = "light",
) -> go.Figure:
    """z, r, candidate and hidden state of every unit at one step, as four bar panels.

    Args:
        trace: what to draw.
        step: time step, counted from 0.
        layer, batch, units, language, theme: as in `heatmaps`.
        selected: unit to outline, or none.

    Returns:
        One figure with four bar traces named z, r, n, h on fixed ranges.

    Raises:
        TypeError, ValueError: as in `heatmaps`, or the step is not in the trace.
    """
    _check(trace, layer, batch, (step, step), theme)
    w = words(language)
    ink, line, _ = page_colours(theme)
    figure = go.Figure()
    for k, gate in enumerate(GATES):
        cells = pool(getattr(trace, gate)[layer, batch, step : step + 1], 1, ROWS)
        domain, values = gate_domain(gate), cells.mean[0]
        axis = "" if k == 0 else str(k + 1)
        outlined = None if selected is None else selected // cells.units_each
        outline = [2.0 if row == outlined else 0.0 for row in range(len(values))]
        figure.add_bar(
            name=gate,
            x=values,
            y=cells.unit_centres,
            orientation="h",
            xaxis=f"x{axis}",
            yaxis="y",
            marker={
                "color": values,
                "colorscale": colorscale(domain, theme),
                "cmin": domain.low,
                "cmax": domain.high,
                "line": {"color": ink, "width": outline},
            },
            hovertemplate=unit_text(cells, w) + "<br>" + w["hover"][gate].replace("%{z", "%{x") + "<extra></extra>",
        )
        figure.layout[f"xaxis{axis}"] = {
            "domain": [k / 4 + 0.03 * (k > 0), (k + 1) / 4 - 0.03 * (k < 3)],
            "anchor": "y",
            "range": [domain.low, domain.high],
            "tickvals": [domain.low, domain.high],
            "tickfont": {"size": 11},
            "title": {"text": f"<b>{gate}</b>", "standoff": 4},
            "gridcolor": line,
            "zerolinecolor": ink,
            "fixedrange": True,
        }
    figure.update_layout(
        **base_layout(theme),
        height=int(np.clip(len(values) * 20, 110, 420)) + 70,
        bargap=0.15,
        showlegend=False,
        margin={"l": left_margin(units), "r": 8, "t": 8, "b": 48},
        yaxis=unit_axis(cells, units),
    )
    return figure


def unit_lines(
    trace: GateTrace,
    unit: int,
    *,
    layer: int = 0,
    batch: int = 0,
    window: tuple[int, int] | None = None,
    language: str = "en",
    theme: Theme = "light",
) -> go.Figure:
    """z and r of one unit over time, and below them its candidate and hidden state.

    Where steps are pooled the line is the mean and the band goes from the lowest to the highest value.

    Args:
        trace: what to draw.
        unit: which unit, counted from 0.
        layer, batch, window, language, theme: as in `heatmaps`.

    Returns:
        One figure with line traces named z, r, n, h on fixed ranges.

    Raises:
        TypeError, ValueError: as in `heatmaps`, or the unit is not in the trace.
    """
    first, last = _check(trace, layer, batch, window, theme)
    if not 0 <= unit < trace.meta.hidden_size:
        raise ValueError(f"unit is {unit}; this trace has units 0 to {trace.meta.hidden_size - 1}.")
    w = words(language)
    _, line, _ = page_colours(theme)
    colours = LINES_DARK if theme == "dark" else LINES
    figure = go.Figure()
    for gate in GATES:
        cells = pool(getattr(trace, gate)[layer, batch, first : last + 1, unit : unit + 1], COLUMNS, 1, first)
        axis = "y" if gate in "zr" else "y2"
        if not cells.exact:
            figure.add_scatter(**band(cells, 0, colours[gate]), yaxis=axis, name=f"{gate} range")
        figure.add_scatter(
            name=gate,
            x=cells.step_centres,
            y=cells.mean[:, 0],
            yaxis=axis,
            mode="lines",
            line={"color": colours[gate], "width": 2, "dash": "dot" if gate in "rn" else "solid", "shape": "hvh"},
            hovertemplate=step_text(cells, w) + "<br>" + w["hover"][gate].replace("%{z", "%{y") + "<extra></extra>",
        )
    upright = {"gridcolor": line, "fixedrange": True, "nticks": 3}
    figure.update_layout(
        **base_layout(theme),
        height=300,
        margin={"l": 40, "r": 8, "t": 44, "b": 40},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 13}},
        xaxis={
            "range": span(cells, trace.meta.steps),
            "gridcolor": line,
            "zeroline": False,
            "anchor": "y2",
            "title": {"text": w["figure"]["step"], "standoff": 6},
        },
        yaxis={"domain": [0.56, 1], "range": [-0.03, 1.03], "zeroline": False, **upright},
        yaxis2={"domain": [0, 0.48], "range": [-1.06, 1.06], "zerolinecolor": line, **upright},
    )
    return figure


def pooling_of(trace: GateTrace, window: tuple[int, int] | None = None) -> tuple[int, int]:
    """Steps and units that share one drawn cell in `heatmaps`; (1, 1) when nothing is pooled."""
    first, last = window or (0, trace.meta.steps - 1)
    return -(-(last + 1 - first) // COLUMNS), -(-trace.meta.hidden_size // ROWS)


def _check(trace: GateTrace, layer: int, batch: int, window: tuple[int, int] | None, theme: Theme) -> tuple[int, int]:
    require_trace(trace)
    if theme not in PALETTES:
        raise ValueError(f"theme is {theme!r}; it must be one of {', '.join(PALETTES)}.")
    m = trace.meta
    first, last = window or (0, m.steps - 1)
    for name, value, count in (("layer", layer, trace.h.shape[0]), ("batch", batch, m.batch)):
        if not 0 <= value < count:
            raise ValueError(f"{name} is {value}; this trace has {name} 0 to {count - 1}.")
    if not 0 <= first <= last < m.steps:
        raise ValueError(f"steps {first} to {last} are asked for; this trace has steps 0 to {m.steps - 1}.")
    return first, last
