"""Trips and places: what they accept, and what they say when they do not."""

from datetime import datetime

import pytest

from tripplan.errors import InvalidInputError
from tripplan.records.trip import (
    Adapter,
    ChargerWishes,
    Conditions,
    Place,
    Trip,
    Waypoint,
    read_waypoint,
)

DENVER = Place(lat=39.7392, lon=-104.9903, name="Denver, CO")
VAIL = Place(lat=39.6403, lon=-106.3742)


def trip(**wishes: object) -> Trip:
    return Trip.parse({"origin": DENVER, "destination": VAIL, **wishes}, where="test trip")


def test_defaults_are_those_of_the_field() -> None:
    made = trip()
    assert (made.reserve_soc, made.arrival_soc, made.stop_overhead_s) == (0.10, 0.10, 300.0)
    assert made.pack_departure_c == made.conditions.ambient_c


@pytest.mark.parametrize(("text", "soc"), [("90%", 0.9), ("0.35", 0.35), (" 5 % ", 0.05), (1, 1.0)])
def test_soc_reads_fractions_and_percentages(text: object, soc: float) -> None:
    assert trip(departure_soc=text, reserve_soc=0.0).departure_soc == pytest.approx(soc)


@pytest.mark.parametrize("wrong", ["130 %", 1.3, 90, -0.1, float("nan"), float("inf"), "full"])
def test_impossible_soc_is_refused_with_the_value(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="departure_soc") as caught:
        trip(departure_soc=wrong)
    assert caught.value.field == "departure_soc"


def test_all_faults_come_in_one_message() -> None:
    with pytest.raises(InvalidInputError) as caught:
        trip(departure_soc="130%", stop_overhead_s=-1, colour="red")
    message = str(caught.value)
    assert message.startswith("test trip: 3 faults")
    assert "departure_soc" in message
    assert "stop_overhead_s" in message
    assert "colour" in message


def test_wishes_must_agree() -> None:
    with pytest.raises(InvalidInputError, match="below reserve_soc"):
        trip(departure_soc=0.05)
    with pytest.raises(InvalidInputError, match="not above"):
        trip(charge_limit_soc=0.1)


@pytest.mark.parametrize("field", ["ambient_c", "wind_mps", "payload_kg"])
def test_weather_is_bounded(field: str) -> None:
    for wrong in (float("nan"), 1e6, "hot"):
        with pytest.raises(InvalidInputError, match=field):
            Conditions.parse({field: wrong}, where="weather")


def test_place_label_falls_back_to_coordinates() -> None:
    assert DENVER.label == "Denver, CO"
    assert VAIL.label == "39.64030,-106.37420"


def wishes(**given: object) -> ChargerWishes:
    return ChargerWishes.parse(given, where="wishes")


def test_lists_may_be_one_text() -> None:
    made = wishes(
        operators="EVgo; Tesla, Inc.;",
        access="public;restricted",
        banned=["a", "b"],
        adapters="ccs1:chademo:50 ; NACS:CCS1",
    )
    assert made.operators == ("EVgo", "Tesla, Inc.")
    assert made.access == ("public", "restricted")
    assert made.banned == ("a", "b")
    assert made.adapters == (
        Adapter(plug="CCS1", inlet="CHADEMO", max_kw=50.0),
        Adapter(plug="NACS", inlet="CCS1"),
    )
    assert trip(avoid="toll; motorway").avoid == ("toll", "motorway")


def test_without_wishes_restricted_and_broken_sites_go() -> None:
    plain = trip().chargers
    assert plain == wishes() == wishes(operators="", adapters="")
    assert plain.access == ("public", "unknown")
    assert not plain.out_of_service


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("min_power_kw", -1, "greater than or equal to 0"),
        ("min_power_kw", float("nan"), "finite number"),
        ("min_stalls", 1.5, "valid integer"),
        ("access", "everybody", "'public', 'restricted' or 'unknown'"),
        ("access", "", "at least 1 item"),
        ("operators", ["EVgo", " "], "at least 1 character"),
        ("adapters", "CCS1", "plug:inlet:kW"),
        ("adapters", "CCS1:CHADEMO:0", "greater than 0"),
        ("adapters", "CCS:CHADEMO", "'CHADEMO', 'CCS1', 'CCS2'"),
        ("adapters", "CCS1:CCS1", "changes nothing"),
        ("keep_unknown", "perhaps", "valid boolean"),
        ("stalls", 2, "no such field"),
    ],
)
def test_impossible_wishes_are_refused(field: str, wrong: object, told: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        wishes(**{field: wrong})
    assert field in str(caught.value)
    assert told in str(caught.value)


def test_all_faults_of_wishes_come_in_one_message() -> None:
    with pytest.raises(InvalidInputError) as caught:
        trip(chargers={"min_power_kw": -1, "access": "all"}, avoid="hills", departure="noon")
    message = str(caught.value)
    assert "4 faults" in message
    for field in ("chargers.min_power_kw", "chargers.access.0", "avoid.0", "departure"):
        assert field in message


@pytest.mark.parametrize(
    ("given", "hour"),
    [("2026-06-07T08:00", 8), ("2026-06-07 18:30", 18), (datetime(2026, 6, 7, 9), 9)],  # noqa: DTZ001
)
def test_departure_is_a_local_time(given: object, hour: int) -> None:
    found = trip(departure=given).departure
    assert found is not None
    assert (found.hour, found.tzinfo) == (hour, None)


def test_departure_may_have_a_zone() -> None:
    found = trip(departure="2026-06-07T08:00-06:00").departure
    assert found is not None
    assert found.isoformat() == "2026-06-07T08:00:00-06:00"


@pytest.mark.parametrize(
    "wrong", ["8", "08:00", "2026-06-07", 1_780_000_000, "1850-01-01T08:00", True]
)
def test_what_is_no_date_and_time_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="a time") as caught:
        trip(departure=wrong)
    assert caught.value.field == "departure"


def found(name: str) -> Place:
    return Place(lat=1.0, lon=2.0, name=name)


@pytest.mark.parametrize(
    ("text", "name", "dwell_s", "charger_kw"),
    [
        ("Portland, OR", "Portland, OR", 0.0, 0.0),
        ("Portland, OR; 8h; 11kW", "Portland, OR", 28_800.0, 11.0),
        ("Portland, OR;11 KW ; 8 h", "Portland, OR", 28_800.0, 11.0),
        (" Salem ; 45min ", "Salem", 2_700.0, 0.0),
        ("45.5,-122.6; 1h30min", "45.5,-122.6", 5_400.0, 0.0),
        ("Salem; 1.5 h; 7.4kW;", "Salem", 5_400.0, 7.4),
        ("Salem; 2d 1h 1min 1s", "Salem", 176_461.0, 0.0),
        ("Salem; 14d", "Salem", 1_209_600.0, 0.0),
        ("Salem; 90s", "Salem", 90.0, 0.0),
    ],
)
def test_waypoints_are_read_as_drivers_write_them(
    text: str, name: str, dwell_s: float, charger_kw: float
) -> None:
    waypoint = read_waypoint(text, found)
    assert waypoint == Waypoint(place=found(name), dwell_s=dwell_s, charger_kw=charger_kw)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the place comes first"),
        ("; 8h", "the place comes first"),
        ("Salem; 8", '"8" is neither a time'),
        ("Salem; 8 parsecs", '"8 parsecs" is neither a time'),
        ("Salem; -8h", '"-8h" is neither a time'),
        ("Salem; 8h 9h", '"8h 9h" is neither a time'),
        ("Salem; 11 kWh", '"11 kWh" is neither a time'),
        ("Salem; nan kW", '"nan kW" is neither a time'),
        ("Salem; 8h; 9h", "it has a time twice"),
        ("Salem; 11kW; 22kW", "it has a power twice"),
        ("Salem; 15d", "14 days at most"),
        ("Salem; 3000kW", "less than or equal to 2000"),
        (f"Salem; {'9' * 400}h", "finite number"),
    ],
)
def test_wrong_waypoints_are_refused_with_their_text(text: str, told: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_waypoint(text, found)
    message = str(caught.value)
    assert told in message
    assert message.startswith(f'waypoint "{text}"')


def test_wishes_for_stops_are_optional() -> None:
    plain = trip()
    assert (plain.waypoints, plain.via_chargers) == ((), ())
    assert (plain.least_charge_soc, plain.slow_down_to) == (0.0, 0.8)
    assert plain.most_stops is plain.longest_stop_s is None


def test_wishes_for_stops_are_read_from_text() -> None:
    made = trip(
        via_chargers="a; b",
        least_charge_soc="15%",
        most_stops="2",
        longest_stop_s="1200",
        slow_down_to="85 %",
    )
    assert made.via_chargers == ("a", "b")
    assert (made.least_charge_soc, made.slow_down_to) == (0.15, 0.85)
    assert (made.most_stops, made.longest_stop_s) == (2, 1200.0)


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("least_charge_soc", 20, "within 0 and 1"),
        ("most_stops", -1, "greater than or equal to 0"),
        ("most_stops", 1.5, "valid integer"),
        ("longest_stop_s", 0, "greater than 0"),
        ("longest_stop_s", 1e6, "less than or equal to 86400"),
        ("slow_down_to", 0.2, "greater than or equal to 0.3"),
        ("slow_down_to", "20%", "greater than or equal to 0.3"),
        ("slow_down_to", 80, "less than or equal to 1"),
        ("slow_down_to", "slow", "valid number"),
        ("via_chargers", ["a", " "], "at least 1 character"),
        ("waypoints", ["Salem"], "valid dictionary"),
    ],
)
def test_impossible_wishes_for_stops_are_refused(field: str, wrong: object, told: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        trip(**{field: wrong})
    assert caught.value.field.startswith(field)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("wishes_", "told"),
    [
        ({"least_charge_soc": 0.5, "charge_limit_soc": 0.55}, "no stop could add that much"),
        ({"via_chargers": "a;b;a"}, "names a charger twice"),
        ({"via_chargers": "a", "chargers": {"banned": "a;b"}}, "both required and banned"),
        ({"via_chargers": "a;b", "most_stops": 1}, "2 chargers are required"),
    ],
)
def test_wishes_for_stops_must_agree(wishes_: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        trip(**wishes_)
    assert trip(least_charge_soc=0.9).least_charge_soc == 0.9


def test_wishes_that_do_not_agree_are_told_without_the_whole_record() -> None:
    ends = {"origin": {"lat": 0.0, "lon": 0.0}, "destination": {"lat": 1.0, "lon": 0.0}}
    with pytest.raises(InvalidInputError) as caught:
        Trip.parse({**ends, "departure_soc": "5%"}, where="trip")
    assert str(caught.value) == (
        "trip: 1 fault\n  its fields together: departure_soc 0.05 is below reserve_soc 0.1: "
        "start with more, or lower the reserve"
    )
