"""`Planner(region).plan(trip, vehicle)`: from a trip to a plan, with no input or output."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from tripplan.errors import DisconnectedError, InvalidInputError, NoPlanError
from tripplan.planning import hourly
from tripplan.planning import uncertainty as outlook
from tripplan.planning.audit import audit_plan
from tripplan.planning.cache import Fitting, PreparedRegion, left_out, speed_shares, spells_of
from tripplan.planning.certificate import certificate_of, with_bound
from tripplan.planning.infeasible import Refused
from tripplan.planning.objective import Pricing, price_assumptions, score, totals_of, with_objective
from tripplan.planning.reconstruct import Itinerary, unfold
from tripplan.planning.route import Halt, Journey, target_at, waypoint_halt
from tripplan.planning.stops import charger_halt
from tripplan.records.charger import Plug
from tripplan.records.plan import Audit, ChargingStop, Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.many_to_many import ROWS_KEPT, ManyToMany
from tripplan.search.problem import Problem, Target
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve
from tripplan.vehicle_model import conditioned as model

_VERSION = version("tripplan")
_MOST_RESERVES = 20
"""So many reserves are tried for a wanted probability of arriving; two or three do."""
_A_BIT = 1e-4
"""SoC by which a reserve goes beyond the margin that it has to hold."""


class Planner:
    """Plans trips on one region.

    Parameters
    ----------
    region
        Roads, chargers and names.
    settings
        How to search.
    """

    def __init__(self, region: Region, settings: Settings | None = None) -> None:
        self.region = region
        self.settings = settings or Settings()
        self._ready = PreparedRegion(region)

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
        fitting = self._ready.fitting(trip.chargers, vehicle)
        rows = self._ready.rows(trip, vehicle, fitting.node)
        rows.made_ready()
        if every_row:
            for stop in range(min(fitting.node.size, ROWS_KEPT)):
                rows.one_to_many(stop)
                rows.relaxed_one_to_many(stop)
        return int(fitting.node.size)

    def plan(self, trip: Trip, vehicle: Vehicle) -> Plan:
        """Find the best way to drive and charge: the quickest, or as the trip's objective has it.

        Where the trip wants a probability of arriving, the reserve is raised until the plan has it;
        the trip in the plan states that reserve.  For temperatures by the hour see `hourly`.

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
        if trip.ambient_by_hour:
            return hourly.settled(trip, vehicle, self.plan)
        wanted = trip.arrive_with_probability
        if wanted is None:
            return self._plan(trip, vehicle)
        mass_kg = vehicle.mass_kg + trip.conditions.payload_kg
        margin = 0.0
        for _ in range(_MOST_RESERVES):
            plan = self._plan(_with_reserve(trip, margin), vehicle)
            if (plan.arrival_probability or 0.0) >= wanted:
                return plan
            margin = _A_BIT + outlook.margin_soc(
                plan.legs, plan.stops, mass_kg, plan.capacity_kwh, wanted
            )
        raise NoPlanError(
            f"arrive_with_probability {wanted:g}: {_MOST_RESERVES} reserves up to {margin:.0%} "
            "were tried, and none gives it; ask for less, or state a reserve"
        )

    def _plan(self, trip: Trip, vehicle: Vehicle) -> Plan:
        snap, limit_km = self._ready.nodes.snap, self.settings.snap_limit_km
        origin, origin_km = snap(trip.origin, limit_km)
        destination, destination_km = snap(trip.destination, limit_km)
        fitting = self._ready.fitting(trip.chargers, vehicle)
        rows = self._ready.rows(trip, vehicle, fitting.node)
        halts = self._halts(trip, vehicle, fitting, rows, (origin, destination))
        efficiency = model.home_efficiency(vehicle)
        pricing = Pricing(trip, fitting.plugs, fitting.tariffs, efficiency)
        problem = with_objective(
            self._problem(trip, vehicle, (origin, destination), fitting, halts),
            pricing,
            [halt for halt, _ in halts],
        )
        case = Refused(self.region, trip, vehicle, rows.customized, problem)
        try:
            solution = solve(problem, rows, self.settings)
        except OutOfReach as gap:
            alone = {why: len(k) for why, k in left_out(fitting.plugs, trip).items() if k}
            raise case.out_of_range(gap, {**fitting.dropped, **alone}) from None
        except DisconnectedError as gone:
            raise case.cut_off(gone) from None
        shares = np.array(speed_shares(trip))
        journey = Journey(
            self.region.network, vehicle, trip, shares, tuple(halt for halt, _ in halts)
        )
        itinerary = unfold(problem, solution, journey, fitting.plugs)
        audit = audit_plan(
            vehicle,
            trip,
            itinerary.legs,
            itinerary.stops,
            self._road_points(trip, itinerary.stops),
            step_s=self.settings.audit_step_s,
            heat=self.settings.heat,
        )
        snapped = ((trip.origin, origin_km), (trip.destination, destination_km))
        told = replace(
            itinerary,
            legs=outlook.with_outlook(
                itinerary.legs,
                itinerary.stops,
                vehicle.mass_kg + trip.conditions.payload_kg,
                problem.capacity_kwh,
            ),
            stops=tuple(map(pricing.paid, itinerary.stops)),
        )
        return self._written(vehicle, problem, solution, told, pricing, audit, snapped)

    def _halts(
        self,
        trip: Trip,
        vehicle: Vehicle,
        fitting: Fitting,
        rows: ManyToMany,
        ends: tuple[int, int],
    ) -> list[tuple[Halt, int]]:
        """Places to visit on the way with their nodes: waypoints in order, chargers between them.

        A required charger comes where it makes the drive longer by least, after the one before it.
        """
        snap, limit_km = self._ready.nodes.snap, self.settings.snap_limit_km
        halts = [
            (waypoint_halt(stay, trip, vehicle), snap(stay.place, limit_km)[0])
            for stay in trip.waypoints
        ]
        after = 0
        for charger_id in trip.via_chargers:
            at = _position_of(charger_id, fitting.plugs)
            wanted = (charger_halt(fitting.plugs[at]), int(fitting.node[at]))
            nodes = [ends[0], *(node for _, node in halts), ends[1]]
            longer_s = [
                rows.scalarized_between(nodes[k], wanted[1])[0]
                + rows.scalarized_between(wanted[1], nodes[k + 1])[0]
                - rows.scalarized_between(nodes[k], nodes[k + 1])[0]
                for k in range(after, len(nodes) - 1)
            ]
            place = after + int(np.argmin(longer_s))
            halts.insert(place, wanted)
            after = place + 1
        return halts

    def _road_points(
        self, trip: Trip, stops: Sequence[ChargingStop]
    ) -> tuple[tuple[float, float], ...]:
        """Say where origin, stops and destination are tied to the roads, in degrees."""
        network, chargers = self.region.network, self.region.chargers
        limit_km = self.settings.snap_limit_km
        stays = iter(trip.waypoints)
        nodes = [self._ready.nodes.snap(trip.origin, limit_km)[0]]
        for stop in stops:
            if stop.kind == "waypoint":
                nodes.append(self._ready.nodes.snap(next(stays).place, limit_km)[0])
            else:
                nodes.append(chargers.node_of(stop.charger_id))
        nodes.append(self._ready.nodes.snap(trip.destination, limit_km)[0])
        return tuple((float(network.lat[k]), float(network.lon[k])) for k in nodes)

    def _problem(
        self,
        trip: Trip,
        vehicle: Vehicle,
        ends: tuple[int, int],
        fitting: Fitting,
        halts: Sequence[tuple[Halt, int]],
    ) -> Problem:
        capacity = model.capacity_kwh(vehicle, trip)
        warm_up = model.warm_up(vehicle, trip.conditions).total_kwh
        start_kwh = trip.departure_soc * capacity - warm_up
        if start_kwh < trip.reserve_soc * capacity:
            raise InvalidInputError(
                f"departure_soc {trip.departure_soc:g} leaves nothing above the reserve once "
                f"car and cabin are warm ({warm_up:.2f} kWh): start with more, preheat, or lower "
                "the reserve",
                field="departure_soc",
                value=trip.departure_soc,
                expected="more than reserve_soc plus the warm-up of car and cabin",
            )
        curve = vehicle.battery.charging_curve
        return Problem(
            origin=ends[0],
            targets=(*(target_at(halt, node, trip) for halt, node in halts), Target(ends[1])),
            charger_node=fitting.node,
            charger_kw=np.minimum(fitting.power_kw, curve.max_kw if curve else np.inf),
            capacity_kwh=capacity,
            start_kwh=start_kwh,
            reserve_kwh=trip.reserve_soc * capacity,
            final_kwh=max(trip.arrival_soc, trip.reserve_soc) * capacity,
            limit_kwh=trip.charge_limit_soc * capacity,
            overhead_s=trip.stop_overhead_s,
            start_c=trip.pack_departure_c,
            power=model.power_model(vehicle, capacity, heat=self.settings.heat) if curve else None,
            pack=model.pack_model(vehicle, trip.conditions),
            least_charge_kwh=trip.least_charge_soc * capacity,
            longest_charge_s=trip.longest_stop_s or np.inf,
            most_stops=trip.most_stops,
            banned=frozenset().union(*left_out(fitting.plugs, trip).values()),
            opening_intervals=spells_of(fitting.plugs, trip),
        )

    def _written(
        self,
        vehicle: Vehicle,
        problem: Problem,
        solution: Solution,
        itinerary: Itinerary,
        pricing: Pricing,
        audit: Audit,
        snapped: tuple[tuple[Place, float], ...],
    ) -> Plan:
        trip, legs, stops = pricing.trip, itinerary.legs, itinerary.stops
        driving_s = sum(leg.driving_s for leg in legs)
        charging_s = sum(stop.charging_s for stop in stops)
        overhead_s = sum(stop.overhead_s for stop in stops)
        waiting_s = sum(stop.waited_s for stop in stops)
        dwell_s = sum(stop.dwell_s for stop in stops)
        total_s = driving_s + charging_s + overhead_s + waiting_s + dwell_s
        totals = totals_of(pricing, legs, stops, total_s, problem.capacity_kwh)
        warm_up = model.warm_up(vehicle, trip.conditions)
        scored = score(pricing, totals, solution.lower_bound_s, warm_up.total_kwh)
        certificate = certificate_of(solution, trip.objective, scored, total_s)
        return Plan(
            tripplan_version=_VERSION,
            region=self.region.name,
            vehicle_id=vehicle.id,
            vehicle_name=vehicle.name,
            trip=trip,
            soh=vehicle.battery.soh,
            capacity_kwh=problem.capacity_kwh,
            legs=legs,
            stops=stops,
            total_s=total_s,
            driving_s=driving_s,
            charging_s=charging_s,
            overhead_s=overhead_s,
            waiting_s=waiting_s,
            dwell_s=dwell_s,
            distance_km=sum(leg.distance_km for leg in legs),
            energy_charged_kwh=sum(stop.energy_kwh for stop in stops),
            energy_spent_kwh=totals.spent_kwh,
            arrival_soc=legs[-1].arrival_soc,
            charging_cost=totals.charging_cost,
            home_cost=totals.home_cost,
            currency=pricing.currency,
            arrival_probability=outlook.arrival_probability(legs),
            certificate=certificate,
            audit=with_bound(audit, certificate, total_s),
            assumptions=_assumptions(self.region, vehicle, pricing, stops, snapped)
            + outlook.in_words(legs),
            sources=_sources(self.region),
        )


def _with_reserve(trip: Trip, soc: float) -> Trip:
    """Return the trip with this reserve; an arrival SoC that was wished for stays if it is more."""
    wished = trip.arrival_soc if "arrival_soc" in trip.model_fields_set else 0.0
    reserve = {"reserve_soc": soc, "arrival_soc": max(soc, wished)}
    return Trip.parse(trip.model_dump() | reserve, where="trip with the reserve that it needs")


def _position_of(charger_id: str, plugs: Sequence[Plug]) -> int:
    """Position of a required charger among those that can be used."""
    for k, plug in enumerate(plugs):
        if charger_id in plug.site.ids:
            return k
    raise InvalidInputError(
        f'charger "{charger_id}" is required, and is none of the {len(plugs)} that this car can '
        "use on this trip: its id is shown with every stop; other wishes may leave it out",
        field="via_chargers",
        value=charger_id,
        expected="the id of a charger with a plug that fits",
    )


def _assumptions(
    region: Region,
    vehicle: Vehicle,
    pricing: Pricing,
    stops: Sequence[ChargingStop],
    snapped: tuple[tuple[Place, float], ...],
) -> tuple[str, ...]:
    weather = pricing.trip.conditions
    own = [
        (
            f"Weather is the same all the way: {weather.ambient_c:g} °C, "
            f"wind {weather.wind_mps:g} m/s, road {weather.road}."
        ),
        (
            "The car keeps the expected speed of each road, less where the motor is too weak or "
            "the driver's limit is lower."
        ),
        (
            "SoC never falls below the reserve on the way; the cabin's warm-up is drawn at "
            "departure; the battery's capacity is that of the colder of air and pack at departure, "
            "all the way."
        ),
        "While the car charges, cabin and electronics draw from the charger, not the battery.",
    ]
    own += [
        f"{place.label} lies {km:.1f} km from the nearest road of this region; that distance is "
        "not part of the plan."
        for place, km in snapped
        if km >= 1.0
    ]
    if any(stop.standby_kwh > 0.0 for stop in stops):
        own.append(
            f"Standing without a plug draws {vehicle.standby_w:g} W; cabin and tyres get cold."
        )
    own += price_assumptions(pricing, stops)
    return (*region.assumptions, *vehicle.assumptions, *own)


def _sources(region: Region) -> tuple[str, ...]:
    """Write each source of a region as a sentence: what it is, its licence, what was taken."""
    lines = []
    for source in region.provenance.get("sources", ()):
        name = source.get("package") or source.get("file") or "unnamed source"
        version_ = f" {source['version']}" if source.get("version") else ""
        licence = source.get("data_licence") or source.get("licence") or "not stated"
        lines.append(
            f"{name}{version_} (licence: {licence}): {source.get('taken', '')}; "
            f"origin: {source.get('origin', 'not stated')}"
        )
    return tuple(lines)
