"""What counts beside time, in seconds, so that the search minimises one sum.

With objectives other than time the search minimises

    time + sum over stops of (fee + price x energy charged + rate x charging time)
         + price at the end x (full - energy on arrival),

all in seconds.  The last term prices the energy that the car uses and does not charge on the way as
if the battery were filled where the trip ends; it differs by a constant from pricing the energy
that is drawn from what the car started with, and is never negative.  Charging from empty to b then
counts tau(b) = factor x time(b) + price x b, and the sum still falls apart stop by stop, so that
nothing else in the search changes: drives stay drives, and need not be worked out anew.
"""

from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats


@dataclass(frozen=True, eq=False)
class ObjectiveWeights:
    """What counts beside time at each stop of a problem, shape (stops,), and at the end."""

    kwh_s: Floats
    """What a kilowatt-hour counts that is charged there, s/kWh; not negative."""
    charging_factor: Floats
    """What a second of charging there counts; 1 or more."""
    fee_s: Floats
    """What a stop there counts beside its time, s; not negative."""
    end_s_per_kwh: float = 0.0
    """What a kilowatt-hour counts that the car arrives with below full; not negative."""

    def charge_s(self, stop: int, taken_s: float, charged_kwh: float) -> float:
        """Return what a charge at a stop counts beside its time, s."""
        longer_s = (float(self.charging_factor[stop]) - 1.0) * taken_s
        return longer_s + float(self.kwh_s[stop]) * max(charged_kwh, 0.0)


def nothing_beside_time(stops: int) -> ObjectiveWeights:
    """Return the worth of an objective that is time alone."""
    return ObjectiveWeights(np.zeros(stops), np.ones(stops), np.zeros(stops))
