"""Cabin: tables by air temperature, and a measured cabin against a step-by-step twin."""

import numpy as np
import pytest

from tripplan.physics.cabin import (
    SET_C,
    MeasuredCabin,
    heat_pump_cop,
    power_kw,
    pull_down_kwh,
    warm_up_kwh,
)

CABIN = MeasuredCabin(60.0, 300.0, 100e3, 5700.0)


@pytest.mark.parametrize(
    ("heater", "kw"),
    [
        ("ptc", (3.6, 2.9, 2.0, 1.05, 0.2, 0.6)),  # 0.8 of FASTSim 3.1.0 and emobpy, by the AAA
        ("none", (0.0,) * 6),
    ],
)
def test_cabin_power_by_temperature(heater: str, kw: tuple[float, ...]) -> None:
    found = [power_kw(c, heater) for c in (-20.0, -10.0, 0.0, 10.0, 20.0, 30.0)]
    assert found == pytest.approx(kw)
    halfway = power_kw(-5.0, heater)
    assert halfway == pytest.approx((kw[1] + kw[2]) / 2)


def test_a_heat_pump_does_what_was_published() -> None:
    """1.9 at -1 degrees Celsius with a glycol loop, 3.2 at -5 and 3.3 at -10 on benches without.

    3 at most (Zoe); 1.5 to 3, best from 5 to 15 (Peugeot).
    """
    assert 1.9 < heat_pump_cop(-1.0) < 3.2
    assert 1.7 < heat_pump_cop(-10.0) < 3.3
    assert max(heat_pump_cop(c) for c in range(-40, 41)) == 3.0
    assert all(1.5 <= heat_pump_cop(c) <= 3.0 for c in range(-10, 30))
    assert 2.2 < heat_pump_cop(5.0) <= heat_pump_cop(15.0) <= 3.0
    assert heat_pump_cop(-20.0) == heat_pump_cop(-40.0) == 1.0
    for c in (-30.0, -15.0, 0.0, 12.0):
        assert power_kw(c, "heat_pump") * heat_pump_cop(c) == pytest.approx(power_kw(c, "ptc"))


def test_the_sun_heats() -> None:
    """1 kW of sun spares 1 kW of resistive heating, or takes half a kilowatt to be cooled away."""
    assert power_kw(-10.0, "ptc", sun_w_per_m2=1000.0) == pytest.approx(1.9)
    assert power_kw(-1.0, "heat_pump", sun_w_per_m2=1000.0) == pytest.approx(
        power_kw(-1.0, "heat_pump") - 1.0 / heat_pump_cop(-1.0)
    )
    assert power_kw(30.0, "ptc", sun_w_per_m2=1000.0) == pytest.approx(0.6 + (1.0 - 0.3) / 2.0)
    assert power_kw(20.0, "ptc", sun_w_per_m2=1000.0) == pytest.approx(0.8 / 2.0)
    assert power_kw(35.0, "none", sun_w_per_m2=1000.0) == 0.0
    for sun in (0.0, 800.0):
        course = [power_kw(c, "ptc", sun_w_per_m2=sun) for c in np.linspace(-10.0, 40.0, 501)]
        assert np.abs(np.diff(course)).max() < 0.02


def test_a_cabin_under_lamps_takes_what_was_measured() -> None:
    """ADAC, Model Y at 35 degrees Celsius under sun lamps (taken as 1000 W/m2): 1.5 kW steady."""
    assert power_kw(35.0, "heat_pump", sun_w_per_m2=1000.0) == pytest.approx(1.5, rel=0.1)
    assert power_kw(35.0, "heat_pump", sun_w_per_m2=0.0) < power_kw(35.0, "heat_pump") < 1.5


def test_a_night_without_sun_is_as_cold_as_the_table() -> None:
    for c in (-10.0, 5.0, 20.0):
        assert power_kw(c, "ptc", sun_w_per_m2=0.0) == power_kw(c, "ptc")


def test_a_hot_cabin_takes_what_drives_measured() -> None:
    """Six drives of a BMW i3 at 28 to 31 degrees Celsius.

    They took up to 0.18 kWh on top of what they took later, 0.09 in the mean; three took none.
    """
    assert pull_down_kwh(29.0, "ptc") == pytest.approx(0.09, abs=0.03)
    assert 0.12 < pull_down_kwh(28.0, "ptc", 600.0) < 0.22
    assert pull_down_kwh(29.0, "ptc", 600.0, soak_c=SET_C) == 0.0
    assert pull_down_kwh(15.0, "ptc", 900.0) == pull_down_kwh(29.0, "none", 900.0) == 0.0
    assert pull_down_kwh(35.0, "ptc", 900.0) > pull_down_kwh(30.0, "ptc", 900.0)


@pytest.mark.parametrize("heater", ["ptc", "heat_pump"])
def test_the_sun_on_a_measured_cabin(heater: str) -> None:
    """60 W/K over 17 K are 1020 W."""
    found = power_kw(5.0, heater, CABIN, sun_w_per_m2=300.0)
    spared_kw = 0.3 / (heat_pump_cop(5.0) if heater == "heat_pump" else 1.0)
    assert found == pytest.approx(1.02 - spared_kw)


def test_warm_up_by_temperature() -> None:
    """FASTSim 3.1.0's LEAF: its first ten minutes less ten minutes of steady heating."""
    for c, kwh in ((-20.0, 1.2), (-10.0, 0.8), (0.0, 0.45), (10.0, 0.2), (20.0, 0.0), (35.0, 0.0)):
        assert warm_up_kwh(c, "ptc") == pytest.approx(kwh)
        assert warm_up_kwh(c, "none") == 0.0


def test_a_warmer_start_takes_less() -> None:
    assert warm_up_kwh(0.0, "ptc", soak_c=SET_C) == 0.0
    assert warm_up_kwh(0.0, "ptc", soak_c=11.0) == pytest.approx(0.45 / 2)
    assert warm_up_kwh(0.0, "ptc", CABIN, 11.0) < warm_up_kwh(0.0, "ptc", CABIN)


def twin(cabin: MeasuredCabin, soak_c: float, air_c: float, seconds: int) -> np.ndarray:
    """Heater power by the second, from the law of the heater and the balance of heat."""
    temperature, found = soak_c, []
    for _ in range(seconds * 10):
        wished = cabin.loss_w_per_k * (SET_C - air_c) + cabin.gain_w_per_k * (SET_C - temperature)
        power = min(cabin.most_w, max(0.0, wished))
        found.append(power)
        loss = cabin.loss_w_per_k * (temperature - air_c)
        temperature += (power - loss) / cabin.capacity_j_per_k * 0.1
    return np.array(found[::10])


@pytest.mark.parametrize(
    ("soak_c", "air_c"), [(0.0, 0.0), (-20.0, -20.0), (15.0, -5.0), (22.0, 3.0)]
)
def test_a_measured_cabin_is_that_of_small_steps(soak_c: float, air_c: float) -> None:
    seconds = np.arange(7200.0)
    steps = twin(CABIN, soak_c, air_c, 7200)
    found = CABIN.heating_w(seconds, soak_c, air_c)
    assert np.abs(found - steps).max() < 5.0
    beyond = (steps - CABIN.steady_w(air_c)).sum()
    assert CABIN.warm_up_j(soak_c, air_c) == pytest.approx(beyond, rel=0.01, abs=2000.0)


def test_a_heater_that_is_too_weak_gives_all_it_has() -> None:
    weak = MeasuredCabin(200.0, 300.0, 100e3, 5000.0)
    assert weak.heating_w(np.array([0.0, 1e6]), -20.0, -20.0).tolist() == [5000.0, 5000.0]
    assert weak.warm_up_j(-20.0, -20.0) == 0.0


def test_a_measured_cabin_joins_the_cooling_table() -> None:
    assert power_kw(5.0, "ptc", CABIN) == pytest.approx(60.0 * 17.0 / 1000.0)
    assert power_kw(30.0, "ptc", CABIN) == pytest.approx(0.6)
    assert power_kw(20.0, "ptc", CABIN) < power_kw(25.0, "ptc", CABIN) < 0.6
    assert CABIN.heating_w(np.arange(3.0), 25.0, 25.0).tolist() == [0.0] * 3
