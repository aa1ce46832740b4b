"""Road networks to and from OSMnx graphs and GraphML (the adapter to networkx).

It is imported when first used: it comes with the extra `osmnx` and is needed for nothing else.
Attribute names are those of OSMnx 2: nodes x, y (degrees), elevation; edges length (m), speed_kph,
travel_time (s), geometry (shapely, where it is not a straight line), highway, maxspeed.
"""

import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.atomic import atomic_file
from tripplan.records.base import as_path
from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_LIMIT_STATED,
    FLAG_LINK,
    FLAG_MOTORROAD,
    FLAG_TOLL,
    FLAG_TUNNEL,
    NODE_COPY,
    NODE_TURNING,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.outside import decoding
from tripplan.routing.geometry import arc_points
from tripplan.sources.osm.access import read_access
from tripplan.sources.osm.keys import role_of, taken_apart
from tripplan.sources.osm.maxspeed import stated_limit
from tripplan.sources.osm.osmnx_names import EdgeNames, name_tags, places_from_osmnx
from tripplan.sources.osm.osmnx_values import first, number, values
from tripplan.sources.osm.tags import CLASS_OF, ON_FOOT, pays_toll
from tripplan.units import KMH_PER_MPS

if TYPE_CHECKING:
    import networkx as nx

DEFAULT_KMH: Final[Mapping[str, float]] = {
    "motorway": 120.0,
    "trunk": 100.0,
    "primary": 80.0,
    "secondary": 70.0,
    "tertiary": 60.0,
    "unclassified": 50.0,
    "residential": 30.0,
    "living_street": 10.0,
    "service": 15.0,
    "track": 20.0,
    "ferry": 20.0,
}
"""Speed by class where an edge states neither speed_kph nor maxspeed (assumptions)."""
__all__ = ["from_osmnx", "places_from_osmnx", "read_graphml", "to_networkx", "write_graphml"]
_LOG = logging.getLogger(__name__)
_SHORTEST_M: Final = 0.01
_CLASSES: Final = {**CLASS_OF, "ferry": ROAD_CLASSES.index("ferry")}
_FLAGS: Final = {
    "toll": FLAG_TOLL,
    "tunnel": FLAG_TUNNEL,
    "bridge": FLAG_BRIDGE,
    "motorroad": FLAG_MOTORROAD,
}
_LIMIT_SOURCE, _ASSUMED = "maxspeed:source", "assumed"
"""What goes out with a limit that no source states."""
_NODE_FLAGS: Final = {"copy": NODE_COPY, "turning": NODE_TURNING}


def from_osmnx(graph: "nx.MultiDiGraph") -> RoadNetwork:
    """Make a road network of an OSMnx graph.

    Parameters
    ----------
    graph
        Nodes with x and y (degrees) and, if known, elevation (m); edges with length (m) and, if
        known, speed_kph, highway, geometry, and tags of OpenStreetMap, which are read as those of
        an extract are: maxspeed, toll, tunnel, bridge.  Numbers may be text, as GraphML has them.
        Of several limits on an edge the lowest counts, of several names the first; a tunnel on a
        part of it is one.

    Returns
    -------
    RoadNetwork
        One arc an edge, in the graph's order of nodes; edges that tags close to cars are left out,
        and counted in the log.  Speeds that are not stated come from
        `DEFAULT_KMH`.

    Raises
    ------
    DataError
        The graph is projected, has no edges, or an attribute is missing or impossible; up to five
        faults are named.
    InvalidInputError
        It is no graph.
    """
    if not hasattr(graph, "nodes") or not hasattr(graph, "edges"):
        raise InvalidInputError(
            f"an OSMnx graph is wanted, but this is {type(graph).__name__}",
            field="graph",
            value=graph,
            expected="networkx.MultiDiGraph",
        )
    index = {node: k for k, node in enumerate(graph.nodes)}
    faults: list[str] = []
    rows = [_read_node(name, data, faults) for name, data in graph.nodes(data=True)]
    edges, shut, names = [], 0, EdgeNames()
    for u, v, data in graph.edges(data=True):
        tags = _tags(data)
        if _is_shut(data, tags):
            shut += 1
        else:
            where = f"edge {u!r} -> {v!r}"
            edges.append(_read_edge(index[u], index[v], rows, (data, tags), where, faults))
            names.read(data, graph.nodes[u])
    if shut:
        _LOG.warning("%d edges of the OSMnx graph are closed to cars and were left out", shut)
    if faults or not edges:
        raise DataError(
            "this OSMnx graph cannot be used: "
            + ("; ".join(dict.fromkeys(faults[:5])) or "it has no edges"),
            path="OSMnx graph",
            faults=faults,
        )
    points = [row["points"] for row in edges]
    inside = np.array([p for each in points for p in each], dtype=np.float64).reshape(-1, 2)
    nodes = np.array(rows, dtype=np.float64)
    node_flags = [
        sum(flag for key, flag in _NODE_FLAGS.items() if str(data.get(key)) == "True")
        for _, data in graph.nodes(data=True)
    ]
    columns: dict[str, Any] = {name: [row[name] for row in edges] for name in _COLUMNS}
    return RoadNetwork.from_arcs(
        lat=nodes[:, 0],
        lon=nodes[:, 1],
        elevation_m=nodes[:, 2],
        **columns,
        node_flags=node_flags,
        road_name=names.number,
        road_names=names.names,
        shapes=(
            np.concatenate(([0], np.cumsum([len(each) for each in points]))),
            inside[:, 0],
            inside[:, 1],
        ),
    )


_COLUMNS: Final = (
    "tail",
    "head",
    "length_m",
    "speed_kmh",
    "speed_limit_kmh",
    "road_class",
    "flags",
)


def _read_node(
    name: object, data: Mapping[str, Any], faults: list[str]
) -> tuple[float, float, float]:
    lat, lon = number(data.get("y")), number(data.get("x"))
    if lat is None or lon is None:
        faults.append(f"node {name!r} has no x and y")
        return 0.0, 0.0, 0.0
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        faults.append(
            f"node {name!r} is not at a latitude and longitude; a projected graph must be taken "
            'back first: osmnx.project_graph(graph, to_crs="EPSG:4326")'
        )
    return lat, lon, number(data.get("elevation")) or 0.0


def _read_edge(
    tail: int,
    head: int,
    nodes: list[tuple[float, float, float]],
    edge: tuple[Mapping[str, Any], Mapping[str, str]],
    where: str,
    faults: list[str],
) -> dict[str, Any]:
    data, tags = edge
    length = number(data.get("length"))
    if length is None or length < 0:
        faults.append(f"{where} has no length in metres")
        length = 1.0
    name = first(data.get("highway")) or "unclassified"
    index = _CLASSES.get(name, CLASS_OF["unclassified"])
    sense = _sense(data)
    stated, _ = stated_limit(taken_apart(tags), sense)
    limit = None if math.isnan(stated.kmh) else stated.kmh
    speed = number(data.get("speed_kph")) or limit or DEFAULT_KMH[ROAD_CLASSES[index]]
    if not 0 < speed <= 300:
        faults.append(f"{where} has an impossible speed_kph: {speed:g}")
    flags = {
        "toll": pays_toll(tags, sense),
        **{
            key: bool(set(values(data.get(key))) - {"no"})
            for key in ("tunnel", "bridge", "motorroad")
        },
    }
    return {
        "tail": tail,
        "head": head,
        "length_m": max(length, _SHORTEST_M),
        "speed_kmh": speed,
        "speed_limit_kmh": limit or speed,
        "road_class": index,
        "flags": sum(_FLAGS[key] for key, set_ in flags.items() if set_)
        + (FLAG_LINK if name.endswith("_link") else 0)
        + (FLAG_FERRY if name == "ferry" else 0)
        + (FLAG_LIMIT_STATED if limit and first(data.get(_LIMIT_SOURCE)) != _ASSUMED else 0),
        "points": _points_of(data.get("geometry"), nodes[tail], where, faults),
    }


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    """Return those attributes of an edge that an extract's reader would use, lists with ";"."""
    keys = [key for key in map(str, data) if role_of(key) == "used"]
    return {key: ";".join(values(data[key])) for key in keys}


def _sense(data: Mapping[str, str]) -> str:
    """Return the direction of an edge in terms of its way."""
    return "backward" if first(data.get("reversed")) == "True" else "forward"


def _is_shut(data: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    """Whether tags keep cars off an edge; of several values on its way, one that does will do."""
    ways = [tags, *({**tags, key: value} for key in tags for value in values(data.get(key)))]
    found = {read_access(way).base for way in ways}
    on_foot = any(kind in ON_FOOT for kind in values(data.get("highway")))
    return "shut" in found or (on_foot and "open" not in found)


def _points_of(
    geometry: object, start: tuple[float, float, float], where: str, faults: list[str]
) -> list[tuple[float, float]]:
    try:
        return _inside(geometry, start)
    except (ValueError, TypeError, NotImplementedError, shapely.errors.ShapelyError) as error:
        faults.append(f"{where} has a geometry that is no line: {error}")
        return []


def _inside(geometry: object, start: tuple[float, float, float]) -> list[tuple[float, float]]:
    """Return the points of an edge between its ends, (lat, lon), in driving order."""
    line = (
        shapely.from_wkt(geometry, on_invalid="ignore") if isinstance(geometry, str) else geometry
    )
    points = [(float(y), float(x)) for x, y, *_ in getattr(line, "coords", ())]
    if len(points) > 1 and math.dist(points[-1], start[:2]) < math.dist(points[0], start[:2]):
        points.reverse()
    return points[1:-1]


def to_networkx(network: RoadNetwork) -> "nx.MultiDiGraph":
    """Make a graph as OSMnx has it, so that its functions work on it.

    Parameters
    ----------
    network
        Any network.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes 0..n-1 with x, y, elevation, and "copy" and "turning" where `NODE_COPY` and
        `NODE_TURNING` are set; edges with length (m), speed_kph, maxspeed (km/h),
        travel_time (s), highway, oneway, geometry where the road bends, and ref, name,
        junction:ref and destination where they are known.

    Raises
    ------
    InvalidInputError
        networkx is not installed.
    """
    nx = _networkx()
    graph = nx.MultiDiGraph(crs="epsg:4326", created_with="tripplan")
    for node in range(network.node_count):
        data = {
            "y": float(network.lat[node]),
            "x": float(network.lon[node]),
            "elevation": float(network.elevation_m[node]),
        }
        flags = int(network.node_flags[node])
        graph.add_node(
            node, **data, **{key: True for key, flag in _NODE_FLAGS.items() if flags & flag}
        )
    tail = network.tail
    pairs = set(zip(tail.tolist(), network.head.tolist(), strict=True))
    start, lat, lon = arc_points(network, np.arange(network.arc_count))
    points, named = np.column_stack([lon, lat]), network.name_of_arc
    for arc in range(network.arc_count):
        u, v = int(tail[arc]), int(network.head[arc])
        edge = _edge(network, arc)
        if named[arc] >= 0:
            edge |= name_tags(network.road_names[named[arc]])
        edge["oneway"] = (v, u) not in pairs
        line = points[start[arc] : start[arc + 1]]
        if len(line) > 2:
            edge["geometry"] = shapely.LineString(line)
        graph.add_edge(u, v, **edge)
    return graph


def _edge(network: RoadNetwork, arc: int) -> dict[str, Any]:
    flags = int(network.flags[arc])
    name = ROAD_CLASSES[int(network.road_class[arc])]
    length, speed = float(network.length_m[arc]), float(network.speed_kmh[arc])
    data: dict[str, Any] = {
        "osmid": arc,
        "highway": f"{name}_link" if flags & FLAG_LINK and f"{name}_link" in CLASS_OF else name,
        "length": length,
        "speed_kph": speed,
        "maxspeed": f"{float(network.speed_limit_kmh[arc]):g}",
        "travel_time": length / speed * KMH_PER_MPS,
    }
    if not flags & FLAG_LIMIT_STATED:
        data[_LIMIT_SOURCE] = _ASSUMED
    return data | {key: "yes" for key, flag in _FLAGS.items() if flags & flag}


def read_graphml(path: str | Path) -> RoadNetwork:
    """Read GraphML as osmnx.save_graphml writes it.

    Raises
    ------
    DataError
        The file is missing, damaged, or cannot be used.
    InvalidInputError
        networkx is not installed.
    """
    nx = _networkx()
    file = as_path(path, where="GraphML")
    with decoding(file, "GraphML file"):
        graph = nx.MultiDiGraph(nx.read_graphml(file, force_multigraph=True))
        try:
            return from_osmnx(graph)
        except DataError as error:
            raise DataError(f"{file}: {error}", path=str(file), faults=error.faults) from error


def write_graphml(network: RoadNetwork, path: str | Path) -> None:
    """Write GraphML that osmnx.load_graphml reads.

    Raises
    ------
    DataError
        The file cannot be written.
    InvalidInputError
        networkx is not installed.
    """
    nx = _networkx()
    graph = to_networkx(network)
    for data in (*dict(graph.nodes(data=True)).values(), *(d for *_, d in graph.edges(data=True))):
        data.update({name: str(value) for name, value in data.items()})  # as OSMnx writes them
    with atomic_file(path) as file:
        nx.write_graphml(graph, file)


def _networkx() -> Any:  # noqa: ANN401 - an untyped library
    try:
        import networkx as nx  # noqa: PLC0415
    except ImportError as error:
        raise InvalidInputError(
            "OSMnx graphs need networkx, which is not installed: pip install 'tripplan[osmnx]'",
            field="osmnx",
            expected="networkx",
        ) from error
    return nx
