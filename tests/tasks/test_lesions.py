"""Lesions held to computations of their own: scalar loops for every kind of model, a NumPy loop for whole tables."""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
import torch
from oracle import bent_run, layered

import gruviz
from gruviz import Clamp, ConcatGRU, GRUParams, Lesion, SplitGRU, TorchGRU
from gruviz.analysis import Effect, lesions
from gruviz.tasks import TASKS
from gruviz.tasks import lesions as module
from gruviz.training.loop import evaluate
from gruviz.training.saved import shipped
from gruviz.wording.problems import Problem

UNITS, SEQUENCES, STEPS = 3, 5, 7
# name: layers, directions
MODELS = {
    "split": (1, 1),
    "concat": (1, 1),
    "torch": (1, 1),
    "2 layers": (2, 1),
    "2 ways": (1, 2),
    "2 layers 2 ways": (2, 2),
}
# its answers, its metric: numbers, classes, signs
SMALL = {"adding": {"steps": STEPS}, "parity": {"steps": STEPS}, "flip_flop": {"steps": STEPS, "gap": 2}}


def made(name, task, seed=3):
    """A model with drawn weights and head, its numbers, and what the oracle has to know."""
    layers, directions = MODELS[name]
    numbers = layered(seed, task.input_size, UNITS, layers, directions, np.float32)
    params = [GRUParams(*one) for one in numbers]
    if name in ("split", "concat"):
        model = {"split": SplitGRU, "concat": ConcatGRU}[name].from_params(params[0])
    else:
        model = TorchGRU.from_params(params, bidirectional=directions == 2)
    rng = np.random.default_rng(seed)
    model.fc = torch.nn.Linear(UNITS * directions, task.output_size)
    with torch.no_grad():
        for number in model.fc.parameters():
            number.copy_(torch.from_numpy(rng.normal(0, 1.5, number.shape)))
    return model, numbers, "before" if name in ("split", "concat") else "after", directions == 2


def judged(task, head, h, batch, two_way):
    """The metric, and what is said where an answer is due, one number after another."""
    w, b = (number.detach().double().numpy().tolist() for number in (head.weight, head.bias))
    right, far, said = [], [], []
    for k, t in zip(*np.nonzero(batch.mask), strict=True):
        state = np.concatenate(h[-2:, k, t] if two_way else h[-1:, k, t]).tolist()
        y = [
            sum(weight * value for weight, value in zip(row, state, strict=True)) + c
            for row, c in zip(w, b, strict=True)
        ]
        if task.loss == "cross_entropy":
            powers = [math.exp(value) for value in y]
            said += [power / sum(powers) for power in powers]
            right.append(y.index(max(y)) == batch.target[k, t])
        else:
            said += y
            due = batch.target[k, t].tolist()
            right.append(all((value > 0) == (wanted > 0) for value, wanted in zip(y, due, strict=True)))
            far += [abs(value - wanted) for value, wanted in zip(y, due, strict=True)]
    return sum(far) / len(far) if task.name == "adding" else sum(right) / len(right), said


def by_hand(name, task, pairs):
    """(kind, units, gate, at) -> (metric, change, answer), all of it by the oracle; and the free metric."""
    model, numbers, reset, two_way = made(name, task)
    batch = task.held_out(SEQUENCES, 2, **SMALL[task.name])
    h0 = np.zeros((len(numbers), SEQUENCES, UNITS))

    def run(*acts):
        return bent_run(numbers, batch.x.astype(np.float64), h0, reset, two_way, list(acts))

    free_run = run()
    free, free_said = judged(task, model.fc, free_run["h"], batch, two_way)

    def effect(*acts):
        metric, said = judged(task, model.fc, run(*acts)["h"], batch, two_way)
        off = [abs(one - other) for one, other in zip(said, free_said, strict=True)]
        return metric, metric - free, sum(off) / len(off)

    def lesion(*places):
        return [{"what": "Lesion", "units": (unit,), "layer": layer} for layer, unit in places]

    def clamp(gate, value, layer, units=None):
        return {"what": "Clamp", "gate": gate, "value": value, "units": units, "steps": None, "layer": layer}

    places = [(layer, unit) for layer in range(len(numbers)) for unit in range(UNITS)]
    found = {("unit", (place,), None, None): effect(*lesion(place)) for place in places}
    sign = -1 if task.metric.higher_is_better else 1
    worst = sorted(found, key=lambda key: (-sign * found[key][1], -found[key][2]))[:pairs]
    for pair in itertools.combinations(sorted(key[1][0] for key in worst), 2):
        found["pair", pair, None, None] = effect(*lesion(*pair))
    for gate, layer in itertools.product("zrn", range(len(numbers))):
        units = tuple(place for place in places if place[0] == layer)
        for at in (0, 1):
            found["gate", units, gate, str(at)] = effect(clamp(gate, at, layer))
        means = [np.mean([free_run[gate][layer, :, :, unit]]) for unit in range(UNITS)]
        held = [clamp(gate, mean, layer, (unit,)) for unit, mean in enumerate(means)]
        found["gate", units, gate, "mean"] = effect(*held)
    return free, found


def keyed(one):
    return one.kind, one.units, one.gate, one.at


@pytest.mark.parametrize("task", SMALL)
@pytest.mark.parametrize("name", MODELS)
def test_every_row_is_what_scalar_loops_compute(name, task):
    task = TASKS[task]
    free, wanted = by_hand(name, task, pairs=3)
    found = lesions(made(name, task)[0], task, sequences=SEQUENCES, seed=2, pairs=3, **SMALL[task.name])
    assert found.free == pytest.approx(free, abs=1e-5)
    assert found.baseline == task.baseline_at(**SMALL[task.name])
    assert found.finished
    assert found.of == len(found.rows) == len(wanted)
    for one in found.rows:
        assert (one.metric, one.change, one.answer) == pytest.approx(wanted[keyed(one)], abs=1e-5), one
    assert (found.task, found.metric_name, found.unit) == (task.name, task.metric.name, task.metric.unit)
    assert found.higher_is_better == task.metric.higher_is_better


# ---- whole tables of models that have learned


def loop(model, x, cut=(), held=None):
    """States (sequence, time, unit) of one layer in float64: units cut out, gates held at numbers of each unit."""
    p, held = model.params(), held or {}
    w, u, b, c = (np.split(np.asarray(a, np.float64), 3) for a in (p.w_ih, p.w_hh, p.b_ih, p.b_hh))
    h, states, seen = np.zeros((len(x), model.hidden_size)), [], {"z": [], "r": [], "n": []}
    for x_t in np.moveaxis(x.astype(np.float64), 1, 0):
        a_r, a_z = (x_t @ w[k].T + b[k] + h @ u[k].T + c[k] for k in (0, 1))
        r = np.broadcast_to(held.get("r", 1 / (1 + np.exp(-a_r))), h.shape)
        z = np.broadcast_to(held.get("z", 1 / (1 + np.exp(-a_z))), h.shape)
        inside = (r * h) @ u[2].T + c[2] if model.kind == "split" else r * (h @ u[2].T + c[2])
        n = np.broadcast_to(held.get("n", np.tanh(x_t @ w[2].T + b[2] + inside)), h.shape)
        h = z * h + (1 - z) * n
        h[:, list(cut)] = 0
        states.append(h)
        for gate, value in zip("zrn", (z, r, n), strict=True):
            seen[gate].append(value)
    return np.stack(states, 1), {gate: np.mean(values, axis=(0, 1)) for gate, values in seen.items()}


@pytest.mark.parametrize("kind", ["split", "torch"])
@pytest.mark.parametrize("name", ["delayed_copy", "brackets", "korean"])
def test_tables_of_trained_models_are_those_of_another_loop(name, kind):
    task, model = TASKS[name], shipped(name, kind).model()
    sequences = 128 if name == "korean" else 512
    batch = task.held_out(sequences)
    w, b = (number.detach().double().numpy() for number in (model.fc.weight, model.fc.bias))

    def measured(*given):
        states, means = loop(model, batch.x, *given)
        y = states[batch.mask] @ w.T + b
        p = np.exp(y - y.max(1, keepdims=True))
        p = p / p.sum(1, keepdims=True)
        due = batch.target[batch.mask]
        if name == "delayed_copy":
            metric = (y.argmax(1) == due).mean()
        elif name == "korean":
            metric = -np.log2(p[np.arange(len(p)), due]).mean()
        else:
            metric = (np.abs(y - due) < 0.5).mean()
        return metric, y if name == "brackets" else p, means

    free, said, means = measured()
    found = lesions(model, name, sequences=sequences, pairs=3)
    near = 2 / batch.mask.sum() if task.metric.unit else 1e-5  # float32 may turn an answer that is just so
    assert found.free == pytest.approx(free, abs=near)
    asked = {"unit": 0, "pair": 0, "gate": 0}
    for one in found.rows:
        held = {"0": 0.0, "1": 1.0, "mean": means.get(one.gate)}.get(one.at)
        cut = () if one.kind == "gate" else [unit for _, unit in one.units]
        metric, now, _ = measured(cut, {} if one.gate is None else {one.gate: held})
        assert one.metric == pytest.approx(metric, abs=near), one
        assert one.change == pytest.approx(metric - free, abs=2 * near)
        assert one.answer == pytest.approx(np.abs(now - said).mean(), abs=2e-5)
        asked[one.kind] += 1
    assert asked == {"unit": model.hidden_size, "pair": 3, "gate": 9}


def test_numbers_of_a_model_that_comes_with_gruviz():
    found = lesions(shipped("delayed_copy", "split").model(), "delayed_copy")
    assert len(found.rows) == found.of == 16 + 45 + 9
    assert found.free == pytest.approx(0.988, abs=0.003)
    assert found.baseline == 1 / 8
    assert found.units[0].changes == (Lesion((9,)),)
    assert found.units[0].metric == pytest.approx(0.554, abs=0.005)
    assert found.pairs[0].changes == (Lesion((9, 13)),)
    assert found.pairs[0].metric == pytest.approx(0.308, abs=0.005)
    assert found.lives_by.changes[0].gate == "z"
    assert found.lives_by.metric == pytest.approx(0.157, abs=0.005)


@pytest.mark.parametrize(("name", "gate"), [("delayed_copy", "z"), ("adding", "z"), ("parity", "z"), ("korean", "r")])
def test_the_gate_a_model_lives_by(name, gate):
    found = lesions(shipped(name).model(), name, sequences=128, pairs=0)
    assert found.lives_by.gate == gate
    assert found.lives_by.at == "mean"
    others = [found.worse(one) for one in found.gates if one.at == "mean" and one.gate in {"z", "r"} - {gate}]
    assert found.worse(found.lives_by) > max(others) > 0


def test_a_row_is_a_what_if_that_can_be_opened():
    task, model = TASKS["delayed_copy"], shipped("delayed_copy").model()
    batch = task.held_out(40, 7)
    found = lesions(model, task, sequences=40, seed=7, pairs=3)
    for one in found.rows:
        trace = gruviz.trace(model, batch.x, what_if=one.changes)
        y = trace.h[0] @ model.fc.weight.detach().numpy().T + model.fc.bias.detach().numpy()
        assert task.metric_of(y, batch) == one.metric
    z = next(one for one in found.gates if (one.gate, one.at) == ("z", "mean"))
    assert [(type(each), each.units, each.steps) for each in z.changes] == [(Clamp, (k,), None) for k in range(16)]
    free = gruviz.trace(model, batch.x)
    assert [each.value for each in z.changes] == pytest.approx(free.z[0].mean((0, 1)).tolist(), abs=1e-6)


def test_the_free_run_is_the_models_own_and_is_left_as_it_was():
    task, model = TASKS["sine"], shipped("sine").model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    found = lesions(model, task, sequences=30, seed=5, pairs=0, gates=False, silent=30)
    batch = task.held_out(30, 5, silent=30)
    assert found.free == pytest.approx(task.metric_of(evaluate(model, batch), batch), abs=1e-6)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert found.sequences == 30
    assert not found.gates + found.pairs
    assert found.lives_by is None


# ---- what has no effect


@pytest.mark.parametrize("name", MODELS)
def test_a_unit_that_nothing_reads_has_no_effect(name):
    task = TASKS["adding"]
    model, *_ = made(name, task)
    layers, directions = MODELS[name]
    top = (layers - 1) * directions
    with torch.no_grad():
        model.fc.weight[:, 1] = 0
        if name == "split":
            for part in (model.wrh, model.wzh, model.whh):
                part.weight[:, 1] = 0
        elif name == "concat":
            for part in (model.wr, model.wz, model.wh):
                part.weight[:, model.input_size + 1] = 0
        else:
            getattr(model.gru, f"weight_hh_l{layers - 1}")[:, 1] = 0
    found = lesions(model, task, sequences=SEQUENCES, pairs=0, gates=False, steps=STEPS)
    none = [one for one in found.units if one.answer == 0]
    assert [(one.units, one.change) for one in none] == [(((top, 1),), 0.0)]
    assert all(one.answer > 1e-3 and one.change != 0 for one in found.units if one not in none)


# ---- order


@pytest.mark.parametrize("name", ["parity", "adding", "characters"])
def test_what_harms_most_comes_first(name):
    found = lesions(shipped(name).model(), name, sequences=64, pairs=4)
    harm = [(found.worse(one), one.answer) for one in found.rows]
    assert harm == sorted(harm, reverse=True)
    assert harm[0][0] > 0.1
    assert [one.change > 0 for one in found.rows[:1]] == [not found.higher_is_better]
    assert found.units + found.pairs + found.gates == tuple(
        sorted(found.rows, key=lambda one: "upg".index(one.kind[0]))
    )


def test_ties_go_by_the_answer_and_no_number_comes_last():
    def row(change, answer, unit):
        return Effect("unit", (Lesion((unit,)),), ((0, unit),), None, None, 0.5 + change, change, answer)

    rows = [
        row(math.nan, 1, 0),
        row(-0.1, 0.2, 1),
        row(-0.3, math.nan, 2),
        row(-0.1, 0.4, 3),
        row(-0.2, 0, 4),
        row(-0.2, 0, 5),
    ]
    assert [one.units[0][1] for one in module._worst_first(rows, True)] == [4, 5, 3, 1, 0, 2]
    assert [one.units[0][1] for one in module._worst_first(rows, False)] == [3, 1, 4, 5, 0, 2]


def test_pairs_are_of_the_units_that_harm_most():
    model = shipped("flip_flop").model()
    found = lesions(model, "flip_flop", sequences=64, pairs=4, gates=False)
    worst = {one.units[0] for one in found.units[:4]}
    assert {frozenset(one.units) for one in found.pairs} == {
        frozenset(pair) for pair in itertools.combinations(worst, 2)
    }
    assert all(one.changes == (Lesion(tuple(unit for _, unit in one.units)),) for one in found.pairs)
    for pairs, rows in ((0, 0), (1, 0), (2, 1), (99, 120)):
        assert len(lesions(model, "flip_flop", sequences=2, pairs=pairs, gates=False).pairs) == rows


def test_a_pair_in_two_layers_is_two_lesions():
    task = TASKS["parity"]
    found = lesions(made("2 layers", task)[0], task, sequences=2, pairs=6, gates=False, steps=STEPS)
    across = [one for one in found.pairs if len({layer for layer, _ in one.units}) == 2]
    assert len(across) == 9
    assert all(one.changes == tuple(Lesion((unit,), layer) for layer, unit in one.units) for one in across)
    assert {type(one.units[0][0]) for one in found.rows} == {int}


# ---- progress, cancel, bounds


@pytest.mark.parametrize("no", [False, np.False_])
def test_progress_is_told_and_it_can_be_cancelled(no):
    told = []

    def report(done, of, so_far):
        told.append((done, of, so_far))
        return no if done == 5 else [None, True][done % 2]

    model = shipped("parity").model()
    found = lesions(model, "parity", sequences=8, report=report)
    assert [(done, of) for done, of, _ in told] == [(k, 70) for k in range(1, 6)]
    assert not found.finished
    assert found.of == 70
    assert {so_far for *_, so_far in told} == set(found.rows)
    assert [so_far.units for *_, so_far in told] == [((0, k),) for k in range(5)]
    every = lesions(model, "parity", sequences=8, pairs=0)
    assert set(found.rows) < set(every.rows)
    assert lesions(model, "parity", sequences=8, pairs=0, report=lambda done, of, row: done < of) == every
    assert every.finished


def test_sequences_in_groups_make_no_difference(monkeypatch):
    model = made("2 layers 2 ways", TASKS["parity"])[0]
    whole = lesions(model, "parity", sequences=9, pairs=2, steps=STEPS)
    seen, traced = [], module.trace
    monkeypatch.setattr(module, "GROUP", 4 * STEPS * 4 * UNITS)
    monkeypatch.setattr(module, "trace", lambda model, x, **rest: seen.append(len(x)) or traced(model, x, **rest))
    parts = lesions(model, "parity", sequences=9, pairs=2, steps=STEPS)
    assert seen == [4, 4, 1] * (whole.of + 1)
    by_place = {keyed(one): one for one in parts.rows}
    for one in whole.rows:
        other = by_place[keyed(one)]
        assert (other.metric, other.answer) == pytest.approx((one.metric, one.answer), abs=1e-6)


def test_memory_does_not_grow_with_the_rows():
    model = shipped("parity").model()

    def peak(**asked):
        tracemalloc.start()
        lesions(model, "parity", sequences=512, **asked)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(pairs=0, gates=False)
    few, many = peak(pairs=0, gates=False), peak(pairs=6)
    assert many < 1.2 * few
    assert many < 40e6


def test_what_cannot_be_done_is_said():
    parity = shipped("parity").model()
    for wrong, sentence in (
        (lambda: lesions(TorchGRU(1, 4), "parity"), "no head for the task parity, which needs 2 outputs"),
        (lambda: lesions(TorchGRU(1, 4, out_features=3), "parity"), "no head"),
        (lambda: lesions(TorchGRU(2, 4, out_features=2), "parity"), "reads 2 inputs; the task parity has 1"),
        (lambda: lesions(parity, "parity", sequences=0), "sequences is 0"),
        (lambda: lesions(parity, "parity", pairs=-1), "pairs is -1"),
        (lambda: lesions(parity, "parity", sequences=10**9), "10,000,000 are the most. Take fewer sequences"),
        (lambda: lesions(parity, "parity", sequences=600, pairs=16, steps=1000), "1,000,000,000 are the most"),
        (lambda: lesions(SplitGRU(1, 100, out_features=2), "parity", pairs=100), "2,000 are the most"),
        (lambda: lesions(SplitGRU(1, 1001, out_features=2), "parity", sequences=1, pairs=0), "1,000 are the most"),
    ):
        with pytest.raises(ValueError, match=sentence):
            wrong()
    for wrong in (lambda: lesions(parity, "nonsense"), lambda: lesions(parity, "parity", nonsense=1)):
        with pytest.raises(Problem):
            wrong()
    for wrong in (
        lambda: lesions(parity, None),
        lambda: lesions(None, "parity"),
        lambda: lesions(parity, "parity", pairs=1.5),
    ):
        with pytest.raises(TypeError):
            wrong()


@pytest.mark.parametrize("where", ["wz", "wh", "fc"])
def test_a_model_that_has_diverged_is_refused(where):
    model = SplitGRU(1, 3, out_features=2)
    with torch.no_grad():
        getattr(model, where).weight[0, 0] = math.nan
    with pytest.raises(ValueError, match="diverged"):
        lesions(model, "parity", sequences=2)


def test_the_metric_under_a_change_is_that_of_its_row():
    held, task = shipped("parity"), TASKS["parity"]
    found = lesions(held.model(), task, sequences=64, pairs=2, **held.plan.values)
    batch = task.held_out(64, **held.plan.values)
    assert module.metric_under(held.model(), task, batch) == found.free
    for one in found.rows[::5]:
        assert module.metric_under(held.model(), task, batch, one.changes) == one.metric
    with pytest.raises(ValueError, match="no head"):
        module.metric_under(SplitGRU(task.input_size, 3), task, batch)
