"""Charging of a cell against an ordinary differential equation that scipy solves."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.samples.worlds import car
from tripplan.physics.charging import SOC_CELLS, charge_step, interpolate, interpolated
from tripplan.records.trip import Place, Trip
from tripplan.vehicle_model.conditioned import ConditionedVehicle

FULL_KWH = car().battery.usable_kwh
"""A share of SoC takes as much to charge in the cold as in the warm."""
LIMITS = {
    "none at -45": [(-45.0, 0.0), (0.0, 40.0)],
    "flat, then rising": [(-45.0, 0.075), (-44.0, 0.075), (0.0, 40.0)],
    "steep": [(0.0, 0.0), (5.0, 40.0)],
    "hot": [(0.0, 40.0), (45.0, 40.0), (60.0, 0.0)],
}


def conditioned(limit: list[tuple[float, float]], air_c: float) -> ConditionedVehicle:
    vehicle = car(
        temperature_limit={"points": limit, "assumed": True},
        charging_curve={"points": [(0.0, 40.0), (1.0, 40.0)], "measured": False},
    )
    place = Place(lat=50.0, lon=8.0)
    trip = Trip.model_validate(
        {"origin": place, "destination": place, "conditions": {"ambient_c": air_c}}
    )
    return ConditionedVehicle.of(vehicle, trip, heat=True)


def solved(
    limit: list[tuple[float, float]], air_c: float, pack_c: float, kwh: float
) -> tuple[float, float]:
    """Return how long an energy takes, and the pack after it, from the documented equations.

    C dT/dt = (P / V)^2 R exp(k (25 - T)) - hA (T - T_air) and dE/dt = P(T), in steps over energy.
    """
    car_ = conditioned(limit, air_c)
    pack = car_.pack
    temperature, kw = np.array(limit).T

    def rates(_energy_kwh: float, state: np.ndarray) -> list[float]:
        power_kw = min(float(np.interp(state[1], temperature, kw)), 40.0)
        heat_w = (1000.0 * power_kw / pack.voltage_v) ** 2 * pack.resistance_25c_ohm
        heat_w *= math.exp(pack.resistance_per_k * (25.0 - state[1]))
        loss_w = pack.conductance_parked_w_per_k * (state[1] - pack.air_c)
        s_per_kwh = 3600.0 / power_kw
        return [s_per_kwh, s_per_kwh * (heat_w - loss_w) / pack.heat_capacity_j_per_k]

    found = solve_ivp(rates, (0.0, kwh), [0.0, pack_c], rtol=1e-8, atol=1e-8, max_step=kwh / 200.0)
    assert found.success
    return float(found.y[0, -1]), float(found.y[1, -1])


@pytest.mark.parametrize("air_c", [-30.0, 0.0, 30.0])
@pytest.mark.parametrize(
    ("limit", "pack_c"),
    [
        ("none at -45", -44.9),
        ("none at -45", -44.0),
        ("none at -45", -20.0),
        ("flat, then rising", -45.0),
        ("flat, then rising", -44.5),
        ("hot", 20.0),
        ("hot", 58.0),
    ],
)
def test_a_pack_that_hardly_charges_at_first_warms_up_on_the_way(
    limit: str, pack_c: float, air_c: float
) -> None:
    """With one midpoint a cell, 345 s were told where 909 s are right."""
    points = LIMITS[limit]
    subject = conditioned(points, air_c)
    assert subject.power is not None
    levels = np.linspace(0.3, 0.34, 5)
    charged_s, warm_c = 0.0, pack_c
    for low, high in pairwise(levels.tolist()):
        taken_s, warm_c = charge_step(low, high, warm_c, 50.0, subject.power, subject.charging_pack)
        charged_s += taken_s
    right_s, right_c = solved(points, air_c, pack_c, 0.04 * FULL_KWH)
    assert charged_s == pytest.approx(right_s, rel=0.01)
    assert warm_c == pytest.approx(right_c, abs=0.1)


@pytest.mark.parametrize("pack_c", [-38.66, -38.57, -38.3])
def test_a_pack_that_cools_while_it_charges_is_followed(pack_c: float) -> None:
    """The power falls by a tenth within half a cell, and a little error grows from there on."""
    points = [(-40.0, 0.075), (-39.0, 0.075), (0.0, 50.0)]
    subject = conditioned(points, -40.0)
    assert subject.power is not None
    levels = np.linspace(0.4, 0.44, 5)
    charged_s, warm_c = 0.0, pack_c
    for low, high in pairwise(levels.tolist()):
        taken_s, warm_c = charge_step(low, high, warm_c, 50.0, subject.power, subject.charging_pack)
        charged_s += taken_s
    right_s, right_c = solved(points, -40.0, pack_c, 0.04 * FULL_KWH)
    assert charged_s == pytest.approx(right_s, rel=0.002)
    assert warm_c == pytest.approx(right_c, abs=0.002)


def test_a_steep_limit_in_warm_air() -> None:
    subject = conditioned(LIMITS["steep"], 20.0)
    assert subject.power is not None
    taken_s, _ = charge_step(0.3, 0.31, 0.01, 50.0, subject.power, subject.charging_pack)
    right_s, _ = solved(LIMITS["steep"], 20.0, 0.01, 0.01 * FULL_KWH)
    assert right_s > 600.0
    assert taken_s == pytest.approx(right_s, rel=0.01)


def test_a_pack_that_refuses_takes_for_ever() -> None:
    subject = conditioned(LIMITS["none at -45"], -45.0)
    assert subject.power is not None
    taken_s, warm_c = charge_step(0.3, 0.31, -45.0, 50.0, subject.power, subject.charging_pack)
    assert (taken_s, warm_c) == (math.inf, -45.0)


def test_cells_are_parted_evenly_where_nothing_changes() -> None:
    """At a steady temperature a cell takes its energy over its power."""
    subject = conditioned([(-60.0, 40.0), (60.0, 40.0)], 20.0)
    assert subject.power is not None
    taken_s, _ = charge_step(0.3, 0.31, 20.0, 25.0, subject.power, subject.charging_pack)
    assert taken_s == pytest.approx(subject.capacity_kwh / SOC_CELLS / 25.0 * 3600.0)


@pytest.mark.parametrize("seed", range(5))
def test_many_places_are_what_each_is(seed: int) -> None:
    """To the last bit, at the points as well, between them and outside."""
    rng = np.random.default_rng(seed)
    xs, ys = np.sort(rng.random(9)), rng.uniform(0.0, 250.0, 9)
    x = np.concatenate([xs, rng.uniform(-0.2, 1.2, 200)])
    assert interpolated(x, xs, ys).tolist() == [interpolate(one, xs, ys) for one in x.tolist()]
    assert np.allclose(interpolated(x, xs, ys), np.interp(x, xs, ys), rtol=1e-12)
