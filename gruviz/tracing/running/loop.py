"""Our own loop: reset before the matrix (split, concat), and any model something is done to by hand.

In NumPy, several times faster than the same loop in torch, which spends its time on the call of each small operation.
Half precision runs in torch: NumPy cannot round as it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from gruviz.models.equations import InNumPy, InTorch, Reset, step
from gruviz.models.gru import GRUModel
from gruviz.tracing.pieces import Report, array, cut, joined, stack
from gruviz.tracing.running.acting import Acts, Bend
from gruviz.tracing.running.reset_after import own_tensors

Bends = Iterable[Bend | None]
Values = list[np.ndarray]  # r, z, n, h (batch, time, unit)


def scan(
    core: nn.Module,
    x: Tensor,
    h0: Tensor,
    gates: dict[str, np.ndarray],
    report: Report,
    by_hand: Sequence[Acts | None] = (),
) -> None:
    """Step through every layer and direction; the equations are those of `gruviz.models.equations`.

    Args:
        core: a cell model of ours, or torch's own GRU.
        x: (batch, time, input) in the module's own precision.
        h0: (layer, batch, unit) likewise.
        gates: r, z, n, h (layer, batch, time, unit) to write into.
        report: called with the fraction done; what it raises ends the run.
        by_hand: what is done in each entry of the layer axis; nothing when empty.
    """
    directions = 1 + getattr(core, "bidirectional", False)
    rows, batch, steps, units = gates["h"].shape
    every = cut(steps, batch * units)
    for k, below, into in stack(gates, directions, fine=x.dtype == torch.float64):
        reverse, acts = k % directions == 1, by_hand[k] if by_hand else None
        cell = (_NumPyCell if x.dtype in (torch.float32, torch.float64) else _TorchCell)(core, k)
        h = cell.start(h0[k])
        for done, piece in enumerate(reversed(every) if reverse else every, 1):
            seen = x[:, piece] if below is None else joined(below, piece, like=x)
            shift, bends = (None, repeat(None)) if acts is None else acts.during(piece, reverse)
            h, values = cell.run(seen.flip(1) if reverse else seen, h, shift, bends)
            for place, value in zip(into, (*values, values[3]), strict=False):
                place[:, piece] = value[:, ::-1] if reverse else value
            report((k + done / len(every)) / rows)


def _reset_of(core: nn.Module) -> Reset:
    return core.reset if isinstance(core, GRUModel) else "after"


class _NumPyCell:
    """One layer and direction in NumPy.

    The biases outside the product join W x. The rows of r and z enter negated, which is exact, so that
    sigmoid(a) = 1 / (1 + exp(-a)) costs three calls.
    """

    def __init__(self, core: nn.Module, row: int) -> None:
        numbers = core.stacked() if isinstance(core, GRUModel) else own_tensors(core, row)
        w_ih, w_hh, b_ih, b_hh = (None if w is None else array(w) for w in numbers)
        self.reset, H = _reset_of(core), w_hh.shape[1]
        self.inner = None
        if self.reset == "after" and b_hh is not None:
            self.inner = b_hh[2 * H :].copy()
            b_hh[2 * H :] = 0
        bias = sum((b for b in (b_ih, b_hh) if b is not None), np.zeros(3 * H, w_hh.dtype))
        self.sign = np.where(np.arange(3 * H) < 2 * H, -1, 1).astype(w_hh.dtype)
        self.w_ih_t, self.bias = np.ascontiguousarray((w_ih * self.sign[:, None]).T), bias * self.sign
        self.u_rz_t, self.u_n_t = np.ascontiguousarray(-w_hh[: 2 * H].T), np.ascontiguousarray(w_hh[2 * H :].T)

    def start(self, h: Tensor) -> np.ndarray:
        """One sequence: vectors instead of one-row matrices, for which NumPy takes the faster product."""
        h = array(h)
        return h[0] if len(h) == 1 else h

    # x of a step: W x + b of r and z, of n, and where both gates, r and z go

    def gates(self, x: tuple, h: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `Cell`; negated."""
        from_x, _, into = x
        both = into[0]
        h.dot(self.u_rz_t, both)
        both += from_x
        return into

    def candidate(self, x: tuple, s: np.ndarray, out: np.ndarray) -> np.ndarray:
        """See `Cell`."""
        s.dot(self.u_n_t, out)
        out += x[1]
        return out

    def outside(self, x: tuple) -> np.ndarray:
        """See `Cell`."""
        return x[1]

    def inside(self, h: np.ndarray, out: np.ndarray) -> np.ndarray:
        """See `Cell`."""
        h.dot(self.u_n_t, out)
        if self.inner is not None:
            out += self.inner
        return out

    def run(self, x: Tensor, h: np.ndarray, shift: np.ndarray | None, bends: Bends) -> tuple[np.ndarray, Values]:
        """The last state and every gate of some steps, in the order they are run in; shift is (time, 3H)."""
        batch, row, H = len(x), h.shape, h.shape[-1]
        # time first, so that each step is one contiguous block
        pre = array(x.transpose(0, 1)) @ self.w_ih_t
        pre += self.bias
        if shift is not None:
            pre += (shift * self.sign).astype(pre.dtype)[:, None]
        pre = pre.reshape(len(pre), *row[:-1], 3 * H)
        rz, n, hidden = (np.empty((len(pre), *row[:-1], width), pre.dtype) for width in (2 * H, H, H))
        r, z = rz[..., :H], rz[..., H:]
        xs = zip(pre[..., : 2 * H], pre[..., 2 * H :], zip(rz, r, z, strict=True), strict=True)
        places = zip(repeat(np.empty(row, pre.dtype)), n, hidden, repeat(np.empty(row, pre.dtype)), strict=False)
        for x_t, to, bend in zip(xs, places, bends, strict=False):
            h = step(self, InNumPy, x_t, h, to, bend)[3]
        return h, [value.reshape(-1, batch, H).transpose(1, 0, 2) for value in (r, z, n, hidden)]


class _TorchCell:
    """One layer and direction in torch. x of a step: the input, and what is added to the pre-activations or None."""

    def __init__(self, core: nn.Module, row: int) -> None:
        self.reset = _reset_of(core)
        self.of = core if isinstance(core, GRUModel) else _Linears(core, row)

    def start(self, h: Tensor) -> Tensor:
        """As it is."""
        return h

    def gates(self, x: tuple[Tensor, Sequence[Tensor] | None], h: Tensor) -> tuple[Tensor, Tensor]:
        """See `Cell`."""
        r, z = self.of.gates(x[0], h)
        return (r, z) if x[1] is None else (r + x[1][0], z + x[1][1])

    def candidate(self, x: tuple[Tensor, Sequence[Tensor] | None], s: Tensor, out: None = None) -> Tensor:
        """See `Cell`."""
        n = self.of.candidate(x[0], s)
        return n if x[1] is None else n + x[1][2]

    def outside(self, x: tuple[Tensor, Sequence[Tensor] | None]) -> Tensor:
        """See `Cell`."""
        n = self.of.outside(x[0])
        return n if x[1] is None else n + x[1][2]

    def inside(self, h: Tensor, out: None = None) -> Tensor:
        """See `Cell`."""
        return self.of.inside(h)

    def run(self, x: Tensor, h: Tensor, shift: np.ndarray | None, bends: Bends) -> tuple[Tensor, Values]:
        """See `_NumPyCell.run`."""
        shifts = repeat(None) if shift is None else (each.chunk(3) for each in torch.from_numpy(shift).to(x))
        found = []
        for x_t, added, bend in zip(x.unbind(1), shifts, bends, strict=False):
            found.append(step(self, InTorch, (x_t, added), h, bend=bend and _in_torch(bend)))
            h = found[-1][3]
        return h, [array(torch.stack(values, 1)) for values in zip(*found, strict=True)]


def _in_torch(bend: Bend) -> Bend:
    """A bend of torch's numbers."""
    return lambda gate, value: torch.from_numpy(bend(gate, array(value))).to(value)


class _Linears:
    """The linear parts of one layer and direction of torch's GRU."""

    def __init__(self, core: nn.GRU | nn.GRUCell, row: int) -> None:
        w_ih, w_hh, b_ih, b_hh = ((None,) * 3 if w is None else w.chunk(3) for w in own_tensors(core, row))
        self.from_x, self.from_h = list(zip(w_ih, b_ih, strict=True)), list(zip(w_hh, b_hh, strict=True))

    def gates(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """See `Cell`."""
        r, z = (linear(x, *self.from_x[k]) + linear(h, *self.from_h[k]) for k in (0, 1))
        return r, z

    def outside(self, x: Tensor) -> Tensor:
        """See `Cell`."""
        return linear(x, *self.from_x[2])

    def inside(self, h: Tensor) -> Tensor:
        """See `Cell`."""
        return linear(h, *self.from_h[2])
