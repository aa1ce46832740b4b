"""The speed model against closed forms: bends, braking, delays, town and country."""

from pathlib import Path

import numpy as np
import pytest

from tripplan.records.network import FLAG_URBAN
from tripplan.sources.osm import speed as osm_speed
from tripplan.sources.osm.network import OsmExtract, read_osm

M_PER_DEG = 111_226.0
"""Metres in a degree of the meridian near 49.0 N (WGS 84)."""


def road(
    tmp_path: Path,
    points: list[tuple[float, float]],
    tags: dict[str, str],
    node_tags: dict[int, dict[str, str]] | None = None,
) -> OsmExtract:
    """Build a two-way road through points given in metres east and north of 49 N, 8 E."""

    def written(values: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in values.items())

    shrink = np.cos(np.radians(49.0)) * 1.00335 / np.cos(np.radians(0.0))
    lines = ['<osm version="0.6">']
    for number, (east, north) in enumerate(points, 1):
        lat, lon = 49.0 + north / M_PER_DEG, 8.0 + east / (M_PER_DEG * shrink)
        inner = written((node_tags or {}).get(number, {}))
        lines.append(f'<node id="{number}" lat="{lat:.9f}" lon="{lon:.9f}">{inner}</node>')
    refs = "".join(f'<nd ref="{number}"/>' for number in range(1, len(points) + 1))
    lines += [f'<way id="1">{refs}{written(tags)}</way>', "</osm>"]
    path = tmp_path / "road.osm"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_osm(path, country="DE")


def circle(radius_m: float, degrees: float, step_m: float) -> list[tuple[float, float]]:
    angles = np.arange(0.0, np.radians(degrees), step_m / radius_m)
    return [(radius_m * float(np.cos(a)), radius_m * float(np.sin(a))) for a in angles]


def test_straight_road_at_its_share_of_the_limit(tmp_path: Path) -> None:
    straight = [(0.0, 100.0 * i) for i in range(30)]
    read = road(tmp_path, straight, {"highway": "primary", "maxspeed": "80"})
    assert read.network.speed_kmh == pytest.approx(0.92 * 80.0)
    assert read.network.speed_limit_kmh.tolist() == [80.0, 80.0]


@pytest.mark.parametrize("radius_m", [50.0, 120.0])
def test_long_bend_is_driven_at_the_comfortable_lateral_acceleration(
    tmp_path: Path, radius_m: float
) -> None:
    bend = circle(radius_m, 340.0, 15.0)
    read = road(tmp_path, bend, {"highway": "secondary", "maxspeed": "100"})
    comfortable_kmh = 3.6 * np.sqrt(2.5 * radius_m)
    # the two ends of the arc are free, so the mean lies a little above
    assert comfortable_kmh * 0.99 < read.network.speed_kmh[0] < comfortable_kmh * 1.10


def test_motorways_are_not_slowed_by_the_drawing(tmp_path: Path) -> None:
    zigzag = [(2.0 * (i % 2), 20.0 * i) for i in range(60)]
    fast = road(tmp_path, zigzag, {"highway": "motorway", "oneway": "no", "maxspeed": "120"})
    slow = road(tmp_path, zigzag, {"highway": "tertiary", "maxspeed": "100"})
    assert fast.network.speed_kmh[0] > 94.0, "3.6 sqrt(2.5 x 280 m) = 95 km/h"
    # each corner turns 2 atan(2 / 20) over 20.1 m: a radius of 100.8 m
    assert slow.network.speed_kmh[0] == pytest.approx(3.6 * np.sqrt(2.5 * 100.8), rel=0.04)


def test_braking_for_one_sharp_corner_costs_what_kinematics_says(tmp_path: Path) -> None:
    corner = [(0.0, -1000.0), (0.0, 0.0), (1000.0, 0.0)]
    read = road(tmp_path, corner, {"highway": "primary", "maxspeed": "100"})
    free, rate = 0.92 * 100.0 / 3.6, 1.2
    # R = chord / turn with the mean of the two steps as the chord
    slow = np.sqrt(2.5 * 1000.0 / (np.pi / 2))
    assert slow > free, "so coarse a drawing says nothing of a corner"
    assert read.network.speed_kmh[0] == pytest.approx(92.0)
    near = [(0.0, -1000.0), (0.0, -10.0), (0.0, 0.0), (10.0, 0.0), (1000.0, 0.0)]
    read = road(tmp_path, near, {"highway": "primary", "maxspeed": "100"})
    slow = np.sqrt(2.5 * 12.0 / (np.pi / 2))
    ramp_s, ramp_m = (free - slow) / rate, (free**2 - slow**2) / (2 * rate)
    expected_s = 2 * (ramp_s + (1000.0 - ramp_m) / free)
    network = read.network
    assert network.length_m[0] / network.speed_kmh[0] * 3.6 == pytest.approx(expected_s, rel=2e-3)


def test_signals_delay_both_directions_and_a_stop_sign_one(tmp_path: Path) -> None:
    straight = [(0.0, 100.0 * i) for i in range(11)]
    tags = {"highway": "primary", "maxspeed": "80"}
    plain = road(tmp_path, straight, tags).network
    signals = {5: {"highway": "traffic_signals"}, 8: {"highway": "stop"}}
    stopped = road(tmp_path, straight, tags, signals).network
    extra_s = stopped.length_m / stopped.speed_kmh * 3.6 - plain.length_m / plain.speed_kmh * 3.6
    # The stop sign stands 200 m before one end and 800 m behind the other: it is for those who
    # drive towards the nearer one.
    assert extra_s == pytest.approx([6.0 + 5.0, 6.0], rel=1e-6)


def test_a_road_among_residential_streets_is_built_up(tmp_path: Path) -> None:
    # a primary road without a limit, with and without a comb of residential streets beside it
    def town(streets: str) -> OsmExtract:
        lines = ['<osm version="0.6">']
        for i in range(11):
            for row in range(3):
                lat, lon = 49.0 + 0.0007 * i, 8.0 + 0.0007 * row
                lines.append(f'<node id="{100 * row + i + 1}" lat="{lat}" lon="{lon}"/>')
        main = "".join(f'<nd ref="{i + 1}"/>' for i in range(11))
        lines.append(f'<way id="1">{main}<tag k="highway" v="primary"/></way>')
        for i in range(11):
            refs = "".join(f'<nd ref="{100 * row + i + 1}"/>' for row in range(3))
            lines.append(f'<way id="{i + 2}">{refs}<tag k="highway" v="{streets}"/></way>')
        path = tmp_path / "town.osm"
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return read_osm(path, country="DE")

    inside, outside = town("residential"), town("unclassified")
    for read, limit, flag in ((inside, 50.0, FLAG_URBAN), (outside, 100.0, 0)):
        primary = read.network.road_class == 2
        assert (read.network.speed_limit_kmh[primary] == limit).all()
        assert (read.network.flags[primary] & FLAG_URBAN == flag).all()


def test_reachable_speeds_equal_a_sweep() -> None:
    """The running minima against the plain forward and backward sweep, on random arcs."""
    random = np.random.default_rng(3)
    owner = np.repeat(np.arange(40), random.integers(2, 9, 40))
    last = np.append(owner[1:] != owner[:-1], True)
    step = np.where(last, 0.0, random.uniform(1.0, 80.0, owner.size))
    speed = random.uniform(2.0, 40.0, owner.size)
    swept = speed.copy()
    for i in range(1, owner.size):
        if owner[i] == owner[i - 1]:
            swept[i] = min(swept[i], np.sqrt(swept[i - 1] ** 2 + 2.4 * step[i - 1]))
    for i in range(owner.size - 2, -1, -1):
        if owner[i] == owner[i + 1]:
            swept[i] = min(swept[i], np.sqrt(swept[i + 1] ** 2 + 2.4 * step[i]))
    found = osm_speed._reachable_mps(speed, step, owner)  # noqa: SLF001 - the twin is of this step
    assert found == pytest.approx(swept, rel=1e-9)
