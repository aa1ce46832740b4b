"""What drivers wish of chargers, on real roads and the sites of the US directory (AFDC)."""

from typing import Any

import pytest

import tripplan
from tests.stories.shared_data import shared, shared_chargers
from tripplan.records.charger import Charger
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.sources.build import build_region

SEATTLE, SPOKANE, PORTLAND = "47.606,-122.332", "47.658,-117.426", "45.515,-122.679"
CLARKSTON = "46.425,-117.049"
LEAF = "nissan-leaf-40"


@pytest.fixture(scope="module", name="northwest")
def fixture_northwest() -> Region:
    return build_region(
        shared("highways/tm_pacific_northwest.osm.pbf"),
        elevation=shared("elevation/itur_us48_5arcmin.npz"),
        chargers=[
            shared("chargers/afdc_washington_2024.csv"),
            shared_chargers("afdc_oregon_chargers.js"),
        ],
        country="US",
        charger_reach_km=3.0,
    )


def to_spokane(northwest: Region, **wishes: Any) -> Plan:
    plan = tripplan.plan(SEATTLE, SPOKANE, vehicle=LEAF, region=northwest, **wishes)
    assert plan.audit.passed, plan.audit.objections
    return plan


@pytest.fixture(scope="module", name="usual")
def fixture_usual(northwest: Region) -> Plan:
    return to_spokane(northwest)


def sites_of(northwest: Region, plan: Plan) -> list[Charger]:
    sites = {site.id: site for site in northwest.chargers.chargers}
    return [sites[charger.id] for charger in plan.chargers]


def test_a_banned_charger_is_never_used_again(northwest: Region, usual: Plan) -> None:
    banned: list[str] = []
    plan = usual
    for _ in range(4):
        banned.append(plan.chargers[0].id)
        plan = to_spokane(northwest, banned=banned)
        assert not {charger.id for charger in plan.chargers} & set(banned)
        assert plan.total_s >= usual.certificate.lower_bound_s
    assert len(set(banned)) == 4


def test_an_operator_that_is_excluded_is_not_used(northwest: Region, usual: Plan) -> None:
    operator = usual.chargers[0].operator
    assert operator
    plan = to_spokane(northwest, exclude_operators=(operator,))
    assert plan.stops
    assert {site.operator for site in sites_of(northwest, plan)}.isdisjoint({operator})


def test_only_one_operator_and_none_that_is_not_known(northwest: Region) -> None:
    with pytest.raises(tripplan.OutOfRangeError) as caught:
        to_spokane(northwest, operators=("EVgo",), keep_unknown=False)
    assert "(operator is none of those wanted)" in str(caught.value)
    lenient = to_spokane(northwest, operators=("EVgo",))
    operators = {site.operator for site in sites_of(northwest, lenient)}
    assert operators <= {"eVgo Network", ""}


def test_stalls_in_numbers(northwest: Region) -> None:
    plan = to_spokane(northwest, min_stalls=4, keep_unknown=False)
    assert all((charger.stalls or 0) >= 4 for charger in plan.chargers)


def test_100_kw_leaves_the_superchargers(northwest: Region) -> None:
    """No file states a power; of the assumed ones only those of NACS are above 50 kW."""
    wishes: dict[str, Any] = {"departure_soc": 0.3, "adapters": "CCS1:NACS", "min_power_kw": 100}
    ends, car = (SEATTLE, PORTLAND), "tesla-model-3-lr"
    plan = tripplan.plan(*ends, vehicle=car, region=northwest, **wishes)
    assert plan.stops
    assert {charger.operator for charger in plan.chargers} == {"Tesla"}
    plugs = [stop.connector for stop in plan.stops if stop.connector]
    assert all(stop.charger_kw >= 100 for stop in plan.stops)
    assert len(plugs) == len(plan.stops)
    assert all(plug.power_rule for plug in plugs)
    with pytest.raises(tripplan.OutOfRangeError) as caught:
        tripplan.plan(*ends, vehicle=car, region=northwest, exclude_operators="Tesla", **wishes)
    for reason in ("too little power", "operator is to be avoided", "access is restricted"):
        assert reason in str(caught.value)


def test_powers_that_are_assumed_may_be_refused(northwest: Region) -> None:
    with pytest.raises(tripplan.OutOfRangeError, match="power not stated"):
        to_spokane(northwest, only_stated_power=True)


def test_a_leaf_with_an_adapter_charges_where_it_could_not(northwest: Region) -> None:
    """Clarkston has one fast charger, with CCS1 only; the next CHAdeMO is 35 km away."""

    def there(**wishes: Any) -> Plan:
        return tripplan.plan(
            SPOKANE, CLARKSTON, vehicle="nissan-leaf-24-2013", region=northwest, **wishes
        )

    assert there().arrival_soc == pytest.approx(0.1, abs=1e-5)  # energies are rounded up
    with pytest.raises(tripplan.OutOfRangeError):
        there(arrival_soc=0.8)
    plan = there(arrival_soc=0.8, adapters=("CCS1:CHADEMO:50",))
    assert plan.audit.passed
    first, last = plan.stops[0].connector, plan.stops[-1].connector
    assert first is not None
    assert last is not None
    assert (last.standard, last.standard_rule) == ("CHADEMO", "through an adapter from CCS1")
    assert {plug.standard for plug in sites_of(northwest, plan)[-1].connectors} >= {"CCS1"}
    assert first.standard_rule == ""


def test_restricted_sites_are_there_for_those_who_may_use_them(northwest: Region) -> None:
    sites = [
        site
        for site in northwest.chargers.chargers
        if site.access == "restricted" and any(p.standard == "CHADEMO" for p in site.connectors)
    ]
    assert sites
    plan = to_spokane(northwest)
    assert {site.access for site in sites_of(northwest, plan)} <= {"public", "unknown"}
    with pytest.raises(tripplan.OutOfRangeError) as caught:
        to_spokane(northwest, access="restricted")
    assert f"of {len(sites)} chargers with a fitting plug" in str(caught.value)


def test_freeways_can_be_avoided_on_the_way_to_spokane(northwest: Region, usual: Plan) -> None:
    """By US 2 over Stevens Pass, 4,061 feet (Washington State DOT), instead of Interstate 90."""
    plan = to_spokane(northwest, avoid=("motorway", "toll"))
    assert plan.audit.passed
    assert plan.distance_km > usual.distance_km
    points = [
        point for leg in plan.legs for point in zip(leg.trace.lat, leg.trace.lon, strict=True)
    ]
    assert min(abs(lat - 47.746) + abs(lon + 121.089) for lat, lon in points) < 0.05


def test_stops_tell_what_the_directory_says(northwest: Region, usual: Plan) -> None:
    for stop, site in zip(usual.stops, sites_of(northwest, usual), strict=True):
        assert stop.charger == site
        assert site.access == "public"
        assert stop.connector in site.connectors
        assert stop.connector is not None
        assert "estimate" in stop.connector.power_rule
