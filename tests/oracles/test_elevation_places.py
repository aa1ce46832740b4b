"""Rasters against other programs that read them, and against published heights."""

import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from scipy.interpolate import RegularGridInterpolator

from tripplan.sources.elevation.hgt import HgtMosaic
from tripplan.sources.elevation.npz import NpzGrid
from tripplan.sources.elevation.profile import open_elevation

SHARED = Path(os.environ.get("TRIPPLAN_SHARED", Path(__file__).parents[2] / ".." / "shared"))
RASTERS = (SHARED if (SHARED / "elevation").is_dir() else SHARED / "data") / "elevation"

pytestmark = pytest.mark.skipif(not RASTERS.is_dir(), reason=f"no elevation rasters at {RASTERS}")


def test_srtm_reads_like_gdal(tmp_path: Path) -> None:
    with zipfile.ZipFile(RASTERS / "N42E001.hgt.zip") as archive:
        archive.extractall(tmp_path)
    ours = open_elevation(tmp_path / "N42E001.hgt")
    rng = np.random.default_rng(1)
    row, col = rng.integers(0, 1201, 2000), rng.integers(0, 1201, 2000)
    lat, lon = 43.0 - row / 1200.0, 1.0 + col / 1200.0
    with rasterio.open(tmp_path / "N42E001.hgt") as source:
        theirs = np.array([v[0] for v in source.sample(zip(lon, lat, strict=True))])
        void = np.array(
            [bool(v.mask[0]) for v in source.sample(zip(lon, lat, strict=True), masked=True)]
        )
    found = ours.sample(lat, lon)
    np.testing.assert_array_equal(np.isnan(found), void)
    np.testing.assert_array_equal(found[~void], theirs[~void])


def test_geotiff_and_srtm_readers_agree_on_one_tile(tmp_path: Path) -> None:
    with zipfile.ZipFile(RASTERS / "N43E007.hgt.zip") as archive:
        archive.extractall(tmp_path / "hgt")
    (tmp_path / "tif").mkdir()
    with rasterio.open(tmp_path / "hgt" / "N43E007.hgt") as source:
        profile = {**source.profile, "driver": "GTiff"}
        with rasterio.open(tmp_path / "tif" / "monaco.tif", "w", **profile) as target:
            target.write(source.read())
    rng = np.random.default_rng(2)
    lat, lon = 43.001 + 0.998 * rng.random(3000), 7.001 + 0.998 * rng.random(3000)
    hgt, tif = (open_elevation(tmp_path / kind).sample(lat, lon) for kind in ("hgt", "tif"))
    np.testing.assert_allclose(hgt, tif, atol=1e-4)


def test_bilinear_is_scipys(tmp_path: Path) -> None:
    shutil.copy(RASTERS / "globe_alps_30arcsec.npz", tmp_path)
    with np.load(RASTERS / "globe_alps_30arcsec.npz") as stored:
        grid, step = stored["elevation_m"].astype(float), float(stored["step_deg"])
        north, west = float(stored["north"]), float(stored["west"])
    rows, cols = grid.shape
    theirs = RegularGridInterpolator(
        (north - step * (np.arange(rows)[::-1] + 0.5), west + step * (np.arange(cols) + 0.5)),
        grid[::-1],
    )
    rng = np.random.default_rng(3)
    lat, lon = rng.uniform(36.6, 49.9, 3000), rng.uniform(2.1, 18.4, 3000)
    np.testing.assert_allclose(
        open_elevation(tmp_path).sample(lat, lon), theirs((lat, lon)), atol=1e-6
    )


def test_gotthard_lies_in_the_cell_that_reads_1998_m() -> None:
    grid = NpzGrid(RASTERS / "globe_alps_30arcsec.npz")
    row, col = grid.positions(np.array([46.5594]), np.array([8.5614]))
    cell = grid.pixels(np.round(row).astype(np.int64), np.round(col).astype(np.int64))
    assert cell[0] == 1998.0


@pytest.mark.parametrize(
    ("place", "lat", "lon", "published_m", "within_m"),
    [
        ("Port d'Envalira, the pass", 42.5400, 1.7190, 2408.0, 5.0),
        ("Soldeu", 42.5771, 1.6672, 1825.0, 30.0),
        ("Pas de la Casa", 42.5427, 1.7332, 2080.0, 30.0),
        ("Monaco, Port Hercule", 43.7350, 7.4245, 0.0, 15.0),
    ],
)
def test_srtm_gives_published_heights(
    place: str, lat: float, lon: float, published_m: float, within_m: float
) -> None:
    assert place
    tiles = {(42, 1): "N42E001", (43, 7): "N43E007"}
    mosaic = HgtMosaic({k: RASTERS / f"{v}.hgt.zip" for k, v in tiles.items()}, 1201)
    assert float(mosaic.sample(lat, lon)) == pytest.approx(published_m, abs=within_m)


def test_denver_on_the_coarse_grid() -> None:
    # The city's published height is 1,609 m; the 9 km grid smooths hills by some tens of metres.
    raster = open_elevation(RASTERS / "itur_us48_5arcmin.npz")
    assert float(raster.sample(39.7392, -104.9903)) == pytest.approx(1609.0, abs=40.0)


def test_one_second_and_nine_kilometre_grids_agree_on_average() -> None:
    fine = open_elevation(RASTERS / "harrisburg_w77.0_n40.5.tif")
    coarse = open_elevation(RASTERS / "itur_us48_5arcmin.npz")
    lat, lon = np.meshgrid(np.linspace(40.55, 40.7, 60), np.linspace(-76.95, -76.8, 60))
    heights = fine.sample(lat, lon)
    assert not np.isnan(heights).any()
    assert float(np.mean(heights - coarse.sample(lat, lon))) == pytest.approx(0.0, abs=30.0)


def test_geotiffs_of_neighbouring_tiles_join(tmp_path: Path) -> None:
    for path in RASTERS.glob("harrisburg_*.tif"):
        shutil.copy(path, tmp_path)
    raster = open_elevation(tmp_path)
    lat = np.linspace(40.55, 40.95, 500)
    # Between the last column of one file and the first of the next lies one pixel, 1/3600 degree.
    across = raster.sample(lat, np.full(500, -76.75))
    beside = [raster.sample(lat, np.full(500, -76.75 + side / 7200.0)) for side in (-1, 1)]
    np.testing.assert_allclose(across, 0.5 * (beside[0] + beside[1]), atol=1e-3)


def test_the_folder_stacks_finest_first() -> None:
    raster = open_elevation(RASTERS)
    assert raster.resolution_m == pytest.approx(30.9, abs=0.1)
    everywhere = raster.sample([40.6, 42.54, 46.5, 39.7], [-76.6, 1.719, 8.5, -104.99])
    assert not np.isnan(everywhere).any()
    assert np.isnan(raster.sample(0.0, 0.0))
