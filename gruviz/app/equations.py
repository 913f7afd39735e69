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


def state_arithmetic(z: float, h_prev: float, n: float, h: float, keep: str, write: str) -> str:
    """h = keep + write of one unit at one step, with its numbers.

    Args:
        z, h_prev, n, h: the traced values.
        keep, write: the words for the two parts.
    """

    def shown(value: float) -> str:
        text = f"{value:.4f}"
        return f"({text})" if value < 0 else text

    kept, written = z * h_prev, (1 - z) * n
    rows = [
        r"h_t &= z_t\, h_{t-1} + (1 - z_t)\, n_t",
        rf"\text{{{keep}}} &= {z:.4f} \cdot {shown(h_prev)} = {kept:.4f}",
        rf"\text{{{write}}} &= {1 - z:.4f} \cdot {shown(n)} = {written:.4f}",
        rf"h_t &= \text{{{keep}}} + \text{{{write}}} = {h:.4f}",
    ]
    return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"
