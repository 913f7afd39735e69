"""Text: what the bytes of a file say; and as a Sequence, a character, jamo or word a step, one-hot or embedded."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from gruviz.inputs.sequence import MAX_INPUTS, MAX_STEPS, MAX_VALUES, Sequence, check_bytes, check_size
from gruviz.inputs.typed_numbers import check_text_size
from gruviz.wording.problems import Problem

UNITS = ("characters", "jamo", "words")
ENCODINGS = ("onehot", "embedding")
NOT_UTF_8 = ("utf-16", "cp949")  # what else a file may be in
LONGEST_SYMBOL = 256

_SHOWN = {" ": "␣", "\n": "⏎", "\t": "⇥"}
_JOINER = "\u200d"
# the letters of Korean as they stand alone, in the order in which Unicode composes syllables
_INITIALS, VOWELS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file, and the encoding it is in: UTF-8, UTF-16 with its mark, or CP949 (Excel's Korean).

    Args:
        data: the file's bytes, at most 16 MiB.
        name: the file's name, for the sentence.

    Returns:
        The text without a mark, and "utf-8", "utf-16" or "cp949".

    Raises:
        Problem: another kind of file, too long, or text in none of these; it names where reading ended.

    >>> decoded("값,1".encode("cp949"), "a.csv")
    ('값,1', 'cp949')
    """
    check_bytes(len(data))
    refuse_other_files(data, name)
    marked = data.startswith(b"\xef\xbb\xbf")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    errors: list[UnicodeDecodeError] = []
    for encoding in ("utf-16",) if wide else ("utf-8",) if marked else ("utf-8", "cp949"):
        try:
            return data.decode(encoding).removeprefix("\ufeff"), encoding
        except UnicodeDecodeError as error:
            errors.append(error)
    furthest = max(errors, key=lambda error: error.start)
    before = data[: furthest.start].decode(furthest.encoding, "ignore")
    raise Problem("wrong_encoding", name=name, line=before.count("\n") + 1, byte=furthest.start + 1)


def refuse_other_files(data: bytes, name: str) -> None:
    """Refuse bytes that begin like a well-known kind of file that is not a table.

    Args:
        data: the file's bytes.
        name: the file's name, for the sentence.

    Raises:
        Problem: it is a zip, an Excel workbook, gzip, an image, a PDF, a pickle or a NumPy file.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) and b"xl/" in data:
        raise Problem("file_is_excel", name=name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Problem("file_is_excel", name=name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Problem("file_is_zip", name=name)
    if data.startswith(b"\x1f\x8b"):
        raise Problem("file_is_gzip", name=name)
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise Problem("file_is_image", name=name)
    if data.startswith(b"%PDF"):
        raise Problem("file_is_pdf", name=name)
    if data.startswith(b"\x93NUMPY"):
        raise Problem("file_is_npy", name=name)
    if data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise Problem("file_is_pickle", name=name)


def encode_text(
    text: str, unit: str = "characters", encoding: str = "onehot", size: int = 16, seed: int = 0
) -> Sequence:
    """Read text one symbol a step; the labels are the symbols, with ␣ ⏎ ⇥ for space, line end and tab.

    Args:
        text: any Unicode text; it is brought to the composed form NFC, line ends to one kind.
        unit: "characters" (marks stay with their letter, a Korean syllable is one step), "jamo" (a Korean syllable
            is two or three steps, its letters; all else as characters) or
            "words" (cut at white space, punctuation stays with its word).
        encoding: "onehot" (one channel a distinct symbol, in code point order) or "embedding"
            (a vector that depends on symbol, size and seed alone, entries uniform in [-1, 1]).
        size: length of the embedding, 1 to 1024.
        seed: which embedding, any whole number.

    Returns:
        The Sequence, named "text".

    Raises:
        Problem: no text, too long, an unknown unit or encoding, or too many symbols for one-hot.

    Source: Unicode Standard Annex 15 (NFC), section 3.12 (Korean syllables); the clusters are a small part of
    Annex 29.

    Example:
        >>> sequence = encode_text("가나 가")
        >>> sequence.labels, sequence.channels
        (('가', '나', '␣', '가'), ('␣', '가', '나'))
        >>> encode_text("봄 꽃", "jamo").labels
        ('ㅂ', 'ㅗ', 'ㅁ', '␣', 'ㄲ', 'ㅗ', 'ㅊ')
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
    if unit == "jamo":
        steps = [letter for piece in steps for letter in _letters(piece)]
        if len(steps) > MAX_STEPS:
            raise Problem("too_many_steps", limit=MAX_STEPS)
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


def _letters(piece: str) -> str | tuple[str]:
    """The letters of a Korean syllable; all else as it is."""
    place = ord(piece) - 0xAC00 if len(piece) == 1 else -1
    if not 0 <= place < 11172:
        return (piece,)
    rest, final = divmod(place, len(_FINALS))
    initial, vowel = divmod(rest, len(VOWELS))
    return (_INITIALS[initial] + VOWELS[vowel] + _FINALS[final]).rstrip()


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
