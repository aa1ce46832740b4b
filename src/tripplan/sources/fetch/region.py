"""A region from the network: a box, a place or the corridor of a trip -> `fetch_region`.

Fetch (overpass, afdc, openchargemap), write the roads to an extract (extract), then the same steps
as for any other extract (build).
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from tripplan.errors import InvalidInputError
from tripplan.records.region import Region
from tripplan.sources.build import build_region
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.chargers.values import Tally, text
from tripplan.sources.fetch.afdc import fetch_afdc
from tripplan.sources.fetch.area import BBox, Corridor, Tile, bbox_tiles, corridor_tiles
from tripplan.sources.fetch.cache import FetchRecord
from tripplan.sources.fetch.extract import Extract, write_extract
from tripplan.sources.fetch.http import Fetcher
from tripplan.sources.fetch.nominatim import find_place, geocode
from tripplan.sources.fetch.openchargemap import fetch_openchargemap
from tripplan.sources.fetch.overpass import TileAnswer, fetch_tiles
from tripplan.sources.fetch.settings import FetchSettings

ChargerService = Literal["osm", "afdc", "ocm"]
CHARGER_SERVICES: Final[tuple[ChargerService, ...]] = get_args(ChargerService)
Progress = Callable[[str], None]


def fetch_region(
    area: BBox | Corridor | str,
    *,
    settings: FetchSettings | None = None,
    chargers: Sequence[str] = ("osm",),
    elevation: str | Path | None = None,
    name: str | None = None,
    ferries: bool = False,
    country: str | None = None,
    on_progress: Progress | None = None,
    fetcher: Fetcher | None = None,
) -> Region:
    """Fetch everything that makes a region.

    Parameters
    ----------
    area
        A box; the corridor of a trip; or the name of a place, whose extent is fetched.
    settings
        Addresses, keys, cache, whether to stay offline.
    chargers
        "osm" (OpenStreetMap's, which always come), "afdc", "ocm" (Open Charge Map).
    elevation
        A raster or a folder of rasters; None: the region is flat, and says so.
    name
        Name of the region; None: what was asked for.
    ferries
        Whether ferries count as roads.
    country
        ISO code for default speed limits; None: as the tags say.
    on_progress
        Called with each stage and each wait as it begins.
    fetcher
        Asks instead of one made from ``settings``; its owner closes it.

    Returns
    -------
    Region
        With the record of every answer under "fetched" in its provenance.

    Raises
    ------
    InvalidInputError
        The area, a place, the country or a charger service is not known, or a key is missing.
    OfflineError
        Something is not in the cache, and asking is switched off.
    SourceError
        A service refuses or gave no usable answer; what has arrived is kept in the cache.
    DataError
        What came holds no roads, or a file cannot be used or written.
    """
    services = _services(chargers)
    say = on_progress or (lambda _stage: None)
    settings = settings or FetchSettings()
    with nullcontext(fetcher) if fetcher else Fetcher(settings, say=say) as asking:
        tiles, boxes, label = _tiles(asking, area)
        readings, records = _chargers(asking, services, boxes, say)
        answers = fetch_tiles(asking, tiles, ferries=ferries, on_progress=say)
        say("joining the tiles")
        extract = write_extract(answers, asking.settings.cache / "extracts")
    region = build_region(
        extract.path,
        elevation=elevation,
        chargers=readings,
        name=name or label,
        ferries=ferries,
        country=country,
        on_progress=say,
    )
    noted = _noted(answers, records, extract)
    return replace(region, provenance={**region.provenance, **noted})


def asked_area(
    fetcher: Fetcher,
    bbox: str | None,
    place: str | None,
    origin: str | None,
    destination: str | None,
) -> BBox | Corridor | str:
    """Return the one area that is asked for in words.

    Parameters
    ----------
    fetcher
        Asks for the positions of a corridor's ends.
    bbox
        "south,west,north,east".
    place
        Name of a place.
    origin, destination
        Ends of a corridor.

    Raises
    ------
    InvalidInputError
        None or several are given, or one cannot be read.
    OfflineError
        An end is not in the cache, and asking is switched off.
    SourceError
        Nominatim refuses or gave no usable answer.
    """
    corridor = bool(origin) and bool(destination)
    if bool(origin) != bool(destination) or [bool(bbox), bool(place), corridor].count(True) != 1:
        raise InvalidInputError(
            "say which area to fetch, in one of three ways: a bounding box (--bbox "
            '"39.5,-105.2,39.8,-104.8"), a place (--place "Littleton, CO"), or the two ends of a '
            'trip (--from "Denver, CO" --to "Vail, CO")',
            field="area",
            expected="bbox, place, or from and to",
        )
    if origin and destination:
        return corridor_between(fetcher, origin, destination)
    return BBox.parse(bbox) if bbox else str(place)


def corridor_between(
    fetcher: Fetcher, origin: str, destination: str, *, reach_km: float | None = None
) -> Corridor:
    """Return the corridor between two places: names, or "lat,lon".

    Parameters
    ----------
    fetcher
        Asks for the positions of names.
    origin, destination
        The ends.
    reach_km
        How far it reaches to either side, km; None: as `Corridor` has it.

    Raises
    ------
    InvalidInputError
        A place is not known.
    OfflineError
        A place is not in the cache, and asking is switched off.
    SourceError
        Nominatim refuses or gave no usable answer.
    """
    return Corridor(geocode(fetcher, origin), geocode(fetcher, destination), reach_km=reach_km)


def _services(wanted: Sequence[str]) -> tuple[str, ...]:
    wrong = [service for service in wanted if service not in CHARGER_SERVICES]
    if wrong:
        raise InvalidInputError(
            f"there is no charger service {wrong[0][:40]!r}; known: {', '.join(CHARGER_SERVICES)}",
            field="chargers",
            value=wrong[0],
            expected=", ".join(CHARGER_SERVICES),
        )
    return tuple(dict.fromkeys(wanted))


def _tiles(
    fetcher: Fetcher, area: BBox | Corridor | str
) -> tuple[tuple[Tile, ...], tuple[BBox, ...], str]:
    """Return the tiles to ask for, the boxes to look for chargers in, and a name."""
    settings = fetcher.settings
    if isinstance(area, Corridor):
        tiles = corridor_tiles(
            area, largest_km2=settings.detail_tile_km2, side_deg=settings.main_tile_deg
        )
        label = f"{area.origin.label} - {area.destination.label}"
        squares = [tile.bbox for tile in tiles if not tile.detail]
        return tiles, (*area.ends, *squares), label
    if isinstance(area, str):
        found = find_place(fetcher, area)
        box, label = found.bbox, found.place.label
    else:
        box, label = area, str(area)
    return bbox_tiles(box, settings.detail_tile_km2), (box,), label


def _chargers(
    fetcher: Fetcher, services: Sequence[str], boxes: Sequence[BBox], say: Progress
) -> tuple[list[ChargerReading], list[FetchRecord]]:
    readings: list[ChargerReading] = []
    records: list[FetchRecord] = []
    for service in services:
        if service == "osm":
            continue
        say(f"chargers: {service}")
        reading, came = (
            fetch_afdc(fetcher, boxes=boxes)
            if service == "afdc"
            else fetch_openchargemap(fetcher, boxes)
        )
        readings.append(reading)
        records += came
    return readings, records


def _noted(
    answers: Sequence[TileAnswer], records: Sequence[FetchRecord], extract: Extract
) -> dict[str, Any]:
    states = [answer.content.timestamp for answer in answers if answer.content.timestamp]
    return {
        "fetched": [
            {key: value if key == "size" else _plain(value) for key, value in row.items()}
            for row in map(_row, [*(answer.answer.record for answer in answers), *records])
        ],
        "openstreetmap_state": {"oldest": min(states), "latest": max(states)} if states else {},
        "elements": extract.elements,
        "elements_skipped": extract.skipped,
    }


def _row(record: FetchRecord) -> dict[str, Any]:
    row = asdict(record)
    row["query"] = "; ".join(f"{key}={value}" for key, value in record.query.items())
    return row


def _plain(value: object) -> str:
    return text(str(value), Tally(), limit=2000)
