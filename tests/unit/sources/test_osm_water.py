"""Lakes of an extract: against osmium's own areas, on disk, and on the map."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from osmium.osm.types import Area

from tests.samples.plan import sample_region
from tests.stories.shared_data import shared
from tripplan.errors import DataError
from tripplan.output.drawing import shapes
from tripplan.output.drawing.basemap import Bounds
from tripplan.records.region import Region, Water
from tripplan.sources.build import build_region
from tripplan.sources.osm.network import read_osm
from tripplan.sources.osm.water import LEAST_M2
from tripplan.sources.store import load_region, save_region

FIXTURE = Path(__file__).parents[2] / "fixtures" / "water.osm"


def figure(water: Water) -> shapely.Geometry:
    """Return what is inside an odd number of rings."""
    found = shapely.Polygon()
    for first, last in zip(water.first, water.first[1:], strict=False):
        ring = np.column_stack([water.lon[first:last], water.lat[first:last]])
        found = found.symmetric_difference(shapely.make_valid(shapely.Polygon(ring)))
    return found


def areas(path: Path) -> shapely.Geometry:
    """Return all water that osmium's multipolygon assembler finds in a file."""
    factory = osmium.geom.WKBFactory()
    wet = osmium.filter.TagFilter(("natural", "water"))
    found = []
    for thing in osmium.FileProcessor(path).with_areas(wet).with_filter(wet):
        if not isinstance(thing, Area):
            continue
        try:
            outline = factory.create_multipolygon(thing)
        except RuntimeError:  # an outline that does not close
            continue
        area = shapely.make_valid(shapely.from_wkb(outline))
        if area_m2(area) > LEAST_M2:
            found.append(area)
    return shapely.union_all(found)


def area_m2(area: shapely.Geometry) -> float:
    """Return the area where a degree of latitude is 111.2 km."""
    return float(area.area) * 111_200.0**2 * math.cos(math.radians(area.centroid.y))


def test_lakes_islands_and_what_is_left_out() -> None:
    found = read_osm(FIXTURE)
    assert found.water is not None
    assert found.water.first.size == 1 + 3
    lakes = figure(found.water)
    assert lakes.contains(shapely.Point(9.01, 47.03))
    assert lakes.contains(shapely.Point(9.03, 47.08))
    assert not lakes.contains(shapely.Point(9.015, 47.065)), "an island"
    assert found.report.skipped["water: outline not closed"] == 1
    assert found.report.skipped["water: node missing"] == 1
    assert lakes.area == pytest.approx(areas(FIXTURE).area, rel=1e-4)


@pytest.mark.parametrize("name", ["andorra-latest", "liechtenstein-latest", "porto"])
def test_lakes_are_those_of_osmium(name: str) -> None:
    path = shared(f"osm/{name}.osm.pbf")
    water = read_osm(path).water
    assert water is not None
    expected = areas(path)
    assert figure(water).symmetric_difference(expected).area < 0.03 * expected.area


def test_a_region_keeps_its_water_on_disk(tmp_path: Path) -> None:
    built = build_region(FIXTURE)
    again = load_region(save_region(built, tmp_path / "lakes"), verify=True)
    assert built.water is not None
    assert again.water is not None
    for name in ("first", "lat", "lon"):
        assert np.array_equal(getattr(again.water, name), getattr(built.water, name))
    assert load_region(save_region(sample_region(), tmp_path / "dry")).water is None


def test_own_water_stands_in_place_of_the_lakes() -> None:
    region: Region = build_region(FIXTURE)
    box = Bounds(46.9, 8.9, 47.2, 9.2)
    (lake, shore, island) = shapes.shapes_within(box, region.water).inland
    assert len(lake) == len(shore) == len(island) == 5
    assert shapes.shapes_within(box, region.water).water == ()
    assert shapes.shapes_within(box).inland == ()
    leman = Bounds(46.4, 6.5, 46.5, 6.6)
    assert len(shapes.shapes_within(leman).water) == 1
    assert shapes.shapes_within(leman, region.water).water == ()


def test_outlines_that_do_not_belong_together_are_refused() -> None:
    water = build_region(FIXTURE).water
    assert water is not None
    with pytest.raises(DataError, match="outlines of water"):
        replace(water, lon=np.zeros(3, np.float32))
