"""A region on disk: one folder of memory-mapped arrays and a manifest that says what is in it.

The files of a region lie in a folder of their own below it, whose name the manifest holds; they
are on the disk before it names them, so that a region is there whole or not at all, also while it
is replaced (`generations`).  Each file is compared with its size and checksum whenever a region is
opened, and the manifest with its own (`checksums`).  A region of another format version is refused,
never misread.
"""

import hashlib
import io
import json
import math
import mmap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from tripplan.errors import DataError
from tripplan.records.atomic import synced, write_text_atomically
from tripplan.records.base import as_path
from tripplan.records.charger import Charger
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import COLUMNS, RoadNetwork
from tripplan.records.region import Region, Water
from tripplan.records.road_changes import RoadChanges
from tripplan.records.road_name import RoadName
from tripplan.sources.checksums import Sums, fault_of, mapped, sums_of
from tripplan.sources.generations import is_generation, new_generation

FORMAT: Final = "tripplan-region/4"
MANIFEST: Final = "manifest.json"
_WATER: Final = ("first", "lat", "lon")
_CHANGES: Final = ("arc", "rule", "limit_kmh", "speed_kmh")
_LONGEST_MANIFEST: Final = 64 << 20
"""Bytes; a longer manifest is none."""
_TRIES: Final = 3
"""So often a region is opened anew that is replaced while it is read."""
_HEAD: Final = 1 << 12
"""The head of an array is shorter, in bytes."""
_AGAIN: Final = "Copy it anew, or build it again with `tripplan region build`"
CHARGERS: Final = TypeAdapter(tuple[Charger, ...])
"""Charging sites as JSON, as regions keep them."""
_PLACES = TypeAdapter(tuple[GazetteerEntry, ...])
_ROAD_NAMES = TypeAdapter(tuple[tuple[str, str, str, str], ...])


def save_region(region: Region, folder: str | Path) -> Path:
    """Write a region, whole or not at all; a region that is already there is replaced in one step.

    Parameters
    ----------
    region
        What to write.
    folder
        Where; it and its parents are made.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        The folder exists and is no region, or cannot be written.
    """
    target = as_path(folder, where="region")
    try:
        if not _may_be_written(target):
            raise DataError(
                f"{target} exists and is not a region: choose another folder, or empty it",
                path=str(target),
            )
        flat = _flat_files(target)
        with new_generation(target, lambda: _current(target)) as data:
            manifest = _manifest(region, data.name, _written(region, data))
            text = json.dumps(manifest, indent=1, ensure_ascii=False)
            write_text_atomically(target / MANIFEST, text + "\n")
        for file in flat:
            file.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{target}: cannot be written ({reason})", path=str(target)) from error
    return target


def _may_be_written(target: Path) -> bool:
    """Tell whether nothing is lost where a region is written."""
    if not target.exists():
        return True
    if not target.is_dir():
        return False
    return (target / MANIFEST).is_file() or all(
        is_generation(path.name) for path in target.iterdir()
    )


def _flat_files(target: Path) -> list[Path]:
    """Return the files of a region of a format before this one, which lie beside its manifest."""
    with suppress(OSError, ValueError, AttributeError, TypeError):
        told = json.loads((target / MANIFEST).read_bytes())
        if told.get("format") != FORMAT:
            return [target / name for name in told["sha256"] if Path(name).name == name]
    return []


def _current(target: Path) -> str | None:
    """Return the folder of files that a region's manifest names."""
    with suppress(DataError):
        return str(read_manifest(target)["data"])
    return None


def _written(region: Region, folder: Path) -> dict[str, Sums]:
    """Write the files of a region to the disk; return what they are."""
    sums: dict[str, Sums] = {}
    for name, content in _contents(region):
        with (folder / name).open("xb") as file:
            file.write(content)
            synced(file)
        sums[name] = sums_of(content)
    synced(folder)
    return sums


def _contents(region: Region) -> Iterator[tuple[str, memoryview | bytes]]:
    arrays: dict[str, NDArray[Any]] = {
        **{name: getattr(region.network, name) for name in COLUMNS},
        "charger_node": region.chargers.node,
    }
    if region.order is not None:
        arrays["order"] = region.order
    if region.water is not None:
        arrays |= {f"water_{name}": getattr(region.water, name) for name in _WATER}
    if region.network.road_names:
        arrays["road_name"] = region.network.road_name
    changes = region.network.changes
    if changes.arc.size:
        arrays |= {f"change_{name}": getattr(changes, name) for name in _CHANGES}
    for name, array in arrays.items():
        # By way of memory: numpy says less of a full disk than the system does.
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        yield f"{name}.npy", buffer.getbuffer()
    yield "chargers.json", CHARGERS.dump_json(region.chargers.chargers)
    yield "places.json", _PLACES.dump_json(region.gazetteer.entries)
    if region.network.road_names:
        yield "road_names.json", _ROAD_NAMES.dump_json(region.network.road_names)


def _manifest(region: Region, data: str, files: Mapping[str, Sums]) -> dict[str, Any]:
    network = region.network
    told = {
        "format": FORMAT,
        "name": region.name,
        "counts": {
            "nodes": network.node_count,
            "arcs": network.arc_count,
            "chargers": len(region.chargers),
            "places": len(region.gazetteer.entries),
        },
        "access_rules": list(network.access_rules),
        "change_rules": list(network.changes.rules),
        "bbox": {
            "south": float(network.lat.min()),
            "west": float(network.lon.min()),
            "north": float(network.lat.max()),
            "east": float(network.lon.max()),
        },
        "assumptions": list(region.assumptions),
        "area_names": dict(region.gazetteer.area_names),
        "country_codes": dict(region.gazetteer.country_codes),
        "provenance": _plain(region.provenance),
        "files": files,
    }
    return {**told, "data": data, "check": _digest(told)}


def _digest(told: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a manifest says, but for itself and the name of the folder."""
    content = {name: value for name, value in told.items() if name not in {"check", "data"}}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a source said of itself
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Read what a region's folder says of itself.

    Raises
    ------
    DataError
        It is no region, one of another format version, or its manifest is damaged.
    """
    path = as_path(folder, where="region") / MANIFEST
    try:
        if path.stat().st_size > _LONGEST_MANIFEST:
            raise _damaged(path.parent, {MANIFEST: "is longer than any manifest"})
        manifest = json.loads(path.read_text(encoding="utf-8"))
        digest = _digest(manifest) if isinstance(manifest, dict) else ""
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DataError(
            f"{folder} is not a region: it has no {MANIFEST}. `tripplan region build` makes one.",
            path=str(folder),
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path.parent, {MANIFEST: f"cannot be read ({error})"}) from error
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found != FORMAT:
        raise DataError(
            f"{path}: this region was built in format {found!r}, this tripplan reads {FORMAT!r}: "
            "build the region again with `tripplan region build`.",
            path=str(folder),
        )
    if manifest.get("check") != digest or not is_generation(manifest.get("data")):
        raise _damaged(path.parent, {MANIFEST: "is not as it was written"})
    return dict(manifest)


def region_digest(folder: str | Path) -> str:
    """Return what tells a region from others: a digest of all that it holds.

    Raises
    ------
    DataError
        As `read_manifest`.
    """
    return str(read_manifest(folder)["check"])


def file_faults(folder: str | Path, *, deep: bool = True) -> dict[str, str]:
    """Return the files of a region that are not what was written, and in what they differ.

    Parameters
    ----------
    folder
        The region.
    deep
        Whether to compare SHA-256 as well as size and CRC-32.

    Raises
    ------
    DataError
        As `read_manifest`.
    """
    root = as_path(folder, where="region")
    return _faults(root, read_manifest(root), deep=deep)


def _faults(root: Path, manifest: Mapping[str, Any], *, deep: bool) -> dict[str, str]:
    data = root / manifest["data"]
    found = {
        name: fault_of(data / name, wanted, deep=deep) for name, wanted in manifest["files"].items()
    }
    return {f"{data.name}/{name}": fault for name, fault in found.items() if fault}


def _damaged(root: Path, faults: Mapping[str, str]) -> DataError:
    told = [f"{name} {fault}" for name, fault in faults.items()]
    return DataError(
        f"{root}: this region is damaged: {'; '.join(told)}. {_AGAIN}.",
        path=str(root),
        faults=told,
    )


def load_region(folder: str | Path, *, verify: bool = False) -> Region:
    """Open a region; its arrays stay on disk and are shared between processes.

    Every file is compared with its size and CRC-32 first.

    Parameters
    ----------
    folder
        What `save_region` wrote.
    verify
        Whether to compare SHA-256, too.

    Raises
    ------
    DataError
        It is no region, of another format version, or damaged; the message names the files.
    """
    root = as_path(folder, where="region")
    manifest = read_manifest(root)
    for _ in range(_TRIES):
        try:
            return _opened(root, manifest, verify=verify)
        except DataError:
            # Where it was replaced meanwhile, the files are those of the region before.
            before, manifest = manifest, read_manifest(root)
            if manifest == before:
                raise
    return _opened(root, manifest, verify=verify)


def _opened(root: Path, manifest: Mapping[str, Any], *, verify: bool) -> Region:
    if verify and (faults := _faults(root, manifest, deep=True)):
        raise _damaged(root, faults)
    try:
        return _region(root / manifest["data"], manifest)
    except (DataError, OSError, ValueError, KeyError, TypeError) as error:
        if faults := _faults(root, manifest, deep=False):
            raise _damaged(root, faults) from error
        raise DataError(
            f"{root}: this region cannot be used ({error}). {_AGAIN}.", path=str(root)
        ) from error


def _region(data: Path, manifest: Mapping[str, Any]) -> Region:
    """Make a region of its files, each compared with its size and checksum before it is used."""
    files = manifest["files"]

    def array(name: str) -> NDArray[Any]:
        file = f"{name}.npy"
        return _array(mapped(data / file, files[file]))

    water = None
    if "water_first.npy" in files:
        water = Water(*(array(f"water_{name}") for name in _WATER))
    columns: dict[str, Any] = {name: array(name) for name in COLUMNS}
    if "road_name.npy" in files:
        # Regions that were built before names were kept, and roads without any, have none.
        names = mapped(data / "road_names.json", files["road_names.json"])[:]
        columns["road_name"] = array("road_name")
        columns["road_names"] = tuple(map(RoadName._make, _ROAD_NAMES.validate_json(names)))
    if "change_arc.npy" in files:
        changes = {name: array(f"change_{name}") for name in _CHANGES}
        columns["changes"] = RoadChanges(**changes, rules=tuple(manifest["change_rules"]))
    chargers = mapped(data / "chargers.json", files["chargers.json"])[:]
    places = mapped(data / "places.json", files["places.json"])[:]
    return Region(
        name=manifest["name"],
        network=RoadNetwork(**columns, access_rules=tuple(manifest["access_rules"])),
        chargers=ChargerSet(chargers=CHARGERS.validate_json(chargers), node=array("charger_node")),
        gazetteer=Gazetteer(
            entries=_PLACES.validate_json(places),
            area_names=manifest["area_names"],
            # Regions that were built before towns of other countries were known name none.
            country_codes=manifest.get("country_codes", {}),
        ),
        assumptions=tuple(manifest["assumptions"]),
        provenance=manifest["provenance"],
        order=array("order") if "order.npy" in files else None,
        water=water,
    )


def _array(content: mmap.mmap) -> NDArray[Any]:
    """Return the array of a file that numpy wrote; it stays on disk, and nobody can write to it.

    numpy's own memory maps do the same, but every slice of them takes several times as long.
    """
    head = io.BytesIO(content[:_HEAD])
    version = np.lib.format.read_magic(head)
    read = {(1, 0): np.lib.format.read_array_header_1_0}.get(version)
    if read is None:
        raise ValueError(f"an array of format {version}")
    shape, _, dtype = read(head)
    found: NDArray[Any] = np.frombuffer(
        content, dtype=dtype, count=math.prod(shape), offset=head.tell()
    ).reshape(shape)
    return found


def list_regions(folder: str | Path) -> tuple[Path, ...]:
    """Return the regions right below a folder, by name."""
    root = Path(folder)
    return tuple(sorted(path.parent for path in root.glob(f"*/{MANIFEST}")))
