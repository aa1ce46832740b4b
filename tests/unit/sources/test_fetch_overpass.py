"""Tiles from Overpass: what is asked, what "too much" leads to, what is written to the extract."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.samples.hostile_plan import HOSTILE
from tests.servers.faulty import FakeServers, FakeTime, Fault, asker, fake_servers, settings_for
from tripplan.errors import OfflineError, SourceError
from tripplan.sources.fetch.area import BBox, Tile, bbox_tiles
from tripplan.sources.fetch.extract import Extract, write_extract
from tripplan.sources.fetch.overpass import TileAnswer, fetch_tiles, road_query
from tripplan.sources.osm.file import RawRoads, read_file
from tripplan.sources.osm.network import read_osm

LAND = BBox(38.9, -105.1, 39.1, -102.8)
TIMED_OUT = 'runtime error: Query timed out in "query" at line 2 after 181 seconds.'
NO_MEMORY = "runtime error: Query run out of memory using about 2048 MB of RAM."
BUSY = "runtime error: open64: 0 Success Dispatcher_Client::request_read_and_idx::timeout."


@pytest.fixture(name="servers")
def fixture_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServers]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake_servers() as servers:
        yield servers


def fetch(
    servers: FakeServers, cache: Path, tiles: tuple[Tile, ...], **changes: Any
) -> tuple[TileAnswer, ...]:
    ferries = bool(changes.pop("ferries", False))
    with asker(settings_for(servers, cache, **changes)) as fetcher:
        return fetch_tiles(fetcher, tiles, ferries=ferries)


def extract(servers: FakeServers, cache: Path, tiles: tuple[Tile, ...], **more: Any) -> Extract:
    return write_extract(fetch(servers, cache, tiles, **more), cache / "extracts")


def ways(found: Extract) -> set[int]:
    text = found.path.read_text("utf-8")
    return {int(number) for number in re.findall(r'<way id="(\d+)"', text)}


def raw(found: Extract) -> RawRoads:
    return read_file(found.path, ferries=True)


def test_the_query_of_a_tile_in_detail() -> None:
    words = road_query(Tile(BBox(1, 2, 3, 4), detail=True)).splitlines()
    assert words[0] == "[out:json][timeout:180][maxsize:536870912];"
    assert words[1].startswith('(way["highway"~"^(living_street|motorway|motorway_link|')
    assert words[1].endswith("(1,2,3,4);)->.roads;")
    assert '["service"!~"^(drive-through|driveway|emergency_access|parking_aisle)$"]' in words[1]
    assert words[-1] == "out body qt;"
    assert not any("around" in line or "ferry" in line for line in words)
    assert '"route"="ferry"' in road_query(Tile(LAND, detail=True), ferries=True)


def test_all_roads_come_in_detail(servers: FakeServers, tmp_path: Path) -> None:
    found = extract(servers, tmp_path, (Tile(LAND, detail=True),))
    assert ways(found) == {71, 100, 101, 102, 103, 200, 210, 220, 230, 231}
    assert found.elements == {"node": 40, "way": 10, "relation": 1}
    assert found.skipped == {}


def test_main_roads_and_those_by_chargers_come_on_the_way(
    servers: FakeServers, tmp_path: Path
) -> None:
    """The byway 220 is a kilometre away from any station, the service roads are not."""
    found = extract(servers, tmp_path, (Tile(LAND, detail=False),))
    assert ways(found) == {71, 100, 101, 102, 103, 230, 231}


def test_an_answer_reads_like_the_extract_that_it_came_from(
    servers: FakeServers, tmp_path: Path
) -> None:
    """One reader for both ways: the same network as from the fixture itself."""
    found = extract(servers, tmp_path, bbox_tiles(LAND, 2500.0))
    fetched = read_osm(found.path)
    direct = read_osm(Path(__file__).parents[2] / "fixtures" / "online.osm")
    assert set(fetched.node_id.tolist()) == set(direct.node_id.tolist())
    assert fetched.report.km == pytest.approx(direct.report.km, abs=1e-6)
    assert fetched.report.restrictions == direct.report.restrictions != {}
    stations = {
        (s.id, s.lat, s.lon, tuple(sorted(s.tags.items()))) for s in raw(found).charging_stations
    }
    assert stations == {
        (s.id, s.lat, s.lon, tuple(sorted(s.tags.items()))) for s in direct.charging_stations
    }
    assert "node/72" in {s.id for s in direct.charging_stations}, "a single charge point"
    assert {p.name for p in fetched.places} == {p.name for p in direct.places}


def test_a_way_across_tiles_comes_once_and_whole(servers: FakeServers, tmp_path: Path) -> None:
    halves = tuple(Tile(part, detail=True) for part in LAND.cut(1, 2))
    found = extract(servers, tmp_path, halves)
    whole = extract(servers, tmp_path, (Tile(LAND, detail=True),))
    assert found.elements == whole.elements
    assert found.path.read_text("utf-8").count('<way id="101"') == 1


@pytest.mark.parametrize("remark", [TIMED_OUT, NO_MEMORY, "runtime error: Query ran out of memory"])
def test_a_tile_that_is_too_much_is_asked_for_in_four_parts(
    servers: FakeServers, tmp_path: Path, remark: str
) -> None:
    servers.faults["overpass"].append(Fault("remark", body=remark))
    answers = fetch(servers, tmp_path, (Tile(LAND, detail=True),))
    assert [str(answer.tile.bbox) for answer in answers] == [str(part) for part in LAND.cut(2, 2)]
    assert servers.count("overpass") == 5
    found = write_extract(answers, tmp_path / "x")
    assert ways(found) == {71, 100, 101, 102, 103, 200, 210, 220, 230, 231}


def test_what_was_too_much_is_not_asked_again_nor_offline(
    servers: FakeServers, tmp_path: Path
) -> None:
    servers.remark_above_deg2 = 0.03
    tile = (Tile(LAND, detail=True),)
    first = extract(servers, tmp_path, tile)
    asked = servers.count("overpass")
    assert asked == 1 + 4 + 16
    assert extract(servers, tmp_path, tile, offline=True) == first
    assert servers.count("overpass") == asked


def test_a_tile_that_is_always_too_much_ends_the_attempt(
    servers: FakeServers, tmp_path: Path
) -> None:
    servers.remark_above_deg2 = 0.0
    with pytest.raises(SourceError, match=r"even the 0\.\d+ km2 .*timed out"):
        fetch(servers, tmp_path, (Tile(BBox(39.0, -105.0, 39.05, -104.95), detail=True),))
    assert servers.count("overpass") == 4


def test_a_busy_server_is_asked_again_not_in_parts(servers: FakeServers, tmp_path: Path) -> None:
    servers.faults["overpass"].extend([Fault("remark", body=BUSY)] * 2)
    assert len(fetch(servers, tmp_path, (Tile(LAND, detail=True),))) == 1
    assert servers.count("overpass") == 3
    servers.faults["overpass"].extend([Fault("remark", body=BUSY)] * 2)
    with pytest.raises(SourceError, match="Overpass remarks: runtime error: open64"):
        fetch(servers, tmp_path / "other", (Tile(LAND, detail=True),), tries=2)


def test_a_remark_that_is_no_error_is_no_fault(servers: FakeServers, tmp_path: Path) -> None:
    servers.faults["overpass"].append(Fault("remark", body="the map is a day old"))
    assert len(fetch(servers, tmp_path, (Tile(LAND, detail=True),))) == 1
    assert servers.count("overpass") == 1


@pytest.mark.parametrize("body", ["{}", "[]", '{"elements": 1}', "null", '"elements"'])
def test_json_that_is_not_overpass_json_is_asked_for_again(
    servers: FakeServers, tmp_path: Path, body: str
) -> None:
    servers.faults["overpass"].append(Fault("body", body=body))
    fetch(servers, tmp_path, (Tile(LAND, detail=True),))
    assert servers.count("overpass") == 2


def test_after_a_failure_half_way_only_the_rest_is_asked_for(
    servers: FakeServers, tmp_path: Path
) -> None:
    tiles = tuple(Tile(part, detail=True) for part in LAND.cut(1, 6))
    plain = Fault("remark", body="fine")
    servers.faults["overpass"].extend([plain] * 3 + [Fault("status", 504)] * 6)
    with pytest.raises(SourceError, match="what has arrived is kept"):
        fetch(servers, tmp_path, tiles)
    assert servers.count("overpass") == 3 + 6
    with pytest.raises(OfflineError, match=re.escape(str(tiles[3].bbox))):
        fetch(servers, tmp_path, tiles, offline=True)
    servers.asked.clear()
    answers = fetch(servers, tmp_path, tiles)
    assert len(answers) == 6
    asked = [asked.query["data"] for asked in servers.asked]
    assert [str(tile.bbox) in words for tile, words in zip(tiles[3:], asked, strict=True)] == [
        True
    ] * 3


def test_the_latest_state_of_an_element_counts(servers: FakeServers, tmp_path: Path) -> None:
    def state(stamp: str, limit: str) -> Fault:
        body = {
            "osm3s": {"timestamp_osm_base": stamp},
            "elements": [
                {"type": "way", "id": 9, "nodes": [1, 2], "tags": {"maxspeed": limit}},
            ],
        }
        return Fault("body", body=json.dumps(body))

    stamps = [("2026-02-01T00:00:00Z", "50"), ("2026-03-01T00:00:00Z", "70")]
    stamps += [("2026-01-01T00:00:00Z", "30")]
    servers.faults["overpass"].extend(state(*pair) for pair in stamps)
    tiles = tuple(Tile(part, detail=True) for part in LAND.cut(1, 3))
    text = extract(servers, tmp_path, tiles).path.read_text("utf-8")
    assert re.findall(r'v="(\d+)"', text) == ["70"]


def elements(servers: FakeServers, cache: Path, *found: object) -> Extract:
    body = json.dumps({"elements": [*servers.world.values(), *found]})
    servers.faults["overpass"].append(Fault("body", body=body))
    return extract(servers, cache, (Tile(LAND, detail=True),))


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (7, "element of no known type"),
        ({"type": "area", "id": 1}, "element of no known type"),
        ({"type": "node", "id": "1", "lat": 1, "lon": 2}, "an id that is none"),
        ({"type": "node", "id": 2**63, "lat": 1, "lon": 2}, "an id that is none"),
        ({"type": "node", "id": -1, "lat": 1, "lon": 2}, "an id that is none"),
        ({"type": "node", "id": 900, "lat": 91, "lon": 2}, "position"),
        ({"type": "node", "id": 900, "lat": "1", "lon": 2}, "position"),
        ({"type": "node", "id": 900, "lat": True, "lon": 2}, "position"),
        ({"type": "node", "id": 900, "lat": 1}, "position"),
        ({"type": "node", "id": 900, "lat": 1e400, "lon": 1}, None),
        ({"type": "way", "id": 900}, "way: it has no nodes"),
        ({"type": "way", "id": 900, "nodes": [1, None]}, "an id that is none"),
        ({"type": "way", "id": 900, "nodes": [], "tags": []}, "its tags are no object"),
        ({"type": "way", "id": 900, "nodes": [], "tags": {"a": 1}}, "that is no text"),
        ({"type": "relation", "id": 900}, "relation: it has no members"),
        ({"type": "relation", "id": 900, "members": [1]}, "a member of no known type"),
    ],
)
def test_broken_elements_are_left_out_and_counted(
    servers: FakeServers, tmp_path: Path, element: object, reason: str | None
) -> None:
    if reason is None:  # infinity is not JSON: the whole answer is refused and asked for again
        found = elements(servers, tmp_path, element)
        assert (servers.count("overpass"), found.skipped) == (2, {})
        return
    found = elements(servers, tmp_path, element)
    assert len(found.skipped) == 1
    assert reason in next(iter(found.skipped))
    assert '"900"' not in found.path.read_text("utf-8")
    assert raw(found).way_id.size == 9


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_stays_a_name(servers: FakeServers, tmp_path: Path, name: str) -> None:
    tags = {"place": "town", "name": name, f'k" x="{name[:50]}': "v"}
    found = elements(
        servers, tmp_path, {"type": "node", "id": 900, "lat": 39.0, "lon": -104.0, "tags": tags}
    )
    read = raw(found)
    (place,) = [place for place in read.places if place.id == 900]
    kept = "".join("\ufffd" if ch < " " and ch not in "\t\r\n" else ch for ch in name[:255])
    assert place.name == kept
    assert len(place.tags) == 3
    assert sum(found.skipped.values()) == (len(name) > 255)
    assert len(read.places) == 4
    assert read.way_id.size == 9


def test_a_half_of_a_character_does_no_harm(servers: FakeServers, tmp_path: Path) -> None:
    tags = {"place": "town", "name": "a\ud800b"}
    element = {"type": "node", "id": 900, "lat": 39.0, "lon": -104.0, "tags": tags}
    places = raw(elements(servers, tmp_path, element)).places
    assert "a\ufffdb" in {place.name for place in places}


def test_progress_and_waits_are_told(servers: FakeServers, tmp_path: Path) -> None:
    servers.faults["overpass"].append(Fault("remark", body=NO_MEMORY))
    said: list[str] = []
    with asker(settings_for(servers, tmp_path), FakeTime(), say=said.append) as fetcher:
        fetch_tiles(fetcher, (Tile(LAND, detail=True),), on_progress=said.append)
    waits = [words for words in said if "; waiting for 127.0.0.1:" in words]
    assert len(waits) == 5  # the whole, and its four parts
    assert all(words.endswith(", try 1 of 6") for words in waits)
    assert [words for words in said if words not in waits] == [
        "roads: tile 1 of 1",
        f"Overpass: {NO_MEMORY}; asking for {LAND} in four parts",
    ]
