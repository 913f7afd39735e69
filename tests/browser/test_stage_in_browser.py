"""The stage in a real browser: scrubbing without messages, colours, keys, zoom, explanations, links."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

import gruviz
from gruviz.drawing.colours import PALETTES, gate_domain
from gruviz.inputs.synthetic import generate
from gruviz.models.presets import PRESETS
from gruviz.models.random_weights import random_params
from gruviz.tasks.catalogue import TASKS
from gruviz.wording.words import words

RANDOM = "weights=random&hidden=24&gain=3"

# where the middle of a cell of the panel of answers is: [step, output]
OUTPUT = """(root, [t, output]) => {
  const { panels, part, scene } = handleOf(root.gruviz), row = panels.row("y");
  const box = part.panels.getBoundingClientRect();
  return [box.left + panels.x(t + 0.5), box.top + row.top + row.height * (output + 0.5) / scene.answer.count];
}"""


def random_trace(model=gruviz.SplitGRU, units=24, steps=100):
    x = generate("set_reset", steps, 0, gap=14).x
    made = model.from_params(random_params(2, units, 0, gain=3))
    return made, gruviz.trace(made, x)


def palette_colour(gate, value, theme):
    domain = gate_domain(gate)
    stops = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in PALETTES[theme][domain.diverging]])
    at = (value - domain.low) / (domain.high - domain.low) * (len(stops) - 1)
    return np.array([np.interp(at, range(len(stops)), stops[:, c]) for c in range(3)])


# ---- what it shows


@pytest.mark.parametrize("model", ["split", "concat", "torch"])
def test_it_shows_the_numbers_the_library_traces(explore, model):
    e = explore(f"{RANDOM}&model={model}")
    classes = {"split": gruviz.SplitGRU, "concat": gruviz.ConcatGRU, "torch": gruviz.TorchGRU}
    _, trace = random_trace(classes[model])
    for gate in "zrnh":
        np.testing.assert_allclose(e.values(gate), getattr(trace, gate)[0, 0], atol=2e-6)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cells_have_the_palettes_colour_of_their_number(explore, theme):
    e = explore(f"{RANDOM}&t=0&unit=0", scheme=theme)
    _, trace = random_trace()
    for gate, step, unit in (("z", 12, 3), ("z", 60, 20), ("r", 35, 9), ("n", 80, 14), ("n", 20, 2), ("h", 50, 23)):
        x, y = e.place(gate, step, unit)
        e.page.mouse.move(2, 2)
        wanted = palette_colour(gate, trace_value(trace, gate, step, unit), theme)
        assert np.abs(np.array(e.pixel(x, y)) - wanted).max() <= 2, (gate, step, unit)


def trace_value(trace, gate, step, unit):
    return float(getattr(trace, gate)[0, 0, step, unit])


def test_z_says_that_one_keeps_and_every_panel_how_to_read_it(explore):
    titles = explore("weights=latch").part("titles").locator(".title").all_text_contents()
    assert len(titles) == 5
    assert "z = 1 keeps" in titles[1]
    for sentence, title in zip(
        ("GRU reads", "h is kept", "h itself stays", "proposed new state", "memory"), titles, strict=True
    ):
        assert sentence in title


def test_hover_reads_the_cell(explore):
    e = explore("weights=latch")
    x, _ = e.place("z", 35, 2)
    e.page.mouse.move(*e.place("z", 35, 2))
    expect(e.part("tip")).to_contain_text("half-way · step 35 · set")
    expect(e.part("tip")).to_contain_text("keeps 50.00% of h")
    e.page.mouse.move(x, e.part("panels").bounding_box()["y"] + e.stage("stage.panels.row('x').top + 20"))
    expect(e.part("tip")).to_contain_text("set = 1.0000")


def test_symbols_stand_in_the_input_strip_and_under_the_axis(explore):
    e = explore(f"{RANDOM}&source=text&text=안녕하세요")
    assert e.stage("stage.panels.tile.labels") == list("안녕하세요")
    e.page.mouse.move(*e.place("h", 2, 0))
    expect(e.part("tip")).to_contain_text("step 2 · 하")


@pytest.mark.parametrize("model", ["split", "torch"])
def test_what_a_number_is_added_up_from_stands_there_without_a_click(explore, model):
    e = explore(f"{RANDOM}&model={model}&t=40&unit=5&equations=numbers")
    made, trace = random_trace({"split": gruviz.SplitGRU, "torch": gruviz.TorchGRU}[model])
    blank = (
        "[...stage.part.cell.querySelectorAll('g:has(> .cell-rule) [text-anchor=end]')].some((one) => !one.textContent)"
    )
    e.until(f"stage.moment().sums && !{blank}")  # they are there, and drawn
    sums = gruviz.explain.number(made, trace, gate="h", time=40, unit=5).sums
    inner = [[sums["n"][part] for part in ("inner_h", "inner_b", "inner")]] if model == "torch" else []
    wanted = [[sums[gate][part] for part in ("x", "h", "b", "total")] for gate in "zrn"] + inner
    shown = (
        e.part("cell")
        .locator("g:has(> .cell-rule)")
        .evaluate_all(
            "(all) => all.map((g) => [...g.querySelectorAll('[text-anchor=end]')].map(({textContent}) => textContent))"
        )
    )
    for texts, values in zip(shown, wanted, strict=True):
        assert [float(text.replace("−", "-")) for text in texts] == pytest.approx(values, abs=0.006)
    z, before, n = trace.z[0, 0, 40, 5], trace.h_prev[0, 0, 40, 5], trace.n[0, 0, 40, 5]
    factors = [f"{value:.2f}".replace("-", "−") for value in (z, before, 1 - z, n)]
    line = e.part("gates").locator("[data-line=h]").inner_text().replace("(", "").replace(")", "")
    assert "{} × {} + {} × {}".format(*factors) in " ".join(line.split())
    # a number leads to its cell, and says so
    link = e.part("gates").locator("[data-line=h] .chip").nth(1)
    assert link.get_attribute("title") == "Go to h of unit 5 at step 39"
    link.click()
    assert (e.view()["t"], e.view()["gate"]) == (39, "h")


def test_a_unit_over_time_is_drawn_and_moves_the_cursor(explore):
    e = explore(f"{RANDOM}&t=40&unit=5&diagram=lines")
    course = e.part("lines").locator(".course")
    expect(course).to_have_attribute("aria-valuenow", "40")
    expect(e.part("cell")).to_be_hidden()
    box = course.bounding_box()
    e.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60)
    e.page.mouse.down()
    e.page.mouse.move(box["x"] + box["width"] - 11, box["y"] + 60, steps=5)
    e.page.mouse.up()
    assert e.view()["t"] == 99
    course.focus()
    e.page.keyboard.press("ArrowLeft")
    expect(course).to_have_attribute("aria-valuenow", "98")
    e.part("lines").locator("[data-line=z]").click()
    assert e.view()["gate"] == "z"
    assert "diagram=lines" in e.address_now("gate=z")


# ---- scrubbing and playing


@pytest.mark.parametrize(
    "query", ["weights=random&hidden=64&steps=200", "weights=random&hidden=256&steps=2000&family=white_noise"]
)
def test_scrubbing_and_playing_send_no_message(explore, query):
    e = explore(query)
    e.page.wait_for_timeout(1500)
    before = len(e.sent)
    box = e.part("panels").bounding_box()
    left, wide = e.stage("stage.panels.left"), e.stage("stage.panels.plot")
    y = box["y"] + 10
    e.page.mouse.move(box["x"] + left + 5, y)
    e.page.mouse.down()
    seen = set()
    for k in range(60):
        e.page.mouse.move(box["x"] + left + 5 + k * (wide - 10) / 60, y)
        seen.add(e.stage("stage.view.t"))
    assert len(e.sent) == before
    e.page.mouse.up()
    assert len(seen) > 50
    e.key("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft")
    e.press("play")
    start, before = e.view()["t"], len(e.sent)
    e.until("stage.view.t > arg || stage.view.t === stage.scene.trace.steps - 1", start + 5)
    assert len(e.sent) == before
    e.press("play")
    e.page.wait_for_timeout(900)
    # at rest: where the sums of this stretch are not known yet, one question
    assert len(e.sent) <= before + 1


def test_dragging_over_the_heatmaps_scrubs(explore):
    e = explore("weights=latch")
    e.drag(e.place("z", 20, 1), e.place("z", 60, 1))
    assert e.view()["t"] == 60
    assert not e.stage("stage.zoomed")


def test_transport_buttons_and_the_slider(explore):
    e = explore("weights=latch")
    e.press("last")
    assert e.view()["t"] == 99
    e.press("back")
    assert e.view()["t"] == 98
    e.press("first")
    e.press("forward")
    assert e.view()["t"] == 1
    expect(e.part("at")).to_have_value("1")
    expect(e.part("now")).to_have_text("/ 99")
    e.part("scrub").fill("21")
    expect(e.part("at")).to_have_value("21")
    expect(e.part("now")).to_have_text("/ 99 · reset")
    assert e.view()["t"] == 21
    # a step can be typed too; what is none leaves all as it is
    for typed, step in (("7", 7), ("x", 7), ("-3", 7), ("1e9", 7), ("900", 99)):
        e.part("at").fill(typed)
        e.part("at").press("Enter")
        assert e.view()["t"] == step, typed


def test_play_keeps_the_speed_and_stops_at_the_end(explore):
    e = explore("t=90")
    e.part("speed").select_option("15")
    e.press("play")
    expect(e.page.get_by_role("button", name="Pause")).to_be_visible()
    e.until("!stage.playing")
    assert e.view()["t"] == 99
    expect(e.page.get_by_role("button", name="Play (space)")).to_be_visible()


def test_a_loop_stays_in_its_range(explore):
    e = explore("t=30")
    e.key("[")
    for _ in range(5):
        e.key("ArrowRight")
    e.key("]")
    assert e.stage("stage.loop") == [30, 35]
    e.part("speed").select_option("60")
    seen = e.root.evaluate(
        """(root) => new Promise((done) => {
          const stage = handleOf(root.gruviz), seen = new Set(); stage.toggle();
          const look = () => {
            seen.add(stage.view.t);
            if (seen.size >= 6) done([...seen]); else requestAnimationFrame(look);
          };
          look(); })"""
    )
    assert sorted(seen) == [30, 31, 32, 33, 34, 35]
    e.key("l")
    assert e.stage("stage.loop") is None


def test_slow_motion_goes_through_a_step_in_the_order_of_computation(explore):
    e = explore("t=21&weights=reset")
    e.press("slow")
    seen = e.root.evaluate(
        """(root) => new Promise((done) => {
          const stage = handleOf(root.gruviz), seen = [], start = stage.view.t;
          const look = () => {
            if (stage.phase && seen.at(-1) !== stage.phase.name) seen.push(stage.phase.name);
            if (stage.view.t > start) done(seen); else requestAnimationFrame(look);
          };
          look(); })"""
    )
    assert seen[:5] == ["read", "r", "n", "z", "h"]
    expect(e.part("phase")).to_be_visible()
    # what is not computed yet is covered in its panel
    e.root.evaluate(
        """(root) => {
          const { store } = root.gruviz;
          store.stop();
          store.phase = {name: 'r', progress: 0.5};
          root.gruviz.paintNow();
        }"""
    )
    assert e.pixel(*e.place("h", e.view()["t"], 2)) == (255, 255, 255)


# ---- keyboard


def test_keys_move_choose_and_explain(explore):
    e = explore("weights=latch")
    e.key("ArrowRight", "ArrowRight", "Shift+ArrowRight")
    assert e.view()["t"] == 19
    e.key("ArrowLeft", "ArrowDown", "ArrowDown")
    assert (e.view()["t"], e.view()["unit"]) == (18, 2)
    e.key("ArrowUp")
    assert e.view()["unit"] == 1
    e.key("End")
    assert e.view()["t"] == 99
    e.key("Home")
    assert e.view()["t"] == 0
    assert [e.key("g") or e.view()["gate"] for _ in range(5)] == ["x", "z", "r", "n", "h"]
    e.key("Shift+G")
    assert e.view()["gate"] == "n"
    e.key("Enter")
    expect(e.part("why").locator(".term.total")).to_be_visible()
    e.key("?")
    expect(e.part("help")).to_contain_text("one step; with Shift ten")
    e.key("Escape")
    expect(e.part("help")).to_be_hidden()
    e.key("+")
    assert e.stage("stage.zoomed")
    e.key("0")
    assert not e.stage("stage.zoomed")
    assert [e.key("d") or e.view()["diagram"] for _ in range(3)] == ["layer", "lines", "unit"]
    e.key(" ")
    e.until("stage.playing")
    e.key(" ")
    e.until("!stage.playing")


def test_streamlits_hotkeys_stay_silent_while_the_stage_has_the_focus(explore):
    e = explore("weights=latch")
    e.page.wait_for_timeout(800)
    before = len(e.sent)
    e.key("r", "c", "ArrowRight")
    e.page.wait_for_timeout(500)
    assert len(e.sent) == before
    expect(e.page.get_by_role("dialog")).to_have_count(0)


def test_the_chosen_cell_is_told_to_screen_readers(explore):
    e = explore("weights=latch")
    e.key("ArrowRight")
    expect(e.part("heard")).to_have_text("Step 8, unit latch, hidden state h: 1.0000")
    assert e.part("heard").get_attribute("aria-live") == "polite"
    for button in e.root.locator("button:visible").all():
        assert button.get_attribute("aria-label") or button.inner_text().strip()
    assert "Arrow keys" in e.part("panels").get_attribute("aria-label")


def test_the_focus_can_be_seen_and_reached_by_tab(explore):
    e = explore("weights=latch")
    e.part("panels").focus()
    e.page.keyboard.press("ArrowRight")
    assert e.part("panels").evaluate("(panels) => getComputedStyle(panels).outlineStyle") == "solid"
    e.page.keyboard.press("Tab")
    assert not e.part("panels").evaluate("(panels) => panels.matches(':focus')")


# ---- explanations


@pytest.mark.parametrize(("model", "made"), [("split", gruviz.SplitGRU), ("torch", gruviz.TorchGRU)])
@pytest.mark.parametrize("gate", ["z", "r", "n"])
def test_a_click_takes_the_number_apart(explore, model, made, gate):
    e = explore(f"{RANDOM}&model={model}")
    e.click_cell(gate, 40, 5)
    total = e.part("why").locator(".term.total .value")
    model, trace = random_trace(made)
    found = gruviz.explain.number(model, trace, gate=gate, time=40, unit=5)
    expect(total).to_have_text(f"{found.total:.4f}".replace("-", "−"))
    expect(e.part("why").locator("h4")).to_contain_text(f"{trace_value(trace, gate, 40, 5):.4f}".replace("-", "−"))
    shown = [
        float(text.replace("−", "-")) for text in e.part("why").locator(".term:not(.total) .value").all_inner_texts()
    ]
    assert sum(shown) == pytest.approx(found.total, abs=1e-3)
    assert [abs(value) for value in shown[:-1]] == sorted((abs(value) for value in shown[:-1]), reverse=True)


def test_what_the_model_says_is_seen_said_and_taken_apart(explore):
    e = explore("weights=delayed_copy&model=torch&source=task&sseed=83&t=19")
    says = e.part("says")
    expect(says).to_have_text("predicts F (p = 1.00), target F")
    # a click on a letter's cell: which weights times which states make its probability
    e.page.mouse.click(*e.root.evaluate(OUTPUT, [19, 5]))
    e.until("stage.replyFor()?.gate === 'y'")
    why = e.part("why")
    expect(why).to_contain_text("p(F) = 0.9996")
    expect(why).to_contain_text("softmax(")
    expect(e.part("heard")).to_contain_text("prediction: F 1.00")
    e.address_now("gate=y", "out=5")
    # each state is a button to its cell
    why.locator(".chip").first.click()
    assert (e.view()["gate"], e.view()["t"]) == ("h", 19)
    # the keys reach it, and go through its letters
    e.part("panels").focus()
    e.key("Backspace", "ArrowDown")
    assert (e.view()["gate"], e.view()["out"]) == ("y", 6)
    e.key("g", "g")
    assert e.view()["gate"] == "z"
    # hidden as any other panel; another model has none, and no room for it
    e.options()
    e.part("shows").get_by_role("button", name="y").click()
    assert e.stage("stage.panels.rows.map(({ name }) => name).join('')") == "xzrnh"
    e.choose("weights", words("en")["weights"]["latch"])
    assert e.part("shows").locator("button").all_inner_texts() == ["x", "z", "r", "n", "h"]
    expect(says).to_be_hidden()


def test_keep_and_write_are_there_at_once_without_python(explore):
    e = explore("weights=latch")
    e.click_cell("h", 35, 2)
    latch = gruviz.SplitGRU.from_params(PRESETS["latch"].params())
    trace = gruviz.trace(latch, generate("set_reset", 100, 0, gap=14).x)
    keep, write = (f"{part[0, 0, 35, 2]:.4f}".replace("-", "−") for part in (trace.keep, trace.write))
    assert e.part("why").locator(".term .value").all_inner_texts()[:2] == [keep, write]
    e.page.wait_for_timeout(300)
    assert e.stage("stage.answered === null && !stage.questions.has('explain')")


def test_every_source_leads_to_where_it_can_be_seen(explore):
    e = explore(RANDOM)
    e.click_cell("z", 40, 5)
    chip = e.part("why").locator(".term:not(.total) .chip").filter(has_text="h").first
    unit = int(re.search(r"\[(\d+)\]", chip.inner_text())[1])
    chip.click()
    e.until("stage.view.gate === 'h'")
    assert (e.view()["t"], e.view()["unit"]) == (39, unit)
    e.part("why").locator(".chip").filter(has_text="h").first.click()
    e.until("stage.view.t === 38")


def test_an_explanation_neither_reruns_the_page_nor_resends_the_trace(explore):
    e = explore("weights=random&hidden=256&steps=2000&family=white_noise")
    e.page.wait_for_timeout(1500)
    e.received.clear()
    e.click_cell("n", 700, 40)
    expect(e.part("why").locator(".term.total")).to_be_visible()
    e.page.wait_for_timeout(500)
    assert sum(e.received) < 40_000


def test_sources_in_the_layer_below(explore):
    """The largest source of an upper layer's number is a state below, forward or reverse: there it leads."""
    layers = [random_params(2 if k < 2 else 48, 24, [0, k] if k else 0, gain=3) for k in range(4)]
    model = gruviz.TorchGRU.from_params(layers, bidirectional=True)
    trace = gruviz.trace(model, generate("set_reset", 100, 0, gap=14).x)
    terms = gruviz.explain.number(model, trace, gate="z", layer=3, time=40, unit=5).terms
    below, unit = divmod(next(term.index for term in terms if term.kind == "input"), 24)
    e = explore(f"{RANDOM}&model=torch&layers=2&both=1&layer=3")
    assert e.view()["layer"] == 3
    e.click_cell("z", 40, 5)
    e.address_now("gate=z", "layer=3")
    e.part("why").locator(".term").filter(has_text="W × x").locator(".chip").first.click()
    e.until("stage.view.gate === 'h'")
    assert [e.view()[name] for name in ("layer", "t", "unit")] == [below, 40, unit]
    # the hidden state and layer 0 are what a link need not name
    e.page.wait_for_function("!location.search.includes('gate=')")
    e.address_now("t=40", f"unit={unit}")
    assert ("layer=1" in e.page.url, "layer=" in e.page.url) == (below == 1, below == 1)


def test_a_layer_is_chosen_and_fetched(explore):
    e = explore(f"{RANDOM}&model=torch&layers=2&both=1")
    first = e.value("h", 30, 2)
    e.choose_layer(3)
    e.until("stage.tiles.finest(3, 30)?.exact")
    assert e.value("h", 30, 2) != first
    e.address_now("layer=3")
    # the reverse layer starts from the sequence's end
    e.key("End")
    expect(e.part("why")).to_contain_text("initial state h")


def test_a_layer_chosen_while_zoomed_is_whole(explore):
    e = explore(f"{RANDOM}&model=torch&layers=2&first=0&last=19&steps=200")
    e.choose_layer(1)
    e.page.mouse.move(*e.place("z", 5, 3))  # before its numbers are there
    e.until("stage.tiles.covering(1, 0, 199)")
    e.key("End")
    assert e.view()["t"] == 199
    assert np.isfinite(e.value("h", 199, 3))
    e.key("Home")
    e.part("speed").select_option("240")
    e.press("play")
    e.until("!stage.playing")
    assert e.view()["t"] == 199


def test_an_upper_layer_reads_the_states_below(explore):
    e = explore(f"{RANDOM}&model=torch&layers=2&both=1&layer=2&t=30")
    e.until("stage.moment().vectors.x.length === 48")
    found = e.stage("[...stage.moment().vectors.x]")
    params = [random_params(2 if k < 2 else 48, 24, [0, k] if k else 0, gain=3) for k in range(4)]
    model = gruviz.TorchGRU.from_params(params, bidirectional=True)
    trace = gruviz.trace(model, generate("set_reset", 100, 0, gap=14).x)
    np.testing.assert_allclose(found, np.concatenate([trace.h[0, 0, 30], trace.h[1, 0, 30]]), atol=2e-6)
    assert "layer below" in e.part("cell").inner_text()


def test_the_input_panel_tells_its_values(explore):
    e = explore("t=35")
    e.key("g")
    assert e.view()["gate"] == "x"
    expect(e.part("why")).to_contain_text("comes from your sequence")
    expect(e.part("why").locator(".term").first).to_contain_text("set")
    expect(e.part("heard")).to_have_text("Step 35 (set), input: set 1.0000, reset 0.0000")


def test_many_inputs_are_named_as_what_they_are(explore):
    text = "".join(chr(0xAC00 + 40 * k) for k in range(100))
    e = explore(f"{RANDOM}&source=text&text={text}")
    assert e.stage("stage.drawn.tile.arrays.x.rows") == 50
    box, row = e.part("panels").bounding_box(), e.stage("stage.panels.row('x').top")
    x, _ = e.place("z", 40, 0)
    e.page.mouse.move(x, box["y"] + row + 10)
    expect(e.part("tip")).to_contain_text("40–41 = 0.5000")


# ---- zoom, order, subset


def test_wheel_brush_pan_and_reset(explore):
    e = explore("weights=latch")
    x, y = e.place("z", 50, 1)
    e.page.mouse.move(x, y)
    e.page.mouse.wheel(0, -240)  # the wheel alone is the page's; the stage says once how to zoom
    expect(e.part("hint")).to_be_visible()
    assert e.view()["window"] == [0, 100]
    e.page.keyboard.down("Control")
    e.page.mouse.wheel(0, -240)
    e.page.keyboard.up("Control")
    e.until("stage.zoomed")
    a, b = e.view()["window"]
    assert a < 50 < b
    e.address_now("first=", "last=")
    e.drag(e.place("r", 50, 1), (x + 60, e.place("r", 50, 1)[1]))
    assert e.view()["window"][0] < a
    assert e.view()["window"][1] - e.view()["window"][0] == pytest.approx(b - a, abs=0.5)  # whole steps, at rest
    e.page.mouse.dblclick(x, y)
    e.until("!stage.zoomed")
    e.drag(e.place("h", 20, 1), e.place("h", 39, 1), shift=True)
    assert e.view()["window"] == [20, 40]
    # every panel shows the same steps: the cell is under the same x in all of them
    assert len({e.place(gate, 30, 1)[0] for gate in "zrnh"}) == 1
    e.page.mouse.move(*e.place("h", 30, 1))
    e.page.keyboard.down("Control")
    for _ in range(12):
        e.page.mouse.wheel(0, 240)
    e.page.keyboard.up("Control")
    e.until("!stage.zoomed")
    # and the same by a field
    e.options()
    e.part("range").fill("20-39")
    e.part("range").press("Enter")
    assert e.view()["window"] == [20, 40]


def test_the_wheel_scrolls_the_page_where_nothing_is_to_zoom_out(explore):
    e = explore("weights=latch")
    e.page.mouse.move(*e.place("z", 50, 1))
    e.page.mouse.wheel(0, 300)
    e.page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 100")
    assert not e.stage("stage.zoomed")


def test_a_brush_beyond_the_edge_ends_at_it(explore):
    e = explore("weights=latch")
    x, y = e.place("h", 80, 1)
    e.drag((x, y), (x + 2000, y), shift=True)
    assert e.view()["window"] == [80, 100]


def test_the_overview_bar_zooms_and_pans(explore):
    e = explore("weights=latch")
    box = e.part("panels").bounding_box()
    left, plot, top = (e.stage(f"stage.panels.{name}") for name in ("left", "plot", "overviewTop"))
    y = box["y"] + top + 8
    e.drag((box["x"] + left + plot * 0.2, y), (box["x"] + left + plot * 0.4, y))
    a, b = e.view()["window"]
    assert (a, b) == pytest.approx((20, 40), abs=1)
    e.drag((box["x"] + left + plot * 0.3, y), (box["x"] + left + plot * 0.6, y))
    assert e.view()["window"] == pytest.approx([a + 30, b + 30], abs=1)


def test_the_ends_of_the_loop_are_dragged_past_each_other(explore):
    e = explore("weights=latch")
    e.root.evaluate("(root) => handleOf(root.gruviz).setLoop([10, 20])")
    y = e.part("panels").bounding_box()["y"] + 20
    e.drag((e.place("z", 10, 0)[0] - 2, y), (e.place("z", 35, 0)[0], y))
    assert e.stage("stage.loop") == [20, 35]


def test_the_focus_stays_on_the_stage_when_a_button_has_nothing_more_to_do(explore):
    e = explore("first=20&last=39")
    e.options()
    e.part("whole").focus()
    e.page.keyboard.press("Enter")
    e.until("!stage.zoomed")
    e.page.wait_for_timeout(800)  # the downloads hear of other steps once they rest
    before = len(e.sent)
    e.page.keyboard.press("r")
    e.page.keyboard.press("ArrowRight")
    assert e.view()["t"] == 8
    e.page.wait_for_timeout(300)
    assert len(e.sent) == before


def test_the_window_follows_the_cursor(explore):
    e = explore("first=20&last=39&t=38")
    e.key("ArrowRight", "ArrowRight")
    a, b = e.view()["window"]
    assert a < 40 < b
    assert b - a == pytest.approx(20)


@pytest.mark.parametrize("order", ["half_life", "mean_z", "cluster", "component", "peak"])
def test_units_are_ordered_as_python_says(explore, order):
    e = explore(RANDOM)
    _, trace = random_trace()
    e.options()
    e.part("order").select_option(order)
    wanted = gruviz.analysis.unit_order(trace, order).tolist()
    e.until("[...stage.shown].join() === arg", ",".join(map(str, wanted)))
    e.address_now(f"order={order}")
    assert e.value("z", 3, 7) == pytest.approx(trace_value(trace, "z", 3, 7), abs=2e-6)
    # the cell drawn at the top is the first of the order
    assert e.place("z", 60, wanted[0])[1] < e.place("z", 60, wanted[1])[1]


def test_a_subset_of_units_and_what_is_wrong_with_it(explore):
    e = explore(RANDOM)
    e.options()
    e.part("subset").fill("0-2, 12")
    e.part("subset").press("Enter")
    e.until("[...stage.shown].join() === '0,1,2,12'")
    e.address_now("subset=0-2")
    e.part("subset").fill("0-2, 99")
    e.part("subset").press("Enter")
    expect(e.part("problem")).to_contain_text('"99" is not a unit here')
    assert e.part("subset").input_value() == "0-2, 99"
    assert e.stage("[...stage.shown].join()") == "0,1,2,12"
    e.part("subset").fill("")
    e.part("subset").press("Enter")
    e.until("stage.shown.length === 24")
    expect(e.part("problem")).to_be_hidden()


# ---- links, changes around it


def test_the_whole_view_is_in_the_address_and_comes_back(explore):
    e = explore(RANDOM)
    e.options()
    e.part("order").select_option("mean_z")
    e.until("!stage.questions.has('order')")
    e.click_cell("r", 40, 5)
    e.key("d")
    e.drag(e.place("h", 30, 1), e.place("h", 59, 1), shift=True)
    link = e.address_now("t=40", "unit=5", "gate=r", "order=mean_z", "first=30", "last=59", "diagram=layer")
    again = explore(link.split("?", 1)[1])
    for key in ("t", "unit", "gate", "order", "diagram", "window"):
        assert again.view()[key] == e.view()[key], key
    assert again.stage("[...stage.shown]") == e.stage("[...stage.shown]")


def test_a_change_of_model_keeps_the_cell_and_remounts_nothing(explore):
    e = explore("weights=reset&t=49&unit=1&gate=n")
    e.root.evaluate("(root) => { root.mark = 'same'; root.gruviz.mark = 'same'; }")
    e.key("Enter")
    expect(e.part("why").locator(".term.total")).to_be_visible()
    before = e.value("n", 49, 1)
    top = e.part("panels").bounding_box()
    e.choose("model", "nn.GRU")
    e.until("stage.scene.trace.reset === 'after'")
    assert (e.view()["t"], e.view()["unit"], e.view()["gate"]) == (49, 1, "n")
    assert e.value("n", 49, 1) != before
    assert e.root.evaluate("(root) => [root.mark, root.gruviz.mark]") == ["same", "same"]
    assert e.part("panels").bounding_box() == top
    # what was explained is explained for the new model
    expect(e.part("why").locator(".formula")).to_contain_text("r ⊙ (U")
    expect(e.part("why").locator(".term.total")).to_be_visible()
    e.choose("lang", "한국어")
    expect(e.part("titles")).to_contain_text("업데이트 게이트 z")
    assert e.root.evaluate("(root) => root.mark") == "same"
    assert e.view()["t"] == 49


def test_the_address_keeps_up_with_a_changed_length(explore):
    e = explore("weights=random&hidden=8&steps=1000&first=600&last=799")
    e.type_into("steps", "300")
    e.until("stage.scene.trace.steps === 300")
    first, last = e.view()["first"], e.view()["last"]
    assert 0 < first < 299
    e.address_now(f"first={first}")
    assert last is None or last < 300


def test_a_link_whose_window_is_backwards_shows_all(explore):
    assert explore("first=90&last=3").view()["window"] == [0, 100]


def test_a_shorter_input_keeps_what_still_exists(explore):
    e = explore("weights=random&hidden=24&t=80&unit=20")
    e.type_into("steps", "50")
    e.until("stage.scene.trace.steps === 50")
    assert (e.view()["t"], e.view()["unit"]) == (49, 20)
    e.type_into("hidden", "8")
    e.until("stage.scene.trace.units === 8")
    assert (e.view()["t"], e.view()["unit"]) == (49, 7)


def test_a_preset_opens_at_its_own_place(explore):
    e = explore("t=80&unit=3")
    assert (e.view()["t"], e.view()["unit"]) == (80, 3)
    e.choose("weights", "Leaky averages")
    e.until("stage.scene.trace.steps === 140")
    assert (e.view()["unit"], e.view()["t"]) == PRESETS["leaky"].watch


def test_a_live_theme_switch_recolours_without_remounting(explore):
    e = explore(f"{RANDOM}&t=0")
    e.root.evaluate("(root) => { root.mark = 'same'; }")
    _, trace = random_trace()
    e.page.emulate_media(color_scheme="dark")
    e.until("stage.theme === 'dark'")
    x, y = e.place("h", 50, 3)
    wanted = palette_colour("h", trace_value(trace, "h", 50, 3), "dark")
    assert np.abs(np.array(e.pixel(x, y)) - wanted).max() <= 2
    assert e.root.evaluate("(root) => root.mark") == "same"
    e.page.emulate_media(color_scheme="light")
    e.until("stage.theme === 'light'")


def test_on_a_phone_a_tap_chooses_and_nothing_is_too_wide(explore):
    e = explore("weights=latch", width=390, height=844, touch=True)
    assert e.page.evaluate("document.documentElement.scrollWidth") <= 390
    e.page.touchscreen.tap(*e.place("r", 60, 1))
    e.until("stage.view.t === 60 && stage.view.gate === 'r' && stage.view.unit === 1")
    expect(e.part("why").locator(".term.total")).to_be_visible()
    assert e.root.evaluate("(root) => root.scrollWidth <= root.clientWidth + 1")


def fingers(e, kind, *points):
    """Pointer events of touches: (identifier, x, y)."""
    e.part("panels").evaluate(
        """(panels, [kind, points]) => {
          panels.setPointerCapture = () => {};
          for (const [pointerId, clientX, clientY] of points) {
            const about = {pointerId, clientX, clientY, pointerType: "touch", bubbles: true};
            panels.dispatchEvent(new PointerEvent(kind, about));
          }
        }""",
        [kind, points],
    )


@pytest.mark.parametrize("stays", [0, 1])
def test_two_fingers_zoom_and_never_lift_together(explore, stays):
    e = explore("weights=latch", width=390, height=844, touch=True)
    x, y = e.place("z", 50, 1)
    fingers(e, "pointerdown", (11, x - 20, y), (12, x + 20, y))
    for apart in (30, 45, 60):
        both = [(11, x - apart, y), (12, x + apart, y)]
        fingers(e, "pointermove", *both)
    a, b = e.view()["window"]
    assert b - a == pytest.approx(100 / 3, abs=1)
    assert a < 50 < b
    # one lifts, the other goes on: it moves the picture and does not zoom
    fingers(e, "pointerup", both[1 - stays])
    name, x, y = both[stays]
    for by in (10, 25, 40):
        fingers(e, "pointermove", (name, x + by, y))
    fingers(e, "pointerup", (name, x + 40, y))
    e.page.wait_for_timeout(400)
    c, d = e.view()["window"]
    assert d - c == pytest.approx(b - a, abs=0.5)  # whole steps, at rest
    assert c < a
    assert (c, d) == (round(c), round(d))
    assert "NaN" not in e.page.url
    assert e.values("z").size


def test_reduced_motion_is_respected(explore):
    e = explore("t=21&weights=reset")

    def lengths():
        """Of the wires as they are drawn in slow motion, over a second: how much of each is there."""
        found = e.root.evaluate(
            """(root) => new Promise((done) => {
              const seen = new Set(), end = performance.now() + 1000;
              const look = () => {
                for (const path of root.querySelectorAll(".cell-core")) seen.add(path.getAttribute("stroke-dasharray"));
                if (performance.now() < end) requestAnimationFrame(look); else done([...seen]);
              };
              look(); })"""
        )
        return set(found) - {"none", "0.000 2"}

    e.press("slow")
    e.until("stage.phase !== null")
    assert lengths()
    e.page.emulate_media(reduced_motion="reduce")
    e.page.wait_for_timeout(100)
    assert not lengths()


def test_arrows_on_the_slider_move_the_step_as_on_any_slider(explore):
    e = explore("t=40&unit=2")
    e.part("scrub").focus()
    for key, t in (("ArrowUp", 41), ("ArrowDown", 40), ("ArrowRight", 41), ("ArrowLeft", 40), ("End", 99), ("Home", 0)):
        e.page.keyboard.press(key)
        assert (e.view()["t"], e.view()["unit"]) == (t, 2)


# ---- what first-time users met


def test_a_long_trace_plays_on_exact_numbers_once_zoomed(explore):
    e = explore("weights=random&hidden=64&steps=100000&family=white_noise&first=500&last=560&t=510")
    e.until("stage.tiles.finest(0, 510)?.exact && stage.panels.tile.each === 1")
    e.part("speed").select_option("120")
    e.press("play")
    seen = e.root.evaluate(
        """(root) => new Promise((done) => {
          const stage = handleOf(root.gruviz), coarse = [];
          const look = () => {
            if (!stage.tiles.finest(0, stage.view.t).exact) coarse.push(stage.view.t);
            if (stage.view.t > 1400) done(coarse); else requestAnimationFrame(look);
          };
          look(); })"""
    )
    e.press("play")
    assert len(seen) < 20


def test_a_reverse_layer_plays_as_it_computes(explore):
    e = explore(f"{RANDOM}&model=torch&both=1&layer=1&t=50")
    e.press("play")
    e.until("stage.view.t < 45")
    e.press("play")
    assert "read backwards" in e.part("cell").inner_text()


def test_double_click_keeps_the_chosen_cell(explore):
    e = explore("first=10&last=60&t=20&unit=0")
    e.page.mouse.dblclick(*e.place("z", 40, 2))
    e.until("!stage.zoomed")
    assert (e.view()["t"], e.view()["unit"]) == (20, 0)


def test_the_way_back_from_a_source(explore):
    e = explore(RANDOM)
    e.click_cell("z", 40, 5)
    e.part("why").locator(".term .chip").filter(has_text="h").first.click()
    e.until("stage.view.gate === 'h'")
    e.key("Backspace")
    assert (e.view()["t"], e.view()["unit"], e.view()["gate"]) == (40, 5, "z")


def test_a_gate_button_and_a_link_explain_at_once(explore):
    e = explore(f"{RANDOM}&t=40&unit=5&gate=r")
    expect(e.part("why").locator(".term.total")).to_be_visible()
    e.part("gates").locator("[data-gate=z]").click()
    expect(e.part("why").locator("h4")).to_contain_text("update gate z")
    expect(e.part("why").locator(".term.total")).to_be_visible()


def test_playing_goes_on_through_a_change_of_model(explore):
    e = explore(f"{RANDOM}&steps=1000")
    e.press("play")
    e.until("stage.view.t > 10")
    e.choose("model", "nn.GRU")
    e.until("stage.scene.trace.reset === 'after'")
    assert e.stage("stage.playing")
    e.press("play")


def test_fewer_units_keep_what_is_left_of_a_subset(explore):
    e = explore("weights=random&hidden=24&subset=0-9")
    e.type_into("hidden", "4")
    e.until("stage.scene.trace.units === 4")
    assert e.stage("[...stage.shown]") == [0, 1, 2, 3]
    expect(e.part("problem")).to_be_hidden()


# ---- the same trace in Plotly


def test_the_plotly_figures_are_one_click_away_and_share_the_cursor(explore):
    e = explore(f"{RANDOM}&t=40&unit=5")
    e.root.evaluate("(root) => { root.mark = 'same'; }")
    e.received.clear()
    e.options()
    e.press("figure")
    chart = e.page.locator(".st-key-heatmaps .js-plotly-plot")
    expect(chart.locator(".heatmaplayer").first).to_be_attached(timeout=20_000)
    drawn = e.page.evaluate(
        "document.querySelector('.st-key-heatmaps .js-plotly-plot')._fullData.find((d) => d.name === 'z').z[5][40]"
    )
    assert drawn == pytest.approx(e.value("z", 40, 5), abs=1e-6)
    e.page.wait_for_function("!!document.querySelector('.gruviz-cursor')")
    before = e.page.locator(".gruviz-cursor > div").first.bounding_box()["x"]
    e.root.evaluate("(root) => handleOf(root.gruviz).set({t: 60})")
    e.page.wait_for_function(
        "(x) => document.querySelector('.gruviz-cursor > div').getBoundingClientRect().x > x + 20", arg=before
    )
    assert e.root.evaluate("(root) => root.mark") == "same"
    e.options()
    e.press("figure")
    expect(chart).to_have_count(0)


# ---- texts: no riddle of notation, and every term explains itself


@pytest.mark.parametrize("model", ["split", "torch"])
def test_a_factor_names_its_step_and_its_unit(explore, model):
    e = explore(f"{RANDOM}&model={model}&t=30&unit=2&gate=n")
    e.root.evaluate("(root) => root.gruviz.store.explain()")
    chips = e.part("why").locator(".term:not(.total) .chip")
    expect(chips.first).to_be_visible()
    names = [text.rsplit(" ", 1)[0] for text in chips.all_text_contents()]
    # h0 would read as the initial state: the step stands below the letter, the unit in brackets
    assert any(re.fullmatch(r"ht−1\[\d+\]", name) for name in names), names
    assert all(re.fullmatch(r"(ht−1|xt)\[.+\]|rt(\[.+\])?", name) for name in names), names
    expect(e.part("why").locator(".term.total .label")).to_have_text("pre-activation")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("weights", ["latch", "reset", "delayed_copy", "characters"])
def test_no_story_shows_markdown(explore, weights, language):
    task = f"&source=task&task={weights}" if weights in TASKS else ""
    e = explore(f"weights={weights}{task}&lang={language}")
    e.root.locator(".more-opener").click()
    more = e.part("more")
    expect(more).to_be_visible()
    assert len(more.inner_text()) > 50
    assert not re.search(r"[`*\\]|\]\(", more.inner_text() + e.part("status").inner_text())
    assert more.locator("b").count()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_terms_are_defined_where_they_stand(explore, language):
    terms = words(language)["terms"]
    e = explore(f"weights=delayed_copy&source=task&task=delayed_copy&lang={language}")
    for name in "xzrnhy":
        assert e.part("titles").locator(f"[data-gate={name}] b").get_attribute("title") == terms[name]
        assert e.part("shows").locator(f"[data-panel={name}]").get_attribute("title") == terms[name]
    for order, name in words(language)["orders"].items():
        assert f"{name}: {terms[f'order_{order}']}" in e.part("order").get_attribute("title")
    assert terms["target"] in e.part("says").get_attribute("title")
    # the name of the row of targets is drawn: what lies over it says what a target is
    row = e.part("titles").locator(".row-term")
    assert row.get_attribute("title") == terms["target"]
    row.hover(timeout=5_000)  # fails where anything else would get the pointer


# ---- long traces


def test_a_long_trace_opens_pooled_and_zooming_fetches_detail(explore):
    e = explore("weights=latch")
    e.received.clear()
    e.goto("weights=random&hidden=64&steps=100000&family=white_noise")
    expect(e.part("pooled")).to_contain_text("steps share one column of pixels")
    assert sum(e.received) < 11_000_000
    assert e.stage("stage.panels.tile.each") > 1
    trace = gruviz.trace(gruviz.SplitGRU.from_params(random_params(1, 64, 0)), generate("white_noise", 100_000, 0).x)
    each = e.stage("stage.panels.tile.each")
    block = trace.z[0, 0, 700 * each : 701 * each, 9]
    tile = {name: e.stage("stage.panels.tile.arrays[arg][64 * 700 + 9]", name) for name in ("z_low", "z", "z_high")}
    for found, wanted in zip(("z_low", "z", "z_high"), (block.min(), block.mean(), block.max()), strict=True):
        assert tile[found] == pytest.approx(wanted, abs=1e-5)
    e.root.evaluate("(root) => { handleOf(root.gruviz).set({t: 50000}); handleOf(root.gruviz).zoomTo(49900, 50100); }")
    e.until("stage.panels.tile.each === 1")
    assert e.value("h", 50_000, 9) == pytest.approx(trace_value(trace, "h", 50_000, 9), abs=1e-5)
    expect(e.part("pooled")).to_have_text("")
    e.key("Enter")
    e.key("g")
    e.key("g")
    e.key("Enter")
    expect(e.part("why").locator(".term.total")).to_be_visible()


def test_at_rest_the_numbers_of_a_pooled_trace_become_exact(explore):
    e = explore("weights=random&hidden=64&steps=20000&family=white_noise&t=12345")
    e.until("stage.tiles.finest(0, 12345)?.exact")
    trace = gruviz.trace(gruviz.SplitGRU.from_params(random_params(1, 64, 0)), generate("white_noise", 20_000, 0).x)
    assert e.value("h", 12_345, 3) == pytest.approx(trace_value(trace, "h", 12_345, 3), abs=1e-5)
    assert "≈" not in e.part("why").inner_text()


# ---- a browser may send anything


def test_a_stranger_at_the_channel_gets_no_traceback(explore):
    e = explore("weights=latch")
    for question in (
        {"id": 1},
        {"kind": "explain", "t": -1},
        [1, 2],
        "x" * 2000,
        {"kind": "tile", "first": 1e99, "id": {}},
    ):
        e.ask(question)
        e.page.wait_for_timeout(250)
    assert "Traceback" not in e.text()
    assert json.dumps(e.view())
    e.click_cell("z", 40, 2)
    expect(e.part("why").locator(".term.total")).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_no_caption_is_cut_and_none_lies_over_a_panel(explore, lang):
    """Two rows of text were kept free at this width, and one was shown, cut off."""
    e = explore(f"lang={lang}", width=1280, height=720)
    for width in (1280, 1000, 390, 1400):
        e.page.set_viewport_size({"width": width, "height": 720})
        e.until("Math.abs(stage.panels.width - stage.part.panels.clientWidth) <= 1")
        cut = e.root.evaluate(
            """(root) => [...root.querySelectorAll(".title span")].map((span) =>
                 [span.scrollWidth - span.clientWidth, span.scrollHeight - span.clientHeight])"""
        )
        assert len(cut) == 6
        assert all(wide <= 1 and high <= 1 for wide, high in cut), (width, cut)
        over = e.root.evaluate(
            """(root) => {
              const { panels, part } = handleOf(root.gruviz), { top } = part.panels.getBoundingClientRect();
              return [...root.querySelectorAll(".title")].map((title, k) => Math.max(
                ...[...title.children].map((each) => each.getBoundingClientRect().bottom - top - panels.rows[k].top)));
            }"""
        )
        assert max(over) <= 2, (width, over)
        assert not e.root.evaluate(OVERLAPPING, ".bar button, .bar select, .bar input, .bar .now span"), width
        assert not e.root.evaluate(OVERLAPPING, ".equation .symbols, .equation .figures, .equation .value"), width


# pairs of visible elements of a kind that lie over one another
OVERLAPPING = """(root, kind) => {
  const boxes = [...root.querySelectorAll(kind)].filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .filter((each) => !each.closest(".options, .help")).map((each) => [each, each.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], k) => boxes.slice(k + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
    .map(([other]) => `${one.outerHTML} ${other.outerHTML}`.slice(0, 300)));
}"""


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_symbol_and_button_beside_the_panels_says_what_it_means(explore, language):
    e = explore(f"lang={language}")
    w = words(language)
    terms, stage = w["terms"], w["stage"]
    tips = e.root.evaluate(
        """(root) => [...root.querySelectorAll(".cell-summand")].map((each) =>
          [each.querySelector("text").textContent, each.querySelector("title").textContent])"""
    )
    expected = {"Wx": terms["w_x"], "Uh": terms["u_h"], "b": terms["bias_term"], "Σ": terms["sum"]}
    assert len(tips) == 12
    assert all(tip == expected[label] for label, tip in tips)
    boxes = e.page.locator(".cell-node:has(.cell-shape) .cell-hit title").all_text_contents()
    assert [box.split("\n")[0] for box in boxes] == [terms[name] for name in ("sigmoid", "sigmoid", "tanh")]
    assert boxes[0].split("\n")[1] == terms["r"]
    assert e.page.locator("[data-name=hPrev] > title").text_content() == terms["h_prev"]
    for part, key in (("unit", "unit"), ("layer", "layer"), ("time", "lines")):
        assert e.part(part).get_attribute("title") == stage[f"diagram_{key}_about"]
    for notation in ("symbols", "numbers", "both"):
        button = e.page.locator(f"button[data-written={notation}]")
        assert button.get_attribute("title") == stage[f"written_{notation}_about"]
    assert e.part("equations").get_attribute("title") == stage["equations_about"]
    assert e.part("chosen").get_attribute("title") == stage["chosen_about"]
    # the caption of the diagram names the unit as the heading does
    unit = stage["unit_number"].format(unit=e.stage("stage.view.unit"))
    assert e.page.locator(".cell-svg > text").last.text_content().startswith(unit)
