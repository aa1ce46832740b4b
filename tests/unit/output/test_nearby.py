"""Chargers that are not used: why not, and which could stand in for a stop."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.samples.page_data import handed
from tests.samples.plan import finished, sample_car, sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.worlds import car
from tripplan.output.drawing.route_profile import profile_of
from tripplan.output.page import nearby
from tripplan.output.page.map import to_html
from tripplan.output.text import report
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.trip import ChargerWishes
from tripplan.records.vehicle import Vehicle


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
    (found,) = nearby.unused(plan, region_with(site), profile_of(plan))
    assert (found.charger, found.reason) == (site, reason)


def test_wishes_are_reasons() -> None:
    plan = sample_plan()
    chargers = ChargerWishes.model_validate({"banned": ["a"]})
    trip = plan.trip.model_copy(update={"chargers": chargers})
    wished = plan.model_copy(update={"trip": trip})
    (found,) = nearby.unused(wished, region_with(charger("a", *ON_ROUTE)), profile_of(plan))
    assert found.reason == "banned by id"


OWN = car().model_copy(update={"connectors": ("CHADEMO",)})
"""A car that no catalogue knows."""
CCS_SAKURA = sample_car().model_copy(update={"connectors": ("CCS1",)})
"""A car of one's own under the id of one in the catalogue, which has CHAdeMO."""


def reason_for(site: Charger, **changes: object) -> str:
    """Return why the sample plan, so changed, passes a charger by."""
    plan = sample_plan().model_copy(update=changes)
    (found,) = nearby.unused(plan, region_with(site), profile_of(plan))
    return found.reason


@pytest.mark.parametrize(
    ("vehicle", "fits", "does_not"),
    [(OWN, "CHADEMO", "CCS1"), (CCS_SAKURA, "CCS1", "CHADEMO")],
    ids=["own id", "id of the catalogue"],
)
def test_plugs_are_judged_by_the_car_of_the_plan(
    vehicle: Vehicle, fits: str, does_not: str
) -> None:
    """Whatever the catalogue says of the car's id, and whatever plugs the plan used."""
    here, there = (charger(kind, *ON_ROUTE, standard=kind) for kind in (fits, does_not))
    assert reason_for(here, vehicle=vehicle) == "fits, but the stops used make a quicker trip"
    assert reason_for(there, vehicle=vehicle) == "no plug that fits"
    plan = sample_plan().model_copy(update={"vehicle": vehicle})
    page = to_html(plan, region_with(here, there))
    (sites,) = handed(page, "chargers")
    assert {site[2].partition(": ")[0]: site[2].partition(": ")[2] for site in sites} == {
        f"Site {fits}": "fits, but the stops used make a quicker trip",
        f"Site {does_not}": "no plug that fits",
    }


def test_a_plan_without_stops_knows_the_plugs_of_its_car_as_well() -> None:
    """The smallest plan there is: one leg, nothing used that could tell of the car."""
    plan = stopless().model_copy(update={"vehicle": OWN})
    sites = [charger(kind, *ON_ROUTE, standard=kind) for kind in ("CHADEMO", "CCS1")]
    found = nearby.unused(plan, region_with(*sites), profile_of(plan))
    assert {one.charger.id: one.reason for one in found if one.charger in sites} == {
        "CHADEMO": "fits, but the trip needs no charging stop",
        "CCS1": "no plug that fits",
    }


def test_a_stand_in_fits_the_car_of_the_plan() -> None:
    plan = sample_plan().model_copy(update={"vehicle": CCS_SAKURA})
    near = charger("near", 39.6403, -106.3742)
    far = charger("far", 39.6785, -105.9120, standard="CCS1")
    found = nearby.stand_ins(plan, region_with(near, far))
    assert found[1].charger == far


def test_no_charger_fits_a_car_that_cannot_charge_fast() -> None:
    slow = OWN.battery.model_copy(update={"charging_curve": None})
    bare = OWN.model_copy(update={"connectors": ()})
    for vehicle in (OWN.model_copy(update={"battery": slow}), bare):
        assert reason_for(charger("a", *ON_ROUTE), vehicle=vehicle) == "no plug that fits"


def test_an_adapter_of_the_trip_makes_a_plug_fit_with_its_power() -> None:
    def reason(kw: float) -> str:
        chargers = ChargerWishes.model_validate({"adapters": [f"CCS1:CHADEMO:{kw:g}"]})
        trip = sample_plan().trip.model_copy(update={"chargers": chargers})
        return reason_for(charger("a", *ON_ROUTE, standard="CCS1", kw=150.0), trip=trip)

    assert reason(50.0) == "fits, but the stops used make a quicker trip"
    assert reason(10.0) == "slower than the stops used"


@pytest.mark.parametrize(
    ("objective", "made"),
    [("energy", "a trip of less energy"), ("money", "a cheaper trip")],
)
def test_the_stops_used_are_better_by_what_was_asked_for(objective: str, made: str) -> None:
    trip = sample_plan().trip.model_copy(update={"objective": objective})
    found = reason_for(charger("a", *ON_ROUTE), trip=trip)
    assert found == f"fits, but the stops used make {made}"


def stopless() -> Plan:
    """Return the first leg of the sample as a trip of its own."""
    return finished(sample_plan().legs[:1], ())


def test_a_trip_without_stops_says_that_none_is_needed() -> None:
    plan, region = stopless(), region_with(charger("a", *ON_ROUTE))
    page = to_html(plan, region)
    (sites,) = handed(page, "chargers")
    assert "Site a: fits, but the trip needs no charging stop" in [site[2] for site in sites]
    assert "stops used" not in page
    assert "no charging stops" in page
    text = report.to_text(plan)
    assert "no stops" in text
    assert "none charged" in text
    assert "stops used" not in text


def test_a_plug_at_a_waypoint_is_no_stop_used() -> None:
    """Its 11 kW are not what chargers are held against, and it makes no charging stop needed."""
    plain = visits_plan()
    only = plain.model_copy(update={"stops": plain.stops[1:3], "legs": plain.legs[1:4]})
    assert only.stop_count == 0
    (found,) = (
        one
        for one in nearby.unused(
            only, region_with(charger("a", 39.5505, -107.3248)), profile_of(only)
        )
        if one.charger.id == "a"
    )
    assert found.reason == "fits, but the trip needs no charging stop"


def test_reasons_are_counted() -> None:
    plan = sample_plan()
    sites = [charger(f"x{k}", *ON_ROUTE, standard="CCS2") for k in range(3)]
    found = nearby.unused(plan, region_with(*sites, charger("y", *ON_ROUTE)), profile_of(plan))
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
