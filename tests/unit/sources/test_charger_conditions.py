"""Keys of stations under conditions, and keys that only look like hours: used, or counted."""

from datetime import datetime

import pytest

from tripplan.planning.opening_hours import is_open
from tripplan.records.charger import Charger
from tripplan.sources.chargers.osm import charger_from_tags
from tripplan.sources.chargers.tables import read_charger_csv
from tripplan.sources.chargers.values import Tally

STATION = {"amenity": "charging_station", "socket:type2_combo": "1"}
NIGHT = datetime.fromisoformat("2026-12-02T23:00")
MORNING = datetime.fromisoformat("2026-12-02T10:00")
SUNDAY = datetime.fromisoformat("2026-12-06T10:00")
UNKNOWN_WORDS = {"a condition that is not understood": 1}


def read(**tags: str) -> tuple[Charger, dict[str, int]]:
    """Read a station at Heidelberg; "__" in a keyword is ":"."""
    tally = Tally()
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    found = charger_from_tags({**STATION, **named}, 49.4, 8.7, osm_id="node/1", tally=tally)
    return found, dict(tally.ignored)


@pytest.mark.parametrize(
    ("tags", "access", "open_at"),
    [
        # What the public may do at night, on a weekday's morning, on Sunday: by the wiki's words.
        ({"access": "yes", "no": "22:00-06:00"}, "public", (False, True, True)),
        ({"access": "yes", "customers": "Mo-Sa 08:00-20:00"}, "public", (True, False, True)),
        ({"access": "customers", "yes": "20:00-07:00"}, "public", (True, False, False)),
        ({"access": "private", "yes": "Mo-Fr 08:00-18:00"}, "public", (False, True, False)),
        ({"yes": "Mo-Fr 08:00-18:00"}, "public", (False, True, False)),
        ({"no": "22:00-06:00"}, "unknown", (False, None, None)),
        ({"access": "yes", "no": "Nov - Mar"}, "public", (False, False, False)),
        ({"access": "yes", "no": "weight>7.5"}, "public", (None, None, None)),
        ({"access": "private", "yes": "weight<3.5"}, "public", (None, None, None)),
        ({"access": "yes", "destination": "08:00-20:00"}, "public", (None, None, None)),
    ],
)
@pytest.mark.parametrize("key", ["access", "motor_vehicle", "motorcar"])
def test_access_under_conditions_of_time_is_hours(
    key: str, tags: dict[str, str], access: str, open_at: tuple[bool | None, ...]
) -> None:
    base = {key: tags["access"]} if "access" in tags else {}
    ((value, when),) = [item for item in tags.items() if item[0] != "access"]
    site, ignored = read(**base, **{f"{key}__conditional": f"{value} @ ({when})"})
    assert site.access == access
    assert tuple(is_open(site, at) for at in (NIGHT, MORNING, SUNDAY)) == open_at
    assert ignored == {}


def test_hours_that_are_stated_and_conditions_hold_together() -> None:
    site, ignored = read(
        access="yes", opening_hours="Mo-Fr 06:00-23:30", access__conditional="no @ (22:00-06:00)"
    )
    assert [is_open(site, at) for at in (NIGHT, MORNING, SUNDAY)] == [False, True, False]
    assert ignored == {}


def test_the_more_specific_key_decides_and_the_last_condition_counts() -> None:
    site, _ = read(motorcar="yes", access="yes", access__conditional="no @ (08:00-12:00)")
    assert is_open(site, MORNING) is None
    site, _ = read(access="yes", access__conditional="no @ (22:00-23:30); private @ (Su)")
    assert [is_open(site, at) for at in (NIGHT, MORNING, SUNDAY)] == [False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "no @ (winter)",
        "no @ wet",
        "perhaps @ (22:00-06:00)",
        "no",
        "yes @ (08:00-10:00); no @ (09:00-12:00)",
        "no @ (22:00-06:00 AND Nov-Mar)",
    ],
)
def test_what_is_not_understood_is_counted_and_changes_nothing(text: str) -> None:
    site, ignored = read(access="yes", access__conditional=text)
    assert (site.access, site.opening_hours) == ("public", None)
    assert ignored == UNKNOWN_WORDS


def test_public_times_within_stated_hours_stay_restricted_and_are_counted() -> None:
    """Hours that are open where two texts both are cannot be written in their syntax."""
    site, ignored = read(
        access="customers", opening_hours="08:00-20:00", access__conditional="yes @ (18:00-22:00)"
    )
    assert (site.access, site.opening_hours) == ("restricted", "08:00-20:00")
    assert ignored == UNKNOWN_WORDS


@pytest.mark.parametrize(
    ("fee", "condition", "costs"),
    [
        ("no", "yes @ (08:00-18:00)", True),
        ("yes", "no @ (22:00-06:00)", True),
        ("no", "no @ (22:00-06:00)", False),
        ("", "no @ (22:00-06:00)", None),
        ("no", "yes @ (weight>7.5)", False),
        ("yes", "no @ (weight<3.5)", False),
    ],
)
def test_a_fee_at_some_times_is_a_fee(fee: str, condition: str, costs: bool | None) -> None:
    site, ignored = read(fee=fee, fee__conditional=condition)
    assert site.fee is costs
    assert ignored == {}
    assert read(fee=fee, fee__conditional="no @ customers")[1] == UNKNOWN_WORDS


@pytest.mark.parametrize(
    "key",
    [
        "charge:conditional",
        "maxstay:conditional",
        "parking:fee:conditional",
        "opening_hours:conditional",
        "socket:type2_combo:output:conditional",
        "hgv:conditional",
    ],
)
def test_other_keys_under_conditions_are_counted(key: str) -> None:
    plain, _ = read()
    site, ignored = read(**{key: "15 minutes @ (08:00-18:00)"})
    assert site == plain
    assert ignored == {"a value under conditions that is not used": 1}


@pytest.mark.parametrize(
    "key",
    ["covid19", "url", "signed", "kitchen", "store", "signed:2", "lastcheck", "en"],
)
def test_keys_that_only_begin_like_hours_are_none(key: str) -> None:
    """They speak of another time, another door, or of how the hours were found."""
    assert read(**{f"opening_hours:{key}": "Mo-Fr 10:00-12:00"})[0].opening_hours is None
    own, _ = read(opening_hours="24/7", **{f"opening_hours:{key}": "off"})
    assert own.opening_hours == "24/7"
    rows = f"name,lat,lon,connectors,opening_hours:{key}\nA,49.4,8.7,CCS2,Mo-Fr 10:00-12:00\n"
    (site,) = read_charger_csv(rows, where="made up").chargers
    assert site.opening_hours is None


def test_access_of_another_time_is_none() -> None:
    assert read(access="yes", **{"access:covid19": "no"})[0].access == "public"
