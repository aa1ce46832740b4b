"""Power of the sun on level ground, by latitude, day and hour, under a clear and a mean sky.

Sources, by their numbers in the docstrings below:

- [1] P. Cooper, The absorption of radiation in solar stills, Solar Energy 1969: declination by day.
- [2] B. Haurwitz, Insolation in relation to cloudiness and cloud density, Journal of Meteorology
  1945: clear sky by the sun's height alone.
"""

import math

MEAN_SKY = 0.7
"""Power under a mean sky over that under a clear one (assumption; the yearly share is some 0.6 in
Central Europe and 0.8 in dry regions)."""
NOON_H = 12.5
"""Hour by the clock at which the sun stands highest (assumption: between winter and summer time,
in the middle of a time zone; up to an hour and a half off)."""
_STEPS = 24


def clear_sky_w_per_m2(latitude_deg: float, day_of_year: int, hour_from_noon: float) -> float:
    """Power of the sun on level ground without clouds [W/m2]; declination [1], clear sky [2].

    Parameters
    ----------
    latitude_deg
        Latitude, north positive. [deg]
    day_of_year
        1 on the first of January.
    hour_from_noon
        Hours since the sun stood highest; negative before. [h]
    """
    declination = math.radians(23.45 * math.sin(math.radians(360.0 * (284 + day_of_year) / 365.0)))
    latitude, angle = math.radians(latitude_deg), math.radians(15.0 * hour_from_noon)
    height = math.sin(latitude) * math.sin(declination)
    height += math.cos(latitude) * math.cos(declination) * math.cos(angle)
    return 1098.0 * height * math.exp(-0.057 / height) if height > 0.0 else 0.0


def mean_w_per_m2(
    latitude_deg: float, day_of_year: int, begin_h: float, duration_h: float
) -> float:
    """Mean power on level ground over some hours by the clock, under a mean sky [W/m2].

    Parameters
    ----------
    latitude_deg
        Latitude, north positive. [deg]
    day_of_year
        1 on the first of January; every day of the time is like it.
    begin_h, duration_h
        Hour by the clock at the begin, and how long. [h]
    """
    steps = ((k + 0.5) / _STEPS * duration_h + begin_h - NOON_H for k in range(_STEPS))
    powers = [clear_sky_w_per_m2(latitude_deg, day_of_year, hour) for hour in steps]
    return MEAN_SKY * sum(powers) / _STEPS
