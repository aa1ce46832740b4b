"""The speed limit with a trailer, where the driver states none."""

from dataclasses import replace
from typing import Any

import pytest

import tripplan
from tests.samples.worlds import hilly_region
from tripplan.planning.load_assumptions import load_assumptions
from tripplan.planning.requests import make_trip
from tripplan.sources.starter import load_starter


def limit(country: str | None, **wishes: Any) -> float | None:
    """Return the limit of a trip in a region of some country."""
    sources = [{"report": {"country": country}}] if country else []
    region = replace(hilly_region(1), provenance={"sources": sources})
    return make_trip(region, "50.0,8.0", "50.1,8.1", wishes).max_speed_kmh


@pytest.mark.parametrize(
    ("country", "kmh"),
    [("DE", 80.0), ("BE", 120.0), ("IT", 80.0), ("PT", 100.0), ("XX", 80.0), (None, 80.0)],
)
def test_the_limit_is_that_of_the_country(country: str | None, kmh: float) -> None:
    assert limit(country, trailer="caravan") == kmh


def test_an_own_limit_goes_before_and_no_trailer_has_none() -> None:
    assert limit("DE", trailer="horse", max_speed_kmh=100) == 100.0
    assert limit("DE") is None
    assert limit("DE", bikes="roof", passengers=2) is None


def test_in_the_united_states_55_mph() -> None:
    trip = make_trip(load_starter(), "Denver, CO", "Vail, CO", {"trailer": "open"})
    assert trip.max_speed_kmh == pytest.approx(55 * 1.609344, abs=1.0)


def test_a_plan_with_a_caravan_takes_more_and_says_what_is_assumed() -> None:
    ends = ("Denver, CO", "Vail, CO")
    bare = tripplan.plan(*ends, vehicle="tesla-model-y-lr", max_speed_kmh=88)
    load: dict[str, Any] = {
        "trailer": "caravan",
        "bikes": "roof",
        "winter_tyres": True,
        "passengers": 2,
    }
    towing = tripplan.plan(*ends, vehicle="tesla-model-y-lr", **load)
    assert towing.energy_spent_kwh > 1.6 * bare.energy_spent_kwh
    assert towing.audit.passed
    told = " ".join(towing.assumptions)
    for word in (
        "A caravan adds",
        "bicycles on the roof",
        "Winter tyres",
        "2 passengers",
        "88 km/h",
    ):
        assert word in told
    assert "caravan" not in " ".join(bare.assumptions)
    # sqrt(0.133^2 + 0.12^2 + 0.06^2 + 0.03^2): the class, a caravan, bicycles and winter tyres.
    assert "Eight trips in ten take within 19 %" in told
    assert "Eight trips in ten take within 13 %" in " ".join(bare.assumptions)


def test_a_mass_without_a_trailer_is_told_not_to_count() -> None:
    starter = load_starter()
    lone = make_trip(starter, "Denver, CO", "Vail, CO", {"trailer_kg": 500})
    (told,) = load_assumptions(lone)
    assert "500 kg does not count" in told
    towed = make_trip(starter, "Denver, CO", "Vail, CO", {"trailer_kg": 500, "trailer": "open"})
    assert "does not count" not in " ".join(load_assumptions(towed))


def test_one_passenger_is_one() -> None:
    trip = make_trip(load_starter(), "Denver, CO", "Vail, CO", {"passengers": 1})
    assert load_assumptions(trip) == ["1 passenger counts 75 kg, with hand luggage."]
