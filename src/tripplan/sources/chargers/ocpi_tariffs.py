"""Tariffs of OCPI 2.2.1 and 2.3.0, joined to the connectors that name them; pure.

Of each dimension (energy, time, flat) the first element whose restrictions hold counts.  Hours,
days of the week and dates are followed; a tariff that also depends on energy, power or duration is
unknown.  Prices without taxes get those that the tariff states.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any, Final

from tripplan.records.charger import Connector
from tripplan.sources.chargers import values
from tripplan.sources.chargers.price_text import (
    MINUTES_PER_DAY,
    Amounts,
    Spell,
    merged,
    price_text,
)
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.values import TEXT_LIMIT, Tally

_WEEK: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_UNITS: Final = {
    "ENERGY": ("per_kwh", 1.0),
    "TIME": ("per_min", 60.0),
    "FLAT": ("per_session", 1.0),
}
"""Field of a dimension, and how many of that field's unit are in OCPI's: time is priced by the
hour."""
_FOLLOWED: Final = frozenset({"start_time", "end_time", "day_of_week", "start_date", "end_date"})
_FOR_SOME: Final = frozenset({"PROFILE_CHEAP", "PROFILE_FAST", "PROFILE_GREEN"})
"""Tariffs that a driver chooses by contract."""
_RANK: Final = {"AD_HOC_PAYMENT": 0, "": 1, "REGULAR": 1}
_CLOCK: Final = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)")

NOT_FOUND: Final = "a tariff that no file has"
BY_AMOUNT: Final = "a tariff by energy, power or duration"
PARKING: Final = "a price of standing without charging"
CAPPED: Final = "a least or highest price of a session"
NO_TARIFF: Final = "a tariff that states no price"
SEVERAL: Final = "further tariffs of a site: those of its strongest plug count"


def is_tariffs(rows: Iterable[object]) -> bool:
    """Tell a list of tariffs by the keys of its first rows."""
    return any(
        isinstance(row, Mapping) and {"currency", "elements"} <= set(row) and "id" in row
        for row in rows
    )


class Tariff:
    """A tariff object, whose price in words is worked out once a day.

    Parameters
    ----------
    row
        The object.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self._told: dict[date, tuple[str, Mapping[str, int]]] = {}

    @property
    def rank(self) -> int:
        """Tariffs for everybody who pays on the spot go first."""
        return _RANK.get(str(self.row.get("type") or ""), 2)

    def price(self, tally: Tally) -> str:
        """Return the price; empty: none that can be told, as is counted.

        Parameters
        ----------
        tally
            Has the day, and counts what is ignored.
        """
        if tally.today not in self._told:
            own = Tally(today=tally.today)
            text = _text(self.row, own) if _holds(self.row, own) else ""
            self._told[tally.today] = text, own.ignored
        text, ignored = self._told[tally.today]
        tally.ignored.update(ignored)
        return text


def tariffs_by_number(rows: Iterable[object]) -> dict[str, Tariff]:
    """Return tariffs by their number, alone and after country and party.

    Parameters
    ----------
    rows
        Tariff objects.
    """
    found: dict[str, Tariff] = {}
    for row in rows:
        if isinstance(row, Mapping) and row.get("id"):
            number, tariff = str(row["id"]), Tariff(row)
            found.setdefault(number, tariff)
            found[_full(row.get("country_code"), row.get("party_id"), number)] = tariff
    return found


def _full(country: object, party: object, number: str) -> str:
    return f"{country or ''}/{party or ''}/{number}"


def price_of(
    plugs: Sequence[tuple[Connector, Sequence[str]]],
    tariffs: Mapping[str, Tariff],
    tally: Tally,
    *,
    party: tuple[object, object] = ("", ""),
) -> str:
    """Return the price of a site in words: that of its strongest plug.

    Parameters
    ----------
    plugs
        Its plugs, each with the numbers of its tariffs.
    tariffs
        Tariffs by their number; none: the file of tariffs is not at hand, and nothing is counted.
    tally
        Has the day of reading, and counts what is ignored.
    party
        Country and party of the site: their tariff of a number goes before another one's.
    """
    if not tariffs:
        return ""
    ranked = sorted(plugs, key=lambda one: _strength(one[0]))
    texts: list[str] = []
    done: set[tuple[str, ...]] = set()
    for _, numbers in ranked:
        if tuple(numbers) in done:
            continue
        done.add(tuple(numbers))
        named = (tariffs.get(_full(*party, number)) or tariffs.get(number) for number in numbers)
        found = [one for one in named if one is not None]
        if numbers and not found:
            tally.ignore(NOT_FOUND)
        priced = (one.price(tally) for one in sorted(found, key=lambda one: one.rank))
        text = next((text for text in priced if text), "")
        if text and text not in texts:
            texts.append(text)
    if len(texts) > 1:
        tally.ignore(SEVERAL)
    return texts[0] if texts else ""


def _strength(plug: Connector) -> tuple[bool, bool, float]:
    """Order plugs: those that work first, direct current, then by falling power."""
    broken = plug.operation == "out_of_service"
    return broken, plug.standard not in DC, -(plug.power_kw or 0.0)


def _holds(tariff: Mapping[str, Any], tally: Tally) -> bool:
    """Tell whether a tariff is for anybody, and for the day of reading."""
    if str(tariff.get("type") or "") in _FOR_SOME:
        return False
    noon = datetime.combine(tally.today, time(12), UTC)
    begin, end = (values.moment(tariff.get(key)) for key in ("start_date_time", "end_date_time"))
    return (begin is None or begin <= noon) and (end is None or noon < end)


def _text(tariff: Mapping[str, Any], tally: Tally) -> str:
    currency = str(tariff.get("currency") or "").upper()
    elements = [one for one in values.items(tariff, "elements") if isinstance(one, Mapping)]
    elements = [one for one in elements if not values.inner(one, "restrictions").get("reservation")]
    kinds = [str(p.get("type")) for e in elements for p in _components(e)]
    if "PARKING_TIME" in kinds:
        tally.ignore(PARKING)
    if not re.fullmatch(r"[A-Z]{3}", currency) or not set(kinds) & set(_UNITS):
        tally.ignore(NO_TARIFF)
        return ""
    if any(_by_amount(one) for one in elements):
        tally.ignore(BY_AMOUNT)
        return ""
    if tariff.get("min_price") or tariff.get("max_price"):
        tally.ignore(CAPPED)
    with_tax = str(tariff.get("tax_included") or "").upper() == "YES"
    week = [_day(elements, day, with_tax, tally) for day in range(len(_WEEK))]
    sums = {spell.amounts for spells in week for spell in spells}
    if sums == {Amounts()} and "ENERGY" not in kinds:
        tally.ignore(NO_TARIFF)  # a flat fee of nothing stands for a price that is not told
        return ""
    text = price_text(week, currency)
    if len(text) > TEXT_LIMIT:
        tally.ignore("a tariff of too many hours")
        return ""
    return text


def _components(element: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in values.items(element, "price_components") if isinstance(one, Mapping)]


def _by_amount(element: Mapping[str, Any]) -> bool:
    """Tell whether an element with a price depends on what only the session tells."""
    limits = {key for key, value in values.inner(element, "restrictions").items() if value}
    return bool(limits - _FOLLOWED) and any(
        str(one.get("type")) in _UNITS and values.number(one.get("price"))
        for one in _components(element)
    )


def _day(
    elements: Sequence[Mapping[str, Any]], day: int, with_tax: bool, tally: Tally
) -> list[Spell]:
    """Return the spells of a day of the week."""
    cuts = {0, MINUTES_PER_DAY}
    for element in elements:
        limits = values.inner(element, "restrictions")
        cuts |= {
            _minutes(limits.get("start_time"), 0),
            _minutes(limits.get("end_time"), MINUTES_PER_DAY),
        }
    edges = sorted(cuts)
    spells = []
    for begin, end in pairwise(edges):
        amounts: dict[str, float] = {}
        for element in elements:
            if not _applies(values.inner(element, "restrictions"), day, begin, tally):
                continue
            for component in _components(element):
                unit = _UNITS.get(str(component.get("type")))
                if unit and unit[0] not in amounts:
                    amounts[unit[0]] = _price(component, with_tax) / unit[1]
        spells.append(Spell(begin, end, Amounts(**amounts)))
    return merged(spells)


def _price(component: Mapping[str, Any], with_tax: bool) -> float:
    price = values.number(component.get("price")) or 0.0
    tax = 0.0 if with_tax else values.number(component.get("vat")) or 0.0
    return price * (1.0 + tax / 100.0)


def _minutes(clock: object, otherwise: int) -> int:
    match = _CLOCK.match(clock) if isinstance(clock, str) else None
    return min(60 * int(match[1]) + int(match[2]), MINUTES_PER_DAY) if match else otherwise


def _applies(limits: Mapping[str, Any], day: int, minute: int, tally: Tally) -> bool:
    """Tell whether restrictions hold at a minute; a span past midnight goes on the day after."""
    first, last = str(limits.get("start_date") or ""), str(limits.get("end_date") or "")
    today = tally.today.isoformat()
    if (first and today < first) or (last and today >= last):
        return False
    days = {str(one).upper() for one in values.items(limits, "day_of_week")}
    begin, end = _minutes(limits.get("start_time"), 0), _minutes(limits.get("end_time"), 0)
    if not end:
        end = MINUTES_PER_DAY
    own, before = _WEEK[day], _WEEK[day - 1]
    if begin < end:
        return begin <= minute < end and (not days or own in days)
    if minute >= begin:
        return not days or own in days
    return minute < end and (not days or before in days)
