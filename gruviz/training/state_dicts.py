"""A trained model as a PyTorch file."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import torch

from gruviz.models.gru import MODELS
from gruviz.training.plan import TrainingPlan, Weights
from gruviz.training.saved import head_weights, plain_weights

MOST_NAMED = 9


def state_dict_file(plan: TrainingPlan, weights: Weights) -> bytes:
    """What `torch.save` writes of the weights, for `load_state_dict`.

    Args:
        plan: whose model it is.
        weights: as a training keeps them.

    Returns:
        For "torch": a file of {"gru": ..., "head": ...}, the parts that plain `nn.GRU(inputs, units, batch_first=True)`
        and `nn.Linear(units, outputs)` load. For "split" and "concat": one that `SplitGRU` or `ConcatGRU` with
        `out_features` loads. See `loading`.
    """
    held = _tensors(weights)
    if plan.model == "torch":
        held = {"gru": _tensors(plain_weights(weights)), "head": _tensors(head_weights(weights))}
    file = BytesIO()
    torch.save(held, file)
    return file.getvalue()


def _tensors(weights: Weights) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}


def loading(plan: TrainingPlan, file: str, steps: int) -> str:
    """The lines of Python that open what `state_dict_file` wrote and compute the model's predictions.

    Args:
        plan: whose model it is.
        file: the name it is saved under.
        steps: of the input in the example.

    >>> print(loading(TrainingPlan("parity"), "parity.pt", 40).splitlines()[-1])
    predictions = head(gru(x)[0])  # (sequence, step, output): even, odd
    """
    task = plan.made()
    inputs, units, outputs = task.input_size, plan.hidden_size, task.output_size
    given = f"x = torch.zeros(1, {steps}, {inputs})  # (sequence, step, input): {_named(task.channels)}"
    output_names = f"# (sequence, step, output): {_named(task.answers)}"
    if plan.model == "torch":
        return "\n".join(
            [
                "import torch",
                "from torch import nn",
                f'weights = torch.load("{file}", weights_only=True)',
                f"gru, head = nn.GRU({inputs}, {units}, batch_first=True), nn.Linear({units}, {outputs})",
                'gru.load_state_dict(weights["gru"])',
                'head.load_state_dict(weights["head"])',
                given,
                f"predictions = head(gru(x)[0])  {output_names}",
            ]
        )
    name = MODELS[plan.model].__name__
    return "\n".join(
        [
            "import torch",
            "import gruviz",
            f"model = gruviz.{name}({inputs}, {units}, out_features={outputs})",
            f'model.load_state_dict(torch.load("{file}", weights_only=True))',
            given,
            f"predictions = model.fc(model.states(x)[0])  {output_names}",
        ]
    )


def _named(names: tuple[str, ...]) -> str:
    # a text's symbols may be anything; a comment ends with its line
    written = ", ".join(name if name.isprintable() else "?" for name in names[:MOST_NAMED])
    return written + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
