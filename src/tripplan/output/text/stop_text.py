"""What a plan says of waypoints, of waiting and of driving slower, in sentences.

Plain text, as in `statements`: nothing here is escaped for HTML.
"""

import re
from collections.abc import Sequence

from tripplan.output.text import failure_text, words
from tripplan.records.plan import LITTLE_S, ChargingStop, Leg, Plan
from tripplan.records.trip import Trip, Waypoint

"""Stretches shorter than this are given with one decimal."""
_NAMES_LIMIT = 200
_NO_WAIT_S = 0.5
"""What rounds to no second is no wait."""
_LEAST_KWH = 0.05
"""Less than this is not worth a word."""


def is_waypoint(stop: ChargingStop) -> bool:
    """Tell whether a stop is a waypoint of the trip."""
    return stop.kind == "waypoint"


def title(stop: ChargingStop) -> str:
    """Return "Stop 2" or "Waypoint 3"."""
    return f"{'Waypoint' if is_waypoint(stop) else 'Stop'} {stop.number}"


def place(stop: ChargingStop) -> str:
    """Return "Conoco, Eagle (I-70)": town and road stand there where they are known.

    What the name says already is not said again; those of made-up chargers say it all.
    """
    if stop.illustrative:
        return stop.name
    road = stop.road or (stop.charger.road if stop.charger else "")
    told = stop.name.casefold()
    # "Eagle County" does not say that the site is in Eagle, nor "Nevada" that it is in Ada.
    says_town = rf"(?<!\w){re.escape(stop.town.casefold())}(?!\w| county\b)"
    town = f", {stop.town}" if stop.town and not re.search(says_town, told) else ""
    return f"{stop.name}{town}{f' ({road})' if road and road.casefold() not in told else ''}"


def counts(plan: Plan, noun: str = "stop") -> str:
    """Return "2 stops" or, where the trip has waypoints, "2 stops, 1 waypoint"."""
    waypoints = len(plan.stops) - plan.stop_count
    text = words.count(plan.stop_count, noun)
    return f"{text}, {words.count(waypoints, 'waypoint')}" if waypoints else text


def fewer_stops(plan: Plan) -> str:
    """Return "one stop fewer: +1 min"; empty where it costs more, or nobody knows."""
    longer_s = plan.one_stop_fewer_s
    if longer_s is None or longer_s > LITTLE_S:
        return ""
    return f"one stop fewer: +{words.duration(longer_s)}"


def fallbacks(plan: Plan) -> str:
    """Return "+4 min for a fallback at every stop"; empty where the trip did not ask for them."""
    longer_s = plan.fallback_cost_s
    if longer_s is None:
        return ""
    if longer_s < _NO_WAIT_S:
        return "a fallback at every stop costs no time"
    return f"+{words.duration(longer_s)} for a fallback at every stop"


def fallback(stop: ChargingStop, *, miles: bool | None = None) -> str:
    """Return "if it is broken: Conoco, Eagle, 12 km, 9 min, arrives with 14%"; empty without one.

    Parameters
    ----------
    stop
        The stop.
    miles
        Whether distances are told in miles alone, or in km alone; None: in both.
    """
    other = stop.fallback
    if other is None:
        return ""
    named = other.town.casefold() in other.name.casefold()
    where = other.name if named else f"{other.name}, {other.town}"
    onward = f"straight on to {where}" if other.ends_there else where
    far = words.distance(other.distance_km)
    if miles is not None:
        far = words.one_distance(other.distance_km, miles=miles)
    return (
        f"if it is broken: {words.one_line(onward)}, {far}, "
        f"{words.duration(other.driving_s)}, arrives with {words.percent(other.arrival_soc)}"
    )


def soc_change(stop: ChargingStop) -> str:
    """Return "11% → 74%", or "55%" where the two are the same."""
    arrival, departure = words.percent(stop.arrival_soc), words.percent(stop.departure_soc)
    return arrival if arrival == departure else f"{arrival} → {departure}"


def waiting(stop: ChargingStop) -> str | None:
    """Say that the car waits before it plugs in, or None if it does not."""
    told = waits([stop])
    return f"wait {' and '.join(told)}, then plug in" if told else None


def waits(stops: Sequence[ChargingStop], site: str = "the site") -> list[str]:
    """Return how long the car waits at some stops, and for what: one phrase each, or none.

    Parameters
    ----------
    stops
        The stops.
    site
        What it waits for to open.
    """
    reasons = (
        (f"for {site} to open", sum(stop.closed_s for stop in stops)),
        ("for the battery to cool", sum(stop.cooling_s for stop in stops)),
    )
    return [f"{words.duration(spell_s)} {why}" for why, spell_s in reasons if spell_s > _NO_WAIT_S]


def stay(stop: ChargingStop) -> str:
    """Return how long the car stands at a waypoint in any case."""
    return f"stay {words.duration(stop.dwell_s)}" if stop.dwell_s > 0 else "pass by"


def charged_there(stop: ChargingStop) -> str:
    """Say what is charged at a waypoint, and how much longer than the stay that takes."""
    if stop.charger_kw <= 0:
        taken = f", {words.energy(stop.standby_kwh)} taken by standing"
        return f"no plug there{taken if stop.standby_kwh >= _LEAST_KWH else ''}"
    outlet = f"a plug of {words.power(stop.plug_kw)}"
    if stop.energy_kwh <= 0:
        return f"nothing charged, though there is {outlet}"
    if stop.charging_s <= 0:
        return f"{words.energy(stop.energy_kwh)} charged meanwhile at {outlet}"
    longer = f"{words.duration(stop.charging_s)} longer than the stay"
    if stop.dwell_s <= 0:
        longer = f"in {words.duration(stop.charging_s)}"
    meanwhile = f", {words.energy(stop.dwell_energy_kwh)} of it meanwhile"
    return (
        f"{words.energy(stop.energy_kwh)} charged at {outlet}"
        f"{meanwhile if stop.dwell_energy_kwh > 0 else ''}, {longer}"
    )


def spell(stop: ChargingStop) -> str:
    """Return how the time of a stop at a charger divides."""
    parts = [
        f"{words.duration(stop.charging_s)} charging",
        f"{words.duration(stop.overhead_s)} beside it",
    ]
    parts += [_as_waiting(told) for told in waits([stop])]
    if stop.dwell_s > 0:
        parts.append(f"{words.duration(stop.dwell_s)} stay")
    return " + ".join(parts)


def waited(plan: Plan) -> list[str]:
    """Return how long a trip waits at all its stops, and for what: "12 min waiting for ..."."""
    return [_as_waiting(told) for told in waits(plan.stops, "chargers")]


def _as_waiting(told: str) -> str:
    return told.replace(" for ", " waiting for ", 1)


def advice(leg: Leg) -> tuple[str, ...]:
    """Return where to drive slower on a leg, a sentence for each piece, however short.

    `advice` of this package joins them to what can be driven; these belong to the bars of a chart.
    """
    return tuple(
        f"{words.between_km(piece.from_km, piece.to_km)}: drive {words.speed(piece.advised_kmh)} "
        f"instead of {words.speed(piece.usual_kmh)}"
        for piece in leg.advice
    )


def advice_cell(leg: Leg) -> str:
    """Return the same for a cell of a table, in km and km/h alone."""
    return "; ".join(
        f"km {stretch.from_km:.1f} to {stretch.to_km:.1f}: {stretch.advised_kmh:.0f} "
        f"instead of {stretch.usual_kmh:.0f} km/h"
        for stretch in leg.advice
    )


def wishes(trip: Trip) -> tuple[str, ...]:
    """Return the wishes for waypoints, stops and speed, one short phrase each; none for usual."""
    usual = Trip.model_fields["slow_down_to"].default
    phrases = [f"by way of {_waypoint(waypoint)}" for waypoint in trip.waypoints]
    if trip.via_chargers:
        names = words.one_line(" and ".join(trip.via_chargers), _NAMES_LIMIT)
        phrases.append(f"stop at {names}")
    if trip.least_charge_soc > 0:
        phrases.append(f"each stop adds at least {words.percent(trip.least_charge_soc)}")
    if trip.most_stops is not None:
        phrases.append(f"{words.count(trip.most_stops, 'charging stop')} at most")
    if trip.prefer_fewer_stops_s > 0:
        phrases.append(f"a stop fewer may cost {words.duration(trip.prefer_fewer_stops_s)}")
    if trip.longest_stop_s is not None:
        phrases.append(f"no stop charges longer than {words.duration(trip.longest_stop_s)}")
    if trip.fallback == "required":
        other = " of another operator" if trip.fallback_other_operator else ""
        phrases.append(f"a fallback{other} for every charging stop")
    phrases += failure_text.wishes(trip)
    if trip.slow_down_to == 1.0:
        phrases.append("never slower than usual")
    elif trip.slow_down_to != usual:
        phrases.append(f"no slower than {words.percent(trip.slow_down_to)} of the usual speed")
    if trip.slowest_kmh != Trip.model_fields["slowest_kmh"].default:
        phrases.append(f"no slower than {words.speed(trip.slowest_kmh)} to save energy")
    return tuple(phrases)


def _waypoint(waypoint: Waypoint) -> str:
    parts = []
    if waypoint.dwell_s > 0:
        parts.append(words.duration(waypoint.dwell_s))
    if waypoint.charger_kw > 0:
        parts.append(f"plug of {words.power(waypoint.charger_kw)}")
    if waypoint.price_per_kwh is not None:
        parts.append(f"{waypoint.price_per_kwh:g} per kWh")
    if waypoint.garage_c is not None:
        parts.append(f"in a garage at {words.temperature(waypoint.garage_c)}")
    name = words.one_line(waypoint.place.label)
    return f"{name} ({', '.join(parts)})" if parts else name
