"""Whether a plug or a site works, in the words that sources and people use, and by its dates."""

import re
from calendar import monthrange
from datetime import date
from typing import Final

from tripplan.records.charger import ChargerOperation
from tripplan.sources.chargers.state_words import State, state_of
from tripplan.sources.chargers.values import SkipRow, Tally

__all__ = ["State", "read_state", "skip_by_dates", "state_of", "works"]

PLANNED: Final = "planned, not open yet"
CLOSED: Final = "closed"
PLUG_PLANNED: Final = "a plug that is planned"
PLUG_REMOVED: Final = "a plug that is removed"

_NOTHING: Final = frozenset({"", "yes", "no", "unknown", "?", "n/a", "none"})


def read_state(word: str | None, tally: Tally) -> State | None:
    """Read a word for a state.

    Parameters
    ----------
    word
        What the source says; None: nothing.
    tally
        Counts words that are not understood.
    """
    found = state_of(word)
    if found is None and word and word.strip().casefold() not in _NOTHING:
        tally.ignore("a state that is not understood")
    return found


def works(state: State | None) -> ChargerOperation:
    """Return whether what is in a state works; what is planned or removed is not there at all."""
    return state if state in ("in_service", "out_of_service") else "unknown"


def skip_by_dates(opens: object, closes: object, tally: Tally) -> None:
    """Skip a site that opens after the day of reading, or that closed before it.

    Parameters
    ----------
    opens, closes
        Days, months or years, ISO 8601; what is none says nothing.
    tally
        Has the day of reading, and counts texts that are no dates.

    Raises
    ------
    SkipRow
        It is not there on that day.
    """
    first, last = _days(opens, tally), _days(closes, tally)
    if first is not None and first[0] > tally.today:
        raise SkipRow(PLANNED)
    if last is not None and last[1] < tally.today:
        raise SkipRow(CLOSED)


def _days(value: object, tally: Tally) -> tuple[date, date] | None:
    """First and last day of a day, a month or a year."""
    if value in (None, ""):
        return None
    match = re.match(r"^\s*(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:$|[T\s])", str(value)[:40])
    written = re.match(r"^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*$", str(value)[:40])
    if written:
        return _days("-".join(written.groups()[::-1]), tally)
    try:
        year, month, day = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        if not month:
            return date(year, 1, 1), date(year, 12, 31)
        if not day:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError:
        tally.ignore("a date that is not one")
        return None
