"""The Train page in a browser: gates change while it learns, the stage stays mounted, snapshots, on to Explore."""

import time

import numpy as np
import pytest
from explorer import REGISTRY
from playwright.sync_api import expect

from gruviz.wording.words import words

EN = words("en")["train"]


@pytest.fixture
def train(explore):
    def open_page(**look):
        e = explore(**look)
        e.page.get_by_text(words("en")["page"]["train"], exact=True).first.click()
        e.page.wait_for_url("**/train*")
        expect(e.page.locator(".st-key-train_start")).to_be_visible()
        e.settled()
        return e

    return open_page


def set_number(e, name, value):
    box = e.page.locator(f".st-key-train-{name} input")
    box.fill(str(value))
    box.press("Enter")
    e.page.wait_for_timeout(400)
    e.settled()


def button(e, name):
    return e.page.locator(f".st-key-train_{name} button")


def gates_until(e, true, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = e.values("z")
        if true(found):
            return found
        e.page.wait_for_timeout(200)
    raise AssertionError("the gates did not come to it")


def test_gates_change_as_it_learns_and_the_stage_stays(train):
    e = train(height=1200)
    set_number(e, "delayed_copy-most_steps", 20_000)
    set_number(e, "delayed_copy-learning_rate", 0.001)
    e.root.evaluate("root => { root.mark = 1; }")
    first = e.values("z")
    button(e, "start").click()
    then = gates_until(e, lambda z: not np.array_equal(z, first))
    gates_until(e, lambda z: not np.array_equal(z, then))
    expect(e.page.locator(".st-key-train_loss .js-plotly-plot .scatterlayer path").first).to_be_attached()
    expect(e.page.get_by_text("steps/s · at most")).to_be_visible()
    button(e, "pause").click()
    expect(button(e, "resume")).to_be_visible(timeout=10_000)
    button(e, "resume").click()
    expect(button(e, "pause")).to_be_visible()
    button(e, "stop").click()
    expect(button(e, "send")).to_be_visible(timeout=15_000)
    e.settled()
    last = e.values("z")
    slider = e.page.locator("[class*=st-key-train_at] input").first
    for _ in range(10):  # on a busy machine the page is drawn once more, and a key pressed just then is lost
        slider.focus()
        e.page.keyboard.press("Home")
        e.page.wait_for_timeout(500)
        if slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemin"):
            break
    gates_until(e, lambda z: np.array_equal(z, first))
    assert not np.array_equal(last, first)
    assert e.root.evaluate("root => root.mark") == 1
    # a number of the trained model taken apart
    e.click_cell("z", 5, 3)
    e.until("stage.view.unit === 3")
    # leaving and coming back
    e.page.get_by_text(words("en")["page"]["explore"], exact=True).first.click()
    expect(button(e, "send")).to_have_count(0)
    e.settled()
    e.page.get_by_text(words("en")["page"]["train"], exact=True).first.click()
    expect(button(e, "send")).to_be_visible(timeout=15_000)
    button(e, "send").click()
    e.page.wait_for_url("**mine=*")


def test_it_goes_on_while_another_page_is_looked_at_and_is_stopped_there(train):
    e = train()
    set_number(e, "delayed_copy-most_steps", 50_000)
    set_number(e, "delayed_copy-learning_rate", 0.0001)
    button(e, "start").click()
    expect(e.page.get_by_text("steps/s · at most")).to_be_visible(timeout=20_000)
    e.page.get_by_text(words("en")["page"]["explore"], exact=True).first.click()
    expect(button(e, "stop")).to_have_count(0)
    e.page.wait_for_timeout(2_000)
    e.page.get_by_text(words("en")["page"]["train"], exact=True).first.click()
    expect(e.page.get_by_text("steps/s · at most")).to_be_visible(timeout=15_000)
    button(e, "stop").click()
    expect(button(e, "resume")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("name", ["explore", "train"])
def test_a_question_on_its_way_while_the_page_is_left_does_not_blank_the_next_one(train, name):
    """Streamlit would run it on the page that was left, and clear the one that is there."""
    e = train()
    if name == "train":
        e.page.get_by_text(words("en")["page"]["explore"], exact=True).first.click()
        expect(button(e, "start")).to_have_count(0)
        e.settled()
    e.page.evaluate(
        """async (name) => {
          const registry = REGISTRY;
          const links = [...document.querySelectorAll("[data-testid=stTopNavLink]")];
          const link = links.find((a) => a.innerText.trim() === name);
          const key = [...registry.stages.keys()][0], ask = (question) => registry.ask(key, question);
          link.click();
          for (const wait of [0, 20, 50, 100, 150, 200, 300, 400, 500]) {
            setTimeout(() => ask({ id: wait + 1, kind: "order", order: "index", layer: 0, trace: "gone" }), wait);
          }
        }""".replace("REGISTRY", REGISTRY),
        words("en")["page"][name],
    )
    e.page.wait_for_timeout(2500)
    e.settled()
    expect(button(e, "start")).to_have_count(int(name == "train"))


def test_two_visitors_press_start_on_the_same_plan_and_a_third_has_its_result(train):
    visitors = [train(), train()]
    for e in visitors:
        set_number(e, "delayed_copy-most_steps", 40_000)
        set_number(e, "delayed_copy-learning_rate", 0.0001)
    for e in visitors:
        button(e, "start").click()
    for e in visitors:
        expect(e.page.get_by_text(EN["watched_by_one"])).to_be_visible(timeout=20_000)
    first, second = visitors
    button(second, "pause").click()
    expect(second.page.get_by_text(EN["paused_here"].partition(".")[2].strip())).to_be_visible(timeout=10_000)
    expect(first.page.get_by_text(EN["watched_by_one"])).to_have_count(0, timeout=10_000)
    expect(button(first, "pause")).to_be_visible()
    button(first, "stop").click()
    expect(button(first, "send")).to_be_visible(timeout=15_000)
    for e in visitors:
        set_number(e, "delayed_copy-most_steps", 60)
    button(first, "start").click()
    expect(button(first, "send")).to_be_visible(timeout=30_000)
    button(second, "start").click()
    expect(second.page.get_by_text(EN["before"])).to_be_visible(timeout=10_000)
    expect(button(second, "start")).to_contain_text(EN["anew"])
    button(second, "start").click()
    expect(second.page.get_by_text(EN["before"])).to_have_count(0, timeout=10_000)
    expect(button(second, "send")).to_be_visible(timeout=30_000)
    expect(button(second, "start")).to_contain_text(EN["again"])
