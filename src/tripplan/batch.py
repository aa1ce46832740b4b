"""Many trips: a pool of processes, one outcome a trip, in order; no bad trip stops the rest."""

import csv
import io
import math
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Literal

from tripplan.answer import Plan
from tripplan.api import STARTER, find_car, make_trip, planner_for
from tripplan.errors import (
    DataError,
    InvalidInputError,
    NoPlanError,
    OutOfRangeError,
    TripplanError,
)
from tripplan.planner import Planner
from tripplan.record import Record
from tripplan.region import Region
from tripplan.settings import Settings
from tripplan.trip import Trip
from tripplan.units import S_PER_H
from tripplan.vehicle import Vehicle

Status = Literal["ok", "no plan", "invalid", "failed"]

_CHUNK = 8


class Outcome(Record):
    """What became of one trip of a batch."""

    index: int
    """Position in the batch, from 0."""
    status: Status
    reason: str = ""
    """Why there is no plan; empty where there is one."""
    shortfall_kwh: float | None = None
    """Least extra energy that would help, as in `OutOfRangeError`; None: no finite amount known."""
    plan: Plan | None = None


def plan_many(
    trips: Iterable[Mapping[str, Any]],
    *,
    vehicle: str | None = None,
    region: Region | str = STARTER,
    settings: Settings | None = None,
    workers: int = 1,
    progress: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Plan many trips.

    Parameters
    ----------
    trips
        One mapping a trip: ``origin``, ``destination``, ``vehicle`` and any wish of `plan`.
    vehicle
        Car of the trips that name none.
    region, settings
        As in `plan`.
    workers
        Number of processes; 1 plans in this one.
    progress
        Called with each outcome as soon as it is known, in order.

    Returns
    -------
    list of Outcome
        One for each trip, in order; errors are outcomes as well.
    """
    settings = settings or Settings()
    rows = [{**({"vehicle": vehicle} if vehicle else {}), **_given(trip)} for trip in trips]
    outcomes = []
    for outcome in _outcomes(rows, region, settings, workers):
        outcomes.append(outcome)
        if progress is not None:
            progress(outcome)
    return outcomes


def _given(trip: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in trip.items() if value is not None and value != ""}


def _outcomes(
    rows: list[dict[str, Any]], region: Region | str, settings: Settings, workers: int
) -> Iterator[Outcome]:
    numbered = list(enumerate(rows))
    if workers <= 1 or len(rows) <= 1:
        planner = planner_for(region, settings)
        yield from (_outcome(planner, index, row) for index, row in numbered)
        return
    done = 0
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(rows)), context, initializer=_start_worker, initargs=(region, settings)
    ) as pool:
        try:
            for outcome in pool.map(_work, numbered, chunksize=_CHUNK):
                done += 1
                yield outcome
        except BrokenProcessPool:
            for index, _ in numbered[done:]:
                yield Outcome(
                    index=index, status="failed", reason="its worker process ended unexpectedly"
                )


_WORKER: list[Planner] = []


def _start_worker(region: Region | str, settings: Settings) -> None:
    _WORKER[:] = [planner_for(region, settings)]


def _work(numbered: tuple[int, dict[str, Any]]) -> Outcome:
    return _outcome(_WORKER[0], *numbered)


def _outcome(planner: Planner, index: int, row: Mapping[str, Any]) -> Outcome:
    try:
        return Outcome(index=index, status="ok", plan=plan_row(planner, row))
    except NoPlanError as error:
        shortfall = error.shortfall_kwh if isinstance(error, OutOfRangeError) else math.inf
        return Outcome(
            index=index,
            status="no plan",
            reason=str(error),
            shortfall_kwh=shortfall if math.isfinite(shortfall) else None,
        )
    except TripplanError as error:
        return Outcome(index=index, status="invalid", reason=str(error))
    except Exception as error:  # noqa: BLE001 - one bad trip never stops the rest
        return Outcome(index=index, status="failed", reason=f"{type(error).__name__}: {error}")


def plan_row(planner: Planner, row: Mapping[str, Any]) -> Plan:
    """Plan the trip of one row: origin, destination, vehicle, soh and wishes, as text or values."""
    return planner.plan(*row_question(planner, row))


def row_question(planner: Planner, row: Mapping[str, Any]) -> tuple[Trip, Vehicle]:
    """Return the trip and the car that one row asks for; `InvalidInputError` where it is wrong."""
    missing = [name for name in ("origin", "destination", "vehicle") if name not in row]
    if missing:
        raise InvalidInputError(
            f"the trip lacks {', '.join(missing)}", field=missing[0], expected="a value"
        )
    wishes = {k: v for k, v in row.items() if k not in ("origin", "destination", "vehicle", "soh")}
    car = find_car(row["vehicle"], row.get("soh"))
    return make_trip(planner.region, row["origin"], row["destination"], wishes), car


def read_trips(path: str | Path) -> list[dict[str, str]]:
    """Read trips from a CSV file with a header line.

    Raises
    ------
    DataError
        The file cannot be read, or its header lacks origin or destination.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"trips file {path}: cannot be read ({error})", path=str(path)) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="extra", restval="")
    header = reader.fieldnames or []
    missing = [name for name in ("origin", "destination") if name not in header]
    if missing:
        raise DataError(
            f"trips file {path}: its header lacks {', '.join(missing)}; it has "
            f"{', '.join(header) or 'nothing'}",
            path=str(path),
            faults=missing,
        )
    return [{key: value for key, value in row.items() if key} for row in reader]


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
    "shortfall_kwh",
    "gap",
    "audit_passed",
    "illustrative",
    "waypoints",
    "waiting_h",
    "dwell_h",
)


def summary_row(outcome: Outcome, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one line of a batch's table; keys are `SUMMARY_FIELDS`."""
    values: dict[str, Any] = dict.fromkeys(SUMMARY_FIELDS, "")
    values |= {key: row.get(key, "") for key in ("origin", "destination", "vehicle", "soh")}
    values |= {
        "index": outcome.index,
        "status": outcome.status,
        "reason": outcome.reason,
        "shortfall_kwh": outcome.shortfall_kwh if outcome.shortfall_kwh is not None else "",
    }
    plan = outcome.plan
    if plan is not None:
        values |= {
            "vehicle": plan.vehicle_id,
            "soh": plan.soh,
            "ambient_c": plan.trip.conditions.ambient_c,
            "total_h": plan.total_s / S_PER_H,
            "driving_h": plan.driving_s / S_PER_H,
            "charging_h": plan.charging_s / S_PER_H,
            "stops": sum(stop.kind == "charger" for stop in plan.stops),
            "distance_km": plan.distance_km,
            "energy_spent_kwh": plan.energy_spent_kwh,
            "consumption_wh_per_km": plan.consumption_wh_per_km,
            "arrival_soc": plan.arrival_soc,
            "gap": plan.certificate.gap,
            "audit_passed": plan.audit.passed,
            "illustrative": plan.illustrative,
            "waypoints": len(plan.trip.waypoints),
            "waiting_h": plan.waiting_s / S_PER_H,
            "dwell_h": plan.dwell_s / S_PER_H,
        }
    return values
