"""The page as text: deterministic, self-contained, complete."""

import base64
import hashlib
import html as html_words
import re
import secrets
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.samples.page_data import handed, track
from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.errors import DataError
from tripplan.output.drawing import route_profile
from tripplan.output.drawing.markup import Markup, document, escape, joined, script, style, tag
from tripplan.output.drawing.route_profile import profile_of, track_of
from tripplan.output.page.map import save_html, to_html
from tripplan.output.page.page import page, with_steady_names
from tripplan.output.page.popups import charger_tip
from tripplan.output.text import words


def test_the_same_plan_gives_the_same_bytes() -> None:
    first = to_html(sample_plan(), sample_region())
    assert first == to_html(sample_plan(), sample_region())
    assert first != to_html(sample_plan())


def test_random_names_are_renamed_and_nothing_else() -> None:
    one, two, data = (secrets.token_hex(16) for _ in range(3))
    text = f"map_{two} marker_{one} map_{two} {data}"
    assert with_steady_names(text, [one, two]) == f"map_0 marker_1 map_0 {data}"


def test_the_page_is_small_and_asks_for_nothing() -> None:
    html = to_html(sample_plan(), sample_region())
    assert len(html.encode()) < 700_000
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", html)
    assert "sourceMappingURL" not in html
    css = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert set(re.findall(r"url\((\w+):", css)) == {"data"}
    assert len(re.findall(r"url\(", css)) == len(re.findall(r"url\(data:", css))


def test_the_policy_names_every_script() -> None:
    html = to_html(sample_plan(), sample_region())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    allowed = set(re.findall(r"sha256-([\w+/=]+)", policy[1]))
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digests = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts}
    assert len(scripts) == 5
    assert allowed == digests
    rules = [rule.strip() for rule in html_words.unescape(policy[1]).split(";")]
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'"} <= set(rules)
    assert "unsafe-inline" not in policy[1].split("script-src")[1].split(";")[0]


def test_the_page_says_what_it_is() -> None:
    html = to_html(sample_plan(), sample_region())
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "<title>Denver, CO → Grand Junction, CO: 5 h 15 min in a Nissan Sakura</title>" in html
    assert 'name="viewport"' in html


def test_made_up_chargers_are_marked_everywhere() -> None:
    html = to_html(sample_plan(), sample_region())
    assert f'<strong class="tp-long">{words.ILLUSTRATIVE_LINE}</strong>' in html
    assert html.count("This charger is made up. It is not there.") == 3
    assert html.count("tp-badge-made-up") >= 6
    real = to_html(sample_plan(illustrative=False))
    body = real[real.index("<body>") :]
    assert words.ILLUSTRATIVE_LINE not in body
    assert "made up" not in body
    assert "tp-badge-made-up" not in body


def test_the_track_is_that_of_the_plan() -> None:
    plan = sample_plan()
    html = to_html(plan)
    found = track(html)
    whole = profile_of(plan)
    on_road = whole.part % 2 == 0
    road = {"soc": whole.soc, "pack": whole.pack_c, "lat": whole.lat, "lon": whole.lon}
    for leg in range(0, 2 * len(plan.legs), 2):
        here, there = found["part"] == leg, (whole.part == leg) & on_road
        for name, values in road.items():
            told = np.interp(found["km"][here], whole.distance_km[there], values[there])
            room = {"soc": 0.002, "pack": 0.1}.get(name, 2e-4)
            assert found[name][here] == pytest.approx(told, abs=room), name
    at_stops = found["part"] % 2 == 1
    assert found["soc"][at_stops].max() == pytest.approx(
        max(stop.departure_soc for stop in plan.stops), abs=0.001
    )
    assert found["s"][-1] == pytest.approx(plan.total_s, abs=1.0)
    (route,) = handed(html, "route")
    assert [scale["key"] for scale in route["scales"]] == ["soc", "speed", "pack", "height"]


def test_a_long_winding_road_is_drawn_with_few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = sample_plan()
    full = track_of(plan).lat.size
    monkeypatch.setattr(route_profile, "POINT_LIMIT", full - 40)
    assert track_of(plan).lat.size <= full - 40
    leg = plan.legs[0]
    ends = {name: values[:: len(values) - 1] for name, values in leg.trace.model_dump().items()}
    straight = leg.model_copy(update={"trace": leg.trace.model_copy(update=ends)})
    few = plan.model_copy(update={"legs": (straight,), "stops": ()})
    assert profile_of(few).lat.size == 2
    assert track_of(few).lat.size > 50


def test_places_off_the_road_are_joined_to_it() -> None:
    plan = sample_plan()
    assert '"tp-off-road"' not in to_html(plan)
    away = plan.trip.destination.model_copy(update={"lat": 39.10})
    trip = plan.trip.model_copy(update={"destination": away})
    assert to_html(plan.model_copy(update={"trip": trip})).count('"tp-off-road"') == 1


def test_a_trip_of_one_point_has_a_page() -> None:
    plan = sample_plan()
    columns = type(plan.legs[0].trace).model_fields
    point = {name: (getattr(plan.legs[0].trace, name)[0],) for name in columns}
    leg = plan.legs[0].model_copy(update={"trace": plan.legs[0].trace.model_copy(update=point)})
    html = to_html(plan.model_copy(update={"legs": (leg,), "stops": ()}), sample_region())
    assert len(track(html)["lat"]) == 1
    assert "NaN" not in html[html.rindex("<script>") :]


def test_it_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    save_html(sample_plan(), path, sample_region())
    assert path.read_text(encoding="utf-8") == to_html(sample_plan(), sample_region())
    with pytest.raises(DataError, match="no folder"):
        save_html(sample_plan(), tmp_path / "none" / "map.html")


def test_scripts_cannot_be_ended_early() -> None:
    assert script("'</script><!-- x'") == "<script>'<\\/script><\\!-- x'</script>"
    assert style("a{}</style>b{}") == "<style>a{}>b{}</style>"
    html = page("t", Markup("<p>x</p>"), "var a = '</script>';")
    assert html.count("</script>") == 5


def test_tags() -> None:
    assert tag("p", "a < b", class_="x y", hidden=True, title=None, aria_label="q\"'") == (
        '<p class="x y" hidden aria-label="q&#34;&#39;">a &lt; b</p>'
    )
    assert tag("br") == "<br>"
    assert joined("a ", tag("b", " c "), None, 4) == "a <b> c </b>4"
    assert escape("`${a}\\`") == "&#96;&#36;&#123;a&#125;&#92;&#96;"
    assert document(Markup("h"), Markup("b")) == '<!DOCTYPE html>\n<html lang="en">hb</html>\n'


def test_a_plug_of_unknown_power_is_named_without_one() -> None:
    plain = sample_region().chargers.chargers[0]
    unknown = replace(plain, connectors=(replace(plain.connectors[0], power_kw=None),))
    assert "CHADEMO 50 kW" in charger_tip(plain)
    assert "CHADEMO<" in charger_tip(unknown)


def test_either_unit_can_be_hidden() -> None:
    assert tag("p", "up 980 m (3,215 ft), 24 to 33 °C (75 to 91 °F)") == (
        '<p>up <span class="tp-metric">980 m</span><span class="tp-us">3,215 ft</span>, '
        '<span class="tp-metric">24 to 33 °C</span><span class="tp-us">75 to 91 °F</span></p>'
    )
    assert "tp-us" in tag("p", "km 32 to 91 (mile 20 to 57): drive 95 km/h (59 mph)")
    assert tag("title", "5 km (3 mi)") == "<title>5 km (3 mi)</title>"
    assert tag("p", "room 5 (3 beds)") == "<p>room 5 (3 beds)</p>"


def test_other_ways_are_layers_and_rows() -> None:
    ways = (visits_plan(), sample_plan(illustrative=False))
    html = to_html(sample_plan(), sample_region(), ways=ways)
    drawn = handed(html, "other")
    assert [len(way["stops"]) for way in drawn] == [4, 3]
    told = words.duration(visits_plan().total_s)
    assert drawn[0]["title"] == f"Way B: {told}, 2 stops, 2 waypoints"
    assert drawn[0]["dashes"] != drawn[1]["dashes"]
    assert len(re.findall(r" data-other=", html)) == 2
    assert " data-other=" not in to_html(sample_plan())
    assert html == to_html(sample_plan(), sample_region(), ways=ways)


def test_a_page_of_a_thousand_winding_kilometres_stays_small() -> None:
    """Sixty thousand bends, more than a detailed map has on such a trip."""
    leg = sample_plan().legs[0]
    count = 60_000
    part = np.linspace(0.0, 1.0, count)
    lon = -105.0 - 11.0 * part
    columns = {
        "lat": 39.7 + 0.002 * np.sin(9000.0 * part),
        "lon": lon,
        "distance_km": 1000.0 * part,
        "elapsed_s": 36_000.0 * part,
        "soc": 0.9 - 0.8 * part,
        "pack_c": 20.0 + 10.0 * part,
        "elevation_m": 1500.0 + 900.0 * np.sin(40.0 * part),
        "speed_kmh": 100.0 + 10.0 * np.sin(800.0 * part),
        "bearing_deg": np.full(count, 270.0),
    }
    trace = leg.trace.model_copy(update={k: tuple(v.tolist()) for k, v in columns.items()})
    long = leg.model_copy(update={"trace": trace})
    plan = sample_plan().model_copy(update={"legs": (long,), "stops": (), "distance_km": 1000.0})
    html = to_html(plan, sample_region())
    assert len(html.encode()) < 3_000_000
    assert 2_000 < track(html)["lat"].size <= route_profile.POINT_LIMIT


def test_what_the_audit_objects_to_stands_before_everything_else() -> None:
    plan = sample_plan()
    audit = plan.audit.model_copy(update={"passed": False, "objections": ("leg 2: <too> slow",)})
    html = to_html(plan.model_copy(update={"audit": audit}))
    body = html[html.index("<body") :]
    banner = body.index("AUDIT FAILED: do not rely on this plan.")
    assert banner < body.index("<main")
    assert banner < body.index(words.ILLUSTRATIVE_LINE)
    assert "leg 2: &lt;too&gt; slow" in body
    assert "AUDIT FAILED" not in to_html(plan)
