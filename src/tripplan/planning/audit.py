"""The audit of a finished plan: everything that it claims is looked at again, and objected to.

Nothing of search or reconstruction is used: only the plan, the region and the car under its
conditions.  Roads are found from the plan's own traces (`audit_roads`), battery and clock are
driven again in small time steps (`audit_redrive`), stops are held against what the region knows of
the sites (`audit_stops`), and all sums are made anew (`audit_sums`).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from tripplan.planning.audit_access import look_at_access
from tripplan.planning.audit_columns import Columns
from tripplan.planning.audit_fallback import look_at_fallbacks
from tripplan.planning.audit_ground import Ground
from tripplan.planning.audit_objections import Objections
from tripplan.planning.audit_redrive import Redrive
from tripplan.planning.audit_roads import Roads
from tripplan.planning.audit_stops import look_at_stops
from tripplan.planning.audit_sums import look_at_sums
from tripplan.records.plan import NOT_AUDITED, Audit, ChargingStop, Leg, Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.units import EARTH_RADIUS_M, M_PER_KM, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_Point = tuple[float, float]
"""Latitude and longitude. [deg]"""

_APART_M: Final = 2.0
"""Two points this close together are the same."""
_SHORTER: Final = 0.02
"""A road may be stated this much shorter than the straight line between its ends (relative): some
sources measure along another line than they draw."""
_CLOCK_S: Final = 1e-3
_STEP_CLOCK_S: Final = 1e-6
"""The same over one step of a trace, which may be some decimetres long."""
_DISTANCE_KM: Final = 1e-6

UNAUDITED: Final = Audit(
    passed=False,
    worst_soc_error=0.0,
    worst_time_error_s=0.0,
    worst_pack_error_k=0.0,
    ledger_error_kwh=0.0,
    objections=(NOT_AUDITED,),
)
"""What is said of a plan before its audit."""


def audit_plan(plan: Plan, region: Region, settings: Settings | None = None) -> Audit:
    """Look at everything that a plan claims, and object to what is not so.

    Parameters
    ----------
    plan
        Any plan; what it says of its own audit does not matter.
    region
        Where it was made.
    settings
        How it was made: whether with heat, how far places may lie from the roads, and for how long
        the car may wait; and the time step of the audit.  None: by default.

    Returns
    -------
    Audit
        With what is objected to, in sentences.
    """
    settings = settings or Settings()
    found = Objections()
    found.when(plan.region != region.name, f"made on region {plan.region}, not {region.name}")
    columns = _form(plan, found)
    if found.sentences:
        return UNAUDITED.model_copy(update={"objections": tuple(found.sentences)})
    # What is no number is objected to, not warned of.
    with np.errstate(all="ignore"):
        car = ConditionedVehicle.of(plan.vehicle, plan.trip, heat=settings.heat)
        ground = Ground.of(region).then(plan.trip.departure)
        spans = look_at_access(plan, columns, ground, car, settings, found)
        Roads(plan, ground, car, found).look(spans)
        found.sentences += _joining(plan.legs, plan.stops, _where(plan, ground))
        found.sentences += [*_broken(columns), *_clock(columns)]
        redrive = Redrive.of(plan, columns, car, settings, found)
        look_at_stops(plan, ground, car, settings, found)
        look_at_fallbacks(plan, ground, car, found)
        look_at_sums(plan, car, found)
    return Audit(
        passed=not found.sentences,
        worst_soc_error=redrive.worst_soc,
        worst_time_error_s=redrive.worst_time_s,
        worst_pack_error_k=redrive.worst_pack_k,
        ledger_error_kwh=redrive.worst_ledger_kwh,
        objections=tuple(found.sentences),
    )


def _where(plan: Plan, ground: Ground) -> list[_Point]:
    """Return where legs are to begin and end: at the places, and at the nodes of chargers."""
    trip, network = plan.trip, ground.network
    found = [(trip.origin.lat, trip.origin.lon)]
    for stop in plan.stops:
        known = ground.sites.get(stop.charger.id) if stop.charger else None
        if known is not None:
            found.append((float(network.lat[known[1]]), float(network.lon[known[1]])))
        else:
            found.append((stop.lat, stop.lon))
    return [*found, (trip.destination.lat, trip.destination.lon)]


def _form(plan: Plan, found: Objections) -> Columns:
    """Object to a plan that cannot be driven again: without legs between stops, or columns."""
    found.when(
        len(plan.legs) != len(plan.stops) + 1,
        f"legs and stops do not alternate: {len(plan.legs)} and {len(plan.stops)}",
    )
    for number, leg in enumerate(plan.legs, start=1):
        lengths = {len(column) for _, column in leg.trace}
        if len(lengths) != 1 or not max(lengths):
            found.say(f"leg {number}: the columns of its trace do not go together")
    if found.sentences:
        return Columns.of(plan.model_copy(update={"legs": ()}))
    columns = Columns.of(plan)
    finite = columns.finite
    goes = (columns.rise(columns.distance_km) > 0.0) & (columns.ending(columns.speed_kmh) > 0.0)
    if not (finite.all() and goes.all()):
        for k in range(len(plan.legs)):
            where = f"leg {k + 1}"
            found.when(not finite[columns.points(k)].all(), f"{where}: its trace has gaps")
            found.when(not goes[columns.steps(k)].all(), f"{where}: its trace does not go forward")
    return columns


def _joining(
    legs: Sequence[Leg], stops: Sequence[ChargingStop], points: Sequence[_Point]
) -> list[str]:
    """Return what is wrong with how legs join: an unbroken line over the ground and on the clock.

    Works from the plan's own traces and from where its stops are tied to the roads, nothing else.
    """
    found: list[str] = []
    clock_s = distance_km = 0.0
    for number, (leg, ends) in enumerate(zip(legs, pairwise(points), strict=True), start=1):
        where, trace = f"leg {number}", leg.trace
        for word, place, at in (("begins", ends[0], 0), ("ends", ends[1], -1)):
            apart_m = _apart_m(place, (trace.lat[at], trace.lon[at]))
            if not apart_m <= _APART_M:
                found.append(f"{where}: its road {word} {apart_m / M_PER_KM:.3f} km from its stop")
        for what, planned, expected, allowed in (
            ("s on the clock", trace.elapsed_s[0], clock_s, _CLOCK_S),
            ("km driven", trace.distance_km[0], distance_km, _DISTANCE_KM),
        ):
            if not abs(planned - expected) <= allowed:
                found.append(f"{where}: begins at {planned:.3f} {what}, not at {expected:.3f}")
        clock_s, distance_km = trace.elapsed_s[-1], trace.distance_km[-1]
        for what, stated, driven, allowed in (
            ("s", leg.driving_s, clock_s - trace.elapsed_s[0], _CLOCK_S),
            ("km", leg.distance_km, distance_km - trace.distance_km[0], _DISTANCE_KM),
        ):
            if not abs(stated - driven) <= allowed:
                found.append(f"{where}: states {stated:.3f} {what}, its road has {driven:.3f}")
        if number <= len(stops):
            clock_s += stops[number - 1].duration_s
    return found


def _broken(columns: Columns) -> list[str]:
    """Object to steps that are longer over the ground than on the road."""
    lat, lon = np.radians(columns.lat), np.radians(columns.lon)
    middle = np.cos(lat[columns.start] + 0.5 * columns.rise(lat))
    turn = (columns.rise(lon) + np.pi) % (2.0 * np.pi) - np.pi
    straight_m = EARTH_RADIUS_M * np.hypot(columns.rise(lat), turn * middle)
    road_m = columns.rise(columns.distance_km) * M_PER_KM
    short = ~(road_m * (1.0 + _SHORTER) + _APART_M >= straight_m)
    return [
        f"leg {leg + 1}: {road_m[k]:.0f} m of road lead {straight_m[k]:.0f} m over the ground, "
        f"{columns.distance_km[columns.start[k]]:.1f} km from the start"
        for leg, k in columns.first_in_legs(short)
    ]


def _clock(columns: Columns) -> list[str]:
    """Object to steps that take another time than their length at their speed."""
    right_s = columns.rise(columns.distance_km) / columns.ending(columns.speed_kmh) * S_PER_H
    wrong = ~(np.abs(columns.rise(columns.elapsed_s) - right_s) <= _STEP_CLOCK_S)
    return [
        f"leg {leg + 1}: the clock does not fit the speed, "
        f"{columns.distance_km[columns.start[k]]:.1f} km from the start"
        for leg, k in columns.first_in_legs(wrong)
    ]


def _apart_m(one: _Point, other: _Point) -> float:
    """Return the distance of two points that lie close together; of others, about."""
    turn = math.radians(other[1] - one[1] + 180.0) % (2.0 * math.pi) - math.pi
    east = turn * math.cos(math.radians(0.5 * (one[0] + other[0])))
    return EARTH_RADIUS_M * math.hypot(math.radians(other[0] - one[0]), east)
