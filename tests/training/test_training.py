"""The loop: the same plan gives the same weights, pieces give what one run gives, and a bad end says what it did."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

import gruviz
from gruviz.tasks.catalogue import TASKS
from gruviz.training.loop import EVERY, Training, evaluate
from gruviz.training.plan import LIMITS, MODELS, TrainingPlan, first_weights, model_of
from gruviz.wording.problems import Problem, placeholders
from gruviz.wording.words import words

SMALL = {"hidden_size": 5, "batch_size": 8, "most_steps": 60, "parameters": {"gap": 3}}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=list(MODELS))
def small(request):
    return TrainingPlan("delayed_copy", request.param, **SMALL)


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def endless(training):
    """So that an easy goal does not end the test early."""
    better = training.task.metric.higher_is_better
    training.task = replace(training.task, goal=math.inf if better else -math.inf)
    return training


# ---- the plan


def test_what_is_left_out_takes_the_tasks_own_defaults():
    for name, task in TASKS.items():
        plan = TrainingPlan(name)
        for setting in ("hidden_size", "learning_rate", "batch_size", "most_steps", "init", "t_max"):
            assert getattr(plan, setting) == getattr(task.defaults, setting)
        assert plan.values == {p.name: p.default for p in task.parameters}


def test_equal_plans_are_equal_hash_and_travel():
    plan = TrainingPlan("delayed_copy", parameters={"gap": 5})
    assert plan == TrainingPlan("delayed_copy", parameters=(("gap", 5),))
    assert plan == pickle.loads(pickle.dumps(plan))
    assert hash(plan) == hash(replace(plan))
    assert plan != replace(plan, seed=1)
    assert plan == replace(plan, text="only characters reads a text")


@pytest.mark.parametrize("setting", LIMITS)
def test_a_setting_out_of_range_is_refused_by_name(setting):
    low, high, whole = LIMITS[setting]
    for bad in (low - 1, high + 1, math.nan, math.inf, "many", True):
        with pytest.raises(Problem) as caught:
            TrainingPlan("parity", **{setting: bad})
        assert (caught.value.key, caught.value.fields["setting"]) == ("training_range", setting)
    if whole:
        with pytest.raises(Problem) as caught:
            TrainingPlan("parity", **{setting: low + 0.5})
        assert caught.value.key == "training_whole"


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"task": "chess"}, "unknown_choice"),
        ({"model": "lstm"}, "unknown_choice"),
        ({"init": "zeros"}, "unknown_choice"),
        ({"parameters": {"gap": 3}}, "unknown_task_parameter"),
        ({"parameters": {"steps": 10**6}}, "parameter_range"),
        ({"hidden_size": 128, "batch_size": 512, "parameters": {"steps": 1000}}, "training_too_large"),
        ({"task": "characters", "text": "short"}, "text_too_short"),
    ],
)
def test_a_plan_that_cannot_be_trained_is_refused(settings, key):
    with pytest.raises(Problem) as caught:
        TrainingPlan(**{"task": "parity", **settings})
    assert caught.value.key == key


@pytest.mark.parametrize(("most", "count"), [(1, 2), (1, 200), (10, 40), (2000, 40), (50_000, 2)])
def test_snapshots_are_log_spaced_from_first_to_last(most, count):
    steps = TrainingPlan("parity", most_steps=most, snapshots=count).snapshot_steps()
    assert steps[0] == 0
    assert steps[-1] == most
    assert list(steps) == sorted(set(steps))
    assert len(steps) <= count + 1
    late = np.array(steps[-8:], float)
    if count == 40 and most == 2000:
        np.testing.assert_allclose(late[1:] / late[:-1], 2000 ** (1 / 38), rtol=0.02)


def test_first_weights_are_torchs_own_distribution_and_leave_its_random_state_alone():
    plan = TrainingPlan("distractors", hidden_size=64, init="default")
    before = torch.random.get_rng_state()
    weights = first_weights(plan)
    for name, value in weights.items():
        assert value.dtype == np.float32
        assert np.abs(value).max() <= 1 / 8
        assert value.size < 100 or value.std() == pytest.approx(1 / 8 / math.sqrt(3), rel=0.1), name
    assert not same(weights, first_weights(replace(plan, seed=1)))
    chrono = first_weights(replace(plan, init="chrono", t_max=50.0))
    z = slice(64, 128)
    bias = chrono["gru.bias_ih_l0"][z] + chrono["gru.bias_hh_l0"][z]
    assert 0 <= bias.min() <= bias.max() <= math.log(49)
    assert bias.max() > 3
    assert torch.equal(before, torch.random.get_rng_state())


# ---- the loop


def test_the_same_plan_gives_the_same_weights_to_the_bit(small):
    one, other = (Training(small).run() for _ in range(2))
    assert same(one.weights, other.weights)
    assert one.history == other.history
    assert not same(one.weights, Training(replace(small, seed=1)).run().weights)
    assert not same(one.weights, one.snapshots[0][1])


def test_pieces_cancelled_and_resumed_give_what_one_run_gives(small):
    whole = Training(small).run()
    training = Training(small)
    assert training.run(until=7).outcome == "running"
    asked = iter([False] * 20 + [True])
    cancelled = training.run(cancelled=lambda: next(asked))
    assert (cancelled.outcome, cancelled.step) == ("cancelled", 27)
    assert cancelled.snapshots[-1][0] == 27
    assert training.run(seconds=0).outcome == "time"
    assert training.step == 27
    done = training.run()
    assert same(done.weights, whole.weights)
    assert done.history == whole.history
    assert [step for step, _ in done.snapshots] == [step for step, _ in whole.snapshots]
    assert training.run().step == whole.step  # what has ended stays ended


def test_it_leaves_torchs_random_state_and_threads_alone(small):
    before = torch.random.get_rng_state()
    Training(small).run().model()
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.get_num_threads() == 1


def test_a_step_is_a_clipped_adam_step(small):
    """Three steps against Adam written out, on the same batches, in float32."""
    plan = replace(small, clip=0.05, learning_rate=0.03)
    model, rng = model_of(plan), np.random.default_rng([plan.seed, 3])
    weights = [p.detach().clone() for p in model.parameters()]
    first, second = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    for step in range(1, 4):
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), weights, strict=True):
                parameter.copy_(value)
        batch = plan.made().batch(rng, plan.batch_size, **plan.values)
        outputs = torch.log_softmax(model.fc(model.states(torch.from_numpy(batch.x))[0]), -1)
        chosen = outputs.gather(-1, torch.from_numpy(batch.target)[..., None])[..., 0]
        loss = -chosen[torch.from_numpy(batch.mask)].mean()
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        norm = math.sqrt(sum(float((g * g).sum()) for g in gradients))
        assert norm > plan.clip
        for k, gradient in enumerate(gradients):
            g = gradient * plan.clip / norm
            first[k] = 0.9 * first[k] + 0.1 * g
            second[k] = 0.999 * second[k] + 0.001 * g * g
            change = first[k] / (1 - 0.9**step) / ((second[k] / (1 - 0.999**step)).sqrt() + 1e-8)
            weights[k] = weights[k] - plan.learning_rate * change
    got = Training(plan).run(until=3).weights
    for (name, _), value in zip(model.named_parameters(), weights, strict=True):
        np.testing.assert_allclose(got[name], value.numpy(), atol=2e-3 * plan.learning_rate * 3, err_msg=name)


def test_history_looks_every_so_many_steps_and_tells_the_truth(small):
    training = endless(Training(small))
    trained = training.run()
    assert [point.step for point in trained.history] == [0, EVERY, 2 * EVERY, 60]
    batch = training.task.held_out(64, **small.values)
    for which, point in ((0, trained.history[0]), (-1, trained.history[-1])):
        model = trained.model(which)
        assert TASKS["delayed_copy"].metric_of(evaluate(model, batch), batch) == pytest.approx(point.metric)
    assert trained.outcome == "steps"
    assert trained.metric == trained.history[-1].metric


def test_snapshots_are_kept_at_the_planned_steps_and_cannot_be_changed(small):
    trained = endless(Training(small)).run()
    assert tuple(step for step, _ in trained.snapshots) == small.snapshot_steps()
    assert same(trained.snapshots[0][1], first_weights(small))
    for _, weights in trained.snapshots:
        for value in weights.values():
            assert value.dtype == np.float32
            with pytest.raises(ValueError, match="read-only"):
                value[...] = 0


def test_a_snapshot_is_a_model_that_can_be_traced(small):
    trained = Training(small).run()
    batch = TASKS["delayed_copy"].held_out(2, **small.values)
    for which in (0, 3, -1):
        model = trained.model(which)
        assert model.kind == small.model
        traced = gruviz.trace(model, batch.x)
        assert gruviz.reference_error(model, traced) < 1e-5


def test_progress_is_told_as_it_stands_and_does_not_change_afterwards(small):
    seen = []
    endless_training = endless(Training(small))
    endless_training.run(on_progress=seen.append)
    assert [trained.step for trained in seen] == [25, 50, 60]
    assert [trained.outcome for trained in seen] == ["running", "running", "steps"]
    assert [len(trained.history) for trained in seen] == [2, 3, 4]
    assert not same(seen[0].weights, seen[1].weights)
    assert 0 < seen[0].seconds < seen[2].seconds
    assert same(pickle.loads(pickle.dumps(seen[0])).weights, seen[0].weights)


def test_it_stops_at_the_goal_and_keeps_those_weights():
    training = Training(TrainingPlan("distractors", parameters={"steps": 8, "noise": 0.1}))
    trained = training.run()
    assert trained.outcome == "goal"
    assert trained.step < trained.plan.most_steps
    assert trained.snapshots[-1][0] == trained.step
    batch = training.task.held_out(512, 1, **trained.plan.values)
    assert training.task.metric_of(evaluate(trained.model(), batch), batch) >= training.task.goal


def test_a_lucky_look_is_not_the_goal(small, monkeypatch):
    training = Training(small)
    monkeypatch.setattr(training, "_confirmed", lambda: False)
    training.task = replace(training.task, goal=0.0)
    assert training.run().outcome == "steps"


# ---- when it goes wrong


@pytest.mark.parametrize("kind", ["torch", "split"])
@pytest.mark.parametrize("name", ["adding", "delayed_copy"])
def test_a_learning_rate_that_diverges_is_caught_and_good_weights_are_kept(name, kind):
    trained = Training(TrainingPlan(name, kind, learning_rate=100.0, hidden_size=8)).run()
    assert trained.outcome == "diverged"
    assert trained.bad_loss > 50
    kept, weights = trained.snapshots[-1]
    assert kept < trained.step < 10
    assert all(np.isfinite(value).all() for value in weights.values())
    # good means that they have not left: their loss is not one that counts as diverged
    task = trained.plan.made()
    batch = task.held_out(64, **trained.plan.values)
    outputs, due = evaluate(trained.model(), batch), batch.mask
    if task.loss == "mse":
        loss = np.square(outputs - batch.target)[due].mean()
    else:
        loss = cross_entropy(torch.from_numpy(outputs[due]), torch.from_numpy(batch.target[due])).item()
    assert loss < 50 * max(1, trained.history[0].loss)


def test_a_loss_that_is_no_number_is_caught_at_that_step(small):
    training = Training(small)
    before = training.run(until=33)
    with torch.no_grad():
        training.model.fc.bias[0] = math.nan
    trained = training.run()
    assert (trained.outcome, trained.step) == ("diverged", 33)
    assert math.isnan(trained.bad_loss)
    assert len(trained.history) == len(before.history)
    kept, weights = trained.snapshots[-1]
    assert 25 <= kept <= 33
    assert all(np.isfinite(value).all() for value in weights.values())
    assert training.run().outcome == "diverged"
    assert trained.step == training.step


def test_a_gradient_that_is_no_number_is_caught_before_it_reaches_the_weights(small):
    training = Training(small)
    training.run(until=5)
    training.model.fc.weight.register_hook(lambda gradient: gradient * math.nan)
    trained = training.run()
    assert (trained.outcome, trained.step) == ("diverged", 5)
    assert all(torch.isfinite(value).all() for value in training.model.parameters())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_outcome_has_its_sentence(language):
    table = words(language)["training_outcomes"]
    assert list(table) == ["running", "goal", "steps", "cancelled", "time", "diverged"]
    known = {"step": 1200, "most": 2000, "loss": "nan", "kept": 1175}
    for sentence in table.values():
        assert "1,200" in sentence.format(**{name: known[name] for name in placeholders(sentence)})
