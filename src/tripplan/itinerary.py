"""Unfold the winning chain of stops into legs and charging stops, arc by arc."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tripplan import model
from tripplan.answer import ChargingStop, EnergyLedger, Leg, LimitedBy, PowerSample, Trace
from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolate
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.charger import Plug
from tripplan.region import RoadNetwork
from tripplan.search.costs import ArcCosts, price_arcs
from tripplan.search.kernels.charge import charge_course
from tripplan.search.question import Question
from tripplan.search.solve import Solution
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
class _Drive:
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


@dataclass(frozen=True, eq=False)
class Journey:
    """Who drives on which roads."""

    network: RoadNetwork
    vehicle: Vehicle
    trip: Trip
    shares: Floats
    """Shares of the usual speed that the search chose from, shape (speeds,)."""


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
    places = [
        trip.origin,
        *(
            Place(lat=site.lat, lon=site.lon, name=site.name)
            for site in (plugs[visit.charger].site for visit in solution.visits)
        ),
        trip.destination,
    ]
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
        legs.append(
            _leg(question, track, steps, drive, state, places[position], places[position + 1])
        )
        state.energy_kwh = float(drive.energy_kwh[-1])
        state.pack_c = float(drive.pack_c[-1])
        state.elapsed_s = float(drive.elapsed_s[-1])
        state.distance_km = legs[-1].trace.distance_km[-1]
        if position < len(solution.visits):
            visit = solution.visits[position]
            plug = plugs[visit.charger]
            stops.append(_stop(question, visit.departure_kwh, state, position + 1, plug))
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


def _drive(question: Question, steps: _Steps, state: _State, warm_up_kwh: float) -> _Drive:
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
    return _Drive(table[:, 0], table[:, 1], table[:, 2], ledger)


def _leg(
    question: Question,
    track: Track,
    steps: _Steps,
    drive: _Drive,
    state: _State,
    start: Place,
    end: Place,
) -> Leg:
    soc = drive.energy_kwh / question.capacity_kwh
    rises = np.diff(track.elevation_m)
    distance_km = state.distance_km + track.distance_m / M_PER_KM
    return Leg(
        start=start,
        end=end,
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


def _stop(
    question: Question,
    departure_kwh: float,
    state: _State,
    number: int,
    plug: Plug,
) -> ChargingStop:
    """Charge, and move the state to the moment of departure."""
    power, site = question.power, plug.site
    assert power is not None
    arrival_c, arrival_kwh = state.pack_c, state.energy_kwh
    plugged_in_c = parked_pack_c(arrival_c, 0.0, question.overhead_s, question.pack)
    course = charge_course(
        arrival_kwh / question.capacity_kwh,
        departure_kwh / question.capacity_kwh,
        plugged_in_c,
        plug.power_kw,
        power,
        question.pack,
    )
    samples, free_s = _samples(course, plug.power_kw, power)
    charging_s = float(course[-1, 1])
    state.energy_kwh = max(departure_kwh, arrival_kwh)
    state.pack_c = float(course[-1, 2])
    state.elapsed_s += question.overhead_s + charging_s
    return ChargingStop(
        number=number,
        charger_id=site.id,
        name=site.name,
        lat=site.lat,
        lon=site.lon,
        operator=site.operator,
        illustrative=site.status == "illustrative",
        power_assumed=plug.connector.power_assumed,
        standard=plug.connector.standard,
        charger_kw=plug.power_kw,
        stalls=site.stalls,
        arrival_soc=arrival_kwh / question.capacity_kwh,
        departure_soc=state.energy_kwh / question.capacity_kwh,
        energy_kwh=state.energy_kwh - arrival_kwh,
        charging_s=charging_s,
        overhead_s=question.overhead_s,
        pack_arrival_c=arrival_c,
        pack_departure_c=state.pack_c,
        mean_kw=(state.energy_kwh - arrival_kwh) / charging_s * S_PER_H if charging_s else 0.0,
        max_kw=max(sample.power_kw for sample in samples),
        limited_by=_main_limit(samples),
        heat_delay_s=max(0.0, charging_s - free_s),
        samples=samples,
        **_source_facts(plug),
    )


def _source_facts(plug: Plug) -> dict[str, Any]:
    """Return what sources say of a site, and by which rules values are assumed, by field."""
    site, connector = plug.site, plug.connector
    return {
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
