"""Which chargers fit a trip's wishes: plugs, power, stalls, operators, access, bans, hours."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple

from tripplan.planning.opening_hours import is_open
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_names import SAME_OPERATOR, folded, similarity
from tripplan.records.trip import Adapter, ChargerWishes

NO_PLUG: Final = "no plug that fits"
"""The reason that lies with the car, not with the wishes."""
TESLAS_ONLY: Final = "for Teslas only"
"""The reason that lies with the make of the car."""


class UsablePlug(NamedTuple):
    """The best plug of a charger for a car."""

    position: int
    """Position of the charger among those that were asked about."""
    connector: Connector
    """The plug, of known power; through an adapter, as the car sees it."""


@dataclass(frozen=True)
class UsablePlugs:
    """The chargers that a car can use on a trip, and how many its wishes take out."""

    plugs: tuple[UsablePlug, ...]
    """The best plug of each charger that fits, in the same order."""
    dropped: Mapping[str, int]
    """The other chargers with a plug that fits the car, counted by the first reason."""


def usable_plugs(
    chargers: Iterable[Charger],
    standards: Collection[str],
    wishes: ChargerWishes,
    power_kw: Callable[[Connector], float] = attrgetter("rated_kw"),
    *,
    tesla: bool = True,
) -> UsablePlugs:
    """Find the chargers that a car can use, each with its quickest plug.

    Parameters
    ----------
    chargers
        Sites as the region has them; adapters are applied here.
    standards
        Kinds of plug that the car takes.
    wishes
        What the chargers must be like.
    power_kw
        What a plug gives the car, kW, by which the quickest is told; its own power unless told.
    tesla
        Whether the car is one of Tesla's, whose plugs may charge no other.
    """
    wanted = frozenset(standards)
    found: list[UsablePlug] = []
    dropped = Counter[str]()
    for position, site in enumerate(chargers):
        charger = adapted(site, wishes.adapters)
        plugs = [plug for plug in _fitting(charger, wanted) if plug.power_kw is not None]
        if not plugs:
            continue
        if not tesla:
            plugs = [plug for plug in plugs if plug.vehicles != "tesla"]
        reason = _against(charger, plugs, wishes) if plugs else TESLAS_ONLY
        plugs = _working(plugs, wishes)
        if reason is not None:
            dropped[reason] += 1
            continue
        # Of plugs of the same power the first counts: the site's own go before adapters.
        counted = _counted(plugs, wishes)
        best = counted[0] if len(counted) == 1 else max(counted, key=power_kw)
        found.append(UsablePlug(position, best))
    return UsablePlugs(tuple(found), _sorted(dropped))


@dataclass(frozen=True)
class FilteredChargers:
    """The chargers that fit, and how many did not, by the first reason."""

    chargers: tuple[Charger, ...]
    """Those that fit, in the same order."""
    dropped: Mapping[str, int]
    """The others, counted by reason."""


def filter_chargers(
    chargers: Iterable[Charger],
    wishes: ChargerWishes,
    *,
    standards: Collection[str] = (),
    open_at: datetime | None = None,
) -> FilteredChargers:
    """Keep the chargers that fit all wishes.

    Parameters
    ----------
    chargers
        Sites as their sources have them; adapters are applied here.
    wishes
        What they must be like.
    standards
        Kinds of plug, at least one of which there must be; empty: any.
    open_at
        Local time at which they must be open; None: any.

    Raises
    ------
    InvalidInputError
        ``open_at`` is not a time that can be looked up.
    """
    kept, dropped = [], Counter[str]()
    for charger in chargers:
        reason = reason_against(charger, wishes, standards=standards, open_at=open_at)
        if reason is None:
            kept.append(charger)
        else:
            dropped[reason] += 1
    return FilteredChargers(tuple(kept), _sorted(dropped))


def reason_against(
    charger: Charger,
    wishes: ChargerWishes,
    *,
    standards: Collection[str] = (),
    open_at: datetime | None = None,
) -> str | None:
    """Say why a charger does not fit; None if it does; parameters as in `filter_chargers`."""
    site = adapted(charger, wishes.adapters)
    plugs = _fitting(site, frozenset(standards) if standards else None)
    if standards and not plugs:
        return NO_PLUG
    return _against(charger, plugs, wishes) or _against_hours(charger, wishes, open_at)


def _against(charger: Charger, plugs: Sequence[Connector], wishes: ChargerWishes) -> str | None:
    if wishes.banned and not set(wishes.banned).isdisjoint(charger.ids):
        return "banned by id"
    if charger.access not in wishes.access:
        return f"access is {charger.access}"
    working = _working(plugs, wishes)
    broken = bool(plugs) and not working
    if broken or (charger.operation == "out_of_service" and not wishes.out_of_service):
        return "out of service"
    return (
        _against_power(working, wishes)
        or _against_stalls(charger, working, wishes)
        or _against_operator(charger, wishes)
    )


def _fitting(charger: Charger, standards: frozenset[str] | None) -> list[Connector]:
    plugs = charger.connectors
    return [plug for plug in plugs if standards is None or plug.standard in standards]


def _working(plugs: Sequence[Connector], wishes: ChargerWishes) -> list[Connector]:
    """Leave out the plugs that are out of service, unless these are wished, too."""
    return [plug for plug in plugs if wishes.out_of_service or plug.operation != "out_of_service"]


def _counted(plugs: Sequence[Connector], wishes: ChargerWishes) -> Sequence[Connector]:
    """Leave out the plugs whose power is not stated, if that is wished."""
    if not wishes.only_stated_power:
        return plugs
    return [plug for plug in plugs if plug.power_kw is not None and not plug.power_assumed]


def _against_power(plugs: Sequence[Connector], wishes: ChargerWishes) -> str | None:
    counted = _counted(plugs, wishes)
    if wishes.only_stated_power and not counted:
        return "power not stated"
    if not wishes.min_power_kw:
        return None
    rated = [plug.power_kw for plug in counted if plug.power_kw is not None]
    blank = len(rated) < len(counted) or not counted
    if max(rated, default=0.0) >= wishes.min_power_kw or (blank and wishes.keep_unknown):
        return None
    return "too little power"


def _against_stalls(
    charger: Charger, plugs: Sequence[Connector], wishes: ChargerWishes
) -> str | None:
    if not wishes.min_stalls:
        return None
    stalls = stalls_at(charger, plugs)
    if stalls is None:
        return None if wishes.keep_unknown else "stalls not known"
    return "too few stalls" if stalls < wishes.min_stalls else None


def stalls_at(charger: Charger, plugs: Sequence[Connector]) -> int | None:
    """Return how many cars charge at once at some of a site's plugs, at the most.

    Parameters
    ----------
    charger
        The site, whose own number of stalls may be known.
    plugs
        Those of its plugs that count; through an adapter, as the car sees them.

    Returns
    -------
    int or None
        The number of these plugs, and no more than the stalls of the site; None: neither is known.
    """
    counts = [plug.count for plug in plugs if plug.count is not None]
    if not counts or len(counts) < len(plugs):
        return charger.stalls
    return sum(counts) if charger.stalls is None else min(sum(counts), charger.stalls)


def _against_operator(charger: Charger, wishes: ChargerWishes) -> str | None:
    if not wishes.operators and not wishes.exclude_operators:
        return None
    names = [name for name in (charger.operator, charger.network) if name]
    if any(_same(name, other) for name in names for other in wishes.exclude_operators):
        return "operator is to be avoided"
    if not wishes.operators or (not names and wishes.keep_unknown):
        return None
    if any(_same(name, other) for name in names for other in wishes.operators):
        return None
    return "operator is none of those wanted"


def _same(name: str, other: str) -> bool:
    return similarity(folded(name), folded(other)) >= SAME_OPERATOR


def _against_hours(charger: Charger, wishes: ChargerWishes, open_at: datetime | None) -> str | None:
    if open_at is None:
        return None
    opened = is_open(charger, open_at)
    if opened is None:
        return None if wishes.keep_unknown else "opening hours not known"
    return None if opened else "closed at that time"


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def adapted(charger: Charger, adapters: Sequence[Adapter]) -> Charger:
    """Add the plugs that adapters make of those that a site has.

    An added plug has the adapter in ``standard_rule``, and the lower of the charger's and the
    adapter's power.

    Parameters
    ----------
    charger
        A site.
    adapters
        Adapters that travel along.
    """
    added = [
        _through(plug, adapter)
        for adapter in adapters
        for plug in charger.connectors
        if plug.standard == adapter.plug
    ]
    return replace(charger, connectors=(*charger.connectors, *added)) if added else charger


def _through(plug: Connector, adapter: Adapter) -> Connector:
    power = plug.power_kw
    if power is not None and adapter.max_kw is not None:
        power = min(power, adapter.max_kw)
    rule = f"through an adapter from {adapter.plug}"
    return replace(plug, standard=adapter.inlet, power_kw=power, standard_rule=rule)
