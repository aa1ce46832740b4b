"""Reconstruct the winning chain of stops as legs and charging stops, arc by arc."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Flags, Floats, Ints
from tripplan.planning.arc_costs import ArcPricing, PieceCosts, speed_shares
from tripplan.planning.assumed_limits import assumed_limits
from tripplan.planning.kernels.battery_course import battery_course
from tripplan.planning.preheating import HeatedLeg, heated_leg
from tripplan.planning.roads import road_stretches
from tripplan.planning.speed_advice import speed_advice
from tripplan.planning.stops import State, Stop, stop_at
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import (
    AccessWay,
    ChargingStop,
    EnergyLedger,
    Leg,
    Preheating,
    Slowing,
    SpeedAdvice,
    Trace,
)
from tripplan.records.trip import Place, Trip
from tripplan.routing.geometry import Track, lay_track
from tripplan.routing.road_ends import RoadEnds, driven_roads
from tripplan.routing.road_points import distance_km
from tripplan.search.problem import Problem
from tripplan.search.refine import Drive
from tripplan.search.solve import Solution
from tripplan.units import KMH_PER_MPS, M_PER_KM
from tripplan.vehicle_model.conditioned import ConditionedVehicle, WarmUp


@dataclass(frozen=True)
class Route:
    """Legs and stops in the order of driving; stops[i] lies between legs[i] and legs[i + 1]."""

    legs: tuple[Leg, ...]
    stops: tuple[ChargingStop, ...]


@dataclass(frozen=True, eq=False)
class DrivenGround:
    """The roads that a trip is driven on."""

    network: RoadNetwork
    arcs: tuple[Ints, ...]
    """Their numbers there, by leg, each of shape (arcs,)."""
    node: Callable[[int], int]
    """The number there of a node, or of an end of the trip."""
    leaves: Flags
    """Which arcs are access ways from a place to the roads, shape (arcs,), ..."""
    comes: Flags
    """... and from the roads to a place, shape (arcs,)."""

    @classmethod
    def of(
        cls, network: RoadNetwork, ends: RoadEnds | None, legs: Sequence[Drive]
    ) -> "DrivenGround":
        """Return the ground of a solution.

        Parameters
        ----------
        network, ends
            The roads, and the ends of the trip that are no nodes of them.
        legs
            Roads of each leg; local arcs at the ends of the trip among them.
        """
        rows = [leg.arcs for leg in legs]
        if ends is None:
            none = np.zeros(0, np.bool_)
            return cls(network, tuple(rows), lambda node: node, none, none)
        every = np.concatenate(rows).astype(np.int64)
        small, found, number = driven_roads(network, ends, every)
        leaves, comes = (np.zeros(small.arc_count, np.bool_) for _ in range(2))
        local = every - ends.arcs
        access = np.flatnonzero((local >= 0) & ends.access[np.maximum(local, 0)])
        starts = ends.network.tail[local[access]] < len(ends.keys)
        arcs = found.astype(np.int32)
        leaves[arcs[access[starts]]] = comes[arcs[access[~starts]]] = True
        cuts = np.cumsum([row.size for row in rows])[:-1]
        return cls(small, tuple(np.split(arcs, cuts)), number.__getitem__, leaves, comes)

    def is_access(self, arcs: Ints) -> Flags:
        """Tell which arcs are access ways, which are driven at one speed, shape (arcs,)."""
        if not self.leaves.size:
            return np.zeros(arcs.size, np.bool_)
        return np.asarray(self.leaves[arcs] | self.comes[arcs])

    def access_of(self, arcs: Ints, track: Track, steps: PieceCosts) -> tuple[AccessWay, ...]:
        """Return the ways between places and roads that a leg begins and ends with."""
        found = []
        for kind, row, at in (("from", self.leaves, 0), ("to", self.comes, arcs.size - 1)):
            if not arcs.size or not row.size or not row[arcs[at]]:
                continue
            here = np.flatnonzero(track.at == at)
            first, last = int(here[0]), int(here[-1]) + 1
            straight_km = distance_km(
                *(float(column[k]) for k in (first, last) for column in (track.lat, track.lon))
            )
            found.append(
                AccessWay(
                    side="start" if kind == "from" else "end",
                    straight_km=straight_km,
                    distance_km=float(track.distance_m[last] - track.distance_m[first]) / M_PER_KM,
                    driving_s=float(steps.time_s[here].sum()),
                    energy_kwh=float(steps.energy_kwh[here].sum()),
                )
            )
        return tuple(found)


@dataclass(frozen=True, eq=False)
class _Driven:
    """One leg: columns at the points of its track, and its ledger."""

    elapsed_s: Floats
    energy_kwh: Floats
    pack_c: Floats
    ledger: EnergyLedger


def reconstruct(
    ground: DrivenGround,
    car: ConditionedVehicle,
    trip: Trip,
    problem: Problem,
    solution: Solution,
    stops: Sequence[Stop],
) -> Route:
    """Drive the chosen chain of stops arc by arc.

    Parameters
    ----------
    ground
        The roads of the solution.
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
    network, node = ground.network, ground.node(problem.origin)
    legs: list[Leg] = []
    found: list[ChargingStop] = []
    for position, (roads, arcs) in enumerate(zip(solution.legs, ground.arcs, strict=True)):
        track = lay_track(network, arcs, node)
        node = int(network.head[arcs[-1]]) if arcs.size else node
        pricing = ArcPricing.of(network, car, arcs)
        piece = pricing.piece_first[track.at] + (track.piece - network.piece_first[track.arc])
        share = np.where(ground.is_access(arcs), 1.0, shares[roads.speed])
        steps = pricing.pieces(share).parts(piece, track.share)
        advice: tuple[SpeedAdvice, ...] = ()
        if np.any(roads.speed):
            usual_mps = pricing.pieces().speed_mps[piece]
            advice = speed_advice(usual_mps, steps.speed_mps, track.distance_m, state.distance_km)
        heated = heated_leg(position, problem, solution, car)
        drive = _drive(problem, steps, state, warm_ups[position], heated)
        of_roads = pricing.bearing_deg[track.at], network.speed_kmh[track.arc]
        ends = (places[position], places[position + 1])
        leg = _leg(problem, track, steps, drive, state, of_roads, ends, advice)
        own: dict[str, object] = {
            "access": ground.access_of(arcs, track, steps),
            "roads": road_stretches(network, arcs, state.distance_km),
        }
        if (slow := next(iter(solution.slowed[position : position + 1]), None)) is not None:
            own["slowing"] = Slowing(**slow._asdict())
        if heated is not None:
            cold = _drive(problem, steps, state, warm_ups[position], None)
            own["preheating"] = Preheating(
                duration_s=min(heated.duration_s, float(steps.time_s.sum())),
                energy_kwh=drive.ledger.pack_heater_kwh,
                warmer_k=float(drive.pack_c[-1] - cold.pack_c[-1]),
                saved_s=heated.saved_s if math.isfinite(heated.saved_s) else None,
            )
        if trip.law:
            far = (ground.is_access(arcs), state.distance_km)
            own["assumed_limits"] = assumed_limits(network, arcs, *far)
        legs.append(leg.model_copy(update=own))
        state.energy_kwh = float(drive.energy_kwh[-1])
        state.pack_c = float(drive.pack_c[-1])
        state.elapsed_s = float(drive.elapsed_s[-1])
        state.distance_km = legs[-1].trace.distance_km[-1]
        if position < len(stops):
            chosen = solution.stops[position]
            found.append(stop_at(stops[position], chosen, position + 1, problem, state))
    return Route(tuple(legs), tuple(found))


def _drive(
    problem: Problem,
    steps: PieceCosts,
    state: State,
    warm_up: WarmUp,
    heated: HeatedLeg | None,
) -> _Driven:
    drive = battery_course if heated is None else heated.course
    course = drive(
        state.elapsed_s,
        state.energy_kwh - warm_up.total_kwh,
        state.pack_c,
        problem.capacity_kwh,
        steps.energy_kwh,
        steps.time_s,
        steps.heat_j,
        problem.pack,
    )
    # The first point is where warming up begins; a leg without any road (a stop where the trip
    # starts) has but one point: its end.
    energy_kwh = course.energy_kwh
    arrival_kwh = float(energy_kwh[-1])
    if steps.time_s.size:
        energy_kwh[0] = state.energy_kwh
    ledger = EnergyLedger(
        spent_kwh=state.energy_kwh - arrival_kwh,
        motion_kwh=float(steps.motion_kwh.sum()) + warm_up.motion_kwh,
        auxiliary_kwh=float(steps.auxiliary_kwh.sum()),
        cabin_kwh=float(steps.cabin_kwh.sum()) + warm_up.cabin_kwh,
        regenerated_kwh=float(steps.regenerated_kwh.sum()),
        curtailed_kwh=course.curtailed_kwh,
        pack_heater_kwh=course.heater_kwh,
    )
    return _Driven(course.elapsed_s, energy_kwh, course.pack_c, ledger)


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
        descent_m=float(np.abs(rises[rises < 0]).sum()),
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
