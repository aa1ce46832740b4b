"""Ports and plugs of AFDC's stations: units, columns by plug, and what counts of ports say; pure.

The list of plugs of a station does not say which of them are for direct current, and "TESLA" and
"J3400" may be either: a charging unit tells by its level, its power or its other plugs; without
units the numbers of ports do, and where these leave it open, the plug counts as level 2 (with its
rule), so that nobody is sent to a fast charger that may not be there.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tripplan.records.charger import Connector
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.plugs import CEILING_KW, Rating, gathered, of_figure, plug, stated
from tripplan.sources.chargers.superchargers import told_by_word
from tripplan.sources.chargers.values import Tally

LEVEL2_RULE: Final = (
    "AFDC: a Tesla plug beside other fast ones, at a station with level 2 ports that no Tesla "
    "network runs, counts as level 2"
)
_COLUMN = re.compile(r"^ev([a-z0-9]+?)(connectorcount|poweroutputkw)$")
_TESLA: Final = frozenset({"TESLA", "J3400", "NACS"})


@dataclass(frozen=True)
class Ports:
    """What a station says of its ports."""

    dc: int | None
    """Ports for direct current."""
    level1: int | None
    """Ports of level 1."""
    level2: int | None
    """Ports of level 2."""
    network: str
    """Its network, in small letters."""
    named_kw: float | None = None
    """The most that its name says of powers, kW."""

    @property
    def slow(self) -> int:
        """Ports of levels 1 and 2."""
        return (self.level1 or 0) + (self.level2 or 0)


def with_units(rows: Iterable[object]) -> tuple[list[object], int]:
    """Put columns of powers by plug into the form of charging units, a station's rows together.

    Parameters
    ----------
    rows
        Rows with plain names; those without such columns stay as they are.

    Returns
    -------
    list of object, int
        The stations, and how many rows went into an earlier one.
    """
    stations: list[object] = []
    first: dict[tuple[str, ...], dict[str, Any]] = {}
    joined = 0
    for row in rows:
        unit = _unit_of_columns(row) if isinstance(row, Mapping) else None
        if unit is None or not isinstance(row, Mapping):
            stations.append(row)
            continue
        key = tuple(str(row.get(name, "")) for name in ("id", "latitude", "longitude"))
        station = first.get(key) if row.get("id") else None
        if station is not None:
            station["units"].append(unit)
            joined += 1
            continue
        own = [*values.items(row, "units")] or [unit]
        first[key] = {**row, "units": own}
        stations.append(first[key])
    return stations, joined


def _unit_of_columns(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read columns like "EV CCS Power Output (kW)" as a charging unit; None: there are none."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        match = _COLUMN.match(str(name))
        if match and value not in (None, ""):
            key = "port_count" if match[2] == "connectorcount" else "power_kw"
            found.setdefault(match[1].upper(), {})[key] = value
    none = {key for key, facts in found.items() if str(facts.get("port_count")).strip() == "0"}
    return {"connectors": {k: v for k, v in found.items() if k not in none}} if found else None


def connectors(row: Mapping[str, Any], ports: Ports, tally: Tally) -> tuple[Connector, ...]:
    """Read the plugs of a station: its units where it has some, and what is only listed.

    Parameters
    ----------
    row
        The station, with plain names.
    ports
        What it says of its ports.
    tally
        Counts what is ignored.
    """
    listed = row.get("connectors")
    parts = (
        re.split(r"[\s,;]+", listed) if isinstance(listed, str) else values.items(row, "connectors")
    )
    words = {str(word).strip().upper() for word in parts} - {"", "UNKNOWN"}
    found, told = _units(values.items(row, "units"), words, ports, tally)
    plugs = list(found)
    named: dict[str, str] = {}
    for word in sorted(words):
        kind = _kind(word, words, ports, tally)
        if kind is not None:
            named.setdefault(*kind)
    untold = {
        standard: rule
        for standard, rule in named.items()
        if standard not in {one.standard for one in plugs} and not (standard in _NACS and told)
    }
    if ports.dc and not any(map(_direct, (*untold, *(one.standard for one in plugs)))):
        untold["UNKNOWN_DC"] = ""
    fast = [standard for standard in named if _direct(standard)] or ["UNKNOWN_DC"]
    mains = [standard for standard in named if not _direct(standard) and standard != "NEMA"]
    for standard, rule in untold.items():
        number = ports.dc if _direct(standard) else ports.level2
        alone = [standard] in (fast, mains)
        plugs.append(Connector(standard, None, count=number if alone else None, standard_rule=rule))
    found = gathered(
        one if one.power_kw is not None else replace(one, limit_kw=ports.named_kw) for one in plugs
    )
    if ports.network.split()[:1] != ["tesla"]:
        return found
    return told_by_word(found, words, values.day(row.get("opendate"), Tally()))


_NACS: Final = frozenset({"NACS", "NACS_AC"})


def stalls(row: Mapping[str, Any], ports: Ports) -> int | None:
    """Return how many cars charge at once at the fastest kind of port: as counted, or by its units.

    Parameters
    ----------
    row
        The station, with plain names.
    ports
        What it says of its ports.
    """
    if ports.dc:
        return ports.dc
    fast = [
        values.count(unit.get("port_count"), Tally()) or 0
        for unit in values.items(row, "units")
        if isinstance(unit, Mapping) and _level(unit, {}) is True
    ]
    return sum(fast) or ports.slow or None


def _direct(standard: str) -> bool:
    return standard in standards.DC


def _kind(word: str, words: Iterable[str], ports: Ports, tally: Tally) -> tuple[str, str] | None:
    """Tell the kind of a plug that is only listed, and the rule where that is assumed."""
    found = standards.AFDC.get(word)
    if found is None:
        tally.ignore("a kind of plug that is not known")
        return None
    if found != "TESLA":
        return found, ""
    if "destination" in ports.network or not ports.dc:
        return "NACS_AC", ""
    others = any(standards.AFDC.get(other, "") in standards.DC for other in words)
    if others and ports.slow and "tesla" not in ports.network:
        return "NACS_AC", LEVEL2_RULE
    return "NACS", ""


def _level(unit: Mapping[str, Any], plugs: Mapping[str, Any]) -> bool | None:
    """Tell whether a unit gives direct current: by its level, or by plugs that can be one only."""
    level = str(unit.get("charging_level") or "").casefold()
    if level:
        return "dc" in level or "fast" in level or level in ("3", "level3", "level 3")
    kinds = {standards.AFDC.get(str(word).upper(), "") for word in plugs} - {"TESLA", ""}
    if not kinds:
        return None
    return bool(kinds & standards.DC)


def _units(
    units: Iterable[object], words: set[str], ports: Ports, tally: Tally
) -> tuple[tuple[Connector, ...], bool]:
    """Read ev_charging_units: [{charging_level, connectors: {TYPE: {power_kw, port_count}}}].

    Returns the plugs, and whether Tesla's are among them.
    """
    plugs: list[Connector] = []
    told = False
    for unit in units:
        if not isinstance(unit, Mapping):
            tally.ignore("a charging unit that is not an object")
            continue
        inside = values.inner(unit, "connectors")
        direct = _level(unit, inside)
        for word, facts in inside.items():
            if not isinstance(facts, Mapping):
                continue
            ratings = [of_figure(one) for one in stated(facts.get("power_kw"), tally)] or [Rating()]
            count = values.count(facts.get("port_count"), tally)
            if ratings == [Rating()] and count is None:
                continue
            key = str(word).strip().upper()
            kind = _kind(key, words, ports, tally)
            if kind is None:
                continue
            if key in _TESLA:
                told = True
                kind = _tesla(direct, ratings[0].power_kw, kind)
            each = count if len(ratings) == 1 else None
            plugs += [
                plug(kind[0], rating, tally, count=each, standard_rule=kind[1])
                for rating in ratings
            ]
    return gathered(plugs), told


def _tesla(
    direct: bool | None, power_kw: float | None, by_station: tuple[str, str]
) -> tuple[str, str]:
    """Tell a Tesla plug of a unit: by its power, the unit's level, or else by its station."""
    if power_kw is not None and power_kw > CEILING_KW["NACS_AC"]:
        return "NACS", ""
    if direct is None:
        return ("NACS_AC", "") if power_kw is not None else by_station
    return ("NACS", "") if direct else ("NACS_AC", "")
