"""The plugs of a DATEX II charge point: kinds, and powers in W, or kW where W cannot be; pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tripplan.records.charger import Connector
from tripplan.sources.chargers import values
from tripplan.sources.chargers.datex_tree import listed, named, text_of
from tripplan.sources.chargers.plugs import DC_FLOOR_KW, FLOOR_KW, Rating, plug
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.states import State, works
from tripplan.sources.chargers.values import Tally
from tripplan.units import W_PER_KW

LEAST_DC_W: Final = DC_FLOOR_KW * W_PER_KW
"""Direct current of less than this in W is no charger's: the figure is in kW (an assumption)."""
IN_KW_RULE: Final = "DATEX II states W: less than any plug of its kind gives, so taken as kW"
PRODUCT_RULE: Final = "DATEX II: voltage x maximumCurrent, no maxPowerAtSocket stated"
_KINDS: Final[Mapping[str, str]] = {
    "chademo": "CHADEMO",
    "iec62196t1": "TYPE1",
    "yazaki": "TYPE1",
    "iec62196t1combo": "CCS1",
    "iec62196t2": "TYPE2",
    "iec62196t2combo": "CCS2",
    "iec62196t3a": "TYPE3",
    "iec62196t3c": "TYPE3",
    "cee3": "CEE",
    "cee5": "CEE",
    "mcs": "MCS",
    "teslaconnectoramerica": "NACS",
    "teslaconnectoreurope": "TESLA",
    "teslar": "TESLA",
    "teslas": "TESLA",
}
"""ConnectorTypeEnum, without case; domestic... and iec60309... besides."""


def point_plugs(
    station: Mapping[str, Any], point: Mapping[str, Any], state: State | None, tally: Tally
) -> list[Connector]:
    """Return the plugs of a charge point.

    Parameters
    ----------
    station, point
        The charge point and the station that it is of.
    state
        Its state, as far as that is told.
    tally
        Counts what is ignored.
    """
    direct = text_of(named(point, "currentType")).casefold() == "dc"
    limit = _limit_kw(station)
    offered = next(iter(listed(point, "availableChargingPower")), None)
    found = []
    for entry in listed(point, "connector"):
        if not isinstance(entry, Mapping):
            tally.ignore("a connector that is not an object")
            continue
        kind = _kind(text_of(named(entry, "connectorType")), direct, tally)
        mode = text_of(named(entry, "chargingMode")).casefold()
        rating = _rating(entry, kind, mode)
        if rating.power_kw is None and values.number(offered):
            rating = replace(rating, **_power(values.number(offered) or 0.0, kind))
        if rating.power_kw is None:
            rating = replace(rating, limit_kw=limit)
        found.append(plug(kind, rating, tally, count=1, operation=works(state)))
    return found


def _kind(word: str, direct: bool, tally: Tally) -> str:
    plain = word.casefold()
    kind = _KINDS.get(plain, "")
    if plain.startswith("domestic"):
        kind = "DOMESTIC"
    elif plain.startswith("iec60309"):
        kind = "CEE"
    elif kind == "TESLA":
        kind = "TESLA_TYPE2" if direct else "TYPE2"
    if kind:
        return kind
    tally.ignore("a kind of plug that is not known")
    return "UNKNOWN_DC" if direct else "UNKNOWN"


def _rating(entry: Mapping[str, Any], kind: str, mode: str) -> Rating:
    phases = 0 if kind in DC else 3 if mode.endswith("3p") else 1 if mode.endswith("1p") else None
    rating = Rating(
        voltage_v=values.number(named(entry, "voltage")),
        current_a=values.number(named(entry, "maximumCurrent")),
        phases=phases,
        product_rule=PRODUCT_RULE,
    )
    stated = values.number(named(entry, "maxPowerAtSocket"))
    return replace(rating, **_power(stated, kind)) if stated and stated > 0 else rating


def _power(stated: float, kind: str) -> dict[str, Any]:
    """Read a figure in W, which is in kW where W cannot be."""
    least_w = LEAST_DC_W if kind in DC else FLOOR_KW * W_PER_KW
    if stated < least_w:
        return {"power_kw": stated, "power_rule": f"{IN_KW_RULE} ({stated:g} kW)"}
    return {"power_kw": stated / W_PER_KW}


def _limit_kw(station: Mapping[str, Any]) -> float | None:
    """Return what a station gives in all, or what its name says."""
    total = values.number(named(station, "totalMaximumPower"))
    if total is None or total <= 0:
        return limit_kw(text_of(named(station, "name")))
    return total / W_PER_KW if total >= LEAST_DC_W else total
