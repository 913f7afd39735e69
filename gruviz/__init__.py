"""gruviz: see inside a GRU. `import gruviz` loads neither streamlit nor plotly."""

from importlib import import_module
from types import ModuleType

from gruviz.models.converting import convert, misread
from gruviz.models.fitting import fit_reset_before
from gruviz.models.gru import ConcatGRU, SplitGRU, TorchGRU
from gruviz.models.params import GRUParams
from gruviz.tracing.gate_trace import GateTrace, TraceMeta
from gruviz.tracing.trace import reference_error, trace
from gruviz.tracing.what_if import Bias, Clamp, Lesion, Scale, Weight

__all__ = [
    "Bias",
    "Clamp",
    "ConcatGRU",
    "GRUParams",
    "GateTrace",
    "Lesion",
    "Scale",
    "SplitGRU",
    "TorchGRU",
    "TraceMeta",
    "Weight",
    "convert",
    "fit_reset_before",
    "misread",
    "reference_error",
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


def __getattr__(name: str) -> ModuleType:
    """`gruviz.figures` and its like, from the rooms they live in."""
    if name in _ON_DEMAND:
        return import_module(f"gruviz.{_ON_DEMAND[name]}")
    raise AttributeError(f"module 'gruviz' has no attribute {name!r}")
