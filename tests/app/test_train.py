"""The Train page as Streamlit runs it: controls, bad settings, a training, its result, what can be taken along."""

import os
import re
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from page import APP, figure, payload, reply, said, scene, shown_by, sound, status, told
from streamlit.testing.v1 import AppTest

from gruviz.app.server import models as model_store
from gruviz.app.server.jobs import Standing
from gruviz.app.server.trainings import trainings
from gruviz.app.subject import mine as train_mine
from gruviz.app.subject.plans import to_query as link_query
from gruviz.app.train import page as train_page
from gruviz.app.train import results as train_results
from gruviz.app.train.controls import _key
from gruviz.app.train.runs import curves_of
from gruviz.app.train.story import story_of
from gruviz.models.gru import MODELS
from gruviz.tasks.catalogue import TASKS, task_of
from gruviz.tasks.characters import MOST_SYMBOLS, OTHER
from gruviz.tracing.trace import trace
from gruviz.training.loop import Point, Trained, evaluate
from gruviz.training.plan import TrainingPlan, first_weights, model_of
from gruviz.training.saved import SHIPPED_KINDS, shipped
from gruviz.training.state_dicts import loading, state_dict_file
from gruviz.wording.words import words

EN, KO = words("en"), words("ko")


def draw():
    from gruviz.app.train import page as train

    train.page()


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    trainings().close()
    trainings.cache_clear()


def opened(**query):
    at = AppTest.from_function(draw, default_timeout=60)
    for name, value in query.items():
        at.query_params[name.replace("__", ".")] = value
    return at.run()


def link_of(plan):
    return {name.replace(".", "__"): text for name, text in link_query(plan).items()}


def chosen(at, **values):
    for name, value in values.items():
        at.session_state[_key(name.replace("__", "."))] = value
    return at.run()


def test_the_plan_of_a_lost_session_is_the_one_in_its_boxes():
    at = opened(train__task="parity")
    chosen(at, parity__hidden_size=7, seed=4)
    at.number_input(key=_key("parity.p.steps")).set_value(9)
    plan = sound(at.run()).session_state["train.good"]
    assert (plan.hidden_size, plan.seed, plan.values["steps"]) == (7, 4, 9)
    again = AppTest.from_function(draw, default_timeout=60)
    again.query_params["train.task"] = "parity"  # of the page's first load
    found = sound(again._run(at._tree.get_widget_states()))
    assert found.session_state["train.good"] == plan


def labels(at):
    return [button.label for button in at.button]


def trained(at):
    at.button(key="train_start").click().run()
    assert EN["train"]["stop"] in labels(at)
    for _ in range(300):
        time.sleep(0.1)
        if EN["train"]["stop"] not in labels(at.run()):
            return sound(at)
    raise AssertionError("the training did not end")


def test_it_opens_on_the_first_weights_of_a_task():
    at = sound(opened())
    plan = TrainingPlan("delayed_copy", init="default")  # chrono's gates look learned before anything is
    found = trace(model_of(plan), plan.made().example(plan.made().clear, **plan.values).x)
    header, arrays = scene(at)
    assert abs(found.z.mean() - 0.5) < 0.1
    assert np.array_equal(arrays["z"], found.z[0, 0])
    assert header["channels"] == list(TASKS["delayed_copy"].channels)
    assert EN["train"]["not_started"] in said(at)
    assert payload(at)["query"] == {"train.task": "delayed_copy", "train.init": "default"}
    assert labels(at) == [EN["train"]["start"]]


@pytest.mark.parametrize("task", TASKS)
def test_no_task_opens_with_a_story_its_first_weights_do_not_show(task):
    at = sound(chosen(opened(lang="ko"), task=task))
    assert status(at)["text"] == KO["train"]["story_later"]
    assert KO["task_stories"][task] not in told(at)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("model", SHIPPED_KINDS)
def test_a_model_that_shows_its_story_is_told_by_it_and_no_other(task, model):
    held = shipped(task, model)
    plan = TrainingPlan(task, model, seed=held.plan.seed)
    snapshots = ((0, first_weights(plan)), (int(held.card["steps"]), held.weights))
    point = Point(int(held.card["steps"]), 0.0, float(held.card["metric"]))
    learned = Trained(plan, point.step, (point,), snapshots, "goal", 1.0)
    story, told = (EN["sentences"][task], EN["task_stories"][task]), EN["train"]

    def text_of(*given):
        return story_of(*given, "en").text

    for which in (1, -1):
        found = story_of(plan, learned, which, plan.values, "en")
        assert (found.kind, found.text, found.more) == ("story", *story)
    assert text_of(plan, learned, 0, plan.values) == told["story_later"]
    assert text_of(plan, None, -1, plan.values) == told["story_later"]
    halted = replace(learned, outcome="cancelled")
    assert text_of(plan, halted, 1, plan.values) == told["story_later"]
    unlike = replace(learned, snapshots=(snapshots[0], (point.step, snapshots[0][1])))
    assert text_of(plan, unlike, 1, plan.values) == told["story_unseen"]
    first = plan.made().parameters[0]
    longer = plan.values | {first.name: first.low}
    assert text_of(plan, learned, 1, longer) == told["story_other"]
    other = replace(plan, hidden_size=7)
    assert text_of(other, replace(learned, plan=other), 1, plan.values) == told["story_other"]
    # whatever the first weights were: what counts is what is seen now
    first = replace(plan, init="chrono" if plan.init == "default" else "default")
    assert text_of(first, replace(learned, plan=first), 1, plan.values) == story[0]


def test_other_settings_open_without_the_story_of_the_usual_ones():
    at = sound(opened(train__task="delayed_copy", train__p__noise="0"))
    assert status(at)["text"] == EN["train"]["story_other"]
    assert EN["task_stories"]["delayed_copy"] not in said(at)


def test_the_korean_parity_story_is_about_the_bit_that_comes_not_about_the_state():
    assert "이전 상태가 0일 때" not in KO["task_stories"]["parity"]
    assert "0이 올 때와" in KO["task_stories"]["parity"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"parity__hidden_size": 999}, "The setting hidden_size of a training cannot be 999"),
        ({"parity__learning_rate": -1.0}, "The setting learning_rate of a training cannot be -1.0"),
        ({"parity__p__steps": 5000}, "The parameter steps of parity cannot be 5000"),
        ({"task": "characters", "text": " "}, "There is no text here"),
        ({"task": "characters", "text": "too short"}, "The text has 9 characters"),
    ],
)
def test_a_bad_setting_is_one_sentence_and_start_waits(settings, sentence):
    at = chosen(opened(), **{"task": "parity", **settings})
    assert shown_by(at).startswith(sentence)
    assert at.button(key="train_start").disabled
    assert scene(at)[1]["z"].size


def test_a_training_runs_and_its_snapshots_scrub(monkeypatch):
    at = chosen(opened(), task="parity", parity__hidden_size=4, parity__most_steps=50)
    before, answers = (scene(at)[1][name] for name in "zy")
    at = trained(at)
    plan = TrainingPlan("parity", hidden_size=4, most_steps=50)
    # what it says changes as it learns, what is due does not
    header, arrays = scene(at)
    assert header["answer"]["names"] == ["even", "odd"]
    assert not np.array_equal(arrays["y"], answers)
    assert np.array_equal(arrays["target"], plan.made().example(plan.made().clear).target)
    assert EN["training_outcomes"]["steps"].format(step=50) in said(at)
    assert EN["train"]["beyond"] in said(at)
    assert not np.array_equal(scene(at)[1]["z"], before)
    (slider,) = at.select_slider
    assert str(slider.value) == "50"
    slider.set_value(0).run()
    assert np.array_equal(scene(at)[1]["z"], before)
    steps = next(each for each in at.main.number_input if "steps" in each.key)
    steps.set_value(90).run()
    assert scene(at)[0]["trace"]["steps"] == 90
    # another plan is another picture; this one's result comes back with it
    chosen(at, parity__hidden_size=5)
    assert EN["train"]["not_started"] in said(at)
    assert not at.select_slider
    at.selectbox(key="train_earlier").select_index(0).run()
    assert at.number_input(key=_key("parity.hidden_size")).value == 4
    assert EN["train"]["beyond"] in said(at)
    # through training time by itself, to its end
    monkeypatch.setattr(train_results, "PACE", 0.0)
    at.button(key="train_play").click().run()
    seen = []
    while at.session_state[train_results.PLAYED] is not None:
        assert at.select_slider[0].disabled
        seen.append(int(at.select_slider[0].value))
        at.run()
    assert seen == list(plan.snapshot_steps()[1:])
    assert not at.select_slider[0].disabled
    # and to Explore
    at.button(key="train_send").click()
    with pytest.MonkeyPatch.context() as patch:
        again = []
        patch.setattr("streamlit.rerun", lambda: again.append(True))
        at.run()
    assert again
    settings, page, own = at.session_state["sent"]
    assert (page, own) == ("explore", None)
    assert (settings.weights, settings.model, settings.task) == ("mine", "torch", "parity")
    assert model_store.kept(settings.mine).plan == plan


def test_what_plays_waits_for_an_answer_and_a_full_queue_costs_no_result(monkeypatch):
    at = trained(chosen(opened(), task="parity", parity__hidden_size=3, parity__most_steps=30))
    monkeypatch.setattr(train_results, "PACE", 0.0)
    at.button(key="train_play").click().run()
    here = scene(at)[0]["trace"]["id"]
    question = {"id": 7, "kind": "explain", "trace": here, "gate": "r", "layer": 0, "t": 2, "unit": 1}
    at.session_state["asked"] = {"train": question}
    answer = reply(at.run(), "train")[0]
    assert (answer["kind"], scene(at)[0]["trace"]["id"]) == ("explain", here)
    assert scene(at.run())[0]["trace"]["id"] != here
    monkeypatch.setattr(trainings(), "most_queued", 0)
    at.button(key="train_start").click().run()
    assert shown_by(at).startswith("0 trainings already wait on this server")
    assert EN["train"]["beyond"] in said(at)


def test_a_link_brings_its_plan_and_says_what_cannot_be_in_it():
    at = sound(opened(train__task="parity", train__model="split", train__hidden_size="6", train__p__steps="30"))
    assert payload(at)["query"] == {
        "train.task": "parity",
        "train.model": "split",
        "train.hidden_size": "6",
        "train.p.steps": "30",
    }
    header = scene(at)[0]
    assert (header["trace"]["steps"], header["trace"]["units"]) == (30, 6)
    chosen(at, task="characters", text="what is too long for a link " * 80)
    assert EN["train"]["text_not_in_link"] in [each.value for each in at.sidebar.caption]


def test_settings_can_only_be_looked_at_while_it_trains():
    at = chosen(opened(), task="parity", parity__learning_rate=1e-5, parity__most_steps=50_000)
    at.button(key="train_start").click().run()
    at.run()
    assert at.selectbox(key=_key("task")).disabled
    assert all(each.disabled for each in at.sidebar.number_input)
    at.button(key="train_stop").click().run()
    for _ in range(100):
        time.sleep(0.1)
        if EN["train"]["resume"] in labels(at.run()):
            break
    assert not at.selectbox(key=_key("task")).disabled


def test_a_what_if_is_of_the_run_on_this_stage():
    at = opened(train__task="parity")
    trace = scene(at)[0]["trace"]
    edits = [{"do": "lesion", "units": [1], "layer": 0}]
    question = {
        "id": 1,
        "kind": "what_if",
        "trace": trace["id"],
        "edits": edits,
        "drawn": [[0, 3], [0, 3]],
        "layer": 0,
        "first": 0,
        "last": 7,
        "asked": "x",
    }
    at.session_state["asked"] = {"train": question}
    header, arrays = reply(at.run(), "train")
    assert (header["kind"], header["asked"], header["trace"]) == ("what_if", "x", trace["id"])
    assert arrays["h"].shape == (8, trace["units"])
    assert not arrays["h"][:, 1].any()
    assert arrays["h"][:, 0].all()
    assert np.array_equal(arrays["x"], np.tile(scene(at)[1]["x"][:4], (2, 1)))


def test_an_experiment_is_of_the_page_whose_link_holds_it():
    link = {"bent": "lesion u1", "drawn": "1a2b 0-9", "show": "free"}
    for task, found in (({"train__task": "parity"}, link), ({}, {"bent": "", "drawn": "", "show": "bent"})):
        view = scene(opened(**task, **link))[0]["view"]
        assert {name: view[name] for name in link} == found


def test_a_question_while_it_trains_is_about_the_gates_on_the_stage():
    at = chosen(opened(), task="parity", parity__learning_rate=1e-4, parity__most_steps=50_000)
    at.button(key="train_start").click().run()
    header = scene(at)[0]
    for _ in range(100):  # until it has newer gates than those of the start
        time.sleep(0.1)
        now = scene(at.run())[0]
        if now["trace"]["id"] != header["trace"]["id"]:
            break
    assert now["trace"]["id"] != header["trace"]["id"]
    time.sleep(0.6)
    question = {"id": 1, "kind": "explain", "trace": now["trace"]["id"], "gate": "z", "layer": 0, "t": 3, "unit": 2}
    at.session_state["asked"] = {"train": question}
    answer = reply(at.run(), "train")[0]
    assert (answer["kind"], answer["trace"]) == ("explain", now["trace"]["id"])
    assert scene(at)[0]["trace"]["id"] == now["trace"]["id"]
    assert scene(at.run())[0]["trace"]["id"] != now["trace"]["id"], "there were no newer gates to hold back"
    at.button(key="train_stop").click().run()


@pytest.mark.parametrize(
    ("task", "metrics", "key"),
    [
        ("delayed_copy", {10: 0.99, 20: 0.97, 30: 0.96, 40: 0.95, 60: 0.88, 100: 0.8}, "breaks"),
        ("delayed_copy", {10: 0.99, 20: 0.97, 30: 0.96, 40: 0.95, 60: 0.95, 100: 0.94}, "holds"),
        ("delayed_copy", {10: 0.1, 20: 0.1, 30: 0.1, 40: 0.1, 60: 0.1, 100: 0.1}, "never"),
        ("adding", {15: 0.03, 30: 0.02, 45: 0.03, 60: 0.04, 90: 0.2, 150: 0.3}, "breaks"),
    ],
)
def test_where_it_breaks_is_a_tenth_of_what_was_learned(task, metrics, key):
    at = {"delayed_copy": 20, "adding": 30}[task]
    baselines = [TASKS[task].baseline] * len(metrics)
    said = train_results.where_it_breaks(list(metrics), list(metrics.values()), baselines, TASKS[task], at, "en")
    guessing = EN["task_metrics"][f"baseline_{TASKS[task].metric.name}"]
    first, last = {"delayed_copy": (60, 40), "adding": (90, 60)}[task] if key == "breaks" else (0, 100)
    assert said == EN["train"][key].format(first=first, last=last, trained=at, guessing=guessing)


@pytest.mark.parametrize(
    ("metrics", "key"),
    [
        # one that is always right does not break where guessing, too, is right more often
        ({1: 1.0, 3: 1.0, 5: 1.0, 8: 1.0, 20: 1.0}, "holds"),
        # trained at 1, where guessing reaches one half: one half is no better than guessing
        ({1: 0.5}, "never"),
        ({1: 0.999, 2: 0.99, 5: 0.5}, "breaks"),
    ],
)
def test_where_it_breaks_takes_what_guessing_reaches_at_each_value(metrics, key):
    task = TASKS["brackets"]
    baselines = [task.baseline_at(deepest=deepest) for deepest in metrics]
    trained_at = min(metrics)
    said = train_results.where_it_breaks(list(metrics), list(metrics.values()), baselines, task, trained_at, "en")
    guessing = EN["task_metrics"]["baseline_depth"]
    last = max(metrics) if key == "holds" else 2
    assert said == EN["train"][key].format(first=5, last=last, trained=trained_at, guessing=guessing)


def test_what_guessing_reaches_is_that_of_the_settings_at_hand():
    settings = {"brackets__p__deepest": 1, "brackets__hidden_size": 2, "brackets__most_steps": 10}
    at = trained(chosen(opened(), task="brackets", **settings))
    assert "always predicting the most frequent depth: 50.4%" in said(at)
    line = next(each["y0"] for each in figure(at, "train_metric")["layout"]["shapes"] if each["type"] == "line")
    assert line == pytest.approx(0.504, abs=0.001)
    beyond = next(each["y0"] for each in figure(at, "train_beyond")["layout"]["shapes"] if each["type"] == "line")
    assert beyond == pytest.approx(0.504, abs=0.001)
    at.selectbox(key="train_vary.brackets").select("deepest").run()
    assert "25.8" not in said(at)


def test_what_becomes_of_a_very_varied_text_is_said_beside_it():
    at = chosen(opened(), task="characters", text="".join(chr(0xAC00 + k * k % 1999) for k in range(3000)))
    sound(at)
    task = task_of("characters", at.session_state[_key("text")])
    said_so = EN["train"]["others"].format(
        found=task.others + MOST_SYMBOLS - 1, kept=MOST_SYMBOLS - 1, other=OTHER, share=task.others_share
    )
    assert said_so in [each.value for each in at.sidebar.caption]
    assert scene(at)[0]["trace"]["inputs"] == MOST_SYMBOLS
    chosen(at, text="a text of few characters, " * 20)
    assert not [each.value for each in at.sidebar.caption if OTHER in each.value]


def test_a_text_without_spaces_is_measured_without_a_number_that_is_none():
    text = "가나다라마바사아자차카타파하" * 60
    at = trained(chosen(opened(), task="characters", text=text, characters__hidden_size=4, characters__most_steps=5))
    assert said(at).count(EN["train"]["not_measured"]) == 2  # after training, and before it
    assert "nan" not in said(at).lower().split()


def test_a_rate_that_diverges_is_explained():
    at = chosen(opened(), task="adding", adding__learning_rate=100.0, adding__most_steps=300)
    at.button(key="train_start").click().run()
    for _ in range(300):
        time.sleep(0.1)
        if at.run().error:
            break
    assert "Try a smaller learning rate" in shown_by(at)
    # the weights on the stage are those of before it left: the first ones
    before = trace(model_of(TrainingPlan("adding")), TASKS["adding"].example(TASKS["adding"].clear).x)
    assert np.array_equal(scene(at)[1]["h"], before.h[0, 0])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("task", ["adding", "parity", "characters"])
def test_the_lines_on_the_page_open_the_file_and_run_its_answers(task, model, tmp_path, monkeypatch):
    plan = TrainingPlan(task, model, hidden_size=5, seed=3)
    weights = first_weights(plan)
    (tmp_path / "mine.pt").write_bytes(state_dict_file(plan, weights))
    batch = plan.made().held_out(1, 4)
    lines = loading(plan, "mine.pt", batch.steps)
    assert len(lines.splitlines()) <= 8
    assert not re.search(r"\banswers?\b|\bheld\b", lines)
    for name in (*batch.target.shape, *plan.made().answers[:2]):
        assert str(name) in lines
    monkeypatch.chdir(tmp_path)
    held = {}
    exec(lines, held)
    assert held["x"].shape == batch.x.shape
    # and the same lines on a real input
    given = next(line for line in lines.splitlines() if line.startswith("x = "))
    held = {"batch": batch}
    exec(lines.replace(given, "x = torch.from_numpy(batch.x)"), held)
    np.testing.assert_allclose(held["predictions"].detach(), evaluate(model_of(plan, weights), batch), atol=1e-6)


def test_symbols_of_a_text_cannot_leave_the_comment_they_are_named_in():
    plan = TrainingPlan("characters", text="ab\u2028import os\u2029\x0b\x0c\r\n" * 60)
    lines = loading(plan, "mine.pt", 40)
    assert len(lines.splitlines()) <= 8


def test_a_reload_finds_the_training_of_this_browser_and_no_other(monkeypatch):
    at = chosen(opened(), task="parity", parity__learning_rate=1e-5, parity__most_steps=50_000)
    at.button(key="train_start").click().run()
    name, value = payload(at.run())["cookie"]
    plan = at.session_state["train.good"]
    try:
        # another browser on the same link: it may start it, and halt nothing
        other = sound(opened(**link_of(plan)))
        assert EN["train"]["stop"] not in labels(other)
        assert payload(other)["cookie"] == [name, ""]
        for hostile in ("", "x" * 100_000, value + "x", "." * 500, "\x00", "é"):
            monkeypatch.setattr(train_mine, "_cookie", lambda hostile=hostile: hostile)
            assert EN["train"]["stop"] not in labels(sound(opened(**link_of(plan))))
        monkeypatch.setattr(train_mine, "_cookie", lambda: f"{'0' * 32}.{value}")
        again = sound(opened())  # whatever the address says
        assert EN["train"]["stop"] in labels(again)
        assert again.session_state["train.good"] == plan
        again.button(key="train_stop").click().run()
        for _ in range(100):  # it halts once its step is done
            if EN["train"]["stop"] not in labels(again.run()):
                break
            time.sleep(0.1)
        assert EN["train"]["stop"] not in labels(sound(again))
    finally:
        trainings().stop(value)


def test_what_is_sent_to_explore_arrives_over_what_its_widgets_still_hold():
    at = sound(AppTest.from_file(APP, default_timeout=60).run())
    at.session_state["sent"] = (
        replace(at.session_state["settings"], weights="parity", model="torch", task="parity"),
        "explore",
        None,
    )
    at.session_state["set.weights"] = "latch"
    sound(at.run())
    assert at.session_state["settings"].weights == "parity"
    assert "sent" not in at.session_state


def test_the_page_says_in_which_session_it_is_and_when_its_training_stops():
    at = chosen(opened(), task="parity", parity__learning_rate=1e-5, parity__most_steps=50_000)
    assert any("12 s after the tab is closed or 150 s after" in each.value for each in at.sidebar.caption)
    at.button(key="train_start").click().run()
    at.run()
    (seat,) = [seat for seat in trainings()._kept.seats.values() if seat.active]
    assert seat.session
    at.button(key="train_stop").click().run()


def test_a_process_that_hangs_is_one_sentence(monkeypatch):
    at = chosen(opened(), task="parity", parity__learning_rate=1e-5, parity__most_steps=50_000)
    at.button(key="train_start").click().run()
    monkeypatch.setattr(trainings(), "silence", 1.0)
    (worker,) = trainings()._workers
    os.kill(worker.process._process.pid, signal.SIGSTOP)
    for _ in range(100):
        time.sleep(0.1)
        if at.run().error:
            break
    assert shown_by(at) == EN["train"]["hung"].format(silence=1.0)
    assert EN["train"]["resume"] in labels(at)


# ---- many visitors


LONG = {"task": "parity", "parity__learning_rate": 1e-5, "parity__most_steps": 50_000}


def test_who_starts_what_another_trains_watches_it_and_halts_nothing_of_theirs():
    first, second = chosen(opened(), **LONG, seed=91), chosen(opened(), **LONG, seed=91)
    for at in (first, second):
        at.button(key="train_start").click().run()
    for at in (first, second):
        assert EN["train"]["watched_by_one"] in said(at.run())
    second.button(key="train_pause").click().run()
    assert EN["train"]["resume"] in labels(sound(second)), "it need not wait for the process"
    assert EN["train"]["paused_here"].partition(".")[2] in said(second)
    assert EN["train"]["watched_by_one"] not in said(first.run())
    assert EN["train"]["stop"] in labels(sound(first))
    second.button(key="train_resume").click().run()
    assert EN["train"]["stop"] in labels(sound(second.run()))
    first.button(key="train_stop").click().run()
    assert EN["train"]["goes_on"] in said(first)
    assert EN["train"]["stop"] in labels(sound(second.run()))
    second.button(key="train_stop").click().run()


def test_a_result_the_server_holds_is_there_at_once_and_may_be_seen_anew(monkeypatch):
    plan = {"task": "parity", "parity__hidden_size": 3, "parity__most_steps": 40, "seed": 92}
    trained(chosen(opened(), **plan))
    later = chosen(opened(lang="ko"), **plan)
    assert KO["train"]["start"] in labels(later)
    later.button(key="train_start").click().run()
    assert KO["train"]["before"] in said(sound(later))
    assert KO["train"]["beyond"] in said(later)
    assert later.button(key="train_start").label == KO["train"]["anew"]
    later.button(key="train_start").click().run()
    assert KO["train"]["before"] not in said(later)
    for _ in range(300):
        time.sleep(0.1)
        if KO["train"]["stop"] not in labels(later.run()):
            break
    assert KO["train"]["before"] not in said(sound(later))
    assert later.button(key="train_start").label == KO["train"]["again"]


def test_the_more_watch_the_rarer_each_looks_and_a_few_less_change_nothing(monkeypatch):
    def pace(watching, so_far=0.0):
        monkeypatch.setattr(trainings(), "watching", lambda: watching)
        return train_page._pace(so_far)

    assert [pace(count) for count in (0, 1, 15, 16, 60, 100)] == [1.0, 1.0, 1.0, 2.0, 4.0, 8.0]
    assert [pace(count, 4.0) for count in (61, 60, 29, 16, 15)] == [8.0, 4.0, 4.0, 4.0, 1.0]


def test_who_comes_to_watch_among_many_looks_again_more_rarely(monkeypatch):
    at = chosen(opened(), **LONG, seed=93)
    at.button(key="train_start").click().run()
    found, fragment = [], st.fragment

    def noted(of, run_every=None):
        found.append(run_every)
        return fragment(of, run_every=run_every)

    monkeypatch.setattr(st, "fragment", noted)
    there = iter([1])  # and many come, before it has looked
    monkeypatch.setattr(trainings(), "watching", lambda: next(there, 50))
    sound(at.run())
    assert [each for each in found if each] == [1.0, 4.0]
    at.button(key="train_stop").click().run()


def test_who_watches_the_same_has_the_same_curves_drawn_once():
    plan = TrainingPlan("parity", hidden_size=3, seed=94)
    point = Point(25, 0.5, 0.6)
    first = curves_of(plan, (point,), 1000, None, None, "en", "light")
    assert curves_of(plan, [point], 1000, None, None, "en", "light") is first
    for other in (
        curves_of(plan, (point, Point(50, 0.4, 0.7)), 1000, None, None, "en", "light"),
        curves_of(replace(plan, seed=95), (point,), 1000, None, None, "en", "light"),
        curves_of(plan, (point,), 25, None, None, "en", "light"),
        curves_of(plan, (point,), 1000, 25, None, "en", "light"),
        curves_of(plan, (point,), 1000, None, 26, "en", "light"),
        curves_of(plan, (point,), 1000, None, None, "ko", "light"),
        curves_of(plan, (point,), 1000, None, None, "en", "dark"),
    ):
        assert other is not first
    loss, metric = first
    assert (list(loss.data[0].y), list(metric.data[0].y)) == ([0.5], [0.6])


def told_status(standing, language="en"):
    def draw(standing, language):
        from gruviz.app.train.status import described_status

        described_status(standing, standing.plan, language)

    return said(AppTest.from_function(draw, args=(standing, language), default_timeout=60).run())


def test_a_wait_is_said_in_seconds_where_it_can_be_known():
    waits = Standing(TrainingPlan("parity"), "queued", 3, None, False)
    assert EN["train"]["queued"].format(place=3) in told_status(waits)
    assert "about" not in told_status(waits)
    assert "number 3 in the queue. Training starts by itself. It starts in about 40 s." in told_status(
        replace(waits, wait=41.2)
    )
    assert "약 40초 뒤에" in told_status(replace(waits, wait=41.2), "ko")


def test_those_who_watch_are_counted_and_an_old_result_is_not_of_a_moment_ago():
    waits = Standing(TrainingPlan("parity"), "queued", 3, None, False)
    assert "watch" not in told_status(waits)
    assert EN["train"]["watched_by_one"] in told_status(replace(waits, others=1))
    assert "12 other visitors watch this training" in told_status(replace(waits, others=12))
    assert "다른 방문자 12명이" in told_status(replace(waits, others=12), "ko")
    over = replace(waits, status="over", before=3.0)
    assert EN["train"]["before"] in told_status(over)
    assert EN["train"]["before_earlier"] in told_status(replace(over, before=3600.0))
