"""Plan <-> JSON, and Plan -> GeoJSON and CSV.

SoC stays a fraction here, under the names of the records; GeoJSON is WGS 84.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema

from tripplan.errors import DataError
from tripplan.output.drawing.access import AccessLine, access_lines
from tripplan.output.files import version_1
from tripplan.output.text import statements, stop_text, words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.base import as_path, as_text, invalid_input
from tripplan.records.plan import SCHEMA_VERSION, ChargingStop, Leg, Plan
from tripplan.records.trip import Place


def to_json(plan: Plan) -> str:
    """Return the plan as JSON; `from_json` gives an equal plan back."""
    return plan.model_dump_json() + "\n"


def from_json(text: str, *, where: str = "plan JSON") -> Plan:
    """Read a plan that `to_json` wrote, here or in a version of tripplan before.

    Parameters
    ----------
    text
        The JSON.
    where
        What is being read, for the message.

    Raises
    ------
    DataError
        It is not JSON, not a plan at all, of another format version, of version 1 with a car that
        is not in the catalogue, or its legs and stops do not fit together.
    InvalidInputError
        Values are missing or wrong; one message names them all.
    """
    text = as_text(text, where=where)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not valid JSON ({error})", path=where) from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version is None:
        raise DataError(
            f'{where}: not a plan; a plan is a JSON object with schema_version "{SCHEMA_VERSION}"',
            path=where,
        )
    if version not in (SCHEMA_VERSION, version_1.SCHEMA_VERSION):
        raise DataError(
            f"{where}: its format is {words.one_line(version, 40)!r}, this version of tripplan "
            f'reads "{SCHEMA_VERSION}"; plan the trip again',
            path=where,
        )
    try:
        plan = (
            Plan.model_validate_json(text)
            if version == SCHEMA_VERSION
            else version_1.read(data, where=where)
        )
    except ValidationError as error:
        raise invalid_input(error, where=where, known=Plan.model_fields) from error
    faults = _structure_faults(plan)
    if faults:
        raise DataError(f"{where}: " + "; ".join(faults), path=where, faults=faults)
    return plan


def _structure_faults(plan: Plan) -> list[str]:
    faults = []
    if len(plan.legs) != len(plan.stops) + 1:
        faults.append(f"{len(plan.legs)} legs do not go with {len(plan.stops)} stops")
    for number, leg in enumerate(plan.legs, start=1):
        sizes = {name: len(getattr(leg.trace, name)) for name in type(leg.trace).model_fields}
        if len(set(sizes.values())) != 1 or not sizes["lat"]:
            faults.append(f"leg {number}: the columns of its trace have lengths {sizes}")
    return faults


def plan_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `to_json` writes.

    It is published with the documentation, and printed by ``tripplan schema``.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA_VERSION.replace('/', ':')}",
        **Plan.model_json_schema(mode="serialization", schema_generator=_Untitled),
    }


class _Untitled(GenerateJsonSchema):
    """Leaves out titles that only repeat the name of a field."""

    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False


def schema_text() -> str:
    """Return the schema as the text that is published."""
    return json.dumps(plan_json_schema(), indent=1, ensure_ascii=False) + "\n"


def write_json(plan: Plan, path: str | Path) -> None:
    """Write a plan as JSON; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_json(plan))


def read_json(path: str | Path) -> Plan:
    """Read a plan from a file; errors as in `from_json`, and `DataError` for an unreadable file."""
    try:
        text = as_path(path, where="plan file").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"plan file {path}: cannot be read ({error})", path=str(path)) from error
    return from_json(text, where=f"plan file {path}")


def to_geojson(plan: Plan) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection (RFC 7946): legs, stops, origin and destination.

    Positions are [longitude, latitude].  Each feature's ``kind`` is leg, access (the part of a leg
    between a place and the roads), stop (at a charger), waypoint, origin or destination; its other
    properties are the fields of the record, those of a stop's charger and connector beside its
    own.  Where the audit objects to the plan or has not looked at it, or chargers are made up,
    ``description`` says so before anything else.
    """
    features = [_point(plan.trip.origin, {"kind": "origin", "name": plan.trip.origin.label})]
    for number, leg in enumerate(plan.legs, start=1):
        features.append(_leg_feature(leg, number))
        features += [_access_feature(line, number) for line in access_lines(plan, (leg,))]
        if number <= len(plan.stops):
            stop = plan.stops[number - 1]
            features.append(_point(stop, {"kind": KINDS[stop.kind], **_stop_properties(stop)}))
    end = plan.trip.destination
    features.append(_point(end, {"kind": "destination", "name": end.label}))
    warning = statements.cautions(plan)
    return {
        "type": "FeatureCollection",
        **({"description": warning} if warning else {}),
        "features": features,
        "tripplan": {
            **({"warning": warning} if warning else {}),
            "illustrative": plan.illustrative,
            **plan.model_dump(
                mode="json",
                exclude={"legs": True, "stops": True, "trip": True, "vehicle": {"provenance"}},
            ),
        },
    }


KINDS = {"charger": "stop", "waypoint": "waypoint"}
"""What the files call the kinds of stop."""


def _point(place: Place | ChargingStop, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [place.lon, place.lat]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _stop_properties(stop: ChargingStop) -> dict[str, Any]:
    """Return what is known of a stop without a record inside: map programs show columns."""
    own = stop.model_dump(mode="json", exclude={"samples", "lat", "lon"})
    charger, connector = own.pop("charger") or {}, own.pop("connector") or {}
    site = {key: value for key, value in charger.items() if key not in _NOT_SITE}
    return {
        **own,
        "illustrative": stop.illustrative,
        **({"charger_id": charger["id"]} if charger else {}),
        **site,
        **connector,
    }


_NOT_SITE = frozenset({"id", "name", "town", "lat", "lon", "connectors", "sources"})
"""Fields of a charger that a stop has itself, or that are more than one value."""


def _leg_feature(leg: Leg, number: int) -> dict[str, Any]:
    line = [[lon, lat] for lat, lon in zip(leg.trace.lat, leg.trace.lon, strict=True)]
    if len(line) == 1:
        line *= 2
    figures = leg.model_dump(mode="json", exclude={"trace", "start", "end", "energy", "access"})
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": {
            "kind": "leg",
            "number": number,
            "start": leg.start.label,
            "end": leg.end.label,
            "access_km": sum(way.distance_km for way in leg.access),
            **figures,
            **leg.energy.model_dump(mode="json"),
        },
    }


def _access_feature(line: AccessLine, number: int) -> dict[str, Any]:
    """Return a way between a place and the roads, which its leg holds as well."""
    return {
        "type": "Feature",
        "geometry": {
            "type": "LineString",
            "coordinates": [[lon, lat] for lat, lon in line.points],
        },
        "properties": {"kind": "access", "leg": number, **line.way.model_dump(mode="json")},
    }


def geojson_text(plan: Plan) -> str:
    """Return the plan as the text of a GeoJSON file."""
    return json.dumps(to_geojson(plan), ensure_ascii=False, allow_nan=False) + "\n"


def write_geojson(plan: Plan, path: str | Path) -> None:
    """Write a plan as GeoJSON; `DataError` if the file cannot be written."""
    write_text_atomically(path, geojson_text(plan))


ROW_FIELDS = (
    "kind", "number", "name", "lat", "lon", "illustrative", "start_s", "end_s", "duration_s",
    "overhead_s", "distance_km", "energy_kwh", "departure_soc", "arrival_soc", "min_soc",
    "pack_departure_c", "pack_arrival_c", "ascent_m", "descent_m", "access_km", "standard",
    "charger_kw", "mean_kw", "max_kw", "limited_by", "heat_delay_s", "waited_s", "closed_s",
    "cooling_s", "waits_for", "dwell_s", "dwell_energy_kwh", "advice", "cost",
    "audit_passed",
)  # fmt: skip
"""Columns of `to_rows`, for legs and stops alike; what one of them lacks is empty."""


def to_rows(plan: Plan) -> list[dict[str, Any]]:
    """Return legs and stops in the order of driving, one dict each with the keys `ROW_FIELDS`.

    ``energy_kwh`` is what leaves the battery: positive on a leg, negative at a stop.  ``lat`` and
    ``lon`` are where the leg or stop ends.  ``start_s`` and ``end_s`` count from departure.
    ``audit_passed`` is the same in each row: false where the audit objects to the plan or has not
    looked at it.  ``kind`` is leg, stop (at a charger) or waypoint; ``waits_for`` says in words for
    what the car waits, ``advice`` where to drive slower.
    """
    rows: list[dict[str, Any]] = []
    for number, (leg, times) in enumerate(
        zip(plan.legs, statements.leg_clocks(plan), strict=True), start=1
    ):
        rows.append(
            _row(
                leg,
                kind="leg",
                number=number,
                name=f"{leg.start.label} - {leg.end.label}",
                lat=leg.end.lat,
                lon=leg.end.lon,
                start_s=times.departure_s,
                end_s=times.arrival_s,
                duration_s=leg.driving_s,
                audit_passed=plan.audit.passed,
                energy_kwh=leg.energy.spent_kwh,
                advice=stop_text.advice_cell(leg),
                access_km=sum(way.distance_km for way in leg.access),
            )
        )
        if number <= len(plan.stops):
            stop = plan.stops[number - 1]
            rows.append(
                _row(
                    stop,
                    kind=KINDS[stop.kind],
                    standard=stop.connector.standard if stop.connector else "",
                    start_s=times.arrival_s,
                    end_s=times.arrival_s + stop.duration_s,
                    duration_s=stop.duration_s,
                    audit_passed=plan.audit.passed,
                    energy_kwh=-stop.energy_kwh,
                    waits_for=" and ".join(stop_text.waits([stop])),
                )
            )
    return rows


def _row(record: Leg | ChargingStop, **values: object) -> dict[str, Any]:
    return {field: values.get(field, getattr(record, field, "")) for field in ROW_FIELDS}


_BEGINS_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""The signs, and their wide forms, which some programs take for them."""
_SPLITS = re.compile(r"([;|\t\r\n])")
"""Signs at which some programs split cells, whatever quotes stand around them."""
_NUMBERS = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?(\s*,\s*[-+]?[\d.]+)?", re.IGNORECASE)


def to_csv(rows: Iterable[Mapping[str, Any]], fields: Sequence[str], *, header: bool = True) -> str:
    """Return rows as CSV text, with a header line unless that is not wanted.

    Text that a spreadsheet would run as a formula (it starts with ``= + - @``, a tab or a line
    end, and is no number or pair of numbers) gets an apostrophe in front; so does what comes after
    a sign at which some programs split cells.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(fields)
    writer.writerows([[_cell(row.get(field, "")) for field in fields] for row in rows])
    return text.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str) or _NUMBERS.fullmatch(value.strip(" ")):
        return value
    parts = _SPLITS.split(value.replace("\x00", ""))
    text = "".join(map(_defused, parts))
    return f"'{text}" if text.lstrip(" ")[:1] in {"\t", "\r", "\n"} else text


def _defused(part: str) -> str:
    runs = part.lstrip(' "')[:1] in _BEGINS_FORMULA and not _NUMBERS.fullmatch(part.strip(" "))
    return f"'{part}" if runs else part


def write_csv(path: str | Path, rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> None:
    """Write rows as CSV (`to_csv`); `DataError` if the file cannot be written."""
    write_text_atomically(path, to_csv(rows, fields))
