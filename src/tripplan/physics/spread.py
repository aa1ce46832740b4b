"""How far a trip's consumption is from the model's, as a distribution of a given width.

How wide it is says `physics.bands`, by what is known.  Relative errors of 40 measured drives of a
BMW i3, each left out of the fit that predicted it, have heavier tails than the normal distribution:
eight in ten lie within 11 %, but one drive is 33 % off.  Student's t with four degrees of freedom
describes that; its distribution and quantiles are closed forms.  Those of 120 tests at steady
speeds have lighter tails, so that for them high chances are on the safe side.
"""

import math

QUANTILE_90 = 1.5332
"""Ninetieth percentile of the distribution at scale 1."""


def scale_of(band: float, car_spread: float = 0.0) -> float:
    """Scale of the relative error of a car's consumption.

    The roots of the squares' sum: the band of what is known of a trip, and what the car's own
    estimated values add, taken to be independent of it.

    Parameters
    ----------
    band
        Share of the consumption within which eight in ten such trips lie (`bands.BANDS`).
    car_spread
        Share of the consumption within which eight in ten cars known like this one lie.
    """
    return math.hypot(band, car_spread) / QUANTILE_90


def probability(t: float) -> float:
    """Probability of a value of at most t, Student's t with four degrees of freedom.

    1/2 + 3/8 u (1 - u^2/12), u = t / sqrt(1 + t^2/4) (closed form for even degrees of freedom).
    """
    if math.isinf(t):
        return 1.0 if t > 0.0 else 0.0
    root = math.sqrt(1.0 + 0.25 * t * t)
    u = t / root
    return 0.5 + 0.375 * u * (1.0 - u * u / 12.0)


def quantile(p: float) -> float:
    """Return the value that is not exceeded with a probability (a closed form).

    Parameters
    ----------
    p
        Probability, above 0 and below 1.
    """
    alpha = 4.0 * p * (1.0 - p)
    q = math.cos(math.acos(math.sqrt(alpha)) / 3.0) / math.sqrt(alpha)
    return math.copysign(2.0 * math.sqrt(max(q - 1.0, 0.0)), p - 0.5)
