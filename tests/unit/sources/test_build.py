"""From files to a region: what goes in is there, what does not is counted."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import tripplan
from tripplan.cli.main import app
from tripplan.errors import DataError
from tripplan.output.text.region_text import region_in_short
from tripplan.sources.build import build_region

ROAD = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" lat="50.0" lon="8.0"><tag k="place" v="village"/><tag k="name" v="Westheim"/></node>
  <node id="2" lat="50.0" lon="8.2"/>
  <node id="3" lat="50.0" lon="8.4"><tag k="place" v="town"/><tag k="name" v="Ostheim"/>
    <tag k="population" v="9000"/></node>
  <node id="4" lat="50.0004" lon="8.2">
    <tag k="amenity" v="charging_station"/><tag k="name" v="Mitte &lt;b&gt;"/>
    <tag k="socket:chademo" v="1"/><tag k="socket:chademo:output" v="50 kW"/></node>
  <node id="5" lat="50.3" lon="8.2">
    <tag k="amenity" v="charging_station"/><tag k="socket:chademo" v="1"/></node>
  <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
  <way id="11"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/>
    <tag k="maxspeed" v="80"/></way>
</osm>
"""
TABLE = """id,name,lat,lon,connectors,power_kw
a,East side,50.0001,8.399,CHADEMO,62
b,Nowhere,95.0,8.3,CHADEMO,50
"""


@pytest.fixture(name="files")
def fixture_files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Return a road of 28.6 km, a table with one good charger, and a grid that rises eastward."""
    road, table, grid = tmp_path / "road.osm", tmp_path / "sites.csv", tmp_path / "grid.npz"
    road.write_text(ROAD)
    table.write_text(TABLE)
    lon = np.arange(7.9, 8.55, 0.01)
    heights = np.tile(1000.0 * (lon - 7.9), (40, 1))
    np.savez(grid, elevation_m=heights, north=50.2, west=7.9, step_deg=0.01)
    return road, table, grid


def test_roads_chargers_names_and_heights_come_together(files: tuple[Path, Path, Path]) -> None:
    road, table, grid = files
    region = build_region(road, elevation=grid, chargers=[table])
    assert region.name == "road"
    assert {site.name for site in region.chargers.chargers} == {"Mitte <b>", "East side"}
    assert region.gazetteer.find("Ostheim").lon == 8.4
    assert region.provenance["chargers_skipped"]["no road within reach"] == 1
    assert sum(region.provenance["chargers_skipped"].values()) == 2
    east = int(np.argmax(region.network.lon))
    west = int(np.argmin(region.network.lon))
    rise = region.network.elevation_m[east] - region.network.elevation_m[west]
    assert rise == pytest.approx(400.0, abs=5.0)
    plan = tripplan.plan("Westheim", "Ostheim", vehicle="nissan-sakura", region=region)
    assert plan.audit.passed
    assert plan.distance_km == pytest.approx(28.7, rel=0.01)  # 0.4 degrees at 50 degrees north
    assert plan.legs[0].ascent_m == pytest.approx(400.0, abs=10.0)
    assert not plan.illustrative


def test_a_flat_region_says_so(files: tuple[Path, Path, Path]) -> None:
    region = build_region(files[0])
    assert any("level" in sentence for sentence in region.assumptions)
    assert not region.network.elevation_m.any()


def test_the_command_builds_and_plans(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    road, table, _ = files
    folder, run = tmp_path / "cache" / "heim", CliRunner().invoke
    built = run(app, ["region", "build", str(road), "--chargers", str(table), "-o", str(folder)])
    assert built.exit_code == 0, built.output
    listed = run(app, ["region", "list", str(folder.parent)])
    assert "heim" in listed.output
    told = run(app, ["region", "info", str(folder)])
    # The largest towns around the roads, as GeoNames has their inhabitants.
    assert "of them towns: Wiesbaden, Germany; Mainz, Germany;" in told.output
    assert "2 chargers" in listed.output
    planned = run(
        app, ["plan", "Westheim", "Ostheim", "-v", "nissan-sakura", "--region", str(folder)]
    )
    assert planned.exit_code == 0, planned.output
    assert "Ostheim" in planned.output.splitlines()[0]


def test_a_build_says_which_chargers_it_left_out(tmp_path: Path) -> None:
    """One site lies 33 km from the road, and of the other nobody states a plug."""
    road = tmp_path / "road.osm"
    sockets = '<tag k="socket:chademo" v="1"/><tag k="socket:chademo:output" v="50 kW"/>'
    assert sockets in ROAD
    road.write_text(ROAD.replace(sockets, ""), encoding="utf-8")
    built = CliRunner().invoke(app, ["region", "build", str(road), "-o", str(tmp_path / "heim")])
    assert built.exit_code == 0, built.output
    told = " ".join(built.stderr.split())
    assert "chargers: 0 on these roads; left out 2 chargers:" in told
    assert "1 no plug of known power" in told
    assert "1 no road within reach" in told


def test_the_share_of_roads_with_names_is_told(tmp_path: Path) -> None:
    """Two ways of the same length: one with a name, and of both one with a number."""
    road = tmp_path / "road.osm"
    for tags, told in (
        ('<tag k="name" v="Elm Street"/>', "50% of the length: 50% has a name, 0% a number"),
        ('<tag k="ref" v="B 9"/>', "50% of the length: 0% has a name, 50% a number"),
        ("", "none"),
    ):
        named = ROAD.replace('<tag k="maxspeed" v="80"/>', f'<tag k="maxspeed" v="80"/>{tags}')
        road.write_text(named, encoding="utf-8")
        assert f"Road names  {told}\n" in region_in_short(build_region(road))


def test_a_failed_build_leaves_nothing_behind(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"this is no protocol buffer")
    folder = tmp_path / "cache" / "broken"
    built = CliRunner().invoke(app, ["region", "build", str(broken), "-o", str(folder)])
    assert built.exit_code == 2
    assert not folder.exists()
    with pytest.raises(DataError):
        build_region(files[0], chargers=[tmp_path / "missing.csv"])


def test_what_was_not_used_and_what_is_open_at_times_is_told(tmp_path: Path) -> None:
    told = ROAD.replace(
        '<tag k="maxspeed" v="80"/>',
        '<tag k="maxspeed" v="80"/><tag k="maxspeed:variable" v="yes"/>'
        '<tag k="motor_vehicle:conditional" v="no @ (Nov-May)"/>',
    )
    assert told != ROAD
    road = tmp_path / "road.osm"
    road.write_text(told, encoding="utf-8")
    text = region_in_short(build_region(road))
    assert "Tags unused maxspeed:variable (1)" in text
    assert "arcs open at some times only: yes; no @ (Nov-May) (" in " ".join(text.split())
    plain = tmp_path / "plain.osm"
    plain.write_text(ROAD, encoding="utf-8")
    assert "Seasons" not in region_in_short(build_region(plain))
