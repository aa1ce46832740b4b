"""Damage and bulk at the doors to decoders: our own error, with the file's name."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tripplan.batch.journal import Journal
from tripplan.errors import DataError
from tripplan.records.outside import MOST_DEPTH, decoding, read_text_file, refuse_depth
from tripplan.records.settings import Settings
from tripplan.records.vehicle import load_vehicle
from tripplan.sources.charger_files import given_file
from tripplan.sources.elevation.profile import open_elevation


class OwnError(Exception):
    """What a decoder may raise: of no family that is known here."""


@pytest.mark.parametrize(
    "error",
    [OwnError("odd"), MemoryError(), RecursionError("deep"), KeyError("x"), OSError(22, "")],
)
def test_whatever_a_decoder_raises_names_the_file(error: Exception) -> None:
    with pytest.raises(DataError, match=r"a\.tif: not a readable GeoTIFF") as caught:  # noqa: SIM117
        with decoding("a.tif", "GeoTIFF"):
            raise error
    assert caught.value.__cause__ is error


def test_own_errors_and_interrupts_pass_the_door() -> None:
    own = DataError("mine")
    for error in (own, KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught, decoding("a", "file"):
            raise error
        assert caught.value is error


def test_text_files_have_an_end(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="longer than 16 MB"):
        read_text_file(Path("/dev/zero"), "vehicle file")
    (tmp_path / "car.toml").write_bytes(b"#" * (17 << 20))
    with pytest.raises(DataError, match=r"car\.toml.*longer than 16 MB"):
        load_vehicle(tmp_path / "car.toml")


def test_tables_in_tables_have_an_end(tmp_path: Path) -> None:
    deep: object = 1
    for level in range(MOST_DEPTH - 1):
        deep = {"a": deep} if level % 2 else [deep]
    refuse_depth(deep, "here")
    deep = [deep]
    with pytest.raises(DataError, match="here: more than"):
        refuse_depth(deep, "here")
    path = tmp_path / "car.toml"
    path.write_text(".".join("a" * (MOST_DEPTH + 9)) + " = 1\n")
    with pytest.raises(DataError, match=r"car\.toml: more than"):
        load_vehicle(path)
    path.write_text("mass_kg = " + "9" * 5000)
    with pytest.raises(DataError, match=r"car\.toml: not valid TOML"):
        load_vehicle(path)


@pytest.mark.parametrize("head", ["lat,lon,latitude,longitude,evconnectortypes", "lat,lon"])
def test_a_header_whose_cell_never_ends_is_refused(tmp_path: Path, head: str) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(f'{head},"' + "x" * 200_000)
    with pytest.raises(DataError, match=r"sites\.csv"):
        given_file(path)


@pytest.mark.parametrize(
    "line",
    [
        {"index": 0, "status": "ok"},
        {"index": -1, "row": ""},
        {"index": 10**10, "row": ""},
        {"index": True, "row": ""},
        {"index": "0", "row": ""},
        {"index": 0, "row": 5},
        {"row": ""},
        [],
        5,
    ],
)
def test_a_line_of_a_journal_that_is_none_is_named(tmp_path: Path, line: object) -> None:
    path = tmp_path / "journal"
    with Journal(path, "made-up", Settings(), resume=False):
        pass
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(DataError, match="journal: line 2 is damaged"):
        Journal(path, "made-up", Settings(), resume=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"west": np.nan},
        {"west": 1e9},
        {"north": "here"},
        {"step_deg": np.zeros(3)},
        {"elevation_m": np.array([["a"]])},
        {"elevation_m": np.zeros((0, 4))},
        {"elevation_m": np.zeros(4)},
    ],
)
def test_a_grid_that_makes_no_sense_is_named(tmp_path: Path, changes: dict[str, object]) -> None:
    path = tmp_path / "grid.npz"
    usual = {"elevation_m": np.zeros((4, 4)), "north": 40.0, "west": 1.0, "step_deg": 0.1}
    arrays: dict[str, Any] = {**usual, **changes}
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=r"grid\.npz"):
        open_elevation(path)
