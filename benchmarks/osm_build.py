"""Time and memory to build a network from an extract, beside pyrosm and OSMnx, in one run.

    python benchmarks/osm_build.py EXTRACT.osm.pbf [--repeat 3] [--without osmnx]

Each program runs in a process of its own and is timed from the open file to its graph, imports
excluded: ours to the merged, strongly connected network with speeds; pyrosm to a networkx graph;
OSMnx, which reads only .osm, to its simplified graph from a conversion that is not timed.  Of the
repeats the fastest counts; the memory is the process's peak less what it held before reading.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

KB_PER_MB = 1024.0


def build_tripplan(path: str) -> tuple[int, int]:
    """Read with tripplan: nodes and arcs of its network."""
    report = import_module("tripplan.sources.osm.network").read_osm(path).report
    return report.nodes, report.arcs


def build_pyrosm(path: str) -> tuple[int, int]:
    """Read with pyrosm: nodes and edges of its networkx graph."""
    reader = import_module("pyrosm").OSM(path)
    nodes, edges = reader.get_network(network_type="driving", nodes=True)
    graph = reader.to_graph(nodes, edges, graph_type="networkx")
    return graph.number_of_nodes(), graph.number_of_edges()


def build_osmnx(path: str) -> tuple[int, int]:
    """Read with OSMnx: nodes and edges of its simplified graph."""
    graph = import_module("osmnx").graph.graph_from_xml(path)
    return graph.number_of_nodes(), graph.number_of_edges()


BUILDERS = {"tripplan": build_tripplan, "pyrosm": build_pyrosm, "osmnx": build_osmnx}
IMPORTS = {"tripplan": "tripplan.sources.osm.network", "pyrosm": "pyrosm", "osmnx": "osmnx"}


def measure(program: str, path: str) -> dict[str, Any]:
    """Build once in this process; seconds, peak memory in MB, and the graph's size."""
    import_module(IMPORTS[program])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    nodes, edges = BUILDERS[program](path)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"s": seconds, "mb": (peak - before) / KB_PER_MB, "nodes": nodes, "edges": edges}


def in_a_process(program: str, path: str) -> dict[str, Any] | None:
    """Measure one program in a fresh process; None, with a message, where it fails."""
    command = [sys.executable, "-W", "ignore", __file__, path, "--only", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        print(f"{program}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def as_xml(source: str, folder: str) -> str:
    """Convert to .osm."""
    osmium = import_module("osmium")
    target = str(Path(folder) / "extract.osm")
    writer = osmium.SimpleWriter(target)
    for thing in osmium.FileProcessor(source):
        writer.add(thing)
    writer.close()
    return target


def main() -> None:
    """Measure as the command line says, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--only", choices=BUILDERS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.extract)))
        return
    programs = [name for name in BUILDERS if name not in options.without]
    with tempfile.TemporaryDirectory() as folder:
        xml = as_xml(options.extract, folder) if "osmnx" in programs else ""
        best: dict[str, dict[str, Any]] = {}
        for _ in range(options.repeat):
            for program in programs:
                found = in_a_process(program, xml if program == "osmnx" else options.extract)
                if found and found["s"] < best.get(program, {"s": float("inf")})["s"]:
                    best[program] = found
    print(f"{Path(options.extract).name}, fastest of {options.repeat}")
    ours = best["tripplan"]
    for program, found in best.items():
        print(
            f"  {program:9} {found['s']:7.2f} s  {found['mb']:7.0f} MB  {found['nodes']:8,} nodes "
            f"{found['edges']:9,} edges   {found['s'] / ours['s']:5.1f} x the time, "
            f"{found['mb'] / ours['mb']:4.1f} x the memory"
        )


if __name__ == "__main__":
    main()
