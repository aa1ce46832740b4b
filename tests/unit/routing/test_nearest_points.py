"""Nearest points and points in reach, one by one and many at once, by brute force."""

import math

import numpy as np
import pytest

from tripplan.arrays import Floats
from tripplan.routing import nearest_points
from tripplan.routing.nearest_points import FEW_PLACES, NearestPoints

EARTH_KM = 6371.0088


def haversine_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    a = (
        math.sin((other_phi - phi) / 2.0) ** 2
        + math.cos(phi) * math.cos(other_phi) * math.sin(math.radians(other_lon - lon) / 2.0) ** 2
    )
    return 2.0 * EARTH_KM * math.asin(min(1.0, math.sqrt(a)))


def somewhere(rng: np.random.Generator, count: int, where: str) -> tuple[Floats, Floats]:
    """Return places of a kind."""
    if where == "anywhere":
        return np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)
    if where == "by the date line":
        return rng.uniform(-1, 1, count), (180.0 + rng.uniform(-0.5, 0.5, count) + 180) % 360 - 180
    if where == "by the pole":
        return rng.uniform(89.0, 90.0, count), rng.uniform(-180, 180, count)
    return rng.uniform(46.0, 48.0, count), rng.uniform(8.0, 12.0, count)


WHERE = ("anywhere", "by the date line", "by the pole", "in a country")


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("asked", [1, FEW_PLACES, FEW_PLACES + 1])
def test_nearest_by_brute_force(where: str, asked: int) -> None:
    rng = np.random.default_rng(WHERE.index(where))
    for count in (1, 2, 40, 400):
        lat, lon = somewhere(rng, count, where)
        at_lat, at_lon = somewhere(rng, asked, where)
        points, kms = NearestPoints(lat, lon).nearest(at_lat, at_lon)
        for place, (point, km) in enumerate(zip(points, kms, strict=True)):
            here = (float(at_lat[place]), float(at_lon[place]))
            away = [haversine_km(*here, *at) for at in zip(lat, lon, strict=True)]
            assert km == pytest.approx(min(away), abs=1e-5)
            assert away[point] == pytest.approx(km, abs=1e-5)


def test_a_place_far_from_all_points() -> None:
    index = NearestPoints(np.array([10.0, 10.0, -80.0]), np.array([0.0, 90.0, 5.0]))
    points, kms = index.nearest(np.array([75.0, -90.0]), np.array([85.0, 0.0]))
    assert points.tolist() == [1, 2]
    assert kms[0] == pytest.approx(haversine_km(75.0, 85.0, 10.0, 90.0), abs=1e-5)
    assert kms[1] == pytest.approx(EARTH_KM * math.radians(10.0), abs=1e-5)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("asked", [1, FEW_PLACES + 1])
def test_points_in_reach_by_brute_force(where: str, asked: int) -> None:
    rng = np.random.default_rng(7 + WHERE.index(where))
    lat, lon = somewhere(rng, 300, where)
    at_lat, at_lon = somewhere(rng, asked, where)
    reach_km = rng.uniform(1.0, 60.0, asked)
    place, point = NearestPoints(lat, lon).within(at_lat, at_lon, reach_km)
    found = set(zip(place.tolist(), point.tolist(), strict=True))
    assert len(found) == place.size
    for k in range(asked):
        for n in range(lat.size):
            km = haversine_km(at_lat[k], at_lon[k], lat[n], lon[n])
            chord_km = 2.0 * EARTH_KM * math.sin(km / (2.0 * EARTH_KM))
            if abs(chord_km - reach_km[k]) > 1e-4:
                assert ((k, n) in found) == (chord_km < reach_km[k])


def test_few_and_many_places_get_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a lattice with many points as near as each other, up to which of them."""
    side = np.arange(0.0, 2.0, 0.1)
    lat, lon = (corner.ravel() for corner in np.meshgrid(side, side))
    rng = np.random.default_rng(5)
    at_lat, at_lon = rng.uniform(-1, 3, 200), rng.uniform(-1, 3, 200)
    index = NearestPoints(lat, lon)
    by_tree, tree_km = index.nearest(at_lat, at_lon)
    monkeypatch.setattr(nearest_points, "FEW_PLACES", 200)
    by_band, band_km = index.nearest(at_lat, at_lon)
    assert band_km == pytest.approx(tree_km, abs=1e-6)
    assert (by_tree == by_band).mean() > 0.9
