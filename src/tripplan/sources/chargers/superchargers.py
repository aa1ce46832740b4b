"""What is known of all of Tesla's fast chargers, whichever source lists them."""

from dataclasses import replace
from typing import Final

from tripplan.records.charger import Charger, Connector

SUPERCHARGER_V: Final = 500.0
"""Highest voltage of Superchargers of versions 2 and 3, volts, and of version 4 posts at version 3
cabinets."""
SUPERCHARGER_KW: Final = 250.0
"""Highest power of these; what states more has cabinets for 1000 V."""
VOLTAGE_RULE: Final = "Tesla's posts of up to 250 kW give 500 V at the most"
_TESLA_DC: Final = frozenset({"NACS", "TESLA_TYPE2", "CCS1", "CCS2"})


FIRST_V3: Final = "2019-03"
"""Month in which the first Supercharger of version 3 opened; none before talks to other makes."""
OLD_KW: Final = 150.0
"""Highest power of version 2."""
OLD_RULE: Final = "Superchargers of up to 150 kW, or opened before March 2019, charge Teslas only"
DOCK_RULE: Final = "a Supercharger with CCS plugs of type 1 (Magic Dock) charges any make"


def of_tesla(charger: Charger) -> Charger:
    """Put to Superchargers what no source states: their voltage, and which makes they charge.

    Parameters
    ----------
    charger
        A site; that Tesla runs it is told by its operator or network.
    """
    runs = f"{charger.operator} {charger.network}".casefold()
    if "tesla" not in runs:
        return charger
    dock = any(plug.standard == "CCS1" for plug in charger.connectors)
    plugs = tuple(_makes(_volts(plug), dock=dock) for plug in charger.connectors)
    return charger if plugs == charger.connectors else replace(charger, connectors=plugs)


def _volts(plug: Connector) -> Connector:
    strong = (plug.power_kw or 0.0) > SUPERCHARGER_KW
    if plug.standard not in _TESLA_DC or plug.max_voltage_v is not None or strong:
        return plug
    return replace(plug, max_voltage_v=SUPERCHARGER_V, voltage_rule=VOLTAGE_RULE)


def _makes(plug: Connector, *, dock: bool) -> Connector:
    if plug.vehicles != "unknown" or plug.standard not in ("NACS", "CCS1"):
        return plug
    if dock:
        return replace(plug, vehicles="any", vehicles_rule=DOCK_RULE)
    old = plug.power_kw is not None and plug.power_kw <= OLD_KW and not plug.power_assumed
    return replace(plug, vehicles="tesla", vehicles_rule=OLD_RULE) if old else plug


def told_by_word(
    plugs: tuple[Connector, ...], words: set[str], opened: str
) -> tuple[Connector, ...]:
    """Tell which makes AFDC's Superchargers charge: J3400 stands for any, and old ones for Teslas.

    Parameters
    ----------
    plugs
        The plugs of a station that Tesla runs.
    words
        The words for its plugs: TESLA, J3400, ...
    opened
        Day of its opening, ISO 8601; empty: not known.
    """
    open_to_all = bool({"J3400", "NACS"} & words)
    old = bool(opened) and opened < FIRST_V3 and "J1772COMBO" not in words
    if not open_to_all and not old:
        return plugs
    told = [
        plug
        if plug.standard != "NACS"
        else replace(plug, vehicles="any")
        if open_to_all
        else replace(plug, vehicles="tesla", vehicles_rule=OLD_RULE)
        for plug in plugs
    ]
    return tuple(told)
