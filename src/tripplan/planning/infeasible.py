"""Why a trip cannot be done, in words that name places and what would help."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from tripplan.errors import DisconnectedError, NoPlanError, OutOfRangeError
from tripplan.planning.legal_gap import legal_gap
from tripplan.planning.road_access import open_arcs
from tripplan.planning.seasons import seasons_of
from tripplan.planning.way_out import WayOut, best_pack_c
from tripplan.records.region import Region
from tripplan.records.trip import AvoidableRoad, Trip
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.search.problem import Problem
from tripplan.search.reach import Gap, distance_km, joined
from tripplan.units import M_PER_KM, M_PER_MILE
from tripplan.vehicle_model.conditioned import ConditionedVehicle

NOTHING_KWH: Final = 0.05
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

    def out_of_range(
        self,
        gap: Gap,
        dropped: Mapping[str, int],
        found: Sequence[WayOut],
        alone: Sequence[str] = (),
    ) -> OutOfRangeError:
        """Put into words that the battery cannot bridge a gap, or what wishes are in the way.

        Parameters
        ----------
        gap
            What the search found.
        dropped
            How many chargers wishes took out, by reason.
        found
            What would make the trip possible.
        alone
            Where the trip could stop but for the wish for fallbacks, and what lacks there.
        """
        trip, length_m, ends = self.trip, self.region.network.length_m, self.customized.ends
        if ends is not None:
            length_m = np.concatenate([length_m, ends.ends.network.length_m])
        lat, lon = self._position(gap.furthest_node)
        near = self.region.gazetteer.nearest(lat, lon)
        name = f"{lat:.4f},{lon:.4f}"
        if near is not None:
            name = near[0].label if near[1] < 2 else f"{near[1]:.0f} km from {near[0].label}"
        ahead = [target.node for target in self.problem.targets[gap.next_target :]]
        remaining_km = sum(
            distance_km(self.customized, length_m, here, there)
            for here, there in pairwise([gap.furthest_node, *ahead])
        )
        lacks = gap.shortfall_kwh >= NOTHING_KWH
        on_the_way = lacks and remaining_km > 0.0 and not alone
        why = self._gap(gap) if on_the_way else self._in_the_way(gap, found)
        told = [f"{self._cannot}: {why}"]
        if on_the_way:
            fits = self._fits(gap, dropped)
            told.append(
                f"The furthest it gets is {name}, {remaining_km:.0f} km "
                f"({remaining_km * M_PER_KM / M_PER_MILE:.0f} mi) before the destination; "
                f"{fits}"
            )
        elif dropped:
            told.append(f"The {self._left_out(dropped)}")
        told += alone
        if found:
            told.append(_possible(found))
        elif lacks and trip.most_stops != 0:
            told.append("A larger battery, or a charger within the gap, would help")
        return OutOfRangeError(
            ". ".join(told) + ".",
            shortfall_kwh=gap.shortfall_kwh,
            furthest=name,
            furthest_lat=lat,
            furthest_lon=lon,
            remaining_km=remaining_km,
            ways_out=[way.changes for way in found],
        )

    def _position(self, node: int) -> tuple[float, float]:
        """Return where a node or an end of the trip lies, in degrees."""
        network, ends = self.region.network, self.customized.ends
        if ends is not None and node >= network.node_count:
            return ends.ends.position(node)
        return float(network.lat[node]), float(network.lon[node])

    def by_heat(self, found: Sequence[WayOut]) -> NoPlanError:
        """Say that the battery would be too cold, or too hot, to charge as the trip asks.

        Parameters
        ----------
        found
            What would make the trip possible.
        """
        air_c = self.car.conditions.ambient_c
        state = best_pack_c(self.car, min(air_c, self.trip.pack_departure_c))[1]
        why = (
            f"the battery would be too {state} to take a charge where it must "
            f"(air {round(air_c, 1):g} °C, battery "
            f"{round(self.trip.pack_departure_c, 1):g} °C at the start)"
        )
        if found and "pack_start_c" not in found[0].changes:
            why += "; " + " and ".join(found[0].why)
        told = [f"{self._cannot}: {why}"]
        if found:
            told.append(_possible(found))
        return NoPlanError(". ".join(told) + ".", ways_out=[way.changes for way in found])

    @property
    def _ends(self) -> str:
        trip = self.trip
        return f"{trip.origin.label} and {trip.destination.label}{trip.by_way_of}"

    @property
    def _cannot(self) -> str:
        trip = self.trip
        ends = f"{trip.origin.label} to {trip.destination.label}{trip.by_way_of}"
        return f"{self.car.vehicle.name} cannot drive from {ends}"

    def _fits(self, gap: Gap, dropped: Mapping[str, int]) -> str:
        chargers = self.problem.charger_node.size - len(self.problem.banned)
        fits = f"{gap.reached_stops} of {chargers} chargers with a fitting plug can be reached"
        if self.trip.most_stops == 0:
            fits = "no stop at a charger is allowed"
        elif not chargers:
            that = "that fits the trip's wishes " if dropped else ""
            fits = f"no charger of this region {that}has a plug that this car can fast-charge at"
        return f"{fits}; {self._left_out(dropped)}" if dropped else fits

    @staticmethod
    def _left_out(dropped: Mapping[str, int]) -> str:
        counts = ", ".join(f"{count} ({reason})" for reason, count in dropped.items())
        return f"wishes leave out {sum(dropped.values())} with such a plug: {counts}"

    @staticmethod
    def _in_the_way(gap: Gap, found: Sequence[WayOut]) -> str:
        if found:
            return " and ".join(found[0].why)
        if gap.shortfall_kwh >= NOTHING_KWH:
            return f"it arrives with {gap.shortfall_kwh:.1f} kWh less than it must"
        return (
            "no plan was found over the roads and speeds that were looked at, though the "
            "thriftiest would do; settings.exact looks at all"
        )

    def _gap(self, gap: Gap) -> str:
        missing = f"{gap.shortfall_kwh:.1f} kWh more"
        if not math.isfinite(gap.shortfall_kwh):
            missing = "many times more"
        where = "the longest gap without a usable charger"
        if self.trip.most_stops == 0:
            where = "the trip without a stop at a charger"
        return f"{where} takes {missing} than the battery gives"

    def cut_off(self, gone: DisconnectedError) -> DisconnectedError:
        """Say so where the ends are apart only because of a law or of what the trip avoids."""
        trip = self.trip
        if trip.law:
            nodes = [self.problem.origin, *(target.node for target in self.problem.targets)]
            by_law = legal_gap(self.region, trip, self.car.vehicle, self.customized, nodes)
            if by_law is not None:
                return by_law
        if trip.closed and self._joined(trip.avoid):
            names = ", ".join(place.label for place in trip.closed)
            return DisconnectedError(
                f"no road joins {self._ends} in this region "
                f"while the roads at {names} are closed. With them open there is one."
            )
        seasons = seasons_of(self.region.network, trip.departure)
        if seasons.closed.size and self._joined(trip.avoid):
            when = f"on {trip.departure:%Y-%m-%d at %H:%M}" if trip.departure else "at any time"
            return DisconnectedError(
                f"no road joins {self._ends} in this region "
                f"{when}; with all roads open there is one. Closed by season, day or hour: "
                f"{', '.join(seasons.rules[:3])}."
            )
        if not trip.avoid or not self._joined(()):
            return gone
        alone = [kind for kind in trip.avoid if self._joined(tuple(set(trip.avoid) - {kind}))]
        needed = " or ".join(alone) or " and ".join(trip.avoid)
        return DisconnectedError(
            f"no road joins {self._ends} in this region that "
            f"keeps to avoid: {', '.join(trip.avoid)}. With {needed} allowed there is one."
        )

    def _joined(self, avoid: tuple[AvoidableRoad, ...]) -> bool:
        law = self.trip.low_speed_law
        open_roads = open_arcs(self.region.network, self.car.vehicle, avoid, law)
        return joined(self.customized, open_roads, self.problem.origin, self.problem.destination)


def _possible(found: Sequence[WayOut]) -> str:
    ways = "; or with ".join(way.words for way in found)
    return f"It can be done with {ways}"
