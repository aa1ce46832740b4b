"""Trips between points that lie on real roads, against the same trips where the points are nodes.

The twin is cut here, arc by arc, in plain loops.  By default some sixty points on each network;
with TRIPPLAN_ALL_POINTS set five hundred.
"""

import os
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.samples.worlds import car
from tests.stories.shared_data import shared
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TUNNEL,
    NODE_COPY,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Trip
from tripplan.sources.build import build_region

pytestmark = pytest.mark.slow

POINTS = 500 if os.environ.get("TRIPPLAN_ALL_POINTS") else 60
CHARGERS = 60
CLEAR_M = 2.0
"""Nearer to a junction than one metre, a point is the junction."""
SAME = 1e-6
TOTALS = ("total_s", "driving_s", "distance_km", "energy_spent_kwh")
HEIGHTS = {"tm_colorado": "elevation/itur_us48_5arcmin.npz"}
FILES = {"tm_colorado": "highways/tm_colorado.osm.pbf", "rnv": "osm/rnv.osm.pbf"}

Line = list[tuple[float, float]]


def line_of(network: RoadNetwork, arc: int) -> Line:
    """Return latitude and longitude of all points of an arc, its ends included."""
    inner = slice(network.shape_first[arc], network.shape_first[arc + 1])
    ends = [int(network.tail[arc]), int(network.head[arc])]
    start, end = ((float(network.lat[n]), float(network.lon[n])) for n in ends)
    shape = zip(network.shape_lat[inner].tolist(), network.shape_lon[inner].tolist(), strict=True)
    return [start, *shape, end]


def lengths_of(line: Line) -> list[float]:
    """Return the length of each step of a line, in degrees of a meridian."""
    return [
        float(np.hypot(b[0] - a[0], (b[1] - a[1]) * np.cos(np.radians(0.5 * (a[0] + b[0])))))
        for a, b in pairwise(line)
    ]


def parts_of(line: Line, share: float) -> tuple[Line, Line]:
    """Return a line up to a share of its length, and from there on."""
    left = share * sum(lengths_of(line))
    for k, step in enumerate(lengths_of(line)):
        if left <= step:
            (y, x), (v, u) = line[k], line[k + 1]
            at = (y + (v - y) * left / step, x + (u - x) * left / step)
            return [*line[: k + 1], at], [at, *line[k + 1 :]]
        left -= step
    raise AssertionError(share)


def pieces_of(network: RoadNetwork, arc: int) -> Line:
    """Return length and rise of each piece of an arc [m]."""
    of = slice(network.piece_first[arc], network.piece_first[arc + 1])
    return list(
        zip(network.piece_length_m[of].tolist(), network.piece_rise_m[of].tolist(), strict=True)
    )


def cut_pieces(pieces: Line, share: float) -> tuple[Line, Line]:
    """Return the pieces up to a share of their length, and from there on."""
    left = share * sum(length for length, _ in pieces)
    for k, (length, rise) in enumerate(pieces):
        if left < length:
            part = left / length
            before, after = (left, part * rise), (length - left, (1.0 - part) * rise)
            return [*pieces[:k], before], [after, *pieces[k + 1 :]]
        left -= length
    raise AssertionError(share)


def drawn(network: RoadNetwork, rng: np.random.Generator, count: int) -> list[tuple[int, float]]:
    """Draw points by length on roads where one may stop, no two on one road."""
    closed = network.flags & (FLAG_BRIDGE | FLAG_TUNNEL | FLAG_FERRY) != 0
    motorway = network.road_class == ROAD_CLASSES.index("motorway")
    beside = ~closed & ~(motorway & (network.flags & FLAG_LINK == 0))
    beside &= network.length_m > 4.0 * CLEAR_M
    weight = np.where(beside, network.length_m, 0.0)
    points: list[tuple[int, float]] = []
    taken = set()
    some = min(4 * count, int(np.count_nonzero(beside)))
    for arc in rng.choice(network.arc_count, some, replace=False, p=weight / weight.sum()):
        key = tuple(sorted(line_of(network, int(arc))))
        if key not in taken and len(points) < count:
            taken.add(key)
            clear = CLEAR_M / float(network.length_m[arc])
            points.append((int(arc), float(rng.uniform(clear, 1.0 - clear))))
    assert len(points) == count
    return points


def cut(network: RoadNetwork, points: list[tuple[int, float]]) -> tuple[RoadNetwork, list[int]]:
    """Return the network with a node at each point, on all arcs of its line; and those nodes."""
    by_line: dict[tuple[tuple[float, float], ...], list[int]] = {}
    for arc in range(network.arc_count):
        by_line.setdefault(tuple(sorted(line_of(network, arc))), []).append(arc)
    rows = []
    lat, lon, height = (list(c) for c in (network.lat, network.lon, network.elevation_m))
    nodes, gone = [], set()
    columns = ("speed_kmh", "speed_limit_kmh", "road_class", "flags", "rule")
    for arc, share in points:
        line = line_of(network, arc)
        before, _ = parts_of(line, share)
        nodes.append(len(lat))
        lat.append(before[-1][0])
        lon.append(before[-1][1])
        rise = sum(r for _, r in cut_pieces(pieces_of(network, arc), share)[0])
        height.append(float(network.elevation_m[network.tail[arc]]) + rise)
        for other in by_line[tuple(sorted(line))]:
            its = line_of(network, other)
            assert its in (line, line[::-1])
            at = share if its == line else 1.0 - share
            gone.add(other)
            ends = int(network.tail[other]), nodes[-1], int(network.head[other])
            lines, pieces = parts_of(its, at), cut_pieces(pieces_of(network, other), at)
            whole_m = float(network.length_m[other])
            for k, part_m in enumerate((at * whole_m, (1.0 - at) * whole_m)):
                rows.append((other, ends[k], ends[k + 1], part_m, lines[k], pieces[k]))
    kept = [
        (a, int(network.tail[a]), int(network.head[a]), float(network.length_m[a]), line, pieces)
        for a in range(network.arc_count)
        if a not in gone
        for line, pieces in [(line_of(network, a), pieces_of(network, a))]
    ]
    rows = [*kept, *rows]
    of, tail, head, length_m, shapes, parts = (list(column) for column in zip(*rows, strict=True))
    arcs = np.array(of)
    twin = RoadNetwork.from_arcs(
        lat=lat,
        lon=lon,
        elevation_m=height,
        tail=tail,
        head=head,
        length_m=length_m,
        shapes=_ragged([line[1:-1] for line in shapes]),
        pieces=_ragged(parts),
        node_flags=np.concatenate([network.node_flags, np.zeros(len(points), np.uint8)]),
        access_rules=network.access_rules,
        **{name: getattr(network, name)[arcs] for name in columns},
    )
    return twin, nodes


def _ragged(rows: list[Line]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    values = np.array([pair for row in rows for pair in row]).reshape(-1, 2)
    return first, values[:, 0], values[:, 1]


def with_chargers(region: Region, rng: np.random.Generator) -> Region:
    """Put chargers at random junctions."""
    network = region.network
    real = np.flatnonzero((network.node_flags & NODE_COPY) == 0)
    nodes = rng.choice(real, CHARGERS, replace=False).astype(np.int32)
    sites = tuple(
        Charger(
            id=f"c{k}",
            name=f"Charger {k}",
            lat=float(network.lat[node]),
            lon=float(network.lon[node]),
            connectors=(Connector("CCS1", float(rng.choice([50.0, 100.0]))),),
            status="illustrative",
            source="drawn by lot",
        )
        for k, node in enumerate(nodes)
    )
    return replace(region, chargers=ChargerSet(sites, nodes))


def planned(planner: Planner, ends: list[Place], soc: float) -> Plan | None:
    """Return the plan at usual speeds; slower ones are chosen arc by arc, and the twin has more."""
    trip = Trip(origin=ends[0], destination=ends[1], departure_soc=soc, slow_down_to=1.0)
    try:
        return planner.plan(trip, car())
    except NoPlanError:
        return None


def place(network: RoadNetwork, node: int) -> Place:
    return Place(lat=float(network.lat[node]), lon=float(network.lon[node]))


@pytest.mark.parametrize("name", list(FILES))
def test_points_of_real_roads_are_ends_as_nodes_are(name: str) -> None:
    """Nothing is left out on the way, and all totals are the twin's."""
    heights = HEIGHTS.get(name)
    built = build_region(shared(FILES[name]), elevation=shared(heights) if heights else None)
    rng = np.random.default_rng(500)
    region = with_chargers(built, rng)
    points = drawn(region.network, rng, POINTS)
    twin, nodes = cut(region.network, points)
    settings = Settings(heat=False, gap=0.0)
    mine = Planner(region, settings)
    its = Planner(replace(region, network=twin, order=None), settings)
    soc = 0.6 if name == "tm_colorado" else 0.15
    compared = stops = 0
    for k in range(0, POINTS, 2):
        ends = [place(twin, node) for node in nodes[k : k + 2]]
        plan, expected = (planned(planner, ends, soc) for planner in (mine, its))
        assert (plan is None) == (expected is None), ends
        if plan is None or expected is None:
            continue
        compared += 1
        stops += len(plan.stops)
        assert plan.access_km == 0.0, ends
        assert not any(leg.access for leg in plan.legs)
        assert plan.audit.passed, plan.audit.objections
        if _turns_round_at_points(expected, twin, set(nodes[:k] + nodes[k + 2 :])):
            one, at = cut(region.network, points[k : k + 2])
            only = Planner(replace(region, network=one, order=None), settings)
            expected = planned(only, [place(one, node) for node in at], soc)
            assert expected is not None
        for total in TOTALS:
            assert getattr(plan, total) == pytest.approx(getattr(expected, total), rel=SAME), total
        assert plan.arrival_soc == pytest.approx(expected.arrival_soc, abs=SAME)
        assert plan.charging_s == pytest.approx(expected.charging_s, abs=SAME * plan.total_s)
    assert compared >= 0.4 * POINTS, f"{compared} trips"
    assert stops >= 0.2 * compared


def _turns_round_at_points(plan: Plan, twin: RoadNetwork, others: set[int]) -> bool:
    """Whether a plan of the twin turns round at a point that is no end of it.

    There may be a turn restriction ahead, which holds without that node.
    """
    at = {(float(twin.lat[node]), float(twin.lon[node])) for node in others}
    for leg in plan.legs:
        line = list(zip(leg.trace.lat, leg.trace.lon, strict=True))
        for before, here, after in zip(line, line[1:], line[2:], strict=False):
            if here in at and before == after:
                return True
    return False
