"""Merging duplicates across sources: what is merged, what is kept, and that order is no matter."""

import math
import random
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tripplan.records.charger import Charger, Connector, SourceEntry
from tripplan.records.charger_names import folded, similarity
from tripplan.sources.chargers.merge import (
    MAX_DISTANCE_M,
    apart_m,
    merge_chargers,
    positions_m,
)
from tripplan.units import EARTH_RADIUS_M

M_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180


def entry(
    source: str,
    id_: str,
    *,
    north_m: float = 0.0,
    date: str = "",
    connectors: tuple[Connector, ...] = (Connector("CCS2", None),),
    **changes: object,
) -> Charger:
    made = Charger(
        id=f"{source}:{id_}",
        name="Markt",
        lat=50.0 + north_m / M_PER_DEGREE,
        lon=8.0,
        connectors=connectors,
        status="listed",
        source=source,
        operator="EnBW",
        sources=(SourceEntry(source, f"{source}:{id_}", date, "CC0"),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_two_sources_of_one_site_become_one_with_both_kept() -> None:
    osm = entry("OSM", "1", date="2026-01-01", stalls=4)
    ocm = entry("OCM", "9", north_m=40, date="2025-01-01", price="0.50/kWh", address="Markt 1")
    merged = merge_chargers([ocm, osm])
    assert merged.merged == 1
    (one,) = merged.chargers
    assert (one.id, one.stalls, one.price, one.address) == ("OSM:1", 4, "0.50/kWh", "Markt 1")
    assert one.sources == osm.sources + ocm.sources
    assert one.ids == ("OSM:1", "OCM:9")


def test_a_stated_power_goes_before_a_newer_assumed_one() -> None:
    assumed = Connector("CCS2", 50.0, power_assumed=True, power_rule="a rule")
    stated = Connector("CCS2", 150.0)
    new = entry("OCM", "1", date="2026-06-01", connectors=(assumed,))
    old = entry("OSM", "1", date="2020-01-01", connectors=(stated,))
    (one,) = merge_chargers([new, old]).chargers
    assert one.connectors == (stated,)
    assert one.id == "OCM:1"


def test_an_assumed_power_goes_before_none_and_keeps_its_rule() -> None:
    assumed = Connector("CCS2", 50.0, power_assumed=True, power_rule="a rule")
    old = entry("OCM", "1", date="2020-01-01", connectors=(assumed,))
    new = entry("OSM", "1", date="2026-01-01", connectors=(Connector("CCS2", None, count=3),))
    (one,) = merge_chargers([new, old]).chargers
    assert one.connectors == (replace(assumed, count=3),)


def test_of_two_stated_powers_the_newer_counts() -> None:
    old = entry("OSM", "1", date="2020-01-01", connectors=(Connector("CCS2", 50.0),))
    new = entry("OCM", "1", date="2026-01-01", connectors=(Connector("CCS2", 300.0),))
    (one,) = merge_chargers([old, new]).chargers
    assert [plug.power_kw for plug in one.connectors] == [300.0]


def test_a_plug_that_one_source_states_is_no_longer_an_assumption() -> None:
    guess = entry("Tesla", "1", connectors=(Connector("CCS2", 250.0, standard_rule="Europe"),))
    told = entry("OSM", "1", connectors=(Connector("CCS2", None),))
    (one,) = merge_chargers([guess, told]).chargers
    assert one.connectors == (Connector("CCS2", 250.0),)


def test_plugs_of_either_source_are_kept_and_vague_ones_are_replaced() -> None:
    vague = entry("A", "1", connectors=(Connector("UNKNOWN", 50.0), Connector("CHADEMO", 50.0)))
    clear = entry("B", "1", connectors=(Connector("CCS2", 100.0), Connector("CHADEMO", None)))
    (one,) = merge_chargers([vague, clear]).chargers
    assert one.connectors == (Connector("CCS2", 100.0), Connector("CHADEMO", 50.0))


@pytest.mark.parametrize(
    ("changes", "merged"),
    [
        ({"north_m": 99.0}, 1),
        ({"north_m": 101.0}, 0),
        ({"operator": "IONITY", "name": "Rasthof"}, 0),
        ({"operator": "EnBW AG"}, 1),
        ({"operator": "IONITY", "name": "Markt"}, 1),
        ({"operator": "", "name": "Marktplatz", "north_m": 60.0}, 1),
        ({"operator": "", "name": "Rasthof Ost", "north_m": 60.0}, 0),
        ({"operator": "", "name": "Rasthof Ost", "north_m": 20.0}, 1),
        ({"connectors": (Connector("CHADEMO", 50.0),)}, 0),
        ({"connectors": ()}, 1),
        ({"connectors": (Connector("UNKNOWN", 22.0),)}, 1),
    ],
)
def test_what_counts_as_one_site(changes: dict[str, object], merged: int) -> None:
    one = entry("OSM", "1")
    other = entry("OCM", "2", **changes)  # type: ignore[arg-type]
    assert merge_chargers([one, other]).merged == merged


def test_neighbours_of_one_source_stay_apart_even_through_a_third() -> None:
    east, west = entry("OSM", "1"), entry("OSM", "2", north_m=20)
    between = entry("OCM", "1", north_m=8)
    merged = merge_chargers([west, between, east])
    assert [charger.ids for charger in merged.chargers] == [("OCM:1", "OSM:1"), ("OSM:2",)]
    assert merged.merged == 1


def test_the_same_entry_in_two_files_is_one_and_the_newer_counts() -> None:
    old = entry("OSM", "1", date="2025-01-01", stalls=2)
    new = entry("OSM", "1", date="2026-01-01", stalls=6)
    (one,) = merge_chargers([old, new]).chargers
    assert one.stalls == 6
    assert len(one.sources) == 2


def test_stalls_are_those_of_the_entry_with_dc_plugs() -> None:
    slow = entry("A", "1", date="2026-01-01", stalls=12, connectors=(Connector("TYPE2", 22.0),))
    fast = entry(
        "B", "1", stalls=2, connectors=(Connector("TYPE2", 22.0), Connector("CCS2", 150.0))
    )
    (one,) = merge_chargers([slow, fast]).chargers
    assert one.stalls == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ChargePoint Network", "ChargePoint", True),
        ("eVgo Network", "EVgo", True),
        ("Tesla Motors Inc.", "Tesla", True),
        ("Stadtwerke München", "STADTWERKE MUNCHEN GmbH", True),
        ("Electrify America", "EVgo", False),
        ("Shell Recharge", "BP Pulse", False),
        ("", "EVgo", False),
    ],
)
def test_names_of_operators(one: str, other: str, same: bool) -> None:
    assert (similarity(folded(one), folded(other)) >= 0.8) is same


def test_distances_against_the_haversine() -> None:
    one, other = entry("A", "1"), replace(entry("B", "1"), lat=50.0004, lon=8.0011)
    phi = np.radians([one.lat, other.lat])
    half = (
        np.sin(np.diff(phi) / 2) ** 2
        + np.prod(np.cos(phi)) * np.sin(np.radians(other.lon - one.lon) / 2) ** 2
    )
    assert apart_m(one, other) == pytest.approx(
        2 * EARTH_RADIUS_M * math.asin(math.sqrt(half[0])), rel=1e-6
    )
    assert positions_m([one]).shape == (1, 3)


plug = st.builds(
    Connector,
    st.sampled_from(["CCS2", "CHADEMO", "TYPE2", "UNKNOWN"]),
    st.none() | st.sampled_from([22.0, 50.0, 150.0]),
    count=st.none() | st.integers(1, 4),
) | st.builds(
    Connector,
    st.sampled_from(["CCS2", "CHADEMO"]),
    st.just(50.0),
    power_assumed=st.just(value=True),
    power_rule=st.just("rule"),
)


@st.composite
def sites(draw: st.DrawFn) -> Charger:
    source, number = draw(st.sampled_from("ABC")), draw(st.integers(0, 5))
    return entry(
        source,
        str(number),
        north_m=draw(st.sampled_from([0, 10, 35, 60, 95, 120, 180])),
        date=draw(st.sampled_from(["", "2024-01-01", "2025-06-01"])),
        connectors=tuple(draw(st.lists(plug, max_size=3))),
        operator=draw(st.sampled_from(["", "EnBW", "IONITY"])),
        name=draw(st.sampled_from(["Markt", "Rasthof", "Am Markt"])),
        stalls=draw(st.none() | st.integers(1, 9)),
    )


@settings(deadline=None)
@given(st.lists(sites(), max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_the_input_is_no_matter(given_: list[Charger], shuffle: random.Random) -> None:
    other = list(given_)
    shuffle.shuffle(other)
    assert merge_chargers(given_) == merge_chargers(other)


@settings(deadline=None)
@given(st.lists(sites(), max_size=9))
def test_nothing_is_lost_and_nothing_made_up(given_: list[Charger]) -> None:
    merged = merge_chargers(given_)
    assert len(merged.chargers) + merged.merged == len(given_)
    entries = {one for charger in given_ for one in charger.sources}
    assert {one for charger in merged.chargers for one in charger.sources} == entries
    assert len({charger.id for charger in merged.chargers}) == len(merged.chargers)
    powers = {(p.standard, p.power_kw) for c in given_ for p in c.connectors}
    assert {(p.standard, p.power_kw) for c in merged.chargers for p in c.connectors} <= powers
    for charger in merged.chargers:
        assert len({one.source for one in charger.sources}) == len(
            {one.id for one in charger.sources}
        )


@settings(deadline=None)
@given(st.lists(sites(), max_size=9, unique_by=lambda charger: charger.id))
def test_members_of_a_site_lie_within_reach_of_each_other(given_: list[Charger]) -> None:
    where = {charger.id: charger for charger in given_}
    for charger in merge_chargers(given_).chargers:
        members = [where[id_] for id_ in charger.ids]
        assert all(apart_m(a, b) <= MAX_DISTANCE_M + 1e-6 for a in members for b in members)


@settings(deadline=None)
@given(st.lists(sites(), max_size=9, unique_by=lambda charger: charger.id))
def test_a_power_is_assumed_only_where_no_member_states_it(given_: list[Charger]) -> None:
    where = {charger.id: charger for charger in given_}
    for charger in merge_chargers(given_).chargers:
        members = [p for id_ in charger.ids for p in where[id_].connectors]
        for one in charger.connectors:
            offers = [p for p in members if p.standard == one.standard]
            stated = any(p.power_kw is not None and not p.power_assumed for p in offers)
            of_kind = [p for p in charger.connectors if p.standard == one.standard]
            if stated:
                assert any(p.power_kw is not None and not p.power_assumed for p in of_kind)
            assert one.power_assumed == bool(one.power_rule)


def test_against_brute_force_over_all_pairs() -> None:
    """Two sources, all alike: the nearest pairs first, each entry once, as long as within reach."""
    rng = np.random.default_rng(11)
    ours = [
        entry(source, str(k), lat=50 + rng.uniform(0, 0.01), lon=8 + rng.uniform(0, 0.01))
        for source in "AB"
        for k in range(60)
    ]
    pairs = sorted(
        (apart_m(one, other), one.id, other.id)
        for one in ours[:60]
        for other in ours[60:]
        if apart_m(one, other) <= MAX_DISTANCE_M
    )
    expected: dict[str, str] = {}
    for _, one_id, other_id in pairs:
        if one_id not in expected and other_id not in expected.values():
            expected[one_id] = other_id
    found = [charger.ids for charger in merge_chargers(ours).chargers if len(charger.ids) == 2]
    assert {tuple(sorted(ids)) for ids in found} == set(expected.items())
    assert 10 < len(found) < 60


def test_a_continent_takes_seconds() -> None:
    rng = np.random.default_rng(3)
    given_ = []
    for number in range(20_000):
        lat, lon = float(rng.uniform(45, 55)), float(rng.uniform(0, 15))
        name = f"Ort {rng.integers(5000)}"
        for source in ("OSM", "OCM"):
            made = entry(source, str(number), name=name, lat=lat, lon=lon)
            given_.append(made)
    start = time.perf_counter()
    merged = merge_chargers(given_)
    assert merged.merged >= 19_990
    assert time.perf_counter() - start < 60
