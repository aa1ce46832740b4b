"""A plan as one reads it in a car: a line for each stop, totals, what is assumed; 80 columns.

`report` has it in full.
"""

import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from tripplan.output.text import (
    access_text,
    advice,
    choices_text,
    failure_text,
    law_text,
    report,
    road_text,
    statements,
    stop_text,
    words,
)
from tripplan.physics.bands import BANDS
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import Conditions
from tripplan.units import M_PER_KM, M_PER_MILE

_WIDTH: Final = 79
_WHERE: Final = 32
"""Column of the table in which places stand."""
_MILES: Final = frozenset({"USD", "GBP"})
"""Currencies of countries whose roads are marked in miles."""
_LOADS: Final = ("roof_box", "passengers", "bikes", "trailer", "winter_tyres")
"""Fields of the conditions that are told where they are not as usual."""


def to_brief(plan: Plan) -> str:
    """Return a plan in short, as text that ends in a line feed; ASCII but for names.

    What the audit objects to stands first.  Distances and speeds are in miles where the plan's
    currency is that of a country of miles, else in kilometres.
    """
    miles = plan.currency in _MILES
    marked = [words.ILLUSTRATIVE_LINE, ""] if plan.illustrative else []
    lines = [*marked, *_head(plan, miles=miles), "", *_table(plan, miles=miles), ""]
    by = road_text.of_plan(plan)
    lines += [*_wrapped(by, "Roads     "), ""] if by else []
    by_law = law_text.in_words(plan)
    lines += [*_wrapped(by_law, "Law       "), ""] if by_law else []
    lines += _advice(plan, miles=miles)
    lines += [*_assumed(plan, miles=miles), "All legs, the proof and every assumption: --full"]
    return report.warning_text(plan) + "\n".join(lines).replace("°", "") + "\n"


def _head(plan: Plan, *, miles: bool) -> list[str]:
    ends = " -> ".join(words.one_line(e.label) for e in (plan.trip.origin, plan.trip.destination))
    chance = statements.lasting(plan.arrival_probability)
    distance = words.one_distance(plan.distance_km, miles=miles)
    priced = plan.charging_cost or plan.home_cost
    totals = [
        f"{words.duration(plan.total_s)} = {statements.split(plan)}",
        f"{distance}, {stop_text.counts(plan)}, {words.energy(plan.energy_spent_kwh)}",
        *([f"{plan.cost:.2f} {statements.money_unit(plan.currency)}"] if priced else []),
        *([f"the battery lasts {chance}"] if chance else []),
        *filter(
            None,
            [
                stop_text.fewer_stops(plan),
                stop_text.fallbacks(plan),
                choices_text.without_preheating(plan),
                failure_text.in_short(plan),
            ],
        ),
    ]
    off = access_text.off_roads(plan, miles=miles)
    ends_lines = _wrapped(f"{ends} ({off})") if off else [ends]
    return [
        *ends_lines,
        *_wrapped(words.one_line(plan.vehicle.name), ""),
        *_wrapped("; ".join(totals)),
    ]


def _table(plan: Plan, *, miles: bool) -> Iterator[str]:
    """Yield a line for the start, for each stop and for the end."""
    unit_km = M_PER_MILE / M_PER_KM if miles else 1.0
    clocks = statements.leg_clocks(plan)
    clock = "clock" if plan.trip.departure else "after"
    yield f"{'mile' if miles else 'km':>5} {clock:>8} {'battery':>10} {'min':>4}  where"
    first, last = plan.legs[0], plan.legs[-1]
    yield _line(0.0, _time(plan, 0.0), _soc(None, first.departure_soc), "", plan.trip.origin.label)
    km = 0.0
    for leg, times, stop in zip(plan.legs, clocks, plan.stops, strict=False):
        km += leg.distance_km
        minutes = f"{stop.duration_s / 60.0:.0f}"
        soc = _soc(stop.arrival_soc, stop.departure_soc)
        yield _line(km / unit_km, _time(plan, times.arrival_s), soc, minutes, _where(stop))
        if stop.fallback is not None:
            yield f"{'':>{_WHERE}}{stop_text.fallback(stop, miles=miles)}"
    soc = _soc(last.arrival_soc, None)
    yield _line(
        plan.distance_km / unit_km,
        _time(plan, clocks[-1].arrival_s),
        soc,
        "",
        plan.trip.destination.label,
    )


def _line(distance: float, time: str, soc: str, minutes: str, where: str) -> str:
    """Return a line of the table.

    Parameters
    ----------
    distance
        From the start, in the plan's unit.
    time, soc, minutes, where
        The other cells.
    """
    return f"{distance:>5.0f} {time:>8} {soc:>10} {minutes:>4}  {words.one_line(where, 200)}"


def _time(plan: Plan, since_s: float) -> str:
    """Return the time of day where the trip has a departure, "+1" for the next day; else since it.

    By the clock of the origin.
    """
    if plan.trip.departure is None:
        return words.clock(since_s)
    then = plan.trip.departure + timedelta(seconds=since_s, minutes=0.5)
    days = (then.date() - plan.trip.departure.date()).days
    return f"{then:%H:%M}{f' +{days}' if days else ''}"


def _soc(arrival: float | None, departure: float | None) -> str:
    """Return "11 - 74%", or one of the two."""
    if arrival is None or departure is None:
        return words.percent(arrival if departure is None else departure)  # type: ignore[arg-type]
    return f"{100.0 * arrival:.0f} - {words.percent(departure)}"


def _where(stop: ChargingStop) -> str:
    waits = stop_text.waiting(stop)
    parts = [stop_text.place(stop), *([waits] if waits else [])]
    return f"{'; '.join(parts)}{' [made up]' if stop.illustrative else ''}"


def _advice(plan: Plan, *, miles: bool) -> list[str]:
    told = [advice.in_words(one, miles=miles) for one in advice.stretches(plan)]
    slower = [*_wrapped("; ".join(told), "Drive     "), ""] if told else []
    choices = [
        f"leg {number}: {sentence}"
        for number, of_leg in enumerate(choices_text.sentences(plan), start=1)
        for sentence in of_leg
    ]
    return slower + ([*_wrapped("; ".join(choices), "Battery   "), ""] if choices else [])


def _loaded(plan: Plan, *, miles: bool) -> list[str]:
    """Return the load of a trip that has more than people and luggage, and how fast it may go."""
    given = plan.trip.conditions
    usual = Conditions()
    if all(getattr(given, name) == getattr(usual, name) for name in _LOADS):
        return []
    told = ", ".join(statements.loads(plan))
    limit = plan.trip.max_speed_kmh
    if given.trailer != "none" and limit is not None:
        told += f"; with the trailer at most {words.one_speed(limit, miles=miles)}"
    return _wrapped(told, "          ")


def _band(plan: Plan) -> list[str]:
    """Return what P10 to P90 rest on; nothing for a plan of an older version."""
    band = plan.consumption_band
    if band is None:
        return []
    told = f"consumption: {BANDS[band.basis].words}: +-{100.0 * band.share:.0f}%"
    return _wrapped(told, "          ")


def _assumed(plan: Plan, *, miles: bool) -> list[str]:
    """Return a few lines: weather and roads, load, chargers and how old their list is, car."""
    air, breeze, road = statements.conditions(plan)[:3]
    chargers = [stop for stop in plan.stops if stop.charger]
    powers = sum(bool(s.connector and s.connector.power_assumed) for s in chargers)
    prices = sum(bool(s.price_rule) for s in chargers)
    made_up = sum(s.illustrative for s in chargers)
    counts = [
        f"{count} of {len(chargers)} {what}"
        for count, what in (
            (made_up, "made up"),
            (powers, "powers assumed"),
            (prices, "prices assumed"),
        )
        if count
    ]
    sites = "no stops" if not chargers else ", ".join(counts) or "all as their sources state"
    age = statements.confirmed_between(plan)
    reserve = f"{words.percent(plan.trip.reserve_soc)} kept in reserve"
    health = f"battery health {words.percent(plan.vehicle.battery.soh)}"
    return [
        f"Assumed   {air}, {breeze}, {road}",
        *_loaded(plan, miles=miles),
        f"          chargers: {sites}",
        *([f"          {age}"] if age else []),
        f"          no traffic, no queues; {health}; {reserve}",
        *_band(plan),
    ]


def _wrapped(text: str, label: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=label, subsequent_indent=" " * len(label)
    ) or [label]
