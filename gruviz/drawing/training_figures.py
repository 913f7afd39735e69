"""A training as Plotly figures: loss and metric over training steps, and the metric against a task's parameter."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from gruviz.drawing.colours import LINES, LINES_DARK, Theme
from gruviz.drawing.panels import base_layout, page_colours
from gruviz.tasks.task import Task
from gruviz.training.loop import Point
from gruviz.wording.words import words

HEIGHT = 220
LOW = 132  # beside the controls of a training: the picture below has the room


def loss_curve(
    history: Sequence[Point],
    most: int,
    *,
    at: int | None = None,
    diverged: int | None = None,
    language: str = "en",
    theme: Theme = "light",
) -> go.Figure:
    """The loss on held-out sequences over training.

    Args:
        history: looks at held-out sequences.
        most: the last step the axis shows.
        at: a step to mark, that of the weights which are looked at.
        diverged: the step at which the loss left for good, if it did.
        language: "en" or "ko".
        theme: "light" or "dark".
    """
    t = words(language)["train"]
    figure = _slim(t["loss_held_out"], language, theme)
    steps, values = [p.step for p in history], [p.loss for p in history]
    figure.add_scatter(x=steps, y=values, name=t["loss"], **_line("n", theme))
    figure.update_xaxes(range=[0, most])
    figure.update_yaxes(range=[0, max(values, default=1) * 1.05 or 1])
    _moments(figure, at, diverged, language, theme)
    return figure


def metric_curve(
    history: Sequence[Point],
    most: int,
    task: Task,
    *,
    at: int | None = None,
    diverged: int | None = None,
    language: str = "en",
    theme: Theme = "light",
) -> go.Figure:
    """The task's metric over training, with the baseline and the goal as lines.

    Args:
        history, most, at, diverged, language, theme: as in `loss_curve`.
        task: what is learned.
    """
    name = words(language)["task_metrics"][task.metric.name]
    figure = _slim(name, language, theme)
    values = [p.metric for p in history]
    figure.add_scatter(x=[p.step for p in history], y=values, name=name, **_line("h", theme))
    figure.update_xaxes(range=[0, most])
    _goal_and_baseline(figure, task, values, language, theme)
    _moments(figure, at, diverged, language, theme)
    return figure


def beyond_curve(
    values: Sequence[float],
    metrics: Sequence[float],
    task: Task,
    trained: float,
    title: str,
    *,
    language: str = "en",
    theme: Theme = "light",
) -> go.Figure:
    """The metric against a parameter of the task; a vertical line where it was trained.

    Args:
        values: of the parameter.
        metrics: measured at each.
        task: what was learned.
        trained: the parameter's value in training.
        title: the parameter's label.
        language, theme: as in `loss_curve`.
    """
    name = words(language)["task_metrics"][task.metric.name]
    figure = _figure(name, title, theme)
    figure.add_scatter(
        x=list(values), y=list(metrics), name=name, **{**_line("h", theme), "mode": "lines+markers"}, marker={"size": 8}
    )
    _goal_and_baseline(figure, task, metrics, language, theme, falls=True)
    _moments(figure, trained, None, language, theme)
    return figure


def _moments(figure: go.Figure, at: float | None, diverged: int | None, language: str, theme: Theme) -> None:
    ink, _, quiet = page_colours(theme)
    if at is not None:
        figure.add_vline(x=at, line={"color": quiet, "width": 1, "dash": "dot"})
    if diverged is not None:
        text = words(language)["train"]["diverged"].format(step=diverged)
        figure.add_vline(
            x=diverged,
            line={"color": ink, "width": 2},
            annotation={"text": text, "font": {"color": ink, "size": 11}, "yanchor": "top", "xanchor": "right"},
        )


def _figure(title: str, below: str, theme: Theme, height: int = HEIGHT) -> go.Figure:
    ink, line, quiet = page_colours(theme)
    figure = go.Figure()
    figure.update_layout(
        **base_layout(theme),
        height=height,
        margin={"l": 52, "r": 12, "t": 34, "b": 40},
        showlegend=False,
        title={"text": title, "font": {"size": 14, "color": ink}, "x": 0, "xanchor": "left", "y": 0.97},
        xaxis={
            "gridcolor": line,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 6,
            "title": {"text": below, "standoff": 4, "font": {"color": quiet}},
        },
        yaxis={"gridcolor": line, "zeroline": False, "fixedrange": True, "nticks": 5},
    )
    return figure


def _slim(title: str, language: str, theme: Theme) -> go.Figure:
    """Over training steps, which the title names: there is no room below."""
    figure = _figure(f"{title} · {words(language)['train']['training_step']}", "", theme, LOW)
    figure.update_layout(margin={"l": 46, "r": 8, "t": 24, "b": 20}, title_font_size=13, title_y=0.99)
    figure.update_yaxes(nticks=4)
    return figure


def _line(gate: str, theme: Theme) -> dict:
    colours = LINES_DARK if theme == "dark" else LINES
    return {"mode": "lines", "line": {"color": colours[gate], "width": 2.5}}


def _goal_and_baseline(
    figure: go.Figure, task: Task, values: Sequence[float], language: str, theme: Theme, *, falls: bool = False
) -> None:
    """Draw both as lines. Their names are where the curve is not.

    Args:
        figure, task, values, language, theme: as in `metric_curve`.
        falls: the curve leads from the goal to the baseline, not the other way.
    """
    w = words(language)
    share = task.metric.unit == "%"
    top = 1.08 if share else max([task.baseline, *values]) * 1.3
    baseline = w["task_metrics"][f"baseline_{task.metric.name}"]
    quiet = page_colours(theme)[2]
    for value, name, at_left in ((task.baseline, baseline, falls), (task.goal, w["train"]["goal"], not falls)):
        figure.add_hline(
            y=value,
            line={"color": quiet, "width": 1.5, "dash": "dash"},
            annotation={
                "text": name,
                "font": {"color": quiet, "size": 11},
                "bgcolor": "rgba(14,17,23,.75)" if theme == "dark" else "rgba(255,255,255,.75)",
                "borderpad": 0,
                # below the line, unless that is the edge of the chart or the side of the curve
                "yanchor": "top" if share and value > 0.25 * top else "bottom",
                "xanchor": "left" if at_left else "right",
                "x": 0 if at_left else 1,
                "xshift": 8 if at_left else -8,  # large type is wider than Plotly measures
            },
        )
    figure.update_yaxes(range=[0, top], tickformat=".0%" if share else "")
