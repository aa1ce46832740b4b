"""Commands about regions: what they hold, how they are built and fetched."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.status import Status

from tripplan.cli.help import PlainCommand
from tripplan.cli.options import quantity
from tripplan.cli.plan import notes, stop, tell_chargers
from tripplan.errors import TripplanError

if TYPE_CHECKING:
    from tripplan.records.region import Region

region_app = typer.Typer(
    help="Regions: the roads and chargers that trips are planned on.", rich_markup_mode=None
)
_FOLDER_HELP = "Folder of the region; a region that is there is replaced."
_Folder = Annotated[Path, typer.Option("--output", "-o", help=_FOLDER_HELP)]


@region_app.command("info", cls=PlainCommand)
def region_info(
    name: Annotated[str, typer.Argument(help="Region.")] = "starter",
    full: Annotated[bool, typer.Option("--full", help="All assumptions and sources.")] = False,
) -> None:
    """Say what a region holds, and where it comes from."""
    from tripplan.output.text.region_text import region_in_short
    from tripplan.output.text.report import region_to_text
    from tripplan.planning.requests import named_region

    try:
        region = named_region(name)
        sys.stdout.write(region_to_text(region) if full else region_in_short(region))
    except TripplanError as error:
        stop(error)


@region_app.command("list", cls=PlainCommand)
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


@region_app.command("check", cls=PlainCommand)
def region_check(
    name: Annotated[str, typer.Argument(help="Region: a folder, or its name below cache/.")],
) -> None:
    """Compare every file of a region with what was written (SHA-256), and open it."""
    from tripplan.planning.requests import folder_of, named_region
    from tripplan.sources.starter import STARTER_NAMES
    from tripplan.sources.store import load_region, read_manifest

    try:
        if name in STARTER_NAMES.values():
            named_region(name)
            sys.stdout.write(f"{name}: built in, all as shipped\n")
            return
        folder = folder_of(name)
        load_region(folder, verify=True)
        files = read_manifest(folder)["files"].values()
    except TripplanError as error:
        stop(error)
    size_mb = sum(file["bytes"] for file in files) / 1e6
    sys.stdout.write(f"{folder}: {len(files)} files, {size_mb:,.1f} MB, all as written\n")


@region_app.command("build", cls=PlainCommand)
def region_build(
    extract: Annotated[Path, typer.Argument(help=".osm.pbf, .osm, .osm.gz or .osm.bz2")],
    output: _Folder,
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
        float,
        typer.Option(
            parser=quantity("charger_reach_km"),
            help="Leave out chargers farther than this from a road, km.",
        ),
    ] = 1.0,
) -> None:
    """Build a region from an OpenStreetMap extract, rasters and charger files."""
    from tripplan.sources.build import build_region
    from tripplan.sources.store import save_region

    try:
        with notes.status("building") as status:
            region = build_region(
                extract,
                elevation=elevation,
                chargers=tuple(chargers or ()),
                name=name,
                ferries=ferries,
                country=country,
                charger_reach_km=charger_reach_km,
                on_progress=lambda stage: show(status, stage),
            )
            show(status, "writing")
            folder = save_region(region, output)
    except TripplanError as error:
        stop(error)
    _tell_built(region, folder)
    tell_chargers(region, chargers)


def _tell_built(region: "Region", folder: Path) -> None:
    """Say where a region lies, and how many chargers it has and has not."""
    from tripplan.output.text.region_text import chargers_left_out

    notes.print(f"region: {folder}", markup=False, highlight=False)
    kept = f"chargers: {len(region.chargers.chargers):,} on these roads"
    left = chargers_left_out(region)
    told = f"{kept}; left out {left}" if left else kept
    notes.print(told, markup=False, highlight=False, soft_wrap=True)


def show(status: Status, stage: str) -> None:
    """Show a stage or a wait: beside the spinner, or as a line where there is no terminal."""
    if notes.is_terminal:
        status.update(escape(stage))
    else:
        notes.print(stage, markup=False, highlight=False, soft_wrap=True)


@region_app.command("fetch", cls=PlainCommand)
def region_fetch(
    output: _Folder,
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
            notes.status("fetching") as status,
            Fetcher(settings, say=lambda words: show(status, words)) as fetcher,
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
        stop(error)
    _tell_built(region, folder)
    tell_chargers(region, chargers)
