"""Made-up cars and regions for tests of the planner: small, seeded, and like no real place.

The car's figures are round numbers of the right size; nothing is to be learnt from them.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.spatial import Delaunay

from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import Vehicle

KM_PER_DEGREE = 111.195
LAT, LON = 39.0, -105.0


def car(**changes: Any) -> Vehicle:
    """Return a car of 30 kWh that gets hot; ``changes`` go to the battery."""
    battery: dict[str, Any] = {
        "nominal_kwh": 30.0,
        "gross_kwh": 32.0,
        "nominal_voltage_v": 350.0,
        "capacity_by_temperature": [(-20.0, 0.8), (0.0, 0.95), (25.0, 1.0)],
        "thermal": {
            "heat_capacity_j_per_k": 2e5,
            "resistance_ohm": 0.13,
            "conductance_driving_w_per_k": 20.0,
            "conductance_parked_w_per_k": 6.0,
            "cooling": "none",
        },
        "charging_curve": {
            "points": [(0.0, 40.0), (0.1, 60.0), (0.5, 50.0), (0.8, 25.0), (1.0, 5.0)],
            "measured": False,
        },
        "temperature_limit": {
            "points": [(-20.0, 5.0), (0.0, 25.0), (20.0, 60.0), (32.0, 60.0), (45.0, 20.0)],
            "assumed": True,
        },
    }
    return Vehicle.model_validate(
        {
            "id": "test-car",
            "name": "Test car",
            "mass_kg": 1500.0,
            "road_load": {
                "drag_coefficient": 0.29,
                "frontal_area_m2": 2.3,
                "rolling_coefficient": 0.009,
            },
            "drive_efficiency": 0.9,
            "regen_efficiency": 0.7,
            "regen_max_kw": 50.0,
            "motor_kw": 100.0,
            "auxiliary_kw": 0.3,
            "top_speed_kmh": 150.0,
            "connectors": ("CCS1",),
            "cabin": {"heater": "heat_pump"},
            "battery": battery | changes,
        }
    )


def endless_car() -> Vehicle:
    """Return a car that keeps any speed up any hill, and never has to charge."""
    strong = car(nominal_kwh=1000.0, gross_kwh=1000.0).model_dump(exclude_unset=True)
    return Vehicle.model_validate(strong | {"motor_kw": 2000.0})


def hilly_region(
    seed: int, *, nodes: int = 60, chargers: int = 15, size_km: float = 300.0
) -> Region:
    """Draw a planar road network with hills, mostly two-way, and chargers at some of its nodes."""
    rng = np.random.default_rng(seed)
    east, north = rng.uniform(0.0, size_km, (2, nodes))
    lat = LAT + north / KM_PER_DEGREE
    lon = LON + east / (KM_PER_DEGREE * np.cos(np.radians(LAT)))
    triangles = Delaunay(np.column_stack([east, north])).simplices
    pairs = np.unique(
        np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])),
        axis=0,
    )
    pairs = pairs[rng.uniform(size=len(pairs)) < 0.9]
    one_way = rng.uniform(size=len(pairs)) < 0.1
    tail = np.concatenate([pairs[:, 0], pairs[~one_way, 1]])
    head = np.concatenate([pairs[:, 1], pairs[~one_way, 0]])
    apart = np.hypot(east[tail] - east[head], north[tail] - north[head])
    network = RoadNetwork.from_edges(
        lat=lat,
        lon=lon,
        elevation_m=rng.uniform(0.0, 1200.0, nodes),
        tail=tail,
        head=head,
        length_m=1000.0 * apart * rng.uniform(1.05, 1.4, tail.size),
        speed_kmh=rng.uniform(50.0, 120.0, tail.size),
        speed_limit_kmh=np.full(tail.size, 130.0),
        two_way=False,
    )
    at = rng.choice(nodes, chargers, replace=False).astype(np.int32)
    sites = tuple(
        Charger(
            id=f"c{k}",
            name=f"Charger {k}",
            lat=float(lat[node]),
            lon=float(lon[node]),
            connectors=(Connector("CCS1", float(rng.choice([22.0, 50.0, 100.0]))),),
            status="illustrative",
            source="drawn by lot",
        )
        for k, node in enumerate(at)
    )
    return Region(f"hills {seed}", network, ChargerSet(sites, at), Gazetteer(()))


def in_pieces(region: Region, length_m: float = 5000.0) -> Region:
    """Return the same region with each arc cut into pieces of even grade, as real roads are.

    The temperature of the pack is stepped piece by piece, so the audit agrees only on such roads.
    """
    old = region.network
    counts = np.ceil(old.length_m / length_m).astype(np.int64)
    rise = (old.elevation_m[old.head] - old.elevation_m[old.tail]) / counts
    network = replace(
        old,
        piece_first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        piece_length_m=np.repeat(old.length_m / counts, counts),
        piece_rise_m=np.repeat(rise, counts),
    )
    return replace(region, network=network)


def across(region: Region, **wishes: Any) -> Trip:
    """Return the trip from the westernmost to the easternmost node."""
    lat, lon = region.network.lat, region.network.lon
    west, east = int(np.argmin(lon)), int(np.argmax(lon))
    return Trip(
        origin=Place(lat=float(lat[west]), lon=float(lon[west])),
        destination=Place(lat=float(lat[east]), lon=float(lon[east])),
        **wishes,
    )


def warm_up() -> None:
    """Plan a trip with heat and one without, so that all kernels are compiled."""
    region = hilly_region(1)
    for conditions in (Conditions(), Conditions(ambient_c=38.0)):
        for heat in (True, False):
            try:
                Planner(region, Settings(heat=heat)).plan(
                    across(region, conditions=conditions), car()
                )
            except NoPlanError:
                continue
