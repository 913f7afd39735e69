"""GRU weights and the three models that share them: split, concat and nn.GRU.

One convention everywhere, PyTorch's: rows stacked r | z | n, and z = 1 keeps the past.

    split   (seed `gru1`)  six Linears, reset before the matrix
    concat  (seed `gru2`)  three Linears over [x, h], reset before the matrix
    torch   (seed `_GRU`)  `nn.GRU`, reset after the matrix

Sources: Cho et al. 2014 (arXiv:1406.1078); the PyTorch `nn.GRU` page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn

from gruviz.models.equations import InTorch, Reset, step
from gruviz.models.params import GRUParams, whole_number


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(array))


class GRUModel(nn.Module):
    """What the three models share: sizes, an optional head, one way to run.

    `model(x, h0)` gives `(output, h_n)` as `nn.GRU(batch_first=True)` does. With a head (`out_features`)
    it gives `fc(output at the last step)` as the seed's `_GRU` does; `model.states(x, h0)` always gives
    `(output, h_n)`. x is (time, input) or (batch, time, input).
    """

    kind: ClassVar[str]
    reset: ClassVar[Reset]
    input_size: int
    hidden_size: int
    fc: nn.Linear | None

    def _sizes(self, input_size: int, hidden_size: int) -> tuple[int, int]:
        """Checked and kept."""
        self.input_size = whole_number("input_size", input_size)
        self.hidden_size = whole_number("hidden_size", hidden_size)
        return self.input_size, self.hidden_size

    def _head(self, width: int, out_features: int | None) -> None:
        self.fc = None if out_features is None else nn.Linear(width, whole_number("out_features", out_features))

    def states(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Hidden states of the top layer at every step, and every layer's last one."""
        raise TypeError(f"{type(self).__name__} does not say how it runs; use SplitGRU, ConcatGRU or TorchGRU.")

    def forward(self, x: Tensor, h0: Tensor | None = None) -> Tensor | tuple[Tensor, Tensor]:
        """`(output, h_n)` without a head, `fc(output[-1])` with one."""
        output, h_n = self.states(x, h0)
        return (output, h_n) if self.fc is None else self.fc(output[..., -1, :])


class _CellModel(GRUModel):
    """A model made of one cell stepped through time in torch (reset before the matrix)."""

    reset = "before"

    def gates(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Pre-activations of r and z."""
        raise TypeError(f"{type(self).__name__} has no cell; use SplitGRU or ConcatGRU.")

    def candidate(self, x: Tensor, s: Tensor, out: None = None) -> Tensor:
        """Pre-activation of n; s is the state as the reset gate lets it through."""
        raise TypeError(f"{type(self).__name__} has no cell; use SplitGRU or ConcatGRU.")

    def step(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One step: x (batch, input), h (batch, unit) -> r, z, n and the new h."""
        return step(self, InTorch, x, h)

    def stacked(self) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        """This model's own numbers as (3H, I), (3H, H), (3H,), (3H,), rows r | z | n; no value is changed."""
        raise TypeError(f"{type(self).__name__} has no cell; use SplitGRU or ConcatGRU.")

    def states(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Step the cell over x; h0 is (unit,) for one sequence, (batch, unit) or (1, batch, unit)."""
        if not isinstance(x, Tensor):
            raise TypeError(f"x is of type {type(x).__name__}; a torch.Tensor is needed. gruviz.trace takes arrays.")
        if x.dim() not in (2, 3) or x.shape[-1] != self.input_size or 0 in x.shape:
            size = self.input_size
            raise ValueError(f"x has shape {tuple(x.shape)}; it must be (time, {size}) or (batch, time, {size}).")
        batched = x.dim() == 3
        steps = x if batched else x[None]
        batch, H = steps.shape[0], self.hidden_size
        h = steps.new_zeros(batch, H) if h0 is None else h0
        if tuple(h.shape) not in ((H,), (batch, H), (1, batch, H)):
            raise ValueError(f"h0 has shape {tuple(h.shape)}; it must be ({H},), ({batch}, {H}) or (1, {batch}, {H}).")
        h = h.reshape(-1, H).expand(batch, -1)
        hidden = []
        for x_t in steps.unbind(1):
            *_, h = self.step(x_t, h)
            hidden.append(h)
        output = torch.stack(hidden, 1)
        return (output, h[None]) if batched else (output[0], h)


class SplitGRU(_CellModel):
    """The seed's `gru1`: per gate one Linear for x and one for h, reset before the matrix.

        r = sigmoid(wr(x) + wrh(h))
        z = sigmoid(wz(x) + wzh(h))
        n = tanh(wh(x) + whh(r * h))
        h = z * h + (1 - z) * n            z = 1 keeps

    Args:
        input_size: numbers per step, at least 1.
        hidden_size: units, at least 1.
        bias: two biases per gate, or none.
        out_features: size of a head on the last step; None for no head.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1.

    Source: the seed lesson's `gru1`; Cho et al. 2014 (arXiv:1406.1078), version 3.

    >>> out, h_n = SplitGRU(2, 3)(torch.zeros(5, 2))
    >>> out.shape, h_n.shape
    (torch.Size([5, 3]), torch.Size([1, 3]))
    """

    kind = "split"

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, out_features: int | None = None):
        super().__init__()
        input_size, hidden_size = self._sizes(input_size, hidden_size)
        self.wr = nn.Linear(input_size, hidden_size, bias)
        self.wrh = nn.Linear(hidden_size, hidden_size, bias)
        self.wz = nn.Linear(input_size, hidden_size, bias)
        self.wzh = nn.Linear(hidden_size, hidden_size, bias)
        self.wh = nn.Linear(input_size, hidden_size, bias)
        self.whh = nn.Linear(hidden_size, hidden_size, bias)
        self._head(hidden_size, out_features)

    def gates(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Four of the six Linears; see the class."""
        return self.wr(x) + self.wrh(h), self.wz(x) + self.wzh(h)

    def candidate(self, x: Tensor, s: Tensor, out: None = None) -> Tensor:
        """The other two; see the class."""
        return self.wh(x) + self.whh(s)

    def stacked(self) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        """See `_CellModel.stacked`."""
        from_x, from_h = (self.wr, self.wz, self.wh), (self.wrh, self.wzh, self.whh)
        biases = (None, None) if self.wr.bias is None else (_rows(from_x, "bias"), _rows(from_h, "bias"))
        return _rows(from_x, "weight"), _rows(from_h, "weight"), *biases

    @classmethod
    def from_params(cls, params: GRUParams) -> Self:
        """A model that holds these numbers, in their precision."""
        _require_params(params)
        model = cls(params.input_size, params.hidden_size).to(_tensor(params.w_hh).dtype)
        linears = zip("rzn", (model.wr, model.wz, model.wh), (model.wrh, model.wzh, model.whh), strict=True)
        with torch.no_grad():
            for gate, from_x, from_h in linears:
                from_x.weight.copy_(_tensor(params.gate("w_ih", gate)))
                from_x.bias.copy_(_tensor(params.gate("b_ih", gate)))
                from_h.weight.copy_(_tensor(params.gate("w_hh", gate)))
                from_h.bias.copy_(_tensor(params.gate("b_hh", gate)))
        return model

    def params(self) -> GRUParams:
        """The numbers this model holds now."""
        return GRUParams(*self.stacked())


class ConcatGRU(_CellModel):
    """The seed's `gru2`: per gate one Linear over [x, h], reset before the matrix.

        r = sigmoid(wr([x, h]))
        z = sigmoid(wz([x, h]))
        n = tanh(wh([x, r * h]))
        h = z * h + (1 - z) * n            z = 1 keeps

    One bias per gate: b = b_ih + b_hh, exact because neither is touched by the reset gate here.
    The share of `b_hh` is remembered (a buffer outside the state_dict), so that `params()` gives both back.

    Args:
        input_size: numbers per step, at least 1.
        hidden_size: units, at least 1.
        bias: one bias per gate, or none.
        out_features: size of a head on the last step; None for no head.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1.

    Source: the seed lesson's `gru2`.

    >>> sorted(ConcatGRU(2, 3).state_dict())
    ['wh.bias', 'wh.weight', 'wr.bias', 'wr.weight', 'wz.bias', 'wz.weight']
    """

    kind = "concat"

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, out_features: int | None = None):
        super().__init__()
        input_size, hidden_size = self._sizes(input_size, hidden_size)
        self.wr = nn.Linear(input_size + hidden_size, hidden_size, bias)
        self.wz = nn.Linear(input_size + hidden_size, hidden_size, bias)
        self.wh = nn.Linear(input_size + hidden_size, hidden_size, bias)
        self.register_buffer("b_hh_share", torch.zeros(3 * hidden_size), persistent=False)
        self._head(hidden_size, out_features)

    def gates(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Two of the three Linears; see the class."""
        x_h = torch.cat([x, h], dim=-1)
        return self.wr(x_h), self.wz(x_h)

    def candidate(self, x: Tensor, s: Tensor, out: None = None) -> Tensor:
        """The third; see the class."""
        return self.wh(torch.cat([x, s], dim=-1))

    def stacked(self) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        """See `_CellModel.stacked`; the one bias stands first, the second is None."""
        linears = (self.wr, self.wz, self.wh)
        weight = _rows(linears, "weight")
        bias = None if self.wr.bias is None else _rows(linears, "bias")
        return weight[:, : self.input_size], weight[:, self.input_size :], bias, None

    @classmethod
    def from_params(cls, params: GRUParams) -> Self:
        """A model that holds these numbers with the two biases merged, in their precision."""
        _require_params(params)
        model = cls(params.input_size, params.hidden_size).to(_tensor(params.w_hh).dtype)
        with torch.no_grad():
            for gate, linear in zip("rzn", (model.wr, model.wz, model.wh), strict=True):
                weight = np.concatenate([params.gate("w_ih", gate), params.gate("w_hh", gate)], axis=1)
                linear.weight.copy_(_tensor(weight))
                linear.bias.copy_(_tensor(params.gate("b_ih", gate) + params.gate("b_hh", gate)))
            model.b_hh_share.copy_(_tensor(params.b_hh))
        return model

    def params(self) -> GRUParams:
        """The numbers this model holds now; b_ih is the one bias less the remembered share of b_hh."""
        w_ih, w_hh, bias, _ = self.stacked()
        if bias is None:
            return GRUParams(w_ih, w_hh)
        return GRUParams(w_ih, w_hh, bias - self.b_hh_share, self.b_hh_share)


def _require_params(params: object) -> None:
    if not isinstance(params, GRUParams):
        raise TypeError(f"The numbers given are of type {type(params).__name__}; gruviz.GRUParams are needed.")


def _rows(linears: Iterable[nn.Linear], name: str) -> Tensor:
    """One tensor of several Linears, stacked in the order given."""
    return torch.cat([getattr(linear, name).detach() for linear in linears])


class TorchGRU(GRUModel):
    """The seed's `_GRU`: torch's own `nn.GRU` (batch first), reset after the matrix.

        r = sigmoid(W_r x + b_ir + U_r h + b_hr)
        z = sigmoid(W_z x + b_iz + U_z h + b_hz)
        n = tanh(W_n x + b_in + r * (U_n h + b_hn))
        h = z * h + (1 - z) * n            z = 1 keeps

    Args:
        input_size: numbers per step, at least 1.
        hidden_size: units, at least 1.
        bias: two biases per gate, or none.
        out_features: size of a head on the last step; None for no head.
        num_layers: layers stacked on each other, at least 1.
        bidirectional: read the input from both ends.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html

    >>> TorchGRU(2, 3, out_features=4)(torch.zeros(1, 5, 2)).shape
    torch.Size([1, 4])
    """

    kind = "torch"
    reset = "after"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        out_features: int | None = None,
        *,
        num_layers: int = 1,
        bidirectional: bool = False,
    ):
        super().__init__()
        input_size, hidden_size = self._sizes(input_size, hidden_size)
        layers = whole_number("num_layers", num_layers)
        self.gru = nn.GRU(input_size, hidden_size, layers, bias, batch_first=True, bidirectional=bidirectional)
        self._head(hidden_size * (1 + bidirectional), out_features)

    def states(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """What `nn.GRU` gives."""
        return self.gru(x, h0)

    @classmethod
    def from_params(cls, params: GRUParams | Iterable[GRUParams], *, bidirectional: bool = False) -> Self:
        """A model that holds these numbers, in their precision.

        Args:
            params: one GRUParams, or one per layer and direction in the order of torch's h_n
                (layer 0 forward, layer 0 reverse, layer 1 forward, ...).
            bidirectional: whether the list alternates forward and reverse.

        Raises:
            ValueError: the sizes of the list do not stack.
        """
        every = [params] if isinstance(params, GRUParams) else list(params)
        directions = 1 + bidirectional
        if not every or len(every) % directions:
            raise ValueError(f"{len(every)} GRUParams do not fill layers of {directions} direction(s) each.")
        for each in every:
            _require_params(each)
        first = every[0]
        model = cls(
            first.input_size, first.hidden_size, num_layers=len(every) // directions, bidirectional=bidirectional
        ).to(_tensor(first.w_hh).dtype)
        with torch.no_grad():
            for k, p in enumerate(every):
                for name, target in zip(("w_ih", "w_hh", "b_ih", "b_hh"), weights_of(model.gru, k), strict=True):
                    source = _tensor(getattr(p, name))
                    if source.shape != target.shape:
                        found, wanted = tuple(source.shape), tuple(target.shape)
                        raise ValueError(f"{name} of layer {k} has shape {found}; {wanted} is needed here.")
                    target.copy_(source)
        return model

    def params(self, layer: int = 0) -> GRUParams:
        """The numbers of one layer and direction, counted as in torch's h_n."""
        return GRUParams(*weights_of(self.gru, layer))


def weights_of(gru: nn.GRU, layer: int) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
    """w_ih, w_hh, b_ih, b_hh of one layer and direction of an `nn.GRU`; biases None without them.

    Args:
        gru: any plain `nn.GRU`.
        layer: 0 <= layer < num_layers x directions, counted as in torch's h_n.

    Raises:
        IndexError: there is no such layer.

    >>> [tuple(w.shape) for w in weights_of(nn.GRU(2, 3, bidirectional=True), 1)]
    [(9, 2), (9, 3), (9,), (9,)]
    """
    directions = 1 + gru.bidirectional
    if not 0 <= layer < gru.num_layers * directions:
        raise IndexError(f"layer {layer} does not exist; this nn.GRU has {gru.num_layers * directions}.")
    suffix = f"_l{layer // directions}" + ("_reverse" if layer % directions else "")
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return tuple(getattr(gru, name + suffix, None) for name in names)


MODELS: dict[str, type[GRUModel]] = {model.kind: model for model in (SplitGRU, ConcatGRU, TorchGRU)}
