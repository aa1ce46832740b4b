"""The real files beside the repository, where they are: counts as their description states them."""

import functools
import os
from datetime import datetime
from pathlib import Path

import pytest

from tests.stories.shared_data import shared_chargers
from tripplan.planning.charger_filter import filter_chargers
from tripplan.planning.opening_hours import is_open
from tripplan.records.charger import Charger, rated_only
from tripplan.records.trip import ChargerWishes
from tripplan.sources.chargers.assume import assume_powers
from tripplan.sources.chargers.files import NO_PLUG
from tripplan.sources.chargers.merge import merge_chargers
from tripplan.sources.chargers.reading import JOINED, ChargerReading
from tripplan.sources.chargers.standards import DC

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("TRIPPLAN_SHARED") or ROOT.parent / "shared") / "data" / "chargers"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real data for tests (TRIPPLAN_SHARED) is not on this machine"
)


@functools.cache
def read(name: str) -> ChargerReading:
    return shared_chargers(name)


def having(reading: ChargerReading, standard: str) -> list[Charger]:
    return [c for c in reading.chargers if any(p.standard == standard for p in c.connectors)]


def test_afdc_washington() -> None:
    reading = read("afdc_washington_2024.csv")
    assert reading.format == "AFDC CSV"
    assert len(reading.chargers) == 2252
    assert not reading.skipped
    fast = [
        charger for charger in reading.chargers if any(p.standard in DC for p in charger.connectors)
    ]
    assert len(fast) == 322
    assert len(having(reading, "CHADEMO")) == 204
    assert all(charger.stalls for charger in fast)
    assert rated_only(reading.chargers) == (), "this file states no power at all"
    assert len(having(reading, "NACS")) == 58, "network Tesla with DC ports"


def test_afdc_oregon() -> None:
    reading = read("afdc_oregon_chargers.js")
    assert reading.format == "AFDC GeoJSON"
    assert reading.row_count == 906
    assert dict(reading.skipped) == {JOINED: 185}
    rows = sum(plug.standard in DC for c in reading.chargers for plug in c.connectors)
    assert rows == 172, "a row of this file is one kind of plug of a station"


def test_tesla_europe() -> None:
    reading = read("tesla_europe_all_superchargers.json")
    assert reading.row_count == 1520
    assert dict(reading.skipped) == {JOINED: 13}, "crawled twice, days apart"
    assert not reading.ignored
    assert sum(charger.access == "restricted" for charger in reading.chargers) > 100


def test_openstreetmap_germany() -> None:
    reading = read("osm_germany_2015_charging_stations_export.js")
    assert len(reading.chargers) == 82
    assert not reading.skipped
    # access:conditional=permissive @ "if available" is no condition of time.
    assert dict(reading.ignored) == {NO_PLUG: 32, "a condition that is not understood": 1}
    assert len(having(reading, "TYPE2")) == 48, "47 socket:type2, one plug:type2"
    assert len(having(reading, "DOMESTIC")) == 31
    assert sum(charger.opening_hours is not None for charger in reading.chargers) == 11
    assert all(47 < charger.lat < 56 and 5 < charger.lon < 16 for charger in reading.chargers)


def test_the_joined_table() -> None:
    reading = read("chargers_normalised.csv")
    assert reading.row_count == 4599
    assert dict(reading.skipped) == {JOINED: 186}
    assert not reading.ignored
    assert len(having(reading, "CHADEMO")) == 103
    assert len(having(reading, "CCS2")) == 1520
    american = [c for c in reading.chargers if c.source.startswith("quicklywilliam")]
    assert len(american) == 2172
    assert rated_only(american) == ()


def test_all_files_together() -> None:
    unread = {"chargers_normalised.csv", "us_nontesla_compatible-stations.json"}
    names = sorted(path.name for path in SHARED.iterdir() if path.name not in unread)
    chargers = [charger for name in names for charger in read(name).chargers]
    merged = merge_chargers(chargers)
    assert merged == merge_chargers(chargers[::-1])
    tesla = [c for c in merged.chargers if {s.source for s in c.sources} >= {"OpenStreetMap"}]
    both = [c for c in tesla if len(c.sources) > 1]
    assert len(both) >= 5, "the German Superchargers of OpenStreetMap"
    assert all(charger.operator == "Tesla" for charger in both)


def test_from_a_file_to_what_a_leaf_can_use() -> None:
    reading = read("afdc_washington_2024.csv")
    wishes = ChargerWishes(min_power_kw=40.0)
    sites = rated_only(assume_powers(reading.chargers))
    result = filter_chargers(sites, wishes, standards=("CHADEMO",))
    assert 0 < len(result.chargers) <= 204
    assert sum(result.dropped.values()) + len(result.chargers) == len(sites)
    for charger in result.chargers:
        (chademo,) = (p for p in charger.connectors if p.standard == "CHADEMO")
        assert chademo.power_assumed
        assert chademo.power_rule


def test_every_converted_opening_time_is_understood() -> None:
    noon = datetime.fromisoformat("2026-06-01T12:00")
    for name in ("afdc_washington_2024.csv", "afdc_oregon_chargers.js"):
        hours = {c.opening_hours: c for c in read(name).chargers if c.opening_hours}
        assert len(hours) > 5
        for text, charger in hours.items():
            assert (is_open(charger, noon) is None) <= ("unknown" in text), text
