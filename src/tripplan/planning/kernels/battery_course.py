"""The battery along a leg of a plan: energy and temperature after each piece of its roads."""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.jit import compiled
from tripplan.physics.thermal import PackModel, driven_pack_c


class BatteryCourse(NamedTuple):
    """Clock and battery at the start of a leg and after each of its pieces."""

    elapsed_s: Floats
    """Shape (pieces + 1,), as are the other two."""
    energy_kwh: Floats
    pack_c: Floats
    curtailed_kwh: float
    """Energy that a full battery refused. [kWh]"""
    heater_kwh: float
    """Energy that the pack's heater took. [kWh]"""


@compiled
def battery_course(
    elapsed_s: float,
    energy_kwh: float,
    pack_c: float,
    capacity_kwh: float,
    taken_kwh: Floats,
    time_s: Floats,
    heat_j: Floats,
    pack: PackModel,
) -> BatteryCourse:
    """Drive a leg piece by piece.

    Parameters
    ----------
    elapsed_s, energy_kwh, pack_c
        Clock and battery at its start. [s], [kWh], [degC]
    capacity_kwh
        What the battery holds; what is fed back beyond is refused. [kWh]
    taken_kwh, time_s, heat_j
        What each piece takes of the battery (below 0: gives), how long it takes, and its heat in a
        pack of 25 degrees Celsius, shape (pieces,). [kWh], [s], [J]
    pack
        The pack and its surroundings.
    """
    pieces = time_s.shape[0]
    clock, energy, warm = np.empty(pieces + 1), np.empty(pieces + 1), np.empty(pieces + 1)
    clock[0], energy[0], warm[0] = elapsed_s, energy_kwh, pack_c
    curtailed_kwh = 0.0
    for k in range(pieces):
        after_kwh = energy[k] - taken_kwh[k]
        curtailed_kwh += max(0.0, after_kwh - capacity_kwh)
        clock[k + 1] = clock[k] + time_s[k]
        energy[k + 1] = min(after_kwh, capacity_kwh)
        warm[k + 1] = driven_pack_c(warm[k], heat_j[k], time_s[k], pack)
    return BatteryCourse(clock, energy, warm, curtailed_kwh, 0.0)
