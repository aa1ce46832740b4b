"""A straight and level road with chargers along it: the smallest world that shows most things."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip

M_PER_DEGREE = 111_195.0
SPEED_KMH = 90.0


def place(km: float, first_lon: float = 0.0) -> Place:
    """Return a point of the road."""
    lon = first_lon + 1000.0 * km / M_PER_DEGREE
    return Place(lat=0.0, lon=(lon + 180.0) % 360.0 - 180.0, name=f"km {km:g}")


def straight_road(
    chargers: Mapping[float, float],
    *,
    km: float,
    hours: Mapping[float, str] | None = None,
    marks: Sequence[float] = (),
    first_lon: float = 0.0,
) -> Region:
    """Return a two-way road along the equator.

    Parameters
    ----------
    chargers
        Power of a charger by where it stands; its id is "at 80" for the one at km 80. [km, kW]
    km
        Length of the road.
    hours
        Opening hours of some of them, by where they stand; the others are always open.
    marks
        Further places with a node of their own. [km]
    first_lon
        Where it begins; it leads east, over the 180th meridian too. [deg]
    """
    at = sorted({0.0, km, *chargers, *marks})
    lon = np.array([place(km, first_lon).lon for km in at])
    count = len(at) - 1
    network = RoadNetwork.from_edges(
        lat=np.zeros(len(at)),
        lon=lon,
        elevation_m=np.zeros(len(at)),
        tail=np.arange(count),
        head=np.arange(1, count + 1),
        length_m=1000.0 * np.diff(at),
        speed_kmh=np.full(count, SPEED_KMH),
        speed_limit_kmh=np.full(count, SPEED_KMH),
        two_way=True,
    )
    sites = tuple(
        Charger(
            id=f"at {where:g}",
            name=f"Charger at km {where:g}",
            lat=0.0,
            lon=place(where, first_lon).lon,
            connectors=(Connector("CCS1", kw),),
            status="illustrative",
            source="made up",
            opening_hours=(hours or {}).get(where, "24/7"),
        )
        for where, kw in chargers.items()
    )
    nodes = np.array([at.index(where) for where in chargers], np.int32)
    return Region("straight road", network, ChargerSet(sites, nodes), Gazetteer(()))


def along(km: float, **wishes: Any) -> Trip:
    """Return the trip from the beginning of the road to a point of it."""
    return Trip.model_validate({"origin": place(0.0), "destination": place(km), **wishes})
