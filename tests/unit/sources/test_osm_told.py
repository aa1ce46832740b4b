"""What is told of a way's tags is all that decides, and simplified tags mean the same."""

import random
from itertools import product

import pytest

from tripplan.sources.osm.keys import role_of
from tripplan.sources.osm.tags import CLASS_OF, ROUGHEST, SMOOTHNESS_KMH, UNPAVED_KMH
from tripplan.sources.osm.told import CONTEXTS, TagWalker, simplified, tags_of
from tripplan.sources.osm.ways import read_way

USED = ("highway", "maxspeed", "oneway", "surface", "access", "toll", "motorcar", "vehicle:lanes")
PASSED_OVER = ("name", "ref", "lanes", "lit", "tiger:county", "old_name", "note", "hgv")
COUNTED = ("toll:N3", "oneway:bicycle", "maxheight:physical", "hov:minimum")


def test_keys_have_the_role_that_this_test_takes_them_to_have() -> None:
    """After the wiki: what lorries pay, and cyclists may, changes nothing for a car."""
    assert {role_of(key) for key in USED} == {"used"}
    assert {role_of(key) for key in PASSED_OVER} == {""}
    assert {role_of(key) for key in COUNTED} == {"unused"}


@pytest.mark.parametrize("most", [3, 8, 20])
def test_what_is_told_is_what_walking_over_all_tags_finds(most: int) -> None:
    chance = random.Random(most)  # noqa: S311 - a sample
    walker = TagWalker()
    for _ in range(300):
        keys = chance.sample((*USED, *PASSED_OVER, *COUNTED), chance.randint(1, most))
        tags = {key: f"{key}{chance.randint(0, 2)}" for key in keys}
        found = walker.told(tags)
        assert tags_of(found.key) == {k: v for k, v in tags.items() if k in USED}
        assert found.unused == [k for k in tags if k in COUNTED]


def test_what_opl_writes_in_place_of_spaces_and_commas_is_read() -> None:
    """OPL, "Escaping": a character is written as its code in hexadecimal between per cent signs."""
    told = TagWalker().told({"oneway": "yes", "maxspeed": "50%2c%%20%70", "toll:a%20%b": "x"})
    assert tags_of(told.key) == {"oneway": "yes", "maxspeed": "50, 70"}
    assert told.unused == ["toll:a b"]


SURFACES = ("", "asphalt", "sett", "cobblestone", "bricks", "ice", "wood", "metal", *UNPAVED_KMH)
STATES = ("", "good", "Excellent", "intermediate", *SMOOTHNESS_KMH, *ROUGHEST)
WORDS = ("", "sign", "DE:urban", "markings", "CH:rural", "nonsense:word")


def test_simplified_tags_mean_the_same() -> None:
    """Every surface in every state, and every word for the source of a limit."""
    kinds = list(CLASS_OF)
    for number, (surface, smoothness) in enumerate(product(SURFACES, STATES)):
        for context, key in product(WORDS, sorted(CONTEXTS)):
            tags = {
                "highway": kinds[number % len(kinds)],
                "surface": surface,
                "smoothness": smoothness,
                key: context,
            }
            tags = {key: value for key, value in tags.items() if value}
            assert read_way(simplified(tags), ferries=True) == read_way(tags, ferries=True)
    few = {
        tuple(simplified({"surface": one, "smoothness": other}).items())
        for one, other in product(SURFACES, STATES)
    }
    assert len(few) < len(SURFACES) * len(STATES) / 1.3
