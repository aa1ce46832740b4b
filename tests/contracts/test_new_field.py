"""A new field of a trip is written once: option, keys, study, schema and pages follow from it."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.source_tree import PACKAGE, ROOT

NEW_FIELDS = {
    "    cabin: CabinSetting": '''    haze_km: Annotated[float, Field(ge=0)] = 50.0
    """How far one sees; in fog, less."""
''',
    "    prices: Annotated[Prices": '''    most_detour_km: float | None = None
    """Longest way off the quickest road; None: any."""
''',
}
"""Fields of `Conditions` and of `Trip`, by the line that they are put before."""
PROBE = """
import json, runpy, sys
import typer.main
from tripplan.batch import many
from tripplan.cli.main import app
from tripplan.cli.options import describe
from tripplan.output.files.export import plan_json_schema
from tripplan.planning.cache import _Same, _kind_of
from tripplan.planning.requests import make_trip
from tripplan.records.trip import Conditions, Trip
from tripplan.records.vehicle import find_vehicle
from tripplan.sources.starter import load_starter
from tripplan.study import question

root, words = sys.argv[1], ("haze_km", "most_detour_km")
region, car = load_starter(), find_vehicle("nissan-sakura")
ends = (region, "Denver, CO", "Vail, CO")
usual = make_trip(*ends, {})
wished = {word: make_trip(*ends, {word: "7 km"}) for word in words}
facts = runpy.run_path(root + "/docs/record_facts.py")
known = {f.name: f for record in (Trip, Conditions) for f in facts["facts"](record)}
options = typer.main.get_command(app).commands["plan"].params
describe(options)
study = question.Study.model_validate({
    "trips": [{"origin": "Denver, CO", "destination": "Vail, CO", "haze_km": 7}],
    "vehicles": ["nissan-sakura"],
    "vary": {"most_detour_km": [7, 9]},
})
schema = plan_json_schema()["$defs"]
kind = lambda trip: _kind_of(_Same(trip), _Same(car))
print(json.dumps({
    "values": [wished["haze_km"].conditions.haze_km, wished["most_detour_km"].most_detour_km],
    "options": {o.opts[0]: o.help for o in options if o.name in words},
    "other costs": [kind(wished[word]) != kind(usual) for word in words],
    "other group": [many._kind((0, {word: 7})) != many._kind((0, {})) for word in words],
    "study": study.trips[0].wishes,
    "schema": [
        schema["Conditions"]["properties"]["haze_km"]["description"],
        schema["Trip"]["properties"]["most_detour_km"]["description"],
    ],
    "nomenclature": [[known[w].unit, known[w].default, known[w].words] for w in words],
    "keywords": runpy.run_path(root + "/tools/write_derived.py")["keywords"](),
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Ask a copy of the package in which nothing but two fields is new."""
    copy = tmp_path_factory.mktemp("copy") / "tripplan"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / "records" / "trip.py"
    text = file.read_text(encoding="utf-8")
    for line, field in NEW_FIELDS.items():
        assert text.count(line) == 1
        text = text.replace(line, field + line)
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(ROOT)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(copy.parent)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_can_be_wished_for(found: Any) -> None:
    assert found["values"] == [7.0, 7.0]


def test_it_has_an_option(found: Any) -> None:
    assert found["options"] == {
        "--haze-km": 'How far one sees, like "100mi".',
        "--most-detour-km": 'Longest way off the quickest road, like "100mi".',
    }


def test_what_is_kept_is_kept_under_it(found: Any) -> None:
    assert found["other costs"] == [True, True]
    assert found["other group"] == [True, True]


def test_a_study_can_ask_for_it(found: Any) -> None:
    assert found["study"] == {"haze_km": 7}


def test_the_schema_describes_it(found: Any) -> None:
    assert found["schema"] == [
        "How far one sees; in fog, less.",
        "Longest way off the quickest road; None: any.",
    ]


def test_the_nomenclature_has_it(found: Any) -> None:
    assert found["nomenclature"] == [
        ["km", "50.0", "How far one sees; in fog, less."],
        ["km", "None", "Longest way off the quickest road; None: any."],
    ]


def test_the_keywords_of_plan_can_be_written_with_it(found: Any) -> None:
    assert "    haze_km: float | str\n" in found["keywords"]
    assert "    most_detour_km: float | str | None\n" in found["keywords"]


def derived() -> dict[Path, str]:
    files: dict[Path, str] = runpy.run_path(str(ROOT / "tools" / "write_derived.py"))["derived"]()
    return files


def test_files_that_follow_from_the_records_are_up_to_date() -> None:
    """If this fails: make derived."""
    stale = [p.name for p, text in derived().items() if p.read_text(encoding="utf-8") != text]
    assert stale == []
