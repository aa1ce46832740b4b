"""The audit of fallbacks: from each stop the car can go on elsewhere, and from there to the end.

Roads are priced anew for all of the region, each at whichever speed takes the least energy, and
what a car needs to go on is found by a search of its own (`kernels.onward`), with the broken site
left out.  Where places of the trip lie amid roads, a part of a road is taken to need its share of
the road's energy.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.physics.consumption import stop_and_go_per_m
from tripplan.planning.audit_ground import Ground
from tripplan.planning.audit_objections import Objections
from tripplan.planning.audit_roads import Roads
from tripplan.planning.audit_stops import objections_to_site, open_for_a_day
from tripplan.planning.kernels.onward import RoadsInto, needs_to_go_on
from tripplan.records.charger import Charger
from tripplan.records.plan import ChargingStop, Fallback, Plan
from tripplan.units import EARTH_RADIUS_M, KMH_PER_MPS, M_PER_KM, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_OFF_KWH: Final = 0.05
"""The audit's energies may be off by this much, ..."""
_OFF_SHARE: Final = 0.01
"""... and by this share; ..."""
_OFF_AMID_KWH: Final = 0.3
"""... where places amid roads are driven by, by this much."""
_SHORTER: Final = 0.02
_APART_M: Final = 2.0
_SAME_ROAD_M: Final = 5.0
_REACHES_M: Final = (50.0, 1e3, 1e4, 1e5)
_SLOWEST_KMH: Final = 5.0
_SPEEDS: Final = 0.05
_LEAST_SHARE: Final = 0.1


def look_at_fallbacks(
    plan: Plan, ground: Ground, car: ConditionedVehicle, found: Objections
) -> None:
    """Object to stops without a fallback, and to fallbacks that are none.

    Parameters
    ----------
    plan, ground, car
        The plan, where it was made, and its car under its conditions.
    found
        Where objections go.
    """
    asked = plan.trip.fallback == "required"
    found.when(asked != (plan.fallback_cost_s is not None), "what fallbacks cost is not for it")
    # What is objected to already is not asked where it would lead.
    known = all(s.charger is None or s.charger.id in ground.sites for s in plan.stops)
    onward: _Onward | None = None
    for number, stop in enumerate(plan.stops):
        where = f"stop {stop.number} ({stop.name})"
        wanted = asked and stop.charger_kw > 0.0
        if stop.fallback is None or not wanted:
            found.when(wanted, f"{where}: has no fallback")
            found.when(stop.fallback is not None, f"{where}: has a fallback that nobody asked for")
            continue
        onward = onward or _Onward.of(plan, ground, car)
        before = len(found.sentences)
        _place(where, stop, stop.fallback, plan, ground, found)
        _figures(where, stop, stop.fallback, car, found)
        if known and len(found.sentences) == before:
            onward.look(where, number, stop.fallback, found)


def _place(
    where: str,
    stop: ChargingStop,
    other: Fallback,
    plan: Plan,
    ground: Ground,
    found: Objections,
) -> None:
    """Object to a fallback that the car may not use, or that is not where it is said to be."""
    trip, site = plan.trip, other.charger
    if site is None:
        places = [way.place for way in trip.waypoints if way.charger_kw > 0.0]
        places = [trip.destination] if other.ends_there else places
        found.when(
            all((p.lat, p.lon, p.label) != (other.lat, other.lon, other.name) for p in places),
            f"{where}: its fallback is no place of the trip",
        )
        return
    found.when(other.ends_there, f"{where}: its fallback is a site and not the end of the trip")
    known = ground.sites.get(site.id)
    found.when(
        known is None or known[0] != site, f"{where}: the region has its fallback otherwise or not"
    )
    found.when(
        (other.lat, other.lon, other.name) != (site.lat, site.lon, site.name),
        f"{where}: its fallback is not where site {site.id} is, or has not its name",
    )
    here = stop.charger
    found.when(
        here is not None and not set(here.ids).isdisjoint(site.ids),
        f"{where}: its fallback is the site itself",
    )
    if trip.fallback_other_operator and here is not None:
        names = [(one.operator or one.network).strip().casefold() for one in (here, site)]
        found.when(
            not all(names) or names[0] == names[1],
            f"{where}: its fallback is not known to be of another operator",
        )
    wrong = objections_to_site(site, plan)
    found.when(bool(wrong), f"{where}: its fallback {wrong}")
    found.when(
        not open_for_a_day(site, trip), f"{where}: its fallback is not open at all hours that day"
    )


def _figures(
    where: str, stop: ChargingStop, other: Fallback, car: ConditionedVehicle, found: Objections
) -> None:
    """Object to a drive to a fallback that nobody could make."""
    lat, lon = np.radians([stop.lat, other.lat]), np.radians([stop.lon, other.lon])
    half = np.sin(0.5 * np.diff(lat)) ** 2
    half += np.cos(lat[0]) * np.cos(lat[1]) * np.sin(0.5 * np.diff(lon)) ** 2
    straight_m = 2.0 * EARTH_RADIUS_M * float(np.arcsin(np.sqrt(half[0])))
    # Sites are tied to the roads some way off.
    least_m = straight_m * (1.0 - _SHORTER) - 2.0 * _off_road_m(stop, other)
    driven_m = other.distance_km * M_PER_KM
    found.when(
        not driven_m >= least_m - _APART_M,
        f"{where}: {driven_m:.0f} m lead to its fallback, {straight_m:.0f} m away",
    )
    fastest_s = driven_m / car.top_speed_kmh * KMH_PER_MPS
    slowest_s = driven_m / _SLOWEST_KMH * KMH_PER_MPS
    found.when(
        not fastest_s - 1.0 <= other.driving_s <= slowest_s + 1.0,
        f"{where}: {other.driving_s:.0f} s for {driven_m:.0f} m to its fallback",
    )


def _off_road_m(stop: ChargingStop, other: Fallback) -> float:
    """Return how far sites may be tied to the roads from where they are [m]."""
    sites = (stop.charger is not None) + (other.charger is not None)
    return 5_000.0 * sites + 25_000.0 * (2 - sites)


@dataclass(eq=False)
class _Onward:
    """What a car needs to go on, with one site or another broken."""

    plan: Plan
    ground: Ground
    car: ConditionedVehicle
    roads: RoadsInto
    arc: Longs
    """Open arcs in the order of ``roads``."""
    sites: list[tuple[Charger, int]]
    """Sites that the car may use at all hours, and their nodes."""

    @classmethod
    def of(cls, plan: Plan, ground: Ground, car: ConditionedVehicle) -> "_Onward":
        net = ground.network
        every = np.arange(net.arc_count)
        barred = np.zeros(net.arc_count, np.bool_)
        for wrong in Roads(plan, ground, car, Objections()).may_not_use(every).values():
            barred |= wrong
        need, cost, drop = _energies(ground, plan, car)
        arc = every[~barred]
        arc = arc[np.argsort(net.head[arc], kind="stable")]
        first = np.searchsorted(net.head[arc], np.arange(net.lat.size + 1))
        roads = RoadsInto(first, net.tail[arc], need[arc], cost[arc], drop[arc])
        sites = [
            known
            for known in ground.sites.values()
            if not objections_to_site(known[0], plan) and open_for_a_day(known[0], plan.trip)
        ]
        return cls(plan, ground, car, roads, arc, sites)

    def look(self, where: str, number: int, other: Fallback, found: Objections) -> None:
        """Object to a fallback that cannot be reached, or from which nothing leads on.

        Parameters
        ----------
        where, number
            The stop, in words and by its position in the plan.
        other
            Its fallback.
        found
            Where objections go.
        """
        trip, stop = self.plan.trip, self.plan.stops[number]
        capacity = self.car.capacity_kwh
        final_soc = max(trip.arrival_soc, trip.reserve_soc)
        least_soc = final_soc if other.ends_there else trip.reserve_soc
        found.when(
            not other.arrival_soc >= least_soc - _OFF_KWH / capacity,
            f"{where}: comes to its fallback with SoC {other.arrival_soc:.4f}",
        )
        come_kwh = (other.arrival_soc - trip.reserve_soc) * capacity
        ahead = self._ahead(number)
        if other.charger is None and not other.ends_there and not self._visited(other, ahead):
            found.say(f"{where}: its fallback does not lie ahead")
            return
        known = self._known(other, ahead, max(come_kwh, 0.0))
        leave, amid = known
        held_kwh = (stop.arrival_soc - trip.reserve_soc) * capacity
        need_kwh = self._at(stop, leave) + stop.standby_kwh
        off_kwh = (_OFF_AMID_KWH if amid or stop.charger is None else _OFF_KWH) + (
            _OFF_SHARE * abs(held_kwh)
        )
        found.when(
            not need_kwh <= held_kwh + off_kwh,
            f"{where}: its fallback takes {need_kwh:.2f} kWh to come there as is said, and the car "
            f"has {held_kwh:.2f} above the reserve",
        )
        if other.ends_there:
            return
        charged_kwh = (trip.charge_limit_soc - trip.reserve_soc) * capacity
        need_kwh = self._to_the_end(other, stop, ahead)
        found.when(
            not need_kwh <= charged_kwh * (1.0 + _OFF_SHARE) + _OFF_AMID_KWH,
            f"{where}: from its fallback nothing leads on: {need_kwh:.2f} kWh are needed",
        )

    def _visited(self, other: Fallback, ahead: list[int]) -> bool:
        stops = [self.plan.stops[k] for k in ahead]
        return (other.lat, other.lon) in [(stop.lat, stop.lon) for stop in stops]

    def _ahead(self, number: int) -> list[int]:
        """Return positions of the stops behind one that are places of the trip."""
        required = set(self.plan.trip.via_chargers)
        return [
            k
            for k, stop in enumerate(self.plan.stops)
            if k > number and (stop.charger is None or not required.isdisjoint(stop.charger.ids))
        ]

    def _known(self, other: Fallback, ahead: list[int], come_kwh: float) -> tuple[Floats, bool]:
        """Return what each node is left with to come to a fallback with an energy."""
        if other.charger is not None:
            known = np.full(self.ground.network.lat.size, np.inf)
            known[self.ground.sites[other.charger.id][1]] = come_kwh
            # By way of places that the trip visits first it is further only.
            return self._search(known, 0.0, None)[1], False
        plan, rest = self.plan, list(ahead)
        if not other.ends_there:
            names = [(plan.stops[k].lat, plan.stops[k].lon) for k in ahead]
            last = ahead[names.index((other.lat, other.lon))]
            known = self._tied(plan.stops[last].lat, plan.stops[last].lon, come_kwh)
            rest = [k for k in ahead if k < last]
        else:
            end = plan.trip.destination
            known = self._tied(end.lat, end.lon, come_kwh + self._access(len(plan.legs) - 1))
        leave = self._search(known, 0.0, None)[1]
        for k in reversed(rest):
            leave = self._search(self._through(k, leave, None), 0.0, None)[1]
        return leave, True

    def _to_the_end(self, other: Fallback, broken: ChargingStop, ahead: list[int]) -> float:
        """Return what the fallback is to be left with to do the rest of the trip [kWh]."""
        plan, trip = self.plan, self.plan.trip
        capacity, ids = self.car.capacity_kwh, set(broken.charger.ids if broken.charger else ())
        charged_kwh = (trip.charge_limit_soc - trip.reserve_soc) * capacity
        final_kwh = (max(trip.arrival_soc, trip.reserve_soc) - trip.reserve_soc) * capacity
        end, sites = trip.destination, self._site_nodes(ids)
        known = self._tied(end.lat, end.lon, final_kwh + self._access(len(plan.legs) - 1))
        leave = self._search(known, charged_kwh, sites)[1]
        for k in reversed(ahead):
            stop = plan.stops[k]
            if other.charger is None and (stop.lat, stop.lon) == (other.lat, other.lon):
                return self._at(stop, leave) + stop.standby_kwh
            known = self._through(k, leave, charged_kwh)
            leave = self._search(known, charged_kwh, sites)[1]
        if other.charger is None:
            return float("inf")
        return float(leave[self.ground.sites[other.charger.id][1]])

    def _through(self, k: int, leave: Floats, charged_kwh: float | None) -> Floats:
        """Return what nodes at a place of the trip are to be come to with, by what is left with."""
        stop = self.plan.stops[k]
        need_kwh = self._at(stop, leave) + stop.standby_kwh + self._access(k + 1)
        if charged_kwh is not None and stop.charger is None and stop.charger_kw > 0.0:
            need_kwh = 0.0 if need_kwh <= charged_kwh + _OFF_AMID_KWH else need_kwh
        return self._tied(stop.lat, stop.lon, need_kwh + self._access(k), stop.charger)

    def _site_nodes(self, broken: set[str]) -> Flags:
        found = np.zeros(self.ground.network.lat.size, np.bool_)
        found[[node for site, node in self.sites if broken.isdisjoint(site.ids)]] = True
        return found

    def _search(
        self, known: Floats, charged_kwh: float, sites: Flags | None
    ) -> tuple[Floats, Floats]:
        full_kwh = (1.0 - self.plan.trip.reserve_soc) * self.car.capacity_kwh
        none = np.zeros(known.size, np.bool_)
        chosen = none if sites is None else sites
        return needs_to_go_on(self.roads, full_kwh, charged_kwh, known, chosen)

    def _access(self, leg: int) -> float:
        """Return what the ways between places and roads of a leg take [kWh]."""
        return sum(way.energy_kwh for way in self.plan.legs[leg].access)

    def _near(self, lat: float, lon: float) -> tuple[Longs, Floats]:
        """Return open roads at a place, by position in the table, and at which share of each."""
        position = np.full(self.ground.network.arc_count, -1)
        position[self.arc] = np.arange(self.arc.size)
        for reach_m in _REACHES_M:
            near = self.ground.near(lat, lon, reach_m)
            row = position[near.arc]
            kept = row >= 0
            away_m = near.away_m[kept]
            if away_m.size and away_m.min() <= reach_m:
                same = away_m <= away_m.min() + _SAME_ROAD_M
                length_m = self.ground.network.length_m[near.arc[kept][same]]
                return row[kept][same], near.along_m[kept][same] / length_m
        return np.empty(0, np.int64), np.empty(0)

    def _tied(self, lat: float, lon: float, need_kwh: float, site: Charger | None = None) -> Floats:
        """Return what the nodes at a place are to be left with to come there with an energy."""
        known = np.full(self.ground.network.lat.size, np.inf)
        if site is not None:
            known[self.ground.sites[site.id][1]] = need_kwh
            return known
        rows, share = self._near(lat, lon)
        roads = self.roads
        needs = np.maximum(roads.need_kwh[rows] * share, roads.cost_kwh[rows] * share + need_kwh)
        np.minimum.at(known, roads.tail[rows], np.maximum(needs, 0.0))
        return known

    def _at(self, stop: ChargingStop, leave: Floats) -> float:
        """Return what a stop is to be left with, by what nodes are left with [kWh]."""
        if stop.charger is not None:
            return float(leave[self.ground.sites[stop.charger.id][1]])
        rows, share = self._near(stop.lat, stop.lon)
        rest, roads = 1.0 - share, self.roads
        head = self.ground.network.head[self.arc[rows]]
        needs = np.maximum(roads.need_kwh[rows] * rest, roads.cost_kwh[rows] * rest + leave[head])
        return float(needs.min(initial=np.inf))


def _energies(ground: Ground, plan: Plan, car: ConditionedVehicle) -> tuple[Floats, Floats, Floats]:
    """Return need, cost and drop of each arc at the speed of least energy, shape (arcs,) [kWh]."""
    net, trip = ground.network, plan.trip
    counts = np.diff(net.piece_first)
    start = net.piece_first[:-1]
    sine = net.piece_rise_m / net.piece_length_m
    road_kmh = np.repeat(net.speed_kmh, counts)
    usual = np.minimum(road_kmh, car.top_speed_kmh)
    heading = np.repeat(net.bearing_deg, counts)
    climbed = np.cumsum(net.piece_rise_m) - net.piece_rise_m
    base_m = np.repeat(net.elevation_m[net.tail] - climbed[start], counts)
    density = car.air_density_kg_per_m3(base_m + climbed + 0.5 * net.piece_rise_m)
    most_kw = car.vehicle.motor_kw / car.vehicle.drive_efficiency
    best: tuple[Floats, Floats, Floats] | None = None
    for share in np.arange(1.0, trip.slow_down_to - 1e-9, -_SPEEDS):
        speed = np.maximum(share * usual, np.minimum(usual, trip.slowest_kmh))
        for _ in range(50):
            kw = car.motion_kw(
                speed / KMH_PER_MPS,
                sine,
                car.headwind_mps(heading),
                density,
                crosswind_mps=car.crosswind_mps(heading),
                stops_per_m=stop_and_go_per_m(road_kmh / KMH_PER_MPS),
            )
            weak = (kw > most_kw) & (speed > _LEAST_SHARE * usual * 1.001)
            if not weak.any():
                break
            speed = np.where(weak, np.maximum(speed - 0.02 * usual, _LEAST_SHARE * usual), speed)
        hours = net.piece_length_m / (speed / KMH_PER_MPS) / S_PER_H
        spent = (kw + car.vehicle.auxiliary_kw + car.cabin_kw) * hours
        total = np.cumsum(spent)
        before = total - spent
        need = np.maximum(np.maximum.reduceat(total, start) - before[start], 0.0)
        cost = np.add.reduceat(spent, start)
        last = net.piece_first[1:] - 1
        drop = np.maximum(total[last] - np.minimum.reduceat(before, start), 0.0)
        if best is None:
            best = need, cost, drop
        else:
            less = cost < best[1]
            pairs = zip((need, cost, drop), best, strict=True)
            need, cost, drop = (np.where(less, one, other) for one, other in pairs)
            best = need, cost, drop
    assert best is not None
    return best
