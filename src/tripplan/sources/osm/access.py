"""What access tags say to a private car: now and, with conditions, at some times of the year.

Pure: tags in, meaning out.  The most specific group of vehicles decides (motorcar, motor_vehicle,
vehicle, access), a direction's own key before the general one, a condition that holds before the
unconditional value, and of several conditions the last.  Keys on lanes close a road only where no
lane is left for cars.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tripplan.sources.conditions import NEVER, conditions_of
from tripplan.sources.osm.keys import MODES, Key, has_family, taken_apart

Access = Literal["open", "destination", "shut"]

_OPEN: Final = frozenset(("yes", "permissive", "designated", "official", "public", "discouraged"))
_DESTINATION: Final = frozenset(("destination", "customers"))
_SHUT: Final = frozenset(
    (
        "no",
        "private",
        "permit",
        "residents",
        "employees",
        "delivery",
        "agricultural",
        "forestry",
        "emergency",
        "military",
        "psv",
        "bus",
        "taxi",
        "hov",
        "hgv",
        "bicycle",
        "foot",
        "restricted",
        "use_sidepath",
    )
)
_POOLS: Final = "designated"
"""Value of ``hov`` on what is for cars with several people only."""


class Clause(NamedTuple):
    """Access under a condition of time."""

    access: Access
    condition: str


@dataclass(frozen=True)
class CarAccess:
    """What the access tags say to a private car in one direction."""

    base: Access | None
    """Without conditions; None where no tag decides."""
    clauses: tuple[Clause, ...] = ()
    """What holds at certain times, in rising order of precedence."""
    faults: tuple[str, ...] = ()
    """Values that were not understood."""


_NOTHING_TOLD: Final = CarAccess(None)


def read_access(
    tags: Mapping[str, str | None], direction: str = "", *, modes: tuple[str, ...] = MODES
) -> CarAccess:
    """Decide what the access tags say to a private car.

    Parameters
    ----------
    tags
        The tags of a way or node.
    direction
        "forward", "backward", or "" for what holds both ways.
    modes
        Groups of vehicles whose keys count, the most specific first.
    """
    taken = taken_apart(tags)
    if not has_family(taken, "access"):
        return _NOTHING_TOLD
    clauses: list[Clause] = []
    faults: list[str] = []
    for mode in modes:
        for sense in dict.fromkeys((direction, "")):
            timed = taken.get(Key("access", mode, sense, conditional=True))
            if timed:
                found, why = clauses_of(timed)
                clauses[:0] = found
                faults += why
            by_lanes = taken.get(Key("access", mode, sense, lanes=True))
            left = access_of_lanes(by_lanes) if by_lanes else None
            if left:
                return _settled(left, clauses, faults)
            value = taken.get(Key("access", mode, sense))
            access = access_of(value) if value else None
            if access:
                return _settled(access, clauses, faults)
            if value:
                faults.append("access not understood")
    return _settled(None, clauses, faults)


def _settled(base: Access | None, clauses: list[Clause], faults: list[str]) -> CarAccess:
    """Let a condition that always holds of the car stand for what is before it."""
    for number, clause in enumerate(clauses):
        if not clause.condition:
            return _settled(clause.access, clauses[number + 1 :], faults)
    return CarAccess(base, tuple(clauses), tuple(faults))


def access_of(value: str) -> Access | None:
    """Read one access value, or a list of them of which the kindest counts; None: unknown words."""
    parts = {part.strip() for part in value.casefold().split(";")}
    if parts & _OPEN:
        return "open"
    if parts & _DESTINATION:
        return "destination"
    return "shut" if parts & _SHUT else None


def access_of_lanes(text: str) -> Access | None:
    """Read what access by lanes leaves to cars, where that is not all: "no|no" closes a road.

    Parameters
    ----------
    text
        A value for each lane, with | between them; an empty one says nothing of its lane.

    Returns
    -------
    Access or None
        None where a lane is left for cars, or its value is not understood: other keys decide then,
        and no key on lanes opens what they close.
    """
    found = {access_of(lane) for lane in text.split("|")}
    if found & {"open", None}:
        return None
    return "destination" if "destination" in found else "shut"


def pools_only(tags: Mapping[str, str | None], direction: str) -> bool:
    """Tell whether a road is for cars with several people only, which may be no car with one.

    As OSRM has it: ``hov=designated``, or all lanes of a direction designated; lanes that others
    may use go before what is said of the whole road.

    Parameters
    ----------
    tags
        The tags of a way.
    direction
        "forward" or "backward".
    """
    lanes = tags.get(f"hov:lanes:{direction}") or tags.get("hov:lanes")
    if lanes:
        return {lane.strip() for lane in lanes.casefold().split("|")} == {_POOLS}
    return (tags.get(f"hov:{direction}") or tags.get("hov") or "").casefold() == _POOLS


def clauses_of(text: str) -> tuple[list[Clause], list[str]]:
    """Read a value with conditions: "no @ (Nov-May); destination @ (Mo-Fr 07:00-09:00)".

    Conditions on the vehicle are decided here, for `CAR`; those on time stay, for the date of a
    trip; all others (weather, persons) are not used, and counted.

    Parameters
    ----------
    text
        The value of a key that ends in ":conditional".

    Returns
    -------
    tuple
        The clauses, and what was not understood.
    """
    clauses: list[Clause] = []
    faults: list[str] = []
    for value, condition in conditions_of(text):
        access = access_of(value)
        if access is None or condition is None:
            faults.append("conditional access not understood")
        elif condition != NEVER:
            clauses.append(Clause(access, condition))
    return clauses, faults


def rule_of(access: CarAccess, usual: Access) -> str:
    """Write when a road is open to cars, or "" where that does not depend on the time.

    Parameters
    ----------
    access
        What the tags say.
    usual
        What holds where they say nothing.

    Returns
    -------
    str
        "yes" or "no", then what changes it, the last that holds decides:
        "yes; no @ (Nov-May)".
    """
    words = {"open": "yes", "destination": "yes", "shut": "no"}
    base = words[access.base or usual]
    told, parts = {base}, [base]
    for clause in access.clauses:
        word = words[clause.access]
        told.add(word)
        parts.append(f"{word} @ ({clause.condition})")
    return "; ".join(parts) if len(told) > 1 else ""
