"""The trip from start to end as columns: for the chart, and thinned out for the page's script.

On the road the columns are those of the legs' traces; at a stop the car stands while time passes
and the battery fills, point by point as the stop's power samples say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from tripplan.arrays import Floats, Longs
from tripplan.output.drawing.lines import simplify
from tripplan.records.plan import ChargingStop, Leg, Plan

POINT_LIMIT = 9_000
"""Points of the whole route; where there are more, the line becomes coarser."""
_FINEST_DEG = 0.0001
"""The drawn line may lie this far beside the road (about 10 m)."""
_EVEN_PARTS = 320
"""Values are given at least this often along the trip, however straight the road."""
_STOP_PARTS = 12
"""And so often during each stop."""


@dataclass(frozen=True, eq=False)
class RouteProfile:
    """Columns of shape (points,) from start to end; while the car stands, they share a distance."""

    lat: Floats
    lon: Floats
    distance_km: Floats
    elapsed_s: Floats
    soc: Floats
    pack_c: Floats
    elevation_m: Floats
    speed_kmh: Floats
    """On the stretch that ends here; 0 while the car stands."""
    part: Longs
    """2 k on leg k, 2 k + 1 at the stop after it."""

    @property
    def span_km(self) -> float:
        """Length of the distance axis, at least 1 km."""
        return max(float(self.distance_km[-1]), 1.0)

    @property
    def span_s(self) -> float:
        """Length of the time axis, at least a minute."""
        return max(float(self.elapsed_s[-1]), 60.0)

    def at(self, kept: Longs) -> "RouteProfile":
        """Return some of the points."""
        return RouteProfile(
            **{field.name: getattr(self, field.name)[kept] for field in fields(self)}
        )


_TRACED = (
    "lat", "lon", "distance_km", "elapsed_s", "soc", "pack_c", "elevation_m", "speed_kmh",
)  # fmt: skip


def profile_of(plan: Plan) -> RouteProfile:
    """Join legs and stops."""
    return _joined(_parts(plan, even_km=None))


def track_of(plan: Plan) -> RouteProfile:
    """Return a profile of few points that still shows every bend and every change of values."""
    even_km = max(plan.distance_km, 1.0) / _EVEN_PARTS
    whole = _joined(_parts(plan, even_km=even_km))
    tolerance = _FINEST_DEG
    while True:
        kept = np.concatenate(
            [
                _kept(whole, np.flatnonzero(whole.part == p), tolerance, even_km)
                for p in _range(whole)
            ]
        )
        if kept.size <= POINT_LIMIT:
            return whole.at(kept)
        tolerance *= 2.0


def _range(profile: RouteProfile) -> range:
    return range(int(profile.part[-1]) + 1)


def _joined(parts: Iterator[dict[str, Floats]]) -> RouteProfile:
    columns = list(parts)
    joined: dict[str, Any] = {
        name: np.concatenate([part[name] for part in columns]) for name in _TRACED
    }
    sizes = [part["lat"].size for part in columns]
    return RouteProfile(**joined, part=np.repeat(np.arange(len(columns)), sizes))


def _parts(plan: Plan, even_km: float | None) -> Iterator[dict[str, Floats]]:
    for number, leg in enumerate(plan.legs):
        yield _leg_columns(leg, even_km)
        if number < len(plan.stops):
            yield _stop_columns(plan.stops[number], leg)


def _leg_columns(leg: Leg, even_km: float | None) -> dict[str, Floats]:
    """Return the trace, with points put in where it has none for more than ``even_km``."""
    plain = {name: np.asarray(getattr(leg.trace, name), np.float64) for name in _TRACED}
    km = plain["distance_km"]
    if even_km is None or km.size < 2:
        return plain
    more = np.arange(km[0] + even_km, km[-1], even_km)
    wide = np.searchsorted(km, more)
    inside = (km[np.clip(wide, 1, km.size - 1)] - km[np.clip(wide, 1, km.size - 1) - 1]) > even_km
    at = np.union1d(km, more[inside])
    filled = {name: np.interp(at, km, plain[name]) for name in _TRACED}
    filled["speed_kmh"] = plain["speed_kmh"][np.searchsorted(km, at).clip(0, km.size - 1)]
    return filled


def _stop_columns(stop: ChargingStop, leg: Leg) -> dict[str, Floats]:
    """Return the stop from arrival to departure; during what is not sampled, values hold."""
    arrived_s = leg.trace.elapsed_s[-1]
    idle_s = 0.0 if stop.dwell_s > 0 else stop.waited_s + stop.overhead_s
    inner = [
        (arrived_s + min(idle_s + one.since_plug_in_s, stop.duration_s), one.soc, one.pack_c)
        for one in stop.samples
    ]
    moments = np.array(
        [
            (arrived_s, stop.arrival_soc, stop.pack_arrival_c),
            *inner,
            (arrived_s + stop.duration_s, stop.departure_soc, stop.pack_departure_c),
        ]
    )
    count = len(moments)
    held = {
        name: np.full(count, float(getattr(leg.trace, name)[-1]))
        for name in ("lat", "lon", "distance_km", "elevation_m")
    }
    return {
        **held,
        "elapsed_s": moments[:, 0],
        "soc": moments[:, 1],
        "pack_c": moments[:, 2],
        "speed_kmh": np.zeros(count),
    }


def _kept(profile: RouteProfile, where: Longs, tolerance: float, even_km: float) -> Longs:
    """Choose points of one part: bends and even steps on the road, even times at a stop."""
    if profile.part[where[0]] % 2:
        even = np.linspace(0, where.size - 1, min(where.size, _STOP_PARTS))
        return where[np.unique(even.round().astype(np.int64))]
    bends = simplify(profile.lon[where], profile.lat[where], tolerance)
    km = profile.distance_km[where]
    steps = np.unique(np.floor((km - km[0]) / even_km), return_index=True)[1]
    return where[np.union1d(bends, steps)]


def packed(profile: RouteProfile) -> dict[str, list[int]]:
    """Return the columns as small whole numbers, each the step from the one before.

    Units: 1e-5 degrees, 10 m, seconds, 0.1 % of SoC, 0.1 K, metres, km/h.
    """
    columns = {
        "lat": profile.lat * 1e5,
        "lon": profile.lon * 1e5,
        "km": profile.distance_km * 100.0,
        "s": profile.elapsed_s,
        "soc": profile.soc * 1000.0,
        "pack": profile.pack_c * 10.0,
        "height": profile.elevation_m,
        "speed": profile.speed_kmh,
        "part": profile.part.astype(np.float64),
    }
    return {name: _steps(values) for name, values in columns.items()}


def _steps(values: Floats) -> list[int]:
    whole = values.round().astype(np.int64)
    steps: list[int] = np.diff(whole, prepend=0).tolist()
    return steps
