"""What OpenStreetMap tags mean: spellings from the OSM wiki, one by one."""

import math

import pytest

from tripplan.records.network import FLAG_BRIDGE, FLAG_LINK, FLAG_TOLL, FLAG_TUNNEL, ROAD_CLASSES
from tripplan.sources.osm import access as osm_access
from tripplan.sources.osm import limits as osm_limits
from tripplan.sources.osm import maxspeed as osm_maxspeed
from tripplan.sources.osm import tags as osm_tags
from tripplan.sources.osm import ways as osm_ways
from tripplan.sources.osm.keys import role_of
from tripplan.sources.osm.restrictions import Restriction, read_restriction
from tripplan.sources.osm.ways import WayMeaning


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50.0),
        ("50 km/h", 50.0),
        ("7.5", 7.5),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("10 knots", 18.52),
        ("none", 130.0),
        ("walk", 7.0),
        ("DE:urban", 50.0),
        ("DE:rural", 100.0),
        ("AT:motorway", 130.0),
        ("GB:nsl_single", 96.56),
        ("BE-VLG:rural", 70.0),
        ("DE:zone30", 30.0),
        ("DE:zone:30", 30.0),
        ("DE:30", 30.0),
        ("GB:zone20", 32.18688),
        ("DE:living_street", 7.0),
        ("50;70", 50.0),
        ("120|100", 100.0),
        ("signals; 80", 80.0),
        ("25 MPH", 40.2336),
        ("25Mph", 40.2336),
        ("20 mp/h", 32.18688),
        ("20 m.p.h.", 32.18688),
        ("20 miles per hour", 32.18688),
        ("20 mi/h", 32.18688),
        ("50 KM/H", 50.0),
        ("50kmh", 50.0),
        ("50 kph", 50.0),
        ("50 kmph", 50.0),
        ("50 km", 50.0),
        ("62,5", 62.5),
        ("50,70", 50.0),
        ("50, 70", 50.0),
        ("10 kn", 18.52),
        ("UK:zone20", 32.18688),
        ("UK:nsl_single", 96.56),
        ("uk:30", 48.28032),
        ("GB:20 zone", 32.18688),
        ("GB-SCT:zone20", 32.18688),
        ("US:25", 40.2336),
        ("de:urban", 50.0),
        ("RO:URBAN", 50.0),
        ("FR:zone30", 30.0),
        ("DE:zone_30", 30.0),
        ("DE:bicycle_road", 30.0),
        ("None", 130.0),
        ("unlimited", 130.0),
        ("DE:walk", 7.0),
    ],
)
def test_maxspeed_spellings(text: str, kmh: float) -> None:
    assert osm_maxspeed.parse_maxspeed(text).kmh == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("signals", "maxspeed varies by signal"),
        ("variable", "maxspeed varies by signal"),
        ("-50", "maxspeed out of range"),
        ("0", "maxspeed out of range"),
        ("99999", "maxspeed out of range"),
        ("300 mph", "maxspeed out of range"),
        ("9" * 400, "maxspeed out of range"),
        ("DE:zone:0", "maxspeed out of range"),
        ("fast", "maxspeed not understood"),
        ("1e9", "maxspeed not understood"),
        ("nan", "maxspeed not understood"),
        ("5 0", "maxspeed not understood"),
        ("DE:elsewhere", "maxspeed not understood"),
        ("\u0665\u0660", "maxspeed not understood"),
        (";", "maxspeed not understood"),
    ],
)
def test_maxspeed_that_counts_as_missing(text: str, fault: str) -> None:
    limit = osm_maxspeed.parse_maxspeed(text)
    assert math.isnan(limit.kmh)
    assert limit.fault == fault


@pytest.mark.parametrize(
    ("tags", "access"),
    [
        ({}, None),
        ({"access": "private"}, "shut"),
        ({"access": "no", "motor_vehicle": "yes"}, "open"),
        ({"vehicle": "no", "motorcar": "permissive"}, "open"),
        ({"motorcar": "no", "access": "yes"}, "shut"),
        ({"motor_vehicle": "destination"}, "destination"),
        ({"access": "customers"}, "destination"),
        ({"access": "delivery"}, "shut"),
        ({"motor_vehicle": "agricultural;forestry"}, "shut"),
        ({"motor_vehicle": "agricultural;destination"}, "destination"),
        ({"motorcar": "maybe", "access": "no"}, "shut"),
        ({"bicycle": "no"}, None),
        ({"access:motorcar": "no", "access": "yes"}, "shut"),
        ({"access:motor_vehicle": "destination"}, "destination"),
        ({"motor_vehicle": "No"}, "shut"),
        ({"access": "discouraged"}, "open"),
    ],
)
def test_access_goes_by_the_most_specific_key(tags: dict[str, str], access: str | None) -> None:
    assert osm_access.read_access(tags).base == access


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "locked": "yes"}, True),
        ({"barrier": "toll_booth"}, False),
        ({"barrier": "cattle_grid", "access": "destination"}, False),
        ({"barrier": "something new"}, True),
    ],
)
def test_barriers(tags: dict[str, str], stops: bool) -> None:
    assert osm_tags.blocks_cars(tags) is stops


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "no", "highway": "motorway"}, (True, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway_link"}, (True, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "circular"}, (True, False)),
        ({"junction": "roundabout", "oneway": "-1"}, (False, True)),
        ({"oneway": "reversible"}, (False, False)),
        ({"oneway": "alternating"}, (True, True)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
        ({"oneway": "yes", "oneway:motorcar": "-1"}, (False, True)),
        ({"oneway": "no", "oneway:vehicle": "yes"}, (True, False)),
        ({"oneway": "yes", "oneway:bicycle": "no"}, (True, False)),
        ({"oneway": "Yes"}, (True, False)),
    ],
)
def test_one_ways(tags: dict[str, str], directions: tuple[bool, bool]) -> None:
    assert osm_tags.driving_directions(tags)[:2] == directions


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("01:30", 5400.0),
        ("1:30:30", 5430.0),
        ("90", 5400.0),
        ("45 min", 2700.0),
        ("PT1H5M", 3900.0),
        ("0", None),
        ("99:00", None),
        ("PT2700S", 2700.0),
        ("PT1.5H", 5400.0),
        ("pt0,5h", 1800.0),
        ("P1DT2H", 93_600.0),
        ("P1D", 86_400.0),
        ("P3D", None),
        ("1.5h", 5400.0),
        ("1,5 h", 5400.0),
        ("1h30", 5400.0),
        ("1 h 30 min", 5400.0),
        ("2 hours", 7200.0),
        ("35 minutes", 2100.0),
        ("90 s", 90.0),
        ("22.5", 1350.0),
        ("1 day", 86_400.0),
        ("00:00", None),
        ("0:75", None),
        ("PT", None),
        ("P", None),
        ("1.2.3 h", None),
        ("20-30", None),
        ("", None),
        ("quick", None),
        ("-5", None),
        (None, None),
    ],
)
def test_ferry_durations(text: str | None, seconds: float | None) -> None:
    assert osm_tags.parse_duration(text) == seconds


def meaning(**tags: str) -> WayMeaning:
    read = osm_ways.read_way({key.replace("__", ":"): v for key, v in tags.items()}, ferries=False)
    assert isinstance(read, WayMeaning)
    return read


def test_flags_and_classes() -> None:
    way = meaning(highway="trunk_link", toll="yes", bridge="viaduct", tunnel="no")
    assert ROAD_CLASSES[way.road_class] == "trunk"
    assert way.flags == FLAG_LINK | FLAG_TOLL | FLAG_BRIDGE
    assert meaning(highway="road", tunnel="building_passage").flags == FLAG_TUNNEL


def test_limits_by_direction_advice_surface_and_context() -> None:
    way = meaning(highway="primary", maxspeed="100", maxspeed__backward="70")
    assert (way.limit_forward_kmh, way.limit_backward_kmh) == (100.0, 70.0)
    assert meaning(highway="primary", maxspeed__advisory="40 mph").cap_kmh == pytest.approx(
        64.37376
    )
    assert meaning(highway="primary", surface="gravel").cap_kmh == 50.0
    assert meaning(highway="primary", source__maxspeed="DE:urban").limit_forward_kmh == 50.0
    assert meaning(highway="primary", maxspeed="70", source__maxspeed="DE:urban").urban == 1
    assert meaning(highway="primary", zone__traffic="DE:rural").urban == 0
    assert meaning(highway="primary", maxspeed="70", source__maxspeed="sign").urban == -1


def test_faults_are_kept_for_the_report() -> None:
    way = meaning(highway="primary", maxspeed="-3", maxspeed__conditional="60 @ wet", access="hm")
    assert way.faults == (
        "access not understood",
        "maxspeed out of range",
        "conditional maxspeed not understood",
    )
    assert role_of("maxspeed:conditional") == "used"
    assert role_of("maxspeed:hgv:conditional") == "unused"


def test_every_class_has_limits_in_every_country() -> None:
    for country in (*osm_limits.COUNTRIES, "", "XX"):
        table = osm_limits.default_limits_kmh(country)
        assert table.shape == (2, len(ROAD_CLASSES))
        assert 5.0 < table.min() <= table.max() <= 140.0
        assert (table[1] <= table[0]).all()


CROSS = [("w", 1, "from"), ("n", 5, "via"), ("w", 2, "to")]


def test_restrictions() -> None:
    read = read_restriction(9, {"restriction": "no_left_turn"}, CROSS)
    assert read == Restriction(9, only=False, sources=(1,), targets=(2,), via_node=5)
    by_way = [("w", 1, "from"), ("w", 7, "via"), ("w", 8, "via"), ("w", 2, "to")]
    read = read_restriction(9, {"restriction": "only_left_turn"}, by_way)
    assert read == Restriction(
        9, only=True, sources=(1,), targets=(2,), via_node=None, via_ways=(7, 8)
    )


@pytest.mark.parametrize(
    ("tags", "members", "reason"),
    [
        ({"restriction": "no_left_turn", "except": "motorcar"}, CROSS, "cars excepted"),
        ({"restriction": "no_left_turn", "except": "bus; motor_vehicle"}, CROSS, "cars excepted"),
        ({"restriction:conditional": "no_left_turn @ (x)"}, CROSS, "conditional"),
        ({"restriction": "no_left_turn", "hour_on": "7"}, CROSS, "conditional"),
        ({"restriction:hgv": "no_left_turn"}, CROSS, "not for cars"),
        ({"restriction": "give_way"}, CROSS, "unknown kind"),
        ({"restriction": "no_left_turn"}, CROSS[:2], "members missing or too many"),
        ({"restriction": "no_left_turn"}, CROSS[::2], "members missing or too many"),
        (
            {"restriction": "no_left_turn"},
            [*CROSS, ("w", 3, "from")],
            "members missing or too many",
        ),
        ({"restriction": "only_exit"}, [*CROSS, ("w", 3, "to")], "members missing or too many"),
    ],
)
def test_restrictions_that_do_not_bind(
    tags: dict[str, str], members: list[tuple[str, int, str]], reason: str
) -> None:
    assert read_restriction(9, tags, members) == reason
