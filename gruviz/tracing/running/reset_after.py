"""Reset after the matrix (nn.GRU, nn.GRUCell): run the real module, recover its gates from its real output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from gruviz.models.gru import weights_of
from gruviz.tracing.pieces import Job, Report, cut, joined, kept, one_behind, stack

OVERLAP = 500_000  # states (layer, batch, time, unit): recovering fewer takes less than two threads cost each other
Forward = Callable[[Tensor, Tensor], Tensor]


class Weights(NamedTuple):
    """One layer and direction, to be multiplied from the right.

    Args:
        r, z: (I + 1 + H, H), onto [x, 1, h_prev].
        n_x: (I + 1, H), onto [x, 1].
        n_h: (1 + H, H), onto [1, h_prev].
    """

    r: Tensor
    z: Tensor
    n_x: Tensor
    n_h: Tensor


def recover_all(
    core: nn.GRU | nn.GRUCell,
    x: Tensor,
    h0: Tensor,
    gates: dict[str, np.ndarray],
    report: Report,
) -> float:
    """Run the real module piece by piece and recover every gate of every layer and direction.

    The state is handed on from piece to piece, so the function is the module's own and its working memory small.
    While nn.GRU runs on one piece, a second thread recovers the gates of the piece before: both let go of the lock.

    Args:
        core: any plain nn.GRU or nn.GRUCell.
        x: (batch, time, input) in the module's own precision.
        h0: (layer, batch, unit) likewise.
        gates: r, z, n, h (layer, batch, time, unit) to write into.
        report: called with the fraction done, by the calling thread; what it raises ends the run.

    Returns:
        The largest |keep + write - h|, h being the module's own output; NaN if anything was.
    """
    one_cell = isinstance(core, nn.GRUCell)
    rows, directions = len(gates["h"]), 1 if one_cell else 1 + core.bidirectional
    every, worst = cut(x.shape[1], x.shape[0] * core.hidden_size), 0.0
    # a cell's loop is Python's and holds the lock; one piece has none beside it; a server leaves its cores to others
    overlap = not one_cell and len(every) > 1 and gates["h"].size >= OVERLAP and torch.get_num_threads() > 1
    with ThreadPoolExecutor(1, "gruviz-recover") if overlap else nullcontext() as pool:
        for k, below, places in stack(gates, directions, fine=x.dtype == torch.float64):
            into = [torch.from_numpy(place) for place in places]
            jobs = _jobs(core, k, x, below, h0[k], into, every, reverse=k % directions == 1)
            for done, error in enumerate(one_behind(jobs, pool), 1):
                worst = np.maximum(worst, error)  # NaN stays
                report((k + done / len(every)) / rows)
    return float(worst)


def _jobs(
    core: nn.GRU | nn.GRUCell,
    k: int,
    x: Tensor,
    below: np.ndarray | None,
    h: Tensor,
    into: list[Tensor],
    every: list[slice],
    reverse: bool,
) -> Iterator[Job]:
    """Run the real thing on one piece after another; what is left to do with each is the job."""
    weights, run = _weights(core, k), _runner(core, k)
    for piece in reversed(every) if reverse else every:
        x_piece = x[:, piece] if below is None else joined(below, piece, like=x)
        state = run(x_piece.flip(1), h).flip(1) if reverse else run(x_piece, h)
        places = [each[:, piece] for each in into]
        yield partial(recover, weights, x_piece, h, state, places, reverse)
        h = state[:, 0 if reverse else -1]


@torch.inference_mode()  # a mode of each thread by itself
def recover(weights: Weights, x: Tensor, before: Tensor, h: Tensor, into: list[Tensor], reverse: bool = False) -> float:
    """Gates of one nn.GRU layer and direction from its real states, in four matrix products.

        r, z = sigmoid(W x + b_i + U h_prev + b_h)    n = tanh(W x + b_i + r * (U h_prev + b_h))

    In torch, not NumPy, whose matrix products have threads of their own that fight with torch's for the cores.

    Args:
        weights: of this layer and direction.
        x: (batch, time, I).
        before: (batch, H), the state the first step starts from; the last one, when reverse.
        h: (batch, time, H), the module's own states.
        into: where r, z, n, h, and h once more if there is a place for it, are written, (batch, time, H).
        reverse: time runs backward.

    Returns:
        The largest |z * h_prev + (1 - z) * n - h|; NaN if any was.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
    """
    h, inputs, units = kept(h).contiguous(), x.shape[-1], h.shape[-1]
    seen = h.new_empty(*h.shape[:-1], inputs + 1 + units)
    seen[..., :inputs], seen[..., inputs], h_prev = x, 1, seen[..., inputs + 1 :]
    if reverse:
        h_prev[:, :-1], h_prev[:, -1] = h[:, 1:], before
    else:
        h_prev[:, 1:], h_prev[:, 0] = h[:, :-1], before
    # written where they stay, if they can be
    r, z, n = (place if place.dtype == h.dtype and place.is_contiguous() else torch.empty_like(h) for place in into[:3])
    rows = seen.view(-1, seen.shape[-1])
    for gate, w in ((r, weights.r), (z, weights.z)):
        torch.mm(rows, w, out=gate.view(-1, units))
        gate.sigmoid_()
    torch.mm(rows[:, inputs:], weights.n_h, out=n.view(-1, units))
    n.mul_(r).view(-1, units).addmm_(rows[:, : inputs + 1], weights.n_x)
    n.tanh_()
    for place, value in zip(into, (r, z, n, h, h)[: len(into)], strict=True):
        if place is not value:
            place.copy_(value)
    write = torch.rsub(z, 1).mul_(n)
    return write.add_(z * h_prev).sub_(h).abs_().max().item()


def own_tensors(core: nn.GRU | nn.GRUCell, row: int) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
    """w_ih, w_hh, b_ih, b_hh of one entry of the layer axis; biases None without them."""
    if isinstance(core, nn.GRUCell):
        return core.weight_ih, core.weight_hh, core.bias_ih, core.bias_hh
    return weights_of(core, row)


def _weights(core: nn.GRU | nn.GRUCell, row: int) -> Weights:
    w_ih, w_hh, b_ih, b_hh = (None if w is None else kept(w) for w in own_tensors(core, row))
    b_ih, b_hh = (w_hh.new_zeros(len(w_hh)) if b is None else b for b in (b_ih, b_hh))
    inputs, H = w_ih.shape[1], w_hh.shape[1]
    both = torch.cat([w_ih, b_ih[:, None], w_hh], 1)
    n_h = both[2 * H :, inputs:].clone()
    n_h[:, 0] = b_hh[2 * H :]
    both[: 2 * H, inputs] += b_hh[: 2 * H]
    return Weights(both[:H].T, both[H : 2 * H].T, both[2 * H :, : inputs + 1].T, n_h.T)


def _runner(core: nn.GRU | nn.GRUCell, row: int) -> Forward:
    """(x (batch, time, input), h (batch, unit)) -> states (batch, time, unit), computed by the real thing."""
    if isinstance(core, nn.GRUCell):
        return lambda x, h: run_cell(core, x, h)
    if core.num_layers == 1 and not core.bidirectional:
        return lambda x, h: _run_module(core, x, h)
    # nn.GRU shows only its top layer: torch._VF.gru is the kernel nn.GRU.forward calls, here on its own parameters
    weights = [weight for weight in weights_of(core, row) if weight is not None]
    return lambda x, h: torch._VF.gru(x, h[None].contiguous(), weights, core.bias, 1, 0.0, False, False, True)[0]


def _run_module(gru: nn.GRU, x: Tensor, h: Tensor) -> Tensor:
    with without_dropout(gru):
        output, _ = gru(x if gru.batch_first else x.transpose(0, 1), h[None].contiguous())
    return output if gru.batch_first else output.transpose(0, 1)


def run_cell(cell: Callable[[Tensor, Tensor], Tensor], x: Tensor, h: Tensor) -> Tensor:
    """The real nn.GRUCell, called once a step: (batch, time, unit)."""
    hidden = []
    for x_t in x.unbind(1):
        h = cell(x_t, h)
        hidden.append(h)
    return torch.stack(hidden, 1)


@contextmanager
def without_dropout(module: nn.Module) -> Iterator[None]:
    """Eval mode for this module alone, put back afterwards."""
    training, module.training = module.training, False
    try:
        yield
    finally:
        module.training = training
