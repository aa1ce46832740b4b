"""A log followed by the model: energies by hand."""

from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import car
from tripplan.calibration.drive_log import DriveLog, follow
from tripplan.errors import InvalidInputError
from tripplan.physics.consumption import cold_start_factor, cold_start_j
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import catalogue
from tripplan.vehicle_model.conditioned import ConditionedVehicle

QUIET = Conditions(ambient_c=20.0, cabin="off")
I3 = catalogue()["bmw-i3-60"]


def log(speed: Any, **changes: Any) -> DriveLog:
    """Return a drive on the level at 20 degrees Celsius, one row a second."""
    rows = np.asarray(speed, dtype=np.float64)
    columns: dict[str, Any] = {
        "time_s": np.arange(rows.size, dtype=np.float64),
        "elevation_m": np.zeros(rows.size),
        "ambient_c": np.full(rows.size, 20.0),
        "valid": np.ones(rows.size, dtype=bool),
        "soak_c": 20.0,
    }
    return DriveLog(name="drive", speed_mps=rows, **(columns | changes))


def test_steady_driving_is_that_of_a_road() -> None:
    vehicle = car()
    steady = follow(vehicle, log(np.full(100, 25.0)), QUIET).motion_kw
    one, none = np.ones(1), np.zeros(1)
    road = ConditionedVehicle.under(vehicle, QUIET).motion_kw(25.0 * one, none, none, 1.2041 * one)
    assert steady == pytest.approx(np.full(100, road[0]), rel=1e-3)


def test_speeding_up_takes_the_kinetic_energy() -> None:
    """0 to 20 m/s in 20 s: 1.04 m v^2 / 2 through the drive, on top of the road's resistance."""
    vehicle = car()
    speeds = np.arange(0.0, 21.0)
    drive = log(speeds)
    found = drive.energy_kwh(follow(vehicle, drive, QUIET).motion_kw)
    loaded = ConditionedVehicle.under(vehicle, QUIET)
    load = loaded.road_load
    resistance = load.rolling_n + load.drag_n_per_mps2 * 1.2041 / 1.167 * speeds**2
    work_j = (resistance * speeds).sum() + 0.5 * 1.04 * loaded.mass_kg * 20.0**2
    assert found == pytest.approx(work_j / vehicle.drive_efficiency / 3.6e6, rel=0.05)


def test_climbing_takes_the_potential_energy() -> None:
    vehicle = car()
    speed, rows = 20.0, 600
    height = np.interp(np.arange(rows), [60, rows - 60], [0.0, 300.0])
    level, uphill = log(np.full(rows, speed)), log(np.full(rows, speed), elevation_m=height)
    more = uphill.energy_kwh(follow(vehicle, uphill, QUIET).motion_kw) - level.energy_kwh(
        follow(vehicle, level, QUIET).motion_kw
    )
    lift_j = ConditionedVehicle.under(vehicle, QUIET).mass_kg * 9.80665 * 300.0
    assert more == pytest.approx(lift_j / vehicle.drive_efficiency / 3.6e6, rel=0.03)


def test_mean_speeds_hide_stop_and_go() -> None:
    """At 36 km/h the same as a road of that speed, and more than a steady drive."""
    vehicle = car()
    road = follow(vehicle, log(np.full(100, 10.0), mean_speeds=True), QUIET).motion_kw[0]
    steady = follow(vehicle, log(np.full(100, 10.0)), QUIET).motion_kw[0]
    lost = 1.0 / vehicle.drive_efficiency - vehicle.regen_efficiency
    mass_kg = ConditionedVehicle.under(vehicle, QUIET).mass_kg
    assert road - steady == pytest.approx(1.04 * mass_kg * 0.22 * 10.0 * lost / 1000.0)


def test_standing_takes_auxiliaries_only() -> None:
    followed = follow(I3, log(np.zeros(50)), QUIET)
    assert followed.power_kw.tolist() == [I3.auxiliary_kw] * 50


def test_a_cold_start_takes_the_same_at_any_speed() -> None:
    """The closed form against the sum along two long drives, slow and fast."""
    for speed in (10.0, 30.0):
        distance = np.arange(0.0, 200_000.0, speed)
        extra_j = (150.0 * (cold_start_factor(distance, 1.8) - 1.0) * speed).sum() / 0.9
        assert cold_start_j(150.0, 1.8, 0.9) == pytest.approx(extra_j, rel=0.01)


def test_a_long_drive_takes_the_warm_up_of_the_planner() -> None:
    """What the planner draws at departure is what the log takes beyond steady driving."""
    cold = Conditions(ambient_c=0.0)
    rows = 9000
    drive = log(np.full(rows, 20.0), ambient_c=np.zeros(rows), soak_c=0.0)
    followed = follow(I3, drive, cold)
    i3 = ConditionedVehicle.under(I3, cold)
    zero, one = np.zeros(1), np.ones(1)
    steady_kw = i3.motion_kw(20.0 * one, zero, zero, 1.2923 * one)[0]
    warm_up = i3.warm_up
    motion = drive.energy_kwh(followed.motion_kw) - steady_kw * rows / 3600.0
    heating = drive.energy_kwh(followed.heating_kw) - i3.cabin_kw * rows / 3600.0
    assert motion == pytest.approx(warm_up.motion_kwh, rel=0.02)
    assert heating == pytest.approx(warm_up.cabin_kwh, rel=0.02)
    assert warm_up.motion_kwh > 0.1


def test_rows_that_are_not_valid_do_not_count() -> None:
    speed = np.full(100, 10.0)
    valid = np.arange(100) < 50
    assert log(speed, valid=valid).distance_km == pytest.approx(0.5)
    assert log(speed).distance_km == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_s": np.zeros(10)}, "times do not rise"),
        ({"elevation_m": np.zeros(9)}, "columns of one length"),
        ({"battery_kw": np.zeros(3)}, "columns of one length"),
    ],
)
def test_columns_that_do_not_fit_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        log(np.ones(10), **changes)
