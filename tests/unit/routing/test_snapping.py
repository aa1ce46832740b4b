"""The nearest node by brute force over haversine distances, and which nodes count."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tripplan.records.network import FLAG_FERRY, FLAG_LINK, NODE_COPY, ROAD_CLASSES, RoadNetwork
from tripplan.routing.snapping import NodeIndex

EARTH_KM = 6371.0088
MOTORWAY, PRIMARY = ROAD_CLASSES.index("motorway"), ROAD_CLASSES.index("primary")
DEGREE_KM = EARTH_KM * math.pi / 180.0


def network_of(
    places: list[tuple[float, float]],
    roads: list[tuple[int, int]],
    road_class: list[int] | None = None,
    **columns: Any,
) -> RoadNetwork:
    """Return one-way roads between places, motorways if not said otherwise."""
    count = len(roads)
    return RoadNetwork.from_arcs(
        lat=[lat for lat, _ in places],
        lon=[lon for _, lon in places],
        elevation_m=np.zeros(len(places)),
        tail=[a for a, _ in roads],
        head=[b for _, b in roads],
        length_m=np.full(count, 1000.0),
        speed_kmh=np.full(count, 60.0),
        speed_limit_kmh=np.full(count, 60.0),
        road_class=road_class,
        **columns,
    )


def haversine_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    a = (
        math.sin((other_phi - phi) / 2.0) ** 2
        + math.cos(phi) * math.cos(other_phi) * math.sin(math.radians(other_lon - lon) / 2.0) ** 2
    )
    return 2.0 * EARTH_KM * math.asin(min(1.0, math.sqrt(a)))


def nearest(network: RoadNetwork, lat: float, lon: float) -> tuple[int, float]:
    nodes, kms = NodeIndex(network).nearest(np.array([lat]), np.array([lon]))
    return int(nodes[0]), float(kms[0])


LATITUDES = st.one_of(st.floats(-90.0, 90.0), st.sampled_from([-90.0, 90.0, 89.9, -89.9, 0.0]))
LONGITUDES = st.one_of(st.floats(-180.0, 180.0), st.sampled_from([-180.0, 180.0, 179.99, -179.99]))
POSITIONS = st.tuples(LATITUDES, LONGITUDES)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(places=st.lists(POSITIONS, min_size=2, max_size=30), at=POSITIONS)
def test_nearest_by_brute_force(places: list[tuple[float, float]], at: tuple[float, float]) -> None:
    """The distance is the least of all, and that of the node returned; ties may go either way."""
    roads = [(k, k + 1) for k in range(len(places) - 1)]
    node, km = nearest(network_of(places, roads, [PRIMARY] * len(roads)), *at)
    least = min(haversine_km(*at, *place) for place in places)
    assert km == pytest.approx(least, abs=0.01)
    assert haversine_km(*at, *places[node]) == pytest.approx(km, abs=0.01)


@pytest.mark.parametrize(
    ("places", "at", "node", "km"),
    [
        ([(0.0, 179.9), (0.0, 170.0)], (0.0, -179.9), 0, 0.2 * DEGREE_KM),
        ([(10.0, -179.95), (10.0, 179.0)], (10.0, 180.0), 0, 0.0),
        ([(89.9, 0.0), (89.7, 180.0)], (89.9, 180.0), 0, 0.2 * DEGREE_KM),
        ([(-89.9, 90.0), (-80.0, -90.0)], (-90.0, -90.0), 0, 0.1 * DEGREE_KM),
    ],
)
def test_the_antimeridian_and_the_poles_are_no_borders(
    places: list[tuple[float, float]], at: tuple[float, float], node: int, km: float
) -> None:
    """Of two nodes the one across the line or the pole is nearer."""
    found, distance_km = nearest(network_of(places, [(0, 1), (1, 0)], [PRIMARY] * 2), *at)
    assert found == node
    if km:
        assert distance_km == pytest.approx(km, rel=1e-6)


def beside_a_motorway(offset_km: float) -> RoadNetwork:
    """Return nodes 0 and 1 on a motorway, and 2 and 3 on a road north of them."""
    lat = offset_km / DEGREE_KM
    return network_of(
        [(0.0, 0.0), (0.0, 0.5), (lat, 0.0), (lat, 0.5)],
        [(0, 1), (1, 0), (2, 3), (3, 2)],
        [MOTORWAY, MOTORWAY, PRIMARY, PRIMARY],
    )


@pytest.mark.parametrize(("offset_km", "node"), [(0.3, 2), (1.99, 2), (2.01, 0), (8.0, 0)])
def test_nobody_stops_amid_a_motorway_if_there_is_a_road_within_2_km(
    offset_km: float, node: int
) -> None:
    found, km = nearest(beside_a_motorway(offset_km), 0.0, 0.0)
    assert found == node
    assert km == pytest.approx(offset_km if node == 2 else 0.0, abs=1e-6)


def test_the_2_km_are_counted_beyond_the_motorway() -> None:
    """3 km from the motorway and 4.9 from the road on its far side: 1.9 km more, so the road."""
    found, km = nearest(beside_a_motorway(1.9), -3.0 / DEGREE_KM, 0.0)
    assert found == 2
    assert km == pytest.approx(4.9, abs=1e-6)


@pytest.mark.parametrize(("flags", "node"), [(0, 2), (FLAG_LINK, 0)])
def test_a_ramp_is_no_motorway(flags: int, node: int) -> None:
    """One can stop where a ramp ends."""
    network = network_of(
        [(0.0, 0.0), (0.0, 0.5), (0.005, 0.0), (0.005, 0.5)],
        [(0, 1), (2, 3)],
        [MOTORWAY, PRIMARY],
        flags=[flags, 0],
    )
    assert nearest(network, 0.0, 0.0)[0] == node


def test_nobody_leaves_the_road_amid_the_sea() -> None:
    """A node that only ferries call at is avoided like one amid a motorway."""
    network = network_of(
        [(0.0, 0.0), (0.0, 0.5), (0.005, 0.0), (0.005, 0.5)],
        [(0, 1), (2, 3)],
        [PRIMARY, PRIMARY],
        flags=[FLAG_FERRY, 0],
    )
    assert nearest(network, 0.0, 0.0)[0] == 2


def test_a_road_that_only_ends_at_a_node_makes_it_a_place_to_stop() -> None:
    network = network_of(
        [(0.0, 0.0), (0.0, 0.5), (0.3, 0.0)],
        [(0, 1), (2, 0)],
        [MOTORWAY, PRIMARY],
    )
    assert nearest(network, 0.0, 0.0)[0] == 0


def test_a_network_of_motorways_alone_still_works() -> None:
    network = network_of([(0.0, 0.0), (0.0, 0.5)], [(0, 1), (1, 0)])
    assert nearest(network, 0.01, 0.49)[0] == 1


def test_copies_of_nodes_are_never_returned() -> None:
    """A copy at the same place, and one that would be nearer, amid motorways and beside them."""
    for road_class in (MOTORWAY, PRIMARY):
        network = network_of(
            [(0.0, 0.0), (0.0, 0.0), (0.0, 0.1), (0.1, 0.1)],
            [(0, 3), (3, 1), (2, 3), (3, 2)],
            [road_class] * 4,
            node_flags=[NODE_COPY, 0, NODE_COPY, 0],
        )
        assert nearest(network, 0.0, 0.0)[0] == 1
        assert nearest(network, 0.0, 0.1)[0] in (1, 3)
