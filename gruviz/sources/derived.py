"""Weights made of the weights of another source: converted, misread, closed, fitted, or those before the training.

The link names them by a text, such as "as.keras": the class's prefix and what is done. `parse_change` reads it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from gruviz.models.conventions import CONVENTIONS
from gruviz.models.converting import MISREADINGS, Written, built, convert, misread
from gruviz.models.equations import Reset
from gruviz.models.gru import MODELS, GRUModel
from gruviz.models.params import GRUParams
from gruviz.models.presets import resized
from gruviz.sources.source import ModelSource
from gruviz.sources.trained import Snapshot
from gruviz.training.plan import TrainingPlan, first_weights, model_of
from gruviz.training.saved import SavedModel
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

OPEN = 40.0  # pre-activation of r: sigmoid(40) is 1 to the last digit of a float


@dataclass(frozen=True)
class Derived(ModelSource):
    """Base of sources that change the numbers of another one.

    Args:
        base: the source they start from. It has one layer.
        change: what is done, one of `changes`.
    """

    prefix: ClassVar[str] = ""
    changes: ClassVar[Collection[str]] = ()

    base: ModelSource
    change: str

    @property
    def name(self) -> str:
        return self.base.name

    @property
    def link(self) -> str:
        """How a link and a file name the change."""
        return self.prefix + self.change

    @classmethod
    def title(cls, change: str, language: str) -> str:
        """The change in words, in one of LANGUAGES."""
        return words(language)["compare"][f"side_read_{change}"]

    @property
    def size(self) -> tuple[int, int]:
        units, rows = self.base.size
        if rows > 1:
            raise Problem("compare_layers")
        return units, rows

    @property
    def input_size(self) -> int | None:
        return self.base.input_size

    @property
    def unit_names(self) -> tuple[str, ...]:
        return self.base.unit_names

    @property
    def saved(self) -> SavedModel | None:
        return self.base.saved

    @property
    def plan(self) -> TrainingPlan | None:
        return self.base.plan

    def params(self, input_size: int) -> list[GRUParams]:
        return [self.model("split", input_size).params()]

    def base_params(self, input_size: int) -> GRUParams:
        """The numbers of the base, which has one layer.

        Raises:
            Problem: it has several layers, or its numbers cannot be made.
        """
        params, *more = self.base.params(input_size)
        if more:
            raise Problem("compare_layers")
        return params


@dataclass(frozen=True)
class Initial(Derived):
    """The weights a training began with; the base was trained.

    >>> from gruviz.sources.trained import Shipped
    >>> Initial(Shipped("parity", "torch"), "start").model("torch", 1).kind
    'torch'
    """

    changes = ("start",)

    @classmethod
    def title(cls, change: str, language: str) -> str:
        return words(language)["compare"]["side_start"]

    def model(self, kind: str, input_size: int) -> GRUModel:
        own = model_of(self.plan, first_weights(self.plan))
        model = MODELS[kind].from_params(resized(own.params(), input_size))
        model.fc = own.fc
        return model


@dataclass(frozen=True)
class Misread(Derived):
    """The function that a program computes which reads the numbers wrongly; see `gruviz.models.converting.misread`."""

    changes = tuple(MISREADINGS)

    def reset(self, kind: str) -> Reset:
        right = self.base.reset(kind)
        if self.change != "other_reset":
            return right
        return "before" if right == "after" else "after"

    def model(self, kind: str, input_size: int) -> GRUModel:
        return self._with_head(built(*misread(self.base_params(input_size), self.change, reset=self.base.reset(kind))))


@dataclass(frozen=True)
class ReadAs(Derived):
    """The function that a program computes which takes the arrays, stacked r | z | n, for those of a convention."""

    prefix = "as."
    changes = tuple(CONVENTIONS)

    def reset(self, kind: str) -> Reset:
        return CONVENTIONS[self.change].reset

    @classmethod
    def title(cls, change: str, language: str) -> str:
        return words(language)["compare"]["side_read_as"].format(title=CONVENTIONS[change].title)

    def model(self, kind: str, input_size: int) -> GRUModel:
        return self._with_head(built(*read_as(self.base_params(input_size), self.change)))


@dataclass(frozen=True)
class Converted(Derived):
    """The same function, stored in another convention and read back as that convention says."""

    prefix = "to."
    changes = tuple(CONVENTIONS)

    @classmethod
    def title(cls, change: str, language: str) -> str:
        return words(language)["compare"]["side_written_as"].format(title=CONVENTIONS[change].title)

    def model(self, kind: str, input_size: int) -> GRUModel:
        params, reset, to = self.base_params(input_size), self.base.reset(kind), CONVENTIONS[self.change]
        if to.reset != reset:
            raise Problem("compare_placement", title=to.title)
        if to.biases == "one" and reset == "after" and params.gate("b_hh", "n").any():
            raise Problem("compare_bias", title=to.title)
        return self._with_head(built(convert(params, to.name, reset=reset).read(), reset))


@dataclass(frozen=True)
class Closed(Derived):
    """The numbers, changed so that both placements of the reset gate are one function.

    The changes: "r1" makes the reset gate 1 everywhere; "diagonal" leaves only the diagonal of U_n and sets b_hn to 0;
    "first" sets b_hn to 0, which is enough at the first step of a run that starts from h = 0.
    """

    changes = ("r1", "diagonal", "first")

    @classmethod
    def title(cls, change: str, language: str) -> str:
        return words(language)["compare"][f"closing_{change}"]

    @property
    def steps(self) -> int | None:
        return 1 if self.change == "first" else None

    def model(self, kind: str, input_size: int) -> GRUModel:
        return self._with_head(MODELS[kind].from_params(closed(self.base_params(input_size), self.change)))


@dataclass(frozen=True)
class Fitted(Derived):
    """The nearest numbers that reset before the matrix, for one input.

    Args:
        reads: digest of that input; "" until the fit is there.
        fit: the numbers found.
    """

    changes = ("fit",)

    reads: str = ""
    fit: GRUParams | None = field(default=None, compare=False, repr=False)

    def reset(self, kind: str) -> Reset:
        return "before"

    def model(self, kind: str, input_size: int) -> GRUModel:
        return self._with_head(
            MODELS["split"].from_params(self.base_params(input_size) if self.fit is None else self.fit)
        )


DERIVED = (Initial, Misread, ReadAs, Converted, Closed, Fitted)


def parse_change(link: str) -> tuple[type[Derived], str] | None:
    """Return the class and the change that a link's text names; None where it names none.

    >>> parse_change("as.keras"), parse_change("as.nothing")
    ((<class 'gruviz.sources.derived.ReadAs'>, 'keras'), None)
    """
    for each in DERIVED:
        change = link.removeprefix(each.prefix)
        if link == each.prefix + change and change in each.changes:
            return each, change
    return None


def change_title(link: str, language: str) -> str:
    """Return what was done with weights in words; "" where the text names nothing that is known.

    Args:
        link: the `link` of a `Derived` or of a `Snapshot`.
        language: one of LANGUAGES.
    """
    if link.startswith(Snapshot.prefix):
        return Snapshot.title(link.removeprefix(Snapshot.prefix), language)
    found = parse_change(link)
    return "" if found is None else found[0].title(found[1], language)


def derive(base: ModelSource, link: str) -> ModelSource:
    """Return a source changed as a link's text says; the source itself where the text is ""."""
    if not link:
        return base
    kind, change = parse_change(link)
    return kind(base, change)


def read_as(params: GRUParams, convention: str) -> tuple[GRUParams, Reset]:
    """Return what a program runs that takes arrays stacked r | z | n for those of a convention.

    Args:
        params: the numbers.
        convention: one of CONVENTIONS.

    Returns:
        The numbers and the placement of the reset gate whose function is that program's.
    """
    how = CONVENTIONS[convention]
    b_ih, b_hh = params.b_ih, params.b_hh
    if how.biases == "one":
        b_ih, b_hh = b_ih + b_hh, np.zeros_like(b_hh)
    arrays = Written(replace(how, transposed=False, biases="two"), params.w_ih, params.w_hh, b_ih, b_hh)
    return arrays.read(), how.reset


def closed(params: GRUParams, change: str) -> GRUParams:
    """Return the numbers with one of the changes of `Closed`."""
    w_ih, w_hh, b_ih, b_hh = (np.array(each) for each in (params.w_ih, params.w_hh, params.b_ih, params.b_hh))
    units = params.hidden_size
    if change == "r1":
        w_ih[:units] = w_hh[:units] = 0
        b_ih[:units], b_hh[:units] = OPEN, 0
    else:
        b_hh[2 * units :] = 0
        if change == "diagonal":
            w_hh[2 * units :] *= np.eye(units, dtype=w_hh.dtype)
    return GRUParams(w_ih, w_hh, b_ih, b_hh)
