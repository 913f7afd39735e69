"""The Compare page, as hands use it: one cursor, one zoom, one order, and the difference as a picture."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from playwright.sync_api import expect

A, B, C, D = "compare-a", "compare-b", "compare-c", "difference"
DRAWN = "(root) => !!handleOf(root.gruviz)?.drawn"


def root(e, key: str):
    return e.page.locator(f".st-key-{key} [data-part=root]")


def at(e, key: str, expression: str, arg: Any = None) -> Any:
    """Evaluate JavaScript with the stage of a key, and `arg`, in reach."""
    return root(e, key).evaluate(f"(root, arg) => {{ const stage = handleOf(root.gruviz); return {expression}; }}", arg)


def until(e, key: str, expression: str, arg: Any = None) -> None:
    for _ in range(300):
        if at(e, key, expression, arg):
            return
        e.page.wait_for_timeout(50)
    raise AssertionError((key, expression, arg, at(e, key, "stage.view")))


def shown(e, *keys: str) -> None:
    for key in keys:
        root(e, key).wait_for(state="visible", timeout=40_000)
        until(e, key, "!!stage?.drawn")
    expect(e.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(timeout=40_000)


def goto(e, query: str, *keys: str) -> None:
    e.page.goto(f"{e.address}/compare?{query}")
    shown(e, *(keys or (A, B, D)))


def array(e, key: str, name: str) -> np.ndarray:
    flat, units = at(
        e, key, "[Array.from(stage.tiles.finest(stage.view.layer, 0).arrays[arg]), stage.scene.trace.units]", name
    )
    return np.array(flat, np.float32).reshape(-1, units)


def test_from_the_opening_page_to_the_picture_of_the_difference_and_back(explore):
    e = explore()
    own = e.values("h")
    e.page.get_by_role("button", name="Compare with …").click()
    e.page.locator(".st-key-lead_models button").first.click()
    shown(e, A, B, D)
    np.testing.assert_array_equal(array(e, A, "h"), own)
    off = {gate: array(e, B, gate) - array(e, A, gate) for gate in "zrnh"}
    for gate, values in off.items():
        np.testing.assert_array_equal(array(e, D, gate), values)
    assert np.abs(off["h"]).max() > 0.01
    # it opens where the difference is largest, on all of them, and says so
    gate = max(off, key=lambda each: np.abs(off[each]).max())
    t, unit = np.unravel_index(np.abs(off[gate]).argmax(), off[gate].shape)
    for key in (A, B, D):
        assert at(e, key, "[stage.view.t, stage.view.unit]") == [t, unit]
    said = root(e, D).locator("[data-part=status]")
    expect(said).to_contain_text(f"{gate} of unit {unit} at step {t}")
    since = int(np.flatnonzero(np.max([np.abs(each).max(axis=1) for each in off.values()], axis=0) > 1e-3)[0])
    expect(said).to_contain_text(f"first above 0.001 at step {since}")
    for name, each in off.items():  # a scale of its own for each gate, stated in its title
        scale = at(e, D, f"stage.experiment.picture.palettes.{name}.high")
        assert np.abs(each).max() <= scale * (1 + 1e-5) <= 2.6 * np.abs(each).max()
        title = root(e, D).locator(f"[data-part=titles] [data-gate={name}] strong")
        expect(title).to_contain_text(f"scale ±{scale:g} · {name} of nn.GRU")
    said.get_by_role("button", name=f"step {since}", exact=True).click()
    for key in (A, B, D):
        until(e, key, "stage.view.t === arg", since)
    # the differing term is marked in both, and nowhere else
    assert at(e, A, "stage.root.dataset.differs") == at(e, B, "stage.root.dataset.differs") == "reset"
    e.page.locator(".st-key-compare_open_0 button").first.click()
    expect(e.page.locator("[data-part=root]")).to_have_count(1, timeout=20_000)
    e.settled()
    np.testing.assert_array_equal(e.values("h"), own)
    assert e.stage("stage.view.t") == since  # the cell that was looked at, not the one Explore was left with


def test_one_cursor_one_zoom_one_order_and_no_message_while_scrubbing(explore):
    e = explore()
    goto(e, "weights=random&hidden=9&vs.what=models&vs.third=1", A, B, C, D)
    every = (A, B, C, D)
    e.page.wait_for_timeout(1500)
    sent = len(e.sent)
    root(e, D).locator("[data-part=panels]").focus()
    e.page.keyboard.press("Home")
    for _ in range(12):
        e.page.keyboard.press("ArrowRight")
    for key in every:
        until(e, key, "stage.view.t === 12")
    box = root(e, B).locator("[data-part=panels]").bounding_box()
    place = at(e, B, "stage.placeOf('z', 30, 4)")
    assert box["x"] < place[0]
    at(e, B, "stage.set({ t: 30, unit: 4, gate: 'z' })")
    for key in every:
        until(e, key, "stage.view.t === 30 && stage.view.unit === 4 && stage.view.gate === 'z'")
    at(e, C, "stage.zoomTo(20, 60)")
    for key in every:
        until(e, key, "stage.window[0] === 20 && stage.window[1] === 60")
    assert len(e.sent) == sent
    head = root(e, D)
    head.locator("[data-do=view]").click()
    head.locator("[data-part=order]").select_option("half_life")
    until(e, A, "stage.view.order === 'half_life' && stage.rows.ranks !== null")
    order = at(e, A, "Array.from(stage.rows.order)")
    assert order != sorted(order)
    for key in (B, D):
        until(e, key, "JSON.stringify(Array.from(stage.rows.order)) === JSON.stringify(arg)", order)
    head.locator("[data-do=turn]").click()
    for key in (A, B, D):
        until(e, key, "stage.shown[0] === arg", order[-1])
    e.page.wait_for_url(re.compile("order=half_life.*turned=1"))
    e.page.reload()
    shown(e, *every)
    for key in (A, B, D):
        until(e, key, "stage.shown[0] === arg && stage.view.t === 30", order[-1])


def test_a_what_if_stands_beside_the_free_run_and_follows_the_hand(explore):
    e = explore()
    free = e.values("h")
    e.press("whatif")
    e.until("stage.experiment.freeRun !== null")
    e.part("bench").locator("[data-what=try]").click()
    e.part("bench").locator("[data-idea=z0]").click()
    e.until("stage.experiment.acting && stage.experiment.outcome.run.isDone")
    bent = np.array(e.stage("Array.from(stage.tiles.finest(0, 0).arrays.h)"), np.float32).reshape(free.shape)
    e.part("bench").locator("[data-deed=compare]").click()
    shown(e, A, B, D)
    until(e, B, "stage.experiment.acting")
    np.testing.assert_array_equal(array(e, A, "h"), free)
    np.testing.assert_allclose(array(e, B, "h"), bent, atol=1e-6)
    until(e, D, "Math.abs(stage.tiles.finest(0, 0).arrays.h[arg[0]] - arg[1]) < 1e-6", [0, float((bent - free)[0, 0])])
    np.testing.assert_allclose(array(e, D, "h"), bent - free, atol=1e-6)
    expect(root(e, D).locator("[data-part=status]")).to_contain_text("what-if run − original run")
    e.page.wait_for_url(re.compile("vs.bent=clamp"))


def test_the_second_what_if_is_not_the_first_and_the_strip_stays_on_explore(explore):
    e = explore()
    for name, bent in (("z0", 0), ("z1", 1)):
        e.settled()
        if e.part("bench").is_hidden():
            e.press("whatif")
        e.until("stage.experiment.freeRun !== null")
        e.part("bench").locator("[data-what=try]").click()
        e.part("bench").locator(f"[data-idea={name}]").click()
        e.until("stage.experiment.acting && stage.experiment.outcome.run.isDone")
        e.part("bench").locator("[data-deed=compare]").click()
        shown(e, A, B, D)
        until(e, B, "stage.experiment.acting")
        assert (array(e, B, "z") == bent).all()
        assert all(root(e, key).locator("[data-part=bench]").is_hidden() for key in (A, B, D))
        root(e, D).locator("[data-part=panels]").focus()
        e.page.keyboard.press("w")
        assert all(root(e, key).locator("[data-part=bench]").is_hidden() for key in (A, B, D))
        e.page.locator(".st-key-compare_open_1 button").first.click()
        expect(e.page.locator("[data-part=root]")).to_have_count(1, timeout=20_000)
        e.settled()
        e.until("stage.experiment.acting")
        assert (np.array(e.stage("Array.from(stage.tiles.finest(0, 0).arrays.z)")) == bent).all()


def test_a_lesion_opens_beside_the_free_run_and_as_a_what_if(explore):
    e = explore(height=1400)
    goto(e, "weights=parity&source=task&task=parity")
    e.page.locator(".st-key-compare_lesions_start button").first.click()
    table = e.page.locator("[class*=st-key-compare_lesions_unit] canvas").first
    table.wait_for(state="visible", timeout=40_000)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    e.page.mouse.click(box["x"] + 16, box["y"] + 52)  # the box at the left of its first row
    e.page.locator(".st-key-compare_lesion_beside button").first.click()
    shown(e, A, B, D)
    until(e, B, "stage.experiment.acting")
    (cut,) = (at(e, B, "stage.experiment.edits.flatMap(({ units }) => units)"),)
    (unit,) = cut
    assert not array(e, B, "h")[:, unit].any()
    assert array(e, A, "h")[:, unit].any()


def test_another_language_and_another_side_leave_the_cursor_where_it_is(explore):
    e = explore()
    goto(e, "weights=random&hidden=5&vs.what=random")
    at(e, D, "stage.set({ t: 33, unit: 2, gate: 'n' })")
    root(e, D).evaluate("(root) => { root.mark = 1; }")
    for key in (A, B, D):
        until(e, key, "stage.view.t === 33 && stage.view.unit === 2")
    seed = e.page.locator(".st-key-compare-seed input")
    seed.fill("7")
    seed.press("Enter")
    until(e, B, "stage.part.status.textContent.includes('seed 7')")
    e.page.locator(".st-key-set-lang").get_by_text("한국어").click()
    until(e, D, "stage?.part.titles.textContent.includes('업데이트 게이트')")
    expect(e.page.locator(".st-key-compare-what").get_by_role("combobox")).to_have_value("무작위 가중치")
    for key in (A, B, D):
        until(e, key, "stage.view.t === 33 && stage.view.unit === 2")
    assert root(e, D).evaluate("(root) => root.mark") == 1  # it was not put up anew


def test_a_fit_can_be_stopped_and_leaves_the_numbers_as_they_were(explore):
    e = explore()
    query = "weights=characters&trained=torch&model=torch&source=task&task=characters&vs.what=read&vs.read=fit"
    e.page.goto(f"{e.address}/compare?{query}")
    stop = e.page.locator(".st-key-compare_fit_stop button").first
    stop.wait_for(state="visible", timeout=40_000)
    expect(e.page.get_by_text("Searching for the nearest weights")).to_be_visible()
    stop.click(timeout=5_000)
    said = root(e, D).locator("[data-part=status]")
    expect(said).to_contain_text("misread with the other reset placement", timeout=30_000)
    expect(stop).to_have_count(0)


def test_back_and_forward_go_through_what_was_compared(explore):
    e = explore()
    goto(e, "weights=random&hidden=5&vs.what=models")
    said = root(e, D).locator("[data-part=status]")
    expect(said).to_contain_text("nn.GRU − split")
    e.page.locator(".st-key-compare-what").get_by_role("combobox").click()
    e.page.get_by_role("option", name="Random weights", exact=True).click()
    expect(said).to_contain_text("random, seed 1", timeout=15_000)  # its own seed is 0
    e.page.wait_for_url("**vs.what=random*")
    e.page.go_back()
    expect(said).to_contain_text("nn.GRU − split", timeout=15_000)
    expect(e.page.locator(".st-key-compare-what").get_by_role("combobox")).to_have_value("The other models")
    e.page.go_forward()
    expect(said).to_contain_text("random, seed 1", timeout=15_000)


def test_a_button_closes_the_gap_and_gives_it_back(explore):
    e = explore()
    goto(e, "weights=random&hidden=6&gain=3&vs.what=models")
    said = root(e, D).locator("[data-part=status]")
    expect(said).to_contain_text("the largest difference")
    for how in ("diagonal", "r1"):
        e.page.locator(f".st-key-compare_close_{how} button").first.click()
        expect(said).to_contain_text("agree here", timeout=15_000)
        shown(e, A, B, D)
        assert np.abs(array(e, D, "h")).max() < 1e-5
    e.page.locator(".st-key-compare_close_r1 button").first.click()
    expect(said).to_contain_text("the largest difference", timeout=15_000)


def test_on_a_phone_they_stand_one_above_another(explore):
    e = explore(width=390, height=844, touch=True)
    goto(e, "vs.what=start&weights=delayed_copy&source=task&task=delayed_copy&lang=ko")
    tops = [root(e, key).bounding_box() for key in (D, A, B)]
    assert tops[0]["y"] < tops[1]["y"] < tops[2]["y"]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in tops)
    assert e.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(root(e, D).locator("[data-part=status]")).to_contain_text("가장 큰 차이")


def test_a_what_if_of_a_link_opens_where_it_differs_most_once_it_is_computed(explore):
    e = explore()
    goto(e, "weights=random&hidden=6&vs.what=what_if&vs.bent=clamp%20z%200")
    until(e, B, "stage.experiment.acting && stage.experiment.outcome.run.isDone")
    expect(root(e, D).locator("[data-part=status]")).to_contain_text("the largest difference is")
    off = {gate: array(e, B, gate) - array(e, A, gate) for gate in "zrnh"}
    gate = max(off, key=lambda each: np.abs(off[each]).max())
    t, unit = (int(each) for each in np.unravel_index(np.abs(off[gate]).argmax(), off[gate].shape))
    assert t > 0
    for key in (A, B, D):
        until(e, key, "stage.view.t === arg[0] && stage.view.unit === arg[1]", [t, unit])
    # who has looked elsewhere stays there
    goto(e, "weights=random&hidden=6&vs.what=what_if&vs.bent=clamp%20z%200&t=7&unit=2")
    until(e, B, "stage.experiment.acting && stage.experiment.outcome.run.isDone")
    expect(root(e, D).locator("[data-part=status]")).to_contain_text("the largest difference is")
    for key in (A, B, D):
        until(e, key, "stage.view.t === 7 && stage.view.unit === 2")


def test_runs_of_unlike_sizes_stand_one_above_another_with_their_steps_in_line(explore):
    e = explore()
    goto(e, "weights=random&model=torch&layers=2&vs.what=models&vs.third=1", A, B, C)
    boxes = [root(e, key).locator("[data-part=panels]").bounding_box() for key in (A, B, C)]
    assert len({(box["x"], box["width"], box["height"]) for box in boxes}) == 1
    assert boxes[0]["y"] + boxes[0]["height"] < boxes[1]["y"]
    for key in (A, B, C):
        assert at(e, key, "stage.placeOf('h', 40, 3)[0]") == at(e, A, "stage.placeOf('h', 40, 3)[0]")
    assert [root(e, key).locator(".bar").is_visible() for key in (A, B, C)] == [True, False, False]
    assert not any(root(e, key).locator("[data-do=whatif]").is_visible() for key in (A, B, C))
    root(e, A).locator("[data-do=forward]").click()
    for key in (A, B, C):
        until(e, key, "stage.view.t === 1")
    expect(e.page.get_by_text("cannot be subtracted cell by cell")).to_be_visible()


def leave(e, name: str) -> None:
    """Press a button, and ask something the moment after: on the next page it would run into nothing and blank it."""
    e.page.locator(f".st-key-{name} button").first.wait_for(state="visible")
    e.page.wait_for_timeout(1500)  # what is asked at rest is answered
    e.asks.clear()
    press = f"document.querySelector('.st-key-{name} button').click()"
    root(e, A).evaluate(
        f"(root) => {{ {press}; handleOf(root.gruviz).view.order = 'peak'; handleOf(root.gruviz).askOrder(); }}"
    )
    e.page.wait_for_timeout(300)
    assert not any(e.asks)


def test_a_side_before_its_training_opens_in_explore_and_the_training_in_train(explore):
    e = explore()
    e.asks = []
    e.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: e.asks.append(b'"order"' in frame)))
    goto(e, "weights=parity&source=task&task=parity&vs.what=start")
    first = array(e, A, "h")
    leave(e, "compare_open_0")
    expect(e.page.locator("[data-part=root]")).to_have_count(1, timeout=20_000)
    e.settled()
    np.testing.assert_allclose(e.values("h"), first, atol=1e-6)
    expect(e.part("status")).to_contain_text("From Compare: before training")
    goto(e, "weights=parity&source=task&task=parity&vs.what=start")
    leave(e, "compare_train_0")
    e.page.wait_for_url("**/train?*train.task=parity*")
    expect(e.page.locator(".st-key-train_start button")).to_be_visible(timeout=20_000)
    expect(e.page.locator("[data-part=root]")).to_have_count(1)


def boxes(e) -> list[str]:
    """What stands in the number boxes of the sidebar."""
    return [box.input_value() for box in e.page.locator("[data-testid=stSidebar] input[type=number]").all()]


def test_the_links_between_the_pages_leave_no_box_empty(explore):
    e = explore()
    own = boxes(e)
    assert own
    assert all(own)
    e.page.get_by_role("link", name="Compare").click()
    shown(e, A, B, D)
    assert boxes(e) == own
    expect(e.page.locator(".st-key-set-trained [aria-checked=true]")).to_have_count(1)
    e.page.get_by_role("link", name="Explore").click()
    expect(e.page.locator("[data-part=root]")).to_have_count(1, timeout=20_000)
    e.settled()
    assert boxes(e) == own


def test_back_from_explore_shows_what_was_compared_and_forward_what_was_opened(explore):
    e = explore()
    e.page.get_by_role("button", name="Compare with …").click()
    e.page.locator(".st-key-lead_models button").first.click()
    shown(e, A, B, D)
    said = root(e, D).locator("[data-part=status]")
    expect(said).to_contain_text("nn.GRU − split")
    e.page.wait_for_url("**vs.what=models*")
    e.page.locator(".st-key-compare_open_1 button").first.click()
    expect(e.page.locator("[data-part=root]")).to_have_count(1, timeout=20_000)
    e.page.wait_for_url("**model=torch*")
    e.settled()
    e.page.go_back()
    expect(said).to_contain_text("nn.GRU − split", timeout=20_000)
    e.page.wait_for_timeout(1000)
    expect(said).to_contain_text("nn.GRU − split")
    assert "model=torch" not in e.page.url
    e.page.go_forward()
    expect(e.page.locator("[data-part=root]")).to_have_count(1, timeout=20_000)
    e.until("stage.given.trace.kind === 'torch'")


def test_a_link_that_names_a_unit_alone_shows_all_at_the_step_of_the_largest_difference(explore):
    e = explore()
    goto(e, "weights=random&hidden=9&unit=8&vs.what=models")
    t = at(e, D, "stage.facts?.most.t ?? stage.given.home.t")
    assert t > 0
    for key in (A, B, D):
        until(e, key, "stage.view.t === arg && stage.view.unit === 8", t)


def test_on_a_phone_the_sidebar_makes_room_for_the_page_it_leads_to(explore):
    e = explore(width=390, height=844, touch=True)
    e.page.locator("[data-testid=stExpandSidebarButton]").click()
    e.page.get_by_role("button", name="Compare with …").click()
    e.page.get_by_role("button", name="The other models").click()
    shown(e, A, B, D)
    expect(e.page.locator("[data-testid=stSidebar]")).to_have_attribute("data-collapsed", "true", timeout=10_000)


def choose(e, key: str, option: str) -> None:
    """Pick an option of a select box by its text."""
    e.page.locator(f".st-key-{key}").get_by_role("combobox").click()
    e.page.get_by_role("option", name=option, exact=True).click()


def toggle_third(e) -> None:
    e.page.locator(".st-key-compare-third label").first.click()


def largest(e) -> list[int]:
    """Step and unit where the first two differ most, by the numbers of both."""
    off = {gate: array(e, B, gate) - array(e, A, gate) for gate in "zrnh"}
    gate = max(off, key=lambda each: np.abs(off[each]).max())
    return [int(each) for each in np.unravel_index(np.abs(off[gate]).argmax(), off[gate].shape)]


# ---- one line

# what stands over or beside the panels, from the top; a stage has one of each
LINES = (
    ".status",
    "[data-part=panels]",
    ".written-head",
    *(f"[data-line={gate}]" for gate in "rznh"),
    ".cell-head",
    "[data-part=cell]",
    "[data-part=why]",
)


def tops(e, key: str) -> list[float]:
    return root(e, key).evaluate(
        "(root, lines) => lines.map((each) => root.querySelector(each).getBoundingClientRect().top)", LINES
    )


def in_line(e, *keys: str) -> None:
    """Every line of the stages is at one height."""
    for _ in range(60):
        found = [tops(e, key) for key in keys]
        if all(max(each) - min(each) < 0.6 for each in zip(*found, strict=True)):
            return
        e.page.wait_for_timeout(50)
    off = {
        line: each for line, each in zip(LINES, zip(*found, strict=True), strict=True) if max(each) - min(each) > 0.5
    }
    raise AssertionError(off)


def test_stages_beside_each_other_stay_in_line_whatever_wraps(explore):
    e = explore()
    for query in ("lang=en", "lang=ko", "lang=en&type=projector", "lang=ko&type=projector"):
        goto(e, f"vs.what=models&{query}")
        in_line(e, A, B)
    goto(e, "vs.what=models&vs.third=1", A, B, C, D)
    in_line(e, A, B, C)
    e.page.set_viewport_size({"width": 1280, "height": 720})
    in_line(e, A, B, C)
    # numbers that grow, an equation that wraps, and one that no longer does
    line = "stage.root.querySelector('[data-line=z]')"
    before = tops(e, A)
    at(e, B, f"{line}.style.minHeight = '90px'")
    in_line(e, A, B, C)
    assert tops(e, A)[-1] > before[-1] + 20
    at(e, B, f"{line}.style.minHeight = ''")
    e.page.wait_for_timeout(200)
    in_line(e, A, B, C)
    np.testing.assert_allclose(tops(e, A), before, atol=0.6)
    at(e, C, "stage.root.querySelector('.status .sentence').style.height = '70px'")
    in_line(e, A, B, C)
    assert tops(e, A)[1] > before[1] + 20
    # one above another nothing has to be in line, and no room is left for it
    e.page.set_viewport_size({"width": 390, "height": 844})
    until(e, A, "arg.every((line) => !stage.root.querySelector(line)?.style.marginTop)", [".body", *LINES])


# ---- one zoom


def test_a_third_model_opens_at_the_zoom_the_others_have(explore):
    e = explore()
    goto(e, "vs.what=models")
    steps = at(e, A, "stage.scene.trace.steps")
    choose(e, "set-weights", "Leaky averages")
    for key in (A, B, D):
        until(e, key, "stage.scene.trace.steps > arg && stage.drawn", steps)
    now = at(e, A, "stage.scene.trace.steps")
    toggle_third(e)
    shown(e, A, B, C, D)
    e.page.wait_for_timeout(800)
    for key in (A, B, C, D):
        assert at(e, key, "stage.window") == [0, now], key
    assert "last=" not in e.page.url
    # a zoom is everybody's, also of one who comes back
    at(e, B, "stage.zoomTo(10, 30)")
    for key in (A, B, C, D):
        until(e, key, "stage.window[0] === 10 && stage.window[1] === 30")
    toggle_third(e)
    expect(root(e, C)).to_have_count(0, timeout=10_000)
    at(e, A, "stage.zoomTo(0, stage.scene.trace.steps)")
    toggle_third(e)
    shown(e, A, B, C, D)
    e.page.wait_for_timeout(800)
    for key in (A, B, C, D):
        assert at(e, key, "stage.window") == [0, now], key
    assert "last=" not in e.page.url


def test_the_third_model_is_in_the_address_as_long_as_it_is_shown(explore):
    e = explore()
    goto(e, "vs.what=models")
    for _ in range(2):
        toggle_third(e)
        e.address_now("vs.third=1")
        toggle_third(e)
        e.page.wait_for_function("!location.search.includes('vs.third')")


def test_the_zoom_of_an_earlier_comparison_does_not_come_back(explore):
    e = explore()
    goto(e, "weights=random&hidden=6&vs.what=models")
    at(e, B, "stage.zoomTo(0, 47)")
    until(e, D, "stage.window[1] === 47")
    e.page.wait_for_url(re.compile("last=46"))
    e.page.locator(".st-key-compare_open_0 button").first.click()
    expect(e.page.locator("[data-part=root]")).to_have_count(1, timeout=20_000)
    e.settled()
    e.stage("stage.zoomTo(0, stage.scene.trace.steps)")
    e.page.wait_for_timeout(800)
    e.page.get_by_role("button", name="Compare with …").click()
    e.page.locator(".st-key-lead_models button").first.click()
    shown(e, A, B, D)
    e.page.wait_for_timeout(800)
    for key in (A, B, D):
        assert at(e, key, "stage.zoomed") is False, key
    assert "last=" not in e.page.url


def test_a_cursor_on_a_shorter_run_leaves_the_zoom_of_the_longer_one(explore):
    e = explore()
    goto(
        e,
        "weights=random&hidden=5&source=numbers&numbers=1+2+3+4+5+6+7+8+9+10&vs.what=input&vs.typed=1+2+3+4+5+6",
        A,
        B,
    )
    assert at(e, A, "stage.scene.trace.steps") == 10
    assert at(e, B, "stage.scene.trace.steps") == 6
    at(e, B, "stage.set({ t: 2 })")
    until(e, A, "stage.view.t === 2")
    assert at(e, A, "stage.window") == [0, 10]
    at(e, A, "stage.zoomTo(3, 10)")
    until(e, B, "stage.zoomed || stage.window[1] === 6")
    at(e, B, "stage.set({ t: 5 })")
    until(e, A, "stage.view.t === 5")
    assert at(e, A, "stage.window") == [3, 10]


# ---- where the difference is largest


def test_after_a_change_of_weights_the_cursor_goes_where_the_difference_is_largest(explore):
    e = explore()
    goto(e, "vs.what=models")
    assert at(e, D, "[stage.view.t, stage.view.unit]") == largest(e)
    for weights in ("Flip-flop, 3 bits", "Continue the wave", "Random weights"):  # 16, 24 and 8 units
        before = at(e, A, "stage.scene.trace.id")
        choose(e, "set-weights", weights)
        until(e, A, "stage.scene.trace.id !== arg", before)
        e.page.wait_for_timeout(700)
        shown(e, A, B, D)
        for key in (A, B, D):
            until(e, key, "stage.view.t === arg[0] && stage.view.unit === arg[1]", largest(e))
    # who has looked elsewhere stays there
    at(e, B, "stage.set({ t: 5, unit: 1 })")
    until(e, D, "stage.view.t === 5 && stage.view.unit === 1")
    for weights in ("Flip-flop, 3 bits", "Continue the wave"):
        before = at(e, A, "stage.scene.trace.id")
        choose(e, "set-weights", weights)
        until(e, A, "stage.scene.trace.id !== arg", before)
        e.page.wait_for_timeout(700)
        shown(e, A, B, D)
        for key in (A, B, D):
            assert at(e, key, "[stage.view.t, stage.view.unit]") == [5, 1], (weights, key)
