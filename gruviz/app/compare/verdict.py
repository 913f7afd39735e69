"""Below the stages: what the comparison comes to, in words and numbers."""

from __future__ import annotations

from functools import partial
from itertools import combinations, groupby

import numpy as np
import streamlit as st

from gruviz.app.compare import controls
from gruviz.app.compare.controls import bend_named
from gruviz.app.compare.measures import answers_apart, apart, in_common, score, sequences_for
from gruviz.app.compare.runs import fit_of
from gruviz.app.compare.sides import Comparison, Side, kind_of
from gruviz.app.server.memory import memory
from gruviz.app.server.turns import LARGE, compute_turns
from gruviz.app.settings import Settings
from gruviz.app.subject.weights import source_of
from gruviz.inputs.sequence import Sequence
from gruviz.models.converting import MISREADINGS
from gruviz.protocol.scene import Run, layer_names
from gruviz.sources.derived import Closed, Fitted, ReadAs
from gruviz.tracing.trace import reference_error
from gruviz.wording.words import words
from gruviz.wording.written import plain, small

CLOSE = 1e-4  # float32 rounding stays far below
ROUNDING = 1e-5  # float32 rounding stays below, unless the weights are chaotic
_BOTH = ("first", "second")


def verdict(
    settings: Settings, comparison: Comparison, sides: tuple[Side, ...], sequences: list[Sequence], made: list[Run]
) -> None:
    """What the comparison comes to.

    Args:
        settings: the visitor's.
        comparison: what is compared.
        sides, sequences, made: as they are, what each reads, and its run.
    """
    c, kind = words(settings.lang)["compare"], kind_of(settings, comparison)
    st.markdown(f"##### {c['verdict']}")
    _badges(settings, sides, made)
    for line in _pairs(settings, kind, sides, made) + _why(settings, comparison, kind, sides, sequences, made):
        st.markdown(line)
    if kind == "models" and source_of(settings).size[1] == 1:
        _closing(settings, comparison)
    # what is one function at its first step scores as two; and one model scores the same whatever it reads here
    one_model = kind == "input" or (kind == "what_if" and not sides[-1].settings.bent)
    if not one_model and all(side.source.steps is None for side in sides):
        _metrics(settings, sides, made)


def _badges(settings: Settings, sides: tuple[Side, ...], made: list[Run]) -> None:
    """How far each side's numbers are from its own model's PyTorch forward; not of runs that take long, or are bent."""
    p, texts = words(settings.lang)["page"], []
    for side, run in zip(sides, made, strict=True):
        if run.trace.h.size >= LARGE or side.settings.bent or side.settings.drawn:
            continue
        error = memory().get("own forward", run.id, partial(_own_error, run), lambda _: 8)
        close = error < CLOSE
        said = p["badge_equal" if error == 0 else "badge_exact" if close else "badge_off"].format(error=small(error))
        texts.append(f":{'green' if close else 'orange'}-badge[{plain(side.name)}: {said}]")
    if texts:
        st.markdown(" ".join(dict.fromkeys(texts)), help=p["badge_exact_help"].format(prefix=""))


def _own_error(run: Run) -> float:
    with compute_turns().turn():
        return reference_error(run.model, run.trace)


def _pairs(settings: Settings, kind: str, sides: tuple[Side, ...], made: list[Run]) -> list[str]:
    """Of each pair: whether it is one function, and where it is not, how far apart."""
    c = words(settings.lang)["compare"]
    lines = []
    for (one, first), (other, second) in combinations(zip(sides, made, strict=True), 2):
        names = {"first": plain(one.name), "second": plain(other.name)}
        found = apart(first, second)
        if kind == "what_if":
            lines.append(c["verdict_bent"].format(**names, bent=plain(bend_named(other.settings.bent, settings.lang))))
        elif found is None:
            lines.append(c["verdict_sizes"].format(**names, **_common(first, second)))
        elif found.since is None:
            one_function = kind != "input" and found.largest <= ROUNDING and _alike(one, other, first, second)
            kinds = ("verdict_one", "verdict_same") if one_function else ("verdict_equal", "verdict_agree")
            key = kinds[found.largest > 0]
            lines.append(c[key].format(**names, largest=small(found.largest)))
        else:
            units = one.source.unit_names
            place = {"gate": found.gate, "unit": units[found.unit] if units else found.unit, "step": found.step}
            said = c["verdict_apart"].format(**names, **place, largest=f"{found.largest:.3g}", since=found.since)
            rows = layer_names(first.trace, settings.lang)
            lines.append(said if len(rows) == 1 else f"{said} ({rows[found.layer]})")
        lines += _answers(kind, names, first, second, settings.lang)
    return lines


def _alike(one: Side, other: Side, first: Run, second: Run) -> bool:
    """Whether two sides that agree do so whatever they read."""
    placements = {first.trace.meta.reset, second.trace.meta.reset}
    return len(placements) == 1 or (isinstance(one.source, Closed) and one.source == other.source)


def _why(
    settings: Settings,
    comparison: Comparison,
    kind: str,
    sides: tuple[Side, ...],
    sequences: list[Sequence],
    made: list[Run],
) -> list[str]:
    """Why it is so, and where one meets it."""
    w = words(settings.lang)
    c = w["compare"]
    if isinstance(sides[-1].source, Fitted):
        fit = fit_of(sides[-1], sequences[-1])
        said = {"error": small(fit.error), "before": small(fit.before), "largest": small(fit.largest)}
        return [c["fit_said"].format(**said)]
    if kind == "read" and comparison.read in MISREADINGS:
        return [c[f"why_{comparison.read}"]]
    if kind == "input" and np.array_equal(sequences[0].x, sequences[1].x):
        seeded = settings.source not in ("numbers", "text") and comparison.how == "example"
        return [c["why_same_input" if seeded else "why_same_numbers"]]
    one_training = kind == "training" and sides[0].source.plan == sides[1].source.plan
    if kind in ("trained", "training", "random") and not one_training:
        return [c["why_units"]]
    if kind == "read":
        return [c["why_read_as" if isinstance(sides[-1].source, ReadAs) else "why_written_as"]]
    if kind != "models" or len({run.trace.meta.reset for run in made}) == 1:
        return []
    if comparison.closing:
        return [c["why_closed_first" if sides[0].source.steps == 1 else "why_closed"]]
    others = [found for run in made[1:] if (found := apart(made[0], run)) is not None]
    if not others:
        return []
    return [c["why_models"] if any(found.since is not None for found in others) else w["equivalence"]["same"]]


def _common(one: Run, other: Run) -> dict[str, str]:
    """What runs of unlike sizes have in common, written."""
    said = {}
    for name, run in zip(_BOTH, (one, other), strict=True):
        saturated, steps = in_common(run)
        said |= {f"{name}_saturated": f"{saturated:.0%}", f"{name}_half_life": f"{steps:.3g}".replace("inf", "∞")}
    return said


def _answers(kind: str, names: dict[str, str], one: Run, other: Run, language: str) -> list[str]:
    """How far the answers of two are apart, where both say something and read the same."""
    found = None if kind in ("what_if", "input") else answers_apart(one, other)
    if found is None:
        return []
    c = words(language)["compare"]
    if found.largest == 0:
        said = c["answers_same"].format(steps=found.steps)
    else:
        key = "answers_numbers" if found.kind == "numbers" else "answers_classes"
        said = c[key].format(same=found.same, steps=found.steps, largest=small(found.largest), step=found.step)
    if found.right is not None:
        first, second = found.right
        said += " " + c["answers_right"].format(**names, right=first, other=second, judged=found.judged)
    return [said]


def _closing(settings: Settings, comparison: Comparison) -> None:
    """The three ways to close the gap between the reset placements, each to be seen."""
    c = words(settings.lang)["compare"]
    st.caption(c["closing"])
    with st.container(horizontal=True):
        for how in ("r1", "diagonal", "first"):
            pressed = comparison.closing == how
            st.button(
                c[f"closing_{how}"],
                key=f"compare_close_{how}",
                type="primary" if pressed else "secondary",
                help=c[f"closing_{how}_about"],
                on_click=controls.put_closing,
                args=("" if pressed else how,),
            )


def _metrics(settings: Settings, sides: tuple[Side, ...], made: list[Run]) -> None:
    """What each side scores on the same held-out sequences, where it has learned a task."""
    w = words(settings.lang)
    rows = []
    for side, run in zip(sides, made, strict=True):
        plan = side.source.plan
        if plan is None or (isinstance(side.source, Fitted) and run.trace.meta.input_size != plan.made().input_size):
            continue
        found = score(side, run)
        if found is not None:
            rows.append((side, found, plan))
    for _, group in groupby(rows, lambda row: (row[2].task + row[2].text, row[2].parameters)):
        alike = list(group)
        plan = alike[0][2]
        task = plan.made()
        metric, name = w["task_metrics"][task.metric.name], w["tasks"][task.name]
        st.caption(
            w["compare"]["metric"].format(metric=metric, sequences=sequences_for(plan), task=name),
            help=w["terms"]["held_out"],
        )
        for place, (side, found, _) in zip(st.columns(max(len(alike), 2)), alike, strict=False):
            place.metric(side.name, task.metric.written(found), help=w["terms"][f"metric_{task.metric.name}"])
        if any(side.settings.bent for side, _, _ in alike):
            st.caption(w["compare"]["metric_bent"])
