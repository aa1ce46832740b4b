"""Signs along the route: which, from which zoom level, and that none hides another or a stop."""

import math
from itertools import combinations, product

import numpy as np

from tests.samples.plan import sample_plan, sample_region
from tests.samples.signed_plan import signed_plan
from tripplan.output.drawing.basemap import route_bounds, widened
from tripplan.output.drawing.labels import town_labels
from tripplan.output.drawing.road_signs import SIGN_LIMIT, Sign, lettering
from tripplan.records.plan import RoadStretch

Box = tuple[float, float, float, float]


def world_px(lat: float, lon: float, zoom: float) -> tuple[float, float]:
    """Return pixels of web-mercator by the formula of EPSG:3857."""
    size = 256 * 2**zoom / (2 * math.pi)
    return math.radians(lon) * size, -math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * size


def box_of(sign: Sign, zoom: float) -> Box:
    """Return where a sign is: a letter of .tp-sign in page.css is taken to be 6.6 pixels wide."""
    x, y = world_px(sign.lat, sign.lon, zoom)
    wide = 6.6 * len(sign.text) + 10.0
    left = {"right": x + 8.0, "left": x - 8.0 - wide}.get(sign.side, x - wide / 2)
    top = y + {"above": -8.0 - 17.0, "below": 8.0}.get(sign.side, -8.5)
    return left, top, left + wide, top + 17.0


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_signs_hide_neither_each_other_nor_stops() -> None:
    plan = signed_plan(5)
    found = lettering(plan).signs
    assert 10 < len(found) <= SIGN_LIMIT
    for zoom in np.arange(4.0, 16.1, 0.25):
        shown = [box_of(sign, zoom) for sign in found if sign.zoom <= zoom]
        stops = [world_px(stop.lat, stop.lon, zoom) for stop in plan.stops]
        badges = [(x - 17.0, y - 17.0, x + 17.0, y + 17.0) for x, y in stops]
        for one, other in (*combinations(shown, 2), *product(shown, badges)):
            assert not overlap(one, other), zoom


def test_names_of_towns_keep_clear_of_signs() -> None:
    plan = signed_plan(5)
    towns = town_labels(sample_region(), plan, widened(route_bounds(plan)), lettering(plan).marks)
    assert towns
    for zoom in range(4, 13):
        signs = [box_of(sign, zoom) for sign in lettering(plan).signs if sign.zoom <= zoom]
        for town in towns:
            if town.zoom > zoom:
                continue
            x, y = world_px(town.lat, town.lon, zoom)
            wide = 3.2 * len(town.text)
            row, _, end = town.side.rpartition("-")
            left = x - wide + {"right": wide + 6, "left": -wide - 6}.get(end, 0)
            if row:
                left = x + 3 if end == "right" else x - 3 - 2 * wide
            top = y + {"below": 4, "above": -17}.get(row or end, -6.5)
            letters = left, top, left + 2 * wide, top + 13
            assert not any(overlap(letters, sign) for sign in signs), (town, zoom)


def test_every_road_and_exit_has_its_sign_when_one_looks_closely() -> None:
    found = lettering(signed_plan()).signs
    roads = {one.ref for leg in signed_plan().legs for one in leg.roads}
    assert {sign.text for sign in found} == {*roads, "exit 147"}
    assert all(sign.zoom >= 10 and sign.side != "on" for sign in found if sign.exit)
    assert all(sign.side == "on" for sign in found if not sign.exit)
    assert min(sign.zoom for sign in found) <= 8


def test_long_roads_have_signs_first_and_little_ones_late() -> None:
    plan = sample_plan().model_copy(update={"stops": ()})
    leg = plan.legs[0]
    first, last = leg.trace.distance_km[0], leg.trace.distance_km[-1]
    roads = (
        RoadStretch(from_km=first, to_km=last - 1.0, ref="I-70"),
        RoadStretch(from_km=last - 1.0, to_km=last, ref="CO 9"),
    )
    signed = plan.model_copy(
        update={"legs": (leg.model_copy(update={"roads": roads}), *plan.legs[1:])}
    )
    zoom = {sign.text: sign.zoom for sign in reversed(lettering(signed).signs)}
    assert zoom["I-70"] <= 8
    assert zoom["CO 9"] >= 12


def test_what_is_no_number_is_no_sign() -> None:
    plan = sample_plan()
    roads = (
        RoadStretch(from_km=0.0, to_km=20.0, name="Main Street"),
        RoadStretch(from_km=20.0, to_km=30.0, ref="A number that is far too long"),
        RoadStretch(from_km=30.0, to_km=30.0, ref="I-1"),
    )
    legs = (plan.legs[0].model_copy(update={"roads": roads}), *plan.legs[1:])
    assert lettering(plan.model_copy(update={"legs": legs})).signs == ()
    assert lettering(plan).signs == ()
