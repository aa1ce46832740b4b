"""What was understood of charger files: a summary, the rules of what is assumed, and each site."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import Final

from tripplan.output.text import words
from tripplan.planning.opening_hours import is_open, opening_intervals
from tripplan.records.charger import Charger, Connector
from tripplan.sources.charger_sites import GivenChargers
from tripplan.sources.chargers.assume import assume_powers

_WEEK_S: Final = 7 * 86_400.0
_ANY_MONDAY: Final = datetime(2026, 6, 1)  # noqa: DTZ001 - local time, wherever a site is
_LABEL: Final = 12
_LONGEST: Final = 300
_RULES: Final = tuple(one.name for one in fields(Connector) if one.name.endswith("_rule"))
"""Fields of a plug that say by which rule another one was assumed."""
_TOLD: Final = frozenset({"standard", "power_kw", "power_assumed", "count", *_RULES})
"""Fields of a plug that are told in a way of their own; others by their names, if they say more
than that nothing is known."""
_UNITS: Final = {"kw": "kW", "v": "V", "a": "A"}
OPEN: Final[Mapping[bool | None, str]] = {True: "open", False: "closed", None: "not known"}
"""Words for whether a site is open."""


def chargers_to_text(
    given: Sequence[GivenChargers], *, at: datetime | None = None, shown: int | None = None
) -> str:
    """Return what was understood of charger files.

    Parameters
    ----------
    given
        What was read.
    at
        Local time at each site, or a time with its zone: who is open then; None: it is not said.
    shown
        So many sites of each file are listed; None: all.
    """
    return "\n".join("\n".join(_file(one, at, shown)) for one in given) + "\n"


def _file(one: GivenChargers, at: datetime | None, shown: int | None) -> list[str]:
    reading = one.reading
    sites = assume_powers(reading.chargers)
    entries = [entry for site in sites for entry in site.sources]
    licences = sorted({entry.licence for entry in entries if entry.licence})
    dates = sorted({entry.date for entry in entries if entry.date})
    plugs = [plug for site in sites for plug in site.connectors]
    rules = Counter(getattr(plug, name) for plug in plugs for name in _RULES)
    del rules[""]
    open_then = partial(is_open, at=at) if at is not None else None
    rows: list[tuple[str, str]] = [
        ("Read as", f"{reading.format}, source {reading.source}"),
        ("Licence", ", ".join(licences) or "not stated"),
        ("Sites", f"{len(sites):,} from {reading.row_count:,} rows"),
        ("Confirmed", f"{dates[0]} to {dates[-1]}" if dates else "no dates"),
        *(("Skipped", told) for told in _counts(reading.skipped)),
        *(("Ignored", told) for told in _counts(reading.ignored)),
        *(("Plugs", told) for told in _plugs(sites)),
        ("Access", _shares(site.access for site in sites)),
        ("State", _shares(site.operation.replace("_", " ") for site in sites)),
        ("Hours", _shares(_hours(site) for site in sites)),
        *(("Assumed", f"{count:,} x {rule}") for rule, count in rules.most_common()),
    ]
    if at is not None and open_then is not None:
        told = _shares(OPEN[open_then(site)] for site in sites)
        rows.append(("Open then", f"{told}, at {at.isoformat(timespec='minutes')}"))
    lines = [words.one_line(one.name, _LONGEST)]
    for label, told in rows:
        lines.append(f"  {label:<{_LABEL}}{words.one_line(told, _LONGEST)}")
    listed = sites if shown is None else sites[:shown]
    for site in listed:
        lines += _site(site, open_then)
    if len(listed) < len(sites):
        lines.append(f"  and {len(sites) - len(listed):,} more sites: --all lists them")
    return lines


def _counts(counts: Mapping[str, int]) -> Iterable[str]:
    return (f"{count:,} x {reason}" for reason, count in counts.items())


def _shares(values: Iterable[str]) -> str:
    return ", ".join(f"{count:,} {value}" for value, count in Counter(values).most_common())


def _plugs(sites: Sequence[Charger]) -> Iterable[str]:
    """Yield each kind of plug with how many sites have it, and the powers of their plugs."""
    powers: dict[str, Counter[str]] = {}
    at: Counter[str] = Counter()
    for site in sites:
        at.update({plug.standard for plug in site.connectors})
        for plug in site.connectors:
            powers.setdefault(plug.standard, Counter())[_power(plug)] += 1
    if not at:
        yield "none"
    for kind, count in at.most_common():
        told = ", ".join(f"{power} at {n:,}" for power, n in powers[kind].most_common(6))
        rest = len(powers[kind]) - 6
        more = f", {rest} other powers" if rest > 0 else ""
        yield f"{kind} at {count:,} {'site' if count == 1 else 'sites'}: {told}{more}"


def _power(plug: Connector) -> str:
    if plug.power_kw is None:
        return "unknown power"
    return f"{plug.power_kw:g} kW{' assumed' if plug.power_assumed else ''}"


def _plug(plug: Connector) -> str:
    told = [f"{plug.standard} {_power(plug)}{f' x {plug.count}' if plug.count else ''}"]
    for one in fields(plug):
        value = getattr(plug, one.name)
        if one.name not in _TOLD and value != one.default:
            told.append(field_in_words(one.name, value))
    return ", ".join(told)


def field_in_words(name: str, value: object) -> str:
    """Return a field and its value: "max voltage 500 V" of max_voltage_v, "operation unknown"."""
    stem, _, unit = name.rpartition("_")
    if isinstance(value, float) and unit in _UNITS:
        return f"{stem} {value:g} {_UNITS[unit]}".replace("_", " ")
    return f"{name} {value}".replace("_", " ")


def _hours(site: Charger) -> str:
    if site.opening_hours is None:
        return "not known"
    if site.opening_hours == "24/7":
        return "always"
    understood = opening_intervals(site, _ANY_MONDAY, _WEEK_S) is not None
    return "at times" if understood else "not understood"


def _site(site: Charger, open_then: Callable[[Charger], bool | None] | None) -> list[str]:
    plugs = "; ".join(map(_plug, site.connectors))
    where = f"{site.lat:.5f},{site.lon:.5f}"
    title = ", ".join(filter(None, (site.name, site.town)))
    stalls = "" if site.stalls is None else words.count(site.stalls, "stall")
    told = (
        plugs or "no plug",
        stalls,
        f"access {site.access}",
        site.operation.replace("_", " ") if site.operation != "unknown" else "",
        f"hours {site.opening_hours or 'not known'}",
        OPEN[open_then(site)] if open_then else "",
    )
    return [
        "  " + words.one_line(f"{site.id} | {title} | {where}", _LONGEST),
        "      " + words.one_line(", ".join(filter(None, told)), _LONGEST),
    ]
