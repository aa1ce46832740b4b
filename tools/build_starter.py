"""Builds the starter atlas, `src/tripplan/data/starter`, from pinned packages.

::

    python -m venv .venv-atlas && .venv-atlas/bin/pip install -r tools/requirements-starter.txt
    W="--no-deps --python-version 3.12 --only-binary=:all: where2charge==1.0.0"
    .venv-atlas/bin/pip download -d wheels $W
    PYTHONPATH=src .venv-atlas/bin/python tools/build_starter.py --afdc wheels/*.whl [--out DIR]

Running it twice gives the same bytes.  What each figure rests on is written to provenance.json.
"""

import argparse
from pathlib import Path

import numpy as np

from starter_build.afdc import afdc_figures, lay_spurs, read_afdc
from starter_build.chargers import Site, place_sites
from starter_build.elevation import estimate, leave_one_out_figures
from starter_build.ferries import lay_ferries, level_landings
from starter_build.geo import Floats
from starter_build.network import (
    Network,
    cut_long_edges,
    largest_component,
    length_figures,
    split_at_points,
)
from starter_build.output import sha256, write_csv_gz, write_gz, write_json, write_npz
from starter_build.places import place_rows
from starter_build.provenance import (
    BUILT,
    NOTES,
    afdc_set,
    assumptions,
    charger_figures,
    elevation_figures,
    made_up_set,
    node_figures,
    package_sources,
)
from starter_build.sources import (
    TopographyGrid,
    Town,
    read_airports,
    read_freeways,
    read_published,
    read_towns,
)
from starter_build.speeds import speeds
from tripplan.records.network import FLAG_FERRY, ROAD_CLASSES, RoadNetwork
from tripplan.routing.ordering import inertial_order
from tripplan.sources.store import CHARGERS

OUT = Path(__file__).parent.parent / "src" / "tripplan" / "data" / "starter"
FILES = (
    "network.npz",
    "places.csv.gz",
    "chargers.csv.gz",
    "afdc-chargers.json.gz",
    "afdc-spurs.npz",
)
PLACE_COLUMNS = ("name", "state", "lat", "lon", "population", "kind")
CHARGER_COLUMNS = ("id", "name", "lat", "lon", "node", "connectors", "stalls", "status")
STATUS = "illustrative"
LEAST_POPULATION_READ = 500


def build(out: Path, afdc_wheel: Path) -> None:
    """Write the atlas' files and provenance.json to `out`."""
    afdc = read_afdc(afdc_wheel)
    towns, airports = read_towns(LEAST_POPULATION_READ), read_airports()
    published = read_published(towns)
    freeways = read_freeways()
    network, dropped = largest_component(freeways)
    of_source = {
        "self_loops_dropped": freeways.self_loops,
        "other_components_dropped_nodes": dropped,
        "source_edges_kept": len(network.tail),
        "lengths_of_source_edges": length_figures(network),
    }
    missing = split_at_points(network, published)
    lay_ferries(network)
    cut_long_edges(network)
    # Heights stay as they were made: without the sixteen airfields called "Sea..." that were then
    # taken for seaplane bases, Seattle's among them.
    fields = [airport for airport in airports if "Sea" not in airport.name]
    elevations = estimate(network, fields, published, TopographyGrid())
    elevation_m = np.round(level_landings(network, elevations.node_m), 1)
    sites = place_sites(network, elevation_m, towns)
    real, spurs, away_km = lay_spurs(network, afdc.chargers)
    places = place_rows(towns, airports)

    out.mkdir(parents=True, exist_ok=True)
    _write_network(out / "network.npz", network, elevation_m, towns)
    write_csv_gz(out / "places.csv.gz", PLACE_COLUMNS, places)
    write_csv_gz(out / "chargers.csv.gz", CHARGER_COLUMNS, _charger_rows(network, sites))
    packed = CHARGERS.dump_json(real, exclude_defaults=True)
    write_gz(out / "afdc-chargers.json.gz", packed)
    write_npz(out / "afdc-spurs.npz", vars(spurs))
    left_out = leave_one_out_figures(elevations)
    kinds = [row[5] for row in places]
    measured = {
        "network": {
            **of_source, "published_passes_on_no_edge": missing, **node_figures(network),
        },
        "elevation": {
            "leave_one_out": left_out,
            **elevation_figures(elevations, elevation_m),
        },
        "places": {"towns": kinds.count("town"), "airports": kinds.count("airport")},
    }  # fmt: skip
    provenance = {
        "name": "starter",
        "built": BUILT,
        "built_with": "tools/build_starter.py, tools/requirements-starter.txt",
        "sources": package_sources(elevations.airports_used, published, len(places)),
        "assumptions": assumptions(left_out),
        "notes": list(NOTES),
        "charger_sets": {
            "afdc": afdc_set(afdc_figures(afdc, real, away_km)),
            "illustrative": made_up_set(charger_figures(network, elevation_m, sites)),
        },
        "measured": measured,
        "sha256": {name: sha256(out / name) for name in FILES},
    }
    write_json(out / "provenance.json", provenance)


def _write_network(path: Path, network: Network, elevation_m: Floats, towns: list[Town]) -> None:
    speed_kmh, limit_kmh = speeds(network, elevation_m, towns)
    aboard = network.aboard()
    edges = {
        "lat": network.latlon[:, 0].astype(np.float32),
        "lon": network.latlon[:, 1].astype(np.float32),
        "elevation_m": elevation_m.astype(np.float32),
        "tail": network.tail.astype(np.int32),
        "head": network.head.astype(np.int32),
        "length_m": np.round(network.length_km * 1000).astype(np.float32),
        "speed_kmh": speed_kmh.astype(np.float32),
        "speed_limit_kmh": limit_kmh.astype(np.float32),
        "road_class": np.where(aboard, ROAD_CLASSES.index("ferry"), 0).astype(np.uint8),
        "flags": np.where(aboard, FLAG_FERRY, 0).astype(np.uint8),
    }
    # Depends on the roads alone, so it lies in their file, under their checksum.
    order = inertial_order(RoadNetwork.from_edges(**edges, two_way=True))
    write_npz(path, {**edges, "node_kind": network.kind.astype(np.int8), "order": order})


def _charger_rows(network: Network, sites: list[Site]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for number, site in enumerate(sites, start=1):
        lat, lon = network.latlon[site.node]
        name = (f"illustrative-{number:04d}", site.name)
        rows.append(
            (*name, f"{lat:.5f}", f"{lon:.5f}", site.node, site.connectors, site.stalls, STATUS)
        )
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    parser.add_argument("--afdc", type=Path, required=True, help="wheel of where2charge 1.0.0")
    given = parser.parse_args()
    build(given.out, given.afdc)
