"""Text as a Sequence: one character or one word a step, one-hot or as a fixed seeded embedding."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from gruviz.inputs.sequence import MAX_INPUTS, MAX_STEPS, MAX_VALUES, Sequence, check_size
from gruviz.inputs.typed_numbers import check_text_size
from gruviz.wording.problems import Problem

UNITS = ("characters", "words")
ENCODINGS = ("onehot", "embedding")
LONGEST_SYMBOL = 256

_SHOWN = {" ": "␣", "\n": "⏎", "\t": "⇥"}
_JOINER = "\u200d"


def encode_text(
    text: str, unit: str = "characters", encoding: str = "onehot", size: int = 16, seed: int = 0
) -> Sequence:
    """Read text one symbol a step; the labels are the symbols, with ␣ ⏎ ⇥ for space, line end and tab.

    Args:
        text: any Unicode text; it is brought to the composed form NFC, line ends to one kind.
        unit: "characters" (marks stay with their letter, a Korean syllable is one step) or
            "words" (cut at white space, punctuation stays with its word).
        encoding: "onehot" (one channel a distinct symbol, in code point order) or "embedding"
            (a vector that depends on symbol, size and seed alone, entries uniform in [-1, 1]).
        size: length of the embedding, 1 to 1024.
        seed: which embedding, any whole number.

    Returns:
        The Sequence, named "text".

    Raises:
        Problem: no text, too long, an unknown unit or encoding, or too many symbols for one-hot.

    Source: Unicode Standard Annex 15 (NFC); the clusters are a small part of Annex 29.

    Example:
        >>> sequence = encode_text("가나 가")
        >>> sequence.labels, sequence.channels
        (('가', '나', '␣', '가'), ('␣', '가', '나'))
    """
    if unit not in UNITS:
        raise Problem("unknown_choice", option="unit", found=unit, choices=UNITS)
    if encoding not in ENCODINGS:
        raise Problem("unknown_choice", option="encoding", found=encoding, choices=ENCODINGS)
    check_text_size(text)
    raw = _words(text) if unit == "words" else _clusters(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not raw:
        raise Problem("no_text")
    if len(raw) > MAX_STEPS:
        raise Problem("too_many_steps", limit=MAX_STEPS)
    for place, piece in enumerate(raw, start=1):
        # sorting a long run of marks into canonical order takes quadratic time
        if len(piece) > LONGEST_SYMBOL:
            raise Problem("symbol_too_long", step=place, limit=LONGEST_SYMBOL)
    steps = [unicodedata.normalize("NFC", piece) for piece in raw]
    symbols = sorted(set(steps))
    places = {symbol: place for place, symbol in enumerate(symbols)}
    which = np.array([places[symbol] for symbol in steps])
    labels = tuple(_shown(symbol) for symbol in steps)
    if encoding == "onehot":
        count, length = len(symbols), len(steps)
        if count > MAX_INPUTS or count * length > MAX_VALUES:
            raise Problem("too_many_symbols", found=count, steps=length, limit=MAX_INPUTS, values=MAX_VALUES)
        x = np.zeros((len(steps), len(symbols)), dtype=np.float32)
        x[np.arange(len(steps)), which] = 1
        return Sequence(x, labels, tuple(_shown(symbol) for symbol in symbols), "text")
    if type(size) is not int or not 1 <= size <= MAX_INPUTS:
        raise Problem("embedding_size", found=str(size), limit=MAX_INPUTS)
    check_size(len(steps), size)
    vectors = np.stack([_embedding(symbol, size, seed) for symbol in symbols])
    return Sequence(vectors[which], labels, tuple(f"e{i + 1}" for i in range(size)), "text")


def _words(text: str) -> list[str]:
    """Cut text at white space; stops soon after MAX_STEPS words."""
    return [found[0] for found in islice(re.finditer(r"\S+", text), MAX_STEPS + 1)]


def _clusters(text: str) -> list[str]:
    """Cut text into what people see as characters; stops soon after MAX_STEPS of them, or one too long."""
    starts: list[int] = []
    flag_half = False
    before = "\n"  # nothing joins onto a line end
    for place, letter in enumerate(text):
        flag = "\U0001f1e6" <= letter <= "\U0001f1ff"  # two regional indicators make one flag
        after_joiner = before == _JOINER and place - starts[-1] > 1
        if before != "\n" and (_attaches(letter) or (flag and flag_half) or after_joiner):
            if place - starts[-1] >= LONGEST_SYMBOL:
                return [text[start:end] for start, end in pairwise([*starts, place + 1])]
        else:
            starts.append(place)
            if len(starts) > MAX_STEPS:
                break
        flag_half = flag and not flag_half
        before = letter
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _attaches(letter: str) -> bool:
    if letter < "\u0300":
        return False
    return (
        unicodedata.category(letter) in ("Mn", "Mc", "Me")
        or letter == _JOINER
        or "\u1160" <= letter <= "\u11ff"  # Korean vowels and final consonants of decomposed syllables
        or "\U0001f3fb" <= letter <= "\U0001f3ff"  # skin tones
    )


def _shown(symbol: str) -> str:
    if symbol in _SHOWN:
        return _SHOWN[symbol]
    # other control characters have pictures of their own from U+2400 on
    return chr(0x2400 + ord(symbol)) if len(symbol) == 1 and symbol < " " else symbol


def _embedding(symbol: str, size: int, seed: int) -> NDArray[np.float64]:
    # a hash, not a generator: the same on every machine and version, and fast for many words
    coded = f"{seed}:{size}:{symbol}".encode("utf-8", "surrogatepass")
    drawn = np.frombuffer(hashlib.shake_256(coded).digest(4 * size), dtype="<u4")
    return drawn / (2**31 - 0.5) - 1
