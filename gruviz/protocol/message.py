"""One message of a header and arrays in plain bytes, as assets/stage/data/message.js reads it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

_ALIGNED = 8
_TYPES = {"f4": np.dtype("<f4"), "i4": np.dtype("<i4")}


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Put a header and its arrays into one message.

        uint32 N | N bytes of JSON, padded with spaces to 4 + N = 8 k | the arrays, each from a multiple of 8 on

    Little endian, C order. The header gets one more key, "arrays": {name: {"offset", "shape", "type"}}, offsets
    counted from the end of the JSON.

    Args:
        header: what JSON can hold, finite numbers only (NaN is not JSON); without a key "arrays".
        arrays: name -> float or whole numbers; stored as float32 ("f4") or int32 ("i4").

    Raises:
        ValueError: the header holds "arrays", NaN or inf, or an array is neither of floats nor of whole numbers.

    >>> header, arrays = unpack(pack({"t": 3}, {"h": np.eye(2, dtype=np.float32)}))
    >>> header["t"], arrays["h"].tolist()
    (3, [[1.0, 0.0], [0.0, 1.0]])
    """
    if "arrays" in header:
        raise ValueError('The header holds "arrays", which the message needs for itself.')
    places, parts, offset = {}, [], 0
    for name, array in arrays.items():
        kind = {"f": "f4", "i": "i4", "u": "i4"}.get(array.dtype.kind)
        if kind is None:
            raise ValueError(f"{name} is an array of {array.dtype}; floats or whole numbers are needed.")
        data = np.ascontiguousarray(array, _TYPES[kind]).tobytes()
        places[name] = {"offset": offset, "shape": list(array.shape), "type": kind}
        parts += [data, bytes(-len(data) % _ALIGNED)]
        offset += len(data) + len(parts[-1])
    text = json.dumps({**header, "arrays": places}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    coded = text.encode("utf-8", "replace")  # half a surrogate pair in a visitor's label has no UTF-8
    coded += b" " * (-(4 + len(coded)) % _ALIGNED)
    return b"".join([struct.pack("<I", len(coded)), coded, *parts])


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Take a message apart again.

    Args:
        message: what `pack` gave.

    Returns:
        The header without its key "arrays", and the arrays, read-only.
    """
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    arrays = {}
    for name, place in header.pop("arrays").items():
        shape = tuple(place["shape"])
        flat = np.frombuffer(message, _TYPES[place["type"]], int(np.prod(shape)), 4 + length + place["offset"])
        arrays[name] = flat.reshape(shape)
    return header, arrays
