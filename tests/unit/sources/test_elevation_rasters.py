"""Rasters of every format read back surfaces whose heights are known exactly."""

import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.warp
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.errors import DataError
from tripplan.sources.elevation.lattice import (
    COARSER,
    FILLED,
    SAMPLED,
    VOID,
    LatticeRaster,
    Raster,
    Stack,
    sample_filled,
)
from tripplan.sources.elevation.profile import open_elevation, unopened_files


class Formula(LatticeRaster):
    """Heights in memory: row r is latitude 50 - r/100, column c is longitude 10 + c/100."""

    def __init__(self, heights: NDArray[Any], resolution_m: float = 1100.0) -> None:
        self.name = "formula"
        self.resolution_m = resolution_m
        self._heights = heights

    def positions(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Rows from 50 degrees north."""
        return (50.0 - lat) * 100.0, (lon - 10.0) * 100.0

    def pixels(self, row: NDArray[np.int64], col: NDArray[np.int64]) -> Floats:
        """Look samples up in the table."""
        rows, cols = self._heights.shape
        inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
        return np.where(inside, self._heights[row % rows, col % cols], np.nan)


def random_positions(count: int, south: float, west: float, side: float) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(5)
    return south + side * rng.random(count), west + side * rng.random(count)


def write_tile(path: Path, heights: NDArray[Any]) -> None:
    path.write_bytes(heights.astype(">i2").tobytes())


def plane_tile(south: int, west: int, side: int = 1201) -> NDArray[np.float64]:
    """Return a tile of the plane 1200 (lat - 40) + 600 (lon - 5), whole metres at every sample."""
    steps = np.arange(side) / (side - 1)
    lat, lon = (south + 1 - steps)[:, None], (west + steps)[None, :]
    return np.round(1200.0 * (lat - 40.0) + 600.0 * (lon - 5.0) * 2.0)


def plane(lat: Any, lon: Any) -> Floats:
    return np.asarray(1200.0 * (np.asarray(lat) - 40.0) + 1200.0 * (np.asarray(lon) - 5.0))


def test_bilinear_is_exact_on_a_saddle() -> None:
    row, col = np.mgrid[0:101, 0:101]
    raster = Formula(3.0 + 2.0 * row - col + 0.05 * row * col)
    lat, lon = random_positions(500, 49.2, 10.1, 0.7)
    r, c = (50.0 - lat) * 100.0, (lon - 10.0) * 100.0
    # One coefficient per cell: row x col is bilinear, so interpolation is the formula itself.
    np.testing.assert_allclose(raster.sample(lat, lon), 3.0 + 2.0 * r - c + 0.05 * r * c, atol=1e-9)


def test_a_void_counts_only_where_it_has_weight() -> None:
    heights = np.arange(25.0).reshape(5, 5)
    heights[2, 2] = np.nan
    raster = Formula(heights)
    assert raster.sample(49.98, 10.01) == 11.0
    assert np.isnan(raster.sample(49.98, 10.015))
    assert np.isnan(raster.sample(49.98, 10.02))
    assert raster.sample(49.99, 10.02) == 7.0
    assert np.isnan(raster.sample(51.0, 10.0))
    assert raster.sample(np.full((2, 3), 49.99), np.full((2, 3), 10.02)).shape == (2, 3)
    assert np.isnan(raster.sample(np.nan, 10.0))


@pytest.mark.parametrize(("side", "zipped"), [(1201, False), (1201, True), (3601, False)])
def test_srtm_tiles_join_without_a_seam(tmp_path: Path, side: int, *, zipped: bool) -> None:
    for south, west, name in ((40, 5, "N40E005"), (41, 5, "N41E005"), (40, 6, "N40E006")):
        path = tmp_path / f"{name}.hgt"
        write_tile(path, plane_tile(south, west, side))
        if zipped:
            with zipfile.ZipFile(tmp_path / f"{name}.hgt.zip", "w") as archive:
                archive.write(path, path.name)
            path.unlink()
    raster = open_elevation(tmp_path)
    lat, lon = random_positions(400, 40.0, 5.0, 1.0)
    lat[:4], lon[:4] = [41.0, 40.5, 41.0, 40.9999], [5.5, 6.0, 6.0, 5.3]
    # Samples are rounded to whole metres: where the plane is not whole they are off by up to 0.5.
    tolerance = 1e-6 if side == 1201 else 0.51
    np.testing.assert_allclose(raster.sample(lat, lon), plane(lat, lon), atol=tolerance)
    np.testing.assert_allclose(
        raster.sample(lat + 0.9, lon * 0 + 5.5), plane(lat + 0.9, 5.5), atol=tolerance
    )
    assert np.isnan(raster.sample(41.5, 6.5))
    assert raster.resolution_m == pytest.approx(111_195.08 / (side - 1), rel=1e-6)


def test_southern_and_western_tiles(tmp_path: Path) -> None:
    write_tile(tmp_path / "S01W070.hgt", plane_tile(-1, -70) * 0 + 321)
    raster = open_elevation(tmp_path / "S01W070.hgt")
    np.testing.assert_array_equal(raster.sample([-0.5, -1.0, 0.0], [-69.5, -70.0, -69.0]), 321.0)
    assert np.isnan(raster.sample(0.5, -69.5))


def test_voids_of_a_tile_are_void_and_its_edge_falls_to_the_neighbour(tmp_path: Path) -> None:
    north, south = plane_tile(41, 5), plane_tile(40, 5)
    north[600, 600] = -32768
    south[0, :] = -32768  # the shared row is void in one tile only
    write_tile(tmp_path / "N41E005.hgt", north)
    write_tile(tmp_path / "N40E005.hgt", south)
    raster = open_elevation(tmp_path)
    assert np.isnan(raster.sample(41.5, 5.5))
    assert raster.sample(41.0, 5.25) == pytest.approx(float(plane(41.0, 5.25)))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("N42E001.hgt", b"\0" * 1000, "1000 bytes"),
        ("andorra.hgt", b"\0" * 2_884_802, "south-west corner"),
        ("N42E001.hgt.zip", b"no zip", "not a zip"),
        ("a.tif", b"no tiff", "not a readable GeoTIFF"),
        ("a.npz", b"no npz", "not a readable .npz"),
        ("a.txt", b"", "no elevation here"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        open_elevation(tmp_path / name)
    assert name in str(caught.value)


def test_missing_folders_and_empty_archives_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        open_elevation(tmp_path / "nowhere")
    with zipfile.ZipFile(tmp_path / "N42E001.hgt.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(DataError, match=r"no \.hgt file"):
        open_elevation(tmp_path)


def save_grid(path: Path, **values: Any) -> None:
    np.savez(path, **values)


def test_grids_lie_by_their_edges_or_by_their_centres(tmp_path: Path) -> None:
    row, col = np.mgrid[0:20, 0:30]
    grid = 10.0 * row + col
    save_grid(tmp_path / "edge.npz", elevation_m=grid, north=50.0, west=10.0, step_deg=0.1)
    save_grid(tmp_path / "centre.npz", elevation_m=grid, north=49.95, west=10.05, step_deg=0.1)
    save_grid(
        tmp_path / "said.npz",
        elevation_m=grid,
        north=50.0,
        west=10.0,
        step_deg=0.1,
        registration="centre",
    )
    assert open_elevation(tmp_path / "edge.npz").sample(49.85, 10.25) == pytest.approx(12.0)
    assert open_elevation(tmp_path / "centre.npz").sample(49.85, 10.25) == pytest.approx(12.0)
    assert open_elevation(tmp_path / "said.npz").sample(49.9, 10.2) == pytest.approx(12.0)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"elevation_m": np.zeros((2, 2)), "north": 1.0, "west": 1.0}, "lacks step_deg"),
        ({"elevation_m": np.zeros(4), "north": 1.0, "west": 1.0, "step_deg": 0.1}, "shape"),
        ({"elevation_m": np.zeros((2, 2)), "north": 1.0, "west": 1.0, "step_deg": 0.0}, "step_deg"),
    ],
)
def test_grids_without_sense_are_refused(
    tmp_path: Path, values: dict[str, Any], words: str
) -> None:
    save_grid(tmp_path / "grid.npz", **values)
    with pytest.raises(DataError, match=words):
        open_elevation(tmp_path / "grid.npz")


def write_tiff(
    path: Path, heights: NDArray[Any], *, crs: str, west: float, north: float, step: float
) -> None:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=heights.shape[1],
        height=heights.shape[0],
        count=1,
        dtype="float32",
        nodata=-9999.0,
        crs=crs,
        transform=rasterio.Affine(step, 0.0, west, 0.0, -step, north),
    ) as target:
        target.write(heights.astype(np.float32), 1)


def test_geotiffs_that_line_up_have_no_seam(tmp_path: Path) -> None:
    step = 0.01
    for index, (west, north) in enumerate(((10.0, 50.0), (16.0, 50.0), (10.0, 44.0))):
        row, col = np.mgrid[0:600, 0:600]
        lat, lon = north - (row + 0.5) * step, west + (col + 0.5) * step
        heights = 100.0 * (lat - 40.0) + 50.0 * (lon - 10.0)
        if index == 0:
            heights[100, 100] = -9999.0
        write_tiff(
            tmp_path / f"{index}.tif", heights, crs="EPSG:4326", west=west, north=north, step=step
        )
    raster = open_elevation(tmp_path)
    lat, lon = random_positions(300, 44.1, 10.1, 5.8)
    lat[:3], lon[:3] = [44.0, 46.0, 44.001], [12.0, 16.0, 15.9]
    far = np.hypot(lat - 48.995, lon - 11.005) > 0.02
    expected = 100.0 * (lat - 40.0) + 50.0 * (lon - 10.0)
    np.testing.assert_allclose(raster.sample(lat, lon)[far], expected[far], atol=1e-3)
    assert np.isnan(raster.sample(48.995, 11.005))
    assert np.isnan(raster.sample(43.0, 20.0))


def test_geotiffs_in_a_projection(tmp_path: Path) -> None:
    row, col = np.mgrid[0:400, 0:300]
    x, y = 380_000.0 + 30.0 * (col + 0.5), 4_720_000.0 - 30.0 * (row + 0.5)
    write_tiff(
        tmp_path / "utm.tif",
        0.01 * (x - 380_000.0) + 0.02 * (y - 4_700_000.0),
        crs="EPSG:32631",
        west=380_000.0,
        north=4_720_000.0,
        step=30.0,
    )
    raster = open_elevation(tmp_path / "utm.tif")
    east = np.array([380_100.0, 385_000.0, 388_888.0])
    north = np.array([4_719_000.0, 4_712_345.0, 4_709_000.0])
    lon, lat = rasterio.warp.transform("EPSG:32631", "EPSG:4326", east, north)
    expected = 0.01 * (east - 380_000.0) + 0.02 * (north - 4_700_000.0)
    np.testing.assert_allclose(raster.sample(lat, lon), expected, atol=1e-3)
    assert raster.resolution_m == pytest.approx(30.0, rel=0.01)


def test_a_geotiff_without_coordinate_system_is_refused(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "lost.tif", "w", driver="GTiff", width=2, height=2, count=1, dtype="int16",
        transform=rasterio.Affine(2.0, 0.0, 0.0, 0.0, -2.0, 0.0),
    ) as target:  # fmt: skip
        target.write(np.zeros((1, 2, 2), dtype=np.int16))
    with pytest.raises(DataError, match="coordinate system"):
        open_elevation(tmp_path / "lost.tif")


def test_a_stack_shows_the_finest_that_has_a_height() -> None:
    fine, coarse = np.full((40, 40), 100.0), np.full((101, 101), 200.0)
    fine[10:20, 10:20] = np.nan
    stack = Stack([Formula(coarse, 1000.0), Formula(fine, 100.0)])
    assert stack.resolution_m == 100.0
    lat, lon = [49.95, 49.85, 49.2, 55.0], [10.05, 10.15, 10.8, 10.0]
    np.testing.assert_array_equal(stack.sample(lat, lon), [100.0, 200.0, 200.0, np.nan])


def test_small_voids_are_filled_from_neighbours_along_the_slope() -> None:
    row, col = np.mgrid[0:101, 0:101]
    heights = 500.0 + 3.0 * row - 2.0 * col
    truth: Raster = Formula(heights)
    holed = heights.copy()
    holed[40:46, 50:56] = np.nan
    raster = Formula(holed)
    lat, lon = np.array([49.58, 49.5712, 49.2]), np.array([10.53, 10.5213, 10.1])
    height, origin, _ = sample_filled(raster, lat, lon)
    np.testing.assert_array_equal(origin, [FILLED, FILLED, SAMPLED])
    np.testing.assert_allclose(height, truth.sample(lat, lon), atol=1e-6)


def test_filling_reaches_no_further_than_it_may() -> None:
    heights = np.full((101, 101), 50.0)
    heights[20:80, 20:80] = np.nan
    heights[20:26, 20:26] = 50.0
    raster = Formula(heights)
    # In the middle; and in a bay of the void, with ground north and south of it.
    lat, lon = np.array([49.5, 49.77]), np.array([10.5, 10.19])
    heights[23, 17:20] = np.nan
    height, origin, _ = sample_filled(raster, lat, lon, fill_cells=10)
    np.testing.assert_array_equal(origin, [VOID, FILLED])
    np.testing.assert_allclose(height, [np.nan, 50.0])
    coarse = Formula(np.full((101, 101), 60.0), 9000.0)
    height, origin, resolution_m = sample_filled(Stack([raster, coarse]), lat, lon, fill_cells=10)
    np.testing.assert_array_equal(origin, [COARSER, FILLED])
    np.testing.assert_allclose(height, [60.0, 50.0])
    np.testing.assert_array_equal(resolution_m, [9000.0, 1100.0])


def test_geotiffs_of_elsewhere_need_no_rasterio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They matter only where the other files have no height; alone they are refused at once."""
    write_tile(tmp_path / "N43E007.hgt", plane_tile(43, 7))
    (tmp_path / "far.tif").write_bytes(b"II*\0")
    monkeypatch.setitem(sys.modules, "rasterio", None)
    raster = open_elevation(tmp_path)
    lat, lon = np.array([43.25]), np.array([7.5])
    heights, origin, _ = sample_filled(raster, lat, lon)
    assert heights == pytest.approx([1200.0 * 3.25 + 1200.0 * 2.5], abs=1.0)
    assert origin.tolist() == [SAMPLED]
    assert unopened_files(raster) == ("far.tif (not opened for want of rasterio)",)
    with pytest.raises(DataError, match=r"tripplan\[raster\].*no height at 44.25"):
        sample_filled(raster, lat + 1.0, lon)
    # A wide void of the tile stays one, as without the GeoTIFF.
    holed = plane_tile(43, 7)
    holed[:600, :600] = -32768
    write_tile(tmp_path / "N43E007.hgt", holed)
    lats, lons = np.array([43.9995, 43.75, 43.25]), np.array([7.0005, 7.25, 7.5])
    found = sample_filled(open_elevation(tmp_path), lats, lons)
    (tmp_path / "far.tif").unlink()
    alone = sample_filled(open_elevation(tmp_path), lats, lons)
    assert alone[1].tolist() == [VOID, VOID, SAMPLED]
    np.testing.assert_allclose(np.stack(found), np.stack(alone))
    (tmp_path / "far.tif").write_bytes(b"II*\0")
    (tmp_path / "N43E007.hgt").unlink()
    with pytest.raises(DataError, match=r"tripplan\[raster\]"):
        open_elevation(tmp_path)
