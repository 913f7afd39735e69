"""What to train, the loop that trains it, the process it runs in, and trained models as files."""

from gruviz.training.loop import Trained, Training
from gruviz.training.plan import TrainingPlan

__all__ = ["Trained", "Training", "TrainingPlan"]
