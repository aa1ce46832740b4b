"""From heights along a line to few pieces of constant grade that cost a car the same energy.

Two tests decide whether a stretch may be one piece: no sample lies further than a tolerance from
its chord, and the chord hides no braking.  Battery energy is linear in grade until the car brakes,
so a chord errs only by the height that is braked away on the true profile but not on the chord::

    lost = sum over intervals of d max(0, -g - c)  -  D max(0, -G - c)

with interval length d and grade g, chord length D and grade G, and c the grade on which the car
rolls by itself.  By Jensen's inequality this is never negative; it is bounded for several c and
both directions.
"""

from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs, ragged

HEIGHT_TOLERANCE_M: Final = 2.0
"""Greatest distance in height between the samples and the pieces."""
BRAKING_TOLERANCE: Final = 0.0003
"""Greatest height of hidden braking per length.  For m g = 15 kN, 1/0.9 - 0.7 of the energy lost in
going up and down again, and 150 Wh/km, it is 0.3 % of the energy."""
ROLLING_GRADES: Final = (0.01, 0.02, 0.03, 0.045, 0.06)
"""Grades on which a car rolls steadily: from a city street to 130 km/h."""


def breakpoints(
    distance_m: Floats,
    height_m: Floats,
    first: Longs,
    *,
    height_tolerance_m: float = HEIGHT_TOLERANCE_M,
    braking_tolerance: float = BRAKING_TOLERANCE,
) -> Flags:
    """Choose the samples at which the grade changes (Douglas-Peucker with the tests above).

    Parameters
    ----------
    distance_m, height_m
        Samples of all lines, line by line, shape (samples,). [m]
    first
        First sample of each line, shape (lines + 1,); each has at least two.
    height_tolerance_m, braking_tolerance
        See the module.

    Returns
    -------
    Flags
        Which samples end a piece or begin one; the ends of lines do. Shape (samples,).
    """
    kept = np.zeros(distance_m.size, dtype=np.bool_)
    low, high = first[:-1], first[1:] - 1
    kept[low] = kept[high] = True
    while True:
        wide = high - low > 1
        low, high = low[wide], high[wide]
        if not low.size:
            return kept
        off_m, at = _farthest(distance_m, height_m, low, high)
        hidden_m = _hidden_braking_m(distance_m, height_m, low, high)
        length_m = distance_m[high] - distance_m[low]
        split = (off_m > height_tolerance_m) | (hidden_m > braking_tolerance * length_m)
        low, high, at = low[split], high[split], at[split]
        kept[at] = True
        low, high = np.concatenate([low, at]), np.concatenate([at, high])


def _farthest(
    distance_m: Floats, height_m: Floats, low: Longs, high: Longs
) -> tuple[Floats, Longs]:
    """Greatest distance in height from the chord, and the first sample that has it."""
    count = high - low - 1
    inner = ragged(low + 1, count)
    grade = (height_m[high] - height_m[low]) / (distance_m[high] - distance_m[low])
    chord = np.repeat(height_m[low], count) + np.repeat(grade, count) * (
        distance_m[inner] - np.repeat(distance_m[low], count)
    )
    off = np.abs(height_m[inner] - chord)
    starts = np.cumsum(count) - count
    most = np.maximum.reduceat(off, starts)
    at = np.where(off == np.repeat(most, count), inner, distance_m.size)
    return most, np.minimum.reduceat(at, starts)


def _hidden_braking_m(distance_m: Floats, height_m: Floats, low: Longs, high: Longs) -> Floats:
    """Height braked away on the samples but not on the chord: the worst grade and direction."""
    count = high - low
    steps = ragged(low, count)
    starts = np.cumsum(count) - count
    step_m = distance_m[steps + 1] - distance_m[steps]
    rise_m = height_m[steps + 1] - height_m[steps]
    chord_m, chord_rise_m = distance_m[high] - distance_m[low], height_m[high] - height_m[low]
    worst = np.zeros(low.size)
    for rolling in ROLLING_GRADES:
        for sign in (1.0, -1.0):
            braked = np.maximum(0.0, sign * rise_m - rolling * step_m)
            on_chord = np.maximum(0.0, sign * chord_rise_m - rolling * chord_m)
            worst = np.maximum(worst, np.add.reduceat(braked, starts) - on_chord)
    return worst
