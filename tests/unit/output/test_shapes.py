"""Water and borders: known places, an independent program, and the file's provenance."""

import json
from importlib.resources import files

import numpy as np
import pytest
import shapely

from tripplan.errors import DataError
from tripplan.output.drawing import shapes
from tripplan.output.drawing.basemap import Bounds
from tripplan.output.drawing.lines import clipped_ring, parts_within

WATER = {
    "Great Salt Lake": (41.1, -112.6),
    "Lake Michigan": (43.0, -87.0),
    "Lake Geneva": (46.45, 6.55),
    "Atlantic": (36.0, -75.0),
    "Adriatic": (43.5, 15.0),
    "Sea of Japan": (40.0, 135.0),
}
LAND = {
    "Denver": (39.74, -104.99),
    "Paris": (48.86, 2.35),
    "Isle Royale, an island in a lake": (48.0, -88.9),
    "Matsumoto": (36.24, 137.97),
    "Nairobi": (-1.29, 36.82),
    "Alice Springs": (-23.7, 133.88),
}


def in_water(found: shapes.Shapes, lat: float, lon: float) -> bool:
    """Count the rings around a point."""
    return bool(
        sum(shapely.Polygon(ring).contains(shapely.Point(lat, lon)) for ring in found.water) % 2
    )


@pytest.mark.parametrize("name", [*WATER, *LAND])
@pytest.mark.parametrize("half_deg", [0.2, 2.0, 9.0])
def test_water_is_where_it_is(name: str, half_deg: float) -> None:
    lat, lon = {**WATER, **LAND}[name]
    box = Bounds(lat - half_deg, lon - half_deg, lat + half_deg, lon + half_deg)
    assert in_water(shapes.shapes_within(box), lat, lon) == (name in WATER)


def crossings(
    lines: tuple[np.ndarray, ...], one: tuple[float, float], other: tuple[float, float]
) -> int:
    """Count how often a straight way between two points crosses lines."""
    way = shapely.LineString([one, other])
    return sum(shapely.LineString(line).intersects(way) for line in lines)


def test_borders_lie_between_neighbours() -> None:
    box = Bounds(35.0, -112.0, 50.0, -100.0)
    found = shapes.shapes_within(box)
    denver, cheyenne = (39.74, -104.99), (41.14, -104.82)
    billings, regina = (45.78, -108.5), (50.0, -104.6)
    assert crossings(found.states, denver, cheyenne) == 1
    assert crossings(found.countries, denver, cheyenne) == 0
    assert crossings(found.countries, billings, regina) == 1
    europe = shapes.shapes_within(Bounds(45.0, 5.0, 50.0, 12.0))
    assert crossings(europe.countries, (47.56, 7.59), (47.99, 7.85)) >= 1
    assert europe.states == ()


def test_a_box_in_the_middle_of_land_has_no_water_and_one_at_sea_is_all_water() -> None:
    assert shapes.shapes_within(Bounds(39.0, -102.0, 39.5, -101.0)).water == ()
    (sea,) = shapes.shapes_within(Bounds(30.0, -50.0, 31.0, -49.0)).water
    assert shapely.Polygon(sea).area == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(40))
def test_a_clipped_ring_is_the_part_that_another_program_finds(seed: int) -> None:
    """Star-shaped rings; by area, since the two may go along the box's side in different ways."""
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 30))
    away = rng.uniform(0.2, 2.0, 30)
    ring = np.column_stack([away * np.cos(turn), away * np.sin(turn)]) + rng.uniform(-1, 1, 2)
    low, high = np.array([-1.0, -0.7]), np.array([0.9, 1.0])
    found = clipped_ring(ring, low, high)
    wanted = shapely.make_valid(shapely.Polygon(ring)).intersection(shapely.box(*low, *high))
    area = shapely.make_valid(shapely.Polygon(found)).area if len(found) > 2 else 0.0
    assert area == pytest.approx(wanted.area, abs=1e-9)
    assert ((found >= low - 1e-12) & (found <= high + 1e-12)).all()


def test_parts_of_a_line_near_a_box() -> None:
    line = np.array(
        [[0.0, 0.0], [2.0, 0.0], [5.0, 0.0], [5.0, 5.0], [1.0, 5.0], [1.0, 0.5], [9.0, 9.0]]
    )
    parts = parts_within(line, np.array([0.0, -1.0]), np.array([2.5, 1.0]))
    assert [part.tolist() for part in parts] == [line[:3].tolist(), line[4:].tolist()]
    assert parts_within(line, np.array([20.0, 20.0]), np.array([21.0, 21.0])) == []


def test_the_file_is_small_and_says_where_it_comes_from() -> None:
    folder = files("tripplan").joinpath("data", "shapes")
    said = json.loads(folder.joinpath("provenance.json").read_bytes())
    assert len(folder.joinpath("natural-earth.npz").read_bytes()) < 300_000
    (source,) = said["sources"]
    assert source["data_licence"] == "public domain"
    layers = shapes._layers()  # noqa: SLF001 - the whole file, which nobody else needs
    for name, counted in said["measured"].items():
        assert layers[name].points.shape == (counted["points"], 2)
        assert layers[name].first.size == counted["lines"] + 1
        assert (np.abs(layers[name].points).max(axis=0) <= [90.0, 180.0]).all()


def test_a_damaged_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"sha256": {"natural-earth.npz": "0"}}
    monkeypatch.setattr("tripplan.output.drawing.shapes.json.loads", lambda _: said)
    with pytest.raises(DataError, match="damaged"):
        shapes._layers.__wrapped__()  # noqa: SLF001
