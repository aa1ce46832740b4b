"""What became of one trip of a batch: status, reason, and the figures of its plan in one row."""

import math
from collections.abc import Mapping
from typing import Any, Literal

from tripplan.errors import OutOfRangeError
from tripplan.records.base import Record
from tripplan.records.plan import Plan
from tripplan.units import S_PER_H

Status = Literal["ok", "no plan", "invalid", "failed"]
Cell = bool | int | float | str

_TOO_LARGE = 2**63
_LONGEST_ECHO = 200
"""Characters of a row's own words that are repeated in its outcome."""

SUMMARY_FIELDS = (
    "index",
    "status",
    "reason",
    "origin",
    "destination",
    "vehicle",
    "soh",
    "ambient_c",
    "total_h",
    "driving_h",
    "charging_h",
    "stops",
    "distance_km",
    "energy_spent_kwh",
    "consumption_wh_per_km",
    "arrival_soc",
    "arrival_probability",
    "slack_kwh",
    "shortfall_kwh",
    "furthest",
    "furthest_lat",
    "furthest_lon",
    "remaining_km",
    "gap",
    "audit_passed",
    "illustrative",
    "waypoints",
    "waiting_h",
    "closed_h",
    "cooling_h",
    "dwell_h",
    "objective",
    "value",
    "cost",
    "currency",
    "plan_json",
)
"""Columns of a batch's table, in order."""
KINDS: Mapping[str, type[Cell]] = {
    **dict.fromkeys(SUMMARY_FIELDS, float),
    **dict.fromkeys(("status", "reason", "origin", "destination", "vehicle", "furthest"), str),
    **dict.fromkeys(("objective", "currency", "plan_json"), str),
    **dict.fromkeys(("index", "stops", "waypoints"), int),
    **dict.fromkeys(("audit_passed", "illustrative"), bool),
}
"""What each column holds where it is not empty."""


class Outcome(Record):
    """What became of one trip of a batch."""

    index: int
    """Position in the batch, from 0."""
    status: Status
    """What became of the trip."""
    reason: str = ""
    """Why there is no plan; empty where there is one."""
    shortfall_kwh: float | None = None
    """Least extra energy that would help, as in `OutOfRangeError`; None: no finite amount known."""
    figures: Mapping[str, Cell] = {}
    """What the row asked for and the figures of its plan, by the names of `SUMMARY_FIELDS`, shape
    (figures,)."""
    plan_json: str = ""
    """Path of the plan as JSON, from beside the folder of plans; empty where none was written."""
    plan: Plan | None = None
    """The plan; None where there is none, or where the batch keeps plans in files."""

    def summary(self) -> dict[str, Cell]:
        """Return one line of a batch's table; keys are `SUMMARY_FIELDS`, empty cells are ""."""
        own: dict[str, Cell] = {
            "index": self.index,
            "status": self.status,
            "reason": " ".join(self.reason.split()),
            "shortfall_kwh": "" if self.shortfall_kwh is None else self.shortfall_kwh,
            "plan_json": self.plan_json,
        }
        return {**dict.fromkeys(SUMMARY_FIELDS, ""), **self.figures, **own}


def furthest_of(error: OutOfRangeError) -> dict[str, Cell]:
    """Return how far the car gets on a trip that it cannot finish, by the table's columns."""
    return {
        "furthest": error.furthest,
        "furthest_lat": error.furthest_lat,
        "furthest_lon": error.furthest_lon,
        "remaining_km": error.remaining_km if math.isfinite(error.remaining_km) else "",
    }


def echo(row: Mapping[str, Any]) -> dict[str, Cell]:
    """Repeat who was to drive where, in the words of the row, shortened where they are long."""
    names = (name for name in ("origin", "destination", "vehicle", "soh") if name in row)
    return {name: _word(row[name]) for name in names}


def _word(value: object) -> Cell:
    if isinstance(value, bool | int | float) and abs(value) < _TOO_LARGE:
        return value
    try:
        name = getattr(value, "label", None) or getattr(value, "id", None) or str(value)
        return clean(str(name))[:_LONGEST_ECHO]
    except Exception:  # noqa: BLE001 - a row that cannot be told must not stop the others
        return f"({type(value).__name__})"


def clean(text: str) -> str:
    """Return text that every file can hold: what is no Unicode becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def figures_of(plan: Plan) -> dict[str, Cell]:
    """Return the figures of a plan that a batch's table has, by its columns."""
    return {
        "vehicle": plan.vehicle.id,
        "soh": plan.vehicle.battery.soh,
        "ambient_c": plan.trip.conditions.ambient_c,
        "total_h": plan.total_s / S_PER_H,
        "driving_h": plan.driving_s / S_PER_H,
        "charging_h": plan.charging_s / S_PER_H,
        "stops": plan.stop_count,
        "distance_km": plan.distance_km,
        "energy_spent_kwh": plan.energy_spent_kwh,
        "consumption_wh_per_km": plan.consumption_wh_per_km,
        "arrival_soc": plan.arrival_soc,
        "arrival_probability": "" if plan.arrival_probability is None else plan.arrival_probability,
        "slack_kwh": plan.slack_kwh,
        "gap": plan.certificate.gap,
        "audit_passed": plan.audit.passed,
        "illustrative": plan.illustrative,
        "waypoints": len(plan.trip.waypoints),
        "waiting_h": plan.waiting_s / S_PER_H,
        "closed_h": sum(stop.closed_s for stop in plan.stops) / S_PER_H,
        "cooling_h": sum(stop.cooling_s for stop in plan.stops) / S_PER_H,
        "dwell_h": plan.dwell_s / S_PER_H,
        "objective": plan.certificate.objective,
        "value": plan.certificate.value,
        "cost": plan.cost,
        "currency": plan.currency,
    }
