"""The table against the facts that it was made from, where these are on the machine."""

import subprocess
import sys
from pathlib import Path

import pytest

import tripplan
from tests.contracts.source_tree import ROOT
from tests.stories.shared_data import shared
from validation import catalogue_sources

FACTS = "vehicles/ev_catalogue.json"
CHARGEPRICE = "vehicles/chargeprice_ev-data.json"


def test_every_car_says_what_its_sources_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a program that shares nothing with the one that made the table."""
    words = ["check", str(shared(FACTS)), "--chargeprice", str(shared(CHARGEPRICE))]
    monkeypatch.setattr(sys, "argv", [*words, "--count", "1000"])
    assert catalogue_sources.main() == 0, capsys.readouterr().out


def test_the_table_is_what_its_builder_writes(tmp_path: Path) -> None:
    facts, written = shared(FACTS), tmp_path / "table.jsonl"
    builder = ROOT / "tools" / "build_vehicle_table.py"
    subprocess.run(
        [sys.executable, str(builder), str(facts), "--table", str(written)],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )
    kept = Path(tripplan.__file__).parent / "data" / "vehicle_table.jsonl"
    assert written.read_bytes() == kept.read_bytes()
