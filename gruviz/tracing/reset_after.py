"""Reset after the matrix (nn.GRU, nn.GRUCell): run the real module, recover its gates from its real output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from gruviz.models.gru import weights_of
from gruviz.tracing.pieces import Report, array, pieces

Weights = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
Run = Callable[[Tensor, Tensor], Tensor]


def recover_all(
    core: nn.GRU | nn.GRUCell,
    x: Tensor,
    h0: Tensor,
    gates: dict[str, np.ndarray],
    report: Report,
) -> float:
    """Run the real module piece by piece and recover every gate of every layer and direction.

    The state is handed on from piece to piece, so the function is the module's own and its working memory small.

    Args:
        core: any plain nn.GRU or nn.GRUCell.
        x: (batch, time, input) in the module's own precision.
        h0: (layer, batch, unit) likewise.
        gates: r, z, n, h (layer, batch, time, unit) to write into.
        report: called with the fraction done.

    Returns:
        The largest |keep + write - h|, h being the module's own output; NaN if anything was.
    """
    one_cell = isinstance(core, nn.GRUCell)
    layers, directions = (1, 1) if one_cell else (core.num_layers, 1 + core.bidirectional)
    steps, width, worst = x.shape[1], x.shape[0] * core.hidden_size, 0.0
    below = None
    for layer in range(layers):
        rows = slice(layer * directions, (layer + 1) * directions)
        # what the next layer reads must keep the module's precision: float32 holds half precision, not float64
        output = gates["h"][rows] if x.dtype != torch.float64 else np.empty(gates["h"][rows].shape)
        for k in range(rows.start, rows.stop):
            weights, run, h, reverse = _weights(core, k), _runner(core, k), h0[k], k > rows.start

            def done(share: float, k: int = k) -> None:
                report((k + share) / (layers * directions))

            for piece in pieces(steps, width, done, reverse):
                x_piece = x[:, piece] if below is None else _joined(below, piece, like=x)
                state = run(x_piece.flip(1), h).flip(1) if reverse else run(x_piece, h)
                before, after = array(h)[:, None], array(state)
                h_prev = np.concatenate([after[:, 1:], before] if reverse else [before, after[:, :-1]], axis=1)
                h = state[:, 0 if reverse else -1]
                output[k - rows.start][:, piece] = after
                *rzn, error = recover(weights, array(x_piece), h_prev, after)
                worst = np.maximum(worst, error)  # NaN stays
                for gate, value in zip("rznh", (*rzn, after), strict=True):
                    gates[gate][k][:, piece] = value
        below = output
    return float(worst)


def recover(
    weights: Weights, x: np.ndarray, h_prev: np.ndarray, h: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Gates of one nn.GRU layer and direction from its real states, in two matrix products.

        a = W x + b_i    c = U h_prev + b_h    r, z = sigmoid(a + c)    n = tanh(a + r * c)

    Args:
        weights: w_ih (3H, I), w_hh (3H, H), b_ih (3H,), b_hh (3H,), rows r | z | n.
        x: (batch, time, I).
        h_prev, h: (batch, time, H), the module's own states before and after each step.

    Returns:
        r, z, n (batch, time, H) and the largest |z * h_prev + (1 - z) * n - h|.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
    """
    w_ih, w_hh, b_ih, b_hh = weights
    H = w_hh.shape[1]
    a = x @ w_ih.T
    a += b_ih
    c = h_prev @ w_hh.T
    c += b_hh
    rz = a[..., : 2 * H]
    rz += c[..., : 2 * H]
    np.negative(rz, out=rz)
    np.exp(rz, out=rz)
    rz += 1
    np.reciprocal(rz, out=rz)
    r, z = rz[..., :H], rz[..., H:]
    n = c[..., 2 * H :]
    n *= r
    n += a[..., 2 * H :]
    np.tanh(n, out=n)
    return r, z, n, np.abs(z * h_prev + (1 - z) * n - h).max()


def own_tensors(core: nn.GRU | nn.GRUCell, row: int) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
    """w_ih, w_hh, b_ih, b_hh of one entry of the layer axis; biases None without them."""
    if isinstance(core, nn.GRUCell):
        return core.weight_ih, core.weight_hh, core.bias_ih, core.bias_hh
    return weights_of(core, row)


def _weights(core: nn.GRU | nn.GRUCell, row: int) -> Weights:
    w_ih, w_hh, b_ih, b_hh = (None if w is None else array(w) for w in own_tensors(core, row))
    zeros = np.zeros(w_hh.shape[0], w_hh.dtype)
    return w_ih, w_hh, zeros if b_ih is None else b_ih, zeros if b_hh is None else b_hh


def _joined(below: np.ndarray, piece: slice, like: Tensor) -> Tensor:
    """What the layer below put out, its directions side by side."""
    sides = np.concatenate(list(below[:, :, piece]), axis=-1)
    return torch.from_numpy(sides).to(device=like.device, dtype=like.dtype)


def _runner(core: nn.GRU | nn.GRUCell, row: int) -> Run:
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
