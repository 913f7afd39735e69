"""The offline file of Explore: of any settings, view and language, and whatever a browser says of its view."""

from types import SimpleNamespace

import numpy as np
import pytest
from handout_file import scenes_in
from hypothesis import given, settings
from hypothesis import strategies as st

from gruviz.app.explore import offline
from gruviz.app.explore.offline import LONGEST_EDITS, html_of, title_of, view_of
from gruviz.app.explore.page import _told_scene
from gruviz.app.settings import Settings
from gruviz.app.subject import reading, runs
from gruviz.protocol.view import VIEW_FIELDS, View
from gruviz.tasks.catalogue import TASKS


def made(told: Settings, view=None, window=None):
    """The one scene of the file, and the run it is of."""
    sequence, _ = reading.sequence_of(told, None)
    run = runs.run(told, sequence)
    text = html_of(told, run, view or View(), window, lambda each: _told_scene(each, run, sequence))
    ((header, arrays),) = scenes_in(text)
    return header, arrays, run


@pytest.mark.parametrize("weights", ["latch", "random", *TASKS])
@pytest.mark.parametrize("model", ["split", "torch"])
def test_it_holds_the_run_its_head_and_its_story_in_both_languages(weights, model):
    told = Settings(model=model).with_preset(weights)
    header, arrays, run = made(told)
    np.testing.assert_array_equal(arrays["h"], run.trace.h[0, 0])
    assert ("answer" in header) == (run.head is not None)
    assert ("model/target" in arrays) == (run.target is not None)
    assert header["status"]["act"] is None
    assert header["status"]["text"] != header["others"]["ko"]["status"]["text"]
    assert header["chosen"] == {}
    assert header["title"] == title_of(told) != header["others"]["ko"]["title"]


def test_a_two_way_stack_is_whole():
    told = Settings(model="torch", weights="random", hidden=6, layers=2, both=True)
    header, arrays, run = made(told, View(layer=2))
    assert len(header["tiles"]) == 4
    np.testing.assert_array_equal(arrays["z"], run.trace.z[2, 0])
    np.testing.assert_array_equal(arrays["free/3/z"], run.trace.z[3, 0])


def test_a_what_if_of_the_page_is_there_with_python_s_own_run_of_it():
    header, arrays, run = made(Settings(), View(bent="clamp z 1 u0;-lesion u1"))
    assert header["view"]["bent"] == header["altered"]["text"] == "clamp z 1 u0;-lesion u1"
    assert (arrays["altered/0/z"][:, 0] == 1).all()
    assert not np.array_equal(arrays["altered/0/h"], run.trace.h[0, 0])


@pytest.mark.parametrize("bent", ["nonsense", "clamp z 1 u9999", "lesion u0;" * 200])
def test_a_what_if_python_cannot_read_or_that_does_nothing_is_left_to_the_page(bent):
    header, arrays, run = made(Settings(), View(bent=bent))
    assert header["view"]["bent"] == bent
    if header["altered"] is not None:
        np.testing.assert_array_equal(arrays["altered/0/h"], run.trace.h[0, 0])


def test_steps_in_view_are_a_run_of_their_own_without_the_what_if():
    header, arrays, run = made(Settings(), View(t=7, bent="lesion u0"), (5, 12))
    np.testing.assert_array_equal(arrays["h"], run.trace.h[0, 0, 5:13])
    assert header["view"] | {"t": 2} == header["view"]
    assert "bent" not in header["view"]
    assert "The what-if is left out" in header["status"]["text"]
    assert header["altered"] is None


class Interrupted(BaseException):
    """As Streamlit ends a run of the script when another one begins."""


def test_a_click_is_answered_by_the_next_run_where_its_own_was_interrupted(monkeypatch):
    told = Settings()
    run = runs.run(told, reading.sequence_of(told, None)[0])
    state = {offline._WANTED: {"number": 7, "trace": run.id, "view": {}}}
    sent = []
    component = SimpleNamespace(
        v2=SimpleNamespace(component=lambda *_, **__: lambda **given: sent.append(given["data"]))
    )
    monkeypatch.setattr(offline, "st", SimpleNamespace(session_state=state, components=component))

    def interrupted(*_):
        raise Interrupted

    monkeypatch.setattr(offline, "html_of", interrupted)
    with pytest.raises(Interrupted):
        offline.offline_download("explore", told, run, None, None)
    monkeypatch.setattr(offline, "html_of", lambda *_: "the file")
    for _ in range(2):
        offline.offline_download("explore", told, run, None, None)
    assert [(data.get("number"), data.get("file")) for data in sent] == [(7, "the file"), (None, None)]


texts = st.one_of(st.text(max_size=20), st.integers(), st.none(), st.lists(st.text(max_size=3), max_size=2))


@settings(deadline=None, max_examples=200)
@given(st.one_of(texts, st.dictionaries(st.one_of(st.sampled_from(VIEW_FIELDS), st.text(max_size=5)), texts)))
def test_whatever_a_browser_says_of_its_view_is_a_view(told):
    found = view_of(told)
    assert isinstance(found, View)
    assert found.order == Settings.from_query({"order": found.order}).order


def test_a_view_is_read_as_it_was_told():
    told = {"t": "5", "unit": "2", "gate": "y", "turned": "1", "bent": "lesion u2", "drawn": "0-3", "show": "free"}
    found = view_of(told | {"diagram": "lines", "out": "1"})
    assert found == View(
        t=5, unit=2, gate="y", turned=True, bent="lesion u2", drawn="0-3", show="free", diagram="lines", out=1
    )
    assert len(view_of({"bent": "x" * 10**6}).bent) == LONGEST_EDITS
