"""Faults of roads, legs and wishes of the trip, one planted at a time.

Where a plan breaks a wish or a rule of the road, it is the wish or the road that is changed: all
figures of the plan still agree.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from tests.samples.audited_plans import Made
from tests.samples.planting import (
    Chance,
    Kinds,
    Planted,
    Planting,
    any_arc,
    any_leg,
    changed,
    driven_arcs,
    other_roads,
    with_leg,
    with_trace,
    with_trip,
)
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_TOLL,
    FLAG_TUNNEL,
    NODE_COPY,
    RoadNetwork,
)
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import Place, Waypoint

ON_ROADS = Kinds()
kind = ON_ROADS.kind

# Roads


def _only(made: Made, number: int, points: slice) -> Planted:
    """Leave only these points of a leg's trace."""
    trace = made.plan.legs[number].trace
    columns = {name: values[points] for name, values in trace.model_dump().items()}
    return with_trace(made.plan, number, **columns), made.region


@kind("a leg cut short at its end", r"leg \d+: (follows no road|its road)")
def _cut_at_end(made: Made, chance: Chance) -> Planted:
    number = any_leg(made.plan, chance)
    if number is None:
        return None
    upto = int(chance.integers(2, len(made.plan.legs[number].trace.lat)))
    return _only(made, number, slice(upto))


@kind("a leg cut short at its beginning", r"leg \d+: (follows no road|its road begins)")
def _cut_at_start(made: Made, chance: Chance) -> Planted:
    number = any_leg(made.plan, chance)
    if number is None:
        return None
    since = int(chance.integers(1, len(made.plan.legs[number].trace.lat) - 1))
    return _only(made, number, slice(since, None))


@kind("a jump in no time", r"leg \d+: .*(of road lead|follows no road)")
def _jump(made: Made, chance: Chance) -> Planted:
    number = any_leg(made.plan, chance)
    if number is None:
        return None
    trace = made.plan.legs[number].trace
    first = int(chance.integers(1, len(trace.lat) - 16))
    last = first + 15
    gone = {
        name: trace.model_dump()[name][last] - trace.model_dump()[name][first]
        for name in ("distance_km", "elapsed_s", "soc")
    }
    columns = {}
    for name, values in trace.model_dump().items():
        off = gone.get(name, 0.0)
        rest = [value - off for value in values[last + 1 :]]
        columns[name] = [*values[:first], values[last] - off, *rest]
    return with_trace(made.plan, number, **columns), made.region


@kind("a road driven the wrong way", r"leg \d+: drives a one-way road the wrong way")
def _wrong_way(made: Made, chance: Chance) -> Planted:
    net, arc = made.region.network, any_arc(made, chance)
    if arc is None:
        return None
    tail, head = net.tail[arc], net.head[arc]
    back = np.flatnonzero((net.tail == head) & (net.head == tail))
    # The other direction has its own length in these worlds; a one-way street has but one.
    if not back.size:
        return None
    length = changed(net.length_m, back[0], net.length_m[arc])
    pieces = slice(net.piece_first[back[0]], net.piece_first[back[0] + 1])
    network = replace(
        net,
        length_m=length,
        piece_length_m=changed(
            net.piece_length_m,
            pieces,
            net.piece_length_m[pieces] * net.length_m[arc] / net.length_m[back[0]],
        ),
    )
    other = replace(made, region=replace(made.region, network=network, order=None))
    return made.plan, other_roads(other, np.arange(net.arc_count) != arc)


@kind("a road that is not there", r"leg \d+: follows no road of the network")
def _no_road(made: Made, chance: Chance) -> Planted:
    net, arc = made.region.network, any_arc(made, chance)
    if arc is None:
        return None
    ends = {int(net.tail[arc]), int(net.head[arc])}
    kept = [{int(a), int(b)} != ends for a, b in zip(net.tail, net.head, strict=True)]
    return made.plan, other_roads(made, np.array(kept))


@kind("a forbidden turn", r"leg \d+: takes a turn that is forbidden")
def _turn(made: Made, chance: Chance) -> Planted:
    """Whoever comes by the road before gets to a copy of the junction, which lacks that after."""
    net, number = made.region.network, any_leg(made.plan, chance)
    arcs = [] if number is None else driven_arcs(made, number)
    used = set(made.region.chargers.node.tolist())
    places = {int(net.tail[arcs[0]]), int(net.head[arcs[-1]])} if arcs else set()
    turns = [(a, b) for a, b in pairwise(arcs) if int(net.head[a]) not in used | places]
    if not turns:
        return None
    before, after = turns[int(chance.integers(len(turns)))]
    junction, copy = int(net.head[before]), net.node_count
    out = np.arange(int(net.first_out[junction]), int(net.first_out[junction + 1]))
    out = out[out != after]
    head = changed(net.head, before, copy)
    flags = changed(np.append(net.node_flags, NODE_COPY), junction, NODE_COPY)
    rows = np.concatenate([np.arange(net.arc_count), out])

    def ragged(first: Any, *values: Any) -> tuple[Any, ...]:
        parts = [np.arange(first[a], first[a + 1]) for a in rows]
        index = np.concatenate([[0], np.cumsum([part.size for part in parts])])
        return (index, *(value[np.concatenate(parts)] for value in values))

    shapes: Any = ragged(net.shape_first, net.shape_lat, net.shape_lon)
    pieces: Any = ragged(net.piece_first, net.piece_length_m, net.piece_rise_m)
    network = RoadNetwork.from_arcs(
        lat=np.append(net.lat, net.lat[junction]),
        lon=np.append(net.lon, net.lon[junction]),
        elevation_m=np.append(net.elevation_m, net.elevation_m[junction]),
        node_flags=flags,
        tail=np.concatenate([net.tail, np.full(out.size, copy)]),
        head=head[rows],
        length_m=net.length_m[rows],
        speed_kmh=net.speed_kmh[rows],
        speed_limit_kmh=net.speed_limit_kmh[rows],
        road_class=net.road_class[rows],
        flags=net.flags[rows],
        shapes=shapes,
        pieces=pieces,
    )
    return made.plan, replace(made.region, network=network, order=None)


@kind("a closed road", r"leg \d+: takes a road that is closed")
def _closed(made: Made, chance: Chance) -> Planted:
    net, arc = made.region.network, any_arc(made, chance)
    if arc is None:
        return None
    point = int(net.shape_first[arc])
    place = Place(lat=float(net.shape_lat[point]), lon=float(net.shape_lon[point]))
    return with_trip(made.plan, closed=(*made.plan.trip.closed, place)), made.region


def _avoided(kind: str, flag: int) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        net, arc = made.region.network, any_arc(made, chance)
        if arc is None:
            return None
        flags = changed(net.flags, arc, net.flags[arc] | flag)
        plan = with_trip(made.plan, avoid=(*made.plan.trip.avoid, kind))
        return plan, other_roads(made, flags=flags)

    return plant


for _name, _flag in (("toll", FLAG_TOLL), ("ferry", FLAG_FERRY), ("tunnel", FLAG_TUNNEL)):
    kind(f"a {_name} that is avoided", rf"leg \d+: takes a road .*avoids: {_name}")(
        _avoided(_name, _flag)
    )


@kind("a motorway that is avoided", r"leg \d+: takes a road .*avoids: motorway")
def _motorway(made: Made, chance: Chance) -> Planted:
    del chance
    return with_trip(made.plan, avoid=(*made.plan.trip.avoid, "motorway")), made.region


@kind("a road of too high a limit", r"leg \d+: takes a road of a higher limit")
def _posted(made: Made, chance: Chance) -> Planted:
    net, arc = made.region.network, any_arc(made, chance)
    if arc is None:
        return None
    car = made.plan.vehicle.model_copy(update={"max_posted_speed_kmh": 130.0})
    limits = changed(net.speed_limit_kmh, arc, 135.0)
    return made.plan.model_copy(update={"vehicle": car}), other_roads(made, speed_limit_kmh=limits)


@kind("faster than the road", r"leg \d+: .* km/h is faster than is usual there")
def _too_fast(made: Made, chance: Chance) -> Planted:
    net, arc = made.region.network, any_arc(made, chance)
    if arc is None:
        return None
    slow = changed(net.speed_kmh, arc, 0.7 * net.speed_kmh[arc])
    return made.plan, other_roads(made, speed_kmh=slow)


@kind("faster than the driver wishes", r"leg \d+: .* km/h is faster than is usual there")
def _too_fast_for_driver(made: Made, chance: Chance) -> Planted:
    top = max(max(leg.trace.speed_kmh) for leg in made.plan.legs)
    limit = float(chance.uniform(20.0, top - 1.0))
    return with_trip(made.plan, max_speed_kmh=limit), made.region


@kind("slower than the trip allows", r"leg \d+: .* km/h is slower than the trip allows")
def _too_slow(made: Made, chance: Chance) -> Planted:
    net, arc = made.region.network, any_arc(made, chance)
    if arc is None or net.speed_kmh[arc] > 80.0 or made.plan.trip.max_speed_kmh is not None:
        return None
    quick = changed(net.speed_kmh, arc, 140.0)
    return made.plan, other_roads(made, speed_kmh=quick)


def _at_a_point(column: str, by: float, *, last: bool = False) -> Planting:
    """Change a column of a trace at one point amid a leg; ``last``: up to its end."""

    def plant(made: Made, chance: Chance) -> Planted:
        number = any_leg(made.plan, chance)
        if number is None:
            return None
        values = np.array(getattr(made.plan.legs[number].trace, column))
        at = int(chance.integers(2, values.size - 2))
        values[at : None if last else at + 1] += by
        return with_trace(made.plan, number, **{column: values}), made.region

    return plant


for _name, _column, _by, _last, _words in (
    ("a point beside the road", "lat", 1e-4, False, "m off its road|follows no road|of road lead"),
    ("a point above the road", "elevation_m", 20.0, False, "m above or below its road"),
    ("another direction", "bearing_deg", 20.0, False, "off the direction of its road"),
    ("a speed that does not fit the clock", "speed_kmh", -3.0, False, "clock does not fit"),
    ("a wrong clock on the way", "elapsed_s", 60.0, True, "clock does not fit the speed"),
    ("SoC on the way", "soc", 0.02, False, "SoC on the way differs"),
    ("pack temperature on the way", "pack_c", 2.0, False, "pack temperature on the way differs"),
    ("distance on the way", "distance_km", 0.5, True, "follows no road|km driven|states"),
):
    kind(_name, rf"leg \d+: .*({_words})")(_at_a_point(_column, _by, last=_last))


def _of_a_leg(field: str, by: float) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        number = int(chance.integers(len(made.plan.legs)))
        value = getattr(made.plan.legs[number], field) + by
        return with_leg(made.plan, number, **{field: value}), made.region

    return plant


for _name, _field, _by, _words in (
    ("driving time", "driving_s", -60.0, "states"),
    ("distance", "distance_km", -1.0, "states"),
    ("SoC at departure", "departure_soc", 0.01, "departure: SoC differs"),
    ("SoC on arrival", "arrival_soc", 0.002, "arrival: SoC differs"),
    ("lowest SoC", "min_soc", 0.01, "lowest SoC"),
    ("pack on arrival", "pack_arrival_c", 1.0, "arrival: pack temperature"),
    ("ascent", "ascent_m", -50.0, "ascent"),
    ("descent", "descent_m", 50.0, "descent"),
):
    kind(f"{_name} of a leg", rf"leg \d+.*({_words})")(_of_a_leg(_field, _by))


def _ledger(**changes: float) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        number = any_leg(made.plan, chance)
        if number is None:
            return None
        parts = made.plan.legs[number].energy
        more = {name: getattr(parts, name) + by for name, by in changes.items()}
        energy = parts.model_copy(update=more)
        return with_leg(made.plan, number, energy=energy), made.region

    return plant


kind("a kWh missing in the ledger", r"leg \d+: its energy ledger is off")(_ledger(motion_kwh=-1.0))
kind("a kWh in the wrong place", r"leg \d+: energy of (motion|the cabin)")(
    _ledger(motion_kwh=-0.5, cabin_kwh=0.5)
)
kind("braking that gave nothing", r"leg \d+: energy of (motion|braking)")(
    _ledger(motion_kwh=0.5, regenerated_kwh=0.5)
)


@kind("a leg from elsewhere", r"leg \d+: leads (from|to)")
def _elsewhere(made: Made, chance: Chance) -> Planted:
    number = int(chance.integers(len(made.plan.legs)))
    end = str(chance.choice(["start", "end"]))
    place = Place(lat=40.0, lon=-104.0, name="Elsewhere")
    return with_leg(made.plan, number, **{end: place}), made.region


@kind("a leg left out", r"do not alternate|its road begins|begins at .* on the clock")
def _leg_left_out(made: Made, chance: Chance) -> Planted:
    if not made.plan.stops:
        return None
    number = int(chance.integers(len(made.plan.stops)))
    legs = made.plan.legs[:number] + made.plan.legs[number + 1 :]
    stops = made.plan.stops[:number] + made.plan.stops[number + 1 :]
    return made.plan.model_copy(update={"legs": legs, "stops": stops}), made.region


# Wishes of the trip


def _wish(change: Callable[[Plan], dict[str, Any] | None]) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        del chance
        changes = change(made.plan)
        return None if changes is None else (with_trip(made.plan, **changes), made.region)

    return plant


def _stops_at_chargers(plan: Plan) -> list[ChargingStop]:
    return [stop for stop in plan.stops if stop.charger is not None]


kind("below the reserve", r"leg \d+: SoC falls to")(
    _wish(lambda p: {"reserve_soc": min(leg.min_soc for leg in p.legs) + 0.005})
)
kind("less than wished on arrival", r"arrives with SoC")(
    _wish(lambda p: {"arrival_soc": p.arrival_soc + 0.005})
)
kind("charged beyond the limit", r"stop \d+ .*charges to")(
    _wish(
        lambda p: (
            {"charge_limit_soc": max(s.departure_soc for s in p.stops) - 0.005}
            if any(s.energy_kwh > 1.0 for s in p.stops)
            else None
        )
    )
)
kind("too many stops", r"stops at chargers, at most")(
    _wish(lambda p: {"most_stops": p.stop_count - 1} if p.stop_count else None)
)
kind("too long a stop", r"stop \d+ .*charges for .* s wished")(
    _wish(
        lambda p: (
            {"longest_stop_s": max(s.charging_s for s in _stops_at_chargers(p)) - 5.0}
            if p.stop_count
            else None
        )
    )
)


@kind("the same charger again", r"stop \d+ .*charges again where it did")
def _same_again(made: Made, chance: Chance) -> Planted:
    """Say of a stop that it was at the charger of the one before, with no waypoint between."""
    stops, required = list(made.plan.stops), set(made.plan.trip.via_chargers)
    pairs = [
        (k, k + 1)
        for k in range(len(stops) - 1)
        if all(s.charger and required.isdisjoint(s.charger.ids) for s in stops[k : k + 2])
    ]
    if not pairs:
        return None
    one, other = pairs[int(chance.integers(len(pairs)))]
    stops[other] = stops[other].model_copy(update={"charger": stops[one].charger})
    longest_s = max(stop.charging_s for stop in stops) + 1.0
    plan = made.plan.model_copy(update={"stops": tuple(stops)})
    return with_trip(plan, longest_stop_s=longest_s), made.region


kind("too small a charge", r"stop \d+ .*charges .* wished")(
    _wish(
        lambda p: (
            {
                "least_charge_soc": 0.002
                + min(s.departure_soc - s.arrival_soc for s in _stops_at_chargers(p))
            }
            if p.stop_count
            else None
        )
    )
)
kind("a chance that is too small", r"a chance of arriving of")(
    _wish(
        lambda p: (
            {"arrive_with_probability": min(1.0, (p.arrival_probability or 0.0) + 1e-4)}
            if (p.arrival_probability or 1.0) < 0.999
            else None
        )
    )
)
kind("another start", r"leg 1 departure: SoC differs")(_wish(lambda _: {"departure_soc": 0.95}))
kind("another objective", r"the proof is for")(
    _wish(lambda p: {"objective": "energy" if p.trip.objective != "energy" else "time"})
)
kind("a currency that was not wished", r"plan: its currency is")(
    _wish(lambda p: {"prices": p.trip.prices.model_copy(update={"currency": "ISK"})})
)
kind("a waypoint left out", r"by way of \d+ waypoints|turn of waypoint")(
    _wish(
        lambda p: {
            "waypoints": (*p.trip.waypoints, Waypoint(place=Place(lat=40.0, lon=-104.0))),
        }
    )
)
kind("waypoints in the wrong order", r"turn of waypoint")(
    _wish(
        lambda p: (
            {"waypoints": p.trip.waypoints[::-1]}
            if len({w.place.label for w in p.trip.waypoints}) > 1
            else None
        )
    )
)
kind("a waypoint left too soon", r"stop \d+ .*dwell is stated")(
    _wish(
        lambda p: (
            {
                "waypoints": tuple(
                    w.model_copy(update={"dwell_s": w.dwell_s + 60.0}) for w in p.trip.waypoints
                )
            }
            if p.trip.waypoints
            else None
        )
    )
)
kind("a waypoint with a weaker plug", r"stop \d+ .*the plug's power")(
    _wish(
        lambda p: (
            {
                "waypoints": tuple(
                    w.model_copy(update={"charger_kw": 0.5 * w.charger_kw})
                    for w in p.trip.waypoints
                )
            }
            if any(w.charger_kw for w in p.trip.waypoints)
            else None
        )
    )
)


@kind("a required charger left out", r"does not stop at charger .* as required")
def _required(made: Made, chance: Chance) -> Planted:
    met = {charger.id for charger in made.plan.chargers}
    others = [site.id for site in made.region.chargers.chargers if site.id not in met]
    wanted = (*made.plan.trip.via_chargers, str(chance.choice(others)))
    return with_trip(made.plan, via_chargers=wanted), made.region
