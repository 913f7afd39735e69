"""NumPy files: a `.npy` file as a Sequence, its header checked before anything is allocated."""

from __future__ import annotations

import io
import math
from tokenize import TokenError

import numpy as np

from gruviz.inputs.sequence import Sequence, check_bytes, check_size
from gruviz.inputs.text import refuse_other_files
from gruviz.wording.problems import Problem

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1000  # characters; NumPy writes about 120, and nesting costs the stack of a parser
_LARGEST_LENGTH = 2**63 - 1
_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_npy(data: bytes, name: str = "array") -> Sequence:
    """Read a NumPy `.npy` file of shape (time,), (time, input) or (1, time, input); nothing in it is ever unpickled.

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
    shape, is_fortran, dtype, start = _header(data, name)
    if dtype.kind not in "biuf":
        raise Problem("npy_dtype", name=name, found=str(dtype))
    if len(shape) == 3 and shape[0] == 1:  # a batch of one sequence
        shape = shape[1:]
    if len(shape) not in (1, 2) or 0 in shape:
        raise Problem("npy_shape", name=name, found=str(shape))
    check_size(shape[0], shape[1] if len(shape) == 2 else 1)
    expected = math.prod(shape) * dtype.itemsize
    if len(data) - start != expected:
        raise Problem("npy_bytes", name=name, found=len(data) - start, expected=expected)
    x = np.frombuffer(data, dtype=dtype, offset=start).reshape(shape, order="F" if is_fortran else "C")
    return Sequence(x.reshape(shape[0], -1), name=name)


def _header(data: bytes, name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Return shape, whether Fortran's order, dtype, and where the numbers begin."""
    file = io.BytesIO(data)
    try:
        read = _READERS[np.lib.format.read_magic(file)]
        shape, is_fortran, dtype = read(file, max_header_size=_LONGEST_HEADER)
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError, TokenError) as error:
        raise Problem("npy_header", name=name) from error
    if any(type(length) is not int or not 0 <= length <= _LARGEST_LENGTH for length in shape):
        raise Problem("npy_header", name=name)
    return shape, is_fortran, dtype, file.tell()
