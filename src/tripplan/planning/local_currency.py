"""The currency of prices that nobody states: that of the country where a trip starts."""

from collections.abc import Iterator
from typing import Final

from tripplan.records.region import Region

_OWN: Final = {
    "AU": "AUD",
    "CA": "CAD",
    "CH": "CHF",
    "GB": "GBP",
    "LI": "CHF",
    "NZ": "NZD",
    "US": "USD",
}
"""Currencies by ISO 3166-1 code in which the assumed prices are as likely as in euros."""
_ELSEWHERE: Final = "EUR"
"""In every other country, those without the euro as well: the assumed prices are not amounts of its
own currency, where a kilowatt-hour may cost a hundred units (assumption)."""


def local_currency(region: Region, lat: float, lon: float) -> str:
    """Return the currency (ISO 4217) of assumed prices at a place; empty: the country is not known.

    Parameters
    ----------
    region
        The region; a place is in the United States where its names say so, else in the country that
        its extract names most often, else in that of the nearest town.
    lat, lon
        The place. [deg]
    """
    by_names = region.gazetteer.country_of(lat, lon)
    if by_names == "US":
        return _OWN["US"]
    country = next(countries_of(region), by_names)
    return _OWN.get(country, _ELSEWHERE) if country else ""


def countries_of(region: Region) -> Iterator[str]:
    """Yield the countries of a region's sources."""
    for source in region.provenance.get("sources", ()):
        report = source.get("report")
        country = report.get("country") if isinstance(report, dict) else None
        if isinstance(country, str) and country:
            yield country
