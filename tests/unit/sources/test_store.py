"""Regions on disk: written whole, read as they were, refused when they are not what they say."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.samples.worlds import hilly_region
from tripplan.errors import DataError
from tripplan.records.network import COLUMNS
from tripplan.records.region import Region
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
    assert isinstance(network.length_m, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        network.length_m[0] = 1.0


def test_the_manifest_counts_what_is_there(region: Region, tmp_path: Path) -> None:
    manifest = read_manifest(save_region(region, tmp_path / "small"))
    assert manifest["counts"]["nodes"] == region.network.node_count
    assert manifest["counts"]["chargers"] == len(region.chargers)
    assert manifest["bbox"]["south"] == region.network.lat.min()
    assert set(manifest["sha256"]) == {
        path.name for path in (tmp_path / "small").iterdir() if path.name != "manifest.json"
    }


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


def test_a_region_of_the_format_before_is_read_and_says_what_it_lacks(
    region: Region, tmp_path: Path
) -> None:
    folder = save_region(region, tmp_path / "small")
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    del told["access_rules"]
    path.write_text(json.dumps({**told, "format": "tripplan-region/2"}))
    for name in ("timed_arc", "timed_rule"):
        (folder / f"{name}.npy").unlink()
    read = load_region(folder)
    assert read.network.access_rules == ()
    assert read.network.timed_arc.size == 0
    assert any("open all year" in sentence for sentence in read.assumptions)


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


@pytest.mark.parametrize("name", ["length_m.npy", "chargers.json", "places.json"])
def test_damage_is_found(region: Region, tmp_path: Path, name: str) -> None:
    folder = save_region(region, tmp_path / "small")
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match=name):
        load_region(folder, verify=True)
    with pytest.raises(DataError, match="damaged"):
        load_region(folder)
    (folder / name).unlink()
    with pytest.raises(DataError, match="damaged"):
        load_region(folder)


def test_what_is_no_region_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a region"):
        load_region(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        load_region(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps(["tripplan-region/1"]))
    with pytest.raises(DataError, match="build the region again"):
        load_region(tmp_path)


def test_regions_of_a_folder_are_listed_by_name(region: Region, tmp_path: Path) -> None:
    for name in ("b", "a"):
        save_region(region, tmp_path / name)
    (tmp_path / "c").mkdir()
    assert [path.name for path in list_regions(tmp_path)] == ["a", "b"]
