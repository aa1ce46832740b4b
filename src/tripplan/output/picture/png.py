"""SVG -> PNG by resvg, in the letters of Roboto (the only file that knows both packages)."""

from importlib import import_module
from pathlib import Path
from typing import Any

from tripplan.errors import InvalidInputError
from tripplan.output.picture.picture import to_svg
from tripplan.records.atomic import write_bytes_atomically
from tripplan.records.plan import Plan
from tripplan.records.region import Region


def to_png(plan: Plan, region: Region | None = None) -> bytes:
    """Return the picture of `to_svg` as PNG, 1200 by 630 pixels.

    Letters that Roboto lacks are taken from the fonts of the machine.

    Raises
    ------
    InvalidInputError
        resvg-py or font-roboto is not installed.
    """
    resvg, roboto = _library("resvg_py"), _library("font_roboto")
    made: bytes = bytes(
        resvg.svg_to_bytes(
            svg_string=to_svg(plan, region),
            font_files=[roboto.Roboto, roboto.RobotoBold],
            sans_serif_family="Roboto",
        )
    )
    return made


def _library(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(name)
    except ImportError as error:
        raise InvalidInputError(
            f"a PNG needs {name}, which is not installed: pip install 'tripplan[picture]', or "
            "write an SVG",
            field="png",
            value=name,
            expected="an installed resvg-py and font-roboto",
        ) from error


def write_png(plan: Plan, path: str | Path, region: Region | None = None) -> None:
    """Write the picture; errors as in `to_png`, and `DataError` if it cannot be written."""
    write_bytes_atomically(path, to_png(plan, region))
