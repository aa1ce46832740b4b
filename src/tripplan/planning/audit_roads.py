"""The audit of roads: each leg follows roads of the network as this car may drive them.

The roads are found anew from the plan's own traces: a trace names no road, but each arc that it is
on has to begin at the very node at which the last one ended, so that turns are checked as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.physics.consumption import stop_and_go_per_m
from tripplan.planning.audit_access import Span, Trace, Whole, ways_from
from tripplan.planning.audit_ground import Ground
from tripplan.planning.audit_law import leads_across, limited
from tripplan.planning.audit_objections import Objections
from tripplan.planning.audit_seasons import closed_then
from tripplan.planning.kernels.follow import Barred, Followed, follow
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_MOTORROAD,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.plan import Plan
from tripplan.units import KMH_PER_MPS, M_PER_DEGREE
from tripplan.vehicle_model.conditioned import ConditionedVehicle

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
        law, avoid = self.trip.low_speed_law, self.trip.avoid
        posted = law.road_limit_kmh if law else car.vehicle.max_posted_speed_kmh
        classes = np.zeros(len(ROAD_CLASSES), np.bool_)
        classes[ROAD_CLASSES.index("motorway")] = "motorway" in avoid or law is not None
        flags = sum(flag for kind, flag in _FLAGS.items() if kind in avoid)
        self.barred = Barred(
            above_kmh=np.inf if posted is None else posted + SAME_LIMIT_KMH,
            flags=flags | FLAG_MOTORROAD if law else flags,
            classes=classes,
            link=0 if law else FLAG_LINK,
        )

    def look(self, spans: Sequence[Span]) -> None:
        """Look at the roads of each leg."""
        driven = []
        for number, span in enumerate(spans, start=1):
            ways = []
            for whole in ways_from(span, self.ground, self.car.top_speed_kmh):
                ways.append((whole, self._follow(whole.trace, 0, whole.starts, whole.ends)))
                if ways[-1][1].complete:
                    break
            whole, followed = max(ways, key=lambda w: (w[1].complete, w[1].reached))
            if not followed.complete:
                self._astray(f"leg {number}", whole.trace, followed)
            elif followed.arc.size:
                driven.append((number, whole, followed))
        if driven:
            way = _Way.of(self.ground.network, driven)
            self._line(way)
            self._may_be_driven(way)
            self._speed(way)

    def _say(self, leg: Longs, wrong: Flags, tell: Callable[[int], str]) -> None:
        """Tell of the first thing that is wrong in each leg."""
        if not wrong.any():
            return
        at = np.flatnonzero(wrong)
        for k in at[np.unique(leg[at], return_index=True)[1]].tolist():
            self.found.say(f"leg {leg[k]}: {tell(k)}")

    def _follow(self, trace: Trace, first: int, starts: Longs, ends: Longs) -> Followed:
        return follow(
            self.ground.columns,
            self.barred,
            self.trip.slow_down_to,
            trace.along_m[first:],
            trace.lat[first:],
            trace.lon[first:],
            trace.speed_kmh[first:],
            trace.bearing_deg[first:],
            trace.usual_kmh[first:],
            starts,
            ends,
        )

    def _astray(self, where: str, trace: Trace, followed: Followed) -> None:
        """Say why a trace follows no roads from one end to the other."""
        k, last = followed.reached, trace.lat.size - 1
        place = f"{trace.km[k]:.1f} km from its start"
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

    def _against_the_way(self, trace: Trace, k: int) -> bool:
        """Whether a trace, turned round, would lead to a point that it leaves by no road."""
        back = slice(None, k - 1 if k else None, -1)
        turned = Trace(
            trace.lat[back],
            trace.lon[back],
            trace.along_m[-1] - trace.along_m[back],
            trace.height_m[back],
            np.zeros(trace.lat.size - k),
            trace.bearing_deg[back],
            trace.usual_kmh[back],
        )
        for j in range(k + 1, trace.lat.size):
            nodes = self.ground.at(float(trace.lat[j]), float(trace.lon[j]))
            if nodes.size:
                here = self.ground.at(float(trace.lat[k]), float(trace.lon[k]))
                first = trace.lat.size - 1 - j
                return self._follow(turned, first, nodes, here).complete
        return False

    def _line(self, way: "_Way") -> None:
        """Hold positions, heights and directions against the road's own."""
        off_m, height_m = np.zeros(way.leg.size), np.empty(way.leg.size)
        for number, whole in way.wholes.items():
            here, arcs = way.leg == number, way.arcs[way.arc_leg == number]
            course, at_m = self.ground.course(arcs), way.at_m[here]
            height_m[here] = np.interp(at_m, course.knot_m, course.height_m)
            line = whole.driven_line(course, self.ground.network.length_m[arcs])
            lat, lon = (np.interp(at_m, line[0], column) for column in line[1:])
            off = np.hypot(way.lat[here] - lat, (way.lon[here] - lon) * np.cos(np.radians(lat)))
            # Beyond its ends it is only prolonged, by the road itself.
            own = (at_m >= line[0][0]) & (at_m <= line[0][-1])
            off_m[here] = np.where(own, off * M_PER_DEGREE, 0.0)
        off_height_m = np.abs(way.height_m - height_m)
        bearing = way.right_deg[way.step_row]
        turn = np.abs((way.bearing_deg - bearing + 180.0) % 360.0 - 180.0)
        turn[way.length_m < _SHORT_M] = 0.0
        for words, leg, km, off, allowed in (
            ("m off its road", way.leg, way.km, off_m, _OFF_LINE_M),
            ("m above or below its road", way.leg, way.km, off_height_m, _OFF_HEIGHT_M),
            (
                "degrees off the direction of its road",
                way.step_leg,
                way.step_km,
                turn,
                _OFF_BEARING_DEG,
            ),
        ):

            def tell(k: int, *, off: Floats = off, words: str = words, km: Floats = km) -> str:
                return f"{off[k]:.1f} {words}, {km[k]:.1f} km from its start"

            self._say(leg, ~(off <= allowed), tell)

    def _may_be_driven(self, way: "_Way") -> None:
        """Object to roads that the car may not use, or the trip avoids."""
        kinds = self.may_not_use(way.arcs)
        if law := self.trip.low_speed_law:
            onward = np.append(way.arc_leg[1:] == way.arc_leg[:-1], False)
            across = leads_across(self.ground.network, law, way.arcs) & onward
            kinds[f"across a faster one, which {law.code} forbids"] = across
        for words, barred in kinds.items():

            def tell(k: int, *, words: str = words) -> str:
                return f"takes a road {words}, up to {way.end_km[k]:.1f} km from its start"

            self._say(way.arc_leg, barred, tell)

    def may_not_use(self, arcs: Longs) -> dict[str, Flags]:
        """Return which of some arcs the car may not use or the trip avoids, by what they are.

        Parameters
        ----------
        arcs
            Some arcs of the region, shape (arcs,).
        """
        net = self.ground.network
        kinds: dict[str, Flags] = {
            "of a higher limit than the car may use": net.speed_limit_kmh[arcs]
            > self.barred.above_kmh,
        }
        for kind in self.trip.avoid:
            if kind == "motorway":
                ramp = (net.flags[arcs] & FLAG_LINK) != 0
                wrong = (net.road_class[arcs] == ROAD_CLASSES.index("motorway")) & ~ramp
            else:
                wrong = (net.flags[arcs] & _FLAGS[kind]) != 0
            if kind == "ferry":
                wrong |= net.road_class[arcs] == ROAD_CLASSES.index("ferry")
            kinds[f"of a kind that the trip avoids: {kind}"] = wrong
        if law := self.trip.low_speed_law:
            kinds[f"of limited access, which {law.code} forbids"] = limited(net)[arcs]
        kinds["that is closed then by season, day or hour"] = closed_then(
            net, arcs, self.trip.departure
        )
        for place in self.trip.closed:
            kinds[f"that is closed at {place.label}"] = self._closed_at(place.lat, place.lon, arcs)
        return kinds

    def _closed_at(self, lat: float, lon: float, arcs: Longs) -> Flags:
        """Which arcs belong to the road nearest to a point."""
        away_m = self.ground.arcs_to(lat, lon, arcs)
        if not np.any(away_m <= CLOSED_M + SAME_ROAD_M):
            return np.zeros(arcs.size, np.bool_)
        every = np.arange(self.ground.network.arc_count)
        nearest_m = float(self.ground.arcs_to(lat, lon, every).min())
        return np.asarray(away_m <= min(nearest_m, CLOSED_M) + SAME_ROAD_M)

    def _speed(self, way: "_Way") -> None:
        """Object to speeds above what is usual, or below what the trip allows for no reason.

        And to what is said to be usual.
        """
        arc, speed = way.arcs[way.step_row], way.speed_kmh
        stated, real = way.usual_kmh, self.ground.network.speed_kmh[arc]
        self._say(
            way.step_leg,
            ~(np.abs(stated - real) <= real * _SPEED),
            lambda k: (
                f"{stated[k]:.1f} km/h is said to be usual where {real[k]:.1f} is, "
                f"{way.step_km[k]:.1f} km from its start"
            ),
        )
        usual = np.minimum(self.ground.network.speed_kmh[arc], self.car.top_speed_kmh)
        least = np.maximum(self.trip.slow_down_to * usual, np.minimum(usual, self.trip.slowest_kmh))
        long = way.length_m >= _SHORT_M
        quick = long & ~(speed <= usual * (1.0 + _SPEED))
        slow = long & ~(speed >= least * (1.0 - _SPEED))
        steps = np.flatnonzero(slow)
        if steps.size:
            slow[steps] = ~self._too_steep(way, usual, steps)
        for words, wrong in (
            ("faster than is usual there", quick),
            ("slower than the trip allows", slow),
        ):

            def tell(k: int, *, words: str = words) -> str:
                return (
                    f"{speed[k]:.1f} km/h is {words} ({least[k]:.1f} to {usual[k]:.1f} km/h), "
                    f"{way.step_km[k]:.1f} km from its start"
                )

            self._say(way.step_leg, wrong, tell)

    def _too_steep(self, way: "_Way", usual: Floats, steps: Longs) -> Flags:
        """Whether the motor could not take these steps one step of speed faster."""
        speed = way.speed_kmh[steps]
        faster = np.minimum(speed + _MOTOR_STEP * usual[steps], usual[steps])
        power_kw = self.car.motion_kw(
            faster / KMH_PER_MPS,
            way.rise_m[steps] / way.length_m[steps],
            self.car.headwind_mps(way.bearing_deg[steps]),
            self.car.air_density_kg_per_m3(way.middle_m[steps]),
            crosswind_mps=self.car.crosswind_mps(way.bearing_deg[steps]),
            stops_per_m=stop_and_go_per_m(way.usual_kmh[steps] / KMH_PER_MPS),
        )
        vehicle = self.car.vehicle
        most_kw = vehicle.motor_kw / vehicle.drive_efficiency
        return np.asarray(
            (power_kw > most_kw * (1.0 - 1e-3))
            & (speed >= usual[steps] * _LEAST_SHARE * (1.0 - _SPEED))
        )


@dataclass(frozen=True, eq=False)
class _Way:
    """All legs that follow roads, one after the other, in columns of arcs, points and steps."""

    wholes: dict[int, Whole]
    """By number of the leg."""
    arcs: Longs
    arc_leg: Longs
    """Number of the leg of each arc."""
    end_km: Floats
    """Distance of its end from the start of its leg."""
    leg: Longs
    """Number of the leg of each point."""
    km: Floats
    """Distance of each point from the start of its leg, ..."""
    at_m: Floats
    """... and from that of the leg's first arc."""
    lat: Floats
    lon: Floats
    height_m: Floats
    step_leg: Longs
    step_row: Longs
    """Position of the arc of each step among the arcs."""
    step_km: Floats
    speed_kmh: Floats
    bearing_deg: Floats
    usual_kmh: Floats
    """Speed that is usual on the road, as the plan says."""
    length_m: Floats
    rise_m: Floats
    middle_m: Floats
    right_deg: Floats
    """Direction that each arc has, or the part of it that is driven, shape (arcs,)."""

    @classmethod
    def of(cls, network: RoadNetwork, driven: Sequence[tuple[int, Whole, Followed]]) -> "_Way":
        rows, before = [], 0
        for number, whole, followed in driven:
            trace = whole.trace
            arcs, points = followed.arc, trace.lat.size
            step_row = np.repeat(np.arange(arcs.size), np.diff(followed.end, prepend=0))
            km = trace.km
            rows.append(
                (
                    arcs,
                    np.full(arcs.size, number),
                    km[followed.end],
                    np.full(points, number),
                    km,
                    trace.along_m,
                    trace.lat,
                    trace.lon,
                    trace.height_m,
                    np.full(points - 1, number),
                    step_row + before,
                    km[:-1],
                    trace.speed_kmh[1:],
                    trace.bearing_deg[1:],
                    trace.usual_kmh[1:],
                    np.diff(trace.along_m),
                    np.diff(trace.height_m),
                    0.5 * (trace.height_m[1:] + trace.height_m[:-1]),
                )
            )
            before += arcs.size
        columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
        wholes = {number: whole for number, whole, _ in driven}
        columns.append(_bearings_deg(network, columns[0], driven))
        return cls(wholes, *columns)


def _bearings_deg(
    network: RoadNetwork, arcs: Longs, driven: Sequence[tuple[int, Whole, Followed]]
) -> Floats:
    """Direction of each arc, or of the part of it that is driven, at its start towards its end."""
    ends = np.stack([network.tail[arcs], network.head[arcs]])
    lat, lon = network.lat[ends], network.lon[ends]
    begin = 0
    for _, whole, followed in driven:
        end = begin + followed.arc.size
        for point, at in ((whole.from_point, (0, begin)), (whole.to_point, (1, end - 1))):
            if point is not None:
                lat[at], lon[at] = point
        begin = end
    here, there = np.radians(lat)
    turn = np.radians(lon[1] - lon[0])
    east = np.sin(turn) * np.cos(there)
    north = np.cos(here) * np.sin(there) - np.sin(here) * np.cos(there) * np.cos(turn)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)
