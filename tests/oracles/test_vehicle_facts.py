"""The catalogue against published numbers: times, temperatures, consumption.

The expected numbers are what the named sources report, not what the files hold. Tolerances are
those of the sources (gauge readings, minutes of a report) and are stated beside each.
"""

import numpy as np
import pytest

from tripplan.physics.thermal import driven_pack_c, joule_heat_w
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle, catalogue
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation import charging

CARS = catalogue()


def curve_minutes(car: Vehicle, start: float, end: float) -> float:
    """Integrate dE/P along the charging curve alone, independent of the package's physics."""
    curve = car.battery.charging_curve
    assert curve is not None
    edges = np.linspace(start, end, 20_001)
    socs, powers = np.array(curve.points).T
    power_kw = np.interp((edges[1:] + edges[:-1]) / 2, socs, powers)
    return float((np.diff(edges) * car.battery.usable_kwh / power_kw).sum() * 60)


def charge(
    car: Vehicle, soc: float, pack_c: float, air_c: float, *, to: float = 1.0, minutes: float = 1e9
) -> tuple[float, float, float]:
    """Charge until an SoC or a time: SoC, pack temperature, minutes."""
    end = charging.charge(car, soc, pack_c, air_c, to=to, minutes=minutes)[-1]
    return end.soc, end.pack_c, end.minutes


def drive(car: Vehicle, pack_c: float, air_c: float, *, km: float, kmh: float, kw: float) -> float:
    """Return the pack temperature after a steady drive at a battery power."""
    battery = car.battery
    heat_w = joule_heat_w(kw, battery.nominal_voltage_v, battery.thermal.resistance_ohm)
    duration_s = km / kmh * 3600
    pack = ConditionedVehicle.under(car, Conditions(ambient_c=air_c)).pack
    return driven_pack_c(pack_c, heat_w * duration_s, duration_s, pack)


def kwh_per_100km(car: Vehicle, kmh: float) -> float:
    """Return the steady consumption on a level, dry road at 20 degrees Celsius and sea level."""
    mild = ConditionedVehicle.under(car, Conditions(ambient_c=20.0))
    zero = np.zeros(1)
    speed, air = np.array([kmh / 3.6]), np.array([1.204])
    power_kw = mild.motion_kw(speed, zero, zero, air, acceleration_mps2=zero)
    return float(power_kw[0] + car.auxiliary_kw) / kmh * 100


# --- charging times -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("car_id", "start", "end", "minutes"),
    [
        # InsideEVs 2017: 0 to 25/50/75/99 % in 19/39/73/146 min
        ("chevrolet-bolt-60", 0.0, 0.25, 19),
        ("chevrolet-bolt-60", 0.0, 0.50, 39),
        ("chevrolet-bolt-60", 0.0, 0.75, 73),
        ("chevrolet-bolt-60", 0.0, 0.99, 146),
        # InsideEVs: 4 to 80 % in 69 min
        ("chevrolet-bolt-65", 0.04, 0.80, 69),
        # autoevolution 2021, video of a charge: 6 to 80 % in 21 min, to 100 % in 42 min
        ("hyundai-ioniq-5-rwd", 0.06, 0.80, 21),
        ("hyundai-ioniq-5-rwd", 0.06, 1.00, 42),
        # Exame Informatica 2018: a little over 40 min to 80 %
        ("bmw-i3-120", 0.0, 0.80, 41),
        # Sakura log at 22 degC: 19 to 77 % in 30 min
        ("nissan-sakura", 0.19, 0.77, 30),
    ],
)
def test_charging_takes_the_published_time(
    car_id: str, start: float, end: float, minutes: float
) -> None:
    assert curve_minutes(CARS[car_id], start, end) == pytest.approx(minutes, rel=0.10)


def test_a_bolt_takes_the_published_energy() -> None:
    """InsideEVs: 51 kWh between 4 and 80 %, at the charger and so with its losses."""
    drawn = 0.76 * CARS["chevrolet-bolt-65"].battery.usable_kwh
    assert 0.9 * 51 < drawn < 51


def test_the_sakura_charges_as_its_log() -> None:
    """22 degC: 19 % 25.5 degC, 46 % 33.6 (about 10 min), 61 % 36.2 at 16.8 kW, 77 % 40.0.

    The gauge lags behind the lumped pack by minutes, so the pack may read up to 4 K more.
    """
    car = CARS["nissan-sakura"]
    pack_c, total = 25.5, 0.0
    for start, end, gauge_c in ((0.19, 0.46, 33.6), (0.46, 0.61, 36.2), (0.61, 0.77, 40.0)):
        _, pack_c, minutes = charge(car, start, pack_c, 22.0, to=end)
        total += minutes
        assert gauge_c - 0.5 < pack_c < gauge_c + 4
        if end == 0.46:
            assert total == pytest.approx(10, abs=1)
    assert total == pytest.approx(30, abs=1.5)
    assert pack_c < 41


@pytest.mark.parametrize("car_id", ["hyundai-ioniq-5-rwd", "hyundai-ioniq-5-awd", "kia-ev6-rwd"])
def test_a_cold_ioniq_5_takes_half_an_hour(car_id: str) -> None:
    """InsideEVs 578869: 10 to 80 % in 30 min at -5 to 0 degC without preheating, three sessions.

    Between these temperatures, with the pack as cold as the air; the EV6 is of the same platform.
    """
    _, _, minutes = charge(CARS[car_id], 0.1, -2.5, -2.5, to=0.8)
    assert minutes == pytest.approx(30.0, rel=0.15)


@pytest.mark.parametrize("start", [0.1, 0.2, 0.3])
def test_a_cold_bolt_takes_what_was_measured(start: float) -> None:
    """InsideEVs 342369: 17.1 kWh in 45 min at -2 degC; at which SoC it began is left open here."""
    car = CARS["chevrolet-bolt-60"]
    end, _, _ = charge(car, start, -2.0, -2.0, minutes=45)
    assert (end - start) * car.battery.usable_kwh == pytest.approx(17.1, rel=0.15)


def test_the_sakura_takes_full_power_when_warm() -> None:
    """35 degC, pack 36 to 37.4 degC at 17 %: still 30 kW."""
    car = CARS["nissan-sakura"]
    soc, _, minutes = charge(car, 0.17, 36.7, 35.0, minutes=10)
    assert (soc - 0.17) * car.battery.usable_kwh / minutes * 60 == pytest.approx(30, rel=0.03)


@pytest.mark.parametrize("pack_c", [25.0, 30.0, 36.0, 41.0, 42.0])
def test_warmth_does_not_bind_the_sakura(pack_c: float) -> None:
    for name in ("nissan-sakura", "mitsubishi-ek-x-ev"):
        assert limit_kw(CARS[name], pack_c) >= 30


# --- charging power by pack temperature -----------------------------------------------------------


def limit_kw(car: Vehicle, pack_c: float) -> float:
    limit = car.battery.temperature_limit
    assert limit is not None
    temperatures, powers = np.array(limit.points).T
    return float(np.interp(pack_c, temperatures, powers))


@pytest.mark.parametrize(("pack_c", "kw"), [(30, 45), (35, 33), (40, 27.5), (45, 22)])
def test_the_leaf_40_is_limited_as_published(pack_c: float, kw: float) -> None:
    """observador.pt 2018-12-28; 45 kW at 30 degC is also all that the charger gave."""
    assert limit_kw(CARS["nissan-leaf-40"], pack_c) == pytest.approx(kw, rel=0.03)


def test_the_leaf_40_is_restricted_above_32_degrees() -> None:
    car = CARS["nissan-leaf-40"]
    assert limit_kw(car, 31) > 44
    assert limit_kw(car, 34) < 38
    assert limit_kw(car, -25) == 0  # refuses below -25 degC


def test_the_leaf_40_after_a_motorway_drive() -> None:
    """aliss.jp: 150 km at 27 degC, then 22 to 71 % in 30 min and a pack above 40 degC.

    100 km/h assumed.  The table of the early firmware is 15 % uncertain; 2 K for the gauge.
    """
    car = CARS["nissan-leaf-40"]
    pack_c = drive(car, 27, 27, km=150, kmh=100, kw=kwh_per_100km(car, 100))
    soc, pack_c, _ = charge(car, 0.22, pack_c, 27, minutes=30)
    assert pack_c == pytest.approx(40, abs=2)
    assert soc - 0.22 == pytest.approx(0.49, rel=0.16)


def test_the_third_charge_of_a_day_is_long_in_a_leaf_62() -> None:
    """mynissanleaf.com: 50 min or more for 175 to 200 km; 25 degC and 105 km/h assumed."""
    car = CARS["nissan-leaf-62"]
    consumption = kwh_per_100km(car, 105)
    share = 1.85 * consumption / car.battery.usable_kwh
    pack_c, times = 25.0, []
    for _ in range(3):
        pack_c = drive(car, pack_c, 25, km=185, kmh=105, kw=consumption * 1.05)
        _, pack_c, minutes = charge(car, 0.15, pack_c, 25, to=0.15 + share)
        times.append(minutes)
    assert times[0] < times[1] < times[2]
    assert 50 < times[2] < 70


def test_a_leaf_24_warms_by_a_quick_charge() -> None:
    """simonselectriccar.com: 13 to 19 degC for about 10 kWh at 10 degC; 2 K for the gauge."""
    car = CARS["nissan-leaf-24-2011"]
    _, pack_c, _ = charge(car, 0.2, 13, 10, to=0.2 + 10 / car.battery.usable_kwh)
    assert pack_c == pytest.approx(19, abs=2)


def test_a_leaf_24_charges_slowly_at_freezing() -> None:
    """Idaho National Laboratory: after 30 min the SoC is 36 % lower at 0 than at 25 degC.

    The start is not reported; SoC 0.1 assumed.
    """
    car = CARS["nissan-leaf-24-2013"]
    warm, _, _ = charge(car, 0.1, 25, 25, minutes=30)
    cold, _, _ = charge(car, 0.1, 0, 0, minutes=30)
    assert warm == pytest.approx(0.80, abs=0.05)
    assert 1 - cold / warm == pytest.approx(0.36, abs=0.03)


def test_a_leaf_24_takes_the_published_power_at_30_percent() -> None:
    """sparkev.blogspot.com 2015: 41.4 kW at 30 %."""
    curve = CARS["nissan-leaf-24-2011"].battery.charging_curve
    assert curve is not None
    assert np.interp(0.3, *np.array(curve.points).T) == pytest.approx(41.4, rel=0.06)


def test_the_later_bolt_charges_faster_when_cold() -> None:
    """InsideEVs 421995: up to 150 % faster in the first 30 min; -10 degC assumed."""
    gains = []
    for name in ("chevrolet-bolt-60", "chevrolet-bolt-65"):
        soc, _, _ = charge(CARS[name], 0.2, -10, -10, minutes=30)
        gains.append((soc - 0.2) * CARS[name].battery.usable_kwh)
    assert 1.8 < gains[1] / gains[0] < 3.0


def test_the_ioniq_28_throttles_from_50_degrees() -> None:
    car = CARS["hyundai-ioniq-28"]
    assert limit_kw(car, 49.9) >= 69
    assert limit_kw(car, 53) < 60


def test_the_zoe_halves_its_power_in_the_cold() -> None:
    assert limit_kw(CARS["renault-zoe-ze50"], 9.9) == pytest.approx(46 / 2, rel=0.05)


@pytest.mark.parametrize("car", CARS.values(), ids=lambda car: car.id)
def test_no_cooled_car_is_throttled_at_room_temperature(car: Vehicle) -> None:
    if car.battery.charging_curve is None or car.battery.thermal.cooling == "none":
        return
    _, _, minutes = charge(car, 0.1, 25, 25, to=0.8)
    assert minutes == pytest.approx(curve_minutes(car, 0.1, 0.8), rel=0.01)


# --- consumption ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("car_id", "published"),
    [
        # FASTSim 2.1.5, an independent program: kWh/100 km at 50, 80, 100 and 120 km/h
        ("nissan-leaf-24-2013", (7.8, 12.1, 16.3, 21.4)),
        ("nissan-leaf-30", (7.9, 12.2, 16.3, 21.4)),
        ("chevrolet-bolt-60", (7.8, 12.1, 16.0, 20.8)),
    ],
)
def test_steady_consumption_agrees_with_fastsim(car_id: str, published: tuple[float, ...]) -> None:
    ours = [kwh_per_100km(CARS[car_id], kmh) for kmh in (50, 80, 100, 120)]
    assert ours == pytest.approx(published, rel=0.10)


def test_a_model_3_takes_the_published_energy_at_120() -> None:
    assert kwh_per_100km(CARS["tesla-model-3-lr"], 120) == pytest.approx(17.6, rel=0.05)


@pytest.mark.parametrize(("kmh", "published"), [(90, 17), (112, 22), (120, 24)])
def test_an_ioniq_5_takes_the_measured_energy(kmh: float, published: float) -> None:
    """evkx.net, all-wheel drive; other tests, which its drag is fitted to as well, took less."""
    assert kwh_per_100km(CARS["hyundai-ioniq-5-awd"], kmh) == pytest.approx(published, rel=0.13)


@pytest.mark.parametrize(("kmh", "range_km"), [(90, 342), (120, 232)])
def test_an_ariya_reaches_the_measured_range(kmh: float, range_km: float) -> None:
    """InsideEVs 614316; the weather of that test is unknown, so only 20 %."""
    car = CARS["nissan-ariya-63"]
    assert car.battery.usable_kwh / kwh_per_100km(car, kmh) * 100 == pytest.approx(
        range_km, rel=0.20
    )


def test_a_round_trip_needs_the_cars_in_their_order() -> None:
    """Littleton to Denver airport and back: LEAF 24 and 30 fall short of LEAF 40 and Bolt."""
    aged = [("nissan-leaf-24-2013", 0.75), ("nissan-leaf-30", 0.9), ("nissan-leaf-40", 0.9)]
    cars = [*(CARS[name].aged(soh) for name, soh in aged), CARS["chevrolet-bolt-60"]]
    ranges = [car.battery.usable_kwh / kwh_per_100km(car, 110) for car in cars]
    assert ranges == sorted(ranges)


# --- what the law and the maker say ---------------------------------------------------------------


def test_a_low_speed_vehicle_keeps_to_slow_roads() -> None:
    """49 CFR 571.500: 25 mph at most; state law: roads posted 35 mph at most, those included."""
    car = CARS["generic-nev"]
    assert car.top_speed_kmh == pytest.approx(25 * 1.609344, rel=0.01)
    assert car.max_posted_speed_kmh is not None
    assert 35 * 1.609344 <= car.max_posted_speed_kmh < 36 * 1.609344
    assert car.battery.charging_curve is None


def test_only_the_leaf_and_the_nev_have_no_cooling() -> None:
    uncooled = {car.id for car in CARS.values() if car.battery.thermal.cooling == "none"}
    assert uncooled == {name for name in CARS if "leaf" in name} | {"generic-nev"}


def test_the_plugs_are_those_of_the_makers() -> None:
    for car in CARS.values():
        maker = car.id.split("-")[0]
        if maker == "tesla":
            assert car.connectors[0] == "NACS"
        if "leaf" in car.id or maker == "mitsubishi":
            assert car.connectors == ("CHADEMO",)
    assert CARS["chevrolet-bolt-65"].connectors == ("CCS1",)
    assert CARS["renault-zoe-ze50"].connectors == ("CCS2",)


@pytest.mark.parametrize(
    ("car_id", "plate_kwh", "amp_hours"),
    [("nissan-sakura", 20, 57), ("bmw-i3-120", 42.2, 120)],  # diamond.jp 359552; BMW 2018
)
def test_voltage_agrees_with_energy_over_charge(
    car_id: str, plate_kwh: float, amp_hours: float
) -> None:
    volts = CARS[car_id].battery.nominal_voltage_v
    assert volts == pytest.approx(plate_kwh * 1000 / amp_hours, rel=0.02)
