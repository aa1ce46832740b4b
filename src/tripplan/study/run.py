"""A study from file to folder: planned as a batch, written as tables and a page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import tee
from pathlib import Path
from typing import Final, Unpack

from tripplan.batch import SUMMARY_FIELDS, Outcome, Running, parquet, plan_each
from tripplan.batch.outcome import KINDS
from tripplan.errors import DataError
from tripplan.output.files.export import read_json, write_csv
from tripplan.output.page import study as study_page
from tripplan.output.page.heat_map import HeatMap
from tripplan.output.text.region_text import charger_notes
from tripplan.planning.grounds import ground_of, region_with
from tripplan.records.file_places import Source
from tripplan.records.region import Region
from tripplan.study import cross, panels
from tripplan.study.cross import StudyRow, row_count
from tripplan.study.file import check, read_with_lines
from tripplan.study.load import Load
from tripplan.study.question import Study

PAGE: Final = "study.html"


@dataclass(frozen=True)
class StudyRun:
    """A study that is ready to be planned, with the region that it is about."""

    study: Study
    region: Region
    where: Region | str
    """The region as `plan_many` takes it."""

    @property
    def size(self) -> int:
        """How many trips it comes to."""
        return row_count(self.study)

    @property
    def charger_notes(self) -> tuple[str, ...]:
        """What became of chargers that the study names, in sentences."""
        return charger_notes(self.region) if self.study.chargers else ()


def open_study(study: Study | str | Path, *, chargers: Sequence[str] = ()) -> StudyRun:
    """Read a study and try its values out, so that what is wrong is known before it is planned.

    Parameters
    ----------
    study
        The study, or its file.
    chargers
        Charger files and folders in place of those that the study names, as in `plan`.

    Raises
    ------
    DataError, InvalidInputError
        As `read_study`; or a charger file cannot be used, a place is unknown, or a wish is wrong.
    """
    if isinstance(study, Study):
        source = Source()
        check(study, source)
    else:
        study, source = read_with_lines(study)
    if chargers:
        study = study.model_copy(update={"chargers": tuple(chargers)})
    where = region_with(study.region, study.chargers)
    region = ground_of(where)
    cross.try_out(study, region, source)
    return StudyRun(study, region, where)


def plan_study(
    study: Study | str | Path, **how: Unpack[Running]
) -> Iterator[tuple[StudyRow, Outcome]]:
    """Plan a study, one trip at a time, in its order.

    Parameters
    ----------
    study
        The study, or its file.
    **how
        As in `plan_many`: ``executor``, ``workers``, ``journal``, ``resume``, ``plans`` and
        ``progress``.

    Yields
    ------
    tuple of StudyRow and Outcome
        Where the trip stands in the study, and what became of it.

    Raises
    ------
    DataError, InvalidInputError, SourceError
        As `open_study` and `plan_many`.
    """
    yield from _planned(open_study(study), **how)


def _planned(run: StudyRun, **how: Unpack[Running]) -> Iterator[tuple[StudyRow, Outcome]]:
    asked, told = tee(cross.rows(run.study))
    outcomes = plan_each((row.row for row in asked), region=run.where, **how)
    yield from zip(told, outcomes, strict=True)


def run_study(
    study: Study | StudyRun | str | Path,
    folder: str | Path,
    *,
    executor: Executor | None = None,
    workers: int = 1,
    resume: bool = False,
    progress: Callable[[Outcome], None] | None = None,
    show: Callable[[Sequence[HeatMap]], None] | None = None,
) -> list[Path]:
    """Plan a study and write what came of it into a folder.

    ``results.csv`` and, where pyarrow is installed, ``results.parquet`` have a row for each trip
    with its coordinates in the study; ``study.html`` shows all; ``plans`` holds each plan as JSON;
    ``journal.jsonl`` keeps what is done.

    Parameters
    ----------
    study
        The study, its file, or what `open_study` gave.
    folder
        Where it goes; made if it is not there.
    executor, workers
        As in `plan_many`.
    resume
        Go on where an earlier run in this folder was stopped.
    progress
        Called with each outcome as soon as it is there.
    show
        Called with the heat maps of the page, once all is written.

    Returns
    -------
    list of Path
        The files of results.

    Raises
    ------
    DataError, InvalidInputError, SourceError
        As `plan_study`; or a file cannot be written.
    """
    run = study if isinstance(study, StudyRun) else open_study(study)
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"folder {folder}: cannot be made ({error})", path=str(folder)) from error
    found = _planned(
        run,
        executor=executor,
        workers=workers,
        journal=folder / "journal.jsonl",
        resume=resume,
        plans=folder / "plans",
        progress=progress,
    )
    results = []
    load, tables = Load(), panels.Tables(run.study)
    for row, outcome in found:
        results.append(_cells(row, outcome))
        tables.add(row, outcome)
        if outcome.plan_json:
            load.add_plan(read_json(folder / outcome.plan_json))
        else:
            load.add_refusal(outcome)
    written = _write_tables(folder, results, _kinds(run.study))
    done = sum(row["status"] == "ok" for row in results)
    told = (f"{done} of {len(results)} trips can be done.", tables.beyond, run.study.note)
    study_page.save_html(
        run.study.title, told, tables.panels, load.overview(), folder / PAGE, run.region
    )
    if show is not None:
        show(tables.panels)
    return [*written, folder / PAGE]


def _cells(row: StudyRow, outcome: Outcome) -> dict[str, cross.Cell]:
    """Return one line of the results: where the trip stands, then what a batch says of it."""
    return {**outcome.summary(), **row.coordinates}


def _kinds(study: Study) -> dict[str, type]:
    """Return the columns of the results with what they hold, coordinates first."""
    first = next(cross.rows(study)).coordinates
    varied: dict[str, type] = {}
    for name in cross.columns(study):
        values = [cross.cell(value) for value in study.vary.get(name, (first[name],))]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        varied[name] = float if numbers else str
    rest = {name: KINDS[name] for name in SUMMARY_FIELDS if name not in varied}
    return {"index": rest.pop("index"), **varied, **rest}


def _write_tables(
    folder: Path, results: Sequence[Mapping[str, cross.Cell]], kinds: Mapping[str, type]
) -> list[Path]:
    table = folder / "results.csv"
    write_csv(table, results, list(kinds))
    if not parquet.is_installed():
        return [table]
    parquet.write(table.with_suffix(".parquet"), results, kinds)
    return [table, table.with_suffix(".parquet")]
