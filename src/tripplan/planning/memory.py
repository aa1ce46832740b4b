"""Freed memory goes back to the system, where the C library would keep it in pieces.

Costs of roads are arrays of many sizes up to a hundred megabytes.  glibc keeps what is freed of
them for later use, in pieces that the next ones often do not fit.
"""

import ctypes
from functools import cache
from typing import Any, Final

LARGE_BYTES: Final = 50_000_000
"""Only after so much was let go, it is worth the two milliseconds."""


def give_back(freed_bytes: int) -> None:
    """Hand freed memory back to the system, where its C library can.

    Parameters
    ----------
    freed_bytes
        How much was let go of.
    """
    trim = _trim()
    if trim is not None and freed_bytes >= LARGE_BYTES:
        trim(0)


@cache
def _trim() -> Any:  # noqa: ANN401 - a function of the C library
    """Return glibc's `malloc_trim`; None: this system has none."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
