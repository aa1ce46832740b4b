"""Files of every kind: calendar, links, pictures, tables, the page in a notebook."""

import html
import io
import json
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.errors import DataError, InvalidInputError
from tripplan.output import outputs
from tripplan.output.drawing.colours import soc_colour
from tripplan.output.files import export, gpx, ics, kml, links
from tripplan.output.page.map import to_html
from tripplan.output.picture import picture, png
from tripplan.records.plan import Plan

START = datetime.fromisoformat("2026-06-07T08:00")


def leaving(plan: Plan, departure: datetime | None = START) -> Plan:
    return plan.model_copy(update={"trip": plan.trip.model_copy(update={"departure": departure})})


ENDINGS = ("html", "json", "geojson", "gpx", "kml", "csv", "ics", "svg", "png")


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ending_says_the_form_and_the_same_plan_gives_the_same_bytes(
    tmp_path: Path, ending: str
) -> None:
    plan = leaving(visits_plan())
    for name in ("one", "two"):
        plan.save(tmp_path / f"{name}.{ending}", sample_region())
    first, second = (tmp_path / f"{name}.{ending}" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) > 1000
    assert sorted(tmp_path.iterdir()) == [first, second], "no half files are left"
    with pytest.raises(DataError, match="no folder"):
        plan.save(tmp_path / "none" / f"x.{ending}")


def test_an_unknown_ending_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.pdf.*\.html, \.json"):
        outputs.save(sample_plan(), tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_published_schema_is_that_of_the_code() -> None:
    """If this fails: make derived."""
    published = Path(__file__).parents[3] / "docs" / "schemas" / "tripplan-plan-2.json"
    assert published.read_text(encoding="utf-8") == export.schema_text()


def test_a_calendar_needs_a_departure() -> None:
    with pytest.raises(InvalidInputError, match="needs to know when the trip starts"):
        ics.to_ics(sample_plan())
    assert ics.to_ics(sample_plan(), START) == ics.to_ics(leaving(sample_plan()))


def test_lines_of_a_calendar_are_short_and_end_as_they_must() -> None:
    text = ics.to_ics(leaving(visits_plan()))
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert max(len(line.encode()) for line in lines) <= 75
    assert "\n" not in text.replace("\r\n", "")


def test_google_takes_nine_stops_a_link() -> None:
    plan = sample_plan()
    many = plan.model_copy(update={"stops": plan.stops * 7})
    places = links.positions(many)
    assert len(places) == 23
    seen = []
    for link in links.google_maps(many):
        asked = parse_qs(urlsplit(link).query)
        via = asked.get("waypoints", [""])[0].split("|")
        assert len(via) <= 9
        assert (asked["api"], asked["travelmode"]) == (["1"], ["driving"])
        seen += [*asked["origin"], *filter(None, via)]
    assert [*seen, *asked["destination"]] == places
    (only,) = links.google_maps(plan.model_copy(update={"stops": ()}))
    assert "waypoints" not in only


def test_apple_gets_a_link_a_leg() -> None:
    found = [parse_qs(urlsplit(link).query) for link in links.apple_maps(sample_plan())]
    places = links.positions(sample_plan())
    assert [one["saddr"][0] for one in found] == places[:-1]
    assert [one["daddr"][0] for one in found] == places[1:]


def test_the_page_offers_the_links() -> None:
    page = html.unescape(to_html(sample_plan()))
    for link in (*links.google_maps(sample_plan()), *links.apple_maps(sample_plan())):
        assert f'href="{link}"' in page


def test_the_picture_shows_road_stops_and_figures() -> None:
    root = ET.fromstring(picture.to_svg(visits_plan(), sample_region()))  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    said = [node.text for node in root.iter(f"{space}text")]
    assert "4 stops" not in said
    assert any("2 stops, 2 waypoints" in (text or "") for text in said)
    assert any("made up" in (text or "") for text in said)
    assert [text for text in said if text in {"1", "2", "3", "4"}] == ["1", "2", "3", "4"] * 2
    colours = {node.get("stroke") for node in root.iter(f"{space}polyline")}
    shades = {soc_colour((k + 0.5) / 24) for k in range(24)}
    assert len(colours & shades) > 8
    plain = picture.to_svg(sample_plan(illustrative=False))
    assert "made up" not in plain


def test_the_png_is_the_picture() -> None:
    image = Image.open(io.BytesIO(png.to_png(sample_plan(), sample_region())))
    assert image.size == (1200, 630)
    colours = image.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 200
    header = image.crop((20, 10, 700, 100)).convert("L")
    assert sum(header.histogram()[:60]) > 500, "there are letters"


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(png, "import_module", none)
    with pytest.raises(InvalidInputError, match=r"tripplan\[picture\]"):
        png.to_png(sample_plan())


def test_a_table_has_a_row_for_each_leg_and_stop() -> None:
    frame = visits_plan().to_dataframe()
    assert tuple(frame.columns) == export.ROW_FIELDS
    assert list(frame["kind"]) == [row["kind"] for row in export.to_rows(visits_plan())]
    assert frame["distance_km"].sum() == pytest.approx(visits_plan().distance_km)
    assert frame["mean_kw"].isna().sum() == len(visits_plan().legs)


def test_a_notebook_shows_a_card() -> None:
    card = sample_plan()._repr_html_()
    assert "<svg " in card
    assert "<script" not in card
    assert card.count("<tr>") == 4
    assert len(card) < 60_000


def test_explore_gives_the_whole_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = sample_plan().explore(sample_region(), ways=[visits_plan()], height=500)
    assert seen.html == to_html(sample_plan(), sample_region(), ways=[visits_plan()])
    frame = seen._repr_html_()  # type: ignore[attr-defined]
    inner = re.search(r'srcdoc="([^"]*)"', frame)
    assert inner
    assert html.unescape(inner[1]) == seen.html
    assert "height:500px" in frame
    seen.save(tmp_path / "x.html")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == seen.html
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert seen.show().as_uri() == opened[0]


def test_geojson_is_at_the_plan_as_well() -> None:
    assert json.dumps(sample_plan().to_geojson()) == json.dumps(export.to_geojson(sample_plan()))


def test_names_cannot_end_a_text_of_kml_early() -> None:
    plan = sample_plan()
    hostile = "<![CDATA[ ]]></name><x/> & \u202e \x00"
    stop = plan.stops[0].model_copy(update={"name": hostile})
    named = plan.model_copy(update={"stops": (stop, *plan.stops[1:])})
    for text in (kml.to_kml(named), gpx.to_gpx(named), picture.to_svg(named)):
        root = ET.fromstring(text)  # noqa: S314 - our own text
        assert [node for node in root.iter() if node.tag.endswith("}x")] == []
