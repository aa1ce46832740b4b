"""A charger of a plan fails: the rest of the trip as one from there, by way of the fallback."""

from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip


def trip_without(plan: Plan, at: int, region: Region) -> Trip:
    """Return the trip that is left where the charger of a stop is found broken.

    The car is warm, has the charge and the pack with which it came, and drives to its fallback.

    Parameters
    ----------
    plan, region
        A plan of a trip without waypoints that wants fallbacks, and where it was made.
    at
        Position of the stop.
    """
    stop, net = plan.stops[at], region.network
    assert stop.charger is not None
    assert stop.fallback is not None
    sites = [site.id for site in region.chargers.chargers]
    node = int(region.chargers.node[sites.index(stop.charger.id)])
    there = stop.fallback.charger
    changes = {
        "origin": Place(lat=float(net.lat[node]), lon=float(net.lon[node]), name="broken"),
        "departure_soc": stop.arrival_soc,
        "pack_start_c": stop.pack_arrival_c,
        "fallback": "none",
        "via_chargers": () if there is None else (there.id,),
        "most_stops": 0 if stop.fallback.ends_there else None,
        "conditions": plan.trip.conditions.model_copy(update={"cabin": "preheated"}),
        "chargers": plan.trip.chargers.model_copy(update={"banned": (stop.charger.id,)}),
    }
    return plan.trip.model_copy(update=changes)
