"""Words on a command line -> api -> render; exit codes.

0 done; 2 the input is wrong; 3 a sound question whose answer is no; 4 an outside source failed;
5 done, and the audit objects to a plan.
"""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from tripplan.cli import plan as cli_plans
from tripplan.cli import questions as cli_questions
from tripplan.cli.batch import batch, study
from tripplan.cli.chargers import chargers_app
from tripplan.cli.help import PlainCommand
from tripplan.cli.options import WishingCommand, quantity
from tripplan.cli.own_file import CarFile, Force, refuse_to_replace
from tripplan.cli.plan import Destination, Ground, Origin, OwnChargers, notes, stop, tell_chargers
from tripplan.cli.region import region_app
from tripplan.cli.ride import ride
from tripplan.cli.serve import serve
from tripplan.cli.vehicles import vehicles_app
from tripplan.cli.warm_up import warm_up
from tripplan.cli.year import year
from tripplan.errors import TripplanError

app = typer.Typer(
    name="tripplan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _command in (cli_plans.plan, cli_plans.alternatives, cli_plans.pareto):
    app.command(cls=WishingCommand)(_command)
for _command in (
    cli_questions.days,
    cli_questions.limits,
    cli_questions.smallest,
    cli_questions.why,
    ride,
):
    app.command(cls=WishingCommand)(_command)
for _command in (cli_plans.audit, batch, study, year, serve):
    app.command(cls=PlainCommand)(_command)
app.command(name="warm-up", cls=PlainCommand)(warm_up)
app.add_typer(region_app, name="region")
app.add_typer(chargers_app, name="chargers")
app.add_typer(vehicles_app, name="vehicles")


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"tripplan {version('tripplan')}\n")
        raise typer.Exit


_VERSION_HELP = "Say which version this is."
_Version = Annotated[
    bool, typer.Option("--version", callback=_say_version, is_eager=True, help=_VERSION_HELP)
]


@app.callback()
def _options(_version: _Version = False) -> None:
    """Plan road trips in electric cars: which roads, where to charge, and how long."""


_Many = list[str] | None
"""An option that may be given several times."""
_MOST_REFUSALS: Final = 8
"""So many plans that cannot be made are told in the terminal."""


@app.command(cls=PlainCommand)
def compare(
    origin: Origin,
    destination: Destination,
    vehicle: Annotated[list[str], typer.Option("--vehicle", "-v", help="Car; several times.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML page; replaced if there.")],
    ambient_c: Annotated[_Many, typer.Option(help='Degrees C, or "Jan=-4"; several times.')] = None,
    wish: Annotated[_Many, typer.Option(help='Any wish: "departure_soc=0.8".')] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes.")] = 1,
    region: Ground = "starter",
    chargers: OwnChargers = None,
) -> None:
    """Plan one trip with several cars, at several temperatures, or both; writes one page."""
    from tripplan.batch import overview
    from tripplan.output.text import many
    from tripplan.planning.grounds import ground_of

    try:
        cli_plans.refuse_other_than_page(output)
        asked = overview.sweep(origin, destination, vehicle, ambient_c or (), wish or ())
        with notes.status(cli_plans.PLANNING):
            ground = ground_of(region, chargers or ())
            shown = overview.compare_trip(asked, output, ground, workers=workers)
    except TripplanError as error:
        stop(error)
    sys.stdout.write(many.plan_rows(shown))
    refused = [one for one in shown if one.plan is None]
    done = len(shown) - len(refused)
    notes.print(f"{done} of {len(shown)} plans: {output}", markup=False, highlight=False)
    for one in refused[:_MOST_REFUSALS]:
        told = f"no plan, {one.label}: {one.reason}"
        notes.print(told, markup=False, highlight=False, soft_wrap=True)
    if refused[_MOST_REFUSALS:]:
        notes.print(f"and {len(refused) - _MOST_REFUSALS} more without a plan: the page has them")
    tell_chargers(ground, chargers)


@app.command(cls=PlainCommand)
def schema() -> None:
    """Print the JSON Schema of the plans that --json writes."""
    from tripplan.output.files.export import schema_text

    sys.stdout.write(schema_text())


@app.command(cls=PlainCommand)
def calibrate(
    log: Annotated[
        Path,
        typer.Argument(
            help="CSV of trips or moments, or of LeafSpy, TeslaMate, TeslaFi, OVMS, Car Scanner."
        ),
    ],
    vehicle: Annotated[str, typer.Option("--vehicle", "-v", help="Car to start from.")],
    output: CarFile,
    payload_kg: Annotated[
        float, typer.Option(parser=quantity("payload_kg"), help="People and luggage, kg.")
    ] = 75.0,
    force: Force = False,
) -> None:
    """Fit a car's consumption to your own log, and write it as a car of your own."""
    from tripplan.calibration.fit import calibrate_file
    from tripplan.records.atomic import write_text_atomically
    from tripplan.records.vehicle_file import to_toml

    try:
        refuse_to_replace(output, force=force)
        found = calibrate_file(log, vehicle, payload_kg=payload_kg)
        heading = f"{found.vehicle.name}: {found.in_words()}"
        write_text_atomically(output, to_toml(found.vehicle, heading))
    except TripplanError as error:
        stop(error)
    notes.print(f"{found.in_words()}; {output}", markup=False, highlight=False)
    if found.left_out:
        notes.print(found.left_out_in_words(), markup=False, highlight=False)


def main() -> None:
    """Run the command line."""
    app()
