"""Why a trip cannot be done, in words that name places and what would help."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tripplan.errors import DisconnectedError, OutOfRangeError
from tripplan.planning.road_access import open_arcs
from tripplan.records.region import Region
from tripplan.records.trip import AvoidableRoad, Trip
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach, distance_km, joined
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_NOTHING_KWH: Final = 0.05
"""Less is nothing in a message with one decimal."""


@dataclass(frozen=True, eq=False)
class Infeasible:
    """A trip that cannot be done.

    Parameters
    ----------
    region, trip, car
        Who wanted to drive where.
    customized, problem
        The same as the search saw it.
    """

    region: Region
    trip: Trip
    car: ConditionedVehicle
    customized: CustomizedHierarchy
    problem: Problem

    def out_of_range(self, gap: OutOfReach, dropped: Mapping[str, int]) -> OutOfRangeError:
        """Put into words that the battery cannot bridge a gap.

        Parameters
        ----------
        gap
            What the search found.
        dropped
            How many chargers wishes took out, by reason.
        """
        chargers = self.problem.charger_node.size - len(self.problem.banned)
        trip, network = self.trip, self.region.network
        ends = f"{trip.origin.label} to {trip.destination.label}"
        lat, lon = float(network.lat[gap.furthest_node]), float(network.lon[gap.furthest_node])
        near = self.region.gazetteer.nearest(lat, lon)
        name = f"{lat:.4f},{lon:.4f}"
        if near is not None:
            name = near[0].label if near[1] < 2 else f"{near[1]:.0f} km from {near[0].label}"
        ahead = [target.node for target in self.problem.targets[gap.next_target :]]
        remaining_km = sum(
            distance_km(self.customized, network.length_m, here, there)
            for here, there in pairwise([gap.furthest_node, *ahead])
        )
        fits = f"{gap.reached_stops} of {chargers} chargers with a fitting plug can be reached"
        if trip.most_stops == 0:
            fits = "no stop at a charger is allowed"
        elif not chargers:
            that = "that fits the trip's wishes " if dropped else ""
            fits = f"no charger of this region {that}has a plug that this car can fast-charge at"
        if dropped:
            counts = ", ".join(f"{count} ({reason})" for reason, count in dropped.items())
            fits += f"; wishes leave out {sum(dropped.values())} with such a plug: {counts}"
        return OutOfRangeError(
            f"{self.car.vehicle.name} cannot drive from {ends}: {self._gap(gap)}. "
            f"The furthest it gets is {name}, {remaining_km:.0f} km before the destination; "
            f"{fits}. A higher departure SoC, a lower reserve, a lower speed or a larger battery "
            "would help.",
            shortfall_kwh=gap.shortfall_kwh,
            furthest=name,
            furthest_lat=lat,
            furthest_lon=lon,
            remaining_km=remaining_km,
        )

    def _gap(self, gap: OutOfReach) -> str:
        if gap.shortfall_kwh < _NOTHING_KWH and self.trip.most_stops is not None:
            stops = self.trip.most_stops
            return f"it takes more than {stops} stop{'' if stops == 1 else 's'} at chargers"
        missing = f"{gap.shortfall_kwh:.1f} kWh more"
        if not math.isfinite(gap.shortfall_kwh):
            missing = "many times more"
        where = "the longest gap without a usable charger"
        if self.trip.most_stops == 0:
            where = "the trip without a stop at a charger"
        return f"{where} takes {missing} than the battery gives"

    def cut_off(self, gone: DisconnectedError) -> DisconnectedError:
        """Say so where the ends are apart only because of what the trip avoids."""
        trip = self.trip
        if not trip.avoid or not self._joined(()):
            return gone
        alone = [kind for kind in trip.avoid if self._joined(tuple(set(trip.avoid) - {kind}))]
        needed = " or ".join(alone) or " and ".join(trip.avoid)
        return DisconnectedError(
            f"no road joins {trip.origin.label} and {trip.destination.label} in this region that "
            f"keeps to avoid: {', '.join(trip.avoid)}. With {needed} allowed there is one."
        )

    def _joined(self, avoid: tuple[AvoidableRoad, ...]) -> bool:
        open_roads = open_arcs(self.region.network, self.car.vehicle, avoid)
        return joined(self.customized, open_roads, self.problem.origin, self.problem.destination)
