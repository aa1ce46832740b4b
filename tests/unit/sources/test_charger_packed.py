"""Packed files, long ones, and those of one object a line."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.samples import charger_forms as forms
from tests.samples.charger_forms import Site, one, read
from tripplan.errors import DataError
from tripplan.sources.chargers import json_rows
from tripplan.sources.chargers.files import read_chargers

SITE = Site("1", "Autohof", 49.4113, 8.6901, ((("CCS2", 150.0), ("CHADEMO", 50.0)),))


def test_an_archive_cut_off_says_so() -> None:
    packed = gzip.compress(forms.ocpi_bare([SITE] * 1000))
    with pytest.raises(DataError, match="cut off or damaged"):
        read(packed[:-100])
    with pytest.raises(DataError, match="cut off or damaged"):
        read(packed[:20] + b"rubbish" + packed[27:])


@pytest.mark.parametrize("write", [forms.ocpi, forms.ocpi_bare, forms.ocpi_lines])
def test_a_damaged_row_far_down_is_found(write: Any) -> None:
    sites = [Site(f"{k}", "x", 40.0 + k / 1e3, 8.0, SITE.points) for k in range(1600)]
    data = write(sites)
    assert len(data) > 1 << 20
    assert len(read(data).chargers) == len(sites)
    middle = data.index(b'"id": "1500"')
    with pytest.raises(DataError, match="not valid JSON at line"):
        read(data[:middle] + b"#" + data[middle:])
    with pytest.raises(DataError, match="cut off"):
        read(data[:middle])


def test_lines_and_columns_are_those_of_the_file() -> None:
    data = json.dumps([{"csmd": {}}] * 5, indent=1).encode() + b"\n x"
    lines = data.count(b"\n") + 1
    with pytest.raises(DataError, match=f"line {lines}, column 2 .*damaged"):
        read(data)


def test_rows_read_one_by_one_need_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_rows, "_CHUNK", 1 << 16)
    sites = [Site(f"{k}", "x" * 150, 40.0 + k / 1e3, 8.0, SITE.points) for k in range(900)]
    padded = [
        json.loads(row) | {"directions": ["y" * 9000]}
        for row in forms.ocpi_lines(sites).splitlines()
    ]
    file = tmp_path / "sites.json.gz"
    content = json.dumps(padded).encode()
    file.write_bytes(gzip.compress(content, 1))
    del padded, sites
    tracemalloc.start()
    reading = read_chargers(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(reading.chargers) == 900
    assert len(content) > 8e6
    assert peak < 6e6


def test_features_one_a_line_are_a_collection() -> None:
    data = forms.ndw([SITE, Site("2", "B", 50.0, 8.0, SITE.points)])
    features = json.loads(data)["features"]
    assert read("\n".join(map(json.dumps, features)).encode()) == read(data)
    assert read(features[:1]).chargers == read(data).chargers[:1]


def test_an_object_alone_is_no_list_of_lines() -> None:
    location = json.loads(forms.ocpi_bare([SITE]))[0]
    assert one(location) == one([location])
    with pytest.raises(DataError, match="no known form"):
        read(b'{"a": 1}\n{"a": 2}\n')
    with pytest.raises(DataError, match="damaged"):
        read(b'{"a": 1} rubbish')
