"""Assumed powers, adapters and filters."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from tripplan.errors import DataError
from tripplan.planning.charger_filter import (
    adapted,
    filter_chargers,
    reason_against,
    usable_plugs,
)
from tripplan.records.charger import Charger, Connector, SourceEntry, rated_only
from tripplan.records.charger_set import ChargerSet
from tripplan.records.trip import Adapter, ChargerWishes
from tripplan.sources.chargers.assume import DEFAULT_RULES, PowerRule, assume_powers

SITE = Charger(
    id="afdc:1",
    name="Garage",
    lat=47.6,
    lon=-122.3,
    connectors=(Connector("CHADEMO", None, count=2), Connector("CCS1", 150.0)),
    status="listed",
    source="AFDC",
    stalls=4,
    operator="eVgo Network",
    access="public",
    sources=(SourceEntry("AFDC", "afdc:1"), SourceEntry("OpenStreetMap", "osm:node/5")),
)


def against(
    charger: Charger, *, standards: tuple[str, ...] = (), at: datetime | None = None, **wishes: Any
) -> str | None:
    return reason_against(charger, ChargerWishes(**wishes), standards=standards, open_at=at)


def adapter(words: str) -> Adapter:
    return Adapter.model_validate(words)


def test_assumptions_record_their_rule_and_leave_the_rest() -> None:
    (site,) = assume_powers([SITE])
    chademo, ccs = site.connectors
    assert (chademo.power_kw, chademo.power_assumed, chademo.count) == (50.0, True, 2)
    assert "CHADEMO without a stated power: 50 kW" in chademo.power_rule
    assert ccs == SITE.connectors[1]
    assert assume_powers([site]) == (site,)


def test_rules_by_source_and_in_order() -> None:
    rules = (
        PowerRule("CHADEMO", 20.0, "old ones", source="Open Charge Map"),
        PowerRule("CHADEMO", 44.0, "measured", source="OpenStreetMap"),
        PowerRule("CHADEMO", 50.0, "usual"),
    )
    assert assume_powers([SITE], rules)[0].connectors[0].power_kw == 44.0
    assert assume_powers([SITE], ()) == (SITE,)
    alone = replace(SITE, sources=())
    assert assume_powers([alone], rules)[0].connectors[0].power_kw == 50.0


def test_default_rules_name_each_kind_once() -> None:
    kinds = [rule.standard for rule in DEFAULT_RULES]
    assert len(set(kinds)) == len(kinds)
    assert all(rule.reason and rule.power_kw > 0 for rule in DEFAULT_RULES)


def test_sites_of_unknown_power_do_not_reach_the_planner() -> None:
    unknown = replace(SITE, id="x", connectors=(Connector("CHADEMO", None),))
    with pytest.raises(DataError, match="CHADEMO has power None"):
        ChargerSet((SITE,), np.array([0], np.int32))
    kept = rated_only([SITE, unknown])
    assert [plug.standard for plug in kept[0].connectors] == ["CCS1"]
    assert len(kept) == 1
    chargers = ChargerSet(kept, np.array([0], np.int32))
    assert chargers.power_kw(["CHADEMO", "CCS1"]).tolist() == [150.0]
    with pytest.raises(DataError, match="assume_powers"):
        _ = SITE.connectors[0].rated_kw


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({}, None),
        ({"standards": ("CHADEMO",)}, None),
        ({"standards": ("NACS",)}, "no plug that fits"),
        ({"min_power_kw": 150.0}, None),
        ({"min_power_kw": 151.0, "standards": ("CCS1",)}, "too little power"),
        ({"min_power_kw": 151.0, "standards": ("CHADEMO",)}, None),
        (
            {"min_power_kw": 50.0, "standards": ("CHADEMO",), "keep_unknown": False},
            "too little power",
        ),
        ({"min_stalls": 4}, None),
        ({"min_stalls": 5}, "too few stalls"),
        ({"operators": ("EVgo",)}, None),
        ({"operators": ("Electrify America", "IONITY")}, "operator is none of those wanted"),
        ({"exclude_operators": ("evgo",)}, "operator is to be avoided"),
        ({"exclude_operators": ("IONITY",)}, None),
        ({"access": ("restricted",)}, "access is public"),
        ({"banned": ("afdc:1",)}, "banned by id"),
        ({"banned": ("osm:node/5",)}, "banned by id"),
        ({"banned": ("afdc:2",)}, None),
        ({"only_stated_power": True, "standards": ("CHADEMO",)}, "power not stated"),
        ({"only_stated_power": True, "standards": ("CCS1",)}, None),
    ],
)
def test_wishes(wishes: dict[str, Any], reason: str | None) -> None:
    assert against(SITE, **wishes) == reason


def test_what_is_not_known_stays_unless_unwanted() -> None:
    blank = replace(SITE, operator="", network="", stalls=None, access="unknown")
    assert against(blank, operators=("EVgo",), min_stalls=2) is None
    assert against(blank, min_stalls=2, keep_unknown=False) == "stalls not known"
    assert against(blank, operators=("EVgo",), keep_unknown=False) is not None
    at = datetime.fromisoformat("2026-06-01T12:00")
    assert against(blank, at=at) is None
    assert against(blank, at=at, keep_unknown=False) == "opening hours not known"


def test_restricted_and_broken_sites_go_by_default() -> None:
    assert against(replace(SITE, access="restricted")) == "access is restricted"
    broken = replace(SITE, operation="out_of_service")
    assert against(broken) == "out of service"
    assert against(broken, out_of_service=True) is None


def test_filtering_counts_by_reason_and_keeps_the_order() -> None:
    sites = [replace(SITE, id=str(k), stalls=k) for k in range(5)]
    result = filter_chargers(sites, ChargerWishes(min_stalls=2, banned=("4",)))
    assert [charger.id for charger in result.chargers] == ["2", "3"]
    assert dict(result.dropped) == {"banned by id": 1, "too few stalls": 2}


def test_hours_count_at_the_time_that_is_asked_for() -> None:
    office = replace(SITE, opening_hours="Mo-Fr 08:00-18:00")
    monday = datetime.fromisoformat("2026-06-01T12:00")
    assert against(office, at=monday) is None
    assert against(office, at=monday.replace(hour=19)) == "closed at that time"
    assert against(office) is None


def test_adapters_add_the_plug_of_the_inlet() -> None:
    only_ccs = replace(SITE, connectors=(Connector("CCS1", 150.0, count=4),))
    site = adapted(only_ccs, [adapter("CCS1:CHADEMO:50")])
    added = site.connectors[1]
    assert (added.standard, added.power_kw, added.count) == ("CHADEMO", 50.0, 4)
    assert added.standard_rule == "through an adapter from CCS1"
    assert against(only_ccs, standards=("CHADEMO",), adapters=("CCS1:CHADEMO",)) is None
    assert against(only_ccs, standards=("CHADEMO",)) == "no plug that fits"
    assert adapted(only_ccs, [adapter("NACS:CHADEMO")]) == only_ccs


def test_adapters_are_not_put_one_onto_another() -> None:
    nacs = replace(SITE, connectors=(Connector("NACS", 150.0),))
    site = adapted(nacs, [adapter("NACS:CCS1"), adapter("CCS1:CHADEMO")])
    assert [plug.standard for plug in site.connectors] == ["NACS", "CCS1"]


def best(chargers: list[Charger], standards: set[str], **wishes: Any) -> list[tuple[int, str]]:
    found = usable_plugs(chargers, standards, ChargerWishes(**wishes))
    return [(plug.position, plug.connector.standard_rule or "own") for plug in found.plugs]


def test_the_best_plug_may_be_one_behind_an_adapter() -> None:
    slow = replace(SITE, connectors=(Connector("CHADEMO", 20.0), Connector("CCS1", 150.0)))
    even = replace(SITE, connectors=(Connector("CHADEMO", 50.0), Connector("CCS1", 150.0)))
    leaf = {"CHADEMO"}
    assert best([slow, even], leaf) == [(0, "own"), (1, "own")]
    through = "through an adapter from CCS1"
    assert best([slow, even], leaf, adapters=("CCS1:CHADEMO:50",)) == [(0, through), (1, "own")]


def test_usable_plugs_count_what_wishes_take_out_and_not_what_the_car_cannot_use() -> None:
    plugs = (
        (Connector("CHADEMO", 50.0, power_assumed=True), Connector("CHADEMO", 44.0)),
        (Connector("CHADEMO", 50.0, power_assumed=True),),
        (Connector("CCS1", 150.0),),
        (Connector("CHADEMO", None),),
        (Connector("CHADEMO", 100.0),),
    )
    sites = [replace(SITE, id=str(k), sources=(), connectors=p) for k, p in enumerate(plugs)]
    wishes = ChargerWishes(only_stated_power=True, banned=("4",))
    found = usable_plugs(sites, {"CHADEMO"}, wishes)
    assert [(plug.position, plug.connector.power_kw) for plug in found.plugs] == [(0, 44.0)]
    assert found.dropped == {"banned by id": 1, "power not stated": 1}
    assert usable_plugs(sites, set(), ChargerWishes()).plugs == ()


def test_plugs_out_of_order_and_for_other_makes_are_not_usable() -> None:
    fast = Connector("CCS2", 300.0, operation="out_of_service")
    slow = Connector("CCS2", 50.0, operation="in_service", count=2)
    site = replace(SITE, connectors=(fast, slow), stalls=6, operation="in_service")
    (found,) = usable_plugs([site], {"CCS2"}, ChargerWishes()).plugs
    assert found.connector == slow
    (found,) = usable_plugs([site], {"CCS2"}, ChargerWishes(out_of_service=True)).plugs
    assert found.connector == fast
    broken = replace(site, connectors=(fast,))
    assert dict(usable_plugs([broken], {"CCS2"}, ChargerWishes()).dropped) == {"out of service": 1}
    few = ChargerWishes(min_stalls=3)
    assert dict(usable_plugs([site], {"CCS2"}, few).dropped) == {"too few stalls": 1}
    teslas = replace(site, connectors=(Connector("NACS", 150.0, vehicles="tesla"),))
    assert len(usable_plugs([teslas], {"NACS"}, ChargerWishes(), tesla=True).plugs) == 1
    adapter = ChargerWishes(adapters=("NACS:CCS1:250",))
    dropped = usable_plugs([teslas], {"CCS1"}, adapter, tesla=False).dropped
    assert dict(dropped) == {"for Teslas only": 1}


def test_the_quickest_plug_is_the_one_that_gives_the_car_most() -> None:
    nacs = Connector("NACS", 250.0, max_voltage_v=500.0)
    ccs = Connector("CCS1", 200.0)
    site = replace(SITE, connectors=(nacs, ccs))
    power_kw = {nacs: 126.0, ccs: 200.0}
    both = usable_plugs([site], {"NACS", "CCS1"}, ChargerWishes(), power_kw.__getitem__)
    assert both.plugs[0].connector == ccs
