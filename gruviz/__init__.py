"""gruviz: see inside a GRU. `import gruviz` loads neither streamlit nor plotly."""

from importlib import import_module
from typing import Any

from gruviz.models.converting import convert, misread
from gruviz.models.fitting import fit_reset_before
from gruviz.models.gru import ConcatGRU, SplitGRU, TorchGRU
from gruviz.models.params import GRUParams
from gruviz.tracing.gate_trace import GateTrace, TraceMeta
from gruviz.tracing.interventions import Bias, Clamp, Lesion, Scale, Weight
from gruviz.tracing.trace import reference_error, trace

__all__ = [
    "Bias",
    "Clamp",
    "ConcatGRU",
    "GRUParams",
    "GateTrace",
    "HandoutScene",
    "Lesion",
    "Scale",
    "SplitGRU",
    "TorchGRU",
    "TraceMeta",
    "Weight",
    "convert",
    "fit_reset_before",
    "handout",
    "misread",
    "reference_error",
    "show",
    "trace",
]

# loaded when first asked for: a notebook that only traces waits for no plotting library
_ON_DEMAND = {
    "analysis": "analysis",
    "explain": "tracing.explain",
    "export": "drawing.export",
    "figures": "drawing.figures",
    "presets": "models.presets",
    "sequences": "inputs.synthetic",
    "tasks": "tasks",
    "training": "training",
}

# functions and classes, by the module they are defined in
_DEFINED_IN = {
    "HandoutScene": "handouts.handout",
    "handout": "handouts.handout",
    "show": "handouts.notebook",
}


def __getattr__(name: str) -> Any:
    """`gruviz.figures` and its like, from the packages they live in."""
    if name in _ON_DEMAND:
        return import_module(f"gruviz.{_ON_DEMAND[name]}")
    if name in _DEFINED_IN:
        return getattr(import_module(f"gruviz.{_DEFINED_IN[name]}"), name)
    raise AttributeError(f"module 'gruviz' has no attribute {name!r}")


def _trace_as_html(trace: GateTrace) -> str:
    """Return the output of a notebook cell whose value is a trace."""
    return import_module("gruviz.handouts.notebook").trace_output(trace)._repr_html_()


# set here: a trace is defined below the package that draws it
GateTrace._repr_html_ = _trace_as_html
