"""A handout opened from disk with the network off, and a notebook's output inside its iframe."""

import io
import re
from collections.abc import Callable, Iterator

import nbformat
import numpy as np
import pytest
import torch
from explorer import DRAWN, Explorer
from nbconvert import HTMLExporter
from paper import A4, DPI, PX, check_sheets, pictures_on, sheets
from playwright.sync_api import Browser, expect

import gruviz
from gruviz.models.random_weights import random_params
from gruviz.tasks.catalogue import TASKS
from gruviz.training.saved import shipped
from gruviz.wording.words import words

RNG = np.random.default_rng(8)
X = RNG.normal(size=(40, 2))


def split(units=6):
    return gruviz.SplitGRU.from_params(random_params(2, units, 1, gain=3))


def two_way():
    torch.manual_seed(3)
    return torch.nn.GRU(2, 5, num_layers=2, bidirectional=True)


def many():
    task = TASKS["delayed_copy"]
    model = shipped("delayed_copy").model()
    sequence = task.sequence(task.held_out(1))
    return [
        {
            "model": model,
            "x": sequence,
            "task": task,
            "title": "Delayed copy",
            "text": "Symbols wait until they are due.",
        },
        {"model": model, "x": sequence, "task": task, "title": "Unit 3 removed", "what_if": [gruviz.Lesion((3,))]},
        {"model": two_way(), "x": X, "title": "Both ways", "view": {"t": 9, "unit": 2, "gate": "z"}},
    ]


@pytest.fixture
def opened(chromium: Browser, tmp_path) -> Iterator[Callable[..., Explorer]]:
    """Opens a file offline; fails the test on a page error, a console error or any request to the network."""
    all_opened = []

    def open_file(name="made.html", *, width=1400, height=900, scheme="light", touch=False, drawn=True) -> Explorer:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=touch
        )
        context.set_offline(True)
        e = Explorer(context, "file://")
        all_opened.append(e)
        e.page.goto(f"file://{tmp_path / name}")
        if drawn:
            e.root.evaluate(DRAWN)
        return e

    yield open_file
    for e in all_opened:
        assert not e.faults, e.faults
        e.context.close()


@pytest.mark.parametrize("make", [split, two_way])
def test_every_number_on_the_page_is_the_npz_s(opened, tmp_path, make):
    model = make()
    h0 = np.full(model.hidden_size, 0.25)
    gruviz.handout(model, X, tmp_path / "made.html", h0, title="Numbers")
    held = np.load(io.BytesIO(gruviz.export.npz(gruviz.trace(model, X, h0), model)))
    e = opened()
    expect(e.page.get_by_role("heading", name="Numbers")).to_be_visible()
    for layer in range(len(held["h"])):
        if layer:
            e.options()
            e.choose_layer(layer)
            e.until("stage.drawn?.tile?.layer === arg", layer)
        for gate in "zrnh":
            np.testing.assert_array_equal(e.values(gate), held[gate][layer, 0], strict=True)
    e.key("Home")
    start = e.stage("stage.moment().numbers.hPrev")
    reverse = len(held["h"]) > 1 and (len(held["h"]) - 1) % 2
    assert start == pytest.approx(held["h"][-1, 0, 1, 0] if reverse else 0.25)


def test_it_plays_explains_any_number_and_takes_a_what_if(opened, tmp_path):
    model = split()
    gruviz.handout(model, X, tmp_path / "made.html")
    trace = gruviz.trace(model, X)
    e = opened()
    e.press("play")
    e.until("stage.view.t > 2")
    e.press("play")
    for gate in "zrn":
        e.click_cell(gate, 12, 4)
        found = gruviz.explain.number(model, trace, gate=gate, layer=0, time=12, unit=4)
        expect(e.part("why").locator(".term")).not_to_have_count(0)
        e.until("stage.replyFor()?.gate === arg", gate)
        reply = e.stage("stage.replyFor()")
        assert reply["total"] == pytest.approx(found.total, abs=1e-6)
        assert [term["kind"] for term in reply["terms"]][:2] == [term.kind for term in found.largest(8)[0]][:2]
    e.press("whatif")
    e.click_cell("z", 12, 4)
    e.stage("stage.experiment.change({edits: [{do: 'clamp', gate: 'z', value: 1, units: [4], steps: null, layer: 0}]})")
    e.until("stage.experiment.outcome?.run")
    expect(e.part("bench")).to_contain_text("computed on this page")
    wanted = gruviz.trace(model, X, what_if=[gruviz.Clamp("z", 1, units=(4,))])
    assert e.value("h", 39, 4) == pytest.approx(wanted.h[0, 0, 39, 4], abs=1e-5)
    assert e.value("h", 39, 0) == pytest.approx(wanted.h[0, 0, 39, 0], abs=1e-5)
    assert abs(wanted.h[0, 0, 39, 4] - trace.h[0, 0, 39, 4]) > 0.01


def test_the_editor_works_with_hands(opened, tmp_path):
    gruviz.handout(split(), X, tmp_path / "made.html")
    e = opened()
    e.key("w")
    e.key("x")
    e.until("stage.view.bent === 'lesion u0' && stage.experiment.outcome?.run")
    assert e.value("h", 20, 0) == 0
    e.key("Control+z")
    e.until("!stage.experiment.acting")
    assert e.value("h", 20, 0) != 0


def test_interventions_are_shown_and_checked_against_python_s_own_run(opened, tmp_path):
    model = two_way()
    changes = [gruviz.Clamp("z", 1 / 3, units=(1, 2), steps=(5, 20)), gruviz.Lesion((4,), layer=1)]
    gruviz.handout(model, X, tmp_path / "made.html", what_if=changes)
    e = opened()
    expect(e.part("bench")).to_contain_text("Python agrees", timeout=10_000)
    wanted = gruviz.trace(model, X, what_if=changes)
    np.testing.assert_allclose(e.values("h"), wanted.h[0, 0], atol=1e-6)
    # of another what-if nothing is claimed
    e.key("x")
    expect(e.part("bench")).to_contain_text("computed on this page")
    e.page.wait_for_timeout(1200)
    expect(e.part("bench")).not_to_contain_text("Python agrees")
    expect(e.part("bench")).not_to_contain_text("checking")


def test_the_language_and_the_theme_are_switched_in_the_file(opened, tmp_path):
    gruviz.handout(two_way(), X, tmp_path / "made.html", view={"t": 11, "unit": 3})
    e = opened()
    english, korean = words("en")["stage"], words("ko")["stage"]
    button = e.page.locator("[data-do=whatif]")
    expect(button).to_have_text(english["whatif_short"])
    e.page.get_by_role("button", name="한국어").click()
    expect(button).to_have_text(korean["whatif_short"])
    assert e.page.evaluate("document.documentElement.lang") == "ko"
    assert (e.view()["t"], e.view()["unit"]) == (11, 3)
    expect(e.part("chosen")).to_contain_text("0층")
    e.page.get_by_role("button", name="어둡게").click()
    assert e.stage("stage.theme") == "dark"
    assert sum(e.pixel(4, 4)) < 120
    e.page.get_by_role("button", name="English").click()
    e.page.get_by_role("button", name="Light").click()
    assert sum(e.pixel(4, 4)) > 700
    expect(button).to_have_text(english["whatif_short"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_begins_as_the_machine_wishes(opened, tmp_path, scheme):
    gruviz.handout(split(), X, tmp_path / "made.html")
    assert opened(scheme=scheme).stage("stage.theme") == scheme


def test_scenes_follow_one_another_by_keys_and_buttons_and_one_is_mounted_at_a_time(opened, tmp_path):
    gruviz.handout(many(), tmp_path / "made.html", title="Lecture")
    e = opened()
    place, heading = e.page.locator("nav .place"), e.page.locator("h2")
    expect(e.page.locator("h1")).to_have_text("Lecture")
    expect(heading).to_have_text("Delayed copy")
    expect(e.page.locator("p.line")).to_have_text("Symbols wait until they are due.")
    e.click_cell("z", 7, 2)
    e.page.keyboard.press("ArrowRight")  # the stage has the focus: its cursor moves
    assert e.view()["t"] == 8
    expect(place).to_have_text("1 of 3")
    e.page.keyboard.press("PageDown")
    expect(heading).to_have_text("Unit 3 removed")
    e.root.evaluate(DRAWN)
    expect(e.part("bench")).to_contain_text("Python agrees", timeout=10_000)
    expect(e.root).to_have_count(1)
    e.page.locator("h1").click()
    e.page.keyboard.press("ArrowRight")
    expect(heading).to_have_text("Both ways")
    e.root.evaluate(DRAWN)
    assert [e.view()[name] for name in ("t", "unit", "gate")] == [9, 2, "z"]
    e.page.keyboard.press("ArrowRight")  # there is none after the last
    expect(place).to_have_text("3 of 3")
    e.page.get_by_role("button", name=re.compile("Previous")).click()
    e.page.get_by_role("button", name=re.compile("Previous")).click()
    expect(heading).to_have_text("Delayed copy")
    e.root.evaluate(DRAWN)
    assert (e.view()["t"], e.view()["unit"]) == (8, 2)  # where it was left
    expect(e.root).to_have_count(1)


def test_while_the_editor_is_open_page_keys_are_its_own(opened, tmp_path):
    gruviz.handout(many(), tmp_path / "made.html")
    e = opened()
    e.key("w")
    e.click_cell("z", 3, 1)
    e.key("PageUp")
    e.until("stage.experiment.changed")
    expect(e.page.locator("nav .place")).to_have_text("1 of 3")


def test_with_one_scene_keys_are_the_stage_s_wherever_the_focus_is(opened, tmp_path):
    gruviz.handout(split(), X, tmp_path / "made.html")
    e = opened()
    e.page.keyboard.press("ArrowRight")
    assert e.view()["t"] == 1
    expect(e.page.locator("nav")).to_be_hidden()


@pytest.mark.parametrize("several", [True, False])
def test_keys_of_the_stage_work_on_loading_and_after_a_click_on_a_button_of_the_page(opened, tmp_path, several):
    if several:
        gruviz.handout(many(), tmp_path / "made.html")
    else:
        gruviz.handout(split(), X, tmp_path / "made.html")
    e = opened()
    keyboard = e.page.keyboard
    keyboard.press("?")
    expect(e.part("help")).to_be_visible()
    keyboard.press("Escape")
    expect(e.part("help")).to_be_hidden()
    keyboard.press("w")
    expect(e.part("bench")).to_be_visible()
    keyboard.press("w")
    expect(e.part("bench")).to_be_hidden()
    keyboard.press(" ")
    e.until("stage.view.t > 0")
    keyboard.press(" ")
    e.until("!stage.playing")
    korean = e.page.get_by_role("button", name="한국어")
    korean.click()
    keyboard.press("?")
    expect(e.part("help")).to_be_visible()
    keyboard.press("?")
    keyboard.press(" ")
    e.until("stage.playing")
    keyboard.press(" ")
    # a button that was reached by Tab keeps the space bar and Enter
    e.page.get_by_role("button", name="English").focus()
    keyboard.press(" ")
    expect(korean).to_have_attribute("aria-pressed", "false")
    assert not e.stage("stage.playing")
    if several:
        expect(e.page.locator("nav .place")).to_have_text("1 of 3")
        keyboard.press("ArrowRight")
        expect(e.page.locator("nav .place")).to_have_text("2 of 3")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_on_a_phone_the_sentence_of_a_what_if_and_its_badge_do_not_overlap(opened, tmp_path, language):
    gruviz.handout(two_way(), X, tmp_path / "made.html", what_if=[gruviz.Lesion((0,))], language=language)
    e = opened(width=390, height=844, touch=True, scheme="dark")
    checked = words(language)["stage"]["whatif_checked"].split("{")[0].strip()
    expect(e.part("bench")).to_contain_text(checked, timeout=10_000)
    row, sentence, badge = (
        e.part("bench").locator(name).bounding_box() for name in (".bench-words", ".bench-said", ".bench-badge")
    )
    assert sentence["y"] + sentence["height"] <= badge["y"]
    assert badge["y"] + badge["height"] <= row["y"] + row["height"] + 0.5
    assert e.part("bench").locator(".bench-said").evaluate("(node) => node.scrollHeight - node.clientHeight") <= 2  # px


# px by which letters leave the box that shows them, below or above: the most of all titles of panels
CUT_TITLES = """(titles) => {
  const pen = document.createElement("canvas").getContext("2d");
  return Math.max(...[...titles.querySelectorAll(".title :is(b, strong, span)")].map((node) => {
    const probe = document.createElement("i"), line = document.createElement("em"), title = node.closest(".title");
    probe.style.display = "inline-block";
    line.style.fontStyle = "normal";
    line.append(...node.childNodes, probe);
    node.append(line);
    const style = getComputedStyle(node), box = node.getBoundingClientRect(), all = title.getBoundingClientRect();
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const letters = pen.measureText("gpyhk"), baseline = probe.getBoundingClientRect().bottom;
    const below = Math.min(all.bottom, style.overflowY === "visible" ? Infinity : box.bottom);
    const above = all.top - baseline + letters.actualBoundingBoxAscent;
    return Math.max(baseline + letters.actualBoundingBoxDescent - below, above);
  }));
}"""


@pytest.mark.parametrize(("width", "height", "touch"), [(390, 844, True), (1400, 900, False), (1000, 800, False)])
def test_no_letter_of_a_title_is_cut_off_in_another_font_than_the_app_s(opened, tmp_path, width, height, touch):
    gruviz.handout(split(), X, tmp_path / "made.html")
    e = opened(width=width, height=height, touch=touch)
    assert e.page.locator(".titles").evaluate(CUT_TITLES) <= 0.3


def test_on_a_phone_a_file_of_several_scenes_has_light_and_dark_and_its_layers_are_one_row(opened, tmp_path):
    gruviz.handout([{"model": two_way(), "x": X}, {"model": split(), "x": X}], tmp_path / "made.html")
    e = opened(width=390, height=844, touch=True)
    e.page.get_by_role("button", name="Dark").click()
    assert e.stage("stage.theme") == "dark"
    boxes = [button.bounding_box() for button in e.part("layers").get_by_role("button").all()]
    assert len(boxes) == 4
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 390
    fits = "(all) => all.every((one) => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight)"
    assert e.part("layers").locator("button").evaluate_all(fits)


# whether a part of the heading is cut off, or under the buttons beside it
CUT_HEADING = """(head) => {
  const heading = head.querySelector("[data-part=chosen]"), chosen = heading.getBoundingClientRect();
  if (heading.scrollWidth > heading.clientWidth) return [heading.textContent];
  const buttons = head.querySelector(".group").getBoundingClientRect();
  return [...head.querySelectorAll("[data-part=chosen] [data-part]")].filter((node) => {
    if (node.dataset.part === "step-label" || !node.textContent) return false;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    const isUnderButtons = text.right > buttons.left && text.bottom > buttons.top && text.top < buttons.bottom;
    return isUnderButtons || text.right > chosen.right + 0.5;
  }).map((node) => node.textContent);
}"""


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("width", "height", "touch"), [(390, 844, True), (1400, 900, False), (1000, 800, False)])
def test_the_heading_of_the_diagram_never_cuts_the_layer_or_the_what_if(
    opened, tmp_path, width, height, touch, language
):
    labels = [f"2020-01-{day:02}" for day in range(1, 41)]
    changes = [gruviz.Lesion((0,))]
    gruviz.handout(two_way(), X, tmp_path / "made.html", labels=labels, what_if=changes, language=language)
    e = opened(width=width, height=height, touch=touch)
    e.until("stage.experiment.outcome?.run")
    head = e.page.locator(".cell-head")
    for t in (0, 19):
        e.stage("stage.set({t: arg})", t)
        expect(e.part("chosen")).to_contain_text(f"({labels[t]})")
        expect(e.part("chosen")).to_contain_text("layer 0 forward" if language == "en" else "0층 정방향")
        expect(e.part("chosen")).to_contain_text(words(language)["stage"]["whatif_show_bent"])
        assert head.evaluate(CUT_HEADING) == []
    # as high at every step
    before = head.bounding_box()["height"]
    e.stage("stage.set({t: 3})")
    e.until("stage.view.t === 3")
    assert head.bounding_box()["height"] == before


def test_on_a_phone_the_page_ends_where_its_content_does(opened, tmp_path):
    gruviz.handout(split(), X, tmp_path / "made.html")
    e = opened(width=390, height=844, touch=True)
    last = e.part("why").locator(".term").last.bounding_box()
    gap = e.page.locator("footer").bounding_box()["y"] - last["y"] - last["height"]
    assert gap <= 30


@pytest.mark.parametrize(("landscape", "scheme"), [(False, "dark"), (True, "light")])
def test_it_prints_light_and_whole_without_its_tools(opened, tmp_path, landscape, scheme):
    model, x = split(24), RNG.normal(size=(100, 2))
    gruviz.handout(model, x, tmp_path / "made.html", title="Made for paper")
    e = opened(scheme=scheme)
    pages, texts, [layout] = sheets(e, tmp_path, landscape=landscape)
    check_sheets(pages, texts, landscape=landscape)
    assert len(pages) == 2
    wide, _ = sorted(A4, reverse=landscape)
    assert abs(layout["wide"] - wide / PX + 20 / 25.4 * 96) < 8
    places = pictures_on(pages[0], gruviz.trace(model, x), layout)
    assert len(places)
    assert abs(places.mean(axis=0)[1] - 10 / 25.4 * DPI) <= 3
    text = "\n".join(texts)
    assert "Made for paper" in text
    for word in ("What if?", "steps/s", "Light", "English", words("en")["handout"]["keys_one"][:20]):
        assert word not in text
    # the numbers at the right edge, each whole
    assert re.search(r"h = keep \+ write +−?0\.\d{4}\b", text)
    assert e.root.get_attribute("data-theme") == scheme


HOSTILE = "<img src=x onerror=\"document.title='broken'\"></script><script>document.title='broken'</script>]]>"


def test_hostile_texts_are_shown_as_they_are(opened, tmp_path):
    gruviz.handout(
        split(),
        X,
        tmp_path / "made.html",
        title=HOSTILE,
        text=HOSTILE,
        units=[f"{HOSTILE} {k}" for k in range(6)],
        channels=[HOSTILE, "b"],
        labels=[HOSTILE] * 40,
    )
    e = opened()
    expect(e.page.locator("h1")).to_have_text(HOSTILE)
    expect(e.page.locator("p.line")).to_have_text(HOSTILE)
    e.click_cell("n", 5, 3)
    e.until("stage.replyFor()?.gate === 'n'")
    assert e.page.title() == HOSTILE
    assert e.page.locator("img").count() == 0


@pytest.mark.parametrize(("width", "height", "touch"), [(390, 844, True), (1280, 720, False), (1400, 900, False)])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_is_wider_than_the_screen_and_what_the_page_adds_is_small(
    opened, tmp_path, width, height, touch, language
):
    gruviz.handout(many(), tmp_path / "made.html", title="Gates that wait, and gates that do not", language=language)
    e = opened(width=width, height=height, touch=touch)
    assert e.page.evaluate("document.documentElement.scrollWidth") <= width
    top = e.page.locator(".scene").bounding_box()["y"]
    assert top < (190 if width < 500 else 90)
    if not touch:  # all panels stand on the first screen
        box = e.part("panels").bounding_box()
        assert box["y"] + box["height"] <= height


def test_a_browser_that_cannot_unpack_it_says_what_is_needed(opened, tmp_path):
    path = gruviz.handout(split(), X, tmp_path / "made.html", language="ko")
    text = path.read_text("utf-8")
    path.write_text(text.replace("<head>", "<head><script>delete window.DecompressionStream</script>", 1), "utf-8")
    e = opened(drawn=False)
    expect(e.page.locator("#needs")).to_have_text(words("ko")["handout"]["needs"])
    expect(e.page.locator("#needs")).to_be_visible()
    expect(e.root).to_have_count(0)


@pytest.mark.parametrize("part", ['id="code">', "data-scene>"])
def test_a_file_that_lost_a_part_says_so(opened, tmp_path, part):
    path = gruviz.handout(split(), X, tmp_path / "made.html")
    before, after = path.read_text("utf-8").split(part)
    path.write_text(f"{before}{part}{after[1000:]}", "utf-8")
    e = opened(drawn=False)
    expect(e.page.locator("#damaged")).to_have_text(words("en")["handout"]["damaged"])
    expect(e.page.locator("#damaged")).to_be_visible()
    e.page.wait_for_timeout(300)
    assert len(e.faults) == 1  # what went wrong stands in the console
    e.faults.clear()


def test_leaving_a_scene_leaves_nothing_behind(opened, tmp_path):
    gruviz.handout(many(), tmp_path / "made.html")
    e = opened()
    left = e.page.evaluate(
        """async () => {
          const page = document.getElementById("handout").gruviz;
          const rest = () => new Promise((done) => setTimeout(done, 700));
          page.stage.run("play");
          page.leave();
          let frames = 0;
          const frame = window.requestAnimationFrame;
          window.requestAnimationFrame = (act) => { frames++; return frame(act); };
          await rest();
          return [page.inner.childElementCount, frames];
        }"""
    )
    assert left == [0, 0]


# ---- a notebook's output


def exported(*values: object) -> str:
    """A notebook whose cells have these values, as nbconvert writes it to HTML, less the scripts of its CDN."""
    cells = []
    for number, value in enumerate(values, 1):
        data = {"text/html": value._repr_html_(), "text/plain": repr(value)}
        output = nbformat.v4.new_output("execute_result", data=data, execution_count=number)
        cells.append(nbformat.v4.new_code_cell("value", outputs=[output], execution_count=number))
    # no kernel runs here: the lexer for IPython would come with one
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"language_info": {"name": "python", "pygments_lexer": "python"}}
    )
    nbformat.validate(notebook)
    html, _ = HTMLExporter().from_notebook_node(notebook)
    return re.sub(
        r"<script\b[^<]*(?:<(?!/script>)[^<]*)*</script>", lambda one: "" if "//cdn" in one[0] else one[0], html
    )


@pytest.mark.parametrize("alone", [False, True])
def test_the_output_of_a_cell_draws_and_scrubs_inside_its_iframe(opened, tmp_path, alone):
    trace = gruviz.trace(two_way(), X)
    (tmp_path / "made.html").write_text(exported(trace if alone else gruviz.show(two_way(), X)), "utf-8")
    e = opened(drawn=False)
    frame = e.page.frame_locator("iframe")
    root = frame.locator("[data-part=root]")
    root.evaluate(DRAWN)
    frame.locator("[data-part=scrub]").fill("23")
    expect(frame.locator("[data-part=chosen]")).to_contain_text("step 23")
    root.evaluate("(root) => root.gruviz.ports.goTo({t: 23, unit: 2, gate: 'z'})")
    value = root.evaluate("(root) => root.gruviz.store.tiles.vector('z', 0, 23)[2]")
    assert value == trace.z[0, 0, 23, 2]
    why = frame.locator("[data-part=why]")
    root.evaluate("(root) => root.gruviz.store.explain()")
    if alone:
        expect(why).to_contain_text("need the weights, which this page does not have")
        frame.locator("[data-part=layers] [data-layer='3']").click()
        expect(frame.locator("[data-part=chosen]")).to_contain_text("layer 1")
        np.testing.assert_array_equal(
            root.evaluate(
                "async ({ gruviz: { store } }) => { while (store.picture?.tile?.layer !== 3) "
                "await new Promise((done) => setTimeout(done, 20)); "
                "return [...store.picture.tile.arrays.h] }"
            ),
            trace.h[3, 0].ravel(),
        )
        opener = frame.locator("[data-do=whatif]")
        expect(opener).to_have_attribute("aria-disabled", "true")
        expect(opener).to_have_attribute("title", words("en")["stage"]["whatif_no_model"])
        opener.click(force=True)
        expect(frame.locator("[data-part=bench]")).to_be_hidden()
        expect(frame.locator(".hint")).to_have_text(words("en")["stage"]["whatif_no_model"])
    else:
        expect(why.locator(".term")).not_to_have_count(0)
    assert e.page.evaluate("document.querySelector('iframe').contentDocument") is None  # neither reaches the other


def test_two_outputs_in_one_notebook_do_not_touch_each_other(opened, tmp_path):
    (tmp_path / "made.html").write_text(exported(gruviz.show(split(), X), gruviz.show(two_way(), X)), "utf-8")
    e = opened(drawn=False)
    first, second = (e.page.frame_locator("iframe").nth(k).locator("[data-part=root]") for k in range(2))
    for k, root in enumerate((first, second)):  # a browser draws no frame of what is not in view
        e.page.locator("iframe").nth(k).scroll_into_view_if_needed()
        root.evaluate(DRAWN)
    first.evaluate("(root) => root.gruviz.store.set({t: 5})")
    assert [root.evaluate("(root) => root.gruviz.store.view.t") for root in (first, second)] == [5, 0]


# ---- Explore


def saved(e: Explorer, path) -> str:
    """Click *Offline HTML*, and keep the file that comes."""
    button = e.page.locator(".st-key-offline").get_by_role("button")
    button.scroll_into_view_if_needed()
    with e.page.expect_download(timeout=30_000) as download:
        button.click()
    download.value.save_as(path)
    return download.value.suggested_filename


@pytest.mark.parametrize("language", ["en", "ko"])
def test_explore_s_offline_file_is_the_picture_at_the_moment_of_the_click(explore, opened, tmp_path, language):
    seen = explore(f"lang={language}&model=torch")
    seen.stage("stage.goTo({t: 9, unit: 5, gate: 'r'})")
    seen.key("d", "w")
    seen.until("stage.experiment.known")
    seen.stage(
        "stage.experiment.change({edits: [arg]})",
        {"do": "clamp", "gate": "z", "value": 0.25, "units": [5], "steps": [2, 30], "layer": 0},
    )
    seen.until("stage.experiment.outcome?.run && stage.view.bent")
    seen.stage("stage.arrange({colours: 'stretched', hide: 'n'})")
    names = ["t", "unit", "gate", "diagram", "bent", "colours", "hide", "show", "first", "last", "order"]
    view = {name: seen.view()[name] for name in names}
    numbers = {gate: seen.values(gate) for gate in "zrh"}
    said = seen.part("status").inner_text()
    assert saved(seen, tmp_path / "made.html") == "gruviz.html"

    e = opened()
    e.until("stage.experiment.outcome?.run")
    assert {name: e.view()[name] for name in names} == view
    for gate, values in numbers.items():
        np.testing.assert_array_equal(e.values(gate), values)
    assert e.part("status").inner_text() == said
    expect(e.part("menus")).to_be_hidden()
    expect(e.part("bench")).to_contain_text(
        "Python agrees" if language == "en" else words("ko")["stage"]["whatif_checked"].split("{")[0].strip(),
        timeout=10_000,
    )
    expect(e.page.locator("h1")).to_contain_text(words(language)["tasks"]["delayed_copy"])
    # the free run is there too, and so is what the head puts out
    e.key("2")
    e.until("stage.view.show === 'free'")
    assert e.stage("stage.scene.answer.kind") == "classes"


def test_explore_s_offline_file_of_other_weights_has_their_story_in_both_languages(explore, opened, tmp_path):
    seen = explore("weights=latch")
    saved(seen, tmp_path / "made.html")
    said = seen.part("status").inner_text()
    e = opened()
    assert e.part("status").inner_text() == said
    e.page.get_by_role("button", name="한국어").click()
    expect(e.part("status")).to_contain_text(re.compile("[가-힣]"))
    e.part("status").locator("button.link").first.click()
    assert e.view()["t"] > 0


def test_what_is_too_large_for_a_file_is_offered_in_parts(explore, opened, tmp_path):
    p = words("en")["page"]
    seen = explore("weights=random&source=synthetic&family=noise&steps=9000&hidden=8")
    expect(seen.page.get_by_text(p["html_too_large"].format(steps=8192, cells=600_000, size=12))).to_be_visible()
    expect(seen.page.locator(".st-key-offline")).to_have_count(0)
    seen.stage("stage.zoomTo(100, 400)")
    seen.page.get_by_role("button", name="Offline HTML of steps 100 to 399").wait_for(timeout=15_000)
    seen.stage("stage.set({t: 150, unit: 2})")
    assert saved(seen, tmp_path / "made.html") == "gruviz-steps-100-399.html"
    wanted = seen.stage("stage.valueOf('z', 150, 2)")
    e = opened()
    assert (e.view()["t"], e.view()["unit"]) == (50, 2)
    assert e.value("z", 50, 2) == wanted
    expect(e.part("status")).to_contain_text("Steps 100 to 399 of a run of 9,000 steps")
