"""Where a law on low-speed vehicles cuts a trip, and the least that would not be legal.

Of all routes over all roads the one with the fewest metres along roads that the law does not allow;
a crossing of a faster road that may not be crossed counts as `CROSSING_M`.  Plain Dijkstra over the
roads, at a refusal alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats
from tripplan.errors import IllegalRoadError
from tripplan.planning.road_access import legal_arcs, limited_access, open_arcs
from tripplan.planning.seasons import seasons_of
from tripplan.records.low_speed_law import LowSpeedLaw
from tripplan.records.network import ROAD_CLASSES, RoadNetwork
from tripplan.records.region import Region
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.customization import CustomizedHierarchy

CROSSING_M: Final = 20.0
"""What crossing a road that may not be crossed counts (assumption: its width)."""
_LENGTH_SHARE: Final = 1e-4
"""Of two routes with as many illegal metres the shorter one counts."""
_LIMIT_SLACK_KMH: Final = 0.5
_MOST_NAMED: Final = 3


@dataclass(frozen=True, eq=False)
class _Ground:
    """All roads, local ones at the ends of the trip behind them, and what the law says of each."""

    network: RoadNetwork
    region_arc: NDArray[np.int64]
    """Arc of the region that each road is or is a part of; -1: an access way, shape (roads,)."""
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_m: Floats
    passable: Flags
    """Whether it is open but for the law, shape (roads,)."""
    along_m: Floats
    """Metres that are not legal to drive along, shape (roads,)."""
    crosses: Flags
    """Whether it leads into a junction with a faster road that may not be crossed."""
    nodes: int


def legal_gap(
    region: Region,
    trip: Trip,
    vehicle: Vehicle,
    customized: CustomizedHierarchy,
    nodes: Sequence[int],
) -> IllegalRoadError | None:
    """Say where the law cuts a trip, and over which roads its least illegal route leads.

    Parameters
    ----------
    region, trip, vehicle
        Who wanted to drive where; the trip names a law.
    customized
        The roads, with the ends of the trip.
    nodes
        Nodes, or ends, of the places of the trip in order, shape (places,).

    Returns
    -------
    IllegalRoadError or None
        None: no road joins them even without the law.
    """
    law = trip.low_speed_law
    assert law is not None
    ground = _ground(region.network, trip, vehicle, customized, law)
    route: list[int] = []
    for here, there in pairwise(nodes):
        part = _least(ground, here, there)
        if part is None:
            return None
        route += part
    illegal = [k for k in route if ground.along_m[k] > 0.0 or ground.crosses[k]]
    if not illegal:
        return None
    first = illegal[0]
    # A road that is not legal cuts the way at its start, one that crosses at its end.
    at_start = ground.along_m[first] > 0.0
    lat, lon = _position(region.network, ground, customized, first, at_start=bool(at_start))
    near = region.gazetteer.nearest_town(lat, lon)
    place = f"{lat:.5f},{lon:.5f}{f' near {near.label}' if near else ''}"
    illegal_m = float(ground.along_m[illegal].sum())
    crossings = int(np.count_nonzero(ground.crosses[illegal]))
    named = list(_named(ground, illegal, law))
    by_length = sorted(named, key=lambda one: -one[1])[:_MOST_NAMED]
    roads = ", ".join(f"{metres:,.0f} m of {label}" for label, metres in by_length)
    told = []
    if illegal_m:
        more = len(named) - len(by_length)
        rest = f" and {more} more" if more else ""
        told.append(f"{illegal_m:,.0f} m along roads that it does not allow ({roads}{rest})")
    if crossings:
        told.append(f"{crossings} crossing{'s' if crossings > 1 else ''} of faster roads")
    return IllegalRoadError(
        f"no legal road joins {trip.origin.label} and {trip.destination.label}{trip.by_way_of} "
        f"in this region by {law.title}: {law.rule}. The way is cut at {place}. "
        f"The least that is not legal: {' and '.join(told)}.",
        law=law.code,
        cut_lat=lat,
        cut_lon=lon,
        illegal_m=illegal_m,
        crossings=crossings,
        roads=tuple(label for label, _ in by_length),
    )


def _ground(
    network: RoadNetwork,
    trip: Trip,
    vehicle: Vehicle,
    customized: CustomizedHierarchy,
    law: LowSpeedLaw,
) -> _Ground:
    roads, ends = customized.every_road, customized.ends
    arcs = np.arange(network.arc_count, dtype=np.int64)
    length_m, access = network.length_m, np.zeros(network.arc_count, np.bool_)
    if ends is not None:
        arcs = np.concatenate([arcs, ends.ends.region_arc])
        access = np.concatenate([access, ends.ends.access])
        length_m = np.concatenate([length_m, ends.ends.network.length_m])
    free = vehicle.model_copy(update={"max_posted_speed_kmh": None})
    passable = open_arcs(network, free, trip.avoid)
    passable[seasons_of(network, trip.departure).closed] = False
    legal = legal_arcs(network, law)
    passable &= customized.open_roads | ~legal  # what the driver says is closed
    along = limited_access(network)
    if law.road_limit_kmh is not None:
        along = along | (network.speed_limit_kmh > law.road_limit_kmh + _LIMIT_SLACK_KMH)
    crosses = ~legal & ~along
    return _Ground(
        network=network,
        region_arc=np.where(access, -1, arcs),
        tail=roads.tail.astype(np.int64),
        head=roads.head.astype(np.int64),
        length_m=length_m,
        passable=passable[arcs] | access,
        along_m=np.where(along[arcs] & ~access, length_m, 0.0),
        # A part of an arc that ends amid it does not reach the junction at the arc's end.
        crosses=crosses[arcs] & ~access & (roads.head == network.head[arcs]),
        nodes=roads.height_kwh.size,
    )


def _least(ground: _Ground, source: int, target: int) -> list[int] | None:
    """Return the roads of the route with the fewest illegal metres; None: there is no route."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - it loads slowly
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    weight = ground.along_m + CROSSING_M * ground.crosses + _LENGTH_SHARE * ground.length_m
    kept = np.flatnonzero(ground.passable)
    order = kept[np.lexsort((weight[kept], ground.head[kept], ground.tail[kept]))]
    tail, head = ground.tail[order], ground.head[order]
    first = np.ones(order.size, np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    order, tail, head = order[first], tail[first], head[first]
    size = (ground.nodes, ground.nodes)
    matrix = csr_array((weight[order], (tail, head)), shape=size)
    found = dijkstra(matrix, indices=np.array([source]), return_predecessors=True)
    before = found[1][0]
    pair = tail * ground.nodes + head
    route: list[int] = []
    node = target
    while node != source:
        last = int(before[node])
        if last < 0:
            return None
        route.append(int(order[np.searchsorted(pair, last * ground.nodes + node)]))
        node = last
    return route[::-1]


def _position(
    network: RoadNetwork,
    ground: _Ground,
    customized: CustomizedHierarchy,
    road: int,
    *,
    at_start: bool,
) -> tuple[float, float]:
    node = int((ground.tail if at_start else ground.head)[road])
    if customized.ends is not None and node >= network.node_count:
        return customized.ends.ends.position(node)
    return float(network.lat[node]), float(network.lon[node])


def _named(
    ground: _Ground, illegal: Sequence[int], law: LowSpeedLaw
) -> Iterator[tuple[str, float]]:
    """Yield the illegal roads by name, each once, with their metres."""
    metres: dict[str, float] = {}
    along = (k for k in illegal if ground.along_m[k] > 0.0)
    for label, parts in groupby(along, key=lambda k: _label(ground, k, law)):
        metres[label] = metres.get(label, 0.0) + sum(float(ground.along_m[k]) for k in parts)
    yield from metres.items()


def _label(ground: _Ground, road: int, law: LowSpeedLaw) -> str:
    network, arc = ground.network, int(ground.region_arc[road])
    number = int(network.name_of_arc[arc]) if network.road_name.size else -1
    kind = ROAD_CLASSES[int(network.road_class[arc])].replace("_", " ")
    name = network.road_names[number] if number >= 0 else None
    label = (name.number or name.name) if name else ""
    plain = f"a {kind}" if kind == "motorway" else f"a {kind} road"
    return f"{label or plain} ({law.speed(float(network.speed_limit_kmh[arc]))})"
