"""The roads under a trace, in the smallest networks in which they could be mistaken."""

import numpy as np
import pytest

from tripplan.planning.kernels.follow import Barred, Followed, RoadColumns, follow
from tripplan.records.network import FLAG_TOLL, NODE_COPY, ROAD_CLASSES, RoadNetwork

LAT, LON = np.array([46.0, 46.01, 46.02]), np.array([8.0, 8.004, 8.0])
"""Three nodes on a bent line."""
SECTION_M = 1200.0
FREE = Barred(np.inf, 0, np.zeros(len(ROAD_CLASSES), np.bool_), 1)
NO_TOLL = FREE._replace(flags=FLAG_TOLL)


def network(**columns: object) -> RoadNetwork:
    """Return roads from node 0 by way of 1 to 2, and one past 1 from 0 to 2 on the same line."""
    roads: dict[str, object] = {
        "lat": LAT,
        "lon": LON,
        "elevation_m": np.zeros(3),
        "tail": [0, 0, 1],
        "head": [1, 2, 2],
        "length_m": [SECTION_M, 2.0 * SECTION_M + 1e-3, SECTION_M],
        "speed_kmh": [80.0, 80.0, 80.0],
        "speed_limit_kmh": [80.0, 80.0, 80.0],
        "shapes": ([0, 0, 1, 1], [LAT[1]], [LON[1]]),
    }
    return RoadNetwork.from_arcs(**(roads | columns))  # type: ignore[arg-type]


def followed(
    net: RoadNetwork,
    bearings: list[float],
    barred: Barred = FREE,
    start: int = 0,
    *,
    speed_kmh: float = 80.0,
    usual_kmh: float = 80.0,
) -> Followed:
    """Follow a trace along all three points, with these directions of its two steps."""
    return follow(
        RoadColumns(*(getattr(net, name) for name in RoadColumns._fields)),
        barred,
        0.8,
        np.array([0.0, SECTION_M, 2.0 * SECTION_M]),
        LAT,
        LON,
        np.full(3, speed_kmh),
        np.array([bearings[0], *bearings]),
        np.full(3, usual_kmh),
        np.array([start]),
        np.array([2]),
    )


@pytest.mark.parametrize("usual_kmh", [46.0, 55.0])
def test_of_roads_on_one_line_the_one_counts_whose_usual_speed_the_trace_states(
    usual_kmh: float,
) -> None:
    """A car that is slower than usual on both could be on either."""
    net = network(
        tail=[0, 0, 1],
        head=[1, 1, 2],
        length_m=[SECTION_M] * 3,
        speed_kmh=[46.0, 55.0, usual_kmh],
        speed_limit_kmh=[80.0] * 3,
        shapes=None,
    )
    course = [float(net.bearing_deg[0]), float(net.bearing_deg[2])]
    found = followed(net, course, speed_kmh=45.0, usual_kmh=usual_kmh)
    assert net.speed_kmh[found.arc].tolist() == [usual_kmh, usual_kmh]


def test_of_roads_on_one_line_those_count_whose_direction_the_trace_states() -> None:
    net = network()
    past, first, second = net.bearing_deg[1], net.bearing_deg[0], net.bearing_deg[2]
    by_way = followed(net, [float(first), float(second)])
    assert (by_way.arc.tolist(), by_way.end.tolist()) == ([0, 2], [1, 2])
    without = followed(net, [float(past), float(past)])
    assert (without.arc.tolist(), without.end.tolist()) == ([1], [2])
    assert by_way.complete
    assert without.complete


def test_of_roads_on_one_line_those_count_that_the_trip_may_take() -> None:
    net = network(flags=[FLAG_TOLL, 0, 0])
    bearings = [float(net.bearing_deg[0]), float(net.bearing_deg[2])]
    assert followed(net, bearings).arc.tolist() == [0, 2]
    assert followed(net, bearings, NO_TOLL).arc.tolist() == [1]


@pytest.mark.parametrize(("removed", "reached"), [(0, 0), (2, 1)])
def test_where_a_road_is_missing_the_trace_is_followed_up_to_it(removed: int, reached: int) -> None:
    kept = [k for k in (0, 2) if k != removed]
    net = network(
        tail=[[0, 0, 1][k] for k in kept],
        head=[[1, 2, 2][k] for k in kept],
        length_m=[SECTION_M] * 1,
        speed_kmh=[80.0],
        speed_limit_kmh=[80.0],
        shapes=None,
    )
    found = followed(net, [0.0, 0.0])
    assert not found.complete
    assert found.reached == reached


def test_a_turn_is_forbidden_where_the_copy_of_a_junction_lacks_the_road() -> None:
    """The road from 0 leads to a copy of 1, from which there is no way on."""
    net = network(
        lat=[*LAT, LAT[1]],
        lon=[*LON, LON[1]],
        elevation_m=np.zeros(4),
        node_flags=[0, NODE_COPY, 0, NODE_COPY],
        tail=[0, 1],
        head=[3, 2],
        length_m=[SECTION_M] * 2,
        speed_kmh=[80.0] * 2,
        speed_limit_kmh=[80.0] * 2,
        shapes=None,
    )
    found = followed(net, [0.0, 0.0])
    assert (found.complete, found.reached) == (False, 1)


def test_of_roads_between_the_same_nodes_the_one_counts_that_the_trace_is_on() -> None:
    """Two bends of one length, speed and direction, to either side of the straight line."""
    bends = ([46.01, 46.01], [8.004, 7.996])
    net = network(
        lat=LAT[[0, 2]],
        lon=LON[[0, 2]],
        elevation_m=np.zeros(2),
        tail=[0, 0],
        head=[1, 1],
        length_m=[2.0 * SECTION_M] * 2,
        speed_kmh=[80.0] * 2,
        speed_limit_kmh=[80.0] * 2,
        shapes=([0, 1, 2], *bends),
    )
    bearing = float(net.bearing_deg[0])
    for number, (lat, lon) in enumerate(zip(*bends, strict=True)):
        found = follow(
            RoadColumns(*(getattr(net, name) for name in RoadColumns._fields)),
            FREE,
            0.8,
            np.array([0.0, SECTION_M, 2.0 * SECTION_M]),
            np.array([46.0, lat, 46.02]),
            np.array([8.0, lon, 8.0]),
            np.full(3, 80.0),
            np.full(3, bearing),
            np.full(3, 80.0),
            np.array([0]),
            np.array([1]),
        )
        assert found.complete
        assert found.arc.tolist() == [number]
        assert (net.shape_lon[net.shape_first[number]]) == lon
