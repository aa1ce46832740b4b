"""Slowing down before a charge in the heat, against all speeds of a road with one charger.

The road is one arc each way of the charger, so that each leg has but as many drives as it has
speeds; the twin drives, stops and charges them all with the formulas of the pack alone.
"""

import itertools
import math

import numpy as np
import pytest

from tests.samples.straight_road import SPEED_KMH, along, straight_road
from tests.samples.worlds import car
from tripplan.output.text.report import to_text
from tripplan.physics.charging import SOC_CELLS, charge_step
from tripplan.physics.thermal import driven_pack_c, joule_heat_w, parked_pack_c
from tripplan.planning.planner import Planner
from tripplan.records.trip import Trip
from tripplan.vehicle_model.conditioned import ConditionedVehicle

SHARES = (1.0, 0.95, 0.9, 0.85, 0.8)
ROAD = straight_road({160.0: 60.0}, km=320.0)
CAR = car(
    temperature_limit={
        "points": [(-20.0, 5.0), (0.0, 25.0), (20.0, 60.0), (30.0, 60.0), (45.0, 8.0)],
        "assumed": True,
    },
    thermal={
        "heat_capacity_j_per_k": 2e5,
        "resistance_ohm": 0.3,
        "conductance_driving_w_per_k": 20.0,
        "conductance_parked_w_per_k": 6.0,
        "cooling": "none",
    },
)


def trip(ambient_c: float) -> Trip:
    return along(320.0, departure_soc=1.0, conditions={"ambient_c": ambient_c, "cabin": "off"})


class Twin:
    """All speeds of both legs."""

    def __init__(self, asked: Trip) -> None:
        self.trip, self.vehicle = asked, ConditionedVehicle.of(CAR, asked)

    def driven(self, km: float, share: float, pack_c: float) -> tuple[float, float, float]:
        """Time [s], energy [kWh] and pack temperature of a drive."""
        vehicle, one, none = self.vehicle, np.ones(1), np.zeros(1)
        mps = share * SPEED_KMH / 3.6
        motion = vehicle.motion_kw(one * mps, none, none, vehicle.air_density_kg_per_m3(none))
        kw = float(vehicle.draw_kw(motion)[0])
        time_s, pack = 1000.0 * km / mps, vehicle.pack
        heat_j = joule_heat_w(kw, pack.voltage_v, pack.resistance_25c_ohm) * time_s
        return time_s, kw * time_s / 3600.0, driven_pack_c(pack_c, heat_j, time_s, pack)

    def total_s(self, first: float, second: float) -> tuple[float, float]:
        """Time of the trip at a share of the usual speed on each leg, and pack on arrival."""
        asked, vehicle = self.trip, self.vehicle
        assert vehicle.power is not None
        capacity = vehicle.capacity_kwh
        first_s, first_kwh, arrival_c = self.driven(160.0, first, asked.pack_departure_c)
        soc = 1.0 - (vehicle.warm_up.total_kwh + first_kwh) / capacity
        second_s, second_kwh, _ = self.driven(160.0, second, 20.0)
        upto, time_s = asked.arrival_soc + second_kwh / capacity, first_s + second_s
        if soc < asked.reserve_soc or upto > 1.0:
            return math.inf, arrival_c
        # Powers are those that a cold battery gives back again.
        plug_kw, charging = 60.0 * vehicle.charge_efficiency, vehicle.charging_pack
        time_s += asked.stop_overhead_s
        pack_c = parked_pack_c(arrival_c, 0.0, asked.stop_overhead_s, charging)
        while soc < upto - 1e-12:
            end = min((math.floor(soc * SOC_CELLS + 1e-9) + 1) / SOC_CELLS, upto)
            taken_s, pack_c = charge_step(soc, end, pack_c, plug_kw, vehicle.power, charging)
            time_s, soc = time_s + taken_s, end
        return time_s, arrival_c


@pytest.mark.parametrize("ambient_c", [5.0, 20.0, 34.0, 38.0])
def test_a_leg_is_slowed_where_all_speeds_say_so(ambient_c: float) -> None:
    asked = trip(ambient_c)
    twin, plan = Twin(asked), Planner(ROAD).plan(asked, CAR)
    every = {pair: twin.total_s(*pair) for pair in itertools.product(SHARES, SHARES)}
    best = min(every, key=lambda pair: every[pair][0])
    assert plan.total_s == pytest.approx(every[best][0], rel=1e-4)
    quick = min((pair for pair in every if pair[0] == 1.0), key=lambda pair: every[pair][0])
    saved_s = every[quick][0] - every[best][0]
    found = plan.legs[0].slowing
    if found is None:
        assert saved_s < 35.0
        return
    assert found.saved_s == pytest.approx(saved_s, abs=3.0)
    assert found.cooler_k == pytest.approx(every[quick][1] - every[best][1], abs=0.05)
    assert found.longer_s == pytest.approx(
        twin.driven(160.0, best[0], 20.0)[0] - twin.driven(160.0, 1.0, 20.0)[0], abs=1.0
    )
    assert "in all; " in to_text(plan)


def test_it_is_told_in_the_heat_and_not_in_the_cool() -> None:
    told = [Planner(ROAD).plan(trip(c), CAR).legs[0].slowing is not None for c in (5.0, 38.0)]
    assert told == [False, True]
