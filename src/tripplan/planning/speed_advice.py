"""Where the plan drives more slowly than usual, in words that a driver can follow."""

import numpy as np

from tripplan.arrays import Floats
from tripplan.records.plan import SpeedAdvice
from tripplan.units import KMH_PER_MPS, M_PER_KM

_ADVISED_KMH = 2.0
"""Smaller differences from the usual speed are not worth a word (assumption), km/h."""
_SAME_KMH = 6.0
"""Steps whose speeds differ by less are one stretch (assumption), km/h."""
_ADVISED_KM = 1.0
"""Shorter stretches are left out of the advice (assumption), km."""


def speed_advice(
    usual_mps: Floats, advised_mps: Floats, distance_m: Floats, before_km: float
) -> tuple[SpeedAdvice, ...]:
    """Say where the plan drives more slowly than usual: stretches with their mean speeds.

    Parameters
    ----------
    usual_mps, advised_mps
        Speed of each step of a leg, shape (steps,). [m/s]
    distance_m
        Distance of its points from the leg's start, shape (steps + 1,). [m]
    before_km
        Distance of the leg's start from the origin. [km]
    """
    usual_kmh, advised_kmh = usual_mps * KMH_PER_MPS, advised_mps * KMH_PER_MPS
    length_km = np.diff(distance_m) / M_PER_KM
    slow = usual_kmh - advised_kmh >= _ADVISED_KMH
    found: list[SpeedAdvice] = []
    begin = 0
    while begin < slow.size:
        end = begin + 1
        while (
            end < slow.size
            and slow[end] == slow[begin]
            and abs(usual_kmh[end] - usual_kmh[begin]) < _SAME_KMH
            and abs(advised_kmh[end] - advised_kmh[begin]) < _SAME_KMH
        ):
            end += 1
        km = length_km[begin:end]
        if slow[begin] and km.sum() >= _ADVISED_KM:
            found.append(
                SpeedAdvice(
                    from_km=before_km + float(distance_m[begin]) / M_PER_KM,
                    to_km=before_km + float(distance_m[end]) / M_PER_KM,
                    usual_kmh=float(km.sum() / (km / usual_kmh[begin:end]).sum()),
                    advised_kmh=float(km.sum() / (km / advised_kmh[begin:end]).sum()),
                )
            )
        begin = end
    return tuple(found)
