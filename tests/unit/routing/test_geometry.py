"""Tracks: every arc cut at the ends of its pieces and the points of its geometry."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tripplan.records.network import RoadNetwork
from tripplan.routing.geometry import Track, lay_track

CENTIMETRE = 0.01


@dataclass(frozen=True)
class Arc:
    """One arc of a road: lengths and rises of its pieces, and the points between its ends."""

    pieces: tuple[tuple[float, float], ...]
    """Length and rise."""
    points: tuple[tuple[float, float], ...]
    """Latitude and longitude."""


def road_of(arcs: list[Arc], ends: list[tuple[float, float]]) -> RoadNetwork:
    """Return arcs in a row between these ends."""
    length = np.array([piece[0] for arc in arcs for piece in arc.pieces])
    rise = np.array([piece[1] for arc in arcs for piece in arc.pieces])
    first = np.cumsum([0, *(len(arc.pieces) for arc in arcs)])
    points = [point for arc in arcs for point in arc.points]
    heights = np.concatenate([[0.0], np.cumsum(rise)])[first]
    return RoadNetwork.from_arcs(
        lat=[lat for lat, _ in ends],
        lon=[lon for _, lon in ends],
        elevation_m=1000.0 + heights,
        tail=np.arange(len(arcs)),
        head=np.arange(1, len(arcs) + 1),
        length_m=np.add.reduceat(length, first[:-1]),
        speed_kmh=np.full(len(arcs), 80.0),
        speed_limit_kmh=np.full(len(arcs), 80.0),
        shapes=(
            np.cumsum([0, *(len(arc.points) for arc in arcs)]),
            np.array([lat for lat, _ in points]),
            np.array([lon for _, lon in points]),
        ),
        pieces=(first, length, rise),
    )


def lay(network: RoadNetwork) -> Track:
    return lay_track(network, np.arange(network.arc_count, dtype=np.int32), 0)


STRAIGHT = Arc(pieces=((1000.0, 10.0), (1000.0, -20.0)), points=())


def test_a_straight_arc_is_cut_at_its_pieces() -> None:
    track = lay(road_of([STRAIGHT], [(0.0, 0.0), (0.0, 0.02)]))
    assert track.distance_m.tolist() == pytest.approx([0.0, 1000.0, 2000.0])
    assert track.lon.tolist() == pytest.approx([0.0, 0.01, 0.02])
    assert track.lat.tolist() == [0.0, 0.0, 0.0]
    assert track.elevation_m.tolist() == pytest.approx([1000.0, 1010.0, 990.0])
    assert track.piece.tolist() == [0, 1]
    assert track.share.tolist() == [1.0, 1.0]
    assert track.arc.tolist() == [0, 0]


def test_a_bend_within_a_piece_cuts_it_by_its_share() -> None:
    """A right angle after a quarter of the way: on the equator both legs count alike."""
    bend = Arc(pieces=((4000.0, 40.0),), points=((0.0, 0.01),))
    track = lay(road_of([bend], [(0.0, 0.0), (0.03, 0.01)]))
    assert track.distance_m.tolist() == pytest.approx([0.0, 1000.0, 4000.0], abs=0.01)
    assert track.share.tolist() == pytest.approx([0.25, 0.75], abs=1e-5)
    assert track.elevation_m.tolist() == pytest.approx([1000.0, 1010.0, 1040.0], abs=1e-3)
    assert track.piece.tolist() == [0, 0]


def test_a_bend_where_a_piece_ends_cuts_once() -> None:
    bend = Arc(pieces=((1000.0, 5.0), (1000.0, 0.0)), points=((0.0, 0.01),))
    track = lay(road_of([bend], [(0.0, 0.0), (0.01, 0.01)]))
    assert track.distance_m.tolist() == pytest.approx([0.0, 1000.0, 2000.0], abs=CENTIMETRE)
    assert track.piece.tolist() == [0, 1]


def test_longitudes_count_less_in_the_north() -> None:
    """At 60 degrees a degree of longitude is half as long: the bend lies a third along."""
    bend = Arc(pieces=((3000.0, 0.0),), points=((60.0, 0.02),))
    track = lay(road_of([bend], [(60.0, 0.0), (60.02, 0.02)]))
    assert track.distance_m[1] == pytest.approx(1000.0, rel=1e-3)


def test_no_arcs_make_a_track_of_one_point() -> None:
    network = road_of([STRAIGHT], [(1.0, 2.0), (1.0, 2.02)])
    track = lay_track(network, np.empty(0, np.int32), 1)
    assert (track.lat.tolist(), track.lon.tolist()) == ([1.0], [2.02])
    assert track.elevation_m.tolist() == [990.0]
    assert (track.piece.size, track.share.size, track.arc.size) == (0, 0, 0)


def test_arcs_at_one_place_keep_their_length() -> None:
    """Both ends at the same place, as for a node and its copy: length without geometry."""
    spot = Arc(pieces=((5.0, 0.0),), points=())
    track = lay(road_of([spot, STRAIGHT], [(0.0, 0.0), (0.0, 0.0), (0.0, 0.02)]))
    assert track.distance_m.tolist() == pytest.approx([0.0, 5.0, 1005.0, 2005.0])
    assert track.lon.tolist() == pytest.approx([0.0, 0.0, 0.01, 0.02])


PIECE = st.tuples(st.floats(0.5, 5000.0), st.floats(-100.0, 100.0))
OFFSET = st.integers(-40, 40).map(lambda k: k / 1000.0)


@st.composite
def roads(draw: st.DrawFn) -> RoadNetwork:
    """Rows of arcs; on some of them bends lie where pieces end, give or take a millimetre."""
    count = draw(st.integers(1, 4))
    lat, lon = draw(st.floats(-70.0, 70.0)), draw(st.floats(-170.0, 170.0))
    ends = [(lat, lon)]
    arcs = []
    for _ in range(count):
        here = ends[-1]
        ends.append((here[0] + draw(OFFSET), here[1] + draw(OFFSET)))
        pieces = tuple(draw(st.lists(PIECE, min_size=1, max_size=5)))
        if draw(st.booleans()):
            points = on_the_way(here, ends[-1], pieces, draw(st.sampled_from([0.0, 1e-9, 1e-6])))
        else:
            steps = draw(st.lists(st.tuples(OFFSET, OFFSET), max_size=5))
            points = tuple((here[0] + north, here[1] + east) for north, east in steps)
        arcs.append(Arc(pieces, points))
    return road_of(arcs, ends)


def on_the_way(
    start: tuple[float, float],
    end: tuple[float, float],
    pieces: tuple[tuple[float, float], ...],
    shift: float,
) -> tuple[tuple[float, float], ...]:
    """Return points of the straight line where the pieces end, moved along by a share of it."""
    shares = np.cumsum([length for length, _ in pieces])[:-1] / sum(p[0] for p in pieces)
    return tuple(
        (start[0] + s * (end[0] - start[0]), start[1] + s * (end[1] - start[1]))
        for s in np.clip(shares + shift, 0.0, 1.0).tolist()
    )


@settings(derandomize=True, max_examples=120, deadline=None)
@given(network=roads())
def test_steps_make_up_pieces_and_arcs(network: RoadNetwork) -> None:
    track = lay(network)
    assert np.all(track.share > 0.0)
    assert np.all(np.diff(track.distance_m) > 0.0)
    whole = np.bincount(track.piece, weights=track.share, minlength=network.piece_length_m.size)
    assert whole == pytest.approx(np.ones(network.piece_length_m.size), abs=1e-9)
    assert np.all(np.diff(track.piece) >= 0)
    driven = np.bincount(track.arc, weights=np.diff(track.distance_m), minlength=network.arc_count)
    assert driven == pytest.approx(network.length_m, abs=1e-6)
    owner = np.repeat(np.arange(network.arc_count), np.diff(network.piece_first))
    assert track.arc.tolist() == owner[track.piece].tolist()
    steps_m = track.share * network.piece_length_m[track.piece]
    assert np.diff(track.distance_m) == pytest.approx(steps_m, abs=1e-6)
    rises_m = track.share * network.piece_rise_m[track.piece]
    assert np.diff(track.elevation_m) == pytest.approx(rises_m, abs=1e-6)


@settings(derandomize=True, max_examples=120, deadline=None)
@given(network=roads())
def test_points_lie_on_the_geometry(network: RoadNetwork) -> None:
    """Each on the line of its arc, in order; bends are kept, but for those beside a cut."""
    track = lay(network)
    for arc in range(network.arc_count):
        rows = slice(int(network.shape_first[arc]), int(network.shape_first[arc + 1]))
        line = [
            (float(network.lat[arc]), float(network.lon[arc])),
            *zip(network.shape_lat[rows].tolist(), network.shape_lon[rows].tolist(), strict=True),
            (float(network.lat[arc + 1]), float(network.lon[arc + 1])),
        ]
        steps = np.flatnonzero(track.arc == arc)
        points = [(float(track.lat[k]), float(track.lon[k])) for k in (*steps, steps[-1] + 1)]
        assert points[0] == pytest.approx(line[0], abs=1e-9)
        assert points[-1] == pytest.approx(line[-1], abs=1e-9)
        for point in points:
            assert min(away(point, a, b) for a, b in pairwise(line)) < 1e-7
        metres = float(network.length_m[arc]) / max(sum(far(a, b) for a, b in pairwise(line)), 1e-9)
        for bend in line:
            assert min(far(bend, point) for point in points) * metres < 2 * CENTIMETRE


def far(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points as if degrees were all alike."""
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def away(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return how far a point is from the line between two others, in degrees."""
    p, a, b = np.array(point), np.array(start), np.array(end)
    along = b - a
    square = float(along @ along)
    share = min(max(float((p - a) @ along) / square, 0.0), 1.0) if square > 0.0 else 0.0
    return float(np.linalg.norm(p - a - share * along))


@settings(derandomize=True, max_examples=120, deadline=None)
@given(network=roads())
def test_nodes_have_their_elevation(network: RoadNetwork) -> None:
    track = lay(network)
    ends = np.concatenate([[0], 1 + np.flatnonzero(np.diff(track.arc)), [track.arc.size]])
    assert track.elevation_m[ends] == pytest.approx(network.elevation_m, abs=CENTIMETRE)
    assert track.lat[ends] == pytest.approx(network.lat, abs=1e-9)
    assert track.lon[ends] == pytest.approx(network.lon, abs=1e-9)
