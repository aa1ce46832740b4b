"""What people write is taken for what it means; anything else is one clear error."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import InvalidInputError, TripplanError
from tripplan.planning.given import count_of
from tripplan.records.region import Region
from tripplan.records.vehicle_file import save_vehicle
from tripplan.sources.store import save_region


@pytest.fixture(name="region", scope="module")
def fixture_region() -> Region:
    return hilly_region(1)


def ends(region: Region) -> dict[str, Any]:
    trip = across(region)
    return {"origin": trip.origin, "destination": trip.destination}


def asked(ground: Region, /, **changes: Any) -> tripplan.Plan:
    words: dict[str, Any] = {**ends(ground), "vehicle": car(), "region": ground} | changes
    return tripplan.plan(words.pop("origin"), words.pop("destination"), **words)


def test_all_forms_of_a_question_have_one_answer(region: Region, tmp_path: Path) -> None:
    wanted = asked(region, departure_soc=0.9, ambient_c=20.0)
    trip = across(region)
    pair = (trip.origin.lat, trip.origin.lon)
    vehicle = save_vehicle(car(), tmp_path / "car.toml")
    folder = save_region(region, tmp_path / "hills")
    forms: list[dict[str, Any]] = [
        {"origin": pair},
        {"origin": list(pair)},
        {"origin": np.array(pair)},
        {"origin": (str(pair[0]), str(pair[1]))},
        {"origin": f"{pair[0]!r},{pair[1]!r}"},
        {"vehicle": vehicle},
        {"vehicle": str(vehicle)},
        {"region": folder},
        {"region": str(folder)},
        {"settings": {}},
        {"settings": {"gap": "0.0002"}},
        {"ambient_c": "20"},
        {"ambient_c": "68F"},
        {"departure_soc": "90%"},
    ]
    for form in forms:
        usual: dict[str, Any] = {"departure_soc": 0.9, "ambient_c": 20.0}
        found = asked(region, **{**usual, **form})
        assert found.total_s == pytest.approx(wanted.total_s, abs=1e-6), form


def test_plan_many_takes_the_same(region: Region, tmp_path: Path) -> None:
    trip = across(region)
    row = {
        "origin": (trip.origin.lat, trip.origin.lon),
        "destination": [trip.destination.lat, trip.destination.lon],
        "vehicle": save_vehicle(car(), tmp_path / "car.toml"),
    }
    folder = save_region(region, tmp_path / "hills")
    (outcome,) = tripplan.plan_many([row], region=folder, settings={"gap": 0.001}, workers=1)
    assert outcome.status == "ok", outcome.reason


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("origin", (39.7,), "(lat, lon)"),
        ("origin", None, "(lat, lon)"),
        ("origin", (True, 1.0), "(lat, lon)"),
        ("origin", {"lat": 1}, "(lat, lon)"),
        ("destination", object(), "(lat, lon)"),
        ("vehicle", 5, "TOML file"),
        ("vehicle", None, "TOML file"),
        ("region", 5, "its folder"),
        ("region", None, "its folder"),
        ("region", "", "its folder"),
        ("settings", 5, "a Settings"),
        ("settings", [], "a Settings"),
        ("chargers", 5, "files or folders"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    region: Region, field: str, value: object, expected: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        asked(region, **{field: value})
    assert caught.value.field == field
    assert expected in str(caught.value)
    assert type(value).__name__ in str(caught.value)


def test_pairs_off_the_earth_are_refused(region: Region) -> None:
    for pair in ((91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("inf"))):
        with pytest.raises(InvalidInputError, match="place"):
            asked(region, origin=pair)


def test_faulty_settings_are_named(region: Region) -> None:
    with pytest.raises(InvalidInputError, match="settings: 2 faults"):
        asked(region, settings={"gap": "wide", "nothing": 1})
    with pytest.raises(InvalidInputError, match="a Region"):
        tripplan.Planner("starter")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["3", " 3 ", 3, 3.0, np.int64(3), np.float64(3)])
def test_counts_in_any_form(value: object) -> None:
    found = count_of(value, "count")
    assert found == 3
    assert type(found) is int


@pytest.mark.parametrize("value", [0, -1, "0", "x", "", 1.5, True, None, [], np.nan, "9" * 99])
def test_what_is_no_count(value: object) -> None:
    with pytest.raises(InvalidInputError, match="whole number from 1 on"):
        count_of(value, "count")


def test_goals_and_plans_of_another_kind(region: Region) -> None:
    words: dict[str, Any] = {**ends(region), "vehicle": car(), "region": region}
    place = words.pop("origin"), words.pop("destination")
    choices: list[Any] = [5, None, "time", ["time", 5], "time; wine"]
    for over in choices:
        with pytest.raises(InvalidInputError):
            tripplan.pareto(*place, over=over, **words)
    with pytest.raises(InvalidInputError, match="count"):
        tripplan.alternatives(*place, count="many", **words)
    with pytest.raises(InvalidInputError, match="a Plan"):
        tripplan.audit("plan.json")  # type: ignore[arg-type]


def test_an_object_that_fails_at_all_is_refused(region: Region) -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError("no")

        def __iter__(self) -> Any:
            raise RuntimeError("no")

    for field in ("origin", "vehicle", "region", "settings", "chargers", "via", "avoid", "soh"):
        with pytest.raises(TripplanError):
            asked(region, **{field: Hostile()})
