"""Trips between points amid roads, against the same trips where these points are nodes.

The twin cuts the roads for good, by the code that puts chargers on them, and orders its nodes anew.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.samples.audited_plans import world
from tests.samples.worlds import car, hilly_region, in_pieces
from tripplan.arrays import Floats, Longs
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Trip, Waypoint
from tripplan.sources.split import split_arcs

POINTS = 6
SAME = 1e-6


def points_on(network: RoadNetwork, arcs: Longs, shares: Floats) -> list[Place]:
    """Return points on arcs, by the chords of their lines."""
    found = []
    for arc, share in zip(arcs.tolist(), shares.tolist(), strict=True):
        inner = slice(network.shape_first[arc], network.shape_first[arc + 1])
        tail, head = network.tail[arc], network.head[arc]
        lat = np.concatenate([[network.lat[tail]], network.shape_lat[inner], [network.lat[head]]])
        lon = np.concatenate([[network.lon[tail]], network.shape_lon[inner], [network.lon[head]]])
        east = np.diff(lon) * np.cos(np.radians(0.5 * (lat[1:] + lat[:-1])))
        along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(lat), east))])
        at = share * along[-1]
        found.append(Place(lat=np.interp(at, along, lat), lon=np.interp(at, along, lon)))
    return found


def planned(planner: Planner, trip: Trip) -> Plan | None:
    try:
        return planner.plan(trip, car())
    except NoPlanError:
        return None


def cut(region: Region, arcs: Longs, shares: Floats) -> tuple[Region, list[Place]]:
    """Return the region with nodes at these points, and where they lie."""
    network, nodes = split_arcs(region.network, arcs, shares)
    places = [Place(lat=float(network.lat[n]), lon=float(network.lon[n])) for n in nodes]
    return replace(region, network=network, order=None), places


@pytest.mark.parametrize("heat", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_totals_are_those_of_a_network_where_the_points_are_nodes(seed: int, heat: bool) -> None:
    """Straight roads with other lengths there and back, and roads that wind; one-ways in both."""
    region = in_pieces(hilly_region(seed)) if seed % 2 else world(seed)
    rng = np.random.default_rng(seed)
    arcs = rng.choice(region.network.arc_count, POINTS, replace=False)
    shares = rng.uniform(0.1, 0.9, POINTS)
    places = points_on(region.network, arcs, shares)
    twin, nodes = cut(region, arcs, shares)
    settings = Settings(heat=heat, gap=0.0, heat_bound_levels=0)
    mine, its = Planner(region, settings), Planner(twin, settings)
    compared = 0
    for k in range(POINTS - 2):
        pairs = [
            Trip(
                origin=ends[k],
                destination=ends[k + 1],
                waypoints=(Waypoint(place=ends[k + 2], dwell_s=600.0),) if k % 3 == 0 else (),
                departure_soc=0.7,
            )
            for ends in (places, nodes)
        ]
        plan, expected = planned(mine, pairs[0]), planned(its, pairs[1])
        assert (plan is None) == (expected is None), pairs[0]
        if plan is None or expected is None:
            continue
        assert plan.audit.passed, plan.audit.objections
        assert expected.audit.passed, expected.audit.objections
        assert not any(leg.access for leg in plan.legs)
        for name in ("total_s", "driving_s", "distance_km", "energy_spent_kwh", "arrival_soc"):
            assert getattr(plan, name) == pytest.approx(getattr(expected, name), rel=SAME), name
        bounds_s = [p.certificate.lower_bound_s for p in (plan, expected)]
        assert bounds_s[0] == pytest.approx(bounds_s[1], rel=1e-5)
        compared += 1
    assert compared >= 3
