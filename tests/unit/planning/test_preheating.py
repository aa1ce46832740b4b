"""A pack that is warmed on the way to a charger: where it pays, what is said, what is audited."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.samples.planting import with_leg, with_stop, with_trace
from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import car
from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.output.files.export import from_json, to_json
from tripplan.output.page.notebook import explore
from tripplan.output.text.brief import to_brief
from tripplan.output.text.report import to_text
from tripplan.output.text.vehicle_text import car_to_text
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.settings import Settings
from tripplan.records.vehicle import Vehicle, parse_vehicle
from tripplan.records.vehicle_file import to_toml

HEATER = {"power_kw": 5.0, "target_c": 25.0, "while_driving": True}
ROAD = straight_road({60.0: 50.0, 120.0: 50.0, 180.0: 50.0, 240.0: 50.0, 300.0: 50.0}, km=360.0)
NEVER = Settings(preheat="never")


def planned(ambient_c: float, settings: Settings | None = None, **changes: Any) -> Plan:
    trip = along(360.0, conditions={"ambient_c": ambient_c})
    return Planner(ROAD, settings).plan(trip, car(**changes))


@pytest.fixture(scope="module", name="warmed")
def fixture_warmed() -> Plan:
    return planned(-10.0, heater=HEATER)


def test_it_is_chosen_where_it_saves_time(warmed: Plan) -> None:
    bare = planned(-10.0)
    assert warmed.audit.passed, warmed.audit.objections
    saved_s = bare.total_s - warmed.total_s
    assert saved_s > 300.0
    assert warmed.preheating_saves_s == pytest.approx(saved_s, abs=1.0)
    first = warmed.legs[0].preheating
    assert first is not None
    # All of 5 kW for as long as it runs: the target is not reached.
    assert first.energy_kwh == pytest.approx(5.0 * first.duration_s / 3600.0, rel=1e-9)
    assert warmed.legs[0].pack_arrival_c < HEATER["target_c"]
    assert first.warmer_k > 10.0
    assert warmed.legs[0].energy.pack_heater_kwh == first.energy_kwh


def test_its_bound_holds_for_the_plan_without_too(warmed: Plan) -> None:
    bare = planned(-10.0)
    assert warmed.certificate.lower_bound_s <= min(warmed.total_s, bare.total_s)
    assert bare.certificate.lower_bound_s > warmed.certificate.lower_bound_s
    assert "heater may warm the pack" in warmed.certificate.method


@pytest.mark.parametrize("ambient_c", [20.0, 30.0])
def test_it_stays_off_where_it_saves_nothing(ambient_c: float) -> None:
    plan, bare = planned(ambient_c, heater=HEATER), planned(ambient_c)
    assert all(leg.preheating is None for leg in plan.legs)
    assert plan.preheating_saves_s is None
    assert plan.legs == bare.legs
    assert plan.stops == bare.stops


@pytest.mark.parametrize(
    ("settings", "heater"),
    [(NEVER, HEATER), (None, {**HEATER, "while_driving": False})],
)
def test_it_stays_off_where_it_is_not_to_run_or_cannot(
    settings: Settings | None, heater: dict[str, Any]
) -> None:
    plan, bare = planned(-10.0, settings, heater=heater), planned(-10.0)
    assert plan.legs == bare.legs
    assert plan.certificate == bare.certificate


def test_a_car_without_fast_charging_may_have_one() -> None:
    trip = along(60.0, conditions={"ambient_c": -10.0})
    plan = Planner(ROAD).plan(trip, car(heater=HEATER, charging_curve=None))
    assert plan.audit.passed, plan.audit.objections
    assert all(leg.preheating is None for leg in plan.legs)


def test_a_pack_too_cold_to_charge_is_warmed_first() -> None:
    limit = {"points": [(-5.0, 0.0), (0.0, 25.0), (20.0, 60.0)], "assumed": True}
    with pytest.raises(NoPlanError):
        planned(-18.0, temperature_limit=limit)
    plan = planned(-18.0, heater=HEATER, temperature_limit=limit)
    assert plan.audit.passed, plan.audit.objections
    assert plan.preheating_saves_s is None
    assert "no plan is known without preheating" in to_text(plan)


def test_the_thermostat_holds_its_target() -> None:
    plan = planned(-10.0, heater={**HEATER, "target_c": 8.0, "power_kw": 8.0})
    first = plan.legs[0].preheating
    assert plan.audit.passed, plan.audit.objections
    assert first is not None
    assert plan.legs[0].pack_arrival_c == pytest.approx(8.0, abs=0.1)
    assert first.energy_kwh <= 8.0 * first.duration_s / 3600.0


def test_report_page_and_brief_say_it(warmed: Plan) -> None:
    words = "preheat the battery for the last 11 min before stop 1: 0.9 kWh"
    longer = "+11 min without preheating the battery"
    text = to_text(warmed)
    assert f"{words}, arrives 17 C (30 F) warmer, saves 11 min" in text
    assert longer in text
    assert "battery heater 0.9" in text
    assert "heater draws 5 kW, all of which warms the pack" in text
    page = explore(warmed, ROAD).html
    assert words in page
    assert longer in page
    assert words in " ".join(to_brief(warmed).split())


def test_a_file_keeps_it(warmed: Plan) -> None:
    assert from_json(to_json(warmed)) == warmed


def test_a_car_file_keeps_the_heater_and_its_card_names_it() -> None:
    vehicle = car(heater=HEATER)
    again = parse_vehicle(to_toml(vehicle), where="its own file")
    assert again.battery.heater == vehicle.battery.heater
    assert "5 kW up to 25 °C, also on the way to a charger" in " ".join(
        car_to_text(vehicle).split()
    )


def test_a_heater_above_the_cooling_is_refused() -> None:
    thermal = car().battery.thermal.model_dump() | {
        "cooling": "liquid",
        "cooling_w": 1000.0,
        "cooling_on_c": 30.0,
    }
    with pytest.raises(ValueError, match=r"target_c lies below thermal\.cooling_on_c"):
        car(heater={**HEATER, "target_c": 30.0}, thermal=thermal)
    values = car().model_dump(exclude_unset=True)
    values["battery"]["heater"] = {"power_kw": 5.0}
    with pytest.raises(InvalidInputError, match="target_c"):
        Vehicle.parse(values, where="car")


Fault = Callable[[Plan], Plan]


def unpaid(plan: Plan) -> Plan:
    """Leave the heater's energy out of ledger, SoC and what is told."""
    leg = plan.legs[0]
    assert leg.preheating is not None
    kwh = leg.energy.pack_heater_kwh
    elapsed = np.array(leg.trace.elapsed_s)
    on = np.clip((elapsed - elapsed[-1]) / leg.preheating.duration_s + 1.0, 0.0, 1.0)
    soc = np.array(leg.trace.soc) + on * kwh / plan.capacity_kwh
    energy = leg.energy.model_copy(
        update={"pack_heater_kwh": 0.0, "spent_kwh": leg.energy.spent_kwh - kwh}
    )
    told = leg.preheating.model_copy(update={"energy_kwh": 0.0})
    plan = with_leg(plan, 0, energy=energy, arrival_soc=soc[-1], min_soc=soc.min(), preheating=told)
    plan = with_trace(plan, 0, soc=soc)
    return with_stop(plan, 0, arrival_soc=soc[-1])


def too_warm(plan: Plan) -> Plan:
    """Let the same energy warm the pack half again as much."""
    leg = plan.legs[0]
    assert leg.preheating is not None
    more_k = 0.5 * leg.preheating.warmer_k
    elapsed = np.array(leg.trace.elapsed_s)
    on = np.clip((elapsed - elapsed[-1]) / leg.preheating.duration_s + 1.0, 0.0, 1.0)
    pack_c = np.array(leg.trace.pack_c) + on * more_k
    told = leg.preheating.model_copy(update={"warmer_k": leg.preheating.warmer_k + more_k})
    plan = with_leg(plan, 0, pack_arrival_c=pack_c[-1], preheating=told)
    plan = with_trace(plan, 0, pack_c=pack_c)
    return with_stop(plan, 0, pack_arrival_c=pack_c[-1])


def told(**changes: float) -> Fault:
    def plant(plan: Plan) -> Plan:
        found = plan.legs[0].preheating
        assert found is not None
        return with_leg(plan, 0, preheating=found.model_copy(update=changes))

    return plant


def without_heater(plan: Plan) -> Plan:
    battery = plan.vehicle.battery.model_copy(update={"heater": None})
    return plan.model_copy(update={"vehicle": plan.vehicle.model_copy(update={"battery": battery})})


def at_the_end(plan: Plan) -> Plan:
    return with_leg(plan, len(plan.legs) - 1, preheating=plan.legs[0].preheating)


FAULTS: dict[str, tuple[Fault, str]] = {
    "energy missing": (unpaid, "leg 1: energy of the pack's heater"),
    "warmer than physics": (too_warm, "leg 1: pack temperature on the way"),
    "told warmer": (told(warmer_k=20.0), "leg 1: preheating warms the pack by"),
    "told shorter": (told(duration_s=300.0), "leg 1: energy of the pack's heater"),
    "told longer than the leg": (told(duration_s=9e4), "leg 1: warms the pack for 90000 s"),
    "told less energy": (told(energy_kwh=0.5), "leg 1: energy of preheating"),
    "not told": (lambda plan: with_leg(plan, 0, preheating=None), "leg 1: energy of the pack's"),
    "no heater": (without_heater, "leg 1: warms the pack with a heater that it has not"),
    "before the destination": (at_the_end, "before the destination, where nothing is charged"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(warmed: Plan, name: str) -> None:
    plant, words = FAULTS[name]
    audit = audit_plan(plant(warmed), ROAD)
    assert not audit.passed
    assert any(re.search(words, line) for line in audit.objections), audit.objections


def test_a_heater_that_is_to_stay_off_is_objected_to(warmed: Plan) -> None:
    audit = audit_plan(warmed, ROAD, NEVER)
    assert any("that is to stay off" in line for line in audit.objections)
