"""`plan_many`: trips and vehicles in, outcomes out, in order, on one core or on many machines."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from itertools import groupby, islice
from pathlib import Path
from typing import TypedDict, Unpack

from tripplan.batch.dispatch import Dispatch
from tripplan.batch.journal import Journal, region_digest, row_digest
from tripplan.batch.outcome import Outcome
from tripplan.batch.trips import Row, Unreadable, rows_of
from tripplan.batch.worker import Chunk, Job, Keep, Results, planned
from tripplan.errors import DataError
from tripplan.planning.given import GivenRegion, GivenSettings, count_of, settings_of
from tripplan.planning.grounds import Chargers, region_with
from tripplan.planning.requests import STARTER, folder_of, planner_for
from tripplan.records.atomic import write_text_atomically
from tripplan.records.region import Region
from tripplan.records.vehicle import Vehicle
from tripplan.records.wishes import WISHES
from tripplan.sources.starter import STARTER_NAMES
from tripplan.sources.store import read_manifest, save_region

_CHUNK = 8
"""Rows that a worker gets at a time, and that a sudden end may cost."""
_WINDOW = 128 * _CHUNK
"""Rows among which those of the same car and conditions are put side by side."""
_WIDE_WINDOW = 16 * _WINDOW
"""The same where outcomes wait in a journal and not in memory."""
_GROUPED_BY = (
    "vehicle",
    "soh",
    *(word for word, wish in WISHES.items() if not wish.per_trip),
)
"""Columns that the costs of the roads and the drives between chargers depend on."""


class Running(TypedDict, total=False):
    """How many trips are planned: keywords that `plan_many` explains."""

    executor: Executor | None
    workers: int
    journal: str | Path | None
    resume: bool
    plans: str | Path | None
    progress: Callable[[Outcome], None] | None


class Planning(Running, total=False):
    """What is planned, and how: keywords that `plan_many` explains."""

    vehicle: str | None
    region: GivenRegion
    chargers: Chargers
    settings: GivenSettings


def plan_many(
    trips: object, vehicles: Sequence[str | Vehicle] = (), **how: Unpack[Planning]
) -> list[Outcome]:
    """Plan many trips.

    Parameters
    ----------
    trips
        One mapping a trip: ``origin``, ``destination``, ``vehicle`` and any wish of `plan`; or a
        data frame (pandas, polars) with these columns; or a CSV, JSON Lines or Parquet file.
    vehicles
        Cars to plan each trip with, in place of those that the trips name.
    vehicle
        Car of the trips that name none.
    region, chargers, settings
        As in `plan`.
    executor
        Who plans: any of Python's interface, such as ``Client(...).get_executor()`` of Dask; None:
        this process, or as many of its own as `workers` says.
    workers
        Number of processes; 1 plans in this one.  With an executor, how many chunks it can work
        on at a time.
    journal
        File that keeps what is done; see `resume`.
    resume
        Take what is in the journal as done, and plan the rest.
    plans
        Folder for the plans as JSON; made if it is not there.
    progress
        Called with each outcome as soon as it is known, in any order.

    Returns
    -------
    list of Outcome
        One for each trip and vehicle, in order; errors are outcomes as well.  With a journal or a
        folder of plans they have figures and paths, and no plans.

    Raises
    ------
    DataError
        Trips, region, chargers or journal cannot be used.
    SourceError
        The workers cannot be started, or the executor takes no more work.
    """
    return list(plan_each(trips, vehicles, **how))


def plan_each(
    trips: object,
    vehicles: Sequence[str | Vehicle] = (),
    *,
    vehicle: str | None = None,
    region: GivenRegion = STARTER,
    chargers: Chargers = (),
    settings: GivenSettings = None,
    executor: Executor | None = None,
    workers: int = 1,
    journal: str | Path | None = None,
    resume: bool = False,
    plans: str | Path | None = None,
    progress: Callable[[Outcome], None] | None = None,
) -> Iterator[Outcome]:
    """Plan many trips, one outcome at a time, in little memory; parameters as in `plan_many`."""
    settings = settings_of(settings)
    workers = count_of(workers, "workers", 0)
    rows = _crossed(rows_of(trips), vehicles, vehicle)
    with ExitStack() as stack:
        here = executor is None and workers <= 1
        ground = _findable(region_with(region, chargers), stack, in_process=here)
        keep: Keep = "json" if plans else ("figures" if journal else "plan")
        book = None
        if journal is not None:
            digest = region_digest(ground) if isinstance(ground, str) else ground.name
            book = stack.enter_context(Journal(journal, digest, settings, resume=resume))
        batch = _Batch(rows, book, _folder(plans), progress or (lambda _: None))
        if isinstance(ground, str) and not here:
            results = Dispatch(Job(ground, settings, keep), executor, workers).run(batch.chunks())
        else:
            planner = planner_for(ground, settings)
            results = (planned(planner, chunk, keep) for chunk in batch.chunks())
        yield from batch.in_order(results)


def _crossed(
    rows: Iterable[Row], vehicles: Sequence[str | Vehicle], vehicle: str | None
) -> Iterator[Row]:
    """Give each row its car: once for each of the vehicles, or where it names none."""
    usual = {"vehicle": vehicle} if vehicle else {}
    for row in rows:
        if isinstance(row, Unreadable):
            yield from [row] * max(len(vehicles), 1)
        elif vehicles:
            yield from ({**row, "vehicle": car} for car in vehicles)
        else:
            yield {**usual, **row}


def _findable(region: Region | str, stack: ExitStack, *, in_process: bool) -> Region | str:
    """Return a region as workers can find it: by a folder that they map into memory."""
    if isinstance(region, str):
        if region in STARTER_NAMES.values():
            return region
        folder = folder_of(region)
        read_manifest(folder)
        return str(folder.resolve())
    if in_process:
        return region
    kept = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tripplan-region-")))
    return str(save_region(region, kept / "region"))


def _folder(plans: str | Path | None) -> Path | None:
    """Make the folder of plans, or rid it of what a sudden end left half-written."""
    if plans is None:
        return None
    folder = Path(plans)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for torn in folder.glob(".*.json.*.part"):
            torn.unlink()
    except OSError as error:
        raise DataError(f"folder {plans}: cannot be used ({error})", path=str(plans)) from error
    return folder


class _Batch:
    """Rows on their way: read in windows, grouped, and put in order again."""

    def __init__(
        self,
        rows: Iterator[Row],
        journal: Journal | None,
        plans: Path | None,
        progress: Callable[[Outcome], None],
    ) -> None:
        self._rows = enumerate(rows)
        self._journal = journal
        self._plans = plans
        self._progress = progress
        self._read = 0
        self._digests: dict[int, str] = {}
        self._waiting: dict[int, Outcome] = {}

    def chunks(self) -> Iterator[Chunk]:
        """Read the rows that are not done yet, those of the same kind side by side."""
        width = _WIDE_WINDOW if self._journal else _WINDOW
        while window := list(islice(self._rows, width)):
            left = [(index, row) for index, row in window if not self._is_done(index, row)]
            self._read += len(window)
            yield from _packed(left)

    def _is_done(self, index: int, row: Row) -> bool:
        if self._journal is None:
            return False
        if self._journal.has(index):
            outcome = self._journal.of_row(index, row)
            if self._is_there(outcome):
                self._progress(outcome)
                return True
            self._journal.drop(index)
        self._digests[index] = row_digest(row)
        return False

    def _is_there(self, outcome: Outcome) -> bool:
        """Tell whether the plan of an outcome is in its file, where it should be in one."""
        if self._plans is None or outcome.status != "ok":
            return True
        file = self._plans / _file_name(outcome.index)
        return bool(outcome.plan_json) and file.is_file() and file.stat().st_size > 0

    def in_order(self, results: Iterator[Results]) -> Iterator[Outcome]:
        """Note results as they come, and hand them out in the order of the rows."""
        following = 0
        for chunk in results:
            self._note(chunk)
            while (outcome := self._taken(following)) is not None:
                following += 1
                yield outcome
        while (outcome := self._taken(following)) is not None:
            following += 1
            yield outcome
        if self._journal is not None:
            self._journal.finish(following)

    def _note(self, chunk: Results) -> None:
        outcomes = [self._written(outcome, text) for outcome, text in chunk]
        if self._journal is not None:
            self._journal.add((o, self._digests.pop(o.index)) for o in outcomes)
        else:
            self._waiting.update((outcome.index, outcome) for outcome in outcomes)
        for outcome in outcomes:
            self._progress(outcome)

    def _written(self, outcome: Outcome, text: str) -> Outcome:
        if self._plans is None or not text:
            return outcome
        name = _file_name(outcome.index)
        write_text_atomically(self._plans / name, text, durable=False)
        return outcome.model_copy(update={"plan_json": f"{self._plans.name}/{name}"})

    def _taken(self, index: int) -> Outcome | None:
        if self._journal is None:
            return self._waiting.pop(index, None)
        there = index < self._read and self._journal.has(index)
        return self._journal.outcome(index) if there else None


def _file_name(index: int) -> str:
    return f"{index:06d}.json"


def _packed(rows: list[tuple[int, Row]]) -> Iterator[Chunk]:
    """Put rows of the same kind side by side, and into one chunk where they fit in one."""
    rows.sort(key=lambda numbered: (_kind(numbered), numbered[0]))
    chunk: list[tuple[int, Row]] = []
    for _, group in groupby(rows, key=_kind):
        alike = list(group)
        if chunk and len(chunk) + len(alike) > _CHUNK:
            yield chunk
            chunk = []
        chunk += alike
        while len(chunk) >= _CHUNK:
            yield chunk[:_CHUNK]
            chunk = chunk[_CHUNK:]
    if chunk:
        yield chunk


def _kind(numbered: tuple[int, Row]) -> str:
    _, row = numbered
    return "" if isinstance(row, Unreadable) else _told([row.get(name) for name in _GROUPED_BY])


def _told(values: list[object]) -> str:
    try:
        return repr(values)
    except (ValueError, RecursionError):  # numbers of thousands of digits
        return ""
