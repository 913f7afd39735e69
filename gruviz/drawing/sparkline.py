"""A small picture of one number over time, as SVG: no library has to be fetched for it."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import numpy as np

WIDTH, HEIGHT, COLUMNS = 320, 92, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 6, 8, 20
_INK = "#7b7d82"  # an image knows nothing of the page's theme: this is read on white and on black


def largest_of_steps(values: np.ndarray) -> np.ndarray:
    """The largest of each stretch of steps, so many that they can be drawn.

    Args:
        values: (time,).

    Returns:
        (column,), at most COLUMNS; NaN where a stretch holds one.

    >>> largest_of_steps(np.arange(480.0))[:3].tolist()
    [1.0, 3.0, 5.0]
    """
    edges = np.linspace(0, len(values), min(len(values), COLUMNS) + 1).astype(int)
    return np.maximum.reduceat(values, edges[:-1])


def area(values: np.ndarray, steps: int, at: int, mark: str, title: str) -> str:
    """Numbers from 0 up as an area over the steps, the step of one of them marked.

    Args:
        values: (column,), evenly over the steps, at least 0; what is not finite is left out.
        steps: of the time axis.
        at, mark: step to mark, and what is written there.
        title: what it shows, for those who do not see it.

    Returns:
        An `<svg>` as a file of its own.

    >>> "a &lt; b" in area(np.array([0.0, 1.0]), 2, 1, "step 1", "a < b")
    True
    """
    finite = np.where(np.isfinite(values), values, 0)
    top = float(finite.max()) or 1.0
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    each = (right - _LEFT) / len(values)
    points = [f"{_LEFT},{bottom}"]
    for k, value in enumerate(finite.tolist()):
        y = bottom - value / top * (bottom - _TOP)
        points += [f"{_LEFT + k * each:.1f},{y:.1f}", f"{_LEFT + (k + 1) * each:.1f},{y:.1f}"]
    points.append(f"{right},{bottom}")
    x = _LEFT + (at + 0.5) / steps * (right - _LEFT)
    anchor = "start" if x < WIDTH * 0.25 else "end" if x > WIDTH * 0.75 else "middle"
    small = f'font-size="12" font-family="sans-serif" fill="{_INK}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="{escape(title)}">'
        f'<polygon points="{" ".join(points)}" fill="#c8553d" fill-opacity=".75"/>'
        f'<path d="M{_LEFT} {bottom}H{right}" stroke="{_INK}" stroke-opacity=".4"/>'
        f'<path d="M{x:.1f} {_TOP}V{bottom + 4}" stroke="{_INK}" stroke-dasharray="3 3"/>'
        f'<text x="{_LEFT - 5}" y="{_TOP + 6}" text-anchor="end" {small}>{top:.2g}</text>'
        f'<text x="{_LEFT - 5}" y="{bottom}" text-anchor="end" {small}>0</text>'
        f'<text x="{x:.1f}" y="{HEIGHT - 4}" text-anchor="{anchor}" {small}>{escape(mark)}</text></svg>'
    )


def as_image(svg: str, title: str) -> str:
    """A picture as HTML that Streamlit lets through: of an `<svg>` in the page itself it leaves nothing.

    Args:
        svg: as `area` gives it.
        title: what it shows, for those who do not see it.

    >>> as_image(area(np.ones(2), 2, 1, "1", ""), "how far")[:62]
    '<img alt="how far" src="data:image/svg+xml;base64,PHN2ZyB4bWxu'
    """
    packed = b64encode(svg.encode()).decode()
    return f'<img alt="{escape(title)}" src="data:image/svg+xml;base64,{packed}" style="display:block;width:100%">'
