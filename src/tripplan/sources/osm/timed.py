"""Limits, tolls and one-ways under conditions of time, as texts that a departure decides.

Pure: tags in, texts out.  Keys count in the order of those on access (`access.read_access`): the
most specific group of vehicles first, a direction's own key before the general one, and a key with
conditions before the one without.
"""

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Final, NamedTuple

from tripplan.records.road_changes import LIMIT, TOLL
from tripplan.sources.conditions import NEVER, conditions_of
from tripplan.sources.osm.keys import MODES, Key, has_conditions, has_family, taken_apart
from tripplan.sources.osm.maxspeed import parse_maxspeed
from tripplan.sources.osm.tags import costs_cars, driving_directions, pays_toll, sense_of

Tags = Mapping[str, str | None]

Conditional = tuple[tuple[str, str], ...]
"""Values and the times at which they hold, in rising order of precedence."""
_MOST_CLAUSES: Final = 64
"""Rules of more are left out: no sign has so many."""


class Timed(NamedTuple):
    """What keys with conditions say of one family and direction."""

    clauses: Conditional = ()
    always: str = ""
    """Value under conditions that always hold of a car ("80 @ (weight<3.5)"); "": none."""
    faults: tuple[str, ...] = ()


_NOTHING: Final = Timed()


def timed_values(taken: Mapping[Key, str], family: str, direction: str) -> Timed:
    """Collect the values under conditions that count before those without.

    Parameters
    ----------
    taken
        Tags, as `keys.taken_apart` gives them.
    family
        "maxspeed", "toll" or "oneway".
    direction
        "forward", "backward", or "" for what holds both ways.
    """
    if not has_conditions(taken, family):
        return _NOTHING
    clauses: list[tuple[str, str]] = []
    faults: list[str] = []
    for mode in MODES:
        for sense in dict.fromkeys((direction, "")):
            text = taken.get(Key(family, mode, sense, conditional=True))
            found = conditions_of(text) if text else []
            good = [(v, told) for v, told in found if told is not None and _READABLE[family](v)]
            if len(good) < len(found):
                faults.append(f"conditional {family} not understood")
            clauses[:0] = [(value, told) for value, told in good if told != NEVER]
            if taken.get(Key(family, mode, sense)):
                return _settled(clauses, faults)
    return _settled(clauses, faults)


def _settled(clauses: list[tuple[str, str]], faults: list[str]) -> Timed:
    """Let what always holds stand for what is before it."""
    always = ""
    for number in reversed(range(len(clauses))):
        value, told = clauses[number]
        if not told:
            always, clauses = value, clauses[number + 1 :]
            break
    if len(clauses) > _MOST_CLAUSES:
        return Timed((), always, (*faults, "more conditions than any sign has"))
    return Timed(tuple(clauses), always, tuple(dict.fromkeys(faults)))


def _is_limit(value: str) -> bool:
    return not math.isnan(parse_maxspeed(value).kmh)


_READABLE: Final[dict[str, Callable[[str], bool]]] = {
    "maxspeed": _is_limit,
    "toll": bool,
    "oneway": lambda value: sense_of(value) is not None,
}


def changes_of(limits: Conditional, tolls: Conditional) -> tuple[str, ...]:
    """Write limits and tolls as the rules of a network: "maxspeed=60 @ (22:00-06:00)".

    Parameters
    ----------
    limits, tolls
        Values and times, as `timed_values` collects them.
    """
    told = [(LIMIT, value, when) for value, when in limits]
    told += [(TOLL, "yes" if costs_cars(value) else "no", when) for value, when in tolls]
    return tuple(f"{kind}={value} @ ({when})" for kind, value, when in told)


def both_rules(access: str, oneway: str) -> str:
    """Return the rule of a road that is open where both of two rules open it.

    Parameters
    ----------
    access, oneway
        Rules such as "yes; no @ (Nov-May)", or "yes" and "no" alone.

    Returns
    -------
    str
        A rule; "yes" or "no" alone where that does not depend on the time.
    """
    # Of all pairs in the order of their parts, the last that holds is that of the last of each.
    pairs = list(product(_parts(access), _parts(oneway)))
    base, *rest = [
        ("yes" if {one[0], other[0]} == {"yes"} else "no", " AND ".join(filter(None, whens)))
        for one, other in pairs
        for whens in [(one[1], other[1])]
    ]
    if all(word == base[0] for word, _ in rest):
        return base[0]
    return "; ".join([base[0], *(f"{word} @ ({when})" for word, when in rest)])


def oneway_rules(base: tuple[bool, bool], clauses: Conditional) -> tuple[str, str]:
    """Write when a road may be driven along, and against it.

    Parameters
    ----------
    base
        Whether it may without conditions.
    clauses
        Values of ``oneway`` and the times at which they hold.
    """
    found = []
    for way in (0, 1):
        parts = ["yes" if base[way] else "no"]
        for value, when in clauses:
            senses = sense_of(value) or (False, False)
            parts.append(f"{'yes' if senses[way] else 'no'} @ ({when})")
        found.append("; ".join(parts))
    return found[0], found[1]


def _parts(rule: str) -> list[tuple[str, str]]:
    """Take a rule apart into words and conditions; the first has none."""
    first, _, rest = rule.partition("; ")
    found = [(first, "")]
    for part in rest.split(")"):
        word, at, when = part.removeprefix("; ").partition(" @ (")
        if at:
            found.append((word, when))
    return found


class Senses(NamedTuple):
    """Directions in which a road may be driven."""

    rules: tuple[str, str]
    """Along and against it: "yes", "no", or when."""
    faults: tuple[str, ...] = ()


_PLAIN: Final = {
    senses: Senses(oneway_rules(senses, ()))
    for senses in ((True, True), (True, False), (False, True))
}


def senses_of(tags: Tags) -> Senses | str:
    """Read the one-way tags with their conditions, or say why nobody drives there.

    Parameters
    ----------
    tags
        Those of a way.
    """
    forward, backward, why_not = driving_directions(tags)
    timed = timed_values(taken_apart(tags), "oneway", "")
    if timed is _NOTHING:
        return why_not or _PLAIN[forward, backward]
    if timed.always:
        forward, backward = sense_of(timed.always) or (forward, backward)
        why_not = "" if forward or backward else why_not
    if why_not and not timed.clauses:
        return why_not
    return Senses(oneway_rules((forward, backward), timed.clauses), timed.faults)


class Toll(NamedTuple):
    """Whether a private car pays, in one direction."""

    pays: bool
    clauses: Conditional
    faults: tuple[str, ...]


_FREE: Final = Toll(pays=False, clauses=(), faults=())


def tolls_of(tags: Tags) -> tuple[Toll, Toll]:
    """Read whether a private car pays along a way, and against it.

    Parameters
    ----------
    tags
        Those of the way.
    """
    taken = taken_apart(tags)
    if not has_family(taken, "toll"):
        return _FREE, _FREE
    found = []
    for sense in ("forward", "backward"):
        timed = timed_values(taken, "toll", sense)
        pays = costs_cars(timed.always) if timed.always else pays_toll(tags, sense)
        found.append(Toll(pays, timed.clauses, timed.faults))
    return found[0], found[1]
