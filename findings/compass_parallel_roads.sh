#!/usr/bin/env bash
# RouteE Compass 0.18.0 makes its road network of one road only between two junctions, whichever the graph has first.
#
# Expected: `generate_compass_dataset` takes an OSMnx graph, which is a multigraph, and its edge list numbers the edges, so
# that two roads between the same two junctions (a street and the loop around its block) are two edges to choose from.
# Seen: of parallel edges only the one with key 0 is kept, not the shorter or the faster one, and nothing says so.  Here a
# loop of 2500 m was added before the street of 860 m: the network has the loop alone, and every route takes it.
#
#   0 -> 1: 2500.0 m
#   1 -> 0: 2500.0 m
#   1 -> 2: 860.0 m
#   2 -> 1: 860.0 m
#
# To get around it: keep the best edge of each pair under key 0 (`osmnx.convert.to_digraph` by length or time) first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check \
    'nrel.routee.compass[osm]==0.18.0' osmnx==2.1.1 geopandas==1.2.0 networkx==3.6.1 pandas==2.3.3
"$folder/venv/bin/python" - "$folder/network" <<'PYTHON'
import csv
import gzip
import sys
from pathlib import Path

import networkx as nx
from nrel.routee.compass.io import generate_compass_dataset
from nrel.routee.compass.io.generate_dataset import GeneratePipelinePhase

roads = nx.MultiDiGraph(crs="epsg:4326")
for junction, lon in enumerate((-105.0, -104.99, -104.98)):
    roads.add_node(junction, x=lon, y=39.7, street_count=2)
for begin, end, osmid, length in ((0, 1, 100, 2500.0), (0, 1, 101, 860.0), (1, 2, 102, 860.0)):
    for pair in ((begin, end), (end, begin)):
        roads.add_edge(*pair, osmid=osmid, length=length, highway="residential", oneway=False, maxspeed="50")
assert roads.number_of_edges() == 6

network = Path(sys.argv[1])
generate_compass_dataset(roads, network, phases=[GeneratePipelinePhase.GRAPH])
with gzip.open(network / "edges-compass.csv.gz", "rt") as file:
    edges = list(csv.DictReader(file))
for edge in edges:
    print(f"{edge['src_vertex_id']} -> {edge['dst_vertex_id']}: {edge['distance']} m")
assert len(edges) == 4, "parallel roads are kept now"
assert sorted(float(edge["distance"]) for edge in edges) == [860.0, 860.0, 2500.0, 2500.0], "another one is kept now"
PYTHON
echo "as described"
