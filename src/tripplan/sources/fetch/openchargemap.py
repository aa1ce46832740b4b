"""Charging sites from Open Charge Map's API v3, by box.

The key is the user's own, goes into a header, and is never written down.  Source of the
parameters: openchargemap.org, API v3, /poi.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from tripplan.errors import InvalidInputError, SourceError
from tripplan.sources.chargers.openchargemap import LICENCE, read_openchargemap
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.fetch.area import BBox
from tripplan.sources.fetch.cache import FetchRecord
from tripplan.sources.fetch.http import Fetched, Fetcher, Question, UnusableAnswerError, read_json

PAGE: Final = 1000
"""Sites asked for at once; as many as that means that there may be more."""
SMALLEST_KM2: Final = 0.01
"""A box below this size is not split any more."""


def fetch_openchargemap(
    fetcher: Fetcher, boxes: Iterable[BBox]
) -> tuple[ChargerReading, list[FetchRecord]]:
    """Fetch the sites of boxes; a box with more than an answer holds is asked for in four parts.

    Parameters
    ----------
    fetcher
        Asks; its settings hold the key.
    boxes
        Areas.

    Returns
    -------
    tuple[ChargerReading, list[FetchRecord]]
        The sites, and where each answer came from.

    Raises
    ------
    InvalidInputError
        There is no key.
    OfflineError
        It is not in the cache, and asking is switched off.
    SourceError
        Open Charge Map refuses or gave no usable answer.
    """
    if fetcher.settings.openchargemap_key is None and not fetcher.settings.offline:
        raise InvalidInputError(
            "Open Charge Map answers to a key only: get one for free from openchargemap.org, and "
            "set TRIPPLAN_OPENCHARGEMAP_KEY or FetchSettings(openchargemap_key=...)",
            field="openchargemap_key",
            expected="a key of your own",
        )
    sites: dict[Any, Any] = {}
    records: list[FetchRecord] = []
    for box in boxes:
        for answer in _box(fetcher, box):
            records.append(answer.answer.record)
            for row in answer.value:
                known = row.get("ID") if isinstance(row, dict) else None
                sites[known if isinstance(known, int | str) else json.dumps(row)] = row
    return read_openchargemap(list(sites.values()), where="Open Charge Map answers"), records


def _box(fetcher: Fetcher, box: BBox) -> Iterator[Fetched[list[Any]]]:
    key = fetcher.settings.openchargemap_key
    question = Question(
        service="Open Charge Map",
        about=f"sites within {box}",
        url=f"{fetcher.settings.openchargemap_url.rstrip('/')}/poi",
        query={
            "output": "json",
            "boundingbox": f"({box.north},{box.west}),({box.south},{box.east})",
            "maxresults": str(PAGE),
            "distanceunit": "KM",
            "compact": "false",
            "verbose": "false",
        },
        licence=LICENCE,
        secrets={} if key is None else {"X-API-Key": key},
    )
    answer = fetcher.fetch(question, _read)
    yield answer
    if len(answer.value) < PAGE:
        return
    if box.area_km2 < SMALLEST_KM2:
        raise SourceError(f"Open Charge Map gives {PAGE} sites within {box}: that cannot be")
    for part in box.cut(2, 2):
        yield from _box(fetcher, part)


def _read(body: bytes) -> list[Any]:
    data = read_json(body)
    if not isinstance(data, list):
        raise UnusableAnswerError("an answer that is no list of sites")
    return data
