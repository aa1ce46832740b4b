"""A real extract, as Overpass would send it, becomes the network of the extract itself."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
from osmium.osm.types import Node, Relation, Way

from tests.servers.faulty import Fault, asker, fake_servers, settings_for
from tripplan.records.network import COLUMNS
from tripplan.sources.fetch.area import BBox, Tile
from tripplan.sources.fetch.extract import write_extract
from tripplan.sources.fetch.overpass import fetch_tiles
from tripplan.sources.osm.network import read_osm

SHARED = Path(os.environ.get("TRIPPLAN_SHARED", Path(__file__).parents[4] / "shared"))
MONACO = SHARED / "data" / "osm" / "monaco.osm.pbf"
KINDS = {"n": "node", "w": "way", "r": "relation"}


def overpass_json(path: Path) -> str:
    found: list[dict[str, Any]] = []
    for thing in osmium.FileProcessor(str(path)):
        element: dict[str, Any] = {"id": thing.id, "tags": dict(thing.tags)}
        if isinstance(thing, Node):
            element |= {"type": "node", "lat": thing.location.lat, "lon": thing.location.lon}
        elif isinstance(thing, Way):
            element |= {"type": "way", "nodes": [node.ref for node in thing.nodes]}
        elif isinstance(thing, Relation):
            members = [{"type": KINDS[m.type], "ref": m.ref, "role": m.role} for m in thing.members]
            element |= {"type": "relation", "members": members}
        found.append(element)
    return json.dumps({"elements": found})


def test_monaco_by_overpass_is_monaco(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not MONACO.is_file():
        pytest.skip("the shared data set is not here: the extract of Monaco is needed")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake_servers() as servers, asker(settings_for(servers, tmp_path)) as fetcher:
        servers.faults["overpass"].append(Fault("body", body=overpass_json(MONACO)))
        answers = fetch_tiles(fetcher, (Tile(BBox(43.7, 7.4, 43.8, 7.5), detail=True),))
        written = write_extract(answers, tmp_path)
    assert written.skipped == {}
    fetched, direct = read_osm(written.path), read_osm(MONACO)
    assert fetched.report == direct.report
    assert fetched.report.nodes > 100
    assert np.array_equal(fetched.node_id, direct.node_id)
    for name in COLUMNS:
        assert np.array_equal(getattr(fetched.network, name), getattr(direct.network, name)), name
    assert fetched.charging_stations == direct.charging_stations
