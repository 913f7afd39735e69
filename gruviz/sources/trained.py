"""Weights that were trained: shipped with gruviz, kept by a visitor, or of a moment of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Self

from gruviz.models.equations import Reset
from gruviz.models.gru import MODELS, GRUModel
from gruviz.models.params import GRUParams
from gruviz.models.presets import resized
from gruviz.sources.source import Focus, ModelSource, OpenModel, Origin
from gruviz.tasks.catalogue import TASKS
from gruviz.tracing.trace import trace
from gruviz.training.plan import TrainingPlan, Weights, model_of
from gruviz.training.saved import SavedModel, shipped
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

MEASURED = 32  # sequences on which the units that carry a task's memory are found
LONGEST_STEP = 11  # digits of a step that are shown


class Trained(ModelSource):
    """Base of sources that hold a `SavedModel`."""

    def params(self, input_size: int) -> list[GRUParams]:
        return [resized(self.saved.params, input_size)]

    @property
    def size(self) -> tuple[int, int]:
        return self.plan.hidden_size, 1

    @property
    def input_size(self) -> int:
        return self.saved.params.input_size


@dataclass(frozen=True)
class Shipped(Trained, Origin):
    """The model of a task that comes with gruviz. Of each task there are two.

    Args:
        task_name: one of `gruviz.tasks.catalogue.TASKS`.
        trained_as: "torch" or "split", the equations it was trained with.

    >>> Shipped("parity", "torch").plan.task, Shipped("parity", "torch").is_native("split")
    ('parity', False)
    """

    task_name: str
    trained_as: str

    link_fields = ("trained",)
    menu = "weights_trained"

    @property
    def name(self) -> str:
        return self.task_name

    @classmethod
    def from_link(cls, values: Mapping[str, Any], open_model: OpenModel) -> Self:
        return cls(values["weights"], values["trained"])

    def to_link(self) -> dict[str, Any]:
        return {"weights": self.task_name, "trained": self.trained_as}

    @classmethod
    def opening(cls, name: str) -> dict[str, Any]:
        return {"source": "task", "task": name, "sseed": TASKS[name].clear, "parameters": ()}

    @property
    def saved(self) -> SavedModel:
        return shipped(self.task_name, self.trained_as)

    @classmethod
    def title_of(cls, name: str, language: str) -> str:
        return words(language)["tasks"][name]

    @classmethod
    def about(cls, name: str, language: str) -> str:
        return words(language)["tasks_about"][name]

    def story(self, language: str) -> str:
        w, card = words(language), self.saved.card
        measured = {key: self.task.metric.written(float(card[key])) for key in ("metric", "baseline")}
        about = w["page"]["trained_card"].format(
            model=w["models"][card["model"]],
            metric=w["task_metrics"][card["metric_name"]],
            reached=measured["metric"],
            baseline=measured["baseline"],
            steps=int(card["steps"]),
        )
        return "\n\n".join([w["task_stories"][self.name], w["tasks_about"][self.name], about])

    def focuses(self, steps: int, example: int, parameters: tuple[tuple[str, float], ...]) -> dict[str, Focus]:
        units = carrying_units(self.task_name, self.trained_as)
        first, last = watched_steps(self.task_name, example, parameters)
        step = (first + last) // 2
        gates = {"watch": TASKS[self.task_name].watch[0], "candidate": "n"}
        return {name: Focus(gate, step, units[0], first, last, units) for name, gate in gates.items()}


@lru_cache(maxsize=256)
def watched_steps(task: str, example: int, parameters: tuple[tuple[str, float], ...]) -> tuple[int, int]:
    """Return the steps of an example that the story of a task is about, first and last."""
    return TASKS[task].watched(TASKS[task].held_out(1, example, **dict(parameters)))


@lru_cache(maxsize=32)
def carrying_units(task: str, trained_as: str) -> tuple[int, ...]:
    """Return the units of a shipped model that carry what its task has to remember, most first."""
    batch = TASKS[task].held_out(MEASURED)
    model = shipped(task, trained_as).model()
    return TASKS[task].check(trace(model, batch.x), batch).units or (0,)


@dataclass(frozen=True)
class Opened(Trained, Origin):
    """A model that a visitor trained or opened.

    Args:
        digest: the name it is kept under.
        file: the model.
    """

    digest: str
    file: SavedModel = field(compare=False, repr=False)

    link_fields = ("mine",)
    menu = "weights_own"
    is_in_link = False

    @property
    def name(self) -> str:
        return "mine"

    @classmethod
    def from_link(cls, values: Mapping[str, Any], open_model: OpenModel) -> Self:
        file = open_model(values["mine"])
        if file is None:
            raise Problem("model_gone")
        return cls(values["mine"], file)

    def to_link(self) -> dict[str, Any]:
        return {"weights": self.name, "mine": self.digest}

    @property
    def saved(self) -> SavedModel:
        return self.file


@dataclass(frozen=True)
class Snapshot(ModelSource):
    """The weights of a training after some steps, run by the equations that it trains.

    Args:
        training: name of the training in this process.
        step: optimisation steps done.
        training_plan: its plan.
        weights: its weights at that step.
    """

    has_toggle: ClassVar[bool] = False

    training: str
    step: int
    training_plan: TrainingPlan = field(compare=False)
    weights: Weights = field(compare=False, repr=False)

    prefix: ClassVar[str] = "at."

    @property
    def name(self) -> str:
        return "snapshot"

    @property
    def change(self) -> str:
        """The training and the step, as a link has them."""
        return f"{self.training}.{self.step}"

    @property
    def link(self) -> str:
        """How a link and a file name the source."""
        return self.prefix + self.change

    @classmethod
    def title(cls, change: str, language: str) -> str:
        """A moment of a training in words, in one of LANGUAGES."""
        step = change.rpartition(".")[2]
        step = f"{int(step):,}" if step.isdecimal() and len(step) <= LONGEST_STEP else "?"
        return words(language)["compare"]["side_training"].format(step=step)

    @property
    def plan(self) -> TrainingPlan:
        return self.training_plan

    def reset(self, kind: str) -> Reset:
        return super().reset(self.plan.model)

    def params(self, input_size: int) -> list[GRUParams]:
        return [resized(model_of(self.plan, self.weights).params(), input_size)]

    @property
    def size(self) -> tuple[int, int]:
        return self.plan.hidden_size, 1

    @property
    def input_size(self) -> int:
        return self.plan.made().input_size

    def model(self, kind: str, input_size: int) -> GRUModel:
        own = model_of(self.plan, self.weights)
        model = MODELS[self.plan.model].from_params(resized(own.params(), input_size))
        model.fc = own.fc
        return model
