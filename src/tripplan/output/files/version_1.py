"""Plans of format version 1, as tripplan wrote them before plans held their car and chargers.

Such a plan names its car, and a stop holds copies of some facts of its charger.
"""

from collections.abc import Mapping
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.output.text import words
from tripplan.records.plan import SCHEMA_VERSION as NEWEST
from tripplan.records.plan import Plan
from tripplan.records.vehicle import catalogue

SCHEMA_VERSION: Final = "tripplan-plan/1"
_CHARGER: Final = ("operator", "stalls", "network", "access", "opening_hours", "price")
"""Fields of a charger that a stop has under the same names, as the next are of a connector."""
_CONNECTOR: Final = ("power_rule", "standard_rule")
_STATUS: Final = {"True": "illustrative", "False": "listed"}
_ROUNDING: Final = 1e-9


def read(data: Mapping[str, Any], *, where: str) -> Plan:
    """Return a plan of version 1 as one of today.

    The car is that of the catalogue, if id, name, capacity and plugs agree; a car of one's own that
    has all four like one there cannot be told apart from it.  A charger has the one connector that
    was used, and none where that went through an adapter.

    Parameters
    ----------
    data
        The JSON object.
    where
        What is being read, for the message.

    Raises
    ------
    DataError
        The car is not that of the catalogue.
    InvalidInputError
        The state of health is impossible.
    pydantic.ValidationError
        Other values are missing or wrong.
    """
    left = dict(data)
    named = {key: left.pop(key, None) for key in ("vehicle_id", "vehicle_name", "soh")}
    known = catalogue().get(str(named["vehicle_id"]))
    if known is None:
        raise _without_its_car(where, named, "which is not in the catalogue")
    car = known.aged(named["soh"])
    if isinstance(stops := left.get("stops"), list):
        left["stops"] = [_stop(dict(s)) if isinstance(s, dict) else s for s in stops]
    plan = Plan.model_validate({**left, "schema_version": NEWEST, "vehicle": car})
    if car.name != named["vehicle_name"] or not _agrees(plan):
        raise _without_its_car(where, named, "which is another than the catalogue's of that id")
    return plan


def _without_its_car(where: str, named: Mapping[str, Any], why: str) -> DataError:
    name, identity = (words.one_line(named[key], 80) for key in ("vehicle_name", "vehicle_id"))
    return DataError(
        f"{where}: a plan of format {SCHEMA_VERSION!r} names its car but does not hold it, and "
        f"this one is of {name!r} (id {identity!r}), {why}: plan the trip again with that car",
        path=where,
    )


def _agrees(plan: Plan) -> bool:
    """Tell whether a plan can be of its car: by the capacity at any temperature, and the plugs."""
    battery = plan.vehicle.battery
    shares = [share for _, share in battery.capacity_by_temperature]
    share = plan.capacity_kwh / battery.usable_kwh
    plugs = {stop.connector.standard for stop in plan.stops if stop.connector}
    return (
        min(shares) - _ROUNDING <= share <= max(shares) + _ROUNDING
        and plugs <= plan.vehicle.fast_charging_standards
    )


def _stop(stop: dict[str, Any]) -> dict[str, Any]:
    """Return a stop with its charger and connector, made of their copies in it."""
    identity, made_up = stop.pop("charger_id", None), stop.pop("illustrative", None)
    charger: dict[str, Any] = {key: stop.pop(key) for key in _CHARGER if key in stop}
    connector: dict[str, Any] = {key: stop.pop(key) for key in _CONNECTOR if key in stop}
    connector |= {key: stop.pop(key, None) for key in ("standard", "power_assumed")}
    if stop.pop("kind", "charger") == "waypoint":
        return stop
    connector["power_kw"] = stop.get("charger_kw")
    adapted = str(connector.get("standard_rule", "")).startswith("through an adapter")
    return {
        **stop,
        "charger": {
            "id": identity,
            **{key: stop.get(key) for key in ("name", "lat", "lon")},
            "connectors": [] if adapted else [connector],
            "status": _STATUS.get(str(made_up)),
            "source": f"a plan of format {SCHEMA_VERSION}",
            **charger,
        },
        "connector": connector,
    }
