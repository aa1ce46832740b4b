"""Whose is the power that a source states for a charge point of several plugs?; pure."""

from collections.abc import Collection
from typing import Final

from tripplan.records.charger import MAX_POWER_KW
from tripplan.sources.chargers.plugs import Rating
from tripplan.sources.chargers.standards import DC

CHADEMO_KW: Final = 62.5
"""What CHAdeMO gives beside a stronger plug: 500 V x 125 A, the whole of CHAdeMO 1.0."""
_COMBINED: Final = frozenset({"CCS1", "CCS2", "NACS", "MCS"})
_SOCKETS: Final = frozenset({"DOMESTIC", "NEMA", "TYPE3"})


def of_point(rating: Rating, kind: str, kinds: Collection[str]) -> Rating:
    """Return what a charge point's power says of one of its plugs.

    The strongest kind has it.  Of the others it is known only that they have no more: alternating
    current beside direct, a household socket beside type 2, CHAdeMO beside a combined plug where
    the power is above `CHADEMO_KW`.

    Parameters
    ----------
    rating
        What is said of the charge point.
    kind
        Kind of plug that is asked for.
    kinds
        All kinds of plug at the charge point.
    """
    power_kw = rating.power_kw
    if power_kw is not None and power_kw > MAX_POWER_KW:
        power_kw = rating.other_kw
    if power_kw is None or not _less_than_stated(power_kw, kind, set(kinds)):
        return rating
    return Rating(limit_kw=power_kw)


def _less_than_stated(power_kw: float, kind: str, kinds: set[str]) -> bool:
    others = kinds - {kind}
    if kind not in DC and others & DC:
        return True
    if kind == "CHADEMO" and others & _COMBINED and power_kw > CHADEMO_KW:
        return True
    return kind in _SOCKETS and bool(others - _SOCKETS - DC)
