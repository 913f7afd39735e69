"""Questions through the page: answered by the fragment alone, with the trace from the cache and no scene on the way."""

import io
import logging
from contextlib import nullcontext

import numpy as np
import pytest
from page import choose, component, figure, opened, payload, plotted, reply, said, scene, send, sound

import gruviz
from gruviz.app import charts
from gruviz.app import stage as stages
from gruviz.app.explore import page as explore
from gruviz.app.server import computing
from gruviz.app.server.turns import Allowance
from gruviz.app.settings import Settings
from gruviz.app.stage import Seen
from gruviz.app.subject import reading, runs
from gruviz.app.subject.weights import source_of
from gruviz.protocol import experiments, requests
from gruviz.protocol.experiments import WhatIf
from gruviz.protocol.scene import Run
from gruviz.wording.words import words

EN = words("en")
STACKED = {"model": "torch", "weights": "random", "hidden": 6, "layers": 2, "both": 1}


def asking(at, **question):
    """A question about the trace on the page."""
    return {"id": 11, "trace": scene(at)[0]["trace"]["id"], **question}


def explain(at, **place):
    return asking(at, kind="explain", **{"gate": "z", "layer": 0, "t": 9, "unit": 1, **place})


def view(**place):
    return {"layer": 0, "t": 9, "unit": 1, "first": 0, "last": None, "stat": "mean", **place}


QUESTIONS = {
    "explain": {"kind": "explain", "gate": "n", "layer": 0, "t": 20, "unit": 2},
    "tile": {"kind": "tile", "layer": 0, "first": 3, "last": 8},
    "order": {"kind": "order", "order": "peak", "layer": 0},
    "figure": {"kind": "figure", "open": True, "view": view()},
    "model": {"kind": "model"},
    "what_if": {"kind": "what_if", "edits": [], "drawn": None, "layer": 0, "first": 0, "last": 9},
    "error": {"kind": "nonsense"},
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_question_runs_the_fragment_alone_and_nothing_is_computed_again(monkeypatch, kind):
    at = sound(opened(weights="random", seed=77))
    question = asking(at, **QUESTIONS[kind])
    for module, name in ((runs, "trace"), (reading, "generate"), (explore, "stage")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("it was made again"))
    send(at, question)
    assert not at.exception
    # the stage and its big message are not in what is sent; the reply is
    assert [each.proto.component_name for each in at.get("bidi_component")] == ["gruviz_courier"]
    header, _ = reply(at)
    assert (header["reply"], header["kind"]) == (11, kind)
    assert header["trace"] == question["trace"]
    # without the question there is nothing to say again
    monkeypatch.undo()
    assert reply(sound(at.run()))[0] is None


def test_an_answer_is_small_beside_the_scene():
    at = sound(opened(weights="random", hidden=64, steps=2000))
    scene_bytes = len(component(at, "stage").bytes)
    send(at, explain(at))
    assert len(component(at, "courier").bytes) < 10_000 < scene_bytes / 100


def test_a_question_that_comes_while_the_page_runs_is_answered_by_that_run():
    at = sound(opened(weights="latch"))
    send(at, explain(at, gate="h", t=20), whole=True)
    header, _ = reply(sound(at))
    assert (header["reply"], header["kind"], header["t"]) == (11, "explain", 20)
    assert header["value"] == pytest.approx(float(scene(at)[1]["h"][20, 1]))


@pytest.mark.parametrize(
    ("value", "about"),
    [
        (7, None),
        ("x", None),
        ([], None),
        ([[1]], None),
        ({}, None),
        ({"id": []}, None),
        ({"id": 3}, 3),
        ({"id": 3, "kind": {"a": 1}}, 3),
    ],
)
def test_what_is_no_question_gets_an_error_and_the_page_stays_whole(value, about):
    at = sound(opened(weights="latch"))
    header, arrays = reply(send(at, value))
    assert not at.exception
    assert (header["reply"], header["kind"], arrays) == (about, "error", {})
    sound(at.run())


def test_a_question_about_another_trace_gets_an_error():
    at = sound(opened(weights="latch"))
    question = explain(at)
    sound(choose(at, "model", "torch"))
    now = scene(at)[0]["trace"]["id"]
    header, _ = reply(send(at, question))
    assert header == {"reply": 11, "kind": "error", "trace": now}
    assert now != question["trace"]


def test_whatever_goes_wrong_the_stage_gets_its_reply_and_the_log_the_rest(monkeypatch, caplog):
    at = sound(opened(weights="latch"))
    question = explain(at)

    def broken(*_):
        raise RuntimeError("the details are for the log")

    monkeypatch.setattr(requests, "reply", broken)
    with caplog.at_level(logging.ERROR, logger="gruviz.app.stage"):
        send(at, question)
    assert not at.exception
    assert not at.error
    assert reply(at)[0]["kind"] == "error"
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [RuntimeError]


# ---- what-ifs

CLAMP = {"do": "clamp", "gate": "z", "value": 1, "units": [2], "steps": [3, 50], "layer": 0}
REDRAWN = [[0, 9], {"o": 10, "x": [1.5, -2]}, [11, 99]]


def what_if(at, edits=(CLAMP,), drawn=None, **place):
    place = {"layer": 0, "first": 0, "last": 99, "asked": "k1", **place}
    return asking(at, kind="what_if", edits=list(edits), drawn=drawn, **place)


def counting_traces(monkeypatch):
    made, real = [], experiments.trace
    monkeypatch.setattr(
        experiments, "trace", lambda model, x, *more, **named: made.append(x.shape) or real(model, x, *more, **named)
    )
    return made


@pytest.mark.parametrize("model", ["split", "concat", "torch"])
def test_a_what_if_is_computed_by_the_fragment_alone_and_once(monkeypatch, model):
    made = counting_traces(monkeypatch)
    at = sound(opened(weights="random", seed=78, model=model, hidden=7))
    x = scene(at)[1]["x"].copy()
    question, second, part = what_if(at), what_if(at, id=12), what_if(at, layer=0, first=5, last=6, drawn=REDRAWN)
    header, arrays = reply(send(at, question))
    assert [each.proto.component_name for each in at.get("bidi_component")] == ["gruviz_courier"]
    assert (header["kind"], header["asked"], header["reply"]) == ("what_if", "k1", 11)
    assert (arrays["z"][3:51, 2] == 1).all()
    assert (arrays["h"][3:51, 2] == arrays["h"][2, 2]).all()
    assert np.array_equal(arrays["x"], x)
    assert np.array_equal(reply(send(at, second))[1]["h"], arrays["h"])
    assert made == [(1, 100, 2)]
    _, arrays = reply(send(at, part))
    assert arrays["h"].shape == (2, 7)
    assert len(made) == 2
    send(at, part | {"id": 13, "first": 10, "last": 10})
    assert reply(at)[1]["x"].tolist() == [[1.5, -2]]
    assert len(made) == 2


def test_a_what_if_that_cannot_be_is_answered_with_a_sentence_and_the_page_stays_whole():
    at = sound(opened(weights="latch", lang="ko"))
    header, arrays = reply(send(at, what_if(at, [CLAMP | {"units": "900"}])))
    assert not at.exception
    assert header["kind"] == "error"
    assert header["reason"] == words("ko")["problems"]["what_if_edit"].format(number=1)
    assert arrays == {}


def test_a_what_if_larger_than_a_trace_may_be_is_refused_before_it_is_made(monkeypatch):
    at = sound(opened(weights="random", hidden=300))
    question = what_if(at, [], [[0, 99]] * 900)
    made = counting_traces(monkeypatch)
    header, _ = reply(send(at, question))
    limit = 20_000_000
    assert header["reason"] == EN["problems"]["trace_too_large"].format(
        steps=90_000, units=300, cells=27_000_000, limit=limit
    )
    assert made == []


def test_a_what_if_counts_as_the_visitors_own(monkeypatch):
    rule = Allowance(a_minute=1500, clock=lambda: 0.0)
    at = sound(opened(weights="random", seed=79, hidden=5))
    questions_ = [what_if(at, [CLAMP | {"value": k / 10}], id=k + 20) for k in range(3)]
    free, other = what_if(at, [], id=40), what_if(at, [CLAMP | {"value": 0.9}], id=41)
    for name, what in (("allowance", lambda: rule), ("visitor", lambda: "one of many")):
        monkeypatch.setattr(computing, name, what)
    for question in questions_:
        assert reply(send(at, question))[0]["kind"] == "what_if"
    assert rule._spent["one of many"][0] == 1500
    header, _ = reply(send(at, other))
    assert header["kind"] == "error"
    assert "can run in about" in header["reason"]
    # what is held, and the run as it is, cost nothing
    assert reply(send(at, questions_[0] | {"id": 42}))[0]["kind"] == "what_if"
    assert reply(send(at, free))[0]["kind"] == "what_if"


def test_a_large_what_if_waits_in_line_and_ends_when_nobody_wants_it(monkeypatch):
    class GoneError(BaseException):
        pass

    def gone():
        raise GoneError

    turned, rule = [], Allowance(clock=lambda: 0.0)
    model = gruviz.SplitGRU(1, 50)
    run = Run("large", gruviz.trace(model, np.zeros((30_000, 1))), model)
    asked = WhatIf((gruviz.Clamp("z", 0.5),))
    monkeypatch.setattr(computing, "allowance", lambda: rule)
    monkeypatch.setattr(computing, "visitor", lambda: "one of many")
    monkeypatch.setattr(rule, "turn", lambda cells, wanted: turned.append(cells) or nullcontext())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(computing, "still_wanted", gone)
        with pytest.raises(GoneError):
            stages.bent_of(run, asked)
    assert rule._spent["one of many"][0] < 1_500_000
    assert (stages.bent_of(run, asked).trace.z == 0.5).all()
    assert turned == [1_500_000] * 2
    stages.bent_of(run, asked)
    assert turned == [1_500_000] * 2


def test_the_browser_gets_what_it_computes_with():
    at = sound(opened(**STACKED))
    header, arrays = reply(send(at, asking(at, kind="model")))
    params = source_of(Settings(model="torch", weights="random", hidden=6, layers=2, both=True)).params(2)
    assert len(header["layers"]) == len(params) == 4
    for row, each in enumerate(params):
        for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
            assert np.array_equal(arrays[f"{name}{row}"], getattr(each, name))


def test_an_experiment_of_a_link_reaches_the_stage_and_no_file():
    link = {"bent": "clamp z 1", "drawn": "1a2b 0-9", "show": "free"}
    at = sound(opened(weights="latch", **link))
    assert {name: scene(at)[0]["view"][name] for name in link} == link
    assert not set(link) & set(payload(at)["query"])
    sequence, _ = reading.sequence_of(Settings(**link), None)
    assert sequence == reading.sequence_of(Settings(), None)[0]
    held = np.load(io.BytesIO(explore._npz(Settings(**link), None, Seen())))
    assert str(held["settings"]) == "weights=latch"
    assert scene(sound(choose(at, "weights", "leaky")))[0]["view"]["bent"] == ""


# ---- what the next full run goes by


def test_the_layer_that_is_looked_at_is_the_one_the_next_run_sends():
    at = sound(opened(**STACKED))
    whole = reply(send(at, asking(at, kind="tile", layer=3, first=0, last=99)))[1]
    # a tile alone may be of the layer below; the layer that is looked at comes with its order
    sound(at.run())
    assert scene(at)[0]["view"]["layer"] == 0
    send(at, asking(at, kind="order", order="index", layer=3))
    sound(at.run())
    header, arrays = scene(at)
    assert header["view"]["layer"] == header["tile"]["layer"] == 3
    for name, values in whole.items():
        assert np.array_equal(arrays[name], values)
    # the browser's own part of the address stays the browser's
    assert "layer" not in payload(at)["query"]


def test_an_order_that_was_asked_for_comes_with_the_next_run():
    at = sound(opened(**STACKED, gain=3))
    order = reply(send(at, asking(at, kind="order", order="mean_z", layer=2)))[1]["order"]
    sound(at.run())
    header, arrays = scene(at)
    assert (header["view"]["order"], header["view"]["layer"]) == ("mean_z", 2)
    assert np.array_equal(arrays["order"], order)
    means = arrays["z"].mean(axis=0)[order]
    assert (np.diff(means) <= 1e-6).all()


def test_questions_leave_every_other_setting_as_it_is():
    at = sound(opened(**STACKED, seed=5))
    before = payload(at)["query"]
    for question in (
        {"kind": "tile", "layer": 1, "first": 2, "last": 5},
        {"kind": "order", "order": "peak", "layer": 1},
    ):
        send(at, asking(at, **question))
        at = sound(at.run())
    assert payload(at)["query"] == before
    assert scene(at)[0]["view"] == scene(opened(**STACKED, seed=5))[0]["view"] | {"layer": 1, "order": "peak"}


# ---- the Plotly figure


def test_the_figure_opens_at_the_view_of_the_stage_and_closes():
    at = sound(opened(weights="latch"))
    assert [each.key for each in at.get("plotly_chart")] == []
    _, arrays = scene(at)
    question = asking(at, kind="figure", open=True, view=view(t=20, unit=2, first=10, last=40))
    closing = asking(at, kind="figure", open=False)
    header, _ = reply(send(at, question))
    assert (header["kind"], header["open"]) == ("figure", True)
    assert [each.key for each in at.get("plotly_chart")] == ["gates", "unit_lines", "step_bars"]
    for gate in "zrnh":
        assert np.array_equal(plotted(at, gate), arrays[gate][10:41].T)
        assert np.array_equal(plotted(at, gate, "unit_lines", "y"), arrays[gate][10:41, 2])
        assert np.array_equal(plotted(at, gate, "step_bars", "x"), arrays[gate][20])
    for text in ("one_unit", "one_unit_caption", "one_step", "one_step_caption", "click_hint"):
        assert EN["page"][text] in said(at)
    # it stays while the page runs
    sound(at.run())
    assert {each.key for each in at.get("plotly_chart")} == {"gates", "unit_lines", "step_bars"}
    send(at, closing)
    assert at.get("plotly_chart") == []
    assert [each.key for each in sound(at.run()).get("plotly_chart")] == []


def test_an_open_figure_follows_the_cell_that_is_explained():
    at = sound(opened(weights="latch"))
    _, arrays = scene(at)
    first, second = asking(at, kind="figure", open=True, view=view()), explain(at, t=33, unit=3, gate="r")
    send(at, first)
    send(at, second)
    assert reply(at)[0]["gate"] == "r"
    assert np.array_equal(plotted(at, "h", "unit_lines", "y"), arrays["h"][:, 3])
    assert np.array_equal(plotted(at, "h", "step_bars", "x"), arrays["h"][33])
    assert np.array_equal(plotted(at, "h"), arrays["h"].T)


def test_an_open_figure_stays_within_a_shorter_trace_with_fewer_units():
    at = sound(opened(weights="random", hidden=8))
    send(at, asking(at, kind="figure", open=True, view=view(t=90, unit=7, first=70, last=99)))
    sound(at.run())
    at.number_input(key="set.hidden").set_value(3).run()
    sound(at.number_input(key="set.steps").set_value(50).run())
    assert np.array_equal(plotted(at, "h"), scene(at)[1]["h"][49:].T)
    assert plotted(at, "h", "unit_lines", "y").shape == (1,)


def test_a_pooled_figure_says_how_it_is_pooled():
    at = sound(opened(weights="random", hidden=200, steps=1500))
    send(at, asking(at, kind="figure", open=True, view=view(stat="high")))
    note = EN["page"]["pooled_note"].format(steps_total=1500, units_total=200, steps=3, units=3, statistic="highest")
    assert note in said(at)
    assert plotted(at, "h").shape == (67, 500)


def test_the_figure_is_drawn_in_the_pages_theme():
    at = opened(weights="latch")
    question = asking(at, kind="figure", open=True, view=view())
    light = figure(send(at, question))["layout"]
    at.run()
    at.context = {"theme": "dark"}
    dark = figure(sound(at.run()))["layout"]
    assert light["font"]["color"] != dark["font"]["color"]
    assert light["coloraxis2"]["colorscale"] != dark["coloraxis2"]["colorscale"]


def test_a_chart_that_fails_takes_nothing_else_along(monkeypatch):
    at = sound(opened(weights="latch"))
    question = asking(at, kind="figure", open=True, view=view())

    def broken(*_, **__):
        raise KeyError("secret")

    monkeypatch.setattr(charts, "unit_lines", broken)
    send(at, question)
    assert not at.exception
    assert [each.value for each in at.error] == [EN["page"]["unexpected"].format(what="KeyError")]
    assert reply(at)[0]["kind"] == "figure"


def test_a_session_holds_nothing_large():
    at = sound(opened(weights="random", hidden=64, steps=2000))
    send(at, asking(at, kind="figure", open=True, view=view()))
    sound(at.run())
    held = at.session_state._state.filtered_state
    assert len(held) > 10
    for key, value in held.items():
        assert not isinstance(value, bytes | np.ndarray | runs.Run), key
        assert len(repr(value)) < 5000, key


def test_a_theme_switched_in_the_browser_runs_the_whole_page():
    at = sound(opened(weights="latch"))
    at.context = {"theme": "dark"}
    send(at, "dark", event="theme")
    assert payload(sound(at))["theme"] == "dark"
    assert scene(at)[0]["trace"]["steps"] == 100


def test_params_of_the_stacked_model_are_what_is_explained():
    at = sound(opened(**STACKED))
    header, _ = reply(send(at, explain(at, layer=2, gate="r", t=50, unit=4)))
    params = source_of(Settings(model="torch", weights="random", hidden=6, layers=2, both=True)).params(2)[2]
    for term in header["terms"]:
        if term["kind"] == "input":
            assert term["weight"] == pytest.approx(float(params.w_ih[4, term["index"]]))
        elif term["kind"] == "state":
            assert term["weight"] == pytest.approx(float(params.w_hh[4, term["index"]]))
