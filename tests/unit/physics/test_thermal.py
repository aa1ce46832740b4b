"""Pack temperature and charging power: single cases with known answers, and the heat equation.

scipy's `solve_ivp` integrates C dT/dt = I^2 R(T) - hA (T - T_air) - P_cool as an independent
solver.
"""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tripplan.physics.charging import (
    SOC_CELLS,
    PowerModel,
    charge_step,
    charging_power_kw,
    interpolate,
)
from tripplan.physics.thermal import (
    PackHeater,
    PackModel,
    aged_resistance_ohm,
    driven_pack_c,
    heated_pack,
    joule_heat_w,
    pack_temperature_c,
    parked_pack_c,
    resistance_ohm,
)
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import find_vehicle
from tripplan.search.kernels.heat_trajectory import charging_trajectory
from tripplan.vehicle_model.conditioned import ConditionedVehicle

PACK = PackModel(2e5, 0.13, 0.02, 350.0, 20.0, 6.0, 0.0, math.inf, 10.0)
COOLED = PACK._replace(cooling_w=1500.0, cooling_on_c=40.0, air_c=30.0)
POWER = PowerModel(
    curve_soc=np.array([0.0, 0.1, 0.5, 0.8, 1.0]),
    curve_kw=np.array([40.0, 60.0, 50.0, 25.0, 5.0]),
    limit_c=np.array([-20.0, 0.0, 20.0, 32.0, 45.0]),
    limit_kw=np.array([5.0, 25.0, 60.0, 60.0, 20.0]),
    capacity_kwh=30.0,
)
NO_HEAT = POWER._replace(limit_c=np.array([0.0]), limit_kw=np.array([1e6]))


def test_resistance_by_temperature() -> None:
    """R25 at 25 degrees; 2 % per kelvin, so e times as much 50 K below."""
    assert resistance_ohm(25.0, 0.13, 0.02) == 0.13
    assert resistance_ohm(-25.0, 0.13, 0.02) == pytest.approx(0.13 * math.e)


def test_joule_heat() -> None:
    """50 kW at 400 V are 125 A; over 0.1 ohm 1562.5 W, whichever way they flow."""
    assert joule_heat_w(50.0, 400.0, 0.1) == pytest.approx(1562.5)
    assert joule_heat_w(-50.0, 400.0, 0.1) == pytest.approx(1562.5)


def test_a_warm_pack_cools_by_half_in_its_half_life() -> None:
    """C/hA ln 2: 2e5/6 s x 0.6931 = 23105 s from 30 to 20 degrees in air of 10."""
    assert parked_pack_c(30.0, 0.0, 2e5 / 6.0 * math.log(2.0), PACK) == pytest.approx(20.0)


def test_without_loss_worth_mentioning_heat_adds_up() -> None:
    """1 kW for 200 s into 2e5 J/K: 1 K."""
    warm = pack_temperature_c(10.0, 1000.0, 200.0, 10.0, 1e-6, 2e5, 0.0, math.inf)
    assert warm == pytest.approx(11.0, abs=1e-6)


def test_the_thermostat_holds_where_cooling_is_stronger_than_heat() -> None:
    """1 kW of heat, 1.5 kW of cooling from 40 degrees: reached, and held."""
    args = (30.0, 20.0, 2e5, 1500.0, 40.0)
    assert pack_temperature_c(35.0, 1000.0, 1e5, *args) == 40.0
    assert pack_temperature_c(55.0, 1000.0, 1e5, *args) == 40.0


def test_the_pack_grows_hotter_where_cooling_is_too_weak() -> None:
    """2.1 kW less 1.5 kW, hA 20 W/K, air 30: 30 + 30 degrees in the end."""
    for start_c in (35.0, 45.0, 80.0):
        end_c = pack_temperature_c(start_c, 2100.0, 1e7, 30.0, 20.0, 2e5, 1500.0, 40.0)
        assert end_c == pytest.approx(60.0)


def test_cooling_stops_at_its_own_threshold() -> None:
    """In cold air a cooled pack falls through the threshold and on towards the air, uncooled."""
    args = (0.0, 20.0, 2e5, 1500.0, 40.0)
    reached_s = 2e5 / 20.0 * math.log((50.0 + 75.0) / (40.0 + 75.0))
    expected = 40.0 * math.exp(-20.0 / 2e5 * (9000.0 - reached_s))
    assert pack_temperature_c(50.0, 0.0, 9000.0, *args) == pytest.approx(expected)


def ode_c(
    start_c: float, heat_25c_w: float, duration_s: float, conductance: float, pack: PackModel
) -> float:
    """Solve the heat equation with the resistance at each moment's temperature, uncooled."""

    def slope(_: float, y: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
        heat_w = heat_25c_w * math.exp(pack.resistance_per_k * (25.0 - float(y[0])))
        loss_w = conductance * (float(y[0]) - pack.air_c)
        return [(heat_w - loss_w) / pack.heat_capacity_j_per_k]

    solved = solve_ivp(slope, (0.0, duration_s), [start_c], rtol=1e-9, atol=1e-9)
    return float(solved.y[0, -1])


@pytest.mark.parametrize("start_c", [-20.0, 0.0, 25.0, 45.0])
@pytest.mark.parametrize("heat_25c_w", [20.0, 400.0, 1500.0])
@pytest.mark.parametrize("duration_s", [60.0, 300.0, 900.0])
def test_a_drive_follows_the_heat_equation(
    start_c: float, heat_25c_w: float, duration_s: float
) -> None:
    """The midpoint rule errs by the square of how much the resistance changes on the way."""
    exact = ode_c(start_c, heat_25c_w, duration_s, PACK.conductance_driving_w_per_k, PACK)
    found = driven_pack_c(start_c, heat_25c_w * duration_s, duration_s, PACK)
    change_k = exact - start_c
    margin_k = abs(change_k) * (PACK.resistance_per_k * change_k) ** 2 / 6.0
    assert found == pytest.approx(exact, abs=margin_k + 0.01)


@pytest.mark.parametrize("pieces", [2, 4, 8])
def test_a_drive_in_pieces_comes_closer_to_the_heat_equation(pieces: int) -> None:
    """Second order: the error falls by the square of the number of pieces, or nearly so."""
    exact = ode_c(-15.0, 1500.0, 3600.0, PACK.conductance_driving_w_per_k, PACK)

    def error_k(count: int) -> float:
        pack_c = -15.0
        for _ in range(count):
            pack_c = driven_pack_c(pack_c, 1500.0 * 3600.0 / count, 3600.0 / count, PACK)
        return abs(pack_c - exact)

    assert exact > 5.0
    assert error_k(pieces) < error_k(1) / pieces**1.8


def test_no_drive_changes_nothing() -> None:
    assert driven_pack_c(17.0, 0.0, 0.0, PACK) == 17.0


@pytest.mark.parametrize(("start_c", "power_kw"), [(-10.0, 25.0), (20.0, 60.0), (40.0, 30.0)])
def test_a_parked_pack_under_charge_follows_the_heat_equation(
    start_c: float, power_kw: float
) -> None:
    heat_w = (power_kw * 1000.0 / 350.0) ** 2 * 0.13
    exact = ode_c(start_c, heat_w, 1800.0, PACK.conductance_parked_w_per_k, PACK)
    pack_c = start_c
    for _ in range(1800):
        pack_c = parked_pack_c(pack_c, power_kw, 1.0, PACK)
    assert abs(exact - start_c) > 1.0
    assert pack_c == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize(
    ("soc", "pack_c", "charger_kw", "expected"),
    [
        (0.30, 25.0, 100.0, 55.0),  # halfway between 60 kW at 10 % and 50 kW at 50 %
        (0.30, 25.0, 22.0, 22.0),  # the charger
        (0.30, 10.0, 100.0, 42.5),  # halfway between 25 kW at 0 and 60 kW at 20 degrees
        (0.30, -40.0, 100.0, 5.0),  # flat below the table
        (0.30, 80.0, 100.0, 20.0),  # flat above it
        (1.00, 25.0, 100.0, 5.0),
    ],
)
def test_the_least_of_three_powers(
    soc: float, pack_c: float, charger_kw: float, expected: float
) -> None:
    assert charging_power_kw(soc, pack_c, charger_kw, POWER) == pytest.approx(expected)


def test_a_table_of_one_point_is_flat() -> None:
    one = np.array([5.0])
    for x in (-1e9, 5.0, 1e9):
        assert interpolate(x, one, np.array([7.0])) == 7.0


def test_a_pack_that_refuses_takes_for_ever() -> None:
    refusing = POWER._replace(limit_kw=np.array([0.0, 25.0, 60.0, 60.0, 20.0]))
    assert charge_step(0.1, 0.11, -30.0, 50.0, refusing, PACK) == (math.inf, -30.0)


def test_a_charge_without_heat_by_hand() -> None:
    """Cells of 1 % at the power of their middle: 30 kWh x 1 % / min(curve, 50 kW) each."""
    course = charging_trajectory(0.0, 1.0, 20.0, 50.0, NO_HEAT, PACK)
    middles = (np.arange(SOC_CELLS) + 0.5) / SOC_CELLS
    curve_kw = np.interp(middles, [0.0, 0.1, 0.5, 0.8, 1.0], [40.0, 60.0, 50.0, 25.0, 5.0])
    expected = np.concatenate([[0.0], np.cumsum(0.3 / np.minimum(curve_kw, 50.0) * 3600.0)])
    assert course[:, 0] == pytest.approx(np.arange(101) / 100.0)
    assert course[:, 1] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("start_soc", "start_c", "charger_kw", "pack"),
    [
        (0.05, -15.0, 100.0, PACK._replace(air_c=-15.0)),
        (0.10, 5.0, 100.0, PACK),
        (0.20, 30.0, 100.0, PACK._replace(air_c=35.0)),
        (0.20, 38.0, 50.0, COOLED),
        (0.333, 20.0, 22.0, PACK),
    ],
)
def test_a_charge_with_heat_follows_the_coupled_equations(
    start_soc: float, start_c: float, charger_kw: float, pack: PackModel
) -> None:
    """SoC and temperature solved together: within 0.5 % in time and 0.2 K.

    Half a percent since the curve is taken in cells of 1 % SoC; the thermostat of the solver is
    a ramp of 0.1 K.
    """

    def slope(_: float, y: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
        soc, pack_c = float(y[0]), float(y[1])
        kw = min(
            float(np.interp(soc, POWER.curve_soc, POWER.curve_kw)),
            charger_kw,
            float(np.interp(pack_c, POWER.limit_c, POWER.limit_kw)),
        )
        heat_w = (kw * 1000.0 / 350.0) ** 2 * 0.13 * math.exp(0.02 * (25.0 - pack_c))
        cool_w = 0.0
        if pack.cooling_w:
            cool_w = pack.cooling_w * min(max((pack_c - pack.cooling_on_c) / 0.1, 0.0), 1.0)
        loss_w = pack.conductance_parked_w_per_k * (pack_c - pack.air_c)
        return [kw / 3600.0 / 30.0, (heat_w - loss_w - cool_w) / 2e5]

    def full(_: float, y: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float(y[0]) - 0.8

    full.terminal = True  # type: ignore[attr-defined]
    solved = solve_ivp(
        slope, (0.0, 1e5), [start_soc, start_c], events=full, max_step=20.0, rtol=1e-7
    )
    course = charging_trajectory(start_soc, 0.8, start_c, charger_kw, POWER, pack)
    assert course[-1, 0] == pytest.approx(0.8)
    assert course[-1, 1] == pytest.approx(solved.t[-1], rel=0.005)
    assert course[-1, 2] == pytest.approx(solved.y[1, -1], abs=0.2)


def test_an_old_pack_has_more_resistance() -> None:
    """Half again where a fifth of the capacity is gone, between nothing and twice."""
    assert aged_resistance_ohm(0.1, 1.0) == 0.1
    assert aged_resistance_ohm(0.1, 0.8) == pytest.approx(0.15)
    old = find_vehicle("nissan-leaf-24-2011").aged(0.8)
    new = find_vehicle("nissan-leaf-24-2011")
    assert old.battery.resistance_ohm == pytest.approx(1.5 * new.battery.resistance_ohm)
    packs = [ConditionedVehicle.under(car, Conditions()).pack for car in (new, old)]
    cooler, hotter = (parked_pack_c(25.0, 30.0, 1800.0, pack) for pack in packs)
    assert hotter - 25.0 == pytest.approx(1.5 * (cooler - 25.0), rel=0.02)


@pytest.mark.parametrize("start_c", [-15.0, 12.0, 20.0, 26.0])
@pytest.mark.parametrize("heat_w", [50.0, 700.0])
@pytest.mark.parametrize("power_kw", [0.1, 3.0])
@pytest.mark.parametrize("duration_s", [300.0, 4000.0])
def test_a_heater_against_small_steps(
    start_c: float, heat_w: float, power_kw: float, duration_s: float
) -> None:
    """Steps of a tenth of a second, with a thermostat that gives what is lacking at its target."""
    target_c, dt = 20.0, 0.1
    pack_c, used_j = start_c, 0.0
    for _ in range(round(duration_s / dt)):
        free_c = pack_c + (heat_w - 20.0 * (pack_c - PACK.air_c)) * dt / 2e5
        lacking_w = max(target_c - free_c, 0.0) * 2e5 / dt
        given_w = min(lacking_w, 1000.0 * power_kw)
        used_j += given_w * dt
        pack_c = free_c + given_w * dt / 2e5
    heater = PackHeater(power_kw, target_c)
    found_c, found_j = heated_pack(start_c, heat_w, duration_s, PACK, heater)
    assert found_c == pytest.approx(pack_c, abs=2e-3)
    assert found_j == pytest.approx(used_j, rel=2e-3, abs=200.0)


def test_a_heater_leaves_a_pack_alone_that_its_own_heat_keeps_warm() -> None:
    heater = PackHeater(3.0, 20.0)
    assert heated_pack(45.0, 600.0, 900.0, COOLED, heater) == (
        pack_temperature_c(45.0, 600.0, 900.0, 30.0, 20.0, 2e5, 1500.0, 40.0),
        0.0,
    )
