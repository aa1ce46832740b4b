"""Every reader refuses what is no text and no path in the package's own words.

Readers are found, not listed: public functions of the package called read, load, open, parse or
find, by what they say their first parameter is.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import tripplan
from tripplan.errors import TripplanError
from tripplan.output.outputs import ending_of
from tripplan.planning.requests import find_car
from tripplan.records.trip import Trip, read_waypoint
from tripplan.sources.chargers.files import parse_chargers
from tripplan.sources.fetch.area import BBox
from tripplan.sources.osm.osmnx import from_osmnx

WORDS = ("read_", "load_", "open_", "parse_", "find_")
INNER = frozenset({"parse_maxspeed", "parse_duration"})
"""Get the tags of OpenStreetMap, which are text."""
TEXT = frozenset({"str"})
PATH = frozenset({"str | Path", "Path | str", "Study | str | Path"})


def readers(kinds: frozenset[str]) -> Iterator[Callable[..., Any]]:
    """Find the functions whose first parameter is of a kind."""
    for found in pkgutil.walk_packages(tripplan.__path__, "tripplan."):
        if found.name.endswith("__main__") or ".kernels." in found.name:
            continue
        module = importlib.import_module(found.name)
        for name, function in vars(module).items():
            if not isinstance(function, FunctionType) or function.__module__ != found.name:
                continue
            if not name.startswith(WORDS) or name in INNER:
                continue
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if first is not None and _told(first.annotation) in kinds:
                yield function


def _told(annotation: object) -> str:
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return (
        text.replace("pathlib._local.", "")
        .replace("pathlib.", "")
        .replace("tripplan.study.question.", "")
    )


def refused(reader: Callable[..., Any], given: object) -> str:
    """Give a reader a value; return what it says against it."""
    needed = list(inspect.signature(reader).parameters.values())[1:]
    more = [
        "what"
        for one in needed
        if one.default is inspect.Parameter.empty and one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    named = {
        one.name: "what"
        for one in needed
        if one.default is inspect.Parameter.empty and one.kind is one.KEYWORD_ONLY
    }
    with pytest.raises(TripplanError) as caught:
        _exhausted(reader(given, *more, **named))
    return str(caught.value)


def _exhausted(found: object) -> None:
    """Read to the end what is read piece by piece."""
    if isinstance(found, Iterator):
        list(found)


TEXTS, PATHS = list(readers(TEXT)), list(readers(PATH))


def test_readers_are_found() -> None:
    assert {"read_tariff", "parse_vehicle", "read_charger_csv"} <= {r.__name__ for r in TEXTS}
    assert {"load_vehicle", "load_region", "read_trips"} <= {r.__name__ for r in PATHS}
    assert len(TEXTS) >= 7
    assert len(PATHS) >= 10


@pytest.mark.parametrize("given", [None, 5, 1.5, b"x", [], {}, Path()])
@pytest.mark.parametrize("reader", TEXTS, ids=lambda r: r.__name__)
def test_what_is_no_text_is_refused(reader: Callable[..., Any], given: object) -> None:
    told = refused(reader, given)
    assert "text is wanted" in told
    assert ("None" if given is None else type(given).__name__) in told


@pytest.mark.parametrize("given", [None, 5, 1.5, b"x", [], {}, "", "a\0b"])
@pytest.mark.parametrize("reader", PATHS, ids=lambda r: r.__name__)
def test_what_is_no_path_is_refused(reader: Callable[..., Any], given: object) -> None:
    assert "path of a file is wanted" in refused(reader, given)


@pytest.mark.parametrize("ending", ["", ".json", ".csv", ".toml", ".parquet", ".tif", ".osm.pbf"])
@pytest.mark.parametrize("reader", PATHS, ids=lambda r: r.__name__)
def test_an_empty_folder_is_refused(
    reader: Callable[..., Any], ending: str, tmp_path: Path
) -> None:
    folder = tmp_path / f"folder{ending}"
    folder.mkdir()
    assert folder.name in refused(reader, folder)


@pytest.mark.parametrize("given", [None, 5, [], "x"])
def test_readers_of_other_things_refuse_too(given: object) -> None:
    others: tuple[Callable[..., Any], ...] = (
        from_osmnx,
        lambda value: parse_chargers(value, where="bytes"),
        lambda value: Trip.parse(value, where="trip"),
    )
    for reader in others:
        with pytest.raises(TripplanError, match="wanted"):
            reader(given)
    if not isinstance(given, str):
        texts: tuple[Callable[..., Any], ...] = (
            find_car,
            BBox.parse,
            ending_of,
            lambda value: read_waypoint(value, lambda _: pytest.fail("looked up")),
        )
        for reader in texts:
            with pytest.raises(TripplanError, match=r"wanted|expected"):
                reader(given)
