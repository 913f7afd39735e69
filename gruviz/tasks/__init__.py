"""Sequences with an answer due, a metric, what guessing reaches, and a gate story in numbers."""

from gruviz.tasks.catalogue import TASKS, task_of
from gruviz.tasks.task import Task

__all__ = ["TASKS", "Task", "task_of"]
