"""Faults of fallbacks, one planted at a time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.samples.audited_plans import Made
from tests.samples.planting import (
    Chance,
    Kinds,
    Planted,
    Planting,
    with_stop,
    with_trip,
    with_wishes,
)
from tripplan.records.charger_set import ChargerSet
from tripplan.records.plan import ChargingStop, Fallback

FALLBACKS = Kinds()
kind = FALLBACKS.kind


def _stop(made: Made, chance: Chance, *, site: bool = False, stop_site: bool = False) -> int | None:
    """Position of a stop with a fallback, drawn by lot; on request one that is a site."""
    fits = [
        k
        for k, stop in enumerate(made.plan.stops)
        if stop.fallback is not None
        and (stop.fallback.charger is not None or not site)
        and (stop.charger is not None or not stop_site)
    ]
    return int(chance.choice(fits)) if fits else None


def _fallback(made: Made, number: int) -> Fallback:
    found = made.plan.stops[number].fallback
    assert found is not None
    return found


def _told(change: Callable[[ChargingStop, Fallback], dict[str, Any]]) -> Planting:
    """Change what is told of a fallback that is a site."""

    def plant(made: Made, chance: Chance) -> Planted:
        number = _stop(made, chance, site=True, stop_site=True)
        if number is None:
            return None
        old = _fallback(made, number)
        new = old.model_copy(update=change(made.plan.stops[number], old))
        return with_stop(made.plan, number, fallback=new), made.region

    return plant


@kind("no fallback", r"stop \d+ .*has no fallback")
def _left_out(made: Made, chance: Chance) -> Planted:
    number = _stop(made, chance)
    return None if number is None else (with_stop(made.plan, number, fallback=None), made.region)


@kind("a fallback that nobody asked for", r"that nobody asked for")
def _unasked(made: Made, chance: Chance) -> Planted:
    number = _stop(made, chance)
    return None if number is None else (with_trip(made.plan, fallback="none"), made.region)


@kind("a fallback without its price", r"what fallbacks cost")
def _unpriced(made: Made, chance: Chance) -> Planted:
    if _stop(made, chance) is None:
        return None
    return made.plan.model_copy(update={"fallback_cost_s": None}), made.region


@kind("a banned fallback", r"stop \d+ .*its fallback is banned")
def _banned(made: Made, chance: Chance) -> Planted:
    number = _stop(made, chance, site=True)
    if number is None:
        return None
    site = _fallback(made, number).charger
    assert site is not None
    return with_wishes(made.plan, banned=(site.id,)), made.region


@kind("a broken fallback", r"stop \d+ .*its fallback is out of service")
def _broken(made: Made, chance: Chance) -> Planted:
    number = _stop(made, chance, site=True)
    if number is None:
        return None
    old = _fallback(made, number)
    assert old.charger is not None
    new = replace(old.charger, operation="out_of_service")
    sites = tuple(new if s == old.charger else s for s in made.region.chargers.chargers)
    region = replace(made.region, chargers=ChargerSet(sites, made.region.chargers.node))
    told = old.model_copy(update={"charger": new})
    return with_stop(made.plan, number, fallback=told), region


@kind("a fallback of the same operator", r"known to be of another operator")
def _same_operator(made: Made, chance: Chance) -> Planted:
    for stop in made.plan.stops:
        site = stop.fallback.charger if stop.fallback else None
        if site is not None and stop.charger and site.operator == stop.charger.operator:
            del chance
            return with_trip(made.plan, fallback_other_operator=True), made.region
    return None


def _itself(stop: ChargingStop, _: Fallback) -> dict[str, Any]:
    site = stop.charger
    assert site is not None
    return {"charger": site, "name": site.name, "lat": site.lat, "lon": site.lon}


kind("the stop as its own fallback", r"its fallback is the site itself")(_told(_itself))
kind("a fallback by another name", r"its fallback is not where site")(
    _told(lambda _, other: {"name": f"{other.name} II"})
)
kind("a fallback elsewhere", r"its fallback is not where site")(
    _told(lambda _, other: {"lat": other.lat + 0.01})
)
kind("a fallback too near", r"lead to its fallback")(_told(lambda *_: {"distance_km": -100.0}))
kind("a fallback reached in no time", r"s for \d+ m to its fallback")(
    _told(lambda _, other: {"driving_s": other.driving_s * 0.01 - 10.0})
)
kind("a fallback reached with more", r"its fallback takes .* as is said")(
    _told(lambda stop, other: {"arrival_soc": max(stop.arrival_soc, other.arrival_soc) + 0.05})
)
kind("a fallback reached with less than the reserve", r"comes to its fallback with SoC")(
    _told(lambda *_: {"arrival_soc": 0.02})
)
kind("a site said to be the end", r"is a site and not the end")(
    _told(lambda *_: {"ends_there": True})
)


@kind("a fallback out of reach", r"its fallback takes .* as is said|lead to its fallback")
def _far(made: Made, chance: Chance) -> Planted:
    """Tell of the site that is furthest from a stop, with the charge of the one that is right."""
    number = _stop(made, chance, site=True, stop_site=True)
    if number is None:
        return None
    stop, old = made.plan.stops[number], _fallback(made, number)
    plugs = set(made.plan.vehicle.connectors)
    far = max(
        (
            site
            for site in made.region.chargers.chargers
            if site.opening_hours in (None, "24/7")
            and any(plug.standard in plugs and plug.power_kw for plug in site.connectors)
        ),
        key=lambda s: (s.lat - stop.lat) ** 2 + (s.lon - stop.lon) ** 2,
    )
    new = {"charger": far, "name": far.name, "lat": far.lat, "lon": far.lon, "distance_km": 900.0}
    told = old.model_copy(update={**new, "driving_s": 36_000.0})
    return with_stop(made.plan, number, fallback=told), made.region


@kind("a fallback from which nothing leads on", r"from its fallback nothing leads on")
def _dead_end(made: Made, chance: Chance) -> Planted:
    """Allow so little charge that it leads nowhere."""
    number = _stop(made, chance, site=True, stop_site=True)
    if number is None or made.plan.trip.charge_limit_soc < 1.0:
        return None
    return with_trip(made.plan, charge_limit_soc=made.plan.trip.reserve_soc + 1e-3), made.region
