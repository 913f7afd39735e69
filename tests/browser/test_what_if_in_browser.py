"""What-ifs, as hands do them: bent gates, redrawn inputs, the difference, the link, and whose numbers are shown."""

from __future__ import annotations

import re

import numpy as np
import pytest
from explorer import DRAWN
from plain_pages import one_stage
from playwright.sync_api import expect

import gruviz
from gruviz.models.random_weights import random_params
from gruviz.protocol import scene
from gruviz.tasks.answers import answers, head_of
from gruviz.tasks.catalogue import TASKS
from gruviz.training.saved import shipped

CHECKED = re.compile("Python agrees")


def open_bench(e) -> None:
    e.press("whatif")
    e.until("stage.experiment.freeRun !== null")


def idea(e, name: str) -> None:
    e.part("bench").locator("[data-what=try]").click()
    e.part("bench").locator(f"[data-idea={name}]").click()
    e.until("stage.experiment.acting && stage.experiment.outcome.run.isDone")


def take(e, tool: str) -> None:
    e.part("bench").locator(f"[data-tool={tool}]").click()


def badge(e):
    return e.part("bench").locator(".bench-badge")


def said(e):
    return e.part("bench").locator(".bench-said")


def drag(e, start: list[float], end: list[float]) -> None:
    e.page.mouse.move(*start)
    e.page.mouse.down()
    e.page.mouse.move(*((a + b) / 2 for a, b in zip(start, end, strict=True)), steps=5)
    e.page.mouse.move(*end, steps=5)
    e.page.mouse.up()


def gate(e, name: str) -> np.ndarray:
    flat = e.stage("[Array.from(stage.tiles.finest(stage.view.layer, 0).arrays[arg]), stage.scene.trace.units]", name)
    return np.array(flat[0]).reshape(-1, flat[1])


def in_strip(e, t: int, share: float) -> list[float]:
    """A place of the input strip, in the window."""
    return e.stage(
        """(() => { const box = stage.part.panels.getBoundingClientRect(), row = stage.panels.row("x");
        return [box.left + stage.panels.x(arg[0] + 0.5), box.top + row.top + arg[1] * row.height]; })()""",
        [t, share],
    )


def test_a_frozen_gate_at_once_undone_checked_by_python_and_in_the_link(explore):
    e = explore()
    free = gate(e, "h")
    sent = len(e.sent)
    open_bench(e)
    asked = len(e.sent)
    idea(e, "z1")
    assert len(e.sent) == asked > sent  # the model was asked for once; the what-if itself asks nobody
    assert (gate(e, "z") == 1).all()
    assert (gate(e, "h") == 0).all()
    expect(said(e)).to_contain_text("the initial state is kept for ever")
    expect(badge(e)).to_contain_text("computed on this page")
    expect(badge(e)).to_have_text(CHECKED, timeout=15_000)
    # the stage shows either, and the difference on a scale it states
    e.part("panels").focus()
    e.page.keyboard.press("2")
    np.testing.assert_array_equal(gate(e, "h"), free)
    expect(badge(e)).to_contain_text("Original run")
    expect(e.part("chosen")).not_to_contain_text("what if")
    expect(e.part("aside")).to_be_hidden()
    e.page.keyboard.press("3")
    expect(e.part("chosen")).to_contain_text("what if")
    expect(e.part("aside")).to_contain_text("of the original run")
    off = e.stage("Array.from(stage.experiment.picture.differences.finest(0, 0).arrays.h)")
    np.testing.assert_allclose(np.array(off).reshape(free.shape), -free, atol=1e-6)
    expect(said(e)).to_contain_text("each panel title states its scale")
    e.page.keyboard.press("1")
    e.page.keyboard.press("Control+z")
    np.testing.assert_array_equal(gate(e, "h"), free)
    expect(badge(e)).to_contain_text("Original run")
    e.page.keyboard.press("Control+Shift+z")
    assert (gate(e, "h") == 0).all()
    # what the model says of it is of the same run
    expect(e.part("says")).to_contain_text("predicts")
    e.page.wait_for_url("**bent=clamp+z+1*")
    e.page.reload()
    e.settled()
    e.until("stage.experiment.acting")
    assert (gate(e, "h") == 0).all()
    assert e.part("bench").is_visible()  # whoever opens the link sees that it is an experiment


def test_a_rectangle_is_bent_by_hand_listed_and_explained(explore):
    e = explore()
    open_bench(e)
    take(e, "bend")
    drag(e, e.stage("stage.placeOf('r', 10, 3)"), e.stage("stage.placeOf('r', 20, 6)"))
    assert e.stage("stage.experiment.deeds.chosen") == {"gate": "r", "units": [3, 4, 5, 6], "steps": [10, 20]}
    x, y = e.stage("stage.placeOf('r', 15, 4)")
    drag(e, [x, y], [x, y + 300])
    bent = gate(e, "r")
    assert (bent[10:21, 3:7] == 0).all()
    assert (bent[:10] != 0).all()
    entry = e.part("bench").locator(".bench-list li")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("r of units 3-6 clamped to 0, steps 10–20")
    expect(badge(e)).to_have_text(CHECKED, timeout=15_000)
    # the same numbers from Python, and before the first step named nothing differs
    saved = shipped("delayed_copy", "split")
    model = gruviz.SplitGRU.from_params(saved.params)
    what_if = (gruviz.Clamp("r", 0, units=(3, 4, 5, 6), steps=(10, 20)),)
    given = np.array(e.stage("Array.from(stage.experiment.known.x)")).reshape(-1, saved.params.input_size)
    trace = gruviz.trace(model, given, what_if=what_if)
    for name in "zrnh":
        np.testing.assert_allclose(gate(e, name), getattr(trace, name)[0, 0], atol=1e-5)
    # a clamped number says so, and what it would have been
    take(e, "look")
    e.page.mouse.click(*e.stage("stage.placeOf('r', 15, 4)"))
    why = gruviz.explain.number(model, trace, gate="r", time=15, unit=4)
    expect(e.part("why")).to_contain_text("Clamped to 0.00")
    expect(e.part("why")).to_contain_text(f"{why.would_be:.4f}")
    expect(e.page.locator(".equation[data-line=r]")).to_have_class(re.compile("by-hand"))
    # put aside, and taken out
    entry.locator("button").first.click()
    expect(badge(e)).to_contain_text("Original run")
    entry.locator("button").last.click()
    expect(entry).to_have_count(0)


def test_the_input_follows_the_mouse_and_is_in_the_link(explore):
    e = explore("weights=random&hidden=8&steps=60&family=sine")
    open_bench(e)
    take(e, "draw")
    before = gate(e, "h")
    drag(e, in_strip(e, 20, 0.1), in_strip(e, 30, 0.9))
    x = gate_x(e)
    assert x[20] > 0.5 > -0.5 > x[30]
    assert (np.diff(x[20:31]) <= 0).all()  # no step was left out, however fast the hand
    after = gate(e, "h")
    np.testing.assert_allclose(after[:20], before[:20], atol=1e-6)  # Python's, and the page's
    assert np.abs(after[20:] - before[20:]).max() > 0.01
    expect(badge(e)).to_have_text(CHECKED, timeout=15_000)
    e.page.wait_for_url("**drawn=0-19*")
    e.page.reload()
    e.settled()
    e.until("stage.experiment.acting")
    np.testing.assert_allclose(gate_x(e), x, atol=1e-3)
    np.testing.assert_allclose(gate(e, "h"), after, atol=1e-3)


def gate_x(e) -> np.ndarray:
    return np.array(e.stage("Array.from(stage.tiles.finest(0, 0).arrays.x)"))


def test_a_stretch_taken_out_makes_the_sequence_shorter_and_undo_longer_again(explore):
    e = explore()
    steps = e.stage("stage.scene.trace.steps")
    open_bench(e)
    take(e, "stretch")
    field = e.part("bench").locator("[data-what=steps]")
    field.fill("5-9")
    field.press("Enter")
    e.part("bench").locator("[data-stretch=remove]").click()
    e.until("stage.scene.trace.steps === arg", steps - 5)
    expect(e.part("now")).to_contain_text(f"/ {steps - 6}")
    expect(badge(e)).to_have_text(CHECKED, timeout=15_000)
    e.part("panels").focus()
    e.page.keyboard.press("Control+z")
    e.until("stage.scene.trace.steps === arg", steps)


def test_a_hostile_address_is_cut_to_what_makes_sense_and_says_so(explore):
    e = explore(
        "bent=clamp+z+NaN;clamp+z+1+u3,999;lesion+u77;clamp+q+1;clamp+r+1e999;nonsense&drawn=999999999-9+<b>&show=sideways"
    )
    e.until("stage.experiment.acting")
    assert e.stage("stage.experiment.edits") == [
        {"do": "clamp", "gate": "z", "value": 1, "units": [3], "steps": None, "layer": 0}
    ]
    expect(said(e)).to_contain_text("do not exist")
    expect(said(e)).to_have_class(re.compile("problem"))


@pytest.mark.parametrize("clamp", ["clamp+z+1+u0", "clamp+z+1"])
def test_thousands_of_clamps_are_a_hundred_and_the_strip_says_so(explore, clamp):
    e = explore("bent=" + ";".join([clamp] * (60_000 // len(clamp))))  # servers take no longer address for sure
    e.until("stage.experiment.acting")
    assert e.stage("stage.experiment.edits.length") == 100
    assert (gate(e, "z")[:, 0] == 1).all()
    expect(said(e)).to_contain_text("The link was too long: everything after “clamp z 1")
    expect(said(e)).to_contain_text("Edits over the limit, left out")
    expect(said(e)).to_have_class(re.compile("problem"))
    e.page.goto(e.page.url.partition("?")[0] + "?weights=random&drawn=" + "0-98+99:0.5+" * 500)
    e.settled()
    e.until("stage.experiment.acting")
    assert e.stage("stage.scene.trace.steps") > 1000
    expect(said(e)).to_contain_text("The link was too long: everything after “0-98” was left out.")


@pytest.mark.parametrize("task", ["flip_flop", "brackets", "delayed_copy"])
def test_the_difference_is_in_the_answer_too_on_a_scale_of_its_own(explore, task):
    e = explore(f"weights={task}&source=task&task={task}&bent=clamp+z+0.5+u0-3&show=difference")
    e.until("stage.experiment.picture.differences !== null")
    model = shipped(task, "split").model()
    x = np.array(e.stage("Array.from(stage.experiment.known.x)"), np.float32).reshape(-1, model.input_size)
    free = gruviz.trace(model, x)
    bent = gruviz.trace(model, x, what_if=(gruviz.Clamp("z", 0.5, units=(0, 1, 2, 3)),))
    head = head_of(model, TASKS[task])
    off = answers(head, bent).y - answers(head, free).y
    found = np.array(e.stage("Array.from(stage.drawn.tile.arrays.y)"))
    np.testing.assert_allclose(found.reshape(off.shape), off, atol=1e-4)
    most, scale = np.abs(off).max(), e.stage("stage.experiment.picture.palettes.y.high")
    assert most <= scale * (1 + 1e-5) <= 2.6 * most
    assert e.stage("stage.experiment.picture.palettes.y.low") == -scale
    expect(e.part("titles").locator("[data-gate=y] strong")).to_have_text(f"scale ±{scale:g} · y − original y")
    # each gate has its own scale, which its title states: small differences are seen beside large ones
    scales = set()
    for name in "zrnh":
        most = np.abs(getattr(bent, name) - getattr(free, name)).max()
        scale = e.stage("stage.experiment.picture.palettes[arg].high", name)
        assert most <= scale * (1 + 1e-5) <= 2.6 * most
        title = e.part("titles").locator(f"[data-gate={name}] strong")
        expect(title).to_have_text(f"scale ±{scale:g} · {name} − original {name}")
        scales.add(scale)
    assert len(scales) > 1


def test_nn_gru_says_that_its_kernel_cannot_be_bent(explore):
    e = explore()
    e.choose("model", "nn.GRU")
    open_bench(e)
    idea(e, "r1")
    expect(badge(e)).to_contain_text("kernel cannot be edited")
    expect(badge(e)).to_have_text(CHECKED, timeout=15_000)
    # with r = 1 both placements are one function
    expect(said(e)).to_contain_text("the same function: their h differ by 0")
    # the experiment stays when the model is another
    e.choose("model", "split")
    e.until("stage.experiment.acting")
    assert (gate(e, "r") == 1).all()


def test_weights_are_dragged_and_a_unit_is_cut_out_with_a_key(explore):
    e = explore()
    open_bench(e)
    take(e, "bend")
    e.part("bench").locator("[data-what=weights]").click()
    grid = e.page.locator("canvas.weights")
    box = grid.bounding_box()
    drag(e, [box["x"] + 30, box["y"] + 20], [box["x"] + 30, box["y"] - 20])
    [edit] = e.stage("stage.experiment.edits")
    assert (edit["do"], edit["name"]) == ("weight", "w_ih")
    expect(badge(e)).to_have_text(CHECKED, timeout=15_000)
    e.part("panels").focus()
    e.page.keyboard.press("x")
    unit = e.stage("stage.view.unit")
    assert (gate(e, "h")[:, unit] == 0).all()
    expect(badge(e)).to_have_text(CHECKED, timeout=15_000)


@pytest.mark.parametrize("model", [gruviz.ConcatGRU, gruviz.TorchGRU])
def test_a_plain_page_bends_without_any_python(open_html, model):
    x = np.random.default_rng(3).normal(size=(60, 2))
    made = model.from_params(random_params(2, 9, 1, gain=3))
    trace = gruviz.trace(made, x, h0=np.full(9, 0.4))
    shown = scene.Scene(scene.Run("one", trace, made))
    e = open_html(one_stage(shown))
    e.root.evaluate(DRAWN)
    open_bench(e)
    idea(e, "z0")
    bent = gruviz.trace(made, x, h0=np.full(9, 0.4), what_if=(gruviz.Clamp("z", 0),))
    for name in "zrnh":
        np.testing.assert_allclose(gate(e, name), getattr(bent, name)[0, 0], atol=1e-5)
    expect(badge(e)).to_contain_text("Python is not available here")
