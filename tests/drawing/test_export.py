"""Exports hold every value of the trace, exactly, and nothing a spreadsheet would run."""

import csv
import io
import json
from dataclasses import asdict

import numpy as np
import pytest
from oracle import inputs, start
from torch import nn

import gruviz
from gruviz import export
from gruviz.drawing.export import MAX_CSV_ROWS, csv_rows, csv_text, npz
from gruviz.tracing.gate_trace import GateTrace, TraceMeta

COLUMNS = ["layer", "batch", "step", "label", "unit", "z", "r", "n", "h", "h_prev", "keep", "write"]


def two_way(labels=("", "set", "한글", 'quo"te, comma', "line\nbreak")):
    """Two layers, two directions, a batch of three, h0 not zero."""
    model = nn.GRU(2, 4, 2, bidirectional=True)
    return gruviz.trace(model, inputs(0, 3, 5, 2), start(1, 4, 3, 4), labels=labels, seed=11)


def flat(steps, units=1, labels=()):
    """A trace of zeros that takes no memory."""
    meta = TraceMeta("split", "before", 1, units, 1, False, True, "float32", steps, 1)
    zeros = np.broadcast_to(np.float32(0), (1, 1, steps, units))
    x, h0 = np.broadcast_to(np.float32(0), (1, steps, 1)), np.broadcast_to(np.float32(0), (1, 1, units))
    return GateTrace(zeros, zeros, zeros, zeros, x, h0, labels, meta)


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# ---- npz


def test_npz_gives_every_array_back_bit_for_bit():
    trace = two_way()
    with np.load(io.BytesIO(npz(trace)), allow_pickle=False) as held:
        assert set(held) == {"r", "z", "n", "h", "x", "h0", "labels", "meta"}
        for name in ("r", "z", "n", "h", "x", "h0"):
            wanted = getattr(trace, name)
            assert held[name].dtype == wanted.dtype
            assert held[name].shape == wanted.shape
            assert held[name].tobytes() == np.ascontiguousarray(wanted).tobytes()
        assert held["z"].dtype == np.float32
        assert tuple(held["labels"].tolist()) == trace.labels
        assert json.loads(str(held["meta"])) == asdict(trace.meta)


def test_npz_rebuilds_the_trace():
    trace = two_way()
    with np.load(io.BytesIO(npz(trace)), allow_pickle=False) as held:
        arrays = {name: held[name] for name in ("r", "z", "n", "h", "x", "h0")}
        meta = TraceMeta(**json.loads(str(held["meta"])))
        again = GateTrace(**arrays, labels=tuple(held["labels"].tolist()), meta=meta)
    assert again.meta == trace.meta
    assert (again.meta.seed, again.meta.bidirectional, again.meta.kind) == (11, True, "nn.GRU")
    for name in ("h_prev", "keep", "write"):
        np.testing.assert_array_equal(getattr(again, name), getattr(trace, name))


def test_npz_without_labels_holds_none():
    with np.load(io.BytesIO(npz(two_way(labels=()))), allow_pickle=False) as held:
        assert held["labels"].shape == (0,)


def test_npz_keeps_nan_and_inf():
    model = gruviz.SplitGRU(1, 1)
    trace = gruviz.trace(model, np.array([[1.0], [np.nan], [np.inf]]))
    with np.load(io.BytesIO(npz(trace)), allow_pickle=False) as held:
        np.testing.assert_array_equal(held["h"], trace.h)
        np.testing.assert_array_equal(held["x"], trace.x)


# ---- csv


def test_csv_gives_every_value_back_to_the_last_bit():
    trace = two_way()
    data = csv_text(trace)
    assert data.startswith(b"\xef\xbb\xbf")
    header, *rows = rows_of(data)
    assert header == COLUMNS
    assert len(rows) == csv_rows(trace) == 4 * 3 * 5 * 4
    seen = np.zeros(trace.h.shape, int)
    for row in rows:
        layer, batch, step, unit = (int(row[k]) for k in (0, 1, 2, 4))
        seen[layer, batch, step, unit] += 1
        assert row[3] == trace.labels[step]
        for name, text in zip(COLUMNS[5:], row[5:], strict=True):
            assert np.float32(text) == getattr(trace, name)[layer, batch, step, unit]
    assert (seen == 1).all()


def test_csv_values_add_up_as_the_page_says():
    values = np.array([row[5:] for row in rows_of(csv_text(two_way()))[1:]], float)
    z, _, n, h, h_prev, keep, write = values.T
    np.testing.assert_allclose(keep + write, h, atol=1e-6)
    np.testing.assert_allclose(keep, z * h_prev, atol=1e-6)
    np.testing.assert_allclose(write, (1 - z) * n, atol=1e-6)


def test_csv_without_labels_leaves_the_column_empty():
    assert {row[3] for row in rows_of(csv_text(two_way(labels=())))[1:]} == {""}


@pytest.mark.parametrize(
    "label", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")', "=", "-"]
)
def test_a_label_that_a_spreadsheet_would_run_is_defused(label):
    cell = rows_of(csv_text(flat(1, labels=(label,))))[1][3]
    assert cell == f"'{label}"
    assert cell[0] not in "=+-@\t\r"


@pytest.mark.parametrize("label", ["", "a", "1", "a=1", "set", "→A", "한", " =1", "'quoted'", ","])
def test_other_labels_stay_as_they_are(label):
    assert rows_of(csv_text(flat(1, labels=(label,))))[1][3] == label


def test_numbers_are_never_defused_and_stay_numbers():
    trace = gruviz.trace(gruviz.SplitGRU(1, 3), np.linspace(-3, 3, 9)[:, None])
    assert trace.h.min() < 0
    for row in rows_of(csv_text(trace))[1:]:
        assert all(np.isfinite(float(cell)) for cell in row[5:])


def test_a_csv_has_a_limit_and_the_sentence_says_what_to_use_instead():
    assert MAX_CSV_ROWS == 300_000
    assert csv_rows(flat(MAX_CSV_ROWS + 1)) == MAX_CSV_ROWS + 1
    with pytest.raises(ValueError, match=r"300001 rows.*300000.*npz"):
        csv_text(flat(MAX_CSV_ROWS + 1))
    with pytest.raises(ValueError, match="300002 rows"):
        csv_text(flat(MAX_CSV_ROWS // 2 + 1, units=2))


def test_the_limit_itself_is_still_written(monkeypatch):
    monkeypatch.setattr(export, "MAX_CSV_ROWS", 20)
    assert len(rows_of(csv_text(flat(20)))) == 21
    with pytest.raises(ValueError, match="21 rows"):
        csv_text(flat(21))
