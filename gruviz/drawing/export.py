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

from gruviz.models.params import real_array
from gruviz.tracing.accepted import Traceable, numbers_of, shape_of
from gruviz.tracing.gate_trace import GateTrace, TraceMeta, require_trace

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
        trace: any trace.
        model: the one that was traced; its weights are put beside the trace, under their names in its state_dict.
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
    texts = {
        "labels": trace.labels, "channels": tuple(channels), "units": tuple(units), "weights": tuple(weights),
        "settings": urlencode(settings or {}, errors="replace"), "meta": json.dumps(asdict(trace.meta)),
    }  # fmt: skip
    out = io.BytesIO()
    np.savez(
        out, **{name: getattr(trace, name) for name in ("r", "z", "n", "h", "x", "h0")}, **weights,
        **{name: np.array(text, dtype=str) for name, text in texts.items()},
    )  # fmt: skip
    with zipfile.ZipFile(out, "a") as file:
        file.writestr(README, _readme(trace.meta, weights))
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


_ABOUT = """\
gruviz: a trace of a GRU, every value of it.

WHAT IS HERE, AND ITS AXES
numpy.load opens this file; `held` below is what it gives. Layers are counted as in torch's h_n: layer 0, then layer 1,
or with two directions layer 0 forward, layer 0 reverse, layer 1 forward and so on. Time is the input's own order.

  z, r, n, h  (layer, batch, time, unit) = {shape}, float32:
              update gate, reset gate, candidate and hidden state of each step
  x           (batch, time, input) = {x}, float32: what the model read, after any scaling
  h0          (layer, batch, unit) = {h0}, float32: the state before the first step
  labels      (time,) one text a step; empty where the steps have none
  channels    (input,) names of the inputs; empty where they have none
  units       (unit,) names of the units; empty where they have none
  settings    the page's address as a query, to put behind its "?"; what is too long for it, or in a file, is in x alone
  meta        a JSON text: the kind of model, where its reset gate acts, sizes, precision, seed
  weights     names of the arrays that are the model's weights and biases, as in its state_dict{weights}

EQUATIONS ({kind}; z = 1 keeps)
h' is h one step earlier, and h0 at the first step; a reverse layer goes from the last step to the first. From layer 1
on, x is h of the layer below, forward and reverse side by side. * multiplies unit by unit.

{equations}

{rows}

CHECK
{check}"""
_EQUATIONS = {
    "before": """\
  r = sigmoid(W_r x + U_r h' + b_r)
  z = sigmoid(W_z x + U_z h' + b_z)
  n = tanh(W_n x + U_n (r * h') + b_n)
  h = z * h' + (1 - z) * n""",
    "after": """\
  r = sigmoid(W_r x + b_ir + U_r h' + b_hr)
  z = sigmoid(W_z x + b_iz + U_z h' + b_hz)
  n = tanh(W_n x + b_in + r * (U_n h' + b_hn))
  h = z * h' + (1 - z) * n""",
}
_SPLIT = "W is wr, wz, wh .weight, U is wrh, wzh, whh .weight, and b the sum of the biases beside both."
_CONCAT = "wr, wz, wh .weight are W and U side by side: first the columns of x, then those of h'. b is their .bias."
_STACKED = "W is weight_ih, U weight_hh, b_i bias_ih, b_h bias_hh, each with the rows of r, then z, then n."
_MIXING = """\
This file holds no weights: gruviz.export.npz(trace, model) writes them. What it holds must mix as said above; the
number printed is how far it is from that: float rounding, about 1e-7 in float32.

import numpy as np
held = np.load("gruviz.npz")
before = np.concatenate([held["h0"][:, :, None], held["h"][:, :, :-1]], axis=2)
print(np.abs(held["z"] * before + (1 - held["z"]) * held["n"] - held["h"])[::{ways}].max())
"""
_REBUILD = """\
These lines build the model from this file, run it on x and print how far its gates are from those above: 0, or float
rounding of about 1e-7 on another machine, more where a GRU is chaotic.

import gruviz, numpy as np, torch
held, model = np.load("gruviz.npz"), {model}
model.load_state_dict({{name: torch.from_numpy(held[name]) for name in held["weights"]}})
again = gruviz.trace(model, held["x"], held["h0"]); print(max(abs(getattr(again, g) - held[g]).max() for g in "zrnh"))
"""
_PLAIN = (
    """
Plain torch gives the hidden states of the top layer:

import numpy as np, torch
held, gru = np.load("gruviz.npz"), {gru}
gru.load_state_dict({{name.removeprefix("gru."): torch.from_numpy(held[name]) for name in held["weights"]{but_head}}})
output = gru(torch.from_numpy(held["x"]){cast}, torch.from_numpy(held["h0"]){cast})[0].detach(){back}; """
    """print(abs(output - np.concatenate(held["h"][-{ways}:], -1)).max())
"""
)


def _readme(meta: TraceMeta, weights: Mapping[str, np.ndarray]) -> str:
    """What stands in the file about itself."""
    layers, sizes = meta.num_layers * (1 + meta.bidirectional), f"{meta.input_size}, {meta.hidden_size}"
    cast = "" if meta.dtype == "float32" else f".to(torch.{meta.dtype})"
    bias, both = "" if meta.bias else ", bias=False", ", bidirectional=True" if meta.bidirectional else ""
    head = f", out_features={len(weights['fc.weight'])}" if "fc.weight" in weights else ""
    deep = ("" if meta.num_layers == 1 else f", num_layers={meta.num_layers}") + both
    gru = f"torch.nn.GRU({sizes}{deep}{bias}, batch_first=True){cast}"
    model = {
        "split": f"gruviz.SplitGRU({sizes}{bias}{head}){cast}",
        "concat": f"gruviz.ConcatGRU({sizes}{bias}{head}){cast}",
        "torch": f"gruviz.TorchGRU({sizes}{deep}{bias}{head}){cast}", "nn.GRU": gru,
        "nn.GRUCell": f"torch.nn.GRUCell({sizes}{bias}){cast}",
    }[meta.kind]  # fmt: skip
    check = (_REBUILD if weights else _MIXING).format(model=model, ways=1 + meta.bidirectional)
    if weights and meta.kind in ("torch", "nn.GRU"):
        but_head, back = ' if name[:3] != "fc."' if head else "", ".float().numpy()" if cast else ".numpy()"
        check += _PLAIN.format(gru=gru, but_head=but_head, cast=cast, back=back, ways=1 + meta.bidirectional)
    shape = (layers, meta.batch, meta.steps, meta.hidden_size)
    return _ABOUT.format(
        shape=shape, x=(meta.batch, meta.steps, meta.input_size), h0=(shape[0], shape[1], shape[3]),
        weights="".join(f"\n    {name} {array.shape}, {array.dtype}" for name, array in weights.items()),
        kind="nn.GRU" if meta.kind == "torch" else meta.kind, equations=_EQUATIONS[meta.reset],
        rows={"split": _SPLIT, "concat": _CONCAT}.get(meta.kind, _STACKED), check=check,
    )  # fmt: skip


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
        **{gate: getattr(trace, gate)[:, :, window][..., units] for gate in "rznh"}, x=trace.x[:, window],
        h0=np.array(before), labels=trace.labels[window],
        meta=replace(m, steps=last + 1 - first, hidden_size=len(units)),
    )  # fmt: skip


def _plain(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
