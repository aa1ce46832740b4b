"""Elevation along roads: open rasters, and give a network heights and grades.

`open_elevation` recognises SRTM tiles, GeoTIFF files and ``.npz`` grids; `with_elevation` samples a
raster along every road, smooths the noise out, and keeps few pieces of constant grade an arc that
cost a car the same energy.  How and why: docs/models/elevation.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from tripplan.arrays import Floats, Longs
from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.records.network import RoadNetwork
from tripplan.sources.elevation.believed import Box
from tripplan.sources.elevation.geotiff import UnopenedGeoTiffs, geotiffs_below, open_geotiffs
from tripplan.sources.elevation.hgt import HgtMosaic, Tile, side_of, tile_of
from tripplan.sources.elevation.lattice import COARSER, FILLED, VOID, Raster, Stack, sample_filled
from tripplan.sources.elevation.lines import Edges, Samples, edges_of, in_sense, sample_points
from tripplan.sources.elevation.npz import NpzGrid
from tripplan.sources.elevation.pieces import breakpoints
from tripplan.units import M_PER_KM

LEAST_STEP_M: Final = 30.0
"""Least distance between samples along a road."""
_STEP_PER_RESOLUTION: Final = 0.5
_LEAST_GRADED_M: Final = 20.0


@dataclass(frozen=True)
class ElevationReport:
    """What was sampled, mended and found while roads were given heights."""

    raster: str
    """Where the heights come from."""
    resolution_m: float
    """Of the finest raster that covers any of the nodes, metres."""
    step_m: float
    """Greatest distance between samples along a road, metres."""
    points: int
    """Samples on the ground: nodes and points between."""
    length_km: float
    """Roads, each once whichever way it is driven."""
    structures_share: float
    """Share of the length on tunnels and bridges, which run straight."""
    ferries_share: float
    """Share of the length on ferries, which are level."""
    climb_raster_m_per_km: float
    """Ups and downs of the raster along open road, halved: metres of climb per kilometre."""
    climb_m_per_km: float
    """The same after smoothing."""
    worst_grade: float
    """Steepest interval of at least 20 m on open road."""
    pieces: int
    """Pieces of constant grade over all directed arcs."""
    arcs: int
    skipped: Mapping[str, int]
    """Points by reason why the raster's own height was not simply taken."""


def open_elevation(path: Path | str) -> Raster:
    """Open a raster file, or all of a folder's as one, the finest on top.

    Parameters
    ----------
    path
        A file or folder: ``.hgt``, ``.hgt.zip``, ``.tif``/``.tiff``, ``.npz``.  Other files of a
        folder are passed over.

    Raises
    ------
    DataError
        There is no elevation file, or one cannot be read.
    """
    root = as_path(path, where="elevation")
    if not root.exists():
        raise DataError(f"{root}: no such file or folder of elevation", path=str(root))
    files = sorted(p for p in root.iterdir() if p.is_file()) if root.is_dir() else [root]
    kinds: dict[str, list[Path]] = {}
    for file in files:
        kinds.setdefault(_kind(file), []).append(file)
    tiles = _hgt_mosaics(kinds.get("hgt", []))
    grids = [NpzGrid(file) for file in kinds.get("npz", [])]
    geotiffs: Sequence[Raster] = ()
    if "tif" in kinds:
        others = [*tiles, *grids]
        geotiffs = geotiffs_below(kinds["tif"], others) if others else open_geotiffs(kinds["tif"])
    layers: list[Raster] = [*tiles, *geotiffs, *grids]
    if not layers:
        raise DataError(
            f"{root}: no elevation here; files are known by their names: .hgt, .hgt.zip, .tif, "
            ".tiff or .npz",
            path=str(root),
        )
    return layers[0] if len(layers) == 1 else Stack(layers)


def unopened_files(raster: Raster) -> tuple[str, ...]:
    """Return the names of files of a raster that were there but could not be opened.

    Parameters
    ----------
    raster
        What `open_elevation` returned.
    """
    layers = raster.layers if isinstance(raster, Stack) else (raster,)
    return tuple(layer.name for layer in layers if isinstance(layer, UnopenedGeoTiffs))


def _kind(file: Path) -> str:
    name = file.name.lower()
    endings = {".hgt": "hgt", ".hgt.zip": "hgt", ".tif": "tif", ".tiff": "tif", ".npz": "npz"}
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), "")


def _hgt_mosaics(files: list[Path]) -> list[HgtMosaic]:
    by_side: dict[int, dict[Tile, Path]] = {}
    for file in files:
        by_side.setdefault(side_of(file), {}).setdefault(tile_of(file), file)
    return [HgtMosaic(tiles, side) for side, tiles in by_side.items()]


def with_elevation(
    network: RoadNetwork,
    raster: Raster,
    *,
    simplify: bool = True,
    on_progress: Callable[[str], None] = lambda _stage: None,
) -> tuple[RoadNetwork, ElevationReport]:
    """Return the network with heights of nodes and grades of arcs from a raster.

    Parameters
    ----------
    network
        Roads; their heights and grades of before are dropped.  An arc and its opposite on the same
        line get the same pieces backwards.
    raster
        Heights of the ground; sampled every half of its resolution, at least every 30 m.
    simplify
        Whether intervals are joined into few pieces; without, each interval is a piece.
    on_progress
        Called with the name of each stage as it begins.

    Raises
    ------
    DataError
        There are no roads, the raster lies elsewhere or is void all over them, or a height is none
        that ground has.
    """
    from tripplan.sources.elevation.smooth import smooth_heights

    if not network.arc_count:
        raise DataError("there are no roads to give heights to")
    _refuse_elsewhere(network, raster)
    lat, lon, place = _places(network)
    finest_m = _finest_m(raster, lat, lon)
    step_m = max(LEAST_STEP_M, _STEP_PER_RESOLUTION * finest_m)
    on_progress("lines")
    edges = edges_of(network, place)
    samples = sample_points(edges, lat, lon, step_m)
    on_progress("heights")
    raster_m, origin, resolution_m = sample_filled(raster, samples.lat, samples.lon)
    on_progress("smoothing")
    smoothed = smooth_heights(edges, samples, raster_m, resolution_m)
    on_progress("pieces")
    height_m = smoothed.height_m
    first, length_m, rise_m = _pieces(edges, samples, height_m, simplify=simplify)
    piece_first, piece_length_m, piece_rise_m = _of_arcs(edges, first, length_m, rise_m)
    columns = {column.name: getattr(network, column.name) for column in fields(network)}
    columns |= {
        "elevation_m": height_m[place],
        "piece_first": piece_first.astype(np.int32),
        "piece_length_m": piece_length_m,
        "piece_rise_m": piece_rise_m,
    }
    coarser = (origin == COARSER) & (resolution_m > 1.01 * finest_m)
    void = int(np.count_nonzero(origin == VOID))
    report = ElevationReport(
        raster=raster.name,
        resolution_m=finest_m,
        step_m=step_m,
        **_lengths_and_grades(edges, samples, raster_m, height_m),
        pieces=int(piece_length_m.size),
        arcs=network.arc_count,
        skipped={
            "void filled from neighbours": int(np.count_nonzero(origin == FILLED)),
            "taken from a coarser raster": int(np.count_nonzero(coarser)),
            "void, interpolated along the road": void - smoothed.without_height,
            "no height on the whole road, taken from the nearest": smoothed.without_height,
            "steeper than roads are built": smoothed.too_steep,
        },
    )
    return RoadNetwork(**columns), report


def _refuse_elsewhere(network: RoadNetwork, raster: Raster) -> None:
    """Refuse rasters none of whose files reaches the roads, before one is read."""
    layers = raster.layers if isinstance(raster, Stack) else (raster,)
    boxes = [box for layer in layers for box in getattr(layer, "boxes", ())]
    lat, lon = network.lat, network.lon
    roads = Box(float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max()))
    if boxes and not any(box.overlaps(roads) for box in boxes):
        covered = "; ".join(str(box) for box in boxes[:3])
        more = f"; and {len(boxes) - 3} files more" if len(boxes) > 3 else ""
        raise DataError(
            f"{raster.name}: none of these heights is where the roads are: they cover {covered}"
            f"{more}, and the roads lie at {roads}",
            path=raster.name,
        )


def _places(network: RoadNetwork) -> tuple[Floats, Floats, Longs]:
    """Join nodes at one place (junctions split for turn restrictions), and say where each went."""
    places, place = np.unique(
        np.column_stack([network.lat, network.lon]), axis=0, return_inverse=True
    )
    if len(places) == network.node_count:
        return network.lat, network.lon, np.arange(network.node_count)
    return places[:, 0], places[:, 1], place.reshape(-1)


def _finest_m(raster: Raster, lat: Floats, lon: Floats) -> float:
    """Return the resolution of the finest raster that has any of the nodes [m]."""
    _, origin, resolution_m = sample_filled(raster, lat, lon, fill_cells=0)
    found = resolution_m[origin != VOID]
    return float(found.min()) if found.size else raster.resolution_m


def _pieces(
    edges: Edges, samples: Samples, height_m: Floats, *, simplify: bool
) -> tuple[Longs, Floats, Floats]:
    """Pieces of each edge in its direction: first piece, length and rise."""
    at = samples.chain
    edge = np.repeat(np.arange(samples.count.size), samples.count + 1)
    step = np.arange(at.size) - samples.chain_first[:-1][edge]
    distance_m = edges.length_m[edge] * (step / samples.count[edge])
    kept = np.arange(at.size)
    if simplify:
        kept = np.flatnonzero(breakpoints(distance_m, height_m[at], samples.chain_first))
    inside = edge[kept][1:] == edge[kept][:-1]
    first = np.concatenate(([0], np.cumsum(np.bincount(edge[kept], minlength=edge[-1] + 1) - 1)))
    return first, np.diff(distance_m[kept])[inside], np.diff(height_m[at][kept])[inside]


def _of_arcs(
    edges: Edges, first: Longs, length_m: Floats, rise_m: Floats
) -> tuple[Longs, Floats, Floats]:
    """Pieces of each arc: those of its edge, backwards and mirrored against its direction."""
    count = np.diff(first)[edges.of_arc]
    begin = np.concatenate(([0], np.cumsum(count)))
    row = np.repeat(np.arange(count.size), count)
    source = first[:-1][edges.of_arc][row] + in_sense(begin, edges.along) - begin[:-1][row]
    rises = np.where(edges.along[row], rise_m[source], -rise_m[source])
    return begin, length_m[source], rises


def _lengths_and_grades(
    edges: Edges, samples: Samples, raster_m: Floats, height_m: Floats
) -> dict[str, Any]:
    """Work out the fields of the report that are about lengths and grades."""
    from tripplan.sources.elevation.smooth import intervals_of, open_intervals

    steps = intervals_of(edges, samples)
    on_ground = open_intervals(edges, steps)
    total_m = float(edges.length_m.sum())
    open_km = float(steps.length_m[on_ground].sum()) / M_PER_KM or np.nan
    rise_m = np.abs(height_m[steps.high] - height_m[steps.low])
    raster_rise_m = np.abs(raster_m[steps.high] - raster_m[steps.low])
    graded = on_ground & (steps.length_m >= _LEAST_GRADED_M)
    grades = rise_m[graded] / steps.length_m[graded]
    return {
        "points": int(samples.lat.size),
        "length_km": total_m / M_PER_KM,
        "structures_share": float(edges.length_m[edges.is_structure].sum()) / total_m,
        "ferries_share": float(edges.length_m[edges.is_ferry].sum()) / total_m,
        "climb_raster_m_per_km": float(np.nansum(raster_rise_m[on_ground])) / 2.0 / open_km,
        "climb_m_per_km": float(rise_m[on_ground].sum()) / 2.0 / open_km,
        "worst_grade": float(grades.max(initial=0.0)),
    }
