"""The panel beside the map: totals, timetable, chart, proof, audit, conditions, sources.

Built from `popups.tag` alone; no HTML text is written here.
"""

from collections.abc import Iterable

from tripplan.answer import ChargingStop, Leg, Plan
from tripplan.render import statements, visits, words
from tripplan.render.charts import trip_chart
from tripplan.render.colours import LIMIT_COLOURS, SOC_COLOURS, soc_colour
from tripplan.render.popups import (
    Child,
    Markup,
    badge_class,
    facts,
    joined,
    made_up_tag,
    name,
    slower,
    tag,
)


def banner(plan: Plan) -> Markup | None:
    """Return the warning across the page, where a charger of the plan is made up."""
    if not plan.illustrative:
        return None
    return tag("div", tag("strong", words.ILLUSTRATIVE_LINE), class_="tp-banner", role="note")


def panel(plan: Plan) -> Markup:
    """Return everything that stands beside the map."""
    return tag(
        "aside",
        _head(plan),
        _totals(plan),
        _section(
            "Along the way",
            trip_chart(plan),
            tag(
                "p",
                "Point at the chart to see any moment of the trip here and on the map.",
                id="tp-readout",
            ),
        ),
        _section("Timetable", _timetable(plan)),
        _section("How good is this plan?", *_trust(plan)),
        _section("Where the energy goes", _energy_table(plan)),
        _section("What was asked", _list(statements.wishes(plan))),
        _section("Conditions", _list(statements.conditions(plan))),
        _section("Assumptions", _list(plan.assumptions or ("None.",))),
        _section("Sources and licences", _list(plan.sources or ("None named.",)), _footer(plan)),
        class_="tp-panel",
        aria_label="Trip plan",
    )


def legend(plan: Plan) -> Markup:
    """Return the colour scale of the route, and the sign for driving slower where there is one."""
    gradient = f"background:linear-gradient(to right,{','.join(SOC_COLOURS)})"
    return tag(
        "div",
        tag("div", "Battery charge on the road", class_="tp-legend-title"),
        tag("div", class_="tp-scale", style=gradient),
        tag("div", tag("span", "0%"), tag("span", "50%"), tag("span", "100%"), class_="tp-ticks"),
        tag("div", tag("i"), "drive slower", class_="tp-legend-slow")
        if any(leg.advice for leg in plan.legs)
        else None,
        class_="tp-legend",
        aria_label="Colour of the route: orange is an empty battery, dark blue a full one",
        role="img",
    )


def title(plan: Plan) -> str:
    """Return the title of the page, as plain text."""
    ends = f"{plan.trip.origin.label} → {plan.trip.destination.label}"
    car = f"{words.duration(plan.total_s)} in a {plan.vehicle_name}"
    return f"{words.one_line(ends)}: {words.one_line(car)}"


def _section(heading: str, *content: Child) -> Markup:
    return tag("section", tag("h2", heading), *content)


def _list(lines: Iterable[str]) -> Markup:
    return tag("ul", *(tag("li", line) for line in lines), class_="tp-list")


def _head(plan: Plan) -> Markup:
    trip = plan.trip
    return tag(
        "header",
        tag("h1", name(trip.origin.label), " → ", name(trip.destination.label)),
        tag("p", statements.car(plan), class_="tp-car"),
    )


def _totals(plan: Plan) -> Markup:
    stops = visits.counts(plan, "charging stop")
    return tag(
        "section",
        tag("p", tag("b", words.duration(plan.total_s)), f" with {stops}", class_="tp-total"),
        _time_bar(plan),
        facts(
            ("Distance", words.distance(plan.distance_km)),
            ("Arrive with", words.percent(plan.arrival_soc)),
            ("Energy used", words.energy(plan.energy_spent_kwh)),
            ("Charged on the way", words.energy(plan.energy_charged_kwh)),
            ("Consumption", words.consumption(plan.consumption_wh_per_km)),
            *([("Cost", statements.costs(plan))] if statements.costs(plan) else []),
        ),
        class_="tp-totals",
    )


def _time_bar(plan: Plan) -> Markup:
    parts = (
        ("driving", plan.driving_s, "tp-driving"),
        ("charging", plan.charging_s, "tp-charging"),
        ("stopping", plan.overhead_s, "tp-stopping"),
        ("cooling down", plan.waiting_s, "tp-waiting"),
        ("at waypoints", plan.dwell_s, "tp-standing"),
    )
    total = sum(seconds for _, seconds, _ in parts) or 1.0
    shown = [part for part in parts if part[1] > 0]
    bar = tag(
        "div",
        *(
            tag("span", class_=kind, style=f"width:{100 * seconds / total:.2f}%")
            for _, seconds, kind in shown
        ),
        class_="tp-bar",
        role="img",
        aria_label=statements.split(plan),
    )
    words_below = tag(
        "p",
        *(
            tag("span", tag("i", class_=kind), f"{words.duration(seconds)} {label}")
            for label, seconds, kind in shown
        ),
        class_="tp-bar-key",
    )
    return joined(bar, words_below)


def _timetable(plan: Plan) -> Markup:
    clocks = statements.leg_clocks(plan)
    first, last = plan.legs[0], plan.legs[-1]
    rows = [_end_row("Leave", 0.0, first.start.label, first.departure_soc, "tp-start")]
    for number, (leg, times) in enumerate(zip(plan.legs, clocks, strict=True)):
        rows.append(_leg_row(leg))
        if number < len(plan.stops):
            rows.append(_stop_row(plan.stops[number], times.arrival_s))
    rows.append(
        _end_row("Arrive", clocks[-1].arrival_s, last.end.label, last.arrival_soc, "tp-end")
    )
    return tag("ol", *rows, class_="tp-timetable")


def _end_row(verb: str, at_s: float, label: str, soc: float, kind: str) -> Markup:
    return tag(
        "li",
        tag("span", class_=f"tp-dot {kind}", aria_hidden="true"),
        tag("time", words.clock(at_s)),
        tag("div", f"{verb} ", name(label), f" with {words.percent(soc)}"),
        class_="tp-end-row",
    )


def _leg_row(leg: Leg) -> Markup:
    return tag(
        "li",
        tag(
            "div",
            f"{words.distance(leg.distance_km)} · {words.duration(leg.driving_s)} · "
            f"{words.energy(leg.energy.spent_kwh)}",
        ),
        tag(
            "div",
            f"up {words.height(leg.ascent_m)}, down {words.height(leg.descent_m)}",
            class_="tp-quiet",
        ),
        slower(leg),
        class_="tp-leg-row",
    )


def _stop_row(stop: ChargingStop, arrival_s: float) -> Markup:
    leave = f"leave at {words.clock(arrival_s + stop.pause_s)}"
    return tag(
        "li",
        tag("span", stop.number, class_=badge_class(stop), aria_hidden="true"),
        tag("time", words.clock(arrival_s)),
        tag(
            "div",
            tag(
                "button",
                name(stop.name),
                type="button",
                data_stop=stop.number - 1,
                title=f"Show {visits.title(stop).lower()} on the map",
            ),
            made_up_tag() if stop.illustrative else None,
            *(_visit(stop, leave) if visits.is_waypoint(stop) else _charge(stop, leave)),
        ),
        class_="tp-stop-row",
    )


def _charge(stop: ChargingStop, leave: str) -> Iterable[Markup | None]:
    return (
        _soc_bar(stop),
        _waiting(stop),
        tag(
            "div",
            tag("b", visits.soc_change(stop)),
            f" in {words.duration(stop.charging_s)}, {words.energy(stop.energy_kwh)}, "
            f"mean {words.power(stop.mean_kw)}, highest {words.power(stop.max_kw)}",
        ),
        tag("div", f"{statements.plug(stop)}; {leave}", class_="tp-quiet"),
        _reason(stop),
    )


def _visit(stop: ChargingStop, leave: str) -> Iterable[Markup | None]:
    charges = stop.energy_kwh > 0
    return (
        _soc_bar(stop) if charges else None,
        _waiting(stop),
        tag(
            "div",
            tag("b", visits.stay(stop).capitalize()),
            f", {visits.charged_there(stop)}",
        ),
        tag("div", "Battery ", tag("b", visits.soc_change(stop)), f"; {leave}"),
        _reason(stop) if charges else None,
    )


def _waiting(stop: ChargingStop) -> Markup | None:
    waiting = visits.waiting(stop)
    return tag("div", waiting.capitalize(), class_="tp-waits") if waiting else None


def _reason(stop: ChargingStop) -> Markup:
    return tag(
        "div",
        tag("i", style=f"background:{LIMIT_COLOURS[stop.limited_by]}", class_="tp-swatch"),
        f"{statements.why_limited(stop)} Pack "
        f"{words.temperatures(stop.pack_arrival_c, stop.pack_departure_c)}.",
        class_="tp-quiet",
    )


def _soc_bar(stop: ChargingStop) -> Markup:
    start, end = 100.0 * stop.arrival_soc, 100.0 * stop.departure_soc
    scale = f"{soc_colour(stop.arrival_soc)},{soc_colour(stop.departure_soc)}"
    return tag(
        "div",
        tag(
            "span",
            style=f"left:{start:.1f}%;width:{max(end - start, 0.5):.1f}%;"
            f"background:linear-gradient(to right,{scale})",
        ),
        class_="tp-soc-bar",
        aria_hidden="true",
    )


def _trust(plan: Plan) -> tuple[Markup, ...]:
    passed = plan.audit.passed
    verdict, *figures = statements.audit(plan)
    bound, *more = statements.proof(plan)
    return (
        tag("p", tag("b", statements.headline(plan)), f" {bound}"),
        *(tag("p", sentence, class_="tp-quiet") for sentence in more),
        tag("p", tag("b", "Audit: "), verdict, class_="tp-passed" if passed else "tp-failed"),
        *(tag("p", sentence, class_="tp-quiet") for sentence in figures),
    )


def _energy_table(plan: Plan) -> Markup:
    columns = ("Leg", "motion", "extras", "cabin", "braking", "battery")
    body = []
    for number, leg in enumerate(plan.legs, start=1):
        parts = leg.energy
        figures = (
            f"{parts.motion_kwh:.1f}",
            f"{parts.auxiliary_kwh:.1f}",
            f"{parts.cabin_kwh:.1f}",
            f"{parts.curtailed_kwh - parts.regenerated_kwh:.1f}",
            f"{parts.spent_kwh:.1f}",
        )
        cells = (tag("td", figure) for figure in figures)
        body.append(tag("tr", tag("th", number, scope="row"), *cells))
    return tag(
        "table",
        tag("caption", "kWh out of the battery; what braking gives back is negative"),
        tag("thead", tag("tr", *(tag("th", column, scope="col") for column in columns))),
        tag("tbody", *body),
        class_="tp-energy",
    )


def _footer(plan: Plan) -> Markup:
    return tag(
        "footer",
        f"Made by tripplan {plan.tripplan_version} on region ",
        name(plan.region),
        ". This page holds all it needs; only the street and topographic maps of the layer "
        "switch ask the network. Drawn with Leaflet (BSD-2-Clause), jQuery (MIT) and folium (MIT).",
    )
