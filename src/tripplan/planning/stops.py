"""A pause of the journey: at a charger or a waypoint, minute by minute."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolate
from tripplan.physics.thermal import parked_pack_c
from tripplan.planning.route import Halt, State
from tripplan.records.charger import Plug
from tripplan.records.plan import ChargingStop, LimitedBy, PowerSample
from tripplan.records.trip import Place
from tripplan.search.kernels.heat_trajectory import charging_trajectory, charging_trajectory_for
from tripplan.search.problem import Problem
from tripplan.search.solve import SolutionStop
from tripplan.units import S_PER_H


def charger_halt(plug: Plug) -> Halt:
    """Return the halt at a charger."""
    site = plug.site
    return Halt(Place(lat=site.lat, lon=site.lon, name=site.name), plug)


def pause(
    problem: Problem,
    visit: SolutionStop,
    state: State,
    number: int,
    halt: Halt,
) -> ChargingStop:
    """Stand and charge, and move the state to the moment of departure."""
    capacity, pack = problem.capacity_kwh, problem.pack
    arrival_c, arrival_kwh = state.pack_c, state.energy_kwh
    kw = halt.power_kw if problem.power is not None else 0.0
    # Goals have no opening hours; -1 names no charger.
    closed_s = problem.opens_s(visit.charger, state.elapsed_s) - state.elapsed_s
    waited_s = closed_s + visit.waited_s
    state.pack_c = parked_pack_c(state.pack_c, 0.0, waited_s, pack)
    courses = [_dwell(problem, state, kw, halt.dwell_s)] if halt.dwell_s > 0.0 else []
    dwell_kwh = state.energy_kwh - arrival_kwh
    state.energy_kwh -= halt.standing_kwh
    overhead_s = problem.overhead_s if halt.plug else 0.0
    charging_s = 0.0
    if kw > 0.0 and problem.power is not None:
        state.pack_c = parked_pack_c(state.pack_c, 0.0, overhead_s, pack)
        courses.append(_charge(problem, state, kw, visit.departure_kwh))
        charging_s = float(courses[-1][-1, 1])
    samples, free_s = _all_samples(courses, halt.dwell_s, kw, problem.power)
    state.elapsed_s += waited_s + halt.dwell_s + overhead_s + charging_s
    gained_kwh = state.energy_kwh + halt.standing_kwh - arrival_kwh
    busy_s = sum(float(course[-1, 1]) for course in courses)
    return ChargingStop(
        number=number,
        charger_kw=kw,
        arrival_soc=arrival_kwh / capacity,
        departure_soc=state.energy_kwh / capacity,
        energy_kwh=gained_kwh,
        charging_s=charging_s,
        overhead_s=overhead_s,
        waited_s=waited_s,
        dwell_energy_kwh=dwell_kwh,
        pack_arrival_c=arrival_c,
        pack_departure_c=state.pack_c,
        mean_kw=gained_kwh / busy_s * S_PER_H if busy_s else 0.0,
        max_kw=max((sample.power_kw for sample in samples), default=0.0),
        limited_by=_main_limit(samples),
        heat_delay_s=max(0.0, busy_s - free_s),
        samples=samples,
        **_facts(halt),
    )


def _charge(problem: Problem, state: State, kw: float, departure_kwh: float) -> Floats:
    """Charge up to an energy; returns the course of the charge."""
    assert problem.power is not None
    capacity = problem.capacity_kwh
    leave_kwh = max(departure_kwh, state.energy_kwh)
    course = charging_trajectory(
        state.energy_kwh / capacity,
        leave_kwh / capacity,
        state.pack_c,
        kw,
        problem.power,
        problem.pack,
    )
    state.pack_c = float(course[-1, 2])
    state.energy_kwh = leave_kwh
    return course


def _dwell(problem: Problem, state: State, kw: float, dwell_s: float) -> Floats:
    """Stand for a time, charging where there is a plug; returns the course of the charge."""
    course = np.array([[state.energy_kwh / problem.capacity_kwh, 0.0, state.pack_c]])
    if kw > 0.0 and problem.power is not None:
        course = charging_trajectory_for(
            state.energy_kwh / problem.capacity_kwh,
            problem.limit_kwh / problem.capacity_kwh,
            state.pack_c,
            kw,
            dwell_s,
            problem.power,
            problem.pack,
        )
    state.energy_kwh = float(course[-1, 0]) * problem.capacity_kwh
    rest_s = max(dwell_s - float(course[-1, 1]), 0.0)
    state.pack_c = parked_pack_c(float(course[-1, 2]), 0.0, rest_s, problem.pack)
    return course


def _all_samples(
    courses: Sequence[Floats], dwell_s: float, kw: float, power: PowerModel | None
) -> tuple[tuple[PowerSample, ...], float]:
    """Return samples of the charges of a stop, and the time that they take without heat."""
    if power is None or kw <= 0.0:
        return (), 0.0
    found: list[PowerSample] = []
    free_s = 0.0
    for position, course in enumerate(courses):
        if position and course.shape[0] < 2:
            continue
        since_s = dwell_s if position else 0.0
        samples, without_heat_s = _samples(course, kw, power)
        found += [
            sample.model_copy(update={"since_plug_in_s": sample.since_plug_in_s + since_s})
            for sample in samples
        ]
        free_s += without_heat_s
    return tuple(found), free_s


def _facts(halt: Halt) -> dict[str, Any]:
    """Return what is known of a halt before the car comes there, by field."""
    return {
        "kind": "charger" if halt.plug else "waypoint",
        "name": halt.place.label,
        "lat": halt.place.lat,
        "lon": halt.place.lon,
        "dwell_s": halt.dwell_s,
        "standby_kwh": halt.standing_kwh,
        "plug_efficiency": halt.efficiency,
        **_source_facts(halt.plug),
    }


def _source_facts(plug: Plug | None) -> dict[str, Any]:
    """Return what sources say of a site, and by which rules values are assumed, by field."""
    if plug is None:
        return {
            "charger_id": "",
            "operator": "",
            "illustrative": False,
            "power_assumed": False,
            "standard": "",
            "stalls": None,
        }
    site, connector = plug.site, plug.connector
    return {
        "charger_id": site.id,
        "operator": site.operator,
        "illustrative": site.status == "illustrative",
        "power_assumed": connector.power_assumed,
        "standard": connector.standard,
        "stalls": site.stalls,
        "network": site.network,
        "access": site.access,
        "opening_hours": site.opening_hours,
        "price": site.price,
        "power_rule": connector.power_rule,
        "standard_rule": connector.standard_rule,
    }


def _samples(
    course: Floats, charger_kw: float, power: PowerModel
) -> tuple[tuple[PowerSample, ...], float]:
    """Each cell of a charge, and the time that it takes without a limit by temperature."""
    samples = []
    free_s = 0.0
    for now, then in pairwise(course):
        energy_kwh = float(then[0] - now[0]) * power.capacity_kwh
        power_kw = energy_kwh / float(then[1] - now[1]) * S_PER_H
        middle = (np.floor(0.5 * (now[0] + then[0]) * SOC_CELLS) + 0.5) / SOC_CELLS
        curve_kw = interpolate(float(middle), power.curve_soc, power.curve_kw)
        free_s += energy_kwh / min(curve_kw, charger_kw) * S_PER_H
        limit: LimitedBy = "charger" if charger_kw < curve_kw else "vehicle"
        if power_kw < min(curve_kw, charger_kw) * (1.0 - 1e-6):
            limit = "temperature"
        samples.append(
            PowerSample(
                since_plug_in_s=float(now[1]),
                soc=float(now[0]),
                power_kw=power_kw,
                pack_c=float(now[2]),
                limited_by=limit,
            )
        )
    last_kw = samples[-1].power_kw if samples else 0.0
    last_limit: LimitedBy = samples[-1].limited_by if samples else "vehicle"
    samples.append(
        PowerSample(
            since_plug_in_s=float(course[-1, 1]),
            soc=float(course[-1, 0]),
            power_kw=last_kw,
            pack_c=float(course[-1, 2]),
            limited_by=last_limit,
        )
    )
    return tuple(samples), free_s


def _main_limit(samples: Sequence[PowerSample]) -> LimitedBy:
    """Tell what set the power for the largest part of the time."""
    share: dict[LimitedBy, float] = {"vehicle": 0.0, "charger": 0.0, "temperature": 0.0}
    for now, then in pairwise(samples):
        share[now.limited_by] += then.since_plug_in_s - now.since_plug_in_s
    return max(share, key=lambda limit: share[limit])
