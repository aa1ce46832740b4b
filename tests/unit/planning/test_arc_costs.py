"""Prices of arcs against the textbook formulas, written out once more in plain Python.

Nothing of `physics` or `model` is used: force balance, ideal gas and (P/V)^2 R are spelt out here
with the figures of the made-up car of `tests.samples.worlds`.
"""

import math
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from tests.samples.audited_plans import world
from tests.samples.worlds import car
from tripplan.planning.arc_costs import ArcPricing, speed_shares, whole_numbers
from tripplan.planning.road_access import open_arcs
from tripplan.records.network import RoadNetwork
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle

KG = 1500.0 + 75.0
G = 9.80665
DRAG_AREA_M2 = 0.29 * 2.3
ROLLING = 0.009
MOTOR_KW = 100.0
SEA_LEVEL_20_C = 101_325.0 / (287.05 * 293.15)


def density(ambient_c: float, elevation_m: float) -> float:
    """Ideal gas, pressure of the standard atmosphere (T0 288.15 K, 6.5 K/km, exponent 5.25588)."""
    pressure_pa = 101_325.0 * math.pow(1.0 - 0.0065 * elevation_m / 288.15, 5.25588)
    return pressure_pa / (287.05 * (ambient_c + 273.15))


def mean_density(ambient_c: float, low_m: float, high_m: float) -> float:
    """Return the mean over the heights of a road of even grade."""
    if low_m == high_m:
        return density(ambient_c, low_m)
    return float(quad(lambda h: density(ambient_c, h), low_m, high_m)[0] / (high_m - low_m))


def wheel_n(
    v: float,
    *,
    headwind: float = 0.0,
    across: float = 0.0,
    sine: float = 0.0,
    rho: float,
) -> float:
    """Textbook force balance of the made-up car on a dry road at 20 degrees Celsius or more.

    The drag coefficient along the car is 1 + 2.2 sin^2 times the cosine of the yaw.
    """
    yaw = math.atan2(across, v + headwind)
    squared = max(v + headwind, 0.0) ** 2 + across**2
    air = 0.5 * rho * DRAG_AREA_M2 * squared * math.cos(yaw) * (1.0 + 2.2 * math.sin(yaw) ** 2)
    return ROLLING * KG * G + air + KG * G * sine


def battery_w(force_n: float, v: float) -> float:
    """Through a drive of 0.9, or back through 0.7 but with 50 kW at most."""
    wheel_w = force_n * v
    return wheel_w / 0.9 if wheel_w >= 0 else max(0.7 * wheel_w, -50_000.0)


def trip(**wishes: Any) -> Trip:
    return Trip(origin=Place(lat=0, lon=0), destination=Place(lat=0, lon=1), **wishes)


def one_arc(
    pieces: list[tuple[float, float]], *, kmh: float = 90.0, start_m: float = 500.0
) -> RoadNetwork:
    """Return a single eastward arc of pieces (length in m, rise in m)."""
    length, rise = np.array(pieces).T
    return RoadNetwork.from_arcs(
        lat=[0.0, 0.0],
        lon=[0.0, 0.1],
        elevation_m=[start_m, start_m + rise.sum()],
        tail=[0],
        head=[1],
        length_m=[length.sum()],
        speed_kmh=[kmh],
        speed_limit_kmh=[130.0],
        pieces=([0, len(pieces)], length, rise),
    )


def changed(vehicle: Vehicle, **fields: Any) -> Vehicle:
    return Vehicle.model_validate(vehicle.model_dump(exclude_unset=True) | fields)


def priced(network: RoadNetwork, vehicle: Vehicle, trip: Trip) -> ArcPricing:
    return ArcPricing.of(network, ConditionedVehicle.of(vehicle, trip))


def lift_kwh(network: RoadNetwork) -> list[float]:
    loaded = ConditionedVehicle.of(car(), trip())
    return [float(value) for value in loaded.lift_kwh(network.elevation_m)]


UP_STEEP_FLAT = [(2000.0, 80.0), (1500.0, -150.0), (4000.0, 0.0)]


def test_an_arc_of_three_pieces_by_hand() -> None:
    """Up 4 %, down 10 % (which brakes), flat; 90 km/h, 25 degrees Celsius, cabin off."""
    costs = priced(
        one_arc(UP_STEEP_FLAT), car(), trip(conditions=Conditions(ambient_c=25.0, cabin="off"))
    )
    v, height = 25.0, 500.0
    for k, (length, rise) in enumerate(UP_STEEP_FLAT):
        rho = mean_density(25.0, height, height + rise)
        motor_w = battery_w(wheel_n(v, sine=rise / length, rho=rho), v)
        seconds = length / v
        pieces = costs.pieces()
        assert pieces.time_s[k] == pytest.approx(seconds)
        assert pieces.speed_mps[k] == pytest.approx(v)
        assert pieces.motion_kwh[k] == pytest.approx(max(motor_w, 0.0) * seconds / 3.6e6, rel=1e-6)
        assert pieces.regenerated_kwh[k] == pytest.approx(
            max(-motor_w, 0.0) * seconds / 3.6e6, rel=1e-6
        )
        assert pieces.auxiliary_kwh[k] == pytest.approx(300.0 * seconds / 3.6e6)
        assert pieces.cabin_kwh[k] == 0.0
        amperes = (motor_w + 300.0) / 350.0
        assert pieces.heat_j[k] == pytest.approx(amperes**2 * 0.13 * seconds, rel=1e-6)
        height += rise
    assert costs.pieces().regenerated_kwh[1] > 0
    assert lift_kwh(one_arc(UP_STEEP_FLAT)) == pytest.approx(
        [KG * G * 500.0 / 3.6e6, KG * G * (500.0 + 80.0 - 150.0) / 3.6e6]
    )


def test_roads_add_up_the_pieces_of_each_arc() -> None:
    network = one_arc(UP_STEEP_FLAT)
    costs = priced(network, car(), trip())
    roads = costs.roads()
    up, down, flat = costs.pieces().energy_kwh.tolist()
    assert up > 0 > down
    assert roads.energy_kwh.tolist() == pytest.approx([up + down + flat])
    assert roads.time_s.tolist() == pytest.approx([7500.0 / 25.0])
    assert roads.min_departure_kwh.tolist() == pytest.approx([max(up, up + down + flat)])
    assert roads.drop_kwh.tolist() == pytest.approx([max(flat, up + down + flat)])
    assert roads.heat_j.tolist() == pytest.approx([costs.pieces().heat_j.sum()])


@pytest.mark.parametrize("seed", range(4))
def test_whole_numbers_of_one_pass_are_those_of_the_sums(seed: int) -> None:
    """On winding roads of several pieces each, in wind, at every speed."""
    asked = trip(conditions=Conditions(ambient_c=-5.0, wind_mps=6.0, wind_from_deg=40.0))
    costs = priced(world(seed).network, car(), asked)
    shares = speed_shares(asked)
    assert len(shares) > 3
    table = costs.whole_numbers(shares)
    for share, row in zip(shares, table, strict=True):
        assert np.array_equal(row, whole_numbers(costs.roads(share)))


PIECES = st.lists(
    st.tuples(st.floats(100.0, 1500.0), st.floats(-0.14, 0.14)), min_size=1, max_size=8
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(rows=st.lists(PIECES, min_size=1, max_size=4))
def test_need_and_drop_by_brute_force(rows: list[list[tuple[float, float]]]) -> None:
    """Arc by arc: the largest sum from the start, and the largest up to the end; 0 if negative."""
    _, costs = chain_of(rows)
    roads = costs.roads()
    energy = costs.pieces().energy_kwh.tolist()
    at = 0
    for arc, row in enumerate(rows):
        own = energy[at : at + len(row)]
        at += len(row)
        need = max(0.0, *accumulate(own))
        drop = max(0.0, *accumulate(reversed(own)))
        assert roads.energy_kwh[arc] == pytest.approx(sum(own), abs=1e-9)
        assert roads.min_departure_kwh[arc] == pytest.approx(need, abs=1e-9)
        assert roads.drop_kwh[arc] == pytest.approx(drop, abs=1e-9)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(row=PIECES, full_kwh=st.floats(0.3, 6.0), shares=st.lists(st.floats(0.0, 1.0), max_size=8))
def test_need_and_drop_tell_what_a_simulation_finds(
    row: list[tuple[float, float]], full_kwh: float, shares: list[float]
) -> None:
    """As long as no stretch within the arc takes more than a full battery."""
    _, costs = chain_of([row])
    roads = costs.roads()
    energy = costs.pieces().energy_kwh.tolist()
    hardest = max(sum(energy[i:j]) for i in range(len(energy)) for j in range(i, len(energy) + 1))
    assume(hardest <= full_kwh - 1e-6)
    need, drop = float(roads.min_departure_kwh[0]), float(roads.drop_kwh[0])
    assert need <= full_kwh
    for held in (full_kwh, *(need + share * (full_kwh - need) for share in shares)):
        level, lowest = held, held
        for spent in energy:
            level = min(level - spent, full_kwh)
            lowest = min(lowest, level)
        assert lowest >= -1e-9
        assert level == pytest.approx(
            min(held - float(roads.energy_kwh[0]), full_kwh - drop), abs=1e-9
        )
    if need > 1e-3:
        assert min(need - 1e-6 - total for total in accumulate(energy)) < 0.0


def chain_of(rows: list[list[tuple[float, float]]]) -> tuple[RoadNetwork, ArcPricing]:
    """Return arcs in a row along the equator, of pieces (length in m, grade)."""
    length = np.array([piece[0] for row in rows for piece in row])
    rise = np.array([piece[0] * piece[1] for row in rows for piece in row])
    first = np.cumsum([0, *map(len, rows)])
    arcs = len(rows)
    climbed = np.concatenate([[0.0], np.cumsum(rise)])[first]
    network = RoadNetwork.from_arcs(
        lat=np.zeros(arcs + 1),
        lon=np.linspace(0.0, 1.0, arcs + 1),
        elevation_m=4000.0 + climbed - climbed.min() - 0.5 * np.ptp(climbed),
        tail=np.arange(arcs),
        head=np.arange(1, arcs + 1),
        length_m=np.add.reduceat(length, first[:-1]),
        speed_kmh=np.full(arcs, 70.0),
        speed_limit_kmh=np.full(arcs, 130.0),
        pieces=(first, length, rise),
    )
    return network, priced(network, car(), trip())


def test_a_weak_motor_climbs_slowly() -> None:
    """47 kW on 12 %: within one step of 2 % below the speed at which the motor gives its all."""
    weak = changed(car(), motor_kw=47.0)
    costs = priced(one_arc([(3000.0, 360.0)], start_m=1000.0), weak, trip())
    rho = mean_density(20.0, 1000.0, 1360.0)
    limit = brentq(lambda v: wheel_n(v, sine=0.12, rho=rho) * v - 47_000.0, 1.0, 25.0)
    speed = float(costs.pieces().speed_mps[0])
    assert 18.0 < limit < 25.0
    assert limit - 0.02 * 25.0 <= speed <= limit
    assert costs.pieces().time_s[0] == pytest.approx(3000.0 / speed)
    used_kw = float(costs.pieces().motion_kwh[0]) / float(costs.pieces().time_s[0]) * 3600.0
    assert used_kw == pytest.approx(
        battery_w(wheel_n(speed, sine=0.12, rho=rho), speed) / 1000.0, rel=1e-6
    )


def test_a_strong_motor_keeps_the_speed() -> None:
    costs = priced(one_arc([(3000.0, 360.0)]), car(), trip())
    assert wheel_n(25.0, sine=0.12, rho=1.2) * 25.0 < MOTOR_KW * 1000.0
    assert costs.pieces().speed_mps[0] == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("road_kmh", "driver_kmh", "car_kmh", "driven_kmh"),
    [(90, None, 150, 90), (120, 110, 150, 110), (120, 130, 150, 120), (120, 130, 80, 80)],
)
def test_the_least_of_three_speeds(
    road_kmh: float, driver_kmh: float | None, car_kmh: float, driven_kmh: float
) -> None:
    costs = priced(
        one_arc([(9000.0, 0.0)], kmh=road_kmh),
        changed(car(), top_speed_kmh=car_kmh),
        trip(max_speed_kmh=driver_kmh),
    )
    assert costs.pieces().speed_mps[0] == pytest.approx(driven_kmh / 3.6)
    assert costs.pieces().time_s[0] == pytest.approx(9000.0 / driven_kmh * 3.6)


def test_a_slow_vehicle_is_kept_off_fast_roads() -> None:
    """Roads posted 40 km/h and 35 mph are open to a car for 35 mph at most; 40 mph is closed."""
    network = RoadNetwork.from_arcs(
        lat=[0.0, 0.0],
        lon=[0.0, 0.1],
        elevation_m=[0.0, 0.0],
        tail=[0, 0, 0],
        head=[1, 1, 1],
        length_m=[11_000.0] * 3,
        speed_kmh=[40.0] * 3,
        speed_limit_kmh=[40.0, 35 * 1.609344, 40 * 1.609344],
    )
    slow = changed(car(), max_posted_speed_kmh=35 * 1.609344)
    assert open_arcs(network, slow, ()).tolist() == [True, True, False]
    assert open_arcs(network, car(), ()).all()


def compass() -> RoadNetwork:
    """Return arcs from the origin of coordinates to the north, east, south and west."""
    return RoadNetwork.from_arcs(
        lat=[0.0, 0.1, 0.0, -0.1, 0.0],
        lon=[0.0, 0.0, 0.1, 0.0, -0.1],
        elevation_m=np.zeros(5),
        tail=[0, 0, 0, 0],
        head=[1, 2, 3, 4],
        length_m=np.full(4, 11_000.0),
        speed_kmh=np.full(4, 90.0),
        speed_limit_kmh=np.full(4, 90.0),
    )


def test_bearings_run_clockwise_from_north() -> None:
    assert compass().bearing_deg.tolist() == pytest.approx([0.0, 90.0, 180.0, 270.0])


@pytest.mark.parametrize(
    ("wind_from_deg", "against"),
    [
        (0.0, (1, 0, -1, 0)),
        (90.0, (0, 1, 0, -1)),
        (225.0, (-(0.5**0.5), -(0.5**0.5)) + (0.5**0.5,) * 2),
    ],
)
def test_wind_counts_by_the_bearing(wind_from_deg: float, against: tuple[float, ...]) -> None:
    weather = Conditions(ambient_c=20.0, wind_mps=8.0, wind_from_deg=wind_from_deg)
    costs = priced(compass(), car(), trip(conditions=weather))
    expected = []
    for share in against:
        winds = {"headwind": 8.0 * share, "across": 8.0 * math.sqrt(1.0 - share**2)}
        force_n = wheel_n(25.0, **winds, rho=SEA_LEVEL_20_C)
        expected.append(battery_w(force_n, 25.0) * 440.0 / 3.6e6)
    assert costs.pieces().motion_kwh.tolist() == pytest.approx(expected, rel=1e-6)


def test_wind_without_a_direction_blows_against_the_car() -> None:
    costs = priced(compass(), car(), trip(conditions=Conditions(wind_mps=8.0)))
    expected = battery_w(wheel_n(25.0, headwind=8.0, rho=SEA_LEVEL_20_C), 25.0) * 440.0 / 3.6e6
    assert costs.pieces().motion_kwh.tolist() == pytest.approx([expected] * 4, rel=1e-6)


def test_no_arc_gives_back_more_than_it_fell() -> None:
    """On any slope the net energy is at least m g dz: what the search's potentials rest on."""
    grades = np.linspace(-0.2, 0.2, 41)
    for kmh in (20.0, 60.0, 130.0):
        for grade in grades.tolist():
            network = one_arc([(5000.0, 5000.0 * grade)], kmh=kmh, start_m=2000.0)
            costs = priced(network, car(), trip())
            lift = float(np.diff(lift_kwh(network))[0])
            assert lift == pytest.approx(KG * G * 5000.0 * grade / 3.6e6, abs=1e-9)
            assert costs.pieces().energy_kwh[0] >= lift
            assert math.isfinite(costs.pieces().time_s[0])
