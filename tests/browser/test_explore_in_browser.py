"""What only a browser can show: drawing, switching, clicking, links, themes, widths."""

import csv
import io
import json
import re
import zipfile
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from gruviz.models.presets import PRESETS
from gruviz.wording.words import words


def test_opens_on_the_latch_and_shows_its_gates(explore):
    e = explore("weights=latch")
    expect(e.status).to_contain_text("Look at z: dark only at pulses")
    assert e.value("z", 6, 0) > 0.999
    assert e.value("z", 7, 0) < 0.001
    assert e.value("h", 20, 0) > 0.999
    assert e.value("h", 21, 0) < -0.999
    e.look_below()
    assert "matches the PyTorch forward" in e.text()
    expect(e.page.locator(".katex-display").first).to_be_visible()


def test_a_bare_address_opens_on_a_trained_model(explore):
    e = explore()
    expect(e.status).to_contain_text("Look at z across the gap")
    e.until("stage.scene.trace.inputs === 9")
    e.address_now("weights=delayed_copy", "source=task")
    e.type_into("p-task-delayed_copy-gap", "40")
    e.until("stage.scene.trace.steps > 60")
    e.address_now("p.gap=40")


def test_what_stands_below_the_stage_is_written_once_it_is_looked_at_and_moves_nothing(explore):
    e = explore("weights=random&seed=70&hidden=20&steps=90")
    katex = "performance.getEntriesByType('resource').filter(({ name }) => /katex/i.test(name)).length"
    e.page.wait_for_timeout(700)
    assert "comparing with the PyTorch forward" in e.text()
    place = e.page.locator(".st-key-npz").evaluate("(button) => button.getBoundingClientRect().top")
    e.look_below()
    expect(e.page.locator(".katex-display").first).to_be_visible()
    assert e.page.evaluate(katex) > 0
    e.page.locator("[data-testid=stMain]").evaluate("(main) => main.scrollTo(0, 0)")
    e.page.wait_for_timeout(300)
    assert abs(e.page.locator(".st-key-npz").evaluate("(button) => button.getBoundingClientRect().top") - place) < 3
    # and of the next picture as it is seen
    sent = len(e.sent)
    e.type_into("seed", "71")
    e.settled()
    e.page.wait_for_timeout(900)
    assert "comparing with the PyTorch forward" in e.text()
    assert len(e.sent) - sent == 1  # the sums of the unit came along, and nothing is asked for what nobody sees


def test_the_toggle_keeps_the_numbers_and_says_what_changes(explore):
    e = explore("weights=reset")
    before = e.value("h", 21, 1)
    e.look_below()
    assert "differs by up to 0.96" in e.text()
    e.choose("model", "concat")
    assert e.value("h", 21, 1) == pytest.approx(before, abs=1e-6)
    assert "one matrix over" in e.text().lower()
    e.choose("model", "nn.GRU")
    assert abs(e.value("h", 21, 1) - before) > 0.9
    e.look_below()
    assert "gates reproduce nn.GRU's output" in e.text()
    picture = e.page.get_by_role("img", name="The largest difference between the hidden states of split")
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth * image.clientWidth)") > 0
    assert "weights=reset" in e.address_now("model=torch")
    e.choose("model", "split")
    assert e.value("h", 21, 1) == pytest.approx(before, abs=1e-6)


def test_the_way_back_ends_with_the_weights_it_was_walked_on(explore):
    e = explore("weights=latch&t=60")
    e.stage("stage.goTo({t: 35, gate: 'z'})")
    expect(e.part("why")).to_contain_text("back")
    e.key("Backspace")
    assert e.view()["t"] == 60
    e.stage("stage.goTo({t: 35, gate: 'z'})")
    e.choose("weights", words("en")["weights"]["leaky"])
    e.until("stage.scene.trace.kind && !stage.raw.ports.canGoBack()")
    t = e.view()["t"]
    e.key("Backspace")
    assert e.view()["t"] == t
    expect(e.part("why")).not_to_contain_text("back")


def test_the_link_of_what_one_chose_on_the_bare_address_is_that(explore):
    e = explore()
    e.choose("weights", words("en")["weights"]["latch"])
    link = e.address_now("weights=latch")
    fresh = explore(link.split("?", 1)[1])
    assert np.array_equal(fresh.values("h"), e.values("h"))
    assert fresh.stage("stage.scene.trace.inputs") == 2


def test_a_link_gives_the_same_picture_in_a_fresh_browser(explore):
    e = explore("weights=latch")
    e.choose("weights", "Random weights")
    e.type_into("hidden", "12")
    e.choose("model", "nn.GRU")
    e.choose("family", "Chirp")
    e.type_into("p-chirp-last_period", "9")
    e.choose("lang", "한국어")
    link = e.address_now("hidden=12", "model=torch", "family=chirp", "p.last_period=9", "lang=ko")
    fresh = explore(link.split("?", 1)[1])
    for gate in "zrnh":
        assert fresh.value(gate, 50, 11) == e.value(gate, 50, 11)
    expect(fresh.status).to_contain_text("무작위 가중치")
    assert "last_period=9" in fresh.page.url


def test_back_and_forward_go_through_presets_and_models_and_no_cursor_fills_the_history(explore):
    e = explore()
    began = e.page.evaluate("history.length")
    e.key("ArrowRight", "ArrowRight")
    e.address_now("t=33")
    e.choose("weights", words("en")["weights"]["latch"])
    e.address_now("weights=latch")
    e.page.wait_for_function("!location.search.includes('t=33')")
    e.choose("model", "nn.GRU")
    e.address_now("model=torch")
    e.click_cell("z", 30, 2)
    e.address_now("t=30", "unit=2")
    assert e.page.evaluate("history.length") == began + 2
    e.page.go_back()
    e.until("stage.scene.trace.reset === 'before'")
    assert (e.view()["t"], e.view()["unit"]) == PRESETS["latch"].watch[::-1]  # as it was left
    e.page.go_back()
    e.until("stage.scene.trace.inputs === 9")
    assert e.view()["t"] == 33
    e.page.go_forward()
    e.until("stage.scene.trace.inputs === 2")
    e.page.go_forward()
    e.until("stage.scene.trace.reset === 'after'")
    assert (e.view()["t"], e.view()["unit"]) == (30, 2)
    # nothing was written into an entry that was only passed
    e.page.go_back()
    e.until("stage.scene.trace.reset === 'before'")
    assert "model=torch" not in e.address_now("weights=latch")
    assert e.page.evaluate("history.length") == began + 2


def test_going_back_to_the_default_leaves_a_clean_address(explore):
    e = explore("weights=latch&model=concat")
    e.choose("model", "split")
    e.page.wait_for_function("!location.search.includes('model')")


@pytest.mark.parametrize(
    "query",
    [
        "model=evil&hidden=1e99&steps=-5&weights=%00&lang=../../etc",
        "t=99999999999999999999&unit=NaN&first=90&last=3&layer=7&stat=<script>",
        "weights=random&gain=nan&zbias=inf&seed=-1&p.gap=9e999&family=set_reset",
        "source=table&columns=%2C%2C&labels=nothere&table=",
        "halves=" + "9" * 70 + "&weights=leaky",
    ],
)
def test_hostile_links_still_give_a_picture(explore, query):
    e = explore(query)
    assert e.stage("stage.drawn.tile.columns") > 0
    assert "Traceback" not in e.text()


def test_bad_input_is_one_sentence_and_the_last_good_picture_stays(explore):
    e = explore("weights=random")
    e.choose("source", "Numbers")
    e.type_into("numbers", "0 1 0 -1 0.5")
    good = e.value("h", 4, 3)
    e.type_into("numbers", "0 1 zero 1")
    assert 'Line 1, column 3 holds "zero"' in e.alert()
    assert e.value("h", 4, 3) == good
    assert e.widget("numbers").locator("textarea").input_value() == "0 1 zero 1"
    assert "Traceback" not in e.text()
    e.choose("lang", "한국어")
    assert "zero" in e.alert()
    assert re.search("[가-힣]", e.alert())
    e.type_into("numbers", "0 1 0 1")
    expect(e.page.locator("[data-part=status].problem")).to_have_count(0)
    assert len(e.values("z")) == 4


def test_a_zip_named_csv_is_refused_and_a_real_csv_is_read(explore):
    e = explore("weights=random&source=file")
    expect(e.status).to_contain_text("No file is chosen yet")
    expect(e.page.locator("[data-part=status].problem")).to_have_count(0)  # nothing is wrong yet
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "1,2\n3,4")
    chooser = e.page.locator(".st-key-upload input[type=file]")
    chooser.set_input_files({"name": "data.csv", "mimeType": "text/csv", "buffer": packed.getvalue()})
    expect(e.status).to_contain_text("zip archive")
    e.page.get_by_role("button", name="Remove data.csv").click()
    expect(e.status).to_contain_text("No file is chosen yet")
    chooser.set_input_files(
        {"name": "data.csv", "mimeType": "text/csv", "buffer": "날짜,값\n월,0.5\n화,-1\n수,1".encode()}
    )
    expect(e.page.locator("[data-testid=stSidebar]")).to_contain_text("steps 3 · inputs 1")
    expect(e.page.locator("[data-part=status].problem")).to_have_count(0)
    e.choose("labels", "날짜")
    assert e.stage("stage.labelOf(1)") == "화"
    assert "but not the file" in e.text()


def test_text_in_korean_one_step_a_syllable(explore):
    e = explore("weights=random&source=text")
    e.type_into("text", "안녕하세요")
    assert [e.stage("stage.labelOf(arg)", step) for step in range(5)] == list("안녕하세요")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_draw_text_that_can_be_read(explore, scheme):
    e = explore("weights=latch", scheme=scheme)
    page = e.page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    ink = e.part("titles").evaluate("(titles) => getComputedStyle(titles.querySelector('b')).color")

    def light(colour: str) -> float:
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 765

    assert abs(light(page) - light(ink)) > 0.55
    assert (light(page) < 0.3) == (scheme == "dark")


def test_on_a_phone_nothing_is_wider_than_the_screen(explore):
    e = explore("weights=latch", width=390, height=844, touch=True)
    assert e.page.evaluate("document.documentElement.scrollWidth") <= 390
    right = e.root.evaluate(
        "(root) => Math.max(...[...root.querySelectorAll('.sheet *')].map((one) => one.getBoundingClientRect().right))"
    )
    assert right <= 390
    expect(e.status).to_contain_text("Look at z")


def test_a_long_and_wide_trace_is_bounded_and_says_so(explore):
    e = explore("weights=latch")
    e.received.clear()
    e.goto("weights=random&hidden=1024&steps=2000&family=white_noise")
    assert sum(e.received) < 14_000_000
    expect(e.part("pooled")).to_contain_text("share one pixel, which shows their mean")
    e.page.mouse.move(*e.place("z", 1000, 500))
    expect(e.part("tip")).to_contain_text("lowest")
    e.goto("weights=random&hidden=1024&steps=100000")
    assert "102,400,000 values per gate; the limit is 20,000,000" in e.alert()


def test_the_downloads_hold_every_value(explore, tmp_path):
    e = explore("weights=random&hidden=200&steps=2000&family=white_noise")
    with e.page.expect_download() as waiting:
        e.page.locator(".st-key-npz button").click()
    path = tmp_path / "trace.npz"
    waiting.value.save_as(path)
    with np.load(path) as held:
        assert held["z"].shape == held["h"].shape == (1, 1, 2000, 200)
        meta = json.loads(str(held["meta"]))
    assert meta["kind"] == "split"
    assert meta["seed"] == 0


def test_the_csv_of_the_steps_and_units_one_sees_is_offered_and_holds_them(explore, tmp_path):
    e = explore("weights=latch")
    part = e.page.locator(".st-key-csv_part button")
    expect(e.page.locator(".st-key-csv button")).to_be_visible()
    expect(part).to_have_count(0)
    for name, text in (("range", "12-30"), ("subset", "0-1")):
        e.options()
        e.part(name).fill(text)
        e.part(name).press("Enter")
    expect(part).to_contain_text("CSV of steps 12 to 30, 2 units")
    with e.page.expect_download() as waiting:
        part.click()
    assert waiting.value.suggested_filename == "gruviz-steps-12-30-units-2.csv"
    path = tmp_path / "part.csv"
    waiting.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    assert {(row["step"], row["unit_name"]) for row in rows} == {
        (str(t), unit) for t in range(12, 31) for unit in ("latch", "mirror")
    }
    e.key("0")
    expect(part).to_have_text(re.compile("CSV of 2 units$"))


def test_a_file_too_large_for_the_uploader_is_refused_in_words(explore):
    e = explore("source=file")
    large = {"name": "large.csv", "mimeType": "text/csv", "buffer": b"1,2\n" * 4_600_000}
    box = e.page.get_by_test_id("stFileUploader")
    box.locator("input[type=file]").set_input_files(large)
    said = "(box) => getComputedStyle(box, '::after').content"
    expect(box.locator("[aria-invalid=true]")).to_be_visible()
    assert "larger than 16 MiB" in box.evaluate(said)
    box.get_by_role("button", name="Remove large.csv").click()
    expect(box.locator("[aria-invalid=true]")).to_have_count(0)
    assert box.evaluate(said) == "none"


def test_each_input_on_its_own_scale_is_seen_and_the_model_reads_the_same(explore):
    rows = "\n".join(f"{1 + k % 2},{1_000_000 + 800_000 * (k % 2)}" for k in range(8))
    e = explore(f"weights=random&source=table&table={quote(f'price,volume{chr(10)}{rows}')}")
    before = e.values("h").tolist()
    drawn = """(() => {
      const p = stage.panels, { top, height } = p.row("x"), lane = height / 2, context = p.heat.getContext("2d");
      const inked = (t, k, share) => {
        const x = Math.round(p.x(t + 0.5) * p.ratio), y = Math.round((top + (k + share) * lane) * p.ratio);
        return context.getImageData(x, y - 2, 1, 5).data.some((value) => value);
      };
      return [0, 1].flatMap((k) => [0, 1].map((t) => [inked(t, k, 0.15), inked(t, k, 0.85)]));
    })()"""
    assert e.stage(drawn) != [[False, True], [True, False]] * 2
    e.options()
    e.press("own")
    e.address_now("xscale=own")
    e.until("stage.panels.hasOwnScales && stage.panels.tile")
    assert e.stage(drawn) == [[False, True], [True, False]] * 2  # low, then high, in the lanes of both
    assert e.stage("stage.panels.scene.x_ends") == [[1, 2], [1_000_000, 1_800_000]]
    assert e.values("h").tolist() == before
    box = e.stage(
        "(({left, top}, row) => [left + stage.panels.x(1.5), top + row.top + row.height * 0.75])"
        "(stage.part.panels.getBoundingClientRect(), stage.panels.row('x'))"
    )
    e.page.mouse.move(*box)
    expect(e.part("tip")).to_contain_text("volume = 1.80e+6")
    expect(e.part("tip")).to_contain_text("own scale: 1.00e+6 to 1.80e+6")
    e.goto(e.page.url.split("?")[1])
    assert e.stage("stage.panels.hasOwnScales")


def test_an_emptied_number_box_keeps_what_it_held(explore):
    e = explore("weights=random")
    e.type_into("steps", "")
    assert "steps=" not in e.page.url
    assert len(e.values("z")) == 100


def test_how_the_page_looks_is_chosen_with_a_key_and_goes_along_in_the_link(explore):
    e = explore()

    def ground(page):
        colour = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
        return "dark" if sum(map(int, re.findall(r"\d+", colour)[:3])) < 384 else "light"

    assert ground(e.page) == "light"
    assert e.page.evaluate("document.documentElement.lang") == "en"
    before = e.view()
    e.key("t", "t")  # light, dark
    e.until("stage.theme === 'dark'")
    assert ground(e.page) == "dark"
    e.key("p", "c")
    e.address_now("look=dark", "type=projector", "contrast=high")
    e.until("stage.panels.scale > 1")
    assert e.view() == before  # nothing that was looked at has moved
    height = e.root.evaluate(
        "(root) => handleOf(root.gruviz).panels.bottom + handleOf(root.gruviz).part.panels.getBoundingClientRect().top"
    )
    assert height < e.page.viewport_size["height"]
    # a link shows it so from the first frame on, whatever the machine's own theme
    e.press("copy")
    expect(e.part("hint")).to_be_visible()
    fresh = explore(e.page.url.split("?", 1)[1])
    assert ground(fresh.page) == "dark"
    assert fresh.root.get_attribute("data-type") == "projector"
    assert fresh.root.get_attribute("data-contrast") == "high"
    # it goes along to the other page, and back to the usual
    fresh.page.get_by_test_id("stTopNavLink").get_by_text(words("en")["page"]["train"]).click()
    fresh.page.wait_for_function("location.pathname.endsWith('train') && location.search.includes('look=dark')")
    # the language is marked there as it was here
    expect(fresh.page.get_by_role("radio", name="English")).to_be_checked()
    e.key("t", "p", "c")
    e.until("stage.theme === 'light' && stage.panels.scale === 1")
    assert "look=" not in e.page.url
    assert "type=" not in e.page.url
