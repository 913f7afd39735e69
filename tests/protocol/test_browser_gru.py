"""The GRU in the browser (assets/stage/model/) against Python's: every gate, with and without edits, and explanations.

Node runs once over all cases (tests/js/gru_cases.mjs). It adds up in double precision and keeps in single, Python's
loops are in single: states that are chaotic would tell them apart, so the weights are about as torch draws them.
"""

import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from node_cases import PackedArrays, run_node
from torch import nn

import gruviz
from gruviz.protocol.requests import Request, reply
from gruviz.protocol.scene import Labels, Run, Scene
from gruviz.protocol.view import View
from gruviz.tracing import explain
from gruviz.tracing.interventions import KINDS, Clamp, Intervention, Lesion, Scale
from gruviz.tracing.trace import Traceable, layer_weights

SCRIPT = Path(__file__).parents[1] / "js" / "gru_cases.mjs"
STEPS, NEAR = 200, 1e-5
GATES = ("r", "z", "n", "h")
WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")
RANGE = {"r": (0, 1), "z": (0, 1), "n": (-1, 1), "h": (-1, 1)}
MAKE = {
    "split": lambda inputs, units, bias: gruviz.SplitGRU(inputs, units, bias=bias),
    "concat": lambda inputs, units, bias: gruviz.ConcatGRU(inputs, units, bias=bias),
    "torch": lambda inputs, units, bias: nn.GRU(inputs, units, bias=bias),
    "cell": lambda inputs, units, bias: nn.GRUCell(inputs, units, bias=bias),
    "two layers": lambda inputs, units, bias: nn.GRU(inputs, units, 2, bias=bias),
    "two ways": lambda inputs, units, bias: nn.GRU(inputs, units, bias=bias, bidirectional=True),
    "two of both": lambda inputs, units, bias: nn.GRU(inputs, units, 2, bias=bias, bidirectional=True),
}


@dataclass
class Case:
    """A model on an input, and what is done to it by hand."""

    name: str
    model: Traceable
    x: np.ndarray
    h0: np.ndarray
    edits: list[dict[str, Any]]
    labels: Labels = field(default_factory=Labels)

    def __post_init__(self):
        self.free = gruviz.trace(self.model, self.x, self.h0[:, None])

    @cached_property
    def trace(self):
        """With the edits."""
        return gruviz.trace(self.model, self.x, self.h0[:, None], what_if=[as_python_has(edit) for edit in self.edits])

    @property
    def layers(self):
        """Each layer as the browser is told it."""
        m, found = self.free.meta, []
        for row in range(len(self.free.h)):
            w_ih, w_hh, b_ih, b_hh = layer_weights(self.model, row)
            sizes = {"inputs": w_ih.shape[1], "units": w_hh.shape[1]}
            weights = {"w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh}
            found.append({"reset": m.reset, "reverse": self.free.reverse(row), **sizes, **weights})
            if isinstance(self.model, gruviz.ConcatGRU):
                found[-1]["share"] = self.model.b_hh_share.numpy()
        return found


def as_python_has(edit: dict[str, Any]) -> Intervention:
    rest = {name: value for name, value in edit.items() if name != "do"}
    amount = {"scale": "factor", "bias": "amount"}.get(edit["do"])
    if amount:
        rest[amount] = rest.pop("value")
    return KINDS[edit["do"].capitalize()](**rest)


# ---- the cases


def drawn_model(kind: str, seed: int) -> tuple[Traceable, np.random.Generator]:
    rng = np.random.default_rng([seed, *kind.encode()])
    model = MAKE[kind](int(rng.integers(1, 5)), int(rng.integers(1, 9)), seed % 3 != 1)
    size, numbers = model.hidden_size**-0.5, [*model.parameters()]
    if kind == "concat" and seed % 3 != 1:
        numbers.append(model.b_hh_share)
    with torch.no_grad():
        for held in numbers:
            held.copy_(torch.from_numpy(rng.uniform(-size, size, tuple(held.shape))))
    return model, rng


def any_edit(rng: np.random.Generator, layers: list[dict], row: int) -> dict[str, Any]:
    units = layers[row]["units"]
    some = None if rng.random() < 0.3 else rng.integers(units, size=rng.integers(1, units + 1)).tolist()
    first = int(rng.integers(STEPS))
    steps = None if rng.random() < 0.3 else [first, int(rng.integers(first, STEPS))]
    do = rng.choice(["clamp", "scale", "bias", "lesion", "weight"], p=[0.25, 0.25, 0.2, 0.1, 0.2]).item()
    if do == "lesion":
        return {"do": do, "units": some or [0], "layer": row}
    if do == "weight":
        # of concat's one bias both shares can be set
        name = rng.choice(WEIGHTS[: 2 if layers[row]["b_ih"] is None else 4]).item()
        column = int(rng.integers(layers[row][name].shape[1])) if name[0] == "w" else None
        return {
            "do": do,
            "name": name,
            "row": int(rng.integers(3 * units)),
            "column": column,
            "value": float(np.float32(rng.uniform(-1.5, 1.5))),
            "layer": row,
        }
    gate = rng.choice(["r", "z", "n"] if do == "bias" else list(GATES)).item()
    low, high = {"clamp": RANGE[gate], "scale": (-0.5, 2.5), "bias": (-3, 3)}[do]
    return {
        "do": do,
        "gate": gate,
        "value": float(np.float32(rng.uniform(low, high))),
        "units": some,
        "steps": steps,
        "layer": row,
    }


@cache
def case_of(name: str) -> Case:
    kind, _, seed = name.rpartition(" ")
    seed = int(seed)
    model, rng = drawn_model(kind, seed)
    inputs, units = (getattr(model, name) for name in ("input_size", "hidden_size"))
    rows = 1 if not isinstance(model, nn.GRU) else model.num_layers * (1 + model.bidirectional)
    x = rng.normal(0, 1.2, (STEPS, inputs)).astype(np.float32)
    h0 = rng.uniform(-0.95, 0.95, (rows, units)).astype(np.float32)
    names = Labels(units=tuple(f"unit {k}" for k in range(units - 1)), channels=("one",))
    case = Case(name, model, x, h0, [], names)
    case.edits = [any_edit(rng, case.layers, int(rng.integers(rows))) for _ in range(rng.integers(1, 7))]
    if seed % 2:  # on one place, in either order
        gate, row = rng.choice(list(GATES)).item(), int(rng.integers(rows))
        place = {"gate": gate, "units": None, "layer": row}
        both = [
            {"do": "scale", "value": 1.75, "steps": [20, 90], **place},
            {"do": "clamp", "value": 0.375, "steps": [50, 120], **place},
        ]
        case.edits += both if seed % 4 == 1 else both[::-1]
    if kind == "concat" and seed % 4 == 2:  # its one bias by either of its shares
        for name, value in (("b_hh", 0.75), ("b_ih", -0.25)):
            case.edits.append({"do": "weight", "name": name, "row": 1, "column": None, "value": value, "layer": 0})
    return case


NAMES = [f"{kind} {seed}" for kind in MAKE for seed in range(8)]


def places_of(case: Case) -> list[dict[str, Any]]:
    """Numbers to take apart: of every gate and layer, at both ends of the time and within it."""
    rows, _, steps, units = case.trace.h.shape
    return [
        {"gate": gate, "layer": row, "t": t, "unit": (row + t) % units}
        for gate in GATES
        for row in range(rows)
        for t in (0, 77, steps - 1)
    ]


def pieces_of(case: Case) -> list[dict[str, int]]:
    rows, _, steps, units = case.trace.h.shape
    return [
        {"layer": row, "unit": units - 1, "first": first, "last": last}
        for row in range(rows)
        for first, last in ((0, 20), (steps - 9, steps - 1))
    ]


# ---- what node makes of them


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Every case's results, by its name; node is needed, as .ci/run has it."""
    folder, numbers, told = tmp_path_factory.mktemp("gru"), PackedArrays(), []
    for case in map(case_of, NAMES):
        put, t = numbers.put, case.trace
        layers = [{k: put(v) if isinstance(v, np.ndarray) else v for k, v in layer.items()} for layer in case.layers]
        told.append(
            {
                "model": {"directions": 1 + t.meta.bidirectional, "layers": layers},
                "x": put(case.x),
                "h0": put(case.h0),
                "edits": case.edits,
                # as Python has them, to be taken apart
                "gates": [{gate: put(getattr(t, gate)[row, 0]) for gate in GATES} for row in range(len(t.h))],
                "places": places_of(case),
                "pieces": pieces_of(case),
                "names": {"units": case.labels.units, "channels": case.labels.channels},
            }
        )
    (folder / "cases.json").write_text(json.dumps(told))
    numbers.write(folder / "numbers.f4")
    run_node(SCRIPT, folder)
    values = np.fromfile(folder / "found.f4", np.float32)

    def whole(place: dict[str, int]) -> object:
        return values[place["at"] : place["at"] + place["size"]] if {"at", "size"} == set(place) else place

    return dict(zip(NAMES, json.loads((folder / "found.json").read_text(), object_hook=whole), strict=True))


# ---- what they should be


def require_near(told: list[dict[str, np.ndarray]], wanted: dict[str, np.ndarray]) -> None:
    for gate in GATES:
        own = np.stack([layer[gate].reshape(STEPS, -1) for layer in told])
        off = np.abs(own - wanted[gate])
        assert off.max() < NEAR, f"{gate} is off by {off.max()} at (layer, step, unit) {np.argwhere(off >= NEAR)[0]}"


@pytest.mark.parametrize("name", NAMES)
def test_the_free_run_is_the_trace(found, name):
    t = case_of(name).free
    require_near(found[name]["free"], {gate: getattr(t, gate)[:, 0] for gate in GATES})


@pytest.mark.parametrize("name", NAMES)
def test_a_bent_run_is_the_trace(found, name):
    t = case_of(name).trace
    require_near(found[name]["bent"], {gate: getattr(t, gate)[:, 0] for gate in GATES})


@pytest.mark.parametrize("name", NAMES)
def test_before_the_first_change_nothing_differs(found, name):
    for free, bent, changed in zip(*(found[name][what] for what in ("free", "bent", "changed")), strict=True):
        alike = np.ones(STEPS, bool)
        if changed is not None:
            alike[changed[0] : changed[1] + 1] = False
        for gate in GATES:
            one, other = (run[gate].reshape(STEPS, -1)[alike] for run in (free, bent))
            assert np.array_equal(one, other)


def test_the_cases_hold_what_they_are_to_test():
    edits = [edit for case in map(case_of, NAMES) for edit in case.edits]
    assert {edit["do"] for edit in edits} == {"clamp", "scale", "bias", "lesion", "weight"}
    assert {edit["name"] for edit in edits if edit["do"] == "weight"} == set(WEIGHTS)
    assert {(edit["do"], edit["gate"]) for edit in edits if "gate" in edit} == {
        (do, gate) for do in ("clamp", "scale", "bias") for gate in GATES
    } - {("bias", "h")}
    assert all(np.abs(case_of(name).h0).max() > 0 for name in NAMES)


# ---- numbers taken apart


def as_python_says(case: Case, kind: str, place: dict[str, Any]) -> tuple[dict, dict[str, np.ndarray]]:
    scene = Scene(Run("a", case.trace, case.model), labels=case.labels)
    view = View(**{name: value for name, value in place.items() if name != "gate"})
    return reply(Request(1, kind, view, place.get("gate", "h")), scene)


def require_alike(told: object, wanted: object, where: str) -> None:
    """The same JSON; numbers to the rounding of a sum in another order."""
    if isinstance(wanted, dict):
        assert set(told) == set(wanted), where
        for name, value in wanted.items():
            require_alike(told[name], value, f"{where} {name}")
    elif isinstance(wanted, list | tuple):
        assert len(told) == len(wanted), where
        for k, (one, other) in enumerate(zip(told, wanted, strict=True)):
            require_alike(one, other, f"{where} {k}")
    elif isinstance(wanted, float):
        assert told == pytest.approx(wanted, rel=1e-9, abs=1e-12), where
    else:
        assert told == wanted, where


@pytest.mark.parametrize("name", NAMES)
def test_a_number_is_explained_as_python_does(found, name):
    case = case_of(name)
    for place, told in zip(places_of(case), found[name]["explained"], strict=True):
        wanted, _ = as_python_says(case, "explain", place)
        own = {key: value for key, value in told.items() if key not in ("by_hand", "would_be")}
        require_alike({"reply": 1, "kind": "explain", "trace": "a", **own}, wanted, f"{place}")


@pytest.mark.parametrize("name", NAMES)
def test_what_a_hand_sets_is_told_as_python_tells_it(found, name):
    case = case_of(name)
    for place, told in zip(places_of(case), found[name]["explained"], strict=True):
        at = {key: place[key] for key in ("gate", "layer", "unit")}
        number = explain.number(case.model, case.trace, time=place["t"], **at)
        setting = [one for one in number.by_hand if isinstance(one, Scale | Clamp | Lesion)]
        assert [as_python_has(edit) for edit in told.get("by_hand", [])] == setting, f"{place}"
        assert told.get("would_be", told["value"]) == pytest.approx(number.would_be, rel=1e-9, abs=1e-12), f"{place}"


@pytest.mark.parametrize("name", NAMES)
def test_sums_are_those_python_sends(found, name):
    case = case_of(name)
    for piece, told in zip(pieces_of(case), found[name]["sums"], strict=True):
        _, wanted = as_python_says(case, "sums", piece)
        assert set(told) == set(wanted)
        for gate, table in wanted.items():
            assert told[gate].reshape(table.shape) == pytest.approx(table, rel=1e-6, abs=1e-6), f"{piece} {gate}"
