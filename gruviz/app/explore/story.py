"""What the page says of a run: its story, what is true of it, its equations and what they are equivalent to."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gruviz.app.explore.checks import Checks
from gruviz.app.explore.equations import equations as as_latex
from gruviz.app.explore.weights import inputs_of, text_model, trained_weights
from gruviz.app.settings import Settings
from gruviz.inputs.sequence import Sequence
from gruviz.models.presets import PRESETS
from gruviz.stage.scene import Run
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.characters import OTHER
from gruviz.training.saved import SavedModel
from gruviz.wording.words import words
from gruviz.wording.written import plain, small

MOST_NAMED = 12  # symbols a model does not know
CLOSE = 1e-4  # float32 rounding stays far below
FAR = 1e-3  # no rounding of float32 goes that far


def story(settings: Settings, sequence: Sequence) -> None:
    """What to look for, where the weights have a story; what the input has to do with it."""
    w = words(settings.lang)
    halves = settings.halves if settings.weights == "leaky" else ""
    if settings.weights in TASKS:
        told, saved = w["task_stories"][settings.weights], trained_weights(settings)
        told += " " + w["page"]["trained_card"].format(
            about=w["tasks_about"][settings.weights], model=w["models"][saved.card["model"]],
            metric=w["task_metrics"][saved.card["metric_name"]], reached=_measured(saved, "metric"),
            baseline=_measured(saved, "baseline"), steps=int(saved.card["steps"]),
        )  # fmt: skip
        st.markdown(told)
    else:
        st.markdown(w["stories"][settings.weights].replace("{half_lives}", plain(halves)))
    wanted, found = inputs_of(settings), sequence.inputs
    text_of = text_model(settings)
    if text_of is not None and (missing := alphabet(text_of, sequence, settings.lang)):
        st.info(missing)
    elif wanted is not None and wanted != found:
        key = "adapted_fewer" if found < wanted else "adapted_more"
        st.info(w["page"][key].format(wanted=wanted, found=found))
    elif settings.weights in (*TASKS, *PRESETS) and not settings.shows_preset_input:
        st.caption(w["page"]["story_elsewhere"])


def alphabet(held: SavedModel, sequence: Sequence, language: str) -> str:
    """What a model that reads text cannot read of a sequence; "" where it reads all of it."""
    p, channels = words(language)["page"], held.plan.made().channels
    if sequence.channels != channels:
        return p["other_alphabet"]
    known = set(channels)
    unknown = list(dict.fromkeys(name for name in sequence.labels if name not in known))
    if not unknown:
        return ""
    symbols = ", ".join(plain(name) for name in unknown[:MOST_NAMED])
    if len(unknown) > MOST_NAMED:
        symbols += " " + p["unread_more"].format(count=len(unknown) - MOST_NAMED)
    if OTHER in channels:
        return p["unread_other"].format(known=len(channels) - 1, symbols=symbols, other=OTHER)
    return p["unread"].format(known=len(channels), symbols=symbols)


def _measured(saved: SavedModel, name: str) -> str:
    """A number of a model's card in its task's own unit."""
    return TASKS[saved.plan.task].metric.written(float(saved.card[name]))


def badges(place: DeltaGenerator, settings: Settings, run: Run, checks: Checks | None) -> DeltaGenerator:
    """What is true of this run, drawn at a place; while there are no checks yet, that they are coming.

    Returns:
        What was drawn: a place to draw it anew. An `st.empty` would be empty for a moment and move the stage.
    """
    w = words(settings.lang)
    p, meta = w["page"], run.trace.meta
    badges = [
        ("blue", p["badge_model"].format(model=w["models"][settings.model], reset=p[meta.reset])),
        ("gray", p["badge_sizes"].format(steps=meta.steps, units=meta.hidden_size, inputs=meta.input_size)),
    ]
    if run.trace.h.shape[0] > 1:
        way = p["two_way"] if meta.bidirectional else p["one_way"]
        badges.append(("gray", p["badge_layers"].format(layers=meta.num_layers, directions=way)))
    prefix = ""
    if checks is None:
        badges.append(("gray", p["badge_checking"]))
    else:
        close = checks.error < CLOSE
        kind = "badge_equal" if checks.error == 0 else "badge_exact" if close else "badge_off"
        badges.append(("green" if close else "orange", p[kind].format(error=small(checks.error))))
        if checks.error_steps < meta.steps:
            prefix = p["badge_prefix"].format(steps=checks.error_steps)
    about = p["badge_exact_help"].format(prefix=prefix)
    if meta.recovery_error is not None:
        colour = "green" if meta.recovery_error < CLOSE else "orange"
        badges.append((colour, p["badge_recovered"].format(error=small(meta.recovery_error))))
        about += "  \n\n" + p["badge_recovered_help"]
    text = " ".join(f":{colour}-badge[{text}]" for colour, text in badges)
    if meta.recovery_error is not None and meta.recovery_error > FAR:
        text += "  \n" + p["recovered_far"].format(error=small(meta.recovery_error))
    return place.markdown(text, help=about)


def equations(settings: Settings) -> DeltaGenerator:
    """The equations, and beside them the place for what they are equivalent to."""
    w = words(settings.lang)
    p = w["page"]
    left, right = st.columns([17, 10], gap="medium")
    with left:
        st.markdown(f"##### {p['equations']}")
        st.latex(as_latex(settings.model))
        st.caption(p["equations_note"].format(about=w["models_about"][settings.model]))
    with right:
        st.markdown(f"##### {p['equivalent']}")
        return st.container()


def equivalence(settings: Settings, run: Run, checks: Checks) -> str:
    """Which models are the same function, and how far the others are on this very input."""
    w = words(settings.lang)
    found = {name: f"**{small(value)}**" for name, value in checks.differences.items()}
    text = w["equivalence"][settings.model].format(**found)
    model = settings.model
    equal = [] if model == "torch" else [checks.differences["split" if model == "concat" else "concat"]]
    if max([checks.error, *equal]) > CLOSE:
        text += " " + w["equivalence"]["chaotic"]
    across = checks.differences["split" if model == "torch" else "torch"]
    if across < CLOSE:
        text += " " + w["equivalence"]["same"]
    if run.trace.h.shape[0] > 1:
        text += " " + w["equivalence"]["first_layer"]
    if checks.compared_steps < run.trace.meta.steps:
        text += " " + w["equivalence"]["prefix"].format(steps=checks.compared_steps)
    return text
