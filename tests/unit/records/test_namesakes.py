"""Towns of one name in one state are told apart by a larger town near them."""

from collections import defaultdict

import pytest

from tripplan.errors import InvalidInputError
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.sources.starter import load_starter

SALEM_NORTH = GazetteerEntry("Salem", "AR", 36.37, -91.82, 1600)
SALEM_SOUTH = GazetteerEntry("Salem", "AR", 34.63, -92.56, 2500)
MOUNTAIN_HOME = GazetteerEntry("Mountain Home", "AR", 36.34, -92.39, 12_000)
BENTON = GazetteerEntry("Benton", "AR", 34.56, -92.59, 36_000)
ELSEWHERE = GazetteerEntry("Salem", "OR", 44.94, -123.04, 160_000)
FIVE = Gazetteer((SALEM_NORTH, SALEM_SOUTH, MOUNTAIN_HOME, BENTON, ELSEWHERE))


@pytest.mark.parametrize(
    ("asked", "wanted", "name"),
    [
        ("Salem, AR", SALEM_SOUTH, "Salem near Benton, AR"),
        ("Salem near Benton, AR", SALEM_SOUTH, "Salem near Benton, AR"),
        ("salem near mountain home, ar", SALEM_NORTH, "Salem near Mountain Home, AR"),
        ("Salem near Mountain Home", SALEM_NORTH, "Salem near Mountain Home, AR"),
        ("Salem, OR", ELSEWHERE, "Salem, OR"),
        ("Salem", ELSEWHERE, "Salem, OR"),
        ("Benton, AR", BENTON, "Benton, AR"),
    ],
)
def test_each_of_two_is_named_and_found(asked: str, wanted: GazetteerEntry, name: str) -> None:
    found = FIVE.find(asked)
    assert (found.lat, found.lon, found.name) == (wanted.lat, wanted.lon, name)


@pytest.mark.parametrize("asked", ["Salem near Nowhere, AR", "Nowhere near Benton, AR"])
def test_both_names_have_to_be_known(asked: str) -> None:
    with pytest.raises(InvalidInputError, match="is not known here"):
        FIVE.find(asked)


def test_a_trip_s_other_end_still_chooses_and_the_name_tells() -> None:
    home = FIVE.find("Mountain Home, AR")
    assert FIVE.find("Salem, AR", near=home).name == "Salem near Mountain Home, AR"


def test_towns_of_the_atlas_that_share_a_name_in_a_state_are_found_by_what_they_are_called() -> (
    None
):
    """Every one but those that no larger town is nearer to than to its namesake."""
    atlas = load_starter().gazetteer
    of_name = defaultdict(list)
    for entry in atlas.entries:
        if entry.is_town:
            of_name[entry.name, entry.area].append(entry)
    alike = [town for towns in of_name.values() if len(towns) > 1 for town in towns]
    assert len(alike) > 400
    plain = []
    for town in alike[::8]:
        here = atlas.find(f"{town.lat},{town.lon}")
        called = atlas.find(town.label, near=here)
        assert (called.lat, called.lon) == (town.lat, town.lon) or town.population < 0.1 * max(
            other.population for other in of_name[town.name, town.area]
        )
        again = atlas.find(called.name)
        assert again == called
        if called.name == town.label:
            plain.append(town.label)
    assert set(plain) <= {"Madawaska, ME"}
