"""Models that compute something else than their weights say: hooks on them, a forward or a step of their own.

Such a model is traced all the same where it turns out to compute what its weights say (a hook that only looks on
changes nothing); where it does not, no gate could be shown that is its own, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules import module as every_module

from gruviz.models.gru import ConcatGRU, GRUModel, SplitGRU, TorchGRU
from gruviz.tracing.accepted import HALF, Shape, Traceable
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.pieces import array
from gruviz.tracing.reset_after import run_cell, without_dropout

PROBED = 16  # steps run by the model itself
STEPPED = 64  # steps of a trace each compared with the model's own step
KNOWN = (SplitGRU, ConcatGRU, TorchGRU, nn.GRU, nn.GRUCell, nn.Linear)
OWN = ("__call__", "forward", "states", "step", "stacked")


def tolerance(shape: Shape, x: Tensor, h0: Tensor) -> float:
    """How far apart two ways to compute one state may be by rounding alone.

    A small part of a gate's range, and more where large numbers cancel: the rounding of the largest pre-activation.
    """
    weight = shape.weight
    bound = max(1.0, float(x.abs().max()), float(h0.abs().max()))
    rows = (float(p.detach().float().abs().sum(-1).max()) for p in shape.core.parameters() if p.dim() == 2)
    reach = 16 * torch.finfo(weight.dtype).eps * bound * max(rows)
    return (5e-2 if weight.dtype in HALF else 1e-3) + (reach if np.isfinite(reach) else 0.0)


def causes(model: Traceable) -> Iterator[str]:
    """What could make a model compute something else than its weights say.

    >>> gru = nn.GRU(2, 3)
    >>> _ = gru.register_forward_hook(lambda module, given, output: print("seen"))
    >>> list(causes(gru))
    ['a forward hook (<lambda>)']
    """
    for name, part in model.named_modules():
        if name.split(".")[0] == "fc":
            continue  # the head comes after the states
        where = f" on its {name}" if name else ""
        for what, hooks in (("forward hook", part._forward_hooks), ("forward pre-hook", part._forward_pre_hooks)):
            yield from (f"a {what} ({_name(hook)}){where}" for hook in hooks.values())
        plain = next((cls for cls in type(part).__mro__ if cls in KNOWN), None)
        if plain is not None:
            for method in OWN:
                if method in vars(part) or getattr(type(part), method, None) is not getattr(plain, method, None):
                    yield f"its own {method}(){where}"
    for hooks in (every_module._global_forward_hooks, every_module._global_forward_pre_hooks):
        yield from (f"a forward hook on every module ({_name(hook)})" for hook in hooks.values())


def _name(hook: object) -> str:
    return getattr(hook, "__name__", type(hook).__name__)


def require_own(model: Traceable, shape: Shape, trace: GateTrace, x: Tensor, h0: Tensor) -> None:
    """Refuse the trace of a model that was seen to compute something else.

    Args:
        model: the model that was traced.
        shape: its shape.
        trace: its trace.
        x, h0: what it ran on, as the model takes it.

    Raises:
        ValueError: it computes something else; the sentence says what is to be taken off.
    """
    found = list(causes(model))
    if not found:
        return
    with torch.inference_mode(), without_dropout(shape.core), np.errstate(all="ignore"):
        off = [_off_states(model, shape, trace, x, h0), _off_steps(shape, trace, x)]
    recovered = trace.meta.recovery_error
    off += [] if recovered is None or np.isnan(recovered) else [recovered]
    error = max(np.nan_to_num(off, nan=np.inf))
    if error > tolerance(shape, x, h0):
        raise ValueError(
            f"This model computes something else than its weights say (off by {error:.2g}): it has "
            f"{' and '.join(dict.fromkeys(found))}. Take that off, then trace it."
        )


def _off_states(model: Traceable, shape: Shape, trace: GateTrace, x: Tensor, h0: Tensor) -> float:
    """Largest |h traced - h of the model as anyone calls it| over the first steps; all of them of a two-way one."""
    steps = trace.meta.steps if shape.bidirectional else min(PROBED, trace.meta.steps)
    given = x[:, :steps]
    if isinstance(model, nn.GRUCell):
        own = run_cell(model, given, h0[0])
    elif isinstance(model, GRUModel):
        own = (model if model.fc is None else model.states)(given, h0.contiguous())[0]
    else:
        own = model(given if model.batch_first else given.transpose(0, 1), h0.contiguous())[0]
        own = own if model.batch_first else own.transpose(0, 1)
    top = np.concatenate(trace.h[trace.h.shape[0] - 1 - shape.bidirectional :, :, :steps], axis=-1)
    return _apart(top, array(own))


def _off_steps(shape: Shape, trace: GateTrace, x: Tensor) -> float:
    """For a cell of ours, largest difference of any gate to its own step, from the states that were traced."""
    if not isinstance(shape.core, GRUModel):
        return 0.0
    at = np.unique(np.linspace(0, trace.meta.steps - 1, STEPPED).round().astype(int))
    h_prev = shape.like(torch.from_numpy(trace.h_prev[0][:, at].copy())).flatten(0, 1)
    own = shape.core.step(x[:, at].flatten(0, 1), h_prev)
    traced = (getattr(trace, gate)[0][:, at].reshape(-1, shape.hidden_size) for gate in "rznh")
    return max(np.nan_to_num([_apart(gate, array(value)) for gate, value in zip(traced, own, strict=True)], nan=np.inf))


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference; what is no number, or infinite, on both sides is alike."""
    if a.shape != b.shape:
        return np.inf
    return float(np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, np.abs(a - b)).max())
