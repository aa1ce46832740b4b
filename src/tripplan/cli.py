"""Words on a command line -> api -> render; exit codes.

0 done; 2 the input is wrong; 3 a sound question whose answer is no; 4 an outside source failed.
"""

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tripplan.errors import TripplanError
from tripplan.render import words
from tripplan.trip_options import WISHES

if TYPE_CHECKING:
    from tripplan.answer import Plan
    from tripplan.planner import Planner
    from tripplan.region import Region
    from tripplan.trip import Trip
    from tripplan.vehicle import Vehicle

app = typer.Typer(
    name="tripplan",
    help="Plan road trips in electric cars: which roads, where to charge, and how long.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
region_app = typer.Typer(help="Regions: the roads and chargers that trips are planned on.")
app.add_typer(region_app, name="region")

_notes = Console(stderr=True)


def _stop(error: TripplanError) -> NoReturn:
    _notes.print(
        f"tripplan: {error}", style="bold red", markup=False, highlight=False, soft_wrap=True
    )
    raise typer.Exit(error.exit_code)


_FILES = ("output", "json_path", "geojson_path", "gpx_path", "csv_path")

_Origin = Annotated[str, typer.Argument(help='A place ("Denver, CO") or "lat,lon".')]
_Destination = Annotated[str, typer.Argument(help='A place ("Vail, CO") or "lat,lon".')]
_Car = Annotated[str, typer.Option("--vehicle", "-v", help="Catalogue id or TOML file.")]
_Ground = Annotated[str, typer.Option(help="Region to plan on.")]
_Map = Annotated[Path | None, typer.Option("--output", "-o", help="HTML map.")]
_Json = Annotated[Path | None, typer.Option("--json", help="Plan as JSON.")]


def _with_wishes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the ends of a trip, its car and all wishes in place of its ``**asked``."""

    @wraps(command)
    def run(**given: object) -> None:
        command(**{name: value for name, value in given.items() if value not in (None, [])})

    own = list(inspect.signature(command).parameters.values())[:-1]
    kinds: dict[str, Any] = {"origin": _Origin, "destination": _Destination, "vehicle": _Car}
    wished = {
        name: Annotated[k, typer.Option(*flags, help=told)] for name, k, told, flags in WISHES
    }
    keyword = inspect.Parameter.KEYWORD_ONLY
    every = [
        *(inspect.Parameter(name, keyword, annotation=kind) for name, kind in kinds.items()),
        *(inspect.Parameter(n, keyword, default=None, annotation=k) for n, k in wished.items()),
        *(parameter.replace(kind=keyword) for parameter in own),
    ]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
    return run


@app.command()
@_with_wishes
def plan(
    region: _Ground = "starter",
    output: _Map = None,
    json_path: _Json = None,
    geojson_path: Annotated[Path | None, typer.Option("--geojson", help="As GeoJSON.")] = None,
    gpx_path: Annotated[Path | None, typer.Option("--gpx", help="As GPX 1.1.")] = None,
    csv_path: Annotated[Path | None, typer.Option("--csv", help="Legs and stops.")] = None,
    **asked: object,
) -> None:
    """Plan one trip, print the itinerary, and write a map of it."""
    from tripplan.render import report

    files = dict(zip(_FILES, (output, json_path, geojson_path, gpx_path, csv_path), strict=True))
    try:
        (answer,), ground = _planned(region, asked, lambda p, trip: [p.plan(*trip)])
        sys.stdout.write(report.to_text(answer))
        _write(answer, ground, files)
    except TripplanError as error:
        _stop(error)


@app.command()
@_with_wishes
def alternatives(
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Most plans.")] = 3,
    region: _Ground = "starter",
    output: _Map = None,
    json_path: _Json = None,
    **asked: object,
) -> None:
    """Plan one trip in ways that differ: by other roads, at other chargers, with fewer stops.

    Prints a table; files are numbered, one for each plan.
    """
    from tripplan import choices

    try:
        found = _planned(region, asked, lambda p, trip: choices.alternatives(p, *trip, count))
        _show_all(*found, {"output": output, "json_path": json_path})
    except TripplanError as error:
        _stop(error)


@app.command()
@_with_wishes
def pareto(
    over: Annotated[str, typer.Option(help="Which of these.")] = "time,energy,money,stops",
    region: _Ground = "starter",
    output: _Map = None,
    json_path: _Json = None,
    **asked: object,
) -> None:
    """Plan one trip in all ways of which none is worse in everything: time, energy, money, stops.

    Prints a table; files are numbered, one for each plan.
    """
    from tripplan import trade_offs

    goals: Any = [goal.strip() for goal in over.split(",") if goal.strip()]
    try:
        found = _planned(region, asked, lambda p, trip: trade_offs.pareto(p, *trip, goals))
        _show_all(*found, {"output": output, "json_path": json_path})
    except TripplanError as error:
        _stop(error)


def _planned(
    region: str,
    row: dict[str, Any],
    find: "Callable[[Planner, tuple[Trip, Vehicle]], list[Plan]]",
) -> "tuple[list[Plan], Region]":
    from tripplan.api import named_region
    from tripplan.batch import asked
    from tripplan.planner import Planner

    with _notes.status("planning (the first run also compiles the search, a minute or two)"):
        ground = named_region(region)
        return find(Planner(ground), asked(ground, row)), ground


def _show_all(plans: "list[Plan]", ground: "Region", files: dict[str, Path | None]) -> None:
    table = Table("plan", "time", "energy", "cost", "stops", "chargers")
    for number, plan in enumerate(plans, start=1):
        table.add_row(
            str(number),
            words.duration(plan.total_s),
            words.energy(plan.energy_spent_kwh),
            f"{plan.cost:.2f} {plan.currency}".rstrip(),
            str(plan.stop_count),
            escape("; ".join(words.one_line(stop.name, 40) for stop in plan.stops)),
        )
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    for number, plan in enumerate(plans, start=1):
        named = ((name, path) for name, path in files.items() if path)
        _write(
            plan, ground, {name: path.with_stem(f"{path.stem}-{number}") for name, path in named}
        )


def _write(answer: "Plan", ground: "Region", files: Mapping[str, Path | None]) -> None:
    from tripplan.render import export

    if output := files.get("output"):
        from tripplan.render.map import save_html

        save_html(answer, output, ground)
        _notes.print(f"map: {output}", markup=False, highlight=False)
    if json_path := files.get("json_path"):
        export.write_json(answer, json_path)
    if geojson_path := files.get("geojson_path"):
        export.write_geojson(answer, geojson_path)
    if gpx_path := files.get("gpx_path"):
        export.write_gpx(answer, gpx_path)
    if csv_path := files.get("csv_path"):
        export.write_csv(csv_path, export.to_rows(answer), export.ROW_FIELDS)


@app.command()
def batch(
    trips: Annotated[Path, typer.Argument(help="CSV: origin,destination,vehicle,...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the results.")],
    vehicle: Annotated[
        str | None, typer.Option("--vehicle", "-v", help="For trips that name no car.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes.")] = 2,
    region: Annotated[str, typer.Option(help="Region to plan on.")] = "starter",
    plans: Annotated[bool, typer.Option(help="Also write each plan as JSON.")] = True,
) -> None:
    """Plan every trip of a CSV file; writes results.csv, one row a trip, and plans/*.json."""
    from tripplan.batch import SUMMARY_FIELDS, plan_many, read_trips, summary_row
    from tripplan.render import export

    try:
        rows = read_trips(trips)
        columns = (
            TextColumn("[progress.description]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=_notes) as bar:
            task = bar.add_task("planning", total=len(rows))
            outcomes = plan_many(
                rows,
                vehicle=vehicle,
                region=region,
                workers=workers,
                progress=lambda _: bar.advance(task),
            )
        output.mkdir(parents=True, exist_ok=True)
        table = [summary_row(o, row) for o, row in zip(outcomes, rows, strict=True)]
        export.write_csv(output / "results.csv", table, SUMMARY_FIELDS)
        if plans:
            (output / "plans").mkdir(exist_ok=True)
            for outcome in outcomes:
                if outcome.plan is not None:
                    export.write_json(outcome.plan, output / "plans" / f"{outcome.index:06d}.json")
    except TripplanError as error:
        _stop(error)
    done = sum(outcome.status == "ok" for outcome in outcomes)
    _notes.print(f"{done} of {len(outcomes)} trips planned; {output / 'results.csv'}", markup=False)


@app.command()
def vehicles() -> None:
    """List the cars of the catalogue."""
    from tripplan.vehicle import catalogue

    table = Table("id", "name", "usable kWh", "DC kW", "plugs", "cooling")
    for car in catalogue().values():
        curve = car.battery.charging_curve
        table.add_row(
            car.id,
            car.name,
            f"{car.battery.nominal_kwh:g}",
            f"{curve.max_kw:g}" if curve else "-",
            " ".join(car.connectors),
            car.battery.thermal.cooling,
        )
    Console(width=None if sys.stdout.isatty() else 120).print(table)


@app.command()
def calibrate(
    log: Annotated[Path, typer.Argument(help="CSV of trips, or of rows in time.")],
    vehicle: Annotated[str, typer.Option("--vehicle", "-v", help="Car to start from.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="TOML file of the fitted car.")],
    payload_kg: Annotated[float, typer.Option(help="People and luggage, kg.")] = 75.0,
) -> None:
    """Fit a car's consumption to your own log, and write it as a car of your own."""
    from tripplan.calibration import calibrate_file
    from tripplan.vehicle_file import save_vehicle

    try:
        found = calibrate_file(log, vehicle, payload_kg=payload_kg)
        save_vehicle(found.vehicle, output, f"{found.vehicle.name}: {found.in_words()}")
    except TripplanError as error:
        _stop(error)
    _notes.print(f"{found.in_words()}; {output}", markup=False, highlight=False)


@region_app.command("info")
def region_info(
    name: Annotated[str, typer.Argument(help="Region.")] = "starter",
) -> None:
    """Say what a region holds, and where it comes from."""
    from tripplan.api import named_region
    from tripplan.render.report import region_to_text

    try:
        sys.stdout.write(region_to_text(named_region(name)))
    except TripplanError as error:
        _stop(error)


@region_app.command("list")
def region_list(
    folder: Annotated[Path, typer.Argument(help="Folder with regions.")] = Path("cache"),
) -> None:
    """List the regions of a folder."""
    from tripplan.sources.store import list_regions, read_manifest

    sys.stdout.write("starter (built in)\n")
    for region in list_regions(folder):
        try:
            counts = read_manifest(region)["counts"]
        except TripplanError as error:
            sys.stdout.write(f"{region}  unusable: {error}\n")
            continue
        sizes = ", ".join(f"{number:,} {name}" for name, number in counts.items())
        sys.stdout.write(f"{region}  {sizes}\n")


@region_app.command("build")
def region_build(
    extract: Annotated[Path, typer.Argument(help=".osm.pbf, .osm, .osm.gz or .osm.bz2")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the region.")],
    elevation: Annotated[
        Path | None, typer.Option(help="Raster file or folder: .hgt(.zip), GeoTIFF, .npz.")
    ] = None,
    chargers: Annotated[
        list[Path] | None, typer.Option(help="Charger file; give it several times for several.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the region.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO code for default limits.")] = None,
    ferries: Annotated[bool, typer.Option(help="Count car ferries as roads.")] = False,
    charger_reach_km: Annotated[
        float, typer.Option(help="Leave out chargers farther than this from a road.")
    ] = 1.0,
) -> None:
    """Build a region from an OpenStreetMap extract, rasters and charger files."""
    from tripplan.sources.build import build_region
    from tripplan.sources.store import save_region

    try:
        with _notes.status("building") as status:
            region = build_region(
                extract,
                elevation=elevation,
                chargers=tuple(chargers or ()),
                name=name,
                ferries=ferries,
                country=country,
                charger_reach_km=charger_reach_km,
                on_progress=status.update,
            )
            status.update("writing")
            folder = save_region(region, output)
    except TripplanError as error:
        _stop(error)
    _notes.print(f"region: {folder}", markup=False, highlight=False)


@region_app.command("fetch")
def region_fetch(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the region.")],
    bbox: Annotated[str | None, typer.Option(help="south,west,north,east in degrees.")] = None,
    place: Annotated[str | None, typer.Option(help='A place ("Littleton, CO"): its area.')] = None,
    origin: Annotated[str | None, typer.Option("--from", help="Corridor of a trip: from.")] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Corridor: to.")] = None,
    chargers: Annotated[
        list[str] | None, typer.Option(help="osm, afdc or ocm; several times for several.")
    ] = None,
    elevation: Annotated[Path | None, typer.Option(help="Raster file or folder.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the region.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO code for default limits.")] = None,
    ferries: Annotated[bool, typer.Option(help="Count car ferries as roads.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Use what is in the cache.")] = False,
    cache: Annotated[Path, typer.Option(help="Folder of answers.")] = Path("cache/fetched"),
) -> None:
    """Fetch a region: a box, a place, or the corridor of a trip; a second run goes on."""
    from tripplan.sources.fetch.http import Fetcher
    from tripplan.sources.fetch.region import asked_area, fetch_region
    from tripplan.sources.fetch.settings import FetchSettings
    from tripplan.sources.store import save_region

    try:
        settings = FetchSettings.from_environment(os.environ, offline=offline, cache=cache)
        with (
            _notes.status("fetching") as status,
            Fetcher(settings, say=lambda words: status.update(escape(words))) as fetcher,
        ):
            region = fetch_region(
                asked_area(fetcher, bbox, place, origin, destination),
                chargers=tuple(chargers or ("osm",)),
                elevation=elevation,
                name=name,
                ferries=ferries,
                country=country,
                on_progress=fetcher.say,
                fetcher=fetcher,
            )
            folder = save_region(region, output)
    except TripplanError as error:
        _stop(error)
    _notes.print(f"region: {folder}", markup=False, highlight=False)


def main() -> None:
    """Run the command line."""
    app()
