"""Trips and places: what they accept, and what they say when they do not."""

import pytest

from tripplan.errors import InvalidInputError
from tripplan.trip import Conditions, Place, Trip

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
