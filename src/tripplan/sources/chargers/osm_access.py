"""Who may charge at a station of OpenStreetMap, when, and whether it costs; pure.

After the OpenStreetMap wiki: Key:access, Conditional restrictions, Key:opening_hours, Key:fee.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tripplan.records.charger import ChargerAccess
from tripplan.sources.chargers import values
from tripplan.sources.chargers.access import for_some_only
from tripplan.sources.chargers.hours import ALWAYS
from tripplan.sources.chargers.values import Tally
from tripplan.sources.conditions import NEVER, conditions_of

HOURS_LIMIT: Final = 255
"""Longest value of a tag in OpenStreetMap, characters."""
NOT_UNDERSTOOD: Final = "a condition that is not understood"
NOT_USED: Final = "a value under conditions that is not used"
_CONDITIONAL: Final = ":conditional"
_MODES: Final = ("motorcar", "motor_vehicle", "access")
"""Keys of access, the most specific first."""
_ACCESS: Final[Mapping[str, ChargerAccess]] = {
    "yes": "public",
    "public": "public",
    "permissive": "public",
    "destination": "public",
    "customers": "restricted",
    "private": "restricted",
    "no": "restricted",
    "permit": "restricted",
    "members": "restricted",
    "residents": "restricted",
    "employees": "restricted",
    "delivery": "restricted",
    "fleet": "restricted",
    "staff": "restricted",
    "guests": "restricted",
    "tenants": "restricted",
    "military": "restricted",
}
_FEE: Final = {"yes": True, "no": False}
_USED: Final = frozenset(f"{key}{_CONDITIONAL}" for key in (*_MODES, "fee"))
_NEVER_KNOWN: Final = "00:00-24:00 unknown"
"""Hours of which nothing is known."""


class _Clause(NamedTuple):
    """Access at certain times."""

    access: ChargerAccess
    when: str
    """As opening hours; "": always."""


def access_and_hours(tags: Mapping[str, str], tally: Tally) -> tuple[ChargerAccess, str | None]:
    """Read who may charge, and when: times at which the public may not are hours it is closed.

    Parameters
    ----------
    tags
        All tags of the element.
    tally
        Counts conditions that are not understood; then what holds without conditions counts.

    Returns
    -------
    tuple
        The access, and opening hours in OpenStreetMap's syntax (None: not known).
    """
    hours = values.text(tags.get("opening_hours"), tally, limit=HOURS_LIMIT) or None
    base, clauses = _access(tags, tally)
    if not clauses:
        return base, hours
    found = _under(base, clauses, hours)
    if found is None:
        tally.ignore(NOT_UNDERSTOOD)
        return base, hours
    return found


def fee_of(tags: Mapping[str, str], tally: Tally) -> bool | None:
    """Tell whether charging costs: at any time, where that depends on the time.

    Parameters
    ----------
    tags
        All tags of the element.
    tally
        Counts conditions that are not understood.
    """
    base = _FEE.get(tags.get("fee", "").strip().casefold())
    for value, when in conditions_of(tags.get(f"fee{_CONDITIONAL}", "")):
        fee = _FEE.get(value.casefold())
        if when is None or fee is None:
            tally.ignore(NOT_UNDERSTOOD)
        elif when == "":
            base = fee
        elif when != NEVER and fee != base:
            base = True if fee or base else None
    return base


def count_unused_conditions(tags: Mapping[str, str], tally: Tally) -> None:
    """Count the values under conditions that nobody reads: of prices, stays, plugs, hours.

    Parameters
    ----------
    tags
        All tags of the element.
    tally
        Counts them.
    """
    for key in tags:
        if key.endswith(_CONDITIONAL) and key not in _USED:
            tally.ignore(NOT_USED)


def _access(tags: Mapping[str, str], tally: Tally) -> tuple[ChargerAccess, list[_Clause]]:
    """Read the access without conditions, and what changes it, in rising order of precedence."""
    clauses: list[_Clause] = []
    for key in _MODES:
        clauses[:0] = _clauses(tags.get(f"{key}{_CONDITIONAL}", ""), tally)
        word = tags.get(key, "").strip().casefold()
        if word in _ACCESS:
            return _settled(_ACCESS[word], clauses)
    if any(for_some_only(tags.get(key, "")) for key in ("access:description", "description")):
        return _settled("restricted", clauses)
    return _settled("unknown", clauses)


def _clauses(text: str, tally: Tally) -> list[_Clause]:
    found: list[_Clause] = []
    for value, when in conditions_of(text):
        access = _ACCESS.get(value.casefold())
        if access is None or when is None:
            tally.ignore(NOT_UNDERSTOOD)
        elif when != NEVER:
            found.append(_Clause(access, when))
    return found


def _settled(base: ChargerAccess, clauses: list[_Clause]) -> tuple[ChargerAccess, list[_Clause]]:
    """Let what always holds of a car stand for what is before it."""
    for number in reversed(range(len(clauses))):
        if not clauses[number].when:
            return clauses[number].access, clauses[number + 1 :]
    return base, clauses


def _under(
    base: ChargerAccess, clauses: list[_Clause], hours: str | None
) -> tuple[ChargerAccess, str | None] | None:
    """Write access at certain times as hours of the public; None where hours cannot say it.

    A site that the public may use at certain times only counts as public then, and as closed at
    other times (an assumption: some may charge there at other times, too).
    """
    if any(" AND " in one.when for one in clauses):
        return None
    whens = [one.when for one in clauses if one.access != base]
    if not whens:
        return base, hours
    if {one.access for one in clauses} == {"public"}:
        return ("public", " || ".join(whens)) if hours in (None, ALWAYS) else None
    if base == "restricted" or {one.access for one in clauses} != {"restricted"}:
        return None
    if hours is not None and "||" in hours:
        return None
    stated = hours or (ALWAYS if base == "public" else _NEVER_KNOWN)
    return base, "; ".join([stated, *(f"{when} off" for when in whens)])
