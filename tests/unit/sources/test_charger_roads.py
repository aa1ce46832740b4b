"""Numbers of roads in addresses as real sources write them."""

import pytest

from tripplan.records.charger import Charger
from tripplan.sources.chargers.afdc import read_afdc_json
from tripplan.sources.chargers.merge import combined
from tripplan.sources.chargers.ocpi import read_ocpi
from tripplan.sources.chargers.openchargemap import read_openchargemap
from tripplan.sources.chargers.osm import read_osm_elements
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.tables import read_charger_csv
from tripplan.sources.osm.file import TaggedPoint


@pytest.mark.parametrize(
    ("text", "road"),
    [
        ("172 US-12", "US 12"),
        ("15255 US Hwy 2", "US 2"),
        ("700 U.S. Highway 6", "US 6"),
        ("811 WA-970", "WA 970"),
        ("519 SR 906", "SR 906"),
        ("10500 Hwy 99", "Highway 99"),
        ("9000 NE HIGHWAY 99", "Highway 99"),
        ("I-70 Exit 147", "I-70"),
        ("Interstate 70, exit 147", "I-70"),
        ("9384 Old Highway 99 North", ""),
        ("14579 US-97 Alt", ""),
        ("2400 148th Avenue NE", ""),
        ("415 West Heron Street (US-3HE-7VZ-1A)", ""),
        ("8000 WA 98664", ""),
        ("12 Main St in 5", ""),
        ("", ""),
    ],
)
def test_a_road_is_told_from_a_street(text: str, road: str) -> None:
    assert road_ref(text) == road


def test_directions_count_where_the_street_has_no_number() -> None:
    assert road_ref("100 Main St", "I-70 at Exit 147") == "I-70"
    assert road_ref(None, 5) == ""


AFDC = {
    "id": 1,
    "latitude": 39.65,
    "longitude": -106.82,
    "station_name": "Conoco",
    "street_address": "100 Eby Creek Rd",
    "intersection_directions": "I-70 at Exit 147",
    "city": "Eagle",
    "state": "CO",
    "zip": "81631",
    "ev_connector_types": ["CHADEMO"],
    "ev_dc_fast_num": 1,
}
OCM = {
    "ID": 1,
    "AddressInfo": {
        "Title": "Conoco",
        "AddressLine1": "100 US-6",
        "Town": "Eagle",
        "Latitude": 39.65,
        "Longitude": -106.82,
    },
}
OCPI = {
    "id": "1",
    "name": "Conoco",
    "address": "100 US-6",
    "city": "Eagle",
    "coordinates": {"latitude": "39.65", "longitude": "-106.82"},
    "evses": [],
}
OSM = TaggedPoint(
    "node/1",
    39.65,
    -106.82,
    {"amenity": "charging_station", "addr:city": "Eagle", "addr:street": "US Highway 6"},
)
TABLE = 'name,lat,lon,address,city\nConoco,39.65,-106.82,"100 US-6, Eagle",Eagle\n'


@pytest.mark.parametrize(
    ("charger", "road"),
    [
        (read_afdc_json([AFDC]).chargers[0], "I-70"),
        (read_openchargemap([OCM]).chargers[0], "US 6"),
        (read_ocpi(OCPI).chargers[0], "US 6"),
        (read_osm_elements([OSM]).chargers[0], "US 6"),
        (read_charger_csv(TABLE).chargers[0], "US 6"),
    ],
    ids=["AFDC", "Open Charge Map", "OCPI", "OpenStreetMap", "table"],
)
def test_every_reader_keeps_town_and_road(charger: Charger, road: str) -> None:
    assert (charger.town, charger.road) == ("Eagle", road)
    assert "Eagle" in charger.address


def test_a_stated_road_of_a_table_counts_and_merging_keeps_both() -> None:
    table = "name,lat,lon,town,road\nConoco,39.65,-106.82,Eagle,I-70\n"
    (stated,) = read_charger_csv(table).chargers
    (bare,) = read_charger_csv("name,lat,lon\nConoco,39.65,-106.82\n").chargers
    both = combined([bare, stated])
    assert (both.town, both.road) == ("Eagle", "I-70")
