"""The atlas' real chargers are those of the source file, and say how old and how sure they are.

``afdc_sites.csv`` was cut out of the source file by a CSV reader alone: columns as they stand, of
the rows that are open ("E") and have a number of ports for direct current.
"""

import csv
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

import tripplan
from tests.samples.starter import ILLUSTRATIVE
from tripplan.errors import InvalidInputError, OutOfRangeError
from tripplan.output.page.map import to_html
from tripplan.output.text import words
from tripplan.output.text.brief import to_brief
from tripplan.planning.requests import named_region
from tripplan.records.region import Region
from tripplan.sources.starter import load_starter

SITES = Path(__file__).parents[2] / "fixtures" / "afdc_sites.csv"
PLUGS = {"CHADEMO": "CHADEMO", "CCS1": "J1772COMBO", "NACS": "TESLA"}
"""Words of the source file for plugs for direct current."""
DRIVEN = {"TYPE1": "J1772", "NEMA": "NEMA515", "NACS_AC": "TESLA", **PLUGS}
EARTH_KM = 6371.0
LONG_TRIPS = {
    "Sakura down Oregon": ("Portland, OR", "Medford, OR", "nissan-sakura"),
    "LEAF over the Rockies": ("Denver, CO", "Grand Junction, CO", "nissan-leaf-40"),
    "Model 3 from coast to coast": ("San Francisco, CA", "New York, NY", "tesla-model-3-lr"),
}
"""The first two trips of the documents, and the longest."""


@pytest.fixture(scope="module", name="rows")
def fixture_rows() -> dict[str, dict[str, str]]:
    with SITES.open(encoding="utf-8", newline="") as file:
        return {f"afdc:{row['ID']}": row for row in csv.DictReader(file)}


@pytest.fixture(scope="module", name="atlas")
def fixture_atlas() -> Region:
    return load_starter()


@pytest.fixture(scope="module", name="plans")
def fixture_plans() -> dict[str, tripplan.Plan]:
    return {
        name: tripplan.plan(origin, destination, vehicle=car, departure_soc=1.0)
        for name, (origin, destination, car) in LONG_TRIPS.items()
    }


def _points(lat: Any, lon: Any) -> Any:
    """Return positions in space, km."""
    p, q = np.radians(lat), np.radians(lon)
    return EARTH_KM * np.column_stack([np.cos(p) * np.cos(q), np.cos(p) * np.sin(q), np.sin(p)])


def test_every_charger_is_a_row_of_the_source(
    atlas: Region, rows: dict[str, dict[str, str]]
) -> None:
    assert len({site.id for site in atlas.chargers.chargers}) == len(atlas.chargers) > 900
    for site in atlas.chargers.chargers:
        row = rows[site.id]
        assert (site.lat, site.lon) == (float(row["Latitude"]), float(row["Longitude"]))
        assert site.stalls == int(row["EV DC Fast Count"])
        named = {DRIVEN[plug.standard] for plug in site.connectors}
        assert named == set(row["EV Connector Types"].split())
        assert named & set(PLUGS.values())
        assert site.status == "listed"


def test_every_row_within_reach_is_a_charger(
    atlas: Region, rows: dict[str, dict[str, str]]
) -> None:
    """Against points every 200 m along the roads of the file; 10 km are the reach."""
    roads = load_starter("illustrative").network
    pieces = np.ceil(roads.length_m / 200.0).astype(int)
    arc = np.repeat(np.arange(roads.arc_count), pieces)
    share = (np.arange(arc.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[arc]
    tail, head = roads.tail[arc], roads.head[arc]
    lat = roads.lat[tail] + share * (roads.lat[head] - roads.lat[tail])
    lon = roads.lon[tail] + share * (roads.lon[head] - roads.lon[tail])
    tree = cKDTree(_points(lat, lon))
    there = np.array([(float(r["Latitude"]), float(r["Longitude"])) for r in rows.values()])
    away_km = np.asarray(tree.query(_points(there[:, 0], there[:, 1]))[0])
    kept = {site.id for site in atlas.chargers.chargers}
    for name, km in zip(rows, away_km, strict=True):
        if abs(km - 10.0) > 0.1:
            assert (name in kept) == (km < 10.0), (name, km)


@pytest.mark.parametrize("name", LONG_TRIPS)
def test_every_stop_of_a_long_plan_is_in_the_source(
    plans: dict[str, tripplan.Plan], rows: dict[str, dict[str, str]], name: str
) -> None:
    plan = plans[name]
    assert plan.audit.passed
    assert plan.stops
    assert not plan.illustrative
    for stop in plan.stops:
        assert stop.charger is not None
        assert stop.connector is not None
        row = rows[stop.charger.id]
        assert PLUGS[stop.connector.standard] in row["EV Connector Types"].split()
        assert stop.connector.power_assumed
        assert stop.connector.power_rule


def test_superchargers_do_not_lose_their_hours(atlas: Region) -> None:
    """486 of the 1,038 rows say "24 hours daily. Please check Tesla's online station map ..."."""
    daily = [s for s in atlas.chargers.chargers if s.access_note.startswith("24 hours daily")]
    assert len(daily) > 400
    assert {site.opening_hours for site in daily} == {"24/7"}


def test_every_power_is_assumed_and_says_by_which_rule(atlas: Region) -> None:
    for site in atlas.chargers.chargers:
        assert all(plug.power_assumed and plug.power_rule for plug in site.connectors)


def test_age_and_plugs_are_counted_as_the_source_has_them(
    atlas: Region, rows: dict[str, dict[str, str]]
) -> None:
    told = atlas.provenance["measured"]["chargers"]
    kept = [rows[site.id] for site in atlas.chargers.chargers]
    opened = [row["Open Date"] for row in kept]
    confirmed = [row["Date Last Confirmed"] for row in kept]
    plugs = Counter(word for row in kept for word in row["EV Connector Types"].split())
    assert told["sites"] == len(kept)
    assert told["sites_with_direct_current"] == len(rows)
    assert told["opened_before_2019"] == sum(day < "2019" for day in opened)
    assert (told["opened_first"], told["opened_last"]) == (min(opened), max(opened))
    assert told["last_confirmed_last"] == max(confirmed)
    by_word = Counter[str]()
    for ours, count in told["sites_by_plug"].items():
        by_word[DRIVEN[ours]] += count
    assert by_word == plugs
    share = told["opened_before_2019"] / len(kept)
    sentence = next(text for text in atlas.assumptions if "December 2024" in text)
    assert f"{share:.0%} of them opened before 2019" in sentence


def test_provenance_names_package_checksum_and_licences(atlas: Region) -> None:
    (source,) = (s for s in atlas.provenance["sources"] if s.get("package") == "where2charge")
    assert (source["version"], source["licence"]) == ("1.0.0", "MIT")
    assert "any purpose" in source["data_licence"]
    assert len(source["wheel_sha256"]) == 64
    shipped = json.loads(files("tripplan").joinpath("data/starter/provenance.json").read_bytes())
    assert set(shipped["charger_sets"]) == {"afdc", "illustrative"}
    assert "where2charge" not in str(named_region(ILLUSTRATIVE).provenance)


def test_a_plan_tells_how_old_its_chargers_are_and_what_is_assumed(
    plans: dict[str, tripplan.Plan], rows: dict[str, dict[str, str]]
) -> None:
    plan = plans["Sakura down Oregon"]
    days = sorted(rows[site.id]["Date Last Confirmed"] for site in plan.chargers)
    span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    brief = to_brief(plan)
    count = len(plan.stops)
    assert f"sites last confirmed {span}" in brief
    assert f"{count} of {count} powers assumed" in brief
    assert any("December 2024" in text for text in plan.assumptions)


@pytest.mark.parametrize(("region", "made_up"), [("starter", False), (ILLUSTRATIVE, True)])
def test_only_made_up_chargers_have_the_banner(region: str, *, made_up: bool) -> None:
    plan = tripplan.plan(
        "Seattle, WA", "Portland, OR", vehicle="nissan-sakura", departure_soc=1.0, region=region
    )
    assert plan.stops
    assert plan.illustrative == made_up
    page = to_html(plan, named_region(region))
    assert (words.ILLUSTRATIVE_LINE in page) == made_up
    assert ("made up" in page) == made_up
    assert (words.ILLUSTRATIVE_LINE in to_brief(plan)) == made_up


def test_what_no_real_plug_makes_possible_is_refused_with_its_shortfall() -> None:
    with pytest.raises(OutOfRangeError) as caught:
        tripplan.plan("Denver, CO", "Vail, CO", vehicle="nissan-sakura", departure_soc=1.0)
    assert 1.0 < caught.value.shortfall_kwh < 6.0


def test_a_set_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="afdc, illustrative"):
        load_starter("all")  # type: ignore[arg-type]
