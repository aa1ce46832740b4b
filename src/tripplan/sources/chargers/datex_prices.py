"""Ad hoc prices that DATEX II states at its charge points and stations; pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from tripplan.records.charger import Connector
from tripplan.sources.chargers import values
from tripplan.sources.chargers.datex_tree import listed, named, text_of
from tripplan.sources.chargers.ocpi_tariffs import BY_AMOUNT, NO_TARIFF, SEVERAL
from tripplan.sources.chargers.price_text import Amounts, constant_week, price_text
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.values import Tally

_FIELDS: Final = {
    "priceperkwh": "per_kwh",
    "priceperminute": "per_min",
    "baseprice": "per_session",
    "flatrate": "per_session",
}
Priced = tuple[Collection[Connector], Mapping[str, Any], Mapping[str, Any]]
"""The plugs of a charge point, the point and its station."""


def price_of_points(points: Sequence[Priced], tally: Tally) -> str:
    """Return the price of a site in words: that of its strongest plug.

    Parameters
    ----------
    points
        Its charge points.
    tally
        Counts what is ignored.
    """
    ranked = sorted(points, key=lambda one: _strength(one[0]), reverse=True)
    texts: list[str] = []
    for _, point, station in ranked:
        for holder in (point, station):
            rates = [
                rate
                for energy in listed(holder, "electricEnergy")
                for rate in listed(energy, "energyRate")
                if isinstance(rate, Mapping)
            ]
            own = [one for one in rates if text_of(named(one, "ratePolicy")).casefold() == "adhoc"]
            text = _text(own[0], tally) if own else ""
            if text:
                texts.append(text)
                break
    if len(set(texts)) > 1:
        tally.ignore(SEVERAL)
    return texts[0] if texts else ""


def _strength(plugs: Collection[Connector]) -> tuple[bool, float]:
    return any(one.standard in DC for one in plugs), max(
        (one.power_kw or 0.0 for one in plugs), default=0.0
    )


def _text(rate: Mapping[str, Any], tally: Tally) -> str:
    currency = text_of(next(iter(listed(rate, "applicableCurrency")), "")).upper()
    amounts: dict[str, float] = {}
    free = False
    for price in listed(rate, "energyPrice"):
        kind = text_of(named(price, "priceType")).casefold()
        free = free or kind == "free"
        field = _FIELDS.get(kind)
        value = values.number(named(price, "value"))
        if field is None or value is None:
            continue
        spell = named(price, "timeBasedApplicability")
        if values.number(named(spell, "fromMinute")) or named(price, "energyBasedApplicability"):
            tally.ignore(BY_AMOUNT)  # a fee for standing there too long, mostly
            continue
        untaxed = str(named(price, "taxIncluded")).casefold() == "false"
        tax = values.number(named(price, "taxRate")) or 0.0 if untaxed else 0.0
        amounts[field] = amounts.get(field, 0.0) + value * (1.0 + tax / 100.0)
    known = re.fullmatch(r"[A-Z]{3}", currency) is not None
    if not known or not (any(amounts.values()) or free):
        tally.ignore(NO_TARIFF)
        return ""
    return price_text(constant_week(Amounts(**amounts)), currency)
