"""State of health by age and kilometres: what was published of many cars, and its spread.

By years three samples count alike: tests of more than 8,000 used cars of 36 makers by Generational
(2025, UK; medians of 96.94, 95.17, 93.53 and 85 % at 2 to 3, 3 to 4, 4 to 5 and 8 to 9 years,
quartiles of 91.64 and 96.49 % at 4 to 5 and of 82 and 90 % at 8 to 12), and the fleets of Geotab,
which lost 1.8 % a year on average in 2024 and 2.3 % in 2025 (22,700 cars).  By kilometres: tests of
more than 7,000 cars above 30 kWh by Aviloo with P3 (2024): 95, 90 and 87 % on average after 30,000,
100,000 and 300,000 km.  Packs without cooling (the LEAFs) age faster: 4.2 % a year of those of
2015, 15.0 and 20.3 % in five years of those of 2013 and 2014 (Geotab 2019), 15 % in 4.6 years of
those of 24 kWh (Flip the Fleet, New Zealand); their mean is 3.6 % a year.
"""

import math
from bisect import bisect
from statistics import fmean, pstdev
from typing import Final, NamedTuple

MOST_YEARS: Final = 20.0
MOST_KM: Final = 500_000.0
"""No further do these figures reach."""
LEAST_SOH: Final = 0.3

_YEARS: Final = (0.0, 2.5, 3.5, 4.5, 8.5)
_SOH_BY_YEARS: Final = (1.0, 0.9694, 0.9517, 0.9353, 0.85)
_LATER_A_YEAR: Final = (0.9353 - 0.85) / 4.0
"""Beyond the last median it falls on as before (assumption, on the safe side: the median of all
cars of 8 to 12 years was the same 85 %)."""
_KM: Final = (0.0, 30e3, 100e3, 300e3)
_SOH_BY_KM: Final = (1.0, 0.95, 0.90, 0.87)
_UNCOOLED_A_YEAR: Final = 0.036
_FLEETS_A_YEAR: Final = (0.018, 0.023)
_LOSS: Final = (0.0, 1.0 - 0.9353, 1.0 - 0.8504)
_LOWER_QUARTILE: Final = (0.0, 0.9353 - 0.9164, 0.8504 - 0.82)
_UPPER_QUARTILE: Final = (0.0, 0.9649 - 0.9353, 0.90 - 0.8504)
"""How far quartiles lie from the median where it has lost so much."""
_TENTH: Final = 1.2816
_TENTH_OVER_QUARTILE: Final = _TENTH / 0.6745
"""Distance of a normal distribution's tenth from its median, in standard deviations and over that
of its quartile (assumption: tenths were not published)."""


class StateOfHealth(NamedTuple):
    """State of health of cars of an age: tenth, fiftieth and ninetieth percentile, fractions."""

    p10: float
    p50: float
    p90: float


def soh_by_age(years: float, km: float | None = None, *, cooled: bool = True) -> StateOfHealth:
    """Return what cars of an age have left of their battery's energy.

    Parameters
    ----------
    years
        Age, 0 to `MOST_YEARS`. [a]
    km
        Driven so far, 0 to `MOST_KM`; None: not known.  The lower of both figures counts
        (assumption: years and kilometres were published apart). [km]
    cooled
        Whether the pack is cooled by air, refrigerant or liquid.

    Returns
    -------
    StateOfHealth
        The samples' mean, and the spread of cars that have lost as much together with that of the
        samples (assumption for kilometres and for packs without cooling).
    """
    samples = _samples(years) if cooled else (1.0 - _UNCOOLED_A_YEAR * years,)
    middle = fmean(samples)
    if km is not None:
        middle = min(middle, _by_km(km))
    apart = _TENTH * pstdev(_samples(years))
    low, high = (
        math.hypot(_TENTH_OVER_QUARTILE * _quartile(1.0 - middle, distances), apart)
        for distances in (_LOWER_QUARTILE, _UPPER_QUARTILE)
    )
    return StateOfHealth(
        max(middle - low, LEAST_SOH), max(middle, LEAST_SOH), min(middle + high, 1.0)
    )


def _samples(years: float) -> tuple[float, ...]:
    """Return what each sample has left at an age."""
    tested = _interpolated(years, _YEARS, _SOH_BY_YEARS)
    tested -= _LATER_A_YEAR * max(years - _YEARS[-1], 0.0)
    return tested, *(1.0 - rate * years for rate in _FLEETS_A_YEAR)


def _by_km(km: float) -> float:
    """Beyond the last figure it falls on as before (assumption)."""
    slope = (_SOH_BY_KM[-2] - _SOH_BY_KM[-1]) / (_KM[-1] - _KM[-2])
    return _interpolated(km, _KM, _SOH_BY_KM) - slope * max(km - _KM[-1], 0.0)


def _quartile(loss: float, distances: tuple[float, ...]) -> float:
    """Distance of a quartile; it grows on in proportion beyond the last figure (assumption)."""
    return _interpolated(loss, _LOSS, distances) * max(loss / _LOSS[-1], 1.0)


def _interpolated(at: float, points: tuple[float, ...], values: tuple[float, ...]) -> float:
    """Interpolate linearly, and hold the first and the last value: records load without numpy."""
    k = bisect(points, at)
    if k in {0, len(points)}:
        return values[min(k, len(values) - 1)]
    share = (at - points[k - 1]) / (points[k] - points[k - 1])
    return values[k - 1] + share * (values[k] - values[k - 1])
