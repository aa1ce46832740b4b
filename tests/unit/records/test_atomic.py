"""Files appear whole or not at all."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tripplan.errors import DataError
from tripplan.records.atomic import atomic_file, write_bytes_atomically, write_text_atomically


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


def test_all_writers_leave_the_old_file_where_the_disk_gives_out(tmp_path: Path) -> None:
    """A process may write no more than 4 KB to any file: as where a disk is full, half-way."""
    script = """
import resource, signal, sys
from pathlib import Path
from tests.samples.worlds import car, hilly_region
from tests.samples.plan import sample_plan
from tripplan.errors import DataError
from tripplan.output.files.export import write_json
from tripplan.records.vehicle_file import save_vehicle
from tripplan.sources.osm.osmnx import write_graphml
from tripplan.sources.store import load_region, save_region
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
work, region = Path(sys.argv[1]), hilly_region(1)
writers = {
    "car.toml": lambda path: save_vehicle(car(), path, heading="x" * 5000),
    "plan.json": lambda path: write_json(sample_plan(), path),
    "graph.graphml": lambda path: write_graphml(region.network, path),
    "region": lambda path: save_region(region, path),
}
for name, write in writers.items():
    write(work / name)
load_region(work / "region", verify=True)
before = {p: p.read_bytes() for p in work.rglob("*") if p.is_file()}
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
for name, write in writers.items():
    try:
        write(work / name)
    except DataError as error:
        assert name in str(error), error
        assert "File too large" in str(error), error
        print(name)
assert before == {p: p.read_bytes() for p in work.rglob("*") if p.is_file()}
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["car.toml", "plan.json", "graph.graphml", "region"]


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()

    def write() -> None:
        with atomic_file(folder / "f") as file:
            file.write(b"x")
            shutil.rmtree(folder)

    with pytest.raises(DataError, match=r"gone.*cannot be written"):
        write()


def test_two_writers_leave_the_file_of_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([65 + k]) * 100_000 for k in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: write_bytes_atomically(path, content), contents * 5))
    assert path.read_bytes() in contents
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_where_nothing_can_be_written_is_told() -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write_bytes_atomically("/proc/tripplan-file", b"x")


def test_what_a_killed_writer_left_long_ago_is_swept(tmp_path: Path) -> None:
    for name, age_s in ((".a.txt.old.part", 7200), (".a.txt.new.part", 60), (".b.old.part", 7200)):
        (tmp_path / name).write_text("half")
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    write_text_atomically(tmp_path / "a.txt", "whole")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.txt", ".a.txt.new.part", ".b.old.part"}
