"""Models as safetensors, written and read by gruviz itself: a header in JSON, then the numbers. Nothing is executed.

    8 bytes   length N of the header, little endian
    N bytes   JSON: {"name": {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, "__metadata__": {...}}
    the rest  the numbers of every tensor, little endian, without gaps

Source: https://github.com/huggingface/safetensors, section "Format".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from gruviz.wording.problems import Problem

MAX_FILE = 64 * 2**20
MAX_HEADER = 2**20
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "|u1", "BOOL": "|b1"}
_CODES = {np.dtype(kind): code for code, kind in DTYPES.items()}


def to_bytes(weights: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None) -> bytes:
    """Weights and a few words as one safetensors file.

    Args:
        weights: name -> array; float16, float32, float64, int32, int64, uint8 or bool.
        metadata: text -> text.

    Returns:
        The bytes; the same for the same arguments.

    Raises:
        TypeError: an array of another type, or metadata that is not text.

    >>> weights, metadata = from_bytes(to_bytes({"w": np.ones((2, 3), np.float32)}, {"task": "parity"}))
    >>> weights["w"].shape, metadata
    ((2, 3), {'task': 'parity'})
    """
    if not all(isinstance(text, str) for pair in (metadata or {}).items() for text in pair):
        raise TypeError("metadata must be text -> text.")
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    pieces, end = [], 0
    for name, value in weights.items():
        array = np.ascontiguousarray(value).reshape(np.shape(value))
        code = _CODES.get(array.dtype.newbyteorder("<"))
        if code is None or name == "__metadata__":
            raise TypeError(f"{name} holds {array.dtype} values; {', '.join(DTYPES)} can be written.")
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [begin, end]}
        pieces.append(array.astype(DTYPES[code]).tobytes())
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the numbers begin at a multiple of 8
    return b"".join((len(text).to_bytes(8, "little"), text, *pieces))


def from_bytes(data: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read a safetensors file that may come from anyone: every size and place is checked before it is used.

    Args:
        data: the bytes of the file, at most 64 MiB.

    Returns:
        name -> read-only array, and the file's metadata.

    Raises:
        Problem: it is no such file, is cut short, or its tensors overlap, leave gaps or lie outside; the sentence says.
    """
    if len(data) > MAX_FILE:
        raise Problem("model_file_too_large", found=len(data), limit=MAX_FILE)
    header, numbers = _header(data)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise Problem("model_file_header", why="metadata is not text")
    weights, places = {}, []
    for name, entry in header.items():
        kind, shape, begin, end = _entry(name, entry, len(numbers))
        places.append((begin, end, name))
        array = np.frombuffer(numbers[begin:end], dtype=kind).reshape(shape)
        if kind == "|b1" and np.frombuffer(numbers[begin:end], np.uint8).max(initial=0) > 1:
            raise Problem("model_file_tensor", name=name, why="a byte is neither 0 nor 1")
        weights[name] = array
    places.sort()
    for (_, end, _), (begin, _, name) in pairwise([(0, 0, ""), *places]):
        if begin != end:
            raise Problem("model_file_tensor", name=name, why=f"begins at {begin}, not at {end}")
    if (places[-1][1] if places else 0) != len(numbers):
        raise Problem("model_file_header", why="numbers are left over")
    return weights, metadata


def _header(data: bytes) -> tuple[dict[str, object], memoryview]:
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(len(data) - 8, MAX_HEADER):
        raise Problem("model_file_header", why="the header does not fit")
    try:
        header = json.loads(data[8 : 8 + size].decode("utf-8"), object_pairs_hook=_no_name_twice)
    except (ValueError, RecursionError):  # bad UTF-8, bad JSON, a name twice, nested without end
        raise Problem("model_file_header", why="the header is not JSON") from None
    if not isinstance(header, dict):
        raise Problem("model_file_header", why="the header is not an object")
    return header, memoryview(data)[8 + size :]


def _no_name_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _entry(name: str, entry: object, room: int) -> tuple[str, tuple[int, ...], int, int]:
    """dtype, shape, begin and end of one tensor, which lie inside the file and agree with each other."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise Problem("model_file_tensor", name=name, why="dtype, shape and data_offsets are needed")
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in DTYPES:
        raise Problem("model_file_tensor", name=name, why=f"type {str(entry['dtype'])[:12]} is not read here")
    shape, offsets = entry["shape"], entry["data_offsets"]
    whole = isinstance(shape, list) and isinstance(offsets, list) and len(offsets) == 2 and len(shape) <= 8
    if not whole or not all(type(k) is int and 0 <= k <= MAX_FILE for k in (*shape, *offsets)):
        raise Problem("model_file_tensor", name=name, why="a size is not a whole number in range")
    kind, (begin, end) = DTYPES[entry["dtype"]], offsets
    needed = np.dtype(kind).itemsize
    for k in shape:
        needed *= k
    if not begin <= end <= room or end - begin != needed:
        raise Problem("model_file_tensor", name=name, why=f"{needed} bytes are not at {begin} to {end}")
    return kind, tuple(shape), begin, end
