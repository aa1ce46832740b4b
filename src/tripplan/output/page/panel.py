"""The panel beside the map: totals, chart, timetable, other ways, certificate, audit, sources.

Built from `popups.tag` alone; no HTML text is written here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tripplan.output.drawing.basemap import CHARGER_KM
from tripplan.output.drawing.colours import LIMIT_COLOURS, soc_colour
from tripplan.output.drawing.markup import Child, Markup, joined, name, tag
from tripplan.output.files import links
from tripplan.output.page import others, switches
from tripplan.output.page.charts import trip_chart
from tripplan.output.page.nearby import StandIn, Unused, reasons
from tripplan.output.page.popups import badge_class, facts, made_up_tag, slower, stand_in
from tripplan.output.page.timeline import at, time_bar
from tripplan.output.text import (
    access_text,
    advice,
    choices_text,
    failure_text,
    law_text,
    road_text,
    statements,
    stop_text,
    words,
)
from tripplan.records.plan import ChargingStop, Leg, Plan
from tripplan.records.trip import Place, Trip

_MOST_HEADED = 3
"""So many places on the way of a trip that comes back stand in its heading."""


def panel(
    plan: Plan,
    ways: Sequence[Plan] = (),
    unused: Sequence[Unused] = (),
    stand_ins: Mapping[int, StandIn] | None = None,
) -> Markup:
    """Return everything that stands beside the map.

    Parameters
    ----------
    plan
        The plan.
    ways
        Other plans for the same trip.
    unused
        Chargers that the plan passes by.
    stand_ins
        Where to go if a charger cannot be used, by number of the stop.
    """
    table = others.table(plan, ways)
    return tag(
        "aside",
        _head(plan),
        _totals(plan),
        _section("Along the way", switches.over(), trip_chart(plan), _readout()),
        _section("Timetable", _timetable(plan, stand_ins or {}), class_="tp-times"),
        _section("Other ways", table) if table else None,
        _section("How good is this plan?", *_trust(plan)),
        _section("Take it along", *_take_along(plan)),
        _section("Chargers not used", _list(_unused(unused))) if unused else None,
        _section("Where the energy goes", _energy_table(plan)),
        _section("What was asked", _list(statements.wishes(plan))),
        _section("Conditions", _list(statements.conditions(plan))),
        _section("Assumptions", _list(plan.assumptions or ("None.",))),
        _section("Sources and licences", _list(plan.sources or ("None named.",)), _footer(plan)),
        class_="tp-panel",
        aria_label="Trip plan",
    )


def _readout() -> Markup:
    text = (
        "Point at the chart, or use the arrow keys on it, to follow the trip here and on the map."
    )
    return tag("p", text, id="tp-readout")


def _take_along(plan: Plan) -> Iterator[Markup]:
    google, apple = links.google_maps(plan), links.apple_maps(plan)
    yield tag(
        "p", "Open in Google Maps: ", *_anchors(google, "part" if google[1:] else "all stops")
    )
    yield tag("p", "Open in Apple Maps: ", *_anchors(apple, "leg"))
    note = "Map apps find their own way between the stops, and need the network."
    yield tag("p", note, class_="tp-quiet")


def _anchors(addresses: Sequence[str], label: str) -> Iterator[Markup]:
    for number, address in enumerate(addresses, start=1):
        text = f"{label} {number}" if addresses[1:] else label
        yield joined(tag("a", text, href=address, target="_blank", rel="noopener noreferrer"), " ")


def _unused(unused: Sequence[Unused]) -> Iterator[str]:
    for reason, number in reasons(unused):
        yield f"{number} within {words.distance(CHARGER_KM)} of the route: {reason}"


def title(plan: Plan) -> str:
    """Return the title of the page, as plain text."""
    ends = " → ".join(words.one_line(place.label) for place in _headed(plan.trip))
    car = f"{words.duration(plan.total_s)} in a {plan.vehicle.name}"
    return f"{words.one_line(ends, 240)}: {words.one_line(car)}"


def _headed(trip: Trip) -> list[Place]:
    """Return the places of the heading: both ends, and where the trip comes back, where it goes."""
    between: list[Place] = []
    if trip.origin.label == trip.destination.label:
        between = [point.place for point in trip.waypoints[:_MOST_HEADED]]
    return [trip.origin, *between, trip.destination]


def _section(heading: str, *content: Child, class_: str | None = None) -> Markup:
    return tag("section", tag("h2", heading), *content, class_=class_)


def _list(lines: Iterable[str]) -> Markup:
    return tag("ul", *(tag("li", line) for line in lines), class_="tp-list")


def _head(plan: Plan) -> Markup:
    trip = plan.trip
    return tag(
        "header",
        tag("h1", *_arrows(trip)),
        tag("p", statements.car(plan), class_="tp-car"),
        switches.reading(),
    )


def _arrows(trip: Trip) -> Iterator[Child]:
    for number, place in enumerate(_headed(trip)):
        if number:
            yield " → "
        yield name(place.label)


def _totals(plan: Plan) -> Markup:
    stops = "; ".join(
        filter(
            None,
            (
                stop_text.counts(plan, "charging stop"),
                stop_text.fewer_stops(plan),
                stop_text.fallbacks(plan),
                choices_text.without_preheating(plan),
            ),
        )
    )
    band = statements.arrival_band(plan.legs[-1])
    chance = statements.lasting(plan.arrival_probability)
    return tag(
        "section",
        tag("p", tag("b", words.duration(plan.total_s)), f" with {stops}", class_="tp-total"),
        time_bar(plan),
        facts(
            (
                "Arrive with",
                joined(
                    words.percent(plan.arrival_soc),
                    tag("span", f" ({band})", class_="tp-aside") if band else "",
                ),
            ),
            *([("Battery lasts", chance)] if chance else []),
            *_failures(plan),
            ("Proof", statements.headline(plan)),
            ("Distance", words.distance(plan.distance_km)),
            *_by_law(plan),
            ("Energy used", words.energy(plan.energy_spent_kwh)),
            ("Charged on the way", words.energy(plan.energy_charged_kwh)),
            ("Consumption", words.consumption(plan.consumption_wh_per_km)),
            *([("Cost", statements.costs(plan))] if statements.costs(plan) else []),
        ),
        class_="tp-totals",
    )


def _failures(plan: Plan) -> Iterator[tuple[str, Child]]:
    if told := failure_text.in_short(plan):
        choice = failure_text.choice(plan)
        aside = tag("span", f" ({choice})", class_="tp-aside") if choice else ""
        yield "If chargers may be broken", joined(told, aside)


def _by_law(plan: Plan) -> Iterator[tuple[str, Child]]:
    law = plan.trip.low_speed_law
    if law is not None:
        aside = tag("span", f" ({law.statute}: {law.rule})", class_="tp-aside")
        yield "By law", joined(f"{law.code}, {law_text.share(plan)}", aside)


def _timetable(plan: Plan, stand_ins: Mapping[int, StandIn]) -> Markup:
    clocks = statements.leg_clocks(plan)
    first, last = plan.legs[0], plan.legs[-1]
    rows = [_end_row("Leave", at(plan, 0.0), first.start.label, first.departure_soc, "tp-start")]
    sentences = advice.sentences(plan)
    for number, (leg, times, told) in enumerate(zip(plan.legs, clocks, sentences, strict=True)):
        rows.append(_leg_row(leg, told))
        if number < len(plan.stops):
            stop = plan.stops[number]
            leave_s = times.arrival_s + stop.duration_s
            clock = (at(plan, times.arrival_s), at(plan, leave_s))
            works = failure_text.broken(plan, stop)
            rows.append(_stop_row(stop, *clock, stand_ins.get(stop.number), works))
    arrival = at(plan, clocks[-1].arrival_s)
    rows.append(_end_row("Arrive", arrival, last.end.label, last.arrival_soc, "tp-end"))
    return tag("ol", *rows, class_="tp-timetable")


def _end_row(verb: str, clock: str, label: str, soc: float, kind: str) -> Markup:
    return tag(
        "li",
        tag("span", class_=f"tp-dot {kind}", aria_hidden="true"),
        tag("time", clock),
        tag("div", f"{verb} ", name(label), f" with {words.percent(soc)}"),
        class_="tp-end-row",
    )


def _leg_row(leg: Leg, told: Sequence[str]) -> Markup:
    by = road_text.in_words(leg)
    return tag(
        "li",
        tag(
            "div",
            f"{words.distance(leg.distance_km)} · {words.duration(leg.driving_s)} · "
            f"{words.energy(leg.energy.spent_kwh)}",
        ),
        tag("div", "by ", name(by, 200), class_="tp-quiet tp-by") if by else None,
        tag(
            "div",
            f"up {words.height(leg.ascent_m)}, down {words.height(leg.descent_m)}",
            class_="tp-quiet",
        ),
        *(
            tag("div", f"of it {access_text.in_words(leg, way)}", class_="tp-quiet")
            for way in leg.access
        ),
        slower(told),
        class_="tp-leg-row",
    )


def _stop_row(
    stop: ChargingStop, arrive: str, leave_at: str, other: StandIn | None, works: str
) -> Markup:
    """Return the row of a stop.

    Parameters
    ----------
    stop
        The stop.
    arrive, leave_at
        Its clocks.
    other
        Another charger near it.
    works
        How likely it works, and what follows if not; empty: nobody asked.
    """
    leave = f"leave at {leave_at}"
    return tag(
        "li",
        tag("span", stop.number, class_=badge_class(stop), aria_hidden="true"),
        tag("time", arrive),
        tag(
            "div",
            tag(
                "button",
                name(stop_text.place(stop)),
                type="button",
                data_stop=stop.number - 1,
                title=f"Show {stop_text.title(stop).lower()} on the map",
            ),
            made_up_tag() if stop.illustrative else None,
            *(_waypoint(stop, leave) if stop_text.is_waypoint(stop) else _charge(stop, leave)),
            _if_broken(stop, other),
            tag("div", f"{works[:1].upper()}{works[1:]}", class_="tp-quiet") if works else None,
        ),
        class_="tp-stop-row",
    )


def _if_broken(stop: ChargingStop, other: StandIn | None) -> Markup | None:
    """Tell the fallback of a stop or, where the trip asked for none, what else is near."""
    if stop.fallback is not None:
        told = stop_text.fallback(stop)
        return tag("div", f"{told[:1].upper()}{told[1:]}", class_="tp-quiet")
    return tag("div", "If out of order: ", stand_in(other), class_="tp-quiet") if other else None


def _charge(stop: ChargingStop, leave: str) -> Iterable[Markup | None]:
    power = f"mean {words.power(stop.mean_kw)}, highest {words.power(stop.max_kw)}"
    return (
        _soc_bar(stop),
        _waiting(stop),
        tag(
            "div",
            tag("b", stop_text.soc_change(stop)),
            f" in {words.duration(stop.charging_s)}; {leave}",
        ),
        tag(
            "div",
            f"{words.energy(stop.energy_kwh)}, {power}; {statements.plug(stop)}",
            class_="tp-quiet",
        ),
        _reason(stop),
    )


def _waypoint(stop: ChargingStop, leave: str) -> Iterable[Markup | None]:
    charges = stop.energy_kwh > 0
    return (
        _soc_bar(stop) if charges else None,
        _waiting(stop),
        tag(
            "div",
            tag("b", stop_text.stay(stop).capitalize()),
            f", {stop_text.charged_there(stop)}",
        ),
        tag("div", "Battery ", tag("b", stop_text.soc_change(stop)), f"; {leave}"),
        _reason(stop) if charges else None,
    )


def _waiting(stop: ChargingStop) -> Markup | None:
    waiting = stop_text.waiting(stop)
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
    bound, *more = statements.optimality_certificate(plan)
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
            f"{parts.auxiliary_kwh + parts.pack_heater_kwh:.1f}",
            f"{parts.cabin_kwh:.1f}",
            f"{parts.curtailed_kwh - parts.regenerated_kwh:z.1f}",
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
        "switch ask the network. Drawn with Leaflet (BSD-2-Clause), Leaflet.markercluster (MIT), "
        "jQuery (MIT) and folium (MIT).",
    )
