"""Language models of one letter a step: the next one of a text, as a task made from any text, and of Korean poems."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable

import numpy as np

from gruviz.inputs.parameters import Parameter
from gruviz.inputs.sequence import Sequence, check_size
from gruviz.inputs.text import VOWELS, encode_text
from gruviz.tasks.gate_stories import marks
from gruviz.tasks.guessing import always
from gruviz.tasks.poems import poems
from gruviz.tasks.task import Batch, Defaults, Metric, Task, bits
from gruviz.wording.problems import Problem

SHORTEST_TEXT, LONGEST_TEXT = 300, 50_000
MOST_SYMBOLS = 512  # a page of Korean has about 350; inputs and answers of a model are as many
OTHER = "⟨?⟩"  # the rarest of a text with more than that; three characters, so none of the text's own
_RAW = {"␣": " ", "⏎": "\n", "⇥": "\t"}
SHARE_OF_BASELINE, SHARE_OF_KOREAN = 0.1, 0.765  # the rhyme repeats itself, the poem held out is a new one
STEPS = Parameter("steps", 40, 10, 60, True, 1)
# what each verse of the old rhyme "The House That Jack Built" adds; public domain, first printed 1755
_VERSES = (
    "the house that Jack built",
    "the malt that lay in",
    "the rat that ate",
    "the cat that killed",
    "the dog that worried",
    "the cow with the crumpled horn that tossed",
    "the maiden all forlorn that milked",
    "the man all tattered and torn that kissed",
    "the priest all shaven and shorn that married",
    "the rooster that crowed in the morn that woke",
    "the farmer sowing his corn that kept",
)


def house() -> str:
    """The whole rhyme, each verse longer than the last: the text the task comes with."""
    verses = ("This is " + "\n".join(_VERSES[k::-1]) + ".\n\n" for k in range(len(_VERSES)))
    return "".join(verses)


def characters(text: str = "") -> Task:
    """Read a text one character a step; at every step the next one is due.

    The last tenth of the text is held out: it is never trained on.

    Args:
        text: 300 to 50,000 characters of any script; the rhyme of `house` where empty.

    Returns:
        A Task whose inputs and answers are the text's own symbols; where there are more than MOST_SYMBOLS, those most
        frequent in the trained part, and OTHER for all the rest. Its baseline is the cost of answering with how often
        each character occurs in the trained part; its goal is a fixed share of that.

    Raises:
        Problem: the text is too short or too long.

    >>> task = characters()
    >>> task.input_size == task.output_size == len(set(house())), round(task.baseline, 1)
    (True, 4.0)
    """
    # white space alone is no text
    given = text if text.strip() else house()
    return _next_letter(
        "characters",
        given,
        "characters",
        share=SHARE_OF_BASELINE,
        marked=_ends_a_word,
        clear=0 if text.strip() else 3,
        defaults=Defaults(hidden_size=32, learning_rate=0.02, batch_size=32, most_steps=1500),
    )


def korean() -> Task:
    """Read Korean poems one jamo a step; at every step the next one is due.

    The last tenth, all of the last poem and more, is held out. The story is r at the vowels; nobody told the model
    which of its inputs they are.

    >>> korean().channels[:6]
    ('⏎', '␣', 'ㄱ', 'ㄲ', 'ㄴ', 'ㄵ')
    """
    return _next_letter(
        "korean",
        poems(),
        "jamo",
        share=SHARE_OF_KOREAN,
        marked=_is_a_vowel,
        clear=35,
        defaults=Defaults(hidden_size=24, learning_rate=0.01, batch_size=32, most_steps=600),
    )


def _next_letter(
    name: str, given: str, unit: str, *, share: float, marked: Callable[[str], bool], clear: int, defaults: Defaults
) -> Task:
    """The task of the next symbol of `given`, cut into `unit`, see `characters`.

    Its goal is a share of its baseline; its story is r at the symbols marked.
    """
    # a check of size before the text is cut into characters
    if len(given) > LONGEST_TEXT:
        raise Problem("text_too_long", found=len(given), limit=LONGEST_TEXT)
    # for its labels: one-hot, a long text takes 100 MB
    read = encode_text(given, unit, encoding="embedding", size=1)
    if read.steps < SHORTEST_TEXT:
        raise Problem("text_too_short", found=read.steps, limit=SHORTEST_TEXT)
    cut = read.steps - max(read.steps // 10, STEPS.high + 20)
    channels, others = _alphabet(read.labels, cut)
    places = {name: place for place, name in enumerate(channels)}
    codes, symbols = np.array([places.get(name, len(channels) - 1) for name in read.labels]), len(channels)
    stands_out = np.array([marked(name) for name in channels])
    baseline = _unigram_bits(codes[:cut], codes[cut:], symbols)

    def made(part: np.ndarray, rng: np.random.Generator, size: int, steps: int) -> Batch:
        begin = rng.integers(len(part) - steps, size=(size, 1))
        window = part[begin + np.arange(steps + 1)]
        now, after = window[:, :-1], window[:, 1:]
        x = np.eye(symbols, dtype=np.float32)[now]
        change = stands_out[now][..., None]
        return Batch(x, after, np.ones(now.shape, bool), now[..., None], ~change, change)

    return Task(
        name=name,
        channels=channels,
        answers=channels,
        loss="cross_entropy",
        metric=Metric("bits", "", False, bits),
        guess=always(baseline),
        goal=round(share * baseline, 2),
        defaults=defaults,
        parameters=(STEPS,),
        make=lambda rng, size, *, steps: made(codes[:cut], rng, size, int(steps)),
        make_held_out=lambda rng, size, *, steps: made(codes[cut:], rng, size, int(steps)),
        label=lambda batch, which: tuple(channels[k] for k in batch.x[which].argmax(-1)),
        measure=marks(0.25),
        watch=("r", "change"),
        clear=clear,
        text=given,
        unit=unit,
        symbols=True,
        others=others,
        others_share=float((codes == symbols - 1).mean()) if others else 0.0,
    )


def spelled(text: str, channels: tuple[str, ...], unit: str = "characters", *, next_is_due: bool = False) -> Sequence:
    """Text in the alphabet of a model that reads one symbol a step.

    Args:
        text: of any script, as `encode_text` accepts it.
        channels: the symbols the model reads, as `characters(...).channels` names them.
        unit: what a symbol is, as `encode_text` has it.
        next_is_due: for a model of text: the next symbol is the target of each step, if the model knows it.

    Returns:
        Its one-hot Sequence. A symbol that is none of them is read as OTHER where that is among them, and otherwise
        as nothing: all inputs are 0.

    Raises:
        Problem: as `encode_text`.

    >>> read = spelled("cab!", ("a", "b", "c"))
    >>> read.labels, read.x.sum(1).tolist()
    (('c', 'a', 'b', '!'), [1.0, 1.0, 1.0, 0.0])
    """
    labels = encode_text(text, unit, encoding="embedding", size=1).labels
    check_size(len(labels), len(channels))
    places = {name: place for place, name in enumerate(channels)}
    x, target = np.zeros((len(labels), len(channels)), np.float32), np.full((len(labels), 1), np.nan, np.float32)
    for step, name in enumerate(labels):
        place = places.get(name, places.get(OTHER))
        if place is not None:
            x[step, place] = 1
            target[step - 1 : step, 0] = place  # of the first one there is no step before
    return Sequence(x, labels, channels, "text", target=target if next_is_due else None)


def _alphabet(labels: tuple[str, ...], cut: int) -> tuple[tuple[str, ...], int]:
    """The symbols a text is read with, in code point order, and how many of its own are read as OTHER, the last."""
    found = sorted(set(labels), key=lambda shown: _RAW.get(shown, shown))
    if len(found) <= MOST_SYMBOLS:
        return tuple(found), 0
    seen = Counter(labels[:cut])
    kept = set(sorted(found, key=lambda shown: -seen[shown])[: MOST_SYMBOLS - 1])
    return (*(shown for shown in found if shown in kept), OTHER), len(found) - len(kept)


def _ends_a_word(shown: str) -> bool:
    return shown != OTHER and (shown in _RAW or unicodedata.category(shown[0])[0] in "PZ")


def _is_a_vowel(shown: str) -> bool:
    return shown in VOWELS


def _unigram_bits(seen: np.ndarray, held_out: np.ndarray, symbols: int) -> float:
    """Bits a character of the held-out part costs when its odds are the counts of the part seen, plus one each."""
    count = np.bincount(seen, minlength=symbols) + 1
    return float(-np.log2(count / count.sum())[held_out].mean())
