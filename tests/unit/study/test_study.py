"""Studies: what they come to, in which order, and what is written of them.

Nothing is searched for here: `tests.samples.study` answers for the planner.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.samples.hostile_plan import HOSTILE
from tests.samples.page_data import handed
from tests.samples.study import FURTHEST, VALUES, sample_answer, sample_study
from tripplan.batch import Outcome, parquet
from tripplan.cli.main import app
from tripplan.errors import InvalidInputError
from tripplan.output.files.export import read_json
from tripplan.output.page import heat_map
from tripplan.output.page.heat_map import HeatCell, HeatMap
from tripplan.output.text import many
from tripplan.planning.planner import Planner
from tripplan.records.vehicle import find_vehicle
from tripplan.records.vehicle_file import save_vehicle
from tripplan.study import cross, open_study, panels, plan_study, run_study

FILE = """\
[[trips]]
origin = "Denver, CO"
destination = "Vail, CO"
[[vehicles]]
vehicle = "nissan-sakura"
"""


@pytest.fixture(autouse=True)
def _sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Planner, "plan", sample_answer)


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    run_study(sample_study(), tmp_path / "out")
    return tmp_path / "out"


def results(folder: Path) -> list[dict[str, str]]:
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_last_axis_turns_quickest() -> None:
    study = sample_study()
    wanted = [
        {"trip": trip, "vehicle_name": car, "soh": soh, "season": season, "departure_soc": soc}
        for trip in ("Pass", "Denver, CO to Frisco, CO")
        for car, soh in (
            (find_vehicle("nissan-sakura").name, 1.0),
            ("Old & new", 0.8),
            ("Old & new", 1.0),
        )
        for season in ("cold", "warm")
        for soc in (0.6, 0.9)
    ]
    rows = list(cross.rows(study))
    assert [row.coordinates for row in rows] == wanted
    assert [row.index for row in rows] == list(range(len(wanted)))
    assert cross.row_count(study) == len(wanted)
    assert rows[0].row == {
        "origin": "Denver, CO",
        "destination": "Vail, CO",
        "via": "Golden, CO",
        "vehicle": "nissan-sakura",
        "ambient_c": -20.0,
        "departure_soc": 0.6,
        "payload_kg": 100,
    }


def test_a_car_that_names_no_age_has_those_of_the_study() -> None:
    ages = [row.coordinates["soh"] for row in cross.rows(sample_study(soh=(0.9, 0.7), vary={}))]
    assert ages[::2] == [0.9, 0.7, 0.8, 1.0] * 2
    assert "soh" not in next(cross.rows(sample_study())).row


def test_a_trip_overrides_the_options() -> None:
    study = sample_study(options={"via": "Frisco, CO"})
    assert [row.row["via"] for row in islice(cross.rows(study), 0, None, 12)] == [
        "Golden, CO",
        "Frisco, CO",
    ]


def test_a_study_out_of_all_proportion_is_refused() -> None:
    many = {"vary": {"min_stalls": tuple(range(1000)), "wind_mps": tuple(range(1000))}}
    with pytest.raises(InvalidInputError, match="study: comes to 12000000 trips; 100000 is"):
        open_study(sample_study(**many))


def test_a_car_of_ones_own_travels_whole(tmp_path: Path) -> None:
    path = save_vehicle(find_vehicle("nissan-sakura").aged(0.7), tmp_path / "mine.toml")
    row = next(cross.rows(sample_study(vehicles=(str(path),))))
    path.unlink()
    assert row.row["vehicle"].battery.soh == row.coordinates["soh"] == 0.7


def test_each_row_has_its_coordinates_and_its_own_answer(folder: Path) -> None:
    rows = results(folder)
    assert [row["index"] for row in rows] == [str(k) for k in range(24)]
    for row in rows:
        left = 0.1 * float(row["departure_soc"]) + 0.2 * float(row["soh"])
        left += 0.3 * (row["season"] == "warm")
        assert row["vehicle"] == (
            "nissan-leaf-40" if "Old" in row["vehicle_name"] else "nissan-sakura"
        )
        if row["status"] == "ok":
            assert float(row["arrival_soc"]) == pytest.approx(left)
            assert (
                read_json(folder / row["plan_json"]).trip.destination.name[:4] in row["destination"]
            )
    told = Counter((row["status"], row["shortfall_kwh"]) for row in rows)
    assert told["no plan", ""] == 4, "the Sakura on its way to Frisco"
    assert told["no plan", "4.0"] == 2, "the aged LEAF in the cold, with little"
    assert told["no plan", "1.0"] == 2, "with more"
    beyond = next(row for row in rows if row["shortfall_kwh"] == "4.0")
    assert (beyond["furthest"], beyond["furthest_lat"]) == ("Idaho Springs", "39.74")
    assert beyond["remaining_km"] == "55.0"


def test_parquet_holds_what_csv_holds(folder: Path) -> None:
    table = pq.read_table(folder / "results.parquet")
    rows = results(folder)
    assert table.column_names == list(rows[0])
    kinds = {field.name: str(field.type) for field in table.schema}
    assert (kinds["index"], kinds["soh"], kinds["season"]) == ("int64", "double", "string")
    assert (kinds["departure_soc"], kinds["audit_passed"]) == ("double", "bool")
    for row, wanted in zip(table.to_pylist(), rows, strict=True):
        assert {k: "" if v is None else str(v) for k, v in row.items()} == {
            k: str(float(v)) if v and kinds[k] == "double" else v for k, v in wanted.items()
        }


def test_without_pyarrow_there_is_a_page_and_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "is_installed", lambda: False)
    files = run_study(sample_study(), tmp_path)
    assert [file.name for file in files] == ["results.csv", "study.html"]


def cells(html: str) -> dict[tuple[str, str, str], str]:
    """Read the heat maps: what each cell says of the SoC left, or why there is none."""
    found = {}
    for section in re.findall(r"<section><h2>.*?</section>", html, re.DOTALL)[:-1]:
        title = re.sub(r"<.*?>", "", section.split("</h2>")[0])
        heads = re.findall(r'<th scope="col" role="columnheader"><bdi>(.*?)</bdi>', section)
        for row in re.findall(
            r'<tr role="row"><th scope="row" role="rowheader"><bdi>(.*?)</tr>', section
        ):
            label, _, rest = row.partition("</bdi>")
            for head, cell in zip(heads, rest.split("<td ")[1:], strict=True):
                said = re.search(r'class="(?:tp-of tp-of-soc|tp-none)"[^>]*>(.*?)<', cell)
                if said:
                    found[title, label, head] = said[1]
    return found


def test_the_heat_maps_have_each_answer_in_its_cell(folder: Path) -> None:
    found = cells((folder / "study.html").read_text("utf-8"))
    assert len(found) == 24
    title = "Pass, departure soc 60%"
    assert found[title, "Old &amp; new, SoH 80%", "warm"] == "52%"
    assert found[title, "Old &amp; new, SoH 80%", "cold"] == "✗ 4.0 kWh short"
    assert found[title, "Old &amp; new, SoH 100%", "cold"] == "26%"
    frisco = "Denver, CO to Frisco, CO, departure soc 90%"
    sakura = f"{find_vehicle('nissan-sakura').name}, SoH 100%"
    assert found[frisco, sakura, "warm"] == "✗ no road"


def test_temperatures_go_across_where_there_are_no_seasons(tmp_path: Path) -> None:
    study = sample_study(seasons=(), vary={"ambient_c": (-20.0, 25.0), "cabin": ("on", "off")})
    run_study(study, tmp_path)
    found = cells((tmp_path / "study.html").read_text("utf-8"))
    assert {head for *_, head in found} == {
        f"<span class={q}tp-metric{q}>{c} °C</span><span class={q}tp-us{q}>{f} °F</span>"
        for q in '"'
        for c, f in ((-20, -4), (25, 77))
    }
    assert "Pass, cabin off" in {title for title, *_ in found}


def test_the_map_adds_up_what_the_plans_say(folder: Path) -> None:
    plans = [read_json(path) for path in sorted((folder / "plans").iterdir())]
    energy_kwh: dict[str, float] = defaultdict(float)
    for plan in plans:
        for stop in plan.stops:
            if stop.kind == "charger":
                energy_kwh[stop.name] += stop.energy_kwh
    html = (folder / "study.html").read_text("utf-8")
    (data,) = handed(html, "study")
    assert len(data["chargers"]) == len(energy_kwh)
    most = max(energy_kwh, key=energy_kwh.__getitem__)
    assert most in data["chargers"][0]["tip"]
    assert f"{energy_kwh[most]:.1f} kWh in {len(plans)} visits" in data["chargers"][0]["tip"]
    assert data["chargers"][0]["radius"] == max(one["radius"] for one in data["chargers"])
    tight = max(plans[0].legs, key=lambda leg: leg.departure_soc - leg.arrival_soc)
    (drive,) = data["drives"]
    assert tight.start.label in drive["tip"]
    assert f"the tightest in {len(plans)} plans" in drive["tip"]
    (end,) = data["ends"]
    assert end["trips"] == 4
    assert end["at"] == [FURTHEST["furthest_lat"], FURTHEST["furthest_lon"]]
    assert "1.0 to 4.0 kWh" in end["tip"]
    assert f"{len(plans)} of 24 trips can be done." in html


def test_what_was_stopped_is_finished_with_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "stopped"
    other.mkdir()
    how: dict[str, Any] = {"journal": other / "journal.jsonl", "plans": other / "plans"}
    some = plan_study(sample_study(), **how)
    assert [row.index for row, _ in islice(some, 9)] == list(range(9))
    some.close()  # type: ignore[attr-defined]
    run_study(sample_study(), other, resume=True)
    for name in ("results.csv", "results.parquet", "study.html"):
        assert (other / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_page_has_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "MOST_CELLS", 5)
    run_study(sample_study(), tmp_path)
    html = (tmp_path / "study.html").read_text("utf-8")
    assert len(cells(html)) == 5
    assert "The heat maps show the first 5; results.csv has all 24." in html


def test_hostile_names_change_nothing(tmp_path: Path) -> None:
    def elements(names: Sequence[str]) -> list[str]:
        trips = tuple({**VALUES["trips"][0], "name": name} for name in names)
        car = {**VALUES["vehicles"][1], "name": names[0]}
        season = {**VALUES["seasons"][0], "name": names[0]}
        changes = {"trips": trips, "vehicles": (car,), "seasons": (season,), "vary": {}}
        run_study(sample_study(**changes, title=names[0], note=names[0]), tmp_path)
        html = (tmp_path / "study.html").read_text("utf-8")
        assert html.count("<script>") == 5
        return re.findall(r"</?[a-z]+", html[html.index("<body>") : html.index("<script>")])

    assert elements(list(HOSTILE.values())) == elements([f"Plain {k}" for k in range(len(HOSTILE))])


def test_the_command_writes_a_study(tmp_path: Path) -> None:
    path, out = tmp_path / "study.toml", tmp_path / "out"
    path.write_text(FILE, encoding="utf-8")
    done = CliRunner().invoke(app, ["study", str(path), "--out", str(out), "-w", "1"])
    assert done.exit_code == 0, done.stderr
    assert "1 of 1 trips planned" in " ".join(done.stderr.split())
    assert sorted(p.name for p in out.iterdir()) == [
        "journal.jsonl",
        "plans",
        "results.csv",
        "results.parquet",
        "study.html",
    ]
    quiet = CliRunner().invoke(
        app, ["study", str(path), "-o", str(out), "-w", "1", "--resume", "-q"]
    )
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    path.write_text(FILE.replace("Vail", "Vial"), encoding="utf-8")
    wrong = CliRunner().invoke(app, ["study", str(path), "-o", str(tmp_path / "none")])
    assert wrong.exit_code == 2
    assert "line 3: trips[1].destination" in wrong.stderr.replace("\n", "")
    assert not (tmp_path / "none").exists()


def test_the_command_prints_the_times(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(FILE + "[vary]\nambient_c = [-20, 25, 0, 5, 10]\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["study", str(path), "-o", str(tmp_path / "out"), "-w", "1"])
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    found = times_of(tmp_path / "out" / "results.csv")
    rows = [line.split()[-n:] for n, line in zip((4, 1), lines[2::2], strict=False)]
    assert [cell for row in rows for cell in row] == found


def times_of(path: Path) -> list[str]:
    """Return the times of all rows, hours and minutes, without stays."""
    with path.open(encoding="utf-8", newline="") as file:
        hours = [float(row["total_h"]) - float(row["dwell_h"]) for row in csv.DictReader(file)]
    minutes = [round(60.0 * one) for one in hours]
    return [f"{one // 60}:{one % 60:02d}" for one in minutes]


def test_what_a_journal_of_an_earlier_version_lacks_is_told_as_unknown() -> None:
    figures = {"total_h": 2.0, "dwell_h": 0.0, "stops": 1, "arrival_soc": 0.1}
    rest = {"energy_spent_kwh": 20.0, "cost": 3.0, "currency": "USD", "gap": 0.0}
    row = next(cross.rows(sample_study()))
    tables = panels.Tables(sample_study())
    tables.add(row, Outcome(index=0, status="ok", figures={**figures, **rest}))
    html = heat_map.table(tables.panels[0])
    for measure, told in (("chance", "-"), ("slack", "-"), ("cost", "3.00 USD")):
        assert re.search(f'tp-of-{measure}"[^>]*>{told}<', html), measure


def heat_colours(values: Sequence[float], key: str) -> list[str]:
    """Return the colours of one row of cells with such values."""
    cells = {
        (0, k): HeatCell({one.key: value for one in heat_map.MEASURES})
        for k, value in enumerate(values)
    }
    columns = [str(k) for k in range(len(values))]
    html = heat_map.table(HeatMap("t", "x", ["car"], columns, cells))
    return re.findall(rf'tp-of-{key}" style="background:(#......)', html)


def test_colours_say_what_matters() -> None:
    """Channels from 0 to 255: a minute changes them by a few, half an hour by all there is."""

    def apart(values: Sequence[float], key: str) -> int:
        one, other = (
            [int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in heat_colours(values, key)
        )
        return max(abs(a - b) for a, b in zip(one, other, strict=True))

    assert apart([5820.0, 5880.0], "time") < 20
    assert apart([5820.0, 7620.0], "time") > 200
    assert apart([18000.0, 18600.0], "time") < 40, "ten minutes of five hours"
    assert apart([2.0, 3.0], "stops") < 80
    assert apart([0.99, 0.98], "chance") < 20
    assert apart([10.0, 10.1], "slack") < 20
    assert apart([20.0, 20.2], "energy") < 20
    assert apart([9.0, 9.1], "cost") < 20


def test_the_terminal_says_how_much_is_missing(tmp_path: Path) -> None:
    maps: list[HeatMap] = []
    run_study(sample_study(), tmp_path, show=maps.extend)
    texts = [many.grid(one, heat_map.times(one)) for one in maps]
    assert "✗ 4.0 kWh" in texts[0]
    assert "no road" in texts[2]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80
