"""Columns of records: read-only arrays of a fixed dtype."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


def column(value: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """Return a read-only one-dimensional array of a dtype.

    An array that nobody can write to (a memory map of a file, say) is kept; others are copied.
    """
    if isinstance(value, np.ndarray) and value.dtype == dtype and not value.flags.writeable:
        return value
    array = np.array(value, dtype=dtype, copy=True)
    array.setflags(write=False)
    return array
