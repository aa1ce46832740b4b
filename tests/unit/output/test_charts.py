"""Charts say what the plan says: points, colours, frames."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples.plan import sample_plan
from tripplan.output.drawing.colours import LIMIT_COLOURS
from tripplan.output.drawing.lines import simplify
from tripplan.output.drawing.route_profile import profile_of
from tripplan.output.page.charts import trip_chart
from tripplan.output.page.power import power_chart
from tripplan.records.plan import Plan


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own text


def by_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [node for node in root.iter() if name in (node.get("class") or "").split()]


def over(plan: Plan, axis: str) -> ET.Element:
    """Return what the chart draws over distance ("km") or over time ("time")."""
    return by_class(parsed(trip_chart(plan)), f"tp-over-{axis}")[-1]


def points(node: ET.Element) -> list[tuple[float, float]]:
    pairs = [pair.split(",") for pair in (node.get("points") or "").split()]
    return [(float(x), float(y)) for x, y in pairs]


def test_the_profile_joins_the_legs() -> None:
    plan = sample_plan()
    profile = profile_of(plan)
    on_road = profile.part % 2 == 0
    assert int(on_road.sum()) == sum(len(leg.trace.lat) for leg in plan.legs)
    assert profile.speed_kmh[~on_road].max() == 0.0
    assert bool(np.all(np.diff(profile.elapsed_s) >= 0))
    assert profile.elapsed_s[-1] == pytest.approx(plan.total_s)
    assert profile.span_km == pytest.approx(plan.distance_km)
    assert bool(np.all(np.diff(profile.distance_km) >= 0))


def test_soc_line_runs_from_departure_to_arrival() -> None:
    plan = sample_plan()
    root = parsed(trip_chart(plan))
    soc_line, pack_line, speed_line = by_class(over(plan, "km"), "tp-line")
    reserve = by_class(root, "tp-reserve")[0]
    grid = sorted({float(line.get("y1", "")) for line in by_class(root, "tp-grid")})
    top, _, bottom = grid[:3]
    first, last = points(soc_line)[0], points(soc_line)[-1]

    def height(soc: float) -> float:
        return bottom - soc * (bottom - top)

    assert first == pytest.approx((float(root.get("data-left", "")), height(0.97)), abs=0.11)
    assert last == pytest.approx(
        (float(root.get("data-right", "")), height(plan.arrival_soc)), abs=0.11
    )
    assert float(reserve.get("y1", "")) == pytest.approx(height(0.1), abs=0.11)
    assert len(points(pack_line)) >= 8
    assert len(points(speed_line)) >= 2


def test_each_stop_stands_at_its_distance() -> None:
    plan = sample_plan()
    root = parsed(trip_chart(plan))
    left, right = float(root.get("data-left", "")), float(root.get("data-right", ""))
    pins = by_class(over(plan, "km"), "tp-pin")
    assert len(pins) == len(by_class(over(plan, "km"), "tp-pin-made-up")) == 3
    for pin, leg in zip(pins, plan.legs, strict=False):
        part = leg.trace.distance_km[-1] / plan.distance_km
        assert float(pin.get("cx", "")) == pytest.approx(left + part * (right - left), abs=0.06)
    assert not by_class(parsed(trip_chart(sample_plan(illustrative=False))), "tp-pin-made-up")


def test_over_time_a_stop_is_as_wide_as_it_takes() -> None:
    plan = sample_plan()
    root = parsed(trip_chart(plan))
    left, right = float(root.get("data-left", "")), float(root.get("data-right", ""))
    spells = by_class(root, "tp-stay")
    for spell, stop, leg in zip(spells, plan.stops, plan.legs, strict=False):
        begin = left + leg.trace.elapsed_s[-1] / plan.total_s * (right - left)
        assert float(spell.get("x", "")) == pytest.approx(begin, abs=0.06)
        wide = stop.duration_s / plan.total_s * (right - left)
        assert float(spell.get("width", "")) == pytest.approx(wide, abs=0.06)
    soc_line = points(by_class(over(plan, "time"), "tp-line")[0])
    assert all(a[0] <= b[0] for a, b in pairwise(soc_line))


def test_each_unit_has_its_own_round_marks() -> None:
    root = parsed(trip_chart(sample_plan()))
    for unit, last in (("tp-metric", "m"), ("tp-us", "ft")):
        (title,) = [t for t in by_class(root, "tp-title") if "Elevation" in "".join(t.itertext())]
        assert [span.text for span in by_class(title, unit)] == [last]
        (scale,) = [
            g
            for g in by_class(root, unit)
            if g.tag == "g" and any("," in (t.text or "") for t in by_class(g, "tp-tick"))
        ]
        told = [float((t.text or "").replace(",", "")) for t in by_class(scale, "tp-tick")]
        assert len(told) >= 3
        assert all(value % 100 == 0 for value in told)


def test_the_chart_speaks() -> None:
    label = parsed(trip_chart(sample_plan())).get("aria-label") or ""
    assert "charge from 97% to 37% with 3 stops" in label


def test_a_trip_of_no_length_has_a_chart() -> None:
    plan = sample_plan()
    columns = type(plan.legs[0].trace).model_fields
    point = {name: (getattr(plan.legs[0].trace, name)[0],) for name in columns}
    leg = plan.legs[0].model_copy(update={"trace": plan.legs[0].trace.model_copy(update=point)})
    still = plan.model_copy(update={"legs": (leg,), "stops": (), "distance_km": 0.0})
    assert "NaN" not in trip_chart(still).replace("nan", "NaN")
    assert parsed(trip_chart(still)).get("data-km") == "1.0"


def test_power_is_coloured_by_its_limit() -> None:
    plan = sample_plan()
    for stop in plan.stops:
        root = parsed(power_chart(stop))
        drawn = [node.get("fill") for node in root.iter("polygon")]
        spells = [stop.samples[0].limited_by]
        for now in stop.samples[1:-1]:
            if now.limited_by != spells[-1]:
                spells.append(now.limited_by)
        assert drawn == [LIMIT_COLOURS[limit] for limit in spells]


def test_power_area_is_the_energy() -> None:
    stop = sample_plan().stops[0]
    root = parsed(power_chart(stop))
    area = 0.0
    for node in root.iter("polygon"):
        corners = points(node)
        for (x0, y0), (x1, y1) in pairwise([*corners, corners[0]]):
            area += 0.5 * (x0 * y1 - x1 * y0)
    axis = by_class(root, "tp-axis")[0]
    width = float(axis.get("x2", "")) - float(axis.get("x1", ""))
    tall = (float(axis.get("y1", "")) - 8.0) / (1.1 * stop.max_kw)
    kwh = abs(area) / tall / width * stop.charging_s / 3600.0
    assert kwh == pytest.approx(stop.energy_kwh, rel=0.01)


def test_a_stop_without_samples_has_a_chart() -> None:
    stop = sample_plan().stops[0].model_copy(update={"samples": ()})
    assert not list(parsed(power_chart(stop)).iter("polygon"))


@given(
    st.lists(
        st.tuples(st.floats(-50, 50, width=32), st.floats(-50, 50, width=32)),
        min_size=1,
        max_size=40,
    ),
    st.floats(0.001, 5),
)
def test_simplified_lines_keep_ends_and_course(
    corners: list[tuple[float, float]], tolerance: float
) -> None:
    x, y = np.array(corners).T
    kept = simplify(x, y, tolerance)
    assert kept[0] == 0
    assert kept[-1] == len(corners) - 1
    assert bool(np.all(np.diff(kept) > 0))
    for first, last in pairwise(kept.tolist()):
        for k in range(first + 1, last):
            assert _away(x, y, k, first, last) <= tolerance * (1 + 1e-9) + 1e-9


def _away(x: np.ndarray, y: np.ndarray, k: int, first: int, last: int) -> float:
    """Return the distance of a point from a segment, by trying many points of the segment."""
    t = np.linspace(0, 1, 2001)
    along_x, along_y = x[first] + t * (x[last] - x[first]), y[first] + t * (y[last] - y[first])
    step = float(np.hypot(x[last] - x[first], y[last] - y[first])) / 2000
    return float(np.hypot(along_x - x[k], along_y - y[k]).min()) - step
