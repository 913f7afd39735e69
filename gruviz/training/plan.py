"""What to train: one validated value; and the model that holds a training's weights."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch

from gruviz.inputs.parameters import MAX_SEED
from gruviz.models.gru import MODELS, GRUModel
from gruviz.models.random_weights import random_params
from gruviz.tasks.catalogue import task_of
from gruviz.tasks.task import Task
from gruviz.wording.problems import Problem

INITS = ("default", "chrono")
MOST_CELLS = 4_000_000  # batch x steps x units: about 300 MB while gradients are computed
# setting: lowest, highest, whole
LIMITS = {
    "hidden_size": (1, 128, True),
    "learning_rate": (1e-6, 100.0, False),
    "batch_size": (1, 512, True),
    "most_steps": (1, 50_000, True),
    "seed": (0, MAX_SEED, True),
    "clip": (0.001, 1000.0, False),
    "t_max": (2.5, 100_000.0, False),
    "snapshots": (2, 200, True),
}

Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class TrainingPlan:
    """Everything that makes a training: the same plan gives the same weights, to the bit, on one thread.

    What is left None takes the task's own default.

    Args:
        task: one of TASKS.
        model: "split", "concat" or "torch".
        hidden_size: units, 1 to 128.
        learning_rate: of Adam.
        init: "default" (torch's own distribution) or "chrono" (update bias log U(1, t_max - 1)).
        t_max: longest memory of chrono, in steps.
        seed: of the first weights and of the sequences trained on.
        batch_size: sequences a step.
        most_steps: where training ends at the latest.
        clip: largest norm of the gradient.
        snapshots: how many weights are kept, at log-spaced steps from 0 to most_steps.
        parameters: the task's own, as a mapping or pairs; the rest keep their defaults.
        text: for the task "characters": the text to learn, the rhyme it comes with where empty.

    Raises:
        Problem: a bad value; the sentence says which and what is accepted.

    Source: Kingma, Ba 2015 (arXiv:1412.6980) for Adam; Tallec, Ollivier 2018 (arXiv:1804.11188) for chrono.

    >>> plan = TrainingPlan("delayed_copy", hidden_size=8)
    >>> plan.hidden_size, plan.init, plan.values
    (8, 'chrono', {'gap': 20, 'jitter': 0.5, 'noise': 0.45})
    """

    task: str
    model: str = "torch"
    hidden_size: int | None = None
    learning_rate: float | None = None
    init: str | None = None
    t_max: float | None = None
    seed: int = 0
    batch_size: int | None = None
    most_steps: int | None = None
    clip: float = 1.0
    snapshots: int = 40
    parameters: tuple[tuple[str, float], ...] | Mapping[str, float] = field(default=())
    text: str = ""

    def __post_init__(self) -> None:
        """Fill in the task's defaults and check every value."""
        task = self.made()
        for option, found, choices in (("model", self.model, tuple(MODELS)), ("init", self.init, (None, *INITS))):
            if found not in choices:
                raise Problem("unknown_choice", option=option, found=found, choices=tuple(c for c in choices if c))
        if self.init is None:
            object.__setattr__(self, "init", task.defaults.init)
        for name in LIMITS:
            given = getattr(self, name)
            object.__setattr__(self, name, _checked(name, getattr(task.defaults, name) if given is None else given))
        if self.task != "characters":
            object.__setattr__(self, "text", "")
        parameters = task.checked(dict(self.parameters))
        object.__setattr__(self, "parameters", tuple(parameters.items()))
        steps = task.held_out(1, **parameters).steps
        cells = self.batch_size * steps * self.hidden_size
        if cells > MOST_CELLS:
            raise Problem(
                "training_too_large",
                batch=self.batch_size,
                steps=steps,
                units=self.hidden_size,
                cells=cells,
                limit=MOST_CELLS,
            )

    @property
    def values(self) -> dict[str, float]:
        """The task's parameters by name."""
        return dict(self.parameters)

    @property
    def baseline(self) -> float:
        """What guessing reaches on the sequences of this plan."""
        return self.made().baseline_at(**self.values)

    def made(self) -> Task:
        """The task itself."""
        return task_of(self.task, self.text)

    def snapshot_steps(self) -> tuple[int, ...]:
        """The steps at which weights are kept: 0, then log-spaced up to most_steps.

        >>> TrainingPlan("parity", most_steps=100, snapshots=4).snapshot_steps()
        (0, 1, 10, 100)
        """
        spaced = np.geomspace(1, self.most_steps, self.snapshots - 1).round().astype(int)
        return (0, *np.unique(np.append(spaced, self.most_steps)).tolist())


def first_weights(plan: TrainingPlan) -> Weights:
    """The weights a training begins with; torch's random state is left as it was."""
    task = plan.made()
    params = random_params(
        task.input_size, plan.hidden_size, [plan.seed, 1], chrono=plan.t_max if plan.init == "chrono" else None
    )
    rng = np.random.default_rng([plan.seed, 2])
    bound = 1 / math.sqrt(plan.hidden_size)
    with torch.random.fork_rng(devices=[]):  # building a module draws from it
        weights = weights_of(MODELS[plan.model].from_params(params))
    weights["fc.weight"] = rng.uniform(-bound, bound, (task.output_size, plan.hidden_size)).astype(np.float32)
    weights["fc.bias"] = rng.uniform(-bound, bound, task.output_size).astype(np.float32)
    return weights


def model_of(plan: TrainingPlan, weights: Weights | None = None) -> GRUModel:
    """The plan's model with its head `fc`, holding these weights; the ones training begins with where None.

    Raises:
        RuntimeError: the weights are not of this plan's model.
    """
    task = plan.made()
    with torch.random.fork_rng(devices=[]):
        model = MODELS[plan.model](task.input_size, plan.hidden_size, out_features=task.output_size)
    given = first_weights(plan) if weights is None else weights
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in given.items()})
    return model


def weights_of(model: GRUModel) -> Weights:
    """A model's weights and its head's as arrays of their own, by name."""
    return {name: value.detach().numpy().copy() for name, value in model.state_dict().items()}


def _checked(name: str, value: object) -> int | float:
    low, high, whole = LIMITS[name]
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not low <= value <= high:
        raise Problem("training_range", setting=name, found=str(value), low=low, high=high)
    if whole and value != int(value):
        raise Problem("training_whole", setting=name, found=str(value), low=low, high=high)
    return int(value) if whole else float(value)
