"""The audit of roads: each leg follows roads of the network as this car may drive them.

The roads are found anew from the plan's own traces: a trace names no road, but each arc that it is
on has to begin at the very node at which the last one ended, so that turns are checked as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.planning.audit_ground import Course, Ground, Nearest, in_km
from tripplan.planning.audit_objections import Objections
from tripplan.planning.kernels.follow import Barred, Followed, follow
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
)
from tripplan.records.plan import Leg, Plan
from tripplan.units import KMH_PER_MPS, M_PER_DEGREE, M_PER_KM
from tripplan.vehicle_model.conditioned import ConditionedVehicle

SLOWEST_KMH: Final = 70.0
"""No road is driven more slowly than this for the sake of energy, as docs/models/speed.md says."""
SAME_LIMIT_KMH: Final = 0.5
"""A posted limit may exceed the car's by this much."""
CLOSED_M: Final = 500.0
"""A road that is closed lies at most this far from the point that says so, ..."""
SAME_ROAD_M: Final = 5.0
"""... and so do, within this, its other direction and its copies."""
_OFF_LINE_M: Final = 2.0
_OFF_HEIGHT_M: Final = 0.5
_OFF_BEARING_DEG: Final = 0.5
_SHORT_M: Final = 1.0
"""Of a shorter step it may not be clear which of two roads it is on."""
_SPEED: Final = 1e-6
"""Relative."""
_MOTOR_STEP: Final = 0.02
"""A climb that is too steep is taken in steps of this share of the usual speed, ..."""
_LEAST_SHARE: Final = 0.1
"""... down to this share."""
_FLAGS: Final = {"toll": FLAG_TOLL, "ferry": FLAG_FERRY, "tunnel": FLAG_TUNNEL}


def leg_ends(plan: Plan, ground: Ground, limit_km: float, found: Objections) -> list[Nearest]:
    """Return where origin, stops and destination are tied to the roads, in order.

    Parameters
    ----------
    plan, ground
        The plan, and where it was made.
    limit_km
        How far a place may lie from the roads. [km]
    found
        Where objections go.
    """
    trip = plan.trip
    ends = [ground.nearest(trip.origin.lat, trip.origin.lon)]
    for stop in plan.stops:
        known = ground.sites.get(stop.charger.id) if stop.charger else None
        if known is not None:
            ends.append(Nearest(np.array([known[1]], np.int64), 0.0))
        else:
            ends.append(ground.nearest(stop.lat, stop.lon))
    ends.append(ground.nearest(trip.destination.lat, trip.destination.lon))
    for number, end in enumerate(ends):
        found.when(
            not end.away_m <= limit_km * M_PER_KM,
            f"place {number + 1}: the nearest road is {in_km(end.away_m)} away",
        )
    return ends


@dataclass(frozen=True, eq=False)
class _Trace:
    """A leg's trace in columns, from its own start."""

    lat: Floats
    lon: Floats
    along_m: Floats
    height_m: Floats
    speed_kmh: Floats
    bearing_deg: Floats

    @classmethod
    def of(cls, leg: Leg) -> "_Trace":
        trace = leg.trace
        km = np.array(trace.distance_km)
        return cls(
            np.array(trace.lat),
            np.array(trace.lon),
            (km - km[0]) * M_PER_KM,
            np.array(trace.elevation_m),
            np.array(trace.speed_kmh),
            np.array(trace.bearing_deg),
        )


class Roads:
    """Looks at the roads of a plan.

    Parameters
    ----------
    plan, ground, car
        The plan, where it was made, and its car under its conditions.
    found
        Where objections go.
    """

    def __init__(
        self, plan: Plan, ground: Ground, car: ConditionedVehicle, found: Objections
    ) -> None:
        self.trip, self.ground, self.car, self.found = plan.trip, ground, car, found
        posted = car.vehicle.max_posted_speed_kmh
        avoid = self.trip.avoid
        classes = np.zeros(len(ROAD_CLASSES), np.bool_)
        classes[ROAD_CLASSES.index("motorway")] = "motorway" in avoid
        self.barred = Barred(
            above_kmh=np.inf if posted is None else posted + SAME_LIMIT_KMH,
            flags=sum(flag for kind, flag in _FLAGS.items() if kind in avoid),
            classes=classes,
            link=FLAG_LINK,
        )

    def look(self, plan: Plan, ends: Sequence[Nearest]) -> None:
        """Look at the roads of each leg between its ends."""
        for number, (leg, (start, end)) in enumerate(
            zip(plan.legs, pairwise(ends), strict=True), start=1
        ):
            self._leg(f"leg {number}", leg, start.nodes, end.nodes)

    def _leg(self, where: str, leg: Leg, starts: Longs, ends: Longs) -> None:
        trace = _Trace.of(leg)
        followed = self._follow(trace, 0, starts, ends)
        if not followed.complete:
            self._astray(where, trace, followed)
            return
        if not followed.arc.size:
            return
        arcs = followed.arc
        at = np.repeat(np.arange(arcs.size), np.diff(followed.end, prepend=0))
        self._line(where, trace, self.ground.course(arcs), arcs, at)
        self._may_be_driven(where, trace, arcs, followed.end)
        self._speed(where, trace, arcs[at])

    def _follow(self, trace: _Trace, first: int, starts: Longs, ends: Longs) -> Followed:
        return follow(
            self.ground.columns,
            self.barred,
            self.trip.slow_down_to,
            trace.along_m[first:],
            trace.lat[first:],
            trace.lon[first:],
            trace.speed_kmh[first:],
            starts,
            ends,
        )

    def _astray(self, where: str, trace: _Trace, followed: Followed) -> None:
        """Say why a trace follows no roads from one end to the other."""
        k, last = followed.reached, trace.lat.size - 1
        place = f"{trace.along_m[k] / M_PER_KM:.1f} km from its start"
        if k == last:
            self.found.say(f"{where}: its road does not end where it is to stop")
            return
        here = self.ground.at(float(trace.lat[k]), float(trace.lon[k]))
        if k and self._follow(trace, k, here, here).reached > 0:
            self.found.say(f"{where}: takes a turn that is forbidden, {place}")
        elif self._against_the_way(trace, k):
            self.found.say(f"{where}: drives a one-way road the wrong way, {place}")
        else:
            self.found.say(f"{where}: follows no road of the network, {place}")

    def _against_the_way(self, trace: _Trace, k: int) -> bool:
        """Whether a trace, turned round, would lead to a point that it leaves by no road."""
        back = slice(None, k - 1 if k else None, -1)
        turned = _Trace(
            trace.lat[back],
            trace.lon[back],
            trace.along_m[-1] - trace.along_m[back],
            trace.height_m[back],
            np.zeros(trace.lat.size - k),
            trace.bearing_deg[back],
        )
        for j in range(k + 1, trace.lat.size):
            nodes = self.ground.at(float(trace.lat[j]), float(trace.lon[j]))
            if nodes.size:
                here = self.ground.at(float(trace.lat[k]), float(trace.lon[k]))
                first = trace.lat.size - 1 - j
                return self._follow(turned, first, nodes, here).complete
        return False

    def _line(self, where: str, trace: _Trace, course: Course, arcs: Longs, at: Longs) -> None:
        """Hold positions, heights and directions against the road's own."""
        lat = np.interp(trace.along_m, course.point_m, course.lat)
        lon = np.interp(trace.along_m, course.point_m, course.lon)
        east = (trace.lon - lon) * np.cos(np.radians(lat))
        off_m = np.hypot(trace.lat - lat, east) * M_PER_DEGREE
        height_m = np.interp(trace.along_m, course.knot_m, course.height_m)
        bearing = self._bearing_deg(arcs)[at]
        turn = (trace.bearing_deg[1:] - bearing + 180.0) % 360.0 - 180.0
        turn[np.diff(trace.along_m) < _SHORT_M] = 0.0
        for words, off, allowed in (
            ("m off its road", off_m, _OFF_LINE_M),
            ("m above or below its road", np.abs(trace.height_m - height_m), _OFF_HEIGHT_M),
            ("degrees off the direction of its road", np.abs(turn), _OFF_BEARING_DEG),
        ):
            wrong = np.flatnonzero(~(off <= allowed))
            for k in wrong[:1].tolist():
                self.found.say(
                    f"{where}: {off[k]:.1f} {words}, {trace.along_m[k] / M_PER_KM:.1f} km from "
                    "its start",
                )

    def _bearing_deg(self, arcs: Longs) -> Floats:
        """Direction of each arc at its start, towards its end, along the great circle."""
        net = self.ground.network
        tail, head = net.tail[arcs], net.head[arcs]
        here, there = np.radians(net.lat[tail]), np.radians(net.lat[head])
        turn = np.radians(net.lon[head] - net.lon[tail])
        east = np.sin(turn) * np.cos(there)
        north = np.cos(here) * np.sin(there) - np.sin(here) * np.cos(there) * np.cos(turn)
        return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)

    def _may_be_driven(self, where: str, trace: _Trace, arcs: Longs, end: Longs) -> None:
        """Object to roads that the car may not use, or the trip avoids."""
        net = self.ground.network
        ramp = (net.flags[arcs] & FLAG_LINK) != 0
        kinds: dict[str, Flags] = {
            "of a higher limit than the car may use": net.speed_limit_kmh[arcs]
            > self.barred.above_kmh,
        }
        for kind in self.trip.avoid:
            if kind == "motorway":
                amid = net.road_class[arcs] == ROAD_CLASSES.index("motorway")
                kinds["of a kind that the trip avoids: motorway"] = amid & ~ramp
            else:
                flagged = (net.flags[arcs] & _FLAGS[kind]) != 0
                if kind == "ferry":
                    flagged |= net.road_class[arcs] == ROAD_CLASSES.index("ferry")
                kinds[f"of a kind that the trip avoids: {kind}"] = flagged
        for place in self.trip.closed:
            kinds[f"that is closed at {place.label}"] = self._closed_at(place.lat, place.lon, arcs)
        for words, wrong in kinds.items():
            for k in np.flatnonzero(wrong)[:1].tolist():
                km = trace.along_m[end[k]] / M_PER_KM
                self.found.say(f"{where}: takes a road {words}, up to {km:.1f} km")

    def _closed_at(self, lat: float, lon: float, arcs: Longs) -> Flags:
        """Which arcs belong to the road nearest to a point."""
        away_m = self.ground.arcs_to(lat, lon, arcs)
        if not np.any(away_m <= CLOSED_M + SAME_ROAD_M):
            return np.zeros(arcs.size, np.bool_)
        every = np.arange(self.ground.network.arc_count)
        nearest_m = float(self.ground.arcs_to(lat, lon, every).min())
        return np.asarray(away_m <= min(nearest_m, CLOSED_M) + SAME_ROAD_M)

    def _speed(self, where: str, trace: _Trace, arc: Longs) -> None:
        """Object to speeds above what is usual, or below what the trip allows for no reason.

        ``arc`` is that of each step of the trace, shape (points - 1,).
        """
        speed = trace.speed_kmh[1:]
        usual = np.minimum(self.ground.network.speed_kmh[arc], self.car.top_speed_kmh)
        least = np.maximum(self.trip.slow_down_to * usual, np.minimum(usual, SLOWEST_KMH))
        long = np.diff(trace.along_m) >= _SHORT_M
        slow = np.flatnonzero(long & ~(speed >= least * (1.0 - _SPEED)))
        quick = np.flatnonzero(long & ~(speed <= usual * (1.0 + _SPEED)))
        weak = self._too_steep(trace, usual, slow) if slow.size else slow
        for words, wrong in (
            ("faster than is usual there", quick),
            ("slower than the trip allows", np.setdiff1d(slow, weak)),
        ):
            for k in wrong[:1].tolist():
                self.found.say(
                    f"{where}: {speed[k]:.1f} km/h is {words} ({least[k]:.1f} to "
                    f"{usual[k]:.1f} km/h), {trace.along_m[k] / M_PER_KM:.1f} km from its start",
                )

    def _too_steep(self, trace: _Trace, usual: Floats, slow: Longs) -> Longs:
        """Which slow steps the motor could not take one step of speed faster."""
        length_m, rise_m = np.diff(trace.along_m)[slow], np.diff(trace.height_m)[slow]
        middle_m = 0.5 * (trace.height_m[1:] + trace.height_m[:-1])[slow]
        speed = trace.speed_kmh[1:][slow]
        faster = np.minimum(speed + _MOTOR_STEP * usual[slow], usual[slow])
        power_kw = self.car.motion_kw(
            faster / KMH_PER_MPS,
            rise_m / length_m,
            self.car.headwind_mps(trace.bearing_deg[1:][slow]),
            self.car.air_density_kg_per_m3(middle_m),
        )
        vehicle = self.car.vehicle
        most_kw = vehicle.motor_kw / vehicle.drive_efficiency
        bound = (power_kw > most_kw * (1.0 - 1e-3)) & (
            speed >= usual[slow] * _LEAST_SHARE * (1.0 - _SPEED)
        )
        return slow[bound]
