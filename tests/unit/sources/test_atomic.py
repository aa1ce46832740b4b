"""Files appear whole or not at all."""

from pathlib import Path

import pytest

from tripplan.errors import DataError
from tripplan.sources.atomic import write_text_atomically


def test_writes_what_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "ü.txt"
    write_text_atomically(path, "one\r\ntwo\n")
    assert path.read_bytes() == b"one\r\ntwo\n"
    write_text_atomically(str(path), "three")
    assert path.read_text(encoding="utf-8") == "three"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_are_those_of_a_plain_file(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain", tmp_path / "path"
    plain.write_text("")
    write_text_atomically(path, "")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o600)
    write_text_atomically(path, "again")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_text_atomically(path, "new " * 10_000 + "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_rename_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(DataError, match="cannot be written"):
        write_text_atomically(folder, "text")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no folder .*none") as caught:
        write_text_atomically(tmp_path / "none" / "file", "text")
    assert caught.value.path.endswith("file")
