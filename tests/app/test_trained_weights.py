"""Explore on the trained models that come with gruviz, and on a visitor's own."""

import numpy as np
import pytest
from page import APP, choose, noted, offered, opened, reply, said, scene, send, shown_by, sound, status, told, unescaped
from streamlit.testing.v1 import AppTest

import gruviz
from gruviz.app.server import models as model_store
from gruviz.app.settings import DEFAULT, SAMPLES
from gruviz.inputs.text import encode_text
from gruviz.sources.link import ORIGINS
from gruviz.tasks.catalogue import TASKS
from gruviz.training.loop import Training
from gruviz.training.plan import TrainingPlan
from gruviz.training.saved import saved, shipped
from gruviz.wording.words import words

EN = words("en")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_opens_on_a_trained_model(language):
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["lang"] = language
    sound(at.run())
    assert status(at)["kind"] == "story"
    assert status(at)["text"] == words(language)["sentences"]["delayed_copy"]
    assert words(language)["task_stories"]["delayed_copy"] in told(at)
    held = shipped("delayed_copy", "split").model()
    trace = gruviz.trace(
        gruviz.SplitGRU.from_params(held.params()), TASKS["delayed_copy"].example(TASKS["delayed_copy"].clear).x
    )
    assert np.array_equal(scene(at)[1]["z"], trace.z[0, 0])


def test_trained_models_are_offered_first():
    at = sound(opened(weights="latch"))
    assert tuple(ORIGINS)[: len(TASKS)] == tuple(TASKS) == tuple(offered(at, "weights"))[: len(TASKS)]
    titles = [title for title, _ in scene(at)[0]["menus"][0]["groups"]]
    assert titles == [EN["page"][name] for name in ("weights_trained", "weights_by_hand", "weights_random")]
    assert "mine" not in offered(at, "weights")


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("model", ["split", "concat", "torch"])
def test_a_trained_model_comes_with_its_story_and_an_example(name, model):
    at = sound(choose(opened(weights="latch", model=model), "weights", name))
    held = shipped(name, "torch" if model == "torch" else "split")
    classes = {"split": gruviz.SplitGRU, "concat": gruviz.ConcatGRU, "torch": gruviz.TorchGRU}
    example = TASKS[name].example(TASKS[name].clear)
    trace = gruviz.trace(classes[model].from_params(held.model().params()), example.x)
    header, arrays = scene(at)
    for gate in "zrnh":
        assert np.array_equal(arrays[gate], getattr(trace, gate)[0, 0])
    assert header["channels"] == list(TASKS[name].channels)
    assert header["tile"]["labels"] == list(example.labels)
    assert status(at)["text"] == EN["sentences"][name]
    assert EN["task_stories"][name] in told(at)
    assert f"Trained with the {EN['models'][held.card['model']]} cell" in told(at)


def test_a_longer_gap_than_it_was_trained_on():
    at = sound(choose(opened(weights="latch"), "weights", "delayed_copy"))
    before = scene(at)[0]["trace"]["steps"]
    sound(at.number_input(key="set.p.task-delayed_copy.gap").set_value(80).run())
    assert scene(at)[0]["trace"]["steps"] > before + 40
    assert noted(at) == EN["page"]["story_elsewhere"]


def test_the_link_of_a_trained_model_gives_it_back():
    at = sound(opened(weights="parity", source="task", task="parity", p__noise=0.1, sseed=3))
    example = TASKS["parity"].example(3, noise=0.1)
    model = gruviz.SplitGRU.from_params(shipped("parity", "split").model().params())
    assert np.array_equal(scene(at)[1]["h"], gruviz.trace(model, example.x).h[0, 0])


def test_leaving_a_task_for_another_source_drops_its_parameters():
    at = sound(opened(weights="parity", source="task", task="parity", p__noise=0.1))
    sound(at.selectbox(key="set.source").select("synthetic").run())
    assert scene(at)[0]["trace"]["inputs"] == 2
    assert noted(at) == EN["page"]["adapted_more"].format(wanted=1, found=2)


def test_a_trained_model_is_explained():
    at = sound(opened(weights="parity", source="task", task="parity", model="torch"))
    header, arrays = scene(at)
    place = {"gate": "r", "layer": 0, "t": 5, "unit": 2}
    found = reply(send(at, {"id": 1, "trace": header["trace"]["id"], "kind": "explain", **place}))[0]
    assert found["kind"] == "explain"
    assert 1 / (1 + np.exp(-found["total"])) == pytest.approx(float(arrays["r"][5, 2]), abs=1e-6)


# ---- a model of one's own


def test_a_model_trained_here_is_shown_under_its_link():
    trained = Training(TrainingPlan("adding", hidden_size=5, most_steps=10)).run()
    name = model_store.keep(saved(trained))
    at = sound(opened(weights="mine", mine=name, model="torch", source="task", task="adding"))
    trace = gruviz.trace(gruviz.TorchGRU.from_params(trained.model().params()), TASKS["adding"].example(0).x)
    assert np.array_equal(scene(at)[1]["z"], trace.z[0, 0])
    assert offered(at, "weights")["mine"] == EN["weights"]["mine"]
    assert EN["page"]["link_note_mine"] in said(at)
    assert EN["page"]["link_note"] not in said(at)


# ---- a model that reads text

OWN_TEXT = "zebra quiz, jazz box; vex my wolf! " * 20


@pytest.fixture(scope="module")
def of_own_text():
    plan = TrainingPlan("characters", model="split", hidden_size=4, most_steps=1, text=OWN_TEXT)
    return Training(plan).trained()


def fed(at):
    """The symbols the stage says are read, and which input is 1 at each step (-1: none)."""
    header, arrays = scene(at)
    x = arrays["x"]
    return header["channels"], [int(row.argmax()) if row.any() else -1 for row in x.reshape(-1, x.shape[-1])]


def test_a_text_model_comes_with_its_own_text(of_own_text):
    name = model_store.keep(saved(of_own_text))
    at = sound(opened(weights="mine", mine=name, model="split", source="task", task="characters", sseed=3))
    example = of_own_text.plan.made().example(3)
    assert tuple(fed(at)[0]) == example.channels != TASKS["characters"].channels
    trace = gruviz.trace(gruviz.SplitGRU.from_params(of_own_text.model().params()), example.x)
    assert np.array_equal(scene(at)[1]["h"], trace.h[0, 0])
    assert "zebra quiz, jazz box" in said_aside(at)
    assert not noted(at)
    # other weights do not read it: the task's own text is back
    sound(choose(at, "weights", "characters"))
    assert tuple(fed(at)[0]) == TASKS["characters"].channels
    assert "zebra" not in said_aside(at)


def said_aside(at):
    return "\n".join(each.value for each in at.sidebar.caption)


def test_what_is_typed_is_read_in_the_alphabet_of_a_text_model():
    at = sound(opened(weights="characters", model="split", source="text", text="the cat GR"))
    alphabet = TASKS["characters"].channels
    channels, places = fed(at)
    assert tuple(channels) == alphabet
    wanted = [alphabet.index(name) for name in ("t", "h", "e", "␣", "c", "a", "t", "␣")]
    assert places == [*wanted, -1, -1]
    assert noted(at) == EN["page"]["unread"].format(known=len(alphabet), symbols="G, R")
    sound(at.text_area(key="set.text").input("the cat").run())
    assert noted(at) == EN["page"]["story_elsewhere"]
    # in another encoding there is no alphabet
    sound(at.selectbox(key="set.code").select("embedding").run())
    assert noted(at) == EN["page"]["other_alphabet"]


def test_a_korean_sentence_is_three_actions_away_from_the_opening_page():
    at = sound(AppTest.from_file(APP, default_timeout=60).run())
    at = sound(choose(at, "weights", "korean"))
    assert status(at)["text"] == EN["sentences"]["korean"]
    sound(at.selectbox(key="set.source").select("text").run())
    assert noted(at) == EN["page"]["story_elsewhere"]  # there is text it can read already
    sound(at.text_area(key="set.text").input("나는 봄").run())
    alphabet = TASKS["korean"].channels
    channels, places = fed(at)
    assert tuple(channels) == alphabet
    assert places == [alphabet.index(jamo) for jamo in "ㄴㅏㄴㅡㄴ␣ㅂㅗㅁ"]
    assert noted(at) == EN["page"]["story_elsewhere"]
    # every model holds these numbers, and computes with what was typed
    trace = gruviz.trace(
        gruviz.SplitGRU.from_params(shipped("korean", "split").model().params()),
        np.eye(len(alphabet), dtype=np.float32)[places],
    )
    assert np.array_equal(scene(at)[1]["h"], trace.h[0, 0])
    assert EN["page"]["spelled"].split("{")[0] in said_aside(at)
    sound(at.text_area(key="set.text").input("크리스마스").run())
    assert noted(at) == EN["page"]["unread"].format(known=len(alphabet), symbols="ㅋ")
    assert fed(at)[1][0] == -1


@pytest.mark.parametrize("weights", ["latch", "leaky", "flip_flop", "adding", "parity", "sine"])
def test_weights_that_read_numbers_say_that_they_cannot_read_text(weights):
    at = sound(opened(weights=weights, source="text", text="나는 봄을 기다린다", lang="ko"))
    ko = words("ko")["page"]
    assert noted(at) == ko["reads_numbers"]
    assert status(at)["act"] == ["weights", "random", ko["random_instead"]]
    sound(choose(at, "weights", "random"))
    assert fed(at)[0] == ["␣", *sorted(set("나는봄을기다린다"))]
    assert ko["reads_numbers"] not in noted(at)


def test_text_that_was_typed_stays_whatever_reads_it():
    at = sound(opened(weights="korean", source="text", text="가을"))
    sound(at.selectbox(key="set.source").select("numbers").run())
    sound(choose(at, "weights", "characters"))
    sound(at.selectbox(key="set.source").select("text").run())
    assert at.text_area(key="set.text").value == "가을"
    for weights, sample in SAMPLES.items():
        task = TASKS[weights]
        assert set(encode_text(sample, task.unit or "characters").labels) <= set(task.channels)
    assert set(encode_text(DEFAULT.text).labels) <= set(TASKS["characters"].channels)


def test_symbols_of_a_task_can_be_typed():
    at = sound(opened(weights="delayed_copy", source="text", text="B go", per="words", code="onehot"))
    assert fed(at) == (list(TASKS["delayed_copy"].channels), [1, 8])
    at = sound(opened(weights="brackets", source="text", text="(a(x))"))
    assert fed(at) == (["(", ")", "a"], [0, 2, 0, -1, 1, 1])
    assert noted(at) == EN["page"]["unread"].format(known=3, symbols="x")
    sound(at.text_area(key="set.text").input("나는 봄").run())
    assert status(at)["act"][1] == "random"  # it knows none of them


def test_a_sequence_as_wide_as_the_alphabet_is_not_taken_for_it():
    wide = len(TASKS["characters"].channels)
    at = sound(
        opened(
            weights="characters", model="torch", source="text", text="a b c", per="words", code="embedding", esize=wide
        )
    )
    assert noted(at) == EN["page"]["other_alphabet"]


def test_a_model_that_is_not_here_is_one_sentence():
    at = opened(weights="mine", mine="0" * 24)
    assert unescaped(EN["problems"]["model_gone"]) in shown_by(at)
    name, value, _ = status(at)["act"]
    choose(at, name, value)
    assert status(sound(at))["kind"] == "story"
    assert scene(at)[0]["trace"]["inputs"] == 9  # the opening example
    for language, file in (("en", "file"), ("ko", "파일")):  # no page here can open one yet
        assert file not in words(language)["problems"]["model_gone"]
        assert words(language)["page"]["train"] in words(language)["problems"]["model_gone"]


def test_the_store_is_bounded_in_bytes_too(monkeypatch):
    files = [saved(Training(TrainingPlan("adding", hidden_size=40, seed=seed)).trained()) for seed in range(3)]
    monkeypatch.setattr(model_store, "MOST_BYTES", 2 * len(files[0]) + 100)
    store = model_store.Store()
    names = [store.keep(data) for data in (*files, files[2])]  # given twice, it counts once
    assert [store.kept(name) is not None for name in names] == [False, True, True, True]
    # one that is too large by itself is kept all the same: its visitor has just asked for it
    monkeypatch.setattr(model_store, "MOST_BYTES", 10)
    assert store.kept(store.keep(files[0])) is not None
    assert store.kept(names[2]) is None


def test_the_store_is_bounded_and_keeps_the_newest(monkeypatch):
    monkeypatch.setattr(model_store, "MOST_KEPT", 2)
    store = model_store.Store()
    names = [
        store.keep(saved(Training(TrainingPlan("adding", hidden_size=2, seed=seed)).trained())) for seed in range(3)
    ]
    assert [store.kept(name) is not None for name in names] == [False, True, True]
