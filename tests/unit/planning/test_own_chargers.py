"""Chargers of one's own on a region that is there: as if it had been built with them, and kept."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.stories.shared_data import shared
from tripplan.errors import DataError, InvalidInputError
from tripplan.output.text.region_text import charger_notes
from tripplan.planning import grounds
from tripplan.planning.grounds import ground_of, region_with
from tripplan.planning.requests import named_region
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.routing.cch import Hierarchy
from tripplan.routing.ordering import inertial_order, order_with_cuts
from tripplan.sources import kept_chargers, own_chargers
from tripplan.sources.build import build_region
from tripplan.sources.split import split_arcs
from tripplan.sources.store import save_region

ROAD = """<osm version="0.6">
  <node id="1" lat="50.0" lon="8.0"><tag k="place" v="village"/><tag k="name" v="Westheim"/></node>
  <node id="2" lat="50.0" lon="8.8"/>
  <node id="3" lat="50.0" lon="9.6"><tag k="place" v="town"/><tag k="name" v="Ostheim"/></node>
  <node id="4" lat="50.3" lon="8.8"/>
  <node id="5" lat="50.0" lon="9.2"><tag k="amenity" v="charging_station"/>
    <tag k="name" v="Old"/><tag k="socket:chademo" v="1"/></node>
  <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>
  <way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="primary"/></way>
</osm>
"""
HEAD = "id,name,lat,lon,connectors,date\n"
SITES = HEAD + (
    "a,First,50.0003,8.21,CHADEMO:50,2024-01-05\n"
    "b,Second,50.0003,8.47,CHADEMO,2024-03-09\n"
    "c,Third,50.0,8.93,CHADEMO:62,\n"
    "d,Far off,50.2,8.2,CHADEMO:50,\n"
    "e,Off the globe,95.0,8.2,CHADEMO:50,\n"
)
WRONG_ROW = (
    "rows of sites.csv that are no site of their own: 1 "
    "(1 x latitude where no road is: coordinates swapped?)"
)
FIRST_IN_THE_MIDDLE = HEAD + "a,Middle,50.0003,8.47,CHADEMO:50,\n"
TRIP: dict[str, Any] = {"vehicle": "nissan-sakura", "departure_soc": 0.6}


@pytest.fixture(autouse=True, name="here")
def fixture_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of one's own, where the cache lies, too."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(name="region")
def fixture_region(here: Path) -> str:
    """Save a region that has one charger, and return its folder."""
    Path("road.osm").write_text(ROAD)
    Path("sites.csv").write_text(SITES)
    return str(save_region(build_region("road.osm"), here / "cache" / "heim"))


def folders() -> set[str]:
    return {path.name for path in grounds.KEPT.iterdir()} if grounds.KEPT.is_dir() else set()


@pytest.mark.usefixtures("region")
def test_a_plan_is_that_of_a_region_built_with_the_same_chargers() -> None:
    bare = ROAD[: ROAD.index('  <node id="5"')] + ROAD[ROAD.index('  <way id="10"') :]
    Path("bare.osm").write_text(bare)
    built = build_region("bare.osm", chargers=["sites.csv"])
    region = str(save_region(build_region("bare.osm"), "cache/bare"))
    ours = ground_of(region, "sites.csv")
    assert ours.network.node_count == built.network.node_count
    for ground in (ours, built):
        assert [s.name for s in ground.chargers.chargers] == ["First", "Second", "Third"]
        lon = ground.network.lon[ground.chargers.node]
        assert lon == pytest.approx([8.21, 8.47, 8.93], abs=1e-6)
    one = tripplan.plan("Westheim", "Ostheim", region=built, **TRIP)
    two = tripplan.plan("Westheim", "Ostheim", region=region, chargers="sites.csv", **TRIP)
    assert [stop.name for stop in two.stops] == [stop.name for stop in one.stops]
    assert two.stops
    assert two.total_s == pytest.approx(one.total_s, abs=1e-6)
    assert two.energy_spent_kwh == pytest.approx(one.energy_spent_kwh, abs=1e-9)
    assert two.audit.passed


def test_own_chargers_stand_in_place_of_those_of_the_region(region: str) -> None:
    ground = ground_of(region, "sites.csv")
    assert {site.name for site in ground.chargers.chargers} == {"First", "Second", "Third"}
    names = {entry.name for entry in ground.gazetteer.entries}
    assert {"First", "Westheim"} <= names
    assert "Old" not in names


def test_what_became_of_them_is_told_in_the_plan(region: str) -> None:
    plan = tripplan.plan("Westheim", "Ostheim", region=region, chargers=["sites.csv"], **TRIP)
    told = " ".join(plan.assumptions)
    assert "sites.csv: 3 of 4 charging sites, last confirmed 2024-01-05 to 2024-03-09" in told
    assert "The power of 1 kinds of plug is not stated" in told
    assert any("sites.csv" in source for source in plan.sources)
    assert charger_notes(ground_of(region, "sites.csv")) == (
        "3 of 4 sites of sites.csv are on these roads",
        "1 of 4 sites of sites.csv lie more than 1 km from any road",
        WRONG_ROW,
    )


def test_nothing_is_said_of_chargers_that_are_gone() -> None:
    Path("mine.csv").write_text(HEAD + "a,Mine,39.6537,-106.8286,CHADEMO:50,\n")
    atlas = ground_of("starter", "mine.csv")
    assert not any("llustrative" in told for told in atlas.assumptions)
    assert "llustrative" not in json.dumps(atlas.provenance["sources"])
    assert "where2charge" not in json.dumps(atlas.provenance["sources"])
    assert [site.status for site in atlas.chargers.chargers] == ["listed"]
    assert len(atlas.assumptions) >= 3


def test_the_way_from_a_road_of_the_atlas_is_driven() -> None:
    """A site 5 km north of a road that runs east: 1.3 times as far, at 50 km/h."""
    slow = "b,Slow,39.3,-101.1,TYPE1:7.2,\n"  # nobody drives a way to charge there
    Path("mine.csv").write_text(HEAD + "a,Mine,39.3,-101.0,CHADEMO:50,\n" + slow)
    bare = ground_of("starter", "illustrative").network
    atlas = ground_of("starter", "mine.csv")
    site, _ = atlas.chargers.chargers
    node, _ = atlas.chargers.node.tolist()
    roads = atlas.network
    assert (roads.lat[node], roads.lon[node]) == (site.lat, site.lon)
    (there,) = np.flatnonzero(roads.head == node)
    (back,) = np.flatnonzero(roads.tail == node)
    foot = int(roads.tail[there])
    assert roads.head[back] == foot
    lat, lon = np.radians([site.lat, roads.lat[foot]]), np.radians([site.lon, roads.lon[foot]])
    away_km = 6371.0 * np.hypot(lat[0] - lat[1], (lon[0] - lon[1]) * np.cos(lat.mean()))
    assert 1.0 < away_km < 10.0
    for arc in (there, back):
        assert roads.length_m[arc] == pytest.approx(1300.0 * away_km, rel=2e-3)
        assert (roads.speed_kmh[arc], roads.speed_limit_kmh[arc]) == (50.0, 50.0)
    assert roads.elevation_m[node] == roads.elevation_m[foot]
    assert roads.length_m.sum() - bare.length_m.sum() == pytest.approx(2600.0 * away_km, rel=2e-3)
    assert "1.3 times the straight line, level, at 50 km/h" in " ".join(atlas.assumptions)
    order = atlas.order
    assert order is not None
    assert order[0] == node
    assert np.array_equal(np.sort(order), np.arange(roads.node_count))
    car: dict[str, Any] = {"vehicle": "nissan-leaf-40", "departure_soc": 0.25}
    plan = tripplan.plan("Colby, KS", "Burlington, CO", chargers="mine.csv", **car)
    assert [stop.name for stop in plan.stops] == ["Mine"]
    assert plan.audit.passed, plan.audit


def test_the_second_time_nothing_is_read(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = region_with(region, "sites.csv")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(own_chargers, "given_files", refuse)
    assert region_with(region, "sites.csv") == first
    assert region_with(region, ["sites.csv", "./sites.csv"]) == first
    assert len(folders()) == 1


def test_what_has_changed_is_made_anew(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [region_with(region, "sites.csv")]
    Path("sites.csv").write_text(SITES.replace("CHADEMO:62", "CHADEMO:40"))
    kept.append(region_with(region, "sites.csv"))
    save_region(replace(named_region(region), name="Heim"), region)
    kept.append(region_with(region, "sites.csv"))
    monkeypatch.setattr(kept_chargers, "_reader_digest", lambda: "another reader")
    kept.append(region_with(region, "sites.csv"))
    assert len(set(kept)) == 4


def data_file(folder: Path, name: str) -> Path:
    """Return a file of a region, of which there is one by that name."""
    (file,) = folder.glob(f"data-*/{name}")
    return file


def spoil_a_file(folder: Path) -> None:
    file = data_file(folder, "length_m.npy")
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def cut_the_manifest(folder: Path) -> None:
    file = folder / "manifest.json"
    file.write_bytes(file.read_bytes()[:100])


def lose_a_file(folder: Path) -> None:
    data_file(folder, "order.npy").unlink()


def leave_a_file_in_its_place(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no region")


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_a_file,
        lose_the_manifest,
        cut_the_manifest,
        lose_a_file,
        leave_a_file_in_its_place,
    ],
)
def test_what_is_damaged_is_made_again(region: str, spoil: Any) -> None:
    folder = Path(str(region_with(region, "sites.csv")))
    before = data_file(folder, "length_m.npy").read_bytes()
    spoil(folder)
    assert region_with(region, "sites.csv") == str(folder)
    assert data_file(folder, "length_m.npy").read_bytes() == before
    assert len(folders()) == 1  # nothing half-written is left beside it


def test_a_folder_that_another_process_made_meanwhile_is_left_alone(region: str) -> None:
    folder = Path(str(region_with(region, "sites.csv")))
    before = (folder / "manifest.json").stat()
    assert own_chargers.make(named_region(region), [Path("sites.csv")], folder) is None
    after = (folder / "manifest.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_where_nothing_can_be_kept_it_still_works(region: str) -> None:
    grounds.KEPT.parent.mkdir(exist_ok=True)
    grounds.KEPT.write_text("a file where the folder should be")
    ground = region_with(region, "sites.csv")
    assert isinstance(ground, Region)
    assert len(ground.chargers) == 3


def test_a_folder_is_all_its_tables(region: str) -> None:
    folder = Path("mine")
    folder.mkdir()
    rows = SITES.splitlines(keepends=True)
    (folder / "one.csv").write_text(rows[0] + rows[1])
    (folder / "two.csv").write_text(rows[0] + rows[2])
    (folder / "README.md").write_text("not a table")
    assert {s.name for s in ground_of(region, folder).chargers.chargers} == {"First", "Second"}


def test_each_bad_file_has_a_line(region: str) -> None:
    Path("empty.csv").write_text("")
    Path("cut.json").write_text('{"fuel_stations": [')
    Path("bare").mkdir()
    with pytest.raises(DataError) as error:
        region_with(region, ["empty.csv", "sites.csv", "cut.json"])
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["empty.csv", "cut.json"]
    with pytest.raises(DataError) as error:
        region_with(region, ["gone.csv", "bare"])
    lines = str(error.value).splitlines()
    assert lines[0] == "gone.csv: there is no such file"
    assert lines[1].startswith("bare: no file that ends in .csv")
    assert folders() == set()


def test_files_without_rows_are_named(region: str) -> None:
    Path("head.csv").write_text(HEAD)
    Path("none.json").write_text('{"fuel_stations": []}')
    for file in ("head.csv", "none.json"):
        with pytest.raises(DataError, match=f"no rows in {file}$"):
            region_with(region, [file])


def test_swapped_columns_are_guessed(region: str) -> None:
    with Path("swapped.csv").open("w") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "lat", "lon", "connectors"))
        writer.writerows((k, 8.2 + k / 10, 50.0, "CHADEMO:50") for k in range(5))
    with pytest.raises(DataError, match=r"region road.*5 of 5 sites of swapped.csv lie more than "):
        region_with(region, "swapped.csv")
    with pytest.raises(DataError, match=r"1 km from any road: latitude and longitude swapped\?"):
        region_with(region, "swapped.csv")


def test_sites_of_another_part_of_the_world_are_not_called_swapped(region: str) -> None:
    Path("far.csv").write_text(HEAD + "a,Far,10.0,20.0,CHADEMO:50,\n")
    with pytest.raises(DataError, match=r"1 of 1 sites of far\.csv lie more than 1 km") as error:
        region_with(region, "far.csv")
    assert "swapped" not in str(error.value)


def test_a_site_in_two_files_counts_once(region: str) -> None:
    site = "id,name,lat,lon,connectors,operator,source\n{},Mill,50.0003,8.47,CHADEMO:50,Acme,{}\n"
    Path("one.csv").write_text(site.format("x", "one"))
    Path("two.csv").write_text(site.format("y", "two"))
    ground = ground_of(region, ["one.csv", "two.csv"])
    assert len(ground.chargers) == 1
    assert "1 entry means the same site as another one and went into it" in charger_notes(ground)
    assert charger_notes(ground)[0] == "1 of 1 sites of one.csv are on these roads"


def test_illustrative_chargers_are_those_of_the_atlas(region: str) -> None:
    atlas = ground_of("starter", "illustrative")
    assert {site.status for site in atlas.chargers.chargers} == {"illustrative"}
    with pytest.raises(InvalidInputError, match="only the starter atlas has"):
        region_with(region, "illustrative")
    with pytest.raises(InvalidInputError, match="do not go together"):
        region_with("starter", ["illustrative", "sites.csv"])


@pytest.mark.parametrize("given", ["", " ", {}, [3], None, ["sites.csv", ""]])
def test_what_names_no_file_is_refused(region: str, given: Any) -> None:
    with pytest.raises(InvalidInputError, match="expected files or folders") as error:
        region_with(region, given)
    assert error.value.field == "chargers"


def test_many_trips_and_processes_have_the_same_chargers(region: str) -> None:
    Path("mine.csv").write_text(FIRST_IN_THE_MIDDLE)
    rows = [{"origin": "Westheim", "destination": "Ostheim", **TRIP}] * 2
    for workers in (1, 2):
        outcomes = tripplan.plan_many(rows, region=region, chargers="mine.csv", workers=workers)
        for outcome in outcomes:
            assert outcome.plan, outcome.reason
            assert [stop.name for stop in outcome.plan.stops] == ["Middle"]


def cut_network(seed: int) -> tuple[RoadNetwork, RoadNetwork]:
    """Return a random grid of roads, some one-way, and the same with arcs cut one to nine times."""
    rng = np.random.default_rng(seed)
    side = 7
    node = np.arange(side * side)
    lat, lon = 40.0 + node // side * 0.05, 8.0 + node % side * 0.05
    right, up = node[node % side < side - 1], node[node < side * (side - 1)]
    tail, head = np.concatenate([right, up]), np.concatenate([right + 1, up + side])
    both = rng.random(tail.size) < 0.8
    tail, head = np.concatenate([tail, head[both]]), np.concatenate([head, tail[both]])
    roads = RoadNetwork.from_arcs(
        lat=lat,
        lon=lon,
        elevation_m=np.zeros(node.size),
        tail=tail,
        head=head,
        length_m=np.full(tail.size, 5000.0),
        speed_kmh=np.full(tail.size, 60.0),
        speed_limit_kmh=np.full(tail.size, 60.0),
        road_class=np.full(tail.size, 3),
        flags=np.zeros(tail.size, np.int64),
        node_flags=np.zeros(node.size, np.int64),
    )
    arcs = rng.choice(roads.arc_count, 20, replace=False)
    cuts = np.repeat(arcs, rng.integers(1, 10, arcs.size))
    share = rng.uniform(0.02, 0.98, cuts.size)
    return roads, split_arcs(roads, cuts, share)[0]


@pytest.fixture(name="cut", params=range(3))
def fixture_cut(request: pytest.FixtureRequest) -> tuple[RoadNetwork, RoadNetwork]:
    return cut_network(request.param)


def test_the_order_of_old_nodes_stays_and_adds_no_shortcut(
    cut: tuple[RoadNetwork, RoadNetwork],
) -> None:
    """Arcs of the hierarchy: those of before, and two for each node that cuts a road."""
    roads, after = cut
    order = inertial_order(roads)
    new = after.node_count - roads.node_count
    found = order_with_cuts(order, after, new)
    assert new > 30
    assert np.array_equal(found[new:], order)
    assert np.array_equal(np.sort(found), np.arange(after.node_count))
    before = Hierarchy.of(roads, order).graph.up_head.size
    assert Hierarchy.of(after, found).graph.up_head.size == before + 2 * new


@pytest.mark.slow
def test_real_stations_on_real_roads_are_as_in_a_region_built_with_them() -> None:
    """Washington's AFDC file of 2024 on the main roads: the same sites, the same plans."""
    roads = shared("highways/tm_pacific_northwest.osm.pbf")
    table = shared("chargers/afdc_washington_2024.csv")
    built = build_region(roads, chargers=[table])
    plain = save_region(build_region(roads), "cache/plain")
    ours = ground_of(str(plain), table)
    assert len(ours.chargers) == len(built.chargers)
    assert {c.id for c in ours.chargers.chargers} == {c.id for c in built.chargers.chargers}
    one, two = (
        tripplan.plan("Seattle, WA", "Spokane, WA", vehicle="nissan-leaf-40", region=where)
        for where in (built, ours)
    )
    assert two.total_s == pytest.approx(one.total_s, abs=1.0)
    assert [stop.name for stop in two.stops] == [stop.name for stop in one.stops]


def test_a_plan_from_the_made_up_set_is_audited_on_it() -> None:
    """Whoever audits it need not say again which chargers it was made with."""
    plan = tripplan.plan("Denver, CO", "Vail, CO", vehicle="nissan-sakura", chargers="illustrative")
    assert tripplan.audit(plan).passed
    real = tripplan.plan("Denver, CO", "Vail, CO", vehicle="nissan-leaf-40")
    assert tripplan.audit(real).passed
    assert not tripplan.audit(real, chargers="illustrative").passed
