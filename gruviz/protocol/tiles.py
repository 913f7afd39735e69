"""Some steps of one layer in bounded bytes: every value where they fit, else pooled over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from gruviz.drawing.pooling import Pooled, pool
from gruviz.protocol.outputs import HeadOutputs
from gruviz.tasks.answers import states_of
from gruviz.tracing.gate_trace import GATES, GateTrace

EXACT_STEPS = 8192
EXACT_CELLS = 600_000  # steps x units of one gate: four gates of it are 9.6 MB
POOLED_CELLS = 200_000  # as many bytes again: three statistics a cell
MOST_COLUMNS, LEAST_COLUMNS = 2048, 64
BEGUN_CELLS = 25_000
MOST_CHANNELS = 64
LONGEST_LABEL = 40

Tile = tuple[dict[str, Any], dict[str, np.ndarray]]


def is_exact(steps: int, units: int) -> bool:
    """Whether a tile of so many steps and units holds every value."""
    return steps <= EXACT_STEPS and steps * units <= EXACT_CELLS


def columns_of(steps: int, units: int) -> int:
    """Most columns a tile of so many steps and units has.

    >>> columns_of(100, 4), columns_of(100_000, 200), columns_of(19_000, 1024)
    (100, 1000, 195)
    """
    return steps if is_exact(steps, units) else min(MOST_COLUMNS, max(LEAST_COLUMNS, POOLED_CELLS // units))


def tile(
    trace: GateTrace,
    layer: int = 0,
    batch: int = 0,
    window: tuple[int, int] | None = None,
    said: HeadOutputs | None = None,
) -> Tile:
    """Steps of one layer as the stage takes them.

    Args:
        trace: what to show.
        layer, batch: entries of those axes.
        window: (first, last) step, both included; all steps when None.
        said: what the model's head makes of this trace, to go with it.

    Returns:
        The header {"layer", "first", "last", "each": steps a column, "x_each": inputs a row of x, "labels"} and the
        float32 arrays, time first. One step a column: z r n h (column, unit), x (column, row) and before (unit), the
        state the edge step starts from (the last step in a reverse layer). More: z z_low z_high and so on, no before.
        Of a head more, see `HeadOutputs.arrays`.

    Raises:
        ValueError: layer, batch or window is not in the trace.

    >>> from gruviz import SplitGRU, trace
    >>> header, arrays = tile(trace(SplitGRU(1, 2), np.ones((9, 1))), window=(3, 5))
    >>> header["each"], arrays["h"].shape, sorted(arrays)
    (1, (3, 2), ['before', 'h', 'n', 'r', 'x', 'z'])
    """
    m = trace.meta
    first, last = window or (0, m.steps - 1)
    trace.require(layer=layer, batch=batch)
    if not 0 <= first <= last < m.steps:
        raise ValueError(f"steps {first} to {last} are asked for; this trace has steps 0 to {m.steps - 1}.")
    steps, part = last + 1 - first, slice(first, last + 1)
    columns = columns_of(steps, m.hidden_size)
    arrays: dict[str, np.ndarray] = {}
    cells = pool(trace.x[batch, part], columns, MOST_CHANNELS, first)
    _add(arrays, "x", cells, cells.steps_each > 1)
    for gate in GATES:
        values = getattr(trace, gate)[layer, batch, part]
        _add(arrays, gate, pool(values, columns, m.hidden_size, first), cells.steps_each > 1)
    if cells.steps_each == 1:
        arrays["before"] = trace.h_prev_row(layer, batch, last if trace.reverse(layer) else first)
    if said is not None:
        arrays |= said.arrays(states_of(trace, batch, first, last), first, columns)
    return _header(trace, layer, first, last, cells), arrays


def begun(whole: GateTrace, part: GateTrace, layer: int = 0, said: HeadOutputs | None = None) -> Tile:
    """All steps of a trace of which only the first are computed: of the others the input is there, the gates are NaN.

    Args:
        whole: its input, labels and sizes are read, no gate is.
        part: the first steps of it.
        layer: entry of that axis, none that reads from the end.
        said: what the model's head makes of the whole, to go with it.

    Returns:
        As `tile` does of all steps, in fewer columns where they are pooled: it is there for a moment.

    >>> from dataclasses import replace
    >>> from gruviz import SplitGRU, trace
    >>> whole = trace(SplitGRU(1, 1), np.ones((9, 1)))
    >>> part = trace(SplitGRU(1, 1), np.ones((4, 1)))
    >>> np.isnan(begun(whole, part)[1]["h"][:, 0]).tolist()
    [False, False, False, False, True, True, True, True, True]
    """
    m = whole.meta
    columns = columns_of(m.steps, m.hidden_size)
    if columns < m.steps:  # fewer, but such that the part fills one
        columns = min(columns, max(BEGUN_CELLS // m.hidden_size, -(-m.steps // part.meta.steps) + 1))
    arrays: dict[str, np.ndarray] = {}
    cells = pool(whole.x[0], columns, MOST_CHANNELS)
    _add(arrays, "x", cells, cells.steps_each > 1)
    known = part.meta.steps // cells.steps_each  # whole columns of it
    steps = known * cells.steps_each
    found: dict[str, np.ndarray] = {}
    for gate in GATES:
        values = getattr(part, gate)[layer, 0, :steps]
        _add(found, gate, pool(values, known, m.hidden_size), cells.steps_each > 1)
    if said is not None:
        found |= said.arrays(states_of(part, last=steps - 1), 0, known)
    for name, held in found.items():
        arrays[name] = np.full((len(cells.mean), held.shape[1]), np.nan, np.float32)
        arrays[name][:known] = held
    if cells.steps_each == 1:
        arrays["before"] = part.h_prev_row(layer, 0, 0)
    return _header(whole, layer, 0, m.steps - 1, cells), arrays


def _header(trace: GateTrace, layer: int, first: int, last: int, cells: Pooled) -> dict[str, Any]:
    exact, part = cells.steps_each == 1, slice(first, last + 1)
    return {
        "layer": layer,
        "first": first,
        "last": last,
        "each": cells.steps_each,
        "x_each": cells.units_each,
        "labels": [label[:LONGEST_LABEL] for label in trace.labels[part]] if exact else [],
    }


def _add(arrays: dict[str, np.ndarray], name: str, cells: Pooled, every: bool) -> None:
    arrays[name] = cells.mean
    if every:
        arrays[name + "_low"], arrays[name + "_high"] = cells.low, cells.high
