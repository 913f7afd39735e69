"""The Compare page as Streamlit runs it: what is compared, the numbers of each side, what is said of them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import Numbers, scan
from page import opened as any_page
from page import payload, sound, unescaped
from streamlit.testing.v1 import AppTest

import gruviz
from gruviz.app.compare import controls, verdict
from gruviz.app.compare import lesions as lesions_of
from gruviz.app.compare import runs as runs_of
from gruviz.app.compare.lesions import as_text
from gruviz.app.compare.page import KEYS
from gruviz.app.compare.runs import altered_model, closed, run_of, sequence_of
from gruviz.app.compare.sides import CLOSING, KINDS, READ_AS, WRITTEN_AS, Comparison, kinds_for, moment_named, sides_of
from gruviz.app.compare.verdict import apart, measured
from gruviz.app.explore import reading
from gruviz.app.settings import Settings
from gruviz.models.conventions import CONVENTIONS
from gruviz.models.converting import MISREADINGS
from gruviz.stage.alike import whole
from gruviz.stage.packing import unpack
from gruviz.tasks.catalogue import TASKS
from gruviz.training.loop import Training, evaluate
from gruviz.training.plan import TrainingPlan, first_weights
from gruviz.training.saved import shipped
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


@given(
    st.dictionaries(st.sampled_from([f"vs.{name}" for name in Comparison.__dataclass_fields__]), st.text(max_size=50))
)
def test_no_link_raises_and_what_it_gives_goes_back_into_it(query):
    found = Comparison.from_query(query)
    again = Comparison.from_query(found.to_query())
    assert again.to_query() == found.to_query()
    assert all(side.name for side in sides_of(Settings.opening({}), found))


def test_a_link_holds_what_is_compared_and_nothing_else():
    assert Comparison("models", third=True, seed=9).to_query() == {"vs.what": "models", "vs.third": "1"}
    assert Comparison.from_query({"vs.what": "what_if", "vs.bent": "lesion u3"}).bent == "lesion u3"
    long = Comparison.from_query({"vs.what": "what_if", "vs.bent": "lesion u3;" * 9_999})
    assert len(long.bent) <= 1500


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
    assert "What it comes to" in text_of(at)
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
    assert "are one function" in text_of(two)
    assert "are apart" in text_of(at)


def test_the_numbers_of_nn_gru_and_split_are_those_of_an_independent_loop():
    settings = Settings(weights="random", hidden=5, seed=3, gain=2.0, steps=30)
    sides = sides_of(settings, Comparison())
    sequence, _ = reading.sequence_of(settings, None)
    runs = [run_of(side, sequence) for side in sides]
    p = runs[0].model.params()
    layer = Numbers(p.w_ih, p.w_hh, p.b_ih, p.b_hh)
    for run, reset in zip(runs, ("before", "after"), strict=True):
        expected = scan(layer, sequence.x, np.zeros(5), reset)
        for gate in "rznh":
            np.testing.assert_allclose(getattr(run.trace, gate)[0, 0], expected[gate], atol=1e-5)
    found = apart(*runs)
    off = {gate: np.abs(getattr(runs[1].trace, gate) - getattr(runs[0].trace, gate))[0, 0] for gate in "zrnh"}
    assert found.largest == max(float(each.max()) for each in off.values())
    assert off[found.gate][found.step, found.unit] == found.largest
    seen = np.flatnonzero(np.max([each.max(axis=1) for each in off.values()], axis=0) > 1e-3)
    assert found.since == seen[0]


@pytest.mark.parametrize("how", [each for each in CLOSING if each])
def test_what_closes_the_gap_makes_one_function_of_any_weights(how):
    settings = Settings(weights="random", hidden=7, seed=5, gain=3.0, zbias=0.5)
    sides = sides_of(settings, Comparison(closing=how))
    assert [side.altered for side in sides] == [how, how]
    sequence, _ = reading.sequence_of(settings, None)
    runs = [run_of(side, sequence_of(side, sequence)) for side in sides]
    assert apart(*runs).largest < 1e-5
    free = [run_of(replace(side, altered=""), sequence) for side in sides]
    assert apart(*free).largest > 0.01
    assert runs[0].trace.meta.steps == (1 if how == "first" else sequence.steps)


def test_what_closes_it_leaves_the_rest_as_it_is():
    params = run_of(
        sides_of(Settings(weights="random", hidden=4), Comparison())[0], reading.sequence_of(Settings(), None)[0]
    ).model.params()
    open_reset, diagonal = closed(params, "r1"), closed(params, "diagonal")
    np.testing.assert_array_equal(open_reset.w_hh[4:], params.w_hh[4:])
    assert not open_reset.w_hh[:4].any()
    np.testing.assert_array_equal(np.diag(diagonal.gate("w_hh", "n")), np.diag(params.gate("w_hh", "n")))
    assert np.count_nonzero(diagonal.gate("w_hh", "n")) == 4
    np.testing.assert_array_equal(diagonal.gate("w_hh", "z"), params.gate("w_hh", "z"))


@pytest.mark.parametrize("read", MISREADINGS)
def test_read_wrongly_the_metric_falls_and_stands_beside_the_right_one(read):
    settings = Settings(weights="delayed_copy", trained="torch", model="torch", source="task", task="delayed_copy")
    right, wrong = sides_of(settings, Comparison("read", read=read))
    task = TASKS["delayed_copy"]
    batch = task.held_out(512)
    assert measured(right) == task.metric_of(evaluate(shipped("delayed_copy", "torch").model(), batch), batch)
    assert measured(wrong) <= measured(right)
    if read in ("z_flipped", "r_z_swapped", "order"):
        assert measured(wrong) < 0.5
    at = sound(
        opened(weights="delayed_copy", trained="torch", model="torch", source="task", vs__what="read", vs__read=read)
    )
    assert [each.value for each in at.metric] == [task.metric.written(measured(side)) for side in (right, wrong)]
    assert EN[f"why_{read}"] in text_of(at)


def test_before_its_training_are_the_weights_it_began_with():
    settings = Settings(weights="parity", trained="torch", model="torch", source="task", task="parity")
    before, after = sides_of(settings, Comparison("start"))
    task = TASKS["parity"]
    assert measured(before) < 0.9 < measured(after)
    held = shipped("parity", "torch")
    first = first_weights(held.plan)
    model = altered_model(before, task.input_size)
    np.testing.assert_array_equal(model.params().w_hh, first["gru.weight_hh_l0"])
    np.testing.assert_array_equal(model.fc.weight.detach().numpy(), first["fc.weight"])


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
    assert [header["form"] for header, _ in scenes(at).values()] == ["", "beside"]  # the first leads
    assert "unlike sizes" in text_of(at)


def test_kinds_there_cannot_be_are_not_offered_and_count_as_models():
    latch = Settings(weights="latch")
    assert "start" not in kinds_for(latch)
    assert "trained" not in kinds_for(latch)
    assert [side.name for side in sides_of(latch, Comparison("start"))] == ["split", "nn.GRU"]
    assert "input" not in kinds_for(Settings(source="table"))


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
    assert "결론" in text_of(at)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_converted_it_is_the_same_function_and_taken_for_its_file_what_that_program_computes(name):
    how = CONVENTIONS[name]
    model = "torch" if how.reset == "after" else "split"
    settings = Settings(weights="random", hidden=4, seed=8, gain=2.0, model=model, steps=25)
    sequence, _ = reading.sequence_of(settings, None)
    right, converted = sides_of(settings, Comparison("read", read=f"{WRITTEN_AS}{name}"))
    params = altered_model(right, sequence.inputs).params()
    if how.biases != "one" or how.reset == "before" or not params.gate("b_hh", "n").any():
        assert apart(run_of(right, sequence), run_of(converted, sequence)).largest < 1e-5
    else:
        with pytest.raises(Problem) as caught:
            run_of(converted, sequence)
        assert caught.value.key == "compare_bias"
    # the other program: gates by their place in its order, z by its meaning, r where it has it
    _, taken = sides_of(settings, Comparison("read", read=f"{READ_AS}{name}"))
    blocks = {gate: slice(4 * k, 4 * k + 4) for k, gate in enumerate(how.order)}
    h, x = np.zeros(4), sequence.x.astype(float)
    w, u, b, c = (each.astype(float) for each in (params.w_ih, params.w_hh, params.b_ih, params.b_hh))
    if how.biases == "one":
        b, c = b + c, np.zeros(12)
    found = run_of(taken, sequence).trace.h[0, 0]
    for t in range(len(x)):
        r, z = (1 / (1 + np.exp(-(w[at] @ x[t] + b[at] + u[at] @ h + c[at]))) for at in (blocks["r"], blocks["z"]))
        at = blocks["n"]
        inner = u[at] @ (r * h) + c[at] if how.reset == "before" else r * (u[at] @ h + c[at])
        n = np.tanh(w[at] @ x[t] + b[at] + inner)
        h = z * h + (1 - z) * n if how.z == "keeps" else (1 - z) * h + z * n
        np.testing.assert_allclose(found[t], h, atol=2e-5)


def test_a_fit_comes_nearer_and_says_that_it_is_of_this_input():
    settings = Settings(weights="delayed_copy", trained="torch", model="torch", source="task", task="delayed_copy")
    _, fitted = sides_of(settings, Comparison("read", read="fit"))
    _, wrong = sides_of(settings, Comparison("read", read="other_reset"))
    sequence, _ = reading.sequence_of(settings, None)
    told = []
    run = run_of(fitted, sequence, lambda done, error: told.append((done, error)))
    assert run.trace.meta.reset == "before"
    assert told
    right = run_of(replace(fitted, altered=""), sequence).trace.h
    off = np.sqrt(np.mean((run.trace.h - right) ** 2))
    assert off < 0.2 * np.sqrt(np.mean((run_of(wrong, sequence).trace.h - right) ** 2))
    link = {"weights": "delayed_copy", "trained": "torch", "model": "torch", "source": "task", "vs__what": "read"}
    at = sound(opened(**link, vs__read="fit"))
    assert "fitted to this input alone" in text_of(at)
    # of a model that resets before there is nothing to fit
    other = sound(opened(weights="random", vs__what="read", vs__read="fit"))
    assert other.selectbox(key="compare.read").value == "other_reset"


def test_the_table_of_conventions_has_each_with_its_source():
    at = sound(opened(weights="random"))
    table = next(each.value for each in at.dataframe if "Source" in each.value.columns)
    assert list(table["Where"]) == [each.title for each in CONVENTIONS.values()]
    assert all(table["Source"].str.len() > 5)


def test_lesions_are_measured_when_asked_for_and_sorted_by_what_they_cost():
    link = {"weights": "parity", "trained": "torch", "model": "torch", "source": "task", "task": "parity"}
    at = sound(opened(**link))
    assert not any("Taken away" in each.value.columns for each in at.dataframe)
    at.button(key="compare_lesions_start").click().run()
    sound(at)
    (table,) = [each.value for each in at.dataframe if "Taken away" in each.value.columns]
    held = shipped("parity", "torch")
    expected = gruviz.analysis.lesions(held.model(), "parity", sequences=512, **held.plan.values)
    assert list(table["Taken away"]) == [f"unit {each.units[0][1]}" for each in expected.units]
    assert table["Worse by"].tolist() == [expected.worse(each) for each in expected.units]
    assert table["Worse by"].is_monotonic_decreasing
    # somebody else finds it there
    other = sound(opened(**link))
    assert any("Taken away" in each.value.columns for each in other.dataframe)


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
    monkeypatch.setattr(runs_of, "trainings", lambda: SimpleNamespace(standing={"abc": held}.get))
    settings = Settings(weights="parity", source="task", task="parity")
    _, other = sides_of(settings, Comparison("training", mine=moment_named("abc", step)))
    assert f"{step} steps" in other.name
    np.testing.assert_array_equal(altered_model(other, 2).params().w_hh, trained.model(-2).params().w_hh)
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
    for module in (runs_of, controls):
        monkeypatch.setattr(module, "trainings", lambda: SimpleNamespace(standing={"abc": held}.get))
    monkeypatch.setattr(controls, "mine", lambda: {trained.plan: "abc"})
    at = sound(opened(weights="parity", source="task", task="parity", vs__what="training"))
    last = trained.snapshots[-1][0]
    assert f"after {last} steps" in scenes(at)[KEYS[1]][0]["status"]["text"]
    at.select_slider(key="compare.moment.abc").set_value(trained.snapshots[0][0]).run()
    assert "after 0 steps" in scenes(sound(at))[KEYS[1]][0]["status"]["text"]
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


def test_random_weights_are_those_of_the_link_whatever_was_chosen_before():
    left = Settings(weights="parity", trained="torch", model="torch", gain=20.0, layers=3, both=True)
    _, random = sides_of(left, Comparison("random"))
    _, told = sides_of(Settings.opening(left.to_query()), Comparison("random"))
    assert random.settings.gain == told.settings.gain == 1.0
    assert (random.settings.layers, random.settings.both) == (1, False)


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


def test_heads_of_other_tasks_are_measured_on_their_own():
    settings = Settings(weights="delayed_copy", source="task", task="delayed_copy")
    at = sound(opened(**{"weights": "delayed_copy", "source": "task", "vs__what": "trained"}))
    right, other = sides_of(settings, Comparison("trained"))
    task = TASKS["delayed_copy"]
    assert [each.value for each in at.metric] == [task.metric.written(measured(side)) for side in (right, other)]


def test_a_model_that_is_large_is_measured_on_fewer_sequences():
    plan = TrainingPlan("parity", "split", hidden_size=128, most_steps=100, parameters={"steps": 200})
    assert verdict._sequences(plan) < 512
    held = SimpleNamespace(plan=plan)
    assert lesions_of._sequences(held) < 64
