"""What a newcomer types first: the version, the help, and what `make demo` says comes next."""

import re
import shlex
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from tests.contracts.source_tree import ROOT
from tripplan.cli.main import app

NEXT = re.compile(r"^\t@echo '  (\$\(BIN\)/tripplan [^']+)'$", re.MULTILINE)


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, those of groups too."""
    top = typer.main.get_command(app)
    yield ()
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        yield (name,)
        for inner in getattr(command, "commands", {}):
            yield name, inner


def test_the_version_is_that_of_the_package() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"tripplan {version('tripplan')}\n")


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help_names_each_option_in_full_at_80_columns(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    found = typer.main.get_command(app)
    for word in words:
        found = found.commands[word]  # type: ignore[attr-defined]
    named = {option for p in found.params for option in (*p.opts, *p.secondary_opts)}
    options = {option for option in named if option.startswith("--")}
    assert options - set(re.findall(r"--[a-z][a-z0-9-]*", result.stdout)) == set()
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert "\u2026" not in result.stdout


def test_a_quantity_shows_how_its_unit_is_written() -> None:
    told = " ".join(CliRunner().invoke(app, ["plan", "--help"]).stdout.split())
    assert 'Air temperature, degrees Celsius, like "20F".' in told
    assert 'speed limit, km/h, like "60mph".' in told


def test_an_option_of_a_command_takes_units_too(tmp_path: Path) -> None:
    """It gets as far as the file that is not there, or stops at the unit."""
    folder = str(tmp_path / "region")
    build = ["region", "build", "none.osm.pbf", "-o", folder, "--charger-reach-km"]
    assert "none.osm.pbf" in CliRunner().invoke(app, [*build, "2mi"]).stderr
    wrong = CliRunner().invoke(app, [*build, "2min"])
    assert wrong.exit_code == 2
    assert "that is a time, and a distance is asked for" in " ".join(wrong.stderr.split())


def test_the_demo_ends_with_commands_that_run_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maps").mkdir()  # as in a checkout
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "VENV := .venv\nBIN := $(VENV)/bin\n" in makefile
    demo = makefile[makefile.index("\ndemo:") : makefile.index("\nquick:")]
    shown = NEXT.findall(demo)
    assert len(shown) == 3
    assert demo.rstrip().endswith(f"{shown[-1]}'")
    for line in shown:
        result = CliRunner().invoke(app, shlex.split(line)[1:])
        assert result.exit_code == 0, f"{line}\n{result.stderr}"
    assert (tmp_path / "maps" / "vail.html").is_file()
