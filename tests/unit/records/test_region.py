"""Networks, charger sets and gazetteers: built means valid, names are found, faults are named."""

from typing import Any

import numpy as np
import pytest

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region


def sites(chargers: tuple[Charger, ...], node: list[int]) -> ChargerSet:
    return ChargerSet(chargers, np.array(node, dtype=np.int32))


def network(**changes: Any) -> RoadNetwork:
    columns: dict[str, Any] = {
        "lat": [39.0, 39.1, 39.2],
        "lon": [-105.0, -105.1, -105.2],
        "elevation_m": [1600.0, 1700.0, 1800.0],
        "tail": [0, 1],
        "head": [1, 2],
        "length_m": [14_000.0, 15_000.0],
        "speed_kmh": [100.0, 90.0],
        "speed_limit_kmh": [110.0, 110.0],
        "two_way": True,
    }
    return RoadNetwork.from_edges(**(columns | changes))


def charger(**changes: Any) -> Charger:
    values: dict[str, Any] = {
        "id": "c1",
        "name": "Test site",
        "lat": 39.1,
        "lon": -105.1,
        "connectors": (Connector("CHADEMO", 50.0), Connector("CCS1", 150.0)),
        "status": "listed",
        "source": "test",
    }
    return Charger(**(values | changes))


def test_forward_star_holds_every_direction_once() -> None:
    roads = network()
    arcs = sorted(zip(roads.tail.tolist(), roads.head.tolist(), roads.length_m, strict=True))
    assert arcs == [(0, 1, 14_000.0), (1, 0, 14_000.0), (1, 2, 15_000.0), (2, 1, 15_000.0)]
    one_way = network(two_way=False)
    assert one_way.arc_count == 2
    assert one_way.first_out.tolist() == [0, 1, 2, 2]


def test_columns_are_read_only_copies() -> None:
    lat = np.array([39.0, 39.1, 39.2])
    roads = network(lat=lat)
    lat[0] = 0.0
    assert roads.lat[0] == 39.0
    with pytest.raises(ValueError, match="read-only"):
        roads.length_m[0] = 1.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lat": [39.0, 39.1, 99.0]}, "latitude"),
        ({"lon": [-105.0, 200.0, 0.0]}, "longitude"),
        ({"elevation_m": [0.0, np.nan, 0.0]}, "elevation"),
        ({"length_m": [0.0, 1.0]}, "length_m"),
        ({"length_m": [np.nan, 1.0]}, "length_m"),
        ({"speed_kmh": [-5.0, 1.0]}, "speed_kmh"),
        ({"head": [1, 7], "two_way": False}, "head"),
        ({"tail": [0, 9], "two_way": False}, "tail"),
        (
            {
                "lat": [],
                "lon": [],
                "elevation_m": [],
                "tail": [],
                "head": [],
                "length_m": [],
                "speed_kmh": [],
                "speed_limit_kmh": [],
            },
            "no nodes",
        ),
    ],
)
def test_broken_networks_are_refused_by_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        network(**changes)


@pytest.mark.parametrize("first", [[0, 1, 9], [0, 2, 1], [1, 1, 2]])
def test_rows_that_do_not_index_their_values_are_refused(first: list[int]) -> None:
    with pytest.raises(DataError, match="do not rise from 0"):
        network(two_way=False, pieces=(first, [14_000.0, 15_000.0], [100.0, 100.0]))


def test_chargers_pick_the_best_fitting_plug() -> None:
    nacs = charger(id="c2", connectors=(Connector("NACS", 250.0),))
    both = sites((charger(), nacs), [1, 2])
    assert both.power_kw(["CHADEMO", "CCS1"]).tolist() == [150.0, 0.0]
    assert both.power_kw(["CHADEMO"]).tolist() == [50.0, 0.0]


def test_broken_chargers_are_refused() -> None:
    with pytest.raises(DataError, match="1 sites but 2 nodes"):
        sites((charger(),), [1, 2])
    with pytest.raises(DataError, match="c1: CCS1 has power"):
        sites((charger(connectors=(Connector("CCS1", 0.0),)),), [1])
    with pytest.raises(DataError, match="not there"):
        Region("test", network(), sites((charger(),), [3]), Gazetteer(()))


@pytest.fixture(name="names")
def fixture_names() -> Gazetteer:
    return Gazetteer(
        (
            GazetteerEntry("Denver", "CO", 39.7392, -104.9903, 715_522),
            GazetteerEntry("Denver", "NC", 35.53, -81.03, 2_309),
            GazetteerEntry("Cañon City", "CO", 38.44, -105.24, 17_000),
            GazetteerEntry("St. Louis", "MO", 38.63, -90.2, 300_000),
        ),
        {"CO": "Colorado"},
    )


PLACES = (
    GazetteerEntry("Denver", "CO", 39.7392, -104.9903, 715_522),
    GazetteerEntry("Vail", "AZ", 32.0479, -110.712, 10_208),
    GazetteerEntry("Vail", "CO", 39.6403, -106.3742, 5_461),
    GazetteerEntry("Vail", "NC", 35.0, -80.0, 40),
    GazetteerEntry("Portland", "OR", 45.5234, -122.6762, 652_503),
    GazetteerEntry("Portland", "ME", 43.6615, -70.2553, 66_881),
)
"""Positions and inhabitants as GeoNames has them, but for the made-up Vail of 40."""


@pytest.mark.parametrize(
    ("text", "near", "label"),
    [
        ("Vail", None, "Vail, AZ"),
        ("Vail", "Denver", "Vail, CO"),
        ("Vail, AZ", "Denver", "Vail, AZ"),
        ("Vail", "35.0,-80.0", "Vail, CO"),  # that of 40 is too small to be meant
        ("Portland", "40.7,-74.0", "Portland, ME"),
        ("Denver", "40.7,-74.0", "Denver, CO"),
    ],
)
def test_of_towns_of_one_name_the_nearer_of_those_alike_is_meant(
    text: str, near: str | None, label: str
) -> None:
    names = Gazetteer(PLACES)
    assert names.find(text, names.find(near) if near else None).label == label


def test_a_region_without_names_says_so() -> None:
    with pytest.raises(InvalidInputError, match="this region names no places"):
        Gazetteer(()).find("Heidelberg")


def test_names_are_found_without_regard_to_case_accents_and_dots(names: Gazetteer) -> None:
    assert names.find("denver, co").label == "Denver, CO"
    assert names.find("Denver").lat == 39.7392
    assert names.find("Denver, NC").lat == 35.53
    assert names.find("canon city, CO").label == "Cañon City, CO"
    assert names.find("St Louis").label == "St. Louis, MO"
    assert names.find("Denver, colorado").label == "Denver, CO"


def test_coordinates_always_work(names: Gazetteer) -> None:
    place = names.find("39.5, -105.25")
    assert (place.lat, place.lon) == (39.5, -105.25)
    with pytest.raises(InvalidInputError, match="lat"):
        names.find("139.5,-105.25")
    with pytest.raises(InvalidInputError, match="lat"):
        names.find("nan,-105.25")


def test_unknown_names_get_a_suggestion(names: Gazetteer) -> None:
    with pytest.raises(InvalidInputError, match="did you mean Denver, CO"):
        names.find("Denvr, CO")
    with pytest.raises(InvalidInputError, match="did you mean Denver, CO / Denver, NC"):
        names.find("Denver, TX")
    with pytest.raises(InvalidInputError, match="did you mean Denver, CO"):
        names.find("Denv")
    with pytest.raises(InvalidInputError, match="did you mean Cañon City, CO"):
        names.find("Canon")
    with pytest.raises(InvalidInputError, match="no name here is close"):
        names.find("Qwxz")


def test_nearest_entry(names: Gazetteer) -> None:
    found = names.nearest(39.7, -104.9)
    assert found is not None
    assert found[0].label == "Denver, CO"
    assert found[1] == pytest.approx(8.9, abs=0.5)  # haversine by hand: 8.87 km
    assert Gazetteer(()).nearest(0.0, 0.0) is None
