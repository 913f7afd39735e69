"""A trained model as a PyTorch file."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import torch

from gruviz.training.plan import TrainingPlan, Weights
from gruviz.training.saved import plain_weights


def state_dict_file(plan: TrainingPlan, weights: Weights) -> bytes:
    """What `torch.save` writes of the weights, for `load_state_dict`.

    Args:
        plan: whose model it is.
        weights: as a training keeps them.

    Returns:
        For "torch": a file that plain `nn.GRU(inputs, units, batch_first=True)` loads, without the head.
        For "split" and "concat": one that `SplitGRU` or `ConcatGRU` with `out_features` loads.
    """
    chosen = plain_weights(weights) if plan.model == "torch" else weights
    file = BytesIO()
    torch.save({name: torch.from_numpy(np.array(value)) for name, value in chosen.items()}, file)
    return file.getvalue()
