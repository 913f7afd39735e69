"""What a model's head says, held to the task's own metric, and what was due to the task's own batches."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import gruviz
from gruviz.inputs.sequence import Sequence
from gruviz.tasks.answers import Head, answers, explained, head_of, said, states_of, wrong
from gruviz.tasks.catalogue import TASKS
from gruviz.tasks.characters import OTHER, spelled
from gruviz.training.loop import evaluate
from gruviz.training.saved import shipped

SHARES = ("delayed_copy", "flip_flop", "parity", "brackets", "distractors")


HARDER = {"delayed_copy": {"gap": 120}, "distractors": {"noise": 1.0, "steps": 200}}
SPOILED = 1.0  # added to the head's weights, so that some answers are wrong


def batch_of(name, **parameters):
    return TASKS[name].held_out(20, 3, **parameters)


# ---- against the metric


@pytest.mark.parametrize("kind", ["torch", "split"])
@pytest.mark.parametrize("name", SHARES)
def test_the_share_of_right_answers_is_the_tasks_metric(name, kind):
    task, model, batch = TASKS[name], shipped(name, kind).model(), batch_of(name, **HARDER.get(name, {}))
    with torch.no_grad():
        model.fc.weight += torch.from_numpy(np.random.default_rng(1).normal(0, SPOILED, model.fc.weight.shape))
    head, trace = head_of(model, task), gruviz.trace(model, batch.x)
    found = [answers(head, trace, task.sequence(batch, k).target, k).wrong for k in range(batch.size)]
    judged = np.concatenate(found)
    assert int((~np.isnan(judged)).sum()) == int(batch.mask.sum())
    assert 1 - np.nanmean(judged) == pytest.approx(task.metric_of(evaluate(model, batch), batch), abs=1e-6)
    assert 0 < np.nanmean(judged) < 1


@pytest.mark.parametrize("name", ["adding", "sine"])
def test_where_only_near_and_far_exist_nothing_is_wrong_and_how_far_is_the_metric(name):
    task, model, batch = TASKS[name], shipped(name).model(), batch_of(name)
    found = answers(head_of(model, task), gruviz.trace(model, batch.x), task.sequence(batch, 0).target)
    assert np.isnan(found.wrong).all()
    off = (found.y - found.target)[batch.mask[0]]
    one = replace(batch, **{each: getattr(batch, each)[:1] for each in ("x", "target", "mask")})
    assert task.metric_of(found.y[None], one) == pytest.approx(
        float(np.abs(off).mean() if name == "adding" else np.sqrt(np.square(off).mean())), rel=1e-5
    )


def test_probabilities_are_those_the_bits_of_a_text_are_counted_by():
    task, model, batch = TASKS["korean"], shipped("korean").model(), batch_of("korean")
    found = answers(head_of(model, task), gruviz.trace(model, batch.x), task.sequence(batch, 0).target)
    assert found.kind == "classes"
    assert found.names == task.answers
    assert found.y.sum(1) == pytest.approx(1, abs=1e-5)
    given = found.y[np.arange(batch.steps), found.target[:, 0].astype(int)]
    one = replace(batch, **{each: getattr(batch, each)[:1] for each in ("x", "target", "mask")})
    assert -np.log2(given).mean() == pytest.approx(task.metric_of(evaluate(model, one), one), rel=1e-4)


@pytest.mark.parametrize("name", TASKS)
def test_what_is_said_is_what_the_models_own_head_says(name):
    task, model = TASKS[name], shipped(name).model()
    sequence = task.example()
    head, trace = head_of(model, task), gruviz.trace(model, sequence.x)
    with torch.no_grad():
        own = model.fc(model.states(torch.from_numpy(np.array(sequence.x)))[0])
    own = torch.softmax(own, -1) if head.kind == "classes" else own
    assert said(head, states_of(trace)) == pytest.approx(own.numpy(), abs=2e-6)


# ---- which head, and which it is not


def test_kinds_and_bounds_follow_the_task():
    heads = {name: head_of(shipped(name).model(), task) for name, task in TASKS.items()}
    assert {name for name, head in heads.items() if head.kind == "signs"} == {"flip_flop"}
    assert {name for name, head in heads.items() if head.kind == "numbers"} == {"adding", "brackets", "sine"}
    assert {name: head.within for name, head in heads.items() if head.within is not None} == {"brackets": 0.5}
    assert {name for name, head in heads.items() if not head.judges} == {"adding", "sine"}


def test_a_model_without_a_head_or_with_another_has_none():
    assert head_of(gruviz.TorchGRU(1, 4), TASKS["parity"]) is None
    assert head_of(torch.nn.GRU(1, 4), TASKS["parity"]) is None
    assert head_of(gruviz.TorchGRU(1, 4, out_features=3), TASKS["parity"]) is None


def test_a_head_over_two_directions_reads_both_side_by_side():
    model = gruviz.TorchGRU(2, 3, num_layers=2, bidirectional=True, out_features=2)
    x = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    head, trace = head_of(model, TASKS["parity"]), gruviz.trace(model, x)
    with torch.no_grad():
        own = torch.softmax(model.fc(model.states(torch.from_numpy(x))[0]), -1).numpy()
    assert said(head, states_of(trace)) == pytest.approx(own, abs=1e-6)
    assert said(head, states_of(trace, first=2, last=4)) == pytest.approx(own[2:5], abs=1e-6)
    found = explained(head, trace, 3, 1)
    assert {term.index for term in found.terms if term.kind == "output"} == set(range(6))


@pytest.mark.parametrize("shape", [(4, 2), (3, 1)])
def test_a_target_of_another_shape_is_refused(shape):
    head = Head("classes", ("a", "b"), None, np.zeros((2, 1), np.float32), np.zeros(2, np.float32))
    with pytest.raises(ValueError, match="target has shape"):
        wrong(head, np.zeros((4, 2)), np.zeros(shape))
    with pytest.raises(ValueError, match="reads 1 units"):
        said(head, np.zeros((4, 2), np.float32))


# ---- one number, taken apart


@pytest.mark.parametrize("name", TASKS)
def test_the_terms_of_an_output_add_up_to_it(name):
    task, model = TASKS[name], shipped(name, "split").model()
    trace = gruviz.trace(model, task.example().x)
    head = head_of(model, task)
    for time, output in ((0, 0), (trace.meta.steps - 1, task.output_size - 1)):
        found = explained(head, trace, time, output)
        assert len(found.terms) == head.w.shape[1] + 1
        assert sum(term.value for term in found.terms) == pytest.approx(found.total, abs=1e-9)
        assert all(term.value == term.weight * (1 if term.source is None else term.source) for term in found.terms)
        assert found.value == pytest.approx(float(said(head, states_of(trace))[time, output]), abs=2e-6)
        sizes = [abs(term.value) for term in found.terms]
        assert sizes == sorted(sizes, reverse=True)
    for time, output in ((trace.meta.steps, 0), (0, task.output_size), (0, -1)):
        with pytest.raises(ValueError, match=r"time|output"):
            explained(head, trace, time, output)


# ---- what is due


@pytest.mark.parametrize("name", TASKS)
def test_a_tasks_sequence_has_its_answers_as_numbers_where_they_are_due(name):
    task = TASKS[name]
    batch = task.held_out(2, 5)
    target = task.sequence(batch, 1).target
    assert target.dtype == np.float32
    assert not target.flags.writeable
    assert np.array_equal(~np.isnan(target).any(1), batch.mask[1])
    due = batch.target[1][batch.mask[1]].reshape(-1, target.shape[1])
    assert np.array_equal(target[batch.mask[1]], due)
    assert target.shape[1] == (1 if task.loss == "cross_entropy" else task.output_size)


def test_of_typed_text_the_next_symbol_is_due_if_the_model_knows_it():
    target = spelled("ab?c", ("a", "b", "c"), next_is_due=True).target
    assert target[:, 0] == pytest.approx([1, np.nan, 2, np.nan], nan_ok=True)
    assert spelled("ab", ("a", "b")).target is None
    assert spelled("a?", ("a", OTHER), next_is_due=True).target[0, 0] == 1


def test_a_target_is_part_of_a_sequence_and_must_fit_it():
    x = [[1.0], [2.0]]
    plain, due = Sequence(x), Sequence(x, target=[[np.nan], [1.0]])
    assert len({plain.digest, due.digest, Sequence(x, target=[[0.0], [1.0]]).digest}) == 3
    assert due == Sequence(x, target=np.array([[-np.nan], [1.0]]))
    for bad in ([[1.0]], [1.0, 2.0], np.zeros((2, 0))):
        with pytest.raises(ValueError, match="a row for each step"):
            Sequence(x, target=bad)
