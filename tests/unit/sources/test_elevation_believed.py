"""Rasters as they are found: voids without a tag, feet, scales and offsets, impossible heights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from tripplan.errors import DataError
from tripplan.records.network import RoadNetwork
from tripplan.sources.elevation.profile import open_elevation, with_elevation

NORTH, WEST, STEP = 50.0, 8.0, 0.01


def tiff(path: Path, stored: NDArray[Any], **about: Any) -> Path:
    """Write a raster of 8 E, 50 N; ``unit``, ``scale`` and ``offset`` are those of its band."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=stored.shape[1],
        height=stored.shape[0],
        count=1,
        dtype=str(stored.dtype),
        crs=about.get("crs", "EPSG:4326"),
        nodata=about.get("nodata"),
        transform=rasterio.Affine(STEP, 0.0, WEST, 0.0, -STEP, NORTH),
    ) as target:
        target.write(stored, 1)
        if "unit" in about:
            target.set_band_unit(1, about["unit"])
        if "scale" in about:
            target.scales = (about["scale"],)
            target.offsets = (about.get("offset", 0.0),)
    return path


def centre(row: int, col: int) -> tuple[float, float]:
    return NORTH - (row + 0.5) * STEP, WEST + (col + 0.5) * STEP


@pytest.mark.parametrize(
    ("dtype", "mark"),
    [
        ("int16", -32768),
        ("int16", -32767),
        ("int16", -9999),
        ("uint16", 65535),
        ("int32", -2147483648),
        ("float32", -3.4028235e38),
        ("float32", 1e20),
        ("float32", np.nan),
        ("float32", -99999.0),
        ("float32", np.inf),
    ],
)
def test_holes_without_a_tag_are_void(tmp_path: Path, dtype: str, mark: float) -> None:
    stored = np.full((20, 20), 300, dtype)
    stored[5, 5] = mark
    raster = open_elevation(tiff(tmp_path / "a.tif", stored))
    assert np.isnan(raster.sample(*centre(5, 5)))
    assert raster.sample(*centre(7, 7)) == 300.0


@pytest.mark.parametrize(
    ("about", "stored", "height_m"),
    [
        ({}, 1000, 1000.0),
        ({"unit": "metre"}, 1000, 1000.0),
        ({"unit": "m"}, 1000, 1000.0),
        ({"unit": "foot"}, 1000, 304.8),
        ({"unit": "FT"}, 1000, 304.8),
        ({"unit": "feet"}, 1000, 304.8),
        ({"unit": "US survey foot"}, 1000, 304.8006096),
        ({"unit": "cm"}, 1000, 10.0),
        ({"scale": 0.1, "offset": 0.0}, 1000, 100.0),
        ({"scale": 0.1, "offset": -50.0}, 1000, 50.0),
        ({"scale": 0.5, "offset": 100.0, "unit": "ft"}, 1000, 600 * 0.3048),
        ({"scale": 0.001, "offset": 0.0}, 4_000_000, 4000.0),
    ],
)
def test_units_scales_and_offsets(
    tmp_path: Path, about: dict[str, Any], stored: int, height_m: float
) -> None:
    path = tiff(tmp_path / "a.tif", np.full((10, 10), stored, "int32"), **about)
    assert open_elevation(path).sample(*centre(4, 4)) == pytest.approx(height_m, rel=1e-6)


def test_a_void_is_a_stored_value_whatever_the_scale(tmp_path: Path) -> None:
    stored = np.full((10, 10), 1000, "int16")
    stored[4, 4] = -9999
    raster = open_elevation(tiff(tmp_path / "a.tif", stored, scale=0.1, offset=200.0))
    assert np.isnan(raster.sample(*centre(4, 4)))
    assert raster.sample(*centre(6, 6)) == pytest.approx(300.0)


def test_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", np.zeros((4, 4), "int16"), unit="degree")
    with pytest.raises(DataError, match=r"a\.tif.*'degree'"):
        open_elevation(path)


@pytest.mark.parametrize("height", [-431, 8851, 20_000])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4269"])
def test_impossible_heights_are_refused_with_file_and_place(
    tmp_path: Path, height: int, crs: str
) -> None:
    stored = np.full((20, 20), 300, "int16")
    stored[3, 6] = height
    tiff(tmp_path / "a.tif", np.full((20, 20), 300, "int16"), crs="EPSG:3035")
    raster = open_elevation(tiff(tmp_path / "b.tif", stored, crs=crs))
    assert raster.sample(*centre(10, 10)) == 300.0
    with pytest.raises(DataError, match=r"b\.tif: a height of .* m at 49\.96500, 8\.06500"):
        raster.sample(*centre(3, 6))


@pytest.mark.parametrize("height", [-430, -415, 0, 8849, 8850])
def test_the_lowest_and_the_highest_ground_are_believed(tmp_path: Path, height: int) -> None:
    path = tiff(tmp_path / "a.tif", np.full((8, 8), height, "int16"))
    assert open_elevation(path).sample(*centre(3, 3)) == height


def test_impossible_heights_of_tiles_and_grids(tmp_path: Path) -> None:
    heights = np.full((1201, 1201), 200, ">i2")
    heights[600, 300] = 9100
    tile = tmp_path / "N49E008.hgt"
    tile.write_bytes(heights.tobytes())
    with pytest.raises(
        DataError, match=r"N49E008\.hgt: a height of 9,100 m at 49\.50000, 8\.25000"
    ):
        open_elevation(tile).sample(49.5, 8.25)
    grid = np.full((10, 10), 100.0)
    grid[2, 3] = -4000.0
    np.savez(tmp_path / "sea.npz", elevation_m=grid, north=50.0, west=8.0, step_deg=0.1)
    with pytest.raises(DataError, match=r"sea\.npz: a height of -4,000 m at 49\.75000, 8\.35000"):
        open_elevation(tmp_path / "sea.npz").sample(49.75, 8.35)


def road(lat: float, lon: float) -> RoadNetwork:
    return RoadNetwork.from_edges(
        lat=[lat, lat],
        lon=[lon, lon + 0.05],
        elevation_m=[0.0, 0.0],
        tail=[0],
        head=[1],
        length_m=[3600.0],
        speed_kmh=[50.0],
        speed_limit_kmh=[50.0],
        two_way=True,
    )


def test_rasters_elsewhere_are_refused_before_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raster = open_elevation(tiff(tmp_path / "a.tif", np.full((20, 20), 300, "int16")))
    network, _ = with_elevation(road(49.9, 8.1), raster)
    assert network.elevation_m == pytest.approx(300.0)

    def read(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(type(raster), "pixels", read)
    with pytest.raises(DataError, match=r"49\.80 to 50\.00 degrees north.*40\.00 to 40\.00"):
        with_elevation(road(40.0, 8.1), raster)
