"""The audit of where a plan is tied to the roads: the nearest point of one, and the way there.

Points on roads are found anew from the plan's own traces.  Where a leg begins or ends amid a road,
its trace is prolonged along the rest of that road, so that it can be followed from node to node.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.physics.consumption import stop_and_go_per_m
from tripplan.planning.audit_columns import Columns
from tripplan.planning.audit_ground import Ground, away_m, in_km
from tripplan.planning.audit_law import leads_across, not_allowed
from tripplan.planning.audit_objections import Objections
from tripplan.planning.kernels.lay_course import Course
from tripplan.records.network import NODE_COPY
from tripplan.records.plan import AccessWay, Leg, Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import Place
from tripplan.units import KMH_PER_MPS, M_PER_KM, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

CIRCUITY: Final = 1.3
"""The way from a place to a road is so many times the straight line, ..."""
ACCESS_KMH: Final = 50.0
"""... driven at this speed, as docs/models/search.md says."""
STREETS_KM: Final = 25.0
SPARSE_KM: Final = 80.0
"""A place may lie this far from the roads of a region with streets, and of one without."""
LAWFUL_M: Final = 300.0
"""Under a law, a legal road may lie this much farther from a place than the nearest of all."""
_ON_ROAD_M: Final = 1.0
_NEAREST_M: Final = 15.0
"""Another road may be nearer by this much: near junctions with turn restrictions one is tied to the
road a little off them."""
_NEAREST: Final = 5e-3
"""The nearest road is found in a plane, which is off by this much some 100 km away. [m/m]"""
_THROUGH_M: Final = 0.05
_JOINT_M: Final = 1e-6
_ONWARD_M: Final = 0.5
"""Where a road leads at a point of it is seen so far from there."""
_LEAST_DEG: Final = 1e-12
_M: Final = 0.01
_S: Final = 1e-3
_KWH: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Trace:
    """A leg's trace on the roads in columns of shape (points,), from its own start."""

    lat: Floats
    lon: Floats
    along_m: Floats
    height_m: Floats
    speed_kmh: Floats
    bearing_deg: Floats
    usual_kmh: Floats
    """Speed that is usual on the road, as the plan says."""
    lead_m: float = 0.0
    """How far it was prolonged at its start, less what lies before the road. [m]"""

    @classmethod
    def of(cls, columns: Columns, leg: int, first: int, last: int) -> "Trace":
        """Return the trace of a leg from one of its points to another.

        Parameters
        ----------
        columns, leg
            The traces of the plan, and which of them.
        first, last
            Points of the leg.
        """
        begin = columns.first[leg]
        part = slice(begin + first, begin + last + 1)
        km = columns.distance_km[part]
        before_m = (km[0] - columns.distance_km[begin]) * M_PER_KM
        speed, bearing, usual = (
            c[part].copy() for c in (columns.speed_kmh, columns.bearing_deg, columns.usual_kmh)
        )
        if km.size > 1:
            # What the first point states is of the stretch before it, if there is one.
            speed[0], bearing[0], usual[0] = speed[1], bearing[1], usual[1]
        return cls(
            columns.lat[part],
            columns.lon[part],
            (km - km[0]) * M_PER_KM,
            columns.elevation_m[part],
            speed,
            bearing,
            usual,
            -before_m,
        )

    @property
    def km(self) -> Floats:
        """Distance of each point from the start of the leg [km]."""
        return np.asarray(np.maximum(self.along_m - self.lead_m, 0.0) / M_PER_KM)


@dataclass(frozen=True, eq=False)
class Spot:
    """Where a leg's roads begin or end."""

    lat: float
    lon: float
    nodes: Longs
    """Nodes there, shape (nodes,); or, where there are none, ..."""
    arcs: Longs
    """... arcs that lead through, shape (arcs,), ..."""
    along_m: Floats
    """... and how far from their start, shape (arcs,)."""


@dataclass(frozen=True, eq=False)
class Span:
    """The part of a leg that is driven on roads."""

    trace: Trace
    start: Spot
    end: Spot


def look_at_access(
    plan: Plan,
    columns: Columns,
    ground: Ground,
    car: ConditionedVehicle,
    settings: Settings,
    found: Objections,
) -> list[Span]:
    """Look at where each leg joins and leaves the roads, and at the ways there.

    Parameters
    ----------
    plan, columns
        The plan, and its traces.
    ground, car
        Where it was made, and its car under its conditions.
    settings
        How far a place may lie from the roads.
    found
        Where objections go.

    Returns
    -------
    list of Span
        Of each leg.
    """
    looking = _Looking(plan, ground, car, settings, found)
    return [looking.leg(number, columns) for number in range(len(plan.legs))]


class _Looking:
    def __init__(
        self,
        plan: Plan,
        ground: Ground,
        car: ConditionedVehicle,
        settings: Settings,
        found: Objections,
    ) -> None:
        self.plan, self.ground, self.car, self.found = plan, ground, car, found
        usual_km = STREETS_KM if ground.has_streets else SPARSE_KM
        self.limit_m = (settings.snap_limit_km or usual_km) * M_PER_KM
        self.seen: dict[tuple[float, float], float] = {}

    def leg(self, number: int, columns: Columns) -> Span:
        """Look at one leg."""
        plan, leg, where = self.plan, self.plan.legs[number], f"leg {number + 1}"
        trace = leg.trace
        sides = [way.side for way in leg.access]
        if len(set(sides)) != len(sides):
            self.found.say(f"{where}: states two ways between one place and the roads")
        ways = {way.side: way for way in leg.access}
        first, last = 0, len(trace.lat) - 1
        start_way, end_way = ways.get("start"), ways.get("end")
        if start_way is not None and last > 0:
            first = 1
        if end_way is not None and last > first:
            last -= 1
        place = plan.trip.origin if number == 0 else self._place(number - 1)
        goal = self._place(number) if number < len(plan.stops) else plan.trip.destination
        spots = []
        for side, at, way, end, outer in (
            ("start", first, start_way, place, 0),
            ("end", last, end_way, goal, len(trace.lat) - 1),
        ):
            if end is None:
                self.found.when(
                    way is not None, f"{where}: states a way to the roads at a charger, its {side}"
                )
            else:
                self._tied(where, end, (trace.lat[at], trace.lon[at]))
                self._way(f"{where}, its {side}", leg, way, end, (at, outer))
            spots.append(self._spot(trace.lat[at], trace.lon[at], self._charger(number, side)))
        return Span(Trace.of(columns, number, first, last), *spots)

    def _place(self, stop: int) -> Place | None:
        """Return the place of a waypoint; None: a charger, which is a node."""
        found = self.plan.stops[stop]
        return None if found.charger else Place(lat=found.lat, lon=found.lon, name=found.name)

    def _charger(self, number: int, side: str) -> int | None:
        """Return the node of the charger at an end of a leg; None: there is none that is known."""
        stop = number - 1 if side == "start" else number
        if not 0 <= stop < len(self.plan.stops):
            return None
        charger = self.plan.stops[stop].charger
        known = self.ground.sites.get(charger.id) if charger else None
        return None if known is None else known[1]

    def _spot(self, lat: float, lon: float, node: int | None) -> Spot:
        none = np.empty(0, np.int64)
        if node is not None:
            return Spot(lat, lon, np.array([node], np.int64), none, np.empty(0))
        nodes = self.ground.at(lat, lon)
        nodes = nodes[(self.ground.network.node_flags[nodes] & NODE_COPY) == 0]
        if nodes.size:
            return Spot(lat, lon, nodes, none, np.empty(0))
        near = self.ground.near(lat, lon, _THROUGH_M)
        on = near.away_m <= _THROUGH_M
        return Spot(lat, lon, none, near.arc[on], near.along_m[on])

    def _barred(self) -> Flags | None:
        """Return the roads that the car may not use on this trip; None: it may use all."""
        trip, net = self.plan.trip, self.ground.network
        posted, law = self.car.vehicle.max_posted_speed_kmh, trip.low_speed_law
        if posted is None and law is None and not trip.avoid:
            return None
        if law is None:
            barred = net.speed_limit_kmh > (np.inf if posted is None else posted + _LIMIT_KMH)
        else:
            barred = not_allowed(net, law) | leads_across(net, law, np.arange(net.arc_count))
        for kind in trip.avoid:
            barred = barred | self.ground.of_kind(kind)
        return np.asarray(barred)

    def _nearest_m(self, place: Place, stated_m: float) -> float:
        """Return how far the road is that a place is to be tied to [m]."""
        at = place.lat, place.lon
        if at not in self.seen:
            barred = self._barred()
            self.seen[at] = self.ground.nearest_m(*at, barred, stated_m)
            by_law = bool(self.plan.trip.law)
            if barred is not None and (by_law or self.seen[at] > self.limit_m):
                any_m = self.ground.nearest_m(*at, None, stated_m)
                if self.seen[at] > (
                    min(self.limit_m, any_m + LAWFUL_M) if by_law else self.limit_m
                ):
                    self.seen[at] = any_m
        return self.seen[at]

    def _tied(self, where: str, place: Place, spot: tuple[float, float]) -> None:
        """Object to a place that is tied to another road than the nearest."""
        stated_m = away_m(place.lat, place.lon, *spot)
        nearest_m = self._nearest_m(place, stated_m)
        if not nearest_m <= self.limit_m:
            self.found.say(f"{where}: the nearest road to {place.label} is {in_km(nearest_m)} away")
        if not stated_m <= nearest_m * (1.0 + _NEAREST) + _NEAREST_M:
            self.found.say(
                f"{where}: {place.label} is tied to a road {in_km(stated_m)} away, "
                f"the nearest is {in_km(nearest_m)} away"
            )

    def _way(
        self, where: str, leg: Leg, way: AccessWay | None, place: Place, at: tuple[int, int]
    ) -> None:
        """Object to a way between a place and the roads that is not what it is assumed to be."""
        trace, (spot, outer) = leg.trace, at
        straight_m = away_m(place.lat, place.lon, trace.lat[spot], trace.lon[spot])
        if way is None:
            self.found.when(
                not straight_m <= 2.0 * _ON_ROAD_M,
                f"{where}: no way leads over {in_km(straight_m)} between the place and the road",
            )
            return
        driven_m = abs(trace.distance_km[spot] - trace.distance_km[outer]) * M_PER_KM
        took_s = abs(trace.elapsed_s[spot] - trace.elapsed_s[outer])
        rise_m = abs(trace.elevation_m[spot] - trace.elevation_m[outer])
        kmh = min(ACCESS_KMH, self.car.top_speed_kmh)
        step = max(spot, outer)
        kwh = self._energy_kwh(trace.bearing_deg[step], trace.elevation_m[outer], kmh, driven_m)
        right_m = CIRCUITY * straight_m
        for name, stated, right, allowed in (
            ("the straight way to the roads", way.straight_km * M_PER_KM, straight_m, 0.5),
            ("the way to the roads", way.distance_km * M_PER_KM, right_m, 0.5 + 1e-4 * right_m),
            ("the way to the roads, by the trace,", driven_m, way.distance_km * M_PER_KM, _M),
            ("the rise of the way to the roads", rise_m, 0.0, _M),
        ):
            self.found.compare(where, "m", ((name, stated, right, allowed),))
        self.found.compare(
            where,
            "s or kWh",
            (
                ("the time to the roads", way.driving_s, driven_m / kmh * _S_PER_M_KMH, _S),
                ("the time to the roads, by the clock,", way.driving_s, took_s, _S),
                ("the energy to the roads", way.energy_kwh, kwh, _KWH + 1e-6 * kwh),
            ),
        )

    def _energy_kwh(self, bearing_deg: float, height_m: float, kmh: float, way_m: float) -> float:
        """Return what a level way takes at a speed [kWh]."""
        car = self.car
        bearing = np.array([bearing_deg])
        motion_kw = car.motion_kw(
            np.array([kmh / KMH_PER_MPS]),
            np.zeros(1),
            car.headwind_mps(bearing),
            car.air_density_kg_per_m3(np.array([height_m])),
            crosswind_mps=car.crosswind_mps(bearing),
            stops_per_m=stop_and_go_per_m(np.array([ACCESS_KMH / KMH_PER_MPS])),
        )
        hours = way_m / M_PER_KM / kmh
        return float(car.draw_kw(motion_kw)[0]) * hours


_S_PER_M_KMH: Final = S_PER_H / M_PER_KM
_LIMIT_KMH: Final = 0.5
"""A posted limit may exceed the car's by this much."""


def ways_from(span: Span, ground: Ground, top_kmh: float) -> Iterator["Whole"]:
    """Yield a trace from node to node: prolonged over each road that leads through its ends.

    Parameters
    ----------
    span
        The trace, and where it begins and ends.
    ground
        The roads.
    top_kmh
        The car drives no faster.
    """
    net, trace = ground.network, span.trace
    for first in _ahead(ground, span.start, trace, 0):
        for last in _ahead(ground, span.end, trace, -1):
            whole = Whole(trace, span.start.nodes, span.end.nodes)
            if span.start.arcs.size:
                arc, at_m = int(span.start.arcs[first]), float(span.start.along_m[first])
                whole = whole.led_in(
                    _line(ground, arc, top_kmh), at_m, (span.start.lat, span.start.lon)
                )
                whole = replace(whole, starts=net.tail[arc : arc + 1].astype(np.int64))
            if span.end.arcs.size:
                arc, at_m = int(span.end.arcs[last]), float(span.end.along_m[last])
                whole = whole.led_out(
                    _line(ground, arc, top_kmh), at_m, (span.end.lat, span.end.lon)
                )
                whole = replace(whole, ends=net.head[arc : arc + 1].astype(np.int64))
            yield whole


def _ahead(ground: Ground, spot: Spot, trace: Trace, end: int) -> list[int]:
    """Return the numbers of the arcs through a spot; first those that lead as the trace does.

    The spot counts, not the arc's ends: a loop road has one node for both.
    """
    count = spot.arcs.size
    if count < 2 or trace.lat.size < 2:
        return list(range(max(count, 1)))
    beside, onward_m = (1, _ONWARD_M) if end == 0 else (-2, -_ONWARD_M)
    driven = _way_of(spot, trace.lat[beside], trace.lon[beside])
    likeness = []
    for arc, at_m in zip(spot.arcs.tolist(), spot.along_m.tolist(), strict=True):
        course = ground.course(np.array([arc]))
        lat, lon = (
            float(np.interp(at_m + onward_m, course.point_m, c)) for c in (course.lat, course.lon)
        )
        likeness.append(float(driven @ _way_of(spot, lat, lon)))
    found: list[int] = np.argsort(-np.array(likeness), kind="stable").tolist()
    return found


def _way_of(spot: Spot, lat: float, lon: float) -> Floats:
    """Return the direction of a point from a spot, north and east, of length 1; 0: it is there."""
    turn = (lon - spot.lon + 180.0) % 360.0 - 180.0
    way = np.array([lat - spot.lat, turn * np.cos(np.radians(spot.lat))])
    return np.asarray(way / max(float(np.hypot(*way)), _LEAST_DEG))


@dataclass(frozen=True, eq=False)
class Whole:
    """A trace that begins and ends at nodes."""

    trace: Trace
    starts: Longs
    """Nodes at which it may begin, shape (starts,)."""
    ends: Longs
    """Nodes at which it may end, shape (ends,)."""
    from_point: tuple[float, float] | None = None
    """Where the trace proper begins amid the first road; None: at its start."""
    to_point: tuple[float, float] | None = None
    """Where it ends amid the last road; None: at its end."""
    from_m: float = 0.0
    """How far along the first road that is, ..."""
    to_m: float = 0.0
    """... and along the last."""

    def driven_line(self, course: Course, length_m: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the line of what is driven: distance from the start, latitude and longitude.

        A part of a road is measured by its own chords, as it stands in the plan.

        Parameters
        ----------
        course
            What lies along the roads.
        length_m
            Length of each, shape (arcs,).
        """
        whole_m = float(length_m.sum())
        low = self.from_m if self.from_point else 0.0
        high = whole_m - float(length_m[-1]) + self.to_m if self.to_point else whole_m
        inside = np.ones(course.point_m.size, np.bool_)
        if self.from_point:
            inside &= course.point_m > low
        if self.to_point:
            inside &= course.point_m < high
        first, last = self.from_point, self.to_point
        along = np.concatenate(
            [[low] if first else [], course.point_m[inside], [high] if last else []]
        )
        lat, lon = (
            np.concatenate([[first[k]] if first else [], column[inside], [last[k]] if last else []])
            for k, column in enumerate((course.lat, course.lon))
        )
        for on, begin, end in (
            (first, low, min(float(length_m[0]), high)),
            (last, max(whole_m - float(length_m[-1]), low), high),
        ):
            part = np.flatnonzero((along >= begin - _JOINT_M) & (along <= end + _JOINT_M))
            if on and part.size > 1:
                along[part] = begin + (end - begin) * _shares(lat[part], lon[part])
        return along, lat, lon

    def led_in(self, line: "_Line", at_m: float, point: tuple[float, float]) -> "Whole":
        """Put the road up to the first point before it."""
        trace = self.trace
        along_m = line.along_m[line.along_m < at_m - _M]
        count = along_m.size
        if not count:
            return replace(self, from_point=point, from_m=at_m)
        return replace(
            self,
            from_point=point,
            from_m=at_m,
            trace=Trace(
                np.concatenate([line.lat[:count], trace.lat]),
                np.concatenate([line.lon[:count], trace.lon]),
                np.concatenate([along_m, trace.along_m + at_m]),
                np.concatenate([np.interp(along_m, line.knot_m, line.height_m), trace.height_m]),
                np.concatenate([np.full(count + 1, line.kmh), trace.speed_kmh[1:]]),
                np.concatenate([np.full(count, trace.bearing_deg[0]), trace.bearing_deg]),
                np.concatenate([np.full(count + 1, line.usual_kmh), trace.usual_kmh[1:]]),
                trace.lead_m + at_m,
            ),
        )

    def led_out(self, line: "_Line", at_m: float, point: tuple[float, float]) -> "Whole":
        """Put the rest of the road behind the last point."""
        trace = self.trace
        rest = line.along_m > at_m + _M
        along_m, count = line.along_m[rest], int(np.count_nonzero(rest))
        if not count:
            return replace(self, to_point=point, to_m=at_m)
        return replace(
            self,
            to_point=point,
            to_m=at_m,
            trace=replace(
                trace,
                lat=np.concatenate([trace.lat, line.lat[rest]]),
                lon=np.concatenate([trace.lon, line.lon[rest]]),
                along_m=np.concatenate([trace.along_m, trace.along_m[-1] + along_m - at_m]),
                height_m=np.concatenate(
                    [trace.height_m, np.interp(along_m, line.knot_m, line.height_m)]
                ),
                speed_kmh=np.concatenate([trace.speed_kmh, np.full(count, line.kmh)]),
                usual_kmh=np.concatenate([trace.usual_kmh, np.full(count, line.usual_kmh)]),
                bearing_deg=np.concatenate(
                    [trace.bearing_deg, np.full(count, trace.bearing_deg[-1])]
                ),
            ),
        )


@dataclass(frozen=True, eq=False)
class _Line:
    """One arc: its points, its heights and its speed."""

    lat: Floats
    lon: Floats
    along_m: Floats
    knot_m: Floats
    height_m: Floats
    kmh: float
    usual_kmh: float


def _shares(lat: Floats, lon: Floats) -> Floats:
    """Share of a line up to each of its points, by chords on a map, shape (points,)."""
    turn = (np.diff(lon) + 180.0) % 360.0 - 180.0
    step = np.hypot(np.diff(lat), turn * np.cos(np.radians(0.5 * (lat[1:] + lat[:-1]))))
    total = np.concatenate([[0.0], np.cumsum(step)])
    return np.asarray(total / total[-1] if total[-1] > 0.0 else np.linspace(0.0, 1.0, lat.size))


def _line(ground: Ground, arc: int, top_kmh: float) -> _Line:
    course = ground.course(np.array([arc]))
    usual_kmh = float(ground.network.speed_kmh[arc])
    return _Line(
        course.lat,
        course.lon,
        course.point_m,
        course.knot_m,
        course.height_m,
        min(usual_kmh, top_kmh),
        usual_kmh,
    )
