"""Places to choose from: found by how they begin, as a plain look at all names finds them."""

import pytest

from tripplan import load_starter
from tripplan.output.drawing.basemap import Bounds
from tripplan.records.gazetteer import CHARGER, folded_name
from tripplan.serve.places import MOST_FOUND, Places


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(load_starter())


@pytest.mark.parametrize(
    "text", ["Den", "den", "portl", "Salt Lake City, UT", "São", "x", "sea", "DEN"]
)
def test_the_first_is_the_largest_town_that_begins_so(places: Places, text: str) -> None:
    wanted = folded_name(text)
    every = [
        entry
        for entry in places.gazetteer.entries
        if entry.kind != CHARGER
        and any(
            folded_name(n).startswith(wanted) for n in (entry.name, entry.label, *entry.aliases)
        )
    ]
    largest = max(every, key=lambda entry: entry.population, default=None)
    found = places.find(text)
    assert bool(found) == bool(every)
    if largest is not None and largest.population:
        assert found[0]["label"] == largest.label


def test_what_is_found_can_be_looked_up_again(places: Places) -> None:
    for letter in "abcdefghijklmnop":
        for one in places.find(letter, 5):
            place = places.gazetteer.find(one["label"])
            assert folded_name(place.name).startswith(letter) or one["kind"] == "airport"


@pytest.mark.parametrize(
    "text", ["", "   ", "zzzzzz", "<script>", "x" * 100_000, "\0", "%", "a\u0300"]
)
def test_no_text_is_too_odd(places: Places, text: str) -> None:
    assert len(places.find(text)) <= MOST_FOUND


def test_a_point_is_called_by_its_town(places: Places) -> None:
    assert places.near(39.74, -104.99)["label"] == "39.74000,-104.99000 (near Denver, CO)"


def test_the_chargers_of_a_box_are_those_inside(places: Places) -> None:
    box = Bounds(44.0, -124.0, 46.0, -122.0)
    found = places.chargers_in(box)
    inside = {
        charger.id
        for charger in places.chargers
        if 44.0 <= charger.lat <= 46.0 and -124.0 <= charger.lon <= -122.0
    }
    assert {one["id"] for one in found["chargers"]} == inside
    assert found["count"] == len(inside) > 5
    assert len(places.chargers_in(box, 3)["chargers"]) == 3
