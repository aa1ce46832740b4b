"""The questions of the forum thread: heat on a road trip, the Divide, and trips beyond reach."""

import math

import pytest

import tripplan
from tests.samples.starter import ILLUSTRATIVE
from tripplan.errors import DisconnectedError, OutOfRangeError
from tripplan.records.plan import Plan
from tripplan.records.vehicle import Vehicle, find_vehicle

HOT_C = 38.0


def heat_share(plan: Plan) -> list[float]:
    """Share of each stop's charging time that is lost to heat."""
    return [stop.heat_delay_s / stop.charging_s for stop in plan.stops]


@pytest.fixture(scope="module", name="divide")
def fixture_divide() -> Plan:
    return tripplan.plan(
        "Denver, CO",
        "Grand Junction, CO",
        vehicle="nissan-sakura",
        departure_soc=0.9,
        ambient_c=30,
        region=ILLUSTRATIVE,
    )


def test_a_sakura_crosses_the_continental_divide(divide: Plan) -> None:
    summit_m = max(max(leg.trace.elevation_m) for leg in divide.legs)
    assert summit_m == pytest.approx(3401, abs=40)  # Eisenhower Tunnel, Colorado DOT: 11,158 ft
    assert len(divide.stops) >= 3
    assert {stop.connector and stop.connector.standard for stop in divide.stops} == {"CHADEMO"}
    on_roads_km = divide.distance_km - divide.access_km
    assert on_roads_km == pytest.approx(391, rel=0.03)  # 243 miles by I-70 mile posts
    assert 0.0 < divide.access_km < 15.0  # the ways in both towns are not on the freeway
    assert divide.audit.passed
    assert divide.illustrative
    assert any("illustrative" in sentence.lower() for sentence in divide.assumptions)


def test_its_descents_feed_the_battery(divide: Plan) -> None:
    assert sum(leg.energy.regenerated_kwh for leg in divide.legs) > 1.0
    for leg in divide.legs:
        parts = leg.energy
        balance = (
            parts.motion_kwh
            + parts.auxiliary_kwh
            + parts.cabin_kwh
            - parts.regenerated_kwh
            + parts.curtailed_kwh
        )
        assert balance == pytest.approx(parts.spent_kwh, abs=1e-9)
        drop_kwh = (leg.departure_soc - leg.arrival_soc) * divide.capacity_kwh
        assert drop_kwh == pytest.approx(parts.spent_kwh, abs=1e-9)


def test_a_leaf_loses_power_to_heat_where_a_sakura_does_not() -> None:
    ends = ("Denver, CO", "Las Vegas, NV")
    # At usual speeds; a plan that may slow down keeps the LEAF's pack cooler.
    leaf = tripplan.plan(
        *ends, vehicle="nissan-leaf-40", ambient_c=HOT_C, slow_down_to=1, region=ILLUSTRATIVE
    )
    sakura = tripplan.plan(
        *ends, vehicle="nissan-sakura", ambient_c=HOT_C, slow_down_to=1, region=ILLUSTRATIVE
    )
    assert len(leaf.stops) >= 3
    assert [stop.limited_by for stop in leaf.stops[2:]] == ["temperature"] * len(leaf.stops[2:])
    lost, kept = heat_share(leaf), heat_share(sakura)
    assert min(lost[2:]) > 0.2
    assert max(kept) < 0.1 * min(lost[2:])
    assert leaf.stops[-1].pack_arrival_c > leaf.stops[0].pack_arrival_c + 3.0
    assert leaf.audit.passed
    assert sakura.audit.passed


@pytest.mark.parametrize("car", ["nissan-leaf-24-2011", "nissan-leaf-24-2013", "nissan-leaf-30"])
def test_limits_without_a_published_table_are_called_assumptions(car: str) -> None:
    plan = tripplan.plan("Denver, CO", "Idaho Springs, CO", vehicle=car, region=ILLUSTRATIVE)
    assert any("assumption" in sentence for sentence in plan.assumptions)


def test_a_trip_beyond_reach_says_how_much_is_missing() -> None:
    worn = {"vehicle": "nissan-leaf-24-2011", "soh": 0.45, "ambient_c": -20, "road": "snow"}
    with pytest.raises(OutOfRangeError) as caught:
        tripplan.plan("Denver, CO", "Grand Junction, CO", **worn, region=ILLUSTRATIVE)  # type: ignore[arg-type]
    error = caught.value
    assert 0.0 < error.shortfall_kwh < 40.0
    assert f"{error.shortfall_kwh:.1f} kWh" in str(error)
    assert error.furthest in str(error)
    assert error.remaining_km > 10.0


def larger(car: Vehicle, extra_kwh: float, cold: float) -> Vehicle:
    """Return the car with so much more energy to use in the cold."""
    battery = car.battery
    soh_kwh = battery.usable_kwh + extra_kwh / cold
    return car.model_copy(
        update={"battery": battery.model_copy(update={"nominal_kwh": soh_kwh, "soh": 1.0})}
    )


def test_with_the_shortfall_made_good_the_trip_works() -> None:
    car = find_vehicle("nissan-leaf-24-2011").aged(0.3)
    with pytest.raises(OutOfRangeError) as caught:
        tripplan.plan(
            "Denver, CO",
            "Grand Junction, CO",
            vehicle=car,
            ambient_c=-10,
            reserve_soc=0,
            arrival_soc=0,
            departure_soc=1,
            cabin="off",
            region=ILLUSTRATIVE,
        )
    cold = 0.87  # usable share at -10 degrees Celsius in the catalogue
    fixed = tripplan.plan(
        "Denver, CO",
        "Grand Junction, CO",
        vehicle=larger(car, caught.value.shortfall_kwh + 0.01, cold),
        ambient_c=-10,
        reserve_soc=0,
        arrival_soc=0,
        departure_soc=1,
        cabin="off",
        region=ILLUSTRATIVE,
    )
    assert fixed.audit.passed


def test_a_low_speed_vehicle_finds_no_freeway_it_may_use() -> None:
    with pytest.raises(DisconnectedError, match="may use"):
        tripplan.plan("Denver, CO", "Littleton, CO", vehicle="generic-nev", region=ILLUSTRATIVE)


def test_coast_to_coast_in_a_kei_car() -> None:
    plan = tripplan.plan(
        "Los Angeles, CA", "New York, NY", vehicle="nissan-sakura", region=ILLUSTRATIVE
    )
    assert plan.audit.passed
    assert plan.distance_km == pytest.approx(4500, rel=0.08)  # 2,790 road miles, +- the route
    assert 24 <= len(plan.stops) <= 100
    assert all(stop.connector and stop.connector.standard == "CHADEMO" for stop in plan.stops)
    assert plan.certificate.lower_bound_s <= plan.total_s
    assert math.isclose(
        plan.total_s, plan.driving_s + plan.charging_s + plan.overhead_s, rel_tol=1e-12
    )
