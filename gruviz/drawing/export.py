"""A trace as files: every value, nothing pooled, and what it takes to compute it anew."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from urllib.parse import urlencode

import numpy as np

from gruviz.drawing.readme import readme
from gruviz.models.params import real_array
from gruviz.tracing.accepted import Traceable, numbers_of, shape_of
from gruviz.tracing.gate_trace import GateTrace, TraceMeta, require_trace
from gruviz.tracing.interventions import Intervention, Weight, to_plain

MAX_CSV_ROWS = 300_000
MAX_CSV_CELLS = 6_000_000
README = "README.txt"
_VALUES = ("z", "r", "n", "h", "h_prev", "keep", "write")
Steps = tuple[int, int] | None  # first and last, both included


# ---- NPZ


def npz(
    trace: GateTrace,
    model: Traceable | None = None,
    *,
    units: Sequence[str] = (),
    channels: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
) -> bytes:
    """The trace as a NumPy .npz, with a README.txt inside that says what each array is and how to check it.

    Args:
        trace: any trace; what was changed in it by hand stands in `meta`, and `what_if` reads it.
        model: the one that was traced; its weights, as they are without a what-if, are put beside the trace, under
            their names in its state_dict.
        units: names of the units, or none.
        channels: names of the inputs, or none.
        settings: what the trace was made from, as the page's address tells it; kept as a query string.

    Raises:
        TypeError: it is no trace, or no model that can be traced.
        ValueError: the model is of another kind or size than the trace.

    >>> from gruviz import SplitGRU, trace
    >>> model = SplitGRU(1, 2)
    >>> held = np.load(io.BytesIO(npz(trace(model, np.ones((3, 1))), model)))
    >>> held["z"].shape, held["weights"].tolist()[:2], json.loads(str(held["meta"]))["reset"]
    ((1, 1, 3, 2), ['wr.weight', 'wr.bias'], 'before')
    """
    require_trace(trace)
    weights = {} if model is None else _weights(model, trace.meta)
    share = {} if model is None else _share(model, trace.meta)
    texts = {
        "labels": trace.labels,
        "channels": tuple(channels),
        "units": tuple(units),
        "weights": tuple(weights),
        "settings": urlencode(settings or {}, errors="replace"),
        "meta": json.dumps({**asdict(trace.meta), "what_if": [to_plain(one) for one in trace.meta.what_if]}),
    }
    out = io.BytesIO()
    np.savez(
        out,
        **{name: getattr(trace, name) for name in ("r", "z", "n", "h", "x", "h0")},
        **weights,
        **share,
        **{name: np.array(text, dtype=str) for name, text in texts.items()},
    )
    with zipfile.ZipFile(out, "a") as file:
        file.writestr(README, readme(trace.meta, weights, bool(share)))
    return out.getvalue()


def _weights(model: Traceable, meta: TraceMeta) -> dict[str, np.ndarray]:
    """All a model computes with, under the names its state_dict has for them; its head too, if it has one."""
    shape = shape_of(model)
    for name in ("kind", "input_size", "hidden_size", "num_layers", "bidirectional", "bias"):
        found, wanted = getattr(shape, name), getattr(meta, name)
        if found != wanted:
            raise ValueError(f"The model's {name} is {found}; the trace is of one with {wanted}.")
    numbers = {("gru." if shape.kind == "torch" else "") + name: each for name, each in numbers_of(shape.core).items()}
    head = getattr(model, "fc", None)
    if head is not None:
        numbers |= {f"fc.{name}": each for name, each in head.named_parameters()}
    return {name: real_array(name, each) for name, each in numbers.items()}


def _share(model: Traceable, meta: TraceMeta) -> dict[str, np.ndarray]:
    """What of concat's one bias is b_hh, which no state_dict holds, where a bias was set by hand."""
    set_by_hand = any(isinstance(one, Weight) and one.column is None for one in meta.what_if)
    return {"b_hh_share": real_array("b_hh_share", model.b_hh_share)} if set_by_hand and meta.kind == "concat" else {}


def what_if(held: Mapping[str, np.ndarray]) -> tuple[Intervention, ...]:
    """What was changed by hand in the trace of a file.

    Args:
        held: what `numpy.load` gives of a file that `npz` wrote.

    Raises:
        KeyError, TypeError, ValueError: the file is none of those.

    >>> from gruviz import Lesion, SplitGRU, trace
    >>> t = trace(SplitGRU(1, 2), np.ones((3, 1)), what_if=[Lesion((1,))])
    >>> what_if(np.load(io.BytesIO(npz(t))))
    (Lesion(units=(1,), layer=0),)
    """
    return TraceMeta(**json.loads(str(held["meta"]))).what_if


# ---- CSV


def csv_rows(trace: GateTrace, *, steps: Steps = None, units: Iterable[int] | None = None) -> int:
    """Rows that `csv_text` would write.

    Args:
        trace, steps, units: as `csv_text` takes them.
    """
    chosen = trace.meta.hidden_size if units is None else len(set(units))
    first, last = steps or (0, trace.meta.steps - 1)
    return trace.h.shape[0] * trace.meta.batch * (last + 1 - first) * chosen


def fits_csv(trace: GateTrace, *, steps: Steps = None, units: Iterable[int] | None = None, inputs: int = 0) -> bool:
    """Whether `csv_text` writes so much: neither too many rows nor, with a column for every input, too many cells.

    Args:
        trace, steps, units: as `csv_text` takes them.
        inputs: how many channels it is given.
    """
    rows = csv_rows(trace, steps=steps, units=units)
    return rows <= MAX_CSV_ROWS and rows * (len(_VALUES) + inputs) <= MAX_CSV_CELLS


def csv_text(
    trace: GateTrace,
    *,
    steps: Steps = None,
    units: Iterable[int] | None = None,
    unit_names: Sequence[str] = (),
    channels: Sequence[str] = (),
) -> bytes:
    """The trace as CSV (UTF-8 with a byte order mark, for spreadsheets), one row per layer, batch, step and unit.

    Columns: layer, batch, step, label, unit, its name where units have names, z, r, n, h, h_prev, keep, write, and the
    input of the step, each channel under its name. A text that a spreadsheet would run as a formula gets a leading
    apostrophe.

    Args:
        trace: any trace.
        steps: (first, last), both included, counted from 0; all when None.
        units: those to write, counted from 0; all when None.
        unit_names: names of all units, or none.
        channels: names of all inputs; without them no input is written.

    Raises:
        TypeError: it is no trace.
        ValueError: a step, a unit or a number of names is not the trace's, or it would be too long: more than
            `MAX_CSV_ROWS` rows, or `MAX_CSV_CELLS` values.

    >>> from gruviz import SplitGRU, trace
    >>> csv_text(trace(SplitGRU(1, 2), np.ones((3, 1))), steps=(1, 1), channels=["x"]).decode("utf-8-sig").split()[0]
    'layer,batch,step,label,unit,z,r,n,h,h_prev,keep,write,x'
    """
    require_trace(trace)
    m = trace.meta
    for what, names, count in (("unit_names", unit_names, m.hidden_size), ("channels", channels, m.input_size)):
        if names and len(names) != count:
            raise ValueError(f"{what} has {len(names)} texts; {count} are needed, or none.")
    first, last = steps or (0, m.steps - 1)
    chosen = list(range(m.hidden_size)) if units is None else sorted(set(units))
    for time in (first, last):
        trace.require(time=time)
    for unit in chosen:
        trace.require(unit=unit)
    if first > last or not chosen:
        raise ValueError(f"Steps {first} to {last} of {len(chosen)} units are asked for; that is nothing.")
    if not fits_csv(trace, steps=steps, units=chosen, inputs=len(channels)):
        rows = csv_rows(trace, steps=steps, units=chosen)
        raise ValueError(
            f"A CSV of {rows} rows is too large; at most {MAX_CSV_ROWS} rows and {MAX_CSV_CELLS} values are written. "
            "Use npz(), or fewer steps or units."
        )
    part = _part(trace, first, last, chosen)
    labels = [_plain(label) for label in part.labels] or [""] * part.meta.steps
    named = [[unit, _plain(unit_names[unit])] if unit_names else [unit] for unit in chosen]
    read = [[[f"{value:.9g}" for value in x] if channels else [] for x in batch] for batch in part.x.tolist()]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    heads = ["layer", "batch", "step", "label", "unit", *(["unit_name"] if unit_names else []), *_VALUES]
    writer.writerow(heads + [_plain(f"{name} (input)" if name in heads else name) for name in channels])
    columns = [getattr(part, name).ravel().tolist() for name in _VALUES]
    for (layer, batch, step, k), *values in zip(np.ndindex(part.h.shape), *columns, strict=True):
        place = [layer, batch, first + step, labels[step], *named[k]]
        writer.writerow(place + [f"{value:.9g}" for value in values] + read[batch][step])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _part(trace: GateTrace, first: int, last: int, units: list[int]) -> GateTrace:
    """Some steps of some units: a trace that begins with the state they begin with."""
    window, m = slice(first, last + 1), trace.meta
    before = [
        [trace.h_prev_row(layer, batch, last if trace.reverse(layer) else first)[units] for batch in range(m.batch)]
        for layer in range(len(trace.h))
    ]
    return GateTrace(
        **{gate: getattr(trace, gate)[:, :, window][..., units] for gate in "rznh"},
        x=trace.x[:, window],
        h0=np.array(before),
        labels=trace.labels[window],
        meta=replace(m, steps=last + 1 - first, hidden_size=len(units)),
    )


def _plain(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
