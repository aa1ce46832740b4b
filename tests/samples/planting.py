"""How a fault is planted in a plan, at a place drawn by lot: what all kinds of faults share.

A kind is a function that gets a plan and chance, and returns the plan with its fault and the region
that it is held against, or nothing where the plan has no place for such a fault.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from tests.samples.audited_plans import Made
from tripplan.records.charger import Charger
from tripplan.records.charger_set import ChargerSet
from tripplan.records.network import (
    RoadNetwork,
)
from tripplan.records.plan import Plan
from tripplan.records.region import Region

Chance = np.random.Generator
Planted = tuple[Plan, Region] | None
Planting = Callable[[Made, Chance], Planted]


class Kinds(dict[str, tuple[Planting, str]]):
    """Kinds of faults: how each is planted, and what one of the objections has to say."""

    def kind(self, name: str, words: str) -> Callable[[Planting], Planting]:
        """Take a kind in, as a decorator."""

        def note(planting: Planting) -> Planting:
            assert name not in self
            self[name] = planting, words
            return planting

        return note


# Changes of plans


def with_leg(plan: Plan, number: int, **changes: Any) -> Plan:
    legs = list(plan.legs)
    legs[number] = legs[number].model_copy(update=changes)
    return plan.model_copy(update={"legs": tuple(legs)})


def with_trace(plan: Plan, number: int, **columns: Iterable[float]) -> Plan:
    trace = plan.legs[number].trace
    changes = {name: tuple(map(float, values)) for name, values in columns.items()}
    return with_leg(plan, number, trace=trace.model_copy(update=changes))


def with_stop(plan: Plan, at: int, **changes: Any) -> Plan:
    stops = list(plan.stops)
    stops[at] = stops[at].model_copy(update=changes)
    return plan.model_copy(update={"stops": tuple(stops)})


def with_trip(plan: Plan, **changes: Any) -> Plan:
    return plan.model_copy(update={"trip": plan.trip.model_copy(update=changes)})


def with_wishes(plan: Plan, **changes: Any) -> Plan:
    return with_trip(plan, chargers=plan.trip.chargers.model_copy(update=changes))


def delayed(plan: Plan, after: int, by_s: float) -> Plan:
    """Move the clock of all legs from a number on."""
    for number in range(after, len(plan.legs)):
        times = np.array(plan.legs[number].trace.elapsed_s) + by_s
        plan = with_trace(plan, number, elapsed_s=times)
    return plan.model_copy(update={"total_s": plan.total_s + by_s})


# Places for faults


def any_leg(plan: Plan, chance: Chance) -> int | None:
    long = [k for k, leg in enumerate(plan.legs) if len(leg.trace.lat) > 30]
    return int(chance.choice(long)) if long else None


def any_charger(plan: Plan, chance: Chance, least_kwh: float = 1.0) -> int | None:
    fits = [
        k
        for k, stop in enumerate(plan.stops)
        if stop.charger is not None and stop.energy_kwh >= least_kwh
    ]
    return int(chance.choice(fits)) if fits else None


def charger_at(plan: Plan, number: int) -> Charger:
    charger = plan.stops[number].charger
    assert charger is not None
    return charger


def driven_arcs(made: Made, number: int) -> list[int]:
    """Arcs of a leg: between those of its points that are nodes; there are no two between two."""
    net, trace = made.region.network, made.plan.legs[number].trace
    at = {(float(a), float(b)): k for k, (a, b) in enumerate(zip(net.lat, net.lon, strict=True))}
    nodes = [at[p] for p in zip(trace.lat, trace.lon, strict=True) if p in at]
    pairs = pairwise(nodes)
    return [
        next(
            a
            for a in range(int(net.first_out[tail]), int(net.first_out[tail + 1]))
            if net.head[a] == head
        )
        for tail, head in pairs
    ]


def any_arc(made: Made, chance: Chance) -> int | None:
    arcs = [a for number in range(len(made.plan.legs)) for a in driven_arcs(made, number)]
    return int(chance.choice(arcs)) if arcs else None


def other_roads(
    made: Made, kept: np.ndarray[Any, Any] | None = None, **columns: np.ndarray[Any, Any]
) -> Region:
    """Return the region with some arcs only, or with other columns of arcs or nodes."""
    net = made.region.network
    kept = np.ones(net.arc_count, np.bool_) if kept is None else kept
    rows = np.flatnonzero(kept)

    def ragged(first: Any, *values: Any) -> tuple[Any, ...]:
        parts = [np.arange(first[a], first[a + 1]) for a in rows]
        index = np.concatenate([[0], np.cumsum([part.size for part in parts])])
        return (index, *(value[np.concatenate(parts)] for value in values))

    nodes: dict[str, Any] = {
        name: columns.get(name, getattr(net, name))
        for name in ("lat", "lon", "elevation_m", "node_flags")
    }
    arcs: dict[str, Any] = {
        name: columns.get(name, getattr(net, name))[rows]
        for name in (
            "tail",
            "head",
            "length_m",
            "speed_kmh",
            "speed_limit_kmh",
            "road_class",
            "flags",
        )
    }
    shapes: Any = ragged(net.shape_first, net.shape_lat, net.shape_lon)
    pieces: Any = ragged(net.piece_first, net.piece_length_m, net.piece_rise_m)
    network = RoadNetwork.from_arcs(**nodes, **arcs, shapes=shapes, pieces=pieces)
    return replace(made.region, network=network, order=None)


def changed(values: np.ndarray[Any, Any], at: Any, value: Any) -> np.ndarray[Any, Any]:
    copy = np.array(values)
    copy[at] = value
    return copy


def other_site(made: Made, number: int, **changes: Any) -> tuple[Plan, Region]:
    """Return plan and region with another record of the site of a stop."""
    old = charger_at(made.plan, number)
    new = replace(old, **changes)
    sites = tuple(new if site == old else site for site in made.region.chargers.chargers)
    stops = tuple(
        stop.model_copy(update={"charger": new}) if stop.charger == old else stop
        for stop in made.plan.stops
    )
    region = replace(made.region, chargers=ChargerSet(sites, made.region.chargers.node))
    return made.plan.model_copy(update={"stops": stops}), region
