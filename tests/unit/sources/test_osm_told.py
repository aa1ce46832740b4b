"""The quick look at a way's tags finds what a slow one does, and simplified tags mean the same."""

import random
from itertools import product

import pytest

from tripplan.sources.osm.keys import role_of
from tripplan.sources.osm.tags import CLASS_OF, ROUGHEST, SMOOTHNESS_KMH, UNPAVED_KMH
from tripplan.sources.osm.told import (
    CONTEXTS,
    PASSED_OVER,
    USED,
    TagWalker,
    simplified,
    tags_of,
)
from tripplan.sources.osm.ways import read_way

RARE = ("toll:N3", "oneway:bicycle", "maxheight", "old_name", "note", "motorcar", "vehicle:lanes")


class OsmiumTags(dict[str, str]):
    """Tags as osmium gives them: in pairs when walked over."""

    def __iter__(self) -> object:  # type: ignore[override]
        return iter(list(self.items()))


def test_keys_that_are_looked_up_are_good_for_what_is_made_of_them() -> None:
    assert {role_of(key) for key in USED} == {"used"}
    assert {role_of(key) for key in PASSED_OVER} == {""}
    assert len({*USED, *PASSED_OVER}) == len(USED) + len(PASSED_OVER)


@pytest.mark.parametrize("most", [3, 8, 20, 40])
def test_what_is_told_is_what_walking_over_all_tags_finds(most: int) -> None:
    chance = random.Random(most)  # noqa: S311 - a sample
    walker = TagWalker()
    every = (*USED, *PASSED_OVER, *RARE)
    for _ in range(300):
        keys = chance.sample(every, chance.randint(1, most))
        tags = OsmiumTags({key: f"{key} {chance.randint(0, 2)}" for key in keys})
        found = walker.told(tags)  # type: ignore[arg-type]
        plain = dict(tags.items())
        assert tags_of(found.key) == {k: v for k, v in plain.items() if role_of(k) == "used"}
        assert sorted(found.unused) == sorted(k for k in plain if role_of(k) == "unused")
        assert (found.ref, found.name) == (plain.get("ref"), plain.get("name"))


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
