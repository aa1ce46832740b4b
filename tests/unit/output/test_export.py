"""JSON, GeoJSON, GPX and CSV."""

import csv
import io
import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from geojson_pydantic import FeatureCollection

from tests.samples.plan import sample_plan
from tripplan.errors import DataError, InvalidInputError
from tripplan.output.files import export, gpx, ics, kml
from tripplan.output.picture import picture
from tripplan.output.text import report
from tripplan.planning.audit import UNAUDITED
from tripplan.records.plan import NOT_AUDITED, Audit
from tripplan.records.trip import ChargerWishes


def test_json_gives_an_equal_plan() -> None:
    for plan in (sample_plan(), sample_plan(illustrative=False)):
        assert export.from_json(export.to_json(plan)) == plan


def test_json_keeps_wishes() -> None:
    plain = sample_plan()
    wished = plain.trip.model_copy(
        update={
            "departure": datetime.fromisoformat("2026-06-07T08:00-06:00"),
            "avoid": ("toll",),
            "chargers": ChargerWishes.model_validate(
                {"banned": ["a"], "adapters": ["CCS1:CHADEMO"], "access": ["restricted"]}
            ),
        }
    )
    plan = plain.model_copy(update={"trip": wished})
    assert export.from_json(export.to_json(plan)) == plan


def test_gpx_states_heights_only_where_the_region_has_any() -> None:
    plan = sample_plan()
    assert gpx.to_gpx(plan).count("<ele>") == sum(len(leg.trace.lat) for leg in plan.legs)
    legs = [
        leg.model_copy(
            update={
                "trace": leg.trace.model_copy(update={"elevation_m": (0.0,) * len(leg.trace.lat)})
            }
        )
        for leg in plan.legs
    ]
    assert "<ele>" not in gpx.to_gpx(plan.model_copy(update={"legs": tuple(legs)}))


def test_json_follows_its_schema() -> None:
    schema = export.plan_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(export.to_json(sample_plan()))
    jsonschema.validate(data, schema)
    del data["legs"][0]["distance_km"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[" * 200_000, "not valid JSON"),
        ("[]", "not a plan"),
        ("{}", "not a plan"),
        ('{"schema_version": "tripplan-plan/99"}', "plan the trip again"),
    ],
)
def test_what_is_no_plan_is_refused(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        export.from_json(text, where="file x.json")
    assert "file x.json" in str(caught.value)


def _edited(**changes: object) -> str:
    data = json.loads(export.to_json(sample_plan()))
    data.update(changes)
    return json.dumps(data)


def test_every_fault_is_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        export.from_json(_edited(total_s="soon", vehicle=[], colour="red"))
    message = str(caught.value)
    assert "3 faults" in message
    assert all(name in message for name in ("total_s", "vehicle", "colour"))


def test_not_a_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="total_s"):
        export.from_json(_edited(total_s=float("nan")))


def test_legs_and_stops_must_fit() -> None:
    data = json.loads(export.to_json(sample_plan()))
    with pytest.raises(DataError, match="4 legs do not go with 0 stops"):
        export.from_json(_edited(stops=[]))
    data["legs"][1]["trace"]["soc"].pop()
    with pytest.raises(DataError, match="leg 2: the columns"):
        export.from_json(json.dumps(data))


def test_files_come_back(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    export.write_json(sample_plan(), path)
    assert export.read_json(path) == sample_plan()
    with pytest.raises(DataError, match="cannot be read"):
        export.read_json(tmp_path / "none.json")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="cannot be read"):
        export.read_json(path)


def test_geojson_passes_a_validator() -> None:
    text = json.dumps(export.to_geojson(sample_plan()))
    found: FeatureCollection[Any] = FeatureCollection.model_validate_json(text)
    assert len(found.features) == len(json.loads(text)["features"])
    assert {feature.geometry.type for feature in found.features if feature.geometry} == {
        "LineString",
        "Point",
    }
    with pytest.raises(ValueError, match="Point"):
        FeatureCollection.model_validate_json(text.replace('"Point"', '"Pont"'))


def test_geojson_has_longitude_first(tmp_path: Path) -> None:
    plan = sample_plan()
    path = tmp_path / "plan.geojson"
    export.write_geojson(plan, path)
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert data["type"] == "FeatureCollection"
    kinds = [feature["properties"]["kind"] for feature in data["features"]]
    assert kinds == ["origin", *["leg", "stop"] * 3, "leg", "destination"]
    for feature in data["features"]:
        assert feature["type"] == "Feature"
        line = feature["geometry"]["type"] == "LineString"
        positions = (
            feature["geometry"]["coordinates"] if line else [feature["geometry"]["coordinates"]]
        )
        assert all(-109 < lon < -104 and 39 < lat < 40 for lon, lat in positions)
    leg = data["features"][1]["properties"]
    assert leg["distance_km"] == plan.legs[0].distance_km
    assert leg["spent_kwh"] == plan.legs[0].energy.spent_kwh
    stop = data["features"][2]["properties"]
    assert stop["illustrative"] is True
    assert "samples" not in stop
    assert "do not drive" in data["tripplan"]["warning"]
    assert "warning" not in export.to_geojson(sample_plan(illustrative=False))["tripplan"]


def test_a_leg_of_one_point_is_still_a_line() -> None:
    plan = sample_plan()
    columns = type(plan.legs[0].trace).model_fields
    point = {name: (getattr(plan.legs[0].trace, name)[0],) for name in columns}
    leg = plan.legs[0].model_copy(update={"trace": plan.legs[0].trace.model_copy(update=point)})
    data = export.to_geojson(plan.model_copy(update={"legs": (leg,), "stops": ()}))
    assert len(data["features"][1]["geometry"]["coordinates"]) == 2


def test_gpx_has_waypoints_and_a_track(tmp_path: Path) -> None:
    plan = sample_plan()
    path = tmp_path / "plan.gpx"
    gpx.write_gpx(plan, path)
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    space = f"{{{gpx.GPX}}}"
    assert root.tag == f"{space}gpx"
    assert root.get("version") == "1.1"
    assert len(root.findall(f"{space}wpt")) == 5
    segments = root.findall(f"{space}trk/{space}trkseg")
    assert [len(segment) for segment in segments] == [len(leg.trace.lat) for leg in plan.legs]
    first = segments[0][0]
    assert float(first.get("lat", "")) == pytest.approx(plan.legs[0].trace.lat[0], abs=1e-6)
    assert first.findtext(f"{space}ele") == f"{plan.legs[0].trace.elevation_m[0]:.1f}"
    assert "do not drive" in (root.findtext(f"{space}metadata/{space}desc") or "")


def test_rows_follow_each_other_in_time() -> None:
    plan = sample_plan()
    rows = export.to_rows(plan)
    assert [row["kind"] for row in rows] == ["leg", "stop"] * 3 + ["leg"]
    assert all(tuple(row) == export.ROW_FIELDS for row in rows)
    for row, after in pairwise(rows):
        assert after["start_s"] == pytest.approx(row["end_s"])
    assert rows[-1]["end_s"] == pytest.approx(plan.total_s)
    spent = sum(row["energy_kwh"] for row in rows)
    assert spent == pytest.approx(plan.energy_spent_kwh - plan.energy_charged_kwh)
    assert rows[1]["limited_by"] == plan.stops[0].limited_by
    assert rows[0]["mean_kw"] == ""


def test_csv_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    rows = export.to_rows(sample_plan())
    export.write_csv(path, rows, export.ROW_FIELDS)
    with path.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(rows)
    for row, back in zip(rows, read, strict=True):
        assert back == {key: str(value) for key, value in row.items()}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1", "'\t'=1"),
        ("-12.5", "-12.5"),
        ("+3e-4", "+3e-4"),
        ("-33.9,151.2", "-33.9,151.2"),
        ("-33.9, -151.2", "-33.9, -151.2"),
        ("Denver, CO", "Denver, CO"),
        ("a=b", "a=b"),
        # Programs that split at ";" begin a cell there, whatever quotes stand around it.
        ("a;=1+1", "a;'=1+1"),
        ("a; =1+1;b", "a;' =1+1;b"),
        ('a;"=1+1"', 'a;\'"=1+1"'),
        ("a|@SUM(1)", "a|'@SUM(1)"),
        ("a\t+cmd", "a\t'+cmd"),
        ("a\n=1", "a\n'=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a;-4.5;+3", "a;-4.5;+3"),
        ("a;b", "a;b"),
        ("", ""),
        (-4.5, "-4.5"),
        (True, "True"),
    ],
)
def test_no_cell_is_a_formula(value: object, cell: str) -> None:
    text = export.to_csv([{"a": value, "b": 1}], ["a", "b", "c"])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [["a", "b", "c"], [cell, "1", ""]]


FAILED = Audit(
    passed=False,
    worst_soc_error=0.0,
    worst_time_error_s=0.0,
    worst_pack_error_k=0.0,
    ledger_error_kwh=0.0,
    objections=("leg 2: too slow", "stop 1: is <banned> & shut"),
)
NOT_MADE = FAILED.model_copy(update={"objections": (NOT_AUDITED,)})
VERDICTS = pytest.mark.parametrize(
    ("audit", "verdict"),
    [
        (FAILED, "AUDIT FAILED: do not rely on this plan. Objections: leg 2: too slow; stop 1"),
        (NOT_MADE, "NOT AUDITED: do not rely on this plan."),
    ],
    ids=["failed", "not made"],
)


@VERDICTS
@pytest.mark.parametrize("illustrative", [True, False])
def test_a_doubtful_plan_is_told_first_in_every_file(
    audit: Audit, verdict: str, illustrative: bool
) -> None:
    plan = sample_plan(illustrative=illustrative).model_copy(update={"audit": audit})
    data = export.to_geojson(plan)
    assert list(data)[:2] == ["type", "description"]
    assert data["description"].startswith(verdict)
    assert ("ILLUSTRATIVE" in data["description"]) is illustrative
    assert next(iter(data["tripplan"])) == "warning"
    space = f"{{{gpx.GPX}}}"
    root = ET.fromstring(gpx.to_gpx(plan))  # noqa: S314 - own text
    for part in ("metadata", "rte", "trk"):
        assert (root.findtext(f"{space}{part}/{space}desc") or "").startswith(verdict), part
    space = f"{{{kml.KML}}}"
    root = ET.fromstring(kml.to_kml(plan))  # noqa: S314 - own text
    document = root.find(f"{space}Document")
    assert document is not None
    assert (document.findtext(f"{space}description") or "").startswith(verdict)
    short = verdict.split(" Objections", maxsplit=1)[0]
    calendar = ics.to_ics(plan, datetime.fromisoformat("2026-06-07T08:00")).replace("\r\n ", "")
    told = [line for line in calendar.splitlines() if line.startswith("DESCRIPTION:")]
    assert len(told) == len(plan.legs) + len(plan.stops)
    assert all(line.startswith(f"DESCRIPTION:{short}") for line in told)
    assert {row["audit_passed"] for row in export.to_rows(plan)} == {False}
    assert report.to_text(plan).startswith(short)
    assert short.removesuffix(".") in picture.to_svg(plan)


def test_an_audited_plan_of_real_chargers_needs_no_warning() -> None:
    plan = sample_plan(illustrative=False)
    assert "description" not in export.to_geojson(plan)
    assert "AUDIT" not in gpx.to_gpx(plan) + kml.to_kml(plan) + ics.to_ics(
        plan, datetime.fromisoformat("2026-06-07T08:00")
    )
    assert {row["audit_passed"] for row in export.to_rows(plan)} == {True}


def test_a_plan_before_its_audit_says_so() -> None:
    assert not UNAUDITED.made
    assert FAILED.made
    assert sample_plan().audit.made
