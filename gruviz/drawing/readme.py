"""The README.txt of an exported trace: what each array is, the equations, and lines of Python that check it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gruviz.tracing.gate_trace import TraceMeta

MOST_TOLD = 20  # interventions
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
  meta        a JSON text: the kind of model, where its reset gate acts, sizes, precision, seed, what changed by hand
  weights     names of the arrays that are the model's weights and biases, as in its state_dict{weights}

EQUATIONS ({kind}; z = 1 keeps)
h' is h one step earlier, and h0 at the first step; a reverse layer goes from the last step to the first. From layer 1
on, x is h of the layer below, forward and reverse side by side. * multiplies unit by unit.

{equations}

{rows}{by_hand}

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
_BY_HAND = """

CHANGED BY HAND
This is no free run: the equations above were computed in gruviz's own loop, and in this order within a step a Weight
set one of the model's numbers, a Bias added to a gate before its sigmoid or tanh, Scale and Clamp changed what a gate
was, and a Lesion held h at 0. Where h was changed, z * h' + (1 - z) * n is what it would have been. The weights here
are the model's own. What acted, as gruviz.export.what_if(held) reads it:

{acts}"""
_NO_CHECK = "This file holds no weights: gruviz.export.npz(trace, model) writes them, and with them a check.\n"
_MIXING = """\
This file holds no weights: gruviz.export.npz(trace, model) writes them. What it holds must mix as said above; the
number printed is how far it is from that: float rounding, about 1e-7 in float32.

import numpy as np
held = np.load("gruviz.npz")
before = np.concatenate([held["h0"][:, :, None], held["h"][:, :, :-1]], axis=2)
print(np.abs(held["z"] * before + (1 - held["z"]) * held["n"] - held["h"])[::{ways}].max())
"""
_SHARE = 'model.b_hh_share.copy_(torch.from_numpy(held["b_hh_share"]))  # of its one bias; no state_dict holds it\n'
_REBUILD = (
    """\
These lines build the model from this file, run it on x and print how far its gates are from those above: 0, or float
rounding of about 1e-7 on another machine, more where a GRU is chaotic.

import gruviz, numpy as np, torch
held, model = np.load("gruviz.npz"), {model}
model.load_state_dict({{name: torch.from_numpy(held[name]) for name in held["weights"]}})
{share}again = gruviz.trace(model, held["x"], held["h0"]{by_hand}"""
    """print(max(abs(getattr(again, g) - held[g]).max() for g in "zrnh"))
"""
)
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


def readme(meta: TraceMeta, weights: Mapping[str, np.ndarray], share: bool = False) -> str:
    """What stands in a file about itself.

    Args:
        meta: of the trace.
        weights: arrays of the model by name; empty where the file holds none.
        share: whether the file holds what of concat's one bias is b_hh.

    >>> from gruviz import SplitGRU, trace
    >>> readme(trace(SplitGRU(1, 2), np.ones((3, 1))).meta, {}).splitlines()[0]
    'gruviz: a trace of a GRU, every value of it.'
    """
    layers, sizes = meta.num_layers * (1 + meta.bidirectional), f"{meta.input_size}, {meta.hidden_size}"
    cast = "" if meta.dtype == "float32" else f".to(torch.{meta.dtype})"
    bias, both = "" if meta.bias else ", bias=False", ", bidirectional=True" if meta.bidirectional else ""
    head = f", out_features={len(weights['fc.weight'])}" if "fc.weight" in weights else ""
    deep = ("" if meta.num_layers == 1 else f", num_layers={meta.num_layers}") + both
    gru = f"torch.nn.GRU({sizes}{deep}{bias}, batch_first=True){cast}"
    model = {
        "split": f"gruviz.SplitGRU({sizes}{bias}{head}){cast}",
        "concat": f"gruviz.ConcatGRU({sizes}{bias}{head}){cast}",
        "torch": f"gruviz.TorchGRU({sizes}{deep}{bias}{head}){cast}",
        "nn.GRU": gru,
        "nn.GRUCell": f"torch.nn.GRUCell({sizes}{bias}){cast}",
    }[meta.kind]
    acts = "\n".join(f"  {one}"[:119] for one in meta.what_if[:MOST_TOLD])
    if len(meta.what_if) > MOST_TOLD:
        acts += f"\n  and {len(meta.what_if) - MOST_TOLD} more"
    template = _REBUILD if weights else _NO_CHECK if meta.what_if else _MIXING
    by_hand = ", what_if=gruviz.export.what_if(held))\n" if acts else "); "
    check = template.format(model=model, ways=1 + meta.bidirectional, by_hand=by_hand, share=_SHARE if share else "")
    if weights and not acts and meta.kind in ("torch", "nn.GRU"):
        but_head, back = ' if name[:3] != "fc."' if head else "", ".float().numpy()" if cast else ".numpy()"
        check += _PLAIN.format(gru=gru, but_head=but_head, cast=cast, back=back, ways=1 + meta.bidirectional)
    shape = (layers, meta.batch, meta.steps, meta.hidden_size)
    return _ABOUT.format(
        shape=shape,
        x=(meta.batch, meta.steps, meta.input_size),
        h0=(shape[0], shape[1], shape[3]),
        weights="".join(f"\n    {name} {array.shape}, {array.dtype}" for name, array in weights.items()),
        kind="nn.GRU" if meta.kind == "torch" else meta.kind,
        equations=_EQUATIONS[meta.reset],
        rows={"split": _SPLIT, "concat": _CONCAT}.get(meta.kind, _STACKED),
        check=check,
        by_hand=_BY_HAND.format(acts=acts) if acts else "",
    )
