"""Run a GRU and keep every gate: the only crossing from torch to NumPy.

Reset before (split, concat): one NumPy loop over the model's own weights, several times faster than the
same loop in torch. Reset after (nn.GRU, nn.GRUCell): the real module runs, and the gates are recovered
from its real output; how far keep + write then is from that output is recorded. torch's kernel cannot be
changed by hand: with a what-if our loop computes those models too, and `meta.computed` says so.
Work goes in pieces of steps, so a trace needs little memory beyond its own arrays.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from gruviz.models.gru import GRUModel
from gruviz.tracing.accepted import HALF, Shape, Traceable, fitting, initial_of, input_of, numbers_of, shape_of
from gruviz.tracing.altered import plain_core, reweighted
from gruviz.tracing.gate_trace import GateTrace, TraceMeta, require_trace
from gruviz.tracing.interventions import Intervention
from gruviz.tracing.pieces import Report, array
from gruviz.tracing.running.acting import Acts
from gruviz.tracing.running.loop import scan
from gruviz.tracing.running.reset_after import own_tensors, recover_all, run_cell, without_dropout

REFERENCE_STEPS = 2000


def trace(
    model: Traceable,
    x: np.ndarray | Tensor,
    h0: np.ndarray | Tensor | None = None,
    *,
    what_if: Iterable[Intervention] = (),
    labels: Sequence[str] = (),
    seed: int | None = None,
    after_piece: Report | None = None,
) -> GateTrace:
    """Run `model` over `x` and keep r, z, n, h of every layer, batch, time and unit.

    The equations are those of the model's own class; a model with hooks or methods of its own is run by itself too
    (once, in eval mode), and refused where it turns out to compute something else. The model is left as it was found:
    its training flag, its gradients and torch's random state do not change; dropout between layers does not act.

    Args:
        model: SplitGRU, ConcatGRU, TorchGRU, or any plain torch.nn.GRU / nn.GRUCell.
        x: (time, input) or (batch, time, input), whatever the model's `batch_first`; at least one step.
        h0: (unit,) for every layer and batch, or (layer, batch, unit); zeros when None.
        what_if: interventions (gruviz.Clamp, Scale, Bias, Lesion, Weight; `gruviz.tracing.interventions` says how
            they act together); the trace is then of that. Nothing given is the free run, bit for bit.
        labels: one text per step, or empty.
        seed: the seed the weights or input came from, kept in `meta`.
        after_piece: called now and then with the fraction done, in (0, 1]; an exception raised there ends the run.

    Returns:
        A GateTrace; float32 arrays (layer, batch, time, unit).

    Raises:
        TypeError: the model is not one of those, or `what_if` holds something else than interventions.
        ValueError: a shape does not fit, the model has an option that cannot be traced, it computes something else
            than its weights say, or an intervention names what is not there.

    Warns:
        RuntimeWarning: nn.GRU's own states are far from what its weights say, and nothing was found that does it.

    >>> t = trace(nn.GRU(2, 3), np.ones((5, 2)))
    >>> t.z.shape, t.meta.kind, t.meta.reset, bool(t.meta.recovery_error < 1e-6)
    ((1, 1, 5, 3), 'nn.GRU', 'after', True)
    >>> from gruviz import Clamp
    >>> t = trace(nn.GRU(2, 3), np.ones((5, 2)), what_if=[Clamp("z", 1, units=(0,), steps=(2, 4))])
    >>> t.z[0, 0, 2:, 0].tolist(), t.h[0, 0, 1, 0] == t.h[0, 0, 4, 0], t.meta.computed
    ([1.0, 1.0, 1.0], np.True_, 'loop')
    """
    shape = shape_of(model)
    weight = shape.weight
    x_model = shape.like(input_of(x, shape))
    h0_model = shape.like(initial_of(h0, shape, x_model.shape[0]))
    batch, steps = x_model.shape[:2]
    if labels and len(labels) != steps:
        raise ValueError(f"labels has {len(labels)} texts for {steps} steps; one a step is needed, or none.")
    given = fitting(what_if, shape, steps)
    core = plain_core(model, shape, x_model, h0_model)
    acts: list[Acts] = []
    if given:
        core, h0_model = reweighted(replace(shape, core=core), given).core, h0_model.clone()
        acts = [Acts(given, row, shape.hidden_size, steps) for row in range(shape.rows)]
        for start, act in zip(h0_model, acts, strict=True):
            start[:, act.lesioned] = 0
    gates = {gate: np.empty((shape.rows, batch, steps, shape.hidden_size), np.float32) for gate in "rznh"}
    report = after_piece or (lambda fraction: None)
    # A diverged model (NaN or inf weights) must be seen, not stopped; a saturated sigmoid overflows exp harmlessly.
    # inference mode spares nn.GRU a sixth of its time over no_grad: nothing of torch leaves this function.
    with torch.inference_mode(), np.errstate(all="ignore"):
        if given or shape.kind in ("split", "concat"):
            error = None
            scan(core, x_model, h0_model, gates, report, acts)
        else:
            error = recover_all(core, x_model, h0_model, gates, report)
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
        what_if=given,
    )
    found = GateTrace(**gates, x=array(x_model), h0=array(h0_model), labels=tuple(labels), meta=meta)
    if error is not None and error > _floor(weight.dtype) and error > _rounding(shape, x_model, h0_model):
        # nothing was found that does it, so it is shown, and said
        warnings.warn(
            f"The states this model put out are up to {error:.2g} from what its weights say; its gates are recovered "
            "from both, and may not be those it used.",
            RuntimeWarning,
            stacklevel=2,
        )
    return found


def _floor(dtype: torch.dtype) -> float:
    """Rounding of numbers of about unit size stays below."""
    return 5e-2 if dtype in HALF else 1e-3


def _rounding(shape: Shape, x: Tensor, h0: Tensor) -> float:
    """How far recovered gates may be from nn.GRU's states by rounding alone: more where large numbers cancel."""
    dtype, bound = shape.weight.dtype, max(1.0, float(x.abs().max()), float(h0.abs().max()))
    rows = (float(w.detach().float().abs().sum(-1).max()) for w in numbers_of(shape.core).values() if w.dim() == 2)
    reach = 16 * torch.finfo(dtype).eps * bound * max(rows)
    return _floor(dtype) + (reach if np.isfinite(reach) else 0.0)


def reference_error(model: Traceable, trace: GateTrace) -> float:
    """Largest |h traced - h of the module's own torch forward| on the same input.

    Of the model that was traced it says how exact the trace is; of another of the same sizes, how unlike they are.
    For very long inputs a prefix is compared; `reference_steps(trace)` says how many steps.

    Args:
        model: the model that was traced, or another of its sizes.
        trace: a trace.

    Returns:
        A number >= 0; about 1e-7 in float32. NaN where either side is not a number.

    Raises:
        TypeError: the model is not one that `trace` accepts, or the trace is none.
        ValueError: a size differs from the trace's, or the trace was changed by hand: no model's own forward is that.

    >>> from gruviz import SplitGRU
    >>> m = SplitGRU(1, 4)
    >>> reference_error(m, globals()["trace"](m, np.ones((9, 1)))) < 1e-6
    True
    """
    require_trace(trace)
    shape = shape_of(model)
    _require_alike(shape, trace, "input_size", "hidden_size", "num_layers", "bidirectional")
    if trace.meta.what_if:
        raise ValueError(
            "This trace was changed by hand (see its meta.what_if), and no model's own forward computes that; "
            "compare a trace made without."
        )
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

    >>> from gruviz import SplitGRU
    >>> own_states(SplitGRU(1, 4), np.ones((9, 1))).shape
    (1, 9, 4)
    """
    shape = shape_of(model)
    given = input_of(x, shape)
    return _own_forward(shape, given, initial_of(h0, shape, given.shape[0]))[0]


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
    shape = shape_of(model)
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
        TypeError: the model is not one that `trace` accepts, or the trace is none.
        ValueError: its kind or a size differs from the trace's.

    >>> from gruviz import SplitGRU
    >>> check_fits(SplitGRU(2, 5), globals()["trace"](SplitGRU(2, 4), np.ones((3, 2))))
    Traceback (most recent call last):
    ValueError: This model does not fit the trace: its hidden_size is 5, the trace's is 4.
    """
    require_trace(trace)
    shape = shape_of(model)
    _require_alike(shape, trace, "kind", "input_size", "hidden_size", "num_layers", "bidirectional", "bias")


def _require_alike(shape: Shape, trace: GateTrace, *names: str) -> None:
    for name in names:
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


def _own_forward(shape: Shape, x: np.ndarray | Tensor, h0: np.ndarray | Tensor) -> tuple[np.ndarray, np.ndarray | None]:
    """The module's own states (batch, time, unit), and every layer's last one where it tells."""
    given = (torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value for value in (x, h0))
    x, h0 = (shape.like(value) for value in given)
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
