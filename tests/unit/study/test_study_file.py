"""Study files: TOML and YAML say the same, and a fault is named with line, key and what helps."""

from pathlib import Path

import pytest

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.file_places import toml_lines
from tripplan.records.vehicle import find_vehicle
from tripplan.records.vehicle_file import save_vehicle
from tripplan.study import open_study, read_study

TOML = '''\
title = "Two seasons"  # [[trips]]
note = """
[[trips]]
origin = 3
"""
soh = [
  1.0,
  "80%",
]

[[trips]]
name = "Over the pass"
origin = "Denver, CO"
destination = "Vail, CO"
via = "Golden, CO; 8h"

[[trips]]
origin = "Denver, CO"
destination = "Frisco, CO"
cabin = "on"

[[vehicles]]
vehicle = "nissan-sakura"

[[vehicles]]
vehicle = "nissan-leaf-40"
name = "LEAF"
soh = 0.9

[[seasons]]
name = "winter"
ambient_c = -10
departure = 2026-01-15T08:00:00

[vary]
departure_soc = [0.8, 0.9]

[options]
reserve_soc = 0.05
'''
YAML = """\
title: Two seasons
note: |
  [[trips]]
  origin = 3
soh: [1.0, 80%]
trips:
  - name: Over the pass
    origin: Denver, CO
    destination: Vail, CO
    via: Golden, CO; 8h
  - {origin: "Denver, CO", destination: "Frisco, CO", cabin: on}
vehicles:
  - nissan-sakura
  - vehicle: nissan-leaf-40
    name: LEAF
    soh: 0.9
seasons:
  - name: winter
    ambient_c: -10
    departure: 2026-01-15T08:00:00
vary:
  departure_soc: [0.8, 0.9]
options:
  reserve_soc: 0.05
"""


def written(folder: Path, text: str, name: str = "study.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_and_yaml_say_the_same(tmp_path: Path) -> None:
    study = read_study(written(tmp_path, TOML))
    assert study.soh == (1.0, 0.8)
    assert [trip.label for trip in study.trips] == ["Over the pass", "Denver, CO to Frisco, CO"]
    assert study.trips[0].wishes == {"via": "Golden, CO; 8h"}
    assert study.trips[1].wishes == {"cabin": "on"}
    assert study.vehicles[1].soh == (0.9,)
    season = study.seasons[0]
    other = read_study(written(tmp_path, YAML, "study.yaml"))
    assert str(season.wishes["departure"]).replace(" ", "T") == other.seasons[0].wishes["departure"]
    as_text = season.model_copy(update={"wishes": dict(other.seasons[0].wishes)})
    assert study.model_copy(update={"seasons": (as_text,)}) == other
    open_study(study)


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        (13, 'orign = "Denver, CO"', "trips[1].orign: there is no such key; did you mean origin?"),
        (13, 'orign = "Denver, CO"', "trips[1].origin: is needed"),
        (20, 'cabn = "on"', "trips[2].cabn: there is no such key; did you mean cabin?"),
        (28, "soc = 0.9", "vehicles[2].soc: there is no such key; did you mean soh?"),
        (28, "soh = 90", "vehicles[2].soh[1]: a SoC lies within 0 and 1"),
        (36, "depart_soc = 1", "vary.depart_soc: there is no such key; did you mean departure_soc"),
        (35, "[varied]", "varied: there is no such key; did you mean vary?"),
        (39, "ambient_cc = 1", "options.ambient_cc: there is no such key; did you mean ambient_c"),
        (36, "reserve_soc = [0.1]", "vary.reserve_soc: the options wish for reserve_soc too"),
        (20, "ambient_c = 3", "trips[2].ambient_c: a season wishes for ambient_c too"),
        (36, "departure_soc = [0.8, 0.8]", "vary.departure_soc: 0.8 is there twice"),
        (36, "departure_soc = []", "vary.departure_soc: at least one is needed"),
        (26, 'vehicle = "nissan-lef-40"', 'vehicles[2].vehicle: vehicle "nissan-lef-40" is not in'),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, line: int, text: str, said: str) -> None:
    rows = TOML.splitlines()
    rows[line - 1] = text
    path = written(tmp_path, "\n".join(rows))
    with pytest.raises(InvalidInputError) as caught:
        read_study(path)
    told = str(caught.value).splitlines()
    where = 11 if said == "trips[1].origin: is needed" else line
    assert any(one.startswith(f"study {path}, line {where}: {said}") for one in told), told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Vail, CO", "Vial, CO", 'line 14: trips[1].destination: place "Vial, CO" is not known'),
        ("Golden, CO; 8h", "Golden, CO; 8 miles", "line 15: trips[1].via: waypoint"),
        ("ambient_c = -10", "ambient_c = -90", "line 32: seasons[1].ambient_c: Input should be"),
        ("[0.8, 0.9]", "[0.8, 1.9]", "line 36: vary.departure_soc[2]: a SoC lies within"),
        ("reserve_soc = 0.05", 'reserve_soc = "x"', "line 39: options.reserve_soc: Input should"),
        ("[0.8, 0.9]", "[0.8, 0.01]", "line 36: vary.departure_soc[2]: departure_soc 0.01 is be"),
    ],
)
def test_what_cannot_be_planned_with_is_said_before_planning(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = written(tmp_path, TOML.replace(old, new))
    read_study(path)
    with pytest.raises(InvalidInputError) as caught:
        open_study(path)
    assert f"study {path}, {said}" in str(caught.value)


def test_names_stand_for_one_thing(tmp_path: Path) -> None:
    path = written(tmp_path, TOML.replace('"LEAF"', '"nissan-sakura"'))
    with pytest.raises(
        InvalidInputError, match=r'line 25: vehicles\[2\]: "nissan-sakura" is there'
    ):
        read_study(path)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    text = TOML.replace("Vail, CO", "Vial, CO").replace("-10", "-90")
    with pytest.raises(InvalidInputError) as caught:
        open_study(written(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: a\ntitle: b\n", "line 2: title is there twice; first on line 1"),
        ("trips: &all [1]\nvehicles: *all\n", "line 2: aliases are not read"),
        ("trips: [", "not valid YAML"),
        ("title: !!python/object/apply:os.getcwd []\n", "not valid YAML"),
    ],
)
def test_yaml_that_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_study(written(tmp_path, text, "study.yml"))


def test_yaml_faults_have_lines_too(tmp_path: Path) -> None:
    text = YAML.replace("ambient_c: -10", "ambient: -10")
    with pytest.raises(InvalidInputError, match=r"line 19: seasons\[1\].ambient: there is no such"):
        read_study(written(tmp_path, text, "study.yaml"))


@pytest.mark.parametrize("text", ["title = ", "[[trips]\n", "\x00"])
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="not valid TOML"):
        read_study(written(tmp_path, text))
    with pytest.raises(DataError, match="cannot be read"):
        read_study(tmp_path / "nowhere.toml")


def test_lines_of_keys_are_those_of_the_text() -> None:
    lines = toml_lines(TOML)
    rows = TOML.splitlines()
    assert lines["trips", 0] == 11
    assert lines["trips", 1] == 17
    for where, number in lines.items():
        if isinstance(where[-1], str):
            assert str(where[-1]) in rows[number - 1]


def test_a_car_file_lies_beside_the_study(tmp_path: Path) -> None:
    save_vehicle(find_vehicle("nissan-sakura"), tmp_path / "mine.toml")
    path = written(tmp_path, TOML.replace('"nissan-sakura"', '"mine.toml"'))
    assert Path(read_study(path).vehicles[0].vehicle) == tmp_path / "mine.toml"


def test_charger_files_are_looked_for_beside_the_study(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    trip = '[[trips]]\norigin = "Denver, CO"\ndestination = "Vail, CO"\n'
    for given, wanted in (
        ('["mine.csv", "more"]', (str(tmp_path / "mine.csv"), str(tmp_path / "more"))),
        ('"mine.csv"', (str(tmp_path / "mine.csv"),)),
        ('"illustrative"', ("illustrative",)),
    ):
        file.write_text(f'chargers = {given}\nvehicles = ["nissan-leaf-40"]\n{trip}')
        assert read_study(file).chargers == wanted
