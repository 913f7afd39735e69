"""The stage without Streamlit: the same script draws a trace in a plain HTML page."""

import json

import numpy as np
import pytest
import torch
from explorer import DRAWN, Explorer
from plain_pages import one_stage
from playwright.sync_api import expect

import gruviz
from gruviz.models.random_weights import random_params
from gruviz.protocol import scene
from gruviz.protocol.shared_data import alike
from gruviz.tracing import explain
from gruviz.tracing.analysis import unit_order
from gruviz.tracing.trace import layer_weights
from gruviz.wording.words import words


@pytest.fixture
def plain(open_html):
    """Opens a page with one stage of a trace."""

    def open_page(trace: gruviz.GateTrace, **labels) -> Explorer:
        e = open_html(one_stage(scene.Scene(scene.Run("one", trace, None), labels=scene.Labels(**labels))))
        e.root.evaluate(DRAWN)
        return e

    return open_page


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
    expect(e.part("why")).to_contain_text("need the weights, which this page does not have")
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
    assert e.part("layers").is_hidden()
    # a layer that has not come yet is not called an average
    e.stage("stage.set({layer: 1})")
    expect(e.part("pooled")).to_have_text(words("en")["stage"]["loading"])
    assert "average" not in e.part("why").inner_text()


def test_a_stage_that_is_taken_down_leaves_nothing_behind(plain):
    e = plain(traced())
    left = e.root.evaluate(
        """async (root) => {
          const stage = handleOf(root.gruviz), host = root.parentElement, { t } = stage.view;
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
          return [host.childElementCount, handleOf(root.gruviz) ?? null, stage.view.t - t, asked];
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


# ---- a scene made in the page, and requests answered there

LOCAL = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>body {{ margin: 16px; background: #fff }}</style><body><div id="host"></div><script type="module">
import {{ fullParts }} from "./stage/hosts/full_stage.js";
import {{ mount }} from "./stage/stage.js";
import {{ LocalResponses }} from "./stage/data/local_responses.js";
import {{ runFrom }} from "./stage/data/local_run.js";
import {{ sceneOfRun }} from "./stage/data/scene_from.js";
const {{ model, input, options }} = {given};
const run = runFrom(model, input, options), local = new LocalResponses(run);
window.asked = [];
const ask = (request) => {{
  window.asked.push(request.kind);
  queueMicrotask(() => stage.respond(local.respond(request)));
}};
const ports = {{ ask, kinds: LocalResponses.KINDS }};
const stage = mount(document.getElementById("host"), sceneOfRun(run, options), {{ parts: fullParts(), ports }});
</script></body>"""


@pytest.fixture
def local(open_html):
    """Opens a stage whose scene is made in the page, of two layers and a head; the trace is what Python makes of it."""

    def open_page(language: str = "en", steps: int = 80) -> tuple[Explorer, gruviz.GateTrace, torch.nn.GRU]:
        rng = np.random.default_rng(11)
        model, x = torch.nn.GRU(2, 6, 2), rng.normal(size=(steps, 2)).astype(np.float32)
        with torch.no_grad():
            for held in model.parameters():
                held.copy_(torch.from_numpy(rng.uniform(-1, 1, tuple(held.shape))))
        trace = gruviz.trace(model, x, h0=np.full(6, 0.4))
        layers = []
        for row in range(2):
            w_ih, w_hh, b_ih, b_hh = (held.ravel().tolist() for held in layer_weights(model, row))
            sizes = {"inputs": 2 if row == 0 else 6, "units": 6, "reset": "after", "reverse": False}
            layers.append({**sizes, "w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh})
        head = {"kind": "classes", "w": rng.normal(size=18).tolist(), "names": ["low", "middle", "high"]}
        target = [float(t % 3) for t in range(steps)]
        given = {
            "model": {"directions": 1, "layers": layers, "head": head},
            "input": {"x": x.ravel().tolist(), "h0": [0.4] * 6, "channels": ["a", "b"], "target": target},
            "options": {"shared": alike(language), "language": language, "title": "Made in this page."},
        }
        e = open_html(LOCAL.format(given=json.dumps(given)), width=1400)
        e.root.evaluate(DRAWN)
        return e, trace, model

    return open_page


def test_a_stage_without_a_server_has_everything(local):
    e, trace, model = local()
    expect(e.part("status")).to_have_text("Made in this page.")
    for layer in (0, 1):
        e.choose_layer(layer)
        e.until("stage.tiles.has(stage.view.layer, 0, 79)")
        for gate in "zrnh":
            np.testing.assert_allclose(e.values(gate), getattr(trace, gate)[layer, 0], atol=1e-5)
    for how in ("peak", "cluster", "component"):
        e.part("order").select_option(how, force=True)
        e.until(f"!stage.questions.has('order') && stage.view.order === '{how}'")
        assert e.stage("stage.rows.units") == unit_order(trace, how, layer=1).tolist()
    e.click_cell("n", 30, 4)
    e.until("stage.replyFor()?.gate === 'n'")
    number = explain.number(model, trace, gate="n", layer=1, time=30, unit=4)
    assert e.stage("stage.replyFor().total") == pytest.approx(number.total, abs=1e-4)
    expect(e.part("why").locator(".term").first).to_be_visible()
    e.until("stage.sums.at(1, 4, 30)")
    assert e.stage("stage.sums.at(1, 4, 30).n.total") == pytest.approx(number.total, abs=1e-4)
    e.press("play")
    e.until("stage.view.t > 32")
    e.press("play")
    # what only a server has is not offered
    expect(e.part("figure")).to_be_hidden()
    assert not {"figure", "what_if"} & set(e.page.evaluate("asked"))
    assert "ython" not in e.page.locator("body").inner_text()


def test_a_what_if_without_a_server_claims_nothing_of_python(local):
    e, trace, model = local()
    w = words("en")["stage"]
    e.press("whatif")
    expect(e.part("bench")).to_contain_text(w["whatif_whose_free_page"].format(model="nn.GRU"))
    e.stage(
        "stage.experiment.change({edits: [{do: 'clamp', gate: 'z', value: 1, units: null, steps: [20, 79], layer: 0}]})"
    )
    e.until("stage.experiment.outcome?.run?.isDone")
    bent = gruviz.trace(model, trace.x[0], trace.h0[:, :1], what_if=[gruviz.Clamp("z", 1, steps=(20, 79), layer=0)])
    np.testing.assert_allclose(e.values("h"), bent.h[0, 0], atol=1e-5)
    expect(e.part("bench")).to_contain_text(f"{w['whatif_whose_page']} {w['whatif_unchecked']}")
    e.page.wait_for_timeout(900)  # Python would have been asked after 600 ms
    assert "what_if" not in e.page.evaluate("asked")
    expect(e.part("bench")).to_contain_text(w["whatif_unchecked"])


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_what_if_too_large_for_a_page_is_refused_where_no_server_could_compute_it(local, language):
    e, trace, _ = local(language, steps=180_000)
    w = words(language)["stage"]
    assert e.stage("stage.panels.tile.each") > 1
    assert e.stage("stage.given.reach.h") == pytest.approx(float(np.abs(trace.h).max()), abs=1e-4)
    e.press("whatif")
    e.until("stage.experiment.session.isReady")
    e.stage("stage.experiment.change({edits: [{do: 'lesion', units: [0], layer: 0}]})")
    expect(e.part("bench")).to_contain_text(w["whatif_too_large"])
    expect(e.part("bench")).not_to_contain_text(w["whatif_computing"])
