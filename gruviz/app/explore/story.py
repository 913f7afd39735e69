"""What is said over the stage: where to look, what the input has to do with it, what was wrong; and what to choose."""

from __future__ import annotations

from gruviz.app.settings import OPENS_ON, Settings
from gruviz.app.subject.weights import source_of, symbols_of
from gruviz.inputs.sequence import Sequence
from gruviz.protocol.headline import Highlight, Status
from gruviz.protocol.scene import Run
from gruviz.sources.derived import change_title
from gruviz.sources.trained import Shipped
from gruviz.tasks.characters import OTHER
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

NOT_YET = ("no_file",)  # problems that are none: nothing was given yet
MOST_NAMED = 12  # symbols a model does not know


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
    source = source_of(settings)
    wanted, found = source.input_size, sequence.inputs
    own = ("weights", settings.weights, p["bring_back"])
    if (unread := not_read(settings, sequence)) is not None:
        return unread
    if wanted is not None and wanted != found:
        key = "adapted_fewer" if found < wanted else "adapted_more"
        return Status("note", p[key].format(wanted=wanted, found=found), act=own)
    if isinstance(source, Shipped) and not source.is_native(settings.model):
        model = w["models"][settings.model]
        said = p["trained_mismatch"].format(trained=w["models"][settings.trained], model=model)
        return Status("note", said, act=("trained", settings.model, p["trained_other"].format(model=model)))
    if source.has_story and not settings.shows_preset_input:
        return Status("note", p["story_elsewhere"], act=own)
    changed = "" if source.saved is None else change_title(source.saved.altered, settings.lang)
    if changed:
        return Status("note", p["own_told"].format(name=changed), p["own_told_more"])
    sentence, rest = source.sentence(settings.lang, run.trace), source.story(settings.lang)
    found = places(settings, run)
    linked = {name: at for name, at in found.items() if name == "watch" or f"]({name})" in sentence + rest}
    return Status("story", sentence, rest, linked)


def places(settings: Settings, run: Run) -> dict[str, Highlight]:
    """Return where the story's words lead, by name; inside the trace."""
    example = settings.sseed, tuple(settings.parameter_values().items())
    focuses = source_of(settings).focuses(run.trace.meta.steps, *example)
    return {
        name: Highlight(at.gate, at.step, at.unit, at.first, at.last, at.units).within(run.trace)
        for name, at in focuses.items()
    }


def home(settings: Settings, run: Run) -> tuple[int, int]:
    """Return (step, unit) to open on: where the story is seen."""
    source = source_of(settings)
    if source.home is not None:
        return source.home
    if not source.has_story or not settings.shows_preset_input:
        return 0, 0
    place = places(settings, run)["watch"]
    return place.t, place.unit


def not_read(settings: Settings, sequence: Sequence) -> Status | None:
    """What the weights cannot read of a sequence: text where they read numbers, symbols they do not know."""
    p, task = words(settings.lang)["page"], symbols_of(settings)
    other = ("weights", "random", p["random_instead"])
    if task is None or not (task.unit or settings.source == "text"):
        numbers = settings.source == "text" and source_of(settings).input_size is not None
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
