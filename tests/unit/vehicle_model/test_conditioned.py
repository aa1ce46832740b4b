"""One car under given conditions: what follows from both, and that a plan makes it once."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import NoPlanError
from tripplan.planning.arc_costs import ArcPricing
from tripplan.planning.planner import Planner
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions, Place, Trip, Waypoint
from tripplan.records.vehicle import Vehicle, catalogue
from tripplan.vehicle_model.conditioned import ConditionedVehicle

HERE = Place(lat=0.0, lon=0.0)


def under(vehicle: Vehicle | None = None, **conditions: Any) -> ConditionedVehicle:
    return ConditionedVehicle.under(vehicle or car(), Conditions(**conditions))


@pytest.fixture(name="made")
def count_what_is_made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the cars under conditions and the pricings of arcs that are made."""
    found = Counter[str]()
    for kind in (ConditionedVehicle, ArcPricing):

        def counted(
            self: Any, *, _kind: Any = kind, _make: Any = kind.__init__, **values: Any
        ) -> None:
            found[_kind.__name__] += 1
            _make(self, **values)

        monkeypatch.setattr(kind, "__init__", counted)
    return found


def with_stops() -> tuple[Planner, Trip]:
    """Return a trip by a waypoint and a required charger that drives slowly to save charging."""
    region = hilly_region(7)
    network, site = region.network, region.chargers.chargers[3]
    middle = Place(lat=float(np.median(network.lat)), lon=float(np.median(network.lon)))
    stay = Waypoint(place=middle, dwell_s=3600.0, charger_kw=11.0)
    return Planner(region), across(region, waypoints=(stay,), via_chargers=(site.id,))


@pytest.mark.usefixtures("compiled_kernels")
def test_a_plan_makes_its_car_once_and_prices_each_leg_once(made: Counter[str]) -> None:
    planner, trip = with_stops()
    first = planner.plan(trip, car())
    assert len(first.stops) >= 2
    # The audit makes a car of its own: it takes nothing from the planner.
    # All roads once, and for each plan those at its ends, which lie amid roads.
    assert made == {"ConditionedVehicle": 1 + 1, "ArcPricing": 1 + 1 + len(first.legs)}
    made.clear()
    assert planner.plan(trip, car()) == first
    assert made == {"ConditionedVehicle": 1 + 1, "ArcPricing": 1 + len(first.legs)}


@pytest.mark.usefixtures("compiled_kernels")
def test_reserves_that_are_tried_share_one_car(made: Counter[str]) -> None:
    planner, trip = with_stops()
    plan = planner.plan(trip.model_copy(update={"arrive_with_probability": 0.95}), car())
    assert plan.trip.reserve_soc > 0.0
    audits = (made["ArcPricing"] - 1) // (1 + len(plan.legs))
    assert audits > 1
    assert made["ConditionedVehicle"] == 1 + audits


@pytest.mark.usefixtures("compiled_kernels")
def test_temperatures_by_the_hour_make_a_car_a_leg(made: Counter[str]) -> None:
    """One for the plan, one for its audit, one for each leg at its own hours, one for the start."""
    planner, trip = with_stops()
    hours = {"departure": "2026-06-07T08:00", "ambient_by_hour": ((0.0, 20.0), (12.0, 20.0))}
    plan = planner.plan(Trip.parse(trip.model_dump() | hours, where="trip"), car())
    assert made["ConditionedVehicle"] == 1 + 1 + len(plan.legs) + 1


def test_the_capacity_is_that_of_the_colder_of_air_and_pack() -> None:
    """30 kWh, of which the car's table gives 80 % at -20, 95 % at 0, 100 % at 25 degrees."""

    def capacity_kwh(air_c: float, pack_c: float | None) -> float:
        trip = Trip(
            origin=HERE,
            destination=HERE,
            pack_start_c=pack_c,
            conditions=Conditions(ambient_c=air_c),
        )
        return ConditionedVehicle.of(car(), trip).capacity_kwh

    assert capacity_kwh(25.0, None) == pytest.approx(30.0)
    assert capacity_kwh(25.0, 0.0) == pytest.approx(28.5)
    assert capacity_kwh(-20.0, 25.0) == pytest.approx(24.0)
    assert under(ambient_c=-20.0).capacity_kwh == pytest.approx(24.0)


def test_other_air_on_the_way_leaves_the_capacity() -> None:
    mild, cold = under(ambient_c=20.0), under(ambient_c=-20.0)
    later = mild.in_air(-20.0)
    assert (later.capacity_kwh, later.power) == (mild.capacity_kwh, mild.power)
    assert (later.road_load, later.cabin_kw, later.warm_up) == (
        cold.road_load,
        cold.cabin_kw,
        cold.warm_up,
    )
    assert later.pack.air_c == -20.0
    assert later.conditions == cold.conditions


def test_load_makes_the_car_heavier_and_the_driver_makes_it_slower() -> None:
    loaded = under(payload_kg=300.0)
    assert loaded.mass_kg == 1800.0
    assert loaded.lift_kwh(100.0) == pytest.approx(1800.0 * 9.80665 * 100.0 / 3.6e6)
    slow = ConditionedVehicle.of(car(), Trip(origin=HERE, destination=HERE, max_speed_kmh=90.0))
    assert (loaded.top_speed_kmh, slow.top_speed_kmh) == (150.0, 90.0)


def test_the_warm_up_is_that_of_the_cabin_setting() -> None:
    on, preheated, off = (under(ambient_c=-10.0, cabin=c) for c in ("on", "preheated", "off"))
    assert on.warm_up.cabin_kwh == pytest.approx(0.8)
    assert preheated.warm_up.cabin_kwh == off.warm_up.cabin_kwh == 0.0
    assert (preheated.cabin_kw, off.cabin_kw) == (on.cabin_kw, 0.0)


@pytest.mark.parametrize(("plug_kw", "share"), [(0.0, 1.0), (0.2, 1.0), (11.0, 0.0), (50.0, 0.0)])
def test_a_stay_preheats_only_at_a_plug_that_charges(plug_kw: float, share: float) -> None:
    """0.2 kW are less than the electronics take that run beside the charger."""
    stay = under(ambient_c=-10.0, cabin="preheated").stay(1800.0, plug_kw)
    assert stay.warm_up.cabin_kwh == pytest.approx(share * 0.8 * (1.0 - math.exp(-1.0)))
    assert stay.standing_kwh == pytest.approx(share * 10.0 * 0.5 / 1000.0)


def test_heat_may_be_left_out_of_the_charging_limits() -> None:
    with_heat = under(ambient_c=25.0)
    without = ConditionedVehicle.under(car(), Conditions(ambient_c=25.0), heat=False)
    assert with_heat.power is not None
    assert without.power is not None
    assert with_heat.power.limit_kw.min() == 5.0
    assert without.power.limit_kw.min() > 1e5
    assert with_heat.fast_charging_kw == without.fast_charging_kw == 60.0


def test_a_car_without_a_charging_curve_has_no_limits() -> None:
    plain = car(charging_curve=None, temperature_limit=None)
    assert under(plain).power is None
    assert under(plain).fast_charging_kw == 0.0


@pytest.mark.parametrize("ambient_c", [-50.0, 60.0])
@pytest.mark.parametrize("cabin", ["on", "preheated", "off"])
def test_every_car_can_be_had_at_the_ends_of_the_scale(ambient_c: float, cabin: str) -> None:
    """Without a warning: those are errors here."""
    for vehicle in catalogue().values():
        found = under(vehicle, ambient_c=ambient_c, cabin=cabin, sun_w_per_m2=1000.0)
        values = (found.cabin_kw, found.warm_up.total_kwh, found.capacity_kwh, *found.road_load)
        assert all(math.isfinite(value) and value >= -1e-9 for value in values[:3])
        assert all(map(math.isfinite, values))


@pytest.mark.usefixtures("compiled_kernels")
@pytest.mark.parametrize("heat", [True, False])
@pytest.mark.parametrize("ambient_c", [-50.0, 60.0])
def test_plans_at_the_ends_of_the_scale_warn_of_nothing(heat: bool, ambient_c: float) -> None:
    region = hilly_region(7)
    trip = across(region, conditions=Conditions(ambient_c=ambient_c))
    try:
        plan = Planner(region, Settings(heat=heat)).plan(trip, car())
    except NoPlanError:
        return
    assert plan.audit.passed
