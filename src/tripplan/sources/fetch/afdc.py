"""Charging stations of the US and Canada from AFDC's API v1, by state or around a box.

The key is the user's own, goes into a header, and is never written down.  Source of the addresses
and parameters: developer.nlr.gov, alt-fuel-stations v1 ("all" and "nearest").
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from tripplan.errors import InvalidInputError, SourceError
from tripplan.sources.chargers.afdc import LICENCE, read_afdc_json
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.fetch.area import BBox
from tripplan.sources.fetch.cache import FetchRecord
from tripplan.sources.fetch.http import Fetched, Fetcher, Question, UnusableAnswerError, read_json
from tripplan.units import M_PER_KM, M_PER_MILE

PAGE: Final = 200
"""Most stations that a question for the nearest ones may ask for."""
FARTHEST_MILES: Final = 500.0
"""Largest radius of such a question."""
_ASKED: Final = {"fuel_type": "ELEC", "status": "E"}
Records = list[FetchRecord]


def fetch_afdc(
    fetcher: Fetcher, *, boxes: Iterable[BBox] = (), states: Iterable[str] = ()
) -> tuple[ChargerReading, Records]:
    """Fetch the stations of boxes and of states, and read them; as `fetch_rows`.

    Parameters
    ----------
    fetcher, boxes, states
        As in `fetch_rows`.

    Returns
    -------
    tuple[ChargerReading, list[FetchRecord]]
        The sites, and where each answer came from.
    """
    rows, records = fetch_rows(fetcher, boxes=boxes, states=states)
    return read_afdc_json({"fuel_stations": rows}, where="AFDC answers"), records


def fetch_rows(
    fetcher: Fetcher, *, boxes: Iterable[BBox] = (), states: Iterable[str] = ()
) -> tuple[list[Any], Records]:
    """Fetch the stations of boxes and of states, as they come.

    Parameters
    ----------
    fetcher
        Asks; its settings hold the key.
    boxes
        Areas; one with more stations than an answer may hold is asked for in four parts.
    states
        Two-letter codes: "CO".

    Returns
    -------
    tuple[list, list[FetchRecord]]
        The stations, each once, and where each answer came from.

    Raises
    ------
    InvalidInputError
        There is no key, or no such state.
    OfflineError
        It is not in the cache, and asking is switched off.
    SourceError
        AFDC refuses or gave no usable answer.
    """
    if fetcher.settings.afdc_key is None and not fetcher.settings.offline:
        raise InvalidInputError(
            "AFDC answers to a key only: get one for free from developer.nlr.gov/signup, and set "
            "TRIPPLAN_AFDC_KEY or FetchSettings(afdc_key=...)",
            field="afdc_key",
            expected="a key of your own",
        )
    stations: dict[Any, Any] = {}
    records: Records = []
    for code in states:
        _take(_state(fetcher, code), stations, records)
    for box in boxes:
        for answer in _box(fetcher, box):
            _take(answer, stations, records, box)
    return list(stations.values()), records


def _take(
    answer: Fetched[dict[str, Any]],
    stations: dict[Any, Any],
    records: Records,
    box: BBox | None = None,
) -> None:
    records.append(answer.answer.record)
    for row in answer.value["fuel_stations"]:
        if box is None or _within(row, box):
            known = row.get("id") if isinstance(row, dict) else None
            stations[known if isinstance(known, int | str) else json.dumps(row)] = row


def _within(row: object, box: BBox) -> bool:
    """Tell whether a row lies in the box; one without a position is the reader's to judge."""
    try:
        return box.holds(float(row["latitude"]), float(row["longitude"]))  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return True


def _state(fetcher: Fetcher, code: str) -> Fetched[dict[str, Any]]:
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise InvalidInputError(
            f"{code[:20]!r} is no state: give its two letters, as CO",
            field="state",
            value=code,
            expected="two capital letters",
        )
    query = {**_ASKED, "state": code, "limit": "all"}
    answer = fetcher.fetch(_question(fetcher, "v1.json", query, f"stations of {code}"), _read)
    if _missing(answer.value):
        raise SourceError(
            f"AFDC says that {code} has {answer.value['total_results']} stations, but gave only "
            f"{len(answer.value['fuel_stations'])}"
        )
    return answer


def _box(fetcher: Fetcher, box: BBox) -> Iterator[Fetched[dict[str, Any]]]:
    radius_miles = box.reach_km * M_PER_KM / M_PER_MILE
    if radius_miles <= FARTHEST_MILES:
        query = {
            **_ASKED,
            "latitude": f"{box.middle.lat:.6f}",
            "longitude": f"{box.middle.lon:.6f}",
            "radius": f"{radius_miles + 0.1:.1f}",
            "limit": str(PAGE),
        }
        about = f"stations within {box}"
        answer = fetcher.fetch(_question(fetcher, "v1/nearest.json", query, about), _read)
        yield answer
        if not _missing(answer.value) or radius_miles < 0.1:
            return
    for part in box.cut(2, 2):
        yield from _box(fetcher, part)


def _question(fetcher: Fetcher, path: str, query: dict[str, str], about: str) -> Question:
    key = fetcher.settings.afdc_key
    return Question(
        service="AFDC",
        about=about,
        url=f"{fetcher.settings.afdc_url.rstrip('/')}/{path}",
        query=query,
        licence=LICENCE,
        secrets={} if key is None else {"X-Api-Key": key},
    )


def _read(body: bytes) -> dict[str, Any]:
    data = read_json(body)
    if not isinstance(data, dict) or not isinstance(data.get("fuel_stations"), list):
        raise UnusableAnswerError("an answer without fuel_stations")
    return data


def _missing(data: dict[str, Any]) -> bool:
    """Tell whether there are more stations than the answer holds."""
    total, given = data.get("total_results"), len(data["fuel_stations"])
    return total > given if isinstance(total, int) else given >= PAGE
