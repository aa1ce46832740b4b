"""One site, several sources: find the entries that mean the same charger, and make one of them.

Candidates are found with a KD-tree, so that a continent takes seconds.  The result does not depend
on the order of the input.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tripplan.records.charger import Charger, Connector, SourceEntry
from tripplan.records.charger_names import SAME_OPERATOR, folded, similarity
from tripplan.routing.geometry import unit_vectors
from tripplan.sources.chargers import standards
from tripplan.sources.chargers.plugs import operation_of, plug_order
from tripplan.sources.chargers.standards import DC, VAGUE
from tripplan.units import EARTH_RADIUS_M

MAX_DISTANCE_M: Final = 100.0
"""Entries further apart are never one site (a large car park's diagonal; an assumption)."""
SAME_SPOT_M: Final = 30.0
"""Entries this near need no common name, only plugs that agree (an assumption)."""
SAME_NAME: Final = 0.6
"""Least similarity of two names, 0..1, where one of the operators is not known."""

_NAMED_BETTER: Final = {
    "UNKNOWN": frozenset(standards.PLAIN.values()) - {"UNKNOWN"},
    "UNKNOWN_DC": standards.DC - VAGUE,
    "TESLA": frozenset({"NACS", "NACS_AC", "TESLA_TYPE2"}),
}
"""Plugs whose being known makes a vague word of another entry needless."""


@dataclass(frozen=True)
class MergedChargers:
    """Sites of several sources with duplicates made one."""

    chargers: tuple[Charger, ...]
    """The sites, in the order of their ids."""
    merged: int
    """How many entries went into another one."""


def merge_chargers(chargers: Iterable[Charger]) -> MergedChargers:
    """Merge the entries that mean the same site; every entry is kept in ``sources``.

    Two entries mean the same site if they have the same id; or if they come from different
    sources, lie within `MAX_DISTANCE_M`, have a kind of plug in common (or one of them names
    none), and agree on the operator; where an operator is not known, on the name, or on the spot
    within 30 m.  No two entries of one source are merged otherwise: it knows its own sites.

    Of each value, the newest entry that states it counts.  A stated power goes before an assumed
    one, whatever their dates; the stalls of an entry with DC plugs go before those of one without.

    Parameters
    ----------
    chargers
        Sites of one source or several, in any order.

    Returns
    -------
    MergedChargers
        The same, in whatever order the input is.
    """
    given = sorted(chargers, key=_order)
    total = len(given)
    by_id: dict[str, list[Charger]] = {}
    for charger in given:
        by_id.setdefault(charger.id, []).append(charger)
    sites = [combined(same) for same in by_id.values()]
    merged = [combined([sites[k] for k in group]) for group in _groups(sites)]
    merged.sort(key=lambda charger: charger.id)
    return MergedChargers(chargers=tuple(merged), merged=total - len(merged))


def positions_m(sites: Sequence[Charger]) -> NDArray[np.float64]:
    """Return vectors from the centre of a spherical Earth, metres, shape (sites, 3)."""
    lat, lon = np.array([(site.lat, site.lon) for site in sites]).reshape(-1, 2).T
    return EARTH_RADIUS_M * unit_vectors(lat, lon)


def _order(charger: Charger) -> tuple[Any, ...]:
    """Newest first, then by everything else: a total order of different records."""
    dates = sorted((entry.date for entry in charger.sources), reverse=True)
    newest = dates[0] if dates else ""
    age = tuple(-int(part) for part in newest.split("-")) if newest else (0,)
    return (age, charger.source, charger.id, repr(charger))


def _groups(sites: Sequence[Charger]) -> list[list[int]]:
    """Partition the sites: the most alike pairs first, as long as all members fit each other."""
    if len(sites) < 2:
        return [[index] for index in range(len(sites))]
    from scipy.spatial import cKDTree  # noqa: PLC0415 - few builds need it, and it is large

    vectors = positions_m(sites)
    pairs = cKDTree(vectors).query_pairs(MAX_DISTANCE_M)
    marks = [_Marks.of(site) for site in sites]
    links = []
    for first, second in pairs:
        distance_m = float(np.linalg.norm(vectors[first] - vectors[second]))
        likeness = _likeness(marks[first], marks[second], distance_m)
        if likeness > 0:
            names = sorted((sites[first].id, sites[second].id))
            links.append((-likeness, distance_m, names, first, second))
    group_of = list(range(len(sites)))
    members = {index: [index] for index in group_of}
    for *_, first, second in sorted(links):
        one, other = group_of[first], group_of[second]
        if one != other and _fit(members[one], members[other], marks, vectors):
            members[one] += members.pop(other)
            for index in members[one]:
                group_of[index] = one
    return [sorted(group) for group in members.values()]


def _fit(
    some: Sequence[int],
    others: Sequence[int],
    marks: "Sequence[_Marks]",
    vectors: NDArray[np.float64],
) -> bool:
    sources = set(chain.from_iterable(marks[k].sources for k in some))
    if any(marks[k].sources & sources for k in others):
        return False
    apart = vectors[list(some)][:, None, :] - vectors[list(others)][None, :, :]
    return bool(np.all(np.linalg.norm(apart, axis=2) <= MAX_DISTANCE_M))


@dataclass(frozen=True)
class _Marks:
    """What two entries are compared by."""

    sources: frozenset[str]
    operators: tuple[str, ...]
    name: str
    plugs: frozenset[str]

    @classmethod
    def of(cls, site: Charger) -> "_Marks":
        sources = {entry.source for entry in site.sources} or {site.source}
        names = dict.fromkeys(map(folded, (site.operator, site.network)))
        plugs = {plug.standard for plug in site.connectors} - VAGUE
        return cls(
            sources=frozenset(sources),
            operators=tuple(sorted(name for name in names if name)),
            name=folded(site.name),
            plugs=frozenset(plugs),
        )


def _likeness(one: _Marks, other: _Marks, distance_m: float) -> float:
    """How sure it is that two entries mean one site: 0 no, up to 3."""
    if one.sources & other.sources:
        return 0.0
    if one.plugs and other.plugs and not one.plugs & other.plugs:
        return 0.0
    names = similarity(one.name, other.name)
    if one.operators and other.operators:
        operators = max(similarity(a, b) for a in one.operators for b in other.operators)
        if operators >= SAME_OPERATOR:
            return 1.0 + operators + names
        return names if names >= SAME_OPERATOR else 0.0
    if names >= SAME_NAME:
        return 1.0 + names
    return 0.5 if distance_m <= SAME_SPOT_M else 0.0


def apart_m(one: Charger, other: Charger) -> float:
    """Return the distance of two sites along a straight line, metres."""
    first, second = positions_m((one, other))
    return float(np.linalg.norm(first - second))


def combined(entries: Sequence[Charger]) -> Charger:
    """Make one record of entries that mean the same site; at least one entry is given."""
    if len(entries) == 1:
        return entries[0]
    ranked = sorted(entries, key=_order)
    first = ranked[0]
    sources = dict.fromkeys(chain.from_iterable(_entries(entry) for entry in ranked))
    plugs = _connectors(ranked)
    broken = operation_of(plugs) == "out_of_service"
    return replace(
        first,
        connectors=plugs,
        stalls=_first(sorted(ranked, key=_without_dc), "stalls", None),
        operator=_first(ranked, "operator", ""),
        network=_first(ranked, "network", ""),
        address=_first(ranked, "address", ""),
        town=_first(ranked, "town", ""),
        road=_first(ranked, "road", ""),
        access=_first(ranked, "access", "unknown"),
        access_note=_first(ranked, "access_note", ""),
        opening_hours=_first(ranked, "opening_hours", None),
        fee=_first(ranked, "fee", None),
        price=_first(ranked, "price", ""),
        operation="out_of_service" if broken else _first(ranked, "operation", "unknown"),
        sources=tuple(sources),
    )


def _without_dc(charger: Charger) -> bool:
    return not any(plug.standard in DC for plug in charger.connectors)


def _entries(charger: Charger) -> tuple[SourceEntry, ...]:
    return charger.sources or (SourceEntry(charger.source, charger.id),)


def _first(ranked: Sequence[Charger], name: str, unknown: object) -> Any:  # noqa: ANN401
    """Return the newest value of a field that is known."""
    found = (getattr(entry, name) for entry in ranked)
    return next((value for value in found if value != unknown), unknown)


def _connectors(ranked: Sequence[Charger]) -> tuple[Connector, ...]:
    """By kind of plug, take the entry that knows most: stated power, then assumed, then newest."""
    kinds = {plug.standard for entry in ranked for plug in entry.connectors}
    kinds = {kind for kind in kinds if not kinds & _NAMED_BETTER.get(kind, frozenset())}
    plugs: list[Connector] = []
    for kind in sorted(kinds):
        offers = [[plug for plug in entry.connectors if plug.standard == kind] for entry in ranked]
        plugs += _counted(max((offer for offer in offers if offer), key=_knowledge), offers)
    return tuple(sorted(plugs, key=plug_order))


def _knowledge(offer: Sequence[Connector]) -> tuple[bool, bool, bool]:
    """Rank what an entry says of a kind of plug; of equals, max() takes the newest."""
    stated = any(plug.power_kw is not None and not plug.power_assumed for plug in offer)
    assumed = any(plug.power_kw is not None for plug in offer)
    return stated, assumed, not any(plug.standard_rule for plug in offer)


def _counted(chosen: Sequence[Connector], offers: Sequence[Sequence[Connector]]) -> list[Connector]:
    """Fill in the number of plugs, that another entry states their kind, and their newest state."""
    named = any(offer and not any(plug.standard_rule for plug in offer) for offer in offers)
    plugs = [replace(plug, standard_rule="" if named else plug.standard_rule) for plug in chosen]
    if len(plugs) == 1 and plugs[0].count is None:
        counts = [offer[0].count for offer in offers if len(offer) == 1 and offer[0].count]
        plugs = [replace(plugs[0], count=counts[0] if counts else None)]
    told = ({plug.operation for plug in offer} - {"unknown"} for offer in offers)
    states = next((states for states in told if states), set())
    if len(states) == 1:
        plugs = [replace(plug, operation=min(states)) for plug in plugs]
    return plugs
