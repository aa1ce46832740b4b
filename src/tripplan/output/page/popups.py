r"""The only file that writes HTML: every text from data is escaped here, and nowhere else.

`tag` builds elements; whatever is not `Markup` is escaped on its way in.  Escaped text is safe in
HTML, in attributes, in JavaScript template literals and in a template engine's second pass, since
``{ } ` $ \\`` and the rare line ends become numeric entities as well.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import markupsafe

from tripplan.output.page.nearby import FARTHEST_KM, StandIn, Unused, within_reach
from tripplan.output.text import statements, stop_text, words
from tripplan.records.charger import Charger
from tripplan.records.plan import ChargingStop, Leg, Plan

NAME_LIMIT = 80
TEXT_LIMIT = 600

_TEXT_ONLY = frozenset({"title", "text", "tspan"})
"""Elements that cannot hold the spans of `measured`."""
_VOID = frozenset({"br", "hr", "meta", "link", "img", "input"})
_MORE = str.maketrans({ch: f"&#{ord(ch)};" for ch in "{}`$\\\u2028\u2029"})

Markup = markupsafe.Markup
"""HTML that is safe to show; made by this file only."""
Child = Markup | str | float | None
Attribute = str | float | bool | None


def escape(text: object, limit: int = TEXT_LIMIT) -> Markup:
    """Return text from anywhere as HTML that shows it, on one line, at most ``limit`` long."""
    line = words.one_line(text, limit)
    return Markup(markupsafe.escape(line).translate(_MORE))


def _child(text: object, *, measure: bool) -> Markup:
    """Return text between elements, with the space that parts it from its neighbours."""
    plain = str(text)
    before = " " if plain[:1].isspace() else ""
    after = " " if plain[-1:].isspace() and plain.strip() else ""
    safe = escape(plain)
    return Markup(f"{before}{measured(safe) if measure else safe}{after}")


_NUMBER = r"[-+]?\d[\d.,]*"
_SPAN = rf"{_NUMBER}(?: to {_NUMBER})?"
_TWICE = re.compile(
    rf"(?P<metric>{_SPAN} (?:km/h|km|°C|m/s|m|Wh/km)|km {_SPAN})"
    rf" \((?P<us>{_SPAN} (?:mi/kWh|mi|°F|ft|mph)|mile {_SPAN})\)"
)


def measured(text: Markup) -> Markup:
    """Part "388 km (241 mi)" into what the metric and what the US reader sees."""
    return Markup(
        _TWICE.sub(
            lambda both: (
                f'<span class="tp-metric">{both["metric"]}</span>'
                f'<span class="tp-us">{both["us"]}</span>'
            ),
            text,
        )
    )


def tag(element: str, *children: Child, **attributes: Attribute) -> Markup:
    """Return ``<element attributes>children</element>``.

    A child that is not `Markup` is escaped, None is left out.  Attribute names lose a closing
    underscore and turn the others to hyphens (``class_``, ``aria_label``); None and False leave
    an attribute out, True gives its name alone.
    """
    pairs = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if element in _VOID:
        return Markup(f"<{element}{pairs}>")
    inner = joined(*children, measure=element not in _TEXT_ONLY)
    return Markup(f"<{element}{pairs}>{inner}</{element}>")


def _attribute(key: str, value: Attribute) -> str:
    if value is True:
        return f" {key}"
    return f' {key}="{value if isinstance(value, Markup) else escape(value, 4000)}"'


def points(x: Iterable[float], y: Iterable[float]) -> Markup:
    """Return the ``points`` of an SVG line, pixels to one decimal."""
    return Markup(" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)))


def rings(lines: Iterable[tuple[Iterable[float], Iterable[float]]]) -> Markup:
    """Return the ``d`` of an SVG path of closed lines, x and y, pixels to one decimal."""
    return Markup("".join(f"M{points(x, y)}Z" for x, y in lines))


def joined(*children: Child, measure: bool = True) -> Markup:
    """Return children in a row, escaped where they are not `Markup`."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else _child(child, measure=measure)
            for child in children
            if child is not None
        )
    )


def script(code: str) -> Markup:
    """Return own JavaScript as an element that its contents cannot end early."""
    return Markup(f"<script>{script_body(code)}</script>")


def script_body(code: str) -> str:
    """Return JavaScript as it stands between the tags of `script`."""
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def style(code: str) -> Markup:
    """Return own CSS as an element."""
    return Markup(f"<style>{code.replace('</style', '')}</style>")


def document(head: Markup, body: Markup) -> str:
    """Return a whole page in English."""
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def svg_document(picture: Markup) -> str:
    """Return an SVG file; its shapes are on lines of their own."""
    lines = str(picture).replace("><", ">\n<")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{lines}\n'


def document_link(href: str, text: str) -> Markup:
    """Return a link to a page that was written beside this one."""
    return tag("a", text, href=quote(href, safe="/._-"))


def picture_in(svg: str) -> Markup:
    """Return an SVG file of our own as a part of a page, as wide as there is room, at most 800."""
    inside = svg.partition("?>")[2].strip().replace("<svg ", '<svg style="max-width:800px" ', 1)
    return Markup(inside.replace(' width="1200.0" height="630.0"', ' width="100%"', 1))


def framed(page: str, height: int) -> str:
    """Return a whole page in a frame that keeps its scripts and styles to itself."""
    return (
        f'<iframe srcdoc="{markupsafe.escape(page)}" sandbox="allow-scripts allow-popups" '
        f'title="Trip plan" style="width:100%;height:{height}px;border:0"></iframe>'
    )


def rendered(trusted: str) -> Markup:
    """Take HTML that the map library made from `Markup` and numbers only."""
    return Markup(trusted)


def name(text: str, limit: int = NAME_LIMIT) -> Markup:
    """Return a name from data, kept from turning the writing direction around it."""
    return tag("bdi", escape(text, limit))


def made_up_tag() -> Markup:
    """Return the mark that every illustrative stop carries."""
    return tag("span", "made up", class_="tp-made-up", title="Not a real charger")


def made_up_banner(made_up: bool) -> Markup | None:
    """Return the warning across a page, where a charger on it is made up."""
    if not made_up:
        return None
    return tag("div", tag("strong", words.ILLUSTRATIVE_LINE), class_="tp-banner", role="note")


def stop_popup(stop: ChargingStop, curve: Markup | None, other: StandIn | None = None) -> Markup:
    """Return what a click on a stop shows: what happens there, why so long, and what if not."""
    rows = _waypoint_facts(stop) if stop_text.is_waypoint(stop) else _charging_facts(stop)
    charges = stop.energy_kwh > 0 or not stop_text.is_waypoint(stop)
    return tag(
        "div",
        tag("h3", f"{stop_text.title(stop)}: ", name(stop.name)),
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


def _charging_facts(stop: ChargingStop) -> Facts:
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
        *((label.capitalize(), text) for label, text in statements.site(stop)),
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


def leg_tip(leg: Leg, number: int) -> Markup:
    """Return what shows over the road of a leg: how long, how much, and where to drive slower."""
    lines, uncertainty = stop_text.advice(leg), statements.arrival_uncertainty(leg)
    return tag(
        "div",
        tag("b", f"Leg {number}: "),
        f"{words.distance(leg.distance_km)} · {words.duration(leg.driving_s)} · "
        f"{words.energy(leg.energy.spent_kwh)}",
        tag("br"),
        f"battery {words.percent(leg.departure_soc)} → {words.percent(leg.arrival_soc)}",
        joined(tag("br"), f"({uncertainty})") if uncertainty else None,
        _slower(lines[:ADVICE_LIMIT]),
        f"and {len(lines) - ADVICE_LIMIT} more stretches" if len(lines) > ADVICE_LIMIT else None,
        class_="tp-leg-tip",
    )


ADVICE_LIMIT = 4
"""So many stretches to drive slower are shown at once."""


def slower(leg: Leg) -> Markup | None:
    """Return where to drive slower on a leg as lines, the later ones of many folded away."""
    lines = stop_text.advice(leg)
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
