"""Towns of a finished route: of its stops, and of where advice begins and ends."""

from collections.abc import Sequence

import numpy as np

from tripplan.records.gazetteer import Gazetteer
from tripplan.records.plan import ChargingStop, Leg, SpeedAdvice


def with_towns(
    legs: Sequence[Leg], stops: Sequence[ChargingStop], names: Gazetteer
) -> tuple[tuple[Leg, ...], tuple[ChargingStop, ...]]:
    """Return legs and stops with the names of the towns that they are at.

    A charger is in the town that its source states, else in the nearest one; waypoints have names
    of their own.

    Parameters
    ----------
    legs, stops
        The route.
    names
        What the region knows by name.
    """
    placed = tuple(
        stop.model_copy(update={"town": stop.charger.town or _town(names, stop.lat, stop.lon)})
        if stop.charger
        else stop
        for stop in stops
    )
    return tuple(_advised(leg, names) for leg in legs), placed


def _advised(leg: Leg, names: Gazetteer) -> Leg:
    if not leg.advice:
        return leg
    return leg.model_copy(update={"advice": tuple(_between(a, leg, names) for a in leg.advice)})


def _between(advice: SpeedAdvice, leg: Leg, names: Gazetteer) -> SpeedAdvice:
    trace = leg.trace
    ends = [advice.from_km, advice.to_km]
    lat = np.interp(ends, trace.distance_km, trace.lat)
    lon = np.interp(ends, trace.distance_km, trace.lon)
    first, last = (_town(names, float(lat[k]), float(lon[k])) for k in (0, 1))
    return advice.model_copy(update={"from_town": first, "to_town": last})


def _town(names: Gazetteer, lat: float, lon: float) -> str:
    found = names.nearest_town(lat, lon)
    return found.name if found else ""
