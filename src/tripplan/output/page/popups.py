"""What the page says where one points: popups, tips and badges of stops, legs and chargers."""

from collections.abc import Iterable, Sequence

from tripplan.output.drawing.markup import NAME_LIMIT, Child, Markup, joined, name, tag
from tripplan.output.page.nearby import FARTHEST_KM, StandIn, Unused, within_reach
from tripplan.output.text import access_text, road_text, statements, stop_text, words
from tripplan.records.charger import Charger
from tripplan.records.plan import ChargingStop, Leg, Plan


def made_up_tag() -> Markup:
    """Return the mark that every illustrative stop carries."""
    return tag("span", "made up", class_="tp-made-up", title="Not a real charger")


def made_up_banner(made_up: bool) -> Markup | None:
    """Return the warning across a page, where a charger on it is made up."""
    if not made_up:
        return None
    both = (
        tag("strong", words.ILLUSTRATIVE_LINE, class_="tp-long"),
        tag("strong", words.ILLUSTRATIVE_SHORT, class_="tp-short"),
    )
    return tag("div", *both, class_="tp-banner", role="note")


def failed_banner(plans: Iterable[Plan]) -> Markup | None:
    """Return what stands before everything else on a page where the audit objects to a plan."""
    doubtful = [plan for plan in plans if not plan.audit.passed]
    if not doubtful:
        return None
    verdict, *objections = statements.warning(doubtful[0])
    if len(doubtful) > 1:
        verdict, objections = f"AUDIT FAILED for {len(doubtful)} plans: do not rely on them.", []
    return tag(
        "div",
        tag("strong", verdict),
        *(tag("div", objection) for objection in objections),
        class_="tp-banner tp-objections",
        role="alert",
    )


def stop_popup(
    stop: ChargingStop, curve: Markup | None, other: StandIn | None = None, currency: str = ""
) -> Markup:
    """Return what a click on a stop shows: what happens there, why so long, and what if not.

    Parameters
    ----------
    stop
        The stop.
    curve
        Its power over time.
    other
        Where to go if its charger is out of order.
    currency
        That of the plan.
    """
    waypoint = stop_text.is_waypoint(stop)
    rows = _waypoint_facts(stop) if waypoint else _charging_facts(stop, currency)
    charges = stop.energy_kwh > 0 or not stop_text.is_waypoint(stop)
    return tag(
        "div",
        tag("h3", f"{stop_text.title(stop)}: ", name(stop_text.place(stop))),
        _warning() if stop.illustrative else None,
        facts(*((label, value) for label, value in rows if value is not None)),
        curve if charges else None,
        tag("p", tag("b", "Why this power? "), statements.why_limited(stop)) if charges else None,
        tag("p", tag("b", "If it is out of order: "), stand_in(other)) if other else None,
        class_="tp-popup",
    )


def stand_in(found: StandIn) -> Markup:
    """Say where to go if a charger cannot be used, and whether the battery lasts that far."""
    if found.charger is None:
        return joined(
            "no other charger that fits within ", words.distance(FARTHEST_KM), " of road."
        )
    if within_reach(found):
        left = f"on, reached with about {words.percent(found.arrival_soc)}."
    else:
        left = "on, too far for what is left: see that it works before you go."
    mark = made_up_tag() if found.charger.status == "illustrative" else None
    away = f", {words.distance(found.road_km)} {left}"
    return joined(name(found.charger.name), mark and joined(" ", mark), away)


def unused_popup(found: Unused) -> Markup:
    """Return what a click on a charger that the plan passes by shows."""
    return tag(
        "div",
        charger_tip(found.charger),
        tag(
            "p", tag("b", "Not used: "), found.reason,
            f" ({found.details})" if found.details else "", ".",
        ),
        class_="tp-popup",
    )  # fmt: skip


Facts = Iterable[tuple[str, str | None]]


def _charging_facts(stop: ChargingStop, currency: str) -> Facts:
    return (
        ("Battery", stop_text.soc_change(stop)),
        ("First", stop_text.waiting(stop)),
        ("Charging", f"{words.duration(stop.charging_s)} (+ {words.duration(stop.overhead_s)})"),
        ("Stay", words.duration(stop.dwell_s) if stop.dwell_s > 0 else None),
        ("Energy", words.energy(stop.energy_kwh)),
        ("Power", f"mean {words.power(stop.mean_kw)}, highest {words.power(stop.max_kw)}"),
        ("Plug", statements.plug(stop)),
        ("Operator", words.one_line(statements.operator(stop), NAME_LIMIT) or None),
        ("Pack", words.temperatures(stop.pack_arrival_c, stop.pack_departure_c)),
        *((label.capitalize(), text) for label, text in statements.site(stop, currency)),
        *(("Note", rule) for rule in statements.plug_rules(stop)),
    )


def _waypoint_facts(stop: ChargingStop) -> Facts:
    power = f"mean {words.power(stop.mean_kw)}, highest {words.power(stop.max_kw)}"
    return (
        ("Stay", words.duration(stop.dwell_s) if stop.dwell_s > 0 else "passing by"),
        ("Battery", stop_text.soc_change(stop)),
        ("First", stop_text.waiting(stop)),
        ("Charging", stop_text.charged_there(stop)),
        ("Power", power if stop.energy_kwh > 0 else None),
        ("Pack", words.temperatures(stop.pack_arrival_c, stop.pack_departure_c)),
    )


def leg_tip(leg: Leg, number: int, lines: Sequence[str] = ()) -> Markup:
    """Return what shows over the road of a leg: how long, how much, and where to drive slower.

    Parameters
    ----------
    leg
        The leg.
    number
        Which one it is, from 1.
    lines
        Where to drive slower on it.
    """
    uncertainty, by = statements.arrival_uncertainty(leg), road_text.in_words(leg)
    return tag(
        "div",
        tag("b", f"Leg {number}: "),
        f"{words.distance(leg.distance_km)} · {words.duration(leg.driving_s)} · "
        f"{words.energy(leg.energy.spent_kwh)}",
        tag("br"),
        f"battery {words.percent(leg.departure_soc)} → {words.percent(leg.arrival_soc)}",
        joined(tag("br"), f"({uncertainty})") if uncertainty else None,
        joined(tag("br"), "by ", name(by)) if by else None,
        *(joined(tag("br"), f"of it {access_text.in_words(leg, way)}") for way in leg.access),
        _slower(lines[:ADVICE_LIMIT]),
        f"and {len(lines) - ADVICE_LIMIT} more stretches" if len(lines) > ADVICE_LIMIT else None,
        class_="tp-leg-tip",
    )


ADVICE_LIMIT = 4
"""So many stretches to drive slower are shown at once."""


def slower(lines: Sequence[str]) -> Markup | None:
    """Return where to drive slower on a leg as a list, the later lines of many folded away."""
    if len(lines) <= ADVICE_LIMIT:
        return _slower(lines)
    more = lines[ADVICE_LIMIT:]
    return joined(
        _slower(lines[:ADVICE_LIMIT]),
        tag("details", tag("summary", f"{len(more)} more"), _slower(more)),
    )


def _slower(lines: Sequence[str]) -> Markup | None:
    if not lines:
        return None
    return tag("ul", *(tag("li", line) for line in lines), class_="tp-advice")


def end_popup(plan: Plan, *, start: bool) -> Markup:
    """Return what a click on the start or the end shows."""
    place = plan.trip.origin if start else plan.trip.destination
    leg = plan.legs[0] if start else plan.legs[-1]
    soc = leg.departure_soc if start else leg.arrival_soc
    pack_c = leg.pack_departure_c if start else leg.pack_arrival_c
    text = "Leave with" if start else f"Arrive after {words.duration(plan.total_s)} with"
    band = "" if start else statements.arrival_band(leg)
    return tag(
        "div",
        tag("h3", "Start: " if start else "Destination: ", name(place.label)),
        tag(
            "p",
            f"{text} {words.percent(soc)}{f' ({band})' if band else ''}, "
            f"pack {words.temperature(pack_c)}.",
        ),
        class_="tp-popup",
    )


def stop_badge(stop: ChargingStop) -> Markup:
    """Return the numbered mark of a stop on the map: round at a charger, square at a waypoint."""
    return joined(
        tag("span", stop.number, class_=badge_class(stop)),
        made_up_tag() if stop.illustrative else None,
    )


def badge_class(stop: ChargingStop) -> str:
    """Return the classes of a stop's mark."""
    square = " tp-badge-waypoint" if stop_text.is_waypoint(stop) else ""
    return f"tp-badge{square}{' tp-badge-made-up' if stop.illustrative else ''}"


def end_badge(label: str, *, start: bool, below: bool) -> Markup:
    """Return the mark of the start or the end on the map, with its name above or below."""
    return joined(
        tag("span", class_=f"tp-dot {'tp-start' if start else 'tp-end'}"),
        tag("span", name(label, 40), class_="tp-end-label tp-below" if below else "tp-end-label"),
    )


def charger_tip(charger: Charger) -> Markup:
    """Return what shows over a charger at which the plan does not stop."""
    plugs = ", ".join(
        plug.standard if plug.power_kw is None else f"{plug.standard} {words.power(plug.power_kw)}"
        for plug in charger.connectors
        if plug.operation != "out_of_service" or charger.operation == "out_of_service"
    )
    made_up = charger.status == "illustrative"
    limits = {"restricted": "restricted access", "out_of_service": "out of service"}
    marks = [limits[value] for value in (charger.access, charger.operation) if value in limits]
    return joined(
        name(charger.name), tag("br"), ", ".join([plugs, *marks]), tag("br") if made_up else None,
        made_up_tag() if made_up else None,
    )  # fmt: skip


def facts(*rows: tuple[str, Child]) -> Markup:
    """Return labels and values as a definition list."""
    return tag(
        "dl",
        *(joined(tag("dt", label), tag("dd", value)) for label, value in rows),
        class_="tp-facts",
    )


def _warning() -> Markup:
    return tag("p", "This charger is made up. It is not there.", class_="tp-warning")
