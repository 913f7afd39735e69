"""What is bent as text: read as the browser reads it, written so that it is read back."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_cases import run_node

import gruviz
from gruviz.app.subject.bends import as_text, edits_of
from gruviz.protocol.experiments import read
from gruviz.tracing.interventions import Clamp, Lesion

READER = (Path(__file__).resolve().parents[2] / "assets" / "stage" / "editor" / "edit_text.js").as_uri()
UNITS, STEPS, INPUTS = 8, 12, 2
TEXTS = [
    "clamp z 1",
    "clamp z 1 u3,5-7 t5-9",
    "clamp h -0.5 t4",
    "scale r .5 u3",
    "scale h 2. t0-3",
    "bias n -1e-1",
    "bias z +2",
    "lesion u3,4;lesion",
    "weight w_hh 5,2 0.7;weight b_ih 3 -1",
    "-clamp h 0;~bias r 1;lesion u1",
    "  clamp   r  0  u2  ",
    "clamp z 1 t9-5 u7-5,6",
    "clamp z 1 u3 l1;lesion u0 l9",
    "clamp z 5;clamp n -7",
    "clamp z 1 u99;clamp z 1 t40-50",
    "clamp z 1 t8-40 u6-99",
    ";;",
    "",
]
BROKEN = [
    "pull r 1",
    "clamp y 1",
    "clamp z",
    "clamp z one",
    "bias h 1",
    "clamp z 1 u",
    "clamp z 1 x3",
    "clamp z 1 u3 u4",
    "lesion t3",
    "weight w_hh 5 1",
    "weight w_qq 1,1 1",
    "clamp z 1 u3.5",
    "clamp z 1 t-3",
    "clamp z 1e999",
    "clamp z \u0663",
    "clamp z 1;\u2026",
    "clamp z 1 u\u00b2",
    "clamp z 0x10",
    "clamp z nan",
    "lesion 5",
]


@pytest.fixture(scope="module")
def free():
    return gruviz.trace(gruviz.SplitGRU(INPUTS, UNITS), np.ones((STEPS, INPUTS), np.float32))


@pytest.fixture(scope="module")
def in_the_browser():
    """Of each text what the browser's reader makes of it: the edits that act, and whether all of it was read."""
    limits = {"units": UNITS, "layers": 1, "steps": STEPS, "inputs": INPUTS, "names": []}
    script = f"""
      const {{ readEdits }} = await import({json.dumps(READER)});
      const told = {json.dumps(TEXTS + BROKEN)}.map((text) => readEdits(text, {json.dumps(limits)}));
      console.log(JSON.stringify(told));
    """
    edits = json.loads(run_node("--input-type=module", "-e", script))
    return dict(zip(TEXTS + BROKEN, edits, strict=True))


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_read_as_the_browser_reads_it(in_the_browser, free, text):
    told = in_the_browser[text]
    acting = [{k: v for k, v in edit.items() if k != "off"} for edit in told["edits"] if not edit.get("off")]
    assert read(edits_of(text), None, free).changes == read(acting, None, free).changes


@pytest.mark.parametrize("text", BROKEN)
def test_what_the_browser_does_not_read_is_not_read(in_the_browser, free, text):
    assert in_the_browser[text]["issues"]
    edits = edits_of(text)
    if edits is not None:
        with pytest.raises(gruviz.wording.problems.Problem):
            read(edits, None, free)


def test_what_is_written_is_read_back(free):
    changes = (Lesion((1, 2)), Clamp("z", 0.25, units=(3,)), Clamp("n", -0.5))
    assert read(edits_of(as_text(changes)), None, free).changes == changes


@given(st.text(max_size=300) | st.text("clampzrnhuetl0123456789-,;. ", max_size=300))
def test_no_text_raises(text):
    assert edits_of(text) is None or isinstance(edits_of(text), list)


@pytest.mark.parametrize(
    "text", ["clamp z 1 u" + ",".join(["0-999999999"] * 9_000), "lesion u" + "9" * 100_000, "-" * 100_000]
)
def test_a_hostile_text_costs_little(text):
    start = time.process_time()
    edits_of(text)
    assert time.process_time() - start < 1.0
