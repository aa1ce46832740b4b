"""What arcs are called that were merged of several ways: `names_of_arcs`."""

import numpy as np

from tripplan.arrays import Flags, Ints
from tripplan.records.road_name import RoadName
from tripplan.routing.geometry import step_lengths_m
from tripplan.sources.osm.merge import Arcs, Line
from tripplan.sources.osm.road_names import WayNames


def names_of_arcs(
    names: WayNames, line: Line, arcs: Arcs, ramp: Flags
) -> tuple[Ints, tuple[RoadName, ...]]:
    """Return the name of each arc, and the names.

    An arc that was merged of several ways has the name on which most of its length lies, the want
    of one included.  A ramp that begins at an exit is called by that, unless its way says another.

    Parameters
    ----------
    names
        What the ways are called.
    line, arcs
        The ways' points, and the arcs made of them.
    ramp
        Which arcs are ramps, shape (arcs,).

    Returns
    -------
    Ints, tuple
        Index into the names, -1 for none, shape (arcs,); and the names that arcs have, each once.
    """
    table = list(names.table)
    number = _longest(names.way[line.way[arcs.point]], line, arcs)
    start = line.node_id[line.node[arcs.point[arcs.point_first[:-1]]]]
    slot = np.searchsorted(names.exit_node, start)
    if names.exit_node.size:
        slot = np.minimum(slot, names.exit_node.size - 1)
        at_exit = ramp & (names.exit_node[slot] == start)
        first = names.way[arcs.first_way]
        known = {name: k for k, name in enumerate(table)}
        for arc in np.flatnonzero(at_exit).tolist():
            exit_, way = names.exits[slot[arc]], names.table[first[arc]]
            own = names.table[number[arc]]
            found = RoadName(
                own.ref, own.name, way.exit or exit_.exit, way.towards or exit_.towards
            )
            number[arc] = known.setdefault(found, len(known))
        table = list(known)
    used, index = np.unique(number, return_inverse=True)
    kept = [table[k] for k in used.tolist()]
    if kept and kept[0] == RoadName():
        return (index - 1).astype(np.int32), tuple(kept[1:])
    return index.astype(np.int32), tuple(kept)


def _longest(name: Ints, line: Line, arcs: Arcs) -> Ints:
    """Return for each arc the name on which most of its length lies, shape (arcs,).

    Parameters
    ----------
    name
        That of the step from each point of an arc to its next, shape (points of all arcs,).
    line, arcs
        The ways' points, and the arcs made of them.
    """
    steps = np.diff(arcs.point_first) - 1
    arc = np.repeat(np.arange(steps.size), steps + 1)[:-1]
    inside = np.ones(arc.size, dtype=bool)
    inside[arcs.point_first[1:-1] - 1] = False
    length_m = step_lengths_m(line.lat[arcs.point], line.lon[arcs.point])[inside]
    arc, name = arc[inside], name[:-1][inside]
    most = int(name.max(initial=0)) + 1
    pair, index = np.unique(arc * most + name, return_inverse=True)
    total_m = np.bincount(index, weights=length_m, minlength=pair.size)
    order = np.lexsort((total_m, pair // most))
    last = np.flatnonzero(np.append(np.diff(pair[order] // most) > 0, True))
    return np.asarray(pair[order][last] % most, dtype=np.int32)
