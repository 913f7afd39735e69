"""The registry of synthetic sequences: families, their parameters, and how a function becomes one."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable
from dataclasses import dataclass

from gruviz.inputs.sequence import Sequence
from gruviz.wording.problems import Problem

MAX_SEED = 2**32 - 1  # of everything that is drawn by chance


@dataclass(frozen=True)
class Parameter:
    """One number a family can be tuned by.

    Args:
        name: the keyword of the family's function; its label is in assets/words, table `[parameters]`.
        default: the value when none is given, within [low, high].
        low: the smallest value accepted.
        high: the largest value accepted.
        integer: whether only whole numbers are accepted.
        step: the increment of a control on the page.

    Example:
        >>> Parameter("period", 40.0, 2.0, 1000.0, integer=False, step=1.0).checked("sine", 8)
        8.0
    """

    name: str
    default: float
    low: float
    high: float
    integer: bool
    step: float

    def checked(self, family_name: str, value: object) -> int | float:
        """Give back a usable value: int for whole-number parameters, float for the others.

        Args:
            family_name: the family, for the sentence.
            value: what was asked for.

        Returns:
            The value as int or float.

        Raises:
            Problem: not a number, outside [low, high], or not whole where it has to be.
        """
        low, high = _short(self.low), _short(self.high)
        # bool counts as an integer in Python, and a string compares with nothing
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not is_number or not self.low <= value <= self.high:
            raise Problem(
                "parameter_range",
                family=family_name,
                parameter=self.name,
                found=str(value),
                low=low,
                high=high,
            )
        if self.integer and value != int(value):
            raise Problem(
                "parameter_whole",
                family=family_name,
                parameter=self.name,
                found=str(value),
                low=low,
                high=high,
            )
        return int(value) if self.integer else float(value)


@dataclass(frozen=True)
class Family:
    """A kind of synthetic sequence: its name, its parameters, and the function that makes it."""

    name: str
    parameters: tuple[Parameter, ...]
    make: Callable[..., Sequence]

    @property
    def about(self) -> str:
        """The first line of the function's docstring: what the family is."""
        return inspect.getdoc(self.make).splitlines()[0]


FAMILIES: dict[str, Family] = {}


def family(*parameters: Parameter) -> Callable[[Callable[..., Sequence]], Callable[..., Sequence]]:
    """Register a function as a family of sequences under its own name: one function is a new family.

    The function takes `steps` (1 to MAX_STEPS), `rng` (its only source of chance) and one keyword for
    each parameter, already checked, and returns a Sequence of exactly `steps` steps.

    Args:
        *parameters: in the order of the page's controls.

    Returns:
        The decorator; it gives the function back unchanged.

    Raises:
        TypeError: the function's keywords are not the parameters' names.
    """

    def register(make: Callable[..., Sequence]) -> Callable[..., Sequence]:
        signature = inspect.signature(make).parameters.values()
        keywords = [p.name for p in signature if p.kind is inspect.Parameter.KEYWORD_ONLY]
        if keywords != [p.name for p in parameters]:
            raise TypeError(f"{make.__name__} takes {keywords}, its parameters are {parameters}")
        FAMILIES[make.__name__] = Family(make.__name__, parameters, make)
        return make

    return register


def _short(limit: float) -> int | float:
    """Say 2 and not 2.0 in a sentence."""
    return int(limit) if limit == int(limit) else limit
