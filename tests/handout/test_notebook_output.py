"""What a notebook cell shows of a trace, and of a model and an input."""

import html
import re

import numpy as np
import pytest
from handout_file import scenes_in, size_without_data

import gruviz
from gruviz.handouts.notebook import MOST_CELLS
from gruviz.models.random_weights import random_params

X = np.random.default_rng(5).normal(size=(30, 2))


def split(units=5):
    return gruviz.SplitGRU.from_params(random_params(2, units, 1, gain=2))


def document_of(shown):
    """The file inside the iframe."""
    found = re.fullmatch(r'<iframe srcdoc="([^"]*)" sandbox="allow-scripts" ([^<>]*)></iframe>', shown._repr_html_())
    return html.unescape(found[1])


def test_it_is_one_iframe_that_may_run_scripts_and_nothing_else():
    text = document_of(gruviz.show(split(), X, title='"quoted" & <b>'))
    assert text.startswith("<!doctype html>")
    assert size_without_data(text) <= 250_000


def test_show_holds_the_trace_and_the_model():
    ((header, arrays),) = scenes_in(document_of(gruviz.show(split(), X, np.full(5, 0.3), title="Mine", language="ko")))
    trace = gruviz.trace(split(), X, np.full(5, 0.3))
    np.testing.assert_array_equal(arrays["z"], trace.z[0, 0])
    assert (header["title"], header["language"], header["status"]) == ("Mine", "ko", None)
    assert header["model"]["layers"][0]["units"] == 5


def test_a_trace_shows_what_it_can_alone_and_says_so():
    trace = gruviz.trace(split(), X)
    ((header, arrays),) = scenes_in(document_of(trace))
    np.testing.assert_array_equal(arrays["h"], trace.h[0, 0])
    assert header["model"] is None
    assert header["status"]["text"].startswith("A trace without its model: gruviz.show(model, x)")
    assert header["others"]["ko"]["status"]["text"].startswith("모델 없이 추적 결과만 있어요.")


def test_a_trace_with_interventions_and_of_a_batch_says_both():
    trace = gruviz.trace(split(), np.stack([X, X]), what_if=[gruviz.Lesion((1,))])
    ((header, arrays),) = scenes_in(document_of(trace))
    assert header["status"]["text"].endswith("The first of 2 sequences. This run was computed with 1 interventions.")
    assert not arrays["h"][:, 1].any()


@pytest.mark.parametrize("alone", [True, False])
def test_a_long_run_is_shown_as_far_as_it_fits_and_says_so(alone):
    steps = MOST_CELLS // (50 + 2)
    x = np.random.default_rng(1).normal(size=(steps + 100, 2))
    trace = gruviz.trace(split(50), x)
    text = document_of(trace if alone else gruviz.show(split(50), x))
    ((header, arrays),) = scenes_in(text)
    assert arrays["h"].shape == (steps, 50)
    np.testing.assert_array_equal(arrays["h"], trace.h[0, 0, :steps])
    assert f"The first {steps:,} steps of a run of {steps + 100:,} steps." in header["status"]["text"]
    korean = header["others"]["ko"]["status"]["text"]
    assert f"전체 {steps + 100:,}스텝 가운데 처음 {steps:,}스텝이에요." in korean
    assert len(text) < 3_500_000


def test_steps_choose_another_part():
    ((header, arrays),) = scenes_in(document_of(gruviz.show(split(), X, steps=(20, 29))))
    np.testing.assert_array_equal(arrays["h"], gruviz.trace(split(), X).h[0, 0, 20:])
    assert header["status"]["text"].startswith("Steps 20 to 29 of a run of 30 steps")


def test_what_show_returns_says_what_it_is():
    assert re.fullmatch(r"<gruviz stage, [\d,]+ bytes of HTML; shown by a notebook>", repr(gruviz.show(split(), X)))
    assert repr(gruviz.trace(split(), X)).startswith("GateTrace(")


def test_what_cannot_be_shown_is_refused_as_in_a_handout():
    with pytest.raises(TypeError, match=r'^Scene 1 has a field "colour"'):
        gruviz.show(split(), X, colour="red")
    with pytest.raises(ValueError, match=r"^There are no words in 'fr'"):
        gruviz.show(split(), X, language="fr")
