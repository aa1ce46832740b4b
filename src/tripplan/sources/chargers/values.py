"""Single values of charger files, from strangers' text to what a `Charger` may hold; pure.

Every reader of chargers goes through here: a row that cannot be used raises `SkipRow`, a value that
cannot be true is left out; both are counted in a `Tally`, so that nothing disappears silently.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from tripplan.records.charger import MAX_POWER_KW, Connector
from tripplan.units import W_PER_KW

TEXT_LIMIT: Final = 200
"""Longest text kept, characters; longer ones are cut and counted."""
MAX_COUNT: Final = 1000
"""Most plugs or stalls that a site is believed to have."""
LARGEST_NAME: Final = 10**18
"""Bound of numbers that stand for a text: an id, a postal code."""
MOST_NORTHERN_LAT: Final = 82.0
MOST_SOUTHERN_LAT: Final = -60.0
"""No road, hence no charger, lies beyond; a latitude there is a longitude in the wrong column."""

CEILING_KW: Final[Mapping[str, float]] = {
    "CHADEMO": 400.0,
    "CCS1": 1000.0,
    "CCS2": 1000.0,
    "NACS": 1000.0,
    "TYPE1": 20.0,
    "TYPE2": 44.0,
    "TYPE3": 44.0,
    "NACS_AC": 25.0,
    "TESLA_TYPE2": 250.0,
    "GBT_AC": 28.0,
    "DOMESTIC": 8.0,
    "NEMA": 15.0,
    "CEE": 90.0,
}
"""Power above which a stated value cannot be right for a kind of plug, kW.

DC: the standards' highest voltage times current, rounded up (CHAdeMO 2.0: 400 kW).  AC: the
standards' highest current at mains voltage (J1772: 80 A at 240 V = 19.2 kW; IEC 62196 type 2:
3 x 63 A at 400 V = 43.6 kW; CEE: 3 x 125 A at 400 V = 86.6 kW).
"""

_SEPARATOR = re.compile(r"[;|]")
_POWER = re.compile(r"^[~<≤]?\s*(\d{1,9}(?:[.,]\d{1,6})?)\s*(kW|kVA|W|VA|MW)?p?$", re.IGNORECASE)
_PER_KW: Final = {"": 1.0, "KW": 1.0, "KVA": 1.0, "W": W_PER_KW, "VA": W_PER_KW, "MW": 1e-3}
_BIDIRECTIONAL: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


class SkipRow(Exception):  # noqa: N818 - a decision on one row, not an error of the program
    """A row that cannot become a charger; the message is the reason that is counted."""


@dataclass
class Tally:
    """Counts by reason: rows that were skipped, and values that were ignored."""

    skipped: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)

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
    kept = "".join(
        " " if unicodedata.category(ch) in ("Cc", "Zl", "Zp") else ch
        for ch in head
        if unicodedata.category(ch) != "Cs" and ch not in _BIDIRECTIONAL
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


def powers(value: object, tally: Tally) -> tuple[float, ...]:
    """Read powers, kW: 50, "50 kW", "50000 W", "22;50"; none for "yes" and the like.

    A number without a unit is kW (as OpenStreetMap has it); above 2000 it is ignored, since nobody
    can tell whether it was meant in W.
    """
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, int | float):
        return _possible(number(value), tally)
    if not isinstance(value, str):
        tally.ignore("a power that is not a number")
        return ()
    found: list[float] = []
    for part in _SEPARATOR.split(value[:TEXT_LIMIT]):
        word = part.strip()
        if word.casefold() in {"", "yes", "no", "unknown"}:
            continue
        match = _POWER.match(word)
        if match is None:
            tally.ignore("a power that is not a number")
            continue
        amount = float(match[1].replace(",", ".")) / _PER_KW[(match[2] or "").upper()]
        found += _possible(amount, tally)
    return tuple(found)


def _possible(kw: float | None, tally: Tally) -> tuple[float, ...]:
    if kw is None or not 0 <= kw <= MAX_POWER_KW:
        tally.ignore("a power that is not possible")
        return ()
    return (kw,) if kw > 0 else ()


def plug(
    standard: str,
    power_kw: float | None,
    tally: Tally,
    *,
    plugs: int | None = None,
    power_rule: str = "",
) -> Connector:
    """Make a connector; a power above what its standard allows becomes unknown, and is counted.

    Parameters
    ----------
    standard
        Kind of plug.
    power_kw
        Its highest power; None if nobody states it. [kW]
    tally
        Counts what is ignored.
    plugs
        How many of them there are; None if nobody states it.
    power_rule, standard_rule
        By which rule power or kind are assumed; empty where they are stated.
    """
    if power_kw is not None and power_kw > CEILING_KW.get(standard, MAX_POWER_KW):
        tally.ignore(f"more power than a {standard} plug can have")
        power_kw, power_rule = None, ""
    return Connector(
        standard,
        power_kw,
        power_assumed=bool(power_rule) and power_kw is not None,
        power_rule=power_rule if power_kw is not None else "",
        count=plugs,
    )


def gathered(plugs: Iterable[Connector]) -> tuple[Connector, ...]:
    """Add up plugs that differ in number only, in the order of standard and falling power."""
    groups: dict[tuple[object, ...], list[Connector]] = {}
    for one in plugs:
        key = (one.standard, one.power_kw, one.power_assumed, one.power_rule, one.standard_rule)
        groups.setdefault(key, []).append(one)
    sums = []
    for same in groups.values():
        counts = [one.count for one in same if one.count is not None]
        total = sum(counts) if len(counts) == len(same) else None
        first = same[0]
        sums.append(
            Connector(
                first.standard,
                first.power_kw,
                power_assumed=first.power_assumed,
                power_rule=first.power_rule,
                count=total,
                standard_rule=first.standard_rule,
            )
        )
    return tuple(sorted(sums, key=plug_order))


def plug_order(one: Connector) -> tuple[str, float, bool, str, int, str]:
    """Key of the order in which a site's plugs are listed."""
    return (
        one.standard,
        -(one.power_kw or 0.0),
        one.power_assumed,
        one.power_rule,
        one.count or 0,
        one.standard_rule,
    )


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
