"""Trips and places: what they accept, and what they say when they do not."""

from datetime import datetime

import pytest

from tripplan.errors import InvalidInputError
from tripplan.trip import Adapter, ChargerWishes, Conditions, Place, Trip

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
