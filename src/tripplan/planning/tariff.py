"""What a charger's price text says, as far as it can be read for sure.

A text is read whole or not at all: prices by the time of day, memberships and words in between make
it unknown, and so does a price without a currency.
"""

import re
from typing import Final, NamedTuple

from tripplan.records.base import as_text


class Tariff(NamedTuple):
    """What charging costs at one site, in its currency."""

    per_kwh: float
    per_min: float
    per_session: float
    currency: str
    """ISO 4217; empty where charging is free."""


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
