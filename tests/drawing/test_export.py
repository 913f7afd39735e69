"""Exports hold every value of the trace, exactly, and nothing a spreadsheet would run."""

import contextlib
import csv
import io
import json
import re
from dataclasses import asdict
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
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
        names = {"labels", "channels", "units", "weights", "settings", "meta", "README.txt"}
        assert set(held) == {"r", "z", "n", "h", "x", "h0"} | names
        for name in ("r", "z", "n", "h", "x", "h0"):
            wanted = getattr(trace, name)
            assert held[name].dtype == wanted.dtype
            assert held[name].shape == wanted.shape
            assert held[name].tobytes() == np.ascontiguousarray(wanted).tobytes()
        assert held["z"].dtype == np.float32
        assert tuple(held["labels"].tolist()) == trace.labels
        assert json.loads(str(held["meta"])) == {**asdict(trace.meta), "what_if": []}


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


MADE = {
    "split": lambda: gruviz.SplitGRU(2, 3),
    "split with a head": lambda: gruviz.SplitGRU(2, 3, out_features=2),
    "concat": lambda: gruviz.ConcatGRU(2, 3),
    "nn.GRU of ours": lambda: gruviz.TorchGRU(2, 3),
    "two layers, two ways, of ours": lambda: gruviz.TorchGRU(2, 3, num_layers=2, bidirectional=True, out_features=4),
    "nn.GRU": lambda: nn.GRU(2, 3),
    "two layers, two ways": lambda: nn.GRU(2, 3, 2, bidirectional=True),
    "no bias, float64": lambda: nn.GRU(2, 3, bias=False).double(),
    "nn.GRUCell": lambda: nn.GRUCell(2, 3),
}


def written(name, **more):
    """A file in the working folder, and what it was made from."""
    torch.manual_seed(5)
    model = MADE[name]()
    layers = 4 if name.startswith("two layers") else 1
    trace = gruviz.trace(model, inputs(0, 2, 6, 2), start(1, layers, 2, 3))
    Path("gruviz.npz").write_bytes(npz(trace, model, **more))
    return trace, model, np.load(io.BytesIO(Path("gruviz.npz").read_bytes()), allow_pickle=False)


def blocks(held):
    """The pieces of Python in a README, as they stand; each has three lines below its import."""
    found = re.findall(r"(?ms)^import .*?(?=\n\n|\Z)", held["README.txt"].decode())
    assert all(len(block.strip().splitlines()) == 4 for block in found)
    return found


def printed(block):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block, "README.txt", "exec"), {})
    return float(out.getvalue())


@pytest.mark.parametrize("name", MADE)
def test_the_lines_of_the_readme_rebuild_the_trace_as_they_stand(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    held = written(name)[2]
    found = blocks(held)
    assert len(found) == (1 if "split" in name or name in ("concat", "nn.GRUCell") else 2)
    assert [block for block in found if "gruviz.trace" in block] == found[:1]
    for block in found:
        assert printed(block) < 1e-5


@pytest.mark.parametrize("name", MADE)
def test_those_lines_see_a_weight_that_is_not_the_models(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    held = written(name)[2]
    arrays = {key: held[key] for key in held.files if key != "README.txt"}
    top = [key for key in arrays["weights"].tolist() if "weight" in key and not key.startswith("fc")][-1]
    arrays[top] = arrays[top] + 1
    np.savez("gruviz.npz", **arrays)
    assert all(printed(block) > 1e-3 for block in blocks(held))


@pytest.mark.parametrize("name", MADE)
def test_weights_stand_under_the_names_of_the_state_dict(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, model, held = written(name)
    wanted = model.state_dict()
    assert set(held["weights"].tolist()) == set(wanted)
    for key, tensor in wanted.items():
        np.testing.assert_array_equal(held[key], tensor.numpy())
        assert f"{key} {tuple(tensor.shape)}" in held["README.txt"].decode()


def test_names_and_settings_stand_beside_the_trace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    query = {"weights": "leaky", "text": "a&b=한글 100%"}
    _, _, held = written("split", units=["가", "b", "c"], channels=["x", "y"], settings=query)
    assert held["units"].tolist() == ["가", "b", "c"]
    assert held["channels"].tolist() == ["x", "y"]
    assert dict(parse_qsl(str(held["settings"]))) == query


def test_without_a_model_the_lines_check_the_mixing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trace = two_way()
    data = npz(trace)
    Path("gruviz.npz").write_bytes(data)
    held = np.load(io.BytesIO(data))
    (block,) = blocks(held)
    assert printed(block) < 1e-6
    np.savez("gruviz.npz", **{key: held[key] + (key == "z") for key in "zrnh"}, h0=held["h0"])
    assert printed(block) > 0.1


@pytest.mark.parametrize("other", [gruviz.ConcatGRU(2, 3), gruviz.SplitGRU(2, 4), gruviz.SplitGRU(2, 3, bias=False)])
def test_a_model_that_was_not_traced_is_refused(other):
    trace = gruviz.trace(gruviz.SplitGRU(2, 3), inputs(0, 1, 4, 2))
    with pytest.raises(ValueError, match=r"The model's (kind|hidden_size|bias) is"):
        npz(trace, other)


BENT = (
    gruviz.Weight("w_hh", 4, 1, 1.5),
    gruviz.Bias("n", 0.5, units=(0,)),
    gruviz.Clamp("z", 0.75, units=(1,), steps=(2, 3)),
    gruviz.Scale("r", 0.5),
    gruviz.Lesion((2,)),
)


def bent(name, what_if=BENT):
    """Likewise, of a trace that was changed by hand."""
    _, model, held = written(name)
    trace = gruviz.trace(model, held["x"], held["h0"], what_if=what_if)
    Path("gruviz.npz").write_bytes(npz(trace, model))
    return trace, model, np.load(io.BytesIO(Path("gruviz.npz").read_bytes()), allow_pickle=False)


def check_of(held):
    """The lines of Python in its README, which are one more here."""
    (block,) = re.findall(r"(?ms)^import .*?(?=\n\n|\Z)", held["README.txt"].decode())
    return block


@pytest.mark.parametrize("name", MADE)
def test_a_trace_changed_by_hand_says_so_and_is_rebuilt(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trace, model, held = bent(name)
    assert export.what_if(held) == trace.meta.what_if == BENT
    assert TraceMeta(**json.loads(str(held["meta"]))) == trace.meta
    told = held["README.txt"].decode()
    assert all(f"  {one}\n" in told for one in BENT)
    assert "CHANGED BY HAND" in told
    assert max(len(line) for line in told.splitlines()) <= 120
    assert printed(check_of(held)) < 1e-5
    for key, tensor in model.state_dict().items():
        np.testing.assert_array_equal(held[key], tensor.numpy())  # the model's own, not those set by hand
    meta = json.loads(str(held["meta"]))
    arrays = {key: held[key] for key in held.files if key != "README.txt"}
    np.savez("gruviz.npz", **{**arrays, "meta": np.array(json.dumps({**meta, "what_if": meta["what_if"][1:]}))})
    assert printed(check_of(held)) > 1e-3


def test_a_bias_set_by_hand_in_concat_is_rebuilt_too(tmp_path, monkeypatch):
    """Its state_dict does not hold what of its one bias is b_hh."""
    monkeypatch.chdir(tmp_path)
    p = gruviz.SplitGRU(2, 3).params()
    monkeypatch.setitem(MADE, "concat", lambda: gruviz.ConcatGRU.from_params(p))
    held = bent("concat", (gruviz.Weight("b_hh", 4, None, 1.5), gruviz.Weight("b_ih", 0, None, -1.5)))[2]
    assert printed(check_of(held)) < 1e-5
    np.testing.assert_array_equal(held["b_hh_share"], p.b_hh)
    assert "b_hh_share" not in bent("concat")[2].files


def test_a_free_run_says_nothing_of_hands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    held = written("nn.GRU")[2]
    assert "BY HAND" not in held["README.txt"].decode()
    assert export.what_if(held) == ()


def test_without_a_model_what_was_changed_is_told_and_nothing_is_checked():
    model = gruviz.SplitGRU(2, 3)
    trace = gruviz.trace(model, inputs(0, 6, 2), what_if=[gruviz.Scale("h", 0.5)] * 25)
    told = np.load(io.BytesIO(npz(trace)))["README.txt"].decode()
    assert "CHANGED BY HAND" in told
    assert told.count("Scale(") == 20
    assert "  and 5 more\n" in told
    assert "import" not in told


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


@pytest.mark.parametrize("steps", [None, (0, 0), (1, 3), (4, 4)])
@pytest.mark.parametrize("units", [None, (2,), (3, 0)])
def test_a_part_is_those_rows_of_the_whole(steps, units):
    trace = two_way()
    first, last = steps or (0, 4)
    chosen = range(4) if units is None else units
    whole = rows_of(csv_text(trace, channels=["a", "b"]))
    wanted = [row for row in whole[1:] if first <= int(row[2]) <= last and int(row[4]) in chosen]
    assert rows_of(csv_text(trace, steps=steps, units=units, channels=["a", "b"])) == [whole[0], *wanted]
    assert csv_rows(trace, steps=steps, units=units) == len(wanted)


def test_names_of_units_and_inputs_stand_in_the_csv_and_numbers_stay():
    trace = gruviz.trace(gruviz.SplitGRU(2, 2), np.array([[1.5, -2], [0.25, 1e6]]))
    header, *rows = rows_of(csv_text(trace, unit_names=["latch", "=1+1"], channels=["rain", "z"]))
    assert header == [*COLUMNS[:5], "unit_name", *COLUMNS[5:], "rain", "z (input)"]
    assert [row[4:6] for row in rows] == [["0", "latch"], ["1", "'=1+1"]] * 2
    assert [[float(cell) for cell in row[-2:]] for row in rows] == [[1.5, -2]] * 2 + [[0.25, 1e6]] * 2
    heads = rows_of(csv_text(trace, channels=["@SUM(A1)", "\t=1"]))[0]
    assert heads[-2:] == ["'@SUM(A1)", "'\t=1"]


def test_a_part_of_what_is_too_long_is_written():
    trace = flat(MAX_CSV_ROWS, units=2)
    with pytest.raises(ValueError, match="600000 rows"):
        csv_text(trace)
    assert not export.fits_csv(trace)
    assert export.fits_csv(trace, units=[1])
    assert not export.fits_csv(trace, units=[1], inputs=100)
    assert len(rows_of(csv_text(trace, steps=(12, 30), units=[1]))) == 1 + 19


@pytest.mark.parametrize(
    "wrong",
    [{"steps": (0, 5)}, {"steps": (3, 2)}, {"units": [4]}, {"units": []}, {"channels": ["a"]}, {"unit_names": ["a"]}],
)
def test_what_is_not_in_the_trace_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\.$"):
        csv_text(two_way(), **wrong)
