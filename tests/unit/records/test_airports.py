"""Airports by the town that they belong to: "Denver airport"."""

import pytest

from tripplan.errors import InvalidInputError
from tripplan.records.gazetteer import AIRPORT, Gazetteer, GazetteerEntry
from tripplan.sources.starter import load_starter


def _airport(name: str, lat: float, lon: float, area: str = "XX") -> GazetteerEntry:
    return GazetteerEntry(name, area, lat, lon, 0, AIRPORT)


NAMES = Gazetteer(
    (
        GazetteerEntry("Uptown", "XX", 40.0, -100.0, 9000),
        GazetteerEntry("Uptown", "YY", 45.0, -90.0, 500),
        GazetteerEntry("Lone", "XX", 42.0, -103.0, 800),
        GazetteerEntry("Twins", "XX", 35.0, -95.0, 800),
        _airport("Uptown-Downtown International Airport (UDX)", 40.3, -100.2),
        _airport("King Field International Airport (KFX)", 40.01, -100.0),
        _airport("Old Uptown Airport (OUX)", 45.1, -90.0, "YY"),
        _airport("Somebody Memorial Airport (SMX)", 42.1, -103.1),
        _airport("Twins East Airport (TEX)", 35.1, -95.0),
        _airport("Twins West Airport (TWX)", 35.0, -95.2),
        _airport("Far Field Airport (FFX)", 20.0, -100.0),
    )
)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("Uptown airport", "UDX"),
        ("uptown Intl. Airport", "UDX"),
        ("Uptown airport, XX", "UDX"),
        ("Uptown airport, YY", "OUX"),
        ("Lone airport", "SMX"),
        ("Far Field regional airport", "FFX"),
    ],
)
def test_the_airport_of_a_town(asked: str, code: str) -> None:
    assert f"({code})" in NAMES.find(asked).name


def test_of_several_one_is_asked_for() -> None:
    with pytest.raises(InvalidInputError, match=r"\(TEX\).*\(TWX\)"):
        NAMES.find("Twins airport")


@pytest.mark.parametrize("asked", ["Nowhere airport", "airport", "regional airport", "Lone field"])
def test_what_is_none_stays_unknown(asked: str) -> None:
    with pytest.raises(InvalidInputError, match="is not known here"):
        NAMES.find(asked)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("Denver airport", "DEN"),
        ("SEA", "SEA"),
        ("Colorado Springs airport", "COS"),
    ],
)
def test_airports_of_the_atlas(asked: str, code: str) -> None:
    assert f"({code})" in load_starter().gazetteer.find(asked).name


def test_seattle_has_two() -> None:
    with pytest.raises(InvalidInputError, match=r"\(SEA\).*\(PAE\)"):
        load_starter().gazetteer.find("Seattle airport")
