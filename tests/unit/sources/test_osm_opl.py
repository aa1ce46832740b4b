"""Ways in the lines that osmium writes: all texts come back; what cannot be written is an error."""

import subprocess
import sys
from pathlib import Path

import osmium
import pytest

from tripplan.errors import DataError
from tripplan.sources.osm.network import read_osm
from tripplan.sources.osm.opl import plain, read_lines, refs_of

NAME = "A, b = c @ 50 % ü 日本\t\u2028|;&<"


def _extract(path: Path, name: str) -> Path:
    writer = osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none"))
    for node, lat in ((1, 49.0), (2, 49.1)):
        writer.add_node(osmium.osm.mutable.Node(id=node, location=(8.6, lat)))
    tags = {"highway": "primary", "name": name, "a key": "x"}
    writer.add_way(osmium.osm.mutable.Way(id=7, nodes=[1, 2], tags=tags))
    writer.add_way(osmium.osm.mutable.Way(id=8, nodes=[], tags={}))
    writer.close()
    return path


def test_every_character_comes_back(tmp_path: Path) -> None:
    way, empty = read_lines(_extract(tmp_path / "a.osm.pbf", NAME))
    assert way.id == 7
    assert refs_of(way.nodes) == [1, 2]
    tags = {plain(key): plain(value) for key, value in way.tags.items()}
    assert tags == {"highway": "primary", "name": NAME, "a key": "x"}
    assert (empty.id, empty.tags, refs_of(empty.nodes)) == (8, {}, [])


def test_names_reach_the_roads(tmp_path: Path) -> None:
    network = read_osm(_extract(tmp_path / "a.osm.pbf", "Rue de l'Église, 50 %")).network
    assert {name.name for name in network.road_names} == {"Rue de l'Église, 50 %"}


def test_a_text_that_is_no_utf_8_is_an_error_and_not_the_end_of_the_process(tmp_path: Path) -> None:
    """In a process of its own: osmium's writer ended it from its destructor."""
    path = _extract(tmp_path / "a.osm.pbf", "Damaged")
    path.write_bytes(path.read_bytes().replace(b"Damaged", b"Dam\xff\xfeed"))
    with pytest.raises(DataError, match=r"a\.osm\.pbf cannot be read"):
        read_osm(path)
    code = (
        "import sys\nfrom tripplan.errors import DataError\n"
        "from tripplan.sources.osm.network import read_osm\n"
        "try:\n    read_osm(sys.argv[1])\nexcept DataError:\n    sys.exit(3)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == 3
