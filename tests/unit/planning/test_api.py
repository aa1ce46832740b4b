"""From words to a `Trip`: names are looked up, wishes find their records."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.samples.plan import sample_region
from tripplan.errors import InvalidInputError
from tripplan.planning.requests import make_trip
from tripplan.records.trip import Place, Trip, Waypoint
from tripplan.sources.starter import load_starter

LAKE = Place(lat=39.25, lon=-106.29, name="Twin Lakes")


def made(**wishes: Any) -> Trip:
    return make_trip(sample_region(), "Denver, CO", "Grand Junction, CO", wishes)


def visited(trip: Trip) -> list[tuple[str, float, float]]:
    return [(w.place.name, w.dwell_s, w.charger_kw) for w in trip.waypoints]


def test_waypoints_are_looked_up_like_the_ends() -> None:
    trip = made(via=["Vail", "Leadville, CO; 11kW; 8h", "39.6,-106.1; 45min"])
    assert visited(trip) == [
        ("Vail, CO", 0.0, 0.0),
        ("Leadville, CO", 28_800.0, 11.0),
        ("near Frisco, CO", 2_700.0, 0.0),
    ]
    assert (trip.waypoints[1].place.lat, trip.waypoints[1].place.lon) == (39.2508, -106.2925)
    assert (trip.waypoints[2].place.lat, trip.waypoints[2].place.lon) == (39.6, -106.1)


@pytest.mark.parametrize("text", ["Vail; 8h; 11kW | Rifle", " Vail;8h;11kW|Rifle| "])
def test_one_text_lists_waypoints_between_bars(text: str) -> None:
    assert visited(made(via=text)) == [("Vail, CO", 28_800.0, 11.0), ("Rifle, CO", 0.0, 0.0)]


def test_places_and_finished_waypoints_are_taken_as_they_are() -> None:
    hotel = Waypoint(place=LAKE, dwell_s=60.0, charger_kw=3.7)
    assert made(via=[LAKE, hotel]).waypoints == (Waypoint(place=LAKE), hotel)
    assert made(via=LAKE).waypoints == (Waypoint(place=LAKE),)
    assert made(via=hotel).waypoints == (hotel,)
    assert made(via=[]).waypoints == made(via="").waypoints == made().waypoints == ()


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"via": ["Vale, CO"]}, 'place "Vale, CO" is not known here: did you mean Vail, CO'),
        ({"via": "Vail | Rifle; soon"}, 'waypoint "Rifle; soon": "soon" is neither a time'),
        ({"via": ["Vail; 30d"]}, "14 days at most"),
        ({"via": ["130,-60"]}, "less than or equal to 90"),
        ({"via": [""]}, "the place comes first"),
        ({"via": 7}, "but got 7"),
        ({"via": [None]}, "but got None"),
        ({"via": {"place": "Vail"}}, "each waypoint is a name"),
        ({"waypoints": ["Vail"]}, "there is no wish named waypoints; known: .*require.*via"),
        ({"via_chargers": ["a"]}, "there is no wish named via_chargers"),
        ({"require": ["a"], "banned": ["a"]}, "both required and banned"),
    ],
)
def test_wrong_wishes_are_refused(wishes: Mapping[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        made(**wishes)


def test_wishes_for_stops_and_speed_stand_beside_the_others() -> None:
    trip = made(
        require="a; b", most_stops=3, longest_stop_s=1200, least_charge_soc="5%",
        slow_down_to="90%", ambient_c=5, min_power_kw=50,
    )  # fmt: skip
    assert trip.via_chargers == ("a", "b")
    assert (trip.most_stops, trip.longest_stop_s, trip.least_charge_soc) == (3, 1200.0, 0.05)
    assert trip.slow_down_to == 0.9
    assert (trip.conditions.ambient_c, trip.chargers.min_power_kw) == (5.0, 50.0)


def test_towns_of_one_name_are_those_near_the_other_end() -> None:
    """Vail in Arizona has twice the inhabitants of Vail in Colorado, 130 km from Denver."""
    starter = load_starter()
    there = make_trip(starter, "Denver", "Vail", {"via": "Golden"})
    assert (there.origin.name, there.destination.name) == ("Denver, CO", "Vail, CO")
    back = make_trip(starter, "Vail", "Denver", {})
    assert (back.origin.name, back.destination.name) == ("Vail, CO", "Denver, CO")
    assert make_trip(starter, "Denver", "Vail, AZ", {}).destination.name == "Vail, AZ"
