"""The stage without Streamlit: the same script draws a trace in a plain HTML page."""

import base64
import re
from graphlib import TopologicalSorter
from pathlib import Path

import numpy as np
import pytest
from explorer import DRAWN, Explorer
from playwright.sync_api import Browser, expect

import gruviz
from gruviz.models.random_weights import random_params
from gruviz.stage import scene
from gruviz.wording.words import words

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>body {{ margin: 16px; background: #fff }}</style><body><div id="host"></div><script type="module">
import {{ mount }} from "./stage/stage.js";
import {{ unpack }} from "./stage/numbers/unpack.js";
const bytes = Uint8Array.from(atob("{message}"), (letter) => letter.charCodeAt(0));
mount(document.getElementById("host"), unpack(bytes));
</script></body>"""


@pytest.fixture
def plain(chromium: Browser, folder):
    opened = []

    def open_page(trace: gruviz.GateTrace, **named) -> Explorer:
        shown = scene.Scene(scene.Run("one", trace, None), labels=scene.Labels(**named))
        path, address = folder
        (path / "page.html").write_text(
            PAGE.format(message=base64.b64encode(scene.message(shown)).decode()), encoding="utf-8"
        )
        e = Explorer(chromium.new_context(viewport={"width": 1200, "height": 900}), address)
        opened.append(e)
        e.page.goto(f"{address}/page.html")
        e.root.evaluate(DRAWN)
        return e

    yield open_page
    for e in opened:
        assert not e.faults, e.faults
        e.context.close()


def traced(model=gruviz.SplitGRU):
    x = np.random.default_rng(3).normal(size=(60, 2))
    return gruviz.trace(model.from_params(random_params(2, 9, 1, gain=3)), x, h0=np.full(9, 0.4))


@pytest.mark.parametrize("model", [gruviz.SplitGRU, gruviz.TorchGRU])
def test_it_draws_plays_and_answers_what_it_can_alone(plain, model):
    trace = traced(model)
    e = plain(trace, units=tuple(f"u{k}" for k in range(9)), channels=("a", "b"))
    for gate in "zrnh":
        np.testing.assert_array_equal(e.values(gate), getattr(trace, gate)[0, 0])
    e.key("ArrowRight", "ArrowDown")
    expect(e.part("chosen")).to_have_text("unit u1 at step 1")
    keep, write = (f"{float(part[0, 0, 1, 1]):.4f}".replace("-", "−") for part in (trace.keep, trace.write))
    assert e.part("why").locator(".term .value").all_inner_texts()[:2] == [keep, write]
    # what only the weights tell is left out, not left empty
    assert e.part("cell").locator("g:has(> .cell-rule)").first.get_attribute("class") == "cell-hide"
    assert "(" not in e.part("gates").locator("[data-line=z] .written").inner_text().replace("σ(W x + U h", "")
    e.click_cell("z", 30, 4)
    expect(e.part("why")).to_contain_text("need the weights, which this page does not hold")
    e.press("play")
    e.until("stage.view.t > 31")
    e.press("play")
    e.drag(e.place("h", 10, 1), e.place("h", 29, 1), shift=True)
    assert e.view()["window"] == [10, 30]
    # nothing here can fetch figures
    expect(e.part("figure")).to_be_hidden()


def test_many_inputs_need_no_names(plain):
    x = np.random.default_rng(3).normal(size=(30, 70))
    e = plain(gruviz.trace(gruviz.SplitGRU.from_params(random_params(70, 9, 1)), x))
    assert e.stage("stage.drawn.tile.arrays.x.rows") == 35
    assert e.part("order-box").is_hidden()


def test_what_python_alone_knows_is_not_offered(plain):
    layers = [random_params(2, 9, 1), random_params(9, 9, 2)]
    e = plain(gruviz.trace(gruviz.TorchGRU.from_params(layers), np.ones((5, 2))))
    assert e.part("layer-box").is_hidden()
    # a layer that has not come yet is not called an average
    e.stage("stage.set({layer: 1})")
    expect(e.part("pooled")).to_have_text(words("en")["stage"]["loading"])
    assert "average" not in e.part("why").inner_text()


def test_a_stage_that_is_taken_down_leaves_nothing_behind(plain):
    e = plain(traced())
    left = e.root.evaluate(
        """async (root) => {
          const stage = root.gruviz, host = root.parentElement, { t } = stage.view;
          stage.toggle();
          stage.explain();
          stage.speech.hear();
          stage.paint();
          stage.destroy();
          let asked = 0;
          const frame = window.requestAnimationFrame;
          window.requestAnimationFrame = (act) => { asked++; return frame(act); };
          stage.paint();
          await new Promise((done) => setTimeout(done, 400));
          return [host.childElementCount, root.gruviz ?? null, stage.view.t - t, asked];
        }"""
    )
    assert left == [0, None, 0, 0]


def test_the_first_step_starts_from_h0(plain):
    e = plain(traced())
    assert e.stage("stage.moment().numbers.hPrev") == pytest.approx(0.4)


def test_what_is_no_number_or_out_of_range_looks_different(plain):
    trace = traced()
    broken = {gate: getattr(trace, gate).copy() for gate in "rznh"}
    broken["z"][0, 0, 20, 3], broken["n"][0, 0, 40, 5] = np.nan, 7.0
    e = plain(gruviz.GateTrace(**broken, x=trace.x, h0=trace.h0, labels=(), meta=trace.meta))
    assert e.pixel(*e.place("z", 20, 3)) == (0x8D, 0x8D, 0x8D)
    assert e.pixel(*e.place("n", 40, 5)) == (0xFF, 0x2B, 0xD6)
    e.click_cell("z", 20, 3)
    expect(e.part("why").locator("h4")).to_contain_text("NaN")


def test_a_step_of_one_trace_of_one_unit(plain):
    e = plain(gruviz.trace(gruviz.SplitGRU(1, 1), np.ones((1, 1))))
    e.key("ArrowRight", "ArrowDown", "End", "+", "Enter", " ")
    assert (e.view()["t"], e.view()["unit"]) == (0, 0)


STAGE = Path(__file__).parents[2] / "assets" / "stage"


def test_nothing_in_the_stage_names_streamlit_but_its_adapters():
    core = [path for path in STAGE.rglob("*.js") if path.parent.name != "page"]
    assert len(core) > 20
    for path in core:
        code = "\n".join(re.sub(r"//.*$", "", line) for line in path.read_text(encoding="utf-8").splitlines())
        for word in ("streamlit", "setTriggerValue", "registry", "parentElement", "stApp", "/page/"):
            assert word.lower() not in code.lower(), f"{path.name}: {word}"


def test_the_stage_s_modules_import_one_another_in_one_direction_and_its_folders_are_small():
    imports = {
        path: [
            (path.parent / name).resolve()
            for name in re.findall(r'^import .* from "(\.[^"]+)"', path.read_text("utf-8"), re.M)
        ]
        for path in STAGE.resolve().rglob("*.js")
    }
    assert len(imports) > 30
    TopologicalSorter(imports).prepare()  # raises CycleError
    for folder in [STAGE, *(path for path in STAGE.iterdir() if path.is_dir())]:
        assert 1 < sum(path.is_file() for path in folder.iterdir()) < 10, folder.name
