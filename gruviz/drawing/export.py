"""A trace as files: every value, nothing pooled."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from gruviz.tracing.gate_trace import GateTrace, require_trace

MAX_CSV_ROWS = 300_000
Writer = Callable[[GateTrace], bytes]


def npz(trace: GateTrace) -> bytes:
    """The trace as a NumPy .npz: r, z, n, h, x, h0, labels and meta (JSON text).

    Args:
        trace: any trace.

    Raises:
        TypeError: it is none.

    >>> from gruviz import SplitGRU, trace
    >>> held = np.load(io.BytesIO(npz(trace(SplitGRU(1, 2), np.ones((3, 1))))))
    >>> held["z"].shape, json.loads(str(held["meta"]))["reset"]
    ((1, 1, 3, 2), 'before')
    """
    require_trace(trace)
    arrays = {name: getattr(trace, name) for name in ("r", "z", "n", "h", "x", "h0")}
    out = io.BytesIO()
    np.savez(out, **arrays, labels=np.array(trace.labels, dtype=str), meta=np.array(json.dumps(asdict(trace.meta))))
    return out.getvalue()


def csv_rows(trace: GateTrace) -> int:
    """Rows that `csv_text` would write."""
    return trace.h.size


def csv_text(trace: GateTrace) -> bytes:
    """The trace as CSV (UTF-8 with a byte order mark, for spreadsheets), one row per layer, batch, step and unit.

    Columns: layer, batch, step, label, unit, z, r, n, h, h_prev, keep, write. A label that a spreadsheet would run
    as a formula gets a leading apostrophe.

    Args:
        trace: a trace of at most `MAX_CSV_ROWS` values per gate.

    Raises:
        TypeError: it is none.
        ValueError: it has more.
    """
    require_trace(trace)
    if csv_rows(trace) > MAX_CSV_ROWS:
        rows = csv_rows(trace)
        raise ValueError(f"A CSV of {rows} rows is too large; at most {MAX_CSV_ROWS} are written. Use npz().")
    labels = [f"'{label}" if label[:1] in "=+-@\t\r" and label else label for label in trace.labels]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["layer", "batch", "step", "label", "unit", "z", "r", "n", "h", "h_prev", "keep", "write"])
    columns = [getattr(trace, name).ravel().tolist() for name in ("z", "r", "n", "h", "h_prev", "keep", "write")]
    places = np.ndindex(trace.h.shape)
    for (layer, batch, step, unit), *values in zip(places, *columns, strict=True):
        label = labels[step] if labels else ""
        writer.writerow([layer, batch, step, label, unit, *(f"{value:.9g}" for value in values)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
