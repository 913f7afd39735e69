"""The Compare page as Streamlit runs it: what is compared, the numbers of each side, what is said of them."""

import time
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlencode

import numpy as np
import pytest
from page import APP, payload, send, sound, unescaped
from page import opened as any_page
from streamlit.testing.v1 import AppTest

import gruviz
from gruviz.app.compare import controls, measures
from gruviz.app.compare import sides as sides_module
from gruviz.app.compare.measures import answers_apart, in_common, score
from gruviz.app.compare.page import KEYS
from gruviz.app.compare.runs import run_of
from gruviz.app.compare.sides import (
    KINDS,
    Comparison,
    moment_named,
    sides_of,
)
from gruviz.app.server.memory import memory
from gruviz.app.server.models import keep
from gruviz.app.server.trainings import trainings
from gruviz.app.settings import Settings
from gruviz.app.subject import reading
from gruviz.app.subject.bends import as_text
from gruviz.models.conventions import CONVENTIONS
from gruviz.models.converting import MISREADINGS
from gruviz.protocol.message import unpack
from gruviz.protocol.shared_data import whole
from gruviz.sources.derived import Initial
from gruviz.tasks.catalogue import TASKS
from gruviz.training.loop import Training, evaluate
from gruviz.training.plan import TrainingPlan
from gruviz.training.saved import saved, shipped
from gruviz.wording.problems import Problem
from gruviz.wording.words import words

EN = words("en")["compare"]


def draw():
    from gruviz.app.compare import page

    page.page()


def opened(**query):
    at = AppTest.from_function(draw, default_timeout=60)
    for name, value in query.items():
        at.query_params[name.replace("__", ".")] = str(value)
    return at.run()


def scenes(at):
    """Header and arrays of each stage, by its key."""
    found = [
        unpack(each.proto.bytes) for each in at.get("bidi_component") if each.proto.component_name == "gruviz_stage"
    ]
    return {
        header["key"]: (whole({k: v for k, v in header.items() if k != "alike"}), arrays) for header, arrays in found
    }


def apart_is_drawn(at):
    return any(each.proto.component_name == "gruviz_apart" for each in at.get("bidi_component"))


def text_of(at):
    return "\n".join(each.value for kind in ("markdown", "caption") for each in getattr(at.main, kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_its_sides_under_one_cursor_with_their_names(kind):
    at = sound(opened(weights="delayed_copy", source="task", task="delayed_copy", vs__what=kind))
    found = scenes(at)
    assert list(found) == list(KEYS[:2])
    assert {header["cursor"] for header, _ in found.values()} == {"compare"}
    assert {header["form"] for header, _ in found.values()} == {"beside"}
    assert apart_is_drawn(at)
    names = [header["status"]["text"] for header, _ in found.values()]
    assert len(set(names)) == 2
    assert payload(at)["query"]["vs.what"] == kind
    assert f"##### {EN['verdict']}" in text_of(at)
    if kind not in ("what_if", "input"):
        differ = any((found[KEYS[0]][1][gate] != found[KEYS[1]][1][gate]).any() for gate in "znrh")
        assert differ


def test_all_three_models_and_only_those_that_differ_are_marked():
    at = sound(opened(weights="random", vs__what="models", vs__third="1"))
    found = scenes(at)
    assert [header["trace"]["kind"] for header, _ in found.values()] == ["split", "torch", "concat"]
    assert {header["differs"] for header, _ in found.values()} == {"reset"}
    two = sound(opened(weights="random", vs__what="models", vs__other="concat"))
    assert {header["differs"] for header, _ in scenes(two).values()} == {""}
    assert "are the same function" in text_of(two)
    assert "differ:**" in text_of(at)


@pytest.mark.parametrize("read", MISREADINGS)
def test_read_wrongly_the_metric_falls_and_stands_beside_the_right_one(read):
    settings = Settings(weights="delayed_copy", trained="torch", model="torch", source="task", task="delayed_copy")
    right, wrong = sides_of(settings, Comparison("read", read=read))
    task = TASKS["delayed_copy"]
    batch = task.held_out(512)
    assert score(right) == task.metric_of(evaluate(shipped("delayed_copy", "torch").model(), batch), batch)
    assert score(wrong) <= score(right)
    if read in ("z_flipped", "r_z_swapped", "order"):
        assert score(wrong) < 0.5
    at = sound(
        opened(weights="delayed_copy", trained="torch", model="torch", source="task", vs__what="read", vs__read=read)
    )
    assert [each.value for each in at.metric] == [task.metric.written(score(side)) for side in (right, wrong)]
    assert EN[f"why_{read}"] in text_of(at)


def test_what_cannot_be_altered_is_one_sentence_and_the_last_picture_stays():
    at = sound(opened(weights="random", model="torch", vs__what="read"))
    at.session_state["compare.what"] = "read"
    at = opened(weights="random", model="torch", layers=2, vs__what="read")
    assert not at.exception
    (error,) = at.error
    assert "one layer" in error.value
    assert len(scenes(at)) == 2


def test_unlike_sizes_are_compared_by_what_they_have_in_common():
    at = sound(opened(weights="random", model="torch", layers=2, vs__what="models"))
    assert not apart_is_drawn(at)
    assert [header["form"] for header, _ in scenes(at).values()] == ["above", "below"]  # the first leads
    assert "have different sizes" in text_of(at)
    assert EN["stacked_units"] in text_of(at)
    assert not any(
        "agree on this input by chance" in each or EN["closing"] in each for each in text_of(at).splitlines()
    )


def test_explore_leads_there_with_the_same_run_and_back_again():
    at = sound(any_page(weights="parity"))
    at.button(key="lead_start").click().run()
    assert not at.exception
    assert list(scenes(at)) == list(KEYS[:2])
    assert scenes(at)[KEYS[0]][0]["status"]["text"].startswith("before training")
    assert payload(at)["query"] == {"weights": "parity", "vs.what": "start"}
    at.button(key="compare_open_1").click().run()
    sound(at)
    assert list(scenes(at)) == ["explore"]
    assert at.session_state["settings"].weights == "parity"


def test_each_side_has_the_badge_of_its_own_forward():
    at = sound(opened(weights="random", vs__what="models", vs__third="1"))
    (badges,) = [each.value for each in at.markdown if "-badge[" in each.value]
    assert [name in unescaped(badges) for name in ("split: matches", "nn.GRU: matches", "concat: matches")] == [
        True
    ] * 3
    assert "orange" not in badges


def test_the_controls_say_what_is_compared():
    at = sound(opened(weights="random"))
    at.selectbox(key="compare.what").select("random").run()
    at.number_input(key="compare.seed").set_value(7).run()
    sound(at)
    assert scenes(at)[KEYS[1]][0]["status"]["text"].startswith("random, seed 7")
    assert payload(at)["query"]["vs.seed"] == "7"
    at.selectbox(key="set.weights").select("latch").run()
    assert scenes(at)[KEYS[0]][0]["trace"]["units"] == 4


def test_in_korean_all_of_it_is_korean():
    at = sound(opened(lang="ko", weights="delayed_copy", source="task", vs__what="read"))
    assert (
        "잘못" in at.sidebar.selectbox(key="compare.what").help
        or at.sidebar.selectbox(key="compare.what").label == "비교 대상"
    )
    assert "##### 결과" in text_of(at)


def test_a_fit_comes_nearer_and_says_that_it_is_of_this_input():
    settings = Settings(weights="delayed_copy", trained="torch", model="torch", source="task", task="delayed_copy")
    _, fitted = sides_of(settings, Comparison("read", read="fit"))
    _, wrong = sides_of(settings, Comparison("read", read="other_reset"))
    sequence, _ = reading.sequence_of(settings, None)
    told = []
    run = run_of(fitted, sequence, lambda done, error: told.append((done, error)))
    assert run.trace.meta.reset == "before"
    assert told
    right = run_of(replace(fitted, source=fitted.source.base), sequence).trace.h
    off = np.sqrt(np.mean((run.trace.h - right) ** 2))
    assert off < 0.2 * np.sqrt(np.mean((run_of(wrong, sequence).trace.h - right) ** 2))
    link = {"weights": "delayed_copy", "trained": "torch", "model": "torch", "source": "task", "vs__what": "read"}
    at = sound(opened(**link, vs__read="fit"))
    assert "fitted to this input only" in text_of(at)
    # of a model that resets before there is nothing to fit
    other = sound(opened(weights="random", vs__what="read", vs__read="fit"))
    assert other.selectbox(key="compare.read").value == "other_reset"


def test_the_table_of_conventions_has_each_with_its_source():
    at = sound(opened(weights="random"))
    table = next(each.value for each in at.dataframe if EN["column_source"] in each.value.columns)
    assert list(table[EN["column_title"]]) == [each.title for each in CONVENTIONS.values()]
    assert all(table[EN["column_source"]].str.len() > 5)


def test_lesions_are_measured_when_asked_for_and_sorted_by_what_they_cost():
    link = {"weights": "parity", "trained": "torch", "model": "torch", "source": "task", "task": "parity"}
    at = sound(opened(**link))
    assert not any("Removed" in each.value.columns for each in at.dataframe)
    at.button(key="compare_lesions_start").click().run()
    sound(at)
    (table,) = [each.value for each in at.dataframe if "Removed" in each.value.columns]
    held = shipped("parity", "torch")
    expected = gruviz.analysis.lesions(held.model(), "parity", sequences=512, **held.plan.values)
    assert list(table["Removed"]) == [f"unit {each.units[0][1]}" for each in expected.units]
    # what three decimals would show as -0.000 is 0
    worse = [expected.worse(each) for each in expected.units]
    assert table["Worse by"].tolist() == [0.0 if abs(one) < 0.0005 else one for one in worse]
    assert table["Worse by"].is_monotonic_decreasing
    # somebody else finds it there
    other = sound(opened(**link))
    assert any("Removed" in each.value.columns for each in other.dataframe)


def test_the_text_of_a_lesion_names_each_of_its_changes():
    held = shipped("delayed_copy", "split")
    found = gruviz.analysis.lesions(held.model(), "delayed_copy", sequences=16, pairs=2, **held.plan.values)
    kinds = {gruviz.Lesion: "lesion u", gruviz.Clamp: "clamp "}
    for one in found.rows:
        pieces = as_text(one.changes).split(";")
        assert all(piece.startswith(kinds[type(c)]) for piece, c in zip(pieces, one.changes, strict=True))
    assert as_text((gruviz.Lesion((1, 2)), gruviz.Clamp("z", 0.5, units=(3,)))) == "lesion u1,2;clamp z 0.5 u3"


def test_a_moment_of_a_training_stands_beside_the_visitors_own(monkeypatch):
    trained = Training(TrainingPlan("parity", "split", hidden_size=5, seed=4, most_steps=20)).run()
    step = trained.snapshots[-2][0]
    held = SimpleNamespace(plan=trained.plan, trained=trained)
    monkeypatch.setattr(sides_module, "trainings", lambda: SimpleNamespace(standing={"abc": held}.get))
    settings = Settings(weights="parity", source="task", task="parity")
    _, other = sides_of(settings, Comparison("training", mine=moment_named("abc", step)))
    assert f"{step} training steps" in other.name
    own = other.source.model(other.settings.model, 2)
    np.testing.assert_array_equal(own.params().w_hh, trained.model(-2).params().w_hh)
    link = {"weights": "parity", "source": "task", "task": "parity", "vs__what": "training"}
    at = sound(opened(**link, vs__mine=moment_named("abc", step)))
    units = [header["trace"]["units"] for header, _ in scenes(at).values()]
    assert units == [shipped("parity", "split").plan.hidden_size, 5]
    task = trained.plan.made()
    batch = task.held_out(512, **trained.plan.values)
    written = task.metric.written(task.metric_of(evaluate(trained.model(-2), batch), batch))
    assert at.metric[-1].value == written
    for gone in ("abc.7777", "nothing.1", "abc", "."):
        lost = opened(**link, vs__mine=gone)
        assert not lost.exception
        assert "not on this server" in lost.error[0].value
        assert len(scenes(lost)) == 2


def test_the_controls_offer_the_trainings_of_the_session_and_their_moments(monkeypatch):
    trained = Training(TrainingPlan("parity", "split", hidden_size=5, seed=4, most_steps=20)).run()
    held = SimpleNamespace(plan=trained.plan, trained=trained)
    for module in (sides_module, controls):
        monkeypatch.setattr(module, "trainings", lambda: SimpleNamespace(standing={"abc": held}.get))
    monkeypatch.setattr(controls, "mine", lambda: {trained.plan: "abc"})
    at = sound(opened(weights="parity", source="task", task="parity", vs__what="training"))
    last = trained.snapshots[-1][0]
    assert f"after {last} training steps" in scenes(at)[KEYS[1]][0]["status"]["text"]
    at.select_slider(key="compare.moment.abc").set_value(trained.snapshots[0][0]).run()
    assert "after 0 training steps" in scenes(sound(at))[KEYS[1]][0]["status"]["text"]
    assert payload(at)["query"]["vs.mine"] == "abc.0"
    again = sound(opened(weights="parity", source="task", task="parity", vs__what="training", vs__mine="abc.0"))
    assert payload(again)["query"]["vs.mine"] == "abc.0"


def test_weights_that_are_gone_are_one_sentence_and_the_controls_stay():
    at = opened(weights="mine", mine="0" * 24)
    assert not at.exception
    assert "not on this server" in at.error[0].value
    at.selectbox(key="set.weights").select("latch").run()
    assert scenes(sound(at))[KEYS[0]][0]["trace"]["units"] == 4


def test_what_an_address_says_is_never_markup():
    at = opened(weights="leaky", halves="[x](http://evil)")
    assert not at.exception
    assert "](http" not in at.error[0].value


def test_what_was_drawn_goes_with_the_input_it_was_drawn_over():
    at = sound(opened(weights="random", vs__what="what_if", vs__bent="", vs__drawn="0-9"))
    assert scenes(at)[KEYS[1]][0]["view"]["drawn"] == "0-9"
    at.number_input(key="set.steps").set_value(50).run()
    assert scenes(sound(at))[KEYS[1]][0]["view"]["drawn"] == ""
    assert "vs.drawn" not in payload(at)["query"]


def test_a_session_that_was_lost_finds_its_comparison_in_the_page():
    at = sound(opened(weights="random", vs__what="what_if", vs__bent="lesion u3"))
    carried = next(each.value for each in at.text_input if each.key == "page-address")
    assert "vs.bent=lesion+u3" in carried


def small_training(task, **more):
    return Training(TrainingPlan(task, "split", hidden_size=5, seed=4, most_steps=20, **more)).run()


def test_a_training_of_another_task_is_scored_on_its_own(monkeypatch):
    trained = small_training("parity")
    held = SimpleNamespace(plan=trained.plan, trained=trained)
    monkeypatch.setattr(sides_module, "trainings", lambda: SimpleNamespace(standing={"abc": held}.get))
    moment = moment_named("abc", trained.snapshots[-1][0])
    link = {"weights": "delayed_copy", "source": "task", "task": "delayed_copy", "vs__what": "training"}
    at = sound(opened(**link, vs__mine=moment))
    copy, parity = TASKS["delayed_copy"], TASKS["parity"]
    assert copy.metric.name != parity.metric.name or copy.baseline != parity.baseline
    own, other = copy.held_out(512), parity.held_out(512, **trained.plan.values)
    expected = [
        copy.metric.written(copy.metric_of(evaluate(shipped("delayed_copy", "split").model(), own), own)),
        parity.metric.written(parity.metric_of(evaluate(trained.model(-1), other), other)),
    ]
    assert [each.value for each in at.metric] == expected
    captions = [each.value for each in at.main.caption if "held-out sequences of" in each.value]
    assert [words("en")["tasks"][name] in said for name, said in zip(("delayed_copy", "parity"), captions, strict=True)]
    assert len(captions) == 2


# ---- and back


@pytest.mark.parametrize("read", ["other_reset", "z_flipped", "r_z_swapped", "as.keras", "to.pytorch", "fit"])
def test_every_side_of_a_trained_model_opens_in_explore_as_what_it_is(read):
    at = any_page(weights="delayed_copy", trained="torch", model="torch", source="task", task="delayed_copy")
    at.button(key="lead_read").click().run()
    at.selectbox(key="compare.read").select(read).run()
    before, beside = scenes(sound(at))[KEYS[1]]
    name = before["status"]["text"].split(":")[0]
    at.button(key="compare_open_1").click().run()
    sound(at)
    header, arrays = scenes(at)["explore"]
    for gate in "zrnh":
        np.testing.assert_allclose(arrays[gate], beside[gate], atol=1e-6)
    assert at.session_state["settings"].weights == "mine"
    assert name in header["status"]["text"]
    assert header["answer"] == before["answer"]


def test_a_trained_model_whose_gap_is_closed_opens_so():
    at = any_page(weights="delayed_copy", trained="torch", model="torch", source="task", task="delayed_copy", lang="ko")
    at.button(key="lead_models").click().run()
    at.button(key="compare_close_r1").click().run()
    at.button(key="compare_open_0").click().run()
    header, arrays = scenes(sound(at))["explore"]
    assert (arrays["r"] == 1).all()
    assert words("ko")["compare"]["closing_r1"] in header["status"]["text"]
    # what was done is known by its name, not by what it is called in one language
    at.segmented_control(key="set.lang").set_value("en").run()
    assert EN["closing_r1"] in scenes(sound(at))["explore"][0]["status"]["text"]


def test_sides_that_are_no_model_of_a_task_open_with_their_numbers_as_they_are():
    at = any_page(weights="random", hidden=5)
    at.button(key="lead_models").click().run()
    at.button(key="compare_close_r1").click().run()
    labels = [at.button(key=f"compare_open_{k}").label for k in (0, 1)]
    assert labels == [EN["open_free"].format(name=name) for name in ("split", "nn.GRU")]
    at.button(key="compare_open_1").click().run()
    sound(at)
    settings = at.session_state["settings"]
    assert (settings.weights, settings.model, settings.hidden) == ("random", "torch", 5)
    # where another button does the same there is none
    at = any_page(weights="random", hidden=5)
    at.button(key="lead_read").click().run()
    assert [each.key for each in at.button if each.key and each.key.startswith("compare_open")] == ["compare_open_0"]


def test_a_side_that_is_gone_when_it_is_opened_is_one_sentence(monkeypatch):
    at = any_page(weights="parity")
    at.button(key="lead_start").click().run()

    def gone(*_):
        raise Problem("model_gone")

    monkeypatch.setattr(Initial, "model", gone)
    at.button(key="compare_open_0").click().run()
    assert not at.exception
    assert "not on this server" in at.error[0].value
    assert list(scenes(at)) == list(KEYS[:2])
    at.run()
    assert not at.error


@pytest.fixture
def trained_here():
    yield
    trainings().close()
    trainings.cache_clear()


@pytest.mark.usefixtures("trained_here")
def test_it_leads_to_a_training_and_back_to_it_at_the_moment_that_was_compared():
    at = sound(any_page(weights="parity"))
    at.button(key="lead_start").click().run()
    assert at.button(key="compare_train_0").label.startswith("Train again: ")
    at.button(key="compare_train_0").click().run()
    assert (at.selectbox(key="train.task").value, at.segmented_control(key="train.model").value) == ("parity", "split")
    at.number_input(key="train.parity.hidden_size").set_value(5)
    at.number_input(key="train.parity.most_steps").set_value(20).run()
    at.button(key="train_start").click().run()
    for _ in range(300):
        if any(each.key == "train_compare" for each in at.button):
            break
        time.sleep(0.1)
        at.run()
    at.button(key="train_compare").click().run()
    names = [header["status"]["text"].split(":")[0] for header, _ in scenes(sound(at)).values()]
    assert names == ["before training", "trained"]
    # its own last weights are on the page: beside them stands its first moment
    at.selectbox(key="compare.what").select("training").run()
    (slider,) = at.select_slider
    assert slider.value == 0
    steps = [int(step) for step in slider.options]
    slider.set_value(steps[3]).run()
    assert f"after {steps[3]} training steps" in scenes(sound(at))[KEYS[1]][0]["status"]["text"]
    # two moments begin with the first and another one
    at.toggle(key="compare.two").set_value(True).run()
    assert payload(at)["query"]["vs.since"] == "0"
    at.select_slider[0].set_value(steps[1]).run()
    back = next(each for each in at.button if each.label.startswith("Back to the training: "))
    back.click().run()
    sound(at)
    assert at.number_input(key="train.parity.hidden_size").value == 5
    (slider,) = at.select_slider
    assert int(slider.value) == steps[3]
    # what was opened from there is not its end: nothing is said of its training
    at.button(key="train_compare").click().run()
    at.button(key="compare_open_0").click().run()
    assert not any(each.key == "lead_start" for each in at.button)
    at.button(key="lead_models").click().run()
    assert not any((each.key or "").startswith("compare_train") for each in at.button)


def test_of_unlike_sizes_the_answers_saturation_and_half_lives_are_compared(monkeypatch):
    trained = small_training("parity")
    held = SimpleNamespace(plan=trained.plan, trained=trained)
    monkeypatch.setattr(sides_module, "trainings", lambda: SimpleNamespace(standing={"abc": held}.get))
    settings = Settings(weights="parity", source="task", task="parity")
    moment = moment_named("abc", trained.snapshots[-1][0])
    sides = sides_of(settings, Comparison("training", mine=moment))
    sequence, _ = reading.sequence_of(settings, None)
    one, other = (run_of(side, sequence) for side in sides)
    said = []
    for run in (one, other):
        share, half = in_common(run)
        z, halves = run.trace.z[0, 0].astype(float), []
        assert share == np.mean([value < 0.1 or value > 0.9 for value in z.ravel()])
        for unit in z.T:
            kept = np.prod(unit) ** (1 / len(unit))
            halves.append(np.log(0.5) / np.log(kept))
        assert half == pytest.approx(np.median(halves), rel=1e-4)
        y = run.trace.h[0, 0] @ run.head.w.T + run.head.b
        said.append(np.exp(y) / np.exp(y).sum(axis=1, keepdims=True))
    found = answers_apart(one, other)
    same = [a.argmax() == b.argmax() for a, b in zip(*said, strict=True)]
    off = np.abs(said[1] - said[0])
    assert (found.same, found.steps) == (sum(same), len(same))
    assert found.largest == pytest.approx(off.max(), abs=1e-6)
    assert off[found.step].max() == pytest.approx(off.max(), abs=1e-6)
    due = sequence.target[:, 0]
    judged = ~np.isnan(due)
    assert found.right == tuple(int((p.argmax(axis=1)[judged] == due[judged]).sum()) for p in said)
    assert found.judged == judged.sum()
    # in pieces it is the same
    memory().clear()
    monkeypatch.setattr(measures, "PIECE", 14)
    assert answers_apart(one, other) == found
    at = sound(opened(weights="parity", source="task", task="parity", vs__what="training", vs__mine=moment))
    assert f"the same at {sum(same)} of {len(same)} steps" in text_of(at)
    assert "have different sizes" in text_of(at)
    assert [header["form"] for header, _ in scenes(at).values()] == ["above", "below"]


def two_moments(monkeypatch):
    trained = small_training("parity")
    held = SimpleNamespace(plan=trained.plan, trained=trained)
    for module in (sides_module, controls):
        monkeypatch.setattr(module, "trainings", lambda: SimpleNamespace(standing={"abc": held}.get))
    monkeypatch.setattr(controls, "mine", lambda: {trained.plan: "abc"})
    return trained


def test_any_two_moments_of_a_training_stand_beside_each_other(monkeypatch):
    trained = two_moments(monkeypatch)
    at = sound(opened(weights="parity", source="task", task="parity", vs__what="training"))
    at.toggle(key="compare.two").set_value(True).run()
    steps = [step for step, _ in trained.snapshots]
    at.select_slider(key="compare.moment.abc.first").set_value(steps[1]).run()
    at.select_slider(key="compare.moment.abc").set_value(steps[-2]).run()
    found = scenes(sound(at))
    for key, which in ((KEYS[0], 1), (KEYS[1], -2)):
        header, arrays = found[key]
        assert f"after {steps[which]} training steps" in header["status"]["text"]
        expected = gruviz.trace(trained.model(which), reading.sequence_of(settings_of(at), None)[0].x)
        np.testing.assert_allclose(arrays["h"], expected.h[0, 0], atol=1e-6)
    query = payload(at)["query"]
    assert (query["vs.mine"], query["vs.since"]) == (f"abc.{steps[-2]}", str(steps[1]))
    # and Back to where there was one
    one = {"vs.what": "training", "vs.mine": f"abc.{steps[4]}", "weights": "parity", "source": "task", "task": "parity"}
    send(at, {"address": f"?{urlencode(one)}", "visit": 1}, event="visit", whole=True)
    assert (at.toggle(key="compare.two").value, at.select_slider(key="compare.moment.abc").value) == (False, steps[4])
    assert "vs.since" not in payload(at)["query"]
    at.run()
    assert payload(at)["query"]["vs.mine"] == f"abc.{steps[4]}"
    again = sound(opened(**{name.replace(".", "__"): text for name, text in query.items()}))
    assert scenes(again)[KEYS[0]][0]["status"] == found[KEYS[0]][0]["status"]
    assert payload(again)["query"] == query


def settings_of(at):
    return at.session_state["settings"]


def test_where_nothing_was_trained_it_is_said():
    at = sound(opened(weights="parity", source="task", task="parity", vs__what="training"))
    assert [each.value for each in at.info] == [EN["no_training"]]
    assert "nn.GRU" in scenes(at)[KEYS[1]][0]["status"]["text"]


def test_another_input_is_another_example_or_the_same_changed():
    at = sound(opened(weights="latch", vs__what="input"))
    own = scenes(at)[KEYS[0]][1]["x"]
    at.segmented_control(key="compare.how").set_value("changed").run()
    header, arrays = scenes(sound(at))[KEYS[1]]
    gap = settings_of(at).parameter_values()["gap"]
    doubled, _ = reading.sequence_of(settings_of(at).with_parameter("gap", 2 * gap), None)
    np.testing.assert_array_equal(arrays["x"], doubled.x)
    assert f"{2 * gap:g}" in header["status"]["text"]
    np.testing.assert_array_equal(scenes(at)[KEYS[0]][1]["x"], own)
    at.number_input(key="compare.value.p.set_reset.gap").set_value(gap).run()
    # as the visitor's own: nothing is changed, and it is said
    np.testing.assert_array_equal(scenes(sound(at))[KEYS[1]][1]["x"], own)
    assert EN["why_same_numbers"] in text_of(at)
    at.number_input(key="compare.value.p.set_reset.width").set_value(3).run()
    wide, _ = reading.sequence_of(settings_of(at).with_parameter("width", 3), None)
    np.testing.assert_array_equal(scenes(sound(at))[KEYS[1]][1]["x"], wide.x)
    query = payload(at)["query"]
    assert "width 3" in query["vs.values"]
    again = sound(opened(**{name.replace(".", "__"): text for name, text in query.items()}))
    np.testing.assert_array_equal(scenes(again)[KEYS[1]][1]["x"], wide.x)
    # it is what its boxes say, whatever becomes of the visitor's own; an emptied box says what it said
    again.number_input(key="set.p.set_reset.gap").set_value(20).run()
    assert again.number_input(key="compare.value.p.set_reset.gap").value == gap
    np.testing.assert_array_equal(scenes(sound(again))[KEYS[1]][1]["x"], wide.x)
    again.number_input(key="compare.value.p.set_reset.width").set_value(None).run()
    np.testing.assert_array_equal(scenes(sound(again))[KEYS[1]][1]["x"], wide.x)


def test_weights_drawn_for_other_inputs_are_no_comparison_of_inputs():
    at = opened(weights="random", source="synthetic", family="white_noise", vs__what="input", vs__how="changed")
    sound(at)
    at.number_input(key="compare.value.p.white_noise.inputs").set_value(3).run()
    assert not at.exception
    (error,) = at.error
    assert "the models would differ" in error.value
    assert len(scenes(at)) == 2


def test_what_was_typed_as_numbers_is_not_read_as_text():
    at = any_page(weights="random", source="numbers", numbers="1 2 3")
    at.button(key="lead_input").click().run()
    at.text_area(key="compare.typed.numbers").set_value("5 6 7").run()
    at.button(key="compare_open_0").click().run()
    at.selectbox(key="set.source").select("text").run()
    at.button(key="lead_input").click().run()
    assert at.text_area(key="compare.typed.text").value == " ".join(reversed(settings_of(at).text.split()))


def test_runs_that_are_pooled_differently_stand_one_above_another_and_it_is_said():
    long = " ".join(["0", "1"] * 4_550)
    at = AppTest.from_file(APP, default_timeout=60).run()
    at.button(key="lead_input").click().run()
    at.selectbox(key="set.source").select("numbers").run()
    at.text_area(key="set.numbers").set_value(long).run()
    at.text_area(key="compare.typed.numbers").set_value("0 1 0 1").run()
    found = scenes(sound(at))
    assert [header["trace"]["steps"] for header, _ in found.values()] == [9_100, 4]
    assert [header["form"] for header, _ in found.values()] == ["above", "below"]
    assert EN["stacked_steps"] in text_of(at)
    assert not apart_is_drawn(at)
    at.text_area(key="set.numbers").set_value("0 1 0").run()
    assert [header["form"] for header, _ in scenes(sound(at)).values()] == ["beside"] * 2
    assert apart_is_drawn(at)


def test_a_what_if_is_scored_on_the_same_sequences(monkeypatch):
    link = {
        "weights": "parity",
        "trained": "torch",
        "model": "torch",
        "source": "task",
        "task": "parity",
        "vs__what": "what_if",
    }
    at = sound(opened(**link, vs__bent="clamp r 1;lesion u3"))
    held, task = shipped("parity", "torch"), TASKS["parity"]
    batch = task.held_out(512)
    changes = [gruviz.Clamp("r", 1.0), gruviz.Lesion((3,))]
    bent = gruviz.trace(held.model(), batch.x, what_if=changes).h[0]
    fc = held.model().fc
    said = bent @ fc.weight.detach().numpy().T + fc.bias.detach().numpy()
    right = (said.argmax(axis=2) == batch.target)[batch.mask].mean()
    free = task.metric_of(evaluate(held.model(), batch), batch)
    assert [each.value for each in at.metric] == [task.metric.written(free), task.metric.written(right)]
    assert right < free
    assert EN["metric_bent"] in text_of(at)
    # the badge is of the numbers Python computed, which those of the what-if are not
    (badges,) = [each.value for each in at.markdown if "-badge[" in each.value]
    assert "original run" in badges
    assert EN["side_bent"] not in badges
    # what cannot be read whole has no score, and neither has another input
    assert len(sound(opened(**link, vs__bent="clamp r 1;pull z 2")).metric) == 1
    assert not sound(opened(**link, vs__bent="", vs__drawn="0-9")).metric


def test_what_is_said_is_true_of_what_is_shown(monkeypatch):
    link = {"weights": "delayed_copy", "source": "task", "task": "delayed_copy"}
    # weights that were trained as the other model are not read rightly as they stand
    for trained, name in (("torch", "read correctly"), ("split", EN["side_as_is"])):
        at = sound(opened(**link, trained=trained, model="torch", vs__what="read"))
        assert scenes(at)[KEYS[0]][0]["status"]["text"].startswith(name)
    # the first step is not every step
    at = sound(opened(**link, vs__what="models", vs__closing="first"))
    assert EN["why_closed_first"] in text_of(at)
    assert EN["why_closed"] not in text_of(at)
    assert EN["why_closed"] in text_of(sound(opened(**link, vs__what="models", vs__closing="r1")))
    # units of one training are counterparts
    at = sound(opened(weights="parity", vs__what="random"))
    assert EN["why_units"] in text_of(at)
    trained = two_moments(monkeypatch)
    steps = [step for step, _ in trained.snapshots]
    at = sound(opened(weights="parity", vs__what="training", vs__mine=f"abc.{steps[-1]}", vs__since="0"))
    assert EN["why_units"] not in text_of(at)
    assert EN["why_units"] in text_of(sound(opened(weights="parity", vs__what="training", vs__mine=f"abc.{steps[-1]}")))
    # the change is called by what it does
    at = sound(opened(weights="parity", vs__what="what_if", vs__bent="lesion u6"))
    assert EN["bent_lesion"].format(units="6") in unescaped(text_of(at))


def test_of_a_model_that_guesses_it_is_not_said_what_it_lives_by(monkeypatch):
    trained = small_training("parity")
    name = keep(saved(trained))
    at = sound(opened(weights="mine", mine=name, source="task", task="parity"))
    at.button(key="compare_lesions_start").click().run()
    assert "too close to it to tell" in text_of(sound(at))
    assert "it relies on" not in text_of(at).replace("what it relies on", "")
