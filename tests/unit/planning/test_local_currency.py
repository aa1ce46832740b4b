"""The currency of prices that nobody states, by the country of a region's extract."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples.plan import sample_region
from tripplan.planning.local_currency import local_currency
from tripplan.planning.planner import Planner
from tripplan.records.trip import Place, Trip
from tripplan.records.vehicle import find_vehicle
from tripplan.sources.build import build_region

VALLEY = """<osm version="0.6">
  <node id="1" lat="42.50" lon="1.50"><tag k="addr:country" v="{country}"/></node>
  <node id="2" lat="42.55" lon="1.60"/>
  <way id="3"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
</osm>
"""


@pytest.mark.parametrize(
    ("country", "currency"), [("AD", "EUR"), ("CH", "CHF"), ("GB", "GBP"), ("HU", "EUR")]
)
def test_a_plan_without_stated_prices_has_a_currency(
    tmp_path: Path, country: str, currency: str
) -> None:
    """Andorra uses the euro; forints are no unit of a price of 0.28 per kWh."""
    (tmp_path / "valley.osm").write_text(VALLEY.format(country=country), encoding="utf-8")
    region = build_region(tmp_path / "valley.osm")
    ends = [Place(lat=42.5, lon=1.5), Place(lat=42.55, lon=1.6)]
    trip = Trip(origin=ends[0], destination=ends[1])
    assert Planner(region).plan(trip, find_vehicle("nissan-leaf-40")).currency == currency


def test_the_names_of_states_go_first_and_nothing_is_guessed() -> None:
    here = sample_region()
    assert local_currency(replace(here, provenance={}), 47.0, 8.0) == ""
    swiss = {"sources": [{"package": "a"}, {"report": {"country": "CH"}}]}
    assert local_currency(replace(here, provenance=swiss), 47.0, 8.0) == "CHF"
