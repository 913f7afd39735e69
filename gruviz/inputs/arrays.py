"""NumPy files: a `.npy` of one or two axes as a Sequence, its header checked before anything is allocated."""

from __future__ import annotations

import ast
import math
import re

import numpy as np

from gruviz.inputs.sequence import Sequence, check_bytes, check_size
from gruviz.inputs.text import refuse_other_files
from gruviz.wording.problems import Problem

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000
_LARGEST_LENGTH = 2**63 - 1
# what nests or chains in Python; a header numpy writes has a handful, and its depth is what a parser's stack pays for
_NESTING = re.compile(rb"[(\[{+~*/%@&|^<>.-]|not|if|lambda|and|or")
_DEEPEST = 200


def read_npy(data: bytes, name: str = "array") -> Sequence:
    """Read a NumPy `.npy` file of shape (time,) or (time, input); nothing in it is ever unpickled.

    Args:
        data: the file's bytes, at most 16 MiB.
        name: what to call it in sentences and on the page.

    Returns:
        The Sequence.

    Raises:
        Problem: not a .npy file, cut short, too large, not real numbers, or nan or inf (named by step and
            input, both from 1).

    Source: the format is described in numpy.lib.format.

    Example:
        >>> import io
        >>> file = io.BytesIO()
        >>> np.save(file, np.array([0.0, 1.0, 0.5]))
        >>> read_npy(file.getvalue()).x.shape
        (3, 1)
    """
    check_bytes(len(data))
    if not data.startswith(_MAGIC):
        refuse_other_files(data, name)
        raise Problem("npy_not_array", name=name)
    descr, fortran_order, shape, start = _header(data, name)
    if not isinstance(descr, str) or not re.fullmatch(r"[<>|=]?[biuf]\d{1,2}", descr):
        raise Problem("npy_dtype", name=name, found=str(descr))
    try:
        dtype = np.dtype(descr)
    except TypeError:
        raise Problem("npy_dtype", name=name, found=descr) from None
    if len(shape) not in (1, 2) or 0 in shape:
        raise Problem("npy_shape", name=name, found=str(shape))
    check_size(shape[0], shape[1] if len(shape) == 2 else 1)
    expected = math.prod(shape) * dtype.itemsize
    if len(data) - start != expected:
        raise Problem("npy_bytes", name=name, found=len(data) - start, expected=expected)
    x = np.frombuffer(data, dtype=dtype, offset=start).reshape(shape, order="F" if fortran_order else "C")
    return Sequence(x.reshape(shape[0], -1), name=name)


def _header(data: bytes, name: str) -> tuple[object, bool, tuple[int, ...], int]:
    # numpy's own reader may raise tokenizer errors on junk, and for version 3 it is private
    width = 2 if data[6:7] == b"\x01" else 4
    size = int.from_bytes(data[8 : 8 + width], "little")
    start = 8 + width + size
    if data[6:7] not in (b"\x01", b"\x02", b"\x03") or size > _LONGEST_HEADER or start > len(data):
        raise Problem("npy_header", name=name)
    written = data[8 + width : start]
    if len(_NESTING.findall(written)) > _DEEPEST:
        raise Problem("npy_header", name=name)
    try:
        header = ast.literal_eval(written.decode("utf-8").strip())
        descr, fortran_order, shape = header["descr"], header["fortran_order"], header["shape"]
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        raise Problem("npy_header", name=name) from None
    whole = isinstance(shape, tuple) and all(type(n) is int and 0 <= n <= _LARGEST_LENGTH for n in shape)
    if not whole or not isinstance(fortran_order, bool):
        raise Problem("npy_header", name=name)
    return descr, fortran_order, shape, start
