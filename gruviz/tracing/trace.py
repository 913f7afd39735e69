"""Run a GRU and keep every gate: the only crossing from torch to NumPy.

Reset before (split, concat): one NumPy loop over the model's own weights, several times faster than the
same loop in torch. Reset after (nn.GRU, nn.GRUCell): the real module runs, and the gates are recovered
from its real output; how far keep + write then is from that output is recorded.
Work goes in pieces of steps, so a trace needs little memory beyond its own arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from gruviz.models.gru import ConcatGRU, GRUModel, SplitGRU, TorchGRU
from gruviz.models.params import real_array
from gruviz.tracing.gate_trace import GateTrace, TraceMeta
from gruviz.tracing.pieces import Report, array
from gruviz.tracing.reset_after import own_tensors, recover_all, run_cell, without_dropout
from gruviz.tracing.reset_before import scan, step_through

REFERENCE_STEPS = 2000
ACCEPTED = "SplitGRU, ConcatGRU, TorchGRU, torch.nn.GRU or torch.nn.GRUCell"

Traceable = SplitGRU | ConcatGRU | TorchGRU | nn.GRU | nn.GRUCell


@dataclass(frozen=True)
class _Shape:
    """What `trace` needs to know of a model before it runs it."""

    kind: str
    core: nn.Module
    input_size: int
    hidden_size: int
    num_layers: int = 1
    bidirectional: bool = False
    bias: bool = True

    @property
    def rows(self) -> int:
        """Length of the layer axis: layers x directions."""
        return self.num_layers * (1 + self.bidirectional)

    @property
    def weight(self) -> Tensor:
        return next(self.core.parameters())


def trace(
    model: Traceable,
    x: np.ndarray | Tensor,
    h0: np.ndarray | Tensor | None = None,
    *,
    labels: Sequence[str] = (),
    seed: int | None = None,
    after_piece: Report | None = None,
) -> GateTrace:
    """Run `model` over `x` and keep r, z, n, h of every layer, batch, time and unit.

    The equations are those of the model's own class. The model is left as it was found: its training flag,
    its gradients and torch's random state do not change; dropout between layers does not act.

    Args:
        model: SplitGRU, ConcatGRU, TorchGRU, or any plain torch.nn.GRU / nn.GRUCell.
        x: (time, input) or (batch, time, input), whatever the model's `batch_first`; at least one step.
        h0: (unit,) for every layer and batch, or (layer, batch, unit); zeros when None.
        labels: one text per step, or empty.
        seed: the seed the weights or input came from, kept in `meta`.
        after_piece: called now and then with the fraction done, in (0, 1]; an exception raised there ends the run.

    Returns:
        A GateTrace; float32 arrays (layer, batch, time, unit).

    Raises:
        TypeError: the model is not one of those.
        ValueError: a shape does not fit, or the model has an option that cannot be traced.

    >>> t = trace(nn.GRU(2, 3), np.ones((5, 2)))
    >>> t.z.shape, t.meta.kind, t.meta.reset, bool(t.meta.recovery_error < 1e-6)
    ((1, 1, 5, 3), 'nn.GRU', 'after', True)
    """
    shape = _shape_of(model)
    weight = shape.weight
    x_model = _input(x, shape).to(device=weight.device, dtype=weight.dtype)
    h0_model = _initial(h0, shape, x_model.shape[0]).to(device=weight.device, dtype=weight.dtype)
    batch, steps = x_model.shape[:2]
    if labels and len(labels) != steps:
        raise ValueError(f"labels has {len(labels)} texts for {steps} steps; one a step is needed, or none.")
    gates = {gate: np.empty((shape.rows, batch, steps, shape.hidden_size), np.float32) for gate in "rznh"}
    report = after_piece or (lambda fraction: None)
    # A diverged model (NaN or inf weights) must be seen, not stopped; a saturated sigmoid overflows exp harmlessly.
    # inference mode spares nn.GRU a sixth of its time over no_grad: nothing of torch leaves this function.
    with torch.inference_mode(), np.errstate(all="ignore"):
        if shape.kind not in ("split", "concat"):
            error = recover_all(shape.core, x_model, h0_model, gates, report)
        else:
            error = None
            run = scan if weight.dtype in (torch.float32, torch.float64) else step_through
            run(shape.core, x_model, h0_model[0], gates, report)
    meta = TraceMeta(
        kind=shape.kind,
        reset="before" if shape.kind in ("split", "concat") else "after",
        input_size=shape.input_size,
        hidden_size=shape.hidden_size,
        num_layers=shape.num_layers,
        bidirectional=shape.bidirectional,
        bias=shape.bias,
        dtype=str(weight.dtype).removeprefix("torch."),
        steps=steps,
        batch=batch,
        seed=seed,
        recovery_error=error,
    )
    return GateTrace(**gates, x=array(x_model), h0=array(h0_model), labels=tuple(labels), meta=meta)


def reference_error(model: Traceable, trace: GateTrace) -> float:
    """Largest |h traced - h of the module's own torch forward| on the same input.

    For very long inputs a prefix is compared; `reference_steps(trace)` says how many steps.

    Args:
        model: the model that was traced.
        trace: its trace.

    Returns:
        A number >= 0; about 1e-7 in float32. NaN where either side is not a number.

    >>> m = SplitGRU(1, 4)
    >>> reference_error(m, globals()["trace"](m, np.ones((9, 1)))) < 1e-6
    True
    """
    shape = _shape_of(model)
    steps = reference_steps(trace)
    output, last = _own_forward(shape, trace.x[:, :steps], trace.h0)
    directions = 1 + shape.bidirectional
    top = np.concatenate(trace.h[trace.h.shape[0] - directions :, :, :steps], axis=-1)
    worst = np.abs(top - output).max()
    if last is not None and steps == trace.meta.steps:
        worst = np.maximum(worst, np.abs(trace.h_last - last).max())
    return float(worst)


def own_states(model: Traceable, x: np.ndarray | Tensor, h0: np.ndarray | Tensor | None = None) -> np.ndarray:
    """Hidden states of the module's own torch forward, nothing of gruviz in between.

    Args:
        model: as in `trace`.
        x, h0: as in `trace`.

    Returns:
        The top layer's states (batch, time, unit), directions side by side.

    Raises:
        TypeError, ValueError: as in `trace`.

    >>> own_states(SplitGRU(1, 4), np.ones((9, 1))).shape
    (1, 9, 4)
    """
    shape = _shape_of(model)
    given = _input(x, shape)
    return _own_forward(shape, given, _initial(h0, shape, given.shape[0]))[0]


def layer_weights(
    model: Traceable, layer: int = 0, unit: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """The numbers one entry of the layer axis computes with, copied, rows r | z | n.

    Args:
        model: as in `trace`.
        layer: counted as in torch's h_n.
        unit: only this unit's three rows; every unit's when None.

    Returns:
        w_ih (3H, I), w_hh (3H, H), b_ih (3H,), b_hh (3H,), or with 3 rows for one unit; in the precision
        computed with (float32 for half precision). Concat has one bias, b_ih, and None; without biases both are None.

    Raises:
        TypeError, ValueError: as in `trace`; there is no such layer or unit.

    >>> [w.shape for w in layer_weights(nn.GRU(2, 4), unit=3)]
    [(3, 2), (3, 4), (3,), (3,)]
    """
    shape = _shape_of(model)
    if not 0 <= layer < shape.rows:
        raise ValueError(f"layer is {layer}; this model has {shape.rows}, counted from 0.")
    if unit is not None and not 0 <= unit < shape.hidden_size:
        raise ValueError(f"unit is {unit}; this model has {shape.hidden_size}, counted from 0.")
    core = shape.core
    given = core.stacked() if isinstance(core, GRUModel) else own_tensors(core, layer)
    rows = slice(None) if unit is None else slice(unit, None, shape.hidden_size)
    return tuple(None if w is None else array(w[rows]) for w in given)


def check_fits(model: Traceable, trace: GateTrace) -> None:
    """Refuse a model this trace cannot be of.

    Raises:
        TypeError: the model is not one that `trace` accepts.
        ValueError: its kind or a size differs from the trace's.

    >>> check_fits(SplitGRU(2, 5), globals()["trace"](SplitGRU(2, 4), np.ones((3, 2))))
    Traceback (most recent call last):
    ValueError: This model does not fit the trace: its hidden_size is 5, the trace's is 4.
    """
    shape = _shape_of(model)
    for name in ("kind", "input_size", "hidden_size", "num_layers", "bidirectional", "bias"):
        own, traced = getattr(shape, name), getattr(trace.meta, name)
        if own != traced:
            raise ValueError(f"This model does not fit the trace: its {name} is {own}, the trace's is {traced}.")


def compute_on_one_thread() -> None:
    """Let torch compute on one thread from now on, in the whole process; a server's choice, `trace` never calls it.

    torch's and NumPy's pools of threads spin while they wait, and fight for the cores: nn.GRU over 100,000 steps of
    64 units took 44 s on two busy cores, and 1.8 s this way. The other cores are for other visitors.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.set_num_threads.html
    """
    torch.set_num_threads(1)


def _own_forward(
    shape: _Shape, x: np.ndarray | Tensor, h0: np.ndarray | Tensor
) -> tuple[np.ndarray, np.ndarray | None]:
    """The module's own states (batch, time, unit), and every layer's last one where it tells."""
    given = (torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value for value in (x, h0))
    x, h0 = (value.to(device=shape.weight.device, dtype=shape.weight.dtype) for value in given)
    core = shape.core
    with torch.no_grad(), without_dropout(core):
        if isinstance(core, nn.GRUCell):
            return array(run_cell(core, x, h0[0])), None
        if isinstance(core, nn.GRU):
            output, last = core(x if core.batch_first else x.transpose(0, 1), h0)
            return array(output if core.batch_first else output.transpose(0, 1)), array(last)
        return array(core.states(x, h0)[0]), None


def reference_steps(trace: GateTrace) -> int:
    """How many leading steps `reference_error` compares.

    All of a two-way model (its first step depends on the last); else at most `REFERENCE_STEPS`, fewer for wide models.
    """
    m = trace.meta
    if m.bidirectional:
        return m.steps
    return min(m.steps, REFERENCE_STEPS, max(100, 200_000_000 // m.hidden_size**2))


def _shape_of(model: Traceable) -> _Shape:
    if isinstance(model, nn.Module) and parametrize.is_parametrized(model):
        raise ValueError("This model has parametrized weights; remove_parametrizations() first, then trace it.")
    if isinstance(model, SplitGRU | ConcatGRU):
        return _Shape(model.kind, model, model.input_size, model.hidden_size, bias=model.wr.bias is not None)
    if isinstance(model, nn.GRUCell):
        return _Shape("nn.GRUCell", model, model.input_size, model.hidden_size, bias=model.bias)
    gru = model.gru if isinstance(model, TorchGRU) else model
    if isinstance(gru, nn.GRU):
        if gru.proj_size:
            raise ValueError(f"This nn.GRU has proj_size={gru.proj_size}; only GRUs without a projection are traced.")
        kind = "torch" if isinstance(model, TorchGRU) else "nn.GRU"
        sizes = (gru.input_size, gru.hidden_size, gru.num_layers, gru.bidirectional, gru.bias)
        return _Shape(kind, gru, *sizes)
    message = f"{type(model).__name__} cannot be traced; give {ACCEPTED}."
    if isinstance(model, nn.Module):
        inside = [name for name, m in model.named_modules() if name and isinstance(m, nn.GRU | nn.GRUCell | GRUModel)]
        if inside:
            message += f" It holds one: trace its .{inside[0]}."
    raise TypeError(message)


def _input(x: np.ndarray | Tensor, shape: _Shape) -> Tensor:
    given = _as_tensor(x, "x")
    if given.dim() not in (2, 3) or given.shape[-1] != shape.input_size or 0 in given.shape:
        raise ValueError(
            f"x has shape {tuple(given.shape)}; this model needs (time, {shape.input_size}) "
            f"or (batch, time, {shape.input_size}) with at least one step."
        )
    return given if given.dim() == 3 else given[None]


def _initial(h0: np.ndarray | Tensor | None, shape: _Shape, batch: int) -> Tensor:
    full = (shape.rows, batch, shape.hidden_size)
    if h0 is None:
        return torch.zeros(full)
    given = _as_tensor(h0, "h0")
    if tuple(given.shape) not in ((shape.hidden_size,), full):
        raise ValueError(f"h0 has shape {tuple(given.shape)}; it must be ({shape.hidden_size},) or {full}.")
    return given.expand(full)


def _as_tensor(value: np.ndarray | Tensor, name: str) -> Tensor:
    if not isinstance(value, Tensor):
        array = real_array(name, value)
        value = torch.from_numpy(array.astype(np.promote_types(array.dtype, np.float32)))
    if value.is_complex() or value.layout is not torch.strided:
        raise ValueError(f"{name} is a {value.dtype} {value.layout} tensor; a dense tensor of real numbers is needed.")
    return value.detach().resolve_neg()
