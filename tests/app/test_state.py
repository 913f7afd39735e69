"""What widgets hold and how it becomes Settings: hostile values, two changes at once, a session that was lost."""

import time
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as some
from page import APP, choose, opened, payload, scene, sound, status
from streamlit.runtime.uploaded_file_manager import DeletedFile
from streamlit.testing.v1 import AppTest

from gruviz.app import state
from gruviz.app.readers import READERS, WRITERS
from gruviz.app.settings import DEFAULT, Settings
from gruviz.inputs.synthetic import FAMILIES
from gruviz.protocol.view import VIEW_FIELDS
from gruviz.tasks.catalogue import TASKS
from gruviz.wording.words import words

EN = words("en")


def settings_of(at):
    return at.session_state["settings"]


# ---- values of any kind in any widget


JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(max_size=20)
    | some.sampled_from(["parity", "sine", "torch", "text", "0", "1", 10**400, float("nan")]),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PARAMETERS = [
    *(f"p.{name}.{p.name}" for name, family in FAMILIES.items() for p in family.parameters),
    *(f"p.task-{name}.{p.name}" for name, task in TASKS.items() for p in task.parameters),
]
HELD = some.dictionaries(some.sampled_from([*READERS, *PARAMETERS]).map(state.key_of), JSON, max_size=12)


def is_valid(settings):
    for name, read in READERS.items():
        value = getattr(settings, name)
        assert value == getattr(DEFAULT, name) or read(value) == value, name
        assert value is None or read(WRITERS[name](value)) == value, name
    known = {p.name: p for p in settings.known}
    for name, value in settings.parameters:
        assert known[name].low <= value <= known[name].high
        assert not isinstance(value, bool)
    return True


class Held(dict):
    """What a session holds, as Streamlit gives it."""

    def to_dict(self):
        return dict(self)


@hypothesis.settings(deadline=None, max_examples=400)
@given(HELD.map(Held), HELD)
def test_whatever_a_widget_holds_settings_stay_valid(first, then):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state.st, "session_state", first)
        patch.setattr(state.st, "query_params", {})
        assert is_valid(state.current())
        assert all(is_valid(state.current()) for _ in range(2))
        first.update(then)
        settings = state.current()
        assert is_valid(settings)
        # what is no value of its field has gone, so that its widget is drawn anew with the last that was
        for name, read in READERS.items():
            held = first.get(state.key_of(name))
            assert held is None or read(held) == getattr(settings, name)


def test_a_widget_that_goes_while_it_is_read_leaves_the_settings(monkeypatch):
    class Gone(Held):
        def to_dict(self):
            return dict(self) | {"set.hidden": "no number", "set.p.task-delayed_copy.gap": "none"}

    monkeypatch.setattr(state.st, "session_state", Gone())
    monkeypatch.setattr(state.st, "query_params", {})
    assert is_valid(state.current())


@hypothesis.settings(deadline=None, max_examples=25)
@given(HELD)
def test_whatever_a_widget_holds_the_page_is_drawn(held):
    at = opened(weights="random", model="torch", hidden=3, steps=20)
    before = settings_of(at)
    for key, value in held.items():
        at.session_state[key] = value
    at._run()  # not run(): the test's own page would send what is held, and cannot
    assert not at.exception
    assert EN["page"]["unexpected"].split("{")[0] not in "".join(error.value for error in at.error)
    assert is_valid(settings_of(at))
    if not any(READERS.get(key.removeprefix("set."), lambda _: True)(value) is not None for key, value in held.items()):
        assert settings_of(at) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden", [3]),
        ("family", True),
        ("weights", {"a": 1}),
        ("model", 7),
        ("columns", "a"),
        ("both", "yes"),
        ("gain", "x"),
        ("seed", 1.5),
        ("steps", float("nan")),
        ("lang", ["ko"]),
        ("p.set_reset.gap", [1]),
    ],
)
def test_a_value_of_the_wrong_type_changes_nothing(name, value):
    at = sound(opened(weights="random", model="torch"))
    before = settings_of(at)
    at.session_state[state.key_of(name)] = value
    sound(at._run())
    expected = replace(before, columns=("a",)) if name == "columns" else before
    assert settings_of(at) == expected


def sent(at, key, **value):
    """Run once with something else in a widget's message."""
    states = at._tree.get_widget_states()
    (one,) = [each for each in states.widgets if each.id.endswith(f"-{key}")]
    for field, content in value.items():
        if isinstance(content, list):
            one.ClearField(one.WhichOneof("value"))
            getattr(one, field).data.extend(content)
        else:
            setattr(one, field, content)
    return at._run(states)


@pytest.mark.parametrize("key", ["set.family", "set.source", "set.scale"])
@pytest.mark.parametrize("value", [{"string_value": "<b>"}, {"int_value": 3}, {"bool_value": True}])
def test_a_message_that_names_no_option_changes_nothing(key, value):
    at = sound(opened(weights="random"))
    before = settings_of(at)
    sound(sent(at, key, **value))
    assert settings_of(at) == before


# ---- two changes in one message


CHOICES = {
    "lang": "ko",
    "model": "concat",
    "weights": "reset",
    "source": "numbers",
    "family": "square",
    "task": "adding",
    "scale": "minmax",
    "per": "words",
    "code": "onehot",
    "header": "no",
    "labels": "time",
    "columns": ["price"],
    "both": True,
    "trained": "torch",
}
BRINGING = {"set.lang", "set.source", "set.family", "set.task"}
PAGES = [
    {"weights": "latch"},
    {"weights": "random", "model": "torch", "steps": 30},
    {"weights": "parity", "source": "task", "task": "parity"},
    {"weights": "leaky", "source": "text", "code": "embedding"},
    {"weights": "chrono", "source": "table"},
]


def boxes(at):
    """Every box of the page by its key, and another value for it."""
    found = {}
    kinds = [at.selectbox, at.segmented_control, at.multiselect, at.toggle, at.number_input, at.slider, at.text_area]
    for box in [box for kind in kinds for box in kind] + [text for text in at.text_input if text.key == "set.halves"]:
        name = box.key.removeprefix("set.")
        usual = box.value + box.step if hasattr(box, "step") else "1 2 3"
        found[box.key] = box, CHOICES.get(name, usual)
    return found


def then(settings, key, value):
    """What one change alone makes of settings."""
    name = key.removeprefix("set.")
    if name.startswith("p."):
        sequence, parameter = name.removeprefix("p.").rsplit(".", 1)
        own = f"task-{settings.task}" if settings.source == "task" else settings.family
        return settings.with_parameter(parameter, value) if sequence == own else settings
    with_it = {
        "weights": Settings.with_preset,
        "source": Settings.with_source,
        "family": Settings.with_family,
        "task": Settings.with_task,
    }
    if name in with_it:
        return with_it[name](settings, value)
    return replace(settings, **{name: tuple(value) if name == "columns" else value})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["weights"])
def test_any_two_boxes_changed_at_once_are_both_taken_up(page):
    keys = list(boxes(sound(opened(**page))))
    assert {"set.lang", "set.source", "set.scale"} < set(keys)
    for pair in combinations(keys, 2):
        if not BRINGING.intersection(pair) and page != PAGES[0]:
            continue  # two plain boxes are as everywhere
        at = opened(**page)
        before, found = settings_of(at), boxes(at)
        for key in pair:
            found[key][0].set_value(found[key][1])
        at.run()
        assert not at.exception, pair
        assert not [error for error in at.error if error.value.startswith("Something went wrong")], pair
        one, other = ((key, found[key][1]) for key in pair)
        in_turn = (then(then(before, *one), *other), then(then(before, *other), *one))
        assert settings_of(at) in in_turn, pair
        if not BRINGING.intersection(pair):
            continue
        # and the boxes say so
        shown = {key: box.value for key, (box, _) in boxes(at).items()}
        again = opened(**{name.replace(".", "__"): text for name, text in settings_of(at).to_query().items()})
        assert shown == {key: box.value for key, (box, _) in boxes(again).items()}, pair


def test_changes_at_once_keep_what_neither_is_about():
    at = sound(opened(weights="random"))
    at.slider(key="set.gain").set_value(3.0)
    at.number_input(key="set.hidden").set_value(7)
    sound(choose(at, "weights", "parity"))
    assert (settings_of(at).gain, settings_of(at).hidden, settings_of(at).task) == (3.0, 7, "parity")


# ---- a session that was lost


def lost(at, **query):
    """The page of a session in the browser, whose next message reaches a server that does not know it."""
    again = AppTest.from_file(APP, default_timeout=60)
    for name, value in query.items():
        again.query_params[name] = str(value)  # of the page's first load
    return again._run(at._tree.get_widget_states())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["weights"])
def test_a_lost_session_goes_on_where_it_was(page):
    at = sound(opened(**page))
    at.selectbox(key="set.scale").set_value("maxabs").run()
    before, header = settings_of(at), scene(at)[0]
    found = sound(lost(at))
    assert settings_of(found) == before
    assert scene(found)[0] == header


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["weights"])
def test_the_change_that_meets_a_lost_session_is_made(page):
    for key in boxes(sound(opened(**page))):
        at = opened(**page)
        at.number_input(key="set.sseed").set_value(3).run() if "set.sseed" in boxes(at) else None
        before, (box, value) = settings_of(at), boxes(at)[key]
        box.set_value(value)
        found = lost(at, **page)
        assert not found.exception, key
        assert settings_of(found) == then(before, key, value), key
        found.run()  # and it stays
        assert settings_of(found) == then(before, key, value), key


def test_what_is_chosen_but_not_shown_survives_a_lost_session():
    at = sound(opened(weights="random", hidden=5))
    at.number_input(key="set.hidden").set_value(9).run()
    choose(at, "weights", "parity")
    at.segmented_control(key="set.lang").set_value("ko").run()
    found = sound(lost(at, weights="random", hidden=5))
    assert settings_of(found) == settings_of(at)
    sound(choose(found, "weights", "random"))
    assert found.number_input(key="set.hidden").value == 9


def test_a_text_too_long_for_the_address_survives_a_lost_session():
    at = sound(opened(source="numbers"))
    at.text_area(key="set.numbers").set_value("1 2 " * 2000).run()
    found = sound(lost(at))
    assert settings_of(found).numbers == "1 2 " * 2000


def test_a_fresh_session_is_not_taken_for_a_lost_one():
    assert settings_of(sound(opened(weights="parity", source="task", task="parity"))).weights == "parity"


def test_what_a_lost_session_is_told_can_do_no_harm():
    at = sound(opened(weights="latch"))
    at.session_state["page-address"] = "x"
    states = at._tree.get_widget_states()
    (carried,) = [one for one in states.widgets if one.id.endswith("-page-address")]
    for text in ("weights=<script>&hidden=1e9&p.gap=nan", "&&&=%", "hidden=" + "9" * 5000, "\x00", "lang=ko"):
        carried.string_value = text
        again = AppTest.from_file(APP, default_timeout=60)
        assert is_valid(settings_of(sound(again._run(states))))


def test_a_file_of_a_lost_session_is_asked_for_again():
    at = opened(source="file")
    at.file_uploader(key="upload").upload("a.csv", b"a,b\n1,2\n3,4\n", "text/csv").run()
    sound(at)
    found = lost(at)
    assert EN["problems"]["no_file"].split(".")[0] in status(found)["text"]
    assert not found.exception
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state.st, "session_state", {state.UPLOAD: DeletedFile("gone")})
        assert state.current_upload() is None


def test_nothing_of_the_browsers_own_is_lost():
    at = sound(opened(t=5, unit=1, gate="z", first=2, order="half_life", subset="0-2"))
    found = sound(lost(at))
    assert all(getattr(settings_of(found), name) == getattr(settings_of(at), name) for name in VIEW_FIELDS)


# ---- the language of the browser


@pytest.mark.parametrize(
    ("locale", "wanted"),
    [
        ("ko-KR", "ko"),
        ("ko", "ko"),
        ("ko_KR", "ko"),
        ("KO", "ko"),
        ("en-US", "en"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
        ("kok", "en"),
    ],
)
def test_the_browsers_own_language_where_the_page_is_written_in_it(locale, wanted, monkeypatch):
    monkeypatch.setattr(state.st, "context", SimpleNamespace(locale=locale))
    assert state.own_language() == wanted


def test_a_korean_browser_opens_in_korean_and_english_chosen_there_stays(monkeypatch):
    monkeypatch.setattr(state, "own_language", lambda: "ko")
    at = sound(AppTest.from_file(APP, default_timeout=60).run())
    assert settings_of(at).lang == "ko"
    assert settings_of(at).weights == "delayed_copy"  # nothing else is chosen by it
    assert payload(at)["query"]["lang"] == "ko"
    sound(at.segmented_control(key="set.lang").set_value("en").run())
    assert payload(at)["query"]["lang"] == "en"  # or a reload would be Korean again
    assert settings_of(sound(opened(lang="en"))).lang == "en"
    monkeypatch.setattr(state, "own_language", lambda: "en")
    assert "lang" not in payload(sound(opened()))["query"]
    assert payload(sound(opened(lang="ko")))["query"]["lang"] == "ko"


# ---- a message sent before the browser had the new widgets


def test_what_a_widget_held_before_a_choice_does_not_undo_it(monkeypatch):
    at = sound(opened())
    assert at.selectbox(key="set.source").value == "task"
    choose(at, "weights", "latch")
    # a question of the stage, on its way while the page was drawn anew, carries the old widgets' values
    for key, value in (("set.source", "task"), ("set.sseed", 83)):
        at.session_state[key] = value
    sound(at.run())
    assert (settings_of(at).source, settings_of(at).sseed) == ("synthetic", 0)
    assert payload(at)["query"] == {"weights": "latch"}
    assert at.selectbox(key="set.source").value == "synthetic"
    # later the old value is as good as any
    at.session_state["set.source"] = "task"
    monkeypatch.setattr(state, "monotonic", lambda: time.monotonic() + state.LATE)
    assert settings_of(sound(at.run())).source == "task"


def test_what_is_changed_and_changed_back_at_once_is_as_it_was():
    at = sound(opened(weights="random"))
    choose(at, "model", "concat")
    for seed in (5, 0, 7, 5):
        assert settings_of(sound(at.number_input(key="set.seed").set_value(seed).run())).seed == seed
