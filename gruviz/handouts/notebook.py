"""Output of a notebook cell: `gruviz.show`, and the display of a `GateTrace`."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from gruviz.handouts.handout import fitting_steps, run_id, scene_from, slide, slide_of, slides_html, window_note
from gruviz.handouts.scene_message import window_of
from gruviz.protocol.scene import Labels, Run
from gruviz.protocol.view import View
from gruviz.tracing.gate_trace import GateTrace
from gruviz.tracing.trace import Traceable

MOST_CELLS = 120_000  # layers x steps x (units + inputs): about 2 MB in the notebook
HEIGHT = 900  # px


@dataclass(frozen=True, eq=False)
class NotebookOutput:
    """The stage as the output of a notebook cell (Jupyter, VS Code, Colab).

    Args:
        document: the HTML file, as `gruviz.handout` writes it.
        height: height of the output, px.
    """

    document: str
    height: int = HEIGHT

    def _repr_html_(self) -> str:
        """Return an iframe with the file. It isolates the styles and scripts of the file and the notebook."""
        return (
            f'<iframe srcdoc="{html.escape(self.document)}" sandbox="allow-scripts" title="gruviz" '
            f'style="width: 100%; height: {self.height}px; border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<gruviz stage, {len(self.document.encode()):,} bytes of HTML; shown by a notebook>"


def show(
    model: Traceable,
    x: Any,
    h0: Any = None,
    *,
    title: str = "",
    language: str = "en",
    height: int = HEIGHT,
    **scene: Any,
) -> NotebookOutput:
    """Show what a model does on an input, in a notebook.

    The output is the file `gruviz.handout` writes, in an iframe. A run of more than 120,000 layers x steps x
    (units + inputs) is cut after its first steps, and a note says so; `steps` selects other steps.

    Args:
        model, x, h0, title, language: as in `gruviz.handout`.
        height: height of the output, px.
        scene: more fields of `gruviz.HandoutScene`.

    Raises:
        TypeError, ValueError: as in `gruviz.handout`.

    >>> import numpy as np, torch
    >>> shown = show(torch.nn.GRU(1, 4), np.ones((9, 1)))
    >>> shown._repr_html_()[:16], "sandbox=" in shown._repr_html_()
    ('<iframe srcdoc="', True)
    """
    given = scene_from({"model": model, "x": x, "h0": h0, "title": title, **scene})
    made = slide_of(given, most_cells=MOST_CELLS)
    return NotebookOutput(slides_html([made], title=title, language=language), height)


def trace_output(trace: GateTrace, language: str = "en", height: int = HEIGHT) -> NotebookOutput:
    """Show a trace without its model. Numbers cannot be explained without the weights, and a note says so.

    Args:
        trace: any trace; the first entry of its batch is shown. A long trace is cut as in `show`.
        language, height: as in `show`.

    >>> import numpy as np, gruviz
    >>> trace_output(gruviz.trace(gruviz.SplitGRU(1, 2), np.ones((4, 1)))).document[:15]
    '<!doctype html>'
    """
    m, notes, shown = trace.meta, [("trace_only", {})], trace
    steps = fitting_steps(trace, MOST_CELLS)
    if steps is not None:
        shown = window_of(trace, *steps)
        notes.append(window_note(*steps, m.steps))
    if m.batch > 1:
        notes.append(("batch", {"batch": m.batch}))
    if m.what_if:
        notes.append(("altered", {"count": len(m.what_if)}))
    made = slide(Run(run_id(shown), shown, None), View(), Labels(), notes=notes)
    return NotebookOutput(slides_html([made], title="gruviz", language=language), height)
