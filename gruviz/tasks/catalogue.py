"""Small tasks with a known gate story: the sequences, the metric, the goal, and what the gates should then show.

Each is one function in examples.py (rng, size, its own parameters) -> Batch and one entry of TASKS.
Words: `[tasks]`, `[tasks_about]`, `[task_stories]`, `[task_checks]`, `[task_metrics]`, `[task_parameters]`.
"""

from __future__ import annotations

from functools import lru_cache

from gruviz.inputs.parameters import Parameter
from gruviz.tasks import examples as made
from gruviz.tasks.characters import characters, korean
from gruviz.tasks.examples import BITS, COPIED, CUES
from gruviz.tasks.gate_stories import moves, opens, renews, tells
from gruviz.tasks.guessing import always, even, most_frequent_depth
from gruviz.tasks.task import (
    Defaults,
    Metric,
    Task,
    mean_error,
    root_mean_square,
    share_all_signs,
    share_right,
    share_within_half,
)
from gruviz.wording.problems import Problem

NOISE = Parameter("noise", 0.45, 0.0, 1.0, False, 0.05)
STEPS = {usual: Parameter("steps", usual, 5, 1000, True, 1) for usual in (30, 40, 60)}
RIGHT = Metric("right", "%", True, share_right)

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(
            "delayed_copy",
            (*COPIED, "go"),
            tuple(COPIED),
            "cross_entropy",
            RIGHT,
            guess=always(1 / len(COPIED)),
            goal=0.98,
            defaults=Defaults(init="chrono", t_max=60.0),
            parameters=(Parameter("gap", 20, 1, 500, True, 1), Parameter("jitter", 0.5, 0.0, 1.0, False, 0.1), NOISE),
            make=made.delayed_copy,
            symbols=True,
            label=made.copy_labels,
            due=made.copy_due,
            measure=opens(0.15),
            watch=("z", "hold"),
            clear=83,
        ),
        Task(
            "flip_flop",
            tuple(f"pulse {k + 1}" for k in range(BITS)),
            tuple(f"bit {k + 1}" for k in range(BITS)),
            "mse",
            Metric("all_bits", "%", True, share_all_signs),
            guess=always(1 / 2**BITS),
            goal=0.99,
            defaults=Defaults(init="chrono", t_max=40.0),
            parameters=(STEPS[60], Parameter("gap", 15, 2, 1000, True, 1)),
            make=made.flip_flop,
            label=made.flip_flop_labels,
            due=made.flip_flop_due,
            measure=renews(0.8),
            watch=("h", "hold"),
            clear=1,
        ),
        Task(
            "adding",
            ("value", "marker"),
            ("sum",),
            "mse",
            Metric("error", "", False, mean_error),
            guess=always(1 / 3),  # the mean |sum - 1| of two values uniform in [0, 1]
            goal=0.03,
            defaults=Defaults(),
            parameters=(STEPS[30],),
            make=made.adding,
            label=made.adding_labels,
            due=made.adding_due,
            measure=opens(0.2),
            watch=("z", "change"),
            clear=11,
        ),
        Task(
            "parity",
            ("bit",),
            ("even", "odd"),
            "cross_entropy",
            RIGHT,
            guess=even,
            goal=0.99,
            defaults=Defaults(),
            parameters=(STEPS[40], NOISE),
            make=made.parity,
            label=made.parity_labels,
            due=made.parity_due,
            measure=tells(0.12),
            watch=("r", "change"),
            clear=6,
        ),
        Task(
            "brackets",
            ("(", ")", "a"),
            ("depth",),
            "mse",
            Metric("depth", "%", True, share_within_half),
            guess=most_frequent_depth,
            goal=0.995,
            defaults=Defaults(init="chrono", t_max=20.0),
            parameters=(STEPS[40], Parameter("deepest", 5, 1, 20, True, 1)),
            make=made.brackets,
            symbols=True,
            label=made.bracket_labels,
            due=made.bracket_due,
            measure=opens(0.05),
            watch=("z", "change"),
            clear=1,
        ),
        Task(
            "sine",
            ("value", "present"),
            ("wave",),
            "mse",
            Metric("rms", "", False, root_mean_square),
            guess=always(0.5**0.5),  # the root of the mean square of a sine
            goal=0.1,
            defaults=Defaults(hidden_size=24, init="chrono", t_max=40.0),
            parameters=(Parameter("silent", 24, 5, 1000, True, 1),),
            make=made.sine,
            due=made.sine_due,
            measure=moves(0.25),
            watch=("z", "hold"),
            clear=4,
        ),
        characters(),
        korean(),
        Task(
            "distractors",
            tuple(CUES),
            tuple(CUES),
            "cross_entropy",
            RIGHT,
            guess=always(1 / len(CUES)),
            goal=0.99,
            defaults=Defaults(init="chrono", t_max=40.0),
            parameters=(STEPS[40], NOISE),
            make=made.distractors,
            symbols=True,
            label=made.distractor_labels,
            due=made.distractor_due,
            measure=opens(0.08, gate="r"),
            watch=("z", "hold"),
        ),
    )
}


_of_text = lru_cache(maxsize=8)(characters)  # a training asks for its task again and again


def task_of(name: str, text: str = "") -> Task:
    """A task by its name; `characters` on a text of one's own.

    Args:
        name: one of TASKS.
        text: for `characters` alone: what to learn; the rhyme it comes with where empty.

    Raises:
        Problem: there is no such task, or the text cannot be learned from.
    """
    if name not in TASKS:
        raise Problem("unknown_choice", option="task", found=name, choices=tuple(TASKS))
    return _of_text(text) if name == "characters" and text.strip() else TASKS[name]
