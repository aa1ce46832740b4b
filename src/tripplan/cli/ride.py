"""The command that compares driving all the way with leaving the car at a station."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tripplan.cli.options import quantity
from tripplan.cli.plan import (
    PLANNING,
    Ground,
    OwnChargers,
    end,
    notes,
    stop,
    tell_chargers,
    with_wishes,
)
from tripplan.errors import InvalidInputError, TripplanError

_Json = Annotated[
    Path | None,
    typer.Option("--json", help="Answer as JSON, to a file, replaced if there; - to print it."),
]


def _ride(
    stations: Annotated[
        Path | None,
        typer.Option(help="CSV: name, lat, lon, ride_min, headway_min, fare, ..."),
    ] = None,
    gtfs: Annotated[Path | None, typer.Option(help="Timetable: a GTFS zip file or folder.")] = None,
    stay: Annotated[
        float,
        typer.Option(
            parser=quantity("stay_s", bare=False), help="Time at the destination, like 4h."
        ),
    ] = 0.0,
    persons: Annotated[int, typer.Option(min=1, max=9, help="How many pay the fare.")] = 1,
    fare: Annotated[
        float | None, typer.Option(help="Fare for one way, where a station states none.")
    ] = None,
    destination_parking: Annotated[
        float, typer.Option(help="Price of parking at the destination, per day.")
    ] = 0.0,
    destination_plug: Annotated[
        float, typer.Option(parser=quantity("plug_kw", bare=False), help="Plug there, like 7kW.")
    ] = 0.0,
    destination_walk: Annotated[
        float,
        typer.Option(
            parser=quantity("walk_s", bare=False), help="From the car park there, like 15min."
        ),
    ] = 0.0,
    walk_km: Annotated[
        float, typer.Option(parser=quantity("walk_km"), help="From stops to the destination, km.")
    ] = 1.0,
    most: Annotated[int, typer.Option(min=1, help="Most stops of a timetable to plan.")] = 20,
    region: Ground = "starter",
    chargers: OwnChargers = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Page of the best way's drives; replaced if there."),
    ] = None,
    json_path: _Json = None,
    **asked: Any,  # noqa: ANN401 - wishes
) -> None:
    """Compare driving all the way and back with leaving the car at a station and riding on.

    Minutes, energy and money of each way, with charging while the car is parked. Rides come from a
    table of stations, a timetable (extra gtfs), or both.
    """
    import json

    from tripplan.output import outputs
    from tripplan.planning.grounds import ground_of
    from tripplan.questions import ride_text
    from tripplan.questions.rides import ride as compare
    from tripplan.records.atomic import write_text_atomically

    ends = asked.pop("origin"), asked.pop("destination")
    terms = {
        "stay_s": stay,
        "persons": persons,
        "fare": fare,
        "destination_parking_per_day": destination_parking,
        "destination_plug_kw": destination_plug,
        "destination_walk_s": destination_walk,
        "walk_km": walk_km,
        "most": most,
    }
    try:
        if output is not None:
            outputs.ending_of(output)
        if stations is None and gtfs is None:
            raise InvalidInputError(
                "where may the car be left? Give a table of stations by --stations, a timetable "
                "by --gtfs, or both.",
                field="stations",
                value=None,
                expected="--stations, --gtfs, or both",
            )
        with notes.status(PLANNING):
            ground = ground_of(region, chargers or ())
            found = compare(
                *ends, stations=stations, gtfs=gtfs, terms=terms, region=ground, **asked
            )
        text = json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
        if str(json_path) == "-":
            sys.stdout.write(text)
        else:
            sys.stdout.write(ride_text.ride(found))
            if json_path is not None:
                write_text_atomically(json_path, text)
                notes.print(f"written: {json_path}", markup=False, highlight=False)
        if output is not None:
            outputs.save(found.best.plan, output, ground)
            notes.print(f"written: {output}", markup=False, highlight=False)
        tell_chargers(ground, chargers)
    except TripplanError as error:
        stop(error)
    end([found.best.plan])


_ride.__name__ = "ride"
ride = with_wishes(_ride)
