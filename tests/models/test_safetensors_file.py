"""Safetensors: what is written comes back, the layout is the published one, and a hostile file ends in one sentence."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gruviz.models import safetensors_file as model_files
from gruviz.models.safetensors_file import DTYPES, from_bytes, to_bytes
from gruviz.wording.problems import Problem

TWO = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1.5, -2.0])}


def file_of(header, numbers=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


def entry(begin=0, end=4, shape=(1,), dtype="F32", **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end], **more}


def refused(data):
    with pytest.raises(Problem) as caught:
        from_bytes(data)
    return caught.value


def test_weights_and_metadata_come_back_and_cannot_be_changed():
    weights, metadata = from_bytes(to_bytes(TWO, {"task": "parity", "말": "예"}))
    assert metadata == {"task": "parity", "말": "예"}
    assert list(weights) == ["a", "b"]
    for name, value in TWO.items():
        assert weights[name].dtype == value.dtype
        np.testing.assert_array_equal(weights[name], value)
        with pytest.raises(ValueError, match="read-only"):
            weights[name][...] = 0


def test_the_bytes_are_laid_out_as_published():
    data = to_bytes(TWO, {"k": "v"})
    size = int.from_bytes(data[:8], "little")
    assert size % 8 == 0
    header = json.loads(data[8 : 8 + size])
    assert header == {
        "__metadata__": {"k": "v"},
        "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "b": {"dtype": "F64", "shape": [2], "data_offsets": [24, 40]},
    }
    assert data[8 + size :] == TWO["a"].astype("<f4").tobytes() + TWO["b"].astype("<f8").tobytes()


def test_a_file_written_by_hand_is_read():
    numbers = np.array([1, 2], "<f4").tobytes()
    header = {"second": entry(4, 8), "first": entry(0, 4, ())}
    weights, metadata = from_bytes(file_of(header, numbers))
    assert (weights["first"].item(), weights["second"].tolist(), metadata) == (1.0, [2.0], {})


@given(
    st.dictionaries(
        st.text(max_size=8).filter(lambda name: name != "__metadata__"),
        st.sampled_from(sorted(DTYPES)).flatmap(
            lambda code: npst.arrays(DTYPES[code], npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
        ),
        max_size=4,
    )
)
def test_every_type_and_shape_comes_back(given_weights):
    weights, _ = from_bytes(to_bytes(given_weights))
    assert list(weights) == list(given_weights)
    for name, value in given_weights.items():
        assert weights[name].shape == value.shape
        assert weights[name].tobytes() == value.tobytes()


def test_big_endian_and_strided_arrays_are_written_by_value():
    value = np.arange(6, dtype=">f4").reshape(2, 3).T
    weights, _ = from_bytes(to_bytes({"w": value}))
    np.testing.assert_array_equal(weights["w"], value)


@pytest.mark.parametrize(
    ("weights", "metadata"),
    [
        ({"w": np.zeros(2, complex)}, None),
        ({"w": np.array(["a"])}, None),
        ({"__metadata__": np.zeros(1)}, None),
        ({}, {"seed": 3}),
    ],
)
def test_what_has_no_place_in_the_format_is_not_written(weights, metadata):
    with pytest.raises(TypeError):
        to_bytes(weights, metadata)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        (2**63).to_bytes(8, "little"),
        (100).to_bytes(8, "little") + b"{}",
        file_of(b"not json"),
        file_of(b"\xff\xfe"),
        file_of(b"[]"),
        file_of(b'{"a": 1, "a": 2}'),
        file_of(b"[" * 100_000),
        file_of({"__metadata__": {"k": 3}}),
        file_of({"__metadata__": "text"}),
        file_of({}, b"left over"),
        file_of({"a": entry()}, bytes(12)),
    ],
    ids=range(13),
)
def test_a_bad_header_is_refused(data):
    assert refused(data).key == "model_file_header"


@pytest.mark.parametrize(
    "wrong",
    [
        3,
        {},
        entry(extra=1),
        entry(dtype="BF16"),
        entry(dtype=["F32"]),
        entry(shape=[-1]),
        entry(shape=[True]),
        entry(shape=[1.0]),
        entry(shape=[2**40]),
        entry(shape=[1] * 9),
        entry(0, 8, [2]),
        entry(4, 0),
        entry(-4, 0),
        entry(0, 4, [2]),
        entry(0, 4, [2**13, 2**13]),
        {"dtype": "F32", "shape": "1", "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0]},
        {"dtype": "BOOL", "shape": [4], "data_offsets": [0, 4]},
    ],
    ids=range(18),
)
def test_a_bad_tensor_is_refused_by_name(wrong):
    problem = refused(file_of({"weight": wrong}, b"\x02\x02\x02\x02"))
    assert problem.key == "model_file_tensor"
    assert problem.fields["name"] == "weight"


@pytest.mark.parametrize("second", [(0, 4), (2, 6), (8, 12)], ids=["same place", "overlap", "gap"])
def test_tensors_lie_side_by_side(second):
    assert refused(file_of({"a": entry(), "b": entry(*second)}, bytes(12))).key == "model_file_tensor"


def test_a_file_too_large_is_not_even_looked_at(monkeypatch):
    monkeypatch.setattr(model_files, "MAX_FILE", 10)
    assert refused(to_bytes(TWO)).key == "model_file_too_large"


@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_damage_ends_in_a_model_or_a_sentence(noise, place):
    data = to_bytes(TWO, {"k": "v"})
    for damaged in (data[:place] + noise + data[place + len(noise) :], data[:place], noise):
        try:
            from_bytes(damaged)
        except Problem:
            continue
