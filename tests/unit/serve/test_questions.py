"""What a request may ask: bounds before anything else, and no file of the machine."""

import re
from pathlib import Path
from typing import Any

import pytest

from tripplan import load_starter
from tripplan.errors import InvalidInputError
from tripplan.records.vehicle import catalogue
from tripplan.records.vehicle_file import to_toml
from tripplan.serve.questions import MOST_WAYPOINTS, read_json, trip_and_car

TRIP = {"origin": "Denver, CO", "destination": "Vail, CO", "vehicle": "nissan-sakura"}


def refused(**more: Any) -> str:
    with pytest.raises(InvalidInputError) as caught:
        trip_and_car(load_starter(), {**TRIP, **more})
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[]", "no object"),
        (b'"x"', "no object"),
        (b'{"departure_soc": NaN}', "not valid JSON"),
        (b'{"departure_soc": Infinity}', "not valid JSON"),
        (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, "not valid JSON"),
    ],
)
def test_a_body_that_is_no_object_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        read_json(body)


def test_a_question_becomes_a_trip_and_a_car() -> None:
    trip, car = trip_and_car(
        load_starter(),
        {**TRIP, "soh": 0.9, "departure_soc": "80%", "ambient_c": "14F", "road": None},
    )
    assert (trip.origin.label, trip.destination.label) == ("Denver, CO", "Vail, CO")
    assert trip.departure_soc == 0.8
    assert trip.conditions.ambient_c == pytest.approx(-10.0)
    assert trip.conditions.road == "dry"
    assert (car.id, car.battery.soh) == ("nissan-sakura", 0.9)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"via": "|".join(["39.7,-105.0"] * 10_000)}, "more than a request may have"),
        ({"via": ["39.7,-105.0"] * 10_000}, f"at most {MOST_WAYPOINTS}|may have, {MOST_WAYPOINTS}"),
        ({"via": "|".join(["39.7,-105.0"] * 30)}, "may have"),
        ({"banned": ["x"] * 201}, "may have"),
        ({"origin": "x" * 5000}, "characters"),
        ({"banned": ["x" * 5000]}, "characters"),
        ({"via": [{"lat": 1}]}, "expected text"),
        ({"via": {"lat": 1}}, "expected text"),
        ({"ambient_by_hour": [[0, 1, 2, 3, 4, 5]]}, "expected text"),
        ({"x" * 200: 1}, "too long"),
        ({"__class__": "x"}, "no wish named"),
        ({"vehicle_toml": "a = " + "[" * 5000}, "car's file"),
        ({"vehicle_toml": "x" * 70_000}, "characters"),
    ],
)
def test_what_is_beyond_the_bounds_is_refused(more: dict[str, Any], told: str) -> None:
    assert re.search(told, refused(**more))


def test_no_file_of_the_machine_is_read(tmp_path: Path) -> None:
    file = tmp_path / "car.toml"
    file.write_text(to_toml(catalogue()["nissan-sakura"]), encoding="utf-8")
    for name in (str(file), f"{file} ", str(file).upper(), "car.TOML"):
        told = refused(vehicle=name)
        assert "not in the catalogue" in told or "vehicle_toml" in told
        assert "cannot be read" not in told


def test_a_car_of_ones_own_comes_as_text() -> None:
    own = to_toml(catalogue()["nissan-leaf-40"])
    question = {k: v for k, v in TRIP.items() if k != "vehicle"}
    _, car = trip_and_car(load_starter(), {**question, "vehicle_toml": own, "soh": 0.8})
    assert (car.id, car.battery.soh) == ("nissan-leaf-40", 0.8)
