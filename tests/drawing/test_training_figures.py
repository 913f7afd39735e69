"""The curves of a training by their data, axes and lines."""

from dataclasses import replace

import pytest

from gruviz.drawing.training_figures import beyond_curve, loss_curve, metric_curve
from gruviz.tasks.catalogue import TASKS
from gruviz.training.loop import Point
from gruviz.wording.words import words

HISTORY = (Point(0, 2.0, 0.125), Point(25, 1.5, 0.5), Point(50, 0.25, 0.9))
TASK = TASKS["delayed_copy"]


def lines(figure):
    """Where the straight lines across the figure are."""
    across = [shape.y0 for shape in figure.layout.shapes if shape.y0 == shape.y1]
    return across, [shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1]


def texts(figure):
    return [each.text for each in figure.layout.annotations]


def test_the_loss_is_drawn_from_zero_to_the_last_step():
    figure = loss_curve(HISTORY, 80)
    assert list(figure.data[0].x) == [0, 25, 50]
    assert list(figure.data[0].y) == [2.0, 1.5, 0.25]
    assert figure.layout.xaxis.range == (0, 80)
    assert figure.layout.yaxis.range[0] == 0
    assert figure.layout.yaxis.range[1] > 2
    assert lines(figure) == ([], [])


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_metric_has_baseline_and_goal_as_lines(language, theme):
    figure = metric_curve(HISTORY, 80, TASK, language=language, theme=theme)
    assert list(figure.data[0].y) == [0.125, 0.5, 0.9]
    assert lines(figure)[0] == [TASK.baseline, TASK.goal]
    w = words(language)
    assert texts(figure) == [w["task_metrics"]["baseline_right"], w["train"]["goal"]]
    assert figure.layout.yaxis.tickformat == ".0%"


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_the_names_of_goal_and_baseline_are_where_the_curve_is_not(task):
    points = [replace(HISTORY[0], step=k, metric=metric) for k, metric in enumerate((task.baseline, task.goal))]
    rising = metric_curve(points, 1, task)
    falling = beyond_curve([1, 2], [task.goal, task.baseline], task, 1, "Gap")
    for figure, sides in ((rising, ("right", "left")), (falling, ("left", "right"))):
        top = figure.layout.yaxis.range[1]
        assert tuple(each.xanchor for each in figure.layout.annotations) == sides
        for each in figure.layout.annotations:
            # inside of the chart, also where large type is wider than Plotly measures
            assert each.xshift * (1 if each.xanchor == "left" else -1) >= 8
            room = each.y if each.yanchor == "top" else top - each.y
            assert room >= 0.2 * top, each.text


def test_the_moment_looked_at_and_the_one_it_left_for_good_are_marked():
    figure = loss_curve(HISTORY, 60, at=25, diverged=57)
    assert lines(figure)[1] == [25, 57]
    assert texts(figure) == [words("en")["train"]["diverged"].format(step=57)]
    assert lines(metric_curve(HISTORY, 60, TASK, at=25))[1] == [25]


def test_without_any_look_there_are_axes():
    for figure in (loss_curve((), 10), metric_curve((), 10, TASKS["adding"])):
        assert figure.layout.xaxis.range == (0, 10)
        assert figure.layout.yaxis.range[1] > 0


def test_beyond_marks_where_it_was_trained():
    figure = beyond_curve([10, 20, 40], [0.99, 0.98, 0.6], TASK, 20, "Gap")
    assert (list(figure.data[0].x), list(figure.data[0].y)) == ([10, 20, 40], [0.99, 0.98, 0.6])
    assert lines(figure) == ([TASK.baseline, TASK.goal], [20])
    assert figure.layout.xaxis.title.text == "Gap"
