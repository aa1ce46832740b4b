"""Plan -> text: a readable itinerary, which is the golden-test format as well."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
from tripplan.records.plan import ChargingStop, EnergyLedger, Leg, Plan
from tripplan.records.region import Region
from tripplan.units import M_PER_KM

_LABEL = 12
_TIME = 7


def to_text(plan: Plan) -> str:
    """Return the itinerary as text that ends in a line feed; ASCII but for names.

    Times are hours and minutes since departure; SoC is in percent of today's usable energy.
    """
    lines = [*_header(plan), "", *_timetable(plan), "", *_footer(plan)]
    if plan.illustrative:
        lines = [words.ILLUSTRATIVE_LINE, "", *lines]
    return warning_text(plan) + _ascii_units("\n".join(lines)) + "\n"


def warning_text(plan: Plan) -> str:
    """Return what the audit objects to, as the text that `to_text` begins with; or nothing."""
    verdict, *objections = statements.warning(plan) or ("",)
    lines = [verdict, *(f"  {objection}" for objection in objections), ""]
    return _ascii_units("\n".join(lines)) + "\n" if verdict else ""


def _header(plan: Plan) -> list[str]:
    ends = (plan.trip.origin.label, plan.trip.destination.label)
    charged = f"{words.energy(plan.energy_charged_kwh)} charged" if plan.stops else "none charged"
    off = access_text.off_roads(plan)
    return [
        " -> ".join(words.one_line(end) for end in ends) + (f" ({off})" if off else ""),
        _row("Car", statements.car(plan)),
        _row("Wishes", "; ".join(statements.wishes(plan))),
        *([_row("Law", law_text.in_words(plan))] if plan.trip.law else []),
        _row("Conditions", "; ".join(statements.conditions(plan))),
        _row("Total", f"{words.duration(plan.total_s)} = {statements.split(plan)}"),
        _row(
            "Distance",
            "; ".join(
                filter(
                    None,
                    (
                        _distance(plan),
                        stop_text.fewer_stops(plan),
                        stop_text.fallbacks(plan),
                        choices_text.without_preheating(plan),
                    ),
                )
            ),
        ),
        _row(
            "Energy",
            f"{words.energy(plan.energy_spent_kwh)} spent, {charged}, "
            f"{words.consumption(plan.consumption_wh_per_km)}",
        ),
        *([_row("Cost", statements.costs(plan))] if statements.costs(plan) else []),
        _row("Arrival", _arrival(plan)),
        *_block("If broken", failure_text.lines(plan)),
    ]


def _distance(plan: Plan) -> str:
    return f"{words.distance(plan.distance_km)}, {stop_text.counts(plan)}"


def _arrival(plan: Plan) -> str:
    band = statements.arrival_band(plan.legs[-1])
    chance = statements.lasting(plan.arrival_probability)
    return (
        f"with {words.percent(plan.arrival_soc, 1)}"
        f"{f' ({band})' if band else ''}{f'; the battery lasts {chance}' if chance else ''}"
    )


def _timetable(plan: Plan) -> list[str]:
    lines = []
    clocks = statements.leg_clocks(plan)
    slower = advice.sentences(plan)
    for number, (leg, times, told) in enumerate(zip(plan.legs, clocks, slower, strict=True)):
        stop = plan.stops[number - 1] if number else None
        place = words.one_line(leg.start.label) if stop is None else stop_text.title(stop).lower()
        lines.append(
            f"{words.clock(times.departure_s):>{_TIME}}  leave {place} "
            f"with {words.percent(leg.departure_soc, 1)}"
        )
        lines += _indented(_leg_lines(leg, told))
        if number < len(plan.stops):
            lines += _stop_lines(plan, plan.stops[number], times.arrival_s)
    last = plan.legs[-1]
    lines.append(
        f"{words.clock(clocks[-1].arrival_s):>{_TIME}}  arrive {words.one_line(last.end.label)} "
        f"with {words.percent(last.arrival_soc, 1)}"
    )
    return lines


def _leg_lines(leg: Leg, told: Sequence[str]) -> list[str]:
    parts, uncertainty = leg.energy, statements.arrival_uncertainty(leg)
    by = road_text.in_words(leg)
    return [
        (
            f"drive {words.distance(leg.distance_km)}, {words.duration(leg.driving_s)}, "
            f"up {words.height(leg.ascent_m)}, down {words.height(leg.descent_m)}"
        ),
        *([f"by {by}"] if by else []),
        (
            f"battery gives {words.energy(parts.spent_kwh)}: motion {parts.motion_kwh:.1f}, "
            f"auxiliaries {parts.auxiliary_kwh:.1f}, cabin {parts.cabin_kwh:.1f}, "
            f"{_pack_heater(parts)}"
            f"braking returns {parts.regenerated_kwh - parts.curtailed_kwh:.1f}"
        ),
        (
            f"pack {words.temperatures(leg.pack_departure_c, leg.pack_arrival_c)}, "
            f"lowest SoC {words.percent(leg.min_soc, 1)}"
        ),
        *([f"arrives with {uncertainty}"] if uncertainty else []),
        *(f"of it {access_text.in_words(leg, way)}" for way in leg.access),
        *(f"advice: {sentence}" for sentence in told),
    ]


def _pack_heater(parts: EnergyLedger) -> str:
    kwh = parts.pack_heater_kwh
    return f"battery heater {kwh:.1f}, " if kwh > 0.0 else ""


def _stop_lines(plan: Plan, stop: ChargingStop, arrival_s: float) -> list[str]:
    mark = " [ILLUSTRATIVE: made up, not a real charger]" if stop.illustrative else ""
    waypoint = stop_text.is_waypoint(stop)
    texts = _waypoint_lines(stop) if waypoint else _charging_lines(stop, plan.currency)
    heading = f"{stop_text.title(stop).upper()}: {words.one_line(stop_text.place(stop))}{mark}"
    return [
        f"{words.clock(arrival_s):>{_TIME}}  {heading}",
        *_indented(
            [
                (
                    f"arrive with {words.percent(stop.arrival_soc, 1)}, "
                    f"leave with {words.percent(stop.departure_soc, 1)}"
                ),
                *texts,
                *filter(None, [stop_text.fallback(stop), failure_text.broken(plan, stop)]),
            ]
        ),
    ]


def _charging_lines(stop: ChargingStop, currency: str) -> list[str]:
    operator = statements.operator(stop)
    waiting = stop_text.waiting(stop)
    return [
        stop_text.spell(stop),
        *([waiting] if waiting else []),
        f"{words.energy(stop.energy_kwh)}, {_power(stop)}",
        f"plug {statements.plug(stop)}{f', {operator}' if operator else ''}",
        *(f"note: {rule}" for rule in statements.plug_rules(stop)),
        f"site {'; '.join(f'{label} {text}' for label, text in statements.site(stop, currency))}",
        *_limit_lines(stop),
    ]


def _waypoint_lines(stop: ChargingStop) -> list[str]:
    waiting = stop_text.waiting(stop)
    lines = [
        f"{stop_text.stay(stop)}, {stop_text.charged_there(stop)}",
        *([waiting] if waiting else []),
    ]
    if stop.energy_kwh > 0:
        return [*lines, _power(stop), *_limit_lines(stop)]
    return [*lines, f"pack {words.temperatures(stop.pack_arrival_c, stop.pack_departure_c)}"]


def _power(stop: ChargingStop) -> str:
    return f"mean {words.power(stop.mean_kw)}, highest {words.power(stop.max_kw)}"


def _limit_lines(stop: ChargingStop) -> list[str]:
    return [
        (
            f"pack {words.temperatures(stop.pack_arrival_c, stop.pack_departure_c)}, "
            f"heat delay {words.duration(stop.heat_delay_s)}"
        ),
        f"limited by {statements.LIMIT_WORDS[stop.limited_by]}: {statements.why_limited(stop)}",
    ]


def _footer(plan: Plan) -> list[str]:
    assumptions = [f"- {words.one_line(text, 600)}" for text in plan.assumptions] or ["none"]
    sources = [f"- {words.one_line(text, 600)}" for text in plan.sources] or ["none named"]
    return [
        *_block("Proof", statements.optimality_certificate(plan)),
        *_block("Audit", statements.audit(plan)),
        *_block("Assumptions", assumptions),
        *_block("Sources", [*sources, f"- region {words.one_line(plan.region)}"]),
        *_block("Made by", [f"tripplan {words.one_line(plan.tripplan_version, 40)}"]),
    ]


def region_to_text(region: Region) -> str:
    """Return what a region holds and where it comes from, as text."""
    network = region.network
    arcs_km = float(network.length_m.sum()) / M_PER_KM
    chargers = region.chargers.chargers
    made_up = sum(charger.status == "illustrative" for charger in chargers)
    lines = [
        f"Region {words.one_line(region.name)}",
        _row(
            "Roads",
            f"{network.node_count:,} nodes, {network.arc_count:,} one-way arcs of "
            f"{arcs_km:,.0f} km together",
        ),
        _row("Chargers", f"{len(chargers):,}, of which {made_up:,} are made up (illustrative)"),
        _row("Names", f"{len(region.gazetteer.entries):,} places"),
        *_block(
            "Assumptions", [f"- {words.one_line(t, 600)}" for t in region.assumptions] or ["none"]
        ),
        *_block("Provenance", list(_outline(region.provenance)) or ["none named"]),
    ]
    return _ascii_units("\n".join(lines)) + "\n"


def _outline(value: Mapping[str, Any], depth: int = 0) -> Iterable[str]:
    """Yield nested mappings and lists as indented lines."""
    for key, item in value.items():
        head = "  " * depth + words.one_line(key)
        if isinstance(item, Mapping):
            yield f"{head}:"
            yield from _outline(item, depth + 1)
        elif isinstance(item, list | tuple):
            yield f"{head}:"
            for entry in item:
                if isinstance(entry, Mapping) and entry:
                    first, *rest = _outline(entry)
                    yield "  " * depth + f"  - {first}"
                    yield from ("  " * depth + f"    {line}" for line in rest)
                else:
                    yield "  " * depth + f"  - {words.one_line(entry, 600)}"
        else:
            yield f"{head}: {words.one_line(item, 600)}"


def _row(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def _block(label: str, lines: Iterable[str]) -> list[str]:
    return [_row(label if number == 0 else "", line) for number, line in enumerate(lines)]


def _indented(lines: Iterable[str]) -> list[str]:
    return [" " * (_TIME + 2) + line for line in lines]


def _ascii_units(text: str) -> str:
    """Drop the degree sign, which not every terminal can show."""
    return text.replace("°", "")
