"""A made-up year of two cars, one of which fails on some days."""

from typing import Any

from tripplan.questions.annual.answers import CarYear, Year, YearDay, YearFailure

REASON = "It cannot: the trip without a stop at a charger takes 2.5 kWh more than the battery gives"


def _day(day: str, trip: str, outcome: str, **values: Any) -> YearDay:
    usual = {"air_c": -5.0, "departure_soc": 1.0, "arrival_soc": 0.4, "slack_at": "Home"}
    return YearDay.model_validate({"day": day, "trip": trip, "outcome": outcome, **usual, **values})


def _car(vehicle: str, days: tuple[YearDay, ...], *failures: YearFailure) -> CarYear:
    count = {k: sum(day.outcome == k for day in days) for k in ("done", "charged", "failed")}
    instead_cost = sum(day.instead_cost for day in days)
    return CarYear(
        vehicle=vehicle,
        days=days,
        failures=failures,
        **count,
        failed_days=sum(day.days for day in days if day.outcome == "failed"),
        distance_km=120.0,
        energy_spent_kwh=30.0,
        standby_kwh=1.0,
        home_kwh=40.0,
        home_cost=5.0,
        charger_kwh=12.0,
        charger_s=1800.0,
        away_cost=6.0,
        least_slack_kwh=1.5,
        least_slack_on="2025-01-06",
        least_slack_at="Home",
        least_slack_trip="office",
        instead_cost=instead_cost,
        unpriced=0,
        yearly_cost=100.0,
        total_cost=111.0 + instead_cost,
        final_soc=0.9,
        plans=3,
    )


def sample_year(name: str = "Small car", trip: str = "airport") -> Year:
    """Return the year, with a car and a trip of these names."""
    office = _day("2025-01-06", "office", "done", slack_kwh=1.5)
    mountains = _day("2025-02-08", "mountains", "charged", days=2, charger_stops=1, charger_s=1800)
    failed = _day(
        *("2025-01-09", trip, "failed"), days=4, failure=0, instead="rental", instead_cost=260.0
    )
    flown = _day("2025-01-09", trip, "done", days=4, slack_kwh=9.0)
    failure = YearFailure(
        trip=trip,
        reason="range",
        air_c=-5.0,
        departure_soc=1.0,
        first_leg="DEN to Home",
        shortfall_kwh=2.5,
        told=REASON,
        ways_out=({"most_stops": 1},),
        days=1,
    )
    cars = (
        _car(name, (office, failed, mountains), failure),
        _car("Large car", (office, flown, mountains)),
    )
    return Year(
        title="A made-up year",
        note="Nothing of it is real.",
        year=2025,
        currency="USD",
        climate=("Somewhere: made up",),
        cars=cars,
        due=3,
        dropped=1,
        without_car_cost=900.0,
        plans=6,
        asked=6,
        assumptions=("The year begins with a full battery.",),
        sentence="Large car does all 3 trips.",
    )
