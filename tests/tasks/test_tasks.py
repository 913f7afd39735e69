"""Each task against a solver written here: targets, masks, chance, and the steps its gates' story is about."""

import math
import re
import time
from collections import Counter

import numpy as np
import pytest

import gruviz
from gruviz.inputs.text import encode_text
from gruviz.tasks.catalogue import TASKS, task_of
from gruviz.tasks.characters import LONGEST_TEXT, MOST_SYMBOLS, OTHER, SHORTEST_TEXT, characters, house
from gruviz.tasks.examples import BITS, COPIED, CUES, HEARD, PERIODS
from gruviz.tasks.gate_stories import carried, marks, moves, opens, renews, tells
from gruviz.tasks.poems import POEMS
from gruviz.tasks.task import Batch, Check
from gruviz.training.loop import Training
from gruviz.training.plan import TrainingPlan, model_of
from gruviz.wording.problems import Problem, placeholders
from gruviz.wording.words import words

NAMES = ["delayed_copy", "flip_flop", "adding", "parity", "brackets", "sine", "characters", "korean", "distractors"]


def drawn(name, size=200, seed=0, **parameters):
    return TASKS[name].held_out(size, seed, **parameters)


# ---- what every task promises


def test_the_tasks_of_the_issue_are_there():
    assert list(TASKS) == NAMES
    assert all(task.name == name for name, task in TASKS.items())


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_has_the_shapes_it_says_and_finite_numbers(name):
    task, batch = TASKS[name], drawn(name, 7)
    time, outputs = batch.steps, task.output_size
    assert batch.x.shape == (7, time, task.input_size)
    assert batch.x.dtype == np.float32
    assert np.isfinite(batch.x).all()
    assert batch.mask.shape == (7, time)
    assert batch.mask.any(axis=1).all()
    if task.loss == "cross_entropy":
        assert batch.target.shape == (7, time)
        assert batch.target.dtype == np.int64
        assert 0 <= batch.target.min() <= batch.target.max() < outputs
    else:
        assert batch.target.shape == (7, time, outputs)
        assert batch.target.dtype == np.float32
    items = batch.memory.shape[-1]
    assert batch.hold.shape == batch.change.shape == batch.memory.shape == (7, time, items)
    assert not (batch.hold & batch.change).any()
    assert batch.hold.any()
    assert batch.change.any()


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides_and_training_draws_other_sequences(name):
    task = TASKS[name]
    assert np.array_equal(drawn(name, 3).x, drawn(name, 3).x)
    assert not np.array_equal(drawn(name, 3).x, drawn(name, 3, seed=1).x)
    one, other = (task.batch(np.random.default_rng(5), 3) for _ in range(2))
    assert np.array_equal(one.x, other.x)
    assert not np.array_equal(one.x, drawn(name, 3, seed=5).x)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_the_held_out_sequence_with_a_label_a_step(name):
    task, example = TASKS[name], TASKS[name].example(3)
    assert np.array_equal(example.x, drawn(name, 1, 3).x[0])
    told = [texts for texts in (example.labels, example.due) if texts]
    assert told
    for texts in told:
        assert len(texts) == example.steps
        assert any(texts)
        assert max(map(len, texts)) <= 12
    assert (example.channels, example.name) == (task.channels, name)
    assert 20 <= example.steps <= 80


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_does_something_and_out_of_range_is_refused(name):
    task = TASKS[name]
    for parameter in task.parameters:
        changed = drawn(name, 5, **{parameter.name: parameter.low})
        assert not np.array_equal(changed.x, drawn(name, 5).x)
        for bad in (parameter.low - 1, parameter.high + 1, "many", math.nan):
            with pytest.raises(Problem) as caught:
                drawn(name, 1, **{parameter.name: bad})
            assert caught.value.key == "parameter_range"
    with pytest.raises(Problem) as caught:
        drawn(name, 1, nonsense=1)
    assert caught.value.key == "unknown_task_parameter"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("characters", "korean")])
def test_the_longest_sequences_are_far_longer_than_those_trained_on(name):
    task = TASKS[name]
    first = task.parameters[0]
    assert drawn(name, 1, **{first.name: first.high}).steps >= 8 * drawn(name, 1).steps
    assert drawn(name, 1, **{first.name: first.low}).steps < drawn(name, 1).steps


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_answer_reaches_the_goal_and_the_baseline_does_not(name):
    task, batch = TASKS[name], drawn(name, 300)
    perfect = 50 * np.eye(task.output_size)[batch.target] if task.loss == "cross_entropy" else batch.target
    assert task.metric.reaches(task.metric_of(perfect, batch), task.goal)
    assert not task.metric.reaches(task.baseline, task.goal)
    assert not task.metric.reaches(math.nan, task.goal)
    better = (task.goal > task.baseline) == task.metric.higher_is_better
    assert better


# parameters at which something else may be guessed best, or better than usual
HARDER = [
    *((name, {}) for name in NAMES),
    ("delayed_copy", {"gap": 1, "jitter": 1.0, "noise": 1.0}),
    ("delayed_copy", {"gap": 60}),
    ("flip_flop", {"steps": 5, "gap": 2}),
    ("flip_flop", {"steps": 150, "gap": 100}),
    ("adding", {"steps": 5}),
    ("adding", {"steps": 120}),
    ("parity", {"steps": 5}),
    ("parity", {"steps": 8, "noise": 1.0}),
    ("parity", {"steps": 200}),
    *(("brackets", {"deepest": deepest}) for deepest in (1, 2, 3, 20)),
    ("brackets", {"steps": 5}),
    ("brackets", {"steps": 6, "deepest": 2}),
    ("brackets", {"steps": 300, "deepest": 20}),
    ("sine", {"silent": 5}),
    ("sine", {"silent": 100}),
    ("characters", {"steps": 10}),
    ("korean", {"steps": 60}),
    ("distractors", {"steps": 5, "noise": 1.0}),
]


@pytest.mark.parametrize(("name", "parameters"), HARDER, ids=lambda each: str(each))
def test_the_baseline_is_the_best_answer_that_is_always_the_same(name, parameters):
    task = TASKS[name]
    many = drawn(name, 6000, 11, **parameters)
    due = many.target[many.mask]
    shape = (*many.mask.shape, task.output_size)
    if task.metric.name == "bits":
        assert task.baseline_at(**parameters) == pytest.approx(_unigram_cost(TEXTS[name]), abs=1e-9)
        return
    match task.metric.name:
        case "right":
            constants = np.eye(task.output_size)
        case "all_bits":
            constants = np.array([[1 if k >> bit & 1 else -1 for bit in range(BITS)] for k in range(2**BITS)])
        case "depth":
            constants = np.arange(due.max() + 1)[:, None]
        case "error" | "rms":
            constants = np.linspace(due.min(), due.max(), 21)[:, None]
    reached = [task.metric_of(np.broadcast_to(constant, shape), many) for constant in constants]
    best = max(reached) if task.metric.higher_is_better else min(reached)
    # many steps of one sequence count as one: what is due hangs together
    assert task.baseline_at(**parameters) == pytest.approx(best, abs=0.015)


@pytest.mark.parametrize(("steps", "deepest"), [(5, 1), (6, 2), (7, 3), (7, 20)])
def test_guessing_the_depth_is_what_counting_every_word_gives(steps, deepest):
    share = np.zeros(deepest + steps + 2)
    words_left = [(1.0, ())]
    for _ in range(steps):
        longer = []
        for odds, depths in words_left:
            depth = depths[-1] if depths else 0
            longer.append((odds * 0.3, (*depths, depth)))
            up = 1.0 if depth == 0 else 0.0 if depth == deepest else 0.5
            if up > 0:
                longer.append((odds * 0.7 * up, (*depths, depth + 1)))
            if up < 1:
                longer.append((odds * 0.7 * (1 - up), (*depths, depth - 1)))
        words_left = longer
    assert sum(odds for odds, _ in words_left) == pytest.approx(1)
    for odds, depths in words_left:
        for depth in depths:
            share[depth] += odds / steps
    assert TASKS["brackets"].baseline_at(steps=steps, deepest=deepest) == pytest.approx(share.max(), abs=1e-12)


def test_guessing_brackets_that_only_open_and_close_is_right_half_the_time():
    # of depths 0 and 1 the second after t steps has the odds 1/2 - (-0.4)^t / 2
    exact = np.mean([0.5 - (-0.4) ** t / 2 for t in range(1, 41)])
    assert TASKS["brackets"].baseline_at(deepest=1) == pytest.approx(exact, abs=1e-12)
    assert f"{exact:.1%}" == "50.4%"


@pytest.mark.parametrize("steps", [5, 40, 1000])
def test_guessing_parity_counts_both_parities_of_every_step(steps):
    even = [
        sum(math.comb(t, k) * 3.0 ** (t - k) for k in range(0, t + 1, 2)) / 4.0**t for t in range(1, min(steps, 60) + 1)
    ]
    rest = [0.5] * (steps - len(even))
    assert TASKS["parity"].baseline_at(steps=steps) == pytest.approx(np.mean(even + rest), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_parameter_has_no_baseline(name):
    with pytest.raises(Problem):
        TASKS[name].baseline_at(nonsense=1)


TEXTS = {"characters": house(), "korean": encode_text("\n".join(POEMS), "jamo").labels}


def _unigram_cost(text):
    cut = len(text) - len(text) // 10
    seen, symbols = text[:cut], set(text)
    odds = {symbol: (seen.count(symbol) + 1) / (cut + len(symbols)) for symbol in symbols}
    return -np.mean([math.log2(odds[symbol]) for symbol in text[cut:]])


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_task_has_its_words(language):
    w = words(language)
    for table in ("tasks", "tasks_about", "task_stories", "task_checks"):
        assert list(w[table]) == NAMES
    metrics = {task.metric.name for task in TASKS.values()}
    assert set(w["task_metrics"]) == metrics | {f"baseline_{name}" for name in metrics}
    assert set(w["task_parameters"]) == {p.name for task in TASKS.values() for p in task.parameters}
    for name in NAMES:
        assert re.match(r"\*\*.+\*\*", w["task_stories"][name])
        assert {"value", "threshold"} <= placeholders(w["task_checks"][name])
        said = w["task_checks"][name].format(value=0.51, threshold=0.25, inside=0.8, outside=0.29)
        assert "25" in said


# ---- each task by its own rule


@pytest.mark.parametrize("parameters", [{}, {"gap": 3, "jitter": 0.0}, {"gap": 1, "jitter": 1.0}, {"noise": 0.0}])
def test_delayed_copy_asks_for_the_letter_shown_before_the_gap(parameters):
    batch = drawn("delayed_copy", **parameters)
    gap, jitter = parameters.get("gap", 20), parameters.get("jitter", 0.5)
    letter_steps = np.argwhere(batch.change[..., 0])
    go_steps = np.argwhere(batch.mask)
    assert len(letter_steps) == len(go_steps) == 2 * batch.size
    assert np.array_equal(batch.x[..., -1] == 1, batch.mask)
    gaps = []
    for (row, shown), (same, go) in zip(letter_steps, go_steps, strict=True):
        assert row == same
        assert batch.x[row, shown, :-1].argmax() == batch.target[row, go]
        assert batch.x[row, shown, :-1].max() > 1 - 0.46
        assert batch.hold[row, shown + 1 : go].all()
        assert (batch.memory[row, shown + 1 : go] == batch.target[row, go]).all()
        gaps.append(go - shown - 1)
    assert (min(gaps), max(gaps)) == (gap - int(jitter * gap), gap)
    assert batch.hold.sum() == sum(gaps)
    silent = batch.x[..., :-1][~batch.change[..., 0]]
    assert np.abs(silent).max() <= parameters.get("noise", 0.45)


def test_flip_flop_holds_the_last_pulse_of_each_channel():
    batch = drawn("flip_flop", 40)
    held = np.zeros((40, BITS))
    for t in range(batch.steps):
        pulses = batch.x[:, t]
        turned = (pulses != 0) & (pulses != held)
        held = np.where(pulses != 0, pulses, held)
        assert np.array_equal(batch.target[:, t], held)
        assert np.array_equal(batch.change[:, t], turned)
        assert np.array_equal(batch.hold[:, t], np.repeat(~pulses.any(1, keepdims=True), BITS, 1))
    assert (batch.x[:, 0] != 0).all()
    assert (drawn("flip_flop", 400, steps=300).x[:, 1:] != 0).mean() == pytest.approx(1 / 15, rel=0.05)


@pytest.mark.parametrize("steps", [5, 6, 30, 200])
def test_adding_asks_for_the_sum_of_the_marked_values_one_in_each_half(steps):
    batch = drawn("adding", steps=steps)
    marked = batch.x[..., 1] == 1
    assert (marked.sum(1) == 2).all()
    assert (marked[:, : steps // 2].sum(1) == 1).all()
    assert not marked[:, -1].any()
    np.testing.assert_allclose(batch.target[:, -1, 0], (batch.x[..., 0] * marked).sum(1), atol=1e-6)
    assert np.array_equal(np.flatnonzero(batch.mask[0]), [steps - 1])
    assert np.array_equal(batch.change[..., 0], marked)


def test_parity_counts_the_ones_and_the_noise_can_be_told_from_them():
    batch = drawn("parity")
    ones = batch.x[..., 0] > 0.5
    assert np.array_equal(batch.target, np.cumsum(ones, 1) % 2)
    assert np.array_equal(batch.change[..., 0], ones)
    assert batch.mask.all()
    assert ones.mean() == pytest.approx(0.25, abs=0.02)


def test_parity_baseline_is_the_exact_share_of_even_counts():
    chance, share = 0.0, []
    for _ in range(drawn("parity", 1).steps):
        chance = chance * 0.75 + (1 - chance) * 0.25
        share.append(max(chance, 1 - chance))
    assert TASKS["parity"].baseline == pytest.approx(np.mean(share), abs=1e-12)


@pytest.mark.parametrize("deepest", [1, 5, 20])
def test_brackets_never_close_what_is_not_open(deepest):
    batch = drawn("brackets", steps=300, deepest=deepest)
    assert (batch.x.sum(-1) == 1).all()
    depth = np.cumsum(batch.x[..., 0] - batch.x[..., 1], axis=1)
    assert np.array_equal(batch.target[..., 0], depth)
    assert (depth.min(), depth.max()) == (0, deepest)
    assert np.array_equal(batch.hold[..., 0], batch.x[..., 2] == 1)


def test_sine_is_one_wave_heard_then_silent():
    batch = drawn("sine", 50)
    heard = batch.x[..., 1] == 1
    assert np.array_equal(batch.mask, ~heard)
    assert heard[:, :HEARD].all()
    assert not heard[:, HEARD:].any()
    wave = batch.target[..., 0]
    np.testing.assert_array_equal(batch.x[..., 0], np.where(heard, wave, 0))
    # a sine obeys w[t + 1] + w[t - 1] = 2 cos(2 pi / period) w[t]
    for row in wave.astype(float):
        cosine = ((row[2:] + row[:-2]) @ row[1:-1]) / (2 * row[1:-1] @ row[1:-1])
        assert PERIODS[0] - 0.01 <= 2 * np.pi / np.arccos(cosine) <= PERIODS[1] + 0.01
        np.testing.assert_allclose(row[2:] + row[:-2], 2 * cosine * row[1:-1], atol=1e-4)


@pytest.mark.parametrize("steps", [5, 40])
def test_distractors_are_weaker_than_the_cue_and_ask_at_the_end(steps):
    batch = drawn("distractors", steps=steps)
    cue = np.argwhere(batch.change[..., 0])
    assert np.array_equal(cue[:, 0], np.arange(batch.size))
    assert cue[:, 1].max() < 5
    assert np.array_equal(batch.x[cue[:, 0], cue[:, 1]].argmax(-1), batch.target[:, -1])
    assert np.abs(batch.x[~batch.change[..., 0]]).max() <= 0.45
    assert np.array_equal(np.flatnonzero(batch.mask[0]), [steps - 1])
    assert set(np.unique(batch.target)) == set(range(len(CUES)))


# ---- characters


def test_characters_asks_for_the_next_one_and_trains_on_nothing_held_out():
    task = TASKS["characters"]
    names = {"␣": " ", "⏎": "\n"}
    text = house()
    cut = len(text) - len(text) // 10
    for batch, part in ((drawn("characters", 50), text[cut:]), (task.batch(np.random.default_rng(0), 50), text[:cut])):
        for k in range(batch.size):
            shown = "".join(names.get(label, label) for label in task.label(batch, k))
            after = "".join(names.get(task.channels[j], task.channels[j]) for j in batch.target[k])
            assert shown + after[-1] in part
            assert shown[1:] == after[:-1]
    space = np.isin(np.array(task.channels)[batch.x.argmax(-1)], ["␣", "⏎", "."])
    assert np.array_equal(batch.change[..., 0], space)


def test_korean_reads_poems_by_jamo_and_marks_their_vowels():
    task = TASKS["korean"]
    batch = drawn("korean", 50)
    read = np.array(task.channels)[batch.x.argmax(-1)]
    is_vowel = np.array([["\u314f" <= c <= "\u3163" for c in row] for row in read])
    assert np.array_equal(batch.change[..., 0], is_vowel)
    assert np.array_equal(batch.hold, ~batch.change)
    # vowels and consonants take turns: no vowel follows a vowel, for even a silent consonant is written
    assert not (is_vowel[:, 1:] & is_vowel[:, :-1]).any()


def test_the_last_korean_poem_is_never_trained_on():
    task = TASKS["korean"]
    last = "".join(encode_text(POEMS[-1], "jamo").labels)

    def texts(batch):
        return {"".join(task.label(batch, k)) for k in range(batch.size)}

    assert not any(text[:20] in last or text[-20:] in last for text in texts(task.batch(np.random.default_rng(0), 400)))
    assert any(text in last for text in texts(drawn("korean", 50)))


def test_characters_learns_any_script():
    task = task_of("characters", "가나다라 마바사. " * 40)
    assert set(task.channels) == {*"가나다라마바사.", "␣"}
    assert task.held_out(2).x.shape == (2, 40, 9)
    assert task.baseline == pytest.approx(np.log2(9), abs=0.4)
    assert task_of("characters", " \n ") is TASKS["characters"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("too short", "text_too_short"),
        ("x" * (SHORTEST_TEXT - 1), "text_too_short"),
        ("x" * (LONGEST_TEXT + 1), "text_too_long"),
    ],
)
def test_a_text_that_cannot_be_learned_is_refused(text, key):
    with pytest.raises(Problem) as caught:
        characters(text)
    assert caught.value.key == key


def syllables(count, length, seed=0):
    """Text of Korean syllables, few of them often and many rarely, as in real text; a space after about three."""
    rng = np.random.default_rng(seed)
    odds = 1 / (np.arange(count) + 3)
    drawn = rng.choice(count, length, p=odds / odds.sum())
    drawn[:count] = rng.permutation(count)  # each at least once
    rng.shuffle(drawn)
    return "".join(" " if k and rng.random() < 0.25 else chr(0xAC00 + 7 * code) for k, code in enumerate(drawn))


def test_a_page_of_korean_is_learned_one_syllable_a_step():
    text = syllables(380, 2500)
    task = characters(text)
    assert 300 < len(set(text)) <= MOST_SYMBOLS
    assert set(task.channels) == {"␣", *set(text) - {" "}}
    assert (task.others, OTHER in task.channels) == (0, False)
    trained = Training(TrainingPlan("characters", text=text, hidden_size=8, most_steps=5)).run()
    assert math.isfinite(trained.metric)
    assert trained.model().params().w_ih.shape == (24, len(task.channels))


def test_beyond_the_most_frequent_characters_all_are_read_as_one():
    text = syllables(1200, 30_000)
    task, count = characters(text), Counter(text[: len(text) - len(text) // 10])
    assert task.input_size == task.output_size == MOST_SYMBOLS
    assert task.channels[-1] == OTHER
    names = {"␣": " "}
    kept = {names.get(name, name) for name in task.channels[:-1]}
    rare = set(text) - kept
    assert max(count[one] for one in rare) <= min(count[one] for one in kept)
    assert task.others == len(rare)
    assert task.others_share == pytest.approx(sum(text.count(one) for one in rare) / len(text))
    assert 0 < task.others_share < 0.2
    batch = task.held_out(40)
    assert (batch.x.sum(-1) == 1).all()
    other = batch.x[..., -1] == 1
    assert other.any()
    assert not batch.change[other].any()  # a rare syllable is no end of a word
    assert OTHER in {name for k in range(40) for name in task.label(batch, k)}
    odds = (
        np.array([count[names.get(name, name)] for name in task.channels[:-1]] + [sum(count[one] for one in rare)]) + 1
    )
    place = {names.get(name, name): k for k, name in enumerate(task.channels[:-1])}
    due = [place.get(one, MOST_SYMBOLS - 1) for one in text[len(text) - len(text) // 10 :]]
    assert task.baseline == pytest.approx(-np.log2(odds / odds.sum())[due].mean())


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0x21 + k % 110) for k in range(48_000)).replace("\\", "a"),
        "".join(chr(0x4E00 + k % 20_000) for k in range(LONGEST_TEXT)),
        "".join(chr(0x20000 + k % 40_000) for k in range(LONGEST_TEXT)),
        ("a" + "\u0301" * 150) * 325,
        "👩‍👩‍👧‍👦" * 7_000,
    ],
    ids=["110 symbols", "20,000 symbols", "four bytes", "marks", "families"],
)
def test_every_text_within_the_limits_is_taken_in_bounded_time_and_memory(text):
    assert SHORTEST_TEXT <= len(text) <= LONGEST_TEXT
    begin = time.perf_counter()
    task = characters(text)
    assert time.perf_counter() - begin < 3
    assert task.input_size <= MOST_SYMBOLS
    assert task.held_out(64).x.nbytes < 2**24


def test_the_symbols_of_the_rhyme_stand_in_the_order_its_trained_models_have():
    assert TASKS["characters"].channels == ("⏎", "␣", *sorted(set(house()) - {" ", "\n"}))


@pytest.mark.parametrize("text", ["가나다라마바사아자차카타파하" * 60, ", . " * 200], ids=["no spaces", "nothing else"])
def test_a_text_without_words_has_no_story_to_measure_and_says_so(text):
    task = characters(text)
    batch = task.held_out(20)
    check = task.check(gruviz.trace(model_of(TrainingPlan("characters", text=text, hidden_size=3)), batch.x), batch)
    assert not check.measured
    assert not check.passed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["low", "high"])
def test_a_story_is_measured_at_both_ends_of_every_parameter(name, end):
    task = TASKS[name]
    for parameter in task.parameters:
        given = {parameter.name: getattr(parameter, end)}
        batch = task.held_out(16, **given)
        check = task.check(gruviz.trace(model_of(TrainingPlan(name, hidden_size=3)), batch.x), batch)
        assert check.measured


def test_a_text_of_one_character_leaves_nothing_to_gain():
    task = characters("x" * SHORTEST_TEXT)
    assert task.baseline == 0
    assert task.metric.gain(0.0, task.baseline) == 0


def test_the_shortest_text_is_enough():
    assert characters("ab" * (SHORTEST_TEXT // 2)).held_out(3).size == 3


def test_an_unknown_task_is_refused():
    with pytest.raises(Problem) as caught:
        task_of("chess")
    assert caught.value.key == "unknown_choice"


# ---- checks, on traces made by hand


def traced(z, r=None, n=None, h=None):
    """A trace of (batch, time, unit) gates; what is left out is zero."""
    z = np.asarray(z, np.float32)
    gates = {"z": z, "r": z if r is None else r, "n": z * 0 if n is None else n, "h": z * 0 if h is None else h}
    batch, steps, units = z.shape
    meta = gruviz.TraceMeta("split", "before", 1, units, 1, False, True, "float32", steps, batch)
    arrays = {name: np.asarray(value, np.float32)[None] for name, value in gates.items()}
    return gruviz.GateTrace(
        **arrays,
        x=np.zeros((batch, steps, 1), np.float32),
        h0=np.zeros((1, batch, units), np.float32),
        labels=(),
        meta=meta,
    )


def story(memory, hold):
    memory, hold = np.asarray(memory)[..., None], np.asarray(hold, bool)[..., None]
    x = np.zeros((*memory.shape[:2], 1), np.float32)
    return Batch(x, memory[..., 0], hold[..., 0], memory, hold, ~hold)


CARRIER = np.array([[[1, 0], [1, 0], [1, 0]], [[-1, 0], [-1, 0], [-1, 0]]], float)
Z = np.array([[[0.1, 0.5], [0.9, 0.5], [0.8, 0.5]], [[0.3, 0.5], [0.9, 0.5], [1.0, 0.5]]])
TWO = story([[0, 0, 0], [1, 1, 1]], [[0, 1, 1], [0, 1, 1]])


def test_carried_is_the_variance_between_classes():
    rng = np.random.default_rng(0)
    h, kind = rng.normal(size=(4, 30, 2)), rng.integers(3, size=(4, 30))
    h[..., 1] += 2 * kind
    found = carried(h, kind, np.ones(kind.shape, bool))
    means = np.stack([h[kind == k].mean(0) for k in range(3)])
    share = np.array([(kind == k).mean() for k in range(3)])
    np.testing.assert_allclose(found, share @ np.square(means - share @ means), rtol=1e-9)
    assert found[1] > 10 * found[0]
    assert carried(h, kind, np.zeros(kind.shape, bool)).tolist() == [0, 0]


def test_moves_opens_and_tells_look_at_the_unit_that_carries():
    trace = traced(Z, r=1 - Z, h=CARRIER)
    expected = ((moves(0.5), 0.1), (opens(0.5), 0.7), (opens(0.5, gate="r"), -0.7), (tells(0.5), 0.7))
    for measure, value in expected:
        found = measure(trace, TWO)
        assert found.value == pytest.approx(value, abs=1e-6)
        assert found.units == (0,)
        assert found.passed == (value >= 0.5)
    found = opens(0.5)(trace, TWO)
    assert (found.inside, found.outside) == pytest.approx((0.9, 0.2))


@pytest.mark.parametrize("factor", [1.0, 0.5, 0.0, -1.0])
def test_renews_is_the_share_of_the_memory_the_candidate_writes(factor):
    assert renews(0.8)(traced(Z, n=factor * CARRIER, h=CARRIER), TWO).value == pytest.approx(factor)
    assert renews(0.8)(traced(Z), TWO).value == 0


def test_marks_finds_the_unit_that_shows_it_most():
    r = np.stack([Z[..., 0], 1 - Z[..., 0]], -1)
    found = marks(0.3)(traced(Z, r=r), TWO)
    assert (found.units, found.inside, found.outside) == ((0,), pytest.approx(0.9), pytest.approx(0.2))
    assert found.passed


def test_a_check_of_no_number_is_not_passed():
    assert not Check(math.nan, 0.1, 0.0, 0.0, ()).passed


@pytest.mark.parametrize("name", NAMES)
def test_an_untrained_model_shows_no_story(name):
    task, batch = TASKS[name], drawn(name, 64)
    for model in ("torch", "split"):
        for seed in range(3):
            plan = TrainingPlan(name, model, seed=seed)
            assert not task.check(gruviz.trace(model_of(plan), batch.x), batch).passed


def test_letters_and_cues_are_named_once():
    assert len(set(COPIED)) == len(COPIED) == 8
    assert len(CUES) == 2
