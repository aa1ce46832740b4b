"""`tripplan vehicles`: lists, filters, cards that are whole at 80 columns, files of one's own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tripplan.cli.main import app
from tripplan.records.catalogue import entries
from tripplan.records.vehicle import catalogue, find_vehicle, load_vehicle
from tripplan.units import KG_PER_LB
from tripplan.vehicle_model.ranges import steady_range


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["vehicles", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def test_without_a_filter_the_cars_by_hand_are_listed_and_the_way_to_the_others() -> None:
    code, out, told = run()
    assert code == 0
    listed = [line for line in out.splitlines() if line in {entry.id for entry in entries()}]
    assert listed == list(catalogue())
    assert f"{len(catalogue())} of {len(entries())} cars" in out
    assert "--all" in told


def test_all_lists_all() -> None:
    code, out, _ = run("--all", "--json")
    assert code == 0
    assert [row["id"] for row in json.loads(out)["vehicles"]] == [one.id for one in entries()]


def test_filters_by_range_are_those_of_the_car() -> None:
    code, out, _ = run("--make", "volkswagen", "--year", "2022", "--range-km", "380", "--json")
    assert code == 0
    rows = json.loads(out)["vehicles"]
    assert rows
    for row in rows:
        car = find_vehicle(row["id"])
        assert row["make"] == "Volkswagen"
        assert row["range_km"] == round(steady_range(car, 110.0, 20.0).p50_km) >= 380
        assert row["cold_range_km"] == round(steady_range(car, 110.0, -10.0).p50_km)
    coldest = max(row["cold_range_km"] for row in rows)
    code, out, _ = run(
        "--make", "VOLKSWAGEN", "--year", "2022", "--cold-range-km", str(coldest - 1)
    )
    assert code == 0
    assert f"{coldest} km at -10 C" in out


def test_energy_is_filtered_by_bounds_of_several_forms() -> None:
    for text, fits in (
        ("60-65", (60, 65)),
        ("130-", (130, 999)),
        ("-15", (0, 15)),
        ("64", (64, 64)),
    ):
        _, out, _ = run("--kwh", text, "--json")
        found = {row["id"] for row in json.loads(out)["vehicles"]}
        low, high = fits
        assert found == {one.id for one in entries() if low <= one.usable_kwh <= high}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kwh", "70-50"), "is no range"),
        (("--kwh", "much"), "is no range"),
        (("--plug", "schuko"), "is none of"),
        (("--make", "trabant"), "not in the catalogue"),
        (("show", "no-such-car"), "not in the catalogue"),
    ],
)
def test_wrong_wishes_are_told(words: tuple[str, ...], told: str) -> None:
    code, out, message = run(*words)
    assert (code, out) == (2, "")
    assert told in message


@pytest.mark.parametrize("car_id", [entry.id for entry in entries()[::45]])
def test_a_card_is_whole_at_80_columns(car_id: str) -> None:
    code, out, _ = run("show", car_id)
    assert code == 0
    car = find_vehicle(car_id)
    assert max(map(len, out.splitlines())) <= 80
    assert out.splitlines()[0] in car.name
    joined = " ".join(out.split())
    for origin in car.provenance.values():
        assert " ".join(origin.source.split()) in joined
    assert ("Fast charging by SoC" in out) == bool(car.connectors)
    range_km = steady_range(car, 90.0, 20.0)
    assert f"{range_km.p50_km:.0f} ({range_km.p10_km:.0f}-{range_km.p90_km:.0f})" in out


def test_a_card_as_json_holds_the_car_and_what_it_stands_for() -> None:
    code, out, _ = run("show", "nissan-leaf-24-2013", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["vehicle"]["battery"]["nominal_kwh"] == 21.3
    assert "nissan-leaf-2014" in told["stands_for"]
    assert told["vehicle"]["provenance"]["mass_kg"]["source"]


def test_a_copy_is_the_car_and_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    code, _, message = run("copy", "kia-niro-electric-2023", "-o", str(path))
    assert code == 0, message
    assert load_vehicle(path) == find_vehicle("kia-niro-electric-2023")
    code, _, message = run("copy", "nissan-sakura", "-o", str(path))
    assert code == 2
    assert "there already" in message


def test_a_car_that_is_slower_than_the_table_of_ranges_has_one_at_its_top_speed() -> None:
    _, out, _ = run("show", "generic-nev")
    (row,) = [line for line in out.splitlines() if " km/h  " in line and "(" in line]
    assert row.split()[0] == "40"
    _, told, _ = run("show", "generic-nev", "--json")
    assert {one["speed_kmh"] for one in json.loads(told)["ranges"]} == {40.0}


LIST = ("--a-lbf", "24.889", "--b", "0.1738", "--c", "0.020328", "--test-weight-lb", "4000")


def test_a_car_from_the_epa_list_alone_has_its_makers_efficiency_and_band(tmp_path: Path) -> None:
    """The Niro's own list values: its own rating lies within the band of the maker's others."""
    path = tmp_path / "niro.toml"
    words = ("--usable-kwh", "64.8", "--make", "kia", "--dc-kw", "77")
    code, _, message = run("from-epa", "My Niro", *LIST, *words, "-o", str(path))
    assert code == 0, message
    mine, rated = load_vehicle(path), find_vehicle("kia-niro-electric-2023")
    assert mine.id == "my-niro"
    assert mine.mass_kg == pytest.approx((4000 - 300) * KG_PER_LB, abs=0.5)
    assert mine.provenance["road_load.a_lbf"].kind == "user"
    assert mine.provenance["drive_efficiency"].kind == "estimate"
    assert mine.consumption_spread > rated.consumption_spread
    found, own = (steady_range(car, 110.0, 20.0) for car in (mine, rated))
    assert found.p10_km < own.p50_km < found.p90_km
    plain = tmp_path / "other.toml"
    assert run("from-epa", "Other", *LIST, "--usable-kwh", "50", "-o", str(plain))[0] == 0
    assert load_vehicle(plain).connectors == ()
    assert load_vehicle(plain).consumption_spread > mine.consumption_spread


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--usable-kwh", "0"), "usable_kwh"),
        (("--usable-kwh", "nan"), "usable_kwh"),
        (("--usable-kwh", "64", "--dc-kw", "-5"), "dc_kw"),
        (("--usable-kwh", "64", "--dc-kw", "50", "--plug", "schuko"), "connectors"),
    ],
)
def test_a_car_that_cannot_be_is_refused(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    code, _, message = run("from-epa", "None", *LIST, *words, "-o", str(path))
    assert code == 2
    assert told in message
    assert not path.exists()


@pytest.mark.parametrize(
    ("words", "as_option"),
    [
        (("ID.4",), ("--name", "ID.4")),
        (("leaf", "40"), ("--name", "leaf 40")),
        (("niro", "--year", "2020"), ("--name", "niro", "--year", "2020")),
        (("--make", "kia", "niro"), ("--name", "niro", "--make", "kia")),
    ],
)
def test_words_that_are_no_command_are_looked_for(
    words: tuple[str, ...], as_option: tuple[str, ...]
) -> None:
    code, out, _ = run(*words)
    assert code == 0
    assert out == run(*as_option)[1]
    assert not out.startswith("0 of")


def test_what_no_car_has_is_said() -> None:
    code, out, told = run("no-such-car")
    assert code == 0
    assert out.startswith("0 of")
    assert "fewer words" in told


def test_a_command_is_still_a_command() -> None:
    assert "Charging" in run("show", "nissan-leaf-40")[1]
    assert run("ID.4", "--name", "leaf")[0] == 2
