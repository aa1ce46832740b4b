"""What a worker does: plan the rows of a chunk, whatever goes wrong with any of them."""

import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Literal

from tripplan.batch.outcome import Outcome, clean, echo, figures_of, furthest_of
from tripplan.batch.trips import Row, Unreadable
from tripplan.errors import InvalidInputError, NoPlanError, OutOfRangeError, TripplanError
from tripplan.output.files.export import to_json
from tripplan.planning.planner import Planner
from tripplan.planning.requests import find_car, make_trip, planner_for
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

_LONGEST_REASON = 2000
_NEEDED = ("origin", "destination", "vehicle")

Chunk = Sequence[tuple[int, Row]]
"""Rows with their positions in the batch."""
Keep = Literal["plan", "json", "figures"]
Results = list[tuple[Outcome, str]]
"""Outcomes, each with its plan as JSON where that was asked for, else ""."""


@dataclass(frozen=True)
class Job:
    """What is the same for all rows of a batch."""

    region: str
    """Name or folder by which workers find the region."""
    settings: Settings
    keep: Keep
    """What comes back of a plan, beside its figures."""


_LOCK = threading.Lock()
_READY: dict[str, tuple[Planner, threading.Lock]] = {}


def ready(job: Job) -> tuple[Planner, threading.Lock]:
    """Return this process's planner for a job, and the lock that says whose turn it is."""
    key = f"{job.region}\n{job.settings.model_dump_json()}"
    with _LOCK:
        if key not in _READY:
            _READY.clear()
            _READY[key] = (planner_for(job.region, job.settings), threading.Lock())
        return _READY[key]


def check_in(job: Job) -> int:
    """Make a worker ready, and tell its process id."""
    ready(job)
    return os.getpid()


def plan_chunk(job: Job, chunk: Chunk) -> Results:
    """Plan rows one after the other; threads of one process take turns at its planner."""
    planner, turn = ready(job)
    results = []
    for row in chunk:
        with turn:
            results += planned(planner, [row], job.keep)
    return results


def planned(planner: Planner, chunk: Chunk, keep: Keep) -> Results:
    """Plan rows one after the other with a planner of one's own."""
    return [_kept(outcome_of(planner, index, row), keep) for index, row in chunk]


def _kept(outcome: Outcome, keep: Keep) -> tuple[Outcome, str]:
    if outcome.plan is None or keep == "plan":
        return outcome, ""
    text = to_json(outcome.plan) if keep == "json" else ""
    return outcome.model_copy(update={"plan": None}), text


def outcome_of(planner: Planner, index: int, row: Row) -> Outcome:
    """Plan one row; every error becomes an outcome with its reason."""
    if isinstance(row, Unreadable):
        return Outcome(index=index, status="invalid", reason=row.reason)
    try:
        return _planned(index, row, planner.plan(*asked(planner.region, row), one_of_many=True))
    except NoPlanError as error:
        beyond = error if isinstance(error, OutOfRangeError) else None
        short = beyond.shortfall_kwh if beyond else math.inf
        return Outcome(
            index=index,
            status="no plan",
            reason=str(error),
            shortfall_kwh=short if math.isfinite(short) else None,
            figures={**echo(row), **(furthest_of(beyond) if beyond else {})},
        )
    except TripplanError as error:
        return without_plan(index, row, "invalid", str(error))
    except Exception as error:  # noqa: BLE001 - one bad row never stops the rest
        return without_plan(index, row, "failed", f"{type(error).__name__}: {error}")


def _planned(index: int, row: Mapping[str, Any], plan: Plan) -> Outcome:
    figures = {**echo(row), **figures_of(plan)}
    return Outcome(index=index, status="ok", figures=figures, plan=plan)


def without_plan(
    index: int, row: Row, status: Literal["invalid", "failed"], reason: str
) -> Outcome:
    """Return the outcome of a row that is wrong, or that could not be planned.

    Parameters
    ----------
    index
        Position of the row, from 0.
    row
        What was asked; its ends and its car are told with the outcome.
    status
        ``invalid`` if the row is at fault, ``failed`` if the program is.
    reason
        Why, in words; cut where it is long.
    """
    words = clean(reason)[:_LONGEST_REASON]
    figures = echo(row) if isinstance(row, Mapping) else {}
    return Outcome(index=index, status=status, reason=words, figures=figures)


def asked(region: Region, row: Mapping[str, Any]) -> tuple[Trip, Vehicle]:
    """Return the trip and the car of one row.

    Raises
    ------
    InvalidInputError
        Something is missing or wrong.
    """
    missing = [name for name in _NEEDED if name not in row]
    if missing:
        raise InvalidInputError(
            f"the trip lacks {', '.join(missing)}", field=missing[0], expected="a value"
        )
    wishes = {k: v for k, v in row.items() if k not in {*_NEEDED, "soh"}}
    car = find_car(row["vehicle"], row.get("soh"))
    return make_trip(region, row["origin"], row["destination"], wishes), car


def serve() -> None:
    """Begin as a worker: end when the process that started this one ends, however it does.

    An interrupt from the keyboard comes to all processes; only the first one has to act on it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
