"""Good plans at the edges of what batteries do: nearly full, nearly frozen, for weeks."""

from typing import Any

import pytest

from tests.samples.straight_road import along, place, straight_road
from tests.samples.worlds import car
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.vehicle import Vehicle, catalogue

KM = 260.0
FROZEN = 0.8
"""Share of a charge that a pack of -20 degrees Celsius and below gives back: a power counts as none
where less than 0.05 kW of it is given back."""


def planned(
    vehicle: Vehicle, chargers: dict[float, float], km: float = KM, **wishes: Any
) -> tuple[Plan, Any]:
    region = straight_road(chargers, km=km, marks=(20.0,))
    return Planner(region).plan(along(km, **wishes), vehicle), region


@pytest.mark.parametrize("limit_soc", [0.9998, 0.9951, 1.0, 0.979])
@pytest.mark.parametrize("car_id", ["nissan-ariya-63", "nissan-ariya-87"])
def test_a_curve_that_falls_to_nothing_is_charged_to_its_end(car_id: str, limit_soc: float) -> None:
    """The last cell at its middle, as the model has it: 767 s planned, 964 s were driven again."""
    vehicle = catalogue()[car_id]
    plan, _ = planned(
        vehicle,
        {60.0: 50.0},
        km=60.2,
        charge_limit_soc=limit_soc,
        departure_soc=0.95,
        arrival_soc=limit_soc - 0.001,
    )
    assert plan.stops[-1].departure_soc == pytest.approx(limit_soc, abs=0.001)
    assert plan.audit.objections == ()
    assert plan.audit.worst_time_error_s < 5.0


def frozen(limit: list[tuple[float, float]], **changes: Any) -> Vehicle:
    return car(temperature_limit={"points": limit, "assumed": True}, **changes)


@pytest.mark.parametrize("air_c", [-45.0, -40.0, -30.0, 0.0, 20.0])
@pytest.mark.parametrize("pack_c", [-40.0, -39.9, -39.0])
@pytest.mark.parametrize(
    "limit",
    [
        [(-60.0, 0.0), (-20.0, 5.0), (20.0, 60.0)],
        [(-40.0, 0.06 / FROZEN), (-39.0, 0.06 / FROZEN), (0.0, 40.0 / FROZEN)],
        [(-46.0, 0.06 / FROZEN), (-40.0, 0.2), (0.0, 40.0)],
    ],
)
def test_a_pack_that_hardly_charges_is_told_right(
    limit: list[tuple[float, float]], pack_c: float, air_c: float
) -> None:
    plan, _ = planned(
        frozen(limit),
        {5.0: 50.0},
        km=30.0,
        departure_soc=0.5,
        pack_start_c=pack_c,
        via_chargers=("at 5",),
        least_charge_soc=0.04,
        conditions={"ambient_c": air_c},
    )
    assert plan.stops[0].charging_s > 600.0
    assert plan.audit.objections == ()


@pytest.mark.parametrize("dwell_s", [600.0, 5000.0, 40_000.0])
@pytest.mark.parametrize("pack_c", [-40.0, -39.0])
def test_a_plug_at_a_waypoint_is_told_right_too(pack_c: float, dwell_s: float) -> None:
    plan, _ = planned(
        frozen([(-40.0, 0.06 / FROZEN), (-39.0, 0.06 / FROZEN), (0.0, 40.0 / FROZEN)]),
        {},
        km=30.0,
        departure_soc=0.9,
        pack_start_c=pack_c,
        waypoints=[{"place": place(20.0), "dwell_s": dwell_s, "charger_kw": 11.0}],
        conditions={"ambient_c": -30.0},
    )
    assert plan.audit.objections == ()


def test_a_charge_of_weeks_is_driven_again_to_its_end() -> None:
    plan, region = planned(
        frozen([(-60.0, 0.051 / FROZEN), (20.0, 0.051 / FROZEN)], nominal_kwh=45.0, gross_kwh=48.0),
        {5.0: 50.0},
        km=30.0,
        departure_soc=0.3,
        via_chargers=("at 5",),
        least_charge_soc=0.65,
        conditions={"ambient_c": -45.0},
    )
    assert plan.stops[0].charging_s > 14 * 86_400.0
    assert plan.audit.objections == ()
    stop = plan.stops[0].model_copy(update={"charging_s": 0.9 * plan.stops[0].charging_s})
    told = audit_plan(plan.model_copy(update={"stops": (stop,)}), region).objections
    assert any(line.startswith("stop 1") for line in told)


@pytest.mark.parametrize("faster", [0.97, 1.03])
def test_a_wrong_time_of_a_nearly_frozen_charge_is_seen(faster: float) -> None:
    plan, region = planned(
        frozen([(-46.0, 0.0), (-40.0, 0.2), (0.0, 40.0)]),
        {5.0: 50.0},
        km=30.0,
        departure_soc=0.5,
        pack_start_c=-40.0,
        via_chargers=("at 5",),
        least_charge_soc=0.04,
        conditions={"ambient_c": -40.0},
    )
    (stop,) = plan.stops
    samples = tuple(
        one.model_copy(
            update={
                "since_plug_in_s": faster * one.since_plug_in_s,
                "power_kw": one.power_kw / faster,
            }
        )
        for one in stop.samples
    )
    changed = stop.model_copy(update={"charging_s": faster * stop.charging_s, "samples": samples})
    told = audit_plan(plan.model_copy(update={"stops": (changed,)}), region).objections
    assert any("takes" in line and "planned" in line for line in told), told
