"""The commands `batch` and `study`: many trips in, tables and pages out, how far they have come."""

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Self

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tripplan.cli.plan import AUDIT_FAILED, Ground, OwnChargers, notes, stop
from tripplan.errors import DataError, InvalidInputError, TripplanError
from tripplan.output.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tripplan.batch import Outcome
    from tripplan.output.page.heat_map import HeatMap

_EVERY_S = 1.0
"""Progress as JSON comes this often, seconds."""
_SPEED_OVER_S = 30.0
"""The bar's own speed is that of this time, seconds."""
_REASONS = 5
"""So many reasons why trips have no plan are printed; the table has all."""
_TABLES = 8
"""So many tables of a study are printed; its page has all."""
_INTERRUPTED = 130
"""What a shell gets from a program that an interrupt has ended."""


_Trips = Annotated[
    Path, typer.Argument(help="CSV, JSON Lines or Parquet: origin,destination,vehicle,...")
]
_FOLDER_HELP = "Folder of the results; those there are replaced."
_Folder = Annotated[Path, typer.Option("--output", "-o", help=_FOLDER_HELP)]
_Study = Annotated[Path, typer.Argument(help="Study, TOML or YAML.")]
_StudyFolder = Annotated[Path, typer.Option("--output", "--out", "-o", help=_FOLDER_HELP)]
_CARS_HELP = "For trips that name no car; several times: all with each."
_Cars = Annotated[list[str] | None, typer.Option("--vehicle", "-v", help=_CARS_HELP)]
_Workers = Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes.")]
_Plans = Annotated[bool, typer.Option(help="Also write each plan as JSON, and overview.html.")]
_Pages = Annotated[bool, typer.Option(help="Also a page for each plan of the overview.")]
_SCHEDULER_HELP = "Dask scheduler, like tcp://host:8786, in place of workers."
_Scheduler = Annotated[str | None, typer.Option(help=_SCHEDULER_HELP)]
_JOURNAL_HELP = "What is done so far; default: journal.jsonl in the folder."
_Journal = Annotated[Path | None, typer.Option(help=_JOURNAL_HELP)]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on where it was stopped.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
_Json = Annotated[bool, typer.Option("--json", help="Progress as lines of JSON, for scripts.")]


def batch(
    trips: _Trips,
    output: _Folder,
    vehicle: _Cars = None,
    workers: _Workers = 2,
    region: Ground = "starter",
    chargers: OwnChargers = None,
    plans: _Plans = True,
    pages: _Pages = False,
    scheduler: _Scheduler = None,
    journal: _Journal = None,
    resume: _Resume = False,
    quiet: _Quiet = False,
    as_json: _Json = False,
) -> None:
    """Plan every trip of a file; writes results.csv, overview.html and plans/*.json.

    What is done is kept in a journal: after a sudden end, the same command with --resume goes on.
    """
    from tripplan.batch import plan_each, read_trips
    from tripplan.batch.overview import write_overview
    from tripplan.output.text.region_text import charger_notes
    from tripplan.planning.grounds import ground_of, region_with

    cars = vehicle or []
    table = output / "results.csv"
    try:
        if pages and not plans:
            raise InvalidInputError("--pages draws plans: leave out --no-plans", field="pages")
        total = sum(1 for _ in read_trips(trips)) * max(1, len(cars))
        _make(output)
        where = region_with(region, chargers or ())
        with ExitStack() as stack:
            executor, workers = _executor(scheduler, workers, stack)
            told = stack.enter_context(_Told(total, quiet=quiet, as_json=as_json))
            found = plan_each(
                trips,
                cars if len(cars) > 1 else (),
                vehicle=cars[0] if cars else None,
                region=where,
                executor=executor,
                workers=workers,
                journal=journal or output / "journal.jsonl",
                resume=resume,
                plans=output / "plans" if plans else None,
                progress=told.note,
            )
            first = _write(found, table)
        if plans:
            write_overview(first, output, ground_of(where), pages=pages, count=told.done)
    except KeyboardInterrupt:
        told.stopped()
    except TripplanError as error:
        stop(error)
    told.close(table, chargers=charger_notes(ground_of(where)) if chargers else ())


def study(
    file: _Study,
    output: _StudyFolder,
    chargers: OwnChargers = None,
    workers: _Workers = 2,
    scheduler: _Scheduler = None,
    resume: _Resume = False,
    quiet: _Quiet = False,
    as_json: _Json = False,
) -> None:
    """Plan a study: every trip with every car in every season; writes tables and study.html.

    What is done is kept in a journal: after a sudden end, the same command with --resume goes on.
    """
    from tripplan.study import open_study, run_study

    maps: list[HeatMap] = []
    try:
        asked = open_study(file, chargers=chargers or ())
        with ExitStack() as stack:
            executor, workers = _executor(scheduler, workers, stack)
            told = stack.enter_context(_Told(asked.size, quiet=quiet, as_json=as_json))
            how: dict[str, Any] = {"executor": executor, "workers": workers, "resume": resume}
            try:
                files = run_study(asked, output, **how, progress=told.note, show=maps.extend)
            except KeyboardInterrupt:
                told.stopped()
    except TripplanError as error:
        stop(error)
    if not quiet and not as_json:
        _print_times(maps)
    told.close(*files, chargers=asked.charger_notes)


def _print_times(maps: "list[HeatMap]") -> None:
    """Print the times of a study, hours and minutes, to standard output."""
    from tripplan.output.page import heat_map
    from tripplan.output.text import many

    for one in maps[:_TABLES]:
        sys.stdout.write(many.grid(one, heat_map.times(one)) + "\n")
    if (left := len(maps) - _TABLES) > 0:
        sys.stdout.write(f"and {words.count(left, 'table')} more on the page\n")


def _make(folder: Path) -> None:
    """Make a folder, or rid it of what a sudden end left half-written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for torn in folder.glob(".*.part"):
            torn.unlink()
    except OSError as error:
        raise DataError(f"folder {folder}: cannot be made ({error})", path=str(folder)) from error


def _executor(scheduler: str | None, workers: int, stack: ExitStack) -> tuple[Any, int]:
    if scheduler is None:
        return None, workers
    from tripplan.batch.cluster import dask_executor

    return stack.enter_context(dask_executor(scheduler))


def _write(outcomes: "Iterable[Outcome]", path: Path) -> "list[Outcome]":
    """Write the table as rows come, give it its name once it is whole; return the first rows."""
    from tripplan.batch import SUMMARY_FIELDS
    from tripplan.batch.overview import SHOWN
    from tripplan.output.files import export
    from tripplan.records.atomic import atomic_file

    first: list[Outcome] = []
    with atomic_file(path) as file:
        file.write(export.to_csv((), SUMMARY_FIELDS).encode())
        for outcome in outcomes:
            row = export.to_csv([outcome.summary()], SUMMARY_FIELDS, header=False)
            file.write(row.encode())
            if len(first) < SHOWN:
                first.append(outcome)
    return first


class _Told:
    """How far a batch has come: a bar with rate, time left and failures, lines of JSON, or none."""

    def __init__(self, total: int, *, quiet: bool, as_json: bool) -> None:
        self.counts = dict.fromkeys(("ok", "no plan", "invalid", "failed"), 0)
        self._objected = 0
        self._reasons: list[tuple[int, str]] = []
        self._as_json = as_json
        self._silent = quiet or as_json
        self._last_s = self._begun_s = time.monotonic()
        columns = (
            TextColumn("planning"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[per_s]:.1f}/s"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[without]} without a plan"),
        )
        self._bar = Progress(*columns, console=notes, disable=self._silent)
        self._bar.add_task("", total=total, per_s=0.0, without=0)
        self._task = self._bar.tasks[0]

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
        if self._as_json:
            self._line()

    @property
    def done(self) -> int:
        """Number of rows so far."""
        return sum(self.counts.values())

    def note(self, outcome: "Outcome") -> None:
        """Count a row that is done."""
        self.counts[outcome.status] += 1
        if outcome.status != "ok" and len(self._reasons) < _REASONS:
            reason = " ".join(outcome.reason.split())
            self._reasons.append(
                (outcome.index, f"{outcome.status}, row {outcome.index + 1}: {reason}")
            )
        self._objected += outcome.figures.get("audit_passed") is False
        self._bar.update(
            self._task.id,
            advance=1,
            per_s=self._per_s(),
            without=self.done - self.counts["ok"],
        )
        if self._as_json and time.monotonic() - self._last_s >= _EVERY_S:
            self._line()

    def _per_s(self) -> float:
        """Return the rate of the last half minute, of all the time before that.

        Rows come in chunks: the time between those of one chunk says nothing.
        """
        since_s = time.monotonic() - self._begun_s
        if since_s < _SPEED_OVER_S:
            return self.done / since_s if since_s > 0 else 0.0
        return self._task.speed or 0.0

    def close(self, *files: Path, chargers: "Iterable[str]" = ()) -> None:
        """Say what came of it, where it is, and what became of chargers that were given."""
        if not self._silent:
            where = ", ".join(map(str, files))
            said = f"{self.counts['ok']} of {self.done} trips planned; {where}"
            notes.print(said, markup=False, highlight=False)
            for _, reason in sorted(self._reasons):
                notes.print(reason, markup=False, highlight=False, soft_wrap=True)
            more = self.done - self.counts["ok"] - len(self._reasons)
            if more:
                notes.print(f"and {words.count(more, 'trip')} more without a plan", highlight=False)
            for note in chargers:
                notes.print(f"chargers: {note}", markup=False, highlight=False, soft_wrap=True)
        if self._objected:
            if not self._silent:
                notes.print(
                    f"AUDIT FAILED for {self._objected} of these plans: do not rely on those whose "
                    "audit_passed is false",
                    style="bold red",
                    soft_wrap=True,
                )
            raise typer.Exit(AUDIT_FAILED)

    def stopped(self) -> NoReturn:
        """Say how to go on after an interrupt from the keyboard."""
        if not self._silent:
            notes.print(f"stopped after {self.done} trips; --resume goes on", highlight=False)
        raise typer.Exit(_INTERRUPTED)

    def _line(self) -> None:
        self._last_s = time.monotonic()
        state = {
            "done": self.done,
            "total": self._task.total,
            **{status.replace(" ", "_"): count for status, count in self.counts.items()},
            "per_s": round(self._per_s(), 3),
            "remaining_s": self._task.time_remaining,
        }
        sys.stderr.write(json.dumps(state) + "\n")
        sys.stderr.flush()
