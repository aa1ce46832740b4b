"""Temperatures by the hour: read, between the points, and over a time."""

from datetime import datetime, timedelta

import pytest

from tripplan.errors import InvalidInputError
from tripplan.planning.hourly import mean_temperature_c, temperature_c
from tripplan.records.trip import Place, Trip

ENDS = {"origin": Place(lat=39.7, lon=-105.0), "destination": Place(lat=39.1, lon=-108.5)}
MORNING = datetime.fromisoformat("2026-01-15T06:00")
NOON = MORNING + timedelta(hours=6)


def trip(**wishes: object) -> Trip:
    return Trip.parse({**ENDS, "departure": MORNING, **wishes}, where="trip")


def test_text_and_pairs_say_the_same_in_any_order() -> None:
    by_text = trip(ambient_by_hour="18:-6; 6:-12 ;12:2")
    assert by_text.ambient_by_hour == ((6.0, -12.0), (12.0, 2.0), (18.0, -6.0))
    assert trip(ambient_by_hour=[(12, 2), (6, -12), (18, -6)]) == by_text
    assert Trip.model_validate_json(by_text.model_dump_json()) == by_text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("6", "hour:degrees"),
        ("6:-1:3", "hour:degrees"),
        ("24:0", "less than 24"),
        ("6:-90", "greater than or equal to -50"),
        ("6:-1; 6:2", "stands twice"),
        ("six:0", "number"),
    ],
)
def test_what_is_no_temperature_by_the_hour_is_refused(given: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        trip(ambient_by_hour=given)


def test_it_wants_a_departure() -> None:
    with pytest.raises(InvalidInputError, match="without a departure"):
        trip(ambient_by_hour="6:-1", departure=None)


def test_between_the_points_it_goes_straight_and_round_the_clock() -> None:
    points = ((2.0, 1.0), (22.0, -3.0))
    at = [temperature_c(points, MORNING.replace(hour=h)) for h in (2, 12, 22, 23, 0, 1)]
    assert at == pytest.approx([1.0, -1.0, -3.0, -2.0, -1.0, 0.0])


def test_a_mean_is_the_integral_over_the_time() -> None:
    points = ((6.0, -12.0), (12.0, 0.0))
    assert mean_temperature_c(points, MORNING, 6 * 3600.0) == pytest.approx(-6.0)
    # Down from NOON, at 12 degrees in the 18 hours that lie between.
    assert mean_temperature_c(points, NOON, 9 * 3600.0) == pytest.approx(-3.0)
    assert mean_temperature_c(points, NOON, 24 * 3600.0) == pytest.approx(-6.0, abs=0.01)
    assert mean_temperature_c(points, NOON, 0.0) == pytest.approx(0.0)
