"""What a plan says, in sentences; text report and map take the same ones.

Plain text: nothing here is escaped for HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tripplan.output.text import stop_text, words
from tripplan.planning.charger_filter import stalls_at
from tripplan.records.charger import Charger
from tripplan.records.plan import Certificate, ChargingStop, Leg, LimitedBy, Plan
from tripplan.records.trip import ChargerWishes, Objective
from tripplan.units import S_PER_H

LIMIT_WORDS: Mapping[LimitedBy, str] = {
    "vehicle": "the car's charging curve",
    "charger": "the charger",
    "temperature": "battery temperature",
}
TEXT_LIMIT = 200
"""Longest text of a source that is shown, characters."""
_WARM_C, _COOL_C = 30.0, 15.0
_FIRST_OBJECTIONS = 8
"""So many objections of an audit stand before a plan."""
_ROUNDING = 1e-9
"""Relative: powers are multiplied by an efficiency and divided by it again."""


@dataclass(frozen=True)
class Clock:
    """When a leg starts and ends, seconds since departure."""

    departure_s: float
    arrival_s: float


def leg_clocks(plan: Plan) -> tuple[Clock, ...]:
    """Return the times of every leg, in order."""
    clocks = []
    now = 0.0
    for number, leg in enumerate(plan.legs):
        clocks.append(Clock(now, now + leg.driving_s))
        now += leg.driving_s
        if number < len(plan.stops):
            now += plan.stops[number].duration_s
    return tuple(clocks)


def limit_shares(stop: ChargingStop) -> dict[LimitedBy, float]:
    """Return the share of the charging time that each limit held the power, largest first."""
    spells: dict[LimitedBy, float] = {}
    for now, then in zip(stop.samples, stop.samples[1:], strict=False):
        spell = then.since_plug_in_s - now.since_plug_in_s
        spells[now.limited_by] = spells.get(now.limited_by, 0.0) + spell
    total = sum(spells.values())
    if total <= 0:
        return {stop.limited_by: 1.0}
    return {
        limit: spell / total for limit, spell in sorted(spells.items(), key=lambda item: -item[1])
    }


def why_limited(stop: ChargingStop) -> str:
    """Say in one or two sentences what held the charging power down."""
    main, *rest = ((k, v) for k, v in limit_shares(stop).items() if v >= 0.005)
    minutes = words.percent(main[1])
    text = f"{_limit_sentence(stop, main[0])} ({minutes} of the time)"
    if rest:
        others = " and ".join(f"{LIMIT_WORDS[k]} ({words.percent(v)})" for k, v in rest)
        text += f", then {others}"
    text += "."
    # What is charged during a dwell takes no time, whatever holds the power down.
    lost_s = min(stop.heat_delay_s, stop.charging_s)
    if lost_s >= 30:
        text += (
            f" Without the limit by battery temperature this stop would be "
            f"{words.duration(lost_s)} shorter."
        )
    return text


def _limit_sentence(stop: ChargingStop, limit: LimitedBy) -> str:
    if limit == "charger":
        return f"The charger gives no more than {words.power(stop.plug_kw)}"
    if limit == "vehicle":
        return "The car takes no more: its own charging curve set the power"
    span = [sample.pack_c for sample in stop.samples if sample.limited_by == "temperature"]
    span = span or [stop.pack_arrival_c, stop.pack_departure_c]
    low, high = min(span), max(span)
    if low >= _WARM_C:
        state = "The battery was too warm for more"
    elif high <= _COOL_C:
        state = "The battery was too cold for more"
    else:
        state = "The battery's temperature held the power down"
    return f"{state}, {words.temperatures(low, high)}"


def plug(stop: ChargingStop) -> str:
    """Return "CHADEMO, 50 kW (power assumed), 2 stalls"; empty at a waypoint."""
    if stop.charger is None or stop.connector is None:
        return ""
    parts = [words.one_line(stop.connector.standard, 40), words.power(stop.plug_kw)]
    if stop.connector.power_assumed:
        parts[-1] += " (power assumed)"
    stalls = stalls_at(stop.charger, (stop.connector,))
    if stalls is not None:
        parts.append(words.count(stalls, "stall"))
    return ", ".join(parts)


def plug_rules(stop: ChargingStop) -> tuple[str, ...]:
    """Return what was assumed of the plug, by which rule; or which adapter it takes."""
    if stop.connector is None:
        return ()
    plug = stop.connector
    rules = [plug.power_rule, plug.standard_rule]
    if plug.power_kw is not None and stop.plug_kw < plug.power_kw * (1.0 - _ROUNDING):
        volts = "" if plug.max_voltage_v is None else f" {plug.max_voltage_v:.0f} V at the most"
        amps = "" if plug.max_current_a is None else f" {plug.max_current_a:.0f} A at the most"
        limits = " and".join(filter(None, (volts, amps)))
        rules.append(f"of its {words.power(plug.power_kw)} as the pack's voltage allows:{limits}")
        rules.append(plug.voltage_rule)
    if plug.voltage_rule and plug.vehicles == "unknown" and plug.standard_rule:
        rules.append("not known whether it charges other makes than Tesla")
    return tuple(words.one_line(rule, TEXT_LIMIT) for rule in rules if rule)


def site(stop: ChargingStop, currency: str = "") -> tuple[tuple[str, str], ...]:
    """Return what is known of a site beside its plugs: names of facts, and the facts.

    Parameters
    ----------
    stop
        The stop.
    currency
        That of the plan.
    """
    found = stop.charger
    if found is None:
        return ()
    known = (
        ("address", found.address),
        ("network", found.network if found.network != found.operator else ""),
        ("access", found.access if found.access != "unknown" else ""),
        ("open", found.opening_hours or ""),
        ("price", found.price),
        ("cost", _cost_of(stop, currency)),
        ("last confirmed", _confirmed(found)),
        ("id", found.id),
    )
    return tuple((label, words.one_line(text, TEXT_LIMIT)) for label, text in known if text)


def _confirmed(charger: Charger) -> str:
    """Return "2024-12-09 (AFDC)", when a source last confirmed it; empty: not known."""
    dated = [entry for entry in charger.sources if entry.date]
    if not dated:
        return ""
    newest = max(dated, key=lambda entry: entry.date)
    return f"{newest.date} ({newest.source})"


def confirmed_between(plan: Plan) -> str:
    """Return "sites last confirmed 2023-05-02 to 2024-12-09"; empty where no source says when."""
    newest = [
        max((entry.date for entry in stop.charger.sources), default="")
        for stop in plan.stops
        if stop.charger
    ]
    days = sorted(filter(None, newest))
    if not days:
        return ""
    span = words.one_line(days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}", 30)
    some = "" if len(days) == len(newest) else f"{len(days)} of {len(newest)} "
    return f"{some}sites last confirmed {span}"


def operator(stop: ChargingStop) -> str:
    """Return who runs the site; empty: not known, or a waypoint."""
    return words.one_line(stop.charger.operator) if stop.charger else ""


def _cost_of(stop: ChargingStop, currency: str) -> str:
    if not stop.cost:
        return ""
    cost = f"{stop.cost:.2f} {words.one_line(currency, 3)}".rstrip()
    return f"{cost} ({stop.price_rule})" if stop.price_rule else cost


def car(plan: Plan) -> str:
    """Return the car with its battery's state."""
    return (
        f"{words.one_line(plan.vehicle.name)}, "
        f"battery health {words.percent(plan.vehicle.battery.soh)}, "
        f"{words.energy(plan.capacity_kwh)} usable on this trip"
    )


def wishes(plan: Plan) -> tuple[str, ...]:
    """Return what the driver asked for, one short phrase each."""
    trip = plan.trip
    phrases = [
        f"leave with {words.percent(trip.departure_soc)}",
        f"never below {words.percent(trip.reserve_soc)} on the way",
        f"arrive with at least {words.percent(max(trip.arrival_soc, trip.reserve_soc))}",
        f"charge to {words.percent(trip.charge_limit_soc)} at most",
        f"{words.duration(trip.stop_overhead_s)} per stop beside charging",
    ]
    if trip.objective != "time":
        phrases.append(f"least {MEASURE_WORDS[trip.objective]}")
    if trip.max_speed_kmh is not None:
        phrases.append(f"no faster than {words.speed(trip.max_speed_kmh)}")
    if trip.departure is not None:
        phrases.append(f"leave at {trip.departure:%Y-%m-%d %H:%M}")
    if trip.avoid:
        phrases.append(f"no {', no '.join(trip.avoid)}")
    return (*phrases, *stop_text.wishes(trip), *_charger_wishes(trip.chargers))


def _charger_wishes(wished: ChargerWishes) -> tuple[str, ...]:
    """Return which chargers were asked for, one short phrase each; nothing for the defaults."""
    usual = ChargerWishes()
    adapters = (f"{a.plug} to {a.inlet}" for a in wished.adapters)
    phrases = (
        (wished.min_power_kw, f"chargers of at least {words.power(wished.min_power_kw)}"),
        (wished.min_stalls, f"at least {words.count(wished.min_stalls, 'stall')}"),
        (wished.operators, f"only chargers of {_names(wished.operators)}"),
        (wished.exclude_operators, f"no chargers of {_names(wished.exclude_operators)}"),
        (wished.access != usual.access, f"access {', '.join(wished.access)}"),
        (wished.banned, f"not {_names(wished.banned)}"),
        (wished.adapters, f"adapters {', '.join(adapters)}"),
        (not wished.keep_unknown, "no chargers of which stalls or operator are not known"),
        (wished.out_of_service, "chargers out of service as well"),
        (wished.only_stated_power, "no chargers of assumed power"),
    )
    return tuple(phrase for asked, phrase in phrases if asked)


def _names(names: Sequence[str]) -> str:
    return words.one_line(", ".join(names), TEXT_LIMIT)


_TRAILERS: Final = {
    "open": "an open trailer",
    "covered": "a covered trailer",
    "horse": "a trailer for horses",
    "caravan": "a caravan",
}


def conditions(plan: Plan) -> tuple[str, ...]:
    """Return weather, road and load, one short phrase each."""
    given = plan.trip.conditions
    air = f"air {words.temperature(given.ambient_c)}"
    if plan.trip.ambient_by_hour:
        air += ", the mean of its hours"
    if given.wind_mps <= 0:
        breeze = "no wind"
    elif given.wind_from_deg is None:
        breeze = f"headwind {words.wind(given.wind_mps)} all the way"
    else:
        breeze = f"wind {words.wind(given.wind_mps)} from the {_compass(given.wind_from_deg)}"
    sun = (f"sun {given.sun_w_per_m2:.0f} W/m²",) if given.sun_w_per_m2 else ()
    cabin = {"on": "cabin at comfort", "preheated": "cabin preheated", "off": "cabin climate off"}
    return (
        air,
        breeze,
        f"{given.road} road",
        *sun,
        *loads(plan),
        cabin[given.cabin],
        f"battery {words.temperature(plan.trip.pack_departure_c)} at the start",
    )


def loads(plan: Plan) -> tuple[str, ...]:
    """Return the load, what is towed and winter tyres, one short phrase each."""
    given = plan.trip.conditions
    outside = {"none": "", "tow_bar": ", bicycles on the tow bar", "roof": ", bicycles on the roof"}
    load = " and a roof box" if given.roof_box else ""
    load += outside[given.bikes]
    load += f", {words.count(given.passengers, 'passenger')}" if given.passengers else ""
    towed = () if given.trailer == "none" else (_TRAILERS[given.trailer],)
    tyres = ("winter tyres",) if given.winter_tyres else ()
    return (f"{given.payload_kg:.0f} kg people and luggage{load}", *towed, *tyres)


def split(plan: Plan) -> str:
    """Return how the total time divides; what takes none is left out."""
    parts = [f"{words.duration(plan.driving_s)} driving"]
    if plan.charging_s > 0:
        parts.append(f"{words.duration(plan.charging_s)} charging")
    if plan.overhead_s > 0:
        parts.append(f"{words.duration(plan.overhead_s)} at stops beside charging")
    parts += stop_text.waited(plan)
    if plan.dwell_s > 0:
        parts.append(f"{words.duration(plan.dwell_s)} at waypoints")
    return " + ".join(parts)


def arrival_band(leg: Leg) -> str:
    """Return between which SoC eight trips in ten end a leg; empty where nobody worked it out."""
    if leg.outlook is None:
        return ""
    low, high = words.percent(leg.outlook.p10_soc), words.percent(leg.outlook.p90_soc)
    return f"{low} to {high} in 8 of 10 trips"


def lasting(likely: float | None) -> str:
    """Return how likely the battery lasts; empty where nobody worked it out."""
    if likely is None:
        return ""
    chance = "more than 99%" if likely > words.NEARLY_SURE else words.percent(likely)
    return f"in {chance} of trips"


def arrival_uncertainty(leg: Leg) -> str:
    """Return band and chance of a leg in one line; empty where nobody worked them out."""
    if leg.outlook is None:
        return ""
    return f"{arrival_band(leg)}; battery lasts {lasting(leg.outlook.probability)}"


def headline(plan: Plan) -> str:
    """Return how good the plan is proven to be, in a few words."""
    gap, objective = plan.certificate.gap, plan.certificate.objective
    if gap < 5e-5:
        return f"Proven to be {BEST_WORDS[objective]}."
    return f"At most {100 * gap:.2f}% of this {MEASURE_WORDS[objective]} could be saved."


BEST_WORDS: Final[Mapping[Objective, str]] = {
    "time": "the quickest",
    "energy": "the one with the least energy",
    "money": "the cheapest, with time at what it is worth",
    "stops": "the one with the fewest stops",
}
MEASURE_WORDS: Final[Mapping[Objective, str]] = {
    "time": "time",
    "energy": "energy",
    "money": "cost of energy and time",
    "stops": "measure of stops and time",
}


def costs(plan: Plan) -> str:
    """Return what the energy of a plan costs; empty where nothing does."""
    if not plan.charging_cost and not plan.home_cost:
        return ""
    unit = f" {words.one_line(plan.currency, 3)}" if plan.currency else ""
    text = (
        f"{plan.cost:.2f}{unit} = {plan.charging_cost:.2f} for charging + "
        f"{plan.home_cost:.2f} for energy from home"
    )
    guessed = sum(bool(stop.price_rule) for stop in plan.stops)
    return f"{text}; {words.count(guessed, 'price')} assumed" if guessed else text


def money_unit(currency: str) -> str:
    """Return a currency's code, or that nobody has named one."""
    return words.one_line(currency, 3) or "(currency unknown)"


def optimality_certificate(plan: Plan) -> tuple[str, ...]:
    """Return how good the plan is proven to be, in sentences."""
    certificate = plan.certificate
    if certificate.objective != "time":
        first = _certificate_of_value(certificate)
        return (first, *_certificate_method(certificate))
    bound_s = certificate.lower_bound_s
    longer_s = max(0.0, plan.total_s - bound_s)
    this = (
        "this one takes just that"
        if longer_s < 0.5
        else (f"this one takes {_exact(plan.total_s)}, {_exact(longer_s)} more")
    )
    sentences = [
        (
            f"No plan over these roads and speeds takes less than {_exact(bound_s)}; "
            f"{this} (gap {100 * certificate.gap:.2f}%)."
        ),
        *_certificate_method(certificate),
    ]
    return tuple(sentences)


def _certificate_of_value(certificate: Certificate) -> str:
    """Say what the bound is where something else than time is least."""
    return (
        f"What is least is {MEASURE_WORDS[certificate.objective]}: this plan comes to "
        f"{certificate.value:.3f}, and no plan over these roads and speeds to less than "
        f"{certificate.lower_bound:.3f} {certificate.measure} (gap {100 * certificate.gap:.2f}%)."
    )


def _certificate_method(certificate: Certificate) -> list[str]:
    sentences = [
        f"Method: {words.one_line(certificate.method, 400)} ({certificate.labels:,} labels).",
    ]
    if not certificate.complete:
        sentences.append(
            "The search stopped early, at its label limit or its time budget: the bound holds, but "
            "a better plan may exist."
        )
    return sentences


def audit(plan: Plan) -> tuple[str, ...]:
    """Return what the independent re-drive found, in sentences; the verdict comes first."""
    found = plan.audit
    figures = (
        f"Largest differences: SoC {100 * found.worst_soc_error:.4f} points, "
        f"time {found.worst_time_error_s:.1f} s, battery {found.worst_pack_error_k:.2f} K, "
        f"energy books {found.ledger_error_kwh:.1e} kWh."
    )
    if found.passed:
        return ("Passed: an independent re-drive in small time steps agrees.", figures)
    objections = (f"Objection: {words.one_line(o, 300)}" for o in found.objections)
    if not found.made:
        return ("NOT AUDITED: nobody has looked at this plan. Do not rely on it.",)
    return (
        "FAILED: the independent re-drive objects. Do not rely on this plan.",
        figures,
        *objections,
    )


def warning(plan: Plan) -> tuple[str, ...]:
    """Return what comes before anything else where the audit objects, in sentences; or nothing.

    The first `_FIRST_OBJECTIONS` are told; `audit` tells them all.
    """
    told = plan.audit.objections
    if plan.audit.passed:
        return ()
    if not plan.audit.made:
        return ("NOT AUDITED: do not rely on this plan.",)
    more = len(told) - _FIRST_OBJECTIONS
    return (
        "AUDIT FAILED: do not rely on this plan.",
        *(words.one_line(objection, 300) for objection in told[:_FIRST_OBJECTIONS]),
        *((f"... and {more} more objections.",) if more > 0 else ()),
    )


def cautions(plan: Plan) -> str:
    """Return what comes first in a file that has room for a description, on one line; or nothing.

    What the audit objects to, or that there was none, and that chargers are made up.
    """
    told = "; ".join(line.removesuffix(".") for line in warning(plan)[1:])
    verdict = " ".join(warning(plan)[:1])
    parts = [
        verdict,
        f"Objections: {told}." if told else "",
        words.ILLUSTRATIVE_LINE if plan.illustrative else "",
    ]
    return " ".join(filter(None, parts))


def _exact(seconds: float) -> str:
    hours, rest = divmod(round(seconds), int(S_PER_H))
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d} h" if hours else f"{minutes}:{left:02d} min"


def _compass(degrees: float) -> str:
    names = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
    return f"{names[round(degrees / 45.0) % 8]} ({degrees:.0f}°)"
