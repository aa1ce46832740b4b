"""Study files, TOML or YAML: what is wrong in one is said with file, line and key."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tripplan.errors import DataError, InvalidInputError
from tripplan.planning.grounds import chargers_beside
from tripplan.planning.requests import car_beside, find_car
from tripplan.records.base import as_path
from tripplan.records.file_places import (
    Fault,
    Source,
    Where,
    toml_lines,
    unknown_key,
    validation_faults,
)
from tripplan.records.outside import read_text_file, refuse_depth
from tripplan.records.wishes import WISHES
from tripplan.study import yaml_text
from tripplan.study.question import Study, StudySeason, StudyTrip, StudyVehicle

_YAML = {".yaml", ".yml"}
_TABLES: Final[Mapping[str, type[StudyTrip | StudyVehicle | StudySeason]]] = {
    "trips": StudyTrip,
    "vehicles": StudyVehicle,
    "seasons": StudySeason,
}


def read_study(path: str | Path) -> Study:
    """Read a study from a TOML file, or from YAML where its name ends in .yaml or .yml.

    Vehicle and charger files are looked for beside it.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DataError
        It cannot be read, or is no TOML or YAML.
    InvalidInputError
        Keys are unknown, or values missing or wrong; one message names all, each with its line.
    """
    return read_with_lines(path)[0]


def read_with_lines(path: str | Path) -> tuple[Study, Source]:
    """Read a study as `read_study`, and remember where in the file everything stands."""
    file, name = as_path(path, where="study"), f"study {path}"
    text = read_text_file(file, "study")
    if file.suffix.lower() in _YAML:
        data, lines = yaml_text.parsed(text, name)
    else:
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{name}: not valid TOML: {error}", path=str(path)) from error
        lines = toml_lines(text)
    refuse_depth(data, name)
    source = Source(name, lines)
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        raise source.error(validation_faults(error, _known_at)) from error
    study = _with_files_beside(study, file.parent)
    check(study, source)
    return study, source


def _known_at(where: Where) -> list[str]:
    if not where:
        return list(Study.model_fields)
    record = _TABLES[str(where[0])]
    own = [name for name in record.model_fields if name != "wishes"]
    return own if record is StudyVehicle else [*own, *sorted(WISHES)]


def _with_files_beside(study: Study, folder: Path) -> Study:
    """Look for vehicle and charger files in the folder of the study."""
    cars = tuple(
        car.model_copy(update={"vehicle": car_beside(car.vehicle, folder)})
        for car in study.vehicles
    )
    chargers = chargers_beside(study.chargers, folder)
    return study.model_copy(update={"vehicles": cars, "chargers": chargers})


def check(study: Study, source: Source | None = None) -> None:
    """Refuse a study whose parts contradict each other, or that names what is not known.

    Parameters
    ----------
    study
        The study.
    source
        Where it comes from, for the message.

    Raises
    ------
    InvalidInputError
        A name stands for two things, a wish is made in two places, or a wish or car is unknown.
    """
    every = (_empty, _unknown_wishes, _made_twice, _same_names, _cars)
    faults = [fault for find in every for fault in find(study)]
    if faults:
        raise (source or Source()).error(faults)


def _empty(study: Study) -> Iterator[Fault]:
    lists: dict[Where, Sequence[object]] = {("trips",): study.trips, ("vehicles",): study.vehicles}
    lists |= {("vary", name): values for name, values in study.vary.items()}
    yield from ((where, "at least one is needed") for where, values in lists.items() if not values)


def _unknown_wishes(study: Study) -> Iterator[Fault]:
    tables: list[tuple[Where, Mapping[str, Any]]] = [
        (("options",), study.options),
        (("vary",), study.vary),
        *((("trips", k), trip.wishes) for k, trip in enumerate(study.trips)),
        *((("seasons", k), season.wishes) for k, season in enumerate(study.seasons)),
    ]
    for where, wishes in tables:
        for name in wishes:
            if name not in WISHES:
                yield (*where, name), unknown_key(name, sorted(WISHES))


def _made_twice(study: Study) -> Iterator[Fault]:
    """Find wishes of which nobody could tell which one counts."""
    seasonal = {name for season in study.seasons for name in season.wishes}
    of_trips = {name for trip in study.trips for name in trip.wishes}
    for k, trip in enumerate(study.trips):
        for name in seasonal.intersection(trip.wishes):
            yield ("trips", k, name), f"a season wishes for {name} too: which one counts?"
    made = {"the options wish": set(study.options), "a season wishes": seasonal}
    made["a trip wishes"] = of_trips
    for name, values in study.vary.items():
        for who, names in made.items():
            if name in names:
                yield ("vary", name), f"{who} for {name} too: which one counts?"
        twice = [value for value, count in Counter(map(repr, values)).items() if count > 1]
        if twice:
            yield ("vary", name), f"{twice[0]} is there twice"


def _same_names(study: Study) -> Iterator[Fault]:
    for table, labels in (
        ("trips", [trip.label for trip in study.trips]),
        ("vehicles", [car.name or car.vehicle for car in study.vehicles]),
        ("seasons", [season.name for season in study.seasons]),
    ):
        for k, label in enumerate(labels):
            if label in labels[:k]:
                yield (table, k), f'"{label}" is there twice; give one of them another name'


def _cars(study: Study) -> Iterator[Fault]:
    for k, car in enumerate(study.vehicles):
        try:
            find_car(car.vehicle)
        except (InvalidInputError, DataError) as error:
            yield ("vehicles", k, "vehicle"), str(error)
