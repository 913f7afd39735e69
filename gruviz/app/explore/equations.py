"""The equations of each model as LaTeX, each with its own reset placement."""

from __future__ import annotations

_RESET = r"\textcolor{#d55e00}{%s}"
_STATE = r"h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot n_t"
_TWO_BIASES = r"{gate}_t &= \sigma(W_{gate} x_t + b_{{i{gate}}} + U_{gate} h_{{t-1}} + b_{{h{gate}}})"
_ONE_BIAS = r"{gate}_t &= \sigma(W_{gate} [x_t, h_{{t-1}}] + b_{gate})"
_CANDIDATE = {
    "split": r"n_t &= \tanh(W_n x_t + b_{in} + U_n (" + _RESET % r"r_t \odot h_{t-1}" + r") + b_{hn})",
    "concat": r"n_t &= \tanh(W_n [x_t,\, " + _RESET % r"r_t \odot h_{t-1}" + r"] + b_n)",
    "torch": r"n_t &= \tanh(W_n x_t + b_{in} + " + _RESET % r"r_t \odot (U_n h_{t-1} + b_{hn})" + ")",
}


def equations(model: str) -> str:
    """The four equations of a model, aligned; the reset term is coloured.

    Args:
        model: "split", "concat" or "torch".

    >>> "U_n (" in equations("split"), r"r_t \\odot (U_n" in equations("torch")
    (True, True)
    """
    gate = _ONE_BIAS if model == "concat" else _TWO_BIASES
    rows = [gate.format(gate="r"), gate.format(gate="z"), _CANDIDATE[model], _STATE]
    return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"
