"""Reconstruct the winning chain of stops as legs and charging stops, arc by arc."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.thermal import driven_pack_c
from tripplan.planning.arc_costs import ArcPricing, PieceCosts, speed_shares
from tripplan.planning.speed_advice import speed_advice
from tripplan.planning.stops import State, Stop, stop_at
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import ChargingStop, EnergyLedger, Leg, SpeedAdvice, Trace
from tripplan.records.trip import Place, Trip
from tripplan.routing.geometry import Track, lay_track
from tripplan.search.problem import Problem
from tripplan.search.solve import Solution
from tripplan.units import KMH_PER_MPS, M_PER_KM
from tripplan.vehicle_model.conditioned import ConditionedVehicle, WarmUp


@dataclass(frozen=True)
class Route:
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


def reconstruct(
    network: RoadNetwork,
    car: ConditionedVehicle,
    trip: Trip,
    problem: Problem,
    solution: Solution,
    stops: Sequence[Stop],
) -> Route:
    """Drive the chosen chain of stops arc by arc.

    Parameters
    ----------
    network
        The roads.
    car, trip
        Who drives where.
    problem, solution
        What was asked of the search, and its answer.
    stops
        The solution's stops as places.
    """
    shares = np.array(speed_shares(trip))
    warm_ups = [car.warm_up, *(stop.warm_up for stop in stops)]
    places = [trip.origin, *(stop.place for stop in stops), trip.destination]
    state = State(energy_kwh=problem.start_kwh + warm_ups[0].total_kwh, pack_c=problem.start_c)
    node = problem.origin
    legs: list[Leg] = []
    found: list[ChargingStop] = []
    for position, roads in enumerate(solution.legs):
        track = lay_track(network, roads.arcs, node)
        node = int(network.head[roads.arcs[-1]]) if roads.arcs.size else node
        pricing = ArcPricing.of(network, car, roads.arcs)
        piece = pricing.piece_first[track.at] + (track.piece - network.piece_first[track.arc])
        steps = pricing.pieces(shares[roads.speed]).parts(piece, track.share)
        advice: tuple[SpeedAdvice, ...] = ()
        if np.any(roads.speed):
            usual_mps = pricing.pieces().speed_mps[piece]
            advice = speed_advice(usual_mps, steps.speed_mps, track.distance_m, state.distance_km)
        drive = _drive(problem, steps, state, warm_ups[position])
        of_roads = pricing.bearing_deg[track.at], network.speed_kmh[track.arc]
        ends = (places[position], places[position + 1])
        legs.append(_leg(problem, track, steps, drive, state, of_roads, ends, advice))
        state.energy_kwh = float(drive.energy_kwh[-1])
        state.pack_c = float(drive.pack_c[-1])
        state.elapsed_s = float(drive.elapsed_s[-1])
        state.distance_km = legs[-1].trace.distance_km[-1]
        if position < len(stops):
            chosen = solution.stops[position]
            found.append(stop_at(stops[position], chosen, position + 1, problem, state))
    return Route(tuple(legs), tuple(found))


def _drive(problem: Problem, steps: PieceCosts, state: State, warm_up: WarmUp) -> _Driven:
    energy, pack_c, elapsed = state.energy_kwh - warm_up.total_kwh, state.pack_c, state.elapsed_s
    curtailed = 0.0
    # A leg without any road (a stop where the trip starts) has but one point: its end.
    rows = [(elapsed, state.energy_kwh if steps.time_s.size else energy, pack_c)]
    for net, time_s, heat_j in zip(
        steps.energy_kwh.tolist(), steps.time_s.tolist(), steps.heat_j.tolist(), strict=True
    ):
        after = energy - net
        curtailed += max(0.0, after - problem.capacity_kwh)
        energy = min(after, problem.capacity_kwh)
        pack_c = driven_pack_c(pack_c, heat_j, time_s, problem.pack)
        elapsed += time_s
        rows.append((elapsed, energy, pack_c))
    table = np.array(rows)
    ledger = EnergyLedger(
        spent_kwh=state.energy_kwh - energy,
        motion_kwh=float(steps.motion_kwh.sum()) + warm_up.motion_kwh,
        auxiliary_kwh=float(steps.auxiliary_kwh.sum()),
        cabin_kwh=float(steps.cabin_kwh.sum()) + warm_up.cabin_kwh,
        regenerated_kwh=float(steps.regenerated_kwh.sum()),
        curtailed_kwh=curtailed,
    )
    return _Driven(table[:, 0], table[:, 1], table[:, 2], ledger)


def _leg(
    problem: Problem,
    track: Track,
    steps: PieceCosts,
    drive: _Driven,
    state: State,
    of_roads: tuple[Floats, Floats],
    ends: tuple[Place, Place],
    advice: tuple[SpeedAdvice, ...],
) -> Leg:
    soc = drive.energy_kwh / problem.capacity_kwh
    rises = np.diff(track.elevation_m)
    distance_km = state.distance_km + track.distance_m / M_PER_KM
    return Leg(
        start=ends[0],
        end=ends[1],
        distance_km=float(distance_km[-1] - distance_km[0]),
        driving_s=float(drive.elapsed_s[-1] - drive.elapsed_s[0]),
        departure_soc=state.energy_kwh / problem.capacity_kwh,
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
            bearing_deg=_at_points(of_roads[0]),
            usual_kmh=_at_points(of_roads[1]),
        ),
    )


def _at_points(steps: Floats) -> tuple[float, ...]:
    """Give each point the value of the step that ends there, and the first that of the first."""
    return (*steps[:1].tolist(), *steps.tolist()) if steps.size else (0.0,)
