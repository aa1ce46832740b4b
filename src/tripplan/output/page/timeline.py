"""The day as one bar: driving, stops and waiting in their order, with what each adds up to."""

from collections.abc import Iterator
from datetime import timedelta

from tripplan.output.drawing.markup import Markup, joined, tag
from tripplan.output.text import statements, stop_text, words
from tripplan.records.plan import ChargingStop, Plan

_NUMBERED = 9
"""With more stops than this, the bar has no room for their numbers."""
_PARTED = 40
"""And with more than this, none for gaps between its parts."""


def time_bar(plan: Plan) -> Markup:
    """Return the bar, the clock at its ends, and the sums below."""
    numbered = len(plan.stops) <= _NUMBERED
    spells = []
    for number, leg in enumerate(plan.legs):
        spells.append(_spell("tp-driving", leg.driving_s, f"Drive {words.duration(leg.driving_s)}"))
        if number < len(plan.stops):
            spells.append(_stop(plan.stops[number], numbered=numbered))
    return joined(
        tag(
            "div",
            *spells,
            class_="tp-bar" if len(plan.stops) <= _PARTED else "tp-bar tp-dense",
            role="img",
            aria_label=statements.split(plan),
        ),
        tag(
            "p",
            tag("span", f"leave {at(plan, 0.0)}"),
            tag("span", f"arrive {at(plan, plan.total_s)}"),
            class_="tp-bar-ends",
        ),
        _sums(plan),
    )


def at(plan: Plan, seconds: float) -> str:
    """Return a moment of the trip: time of day where the departure is known, else since then."""
    if plan.trip.departure is None:
        return words.clock(seconds)
    return f"{plan.trip.departure + timedelta(seconds=seconds):%H:%M}"


def _spell(kind: str, seconds: float, text: str, number: str = "") -> Markup:
    return tag("span", number, class_=kind, style=f"flex-grow:{max(seconds, 1.0):.0f}", title=text)


def _stop(stop: ChargingStop, *, numbered: bool) -> Markup:
    kind = "tp-standing" if stop_text.is_waypoint(stop) else "tp-charging"
    text = f"{stop_text.title(stop)}, {words.duration(stop.duration_s)}: {_what_for(stop)}"
    return _spell(kind, stop.duration_s, text, str(stop.number) if numbered else "")


def _what_for(stop: ChargingStop) -> str:
    if not stop_text.is_waypoint(stop):
        return stop_text.spell(stop)
    waiting = stop_text.waiting(stop)
    stay = f"{stop_text.stay(stop)}, {stop_text.charged_there(stop)}"
    return f"{waiting}, {stay}" if waiting else stay


def _sums(plan: Plan) -> Markup:
    return tag(
        "p",
        *(
            tag("span", tag("i", class_=kind), f"{words.duration(seconds)} {label}")
            for label, seconds, kind in _parts(plan)
            if seconds > 0
        ),
        class_="tp-bar-key",
    )


def _parts(plan: Plan) -> Iterator[tuple[str, float, str]]:
    standing_s = plan.charging_s + plan.overhead_s + plan.waiting_s
    of_it = "" if standing_s == plan.charging_s else f", {words.duration(plan.charging_s)} charging"
    waiting = "".join(f", {told}" for told in stop_text.waited(plan))
    yield "driving", plan.driving_s, "tp-driving"
    yield f"at chargers{of_it}{waiting}", standing_s, "tp-charging"
    yield "at waypoints", plan.dwell_s, "tp-standing"
