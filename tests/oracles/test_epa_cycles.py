"""The EPA's dynamometer results: every car of the catalogue that has a row, within 8 %."""

import pytest

from tripplan.records.vehicle import CoastDown, catalogue
from validation import epa, fit_i3

ROWS = epa.compare()


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.car.id} {row.cycle}" for row in ROWS])
def test_a_cycle_takes_what_was_measured(row: epa.Row) -> None:
    assert abs(row.error) < 0.08


def test_every_car_with_coefficients_of_the_list_has_its_row() -> None:
    """But for the Model 3 SR+, whose coefficients are scaled from another's."""
    with_coefficients = {
        car.id for car in catalogue().values() if isinstance(car.road_load, CoastDown)
    }
    assert {row.car.id for row in ROWS} == with_coefficients - {"tesla-model-3-sr"}


@pytest.mark.parametrize("car_id", ["nissan-leaf-40", "tesla-model-3-lr", "kia-ev6-rwd"])
def test_roads_at_mean_speeds_take_what_the_seconds_take(car_id: str) -> None:
    """The planner's view of the cycles; nothing of it was fitted to them."""
    car = catalogue()[car_id]
    assert abs(fit_i3.road_error(car, epa.cycle_log("udds"), stop_and_go=True)) < 0.06
    assert fit_i3.road_error(car, epa.cycle_log("udds"), stop_and_go=False) < -0.2
    assert abs(fit_i3.road_error(car, epa.cycle_log("hwfet"), stop_and_go=True)) < 0.06


def test_the_cycles_are_those_of_the_epa() -> None:
    """40 CFR 86: UDDS 7.45 miles in 1369 s, at most 56.7 mph; HWFET 10.26 in 765, at most 59.9."""
    for name, miles, seconds, mph in (("udds", 7.45, 1369, 56.7), ("hwfet", 10.26, 765, 59.9)):
        log = epa.cycle_log(name)
        assert log.distance_km / 1.609344 == pytest.approx(miles, abs=0.01)
        assert log.time_s[-1] == seconds
        assert log.speed_mps.max() / 0.44704 == pytest.approx(mph, abs=0.01)
