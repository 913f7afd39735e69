"""Where a run is looked at: what the browser changes, and keeps in the page's address."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from gruviz.tracing.gate_trace import GATES, GateTrace

DIAGRAMS = ("unit", "layer", "lines")
EQUATIONS = ("both", "symbols", "numbers")
PANELS = (*GATES, "x", "y")
COLOURS = ("fixed", "stretched")
XSCALES = ("shared", "own")
SHOWS = ("bent", "free", "difference")
LONGEST_EXPERIMENT = 1500  # characters of each of its two texts: what a link can hold
CUT = "…"  # the last piece of such a text where there was more: the page says so, see editor/text_numbers.js


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
        out: the chosen output of the model's head; None for the one it says.
        hide: letters of the panels that are not shown.
        large: the one panel that has all the room; "" for none.
        colours: of n and h: "fixed" over -1 to 1, or "stretched" over what they hold.
        xscale: the inputs are drawn on one "shared" scale, or each on its "own".
        bent: interventions, such as "clamp z 1 u3,5-7 t5-9; lesion u3"; "" for none. Text of the browser's own: read,
            written, and cut to the model's size there alone.
        drawn: the input as it was redrawn, likewise; "" where it was not. It says something about one input only.
        show: with an experiment, the "bent" run, the "free" one, or their "difference".
    """

    layer: int = 0
    t: int | None = None
    unit: int | None = None
    gate: str = "h"
    out: int | None = None
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
    bent: str = ""
    drawn: str = ""
    show: str = "bent"

    def within(self, trace: GateTrace) -> View:
        """This view with nothing left open, moved into a trace where it lies outside of it."""
        layers, _, steps, units = trace.h.shape
        last = steps - 1 if self.last is None else min(self.last, steps - 1)
        first, last = sorted((min(self.first, steps - 1), last))
        return replace(
            self,
            layer=min(self.layer, layers - 1),
            t=min(self.t or 0, steps - 1),
            unit=min(self.unit or 0, units - 1),
            first=first,
            last=last,
        )


VIEW_FIELDS = tuple(each.name for each in fields(View))
EXPERIMENT = ("bent", "drawn", "show")  # what of a view says something about one model, or one input, only


def looked_at(order: str, view: View) -> tuple[int, int] | None:
    """The steps an order of the units is about: those seen, where it is by what is active there; None for all."""
    return (view.first, view.last) if order == "active" else None
