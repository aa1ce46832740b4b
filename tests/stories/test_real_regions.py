"""Real roads, real chargers, real heights: regions built from files, and trips on them."""

from pathlib import Path

import numpy as np
import pytest

import tripplan
from tests.stories.shared_data import shared, shared_chargers
from tripplan.arrays import Floats
from tripplan.output.drawing import basemap, labels
from tripplan.output.drawing.road_signs import lettering
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.sources.build import build_region
from tripplan.sources.store import load_region, save_region

SEATTLE, SPOKANE, BEND = "47.606,-122.332", "47.658,-117.426", "44.058,-121.315"
PORTLAND = "45.515,-122.679"
MUNICH, MILAN, ZURICH, GENOA = "48.14,11.58", "45.46,9.19", "47.37,8.54", "44.41,8.93"


@pytest.fixture(scope="module", name="northwest")
def fixture_northwest(tmp_path_factory: pytest.TempPathFactory) -> Region:
    built = build_region(
        shared("highways/tm_pacific_northwest.osm.pbf"),
        elevation=shared("elevation/itur_us48_5arcmin.npz"),
        chargers=[
            shared("chargers/afdc_washington_2024.csv"),
            shared_chargers("afdc_oregon_chargers.js"),
        ],
        country="US",
        charger_reach_km=3.0,
    )
    return load_region(save_region(built, tmp_path_factory.mktemp("regions") / "northwest"))


@pytest.fixture(scope="module", name="alps")
def fixture_alps() -> Region:
    return build_region(
        shared("highways/tm_alps.osm.pbf"),
        elevation=shared("elevation/globe_alps_30arcsec.npz"),
        chargers=[shared_chargers("tesla_europe_all_superchargers.json")],
        charger_reach_km=3.0,
    )


def stated_plugs(region: Region, plan: Plan) -> bool:
    """Whether each stop uses a plug that the data names at that very site."""
    sites = {site.id: site for site in region.chargers.chargers}
    return all(
        any(
            plug.standard == stop.connector.standard and not plug.standard_rule
            for plug in sites[stop.charger.id].connectors
        )
        for stop in plan.stops
        if stop.charger and stop.connector
    )


@pytest.mark.parametrize(
    "car", ["nissan-leaf-24-2013", "nissan-leaf-40", "nissan-sakura", "chevrolet-bolt-60"]
)
@pytest.mark.parametrize(
    "ends", [(SEATTLE, SPOKANE), (SEATTLE, PORTLAND), (PORTLAND, BEND)], ids=str
)
def test_the_northwest_by_the_plugs_that_are_there(
    northwest: Region, car: str, ends: tuple[str, str]
) -> None:
    plan = tripplan.plan(*ends, vehicle=car, region=northwest)
    assert plan.audit.passed, plan.audit.objections
    assert not plan.illustrative
    assert stated_plugs(northwest, plan)
    wanted = "CHADEMO" if car.startswith("nissan") else "CCS1"
    assert {stop.connector.standard for stop in plan.stops if stop.connector} <= {wanted}


def test_chargers_are_tied_to_the_road_beside_them(northwest: Region) -> None:
    """Not to the nearest junction: those of these main roads are often tens of km apart."""
    network, chargers = northwest.network, northwest.chargers
    junctions = network.node_count - northwest.provenance["nodes_made_for_chargers"]
    lat = np.array([site.lat for site in chargers.chargers])[:, None]
    lon = np.array([site.lon for site in chargers.chargers])[:, None]

    def away_km(node_lat: Floats, node_lon: Floats) -> Floats:
        east = (node_lon - lon) * np.cos(np.radians(lat))
        return np.asarray(111.195 * np.hypot(node_lat - lat, east))

    tied_km = away_km(network.lat[chargers.node, None], network.lon[chargers.node, None])
    junction_km = away_km(network.lat[None, :junctions], network.lon[None, :junctions]).min(axis=1)
    assert tied_km.max() < 3.01
    assert (junction_km > 3.01).sum() > 20, "sites that only the road's own points bring in"
    assert np.median(tied_km) < 0.5 * np.median(junction_km)


@pytest.mark.parametrize(
    "car", ["nissan-leaf-24-2013", "nissan-leaf-40", "nissan-sakura", "chevrolet-bolt-60"]
)
def test_seattle_by_way_of_portland_to_bend(northwest: Region, car: str) -> None:
    plan = tripplan.plan(SEATTLE, BEND, vehicle=car, via=f"{PORTLAND}; 1h", region=northwest)
    assert plan.audit.passed, plan.audit.objections
    visits = [stop for stop in plan.stops if stop.kind == "waypoint"]
    assert [stop.dwell_s for stop in visits] == [3600.0]
    assert plan.dwell_s == 3600.0
    wanted = "CHADEMO" if car.startswith("nissan") else "CCS1"
    assert {stop.connector.standard for stop in plan.stops if stop.connector} <= {wanted}
    assert plan.distance_km == pytest.approx(540, rel=0.1)  # by I-5 and US 26 or 97


def test_snoqualmie_pass_lies_on_the_way_to_spokane(northwest: Region) -> None:
    plan = tripplan.plan(SEATTLE, SPOKANE, vehicle="nissan-leaf-40", region=northwest)
    points = [(t.lat, t.lon) for t in (leg.trace for leg in plan.legs)]
    away = min(
        np.hypot(np.array(lat) - 47.4245, (np.array(lon) + 121.4137) * 0.68).min() * 111.2
        for lat, lon in points
    )
    assert away < 3.0  # km from the pass (GNIS: 47.4245 N, 121.4137 W)
    assert plan.distance_km == pytest.approx(450, rel=0.05)  # 279 road miles by I-90


@pytest.mark.parametrize("car", ["renault-zoe-ze50", "tesla-model-3-lr"])
@pytest.mark.parametrize("ends", [(MUNICH, MILAN), (ZURICH, GENOA)], ids=str)
def test_over_the_alps(alps: Region, car: str, ends: tuple[str, str]) -> None:
    plan = tripplan.plan(*ends, vehicle=car, region=alps)
    assert plan.audit.passed, plan.audit.objections
    assert max(max(leg.trace.elevation_m) for leg in plan.legs) > 800.0


def test_a_leaf_finds_no_plug_among_superchargers(alps: Region) -> None:
    with pytest.raises(tripplan.OutOfRangeError, match="no charger of this region has a plug"):
        tripplan.plan(MUNICH, MILAN, vehicle="nissan-leaf-40", region=alps)


def test_andorra_up_and_down(tmp_path: Path) -> None:
    heights = tmp_path / "srtm"
    heights.mkdir()
    for name in ("N41E001.hgt.zip", "N42E001.hgt.zip"):
        (heights / name).symlink_to(shared(f"elevation/{name}"))
    region = build_region(shared("osm/andorra-latest.osm.pbf"), elevation=heights)
    up = tripplan.plan("Andorra la Vella", "42.5404,1.7197", vehicle="nissan-sakura", region=region)
    down = tripplan.plan(
        "42.5404,1.7197", "Andorra la Vella", vehicle="nissan-sakura", region=region
    )
    assert max(up.legs[0].trace.elevation_m) == pytest.approx(2408, abs=25)  # Port d'Envalira
    assert up.audit.passed
    assert down.audit.passed
    assert up.energy_spent_kwh > 3.0 * max(down.energy_spent_kwh, 0.0)
    assert down.legs[0].energy.regenerated_kwh > 0.5


def test_cities_go_by_their_names_and_stops_by_town_and_address(northwest: Region) -> None:
    """The sites are those of the AFDC, whose rows state street and city."""
    plan = tripplan.plan(
        "Seattle, WA", "47.658,-117.426", vehicle="nissan-leaf-40", region=northwest
    )
    assert plan.trip.destination.name == "near Spokane, WA"
    assert northwest.gazetteer.find("Portland").label == "Portland, OR"
    assert plan.stops
    assert all(
        stop.town and stop.charger and stop.town in stop.charger.address for stop in plan.stops
    )
    assert plan.currency == "USD"
    box = basemap.widened(basemap.route_bounds(plan))
    shown = {
        label.text for label in labels.town_labels(northwest, plan, box, lettering(plan).marks)
    }
    assert shown >= {"Portland", "Yakima", "Tacoma"}
    assert shown & {site.name for site in northwest.chargers.chargers} <= {
        entry.name for entry in northwest.gazetteer.entries if entry.is_town
    }
