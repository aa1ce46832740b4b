"""Unfolding a chain of stops: ledger, times and temperatures of a plan worked out by hand.

The straight road below is level at sea level and the car charges at one power, so that every
figure of the plan follows from the textbook force balance.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import across, car, hilly_region
from tripplan.planning.planner import Planner
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Leg, Plan
from tripplan.records.region import Region
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import Vehicle

LEDGER_KWH = 1e-9
KG, G = 1575.0, 9.80665
RHO_20_C = 101_325.0 / (287.05 * 293.15)
CAPACITY_KWH = 30.0 * (0.95 + 0.05 * 20.0 / 25.0)
"""30 kWh, of which the car's table gives 95 % at 0 and 100 % at 25 degrees Celsius."""


def even_car(kw: float = 40.0, **battery: Any) -> Vehicle:
    """Return the made-up car with the same charging power at any SoC and temperature."""
    curve = {"points": [(0.0, kw), (1.0, kw)], "measured": False}
    return car(charging_curve=curve, temperature_limit=None, **battery)


def straight_region(
    stations_km: tuple[float, ...], elevation_m: tuple[float, ...] = (), *, charger_at: int = 1
) -> Region:
    """Return a road along the equator at 90 km/h, with one charger of 100 kW."""
    place = np.array(stations_km)
    nodes = place.size
    network = RoadNetwork.from_edges(
        lat=np.zeros(nodes),
        lon=place / 111.195,
        elevation_m=elevation_m or np.zeros(nodes),
        tail=np.arange(nodes - 1),
        head=np.arange(1, nodes),
        length_m=1000.0 * np.diff(place),
        speed_kmh=np.full(nodes - 1, 90.0),
        speed_limit_kmh=np.full(nodes - 1, 90.0),
        two_way=True,
    )
    site = Charger(
        id="c",
        name="Halfway",
        lat=0.0,
        lon=float(network.lon[charger_at]),
        connectors=(Connector("CCS1", 100.0),),
        status="illustrative",
        source="made up",
    )
    sites = ChargerSet((site,), np.array([charger_at], np.int32))
    return Region("straight", network, sites, Gazetteer(()))


def level_kwh(km: float) -> float:
    """Return the energy that the made-up car draws over level road at 25 m/s and sea level."""
    drag_n = 0.5 * RHO_20_C * 0.29 * 2.3 * 25.0**2
    watts = (0.009 * KG * G + drag_n) * 25.0 / 0.9 + 300.0
    return watts * (km * 1000.0 / 25.0) / 3.6e6


def journey(region: Region, vehicle: Vehicle, **wishes: Any) -> Plan:
    wishes.setdefault("conditions", Conditions(ambient_c=20.0, cabin="off"))
    return Planner(region).plan(across(region, **wishes), vehicle)


def test_one_stop_by_hand() -> None:
    """230 km with a charger at 120: charge what the rest takes, at 40 kW, and no more."""
    plan = journey(
        straight_region((0.0, 120.0, 230.0)), even_car(), departure_soc=0.9, reserve_soc=0.1
    )
    first, second = plan.legs
    (stop,) = plan.stops
    spent = level_kwh(120.0), level_kwh(110.0)
    arrival_kwh = 0.9 * CAPACITY_KWH - spent[0]
    charged = 0.1 * CAPACITY_KWH + spent[1] - arrival_kwh
    assert plan.capacity_kwh == pytest.approx(CAPACITY_KWH)
    assert charged > 3.0
    assert [leg.driving_s for leg in plan.legs] == pytest.approx([4800.0, 4400.0])
    assert [leg.distance_km for leg in plan.legs] == pytest.approx([120.0, 110.0])
    assert [leg.energy.spent_kwh for leg in plan.legs] == pytest.approx(spent, rel=1e-6)
    assert first.arrival_soc == pytest.approx(arrival_kwh / CAPACITY_KWH, rel=1e-6)
    assert stop.arrival_soc == first.arrival_soc
    assert stop.energy_kwh == pytest.approx(charged, rel=1e-6)
    # Of 40 kW, a pack of 20 degrees Celsius gives back 99 %.
    assert stop.charging_s == pytest.approx(charged / (0.99 * 40.0) * 3600.0, rel=1e-6)
    assert stop.mean_kw == pytest.approx(0.99 * 40.0)
    assert stop.plug_efficiency == pytest.approx(0.99)
    assert stop.limited_by == "vehicle"
    assert stop.heat_delay_s == pytest.approx(0.0, abs=1e-6)
    # Energies are rounded up to whole milliwatt-hours, road by road.
    assert 0.1 <= second.arrival_soc <= 0.1 + 2e-6 / CAPACITY_KWH
    assert plan.total_s == pytest.approx(9200.0 + 300.0 + stop.charging_s)
    assert plan.energy_charged_kwh == pytest.approx(stop.energy_kwh)


def test_a_weak_charger_sets_the_power() -> None:
    region = straight_region((0.0, 120.0, 200.0))
    (stop,) = journey(region, even_car(kw=150.0)).stops
    assert stop.limited_by == "charger"
    assert stop.mean_kw == pytest.approx(0.99 * 100.0)


def test_the_warm_up_is_drawn_once_at_departure() -> None:
    """At -10 degrees Celsius FASTSim's LEAF takes 0.8 kWh to warm the cabin."""
    region = straight_region((0.0, 80.0, 150.0))
    cold, warm = (
        journey(region, even_car(), conditions=Conditions(ambient_c=-10.0, cabin=cabin))
        for cabin in ("on", "preheated")
    )
    assert len(cold.legs) == len(warm.legs) == 2
    first, second = (
        on.energy.cabin_kwh - ready.energy.cabin_kwh
        for on, ready in zip(cold.legs, warm.legs, strict=True)
    )
    assert first == pytest.approx(0.8)
    assert second == pytest.approx(0.0, abs=1e-12)


def test_a_full_battery_refuses_what_braking_gives() -> None:
    """Down 8 % for 5 km from full, then 20 km of level road."""
    region = straight_region((0.0, 5.0, 25.0), (400.0, 0.0, 0.0))
    plan = journey(region, even_car(), departure_soc=1.0)
    (leg,) = plan.legs
    assert leg.energy.regenerated_kwh > 0.3
    aux_kwh = 0.3 * 200.0 / 3600.0
    assert leg.energy.curtailed_kwh == pytest.approx(leg.energy.regenerated_kwh - aux_kwh)
    assert leg.trace.soc[:2] == (1.0, 1.0)
    assert leg.arrival_soc == pytest.approx(1.0 - level_kwh(20.0) / CAPACITY_KWH, rel=1e-6)
    assert [leg.ascent_m, leg.descent_m] == pytest.approx([0.0, 400.0])


def test_a_charger_at_the_start_makes_a_leg_without_road() -> None:
    region = straight_region((0.0, 120.0, 200.0), charger_at=0)
    plan = journey(region, even_car(), departure_soc=0.5)
    first, second = plan.legs
    assert (first.distance_km, first.driving_s, first.energy.spent_kwh) == (0.0, 0.0, 0.0)
    assert len(first.trace.lat) == 1
    assert plan.stops[0].arrival_soc == pytest.approx(0.5)
    assert second.distance_km == pytest.approx(200.0)
    assert plan.audit.passed


def test_a_trip_to_the_start_takes_no_time() -> None:
    region = straight_region((0.0, 120.0, 200.0))
    here = Place(lat=0.0, lon=0.0)
    plan = Planner(region).plan(Trip(origin=here, destination=here), even_car())
    assert (plan.total_s, plan.distance_km, len(plan.legs), plan.stops) == (0.0, 0.0, 1, ())
    assert plan.arrival_soc == pytest.approx(0.9)


HARD = {
    "hot": Conditions(ambient_c=38.0),
    "cold": Conditions(ambient_c=-15.0, wind_mps=6.0, wind_from_deg=280.0),
    "mild": Conditions(payload_kg=300.0, road="wet"),
}


def plans() -> list[Plan]:
    return [
        Planner(hilly_region(seed)).plan(
            across(hilly_region(seed), conditions=weather, reserve_soc=0.05), car()
        )
        for seed in (1, 2, 7)
        for weather in HARD.values()
    ]


@pytest.fixture(scope="module", name="hilly_plans")
def fixture_hilly_plans() -> list[Plan]:
    found = plans()
    assert sum(len(plan.stops) for plan in found) >= len(found)
    return found


def test_every_ledger_balances(hilly_plans: list[Plan]) -> None:
    for plan in hilly_plans:
        for leg in plan.legs:
            parts = leg.energy
            drawn = parts.motion_kwh + parts.auxiliary_kwh + parts.cabin_kwh
            kept = parts.regenerated_kwh - parts.curtailed_kwh
            assert abs(drawn - kept - parts.spent_kwh) <= LEDGER_KWH
            held = (leg.departure_soc - leg.arrival_soc) * plan.capacity_kwh
            assert abs(held - parts.spent_kwh) <= LEDGER_KWH
            assert min(parts.motion_kwh, parts.regenerated_kwh, parts.curtailed_kwh) >= 0.0
        held = (plan.legs[0].departure_soc - plan.arrival_soc) * plan.capacity_kwh
        assert plan.energy_spent_kwh - plan.energy_charged_kwh == pytest.approx(held, abs=1e-9)


def test_legs_and_stops_hang_together(hilly_plans: list[Plan]) -> None:
    for plan in hilly_plans:
        clock = 0.0
        assert len(plan.legs) == len(plan.stops) + 1
        for number, leg in enumerate(plan.legs):
            _check_trace(leg, clock)
            clock += leg.driving_s
            if number == len(plan.stops):
                continue
            stop, after = plan.stops[number], plan.legs[number + 1]
            assert stop.number == number + 1
            assert (stop.arrival_soc, stop.pack_arrival_c) == (leg.arrival_soc, leg.pack_arrival_c)
            assert after.departure_soc == pytest.approx(stop.departure_soc, abs=1e-12)
            assert after.pack_departure_c == stop.pack_departure_c
            assert after.trace.lat[0] == leg.trace.lat[-1]
            assert after.trace.lon[0] == leg.trace.lon[-1]
            assert (stop.lat, stop.lon) == (leg.trace.lat[-1], leg.trace.lon[-1])
            assert (leg.end.name, after.start.name) == (stop.name, stop.name)
            clock += stop.overhead_s + stop.charging_s
        assert clock == pytest.approx(plan.total_s)


def _check_trace(leg: Leg, clock: float) -> None:
    trace = leg.trace
    columns = trace.model_dump().values()
    assert len({len(column) for column in columns}) == 1
    assert trace.elapsed_s[0] == pytest.approx(clock)
    assert trace.elapsed_s[-1] - trace.elapsed_s[0] == pytest.approx(leg.driving_s)
    assert trace.distance_km[-1] - trace.distance_km[0] == pytest.approx(leg.distance_km)
    assert min(trace.soc) == leg.min_soc
    for values in (trace.elapsed_s, trace.distance_km):
        assert all(a <= b for a, b in pairwise(values))
    for k in range(1, len(trace.lat)):
        hours = (trace.elapsed_s[k] - trace.elapsed_s[k - 1]) / 3600.0
        km = trace.distance_km[k] - trace.distance_km[k - 1]
        assert km == pytest.approx(trace.speed_kmh[k] * hours, abs=1e-9)
    rises = np.diff(trace.elevation_m)
    assert leg.ascent_m - leg.descent_m == pytest.approx(rises.sum(), abs=1e-6)


def test_samples_tell_the_course_of_each_charge(hilly_plans: list[Plan]) -> None:
    for plan in hilly_plans:
        for stop in plan.stops:
            energy = sum(
                a.power_kw * (b.since_plug_in_s - a.since_plug_in_s) / 3600.0
                for a, b in pairwise(stop.samples)
            )
            assert energy == pytest.approx(stop.energy_kwh, abs=1e-9)
            assert stop.samples[0].soc == stop.arrival_soc
            assert stop.samples[-1].soc == pytest.approx(stop.departure_soc, abs=1e-12)
            assert stop.samples[-1].since_plug_in_s == pytest.approx(stop.charging_s)
            assert stop.samples[-1].pack_c == stop.pack_departure_c
            assert all(0.0 < s.power_kw <= stop.charger_kw + 1e-9 for s in stop.samples)
            assert 0.0 <= stop.heat_delay_s < stop.charging_s
            assert stop.mean_kw * stop.charging_s == pytest.approx(3600.0 * stop.energy_kwh)


def test_heat_delays_stops_in_the_cold_and_is_named(hilly_plans: list[Plan]) -> None:
    cold = [plan for plan in hilly_plans if plan.trip.conditions.ambient_c < 0]
    stops = [stop for plan in cold for stop in plan.stops]
    assert any(stop.limited_by == "temperature" for stop in stops)
    for stop in stops:
        if stop.limited_by == "temperature":
            assert stop.heat_delay_s > 0.0


def test_the_pack_of_a_level_drive_follows_the_heat_equation() -> None:
    """One hour at 90 km/h: C dT/dt = I^2 R(T) - hA (T - T_air), stepped here by the second."""
    region = straight_region(tuple(np.arange(0.0, 91.0, 1.0).tolist()))
    (leg,) = journey(region, even_car()).legs
    amperes = level_kwh(90.0) * 1000.0 / 350.0
    pack_c = 20.0
    for _ in range(3600):
        heat_w = amperes**2 * 0.13 * math.exp(0.02 * (25.0 - pack_c))
        pack_c += (heat_w - 20.0 * (pack_c - 20.0)) / 2e5
    assert pack_c > 22.0
    assert leg.pack_arrival_c == pytest.approx(pack_c, abs=0.01)
