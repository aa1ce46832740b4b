"""Where chargers may be broken: what a plan comes to, and the best of some plans.

A site is found broken when the car comes to it; that takes the overhead of a stop.  The car then
has the charge and the pack with which it came, and drives on by the best plan from there without
that site: with a fallback at every stop if the plan had them and there is one, else without.  Each
stop of that plan may be broken as well, and so on, until what is left is unlikely.  Sites fail
independently of each other (an assumption); one that worked or failed once does so for the whole
trip.  A car that cannot go on above the reserve is stranded:
its trip counts the time until then, `Trip.stranded_s` and the rest of the plan.

The plan is the best of those that are compared, by what they come to in truth: the quickest, the
quickest with a fallback at every stop, and for each of them those of six searches that count at
each stop what its failure is expected to cost: as it was found by planning anew, and at sites of
which nothing is known yet a mean, or the overhead of a stop.  What a failure costs depends on the
charge on arrival as well, which that leaves out: it is not proved that no other plan is better.
What bounds all is that no drive that meets a broken charger is quicker than the bound of the
quickest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Final, Literal, NamedTuple

from tripplan.physics.reliability import COMMON_FAILURE, KEPT_A_YEAR, STALL_WORKS
from tripplan.planning.objective import there_at
from tripplan.planning.working_sites import Working, WorkingSites
from tripplan.records.failures import BrokenStop, FailureOutlook
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip
from tripplan.units import S_PER_H

P95: Final = 0.95
_LEAST: Final = 0.005
"""Further failures are not looked for where what came before is less likely than this."""
_Guess = Literal["mean", "least"]
_GUESSES: Final[tuple[_Guess, ...]] = ("mean", "least", "least", "mean", "least", "mean")
"""What the failure of a site costs of which nothing is known, search by search: the mean of what is
known, which looks for plans like these, or the overhead of a stop, which looks for others."""
_SURE: Final = 1.0 - 1e-12

Surcharges = Mapping[str, float]
"""What a stop at each site counts beside its time, by the site's id.  [s]"""


class Planning(NamedTuple):
    """What planning is asked for."""

    planned: Callable[[Trip, Surcharges, float | None], Plan | None]
    """Plans a trip with surcharges, and with a bound that is known [s]; None: it cannot be done."""
    replanned: Callable[[Trip], Plan | None]
    """Plans what is left of a trip."""


class _Case(NamedTuple):
    """One way in which a trip may go."""

    time_s: float
    probability: float
    stranded: bool


class _Failure(NamedTuple):
    """What follows where a stop is the first of a plan that is broken."""

    stop: ChargingStop
    working: Working
    probability: float
    onward: str
    cases: tuple[_Case, ...]


class Failures:
    """What plans of one trip come to where chargers may be broken.

    Parameters
    ----------
    trip
        The trip.
    region
        Where it is planned.
    planning
        How.
    """

    def __init__(self, trip: Trip, region: Region, planning: Planning) -> None:
        self._trip, self._region, self._planning = trip, region, planning
        sites = region.chargers
        self._sites = WorkingSites(sites.chargers, trip.working)
        numbers = zip(sites.chargers, sites.node.tolist(), strict=True)
        self._node = {site.id: node for site, node in numbers}
        self._known: dict[str, Plan | None] = {}
        self._unexplored = 0.0

    def best(self, quickest: Plan, bound_s: float | None) -> Plan:
        """Return the plan that the trip asks for, with what it comes to.

        Parameters
        ----------
        quickest
            The plan that is best if all works.
        bound_s
            What no plan of the trip takes less than, with or without fallbacks; None: not known.
        """
        usual = self.told(quickest)
        compared = [usual]
        if self._trip.broken_chargers != "told":
            compared += self._others(usual)
        best = min(compared, key=self._worth)
        failures, first = _outlook(best), _outlook(usual)
        own = {
            "compared": len(compared),
            "replans": len(self._known),
            "quickest_expected_s": first.expected_s,
            "quickest_p95_s": first.p95_s,
            "lower_bound_s": bound_s,
        }
        told = (*best.assumptions, *_assumed(self._trip))
        failures = failures.model_copy(update=own)
        return best.model_copy(update={"failures": failures, "assumptions": told})

    def told(self, plan: Plan) -> Plan:
        """Return a plan with what it comes to; a plan without stops at chargers takes its time."""
        self._unexplored = 0.0
        found = list(self._failures(plan, 0.0, 1.0, frozenset()))
        cases = [case for failure in found for case in failure.cases]
        alive = 1.0 - sum(failure.probability for failure in found)
        cases.append(_Case(plan.total_s, max(alive, 0.0), stranded=False))
        cases = sorted(case for case in cases if case.probability > 0.0)
        wished = self._trip.broken_chargers
        outlook = FailureOutlook(
            chosen_by="told" if wished == "ignored" else wished,
            expected_s=_mean_s(cases),
            p95_s=quantile_s(cases, P95),
            all_work=max(alive, 0.0),
            stranded=min(sum(case.probability for case in cases if case.stranded), 1.0),
            unexplored=min(self._unexplored, 1.0),
            time_s=tuple(case.time_s for case in cases),
            probability=tuple(min(case.probability, 1.0) for case in cases),
            stops=tuple(_broken(plan, failure) for failure in found),
            compared=1,
            replans=len(self._known),
            quickest_expected_s=_mean_s(cases),
            quickest_p95_s=quantile_s(cases, P95),
            lower_bound_s=None,
        )
        return plan.model_copy(update={"failures": outlook})

    def _worth(self, plan: Plan) -> tuple[float, float]:
        outlook = _outlook(plan)
        both = (outlook.expected_s, outlook.p95_s)
        return both if self._trip.broken_chargers == "expected" else both[::-1]

    def _others(self, usual: Plan) -> Iterator[Plan]:
        """Yield plans to compare, each with what it comes to."""
        trip, seen = self._trip, {_chain(usual)}
        starts = [(trip, usual)]
        if trip.fallback == "none":
            safe = trip.model_copy(update={"fallback": "required"})
            found = self._planning.planned(safe, {}, None)
            if found is not None:
                seen.add(_chain(found))
                starts.append((safe, self.told(found)))
                yield starts[-1][1]
        for wished, start in starts:
            known = [start]
            for guess in _GUESSES:
                surcharges = self._surcharges(known, guess)
                bound_s = start.certificate.lower_bound_s
                found = self._planning.planned(wished, surcharges, bound_s)
                if found is None or _chain(found) in seen:
                    continue
                seen.add(_chain(found))
                known.append(self.told(found))
                yield known[-1]

    def _surcharges(self, plans: Sequence[Plan], guess: _Guess) -> Surcharges:
        """Return what a stop at each site costs by failing, with a guess where nothing is known."""
        later: dict[str, float] = {}
        for plan in plans:
            broken = {one.number: one for one in _outlook(plan).stops}
            for stop in plan.stops:
                if stop.charger is not None and broken[stop.number].probability > 0.0:
                    cost_s = max(broken[stop.number].later_s, 0.0)
                    name = stop.charger.id
                    later[name] = min(later.get(name, cost_s), cost_s)
        other_s = self._trip.stop_overhead_s
        if guess == "mean" and later:
            other_s = sum(later.values()) / len(later)
        return {
            site.id: (1.0 - self._sites.of(site).works) * later.get(site.id, other_s)
            for site in self._region.chargers.chargers
        }

    def _failures(
        self, plan: Plan, before_s: float, probability: float, working: frozenset[str]
    ) -> Iterator[_Failure]:
        """Yield what follows if each stop of a plan is the first that is broken.

        Parameters
        ----------
        plan, before_s
            A plan, and the time until it begins.
        probability
            Of coming to it.
        working
            Ids of sites that are known to work, as the car charged there.
        """
        clock_s, met = before_s, working
        for at, (leg, stop) in enumerate(zip(plan.legs, plan.stops, strict=False)):
            clock_s += leg.driving_s
            if stop.charger is not None:
                likely = self._likely(stop, met)
                broken = probability * (1.0 - likely.works)
                probability *= likely.works
                cases: tuple[_Case, ...] = ()
                onward = ""
                if broken > 0.0:
                    cases, onward = self._broken(plan, at, (clock_s, before_s), broken, met)
                yield _Failure(stop, likely, broken, onward, cases)
                met |= {stop.charger.id}
            clock_s += stop.duration_s

    def _likely(self, stop: ChargingStop, working: frozenset[str]) -> Working:
        """Return how likely a site of a stop works, where some are known to."""
        assert stop.charger is not None
        if stop.charger.id in working:
            return Working(1.0, "it worked before")
        return self._sites.of(stop.charger, _standard(stop))

    def _broken(
        self,
        plan: Plan,
        at: int,
        clocks_s: tuple[float, float],
        probability: float,
        working: frozenset[str],
    ) -> tuple[tuple[_Case, ...], str]:
        """Return how a trip may go whose stop is broken, and where the car then charges first.

        Parameters
        ----------
        plan, at
            A plan, and the position of the stop.
        clocks_s
            When the car comes there, and when the plan begins, after the start of the trip.
        probability
            Of all this.
        working
            Ids of sites that are known to work.
        """
        stop, (clock_s, before_s) = plan.stops[at], clocks_s
        lost_s = clock_s + plan.trip.stop_overhead_s
        rest = self._rest(plan, at, lost_s - before_s)
        if rest is None:
            ahead_s = before_s + plan.total_s - clock_s - stop.duration_s
            time_s = lost_s + self._trip.stranded_s + max(ahead_s, 0.0)
            return (_Case(time_s, probability, stranded=True),), ""
        first = next((s.name for s in rest.stops if s.charger), plan.trip.destination.label)
        if probability < _LEAST:
            all_work = prod(self._likely(s, working).works for s in rest.stops if s.charger)
            self._unexplored += probability * (1.0 - all_work)
            return (_Case(lost_s + rest.total_s, probability, stranded=False),), first
        further = list(self._failures(rest, lost_s, probability, working))
        alive = probability - sum(failure.probability for failure in further)
        cases = [case for failure in further for case in failure.cases]
        cases.append(_Case(lost_s + rest.total_s, max(alive, 0.0), stranded=False))
        return tuple(cases), first

    def _rest(self, plan: Plan, at: int, after_s: float) -> Plan | None:
        """Return the best plan from a broken stop on; None: the car cannot go on."""
        trip = rest_of(plan, at, after_s, self._place(plan.stops[at]))
        ways = ("required", "none") if plan.trip.fallback == "required" else ("none",)
        for fallback in ways:
            other = plan.trip.fallback_other_operator and fallback == "required"
            wishes = {"fallback": fallback, "fallback_other_operator": other}
            asked = trip.model_copy(update=wishes)
            key = asked.model_dump_json()
            if key not in self._known:
                self._known[key] = self._planning.replanned(asked)
            if (found := self._known[key]) is not None:
                return found
        return None

    def _place(self, stop: ChargingStop) -> Place:
        assert stop.charger is not None
        node, network = self._node[stop.charger.id], self._region.network
        return Place(lat=float(network.lat[node]), lon=float(network.lon[node]), name=stop.name)


def rest_of(plan: Plan, at: int, after_s: float, place: Place) -> Trip:
    """Return the trip that is left where a stop is found broken, without wishes for fallbacks.

    Parameters
    ----------
    plan, at
        A plan, and the position of the stop.
    after_s
        When the car drives on, after the start of that plan.  [s]
    place
        Where the stop is on the roads.
    """
    trip, stop = plan.trip, plan.stops[at]
    assert stop.charger is not None
    met = [other.charger for other in plan.stops[: at + 1] if other.charger is not None]
    visited = {charger_id for charger in met for charger_id in charger.ids}
    behind = sum(other.kind == "waypoint" for other in plan.stops[:at])
    cabin = trip.conditions.cabin
    changes: dict[str, object] = {
        "origin": place,
        "waypoints": trip.waypoints[behind:],
        "via_chargers": tuple(one for one in trip.via_chargers if one not in visited),
        "departure_soc": max(stop.arrival_soc, trip.reserve_soc),
        "pack_start_c": min(max(stop.pack_arrival_c, -40.0), 60.0),
        "most_stops": None,
        "fallback": "none",
        "fallback_other_operator": False,
        "broken_chargers": "ignored",
        "working": (),
        "conditions": trip.conditions.model_copy(
            update={"cabin": cabin if cabin == "off" else "preheated"}
        ),
        "chargers": trip.chargers.model_copy(
            update={"banned": (*trip.chargers.banned, stop.charger.id)}
        ),
    }
    if trip.departure is not None:
        changes["departure"] = there_at(trip, stop.charger, after_s)
    return trip.model_copy(update=changes)


def _assumed(trip: Trip) -> tuple[str, ...]:
    """Return what times with broken chargers rest on, in sentences."""
    lost_min, stranded_h = trip.stop_overhead_s / 60.0, trip.stranded_s / S_PER_H
    return (
        (
            "Charging sites work independently of each other, all day or not at all, and one "
            f"learns of it on arrival; that takes {lost_min:.0f} min, and the trip is planned anew "
            "from there. Plugs at waypoints always work."
        ),
        (
            "Where nothing is stated, a site of n stalls works with "
            f"{1.0 - COMMON_FAILURE:.1f} x (1 - {1.0 - STALL_WORKS:.3f}^n), less "
            f"{1.0 - KEPT_A_YEAR:.0%} for each year without a word of its sources: "
            f"{STALL_WORKS:.1%} of 657 connectors in the Bay Area worked in 2022; the rest is "
            "assumed."
        ),
        f"A car that cannot go on above its reserve is taken to lose {stranded_h:g} h.",
    )


def quantile_s(cases: Sequence[tuple[float, float, bool]], share: float) -> float:
    """Return the least time within which a share of all trips arrive [s].

    Parameters
    ----------
    cases
        Times in rising order, with the probability of each; these add up to 1.
    share
        The share.
    """
    total = 0.0
    for time_s, probability, _ in cases:
        total += probability
        if total >= share * _SURE:
            return time_s
    return cases[-1][0]


def _mean_s(cases: Sequence[_Case]) -> float:
    return sum(case.time_s * case.probability for case in cases)


def _broken(plan: Plan, failure: _Failure) -> BrokenStop:
    """Return a failure in words and in the mean of what follows it."""
    total_s = plan.total_s
    if failure.probability > 0.0:
        total_s = _mean_s(failure.cases) / failure.probability
    return BrokenStop(
        number=failure.stop.number,
        name=failure.stop.name,
        works=failure.working.works,
        rule=failure.working.rule,
        probability=failure.probability,
        onward=failure.onward,
        total_s=total_s,
        later_s=total_s - plan.total_s,
    )


def _outlook(plan: Plan) -> FailureOutlook:
    assert plan.failures is not None
    return plan.failures


def _standard(stop: ChargingStop) -> str:
    assert stop.connector is not None
    return stop.connector.standard


def _chain(plan: Plan) -> tuple[object, ...]:
    """Return what tells plans apart: stops, how each is left, and what is wished of the rest."""
    stops = ((stop.name, round(stop.departure_soc, 3)) for stop in plan.stops)
    return plan.trip.fallback, *stops
