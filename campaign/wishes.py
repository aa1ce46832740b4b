"""Whether a plan keeps what was wished for: stops, limits, order, hours, plugs."""

import math
from collections.abc import Iterator
from datetime import datetime

from campaign.cases import Finding
from tripplan.planning.opening_hours import local_time, opening_intervals
from tripplan.records.charger import Charger, Connector
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.region import Region
from tripplan.records.trip import ChargerWishes, Trip

_SOC = 1e-6
_CLOCK_S = 0.01
_NOTHING_KWH = 1e-3
_DAY_S = 86_400.0


def wish_findings(plan: Plan, region: Region) -> Iterator[Finding]:
    """Say which wishes of its trip a plan does not keep.

    Parameters
    ----------
    plan
        The plan.
    region
        Where it was planned.
    """
    trip = plan.trip
    yield from _charge(plan)
    yield from _order(plan)
    if trip.most_stops is not None and plan.stop_count > trip.most_stops:
        yield _broken("most_stops", f"{plan.stop_count} stops, at most {trip.most_stops} wished")
    start = None
    if trip.departure is not None:
        start = local_time(trip.departure, trip.origin.lat, trip.origin.lon)
    for leg, stop in zip(plan.legs, plan.stops, strict=False):
        if stop.charger is None:
            continue
        required = "required " if _required(stop, trip) else ""
        where = f"{required}stop {stop.number} ({stop.charger.id})"
        yield from _site(stop, stop.charger, plan, region, where)
        yield from _limits(stop, plan, where)
        yield from _hours(stop, stop.charger, start, leg.trace.elapsed_s[-1], where)


def _broken(wish: str, told: str) -> Finding:
    return Finding(f"wish broken: {wish}", told)


def _charge(plan: Plan) -> Iterator[Finding]:
    trip = plan.trip
    lowest = min(min(*leg.trace.soc, leg.min_soc) for leg in plan.legs)
    if lowest < trip.reserve_soc - _SOC:
        yield _broken("reserve_soc", f"SoC falls to {lowest:.6f}, wished {trip.reserve_soc}")
    wanted = max(trip.arrival_soc, trip.reserve_soc)
    if plan.arrival_soc < wanted - _SOC:
        yield _broken("arrival_soc", f"arrives with {plan.arrival_soc:.6f}, wished {wanted}")
    if abs(plan.legs[0].departure_soc - trip.departure_soc) > _SOC:
        yield _broken("departure_soc", f"starts with {plan.legs[0].departure_soc}")
    if max(max(leg.trace.soc) for leg in plan.legs) > 1.0 + _SOC:
        yield Finding("overfull", "SoC above 1")


def _order(plan: Plan) -> Iterator[Finding]:
    met = [stop for stop in plan.stops if stop.charger is None]
    wanted = plan.trip.waypoints
    if len(met) != len(wanted):
        yield _broken("waypoints", f"{len(met)} of {len(wanted)} met")
    for stop, waypoint in zip(met, wanted, strict=False):
        off = max(abs(stop.lat - waypoint.place.lat), abs(stop.lon - waypoint.place.lon))
        if off > _SOC or abs(stop.dwell_s - waypoint.dwell_s) > _CLOCK_S:
            yield _broken("waypoints", f"stop {stop.number} is not {waypoint.place.label}")
    met_ids = [set(site.ids) for site in plan.chargers]
    for required in plan.trip.via_chargers:
        # In whichever order; a visit does for one of them.
        visit = next((ids for ids in met_ids if required in ids), None)
        if visit is None:
            yield _broken("via_chargers", f"{required} is not met")
        else:
            met_ids.remove(visit)


def _site(
    stop: ChargingStop, site: Charger, plan: Plan, region: Region, where: str
) -> Iterator[Finding]:
    """Look at a site: there, allowed, with a plug that fits, and where the car is."""
    wishes = plan.trip.chargers
    known = {charger.id: k for k, charger in enumerate(region.chargers.chargers)}
    if site.id not in known or region.chargers.chargers[known[site.id]] != site:
        yield Finding("charger", f"{where}: the region has no such site")
        return
    node = int(region.chargers.node[known[site.id]])
    trace = plan.legs[stop.number - 1].trace
    off = max(
        abs(trace.lat[-1] - float(region.network.lat[node])),
        abs(trace.lon[-1] - float(region.network.lon[node])),
    )
    if off > 2e-5:
        yield Finding("teleport", f"{where}: the leg ends {off:.5f} degrees from it")
    plug = stop.connector
    if plug is None or (plug not in site.connectors and not wishes.adapters):
        yield Finding("charger", f"{where}: has no such plug")
    elif plug.standard not in plan.vehicle.fast_charging_standards:
        yield Finding("charger", f"{where}: {plug.standard} does not fit")
    elif stop.charger_kw > plug.rated_kw + _SOC:
        yield Finding("charger", f"{where}: {stop.charger_kw} kW from {plug.rated_kw} kW")
    yield from _wanted_site(site, plug, wishes, where)


def _wanted_site(
    site: Charger, plug: Connector | None, wishes: ChargerWishes, where: str
) -> Iterator[Finding]:
    if set(site.ids) & set(wishes.banned):
        yield _broken("banned", where)
    if site.access not in wishes.access:
        yield _broken("access", f"{where}: {site.access}")
    if site.operation == "out_of_service" and not wishes.out_of_service:
        yield _broken("out_of_service", where)
    if plug is not None and plug.rated_kw < wishes.min_power_kw - _SOC:
        yield _broken("min_power_kw", f"{where}: {plug.rated_kw} kW")
    if site.stalls is not None and site.stalls < wishes.min_stalls:
        yield _broken("min_stalls", f"{where}: {site.stalls}")


def _limits(stop: ChargingStop, plan: Plan, where: str) -> Iterator[Finding]:
    trip = plan.trip
    if stop.departure_soc > max(trip.charge_limit_soc, stop.arrival_soc) + _SOC:
        yield _broken("charge_limit_soc", f"{where}: charges to {stop.departure_soc:.5f}")
    # Who comes there full has nothing to charge.
    full = _required(stop, trip) and stop.arrival_soc >= trip.charge_limit_soc - _SOC
    if stop.energy_kwh < _NOTHING_KWH and not full:
        needed = " although required" if _required(stop, trip) else ""
        yield Finding(f"stop that charges nothing{needed}", f"{where}: {stop.energy_kwh:.6f} kWh")
    elif (
        stop.energy_kwh < (trip.least_charge_soc - 2.0 * _SOC) * plan.capacity_kwh
        and stop.departure_soc < trip.charge_limit_soc - _SOC
    ):
        least = trip.least_charge_soc
        added = stop.energy_kwh / plan.capacity_kwh
        kind = (
            "least_charge_soc at a required charger"
            if _required(stop, trip)
            else "least_charge_soc"
        )
        yield _broken(kind, f"{where}: adds {added:.6f}, wished {least}")
    longest_s = trip.longest_stop_s
    if longest_s is not None and stop.charging_s > longest_s + _CLOCK_S:
        kind = "longest_stop_s at a required charger" if _required(stop, trip) else "longest_stop_s"
        yield _broken(kind, f"{where}: {stop.charging_s:.1f} s, wished {longest_s:g}")
    if abs(stop.overhead_s - trip.stop_overhead_s) > _CLOCK_S:
        yield _broken("stop_overhead_s", f"{where}: {stop.overhead_s}")


def _required(stop: ChargingStop, trip: Trip) -> bool:
    return stop.charger is not None and bool(set(stop.charger.ids) & set(trip.via_chargers))


def _hours(
    stop: ChargingStop, site: Charger, start: datetime | None, arrival_s: float, where: str
) -> Iterator[Finding]:
    """Hold a stop against the hours of its site; ``arrival_s`` counts from departure."""
    waits_for = None
    if start is not None:
        horizon_s = arrival_s + stop.duration_s + 2.0 * _DAY_S
        waits_for = opening_intervals(site, start, horizon_s)
    if waits_for is None:
        if stop.waited_s > _CLOCK_S:
            yield Finding("waits for nothing", f"{where}: {stop.waited_s:.0f} s")
        return
    plugged_s = arrival_s + stop.waited_s + stop.overhead_s
    done_s = plugged_s + stop.charging_s
    required = " at a required charger" if "required" in where else ""
    inside = [(a, b) for a, b in waits_for if a <= plugged_s + 1.0 and plugged_s <= b + 1.0]
    if not inside:
        yield Finding(
            f"plugged in while closed{required}", f"{where}: at {_clock(start, plugged_s)}"
        )
    elif done_s > inside[0][1] + 1.0 and math.isfinite(done_s):
        late = f"{done_s - inside[0][1]:.0f} s past closing, at {_clock(start, done_s)}"
        yield Finding(f"charges past closing{required}", f"{where}: {late}")
    at_once_s = arrival_s + stop.overhead_s + stop.charging_s
    if stop.waited_s > _CLOCK_S and any(a <= arrival_s and at_once_s <= b for a, b in waits_for):
        yield Finding("waits though open", f"{where}: {stop.waited_s:.0f} s")


def _clock(start: datetime | None, after_s: float) -> str:
    return "" if start is None else f"{start:%a %H:%M} + {after_s / 3600.0:.2f} h"
