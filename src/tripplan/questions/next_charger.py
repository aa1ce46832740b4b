"""The charger that comes next along the way of a plan."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tripplan.arrays import Floats
from tripplan.records.charger import Plug
from tripplan.records.plan import Plan

BESIDE_KM: Final = 8.0
"""So near to the way a charger counts as one along it (assumption)."""
_AHEAD_KM: Final = 1.0
_KM_PER_DEGREE: Final = 111.195


def next_along(plan: Plan, stop: int, plugs: Sequence[Plug]) -> Plug | None:
    """Return the first charger beyond a stop that lies beside the way; None: there is none.

    Parameters
    ----------
    plan
        The plan.
    stop
        Position of the stop among those of the plan, from 0.
    plugs
        Chargers that the car can use.
    """
    own = plan.stops[stop].charger
    rest = plan.legs[stop + 1 :]
    lat, lon, km = (
        np.concatenate([np.array(getattr(leg.trace, name)) for leg in rest])
        for name in ("lat", "lon", "distance_km")
    )
    found: list[tuple[float, Plug]] = []
    for plug in plugs:
        if own is not None and own.id in plug.site.ids:
            continue
        off_km, at_km = _beside(plug.site.lat, plug.site.lon, lat, lon, km)
        if off_km <= BESIDE_KM and at_km > km[0] + _AHEAD_KM:
            found.append((at_km, plug))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _beside(
    site_lat: float, site_lon: float, lat: Floats, lon: Floats, km: Floats
) -> tuple[float, float]:
    """Return how far a site is from the way, and where along it, in km.

    Parameters
    ----------
    site_lat, site_lon
        The site. [deg]
    lat, lon, km
        Points of the way and the distance driven there, shape (points,). [deg, km]
    """
    east = (lon - site_lon) * _KM_PER_DEGREE * np.cos(np.radians(site_lat))
    north = (lat - site_lat) * _KM_PER_DEGREE
    step_e, step_n = np.diff(east), np.diff(north)
    length2 = np.maximum(step_e**2 + step_n**2, 1e-12)
    share = np.clip(-(east[:-1] * step_e + north[:-1] * step_n) / length2, 0.0, 1.0)
    off = np.hypot(east[:-1] + share * step_e, north[:-1] + share * step_n)
    nearest = int(np.argmin(off))
    return float(off[nearest]), float(km[nearest] + share[nearest] * np.diff(km)[nearest])
