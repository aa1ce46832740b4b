"""Unfold the winning chain of stops into legs and charging stops, arc by arc."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tripplan import model
from tripplan.answer import (
    ChargingStop,
    EnergyLedger,
    Leg,
    LimitedBy,
    PowerSample,
    SpeedAdvice,
    Trace,
)
from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolate
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.charger import Plug
from tripplan.region import RoadNetwork
from tripplan.search.costs import ArcCosts, price_arcs
from tripplan.search.kernels.charge import charge_course, charge_course_for
from tripplan.search.question import Question
from tripplan.search.refine import Drive
from tripplan.search.solve import Solution, Visit
from tripplan.track import Track, lay_track
from tripplan.trip import Place, Trip
from tripplan.units import KMH_PER_MPS, M_PER_KM, S_PER_H
from tripplan.vehicle import Vehicle

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Itinerary:
    """Legs and stops in the order of driving; stops[i] lies between legs[i] and legs[i + 1]."""

    legs: tuple[Leg, ...]
    stops: tuple[ChargingStop, ...]


@dataclass(frozen=True, eq=False)
class _Driven:
    """One leg: columns at the points of its track, and its ledger."""

    elapsed_s: Floats
    energy_kwh: Floats
    pack_c: Floats
    ledger: EnergyLedger


@dataclass
class _State:
    """Where the car is while the plan is unfolded."""

    energy_kwh: float
    pack_c: float
    elapsed_s: float = 0.0
    distance_km: float = 0.0


@dataclass(frozen=True)
class Halt:
    """A place that the trip must visit on the way: a waypoint, or a charger that is required."""

    place: Place
    plug: Plug | None = None
    """The plug of a required charger."""
    dwell_s: float = 0.0
    charger_kw: float = 0.0
    """Power of a waypoint's own plug; 0: none."""


@dataclass(frozen=True, eq=False)
class Journey:
    """Who drives on which roads."""

    network: RoadNetwork
    vehicle: Vehicle
    trip: Trip
    shares: Floats
    """Shares of the usual speed that the search chose from, shape (speeds,)."""
    halts: tuple[Halt, ...] = ()
    """Places on the way, as the question's goals have them but for the last."""


def unfold(
    question: Question, solution: Solution, journey: Journey, plugs: Sequence[Plug]
) -> Itinerary:
    """Drive the chosen chain arc by arc.

    Parameters
    ----------
    question, solution
        What was asked of the search, and its answer.
    journey
        The roads, the car and the trip.
    plugs
        Plug of each charger of the question.
    """
    trip, network = journey.trip, journey.network
    warm_up_kwh = model.warm_up_kwh(journey.vehicle, trip.conditions)
    halts = [_halt(visit, journey, plugs) for visit in solution.visits]
    places = [trip.origin, *(halt.place for halt in halts), trip.destination]
    state = _State(energy_kwh=question.start_kwh + warm_up_kwh, pack_c=question.start_c)
    node = question.origin
    legs: list[Leg] = []
    stops: list[ChargingStop] = []
    for position, roads in enumerate(solution.legs):
        track = lay_track(network, roads.arcs, node)
        costs = price_arcs(
            network,
            journey.vehicle,
            trip,
            arcs=roads.arcs,
            share=journey.shares[roads.speed],
        )
        node = int(network.head[roads.arcs[-1]]) if roads.arcs.size else node
        steps = _steps(network, track, costs)
        drive = _drive(question, steps, state, warm_up_kwh if not position else 0.0)
        advice = _advice(journey, roads, track, steps, state.distance_km)
        ends = (places[position], places[position + 1])
        legs.append(_leg(question, track, steps, drive, state, ends, advice))
        state.energy_kwh = float(drive.energy_kwh[-1])
        state.pack_c = float(drive.pack_c[-1])
        state.elapsed_s = float(drive.elapsed_s[-1])
        state.distance_km = legs[-1].trace.distance_km[-1]
        if position < len(solution.visits):
            visit, halt = solution.visits[position], halts[position]
            stops.append(_stop(question, journey, visit, state, position + 1, halt))
    return Itinerary(tuple(legs), tuple(stops))


@dataclass(frozen=True, eq=False)
class _Steps:
    """What each step of a track costs: columns of shape (steps,)."""

    time_s: Floats
    energy_kwh: Floats
    motion_kwh: Floats
    auxiliary_kwh: Floats
    cabin_kwh: Floats
    regenerated_kwh: Floats
    heat_j: Floats
    speed_mps: Floats
    bearing_deg: Floats


def _steps(network: RoadNetwork, track: Track, costs: ArcCosts) -> _Steps:
    pieces, share = costs.pieces, track.share
    here = costs.piece_first[track.at] + (track.piece - network.piece_first[track.arc])
    return _Steps(
        time_s=pieces.time_s[here] * share,
        energy_kwh=pieces.energy_kwh[here] * share,
        motion_kwh=pieces.motion_kwh[here] * share,
        auxiliary_kwh=pieces.auxiliary_kwh[here] * share,
        cabin_kwh=pieces.cabin_kwh[here] * share,
        regenerated_kwh=pieces.regenerated_kwh[here] * share,
        heat_j=pieces.heat_j[here] * share,
        speed_mps=pieces.speed_mps[here],
        bearing_deg=costs.bearing_deg[track.at],
    )


def _drive(question: Question, steps: _Steps, state: _State, warm_up_kwh: float) -> _Driven:
    energy, pack_c, elapsed = state.energy_kwh - warm_up_kwh, state.pack_c, state.elapsed_s
    curtailed = 0.0
    # A leg without any road (a stop where the trip starts) has but one point: its end.
    rows = [(elapsed, state.energy_kwh if steps.time_s.size else energy, pack_c)]
    for net, time_s, heat_j in zip(
        steps.energy_kwh.tolist(), steps.time_s.tolist(), steps.heat_j.tolist(), strict=True
    ):
        after = energy - net
        curtailed += max(0.0, after - question.capacity_kwh)
        energy = min(after, question.capacity_kwh)
        pack_c = driven_pack_c(pack_c, heat_j, time_s, question.pack)
        elapsed += time_s
        rows.append((elapsed, energy, pack_c))
    table = np.array(rows)
    ledger = EnergyLedger(
        spent_kwh=state.energy_kwh - energy,
        motion_kwh=float(steps.motion_kwh.sum()),
        auxiliary_kwh=float(steps.auxiliary_kwh.sum()),
        cabin_kwh=float(steps.cabin_kwh.sum()) + warm_up_kwh,
        regenerated_kwh=float(steps.regenerated_kwh.sum()),
        curtailed_kwh=curtailed,
    )
    return _Driven(table[:, 0], table[:, 1], table[:, 2], ledger)


def _leg(
    question: Question,
    track: Track,
    steps: _Steps,
    drive: _Driven,
    state: _State,
    ends: tuple[Place, Place],
    advice: tuple[SpeedAdvice, ...],
) -> Leg:
    soc = drive.energy_kwh / question.capacity_kwh
    rises = np.diff(track.elevation_m)
    distance_km = state.distance_km + track.distance_m / M_PER_KM
    return Leg(
        start=ends[0],
        end=ends[1],
        distance_km=float(distance_km[-1] - distance_km[0]),
        driving_s=float(drive.elapsed_s[-1] - drive.elapsed_s[0]),
        departure_soc=state.energy_kwh / question.capacity_kwh,
        arrival_soc=float(soc[-1]),
        min_soc=float(soc.min()),
        pack_departure_c=float(drive.pack_c[0]),
        pack_arrival_c=float(drive.pack_c[-1]),
        ascent_m=float(rises[rises > 0].sum()),
        descent_m=float(-rises[rises < 0].sum()),
        energy=drive.ledger,
        advice=advice,
        trace=Trace(
            lat=tuple(track.lat.tolist()),
            lon=tuple(track.lon.tolist()),
            distance_km=tuple(distance_km.tolist()),
            elapsed_s=tuple(drive.elapsed_s.tolist()),
            soc=tuple(soc.tolist()),
            pack_c=tuple(drive.pack_c.tolist()),
            elevation_m=tuple(track.elevation_m.tolist()),
            speed_kmh=_at_points(steps.speed_mps * KMH_PER_MPS),
            bearing_deg=_at_points(steps.bearing_deg),
        ),
    )


def _at_points(steps: Floats) -> tuple[float, ...]:
    """Give each point the value of the step that ends there, and the first that of the first."""
    return (*steps[:1].tolist(), *steps.tolist()) if steps.size else (0.0,)


def _halt(visit: Visit, journey: Journey, plugs: Sequence[Plug]) -> Halt:
    """Return where a visit takes the car."""
    if visit.goal >= 0:
        return journey.halts[visit.goal]
    return charger_halt(plugs[visit.charger])


def charger_halt(plug: Plug) -> Halt:
    """Return the halt at a charger."""
    site = plug.site
    return Halt(Place(lat=site.lat, lon=site.lon, name=site.name), plug)


def _stop(
    question: Question,
    journey: Journey,
    visit: Visit,
    state: _State,
    number: int,
    halt: Halt,
) -> ChargingStop:
    """Stand and charge, and move the state to the moment of departure."""
    capacity, pack = question.capacity_kwh, question.pack
    arrival_c, arrival_kwh = state.pack_c, state.energy_kwh
    kw = halt.plug.power_kw if halt.plug else halt.charger_kw
    kw = kw if question.power is not None else 0.0
    closed_s = 0.0
    if visit.charger >= 0:
        closed_s = question.opens_s(visit.charger, state.elapsed_s) - state.elapsed_s
    waited_s = closed_s + visit.waited_s
    state.pack_c = parked_pack_c(state.pack_c, 0.0, waited_s, pack)
    courses, dwell_kwh = [], 0.0
    if halt.dwell_s > 0.0:
        course = _dwell(question, state, kw, halt.dwell_s)
        courses.append(course)
        dwell_kwh = state.energy_kwh - arrival_kwh
    overhead_s = question.overhead_s if halt.plug else 0.0
    charging_s = 0.0
    if kw > 0.0 and question.power is not None:
        state.pack_c = parked_pack_c(state.pack_c, 0.0, overhead_s, pack)
        leave = max(visit.departure_kwh, state.energy_kwh) / capacity
        course = charge_course(
            state.energy_kwh / capacity, leave, state.pack_c, kw, question.power, pack
        )
        courses.append(course)
        charging_s = float(course[-1, 1])
        state.pack_c = float(course[-1, 2])
        state.energy_kwh = leave * capacity
    samples, free_s = _all_samples(courses, halt.dwell_s, kw, question.power)
    state.elapsed_s += waited_s + halt.dwell_s + overhead_s + charging_s
    taken_s = samples[-1].since_plug_in_s if samples else 0.0
    gained_kwh = state.energy_kwh - arrival_kwh
    busy_s = sum(float(course[-1, 1]) for course in courses)
    return ChargingStop(
        number=number,
        kind="charger" if halt.plug else "waypoint",
        name=halt.place.label,
        lat=halt.place.lat,
        lon=halt.place.lon,
        charger_kw=kw,
        arrival_soc=arrival_kwh / capacity,
        departure_soc=state.energy_kwh / capacity,
        energy_kwh=gained_kwh,
        charging_s=charging_s,
        overhead_s=overhead_s,
        waited_s=waited_s,
        dwell_s=halt.dwell_s,
        dwell_energy_kwh=dwell_kwh,
        pack_arrival_c=arrival_c,
        pack_departure_c=state.pack_c,
        mean_kw=gained_kwh / busy_s * S_PER_H if taken_s and busy_s else 0.0,
        max_kw=max((sample.power_kw for sample in samples), default=0.0),
        limited_by=_main_limit(samples),
        heat_delay_s=max(0.0, busy_s - free_s),
        samples=samples,
        **_source_facts(halt.plug),
    )


def _dwell(question: Question, state: _State, kw: float, dwell_s: float) -> Floats:
    """Stand for a time, charging where there is a plug; returns the course of the charge."""
    course = np.array([[state.energy_kwh / question.capacity_kwh, 0.0, state.pack_c]])
    if kw > 0.0 and question.power is not None:
        course = charge_course_for(
            state.energy_kwh / question.capacity_kwh,
            question.limit_kwh / question.capacity_kwh,
            state.pack_c,
            kw,
            dwell_s,
            question.power,
            question.pack,
        )
    state.energy_kwh = float(course[-1, 0]) * question.capacity_kwh
    rest_s = max(dwell_s - float(course[-1, 1]), 0.0)
    state.pack_c = parked_pack_c(float(course[-1, 2]), 0.0, rest_s, question.pack)
    return course


def _all_samples(
    courses: Sequence[Floats], dwell_s: float, kw: float, power: PowerModel | None
) -> tuple[tuple[PowerSample, ...], float]:
    """Samples of the charges of a stop, the later ones after the dwell; and the time without heat."""
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


_ADVISED_KMH = 2.0
"""Smaller differences from the usual speed are not worth a word (assumption), km/h."""
_SAME_KMH = 6.0
"""Steps whose speeds differ by less are one stretch (assumption), km/h."""
_ADVISED_KM = 1.0
"""Shorter stretches are left out of the advice (assumption), km."""


def _advice(
    journey: Journey, roads: Drive, track: Track, steps: _Steps, before_km: float
) -> tuple[SpeedAdvice, ...]:
    """Say where the plan drives more slowly than usual: stretches with their mean speeds."""
    if not np.any(roads.speed):
        return ()
    usual = price_arcs(journey.network, journey.vehicle, journey.trip, arcs=roads.arcs)
    pieces = _steps(journey.network, track, usual)
    usual_kmh, advised_kmh = pieces.speed_mps * KMH_PER_MPS, steps.speed_mps * KMH_PER_MPS
    length_km = np.diff(track.distance_m) / M_PER_KM
    slow = usual_kmh - advised_kmh >= _ADVISED_KMH
    found: list[SpeedAdvice] = []
    begin = 0
    while begin < slow.size:
        end = begin + 1
        while (
            end < slow.size
            and slow[end] == slow[begin]
            and abs(usual_kmh[end] - usual_kmh[begin]) < _SAME_KMH
            and abs(advised_kmh[end] - advised_kmh[begin]) < _SAME_KMH
        ):
            end += 1
        km = length_km[begin:end]
        if slow[begin] and km.sum() >= _ADVISED_KM:
            found.append(
                SpeedAdvice(
                    from_km=before_km + float(track.distance_m[begin]) / M_PER_KM,
                    to_km=before_km + float(track.distance_m[end]) / M_PER_KM,
                    usual_kmh=float(km.sum() / (km / usual_kmh[begin:end]).sum()),
                    advised_kmh=float(km.sum() / (km / advised_kmh[begin:end]).sum()),
                )
            )
        begin = end
    return tuple(found)
