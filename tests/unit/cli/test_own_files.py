"""What commands do with a file that is there: cars of one's own are kept, all else is replaced."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tripplan.cli.main import app

LOG = """trip,distance_km,duration_min,energy_kwh,ambient_c
to work,24.1,31,3.7,18
home,24.3,35,3.6,22
to work,24.0,33,4.6,4
the lake,61.0,52,10.4,15
"""
EPA = "from-epa Mine --a-lbf 30 --b 0.1 --c 0.02 --test-weight-lb 4000 --usable-kwh 40"
MAKERS = {
    "calibrate": "calibrate trips.csv -v nissan-leaf-40",
    "vehicles copy": "vehicles copy nissan-leaf-40",
    "vehicles from-epa": f"vehicles {EPA}",
}
"""Every command that writes a car's file, with what else it needs."""


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for word, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {word}".strip())
    if not hasattr(group, "commands"):
        yield name, group


EVERY = dict(commands(typer.main.get_command(app)))


def run(words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, words.split())
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, " ".join(result.stderr.split())


def test_each_command_says_whether_it_replaces_what_is_there() -> None:
    """By their help: those with --force keep it, the others say "replaced" at each output."""
    keeping = set()
    for name, command in EVERY.items():
        written = [
            option
            for option in command.params
            if option.name in ("output", "json_path") and not getattr(option, "is_flag", False)
        ]
        if any("--force" in option.opts for option in command.params):
            keeping.add(name)
            assert all("kept" in option.help for option in written), name
        else:
            assert all("replaced" in option.help for option in written), name
    assert keeping == set(MAKERS)


@pytest.mark.parametrize("words", MAKERS.values(), ids=MAKERS)
def test_a_car_s_file_is_kept_unless_forced(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trips.csv").write_text(LOG, encoding="utf-8")
    mine = Path("mine.toml")
    mine.write_text("# changed by hand\n", encoding="utf-8")
    code, told = run(f"{words} -o mine.toml")
    assert code == 2
    assert "mine.toml is there already" in told
    assert "--force" in told
    assert mine.read_text(encoding="utf-8") == "# changed by hand\n"
    code, told = run(f"{words} -o mine.toml --force")
    assert code == 0, told
    forced = mine.read_text(encoding="utf-8")
    assert "# changed by hand" not in forced
    assert run(f"{words} -o other.toml")[0] == 0
    assert Path("other.toml").read_text(encoding="utf-8") == forced


def test_a_link_to_nowhere_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").symlink_to("nowhere.toml")
    code, told = run("vehicles copy nissan-leaf-40 -o mine.toml")
    assert code == 2, told
    assert Path("mine.toml").is_symlink()


def test_a_copy_without_a_name_is_named_after_its_car(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = run("vehicles copy nissan-leaf-40")
    assert code == 0, told
    assert "my-nissan-leaf-40.toml" in told
    assert [path.name for path in tmp_path.iterdir()] == ["my-nissan-leaf-40.toml"]
    assert run("vehicles copy my-nissan-leaf-40.toml -o again.toml")[0] == 0
    assert Path("again.toml").read_text(encoding="utf-8") == Path(
        "my-nissan-leaf-40.toml"
    ).read_text(encoding="utf-8")
    assert run("vehicles copy nissan-leaf-40")[0] == 2, "one that is there is kept"
