"""Seeded random weights: torch's own distribution, gate biases moved, chrono initialisation."""

from __future__ import annotations

import numpy as np

from gruviz.models.params import GRUParams, whole_number


def random_params(
    input_size: int,
    hidden_size: int,
    seed: int | list[int],
    *,
    gain: float = 1.0,
    z_bias: float = 0.0,
    r_bias: float = 0.0,
    chrono: float | None = None,
) -> GRUParams:
    """Seeded random weights: torch's own default distribution times `gain`, with the gates' biases moved.

        every entry ~ gain * U(-1, 1) / sqrt(H);    b_iz += z_bias (or chrono),  b_ir += r_bias

    Args:
        input_size: I >= 1.
        hidden_size: H >= 1.
        seed: any integer >= 0, or several; the same seed gives the same numbers.
        gain: 1 is torch's default; larger saturates the gates.
        z_bias: added to the update gate's bias; positive keeps more (z = 1 keeps).
        r_bias: added to the reset gate's bias; positive opens it.
        chrono: T_max > 2: chrono initialisation, b_iz = log U(1, T_max - 1) instead of random + z_bias.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, a seed not one of at least 0; chrono is
            not above 2.

    Source: torch.nn.GRU's reset_parameters; Tallec, Ollivier 2018 (arXiv:1804.11188), in the z = 1 keeps convention.

    >>> p = random_params(1, 64, seed=0, chrono=100)
    >>> bool(p.gate("b_ih", "z").min() >= 0), bool(p.gate("b_ih", "z").max() <= np.log(99))
    (True, True)
    """
    input_size, hidden_size = whole_number("input_size", input_size), whole_number("hidden_size", hidden_size)
    for each in seed if isinstance(seed, list | tuple) else (seed,):
        whole_number("seed", each, least=0)
    rng = np.random.default_rng(seed)
    shapes = ((3 * hidden_size, input_size), (3 * hidden_size, hidden_size), (3 * hidden_size,), (3 * hidden_size,))
    w_ih, w_hh, b_ih, b_hh = (rng.uniform(-1, 1, shape) * gain / np.sqrt(hidden_size) for shape in shapes)
    r, z = slice(0, hidden_size), slice(hidden_size, 2 * hidden_size)
    b_ih[r] += r_bias
    b_ih[z] += z_bias
    if chrono is not None:
        if not chrono > 2:
            raise ValueError(f"chrono is {chrono}; the longest memory T_max must be above 2 steps.")
        b_ih[z], b_hh[z] = np.log(rng.uniform(1, chrono - 1, hidden_size)), 0
    return GRUParams(*(a.astype(np.float32) for a in (w_ih, w_hh, b_ih, b_hh)))
