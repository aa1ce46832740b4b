"""The sun of a trip: stated, by its departure, or of a mean day."""

from datetime import datetime

import pytest

from tripplan.planning.mean_sun import with_mean_sun
from tripplan.records.trip import Conditions, Place, Trip

DENVER = Place(lat=39.74, lon=-104.99, name="Denver")
VAIL = Place(lat=39.64, lon=-106.37, name="Vail")


def sun(departure: datetime | None, **conditions: float) -> float | None:
    """Return what the sun of a trip is taken to be."""
    trip = Trip(
        origin=DENVER,
        destination=VAIL,
        departure=departure,
        conditions=Conditions.model_validate(conditions),
    )
    return with_mean_sun(trip).conditions.sun_w_per_m2


def test_a_stated_sun_stays_and_none_is_made_up_without_a_departure() -> None:
    assert sun(datetime.fromisoformat("2025-07-01T13:00"), sun_w_per_m2=120.0) == 120.0
    assert sun(datetime.fromisoformat("2025-07-01T13:00"), sun_w_per_m2=0.0) == 0.0
    assert sun(None) is None


@pytest.mark.parametrize(
    ("departure", "published"),
    [
        (
            datetime.fromisoformat("2025-06-22T11:30"),
            991.0,
        ),  # pvlib, clear sky at noon and a latitude of 39.7
        (datetime.fromisoformat("2025-12-22T11:30"), 436.0),
        (datetime.fromisoformat("2025-06-22T22:00"), 0.0),
    ],
)
def test_the_sun_follows_season_and_hour(departure: datetime, published: float) -> None:
    """A mean sky lets 0.7 of it through; in steps of 100 W/m2."""
    found = sun(departure)
    assert found == pytest.approx(0.7 * published, abs=60.0)
