"""Names of towns: which ones, from which zoom level, on which side."""

import math
from itertools import combinations

import numpy as np
import pytest
import shapely

from tests.samples.plan import sample_plan, sample_region
from tripplan.output.drawing import basemap, clearance, labels
from tripplan.output.drawing.labels import Label
from tripplan.output.drawing.road_signs import lettering
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.region import Region


def region_of(towns: list[GazetteerEntry]) -> Region:
    plain = sample_region()
    return Region("towns", plain.network, plain.chargers, Gazetteer(tuple(towns)))


def chosen(towns: list[GazetteerEntry]) -> tuple[Label, ...]:
    """Return the labels of these towns around the sample's route, its stops left out."""
    plan = sample_plan().model_copy(update={"stops": ()})
    box = basemap.widened(basemap.route_bounds(plan))
    return labels.town_labels(region_of(towns), plan, box, lettering(plan).marks)


def boxes_px(found: tuple[Label, ...], zoom: float) -> list[tuple[float, float, float, float]]:
    """Return where the letters of the labels of a zoom level are: left, top, right, bottom.

    A letter is taken to be 6.4 pixels wide and a line 13 high; see .tp-town in page.css.
    """
    boxes = []
    for label in found:
        if label.zoom <= zoom:
            x, y = world_px(label.lat, label.lon, zoom)
            wide = 3.2 * len(label.text)
            row, _, end = label.side.rpartition("-")
            left = x - wide + {"right": wide + 6, "left": -wide - 6}.get(end, 0)
            if row:
                left = x + 3 if end == "right" else x - 3 - 2 * wide
            top = y + {"below": 4, "above": -17}.get(row or end, -6.5)
            boxes.append((left, top, left + 2 * wide, top + 13))
    return boxes


def world_px(lat: float, lon: float, zoom: float) -> tuple[float, float]:
    """Return pixels of web-mercator by the formula of EPSG:3857."""
    size = 256 * 2**zoom / (2 * math.pi)
    return math.radians(lon) * size, -math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * size


def random_towns() -> list[GazetteerEntry]:
    rng = np.random.default_rng(5)
    return [
        GazetteerEntry(f"Town {k}", "CO", float(lat), float(lon), int(10 ** rng.uniform(2, 6)))
        for k, (lat, lon) in enumerate(rng.uniform((38.9, -108.9), (40.1, -104.6), (150, 2)))
    ]


def test_names_never_hide_each_other() -> None:
    found = chosen(random_towns())
    assert 20 < len(found) <= labels.TOWN_LIMIT
    for zoom in np.arange(4.0, 12.1, 0.25):
        for one, other in combinations(boxes_px(found, zoom), 2):
            apart = one[0] >= other[2] or other[0] >= one[2]
            assert apart or one[1] >= other[3] or other[1] >= one[3]


def test_names_never_lie_on_the_route() -> None:
    towns = random_towns()
    trace = [leg.trace for leg in sample_plan().legs]
    beside = [
        GazetteerEntry(f"Beside {k}", "CO", leg.lat[k] + 0.004, leg.lon[k], 10**5)
        for leg in trace
        for k in range(0, len(leg.lat), 5)
    ]
    found = chosen([*towns[:60], *beside])
    assert sum(label.text.startswith("Beside") for label in found) > 10
    assert {label.side for label in found} == set(labels.SIDES)
    for zoom in (6, 8, 10):
        line = shapely.LineString(
            [world_px(a, b, zoom) for t in trace for a, b in zip(t.lat, t.lon, strict=True)]
        )
        fresh = tuple(label for label in found if label.zoom in {zoom, zoom - 1})
        for box in boxes_px(fresh, zoom):
            assert not line.intersects(shapely.box(*box))


def test_the_populous_and_the_near_go_first() -> None:
    big = GazetteerEntry("Big", "CO", 38.9, -106.5, 900_000)
    small = GazetteerEntry("Small", "CO", 38.9, -106.5001, 900)
    assert chosen([small, big])[0].text == "Big"
    near = GazetteerEntry("Near", "CO", 39.68, -107.0, 5_000)
    far = GazetteerEntry("Far", "CO", 39.70, -107.0, 6_000)
    assert chosen([far, near])[0].text == "Near"


def test_towns_elsewhere_are_left_out() -> None:
    assert chosen([GazetteerEntry("Elsewhere", "XX", 10.0, 10.0, 10**6)]) == ()


@pytest.mark.parametrize("north", [1.0, -1.0])
def test_the_name_of_an_end_stands_where_it_hides_less_of_the_route(north: float) -> None:
    """A route that leaves an end away from the other one, and comes back beside it."""
    plan = sample_plan()
    first = plan.legs[0]
    here = plan.trip.origin
    count = len(first.trace.lat)
    share = np.linspace(0.0, 1.0, count)
    lat = here.lat + north * np.interp(share, [0.0, 0.3, 0.6, 1.0], [0.0, -1.0, -1.0, 1.0])
    lon = here.lon + np.interp(share, [0.0, 0.3, 0.6, 1.0], [0.0, 0.0, 2.0, 2.0])
    trace = first.trace.model_copy(update={"lat": tuple(lat), "lon": tuple(lon)})
    end = first.end.model_copy(update={"lat": float(lat[-1]), "lon": float(lon[-1])})
    leg = first.model_copy(update={"trace": trace, "end": end})
    bent = plan.model_copy(update={"legs": (leg,), "stops": ()})
    assert clearance.name_below(bent, start=True) == (north < 0.0)
    straight = trace.model_copy(update={"lat": tuple(here.lat + north * share)})
    leg = leg.model_copy(update={"trace": straight})
    plain = bent.model_copy(update={"legs": (leg,)})
    assert clearance.name_below(plain, start=True) == (north > 0.0)
