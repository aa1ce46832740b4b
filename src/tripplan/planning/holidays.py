"""Days that may be public holidays by law where the parser's calendar has none.

The calendar that comes with the parser knows the holidays of whole countries, and not all of these
(no New Year, Easter Monday or late August in Great Britain, no Columbus Day in the United States),
and none of parts of a country (`regional_holidays`).  On such days hours that differ on holidays
are unknown, unless both readings agree.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

from tripplan.planning.regional_holidays import may_be_regional_holiday

_FIXED: Final = (
    (1, 1), (1, 2), (1, 6), (3, 1), (3, 8), (3, 17), (3, 19), (4, 25), (5, 1), (5, 8), (6, 24),
    (6, 29), (7, 12), (8, 1), (8, 15), (9, 8), (10, 31), (11, 1), (11, 2), (11, 11), (11, 30),
    (12, 6), (12, 8), (12, 24), (12, 25), (12, 26), (12, 31),
)  # fmt: skip
"""Months and days that are holidays in some country of Europe or in parts of one."""
_FIXED_AMERICA: Final = (
    (1, 1), (6, 19), (6, 24), (7, 1), (7, 4), (9, 30), (11, 11), (12, 25), (12, 26),
)  # fmt: skip
"""The same for the Americas."""
_AFTER_EASTER: Final = (-3, -2, 0, 1, 39, 49, 50, 60)
"""Days from Easter Sunday: Maundy Thursday to Corpus Christi."""
_AFTER_EASTER_AMERICA: Final = (-2, 0, 1)
_MONDAYS: Final = ((2, 1), (5, 1), (5, -1), (6, 1), (8, 1), (8, -1), (10, -1))
"""Months and which Monday of them: bank holidays of Great Britain and Ireland."""
_MONDAYS_AMERICA: Final = ((1, 3), (2, 3), (5, -1), (8, 1), (9, 1), (10, 2))


def may_be_holiday(day: date, lat: float, lon: float) -> bool:
    """Tell whether a day is a public holiday by law in some country or region round a place.

    Parameters
    ----------
    day
        The day.
    lat, lon
        The place. [degrees]
    """
    if day in _days(day.year, america=-170.0 <= lon <= -30.0):
        return True
    return may_be_regional_holiday(day, _easter(day.year), lat, lon)


@cache
def _days(year: int, *, america: bool) -> frozenset[date]:
    fixed = [date(year, *one) for one in (_FIXED_AMERICA if america else _FIXED)]
    found = set(fixed)
    for one in fixed:  # observed on the next working days, or on the Friday before
        if one.weekday() >= 5:
            shift = 7 - one.weekday()
            found |= {one + timedelta(days=shift), one + timedelta(days=shift + 1)}
        if one.weekday() == 5:
            found.add(one - timedelta(days=1))
    easter = _easter(year)
    offsets = _AFTER_EASTER_AMERICA if america else _AFTER_EASTER
    found |= {easter + timedelta(days=offset) for offset in offsets}
    found |= {_monday(year, *one) for one in (_MONDAYS_AMERICA if america else _MONDAYS)}
    return frozenset(found)


def _monday(year: int, month: int, which: int) -> date:
    if which > 0:
        first = date(year, month, 1)
        return first + timedelta(days=-first.weekday() % 7 + 7 * (which - 1))
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    lift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - lift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
