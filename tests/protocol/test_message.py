"""A message gives back what was put in, bit for bit, laid out as the browser reads it."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gruviz.protocol.message import pack, unpack

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
HEADERS = st.dictionaries(st.text(max_size=9).filter(lambda name: name != "arrays"), JSON, max_size=5)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=7)
ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=9), hnp.arrays(np.float32, SHAPES) | hnp.arrays(np.int32, SHAPES), max_size=5
)


@given(HEADERS, ARRAYS)
def test_what_is_packed_comes_back(header, arrays):
    found, numbers = unpack(pack(header, arrays))
    assert found == header
    assert list(numbers) == list(arrays)
    for name, array in arrays.items():
        assert numbers[name].dtype == array.dtype
        assert numbers[name].shape == array.shape
        assert numbers[name].tobytes() == array.tobytes()  # NaN too


@given(HEADERS, ARRAYS)
def test_everything_stands_where_typed_arrays_can_be_laid_over_it(header, arrays):
    message = pack(header, arrays)
    (length,) = struct.unpack("<I", message[:4])
    assert (4 + length) % 8 == 0
    assert len(message) % 8 == 0
    places = json.loads(message[4 : 4 + length].decode())["arrays"]
    for name, array in arrays.items():
        place = places[name]
        assert place["offset"] % 8 == 0
        begin = 4 + length + place["offset"]
        assert message[begin : begin + array.nbytes] == array.tobytes()
        assert place["shape"] == list(array.shape)
        assert place["type"] == {"f": "f4", "i": "i4"}[array.dtype.kind]


@pytest.mark.parametrize(
    ("given_array", "kept"),
    [
        (np.array([1.5, 2], np.float64), np.array([1.5, 2], np.float32)),
        (np.array([[1, 2], [3, 4]], np.int64).T, np.array([[1, 3], [2, 4]], np.int32)),
        (np.arange(6, dtype=">f4")[::2], np.array([0, 2, 4], np.float32)),
        (np.array([7], np.uint8), np.array([7], np.int32)),
    ],
)
def test_other_numbers_are_brought_into_the_two_types(given_array, kept):
    found = unpack(pack({}, {"a": given_array}))[1]["a"]
    assert found.dtype == kept.dtype
    assert np.array_equal(found, kept)


def test_a_label_that_is_no_unicode_does_not_stop_the_message():
    header, _ = unpack(pack({"label": "a\ud800b"}, {}))
    assert header == {"label": "a?b"}


@pytest.mark.parametrize(
    ("header", "arrays", "said"),
    [
        ({"arrays": 1}, {}, 'holds "arrays"'),
        ({"x": float("nan")}, {}, "not JSON compliant"),
        ({"x": [float("inf")]}, {}, "not JSON compliant"),
        ({}, {"flags": np.array([True])}, "flags is an array of bool"),
        ({}, {"text": np.array(["a"])}, "text is an array of <U1"),
    ],
)
def test_what_the_browser_could_not_read_is_refused(header, arrays, said):
    with pytest.raises(ValueError, match=said):
        pack(header, arrays)
