"""Regions on disk: written whole, read as they were, refused when they are not what they say."""

import binascii
import fcntl
import hashlib
import json
import mmap
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import hilly_region
from tripplan.errors import DataError
from tripplan.records.network import COLUMNS
from tripplan.records.region import Region
from tripplan.sources import store
from tripplan.sources.store import FORMAT, list_regions, load_region, read_manifest, save_region


@pytest.fixture(name="region")
def fixture_region() -> Region:
    return replace(
        hilly_region(1),
        assumptions=("All of it is made up.",),
        provenance={"sources": [{"package": "test", "licence": "none"}], "n": np.int64(3)},
    )


def test_a_region_comes_back_as_it_was(region: Region, tmp_path: Path) -> None:
    folder = save_region(region, tmp_path / "cache" / "small")
    again = load_region(folder, verify=True)
    for name in COLUMNS:
        kept = getattr(again.network, name)
        assert np.array_equal(kept, getattr(region.network, name)), name
        assert kept.dtype == getattr(region.network, name).dtype
    assert again.chargers.chargers == region.chargers.chargers
    assert again.chargers.node.tolist() == region.chargers.node.tolist()
    assert again.gazetteer.entries == region.gazetteer.entries
    assert again.assumptions == region.assumptions
    assert again.provenance == {"sources": [{"package": "test", "licence": "none"}], "n": 3}


def test_arrays_stay_on_disk(region: Region, tmp_path: Path) -> None:
    network = load_region(save_region(region, tmp_path / "small")).network
    for name in COLUMNS:
        owner: Any = getattr(network, name)
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert isinstance(owner.obj if isinstance(owner, memoryview) else owner, mmap.mmap), name
    with pytest.raises(ValueError, match="read-only"):
        network.length_m[0] = 1.0


def test_the_manifest_counts_what_is_there(region: Region, tmp_path: Path) -> None:
    folder = save_region(region, tmp_path / "small")
    manifest = read_manifest(folder)
    assert manifest["counts"]["nodes"] == region.network.node_count
    assert manifest["counts"]["chargers"] == len(region.chargers)
    assert manifest["bbox"]["south"] == region.network.lat.min()
    files = {path.name: path for path in (folder / manifest["data"]).iterdir()}
    assert set(manifest["files"]) == set(files)
    for name, path in files.items():
        content = path.read_bytes()
        assert manifest["files"][name]["bytes"] == len(content)
        assert manifest["files"][name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(manifest["files"][name]["crc32"], 16) == binascii.crc32(content)


def test_saving_again_replaces_and_leaves_nothing_behind(region: Region, tmp_path: Path) -> None:
    save_region(region, tmp_path / "small")
    save_region(replace(region, name="second"), tmp_path / "small")
    assert load_region(tmp_path / "small").name == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_failed_write_leaves_the_old_region(
    region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_region(region, tmp_path / "small")

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full_disk)
    with pytest.raises(DataError, match="No space left"):
        save_region(replace(region, name="second"), folder)
    monkeypatch.undo()
    assert load_region(folder, verify=True).name == region.name
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_folder_with_other_things_is_not_overwritten(region: Region, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(DataError, match="is not a region"):
        save_region(region, tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "dear"


def test_another_format_is_refused_never_misread(region: Region, tmp_path: Path) -> None:
    folder = save_region(region, tmp_path / "small")
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace(FORMAT, "tripplan-region/0"))
    with pytest.raises(DataError, match="build the region again"):
        load_region(folder)


def test_a_region_of_a_format_before_is_replaced_with_its_files(
    region: Region, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "lat.npy").write_bytes(b"old")
    (folder / "notes.txt").write_text("mine")
    told = {"format": "tripplan-region/3", "sha256": {"lat.npy": "", "../other": ""}}
    (folder / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(DataError, match=r"region/3.*build the region again"):
        load_region(folder)
    save_region(region, folder)
    assert load_region(folder, verify=True).name == region.name
    left = {path.name for path in folder.iterdir()}
    assert left == {"manifest.json", "notes.txt", read_manifest(folder)["data"]}


def test_seasons_of_roads_are_kept(region: Region, tmp_path: Path) -> None:
    network = replace(
        region.network,
        timed_arc=np.array([0, 2], np.int32),
        timed_rule=np.array([1, 0], np.int32),
        access_rules=("yes; no @ (Nov-May)", "no; yes @ (Jun-Oct)"),
    )
    read = load_region(save_region(replace(region, network=network), tmp_path / "small")).network
    assert read.access_rules == network.access_rules
    assert read.rule[:4].tolist() == [1, -1, 0, -1]


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_damage_to_any_file_is_told_with_its_name(region: Region, tmp_path: Path) -> None:
    folder = save_region(region, tmp_path / "small")
    load_region(folder)
    for file in files_of(folder):
        whole = file.read_bytes()
        for spoilt in (b"", whole[: len(whole) // 2], whole[:-1], whole + b" "):
            file.write_bytes(spoilt)
            if file.name == "manifest.json" and spoilt in {whole[:-1], whole + b" "}:
                load_region(folder)  # blank space at the end says nothing
                continue
            with pytest.raises(DataError, match=f"small.*{file.name}.*build it again"):
                load_region(folder)
        file.unlink()
        with pytest.raises(DataError, match=file.name):
            load_region(folder)
        file.write_bytes(whole)
    load_region(folder, verify=True)


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_is_found_or_changes_nothing(
    region: Region, tmp_path: Path, seed: int
) -> None:
    """A small part of `tools/damage_region.py`."""
    folder = save_region(region, tmp_path / "small")
    wanted = everything(load_region(folder))
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    found = 0
    for file in files_of(folder):
        whole = file.read_bytes()
        spoilt = bytearray(whole)
        spoilt[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        file.write_bytes(spoilt)
        told = ""
        try:
            assert everything(load_region(folder)) == wanted, file.name
        except DataError as error:
            told = str(error)
            found += 1
        assert not told or file.name in told
        file.write_bytes(whole)
    assert found >= len(files_of(folder)) - 1  # a flip in the manifest may change nothing


def everything(region: Region) -> list[object]:
    """Return all that a region holds, to compare."""
    arrays = [getattr(region.network, name) for name in COLUMNS]
    arrays += [region.chargers.node, *([] if region.order is None else [region.order])]
    return [
        *(array.tobytes() for array in arrays),
        region.name,
        region.network.access_rules,
        region.chargers.chargers,
        region.gazetteer.entries,
        region.gazetteer.area_names,
        region.assumptions,
        region.provenance,
    ]


def test_a_region_that_is_replaced_is_there_at_any_moment(
    region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is opened after each step that a writer takes on the disk."""
    folder = save_region(replace(region, name="first"), tmp_path / "small")
    seen = []

    def watched(step: Callable[..., Any]) -> Callable[..., Any]:
        def taken(*args: Any, **kwargs: Any) -> Any:
            done = step(*args, **kwargs)
            seen.append(load_region(folder, verify=True).name)
            return done

        return taken

    for owner, name in ((os, "fsync"), (os, "replace"), (os, "unlink"), (os, "rmdir")):
        monkeypatch.setattr(owner, name, watched(getattr(owner, name)))
    save_region(replace(region, name="second"), folder)
    monkeypatch.undo()
    assert seen[0] == "first"
    assert seen[-1] == "second"
    assert seen == sorted(seen)
    assert len(seen) > len(COLUMNS)


def test_all_files_are_on_the_disk_before_the_manifest_names_them(
    region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    named_at: list[int] = []
    fsync, move = os.fsync, os.replace

    def synced_then(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").resolve().name)
        fsync(handle)

    def named_then(*paths: str) -> None:
        named_at.append(len(synced))
        move(*paths)

    monkeypatch.setattr(os, "fsync", synced_then)
    monkeypatch.setattr(os, "replace", named_then)
    folder = save_region(region, tmp_path / "small")
    manifest = read_manifest(folder)
    (before,) = named_at
    assert {*manifest["files"], manifest["data"]} <= set(synced[:before])
    assert synced[before:] == ["small"]


def test_what_a_killed_writer_left_is_swept_and_one_at_work_is_not(
    region: Region, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    for name in ("data-0123456789ab", "data-ba9876543210"):
        (folder / name).mkdir(parents=True)
        (folder / name / "lat.npy").write_bytes(b"half")
    held = os.open(folder / "data-0123456789ab", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    save_region(region, folder)
    data = read_manifest(folder)["data"]
    assert {p.name for p in folder.iterdir()} == {"manifest.json", data, "data-0123456789ab"}
    os.close(held)
    save_region(region, folder)
    assert len(list(folder.iterdir())) == 2


def test_two_writers_at_once_leave_one_whole_region(region: Region, tmp_path: Path) -> None:
    names = [f"writer {number}" for number in range(6)]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda n: save_region(replace(region, name=n), tmp_path / "one"), names))
    assert load_region(tmp_path / "one", verify=True).name in names
    save_region(region, tmp_path / "one")
    assert len(list((tmp_path / "one").iterdir())) == 2


def test_a_region_replaced_while_it_is_opened_is_opened_all_the_same(
    region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_region(replace(region, name="first"), tmp_path / "small")
    manifests = [read_manifest(folder)]
    save_region(replace(region, name="second"), folder)
    read = store.read_manifest
    monkeypatch.setattr(store, "read_manifest", lambda f: manifests.pop() if manifests else read(f))
    assert load_region(folder).name == "second"


def test_a_file_in_the_place_of_a_region_is_not_touched(region: Region, tmp_path: Path) -> None:
    (tmp_path / "small").write_text("dear")
    with pytest.raises(DataError, match="is not a region"):
        save_region(region, tmp_path / "small")
    with pytest.raises(DataError, match="is not a region"):
        load_region(tmp_path / "small")
    assert (tmp_path / "small").read_text() == "dear"


def test_what_is_no_region_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a region"):
        load_region(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DataError, match=r"manifest.json cannot be read"):
        load_region(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps(["tripplan-region/1"]))
    with pytest.raises(DataError, match="build the region again"):
        load_region(tmp_path)


def test_regions_of_a_folder_are_listed_by_name(region: Region, tmp_path: Path) -> None:
    for name in ("b", "a"):
        save_region(region, tmp_path / name)
    (tmp_path / "c").mkdir()
    assert [path.name for path in list_regions(tmp_path)] == ["a", "b"]
