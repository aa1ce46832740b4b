"""Plugs out of what sources say of them: powers, volts and amperes, counts and states; pure.

A power that no plug of its kind can have is not taken as it stands: where its unit is in doubt and
only the other unit makes sense for the kind, that one is read, with the rule in ``power_rule``;
else the power is unknown, and counted.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tripplan.records.charger import MAX_POWER_KW, ChargerOperation, Connector
from tripplan.sources.chargers.power_text import Figure, figures
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.values import TEXT_LIMIT, Tally, number
from tripplan.units import W_PER_KW

CEILING_KW: Final[Mapping[str, float]] = {
    "CHADEMO": 400.0,
    "CCS1": 1000.0,
    "CCS2": 1000.0,
    "NACS": 1000.0,
    "TYPE1": 20.0,
    "TYPE2": 44.0,
    "TYPE3": 44.0,
    "NACS_AC": 25.0,
    "TESLA_TYPE2": 250.0,
    "GBT_AC": 28.0,
    "DOMESTIC": 8.0,
    "NEMA": 15.0,
    "CEE": 90.0,
}
"""Power above which a stated value cannot be right for a kind of plug, kW.

DC: the standards' highest voltage times current, rounded up (CHAdeMO 2.0: 400 kW).  AC: the
standards' highest current at mains voltage (J1772: 80 A at 240 V = 19.2 kW; IEC 62196 type 2:
3 x 63 A at 400 V = 43.6 kW; CEE: 3 x 125 A at 400 V = 86.6 kW).
"""
FLOOR_KW: Final = 0.6
"""Power below which no plug charges a car, kW: IEC 61851-1 and J1772 signal 6 A at the least, which
is 0.7 kW at 120 V."""
DC_FLOOR_KW: Final = 3.0
"""Power at a plug for direct current below which a doubtful unit is taken for the other one, kW (an
assumption: the weakest of such chargers give 5 to 10 kW)."""
LINE_TO_LINE_V: Final = 300.0
"""Alternating voltage from which on it is one between lines: three phases of 400 V."""
DC_VOLTAGE_V: Final = (150.0, 1500.0)
"""Highest voltages that a plug for direct current may have: CHAdeMO's least, MCS's most."""
MOST_CURRENT_A: Final = 3000.0
"""Highest current that a plug can have: that of MCS, amperes."""

IN_W_RULE: Final = "stated without a unit: as kW more than the plug can have, so taken as W"
IN_KW_RULE: Final = "stated in W: less than any car charges with, so taken as kW"


@dataclass(frozen=True)
class Rating:
    """What a source says of the power of a plug."""

    power_kw: float | None = None
    """Its power, kW, in the unit that the source names or means; None: not stated."""
    other_kw: float | None = None
    """The same if the source has mistaken the unit, kW; None: there is no doubt."""
    other_rule: str = ""
    """The rule by which that other value is taken."""
    voltage_v: float | None = None
    """Its highest voltage, volts."""
    current_a: float | None = None
    """Its highest current, amperes."""
    phases: int | None = None
    """Phases of alternating current; 0: direct current; None: not stated."""
    product_rule: str = ""
    """The rule by which volts times amperes are its power, where no power is stated."""
    limit_kw: float | None = None
    """The most that the device or the site gives, kW; None: not stated."""
    power_rule: str = ""
    """By which rule the stated power counts as assumed; empty: it does not."""


def of_figure(figure: Figure) -> Rating:
    """Return what a figure of a text says; without a unit it may have been meant in W."""
    if not figure.bare:
        return Rating(figure.power_kw)
    return Rating(figure.power_kw, figure.power_kw / W_PER_KW, IN_W_RULE)


def in_watts(value: float) -> Rating:
    """Return what a number says that should be in W, and may have been meant in kW."""
    return Rating(value / W_PER_KW, value, IN_KW_RULE)


def stated(value: object, tally: Tally) -> tuple[Figure, ...]:
    """Read the powers of a cell or tag: a number, or a text with one or several.

    Parameters
    ----------
    value
        A number is kW by custom; a text may name its unit.
    tally
        Counts what is ignored: a text without any power, negative and infinite powers.

    Returns
    -------
    tuple of Figure
        In the order of the text, shape (powers,); zero is none.
    """
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, int | float):
        found: tuple[Figure, ...] | None = (Figure(number(value) or 0.0, bare=True),)
        if number(value) is None:
            found = None
    else:
        found = figures(value[:TEXT_LIMIT]) if isinstance(value, str) else None
    if found is None:
        tally.ignore("a power that is not a number")
        return ()
    if any(figure.power_kw < 0 for figure in found):
        tally.ignore("a power that is not possible")
    return tuple(figure for figure in found if figure.power_kw > 0)


def most(value: object, tally: Tally) -> Rating:
    """Return the highest power of a cell or tag; nothing where it states none."""
    found = stated(value, tally)
    return of_figure(max(found, key=lambda one: one.power_kw)) if found else Rating()


def plug(
    standard: str,
    rating: Rating,
    tally: Tally,
    *,
    count: int | None = None,
    operation: ChargerOperation = "unknown",
    standard_rule: str = "",
) -> Connector:
    """Make a connector of what is said of it.

    Parameters
    ----------
    standard
        Kind of plug.
    rating
        What the source says of its power.
    tally
        Counts what is ignored.
    count
        How many of them there are; None if nobody states it.
    operation
        Whether they work.
    standard_rule
        By which rule the kind is assumed; empty where it is stated.
    """
    power_kw, rule = _power(standard, rating, tally)
    limit_kw = rating.limit_kw
    if limit_kw is not None and power_kw is not None and power_kw > limit_kw:
        tally.ignore("more power at a plug than at its whole station")
        power_kw = limit_kw
    direct = standard in DC
    return Connector(
        standard,
        power_kw,
        power_assumed=bool(rule),
        power_rule=rule,
        count=count,
        standard_rule=standard_rule,
        operation=operation,
        limit_kw=limit_kw if power_kw is None else None,
        max_voltage_v=_within(rating.voltage_v, *DC_VOLTAGE_V) if direct else None,
        max_current_a=_within(rating.current_a, 1.0, MOST_CURRENT_A) if direct else None,
    )


def _power(standard: str, rating: Rating, tally: Tally) -> tuple[float | None, str]:
    """Return a plug's power and the rule by which it is assumed, if any."""
    ceiling = CEILING_KW.get(standard, MAX_POWER_KW)
    power_kw, other = rating.power_kw, rating.other_kw
    other_fits = other is not None and FLOOR_KW <= other <= ceiling
    least_kw = DC_FLOOR_KW if other_fits and standard in DC else FLOOR_KW
    if power_kw is not None and least_kw <= power_kw <= ceiling:
        return power_kw, rating.power_rule
    if power_kw is not None:
        if other is not None and other_fits:
            return other, f"{rating.other_rule} ({other:g} kW)"
        less = power_kw < FLOOR_KW
        tally.ignore(
            "less power than any car charges with"
            if less
            else f"more power than a {standard} plug can have"
        )
    product = product_kw(rating, standard)
    if product is None:
        return None, ""
    if not FLOOR_KW <= product <= ceiling:
        tally.ignore(f"volts times amperes that a {standard} plug cannot have")
        return None, ""
    return product, rating.product_rule


def product_kw(rating: Rating, standard: str) -> float | None:
    """Work power out of volts and amperes: P = U I for one phase and DC, 3 U I for three phases.

    Alternating voltage from 300 V on is one between lines: P = sqrt(3) U I.  Where the phases are
    not stated, lower voltages count as one phase, which is the low side.

    Parameters
    ----------
    rating
        What the source says.
    standard
        Kind of plug: one for direct current has no phases.

    Returns
    -------
    float or None
        The power, kW; None where volts or amperes are missing or not possible.
    """
    voltage_v, current_a = rating.voltage_v, rating.current_a
    if not voltage_v or not current_a or voltage_v <= 0 or current_a <= 0:
        return None
    phases = 0 if standard in DC else rating.phases
    if phases is None:
        phases = 3 if voltage_v >= LINE_TO_LINE_V and standard != "UNKNOWN" else 1
    factor = float(max(phases, 1))
    if phases == 3 and voltage_v >= LINE_TO_LINE_V:
        factor = math.sqrt(3.0)
    power_kw = factor * voltage_v * current_a / W_PER_KW
    return power_kw if power_kw <= MAX_POWER_KW else None


def _within(value: float | None, least: float, most_: float) -> float | None:
    return value if value is not None and least <= value <= most_ else None


def gathered(plugs: Iterable[Connector]) -> tuple[Connector, ...]:
    """Add up plugs that differ in number only, in the order of standard and falling power."""
    groups: dict[Connector, list[int | None]] = {}
    for one in plugs:
        groups.setdefault(replace(one, count=None), []).append(one.count)
    sums = []
    for same, counts in groups.items():
        known = [count for count in counts if count is not None]
        sums.append(replace(same, count=sum(known) if len(known) == len(counts) else None))
    return tuple(sorted(sums, key=plug_order))


def plug_order(one: Connector) -> tuple[object, ...]:
    """Key of the order in which a site's plugs are listed."""
    return (
        one.standard,
        -(one.power_kw or 0.0),
        one.power_assumed,
        one.power_rule,
        one.count or 0,
        one.standard_rule,
        one.operation,
        one.voltage_rule,
        one.vehicles,
        one.vehicles_rule,
        *(value or 0.0 for value in (one.limit_kw, one.max_voltage_v, one.max_current_a)),
    )


def fast_stalls(total: int | None, plugs: Iterable[Connector]) -> int | None:
    """Return how many cars charge at once at the fastest kind of port, of a count of all ports.

    Parameters
    ----------
    total
        Ports or places of the whole site, as its source counts them; None: it does not.
    plugs
        Its plugs.

    Returns
    -------
    int or None
        The same number where all plugs that work are for direct current, or none is; else what the
        plugs for direct current come to, and None where their numbers are not known.
    """
    working = [one for one in plugs if one.operation != "out_of_service"]
    counts = [one.count for one in working if one.standard in DC]
    if total is None or not counts or len(counts) == len(working):
        return total
    known = [count for count in counts if count is not None]
    return min(sum(known), total) if len(known) == len(counts) else None


def none_works(plugs: Iterable[Connector]) -> tuple[Connector, ...]:
    """Return the plugs of a site that does not work: none of them does."""
    return tuple(replace(one, operation="out_of_service") for one in plugs)


def operation_of(plugs: Iterable[Connector]) -> ChargerOperation:
    """Tell whether a site works by its plugs: it does if one does, and not if none does."""
    states = {one.operation for one in plugs}
    if "in_service" in states:
        return "in_service"
    return "out_of_service" if states == {"out_of_service"} else "unknown"
