"""The part of a region that a trip can need, so that its first plan does not price all roads.

Every node of a plan that takes no longer than T can be come to and left again within T at the
roads' own speeds.  So all plans of at most the part's limit lie in it, with all of their chargers:
where the plan found there keeps to the limit, no plan of the region is better.  Where it does not,
the part is made wider once; and where it would hold most of the region, the region is taken.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.planning.cache import PartOf, PlannerCache
from tripplan.planning.likely_time import likely_time_s
from tripplan.records.charger_set import ChargerSet
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.ellipse import LeastTimes
from tripplan.routing.induced import InducedNetwork, induced
from tripplan.routing.road_ends import Key, RoadEnds
from tripplan.vehicle_model.conditioned import ConditionedVehicle

STRETCH: Final = 1.06
SLACK_S: Final = 300.0
"""A trip is first looked for within so many times its likely time and this much more."""
TOO_NARROW: Final = 0.85
"""A part that was cut for less of the likely time than this is cut anew."""
LEAST_NODES: Final = 20_000
"""Smaller regions are customised within a few tenths of a second."""
MOST_OF_REGION: Final = 0.5
"""A part that would hold more of a region's nodes than this saves nothing worth having."""
_KINDS_KEPT: Final = 256


_PartKey = tuple[Key, Key]


class PartEnds(NamedTuple):
    """Between what a part lies."""

    origin: int
    destination: int
    """Numbers of nodes, or of ends of the trip."""
    ends: RoadEnds | None
    """Those of the ends that are no nodes; None: all are."""

    @property
    def key(self) -> _PartKey:
        """What the part is kept under."""
        both = self.origin, self.destination
        one, other = (((n,) if self.ends is None else self.ends.key(n)) for n in both)
        return one, other


@dataclass(frozen=True, eq=False)
class TripPart:
    """A part of a region."""

    roads: InducedNetwork
    cache: PlannerCache
    """What planning on it needs."""
    limit_s: float
    """No plan of the region that takes at most this long leads out of it."""
    least_s: float
    """Least time between its ends at the roads' own speeds."""

    def number_of(self, node: int, ends: RoadEnds | None) -> int:
        """Return the number that a node of the region, or an end of the trip, has here."""
        if ends is not None and node >= ends.nodes:
            return node - ends.nodes + int(self.roads.node.size)
        return self.roads.number_of(node)

    def ends_of(self, ends: RoadEnds | None) -> RoadEnds | None:
        """Return the ends of a trip by the numbers of this part."""
        return None if ends is None else ends.on_part(self.roads.node, self.roads.arc)


class TripParts:
    """The parts of a region that were made last.

    Parameters
    ----------
    whole
        What planning on the region needs.
    """

    def __init__(self, whole: PlannerCache) -> None:
        self._whole = whole
        self._parts: OrderedDict[_PartKey, TripPart] = OrderedDict()
        self._customised: OrderedDict[str, dict[_PartKey, int]] = OrderedDict()

    @cached_property
    def _times(self) -> LeastTimes:
        return LeastTimes(self._whole.hierarchy, self._whole.region.network)

    def serve(self, trip: Trip, vehicle: Vehicle, settings: Settings) -> bool:
        """Tell whether a trip may be planned on a part, and it would save time.

        What is minimised must be time: something else can be less on a longer way round.  Places on
        the way would need a part of their own.  Where the region is customised for the car under
        these conditions already, it is used.
        """
        other_wishes = trip.waypoints or trip.via_chargers
        by_time = trip.objective == "time" and trip.prefer_fewer_stops_s == 0.0
        small = self._whole.region.network.node_count < LEAST_NODES
        # A fallback may lie off the part.
        alone = trip.fallback == "none"
        if small or other_wishes or not by_time or settings.exact or not alone:
            return False
        return not self._whole.is_customised(trip, vehicle)

    def of(self, trip: Trip, car: ConditionedVehicle, ends: PartEnds) -> TripPart | None:
        """Return a part for a trip between two places; None: the region is as good.

        So it is once the parts that were customised under the same conditions are together as large
        as the region: what follows is then cheaper there.
        """
        part = self._parts.get(ends.key)
        least_s = float(self._through_s(ends).min()) if part is None else part.least_s
        fitting = self._whole.fitting(trip.chargers, car.vehicle)
        likely_s = likely_time_s(trip, car, fitting, least_s)
        if part is None or part.limit_s < TOO_NARROW * likely_s:
            part = self._made(ends, STRETCH * likely_s + SLACK_S)
        else:
            self._parts.move_to_end(ends.key)
        return self._counted(trip, car.vehicle, ends, part)

    def wider(
        self, trip: Trip, vehicle: Vehicle, ends: PartEnds, limit_s: float
    ) -> TripPart | None:
        """Return a part that holds all plans of at most a time, instead of the one before.

        Parameters
        ----------
        trip, vehicle, ends
            As in `of`.
        limit_s
            The time. [s]
        """
        return self._counted(trip, vehicle, ends, self._made(ends, limit_s))

    def _counted(
        self, trip: Trip, vehicle: Vehicle, ends: PartEnds, part: TripPart | None
    ) -> TripPart | None:
        """Return a part unless as much was customised so far as the whole region would be."""
        if part is None:
            return None
        customised = self._customised.setdefault(self._whole.kind_of(trip, vehicle), {})
        customised[ends.key] = part.roads.node.size
        if len(self._customised) > _KINDS_KEPT:
            self._customised.popitem(last=False)
        if sum(customised.values()) <= self._whole.region.network.node_count:
            return part
        for other in self._parts.values():
            other.cache.forget(other.cache.kind_of(trip, vehicle))
        return None

    def _through_s(self, ends: PartEnds) -> Floats:
        return self._times.through_s(ends.origin, ends.destination, ends.ends)

    def _made(self, ends: PartEnds, limit_s: float) -> TripPart | None:
        """Cut a part out, and keep it as long as the latest together are no larger."""
        region = self._whole.region
        if not np.isfinite(limit_s):
            return None
        through_s = self._through_s(ends)
        inside = through_s <= limit_s
        if ends.ends is not None:
            inside[ends.ends.needed] = True
        size, nodes = int(np.count_nonzero(inside)), region.network.node_count
        if size > MOST_OF_REGION * nodes:
            return None
        roads = induced(region.network, inside)
        there = np.flatnonzero(inside[region.chargers.node])
        chargers = ChargerSet(
            tuple(region.chargers.chargers[k] for k in there),
            np.searchsorted(roads.node, region.chargers.node[there]).astype(np.int32),
        )
        order = roads.order_of(self._whole.hierarchy.order)
        cut = replace(region, network=roads.network, chargers=chargers, order=order)
        part = TripPart(
            roads, PlannerCache(cut, PartOf(self._whole, roads)), limit_s, float(through_s.min())
        )
        self._parts[ends.key] = part
        self._parts.move_to_end(ends.key)
        while sum(kept.roads.node.size for kept in self._parts.values()) > MOST_OF_REGION * nodes:
            self._parts.popitem(last=False)
        return part
