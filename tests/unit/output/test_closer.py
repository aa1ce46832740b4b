"""Roads of a box for a map that is zoomed in."""

import numpy as np
import pytest

from tripplan.output.drawing.basemap import Bounds
from tripplan.output.drawing.closer import MOST_SIGNS, CloserRoads
from tripplan.records.network import ROAD_CLASSES, RoadNetwork
from tripplan.records.road_name import RoadName

BOX = Bounds(0.0, 0.0, 0.1, 0.1)


def network(
    lines: list[list[tuple[float, float]]],
    limits: list[float],
    names: list[RoadName] | None = None,
    classes: list[int] | None = None,
) -> RoadNetwork:
    """Return roads that do not meet, each a line with points between its ends."""
    inner = [line[1:-1] for line in lines]
    points = np.array([point for line in inner for point in line]).reshape(-1, 2)
    first = np.cumsum([0, *map(len, inner)])
    ends = [end for line in lines for end in (line[0], line[-1])]
    edges = np.arange(len(lines))
    return RoadNetwork.from_arcs(
        lat=[lat for lat, _ in ends],
        lon=[lon for _, lon in ends],
        elevation_m=np.zeros(len(ends)),
        tail=2 * edges,
        head=2 * edges + 1,
        length_m=np.full(len(lines), 1000.0),
        speed_kmh=limits,
        speed_limit_kmh=limits,
        shapes=(first, points[:, 0], points[:, 1]),
        road_class=classes,
        road_name=None if names is None else edges,
        road_names=tuple(names or ()),
    )


def unpacked(steps: list[int]) -> list[tuple[float, float]]:
    points = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e5
    return [(float(lat), float(lon)) for lat, lon in points]


def test_a_road_that_only_passes_through_is_drawn_up_to_the_box() -> None:
    through = [(0.05, -3.0), (0.05, 0.05), (0.05, 3.0)]
    beside = [(5.0, 0.0), (5.0, 0.1)]
    minor, major = CloserRoads(network([through, beside], [100.0, 50.0])).within(BOX, 12)["roads"]
    assert minor == []
    (line,) = map(unpacked, major)
    assert min(line) == pytest.approx((0.05, 0.0), abs=1e-5)
    assert max(line) == pytest.approx((0.05, 0.1), abs=1e-5)


def test_lines_are_finer_the_deeper_the_zoom() -> None:
    lon = np.linspace(0.0, 0.1, 400)
    bends = list(zip((0.05 + 0.001 * np.sin(300 * lon)).tolist(), lon.tolist(), strict=True))
    roads = CloserRoads(network([bends], [50.0]))
    points = [sum(map(len, roads.within(BOX, zoom)["roads"][0])) for zoom in (8, 12, 16)]
    assert points[0] < points[1] < points[2]
    # A line lies beside its road by less than half a pixel.
    drawn = np.array(unpacked(roads.within(BOX, 16)["roads"][0][0]))
    off_deg = np.abs(np.interp(lon, drawn[:, 1], drawn[:, 0]) - [lat for lat, _ in bends])
    assert off_deg.max() < 2 * 0.4 * 360 / (256 * 2**16) + 1e-5


def test_of_more_roads_than_there_is_room_for_those_of_the_higher_classes_are_drawn() -> None:
    """Whole, whatever limits they have on the way."""
    lat = np.linspace(0.001, 0.099, 7_000).tolist()
    lines = [[(one, 0.01), (one, 0.09)] for one in lat]
    lines += [[(0.0005, 0.01), (0.0005, 0.05)], [(0.0005, 0.05), (0.0005, 0.09)]]
    limits = [50.0] * len(lat) + [90.0, 30.0]
    classes = [ROAD_CLASSES.index("residential")] * len(lat) + [ROAD_CLASSES.index("secondary")] * 2
    roads = CloserRoads(network(lines, limits, classes=classes))
    minor, major = roads.within(BOX, 14)["roads"]
    (drawn,) = map(unpacked, minor)
    assert major == []
    assert np.array(sorted(drawn)) == pytest.approx(np.array([[0.0005, 0.01], [0.0005, 0.09]]))


def test_signs_stand_apart_and_name_roads_that_are_long_enough() -> None:
    lines = [
        [(0.05, 0.0), (0.05, 0.1)],
        [(0.0501, 0.0), (0.0501, 0.09)],
        [(0.09, 0.05), (0.09, 0.0501)],
        [(0.01, 0.0), (0.01, 0.08)],
    ]
    names = [
        RoadName(ref="B 1;L 2"),
        RoadName(ref="B 3"),
        RoadName(ref="B 4"),
        RoadName(name="<b>Mill & Lane"),
    ]
    signs = CloserRoads(network(lines, [50.0] * 4, names)).within(BOX, 13)["signs"]
    # B 3 lies on B 1, B 4 is shorter than its sign.
    assert [text for *_, text in signs] == ["B 1", "<b>Mill & Lane"]
    assert signs[0][:2] == pytest.approx([0.05, 0.05], abs=1e-4)
    assert "<b>" not in signs[1][2]


def test_there_are_no_more_signs_than_can_be_read() -> None:
    lat = np.linspace(0.0, 0.1, 60)
    lines = [[(float(one), 0.0), (float(one), 0.1)] for one in lat]
    names = [RoadName(ref=f"K {number}") for number in range(60)]
    signs = CloserRoads(network(lines, [50.0] * 60, names)).within(BOX, 18)["signs"]
    assert len(signs) == MOST_SIGNS


def test_the_same_box_is_drawn_once() -> None:
    roads = CloserRoads(network([[(0.05, 0.0), (0.05, 0.1)]], [50.0]))
    assert roads.within(BOX, 12) is roads.within(BOX, 12)
    assert roads.within(BOX, 30) is roads.within(BOX, 18)


def test_where_classes_are_not_known_limits_tell_major_roads_a_ferry_or_not() -> None:
    lines = [[(0.02, 0.0), (0.02, 0.1)], [(0.05, 0.0), (0.05, 0.1)], [(0.08, 0.0), (0.08, 0.1)]]
    for last in ("motorway", "ferry"):
        classes = [0, 0, ROAD_CLASSES.index(last)]
        roads = CloserRoads(network(lines, [100.0, 50.0, 20.0], classes=classes))
        minor, major = roads.within(BOX, 12)["roads"]
        assert [len(minor), len(major)] == [2, 1]
