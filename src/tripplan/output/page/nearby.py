"""Chargers at which the plan does not stop: why not, and which of them could stand in for a stop.

Arrays and records in, short records out; nothing here knows the map library.
"""

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.output.drawing.basemap import chargers_near
from tripplan.output.drawing.route_profile import RouteProfile
from tripplan.output.text import words
from tripplan.planning.charger_filter import NO_PLUG, UsablePlugs, usable_plugs
from tripplan.records.charger import Charger
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.region import Region
from tripplan.records.trip import Objective
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

_KM_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M / M_PER_KM
_ASIDE_KM = 3.0
"""A charger farther from the route than this is called off the route."""
_WEAKER = 0.75
"""A charger of less than this share of the weakest used one's power is called slower."""
_PLENTY_SOC = 0.6
"""From this charge on the battery is said to need none yet."""
FARTHEST_KM = 80.0
"""No stand-in is looked for beyond this much road."""
_SPARE_SOC = 0.02
"""So much stays in the battery on the way to a stand-in (assumption)."""


@dataclass(frozen=True)
class Unused:
    """A charger near the route at which the plan does not stop."""

    charger: Charger
    reason: str
    """Short: the same words for all that are left out for the same cause."""
    details: str
    """The figures behind it; may be empty."""


@dataclass(frozen=True)
class StandIn:
    """The nearest charger to drive to if the one of a stop cannot be used."""

    charger: Charger | None
    """None: there is none within `FARTHEST_KM` of road."""
    road_km: float
    arrival_soc: float
    """SoC there at the trip's mean consumption (assumption); below 0: out of reach."""


def _usable(plan: Plan, charger: Charger) -> UsablePlugs:
    """Judge a charger as the plan's search did: by the plan's car, adapters and wishes."""
    car = plan.vehicle
    return usable_plugs(
        (charger,), car.fast_charging_standards, plan.trip.chargers, tesla=car.is_tesla
    )


def unused(plan: Plan, region: Region, profile: RouteProfile) -> tuple[Unused, ...]:
    """Return the chargers near the route that the plan passes by, each with the reason.

    The reasons are read off the plan: wishes, plugs, distance, power and the charge with which the
    car passes.  What is left fits, and either no charging stop is needed or the search found others
    better.
    """
    found = []
    for charger in chargers_near(region, plan):
        usable = _usable(plan, charger)
        if usable.plugs:
            power_kw = usable.plugs[0].connector.rated_kw
            found.append(Unused(charger, *_no_use(plan, charger, power_kw, profile)))
        else:
            found.append(Unused(charger, next(iter(usable.dropped), NO_PLUG), ""))
    return tuple(found)


_BETTER: Mapping[Objective, str] = {
    "time": "a quicker trip",
    "energy": "a trip of less energy",
    "money": "a cheaper trip",
    "stops": "a trip of fewer stops or less time",
}
"""What the stops used make, by what was asked for."""


def _no_use(
    plan: Plan, charger: Charger, power_kw: float, profile: RouteProfile
) -> tuple[str, str]:
    """Say why a charger that fits is not used, and the figures behind it."""
    east = (profile.lon - charger.lon) * math.cos(math.radians(charger.lat))
    apart = np.hypot(east, profile.lat - charger.lat) * _KM_PER_DEGREE
    nearest = int(np.argmin(apart))
    away_km, soc = float(apart[nearest]), float(profile.soc[nearest])
    used = [stop for stop in plan.stops if stop.charger]
    weakest_kw = min((stop.plug_kw for stop in used), default=0.0)
    if away_km > _ASIDE_KM:
        return "off the route", f"{words.distance(away_km)} away as the crow flies"
    passes = f"the car passes with {words.percent(soc)}"
    if not plan.stop_count:
        return "fits, but the trip needs no charging stop", passes
    if power_kw < _WEAKER * weakest_kw:
        return (
            "slower than the stops used",
            f"{words.power(power_kw)}; the stops used give {words.power(weakest_kw)} or more",
        )
    if soc > _PLENTY_SOC:
        return "battery still well charged there", passes
    return f"fits, but the stops used make {_BETTER[plan.trip.objective]}", passes


def reasons(found: Iterable[Unused]) -> tuple[tuple[str, int], ...]:
    """Return how many chargers are left out for each reason, the most frequent first."""
    return tuple(Counter(one.reason for one in found).most_common())


def stand_ins(plan: Plan, region: Region) -> Mapping[int, StandIn]:
    """Return, by number of the stop, where to go if its charger cannot be used.

    By road from the stop, over roads of the region; for stops at chargers of the region only.
    """
    sites = {charger.id: position for position, charger in enumerate(region.chargers.chargers)}
    wanted = {
        stop.number: (stop, sites[stop.charger.id])
        for stop in plan.stops
        if stop.charger and stop.charger.id in sites
    }
    if not wanted:
        return {}
    near = _near([(stop.lat, stop.lon) for stop, _ in wanted.values()], region.chargers.chargers)
    fitting: dict[int, list[int]] = {}
    for position in near:
        if _usable(plan, region.chargers.chargers[position]).plugs:
            fitting.setdefault(int(region.chargers.node[position]), []).append(position)
    return {
        number: _stand_in(plan, region, stop, own, fitting)
        for number, (stop, own) in wanted.items()
    }


def _near(stops: Sequence[tuple[float, float]], chargers: Sequence[Charger]) -> list[int]:
    """Return the positions of chargers within `FARTHEST_KM` of any of some points."""
    lat = np.array([charger.lat for charger in chargers])
    lon = np.array([charger.lon for charger in chargers])
    near = np.zeros(lat.size, dtype=bool)
    for stop_lat, stop_lon in stops:
        east = (lon - stop_lon) * math.cos(math.radians(stop_lat))
        near |= np.hypot(east, lat - stop_lat) * _KM_PER_DEGREE <= FARTHEST_KM
    return np.flatnonzero(near).tolist()


def _stand_in(
    plan: Plan, region: Region, stop: ChargingStop, own: int, fitting: Mapping[int, list[int]]
) -> StandIn:
    for node, road_km in _outwards(region.network, int(region.chargers.node[own])):
        others = [position for position in fitting.get(node, ()) if position != own]
        if others:
            used_kwh = road_km * plan.consumption_wh_per_km / M_PER_KM
            soc = stop.arrival_soc - used_kwh / plan.capacity_kwh
            return StandIn(region.chargers.chargers[min(others)], road_km, soc)
    return StandIn(None, math.inf, -math.inf)


def within_reach(found: StandIn) -> bool:
    """Tell whether the car gets to a stand-in with what it has on arrival at the stop."""
    return found.charger is not None and found.arrival_soc >= _SPARE_SOC


def _outwards(network: RoadNetwork, start: int) -> Iterator[tuple[int, float]]:
    """Yield nodes with their distance by road, the nearest first (Dijkstra 1959)."""
    settled: set[int] = set()
    queue = [(0.0, start)]
    while queue:
        road_m, node = heapq.heappop(queue)
        if node in settled:
            continue
        if road_m > FARTHEST_KM * M_PER_KM:
            return
        settled.add(node)
        yield node, road_m / M_PER_KM
        for arc in range(network.first_out[node], network.first_out[node + 1]):
            head = int(network.head[arc])
            if head not in settled:
                heapq.heappush(queue, (road_m + float(network.length_m[arc]), head))
