"""Drag by a car's own range tests: the file in step with the tests, and better on those left out.

Published facts with their sources; the most probable factor is found here by Newton's rule on the
tests of a car, written anew.
"""

import csv
from dataclasses import astuple
from importlib import resources

import numpy as np
import pytest

from tripplan.records.trip import Conditions
from tripplan.records.vehicle import find_vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation import range_tests

EVERY = range_tests.every_row()
LISTED = {
    row["car"]: row
    for row in csv.DictReader(
        (resources.files("tripplan") / "data" / "drag_factors.csv").read_text().splitlines()
    )
}


def used(car: str) -> list[tuple[str, float, float, float]]:
    """Return source, measured, planned and drag's part of the tests of a car above 5 degrees."""
    counted = [row for row in EVERY if row.car == car and row.speed == "kept"]
    return [(row.source, *astuple(row.told)) for row in counted if row.ambient_c > 5.0]


@pytest.mark.parametrize("car", sorted(LISTED))
def test_a_factor_is_the_most_probable_one(car: str) -> None:
    """Newton's rule on the logarithm, by differences: no grid."""
    tests = used(car)
    same = np.array([[one[0] == other[0] for other in tests] for one in tests])
    weight = np.linalg.inv(0.058**2 * np.eye(len(tests)) + 0.063**2 * same)

    def cost(x: float) -> float:
        off = np.array([np.log((p + (np.exp(x) - 1.0) * d) / m) for _, m, p, d in tests])
        return float(off @ weight @ off + (x / 0.138) ** 2)

    x, h = 0.0, 1e-4
    for _ in range(40):
        slope = (cost(x + h) - cost(x - h)) / (2.0 * h)
        x -= slope / ((cost(x + h) - 2.0 * cost(x) + cost(x - h)) / h**2)
    assert float(LISTED[car]["drag_factor"]) == pytest.approx(np.exp(x), abs=0.0051)
    assert int(LISTED[car]["tests"]) == len(tests) >= 2


def test_listed_are_the_cars_that_were_tested_on_two_occasions() -> None:
    """Runs at several speeds on one day are one: the Sakura's three, the e-tron's two."""
    assert set(range_tests.factors()) == set(LISTED)
    assert len(used("nissan-sakura")) == 3
    assert not {"nissan-sakura", "audi-e-tron-55-quattro-2020"} & set(LISTED)


@pytest.mark.parametrize("same_source", [True, False], ids=["test", "source"])
def test_tests_that_were_left_out_are_planned_better(same_source: bool) -> None:
    factors = range_tests.by_other_tests(EVERY, other_sources=not same_source)
    pairs = [(row.told, f) for row, f in zip(EVERY, factors, strict=True) if f is not None]
    assert len(pairs) >= 30
    before = np.mean([abs(told.error()) for told, _ in pairs])
    after = np.mean([abs(told.error(factor)) for told, factor in pairs])
    assert after < 0.085
    assert after < 0.85 * before


@pytest.mark.parametrize("car_id", ["chevrolet-bolt-65", "porsche-taycan-perf-battery-plus-2021"])
def test_a_plan_takes_so_many_times_the_drag_and_nothing_else(car_id: str) -> None:
    car = find_vehicle(car_id)
    assert car.drag_factor == float(LISTED[car_id]["drag_factor"])
    assert car.range_tests == int(LISTED[car_id]["tests"])
    assert car.provenance["drag_factor"].kind == "fitted"
    bare = car.model_copy(update={"drag_factor": 1.0})
    day = Conditions(roof_box=True)
    loaded, other = (ConditionedVehicle.under(one, day).road_load for one in (car, bare))
    box = 0.5 * 1.167 * 0.14
    assert loaded.drag_n_per_mps2 - box == pytest.approx(
        car.drag_factor * (other.drag_n_per_mps2 - box), rel=1e-3
    )
    assert loaded[:2] == other[:2]
