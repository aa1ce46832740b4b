"""Commands that ask the other way round: text of 80 columns, JSON, and one message for a fault."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tripplan.cli.main import app

HOME, AIRPORT = "Littleton, CO", "DEN; 3d"
LEAF = ("-v", "nissan-leaf-40", "--ambient-c", "-10", "--without-charging")


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.stdout, result.stderr


def test_days_are_a_table_and_json(tmp_path: Path) -> None:
    file = tmp_path / "day.json"
    code, out, told = run("days", HOME, AIRPORT, HOME, *LEAF, "--no-weather", "--json", str(file))
    assert code == 0, told
    assert max(map(len, out.splitlines())) <= 80
    found = json.loads(file.read_text(encoding="utf-8"))
    assert [stay["kind"] for stay in found["stays"]] == ["stay", "end"]
    slack = found["stays"][-1]["slack"]
    assert f"{slack['slack_kwh']:.1f} kWh or {slack['slack_km']:.0f} km to spare" in out
    code, out, _ = run("days", HOME, AIRPORT, HOME, *LEAF, "--no-weather", "--json", "-")
    assert code == 0
    assert json.loads(out) == found


def test_limits_have_both_sides(tmp_path: Path) -> None:
    words = ("limits", HOME, HOME, "--via", AIRPORT, *LEAF, "--departure-soc", "100%")
    file = tmp_path / "limits.json"
    code, out, told = run(*words, "--of", "soh,wind-mps", "--json", str(file))
    assert code == 0, told
    assert max(map(len, out.splitlines())) <= 80
    found = json.loads(file.read_text(encoding="utf-8"))
    assert [one["of"] for one in found] == ["soh", "wind-mps"]
    for one in found:
        assert one["inside"]["at"] == one["limit"]
        assert one["outside"]["refusal"]
        assert one["sentence"] in " ".join(out.split())


def test_limits_asked_for_one_by_one_are_all_answered() -> None:
    words = ("limits", HOME, HOME, "--via", AIRPORT, *LEAF, "--departure-soc", "100%")
    code, out, told = run(*words, "--of", "wind-mps", "--of", "soh", "--json", "-")
    assert code == 0, told
    assert [one["of"] for one in json.loads(out)] == ["wind-mps", "soh"]


def test_the_smallest_car_is_the_first_row_that_does_it() -> None:
    words = ("smallest", HOME, HOME, "--via", AIRPORT, *LEAF[2:], "--departure-soc", "100%")
    cars = ("-v", "nissan-leaf-40", "-v", "nissan-leaf-24-2013", "-v", "chevrolet-bolt-60")
    code, out, told = run(*words, *cars, "-n", "1")
    assert code == 0, told
    assert max(map(len, out.splitlines())) <= 80
    rows = [line.split() for line in out.splitlines()[1:3]]
    assert [(row[0], row[-1]) for row in rows] == [
        ("no", "nissan-leaf-24-2013"),
        ("yes", "nissan-leaf-40"),
    ]
    assert "one larger one was not" in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("days", HOME, *LEAF), "two places at least"),
        (("days", HOME, "DEN; -3d", HOME, *LEAF), '"-3d" is neither a time'),
        (("days", HOME, "DEN; 20h", f"{HOME}; 10h", *LEAF, "--days", "7"), "stays take 30 h"),
        (("limits", HOME, "DEN", *LEAF, "--of", "luck"), "no limit named luck"),
        (("limits", HOME, "DEN", *LEAF, "--of", "departure"), "--arrive-by"),
        (("limits", HOME, "DEN", *LEAF), "known: soh, ambient-c, wind-mps"),
        (("smallest", HOME, "DEN", "-v", "no-car"), "no-car"),
        (("smallest", HOME, "DEN", "--also", "Vail, CO"), "names no two places"),
    ],
)
def test_bad_input_is_one_clear_message(words: tuple[str, ...], told: str) -> None:
    code, out, message = run(*words)
    assert (code, out) == (2, "")
    assert told in message
    assert "Traceback" not in message


def test_why_tells_each_stop_and_what_if(tmp_path: Path) -> None:
    file = tmp_path / "why.json"
    words = ("why", "Denver, CO", "Grand Junction, CO", "-v", "nissan-leaf-40")
    code, out, told = run(*words, "--json", str(file))
    assert code == 0, told
    assert max(map(len, out.splitlines())) <= 80
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["possible"]
    text = " ".join(out.split())
    for stop in found["stops"]:
        assert stop["sentence"] in text
        assert all(what["sentence"] in text for what in stop["what_if"])


def test_why_of_a_refusal_ends_as_a_plan_does() -> None:
    code, out, _ = run("why", HOME, HOME, "--via", AIRPORT, "-v", "nissan-sakura", *LEAF[2:])
    assert code == 3
    assert max(map(len, out.splitlines())) <= 80
    assert "cannot drive" in out
    assert "With battery-kwh" in out
