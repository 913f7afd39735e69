"""Scene of a handout as bytes: Python's trace of every layer, the model, the view, texts in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gruviz.models.gru import ConcatGRU
from gruviz.protocol.experiments import own_numbers
from gruviz.protocol.message import pack, unpack
from gruviz.protocol.scene import Scene, lean
from gruviz.protocol.tiles import EXACT_CELLS, EXACT_STEPS, is_exact, tile
from gruviz.protocol.view import looked_at
from gruviz.tracing.accepted import Traceable, shape_of
from gruviz.tracing.altered import reweighted
from gruviz.tracing.analysis import ranking
from gruviz.tracing.gate_trace import GATES, GateTrace
from gruviz.tracing.interventions import Clamp, Intervention, Lesion, Scale, Weight

MOST_BYTES = 16 * 2**20  # of numbers in one file
MOST_WEIGHTS = 8 * 2**20 // 4  # a larger model is left out, see gruviz/protocol/experiments.py
OF_A_LAYER = (*GATES, "before")
Texts = Mapping[str, str]  # by language


@dataclass(frozen=True, eq=False)
class Slide:
    """One scene of a handout in every language.

    Args:
        scenes: the same run and view in each language.
        titles: heading, by language.
        texts: line below the heading, by language.
        altered: Python's trace of the what-if in the scenes' view; None without one, or if it was not computed.
    """

    scenes: Mapping[str, Scene]
    titles: Texts = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)
    altered: GateTrace | None = None


def slide_message(slide: Slide, language: str) -> bytes:
    """Pack a slide into one message (`gruviz.protocol.message`); assets/stage/hosts/plain_page.js reads it.

    The header is that of a scene (`gruviz.protocol.scene.lean`) with "title", "text" and:
        "others": fields of the header that differ in another language, by language.
        "tiles": header of each layer's tile. Arrays "free/1/z" belong to layer 1; those of the scene's layer have no
            prefix.
        "model": null if it is not known or too large for a page; then there is an array "run/h0" (layer, unit).
        "altered": null, or {"text", "computed"} of the what-if, with arrays "altered/0/z" and so on.

    Args:
        slide: what to show.
        language: language of the header.

    Raises:
        ValueError: the trace has more steps or units than one exact tile can hold.
    """
    scene = slide.scenes[language]
    run, trace = scene.run, scene.run.trace
    if not is_exact(trace.meta.steps, trace.meta.hidden_size):
        raise ValueError(too_large(trace))
    headers = {name: _header(slide, name)[0] for name in slide.scenes}
    header, arrays = headers[language], _header(slide, language)[1]
    others = {
        name: {key: value for key, value in each.items() if value != header.get(key)}
        for name, each in headers.items()
        if name != language
    }
    tiles = []
    for layer in range(len(trace.h)):
        about, held = tile(trace, layer)
        tiles.append(scene.labels.answered(about) | {"labels": [], "due": []})
        if layer != scene.layer:
            arrays |= {f"free/{layer}/{name}": held[name] for name in OF_A_LAYER}
    altered = None
    if slide.altered is not None:
        altered = {"text": scene.view.bent, "computed": slide.altered.meta.computed}
        for layer in range(len(trace.h)):
            held = tile(slide.altered, layer, said=None if run.said is None else run.said.over(run.target))[1]
            arrays |= {f"altered/{layer}/{name}": each for name, each in held.items()}
    model = None
    if run.model is not None:
        model, numbers = own_numbers(run.model, trace, run.head, run.target)
        arrays |= {f"model/{name}": each for name, each in numbers.items()}
        model = None if "too_large" in model else model
    if model is None:
        arrays["run/h0"] = trace.h0[:, 0]
    return pack({**header, "model": model, "others": others, "tiles": tiles, "altered": altered}, arrays)


def _header(slide: Slide, language: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    scene = slide.scenes[language]
    run, view = scene.run, scene.view.within(scene.run.trace)
    part = tile(run.trace, scene.layer, said=run.said)
    order = ranking(run.trace, view.order, layer=scene.layer, window=looked_at(view.order, view))
    header, arrays = unpack(lean(replace(scene, menus=(), address=None), "", "", part=part, order=order))
    header |= {"title": slide.titles.get(language, ""), "text": slide.texts.get(language, "")}
    return header, arrays


def slide_bytes(trace: GateTrace, model: Traceable | None = None, steps: int | None = None) -> int:
    """Estimate the bytes of numbers that a scene takes in a file.

    Args:
        trace: the run to show.
        model: model whose weights are included; None for none.
        steps: number of steps to show; None for all.

    >>> from gruviz import SplitGRU, trace
    >>> slide_bytes(trace(SplitGRU(1, 2), np.ones((100, 1))))
    4000
    """
    count = trace.meta.steps if steps is None else steps
    values = count * (4 * len(trace.h) * trace.meta.hidden_size + 2 * trace.meta.input_size)
    weights = 0 if model is None else sum(each.numel() for each in model.parameters())
    return 4 * (values + min(weights, MOST_WEIGHTS))


def too_large(trace: GateTrace) -> str:
    """Return the message for a trace that is too large for one exact tile."""
    m = trace.meta
    return (
        f"{m.steps} steps of {m.hidden_size} units are more than a handout holds: at most {EXACT_STEPS} steps and "
        f"{EXACT_CELLS} values a gate; give steps=(first, last)."
    )


# ---- interventions as text


def edit_text(changes: Iterable[Intervention], model: Traceable | None = None, names: Sequence[str] = ()) -> str:
    """Return interventions as text, which assets/stage/editor/edit_text.js reads.

    Args:
        changes: any interventions.
        model: the model they act on. For a ConcatGRU the browser has one bias per gate, the sum b_ih + b_hh, so a
            `Weight` of a bias is written with that sum.
        names: names of the units. The browser reads a number that is a unit's name as that unit.

    >>> from gruviz import Bias
    >>> edit_text([Clamp("z", 1, units=(3, 5, 6), steps=(5, 9)), Lesion((0,), layer=1), Bias("n", -0.5)])
    'clamp z 1 u3,5,6 t5-9;lesion u0 l1;bias n -0.5'
    >>> edit_text([Weight("w_hh", 5, 2, 0.7), Weight("b_ih", 4, None, 0.1), Scale("r", 0.5)])
    'weight w_hh 5,2 0.7;weight b_ih 4 0.1;scale r 0.5'
    """
    given = tuple(changes)
    bias = None
    if isinstance(model, ConcatGRU) and any(isinstance(one, Weight) and one.column is None for one in given):
        bias = reweighted(shape_of(model), given).core.stacked()[2].detach().cpu().numpy()
    return ";".join(_edit(one, bias, names) for one in given)


def _edit(one: Intervention, bias: np.ndarray | None, names: Sequence[str]) -> str:
    """Return one intervention as text; `bias` is the bias of a ConcatGRU after all interventions."""
    layer = f" l{one.layer}" if one.layer else ""
    if isinstance(one, Weight):
        if one.column is None and bias is not None:
            return f"weight b_ih {one.row} {_number(float(bias[one.row]))}"
        place = one.row if one.column is None else f"{one.row},{one.column}"
        return f"weight {one.name} {place} {_number(one.value)}{layer}"
    units = (
        ""
        if one.units is None
        else " u" + ",".join(names[unit] if str(unit) in names else str(unit) for unit in one.units)
    )
    if isinstance(one, Lesion):
        return f"lesion{units}{layer}"
    value = one.value if isinstance(one, Clamp) else one.factor if isinstance(one, Scale) else one.amount
    steps = "" if one.steps is None else f" t{one.steps[0]}-{one.steps[1]}"
    return f"{type(one).__name__.lower()} {one.gate} {_number(value)}{units}{steps}{layer}"


def _number(value: float) -> str:
    """Return the shortest text that parses to the same number."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


# ---- a part of a trace


def window_of(trace: GateTrace, first: int, last: int) -> GateTrace:
    """Return some steps of a trace as a trace, with the states that these steps start from as h0.

    Args:
        trace: any trace without interventions.
        first, last: both included, counted from 0.

    Raises:
        ValueError: those steps are not in the trace.

    >>> from gruviz import SplitGRU, trace
    >>> whole = trace(SplitGRU(1, 2), np.ones((9, 1)))
    >>> part = window_of(whole, 3, 5)
    >>> part.h.shape, bool((part.h_prev == whole.h_prev[:, :, 3:6]).all())
    ((1, 1, 3, 2), True)
    """
    for step in (first, last):
        trace.require(time=step)
    if first > last:
        raise ValueError(f"steps is ({first}, {last}); the first step must not come after the last.")
    part, m = slice(first, last + 1), trace.meta
    before = [
        [trace.h_prev_row(layer, batch, last if trace.reverse(layer) else first) for batch in range(m.batch)]
        for layer in range(len(trace.h))
    ]
    return GateTrace(
        **{gate: getattr(trace, gate)[:, :, part] for gate in "rznh"},
        x=trace.x[:, part],
        h0=np.array(before),
        labels=trace.labels[part],
        meta=replace(m, steps=last + 1 - first),
    )
