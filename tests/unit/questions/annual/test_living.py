"""A car through the year: plans made once, days that are too long, what does instead."""

from pathlib import Path
from typing import Any

import pytest

import tripplan
from tripplan.questions.annual import text
from tripplan.questions.annual.answers import Year
from tripplan.questions.annual.household import Household, YearTrip
from tripplan.questions.annual.living import _plug, instead_of, stepped
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import catalogue
from tripplan.vehicle_model.conditioned import ConditionedVehicle

HOUSEHOLD = """\
year = 2025
climate = "air.csv"
spread_k = 0
[home]
place = "Littleton, CO"
charger_kw = 3.6
[[cars]]
vehicle = "nissan-leaf-40"
"""
OFFICE = """\
[[trips]]
name = "office"
places = ["Golden, CO; 9h"]
weekdays = "mon-fri"
"""


def lived(folder: Path, written: str) -> Year:
    """Return a year in which every day has 10 degrees."""
    months = "".join(f"{month},5,15\n" for month in range(1, 13))
    (folder / "air.csv").write_text(f"month,low_c,high_c\n{months}", encoding="utf-8")
    (folder / "home.toml").write_text(written, encoding="utf-8")
    return tripplan.year(folder / "home.toml")


def test_days_that_are_alike_share_one_plan(tmp_path: Path) -> None:
    found = lived(tmp_path, HOUSEHOLD + OFFICE)
    assert (found.due, found.asked, found.plans) == (261, 261, 1)
    (car,) = found.cars
    assert car.done == 261
    assert len({day.energy_spent_kwh for day in car.days}) == 1
    assert car.energy_spent_kwh == pytest.approx(261 * car.days[0].energy_spent_kwh)
    assert car.final_soc == 1.0


def test_without_a_plug_the_battery_runs_down_and_every_morning_is_another(tmp_path: Path) -> None:
    found = lived(tmp_path, HOUSEHOLD.replace("3.6", "0") + OFFICE)
    (car,) = found.cars
    done = [day for day in car.days if day.outcome == "done"]
    assert [day.departure_soc for day in done] == sorted(
        {day.departure_soc for day in done}, reverse=True
    )
    assert all(day.outcome != "done" for day in car.days[len(done) :])
    assert car.home_kwh == 0.0
    assert car.standby_kwh > 0.0
    assert {failure.reason for failure in car.failures} <= {"range", "soc"}
    assert car.failed > 200


def test_a_day_of_more_than_24_hours_with_its_drives(tmp_path: Path) -> None:
    trip = OFFICE.replace("9h", "23h45min").replace('"mon-fri"', '"wed"')
    (car,) = lived(tmp_path, HOUSEHOLD + trip).cars
    assert (car.failed, len(car.failures)) == (53, 1)
    assert car.failures[0].reason == "time"
    assert "of the 24 h of its day" in car.failures[0].told
    assert car.failures[0].days == 53


def test_what_no_road_leads_to(tmp_path: Path) -> None:
    (car,) = lived(tmp_path, HOUSEHOLD.replace("nissan-leaf-40", "generic-nev") + OFFICE).cars
    assert {failure.reason for failure in car.failures} == {"road"}
    assert car.unpriced == car.failed == 261


def household(**values: Any) -> Household:
    usual = {"year": 2025, "climate": "Denver, CO", "home": {"place": "Littleton, CO"}}
    return Household.model_validate({**usual, "cars": (), "trips": (), **values})


def test_the_cheapest_of_what_a_trip_allows() -> None:
    ways = [
        {"name": "taxi", "trip_cost": 10, "price_per_km": 2},
        {"name": "rental", "trip_cost": 20, "day_cost": 50},
        {"name": "train", "trip_cost": 90},
    ]
    home = household(instead=ways)
    trip = YearTrip.model_validate({"name": "x", "places": "Golden, CO", "instead_km": 30})
    assert instead_of(trip, 1, home) == ("taxi", 70.0)
    assert instead_of(trip.model_copy(update={"instead_km": 300.0}), 1, home) == ("rental", 70.0)
    assert instead_of(trip.model_copy(update={"instead_km": 300.0}), 4, home) == ("train", 90.0)
    only = trip.model_copy(update={"instead": ("rental",)})
    assert instead_of(only, 4, home) == ("rental", 220.0)
    assert instead_of(trip, 1, household()) is None


@pytest.mark.parametrize(
    ("air_c", "step_k", "wanted"),
    [(0.9, 2, 0), (1.0, 2, 2), (-1.0, 2, 0), (-1.1, 2, -2), (7.4, 5, 5), (7.5, 5, 10), (3.3, 1, 3)],
)
def test_temperatures_in_steps(air_c: float, step_k: float, wanted: float) -> None:
    assert stepped(air_c, step_k) == wanted


@pytest.mark.parametrize("ambient_c", [25.0, -15.0])
def test_a_car_without_fast_charging_charges_at_home_as_others_do(ambient_c: float) -> None:
    """The same share of the wall's energy, where both have the same share of their capacity."""
    weather = Conditions(ambient_c=ambient_c)
    slow, fast = (
        ConditionedVehicle.under(catalogue()[name], weather)
        for name in ("generic-nev", "nissan-sakura")
    )
    assert slow.power is None
    assert fast.power is not None
    assert _plug(slow, 0.0) == (0.0, 1.0)
    for mine, its in zip(_plug(slow, 0.9), _plug(fast, 0.9), strict=True):
        wanted = pytest.approx(its / fast.charge_efficiency)
        assert mine / slow.charge_efficiency == wanted


def test_names_of_a_file_cannot_steer_a_terminal(tmp_path: Path) -> None:
    steering = HOUSEHOLD + 'name = "red \\u001b[31m"\n' + OFFICE.replace("mon-fri", "mon")
    found = lived(tmp_path, steering)
    assert found.cars[0].vehicle == "red [31m"
    assert "\x1b" not in text.year(found)
