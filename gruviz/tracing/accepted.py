"""What can be traced: which models, inputs, initial states, interventions; and one sentence for what cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from gruviz.models.gru import ConcatGRU, GRUModel, SplitGRU, TorchGRU
from gruviz.models.params import dense, real_array
from gruviz.tracing.interventions import KINDS, Bias, Intervention, Lesion, Scale, Weight

ACCEPTED = "SplitGRU, ConcatGRU, TorchGRU, torch.nn.GRU or torch.nn.GRUCell"
PRECISIONS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
HALF = PRECISIONS[:2]
WHAT = ("weight", "bias")
MOST = 1000  # interventions

Traceable = SplitGRU | ConcatGRU | TorchGRU | nn.GRU | nn.GRUCell


@dataclass(frozen=True)
class Shape:
    """What is to be known of a model before it runs.

    Args:
        kind: as in `TraceMeta`.
        core: the module that computes: a cell model, or torch's own GRU.
    """

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
        """One of its numbers, for device and precision."""
        return next(iter(numbers_of(self.core).values()))

    def like(self, tensor: Tensor) -> Tensor:
        """`tensor` where and as precise as the model computes."""
        return tensor.to(device=self.weight.device, dtype=self.weight.dtype)


def shape_of(model: Traceable) -> Shape:
    """The shape of a model that can be traced.

    Raises:
        TypeError: it is not one of ACCEPTED.
        ValueError: it is, but has an option or numbers that cannot be traced.

    >>> shape_of(nn.GRU(2, 3, num_layers=2, bidirectional=True)).rows
    4
    """
    if isinstance(model, nn.Module) and parametrize.is_parametrized(model):
        raise ValueError("This model has parametrized weights; remove_parametrizations() first, then trace it.")
    shape = _shape_of(model)
    _require_numbers(shape.core)
    return shape


def _shape_of(model: Traceable) -> Shape:
    if isinstance(model, SplitGRU | ConcatGRU):
        _require_linears(model)
        return Shape(model.kind, model, model.input_size, model.hidden_size, bias=model.wr.bias is not None)
    if isinstance(model, nn.GRUCell):
        return Shape("nn.GRUCell", model, model.input_size, model.hidden_size, bias=model.bias)
    gru = model.gru if isinstance(model, TorchGRU) else model
    if isinstance(gru, nn.GRU):
        if gru.proj_size:
            raise ValueError(f"This nn.GRU has proj_size={gru.proj_size}; only GRUs without a projection are traced.")
        kind = "torch" if isinstance(model, TorchGRU) else "nn.GRU"
        sizes = (gru.input_size, gru.hidden_size, gru.num_layers, gru.bidirectional, gru.bias)
        return Shape(kind, gru, *sizes)
    message = f"{_full_name(model)} cannot be traced; give {ACCEPTED}."
    if isinstance(model, nn.Module):
        inside = [name for name, m in model.named_modules() if name and isinstance(m, nn.GRU | nn.GRUCell | GRUModel)]
        if inside:
            message += f" It holds one: trace its .{inside[0]}."
    raise TypeError(message)


def _full_name(thing: object) -> str:
    """A class by its name, with its module where the name alone would be that of another."""
    cls = type(thing)
    mistaken = cls.__name__ in ("SplitGRU", "ConcatGRU", "TorchGRU", "GRU", "GRUCell", "Linear")
    return f"{cls.__module__}.{cls.__qualname__}" if mistaken else cls.__name__


def numbers_of(core: nn.Module) -> dict[str, Tensor]:
    """All that a core computes with, by name; nothing else it may hold.

    >>> sorted(numbers_of(nn.GRU(2, 3)))
    ['bias_hh_l0', 'bias_ih_l0', 'weight_hh_l0', 'weight_ih_l0']
    """
    if isinstance(core, SplitGRU | ConcatGRU):
        every = {f"{name}.{what}": getattr(getattr(core, name), what) for name in _linears(core) for what in WHAT}
    elif isinstance(core, nn.GRUCell):
        every = {f"{what}_{side}": getattr(core, f"{what}_{side}", None) for what in WHAT for side in ("ih", "hh")}
    else:
        every = {name: getattr(core, name, None) for names in core._all_weights for name in names}
    return {name: number for name, number in every.items() if number is not None}


def _linears(core: SplitGRU | ConcatGRU) -> dict[str, int]:
    """The parts of a cell of ours, each with how many numbers it reads."""
    inputs, units = core.input_size, core.hidden_size
    if isinstance(core, ConcatGRU):
        return dict.fromkeys(("wr", "wz", "wh"), inputs + units)
    return {**dict.fromkeys(("wr", "wz", "wh"), inputs), **dict.fromkeys(("wrh", "wzh", "whh"), units)}


def _require_linears(core: SplitGRU | ConcatGRU) -> None:
    """Refuse a cell with something else in a Linear's place."""
    for name, reads in _linears(core).items():
        part = getattr(core, name, None)
        if not isinstance(part, nn.Linear):
            raise ValueError(f"Its {name} is of type {_full_name(part)}; a torch.nn.Linear is needed.")
        wanted = (core.hidden_size, reads)
        if tuple(part.weight.shape) != wanted:
            raise ValueError(f"Its {name}.weight has shape {tuple(part.weight.shape)}; {wanted} is needed.")
        if (part.bias is None) != (core.wr.bias is None):
            raise ValueError(f"Of its wr and {name} one has a bias and one has none; all or none need one.")


def _require_numbers(core: nn.Module) -> None:
    """Refuse numbers that are not there, not of one kind, or of one torch's GRU does not compute with."""
    own = {name: dense(name, number) for name, number in numbers_of(core).items()}
    precisions = {number.dtype: name for name, number in own.items()}
    if len(precisions) > 1:
        found = ", ".join(f"{name} is {str(dtype).removeprefix('torch.')}" for dtype, name in precisions.items())
        raise ValueError(f"This model's numbers are of different precision: {found}; model.float() gives them one.")
    for dtype, name in precisions.items():
        if dtype not in PRECISIONS:
            names = ", ".join(str(each).removeprefix("torch.") for each in PRECISIONS)
            raise ValueError(f"{name} is {str(dtype).removeprefix('torch.')}; a model that is traced holds {names}.")


def input_of(x: np.ndarray | Tensor, shape: Shape) -> Tensor:
    """The input as (batch, time, input).

    Raises:
        ValueError: it is none for this model.
    """
    given = _as_tensor(x, "x")
    if given.dim() not in (2, 3) or given.shape[-1] != shape.input_size or 0 in given.shape:
        raise ValueError(
            f"x has shape {tuple(given.shape)}; this model needs (time, {shape.input_size}) "
            f"or (batch, time, {shape.input_size}) with at least one step."
        )
    return given if given.dim() == 3 else given[None]


def initial_of(h0: np.ndarray | Tensor | None, shape: Shape, batch: int) -> Tensor:
    """The state before the first step as (layer, batch, unit).

    Raises:
        ValueError: it is none for this model and batch.
    """
    full = (shape.rows, batch, shape.hidden_size)
    if h0 is None:
        return torch.zeros(full)
    given = _as_tensor(h0, "h0")
    if tuple(given.shape) not in ((shape.hidden_size,), full):
        raise ValueError(f"h0 has shape {tuple(given.shape)}; it must be ({shape.hidden_size},) or {full}.")
    return given.expand(full)


def fitting(what_if: Iterable[Intervention], shape: Shape, steps: int) -> tuple[Intervention, ...]:
    """The interventions as a tuple, if each names what is there.

    Args:
        what_if: some of them.
        shape: of the model.
        steps: of the input.

    Raises:
        TypeError: it is none, or holds something else.
        ValueError: there are more than `MOST`, or one names what this model or input has not; the sentence says which.

    >>> fitting([Lesion((4,))], shape_of(SplitGRU(2, 4)), 10)
    Traceback (most recent call last):
    ValueError: Intervention 1 of 1, Lesion(units=(4,), layer=0), names unit 4; this model has 0 to 3.
    """
    if isinstance(what_if, str | bytes | Intervention) or not isinstance(what_if, Iterable):
        raise TypeError(f"what_if is of type {type(what_if).__name__}; a tuple of interventions is needed.")
    given = tuple(islice(what_if, MOST + 1))
    if len(given) > MOST:
        raise ValueError(f"what_if holds more than {MOST} interventions; {MOST} are the most.")
    for k, one in enumerate(given, 1):
        if not isinstance(one, Intervention):
            kinds = ", ".join(KINDS)
            raise TypeError(f"what_if holds one of type {type(one).__name__}; it may hold {kinds}.")
        wrong = _wrong(one, shape, steps)
        if wrong:
            text = repr(one)
            text = text if len(text) <= 120 else f"{text[:110]} ...)"
            raise ValueError(f"Intervention {k} of {len(given)}, {text}, {wrong}.")
    return given


def _wrong(one: Intervention, shape: Shape, steps: int) -> str:
    """What it names that is not there, and what is; an empty text where all is there."""
    if one.layer >= shape.rows:
        return f"names layer {one.layer}; this model has {_span(shape.rows)}"
    units, directions = shape.hidden_size, 1 + shape.bidirectional
    if isinstance(one, Weight):
        inputs = shape.input_size if one.layer < directions else units * directions
        columns = units if one.name == "w_hh" else inputs
        if one.name.startswith("b") and not shape.bias:
            return f"names {one.name}; this model has no biases, but Bias adds to a gate's pre-activation"
        if one.row >= 3 * units:
            return f"names row {one.row}; {one.name} has {_span(3 * units)} there"
        if one.column is not None and one.column >= columns:
            return f"names column {one.column}; {one.name} has {_span(columns)} there"
    else:
        if one.units and one.units[-1] >= units:
            return f"names unit {one.units[-1]}; this model has {_span(units)}"
        if not isinstance(one, Lesion) and one.steps and one.steps[1] >= steps:
            return f"names step {one.steps[1]}; this input has {_span(steps)}"
    # a factor acts in float64
    held = 0.0 if isinstance(one, Scale | Lesion) else one.amount if isinstance(one, Bias) else one.value
    dtype = shape.weight.dtype
    if abs(held) > torch.finfo(dtype).max:
        return f"holds {held:g}; {str(dtype).removeprefix('torch.')} has no such number"
    return ""


def _span(count: int) -> str:
    return f"0 to {count - 1}" if count > 1 else "0 alone"


def _as_tensor(value: np.ndarray | Tensor, name: str) -> Tensor:
    if not isinstance(value, Tensor):
        array = real_array(name, value)
        value = torch.from_numpy(array.astype(np.promote_types(array.dtype, np.float32)))
    return dense(name, value)
