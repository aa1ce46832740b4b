"""Files that `tripplan plan` cannot write are refused before it plans."""

from pathlib import Path

from typer.testing import CliRunner

from tripplan.cli.main import app


def test_a_calendar_needs_a_departure_before_anything_is_planned(tmp_path: Path) -> None:
    file = tmp_path / "trip.ics"
    words = ["plan", "Denver, CO", "Vail, CO", "-v", "nissan-leaf-40", "-o", str(file)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "needs to know when the trip starts" in " ".join(done.stderr.split())
    assert not done.stdout
    assert not file.exists()
