"""Files read back by programs that know nothing of this one, and held against schemas.

The GPX schema is the one of topografix.com, the KML schema that of the Open Geospatial Consortium;
the packages trailer and fastkml bring them.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from lxml import etree

from tests.samples.hostile_plan import HOSTILE, named_plan
from tests.samples.plan import sample_plan
from tests.samples.plan_with_waypoints import visits_plan
from tests.unit.output.test_outputs import leaving
from tripplan.output.files import export, gpx, ics, kml
from tripplan.planning.audit import UNAUDITED
from tripplan.records.plan import Plan
from tripplan.records.trip import Place

PLANS = pytest.mark.parametrize(
    "plan",
    [
        sample_plan(),
        visits_plan(),
        named_plan(HOSTILE["quotes"]),
        named_plan(HOSTILE["control"]),
        sample_plan().model_copy(update={"audit": UNAUDITED}),
    ],
    ids=["stops", "visits", "quotes", "control", "not audited"],
)


def schema_of(package: str, *place: str) -> etree.XMLSchema:
    """Return a schema that an installed package brings."""
    found = find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"{package} is not installed")
    return etree.XMLSchema(file=str(Path(found.origin).parent.joinpath(*place)))


@pytest.mark.parametrize("wrong", ["order", "latitude", "unknown"])
@PLANS
def test_gpx_follows_its_schema(plan: Plan, wrong: str) -> None:
    schema = schema_of("trailer", "validators", "gpx_1_1", "schemas", "gpx_1_1.xsd")
    root = etree.fromstring(gpx.to_gpx(plan).encode())
    schema.assertValid(root)
    metadata, first = root[0], root[1]
    if wrong == "order":
        root.append(metadata)
    elif wrong == "latitude":
        first.set("lat", "90.5")
    else:
        etree.SubElement(first, f"{{{gpx.GPX}}}charge").text = "40"
    assert not schema.validate(root)


@PLANS
def test_gpxpy_reads_route_track_and_waypoints(plan: Plan) -> None:
    gpxpy = pytest.importorskip("gpxpy")
    found = gpxpy.parse(gpx.to_gpx(plan))
    assert len(found.waypoints) == len(plan.stops) + 2
    (route,) = found.routes
    assert [(p.latitude, p.longitude) for p in route.points] == [
        (p.latitude, p.longitude) for p in found.waypoints
    ]
    (track,) = found.tracks
    assert [len(segment.points) for segment in track.segments] == [
        len(leg.trace.lat) for leg in plan.legs
    ]
    air_km = sum(segment.length_2d() for segment in track.segments) / 1000.0
    assert 0.85 * plan.distance_km < air_km <= 1.01 * plan.distance_km


def read(text: str, ending: str, tmp_path: Path, layer: str | None = None) -> Any:
    """Return what GDAL reads: metadata, ids, geometries as WKB, columns."""
    raw = pytest.importorskip("pyogrio").raw
    path = tmp_path / f"plan.{ending}"
    path.write_text(text, encoding="utf-8")
    return raw.read(path, layer=layer)


def points_of(wkb: bytes) -> np.ndarray:
    """Return the positions of a point or line, shape (points, 2)."""
    shapely = pytest.importorskip("shapely")
    return np.asarray(shapely.get_coordinates(shapely.from_wkb(wkb)))


@PLANS
def test_gdal_reads_gpx_geojson_and_kml_alike(plan: Plan, tmp_path: Path) -> None:
    tracks = read(gpx.to_gpx(plan), "gpx", tmp_path, "track_points")
    features = read(json.dumps(export.to_geojson(plan)), "geojson", tmp_path)
    lines = read(kml.to_kml(plan), "kml", tmp_path, "Legs")
    marks = read(kml.to_kml(plan), "kml", tmp_path, "Stops")
    wanted = np.vstack([np.column_stack([leg.trace.lon, leg.trace.lat]) for leg in plan.legs])
    kinds = features[3][list(features[0]["fields"]).index("kind")]
    drawn = [points_of(wkb) for wkb, kind in zip(features[2], kinds, strict=True) if kind == "leg"]
    for found in (
        np.vstack([points_of(wkb) for wkb in tracks[2]]),
        np.vstack(drawn),
        np.vstack([points_of(wkb) for wkb in lines[2]]),
    ):
        assert found[:, :2] == pytest.approx(wanted, abs=2e-6)
    stops = np.vstack([points_of(wkb) for wkb in marks[2]])[1:-1]
    assert stops == pytest.approx(np.array([[s.lon, s.lat] for s in plan.stops]), abs=1e-6)


@PLANS
def test_kml_follows_its_schema(plan: Plan) -> None:
    schema = schema_of("fastkml", "schema", "ogckml22.xsd")
    schema.assertValid(etree.fromstring(kml.to_kml(plan).encode()))
    broken = kml.to_kml(plan).replace("<coordinates>", "<coordinate>", 1)
    broken = broken.replace("</coordinates>", "</coordinate>", 1)
    assert not schema.validate(etree.fromstring(broken.encode()))


def test_appointments_of_different_trips_have_different_names() -> None:
    icalendar = pytest.importorskip("icalendar")
    departure = datetime.fromisoformat("2026-06-07T08:00")

    def names(plan: Plan) -> set[str]:
        found = icalendar.Calendar.from_ical(ics.to_ics(plan, departure))
        return {str(event["UID"]) for event in found.walk("VEVENT")}

    plan = sample_plan()
    other_end = plan.trip.model_copy(update={"destination": Place(lat=1.0, lon=2.0)})
    elsewhere = plan.stops[0].model_copy(update={"name": "another charger"})
    others = [
        visits_plan(),
        plan.model_copy(update={"trip": other_end}),
        plan.model_copy(update={"vehicle": plan.vehicle.model_copy(update={"id": "other"})}),
        plan.model_copy(update={"stops": (elsewhere, *plan.stops[1:])}),
    ]
    assert names(plan) == names(plan.model_copy(update={"total_s": plan.total_s + 60.0}))
    for other in others:
        assert not names(plan) & names(other)


@PLANS
def test_icalendar_reads_the_appointments(plan: Plan) -> None:
    icalendar = pytest.importorskip("icalendar")
    for start in ("2026-06-07T08:00", "2026-06-07T08:00-06:00"):
        departure = datetime.fromisoformat(start)
        found = icalendar.Calendar.from_ical(ics.to_ics(leaving(plan, departure)))
        events = found.walk("VEVENT")
        assert len(events) == len(plan.legs) + len(plan.stops)
        assert len({str(event["UID"]) for event in events}) == len(events)
        assert events[0].decoded("DTSTART") == departure
        for event, after in pairwise(events):
            assert event.decoded("DTEND") == after.decoded("DTSTART")
        took = events[-1].decoded("DTEND") - departure
        assert took == pytest.approx(timedelta(seconds=plan.total_s), abs=timedelta(seconds=1))
        assert float(events[1]["GEO"].latitude) == pytest.approx(plan.stops[0].lat, abs=1e-6)


def positions(geometry: dict[str, Any]) -> Iterator[list[float]]:
    """Yield the positions of a point or a line."""
    if geometry["type"] == "Point":
        yield geometry["coordinates"]
    else:
        yield from geometry["coordinates"]


GEOJSON = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "properties": {"type": "object"},
                    "geometry": {"oneOf": [{"$ref": "#/$defs/point"}, {"$ref": "#/$defs/line"}]},
                },
            },
        },
    },
    "$defs": {
        "position": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3},
        "point": {
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"const": "Point"},
                "coordinates": {"$ref": "#/$defs/position"},
            },
        },
        "line": {
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"const": "LineString"},
                "coordinates": {
                    "type": "array",
                    "items": {"$ref": "#/$defs/position"},
                    "minItems": 2,
                },
            },
        },
    },
}
"""What RFC 7946 asks of the objects that a plan has (sections 3.1 to 3.3)."""


@PLANS
def test_geojson_follows_the_rfc(plan: Plan) -> None:
    data = json.loads(json.dumps(export.to_geojson(plan), allow_nan=False))
    jsonschema.validate(data, GEOJSON)
    for feature in data["features"]:
        for lon, lat in positions(feature["geometry"]):
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90


@PLANS
def test_json_follows_the_published_schema(plan: Plan) -> None:
    schema = json.loads(export.schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(export.to_json(plan)), schema)
