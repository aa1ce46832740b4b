"""What a charger's price text says, as far as it can be read for sure.

A text is read whole or not at all: memberships and words in between make it unknown, and so does a
price without a currency.  Prices by the hour are read where the text says what holds at all others:
"Mo-Fr 07:00-19:00: 0.59 EUR/kWh | 0.39 EUR/kWh".
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from tripplan.records.base import as_text


class Tariff(NamedTuple):
    """What charging costs at one site, in its currency."""

    per_kwh: float
    per_min: float
    per_session: float
    currency: str
    """ISO 4217; empty where charging is free."""


class PriceBand(NamedTuple):
    """A time of the week and what charging costs then."""

    days: frozenset[int]
    """Days of the week, 0: Monday."""
    begin_min: int
    """Minutes from midnight."""
    end_min: int
    tariff: Tariff

    def holds(self, when: datetime) -> bool:
        """Tell whether a time, local there, lies in it."""
        minute = 60 * when.hour + when.minute
        return when.weekday() in self.days and self.begin_min <= minute < self.end_min


@dataclass(frozen=True)
class WeekPrices:
    """What charging costs at one site over the week."""

    bands: tuple[PriceBand, ...]
    """Times with a price of their own, the first that holds counts, shape (bands,)."""
    rest: Tariff
    """The price at all other times."""

    @property
    def by_hour(self) -> bool:
        """Whether the price depends on the time."""
        return bool(self.bands)

    def at(self, when: datetime) -> Tariff:
        """Return the price of a charge that begins at a time, local there."""
        return next((band.tariff for band in self.bands if band.holds(when)), self.rest)

    @property
    def least(self) -> Tariff:
        """Nothing costs less at any time."""
        return self._each(min)

    @property
    def dearest(self) -> Tariff:
        """Nothing costs more at any time."""
        return self._each(max)

    def _each(self, choose: Callable[[Iterable[float]], float]) -> Tariff:
        every = [self.rest, *(band.tariff for band in self.bands)]
        return Tariff(
            choose(tariff.per_kwh for tariff in every),
            choose(tariff.per_min for tariff in every),
            choose(tariff.per_session for tariff in every),
            max(tariff.currency for tariff in every),
        )


FREE: Final = Tariff(0.0, 0.0, 0.0, "")
_FREE_WORDS: Final = frozenset({"free", "no fee", "kostenlos", "gratis", "gratuit", "0"})
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP"}
"""A dollar sign is taken for that of the United States (assumption)."""
_CODES: Final = frozenset(
    ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "CAD", "AUD")
)
_MONEY = r"([€$£]|[A-Z]{3})?\s*(\d+(?:[.,]\d+)?)\s*([€$£]|[A-Z]{3})?"
_UNIT = r"(kwh|min|minute|h|hr|hour|session|charge)"
_PART = re.compile(
    rf"(?:00:00\s*-\s*(?:23:59|24:00)\s+)?{_MONEY}\s*(?:/|per)\s*{_UNIT}", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*(?:;|\+|,\s|\band\b)\s*")
_FIELDS: Final = {
    "kwh": ("per_kwh", 1.0),
    "min": ("per_min", 1.0),
    "minute": ("per_min", 1.0),
    "h": ("per_min", 60.0),
    "hr": ("per_min", 60.0),
    "hour": ("per_min", 60.0),
    "session": ("per_session", 1.0),
    "charge": ("per_session", 1.0),
}


_WEEK: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_DAYS: Final = r"(?:(?:mo|tu|we|th|fr|sa|su)(?:-(?:mo|tu|we|th|fr|sa|su))?,?)+"
_BAND: Final = re.compile(
    rf"(?:({_DAYS})\s+)?([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d):\s+(\S.*)",
    re.IGNORECASE,
)


def read_prices(price: str, fee: bool | None) -> WeekPrices | None:
    """Read a charger's price, by the hour where it says so.

    Parameters
    ----------
    price
        What the source says about the price; several times of the week are separated by "|", each
        with its hours before a colon, the rest of the week last.
    fee
        Whether charging costs money; None: not known.

    Returns
    -------
    WeekPrices or None
        None where the text does not say for sure.
    """
    *timed, last = as_text(price, where="a charger's price").split("|")
    rest = read_tariff(last, fee)
    bands = [_band(part.strip()) for part in timed] if fee is not False else []
    found = [band for band in bands if band is not None]
    currencies = {band.tariff.currency for band in found} | {rest.currency if rest else ""}
    if rest is None or len(found) < len(bands) or len(currencies - {""}) > 1:
        return None
    return WeekPrices(tuple(found), rest)


def _band(text: str) -> PriceBand | None:
    match = _BAND.fullmatch(text)
    tariff = read_tariff(match[6], None) if match else None
    if match is None or tariff is None:
        return None
    begin, end = (60 * int(match[k]) + int(match[k + 1]) for k in (2, 4))
    days = _days(match[1]) if match[1] else frozenset(range(7))
    if begin >= end or end > _MINUTES_PER_DAY or not days:
        return None
    return PriceBand(days, begin, end, tariff)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.casefold().split(","):
        first, _, last = part.partition("-")
        if first:
            found |= set(range(_WEEK.index(first), _WEEK.index(last or first) + 1))
    return frozenset(found)


_MINUTES_PER_DAY: Final = 1440


def read_tariff(price: str, fee: bool | None) -> Tariff | None:
    """Read a charger's price.

    Parameters
    ----------
    price
        What the source says about the price: "0,49 EUR/kWh", "$0.30/kWh; $1 per session", "Free".
    fee
        Whether charging costs money; None: not known.

    Returns
    -------
    Tariff or None
        None where the text does not say for sure.
    """
    text = as_text(price, where="a charger's price").strip()
    if fee is False or text.casefold() in _FREE_WORDS:
        return FREE
    amounts: dict[str, float] = {}
    currencies = set()
    for part in _BETWEEN.split(text.rstrip(".")):
        match = _PART.fullmatch(part.strip())
        if match is None:
            return None
        before, number, after, unit = match.groups()
        field, share = _FIELDS[unit.casefold()]
        currency = _currency(before, after)
        if not currency or field in amounts:
            return None
        amounts[field] = float(number.replace(",", ".")) / share
        currencies.add(currency)
    if len(currencies) != 1:
        return None
    every = {"per_kwh": 0.0, "per_min": 0.0, "per_session": 0.0, **amounts}
    return Tariff(**every, currency=currencies.pop())


def _currency(before: str | None, after: str | None) -> str:
    """Code of the one currency that is named; empty: none, or two."""
    named = [word for word in (before, after) if word]
    if len(named) != 1:
        return ""
    code = _SIGNS.get(named[0], named[0].upper())
    return code if code in _CODES else ""
