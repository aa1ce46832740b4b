"""Boxes, tiles and corridors: cut without gaps, small enough, and along the great circle."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripplan.errors import InvalidInputError
from tripplan.records.trip import Place
from tripplan.sources.fetch.area import (
    BBox,
    Corridor,
    bbox_tiles,
    corridor_tiles,
)

DENVER, VAIL = Place(lat=39.7392, lon=-104.9903), Place(lat=39.6433, lon=-106.3781)
LISBON, HELSINKI = Place(lat=38.7223, lon=-9.1393), Place(lat=60.1699, lon=24.9384)
RADIUS_KM = 6371.0088


def haversine_km(a: Place, b: Place) -> float:
    """Distance on the sphere, by another formula than the code's."""
    phi, psi = math.radians(a.lat), math.radians(b.lat)
    lam = math.radians(b.lon - a.lon)
    h = math.sin((psi - phi) / 2) ** 2 + math.cos(phi) * math.cos(psi) * math.sin(lam / 2) ** 2
    return 2 * RADIUS_KM * math.asin(math.sqrt(h))


def test_a_box_reads_back_as_it_is_written() -> None:
    box = BBox.parse(" 39.5, -105.25,39.75 ,-104.123456789")
    assert box == BBox(39.5, -105.25, 39.75, -104.123457)
    assert str(box) == "39.5,-105.25,39.75,-104.123457"
    assert BBox.parse(str(box)) == box
    assert str(BBox(-10, -20, 0, 100)) == "-10,-20,0,100"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "3,2,1,4",
        "1,4,3,2",
        "1,2,1,4",
        "-91,0,0,1",
        "0,0,1,181",
        "nan,0,1,1",
        "0,0,inf,1",
        "0,0,1e-9,1",
    ],
)
def test_what_is_no_box_is_refused(words: str) -> None:
    with pytest.raises(InvalidInputError, match="bounding box"):
        BBox.parse(words)


sides = st.tuples(
    st.floats(-85, 84), st.floats(-179, 178), st.floats(0.01, 5), st.floats(0.01, 5)
).map(lambda v: BBox(v[0], v[1], min(v[0] + v[2], 90), min(v[1] + v[3], 180)))


@given(sides, st.floats(100, 10_000))
def test_tiles_cover_a_box_without_gaps_and_are_small_enough(box: BBox, largest: float) -> None:
    tiles = [tile.bbox for tile in bbox_tiles(box, largest)]
    assert all(tile.area_km2 <= largest * 1.001 for tile in tiles)
    assert {tile.south for tile in tiles} - {tile.north for tile in tiles} == {box.south}
    assert {tile.east for tile in tiles} - {tile.west for tile in tiles} == {box.east}
    flat = sum((tile.north - tile.south) * (tile.east - tile.west) for tile in tiles)
    assert flat == pytest.approx((box.north - box.south) * (box.east - box.west), rel=1e-3)


def test_sizes_are_those_of_the_sphere() -> None:
    box = BBox(39.0, -105.0, 40.0, -104.0)
    west = [Place(lat=39, lon=-105), Place(lat=40, lon=-105)]
    assert box.height_km == pytest.approx(haversine_km(*west), rel=1e-9)
    south = [Place(lat=39, lon=-105), Place(lat=39, lon=-104)]
    assert box.width_km == pytest.approx(haversine_km(*south), rel=1e-4)
    for lat in (39.0, 40.0):
        assert haversine_km(box.middle, Place(lat=lat, lon=-105)) <= box.reach_km
    around = BBox.around(DENVER, 15.0)
    for edge in (Place(lat=around.north, lon=DENVER.lon), Place(lat=DENVER.lat, lon=around.west)):
        assert haversine_km(DENVER, edge) == pytest.approx(15.0, rel=1e-3)


@pytest.mark.parametrize("ends", [(DENVER, VAIL), (LISBON, HELSINKI), (HELSINKI, LISBON)])
def test_a_corridor_holds_its_great_circle_and_its_reach(ends: tuple[Place, Place]) -> None:
    corridor = Corridor(*ends)
    assert corridor.distance_km == pytest.approx(haversine_km(*ends), rel=1e-9)
    tiles = corridor_tiles(corridor, largest_km2=2500.0, side_deg=1.0)
    squares = [tile.bbox for tile in tiles if not tile.detail]
    lat, lon = corridor.line(5.0)
    for here in zip(lat, lon, strict=True):
        along = sum(haversine_km(end, Place(lat=here[0], lon=here[1])) for end in ends)
        assert along == pytest.approx(corridor.distance_km, rel=1e-6)
        north = here[0] + 0.95 * math.degrees(corridor.side_km / RADIUS_KM)
        for y in (here[0], north):
            assert any(box.holds(y, here[1]) for box in squares)
    assert all(
        min(haversine_km(box.middle, Place(lat=y, lon=x)) for y, x in zip(lat, lon, strict=True))
        <= corridor.side_km + 1.05 * box.reach_km
        for box in squares
    )


def test_the_ends_of_a_corridor_come_in_detail() -> None:
    tiles = corridor_tiles(Corridor(DENVER, VAIL), largest_km2=2500.0, side_deg=1.0)
    for end in (DENVER, VAIL):
        assert any(tile.detail and tile.bbox.holds(end.lat, end.lon) for tile in tiles)
    middle = Place(lat=39.7, lon=-105.7)
    assert not any(tile.detail and tile.bbox.holds(middle.lat, middle.lon) for tile in tiles)


def test_trips_along_one_road_share_their_tiles() -> None:
    def squares(origin: Place, destination: Place) -> set[str]:
        tiles = corridor_tiles(Corridor(origin, destination), largest_km2=2500.0, side_deg=1.0)
        return {str(tile.bbox) for tile in tiles if not tile.detail}

    assert squares(DENVER, VAIL) == squares(VAIL, DENVER)
    beyond = Place(lat=39.0639, lon=-108.5506)
    assert len(squares(DENVER, VAIL) & squares(DENVER, beyond)) >= 4


def test_two_ends_in_one_place_make_a_corridor() -> None:
    corridor = Corridor(DENVER, DENVER)
    assert corridor.side_km == 30.0
    tiles = corridor_tiles(corridor, largest_km2=2500.0, side_deg=1.0)
    assert sum(tile.detail for tile in tiles) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reach_km": 0.0}, "500 km to either side"),
        ({"reach_km": math.nan}, "500 km to either side"),
        ({"detail_km": 900.0}, "500 km to either side"),
        ({"destination": Place(lat=0.0, lon=179.0)}, "antimeridian"),
    ],
)
def test_impossible_corridors_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        Corridor(**({"origin": DENVER, "destination": VAIL} | changes))  # type: ignore[arg-type]
