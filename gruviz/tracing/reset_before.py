"""Reset before the matrix (split, concat): one NumPy loop over the model's own weights.

Several times faster than the same loop in torch, which spends its time on the call of each small operation.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from gruviz.models.gru import ConcatGRU, SplitGRU
from gruviz.tracing.pieces import Report, array, pieces


def scan(
    model: SplitGRU | ConcatGRU,
    x: Tensor,
    h0: Tensor,
    gates: dict[str, np.ndarray],
    report: Report,
) -> None:
    """The NumPy loop; writes r, z, n, h of every step into `gates`.

        r, z = sigmoid(W x + b + U h)    n = tanh(W x + b + U (r * h))    h = z * h + (1 - z) * n

    Both biases stand outside the product here, so they join W x. The rows of r and z enter negated,
    which is exact, so that sigmoid(a) = 1 / (1 + exp(-a)) costs three calls.
    """
    w_ih, w_hh, b_ih, b_hh = (None if w is None else array(w) for w in model.stacked())
    H, batch = model.hidden_size, x.shape[0]
    bias = sum((b for b in (b_ih, b_hh) if b is not None), np.zeros(3 * H, w_hh.dtype))
    sign = np.where(np.arange(3 * H) < 2 * H, -1, 1).astype(w_hh.dtype)
    w_ih_t, bias = np.ascontiguousarray((w_ih * sign[:, None]).T), bias * sign
    u_rz_t, u_n_t = np.ascontiguousarray(-w_hh[: 2 * H].T), np.ascontiguousarray(w_hh[2 * H :].T)
    # One sequence: vectors instead of one-row matrices, for which NumPy takes the faster product.
    row = (H,) if batch == 1 else (batch, H)
    h, kept, r_h = array(h0).reshape(row), np.empty(row, w_hh.dtype), np.empty(row, w_hh.dtype)
    for piece in pieces(x.shape[1], x.shape[0] * model.hidden_size, report):
        # time first, so that each step is one contiguous block
        pre = array(x[:, piece].transpose(0, 1)) @ w_ih_t
        pre += bias
        pre = pre.reshape(pre.shape[0], *row[:-1], 3 * H)
        rz = np.empty((*pre.shape[:-1], 2 * H), pre.dtype)
        n, hidden = np.empty((*pre.shape[:-1], H), pre.dtype), np.empty((*pre.shape[:-1], H), pre.dtype)
        r, z = rz[..., :H], rz[..., H:]
        for rz_t, r_t, z_t, n_t, h_t, pre_rz, pre_n in zip(
            rz, r, z, n, hidden, pre[..., : 2 * H], pre[..., 2 * H :], strict=True
        ):
            np.dot(h, u_rz_t, out=rz_t)
            np.add(rz_t, pre_rz, out=rz_t)
            np.exp(rz_t, out=rz_t)
            np.add(rz_t, 1, out=rz_t)
            np.reciprocal(rz_t, out=rz_t)
            np.multiply(r_t, h, out=r_h)
            np.dot(r_h, u_n_t, out=n_t)
            np.add(n_t, pre_n, out=n_t)
            np.tanh(n_t, out=n_t)
            # z h + (1 - z) n as written: n + z (h - n) would let a latched state (z = 1) drift
            np.multiply(z_t, h, out=kept)
            np.subtract(1, z_t, out=h_t)
            np.multiply(h_t, n_t, out=h_t)
            np.add(h_t, kept, out=h_t)
            h = h_t
        for gate, value in (("r", r), ("z", z), ("n", n), ("h", hidden)):
            gates[gate][0, :, piece] = value.reshape(-1, batch, H).transpose(1, 0, 2)


def step_through(
    model: SplitGRU | ConcatGRU,
    x: Tensor,
    h0: Tensor,
    gates: dict[str, np.ndarray],
    report: Report,
) -> None:
    """Half-precision cells: NumPy cannot round as they do, so the module's own step runs in torch."""
    h = h0
    for piece in pieces(x.shape[1], x.shape[0] * model.hidden_size, report):
        for t in range(piece.start, piece.stop):
            *rzn, h = model.step(x[:, t], h)
            for gate, value in zip("rznh", (*rzn, h), strict=True):
                gates[gate][0, :, t] = array(value)
