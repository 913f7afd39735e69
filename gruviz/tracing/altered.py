"""Models that may compute something else than their weights say: hooks on them, methods of their own; plain twins.

Such a model is run by itself, once, beside a plain twin of its class that holds the same numbers. Where both put out
the same it is the twin that is traced; where they do not, no gate could be shown that is the model's own, and that is
said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.modules import module as every_module

from gruviz.models.gru import ConcatGRU, GRUModel, SplitGRU, TorchGRU
from gruviz.models.params import ARRAYS
from gruviz.tracing.accepted import Shape, Traceable, numbers_of
from gruviz.tracing.interventions import Intervention, Weight
from gruviz.tracing.running.reset_after import own_tensors, run_cell

PROBED = 10_000  # steps a model that is stepped in Python runs by itself, fewer where it is wide
SAME = 1e-3  # twins compute alike to the last digit; another order of sums stays far below
KNOWN = (SplitGRU, ConcatGRU, TorchGRU, nn.GRU, nn.GRUCell, nn.Linear)
OWN = ("__call__", "forward", "states", "step", "gates", "candidate", "stacked")


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


def plain_core(model: Traceable, shape: Shape, x: Tensor, h0: Tensor) -> nn.Module:
    """What to trace: the model's own core, or a plain twin of a model that was seen to compute the same.

    Args:
        model: any model that can be traced.
        shape: its shape.
        x, h0: what it is to run on, (batch, time, input) and (layer, batch, unit).

    Raises:
        ValueError: it computes something else, or does not run; the sentence says what is to be taken off.
    """
    found = " and ".join(dict.fromkeys(causes(model)))
    if not found:
        return shape.core
    most = x.shape[1] if isinstance(shape.core, nn.GRU) else min(PROBED, max(100, 200_000_000 // shape.hidden_size**2))
    given, start = x[:, :most], h0.contiguous()
    with _as_found(model), torch.no_grad():
        try:
            seen, outputs = _run_itself(model, given, start)
        except Exception as error:  # whatever a stranger's code raises
            said = (str(error).splitlines() or [""])[0].rstrip(".")
            raise ValueError(
                f"This model does not run as others of its kind do ({type(error).__name__}: {said}); it has {found}. "
                "Take that off, then trace it."
            ) from error
        twin = twin_of(shape)  # after the run: some hooks make the weights anew
        plain = _plain(twin, given, start)
    off = max(_apart(seen, given), *(_apart(output, plain) for output in outputs))
    if off > SAME:
        how = f"off by {off:.2g}" if math.isfinite(off) else "in another shape, or NaN where a number was"
        raise ValueError(
            f"This model computes something else than its weights say ({how}): it has {found}. "
            "Take that off, then trace it."
        )
    return twin


def _run_itself(model: Traceable, x: Tensor, h0: Tensor) -> tuple[Tensor, list[Tensor]]:
    """The model as anyone calls it: what its recurrent part was given, and all that it put out as states."""
    if not isinstance(model, GRUModel):
        return x, [_states(model, x, h0)]
    seen: list[tuple[Tensor, Tensor]] = []
    states, kept = model.states, vars(model).get("states")

    def recorded(x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        output = states(x, h0)
        seen.append((x, output[0]))
        return output

    model.states = recorded
    try:
        output = _called(model, x, h0)
    finally:
        del model.states
        if kept is not None:
            model.states = kept
    given, own = seen[0] if seen else (x, output[0])
    # (output, h_n) is what a model without a head gives; anything else is a head's
    ends = isinstance(output, tuple) and len(output) == 2 and model.fc is None
    return given, [own, output[0]] if ends else [own]


def _called(model: nn.Module, x: Tensor, h0: Tensor) -> Tensor | tuple[Tensor, ...]:
    try:
        return model(x, h0)
    except TypeError:
        if h0.any():
            raise
        return model(x)  # one that always starts from zeros


def _states(model: nn.Module, x: Tensor, h0: Tensor) -> Tensor:
    """States (batch, time, unit) of the top layer."""
    if isinstance(model, nn.GRUCell):
        return run_cell(model, x, h0[0])
    first = not isinstance(model, nn.GRU) or model.batch_first
    output = _called(model, x if first else x.transpose(0, 1), h0)
    output = output[0] if isinstance(output, tuple) else output
    return output if first else output.transpose(0, 1)


class _Bare(nn.Linear):
    """A Linear that no hook hears, not even one on every module."""

    def __call__(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)


def _plain(twin: nn.Module, x: Tensor, h0: Tensor) -> Tensor:
    """States of a twin, past every hook."""
    if isinstance(twin, nn.GRUCell):
        return run_cell(twin.forward, x, h0[0])
    return (twin.states if isinstance(twin, GRUModel) else twin.forward)(x, h0)[0]


def twin_of(shape: Shape) -> nn.Module:
    """A plain model of the same class that holds the same numbers.

    >>> from gruviz.tracing.accepted import shape_of
    >>> twin = twin_of(shape_of(nn.GRUCell(2, 3)))
    >>> twin.weight_hh.shape, twin.training
    (torch.Size([9, 3]), False)
    """
    core, weight = shape.core, shape.weight
    sizes = (shape.input_size, shape.hidden_size)
    with torch.device("meta"):
        if isinstance(core, nn.GRU):
            twin = nn.GRU(*sizes, shape.num_layers, shape.bias, batch_first=True, bidirectional=shape.bidirectional)
        else:
            cls = next(cls for cls in (SplitGRU, ConcatGRU, nn.GRUCell) if isinstance(core, cls))
            twin = cls(*sizes, shape.bias)
    twin = twin.to(weight.dtype).to_empty(device=weight.device).eval()
    own, others = numbers_of(core), numbers_of(twin)
    with torch.no_grad():
        for name, number in others.items():
            number.copy_(own[name])
        if isinstance(core, ConcatGRU):
            twin.b_hh_share.copy_(core.b_hh_share)
    for part in twin.children():
        part.__class__ = _Bare
    return twin


def reweighted(shape: Shape, what_if: Iterable[Intervention]) -> Shape:
    """The shape with a plain twin that holds the numbers every `Weight` sets, one after another.

    Args:
        shape: of a model; it is not changed.
        what_if: interventions that fit it.

    Returns:
        The shape itself where nothing is set.

    >>> from gruviz.tracing.accepted import shape_of
    >>> gru = nn.GRU(2, 3)
    >>> reweighted(shape_of(gru), [Weight("w_ih", 8, 1, 0.5)]).core.weight_ih_l0[8, 1].item()
    0.5
    """
    weights = [one for one in what_if if isinstance(one, Weight)]
    if not weights:
        return shape
    twin = twin_of(shape)
    with torch.no_grad():
        for one in weights:
            if isinstance(twin, SplitGRU | ConcatGRU):
                _set_in_cell(twin, one)
            else:
                number = own_tensors(twin, one.layer)[ARRAYS.index(one.name)]
                number[one.row if one.column is None else (one.row, one.column)] = one.value
    return replace(shape, core=twin)


def _set_in_cell(cell: SplitGRU | ConcatGRU, one: Weight) -> None:
    gate, unit = divmod(one.row, cell.hidden_size)
    of_x = (cell.wr, cell.wz, cell.wh)[gate]
    if isinstance(cell, SplitGRU):
        part = of_x if one.name.endswith("ih") else (cell.wrh, cell.wzh, cell.whh)[gate]
        if one.column is None:
            part.bias[unit] = one.value
        else:
            part.weight[unit, one.column] = one.value
    elif one.column is not None:
        of_x.weight[unit, one.column + (cell.input_size if one.name == "w_hh" else 0)] = one.value
    elif one.name == "b_ih":
        of_x.bias[unit] = one.value + cell.b_hh_share[one.row]
    else:
        # what is left of the one bias is b_ih, as params() has it
        of_x.bias[unit] = of_x.bias[unit] - cell.b_hh_share[one.row] + one.value
        cell.b_hh_share[one.row] = one.value


@contextmanager
def _as_found(model: nn.Module) -> Iterator[None]:
    """Eval mode for every part; flags, buffers, made weights and torch's random state are put back afterwards."""
    flags = [(part, part.training) for part in model.modules()]
    held = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    # such as the weights old-style norms make: what is made anew without a graph could not be trained through
    made = [(part, name, value) for part, _ in flags for name, value in vars(part).items() if isinstance(value, Tensor)]
    with torch.random.fork_rng(devices=[]):
        try:
            for part, _ in flags:
                part.training = False
            yield
        finally:
            for part, training in flags:
                part.training = training
            with torch.no_grad():
                for buffer, value in held:
                    buffer.copy_(value)
                for part, name, value in made:
                    if torch.equal(getattr(part, name), value):
                        setattr(part, name, value)


def _apart(a: Tensor, b: Tensor) -> float:
    """Largest difference; what is no number, or infinite, on both sides is alike."""
    if not isinstance(a, Tensor) or a.shape != b.shape:
        return math.inf
    a, b = a.detach().double(), b.detach().double()
    alike = (a == b) | (a.isnan() & b.isnan())
    return float((a - b).abs().masked_fill(alike, 0).nan_to_num(nan=math.inf, posinf=math.inf).max())
