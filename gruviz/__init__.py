"""gruviz: see inside a GRU. `import gruviz` loads neither streamlit nor plotly."""

from importlib import import_module
from types import ModuleType

from gruviz.gate_trace import GateTrace, TraceMeta
from gruviz.gru import ConcatGRU, SplitGRU, TorchGRU
from gruviz.params import GRUParams
from gruviz.trace import reference_error, trace

__all__ = [
    "ConcatGRU",
    "GRUParams",
    "GateTrace",
    "SplitGRU",
    "TorchGRU",
    "TraceMeta",
    "reference_error",
    "trace",
]

_ON_DEMAND = ("analysis", "explain", "export", "figures", "presets", "sequences", "tasks", "training", "user_data")


def __getattr__(name: str) -> ModuleType:
    """`gruviz.figures` and its like load when first asked for."""
    if name in _ON_DEMAND:
        return import_module(f"gruviz.{name}")
    raise AttributeError(f"module 'gruviz' has no attribute {name!r}")
