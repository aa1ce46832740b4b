"""Whether a plug or a site works, in the words that sources and people use, and by its dates."""

import re
from calendar import monthrange
from datetime import date
from typing import Final, Literal
from unicodedata import normalize

from tripplan.records.charger import ChargerOperation
from tripplan.sources.chargers.values import SkipRow, Tally

State = Literal["in_service", "out_of_service", "planned", "removed"]

PLANNED: Final = "planned, not open yet"
CLOSED: Final = "closed"
PLUG_PLANNED: Final = "a plug that is planned"
PLUG_REMOVED: Final = "a plug that is removed"

_WORDS: Final[dict[State, str]] = {
    "in_service": (
        "operational operative working functional open available charging occupied reserved "
        "inservice inuse active ok works fullyoperational ready preparing finishing"
    ),
    "out_of_service": (
        "broken brokendown outoforder outofservice outofuse nonoperational notoperational "
        "notworking nonworking nonfunctional notfunctional dysfunctional defect defekt defective "
        "defectueux damaged faulty faulted fault closed temporarilyclosed inoperative inoperable "
        "inoperational unavailable notavailable temporarilyunavailable disabled disused suspended "
        "kaputt ausserbetrieb ausserbetreib horsservice enpanne maintenance undermaintenance "
        "maintenancerequired needsmaintenance repair underrepair inrepair dead failed inactive "
        "vandalised vandalized blocked notinservice notinuse offline outage buitengebruik "
        "fueradeservicio fuoriservizio guasto stillgelegt abgeschaltet off switchedoff turnedoff "
        "down stoerung gestoert defectueuse averiado averiada avariado fuoriuso nieczynna "
        "nieczynne nieczynny niedziala nefunguje urfunktion ikkeidrift uteavdrift udeafdrift"
    ),
    "planned": (
        "planned proposed construction underconstruction plannedforfuturedate comingsoon future "
        "notyetopen notopenyet permit commissioning building"
    ),
    "removed": (
        "removed decommissioned dismantled demolished abandoned gone permanentlyclosed "
        "closedpermanently closedperm razed duplicate"
    ),
}
_UMLAUTS: Final = {
    ord("\u00e4"): "ae",
    ord("\u00f6"): "oe",
    ord("\u00fc"): "ue",
    ord("\u0142"): "l",
}
_STATE_OF: Final = {word: state for state, words in _WORDS.items() for word in words.split()}


def state_of(word: object) -> State | None:
    """Read a word for a state: "out of order", "OUTOFORDER", "non-operational".

    Parameters
    ----------
    word
        What the source says; case, blanks and punctuation do not count.

    Returns
    -------
    {"in_service", "out_of_service", "planned", "removed"} or None
        None where it says nothing of the kind.
    """
    if not isinstance(word, str):
        return None
    plain = normalize("NFKD", word.casefold().translate(_UMLAUTS))
    plain = re.sub(r"[^a-z]", "", plain)
    return _STATE_OF.get(plain)


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
