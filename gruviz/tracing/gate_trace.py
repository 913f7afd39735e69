"""What a trace is: frozen arrays of every gate, and a few words about where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gruviz.models.equations import Gate, Reset
from gruviz.tracing.interventions import Intervention, from_plain

GATES: tuple[Gate, ...] = ("z", "r", "n", "h")  # as they are shown, top to bottom


@dataclass(frozen=True)
class TraceMeta:
    """Where a trace comes from.

    Args:
        kind: "split", "concat", "torch" (ours), "nn.GRU" or "nn.GRUCell" (plain torch).
        reset: where the reset gate acts, "before" or "after" the matrix.
        input_size, hidden_size, num_layers, bidirectional, bias, steps, batch: sizes.
        dtype: precision the model computed in, such as "float32".
        seed: seed of the weights or input, when there is one.
        recovery_error: for nn.GRU and nn.GRUCell, the largest |keep + write - h| over all recovered gates,
            h being the module's own output; None where the gates were computed directly.
        what_if: what was changed by hand, in the order given; () for a free run. Also as `to_plain` gives it.
    """

    kind: Literal["split", "concat", "torch", "nn.GRU", "nn.GRUCell"]
    reset: Reset
    input_size: int
    hidden_size: int
    num_layers: int
    bidirectional: bool
    bias: bool
    dtype: str
    steps: int
    batch: int
    seed: int | None = None
    recovery_error: float | None = None
    what_if: tuple[Intervention, ...] = ()

    def __post_init__(self) -> None:
        # an exported trace holds them as JSON does
        given = (from_plain(one) if isinstance(one, dict) else one for one in self.what_if)
        object.__setattr__(self, "what_if", tuple(given))

    @property
    def computed(self) -> Literal["kernel", "loop"]:
        """By what: torch's own kernel (nn.GRU, nn.GRUCell, as they are), or our loop of the same equations."""
        return "kernel" if self.reset == "after" and not self.what_if else "loop"


@dataclass(frozen=True, eq=False)
class GateTrace:
    """Everything a GRU did on one input. Axes are always all four, never dropped.

    Shape ledger (L = layers x directions, ordered as torch's h_n; time is always the input's own order):

        r, z, n, h            (layer, batch, time, unit)  float32; r, z in [0, 1], n in [-1, 1]
        h_prev, keep, write   (layer, batch, time, unit)  derived: the state before the step, z * h_prev, (1 - z) * n
        x                     (batch, time, input)
        h0                    (layer, batch, unit)
        labels                one text per step, or ()

    keep + write = h to float rounding; z = 1 keeps. Where `meta.what_if` acts on h, keep + write is what h would have
    been. h0 is the state the run really started from: 0 where a unit was cut out.

    Raises:
        ValueError: an array's shape does not fit; the sentence names the field.

    >>> from gruviz import SplitGRU, trace
    >>> t = trace(SplitGRU(1, 2), np.ones((4, 1)))
    >>> t.h.shape, t.h_prev[0, 0, 0].tolist(), bool(np.allclose(t.keep + t.write, t.h))
    ((1, 1, 4, 2), [0.0, 0.0], True)
    """

    r: np.ndarray
    z: np.ndarray
    n: np.ndarray
    h: np.ndarray
    x: np.ndarray
    h0: np.ndarray
    labels: tuple[str, ...]
    meta: TraceMeta

    def __post_init__(self) -> None:
        m = self.meta
        layers = m.num_layers * (1 + m.bidirectional)
        wanted = dict.fromkeys("rznh", (layers, m.batch, m.steps, m.hidden_size))
        wanted["x"], wanted["h0"] = (m.batch, m.steps, m.input_size), (layers, m.batch, m.hidden_size)
        for name, shape in wanted.items():
            array = getattr(self, name)
            if array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}; {shape} is needed.")
            array.flags.writeable = False
        if self.labels and len(self.labels) != m.steps:
            raise ValueError(f"labels has {len(self.labels)} texts for {m.steps} steps; one a step is needed, or none.")

    def __setstate__(self, state: dict[str, object]) -> None:
        # pickle and copy give arrays back writable
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            object.__setattr__(self, name, value)

    def reverse(self, layer: int) -> bool:
        """Whether this entry of the layer axis reads the input from its end."""
        return self.meta.bidirectional and layer % 2 == 1

    @property
    def h_prev(self) -> np.ndarray:
        """The state each step starts from: h one step earlier (later, in reverse layers), h0 at the edge."""
        previous = np.empty_like(self.h)
        for layer, h in enumerate(self.h):
            if self.reverse(layer):
                previous[layer, :, :-1], previous[layer, :, -1] = h[:, 1:], self.h0[layer]
            else:
                previous[layer, :, 1:], previous[layer, :, 0] = h[:, :-1], self.h0[layer]
        return previous

    def h_prev_at(self, layer: int, batch: int, time: int, unit: int) -> float:
        """One number of `h_prev`, without making the whole array."""
        return float(self.h_prev_row(layer, batch, time)[unit])

    def h_prev_row(self, layer: int, batch: int, time: int) -> np.ndarray:
        """The state (unit,) one step starts from, read-only: a row of `h_prev`, without making the whole array."""
        before = time + 1 if self.reverse(layer) else time - 1
        return self.h[layer, batch, before] if 0 <= before < self.meta.steps else self.h0[layer, batch]

    def require(self, **place: int) -> None:
        """Refuse a place that is not in this trace.

        Args:
            place: any of layer, batch, time, unit.

        Raises:
            ValueError: one is not a whole number from 0 to the last; the sentence names it.
        """
        sizes = dict(zip(("layer", "batch", "time", "unit"), self.h.shape, strict=True))
        for name, value in place.items():
            if not isinstance(value, int | np.integer) or not 0 <= value < sizes[name]:
                last = sizes[name] - 1
                raise ValueError(f"{name} is {value!r}; this trace has whole numbers from 0 to {last} there.")

    @property
    def h_last(self) -> np.ndarray:
        """The state each layer ends with (layer, batch, unit), as torch's h_n."""
        return np.stack([h[:, 0] if self.reverse(layer) else h[:, -1] for layer, h in enumerate(self.h)])

    @property
    def keep(self) -> np.ndarray:
        """What each step keeps of the past: z * h_prev."""
        with np.errstate(invalid="ignore"):  # 0 * inf is NaN, and shall be seen as such
            return self.z * self.h_prev

    @property
    def write(self) -> np.ndarray:
        """What each step writes: (1 - z) * n."""
        with np.errstate(invalid="ignore"):
            return (1 - self.z) * self.n

    @property
    def nbytes(self) -> int:
        """Bytes held by the stored arrays."""
        return sum(getattr(self, name).nbytes for name in ("r", "z", "n", "h", "x", "h0"))


def require_trace(trace: object) -> None:
    """Refuse what is no trace.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(trace, GateTrace):
        raise TypeError(f"The trace given is of type {type(trace).__name__}; a gruviz.GateTrace is needed.")
