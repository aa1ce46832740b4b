"""RouteE Compass on a network of ours: its files, and its routes.

Written for nrel.routee.compass 0.18, the latest that loads with a C library older than glibc 2.38.
Its own way from an extract leads over OSMnx and keeps one of several roads between the same two
nodes; so it is given our nodes and arcs, and finds the same routes.
"""

import gzip
from importlib import import_module
from pathlib import Path
from typing import Any

from measure import AbsentError, timed
from router_programs import Answer
from tripplan.records.network import RoadNetwork

CONFIG = """\
parallelism = 1
[graph]
vertex_list_input_file = "vertices.csv.gz"
edge_list = { input_file = "edges.csv.gz" }
[mapping]
type = "vertex"
queries_without_destinations = false
matching_type = ["vertex_id"]
[search.traversal]
type = "combined"
[[search.traversal.models]]
type = "distance"
distance_unit = "meters"
[[search.traversal.models]]
type = "speed"
speed_table_input_file = "speeds.txt.gz"
speed_unit = "kph"
[[search.traversal.models]]
type = "time"
time_unit = "seconds"
[cost.weights]
trip_time = 1.0
trip_distance = 0.0
[cost.vehicle_rates.trip_time]
type = "raw"
[cost.vehicle_rates.trip_distance]
type = "raw"
[plugin]
input_plugins = []
[[plugin.output_plugins]]
type = "summary"
[[plugin.output_plugins]]
type = "traversal"
route = "edge_id"
[plugin.output_plugins.summary_ops]
trip_distance = "last"
trip_time = "last"
"""
"""Fastest by posted speeds, on one thread; no turns are charged for."""
_KM_PER_M = 1e-3


def written(roads: RoadNetwork, folder: Path) -> Path:
    """Write a network as Compass reads it; return the path of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    ends = zip(roads.tail.tolist(), roads.head.tolist(), roads.length_m.tolist(), strict=True)
    with gzip.open(folder / "vertices.csv.gz", "wt", encoding="ascii") as file:
        file.write("vertex_id,x,y\n")
        places = zip(roads.lon.tolist(), roads.lat.tolist(), strict=True)
        file.writelines(f"{k},{x:.7f},{y:.7f}\n" for k, (x, y) in enumerate(places))
    with gzip.open(folder / "edges.csv.gz", "wt", encoding="ascii") as file:
        file.write("edge_id,src_vertex_id,dst_vertex_id,distance\n")
        file.writelines(f"{k},{one},{other},{m!r}\n" for k, (one, other, m) in enumerate(ends))
    with gzip.open(folder / "speeds.txt.gz", "wt", encoding="ascii") as file:
        file.writelines(f"{kmh!r}\n" for kmh in roads.speed_kmh.tolist())
    path = folder / "config.toml"
    path.write_text(CONFIG, "ascii")
    return path


def loaded(config: Path) -> Any:  # noqa: ANN401 - it has no types
    """Return Compass with a network.

    Raises
    ------
    AbsentError
        It is not installed, or not for this C library.
    """
    try:
        compass = import_module("nrel.routee.compass")
    except ImportError as error:
        raise AbsentError(f"RouteE Compass: {error}") from error
    return compass.CompassApp.from_config_file(str(config))


def answer(app: Any, one: int, other: int) -> Answer | None:  # noqa: ANN401
    """Ask for the fastest route between two nodes; None: there is none."""
    query = {"origin_vertex": one, "destination_vertex": other}
    cpu_s, told = timed(lambda: app.run(query))
    return read(cpu_s, told)


def read(cpu_s: float, told: dict[str, Any]) -> Answer | None:
    """Read its answer."""
    if "error" in told or "route" not in told:
        return None
    state = told["route"]["final_state"]
    return Answer(cpu_s, float(state["trip_time"]), float(state["trip_distance"]) * _KM_PER_M)
