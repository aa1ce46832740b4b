"""Commands about cars: which there are, what is known of one, and a file of one's own."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tripplan.cli.help import PlainCommand, SearchingGroup
from tripplan.cli.own_file import CarFile, Force, refuse_to_replace
from tripplan.cli.plan import notes, stop
from tripplan.errors import InvalidInputError, TripplanError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tripplan.records.catalogue import CatalogueEntry
    from tripplan.vehicle_model.ranges import SteadyRange

vehicles_app = typer.Typer(
    cls=SearchingGroup,
    help="Cars: search the catalogue, look at one, start a file of your own.",
    rich_markup_mode=None,
    invoke_without_command=True,
    no_args_is_help=False,
)
_Json = Annotated[bool, typer.Option("--json", help="All of it as JSON.")]
_Car = Annotated[str, typer.Argument(help="Id of the catalogue, or a .toml file.")]
_Soh = Annotated[
    str | None,
    typer.Option(help="State of health, like 90%; or an age, like '6 years, 90000 km'."),
]


@vehicles_app.callback()
def vehicles(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Option(help='Words of id or name, like "model 3 awd"; --name may be left out.'),
    ] = None,
    make: Annotated[str | None, typer.Option(help="Maker, like Kia.")] = None,
    year: Annotated[int | None, typer.Option(help="Model year, like 2020.")] = None,
    plug: Annotated[str | None, typer.Option(help="Fast-charging plug, like CCS2.")] = None,
    kwh: Annotated[str | None, typer.Option(help="Usable energy, like 50-70 or 60-.")] = None,
    range_km: Annotated[
        float | None, typer.Option(min=0.0, help="Least range at 110 km/h and 20 C.")
    ] = None,
    cold_range_km: Annotated[
        float | None, typer.Option(min=0.0, help="Least range at 110 km/h and -10 C.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="List the whole catalogue.")] = False,
    as_json: _Json = False,
) -> None:
    """List cars of the catalogue; without a filter those written by hand."""
    if context.invoked_subcommand is not None:
        return
    from tripplan.output.files.vehicle_json import cars_to_json
    from tripplan.output.text.vehicle_text import cars_to_text
    from tripplan.records.catalogue import entries, matching

    wishes = (name, make, year, plug, kwh, range_km, cold_range_km)
    try:
        least_kwh, most_kwh = _bounds(kwh)
        found = matching(
            (name or "").split(),
            make=make,
            year=year,
            plug=plug,
            least_kwh=least_kwh,
            most_kwh=most_kwh,
        )
        if not every and all(wish is None for wish in wishes):
            found = tuple(entry for entry in found if entry.kind == "by hand")
        ranges = dict(_ranges(found, range_km or 0.0, cold_range_km or 0.0))
    except TripplanError as error:
        stop(error)
    found = tuple(entry for entry in found if entry.id in ranges)
    write = cars_to_json(found, ranges) if as_json else cars_to_text(found, ranges, len(entries()))
    sys.stdout.write(write)
    if not found:
        notes.print("no car has all of that: fewer words or wider filters find more")
    if not every and all(wish is None for wish in wishes):
        notes.print("more by words of a name, --make, --year, --plug, --kwh, --range-km, or --all")


@vehicles_app.command("show", cls=PlainCommand)
def vehicles_show(car: _Car, soh: _Soh = None, as_json: _Json = False) -> None:
    """Show what is known of one car: curve, ranges, sources."""
    from tripplan.output.files.vehicle_json import car_to_json
    from tripplan.output.text.vehicle_text import car_to_text
    from tripplan.records.catalogue import stands_for
    from tripplan.records.vehicle import find_vehicle

    try:
        found = find_vehicle(car)
        found = found if soh is None else found.aged(soh)
    except TripplanError as error:
        stop(error)
    write = car_to_json if as_json else car_to_text
    sys.stdout.write(write(found, stands_for(found.id)))


@vehicles_app.command("copy", cls=PlainCommand)
def vehicles_copy(
    car: _Car,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="TOML file to write [my-CAR.toml]; one that is there is kept."
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Write a car as a TOML file of your own, to change and plan with."""
    from tripplan.records.atomic import write_text_atomically
    from tripplan.records.vehicle import find_vehicle
    from tripplan.records.vehicle_file import to_toml

    try:
        found = find_vehicle(car)
        output = output or Path(f"my-{Path(found.id).name}.toml")
        refuse_to_replace(output, force=force)
        heading = f"{found.name}: a copy to change; plain values may replace tables."
        write_text_atomically(output, to_toml(found, heading))
    except TripplanError as error:
        stop(error)
    notes.print(f"{found.name}: {output}", markup=False, highlight=False)


@vehicles_app.command("from-epa", cls=PlainCommand)
def vehicles_from_epa(
    name: Annotated[str, typer.Argument(help="Name of your car.")],
    output: CarFile,
    a_lbf: Annotated[float, typer.Option("--a-lbf", help="Target coefficient A.")],
    b_lbf_per_mph: Annotated[float, typer.Option("--b", help="Target coefficient B, lbf/mph.")],
    c_lbf_per_mph2: Annotated[float, typer.Option("--c", help="Target coefficient C, lbf/mph2.")],
    test_weight_lb: Annotated[
        float, typer.Option("--test-weight-lb", min=500.0, help="Equivalent test weight.")
    ],
    usable_kwh: Annotated[float, typer.Option("--usable-kwh", help="Usable energy when new.")],
    make: Annotated[str, typer.Option(help="Maker, whose cars say the efficiency.")] = "",
    dc_kw: Annotated[float | None, typer.Option(help="Highest fast-charging power.")] = None,
    plug: Annotated[str, typer.Option(help="Fast-charging plug.")] = "CCS1",
    force: Force = False,
) -> None:
    """Write a car of your own from EPA coast-down figures."""
    from tripplan.records.atomic import write_text_atomically
    from tripplan.records.epa_vehicle import from_coast_down
    from tripplan.records.vehicle import CoastDown
    from tripplan.records.vehicle_file import to_toml

    try:
        refuse_to_replace(output, force=force)
        load = CoastDown.parse(
            {
                "a_lbf": a_lbf,
                "b_lbf_per_mph": b_lbf_per_mph,
                "c_lbf_per_mph2": c_lbf_per_mph2,
            },
            where="coast-down",
        )
        found = from_coast_down(
            name, load, test_weight_lb, usable_kwh, make=make, dc_kw=dc_kw, plug=plug
        )
        heading = f"{found.name}: from its EPA coast-down; the rest is estimated."
        write_text_atomically(output, to_toml(found, heading))
    except TripplanError as error:
        stop(error)
    notes.print(f"{found.name}: {output}", markup=False, highlight=False)


def _bounds(given: str | None) -> tuple[float, float]:
    """Read bounds of the usable energy: 50-70, 60-, -40, or one figure."""
    if given is None:
        return 0.0, float("inf")
    low, dash, high = given.partition("-")
    try:
        least = float(low) if low else 0.0
        if not dash:
            return least, least
        most = float(high) if high else float("inf")
        if least <= most:
            return least, most
    except ValueError:
        pass
    raise InvalidInputError(
        f'kwh "{given}" is no range: write 50-70, 60- or -40.',
        field="kwh",
        value=given,
        expected="two figures with a dash",
    )


def _ranges(
    found: "tuple[CatalogueEntry, ...]", least_km: float, least_cold_km: float
) -> "Iterator[tuple[str, tuple[SteadyRange, SteadyRange]]]":
    """Yield the ranges of the cars that get far enough."""
    from tripplan.records.vehicle import find_vehicle
    from tripplan.vehicle_model.ranges import COLD_C, LISTED_KMH, WARM_C, steady_range

    for entry in found:
        car = find_vehicle(entry.id)
        warm, cold = (steady_range(car, LISTED_KMH, air_c) for air_c in (WARM_C, COLD_C))
        if warm.p50_km >= least_km and cold.p50_km >= least_cold_km:
            yield entry.id, (warm, cold)
