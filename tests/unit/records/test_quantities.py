"""Quantities with units: worth what definitions say, refused where they are of another kind."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tripplan.batch import asked
from tripplan.batch.overview import sweep
from tripplan.errors import InvalidInputError
from tripplan.records.quantities import in_unit_of
from tripplan.records.trip import Adapter, Conditions, Trip
from tripplan.records.wishes import WISHES
from tripplan.sources.starter import load_starter
from tripplan.study.cross import rows
from tripplan.study.run import open_study

HERE = {"lat": 39.7, "lon": -105.0}
ENDS = {"origin": HERE, "destination": HERE}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("ambient_c", "32F", 0.0),
        ("ambient_c", "20 °F", -6.6667),  # (20 - 32) / 1.8
        ("ambient_c", "-40degF", -40.0),
        ("ambient_c", "-10C", -10.0),
        ("ambient_c", "273.15K", 0.0),
        ("max_speed_kmh", "60mph", 96.56064),  # 1760 yards of 0.9144 m a mile
        ("max_speed_kmh", "100 km/h", 100.0),
        ("max_speed_kmh", "10 m/s", 36.0),
        ("wind_mps", "36 km/h", 10.0),
        ("wind_mps", "10mph", 4.4704),
        ("charger_reach_km", "100mi", 160.9344),
        ("charger_reach_km", "250m", 0.25),
        ("stop_overhead_s", "30min", 1800.0),
        ("longest_stop_s", "2h", 7200.0),
        ("longest_stop_s", "1h30min", 5400.0),
        ("longest_stop_s", "1 h 2 min", 3720.0),
        ("hour_worth_kwh", "500 Wh", 0.5),
        ("min_power_kw", "50kW", 50.0),
        ("payload_kg", "330lb", 149.6855),  # 0.45359237 kg a pound
        ("wind_from_deg", "270deg", 270.0),
        ("sun_w_per_m2", "800 W/m2", 800.0),
    ],
)
def test_a_text_with_a_unit_is_worth_its_value(field: str, text: str, value: float) -> None:
    assert in_unit_of(field, text) == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize("given", ["20", "-1e1", "warm", "nan", 20.0, None])
def test_what_has_no_unit_stays_as_it_is(given: object) -> None:
    assert in_unit_of("ambient_c", given) == given


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("ambient_c", "60mph", 'that is a speed, and a temperature is asked for, like "20F"'),
        ("max_speed_kmh", "100mi", "that is a distance, and a speed is asked for"),
        ("longest_stop_s", "80%", "that is a share, and a time is asked for"),
        ("wind_mps", "10 C", "plain number of m/s"),
        ("stop_overhead_s", "5 fortnights", "its unit is not known; a time is written like"),
        ("stop_overhead_s", "5min 5min", "valid number"),
        ("departure_soc", "20F", 'that is a temperature, and a share is asked for, like "80%"'),
        ("arrive_with_probability", "2h", "that is a time, and a share is asked for"),
    ],
)
def test_a_unit_of_another_kind_is_refused(field: str, text: str, told: str) -> None:
    record, fields = (Trip, ENDS) if field in Trip.model_fields else (Conditions, {})
    with pytest.raises(InvalidInputError, match=rf"{field}: .*{told}.*but got '{text}'"):
        record.parse({**fields, field: text}, where="trip")


def test_all_parts_of_a_trip_take_units() -> None:
    trip = Trip.parse(
        {
            **ENDS,
            "stop_overhead_s": "10min",
            "conditions": {"ambient_c": "14F", "payload_kg": "100 lb"},
            "chargers": {"min_power_kw": "50 kW", "adapters": "CCS1:CHADEMO:50kW"},
            "waypoints": [{"place": HERE, "dwell_s": "8h", "charger_kw": "11kW"}],
            "departure": "2026-01-07T08:00",
            "ambient_by_hour": "6:14F; 12:0C; 18:-4",
        },
        where="trip",
    )
    assert trip.stop_overhead_s == 600.0
    assert trip.conditions.ambient_c == pytest.approx(-10.0)
    assert trip.conditions.payload_kg == pytest.approx(45.359237)
    assert trip.chargers.min_power_kw == 50.0
    assert trip.chargers.adapters == (Adapter(plug="CCS1", inlet="CHADEMO", max_kw=50.0),)
    assert (trip.waypoints[0].dwell_s, trip.waypoints[0].charger_kw) == (28_800.0, 11.0)
    assert [c for _, c in trip.ambient_by_hour] == pytest.approx([-10.0, 0.0, -4.0])


def test_each_wish_that_is_a_number_takes_its_unit() -> None:
    """A field that ends in a unit which nobody can write would be found here."""
    units = {"_c": "C", "_s": "s", "_kmh": "km/h", "_mps": "m/s", "_kw": "kW", "_kwh": "kWh"}
    units |= {"_kg": "kg", "_deg": "deg", "_m2": "W/m2"}
    for name in {wish.field for wish in WISHES.values()}:
        end = f"_{name.rpartition('_')[2]}"
        if end in units and ("_per_" not in name or end == "_m2"):
            assert in_unit_of(name, f"1 {units[end]}") == 1.0, name


def test_rows_of_batches_and_sweeps_take_units() -> None:
    ends = {"origin": "Denver, CO", "destination": "Vail, CO", "vehicle": "nissan-sakura"}
    row = {**ends, "ambient_c": "14F", "max_speed_kmh": "50mph", "soh": "80%"}
    trip, car = asked(load_starter("illustrative"), row)
    assert trip.conditions.ambient_c == pytest.approx(-10.0)
    assert trip.max_speed_kmh == pytest.approx(80.4672)
    assert car.battery.soh == 0.8
    found = sweep("Denver, CO", "Vail, CO", ["nissan-sakura"], ["14F", "Jan=-4C", "0"])
    assert found.temperatures_c == pytest.approx((-10.0, -4.0, 0.0))
    with pytest.raises(InvalidInputError, match="no temperature"):
        sweep("Denver, CO", "Vail, CO", ["nissan-sakura"], ["60mph"])


def test_a_season_of_a_study_takes_units(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(
        '[[trips]]\nname = "a"\norigin = "Denver, CO"\ndestination = "Vail, CO"\n'
        '[[vehicles]]\nvehicle = "nissan-sakura"\n[[seasons]]\nname = "Jan"\nambient_c = "14F"\n',
        encoding="utf-8",
    )
    (case,) = rows(open_study(file).study)
    trip, _ = asked(load_starter("illustrative"), case.row)
    assert trip.conditions.ambient_c == pytest.approx(-10.0)


@pytest.mark.parametrize(
    ("field", "text", "word"),
    [
        ("trailer", "Caravan", "caravan"),
        ("bikes", "tow-bar", "tow_bar"),
        ("bikes", " Tow bar ", "tow_bar"),
        ("road", "DRY", "dry"),
        ("cabin", "Preheated", "preheated"),
    ],
)
def test_words_may_be_in_capitals_and_with_hyphens(field: str, text: str, word: str) -> None:
    found = Conditions.model_validate({"ambient_c": 20.0, field: text})
    assert getattr(found, field) == word


def test_a_trailer_and_bicycles_do_not_share_the_tow_bar() -> None:
    with pytest.raises(ValidationError, match="only travel on the roof"):
        Conditions(trailer="open", bikes="tow_bar")
    assert Conditions(trailer="open", bikes="roof").bikes == "roof"


def test_a_word_that_is_none_is_refused_as_it_was_written() -> None:
    with pytest.raises(ValidationError, match="Ship"):
        Conditions.model_validate({"ambient_c": 20.0, "trailer": "Ship"})
