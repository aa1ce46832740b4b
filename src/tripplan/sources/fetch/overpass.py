"""Roads, charging stations and places of a tile from Overpass; tiles that are too much are split.

Overpass says "too much" inside a 200 answer: a remark that the query timed out or ran out of
memory, after some of the data.  Such an answer is kept as what it is, so that neither a second run
nor one offline asks for it again, and its tile is asked for in four parts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tripplan.errors import SourceError
from tripplan.sources.chargers.values import Tally, text
from tripplan.sources.fetch.area import Tile
from tripplan.sources.fetch.cache import CachedAnswer
from tripplan.sources.fetch.http import Fetcher, Question, UnusableAnswerError, read_json
from tripplan.sources.osm.tags import CLASS_OF, PLACE_KINDS, SKIPPED_SERVICES

LICENCE: Final = "ODbL 1.0, (c) OpenStreetMap contributors, openstreetmap.org/copyright"
MAIN_CLASSES: Final = ("motorway", "trunk", "primary", "secondary")
"""Roads that are fetched between the ends of a corridor, with their ramps."""
ACCESS_M: Final = 1000
"""In tiles of main roads: all roads this near a charging station come too, metres; the reach
within which a region ties a charger to a road (an assumption)."""
QUERY_TIMEOUT_S: Final = 180
QUERY_MEMORY: Final = 512 * 2**20
"""Overpass' own defaults, sent along: seconds and bytes that a query may take."""
SMALLEST_KM2: Final = 1.0
"""A tile below this size is not split any more."""
_TOO_MUCH: Final = ("timed out in", "run out of memory", "ran out of memory")


@dataclass(frozen=True)
class TileContent:
    """What one answer holds."""

    elements: int
    """Elements in it."""
    timestamp: str
    """State of OpenStreetMap that it shows, ISO 8601; empty: not stated."""
    too_much: str
    """The remark that the tile is too much for one query; empty: the answer is whole."""


@dataclass(frozen=True)
class TileAnswer:
    """A whole tile, and where its data lie."""

    tile: Tile
    content: TileContent
    answer: CachedAnswer


def road_query(tile: Tile, *, ferries: bool = False) -> str:
    """Write the query for what a region needs of a tile, in Overpass QL.

    Parameters
    ----------
    tile
        The box, and whether all roads or the main ones are wanted.
    ferries
        Whether ferries are wanted.
    """
    box = f"({tile.bbox})"
    every = f'["highway"~"{_any_of(CLASS_OF)}"]["service"!~"{_any_of(SKIPPED_SERVICES)}"]'
    main = [*MAIN_CLASSES, *(f"{name}_link" for name in MAIN_CLASSES)]
    roads = every if tile.detail else f'["highway"~"{_any_of(main)}"]'
    station, device = '["amenity"="charging_station"]', '["man_made"="charge_point"]'
    ferry = f'way["route"="ferry"]{box};' if ferries else ""
    lines = [
        f"[out:json][timeout:{QUERY_TIMEOUT_S}][maxsize:{QUERY_MEMORY}];",
        f"(way{roads}{box};{ferry})->.roads;",
        f"(node{station}{box};way{station}{box};node{device}{box};)->.sites;",
        "" if tile.detail else f"way(around.sites:{ACCESS_M}){every}->.access;",
        f"(.roads;{'' if tile.detail else '.access;'})->.ways;",
        'rel(bw.ways)["type"="restriction"]->.turns;',
        f'node["place"~"{_any_of(PLACE_KINDS)}"]["name"]{box}->.places;',
        "(.ways;.sites;.turns;.places;.ways >;.sites >;);",
        "out body qt;",
    ]
    return "\n".join(line for line in lines if line)


def _any_of(words: Iterable[str]) -> str:
    return f"^({'|'.join(sorted(words))})$"


def fetch_tiles(
    fetcher: Fetcher,
    tiles: Sequence[Tile],
    *,
    ferries: bool = False,
    on_progress: Callable[[str], None] = lambda _words: None,
) -> tuple[TileAnswer, ...]:
    """Fetch tiles one after the other; those that are in the cache are not asked for.

    Parameters
    ----------
    fetcher
        Asks.
    tiles
        What to ask for.
    ferries
        Whether ferries are wanted.
    on_progress
        Called with each tile as it begins.

    Returns
    -------
    tuple[TileAnswer, ...]
        Whole answers; where a tile was too much, those of its parts.

    Raises
    ------
    OfflineError
        A tile is not in the cache, and asking is switched off.
    SourceError
        Overpass refuses or gave no usable answer; what has arrived is kept.
    """
    found: list[TileAnswer] = []
    for number, tile in enumerate(tiles, 1):
        on_progress(f"roads: tile {number} of {len(tiles)}")
        found += _whole(fetcher, tile, ferries=ferries)
    return tuple(found)


def _whole(fetcher: Fetcher, tile: Tile, *, ferries: bool) -> Iterator[TileAnswer]:
    question = Question(
        service="Overpass",
        about=f"{'all' if tile.detail else 'main'} roads within {tile.bbox}",
        url=f"{fetcher.settings.overpass_url.rstrip('/')}/interpreter",
        query={"data": road_query(tile, ferries=ferries)},
        licence=LICENCE,
        method="POST",
    )
    fetched = fetcher.fetch(question, read_tile)
    if not fetched.value.too_much:
        yield TileAnswer(tile, fetched.value, fetched.answer)
        return
    if tile.bbox.area_km2 < SMALLEST_KM2:
        raise SourceError(
            f"Overpass cannot give even the {tile.bbox.area_km2:.2f} km2 of {tile.bbox} at once "
            f"({fetched.value.too_much}): ask another server, or build from an extract."
        )
    fetcher.say(f"Overpass: {fetched.value.too_much}; asking for {tile.bbox} in four parts")
    for part in tile.bbox.cut(2, 2):
        yield from _whole(fetcher, Tile(part, tile.detail), ferries=ferries)


def read_tile(body: bytes) -> TileContent:
    """Look through an answer.

    Raises
    ------
    UnusableAnswerError
        It is no Overpass JSON, or holds an error that another try may cure.
    """
    data = read_json(body)
    elements = data.get("elements") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(elements, list):
        raise UnusableAnswerError("an answer that is not Overpass JSON (no list of elements)")
    remark = text(data.get("remark"), Tally(), limit=200)
    too_much = any(words in remark.casefold() for words in _TOO_MUCH)
    if "error" in remark.casefold() and not too_much:
        raise UnusableAnswerError(f"Overpass remarks: {remark}")
    base = data.get("osm3s")
    stamp = base.get("timestamp_osm_base") if isinstance(base, dict) else ""
    return TileContent(
        elements=len(elements),
        timestamp=text(stamp, Tally(), limit=40),
        too_much=remark if too_much else "",
    )
