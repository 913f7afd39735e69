"""Four stages on one page, two of them linked: each with what is its own, and gone without a trace."""

import pytest
from plain_pages import WATCHED, four_stages

# what each stage asks as soon as it rests, answered with as many zeros
ANSWER = """() => {
  for (const [key, { id, trace, layer, unit, first, last }] of [...registry.pendingRequests]) {
    const steps = last + 1 - first;
    const table = (rows) => Object.assign(new Float32Array(steps * rows), { rows, columns: steps });
    registry.settle(key, id);
    handleOf(registry.stages.get(key)).answer({
      header: { reply: id, kind: "sums", trace, layer, unit, first, last },
      arrays: { r: table(4), z: table(4), n: table(7) },
    });
  }
  calls.length = 0;
}"""


@pytest.fixture
def e(open_html):
    e = open_html(four_stages(), script=WATCHED)
    e.page.wait_for_selector("[data-ready]")
    e.page.wait_for_function(
        "[...registry.pendingRequests.values()].filter(({ kind }) => kind === 'sums').length === 4"
    )
    e.page.evaluate(ANSWER)
    return e


def views(e):
    return e.page.evaluate("Object.fromEntries([...registry.stages].map(([key, { store }]) => [key, store.view.t]))")


def test_linked_stages_go_together_and_the_others_stay(e):
    e.page.evaluate("handleOf(registry.stages.get('a')).set({t: 30, unit: 4, gate: 'z'})")
    assert views(e) == {"a": 30, "b": 30, "c": 0, "d": 0}
    shown = e.page.evaluate("(({gate, unit}) => [gate, unit])(handleOf(registry.stages.get('b')).view)")
    assert shown == ["z", 4]
    # b is longer: a goes as far as it can, and the window of one is that of the other
    e.page.evaluate("handleOf(registry.stages.get('b')).zoomTo(20, 50)")
    assert e.page.evaluate("handleOf(registry.stages.get('a')).window") == [20, 50]
    e.page.evaluate("handleOf(registry.stages.get('b')).set({t: 75})")
    assert views(e) == {"a": 59, "b": 75, "c": 0, "d": 0}


def test_playing_one_moves_the_other(e):
    e.page.evaluate("handleOf(registry.stages.get('b')).toggle()")
    e.page.wait_for_function("handleOf(registry.stages.get('a')).view.t > 3")
    e.page.evaluate("handleOf(registry.stages.get('b')).stop()")
    a, b = (views(e)[key] for key in "ab")
    assert a == b


def test_each_keeps_its_own_part_of_the_address_until_it_goes(e):
    e.page.evaluate(
        "handleOf(registry.stages.get('a')).set({t: 7}); handleOf(registry.stages.get('d')).set({t: 9, gate: 'r'})"
    )
    e.page.wait_for_function("location.search.includes('a.t=7') && location.search.includes('gate=r')")
    query = dict(part.split("=") for part in e.page.evaluate("location.search.slice(1)").split("&"))
    assert query == {"a.t": "7", "t": "9", "gate": "r"}
    # nothing is written by a stage that has gone
    e.page.evaluate("handleOf(registry.stages.get('d')).set({t: 22}); leave.d()")
    e.page.wait_for_timeout(400)
    assert "t=22" not in e.page.url


def test_a_stage_that_comes_back_is_where_it_was(e):
    e.page.evaluate("handleOf(registry.stages.get('c')).set({t: 33}); leave.c(); leave.c = put('c'); 0")
    e.page.wait_for_function("handleOf(registry.stages.get('c')).drawn")
    assert views(e)["c"] == 33


def test_scrubbing_sends_nothing(e):
    e.page.evaluate(
        """async () => {
          for (let t = 0; t < 60; t++) {
            handleOf(registry.stages.get("a")).set({ t });
            await new Promise((done) => requestAnimationFrame(done));
          }
          await new Promise((done) => setTimeout(done, 400));
        }"""
    )
    assert e.page.evaluate("calls") == []
    assert views(e)["b"] == 59


def test_questions_of_several_stages_go_out_together(e):
    e.page.evaluate(
        """for (const key of 'ab') {
          const stage = handleOf(registry.stages.get(key));
          stage.set({gate: 'z'});
          stage.explain();
        }"""
    )
    last = e.page.evaluate("calls.at(-1)")
    assert {key: asked["kind"] for key, asked in last.items()} == {"a": "explain", "b": "explain"}
    e.page.evaluate("registry.settle('a', null); handleOf(registry.stages.get('b')).ask({kind: 'figure'})")
    assert set(e.page.evaluate("Object.fromEntries(registry.pendingRequests)")) == {"b"}


def test_fifty_mounts_leave_nothing(e):
    session = e.context.new_cdp_session(e.page)
    session.send("Performance.enable")
    rounds = """async (count) => {
      for (let k = 0; k < count; k++) {
        for (const key of "abcd") window.leave[key]();
        for (const key of "abcd") window.leave[key] = put(key);
        if (k % 5 === 0) await drawn([..."abcd"]);
      }
      for (const key of "abcd") window.leave[key]();
      await new Promise((done) => setTimeout(done, 500));
    }"""

    def measured():
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return found["JSHeapUsedSize"], found["JSEventListeners"], found["Nodes"]

    e.page.evaluate(rounds, 20)  # the engine itself settles over the first of them
    before = measured()
    e.page.evaluate("for (const key of 'abcd') window.leave[key] = put(key); 0")
    e.page.evaluate(rounds, 50)
    after = measured()
    assert after[0] < before[0] + 300_000  # one stage alone holds several times that
    assert after[1] <= before[1]
    assert after[2] <= before[2] + 10
    sets = "[registry.stages, registry.cursors, registry.pendingRequests, live.timers, live.frames]"
    assert e.page.evaluate(f"{sets}.map(({{ size }}) => size)") == [0, 0, 0, 0, 0]


def test_another_pixel_density_is_drawn_anew_by_those_that_are_there(e):
    """Another screen, or the page zoomed: headless Chromium says nothing of it by itself."""
    panels = "[...registry.stages].map(([key, stage]) => [key, handleOf(stage).panels])"
    ratios = f"{panels}.map(([key, panels]) => [key, panels.ratio, panels.heat.width / panels.width])"
    e.page.evaluate("leave.c()")
    assert {round(one[2]) for one in e.page.evaluate(ratios)} == {1}
    for ratio in (2, 3):  # it is heard again and again
        e.page.evaluate(
            """(ratio) => {
              Object.defineProperty(window, "devicePixelRatio", { get: () => ratio, configurable: true });
              for (const query of densities.splice(0)) query.dispatchEvent(new Event("change"));
            }""",
            ratio,
        )
        assert [[key, one] for key, one, _ in e.page.evaluate(ratios)] == [["a", ratio], ["b", ratio], ["d", ratio]]
        assert {round(one[2]) for one in e.page.evaluate(ratios)} == {ratio}
    assert e.page.evaluate("densities.length") == 3
