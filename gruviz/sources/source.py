"""Base class of all model sources."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Self

from gruviz.models.equations import Reset
from gruviz.models.gru import MODELS, GRUModel, TorchGRU
from gruviz.models.params import GRUParams
from gruviz.tasks.task import Task
from gruviz.tracing.gate_trace import GateTrace
from gruviz.training.plan import TrainingPlan
from gruviz.training.saved import SavedModel
from gruviz.wording.words import words

OpenModel = Callable[[str], SavedModel | None]


@dataclass(frozen=True)
class Focus:
    """A place in a trace that a story speaks of.

    Args:
        gate: "r", "z", "n" or "h".
        step: the step to look at.
        unit: the unit to look at.
        first, last: the steps to frame.
        units: the units to frame; () for none.
    """

    gate: str
    step: int
    unit: int
    first: int
    last: int
    units: tuple[int, ...] = ()


class ModelSource(ABC):
    """Source of a model's weights.

    Subclasses are frozen dataclasses whose compared fields are plain values: they make the source equal to another one
    and are the key of caches. What is large, such as arrays, is a field with `compare=False`.

    A source gives numbers. Which equations run them, "split", "concat" or "torch", is the model's kind; `has_toggle`
    says whether the visitor may choose it.
    """

    has_toggle: ClassVar[bool] = True
    activations: ClassVar[tuple[str, str]] = ("sigmoid", "tanh")  # of the gates, of the candidate
    is_random: ClassVar[bool] = False

    @property
    @abstractmethod
    def name(self) -> str:
        """The key of the source's texts, and its value of `weights` in a link."""

    @abstractmethod
    def params(self, input_size: int) -> list[GRUParams]:
        """Return the numbers of every layer and direction.

        Args:
            input_size: numbers a step; inputs the weights were not made for get weight 0.

        Raises:
            Problem: they cannot be made; the sentence says why.
        """

    @property
    @abstractmethod
    def size(self) -> tuple[int, int]:
        """Units, and entries of the layer axis; nothing is computed for it."""

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Everything the numbers follow from, as plain values."""
        values = (getattr(self, each.name) for each in fields(self) if each.compare)
        return type(self).__name__, *(each.key if isinstance(each, ModelSource) else each for each in values)

    @property
    def saved(self) -> SavedModel | None:
        """The trained model whose numbers these are; None where nothing was learned."""
        return None

    @property
    def plan(self) -> TrainingPlan | None:
        """The training that the numbers come from; None where nothing was learned."""
        return None if self.saved is None else self.saved.plan

    @cached_property
    def task(self) -> Task | None:
        """The task that was learned; None where nothing was."""
        return None if self.plan is None else self.plan.made()

    @property
    def symbols(self) -> Task | None:
        """The task that was learned, where each of its inputs is a symbol that can be typed; None elsewhere.

        The task's `unit` is "" where it is no text. The visitor's own text is in the task.
        """
        return self.task if self.task is not None and self.task.symbols else None

    @property
    def input_size(self) -> int | None:
        """Inputs the weights were made for; None where they are made for any number."""
        return None

    def is_native(self, kind: str) -> bool:
        """Whether a kind of model computes with the numbers what they were made for."""
        return self.plan is None or (kind == "torch") == (self.plan.model == "torch")

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Names of the units; () where they have none."""
        return ()

    @property
    def seed(self) -> int | None:
        """Seed that random weights are drawn with; None for others."""
        return None

    @property
    def steps(self) -> int | None:
        """Steps of a sequence that the source is run on; None for all."""
        return None

    def model(self, kind: str, input_size: int) -> GRUModel:
        """Build the model that runs the numbers, with the head that was trained with them.

        Args:
            kind: "split", "concat" or "torch"; ignored where the source has no choice of it.
            input_size: numbers a step.

        Raises:
            Problem: as `params`.
        """
        params = self.params(input_size)
        if kind == "torch":
            model = TorchGRU.from_params(params, bidirectional=self.is_bidirectional)
        else:
            model = MODELS[kind].from_params(params[0])
        return self._with_head(model)

    @property
    def is_bidirectional(self) -> bool:
        """Whether every second set of numbers reads the sequence backward."""
        return False

    def reset(self, kind: str) -> Reset:
        """Return where the reset gate acts in the model of a kind: "before" or "after" the matrix."""
        return "after" if kind == "torch" else "before"

    def _with_head(self, model: GRUModel) -> GRUModel:
        if self.saved is not None:  # the head reads the states, whatever equations make them
            model.fc = self.saved.model().fc
        return model


class Origin(ModelSource):
    """A source that a link names by its field `weights`, and by `link_fields`, which `from_link` reads."""

    link_fields: ClassVar[tuple[str, ...]] = ()
    menu: ClassVar[str]  # key of the title they have in the menu of weights
    is_in_link: ClassVar[bool] = True  # whether the link makes the same weights on any server

    @classmethod
    def fields_for(cls, name: str, kind: str) -> tuple[str, ...]:
        """Return those of `link_fields` that count for weights of a name and a kind of model."""
        return cls.link_fields

    @classmethod
    @abstractmethod
    def from_link(cls, values: Mapping[str, Any], open_model: OpenModel) -> Self:
        """Return the source that the fields of a link make.

        Args:
            values: the fields, each of its own type; `weights` is a name of this class.
            open_model: gives the visitor's model of a name.

        Raises:
            Problem: a model is not there any more.
        """

    @abstractmethod
    def to_link(self) -> dict[str, Any]:
        """Return the fields of a link that make the source; `from_link` gives it back."""

    @classmethod
    def opening(cls, name: str) -> dict[str, Any]:
        """Return the fields of the sequence that shows the story of the weights of a name; {} where there is none."""
        return {}

    @property
    def has_story(self) -> bool:
        """Whether the weights have a story, which `opening` gives the sequence for."""
        return bool(self.opening(self.name))

    @classmethod
    def title_of(cls, name: str, language: str) -> str:
        """Return the name on the page of weights with a key, in one of LANGUAGES."""
        return words(language)["weights"][name]

    @classmethod
    def about(cls, name: str, language: str) -> str:
        """Return what a menu says of weights of a name; "" for nothing."""
        return ""

    def title(self, language: str) -> str:
        """Return the name of the weights on the page, in one of LANGUAGES."""
        return self.title_of(self.name, language)

    def sentence(self, language: str, trace: GateTrace) -> str:
        """Return one sentence about a trace of the weights; Markdown with links to `focuses`."""
        return words(language)["sentences"][self.name]

    def story(self, language: str) -> str:
        """Return the story of the weights; Markdown with links to `focuses`."""
        return words(language)["stories"][self.name]

    @property
    def home(self) -> tuple[int, int] | None:
        """Step and unit to open on whatever the sequence is; None where the story alone decides."""
        return None

    def focuses(self, steps: int, example: int, parameters: tuple[tuple[str, float], ...]) -> dict[str, Focus]:
        """Return the places that `sentence` and `story` lead to, by name.

        Args:
            steps: length of the trace.
            example: seed of the sequence.
            parameters: of the sequence, every one by name.
        """
        return {}
