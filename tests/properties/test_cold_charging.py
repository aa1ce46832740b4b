"""The colder the pack, the longer a charge takes: for every car of the catalogue."""

from itertools import pairwise

import pytest

from tests.samples.straight_road import along, straight_road
from tripplan.planning.planner import Planner
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle, catalogue
from tripplan.search.kernels.heat_trajectory import charging_trajectory
from tripplan.vehicle_model.conditioned import ConditionedVehicle

CARS = sorted(name for name, car in catalogue().items() if car.battery.charging_curve)
COLD_TO_WARM_C = (-20.0, -10.0, 0.0, 10.0, 20.0, 25.0)
ROUNDING_S = 1e-6


def charged(car: Vehicle, c: float, from_soc: float, plug_kw: float) -> tuple[float, float]:
    """Return how long a charge to 80 % takes with pack and air as cold as that, and its end.

    Without preheating; time in seconds, pack temperature in degrees Celsius.
    """
    made = ConditionedVehicle.under(car, Conditions(ambient_c=c), pack_c=c)
    assert made.power is not None
    plug_kw *= made.charge_efficiency
    course = charging_trajectory(from_soc, 0.8, c, plug_kw, made.power, made.charging_pack)
    return float(course[-1, 1]), float(course[:, 2].max())


def too_hot_c(car: Vehicle) -> float:
    """Return from where on a warmer pack takes less."""
    limit = car.battery.temperature_limit
    if limit is None:
        return float("inf")
    most_kw = max(kw for _, kw in limit.points)
    return max(c for c, kw in limit.points if kw == most_kw)


@pytest.mark.usefixtures("compiled_kernels")
@pytest.mark.parametrize("plug_kw", [50.0, 1000.0])
@pytest.mark.parametrize("from_soc", [0.1, 0.45])
@pytest.mark.parametrize("name", CARS)
def test_a_colder_pack_charges_no_faster(name: str, from_soc: float, plug_kw: float) -> None:
    """Ioniq 5, 45 to 80 %: 10.0 min at -20 degC and 11.8 at 25 before.

    A pack that gets too hot while it charges may gain by starting colder: that is left out.
    """
    car = catalogue()[name]
    held = 0
    found = [charged(car, c, from_soc, plug_kw) for c in COLD_TO_WARM_C]
    for (cold_s, _), (warm_s, hottest_c) in pairwise(found):
        if hottest_c <= too_hot_c(car):
            assert cold_s >= warm_s - ROUNDING_S
            held += 1
    assert held >= 3
    assert found[0][0] > found[-1][0] - ROUNDING_S


@pytest.mark.usefixtures("compiled_kernels")
def test_a_plan_says_so_too() -> None:
    """One required charge of at least 35 % of an Ioniq 5: longer in the cold, and billed whole."""
    car = catalogue()["hyundai-ioniq-5-rwd"]
    region = straight_road({5.0: 50.0}, km=20.0)
    stops = []
    for c in (-10.0, 25.0):
        wishes = {"departure_soc": 0.5, "via_chargers": ("at 5",), "least_charge_soc": 0.35}
        trip = along(20.0, conditions={"ambient_c": c}, **wishes)
        plan = Planner(region).plan(trip, car)
        assert plan.audit.objections == ()
        stops.append(plan.stops[0])
    cold, warm = stops
    assert cold.plug_efficiency == pytest.approx(0.87)
    assert warm.plug_efficiency == 1.0
    # At 50 kW neither curve nor temperature counts: a share of SoC takes the same time.
    for stop in stops:
        assert stop.departure_soc - stop.arrival_soc == pytest.approx(0.35)
        assert stop.charging_s == pytest.approx(0.35 * car.battery.usable_kwh / 50.0 * 3600.0)
        assert stop.energy_kwh / stop.plug_efficiency == pytest.approx(
            0.35 * car.battery.usable_kwh
        )
    assert cold.cost == pytest.approx(warm.cost)
