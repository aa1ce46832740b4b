"""`tripplan year`: a table, JSON, a page, and one message where a file is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.samples.year import sample_year
from tripplan.cli.main import app
from tripplan.questions.annual import asking
from tripplan.questions.annual.answers import Year


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["year", *map(str, words)])


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer every file with the sample."""
    monkeypatch.setattr(asking, "year", lambda _: sample_year())


@pytest.mark.usefixtures("answered")
def test_table_json_and_page(tmp_path: Path) -> None:
    page, data = tmp_path / "year.html", tmp_path / "year.json"
    result = run("home.toml", "-o", page, "--json", data)
    assert result.exit_code == 0
    assert "Large car does all 3 trips." in result.stdout
    assert Year.model_validate_json(data.read_text(encoding="utf-8")) == sample_year()
    assert "<h1>A made-up year</h1>" in page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("answered")
def test_json_alone_on_standard_output() -> None:
    result = run("home.toml", "--json", "-")
    assert json.loads(result.stdout)["cars"][0]["failures"][0]["shortfall_kwh"] == 2.5


def test_a_wrong_file_is_one_message(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text("year = 2025\n", encoding="utf-8")
    result = run(file)
    assert result.exit_code == 2
    assert result.stdout == ""
    told = " ".join(result.stderr.split())
    assert "climate: is needed" in told
    assert "home: is needed" in told
    assert "Traceback" not in told


def test_a_page_of_another_form_is_refused_before_anything_is_planned(tmp_path: Path) -> None:
    """A PDF that holds HTML opens nowhere."""
    trip = ("Denver, CO", "Vail, CO", "-v", "nissan-leaf-40")
    for words in (("year", "home.toml"), ("compare", *trip), ("ride", *trip)):
        path = tmp_path / "page.pdf"
        result = CliRunner().invoke(app, [*words, "-o", str(path)])
        assert result.exit_code == 2
        assert ".html" in result.stderr
        assert not path.exists()
