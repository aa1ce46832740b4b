"""A trip as the problem that the search solves: nodes, energies and powers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from tripplan.errors import InvalidInputError
from tripplan.planning.cache import Fitting
from tripplan.planning.fallback import fallback_sites
from tripplan.planning.opening_hours import local_time, opening_intervals
from tripplan.planning.stops import Stop, waypoint_stop
from tripplan.planning.visit_order import Order, Visit, orders
from tripplan.records.charger import Plug
from tripplan.records.trip import Trip
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.problem import Problem, Target
from tripplan.vehicle_model.conditioned import ConditionedVehicle

HORIZON_S = 3 * 86_400.0
"""Opening hours are looked up for this long after departure."""
_NEVER_OPEN = ((0.0, 0.0),)


def visit_orders(
    trip: Trip, car: ConditionedVehicle, nodes: Sequence[int], fitting: Fitting, rows: ManyToMany
) -> Iterator[Order]:
    """Yield the places to visit on the way in every order: the fastest drive first.

    Waypoints keep their order; required chargers come anywhere between.

    Parameters
    ----------
    trip, car
        Who drives where.
    nodes
        Nodes of origin, waypoints and destination.
    fitting, rows
        The chargers that the car can use, and drives between them.

    Raises
    ------
    InvalidInputError
        A required charger is none of those that the car can use, or a wish leaves it out.
    """
    waypoints = [
        waypoint_stop(waypoint, node, car)
        for waypoint, node in zip(trip.waypoints, nodes[1:-1], strict=True)
    ]
    found = [_position_of(charger_id, fitting.plugs) for charger_id in trip.via_chargers]
    for why, positions in left_out(fitting.plugs, trip).items():
        for charger_id, k in zip(trip.via_chargers, found, strict=True):
            if k in positions:
                raise InvalidInputError(
                    f'charger "{charger_id}" is required, and left out by another wish: {why}. '
                    "Drop one of them",
                    field="via_chargers",
                    value=charger_id,
                    expected="the id of a charger that the wishes for chargers keep",
                )
    hours = _opening_intervals({k: fitting.plugs[k] for k in found}, trip)
    required = [
        Visit(k, replace(fitting.stop(k, car), opening_intervals=hours.get(k, ()))) for k in found
    ]
    return orders(nodes, waypoints, required, rows)


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


def trip_problem(
    trip: Trip,
    car: ConditionedVehicle,
    ends: tuple[int, int],
    fitting: Fitting,
    stops: Sequence[Stop],
) -> Problem:
    """Return what is asked of the search, by time alone.

    Parameters
    ----------
    trip, car
        Who drives where.
    ends
        Nodes of origin and destination.
    fitting
        The chargers that the car can use.
    stops
        Places to visit on the way.

    Raises
    ------
    InvalidInputError
        The warm-up of car and cabin takes what the battery holds above the reserve.
    """
    capacity, warm_up_kwh = car.capacity_kwh, car.warm_up.total_kwh
    start_kwh = trip.departure_soc * capacity - warm_up_kwh
    if start_kwh < trip.reserve_soc * capacity:
        raise InvalidInputError(
            f"departure_soc {trip.departure_soc:g} leaves nothing above the reserve once "
            f"car and cabin are warm ({warm_up_kwh:.2f} kWh): start with more, preheat, or lower "
            "the reserve",
            field="departure_soc",
            value=trip.departure_soc,
            expected="more than reserve_soc plus the warm-up of car and cabin",
        )
    overhead_s = trip.stop_overhead_s
    banned = frozenset[int]().union(*left_out(fitting.plugs, trip).values())
    hours = _opening_intervals(dict(enumerate(fitting.plugs)), trip)
    return Problem(
        origin=ends[0],
        targets=(*(stop.target(overhead_s) for stop in stops), Target(ends[1])),
        charger_node=fitting.node,
        charger_kw=np.minimum(fitting.power_kw * car.charge_efficiency, car.fast_charging_kw),
        capacity_kwh=capacity,
        start_kwh=start_kwh,
        reserve_kwh=trip.reserve_soc * capacity,
        final_kwh=max(trip.arrival_soc, trip.reserve_soc) * capacity,
        limit_kwh=trip.charge_limit_soc * capacity,
        overhead_s=overhead_s,
        start_c=trip.pack_departure_c,
        power=car.power,
        pack=car.charging_pack,
        heater=car.heater_on_the_way,
        least_charge_kwh=trip.least_charge_soc * capacity,
        longest_charge_s=trip.longest_stop_s or np.inf,
        most_stops=trip.most_stops,
        banned=banned,
        opening_intervals=hours,
        fallback=fallback_sites(trip, fitting.plugs, stops, banned, hours),
    )


def left_out(plugs: Sequence[Plug], trip: Trip) -> dict[str, frozenset[int]]:
    """Positions of chargers that a trip leaves out one by one, by reason."""
    unwanted = set(trip.chargers.banned)
    found: dict[str, frozenset[int]] = {}
    if unwanted:
        named = (k for k, plug in enumerate(plugs) if unwanted.intersection(plug.site.ids))
        found["banned by id"] = frozenset(named)
    if trip.departure is not None and not trip.chargers.keep_unknown:
        start = local_time(trip.departure, trip.origin.lat, trip.origin.lon)
        blank = (k for k, plug in enumerate(plugs) if _unknown(plug, start))
        found["opening hours not known"] = frozenset(blank)
    return found


def _unknown(plug: Plug, start: datetime) -> bool:
    """Tell whether a site's hours are not known of any time of the trip."""
    hours = plug.site.opening_hours
    return hours != "24/7" and opening_intervals(plug.site, start, HORIZON_S) is None


def _opening_intervals(
    plugs: Mapping[int, Plug], trip: Trip
) -> dict[int, tuple[tuple[float, float], ...]]:
    """When chargers are open, in seconds after departure; those not named always are.

    Chargers count as open while it is not known whether they are, unless the trip wishes otherwise.
    """
    if trip.departure is None:
        return {}
    start = local_time(trip.departure, trip.origin.lat, trip.origin.lon)
    found = {}
    for k, plug in plugs.items():
        if plug.site.opening_hours in (None, "24/7"):
            continue
        intervals = opening_intervals(
            plug.site, start, HORIZON_S, with_unknown=trip.chargers.keep_unknown
        )
        if intervals is not None:
            found[k] = intervals or _NEVER_OPEN
    return found
