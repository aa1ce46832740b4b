"""Keys on lanes, and the vocabulary of keys that are counted where nobody reads them."""

import pytest

from tripplan.sources.osm.keys import role_of
from tripplan.sources.osm.ways import WayMeaning, read_way

NEITHER = (False, False)
BOTH = (True, True)


def directions(**tags: str) -> tuple[bool, bool]:
    way = read_way(
        {"highway": "secondary", **{key.replace("__", ":"): v for key, v in tags.items()}},
        ferries=False,
    )
    return (way.forward, way.backward) if isinstance(way, WayMeaning) else NEITHER


@pytest.mark.parametrize("key", ["access", "vehicle", "motor_vehicle", "motorcar"])
@pytest.mark.parametrize(
    ("value", "shuts"),
    [
        ("no", True),
        ("no|no", True),
        ("no|private|no", True),
        ("bus|psv", True),
        ("yes|no", False),
        ("no|yes|no", False),
        ("no||no", False),  # an empty lane is as the road is
        ("|", False),
        ("no|designated", False),
        ("no|what", False),
    ],
)
def test_a_road_is_closed_where_no_lane_is_left_for_cars(
    key: str, value: str, *, shuts: bool
) -> None:
    assert directions(**{f"{key}:lanes": value}) == (NEITHER if shuts else BOTH)
    for ahead in (f"{key}:lanes:forward", f"{key}:forward:lanes"):
        assert directions(**{ahead: value}) == ((False, True) if shuts else BOTH)
        back = ahead.replace("forward", "backward")
        assert directions(**{back: value}) == ((True, False) if shuts else BOTH)
        assert role_of(ahead) == role_of(back) == "used"


def test_lanes_open_no_road_and_more_specific_keys_go_first() -> None:
    assert directions(access="no", motor_vehicle__lanes="yes|no") == NEITHER
    assert directions(motor_vehicle="yes", access__lanes="no|no") == BOTH
    assert directions(motor_vehicle="yes", motor_vehicle__lanes="no|no") == NEITHER
    assert directions(bus__lanes="designated|designated", psv__lanes="yes|no") == BOTH


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        # OSRM's lib/way_handlers.lua (hov): these are for pools only; wiki, Key:hov.
        ({"hov": "designated"}, NEITHER),
        ({"hov:lanes": "designated|designated"}, NEITHER),
        ({"hov:lanes": "designated"}, NEITHER),
        ({"hov:lanes:forward": "designated|designated"}, (False, True)),
        ({"hov:backward": "designated"}, (True, False)),
        ({"hov": "designated", "motor_vehicle": "yes"}, NEITHER),
        # ... and on these is room for others.
        ({"hov:lanes": "designated|yes|yes"}, BOTH),
        ({"hov:lanes": "|designated"}, BOTH),
        ({"hov": "designated", "hov:lanes": "designated||"}, BOTH),
        ({"hov": "lane"}, BOTH),
        ({"hov": "yes"}, BOTH),
        ({"hov": "no"}, BOTH),
        ({"hov:minimum": "2"}, BOTH),
    ],
)
def test_roads_for_cars_with_several_people(tags: dict[str, str], open_: tuple[bool, bool]) -> None:
    assert directions(**tags) == open_


def test_why_a_road_for_several_people_is_left_out() -> None:
    tags = {"highway": "motorway", "oneway": "yes", "hov": "designated", "hov:minimum": "2"}
    assert read_way(tags, ferries=False) == "for cars with several people only"


def test_a_lane_for_those_who_have_business_there_keeps_the_road_open_to_them() -> None:
    way = read_way({"highway": "residential", "access:lanes": "no|destination"}, ferries=False)
    assert isinstance(way, WayMeaning)
    assert way.destination_forward
    assert way.destination_backward


@pytest.mark.parametrize(
    ("tags", "limits"),
    [
        # OpenTripPlanner takes the highest lane; OSRM, Valhalla, GraphHopper read maxspeed alone.
        ({"maxspeed:lanes": "60|80|40"}, (80.0, 80.0)),
        ({"maxspeed:lanes:forward": "100|80", "maxspeed:lanes:backward": "70"}, (100.0, 70.0)),
        ({"maxspeed:forward:lanes": "100|80"}, (100.0, None)),
        ({"maxspeed": "50", "maxspeed:lanes": "60|80"}, (50.0, 50.0)),
        ({"maxspeed:backward": "50", "maxspeed:lanes": "60|80"}, (80.0, 50.0)),
        ({"maxspeed": "fast", "maxspeed:lanes": "60|80"}, (80.0, 80.0)),
        ({"maxspeed:lanes": "60|"}, (60.0, 60.0)),
        ({"maxspeed:lanes": "30 mph|50"}, (50.0, 50.0)),
        ({"maxspeed:motorcar:lanes": "70|60", "maxspeed:lanes": "90|90"}, (70.0, 70.0)),
        ({"maxspeed:lanes": "what|"}, (None, None)),
        ({"maxspeed:lanes": "80|100", "source:maxspeed": "DE:urban"}, (100.0, 100.0)),
    ],
)
def test_the_highest_limit_of_a_lane_where_no_other_is_stated(
    tags: dict[str, str], limits: tuple[float | None, float | None]
) -> None:
    way = read_way({"highway": "primary", **tags}, ferries=False)
    assert isinstance(way, WayMeaning)
    found = (way.limit_forward_kmh, way.limit_backward_kmh)
    assert [None if kmh != kmh else kmh for kmh in found] == list(limits)  # noqa: PLR0124 - NaN
    assert ("maxspeed not understood" in way.faults) == any(
        word in value for value in tags.values() for word in ("fast", "what")
    )


@pytest.mark.parametrize(
    "key",
    [
        "access:hgv",
        "access:lanes:conditional",
        "bicycle_road",
        "car",
        "charge",
        "charge:hgv",
        "cyclestreet",
        "fee",
        "flood_prone",
        "ford",
        "hov:conditional",
        "hov:lanes:conditional",
        "hov:minimum",
        "ice_road:conditional",
        "impassable:conditional",
        "living_street",
        "maxaxleload",
        "maxaxles",
        "maxbogieweight",
        "maxheight:lanes",
        "maxheight:physical",
        "maxspeed:advisory:conditional",
        "maxspeed:hgv",
        "maxspeed:lanes:conditional",
        "maxspeed:practical",
        "maxspeed:type:forward",
        "maxspeed:variable",
        "maxweight:conditional",
        "maxweightrating",
        "maxweightrating:hgv",
        "maxwidth:physical",
        "minspeed",
        "minspeed:lanes",
        "motor_vehicle:lanes:conditional",
        "motorcar:covid19",
        "motorroad:conditional",
        "oneway:bicycle",
        "opening_hours",
        "seasonal",
        "smoothness:forward",
        "source:maxspeed:forward",
        "tidal",
        "toll:hgv",
        "toll:lanes",
        "toll:N3",
        "tracktype",
        "traffic_calming",
        "vehicle:lanes:bus",
        "winter_road:conditional",
        "winter_service",
        "zone:motor_vehicle",
    ],
)
def test_keys_on_access_speed_and_toll_that_nobody_reads_are_counted(key: str) -> None:
    """Keys of the OpenStreetMap wiki (Key:access, Key:maxspeed, Key:toll and what they link to)."""
    assert role_of(key) == "unused"


@pytest.mark.parametrize(
    "key",
    [
        "name",
        "name:access",
        "ref",
        "lanes",
        "turn:lanes",
        "source",
        "lit",
        "sidewalk",
        "parking:lane",
        "note",
    ],
)
def test_keys_on_something_else_are_not(key: str) -> None:
    assert role_of(key) == ""
