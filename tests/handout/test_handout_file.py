"""The file `gruviz.handout` writes: how large it is, what it holds, and what it refuses."""

import io
import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from handout_file import code_in, scenes_in, size_without_data
from hypothesis import given, settings
from hypothesis import strategies as st

import gruviz
from gruviz.handouts import stage_code
from gruviz.handouts.document import document
from gruviz.handouts.scene_message import MOST_BYTES, edit_text, window_of
from gruviz.models.random_weights import random_params
from gruviz.protocol.experiments import bent, read
from gruviz.tasks.catalogue import TASKS
from gruviz.training.saved import shipped
from gruviz.wording.words import LANGUAGES, words

RNG = np.random.default_rng(5)
X = RNG.normal(size=(30, 2)).astype(np.float32)


def split(units=5, inputs=2):
    return gruviz.SplitGRU.from_params(random_params(inputs, units, 1, gain=2))


def two_way():
    torch.manual_seed(3)
    return torch.nn.GRU(2, 4, num_layers=2, bidirectional=True)


def written(tmp_path, *args, **named):
    """The text of a handout."""
    return gruviz.handout(*args, path=tmp_path / "made.html", **named).read_text("utf-8")


# ---- size and parts


def test_without_its_data_it_has_at_most_250_kilobytes(tmp_path):
    text = written(tmp_path, split(), X, title="One")
    assert 50_000 < size_without_data(text) <= 250_000


def test_it_names_no_address_and_allows_itself_no_request(tmp_path):
    text = written(tmp_path, split(), X)
    assert not re.search(r"https?://|//[a-z]+\.", re.sub(r">[A-Za-z0-9+/=]{200,}<", "><", text))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; ")
    assert set(re.findall(r"[\w-]+-src ([^;]*)", policy)) == {"'none'", "'unsafe-inline' blob:", "blob:", "data:"}


def test_both_languages_are_in_it_word_for_word(tmp_path):
    code = code_in(written(tmp_path, split(), X))
    assert code["texts"] == {language: words(language)["handout"] for language in LANGUAGES}
    assert code["shared"]["ko"]["words"]["keeps"] == words("ko")["figure"]["keeps"]
    assert code["languages"] == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_that_cannot_unpack_it_is_told_so_in_its_language(tmp_path, language):
    text = written(tmp_path, split(), X, language=language)
    assert f'<p class="sentence" id="needs" hidden>{words(language)["handout"]["needs"]}</p>' in text
    assert "DecompressionStream" in words(language)["handout"]["needs"]
    assert f'<html lang="{language}">' in text


def test_every_text_of_a_handout_is_shown_somewhere():
    root = Path(stage_code.__file__).parents[1]
    shown = "".join(path.read_text("utf-8") for path in [*root.rglob("*.py"), stage_code.STAGE / stage_code.ENTRY])
    for key in words("en")["handout"]:
        assert re.search(rf"""texts\.{key}\b|["']{key}["']""", shown), key


def test_its_modules_are_those_of_the_stage_without_comments_and_in_an_order_that_can_be_imported():
    made = stage_code.modules()
    names = [name for name, _, _ in made]
    assert names[-1] == stage_code.ENTRY
    assert {"stage.js", "stage.css", "model/run_worker.js", "editor/edit_session.js"} <= set(names)
    for k, (name, kind, source) in enumerate(made):
        assert kind == ("text/css" if name.endswith(".css") else "text/javascript")
        assert all(int(number) < k for number in re.findall(r'"@@(\d+)"', source)), name
        assert not re.search(r'from "\.|import\("\.|import\.meta', source), name


TOKENS = """
const acorn = require(process.argv[2]), fs = require("fs");
const options = { ecmaVersion: "latest", sourceType: "module" };
const tokens = (text) =>
  JSON.stringify([...acorn.tokenizer(text, options)].map(({ type, value }) => [type.label, value]));
let compared = 0;
for (const [whole, bare, name] of JSON.parse(fs.readFileSync(0, "utf-8"))) {
  if (tokens(whole) !== tokens(bare)) throw new Error(name);
  compared++;
}
console.log(compared);
"""


def test_taking_the_comments_out_takes_nothing_else_out(tmp_path):
    """A parser reads the same tokens from both versions of each module."""
    names = [name for name, _, _ in stage_code.modules() if name.endswith(".js")]
    (tmp_path / "compare.cjs").write_text(TOKENS)
    sources = [(stage_code.STAGE / name).read_text("utf-8") for name in names]
    cases = [[text, stage_code.without_comments(text), name] for text, name in zip(sources, names, strict=True)]
    parser = Path(__file__).parents[1] / "js/node_modules/acorn"
    done = subprocess.run(
        ["node", str(tmp_path / "compare.cjs"), str(parser)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.strip() == str(len(names)), done.stderr[-500:]
    assert sum(len(bare) for _, bare, _ in cases) < 0.8 * sum(len(whole) for whole, _, _ in cases)


def test_the_same_scene_gives_the_same_file(tmp_path):
    model = split()
    assert written(tmp_path, model, X, title="a") == written(tmp_path, model, X, title="a")


# ---- its numbers


@pytest.mark.parametrize("h0", [None, 0.4])
@pytest.mark.parametrize("make", [split, two_way])
def test_its_numbers_are_those_of_the_npz_bit_for_bit(tmp_path, make, h0):
    model = make()
    units = model.hidden_size
    start = None if h0 is None else np.full(units, h0)
    held = np.load(io.BytesIO(gruviz.export.npz(gruviz.trace(model, X, start), model)))
    ((header, arrays),) = scenes_in(written(tmp_path, model, X, h0=start))
    assert len(header["tiles"]) == len(held["h"])
    for layer in range(len(held["h"])):
        for gate in "zrnh":
            name = gate if layer == header["tile"]["layer"] else f"free/{layer}/{gate}"
            np.testing.assert_array_equal(arrays[name], held[gate][layer, 0], strict=True)
    np.testing.assert_array_equal(arrays["model/x"], held["x"][0], strict=True)
    np.testing.assert_array_equal(arrays["model/h0"], held["h0"][:, 0], strict=True)
    np.testing.assert_array_equal(arrays["before"], held["h0"][0, 0])
    weights = [each for name, each in sorted(arrays.items()) if name.startswith("model/w")]
    assert sum(each.size for each in weights) == sum(p.numel() for p in model.parameters() if p.dim() == 2)


def test_the_first_of_a_batch_is_shown_and_said(tmp_path):
    x = RNG.normal(size=(3, 8, 2))
    ((header, arrays),) = scenes_in(written(tmp_path, split(), x))
    np.testing.assert_array_equal(arrays["h"], gruviz.trace(split(), x).h[0, 0])
    assert header["status"]["text"] == "The first of 3 sequences."
    assert header["others"]["ko"]["status"]["text"] == "시퀀스 3개 가운데 첫 번째예요."


def test_a_sequence_brings_its_labels_and_targets_and_a_task_the_head_s_outputs(tmp_path):
    task, model = TASKS["delayed_copy"], shipped("delayed_copy").model()
    sequence = task.sequence(task.held_out(2), 1)
    ((header, arrays),) = scenes_in(written(tmp_path, model, sequence, task="delayed_copy"))
    states = torch.tensor(gruviz.trace(model, sequence.x).h[-1, 0])
    np.testing.assert_allclose(arrays["y"], torch.softmax(model.fc(states), dim=-1).detach().numpy(), atol=1e-6)
    np.testing.assert_array_equal(arrays["target"], sequence.target)
    np.testing.assert_array_equal(arrays["model/head_w"], model.fc.weight.detach().numpy())
    assert header["tile"]["labels"] == list(sequence.labels)
    assert header["tile"]["due"] == list(sequence.due)
    assert header["channels"] == list(sequence.channels)
    assert header["answer"]["kind"] == "classes"


def test_the_view_is_the_one_given_inside_the_trace(tmp_path):
    ((header, _),) = scenes_in(
        written(tmp_path, two_way(), X, view={"t": 7, "unit": 2, "gate": "z", "layer": 3, "diagram": "lines"})
    )
    assert {name: header["view"][name] for name in ("t", "unit", "gate", "layer", "diagram")} == {
        "t": 7,
        "unit": 2,
        "gate": "z",
        "layer": 3,
        "diagram": "lines",
    }
    assert header["tile"]["layer"] == 3


# ---- interventions


def test_interventions_open_the_editor_and_python_s_own_run_of_them_is_in_the_file(tmp_path):
    model, changes = two_way(), [gruviz.Clamp("z", 1 / 3, units=(2, 0), steps=(4, 9), layer=2), gruviz.Lesion((1,))]
    ((header, arrays),) = scenes_in(written(tmp_path, model, X, what_if=changes))
    altered = gruviz.trace(model, X, what_if=changes)
    assert header["view"]["bent"] == "clamp z 0.3333333333333333 u0,2 t4-9 l2;lesion u1"
    assert header["altered"] == {"text": header["view"]["bent"], "computed": "loop"}
    for layer in range(4):
        for gate in "zrnh":
            np.testing.assert_array_equal(arrays[f"altered/{layer}/{gate}"], getattr(altered, gate)[layer, 0])
    np.testing.assert_array_equal(arrays["h"], gruviz.trace(model, X).h[0, 0])


UNITS, STEPS = 4, 12
some_units = st.none() | st.sets(st.integers(0, UNITS - 1), min_size=1).map(tuple)
some_steps = st.none() | st.tuples(st.integers(0, STEPS - 1), st.integers(0, STEPS - 1)).map(sorted).map(tuple)
amounts = st.floats(-3, 3, allow_nan=False, width=32)
kinds = st.one_of(
    st.builds(gruviz.Clamp, st.sampled_from("zr"), st.floats(0, 1), some_units, some_steps),
    st.builds(gruviz.Clamp, st.sampled_from("nh"), st.floats(-1, 1), some_units, some_steps),
    st.builds(gruviz.Scale, st.sampled_from("zrnh"), amounts, some_units, some_steps),
    st.builds(gruviz.Bias, st.sampled_from("zrn"), amounts, some_units, some_steps),
    st.builds(gruviz.Lesion, st.sets(st.integers(0, UNITS - 1), min_size=1).map(tuple)),
    st.builds(gruviz.Weight, st.just("w_ih"), st.integers(0, 3 * UNITS - 1), st.integers(0, 1), amounts),
    st.builds(gruviz.Weight, st.just("w_hh"), st.integers(0, 3 * UNITS - 1), st.integers(0, UNITS - 1), amounts),
    st.builds(gruviz.Weight, st.sampled_from(["b_ih", "b_hh"]), st.integers(0, 3 * UNITS - 1), st.none(), amounts),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(kinds, max_size=5), st.sampled_from([gruviz.SplitGRU, gruviz.ConcatGRU, gruviz.TorchGRU]))
def test_interventions_written_as_text_mean_the_same(changes, kind):
    """The text is read by the app's own reader, and run; both are older than what is tested."""
    from gruviz.app.subject.bends import edits_of

    model = kind.from_params(random_params(2, UNITS, 1, gain=2))
    x = np.random.default_rng(1).normal(size=(STEPS, 2))
    free = gruviz.trace(model, x)
    asked = read(edits_of(edit_text(changes, model)), None, free)
    wanted = gruviz.trace(model, x, what_if=changes)
    np.testing.assert_allclose(bent(model, free, asked).h, wanted.h, atol=2e-6)


def test_a_unit_that_is_called_by_another_s_number_is_still_the_one_meant():
    assert edit_text([gruviz.Lesion((0, 2))], names=("1", "0", "x")) == "lesion u1,2"


# ---- a part of a run


def test_steps_are_a_run_of_their_own_that_starts_where_they_do(tmp_path):
    model = two_way()
    trace = gruviz.trace(model, X, labels=[f"s{k}" for k in range(30)])
    ((header, arrays),) = scenes_in(written(tmp_path, model, X, steps=(10, 14), labels=[f"s{k}" for k in range(30)]))
    np.testing.assert_array_equal(arrays["z"], trace.z[0, 0, 10:15])
    np.testing.assert_array_equal(arrays["free/1/h"], trace.h[1, 0, 10:15])
    np.testing.assert_array_equal(arrays["model/h0"][:2], [trace.h[0, 0, 9], trace.h[1, 0, 15]])
    assert header["tile"]["labels"] == ["s10", "s11", "s12", "s13", "s14"]
    assert header["status"]["text"] == "Steps 10 to 14 of a run of 30 steps: step 0 here is step 10 of the run."


@pytest.mark.parametrize("make", [split, two_way])
def test_a_window_is_what_the_model_computes_from_there(make):
    model = make()
    trace = gruviz.trace(model, X)
    part = window_of(trace, 6, 20)
    if not trace.meta.bidirectional:
        np.testing.assert_allclose(gruviz.trace(model, X[6:21], part.h0).h, part.h, atol=1e-6)
    np.testing.assert_array_equal(part.h_prev, trace.h_prev[:, :, 6:21])


# ---- several scenes


def test_several_scenes_each_with_a_title_and_a_line(tmp_path):
    scenes = [
        {"model": split(), "x": X, "title": "First", "text": "one line"},
        gruviz.HandoutScene(model=two_way(), x=X, title="Second"),
    ]
    path = gruviz.handout(scenes, tmp_path / "two.html", title="Lecture", language="ko")
    text = path.read_text("utf-8")
    found = scenes_in(text)
    assert [(header["title"], header["text"]) for header, _ in found] == [("First", "one line"), ("Second", "")]
    assert [header["language"] for header, _ in found] == ["ko", "ko"]
    assert found[0][0]["others"]["en"]["language"] == "en"
    assert len({header["trace"]["id"] for header, _ in found}) == 2
    assert "<title>Lecture</title>" in text
    assert size_without_data(text) <= 250_000


def test_the_same_run_twice_is_two_scenes(tmp_path):
    scenes = [{"model": split(), "x": X}] * 2
    found = scenes_in(gruviz.handout(scenes, tmp_path / "two.html").read_text("utf-8"))
    assert len({header["trace"]["id"] for header, _ in found}) == 2


# ---- hostile texts

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]>",
    "$title ${x} $",
    "<!--",
    "\ud800",
]


class Tags(HTMLParser):
    """Counts start tags, and collects what stands in <title>."""

    def __init__(self):
        super().__init__()
        self.tags, self.title, self.inside = [], "", False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.inside = tag == "title"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.title += data if self.inside else ""


@pytest.mark.parametrize("hostile", HOSTILE)
def test_texts_are_texts_whatever_they_hold(tmp_path, hostile):
    plain = Tags()
    plain.feed(written(tmp_path, split(), X))
    text = written(
        tmp_path,
        split(),
        X,
        title=hostile,
        text=hostile,
        labels=[hostile] * 30,
        units=[f"{hostile}{k}" for k in range(5)],
        channels=[hostile, "b"],
    )
    found = Tags()
    found.feed(text)
    shown = hostile.encode("utf-8", "replace").decode()
    assert found.tags == plain.tags
    assert found.title == shown
    ((header, _),) = scenes_in(text)
    assert (header["title"], header["text"]) == (shown, shown)
    assert header["tile"]["labels"] == [shown] * 30


# ---- what is refused, each in one sentence


@pytest.mark.parametrize(
    ("named", "error", "sentence"),
    [
        ({"x": np.ones((4, 3))}, ValueError, r"^x has shape \(4, 3\); this model needs \(time, 2\) or "),
        ({"language": "fr"}, ValueError, r"^There are no words in 'fr'; the languages are en, ko\.$"),
        ({"title": 5}, TypeError, r"^title is of type int; a text is needed\.$"),
        ({"text": None}, TypeError, r"^text is of type NoneType; a text is needed\.$"),
        ({"units": ["a"]}, ValueError, r"^units has 1 texts; 5 are needed, or none\.$"),
        ({"channels": ["a"]}, ValueError, r"^channels has 1 texts; 2 are needed, or none\.$"),
        ({"labels": ["a"]}, ValueError, r"^labels has 1 texts for 30 steps; one a step is needed, or none\.$"),
        ({"task": "chess"}, ValueError, r'^There is no task "chess"; the tasks are .*\.$'),
        (
            {"task": "parity"},
            ValueError,
            r"^The model has no head \(its fc\) of the size this task needs; leave task out\.$",
        ),
        ({"target": np.ones((4, 1))}, ValueError, r"^target has shape \(4, 1\); \(30, k\) is needed\.$"),
        ({"steps": (5, 99)}, ValueError, r"^time is 99; this trace has whole numbers from 0 to 29 there\.$"),
        ({"steps": (9, 5)}, ValueError, r"^steps is \(9, 5\); the first step must not come after the last\.$"),
        ({"steps": 5}, ValueError, r"^steps is 5; \(first, last\) is needed, or None\.$"),
        ({"steps": (1, 5), "what_if": [gruviz.Lesion((1,))]}, ValueError, r"^A what-if needs the whole run; .*\.$"),
        (
            {"what_if": [gruviz.Lesion((9,))]},
            ValueError,
            r"^Intervention 1 of 1, .* names unit 9; this model has 0 to 4\.$",
        ),
        ({"what_if": [gruviz.Lesion((1,))] * 101}, ValueError, r"^what_if holds 101 interventions; .* at most 100\.$"),
        ({"view": {"zoom": 2}}, ValueError, r'^The view has no field "zoom"; its fields are .*\.$'),
        ({"view": 5}, TypeError, r"^view is of type int; a mapping of fields is needed\.$"),
        ({"colour": "red"}, TypeError, r'^Scene 1 has a field "colour"; its fields are .*\.$'),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(tmp_path, named, error, sentence):
    x = named.pop("x", X)
    with pytest.raises(error, match=sentence) as caught:
        gruviz.handout(split(), x, tmp_path / "none.html", **named)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "none.html").exists()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ((split(), X), r"^gruviz\.handout needs a path to write to, such as 'handout\.html'\.$"),
        ((split(), X, 7), r"^The path given is of type int; a text or a Path is needed\.$"),
        ((["a"], "p.html"), r"^Scene 1 is of type str; a gruviz\.HandoutScene or a mapping of its fields is needed\.$"),
        (([{"model": 1}], "p.html"), r"^Scene 1 has no x; it needs a model and an input x\.$"),
        (
            ([{"model": split(), "x": X}], "p.html", "q.html"),
            r"^With a list of scenes gruviz\.handout takes a path, .*\.$",
        ),
        ((1, X, "p.html"), r"^int cannot be traced; give .*\.$"),
    ],
)
def test_what_is_no_handout_is_refused_in_one_sentence(args, sentence):
    with pytest.raises(TypeError, match=sentence):
        gruviz.handout(*args)


def test_no_scene_at_all_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^A handout has 1 to 50 scenes; 0 are given\.$"):
        gruviz.handout([], tmp_path / "none.html")


def test_more_than_a_file_holds_is_refused_with_its_size(tmp_path):
    with pytest.raises(ValueError, match=r"^9000 steps of 5 units are more than a handout holds: .*; give steps="):
        gruviz.handout(split(), np.zeros((9000, 2)), tmp_path / "none.html")
    scenes = [{"model": split(70), "x": np.zeros((8000, 2))}] * 3
    with pytest.raises(ValueError, match=r"^This handout would hold 2\d\.\d MiB of numbers; at most 16 MiB fit, "):
        gruviz.handout(scenes, tmp_path / "none.html")
    assert MOST_BYTES == 16 * 2**20


def test_a_model_larger_than_a_page_computes_with_is_shown_without_its_weights(tmp_path):
    ((header, arrays),) = scenes_in(written(tmp_path, split(900), X))
    assert header["model"] is None
    assert not any(name.startswith("model/") for name in arrays)
    np.testing.assert_array_equal(arrays["run/h0"], np.zeros((1, 900)))


def test_a_document_is_html_whatever_its_messages_are():
    assert document([b"abc"], title="a & b", language="en").count("data-scene>") == 1
