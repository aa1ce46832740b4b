"""What heights along roads keep, whatever the ground and the roads."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from tripplan.arrays import Floats
from tripplan.records.network import FLAG_BRIDGE, FLAG_FERRY, FLAG_TUNNEL, RoadNetwork
from tripplan.sources.elevation.pieces import (
    BRAKING_TOLERANCE,
    HEIGHT_TOLERANCE_M,
    ROLLING_GRADES,
    breakpoints,
)
from tripplan.sources.elevation.profile import with_elevation
from tripplan.units import M_PER_DEGREE

LAT, LON = 46.0, 8.0
M_PER_LON = M_PER_DEGREE * float(np.cos(np.radians(LAT)))


class Waves:
    """Rough ground: waves of 150 m and more, seeded."""

    name = "waves"
    resolution_m = 90.0

    def __init__(
        self, seed: int, slope: tuple[float, float] = (0.0, 0.0), rough: float = 1.0
    ) -> None:
        rng = np.random.default_rng(seed)
        self._number = rng.uniform(-0.04, 0.04, (2, 12))
        self._high = rough * rng.uniform(0.0, 8.0, 12)
        self._slope = slope

    def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """Heights by the formula."""
        north = (np.asarray(lat, np.float64) - LAT) * M_PER_DEGREE
        east = (np.asarray(lon, np.float64) - LON) * M_PER_LON
        waves = np.sin(north[..., None] * self._number[0] + east[..., None] * self._number[1])
        return np.asarray(
            400.0 + waves @ self._high + self._slope[0] * north + self._slope[1] * east
        )


def roads(seed: int, order: NDArray[np.int64] | None = None) -> RoadNetwork:
    """Return 25 jumbled junctions joined by bent two-way roads, some of them structures."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0.0, 4000.0, (25, 2))
    number = np.arange(25) if order is None else order
    tail, head = rng.integers(0, 25, (2, 45))
    tail, head = tail[tail != head], head[tail != head]
    flags = rng.choice([0, 0, 0, FLAG_TUNNEL, FLAG_BRIDGE, FLAG_FERRY], tail.size)
    counts = rng.integers(0, 4, tail.size)
    lines = [rng.uniform(0.0, 4000.0, (count, 2)) for count in counts]
    lines = [*lines, *(line[::-1] for line in lines)]
    whole = [
        np.vstack([place[a], line, place[b]])
        for a, b, line in zip([*tail, *head], [*head, *tail], lines, strict=True)
    ]
    length = np.array([np.hypot(*np.diff(points, axis=0).T).sum() for points in whole])
    length[tail.size :] = length[: tail.size]
    shape = np.vstack(lines)
    position = np.empty_like(place)
    position[number] = place
    speed = np.full(length.size, 60.0)
    return RoadNetwork.from_arcs(
        lat=LAT + position[:, 0] / M_PER_DEGREE,
        lon=LON + position[:, 1] / M_PER_LON,
        elevation_m=np.zeros(25),
        tail=number[np.concatenate([tail, head])],
        head=number[np.concatenate([head, tail])],
        length_m=length,
        speed_kmh=speed,
        speed_limit_kmh=speed,
        flags=np.tile(flags, 2),
        road_class=np.full(length.size, 8),
        shapes=(
            np.concatenate(([0], np.cumsum([len(line) for line in lines]))),
            LAT + shape[:, 0] / M_PER_DEGREE,
            LON + shape[:, 1] / M_PER_LON,
        ),
    )


def rows(network: RoadNetwork) -> list[tuple[bytes, bytes]]:
    """Pieces of each arc."""
    cuts = network.piece_first[1:-1]
    return [
        (length.tobytes(), np.round(rise, 6).tobytes())
        for length, rise in zip(
            np.split(network.piece_length_m, cuts),
            np.split(network.piece_rise_m, cuts),
            strict=True,
        )
    ]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_way_back_mirrors_the_way_there(seed: int) -> None:
    found, _ = with_elevation(roads(seed), Waves(seed))
    # RoadNetwork itself holds pieces against lengths and node heights.
    there = sorted(rows(found))
    mirrored = sorted(
        (
            np.frombuffer(length)[::-1].tobytes(),
            np.round(-np.frombuffer(rise)[::-1] + 0.0, 6).tobytes(),
        )
        for length, rise in rows(found)
    )
    plain = sorted(
        (length, np.round(np.frombuffer(rise) + 0.0, 6).tobytes()) for length, rise in there
    )
    assert plain == mirrored


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_renumbering_the_nodes_changes_no_height(seed: int) -> None:
    order = np.random.default_rng(seed + 1).permutation(25)
    one, _ = with_elevation(roads(seed), Waves(seed))
    other, _ = with_elevation(roads(seed, order), Waves(seed))
    np.testing.assert_allclose(other.elevation_m[order], one.elevation_m, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), height=st.floats(-300.0, 3000.0))
def test_raised_ground_raises_everything_alike(seed: int, height: float) -> None:
    class Raised(Waves):
        def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
            """Heights by the formula, raised."""
            return super().sample(lat, lon) + height

    one, _ = with_elevation(roads(seed), Waves(seed))
    other, _ = with_elevation(roads(seed), Raised(seed))
    np.testing.assert_allclose(other.elevation_m, one.elevation_m + height, atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), north=st.floats(-0.05, 0.05), east=st.floats(-0.05, 0.05))
def test_straight_roads_keep_a_plane(seed: int, north: float, east: float) -> None:
    rng = np.random.default_rng(seed)
    place = rng.uniform(0.0, 5000.0, (20, 2))
    tail, head = np.arange(0, 20, 2), np.arange(1, 20, 2)
    network = RoadNetwork.from_edges(
        lat=LAT + place[:, 0] / M_PER_DEGREE,
        lon=LON + place[:, 1] / M_PER_LON,
        elevation_m=np.zeros(20),
        tail=tail,
        head=head,
        length_m=np.hypot(*(place[tail] - place[head]).T),
        speed_kmh=np.full(10, 60.0),
        speed_limit_kmh=np.full(10, 60.0),
        two_way=True,
    )
    found, _ = with_elevation(network, Waves(seed, (north, east), rough=0.0))
    wanted = 400.0 + north * place[:, 0] + east * place[:, 1]
    np.testing.assert_allclose(found.elevation_m, wanted, atol=1e-3)


@settings(max_examples=60, deadline=None)
@given(
    rises=st.lists(st.lists(st.floats(-8.0, 8.0), min_size=1, max_size=40), min_size=1, max_size=6)
)
def test_pieces_hold_both_tolerances(rises: list[list[float]]) -> None:
    first = np.concatenate(([0], np.cumsum([len(line) + 1 for line in rises])))
    distance = np.concatenate([50.0 * np.arange(len(line) + 1) for line in rises])
    height = np.concatenate([np.concatenate(([0.0], np.cumsum(line))) for line in rises])
    kept = breakpoints(distance, height, first)
    for start, end in itertools.pairwise(first):
        at = start + np.flatnonzero(kept[start:end])
        assert at[0] == start
        assert at[-1] == end - 1
        for low, high in itertools.pairwise(at):
            part = slice(low, high + 1)
            chord = np.interp(distance[part], distance[[low, high]], height[[low, high]])
            assert np.abs(height[part] - chord).max() <= HEIGHT_TOLERANCE_M + 1e-9
            length = distance[high] - distance[low]
            for rolling in ROLLING_GRADES:
                for sign in (1.0, -1.0):
                    steps = np.maximum(0.0, sign * np.diff(height[part]) - rolling * 50.0).sum()
                    whole = max(0.0, sign * (height[high] - height[low]) - rolling * length)
                    assert steps - whole <= BRAKING_TOLERANCE * length + 1e-9
