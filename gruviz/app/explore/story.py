"""What is said over the stage: where to look, what the input has to do with it, what was wrong; and what to choose."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gruviz.app.compare.sides import altered_named
from gruviz.app.settings import OPENS_ON, Settings
from gruviz.app.subject.weights import inputs_of, symbols_of, trained_weights, units_of
from gruviz.inputs.sequence import Sequence
from gruviz.models.presets import PRESETS
from gruviz.protocol.headline import Highlight, Status
from gruviz.protocol.scene import Run
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.characters import OTHER
from gruviz.tracing.trace import trace
from gruviz.training.saved import SavedModel, shipped
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

NOT_YET = ("no_file",)  # problems that are none: nothing was given yet
MOST_NAMED = 12  # symbols a model does not know
MEASURED = 32  # sequences on which the units that carry a task's memory are found
SATURATED = 0.1  # a gate this near to 0 or 1


def status(settings: Settings, sequence: Sequence, run: Run, problem: Problem | None, last_good: bool) -> Status:
    """The one thing to say over the stage.

    Args:
        settings: those whose run is shown.
        sequence: its input.
        run: its trace.
        problem: why what was asked for is not shown.
        last_good: whether what is shown worked before, or is the example gruviz opens with.
    """
    w = words(settings.lang)
    p = w["page"]
    if problem is not None:
        text = w["problems"][problem.key].format(**problem.fields)
        kind = "note" if problem.key in NOT_YET else "problem"
        act = ("weights", OPENS_ON, p["show_opening"]) if problem.key == "model_gone" else None
        return Status(kind, f"{text} {p['last_good' if last_good else 'no_good']}", act=act)
    wanted, found = inputs_of(settings), sequence.inputs
    own = ("weights", settings.weights, p["bring_back"])
    if (unread := not_read(settings, sequence)) is not None:
        return unread
    if wanted is not None and wanted != found:
        key = "adapted_fewer" if found < wanted else "adapted_more"
        return Status("note", p[key].format(wanted=wanted, found=found), act=own)
    if settings.weights in TASKS and settings.model not in _same_function(settings.trained):
        model = w["models"][settings.model]
        said = p["trained_mismatch"].format(trained=w["models"][settings.trained], model=model)
        return Status("note", said, act=("trained", settings.model, p["trained_other"].format(model=model)))
    if settings.weights in (*TASKS, *PRESETS) and not settings.shows_preset_input:
        return Status("note", p["story_elsewhere"], act=own)
    if (told := _told(settings)) != "":
        return Status("note", p["own_told"].format(name=told), p["own_told_more"])
    key = settings.weights
    if key == "random":
        key = _random(run)
    sentence, rest = w["sentences"][key], more(settings)
    meant = {
        name: at for name, at in places(settings, run).items() if name == "watch" or f"]({name})" in sentence + rest
    }
    return Status("story", sentence, rest, meant)


def _told(settings: Settings) -> str:
    """What a model of the visitor's is, where it did not come as it is from a training; "" where it did."""
    held = trained_weights(settings) if settings.weights == "mine" else None
    return "" if held is None else altered_named(held.altered, settings.lang)


def _same_function(trained: str) -> tuple[str, ...]:
    """The models that compute with the numbers what they were trained to."""
    return ("torch",) if trained == "torch" else ("split", "concat")


def _random(run: Run) -> str:
    """Which sentence is true of gates that nobody has made on purpose."""
    near = np.abs(np.stack([run.trace.z[0, 0], run.trace.r[0, 0]]) - 0.5)
    saturated = float((near > 0.5 - SATURATED).mean())
    return "random" if saturated < 0.1 else "random_between" if saturated < 0.9 else "random_saturated"


def more(settings: Settings) -> str:
    """All there is to say of the weights' story."""
    w = words(settings.lang)
    if settings.weights not in TASKS:
        return w["stories"][settings.weights].replace("{half_lives}", settings.halves)
    saved = trained_weights(settings)
    card = w["page"]["trained_card"].format(
        model=w["models"][saved.card["model"]],
        metric=w["task_metrics"][saved.card["metric_name"]],
        reached=_measured(saved, "metric"),
        baseline=_measured(saved, "baseline"),
        steps=int(saved.card["steps"]),
    )
    return "\n\n".join([w["task_stories"][settings.weights], w["tasks_about"][settings.weights], card])


def _measured(saved: SavedModel, name: str) -> str:
    """A number of a model's card in its task's own unit."""
    return TASKS[saved.plan.task].metric.written(float(saved.card[name]))


def places(settings: Settings, run: Run) -> dict[str, Highlight]:
    """Where the story's words lead, by name; inside the trace."""
    steps = run.trace.meta.steps
    if settings.weights in TASKS:
        found = _of_task(settings)
    elif settings.weights in PRESETS:
        preset = PRESETS[settings.weights]
        (gate, unit), (_, t) = preset.look, preset.watch
        all_of = (0, steps - 1)
        found = {"watch": Highlight(gate, t, unit, *all_of, () if settings.weights == "leaky" else (unit,))}
        found |= {f"u{k}": Highlight("h", t, k, *all_of, (k,)) for k in range(len(units_of(settings)))}
    else:
        found = {"watch": Highlight("z", 0, 0, 0, steps - 1)} if settings.weights != "mine" else {}
    return {name: place.within(run.trace) for name, place in found.items()}


def _of_task(settings: Settings) -> dict[str, Highlight]:
    units = carrying(settings.weights, settings.trained)
    first, last = _watched(settings.weights, settings.sseed, tuple(settings.parameter_values().items()))
    t = (first + last) // 2
    return {
        name: Highlight(gate, t, units[0], first, last, units)
        for name, gate in (("watch", TASKS[settings.weights].watch[0]), ("candidate", "n"))
    }


@lru_cache(maxsize=256)
def _watched(task: str, seed: int, values: tuple[tuple[str, float], ...]) -> tuple[int, int]:
    """The steps of a sequence the story is about, first and last."""
    return TASKS[task].watched(TASKS[task].held_out(1, seed, **dict(values)))


@lru_cache(maxsize=32)
def carrying(task: str, kind: str) -> tuple[int, ...]:
    """The units of a model that comes with gruviz that carry what its task has to remember, most first."""
    batch = TASKS[task].held_out(MEASURED)
    model = shipped(task, kind).model()
    return TASKS[task].check(trace(model, batch.x), batch).units or (0,)


def home(settings: Settings, run: Run) -> tuple[int, int]:
    """(step, unit) to open on: where the story is seen."""
    if settings.weights in PRESETS:
        unit, step = PRESETS[settings.weights].watch
        return step, unit
    if settings.weights in TASKS and settings.shows_preset_input:
        place = places(settings, run)["watch"]
        return place.t, place.unit
    return 0, 0


def not_read(settings: Settings, sequence: Sequence) -> Status | None:
    """What the weights cannot read of a sequence: text where they read numbers, symbols they do not know."""
    p, task = words(settings.lang)["page"], symbols_of(settings)
    other = ("weights", "random", p["random_instead"])
    if task is None or not (task.unit or settings.source == "text"):
        numbers = settings.source == "text" and inputs_of(settings) is not None
        return Status("note", p["reads_numbers"], act=other) if numbers else None
    if sequence.channels != task.channels:
        return Status("note", p["other_alphabet"], act=other)
    known = set(task.channels)
    unknown = list(dict.fromkeys(name for name in sequence.labels if name not in known))
    if not unknown or settings.source != "text":
        return None
    symbols = ", ".join(unknown[:MOST_NAMED])
    if len(unknown) > MOST_NAMED:
        symbols += " " + p["unread_more"].format(count=len(unknown) - MOST_NAMED)
    act = ("weights", settings.weights, p["bring_back"]) if known & set(sequence.labels) else other
    if OTHER in known:
        text = p["unread_other"].format(known=len(known) - 1, symbols=symbols, other=OTHER)
    else:
        text = p["unread"].format(known=len(known), symbols=symbols)
    return Status("note", text, act=act)
