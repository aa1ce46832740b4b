"""Plans that survive a broken charger: what the car must come with to a stop to go on elsewhere.

A stop has a fallback if the car comes with enough, above the reserve, to drive on to another site
where it can charge, and if from there, charged as far as is allowed, the rest of the trip can be
driven by way of further sites, none of them the broken one; or if it comes with enough to drive on
to the end of the trip.  By the thriftiest drives that gives each stop a least energy on arrival,
which the search keeps to as it keeps to the reserve.  One failure is thought of, not two.

The energies that a search begins with are at most the true ones; what is wrong with them is looked
at only for the stops that a plan makes, and the search is run again with higher ones.  As they
only rise, what is found last is the best plan that has a fallback at every stop, and the bound
found with it is one.  A trip without places on the way begins with the least over all sites,
whether one can go on from them or not: that is found once for a car, and only what lies nearer to
the end is looked at for each trip.  If the fallback of each stop of the plan leads to the next
one, straight or by way of one more site, all is well.  Else, and on other trips, the least over
all sites that one can go on from is worked out, by one sweep over all roads; and where one cannot
without the broken site, by one more without it.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple, cast

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs
from tripplan.routing.kernels.customise import CONSUMED, DROP, MIN_DEPARTURE
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.kernels.fallback import (
    NONE,
    Needs,
    RoadsBackward,
    Seeds,
    Sites,
    least_needs,
    no_needs,
)
from tripplan.search.problem import FallbackSites, Problem
from tripplan.units import MWH_PER_KWH

TO_THE_END: Final = -1
"""Source of a need that leads to the end of the trip."""
NOWHERE: Final = -2
UNKNOWN: Final = -3
"""Group of a site of which nobody knows whether it is another's fallback."""
_ANY: Final = -2
"""In place of a site out of service: none is, and no site has to lead on."""
_ROUNDING = 1e-3
_MOST_ASKED = 20
_KEY: Final = ("fallbacks",)


class Hop(NamedTuple):
    """The fallback of a stop, by its number: a charger, a target with a plug, or the end."""

    stop: int
    """-1: the end of the trip."""
    need_kwh: float
    """Least energy above the reserve with which to come to the stop. [kWh]"""
    onward: tuple[int, ...]
    """Stops at which the car can charge from there on, in order."""


@dataclass(eq=False)
class _Stage:
    """Needs on the way to a target of the trip."""

    needs: Needs
    onward: Longs


@dataclass(eq=False)
class _ToSites:
    """Needs at the nodes of a region to the sites that serve, whichever they are."""

    group: Longs
    """Group of each site, shape (chargers,); -1: it serves nobody."""
    needs: Needs


@dataclass(eq=False)
class FallbackReach:
    """What each stop needs for there to be a fallback, for one trip.

    Parameters
    ----------
    problem
        A trip that wants fallbacks.
    many_to_many
        The roads of its car.
    """

    problem: Problem
    many_to_many: ManyToMany
    _without: dict[int, list[_Stage]] = field(init=False, repr=False, default_factory=dict)
    """Needs with a site out of service; of -1: with none; of -2: to any site."""
    _proved: dict[tuple[int, int], Hop] = field(init=False, repr=False, default_factory=dict)
    """Fallbacks that are known to lead on without the broken site, by stage and stop."""
    _far: dict[tuple[int, int], Ints] = field(init=False, repr=False, default_factory=dict)
    _roads: tuple[RoadsBackward, RoadsBackward] = field(init=False, repr=False)
    _height_mwh: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._roads = _backward(self.many_to_many)
        roads = self.many_to_many.customized.every_road
        self._height_mwh = roads.height_kwh * MWH_PER_KWH

    @property
    def _sites(self) -> FallbackSites:
        assert self.problem.fallback is not None
        return self.problem.fallback

    def problem_with_floors(self) -> Problem:
        """Return the trip with what each stop needs at the least, as far as that is known soon."""
        return self._with_floors(_ANY if len(self.problem.targets) == 1 else -1)

    def _with_floors(self, out: int) -> Problem:
        """Return the trip with what each stop needs with a site out of service."""
        problem = self.problem
        least_kwh = np.full(
            (len(problem.targets) + 1, problem.stop_count), problem.reserve_kwh, np.float64
        )
        chargers = np.arange(problem.charger_node.size)
        for stage in range(len(problem.targets)):
            least_kwh[stage, chargers] += self._needs(out, stage, chargers)[0]
        for target in self._plugs():
            stop = int(chargers.size) + target
            least_kwh[target + 1, stop] += self._need_kwh(out, target + 1, stop)
        last = problem.charger_node.size + len(problem.targets) - 1
        least_kwh[-1, last] = problem.final_kwh
        never = np.isinf(least_kwh[:-1, : problem.charger_node.size]).all(axis=0)
        banned = problem.banned | frozenset(np.flatnonzero(never).tolist())
        return replace(problem, least_arrival_kwh=least_kwh, banned=banned)

    def raised(self, problem: Problem, made: list[tuple[int, int]]) -> Problem | None:
        """Return the trip with what the stops of a plan need in truth; None: they had it.

        Parameters
        ----------
        problem
            The trip as it was planned.
        made
            Stage and stop of each stop that the plan makes.
        """
        before_kwh = problem.least_arrivals_kwh
        if len(problem.targets) == 1:
            if all(self._leads_on(made, k) for k in range(len(made))):
                return None
            problem = self._with_floors(-1)
        least_kwh = np.maximum(before_kwh, problem.least_arrivals_kwh)
        for stage, stop in made:
            if self._goes_on_without(-1, stage, stop):
                continue
            site = int(self._sites.site[stop])
            for other, at in self._places():
                if self._sites.site[at] == site:
                    need_kwh = problem.reserve_kwh + self._need_kwh(site, other, at)
                    least_kwh[other, at] = max(least_kwh[other, at], need_kwh)
        if np.array_equal(least_kwh, before_kwh):
            return None
        return replace(problem, least_arrival_kwh=least_kwh)

    def hop(self, stage: int, stop: int) -> Hop | None:
        """Return the fallback of a stop that the least energy reaches; None: there is none."""
        if (stage, stop) in self._proved:
            return self._proved[stage, stop]
        site = -1 if self._goes_on_without(-1, stage, stop) else int(self._sites.site[stop])
        need_kwh, source = self._need(site, stage, stop)
        if source == NOWHERE:
            return None
        chain = self._chain(site, source)
        stops = [k % self.problem.stop_count for k in chain]
        return Hop(stops[0] if stops else TO_THE_END, need_kwh, tuple(stops[1:]))

    def _leads_on(self, made: list[tuple[int, int]], number: int) -> bool:
        """Whether the nearest fallback of a stop of a plan leads to the next one, or to the end.

        The plan goes on from there, and must not charge at the broken site again.
        """
        stage, stop = made[number]
        if (stage, stop) in self._proved:
            return True
        need_kwh, source = self._need(_ANY, stage, stop)
        if source == NOWHERE:
            return False
        problem, own = self.problem, int(self._sites.site[stop])
        later = [at for _, at in made[number + 1 :]]
        if source == TO_THE_END:
            self._proved[stage, stop] = Hop(TO_THE_END, need_kwh, ())
            return True
        if any(self._sites.site[at] == own for at in later):
            return False
        least_kwh = 0.0 if later else problem.final_kwh - problem.reserve_kwh
        there = int(problem.charger_node[later[0]]) if later else problem.destination
        at = source % problem.stop_count
        # Who has come to the next stop of the plan is on it again.
        if at not in later and not self._comes_to(at, there, least_kwh, own):
            return False
        self._proved[stage, stop] = Hop(at, need_kwh, tuple(later))
        return True

    def _comes_to(self, at: int, there: int, least_kwh: float, own: int) -> bool:
        """Whether a site leads to a node, straight or by way of one more site, but a broken one.

        Parameters
        ----------
        at, there
            The site, and the node.
        least_kwh
            Least energy above the reserve on arrival.  [kWh]
        own
            The broken site.
        """
        problem, node = self.problem, int(self.problem.charger_node[at])
        usable_kwh = problem.limit_kwh - problem.reserve_kwh
        if least_kwh > 0.0:
            # What a full battery refuses on the way matters to who wants more than the reserve.
            drives = self.many_to_many.between(node, there)
            start_kwh = np.maximum(drives.min_departure_kwh, drives.consumed_kwh + least_kwh)
            most_kwh = problem.capacity_kwh - problem.reserve_kwh - drives.drop_kwh
            return bool(((start_kwh <= usable_kwh) & (most_kwh >= least_kwh)).any())
        if self.many_to_many.thriftiest_between(node, there)[0] <= usable_kwh:
            return True
        chargers = int(problem.charger_node.size)
        from_kwh = self.many_to_many.min_departures_from(node)
        need_kwh, _ = self.many_to_many.thriftiest_to(there)
        able = self._sites.serves[:chargers] & (self._sites.site[:chargers] != own)
        return bool((able & (from_kwh <= usable_kwh) & (need_kwh <= usable_kwh)).any())

    def _places(self) -> list[tuple[int, int]]:
        """Return stage on arrival and number of each stop where the car may charge."""
        problem, chargers = self.problem, int(self.problem.charger_node.size)
        found = [(s, k) for s in range(len(problem.targets)) for k in range(chargers)]
        return found + [(t + 1, chargers + t) for t in self._plugs()]

    def _plugs(self) -> list[int]:
        """Return the targets that have a plug."""
        problem = self.problem
        if problem.power is None:
            return []
        return [t for t, target in enumerate(problem.targets[:-1]) if target.charger_kw > 0.0]

    def _need_kwh(self, site: int, stage: int, stop: int) -> float:
        return self._need(site, stage, stop)[0]

    def _need(self, site: int, stage: int, stop: int) -> tuple[float, int]:
        """Energy above the reserve that a stop needs, and where it leads; with a site out."""
        need_kwh, source = self._needs(site, stage, np.array([stop]))
        return float(need_kwh[0]), int(source[0])

    def _needs(self, site: int, stage: int, stops: Longs) -> tuple[Floats, Longs]:
        """Return the same of several stops, each of shape (stops,)."""
        needs = self._stages(site)[stage].needs
        node, group = self._stop_node[stops], self._sites.group[stops]
        drawn_kwh = self.problem.drawn_kwh(int(stops[-1])) if stops.size else 0.0
        room_kwh = self.problem.capacity_kwh - self.problem.reserve_kwh
        best, source = np.full(stops.size, np.inf), np.full(stops.size, NOWHERE, np.int64)
        for slot in range(2):
            there, need_mwh = needs.group[node, slot], needs.need_mwh[node, slot]
            same = (there == group) | ((group == UNKNOWN) & (there != TO_THE_END))
            need_kwh = need_mwh / MWH_PER_KWH + drawn_kwh
            less = ~same & (need_mwh < NONE) & (need_kwh < best) & (need_kwh <= room_kwh)
            best[less], source[less] = need_kwh[less], needs.source[node, slot][less]
        return best, source

    @cached_property
    def _stop_node(self) -> Ints:
        return self.problem.stop_node

    def _chain(self, site: int, source: int) -> list[int]:
        """Return the sources that follow each other from one on to the end of the trip."""
        found = []
        while source >= 0:
            found.append(source)
            stage, stop = divmod(source, self.problem.stop_count)
            source = int(self._stages(site)[stage].onward[stop])
        return found

    def _goes_on_without(self, site: int, stage: int, stop: int) -> bool:
        """Whether the fallback of a stop is known to go on without charging at its site."""
        _, source = self._need(site, stage, stop)
        own = int(self._sites.site[stop])
        return self._avoids(site, source, own) or self._another_way(site, source, own)

    def _avoids(self, site: int, source: int, own: int) -> bool:
        chain = self._chain(site, source)
        return all(self._sites.site[k % self.problem.stop_count] != own for k in chain)

    def _another_way(self, site: int, source: int, own: int) -> bool:
        """Whether from a charger some other one is reached that goes on without a site.

        Those of the fewest stops to the end are asked first.
        """
        stage, stop = divmod(source, self.problem.stop_count)
        problem, chargers = self.problem, int(self.problem.charger_node.size)
        if stop >= chargers or self._sites.site[stop] == own:
            return False
        need_kwh = self.many_to_many.min_departures_from(int(problem.charger_node[stop]))
        able = self._stages(site)[stage].onward[:chargers] != NOWHERE
        able &= need_kwh <= problem.limit_kwh - problem.reserve_kwh
        able &= self._sites.site[:chargers] != own
        others = np.flatnonzero(able)
        nearest = others[np.argsort(self._hops(site, stage)[others], kind="stable")]
        first = stage * problem.stop_count
        return any(self._avoids(site, first + k, own) for k in nearest[:_MOST_ASKED].tolist())

    def _hops(self, site: int, stage: int) -> Ints:
        """Return how many chargers follow each before the next target, shape (chargers,)."""
        key = (site, stage)
        if key not in self._far:
            chargers, stops = int(self.problem.charger_node.size), self.problem.stop_count
            onward = self._stages(site)[stage].onward[:chargers]
            ahead = np.where(onward // stops == stage, onward % stops, -1)
            ahead[(onward < 0) | (ahead >= chargers)] = -1
            hops, at = np.zeros(chargers, np.int32), ahead.copy()
            while (at >= 0).any():
                hops += at >= 0
                at = np.where(at >= 0, ahead[np.maximum(at, 0)], -1)
            self._far[key] = hops
        return self._far[key]

    def _stages(self, site: int) -> list[_Stage]:
        """Return needs on the way to each target, with a site out of service."""
        if site not in self._without:
            stages = [self._to_any()] if site == _ANY else self._worked_out(site)
            self._without[site] = stages
        return self._without[site]

    def _worked_out(self, site: int) -> list[_Stage]:
        problem, sites, stops = self.problem, self._sites, self.problem.stop_count
        chargers, last = int(problem.charger_node.size), len(problem.targets) - 1
        serves = sites.serves & (sites.site != site)
        at_node = self._at_nodes(chargers)
        usable_mwh = _mwh(problem.limit_kwh - problem.reserve_kwh)
        limits = (self.many_to_many.customized.full_mwh, usable_mwh)
        final_mwh = int(np.ceil((problem.final_kwh - problem.reserve_kwh) * MWH_PER_KWH - 1e-3))
        seeds = _seeds([(problem.destination, final_mwh, TO_THE_END, TO_THE_END)])
        found: list[_Stage] = []
        for stage in range(last, -1, -1):
            if stage < last:
                seeds = self._through(stage, found[-1], serves)
            able = serves.copy()
            able[chargers:] = False
            there = Sites(*at_node, able, sites.group)
            needs = no_needs(self._height_mwh.size)
            onward = least_needs(
                *self._roads, self._height_mwh, limits, there, seeds, stage * stops, needs
            )
            found.append(_Stage(needs, onward))
            if stage:
                self._note_plug(stage - 1, found[-1], usable_mwh)
        return found[::-1]

    def _to_any(self) -> _Stage:
        """Return what drives to any site take, or to the end, on a trip without places on the way.

        The sites' part is kept for other trips; the end changes what lies nearer to it alone.
        """
        problem, sites = self.problem, self._sites
        chargers = int(problem.charger_node.size)
        customized, beside = self.many_to_many.customized, self.many_to_many.beside
        serves = sites.serves[:chargers]
        group = np.where(serves, sites.group[:chargers], -1)
        none = np.zeros(sites.serves.size, np.bool_)
        at_node = self._at_nodes(chargers)
        limits = (customized.full_mwh, -1)
        key = ("to any site", id(customized.values), customized.full_mwh)
        known = beside.get(key)
        if not isinstance(known, _ToSites) or not np.array_equal(known.group, group):
            region = replace(customized, ends=None)
            height_mwh = region.height_kwh * MWH_PER_KWH
            able = np.flatnonzero(serves)
            columns = (problem.charger_node[able], 0 * able, able, group[able])
            seeds = Seeds(*(np.asarray(column, np.int64) for column in columns))
            first = at_node[0][: height_mwh.size + 1]
            there = Sites(first, at_node[1], none, sites.group)
            roads, away = self._roads[0], _no_roads(height_mwh.size)
            roads = roads._replace(first=roads.first[: height_mwh.size + 1])
            needs = no_needs(height_mwh.size)
            least_needs(roads, away, height_mwh, limits, there, seeds, 0, needs)
            known = beside[key] = _ToSites(group, needs)
        needs = no_needs(self._height_mwh.size)
        for column, kept in zip(needs, known.needs, strict=True):
            column[: kept.shape[0]] = kept
        final_mwh = int(np.ceil((problem.final_kwh - problem.reserve_kwh) * MWH_PER_KWH - 1e-3))
        seeds = _seeds([(problem.destination, final_mwh, TO_THE_END, TO_THE_END)])
        there = Sites(*at_node, none, sites.group)
        onward = least_needs(*self._roads, self._height_mwh, limits, there, seeds, 0, needs)
        return _Stage(needs, onward)

    def _note_plug(self, target: int, beyond: _Stage, usable_mwh: int) -> None:
        """Say where a car goes on to that was charged at the plug of a target."""
        node, stop = self.problem.targets[target].node, self.problem.charger_node.size + target
        drawn_mwh = int(np.ceil(self.problem.targets[target].drawn_kwh * MWH_PER_KWH - 1e-3))
        if beyond.needs.need_mwh[node, 0] + drawn_mwh <= usable_mwh:
            beyond.onward[stop] = beyond.needs.source[node, 0]

    def _through(self, target: int, beyond: _Stage, serves: Flags) -> Seeds:
        """Return what a target needs on arrival: for what comes behind it, or for its plug."""
        problem, stop = self.problem, int(self.problem.charger_node.size) + target
        node = problem.targets[target].node
        drawn_mwh = int(np.ceil(problem.targets[target].drawn_kwh * MWH_PER_KWH - 1e-3))
        rows, needs = [], beyond.needs
        for slot in range(2):
            need_mwh = int(needs.need_mwh[node, slot])
            if need_mwh + drawn_mwh <= self.many_to_many.customized.full_mwh:
                row = (int(needs.source[node, slot]), int(needs.group[node, slot]))
                rows.append((node, need_mwh + drawn_mwh, *row))
        if target in self._plugs() and serves[stop] and beyond.onward[stop] != NOWHERE:
            source = (target + 1) * problem.stop_count + stop
            rows.append((node, 0, source, int(self._sites.group[stop])))
        return _seeds(rows)

    def _at_nodes(self, chargers: int) -> tuple[Ints, Ints]:
        """Return the chargers sorted by node, and the first of each node."""
        node = self.problem.charger_node[:chargers]
        order = np.argsort(node, kind="stable").astype(np.int32)
        counts = np.bincount(node, minlength=self._height_mwh.size)
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), order


def fallback_reach(problem: Problem, many_to_many: ManyToMany) -> FallbackReach:
    """Return what each stop of a trip needs; it is kept while the trip is planned again.

    Parameters
    ----------
    problem
        A trip that wants fallbacks.
    many_to_many
        The roads of its car.
    """
    known = many_to_many.beside.get(_KEY)
    if isinstance(known, FallbackReach) and known.problem.fallback is problem.fallback:
        found = copy(known)
        found.problem = problem
        return found
    found = FallbackReach(problem, many_to_many)
    many_to_many.beside[_KEY] = found
    return found


def _mwh(energy_kwh: float) -> int:
    return int(np.floor(energy_kwh * MWH_PER_KWH + _ROUNDING))


def _seeds(rows: list[tuple[int, int, int, int]]) -> Seeds:
    return Seeds(*np.array(rows, np.int64).reshape(-1, 4).T.copy())


def _backward(many_to_many: ManyToMany) -> tuple[RoadsBackward, RoadsBackward]:
    """Return the open roads of the region by where they end, and those at the trip's ends.

    Each at the speed at which it takes the least energy.
    """
    customized = many_to_many.customized
    key, beside = ("roads backward", id(customized.values)), many_to_many.beside
    nodes, region = customized.every_road.height_kwh.size, replace(customized, ends=None)
    if key not in beside:
        tree = customized.hierarchy
        kept = np.flatnonzero(customized.open_roads)
        beside[key] = _by_head(
            tree.tail[kept], tree.head[kept], region.values[:, kept], region.height_kwh.size
        )
    roads = cast("RoadsBackward", beside[key])
    more = nodes + 1 - roads.first.size
    first = np.concatenate([roads.first, np.full(more, roads.first[-1], np.int32)])
    every, count = customized.every_road, customized.hierarchy.head.size
    local = count + np.flatnonzero(every.open_roads[count:])
    at_ends = _by_head(every.tail[local], every.head[local], every.values[:, local], nodes)
    return roads._replace(first=first), at_ends


def _no_roads(nodes: int) -> RoadsBackward:
    none = np.empty(0, np.int32)
    return RoadsBackward(np.zeros(nodes + 1, np.int32), none, none, none, none)


def _by_head(tail: Ints, head: Ints, values: Ints, nodes: int) -> RoadsBackward:
    order = np.argsort(head, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(head, minlength=nodes))])
    least = values[:, :, CONSUMED].argmin(axis=0)
    chosen = values[least, np.arange(head.size)][order]
    columns = (chosen[:, column] for column in (MIN_DEPARTURE, CONSUMED, DROP))
    return RoadsBackward(
        first.astype(np.int32),
        tail[order].astype(np.int32),
        *(np.ascontiguousarray(column, dtype=np.int32) for column in columns),
    )
