"""From the tags of one way to a record: `read_way`.

Pure, like `tags`, whose vocabulary it puts together.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
)
from tripplan.sources.osm.access import Access, CarAccess, pools_only, read_access, rule_of
from tripplan.sources.osm.keys import MODES, WayTags, taken_apart
from tripplan.sources.osm.maxspeed import SpeedLimit, country_of, parse_maxspeed, stated_limit
from tripplan.sources.osm.tags import (
    CLASS_OF,
    LINKS,
    ON_FOOT,
    SKIPPED_SERVICES,
    SMOOTHNESS_KMH,
    UNPAVED_KMH,
    is_frozen,
    parse_duration,
    unfit_for_cars,
)
from tripplan.sources.osm.timed import (
    Conditional,
    Toll,
    both_rules,
    changes_of,
    senses_of,
    timed_values,
    tolls_of,
)

Tags = Mapping[str, str | None]

SERVICE_REFUSED: Final = "driveway, parking aisle or the like"
"""Why a service road is left out that leads to a door; one to a ferry is taken all the same."""
_FERRY: Final = ROAD_CLASSES.index("ferry")
_TRACK: Final = ROAD_CLASSES.index("track")
_CONTEXT_KEYS: Final = (
    "source:maxspeed",
    "maxspeed:source",
    "maxspeed:type",
    "zone:maxspeed",
    "zone:traffic",
)
_CARRIERS: Final = ("ferry", "shuttle_train")


@dataclass(frozen=True)
class WayMeaning:
    """What a way means to a car; ways with equal meaning may be merged."""

    road_class: int
    """Index into `ROAD_CLASSES`."""
    flags: int = 0
    """Flags of an arc along the way, ..."""
    flags_backward: int = 0
    """... and against it."""
    forward: bool = True
    """Whether cars drive along the way, at some times at least, ..."""
    backward: bool = True
    """... and against it."""
    rule_forward: str = ""
    """When the way is open along, where that depends on the time ("yes; no @ (Nov-May)"), ..."""
    rule_backward: str = ""
    """... and against it."""
    changes_forward: tuple[str, ...] = ()
    """Limits and tolls at some times along the way ("maxspeed=60 @ (22:00-06:00)"), ..."""
    changes_backward: tuple[str, ...] = ()
    """... and against it."""
    limit_forward_kmh: float = math.nan
    """Stated limit along the way, km/h; NaN where none is stated."""
    limit_backward_kmh: float = math.nan
    cap_kmh: float = math.inf
    """Highest expected speed for another reason: advisory limit, surface, smoothness."""
    urban: int = -1
    """1: tagged as built-up; 0: tagged as outside; -1: the tags do not say."""
    motorroad: bool = False
    """A road for motor traffic only, whose general limit is that of expressways."""
    destination_forward: bool = False
    """Along the way: open only to those whose trip begins or ends there, ..."""
    destination_backward: bool = False
    """... and against it."""
    ferry_s: float = math.nan
    """Duration of a crossing by ferry or car train, seconds; NaN where none is stated."""
    train: bool = False
    """Whether a crossing is by car train."""
    faults: tuple[str, ...] = ()
    """Tags that were not understood, and why."""
    countries: tuple[str, ...] = ()
    """ISO codes that limits name ("DE:urban"), one for each tag that does."""


def read_way(tags: Tags, *, ferries: bool) -> WayMeaning | str:
    """Read the tags of a way.

    Parameters
    ----------
    tags
        At least those of its tags that `keys.role_of` gives a role.
    ferries
        Whether ferries and trains that carry cars count as roads.

    Returns
    -------
    WayMeaning or str
        The meaning, or the reason why no car drives there.
    """
    tags = WayTags({key: value for key, value in tags.items() if value is not None})
    carrier = _carrier(tags)
    if carrier and not ferries:
        return "ferry (switched off)" if carrier == "ferry" else "car train (switched off)"
    refusal = "" if carrier else _not_a_road(tags)
    if refusal:
        return refusal
    return _read_crossing(tags, carrier) if carrier else _read_road(tags)


def _carrier(tags: Tags) -> str:
    """Return "ferry" or "shuttle_train" for a way on which cars are carried, else ""."""
    routes = {part.strip() for part in (tags.get("route") or "").split(";")}
    if tags.get("highway") == "ferry":
        return "ferry"
    return next((kind for kind in _CARRIERS if kind in routes), "")


def _not_a_road(tags: Tags) -> str:
    highway = tags.get("highway")
    if highway not in CLASS_OF and highway not in ON_FOOT:
        return "highway not for cars"
    if tags.get("area") == "yes":
        return "area" if highway in CLASS_OF else "highway not for cars"
    if highway == "service" and tags.get("service") in SKIPPED_SERVICES:
        return SERVICE_REFUSED
    return ""


def _read_road(tags: Tags) -> WayMeaning | str:
    senses = senses_of(tags)
    if isinstance(senses, str):
        return senses
    highway = tags.get("highway") or ""
    on_foot = highway in ON_FOOT
    road_class = ON_FOOT[highway] if on_foot else CLASS_OF[highway]
    modes: tuple[str, ...] = MODES
    if on_foot:  # access=yes speaks of walkers there, and vehicle=yes of cyclists on their ways
        modes = MODES[:3] if highway == "pedestrian" else MODES[:2]
    ahead, back = (read_access(tags, sense, modes=modes) for sense in ("forward", "backward"))
    usual: Access = "shut" if on_foot or road_class == _TRACK else "open"
    pools = pools_only(tags, "forward"), pools_only(tags, "backward")
    ways = [
        _Way.of(access, usual).within("no" if pool else sense)
        for access, sense, pool in zip((ahead, back), senses.rules, pools, strict=True)
    ]
    if usual == "shut" and not any(way.opens for way in ways):
        return "highway not for cars" if on_foot else _why_shut(ahead, back)
    unfit = unfit_for_cars(tags, road_class)
    if unfit:
        return unfit
    if is_frozen(tags) and not any(way.rule for way in ways):
        return "ice or winter road without its months"
    forward, backward = (way.passable for way in ways)
    if not (forward or backward):
        return "for cars with several people only" if any(pools) else "closed to cars"
    speeds = _speeds(tags)
    tolls = tolls_of(tags)
    return WayMeaning(
        road_class=road_class,
        flags=_flags(tags, tolls[0]),
        flags_backward=_flags(tags, tolls[1]),
        forward=forward,
        backward=backward,
        rule_forward=ways[0].rule if forward else "",
        rule_backward=ways[1].rule if backward else "",
        changes_forward=changes_of(speeds.timed_forward, tolls[0].clauses),
        changes_backward=changes_of(speeds.timed_backward, tolls[1].clauses),
        destination_forward=ways[0].for_guests,
        destination_backward=ways[1].for_guests,
        motorroad=tags.get("motorroad") == "yes",
        limit_forward_kmh=speeds.limit_forward_kmh,
        limit_backward_kmh=speeds.limit_backward_kmh,
        cap_kmh=speeds.cap_kmh,
        urban=speeds.urban,
        faults=_once(
            ahead.faults,
            back.faults,
            speeds.faults,
            senses.faults,
            *(toll.faults for toll in tolls),
        ),
        countries=_countries(tags),
    )


def _countries(tags: Tags) -> tuple[str, ...]:
    named = [country_of(text or "") for key, text in tags.items() if "maxspeed" in key]
    return tuple(country for country in named if country)


def _why_shut(*read: CarAccess) -> str:
    told = any(access.base == "shut" for access in read)
    return "closed to cars" if told else "track not tagged as open to cars"


@dataclass(frozen=True)
class _Way:
    """One direction of a way."""

    access: Access
    rule: str
    opens: bool
    """Whether tags open it to all cars, at some time at least."""
    for_guests: bool
    """Whether it is ever open to those only who have business there."""

    @classmethod
    def of(cls, read: CarAccess, usual: Access) -> "_Way":
        opens = "open" in {read.base, *(clause.access for clause in read.clauses)}
        access = read.base or usual
        rule = rule_of(read, usual)
        guests = access == "destination" or (access == "shut" and bool(rule) and not opens)
        return cls(access, rule, opens, guests)

    def within(self, sense: str) -> "_Way":
        """Return the same where the one-way lets cars pass: "yes", "no" or a rule."""
        if sense == "yes":
            return self
        rule = both_rules(self.rule or ("no" if self.access == "shut" else "yes"), sense)
        if rule in {"yes", "no"}:
            return replace(self, access="shut" if rule == "no" else self.access, rule="")
        return replace(self, rule=rule)

    @property
    def passable(self) -> bool:
        """Whether cars may pass at some time."""
        return self.access != "shut" or bool(self.rule)


def _once(*faults: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fault for each in faults for fault in each))


def _flags(tags: Tags, toll: Toll) -> int:
    flags = FLAG_LINK if tags.get("highway") in LINKS else 0
    for key, flag in (("tunnel", FLAG_TUNNEL), ("bridge", FLAG_BRIDGE)):
        if tags.get(key) not in {None, "no"}:
            flags |= flag
    return flags | (FLAG_TOLL if toll.pays else 0)


class _Speeds(NamedTuple):
    """Fields of a meaning that are about speeds."""

    limit_forward_kmh: float
    limit_backward_kmh: float
    cap_kmh: float
    urban: int
    timed_forward: Conditional
    timed_backward: Conditional
    faults: tuple[str, ...]


def _speeds(tags: Tags) -> _Speeds:
    taken = taken_apart(tags)
    context = _context(tags)
    ahead, faults_ahead = stated_limit(taken, "forward")
    back, faults_back = stated_limit(taken, "backward")
    timed = [timed_values(taken, "maxspeed", sense) for sense in ("forward", "backward")]
    ahead, back = (
        parse_maxspeed(each.always) if each.always else usual
        for each, usual in zip(timed, (ahead, back), strict=True)
    )
    advised, faults_advised = stated_limit(taken, "forward", "maxspeed:advisory")
    urban = ahead.urban if ahead.urban is not None else context.urban
    surface_kmh = UNPAVED_KMH.get(tags.get("surface") or "", math.inf)
    rough_kmh = SMOOTHNESS_KMH.get((tags.get("smoothness") or "").casefold(), math.inf)
    advised_kmh = math.inf if math.isnan(advised.kmh) else advised.kmh
    return _Speeds(
        limit_forward_kmh=context.kmh if math.isnan(ahead.kmh) else ahead.kmh,
        limit_backward_kmh=context.kmh if math.isnan(back.kmh) else back.kmh,
        cap_kmh=min(surface_kmh, rough_kmh, advised_kmh),
        urban=-1 if urban is None else int(urban),
        timed_forward=timed[0].clauses,
        timed_backward=timed[1].clauses,
        faults=_once(faults_ahead, faults_back, faults_advised, *(each.faults for each in timed)),
    )


def _context(tags: Tags) -> SpeedLimit:
    """Read source:maxspeed=DE:urban and its relatives; words such as "sign" say nothing."""
    for key in _CONTEXT_KEYS:
        text = tags.get(key)
        if text and (":" in text or key == "zone:maxspeed"):
            found = parse_maxspeed(text)
            if not found.fault:
                return found
    return SpeedLimit()


def _read_crossing(tags: Tags, carrier: str) -> WayMeaning | str:
    """Read a ferry, which has to be tagged for motor vehicles, or a car train, which need not."""
    train = carrier == "shuttle_train"
    ahead, back = (read_access(tags, sense, modes=MODES[:3]) for sense in ("forward", "backward"))
    usual: Access = "open" if train else "shut"
    senses = senses_of(tags)
    if isinstance(senses, str):
        return senses
    ways = [
        _Way.of(access, usual).within(sense)
        for access, sense in zip((ahead, back), senses.rules, strict=True)
    ]
    forward, backward = (way.passable for way in ways)
    if not (forward or backward):
        return f"{'car train' if train else 'ferry'} not tagged as carrying cars"
    duration_s = parse_duration(tags.get("duration"))
    fault = "" if duration_s is not None else "ferry without a usable duration"
    tolls = tolls_of(tags)
    return WayMeaning(
        road_class=_FERRY,
        flags=FLAG_FERRY | (FLAG_TOLL if tolls[0].pays else 0),
        flags_backward=FLAG_FERRY | (FLAG_TOLL if tolls[1].pays else 0),
        forward=forward,
        backward=backward,
        rule_forward=ways[0].rule if forward else "",
        rule_backward=ways[1].rule if backward else "",
        changes_forward=changes_of((), tolls[0].clauses),
        changes_backward=changes_of((), tolls[1].clauses),
        ferry_s=math.nan if duration_s is None else duration_s,
        train=train,
        faults=_once(
            ahead.faults,
            back.faults,
            senses.faults,
            *(toll.faults for toll in tolls),
            (fault,) if fault else (),
        ),
    )
