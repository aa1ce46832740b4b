"""Whatever a name holds is shown as text: no markup, no script, no formula, no terminal code."""

import ast
import csv
import io
import re
import unicodedata
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import tripplan.output
from tests.samples.hostile_plan import HOSTILE, named_plan, named_region
from tests.samples.plan import sample_plan
from tripplan.output.drawing.markup import NAME_LIMIT, escape, name, tag
from tripplan.output.files import export, gpx
from tripplan.output.page.map import to_html
from tripplan.output.text import report, words

NAMES = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
PLAIN = "Plain"


class _Structure(HTMLParser):
    """Collects elements with the names of their attributes, the text, and the scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, ...]] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(key for key, _ in attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}",))
        self._inside = ""

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.text.append(data)


def structure(html: str) -> _Structure:
    found = _Structure()
    found.feed(html)
    found.close()
    return found


@cache
def plain_page() -> _Structure:
    return structure(to_html(named_plan(PLAIN), named_region(PLAIN)))


def popups_in(script: str) -> list[str]:
    """Return the popup texts as they stand in the script, between their backticks."""
    return re.findall(r"\$\(`(.*?)`\)\[0\]", script, re.DOTALL)


@NAMES
def test_a_name_never_changes_the_page(hostile: str) -> None:
    page = structure(to_html(named_plan(hostile), named_region(hostile)))
    assert page.elements == plain_page().elements
    assert page.scripts[:4] == plain_page().scripts[:4]
    assert len(page.scripts) == len(plain_page().scripts) == 5


@NAMES
def test_a_name_never_leaves_its_place_in_the_script(hostile: str) -> None:
    script = structure(to_html(named_plan(hostile), named_region(hostile))).scripts[-1]
    popups, plain = popups_in(script), popups_in(plain_page().scripts[-1])
    assert len(popups) == len(plain) == 6
    assert script.count("`") == plain_page().scripts[-1].count("`")
    for popup, usual in zip(popups, plain, strict=True):
        assert not set("`$\\{}\u2028\u2029") & set(popup)
        assert structure(popup).elements == structure(usual).elements
        assert words.one_line(hostile, NAME_LIMIT) in "".join(structure(popup).text)
    assert "powned" not in script
    assert "class &#x27;str" not in script
    assert "class &#39;str" not in script


@NAMES
def test_a_name_is_shown_as_it_is(hostile: str) -> None:
    page = structure(to_html(named_plan(hostile), named_region(hostile)))
    assert words.one_line(hostile, NAME_LIMIT) in page.text


@NAMES
def test_escaped_text_reads_back(hostile: str) -> None:
    line = words.one_line(hostile, 600)
    assert structure(escape(hostile)).text == [line]
    assert structure(tag("p", title=hostile)).elements == [("p", "title"), ("/p",)]
    assert structure(name(hostile)).elements == [("bdi",), ("/bdi",)]


@NAMES
def test_text_stays_on_its_lines_and_steers_no_terminal(hostile: str) -> None:
    text, usual = (report.to_text(named_plan(n)) for n in (hostile, PLAIN))
    assert text.count("\n") == usual.count("\n")
    assert not [ch for ch in text if unicodedata.category(ch) in {"Cc", "Zl", "Zp"} and ch != "\n"]
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(text)
    assert report.region_to_text(named_region(hostile)).count("\n") == 6


@NAMES
def test_machine_formats_keep_the_name_or_defuse_it(hostile: str) -> None:
    plan = named_plan(hostile)
    assert export.from_json(export.to_json(plan)) == plan
    assert export.to_geojson(plan)["features"][2]["properties"]["name"] == hostile
    track = ET.fromstring(gpx.to_gpx(plan))  # noqa: S314 - our own text
    names = [element.text for element in track.iter(f"{{{gpx.GPX}}}name")]
    assert names[2] == words.one_line(f"1 {hostile}")
    text = export.to_csv(export.to_rows(plan), export.ROW_FIELDS)
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    kept = hostile.replace("\x00", "")
    assert {kept, f"'{kept}"} & set(cells)
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "@", "\t", "\r"}]


def test_one_file_alone_writes_html() -> None:
    """Only markup.py makes `Markup` or knows an escape; no other file holds an element's text."""
    for path in sorted(Path(tripplan.output.__file__).parent.rglob("*.py")):
        if path.name == "markup.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert not {"html", "markupsafe"} & {alias.name for alias in node.names}, path.name
            if isinstance(node, ast.ImportFrom):
                assert node.module not in {"html", "markupsafe"}, path.name
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func).split(".")[-1] != "Markup", path.name
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                xml = path.name in {"gpx.py", "kml.py"} and node.value.startswith("<?xml")
                assert xml or not re.search(r"</?[a-z]", node.value), (path.name, node.value)


def test_the_harmless_sample_passes_the_same_way() -> None:
    """The comparison above can fail: a page of another shape differs."""
    other = structure(to_html(sample_plan(illustrative=False)))
    assert other.elements != plain_page().elements
