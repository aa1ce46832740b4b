"""Commands that plan one trip: once, in several ways, or in all that are worth a thought."""

import inspect
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tripplan.cli.options import wished
from tripplan.errors import InvalidInputError, NoPlanError, TripplanError
from tripplan.output.text import words

if TYPE_CHECKING:
    from tripplan.planning.planner import Planner
    from tripplan.records.plan import Plan
    from tripplan.records.region import Region
    from tripplan.records.trip import Trip
    from tripplan.records.vehicle import Vehicle

notes = Console(stderr=True)
"""Where everything goes that is not the answer."""
PLANNING = "planning (the first run also compiles the search, a minute or two)"

AUDIT_FAILED = 5
"""A command ends with this where it did its work, and the audit objects to a plan."""

Origin = Annotated[str, typer.Argument(help='A place ("Denver, CO") or "lat,lon".')]
Destination = Annotated[str, typer.Argument(help='A place ("Vail, CO") or "lat,lon".')]
_Car = Annotated[str, typer.Option("--vehicle", "-v", help="Catalogue id or TOML file.")]
_Soh = Annotated[
    str | None, typer.Option(help="State of health, like 90%; or an age, like '6 years'.")
]
Ground = Annotated[str, typer.Option(help="Region to plan on.")]
_CHARGERS_HELP = (
    "File or folder of chargers to plan with; several times for several; or illustrative."
)
OwnChargers = Annotated[list[str] | None, typer.Option("--chargers", help=_CHARGERS_HELP)]
_OUTPUT_HELP = (
    "File, by its ending: .html, .json, .geojson, .gpx, .kml, .csv, .ics, .svg, .png; "
    "several times for several; replaced if there."
)
_Files = Annotated[list[Path] | None, typer.Option("--output", "-o", help=_OUTPUT_HELP)]
_Json = Annotated[Path | None, typer.Option("--json", help="Plan as JSON; replaced if there.")]


def stop(error: TripplanError) -> NoReturn:
    """Say what is wrong, and end with the code of the error."""
    notes.print(
        f"tripplan: {error}", style="bold red", markup=False, highlight=False, soft_wrap=True
    )
    raise typer.Exit(error.exit_code)


def end(plans: "Sequence[Plan]") -> None:
    """End with the code of a failed audit where there is a plan that is objected to."""
    if not all(plan.audit.passed for plan in plans):
        raise typer.Exit(AUDIT_FAILED)


def say(plan: "Plan", *, full: bool) -> None:
    """Print a plan; what its audit objects to comes first, in red where there are colours."""
    from tripplan.output.text import brief, report

    objections = report.warning_text(plan)
    if objections:
        _first(objections)
    text = report.to_text(plan) if full else brief.to_brief(plan)
    sys.stdout.write(text.removeprefix(objections))


def _first(objections: str) -> None:
    """Print objections to standard output."""
    answers = Console(soft_wrap=True)
    answers.print(objections, style="bold red", markup=False, highlight=False, end="")
    sys.stdout.flush()


def refuse_other_than_page(path: Path) -> None:
    """Refuse a file whose name is not that of a page, before hours of planning.

    Raises
    ------
    InvalidInputError
        Its ending is not .html.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise InvalidInputError(
            f"file {path}: this is written as a page, .html, and in no other form; a browser "
            "prints it as PDF.",
            field="output",
            value=str(path),
            expected="a name that ends in .html",
        )


def tell_chargers(ground: "Region", chargers: Sequence[object] | None) -> None:
    """Say what became of chargers that were given: how many are on the roads, and why not all."""
    if chargers:
        from tripplan.output.text.region_text import charger_notes

        for note in charger_notes(ground):
            notes.print(f"chargers: {note}", markup=False, highlight=False, soft_wrap=True)


def with_wishes(
    command: Callable[..., None], places: dict[str, Any] | None = None, *, car: bool = True
) -> Callable[..., None]:
    """Give a command the ends of a trip, its car and all wishes in place of its ``**asked``.

    Parameters
    ----------
    command
        The command.
    places
        Other arguments in place of the ends, with their annotations.
    car
        Whether it asks for one car.
    """

    @wraps(command)
    def run(**given: object) -> None:
        command(**{name: value for name, value in given.items() if value not in (None, [])})

    own = list(inspect.signature(command).parameters.values())[:-1]
    kinds: dict[str, Any] = places or {"origin": Origin, "destination": Destination}
    kinds = {**kinds, "vehicle": _Car} if car else kinds
    keyword = inspect.Parameter.KEYWORD_ONLY
    every = [
        *(inspect.Parameter(name, keyword, annotation=kind) for name, kind in kinds.items()),
        inspect.Parameter("soh", keyword, default=None, annotation=_Soh),
        *(parameter.replace(kind=keyword) for parameter in own),
        *(inspect.Parameter(n, keyword, default=None, annotation=k) for n, k in wished()),
    ]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
    return run


@with_wishes
def plan(
    region: Ground = "starter",
    chargers: OwnChargers = None,
    ways: Annotated[int, typer.Option(help="Ways to show on the page, this one too.")] = 1,
    output: _Files = None,
    json_path: _Json = None,
    geojson_path: Annotated[Path | None, typer.Option("--geojson", help="As GeoJSON.")] = None,
    gpx_path: Annotated[Path | None, typer.Option("--gpx", help="As GPX 1.1.")] = None,
    csv_path: Annotated[Path | None, typer.Option("--csv", help="Legs and stops.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Links for map apps.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Print legs, proof, assumptions.")] = False,
    **asked: object,
) -> None:
    """Plan one trip, print the itinerary, and write a map of it."""
    from tripplan.output import outputs
    from tripplan.output.files import export, gpx, ics
    from tripplan.output.files import links as map_links
    from tripplan.planning import alternatives as choices

    try:
        endings = [outputs.ending_of(path) for path in output or ()]
        if ".ics" in endings and "departure" not in asked:
            raise ics.no_departure()
        (answer, *others), ground = _planned(
            (region, chargers),
            asked,
            lambda p, trip: (
                choices.alternatives(p, *trip, ways)
                if ways > 1
                else choices.with_one_stop_fewer(p, *trip)
            ),
        )
        say(answer, full=full)
        _save(answer, output or (), ground, others)
        writers = (
            (export.write_json, json_path),
            (export.write_geojson, geojson_path),
            (gpx.write_gpx, gpx_path),
            (outputs.write_csv, csv_path),
        )
        for write, named in writers:
            if named is not None:
                write(answer, named)
        if links:
            every = (*map_links.google_maps(answer), *map_links.apple_maps(answer))
            sys.stdout.writelines(f"{link}\n" for link in every)
        tell_chargers(ground, chargers)
        end([answer, *others])
    except TripplanError as error:
        stop(error)


@with_wishes
def alternatives(
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Most plans.")] = 3,
    region: Ground = "starter",
    chargers: OwnChargers = None,
    output: _Files = None,
    json_path: _Json = None,
    **asked: object,
) -> None:
    """Plan one trip in ways that differ: by other roads, at other chargers, with fewer stops.

    Prints a table; files are numbered, one for each plan.
    """
    from tripplan.planning import alternatives as choices

    try:
        found = _planned(
            (region, chargers), asked, lambda p, trip: choices.alternatives(p, *trip, count)
        )
        _show_all(*found, output or (), json_path)
        tell_chargers(found[1], chargers)
        end(found[0])
    except TripplanError as error:
        stop(error)


@with_wishes
def pareto(
    over: Annotated[str, typer.Option(help="Which of these.")] = "time,energy,money,stops",
    region: Ground = "starter",
    chargers: OwnChargers = None,
    output: _Files = None,
    json_path: _Json = None,
    **asked: object,
) -> None:
    """Plan one trip in all ways of which none is worse in everything: time, energy, money, stops.

    Prints a table; files are numbered, one for each plan.
    """
    from tripplan.planning import pareto as trade_offs

    goals: Any = [goal.strip() for goal in over.split(",") if goal.strip()]
    try:
        found = _planned(
            (region, chargers), asked, lambda p, trip: trade_offs.pareto(p, *trip, goals)
        )
        _show_all(*found, output or (), json_path)
        tell_chargers(found[1], chargers)
        end(found[0])
    except TripplanError as error:
        stop(error)


def audit(
    file: Annotated[Path, typer.Argument(help="Plan as JSON, as --json writes it.")],
    region: Ground = "starter",
    chargers: OwnChargers = None,
) -> None:
    """Look at everything that a plan in a file claims, and print what is not so.

    Held against the region that it was made on; what the file says of its own audit does not
    matter.
    """
    from tripplan.output.files import export
    from tripplan.output.text import statements
    from tripplan.planning.audit import audit_plan
    from tripplan.planning.grounds import ground_of_plan

    try:
        plan = export.read_json(file)
        ground = ground_of_plan(plan, region, chargers or ())
        audited = plan.model_copy(update={"audit": audit_plan(plan, ground)})
    except TripplanError as error:
        stop(error)
    lines = "".join(f"{line}\n" for line in statements.audit(audited))
    if audited.audit.passed:
        sys.stdout.write(lines)
    else:
        _first(lines)
    end([audited])


def _planned(
    where: tuple[str, list[str] | None],
    row: dict[str, Any],
    find: "Callable[[Planner, tuple[Trip, Vehicle]], list[Plan]]",
) -> "tuple[list[Plan], Region]":
    from tripplan.batch import asked
    from tripplan.planning.grounds import ground_of
    from tripplan.planning.planner import Planner
    from tripplan.records.settings import Settings

    region, chargers = where
    with notes.status(PLANNING):
        ground = ground_of(region, chargers or ())
        planner = Planner(ground, Settings(fewer_stops_gap=0.0))
        try:
            return find(planner, asked(ground, row)), ground
        except NoPlanError:
            tell_chargers(ground, chargers)
            raise


def _save(
    answer: "Plan", files: Sequence[Path], ground: "Region", others: "Sequence[Plan]" = ()
) -> None:
    from tripplan.output import outputs

    for path in files:
        outputs.save(answer, path, ground, ways=others)
        notes.print(f"written: {path}", markup=False, highlight=False)


def _show_all(
    plans: "list[Plan]", ground: "Region", files: Sequence[Path], json_path: Path | None
) -> None:
    from tripplan.output.files import export
    from tripplan.output.text import report

    for number, plan in enumerate(plans, start=1):
        if objections := report.warning_text(plan):
            _first(f"Plan {number}: {objections}")
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
        _save(plan, [path.with_stem(f"{path.stem}-{number}") for path in files], ground)
        if json_path is not None:
            export.write_json(plan, json_path.with_stem(f"{json_path.stem}-{number}"))
