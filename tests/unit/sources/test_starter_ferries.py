"""The starter atlas' ferries: whatever lies over water is one, or a bridge or a shore by its name.

The source has no mark for ferries.  So each edge of the atlas of which 3 km or more of the straight
line lie on the water of Natural Earth has to be told here, with what carries the road in truth.
"""

from typing import Final

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from tripplan.output.drawing import shapes
from tripplan.records.network import FLAG_FERRY, ROAD_CLASSES
from tripplan.records.region import Region
from tripplan.sources.starter import load_starter

LEAST_WET_KM: Final = 3.0
FERRIES: Final = {(47.8046, -122.4407): "Kingston - Edmonds, WA 104"}
"""Their middles."""
# Where (lat, lon), within how many km, and what carries the road there.
BRIDGES_AND_SHORES: Final = (
    (37.030, -76.050, 20, "Chesapeake Bay Bridge-Tunnel"),
    (41.780, -86.870, 26, "I-94 behind the shore of Lake Michigan"),
    (34.450, -120.080, 12, "US 101 on the Gaviota coast"),
    (47.308, -122.574, 3, "WA 16 beside Henderson Bay"),
    (32.980, -107.295, 8, "I-25 beside Caballo Lake"),
    (33.330, -117.510, 9, "I-5 on the coast of Camp Pendleton"),
    (30.200, -89.830, 7, "I-10 Twin Span Bridge, Lake Pontchartrain"),
    (41.757, -70.310, 13, "US 6 on Cape Cod"),
    (36.965, -76.270, 8, "I-64 Hampton Roads Bridge-Tunnel"),
    (30.681, -88.011, 4, "I-10 Mobile Bay bridge"),
    (40.732, -112.370, 7, "I-80 on the shore of the Great Salt Lake"),
    (30.285, -90.426, 4, "I-55 Manchac Swamp bridge"),
    (27.650, -82.630, 8, "I-275 Sunshine Skyway"),
    (37.590, -122.215, 5, "CA 92 San Mateo - Hayward bridge"),
    (27.913, -82.588, 4, "I-275 Howard Frankland bridge"),
    (40.635, -73.430, 13, "Ocean Parkway on Jones Beach and its causeways"),
    (42.582, -79.160, 4, "I-90 beside Lake Erie"),
    (45.820, -84.730, 5, "I-75 Mackinac Bridge"),
    (36.945, -76.445, 6, "US 17 James River Bridge and I-664 Monitor-Merrimac Bridge-Tunnel"),
    (37.941, -122.458, 4, "I-580 Richmond - San Rafael Bridge"),
    (41.511, -71.370, 4, "RI 138 Jamestown and Newport bridges"),
    (43.048, -78.975, 4, "I-190 on Grand Island"),
    (40.825, -124.131, 4, "US 101 beside Arcata Bay"),
    (37.503, -122.135, 4, "CA 84 Dumbarton Bridge"),
    (30.543, -87.129, 4, "I-10 Escambia Bay bridge"),
    (38.995, -76.420, 8, "US 50 Severn River and Chesapeake Bay bridges"),
    (26.977, -82.037, 4, "I-75 Peace River bridge"),
    (25.811, -80.162, 2, "I-195 Julia Tuttle Causeway"),
    (37.812, -122.350, 4, "I-80 San Francisco - Oakland Bay Bridge"),
    (37.850, -75.677, 4, "US 13 on the Eastern Shore of Virginia"),
    (38.589, -76.055, 3, "US 50 Choptank River bridge"),
    (29.294, -94.883, 3, "I-45 Galveston Causeway"),
    (38.429, -77.012, 4, "US 301 Potomac River bridge"),
    (39.836, -75.369, 3, "US 322 Commodore Barry Bridge"),
    (34.406, -119.547, 4, "US 101 on the coast of Carpinteria"),
    (41.086, -73.911, 3, "I-87 bridge at Tarrytown"),
    (30.423, -88.895, 4, "I-110 Biloxi Bay bridge"),
    (44.322, -75.971, 4, "I-81 Thousand Islands Bridge"),
    (39.906, -75.131, 2, "I-76 Walt Whitman Bridge"),
    (40.804, -73.803, 2, "I-295 Throgs Neck Bridge"),
    (40.979, -73.918, 3, "Palisades Interstate Parkway beside the Hudson"),
)


@pytest.fixture(scope="module")
def atlas() -> Region:
    return load_starter("illustrative")


def km_between(
    lat: NDArray[np.float64], lon: NDArray[np.float64], to_lat: float, to_lon: float
) -> NDArray[np.float64]:
    """Return distances on a plane, which will do within some 20 km."""
    north = (lat - to_lat) * 111.2
    found: NDArray[np.float64] = np.hypot(
        north, (lon - to_lon) * 111.2 * np.cos(np.radians(to_lat))
    )
    return found


def share_on_water(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which share of the points of each row lies on sea or lake, shape (rows,)."""
    tree = shapely.STRtree(shapely.points(lon.ravel(), lat.ravel()))
    on: dict[str, NDArray[np.bool_]] = {}
    for name in ("land", "lakes"):
        layer = shapes._layers()[name]  # noqa: SLF001 - the whole file, which nobody else needs
        rings = [
            shapely.Polygon(layer.points[start:end, ::-1])
            for start, end in zip(layer.first[:-1], layer.first[1:], strict=True)
            if layer.points[start:end, 1].min() < -60.0
        ]
        on[name] = np.zeros(lat.size, np.bool_)
        on[name][tree.query(shapely.make_valid(rings), "contains")[1]] = True
    wet: NDArray[np.float64] = (~on["land"] | on["lakes"]).reshape(lat.shape).mean(axis=1)
    return wet


def test_every_edge_over_water_is_a_ferry_or_named(atlas: Region) -> None:
    net = atlas.network
    tail = np.repeat(np.arange(net.node_count), np.diff(net.first_out))
    once = (tail < net.head) & (net.length_m > 1000.0 * LEAST_WET_KM)
    a, b = tail[once], net.head[once]
    aboard = (net.flags[once] & FLAG_FERRY) > 0
    part = (np.arange(15) + 0.5) / 15
    lat, lon = (
        axis[a][:, None] + part * (axis[b] - axis[a])[:, None] for axis in (net.lat, net.lon)
    )
    middle = lat[:, 7], lon[:, 7]
    straight = np.hypot(
        net.lat[a] - net.lat[b], (net.lon[a] - net.lon[b]) * np.cos(np.radians(net.lat[a]))
    )
    wet = share_on_water(lat, lon) * straight * 111.2 >= LEAST_WET_KM
    assert wet.sum() > 60, "the shapes are not where the roads are"
    told = np.zeros(wet.size, np.bool_)
    for at, on, reach_km, what in BRIDGES_AND_SHORES:
        near = km_between(*middle, at, on) <= reach_km
        assert (near & wet & ~aboard).any(), f"nothing lies over water at {what}"
        told |= near
    untold = np.flatnonzero(wet & ~told & ~aboard)
    assert not untold.size, [(round(middle[0][k], 3), round(middle[1][k], 3)) for k in untold]
    assert sorted(zip(*(axis[aboard].round(4).tolist() for axis in middle), strict=True)) == sorted(
        FERRIES
    )


def test_a_ferry_is_one_in_both_directions_and_takes_its_half_hour(atlas: Region) -> None:
    net = atlas.network
    aboard = np.flatnonzero(net.flags & FLAG_FERRY)
    assert aboard.size == 2 * len(FERRIES)
    assert (net.road_class[aboard] == ROAD_CLASSES.index("ferry")).all()
    assert (net.flags == np.where(net.road_class > 0, FLAG_FERRY, 0)).all()
    # Washington State Ferries, Edmonds / Kingston: 30 minutes.
    minutes = net.length_m[aboard] / net.speed_kmh[aboard] * 0.06
    np.testing.assert_allclose(minutes, 30.0, rtol=1e-4)
    tail = np.searchsorted(net.first_out, aboard, side="right") - 1
    np.testing.assert_array_equal(net.elevation_m[tail], net.elevation_m[net.head[aboard]])
