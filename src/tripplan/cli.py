"""Words on a command line -> api -> render; exit codes.

0 done; 2 the input is wrong; 3 a sound question whose answer is no; 4 an outside source failed.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tripplan.errors import TripplanError

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
_Many = list[str] | None
"""An option that may be given several times."""
_Files = list[Path] | None
_OUTPUT_HELP = (
    "File, by its ending: .html, .json, .geojson, .gpx, .kml, .csv, .ics, .svg, .png; "
    "several times for several."
)


def _stop(error: TripplanError) -> NoReturn:
    _notes.print(
        f"tripplan: {error}", style="bold red", markup=False, highlight=False, soft_wrap=True
    )
    raise typer.Exit(error.exit_code)


@app.command()
def plan(
    origin: Annotated[str, typer.Argument(help='A place ("Denver, CO") or "lat,lon".')],
    destination: Annotated[str, typer.Argument(help='A place ("Vail, CO") or "lat,lon".')],
    vehicle: Annotated[str, typer.Option("--vehicle", "-v", help="Catalogue id or TOML file.")],
    via: Annotated[_Many, typer.Option(help='"Vail, CO; 8h; 11kW": dwell, plug.')] = None,
    require: Annotated[_Many, typer.Option(help="Id of a charger to stop at.")] = None,
    soh: Annotated[str | None, typer.Option(help="State of health: 0.9 or 90%.")] = None,
    departure_soc: Annotated[str | None, typer.Option(help="SoC at the start: 0.9 or 90%.")] = None,
    arrival_soc: Annotated[str | None, typer.Option(help="Least SoC at the destination.")] = None,
    reserve_soc: Annotated[str | None, typer.Option(help="SoC never undercut on the way.")] = None,
    charge_limit_soc: Annotated[str | None, typer.Option(help="Charge no further.")] = None,
    least_charge_soc: Annotated[str | None, typer.Option(help="A stop adds this much.")] = None,
    most_stops: Annotated[str | None, typer.Option(help="Most stops at chargers.")] = None,
    longest_stop_s: Annotated[str | None, typer.Option(help="Charge no longer.")] = None,
    stop_overhead_s: Annotated[str | None, typer.Option(help="Seconds a stop costs.")] = None,
    max_speed_kmh: Annotated[str | None, typer.Option(help="The driver's own limit.")] = None,
    slow_down_to: Annotated[str | None, typer.Option(help="Of usual speed; 1: never.")] = None,
    ambient_c: Annotated[str | None, typer.Option(help="Air temperature, degrees C.")] = None,
    pack_start_c: Annotated[str | None, typer.Option(help="Pack temperature at start.")] = None,
    wind_mps: Annotated[str | None, typer.Option(help="Wind speed, m/s.")] = None,
    wind_from_deg: Annotated[str | None, typer.Option(help="Where it blows from, degrees.")] = None,
    road: Annotated[str | None, typer.Option(help="dry, wet or snow.")] = None,
    payload_kg: Annotated[str | None, typer.Option(help="People and luggage, kg.")] = None,
    cabin: Annotated[str | None, typer.Option(help="on, preheated or off.")] = None,
    departure: Annotated[str | None, typer.Option(help="Local time: 2026-06-07T08:00.")] = None,
    avoid: Annotated[_Many, typer.Option(help="motorway, toll, ferry, tunnel.")] = None,
    min_power_kw: Annotated[str | None, typer.Option(help="Least power of a charger.")] = None,
    min_stalls: Annotated[str | None, typer.Option(help="Least number of stalls.")] = None,
    operators: Annotated[_Many, typer.Option("--operator", help="Only theirs.")] = None,
    exclude_operators: Annotated[_Many, typer.Option("--exclude-operator", help="Avoid.")] = None,
    access: Annotated[_Many, typer.Option(help="public, unknown, restricted.")] = None,
    banned: Annotated[_Many, typer.Option("--ban", help="Id of a charger.")] = None,
    adapters: Annotated[_Many, typer.Option("--adapter", help="CCS1:CHADEMO:50")] = None,
    keep_unknown: Annotated[bool | None, typer.Option(help="What nobody states is fine.")] = None,
    out_of_service: Annotated[bool | None, typer.Option(help="Broken ones too.")] = None,
    only_stated_power: Annotated[bool | None, typer.Option(help="No assumed power.")] = None,
    region: Annotated[str, typer.Option(help="Region to plan on.")] = "starter",
    ways: Annotated[int, typer.Option(help="Ways to show on the page, this one too.")] = 1,
    output: Annotated[_Files, typer.Option("--output", "-o", help=_OUTPUT_HELP)] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Plan as JSON.")] = None,
    geojson_path: Annotated[Path | None, typer.Option("--geojson", help="As GeoJSON.")] = None,
    gpx_path: Annotated[Path | None, typer.Option("--gpx", help="As GPX 1.1.")] = None,
    csv_path: Annotated[Path | None, typer.Option("--csv", help="Legs and stops.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Links for map apps.")] = False,
) -> None:
    """Plan one trip, print the itinerary, and write a map of it."""
    _plan({name: value for name, value in locals().items() if value not in (None, [])})


_NAMED = ("json_path", "geojson_path", "gpx_path", "csv_path")


def _plan(given: dict[str, Any]) -> None:
    """Plan and write what the command line asks for."""
    files = list(given.pop("output", []))
    named = {name: given.pop(name) for name in _NAMED if name in given}
    told = {name: given.pop(name) for name in ("region", "ways", "links")}
    try:
        _plan_and_write(given, files, named, **told)
    except TripplanError as error:
        _stop(error)


def _plan_and_write(
    row: dict[str, Any],
    files: list[Path],
    named: dict[str, Path],
    *,
    region: str,
    ways: int,
    links: bool,
) -> None:
    from tripplan.api import named_region
    from tripplan.batch import plan_row, row_question
    from tripplan.choices import alternatives
    from tripplan.planner import Planner
    from tripplan.render import export, gpx, outputs, report
    from tripplan.render import links as map_links

    for path in files:
        outputs.ending_of(path)
    with _notes.status("planning (the first run also compiles the search, a minute or two)"):
        ground = named_region(region)
        planner = Planner(ground)
        if ways > 1:
            answer, *others = alternatives(planner, *row_question(planner, row), ways)
        else:
            answer, others = plan_row(planner, row), []
    sys.stdout.write(report.to_text(answer))
    for path in files:
        outputs.save(answer, path, ground, ways=others)
        _notes.print(f"written: {path}", markup=False, highlight=False)
    writers = {
        "json_path": export.write_json,
        "geojson_path": export.write_geojson,
        "gpx_path": gpx.write_gpx,
        "csv_path": outputs.write_csv,
    }
    for name, path in named.items():
        writers[name](answer, path)
    if links:
        for link in (*map_links.google_maps(answer), *map_links.apple_maps(answer)):
            sys.stdout.write(f"{link}\n")


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
    pages: Annotated[bool, typer.Option(help="Also write each plan as a page.")] = False,
) -> None:
    """Plan every trip of a CSV file; writes results.csv, overview.html and plans/*.json."""
    from tripplan import overview
    from tripplan.api import named_region
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
        overview.write_overview(outcomes, rows, output, named_region(region), pages=pages)
    except TripplanError as error:
        _stop(error)
    done = sum(outcome.status == "ok" for outcome in outcomes)
    _notes.print(f"{done} of {len(outcomes)} trips planned; {output / 'results.csv'}", markup=False)


@app.command()
def compare(
    origin: Annotated[str, typer.Argument(help='A place ("Denver, CO") or "lat,lon".')],
    destination: Annotated[str, typer.Argument(help='A place ("Vail, CO") or "lat,lon".')],
    vehicle: Annotated[list[str], typer.Option("--vehicle", "-v", help="Car; several times.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML page.")],
    ambient_c: Annotated[_Many, typer.Option(help='Degrees C, or "Jan=-4"; several times.')] = None,
    wish: Annotated[_Many, typer.Option(help='Any wish: "departure_soc=0.8".')] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes.")] = 1,
    region: Annotated[str, typer.Option(help="Region to plan on.")] = "starter",
) -> None:
    """Plan one trip with several cars, at several temperatures, or both; writes one page."""
    from tripplan import overview
    from tripplan.api import named_region

    try:
        asked = overview.sweep(origin, destination, vehicle, ambient_c or (), wish or ())
        with _notes.status("planning (the first run also compiles the search, a minute or two)"):
            done = overview.compare_trip(asked, output, named_region(region), workers=workers)
    except TripplanError as error:
        _stop(error)
    _notes.print(f"{done} of {len(asked.rows)} plans: {output}", markup=False, highlight=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the plans that --json writes."""
    from tripplan.render.export import schema_text

    sys.stdout.write(schema_text())


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
