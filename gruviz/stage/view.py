"""Where a run is looked at: what the browser changes, and keeps in the page's address."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from gruviz.tracing.gate_trace import GATES, GateTrace

DIAGRAMS = ("unit", "layer", "lines")
EQUATIONS = ("both", "symbols", "numbers")
PANELS = (*GATES, "x")
COLOURS = ("fixed", "stretched")
XSCALES = ("shared", "own")


@dataclass(frozen=True)
class View:
    """Where a run is looked at. The browser changes it, and keeps it in the address.

    Args:
        layer, t, unit, gate: the chosen cell; None where nobody has chosen yet.
        first, last: the steps shown, both included; None is the last step.
        order: of the units, one of `gruviz.tracing.analysis.ORDERS`.
        turned: that order from the other end.
        subset: names units as "0-7, 12"; all when empty.
        stat: what stands for cells that share a pixel.
        diagram: the cell diagram of one "unit" or of the whole "layer", or the unit's "lines" over time.
        equations: written with "symbols", "numbers" or "both".
        hide: letters of the panels that are not shown.
        large: the one panel that has all the room; "" for none.
        colours: of n and h: "fixed" over -1 to 1, or "stretched" over what they hold.
        xscale: the inputs are drawn on one "shared" scale, or each on its "own".
    """

    layer: int = 0
    t: int | None = None
    unit: int | None = None
    gate: str = "h"
    first: int = 0
    last: int | None = None
    order: str = "index"
    turned: bool = False
    subset: str = ""
    stat: str = "mean"
    diagram: str = "unit"
    equations: str = "both"
    hide: str = ""
    large: str = ""
    colours: str = "fixed"
    xscale: str = "shared"

    def within(self, trace: GateTrace) -> View:
        """This view with nothing left open, moved into a trace where it lies outside of it."""
        layers, _, steps, units = trace.h.shape
        last = steps - 1 if self.last is None else min(self.last, steps - 1)
        first, last = sorted((min(self.first, steps - 1), last))
        return replace(
            self, layer=min(self.layer, layers - 1), t=min(self.t or 0, steps - 1),
            unit=min(self.unit or 0, units - 1), first=first, last=last,
        )  # fmt: skip


VIEW_FIELDS = tuple(each.name for each in fields(View))


def looked_at(order: str, view: View) -> tuple[int, int] | None:
    """The steps an order of the units is about: those seen, where it is by what is active there; None for all."""
    return (view.first, view.last) if order == "active" else None
