"""Every conversion constant, once.

Exact by definition unless a source is named.
"""

import math
from typing import Final

S_PER_H: Final = 3600.0
MS_PER_S: Final = 1000.0
MWH_PER_KWH: Final = 1e6
"""Milliwatt-hours in a kilowatt-hour."""
J_PER_KWH: Final = 3.6e6
M_PER_KM: Final = 1000.0
KMH_PER_MPS: Final = 3.6
M_PER_MILE: Final = 1609.344
MPS_PER_MPH: Final = 0.44704
N_PER_LBF: Final = 4.4482216152605
W_PER_KW: Final = 1000.0
KG_PER_LB: Final = 0.45359237
KELVIN_AT_0_C: Final = 273.15
STANDARD_GRAVITY_MPS2: Final = 9.80665
EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean earth radius R1, metres (IUGG; GRS 80)."""
M_PER_DEGREE: Final = math.radians(EARTH_RADIUS_M)
"""Length of a degree of latitude on the mean sphere, metres."""
