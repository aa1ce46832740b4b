"""The server as a process: what it answers, and that page, `plan()` and command plan the same."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import tripplan
from tests.servers.trip_server import TripServer
from tripplan.cli.main import app
from tripplan.output.files.export import from_json, plan_json_schema
from tripplan.output.outputs import to_bytes
from tripplan.records.settings import Settings
from tripplan.records.vehicle import catalogue, find_vehicle
from tripplan.records.vehicle_file import to_toml
from tripplan.records.wishes import WISHES
from tripplan.serve.answers import TYPES

TRIP: dict[str, Any] = {
    "origin": "Portland, OR",
    "destination": "Medford, OR",
    "vehicle": "nissan-sakura",
    "departure_soc": 1.0,
    "ambient_c": 20,
}
HOT = {
    "origin": "Denver, CO",
    "destination": "Grand Junction, CO",
    "vehicle": "nissan-leaf-40",
    "ambient_c": 30,
    "via": "Vail, CO; 1h; 11kW",
}


@pytest.mark.parametrize("question", [TRIP, HOT], ids=["plain", "heat and a waypoint"])
def test_page_command_and_plan_say_the_same_to_the_last_bit(
    server: TripServer, tmp_path: Path, question: dict[str, Any]
) -> None:
    _, _, served = server.ask("POST", "/api/plan", question)
    words = [question["origin"], question["destination"]]
    for word, value in question.items():
        if word not in {"origin", "destination"}:
            words += [f"--{word.replace('_', '-')}", str(value)]
    file = tmp_path / "trip.json"
    done = CliRunner().invoke(app, ["plan", *words, "--json", str(file)])
    assert done.exit_code == 0, done.output
    assert file.read_bytes() == served
    # What a stop fewer costs is looked for where a plan is shown; else `plan()` has to be told.
    asked = tripplan.plan(settings=Settings(fewer_stops_gap=0.0), **question)
    assert asked.model_dump_json().encode() + b"\n" == served
    _, _, exported = server.ask("POST", "/api/export/json", question)
    assert exported == served


def test_plans_stay_the_same_after_others(server: TripServer) -> None:
    before = server.ask("POST", "/api/plan", TRIP)[2]
    for soc in (0.5, 0.7, 0.9):
        for ambient_c in (-10, 0, 35):
            server.ask(
                "POST", "/api/drawing", {**TRIP, "departure_soc": soc, "ambient_c": ambient_c}
            )
    for _ in range(4):
        assert server.ask("POST", "/api/plan", TRIP)[2] == before


def test_an_answer_keeps_to_the_published_schema(server: TripServer) -> None:
    plan = server.post("/api/plan", TRIP)
    Draft202012Validator(plan_json_schema()).validate(plan)
    openapi = json.loads(server.ask("GET", "/api/openapi.json")[2])
    assert openapi["openapi"].startswith("3.1")
    # The same records under the names of this description.
    schemas = openapi["components"]["schemas"]
    Draft202012Validator({"components": {"schemas": schemas}, **schemas["Plan"]}).validate(plan)
    assert set(WISHES) < set(schemas["Question"]["properties"])
    for path, methods in openapi["paths"].items():
        for method in methods:
            status, _, _ = server.ask(
                method.upper(), path.replace("{ending}", "json"), {} if method == "post" else None
            )
            assert status in {200, 422}, path


@pytest.mark.parametrize("ending", TYPES)
def test_every_form_is_that_of_the_file(server: TripServer, ending: str) -> None:
    question = {**TRIP, "departure": "2026-06-07T08:00"}
    status, headers, body = server.ask("POST", f"/api/export/{ending[1:]}", question)
    assert status == 200, body
    assert headers["content-type"].startswith(TYPES[ending].split(";")[0])
    assert headers["content-disposition"] == f'attachment; filename="trip{ending}"'
    plan = from_json(server.ask("POST", "/api/plan", question)[2].decode())
    assert body == to_bytes(plan, ending, tripplan.load_starter())
    file = ending.removeprefix(".")
    assert len(body) > 500, file


def test_a_drawing_says_what_the_plan_says(server: TripServer) -> None:
    plan = server.post("/api/plan", TRIP)
    drawn = server.post("/api/drawing", TRIP)
    assert drawn["figures"]["total_s"] == plan["total_s"]
    assert [stop["charger"] for stop in drawn["stops"]] == [
        s["charger"]["id"] for s in plan["stops"]
    ]
    assert "ground" in drawn
    again = server.post("/api/drawing", {**TRIP, "held": drawn["box"]})
    assert "ground" not in again
    assert {k: v for k, v in drawn.items() if k not in {"ground", "box"}} == again
    far = server.post("/api/drawing", {**TRIP, "held": [25.0, -81.0, 26.0, -80.0]})
    assert far["ground"] == drawn["ground"]


def test_the_change_of_a_way_makes_it_the_plan(server: TripServer) -> None:
    ways = server.post("/api/ways", {**TRIP, "count": 3})["ways"]
    assert ways
    for way in ways:
        plan = server.post("/api/plan", {**TRIP, **way["change"]})
        assert plan["total_s"] == pytest.approx(way["figures"]["total_s"], abs=1e-6)


def test_a_car_of_ones_own_is_that_of_the_catalogue(server: TripServer) -> None:
    car = catalogue()["nissan-sakura"]
    own = {k: v for k, v in TRIP.items() if k != "vehicle"}
    served = server.post("/api/plan", {**own, "vehicle_toml": to_toml(car)})
    assert served["total_s"] == server.post("/api/plan", TRIP)["total_s"]


@pytest.mark.parametrize(
    ("more", "error", "told"),
    [
        ({"origin": "Valhalla, CO"}, "invalid", "not known here"),
        ({"departure_soc": 3}, "invalid", "departure_soc"),
        ({"vehicle": "no-such-car"}, "invalid", "not in the catalogue"),
        ({"colour": "red"}, "invalid", "no wish named colour"),
        ({"charge_limit_soc": 0.12, "departure_soc": 0.12}, "no plan", ""),
        ({"origin": "61.2,-149.9"}, "no plan", "km"),
    ],
)
def test_a_trip_that_cannot_be_says_why(
    server: TripServer, more: dict[str, Any], error: str, told: str
) -> None:
    for path in ("/api/plan", "/api/drawing", "/api/ways", "/api/export/gpx"):
        status, _, body = server.ask("POST", path, {**TRIP, **more})
        found = json.loads(body)
        assert (status, found["error"]) == (422, error)
        assert told in found["message"]


def test_cars_wishes_and_chargers_are_told(server: TripServer) -> None:
    cars = json.loads(server.ask("GET", "/api/vehicles")[2])["vehicles"]
    assert len(cars) > 300
    assert [car["id"] for car in cars][: len(catalogue())] == list(catalogue())
    leafs = json.loads(server.ask("GET", "/api/vehicles?q=nissan%20leaf%2040")[2])["vehicles"]
    assert "nissan-leaf-40" in {car["id"] for car in leafs}
    assert all("leaf" in f"{car['id']} {car['name']}".lower() for car in leafs)
    assert all(find_vehicle(car["id"]).id == car["id"] for car in leafs)
    # Known from whom: a Nissan LEAF of 40 kWh, and a car that the law keeps below 110 km/h.
    rows = {car["id"]: car for car in cars}
    leaf, slow = rows["nissan-leaf-40"], rows["generic-nev"]
    assert (leaf["first_year"], leaf["last_year"], leaf["range_kmh"]) == (2018, None, 110.0)
    assert slow["range_kmh"] == find_vehicle("generic-nev").top_speed_kmh < 110.0
    assert all(0.0 < car["cold_range_km"] < car["range_km"] for car in cars)
    wishes = json.loads(server.ask("GET", "/api/wishes")[2])["wishes"]
    assert [wish["word"] for wish in wishes] == list(WISHES)
    assert all(wish["told"] for wish in wishes)
    region = json.loads(server.ask("GET", "/api/region")[2])
    assert region["chargers"] == len(tripplan.load_starter().chargers.chargers)
    near = json.loads(server.ask("GET", "/api/places?lat=39.74&lon=-104.99")[2])["places"]
    assert near[0]["label"].endswith("(near Denver, CO)")


def test_the_page_of_the_docs_says_what_there_is(server: TripServer) -> None:
    text = (Path(__file__).parents[3] / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
    block = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert block
    assert server.post("/api/plan", json.loads(block[1]))["stops"]
    paths = json.loads(server.ask("GET", "/api/openapi.json")[2])["paths"]
    named = set(re.findall(r"`(/api/[\w/{}]+)", text)) - {"/api/openapi"}
    assert {re.sub("export/.*", "export/{ending}", path) for path in named} <= set(paths)
    options = set(re.findall(r"^\| `(--[\w-]+)`", text, re.MULTILINE))
    told = CliRunner().invoke(app, ["serve", "--help"]).stdout
    assert len(options) == 8
    assert {option for option in options if option not in told} == set()


def test_roads_of_a_box_come_bounded_and_wrong_boxes_are_refused(server: TripServer) -> None:
    box = "south=44.8&west=-123.3&north=45.1&east=-122.8"
    status, _, body = server.ask("GET", f"/api/roads?{box}&zoom=11")
    found = json.loads(body)
    assert status == 200
    assert found["box"] == [44.8, -123.3, 45.1, -122.8]
    lat, lon = np.array([np.cumsum(np.reshape(line, (-1, 2)), axis=0)[-1] / 1e5
                         for lines in found["roads"] for line in lines]).T  # fmt: skip
    assert lat.size
    assert (lat >= 44.8 - 1e-5).all()
    assert (lat <= 45.1 + 1e-5).all()
    assert (lon >= -123.3 - 1e-5).all()
    assert (lon <= -122.8 + 1e-5).all()
    world = server.ask("GET", "/api/roads?south=-90&west=-180&north=90&east=180&zoom=18")
    assert world[0] == 200
    assert len(world[2]) < 1e6
    for wrong in (
        "",
        box,
        f"{box}&zoom=nan",
        f"{box}&zoom=99",
        box.replace("44.8", "46") + "&zoom=9",
    ):
        assert server.ask("GET", f"/api/roads?{wrong}")[0] == 422, wrong
