"""Public holidays of parts of countries, and moved ones of some, by boxes around these parts.

The parser's calendar has none of parts of countries.  A box reaches beyond its part a little: a day
too many is unknown there, which costs less than a closed charger.  Days are those of the laws on
holidays of these states, cantons, communities and countries as of 2026; feasts of single towns
(patron saints in Italy, municipal holidays in Portugal) are not here.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple


class _Part(NamedTuple):
    """A part of a country, or a country, by a box in degrees."""

    south: float
    west: float
    north: float
    east: float
    days: str
    """"09-20": a date, with the working day next to it if it falls on a weekend; "Mo3 04+1": the
    day after the third Monday in April; "We 11-16": the Wednesday on or after a date; "E-47": days
    from Easter Sunday."""


_PARTS: Final = (
    # Germany: Saxony, Thuringia, Augsburg
    _Part(50.15, 11.85, 51.70, 15.05, "We 11-16"),
    _Part(50.20, 9.85, 51.65, 12.66, "09-20"),
    _Part(48.25, 10.75, 48.46, 10.96, "08-08"),
    # Switzerland: Glarus, Geneva, Jura, Vaud, Obwalden
    _Part(46.79, 8.87, 47.18, 9.26, "Th1 04, Th2 04"),
    _Part(46.12, 5.95, 46.37, 6.32, "Su1 09+4"),
    _Part(47.14, 6.83, 47.52, 7.56, "06-23"),
    _Part(46.18, 6.06, 47.00, 7.25, "Su3 09+1"),
    _Part(46.75, 8.04, 46.98, 8.51, "09-25"),
    # Spain, and its communities: Andalusia, Cantabria, Castile and Leon, Castile-La Mancha, the
    # Canaries, Galicia, La Rioja, Murcia, Madrid, Catalonia, Navarre, Aragon, Valencia, the Basque
    _Part(36.00, -9.40, 43.80, 4.40, "10-12"),
    _Part(36.00, -7.53, 38.73, -1.62, "02-28"),
    _Part(42.75, -4.86, 43.52, -3.14, "07-28, 09-15"),
    _Part(40.08, -7.08, 43.24, -1.77, "04-23"),
    _Part(38.02, -5.41, 41.33, -0.91, "05-31"),
    _Part(27.50, -18.30, 29.50, -13.30, "05-30"),
    _Part(41.80, -9.31, 43.80, -6.73, "05-17, 07-25"),
    _Part(41.91, -3.14, 42.65, -1.67, "06-09"),
    _Part(37.37, -2.35, 38.76, -0.64, "06-09"),
    _Part(39.88, -4.58, 41.17, -3.05, "05-02, 07-25"),
    _Part(40.52, 0.15, 42.87, 3.33, "09-11, 09-24"),
    _Part(41.90, -2.50, 43.32, -0.72, "12-03, 07-25"),
    _Part(39.84, -2.18, 42.93, 0.78, "04-23"),
    _Part(37.84, -1.53, 40.79, 0.52, "10-09"),
    _Part(42.47, -3.46, 43.46, -1.72, "07-25"),
    # Bulgaria, Latvia, Lithuania, Aaland, Netherlands, Monaco, Madeira
    _Part(41.20, 22.30, 44.25, 28.65, "03-03, 05-06, 05-24, 09-06, 09-22"),
    _Part(55.65, 20.90, 58.10, 28.30, "05-04, 11-18"),
    _Part(53.85, 20.90, 56.46, 26.90, "Su1 05, Su1 06"),
    _Part(59.50, 19.00, 60.70, 21.40, "06-09, Fr 06-19, Sa 06-20"),
    _Part(50.70, 3.30, 53.60, 7.30, "05-05"),
    _Part(43.71, 7.40, 43.76, 7.45, "11-19"),
    _Part(32.30, -17.40, 33.20, -16.20, "07-01"),
    # the United States: the day after Thanksgiving and election day are holidays of many states
    _Part(24.00, -125.00, 49.50, -66.50, "Th4 11+1, Mo1 11+1"),
    # Kansas, Michigan, North Carolina, Wisconsin, Kentucky
    _Part(36.95, -102.10, 40.05, -94.55, "12-24"),
    _Part(41.65, -90.45, 48.30, -82.35, "12-24, 12-31"),
    _Part(33.80, -84.35, 36.60, -75.40, "12-24"),
    _Part(42.45, -92.95, 47.35, -86.20, "12-24, 12-31"),
    _Part(36.45, -89.60, 39.20, -81.90, "12-31"),
    # Illinois, New York, New Jersey, Connecticut, Iowa, Indiana
    _Part(36.90, -91.60, 42.60, -87.40, "02-12, Mo1 03"),
    _Part(40.45, -79.80, 45.05, -71.80, "02-12, 02-15"),
    _Part(38.90, -75.60, 41.40, -73.90, "02-12"),
    _Part(40.95, -73.75, 42.10, -71.75, "02-12"),
    _Part(40.30, -96.70, 43.60, -90.10, "02-12"),
    _Part(37.70, -88.10, 41.80, -84.70, "02-12, Mo1 05+1, 12-24"),
    # California, Colorado, Texas, Utah, Nevada
    _Part(32.50, -124.50, 42.05, -114.10, "02-15, 03-31"),
    _Part(36.90, -109.10, 41.05, -102.00, "03-31, Mo1 10"),
    _Part(25.80, -106.70, 36.55, -93.50, "01-19, 03-02, 03-31, 04-21, 08-27, 12-24"),
    _Part(36.95, -114.10, 42.05, -109.00, "07-24"),
    _Part(35.00, -120.05, 42.05, -114.00, "Fr-1 10"),
    # Massachusetts, Maine, Rhode Island, Vermont, Washington DC, West Virginia
    _Part(41.20, -73.55, 42.90, -69.90, "Mo3 04"),
    _Part(43.00, -71.10, 47.50, -66.90, "Mo3 04"),
    _Part(41.10, -71.90, 42.05, -71.10, "Mo2 08"),
    _Part(42.70, -73.45, 45.05, -71.45, "08-16, Tu1 03"),
    _Part(38.75, -77.15, 39.00, -76.90, "04-16"),
    _Part(37.20, -82.70, 40.65, -77.70, "06-20"),
    # Missouri, Nebraska, Louisiana, Alabama and Mississippi, South Carolina
    _Part(35.90, -95.80, 40.65, -89.10, "05-08"),
    _Part(40.00, -104.10, 43.05, -95.30, "Fr-1 04"),
    _Part(28.90, -94.10, 33.05, -88.80, "E-47"),
    _Part(30.10, -91.70, 35.05, -84.90, "Mo4 04, Mo-1 04, Mo1 06"),
    _Part(32.00, -83.40, 35.25, -78.50, "05-10"),
    # Alaska, Hawaii; Yukon and the Northwest Territories, Nunavut
    _Part(51.00, -170.00, 71.50, -130.00, "10-18, Mo-1 03"),
    _Part(18.80, -160.30, 22.30, -154.70, "03-26, 06-11, Fr3 08, Mo1 11+1"),
    _Part(60.00, -141.00, 70.00, -102.00, "06-21, Mo3 08"),
    _Part(60.00, -121.00, 83.20, -61.00, "07-09"),
)
_WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def may_be_regional_holiday(day: date, easter: date, lat: float, lon: float) -> bool:
    """Tell whether a day may be a public holiday of the part of a country in which a place lies.

    Parameters
    ----------
    day
        The day.
    easter
        Easter Sunday of its year.
    lat, lon
        The place. [degrees]
    """
    return any(
        day in _days(part.days, easter)
        for part in _PARTS
        if part.south <= lat <= part.north and part.west <= lon <= part.east
    )


@cache
def _days(texts: str, easter: date) -> frozenset[date]:
    found: set[date] = set()
    for text in texts.split(", "):
        found |= _dates(text, easter)
    return frozenset(found)


def _dates(text: str, easter: date) -> set[date]:
    if text.startswith("E"):
        return {easter + timedelta(days=int(text[1:]))}
    head, _, shift = text.partition("+")
    word, _, rest = head.partition(" ")
    if not rest:
        day = _on(easter.year, word)
        beside = {5: (-1, 2), 6: (1,)}.get(day.weekday(), ())
        return {day, *(day + timedelta(days=step) for step in beside)}
    weekday, which = _WEEKDAYS.index(word[:2]), word[2:]
    if not which:
        day = _on(easter.year, rest)
        return {day + timedelta(days=(weekday - day.weekday()) % 7)}
    found = _nth(easter.year, int(rest), weekday, int(which))
    return {found + timedelta(days=int(shift or 0))}


def _on(year: int, text: str) -> date:
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))


def _nth(year: int, month: int, weekday: int, which: int) -> date:
    """Return the first, second, ... (or last: -1) of a day of the week in a month."""
    if which > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)
