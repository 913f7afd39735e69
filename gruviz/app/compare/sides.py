"""What is compared: a few choices of the visitor's, and the sides they make of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gruviz.app.readers import COMPARING, LONGEST_IN_URL, READERS, WRITERS, Reader, read_parameter, written
from gruviz.app.server.trainings import trainings
from gruviz.app.settings import DEFAULT, Settings
from gruviz.app.subject.weights import source_of
from gruviz.models.gru import MODELS
from gruviz.sources.derived import Closed, Converted, Derived, Fitted, Initial, Misread, ReadAs, change_title, derive
from gruviz.sources.source import ModelSource
from gruviz.sources.trained import Shipped, Snapshot
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

OTHERS = ("example", "changed")  # another input: another example, or the same with other parameters
LONGEST_VALUES = 300  # characters of those
WIDENING = ("alphabet", "inputs")  # parameters that say how many inputs a sequence has
KINDS = ("models", "what_if", "input", "random", "start", "trained", "training", "read")
CLOSING = ("", *Closed.changes)  # what makes both placements of the reset gate one function
READINGS = tuple(each.prefix + change for each in (Misread, Fitted, ReadAs, Converted) for change in each.changes)
USUAL = "clamp z 1"  # a what-if, where none was made yet


def _one_of(*names: str) -> Reader:
    return lambda raw: raw if isinstance(raw, str) and raw in names else None


def _typed(raw: object) -> str | None:
    return raw if isinstance(raw, str) and len(raw) <= LONGEST_IN_URL else None


def _short(raw: object) -> str | None:
    return raw if isinstance(raw, str) and len(raw) <= LONGEST_VALUES else None


def _whole(raw: object) -> str | None:
    return raw if isinstance(raw, str) and (not raw or (raw.isascii() and raw.isdecimal() and len(raw) < 8)) else None


@dataclass(frozen=True)
class Comparison:
    """What the visitor's run is compared with.

    Args:
        what: one of KINDS.
        other: of models: the other one, where it is not the visitor's own.
        third: of models: all three.
        closing: of models: what is done to all sides so that they are one function, one of CLOSING.
        seed: of random weights.
        bent: of a what-if: interventions, as `gruviz.protocol.view.View` has them.
        drawn: of a what-if: the input, likewise.
        how: of another input: one of OTHERS.
        example: of another example: its number, or the seed.
        values: of the same one changed: "gap 28;width 2", names and values of its parameters; what is not of its
            sequence, or out of range there, counts for nothing. "" where nobody has chosen any: see `first_change`.
        typed: of another input that was typed.
        read: one of READINGS.
        mine: of another training: its name in this process, a dot, and after how many steps.
        since: of two moments of it: after how many steps the first is; "" where the visitor's run is beside it.
    """

    what: str = "models"
    other: str = "torch"
    third: bool = False
    closing: str = ""
    seed: int = 0
    bent: str = USUAL
    drawn: str = ""
    how: str = "example"
    example: int = 1
    values: str = ""
    typed: str = ""
    read: str = "other_reset"
    mine: str = ""
    since: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Comparison:
        """Of an address; what is unknown, out of range or hostile falls back to the default.

        >>> Comparison.from_query({"vs.what": "random", "vs.seed": "1e99", "vs.third": "<b>"})
        Comparison(what='random', other='torch', third=False, closing='', seed=0, bent='clamp z 1', drawn='', \
how='example', example=1, values='', typed='', read='other_reset', mine='', since='')
        """
        found = {name: read(query[COMPARING + name]) for name, read in READERS_OF.items() if COMPARING + name in query}
        return cls(**{name: value for name, value in found.items() if value is not None})

    def to_query(self) -> dict[str, str]:
        """What of the address makes it; `from_query` gives it back.

        >>> Comparison("random", seed=3).to_query()
        {'vs.what': 'random', 'vs.seed': '3'}
        """
        names = ("what", *_OF_KIND[self.what])
        write = {"third": WRITERS["both"]}
        return {
            COMPARING + name: write.get(name, str)(getattr(self, name))
            for name in names
            if name == "what" or getattr(self, name) != getattr(_DEFAULT, name)
        }


_OF_KIND = {
    "models": ("other", "third", "closing"),
    "random": ("seed",),
    "start": (),
    "trained": (),
    "what_if": ("bent", "drawn"),
    "input": ("how", "example", "values", "typed"),
    "read": ("read",),
    "training": ("mine", "since"),
}
READERS_OF: dict[str, Reader] = {
    "what": _one_of(*KINDS),
    "other": READERS["model"],
    "third": READERS["both"],
    "closing": _one_of(*CLOSING),
    "seed": READERS["seed"],
    "bent": READERS["bent"],
    "drawn": READERS["drawn"],
    "how": _one_of(*OTHERS),
    "example": READERS["sseed"],
    "values": _short,
    "typed": _typed,
    "read": _one_of(*READINGS),
    "mine": READERS["mine"],
    "since": _whole,
}
_DEFAULT = Comparison()
_SHAPE = ("gain", "zbias", "rbias", "layers", "both")  # of random weights


@dataclass(frozen=True)
class Side:
    """One of the runs that are compared.

    Args:
        name: as the page calls it.
        settings: of the model, the input and the interventions.
        source: of the weights; what the settings name, or a change of it.
    """

    name: str
    settings: Settings
    source: ModelSource

    @classmethod
    def plain(cls, name: str, settings: Settings) -> Side:
        """Return the side that the settings alone make.

        Raises:
            Problem: the visitor's model is not here (any more).
        """
        return cls(name, settings, source_of(settings))

    @property
    def is_plain(self) -> bool:
        """Whether its settings alone make it."""
        return not isinstance(self.source, Derived | Snapshot)


def kinds_for(settings: Settings) -> tuple[str, ...]:
    """What the visitor's run can be compared with; of weights that are gone what needs none."""
    try:
        source = source_of(settings)
    except Problem:
        source = None
    saved = None if source is None else source.saved
    left_out = set() if saved is not None and not saved.altered else {"start"}
    if not isinstance(source, Shipped):
        left_out.add("trained")
    if settings.source in ("table", "file"):
        left_out.add("input")
    return tuple(kind for kind in KINDS if kind not in left_out)


def kind_of(settings: Settings, comparison: Comparison) -> str:
    """What is really compared: what there cannot be for these settings counts as "models"."""
    there = comparison.what in kinds_for(settings) and (comparison.what != "training" or comparison.mine)
    return comparison.what if there else "models"


def sides_of(settings: Settings, comparison: Comparison) -> tuple[Side, ...]:
    """The visitor's run and those it is compared with, two or three.

    Args:
        settings: the visitor's.
        comparison: what with; see `kind_of`.

    >>> [side.name for side in sides_of(Settings(), Comparison())]
    ['split', 'nn.GRU']
    """
    c, w, kind = comparison, words(settings.lang), kind_of(settings, comparison)
    said, models = w["compare"], w["models"]
    own, plain = replace(settings, bent="", drawn="", show="bent"), Side.plain
    if kind == "what_if":
        return plain(said["side_free"], own), plain(said["side_bent"], replace(own, bent=c.bent, drawn=c.drawn))
    if kind == "models":
        others = [name for name in MODELS if name != own.model]
        first = c.other if c.other in others else ("split" if own.model == "torch" else "torch")
        shown = [own.model, first, *(name for name in others if c.third and name != first)]
        called = {name: models[name] for name in shown}
        if c.closing:
            called = {
                name: said["side_closed"].format(model=text, how=said[f"closing_{c.closing}"])
                for name, text in called.items()
            }
        source = derive(source_of(own), c.closing)
        return tuple(Side(called[name], replace(own, model=name), source) for name in shown)
    if kind == "random":
        source = source_of(own)
        # what the weights do not show now may be left from others, and is in no link
        fields = {name: getattr(own if source.is_random else DEFAULT, name) for name in _SHAPE}
        seed = c.seed + (source.is_random and c.seed == own.seed)  # not the same once more
        drawn = replace(own, weights="random", hidden=source.size[0], seed=seed, **fields)
        return plain(said["side_own"], own), plain(said["side_random"].format(seed=seed), drawn)
    if kind == "start":
        source = source_of(own)
        return Side(said["side_start"], own, Initial(source, "start")), Side(said["side_trained"], own, source)
    if kind == "trained":
        pairs = [replace(own, trained=name, model=name) for name in ("split", "torch")]
        return tuple(plain(said["side_trained_as"].format(model=models[each.trained]), each) for each in pairs)
    if kind == "training":
        training, _, step = c.mine.rpartition(".")
        others = [snapshot_of(training, each) for each in (*filter(None, [c.since]), step)]
        others = [Side(Snapshot.title(source.change, settings.lang), own, source) for source in others]
        return tuple(others) if len(others) > 1 else (plain(said["side_own"], own), *others)
    if kind == "input":
        if own.source in ("numbers", "text"):
            other = replace(own, **{own.source: c.typed or getattr(own, own.source)})
            return plain(said["side_input"], own), plain(said["side_other_input"], other)
        if c.how == "changed":
            values, before = values_of(c.values, own) or first_change(own), own.parameter_values()
            labels = w["task_parameters" if own.source == "task" else "parameters"]
            other = own
            for name, value in values.items():
                other = other.with_parameter(name, value)
            changed = [f"{labels[name]} {value:g}" for name, value in values.items() if value != before[name]]
            changed = ", ".join(changed) or said["bent_nothing"]
            return plain(said["side_input"], own), plain(said["side_changed"].format(values=changed), other)
        name, number = said["side_example"], c.example + (c.example == own.sseed)
        return tuple(plain(name.format(number=each), replace(own, sseed=each)) for each in (own.sseed, number))
    source = source_of(own)
    # weights that were trained for the other placement are read wrongly as they stand
    right = "side_right" if source.is_native(own.model) else "side_as_is"
    return (
        Side(said[right], own, source),
        Side(change_title(c.read, settings.lang), own, derive(source, c.read)),
    )


def values_of(text: str, settings: Settings) -> dict[str, float]:
    """Parameters of the sequence in use as an address has them.

    >>> values_of("gap 28;width x;nothing 1", Settings())
    {'gap': 28.0}
    """
    given = dict(piece.rpartition(" ")[::2] for piece in text.split(";"))
    read = {each.name: read_parameter(each, given.get(each.name)) for each in settings.known}
    return {name: value for name, value in read.items() if value is not None}


def values_named(values: Mapping[str, float]) -> str:
    """How parameters stand in the address; `values_of` gives them back."""
    return ";".join(f"{name} {written(float(value))}" for name, value in values.items())


def first_change(settings: Settings) -> dict[str, float]:
    """A change to begin with: the first parameter of the sequence doubled, or halved where it is as large as can be.

    Not one that gives it other inputs: weights that are drawn for those would be other weights.
    """
    for each in (one for one in settings.known if one.name not in WIDENING):
        value = settings.parameter_values()[each.name]
        for other in (2 * value, value / 2, each.low, each.high):
            read = read_parameter(each, other)
            if read is not None and read != value:
                return {each.name: read}
    return {}


def moment_named(training: str, step: int | str) -> str:
    """How a moment of a training stands in the address; `rpartition(".")` takes it apart."""
    return f"{training}.{step}"


def snapshot_of(training: str, step: str) -> Snapshot:
    """Return the weights of a training after so many steps.

    Raises:
        Problem: the training is not here (any more), or keeps no weights of that step.
    """
    found = trainings().standing(training)
    snapshots = {} if found is None or found.trained is None else {str(at): one for at, one in found.trained.snapshots}
    if step not in snapshots:
        raise Problem("training_gone")
    return Snapshot(training, int(step), found.plan, snapshots[step])
