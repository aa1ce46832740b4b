"""From the tags of one way or relation to a record: `read_way`, `read_restriction`.

Pure, like `tags`, whose vocabulary it puts together.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
)
from tripplan.sources.osm.tags import (
    CLASS_OF,
    LINKS,
    SKIPPED_SERVICES,
    UNPAVED_KMH,
    SpeedLimit,
    car_access,
    driving_directions,
    parse_duration,
    parse_maxspeed,
)

Tags = Mapping[str, str | None]

_FERRY: Final = ROAD_CLASSES.index("ferry")
_TRACK: Final = ROAD_CLASSES.index("track")
_CONTEXT_KEYS: Final = ("source:maxspeed", "maxspeed:type", "zone:maxspeed", "zone:traffic")


@dataclass(frozen=True)
class WayMeaning:
    """What a way means to a car; ways with equal meaning may be merged."""

    road_class: int
    """Index into `ROAD_CLASSES`."""
    flags: int = 0
    forward: bool = True
    """Whether cars drive along the way, ..."""
    backward: bool = True
    """... and against it."""
    limit_forward_kmh: float = math.nan
    """Stated limit along the way, km/h; NaN where none is stated."""
    limit_backward_kmh: float = math.nan
    cap_kmh: float = math.inf
    """Highest expected speed for another reason: advisory limit, surface."""
    urban: int = -1
    """1: tagged as built-up; 0: tagged as outside; -1: the tags do not say."""
    destination_forward: bool = False
    """Along the way: open only to those whose trip begins or ends there, ..."""
    destination_backward: bool = False
    """... and against it."""
    ferry_s: float = math.nan
    """Duration of a ferry's crossing, seconds; NaN where none is stated."""
    faults: tuple[str, ...] = ()
    """Tags that were not used, and why."""


def read_way(tags: Tags, *, ferries: bool) -> WayMeaning | str:
    """Read the tags of a way.

    Parameters
    ----------
    tags
        At least the keys of `tags.WAY_KEYS` that the way has.
    ferries
        Whether ferries that carry cars count as roads.

    Returns
    -------
    WayMeaning or str
        The meaning, or the reason why no car drives there.
    """
    if tags.get("route") == "ferry" or tags.get("highway") == "ferry":
        return _read_ferry(tags) if ferries else "ferry (switched off)"
    refusal = _not_a_road(tags)
    if refusal:
        return refusal
    forward, backward, why_not = driving_directions(tags)
    if why_not:
        return why_not
    ahead, fault = car_access(tags, ":forward")
    back, _ = car_access(tags, ":backward")
    forward, backward = forward and ahead != "shut", backward and back != "shut"
    if not (forward or backward):
        return "closed to cars"
    road_class = CLASS_OF[tags["highway"] or ""]
    if road_class == _TRACK and "open" not in {ahead, back}:
        return "track not tagged as open to cars"
    meaning = WayMeaning(
        road_class=road_class,
        flags=_flags(tags),
        forward=forward,
        backward=backward,
        destination_forward=ahead == "destination",
        destination_backward=back == "destination",
        faults=(fault,) if fault else (),
    )
    return _with_speeds(meaning, tags)


def _not_a_road(tags: Tags) -> str:
    highway = tags.get("highway")
    if highway not in CLASS_OF:
        return "highway not for cars"
    if tags.get("area") == "yes":
        return "area"
    if highway == "service" and tags.get("service") in SKIPPED_SERVICES:
        return "driveway, parking aisle or the like"
    return ""


def _flags(tags: Tags) -> int:
    flags = FLAG_LINK if tags.get("highway") in LINKS else 0
    for key, flag in (("toll", FLAG_TOLL), ("tunnel", FLAG_TUNNEL), ("bridge", FLAG_BRIDGE)):
        if tags.get(key) not in {None, "no"}:
            flags |= flag
    return flags


def _with_speeds(meaning: WayMeaning, tags: Tags) -> WayMeaning:
    faults = list(meaning.faults)

    def limit(*keys: str) -> SpeedLimit:
        for key in keys:
            text = tags.get(key)
            if text:
                found = parse_maxspeed(text)
                if found.fault:
                    faults.append(found.fault)
                else:
                    return found
        return SpeedLimit()

    context = _context(tags)
    ahead = limit("maxspeed:forward", "maxspeed")
    back = limit("maxspeed:backward", "maxspeed")
    advised = limit("maxspeed:advisory")
    if tags.get("maxspeed:conditional"):
        faults.append("conditional maxspeed ignored")
    urban = ahead.urban if ahead.urban is not None else context.urban
    surface_kmh = UNPAVED_KMH.get(tags.get("surface") or "", math.inf)
    return replace(
        meaning,
        limit_forward_kmh=context.kmh if math.isnan(ahead.kmh) else ahead.kmh,
        limit_backward_kmh=context.kmh if math.isnan(back.kmh) else back.kmh,
        cap_kmh=min(surface_kmh, math.inf if math.isnan(advised.kmh) else advised.kmh),
        urban=-1 if urban is None else int(urban),
        faults=tuple(dict.fromkeys(faults)),
    )


def _context(tags: Tags) -> SpeedLimit:
    """Read source:maxspeed=DE:urban and its relatives; words such as "sign" say nothing."""
    for key in _CONTEXT_KEYS:
        text = tags.get(key)
        if text and ":" in text:
            found = parse_maxspeed(text)
            if not found.fault:
                return found
    return SpeedLimit()


def _read_ferry(tags: Tags) -> WayMeaning | str:
    access, _ = car_access({**tags, "access": None, "vehicle": None})
    if access is None:
        access, _ = car_access({**tags, "access": None})
    if access not in {"open", "destination"}:
        return "ferry not tagged as carrying cars"
    forward, backward, why_not = driving_directions(tags)
    if why_not:
        return why_not
    duration_s = parse_duration(tags.get("duration"))
    fault = "" if duration_s is not None else "ferry without a usable duration"
    return WayMeaning(
        road_class=_FERRY,
        flags=FLAG_FERRY | (FLAG_TOLL if tags.get("toll") not in {None, "no"} else 0),
        forward=forward,
        backward=backward,
        ferry_s=math.nan if duration_s is None else duration_s,
        faults=(fault,) if fault else (),
    )


@dataclass(frozen=True)
class Restriction:
    """A turn restriction: after ``sources`` and the via, some targets are banned or compulsory."""

    id: int
    only: bool
    """Whether the targets are the only ones allowed (only_*), or those banned (no_*)."""
    sources: tuple[int, ...]
    """Ways that one comes from."""
    targets: tuple[int, ...]
    """Ways that one turns into."""
    via_node: int | None
    """The node between them, or None where ways lie between."""
    via_ways: tuple[int, ...] = ()
    """The ways between, in driving order."""


_CAR_KEYS: Final = ("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle")
_CONDITIONS: Final = ("day_on", "day_off", "hour_on", "hour_off")
_CARS: Final = frozenset(("motorcar", "motor_vehicle", "vehicle"))


def read_restriction(
    relation: int, tags: Mapping[str, str], members: Sequence[tuple[str, int, str]]
) -> Restriction | str:
    """Read a relation of type=restriction.

    Parameters
    ----------
    relation
        Its id.
    tags
        Its tags.
    members
        Type ("n", "w", "r"), id and role of each member, in order.

    Returns
    -------
    Restriction or str
        The restriction, or the reason why it does not bind a car.
    """
    keys = [key for key in (*_CAR_KEYS, "restriction") if key in tags]
    if not keys:
        conditional = any(key.endswith(":conditional") for key in tags)
        return "conditional" if conditional else "not for cars"
    if _CARS & {part.strip() for part in tags.get("except", "").split(";")}:
        return "cars excepted"
    if any(key in tags for key in _CONDITIONS):
        return "conditional"
    kind = tags[keys[0]]
    if not kind.startswith(("no_", "only_")):
        return "unknown kind"
    return _members(relation, kind, members)


def _members(
    relation: int, kind: str, members: Sequence[tuple[str, int, str]]
) -> Restriction | str:
    sources = tuple(ref for sort, ref, role in members if role == "from" and sort == "w")
    targets = tuple(ref for sort, ref, role in members if role == "to" and sort == "w")
    nodes = [ref for sort, ref, role in members if role == "via" and sort == "n"]
    ways = tuple(ref for sort, ref, role in members if role == "via" and sort == "w")
    only = kind.startswith("only_")
    if not sources or not targets or len(nodes) > 1 or bool(nodes) == bool(ways):
        return "members missing or too many"
    if (len(sources) > 1 and kind != "no_entry") or (len(targets) > 1 and kind != "no_exit"):
        return "members missing or too many"
    return Restriction(
        id=relation,
        only=only,
        sources=sources,
        targets=targets,
        via_node=nodes[0] if nodes else None,
        via_ways=ways,
    )
