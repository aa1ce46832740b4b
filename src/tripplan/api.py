"""The front door: `plan()` and its kin, place names in, `Plan` out."""

from collections.abc import Sequence
from typing import Unpack

from tripplan.planning import alternatives as other_plans
from tripplan.planning.audit import audit_plan
from tripplan.planning.given import (
    GivenPlace,
    GivenRegion,
    GivenSettings,
    GivenVehicle,
    count_of,
    plan_of,
    settings_of,
)
from tripplan.planning.grounds import Chargers, ground_of_plan, region_with
from tripplan.planning.keywords import Wishes
from tripplan.planning.pareto import GOALS
from tripplan.planning.pareto import pareto as non_dominated_plans
from tripplan.planning.requests import STARTER, find_car, make_trip, planner_for
from tripplan.records.plan import Audit, Plan
from tripplan.records.trip import Objective


def plan(
    origin: GivenPlace,
    destination: GivenPlace,
    *,
    vehicle: GivenVehicle,
    soh: float | str | None = None,
    region: GivenRegion = STARTER,
    chargers: Chargers = (),
    settings: GivenSettings = None,
    **wishes: Unpack[Wishes],
) -> Plan:
    """Plan one trip.

    Parameters
    ----------
    origin, destination
        A name of the region ("Denver, CO"), "lat,lon", (lat, lon), or a `Place`.
    vehicle
        Id in the catalogue, path of a TOML file (text or `pathlib.Path`), or a `Vehicle`.
    soh
        State of health, a fraction; None: as in the vehicle's record (1 in the catalogue).
    region
        Where to plan: a `Region`, "starter" (real chargers), "starter-illustrative" (made-up ones),
        or the folder of a region (text or `pathlib.Path`).
    chargers
        Charger files or folders of them, in place of the region's own chargers; or
        "illustrative", for the starter atlas only; none: the region's own.
    settings
        How to search: a `Settings`, or a mapping of its fields.
    **wishes
        Fields of `Trip`, `Prices`, `Conditions` and `ChargerWishes`: ``departure_soc``,
        ``ambient_c``, ``min_power_kw``, ...; and ``via`` for waypoints, ``require`` for chargers to
        stop at.

    Returns
    -------
    Plan
        The best plan by the trip's objective, the quickest unless another was wished for, with a
        lower bound on any other and the result of its audit.

    Raises
    ------
    InvalidInputError
        Something in the question is wrong.
    DataError
        A region or a charger file cannot be used.
    NoPlanError
        The question is sound, and the trip cannot be done; the message says why.

    Examples
    --------
    >>> import tripplan
    >>> answer = tripplan.plan("Seattle, WA", "Portland, OR", vehicle="nissan-sakura")
    >>> answer.audit.passed
    True
    """
    planner = planner_for(region_with(region, chargers), settings)
    car = find_car(vehicle, soh)
    trip = make_trip(planner.region, origin, destination, wishes)
    return planner.plan(trip, car)


def alternatives(
    origin: GivenPlace,
    destination: GivenPlace,
    *,
    vehicle: GivenVehicle,
    count: int | str = 3,
    soh: float | str | None = None,
    region: GivenRegion = STARTER,
    chargers: Chargers = (),
    settings: GivenSettings = None,
    **wishes: Unpack[Wishes],
) -> list[Plan]:
    """Plan one trip in several ways that differ in substance, the quickest first.

    Parameters
    ----------
    count
        Most plans to return.
    origin, destination, vehicle, soh, region, chargers, settings, **wishes
        As in `plan`.

    Returns
    -------
    list of Plan
        With other roads, mostly other chargers, or fewer stops than those before; see
        `planning.alternatives`.

    Raises
    ------
    InvalidInputError, NoPlanError
        As in `plan`.
    """
    most = count_of(count, "count")
    planner = planner_for(region_with(region, chargers), settings)
    trip = make_trip(planner.region, origin, destination, wishes)
    return other_plans.alternatives(planner, trip, find_car(vehicle, soh), most)


def plans_by_stops(
    origin: GivenPlace,
    destination: GivenPlace,
    *,
    vehicle: GivenVehicle,
    soh: float | str | None = None,
    region: GivenRegion = STARTER,
    chargers: Chargers = (),
    settings: GivenSettings = None,
    **wishes: Unpack[Wishes],
) -> list[Plan]:
    """Plan one trip with ever fewer stops: the choice between time and number of stops.

    Parameters
    ----------
    origin, destination, vehicle, soh, region, chargers, settings, **wishes
        As in `plan`.

    Returns
    -------
    list of Plan
        The quickest plan, then the quickest with fewer stops, down to the fewest that do.

    Raises
    ------
    InvalidInputError, NoPlanError
        As in `plan`.
    """
    planner = planner_for(region_with(region, chargers), settings)
    trip = make_trip(planner.region, origin, destination, wishes)
    return other_plans.by_stops(planner, trip, find_car(vehicle, soh))


def pareto(
    origin: GivenPlace,
    destination: GivenPlace,
    *,
    vehicle: GivenVehicle,
    over: Sequence[Objective] = GOALS,
    soh: float | str | None = None,
    region: GivenRegion = STARTER,
    chargers: Chargers = (),
    settings: GivenSettings = None,
    **wishes: Unpack[Wishes],
) -> list[Plan]:
    """Plan one trip in all ways of which none is worse than another in everything asked for.

    Parameters
    ----------
    over
        Two or more of ``time``, ``energy``, ``money`` and ``stops``.
    origin, destination, vehicle, soh, region, chargers, settings, **wishes
        As in `plan`; the objective and the worth of an hour do not matter.

    Returns
    -------
    list of Plan
        By rising time.  Those on the convex hull between time and each other goal, for each number
        of stops; see `planning.pareto`.

    Raises
    ------
    InvalidInputError, NoPlanError
        As in `plan`.
    """
    planner = planner_for(region_with(region, chargers), settings)
    trip = make_trip(planner.region, origin, destination, wishes)
    return non_dominated_plans(planner, trip, find_car(vehicle, soh), over)


def audit(
    plan: Plan,
    *,
    region: GivenRegion = STARTER,
    chargers: Chargers = (),
    settings: GivenSettings = None,
) -> Audit:
    """Look at everything that a plan claims; also at one that was read from a file.

    Parameters
    ----------
    plan
        The plan; what it says of its own audit does not matter.
    region
        Where it was made: as in `plan`.
    chargers
        With which it was made, as in `plan`.
    settings
        How it was made.

    Returns
    -------
    Audit
        What is not so, in sentences; ``passed`` if there is nothing.

    Raises
    ------
    InvalidInputError
        There is no region of that name.

    Examples
    --------
    >>> import tripplan
    >>> answer = tripplan.plan("Seattle, WA", "Portland, OR", vehicle="nissan-sakura")
    >>> shorter = answer.model_copy(update={"total_s": answer.total_s - 600.0})
    >>> tripplan.audit(shorter).passed
    False
    """
    finished, how = plan_of(plan), settings_of(settings)
    return audit_plan(finished, ground_of_plan(finished, region, chargers), how)
