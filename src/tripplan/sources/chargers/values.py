"""Single values of charger files, from strangers' text to what a `Charger` may hold; pure.

Every reader of chargers goes through here: a row that cannot be used raises `SkipRow`, a value that
cannot be true is left out; both are counted in a `Tally`, so that nothing disappears silently.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

TEXT_LIMIT: Final = 200
"""Longest text kept, characters; longer ones are cut and counted."""
MAX_COUNT: Final = 1000
"""Most plugs or stalls that a site is believed to have."""
LARGEST_NAME: Final = 10**18
"""Bound of numbers that stand for a text: an id, a postal code."""
MOST_NORTHERN_LAT: Final = 82.0
MOST_SOUTHERN_LAT: Final = -60.0
"""No road, hence no charger, lies beyond; a latitude there is a longitude in the wrong column."""

_BIDIRECTIONAL: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


class SkipRow(Exception):  # noqa: N818 - a decision on one row, not an error of the program
    """A row that cannot become a charger; the message is the reason that is counted."""


@dataclass
class Tally:
    """Counts by reason: rows that were skipped, and values that were ignored."""

    skipped: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    today: date = field(default_factory=date.today)
    """The day of reading: what opens later, or closed before, is not there."""

    def ignore(self, reason: str) -> None:
        """Count a value that was left out although its row was kept."""
        self.ignored[reason] += 1


def number(value: object) -> float | None:
    """Read a finite number, or text that is one; None for anything else (booleans too)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and ("_" in value or not value.isascii() or len(value) > 40):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def count(value: object, tally: Tally) -> int | None:
    """Read a count of plugs or stalls; an impossible one is ignored."""
    if value is None or value == "":
        return None
    found = number(value)
    if found is None:
        tally.ignore("a count that is not a number")
        return None
    if found != int(found) or not 0 <= found <= MAX_COUNT:
        tally.ignore("a count that is not possible")
        return None
    return int(found) or None


def position(lat: object, lon: object) -> tuple[float, float]:
    """Read a position, degrees.

    Raises
    ------
    SkipRow
        It is missing, not a number, out of range, 0,0, or has its columns swapped.
    """
    if lat in (None, "") or lon in (None, ""):
        raise SkipRow("no coordinates")
    found_lat, found_lon = number(lat), number(lon)
    if found_lat is None or found_lon is None:
        raise SkipRow("coordinates are not numbers")
    if abs(found_lat) > 180 or abs(found_lon) > 180:
        raise SkipRow("coordinates out of range")
    if found_lat == 0 and found_lon == 0:
        raise SkipRow("coordinates are 0,0")
    if not MOST_SOUTHERN_LAT <= found_lat <= MOST_NORTHERN_LAT:
        raise SkipRow("latitude where no road is: coordinates swapped?")
    return found_lat, found_lon


def text(value: object, tally: Tally, *, limit: int = TEXT_LIMIT) -> str:
    """Read text for people: one line, no control or direction characters, of bounded length."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        value = str(value) if abs(value) < LARGEST_NAME else None
    if not isinstance(value, str):
        tally.ignore("a text that is not one")
        return ""
    head = value[: 4 * limit]
    kept = (
        head
        if head.isprintable()
        else "".join(
            " " if unicodedata.category(ch) in ("Cc", "Zl", "Zp") else ch
            for ch in head
            if unicodedata.category(ch) != "Cs" and ch not in _BIDIRECTIONAL
        )
    )
    line = " ".join(kept.split())
    if len(line) > limit or len(value) > len(head):
        tally.ignore(f"a text longer than {limit} characters was cut")
        line = line[: limit - 1].rstrip() + "…"
    return line


def known(value: object, tally: Tally) -> str:
    """Read text, where words like "Unknown" and "(Unknown Operator)" count as none."""
    found = text(value, tally)
    plain = found.strip("()[]-. ").casefold()
    return "" if plain in _NO_WORDS or plain.startswith("unknown") else found


_NO_WORDS: Final = frozenset({"", "n/a", "na", "none", "null", "nan", "not specified", "?"})


def day(value: object, tally: Tally) -> str:
    """Read the day of an ISO 8601 date or time; empty if it is none of this century."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        found = date.fromisoformat(value.strip()[:10])
    except ValueError:
        tally.ignore("a date that is not one")
        return ""
    if not 2000 <= found.year < 2100:
        tally.ignore("a date that is not possible")
        return ""
    return found.isoformat()


def moment(value: object) -> datetime | None:
    """Read an ISO 8601 time; without a zone it is UTC, as OCPI has it; None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def joined(parts: Sequence[object], tally: Tally) -> str:
    """Join the parts of an address that are there."""
    words = (known(part, tally) for part in parts)
    return text(", ".join(word for word in words if word), tally)


def row_of(value: object) -> Mapping[str, Any]:
    """Take a JSON object for a row, or skip it."""
    if not isinstance(value, Mapping):
        raise SkipRow("the row is not an object")
    return value


def inner(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return an object inside a row; empty where there is none."""
    found = row.get(key)
    return found if isinstance(found, Mapping) else {}


def items(row: Mapping[str, Any], key: str) -> Sequence[Any]:
    """Return a list inside a row; empty where there is none."""
    found = row.get(key)
    return found if isinstance(found, list | tuple) else ()


def middle(low: object, high: object) -> float | None:
    """Return the middle of two coordinates; None unless both are numbers."""
    first, last = number(low), number(high)
    return None if first is None or last is None else (first + last) / 2


def flat_points(found: object, depth: int = 0) -> list[tuple[object, object]]:
    """List the (lon, lat) pairs of GeoJSON coordinates, however deeply they are nested."""
    if not isinstance(found, list | tuple) or not found or depth > 4:
        return []
    if not isinstance(found[0], list | tuple):
        return [(found[0], found[1])] if len(found) >= 2 else []
    return [pair for part in found for pair in flat_points(part, depth + 1)]


def centre(points: Sequence[tuple[object, object]]) -> tuple[object, object]:
    """Return the latitude and longitude of the middle of an outline's bounding box."""
    if len(points) == 1:
        return points[0][1], points[0][0]
    pairs = [(number(lon), number(lat)) for lon, lat in points]
    lons = [lon for lon, _ in pairs if lon is not None]
    lats = [lat for _, lat in pairs if lat is not None]
    if not lons or len(lons) < len(pairs) or len(lats) < len(pairs):
        return None, None
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
