"""A region on disk: one folder of memory-mapped arrays and a manifest that says what is in it.

The folder is written beside its place and moved there when it is whole, so that a half-written
region is never found.  A region of another format version is refused, never misread.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.records.charger import Charger
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import COLUMNS, RoadNetwork
from tripplan.records.region import Region, Water

FORMAT: Final = "tripplan-region/3"
_BEFORE_TIMES: Final = "tripplan-region/2"
"""The format before roads were open at some times only; it is read, and says so in plans."""
_TIMES: Final = ("timed_arc", "timed_rule")
_WITHOUT_TIMES: Final = (
    "This region was built before closures by season were read: roads count as open all year."
)
MANIFEST: Final = "manifest.json"
_WATER: Final = ("first", "lat", "lon")
CHARGERS: Final = TypeAdapter(tuple[Charger, ...])
"""Charging sites as JSON, as regions keep them."""
_PLACES = TypeAdapter(tuple[GazetteerEntry, ...])


def save_region(region: Region, folder: str | Path) -> Path:
    """Write a region, whole or not at all; a region that is already there is replaced.

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
    target = Path(folder)
    if target.exists() and not (target / MANIFEST).is_file() and any(target.iterdir()):
        raise DataError(
            f"{target} exists and is not a region: choose another folder, or empty it",
            path=str(target),
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as work:
            fresh = Path(work) / "region"
            fresh.mkdir()
            _write(region, fresh)
            _swap(fresh, target, Path(work) / "old")
    except OSError as error:
        raise DataError(f"{target}: cannot be written ({error})", path=str(target)) from error
    return target


def _swap(fresh: Path, target: Path, aside: Path) -> None:
    """Put the fresh folder in the place of the target; on failure the target is put back."""
    replaces = target.exists()
    if replaces:
        target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        if replaces:
            aside.rename(target)
        raise


def _write(region: Region, folder: Path) -> None:
    for name in COLUMNS:
        np.save(folder / f"{name}.npy", getattr(region.network, name), allow_pickle=False)
    np.save(folder / "charger_node.npy", region.chargers.node, allow_pickle=False)
    if region.order is not None:
        np.save(folder / "order.npy", region.order, allow_pickle=False)
    if region.water is not None:
        for name in _WATER:
            np.save(folder / f"water_{name}.npy", getattr(region.water, name), allow_pickle=False)
    (folder / "chargers.json").write_bytes(CHARGERS.dump_json(region.chargers.chargers))
    (folder / "places.json").write_bytes(_PLACES.dump_json(region.gazetteer.entries))
    network = region.network
    manifest = {
        "format": FORMAT,
        "name": region.name,
        "counts": {
            "nodes": network.node_count,
            "arcs": network.arc_count,
            "chargers": len(region.chargers),
            "places": len(region.gazetteer.entries),
        },
        "access_rules": list(network.access_rules),
        "bbox": {
            "south": float(network.lat.min()),
            "west": float(network.lon.min()),
            "north": float(network.lat.max()),
            "east": float(network.lon.max()),
        },
        "assumptions": list(region.assumptions),
        "area_names": dict(region.gazetteer.area_names),
        "provenance": _plain(region.provenance),
        "sha256": {file.name: file_sha256(file) for file in sorted(folder.iterdir())},
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a source said of itself
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Read what a region's folder says of itself.

    Raises
    ------
    DataError
        It is no region, or one of another format version.
    """
    path = as_path(folder, where="region") / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(
            f"{folder} is not a region: it has no {MANIFEST}. `tripplan region build` makes one.",
            path=str(folder),
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error})", path=str(path)) from error
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found not in {FORMAT, _BEFORE_TIMES}:
        raise DataError(
            f"{folder} was built in format {found!r}, this tripplan reads {FORMAT!r}: build the "
            "region again with `tripplan region build`.",
            path=str(folder),
        )
    return dict(manifest)


def damaged_files(folder: str | Path) -> list[str]:
    """Return the files of a region that are missing, or not those that its manifest names.

    Raises
    ------
    DataError
        As `read_manifest`.
    """
    root = as_path(folder, where="region")
    digests = read_manifest(root).get("sha256")
    if not isinstance(digests, Mapping):
        return [MANIFEST]
    return [
        name
        for name, digest in digests.items()
        if not (root / name).is_file() or file_sha256(root / name) != digest
    ]


def load_region(folder: str | Path, *, verify: bool = False) -> Region:
    """Open a region; its arrays stay on disk and are shared between processes.

    Parameters
    ----------
    folder
        What `save_region` wrote.
    verify
        Whether to compare every file with its SHA-256 in the manifest.

    Raises
    ------
    DataError
        It is no region, of another format version, or damaged.
    """
    root = as_path(folder, where="region")
    manifest = read_manifest(root)
    if verify and (damaged := damaged_files(root)):
        raise DataError(f"{root}: damaged: {', '.join(damaged)}", path=str(root), faults=damaged)
    try:
        timeless = manifest["format"] == _BEFORE_TIMES
        names = [name for name in COLUMNS if not (timeless and name in _TIMES)]
        columns: dict[str, Any] = {name: _mapped(root / f"{name}.npy") for name in names}
        node = _mapped(root / "charger_node.npy")
        order = None
        if (root / "order.npy").is_file():
            order = _mapped(root / "order.npy")
        water = None
        if (root / "water_first.npy").is_file():
            water = Water(*(_mapped(root / f"water_{name}.npy") for name in _WATER))
        chargers = CHARGERS.validate_json((root / "chargers.json").read_bytes())
        places = _PLACES.validate_json((root / "places.json").read_bytes())
        return Region(
            name=manifest["name"],
            network=RoadNetwork(**columns, access_rules=tuple(manifest.get("access_rules", ()))),
            chargers=ChargerSet(chargers=chargers, node=node),
            gazetteer=Gazetteer(entries=places, area_names=manifest["area_names"]),
            assumptions=(*manifest["assumptions"], *((_WITHOUT_TIMES,) if timeless else ())),
            provenance=manifest["provenance"],
            order=order,
            water=water,
        )
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise DataError(
            f"{root}: this region is damaged ({error}). Build it again.", path=str(root)
        ) from error


def _mapped(path: Path) -> NDArray[Any]:
    """Open an array; it stays on disk."""
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def list_regions(folder: str | Path) -> tuple[Path, ...]:
    """Return the regions right below a folder, by name."""
    root = Path(folder)
    return tuple(sorted(path.parent for path in root.glob(f"*/{MANIFEST}")))
