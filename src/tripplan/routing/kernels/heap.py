"""A 4-ary heap of (key, item) in two plain arrays, shared by all compiled searches."""

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import part_bare


@part_bare
def heap_push(keys: Floats, items: Ints, size: int, key: float, item: int) -> int:
    """Insert; returns the new size.

    Parameters
    ----------
    keys, items
        The heap, shape (room,); there must be room for one more.
    size
        How many it holds.
    key, item
        What to insert.
    """
    at = size
    while at > 0:
        up = (at - 1) >> 2
        if keys[up] <= key:
            break
        keys[at] = keys[up]
        items[at] = items[up]
        at = up
    keys[at] = key
    items[at] = item
    return size + 1


@part_bare
def heap_pop(keys: Floats, items: Ints, size: int) -> int:
    """Remove the least entry, which the caller has read at index 0.  Returns the new size."""
    size -= 1
    key = keys[size]
    item = items[size]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        best = child
        for other in range(child + 1, min(child + 4, size)):
            if keys[other] < keys[best]:
                best = other
        if keys[best] >= key:
            break
        keys[at] = keys[best]
        items[at] = items[best]
        at = best
    keys[at] = key
    items[at] = item
    return size
