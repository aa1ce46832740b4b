"""Files that are damaged, mislabelled, missing or compressed."""

import bz2
import gzip
from pathlib import Path

import numpy as np
import osmium
import pytest

from tripplan.errors import DataError
from tripplan.sources.osm.network import read_osm

FIXTURE = Path(__file__).parents[2] / "fixtures" / "chains.osm"


def as_pbf(path: Path) -> Path:
    writer = osmium.SimpleWriter(str(path))
    for thing in osmium.FileProcessor(str(FIXTURE)):
        writer.add(thing)
    writer.close()
    return path


def packed_as(suffix: str, content: bytes) -> bytes:
    if suffix == ".osm.gz":
        return gzip.compress(content)
    return bz2.compress(content) if suffix == ".osm.bz2" else content


@pytest.mark.parametrize("suffix", [".osm.gz", ".osm.bz2", ".osm.pbf", ".osm.xml"])
def test_every_packing_gives_the_same_network(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"extract{suffix}"
    content = FIXTURE.read_bytes()
    if suffix == ".osm.pbf":
        as_pbf(path)
    else:
        path.write_bytes(packed_as(suffix, content))
    plain, packed = read_osm(FIXTURE), read_osm(path)
    assert packed.report == plain.report
    assert np.array_equal(packed.node_id, plain.node_id)
    assert np.array_equal(packed.network.head, plain.network.head)
    assert np.array_equal(packed.network.shape_lat, plain.network.shape_lat)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file") as error:
        read_osm(tmp_path / "nowhere.osm.pbf")
    assert error.value.path.endswith("nowhere.osm.pbf")


def test_unknown_suffix(tmp_path: Path) -> None:
    path = tmp_path / "roads.zip"
    path.write_bytes(b"PK")
    with pytest.raises(DataError, match=r"\.osm\.pbf"):
        read_osm(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
def test_cut_off_files_are_refused(tmp_path: Path, suffix: str, share: float) -> None:
    content = FIXTURE.read_bytes()
    if suffix == ".osm.pbf":
        content = as_pbf(tmp_path / "whole.osm.pbf").read_bytes()
    else:
        content = packed_as(suffix, content)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DataError, match=f"cut{suffix}"):
        read_osm(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 64,
        b"<html><body>429 Too Many Requests</body></html>",
        b'<osm version="0.6"><node id="1" lat="abc" lon="8"/></osm>',
        b'<osm version="0.6"><node id="x" lat="50" lon="8"/></osm>',
        b'<osm version="0.5"/>',
        b'<osm version="0.6"/>',
        b"""<osm version="0.6"><way id="1"><nd ref="1"/><nd ref="2"/>
        <tag k="highway" v="primary"/></way></osm>""",
    ],
)
@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf", ".osm.gz"])
def test_other_content_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"odd{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError, match="odd"):
        read_osm(path)
