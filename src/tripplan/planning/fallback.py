"""Where a car goes on to if a charger is broken: which sites will do, and the drive there in words.

A site may stand in for another if the car can use it on this trip and, where the hour of departure
is known, it is open without a break for a day from then on (an assumption: when the car would come
there is not known).  Of another operator it is if both are known and differ.  A site that is stated
twice under two ids is taken for two.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from tripplan.planning.stops import Stop
from tripplan.records.charger import Charger, Plug
from tripplan.records.plan import ChargingStop, Fallback
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.fallback import UNKNOWN, fallback_reach
from tripplan.search.problem import FallbackSites, OpeningIntervals, Problem
from tripplan.search.refine import Roads
from tripplan.search.solve import Solution, stages_of
from tripplan.units import M_PER_KM, S_PER_H

DAY_S: Final = 24 * S_PER_H
_ROUNDING_KWH: Final = 1e-6


def fallback_sites(
    trip: Trip,
    plugs: Sequence[Plug],
    stops: Sequence[Stop],
    banned: frozenset[int],
    hours: Mapping[int, OpeningIntervals],
) -> FallbackSites | None:
    """Return which sites may stand in for which; None: the trip does not ask for fallbacks.

    Parameters
    ----------
    trip
        The trip.
    plugs
        The chargers that the car can use, each with its best plug.
    stops
        Places to visit on the way.
    banned
        Chargers that are not to be used.
    hours
        When chargers are open; those not named always are.
    """
    if trip.fallback == "none":
        return None
    chargers, count = len(plugs), len(plugs) + len(stops) + 2
    number = {charger_id: k for k, plug in enumerate(plugs) for charger_id in plug.site.ids}
    site = np.arange(count, dtype=np.int64)
    serves = np.zeros(count, np.bool_)
    for k in range(chargers):
        serves[k] = k not in banned and _open_all_day(hours.get(k, ()))
    for k, stop in enumerate(stops, start=chargers):
        if stop.plug is not None:
            site[k] = number[stop.plug.site.id]
        serves[k] = serves[site[k]] if stop.plug is not None else stop.charger_kw > 0.0
    group = site.copy()
    if trip.fallback_other_operator:
        names: dict[str, int] = {}
        for k, plug in enumerate(plugs):
            name = operator_of(plug.site)
            group[k] = names.setdefault(name, count + len(names)) if name else UNKNOWN
        group = group[site]
        serves &= group != UNKNOWN
    return FallbackSites(site, group, serves)


def operator_of(site: Charger) -> str:
    """Return by which name operators of sites are told apart; empty: nobody states it."""
    return (site.operator or site.network).casefold().strip()


def _open_all_day(intervals: OpeningIntervals) -> bool:
    return not intervals or any(opens <= 0.0 and closes >= DAY_S for opens, closes in intervals)


class Places(NamedTuple):
    """Where a car may charge on a trip, and where that ends."""

    plugs: Sequence[Plug]
    """The chargers that the car can use."""
    stops: Sequence[Stop]
    """The places on the way."""
    destination: Place


def with_fallbacks(
    stops: Sequence[ChargingStop],
    solution: Solution,
    problem: Problem,
    rows: ManyToMany,
    region: Region,
    places: Places,
) -> tuple[ChargingStop, ...]:
    """Return the stops of a plan with where the car goes on to from each if it is broken.

    Parameters
    ----------
    stops, solution
        The stops, and what the search says of them.
    problem, rows
        What was asked of the search, and the roads of the car.
    region
        Where it was planned.
    places
        Where the car may charge.
    """
    found, chargers = [], int(problem.charger_node.size)
    for stop, chosen, hop in zip(stops, solution.stops, solution.hops, strict=True):
        if hop is None:
            found.append(stop)
            continue
        here = chosen.charger if chosen.charger >= 0 else chargers + chosen.target
        there = chargers + len(problem.targets) - 1 if hop.stop < 0 else hop.stop
        told = _place(there - chargers, there, places, region)
        told |= _driven(stop, (here, there), problem, rows, region)
        told["ends_there"] = hop.stop < 0
        fallback = Fallback.model_validate(told)
        found.append(stop.model_copy(update={"fallback": fallback}))
    return tuple(found)


def without_fallback(
    stops: Sequence[ChargingStop], solution: Solution, problem: Problem, rows: ManyToMany
) -> list[str]:
    """Return a sentence for each stop of a plan without fallbacks that can have none.

    What more charge at the stop before would help is not told where something else stands.

    Parameters
    ----------
    stops, solution
        The stops of that plan, and what the search says of them.
    problem, rows
        The trip with the wish for fallbacks, and the roads of its car.
    """
    reach = fallback_reach(problem, rows)
    told: list[str] = []
    helped: list[str] = []
    room_kwh = problem.limit_kwh - problem.reserve_kwh
    spare_kwh = 0.0
    for stop, made in zip(stops, stages_of(problem, solution.stops), strict=True):
        more_kwh, spare_kwh = spare_kwh, 0.0
        if stop.charger_kw > 0.0:
            spare_kwh = problem.limit_kwh - stop.departure_soc * problem.capacity_kwh
        if made is None:
            continue
        named = stop.town.casefold() in stop.name.casefold()
        hop, where = reach.hop(*made), stop.name if named else f"{stop.name}, {stop.town}"
        held_kwh = stop.arrival_soc * problem.capacity_kwh - problem.reserve_kwh
        if hop is None:
            told.append(f"From {where} no other site can be gone on to, with a full battery either")
        elif hop.need_kwh > held_kwh + _ROUNDING_KWH:
            more = "" if hop.need_kwh <= room_kwh else ", which no charge gives it"
            whom = told if hop.need_kwh > held_kwh + more_kwh else helped
            whom.append(
                f"At {where} it would come with {max(held_kwh, 0.0):.1f} kWh above the reserve, "
                f"and driving on to another site or to the end takes {hop.need_kwh:.1f} kWh{more}"
            )
    return told or helped


def _place(target: int, stop: int, places: Places, region: Region) -> dict[str, object]:
    """Return what is told of a fallback beside the drive there."""
    if target == len(places.stops):
        end = places.destination
        return {"name": end.label, "lat": end.lat, "lon": end.lon}
    plug = places.plugs[stop] if target < 0 else places.stops[target].plug
    if plug is None:
        place = places.stops[target].place
        return {"name": place.label, "lat": place.lat, "lon": place.lon}
    site = plug.site
    near = region.gazetteer.nearest_town(site.lat, site.lon)
    return {
        "name": site.name,
        "town": site.town or (near.name if near else ""),
        "lat": site.lat,
        "lon": site.lon,
        "charger": site,
    }


def _driven(
    stop: ChargingStop,
    ends: tuple[int, int],
    problem: Problem,
    rows: ManyToMany,
    region: Region,
) -> dict[str, object]:
    """Return the quickest of the known drives that the charge on arrival lasts for."""
    here, there = (int(problem.stop_node[end]) for end in ends)
    least_kwh = problem.final_kwh if ends[1] == problem.stop_count - 2 else problem.reserve_kwh
    held_kwh = stop.arrival_soc * problem.capacity_kwh - problem.drawn_kwh(ends[0])
    drives = rows.between(here, there)
    most_kwh = problem.capacity_kwh - drives.drop_kwh
    need_kwh = np.maximum(
        drives.min_departure_kwh + problem.reserve_kwh, drives.consumed_kwh + least_kwh
    )
    fits = np.flatnonzero((need_kwh <= held_kwh + _ROUNDING_KWH) & (most_kwh >= least_kwh))
    best = int(fits[drives.time_s[fits].argmin()]) if fits.size else int(need_kwh.argmin())
    roads = Roads(rows.customized).drive([int(drives.metric[best])], [here, there], backward=False)
    assert roads is not None, "a drive of the table has no roads"
    length_m, at_ends = region.network.length_m, rows.customized.ends
    if at_ends is not None:
        length_m = np.concatenate([length_m, at_ends.ends.network.length_m])
    left_kwh = min(held_kwh - float(drives.consumed_kwh[best]), float(most_kwh[best]))
    return {
        "distance_km": float(length_m[roads.arcs].sum()) / M_PER_KM,
        "driving_s": float(drives.time_s[best]),
        "arrival_soc": left_kwh / problem.capacity_kwh,
    }
