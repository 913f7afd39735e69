"""What a stage gets of a head: bounded rows, pooled with the steps; and the browser's rules, the same as Python's."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from node_cases import run_node

import gruviz
from gruviz.protocol import requests
from gruviz.protocol.message import unpack
from gruviz.protocol.outputs import MOST_ROWS, HeadOutputs
from gruviz.protocol.scene import Labels, Run, Scene, message
from gruviz.protocol.tiles import begun, tile
from gruviz.protocol.view import View
from gruviz.tasks.answers import Head, explained, head_of, said, states_of, wrong
from gruviz.tasks.catalogue import TASKS
from gruviz.training.saved import shipped

JS = Path(__file__).parents[1] / "js"


def run_of(name, **parameters):
    task, model = TASKS[name], shipped(name).model()
    sequence = task.example(task.clear, **parameters)
    trace = gruviz.trace(model, sequence.x, labels=sequence.labels)
    return Run("a", trace, model, head_of(model, task), sequence.target), sequence


def drawn(kind="classes", outputs=90, units=5, steps=120, seed=0, due=True, within=None):
    """A head over states of chance, and a target."""
    rng = np.random.default_rng(seed)
    shapes = ((3 * units, 1), (3 * units, units), 3 * units, 3 * units)
    model = gruviz.SplitGRU.from_params(gruviz.GRUParams(*(rng.normal(size=shape) for shape in shapes)))
    trace = gruviz.trace(model, rng.normal(size=(steps, 1)))
    w, b = (rng.normal(size=shape).astype(np.float32) * 2 for shape in ((outputs, units), outputs))
    target = rng.integers(outputs, size=(steps, 1)) if kind == "classes" else rng.normal(size=(steps, outputs))
    target = np.where(rng.random((steps, 1)) < 0.3, np.nan, target).astype(np.float32)
    return Head(kind, tuple(f"s{k}" for k in range(outputs)), within, w, b), trace, target if due else None


# ---- what goes to the browser


@pytest.mark.parametrize("name", TASKS)
def test_a_scene_tells_what_its_head_says(name):
    run, sequence = run_of(name)
    header, arrays = unpack(message(Scene(run, labels=Labels(channels=sequence.channels, due=sequence.due))))
    answer, names = header["answer"], TASKS[name].answers
    assert answer["kind"] == run.head.kind
    assert answer["count"] == arrays["y"].shape[1] == len(names)
    assert answer.get("names", header["channels"][: len(names)]) == list(names)
    assert np.array_equal(arrays["y"], said(run.head, states_of(run.trace)))
    assert np.array_equal(arrays["target"], sequence.target, equal_nan=True)
    assert answer.get("judged", False) == ("wrong" in arrays) == run.head.judges
    if run.head.judges:
        assert np.array_equal(arrays["wrong"][:, 0], wrong(run.head, arrays["y"], sequence.target), equal_nan=True)
    if answer["kind"] != "classes":
        assert answer["low"] < min(arrays["y"].min(), np.nanmin(sequence.target))
        assert answer["high"] > max(arrays["y"].max(), np.nanmax(sequence.target))
    assert len(json.dumps(answer)) < 150


def test_without_a_head_there_is_nothing_of_it():
    model = gruviz.SplitGRU(1, 3)
    header, arrays = unpack(message(Scene(Run("a", gruviz.trace(model, np.ones((5, 1))), model))))
    assert "answer" not in header
    assert not {"y", "wrong", "target", "said"} & set(arrays)


def test_without_anything_due_nothing_is_wrong():
    run, _ = run_of("parity")
    header, arrays = unpack(message(Scene(replace(run, target=None))))
    assert "judged" not in header["answer"]
    assert "y" in arrays
    assert not {"wrong", "target"} & set(arrays)


def test_pooled_steps_tell_the_range_and_the_share_that_is_wrong():
    head, trace, target = drawn(outputs=4, steps=9000)
    _, arrays = tile(trace, said=HeadOutputs(head, target, trace))
    y, off = said(head, states_of(trace)), wrong(head, said(head, states_of(trace)), target)
    each = -(-9000 // len(arrays["y"]))
    assert each > 1
    assert arrays["y"][3] == pytest.approx(y[3 * each : 4 * each].mean(0), abs=1e-6)
    assert np.array_equal(arrays["y_high"][3], y[3 * each : 4 * each].max(0))
    assert arrays["wrong"][3, 0] == pytest.approx(np.nanmean(off[3 * each : 4 * each]))
    assert "target" not in arrays
    assert np.isnan(tile(trace, said=HeadOutputs(head, np.full_like(target, np.nan), trace))[1]["wrong"]).all()


def test_a_window_holds_its_own_steps():
    run, sequence = run_of("brackets")
    assert not np.array_equal(sequence.target[5:10], sequence.target[:5])
    _, arrays = requests.reply(requests.Request(1, "tile", View(first=5, last=9)), Scene(run))
    assert arrays["y"] == pytest.approx(said(run.head, states_of(run.trace))[5:10], abs=1e-6)
    assert np.array_equal(arrays["target"], sequence.target[5:10])


def test_what_is_not_computed_yet_is_not_said_yet():
    run, _ = run_of("brackets")
    part = gruviz.trace(run.model, run.trace.x[0, :7])
    _, arrays = begun(run.trace, part, said=run.said)
    assert np.isnan(arrays["y"][7:]).all()
    assert arrays["y"][:7] == pytest.approx(said(run.head, states_of(run.trace))[:7], abs=1e-6)


def test_of_too_many_classes_those_said_or_due_have_a_row_and_the_rest_share_one():
    head, trace, target = drawn(outputs=200)
    held = HeadOutputs(head, target, trace)
    y, rows, arrays = said(head, states_of(trace)), held.rows, held.arrays(states_of(trace), 0, 120)
    assert len(rows) == MOST_ROWS - 1
    assert arrays["y"].shape == (120, MOST_ROWS)
    assert arrays["y"].sum(1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(arrays["y"][:, :-1], y[:, rows])
    assert set(np.bincount(y.argmax(1)).argsort()[-5:]) <= set(rows)
    row = {one: k for k, one in enumerate(rows)}
    assert arrays["said"][:, 0].tolist() == [row.get(one, MOST_ROWS - 1) for one in y.argmax(1).tolist()]
    due = target[~np.isnan(target)].astype(int).tolist()
    assert arrays["target"][~np.isnan(target)].tolist() == [row.get(one, MOST_ROWS - 1) for one in due]
    # rows stay where a part is shown
    assert held.arrays(states_of(trace, first=4, last=8), 4, 5)["y"] == pytest.approx(arrays["y"][4:9], abs=1e-6)
    assert held.header(())["rows"] == list(rows)


def test_a_click_on_an_answer_takes_it_apart():
    run, _ = run_of("delayed_copy")
    asked = {"id": 1, "kind": "explain", "trace": "a", "gate": "y", "layer": 0, "t": 19, "unit": 2, "out": 5}
    header, _ = requests.reply(requests.read(asked, run), Scene(run))
    found = explained(run.head, run.trace, 19, 5)
    assert (header["gate"], header["out"], header["unit"], header["squash"]) == ("y", 5, 2, "softmax")
    assert (header["total"], header["value"]) == (found.total, found.value)
    assert header["terms"][0]["at"] == {"gate": "h", "layer": 0, "t": 19, "unit": found.terms[0].index}
    assert sum(term["value"] for term in header["terms"]) + header["rest"]["value"] == pytest.approx(found.total)
    for bad in ({"out": 8}, {"out": -1}, {"out": None}, {"out": "5"}, {"out": True}):
        assert requests.read(asked | bad, run) is None
    assert requests.read(asked, replace(run, head=None)) is None


# ---- the browser's own rules


CASES = {
    "classes": drawn(outputs=6),
    "many classes": drawn(outputs=150, seed=1),
    "signs": drawn("signs", 3, seed=2),
    "numbers": drawn("numbers", 2, seed=3, within=0.5),
    "only near": drawn("numbers", 1, seed=4),
    "nothing due": drawn(outputs=3, seed=5, due=False),
}


def test_the_browsers_rules_are_pythons(tmp_path):
    def listed(array):
        return None if array is None else np.where(np.isnan(array), None, array.astype(object)).ravel().tolist()

    asked = []
    for head, trace, target in CASES.values():
        states, held = states_of(trace), HeadOutputs(head, target, trace)
        asked.append(
            {
                "kind": head.kind,
                "within": head.within,
                "w": head.w.ravel().tolist(),
                "b": head.b.tolist(),
                "rows": held.rows,
                "h": states.ravel().tolist(),
                "steps": len(states),
                "units": states.shape[1],
                "target": listed(target),
                "place": {"layer": 0, "t": 7, "unit": 1, "out": len(head.b) - 1},
            }
        )
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(asked))
    answers = json.loads(run_node(JS / "head_cases.mjs", file))
    for (head, trace, target), found in zip(CASES.values(), answers, strict=True):
        held = HeadOutputs(head, target, trace)
        wanted = held.arrays(states_of(trace), 0, trace.meta.steps)
        told = {name: np.array(values, float).reshape(wanted[name].shape) for name, values in found["tables"].items()}
        assert set(told) == set(wanted)
        for name, values in told.items():
            assert values == pytest.approx(wanted[name], abs=2e-5, nan_ok=True), name
        readings = [each["isWrong"] for each in found["readings"]]
        off = wanted["wrong"][:, 0] if "wrong" in wanted else np.full(trace.meta.steps, np.nan)
        assert readings == [None if np.isnan(each) else bool(each) for each in off]
        run = Run("a", trace, None, head, target)
        place = {"kind": "explain", "gate": "y", "layer": 0, "t": 7, "unit": 1, "out": len(head.b) - 1}
        reply, _ = requests.reply(requests.read({"id": 1, "trace": "a", **place}, run), Scene(run))
        own = found["explained"]
        assert [term["index"] for term in own["terms"]] == [term["index"] for term in reply["terms"]]
        assert [term["at"] for term in own["terms"]] == [term["at"] for term in reply["terms"]]
        assert own["total"] == pytest.approx(reply["total"], abs=1e-5)
        assert own["value"] == pytest.approx(reply["value"], abs=1e-5)
        assert own["rest"]["count"] == reply["rest"]["count"]
        assert {*own} == {*reply} - {"reply", "kind", "trace"}
