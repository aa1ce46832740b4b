"""Commands about chargers: what a file of them says, and how one is fetched."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tripplan.cli.help import PlainCommand
from tripplan.cli.options import quantity
from tripplan.cli.plan import notes, stop
from tripplan.cli.region import show
from tripplan.errors import InvalidInputError, TripplanError

SHOWN = 20
"""So many sites of a file are listed unless all are asked for."""
chargers_app = typer.Typer(
    help="Chargers: files of them to plan with, by --chargers.", rich_markup_mode=None
)


@chargers_app.command("info", cls=PlainCommand)
def chargers_info(
    files: Annotated[list[Path], typer.Argument(help="Charger files, or folders of them.")],
    at: Annotated[
        str | None, typer.Option(help="Say who is open then, like 2026-06-07T08:00.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="List all sites.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All of it as JSON.")] = False,
) -> None:
    """Say what was understood of charger files: plugs, powers, hours, and what was left out."""
    from tripplan.output.files.charger_json import chargers_to_json
    from tripplan.output.text.charger_text import chargers_to_text
    from tripplan.sources.charger_files import given_files
    from tripplan.sources.chargers.merge import merge_chargers
    from tripplan.sources.kept_chargers import charger_files

    try:
        when = None if at is None else _time(at)
        given = given_files(charger_files(files))
        if as_json:
            sys.stdout.write(chargers_to_json(given, at=when))
        else:
            sys.stdout.write(chargers_to_text(given, at=when, shown=None if every else SHOWN))
        merged = merge_chargers(site for one in given for site in one.reading.chargers).merged
    except TripplanError as error:
        stop(error)
    if merged:
        notes.print(f"sites that stand there more than once: {merged}", highlight=False)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            f'at "{text}" is no time: write it like 2026-06-07T08:00, with or without a zone',
            field="at",
            value=text,
            expected="a time like 2026-06-07T08:00",
        ) from error


@chargers_app.command("fetch", cls=PlainCommand)
def chargers_fetch(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="File, JSON in AFDC's form; replaced if there."),
    ],
    state: Annotated[
        list[str] | None, typer.Option(help="State, as CO; several times for several.")
    ] = None,
    origin: Annotated[str | None, typer.Option("--from", help="Corridor of a trip: from.")] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Corridor: to.")] = None,
    width_km: Annotated[
        float | None,
        typer.Option(parser=quantity("width_km"), help="Width of the corridor, like 40mi."),
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Key for AFDC; else TRIPPLAN_AFDC_KEY has it.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Use what is in the cache.")] = False,
    cache: Annotated[Path, typer.Option(help="Folder of answers.")] = Path("cache/fetched"),
) -> None:
    """Fetch charging stations of the US and Canada from AFDC; a second run goes on."""
    from tripplan.sources.fetch.http import Fetcher
    from tripplan.sources.fetch.settings import FetchSettings
    from tripplan.sources.fetch.stations import asked_corridor, fetch_stations

    try:
        changes = {"offline": offline, "cache": cache, **({"afdc_key": key} if key else {})}
        settings = FetchSettings.from_environment(os.environ, **changes)
        with (
            notes.status("fetching") as status,
            Fetcher(settings, say=lambda words: show(status, words)) as fetcher,
        ):
            corridor = asked_corridor(fetcher, origin, destination, width_km)
            found = fetch_stations(fetcher, output, states=state or (), corridor=corridor)
    except TripplanError as error:
        stop(error)
    reading = found.reading
    told = [f"{len(reading.chargers)} sites from {reading.row_count} stations: {found.file}"]
    if found.outside:
        told.append(f"outside of the corridor, left out: {found.outside}")
    told += [f"left out: {count} x {why}" for why, count in reading.skipped.items()]
    told += [f"values left out: {count} x {why}" for why, count in reading.ignored.items()]
    if found.oldest:
        told.append(f"fetched: {found.oldest}")
    for line in told:
        notes.print(line, markup=False, highlight=False, soft_wrap=True)
