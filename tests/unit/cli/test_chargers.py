"""The command `chargers`, and --chargers: what they say, and how they refuse."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.servers.faulty import FakeServers, Fault, fake_servers
from tripplan.cli.main import app
from tripplan.output.text import charger_text
from tripplan.sources.chargers.files import read_chargers
from tripplan.sources.fetch.http import Fetcher

TABLE = """id,name,lat,lon,connectors,stalls,town,access,opening_hours
1,Conoco,39.6600,-106.8290,CHADEMO:50:1; CCS1:62:1,2,Eagle,public,24/7
2,Old mill,39.5300,-107.3200,CHADEMO,1,,restricted,Mo-Fr 08:00-18:00
3,Nowhere,239.0,-108.5500,CCS1:62,2,,,
4,Depot,39.5310,-107.3210,CCS1:62,2,,,whenever
"""
SWAPPED = """lat,lon,connectors
-106.829,39.66,CHADEMO:50
-107.32,39.53,CHADEMO:50
"""
ASSUMED = (
    "Assumed 1 x CHADEMO without a stated power: 50 kW, estimate: most CHAdeMO plugs give 50 kW"
)
LEFT_OUT = "rows of mine.csv that are no site of their own: 1 (1 x coordinates out of range)"
TRIP = ("plan", "Eagle, CO", "Grand Junction, CO", "--vehicle", "nissan-leaf-40")


@pytest.fixture(autouse=True, name="here")
def fixture_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text(TABLE)
    return tmp_path


def run(*words: str) -> tuple[int, str, list[str]]:
    """Exit code, standard output, and the lines of standard error."""
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr.splitlines()


def test_info_says_what_was_understood() -> None:
    code, told, _ = run("chargers", "info", "mine.csv", "--at", "2026-06-09T19:30")  # a Tuesday
    assert code == 0
    lines = [" ".join(line.split()) for line in told.splitlines()]
    for line in (
        "Sites 3 from 4 rows",
        "Skipped 1 x coordinates out of range",
        "Plugs CHADEMO at 2 sites: 50 kW at 1, 50 kW assumed at 1",
        "Plugs CCS1 at 2 sites: 62 kW at 2",
        "Access 1 public, 1 restricted, 1 unknown",
        "Hours 1 always, 1 at times, 1 not understood",
        "Open then 1 open, 1 closed, 1 not known, at 2026-06-09T19:30",
        ASSUMED,
        "mine-csv:1 | Conoco, Eagle | 39.66000,-106.82900",
    ):
        assert line in lines
    site = lines[lines.index("mine-csv:2 | Old mill | 39.53000,-107.32000") + 1]
    assert site == (
        "CHADEMO 50 kW assumed, 1 stall, access restricted, hours Mo-Fr 08:00-18:00, closed"
    )


def test_info_lists_twenty_sites_or_all() -> None:
    rows = "".join(f"{k},39.{k:02d},-106.5,CCS1:50\n" for k in range(25))
    Path("many.csv").write_text("id,lat,lon,connectors\n" + rows)
    assert "and 5 more sites: --all lists them" in run("chargers", "info", "many.csv")[1]
    told = run("chargers", "info", "many.csv", "--all")[1]
    assert told.count(" | ") == 2 * 25
    assert "more sites" not in told


def test_info_as_json_has_every_field() -> None:
    words = ("chargers", "info", "mine.csv", "--json", "--at", "2026-06-09T19:30")
    told: dict[str, Any] = json.loads(run(*words)[1])
    (file,) = told["files"]
    assert (file["file"], file["rows"]) == ("mine.csv", 4)
    assert file["skipped"] == {"coordinates out of range": 1}
    assert [site["open"] for site in file["sites"]] == [True, False, None]
    conoco, mill, _ = file["sites"]
    assert [(p["standard"], p["power_kw"], p["count"]) for p in conoco["connectors"]] == [
        ("CCS1", 62.0, 1),
        ("CHADEMO", 50.0, 1),
    ]
    assert mill["connectors"][0]["power_assumed"]
    assert mill["connectors"][0]["power_rule"].startswith("CHADEMO without a stated power")
    assert mill["opening_hours"] == "Mo-Fr 08:00-18:00"
    assert "open" not in json.loads(run("chargers", "info", "mine.csv", "--json")[1])["files"][0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("info", "gone.csv"), "gone.csv: there is no such file"),
        (("info", "a.csv,b.csv"), "several files are named one by one, without commas"),
        (("info", "mine.csv", "--at", "noon"), '"noon" is no time: write it like 2026-06-07'),
        (("info", "swapped.csv"), "coordinates swapped?"),
        (("fetch", "-o", "x.json"), "--state CO"),
        (("fetch", "-o", "x.json", "--state", "CO"), "AFDC answers to a key only"),
        (("fetch", "-o", "x.json", "--from", "Denver, CO"), "two ends"),
        (("fetch", "-o", "x.json", "--state", "CO", "--width-km", "5"), "two ends"),
        (("fetch", "-o", "x.json", "--state", "Col", "--key", "k"), "two letters"),
    ],
)
def test_wrong_input_is_refused_with_what_would_be_right(
    words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRIPPLAN_AFDC_KEY", raising=False)
    Path("swapped.csv").write_text(SWAPPED)
    code, out, lines = run("chargers", *words)
    assert (code, out) == (2, "")
    assert told in " ".join(" ".join(lines).split())
    assert not Path("x.json").exists()


def test_a_plan_ends_with_what_became_of_the_chargers() -> None:
    code, out, lines = run(*TRIP, "--departure-soc", "25%", "--chargers", "mine.csv")
    assert code == 0
    assert "Conoco, Eagle" in out
    assert [line for line in lines if line.startswith("chargers: ")] == [
        "chargers: 3 of 3 sites of mine.csv are on these roads",
        f"chargers: {LEFT_OUT}",
    ]
    assert lines[-1].startswith("chargers: ")


def test_a_trip_that_cannot_be_done_says_it_too() -> None:
    Path("far.csv").write_text(TABLE.splitlines()[0] + "\n1,A,39.66,-106.829,CHADEMO:50,,,,\n")
    trip = ("plan", "Denver, CO", "Salt Lake City, UT", "--vehicle", "nissan-sakura")
    code, out, lines = run(*trip, "--chargers", "far.csv")
    assert (code, out) == (3, "")
    assert "chargers: 1 of 1 sites of far.csv are on these roads" in lines
    assert lines[-1].startswith("tripplan: ")


def test_chargers_on_no_road_are_refused_in_one_message() -> None:
    Path("sea.csv").write_text("id,lat,lon,connectors\n1,30.0,-60.0,CCS1:50\n")
    code, out, lines = run(*TRIP, "--chargers", "sea.csv")
    assert (code, out) == (2, "")
    assert len(lines) == 1
    assert "1 of 1 sites of sea.csv lie more than 10 km from any road" in lines[0]


def test_region_build_ends_with_what_became_of_the_chargers(here: Path) -> None:
    Path("road.osm").write_text(
        '<osm version="0.6"><node id="1" lat="50.0" lon="8.0"/><node id="2" lat="50.0" lon="8.4"/>'
        '<way id="3"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'
    )
    rows = "".join(f"{k},{8.0 + k / 20},50.0,CHADEMO:50\n" for k in range(5))
    Path("swapped.csv").write_text("id,lat,lon,connectors\n" + rows)
    folder = str(here / "cache" / "road")
    code, _, lines = run("region", "build", "road.osm", "--chargers", "swapped.csv", "-o", folder)
    assert code == 0
    assert lines[-1] == (
        "chargers: 5 of 5 sites of swapped.csv lie more than 1 km from any road: latitude and "
        "longitude swapped?"
    )


def test_every_command_that_plans_takes_them() -> None:
    own = ("--chargers", "mine.csv")
    car = ("--vehicle", "nissan-leaf-40")
    ends = ("Eagle, CO", "Grand Junction, CO")
    Path("trips.csv").write_text(
        "origin,destination,departure_soc\n" + '"Eagle, CO","Grand Junction, CO",25%\n'
    )
    Path("study.toml").write_text(
        'chargers = ["mine.csv"]\nvehicles = ["nissan-leaf-40"]\n'
        '[options]\ndeparture_soc = "25%"\n'
        '[[trips]]\norigin = "Eagle, CO"\ndestination = "Grand Junction, CO"\n'
    )
    soc = ("--departure-soc", "25%")
    plan = run("plan", *ends, *car, *soc, *own, "--json", "plan.json")
    assert plan[0] == 0
    for words in (
        ("batch", "trips.csv", "-o", "out", *car, *own, "--workers", "1"),
        ("study", "study.toml", "-o", "study", "--workers", "1"),
        ("compare", *ends, *car, "--wish", "departure_soc=25%", "-o", "page.html", *own),
        ("alternatives", *ends, *car, *soc, *own, "--count", "2"),
        ("pareto", *ends, *car, *soc, *own, "--over", "time,energy"),
    ):
        code, _, lines = run(*words)
        assert code == 0, (words, lines)
        assert "chargers: 3 of 3 sites of mine.csv are on these roads" in lines, words
    for text in (
        next(Path("out", "plans").glob("*.json")).read_text(),
        next(Path("study", "plans").glob("*.json")).read_text(),
    ):
        assert "Conoco" in text
    assert run("audit", "plan.json", *own)[0] == 0


STATIONS: list[dict[str, Any]] = [
    {
        "id": k,
        "station_name": name,
        "latitude": lat,
        "longitude": lon,
        "state": state,
        "fuel_type_code": "ELEC",
        "status_code": "E",
        "ev_connector_types": ["CHADEMO", "J1772COMBO"],
        "ev_dc_fast_num": 2,
        "date_last_confirmed": "2026-01-05",
        "new_field": {"kept": [k]},
    }
    for k, (name, lat, lon, state) in enumerate(
        [
            ("In Denver", 39.74, -104.99, "CO"),
            ("At Idaho Springs", 39.71, -105.52, "CO"),
            ("Near Vail", 39.70, -106.30, "CO"),
            ("In Fort Collins", 40.58, -105.08, "CO"),
            ("In Cheyenne", 41.14, -104.82, "WY"),
        ],
        start=1,
    )
]
NAMES = [row["station_name"] for row in STATIONS]


@pytest.fixture(name="servers")
def fixture_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServers]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    defaults = Fetcher.__init__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "sleep", lambda _seconds: None)
    with fake_servers() as servers:
        servers.stations = STATIONS
        monkeypatch.setenv("TRIPPLAN_AFDC_URL", f"{servers.url}/afdc")
        monkeypatch.setenv("TRIPPLAN_NOMINATIM_URL", f"{servers.url}/nominatim")
        yield servers


def names_in(file: str) -> list[str]:
    return [site.name for site in read_chargers(file).chargers]


def test_a_state_is_fetched_into_a_file_to_plan_with(servers: FakeServers) -> None:
    code, out, lines = run("chargers", "fetch", "--state", "CO", "--key", "mine", "-o", "co.json")
    assert (code, out) == (0, "")
    assert lines[-2] == "4 sites from 4 stations: co.json"
    assert lines[-1].startswith("fetched: 20")
    assert names_in("co.json") == NAMES[:4]
    assert [asked.headers["x-api-key"] for asked in servers.asked] == ["mine"]
    text = Path("co.json").read_text()
    told = json.loads(text)
    assert told["fuel_stations"] == STATIONS[:4]  # every value as it came
    assert (told["total_results"], told["asked"]) == (4, "CO")
    assert "mine" not in text
    assert run(*TRIP, "--chargers", "co.json", "--departure-soc", "95%")[0] == 0


def test_several_states_have_one_file(servers: FakeServers) -> None:
    words = ("chargers", "fetch", "--state", "CO", "--state", "wy", "--state", "co")
    assert run(*words, "--key", "k", "-o", "both.json")[0] == 0
    assert names_in("both.json") == NAMES
    assert servers.count("afdc") == 2


@pytest.mark.parametrize(("width", "inside"), [("8km", [1, 2]), ("20mi", [1, 2, 3])])
def test_a_corridor_is_as_wide_as_asked(
    servers: FakeServers, width: str, inside: list[int]
) -> None:
    """At 105.52 W the line is at 39.70 N, its station 1 km off; at 106.30 W at 39.646 N, 6 km."""
    ends = ("--from", "Denver, CO", "--to", "39.6403,-106.3742")
    words = ("chargers", "fetch", *ends, "--width-km", width, "--key", "k", "-o", "way.json")
    code, _, lines = run(*words)
    assert code == 0, lines
    assert set(names_in("way.json")) == {NAMES[k - 1] for k in inside}
    told = [line for line in lines if "outside of the corridor" in line]
    # Fort Collins lies outside of what AFDC is asked for.
    assert told == ([] if 3 in inside else ["outside of the corridor, left out: 1"])
    assert servers.count("nominatim") == 0  # a town that is built in needs nobody


def test_a_second_run_asks_nobody_and_works_offline(servers: FakeServers) -> None:
    words = ("chargers", "fetch", "--state", "CO", "-o", "co.json")
    assert run(*words, "--key", "k")[0] == 0
    Path("co.json").unlink()
    assert run(*words, "--offline")[0] == 0
    assert names_in("co.json") == NAMES[:4]
    assert servers.count("afdc") == 1


@pytest.mark.parametrize("kind", ["cut", "chunked", "half", "page", "drop"])
def test_half_an_answer_is_asked_for_again(servers: FakeServers, kind: str) -> None:
    servers.faults["afdc"].append(Fault(kind))
    words = ("chargers", "fetch", "--state", "CO", "--key", "k", "-o", "co.json")
    assert run(*words)[0] == 0
    assert names_in("co.json") == NAMES[:4]
    assert servers.count("afdc") == 2


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("status", 403, body="API_KEY_INVALID"), "AFDC"),
        (Fault("status", 429, {"Retry-After": "4000"}), "AFDC"),
    ],
)
def test_a_refusal_leaves_the_file_as_it_was(servers: FakeServers, fault: Fault, told: str) -> None:
    Path("co.json").write_text("what was there")
    servers.faults["afdc"].append(fault)
    code, _, lines = run("chargers", "fetch", "--state", "CO", "--key", "secret", "-o", "co.json")
    assert code == 4
    assert lines[-1].startswith("tripplan: ")
    assert told in lines[-1]
    assert "secret" not in " ".join(lines)
    assert Path("co.json").read_text() == "what was there"
    assert {path.name for path in Path().iterdir()} <= {"co.json", "mine.csv", "cache"}


def test_a_state_without_stations_is_said(servers: FakeServers) -> None:
    code, _, lines = run("chargers", "fetch", "--state", "UT", "--key", "k", "-o", "ut.json")
    assert code == 2
    assert "no open station with electric plugs in UT" in lines[-1]
    assert servers.count("afdc") == 1
    assert not Path("ut.json").exists()


def test_a_field_of_a_plug_is_told_with_its_unit() -> None:
    assert charger_text.field_in_words("max_voltage_v", 500.0) == "max voltage 500 V"
    assert charger_text.field_in_words("limit_kw", 62.5) == "limit 62.5 kW"
    assert charger_text.field_in_words("operation", "out_of_service") == "operation out of service"
