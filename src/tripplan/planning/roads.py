"""Roads of a finished route: which a leg leads over, and on which stops and advice lie."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Ints
from tripplan.records.network import FLAG_LINK, RoadNetwork
from tripplan.records.plan import ChargingStop, Leg, RoadStretch, SpeedAdvice
from tripplan.records.road_name import RoadName
from tripplan.units import M_PER_KM

GAP_KM: Final = 0.5
"""A road goes on behind a part without a number or name up to this long (assumption), km."""
NEAR_STOP_KM: Final = 3.0
"""A stop is told by a road that is driven within this of it (assumption), km."""


def road_stretches(network: RoadNetwork, arcs: Ints, before_km: float) -> tuple[RoadStretch, ...]:
    """Return the roads that a row of arcs leads over, in the order of driving.

    Parameters
    ----------
    network
        The roads.
    arcs
        Arcs in driving order, shape (arcs,).
    before_km
        Distance of the first one's start from the origin of the trip. [km]
    """
    if not arcs.size or not network.road_name.size:
        return ()
    return tuple(stretch.told() for stretch in _joined(_parts(network, arcs, before_km)))


def with_roads(
    legs: Sequence[Leg], stops: Sequence[ChargingStop]
) -> tuple[tuple[Leg, ...], tuple[ChargingStop, ...]]:
    """Return legs and stops with the roads on which advice and stops lie.

    A charger lies on the road that its source states.  Else it is told by the numbered road that
    the leg before it drives longest, of those that it drives near the stop.

    Parameters
    ----------
    legs, stops
        The route, whose legs know their roads.
    """
    advised = tuple(
        leg.model_copy(update={"advice": tuple(_advised(one, leg.roads) for one in leg.advice)})
        if leg.advice and leg.roads
        else leg
        for leg in legs
    )
    beside = tuple(
        stop.model_copy(update={"road": stop.charger.road or _road_before(leg)})
        if stop.charger
        else stop
        for leg, stop in zip(legs, stops, strict=False)
    )
    return advised, beside


@dataclass
class _Stretch:
    """A stretch that is not finished."""

    from_km: float
    to_km: float
    name_km: dict[RoadName, float]
    """How far each name is driven, km."""
    left_by: RoadName | None
    """The ramp by which it is left at an exit."""

    @property
    def label(self) -> str:
        name = next(iter(self.name_km))
        return name.number or name.name

    def goes_on_as(self, part: "_Stretch") -> bool:
        """Tell whether a part belongs to it."""
        near = part.from_km - self.to_km <= GAP_KM
        return near and self.left_by is None and self.label == part.label

    def take(self, part: "_Stretch") -> None:
        """Go on with a part."""
        for name, km in part.name_km.items():
            self.name_km[name] = self.name_km.get(name, 0.0) + km
        self.to_km, self.left_by = part.to_km, part.left_by

    def told(self) -> RoadStretch:
        """Return it as a part of a leg."""
        longest = max(self.name_km, key=self.name_km.__getitem__)
        ramp = self.left_by or RoadName()
        return RoadStretch(
            from_km=self.from_km,
            to_km=self.to_km,
            ref=longest.number,
            name=longest.name,
            exit=ramp.exit,
            towards=ramp.towards,
        )


def _parts(network: RoadNetwork, arcs: Ints, before_km: float) -> Iterator[_Stretch]:
    """Yield each arc of a leg as a stretch of its own, with the exit by which it is left."""
    ends_km = before_km + np.cumsum(network.length_m[arcs]) / M_PER_KM
    starts_km = np.concatenate(([before_km], ends_km[:-1]))
    ramps = ((network.flags[arcs] & FLAG_LINK) > 0).tolist()
    names = [
        network.road_names[k] if k >= 0 else RoadName() for k in network.road_name[arcs].tolist()
    ]
    spans = zip(starts_km.tolist(), ends_km.tolist(), strict=True)
    for k, (start_km, end_km) in enumerate(spans):
        ramp = names[k + 1] if k + 1 < len(names) and ramps[k + 1] and not ramps[k] else None
        left_by = ramp if ramp and ramp.exit else None
        yield _Stretch(start_km, end_km, {names[k]: end_km - start_km}, left_by)


def _joined(parts: Iterator[_Stretch]) -> Iterator[_Stretch]:
    """Yield stretches on one road each; those without a number or name are left out."""
    held: _Stretch | None = None
    for part in parts:
        if not part.label:
            if held is not None and part.left_by and part.to_km - held.to_km <= GAP_KM:
                held.left_by = held.left_by or part.left_by
        elif held is not None and held.goes_on_as(part):
            held.take(part)
        else:
            if held is not None:
                yield held
            held = part
    if held is not None:
        yield held


def _road_before(leg: Leg) -> str:
    """Return the number of the road that leads to where a leg ends."""
    end_km = leg.trace.distance_km[-1]
    near = {one.ref for one in leg.roads if one.ref and end_km - one.to_km <= NEAR_STOP_KM}
    driven_km = {
        ref: sum(one.to_km - one.from_km for one in leg.roads if one.ref == ref) for ref in near
    }
    return max(sorted(near), key=driven_km.__getitem__, default="")


def _advised(advice: SpeedAdvice, roads: Sequence[RoadStretch]) -> SpeedAdvice:
    shared_km: dict[str, float] = {}
    for one in roads:
        km = min(one.to_km, advice.to_km) - max(one.from_km, advice.from_km)
        shared_km[one.label] = shared_km.get(one.label, 0.0) + max(km, 0.0)
    road = max(sorted(shared_km), key=shared_km.__getitem__, default="")
    most = road and shared_km[road] > 0.5 * (advice.to_km - advice.from_km)
    return advice.model_copy(update={"road": road}) if most else advice
