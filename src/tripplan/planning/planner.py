"""`Planner(region).plan(trip, vehicle)`: from a trip to a plan, with no input or output."""

import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Final

import numpy as np

from tripplan.errors import (
    DisconnectedError,
    InvalidInputError,
    NoPlanError,
    OffNetworkError,
    SearchLimitError,
)
from tripplan.planning import hourly, uncertainty
from tripplan.planning.audit import audit_plan
from tripplan.planning.cache import Fitting, PlannerCache
from tripplan.planning.describe import describe
from tripplan.planning.failures import Failures, Planning, Surcharges
from tripplan.planning.fallback import Places, with_fallbacks, without_fallback
from tripplan.planning.fewer_stops import with_fewer_stops, worth_a_look
from tripplan.planning.given import GivenSettings, refused, settings_of
from tripplan.planning.infeasible import NOTHING_KWH, Infeasible
from tripplan.planning.local_currency import local_currency
from tripplan.planning.objective import Pricing, with_objective, with_surcharges
from tripplan.planning.reconstruct import DrivenGround, reconstruct
from tripplan.planning.road_changes import HeldRules, held_rules, roads_with
from tripplan.planning.stops import Stop
from tripplan.planning.trip_ends import TiedPlaces, tied_places
from tripplan.planning.trip_parts import PartEnds, TripPart, TripParts
from tripplan.planning.trip_problem import left_out, trip_problem, visit_orders
from tripplan.planning.visit_order import Chosen, Order, best_order, with_bound_of
from tripplan.planning.way_out import WayOut, ways_out
from tripplan.records.charger import Plug
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.trip import Objective, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.many_to_many import ROWS_KEPT, ManyToMany
from tripplan.routing.road_ends import RoadEnds
from tripplan.routing.row_batches import Likely
from tripplan.search.preheating import LEAST_SAVED_S
from tripplan.search.problem import Problem
from tripplan.search.reach import Gap, OutOfReach, refused_by_heat
from tripplan.search.solve import solve
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_MOST_RESERVES = 20
"""So many reserves are tried for a wanted probability of arriving; two or three do."""
_FIRST_PLAN: Final = {
    "exact": False,
    "gap": 1e9,
    "fewer_stops_gap": math.inf,
    "heat_bound_levels": 0,
}
"""Settings by which no plan is looked for that is better than the first, nor a bound with heat."""
_OF_THE_REST: Final = {"exact": False, "fewer_stops_gap": math.inf, "heat_bound_levels": 0}
"""Settings by which what is left of a trip is planned where a charger is broken: no better bound is
looked for."""
_LABELS_OF_A_TRY: Final = 20_000
"""What would make a trip possible is looked for with so many labels: there are many tries."""
_MOST_PARTS = 2
"""So many parts of a region are tried before the whole: a first guess, and what its plan needs."""
_CHANGED_KEPT = 2
"""So many sets of limits and tolls are kept ready beside the usual ones."""
_DEPARTURES_KEPT = 64
_A_SECOND = 1.0
_A_BIT = 1e-4
"""SoC by which a reserve goes beyond the margin that it has to hold."""


@dataclass(frozen=True, eq=False)
class _Asked:
    """A trip with what planning it needs."""

    trip: Trip
    car: ConditionedVehicle
    tied: TiedPlaces
    """Its places on the roads of the region."""
    nodes: Sequence[int]
    """Nodes, or ends, of origin, waypoints and destination."""
    ends: RoadEnds | None
    """Those of the ends that are no nodes; None: all are."""
    network: RoadNetwork
    """The roads that these are nodes of: those of the region, or of a part of it."""
    fitting: Fitting
    rows: ManyToMany
    pricing: Pricing
    surcharges_s: Surcharges
    """What stops at chargers count beside their time.  [s]"""

    def orders(self) -> Iterator[Order]:
        """Return the orders in which the trip may visit its places."""
        return visit_orders(self.trip, self.car, self.nodes, self.fitting, self.rows)

    def problem(self, stops: Sequence[Stop]) -> Problem:
        """Return what is asked of the search for one of them."""
        ends = (self.nodes[0], self.nodes[-1])
        problem = trip_problem(self.trip, self.car, ends, self.fitting, stops)
        problem = with_objective(problem, self.pricing, stops)
        return with_surcharges(problem, self.fitting, self.surcharges_s)

    def by(self, objective: Objective) -> "_Asked":
        """Return the same with something else as what is least."""
        trip = self.trip.model_copy(update={"objective": objective})
        return replace(self, trip=trip, pricing=replace(self.pricing, trip=trip))


class Planner:
    """Plans trips on one region.

    Parameters
    ----------
    region
        Roads, chargers and names.
    settings
        How to search.
    """

    def __init__(self, region: Region, settings: GivenSettings = None) -> None:
        if not isinstance(region, Region):
            raise refused("region", region, "a Region (`load_region` reads one)")
        self.region = region
        self.settings = settings_of(settings)
        self._cache = PlannerCache(region)
        self._parts = TripParts(self._cache)
        self._explains = True
        self._surcharges_s: Surcharges = {}
        self._proved_s: float | None = None
        """A bound that is known of a trip with surcharges; none is looked for then."""
        self._changed: OrderedDict[tuple[int, ...], Planner] = OrderedDict()
        self._held: OrderedDict[datetime | None, HeldRules] = OrderedDict()
        self._usual_region = region
        """The region as it is without conditions."""

    def get_ready(self, trip: Trip, vehicle: Vehicle, *, every_row: bool = False) -> int:
        """Do ahead what the first plan of a car under given conditions would have to.

        Roads are priced and their hierarchy is customised; rows of drives between chargers are
        made as plans ask for them, unless they are wanted too.

        Parameters
        ----------
        trip
            Any trip under these conditions.
        vehicle
            The car.
        every_row
            Whether to find the drives from each charger to all others now: some 20 ms a charger on
            a network of 436,000 nodes.  No more are kept than `routing.many_to_many.ROWS_KEPT`.

        Returns
        -------
        int
            How many chargers the car can use.
        """
        with self._cache.turn:
            cache = self._then(trip.departure)._cache  # noqa: SLF001 - a planner of this class
            fitting = cache.fitting(trip.chargers, vehicle)
            rows = cache.rows(trip, self._conditioned(trip, vehicle), fitting.node)
            rows.made_ready()
            if every_row:
                every = np.arange(min(fitting.node.size, ROWS_KEPT), dtype=np.int32)
                for stop in every.tolist():
                    rows.one_to_many(stop, Likely(every, every.size))
            return int(fitting.node.size)

    def plan(self, trip: Trip, vehicle: Vehicle, *, one_of_many: bool = False) -> Plan:
        """Find the best way to drive and charge: the quickest, or as the trip's objective has it.

        Where the trip wants a probability of arriving, the reserve is raised until the plan has it;
        the trip in the plan states that reserve.  For temperatures by the hour see `hourly`.

        Parameters
        ----------
        trip, vehicle
            Who drives where.
        one_of_many
            Whether more trips of this car under these conditions will follow: then all roads are
            made ready for them at once, else those that this trip can need.

        Raises
        ------
        OffNetworkError
            No road lies near an end of the trip.
        DisconnectedError
            No road that the car may use joins the ends.
        OutOfRangeError
            The battery cannot bridge a gap; says which and by how much.
        NoPlanError
            The battery takes no charge at these temperatures, or no reserve gives the probability
            that is wanted.
        """
        # What is kept from trip to trip is written by one trip at a time.
        with self._cache.turn:
            found = self._in_its_hours(trip, vehicle, on_part=not one_of_many)
            if trip.broken_chargers == "ignored":
                return found
            planning = Planning(
                partial(self._surcharged, vehicle), partial(self._rest_planned, vehicle)
            )
            return Failures(trip, self.region, planning).best(found, self._least_s(found, vehicle))

    def _in_its_hours(self, trip: Trip, vehicle: Vehicle, *, on_part: bool) -> Plan:
        """Return the best plan if all chargers work, at the temperatures of its hours."""
        at_one_temperature = self._then(trip.departure)._at_one_temperature  # noqa: SLF001 - a planner of this class
        planned = partial(at_one_temperature, vehicle=vehicle, on_part=on_part)
        return hourly.settled(trip, planned) if trip.ambient_by_hour else planned(trip)[0]

    def _surcharged(
        self, vehicle: Vehicle, trip: Trip, surcharges_s: Surcharges, proved_s: float | None
    ) -> Plan | None:
        """Plan a trip on which stops count more than their time; None: it cannot be done."""
        planner = self._with({}, explains=False)
        settles = trip.ambient_by_hour or trip.arrive_with_probability is not None
        planner._counts_more(surcharges_s, None if settles else proved_s)  # noqa: SLF001 - a planner of this class
        return planner._possible(vehicle, trip)  # noqa: SLF001 - a planner of this class

    def _counts_more(self, surcharges_s: Surcharges, proved_s: float | None) -> None:
        """Let stops count more than their time, on trips of which a bound is known without."""
        self._surcharges_s, self._proved_s = surcharges_s, proved_s

    def _rest_planned(self, vehicle: Vehicle, trip: Trip) -> Plan | None:
        """Plan what is left of a trip; None: it cannot be done."""
        return self._going_on._possible(vehicle, trip)  # noqa: SLF001 - a planner of this class

    @cached_property
    def _going_on(self) -> "Planner":
        """The same planner for what is left of a trip, on what is kept here."""
        return self._with(_OF_THE_REST, explains=False)

    def _possible(self, vehicle: Vehicle, trip: Trip) -> Plan | None:
        try:
            return self._in_its_hours(trip, vehicle, on_part=False)
        except (OutOfReach, NoPlanError, OffNetworkError, InvalidInputError):
            return None

    def _least_s(self, plan: Plan, vehicle: Vehicle) -> float | None:
        """Return what no drive of a trip takes less than, whatever is broken [s]; None: not known.

        What is left of a trip is planned without its wishes for stops, for its own hours and for a
        pack at its own temperature: where these could make it quicker, nothing is known.
        """
        trip = plan.trip
        cold = trip.pack_start_c is not None and trip.pack_start_c < trip.conditions.ambient_c
        settles = trip.ambient_by_hour or trip.arrive_with_probability is not None
        by_hour = trip.departure is not None and self._usual_region.network.changes.arc.size > 0
        wishes = trip.most_stops is not None or trip.via_chargers or trip.objective != "time"
        if cold or settles or by_hour or wishes:
            return None
        if trip.fallback == "required":
            bare = {"fallback": "none", "fallback_other_operator": False}
            other = self._possible(vehicle, trip.model_copy(update=bare))
            return None if other is None else other.certificate.lower_bound_s
        return plan.certificate.lower_bound_s

    def _then(self, departure: datetime | None) -> "Planner":
        """Return the planner of the roads with the limits and tolls of a departure."""
        if not self._usual_region.network.changes.arc.size:
            return self
        held = self._rules_at(departure).held
        if not held:
            return self
        found = self._changed.get(held)
        if found is None:
            network = roads_with(self._usual_region.network, held)
            found = Planner(replace(self._usual_region, network=network), self.settings)
            found._cache = PlannerCache(found.region, shared=self._cache)
            found._parts, found._explains = TripParts(found._cache), self._explains
            found._usual_region, found._held = self._usual_region, self._held
            found._counts_more(self._surcharges_s, self._proved_s)
            self._changed[held] = found
            if len(self._changed) > _CHANGED_KEPT:
                self._changed.popitem(last=False)
        self._changed.move_to_end(held)
        return found

    def _rules_at(self, departure: datetime | None) -> HeldRules:
        """Return which rules on limits and tolls hold at a departure."""
        found = self._held.get(departure)
        if found is None:
            found = self._held[departure] = held_rules(self._usual_region.network, departure)
            if len(self._held) > _DEPARTURES_KEPT:
                self._held.popitem(last=False)
        return found

    def chargers(self, trip: Trip, vehicle: Vehicle) -> tuple[Plug, ...]:
        """Return the chargers that a car can use on a trip, each with its best plug.

        Parameters
        ----------
        trip, vehicle
            Who drives where.
        """
        plugs = self._cache.fitting(trip.chargers, vehicle).plugs
        banned = set(trip.chargers.banned)
        return tuple(plug for plug in plugs if banned.isdisjoint(plug.site.ids))

    def attempt(self, trip: Trip, vehicle: Vehicle) -> Plan | None:
        """Plan a trip, or say that it cannot be done, without looking for why.

        The plan is that of `plan`, on all roads at once; rows of drives are kept for the next.

        Parameters
        ----------
        trip, vehicle
            Who drives where.

        Returns
        -------
        Plan or None
            None: there is none.  What lacks, and what would help, `plan` says.

        Raises
        ------
        SearchLimitError
            The search ended before it knew.
        OffNetworkError, DisconnectedError, InvalidInputError
            As in `plan`.
        """
        try:
            return self._quiet.plan(trip, vehicle, one_of_many=True)
        except (SearchLimitError, OffNetworkError, DisconnectedError):
            raise
        except (NoPlanError, OutOfReach):
            return None
        except InvalidInputError as error:
            if error.field == "departure_soc":  # the warm-up takes what there is: no plan, too
                return None
            raise

    @cached_property
    def _quiet(self) -> "Planner":
        """The same planner without explanations, on what is kept here."""
        return self._with({}, explains=False)

    def _with(self, changes: Mapping[str, float], *, explains: bool = True) -> "Planner":
        """Return the same planner with other settings, on what is kept here."""
        other = Planner(self.region, self.settings.model_copy(update=changes))
        other._cache, other._parts = self._cache, self._parts
        other._held, other._usual_region = self._held, self._usual_region
        other._explains = explains
        return other

    def _conditioned(self, trip: Trip, vehicle: Vehicle) -> ConditionedVehicle:
        return ConditionedVehicle.of(vehicle, trip, heat=self.settings.heat)

    def _at_one_temperature(
        self, trip: Trip, vehicle: Vehicle, *, on_part: bool
    ) -> tuple[Plan, ConditionedVehicle]:
        """Return a plan, with the reserve that it needs, and the car that it was made for."""
        car, wanted = self._conditioned(trip, vehicle), trip.arrive_with_probability
        if wanted is None:
            return self._plan(trip, car, on_part=on_part), car
        margin = 0.0
        for _ in range(_MOST_RESERVES):
            plan = self._plan(_with_reserve(trip, margin), car, on_part=on_part)
            if (plan.arrival_probability or 0.0) >= wanted:
                return plan, car
            margin = _A_BIT + uncertainty.margin_soc(plan, car, wanted)
        raise NoPlanError(
            f"arrive_with_probability {wanted:g}: {_MOST_RESERVES} reserves up to {margin:.0%} "
            "were tried, and none gives it; ask for less, or state a reserve"
        )

    def _plan(self, trip: Trip, car: ConditionedVehicle, *, on_part: bool) -> Plan:
        """Plan, and say in the trip's own words why there is no plan."""
        tied = self._tied(trip, car.vehicle)
        if on_part and self._parts.serve(trip, car.vehicle, self.settings):
            plan = self._on_part(trip, car, tied)
            if plan is not None:
                return plan
        asked = self._asked(trip, car, tied)
        try:
            return self._found(asked)[0]
        except OutOfReach as error:
            if not self._explains:
                raise NoPlanError("the battery cannot bridge a gap") from None
            alone = self._without_fallback(asked)
            why = self._why(asked, error.gap)
            raise self._case(asked).out_of_range(*why, alone) from None
        except DisconnectedError as gone:
            raise self._case(asked).cut_off(gone) from None
        except SearchLimitError:
            raise
        except NoPlanError:
            if not self._explains or not self._works_without_heat(asked):
                raise
            found = self._ways_out(trip, car, 0.0)
            raise self._case(asked).by_heat(found) from None

    def _why(self, asked: _Asked, gap: Gap) -> tuple[Gap, dict[str, int], list[WayOut]]:
        """Return a gap, how many chargers wishes take out, and what would be possible."""
        trip, car, fitting = asked.trip, asked.car, asked.fitting
        alone = {why: len(k) for why, k in left_out(fitting.plugs, trip).items() if k}
        short_kwh = gap.shortfall_kwh if gap.shortfall_kwh >= NOTHING_KWH else 0.0
        found = self._ways_out(trip, car, short_kwh)
        return gap, {**fitting.dropped, **alone}, found

    def _ways_out(self, trip: Trip, car: ConditionedVehicle, short_kwh: float) -> list[WayOut]:
        """Find what would make a trip possible; of the roads of each try nothing is kept."""
        with self._cache.in_passing():
            return ways_out(trip, car, partial(self._attempt, car.vehicle), short_kwh)

    def _without_fallback(self, asked: _Asked) -> list[str]:
        """Return where the trip could stop but for the wish for fallbacks, and what lacks there."""
        if asked.trip.fallback == "none":
            return []
        try:
            bare, chosen = self._without_fallbacks(asked)
        except (OutOfReach, NoPlanError):
            return []
        stops = self._driven(bare, chosen).stops
        return without_fallback(stops, chosen.solution, asked.problem(chosen.stops), asked.rows)

    @cached_property
    def _trying(self) -> "Planner":
        """The same planner, content with the first plan that it finds, on what is kept here."""
        few = min(self.settings.label_limit, _LABELS_OF_A_TRY)
        return self._with({**_FIRST_PLAN, "label_limit": few})

    def _attempt(self, vehicle: Vehicle, trip: Trip) -> Plan | None:
        """Plan a trip, if it can be done; what would do is not searched for the best."""
        return self._trying._planned(vehicle, trip)  # noqa: SLF001 - a planner of this class

    def _planned(self, vehicle: Vehicle, trip: Trip) -> Plan | None:
        """Plan a trip, if it can be done."""
        try:
            car, tied = self._conditioned(trip, vehicle), self._tied(trip, vehicle)
            return self._found(self._asked(trip, car, tied))[0]
        except (OutOfReach, NoPlanError, InvalidInputError):
            return None

    @cached_property
    def _cool(self) -> "Planner":
        """The same planner without battery heat, on what is kept here."""
        return self._with({"heat": False, "exact": False})

    def _works_without_heat(self, asked: _Asked) -> bool:
        if not self.settings.heat:
            return False
        return self._cool._attempt(asked.car.vehicle, asked.trip) is not None  # noqa: SLF001

    def _case(self, asked: _Asked) -> Infeasible:
        problem = asked.problem(next(asked.orders()).stops)
        return Infeasible(self.region, asked.trip, asked.car, asked.rows.customized, problem)

    def _on_part(self, trip: Trip, car: ConditionedVehicle, tied: TiedPlaces) -> Plan | None:
        """Plan on the part of the region that the trip can need; None: only the whole tells.

        A plan that is no longer than the part's limit is one of the best of the region; a longer
        one says how wide a part has to be.  See `trip_parts`.
        """
        ends = PartEnds(tied.numbers[0], tied.numbers[-1], tied.ends)
        vehicle = car.vehicle
        part = self._parts.of(trip, car, ends)
        for _ in range(_MOST_PARTS):
            if part is None:
                return None
            try:
                plan, needed_s = self._found(self._asked(trip, car, tied, part))
            except (OutOfReach, NoPlanError, DisconnectedError):
                return None
            if needed_s <= part.limit_s:
                return plan
            part = self._parts.wider(trip, vehicle, ends, needed_s + _A_SECOND)
        return None

    def _tied(self, trip: Trip, vehicle: Vehicle) -> TiedPlaces:
        return tied_places(trip, vehicle, self._cache, self.settings)

    def _asked(
        self,
        trip: Trip,
        car: ConditionedVehicle,
        tied: TiedPlaces,
        part: TripPart | None = None,
    ) -> _Asked:
        """Return a trip with what planning it needs, on the region or on a part of it."""
        nodes, ends = list(tied.numbers), tied.ends
        if part is not None:
            nodes = [part.number_of(node, ends) for node in nodes]
            ends = part.ends_of(ends)
        cache = self._cache if part is None else part.cache
        fitting = cache.fitting(trip.chargers, car.vehicle)
        rows = cache.rows(trip, car, fitting.node)
        here = local_currency(self.region, trip.origin.lat, trip.origin.lon)
        return _Asked(
            trip,
            car,
            tied=tied,
            nodes=nodes,
            ends=ends,
            network=cache.region.network,
            fitting=fitting,
            rows=rows if ends is None else cache.rows_at(trip, car, rows, ends),
            pricing=Pricing(trip, car, fitting, here),
            surcharges_s=self._surcharges_s,
        )

    def _chosen(self, asked: _Asked) -> tuple[Chosen, float | None]:
        """Return the best order and chain of stops, and what one stop fewer costs if that is known.

        Raises
        ------
        OutOfReach, NoPlanError
            There is none.
        """

        def best(asked: _Asked) -> Chosen:
            return best_order(
                asked.orders(),
                asked.problem,
                asked.rows,
                lambda problem, ceiling_s: solve(
                    problem,
                    asked.rows,
                    self.settings,
                    proved_s=self._proved_s,
                    ceiling_s=ceiling_s,
                ),
            )

        try:
            chosen = best(asked)
        except (OutOfReach, NoPlanError) as error:
            # What is quickest keeps all wishes, too; only the bound is that of what was asked.
            # With heat no search is through with all that could be done: what takes least energy
            # may keep them where nothing quick was found to.
            if asked.trip.objective == "time":
                # What is out of reach was so at the best temperatures already, and so was what ran
                # out of labels there.
                if isinstance(error, OutOfReach) or (
                    isinstance(error, SearchLimitError) and error.setting == "label_limit"
                ):
                    raise
                if not self._works_without_heat(asked):
                    raise
                try:
                    found = best(asked.by("energy"))
                except (OutOfReach, NoPlanError):
                    raise error from None
            else:
                found = best(asked.by("time"))
            return with_bound_of(asked.orders(), asked.problem, found, asked.rows), None
        return with_fewer_stops(chosen, asked.trip, asked.rows, self.settings)

    def _found(self, asked: _Asked) -> tuple[Plan, float]:
        """Return the plan, and a time that all plans which it was compared with keep to [s]."""
        trip = asked.trip
        chosen, fewer_s = self._chosen(asked)
        solution = chosen.solution
        if asked.surcharges_s and self._proved_s is None:
            # The bound that was found counts surcharges.
            solution = replace(solution, lower_bound_s=solution.least_time_s)
            chosen = replace(chosen, solution=solution)
        plan, preheating_s = self._driven_or_unheated(asked, chosen)
        known_s = fewer_s if trip.objective == "time" else None
        longer_s = self._fallback_cost_s(asked, plan) if trip.fallback == "required" else None
        own = {
            "one_stop_fewer_s": known_s,
            "fallback_cost_s": longer_s,
            "preheating_saves_s": preheating_s,
        }
        plan = plan.model_copy(update=own)
        audit = audit_plan(plan, self._usual_region, self.settings)
        if solution.at_the_edge and not audit.passed:
            raise refused_by_heat(asked.problem(chosen.stops))
        needed_s = max(plan.total_s, solution.time_s)
        if worth_a_look(solution, trip, self.settings):
            # What one stop fewer costs is told too: no plan that is as quick may be missing.
            needed_s += math.inf if fewer_s is None else max(fewer_s, 0.0)
        return plan.model_copy(update={"audit": audit}), needed_s

    def _fallback_cost_s(self, asked: _Asked, plan: Plan) -> float:
        """Return how much longer a plan takes than the best known one without fallbacks.

        Where none is known that is better, that is the plan itself.
        """
        try:
            longer_s = plan.total_s - self._driven(*self._without_fallbacks(asked)).total_s
        except (OutOfReach, NoPlanError):
            return 0.0
        return max(longer_s, 0.0) if asked.trip.objective == "time" else longer_s

    def _without_fallbacks(self, asked: _Asked) -> tuple[_Asked, Chosen]:
        """Return a trip without the wish for fallbacks, and the best plan for that."""
        bare = {"fallback": "none", "fallback_other_operator": False}
        trip = asked.trip.model_copy(update=bare)
        asked = replace(asked, trip=trip, pricing=replace(asked.pricing, trip=trip))
        return asked, self._chosen(asked)[0]

    def _driven_or_unheated(self, asked: _Asked, chosen: Chosen) -> tuple[Plan, float | None]:
        """Return a plan as it is driven, without preheating where that saves too little.

        With it comes what preheating saves; None: it stays off, or nothing is known without it.
        """
        plan, bare = self._driven(asked, chosen), chosen.solution.unheated
        if bare is None:
            return plan, None
        cold = self._driven(asked, replace(chosen, solution=bare))
        saved_s = cold.total_s - plan.total_s
        return (plan, saved_s) if saved_s >= LEAST_SAVED_S else (cold, None)

    def _driven(self, asked: _Asked, chosen: Chosen) -> Plan:
        """Return a plan as it is driven, which is still to be audited."""
        trip, car = asked.trip, asked.car
        problem, solution = chosen.problem, chosen.solution
        stops = [
            chosen.stops[stop.target] if stop.target >= 0 else asked.fitting.stop(stop.charger, car)
            for stop in solution.stops
        ]
        ground = DrivenGround.of(asked.network, asked.ends, solution.legs)
        route = reconstruct(ground, car, trip, problem, solution, stops)
        closures = self._cache.seasons(asked.trip).words
        closures += self._rules_at(asked.trip.departure).words
        plan = describe(self.region, asked.pricing, solution, route, closures)
        if not solution.hops:
            return plan
        places = Places(asked.fitting.plugs, chosen.stops, trip.destination)
        own = with_fallbacks(plan.stops, solution, problem, asked.rows, self.region, places)
        return plan.model_copy(update={"stops": own})


def _with_reserve(trip: Trip, soc: float) -> Trip:
    """Return the trip with this reserve; an arrival SoC that was wished for stays if it is more."""
    wished = trip.arrival_soc if "arrival_soc" in trip.model_fields_set else 0.0
    reserve = {"reserve_soc": soc, "arrival_soc": max(soc, wished)}
    return Trip.parse(trip.model_dump() | reserve, where="trip with the reserve that it needs")
