"""How wide P10 to P90 are by what is known of car, weather, speed and roads: measured, not guessed.

Each class is the share of the consumption within which eight in ten of its measurements lie, what
the car's own estimated values explain left out (`Vehicle.consumption_spread` comes on top).
Measured are published range and consumption tests of single cars, and drives of one car that was
fitted to its others; `python -m validation.bands` prints the figures and
how often a class holds what it was not set from.
"""

from typing import Final, NamedTuple

RATED_SPREAD: Final = 0.03
"""Cars whose estimates add less than this are known by themselves: by an official test of their own
and a stated battery, or by sources of their own, as those written by hand."""
COLD_C: Final = 5.0
"""Air temperature up to which the class is that of the cold, degrees Celsius."""
TOWN_KMH: Final = 60.0
"""Mean speed of a trip below which it is like the measured drives, nine in ten of which are slower,
km/h; the tests at a steady speed begin at 80 km/h."""


class Band(NamedTuple):
    """A class of what is known."""

    share: float
    """Share of the consumption within which eight in ten lie."""
    rows: int
    """How many measurements it comes from."""
    words: str
    """What is known, in words."""


BANDS: Final = {
    "driven, town": Band(0.110, 40, "a car fitted to its own drives, in town, weather given"),
    "tested, mild": Band(0.108, 24, "a car fitted to its own range tests, weather given"),
    "rated, mild": Band(0.158, 27, "a car known by its own tests or data sheet, weather given"),
    "other, mild": Band(0.219, 7, "a car known by others of its platform, weather given"),
    "cold": Band(0.167, 24, "cold and heated, weather given"),
    "tested, no weather": Band(0.133, 42, "a car fitted to its own range tests, weather not given"),
    "rated, no weather": Band(
        0.186, 78, "a car known by its own tests or data sheet, weather not given"
    ),
    "other, no weather": Band(
        0.234, 42, "a car known by others of its platform, weather not given"
    ),
    "town, no weather": Band(0.544, 40, "in town, weather not given"),
    "no speed": Band(0.222, 9, "the driver's own top speed not given"),
}
"""All classes.  Those of fewer than 15 rows take the wider of what their rows ask for and of the
classes beside them that know as much: both are here what their rows ask for."""


ACCESS_SHARE: Final = 0.41
"""Eight in ten ways of which only the ends are known lie within this share of their energy
(assumption: neither their length nor their heights are known), and never within less than roads."""


def class_of(
    car_spread: float,
    mean_kmh: float,
    ambient_c: float,
    *,
    driven: bool,
    tested: bool,
    weather_given: bool,
    speed_given: bool,
) -> str:
    """Return the key of the class that a trip is of: the widest of those that hold for it.

    In town a car that was not fitted to drives is of its class on open roads: nobody measured one
    there; range tests, which keep a speed, do not count there.  A fitted car on open roads is like
    others that are known by themselves.

    Parameters
    ----------
    car_spread
        What estimated values of the car add, a share of its consumption.
    mean_kmh
        Mean speed of the trip. [km/h]
    ambient_c
        Air temperature. [degC]
    driven
        Whether the car was fitted to drives of its own.
    tested
        Whether it was fitted to published range tests of its own.
    weather_given
        Whether the temperature was stated, not taken as usual.
    speed_given
        Whether the driver stated how fast he goes at most.
    """
    in_town = mean_kmh < TOWN_KMH
    known = "rated" if driven or car_spread < RATED_SPREAD else "other"
    if tested and not driven and not in_town:
        known = "tested"
    if not weather_given:
        found = "town, no weather" if in_town else f"{known}, no weather"
    elif driven and in_town:
        found = "driven, town"
    else:
        found = "cold" if ambient_c <= COLD_C else f"{known}, mild"
    if speed_given or in_town:
        return found
    return max(found, "no speed", key=lambda key: BANDS[key].share)
