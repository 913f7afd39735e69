"""Trained models as files: saved with the plan that made them, opened with every name and shape checked, shipped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from gruviz.models.gru import GRUModel
from gruviz.models.params import GRUParams
from gruviz.models.safetensors_file import from_bytes, to_bytes
from gruviz.training.loop import Trained
from gruviz.training.plan import TrainingPlan, Weights, first_weights, model_of
from gruviz.wording.problems import Problem

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "models"
SHIPPED_KINDS = ("torch", "split")


@dataclass(frozen=True, eq=False)
class SavedModel:
    """A model with its head, as it stands in a file.

    Args:
        plan: what was trained.
        weights: name -> float32 array, read-only.
        card: text -> text: task, model, seed, steps, metric, baseline, goal, ...
    """

    plan: TrainingPlan
    weights: Weights
    card: dict[str, str]

    @property
    def altered(self) -> str:
        """What was done with the weights since the training, by the name the app has for it; "" for nothing."""
        return self.card.get("altered", "")

    def model(self) -> GRUModel:
        """A model that holds the weights."""
        return model_of(self.plan, self.weights)

    @cached_property
    def params(self) -> GRUParams:
        """Its GRU's own numbers, read once."""
        return self.model().params()


def saved(trained: Trained, **card: str) -> bytes:
    """A trained model as a safetensors file whose metadata holds the plan and a card.

    Args:
        trained: its newest trustworthy weights are saved.
        **card: more entries of the card.
    """
    task = trained.plan.made()
    told = {
        "steps": str(trained.snapshots[-1][0]),
        "outcome": trained.outcome,
        "metric_name": task.metric.name,
        "metric": f"{trained.metric_of_weights():.6g}",
        "baseline": f"{trained.plan.baseline:.6g}",
        "goal": f"{task.goal:.6g}",
    }
    return as_file(trained.plan, trained.weights, **told | card)


def as_file(plan: TrainingPlan, weights: Weights, **card: str) -> bytes:
    """Weights of a plan's model as `saved` writes them, wherever they come from.

    Args:
        plan: whose task and model they are of.
        weights: as `gruviz.training.plan.weights_of` gives them.
        **card: more entries of the card.

    >>> plan = TrainingPlan("parity")
    >>> opened(as_file(plan, first_weights(plan), altered="start")).altered
    'start'
    """
    told = {
        "made_with": "gruviz",
        "task": plan.task,
        "model": plan.model,
        "seed": str(plan.seed),
        "plan": json.dumps({**asdict(plan), "parameters": plan.values}, ensure_ascii=False),
    }
    return to_bytes(weights, told | card)


def opened(data: bytes) -> SavedModel:
    """Read what `saved` wrote; the file may come from anyone.

    Raises:
        Problem: no safetensors file, no plan in it, a bad plan, or weights that are not those of its plan.
    """
    weights, card = from_bytes(data)
    try:
        given = json.loads(card["plan"])
        if not isinstance(given["text"], str):
            raise TypeError("text")
        plan = TrainingPlan(**{one.name: given[one.name] for one in fields(TrainingPlan)})
    except Problem:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise Problem("model_file_weights", why="no plan") from None
    wanted = first_weights(plan)
    if set(weights) != set(wanted):
        raise Problem("model_file_weights", why="other names")
    for name, value in wanted.items():
        if weights[name].shape != value.shape or weights[name].dtype != value.dtype:
            raise Problem("model_file_weights", why=f"{name} is {weights[name].dtype} {weights[name].shape}")
        if not np.isfinite(weights[name]).all():
            raise Problem("model_file_weights", why=f"{name} holds no finite numbers")
    return SavedModel(plan, weights, card)


def plain_weights(weights: Weights) -> Weights:
    """The weights alone of a "torch" model as plain `nn.GRU(batch_first=True)` names them, without the head.

    >>> sorted(plain_weights(first_weights(TrainingPlan("parity"))))
    ['bias_hh_l0', 'bias_ih_l0', 'weight_hh_l0', 'weight_ih_l0']
    """
    return {name.removeprefix("gru."): value for name, value in weights.items() if name.startswith("gru.")}


def head_weights(weights: Weights) -> Weights:
    """The weights of the head alone, as `nn.Linear` names them."""
    return {name.removeprefix("fc."): value for name, value in weights.items() if name.startswith("fc.")}


@cache
def shipped(task: str, kind: str = "torch") -> SavedModel:
    """The model of a task that comes with gruviz.

    Args:
        task: one of TASKS.
        kind: "torch" or "split".

    Raises:
        FileNotFoundError: there is none.
    """
    return opened((FOLDER / f"{task}_{kind}.safetensors").read_bytes())
