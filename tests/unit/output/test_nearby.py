"""Chargers that are not used: why not, and which could stand in for a stop."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.page_data import handed
from tests.render_sample import sample_plan, sample_region
from tripplan.output.drawing.route_profile import course_of
from tripplan.output.page import nearby
from tripplan.output.page.map import to_html
from tripplan.records.charger import Charger, ChargerSet, Connector
from tripplan.records.region import Region
from tripplan.records.trip import ChargerWishes


def region_with(*more: Charger) -> Region:
    """Return the sample region with the stops' own chargers, and some others beside them."""
    plain = sample_region()
    renamed = tuple(
        replace(charger, id=f"sample-{k + 1}")
        for k, charger in enumerate(plain.chargers.chargers[:3])
    )
    lat, lon = plain.network.lat, plain.network.lon
    nodes = [*plain.chargers.node[:3].tolist()]
    nodes += [int(np.argmin(np.hypot(lat - one.lat, lon - one.lon))) for one in more]
    return replace(plain, chargers=ChargerSet((*renamed, *more), np.array(nodes)))


def charger(identity: str, lat: float, lon: float, kw: float = 50.0, **fields: object) -> Charger:
    plug = Connector(str(fields.pop("standard", "CHADEMO")), kw)
    base = Charger(
        id=identity, name=f"Site {identity}", lat=lat, lon=lon, connectors=(plug,),
        status="listed", source="test",
    )  # fmt: skip
    return replace(base, **fields)  # type: ignore[arg-type]


ON_ROUTE = (39.7061, -105.6975)
"""Georgetown, 70 km from the start."""


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        (charger("a", *ON_ROUTE), "fits, but the stops used make a quicker trip"),
        (charger("b", *ON_ROUTE, standard="CCS2"), "no plug that fits"),
        (charger("c", *ON_ROUTE, kw=11.0), "slower than the stops used"),
        (charger("d", 39.80, -105.6975), "off the route"),
        (charger("e", 39.7555, -105.2211), "battery still well charged there"),
        (charger("f", *ON_ROUTE, access="restricted"), "access is restricted"),
        (charger("g", *ON_ROUTE, operation="out_of_service"), "out of service"),
    ],
)
def test_a_reason_fits_the_charger(site: Charger, reason: str) -> None:
    plan = sample_plan()
    (found,) = nearby.unused(plan, region_with(site), course_of(plan))
    assert (found.charger, found.reason) == (site, reason)


def test_wishes_are_reasons() -> None:
    plan = sample_plan()
    chargers = ChargerWishes.model_validate({"banned": ["a"]})
    trip = plan.trip.model_copy(update={"chargers": chargers})
    wished = plan.model_copy(update={"trip": trip})
    (found,) = nearby.unused(wished, region_with(charger("a", *ON_ROUTE)), course_of(plan))
    assert found.reason == "banned by id"


def test_reasons_are_counted() -> None:
    plan = sample_plan()
    sites = [charger(f"x{k}", *ON_ROUTE, standard="CCS2") for k in range(3)]
    found = nearby.unused(plan, region_with(*sites, charger("y", *ON_ROUTE)), course_of(plan))
    assert nearby.reasons(found)[0] == ("no plug that fits", 3)


def shortest_km(region: Region, start: int, goal: int) -> float:
    """Length of the shortest way by Bellman and Ford, all arcs at once until nothing changes."""
    network = region.network
    best = np.full(network.node_count, math.inf)
    best[start] = 0.0
    while True:
        reached = best.copy()
        np.minimum.at(reached, network.head, best[network.tail] + network.length_m)
        if np.array_equal(reached, best):
            return float(best[goal]) / 1000.0
        best = reached


def test_the_stand_in_is_the_nearest_by_road() -> None:
    plan = sample_plan()
    near, far = charger("near", 39.6403, -106.3742), charger("far", 39.6785, -105.9120)
    region = region_with(far, near, charger("none", 39.5750, -106.0970, standard="CCS2"))
    found = nearby.stand_ins(plan, region)
    assert sorted(found) == [1, 2, 3]
    nodes = region.chargers.node.tolist()
    ways = {
        site.id: shortest_km(region, nodes[0], node)
        for site, node in zip(region.chargers.chargers, nodes, strict=True)
        if site.id not in {"sample-1", "none"}
    }
    first = found[1]
    assert first.charger is not None
    assert first.charger.id == min(ways, key=lambda site: ways[site])
    assert first.road_km == pytest.approx(min(ways.values()))
    spent = first.road_km * plan.consumption_wh_per_km / 1000.0 / plan.capacity_kwh
    assert first.arrival_soc == pytest.approx(plan.stops[0].arrival_soc - spent)
    assert nearby.within_reach(first) == (first.arrival_soc >= 0.02)


def test_where_there_is_no_other_charger_it_says_so() -> None:
    plain = region_with()
    alone = replace(
        plain, chargers=ChargerSet(plain.chargers.chargers[:1], plain.chargers.node[:1])
    )
    found = nearby.stand_ins(sample_plan(), alone)
    assert list(found) == [1]
    assert found[1].charger is None
    assert not nearby.within_reach(found[1])
    assert "no other charger that fits" in to_html(sample_plan(), alone)


def test_the_page_has_them_all() -> None:
    region = region_with(charger("a", *ON_ROUTE), charger("b", *ON_ROUTE, standard="CCS2"))
    html = to_html(sample_plan(), region)
    (sites,) = handed(html, "chargers")
    assert sorted(site[2] for site in sites) == [
        "Site a: fits, but the stops used make a quicker trip",
        "Site b: no plug that fits",
    ]
    assert html.count("If it is out of order") == 3
    assert "1 within 20.0 km" in without_units(html)


def without_units(html: str) -> str:
    """Drop the marks of units."""
    return html.replace('<span class="tp-metric">', "").replace("</span>", "")
