"""A region made ready for planning: snapping, the hierarchy, and costs kept from trip to trip.

Pricing and customising the roads takes most of the time of a first plan, and depends on the car,
the weather and a few wishes, not on where the trip goes; so what was made is kept for the next
trip of the same kind.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats, Ints
from tripplan.errors import InvalidInputError
from tripplan.planning.arc_costs import ArcPricing, speed_shares
from tripplan.planning.charger_filter import usable_plugs
from tripplan.planning.memory import give_back
from tripplan.planning.road_access import open_arcs
from tripplan.planning.seasons import ALWAYS_OPEN, Seasons, seasons_of
from tripplan.planning.stops import Stop, charger_stop
from tripplan.planning.tariff import Tariff, read_prices
from tripplan.records.charger import Plug
from tripplan.records.marks import per_trip
from tripplan.records.network import ROAD_CLASSES, RoadNetwork
from tripplan.records.region import Region
from tripplan.records.trip import ChargerWishes, Place, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.cch import Hierarchy
from tripplan.routing.closures import untouched_drives
from tripplan.routing.customization import (
    CustomizedHierarchy,
    WeightScale,
    spared_of,
    weight_scale,
)
from tripplan.routing.end_costs import EndCosts
from tripplan.routing.induced import InducedNetwork
from tripplan.routing.many_to_many import ManyToMany
from tripplan.routing.nearest_roads import roads_at
from tripplan.routing.road_ends import RoadEnds
from tripplan.routing.road_points import RoadIndex
from tripplan.units import MWH_PER_KWH
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from tripplan.vehicle_model.post import post_kw

if TYPE_CHECKING:
    from datetime import datetime

Kept = TypeVar("Kept")
KEPT = 16
"""How many customised sets of roads are kept at most."""
KEPT_ROWS = 8
"""How many sets of drives between chargers are."""
KEPT_BYTES = 1_500_000_000
"""So much memory all sets of roads take that are kept, or a single one: two of a continent's main
roads, and all that a page's sliders ask for of a smaller region."""
KEPT_OF_PART = 2
"""The same of a part of a region, which serves one trip."""
_SEASONS_KEPT = 64
"""Departures for which the closed roads are kept."""
CLOSURE_REACH_KM = 0.5
"""A road that is said to be closed lies at most this far from the point that says so, km."""
_OF_NO_ROAD = {**per_trip(Trip), "chargers": True}
"""Fields of a trip that the costs of roads do not depend on; chargers are kept by themselves."""
_OF_NO_SITE = per_trip(ChargerWishes)
_LEAST_KW = 1.0
"""Power by which energy is priced for cars that cannot fast-charge (assumption), kW."""


@dataclass(frozen=True, eq=False)
class Fitting:
    """The chargers that a car can use, in columns."""

    plugs: tuple[Plug, ...]
    """The best plug of each, shape (chargers,)."""
    node: Ints
    """Network node of each, shape (chargers,)."""
    power_kw: Floats
    dropped: Mapping[str, int]
    """Chargers that wishes took out, by the first reason."""

    @cached_property
    def tariffs(self) -> tuple[Tariff | None, ...]:
        """The least that charging costs at each at any hour, where that is known."""
        weeks = (read_prices(plug.site.price, plug.site.fee) for plug in self.plugs)
        return tuple(None if week is None else week.least for week in weeks)

    @cached_property
    def currency(self) -> str:
        """The currency of most prices that are stated; empty: none is."""
        counts = Counter(tariff.currency for tariff in self.tariffs if tariff and tariff.currency)
        return max(sorted(counts), key=lambda code: counts[code]) if counts else ""

    def number(self, site_id: str) -> int:
        """Return the number of the charger of a site."""
        return self._numbers[site_id]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {self.plugs[k].site.id: k for k in reversed(range(len(self.plugs)))}

    def stop(self, charger: int, car: ConditionedVehicle) -> Stop:
        """Return the stop of a car at one of these chargers."""
        return charger_stop(self.plugs[charger], int(self.node[charger]), car)


class PartOf(NamedTuple):
    """What a region is a part of."""

    whole: "PlannerCache"
    induced: InducedNetwork


class PlannerCache:
    """A region with what planning on it needs again and again.

    Parameters
    ----------
    region
        Roads, chargers and names.
    part_of
        What this region is a part of, if it is one: weights are scaled as there, and what is closed
        is closed by its roads.
    shared
        What planning on the same roads with other limits and tolls needs: where they lie and how
        they hang together is taken from there.
    """

    def __init__(
        self,
        region: Region,
        part_of: "PartOf | None" = None,
        shared: "PlannerCache | None" = None,
    ) -> None:
        self.region = region
        self._shared = shared
        self._part_of = part_of
        self.turn = threading.RLock()
        """Held by the thread that plans: nothing here is safe for two at a time."""
        self._most = KEPT if part_of is None else KEPT_OF_PART
        self._kept: OrderedDict[tuple[str, bytes], ManyToMany] = OrderedDict()
        self._customized_kept: OrderedDict[str, CustomizedHierarchy] = OrderedDict()
        self._before: set[object] | None = None
        """Keys of what was kept before sets are made in passing; None: none are."""
        self._fitting: OrderedDict[str, Fitting] = OrderedDict()
        self._seasons: OrderedDict[datetime | None, Seasons] = OrderedDict()
        self._allowed: OrderedDict[tuple[object, ...], Flags] = OrderedDict()

    def fitting(self, wishes: ChargerWishes, vehicle: Vehicle) -> Fitting:
        """Return the chargers that the car can use, by all wishes that are not `PER_TRIP`.

        Which chargers are banned, say, changes from trip to trip, and must not cost new rows of
        drives.
        """
        standards = sorted(vehicle.fast_charging_standards)
        battery = vehicle.battery
        own = (battery.nominal_voltage_v, battery.low_voltage_kw, vehicle.is_tesla)
        key = f"{wishes.model_dump_json(exclude=_OF_NO_SITE)}{','.join(standards)} {own}"
        found = self._fitting.get(key)
        if found is None:
            sites = self.region.chargers
            shared = ChargerWishes.model_validate(wishes.model_dump(exclude=_OF_NO_SITE))
            power_kw = partial(post_kw, battery=battery)
            usable = usable_plugs(
                sites.chargers, standards, shared, power_kw, tesla=vehicle.is_tesla
            )
            plugs = tuple(Plug(sites.chargers[k], plug, power_kw(plug)) for k, plug in usable.plugs)
            index = np.array([k for k, _ in usable.plugs], np.intp)
            found = Fitting(
                plugs,
                sites.node[index].astype(np.int32),
                np.array([plug.power_kw for plug in plugs]),
                usable.dropped,
            )
            self._fitting[key] = found
            if len(self._fitting) > self._most:
                self._fitting.popitem(last=False)
        return found

    @cached_property
    def roads(self) -> RoadIndex:
        """The roads by where they are."""
        if self._shared is not None:
            return self._shared.roads
        return RoadIndex(self.region.network)

    @cached_property
    def has_streets(self) -> bool:
        """Whether people live along these roads: else they are main roads alone."""
        lived_on = [ROAD_CLASSES.index(name) for name in ("residential", "living_street")]
        return bool(np.isin(self.region.network.road_class, lived_on).any())

    def allowed_arcs(self, trip: Trip, vehicle: Vehicle) -> Flags | None:
        """Return which roads a car may use on a trip, closures aside; None: all."""
        seasons = self.seasons(trip)
        limited = vehicle.max_posted_speed_kmh is not None or trip.law
        if not limited and not trip.avoid and not seasons.closed.size:
            return None
        key = (vehicle.max_posted_speed_kmh, trip.law, trip.avoid, seasons.rules)
        found = self._allowed.get(key)
        if found is None:
            found = open_arcs(self.region.network, vehicle, trip.avoid, trip.low_speed_law)
            self._allowed[key] = found
            found[seasons.closed] = False
            if len(self._allowed) > self._most:
                self._allowed.popitem(last=False)
        return found

    def rows_at(
        self, trip: Trip, car: ConditionedVehicle, rows: ManyToMany, ends: RoadEnds
    ) -> ManyToMany:
        """Return drives between chargers for a trip whose ends lie amid roads or beside them.

        Parameters
        ----------
        trip, car
            Who drives where.
        rows
            Drives between chargers under the same conditions, as `rows` returns them.
        ends
            The ends, by the numbers of these roads.
        """
        local, shares = ends.network, speed_shares(trip)
        values = ArcPricing.of(local, car).whole_numbers(shares)
        if len(shares) > 1:
            # Access ways are driven at one speed.
            values = np.where(ends.access[:, None], values[:1], values)
        height = car.lift_kwh(local.elevation_m)
        rise = (height[local.head] - height[local.tail]) * MWH_PER_KWH
        open_roads = rows.customized.open_roads[ends.region_arc] | ends.access
        costs = EndCosts(
            tree=self.hierarchy,
            ends=ends,
            values=values,
            spared_mwh=np.stack([spared_of(row, rise) for row in values]),
            open_roads=open_roads,
            height_kwh=height,
        )
        return rows.at_ends(costs)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The contraction hierarchy of the roads."""
        if self._shared is not None:
            return self._shared.hierarchy
        return Hierarchy.of(self.region.network, self.region.order)

    def seasons(self, trip: Trip) -> Seasons:
        """Return which of these roads are closed when the trip departs."""
        if not self.region.network.timed_arc.size:
            return ALWAYS_OPEN
        found = self._seasons.get(trip.departure)
        if found is None:
            found = self._seasons[trip.departure] = self._looked_up(trip)
            if len(self._seasons) > _SEASONS_KEPT:
                self._seasons.popitem(last=False)
        return found

    def _looked_up(self, trip: Trip) -> Seasons:
        if self._part_of is None:
            return seasons_of(self.region.network, trip.departure)
        found = self._part_of.whole.seasons(trip)
        here = self._part_of.induced.arcs_of(found.closed.astype(np.int64))
        return replace(found, closed=here.astype(np.int32))

    def kind_of(self, trip: Trip, vehicle: Vehicle) -> str:
        """Return everything that the costs of the roads depend on, as text."""
        kind = _kind_of(_Same(trip), _Same(vehicle))
        return " | ".join([kind, *self.seasons(trip).rules])

    def is_customised(self, trip: Trip, vehicle: Vehicle) -> bool:
        """Tell whether the roads with their costs are kept for a car and these conditions.

        With closed roads it is enough that they are kept without.
        """
        if self.kind_of(trip, vehicle) in self._customized_kept:
            return True
        before = _before_closures(trip)
        return bool(trip.closed) and self.kind_of(before, vehicle) in self._customized_kept

    def _weight_scale(self, trip: Trip, car: ConditionedVehicle) -> WeightScale:
        """Return the scale of the weights of these roads, pricing them at usual speed alone."""
        network = self.region.network
        (values,) = ArcPricing.of(network, car).whole_numbers(speed_shares(trip)[:1])
        height = car.lift_kwh(network.elevation_m) * MWH_PER_KWH
        spared = spared_of(values, height[network.head] - height[network.tail])
        open_roads = open_arcs(network, car.vehicle, trip.avoid, trip.low_speed_law)
        return weight_scale(values, spared, open_roads)

    def _scale(self, trip: Trip, car: ConditionedVehicle) -> WeightScale | None:
        """Return the scale of the weights of the whole; None: these roads are the whole."""
        if self._part_of is None:
            return None
        return self._part_of.whole._weight_scale(trip, car)  # noqa: SLF001 - of the same class

    def rows(self, trip: Trip, car: ConditionedVehicle, charger_nodes: Ints) -> ManyToMany:
        """Drives between chargers for this car under the conditions of this trip.

        Parameters
        ----------
        trip, car
            Who drives where.
        charger_nodes
            Nodes of the chargers that the car can use, shape (chargers,).
        """
        key = (self.kind_of(trip, car.vehicle), charger_nodes.tobytes())
        found = self._kept.get(key)
        if found is None:
            _drop_others(self._kept, self._before)
            found = ManyToMany(self._customized(trip, car, key[0]), charger_nodes)
            if trip.closed:
                before = self.kind_of(_before_closures(trip), car.vehicle)
                self._keep_untouched(found, (before, key[1]))
            self._kept[key] = found
            in_passing = self._before is not None
            if len(self._kept) > min(self._most, KEPT_ROWS + in_passing):
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        if key[0] in self._customized_kept:
            self._customized_kept.move_to_end(key[0])
        return found

    @contextmanager
    def in_passing(self) -> Iterator[None]:
        """Within the block, keep one set of roads at a time beside those that are kept already.

        Whoever tries out other wishes, one after the other, would else fill the memory with sets
        that nobody asks for again, and push out those that the next trips need.
        """
        if self._before is not None:
            yield
            return
        self._before = {*self._kept, *self._customized_kept}
        self._most += 1
        try:
            yield
        finally:
            self._drop_passing()
            self._most -= 1
            self._before = None

    def _keep_untouched(self, rows: ManyToMany, before: tuple[str, bytes]) -> None:
        """Take the rows that closures did not change from those that were kept before them."""
        known = self._kept.get(before)
        if known is not None:
            closed = known.customized.open_roads & ~rows.customized.open_roads
            rows.keep(untouched_drives(known, np.flatnonzero(closed).astype(np.int32)))

    def _customized(self, trip: Trip, car: ConditionedVehicle, kind: str) -> CustomizedHierarchy:
        """Return the roads with their costs, as they are kept or made now."""
        found = self._customized_kept.get(kind)
        if found is None:
            self._drop_passing()
            found = self._made(trip, car)
            self._make_room(found)
            self._customized_kept[kind] = found
        self._customized_kept.move_to_end(kind)
        return found

    def _drop_passing(self) -> None:
        """Let go of what was made in passing."""
        if self._before is None:
            return
        for kind in [kind for kind in self._customized_kept if kind not in self._before]:
            self.forget(kind)
        _drop_others(self._kept, self._before)

    def _make_room(self, new: CustomizedHierarchy) -> None:
        """Let go of sets of roads, the longest unused first, until a new one may be kept as well.

        All are about as large, once they are ready.  What is made in passing pushes nothing out.
        """
        sets = self._customized_kept
        if self._before is not None:
            return
        while sets:
            held = [one.held_bytes for one in sets.values()]
            if len(held) < self._most and sum(held) + max(*held, new.held_bytes) <= KEPT_BYTES:
                return
            self.forget(next(iter(sets)))

    def forget(self, kind: str) -> None:
        """Let go of the roads with their costs of a kind of trip, and of the drives over them.

        Parameters
        ----------
        kind
            As `kind_of` names it.
        """
        for key in [key for key in self._kept if key[0] == kind]:
            del self._kept[key]
        roads = self._customized_kept.pop(kind, None)
        if roads is not None:
            held_bytes = roads.held_bytes
            del roads
            give_back(held_bytes)

    def _made(self, trip: Trip, car: ConditionedVehicle) -> CustomizedHierarchy:
        """Return the roads with their costs: by an update of those without closures, or anew."""
        if not trip.closed:
            return self._customised(trip, car)
        before = _before_closures(trip)
        open_roads = self._customized(before, car, self.kind_of(before, car.vehicle))
        return open_roads.closing(self._closed(trip).astype(np.int32))

    def _closed(self, trip: Trip) -> NDArray[np.int64]:
        """Return the roads here that the trip says are closed, rising, shape (closed,)."""
        if self._part_of is not None:
            return self._part_of.induced.arcs_of(self._part_of.whole._closed(trip))  # noqa: SLF001
        closed = [self._roads_at(self.region.network, place) for place in trip.closed]
        return np.unique(np.concatenate(closed))

    @staticmethod
    def _roads_at(network: RoadNetwork, place: Place) -> NDArray[np.int64]:
        found = roads_at(network, place.lat, place.lon, CLOSURE_REACH_KM)
        if not found.size:
            raise InvalidInputError(
                f"no road lies within {CLOSURE_REACH_KM:g} km of {place.spot}, where one is said "
                "to be closed: give a point on it",
                field="closed",
                value=place.label,
                expected="a point on a road of this region",
            )
        return found

    def _customised(self, trip: Trip, car: ConditionedVehicle) -> CustomizedHierarchy:
        network = self.region.network
        open_roads = open_arcs(network, car.vehicle, trip.avoid, trip.low_speed_law)
        open_roads[self.seasons(trip).closed] = False
        return CustomizedHierarchy(
            hierarchy=self.hierarchy,
            values=ArcPricing.of(network, car).whole_numbers(speed_shares(trip)),
            open_roads=open_roads,
            height_kwh=car.lift_kwh(network.elevation_m),
            full_kwh=(1.0 - trip.reserve_soc) * car.capacity_kwh,
            best_kw=car.fast_charging_kw or _LEAST_KW,
            scale=self._scale(trip, car),
        )


def _drop_others(kept: MutableMapping[Any, Any], before: set[object] | None) -> None:
    """Drop what was not kept before; None: drop nothing."""
    if before is not None:
        for key in [key for key in kept if key not in before]:
            del kept[key]


def _before_closures(trip: Trip) -> Trip:
    """Return the trip as if all roads were open."""
    return trip.model_copy(update={"closed": ()})


@dataclass(frozen=True, eq=False)
class _Same(Generic[Kept]):
    """A frozen record, told from others by being itself: quicker than by what it holds."""

    record: Kept

    def __eq__(self, other: object) -> bool:
        """Whether it is the same record."""
        return isinstance(other, _Same) and self.record is other.record

    def __hash__(self) -> int:
        """Return the hash of its identity, which nothing else has while it is kept here."""
        return id(self.record)


@lru_cache(maxsize=4)
def _kind_of(trip: _Same[Trip], vehicle: _Same[Vehicle]) -> str:
    """Everything that the costs of the roads depend on, as text; a plan asks several times."""
    car = vehicle.record.model_dump_json(exclude={"provenance", "note", "standby_w"})
    return trip.record.model_dump_json(exclude=_OF_NO_ROAD) + car
