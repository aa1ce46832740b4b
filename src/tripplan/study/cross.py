"""The cross product of a study, one row a trip of a batch, in a fixed order.

Trips, cars, states of health, seasons, then what is varied, in the order of the study; the last
turns quickest.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from tripplan.batch import asked
from tripplan.errors import InvalidInputError
from tripplan.planning.requests import find_car
from tripplan.records.file_places import Fault, Source, Where
from tripplan.records.region import Region
from tripplan.study.question import Study, StudyTrip

Cell = bool | int | float | str
OWN_COLUMNS: Final = ("trip", "vehicle_name", "soh", "season")
"""Coordinates that every row has; the wishes that are varied follow."""
MOST_ROWS: Final = 100_000
"""A study of more is taken for a slip; its table is in memory before it is written."""


@dataclass(frozen=True)
class StudyRow:
    """One of the trips that a study comes to."""

    index: int
    """Position in the study, from 0."""
    coordinates: Mapping[str, Cell]
    """Where it stands: trip, car, state of health, season, and the value of each varied wish."""
    row: Mapping[str, Any]
    """What `plan_many` takes."""


@dataclass(frozen=True)
class _Pick:
    """A value of one axis."""

    coordinates: Mapping[str, Cell]
    row: Mapping[str, Any]
    where: Where
    """Where in the study it stands."""


def row_count(study: Study) -> int:
    """Return how many trips a study comes to."""
    return math.prod(len(axis) for axis in _axes(study))


def columns(study: Study) -> tuple[str, ...]:
    """Return the names of the coordinates, in order."""
    return (*OWN_COLUMNS, *study.vary)


def rows(study: Study) -> Iterator[StudyRow]:
    """Yield the trips of a study in order."""
    for index, picks in enumerate(product(*_axes(study))):
        yield _joined(study, index, picks)


def _joined(study: Study, index: int, picks: tuple[_Pick, ...]) -> StudyRow:
    coordinates = {name: cell for pick in picks for name, cell in pick.coordinates.items()}
    row = {name: value for pick in picks for name, value in pick.row.items()}
    return StudyRow(index, coordinates, {**study.options, **row})


def _axes(study: Study) -> list[list[_Pick]]:
    """Return trips, cars with their ages, seasons, and what is varied."""
    trips = [
        _Pick({"trip": trip.label}, _trip_row(trip), ("trips", k))
        for k, trip in enumerate(study.trips)
    ]
    seasons = [
        _Pick({"season": season.name}, season.wishes, ("seasons", k))
        for k, season in enumerate(study.seasons)
    ]
    varied = [
        [
            _Pick({name: cell(value)}, {name: value}, ("vary", name, k))
            for k, value in enumerate(values)
        ]
        for name, values in study.vary.items()
    ]
    return [trips, _cars(study), seasons or [_Pick({"season": ""}, {}, ())], *varied]


def _trip_row(trip: StudyTrip) -> dict[str, Any]:
    return {"origin": trip.origin, "destination": trip.destination, **trip.wishes}


def _cars(study: Study) -> list[_Pick]:
    picks = []
    for k, named in enumerate(study.vehicles):
        car = find_car(named.vehicle)
        # A car from a file travels whole, so that workers elsewhere need no file.
        vehicle = car if named.vehicle.endswith(".toml") else car.id
        ages: tuple[float | None, ...] = named.soh or study.soh or (None,)
        for soh in ages:
            coordinates: dict[str, Cell] = {
                "vehicle_name": named.name or car.name,
                "soh": car.battery.soh if soh is None else soh,
            }
            row = {"vehicle": vehicle} if soh is None else {"vehicle": vehicle, "soh": soh}
            picks.append(_Pick(coordinates, row, ("vehicles", k)))
    return picks


def cell(value: object) -> Cell:
    """Return a wished value as a cell of a table."""
    if isinstance(value, bool | int | float | str):
        return value
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def try_out(study: Study, region: Region, source: Source | None = None) -> None:
    """Refuse a study of which a value cannot be planned with, before anything is planned.

    Each value of each axis is tried once, with the first values of the others.

    Parameters
    ----------
    study
        The study, checked.
    region
        Where it is to be planned.
    source
        Where it comes from, for the message.

    Raises
    ------
    InvalidInputError
        A place is unknown or a wish is wrong; one message names all, each with its line if the
        study is from a file.  Or there are more than `MOST_ROWS` trips.
    """
    source = source or Source()
    size = row_count(study)
    if size > MOST_ROWS:
        raise source.error([((), f"comes to {size} trips; {MOST_ROWS} is the most")])
    axes = _axes(study)
    first = tuple(axis[0] for axis in axes)
    faults: list[Fault] = []
    for position, axis in enumerate(axes):
        for pick in axis:
            picks = (*first[:position], pick, *first[position + 1 :])
            row = _joined(study, 0, picks).row
            try:
                asked(region, row)
            except InvalidInputError as error:
                faults += _faults(study, picks, row, error)
    if faults:
        raise source.error(faults)


def _faults(
    study: Study, picks: tuple[_Pick, ...], row: Mapping[str, Any], error: InvalidInputError
) -> Iterator[Fault]:
    """Say where in the study each wrong value stands, and what is wrong with it."""
    _, _, several = str(error).partition("\n")
    if not several:
        ends = [key for key, value in row.items() if value == error.value]
        name = ends[0] if error.field == "place" and ends else error.field
        yield _place(study, picks, "via" if name == "place" else name), str(error)
    for line in several.splitlines():
        field, _, told = line.strip().partition(": ")
        name = field.rpartition(".")[2]
        if name not in row:
            name = next((word for word in re.findall(r"\w+", told) if word in row), "")
        yield _place(study, picks, name), told


def _place(study: Study, picks: tuple[_Pick, ...], name: str) -> Where:
    for pick in picks:
        if name in pick.row:
            return pick.where if pick.where[0] == "vary" else (*pick.where, name)
    return ("options", name) if name in study.options else picks[0].where
