"""What can be wrong with what people give us, said in one sentence, in words that can be translated."""

from __future__ import annotations

import string

from gruviz.wording.words import words

LONGEST_QUOTE = 40
LONGEST_LIST = 24


class Problem(ValueError):
    """Something given to gruviz cannot be used; `str()` is the English sentence that says what and where.

    Args:
        key: the sentence's name in the table `[problems]` of assets/words/en.toml and ko.toml.
        **fields: the sentence's placeholders, exactly. Text is made printable and cut to 40 characters,
            a tuple becomes a list of names separated by commas.

    Raises:
        KeyError: no such sentence, or fields that are not exactly its placeholders.

    Example:
        >>> problem = Problem("ragged_row", line=3, found=2, expected=3)
        >>> problem.key, problem.fields
        ('ragged_row', {'line': 3, 'found': 2, 'expected': 3})
        >>> str(problem)
        'Line 3 has 2 values where the first line has 3; give every line the same number of values.'
    """

    key: str
    fields: dict[str, str | int | float]

    def __init__(self, key: str, **fields: object) -> None:
        """Look the sentence up and fill it in."""
        self._fill(key, {name: _showable(value) for name, value in fields.items()})

    def _fill(self, key: str, fields: dict[str, str | int | float]) -> None:
        template = words("en")["problems"][key]
        wanted = placeholders(template)
        if wanted != set(fields):
            raise KeyError(f"problem {key!r} needs the fields {sorted(wanted)}, got {sorted(fields)}")
        super().__init__(template.format(**fields))
        self.key = key
        self.fields = fields

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from key and fields: the default would call __init__ with the sentence."""
        return _restore, (self.key, self.fields)


def placeholders(template: str) -> set[str]:
    """Name the placeholders of a sentence.

    Args:
        template: a sentence with `{name}` or `{name:,}` in it.

    Returns:
        The set of names.

    Example:
        >>> sorted(placeholders("{found:,} is above {limit}"))
        ['found', 'limit']
    """
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _restore(key: str, fields: dict[str, str | int | float]) -> Problem:
    problem = Problem.__new__(Problem)
    problem._fill(key, dict(fields))
    return problem


def _showable(value: object) -> str | int | float:
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, tuple):
        shown = [_quote(str(item)) for item in value[:LONGEST_LIST]]
        return ", ".join([*shown, "…"] if len(value) > LONGEST_LIST else shown)
    return _quote(str(value))


def _quote(text: str) -> str:
    cut = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)
