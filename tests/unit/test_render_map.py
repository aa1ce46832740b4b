"""The page as text: deterministic, self-contained, complete."""

import base64
import hashlib
import re
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from tests.render_sample import sample_plan, sample_region
from tripplan.errors import DataError
from tripplan.render import words
from tripplan.render.colours import soc_colour
from tripplan.render.map import save_html, to_html
from tripplan.render.page import page, with_steady_names
from tripplan.render.popups import Markup, charger_tip, document, escape, joined, script, style, tag


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
    assert len(scripts) == 4
    assert allowed == digests
    assert "unsafe-inline" not in policy[1].split("script-src")[1].split(";")[0]


def test_the_page_says_what_it_is() -> None:
    html = to_html(sample_plan(), sample_region())
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "<title>Denver, CO → Grand Junction, CO: 5 h 15 min in a Nissan Sakura</title>" in html
    assert 'name="viewport"' in html
    assert html.count("tp-route-edge") >= 2
    assert len(re.findall(r'"className": "tp-route"', html)) > 50


def test_made_up_chargers_are_marked_everywhere() -> None:
    html = to_html(sample_plan(), sample_region())
    assert f"<strong>{words.ILLUSTRATIVE_LINE}</strong>" in html
    assert html.count("This charger is made up. It is not there.") == 3
    assert html.count("tp-badge-made-up") >= 6
    real = to_html(sample_plan(illustrative=False))
    body = real[real.index("<body>") :]
    assert words.ILLUSTRATIVE_LINE not in body
    assert "made up" not in body
    assert "tp-badge-made-up" not in body


def test_the_route_wears_the_colours_of_its_soc() -> None:
    plan = sample_plan()
    html = to_html(plan)
    drawn = re.findall(
        r"L\.polyline\(\s*(\[\[.*?\]\]),\s*"
        r'\{"bubbling[^}]*"className": "tp-route", "color": "(#\w+)"',
        html,
    )
    spells = []
    for leg in plan.legs:
        first = 0
        for last in range(1, len(leg.trace.soc)):
            step = abs(leg.trace.soc[last] - leg.trace.soc[first])
            if step >= 0.02 or last == len(leg.trace.soc) - 1:
                mean = 0.5 * (leg.trace.soc[first] + leg.trace.soc[last])
                spells.append(soc_colour(mean))
                first = last
    assert [colour for _, colour in drawn] == spells


def test_places_off_the_road_are_joined_to_it() -> None:
    plan = sample_plan()
    assert "tp-off-road" not in to_html(plan)
    away = plan.trip.destination.model_copy(update={"lat": 39.10})
    trip = plan.trip.model_copy(update={"destination": away})
    assert to_html(plan.model_copy(update={"trip": trip})).count("tp-off-road") == 1


def test_a_trip_of_one_point_has_a_page() -> None:
    plan = sample_plan()
    columns = type(plan.legs[0].trace).model_fields
    point = {name: (getattr(plan.legs[0].trace, name)[0],) for name in columns}
    leg = plan.legs[0].model_copy(update={"trace": plan.legs[0].trace.model_copy(update=point)})
    html = to_html(plan.model_copy(update={"legs": (leg,), "stops": ()}), sample_region())
    assert '"tp-route"' not in html
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
    assert html.count("</script>") == 4


def test_tags() -> None:
    assert tag("p", "a < b", class_="x y", hidden=True, title=None, aria_label="q\"'") == (
        '<p class="x y" hidden aria-label="q&quot;&#x27;">a &lt; b</p>'
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
