"""Where the plan drives more slowly than usual, in words that a driver can follow."""

import numpy as np

from tripplan.planning.arc_costs import price_arcs
from tripplan.planning.route import Journey, Steps, steps_of
from tripplan.records.plan import SpeedAdvice
from tripplan.routing.geometry import Track
from tripplan.search.refine import Drive
from tripplan.units import KMH_PER_MPS, M_PER_KM

_ADVISED_KMH = 2.0
"""Smaller differences from the usual speed are not worth a word (assumption), km/h."""
_SAME_KMH = 6.0
"""Steps whose speeds differ by less are one stretch (assumption), km/h."""
_ADVISED_KM = 1.0
"""Shorter stretches are left out of the advice (assumption), km."""


def speed_advice(
    journey: Journey, roads: Drive, track: Track, steps: Steps, before_km: float
) -> tuple[SpeedAdvice, ...]:
    """Say where the plan drives more slowly than usual: stretches with their mean speeds."""
    if not np.any(roads.speed):
        return ()
    usual = price_arcs(journey.network, journey.vehicle, journey.trip, arcs=roads.arcs)
    pieces = steps_of(journey.network, track, usual)
    usual_kmh, advised_kmh = pieces.speed_mps * KMH_PER_MPS, steps.speed_mps * KMH_PER_MPS
    length_km = np.diff(track.distance_m) / M_PER_KM
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
                    from_km=before_km + float(track.distance_m[begin]) / M_PER_KM,
                    to_km=before_km + float(track.distance_m[end]) / M_PER_KM,
                    usual_kmh=float(km.sum() / (km / usual_kmh[begin:end]).sum()),
                    advised_kmh=float(km.sum() / (km / advised_kmh[begin:end]).sum()),
                )
            )
        begin = end
    return tuple(found)
