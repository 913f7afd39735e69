"""How far two runs are apart, in numbers."""

from dataclasses import replace

from gruviz.app.compare.measures import answers_apart, sequences_for
from gruviz.app.compare.runs import run_of
from gruviz.app.compare.sides import (
    Comparison,
    sides_of,
)
from gruviz.app.settings import Settings
from gruviz.app.subject import reading
from gruviz.training.plan import TrainingPlan


def test_a_model_that_is_large_is_measured_on_fewer_sequences():
    plan = TrainingPlan("parity", "split", hidden_size=128, most_steps=100, parameters={"steps": 200})
    assert sequences_for(plan) < 512
    assert sequences_for(plan, 200) < 64
    wide = TrainingPlan(
        "characters", "split", hidden_size=1, most_steps=100, text="".join(map(chr, range(400, 640))) * 2
    )
    task = wide.made()
    steps = task.held_out(1, **wide.values).steps
    assert sequences_for(wide) * steps * task.input_size <= 4_000_000


def test_answers_that_do_not_mean_the_same_are_not_compared():
    runs = []
    for name in ("parity", "brackets"):
        settings = Settings(weights=name, source="task", task=name)
        (side, _), (sequence, _) = sides_of(settings, Comparison()), reading.sequence_of(settings, None)
        runs.append(run_of(side, sequence))
    assert answers_apart(*runs) is None
    assert answers_apart(runs[0], runs[0]).same == runs[0].trace.meta.steps
    assert answers_apart(replace(runs[0], head=None), runs[0]) is None
