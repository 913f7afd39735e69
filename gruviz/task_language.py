"""The character language model: the next character of a text, as a task made from any text."""

from __future__ import annotations

import unicodedata

import numpy as np

from gruviz.families import Parameter
from gruviz.problems import Problem
from gruviz.task_checks import marks
from gruviz.task_types import Batch, Defaults, Metric, Task, bits
from gruviz.text_steps import encode_text

SHORTEST_TEXT, LONGEST_TEXT, MOST_SYMBOLS = 300, 50_000, 128
SHARE_OF_BASELINE = 0.1
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
        A Task whose inputs and answers are the text's own symbols. Its baseline is the cost of answering with how often
        each character occurs in the trained part; its goal is a fixed share of that.

    Raises:
        Problem: the text is too short or too long, or has more than 128 different characters.

    >>> task = characters()
    >>> task.input_size == task.output_size == len(set(house())), round(task.baseline, 1)
    (True, 4.0)
    """
    # a check of size before the text is cut into characters; white space alone is no text
    given = text if text.strip() else house()
    if len(given) > LONGEST_TEXT:
        raise Problem("text_too_long", found=len(given), limit=LONGEST_TEXT)
    read = encode_text(given)
    if read.steps < SHORTEST_TEXT:
        raise Problem("text_too_short", found=read.steps, limit=SHORTEST_TEXT)
    if read.inputs > MOST_SYMBOLS:
        raise Problem("text_too_varied", found=read.inputs, limit=MOST_SYMBOLS)
    codes, channels, symbols = read.x.argmax(-1), read.channels, read.inputs
    cut = read.steps - max(read.steps // 10, STEPS.high + 20)
    ends = np.array([_ends_a_word(name) for name in channels])
    baseline = _unigram_bits(codes[:cut], codes[cut:], symbols)

    def made(part: np.ndarray, rng: np.random.Generator, size: int, steps: int) -> Batch:
        begin = rng.integers(len(part) - steps, size=(size, 1))
        window = part[begin + np.arange(steps + 1)]
        now, after = window[:, :-1], window[:, 1:]
        x = np.eye(symbols, dtype=np.float32)[now]
        space = ends[now][..., None]
        return Batch(x, after, np.ones(now.shape, bool), now[..., None], ~space, space)

    return Task(
        name="characters",
        channels=channels,
        answers=channels,
        loss="cross_entropy",
        metric=Metric("bits", "", False, bits),
        baseline=baseline,
        goal=round(SHARE_OF_BASELINE * baseline, 2),
        defaults=Defaults(hidden_size=32, learning_rate=0.02, batch_size=32, most_steps=1500),
        parameters=(STEPS,),
        make=lambda rng, size, *, steps: made(codes[:cut], rng, size, int(steps)),
        make_held_out=lambda rng, size, *, steps: made(codes[cut:], rng, size, int(steps)),
        label=lambda batch, which: tuple(channels[k] for k in batch.x[which].argmax(-1)),
        measure=marks(0.25),
        text=given,
    )


def _ends_a_word(shown: str) -> bool:
    return shown in "␣⏎⇥" or unicodedata.category(shown[0])[0] in "PZ"


def _unigram_bits(seen: np.ndarray, held_out: np.ndarray, symbols: int) -> float:
    """Bits a character of the held-out part costs when its odds are the counts of the part seen, plus one each."""
    count = np.bincount(seen, minlength=symbols) + 1
    return float(-np.log2(count / count.sum())[held_out].mean())
