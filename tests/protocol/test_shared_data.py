"""What scenes have alike is left out of each and comes back whole; tests/js/scene.test.js holds the browser to it."""

import json

import numpy as np
import pytest

import gruviz
from gruviz.app.server import files
from gruviz.protocol.headline import Choice, Menu, Status, menus
from gruviz.protocol.message import unpack
from gruviz.protocol.requests import MOST_STEPS, first_sums
from gruviz.protocol.scene import Labels, Run, Scene, lean, message
from gruviz.protocol.shared_data import alike, whole
from gruviz.protocol.tiles import tile
from gruviz.protocol.view import View
from gruviz.tracing import explain
from gruviz.tracing.analysis import ranking
from gruviz.wording.words import LANGUAGES

MODEL = gruviz.TorchGRU(3, 4, num_layers=2)


def scene(language="en", steps=30, **more):
    x = np.random.default_rng(2).normal(size=(steps, 3)) + 0.5
    run = Run("an id", gruviz.trace(MODEL, x), MODEL)
    return Scene(run, labels=Labels(channels=("a", "b", "c"), language=language), **more)


OWN = (Menu("weights", "Weights", (("", (Choice("mine", "My own"),)),), "mine"),)
SCENES = {
    "plain": scene(),
    "korean": scene("ko", view=View(layer=1, t=4, gate="z", order="peak", colours="stretched"), visit=3),
    "chosen": scene(menus=menus("en", {"weights": "latch", "model": "concat"}), status=Status("note", "so")),
    "own": scene(menus=OWN, place="here", home=(3, 2)),
    "no negatives": Scene(Run("b", gruviz.trace(gruviz.SplitGRU(1, 2), np.ones((5, 1))), None)),
}


def sent(shown, **more):
    run = shown.run
    given = {"part": tile(run.trace, shown.layer), "order": ranking(run.trace, "index", layer=shown.layer)}
    return unpack(lean(shown, "key", "alike/en.json", **given, **more))


def plain(value):
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("shown", SCENES.values(), ids=SCENES)
def test_a_lean_message_made_whole_is_the_message(shown):
    header, arrays = sent(shown)
    wanted, same = unpack(message(shown, "key"))
    wanted.pop("model")  # for a page that can ask nobody
    same = {name: array for name, array in same.items() if not name.startswith("model/")}
    assert header.pop("alike") == "alike/en.json"
    assert header.pop("sums") is None
    assert plain(whole(header)) == wanted
    assert {name: array.tolist() for name, array in arrays.items()} == {
        name: array.tolist() for name, array in same.items()
    }
    assert len(json.dumps(header)) < 3000
    assert len(json.dumps(wanted)) > 10_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_alike_is_served_by_an_address_that_changes_with_it(language):
    data = files.files()[files.alike_at(language)]
    assert json.loads(data) == plain(alike(language))
    assert files.digest() in files.address(files.alike_at(language))


@pytest.mark.parametrize("steps", [30, 700])
def test_a_scene_brings_the_sums_its_stage_would_ask_for(steps):
    shown = scene(steps=steps, home=(20, 3), view=View(layer=1))
    about, tables = first_sums(shown)
    assert (about["layer"], about["unit"]) == (1, 3)
    assert about["first"] <= 20 <= about["last"] < steps
    assert about["last"] - about["first"] < MOST_STEPS
    wanted = explain.sums(MODEL, shown.run.trace, layer=1, first=about["first"], last=about["last"], unit=3)
    for gate, parts in wanted.items():
        assert np.allclose(tables[gate], np.stack(list(parts.values()), axis=1))
    header, arrays = sent(shown, sums=(about, tables))
    assert header["sums"] == about
    assert np.array_equal(arrays["sums/z"], tables["z"])


def test_the_sums_stay_with_the_cell_someone_has_chosen():
    shown = scene(steps=700, home=(20, 3))
    about, _ = first_sums(shown, View(layer=0, unit=1, first=256, last=511))
    assert about == {"layer": 0, "unit": 1, "first": 256, "last": 511}
    # of another layer, or a unit that is not there, it is as nobody had
    assert first_sums(shown, View(layer=1, unit=1))[0]["unit"] == 3
    assert first_sums(shown, View(layer=0, unit=9))[0]["unit"] == 3
    assert first_sums(shown, View(layer=0, unit=1, first=690, last=699))[0] == {
        "layer": 0,
        "unit": 1,
        "first": 444,
        "last": 699,
    }
