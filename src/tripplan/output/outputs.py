"""The one way to all files that a plan can be written to: the name's ending says which.

What draws maps and pictures is imported when one is written: folium takes longer to load than a
plan on the built-in atlas takes to find.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tripplan.errors import InvalidInputError
from tripplan.output.files import export, gpx, ics, kml
from tripplan.records.base import as_path
from tripplan.records.plan import Plan
from tripplan.records.region import Region


def save(
    plan: Plan, path: str | Path, region: Region | None = None, *, ways: Sequence[Plan] = ()
) -> None:
    """Write a plan to a file; the ending of its name says in which form.

    Parameters
    ----------
    plan
        The plan.
    path
        A name ending in .html, .json, .geojson, .gpx, .kml, .csv, .ics, .svg or .png.
    region
        Where it was planned, for the map's roads; None: it has none.
    ways
        Other plans for the same trip, for the page.

    Raises
    ------
    InvalidInputError
        The ending is none of these, or what that form needs is missing.
    DataError
        The file cannot be written.
    """
    ending = ending_of(path)
    if ending == ".html":
        from tripplan.output.page.map import save_html  # noqa: PLC0415

        save_html(plan, path, region, ways=ways)
    elif ending == ".svg":
        from tripplan.output.picture.picture import write_svg  # noqa: PLC0415

        write_svg(plan, path, region)
    elif ending == ".png":
        from tripplan.output.picture.png import write_png  # noqa: PLC0415

        write_png(plan, path, region)
    else:
        _PLAIN[ending](plan, path)


def to_bytes(
    plan: Plan, ending: str, region: Region | None = None, *, ways: Sequence[Plan] = ()
) -> bytes:
    """Return what `save` writes, byte for byte, without a file.

    Parameters
    ----------
    plan
        The plan.
    ending
        One of those of `ending_of`, with its dot.
    region, ways
        As for `save`.

    Raises
    ------
    InvalidInputError
        The ending is none of these, or what that form needs is missing.
    """
    ending = ending_of(f"trip{ending}")
    if ending == ".html":
        from tripplan.output.page.map import to_html  # noqa: PLC0415

        return to_html(plan, region, ways=ways).encode()
    if ending == ".svg":
        from tripplan.output.picture.picture import to_svg  # noqa: PLC0415

        return to_svg(plan, region).encode()
    if ending == ".png":
        from tripplan.output.picture.png import to_png  # noqa: PLC0415

        return to_png(plan, region)
    return _TEXTS[ending](plan).encode()


def ending_of(path: str | Path) -> str:
    """Return the ending of a name; `InvalidInputError` if no form of a plan has it."""
    ending = as_path(path, where="a plan's file").suffix.lower()
    known = (".html", *_PLAIN, ".svg", ".png")
    if ending not in known:
        raise InvalidInputError(
            f"file {path}: the ending of its name says in which form a plan is written; "
            f"known are {', '.join(known)}",
            field="path",
            value=str(path),
            expected=", ".join(known),
        )
    return ending


def write_csv(plan: Plan, path: str | Path) -> None:
    """Write legs and stops as CSV; `DataError` if the file cannot be written."""
    export.write_csv(path, export.to_rows(plan), export.ROW_FIELDS)


_PLAIN: Mapping[str, Callable[[Plan, str | Path], None]] = {
    ".json": export.write_json,
    ".geojson": export.write_geojson,
    ".gpx": gpx.write_gpx,
    ".kml": kml.write_kml,
    ".csv": write_csv,
    ".ics": ics.write_ics,
}
_TEXTS: Mapping[str, Callable[[Plan], str]] = {
    ".json": export.to_json,
    ".geojson": export.geojson_text,
    ".gpx": gpx.to_gpx,
    ".kml": kml.to_kml,
    ".csv": lambda plan: export.to_csv(export.to_rows(plan), export.ROW_FIELDS),
    ".ics": ics.to_ics,
}
