"""Wishes about chargers: plugs and adapters, power, stalls, operators, access, bans, opening hours.

The only file that knows opening_hours (opening-hours-py).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves the error out
    OpeningHours,
    ParserError,
)

from tripplan.charger import Charger, ChargerAccess, Connector
from tripplan.errors import InvalidInputError
from tripplan.sources.chargers.merge import SAME_OPERATOR, folded, similarity

ALL_ACCESS: Final[tuple[ChargerAccess, ...]] = ("public", "restricted", "unknown")
HOURS_LIMIT: Final = 1000
"""Longest opening hours that are looked into, characters."""


@dataclass(frozen=True)
class Adapter:
    """An adapter in the boot: a plug of one kind charges a car with an inlet of another."""

    plug: str
    """Kind of plug at the charger."""
    inlet: str
    """Kind of inlet of the car."""
    max_kw: float | None = None
    """Highest power through the adapter, kW; None: no limit of its own."""


@dataclass(frozen=True)
class ChargerWishes:
    """Which chargers to plan with; without wishes, all that work."""

    standards: tuple[str, ...] = ()
    """Kinds of plug, at least one of which there must be; empty: any."""
    min_power_kw: float = 0.0
    """Least power at one of those plugs, kW."""
    min_stalls: int = 0
    """Least number of stalls."""
    operators: tuple[str, ...] = ()
    """Operators or networks, one of which it must be; empty: any."""
    exclude_operators: tuple[str, ...] = ()
    """Operators and networks to avoid."""
    access: tuple[ChargerAccess, ...] = ("public", "unknown")
    """Which access will do."""
    banned: tuple[str, ...] = ()
    """Ids of sites to avoid, in any of their sources."""
    open_at: datetime | None = None
    """Local time at which it must be open; None: any."""
    out_of_service: bool = False
    """Whether sites that their source calls broken are kept."""
    keep_unknown: bool = True
    """Whether a site stays whose power, stalls, operator or hours nobody states."""

    def __post_init__(self) -> None:
        if not 0 <= self.min_power_kw < float("inf") or self.min_stalls < 0:
            raise InvalidInputError(
                f"min_power_kw {self.min_power_kw} and min_stalls {self.min_stalls} must not be "
                "negative",
                field="min_power_kw",
                value=self.min_power_kw,
                expected="0 or more",
            )


@dataclass(frozen=True)
class FilteredChargers:
    """The chargers that fit, and how many did not, by the first reason."""

    chargers: tuple[Charger, ...]
    """Those that fit, in the same order."""
    dropped: Mapping[str, int]
    """The others, counted by reason."""


def filter_chargers(chargers: Iterable[Charger], wishes: ChargerWishes) -> FilteredChargers:
    """Keep the chargers that fit all wishes.

    Parameters
    ----------
    chargers
        Sites, with `with_adapters` applied where there are some.
    wishes
        What they must be like.

    Raises
    ------
    InvalidInputError
        ``open_at`` is not a time that can be looked up.
    """
    kept, dropped = [], Counter[str]()
    for charger in chargers:
        reason = reason_against(charger, wishes)
        if reason is None:
            kept.append(charger)
        else:
            dropped[reason] += 1
    return FilteredChargers(tuple(kept), dict(sorted(dropped.items())))


def reason_against(charger: Charger, wishes: ChargerWishes) -> str | None:
    """Say why a charger does not fit; None if it does."""
    if set(charger.ids) & set(wishes.banned):
        return "banned by id"
    if charger.access not in wishes.access:
        return f"access is {charger.access}"
    if charger.operation == "out_of_service" and not wishes.out_of_service:
        return "out of service"
    return (
        _against_plugs(charger, wishes)
        or _against_operator(charger, wishes)
        or _against_hours(charger, wishes)
    )


def _against_plugs(charger: Charger, wishes: ChargerWishes) -> str | None:
    wanted = set(wishes.standards)
    plugs = [plug for plug in charger.connectors if not wanted or plug.standard in wanted]
    if wanted and not plugs:
        return "no plug that fits"
    rated = [plug.power_kw for plug in plugs if plug.power_kw is not None]
    blank = len(rated) < len(plugs) or not plugs
    enough = max(rated, default=0.0) >= wishes.min_power_kw
    if wishes.min_power_kw and not enough and not (blank and wishes.keep_unknown):
        return "too little power"
    if charger.stalls is None:
        return None if wishes.keep_unknown or not wishes.min_stalls else "stalls not known"
    return "too few stalls" if charger.stalls < wishes.min_stalls else None


def _against_operator(charger: Charger, wishes: ChargerWishes) -> str | None:
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


def _against_hours(charger: Charger, wishes: ChargerWishes) -> str | None:
    if wishes.open_at is None:
        return None
    opened = is_open(charger, wishes.open_at)
    if opened is None:
        return None if wishes.keep_unknown else "opening hours not known"
    return None if opened else "closed at that time"


def is_open(charger: Charger, at: datetime) -> bool | None:
    """Tell whether a charger is open at a time.

    Parameters
    ----------
    charger
        A site; public holidays, sunrise and sunset are those of its position.
    at
        Local time there; or any time with a time zone.

    Returns
    -------
    bool or None
        None where the hours are not known, not understood, or say "unknown" themselves.
    """
    if charger.opening_hours is None or len(charger.opening_hours) > HOURS_LIMIT:
        return None
    try:
        hours = OpeningHours(charger.opening_hours, coords=(charger.lat, charger.lon))
    except ParserError:
        return None
    try:
        # The parser knows time zones by name only, not fixed offsets.
        when = at if at.tzinfo is None else at.astimezone(ZoneInfo("UTC"))
        if hours.is_unknown(when):
            return None
        return hours.is_open(when)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"{at} is not a time that opening hours can be looked up for: {error}",
            field="open_at",
            value=at,
            expected="a time of the years 1900 to 9999",
        ) from error


def with_adapters(chargers: Iterable[Charger], adapters: Sequence[Adapter]) -> tuple[Charger, ...]:
    """Add the plugs that adapters make of those that a site has.

    Parameters
    ----------
    chargers
        Sites.
    adapters
        Adapters that travel along.

    Returns
    -------
    tuple of Charger
        In the same order, shape (sites,).  An added plug has the adapter in ``standard_rule``, and
        the lower of the charger's and the adapter's power.
    """
    return tuple(_adapted(charger, adapters) for charger in chargers)


def _adapted(charger: Charger, adapters: Sequence[Adapter]) -> Charger:
    own = {plug.standard for plug in charger.connectors}
    added = [
        _through(plug, adapter)
        for adapter in adapters
        for plug in charger.connectors
        if plug.standard == adapter.plug and adapter.inlet not in own
    ]
    return replace(charger, connectors=(*charger.connectors, *added)) if added else charger


def _through(plug: Connector, adapter: Adapter) -> Connector:
    power = plug.power_kw
    if power is not None and adapter.max_kw is not None:
        power = min(power, adapter.max_kw)
    rule = f"through an adapter from {adapter.plug}"
    return replace(plug, standard=adapter.inlet, power_kw=power, standard_rule=rule)
