"""All cars of the table: form, bounds and physics that hold for any car; plans of a few."""

import random

import pytest

import tripplan
from tripplan.errors import TripplanError
from tripplan.records import vehicle_table
from tripplan.records.catalogue import entries
from tripplan.records.vehicle import DC_STANDARDS, Vehicle, find_vehicle, parse_vehicle
from tripplan.records.vehicle_file import to_toml
from tripplan.vehicle_model.ranges import charging_min, steady_range

IDS = sorted(vehicle_table.lines())
FEW = random.Random(38).sample(IDS, 3)  # noqa: S311 - the same ones each time


@pytest.fixture(name="cars", scope="module")
def every_car() -> list[Vehicle]:
    return [find_vehicle(car_id) for car_id in IDS]


def test_every_value_says_where_it_comes_from(cars: list[Vehicle]) -> None:
    for car in cars:
        for name, origin in car.provenance.items():
            assert len(origin.source) > 10, (car.id, name)
            assert origin.kind in {"published", "fitted", "estimate"}, (car.id, name)
            assert "{" not in origin.source + origin.uncertainty, (car.id, name)
        top = car.model_dump(exclude_unset=True, exclude={"provenance", "battery", "cabin"})
        told = {name.split(".")[0] for name in car.provenance}
        assert top.keys() - told <= {"id", "name", "note"}, car.id
        assert {"battery.nominal_kwh", "battery.thermal.cooling", "cabin.heater"} <= set(
            car.provenance
        )


def test_values_lie_within_bounds_of_real_cars(cars: list[Vehicle]) -> None:
    for car in cars:
        assert 900 <= car.mass_kg <= 3500, car.id
        assert 8 <= car.battery.nominal_kwh <= 140, car.id
        assert 0.70 <= car.drive_efficiency <= 0.99, car.id
        assert 0.2 <= car.regen_efficiency <= 1.0, car.id
        assert 0.1 <= car.auxiliary_kw <= 3.0, car.id
        # That of a car with range tests of its own is in the band of its class.
        assert (0.0 if car.range_tests else 0.01) <= car.consumption_spread <= 0.2, car.id
        assert 3e4 <= car.battery.thermal.heat_capacity_j_per_k <= 1e6, car.id
        whole = car.battery.nominal_voltage_v**2 / car.battery.nominal_kwh
        assert 1e-5 <= car.battery.thermal.resistance_ohm / whole <= 1e-4, car.id
        assert set(car.connectors) <= DC_STANDARDS, car.id


def test_charging_tapers_and_its_rate_is_possible(cars: list[Vehicle]) -> None:
    """Curves of a limit fall from their peak on; measured ones may rise a little on the way."""
    for car in cars:
        curve, limit = car.battery.charging_curve, car.battery.temperature_limit
        assert (curve is None) == (limit is None) == (not car.connectors), car.id
        if curve is None or limit is None:
            continue
        powers = [kw for _, kw in curve.points]
        after = powers[powers.index(max(powers)) :]
        if "taper" in car.provenance["battery.charging_curve.points"].source:
            assert after == sorted(after, reverse=True), car.id
        assert after[-1] <= 0.5 * max(powers), car.id
        assert 0.4 <= curve.max_kw / car.battery.nominal_kwh <= 4.5, car.id
        assert max(kw for _, kw in limit.points) == pytest.approx(curve.max_kw, abs=0.06)
        minutes = charging_min(car)
        assert minutes is not None
        assert 10 <= minutes <= 110, car.id


def test_ranges_are_those_of_cars(cars: list[Vehicle]) -> None:
    for car in cars:
        warm, cold = steady_range(car, 110.0, 20.0), steady_range(car, 110.0, -10.0)
        assert 40 <= warm.p50_km <= 850, car.id
        assert 0.4 <= cold.p50_km / warm.p50_km <= 0.85, car.id
        assert warm.p10_km < warm.p50_km < warm.p90_km
        assert steady_range(car, 90.0, 20.0).p50_km > warm.p50_km


def test_cars_known_less_well_have_wider_bands(cars: list[Vehicle]) -> None:
    own, platform = (
        [c.consumption_spread for c in cars if vehicle_table.lines()[c.id]["kd"] == kind]
        for kind in ("own rating", "platform")
    )
    assert max(own) < 0.06
    assert sum(platform) / len(platform) > 2 * sum(own) / len(own)


@pytest.mark.parametrize("car_id", FEW)
def test_a_few_are_planned_and_pass_the_audit(car_id: str) -> None:
    try:
        plan = tripplan.plan("Portland, OR", "Seattle, WA", vehicle=car_id)
    except TripplanError as error:
        assert not find_vehicle(car_id).connectors, error  # noqa: PT017
    else:
        assert plan.audit.passed, plan.audit.objections
        assert any("wider" in sentence for sentence in plan.assumptions)


@pytest.mark.parametrize("car_id", [entry.id for entry in entries()[::40]])
def test_a_copy_of_any_car_is_that_car(car_id: str) -> None:
    car = find_vehicle(car_id)
    assert parse_vehicle(to_toml(car), where="copy") == car
