"""Heights along roads: on made-up ground whose heights are known everywhere."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from tripplan.arrays import Floats
from tripplan.errors import DataError
from tripplan.records.network import FLAG_BRIDGE, FLAG_FERRY, FLAG_TUNNEL, ROAD_CLASSES, RoadNetwork
from tripplan.sources.elevation.pieces import breakpoints
from tripplan.sources.elevation.profile import with_elevation
from tripplan.units import M_PER_DEGREE

LAT, LON = 46.0, 8.0
M_PER_LON = M_PER_DEGREE * float(np.cos(np.radians(LAT)))
SERVICE = ROAD_CLASSES.index("service")
MOTORWAY = ROAD_CLASSES.index("motorway")


class Ground:
    """Ground by a formula of metres north and east of (LAT, LON)."""

    name = "formula"

    def __init__(self, formula: Any, resolution_m: float = 90.0) -> None:
        self.resolution_m = resolution_m
        self._formula = formula

    def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """Heights by the formula."""
        north = (np.asarray(lat, np.float64) - LAT) * M_PER_DEGREE
        east = (np.asarray(lon, np.float64) - LON) * M_PER_LON
        return np.asarray(self._formula(north, east) + 0.0 * north, np.float64)


def network(
    points: list[tuple[float, float]],
    arcs: list[tuple[int, int]],
    *,
    flags: dict[int, int] | None = None,
    road_class: int = SERVICE,
    shapes: dict[int, list[tuple[float, float]]] | None = None,
) -> RoadNetwork:
    """Build roads from metres north and east; each arc in both directions, first then second."""
    north, east = np.array(points, dtype=np.float64).T
    lines, tails, heads, lengths, marks = [], [], [], [], []
    for index, (a, b) in enumerate(arcs):
        line = np.array((shapes or {}).get(index, []), dtype=np.float64).reshape(-1, 2)
        whole = np.vstack([points[a], line, points[b]])
        length = float(np.hypot(*np.diff(whole, axis=0).T).sum())
        for tail, head, shape in ((a, b, line), (b, a, line[::-1])):
            tails.append(tail)
            heads.append(head)
            lines.append(shape)
            lengths.append(length)
            marks.append((flags or {}).get(index, 0))
    first = np.concatenate(([0], np.cumsum([len(line) for line in lines])))
    stacked = np.vstack(lines)
    speed = np.full(len(tails), 50.0)
    return RoadNetwork.from_arcs(
        lat=LAT + north / M_PER_DEGREE,
        lon=LON + east / M_PER_LON,
        elevation_m=np.zeros(len(points)),
        tail=tails,
        head=heads,
        length_m=lengths,
        speed_kmh=speed,
        speed_limit_kmh=speed,
        road_class=np.full(len(tails), road_class),
        flags=marks,
        shapes=(first, LAT + stacked[:, 0] / M_PER_DEGREE, LON + stacked[:, 1] / M_PER_LON),
    )


def profile(roads: RoadNetwork, tail: int, head: int) -> tuple[Floats, Floats]:
    """Distance and height at the ends of an arc's pieces."""
    arc = int(np.flatnonzero((roads.tail == tail) & (roads.head == head))[0])
    row = slice(int(roads.piece_first[arc]), int(roads.piece_first[arc + 1]))
    distance = np.concatenate(([0.0], np.cumsum(roads.piece_length_m[row])))
    height = roads.elevation_m[tail] + np.concatenate(([0.0], np.cumsum(roads.piece_rise_m[row])))
    return distance, height


def test_a_plane_is_kept_exactly_to_the_end_of_the_road() -> None:
    roads = network([(0, 0), (700, 300), (1400, 600), (1400, 1500)], [(0, 1), (1, 2), (2, 3)])
    ground = Ground(lambda north, east: 300.0 + 0.06 * north - 0.02 * east)
    found, report = with_elevation(roads, ground)
    wanted = 300.0 + 0.06 * np.array([0, 700, 1400, 1400]) - 0.02 * np.array([0, 300, 600, 1500])
    # The road bends at node 2, where it is not smoothed across.
    np.testing.assert_allclose(found.elevation_m, wanted, atol=1e-4)
    np.testing.assert_array_equal(np.diff(found.piece_first), 1)
    assert report.skipped["steeper than roads are built"] == 0
    assert report.length_km == pytest.approx((2 * np.hypot(700, 300) + 900) / 1000)
    assert report.step_m == 45.0


def test_heights_are_taken_along_the_line_and_not_only_at_its_ends() -> None:
    roads = network([(0, 0), (0, 6000)], [(0, 1)])
    ground = Ground(lambda _north, east: 500.0 + 60.0 * np.sin(np.pi * east / 6000.0))
    found, _ = with_elevation(roads, ground)
    distance, height = profile(found, 0, 1)
    assert height[0] == pytest.approx(500.0, abs=0.5)
    assert height.max() == pytest.approx(560.0, abs=2.1)
    np.testing.assert_allclose(
        np.interp(np.arange(0, 6001, 100.0), distance, height),
        500.0 + 60.0 * np.sin(np.pi * np.arange(0, 6001, 100.0) / 6000.0),
        atol=2.5,
    )
    assert 4 <= distance.size <= 40


def test_the_way_back_is_the_mirror_image() -> None:
    line = [(300.0 * np.sin(k), 150.0 * k) for k in range(1, 20)]
    roads = network([(0, 0), (0, 3000)], [(0, 1)], shapes={0: line})
    ground = Ground(lambda north, east: 40.0 * np.sin(north / 130.0) * np.cos(east / 170.0))
    found, _ = with_elevation(roads, ground)
    there, back = (slice(*found.piece_first[k : k + 2]) for k in (0, 1))
    assert np.diff(found.piece_first)[0] > 5
    np.testing.assert_array_equal(found.piece_length_m[there], found.piece_length_m[back][::-1])
    np.testing.assert_array_equal(found.piece_rise_m[there], -found.piece_rise_m[back][::-1])


@pytest.mark.parametrize("flag", [FLAG_TUNNEL, FLAG_BRIDGE])
@pytest.mark.parametrize("parts", [1, 3])
def test_structures_run_straight_between_their_ends(flag: int, parts: int) -> None:
    ends = np.linspace(1000, 2200, parts + 1)
    points = [(0.0, 0.0), *((0.0, float(x)) for x in ends), (0.0, 3000.0)]
    arcs = [(k, k + 1) for k in range(len(points) - 1)]
    marks = dict.fromkeys(range(1, parts + 1), flag)
    roads = network(points, arcs, flags=marks)
    spur = -150.0 if flag == FLAG_BRIDGE else 400.0

    def hill(_north: Floats, east: Floats) -> Floats:
        inside = (east > 1001) & (east < 2199)
        return 400.0 + 0.02 * east + np.where(inside, spur, 0.0)

    found, report = with_elevation(roads, Ground(hill))
    lon = (found.lon - LON) * M_PER_LON
    np.testing.assert_allclose(found.elevation_m, 400.0 + 0.02 * lon, atol=0.05)
    inner = (roads.flags & flag) != 0
    np.testing.assert_array_equal(np.diff(found.piece_first)[inner], 1)
    assert report.structures_share == pytest.approx(0.4)
    assert report.worst_grade == pytest.approx(0.02, abs=1e-3)


def test_without_the_flag_the_same_hill_is_climbed_within_the_grade_of_the_class() -> None:
    roads = network([(0, 0), (0, 3000)], [(0, 1)], road_class=MOTORWAY)
    ground = Ground(lambda _north, east: np.where((east > 1400) & (east < 1600), 60.0, 0.0))
    found, report = with_elevation(roads, ground)
    assert report.skipped["steeper than roads are built"] > 0
    assert report.worst_grade < 0.10
    assert found.elevation_m == pytest.approx([0.0, 0.0], abs=1.0)


def test_ferries_are_level_and_their_landings_agree() -> None:
    roads = network(
        [(0, 0), (0, 1000), (0, 6000), (0, 7000)], [(0, 1), (1, 2), (2, 3)], flags={1: FLAG_FERRY}
    )
    ground = Ground(lambda _north, east: np.where(east < 3000, 4.0, 2.0))
    found, report = with_elevation(roads, ground)
    ferry = (found.flags & FLAG_FERRY) != 0
    rises = found.piece_rise_m[found.piece_first[:-1][ferry]]
    np.testing.assert_array_equal(np.diff(found.piece_first)[ferry], 1)
    np.testing.assert_array_equal(rises, 0.0)
    assert 2.0 < found.elevation_m[1] < 4.0
    assert report.ferries_share == pytest.approx(5 / 7)


def test_voids_too_large_to_fill_are_bridged_along_the_road() -> None:
    roads = network([(0, 0), (0, 9000)], [(0, 1)])
    ground = Ground(
        lambda _north, east: np.where((east > 3000) & (east < 6000), np.nan, 0.03 * east)
    )
    found, report = with_elevation(roads, ground)
    distance, height = profile(found, 0, 1)
    np.testing.assert_allclose(height, 0.03 * distance, atol=1e-3)
    assert report.skipped["void, interpolated along the road"] > 0
    assert report.skipped["void filled from neighbours"] == 0


def test_roads_without_any_height_take_the_nearest_and_are_counted() -> None:
    roads = network([(0, 0), (0, 900), (0, 90_000), (0, 90_900)], [(0, 1), (2, 3)])
    found, report = with_elevation(
        roads, Ground(lambda _north, east: np.where(east > 40_000, np.nan, 700.0))
    )
    np.testing.assert_allclose(found.elevation_m, 700.0, atol=1e-6)
    assert report.skipped["no height on the whole road, taken from the nearest"] > 0


def test_a_raster_beside_the_roads_is_refused() -> None:
    roads = network([(0, 0), (0, 900)], [(0, 1)])
    with pytest.raises(DataError, match="does it cover"):
        with_elevation(roads, Ground(lambda north, _east: north * np.nan))


def test_no_roads_are_refused() -> None:
    lonely = RoadNetwork.from_arcs(
        lat=[LAT], lon=[LON], elevation_m=[0.0], tail=[], head=[], length_m=[], speed_kmh=[],
        speed_limit_kmh=[],
    )  # fmt: skip
    with pytest.raises(DataError, match="no roads"):
        with_elevation(lonely, Ground(lambda north, _east: north))


def test_copies_of_a_junction_share_its_height() -> None:
    points = [(0.0, 0.0), (0.0, 500.0), (0.0, 500.0), (400.0, 500.0), (0.0, 1000.0)]
    roads = network(points, [(0, 1), (2, 3), (2, 4)])
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(6, 3)) * [3.0, 0.01, 0.01]

    def rough(north: Floats, east: Floats) -> Floats:
        return np.asarray(sum(a * np.sin(b * north + c * east) for a, b, c in waves))

    found, _ = with_elevation(roads, Ground(rough))
    assert found.elevation_m[1] == found.elevation_m[2]


def test_everything_else_of_the_network_stays() -> None:
    roads = network([(0, 0), (0, 900)], [(0, 1)], shapes={0: [(10, 450)]})
    stages: list[str] = []
    found, report = with_elevation(
        roads, Ground(lambda _north, east: 0.01 * east), on_progress=stages.append
    )
    for name in (
        "lat",
        "lon",
        "head",
        "length_m",
        "speed_kmh",
        "flags",
        "shape_lat",
        "shape_first",
    ):
        np.testing.assert_array_equal(getattr(found, name), getattr(roads, name))
    assert stages == ["lines", "heights", "smoothing", "pieces"]
    assert report.pieces == found.piece_length_m.size
    assert report.arcs == 2


def test_pieces_keep_to_the_tolerance_in_height() -> None:
    distance = np.arange(200.0) * 50.0
    height = 30.0 * np.sin(distance / 900.0)
    kept = np.flatnonzero(
        breakpoints(
            distance, height, np.array([0, 200]), height_tolerance_m=1.0, braking_tolerance=np.inf
        )
    )
    off = np.abs(np.interp(distance, distance[kept], height[kept]) - height)
    assert off.max() <= 1.0
    assert kept[0] == 0
    assert kept[-1] == 199
    assert kept.size < 40


def test_pieces_do_not_hide_braking() -> None:
    # A bump of 3 m on a climb: 2 % on average, but 8 % up and 4 % down by turns.
    distance = np.arange(121.0) * 25.0
    height = 0.02 * distance + np.abs((distance / 50.0) % 2.0 - 1.0) * 3.0
    first = np.array([0, 121])
    loose = breakpoints(distance, height, first, height_tolerance_m=5.0, braking_tolerance=np.inf)
    tight = breakpoints(distance, height, first, height_tolerance_m=5.0, braking_tolerance=0.0004)
    assert np.count_nonzero(loose) == 2
    assert np.count_nonzero(tight) > 50
