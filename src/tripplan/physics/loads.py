"""What a car carries outside and tows: its mass, drag area and rolling resistance, by kind.

Sources, by their numbers in the docstrings below:

- [1] ADAC 2022, a Kia EV6 with one load after another on a motorway: 20.6 kWh/100 km bare at 120
  km/h, 23.4 with a roof box, 27.4 with two bicycles on the roof, 22.2 with two on the tow bar; at
  100 km/h 20.8 with an open trailer, 25.5 with one under a cover, 37.6 with one for horses and 41.9
  with a caravan, the last 36.9 at 90 and 31.7 at 80 km/h.  Masses are not stated.
- [2] Aviloo 2025, a VW ID.4 with three bicycles: at 120 km/h on the roof 2.3 miles for each kWh,
  bare 3.5; on the tow bar as much at 123 km/h as bare at 130.
- [3] InsideEVs 337262, a Tesla Model S at 10 degrees Celsius: 222 Wh/km with winter tyres, 208 with
  those for summer.
- [4] Directive 95/48/EC: 75 kg for each person, of which 7 are luggage.
"""

import math
from typing import Final, NamedTuple

PERSON_KG: Final = 75.0
"""Mass of a person with hand luggage [4], kg."""
WINTER_TYRES: Final = 1.2
"""Rolling resistance of winter tyres over that of those for summer (+-0.1): the 14 Wh/km of [3] are
44 N at the wheels, a fifth of what the tyres of such a car take (assumption: all cars alike)."""

TYRES_SPREAD: Final = 0.03
"""What the margin of `WINTER_TYRES` is of the consumption."""


class Load(NamedTuple):
    """What a load adds to a car."""

    drag_area_m2: float
    """Drag area that comes on top of the car's own, behind or on it."""
    mass_kg: float
    """Usual mass (an assumption)."""
    rolling_coefficient: float = 0.0
    """Rolling resistance of its own wheels over its weight; 0: the car's wheels carry it."""
    spread: float = 0.0
    """Share of the consumption within which eight in ten loads of this kind lie: the margin of the
    drag area, and for trailers 20 % of the mass and 30 % of its rolling, at 90 km/h behind the EV6
    of [1] (110 km/h with bicycles)."""


BIKES: Final = {
    "none": Load(0.0, 0.0),
    "tow_bar": Load(0.08, 45.0, spread=0.03),
    "roof": Load(0.35, 45.0, spread=0.06),
}
"""Two bicycles of 15 kg and their rack (assumption).  Drag areas +-0.03 and +-0.08 m2: with this
package's EV6 those of [1] come out 0.077 and 0.347; [2] gives 0.07 and 0.47 to 0.53 for three."""

_TRAILER_ROLLING: Final = 0.010
"""Rolling resistance of trailers' tyres over their weight (assumption, +-0.003)."""
TRAILERS: Final = {
    "none": Load(0.0, 0.0),
    "open": Load(0.3, 400.0, _TRAILER_ROLLING, 0.05),
    "covered": Load(0.65, 500.0, _TRAILER_ROLLING, 0.07),
    "horse": Load(1.4, 1300.0, _TRAILER_ROLLING, 0.11),
    "caravan": Load(1.75, 1500.0, _TRAILER_ROLLING, 0.12),
}
"""Trailers with what is usually in them (assumption).  With this package's EV6 the drag areas of
[1] come out 0.31, 0.64, 1.38, and 1.66 to 1.89 m2 by speed; +-20 %."""


def spread_of(bikes: str, trailer: str, *, winter_tyres: bool) -> float:
    """Share of the consumption by which loads make it less sure: roots of the squares' sum.

    Parameters
    ----------
    bikes, trailer
        Kinds of `BIKES` and `TRAILERS`.
    winter_tyres
        Whether the car runs on them.
    """
    tyres = TYRES_SPREAD if winter_tyres else 0.0
    return math.hypot(BIKES[bikes].spread, TRAILERS[trailer].spread, tyres)
