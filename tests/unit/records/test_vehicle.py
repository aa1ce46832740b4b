"""The car: records, the TOML format, and the form of the catalogue.

What the catalogue says is held against published numbers in tests/oracles/test_vehicle_facts.py.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import tripplan.records.vehicle
from tripplan.errors import DataError, InvalidInputError
from tripplan.records.vehicle import (
    CAPACITY_BY_TEMPERATURE,
    CoastDown,
    Vehicle,
    catalogue,
    find_vehicle,
    load_vehicle,
    parse_vehicle,
)
from tripplan.records.vehicle_file import save_vehicle, with_values

DATA = Path(tripplan.__file__).parent / "data" / "vehicles"
FILES = sorted(DATA.glob("*.toml"))

PLAIN = """
id = "my-car"
name = "My car"
mass_kg = 1500
drive_efficiency = 0.92
regen_efficiency = 0.8
regen_max_kw = 50
motor_kw = 100
auxiliary_kw = 0.25
top_speed_kmh = 150
connectors = ["CCS2"]
[road_load]
drag_coefficient = 0.29
frontal_area_m2 = 2.3
rolling_coefficient = 0.012
[cabin]
heater = "ptc"
[battery]
nominal_kwh = 50
gross_kwh = 54
nominal_voltage_v = 350
[battery.thermal]
heat_capacity_j_per_k = 3.8e5
resistance_ohm = 0.1
conductance_driving_w_per_k = 8
conductance_parked_w_per_k = 4
cooling = "none"
[battery.charging_curve]
points = [[0.0, 90.0], [1.0, 10.0]]
"""

# The unit that the end of a name promises, longest ending first.
UNITS = {
    "_lbf_per_mph2": "lbf/mph^2",
    "_lbf_per_mph": "lbf/mph",
    "_lbf": "lbf",
    "_w_per_k": "W/K",
    "_j_per_k": "J/K",
    "_per_k": "1/K",
    "_kwh": "kWh",
    "_kmh": "km/h",
    "_ohm": "ohm",
    "_kg": "kg",
    "_kw": "kW",
    "_m2": "m2",
    "_v": "V",
    "_w": "W",
    "_c": "degC",
    "_efficiency": "1",
    "_coefficient": "1",
    "_factor": "1",
    "_spread": "1",
    "range_tests": "1",
    "charging_curve.points": "soc, kW",
    "temperature_limit.points": "degC, kW",
    "capacity_by_temperature": "degC, share",
    "heater": "word",
    "cooling": "word",
    "connectors": "word",
}
# Names, and flags that are themselves a statement about provenance.
NO_SOURCE_OWED = {
    "id",
    "name",
    "note",
    "battery.charging_curve.measured",
    "battery.temperature_limit.assumed",
}


def edited(old: str, new: str, text: str = PLAIN) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Walk the dotted names of all values of a record."""
    for key, item in table.items():
        if isinstance(item, dict):
            yield from leaves(item, f"{prefix}{key}.")
        else:
            yield prefix + key


@pytest.fixture(name="plain")
def plain_car() -> Vehicle:
    return parse_vehicle(PLAIN, where="test")


# --- the catalogue's form -------------------------------------------------------------------------


def test_the_catalogue_holds_every_file_under_its_own_name() -> None:
    assert len(FILES) == 28
    assert set(catalogue()) == {path.stem for path in FILES}
    assert all(car.id == name for name, car in catalogue().items())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_catalogue_file_opens_with_a_comment_that_says_what_it_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(f"# {catalogue()[path.stem].name}: ")


@pytest.mark.parametrize("car", catalogue().values(), ids=lambda car: car.id)
def test_every_value_says_its_unit_source_and_kind(car: Vehicle) -> None:
    stated = set(leaves(car.model_dump(exclude_unset=True, exclude={"provenance"})))
    owed = (stated | {"battery.capacity_by_temperature"}) - NO_SOURCE_OWED
    assert set(car.provenance) == owed
    for name, origin in car.provenance.items():
        promised = next(unit for ending, unit in UNITS.items() if name.endswith(ending))
        assert origin.unit == promised, name
        assert len(origin.source) > 10, name
        assert origin.kind in {"published", "fitted", "estimate"}, name
        assert origin.uncertainty or origin.unit == "word", name


@pytest.mark.parametrize("car", catalogue().values(), ids=lambda car: car.id)
def test_sources_are_words_and_agree_with_their_kind(car: Vehicle) -> None:
    for name, origin in car.provenance.items():
        assert not re.search(r"\b(MEM|OEV|EMO|FS3?T?|GG33|EVKX|FIT|IEV|LCE|WIKI)\b", origin.source)
        if origin.kind == "published":
            assert not origin.source.startswith(("engineering estimate", "estimate")), name


@pytest.mark.parametrize("car", catalogue().values(), ids=lambda car: car.id)
def test_a_catalogue_car_is_new_and_its_limit_covers_its_curve_when_warm(car: Vehicle) -> None:
    assert car.battery.soh == 1
    limit, curve = car.battery.temperature_limit, car.battery.charging_curve
    assert (limit is None) == (curve is None) == (not car.connectors)
    if limit is not None and curve is not None:
        warm = dict(limit.points)
        assert max(warm.values()) >= curve.max_kw
        assert limit.points[-1][0] >= 53


def test_cars_say_which_of_their_tables_are_assumptions() -> None:
    cars = catalogue()
    assert [c.id for c in cars.values() if not c.assumptions] == ["generic-nev", "nissan-leaf-40"]
    (sentence,) = cars["nissan-leaf-62"].assumptions
    assert "temperature" in sentence
    assert any("estimate" in s for s in cars["nissan-ariya-63"].assumptions)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        catalogue()["x"] = catalogue()["nissan-sakura"]  # type: ignore[index]
    with pytest.raises(ValidationError):
        catalogue()["nissan-sakura"].mass_kg = 1  # type: ignore[misc]


# --- a car of one's own ---------------------------------------------------------------------------


def test_plain_values_make_a_car(plain: Vehicle, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(PLAIN, encoding="utf-8")
    assert load_vehicle(path) == find_vehicle(str(path)) == plain
    assert plain.mass_kg == 1500
    assert list(plain.provenance) == ["battery.capacity_by_temperature"]
    assert plain.battery.capacity_by_temperature == CAPACITY_BY_TEMPERATURE
    assert plain.battery.temperature_limit is None


def test_values_and_their_origin_can_be_mixed() -> None:
    car = parse_vehicle(
        edited("mass_kg = 1500", 'mass_kg = { value = 1512, source = "own scales", unit = "kg" }'),
        where="test",
    )
    assert car.mass_kg == 1512
    assert car.provenance["mass_kg"].source == "own scales"
    assert car.provenance["mass_kg"].kind == "user"


def test_a_stated_capacity_in_the_cold_is_the_users_own() -> None:
    stated = "capacity_by_temperature = [[-10, 0.7], [20, 1.0]]\nnominal_voltage_v"
    car = parse_vehicle(edited("nominal_voltage_v", stated), where="test")
    assert car.battery.capacity_by_temperature == ((-10, 0.7), (20, 1.0))
    assert "battery.capacity_by_temperature" not in car.provenance


def test_the_epa_form_of_road_load() -> None:
    text = re.sub(
        r"drag_coefficient.*\n.*\n.*\n",
        "a_lbf = 30\nb_lbf_per_mph = -0.1\nc_lbf_per_mph2 = 0.02\n",
        PLAIN,
    )
    assert isinstance(parse_vehicle(text, where="test").road_load, CoastDown)


def test_one_message_names_every_fault() -> None:
    text = edited("mass_kg = 1500\n", "")
    text = edited("resistance_ohm = 0.1\n", "", text)
    text = edited("frontal_area_m2 = 2.3\n", "", text)
    text = edited('heater = "ptc"', 'heater = "stove"', text)
    text = edited("motor_kw = 100", "motor_kw = -1\nwheels = 4", text)
    with pytest.raises(InvalidInputError) as caught:
        parse_vehicle(text, where="vehicle file mine.toml")
    lines = str(caught.value).splitlines()
    assert lines[0] == "vehicle file mine.toml: 6 faults"
    for name in (
        "mass_kg: Field required",
        "battery.thermal.resistance_ohm: Field required",
        "road_load.drag_and_rolling.frontal_area_m2: Field required",
        "cabin.heater:",
        "motor_kw:",
        "wheels: there is no such field",
    ):
        assert sum(line.startswith(f"  {name}") for line in lines) == 1, name


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("gross_kwh = 54", "gross_kwh = 49", "cannot exceed gross_kwh"),
        ('connectors = ["CCS2"]', "connectors = []", "at least one of connectors"),
        ('["CCS2"]', '["CCS9"]', "connectors.0"),
        ('cooling = "none"', 'cooling = "liquid"', "active cooling needs cooling_w"),
        ('cooling = "none"', 'cooling = "none"\ncooling_w = 9', "active cooling needs cooling_w"),
        ("[0.0, 90.0], [1.0, 10.0]", "[0.0, 90.0], [0.9, 10.0]", "runs from SoC 0 to SoC 1"),
        ("[0.0, 90.0], [1.0, 10.0]", "[0, 90], [0.5, 9], [0.5, 8], [1, 9]", "SoC values of a"),
        ("[0.0, 90.0], [1.0, 10.0]", "[0, 90], [1, 0]", "within 0.1 and 2000 kW"),
        ("nominal_kwh = 50", "nominal_kwh = nan", "battery.nominal_kwh"),
        ("nominal_kwh = 50", "nominal_kwh = 50\nsoh = 93", "battery.soh"),
        ("nominal_kwh = 50", "capacity_by_temperature = []\nnominal_kwh = 50", "at least one"),
        (
            "nominal_kwh = 50",
            "capacity_by_temperature = [[9, 1], [9, 1]]\nnominal_kwh = 50",
            "temperatures of capacity_by_temperature rise",
        ),
        (
            "nominal_kwh = 50",
            "capacity_by_temperature = [[9, 93]]\nnominal_kwh = 50",
            "shares of capacity_by_temperature",
        ),
        ('id = "my-car"', 'id = "My Car"', "id:"),
        ("mass_kg = 1500", 'mass_kg = { value = 9e2, kind = "guess" }', "provenance.mass_kg.kind"),
        ("mass_kg = 1500", 'mass_kg = { value = 9e2, sorce = "x" }', "provenance.mass_kg.sorce"),
    ],
)
def test_a_faulty_value_is_refused_with_its_name(old: str, new: str, complaint: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_vehicle(edited(old, new), where="test")
    assert complaint in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_road_load_of_neither_form_names_both() -> None:
    text = re.sub(r"drag_coefficient.*\n.*\n.*\n", "", PLAIN)
    with pytest.raises(InvalidInputError, match=r"either a_lbf, .* or drag_coefficient"):
        parse_vehicle(text, where="test")


@pytest.mark.parametrize("text", ["mass_kg = ", "[battery\n", "a = 1\na = 2", '"""'])
def test_what_is_not_toml_is_refused_with_the_file_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"broken\.toml.*not valid TOML"):
        load_vehicle(path)


@pytest.mark.parametrize("text", ["", "battery = 3", "road_load = []", "provenance = 1"])
def test_toml_of_another_shape_is_a_fault_and_no_crash(text: str) -> None:
    with pytest.raises(InvalidInputError, match="faults"):
        parse_vehicle(text, where="test")


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        load_vehicle(tmp_path / "absent.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="cannot be read"):
        find_vehicle(str(binary))


# --- finding, ageing, round trip ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nissan-leaf-40", "Nissan LEAF 40", " nissan_leaf_40 "])
def test_a_car_is_found_however_its_id_is_written(name: str) -> None:
    assert find_vehicle(name) is catalogue()["nissan-leaf-40"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("bolt", "chevrolet-bolt-60 / chevrolet-bolt-65"),
        ("nisan-sakura", "nissan-sakura"),
        ("leaf-41", "nissan-leaf-"),
        ("qqqq", "`tripplan vehicles` lists them"),
        ("", "`tripplan vehicles` lists them"),
    ],
)
def test_an_unknown_car_suggests_near_ids(name: str, hint: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        find_vehicle(name)
    assert hint in str(caught.value)
    assert caught.value.field == "vehicle"
    assert caught.value.value == name


def test_ageing_changes_the_energy_and_nothing_else() -> None:
    new = find_vehicle("nissan-leaf-24-2011")
    old = new.aged(0.75)
    assert old.battery.usable_kwh == pytest.approx(0.75 * new.battery.usable_kwh)
    assert new.battery.soh == 1
    assert old.aged(1.0) == new.aged(1.0)
    changed = {
        name
        for name in leaves(new.model_dump())
        if _at(old.model_dump(), name) != _at(new.model_dump(), name)
    }
    assert changed == {"battery.soh"}


def _at(table: Any, name: str) -> Any:
    # provenance keys hold dots themselves
    if name.startswith("provenance."):
        inner, field = name.removeprefix("provenance.").rsplit(".", 1)
        return table["provenance"][inner][field]
    for key in name.split("."):
        table = table[key]
    return table


@pytest.mark.parametrize("soh", [0.0, 0.29, 1.01, 93.0, float("nan")])
def test_an_impossible_state_of_health_is_refused(soh: float) -> None:
    with pytest.raises(InvalidInputError, match="soh"):
        find_vehicle("nissan-sakura").aged(soh)


@pytest.mark.parametrize("car", catalogue().values(), ids=lambda car: car.id)
def test_a_car_survives_json(car: Vehicle) -> None:
    assert Vehicle.model_validate_json(car.model_dump_json()) == car


def test_changed_values_name_their_own_source(tmp_path: Path) -> None:
    leaf = catalogue()["nissan-leaf-40"]
    given = {"id": "mine", "mass_kg": 1650.0, "battery.nominal_kwh": 37.0}
    mine = load_vehicle(save_vehicle(with_values(leaf, given, "weighed"), tmp_path / "mine.toml"))
    assert (mine.id, mine.mass_kg, mine.battery.nominal_kwh) == ("mine", 1650.0, 37.0)
    changed = {name for name, told in mine.provenance.items() if told != leaf.provenance.get(name)}
    assert changed == {"mass_kg", "battery.nominal_kwh"}
    assert mine.provenance["mass_kg"].source == "weighed"
    assert mine.provenance["mass_kg"].kind == "user"
    assert mine.provenance["mass_kg"].uncertainty == ""
    for wrong in ({"mass": 1650.0}, {"mass_kg": -5.0}):
        with pytest.raises(InvalidInputError, match="mass"):
            with_values(leaf, wrong, "weighed")
