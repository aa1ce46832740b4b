"""From the network to a plan: a region fetched from a local server, on the command line too."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import tripplan
from tests.servers.faulty import FakeServers, Fault, asker, fake_servers, settings_for
from tripplan.cli.main import app
from tripplan.errors import DataError, InvalidInputError, OfflineError, SourceError
from tripplan.records.region import Region
from tripplan.records.trip import Place
from tripplan.sources.build import build_region
from tripplan.sources.fetch.area import BBox, Corridor
from tripplan.sources.fetch.region import asked_area, fetch_region
from tripplan.sources.store import load_region

LAND = BBox(38.9, -105.1, 39.1, -102.8)
WEST, EAST = Place(lat=39.0, lon=-105.0), Place(lat=39.01, lon=-102.9)
FIXTURE = Path(__file__).parents[2] / "fixtures" / "online.osm"


@pytest.fixture(name="servers")
def fixture_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServers]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake_servers() as servers:
        servers.places = {
            "Westend": [{"lat": "39.0", "lon": "-105.0", "display_name": "Westend"}],
            "Eastend": [{"lat": "39.01", "lon": "-102.9", "display_name": "Eastend"}],
        }
        yield servers


def fetch(servers: FakeServers, cache: Path, area: BBox | Corridor | str, **more: Any) -> Region:
    changes = {key: more.pop(key) for key in ("offline", "tries") if key in more}
    with asker(settings_for(servers, cache, **changes)) as fetcher:
        return fetch_region(area, fetcher=fetcher, **more)


def test_a_fetched_box_is_the_region_of_the_same_extract(
    servers: FakeServers, tmp_path: Path
) -> None:
    fetched = fetch(servers, tmp_path, LAND)
    built = build_region(FIXTURE)
    assert fetched.network.node_count == built.network.node_count
    assert fetched.network.length_m.sum() == pytest.approx(built.network.length_m.sum())
    assert {c.id for c in fetched.chargers.chargers} == {"osm:node/70", "osm:way/71"}
    assert {c.id: c for c in fetched.chargers.chargers} == {
        c.id: c for c in built.chargers.chargers
    }
    assert {e.label for e in fetched.gazetteer.entries} >= {"Westend", "Eastend", "Middling"}
    assert fetched.name == str(LAND)


def test_the_region_remembers_every_answer(servers: FakeServers, tmp_path: Path) -> None:
    region = fetch(servers, tmp_path, LAND)
    fetched = region.provenance["fetched"]
    assert len(fetched) == servers.count("overpass") == 4
    for row in fetched:
        assert row["url"] == f"{servers.url}/overpass/interpreter"
        assert "way[" in row["query"]
        assert len(row["sha256"]) == 64
        assert row["licence"].startswith("ODbL 1.0, (c) OpenStreetMap contributors")
        assert row["date"] >= "2026"
        assert row["tripplan_version"]
    assert region.provenance["openstreetmap_state"]["latest"] == "2026-01-02T03:04:05Z"
    assert region.provenance["elements"]["way"] == 10
    assert region.provenance["sources"][0]["licence"] == "ODbL 1.0"


def test_a_corridor_plans_the_trip_that_it_was_fetched_for(
    servers: FakeServers, tmp_path: Path
) -> None:
    region = fetch(servers, tmp_path, Corridor(WEST, EAST))
    whole = fetch(servers, tmp_path, LAND)
    assert region.network.length_m.sum() < whole.network.length_m.sum()
    plan = tripplan.plan("Westend", "Eastend", vehicle="nissan-sakura", region=region)
    other = tripplan.plan("Westend", "Eastend", vehicle="nissan-sakura", region=whole)
    assert plan.audit.passed
    assert len(plan.stops) >= 1
    assert {stop.connector and stop.connector.standard for stop in plan.stops} == {"CHADEMO"}
    assert plan.legs[0].start.name == "Westend"
    assert sum(leg.distance_km for leg in plan.legs) == pytest.approx(
        sum(leg.distance_km for leg in other.legs), abs=0.5
    )


def test_chargers_of_other_services_join_those_of_the_map(
    servers: FakeServers, tmp_path: Path
) -> None:
    servers.stations = [
        {
            "id": 5,
            "fuel_type_code": "ELEC",
            "status_code": "E",
            "access_code": "public",
            "station_name": "AFDC Halt",
            "latitude": 39.0005,
            "longitude": -103.6,
            "ev_connector_types": ["CHADEMO"],
            "ev_dc_fast_num": 2,
        }
    ]
    servers.sites = [
        {
            "ID": 6,
            "StatusTypeID": 50,
            "AddressInfo": {"Title": "OCM Halt", "Latitude": 39.0105, "Longitude": -102.9},
            "Connections": [{"ConnectionTypeID": 2, "PowerKW": 50, "CurrentTypeID": 30}],
        }
    ]
    region = fetch(servers, tmp_path, LAND, chargers=("osm", "afdc", "ocm", "ocm"))
    found = {c.id for c in region.chargers.chargers}
    assert found == {"osm:node/70", "osm:way/71", "afdc:5", "ocm:6"}
    assert servers.count("ocm") == 1
    told = json.dumps(region.provenance, default=str)
    assert "AFDC terms" in told
    assert "CC BY 4.0" in told
    assert "made-up" not in told.replace("Made-up", "")


def test_services_without_a_site_are_no_fault(servers: FakeServers, tmp_path: Path) -> None:
    region = fetch(servers, tmp_path, LAND, chargers=("afdc", "ocm"))
    assert len(region.chargers) == 2


def test_an_unknown_service_is_refused_before_anybody_is_asked(
    servers: FakeServers, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="osm, afdc, ocm"):
        fetch(servers, tmp_path, LAND, chargers=("tesla",))
    assert servers.asked == []


def test_a_missing_key_is_told_before_any_road_is_asked_for(
    servers: FakeServers, tmp_path: Path
) -> None:
    settings = settings_for(servers, tmp_path, openchargemap_key=None)
    with asker(settings) as fetcher, pytest.raises(InvalidInputError, match="a key only"):
        fetch_region(LAND, fetcher=fetcher, chargers=("ocm",))
    assert servers.asked == []


def test_a_place_is_fetched_by_its_extent(servers: FakeServers, tmp_path: Path) -> None:
    region = fetch(servers, tmp_path, "Westend")
    assert region.name == "Westend"
    assert region.network.lon.min() < -104.99
    assert {asked.service for asked in servers.asked} == {"nominatim", "overpass"}


def test_land_without_roads_is_told(servers: FakeServers, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no road"):
        fetch(servers, tmp_path, BBox(0, 0, 0.1, 0.1))


def test_a_broken_run_goes_on_where_it_stopped_and_ends_the_same(
    servers: FakeServers, tmp_path: Path
) -> None:
    whole = fetch(servers, tmp_path / "whole", Corridor(WEST, EAST))
    tiles = servers.count("overpass")
    servers.asked.clear()
    plain = [Fault("remark", body="")] * (tiles // 2)
    servers.faults["overpass"].extend([*plain, Fault("cut"), Fault("cut")])
    with pytest.raises(SourceError, match="cut off"):
        fetch(servers, tmp_path / "broken", Corridor(WEST, EAST), tries=2)
    before = {asked.query["data"] for asked in servers.asked[: tiles // 2]}
    servers.asked.clear()
    rest = fetch(servers, tmp_path / "broken", Corridor(WEST, EAST))
    assert servers.count("overpass") == tiles - tiles // 2
    assert before & {asked.query["data"] for asked in servers.asked} == set()
    assert rest.network.length_m.tolist() == whole.network.length_m.tolist()
    assert rest.chargers.chargers == whole.chargers.chargers


def test_offline_builds_from_the_cache_and_opens_no_socket(
    servers: FakeServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fetch(servers, tmp_path, Corridor(WEST, EAST))

    def fail(*_args: object, **_more: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", fail)
    again = fetch(servers, tmp_path, Corridor(WEST, EAST), offline=True)
    assert again.network.length_m.tolist() == first.network.length_m.tolist()
    with pytest.raises(OfflineError, match="all roads within"):
        fetch(servers, tmp_path, BBox(40, -105, 40.1, -104.9), offline=True)


@pytest.mark.parametrize(
    "words",
    [
        (None, None, None, None),
        ("1,2,3,4", "Westend", None, None),
        ("1,2,3,4", None, "Westend", "Eastend"),
        (None, "Westend", "Westend", "Eastend"),
        (None, None, "Westend", None),
        (None, "Westend", None, "Eastend"),
    ],
)
def test_one_area_is_asked_for(
    servers: FakeServers, tmp_path: Path, words: tuple[str | None, ...]
) -> None:
    with (
        asker(settings_for(servers, tmp_path)) as fetcher,
        pytest.raises(InvalidInputError, match="which area"),
    ):
        asked_area(fetcher, *words)
    assert servers.asked == []


def run(servers: FakeServers, *words: str) -> tuple[int, str]:
    environment = {
        "TRIPPLAN_OVERPASS_URL": f"{servers.url}/overpass",
        "TRIPPLAN_NOMINATIM_URL": f"{servers.url}/nominatim",
    }
    result = CliRunner().invoke(app, words, env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_fetch_then_plan_on_the_command_line(servers: FakeServers, tmp_path: Path) -> None:
    region, cache = str(tmp_path / "land"), ("--cache", str(tmp_path / "cache"))
    corridor = ("region", "fetch", "--from", "Westend", "--to", "39.01,-102.9", *cache)
    code, told = run(servers, *corridor, "--offline", "-o", region)
    assert (code, servers.asked) == (4, []), told
    assert "not in the cache" in " ".join(told.split())
    code, told = run(servers, "region", "fetch", "--bbox", str(LAND), *cache, "-o", region)
    assert code == 0, told
    assert load_region(region, verify=True).provenance["fetched"]
    code, told = run(
        servers, "plan", "Westend", "Eastend", "-v", "nissan-sakura", "--region", region
    )
    assert code == 0, told
    assert "Halt" in told
    asked = len(servers.asked)
    again = str(tmp_path / "again")
    code, told = run(
        servers, "region", "fetch", "--offline", "--bbox", str(LAND), *cache, "-o", again
    )
    assert (code, len(servers.asked)) == (0, asked), told
    code, told = run(servers, "region", "info", again, "--full")
    assert code == 0
    assert "OpenStreetMap contributors" in told


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "which area to fetch"),
        (("--bbox", "1,2,3"), 2, "not four numbers"),
        (("--place", "Nowheresville"), 2, "not known to Nominatim"),
        (("--bbox", "1,2,1.1,2.1", "--chargers", "afdc"), 2, "TRIPPLAN_AFDC_KEY"),
        (("--bbox", "1,2,1.1,2.1", "--chargers", "tesla"), 2, "no charger service"),
        (("--bbox", "1,2,1.1,2.1"), 2, "no road"),
    ],
)
def test_what_cannot_be_fetched_is_told_in_one_message(
    servers: FakeServers,
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TRIPPLAN_AFDC_KEY", raising=False)
    places = ("--cache", str(tmp_path / "cache"), "-o", str(tmp_path / "land"))
    found, message = run(servers, "region", "fetch", *words, *places)
    assert found == code, message
    assert told in " ".join(message.split())
    assert "Traceback" not in message
    assert not (tmp_path / "land").exists()
