"""What is compared: a few choices of the visitor's, and the sides they make of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gruviz.app.readers import COMPARING, LONGEST_IN_URL, READERS, WRITERS, Reader, read_parameter, written
from gruviz.app.settings import DEFAULT, Settings
from gruviz.app.subject.weights import size_of, trained_weights
from gruviz.models.conventions import CONVENTIONS
from gruviz.models.converting import MISREADINGS
from gruviz.models.gru import MODELS
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

OTHERS = ("example", "changed")  # another input: another example, or the same with other parameters
LONGEST_VALUES = 300  # characters of those
WIDENING = ("alphabet", "inputs")  # parameters that say how many inputs a sequence has
KINDS = ("models", "what_if", "input", "random", "start", "trained", "training", "read")
CLOSING = ("", "r1", "diagonal", "first")  # what makes the reset placements one function
READ_AS, WRITTEN_AS = "as.", "to."  # before the name of a convention: its file is what ours is taken for, or becomes
FITTED = "fit"  # the nearest numbers that reset before the matrix
READINGS = (*MISREADINGS, FITTED, *(prefix + name for prefix in (READ_AS, WRITTEN_AS) for name in CONVENTIONS))
MOMENT = "at."  # before the name of a training's moment
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
        settings: that make it, but for what is `altered`.
        altered: what is done with the weights: "" nothing; "start" they are those before the training; one of
            READINGS or of CLOSING; MOMENT and what `Comparison.mine` names.
    """

    name: str
    settings: Settings
    altered: str = ""

    @property
    def plain(self) -> bool:
        """Whether its settings alone make it."""
        return not self.altered

    @property
    def steps(self) -> int | None:
        """How many steps of its sequence it reads; None for all."""
        return 1 if self.altered == "first" else None


def kinds_for(settings: Settings) -> tuple[str, ...]:
    """What the visitor's run can be compared with; of weights that are gone what needs none."""
    try:
        held = trained_weights(settings)
    except Problem:
        held = None
    left_out = set() if held is not None and not held.altered else {"start"}
    if held is None or settings.weights == "mine":
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
    own = replace(settings, bent="", drawn="", show="bent")
    if kind == "what_if":
        return Side(said["side_free"], own), Side(said["side_bent"], replace(own, bent=c.bent, drawn=c.drawn))
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
        return tuple(Side(called[name], replace(own, model=name), c.closing) for name in shown)
    if kind == "random":
        units, _ = size_of(own)
        # what the weights do not show now may be left from others, and is in no link
        shaped = own.weights in ("random", "chrono")
        fields = {name: getattr(own if shaped else DEFAULT, name) for name in _SHAPE}
        seed = c.seed + (own.weights in ("random", "chrono") and c.seed == own.seed)  # not the same once more
        drawn = replace(own, weights="random", hidden=units, seed=seed, **fields)
        return Side(said["side_own"], own), Side(said["side_random"].format(seed=seed), drawn)
    if kind == "start":
        return Side(said["side_start"], own, "start"), Side(said["side_trained"], own)
    if kind == "trained":
        pairs = [replace(own, trained=name, model=name) for name in ("split", "torch")]
        return tuple(Side(said["side_trained_as"].format(model=models[each.trained]), each) for each in pairs)
    if kind == "training":
        other = Side(said["side_training"].format(step=_step(c.mine)), own, MOMENT + c.mine)
        if not c.since:
            return Side(said["side_own"], own), other
        since = moment_named(c.mine.rpartition(".")[0], c.since)
        return Side(said["side_training"].format(step=_step(since)), own, MOMENT + since), other
    if kind == "input":
        if own.source in ("numbers", "text"):
            other = replace(own, **{own.source: c.typed or getattr(own, own.source)})
            return Side(said["side_input"], own), Side(said["side_other_input"], other)
        if c.how == "changed":
            values, before = values_of(c.values, own) or first_change(own), own.parameter_values()
            labels = w["task_parameters" if own.source == "task" else "parameters"]
            other = own
            for name, value in values.items():
                other = other.with_parameter(name, value)
            changed = [f"{labels[name]} {value:g}" for name, value in values.items() if value != before[name]]
            changed = ", ".join(changed) or said["bent_nothing"]
            return Side(said["side_input"], own), Side(said["side_changed"].format(values=changed), other)
        name, number = said["side_example"], c.example + (c.example == own.sseed)
        return tuple(Side(name.format(number=each), replace(own, sseed=each)) for each in (own.sseed, number))
    held = trained_weights(own)
    # weights that were trained for the other placement are read wrongly as they stand
    right = held is None or (held.plan.model == "torch") == (own.model == "torch")
    return Side(said["side_right" if right else "side_as_is"], own), Side(named(c.read, settings.lang), own, c.read)


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


def _step(moment: str) -> str:
    step = moment.rpartition(".")[2]
    return f"{int(step):,}" if step.isdecimal() and len(step) < 12 else "?"


def altered_named(altered: str, language: str) -> str:
    """In words what `Side.altered` says; "" where it says nothing that is known."""
    c = words(language)["compare"]
    if altered.startswith(MOMENT):
        return c["side_training"].format(step=_step(altered))
    if altered == "start":
        return c["side_start"]
    if altered and altered in CLOSING:
        return c[f"closing_{altered}"]
    return named(altered, language) if altered in READINGS else ""


def named(reading: str, language: str) -> str:
    """One of READINGS in words."""
    c = words(language)["compare"]
    for prefix, key in ((READ_AS, "side_read_as"), (WRITTEN_AS, "side_written_as")):
        if reading.startswith(prefix):
            return c[key].format(title=CONVENTIONS[reading.removeprefix(prefix)].title)
    return c[f"side_read_{reading}"]
