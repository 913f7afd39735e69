"""Scenes and replies that the browser builds without a server (assets/stage/data/), against Python's.

Node runs once over all cases (tests/js/scene_cases.mjs). Each scene is built twice: with gates that JavaScript
computes, which must be Python's within 1e-5, and with Python's own, which must come back as they are.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from node_cases import PackedArrays, run_node
from torch import nn

import gruviz
from gruviz.protocol import experiments, outputs, requests, tiles
from gruviz.protocol.headline import Highlight, Status
from gruviz.protocol.message import unpack
from gruviz.protocol.requests import error, read, reply
from gruviz.protocol.scene import Labels, Run, Scene, message
from gruviz.protocol.shared_data import alike
from gruviz.protocol.view import VIEW_FIELDS, View, looked_at
from gruviz.tasks.answers import Head
from gruviz.tracing.analysis import ORDERS, ranking
from gruviz.tracing.trace import layer_weights

SCRIPT = Path(__file__).parents[1] / "js" / "scene_cases.mjs"
GATES = ("r", "z", "n", "h")
NEAR = 1e-5
MODELS = {
    "split": lambda inputs, units: gruviz.SplitGRU(inputs, units),
    "no biases": lambda inputs, units: gruviz.SplitGRU(inputs, units, bias=False),
    "concat": lambda inputs, units: gruviz.ConcatGRU(inputs, units),
    "torch": lambda inputs, units: gruviz.TorchGRU(inputs, units),
    "nn.GRU": lambda inputs, units: nn.GRU(inputs, units),
    "cell": lambda inputs, units: nn.GRUCell(inputs, units),
    "two layers": lambda inputs, units: nn.GRU(inputs, units, 2),
    "two ways": lambda inputs, units: nn.GRU(inputs, units, bidirectional=True),
    "two of both": lambda inputs, units: nn.GRU(inputs, units, 2, bidirectional=True),
}


@dataclass(frozen=True, eq=False)
class Case:
    """A scene, and what to request of it beside what is requested of every scene."""

    scene: Scene
    windows: tuple[tuple[int, int], ...] = ()

    @property
    def order(self):
        """Of the units, as the view has it."""
        view = self.scene.view.within(self.scene.run.trace)
        return ranking(self.scene.run.trace, view.order, layer=view.layer, window=looked_at(view.order, view))


@dataclass(frozen=True)
class Sizes:
    """How large a case is, and what kind of head it has."""

    model: str = "split"
    inputs: int = 2
    units: int = 5
    steps: int = 40
    head: str = ""
    outputs: int = 3
    within: float | None = None
    target: bool = True
    view: View = field(default_factory=View)
    language: str = "en"
    windows: tuple[tuple[int, int], ...] = ()


SIZES = {
    **{name: Sizes(name) for name in MODELS},
    "one step": Sizes(steps=1),
    "one unit": Sizes(units=1),
    "one of everything": Sizes("torch", 1, 1, 1, "numbers", 1),
    "wide": Sizes("torch", units=60, steps=90),
    "many inputs": Sizes(inputs=70),
    "more inputs": Sizes("nn.GRU", inputs=131, steps=9),
    "classes": Sizes("torch", head="classes"),
    "classes without a target": Sizes(head="classes", target=False),
    "classes of two ways": Sizes("two ways", head="classes"),
    "many classes": Sizes(head="classes", outputs=80, steps=300),
    "many classes without a target": Sizes("two of both", head="classes", outputs=65, target=False),
    "signs": Sizes("concat", head="signs"),
    "numbers": Sizes("two layers", head="numbers", within=0.5),
    "numbers near or far": Sizes("two of both", head="numbers", outputs=1),
    "korean": Sizes("two of both", view=View(layer=2, t=4, unit=1, order="peak", gate="z"), language="ko"),
    "korean, one way": Sizes("two layers", view=View(layer=1, order="cluster"), language="ko"),
    "active": Sizes("two ways", view=View(layer=1, first=7, last=19, order="active")),
    "a layer that is not there": Sizes("torch", view=View(layer=3, order="half_life")),
    "long": Sizes("torch", units=2, steps=tiles.EXACT_STEPS + 1, windows=((0, 8191), (4000, 8192))),
    "long and wide": Sizes("two ways", 3, 70, 9000, "numbers", 2, 0.5, windows=((100, 399),)),
    "long, many classes": Sizes("split", 70, 74, 8190, "classes", 70, windows=((0, 8188),)),
}
NAMES = [*SIZES, "not a number", "infinite", "too large", "nothing but zeros", "labels like channels"]
NAMES += ["long, not a number", "small signs"]
NOISE = "noise"  # of which only the orders of its units are compared


@cache
def case_of(name: str) -> Case:
    rng = np.random.default_rng([*name.encode()])
    sizes = SIZES.get(name, Sizes("torch", head="classes" if name == "labels like channels" else ""))
    if name == "too large":
        sizes = Sizes(inputs=700, steps=3000)
    elif name == "long, not a number":
        sizes = Sizes(inputs=70, units=2, steps=8300)
    elif name == "small signs":
        sizes = Sizes(head="signs")
    elif name == NOISE:
        sizes = Sizes("two ways", units=90, steps=200)
    model = MODELS[sizes.model](sizes.inputs, sizes.units)
    with torch.no_grad():
        for held in model.parameters():
            held.copy_(torch.from_numpy(rng.uniform(-1, 1, tuple(held.shape)) * sizes.units**-0.5))
    layers = getattr(model, "num_layers", 1) * (1 + getattr(model, "bidirectional", False))
    x = rng.normal(0, 1.2, (sizes.steps, sizes.inputs)).astype(np.float32)
    h0 = rng.uniform(-0.95, 0.95, (layers, 1, sizes.units)).astype(np.float32)
    if name == "not a number":
        x[20, 1] = np.nan
    elif name == "long, not a number":
        x[8000, 1] = np.nan
    elif name == "infinite":
        x[20:22, 1], x[3] = np.inf, 0
    elif name == "nothing but zeros":
        x[:] = 0
        h0[:] = 0
    labels = tuple(f"{'word ' * 12}{t}" if t % 3 else "" for t in range(sizes.steps))
    labels = ("😀" * 50, *labels[1:])
    trace = gruviz.trace(model, x, h0, labels=labels if sizes.target else ())
    channels = tuple(f"channel {k}{' and more' * 5}" for k in range(sizes.inputs - 1))
    if name == NOISE:  # no component stands out
        trace = replace(trace, h=rng.uniform(-1, 1, trace.h.shape).astype(np.float32))
    head, target = head_of(sizes, trace, rng)
    if name == "small signs":
        head, target = replace(head, w=head.w / 100), target / 10
    if name == "labels like channels":
        head = Head(head.kind, ("a", "b", "c"), head.within, head.w, head.b)
        channels = ("a", "b", "c")
    scene = Scene(
        Run(f"run {name}", trace, model, head, target),
        sizes.view,
        Labels(
            tuple(f"unit {k}" for k in range(sizes.units - 1)),
            channels,
            sizes.language,
            tuple("due" if t % 4 == 1 else "" for t in range(sizes.steps)) if target is not None else (),
        ),
        home=(sizes.steps // 2, sizes.units - 1),
        status=Status("story", "So [it](watch) is.", places={"watch": Highlight("z", 0, 0, 0, 0)}) if head else None,
        place="here",
        visit=2,
        address="a.",
        cursor="one",
    )
    return Case(scene, sizes.windows)


def head_of(sizes: Sizes, trace: gruviz.GateTrace, rng: np.random.Generator) -> tuple[Head | None, np.ndarray | None]:
    """A head and its target, some of whose steps have none."""
    if not sizes.head:
        return None, None
    wide = sizes.units * (1 + trace.meta.bidirectional)
    w, b = rng.normal(size=(sizes.outputs, wide)), rng.normal(0, 0.3, sizes.outputs)
    names = tuple(f"output {k}{' with a long name' * 3}" for k in range(sizes.outputs))
    head = Head(sizes.head, names, sizes.within, w.astype(np.float32), b.astype(np.float32))
    if not sizes.target:
        return head, None
    if sizes.head == "classes":
        target = rng.integers(sizes.outputs, size=(sizes.steps, 1)).astype(np.float32)
    else:
        target = rng.normal(size=(sizes.steps, sizes.outputs)).astype(np.float32)
    target[::3] = np.nan
    return head, target


def requests_of(case: Case) -> list[dict[str, Any]]:
    """Requests as a stage sends them, and some that cannot be used."""
    run = case.scene.run
    layers, _, steps, units = run.trace.h.shape
    times = sorted({0, steps // 3, steps - 1})
    asked: list[dict[str, Any]] = [{"kind": "model"}]
    for layer in range(layers):
        asked += [
            {"kind": "explain", "gate": gate, "layer": layer, "t": t, "unit": (layer + t) % units}
            for gate in GATES
            for t in times
        ]
        for first, last in ((0, min(steps, 256) - 1), (steps // 2, steps // 2), (max(0, steps - 9), steps - 1)):
            asked.append({"kind": "sums", "layer": layer, "unit": units - 1, "first": first, "last": last})
        for first, last in ((0, steps - 1), (steps // 3, steps // 2), *case.windows):
            asked.append({"kind": "tile", "layer": layer, "first": first, "last": last})
        for order in ORDERS:
            asked.append({"kind": "order", "order": order, "layer": layer})
            asked.append({"kind": "order", "order": order, "layer": layer, "first": steps // 4, "last": steps // 2})
    for out in range(0 if run.head is None else len(run.head.w)):
        asked.append({"kind": "explain", "gate": "y", "layer": layers - 1, "t": times[-1], "unit": 0, "out": out})
    asked += [
        {"kind": "tile", "layer": layers, "first": 0, "last": 0},
        {"kind": "tile", "layer": 0, "first": 0, "last": steps},
        {"kind": "tile", "layer": 0, "first": 0},
        {"kind": "tile", "layer": 0, "first": 1, "last": 0},
        {"kind": "sums", "layer": 0, "unit": 0, "first": 0, "last": 256},
        {"kind": "sums", "layer": 0, "unit": units, "first": 0, "last": 0},
        {"kind": "explain", "gate": "x", "layer": 0, "t": 0, "unit": 0},
        {"kind": "explain", "gate": "h", "layer": 0, "t": -1, "unit": 0},
        {"kind": "explain", "gate": "y", "layer": 0, "t": 0, "unit": 0, "out": 1000},
        {"kind": "order", "order": "toString", "layer": 0},
        {"kind": "explain", "gate": "h", "layer": True, "t": 0, "unit": 0},
        {"kind": "tile", "layer": 0, "first": 0, "last": 0, "trace": "another"},
        {"kind": "anything"},
        {},
    ]
    asked = [{"id": 100 + k, "trace": run.id, **each} for k, each in enumerate(asked)]
    return [*asked, {**asked[0], "id": "one"}, {**asked[0], "id": -1}]


def orders_of(case: Case) -> list[dict[str, Any]]:
    """Orders of the units over some steps: a stage requests that of "active" only."""
    layers, _, steps, _ = case.scene.run.trace.h.shape
    return [
        {"how": how, "layer": layer, "window": (steps // 3, steps // 2 + steps // 4)}
        for how in ORDERS
        for layer in range(layers)
    ]


# ---- what node makes of them


def written(case: Case, put) -> dict[str, Any]:
    """A case as scene_cases.mjs reads it."""
    scene, run = case.scene, case.scene.run
    t, head, labels = run.trace, run.head, scene.labels
    layers = []
    for row in range(len(t.h)):
        weights = layer_weights(run.model, row)
        sizes = {"inputs": weights[0].shape[1], "units": weights[1].shape[1]}
        named = zip(("w_ih", "w_hh", "b_ih", "b_hh"), map(put, weights), strict=True)
        layers.append({"reset": t.meta.reset, "reverse": t.reverse(row), **sizes, **dict(named)})
    told = head and {"kind": head.kind, "within": head.within, "names": head.names, "w": put(head.w), "b": put(head.b)}
    return {
        "model": {"directions": 1 + t.meta.bidirectional, "layers": layers, "head": told},
        "input": {
            "x": put(t.x[0]),
            "inputs": t.meta.input_size,
            "h0": put(t.h0[:, 0]),
            "labels": t.labels,
            "due": labels.due,
            "channels": labels.channels,
            "target": put(run.target),
        },
        "options": {
            "id": run.id,
            "kind": t.meta.kind,
            "language": labels.language,
            "view": {name: getattr(scene.view, name) for name in VIEW_FIELDS},
            "unitNames": labels.units,
            "status": None if scene.status is None else asdict(scene.status),
            "home": {"t": scene.home[0], "unit": scene.home[1]},
            "place": scene.place,
            "visit": scene.visit,
            "key": "key",
            "address": scene.address,
            "cursor": scene.cursor,
        },
        "trace": [{gate: put(getattr(t, gate)[row, 0]) for gate in GATES} for row in range(len(t.h))],
        "requests": requests_of(case),
        "orders": orders_of(case),
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """All that node found; it is needed, as .ci/run has it."""
    folder, numbers = tmp_path_factory.mktemp("scene"), PackedArrays()
    cases = [written(case_of(name), numbers.put) for name in (*NAMES, NOISE)]
    (folder / "cases.json").write_text(json.dumps(cases))
    (folder / "shared.json").write_text(json.dumps({language: alike(language) for language in ("en", "ko")}))
    numbers.write(folder / "numbers.f4")
    run_node(SCRIPT, folder)
    values = np.fromfile(folder / "found.f4", np.float32)

    def whole(place: dict[str, Any]) -> object:
        if set(place) != {"from", "columns", "rows", "kind"}:
            return place
        size = place["columns"] * place["rows"]
        table = values[place["from"] : place["from"] + size].reshape(place["columns"], place["rows"])
        return table.astype(np.int32) if place["kind"] == "i" else table

    return json.loads((folder / "found.json").read_text(), object_hook=whole)


@pytest.fixture(scope="module")
def found(done):
    return dict(zip((*NAMES, NOISE), done["found"], strict=True))


# ---- what they should be


def require_same(told: object, wanted: object, where: str, near: float = 0.0) -> None:
    """The same JSON; numbers that are computed to a relative or absolute rounding."""
    if isinstance(wanted, dict):
        assert set(told) == set(wanted), where
        for name, value in wanted.items():
            require_same(told[name], value, f"{where} {name}", near)
    elif isinstance(wanted, list | tuple):
        assert len(told) == len(wanted), where
        for k, (one, other) in enumerate(zip(told, wanted, strict=True)):
            require_same(one, other, f"{where} {k}", near)
    elif isinstance(wanted, float) and near:
        assert told == pytest.approx(wanted, rel=near, abs=near), where
    else:
        assert told == wanted, where


def require_header(told: dict[str, Any], wanted: dict[str, Any], near: float) -> None:
    told, wanted = dict(told), dict(wanted)
    assert set(told) == set(wanted)
    require_same(told.pop("reach"), wanted.pop("reach"), "reach", near)
    if "answer" in wanted:
        answer, same = dict(told.pop("answer")), dict(wanted.pop("answer"))
        for end in ("low", "high"):  # rounded to four digits
            assert answer.pop(end, None) == pytest.approx(same.pop(end, None), abs=1.01e-4)
        require_same(answer, same, "answer")
    require_same(told, wanted, "header")


def slack_of(name: str, near: float, pooled: bool) -> float:
    """How far an array may be off."""
    gate = name.removesuffix("_low").removesuffix("_high")
    if gate == "y":  # of a head: Python adds up in single precision
        return NEAR
    if gate in (*GATES, "before") and near:
        return near
    if name == "values":
        return NEAR  # Python's logarithm is in single precision
    return 2e-6 if pooled and name in ("x", *GATES) else 0.0  # a mean depends on the order in which numbers are added


def require_arrays(told: dict[str, np.ndarray], wanted: dict[str, np.ndarray], near: float, pooled: bool) -> None:
    assert set(told) == set(wanted)
    for name, array in wanted.items():
        one = told[name].reshape(array.shape) if array.ndim == 1 else told[name]
        assert (one.shape, one.dtype) == (array.shape, array.dtype), name
        slack = slack_of(name, near, pooled)
        np.testing.assert_allclose(one, array, rtol=slack, atol=slack, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["computed", "traced"])
def test_a_scene_built_here_is_python_s(found, name, how):
    case, told = case_of(name), found[name][how]
    header, arrays = unpack(message(case.scene, "key", order=case.order))
    near = NEAR if how == "computed" else 0.0
    if how == "computed":  # the page must not call its numbers Python's
        assert told["header"]["trace"].pop("by") == "page"
    require_header(told["header"], header, near)
    if how == "computed":  # an order may turn where two units are the same to rounding; what it is by is near
        told_order, order = told["arrays"].pop("order"), arrays.pop("order")
        assert sorted(told_order.ravel()) == sorted(order)
    require_arrays(told["arrays"], arrays, near, header["tile"]["each"] > 1 or header["tile"]["x_each"] > 1)


@pytest.mark.parametrize("name", NAMES)
def test_replies_are_python_s(found, name):
    case = case_of(name)
    for value, told in zip(requests_of(case), found[name]["replies"], strict=True):
        question = read(value, case.scene.run)
        header, arrays = error(value, case.scene.run) if question is None else reply(question, case.scene)
        of_classes = value.get("gate") == "y" and case.scene.run.head and case.scene.run.head.kind == "classes"
        wanted = json.loads(json.dumps(header))
        if of_classes and header["kind"] == "explain":  # Python's probability is in single precision
            assert told["header"].pop("value") == pytest.approx(wanted.pop("value"), rel=NEAR)
        require_same(told["header"], wanted, f"{value}", 1e-9)
        if value.get("kind") == "sums":
            assert set(told["arrays"]) == set(arrays)
            for gate, table in arrays.items():
                np.testing.assert_allclose(told["arrays"][gate], table, rtol=1e-6, atol=1e-6, err_msg=f"{value}")
            continue
        tile = header.get("tile", {"each": 1, "x_each": 1})
        require_arrays(told["arrays"], arrays, 0.0, tile["each"] > 1 or tile["x_each"] > 1)


@pytest.mark.parametrize("name", [*NAMES, NOISE])
def test_orders_over_some_steps_are_python_s(found, name):
    case = case_of(name)
    for place, told in zip(orders_of(case), found[name]["orders"], strict=True):
        rest = {key: value for key, value in place.items() if key != "how"}
        wanted = ranking(case.scene.run.trace, place["how"], **rest)
        assert told["arrays"]["order"].ravel().tolist() == wanted.order.tolist(), place
        if wanted.values is not None:
            np.testing.assert_allclose(told["arrays"]["values"].ravel(), wanted.values, NEAR, NEAR, err_msg=str(place))


def test_limits_and_orders_are_python_s(done):
    limits = done["limits"]
    for module, names in {
        tiles: ("EXACT_STEPS", "EXACT_CELLS", "POOLED_CELLS", "MOST_COLUMNS", "LEAST_COLUMNS", "MOST_CHANNELS"),
        outputs: ("MOST_ROWS", "LONGEST_NAME"),
        requests: ("MOST_STEPS",),
        experiments: ("MOST_BYTES",),
    }.items():
        assert {name: limits[name] for name in names} == {name: getattr(module, name) for name in names}
    assert limits["LONGEST_LABEL"] == tiles.LONGEST_LABEL
    assert tuple(limits["ORDERS"]) == ORDERS


def test_the_cases_hold_what_they_are_to_test(found):
    scenes = {name: unpack(message(case_of(name).scene))[0] for name in NAMES}
    assert {each["trace"]["kind"] for each in scenes.values()} == {"split", "concat", "torch", "nn.GRU", "nn.GRUCell"}
    assert {each["answer"]["kind"] for each in scenes.values() if "answer" in each} == {"classes", "signs", "numbers"}
    assert sum("rows" in each.get("answer", {}) for each in scenes.values()) == 3
    assert sum("names" not in each["answer"] for each in scenes.values() if "answer" in each) == 1
    assert {each["tile"]["x_each"] for each in scenes.values()} >= {1, 2, 3}
    assert sum(each["tile"]["each"] > 1 for each in scenes.values()) >= 3
    assert scenes["too large"]["model"] == {"too_large": True}
    assert all(case_of(name).scene.run.trace.h0.any() for name in NAMES if name != "nothing but zeros")
    errors = [one["header"]["kind"] == "error" for one in found["split"]["replies"]]
    assert errors.count(True) > 10
    assert errors.count(False) > 30
