"""The part of a region that a trip can need, so that its first plan does not price all roads.

Every node of a plan that takes no longer than T can be come to and left again within T at the
roads' own speeds.  So all plans of at most the part's limit lie in it, with all of their chargers:
where the plan found there keeps to the limit, no plan of the region is better.  Where it does not,
the part is made wider once; and where it would hold most of the region, the region is taken.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from tripplan.planning.cache import PartOf, PlannerCache
from tripplan.records.charger_set import ChargerSet
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.ellipse import LeastTimes
from tripplan.routing.induced import InducedNetwork, induced

STRETCH: Final = 1.15
SLACK_S: Final = 1200.0
"""A trip is first looked for within so many times its least time and this much more."""
LEAST_NODES: Final = 20_000
"""Smaller regions are customised within a few tenths of a second."""
MOST_OF_REGION: Final = 0.5
"""A part that would hold more of a region's nodes than this saves nothing worth having."""
_KINDS_KEPT: Final = 256


@dataclass(frozen=True, eq=False)
class TripPart:
    """A part of a region."""

    roads: InducedNetwork
    cache: PlannerCache
    """What planning on it needs."""
    limit_s: float
    """No plan of the region that takes at most this long leads out of it."""


class TripParts:
    """The parts of a region that were made last.

    Parameters
    ----------
    whole
        What planning on the region needs.
    """

    def __init__(self, whole: PlannerCache) -> None:
        self._whole = whole
        self._parts: OrderedDict[tuple[int, int], TripPart] = OrderedDict()
        self._customised: OrderedDict[str, dict[tuple[int, int], int]] = OrderedDict()

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
        if small or other_wishes or not by_time or settings.exact:
            return False
        return not self._whole.is_customised(trip, vehicle)

    def of(self, trip: Trip, vehicle: Vehicle, ends: tuple[int, int]) -> TripPart | None:
        """Return a part for a trip between two nodes; None: the region is as good.

        So it is once the parts that were customised under the same conditions are together as large
        as the region: what follows is then cheaper there.
        """
        part = self._parts.get(ends)
        if part is not None:
            self._parts.move_to_end(ends)
        else:
            least_s = float(self._times.through_s(*ends)[ends[1]])
            part = self._made(ends, STRETCH * least_s + SLACK_S)
        return self._counted(trip, vehicle, ends, part)

    def wider(
        self, trip: Trip, vehicle: Vehicle, ends: tuple[int, int], limit_s: float
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
        self, trip: Trip, vehicle: Vehicle, ends: tuple[int, int], part: TripPart | None
    ) -> TripPart | None:
        """Return a part unless as much was customised so far as the whole region would be."""
        if part is None:
            return None
        customised = self._customised.setdefault(self._whole.kind_of(trip, vehicle), {})
        customised[ends] = part.roads.node.size
        if len(self._customised) > _KINDS_KEPT:
            self._customised.popitem(last=False)
        nodes = self._whole.region.network.node_count
        return part if sum(customised.values()) <= nodes else None

    def _made(self, ends: tuple[int, int], limit_s: float) -> TripPart | None:
        """Cut a part out, and keep it as long as the latest together are no larger."""
        region = self._whole.region
        if not np.isfinite(limit_s):
            return None
        inside = self._times.through_s(*ends) <= limit_s
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
        part = TripPart(roads, PlannerCache(cut, PartOf(self._whole, roads)), limit_s)
        self._parts[ends] = part
        self._parts.move_to_end(ends)
        while sum(kept.roads.node.size for kept in self._parts.values()) > MOST_OF_REGION * nodes:
            self._parts.popitem(last=False)
        return part
