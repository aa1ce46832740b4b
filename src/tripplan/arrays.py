"""Names of array types, and what any array needs: read-only columns, ranges spelled out."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
"""Nodes, arcs, stops: numbers that networks and compiled loops keep small."""
Longs = NDArray[np.int64]
"""Positions in arrays."""
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


def column(value: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """Return a read-only one-dimensional array of a dtype.

    An array that nobody can write to (a memory map of a file, say) is kept; others are copied.
    """
    if isinstance(value, np.ndarray) and value.dtype == dtype and not value.flags.writeable:
        return value
    array = np.array(value, dtype=dtype, copy=True)
    array.setflags(write=False)
    return array


def ragged(first: Longs, count: Longs) -> Longs:
    """Spell out ranges: first[i], first[i] + 1, ... (count[i] of them), one after the other."""
    ends = count.cumsum()
    total = int(ends[-1]) if ends.size else 0
    return np.arange(total) - (ends - count - first).repeat(count)
