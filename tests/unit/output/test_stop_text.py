"""Waypoints, waits and advice to drive slower, in text, map, chart and files."""

import csv
import io
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from tests.samples.page_data import handed
from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import ADVICE, COOLING_S, LUNCH_S, NIGHT_S, visits_plan
from tests.unit.output.test_charts import by_class, over, parsed
from tripplan.output.drawing import markup
from tripplan.output.drawing.lines import between
from tripplan.output.files import export, gpx
from tripplan.output.page import popups
from tripplan.output.page.charts import trip_chart
from tripplan.output.page.map import to_html
from tripplan.output.page.panel import panel
from tripplan.output.page.power import power_chart
from tripplan.output.text import report, statements, stop_text
from tripplan.records.plan import ChargingStop, Leg, SpeedAdvice

KINDS = ["stop", "waypoint", "waypoint", "stop"]
HOTEL, LUNCH = visits_plan().stops[1], visits_plan().stops[2]


def changed(stop: ChargingStop, **changes: object) -> ChargingStop:
    return stop.model_copy(update=changes)


def advised(*told: tuple[float, float]) -> Leg:
    advice = tuple(
        SpeedAdvice(from_km=a, to_km=b, usual_kmh=110.0, advised_kmh=95.0) for a, b in told
    )
    return visits_plan().legs[0].model_copy(update={"advice": advice})


def test_a_pause_is_all_the_time_from_arrival_to_departure() -> None:
    first, night, lunch, last = visits_plan().stops
    assert first.duration_s == pytest.approx(COOLING_S + 300.0 + first.charging_s)
    assert (night.duration_s, lunch.duration_s) == (NIGHT_S, LUNCH_S)
    assert last.duration_s == pytest.approx(300.0 + last.charging_s)
    longer = changed(night, charging_s=600.0, overhead_s=60.0)
    assert longer.duration_s == pytest.approx(NIGHT_S + 660.0)


def test_the_times_add_up_with_waits_and_stays() -> None:
    plan = visits_plan()
    parts = (plan.driving_s, plan.charging_s, plan.overhead_s, plan.waiting_s, plan.dwell_s)
    assert plan.total_s == pytest.approx(sum(parts))
    clocks = statements.leg_clocks(plan)
    assert clocks[-1].arrival_s == pytest.approx(plan.total_s)
    for times, leg in zip(clocks, plan.legs, strict=True):
        assert times.departure_s == pytest.approx(leg.trace.elapsed_s[0])


def test_stops_and_waypoints_are_counted_apart() -> None:
    assert stop_text.counts(visits_plan()) == "2 stops, 2 waypoints"
    assert stop_text.counts(sample_plan(), "charging stop") == "3 charging stops"
    only = visits_plan().model_copy(update={"stops": (HOTEL,)})
    assert stop_text.counts(only) == "no stops, 1 waypoint"
    assert [stop_text.title(stop) for stop in visits_plan().stops[:2]] == ["Stop 1", "Waypoint 2"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "6.9 kWh charged meanwhile at a plug of 11 kW"),
        ({"charger_kw": 0.0}, "no plug there"),
        ({"energy_kwh": 0.0}, "nothing charged, though there is a plug of 11 kW"),
        (
            {"charging_s": 1200.0, "dwell_energy_kwh": 3.0},
            (
                "6.9 kWh charged at a plug of 11 kW, 3.0 kWh of it meanwhile, "
                "20 min longer than the stay"
            ),
        ),
        (
            {"charging_s": 1200.0, "dwell_energy_kwh": 0.0, "dwell_s": 0.0},
            "6.9 kWh charged at a plug of 11 kW, in 20 min",
        ),
    ],
)
def test_what_is_charged_at_a_waypoint_is_said(changes: dict[str, object], said: str) -> None:
    assert stop_text.charged_there(changed(HOTEL, **changes)) == said


def test_a_waypoint_without_a_stay_is_passed() -> None:
    assert stop_text.stay(LUNCH) == "stay 45 min"
    assert stop_text.stay(changed(LUNCH, dwell_s=0.0)) == "pass by"


def test_heat_costs_no_time_during_a_stay() -> None:
    stop = changed(HOTEL, heat_delay_s=900.0)
    assert "shorter" not in statements.why_limited(stop)
    assert "5 min shorter" in statements.why_limited(changed(stop, charging_s=300.0))


def test_advice_is_said_in_both_units() -> None:
    assert stop_text.advice(advised((32.0, 91.0), (95.5, 101.25))) == (
        "km 32 to 91 (mile 20 to 57): drive 95 km/h (59 mph) instead of 110 km/h (68 mph)",
        "km 95.5 to 101.2 (mile 59.3 to 62.9): drive 95 km/h (59 mph) instead of 110 km/h (68 mph)",
    )


@pytest.mark.parametrize(
    ("name", "town", "road", "told"),
    [
        ("Conoco", "Eagle", "I-70", "Conoco, Eagle (I-70)"),
        ("Conoco", "Eagle", "", "Conoco, Eagle"),
        ("Conoco", "", "US 6", "Conoco (US 6)"),
        (
            "Illustrative fast charger, Eagle, CO",
            "Eagle",
            "",
            "Illustrative fast charger, Eagle, CO",
        ),
        ("I-70 Conoco", "Eagle", "I-70", "I-70 Conoco, Eagle"),
        ("Eagle County", "Eagle", "I-70", "Eagle County, Eagle (I-70)"),
        ("Salt Lake City Hall", "Salt Lake City", "", "Salt Lake City Hall"),
        ("WCEH Tangent (Albany)", "Tangent", "OR 34", "WCEH Tangent (Albany) (OR 34)"),
        ("Nevada Power", "Ada", "", "Nevada Power, Ada"),
    ],
)
def test_a_stop_tells_its_town_and_road_once(name: str, town: str, road: str, told: str) -> None:
    stop = next(stop for stop in stops() if stop.charger)
    assert stop.charger is not None
    site = replace(stop.charger, name=name, road=road, status="listed")
    stop = changed(stop, name=name, town=town, charger=site)
    assert stop_text.place(stop) == told
    assert f"STOP {stop.number}: {told}" in report.to_text(
        visits_plan().model_copy(update={"stops": (stop, *visits_plan().stops[1:])})
    )
    assert f"<bdi>{told}</bdi>" in popups.stop_popup(stop, None)


def test_popups_tell_of_stay_plug_and_wait() -> None:
    first, night, lunch, _ = (popups.stop_popup(s, markup.Markup("<svg>")) for s in stops())
    assert "<h3>Waypoint 2: <bdi>Vail, CO</bdi></h3>" in night
    for label, value in (
        ("Stay", "8 h 00 min"),
        ("Battery", "59% → 95%"),
        ("Charging", "6.9 kWh charged meanwhile at a plug of 11 kW"),
    ):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in night
    assert "<svg>" in night
    assert "<dt>First</dt><dd>wait 12 min for the battery to cool, then plug in</dd>" in first
    assert "<dt>Charging</dt><dd>no plug there</dd>" in lunch
    assert "<dt>Battery</dt><dd>55%</dd>" in lunch
    for absent in ("<svg>", "Why this power", "Operator", "Plug"):
        assert absent not in lunch


def stops() -> tuple[ChargingStop, ...]:
    return visits_plan().stops


def test_badges_differ_in_shape() -> None:
    square = [bool(re.search("tp-badge-waypoint", popups.stop_badge(stop))) for stop in stops()]
    assert square == [False, True, True, False]


def test_the_panel_shows_waits_stays_and_advice() -> None:
    text = panel(visits_plan())
    for said in (
        "with 2 charging stops, 2 waypoints",
        "charging, 12 min waiting for the battery to cool",
        "Stop 1, 1 h 00 min: 43 min charging + 5 min beside it + 12 min waiting for the battery to",
        "Waypoint 2, 8 h 00 min: stay 8 h 00 min, 6.9 kWh charged meanwhile",
        "8 h 45 min at waypoints",
        "<b>Stay 8 h 00 min</b>, 6.9 kWh charged meanwhile at a plug of 11 kW",
        "<b>Stay 45 min</b>, no plug there",
        "Wait 12 min for the battery to cool, then plug in",
        '<span class="tp-metric">km 290 to 355</span><span class="tp-us">mile 180 to 221',
        "Show waypoint 2 on the map",
    ):
        assert said in text, said
    plan = visits_plan()
    spells = [float(w) for w in re.findall(r"style=\"flex-grow:([\d.]+)", text)]
    wanted = [leg.driving_s for leg in plan.legs]
    assert spells[::2] == pytest.approx(wanted, abs=0.5)
    assert spells[1::2] == pytest.approx([stop.duration_s for stop in plan.stops], abs=0.5)
    usual = panel(sample_plan())
    assert not re.search("waypoint(?!s=)|cooling|tp-advice", usual)


def test_many_stretches_are_folded_away() -> None:
    assert popups.slower(()) is None
    few, many = ("this", "that"), [f"stretch {k}" for k in range(7)]
    assert "<details>" not in (popups.slower(few) or "")
    folded = popups.slower(many) or ""
    assert "<summary>3 more</summary>" in folded
    assert folded.count("<li>") == 7
    tip = popups.leg_tip(visits_plan().legs[0], 1, many)
    assert tip.count("<li>") == 4
    assert "and 3 more stretches" in tip


def test_the_map_draws_waypoints_and_slow_stretches() -> None:
    plan = visits_plan()
    html = to_html(plan, sample_region())
    (route,) = handed(html, "route")
    assert len(route["slow"]) == sum(len(told) for told in ADVICE) == 3
    assert len(route["tips"]) == len(plan.legs) == 5
    assert '"title": "Waypoint 3"' in html
    assert "tp-legend-slow" in html[html.index("<body>") :]
    plain = to_html(sample_plan())
    assert handed(plain, "route")[0]["slow"] == []
    assert "tp-legend-slow" not in plain[plain.index("<body>") :]


def test_a_part_of_a_line_is_cut_where_it_is_asked() -> None:
    along, x, y = [0.0, 10.0, 20.0], [0.0, 1.0, 1.0], [0.0, 0.0, 2.0]
    assert between(along, x, y, 5.0, 15.0).tolist() == [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0]]
    assert between(along, x, y, -5.0, 10.0).tolist() == [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]
    assert between(along, x, y, 12.0, 14.0).tolist() == [[1.0, 0.4], [1.0, 0.8]]


def test_the_chart_has_square_pins_and_slow_bars() -> None:
    plan = visits_plan()
    root = parsed(trip_chart(plan))
    drawn = over(plan, "km")
    assert len(by_class(drawn, "tp-pin")) == len(by_class(drawn, "tp-pin-waypoint")) == 2
    left, right = float(root.get("data-left", "")), float(root.get("data-right", ""))
    bars = by_class(drawn, "tp-slow")
    told = [one for leg in plan.legs for one in leg.advice]
    for bar, one in zip(bars, told, strict=True):
        ends = [float(bar.get(end, "")) for end in ("x1", "x2")]
        wanted = left + np.array([one.from_km, one.to_km]) / plan.distance_km * (right - left)
        assert ends == pytest.approx(wanted.tolist(), abs=0.06)
    assert not by_class(parsed(trip_chart(sample_plan())), "tp-slow")


def test_long_charging_is_drawn_in_hours() -> None:
    first, last = HOTEL.samples[0], HOTEL.samples[-1]
    night = (first, last.model_copy(update={"since_plug_in_s": 25_200.0}))
    assert ">7.0 h<" in power_chart(changed(HOTEL, samples=night))
    assert ">38 min<" in power_chart(HOTEL)


def test_json_keeps_visits() -> None:
    plan = visits_plan()
    assert export.from_json(export.to_json(plan)) == plan


def test_geojson_tells_stops_and_waypoints_apart() -> None:
    features = export.to_geojson(visits_plan())["features"]
    assert [f["properties"]["kind"] for f in features[2:-1:2]] == KINDS
    night = features[4]
    assert night["geometry"]["coordinates"] == [-106.3742, 39.6403]
    assert night["properties"]["dwell_s"] == NIGHT_S
    assert night["properties"]["dwell_energy_kwh"] == pytest.approx(HOTEL.energy_kwh)
    assert features[1]["properties"]["advice"][0] == {
        "from_km": 32.0,
        "to_km": 91.0,
        "usual_kmh": 110.0,
        "advised_kmh": 95.0,
        "from_town": "",
        "to_town": "",
        "road": "",
    }


def test_gpx_says_what_to_do_at_each_point() -> None:
    root = ET.fromstring(gpx.to_gpx(visits_plan()))  # noqa: S314 - our own text
    space = f"{{{gpx.GPX}}}"
    points = root.findall(f"{space}wpt")
    assert [point.findtext(f"{space}name") for point in points[2:4]] == [
        "2 Vail, CO",
        "3 Glenwood Springs, CO",
    ]
    first, night, lunch = (points[k].findtext(f"{space}desc") or "" for k in (1, 2, 3))
    assert "wait 12 min for the battery to cool, then plug in, 43 min charging" in first
    assert night.endswith("stay 8 h 00 min, 6.9 kWh charged meanwhile at a plug of 11 kW")
    assert lunch.endswith("stay 45 min, no plug there")


def test_rows_have_waits_stays_and_advice() -> None:
    plan = visits_plan()
    rows = export.to_rows(plan)
    assert [row["kind"] for row in rows[1::2]] == KINDS
    for row, after in pairwise(rows):
        assert after["start_s"] == pytest.approx(row["end_s"])
    assert rows[-1]["end_s"] == pytest.approx(plan.total_s)
    assert (rows[1]["waited_s"], rows[3]["dwell_s"]) == (COOLING_S, NIGHT_S)
    text = export.to_csv(rows, export.ROW_FIELDS)
    back = list(csv.DictReader(io.StringIO(text, newline="")))
    assert back[0]["advice"] == (
        "km 32.0 to 91.0: 95 instead of 110 km/h; km 95.5 to 101.2: 90 instead of 97 km/h"
    )
    assert back[1]["advice"] == ""


def test_a_longer_charge_than_the_stay_is_in_the_text() -> None:
    plan = visits_plan()
    longer = changed(HOTEL, charging_s=1200.0, waited_s=90.0)
    text = report.to_text(plan.model_copy(update={"stops": (stops()[0], longer, *stops()[2:])}))
    assert "20 min longer than the stay" in text
    assert "wait 2 min for the battery to cool" in text


def test_a_wait_says_what_for() -> None:
    """One that was all for a site to open was told as one for the battery to cool."""
    plan = visits_plan()
    shut = changed(stops()[0], closed_s=COOLING_S)
    both = changed(shut, waited_s=COOLING_S + 120.0)
    assert (shut.cooling_s, both.cooling_s) == (0.0, 120.0)
    assert stop_text.waiting(shut) == "wait 12 min for the site to open, then plug in"
    assert stop_text.waiting(both) == (
        "wait 12 min for the site to open and 2 min for the battery to cool, then plug in"
    )
    told = statements.split(plan.model_copy(update={"stops": (shut, *stops()[1:])}))
    assert "12 min waiting for chargers to open" in told
    assert "cool" not in told
    rows = export.to_rows(plan.model_copy(update={"stops": (both, *stops()[1:])}))
    waits = (rows[1]["waited_s"], rows[1]["closed_s"], rows[1]["cooling_s"])
    assert waits == (COOLING_S + 120.0, COOLING_S, 120.0)
    assert rows[1]["waits_for"] == ("12 min for the site to open and 2 min for the battery to cool")


WAIT = re.compile(r"\bwait(?:ing)? |\bwaiting\b", re.IGNORECASE)


@pytest.mark.parametrize("closed_s", [0.0, COOLING_S, 0.5 * COOLING_S])
def test_nothing_that_is_written_waits_without_a_reason(closed_s: float) -> None:
    """The timeline's sums and the times of a stop said only "waiting"."""
    first = changed(stops()[0], closed_s=closed_s)
    plan = visits_plan().model_copy(update={"stops": (first, *stops()[1:])})
    reasons = [
        why
        for why, spell_s in (
            ("for the site to open", closed_s),
            ("for the battery to cool", COOLING_S - closed_s),
        )
        if spell_s
    ]
    for form in (
        report.to_text(plan),
        panel(plan),
        to_html(plan, sample_region()),
        gpx.to_gpx(plan),
        export.to_csv(export.to_rows(plan), export.ROW_FIELDS),
    ):
        bare = [
            form[found.start() : found.start() + 60]
            for found in WAIT.finditer(form)
            if not re.match(
                r"(?:wait(?:ing)? )(?:[\d hmins]+ )?for (?:the site|chargers|the battery) to",
                form[found.start() :],
                re.IGNORECASE,
            )
        ]
        assert not bare
        assert all(why in form for why in reasons)


def test_a_wait_that_rounding_left_is_none() -> None:
    nearly = changed(stops()[0], waited_s=1e-9, closed_s=0.0)
    assert stop_text.waiting(nearly) is None
    assert "waiting" not in stop_text.spell(nearly)


def test_a_stay_at_a_charger_is_in_its_time() -> None:
    assert stop_text.spell(changed(stops()[0], waited_s=0.0, dwell_s=600.0)).endswith(
        "+ 10 min stay"
    )
