"""Commands that ask the other way round: days, limits, the smallest car, and why."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tripplan.cli.plan import PLANNING, Ground, OwnChargers, notes, stop, with_wishes
from tripplan.errors import NoPlanError, TripplanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tripplan.records.base import Record

_Json = Annotated[
    Path | None,
    typer.Option("--json", help="Answer as JSON, to a file, replaced if there; - to print it."),
]
_Without = Annotated[
    bool, typer.Option("--without-charging", help="No stops at chargers on the way.")
]
_Places = Annotated[
    list[str],
    typer.Argument(help='From start to end: "Vail, CO" "DEN; 3d" "Vail, CO; 12h; 3.6kW".'),
]
_Also = Annotated[
    list[str] | None,
    typer.Option(help='Another trip to be done as well: "Denver, CO | Vail, CO; 8h | Denver, CO".'),
]
_OF_HELP = (
    "Which, with commas or several times: soh, ambient-c, wind-mps, max-speed-kmh, "
    "departure-soc, charger-kw, battery-kwh, departure, chargers."
)


def _write(answers: "Sequence[Record]", path: Path | None, *, single: bool) -> bool:
    """Write answers as JSON; return whether standard output is taken by them."""
    import json

    from tripplan.records.atomic import write_text_atomically

    if path is None:
        return False
    data: Any = [answer.model_dump(mode="json") for answer in answers]
    text = json.dumps(data[0] if single else data, indent=1, ensure_ascii=False) + "\n"
    if str(path) == "-":
        sys.stdout.write(text)
        return True
    write_text_atomically(path, text)
    notes.print(f"written: {path}", markup=False, highlight=False)
    return False


def _days(
    repeat: Annotated[int, typer.Option("--days", help="On so many days the same.")] = 1,
    without_charging: _Without = False,
    weather: Annotated[
        bool, typer.Option("--weather/--no-weather", help="Whether to look for degrees to spare.")
    ] = True,
    region: Ground = "starter",
    chargers: OwnChargers = None,
    json_path: _Json = None,
    **asked: Any,  # noqa: ANN401 - wishes
) -> None:
    """Plan a trip with stays, and say what there is to spare at each: kWh, km, degrees.

    The car starts full. Places with stays are written like "DEN; 3d" or "Work; 9h; 3.6kW".
    """
    from tripplan.questions import asking, text

    places = asked.pop("places")
    try:
        with notes.status(PLANNING):
            found = asking.days(
                places,
                repeat=repeat,
                charging=not without_charging,
                weather=weather,
                region=region,
                chargers=chargers or (),
                **asked,
            )
        if not _write([found], json_path, single=True):
            sys.stdout.write(text.days(found))
    except TripplanError as error:
        stop(error)


def _limits(
    of: Annotated[list[str] | None, typer.Option("--of", help=_OF_HELP)] = None,
    without_charging: _Without = False,
    arrive_by: Annotated[
        str | None, typer.Option(help="Latest arrival, for departure: 2026-01-15T18:00.")
    ] = None,
    also: _Also = None,
    region: Ground = "starter",
    chargers: OwnChargers = None,
    json_path: _Json = None,
    **asked: Any,  # noqa: ANN401 - wishes
) -> None:
    """Say how far values may go before the trip cannot be done: coldest day, worst battery, ...

    With the plans on both sides of each limit.
    """
    from tripplan.questions import asking, text

    ends = asked.pop("origin"), asked.pop("destination")
    try:
        with notes.status(PLANNING):
            found = asking.limits(
                *ends,
                of=",".join(of or ()),
                charging=not without_charging,
                arrive_by=arrive_by,
                also=also or (),
                region=region,
                chargers=chargers or (),
                **asked,
            )
        if not _write(found, json_path, single=False):
            sys.stdout.write("\n".join(map(text.limit, found)))
    except TripplanError as error:
        stop(error)


def _smallest(
    vehicle: Annotated[
        list[str] | None,
        typer.Option(
            "--vehicle",
            "-v",
            help="Car to choose from, or all of the catalogue; several times. Default: those "
            "written by hand.",
        ),
    ] = None,
    count: Annotated[
        int, typer.Option("--count", "-n", min=0, help="Stop after so many that do it; 0: all.")
    ] = 3,
    without_charging: _Without = False,
    also: _Also = None,
    region: Ground = "starter",
    chargers: OwnChargers = None,
    json_path: _Json = None,
    **asked: Any,  # noqa: ANN401 - wishes
) -> None:
    """Find the smallest cars of the catalogue that do a trip, and what each has to spare."""
    from tripplan.questions import asking, text

    ends = asked.pop("origin"), asked.pop("destination")
    try:
        with notes.status(PLANNING):
            found = asking.smallest(
                *ends,
                vehicles=vehicle or (),
                also=also or (),
                count=count,
                charging=not without_charging,
                region=region,
                chargers=chargers or (),
                **asked,
            )
        if not _write([found], json_path, single=True):
            sys.stdout.write(f"{text.table(found.candidates)}\n{text.smallest(found)}")
    except TripplanError as error:
        stop(error)


def _why(
    without_charging: _Without = False,
    region: Ground = "starter",
    chargers: OwnChargers = None,
    json_path: _Json = None,
    **asked: Any,  # noqa: ANN401 - wishes
) -> None:
    """Say why a plan stops where it does, and what would have been otherwise, each planned again.

    Of a trip that cannot be done: single changes with which it can. Ends with 3 then, as plan does.
    """
    from tripplan.questions import asking, text

    ends = asked.pop("origin"), asked.pop("destination")
    try:
        with notes.status(PLANNING):
            found = asking.why(
                *ends,
                charging=not without_charging,
                region=region,
                chargers=chargers or (),
                **asked,
            )
        if not _write([found], json_path, single=True):
            sys.stdout.write(text.reasons(found))
    except TripplanError as error:
        stop(error)
    if not found.possible:
        raise typer.Exit(NoPlanError.exit_code)


def _named(command: Any, name: str) -> Any:  # noqa: ANN401 - a command
    command.__name__ = name
    return command


days = _named(with_wishes(_days, {"places": _Places}), "days")
limits = _named(with_wishes(_limits), "limits")
smallest = _named(with_wishes(_smallest, car=False), "smallest")
why = _named(with_wishes(_why), "why")
