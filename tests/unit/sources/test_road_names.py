"""What roads and exits are called: from tags to arcs, and through all that copies arcs."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.stories.shared_data import shared
from tripplan.errors import DataError
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.road_name import RoadName
from tripplan.routing.induced import induced
from tripplan.sources.osm.network import read_osm
from tripplan.sources.split import split_arcs
from tripplan.sources.store import file_faults, load_region, read_manifest, save_region
from tripplan.sources.ways import ATLAS_WAY, with_ways

Way = tuple[list[int], dict[str, str]]
MOTORWAY = {"highway": "motorway", "oneway": "no", "ref": "I 70;US 6", "name": "Rocky Way"}
RAMP = {"highway": "motorway_link", "oneway": "no"}
NODES = {k: (39.0, -106.0 + 0.01 * k) for k in range(6)} | {10: (39.01, -105.965)}


def network_of(
    folder: Path,
    ways: list[Way],
    tagged: dict[int, dict[str, str]] | None = None,
    nodes: dict[int, tuple[float, float]] = NODES,
) -> RoadNetwork:
    """Return the network of ways over nodes, some of which have tags."""

    def tags(of: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in of.items())

    points = "".join(
        f'<node id="{k + 1}" lat="{lat}" lon="{lon}">{tags((tagged or {}).get(k, {}))}</node>'
        for k, (lat, lon) in nodes.items()
    )
    roads = "".join(
        f'<way id="{100 + k}">{"".join(f"""<nd ref="{n + 1}"/>""" for n in row)}{tags(of)}</way>'
        for k, (row, of) in enumerate(ways)
    )
    path = folder / "roads.osm"
    path.write_text(f'<osm version="0.6">{points}{roads}</osm>', encoding="utf-8")
    return read_osm(path).network


def names_at(network: RoadNetwork) -> dict[tuple[float, float], RoadName | None]:
    """Return the name of each arc by the longitudes of its ends, its own number of 0.01 degrees."""
    at = np.round((network.lon + 106.0) * 100, 3)
    name = network.name_of_arc
    return {
        (float(at[tail]), float(at[head])): network.road_names[name[k]] if name[k] >= 0 else None
        for k, (tail, head) in enumerate(zip(network.tail, network.head, strict=True))
    }


def test_numbers_are_told_as_people_write_them_and_an_exit_names_its_ramp(tmp_path: Path) -> None:
    ways: list[Way] = [([0, 1, 2, 3, 4, 5], MOTORWAY), ([3, 10], RAMP)]
    network = network_of(
        tmp_path, ways, {3: {"highway": "motorway_junction", "ref": "147", "name": "Eagle"}}
    )
    found = names_at(network)
    assert found[0, 3] == RoadName("I-70;US 6", "Rocky Way") == found[3, 5] == found[3, 0]
    assert found[3, 0].number == "I-70"
    # The ramp is an exit away from the junction only.
    (away,) = [
        name for ends, name in found.items() if ends[0] == 3 and ends not in {(3, 0), (3, 5)}
    ]
    assert away == RoadName(exit="147", towards="Eagle")
    back = [name for ends, name in found.items() if ends[1] == 3 and ends not in {(0, 3), (5, 3)}]
    assert back == [None]


@pytest.mark.parametrize(
    ("tags", "junction", "told"),
    [
        ({}, {"name": "Kreuz Nord"}, RoadName(exit="Kreuz Nord")),
        ({"destination": "Rifle;Eagle;Vail"}, {"ref": "9"}, RoadName("", "", "9", "Rifle, Eagle")),
        ({"destination:ref": "B 9"}, {"ref": "9", "name": "N"}, RoadName(exit="9", towards="B 9")),
        ({"junction:ref": "9A"}, {"ref": "9"}, RoadName(exit="9A")),
        ({"junction:ref": "9A"}, {}, RoadName(exit="9A")),
        ({}, {}, None),
        ({"int_ref": "E 35"}, {}, None),
        ({"ref": " CO  470 "}, {"ref": "1\n2"}, RoadName(ref="CO 470", exit="1 2")),
    ],
)  # fmt: skip
def test_what_signs_say(
    tmp_path: Path, tags: dict[str, str], junction: dict[str, str], told: RoadName | None
) -> None:
    ways: list[Way] = [([0, 1, 2, 3, 4, 5], MOTORWAY), ([3, 10], RAMP | tags)]
    found = names_at(network_of(tmp_path, ways, {3: {"highway": "motorway_junction"} | junction}))
    (away,) = [
        name for ends, name in found.items() if ends[0] == 3 and ends not in {(3, 0), (3, 5)}
    ]
    assert away == told


def test_an_arc_has_the_name_of_most_of_its_length(tmp_path: Path) -> None:
    """Against sums over the ways that share no code with the reader, on random rows of ways."""
    rng = np.random.default_rng(4)
    for trial in range(25):
        named = [str(rng.choice(["", "B 1", "B 2", "B 3"])) for _ in range(5)]
        lons = [-106.0, *sorted(float(rng.uniform(-105.99, -105.9)) for _ in range(4)), -105.9]
        nodes = {k: (39.0, round(lon, 5)) for k, lon in enumerate(lons)}
        ways: list[Way] = [
            ([k, k + 1] if rng.random() < 0.5 else [k + 1, k],
             {"highway": "primary", **({"ref": ref} if ref else {})})
            for k, ref in enumerate(named)
        ]  # fmt: skip
        network = network_of(tmp_path, ways, nodes=nodes)
        assert network.arc_count == 2, trial
        total: dict[str, float] = defaultdict(float)
        for ref, (start, end) in zip(named, pairwise(lons), strict=True):
            total[ref] += end - start
        most = max(total, key=total.__getitem__)
        found = [None if k < 0 else network.road_names[k].ref for k in network.name_of_arc]
        assert found == [most or None] * 2, trial


@pytest.fixture(name="named")
def fixture_named(tmp_path: Path) -> RoadNetwork:
    ways: list[Way] = [
        ([0, 1, 2, 3, 4, 5], MOTORWAY),
        ([3, 10], RAMP),
        ([10, 0], {"highway": "primary"}),
    ]
    return network_of(tmp_path, ways, {3: {"highway": "motorway_junction", "ref": "147"}})


def km_by_name(network: RoadNetwork) -> dict[RoadName | None, float]:
    """Return the length of all arcs of each name, km."""
    found: dict[RoadName | None, float] = defaultdict(float)
    for number, length_m in zip(network.name_of_arc, network.length_m, strict=True):
        found[network.road_names[number] if number >= 0 else None] += float(length_m) / 1e3
    return dict(found)


def test_names_stay_where_arcs_are_cut_copied_raised_and_left_out(named: RoadNetwork) -> None:
    before = km_by_name(named)
    assert set(before) == {RoadName("I-70;US 6", "Rocky Way"), RoadName(exit="147"), None}
    every = np.arange(named.arc_count)
    cut, _ = split_arcs(named, every, np.full(every.size, 0.3))
    assert cut.arc_count > named.arc_count
    assert km_by_name(cut) == pytest.approx(before)
    whole = induced(named, np.ones(named.node_count, np.bool_)).network
    assert km_by_name(whole) == pytest.approx(before)
    lat, lon = named.lat[:1] + 0.01, named.lon[:1]
    longer, _ = with_ways(named, np.zeros(1, np.int64), (lat, lon), np.ones(1), ATLAS_WAY)
    before[None] += 2 * ATLAS_WAY.factor
    assert km_by_name(longer) == pytest.approx(before)


def test_rules_stay_where_ways_to_chargers_are_laid(named: RoadNetwork) -> None:
    ruled = RoadNetwork.from_arcs(
        lat=named.lat, lon=named.lon, elevation_m=named.elevation_m, tail=named.tail,
        head=named.head, length_m=named.length_m, speed_kmh=named.speed_kmh,
        speed_limit_kmh=named.speed_limit_kmh,
        rule=np.arange(named.arc_count) % 2 - 1, access_rules=("yes; no @ (Nov-May)",),
    )  # fmt: skip
    place = named.lat[:1] + 0.01, named.lon[:1]
    longer, _ = with_ways(ruled, np.zeros(1, np.int64), place, np.ones(1), ATLAS_WAY)
    assert longer.access_rules == ruled.access_rules
    assert longer.timed_arc.size == ruled.timed_arc.size > 0
    for network in (ruled, longer):
        assert set(zip(network.tail, network.head, strict=True)) >= {
            (ruled.tail[k], ruled.head[k]) for k in ruled.timed_arc
        }


def region_of(network: RoadNetwork) -> Region:
    chargers = ChargerSet(chargers=(), node=np.zeros(0, np.int32))
    return Region("names", network, chargers, Gazetteer(()))


def test_names_are_kept_on_disk_where_there_are_any(named: RoadNetwork, tmp_path: Path) -> None:
    folder = save_region(region_of(named), tmp_path / "named")
    again = load_region(folder, verify=True).network
    assert again.road_names == named.road_names
    assert again.road_name.tolist() == named.road_name.tolist()
    bare = induced(named, np.ones(named.node_count, np.bool_)).network
    object.__setattr__(bare, "road_names", ())
    object.__setattr__(bare, "road_name", np.zeros(0, np.int32))
    plain = save_region(region_of(bare), tmp_path / "plain")
    assert not {"road_name.npy", "road_names.json"} & set(read_manifest(plain)["files"])
    assert load_region(plain).network.road_names == ()


@pytest.mark.parametrize("name", ["road_name.npy", "road_names.json"])
def test_damage_to_names_is_found(named: RoadNetwork, tmp_path: Path, name: str) -> None:
    folder = save_region(region_of(named), tmp_path / "named")
    file = folder / read_manifest(folder)["data"] / name
    content = bytearray(file.read_bytes())
    content[-3] ^= 4
    file.write_bytes(content)
    assert len(file_faults(folder)) == 1
    with pytest.raises(DataError, match=name):
        load_region(folder)


def test_a_name_that_is_not_there_is_refused(named: RoadNetwork) -> None:
    with pytest.raises(DataError, match="road_name names a road that is not there"):
        RoadNetwork.from_edges(
            lat=[0.0, 0.0], lon=[0.0, 1.0], elevation_m=[0.0, 0.0], tail=[0], head=[1],
            two_way=False, length_m=[1e5], speed_kmh=[90.0], speed_limit_kmh=[90.0],
            road_name=[1], road_names=(RoadName("B 1"),),
        )  # fmt: skip
    assert named.road_names


def test_the_motorways_of_the_rhine_and_neckar_are_known_by_number_and_exit() -> None:
    """Against the map itself, read with osmium alone: the refs of the ways at each inner point."""
    osmium = pytest.importorskip("osmium")
    path = shared("osm/rnv.osm.pbf")
    refs: dict[tuple[float, float], set[str]] = defaultdict(set)
    signed: set[str] = set()
    for thing in osmium.FileProcessor(path).with_locations():
        if thing.is_way() and thing.tags.get("highway") == "motorway":
            for node in thing.nodes:
                at = round(node.location.lat, 6), round(node.location.lon, 6)
                refs[at].add(thing.tags.get("ref", ""))
        elif thing.is_node() and thing.tags.get("highway") == "motorway_junction":
            signed |= {thing.tags.get("ref", ""), thing.tags.get("name", "")}
        if thing.is_way():
            signed.add(thing.tags.get("junction:ref", ""))
    network = read_osm(path).network
    plain = np.flatnonzero((network.road_class == 0) & (network.flags & 1 == 0))
    wrong_m = dict.fromkeys(("A 5", "A 6", "A 61", "A 65", "A 656"), 0.0)
    whole_m = dict.fromkeys(wrong_m, 0.0)
    for arc in plain.tolist():
        number = network.road_name[arc]
        told = network.road_names[number].ref if number >= 0 else ""
        inner = range(network.shape_first[arc], network.shape_first[arc + 1])
        there = [
            refs[round(float(network.shape_lat[k]), 6), round(float(network.shape_lon[k]), 6)]
            for k in inner
        ]
        if told in whole_m and there:
            share = sum(told not in known for known in there) / len(there)
            whole_m[told] += float(network.length_m[arc])
            wrong_m[told] += share * float(network.length_m[arc])
    assert all(metres > 5_000 for metres in whole_m.values()), whole_m
    assert sum(wrong_m.values()) <= 0.01 * sum(whole_m.values())
    exits = {name.exit for name in network.road_names if name.exit}
    assert len(exits) > 30
    assert exits <= signed
