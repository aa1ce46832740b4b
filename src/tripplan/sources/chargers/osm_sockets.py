"""Sockets of OpenStreetMap's charging stations: kinds, numbers, powers and states; pure.

After the OpenStreetMap wiki, Key:socket (:output, :voltage, :current), Tag:amenity=charging_station
(charging_station:output), and Key:operational_status.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from tripplan.records.charger import ChargerOperation, Connector
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.plugs import (
    Rating,
    gathered,
    most,
    of_figure,
    operation_of,
    plug,
    product_kw,
    stated,
)
from tripplan.sources.chargers.power_text import (
    Current,
    Figure,
    figures,
    quantity,
    volts_and_amperes,
)
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.states import PLUG_PLANNED, PLUG_REMOVED, read_state, state_of, works
from tripplan.sources.chargers.values import Tally

MAINS_V: Final = 230.0
"""Nominal voltage between a phase and neutral where plugs of `_ON_MAINS` are used (IEC 60038)."""
MAINS_RULE: Final = "OpenStreetMap: phases x current at 230 V, no output and no voltage stated"
_ON_MAINS: Final = frozenset({"TYPE2", "TYPE3", "CEE"})
PRODUCT_RULE: Final = "OpenStreetMap: voltage x current, no output stated"
_SOCKET = re.compile(r"^(?:socket|plug):([a-z0-9_]+)$")
_GONE_SOCKET = re.compile(
    r"^(?:disused|removed|was|planned|proposed|construction):socket:[a-z0-9_]+$"
)
_OUTPUT: Final = ("output", "power", "max_power", "maxpower")
_CURRENT: Final = ("current", "amperage", "ampere", "amps")
_TOTAL: Final = ("charging_station:output", "charging_station:power", "output")
_STATUS: Final = ("operational_status", "status", "charging_station:status")
_BROKEN: Final = ("out_of_order", "out_of_service", "broken", "defect", "defective")
_WORKING: Final = ("operational", "working", "in_service", "functional")
_YES: Final = frozenset({"yes", "designated", "only", "official", "permissive"})
_LIGHT: Final = (
    "bicycle",
    "electric_bicycle",
    "scooter",
    "kick_scooter",
    "moped",
    "mofa",
    "motorcycle",
    "ship",
    "boat",
    "hgv",
    "truck",
    "bus",
    "goods",
)
_HEAVY: Final = ("hgv", "truck", "bus", "psv", "coach", "tourist_bus", "taxi", "ship", "boat")
"""Vehicles that charge by a plug for cars; a station designated for them is none for cars."""


def sockets(tags: Mapping[str, str], lat: float, lon: float, tally: Tally) -> tuple[Connector, ...]:
    """Read the sockets of a station.

    The output of the whole station is that of its plugs where they are of one kind; else it bounds
    what each can have.

    Parameters
    ----------
    tags
        All tags of the element.
    lat, lon
        Where it is. [degrees]
    tally
        Counts what is ignored.
    """
    keys = [key for key, value in tags.items() if _SOCKET.match(key) and not _is_none(value)]
    for key in tags:
        if _GONE_SOCKET.match(key):
            tally.ignore(PLUG_REMOVED if key.startswith(("dis", "rem", "was")) else PLUG_PLANNED)
    total = next((found for key in _TOTAL if (found := most(tags.get(key), tally)).power_kw), None)
    named_kw = limit_kw(tags.get("name"), tags.get("model"), tags.get("description"))
    plugs: list[Connector] = []
    for key in keys:
        shared = len(keys) == 1 or all(_is_none(tags[other]) for other in keys if other != key)
        plugs += _socket(key, tags, (lat, lon), tally, alone=shared)
    kinds = {one.standard for one in plugs}
    whole_kw = plug("UNKNOWN", total, tally).power_kw if total else None
    if total and len(plugs) == len(kinds) == 1 and plugs[0].power_kw is None:
        only = plugs[0]
        with_total = plug(only.standard, total, tally, count=only.count, operation=only.operation)
        plugs = [replace(with_total, max_voltage_v=only.max_voltage_v)]
    return gathered(_bounded(one, whole_kw, named_kw, tally) for one in plugs)


def _bounded(
    one: Connector, whole_kw: float | None, named_kw: float | None, tally: Tally
) -> Connector:
    """Bound a plug by the output of the whole station; its name bounds only what is assumed."""
    if one.power_kw is not None:
        if whole_kw is None or one.power_kw <= whole_kw:
            return one
        tally.ignore("more power at a plug than at its whole station")
        return replace(one, power_kw=whole_kw)
    return replace(one, limit_kw=whole_kw or named_kw)


def _socket(
    key: str, tags: Mapping[str, str], place: tuple[float, float], tally: Tally, *, alone: bool
) -> list[Connector]:
    """Read one socket:<type>; several powers are several plugs.

    Parameters
    ----------
    key
        Its tag.
    tags
        All tags of the element.
    place
        Where it is. [degrees]
    tally
        Counts what is ignored.
    alone
        Whether it is the only kind, so that voltage and current of the station are its own.
    """
    standard = standard_of(key.partition(":")[2], *place)
    if standard is None:
        tally.ignore("a kind of plug that is not known")
        return []
    value = tags[key].strip().casefold()
    state = state_of(value)
    for word in _STATUS:
        state = read_state(tags.get(f"{key}:{word}"), tally) or state
    if state in ("planned", "removed"):
        tally.ignore(PLUG_PLANNED if state == "planned" else PLUG_REMOVED)
        return []
    number = None if state or value in ("yes", "") else values.count(value, tally)
    output = next((tags[f"{key}:{word}"] for word in _OUTPUT if f"{key}:{word}" in tags), None)
    electric = _electric(key, tags, tally, alone=alone)
    told = volts_and_amperes(output) if output and figures(output) is None else None
    if told is not None:
        electric = _with(electric, told)
    electric = _at_mains(electric, standard)
    if told is not None and product_kw(electric, standard) is None:
        tally.ignore("a current without what a power could be worked out with")
    found = _of_kind(stated(output if told is None else None, tally), standard, tally)
    if not found:
        return [plug(standard, electric, tally, count=number, operation=works(state))]
    if len(found) == 1:
        number = max(number or 0, found[0].plugs or 0) or None
    plugs = []
    for figure in found:
        each = number if len(found) == 1 else figure.plugs or (1 if number == len(found) else None)
        own = of_figure(figure)
        rating = replace(own, voltage_v=electric.voltage_v, current_a=electric.current_a)
        plugs.append(plug(standard, rating, tally, count=each, operation=works(state)))
    return plugs


def _with(rating: Rating, told: Current) -> Rating:
    """Return a rating with what a text states of volts, amperes and phases."""
    return replace(
        rating,
        voltage_v=told.voltage_v or rating.voltage_v,
        current_a=told.current_a,
        phases=told.phases or rating.phases,
    )


def _at_mains(rating: Rating, standard: str) -> Rating:
    """Take the nominal voltage where phases and their current are stated, and no voltage."""
    if rating.voltage_v or not rating.current_a or not rating.phases or standard not in _ON_MAINS:
        return rating
    return replace(rating, voltage_v=MAINS_V, product_rule=MAINS_RULE)


def _of_kind(found: tuple[Figure, ...], standard: str, tally: Tally) -> tuple[Figure, ...]:
    """Leave out what is said of plugs for the other kind of current, unless nothing else is."""
    kind = "dc" if standard in standards.DC else "ac"
    own = tuple(figure for figure in found if figure.kind in ("", kind))
    if own and len(own) < len(found):
        tally.ignore("a power of plugs for the other kind of current")
    return own or found


def _electric(key: str, tags: Mapping[str, str], tally: Tally, *, alone: bool) -> Rating:
    """Read voltage, current and phases of a socket, or of the station if it has one kind only."""

    def text(words: Sequence[str]) -> str:
        own = [tags[f"{key}:{word}"] for word in words if f"{key}:{word}" in tags]
        general = [tags[word] for word in words if word in tags] if alone else []
        return (own or general or [""])[0]

    def found(words: Sequence[str], unit: str) -> float | None:
        value = quantity(text(words), unit)
        if value is None and text(words).strip() and not volts_and_amperes(text(words)):
            tally.ignore("a voltage, a current or phases that are no number")
        return value

    phases = found(("phases",), "")
    rating = Rating(
        voltage_v=found(("voltage",), "v"),
        current_a=found(_CURRENT, "a"),
        phases=int(phases) if phases in (1.0, 2.0, 3.0) else None,
        product_rule=PRODUCT_RULE,
    )
    told = volts_and_amperes(text(_CURRENT)) if rating.current_a is None else None
    return rating if told is None else _with(rating, told)


def standard_of(word: str, lat: float, lon: float) -> str | None:
    """Return our word for <type> of socket:<type>; None where it is not understood."""
    if word == "tesla_supercharger":
        return standards.tesla_dc(lat, lon)
    return standards.OPENSTREETMAP.get(word) or standards.from_word(word, lat, lon)


def _is_none(value: str) -> bool:
    return value.strip().casefold() in ("no", "0", "none")


def for_cars(tags: Mapping[str, str]) -> bool:
    """Tell whether a station is one for cars: by what it names, or by its plugs.

    Parameters
    ----------
    tags
        All tags of the element.
    """
    cars = {tags.get(key) for key in ("car", "cars", "motorcar", "motor_vehicle")}
    if "no" in cars:
        return False
    if cars & _YES:
        return True
    if any(tags.get(key) in ("designated", "only", "official") for key in _HEAVY):
        return False
    if not any(tags.get(key) in _YES for key in (*_LIGHT, *_HEAVY)):
        return True
    fitting = {"TYPE1", "TYPE2", "NACS_AC", *standards.DC}
    words = (match[1] for match in map(_SOCKET.match, tags) if match)
    return bool({standard_of(word, 0.0, 0.0) for word in words} & fitting)


def operation(tags: Mapping[str, str], plugs: Sequence[Connector]) -> ChargerOperation:
    """Tell whether a station works: by its own tags, its hours, and its plugs.

    Parameters
    ----------
    tags
        All tags of the element.
    plugs
        Its plugs.
    """
    states = {state_of(tags.get(key)) for key in _STATUS}
    hours = tags.get("opening_hours", "").strip().casefold()
    never = re.fullmatch(r'(?:24/7\s+)?(?:closed|off)(?:\s*"[^"]*")?', hours) is not None
    broken = any(tags.get(key, "no") not in ("no", "") for key in _BROKEN)
    idle = any(tags.get(key) == "no" for key in _WORKING)
    if "out_of_service" in states or never or broken or idle:
        return "out_of_service"
    described = [key for key in tags if _SOCKET.match(key) and f"{key}:output" in tags]
    if not plugs and described and all(_is_none(tags[key]) for key in described):
        return "out_of_service"
    of_plugs = operation_of(plugs)
    return "in_service" if "in_service" in states and of_plugs == "unknown" else of_plugs
